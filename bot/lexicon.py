"""The words that the corpus and its questions use, and the names of terms and themes.

Tells a follow-up from another subject ("et le salaire d'un footballeur ?") and a question about
e-commerce from one about cooking, without any model: by the words that the corpus never uses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from importlib.resources import files

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.roles import normal
from bot.sections import short_examples
from corpus.text import STOP_WORDS, words
from corpus.types import Corpus

Name = tuple[str, ...]

TYPO_LETTERS = 6
"""Words shorter than this must be right: "crêpe" is one letter away from "créée"."""
WISHES = frozenset(map(normal, ("devenir", "become")))
AFTER_WISH = 3
"""Words after such a word in which the job wished for is named."""


class Lexicon:
    """Built once from the corpus; every test works on folded words, one typo forgiven."""

    def __init__(
        self, corpus: Corpus, question_texts: Iterable[str], corpus_texts: Iterable[str]
    ) -> None:
        """`question_texts` are bank wordings with job names masked; `corpus_texts` everything."""
        self._questions = frozenset(normal(w) for text in question_texts for w in words(text))
        self._generic = frozenset(normal(w) for text in short_examples() for w in words(text))
        everything = {normal(w) for text in corpus_texts for w in words(text)}
        self._everything = frozenset(everything | self._questions)
        self._terms: dict[Name, str] = {
            tuple(words(name)): term.id
            for term in corpus.terms
            for name in (term.name, *term.forms)
            if not STOP_WORDS.issuperset(words(name))  # "ces missions" does not name the CES
        }
        self._other_jobs = {tuple(map(normal, words(name))) for name in other_jobs()}
        self._themes: set[Name] = {
            tuple(words(name))
            for theme in corpus.themes.values()
            for name in (theme.title, *theme.aliases)
        }

    def strange_in_questions(self, text: str) -> list[str]:
        """Telling words that no question about a job uses."""
        return self._strange(text, self._questions)

    def strange(self, text: str) -> list[str]:
        """Telling words that the whole corpus never uses."""
        return self._strange(text, self._everything)

    def _strange(self, text: str, known: frozenset[str]) -> list[str]:
        found = []
        for word in words(text):
            plain = normal(word)
            if word in STOP_WORDS or word.isdigit() or plain in known or len(plain) < 3:
                continue
            limit = 1 if len(plain) >= TYPO_LETTERS else 0
            near = limit and process.extractOne(
                plain, known, scorer=OSA.distance, score_cutoff=limit
            )
            if not near:
                found.append(word)
        return found

    def is_generic(self, text: str) -> bool:
        """Tell whether every word is one of those that ask about any job ("combien ça gagne")."""
        return all(w in STOP_WORDS or normal(w) in self._generic for w in words(text))

    def is_term(self, plain: Sequence[str]) -> bool:
        """Tell whether these words are a glossary term."""
        return tuple(plain) in self._terms

    def term_in(self, text: str) -> str | None:
        """Return the id of the longest glossary term that stands in the text."""
        name = _longest(words(text), self._terms.keys())
        return self._terms[name] if name else None

    def is_only_term(self, text: str) -> bool:
        """Tell whether the text is a glossary term and nothing else but stop words."""
        plain = words(text)
        name = _longest(plain, self._terms.keys())
        return bool(name) and all(w in STOP_WORDS for w in plain if w not in (name or ()))

    def names_other_job(self, text: str) -> bool:
        """Tell whether the text names a job outside e-commerce ("footballeur")."""
        return bool(_longest([normal(w) for w in words(text)], self._other_jobs))

    def wants_other_job(self, text: str) -> bool:
        """Tell whether the text is about becoming one ("devenir infirmière")."""
        plain = [normal(w) for w in words(text)]
        wishes = (i for i, word in enumerate(plain) if word in WISHES)
        return any(_longest(plain[i + 1 : i + 1 + AFTER_WISH], self._other_jobs) for i in wishes)

    def names_theme(self, text: str) -> bool:
        """Tell whether a theme is named in the text ("stage de 3e", "pure player")."""
        return bool(_longest(words(text), self._themes))


def other_jobs() -> list[str]:
    """Read the list of common jobs outside e-commerce."""
    return files("corpus").joinpath("autres-metiers.txt").read_text("utf-8").split("\n")


def _longest(plain: Sequence[str], names: Collection[Name]) -> Name | None:
    """Return the longest name that stands in the words, or None."""
    for size in range(max(map(len, names), default=0), 0, -1):
        for i in range(len(plain) - size + 1):
            if tuple(plain[i : i + size]) in names:
                return tuple(plain[i : i + size])
    return None
