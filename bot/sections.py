"""Which part of a sheet a question asks for, learnt from the bank's wordings.

A linear classifier over word and character n-grams of the question with the job's name masked
("combien gagne un métier"). Trained when the index is built, kept in the index folder. It needs
no embedding, so it costs about a millisecond. Figures by section: README, "Mesures".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

import yaml

from bot.classifier import Classifier
from corpus.text import words
from corpus.types import SECTIONS, BankEntry

MIN_CONFIDENCE = 0.30
"""Under this probability a question names no section."""
EXAMPLE_REPEAT = 2
"""Weight of an example against one bank wording; 5-fold by job on the bank: 1 81.7 %, 3 81.3 %."""
SHORT_EXAMPLE = 4
"""Examples of at most this many words hold no word that tells one subject from another."""


@dataclass(frozen=True, slots=True)
class SectionGuess:
    """A section id with the classifier's probability in [0, 1]."""

    section: str
    confidence: float


def plain(text: str) -> str:
    """Folded words joined: what the classifier reads."""
    return " ".join(words(text))


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
    for section, questions in examples().items():
        texts += [plain(q) for q in questions] * EXAMPLE_REPEAT
        labels += [section] * len(questions) * EXAMPLE_REPEAT
    return texts, labels


def examples() -> dict[str, list[str]]:
    """Return section id -> short questions of section_examples.yaml."""
    text = files("bot").joinpath("section_examples.yaml").read_text("utf-8")
    return {section: lines.splitlines() for section, lines in yaml.safe_load(text).items()}


def short_examples() -> list[str]:
    """Return the shortest examples ("et la paie ?")."""
    questions = (question for group in examples().values() for question in group)
    return [question for question in questions if len(words(question)) <= SHORT_EXAMPLE]


class SectionClassifier(Classifier):
    """The trained classifier of sections."""

    file_name = "sections.joblib"
    french_name = "Le classeur de questions"

    @classmethod
    def train(
        cls, texts: Sequence[str], labels: Sequence[str], digest: str = ""
    ) -> SectionClassifier:
        """Fit on masked questions and their section ids."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline, make_union

        features = make_union(
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
            TfidfVectorizer(analyzer="word", ngram_range=(1, 3), sublinear_tf=True,
                            token_pattern=r"\S+"),
        )  # fmt: skip
        pipeline = make_pipeline(features, LogisticRegression(C=20, max_iter=300))
        pipeline.fit(list(texts), list(labels))
        return cls(pipeline, digest)

    def vocabulary(self) -> frozenset[str]:
        """Every word of the questions it learnt from, job names masked."""
        union = self._pipeline[0]
        grams = dict(union.transformer_list)["tfidfvectorizer-2"].vocabulary_
        return frozenset(gram for gram in grams if " " not in gram)

    def guess(self, masked: str) -> list[SectionGuess]:
        """Return sections by decreasing probability."""
        probabilities = self._pipeline.predict_proba([masked])[0]
        pairs = zip(self._pipeline.classes_, probabilities, strict=True)
        ranked = sorted(pairs, key=lambda pair: -pair[1])
        return [SectionGuess(str(section), float(p)) for section, p in ranked]
