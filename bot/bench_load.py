"""A hundred conversations at once through HTTP: delays, errors, memory (`bench load`).

The real server runs as a child without model; each visitor has its own loopback address, as
visitors have their own, so that the rate limit of an address is neither met nor weakened. Questions
are wordings of the bank and short follow-ups; none is printed or kept.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.bench import percentiles, process_memory
from bot.sections import short_examples
from bot.settings import Settings
from bot.types import MAX_TURNS
from corpus.errors import CapError
from corpus.load import load_corpus

ENVIRONMENT = {
    "PATH": os.defpath,  # a library of Gradio's needs one to be imported
    "PYTHONUTF8": "1",
    "CAP_LLM": "none",
    "CAP_HOST": "127.0.0.1",
    "CAP_PORT": "0",  # any free one
}
"""The child's environment, where the index is aside."""
START_S, ANSWER_S, STOP_S = 60.0, 60.0, 10.0
MARKS = (0.1, 0.25, 0.5, 1.0)
"""Shares of the questions after which memory is read."""
BURSTS = 3
WORKERS = 8
"""Questions in progress where the server is given as many as it can answer."""
FOLLOW_UPS = 2
"""Short questions after each whole one."""
JOBS = 2
"""Whole questions of one visitor; then another visitor comes, with an empty conversation."""
SEED = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard the server is pressed; the defaults are those of README."""

    conversations: int = 100
    questions: int = 2000
    pause_s: tuple[float, float] = (5.0, 15.0)
    active_s: float = 75.0


@dataclass(slots=True)
class Phase:
    """What visitors saw during one phase: milliseconds to first text, and errors by name."""

    times: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    processor_s: float = 0.0

    def figures(self) -> dict[str, float]:
        """Percentiles, counts and the server's processor time for one answer."""
        shown = percentiles(self.times) if len(self.times) > 1 else {}
        shown |= {"answers": len(self.times), "errors": self.errors.total()}
        if self.times and self.seconds:
            shown["answers/s"] = len(self.times) / self.seconds
            shown["processor ms/answer"] = self.processor_s * 1000 / len(self.times)
        return shown | dict(self.errors)


class Visitor:
    """One conversation at a time from one address."""

    def __init__(self, client: httpx.AsyncClient, scripts: Iterator[list[str]]) -> None:
        """Take a connection of its own, and the questions of one conversation after the other."""
        self._client = client
        self._scripts = scripts
        self._script: list[str] = []
        self._turns: list[dict[str, str]] = []

    async def ask(self, phase: Phase) -> None:
        """Ask the next question and read the whole answer; note the delay or the error."""
        if not self._script:
            self._script, self._turns = next(self._scripts), []
        question = self._script.pop(0)
        body = {"question": question, "turns": self._turns[-MAX_TURNS:]}
        start = time.perf_counter()
        try:
            async with self._client.stream("POST", "/api/chat", json=body) as reply:
                if reply.status_code != 200:
                    phase.errors[f"status {reply.status_code}"] += 1
                    return
                first, text = await read_answer(reply)
        except httpx.HTTPError as exc:
            phase.errors[type(exc).__name__] += 1
            return
        if text is None:
            phase.errors["no answer"] += 1
            return
        phase.times.append((first - start) * 1000)
        self._turns += [{"role": "user", "text": question}, {"role": "assistant", "text": text}]


async def read_answer(reply: httpx.Response) -> tuple[float, str | None]:
    """Return when the first text came and the answer's text, None if the stream has no answer."""
    first, event, text = 0.0, "", None
    async for line in reply.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "data":
            first = first or time.perf_counter()
            if event == "answer":
                text = json.loads(value)["text"]
    return first, text


class Load:
    """The visitors, the server that they press, and what is counted over all the phases."""

    def __init__(
        self, plan: Plan, visitors: list[Visitor], pid: int, progress: Callable[[int, int], None]
    ) -> None:
        """Take the visitors and the server's process."""
        self.plan = plan
        self.memory = {"ready": process_memory(pid)["resident"]}
        self._visitors = visitors
        self._pid = pid
        self._progress = progress
        self._marks = {max(1, round(share * plan.questions)) for share in MARKS}
        self._asked = 0
        self._random = random.Random(SEED)

    async def run(self) -> dict[str, dict[str, float]]:
        """Burst, live, then ask without rest until every question is asked.

        The burst comes first: the threads that it starts stay, and are not growth.
        """
        burst = await self._timed(self._burst)
        active = await self._timed(self._active)
        full = await self._timed(self._full)
        first, last = list(self.memory.values())[1], list(self.memory.values())[-1]
        growth = {"growth": last - first, "growth (%)": (last - first) * 100 / first}
        return {
            f"{self.plan.conversations} active: first text (ms)": active.figures(),
            f"burst of {self.plan.conversations}: first text (ms)": burst.figures(),
            f"{WORKERS} without rest: first text (ms)": full.figures(),
            "memory (MB)": self.memory | growth,
        }

    async def _timed(self, run: Callable[[Phase], Awaitable[None]]) -> Phase:
        phase = Phase()
        since, spent = time.perf_counter(), processor_time(self._pid)
        await run(phase)
        phase.seconds = time.perf_counter() - since
        phase.processor_s = processor_time(self._pid) - spent
        return phase

    async def _burst(self, phase: Phase) -> None:
        """Everybody presses Enter at the same instant, a few times."""
        for _ in range(BURSTS):
            await asyncio.gather(*(self._ask(visitor, phase) for visitor in self._visitors))

    async def _active(self, phase: Phase) -> None:
        """Everybody reads and types between an answer and the next question."""
        end = time.monotonic() + self.plan.active_s

        async def live(visitor: Visitor) -> None:
            await asyncio.sleep(self._random.uniform(0, self.plan.pause_s[1]))
            while time.monotonic() < end:
                await self._ask(visitor, phase)
                await asyncio.sleep(self._random.uniform(*self.plan.pause_s))

        await asyncio.gather(*map(live, self._visitors))

    async def _full(self, phase: Phase) -> None:
        """A few questions are always in progress, each from the visitor idle longest."""
        left = max(0, self.plan.questions - self._asked)
        turns = iter([self._visitors[i % len(self._visitors)] for i in range(left)])

        async def work() -> None:
            for visitor in turns:
                await self._ask(visitor, phase)

        await asyncio.gather(*(work() for _ in range(min(WORKERS, len(self._visitors)))))

    async def _ask(self, visitor: Visitor, phase: Phase) -> None:
        await visitor.ask(phase)
        self._asked += 1
        if self._asked in self._marks:
            self.memory[f"after {self._asked}"] = process_memory(self._pid)["resident"]
        self._progress(self._asked, max(self._asked, self.plan.questions))


def bench_load(
    settings: Settings, progress: Callable[[int, int], None], plan: Plan | None = None
) -> dict[str, dict[str, float]]:
    """Return row -> figures. Raises CapError when the server does not start."""
    with _served(settings) as (pid, url):
        return asyncio.run(_press(plan or Plan(), pid, url, progress))


async def _press(
    plan: Plan, pid: int, url: str, progress: Callable[[int, int], None]
) -> dict[str, dict[str, float]]:
    whole = [wording for entry in load_corpus().bank for wording in entry.wordings]
    short = [question for question in short_examples() if "métier" not in question]
    async with AsyncExitStack() as stack:
        visitors = []
        for number in range(plan.conversations):
            client = await stack.enter_async_context(_client(url, number))
            visitors.append(Visitor(client, scripts(whole, short, random.Random(SEED + number))))
        return await Load(plan, visitors, pid, progress).run()


def _client(url: str, number: int) -> httpx.AsyncClient:
    """Connect anew for each question: after a pause the server has closed an idle connection."""
    transport = httpx.AsyncHTTPTransport(
        local_address=address(number),
        verify=False,
        trust_env=False,
        limits=httpx.Limits(max_keepalive_connections=0),
    )
    return httpx.AsyncClient(base_url=url, transport=transport, timeout=ANSWER_S)


def address(number: int) -> str:
    """Return the loopback address of a visitor; 127.0.0.x is left to the machine."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


def scripts(whole: list[str], short: list[str], chance: random.Random) -> Iterator[list[str]]:
    """Yield conversations: a whole question and short follow-ups, a few times."""
    while True:
        script: list[str] = []
        for _ in range(JOBS):
            script += [chance.choice(whole), *chance.sample(short, FOLLOW_UPS)]
        yield script


@contextmanager
def _served(settings: Settings) -> Iterator[tuple[int, str]]:
    """Run app.py until the end of the block; give its process and its address."""
    given = {"CAP_DATA": str(settings.data.resolve()), "CAP_EMBEDDING": settings.embedding}
    if settings.corpus:
        given["CAP_CORPUS"] = str(settings.corpus.resolve())
    if settings.chroma_url:
        given["CAP_CHROMA_URL"] = settings.chroma_url
    child = subprocess.Popen(
        [sys.executable, "-m", "app"], stdout=subprocess.PIPE, text=True, encoding="utf-8",
        env=ENVIRONMENT | given, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    with child as server:
        try:
            assert server.stdout
            found = re.search(r"http://\S+/", server.stdout.readline())
            if not found:
                raise CapError("Le serveur à mesurer n’a pas démarré.")
            with httpx.Client(trust_env=False, timeout=START_S) as client:
                client.get(f"{found[0]}readyz").raise_for_status()
            yield server.pid, found[0]
        finally:
            server.terminate()
            try:
                server.wait(STOP_S)
            except subprocess.TimeoutExpired:
                server.kill()


def processor_time(pid: int) -> float:
    """Seconds that a process spent on the processor, in all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
