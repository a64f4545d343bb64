"""Text-message spelling to plain French, word by word, before a message is understood.

Only words that are not French are replaced ("koi", "cb", "fo"), so a well-written message comes
out unchanged.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.data import values_of
from corpus.text import fold

WORD = re.compile(r"[^\W_]+(?!['’\w])")
"""A word that no apostrophe follows: "c" alone is "c'est", but "c'est" is left as it is."""
LEET = str.maketrans("013457", "oieast")
LEET_WORD = re.compile(r"\b(?=[a-z0-9]*[a-z])(?=[a-z0-9]*\d)[a-z0-9]{5,}\b", re.IGNORECASE)
"""Words of five signs or more that mix letters and digits: "d3v3l0pp3ur"."""


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    return {str(short): str(plain) for short, plain in values_of("sms.yaml").items()}


def expand(text: str) -> str:
    """Return the message with text-message spellings and leetspeak written out."""
    text = LEET_WORD.sub(lambda m: m[0].translate(LEET), text)
    table = _table()

    def plain(match: re.Match[str]) -> str:
        word = match[0].lower()
        return table.get(word) or table.get(fold(word)) or match[0]

    return WORD.sub(plain, text)
