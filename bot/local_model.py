"""The embedded language model: llama.cpp's server in a child process, started and kept alive.

Knows the process and its supervision; does not know LangChain, prompts or roles. The server
listens on loopback only, behind a random key. What the child dies of, the page survives: callers
get ModelError and the child is started again. Run as `python -m bot.local_model`, this file is
that child; only LocalModel runs it so.
"""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.engine import SLOTS, Engine
from corpus.errors import ModelError, WeightsError

CONTEXT = 4096
"""Tokens of one slot: the longest role sheet has 1,563, the rules 250, an answer 220 at most."""
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 0.5, 60.0
STABLE_S = 60.0
"""A child that lived this long was healthy: its death starts the backoff anew."""

CHILD = (sys.executable, "-m", "bot.local_model")
ENVIRONMENT = {"OMP_WAIT_POLICY": "passive", "GGML_NO_BACKTRACE": "1"}
"""The child's whole environment: no secret goes in. `passive`: threads sleep at barriers instead
of spinning; beside one busy process, 8.0 tokens/s instead of 0.6. No backtrace: on a failed
assertion llama.cpp would run gdb for seconds before it dies, and callers would wait."""

STARTING = "Le modèle de langue démarre ; réessayez dans quelques secondes."
UNUSABLE = (
    "Le modèle de langue ne démarre pas : le fichier {name} est illisible, la mémoire manque ou "
    "xllamacpp n’est pas installé. Il faut environ 2 Go libres ; sinon, réglez CAP_LLM=none."
)
NO_STATES = "Le dossier {folder} ne peut pas être créé ({why}) ; le réglage CAP_DATA le choisit."


class LocalModel:
    """The child process and its supervision. `start` returns at once; `ready` says when."""

    def __init__(
        self, find_weights: Callable[[], Path], states: Path, command: Sequence[str] = CHILD
    ) -> None:
        """Remember how to find the weights and where prompt states are kept; start nothing."""
        self.problem = STARTING
        self._find_weights = find_weights
        self._states = states
        self._command = command
        self._engine: Engine | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._over = threading.Event()
        self._change = threading.Condition()
        self._supervisor = threading.Thread(target=self._supervise, name="model", daemon=True)

    def start(self) -> None:
        """Find the weights and start the child, in the background."""
        self._supervisor.start()

    def ready(self, timeout: float = 0.0) -> bool:
        """Say whether the model can answer, waiting for it up to `timeout` seconds."""
        with self._change:
            self._change.wait_for(lambda: self._engine or self._over.is_set(), timeout)
            return self._engine is not None

    @property
    def engine(self) -> Engine:
        """The living child. Raises ModelError, with `problem`, while there is none."""
        if engine := self._engine:
            return engine
        raise ModelError(self.problem)

    def close(self) -> None:
        """Stop the child for good."""
        with self._change:
            self._over.set()
            if self._process:
                self._process.kill()
        if self._supervisor.is_alive():
            self._supervisor.join(timeout=5)

    def _supervise(self) -> None:
        """Run the child again and again until `close`, waiting longer after each early death."""
        early = 0
        weights = self._prepare()
        while weights and not self._over.is_set():
            born = time.monotonic()
            self._live(weights)
            early = 0 if time.monotonic() - born > STABLE_S else early + 1
            self._over.wait(min(FIRST_BACKOFF_S * 2 ** (early - 1), LONGEST_BACKOFF_S))

    def _prepare(self) -> Path | None:
        """Find the weights and make room for states, or give up and say why."""
        try:
            self._states.mkdir(parents=True, exist_ok=True)
            return self._find_weights()
        except WeightsError as exc:
            self.problem = str(exc)
        except OSError as exc:
            self.problem = NO_STATES.format(folder=self._states, why=exc.strerror)
        self._over.set()
        self._announce(None)
        return None

    def _live(self, weights: Path) -> None:
        """Run one child from birth to death."""
        with self._change:
            if self._over.is_set():
                return
            self._process = subprocess.Popen(
                self._command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                # llama.cpp's log may quote a prompt, and no question may be in a log.
                stderr=subprocess.DEVNULL,
                env=ENVIRONMENT, cwd=Path(__file__).parent.parent, start_new_session=True,
            )  # fmt: skip
        key = secrets.token_urlsafe(32)
        order = {"model": str(weights.resolve()), "key": key, "states": str(self._states.resolve())}
        with self._process as process:
            if url := _ask_to_serve(process, order):
                self.problem = STARTING
                self._announce(Engine(process.pid, url, key, weights, self._states))
            else:
                self.problem = UNUSABLE.format(name=weights.name)
            process.wait()
            self._announce(None)

    def _announce(self, engine: Engine | None) -> None:
        with self._change:
            self._engine = engine
            self._change.notify_all()


def _ask_to_serve(process: subprocess.Popen[bytes], order: dict[str, str]) -> str:
    """Give the child its order and wait for its address; empty if it died first."""
    assert process.stdin and process.stdout
    try:
        process.stdin.write(json.dumps(order).encode() + b"\n")
        return process.stdout.readline().decode().strip()
    except BrokenPipeError:
        return ""


def _serve() -> None:
    """Be the child: read the order on stdin, serve, say where on stdout, end with the parent.

    Loading the model holds Python's lock for seconds, so on Linux the kernel is asked to end the
    child with its parent; the closed pipe does so everywhere once the model is loaded.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # 1 is PR_SET_PDEATHSIG
    order = json.loads(sys.stdin.readline())
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = order["model"]
    params.api_keys = [order["key"]]
    params.slot_save_path = order["states"] + os.sep
    params.n_parallel = SLOTS
    params.n_ctx = CONTEXT * SLOTS
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = os.cpu_count() or 1
    # Its own cache would keep up to 8 GB of prompts, visitors' questions included, in memory.
    params.cache_ram_mib = 0
    params.cache_idle_slots = False
    params.endpoint_slots = False
    params.ui = False
    params.verbosity = 0
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    _serve()
