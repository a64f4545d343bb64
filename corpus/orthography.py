"""French spelling: the words of a text that neither the dictionary nor the project knows.

The dictionary is Grammalecte's, read by Hunspell from `dictionnaire/`; the project's own words
(names, tools, English terms of the trade) are in `mots.txt`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from hunspell import Hunspell

from corpus.text import ELISION

HERE = Path(__file__).parent
DICTIONARY = HERE / "dictionnaire"
OWN_WORDS = HERE / "mots.txt"
FORM = re.compile(r"\w+(?:[’'.-]\w+)*")
"""A word with what may stand inside it: "l’e-commerce", "Campioni.fr", "peut-on"."""
MAX_SUGGESTIONS = 2


class Speller:
    """Tells which words are unknown; a capital is free where the word is known without it."""

    def __init__(self, own_words: frozenset[str], folder: Path = DICTIONARY) -> None:
        """Open `fr.aff` and `fr.dic` of a folder (0.1 s). Raises OSError where they are missing."""
        self._hunspell = Hunspell("fr", hunspell_data_dir=str(folder), system_encoding="UTF-8")
        self._own_words = own_words
        self._known: dict[str, bool] = {}

    def unknown(self, text: str) -> list[str]:
        """Words of a text that are unknown, in order, without the article elided before them.

        A word that holds a digit is a code, an ordinal or an address, and is not looked at.
        """
        found = []
        for form in FORM.findall(text):
            if form not in self._known:
                self._known[form] = self._is_known(form)
            if not self._known[form]:
                found.append(ELISION.sub("", form, count=1))
        return found

    def _is_known(self, form: str) -> bool:
        bare = ELISION.sub("", form, count=1)
        own = bare in self._own_words or bare[:1].lower() + bare[1:] in self._own_words
        return own or any(c.isdigit() for c in form) or any(map(self._spells, (form, bare)))

    def _spells(self, form: str) -> bool:
        return bool(self._hunspell.spell(form))

    def suggestions(self, form: str) -> list[str]:
        """Words of the dictionary that look like this one, the likeliest first (0.1 s)."""
        found: tuple[str, ...] = self._hunspell.suggest(form)
        return [word.replace("'", "’") for word in found[:MAX_SUGGESTIONS]]


def read_own_words(path: Path = OWN_WORDS) -> list[str]:
    """Words of the project, in the order of the file, one a line; "#" opens a comment line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@lru_cache(maxsize=1)
def speller() -> Speller:
    """Return the speller of the product, opened once."""
    return Speller(frozenset(read_own_words()))
