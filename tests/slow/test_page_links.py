"""Links into the page (a question, a job) and out of it (a sheet, the legal page)."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.slow.browser import QUESTION
from tests.slow.page_tools import STORED, Server, ask, finished

pytestmark = pytest.mark.slow


def test_a_link_asks_its_question_once(page: Page, server: Server) -> None:
    asked = "Que fait un\u200b ou\n une webmestre ? <img src=x onerror=alert(1)> " + "é" * 600
    server.fake.asked.clear()
    page.goto(f"{server.url}?q={quote(asked)}")
    finished(page)
    shown = page.locator("#cap-chat .user-row").inner_text()
    assert shown.startswith("Que fait un ou une webmestre\u00a0? <img src=x onerror=alert(1)> éé")
    assert len(server.fake.asked[0][0]) == 500
    expect(page).to_have_url(server.url)
    assert page.evaluate(STORED) == ["", [], [], 0, 0]
    page.reload()
    expect(page.locator(".cap-examples")).to_be_visible()
    ask(page, QUESTION)
    assert [question for question, _ in server.fake.asked[1:]] == [QUESTION], "asked again"


@pytest.mark.parametrize("query", ["?q=", "?q=%20%F0%9F%99%82%00", "?autre=1", "?fiche=plombier"])
def test_a_link_without_words_asks_nothing(page: Page, server: Server, query: str) -> None:
    server.fake.asked.clear()
    page.goto(server.url + query)
    expect(page.locator("#cap-box textarea")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("vous intrigue")
    ask(page, QUESTION)
    assert [question for question, _ in server.fake.asked] == [QUESTION]


def test_a_link_opens_on_a_job(page: Page, server: Server) -> None:
    server.fake.asked.clear()
    page.goto(server.url + "?fiche=community-manager")
    expect(page).to_have_title(re.compile("^Community manager"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Community manager")
    expect(page.locator(".cap-examples button").first).to_contain_text("community manager")
    ask(page, "et les études ?")
    expect(page.locator("#cap-chat .bot-row")).to_contain_text("bac+3 à bac+5")
    question, turns = server.fake.asked[0]
    assert question == "et les études ?"
    assert [t.text for t in turns] == ["Que fait un ou une community manager ?"]


def test_a_source_leads_to_its_sheet_beside_the_conversation(page: Page) -> None:
    ask(page, "liste")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Lire la fiche").click()
    sheet = opened.value
    assert sheet.url.endswith("/fiches/webmaster?extrait=missions#missions")
    expect(sheet.get_by_text("Passage cité par l’assistant")).to_be_in_viewport()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Glossaire").first.click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("mots")
    page.get_by_role("button", name="Effacer").click()
    expect(page.locator(".cap-bottom a").first).not_to_have_attribute("target", "_blank")


def test_legal_page(page: Page) -> None:
    page.get_by_role("link", name="Données et mentions").click()
    expect(page.get_by_role("link", name="Accessibilité", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Rien n’est conservé")).to_be_visible()
    expect(page.get_by_role("link", name="cdi@lycee-exemple.fr")).to_be_visible()
    page.get_by_role("link", name="Poser une question").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("e-commerce")
