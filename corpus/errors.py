"""The one error tree of the product; every message is a French sentence that can be shown.

CapError                     anything the product knows how to explain
├── CorpusError              the corpus has faults (all of them listed, with file and line)
├── DocumentError            a document of CAP_CORPUS cannot be used
├── SettingsError            a CAP_* value is unknown or impossible
├── IndexUnusableError       no index, or one that is damaged or built by another encoder
├── BuildError               the index could not be written (disk full, folder not writable)
├── EncoderError             the embedding model cannot be opened
├── WeightsError             the language model's weights are missing or not the expected ones
├── ModelError               the language model did not answer
└── RefusedInput             a question that is not accepted (empty, too long, too frequent)
"""

from __future__ import annotations

from dataclasses import dataclass


class CapError(Exception):
    """A known error; `str(error)` is one or more French sentences without technical trace."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of the corpus: where it is and what to do."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        """Give `path:line: message`, the form editors make clickable."""
        return f"{self.path}:{self.line}: {self.message}"


class CorpusError(CapError):
    """The corpus has faults; `faults` holds every one of them."""

    def __init__(self, faults: list[Fault]) -> None:
        """Keep the faults, sorted by file and line."""
        self.faults = sorted(faults)
        count = len(self.faults)
        head = "1 défaut dans le corpus" if count == 1 else f"{count} défauts dans le corpus"
        super().__init__("\n".join([f"{head} :", *map(str, self.faults)]))


class DocumentError(CapError):
    """A document of CAP_CORPUS is unreadable, empty or too large."""


class SettingsError(CapError):
    """A CAP_* value is unknown or impossible."""


class IndexUnusableError(CapError):
    """There is no index to serve, or it is damaged, or another encoder built it."""


class BuildError(CapError):
    """The index could not be written; the previous one still serves."""


class EncoderError(CapError):
    """The embedding model cannot be opened."""


class WeightsError(CapError):
    """The language model's weights are missing, incomplete or not the expected ones."""


class ModelError(CapError):
    """The language model did not answer, or stopped in the middle of an answer."""


class RefusedInput(CapError):
    """A question is refused before any work; `status` is the HTTP status that says why."""

    def __init__(self, message: str, status: int = 422) -> None:
        """Keep the French sentence and the HTTP status."""
        super().__init__(message)
        self.status = status
