"""Measure the embedded model: first word, words a second, memory (`python -m bot bench model`).

Asks one question about the first sections of a role sheet three times: a prompt never read, the
same one still in its slot, and the same one in a new process with the state read from disk.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.bench import process_memory
from bot.model import LocalChat, open_local
from bot.prompts import build_messages
from bot.settings import Settings
from corpus.errors import ModelError
from corpus.load import load_corpus
from corpus.split import split_corpus

SHEET = "responsable-e-commerce"
QUESTION = "Quelles sont les missions de ce métier ?"
PASSAGES = 4
"""With the rules and their example, about 800 tokens: the prompt of an ordinary question."""
START_S = 120.0


def bench_model(settings: Settings) -> dict[str, dict[str, float]]:
    """Return row -> figures; prompt states go to a temporary folder. Raises CapError."""
    passages = _passages()
    with tempfile.TemporaryDirectory() as folder:
        with _started(settings, Path(folder)) as (chat, start):
            tokens = _count_tokens(chat, passages)
            fresh, speed = _ask(chat, passages)
            held, _ = _ask(chat, passages)
            # The kernel takes the pages of the mapped weights back when memory is short.
            memory = process_memory(chat.process.engine.pid)
        with _started(settings, Path(folder)) as (chat, _):
            restored, _ = _ask(chat, passages)
    return {
        "start (s)": {"ready": start},
        "prompt (tokens)": {"count": tokens},
        "first word (s)": {"fresh": fresh, "held": held, "restored": restored},
        "writing (words/s)": {"speed": speed},
        "memory (MB)": memory,
    }


def _passages() -> list[str]:
    """Return the first sections of a sheet."""
    passages = [p for p in split_corpus(load_corpus()) if p.document == SHEET]
    return [p.text for p in passages if p.kind == "section"][:PASSAGES]


@contextmanager
def _started(settings: Settings, states: Path) -> Iterator[tuple[LocalChat, float]]:
    """Run the model; give it with the seconds that its start took."""
    since = time.perf_counter()
    chat = open_local(settings, states)
    try:
        if not chat.ready(START_S):
            raise ModelError(chat.problem)
        yield chat, time.perf_counter() - since
    finally:
        chat.close()


def _ask(chat: LocalChat, passages: list[str]) -> tuple[float, float]:
    """Return the seconds before the first word, and the words a second from there on."""
    since = time.perf_counter()
    answer = chat.stream(build_messages(passages, QUESTION), SHEET)
    text = next(answer)
    first = time.perf_counter()
    text += "".join(answer)
    return first - since, len(text.split()) / (time.perf_counter() - first)


def _count_tokens(chat: LocalChat, passages: list[str]) -> int:
    """Count the prompt's tokens, those of the chat template aside."""
    messages = build_messages(passages, QUESTION)
    content = "\n".join(message.text for message in messages)
    return len(chat.process.engine.post("/tokenize", {"content": content})["tokens"])
