"""The widget in a real Chromium, on hostile host pages, over a real server with the fake assistant.

Host pages live on http://localhost, the service on http://127.0.0.1: two sites for a browser, so
the frame is a third party, as in a school. The launcher sits in a closed shadow root, which
only the debugging protocol sees (`drawn`).
"""

from __future__ import annotations

import json
import re
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import files as installed
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect, sync_playwright

from bot import phrases
from bot.settings import Settings
from bot.types import Answer, Turn
from bot.web.api import build_api
from bot.web.service import Service as Limits
from bot.web.widget import add_widget
from tests.web_fakes import FakeAssistant

pytestmark = pytest.mark.slow

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
QUESTION = "Que fait un ou une community manager ?"
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
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
AGGRESSIVE = """
* { all: revert !important; transform: rotate(3deg) scale(.9) !important; opacity: .3 !important;
    font: 40px/2 fantasy !important; letter-spacing: 9px !important; background: lime !important;
    max-width: 90px !important; max-height: 30px !important; pointer-events: none !important;
    visibility: hidden !important; overflow: hidden !important; }
html { filter: blur(3px) !important; transform: translateX(90px) !important; }
iframe, button, dialog, cap-ecommerce { display: none !important; position: static !important;
    z-index: -1 !important; width: 3px !important; color: lime !important; }
"""
STORED = "[document.cookie, localStorage.length, sessionStorage.length]"


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


class Service:
    """The API and the widget on a port of this machine; may stop and come back."""

    def __init__(self, *sites: str, port: int = 0) -> None:
        """Serve in a thread, for these host sites."""
        self.fake = Scripted(mode="written")
        settings = Settings(data=Path("/tmp"), allowed_sites=sites, contact="cdi@lycee-exemple.fr")
        app: FastAPI = build_api(settings, Limits(self.fake))
        add_widget(app, settings, self.fake)
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


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    running = Hosts()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def service(hosts: Hosts) -> Iterator[Service]:
    running = Service(hosts.origin, f"http://127.0.0.1:{hosts.port}")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium n’est pas installé")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield launched
        launched.close()


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Open an address in a context of its own; a script error fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(url: str, **options: Any) -> Page:
        options.setdefault("viewport", WIDE)
        context = browser.new_context(locale="fr-FR", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


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
            found[name] = {**attributes, "id": node["nodeId"]}
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


def frame_of(page: Page) -> Frame:
    """Wait for the widget in its frame."""
    page.wait_for_function("() => window.frames.length || document.querySelector('cap-ecommerce')")
    limit = time.monotonic() + 15
    while time.monotonic() < limit:
        for frame in page.frames[1:]:
            if "/widget" in frame.url and frame.locator("html.on").count():
                return frame
        page.wait_for_timeout(50)
    raise AssertionError("the widget did not start in its frame")


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


# The launcher on host pages


def test_the_button_is_the_same_on_an_aggressive_page(
    service: Service, hosts: Hosts, opened: Opened
) -> None:
    calm = opened(hosts.put("/calm", host_page(service)))
    rough = opened(
        hosts.put("/rough", host_page(service, head=f"<style>{AGGRESSIVE}</style>", doctype=False))
    )
    pictures = []
    for page in (calm, rough):
        page.wait_for_selector("cap-ecommerce", state="attached")
        left, top, right, bottom = drawn(page)["button"]["box"]
        assert (right, bottom) == (WIDE["width"] - 20, WIDE["height"] - 20)
        assert bottom - top >= 44
        clip = {
            "x": left + 16,
            "y": top + 4,
            "width": right - left - 32,
            "height": bottom - top - 8,
        }
        pictures.append(page.screenshot(clip=clip))
        widget = enter(page)
        expect(widget.locator("h1")).to_contain_text("Quel métier du e-commerce")
        page.mouse.move(5, 5)
        page.wait_for_timeout(400)
        left, top, right, bottom = drawn(page)["iframe"]["box"]
        assert (right - left, bottom - top) == (410, 690)
        clip = {"x": left + 20, "y": top + 20, "width": 300, "height": 400}
        pictures.append(page.screenshot(clip=clip))
    assert pictures[0] == pictures[2]
    assert pictures[1] == pictures[3]


def test_nothing_leaks_into_the_page(service: Service, hosts: Hosts, opened: Opened) -> None:
    html = host_page(service)
    bare = opened(hosts.put("/bare", re.sub(r"<script.*?</script>", "", html)))
    page = opened(hosts.put("/calm", html))
    enter(page)
    seen = """() => [Object.keys(window).sort().join(), document.head.innerHTML,
        document.documentElement.getAttributeNames().join(),
        getComputedStyle(document.documentElement).overflow,
        getComputedStyle(document.body).cssText, document.styleSheets.length,
        document.querySelector("cap-ecommerce")?.shadowRoot || null]"""
    assert page.evaluate(seen) == bare.evaluate(seen)
    names = "[...document.documentElement.children].map((n) => n.localName).join()"
    assert page.evaluate(names) == "head,body,cap-ecommerce"


def test_a_strict_policy_with_a_nonce_is_enough(
    service: Service, hosts: Hosts, opened: Opened
) -> None:
    origin = service.url.rstrip("/")
    policy = (
        "default-src 'none'; img-src data:; style-src 'none'; base-uri 'none'; form-action 'none'; "
        f"script-src 'nonce-abc123'; frame-src {origin}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    url = hosts.put(
        "/strict", host_page(service, data="nonce=abc123"), Content_Security_Policy=policy
    )
    page = opened("about:blank")
    said = messages(page)
    page.goto(url)
    widget = enter(page)
    ask(widget, QUESTION)
    expect(widget.locator(".text")).to_contain_text("fait vivre la boutique")
    left, _, right, _ = drawn(page)["button"]["box"]
    assert right == WIDE["width"] - 20
    assert said == []


def test_a_policy_without_the_frame_is_told_with_a_way_out(
    service: Service, hosts: Hosts, opened: Opened
) -> None:
    policy = f"default-src 'none'; script-src {service.url}"
    page = opened(hosts.put("/noframe", host_page(service), Content_Security_Policy=policy))
    page.wait_for_selector("cap-ecommerce", state="attached")
    click(page, "button")
    page.wait_for_timeout(2500)
    parts = drawn(page)
    assert parts["a"]["href"] == service.url and parts["a"]["target"] == "_blank"
    assert "L’assistant ne répond pas." in tree(page)
    page.keyboard.press("Escape")
    assert drawn(page)["button"]["aria-expanded"] == "false"


def test_a_site_that_is_not_allowed_gets_nothing(
    service: Service, hosts: Hosts, opened: Opened
) -> None:
    hosts.put("/refused", host_page(service) + f"<iframe src='{service.url}widget'></iframe>")
    page = opened("about:blank")
    said = messages(page)
    page.goto(f"http://refused.localhost:{hosts.port}/refused")
    page.wait_for_timeout(600)
    assert page.locator("cap-ecommerce").count() == 0
    assert any("n’est pas autorisé, ajoutez-le à CAP_ALLOWED_SITES" in text for text in said)
    assert any("frame-ancestors" in text for text in said)
    assert not page.frames[1].locator("#ask").count()


def test_two_scripts_make_one_widget(service: Service, hosts: Hosts, opened: Opened) -> None:
    page = opened("about:blank")
    said = messages(page)
    twice = f"<script src='{service.url}widget.js' defer></script>"
    page.goto(hosts.put("/twice", host_page(service, head=twice)))
    page.wait_for_selector("cap-ecommerce", state="attached")
    assert page.locator("cap-ecommerce").count() == 1
    assert said == ["warning: Cap E-commerce : une balise suffit."]


@pytest.mark.parametrize(
    ("asked", "refused"),
    [("#0b5cad", False), ("#c00", False), ("#ffc247", True), ("#777", True), ("red", True)],
)
def test_a_pale_colour_is_refused_in_french(
    service: Service, hosts: Hosts, opened: Opened, asked: str, refused: bool
) -> None:
    page = opened("about:blank")
    said = messages(page)
    page.goto(hosts.put("/colour", host_page(service, data=f"data-couleur='{asked}'")))
    page.wait_for_selector("cap-ecommerce", state="attached")
    warned = [text for text in said if "contraste de 4,5" in text and asked in text]
    assert bool(warned) == refused
    assert len(said) == len(warned)


def test_place_and_offset(service: Service, hosts: Hosts, opened: Opened) -> None:
    data = "data-position=bas-gauche data-decalage=60"
    page = opened(hosts.put("/left", host_page(service, data=data)))
    enter(page)
    parts = drawn(page)
    assert parts["button"]["box"][0] == parts["dialog"]["box"][0] == 20
    assert parts["button"]["box"][3] == WIDE["height"] - 80
    assert parts["dialog"]["box"][1] >= 0


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


def test_keyboard_alone_opens_asks_and_closes(
    service: Service, hosts: Hosts, opened: Opened
) -> None:
    page = opened(hosts.put("/calm", host_page(service)))
    page.wait_for_selector("cap-ecommerce", state="attached")
    assert "button|Une question métier\u00a0?|False" in tree(page)
    page.keyboard.press("Tab")  # the page's link
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.localName") == "cap-ecommerce"
    page.keyboard.press("Enter")
    widget = frame_of(page)
    expect(widget.locator("#question")).to_be_focused()
    assert "button|Une question métier\u00a0?|True" in tree(page)
    assert "dialog|Assistant métiers du e-commerce|" in tree(page)
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    done(widget)
    expect(widget.locator("#question")).to_be_focused()
    page.keyboard.press("Shift+Tab")  # the last suggestion
    page.keyboard.press("Enter")
    expect(widget.locator(".exchange")).to_have_count(2)
    done(widget)
    expect(widget.locator("#question")).to_be_focused()
    page.keyboard.press("Escape")
    parts = drawn(page)
    assert parts["button"]["aria-expanded"] == "false"
    assert parts["dialog"]["box"] is None
    assert page.evaluate("document.activeElement.localName") == "cap-ecommerce"
    page.keyboard.press("Enter")
    expect(widget.locator("#question")).to_be_focused()
    expect(widget.locator(".exchange")).to_have_count(2)


def test_the_focus_ring_is_seen_on_everything(service: Service, opened: Opened) -> None:
    page = opened(service.url + "widget")
    ask(page, QUESTION)
    page.locator("summary").click()
    page.locator("body").evaluate("(body) => { body.tabIndex = -1; body.focus(); }")
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        state = page.evaluate("""() => { const node = document.activeElement;
            const style = getComputedStyle(node.id === "question" ? node.form : node);
            return [node.localName, node.id || node.className, style.outlineStyle,
                    parseFloat(style.outlineWidth)]; }""")
        if state[0] == "body":
            break
        assert state[2] == "solid" and state[3] >= 3, state
        seen.append(state[1])
    assert {"clear", "log", "question", "send", "copy", "up", "down", "asks-it"} <= set(seen)


def test_no_message_of_another_page_is_obeyed(
    service: Service, hosts: Hosts, opened: Opened
) -> None:
    page = opened(hosts.put("/calm", host_page(service)))
    enter(page)
    page.evaluate("postMessage('cap-fermer', '*')")
    other = "<script>parent.postMessage('cap-fermer', '*')</script>"
    page.evaluate("(html) => { const f = document.createElement('iframe'); f.srcdoc = html; "
                  "document.body.append(f); }", other)  # fmt: skip
    page.wait_for_timeout(400)
    assert drawn(page)["button"]["aria-expanded"] == "true"


def test_requests_and_storage(service: Service, hosts: Hosts, opened: Opened) -> None:
    page = opened("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    hosts.put("/calm", host_page(service))
    url = f"http://127.0.0.1:{hosts.port}/calm"  # the service's own site: storage is possible
    page.goto(url)
    page.wait_for_selector("cap-ecommerce", state="attached")
    page.wait_for_timeout(500)
    asked[:] = [address for address in asked if not address.startswith("data:")]
    assert asked == [url, service.url + "widget.js"]
    widget = enter(page)
    page.wait_for_timeout(300)
    opening = [u.removeprefix(service.url) for u in asked[2:] if not u.startswith("data:")]
    assert len(opening) == 5, opening
    assert re.fullmatch(r"widget\?.*", opening[0])
    assert page.evaluate(STORED) == widget.evaluate(STORED) == ["", 0, 0]
    asked.clear()
    ask(widget, QUESTION)
    assert asked == [service.url + "api/chat"]
    assert widget.evaluate(STORED) == ["", 0, 1]
    assert page.evaluate(STORED) == ["", 0, 0]
    assert page.context.cookies() == []


def test_third_party_storage_blocked(service: Service, hosts: Hosts, opened: Opened) -> None:
    page = opened(hosts.put("/calm", host_page(service)))
    widget = enter(page)
    with pytest.raises(Exception, match="Access is denied"):
        widget.evaluate("sessionStorage.length")
    ask(widget, QUESTION)
    ask(widget, "Quelles études ?")
    expect(widget.locator(".exchange").last).to_contain_text("bac+3 à bac+5")
    widget.get_by_role("button", name="Effacer").click()
    expect(widget.locator(".exchange")).to_have_count(0)


def test_in_a_sandboxed_frame(service: Service, hosts: Hosts, opened: Opened) -> None:
    full = "allow-scripts allow-same-origin allow-popups"
    for rights in (full, "allow-scripts allow-popups"):
        html = f"<!doctype html><iframe sandbox='{rights}' src='{service.url}widget'></iframe>"
        page = opened(hosts.put("/sandbox", html))
        widget = page.frames[1]
        if rights == full:
            expect(widget.locator("html")).to_have_class(re.compile("on"))
            ask(widget, QUESTION)
            expect(widget.locator(".text")).to_contain_text("fait vivre la boutique")
        else:
            expect(widget.locator("#late")).to_be_visible()
            expect(widget.locator("#ask")).to_be_hidden()
            expect(widget.get_by_role("link", name="Ouvrir l’assistant")).to_be_visible()


def test_full_screen_on_a_phone(service: Service, hosts: Hosts, opened: Opened) -> None:
    page = opened(
        hosts.put("/calm", host_page(service)), viewport=PHONE, has_touch=True, is_mobile=True
    )
    before = page.evaluate("document.querySelector('meta[name=viewport]').content")
    page.wait_for_selector("cap-ecommerce", state="attached")
    left, top, right, bottom = drawn(page)["button"]["box"]
    page.touchscreen.tap((left + right) / 2, (top + bottom) / 2)
    widget = frame_of(page)
    assert drawn(page)["iframe"]["box"] == [0, 0, PHONE["width"], PHONE["height"]]
    expect(widget.locator("#question")).not_to_be_focused()
    size = "getComputedStyle(document.querySelector('#question')).fontSize"
    assert widget.evaluate(size) == "16px"
    widget.locator("#examples button").first.tap()
    done(widget)
    expect(widget.locator("#question")).not_to_be_focused()
    assert page.evaluate("document.querySelector('meta[name=viewport]').content") == before
    assert page.evaluate("[scrollY, getComputedStyle(document.body).overflow]") == [0, "visible"]
    left, top, right, bottom = drawn(page)["close"]["box"]
    assert right - left >= 44 and bottom - top >= 44
    page.touchscreen.tap((left + right) / 2, (top + bottom) / 2)
    assert page.evaluate("document.activeElement.localName") == "cap-ecommerce"


# The conversation


def test_an_answer_its_sources_and_one_announcement(service: Service, opened: Opened) -> None:
    page = opened(service.url + "widget")
    page.evaluate("""() => { window.heard = [];
        new MutationObserver(() => { const text = document.querySelector("#status").textContent;
            if (text) window.heard.push(text); })
          .observe(document.querySelector("#status"), {childList: true, characterData: true}); }""")
    ask(page, QUESTION)
    answer = page.get_by_role("group", name="Réponse de l’assistant")
    expect(answer).to_have_attribute("data-mode", "written")
    expect(answer).to_contain_text("Texte rédigé par un modèle de langue")
    link = answer.get_by_role("link", name="Onisep, « Fiche métier », 2025")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(answer.locator("blockquote")).to_be_hidden()
    mark = answer.get_by_role("button", name="Voir la source 1").nth(1)
    mark.click()
    passage = answer.locator("blockquote")
    expect(passage).to_contain_text("Mesurer le trafic, c’est-à-dire les visites, chaque semaine.")
    assert page.evaluate("document.activeElement.localName") == "summary"
    answer.get_by_role("button", name="Revenir au texte").click()
    expect(mark).to_be_focused()
    page.wait_for_timeout(200)
    heard = page.evaluate("window.heard")
    assert len(heard) == 1
    assert heard[0].startswith("Community manager\u00a0: ce métier")
    assert heard[0].endswith("1 source.")
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "off")


def test_follow_ups_carry_the_thread_and_the_page(service: Service, opened: Opened) -> None:
    service.fake.asked.clear()
    page = opened(service.url + "widget?fiche=web-designer")
    ask(page, "Quelles études ?")
    expect(page.locator(".text")).to_contain_text("bac+3 à bac+5")
    ask(page, "une envie de mourir")
    ask(page, "Et ensuite ?")
    turns = [turn.text for turn in service.fake.asked[-1][1]]
    assert turns[:2] == ["Que fait un ou une web designer ?", "Quelles études ?"]
    assert len(turns) == 3, "a call for help is not sent again"
    ask(page, "🙂🙂")
    page.get_by_role("button", name="Modifier ma question").click()
    expect(page.locator("#question")).to_have_value("🙂🙂")


def test_clarify_gives_choices(service: Service, opened: Opened) -> None:
    page = opened(service.url + "widget")
    ask(page, "Parlez-moi de ce métier")
    expect(page.locator(".next")).to_contain_text("Choix possibles")
    page.get_by_role("button", name="Que fait un ou une webmestre ?").click()
    done(page)
    expect(page.locator(".exchange").last).to_contain_text("Webmestre : ce métier")


def test_a_comparison_is_a_table_at_every_width(service: Service, opened: Opened) -> None:
    for width in (320, 1000):
        page = opened(service.url + "widget", viewport={"width": width, "height": 700})
        ask(page, "compare community manager et web designer")
        table = page.get_by_role("table")
        expect(table.get_by_role("columnheader")).to_have_text(
            ["Community manager", "Web designer"]
        )
        expect(table.get_by_role("rowheader")).to_have_text(["Le métier", "Études"])
        expect(table.get_by_role("cell", name="Non précisé dans mes sources")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        log = page.locator("#log")
        assert log.evaluate("(log) => log.scrollWidth <= log.clientWidth")


def test_a_call_for_help_shows_numbers_and_leaves_no_trace(
    service: Service, opened: Opened
) -> None:
    page = opened(service.url + "widget")
    ask(page, "j’ai envie de mourir")
    card = page.locator(".answer.care")
    links = card.locator("a")
    numbers = links.evaluate_all("(links) => links.map((a) => a.getAttribute('href'))")
    assert numbers == ["tel:3114", "tel:3018", "tel:119", "tel:15", "tel:112", "sms:114"]
    sizes = links.evaluate_all("(links) => links.map((a) => a.getBoundingClientRect().height)")
    assert min(sizes) >= 44
    expect(card.locator(".actions, .next, .origin")).to_have_count(0)
    assert "mourir" not in page.evaluate("JSON.stringify(sessionStorage)")
    page.reload()
    expect(page.locator(".exchange")).to_have_count(0)


def test_hostile_text_stays_text(service: Service, opened: Opened) -> None:
    page = opened(service.url + "widget")
    ask(page, "hostile <b>x</b>")
    expect(page.locator(".asked")).to_contain_text("hostile <b>x</b>")
    text = page.locator(".text")
    expect(text).to_contain_text("<img src=x onerror=alert(1)> piège x données site (nouvel")
    expect(text.locator("img, script, b, button")).to_have_count(0)
    links = text.locator("a").evaluate_all("(links) => links.map((a) => a.href)")
    assert links == ["https://www.onisep.fr/"]
    expect(text.locator("strong")).to_have_text("gras")


def test_stop_then_resume(service: Service, opened: Opened) -> None:
    page = opened(service.url + "widget")
    page.locator("#question").fill("lentement, community manager")
    page.get_by_role("button", name="Envoyer").click()
    stop = page.get_by_role("button", name="Arrêter la réponse")
    expect(page.locator(".text")).to_contain_text("Community manager")
    page.locator("#question").fill("Une autre question")
    page.locator("#question").press("Enter")
    expect(page.locator("#hint")).to_contain_text("Une réponse est en cours")
    expect(page.locator("#question")).to_have_value("Une autre question")
    stop.click()
    expect(page.locator(".failure")).to_have_text("Réponse arrêtée.")
    assert page.evaluate("document.activeElement !== document.body")
    page.get_by_role("button", name="Reprendre").click()
    done(page)
    expect(page.locator(".exchange")).to_have_count(1)
    expect(page.locator(".sources")).to_be_visible()


def test_copy_and_thumbs(service: Service, opened: Opened) -> None:
    page = opened(service.url + "widget", permissions=["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    page.get_by_role("button", name="Copier").click()
    expect(page.get_by_role("button", name="Copié")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "- Préparer les ventes et les mises en avant du site. [1]\n" in copied
    assert "\nSources\n[1] Onisep, « Fiche métier », 2025, https://www.onisep.fr" in copied
    down = page.get_by_role("button", name="Pas utile")
    down.click()
    expect(page.get_by_role("button", name="L’information me semble fausse")).to_be_focused()
    with page.expect_response("**/api/feedback") as sent:
        page.get_by_role("button", name="Il manque quelque chose").click()
    assert sent.value.status == 204
    assert sent.value.request.post_data_json == {"thumb": "down", "reason": "incomplet"}
    expect(page.locator(".down")).to_be_focused()
    expect(page.locator(".down")).to_have_attribute("aria-pressed", "true")


def test_copy_in_a_frame_of_another_site(service: Service, hosts: Hosts, opened: Opened) -> None:
    page = opened(hosts.put("/calm", host_page(service)))
    widget = enter(page)
    ask(widget, QUESTION)
    widget.get_by_role("button", name="Copier").click()
    expect(widget.get_by_role("button", name="Copié")).to_be_visible()


def test_clear_and_idle_time_wipe_everything(service: Service, browser: Browser) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(service.url + "widget")
    ask(page, QUESTION)
    page.reload()
    expect(page.locator(".exchange")).to_have_count(1)
    expect(page.locator(".answer")).to_contain_text("fait vivre la boutique")
    page.clock.fast_forward("14:00")
    expect(page.locator(".exchange")).to_have_count(1)
    page.locator("#question").fill("un brouillon")
    page.clock.fast_forward("02:00")
    expect(page.locator(".exchange")).to_have_count(0)
    expect(page.locator("#question")).to_have_value("")
    assert page.evaluate("sessionStorage.length") == 0
    ask(page, QUESTION)
    page.get_by_role("button", name="Effacer").click()
    expect(page.locator(".exchange")).to_have_count(0)
    assert page.evaluate("sessionStorage.length") == 0
    expect(page.get_by_role("button", name="Effacer")).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "question"
    page.close()


def test_an_old_tab_shows_nothing(service: Service, opened: Opened) -> None:
    page = opened(service.url + "widget")
    ask(page, QUESTION)
    page.evaluate("""() => { const kept = JSON.parse(sessionStorage["cap-conversation"]);
        kept.at -= 15 * 60 * 1000; sessionStorage["cap-conversation"] = JSON.stringify(kept); }""")
    page.reload()
    expect(page.locator("#send")).to_be_enabled()
    expect(page.locator(".exchange")).to_have_count(0)
    assert page.evaluate("sessionStorage.length") == 0


def test_what_the_site_chooses(service: Service, hosts: Hosts, opened: Opened) -> None:
    data = (
        "data-accueil='Bienvenue au CDI <b>!</b>' data-suggestions='Une ?|Deux ?|Trois ?|Quatre ?|"
        "Cinq ?' data-contact='01 02 03 04 05' data-tutoiement=oui data-couleur='#0b5cad'"
    )
    page = opened(hosts.put("/chosen", host_page(service, data=data)))
    widget = enter(page)
    expect(widget.locator("h1")).to_have_text("Bienvenue au CDI <b>!</b>")
    expect(widget.locator(".notice")).to_contain_text("Assistant automatique")
    expect(widget.locator("#examples button")).to_have_text(
        ["Une\u00a0?", "Deux\u00a0?", "Trois\u00a0?", "Quatre\u00a0?"]
    )
    expect(widget.get_by_role("link", name="01 02 03 04 05")).to_have_attribute(
        "href", "tel:0102030405"
    )
    widget.locator("#question").press("Enter")
    expect(widget.locator("#hint")).to_have_text("Écris d’abord ta question.")
    words = widget.inner_text("body") + str(widget.get_attribute("#question", "placeholder"))
    assert not re.search(r"\b(vous|votre|vos|vérifiez)\b", words)
    tint = "getComputedStyle(document.querySelector('#send')).backgroundColor"
    assert widget.evaluate(tint) == "rgb(11, 92, 173)"
    widget.get_by_role("button", name="Deux").click()
    done(widget)
    assert service.fake.asked[-1][0] == "Deux ?"


def test_a_link_cannot_put_words_in_our_mouth(service: Service, opened: Opened) -> None:
    forged = "accueil=Payez&contact=0899&suggestions=Piège&tutoiement=oui"
    page = opened(f"{service.url}widget?{forged}")
    assert not re.search("Payez|0899|Piège", page.inner_text("body"))
    expect(page.locator("#contact")).to_have_text("Contact\u00a0: cdi@lycee-exemple.fr")
    expect(page.locator("h1")).to_contain_text("t’intrigue")
    inside = opened(service.url + "installer/apercu?ouvert=oui&accueil=Payez")
    inside.wait_for_timeout(300)
    assert inside.locator("cap-ecommerce").count() == 0


# Breakdowns


def test_server_down_then_back(hosts: Hosts, opened: Opened) -> None:
    first = Service(hosts.origin)
    page = opened(hosts.put("/down", host_page(first)))
    widget = enter(page)
    ask(widget, QUESTION)
    first.stop()
    widget.locator("#question").fill("Quelles études ?")
    widget.locator("#question").press("Enter")
    failure = widget.locator(".failure")
    expect(failure).to_contain_text("La réponse n’est pas arrivée", timeout=10_000)
    expect(failure).to_contain_text("Votre question est gardée, réessayez.")
    expect(widget.locator(".asked").last).to_have_text("Quelles études\u00a0?")
    second = Service(hosts.origin, port=first.port)
    try:
        widget.get_by_role("button", name="Réessayer").click()
        done(widget)
        expect(widget.locator(".exchange")).to_have_count(2)
        expect(widget.locator(".exchange").last).to_contain_text("bac+3 à bac+5")
        assert [turn.role for turn in second.fake.asked[0][1]] == ["user", "assistant"]
    finally:
        second.stop()


def test_server_down_when_opened(hosts: Hosts, opened: Opened) -> None:
    service = Service(hosts.origin)
    page = opened(hosts.put("/down", host_page(service)))
    page.wait_for_selector("cap-ecommerce", state="attached")
    service.stop()
    click(page, "button")
    page.wait_for_timeout(2500)
    assert "L’assistant ne répond pas." in tree(page)
    back = Service(hosts.origin, port=service.port)
    try:
        page.keyboard.press("Escape")
        widget = enter(page)
        expect(widget.locator("#send")).to_be_enabled()
        assert drawn(page)["div"]["box"] is None
    finally:
        back.stop()


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (502, "<html>Bad Gateway</html>", "Le service est indisponible pour le moment."),
        (503, '{"erreur": "Beaucoup de personnes."}', "Beaucoup de personnes."),
        (200, 'event: text\ndata: {"text": "Le début"}\n\n', "La réponse n’est pas arrivée"),
        (200, "event: text\ndata: {bad\n\n", "La réponse n’est pas arrivée"),
    ],
)
def test_every_failure_is_french_and_may_be_tried_again(
    service: Service, opened: Opened, status: int, body: str, said: str
) -> None:
    page = opened(service.url + "widget")
    page.route("**/api/chat", lambda route: route.fulfill(status=status, body=body))
    ask(page, QUESTION)
    expect(page.locator(".failure")).to_contain_text(said)
    page.unroute("**/api/chat")
    page.get_by_role("button", name="Réessayer").click()
    done(page)
    expect(page.locator(".sources")).to_be_visible()


def test_the_assistant_breaks_in_the_middle(service: Service, opened: Opened) -> None:
    page = opened(service.url + "widget")
    ask(page, "une panne")
    expect(page.locator(".text")).to_have_text("Le début de la réponse.")
    expect(page.locator(".failure")).to_contain_text("Le modèle s’est arrêté")
    ask(page, "a" * 501)
    expect(page.locator("#hint")).to_have_text("La question est trop longue : retirez 1 caractère.")
    expect(page.locator("#question")).to_have_value("a" * 501)


def test_slow_network_and_processor(service: Service, hosts: Hosts, opened: Opened) -> None:
    """A phone at 1.6 Mb/s, 150 ms away, four times slower: usable within 2 s of the click."""
    hosts.put("/slow", host_page(service))
    page = opened("about:blank")  # the same site as the service, so that one process is slowed
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 150, "downloadThroughput": 200_000,
            "uploadThroughput": 93_750}  # fmt: skip
    session.send("Network.emulateNetworkConditions", slow)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(f"http://127.0.0.1:{hosts.port}/slow")
    page.wait_for_selector("cap-ecommerce", state="attached")
    left, top, right, bottom = drawn(page)["button"]["box"]
    start = time.perf_counter()
    page.mouse.click((left + right) / 2, (top + bottom) / 2)
    while len(page.frames) < 2 or not page.frames[1].locator("html.on").count():
        page.wait_for_timeout(10)
    usable = time.perf_counter() - start
    widget = page.frames[1]
    widget.locator("#question").fill(QUESTION)
    start = time.perf_counter()
    widget.locator("#question").press("Enter")
    widget.wait_for_selector(".text > p:not(.waiting)")
    first = time.perf_counter() - start
    done(widget)
    print(f"1.6 Mb/s, 4x: usable {usable * 1000:.0f} ms, first text {first * 1000:.0f} ms")  # noqa: T201
    assert usable < 2.5
    assert first < 2.5


# Everyone


def axe() -> str:
    """Return axe.min.js, which the package axe-playwright-python carries."""
    found = [path for path in installed("axe-playwright-python") or [] if path.name == "axe.min.js"]
    return Path(str(found[0].locate())).read_text(encoding="utf-8")


def audit(page: Page | Frame, moment: str) -> list[str]:
    """Return what axe finds, and whether the page scrolls sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.evaluate(axe())
    result = page.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false})")
    faults = [f"{moment}: scrolls sideways"] if wide else []
    return faults + [
        f"{moment}: {v['id']} {json.dumps([n['target'] for n in v['nodes']])}"
        for v in result["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_accessible_alone_and_never_wider_than_the_screen(
    service: Service, opened: Opened, width: int, scheme: str
) -> None:
    view = {"width": width, "height": 740}
    page = opened(service.url + "widget", viewport=view, color_scheme=scheme)
    expect(page.locator("#send")).to_be_enabled()
    faults = audit(page, "before")
    for question in (QUESTION, "compare", "envie de mourir", "une panne", "Parlez-moi"):
        ask(page, question)
        if question == QUESTION:
            page.locator(".ref").first.click()
            page.locator(".down").click()
        faults += audit(page, question)
    page.locator("#question").fill("a" * 501)
    page.locator("#question").press("Enter")
    faults += audit(page, "too long")
    page.goto(service.url + "installer")
    expect(page.locator("#script")).to_contain_text("widget.js")
    for details in page.locator("details").all():
        details.locator("summary").click()
    page.wait_for_timeout(800)
    faults += audit(page, "installer") + audit(page.frames[-1], "installer's widget")
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible_in_the_frame_and_under_the_launcher(
    service: Service, hosts: Hosts, opened: Opened, scheme: str
) -> None:
    source = f"{service.url}widget?couleur=%230b5cad"
    frame = f"<iframe src='{source}' title='Assistant' width=400 height=600>"
    framed = host_page(service).replace("<script", f"{frame}</iframe><script")
    page = opened(hosts.put("/framed", framed), color_scheme=scheme)
    faults = audit(page, "host")
    ask(page.frames[1], QUESTION)
    faults += audit(page.frames[1], "iframe")
    click(page, "button")
    page.wait_for_timeout(1000)
    widget = page.frames[2]
    ask(widget, QUESTION)
    faults += audit(widget, "launcher's frame") + audit(page, "host, open")
    assert faults == []


def test_targets_are_large_enough(service: Service, opened: Opened) -> None:
    page = opened(service.url + "widget", viewport=PHONE)
    ask(page, QUESTION)
    page.locator(".ref").first.click()
    page.locator(".down").click()
    small = page.evaluate("""() => [...document.querySelectorAll("button, a, summary, textarea")]
        .filter((node) => node.checkVisibility() && !node.closest("#late, .text, .sources li li"))
        .filter((node) => { const box = node.getBoundingClientRect();
                            return box.height < 44 || box.width < 44; })
        .map((node) => node.id || node.className || node.textContent)""")
    assert small == [], "only links and marks inside a sentence may be smaller"


def test_zoom_of_four_hundred_percent(service: Service, opened: Opened) -> None:
    page = opened(service.url + "widget", viewport={"width": 320, "height": 200})
    ask(page, QUESTION)
    page.locator(".next button").first.click()
    done(page)
    page.get_by_role("link", name="Données et mentions").scroll_into_view_if_needed()
    expect(page.get_by_role("link", name="Données et mentions")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_installer_composes_the_three_forms(service: Service, opened: Opened) -> None:
    page = opened(service.url + "installer", permissions=["clipboard-read", "clipboard-write"])
    script, iframe = page.locator("#script"), page.locator("#iframe")
    expect(script).to_have_text(f'<script src="{service.url}widget.js" defer></script>')
    expect(page.locator("#link")).to_contain_text(f'<a href="{service.url}">')
    page.get_by_text("En bas à gauche").click()
    page.get_by_label("Message d’accueil").fill('Bonjour "vous" & <eux>')
    page.get_by_label("Questions proposées").fill("Une ?\n\nDeux | trois ?\n4\n5\n6")
    page.get_by_label("Métier présenté par la page").select_option("web-designer")
    page.get_by_label("Décalage").fill("9999")
    page.get_by_label("Tutoyer").check()
    page.get_by_label("Couleur", exact=True).fill("#ffc247")
    expect(page.locator("#contraste")).to_contain_text("trop clair, il faut 4,5")
    text = script.inner_text()
    assert 'data-accueil="Bonjour &quot;vous&quot; &amp; &lt;eux>"' in text
    assert 'data-suggestions="Une ?|Deux   trois ?|4|5"' in text
    assert 'data-position="bas-gauche"' in text and 'data-decalage="400"' in text
    assert 'data-fiche="web-designer"' in text and 'data-tutoiement="oui"' in text
    assert "couleur" not in text
    assert "fiche=web-designer" in iframe.inner_text() and "decalage" not in iframe.inner_text()
    page.get_by_label("Couleur", exact=True).fill("0B5CAD")
    expect(script).to_contain_text('data-couleur="#0b5cad"')
    page.get_by_role("button", name="Copier le code du bouton").click()
    assert page.evaluate("navigator.clipboard.readText()") == script.inner_text()
    expect(page.locator("#csp")).to_contain_text(f"frame-src {service.url.rstrip('/')}")
    page.wait_for_timeout(1500)
    expect(page.frames[-1].locator("h1")).to_have_text('Bonjour "vous" & <eux>')
    expect(page.get_by_label("Couleur", exact=True)).to_have_value("0B5CAD")
    page.get_by_role("button", name="Téléphone").click()
    expect(page.get_by_role("button", name="Téléphone")).to_have_attribute("aria-pressed", "true")
