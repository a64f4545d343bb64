"""Corpus to index: load, check, embed what changed, train the two classifiers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bot import distress, sections
from bot.classifier import digest_of
from bot.roles import RoleMatcher
from bot.safety import readable
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
    """Bring the index and the classifiers in line with the corpus. Raises CapError."""
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
    _train(corpus, passages, folder)
    return report, corpus


def _train(corpus: Corpus, passages: list[Passage], folder: Path) -> None:
    """Train both classifiers, each unless it already learnt from the same data."""
    asked = [(entry.section, entry.wordings) for entry in corpus.bank]
    names = [(r.id, r.title_m, r.title_f, r.aliases) for r in corpus.roles.values()]

    def masked() -> tuple[list[str], list[str]]:
        matcher = RoleMatcher.from_passages(corpus.roles.values(), passages)
        return sections.training_pairs(corpus.bank, matcher.mask_all)

    def windows() -> tuple[list[str], list[str]]:
        return distress.training_pairs(corpus.bank, readable)

    learnt = digest_of(asked, names, sections.examples())
    _train_one(sections.SectionClassifier, folder, learnt, masked)
    learnt = digest_of(asked, distress.examples(), sections.examples(), distress.word_files())
    _train_one(distress.DistressClassifier, folder, learnt, windows)


def _train_one(
    kind: type[sections.SectionClassifier] | type[distress.DistressClassifier],
    folder: Path,
    digest: str,
    pairs: Callable[[], tuple[list[str], list[str]]],
) -> None:
    with suppress(IndexUnusableError):
        if kind.load(folder).digest == digest:
            return
    try:
        kind.train(*pairs(), digest).save(folder)
    except OSError as exc:
        raise BuildError(
            f"{kind.french_name} n’a pas pu être écrit ({exc.strerror}). "
            "Vérifiez la place libre sur le disque."
        ) from exc
