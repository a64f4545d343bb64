"""Search by words: BM25 (bm25s) over French tokens of the keys, built in memory from the store.

Local Chroma has no sparse search, so the same code serves a folder and a Chroma server.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray

from corpus.text import tokens

K1, B = 1.5, 0.75
"""Usual BM25 values (Robertson & Zaragoza 2009); reference of the PIAF table in README."""


class LexicalIndex:
    """BM25 scores of key texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Tokenise and weigh the texts; an empty list gives an index that finds nothing."""
        corpus = [tokens(text) for text in texts]
        self._seen_in = Counter(token for found in corpus for token in set(found))
        self._size = len(corpus)
        self._model: bm25s.BM25 | None = None
        if self._seen_in:
            self._model = bm25s.BM25(k1=K1, b=B)
            self._model.index(corpus, show_progress=False)

    def best(
        self, question: str, count: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, float]]:
        """Return (position of the text, BM25 score > 0), best first, at most `count`.

        `allowed` is a mask of shape (number of texts,) of the texts that may be returned.
        """
        known = [token for token in tokens(question) if token in self._seen_in]
        if not known or self._model is None:
            return []
        scores = self._model.get_scores(known)
        if allowed is not None:
            scores = np.where(allowed, scores, 0.0)
        count = min(count, len(scores))
        top = np.argpartition(-scores, count - 1)[:count]
        ranked = top[np.argsort(-scores[top], kind="stable")]
        return [(int(i), float(scores[i])) for i in ranked if scores[i] > 0]

    def coverage(self, question: str, held: Collection[str]) -> float:
        """Share of the question's tokens, weighed by rarity, that are held: 0 to 1.

        A token that no text holds weighs most: it says that the question is about something
        else. A question without tokens has coverage 0.
        """
        wanted = set(tokens(question))
        weights = {t: math.log(1 + self._size / (1 + self._seen_in[t])) for t in wanted}
        total = sum(weights.values())
        return sum(w for t, w in weights.items() if t in held) / total if total else 0.0
