"""Decide which passage answers, and whether any does.

Pure functions over search hits. Thresholds were chosen on data: see `python -m bot evaluate`
and the table in README.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.types import Question
from corpus.text import fold
from corpus.validate import numbers
from index.types import Hit

SECTION_WEIGHT = 0.12
"""Weight of the section's probability against the cosine: best of 0 to 0.2 on 3,400 bank wordings
each held out in turn (right section first: 50 % at 0, 82 % from 0.08 on)."""
WORDS_WEIGHT = 0.02
"""Weight of the BM25 score, scaled to 1 for the best hit, against the cosine."""
ANSWER_FROM = 0.84
"""Cosine under which a question that names no job is not answered."""
COVERAGE_FROM = 0.50
"""Share of the question's words, weighed by rarity, that the passage must hold, at that cosine."""
FAR = 0.86
"""Cosine of the best passage under which the question is taken for another subject."""
THEME_BONUS = 0.08
"""Added to themes, terms and free documents where no job is named: they speak of no single job."""
FREE_FROM, FREE_COVERAGE_FROM = 0.80, 0.35
"""The same two thresholds for free documents."""
SURE, SURE_COVERAGE_FROM = 0.90, 0.33
"""Cosine from which fewer words are asked for: probably another wording of the same question."""
ENGLISH_FROM = 0.88
"""Cosine from which an English question is answered."""
COVERAGE_WEIGHT = 0.10
"""Weight of the share of words held against the cosine, where no job is named."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The passage chosen, with its combined score and the share of words it holds."""

    hit: Hit
    score: float
    coverage: float = 0.0


def rank(question: Question, hits: Sequence[Hit], roles: Collection[str]) -> list[Choice]:
    """Order hits by cosine, words and section; `roles` are the ids of all job sheets."""
    best_words = max((hit.words or 0.0 for hit in hits), default=0.0) or 1.0
    # Without a job the sections of sheets are not what the question asks for.
    probabilities = dict(question.sections) if question.roles else {}
    choices = []
    for hit in hits:
        score = (hit.meaning or 0.0) + WORDS_WEIGHT * (hit.words or 0.0) / best_words
        score += SECTION_WEIGHT * probabilities.get(hit.passage.section, 0.0)
        if not question.roles and hit.passage.document not in roles:
            score += THEME_BONUS
        choices.append(Choice(hit, score))
    return sorted(choices, key=lambda choice: -choice.score)


def is_answer(
    meaning: float, coverage: float, *, free: bool = False, english: bool = False
) -> bool:
    """Tell whether a passage is near enough to answer a question that names no job.

    Free documents are long paragraphs without question wordings: their cosine is lower. English
    questions share no word with French passages: only the cosine counts.
    """
    if free:
        return meaning >= FREE_FROM and coverage >= FREE_COVERAGE_FROM
    if english and meaning >= ENGLISH_FROM:
        return True
    near = meaning >= SURE and coverage >= SURE_COVERAGE_FROM
    return near or (meaning >= ANSWER_FROM and coverage >= COVERAGE_FROM)


def foreign_figures(question: str, known: set[str]) -> list[str]:
    """Amounts of money that the question takes for granted and that the passages do not hold."""
    asked = numbers(" ".join(re.findall(r"\d[\d\s.,]*(?:€|euros?|k€|ke?\b)", fold(question))))
    return sorted(n for n in asked if n not in known and len(n.partition(".")[0]) >= 3)
