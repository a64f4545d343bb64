"""The data files of this package: patterns, words and examples, in YAML."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from corpus.markup import read_yaml


def text_of(name: str) -> str:
    """Return the text of a data file."""
    return files("bot").joinpath(name).read_text("utf-8")


def values_of(name: str) -> Any:
    """Return what a YAML data file holds."""
    return read_yaml(text_of(name))
