"""The chain: understand -> retrieve -> compose -> write -> check, as a LangChain Runnable.

`Assistant` is what the page, HTTP and the command line share. It holds no visitor's state: turns
come with each request. Errors of the index or corpus surface as CapError; a model that fails
leaves the extract standing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda

from bot.answering import Answering
from bot.classifier import Guesses
from bot.compare import Comparison
from bot.learning import Learnt
from bot.lexicon import Lexicon
from bot.model import ChatModel, open_model
from bot.proposals import Proposals
from bot.roles import RoleMatcher
from bot.safety import Safety
from bot.settings import Settings
from bot.types import Answer, Question, Turn
from bot.understanding import Understanding
from bot.writing import Writer
from corpus.load import load_corpus
from corpus.split import split_corpus
from corpus.types import Corpus, Passage
from index.build import index_folder, open_index
from index.encoder import Encoder, SentenceEncoder
from index.retriever import PassageRetriever
from index.search import Searcher

WARM_UP = "C’est quoi un community manager ?"
"""Asked once at start: the first question costs 200 ms more than the next ones."""


@dataclass(frozen=True, slots=True)
class Request:
    """What enters the chain."""

    question: str
    turns: tuple[Turn, ...] = ()
    started: float = field(default_factory=time.perf_counter)


@dataclass(frozen=True, slots=True)
class Draft:
    """What goes from step to step: the question understood, the extract, the time spent."""

    request: Request
    question: Question
    answer: Answer | None = None
    timings: tuple[tuple[str, float], ...] = ()

    def timed(self, name: str, since: float) -> Draft:
        """Return the draft with the milliseconds spent in a step."""
        return replace(self, timings=(*self.timings, (name, (time.perf_counter() - since) * 1000)))


@dataclass(frozen=True, slots=True)
class Step:
    """One item of the stream: the text so far, and the answer once it is complete.

    LangChain adds up the items of a stream to give `invoke` its result: the later one stands.
    """

    text: str
    answer: Answer | None = None

    def __add__(self, other: Step) -> Step:
        """Return the later item."""
        return other


def build_chain(
    understanding: Understanding, answering: Answering, writer: Writer
) -> Runnable[Request, Step]:
    """Wire the steps; each is a Runnable of its own, visible to callbacks."""

    def understand(request: Request) -> Draft:
        since = time.perf_counter()
        question = understanding.understand(request.question, request.turns)
        return Draft(request, question).timed("understand", since)

    def compose(draft: Draft) -> Draft:
        since = time.perf_counter()
        answer = answering.answer(draft.question, draft.request.turns)
        return replace(draft, answer=answer).timed("search", since)

    def write(drafts: Iterator[Draft]) -> Iterator[Step]:
        for draft in drafts:
            yield from _stream(draft, writer)

    return (
        RunnableLambda(understand, name="understand")
        | RunnableLambda(compose, name="compose")
        | RunnableGenerator(write, name="write")
    )


def _stream(draft: Draft, writer: Writer) -> Iterator[Step]:
    """Send the extract at once, or the model's words as they come; then the checked answer."""
    answer = draft.answer
    if answer is None:
        return
    timings = dict(draft.timings)
    started = draft.request.started
    if writer.should_write(draft.question, answer):
        for text, done in writer.write(draft.question, answer):
            timings.setdefault("first_text", (time.perf_counter() - started) * 1000)
            yield Step(text)
            answer = done or answer
    else:
        timings["first_text"] = (time.perf_counter() - started) * 1000
        yield Step(answer.text)
    timings["total"] = (time.perf_counter() - started) * 1000
    yield Step(answer.text, replace(answer, timings_ms=timings))


class Assistant:
    """Answers questions; built once and shared by every visitor."""

    def __init__(
        self,
        corpus: Corpus,
        searcher: Searcher,
        learnt: Learnt,
        encoder: Encoder,
        safety: Safety,
        model: ChatModel | None = None,
    ) -> None:
        """Wire finished parts."""
        self.corpus = corpus
        self.searcher = searcher
        self.learnt = learnt
        passages = searcher.passages.values()
        matcher = RoleMatcher.from_passages(corpus.roles.values(), passages)
        texts = [text for p in passages for text in (p.text, *p.keys)]
        lexicon = Lexicon(corpus, learnt.sections.vocabulary, texts)

        def tastes(text: str) -> Guesses:
            return learnt.tastes.guess(encoder.encode_query(matcher.mask_all(text)))

        def sections(masked: str) -> Guesses:
            return learnt.sections.guess(masked, encoder.encode_query(masked))

        proposals = Proposals(corpus, passages, tastes)
        self.understanding = Understanding(
            corpus, matcher, learnt, encoder, lexicon, safety, proposals.shown
        )
        retriever = PassageRetriever(searcher=searcher)
        comparison = Comparison(corpus, passages, proposals.sections, matcher, sections)
        answering = Answering(corpus, retriever, self.understanding, proposals, comparison)
        self._model = model
        self.chain = build_chain(self.understanding, answering, Writer(model))

    @classmethod
    def open(cls, settings: Settings, *, with_model: bool = True) -> Assistant:
        """Open corpus, encoder, index, classifier and model. Raises CapError."""
        corpus = load_corpus(extra=settings.corpus)
        encoder = SentenceEncoder.open(settings.embedding)
        passages: list[Passage] = split_corpus(corpus)
        searcher = open_index(passages, encoder, settings.data, settings.chroma_url)
        learnt = Learnt.load(index_folder(settings.data))
        safety = Safety.open(index_folder(settings.data), encoder.encode_query)
        model = open_model(settings) if with_model else None
        assistant = cls(corpus, searcher, learnt, encoder, safety, model)
        assistant.ask(WARM_UP)
        return assistant

    def stream(self, question: str, turns: Sequence[Turn] = ()) -> Iterator[str | Answer]:
        """Yield the text as it grows, then the whole answer."""
        for step in self.chain.stream(Request(question, tuple(turns))):
            yield step.answer if step.answer else step.text

    def ask(self, question: str, turns: Sequence[Turn] = ()) -> Answer:
        """Return the whole answer."""
        step = self.chain.invoke(Request(question, tuple(turns)))
        assert step.answer is not None
        return step.answer

    def understood(self, question: str, turns: Sequence[Turn] = ()) -> Question:
        """Return how a message is understood, and why (for `ask --json` and `search`)."""
        return self.understanding.understand(question, turns)

    @property
    def mode_note(self) -> str:
        """French sentence about the model: absent, not ready, or empty when it is ready."""
        if self._model is None:
            return "Réponses tirées telles quelles des sources, sans modèle de langue."
        if not self._model.ready():
            return f"{self._model.problem} En attendant, les réponses sont des extraits."
        return ""

    def ready(self) -> dict[str, bool]:
        """Tell which parts are ready."""
        parts = {"index": True}
        if self._model is not None:
            parts["model"] = self._model.ready()
        return parts

    def wait_for_model(self, seconds: float = 60.0) -> None:
        """Give the model time to start, for a command that answers once and leaves."""
        if self._model is not None:
            self._model.ready(seconds)

    def close(self) -> None:
        """Stop the model's process."""
        if self._model is not None:
            self._model.close()
