"""Decide which passage answers, and whether any does.

Pure functions over search hits. Thresholds were chosen on data: see `python -m bot evaluate`
and the table in README.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from bot.types import Question
from corpus.text import fold
from corpus.types import SECTIONS
from corpus.validate import numbers
from index.types import Hit

LIKE_SECTION, LIKE_HELD = 0.20, 0.25
"""In a named job, what is added to the likeness of a passage: the logarithm of its section's
probability, and the share of the question's words that it holds."""
BANK_BONUS, BANK_FIRST = 0.20, 0.80
"""Added to the bank's answers, more precise than a whole section: the first where the section is
chosen, the second within it. Chosen with the two weights above on bank wordings taken out
(`bench search`: right entry first for 79 % of 666 questions, 55 % of 277 claims) and 1,192 outside
questions (an accepted section for 92 %)."""
SECTION_WEIGHT, HELD_WEIGHT = 0.032, 0.09
"""The first two against the cosine, which compares a sheet with free documents; learnt on 700
bank wordings."""
SECTION_FLOOR = 0.03
"""Added to the probability: a section that the classifier rules out is not lost for ever."""
EVEN = 1 / len(SECTIONS)
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
AGE_BONUS = 0.05
"""Added to passages that are known to answer for the very age that the question tells."""
COVERAGE_WEIGHT = 0.10
"""Weight of the share of words held against the cosine, where no job is named."""

AGE = re.compile(r"\b[1-9]\d\b")
"""A number of two digits: the pay of apprentices depends on their age."""
BEGINNER = re.compile(r"\b(?:juniors?|au (?:depart|debut)|commenc\w+|demarr\w+|premier poste)\b")


@dataclass(frozen=True, slots=True)
class Choice:
    """The passage chosen, with its combined score and the share of words it holds."""

    hit: Hit
    score: float
    coverage: float


def rank_in_job(
    question: Question,
    hits: Sequence[Hit],
    coverage: Callable[[Hit], float],
    likeness: Callable[[str], float],
) -> list[Choice]:
    """Order the passages of one job by likeness to what they answer, section, and words held.

    `likeness` is that of a passage's id. Free documents answer no known question: they come
    first where the cosine says so, last otherwise.
    """
    probabilities = dict(question.sections)
    nearest, sheets, free = [], [], []
    for hit in hits:
        held = coverage(hit)
        # A school's document has no such sections: none is more probable than another.
        is_free = hit.passage.kind == "free"
        probability = EVEN if is_free else probabilities.get(hit.passage.section, 0.0)
        section = math.log(probability + SECTION_FLOOR)
        near = (hit.meaning or 0.0) + SECTION_WEIGHT * section + HELD_WEIGHT * held
        nearest.append(Choice(hit, near, held))
        if is_free:
            free.append(nearest[-1])
            continue
        alike = likeness(hit.passage.id) + LIKE_SECTION * section + LIKE_HELD * held
        sheets.append(Choice(hit, alike + _bonus(hit, BANK_BONUS), held))
    nearest, sheets, free = _by_score(nearest), _by_score(sheets), _by_score(free)
    if free and nearest[0] is free[0]:
        return nearest
    return _entries_first(sheets) + free


def _entries_first(choices: Sequence[Choice]) -> list[Choice]:
    """Put the bank's answers before whole sections, the section of the best choice first of all."""
    precise = BANK_FIRST - BANK_BONUS
    order = _by_score(replace(c, score=c.score + _bonus(c.hit, precise)) for c in choices)
    first = [c for c in order if c.hit.passage.section == choices[0].hit.passage.section][:1]
    return first + [choice for choice in order if choice not in first]


def _bonus(hit: Hit, bonus: float) -> float:
    return bonus if hit.passage.kind == "question" else 0.0


def _by_score(choices: Iterable[Choice]) -> list[Choice]:
    return sorted(choices, key=lambda choice: -choice.score)


def rank_anywhere(
    query: str, hits: Sequence[Hit], coverage: Callable[[Hit], float], roles: Collection[str]
) -> list[Choice]:
    """Order passages for a question that names no job; `roles` are the ids of all job sheets."""
    ages = set(AGE.findall(query))
    best_words = max((hit.words or 0.0 for hit in hits), default=0.0) or 1.0
    choices = []
    for hit in hits:
        held = coverage(hit)
        score = (hit.meaning or 0.0) + WORDS_WEIGHT * (hit.words or 0.0) / best_words
        score += COVERAGE_WEIGHT * held
        if hit.passage.document not in roles:
            score += THEME_BONUS
        if ages and ages & {age for key in hit.passage.keys for age in AGE.findall(key)}:
            score += AGE_BONUS
        choices.append(Choice(hit, score, held))
    return _by_score(choices)


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
