"""Debian's Firefox, driven by WebDriver BiDi (W3C) over one socket: no driver to install.

Playwright would ask for its own Firefox; Debian's speaks this protocol by itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from base64 import b64decode
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

FIREFOX = Path("/usr/bin/firefox-esr")
PREFERENCES = {
    # Without a screen, Firefox sees no mouse, and the widget would behave as on a phone.
    "ui.primaryPointerCapabilities": 6,
    "ui.allPointerCapabilities": 6,
    "ui.caretBlinkTime": 0,  # two pictures of the same state are the same
    "intl.accept_languages": "fr-FR, fr",
    "services.settings.server": "data:,",  # Firefox itself fetches nothing
}
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004"}
STEADY = """new Promise((done) => {
    const node = document.querySelector(%s);
    let last = "", times = 0;
    const look = () => {
        node.scrollIntoView({ block: "nearest", behavior: "instant" });
        const box = node.getBoundingClientRect(), now = JSON.stringify(box);
        times = now === last ? times + 1 : 0;
        last = now;
        times < 6 ? requestAnimationFrame(look) : done(box);
    };
    look();
})"""
"""The box of an element once it has kept its place for some frames: answers scroll in smoothly."""
START_S = 60


class Firefox:
    """A Firefox without a window, and its one session."""

    def __init__(self, profile: Path) -> None:
        """Start on this new profile, and connect."""
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
        self._process = subprocess.Popen(
            [FIREFOX, "--headless", "--no-remote", "--remote-debugging-port=0",
             "--profile", profile],
            env={**os.environ, "HOME": str(profile)},  # it refuses the home of somebody else
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.events: list[dict[str, Any]] = []
        self._sent = 0
        self._open = ExitStack()
        self._open.callback(self._process.kill)
        try:
            self._socket = self._connect(profile / "WebDriverBiDiServer.json")
        except BaseException:
            self._open.close()
            raise
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["network.beforeRequestSent", "log.entryAdded"])

    def _connect(self, told: Path) -> ClientConnection:
        limit = time.monotonic() + START_S
        while time.monotonic() < limit and self._process.poll() is None:
            with suppress(OSError, ValueError):  # not written yet, or half written
                at = json.loads(told.read_text(encoding="utf-8"))
                url = f"ws://{at['ws_host']}:{at['ws_port']}/session"
                return self._open.enter_context(connect(url, max_size=None, proxy=None))
            time.sleep(0.1)
        raise AssertionError("Firefox did not start")

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result; keep the events that come before it."""
        self._sent += 1
        self._socket.send(json.dumps({"id": self._sent, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=30))
            if message.get("id") == self._sent:
                assert message["type"] == "success", f"{method}: {message.get('message')}"
                return dict(message["result"])
            self.events.append(message)

    def listen(self, seconds: float) -> None:
        """Keep the next event, when one comes in this time."""
        with suppress(TimeoutError):
            self.events.append(json.loads(self._socket.recv(timeout=seconds)))

    def tab(self, width: int = 1280, height: int = 800) -> Tab:
        """Open a tab with a storage of its own; the events of the tab before are forgotten."""
        user = self.send("browser.createUserContext")["userContext"]
        context = self.send("browsingContext.create", type="tab", userContext=user)["context"]
        size = {"width": width, "height": height}
        self.send("browsingContext.setViewport", context=context, viewport=size)
        self.events.clear()
        return Tab(self, context, user)

    def stop(self) -> None:
        """Close the browser."""
        with self._open:
            self.send("browser.close")
            self._process.wait(10)


class Tab:
    """A tab, or a frame in it: both are browsing contexts."""

    def __init__(self, firefox: Firefox, context: str, user: str = "") -> None:
        """Name a context that exists, and for a tab the user context made for it."""
        self._firefox = firefox
        self._context = context
        self._user = user

    def close(self) -> None:
        """Close the tab and forget what it stored."""
        self._firefox.send("browser.removeUserContext", userContext=self._user)

    def goto(self, url: str) -> None:
        """Open an address and wait until it is loaded."""
        self._send("browsingContext.navigate", url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression, awaited, as JSON carries it."""
        script = f"(async () => JSON.stringify((await ({expression})) ?? null))()"
        return json.loads(self._run(script)["value"])

    def inject(self, script: str) -> None:
        """Run a whole script."""
        self._run(f"{script}; 0")

    def shadow(self, host: str) -> dict[str, dict[str, str]]:
        """Return the attributes of what has an id in a shadow root, even a closed one."""
        found = self._run(f"document.querySelector({json.dumps(host)})", depth=9)
        parts: dict[str, dict[str, str]] = {}

        def walk(node: dict[str, Any]) -> None:
            value = node.get("value", {})
            attributes = value.get("attributes", {})
            if "id" in attributes:
                parts[attributes["id"]] = attributes
            for child in value.get("children") or []:
                walk(child)

        root = (found.get("value") or {}).get("shadowRoot")
        if root:
            walk(root)
        return parts

    def frame(self, words: str) -> Tab | None:
        """Find the frame whose address has these words."""
        tree = self._firefox.send("browsingContext.getTree", root=self._context)["contexts"][0]
        found = (child for child in tree["children"] if words in child["url"])
        return next((Tab(self._firefox, child["context"]) for child in found), None)

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        pressed = [KEYS.get(key, key) for key in keys]
        actions = [{"type": t, "value": key} for key in pressed for t in ("keyDown", "keyUp")]
        self._send("input.performActions",
                   actions=[{"type": "key", "id": "keyboard", "actions": actions}])  # fmt: skip

    def click(self, x: float, y: float) -> None:
        """Click at a place of the viewport."""
        actions = [
            {"type": "pointerMove", "x": round(x), "y": round(y)},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._send("input.performActions",
                   actions=[{"type": "pointer", "id": "mouse", "actions": actions}])  # fmt: skip

    def click_on(self, selector: str) -> None:
        """Click in the middle of the first element that matches."""
        box = self.evaluate(STEADY % json.dumps(selector))
        self.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def requests(self) -> list[str]:
        """Return the addresses asked for so far, by this tab and its frames."""
        asked = [e["params"] for e in self._firefox.events if e["method"].startswith("network.")]
        return [params["request"]["url"] for params in asked]

    def troubles(self) -> list[str]:
        """Return the errors and warnings told so far."""
        told = [e["params"] for e in self._firefox.events if e["method"] == "log.entryAdded"]
        return [str(entry["text"]) for entry in told if entry["level"] in ("error", "warn")]

    def picture(self, x: float, y: float, width: float, height: float) -> bytes:
        """Return what is seen in this box, as PNG."""
        clip = {"type": "box", "x": x, "y": y, "width": width, "height": height}
        return b64decode(self._send("browsingContext.captureScreenshot", clip=clip)["data"])

    def wait_for_timeout(self, timeout: float) -> None:
        """Wait, in milliseconds, and go on receiving events."""
        self._firefox.listen(timeout / 1000)

    def _send(self, method: str, **params: Any) -> dict[str, Any]:
        return self._firefox.send(method, context=self._context, **params)

    def _run(self, script: str, depth: int = 0) -> dict[str, Any]:
        reply = self._firefox.send(
            "script.evaluate", expression=script, target={"context": self._context},
            awaitPromise=True, userActivation=False,
            serializationOptions={"maxDomDepth": depth, "includeShadowTree": "all"},
        )  # fmt: skip
        assert reply["type"] == "success", reply["exceptionDetails"]["text"]
        return dict(reply["result"])
