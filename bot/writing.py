"""Word an answer with the language model, streamed, then check it; the extract stands if it fails.

The model only rewords passages that the extract already cites. Which answers it may word is
decided here. No model is used unless a school asks for one: judged blind on 132 questions, the
extract won over what the embedded model wrote (README, "Mesures").
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.checks import MARK, check
from bot.model import ChatModel
from bot.prompts import build_messages
from bot.safety import is_injection
from bot.types import Answer, Citation, Question
from corpus.errors import ModelError

log = logging.getLogger(__name__)

MIN_WORDS = 12
"""Written text that keeps fewer words than this after checks gives way to the extract."""
WORDS_A_YIELD = 3


class Writer:
    """Words plain answers with a model, when there is one and it is ready."""

    def __init__(self, model: ChatModel | None) -> None:
        """Take the model, or None to always leave extracts."""
        self._model = model

    def should_write(self, question: Question, answer: Answer) -> bool:
        """Tell whether this answer is worded by the model."""
        if self._model is None or question.intent != "ask" or answer.kind != "answer":
            return False
        plain = bool(answer.citations) and len(answer.roles) <= 1
        if any(is_injection(citation.passage) for citation in answer.citations):
            return False  # a document that gives orders is quoted, never given to the model
        return plain and self._model.ready()

    def write(self, question: Question, answer: Answer) -> Iterator[tuple[str, Answer | None]]:
        """Yield (text so far, None), then (final text, answer); the extract if it fails."""
        assert self._model is not None
        passages = [citation.passage for citation in answer.citations]
        messages = build_messages(passages, question.standalone)
        text, words = "", 0
        try:
            for piece in self._model.stream(messages, prefix_key=prefix_key(passages)):
                text += piece
                if len(text.split()) >= words + WORDS_A_YIELD:
                    words = len(text.split())
                    yield text, None
        except ModelError as exc:
            # The sentence of the error holds no question text.
            log.warning("modèle : %s", exc)
            yield answer.text, answer
            return
        checked = check(text, passages)
        if len(checked.text.split()) < MIN_WORDS:
            yield answer.text, answer
            return
        final, citations = renumber(checked.text, answer)
        yield final, replace(answer, text=final, mode="written", citations=citations)


def prefix_key(passages: Sequence[str]) -> str:
    """Name the stable part of the prompt: it depends on the passages only."""
    return hashlib.sha256("\n".join(passages).encode()).hexdigest()[:16]


def renumber(text: str, answer: Answer) -> tuple[str, tuple[Citation, ...]]:
    """Number the citations that the text still uses from 1, in order of appearance."""
    used = list(dict.fromkeys(int(n) for n in MARK.findall(text)))
    new = {old: position for position, old in enumerate(used, start=1)}
    by_number = {citation.n: citation for citation in answer.citations}
    citations = tuple(replace(by_number[old], n=new[old]) for old in used)
    return MARK.sub(lambda match: f"[{new[int(match[1])]}]", text), citations
