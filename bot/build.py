"""Corpus to index: load, check, embed what changed, train the section classifier."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from bot.roles import RoleMatcher
from bot.sections import SectionClassifier, digest_of, training_pairs
from bot.settings import Settings
from corpus.errors import BuildError, IndexUnusableError
from corpus.load import load_corpus
from corpus.split import split_corpus
from corpus.types import Corpus, Passage
from index.build import BuildReport, Progress, build_index, index_folder, is_current
from index.encoder import SentenceEncoder
from index.types import keys_of


def build(
    settings: Settings, *, force: bool = False, progress: Progress | None = None
) -> tuple[BuildReport, Corpus]:
    """Bring the index and the classifier in line with the corpus. Raises CapError.

    The classifier is written before the manifest switches: a killed build leaves both old parts
    usable together, since the classifier depends on wordings only.
    """
    corpus = load_corpus(extra=settings.corpus)
    passages = split_corpus(corpus)
    folder = index_folder(settings.data)
    if not force and is_current(passages, settings.embedding, settings.data):
        report = BuildReport(len(passages), len(keys_of(passages)), 0, 0, unchanged=True)
    else:
        encoder = SentenceEncoder.open(settings.embedding)
        report = build_index(
            passages, encoder, settings.data, settings.chroma_url, force=force, progress=progress
        )
    _train_sections(corpus, passages, folder)
    return report, corpus


def _train_sections(corpus: Corpus, passages: list[Passage], folder: Path) -> None:
    """Train the section classifier unless it already learnt from the same questions."""
    matcher = RoleMatcher.from_passages(corpus.roles.values(), passages)
    texts, labels = training_pairs(corpus.bank, matcher.mask_all)
    with suppress(IndexUnusableError):
        if SectionClassifier.load(folder).digest == digest_of(texts, labels):
            return
    try:
        SectionClassifier.train(texts, labels).save(folder)
    except OSError as exc:
        raise BuildError(
            f"Le classeur de questions n’a pas pu être écrit ({exc.strerror}). "
            "Vérifiez la place libre sur le disque."
        ) from exc
