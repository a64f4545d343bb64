"""What each command of `python -m bot` does; output on stdout, progress and notes on stderr."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bot.limits import clean_question
from bot.settings import Settings
from bot.types import MAX_TURNS, Answer, Turn
from corpus.errors import CapError, RefusedInput


def say(text: str = "") -> None:
    """Write one line on stdout."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Write one line on stderr."""
    sys.stderr.write(text + "\n")


@contextmanager
def progress_bar(label: str) -> Iterator[Any]:
    """Give a callback (done, total) that draws a bar on stderr."""
    from tqdm import tqdm

    with tqdm(desc=label, unit="texte", leave=False) as bar:

        def update(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield update


def build(arguments: argparse.Namespace, settings: Settings) -> int:
    """Build the index and say what changed."""
    from bot.build import build as run

    with progress_bar("Index") as progress:
        report, corpus = run(settings, force=arguments.force, progress=progress)
    for warning in corpus.warnings:
        note(f"Attention : {warning}")
    if report.unchanged:
        say(f"Index à jour : {report.passages} passages, rien à refaire.")
    else:
        say(
            f"Index construit : {report.passages} passages, {report.keys} textes, dont "
            f"{report.embedded} calculés et {report.removed} retirés."
        )
    say(
        f"Corpus : {len(corpus.roles)} fiches, {len(corpus.themes)} thèmes, {len(corpus.bank)} "
        f"questions, {len(corpus.terms)} termes, {len(corpus.documents)} documents ajoutés."
    )
    return 0


def ask(arguments: argparse.Namespace, settings: Settings) -> int:
    """Answer one question, or a file of conversations."""
    from bot.chain import Assistant

    conversations = None if arguments.question is not None else _conversations(arguments.batch)
    with closing(Assistant.open(settings)) as assistant:
        assistant.wait_for_model()
        if conversations is None:
            answer = _answer(assistant, arguments.question, [])
            if arguments.json:
                question = assistant.understood(arguments.question)
                why = {"why": list(question.why), "intent": question.intent}
                say(json.dumps({**answer.to_dict(), **why}, ensure_ascii=False))
            else:
                _print_answer(answer)
            return 0
        for name, messages in conversations:
            turns: list[Turn] = []
            answers = []
            for message in messages:
                answer = _answer(assistant, message, turns[-MAX_TURNS:])
                turns += [Turn("user", message), Turn("assistant", answer.text)]
                answers.append(answer.to_dict())
            say(json.dumps({"id": name, "answers": answers}, ensure_ascii=False))
            sys.stdout.flush()
    return 0


def _answer(assistant: Any, message: str, turns: list[Turn]) -> Answer:
    """Answer a message; a refused one is an answer too."""
    try:
        return assistant.ask(clean_question(message), turns)  # type: ignore[no-any-return]
    except RefusedInput as exc:
        return Answer(kind="decline", text=str(exc))


def _conversations(path: str) -> list[tuple[Any, list[str]]]:
    """Read {"id", "turns": [str, …]} lines. Raises CapError naming the faulty line."""
    try:
        if path == "-":
            lines = sys.stdin.read().splitlines()
        else:
            lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise CapError(f"Le fichier « {path} » ne se lit pas ({exc}).") from exc
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            turns = row["turns"]
            if not isinstance(turns, list) or not all(isinstance(t, str) for t in turns):
                raise TypeError
            json.dumps(row, ensure_ascii=False).encode()
            found.append((row["id"], turns))
        except (ValueError, KeyError, TypeError, RecursionError) as exc:
            raise CapError(
                f"« {path} », ligne {number} : il faut un objet JSON "
                '{"id": "…", "turns": ["message", …]}.'
            ) from exc
    return found


def _print_answer(answer: Answer) -> None:
    say(answer.text)
    if answer.citations:
        say("\nSources")
    for citation in answer.citations:
        for source in citation.sources:
            year = f", {source.year}" if source.year else ""
            link = f" — {source.url}" if source.url else ""
            say(f"[{citation.n}] {source.publisher}, {source.title}{year}{link}")
    if answer.suggestions:
        say("\nPour continuer")
        for suggestion in answer.suggestions:
            say(f"- {suggestion}")


def search(arguments: argparse.Namespace, settings: Settings) -> int:
    """Show the passages found, with the scores of each search."""
    from bot.chain import Assistant

    assistant = Assistant.open(settings, with_model=False)
    question = clean_question(arguments.question)
    hits = assistant.searcher.search(question, arguments.k, arguments.mode)
    understood = assistant.understood(question)
    if arguments.json:
        rows = [
            {
                "id": h.passage.id, "kind": h.passage.kind, "document": h.passage.document,
                "section": h.passage.section, "score": h.score, "meaning": h.meaning,
                "words": h.words, "key": h.key, "text": h.passage.text,
            }
            for h in hits
        ]  # fmt: skip
        data = {
            "intent": understood.intent, "roles": list(understood.roles),
            "section": understood.section, "why": list(understood.why), "hits": rows,
        }  # fmt: skip
        say(json.dumps(data, ensure_ascii=False))
        return 0
    say(f"Compris : {understood.intent} ; {' ; '.join(understood.why)}")
    for hit in hits:
        meaning = f"{hit.meaning:.3f}" if hit.meaning is not None else "  —  "
        words = f"{hit.words:5.1f}" if hit.words is not None else "  —  "
        passage = hit.passage
        say(f"{hit.score:.4f}  sens {meaning}  mots {words}  {passage.document}/{passage.section}")
        say(f"    {hit.key.splitlines()[0][:100]}")
    return 0


def evaluate(arguments: argparse.Namespace, settings: Settings) -> int:
    """Score the answers on golden questions."""
    from bot.chain import Assistant
    from bot.evaluate import FLOORS, print_scorecard
    from bot.evaluate import evaluate as run

    assistant = Assistant.open(settings, with_model=False)
    chosen = Path(arguments.file) if arguments.file else None
    card = run(assistant, chosen, floors={} if chosen else FLOORS)
    if arguments.json:
        say(json.dumps(card, ensure_ascii=False))
    else:
        print_scorecard(card, say)
    return 1 if card["below_floor"] else 0


def bench(arguments: argparse.Namespace, settings: Settings) -> int:
    """Measure the figures of README."""
    from bot.bench import run_benches

    with progress_bar("Mesure") as progress:
        figures = run_benches(settings, arguments.name, progress)
    if arguments.json:
        say(json.dumps(figures, ensure_ascii=False))
        return 0
    for name, table in figures.items():
        say(name)
        for row, values in table.items():
            shown = values if not isinstance(values, dict) else "  ".join(
                f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in values.items()
            )  # fmt: skip
            say(f"  {row:<28} {shown}")
    return 0


def doctor(arguments: argparse.Namespace, settings: Settings) -> int:
    """Say what is installed, what is missing and what to do."""
    from bot.doctor import diagnose

    healthy = True
    for check in diagnose(settings):
        healthy = healthy and check.ok
        say(f"{'oui' if check.ok else 'NON'}  {check.name} : {check.detail}")
    return 0 if healthy else 1
