"""Search on the bank's own questions: one wording in five is taken out, then looked for.

Rows: by words, by meaning, both fused, over the whole corpus; then as an answer is looked for,
once the job and the section are understood. The section classifier and the measure of likeness
are trained without the wordings taken out. The search is exact, over the vectors of the index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.chain import Assistant
from bot.likeness import Likeness, wordings
from bot.roles import RoleMatcher
from bot.sections import SectionClassifier, training_pairs
from bot.select import rank_in_job, with_synonyms
from bot.types import Question
from corpus.text import tokens
from corpus.types import SECTIONS, BankEntry, Passage
from index.encoder import Encoder, Vectors
from index.lexical import LexicalIndex
from index.search import Ranked, best_per_passage, fuse
from index.types import Hit, keys_of, text_hash

ONE_IN = 5
DEPTH = 100
MODES = ("mots", "sens", "les deux", "métier et partie compris")


@dataclass(frozen=True, slots=True)
class Held:
    """A wording taken out of the index, and the passage that answers it."""

    wording: str
    passage: Passage


def take_out(passages: Sequence[Passage]) -> list[Held]:
    """Choose one bank wording in five of the job sheets, the last of every second entry or so."""
    wordings = [
        Held(wording, passage)
        for passage in passages
        if passage.kind == "question" and passage.section in SECTIONS
        for wording in passage.keys
    ]
    return wordings[ONE_IN - 1 :: ONE_IN]


class Shelf:
    """The keys that stay, with their vectors and their words."""

    def __init__(
        self, passages: Sequence[Passage], out: set[str], vectors: dict[str, Vectors]
    ) -> None:
        """`out` are the wordings taken out, `vectors` those of the index by text hash."""
        kept = [key for key in keys_of(passages) if key.text not in out]
        self._ids = [key.passage_id for key in kept]
        self._texts = [key.text for key in kept]
        self._matrix = np.stack([vectors[text_hash(key.text)] for key in kept])
        self.lexical = LexicalIndex(self._texts)
        self.held: dict[str, set[str]] = defaultdict(set)
        for passage in passages:
            self.held[passage.id] |= set(tokens(f"{passage.title} {passage.text}"))
        for key in kept:
            self.held[key.passage_id] |= set(tokens(key.text))

    def by_words(self, question: str) -> Ranked:
        """Rank passages by BM25."""
        rows = self.lexical.best(question, len(self._texts))
        return best_per_passage([(self._ids[i], self._texts[i], s) for i, s in rows], DEPTH)

    def by_meaning(self, vector: Vectors, count: int = DEPTH) -> Ranked:
        """Rank passages by cosine."""
        scores = self._matrix @ vector
        rows = ((self._ids[i], self._texts[i], float(scores[i])) for i in np.argsort(-scores))
        return best_per_passage(list(rows), count)


class Understood:
    """The job, the section and the likeness, learnt without the wordings taken out."""

    def __init__(self, assistant: Assistant, encoder: Encoder, shelf: Shelf, out: set[str]) -> None:
        """Train on what stays."""
        passages = list(assistant.searcher.passages.values())
        roles = assistant.corpus.roles
        self._encoder, self._shelf = encoder, shelf
        self._passages = assistant.searcher.passages
        self._matcher = RoleMatcher.from_passages(roles.values(), passages)
        bank = [
            BankEntry(e.document, e.section, tuple(w for w in e.wordings if w not in out), e.blocks)
            for e in assistant.corpus.bank
        ]
        pairs = training_pairs(bank, self._matcher.mask_all)
        self._sections = SectionClassifier.train(*pairs, assistant.learnt.sections.meaning)
        texts, ids = wordings(passages, self._matcher, roles, out)
        self._likeness = Likeness.train(np.stack([encoder.encode_query(t) for t in texts]), ids)

    def rank(self, wording: str, vector: Vectors) -> list[str]:
        """Return the ids of the passages of the job that a wording names, the best first."""
        masked = self._matcher.mask_all(wording)
        question = Question(
            wording, wording, wording, "fr", "ask",
            sections=self._sections.guess(masked, self._encoder.encode_query(masked)),
        )  # fmt: skip
        job = next((mention.role for mention in self._matcher.mentions(wording)), "")
        hits = [
            Hit(self._passages[passage_id], 0.0, cosine, None, key)
            for passage_id, key, cosine in self._shelf.by_meaning(vector, len(self._passages))
            if not job or self._passages[passage_id].document == job
        ]
        own = self._encoder.encode_query(self._matcher.mask_job(wording, job))
        coverage = _coverage(self._shelf, with_synonyms(masked))
        choices = rank_in_job(question, hits, coverage, self._likeness.to(own))
        return [choice.hit.passage.id for choice in choices]


def bench_search(
    assistant: Assistant, encoder: Encoder, progress: Callable[[int, int], None]
) -> dict[str, dict[str, float]]:
    """Return mode -> share of wordings whose entry comes first, in the first five, and whose job
    and section come first.
    """
    by_id = assistant.searcher.passages
    asked = take_out(list(by_id.values()))
    out = {held.wording for held in asked}
    shelf = Shelf(list(by_id.values()), out, assistant.searcher.vectors_by_text())
    understood = Understood(assistant, encoder, shelf, out)
    found: dict[str, list[tuple[bool, bool, bool]]] = {mode: [] for mode in MODES}
    for number, held in enumerate(asked, start=1):
        vector = encoder.encode_query(held.wording)
        words, meaning = shelf.by_words(held.wording), shelf.by_meaning(vector)
        orders = (
            [row[0] for row in words],
            [row[0] for row in meaning],
            [passage_id for passage_id, _ in fuse([meaning, words])],
            understood.rank(held.wording, vector),
        )
        for mode, order in zip(MODES, orders, strict=True):
            found[mode].append(_judge(held.passage, [by_id[i] for i in order[:5]]))
        progress(number, len(asked))
    names = ("entrée au 1er rang", "dans les 5 premiers", "métier et partie au 1er rang")
    return {
        mode: dict(zip(names, map(float, np.mean(rows, axis=0)), strict=True))
        for mode, rows in found.items()
    }


def _coverage(shelf: Shelf, masked: str) -> Callable[[Hit], float]:
    return lambda hit: shelf.lexical.coverage(masked, shelf.held[hit.passage.id])


def _judge(right: Passage, first: Sequence[Passage]) -> tuple[bool, bool, bool]:
    """Tell whether the entry is first, is in the first five, and whether job and section are."""
    if not first:
        return False, False, False
    same = (first[0].document, first[0].section) == (right.document, right.section)
    return first[0].id == right.id, right.id in [passage.id for passage in first], same
