"""Years of study after the bac that a job's sheet names ("bac pro à bac+5" is 0 to 5)."""

from __future__ import annotations

import re

from corpus.types import RoleSheet

UNKNOWN_LEVEL = 99


def lowest_level(role: RoleSheet) -> int:
    """Lowest number of years after the bac in the sheet's level; 0 for CAP, bac or none.

    UNKNOWN_LEVEL where the sheet names no diploma ("variable selon le parcours").
    """
    if re.search(r"CAP|sans diplôme|aucun diplôme|\bbac\b(?!\+)", role.level):
        return 0
    return min(_years(role), default=UNKNOWN_LEVEL)


def highest_level(role: RoleSheet) -> int:
    """Highest number of years after the bac in the sheet's level; the lowest if it names none."""
    return max(_years(role), default=lowest_level(role))


def _years(role: RoleSheet) -> list[int]:
    return [int(n) for n in re.findall(r"bac\+(\d)", role.level)]
