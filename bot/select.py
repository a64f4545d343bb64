"""Decide which passage answers, and whether any does.

Pure functions over search hits. Thresholds were chosen on data: see `python -m bot evaluate`
and the table in README.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from bot.types import Question
from corpus.text import fold
from corpus.types import SECTIONS
from corpus.validate import numbers
from index.types import Hit

SECTION_WEIGHT = 0.032
"""Weight of the logarithm of the section's probability against the cosine, in a named job."""
SECTION_FLOOR = 0.01
"""Added to the probability: a section that the classifier rules out is not lost for ever."""
EVEN = 1 / len(SECTIONS)
HELD_WEIGHT = 0.09
"""Weight, in a named job, of the share of the question's words that the passage holds. The three
weights were learnt together on 700 bank wordings, each taken out of the index in turn: the right
section came first for 56 % by the cosine, 86 % by the three."""
BANK_BONUS = 0.015
"""Added to the bank's answers, more precise than a whole section: by `bench search` the right
entry comes first for 44 % instead of 32 %, the right section as often (87 %, 86 %)."""
WORDS_WEIGHT = 0.02
"""Weight of the BM25 score, scaled to 1 for the best hit, where no job is named."""
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
THEME_FROM = 0.85
"""Cosine from which a question that the classifier takes for one on the themes is answered."""
COVERAGE_WEIGHT = 0.10
"""Weight of the share of words held against the cosine, where no job is named."""

BEGINNER = re.compile(
    r"\b(?:juniors?|au (?:depart|debut)|commenc\w+|demarr\w+|premier poste)\b"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The passage chosen, with its combined score and the share of words it holds."""

    hit: Hit
    score: float
    coverage: float


def rank_in_job(
    question: Question, hits: Sequence[Hit], coverage: Callable[[Hit], float]
) -> list[Choice]:
    """Order the passages of one job by cosine, section, and words of the question held."""
    probabilities = dict(question.sections)
    choices = []
    for hit in hits:
        held = coverage(hit)
        # A school's document has no such sections: none is more probable than another.
        free = hit.passage.kind == "free"
        probability = EVEN if free else probabilities.get(hit.passage.section, 0.0)
        section = math.log(probability + SECTION_FLOOR)
        score = (hit.meaning or 0.0) + SECTION_WEIGHT * section + HELD_WEIGHT * held
        if hit.passage.kind == "question":
            score += BANK_BONUS
        choices.append(Choice(hit, score, held))
    return sorted(choices, key=lambda choice: -choice.score)


def rank_anywhere(
    hits: Sequence[Hit], coverage: Callable[[Hit], float], roles: Collection[str]
) -> list[Choice]:
    """Order passages for a question that names no job; `roles` are the ids of all job sheets."""
    best_words = max((hit.words or 0.0 for hit in hits), default=0.0) or 1.0
    choices = []
    for hit in hits:
        held = coverage(hit)
        score = (hit.meaning or 0.0) + WORDS_WEIGHT * (hit.words or 0.0) / best_words
        score += COVERAGE_WEIGHT * held
        if hit.passage.document not in roles:
            score += THEME_BONUS
        choices.append(Choice(hit, score, held))
    return sorted(choices, key=lambda choice: -choice.score)


def with_synonyms(plain: str) -> str:
    """Add to a folded question the word that sheets use for what it says of beginners."""
    return f"{plain} débutant" if BEGINNER.search(plain) else plain


def is_answer(
    meaning: float,
    coverage: float,
    *,
    free: bool = False,
    english: bool = False,
    theme: bool = False,
) -> bool:
    """Tell whether a passage is near enough to answer a question that names no job.

    Free documents are long paragraphs without question wordings: their cosine is lower. English
    questions share no word with French passages, and what the classifier knows as a question on
    the themes is known to be about them: only the cosine counts.
    """
    if free:
        return meaning >= FREE_FROM and coverage >= FREE_COVERAGE_FROM
    if english and meaning >= ENGLISH_FROM:
        return True
    if theme and meaning >= THEME_FROM:
        return True
    near = meaning >= SURE and coverage >= SURE_COVERAGE_FROM
    return near or (meaning >= ANSWER_FROM and coverage >= COVERAGE_FROM)


def foreign_figures(question: str, known: set[str]) -> list[str]:
    """Amounts of money that the question takes for granted and that the passages do not hold."""
    asked = numbers(" ".join(re.findall(r"\d[\d\s.,]*(?:€|euros?|k€|ke?\b)", fold(question))))
    return sorted(n for n in asked if n not in known and len(n.partition(".")[0]) >= 3)
