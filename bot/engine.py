"""One life of the embedded model's process: its routes, its slots and the saved prompt states.

A slot is one conversation that llama.cpp keeps computed. The state of a prompt's stable part is
computed once, saved on disk and read back in milliseconds; whatever goes wrong with a state only
costs time. Does not know how the process is started (see local_model.py), nor LangChain.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import re
import threading
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from corpus.errors import ModelError

SLOTS = 2
"""Answers written at the same time; with two cores, more would only slow one another."""
WAIT_FOR_SLOT_S = 10.0
"""Beyond this wait the curated extract serves the visitor better than a written answer."""
READ_TIMEOUT_S = 120.0
"""Longest silence: reading a full context of 4,096 tokens takes 70 s on two cores."""
STATES_LIMIT = 2 << 30
"""Bytes of saved states; at 28 KB a token, about 75,000 tokens of passages."""

BUSY = "Le modèle de langue répond déjà à d’autres questions ; réessayez dans un instant."
REFUSED = "Le modèle de langue a refusé la demande."
SILENT = "Le modèle de langue ne répond pas ; il redémarre s’il s’est arrêté."

Message = dict[str, str]
"""One message of the OpenAI protocol: role and content."""


class Slots:
    """Which slots are free, and the name of the state that each one holds."""

    def __init__(self, count: int) -> None:
        """All slots are free and empty."""
        self.held = [""] * count
        self._free = list(range(count))
        self._change = threading.Condition()

    @contextlib.contextmanager
    def borrow(self, name: str) -> Iterator[int]:
        """Lend the free slot that holds this state, else the one idle longest."""
        with self._change:
            if not self._change.wait_for(lambda: self._free, WAIT_FOR_SLOT_S):
                raise ModelError(BUSY)
            slot = next((s for s in self._free if self.held[s] == name), self._free[0])
            self._free.remove(slot)
        try:
            yield slot
        finally:
            with self._change:
                self._free.append(slot)
                self._change.notify()


class Engine:
    """A living process: where it listens, its key, its slots, and the states of its model."""

    def __init__(self, pid: int, url: str, key: str, weights: Path, states: Path) -> None:
        """Describe a process that is ready to answer."""
        self.pid = pid
        self.url = url
        self.key = key
        stat = weights.stat()
        # A state is of no use to other weights, nor safely to another version of the runtime.
        self._model = [weights.name, stat.st_size, stat.st_mtime_ns, version("xllamacpp")]
        self._states = states
        self._slots = Slots(SLOTS)

    @contextlib.contextmanager
    def slot(self, key: str, prefix: Sequence[Message]) -> Iterator[int]:
        """Lend a slot that already holds the prompt's stable part, where `key` names one.

        The state is computed from `prefix` alone: a visitor's question never goes to disk.
        Raises ModelError.
        """
        name = self._name(key, prefix) if key else ""
        with self._slots.borrow(name) as slot:
            if name != self._slots.held[slot]:
                self._slots.held[slot] = ""
                if name and (self.restore(slot, name) or self.compute(slot, name, prefix)):
                    self._slots.held[slot] = name
            yield slot

    def compute(self, slot: int, name: str, prefix: Sequence[Message]) -> bool:
        """Make the slot read the stable part, and save its state."""
        try:
            body = {"messages": list(prefix), "max_tokens": 1, "id_slot": slot}
            self.post("/v1/chat/completions", body)
        except ModelError:
            return False
        self.save(slot, name)
        return True

    def restore(self, slot: int, name: str) -> bool:
        """Read a saved state into the slot; one that cannot be read is deleted."""
        path = self._states / name
        if not path.exists():
            return False
        try:
            self.post(f"/slots/{slot}?action=restore", {"filename": name})
            path.touch()
        except (ModelError, OSError):
            path.unlink(missing_ok=True)
            return False
        return True

    def save(self, slot: int, name: str) -> None:
        """Write the slot's state; it takes its name only once it is whole."""
        partial = self._states / f"{name}.{slot}.part"
        try:
            saved = self.post(f"/slots/{slot}?action=save", {"filename": partial.name})
            if partial.stat().st_size == saved["n_written"]:
                os.replace(partial, self._states / name)
            self._prune()
        except (ModelError, OSError):
            partial.unlink(missing_ok=True)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call one route of the process. Raises ModelError."""
        address = self.url.removeprefix("http://")
        connection = http.client.HTTPConnection(address, timeout=READ_TIMEOUT_S)
        try:
            headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
            connection.request("POST", path, json.dumps(body), headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as exc:
            raise ModelError(SILENT) from exc
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise ModelError(REFUSED)
        return dict(answer)

    def _name(self, key: str, prefix: Sequence[Message]) -> str:
        """Name a state's file: the key for people, and a hash of all that the state depends on."""
        content = json.dumps([self._model, list(prefix)], ensure_ascii=False)
        label = re.sub(r"[^a-z0-9]+", "-", key.lower())[:60]
        return f"{label}-{hashlib.sha256(content.encode()).hexdigest()[:16]}.state"

    def _prune(self) -> None:
        """Delete the states that have not served for longest, beyond STATES_LIMIT."""
        files = sorted(self._states.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)
        total = 0
        for path in files:
            total += path.stat().st_size
            if total > STATES_LIMIT:
                path.unlink(missing_ok=True)
