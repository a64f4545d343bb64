"""The page for everyone: privacy, French, keyboard, phone, print, accessibility (axe)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.slow.browser import PHONE, QUESTION, audit, until
from tests.slow.page_tools import CARDS, STORED, Server, ask, finished

pytestmark = pytest.mark.slow

WORDS = """() => [...document.querySelectorAll("body, body *")].flatMap((node) => [
    ...["aria-label", "title", "placeholder", "alt"].map((name) => node.getAttribute(name) || ""),
    ...[...node.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent),
]).filter((text) => text.trim()).join(" | ")"""
ENGLISH = re.compile(
    r"\b(submit|clear|loading|error|copy|message|chatbot|textbox|close|settings|built|bot|user|"
    r"response|retry|undo|like|dislike|server|connection)\b",
    re.IGNORECASE,
)
SMALL = """() => [...document.querySelectorAll("a, button, summary")].filter((node) => {
    const box = node.getBoundingClientRect();
    const seen = box.height > 1 && getComputedStyle(node).visibility !== "hidden";
    const inText = node.matches(".cap-ref") || getComputedStyle(node).display === "inline";
    return seen && !inText && Math.min(box.width, box.height) < 43.5;
}).map((node) => node.textContent.trim() || node.className)"""
"""Targets, other than marks and links inside a sentence, that a finger would miss."""


def test_nothing_is_stored_before_or_after_acting(page: Page) -> None:
    assert page.evaluate(STORED) == ["", [], [], 0, 0]
    ask(page, QUESTION)
    assert page.evaluate(STORED) == ["", [], [], 0, 0]


def test_everything_is_french_in_an_english_browser(page: Page) -> None:
    expect(page).to_have_title("Cap E-commerce : les métiers de la vente en ligne")
    assert page.evaluate("[document.documentElement.lang, navigator.language]") == ["fr", "fr"]
    ask(page, QUESTION)
    ask(page, "🙂🙂")
    words = page.evaluate(WORDS)
    assert "Le modèle de langue se charge." in words
    found = ENGLISH.findall(words.replace("Votre message", ""))
    assert found == [], found


def test_a_lost_connection_is_said_in_french_only(server: Server, browser: Browser) -> None:
    page = browser.new_page(locale="en-US")
    page.goto(server.url)
    expect(page.get_by_role("textbox", name="Votre question")).to_be_visible(timeout=20_000)
    page.route("**/gradio_api/queue/join*", lambda route: route.abort())
    page.locator("#cap-box textarea").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("La réponse n’est pas arrivée.")
    assert ENGLISH.findall(page.inner_text("body")) == []
    page.close()


def test_the_keyboard_is_enough(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "cap-skip"
    page.keyboard.press("Enter")
    page.keyboard.type("Que fait une web designer ?")
    page.keyboard.press("Enter")
    finished(page)
    expect(page.locator("#cap-question")).to_be_focused()
    suggestion = page.locator(".cap-next button").first
    suggestion.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cap-chat .user-row")).to_have_count(2)
    finished(page)
    expect(page.locator("#cap-question")).to_be_focused()


def test_the_focus_is_not_hidden_by_the_field(page: Page) -> None:
    page.set_viewport_size(PHONE)
    ask(page, QUESTION)
    page.locator(".cap-ref").first.click()
    expect(page.locator(".cap-sources summary")).to_be_focused()
    bottom = "document.activeElement.getBoundingClientRect().bottom"
    top = "document.querySelector('#cap-ask').getBoundingClientRect().top"
    until(page, lambda: page.evaluate(f"[{bottom}, {top}]"), lambda found: found[0] <= found[1])


def test_a_thumb_down_asks_why_and_keeps_the_keyboard(page: Page) -> None:
    ask(page, QUESTION)
    down = page.get_by_role("button", name="Pas utile")
    down.focus()
    page.keyboard.press("Enter")
    expect(down).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    expect(page.locator(".cap-reasons")).to_have_count(0)
    expect(down).to_be_focused()


def test_sources_stand_beside_the_answer_where_there_is_room(page: Page) -> None:
    ask(page, QUESTION)
    answer, sources = page.locator(".cap-answer"), page.locator(".cap-sources")

    def boxes() -> list[dict[str, float]]:
        found = [node.bounding_box() for node in (answer, sources)]
        return [dict(box) for box in found if box]

    def is_beside(found: list[dict[str, float]]) -> bool:
        text, beside = found
        return beside["x"] >= text["x"] + text["width"] and abs(beside["y"] - text["y"]) < 10

    def is_below(found: list[dict[str, float]]) -> bool:
        text, below = found
        return below["y"] >= text["y"] + text["height"]

    until(page, boxes, is_beside)
    page.set_viewport_size({"width": 1000, "height": 800})
    until(page, boxes, is_below)


def test_a_table_is_read_row_by_row_on_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    ask(page, "tableau")
    cell = page.get_by_role("cell").filter(has_text="Écrit le code du site.")
    expect(cell).to_have_attribute("data-column", "Développeur web ou développeuse web")
    expect(page.get_by_role("rowheader", name="Salaire")).to_be_visible()
    wide = "document.querySelector('.cap-answer table')"
    assert page.evaluate(f"{wide}.scrollWidth <= {wide}.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.get_by_role("columnheader", name="Webmestre")).to_be_visible()
    below = page.locator(".cap-sources").bounding_box()
    table = page.locator(".cap-answer table").bounding_box()
    assert below and table and below["y"] >= table["y"] + table["height"]


def test_a_call_for_help_gets_numbers_to_touch_and_nothing_else(page: Page, server: Server) -> None:
    page.set_viewport_size(PHONE)
    ask(page, "appel à l’aide")
    card = page.locator("#cap-chat .bot-row")
    links = card.locator("a")
    numbers = ["tel:3114", "tel:3018", "tel:119", "tel:15", "tel:112", "sms:114"]
    assert [link.get_attribute("href") for link in links.all()] == numbers
    for link in links.all():
        box = link.bounding_box()
        assert box and min(box["width"], box["height"]) >= 44
        assert link.get_attribute("target") is None
    expect(card.locator("button, .cap-sources, .cap-next, .cap-actions")).to_have_count(0)
    ask(page, QUESTION)
    assert server.fake.asked[-1][1] == (), "what was confided is told to nobody again"


def test_print_keeps_answers_and_open_sources(page: Page) -> None:
    ask(page, QUESTION)
    ask(page, "Que fait un ou une webmestre ?")
    page.locator(".cap-ref").last.click()
    page.evaluate("() => { window.printed = 0; window.print = () => { window.printed += 1; }; }")
    page.emulate_media(media="print")
    rows = page.locator("#cap-chat .message-row")
    for gone in (
        ".cap-jobs",
        "#cap-ask",
        ".cap-bottom",
        ".cap-top nav",
        ".cap-actions",
        ".cap-next",
    ):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.locator("blockquote").first).to_be_hidden()
    expect(page.locator("blockquote").last).to_be_visible()
    assert [row.is_visible() for row in rows.all()] == [True] * 4
    page.evaluate("document.querySelectorAll('.cap-print')[1].click()")
    assert [row.is_visible() for row in rows.all()] == [False, False, True, True]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert [row.is_visible() for row in rows.all()] == [True] * 4
    assert page.evaluate("printed") == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_accessible_and_never_wider_than_the_screen(
    server: Server, browser: Browser, axe: str, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 740},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(server.url)
    expect(page.locator("#cap-box textarea")).to_be_visible(timeout=20_000)
    faults = audit(page, axe, "before", SMALL)
    for question in (*CARDS, QUESTION):
        ask(page, question)
        faults += audit(page, axe, question, SMALL)
    page.locator(".cap-ref").last.click()
    page.locator(".cap-down").last.click()
    faults += audit(page, axe, "after", SMALL)
    for path in ("?fiche=preparateur-de-commandes", "mentions"):
        page.goto(server.url + path)
        expect(page.locator("#cap-box textarea, main.cap-text")).to_be_visible(timeout=20_000)
        faults += audit(page, axe, path, SMALL)
    context.close()
    assert faults == []
