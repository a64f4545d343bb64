"""Find passages by words, by meaning, or both fused by reciprocal rank.

The fusion is a pure function; `Searcher` only wires store, encoder and lexical index together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corpus.text import tokens
from corpus.types import Passage
from index.encoder import Encoder, Vectors
from index.lexical import LexicalIndex
from index.store import Collection
from index.types import Hit, SearchMode

RRF_K = 60
"""Constant of reciprocal rank fusion (Cormack, Clarke & Büttcher 2009)."""
DEPTH = 100
"""Passages taken from each search before fusion."""
KEYS_PER_PASSAGE = 3
"""Keys asked per passage wanted: bank passages have up to six wordings that crowd the top."""

Ranked = list[tuple[str, str, float]]
"""(passage id, key text, raw score), best first, one row a passage."""


def best_per_passage(rows: Sequence[tuple[str, str, float]], count: int) -> Ranked:
    """Keep the best key of each passage, in order, at most `count` passages."""
    seen: set[str] = set()
    kept: Ranked = []
    for row in rows:
        if row[0] not in seen:
            seen.add(row[0])
            kept.append(row)
            if len(kept) == count:
                break
    return kept


def fuse(rankings: Sequence[Ranked]) -> list[tuple[str, float]]:
    """Fuse rankings by reciprocal rank: score = sum of 1 / (RRF_K + rank), rank from 1."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, (passage_id, _, _) in enumerate(ranking, start=1):
            scores[passage_id] = scores.get(passage_id, 0.0) + 1.0 / (RRF_K + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


class Searcher:
    """The index, opened: passages, their vectors in Chroma and their words in memory."""

    def __init__(self, collection: Collection, encoder: Encoder) -> None:
        """Load the passages and build the lexical index from the store."""
        self._collection = collection
        self._encoder = encoder
        passages, self._keys = collection.load()
        self.passages: dict[str, Passage] = {p.id: p for p in passages}
        self._documents = np.array([self.passages[i].document for i, _ in self._keys])
        self._held: dict[str, set[str]] = {}
        self._lexical = LexicalIndex([text for _, text in self._keys])

    def vectors_by_text(self) -> dict[str, Vectors]:
        """Return text hash -> vector for every key of the index."""
        return self._collection.vectors_by_text()

    def by_words(self, question: str, count: int = DEPTH, documents: Sequence[str] = ()) -> Ranked:
        """Rank passages by BM25, in all documents or in some."""
        allowed = np.isin(self._documents, documents) if documents else None
        best = self._lexical.best(question, count * KEYS_PER_PASSAGE, allowed)
        return best_per_passage([(*self._keys[i], score) for i, score in best], count)

    def by_meaning(
        self, question: str, count: int = DEPTH, documents: Sequence[str] = ()
    ) -> Ranked:
        """Rank passages by cosine similarity of the embeddings, in all documents or in some."""
        vector = self._encoder.encode_query(question)
        wanted = min(count * KEYS_PER_PASSAGE, len(self._keys))
        return best_per_passage(self._collection.nearest(vector, wanted, documents), count)

    def coverage(self, question: str, passage_id: str) -> float:
        """Share of the question's words, weighed by rarity, that a passage holds: 0 to 1."""
        if passage_id not in self._held:
            passage = self.passages[passage_id]
            self._held[passage_id] = set(
                tokens(" ".join((passage.title, passage.text, *passage.keys)))
            )
        return self._lexical.coverage(question, self._held[passage_id])

    def search(
        self,
        question: str,
        count: int = 8,
        mode: SearchMode = "both",
        documents: Sequence[str] = (),
        depth: int = DEPTH,
    ) -> list[Hit]:
        """Return the best passages for a question, with the raw scores of each search.

        `documents` limits the search to these documents; empty means everywhere. `depth` is how
        many passages each search brings to the fusion.
        """
        meaning = self.by_meaning(question, depth, documents) if mode != "words" else []
        words = self.by_words(question, depth, documents) if mode != "meaning" else []
        best_meaning = {row[0]: row for row in meaning}
        best_words = {row[0]: row for row in words}
        if mode == "both":
            order = fuse([meaning, words])
        else:
            order = [(row[0], row[2]) for row in (meaning or words)]
        hits = []
        for passage_id, score in order[:count]:
            by_meaning = best_meaning.get(passage_id)
            by_words = best_words.get(passage_id)
            key = (by_meaning or by_words or ("", ""))[1]
            hits.append(
                Hit(
                    passage=self.passages[passage_id],
                    score=score,
                    meaning=by_meaning[2] if by_meaning else None,
                    words=by_words[2] if by_words else None,
                    key=key,
                )
            )
        return hits
