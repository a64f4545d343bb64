"""Whether words are a call for help, learnt from examples and from ordinary questions.

A linear classifier over words and pieces of words, so that text-message spelling and typos are
read. Trained when the index is built, kept in the index folder. The patterns that come beside it
are in safety.py. Figures: README, "Mesures".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from corpus.errors import IndexUnusableError
from corpus.text import fold
from corpus.types import BankEntry

FILE_NAME = "distress.joblib"
WINDOW = 14
STEP = 7
