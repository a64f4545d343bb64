"""Free documents of CAP_CORPUS: `.md` and `.txt` files, no front matter needed.

A file that cannot be used becomes a French warning that names it and says why: a school's folder
must never stop the product, and no file is lost in silence.
"""

from __future__ import annotations

import re
from pathlib import Path

from corpus.errors import DocumentError
from corpus.types import FreeDocument

MAX_BYTES = 5_000_000
"""A text of 5 MB is about 2,000 pages; more would keep a 2-core machine busy for an hour."""

SUFFIXES = (".md", ".txt")


def decode(data: bytes) -> str:
    """Decode UTF-8 (with or without BOM), else Latin-1; NUL bytes mean that it is no text."""
    if b"\x00" in data:
        raise DocumentError("ce n’est pas un texte (octets nuls)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # cp1252 is what Windows editors call Latin-1; its few undefined bytes are replaced.
        return data.decode("cp1252", errors="replace")


def read_document(path: Path) -> FreeDocument:
    """Read one free document. Raises DocumentError with the French reason."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            megabytes = size / 1_000_000
            raise DocumentError(f"le fichier est trop gros ({megabytes:.0f} Mo, maximum 5 Mo)")
        text = decode(path.read_bytes())
    except OSError as exc:
        raise DocumentError(f"lecture impossible ({exc.strerror})") from exc
    text = re.sub(r"\A---\n.*?\n---\n", "", text.replace("\r\n", "\n"), flags=re.DOTALL)
    paragraphs = [re.sub(r"\s+", " ", p).strip() for p in re.split(r"\n\s*\n|\n(?=[-*#])", text)]
    kept = [p for p in paragraphs if p]
    if not kept:
        raise DocumentError("le fichier est vide")
    first_line = next(line for line in text.split("\n") if line.strip())
    title = first_line.lstrip("#").strip()[:100]
    return FreeDocument(path.name, title, tuple(kept))


def load_documents(folder: Path | None) -> tuple[tuple[FreeDocument, ...], tuple[str, ...]]:
    """Read every usable document of the folder; the second value is the French warnings.

    Raises DocumentError when the folder itself does not exist or cannot be listed.
    """
    if folder is None:
        return (), ()
    if not folder.is_dir():
        raise DocumentError(
            f"CAP_CORPUS désigne « {folder} », qui n’est pas un dossier. "
            "Corrigez le chemin ou retirez le réglage."
        )
    documents: list[FreeDocument] = []
    warnings: list[str] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        try:
            document = read_document(path)
        except DocumentError as exc:
            warnings.append(f"« {name} » est laissé de côté : {exc}.")
        else:
            documents.append(FreeDocument(name, document.title, document.paragraphs))
    return tuple(documents), tuple(warnings)
