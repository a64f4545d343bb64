"""A scikit-learn text classifier that is trained when the index is built and kept beside it.

Subclasses name their file and say how they are trained; this class reads, writes and remembers
what the classifier learnt from, so that the same data need no training.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, ClassVar, Self

from corpus.errors import IndexUnusableError


class Classifier:
    """A fitted pipeline with `predict_proba`, and the digest of what it learnt from."""

    file_name: ClassVar[str]
    french_name: ClassVar[str]

    def __init__(self, pipeline: Any, digest: str = "") -> None:
        """Take a fitted pipeline."""
        self._pipeline = pipeline
        self.digest = digest

    def save(self, folder: Path) -> None:
        """Write the classifier in the index folder, switched in one step. Raises OSError."""
        import joblib

        temporary = folder / (self.file_name + ".tmp")
        joblib.dump((self._pipeline, self.digest), temporary, compress=3)
        temporary.replace(folder / self.file_name)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the classifier that the build wrote. Raises IndexUnusableError."""
        import joblib

        try:
            pipeline, digest = joblib.load(folder / cls.file_name)
            return cls(pipeline, digest)
        except Exception as exc:  # missing, truncated, or written by another scikit-learn
            raise IndexUnusableError(
                f"{cls.french_name} manque ou est illisible. Lancez « python -m bot build »."
            ) from exc


def digest_of(*parts: object) -> str:
    """Hash what a classifier learns from."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()
