"""The widget for everyone: keyboard, focus, screen readers (axe), sizes and zoom."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.slow.browser import PHONE, QUESTION, audit
from tests.slow.widget_tools import (
    Hosts,
    Opened,
    Service,
    ask,
    closed,
    done,
    enter,
    frame_of,
    hears,
    host_page,
)

pytestmark = pytest.mark.slow


def test_keyboard_alone_opens_asks_and_closes(
    service: Service, hosts: Hosts, opened: Opened
) -> None:
    page = opened(hosts.put("/calm", host_page(service)))
    page.wait_for_selector("cap-ecommerce", state="attached")
    hears(page, "button|Une question métier\u00a0?|False")
    page.keyboard.press("Tab")  # the page's link
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.localName") == "cap-ecommerce"
    page.keyboard.press("Enter")
    widget = frame_of(page)
    expect(widget.locator("#question")).to_be_focused()
    hears(page, "button|Une question métier\u00a0?|True")
    hears(page, "dialog|Assistant métiers du e-commerce|")
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
    closed(page)
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_accessible_alone_and_never_wider_than_the_screen(
    service: Service, opened: Opened, axe: str, width: int, scheme: str
) -> None:
    view = {"width": width, "height": 740}
    page = opened(service.url + "widget", viewport=view, color_scheme=scheme)
    expect(page.locator("#send")).to_be_enabled()
    faults = audit(page, axe, "before")
    for question in (QUESTION, "compare", "envie de mourir", "une panne", "Parlez-moi"):
        ask(page, question)
        if question == QUESTION:
            page.locator(".ref").first.click()
            page.locator(".down").click()
        faults += audit(page, axe, question)
    page.locator("#question").fill("a" * 501)
    page.locator("#question").press("Enter")
    faults += audit(page, axe, "too long")
    page.goto(service.url + "installer")
    expect(page.locator("#script")).to_contain_text("widget.js")
    for details in page.locator("details").all():
        details.locator("summary").click()
    faults += audit(page, axe, "installer") + audit(frame_of(page), axe, "installer's widget")
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible_in_the_frame_and_under_the_launcher(
    service: Service, hosts: Hosts, opened: Opened, axe: str, scheme: str
) -> None:
    source = f"{service.url}widget?couleur=%230b5cad"
    frame = f"<iframe src='{source}' title='Assistant' width=400 height=600>"
    framed = host_page(service).replace("<script", f"{frame}</iframe><script")
    page = opened(hosts.put("/framed", framed), color_scheme=scheme)
    faults = audit(page, axe, "host")
    ask(page.frames[1], QUESTION)
    faults += audit(page.frames[1], axe, "iframe")
    widget = enter(page)
    ask(widget, QUESTION)
    faults += audit(widget, axe, "launcher's frame") + audit(page, axe, "host, open")
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
