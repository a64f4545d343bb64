"""A conversation on the page: answers, sources, thread, thumbs, stop, forgetting, failures."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.slow.browser import QUESTION, until
from tests.slow.page_tools import Server, ask, finished

pytestmark = pytest.mark.slow


def test_a_question_gets_its_answer_and_its_sources(page: Page) -> None:
    ask(page, QUESTION)
    answer = page.get_by_role("group", name="Réponse de l’assistant")
    expect(answer).to_contain_text("fait vivre la boutique en ligne")
    expect(answer.locator(".cap-answer")).to_have_attribute("data-mode", "written")
    expect(answer).to_contain_text("Texte rédigé par un modèle de langue")
    link = answer.get_by_role("link", name="Onisep, « Fiche métier », 2025")
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    passage = answer.locator("blockquote")
    expect(passage).to_be_hidden()
    answer.get_by_role("button", name="Voir la source 1").first.click()
    expect(passage).to_be_visible()
    expect(passage).to_contain_text("Mesurer le trafic, c’est-à-dire les visites, chaque semaine.")
    expect(answer.locator("summary")).to_be_focused()
    expect(page.locator("#cap-status")).to_contain_text("et de la logistique. [1]")


def test_suggestions_jobs_and_examples_ask_and_keep_the_thread(page: Page, server: Server) -> None:
    server.fake.asked.clear()
    page.get_by_role("button", name="Que fait un ou une responsable e-commerce ?").click()
    finished(page)
    page.get_by_role("button", name="Quelles études pour devenir responsable e-commerce ?").click()
    expect(page.locator("#cap-chat .user-row")).to_have_count(2)
    finished(page)
    expect(page.locator("#cap-chat .bot-row").last).to_contain_text("bac+3 à bac+5")
    page.locator(".cap-jobs").get_by_text("Construire le site").click()
    page.get_by_role("button", name="Développeur ou développeuse web").click()
    expect(page.locator("#cap-chat .user-row")).to_have_count(3)
    finished(page)
    questions = [question for question, _ in server.fake.asked]
    assert questions[2] == "Que fait un développeur ou une développeuse web ?"
    turns = server.fake.asked[2][1]
    assert [turn.role for turn in turns] == ["user", "assistant"] * 2
    assert turns[0].text == "Que fait un ou une responsable e-commerce ?"
    assert turns[1].text.endswith(
        "- Mesurer le trafic, c’est-à-dire les visites, chaque semaine. [1]"
    )


def test_lists_and_choices(page: Page) -> None:
    ask(page, "le salaire ?")
    expect(page.get_by_text("Choix possibles")).to_be_visible()
    page.get_by_role("button", name="Que fait un ou une web designer ?").click()
    expect(page.locator("#cap-chat .user-row")).to_have_count(2)
    finished(page)
    ask(page, "liste")
    items = page.locator("#cap-chat .bot-row").last.locator(".cap-answer li")
    expect(items).to_have_count(2)
    expect(items.first.locator("strong")).to_have_text("Web designer")


def test_clear_forgets_the_conversation(page: Page) -> None:
    expect(page.get_by_role("button", name="Effacer")).to_be_hidden()
    ask(page, QUESTION)
    page.get_by_role("button", name="Effacer").click()
    expect(page.locator("#cap-chat .message-row")).to_have_count(0)
    expect(page.locator(".cap-examples")).to_be_visible()
    assert QUESTION not in page.inner_text("gradio-app")
    expect(page.locator("#cap-question")).to_be_focused()


def went_on(page: Page) -> None:
    ask(page, QUESTION)


def left(page: Page) -> None:
    page.goto("about:blank")


@pytest.mark.parametrize(
    ("then", "counted"),
    [
        (["Pas utile", "Il manque quelque chose"], {"down incomplet": 1}),
        (["Pas utile", "Autre raison", "Utile"], {"down aucune": 1}),
        (["Pas utile", went_on], {"down aucune": 1}),
        (["Pas utile", left], {"down aucune": 1}),
        (["Pas utile", "Pas utile", went_on], {}),
        (["Pas utile", "Utile", "Pas utile", went_on], {"up aucune": 1}),
    ],
)
def test_a_thumb_counts_once(
    page: Page, server: Server, then: list[str | Callable[[Page], None]], counted: dict[str, int]
) -> None:
    before = server.thumbs()
    ask(page, QUESTION)
    for act in then:
        if isinstance(act, str):
            page.get_by_role("button", name=act, exact=True).last.click()
        else:
            act(page)

    def since() -> dict[str, float]:
        now = server.thumbs()
        return {k: n - before.get(k, 0) for k, n in now.items() if n != before.get(k, 0)}

    until(page, since, lambda found: found == counted)
    page.wait_for_timeout(200)  # a second count would arrive now
    assert since() == counted


def test_a_slow_answer_grows_and_can_be_stopped(page: Page, server: Server) -> None:
    page.locator("#cap-box textarea").fill("Réponds lentement")
    page.keyboard.press("Enter")
    stop, answer = page.get_by_role("button", name="Arrêter"), page.locator("#cap-chat .bot-row")
    expect(answer).to_contain_text("Recherche dans les fiches")
    for text in ("Le début", "Le début, la suite"):
        server.fake.go.release()
        expect(answer.locator(".cap-answer")).to_have_text(text)
    expect(page.get_by_role("button", name="Envoyer")).to_be_hidden()
    stop.focus()
    page.keyboard.press("Enter")
    expect(answer).to_contain_text("Réponse arrêtée à votre demande")
    expect(answer.locator(".cap-answer")).to_have_text("Le début, la suite")
    expect(page.locator("#cap-status")).to_contain_text("Réponse arrêtée")
    expect(stop).to_be_hidden()
    expect(page.locator("#cap-question")).to_be_focused()
    server.fake.go.release()
    assert server.fake.closed.wait(5), "the model is told to stop"
    ask(page, QUESTION)
    assert server.fake.asked[-1][1][1].text == "Le début, la suite"


def test_an_answer_is_stopped_before_its_first_word(page: Page, server: Server) -> None:
    page.locator("#cap-box textarea").fill("Réponds lentement")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Arrêter").dblclick()
    expect(page.locator("#cap-chat .bot-row")).to_contain_text("avant le premier mot")
    server.fake.go.release()
    ask(page, QUESTION)
    expect(page.locator("#cap-chat .message-row")).to_have_count(4)
    expect(page.locator("#cap-chat .bot-row").first).to_contain_text("avant le premier mot")


def test_the_oldest_exchanges_leave_with_a_word(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.page.MAX_HISTORY", 6_000)
    remark = page.get_by_text("Les échanges les plus anciens ont quitté l’écran")
    ask(page, QUESTION)
    ask(page, QUESTION)
    expect(remark).to_have_count(0)
    for _ in range(3):
        ask(page, QUESTION)
    expect(remark).to_be_visible()
    assert page.locator("#cap-chat .user-row").count() < 5
    page.get_by_role("button", name="Effacer").click()
    expect(remark).to_have_count(0)


def test_hostile_text_is_shown_as_text(page: Page) -> None:
    hostile = "<img src=x onerror=alert(1)> **webmestre** ![x](https://mechant.example/x.png)"
    ask(page, hostile)
    shown = page.locator("#cap-chat .user-row")
    expect(shown).to_contain_text(hostile)
    expect(shown.locator("img, strong")).to_have_count(0)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("a" * 600, "Votre question compte 600 caractères"),
        ("🙂", "ne contient ni lettre ni chiffre"),
        ("une panne", "Le modèle s’est arrêté au milieu de la réponse. Réessayez."),
        ("un bogue", "Une erreur inattendue a interrompu la réponse."),
    ],
)
def test_every_failure_is_a_french_message(page: Page, question: str, said: str) -> None:
    ask(page, question)
    expect(page.locator("#cap-chat .bot-row").last).to_contain_text(said)
