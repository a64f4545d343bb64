"""The bench of a hundred conversations: visitors, phases and figures; the server is a stub."""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import bench_load
from bot.bench_load import Load, Phase, Plan, Visitor, address, scripts
from bot.settings import Settings
from corpus.errors import CapError

PLAN = Plan(conversations=4, questions=60, pause_s=(0.02, 0.04), active_s=0.2)
STREAM = 'event: text\ndata: {"text": "Bon"}\n\nevent: answer\ndata: {"text": "Bonjour"}\n\n'


class Stub:
    """Answers every question with `reply`, and keeps the bodies."""

    def __init__(self, reply: httpx.Response | Exception) -> None:
        """Answer, or fail, like this."""
        self.reply = reply
        self.bodies: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Handle one request."""
        self.bodies.append(json.loads(request.content))
        if isinstance(self.reply, Exception):
            raise self.reply
        return httpx.Response(self.reply.status_code, content=self.reply.content)

    def visitor(self, *questions: str) -> Visitor:
        """Return a visitor who asks these questions again and again."""
        client = httpx.AsyncClient(transport=httpx.MockTransport(self), base_url="http://stub")
        return Visitor(client, (list(questions) for _ in itertools.count()))


def asked(stub: Stub, *questions: str, times: int = 1) -> Phase:
    """Ask some questions in a row; return what the visitor saw."""
    phase = Phase()

    async def scene() -> None:
        visitor = stub.visitor(*questions)
        for _ in range(times):
            await visitor.ask(phase)

    asyncio.run(scene())
    return phase


def pressed(stub: Stub, plan: Plan = PLAN) -> tuple[dict[str, dict[str, float]], list[int]]:
    """Run all the phases, this process taken for the server; return figures and progress."""
    done: list[int] = []

    async def scene() -> dict[str, dict[str, float]]:
        visitors = [stub.visitor("q") for _ in range(plan.conversations)]
        return await Load(plan, visitors, os.getpid(), lambda n, _: done.append(n)).run()

    return asyncio.run(scene()), done


def test_every_visitor_has_a_loopback_address() -> None:
    found = {address(number) for number in range(1000)}
    assert len(found) == 1000
    assert all(ipaddress.ip_address(one).is_loopback for one in found)
    assert not any(one.startswith("127.0.0.") for one in found)


def test_a_conversation_is_whole_questions_with_follow_ups() -> None:
    def first(seed: int) -> list[str]:
        whole = [f"Question {n} ?" for n in range(50)]
        return next(scripts(whole, ["et le salaire ?", "et après ?"], random.Random(seed)))

    script = first(1)
    assert [text.startswith("Question") for text in script] == [True, False, False] * 2
    assert first(1) == script != first(2)


def test_the_conversation_goes_with_each_question_then_starts_anew() -> None:
    stub = Stub(httpx.Response(200, text=STREAM))
    phase = asked(stub, "un", "deux", times=3)
    kept = [{"role": "user", "text": "un"}, {"role": "assistant", "text": "Bonjour"}]
    assert [body["turns"] for body in stub.bodies] == [[], kept, []]
    assert len(phase.times) == 3 and min(phase.times) > 0 and not phase.errors


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        (httpx.Response(503, json={"erreur": "Trop de monde."}), "status 503"),
        (httpx.ReadTimeout("long"), "ReadTimeout"),
        (httpx.Response(200, text='event: erreur\ndata: {"erreur": "x"}\n\n'), "no answer"),
        (httpx.Response(200, text=""), "no answer"),
    ],
)
def test_what_fails_is_counted_by_name(reply: httpx.Response | Exception, name: str) -> None:
    phase = asked(Stub(reply), "un", times=2)
    assert (phase.times, dict(phase.errors)) == ([], {name: 2})
    assert phase.figures() == {"answers": 0, "errors": 2, name: 2}


def test_every_phase_is_measured_and_memory_read_at_its_marks() -> None:
    figures, done = pressed(Stub(httpx.Response(200, text=STREAM)))
    active, burst, full, memory = figures.values()
    assert burst["answers"] == 12 and active["answers"] >= 4
    assert burst["answers"] + active["answers"] + full["answers"] == done[-1] == 60
    assert not any(row["errors"] for row in (active, burst, full))
    assert burst["p50"] <= burst["p95"] and burst["processor ms/answer"] >= 0
    marks = ["after 6", "after 15", "after 30", "after 60"]
    assert list(memory) == ["ready", *marks, "growth", "growth (%)"]
    assert memory["growth"] == memory["after 60"] - memory["after 6"]


def test_a_server_that_refuses_everything_ends_the_bench() -> None:
    figures, done = pressed(Stub(httpx.Response(503)))
    assert done[-1] == 60
    assert sum(row.get("status 503", 0) for row in figures.values()) == 60


def test_a_server_that_does_not_start_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(CapError, match="n’a pas démarré"):
        bench_load.bench_load(Settings(data=tmp_path), lambda *_: None)
