"""Compare two or three jobs: a sentence that answers, then a table with the same rows for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot import phrases
from bot.cite import Citer
from bot.classifier import Guesses
from bot.compare_leads import Leads
from bot.compose import suggest
from bot.criteria import criteria
from bot.french import join, the_role, titles
from bot.roles import RoleMatcher
from bot.types import Answer, Question, Sections
from corpus.types import SECTIONS, Corpus, Passage, RoleSheet

ROWS = ("en-bref", "missions", "formations", "salaire", "qualites")
HEADINGS = {"en-bref": "Le métier", "missions": "Au quotidien", "formations": "Études"}
"""Row headings that differ from those of the sheets."""
MISSING = "Non précisé dans mes sources"
NO_COMMON_PAY = (
    "Mes sources ne donnent pas de chiffres comparables : je ne peux pas dire quel métier paie "
    "le mieux."
)


class Comparison:
    """Answers comparisons; built once."""

    def __init__(
        self,
        corpus: Corpus,
        passages: Iterable[Passage],
        sections: Sections,
        matcher: RoleMatcher,
        guess: Callable[[str], Guesses],
    ) -> None:
        """`guess` tells which section a question asks for, its jobs masked."""
        self._corpus = corpus
        self._sections = sections
        self._matcher = matcher
        self._guess = guess
        self._leads = Leads(passages, sections, matcher)

    def answer(self, question: Question) -> Answer:
        """Answer a comparison of the jobs of a question."""
        roles = [self._corpus.roles[role] for role in question.roles]
        asked = criteria(self._matcher.mask_all(question.standalone), self._guess)
        asked = tuple(s for s in asked if any((role.id, s) in self._sections for role in roles))
        citer = Citer()
        choice = "Ce choix vous appartient. " if question.intent == "personal-choice" else ""
        pay = self._leads.pay(roles, citer) if "salaire" in asked else ""
        lead = self._lead(roles, asked, pay, citer)
        # What the sheets pay is quoted already, before the table.
        rows = ("en-bref", *(s for s in asked if s != "salaire" or not pay)) if asked else ROWS
        suggestions = tuple(s for role in roles for s in suggest(role, ("missions",))[:1])
        return Answer(
            kind="answer",
            text=f"{choice}{lead}\n\n{self._table(roles, rows, citer)}",
            citations=citer.citations(),
            roles=question.roles,
            section=asked[0] if asked else "metiers-proches",
            suggestions=suggestions or phrases.EXAMPLES[:3],
        )

    def _lead(self, roles: list[RoleSheet], asked: tuple[str, ...], pay: str, citer: Citer) -> str:
        """What comes before the table; `pay` is the comparison of pay, if the sheets allow one."""
        if not asked:
            parts = [self._leads.difference(roles, citer)]
        else:
            parts = [pay or NO_COMMON_PAY] if "salaire" in asked else []
            parts += [self._leads.studies(roles)] if "formations" in asked else []
        names = join([the_role(role) for role in roles])
        found = "\n\n".join(filter(None, parts))
        return found or f"Voici ce que disent mes sources sur {names}."

    def _table(self, roles: list[RoleSheet], rows: tuple[str, ...], citer: Citer) -> str:
        """One column for each job, one row for each section."""
        lines = [
            "| | " + " | ".join(titles(role) for role in roles) + " |",
            "|---" * (len(roles) + 1) + "|",
        ]
        for section in rows:
            cells = [self._cell(citer, role, section) for role in roles]
            heading = HEADINGS.get(section, SECTIONS[section])
            lines.append(f"| **{heading}** | " + " | ".join(cells) + " |")
        return "\n".join(lines)

    def _cell(self, citer: Citer, role: RoleSheet, section: str) -> str:
        """The first block of the section, which answers by itself, without table signs."""
        passage = self._sections.get((role.id, section))
        if passage is None:
            return MISSING
        return citer.sentence(passage, passage.blocks[0]).replace("|", "/")
