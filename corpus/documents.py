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

TITLE_LENGTH = 100
IGNORED = (".ds_store", "thumbs.db", "desktop.ini")
FRONT_MATTER = re.compile(r"\A---\n(?:[a-zA-Z_-]{1,40}:.{0,500}\n|[ \t-].{0,500}\n){1,60}---\n")
SCRIPT = re.compile(r"<(script|style)\b[^<>]{0,300}>.{0,20000}?</\1\s{0,9}>", re.DOTALL | re.I)
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>|<!--.{0,2000}?-->", re.DOTALL)
IMAGE = re.compile(r"!\[[^\[\]\n]{0,300}\]\([^()\n]{0,500}\)")
LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\((?:[^()\n]|\([^()\n]{0,100}\)){0,500}\)")
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
    kept = _paragraphs(text)
    if not kept:
        raise DocumentError("le fichier est vide")
    title = kept[0][:TITLE_LENGTH]
    return FreeDocument(path.name, title, tuple(kept[1:] if len(kept) > 1 else kept))


def _paragraphs(text: str) -> list[str]:
    """Cut a text into plain paragraphs: no front matter, HTML, images nor heading signs.

    The first one is the first line, which names the document. Every pattern has a bound, so that
    a hostile file costs no more than its length.
    """
    text = FRONT_MATTER.sub("", text.replace("\r\n", "\n"))
    for pattern in (SCRIPT, TAG, IMAGE):
        text = pattern.sub(" ", text)
    text = LINK.sub(r"\1", text).strip()
    first, _, rest = text.partition("\n")
    pieces = [first, *re.split(r"\n\s{0,9}\n|\n(?=[ \t]{0,9}[-*#])", rest)]
    plain = (re.sub(r"\s+", " ", re.sub(r"^\s*(?:#+|[-*])\s+", "", p)).strip() for p in pieces)
    return [p for p in plain if re.search(r"\w", p)]


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
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or path.name.lower() in IGNORED:
            continue
        if path.suffix.lower() not in SUFFIXES:
            warnings.append(f"« {name} » est laissé de côté : seuls .md et .txt sont lus.")
            continue
        try:
            document = read_document(path)
        except DocumentError as exc:
            warnings.append(f"« {name} » est laissé de côté : {exc}.")
        else:
            documents.append(FreeDocument(name, document.title, document.paragraphs))
    return tuple(documents), tuple(warnings)
