"""The widget and the page in a real Firefox: another engine, another storage, other focus rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.slow.browser import QUESTION, until
from tests.slow.firefox import FIREFOX, Firefox, Tab
from tests.slow.page_tools import Server
from tests.slow.widget_tools import Hosts, Service, host_page

pytestmark = pytest.mark.slow

PANEL = (850, 22, 410, 690)
"""Where the open widget stands in a tab of 1280 by 800: left, top, width, height."""
STORED = """(async () => [document.cookie, localStorage.length, sessionStorage.length,
    (await indexedDB.databases()).length])()"""


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Debian's Firefox."""
    if not FIREFOX.exists():
        pytest.skip("Firefox (firefox-esr) n’est pas installé")
    running = Firefox(tmp_path_factory.mktemp("firefox"))
    yield running
    running.stop()


@pytest.fixture
def tab(firefox: Firefox) -> Iterator[Tab]:
    """A tab of 1280 by 800; fails on any script error told by the console."""
    opened = firefox.tab()
    yield opened
    troubles = opened.troubles()
    opened.close()
    assert troubles == []


def value(tab: Tab, expression: str, holds: Callable[[Any], Any] = bool) -> Any:
    """Wait until this expression holds in the tab or frame, and return its value."""
    return until(tab, lambda: tab.evaluate(expression), holds)


def launcher(tab: Tab, opened: bool) -> None:
    """Wait until the launcher's button says that the widget is open or closed."""
    wanted = str(opened).lower()
    until(
        tab,
        lambda: tab.shadow("cap-ecommerce"),
        lambda parts: parts.get("b", {}).get("aria-expanded") == wanted,
    )


def frame_of(tab: Tab) -> Tab:
    """Wait for the widget in the launcher's frame, with the focus in its field."""
    frame = until(tab, lambda: tab.frame("/widget?hote="), bool)
    assert frame
    value(frame, "document.activeElement.id", lambda found: found == "question")
    return frame


def axe_faults(tab: Tab, axe: str) -> list[str]:
    """Return the rules that axe finds broken."""
    tab.inject(axe)
    found = tab.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false})")
    return [fault["id"] for fault in found["violations"]]


def test_the_widget_answers_with_its_source_and_stays_private(
    tab: Tab, service: Service, hosts: Hosts, axe: str
) -> None:
    tab.goto(hosts.put("/calm", host_page(service)))
    launcher(tab, opened=False)
    sent = [url for url in tab.requests() if not url.startswith("data:")]
    assert sent == [hosts.origin + "/calm", service.url + "widget.js"]
    tab.click(1200, 750)
    widget = frame_of(tab)
    launcher(tab, opened=True)
    nothing = ["", 0, 0, 0]
    assert tab.evaluate(STORED) == widget.evaluate(STORED) == nothing
    widget.press(*QUESTION, "Enter")
    value(widget, "document.querySelector('.sources') !== null")
    assert "fait vivre la boutique" in widget.evaluate("document.querySelector('.text').innerText")
    assert tab.evaluate(STORED) == nothing
    assert widget.evaluate(STORED) == ["", 0, 1, 0], "the conversation of this tab, partitioned"
    widget.click_on(".ref")
    passage = value(widget, "document.querySelector('details[open] blockquote')?.innerText")
    assert "Mesurer le trafic, c’est-à-dire les visites, chaque semaine." in passage
    value(widget, "document.activeElement.localName", lambda found: found == "summary")
    assert axe_faults(widget, axe) == axe_faults(tab, axe) == []
    widget.press("Escape")
    launcher(tab, opened=False)
    assert tab.evaluate("document.activeElement.localName") == "cap-ecommerce"
    ours = (hosts.origin, service.url, "data:")
    assert [url for url in tab.requests() if not url.startswith(ours)] == []


def test_the_keyboard_is_enough_for_the_widget(tab: Tab, service: Service, hosts: Hosts) -> None:
    tab.goto(hosts.put("/calm", host_page(service)))
    launcher(tab, opened=False)
    tab.press("Tab", "Tab")  # the page's link, then the button
    tab.press("Enter")
    widget = frame_of(tab)
    widget.press(*QUESTION, "Enter")
    value(widget, "document.querySelectorAll('.next button').length")
    value(widget, "document.activeElement.id", lambda found: found == "question")
    widget.press("Escape")
    launcher(tab, opened=False)
    assert tab.evaluate("document.activeElement.localName") == "cap-ecommerce"
    tab.press("Enter")
    launcher(tab, opened=True)
    value(widget, "document.activeElement.id", lambda found: found == "question")
    assert widget.evaluate("document.querySelectorAll('.exchange').length") == 1


def test_the_focus_is_shown_in_the_frame_and_not_around_it(
    tab: Tab, service: Service, hosts: Hosts
) -> None:
    pictures = []
    for keys in ((), ("Tab", "Tab", "Enter")):
        tab.goto(hosts.put("/calm", host_page(service)))
        launcher(tab, opened=False)
        if keys:
            tab.press(*keys)
        else:
            tab.click(1200, 750)
        widget = frame_of(tab)
        widget.evaluate("document.fonts.ready.then(() => true)")
        pictures.append(tab.picture(*PANEL))
    assert pictures[0] == pictures[1]


def test_the_page_answers(tab: Tab, server: Server, axe: str) -> None:
    tab.goto(server.url)
    value(tab, "document.querySelector('#cap-question') !== null")
    assert axe_faults(tab, axe) == []
    tab.press("Tab", "Enter")  # the link that skips to the field
    value(tab, "document.activeElement.id", lambda found: found == "cap-question")
    tab.press(*QUESTION, "Enter")
    answer = value(tab, "document.querySelector('#cap-chat .cap-end') && "
                        "document.querySelector('.cap-answer').innerText")  # fmt: skip
    assert "fait vivre la boutique en ligne" in answer
    value(tab, "document.activeElement.id", lambda found: found == "cap-question")
    tab.click_on(".cap-ref")
    passage = value(tab, "document.querySelector('details[open] blockquote')?.innerText")
    assert "Mesurer le trafic" in passage
    assert axe_faults(tab, axe) == []
    assert tab.evaluate(STORED) == ["", 0, 0, 0]
    assert [url for url in tab.requests() if not url.startswith((server.url, "data:"))] == []
