"""Whether words are a call for help, learnt from examples and from ordinary questions.

A linear classifier over words and pieces of words, so that text-message spelling and typos are
read. It looks at a message through short windows: a call at the end of a long question about a
job weighs as much as a call alone. Trained when the index is built, kept in the index folder. The
patterns that come beside it are in safety.py. Figures: README, "Mesures".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any

from bot import intent_classifier, sections
from bot.classifier import MeaningClassifier, Trained, folded_words
from bot.data import text_of, values_of
from corpus.text import fold
from corpus.types import BankEntry
from index.encoder import Vectors

Encode = Callable[[str], Vectors]
"""A text to its question vector."""
CALL, CALM = "call", "calm"
HELP_DOCUMENT = "ressources-utiles"
"""The theme about help lines: its questions are neither calls for help nor ordinary."""

MEANING_SHARE = 0.3
"""Weight of the vector's classifier against that of the words."""
MEANING_STEP = 5
WINDOW = 14
STEP = 7
"""Words of a window, and from one window to the next."""

REPEATED = re.compile(r"([a-z])\1{2,}")
SPACED_OUT = re.compile(r"\b(?:[a-z][ ._*-]){3,}[a-z]\b")
TOKEN = re.compile(r"[a-z0-9*]+|[.?!;:…\n]+")


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    """Text-message spelling -> plain words."""
    plain_first: dict[str, str] = values_of("safety_patterns.yaml")["spellings"]
    return {typed: plain for plain, variants in plain_first.items() for typed in variants.split()}


def plain(text: str) -> str:
    """Write a message as the patterns and the classifier read it.

    Lower case, no accents, no apostrophes, text-message spelling written out, "mouriiir" and
    "m.o.u.r.i.r" mended, one " . " for each end of sentence.
    """
    text = REPEATED.sub(r"\1", fold(unicodedata.normalize("NFKC", text)))
    text = SPACED_OUT.sub(lambda match: re.sub(r"[^a-z]", "", match[0]), text)
    table = _spellings()
    found = (word if word[0].isalnum() or word[0] == "*" else "." for word in TOKEN.findall(text))
    return " ".join(table.get(word, word) for word in found)


def windows(plain_text: str) -> Iterator[str]:
    """Cut plain text into its sentences, and long sentences into overlapping windows."""
    for sentence in plain_text.split(" . "):
        found = sentence.strip(" .").split()
        for start in range(0, max(1, len(found) - STEP), STEP):
            yield " ".join(found[start : start + WINDOW])


@lru_cache(maxsize=1)
def _families() -> dict[str, str]:
    """Word, or beginning of word with a star, -> family of distress_words.yaml."""
    families: dict[str, str] = values_of("distress_words.yaml")
    return {word: family for family, words in families.items() for word in words.split()}


@lru_cache(maxsize=4096)
def family_of(word: str) -> str:
    """Return the family of a plain word, or an empty string."""
    known = _families()
    starts = (f"{word[:size]}*" for size in range(len(word), 1, -1))
    return known.get(word) or next((known[start] for start in starts if start in known), "")


def pieces(window: str) -> list[str]:
    """Return what the classifier counts: words in a row, pieces of words, pairs of families."""
    found = window.split()
    count = len(found)
    rows = ["_".join(found[i : i + size]) for size in (1, 2, 3) for i in range(count - size + 1)]
    edged = [f" {word} " for word in found]
    parts = [w[i : i + size] for w in edged for size in (3, 4, 5) for i in range(len(w) - size + 1)]
    families = sorted({family for word in found if (family := family_of(word))})
    pairs = [f"{first}+{second}" for first, second in combinations(families, 2)]
    return rows + parts + [f"+{family}" for family in families] + pairs


@lru_cache(maxsize=1)
def examples() -> dict[str, dict[str, list[str]]]:
    """Return "calls" and "look_alikes" of distress_examples.yaml: family -> messages."""
    return {
        label: {family: lines.splitlines() for family, lines in families.items()}
        for label, families in values_of("distress_examples.yaml").items()
    }


def word_files() -> tuple[str, str]:
    """Return the files that say how words are read: a change of them asks for training anew."""
    return text_of("safety_patterns.yaml"), text_of("distress_words.yaml")


def ordinary_questions(bank: Iterable[BankEntry]) -> list[str]:
    """Return what pupils write on any other day: the bank's wordings and the examples."""
    asked = [w for entry in bank if entry.document != HELP_DOCUMENT for w in entry.wordings]
    learnt = (*sections.examples().values(), *intent_classifier.examples().values())
    return asked + [message for group in learnt for message in group]


def training_pairs(
    bank: Iterable[BankEntry], read: Callable[[str], str] = plain
) -> tuple[list[str], list[str]]:
    """Return windows and their labels; `read` is how a message will be read (safety.py)."""
    known = examples()
    calls = [line for family in known["calls"].values() for line in family]
    look_alikes = [line for family in known["look_alikes"].values() for line in family]
    return labelled(calls, look_alikes + ordinary_questions(bank), read)


def meaning_pairs() -> tuple[list[str], list[str]]:
    """Return folded messages and labels for the vectors: a sample of calls, look-alikes, others.

    One call in MEANING_STEP is enough for the vectors (all of them change the figures by less
    than one call in a hundred) and costs the build a fifth of the time.
    """
    known = examples()
    calls = [line for family in known["calls"].values() for line in family][::MEANING_STEP]
    calm = [line for family in known["look_alikes"].values() for line in family][::MEANING_STEP]
    calm += [line for group in intent_classifier.examples().values() for line in group]
    texts = [folded_words(line) for line in calls + calm]
    return texts, [CALL] * len(calls) + [CALM] * len(calm)


def labelled(
    calls: Iterable[str], calm: Iterable[str], read: Callable[[str], str]
) -> tuple[list[str], list[str]]:
    """Return texts and labels: a call is learnt whole, every window of a calm message is calm."""
    positive = [read(line) for line in calls]
    negative = [window for line in calm for window in windows(read(line))]
    return positive + negative, [CALL] * len(positive) + [CALM] * len(negative)


class DistressByMeaning(MeaningClassifier):
    """The half of DistressClassifier that reads vectors; saved with it."""


class DistressClassifier(Trained):
    """The trained classifier of calls for help, kept as (words pipeline, meaning or None)."""

    file_name = "distress.joblib"
    french_name = "Le détecteur de détresse"
    _pipeline: tuple[Any, DistressByMeaning | None]

    @classmethod
    def train(
        cls,
        texts: Sequence[str],
        labels: Sequence[str],
        meaning: DistressByMeaning | None = None,
        digest: str = "",
    ) -> DistressClassifier:
        """Fit on windows and their labels; `meaning` is trained by the caller."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        counts = TfidfVectorizer(analyzer=pieces, sublinear_tf=True, min_df=2)
        pipeline = make_pipeline(counts, LogisticRegression(C=20, max_iter=300))
        pipeline.fit(list(texts), list(labels))
        return cls((pipeline, meaning), digest)

    def is_call(self, read: str, threshold: float, encode: Encode) -> bool:
        """Tell whether one window of the message is a call, from a probability in [0, 1].

        `encode` gives the vector of a text; it is asked only where the words leave a doubt.
        """
        words_say = self.probability(read)
        meaning = self._pipeline[1]
        if meaning is None:
            return words_say >= threshold
        least = (1 - MEANING_SHARE) * words_say
        if least >= threshold or least + MEANING_SHARE < threshold:
            return least >= threshold
        means = dict(meaning.guess(encode(folded_words(read))))[CALL]
        return least + MEANING_SHARE * means >= threshold

    def probability(self, read: str) -> float:
        """Return how sure the words are, in [0, 1], that one window of the message is a call."""
        pipeline = self._pipeline[0]
        seen = list(windows(read))
        column = list(pipeline.classes_).index(CALL)
        return float(pipeline.predict_proba(seen)[:, column].max())
