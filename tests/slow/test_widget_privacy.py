"""What the widget requests, stores and forgets."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.slow.browser import QUESTION
from tests.slow.widget_tools import Hosts, Opened, Service, ask, enter, host_page

pytestmark = pytest.mark.slow

STORED = "[document.cookie, localStorage.length, sessionStorage.length]"


def test_requests_and_storage(service: Service, hosts: Hosts, opened: Opened) -> None:
    page = opened("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    hosts.put("/calm", host_page(service))
    url = f"http://127.0.0.1:{hosts.port}/calm"  # the service's own site: storage is possible
    page.goto(url)
    page.wait_for_selector("cap-ecommerce", state="attached")
    page.wait_for_load_state("networkidle")
    asked[:] = [address for address in asked if not address.startswith("data:")]
    assert asked == [url, service.url + "widget.js"]
    widget = enter(page)
    widget.wait_for_load_state("networkidle")
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
