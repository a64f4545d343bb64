"""Score the assistant on golden conversations: `python -m bot evaluate [FILE]`.

Each line of the file is {"id", "group", "turns": [...], "expect": {...}}; the expectation is about
the answer to the last turn. A conversation passes when every field of `expect` holds. Beside
them, rules that hold for every answer: French, citations that exist and hold the sentence that
they mark, figures found in the cited passages, no middle dot.
"""

from __future__ import annotations

import json
import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bot.checks import MARK, split_sentences, support
from bot.limits import clean_question
from bot.reading import language_of
from bot.types import Answer, Turn
from corpus.errors import CapError, RefusedInput
from corpus.text import fold
from corpus.validate import numbers

GOLDEN = Path(__file__).parent.parent / "tests" / "data" / "golden.jsonl"
SUPPORTED = 0.95
"""Share of a marked sentence's words that its passage must hold: extracts quote their passage."""

FLOORS = {
    "role": 0.94, "typo-sms": 0.90, "english": 0.95, "followup": 0.90, "compare": 0.95,
    "orient": 0.91, "define": 0.97, "list": 0.94, "path": 0.90, "theme": 0.88,
    "offtopic": 0.95, "unanswerable": 0.95, "false-premise": 0.70, "choice": 1.0,
    "smalltalk": 0.95, "injection": 0.96, "gender-pairs": 0.95, "weird": 0.84, "distress": 1.0,
    "lookalike": 0.95, "figures": 1.0, "citations": 1.0, "french": 1.0,
}  # fmt: skip
"""Share of the golden conversations that must pass, by group, a little under what was reached
(README, "Mesures"): under one of them the evaluation fails. Other files have no floor."""


class Asks(Protocol):
    """What is scored: anything that answers a question after turns."""

    def ask(self, question: str, turns: list[Turn]) -> Answer:
        """Return the answer."""
        ...


@dataclass(slots=True)
class Tally:
    """Passes and failures of one group."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Share of passes: 0 to 1."""
        total = self.passed + len(self.failed)
        return self.passed / total if total else 1.0


def squash(text: str) -> str:
    """Fold a text and drop every space, as the facts of the golden file are written."""
    return re.sub(r"\s+", "", fold(text))


def misses(answer: Answer, expect: dict[str, Any]) -> list[str]:
    """Return what an answer fails to meet, in words; empty when it passes."""
    text = squash(answer.text)
    roles = set(answer.roles)
    documents = [citation.document for citation in answer.citations[:1]]
    wrong: list[str] = []
    if "kind" in expect and answer.kind not in expect["kind"]:
        wrong.append(f"kind {answer.kind}")
    if "roles" in expect and roles != set(expect["roles"]):
        wrong.append(f"roles {sorted(roles)}")
    if "roles_any" in expect and roles.isdisjoint(expect["roles_any"]):
        wrong.append(f"roles {sorted(roles)}")
    if "section" in expect and answer.section not in expect["section"]:
        wrong.append(f"section {answer.section}")
    if "document" in expect and not set(documents) & set(expect["document"]):
        wrong.append(f"document {documents}")
    wrong += [f"fact « {f} »" for f in expect.get("facts", []) if squash(f) not in text]
    any_of = expect.get("facts_any", [])
    if any_of and not any(squash(f) in text for f in any_of):
        wrong.append("no accepted fact")
    wrong += [f"says « {f} »" for f in expect.get("absent", []) if squash(f) in text]
    if expect.get("cited") and not answer.citations:
        wrong.append("no citation")
    return wrong


def citation_faults(answer: Answer) -> list[str]:
    """Marks without citation, citations without mark, sentences their passage does not hold."""
    by_number = {citation.n: citation for citation in answer.citations}
    used = {int(n) for n in MARK.findall(answer.text)}
    faults = [f"[{n}] does not exist" for n in used - by_number.keys()]
    faults += [f"[{n}] is never used" for n in by_number.keys() - used]
    for sentence in _sentences(answer.text):
        marks = [int(n) for n in MARK.findall(sentence)]
        cited = [by_number[n] for n in marks if n in by_number]
        bare = re.sub(r"^- |\*\*.*?\*\* :|À savoir :", "", MARK.sub("", sentence)).strip()
        listed = {f"{s.publisher}, {s.title}" for c in cited for s in c.sources}
        if any(bare.startswith(name) for name in listed):
            continue  # the list of sources names pages, it quotes nothing
        if cited and support(bare, " ".join(c.passage for c in cited)) < SUPPORTED:
            faults.append(f"not in its passage: {sentence[:60]}")
    return faults


def _sentences(text: str) -> list[str]:
    """Sentences of a text; the cells of a table are texts of their own."""
    found: list[str] = []
    for line in text.split("\n"):
        cells = line.strip("|").split("|") if line.startswith("|") else [line]
        found += [sentence for cell in cells for sentence in split_sentences(cell.strip())]
    return found


def figure_faults(answer: Answer, question: str) -> list[str]:
    """Figures of the answer that no cited passage holds (the question's own are repeated)."""
    if not answer.citations:
        return []
    held = set().union(*(numbers(c.passage) for c in answer.citations)) | numbers(question)
    bare = MARK.sub("", re.sub(r"\(\d+ sur \d+\)", "", answer.text))
    held |= {str(s.year) for c in answer.citations for s in c.sources if s.year}
    titles = " ".join(s.title for c in answer.citations for s in c.sources)
    return sorted(numbers(bare) - held - numbers(titles))


def answer_last(assistant: Asks, messages: list[str]) -> tuple[Answer, str]:
    """Play a conversation and return the last answer with its question."""
    turns: list[Turn] = []
    answer = Answer("decline", "")
    for message in messages:
        try:
            answer = assistant.ask(clean_question(message), turns[-20:])
        except RefusedInput as exc:
            answer = Answer("decline", str(exc))
        turns += [Turn("user", message), Turn("assistant", answer.text)]
    return answer, messages[-1]


def evaluate(
    assistant: Asks, file: Path | None = None, floors: Mapping[str, float] = FLOORS
) -> dict[str, Any]:
    """Score every conversation. Returns groups, rules, latency and the failures, as JSON data."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    times: list[float] = []
    for row in read_golden(file or GOLDEN):
        answer, question = answer_last(assistant, row["turns"])
        times.append(answer.timings_ms.get("total", 0.0))
        results = {
            row["group"]: misses(answer, row["expect"]),
            "citations": citation_faults(answer),
            "figures": figure_faults(answer, question),
            "french": [] if language_of(answer.text) == "fr" and "·" not in answer.text else ["?"],
        }
        for group, wrong in results.items():
            if wrong:
                told = f"{row['id']} « {question[:60]} » : {'; '.join(wrong)}"
                tallies[group].failed.append(told)
            else:
                tallies[group].passed += 1
    if not times:
        raise CapError(f"« {(file or GOLDEN).name} » ne contient aucune question.")
    cuts = statistics.quantiles(times, n=20) if len(times) > 1 else times * 19
    return {
        "groups": {
            name: {"rate": tally.rate, "passed": tally.passed, "failed": tally.failed}
            for name, tally in tallies.items()
        },
        "latency_ms": {"p50": statistics.median(times), "p95": cuts[18]},
        "floors": dict(floors),
        "below_floor": [n for n, t in tallies.items() if t.rate < floors.get(n, 0.0)],
    }


def read_golden(file: Path) -> Iterable[dict[str, Any]]:
    """Read the golden file. Raises CapError naming the faulty line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise CapError(f"Le fichier « {file.name} » ne se lit pas ({exc}).") from exc
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            yield {key: row[key] for key in ("id", "group", "turns", "expect")}
        except (ValueError, KeyError, TypeError) as exc:
            raise CapError(
                f"« {file.name} », ligne {number} : il faut un objet JSON avec id, group, turns "
                "et expect."
            ) from exc


def print_scorecard(card: dict[str, Any], say: Callable[[str], None]) -> None:
    """Write the scorecard as a table, then the failures."""
    for name, group in card["groups"].items():
        total = group["passed"] + len(group["failed"])
        floor = f"  (plancher {card['floors'][name]:.0%})" if name in card["floors"] else ""
        say(f"{name:<16} {group['rate']:7.1%}  {group['passed']}/{total}{floor}")
    latency = card["latency_ms"]
    say(f"durée            médiane {latency['p50']:.0f} ms, p95 {latency['p95']:.0f} ms")
    for name, group in card["groups"].items():
        for failure in group["failed"]:
            say(f"{name}: {failure}")
