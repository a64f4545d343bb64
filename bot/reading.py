"""What one message says by itself, and what the earlier ones leave: values, and the language."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.roles import Mention
from bot.types import Intent, Language, Question
from corpus.text import STOP_WORDS, fold

FILLERS = frozenset(
    "non nan oui pour plutot alors ok what about mais sinon pardon voulais parlais dire autre "
    "euh bah ben hum enfin erreur trompe suis me je metier puis idem pareil meme question chose "
    "same fait finalement and celle celles celui ceux bof".split()
)  # fmt: skip
ENGLISH = frozenset(
    """the is are what how does do much many earn salary job jobs who which where why when can you
    your i my me a an of for to become need about with be work works and or it they tell""".split()
)
FRENCH = frozenset(
    """le la les un une des du de est c quoi que qui quel quelle quels quelles comment combien
    pour et ou il elle on je tu vous mon ma faut fait dans sur avec pas ce ca koi ya y a""".split()
)

POINTERS = re.compile(
    r"\b(?:il|elle|ils|elles|lui|ce (?:metier|poste|travail|job|boulot)|celui|celle|y arriver|"
    r"y acceder|ca|cela|en faire|le faire|son|sa|ses|leur|leurs|they|their|this job|that job|it)\b"
)
VAGUE = re.compile(r"\b(?:ca|cela)\b")
"""Pointers that may point at what the message itself names ("le stage de 3e, ça dure…")."""
SWITCH = re.compile(
    r"^(?:et|euh|ok|bof|non|nan|oui|mais|sinon|and|what about|alors|plutot|pardon|je voulais|"
    r"je parlais|je me suis tromp\w+|erreur|puis|pour|idem|pareil|meme (?:question|chose)|same)\b"
)
SIMILAR = re.compile(r"\b(?:ressembl\w+|proches?|voisins?|similaires?|similar)\b")
THIS_JOB = re.compile(r"\bce metier\b|^et (?:il|elle|pour)\b")
JOB_WORDS = re.compile(r"\b(?:metiers?|jobs?|boulots?|tafs?|postes?|travail|professions?)\b")
SURE_SECTION = 0.6
"""A section this probable shows that "cool, il gagne combien ?" is more than thanks."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the visitor's earlier messages leave.

    Jobs talked about, section, jobs listed, the last question answered, and the topic: the last
    question without job, if none about a job came after it.
    """

    roles: tuple[str, ...] = ()
    section: str | None = None
    options: tuple[str, ...] = ()
    last: Question | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message says by itself, before the context completes it."""

    base: Question
    intent: Intent | None
    mentions: tuple[Mention, ...]
    masked: str

    @property
    def bare(self) -> list[str]:
        """The words left beside job names and stop words."""
        return [w for w in self.masked.split() if w not in STOP_WORDS and w not in FILLERS]

    @property
    def sure(self) -> bool:
        """Whether the message asks for one section beyond doubt ("et le salaire ?")."""
        return self.sections_at_least(SURE_SECTION)

    def sections_at_least(self, probability: float) -> bool:
        """Tell whether a section is at least this probable."""
        return self.base.sections[0][1] >= probability

    def question(self, intent: Intent, note: str = "", **changes: object) -> Question:
        """Return the Question with an intent, changes, and a note on why."""
        why = (*self.base.why, note) if note else self.base.why
        return replace(self.base, intent=intent, why=why, **changes)  # type: ignore[arg-type]


def language_of(text: str) -> Language:
    """Return "en" where English function words outnumber French ones, else "fr"."""
    plain = re.findall(r"[a-z]+", fold(text))
    counts = [(w in ENGLISH, w in FRENCH) for w in plain]
    return "en" if sum(e for e, _ in counts) > sum(f for _, f in counts) else "fr"
