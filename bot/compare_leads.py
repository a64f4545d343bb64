"""What answers a comparison before its table: who earns more, who studies longer, what differs.

A conclusion on pay is followed by the sentences that it rests on, each cited; one on studies by the
table. There is none where the sheets give nothing to compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.checks import split_sentences
from bot.cite import Citer, join_blocks
from bot.french import the_role, titles
from bot.levels import UNKNOWN_LEVEL, highest_level, lowest_level
from bot.roles import RoleMatcher
from bot.types import Sections
from corpus.types import Passage, RoleSheet, Salary, lower_first
from corpus.validate import numbers

PROFILES = {
    "débutant": "Au début",
    "confirmé": "Avec de l’expérience",
    "expert": "Pour les profils les plus expérimentés",
    "médian": "En valeur médiane",
}
"""Profile of a pay figure -> how a sentence begins with it, in the order of preference."""


class Leads:
    """Writes what comes before the table; built once."""

    def __init__(
        self, passages: Iterable[Passage], sections: Sections, matcher: RoleMatcher
    ) -> None:
        """Find the answers of the bank that tell one job from another."""
        self._sections = sections
        self._matcher = matcher
        self._differences: dict[frozenset[str], Passage] = {}
        for passage in passages:
            if passage.kind == "question" and passage.section == "metiers-proches":
                pair = self._named(passage.heading)
                if len(pair) == 2:
                    self._differences.setdefault(pair, passage)

    def _named(self, text: str) -> frozenset[str]:
        return frozenset(mention.role for mention in self._matcher.mentions(text))

    def difference(self, roles: Sequence[RoleSheet], citer: Citer) -> str:
        """The bank's answer on the difference: its first block, or two where the second one
        names the other job; empty where it has none.
        """
        pair = frozenset(role.id for role in roles)
        passage = self._differences.get(pair)
        if passage is None:
            return ""
        named = [self._named(block.text) & pair for block in passage.blocks[:2]]
        two = len(named) > 1 and len(named[0]) < len(pair) and named[0] | named[1] == pair
        blocks = passage.blocks[: 2 if two else 1]
        return join_blocks([citer.sentence(passage, block) for block in blocks])

    def pay(self, roles: Sequence[RoleSheet], citer: Citer) -> str:
        """Order the jobs by figures of one profile, publisher, unit and year; empty without any."""
        for profile, start in PROFILES.items():
            for figures in _comparable(roles, profile):
                pairs = zip(roles, figures, strict=True)
                lines = [self._told(role, pay, citer) for role, pay in pairs]
                if all(lines):
                    near = " d’après un métier voisin," if any(pay.job for pay in figures) else ""
                    conclusion = f"{start},{near} {_who_earns_more(roles, figures)}"
                    return f"{conclusion} :\n\n" + "\n".join(lines)
        return ""

    @staticmethod
    def studies(roles: Sequence[RoleSheet]) -> str:
        """Order the jobs by the level of study of their sheets; empty where one says none."""
        spans = [(lowest_level(role), highest_level(role)) for role in roles]
        if any(low == UNKNOWN_LEVEL for low, _ in spans):
            return ""
        first = _highest(roles, spans)
        if len(first) == len(roles):
            told = "le niveau d’études est le même"
        elif len(first) == 1:
            told = f"les études les plus longues sont pour {the_role(first[0])}"
        else:
            told = "les niveaux d’études se recoupent"
        return f"D’après les fiches, {told}."

    def _told(self, role: RoleSheet, pay: Salary, citer: Citer) -> str:
        """The sentence of the sheet that says a figure, after the job's name; or an empty text."""
        passage = self._sections.get((role.id, "salaire"))
        for block in passage.blocks if passage else ():
            if passage and pay.source in block.sources:
                for sentence in split_sentences(block.text):
                    if f"{pay.low:g}" in numbers(sentence):
                        mark = citer.mark(passage, block)
                        return f"- **{titles(role)}** : {lower_first(sentence)}{mark}"
        return ""


def _comparable(roles: Sequence[RoleSheet], profile: str) -> Iterator[list[Salary]]:
    """For each publisher that has one figure of this profile for every job, of the same year and
    unit, yield these figures in the order of the jobs: a job's own, the first of its sheet, or the
    only one of a neighbouring job.
    """
    groups: dict[tuple[str, int | None, str], dict[str, list[Salary]]] = {}
    for role in roles:
        for pay in role.salaries:
            if pay.profile == profile and pay.low is not None:
                group = groups.setdefault((pay.source.publisher, pay.year, pay.unit), {})
                group.setdefault(role.id, []).append(pay)
    for group in groups.values():
        own = {role: [p for p in found if not p.job][:1] or found for role, found in group.items()}
        if len(own) == len(roles) and all(len(found) == 1 for found in own.values()):
            yield [own[role.id][0] for role in roles]


def _who_earns_more(roles: Sequence[RoleSheet], figures: Sequence[Salary]) -> str:
    """Say which job has the higher figure, that they are the same, or that ranges overlap."""
    first = _highest(roles, [(pay.low or 0, pay.high or 0) for pay in figures])
    if len(first) == len(roles):
        return "le salaire est le même"
    return f"{the_role(first[0])} gagne le plus" if len(first) == 1 else "les salaires se recoupent"


def _highest(roles: Sequence[RoleSheet], spans: Sequence[tuple[float, float]]) -> list[RoleSheet]:
    """The jobs whose span has the highest low end and the highest high end: all of them where
    the spans are the same, none where no job is above the others.
    """
    top = (max(low for low, _ in spans), max(high for _, high in spans))
    return [role for role, span in zip(roles, spans, strict=True) if span == top]
