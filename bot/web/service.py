"""One question from a visitor to the assistant and back, for every web face of the product.

Admits (rate, length, capacity), runs the assistant's synchronous generator in threads, counts,
and turns the unexpected into one French sentence. Knows nothing of routes or pages.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import time
import traceback
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Protocol

from anyio import CapacityLimiter, to_thread

from bot.limits import RateLimiter, clean_question, parse_turns
from bot.types import Answer, Turn
from bot.web.metrics import Metrics
from corpus.errors import CapError, RefusedInput
from corpus.types import Corpus

MAX_AT_ONCE = 32
"""Answers in progress at once: a class of 32 pupils who press Enter together."""
MAX_WAITING = 128
"""Questions that wait for one of those places: four more classes at the same instant."""
WAIT_S = 10.0
"""Longest wait for a place; extracts free theirs in hundredths of a second, a model does not."""
PER_MINUTE = 120
"""Questions a minute from one address: a whole class shares its school's address."""
BURST = 60
"""Questions at once from one address, two for each pupil of a class."""

BUSY = "Beaucoup de personnes posent une question en ce moment. Réessayez dans quelques secondes."
BROKEN = (
    "Une erreur inattendue a interrompu la réponse. Réessayez ; si elle revient, reformulez "
    "votre question ou prévenez la personne qui gère ce service."
)

Items = AsyncGenerator[str | Answer, None]

log = logging.getLogger("cap.web")


class Assistant(Protocol):
    """What the web needs of `bot.chain.Assistant`."""

    @property
    def corpus(self) -> Corpus:
        """Everything the assistant knows."""

    @property
    def mode_note(self) -> str:
        """A French sentence about how answers are made now; may be empty."""

    def stream(self, question: str, turns: Sequence[Turn]) -> Iterator[str | Answer]:
        """Yield the whole text so far, several times, then the Answer."""

    def ready(self) -> dict[str, bool]:
        """Return what is loaded, by name."""


class Service:
    """The assistant behind its limits; shared by the API and the page, keeps no conversation."""

    def __init__(
        self,
        assistant: Assistant,
        limiter: RateLimiter | None = None,
        max_at_once: int = MAX_AT_ONCE,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        """Take a finished assistant; the limits have defaults that suit a school."""
        self.assistant = assistant
        self.metrics = Metrics()
        self._limiter = limiter or RateLimiter(PER_MINUTE, BURST)
        self._max_waiting = max_waiting
        self._waiting = 0
        self._places = asyncio.Semaphore(max_at_once)
        self._threads = CapacityLimiter(max_at_once)

    def admit(self, client: str) -> None:
        """Count one request of this address. Raises TooFrequent."""
        self._limiter.take(_network(client))

    async def stream(self, question: object, turns: object, client: str) -> Items:
        """Yield growing texts, then the Answer. Raises CapError, before or in the middle."""
        try:
            self.admit(client)
            cleaned, history = clean_question(question), parse_turns(turns)
            async with aclosing(self._timed(cleaned, history)) as items:
                async for item in items:
                    yield item
        except RefusedInput as exc:
            self.metrics.refused(exc.status)
            raise
        except CapError:
            self.metrics.refused(503)
            raise
        except Exception as exc:
            self.metrics.refused(500)
            _log_without_text(exc)
            raise CapError(BROKEN) from None

    async def _timed(self, question: str, turns: Sequence[Turn]) -> Items:
        """Take the items one by one, each in a thread.

        A visitor who stops or leaves is free at once; the thread keeps its place until it has
        its item, then the assistant's generator is closed.
        """
        start, first = time.perf_counter(), 0.0
        items = self.assistant.stream(question, turns)
        await self._enter()
        step = self._next(items)
        try:
            while True:
                item = await asyncio.shield(step)
                if item is None:
                    raise RuntimeError("the assistant stopped without an Answer")
                first = first or time.perf_counter() - start
                if isinstance(item, Answer):
                    self.metrics.answered(item, first, time.perf_counter() - start)
                yield item
                if isinstance(item, Answer):
                    return
                step = self._next(items)
        except BaseException:
            step.add_done_callback(partial(_let_go, items))
            raise
        finally:
            if step.done():
                self._places.release()
            else:
                step.add_done_callback(lambda _: self._places.release())

    def _next(self, items: Iterator[str | Answer]) -> asyncio.Future[str | Answer | None]:
        """Start to take the next item, in a thread; None when there is none."""
        return asyncio.ensure_future(to_thread.run_sync(next, items, None, limiter=self._threads))

    async def _enter(self) -> None:
        """Take a place among the answers in progress, in order of arrival. Raises RefusedInput."""
        if self._places.locked() and self._waiting >= self._max_waiting:
            raise RefusedInput(BUSY, status=503)
        self._waiting += 1
        try:
            async with asyncio.timeout(WAIT_S):
                await self._places.acquire()
        except TimeoutError:
            raise RefusedInput(BUSY, status=503) from None
        finally:
            self._waiting -= 1


def _network(client: str) -> str:
    """Return the key of an address: itself, or its /64 since one IPv6 visitor owns them all."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 4:
        return client
    return str(ipaddress.ip_network((address, 64), strict=False))


def _let_go(items: Iterator[str | Answer], step: asyncio.Future[str | Answer | None]) -> None:
    """Close a generator that nobody listens to, in a thread: it may have a model to stop."""
    if not step.cancelled():
        step.exception()  # read, so that asyncio does not log it: it may quote the visitor
    if isinstance(items, Generator):
        asyncio.get_running_loop().run_in_executor(None, items.close)


def _log_without_text(exc: Exception) -> None:
    """Log where it broke, not the message, which may quote what the visitor wrote."""
    frames = "".join(traceback.format_tb(exc.__traceback__))
    log.error("Réponse interrompue par %s\n%s", type(exc).__name__, frames)
