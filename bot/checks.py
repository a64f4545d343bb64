"""Check text that a model wrote: marks, figures and sentences must be supported by passages.

Pure functions. A sentence that fails is dropped; the caller decides whether enough remains.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.text import tokens
from corpus.validate import numbers

MARK = re.compile(r"\[(\d+)\](?!\()")
"""A citation mark; "[3114](tel:3114)" is a link, not a mark."""
SPACED_MARK = re.compile(r"\s*" + MARK.pattern)
SUPPORT_FROM = 0.60
"""Share of a sentence's content words that its cited passage must hold. Chosen on 120 written
answers: at 0.60 no invented sentence passed and 92 % of faithful ones did."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The sentences kept, and why others were dropped."""

    text: str
    kept: int
    dropped: tuple[str, ...]


def split_sentences(text: str) -> list[str]:
    """Cut text into sentences, each with the marks that follow it; bullets are sentences."""
    pieces: list[str] = []
    for line in text.split("\n"):
        start = 0
        for match in re.finditer(r"[.!?…](?:\s*\[\d+\])*(?=\s+[A-ZÀ-Ý«]|$)", line):
            pieces.append(line[start : match.end()].strip())
            start = match.end()
        if line[start:].strip():
            pieces.append(line[start:].strip())
    return [piece for piece in pieces if piece]


def support(sentence: str, passage: str) -> float:
    """Share of the sentence's content words that the passage holds: 0 to 1."""
    wanted = set(tokens(MARK.sub("", sentence)))
    return len(wanted & set(tokens(passage))) / len(wanted) if wanted else 0.0


def best_passage(sentence: str, passages: Sequence[str]) -> tuple[int, float]:
    """Return the 1-based number of the passage that supports a sentence best, and how much."""
    scored = [(support(sentence, passage), -n) for n, passage in enumerate(passages, start=1)]
    score, negative = max(scored)
    return -negative, score


def check(text: str, passages: Sequence[str]) -> Checked:
    """Keep the sentences that a passage supports, each with the mark of that passage.

    A mark that does not exist is removed; a figure must stand in the passage cited; a sentence
    whose words no passage holds is dropped, and so is one that is not finished.
    """
    kept: list[str] = []
    dropped: list[str] = []
    for sentence in split_sentences(text):
        bare = SPACED_MARK.sub("", sentence).strip()
        bullet = bare.startswith("- ")
        bare = bare[2:].strip() if bullet else bare
        if not bare or bare[-1] not in ".!?…»":
            dropped.append("phrase inachevée")
            continue
        number, score = best_passage(bare, passages)
        missing = numbers(bare) - numbers(passages[number - 1])
        if score < SUPPORT_FROM:
            dropped.append(f"sans appui ({score:.2f})")
        elif missing:
            dropped.append(f"chiffre absent ({', '.join(sorted(missing))})")
        else:
            kept.append(f"{'- ' if bullet else ''}{bare} [{number}]")
    return Checked(_join(kept), len(kept), tuple(dropped))


def _join(sentences: list[str]) -> str:
    text = ""
    for sentence in sentences:
        if not text:
            text = sentence
        else:
            text += ("\n" if sentence.startswith("- ") else " ") + sentence
    return text
