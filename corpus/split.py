"""Turn the corpus into passages: what is searched and what is cited.

A section is one passage (the format keeps it under 120 words), so is a bank answer and a term.
Free documents are cut at paragraph ends.
"""

from __future__ import annotations

import hashlib
import re

from corpus.section_questions import section_keys
from corpus.types import Block, Corpus, FreeDocument, Passage, PassageKind, RoleSheet, Source, Theme

FREE_PUBLISHER = "Document de l’établissement"
"""Publisher shown for the documents that a school adds."""
CHUNK_WORDS = 110
"""Size of a free document's passage; e5 reads 512 tokens, answers show at most 120 words."""


def passage_id(kind: str, *parts: str) -> str:
    """Return a stable id: readable parts and a short hash of them."""
    digest = hashlib.sha256("\x00".join((kind, *parts)).encode()).hexdigest()[:10]
    return f"{kind}:{parts[0]}:{digest}"


def split_corpus(corpus: Corpus) -> list[Passage]:
    """Return every passage of the corpus, in a stable order."""
    found: list[Passage] = []
    for sheet in corpus.sheets:
        found += _sections(sheet)
    titles = {sheet.id: sheet.title for sheet in corpus.sheets}
    for entry in corpus.bank:
        found.append(
            Passage(
                id=passage_id("question", entry.document, entry.section, entry.wordings[0]),
                kind="question",
                document=entry.document,
                title=titles[entry.document],
                section=entry.section,
                heading=entry.wordings[0],
                blocks=entry.blocks,
                keys=entry.wordings,
            )
        )
    for term in corpus.terms:
        keys = tuple(f"Que veut dire {name} ?" for name in (term.name, *term.forms))
        found.append(
            Passage(
                id=passage_id("term", term.id),
                kind="term",
                document="glossaire",
                title="Glossaire",
                section=term.id,
                heading=term.name,
                blocks=(term.definition,),
                keys=(f"{term.name} : {term.definition.text}", *keys),
            )
        )
    for document in corpus.documents:
        found += split_document(document)
    return found


def _sections(sheet: RoleSheet | Theme) -> list[Passage]:
    kind: PassageKind = "section"
    found: list[Passage] = []
    for section in sheet.sections:
        text = "\n".join(block.text for block in section.blocks)
        if isinstance(sheet, RoleSheet):
            questions = section_keys(section.id, sheet.title_m, sheet.title_f)
        else:
            questions = (section.heading,)
        found.append(
            Passage(
                id=passage_id(kind, sheet.id, section.id),
                kind=kind,
                document=sheet.id,
                title=sheet.title,
                section=section.id,
                heading=section.heading,
                blocks=section.blocks,
                keys=(f"{sheet.title}. {section.heading}\n{text}", *questions),
            )
        )
    return found


def split_document(document: FreeDocument) -> list[Passage]:
    """Cut a free document into passages of about CHUNK_WORDS words, at paragraph ends."""
    source = Source(publisher=FREE_PUBLISHER, title=document.name)
    chunks: list[list[str]] = [[]]
    size = 0
    for piece in _pieces(document.paragraphs):
        length = len(piece.split())
        if chunks[-1] and size + length > CHUNK_WORDS:
            chunks.append([])
            size = 0
        chunks[-1].append(piece)
        size += length
    found = []
    for number, chunk in enumerate(chunks, start=1):
        text = "\n".join(chunk)
        found.append(
            Passage(
                id=passage_id("free", document.name, str(number), text),
                kind="free",
                document=document.name,
                title=document.title,
                section=f"extrait-{number}",
                heading=document.title,
                blocks=tuple(Block(piece, (source,)) for piece in chunk),
                keys=(f"{document.title}\n{text}",),
            )
        )
    return found


def _pieces(paragraphs: tuple[str, ...]) -> list[str]:
    """Paragraphs, those over CHUNK_WORDS cut at sentence ends, then at words."""
    pieces: list[str] = []
    for paragraph in paragraphs:
        if len(paragraph.split()) <= CHUNK_WORDS:
            pieces.append(paragraph)
            continue
        current: list[str] = []
        for sentence in re.split(r"(?<=[.!?…])\s+", paragraph):
            for part in _cut_words(sentence):
                if current and len(" ".join([*current, part]).split()) > CHUNK_WORDS:
                    pieces.append(" ".join(current))
                    current = []
                current.append(part)
        pieces.append(" ".join(current))
    return pieces


def _cut_words(sentence: str) -> list[str]:
    parts = sentence.split()
    return [" ".join(parts[i : i + CHUNK_WORDS]) for i in range(0, len(parts), CHUNK_WORDS)]
