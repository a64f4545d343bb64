"""The language model's gate: which model opens, how failures read, how the process is kept alive.

A small script stands for the child process: it speaks llama.cpp's routes and can die on demand.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage

from bot import engine as engine_module
from bot import local_model
from bot.engine import Slots
from bot.local_model import LocalModel
from bot.model import LocalChat, ProviderChat, _stable_part, open_model
from bot.prompts import build_messages
from bot.settings import Settings
from corpus.errors import ModelError, SettingsError, WeightsError

CHILD = '''
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
'''
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


def settings(tmp_path: Path, llm: str) -> Settings:
    """Return settings that name this model."""
    return Settings(data=tmp_path, llm=llm)


class TestOpening:
    """CAP_LLM names the model."""

    def test_none_is_no_model(self, tmp_path: Path) -> None:
        """The product then answers with extracts."""
        assert open_model(settings(tmp_path, "none")) is None

    @pytest.mark.parametrize(
        ("llm", "name"),
        [("local", "qwen2.5-coder-1.5b-instruct-q4_k_m"), ("/models/mien.gguf", "mien")],
    )
    def test_a_local_model_starts_in_the_background(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, llm: str, name: str
    ) -> None:
        """Opening starts it and returns; it is not ready yet and says so in French."""
        started: list[LocalModel] = []
        monkeypatch.setattr(LocalModel, "start", lambda model: started.append(model))
        chat = open_model(settings(tmp_path, llm))
        assert isinstance(chat, LocalChat)
        assert (chat.name, started) == (name, [chat.process])
        assert not chat.ready()
        assert "démarre" in chat.problem
        with pytest.raises(ModelError, match="démarre"):
            next(chat.stream([HumanMessage("Bonjour")]))

    def test_a_provider_is_opened_by_langchain(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The provider's own variable holds the key; no request is made."""
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        chat = open_model(settings(tmp_path, "openai:gpt-4.1-mini"))
        assert isinstance(chat, ProviderChat)
        assert chat.name == "openai:gpt-4.1-mini"
        assert chat.ready()

    @pytest.mark.parametrize(
        ("llm", "expected"),
        [
            ("groq:llama", "pip install langchain-groq"),
            ("inconnu:modele", "inconnu de LangChain"),
            ("openai:gpt-4.1-mini", "OPENAI_API_KEY"),
        ],
    )
    def test_what_a_provider_lacks_is_said_in_french(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, llm: str, expected: str
    ) -> None:
        """A package, a key, or the provider itself."""
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        with pytest.raises(SettingsError, match="CAP_LLM désigne") as caught:
            open_model(settings(tmp_path, llm))
        assert expected in str(caught.value)

    def test_a_provider_that_opens_without_its_key_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Some packages open all the same and fail at the first question."""

        class Keyless(GenericFakeChatModel):
            mistral_api_key: str = ""

            @property
            def lc_secrets(self) -> dict[str, str]:
                return {"mistral_api_key": "MISTRAL_API_KEY"}

        opened = Keyless(messages=iter([]))
        monkeypatch.setattr("langchain.chat_models.init_chat_model", lambda *a, **k: opened)
        with pytest.raises(SettingsError, match="MISTRAL_API_KEY"):
            open_model(settings(tmp_path, "mistralai:mistral-small-latest"))


class TestProvider:
    """Whatever a provider does, callers see words or ModelError."""

    def test_words_are_streamed(self) -> None:
        """Pieces come one by one."""
        fake = GenericFakeChatModel(messages=iter([AIMessage("Bonjour à tous")]))
        pieces = list(ProviderChat(fake, "fake").stream([HumanMessage("Bonjour")]))
        assert "".join(pieces) == "Bonjour à tous"
        assert len(pieces) > 1

    @pytest.mark.parametrize(
        ("status", "expected"),
        [(401, "refuse la clé"), (404, "ne connaît pas"), (429, "trop sollicité"),
         (500, "ne répond pas"), (None, "ne répond pas")],
    )  # fmt: skip
    def test_errors_are_mapped_once(self, status: int | None, expected: str) -> None:
        """The sentence is French, the provider's own error stays as cause."""

        class ProviderError(Exception):
            status_code = status

        def failing() -> Iterator[AIMessage]:
            raise ProviderError("Internal trace")
            yield AIMessage("")

        fake = GenericFakeChatModel(messages=failing())
        with pytest.raises(ModelError, match=expected) as caught:
            list(ProviderChat(fake, "fake").stream([HumanMessage("Bonjour")]))
        assert isinstance(caught.value.__cause__, ProviderError)
        assert "trace" not in str(caught.value)


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


class TestSavedStates:
    """The stable part of a prompt is computed once, kept, and never holds the question."""

    def test_the_stable_part_ends_before_the_question(self) -> None:
        """Of what bot.prompts builds, the rules and passages are kept, never the visitor's words."""
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


def _eventually(condition: Any, timeout: float = 10.0) -> bool:
    """Wait until the condition holds."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False
