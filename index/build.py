"""Build the index from passages and open the one that serves.

`<data>/index/` holds Chroma's database and `manifest.json`. A build writes a new collection,
reusing the vectors of texts that did not change, and switches by writing the manifest last: a
build that is killed leaves the previous index serving. The previous collection is kept for a
server that still reads it; older ones are deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import filelock
import numpy as np

from corpus.errors import BuildError, IndexUnusableError
from corpus.text import TEXT_VERSION
from corpus.types import Passage
from index.encoder import PROMPTS, Encoder, Vectors
from index.search import Searcher
from index.store import Store
from index.types import Key, keys_of, text_hash

FORMAT = 2
DATABASE = "chroma.sqlite3"
"""Chroma's own file in a local folder."""
ENCODE_BATCH = 64
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which collection serves, and everything that must match to read it."""

    format: int
    content: str
    collection: str
    encoder: str
    dimension: int
    prompts: dict[str, str]
    text_version: str
    passages: int
    keys: int
    built_at: str
    previous: str = ""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did: keys in the index, keys embedded anew, keys that disappeared."""

    passages: int
    keys: int
    embedded: int
    removed: int
    unchanged: bool


def index_folder(data: Path) -> Path:
    """Return the folder of the index."""
    return data / "index"


def read_manifest(data: Path) -> Manifest | None:
    """Return the manifest, or None where there is none. Raises IndexUnusableError if damaged."""
    path = index_folder(data) / "manifest.json"
    try:
        return Manifest(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as exc:
        raise IndexUnusableError(
            "Le manifeste de l’index est illisible. Lancez « python -m bot build --force »."
        ) from exc


def content_name(keys: Sequence[Key], encoder_name: str, dimension: int) -> str:
    """Name of a build: a hash of every key, the encoder and the text analyser."""
    digest = hashlib.sha256()
    for part in (str(FORMAT), encoder_name, str(dimension), TEXT_VERSION, str(PROMPTS)):
        digest.update(part.encode() + b"\x00")
    for key in keys:
        digest.update(key.id.encode())
    return f"cap-{digest.hexdigest()[:20]}"


def is_current(passages: Sequence[Passage], encoder_name: str, data: Path) -> bool:
    """Tell from the manifest alone, without opening the encoder, whether nothing changed."""
    manifest = _usable_manifest(data)
    if manifest is None or manifest.encoder != encoder_name:
        return False
    content = content_name(keys_of(passages), encoder_name, manifest.dimension)
    return manifest.content == content and (index_folder(data) / DATABASE).exists()


def build_index(
    passages: Sequence[Passage],
    encoder: Encoder,
    data: Path,
    url: str | None = None,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring the index in line with the passages; only new texts are embedded.

    `force` ignores what exists. Raises BuildError; the previous index then still serves.
    """
    with _locked(data):
        old = _usable_manifest(data)
        keys = keys_of(passages)
        content = content_name(keys, encoder.name, encoder.dimension)
        store = _open_store(data, url, force=force)
        same = old is not None and old.content == content and not force
        if old and same and old.collection in store.names():
            return BuildReport(len(passages), len(keys), 0, 0, unchanged=True)
        known = _reusable(store, old, encoder) if old and not force else {}
        # A forced build must not touch the collection that serves: it gets a name of its own.
        name = content
        while old and name == old.collection:
            name += "-b"
        embedded = _fill(store, name, keys, passages, encoder, known, progress)
        manifest = Manifest(
            format=FORMAT,
            content=content,
            collection=name,
            encoder=encoder.name,
            dimension=encoder.dimension,
            prompts=PROMPTS,
            text_version=TEXT_VERSION,
            passages=len(passages),
            keys=len(keys),
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            previous=old.collection if old and old.collection != name else "",
        )
        _write_manifest(data, manifest)
        for stale in set(store.names()) - {name, manifest.previous}:
            store.delete(stale)
        texts = {text_hash(key.text) for key in keys}
        return BuildReport(
            len(passages), len(keys), embedded, len(known.keys() - texts), unchanged=False
        )


def _open_store(data: Path, url: str | None, *, force: bool) -> Store:
    """Open the database; a forced build replaces a local one that cannot be read."""
    if not (index_folder(data) / DATABASE).exists():
        Store.forget()
    try:
        store = Store.open(index_folder(data), url)
        store.names()
        return store
    except IndexUnusableError:
        if url or not force:
            raise
    for path in index_folder(data).iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name.startswith(DATABASE):
            path.unlink()
    Store.forget()
    return Store.open(index_folder(data), url)


def _reusable(store: Store, old: Manifest, encoder: Encoder) -> dict[str, Vectors]:
    """Vectors of the previous build by text, if the same encoder made them.

    A folder named by CAP_EMBEDDING whose weights changed needs `build --force`.
    """
    same = (old.encoder, old.dimension, old.prompts) == (encoder.name, encoder.dimension, PROMPTS)
    if not same or old.collection not in store.names():
        return {}
    return store.collection(old.collection).vectors_by_text()


def _fill(
    store: Store,
    name: str,
    keys: Sequence[Key],
    passages: Sequence[Passage],
    encoder: Encoder,
    known: dict[str, Vectors],
    progress: Progress | None,
) -> int:
    """Write the new collection batch by batch; return how many texts were embedded."""
    collection = store.create(name)
    by_id = {passage.id: passage for passage in passages}
    embedded = 0
    for start in range(0, len(keys), ENCODE_BATCH):
        batch = keys[start : start + ENCODE_BATCH]
        missing = [key.text for key in batch if text_hash(key.text) not in known]
        if missing:
            fresh = encoder.encode_documents(missing)
            known |= {text_hash(t): v for t, v in zip(missing, fresh, strict=True)}
            embedded += len(missing)
        vectors = np.stack([known[text_hash(key.text)] for key in batch])
        collection.add(batch, vectors, by_id)
        if progress:
            progress(start + len(batch), len(keys))
    return embedded


def open_index(
    passages: Sequence[Passage], encoder: Encoder, data: Path, url: str | None = None
) -> Searcher:
    """Open the index that serves the given passages.

    Raises IndexUnusableError, saying what to run, where there is no index, where another encoder
    or text analyser built it, where the corpus changed since, or where it is damaged.
    """
    manifest = read_manifest(data)
    if manifest is None:
        raise IndexUnusableError("Il n’y a pas encore d’index. Lancez « python -m bot build ».")
    expected = (FORMAT, encoder.name, encoder.dimension, PROMPTS, TEXT_VERSION)
    found = (
        manifest.format, manifest.encoder, manifest.dimension, manifest.prompts,
        manifest.text_version,
    )  # fmt: skip
    if found != expected:
        raise IndexUnusableError(
            f"L’index a été construit avec un autre réglage (modèle « {manifest.encoder} », "
            f"attendu « {encoder.name} »). Lancez « python -m bot build »."
        )
    content = content_name(keys_of(passages), encoder.name, encoder.dimension)
    if manifest.content != content:
        raise IndexUnusableError(
            "Le corpus a changé depuis la construction de l’index. Lancez « python -m bot build »."
        )
    collection = Store.open(index_folder(data), url).collection(manifest.collection)
    if collection.count() != manifest.keys:
        raise IndexUnusableError(
            f"L’index est incomplet ({collection.count()} entrées sur {manifest.keys}). "
            "Lancez « python -m bot build --force »."
        )
    return Searcher(collection, encoder)


def _usable_manifest(data: Path) -> Manifest | None:
    """The manifest that a build may start from; a damaged one is as good as none."""
    try:
        return read_manifest(data)
    except IndexUnusableError:
        return None


def _write_manifest(data: Path, manifest: Manifest) -> None:
    """Write aside, flush to disk, then switch in one step."""
    path = index_folder(data) / "manifest.json"
    temporary = path.with_suffix(".tmp")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(asdict(manifest), file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as exc:
        temporary.unlink(missing_ok=True)
        raise BuildError(_unwritable(data, exc)) from exc


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    """Let one build run at a time. Raises BuildError if the folder is not writable or busy."""
    lock = filelock.FileLock(index_folder(data) / "build.lock", timeout=0)
    try:
        index_folder(data).mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except filelock.Timeout as exc:
        raise BuildError(
            "Une autre construction de l’index est en cours. Attendez qu’elle finisse."
        ) from exc
    except OSError as exc:
        raise BuildError(_unwritable(data, exc)) from exc
    try:
        yield
    finally:
        lock.release()


def _unwritable(data: Path, exc: OSError) -> str:
    return (
        f"L’index n’a pas pu être écrit dans « {data} » ({exc.strerror}). Vérifiez la place libre "
        "sur le disque et les droits du dossier CAP_DATA."
    )
