"""The real embedded model: French words, a violent death, saved states, and the closed door.

Needs the packages of the weights; about a minute on two idle cores.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from langchain_core.messages import BaseMessage

from bot.local_model import LocalModel
from bot.model import LocalChat
from bot.prompts import build_messages
from bot.weights import ensure_weights
from corpus.errors import ModelError, WeightsError

pytestmark = pytest.mark.slow

PASSAGES = [
    "Le ou la responsable trafic attire des visiteurs vers un site de vente en ligne.",
    "Un ou une responsable trafic débute à partir de 2 916 € brut par mois, selon l’Onisep (2025).",
    "Le métier demande de suivre chaque jour les chiffres du site et le budget de publicité.",
]
ROOT = Path(__file__).parent.parent.parent
LOADING = """
import sys, time
from pathlib import Path
from bot.local_model import LocalModel
model = LocalModel(lambda: Path(sys.argv[1]), Path(sys.argv[2]))
model.start()
while not model._process:
    time.sleep(0.01)
print(model._process.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Join the weights, once; 1.1 GB is not left behind."""
    try:
        path = ensure_weights(tmp_path_factory.mktemp("data"))
    except WeightsError as exc:
        pytest.skip(str(exc))
    yield path
    path.unlink()


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the prompt states of the whole module in one folder."""
    return tmp_path_factory.mktemp("states")


@pytest.fixture(scope="module")
def chat(weights: Path, states: Path) -> Iterator[LocalChat]:
    """Start the model, once."""
    process = LocalModel(lambda: weights, states)
    process.start()
    chat = LocalChat(process, "qwen")
    assert chat.ready(60), chat.problem
    yield chat
    chat.close()


def messages(
    question: str = "Combien gagne un responsable trafic quand il débute ?",
) -> list[BaseMessage]:
    """Ask about PASSAGES."""
    return build_messages(PASSAGES, question)


def first_word(chat: LocalChat, key: str) -> float:
    """Return the seconds before the first word, and abandon the answer."""
    since = time.monotonic()
    words = chat.stream(messages(), key)
    next(words)
    waited = time.monotonic() - since
    words.close()  # type: ignore[attr-defined]
    return waited


def kill(chat: LocalChat) -> int:
    """Kill the child as the kernel would when memory is short; return its pid."""
    pid = chat.process.engine.pid
    os.kill(pid, signal.SIGKILL)
    return pid


def await_restart(chat: LocalChat, pid: int) -> None:
    """Wait for a child that is not the one killed."""
    assert eventually(lambda: chat.ready() and chat.process.engine.pid != pid, 60)


def test_it_answers_in_french_from_the_passages(chat: LocalChat) -> None:
    """Pieces come one by one; the figure is the passage's."""
    pieces = list(chat.stream(messages()))
    assert len(pieces) > 5
    assert "2 916" in "".join(pieces).replace("\u202f", " ").replace("\u00a0", " ")


def test_a_saved_state_makes_the_first_word_come_sooner(chat: LocalChat, states: Path) -> None:
    """Even in a new process, which has read nothing yet."""
    fresh = first_word(chat, "responsable-trafic")
    held = first_word(chat, "responsable-trafic")
    await_restart(chat, kill(chat))
    restored = first_word(chat, "responsable-trafic")
    assert len(list(states.glob("responsable-trafic-*.state"))) == 1
    assert held < fresh / 2
    assert restored < fresh / 2


def test_a_restored_state_changes_no_word(chat: LocalChat) -> None:
    """The same words with and without a state."""
    without = "".join(chat.stream(messages()))
    assert "".join(chat.stream(messages(), "responsable-trafic")) == without


def test_killed_in_mid_answer_it_is_told_at_once_and_answers_again(chat: LocalChat) -> None:
    """ModelError within 2 s, then a new child."""
    words = chat.stream(messages("Décris ce métier en détail."))
    next(words)
    pid = kill(chat)
    since = time.monotonic()
    with pytest.raises(ModelError, match="ne répond pas"):
        list(words)
    assert time.monotonic() - since < 2
    await_restart(chat, pid)
    assert "".join(chat.stream(messages()))


def test_a_damaged_state_only_costs_time(chat: LocalChat, states: Path) -> None:
    """llama.cpp may abort on one: the file is gone, and a new child answers."""
    first_word(chat, "abime")
    (state,) = states.glob("abime-*.state")
    state.write_bytes(state.read_bytes()[:200_000])
    pid = kill(chat)
    await_restart(chat, pid)
    pid = chat.process.engine.pid
    try:
        first_word(chat, "abime")
    except ModelError:
        await_restart(chat, pid)
    assert "".join(chat.stream(messages(), "abime"))


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/slots/0?action=save", "/tokenize"])
@pytest.mark.parametrize("key", ["", "wrong"])
def test_without_the_key_nothing_is_served(chat: LocalChat, path: str, key: str) -> None:
    """Another user of the machine can neither ask nor write states."""
    request = urllib.request.Request(
        chat.process.engine.url + path, data=b"{}", headers={"Authorization": f"Bearer {key}"}
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError) as caught:
        direct.open(request)
    assert caught.value.code == 401


def test_the_child_dies_with_its_parent_even_while_loading(weights: Path, tmp_path: Path) -> None:
    """No orphan holds the memory after a kill -9 of the product."""
    command = [sys.executable, "-c", LOADING, str(weights), str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        time.sleep(1)
        parent.kill()
    assert eventually(partial(gone, child), 2)


def gone(pid: int) -> bool:
    """Say whether no process has this number, or only a dead one."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def eventually(condition: Callable[[], object], timeout: float) -> bool:
    """Wait until the condition holds."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False
