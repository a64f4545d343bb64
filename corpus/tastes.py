"""Tastes and school subjects, as data: the words that name them, examples, the jobs they open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.markup import read_yaml
from corpus.text import fold

FILE = Path(__file__).parent / "gouts.yaml"
NO_TASTE = "aucun"
"""The key of the tastes file that holds messages without taste ("je sais pas quoi faire")."""
NEGATION = re.compile(
    r"\b(?:pas|jamais|ni|sans|plus de|deteste\w*|horreur|evit\w+|hate|don'?t)\b"
    r"|\b(?:nul(?:le)?s?|mauvaise?s?|bad)\s+(?:en|au|aux|a|at)\b"
)
"""What turns the tastes that follow it, in the same clause, into dislikes."""
CLAUSE = re.compile(r"[,;.!?:()]|\bmais\b|\bpar contre\b|\bbut\b|\balors que\b|\bet (?=je |j')")


@dataclass(frozen=True, slots=True)
class Taste:
    """One taste: the pattern that finds it, messages that tell it, job ids, nearest first."""

    id: str
    pattern: re.Pattern[str]
    roles: tuple[str, ...]
    examples: tuple[str, ...]


def load_tastes(path: Path = FILE) -> tuple[Taste, ...]:
    """Read the tastes of the file."""
    return tuple(
        Taste(
            key,
            re.compile(r"\b(?:" + "|".join(value["mots"]) + ")"),
            tuple(value["metiers"]),
            _lines(value),
        )
        for key, value in _read(path).items()
        if key != NO_TASTE
    )


def no_taste_examples(path: Path = FILE) -> tuple[str, ...]:
    """Read the messages of the file that tell no taste."""
    return _lines(_read(path)[NO_TASTE])


def _read(path: Path) -> dict[str, Any]:
    return dict(read_yaml(path.read_text(encoding="utf-8")))


def _lines(value: dict[str, Any]) -> tuple[str, ...]:
    return tuple(value["exemples"].splitlines())


def read_tastes(text: str, tastes: tuple[Taste, ...]) -> tuple[list[Taste], list[Taste]]:
    """Return (liked, disliked) tastes of a message, clause by clause; a dislike wins."""
    liked: list[Taste] = []
    disliked: list[Taste] = []
    for clause in CLAUSE.split(fold(text)):
        negation = NEGATION.search(clause)
        for taste in tastes:
            match = taste.pattern.search(clause)
            if match:
                negative = negation is not None and negation.start() < match.start()
                (disliked if negative else liked).append(taste)
    refused = {taste.id for taste in disliked}
    return [t for t in dict.fromkeys(liked) if t.id not in refused], list(dict.fromkeys(disliked))
