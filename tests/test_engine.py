"""The embedded model's process: kept alive, its prompt states saved, its failures told at once.

A small script stands for the child process: it speaks llama.cpp's routes and can die on demand.
The real model is tried in slow/test_local_model.py.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from bot import engine as engine_module
from bot import local_model
from bot.engine import Slots
from bot.local_model import LocalModel
from bot.model import LocalChat, _stable_part
from bot.prompts import build_messages
from corpus.errors import ModelError, WeightsError

CHILD = """
import http.server, json, os, sys
log = open(sys.argv[1], "a")
def note(text):
    print(text, file=log, flush=True)
note("start " + json.dumps([dict(os.environ), sys.argv[2:]]))
if sys.argv[2:] == ["dies"]:
    sys.exit(1)
order = json.loads(sys.stdin.readline())
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *args): pass
    def answer(self, body, status=200):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def chunk(self, text):
        event = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m",
                 "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
        data = b"data: " + json.dumps(event).encode() + b"\\n\\n"
        self.wfile.write(b"%x\\r\\n%s\\r\\n" % (len(data), data))
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != "Bearer " + order["key"]:
            return self.answer({}, 401)
        if self.path.startswith("/slots"):
            action = self.path.partition("action=")[2]
            note(action)
            path = os.path.join(order["states"], body["filename"])
            if action == "save":
                open(path, "w").write("state")
                return self.answer({"n_written": 5})
            return self.answer({}, 200 if open(path).read() == "state" else 400)
        if not body.get("stream"):
            note("compute " + body["messages"][-1]["content"])
            return self.answer({})
        note("slot %d" % body["id_slot"])
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.chunk("Bonjour")
        if "meurs" in body["messages"][-1]["content"]:
            os._exit(9)
        self.chunk(" à tous")
        self.wfile.write(b"e\\r\\ndata: [DONE]\\n\\n\\r\\n0\\r\\n\\r\\n")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print("http://127.0.0.1:%d" % server.server_address[1], flush=True)
server.serve_forever()
"""
PASSAGES = ["Le ou la responsable trafic attire des visiteurs."]


class Child:
    """A local model whose child is the script above, and what that script noted."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        """Write the script and start the model."""
        self.states = folder / "states"
        self.log = folder / "log"
        script = folder / "child.py"
        script.write_text(CHILD)
        weights = folder / "tiny.gguf"
        weights.write_bytes(b"GGUF")
        command = (sys.executable, str(script), str(self.log), *arguments)
        self.model = LocalModel(lambda: weights, self.states, command)
        self.chat = LocalChat(self.model, "tiny")
        self.model.start()

    def ask(self, question: str = "Quelles missions ?", key: str = "") -> str:
        """Ask one question about PASSAGES."""
        return "".join(self.chat.stream(build_messages(PASSAGES, question), key))

    def notes(self, *kinds: str) -> list[str]:
        """Return the lines noted, of these kinds."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in lines if line.split(" ")[0] in kinds]


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    """Start a child that answers."""
    child = Child(tmp_path)
    assert child.model.ready(10)
    yield child
    child.chat.close()


@pytest.mark.slow
class TestSupervision:
    """The child may die; the page and the next question do not suffer."""

    def test_words_come_through_langchain(self, child: Child) -> None:
        """The whole path over loopback."""
        assert child.ask() == "Bonjour à tous"

    def test_a_death_in_mid_answer_is_told_at_once_and_healed(self, child: Child) -> None:
        """The words so far, ModelError, then a new child that answers."""
        pid = child.model.engine.pid
        words = child.chat.stream([HumanMessage("meurs")])
        assert next(words) == "Bonjour"
        since = time.monotonic()
        with pytest.raises(ModelError, match="ne répond pas"):
            next(words)
        assert time.monotonic() - since < 2
        assert _eventually(lambda: child.model.ready() and child.model.engine.pid != pid)
        assert child.ask() == "Bonjour à tous"

    def test_no_secret_reaches_the_child(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither the environment nor the command line holds one, not even its own key."""
        monkeypatch.setenv("MISTRAL_API_KEY", "secret")
        child = Child(tmp_path)
        assert child.model.ready(10)
        key = child.model.engine.key
        child.chat.close()
        (start,) = child.notes("start")
        environment, arguments = json.loads(start.removeprefix("start "))
        assert set(local_model.ENVIRONMENT) <= set(environment)
        assert "secret" not in start and key not in start and arguments == []

    def test_close_ends_the_child(self, child: Child) -> None:
        """Nothing is left running, and the model says so."""
        pid = child.model.engine.pid
        child.chat.close()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert not child.chat.ready(5)

    def test_a_child_that_cannot_start_is_tried_again_ever_more_rarely(
        self, tmp_path: Path
    ) -> None:
        """It says why in French, and does not burn the processor."""
        child = Child(tmp_path, "dies")
        assert _eventually(lambda: len(child.notes("start")) == 2)
        assert "tiny.gguf est illisible" in child.chat.problem
        assert not child.model.ready(0.5)
        assert len(child.notes("start")) == 2
        child.chat.close()

    def test_missing_weights_are_told_without_waiting(self, tmp_path: Path) -> None:
        """There is nothing to wait for."""

        def missing() -> Path:
            raise WeightsError("Il manque une partie.")

        model = LocalModel(missing, tmp_path / "states")
        model.start()
        since = time.monotonic()
        assert not model.ready(10)
        assert time.monotonic() - since < 5
        with pytest.raises(ModelError, match="Il manque une partie"):
            _ = model.engine
        model.close()


@pytest.mark.slow
class TestSavedStates:
    """The stable part of a prompt is computed once, kept, and never holds the question."""

    def test_the_stable_part_ends_before_the_question(self) -> None:
        """What bot.prompts builds keeps rules and passages, never the visitor's words."""
        stable = _stable_part(build_messages(PASSAGES, "Mon nom est Zoé, quel salaire ?"))
        text = json.dumps(stable, ensure_ascii=False)
        assert PASSAGES[0] in text
        assert "Zoé" not in text
        assert {message["role"] for message in stable} == {"system", "user", "assistant"}

    def test_it_is_computed_once_then_held_by_the_slot(self, child: Child) -> None:
        """The second question about the same passages does nothing more."""
        child.ask("Quelles missions ?", "responsable-trafic")
        child.ask("Quel salaire ?", "responsable-trafic")
        assert [note.split(" ")[0] for note in child.notes("compute", "save", "restore")] == [
            "compute", "save"
        ]  # fmt: skip
        assert len(child.notes("slot")) == 2 == child.notes("slot").count(child.notes("slot")[0])
        (state,) = child.states.iterdir()
        assert state.name.startswith("responsable-trafic-")

    def test_without_a_key_nothing_is_kept(self, child: Child) -> None:
        """A prompt that will not come back costs no disk."""
        child.ask()
        assert child.notes("compute", "save", "restore") == []
        assert list(child.states.iterdir()) == []

    def test_a_new_child_restores_it(self, child: Child) -> None:
        """After a death the state comes from disk."""
        child.ask(key="responsable-trafic")
        self._kill(child)
        child.ask(key="responsable-trafic")
        assert child.notes("save", "restore") == ["save", "restore"]

    def test_one_that_cannot_be_read_is_computed_anew(self, child: Child) -> None:
        """A damaged file only costs time."""
        child.ask(key="responsable-trafic")
        (state,) = child.states.iterdir()
        state.write_text("damaged")
        self._kill(child)
        assert child.ask(key="responsable-trafic") == "Bonjour à tous"
        assert child.notes("save", "restore") == ["save", "restore", "save"]
        assert state.read_text() == "state"

    def test_the_oldest_make_room(self, child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
        """The folder never grows beyond its limit."""
        monkeypatch.setattr(engine_module, "STATES_LIMIT", 12)
        for key in ("premier", "second", "troisieme"):
            child.ask(key=key)
            time.sleep(0.02)
        kept = sorted(path.name.split("-")[0] for path in child.states.iterdir())
        assert kept == ["second", "troisieme"]

    @staticmethod
    def _kill(child: Child) -> None:
        pid = child.model.engine.pid
        os.kill(pid, 9)
        assert _eventually(lambda: child.model.ready() and child.model.engine.pid != pid)


class TestSlots:
    """Two answers at a time; a slot that already holds the prompt is preferred."""

    def test_the_slot_that_holds_the_state_is_preferred(self) -> None:
        """Else the one idle longest."""
        slots = Slots(2)
        slots.held[1] = "responsable-trafic"
        with slots.borrow("responsable-trafic") as slot:
            assert slot == 1
        with slots.borrow("autre") as slot:
            assert slot == 0

    def test_when_all_are_busy_the_wait_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The caller then shows the extract."""
        monkeypatch.setattr(engine_module, "WAIT_FOR_SLOT_S", 0.01)
        slots = Slots(1)
        with slots.borrow(""), pytest.raises(ModelError, match="déjà"), slots.borrow(""):
            pass
        with slots.borrow("") as slot:
            assert slot == 0


def _eventually(condition: Callable[[], object], timeout: float = 10.0) -> bool:
    """Wait until the condition holds."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False
