"""The HTTP API with a small assistant: streams, sheets, feedback, probes, and every bad input."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient

import app
from bot.limits import RateLimiter
from bot.settings import Settings
from bot.types import Answer, Turn
from bot.web.api import build_api
from bot.web.service import Service
from corpus.errors import RefusedInput
from tests.web_fakes import FakeAssistant

QUESTION = "Que fait un ou une community manager ?"


def client(
    service: Service | None = None, token: str = "", host: str = "203.0.113.7"
) -> TestClient:
    settings = Settings(data=Path("/tmp"), admin_token=token)
    api = build_api(settings, service or Service(FakeAssistant()))
    return TestClient(api, client=(host, 50_000), raise_server_exceptions=False)


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Read server-sent events."""
    frames = [frame.split("\n") for frame in text.strip().split("\n\n")]
    return [(f[0].removeprefix("event: "), json.loads(f[1].removeprefix("data: "))) for f in frames]


def ask(web: TestClient, **body: object) -> Any:
    return web.post("/api/chat", json=body)


def test_an_answer_is_streamed_then_given_whole() -> None:
    reply = ask(client(), question=QUESTION)
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.headers["cache-control"] == "no-store"
    *texts, (last, answer) = events(reply.text)
    assert last == "answer" and len(texts) > 1
    assert [len(d["text"]) for _, d in texts] == sorted(len(d["text"]) for _, d in texts)
    assert answer["text"] == texts[-1][1]["text"]
    assert answer["citations"][0]["sources"][0]["publisher"] == "Onisep"
    assert answer["roles"] == ["community-manager"]


def test_the_turns_reach_the_assistant_cleaned() -> None:
    fake = FakeAssistant()
    turns = [{"role": "user", "text": f" {QUESTION}\u202e "}, {"role": "assistant", "text": "…"}]
    reply = ask(client(Service(fake)), question=" et les études ?\x00", turns=turns)
    assert fake.asked == [("et les études ?", (Turn("user", QUESTION), Turn("assistant", "…")))]
    assert events(reply.text)[-1][1]["section"] == "formations"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422), ([], 422), ({"question": ""}, 422), ({"question": "🙂"}, 422),
        ({"question": 7}, 422), ({"question": "a" * 10_000}, 413),
        ({"question": "x", "turns": "y"}, 422), ({"question": "x", "prompt": "y"}, 422),
        ({"question": "x", "turns": [{"role": "system", "text": "y"}]}, 422),
        ({"question": "x", "turns": [{"role": "user", "text": ["y"]}]}, 422),
        ({"question": "x", "turns": [{"role": "user", "text": "y"}] * 1_000}, 422),
    ],
)  # fmt: skip
def test_a_wrong_body_is_refused_in_french(body: object, status: int) -> None:
    fake = FakeAssistant()
    reply = client(Service(fake)).post("/api/chat", json=body)
    assert reply.status_code == status
    assert list(reply.json()) == ["erreur"] and reply.json()["erreur"].endswith(".")
    assert fake.asked == []


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"question": ', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b'{"question": "x"}', "text/plain", 415),
        (b"question=x", "application/x-www-form-urlencoded", 415),
        (b'{"question": "' + b"a" * 70_000 + b'"}', "application/json", 413),
    ],
)
def test_a_body_that_is_not_json_is_refused(content: bytes, kind: str, status: int) -> None:
    reply = client().post("/api/chat", content=content, headers={"Content-Type": kind})
    assert reply.status_code == status
    assert reply.json()["erreur"].endswith(".")


def test_hostile_text_is_an_ordinary_question() -> None:
    fake = FakeAssistant()
    reply = ask(
        client(Service(fake)), question="<img src=x onerror=alert(1)>\u202e community manager"
    )
    assert reply.status_code == 200
    assert fake.asked[0][0] == "<img src=x onerror=alert(1)> community manager"


def test_too_many_questions_are_told_when_to_come_back() -> None:
    web = client(Service(FakeAssistant(), RateLimiter(per_minute=6, burst=2)))
    codes = [ask(web, question=QUESTION).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    reply = ask(web, question=QUESTION)
    assert 1 <= int(reply.headers["retry-after"]) <= 10
    assert "Réessayez" in reply.json()["erreur"]


def test_visitors_of_one_ipv6_network_share_a_limit() -> None:
    service = Service(FakeAssistant(), RateLimiter(per_minute=6, burst=1))
    service.admit("2001:db8:1:2::1")
    service.admit("2001:db8:1:3::1")
    with pytest.raises(RefusedInput):
        service.admit("2001:db8:1:2:ffff::9")


def test_over_capacity_is_said_in_french_and_frees_itself() -> None:
    service = Service(FakeAssistant(), max_at_once=1, max_waiting=0)

    async def scene() -> None:
        slow = service.stream(QUESTION, [], "a")
        await anext(slow)
        with pytest.raises(RefusedInput) as refused:
            await anext(service.stream(QUESTION, [], "b"))
        assert refused.value.status == 503
        await slow.aclose()
        assert [item async for item in service.stream(QUESTION, [], "b")]

    anyio.run(scene)
    full = Service(FakeAssistant(), max_at_once=0, max_waiting=0)
    assert ask(client(full), question="x").status_code == 503


def test_a_question_waits_for_its_turn() -> None:
    service = Service(FakeAssistant(), max_at_once=1, max_waiting=1)

    async def scene() -> None:
        slow = service.stream(QUESTION, [], "a")
        await anext(slow)
        waits = asyncio.ensure_future(anext(service.stream(QUESTION, [], "b")))
        await asyncio.sleep(0.01)
        with pytest.raises(RefusedInput):
            await anext(service.stream(QUESTION, [], "c"))
        assert not waits.done()
        await slow.aclose()
        assert await asyncio.wait_for(waits, 5)

    asyncio.run(scene())


def test_a_question_that_waits_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.service.WAIT_S", 0.05)
    service = Service(FakeAssistant(), max_at_once=1)

    async def scene() -> None:
        slow = service.stream(QUESTION, [], "a")
        await anext(slow)
        with pytest.raises(RefusedInput, match="Réessayez"):
            await anext(service.stream(QUESTION, [], "b"))
        await slow.aclose()
        assert [item async for item in service.stream(QUESTION, [], "b")]

    asyncio.run(scene())


def test_an_answer_that_is_left_keeps_its_place_until_its_thread_ends() -> None:
    go, closed = threading.Event(), threading.Event()

    class Slow(FakeAssistant):
        def stream(self, question: str, turns: Sequence[Turn]) -> Iterator[str | Answer]:
            with contextlib.closing(SimpleNamespace(close=closed.set)):
                go.wait(5)
                yield "Le début"

    async def scene() -> None:
        service = Service(Slow(), max_at_once=1, max_waiting=0)
        with pytest.raises(TimeoutError):  # the visitor who leaves waits for nothing
            await asyncio.wait_for(anext(service.stream(QUESTION, [], "a")), 0.1)
        with pytest.raises(RefusedInput):
            await anext(service.stream(QUESTION, [], "b"))
        go.set()
        assert await asyncio.to_thread(closed.wait, 5), "the assistant works for nobody"
        assert await anext(service.stream(QUESTION, [], "b")) == "Le début"

    asyncio.run(scene())


def test_an_error_in_the_middle_is_an_event() -> None:
    reply = ask(client(), question="une panne")
    assert reply.status_code == 200
    assert [name for name, _ in events(reply.text)] == ["text", "erreur"]
    assert "Réessayez" in events(reply.text)[-1][1]["erreur"]


def test_a_bug_shows_no_trace_and_logs_no_question(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        reply = ask(client(), question="un bogue, de Zoé")
    assert reply.status_code == 503
    assert "Traceback" not in reply.text and "ValueError" not in reply.text
    assert "ValueError" in caplog.text and "web_fakes" in caplog.text
    assert "Zoé" not in caplog.text


def test_an_assistant_that_never_finishes_is_an_error() -> None:
    class Silent(FakeAssistant):
        def stream(self, question: str, turns: Sequence[Turn]) -> Iterator[str | Answer]:
            yield "Le début"

    assert events(ask(client(Service(Silent())), question="x").text)[-1][0] == "erreur"


def test_sheets() -> None:
    web = client()
    assert web.get("/api/fiches").json()[4] == {
        "id": "developpeur-web", "title_m": "Développeur web", "title_f": "Développeuse web",
        "family": "technique", "family_name": "Construire le site", "level": "bac+3 à bac+5",
    }  # fmt: skip
    whole = web.get("/api/fiches/developpeur-web").json()
    assert [s["heading"] for s in whole["sections"]] == ["Missions", "Études et formations"]
    assert [s["publisher"] for s in whole["sources"]] == ["Onisep", "Document de référence"]
    missing = web.get("/api/fiches/plombier")
    assert missing.status_code == 404 and "« plombier »" in missing.json()["erreur"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"thumb": "up"}, 204), ({"thumb": "down", "reason": "faux"}, 204),
        ({"thumb": "down", "reason": None}, 204), ({"thumb": "sideways"}, 422),
        ({"thumb": ["up"]}, 422), ({}, 422), ({"thumb": "down", "text": "bla"}, 422),
        ({"thumb": "down", "reason": "Mme Durand a tort"}, 422),
    ],
)  # fmt: skip
def test_feedback_takes_only_values_of_its_lists(body: dict[str, object], status: int) -> None:
    reply = client().post("/api/feedback", json=body)
    assert reply.status_code == status
    assert status == 204 or reply.json()["erreur"].endswith(".")


def test_metrics_count_without_words() -> None:
    web = client(host="127.0.0.1")
    ask(web, question=QUESTION)
    ask(web, question="")
    web.post("/api/feedback", json={"thumb": "down", "reason": "faux"})
    text = web.get("/metrics").text
    assert 'cap_answers_total{kind="answer",mode="extract"} 1.0' in text
    assert 'cap_refusals_total{status="422"} 1.0' in text
    assert 'cap_feedback_total{reason="faux",thumb="down"} 1.0' in text
    assert "cap_answer_seconds_bucket" in text
    assert "community" not in text


def test_metrics_are_not_public() -> None:
    assert client().get("/metrics").status_code == 403
    proxied = client(host="127.0.0.1").get("/metrics", headers={"X-Forwarded-For": "8.8.8.8"})
    assert proxied.status_code == 403
    web = client(token="jeton")
    assert web.get("/metrics", headers={"Authorization": "Bearer jeton"}).status_code == 200
    assert web.get("/metrics", headers={"Authorization": "Bearer autre"}).status_code == 403
    assert client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403


def test_probes() -> None:
    fake = FakeAssistant()
    web = client(Service(fake))
    assert web.get("/healthz").json() == {"status": "ok"}
    assert web.get("/readyz").json() == {"index": True, "model": True}
    fake.loaded = False
    assert web.get("/readyz").status_code == 503


def test_unknown_addresses_and_methods_are_refused_in_french() -> None:
    web = client()
    assert "n’existe pas" in web.get("/api/inconnu").json()["erreur"]
    reply = web.get("/api/chat")
    assert (reply.status_code, reply.headers["allow"]) == (405, "POST")
    assert web.delete("/api/fiches/webmaster").status_code == 405


def test_openapi_is_served_and_its_pages_are_not() -> None:
    web = client()
    paths = web.get("/openapi.json").json()["paths"]
    assert {"/api/chat", "/api/fiches", "/api/feedback", "/metrics"} <= set(paths)
    body = paths["/api/chat"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"]["properties"]["question"]["maxLength"] == 500
    assert web.get("/docs").status_code == web.get("/redoc").status_code == 404


def test_the_command_explains_a_port_in_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("CAP_PORT", str(taken.getsockname()[1]))
        assert app.main() == 1
    said = capsys.readouterr()
    assert "CAP_PORT" in said.err and "Traceback" not in said.err
    assert said.out == ""


def test_the_command_explains_a_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CAP_PORTE", "80")
    assert app.main() == 1
    assert "CAP_PORT ?" in capsys.readouterr().err


def test_the_legal_page_tells_where_questions_go() -> None:
    def page(llm: str, contact: str = "") -> str:
        settings = Settings(data=Path("/tmp"), llm=llm, contact=contact)
        return TestClient(build_api(settings, Service(FakeAssistant()))).get("/mentions").text

    assert "service extérieur" not in page("local") + page("none") + page("/srv/modele.gguf")
    assert "(mistralai)" in page("mistralai:mistral-small-latest")
    assert '<a href="mailto:cdi@lycee.fr">' in page("local", "cdi@lycee.fr")
    assert "&lt;b&gt;Mme Martin&lt;/b&gt;" in page("local", "<b>Mme Martin</b>")
