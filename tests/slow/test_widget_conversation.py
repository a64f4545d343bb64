"""The widget's conversation: answers, sources, follow-ups, tables, thumbs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.slow.browser import QUESTION, until
from tests.slow.widget_tools import Hosts, Opened, Service, ask, done, enter, host_page

pytestmark = pytest.mark.slow


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
    ask(page, "Quelles études ?")
    heard = until(page, lambda: page.evaluate("window.heard"), lambda found: len(found) > 1)
    assert heard[0].startswith("Community manager\u00a0: ce métier")
    assert heard[0].endswith("1 source.")
    assert heard[1].startswith("Le métier s’apprend"), "the first answer is announced once"
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
