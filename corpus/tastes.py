"""Tastes and school subjects, as data: which words name them and which jobs they open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from corpus.text import fold

FILE = Path(__file__).parent / "gouts.yaml"
NEGATION = re.compile(
    r"\b(?:pas|jamais|ni|sans|plus de|deteste\w*|horreur|evit\w+|hate|don'?t)\b"
    r"|\b(?:nul(?:le)?s?|mauvaise?s?|bad)\s+(?:en|au|aux|a|at)\b"
)
"""What turns the tastes that follow it, in the same clause, into dislikes."""
CLAUSE = re.compile(r"[,;.!?:()]|\bmais\b|\bpar contre\b|\bbut\b|\balors que\b|\bet (?=je |j')")


@dataclass(frozen=True, slots=True)
class Taste:
    """One taste: the pattern that finds it and the job ids it opens, nearest first."""

    id: str
    pattern: re.Pattern[str]
    roles: tuple[str, ...]


def load_tastes(path: Path = FILE) -> tuple[Taste, ...]:
    """Read the tastes file."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(
        Taste(key, re.compile(r"\b(?:" + "|".join(value["mots"]) + ")"), tuple(value["metiers"]))
        for key, value in data.items()
    )


def read_tastes(text: str, tastes: tuple[Taste, ...]) -> tuple[list[Taste], list[Taste]]:
    """Return (liked, disliked) tastes of a message, clause by clause; a dislike wins."""
    liked: list[Taste] = []
    disliked: list[Taste] = []
    for clause in CLAUSE.split(fold(text)):
        negation = NEGATION.search(clause)
        for taste in tastes:
            match = taste.pattern.search(clause)
            if match:
                negative = negation is not None and negation.start() <= match.start()
                (disliked if negative else liked).append(taste)
    refused = {taste.id for taste in disliked}
    return [t for t in dict.fromkeys(liked) if t.id not in refused], list(dict.fromkeys(disliked))
