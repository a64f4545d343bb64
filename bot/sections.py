"""Which part of a sheet a question asks for, learnt from the bank's wordings.

Two linear classifiers of the question with the job's name masked ("combien gagne un métier"),
averaged: one over its words and pieces of words, which knows the bank's wordings best, and one
over its vector, which knows wordings never seen. Trained when the index is built, kept in the
index folder. Figures: README, "Mesures".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from bot.classifier import Guesses, MeaningClassifier, Trained, folded_words, ranked
from bot.data import values_of
from corpus.text import words
from corpus.types import SECTIONS, BankEntry
from index.encoder import Vectors

MIN_CONFIDENCE = 0.30
"""Under this probability a question names no section."""
EXAMPLE_REPEAT = 2
"""Weight of an example against one bank wording; 5-fold by job on the bank: 1 81.7 %, 3 81.3 %."""
MEANING_SHARE = 0.35
"""Weight of the vector's classifier in the average."""
LONG_STORY, LONGEST_STORY, WINDOW = 40, 120, 14
"""Words from which a question is read by windows, words read at most, words of a window."""
PLAIN_EXAMPLE = 7
"""Examples of at most this many words only ask: their words count as words of questions."""
SHORT_EXAMPLE = 4
"""Examples of at most this many words hold no word that tells one subject from another."""


def training_pairs(
    bank: Iterable[BankEntry], mask: Callable[[str], str]
) -> tuple[list[str], list[str]]:
    """Return masked questions and their sections: bank wordings of job sheets, and examples."""
    texts: list[str] = []
    labels: list[str] = []
    for entry in bank:
        if entry.section in SECTIONS:
            for wording in entry.wordings:
                texts.append(mask(wording))
                labels.append(entry.section)
    learnt = example_pairs()
    return texts + learnt[0] * EXAMPLE_REPEAT, labels + learnt[1] * EXAMPLE_REPEAT


def example_pairs() -> tuple[list[str], list[str]]:
    """Return the folded examples and their sections."""
    pairs = [(folded_words(q), section) for section, group in examples().items() for q in group]
    return [text for text, _ in pairs], [section for _, section in pairs]


@lru_cache(maxsize=1)
def examples() -> dict[str, list[str]]:
    """Return section id -> short questions of section_examples.yaml."""
    found = values_of("section_examples.yaml")
    return {section: lines.splitlines() for section, lines in found.items()}


@lru_cache(maxsize=1)
def short_examples() -> tuple[str, ...]:
    """Return the shortest examples ("et la paie ?")."""
    questions = (question for group in examples().values() for question in group)
    return tuple(question for question in questions if len(words(question)) <= SHORT_EXAMPLE)


class SectionsByMeaning(MeaningClassifier):
    """The half of SectionClassifier that reads vectors; saved with it."""


class SectionClassifier(Trained):
    """The trained classifier of sections, and the words of the questions that the bank asks.

    Kept as (words pipeline, meaning, words); without meaning, the words pipeline decides alone.
    """

    file_name = "sections.joblib"
    french_name = "Le classeur de questions"
    _pipeline: tuple[Any, SectionsByMeaning | None, frozenset[str]]

    @classmethod
    def train(
        cls,
        texts: Sequence[str],
        labels: Sequence[str],
        meaning: SectionsByMeaning | None = None,
        digest: str = "",
    ) -> SectionClassifier:
        """Fit on masked questions and their section ids; `meaning` is trained by the caller."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline, make_union

        features = make_union(
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
            TfidfVectorizer(analyzer="word", ngram_range=(1, 3), sublinear_tf=True,
                            token_pattern=r"\S+"),
        )  # fmt: skip
        words_pipeline = make_pipeline(features, LogisticRegression(C=20, max_iter=300))
        words_pipeline.fit(list(texts), list(labels))
        # The examples tell lives too ("mon chat", "à Limoges"): such words say nothing of jobs.
        told = {text for text in example_pairs()[0] if len(text.split()) > PLAIN_EXAMPLE}
        asked = frozenset(word for text in texts if text not in told for word in text.split())
        return cls((words_pipeline, meaning, asked), digest)

    @property
    def meaning(self) -> SectionsByMeaning | None:
        """The half that reads vectors; it learnt the examples, not the bank."""
        return self._pipeline[1]

    @property
    def vocabulary(self) -> frozenset[str]:
        """Words of the bank's questions, job names masked."""
        return self._pipeline[2]

    def guess(self, masked: str, vector: Vectors | None = None) -> Guesses:
        """Return every section for a masked question and its vector.

        A long story is read by windows, and the one that asks most clearly is kept.
        """
        found = masked.split()
        if len(found) <= LONG_STORY:
            return self._guess(masked, vector)
        found = found[:LONGEST_STORY]
        windows = (found[i : i + WINDOW] for i in range(0, len(found) - WINDOW // 2, WINDOW // 2))
        return max((self._guess(" ".join(part)) for part in windows), key=lambda g: g[0][1])

    def _guess(self, masked: str, vector: Vectors | None = None) -> Guesses:
        from scipy.sparse import hstack

        words_pipeline, meaning, _ = self._pipeline
        # Not the pipeline's own predict_proba: FeatureUnion changes Python's warning filters at
        # each call, and threads that do so at once leave scikit-learn's warnings on stderr.
        union, model = words_pipeline
        counts = hstack([part.transform([masked]) for _, part in union.transformer_list]).tocsr()
        guesses = ranked(model.classes_, model.predict_proba(counts)[0])
        if meaning is None or vector is None:
            return guesses
        by_meaning = dict(meaning.guess(vector))
        mixed = [
            (1 - MEANING_SHARE) * p + MEANING_SHARE * by_meaning.get(name, 0.0)
            for name, p in guesses
        ]
        return ranked([name for name, _ in guesses], mixed)
