"""The widget's host pages and service, and how a test acts on them.

Host pages live on http://localhost, the service on http://127.0.0.1: two sites for a browser, so
the frame is a third party, as in a school. The launcher sits in a closed shadow root, which
only the debugging protocol sees (`drawn`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page, expect

from bot import phrases
from bot.settings import Settings
from bot.types import Answer, Turn
from bot.web.api import build_api
from bot.web.service import Service as Limits
from bot.web.widget import add_widget
from tests.slow.browser import CONTACT, Served, until
from tests.web_fakes import FakeAssistant

Opened = Callable[..., Page]
TABLE = """Voici ce que disent mes sources sur ces deux métiers.

| | Community manager | Web designer |
|---|---|---|
| **Le métier** | Fait vivre une marque sur les réseaux sociaux. [1] | Dessine le site. [2] |
| **Études** | De bac+3 à bac+5. [1] | Non précisé dans mes sources |
"""
HOSTILE = (
    "<img src=x onerror=alert(1)> [piège](javascript:alert) ![x](https://mechant.example/x.png) "
    "[données](data:text/html,x) [site](https://www.onisep.fr/) **gras** [7] "
    "<script>alert(1)</script>"
)


class Scripted(FakeAssistant):
    """The fake assistant, with a comparison, a card, a hostile text and a slow answer."""

    def answer(self, question: str, turns: tuple[Turn, ...] | Any) -> Answer:
        if "compare" in question:
            first = super().answer("community manager", ()).citations[0]
            second = replace(first, n=2, document="web-designer", title="Web designer")
            return Answer("answer", TABLE, (first, second), mode=self.mode)
        if "mourir" in question:
            return Answer("redirect", phrases.DISTRESS)
        if "hostile" in question:
            return Answer("answer", HOSTILE)
        return super().answer(question, turns)

    def stream(self, question: str, turns: Any) -> Iterator[str | Answer]:
        for item in super().stream(question, turns):
            if "lentement" in question:
                time.sleep(0.7)
            yield item


class Service(Served):
    """The API and the widget; may stop and come back on the same port."""

    def __init__(self, *sites: str, port: int = 0) -> None:
        """Serve for these host sites."""
        self.fake = Scripted(mode="written")
        settings = Settings(data=Path("/tmp"), allowed_sites=sites, contact=CONTACT)
        app = build_api(settings, Limits(self.fake))
        add_widget(app, settings, self.fake)
        super().__init__(app, port)


class Hosts:
    """The schools' pages: each address has its HTML and headers."""

    def __init__(self) -> None:
        """Serve in a thread."""
        pages = self._pages = dict[str, tuple[str, dict[str, str]]]()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802 (the name is http.server's)
                html, headers = pages.get(self.path, ("", {"X": "favicon"}))
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.origin = f"http://localhost:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def put(self, path: str, html: str, **headers: str) -> str:
        """Publish a page; return its address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._pages[path] = (html, named)
        return self.origin + path

    def stop(self) -> None:
        """Stop the thread."""
        self._server.shutdown()
        self._server.server_close()


def host_page(service: Service, *, head: str = "", data: str = "", doctype: bool = True) -> str:
    """Return the HTML of a school's page with the widget's script."""
    return (
        f"{'<!doctype html>' if doctype else ''}<html lang=fr><head><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width, initial-scale=1'><title>Lycée</title>"
        f"<link rel=icon href=data:,>{head}</head><body><main><h1>Lycée</h1>"
        f"<p><a href=#>Un lien</a></p></main>"
        f"<script src='{service.url}widget.js' defer {data}></script></body></html>"
    )


def drawn(page: Page) -> dict[str, Any]:
    """Return what stands in the closed shadow root: role, name, state, place of each part."""
    session = page.context.new_cdp_session(page)
    root = session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
    found: dict[str, Any] = {}

    def walk(node: dict[str, Any], inside: bool) -> None:
        inside = inside or node["localName"] == "cap-ecommerce"
        pairs = node.get("attributes", [])
        attributes = dict(zip(pairs[::2], pairs[1::2], strict=True))
        if inside and node["localName"] in ("button", "iframe", "dialog", "a", "div", "span"):
            name = {"b": "button", "x": "close"}.get(attributes.get("id", ""), node["localName"])
            found[name] = {**attributes, "id": node["backendNodeId"]}
            try:
                quad = session.send("DOM.getBoxModel", {"nodeId": node["nodeId"]})["model"]
                left, top, right, bottom = (quad["border"][at] for at in (0, 1, 4, 5))
                found[name]["box"] = [left, top, right, bottom]
            except Exception:  # noqa: BLE001 (not drawn: hidden)
                found[name]["box"] = None
        if node["localName"] != "iframe":
            for child in [*node.get("children", []), *node.get("shadowRoots", [])]:
                walk(child, inside)

    walk(root, False)
    session.detach()
    return found


def click(page: Page, part: str) -> None:
    """Click in the middle of a part of the launcher."""
    left, top, right, bottom = drawn(page)[part]["box"]
    page.mouse.click((left + right) / 2, (top + bottom) / 2)


def tree(page: Page) -> str:
    """Return what assistive technology reads, closed shadow roots included."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    lines = []
    for node in nodes:
        if node.get("ignored"):
            continue
        states = {p["name"]: p["value"].get("value") for p in node.get("properties", [])}
        role, name = node["role"].get("value", ""), node.get("name", {}).get("value", "")
        lines.append(f"{role}|{name}|{states.get('expanded', '')}")
    return "\n".join(lines)


def launcher(page: Page, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Wait until the launcher's parts are so: a dialog tells in a later task that it closed."""
    return until(page, lambda: drawn(page), holds)


def closed(page: Page) -> dict[str, Any]:
    """Wait until the launcher is closed, and says so."""
    return launcher(
        page,
        lambda parts: (
            parts["button"]["aria-expanded"] == "false" and parts["dialog"]["box"] is None
        ),
    )


def hears(page: Page, line: str) -> None:
    """Wait until assistive technology reads this."""
    until(page, lambda: tree(page), lambda text: line in text)


def frame_of(page: Page) -> Frame:
    """Wait for the widget in the launcher's frame."""

    def started() -> list[Frame]:
        launched = [frame for frame in page.frames[1:] if "/widget?hote=" in frame.url]
        return [frame for frame in launched if frame.locator("html.on").count()]

    return until(page, started, bool)[0]


def enter(page: Page) -> Frame:
    """Open the widget with a click, and wait for it."""
    page.wait_for_selector("cap-ecommerce", state="attached")
    click(page, "button")
    return frame_of(page)


def ask(widget: Frame | Page, question: str) -> None:
    """Type a question and wait for what ends it."""
    widget.locator("#question").fill(question)
    widget.locator("#question").press("Enter")
    done(widget)


def done(widget: Frame | Page) -> None:
    """Wait until no answer is in progress."""
    last = widget.locator(".exchange").last.locator(".answer")
    expect(last).not_to_have_attribute("aria-busy", "true", timeout=15_000)


def messages(page: Page) -> list[str]:
    """Collect what the page writes to the console."""
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    return said
