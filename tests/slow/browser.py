"""What the browser tests share: the browser, a server in a thread, waiting, accessibility."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Protocol, TypeVar

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Frame, Page

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
QUESTION = "Que fait un ou une community manager ?"
CONTACT = "cdi@lycee-exemple.fr"
NONE = "() => []"
"""No target is too small: the script of an audit that measures none."""
Value = TypeVar("Value")


class Served:
    """An application on a port of this machine, served by a thread."""

    def __init__(self, app: FastAPI, port: int = 0) -> None:
        """Serve, and return once it answers."""
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        config = uvicorn.Config(
            app, access_log=False, log_level="warning", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()
        urllib.request.urlopen(self.url + "healthz", timeout=20).close()

    def stop(self) -> None:
        """Stop the thread and free the port."""
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()


class Waits(Protocol):
    """A page that goes on receiving events while it waits."""

    def wait_for_timeout(self, timeout: float) -> None:
        """Wait, in milliseconds."""


def until(
    page: Waits, read: Callable[[], Value], holds: Callable[[Value], Any], seconds: float = 10
) -> Value:
    """Read until it holds: what a browser draws often follows an action by a task or a frame."""
    limit = time.monotonic() + seconds
    while not holds(value := read()):
        assert time.monotonic() < limit, f"after {seconds} s, still {value!r}"
        page.wait_for_timeout(25)
    return value


def axe_script() -> str:
    """Return axe.min.js, which axe-playwright-python carries; an error when it is missing."""
    carried = distribution("axe-playwright-python").files or []
    found = next(path for path in carried if path.name == "axe.min.js")
    return found.read_text(encoding="utf-8")


def audit(page: Page | Frame, axe: str, moment: str, small: str = NONE) -> list[str]:
    """Return what axe finds, the targets that `small` finds, and whether it scrolls sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    faults = [f"{moment}: scrolls sideways"] if wide else []
    faults += [f"{moment}: small target {text}" for text in page.evaluate(small)]
    page.evaluate(axe)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false})")
    return faults + [
        f"{moment}: {found['id']} {json.dumps([node['target'] for node in found['nodes']])}"
        for found in result["violations"]
    ]
