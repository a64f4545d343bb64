"""French text to search tokens: elision, accents, stop words, stems, "e-commerce" kept whole.

`TEXT_VERSION` is written in the index manifest: change it when the tokens change.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

TEXT_VERSION = "1"

ELISION = re.compile(
    r"\b(?:l|d|j|m|t|s|n|c|qu|jusqu|lorsqu|puisqu|quoiqu)['’](?=\w)", re.IGNORECASE
)
WHOLE = re.compile(r"\b(e|m|b|c)[\s-](commerc\w*|mail\w*|business|boutique\w*|shop\w*|merch\w*)")
MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
"""Accents and other marks that combine with a letter: the five blocks that Unicode has for them."""
WORD = re.compile(r"[a-z0-9]+(?:[+#]+)?")

# The Snowball French stop words, without accents, less the words that carry meaning in a
# question about jobs ("été" season, "suis"); kept short because BM25 already weighs the rest.
STOP_WORDS = frozenset(
    """au aux avec ce ces cet cette dans de des du elle elles en et eux il ils je la le les leur
    leurs lui ma mais me meme mes moi mon ne nos notre nous on ou par pas pour qu que qui sa se
    ses son sur ta te tes toi ton tu un une vos votre vous y est sont suis es etre etait ai as a
    ont avoir avait the of is are what do does an to in""".split()
)


def fold(text: str) -> str:
    """Lower case, without accents nor ligatures, typographic apostrophes made plain."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return text if text.isascii() else MARKS.sub("", unicodedata.normalize("NFD", text))


def words(text: str) -> list[str]:
    """Folded words in order, elisions cut, "e-commerce" as one word, stop words kept."""
    folded = ELISION.sub(" ", fold(text))
    return WORD.findall(WHOLE.sub(r"\1\2", folded))


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("french")


def tokens(text: str) -> list[str]:
    """Stems of the words that are not stop words: what the lexical index holds."""
    kept = [word for word in words(text) if word not in STOP_WORDS]
    return list(_stemmer().stemWords(kept))


def slug(text: str) -> str:
    """Make an identifier of a heading: "Trouver une entreprise ?" -> "trouver-une-entreprise"."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
