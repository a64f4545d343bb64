"""The gate to Chroma: collections of keys with their vectors, and the passages they find.

Local folder by default, Chroma's server when a URL is given; the same code. Knows nothing of
French or of fusion. Chroma's errors are mapped here to IndexUnusableError or BuildError.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.config import Settings as ChromaSettings

from corpus.errors import BuildError, IndexUnusableError
from corpus.types import Block, Passage, Source
from index.encoder import Vectors
from index.types import Key, text_hash

BATCH = 500
HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}
"""On PIAF (1,518 passages, 4,000 questions) R@1 .652, R@5 .842, R@10 .885, against .655, .842,
.885 published for exact search with the same encoder."""


def passage_to_json(passage: Passage) -> str:
    """Serialise a passage without its keys (each key is a record of its own)."""
    data = asdict(passage)
    del data["keys"]
    return json.dumps(data, ensure_ascii=False)


def passage_from_json(text: str, keys: tuple[str, ...]) -> Passage:
    """Rebuild a passage from its record and keys."""
    data = json.loads(text)
    blocks = tuple(
        Block(b["text"], tuple(Source(**s) for s in b["sources"]), b["bullet"])
        for b in data.pop("blocks")
    )
    return Passage(**data, blocks=blocks, keys=keys)


@contextmanager
def _mapped(action: str) -> Iterator[None]:
    """Map any error of Chroma to the French error of the action under way."""
    try:
        yield
    except Exception as exc:  # Chroma raises its own, sqlite's, OSError, ValueError, httpx's…
        if action == "build":
            raise BuildError(
                f"L’index n’a pas pu être écrit ({exc}). Vérifiez la place libre sur le disque et "
                "les droits du dossier CAP_DATA ; l’index précédent reste en service."
            ) from exc
        raise IndexUnusableError(
            "L’index est illisible ou endommagé. Lancez « python -m bot build --force »."
        ) from exc


class Store:
    """A Chroma database holding one collection per build."""

    def __init__(self, client: Any) -> None:
        """Take an opened Chroma client."""
        self._client = client

    @classmethod
    def open(cls, folder: Path, url: str | None = None) -> Store:
        """Open the local database of `folder`, or Chroma's server at `url`."""
        settings = ChromaSettings(anonymized_telemetry=False)
        with _mapped("open"):
            if url:
                parts = urlsplit(url)
                port = parts.port or (443 if parts.scheme == "https" else 8000)
                return cls(
                    chromadb.HttpClient(
                        host=parts.hostname or "",
                        port=port,
                        ssl=parts.scheme == "https",
                        settings=settings,
                    )
                )
            return cls(chromadb.PersistentClient(path=str(folder), settings=settings))

    @staticmethod
    def forget() -> None:
        """Drop what Chroma keeps of folders opened before in this process."""
        from chromadb.api.shared_system_client import SharedSystemClient

        SharedSystemClient.clear_system_cache()

    def names(self) -> list[str]:
        """Names of the collections."""
        with _mapped("open"):
            return [collection.name for collection in self._client.list_collections()]

    def create(self, name: str) -> Collection:
        """Create an empty collection, replacing an unfinished one of the same name."""
        with _mapped("build"):
            if name in self.names():
                self._client.delete_collection(name)
            made = self._client.create_collection(
                name, embedding_function=None, configuration={"hnsw": HNSW}
            )
            return Collection(made)

    def collection(self, name: str) -> Collection:
        """Open an existing collection. Raises IndexUnusableError."""
        with _mapped("open"):
            return Collection(self._client.get_collection(name, embedding_function=None))

    def delete(self, name: str) -> None:
        """Delete a collection."""
        with _mapped("build"):
            self._client.delete_collection(name)


class Collection:
    """One build: keys with vectors; the first key of a passage carries the passage."""

    def __init__(self, inner: Any) -> None:
        """Take the Chroma collection."""
        self._inner = inner

    def add(self, keys: Sequence[Key], vectors: Vectors, passages: dict[str, Passage]) -> None:
        """Write a batch of keys. Raises BuildError (disk full, folder not writable)."""
        metadatas: list[dict[str, Any]] = []
        for key in keys:
            record: dict[str, Any] = {
                "passage": key.passage_id,
                "document": passages[key.passage_id].document,
                "text": text_hash(key.text),
            }
            if key.first:
                record["payload"] = passage_to_json(passages[key.passage_id])
            metadatas.append(record)
        with _mapped("build"):
            self._inner.add(
                ids=[key.id for key in keys],
                embeddings=vectors,
                documents=[key.text for key in keys],
                metadatas=metadatas,
            )

    def count(self) -> int:
        """Return the number of keys."""
        with _mapped("open"):
            return int(self._inner.count())

    def vectors_by_text(self) -> dict[str, Vectors]:
        """Return text hash -> vector, to embed only what changed."""
        found: dict[str, Vectors] = {}
        for page in self._pages(["embeddings", "metadatas"]):
            for metadata, vector in zip(page["metadatas"], page["embeddings"], strict=True):
                found[metadata["text"]] = np.asarray(vector, dtype=np.float32)
        return found

    def load(self) -> tuple[list[Passage], list[tuple[str, str]]]:
        """Return the passages, and (passage id, key text) for every key, in the order stored."""
        payloads: dict[str, str] = {}
        texts: list[tuple[str, str]] = []
        for page in self._pages(["documents", "metadatas"]):
            for document, metadata in zip(page["documents"], page["metadatas"], strict=True):
                texts.append((metadata["passage"], document))
                if "payload" in metadata:
                    payloads[metadata["passage"]] = metadata["payload"]
        keys: dict[str, list[str]] = {}
        for passage_id, text in texts:
            keys.setdefault(passage_id, []).append(text)
        with _mapped("open"):
            passages = [passage_from_json(p, tuple(keys[i])) for i, p in payloads.items()]
        return passages, texts

    def nearest(
        self, vector: Vectors, count: int, documents: Sequence[str] = ()
    ) -> list[tuple[str, str, float]]:
        """Return (passage id, key text, cosine similarity), nearest first.

        `documents` limits the search to these documents; empty means everywhere.
        """
        with _mapped("open"):
            found = self._inner.query(
                query_embeddings=vector[None, :],
                n_results=count,
                where={"document": {"$in": list(documents)}} if documents else None,
                include=["metadatas", "documents", "distances"],
            )
        rows: Iterable[tuple[Any, str, float]] = zip(
            found["metadatas"][0], found["documents"][0], found["distances"][0], strict=True
        )
        # Chroma's cosine distance is 1 - cosine; this is the one place that converts it.
        return [(metadata["passage"], text, 1.0 - distance) for metadata, text, distance in rows]

    def _pages(self, include: list[str]) -> Iterator[dict[str, Any]]:
        with _mapped("open"):
            offset = 0
            while True:
                page = self._inner.get(limit=BATCH, offset=offset, include=include)
                if not page["ids"]:
                    return
                yield page
                offset += len(page["ids"])
