"""Which taste a message tells, learnt from the examples of the tastes file.

The patterns of that file come first: they are sure and read dislikes; this classifier sees the
many wordings that no pattern foresees ("ex-infirmière, j’ai de l’empathie à revendre").
"""

from __future__ import annotations

from bot.classifier import MeaningClassifier, folded_words
from corpus.tastes import NO_TASTE, load_tastes, no_taste_examples


class TasteClassifier(MeaningClassifier):
    """The trained classifier of tastes; NO_TASTE is the label of messages that tell none."""

    file_name = "tastes.joblib"
    french_name = "Le classeur de goûts"


def example_pairs() -> tuple[list[str], list[str]]:
    """Return folded messages and the ids of their tastes."""
    pairs = [(line, taste.id) for taste in load_tastes() for line in taste.examples]
    pairs += [(line, NO_TASTE) for line in no_taste_examples()]
    return [folded_words(line) for line, _ in pairs], [taste for _, taste in pairs]
