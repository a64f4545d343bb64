"""The kinds of message that need no search to be recognised: patterns on folded text.

The patterns are data (intents.yaml): the first that matches wins. Knows no job and no history.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.data import values_of
from bot.types import Intent
from corpus.text import fold

SHORT = 8
"""Words that a greeting, thanks or a request for sources has at most."""

SHORT_ONLY = ("thanks", "greet", "sources", "complaint", "more", "shorter")


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[Intent, re.Pattern[str]], ...]:
    data = values_of("intents.yaml")
    return tuple((intent, re.compile("|".join(lines))) for intent, lines in data.items())


PATH = re.compile(
    r"pass(?:er|e|ez|ent) (?:de|du|d')|(?:\bde |\bdu |\bd').+ (?:a|vers|jusqu'a) |from .+ to "
    r"|evoluer|etapes|\bpuis\b"
    r"|devenir .+ (?:quand|si|alors que|en etant|apres)"
    r"|(?:quand|si|suis|en etant|actuellement|aujourd'hui|apres avoir ete) .+ "
    r"(?:devenir|passer|etre|aller)\b"
)
"""How one goes from one job to another."""

ORDINALS: tuple[tuple[re.Pattern[str], tuple[int, ...]], ...] = tuple(
    (re.compile(pattern), positions)
    for pattern, positions in (
        (r"\bles deux\b|\btous les deux\b|\bboth\b", (0, 1)),
        (r"\bles trois\b|\ball three\b", (0, 1, 2)),
        (r"\b(?:premiere?|1ere?|1er|first)\b", (0,)),
        (r"\b(?:deuxieme|seconde?|2e|2eme|second one)\b|\bl'autre\b|\bthe other", (1,)),
        (r"\b(?:troisieme|3e|3eme|third)\b", (2,)),
        (r"\b(?:dernier|derniere|last one)\b", (-1,)),
    )
)


def intent_of(text: str) -> Intent | None:
    """Return the intent that a pattern names, or None for a plain question."""
    folded = re.sub(r"\s+", " ", fold(text)).strip()
    short = len(folded.split()) <= SHORT
    for intent, pattern in _patterns():
        if (short or intent not in SHORT_ONLY) and pattern.search(folded):
            return intent
    return None


def after_greeting(text: str) -> str:
    """Return what a greeting or thanks is followed by ("merci, il gagne combien ?")."""
    folded = re.sub(r"\s+", " ", fold(text)).strip()
    for intent, pattern in _patterns():
        if intent in ("greet", "thanks"):
            folded = pattern.sub(" ", folded)
    return folded.strip(" ,.!?")


def ordinals(text: str) -> tuple[int, ...]:
    """Positions that the message points at in a list shown before ("le deuxième")."""
    folded = fold(text)
    for pattern, positions in ORDINALS:
        if pattern.search(folded):
            return positions
    return ()
