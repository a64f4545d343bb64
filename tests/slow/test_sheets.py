"""The pages to read in a real Chromium: accessible, private, never too wide, printable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app import build_app
from bot.settings import Settings
from corpus.load import load_corpus
from tests.slow.browser import CONTACT, NONE, Served, audit
from tests.web_fakes import FakeAssistant

pytestmark = pytest.mark.slow

PATHS = (
    "fiches", "fiches/developpeur-web?extrait=salaire#salaire",
    "fiches/chef-de-projet-emailing-marketing-automation?extrait=en-bref", "themes/alternance",
    "glossaire?extrait=seo#seo", "sources", "accessibilite", "mentions", "fiches/developeur-web",
)  # fmt: skip
SMALL = """() => [...document.querySelectorAll('a, summary')].filter((node) => {
    const box = node.getBoundingClientRect();
    const inText = getComputedStyle(node).display === 'inline';
    return !inText && box.height > 1 && box.height < 43.5;
}).map((node) => node.textContent.trim())"""
"""Targets that are not links inside a sentence, and that a finger would miss."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The whole application around the real corpus, on a free port of this machine."""
    assistant = FakeAssistant()
    assistant.corpus = load_corpus()
    app = build_app(Settings(data=Path("/tmp"), contact=CONTACT), assistant)
    served = Served(app)
    yield served.url
    served.stop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_accessible_private_and_never_wider_than_the_screen(
    url: str, browser: Browser, axe: str, path: str, scheme: str
) -> None:
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    told: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    faults: list[str] = []
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        page.goto(url + path)
        faults += audit(page, axe, f"{width} px", SMALL if width == 320 else NONE)
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == [
        "", 0, 0,
    ]  # fmt: skip
    context.close()
    assert faults == []
    assert [text for text in told if "404 (Not Found)" not in text] == []
    assert [address for address in asked if not address.startswith((url, "data:"))] == []


def test_everything_works_without_javascript(url: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url + "fiches")
    page.get_by_role("link", name="Construire le site").click()
    page.get_by_role("link", name="Développeur ou développeuse web").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Développeur ou développeuse web")
    page.get_by_role("navigation", name="Sur cette page").get_by_text("Salaire").click()
    expect(page).to_have_url(url + "fiches/developpeur-web#salaire")
    rows = page.get_by_role("row")
    assert rows.count() > 1 and rows.first.get_by_role("columnheader").count() == 4
    page.get_by_role("link", name="Toutes les sources du site").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("sources")
    context.close()


def test_the_keyboard_reaches_the_text_first(url: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(url + "fiches/ux-designer")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "cap-skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.close()


def test_a_cited_passage_is_in_sight(url: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(url + "fiches/developpeur-web?extrait=formations#formations")
    expect(page.get_by_text("Passage cité par l’assistant")).to_be_in_viewport()
    page.close()


def test_print_keeps_the_text_and_drops_the_navigation(url: str, browser: Browser) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(url + "fiches/developpeur-web")
    page.emulate_media(media="print")
    for hidden in (".cap-menu", ".cap-contents", ".cap-button", ".cap-ask-more"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("#salaire table")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    page.close()
