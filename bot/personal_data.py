"""Personal data that a visitor types: recognised, masked before search and model, never kept."""

from __future__ import annotations

import re

from corpus.text import fold

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\d.])(?:(?:\+|00)33\s?(?:\(0\)\s?)?|0)[1-9](?:[\s.-]?\d{2}){4}(?!\d)")
SOCIAL_NUMBER = re.compile(
    r"(?<!\d)[12]\s?\d{2}\s?[01]\d\s?(?:\d{2}|2[AB])\s?\d{3}\s?\d{3}(?:\s?\d{2})?(?!\d)"
)
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){4,7}(?:\s?[A-Z0-9]{1,3})?\b")
NUMBERS = (EMAIL, IBAN, SOCIAL_NUMBER, PHONE)

ADDRESS = re.compile(
    r"\b\d{1,4}\s*(?:bis|ter)?,?\s+(?:rue|avenue|av\.|boulevard|bd|impasse|allee|place|chemin|quai)\s+\w"
)
NAME = re.compile(
    r"\b(?:je m'?appelle|mon nom (?:est|c'est)|my name is|je suis (?:m\.|mme|mlle))\s+"
    r"(?!comment\b|un\b|une\b|pas\b|quoi\b)\w+"
)


def has_personal_data(text: str) -> bool:
    """Tell whether a message holds a name, an address or a number that should not be typed."""
    folded = fold(text)
    if any(pattern.search(text) for pattern in NUMBERS):
        return True
    return bool(ADDRESS.search(folded) or NAME.search(folded))


def mask_personal_data(text: str) -> str:
    """Replace addresses and numbers by "[…]" so that neither search nor model sees them."""
    for pattern in NUMBERS:
        text = pattern.sub("[…]", text)
    return text
