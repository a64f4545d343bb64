"""What the build trains and keeps in the index folder: four classifiers, a measure of likeness."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot import distress, intent_classifier, sections, tastes
from bot.classifier import Trained, digest_of
from bot.distress import DistressByMeaning, DistressClassifier
from bot.intent_classifier import IntentClassifier
from bot.likeness import Likeness, wordings
from bot.roles import RoleMatcher
from bot.safety import readable
from bot.sections import SectionClassifier, SectionsByMeaning
from bot.tastes import TasteClassifier
from corpus.errors import BuildError, IndexUnusableError
from corpus.types import Corpus, Passage
from index.encoder import Vectors

Pairs = tuple[list[str], list[str]]
"""Texts and their labels."""
Encode = Callable[[Sequence[str]], Vectors]
"""Texts to question vectors, of shape (number of texts, dimension)."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What answers need of it; the fourth classifier, of distress, is in Safety."""

    sections: SectionClassifier
    intents: IntentClassifier
    tastes: TasteClassifier
    likeness: Likeness

    @classmethod
    def load(cls, folder: Path) -> Learnt:
        """Read them from the index folder. Raises IndexUnusableError."""
        return cls(
            SectionClassifier.load(folder),
            IntentClassifier.load(folder),
            TasteClassifier.load(folder),
            Likeness.load(folder),
        )


def train(
    corpus: Corpus, passages: list[Passage], folder: Path, embedding: str, encode: Encode
) -> None:
    """Train each part, unless it already learnt from the same data.

    `embedding` names what `encode` uses. Raises BuildError, and what `encode` raises.
    """
    asked = [(entry.section, entry.wordings) for entry in corpus.bank]
    names = [(r.id, r.title_m, r.title_f, r.aliases) for r in corpus.roles.values()]
    short, intents, liked = (part.example_pairs() for part in (sections, intent_classifier, tastes))
    alarms = distress.meaning_pairs()
    keys = [(passage.id, passage.keys) for passage in passages if passage.kind != "free"]

    @lru_cache(maxsize=1)
    def matcher() -> RoleMatcher:
        return RoleMatcher.from_passages(corpus.roles.values(), passages)

    def by_section(digest: str) -> SectionClassifier:
        meaning = SectionsByMeaning.train(encode(short[0]), short[1])
        pairs = sections.training_pairs(corpus.bank, matcher().mask_all)
        return SectionClassifier.train(*pairs, meaning, digest)

    def by_intent(digest: str) -> IntentClassifier:
        return IntentClassifier.train(encode(intents[0]), intents[1], digest)

    def by_taste(digest: str) -> TasteClassifier:
        return TasteClassifier.train(encode(liked[0]), liked[1], digest)

    def by_likeness(digest: str) -> Likeness:
        texts, ids = wordings(passages, matcher(), corpus.roles)
        return Likeness.train(encode(texts), ids, digest)

    def by_distress(digest: str) -> DistressClassifier:
        meaning = DistressByMeaning.train(encode(alarms[0]), alarms[1])
        pairs = distress.training_pairs(corpus.bank, readable)
        return DistressClassifier.train(*pairs, meaning, digest)

    _keep(SectionClassifier, folder, by_section, asked, names, short, embedding)
    _keep(IntentClassifier, folder, by_intent, intents, embedding)
    _keep(TasteClassifier, folder, by_taste, liked, embedding)
    _keep(Likeness, folder, by_likeness, names, keys, embedding)
    calls = (distress.examples(), distress.word_files())
    _keep(DistressClassifier, folder, by_distress, asked, short, intents, calls, embedding)


def _keep(
    kind: type[Trained],
    folder: Path,
    fit: Callable[[str], Trained],
    *learns_from: object,
) -> None:
    """Train and save one classifier, unless the one on the disk learnt from the same."""
    digest = digest_of(*learns_from)
    with suppress(IndexUnusableError):
        if kind.load(folder).digest == digest:
            return
    try:
        fit(digest).save(folder)
    except OSError as exc:
        raise BuildError(
            f"{kind.french_name} n’a pas pu être écrit ({exc.strerror}). "
            "Vérifiez la place libre sur le disque."
        ) from exc
