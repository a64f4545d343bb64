"""Published pay figures: how they are written in French, and which of two jobs compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from corpus.types import RoleSheet, Salary


def amount(pay: Salary) -> str:
    """Return "de 35 000 à 40 000 €", "41 000 €", "à partir de…" or "jusqu’à…"."""
    low, high = (None if n is None else _number(n) for n in (pay.low, pay.high))
    if low == high:
        return f"{low} €"
    if low is None or high is None:
        return f"à partir de {low} €" if low else f"jusqu’à {high} €"
    return f"de {low} à {high} €"


def unit(pay: Salary) -> str:
    """Return "brut par an"; a figure whose source does not say "brut" says so."""
    words = pay.unit.removeprefix("EUR ")
    return words if words.startswith("brut") else f"{words} (brut ou net : non précisé)"


def comparable(roles: Sequence[RoleSheet], profile: str) -> Iterator[list[Salary]]:
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


def _number(value: float) -> str:
    text = f"{value:,.2f}".removesuffix(".00")
    return text.replace(",", " ").replace(".", ",")
