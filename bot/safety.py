"""What is handled before anything else: distress, injection, insults.

Distress is found by readable patterns (safety_patterns.yaml) or by the classifier of distress.py,
whichever sees it. Everyday look-alikes ("mort de rire", "ce métier me tue") are first cut out of
the text, so that a look-alike never hides a real call for help beside it. Nothing here is logged
or kept.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from bot.data import values_of
from bot.distress import DistressClassifier, Encode, plain
from corpus.text import fold

THRESHOLD = 0.43
"""Probability from which the classifier alone shows the help card."""

SIGNS = "injection_signs"
"""The section matched on the message as typed, where a pattern may begin inside a word."""
GAP = r"(?:[\w*]+ ){0,3}"
NEVER = r"[^\s\S]"
EXPANSIONS = 3
"""A word list may name another one, which may name a third."""


@lru_cache(maxsize=1)
def _rules() -> dict[str, dict[str, re.Pattern[str]]]:
    """Return section -> group -> pattern of safety_patterns.yaml."""
    data = values_of("safety_patterns.yaml")
    lists = {name: re.sub(r"\|\s+", "|", words) for name, words in data["words"].items()}

    def compiled(lines: str, edge: str) -> re.Pattern[str]:
        """One pattern for a group of lines."""
        choice = re.sub(r"\n(?! )", "|", lines.strip()).replace("…", GAP)
        choice = re.sub(r"\n +", "", choice)
        for _ in range(EXPANSIONS):
            choice = re.sub(r"\{([a-z_]+)\}", lambda match: f"(?:{lists[match[1]]})", choice)
        return re.compile(rf"(?<!{edge})(?:{choice})(?!{edge})")

    return {
        section: {
            group: compiled(lines, NEVER if section == SIGNS else r"\w")
            for group, lines in groups.items()
        }
        for section, groups in data.items()
        if section not in ("spellings", "words")
    }


def _found(section: str, text: str) -> str:
    """Return the first group of the section that the text matches, or an empty string."""
    return next((g for g, pattern in _rules()[section].items() if pattern.search(text)), "")


def readable(text: str) -> str:
    """Write a message as distress is looked for: plain, each everyday look-alike made "…"."""
    text = plain(text)
    for pattern in _rules()["look_alikes"].values():
        text = pattern.sub("…", text)
    return text


def is_distress(text: str) -> bool:
    """Tell whether a pattern sees a call for help. `Safety.is_distress` sees more."""
    return bool(_found("distress", readable(text)))


def is_injection(text: str) -> bool:
    """Tell whether the message tries to change the rules or to see the instructions."""
    return bool(_found("injection", plain(text)) or _found(SIGNS, fold(text)))


def is_insult(text: str) -> bool:
    """Tell whether the message insults."""
    return bool(_found("insults", plain(text)))


class Safety:
    """The guard of every message; built once, holds no visitor's state."""

    def __init__(self, classifier: DistressClassifier, encode: Encode) -> None:
        """Take the trained classifier of calls for help; `encode` gives a text's vector."""
        self._classifier = classifier
        self._encode = encode

    @classmethod
    def open(cls, folder: Path, encode: Encode) -> Safety:
        """Read the classifier of the index folder. Raises IndexUnusableError."""
        return cls(DistressClassifier.load(folder), encode)

    def is_distress(self, text: str) -> bool:
        """Tell whether the message is a call for help, one's own or for someone else."""
        read = readable(text)
        if _found("distress", read):
            return True
        return self._classifier.is_call(read, THRESHOLD, self._encode)

    is_injection = staticmethod(is_injection)
    is_insult = staticmethod(is_insult)
