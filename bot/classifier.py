"""What scikit-learn trains when the index is built, kept beside it: mostly classifiers of texts.

Subclasses name their file and say how they are trained; `Trained` reads, writes and remembers
what it learnt from, so that the same data need no training.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from corpus.errors import IndexUnusableError
from corpus.text import words
from index.encoder import Vectors

Guesses = tuple[tuple[str, float], ...]
"""Labels with their probability in [0, 1], the most probable first."""


class Trained:
    """What was fitted, and the digest of what it learnt from."""

    file_name: ClassVar[str]
    french_name: ClassVar[str]

    def __init__(self, pipeline: Any, digest: str = "") -> None:
        """Take what was fitted."""
        self._pipeline = pipeline
        self.digest = digest

    def save(self, folder: Path) -> None:
        """Write it in the index folder, switched in one step. Raises OSError."""
        import joblib

        temporary = folder / (self.file_name + ".tmp")
        joblib.dump((self._pipeline, self.digest), temporary, compress=3)
        temporary.replace(folder / self.file_name)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what the build wrote. Raises IndexUnusableError."""
        import joblib

        try:
            pipeline, digest = joblib.load(folder / cls.file_name)
            return cls(pipeline, digest)
        except Exception as exc:  # missing, truncated, or written by another scikit-learn
            raise IndexUnusableError(
                f"{cls.french_name} manque ou est illisible. Lancez « python -m bot build »."
            ) from exc


def folded_words(text: str) -> str:
    """Folded words joined: what classifiers read, at training as when they serve."""
    return " ".join(words(text))


class MeaningClassifier(Trained):
    """Learns labels from the vectors that the search already needs."""

    @classmethod
    def train(cls, vectors: Vectors, labels: Sequence[str], digest: str = "") -> Self:
        """Fit on vectors of shape (texts, dimension) and a label for each."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import Normalizer, StandardScaler

        # The vectors of e5 all point nearly the same way: what differs is away from their mean.
        centred = (StandardScaler(with_std=False), Normalizer())
        pipeline = make_pipeline(*centred, LogisticRegression(C=10, max_iter=500))
        pipeline.fit(vectors, list(labels))
        return cls(pipeline, digest)

    def guess(self, vector: Vectors) -> Guesses:
        """Return every label for one vector of shape (dimension,)."""
        return ranked(self._pipeline.classes_, self._pipeline.predict_proba(vector[None, :])[0])


def ranked(labels: Sequence[str], probabilities: Sequence[float]) -> Guesses:
    """Pair labels with their probabilities, the most probable first."""
    pairs = zip(labels, probabilities, strict=True)
    return tuple(sorted(((str(name), float(p)) for name, p in pairs), key=lambda pair: -pair[1]))


def digest_of(*parts: object) -> str:
    """Hash what a classifier learns from."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()
