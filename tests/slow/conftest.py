"""Chromium, and the servers that the browser tests visit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.slow.browser import CHROMIUM, FLAGS, WIDE, axe_script
from tests.slow.page_tools import Server
from tests.slow.widget_tools import Hosts, Opened, Service


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; for one module, since Playwright keeps an event loop running."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium n’est pas installé")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The axe-core script."""
    return axe_script()


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    """The schools' sites."""
    running = Hosts()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def service(hosts: Hosts) -> Iterator[Service]:
    """The API and the widget, allowed on the schools' sites."""
    running = Service(hosts.origin, f"http://127.0.0.1:{hosts.port}")
    yield running
    running.stop()


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


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The whole application: the browser holds the conversations, so one serves a module."""
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def page(server: Server, browser: Browser) -> Iterator[Page]:
    """The page, open in an English browser; fails on any script error or blocked resource."""
    context = browser.new_context(locale="en-US", viewport=WIDE)  # type: ignore[arg-type]
    opened = context.new_page()
    troubles: list[str] = []
    requested: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
    opened.on("request", lambda request: requested.append(request.url))
    opened.goto(server.url)
    expect(opened.get_by_role("textbox", name="Votre question")).to_be_visible(timeout=20_000)
    yield opened
    context.close()
    assert troubles == []
    assert [url for url in requested if not url.startswith((server.url, "data:"))] == []
