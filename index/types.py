"""What the index stores and returns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from corpus.types import Passage

SearchMode = Literal["words", "meaning", "both"]


@dataclass(frozen=True, slots=True)
class Key:
    """One text that finds one passage; `id` changes whenever the text or the passage changes."""

    id: str
    passage_id: str
    text: str
    first: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. `meaning` is a cosine in [-1, 1]; `words` a BM25 score >= 0; `score` the
    reciprocal-rank fusion, or the raw score where a single mode was asked. `key` is the text of
    the passage that matched best. A score is None where that search did not return the passage.
    """

    passage: Passage
    score: float
    meaning: float | None
    words: float | None
    key: str


def keys_of(passages: Iterable[Passage]) -> list[Key]:
    """List every key of every passage, in order; the id is a content hash."""
    found: list[Key] = []
    for passage in passages:
        payload = repr((passage.id, passage.title, passage.heading, passage.blocks))
        for number, text in enumerate(passage.keys):
            content = f"{number}\x00{text}\x00{payload}"
            digest = hashlib.sha256(content.encode()).hexdigest()[:24]
            found.append(Key(digest, passage.id, text, first=number == 0))
    return found


def text_hash(text: str) -> str:
    """Hash of a key's text alone: the same text is never embedded twice."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]
