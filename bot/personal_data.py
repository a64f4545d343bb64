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
        # IBAN of France (27 signs) and of others, which hold digits from the second group on.
        r"\bFR\d{2}(?:\s?[A-Z0-9]{4}){5}\s?[A-Z0-9]{3}\b",
        r"\b[A-Z]{2}\d{2}(?:\s?[A-Z]{4})?(?:\s?\d{4}){3,7}(?:\s?[A-Z0-9]{1,3})?\b",
        # Bank card; then French social security number: sex, year, month, place, order, key.
        r"(?<!\d)(?:\d{4}[\s-]?){3}\d{4}(?!\d)",
        r"(?<!\d)[12]\s?\d{2}\s?(?:0[1-9]|1[0-2])\s?(?:\d{2}|2[AB])(?:\s?\d{3}){2}(?:\s?\d{2})?(?!\d)",
        r"(?<![\d.])(?:(?:\+|00)33\s?(?:\(0\)\s?)?|0)[1-79](?:[\s./-]?\d{2}){4}(?!\d)",
        r"\bn[ée]+e?\s+le\s+\d{1,2}[\s/.-]+\w+[\s/.-]+\d{2,4}\b",
    )
)

CAPITALS = r"(?:[ -](?:d[eu]s?|la|le|les|l['’]|d['’])?\s?[A-ZÀ-Ý][\w'’-]*)*"
"""The words after the first one that belong to a name, when they are written with a capital."""
ADDRESS = re.compile(
    r"(?<!\d)\d{1,4}\s?(?i:bis|ter|quater)?,?\s+"
    r"(?i:(?:rue|avenue|av\.|boulevard|bd|impasse|all[ée]e|chemin|quai|route|square|r[ée]sidence)\s+"
    r"(?:(?:de|du|des|la|les?)\s+|(?:de\s)?l['’]|d['’])*"
    r"|place\s+(?:de\s+la\s+|du\s+|des\s+|de\s+l['’]|d['’]))"
    rf"[\w'’-]+{CAPITALS}(?:,?\s+\d{{5}}\s+[\w'’-]+)?"
)
NOT_A_NAME = (
    "comment|pas|plus|un|une|des?|le|la|les|quoi|qui|quand|pourquoi|comme|toujours|jamais|aussi|rien|"
    "encore|bien|cela|ça|ca|not|what"
)
NAME = re.compile(
    r"(\b(?i:je\s+m['’]?\s?appell?e|jm['’]?app?ell?e|mon\s+(?:nom|pr[ée]nom)\s+(?:est|c['’]est|:)|my\s+name\s+is|"
    r"je\s+suis\s+(?:m\.|mme|mlle))\s+|\b(?i:moi\s+c['’]est|je\s+suis)\s+(?=[A-ZÀ-Ý][a-zà-ÿ]+\s+[A-ZÀ-Ý][a-zà-ÿ]+\s*(?:[.,!]|$))"
    rf"|\b(?i:moi\s+c['’]est)\s+(?=[A-ZÀ-Ý][a-zà-ÿ]+\s*(?:[.,!]|$)))(?!(?i:{NOT_A_NAME})\b)[^\W\d_][\w'’-]*{CAPITALS}"
)


def mask_personal_data(text: str) -> str:
    """Replace names, addresses and numbers by "[…]" so that neither search nor model sees them."""
    for pattern in (*NUMBERS, ADDRESS):
        text = pattern.sub(MASK, text)
    return NAME.sub(rf"\1{MASK}", text)


def has_personal_data(text: str) -> bool:
    """Tell whether a message holds a name, an address or a number that should not be typed."""
    return mask_personal_data(text) != text
