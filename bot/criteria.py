"""What a comparison is about: pay, studies, a day… or the difference itself.

The words that compare ("lequel", "différence", "et") hide what is compared from the classifier of
sections: without them, "lequel demande le plus d’études" reads like any question on studies.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.classifier import Guesses

SURE_CRITERION, SECOND_CRITERION = 0.45, 0.30
"""Probability from which a part of the sheets is compared, and from which a second one is too
("paie et diplômes"); read on 122 comparisons of the test sets: of the 33 that get one, one is
wrong."""
NOT_CRITERIA = frozenset(("en-bref", "metiers-proches", "idees-recues", "pour-qui"))
"""Sections that a comparison shows anyway, or that say nothing to compare."""
PAIR = re.compile(
    r"(?:\b(?:entre|un|une|le|la|les|des|du|de|d) )*\bmetier\b"
    r"(?:(?: (?:et|ou|vs|versus|contre|and|or|face|a|au|de|du|la|le|les|un|une|d|en|the|puis))*"
    r" metier\b)+"
)
COMPARING = re.compile(
    r"\b(?:compar\w*|differen\w*|diff|distingu\w*|separe\w*|lequel|laquelle|lesquels|pareil\w*"
    r"|entre|hesite\w*|hierarchie|commande)\b"
)


def plain_question(masked: str) -> str:
    """Return a question whose jobs are masked as one job would be asked about."""
    return " ".join(COMPARING.sub("", PAIR.sub("metier", masked)).split())


def criteria(masked: str, guess: Callable[[str], Guesses]) -> tuple[str, ...]:
    """Return the sections that a comparison is about, two at most; none for the difference."""
    found = [(s, p) for s, p in guess(plain_question(masked)) if s not in NOT_CRITERIA][:2]
    if not found or found[0][1] < SURE_CRITERION:
        return ()
    return tuple(s for s, p in found if s == found[0][0] or p >= SECOND_CRITERION)
