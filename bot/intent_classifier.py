"""What a message that names no job asks for, learnt from examples (intent_examples.yaml).

It reads the vector of the message. The patterns of intents.yaml come first: they are sure and can
be read; this one catches the many wordings that no pattern foresees. Figures: README, "Mesures".
"""

from __future__ import annotations

from functools import lru_cache

from bot.classifier import MeaningClassifier, folded_words
from bot.data import values_of

OFF_TOPIC = "off-topic"
THEME = "theme"
"""The label of questions on studies, apprenticeship, internships…: an "ask" without job."""

SURE_INTENT = 0.5
"""Probability from which a learnt intent decides."""
SURE_ORIENT = 0.75
"""The same for orientation: people tell about themselves to ask other things too."""
OVERRULES = 0.7
"""Probability from which a question on the themes, or off topic, overrules a pattern."""


class IntentClassifier(MeaningClassifier):
    """The trained classifier of messages without job."""

    file_name = "intents.joblib"
    french_name = "Le classeur de messages"


@lru_cache(maxsize=1)
def examples() -> dict[str, list[str]]:
    """Return intent -> messages, as they are typed."""
    found = values_of("intent_examples.yaml")
    return {intent: lines.splitlines() for intent, lines in found.items()}


def example_pairs() -> tuple[list[str], list[str]]:
    """Return folded messages and their intents."""
    pairs = [(folded_words(line), intent) for intent, lines in examples().items()
             for line in lines]  # fmt: skip
    return [text for text, _ in pairs], [intent for _, intent in pairs]
