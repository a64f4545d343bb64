"""The widget when the frame, the server or the answer fails: French words and a way out."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.slow.browser import QUESTION
from tests.slow.widget_tools import (
    Hosts,
    Opened,
    Service,
    ask,
    click,
    closed,
    done,
    drawn,
    enter,
    hears,
    host_page,
    launcher,
)

pytestmark = pytest.mark.slow


def test_a_policy_without_the_frame_is_told_with_a_way_out(
    service: Service, hosts: Hosts, opened: Opened
) -> None:
    policy = f"default-src 'none'; script-src {service.url}"
    page = opened(hosts.put("/noframe", host_page(service), Content_Security_Policy=policy))
    page.wait_for_selector("cap-ecommerce", state="attached")
    click(page, "button")
    hears(page, "L’assistant ne répond pas.")
    parts = drawn(page)
    assert parts["a"]["href"] == service.url and parts["a"]["target"] == "_blank"
    page.keyboard.press("Escape")
    closed(page)


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
    hears(page, "L’assistant ne répond pas.")
    back = Service(hosts.origin, port=service.port)
    try:
        page.keyboard.press("Escape")
        closed(page)
        widget = enter(page)
        expect(widget.locator("#send")).to_be_enabled()
        launcher(page, lambda parts: parts["div"]["box"] is None)
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
