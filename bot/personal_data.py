"""Personal data that a visitor types: recognised, masked before search and model, never kept.

Patterns run on the text as typed, so that what is masked is what was found. Help-line numbers
(08…) are nobody's data.
"""

from __future__ import annotations

import re

MASK = "[…]"

NUMBERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # E-mail, also "lea.martin arobase gmail point com".
        r"[\w.+-]+\s?(?:@|[(\[]at[)\]]|\barobase\b)\s?[\w-]+(?:\s?(?:\.|\bpoint\b)\s?[\w-]{2,})+",
        # IBAN of France (27 signs), then of others.
        r"\bFR\d{2}(?:\s?[A-Z0-9]{4}){5}\s?[A-Z0-9]{3}\b",
        r"\b[A-Z]{2}\d{2}(?:\s?[A-Z]{4})?(?:\s?\d{4}){3,7}(?:\s?[A-Z0-9]{1,3})?\b",
        # Bank card.
        r"(?<!\d)(?:\d{4}[\s-]?){3}\d{4}(?!\d)",
        # French social security number: sex, year, month, place, order, key.
        r"(?<!\d)[12]\s?\d{2}\s?(?:0[1-9]|1[0-2])\s?(?:\d{2}|2[AB])(?:\s?\d{3}){2}(?:\s?\d{2})?(?!\d)",
        # French telephone.
        r"(?<![\d.])(?:(?:\+|00)33\s?(?:\(0\)\s?)?|0)[1-79](?:[\s./-]?\d{2}){4}(?!\d)",
        # Birth date.
        r"\bn[ée]+e?\s+le\s+\d{1,2}[\s/.-]+\w+[\s/.-]+\d{2,4}\b",
    )
)

CAPITALS = r"(?:[ -](?:d[eu]s?|la|le|les|l['’]|d['’])?\s?[A-ZÀ-Ý][\w'’-]*)*"
"""The words after the first one that belong to a name, when they are written with a capital."""
STREET = (
    r"(?i:(?:rue|avenue|av\.|boulevard|bd|impasse|all[ée]e|chemin|quai|route|square)\s+"
    r"(?:(?:de|du|des|la|les?)\s+|(?:de\s)?l['’]|d['’])*"
    r"|place\s+(?:de\s+la\s+|du\s+|des\s+|de\s+l['’]|d['’]))"
)
"""The kind of street. A place needs its article: "1 place de stage" is no address."""
ADDRESS = re.compile(
    rf"(?<!\d)\d{{1,4}}\s?(?i:bis|ter|quater)?,?\s+{STREET}"
    rf"[\w'’-]+{CAPITALS}(?:,?\s+\d{{5}}\s+[\w'’-]+)?"
)
NAME = re.compile(
    r"(\b(?i:je\s+m['’]?\s?appell?e|mon\s+(?:nom|pr[ée]nom)\s+(?:est|c['’]est|:)|my\s+name\s+is|"
    r"je\s+suis\s+(?:m\.|mme|mlle))\s+"
    r"|\b(?i:moi\s+c['’]est)\s+(?=[A-ZÀ-Ý][a-zà-ÿ]+\s*(?:[.,!]|$)))"
    r"(?!(?i:comment|pas|plus|une?|des?|l[ea]|les|quoi|qui|quand|pourquoi|comme|toujours|jamais|"
    r"aussi|rien|encore|bien|cela|[çc]a|not|what)\b)"
    rf"[^\W\d_][\w'’-]*{CAPITALS}"
)
"""What announces a name, kept, and the name. "Je m’appelle comment ?" announces none."""


def mask_personal_data(text: str) -> str:
    """Replace names, addresses and numbers by "[…]" so that neither search nor model sees them."""
    for pattern in (*NUMBERS, ADDRESS):
        text = pattern.sub(MASK, text)
    return NAME.sub(rf"\1{MASK}", text)


def has_personal_data(text: str) -> bool:
    """Tell whether a message holds a name, an address or a number that should not be typed."""
    return mask_personal_data(text) != text
