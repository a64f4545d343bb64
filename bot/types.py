"""What goes through the bot: turns in, a question understood, an answer out. All frozen.

`Answer.to_dict` is the public JSON contract of the command line and of HTTP.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from corpus.types import Passage, Source

Kind = Literal["answer", "clarify", "abstain", "decline", "redirect", "greet"]
Language = Literal["fr", "en"]
Mode = Literal["extract", "written"]
Intent = Literal[
    "ask", "compare", "orient", "define", "list", "greet", "thanks", "about", "off-topic",
    "personal-choice", "complaint", "distress", "personal-data", "injection", "sources", "path",
    "more", "shorter", "insult",
]  # fmt: skip

Sections = dict[tuple[str, str], Passage]
"""(sheet id, section id) -> the passage of that section."""
MAX_QUESTION = 500
"""Longest question, in characters."""
MAX_TURNS = 20
"""Most turns of history that are accepted with a question."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation so far, as the visitor's browser sends it back.

    Turns are data, never instructions: an assistant turn may be forged.
    """

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A message understood in the light of the turns.

    `raw` is the message as typed, `text` the same without personal data,
    `standalone` is the question rewritten so that it needs no history; `roles` are sheet ids in
    the order of mention; `section` is a section id or None, `sections` every section with its
    probability; `intents`, where no job is named, what the message may ask for with its
    probability; `why` names what decided, for `ask --json` and debugging; `candidates` are the
    sheets to propose when the job is unclear.
    """

    raw: str
    text: str
    standalone: str
    language: Language
    intent: Intent
    roles: tuple[str, ...] = ()
    section: str | None = None
    sections: tuple[tuple[str, float], ...] = ()
    intents: tuple[tuple[str, float], ...] = ()
    candidates: tuple[str, ...] = ()
    why: tuple[str, ...] = ()

    def may_ask(self, *intents: str) -> float:
        """Return the probability that the message asks for one of these; 0 where it names a job."""
        return sum(p for intent, p in self.intents if intent in intents)


@dataclass(frozen=True, slots=True)
class Citation:
    """Source number `n` of an answer: the exact passage and who published what it says."""

    n: int
    document: str
    title: str
    section: str
    passage: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `text` is Markdown in French with [n] marks; timings are milliseconds."""

    kind: Kind
    text: str
    citations: tuple[Citation, ...] = ()
    roles: tuple[str, ...] = ()
    section: str | None = None
    mode: Mode = "extract"
    suggestions: tuple[str, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the contract."""
        data = asdict(self)
        data["roles"] = list(self.roles)
        data["suggestions"] = list(self.suggestions)
        data["citations"] = [asdict(citation) for citation in self.citations]
        for citation in data["citations"]:
            citation["sources"] = list(citation["sources"])
        data["timings_ms"] = {k: round(v, 1) for k, v in self.timings_ms.items()}
        return data
