"""Small French grammar: articles, elision and both genders of a job's title."""

from __future__ import annotations

from corpus.text import fold
from corpus.types import RoleSheet, lower_first

ASPIRATED = ("hacker", "web", "yield")


def elides(word: str) -> bool:
    """Tell whether "le/la/de" is elided before this word ("l’acheteuse", "d’UX designer")."""
    folded = fold(word)
    return folded[:1] in "aeiouh" and not folded.startswith(ASPIRATED)


def _forms(role: RoleSheet) -> tuple[str, str]:
    return lower_first(role.title_m), lower_first(role.title_f)


def a_role(role: RoleSheet) -> str:
    """Return "un ou une responsable trafic", "un développeur web ou une développeuse web"."""
    m, f = _forms(role)
    return f"un ou une {m}" if m == f else f"un {m} ou une {f}"


def of_a_role(role: RoleSheet) -> str:
    """Return "d’un ou d’une responsable trafic"."""
    m, f = _forms(role)
    return f"d’un ou d’une {m}" if m == f else f"d’un {m} ou d’une {f}"


def the_role(role: RoleSheet) -> str:
    """Return "le ou la responsable trafic", "l’acheteur ou l’acheteuse", "l’UX designer"."""
    m, f = _forms(role)
    if elides(m):
        return f"l’{m}" if m == f else f"l’{m} ou l’{f}"
    return f"le ou la {m}" if m == f else f"le {m} ou la {f}"


def titles(role: RoleSheet) -> str:
    """Return both titles for buttons and tables: "Développeur web ou développeuse web"."""
    m, f = role.title_m, lower_first(role.title_f)
    return m if lower_first(m) == f else f"{m} ou {f}"


def join(items: list[str], last: str = "et") -> str:
    """Join with commas and a last "et" or "ou"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def capital(text: str) -> str:
    """Raise the first letter only."""
    return text[:1].upper() + text[1:]
