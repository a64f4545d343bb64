"""Corpus to index: load, check, embed what changed, train the classifiers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bot.learning import train
from bot.settings import Settings
from corpus.load import load_corpus
from corpus.split import split_corpus
from corpus.types import Corpus
from index.build import BuildReport, Progress, build_index, index_folder, is_current
from index.encoder import SentenceEncoder, Vectors
from index.types import keys_of
from index.vectors import vectors_of


def build(
    settings: Settings, *, force: bool = False, progress: Progress | None = None
) -> tuple[BuildReport, Corpus]:
    """Bring the index and the classifiers in line with the proofread corpus. Raises CapError."""
    corpus = load_corpus(extra=settings.corpus, proofread=True)
    passages = split_corpus(corpus)
    folder = index_folder(settings.data)

    @lru_cache(maxsize=1)
    def encoder() -> SentenceEncoder:
        return SentenceEncoder.open(settings.embedding)

    def encode(texts: Sequence[str]) -> Vectors:
        return vectors_of(texts, encoder(), folder, progress)

    if not force and is_current(passages, settings.embedding, settings.data):
        report = BuildReport(len(passages), len(keys_of(passages)), 0, 0, unchanged=True)
    else:
        report = build_index(
            passages, encoder(), settings.data, settings.chroma_url, force=force, progress=progress
        )
    train(corpus, passages, folder, settings.embedding, encode)
    return report, corpus
