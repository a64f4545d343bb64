"""The page in a real Chromium on a real server: privacy, French, conversation, accessibility."""

from __future__ import annotations

import json
import re
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app import build_app
from bot.phrases import DISTRESS
from bot.settings import Settings
from bot.types import Answer, Citation, Turn
from tests.web_fakes import ONISEP, FakeAssistant

pytestmark = pytest.mark.slow

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
STORED = """async () => [
    document.cookie, Object.keys(localStorage), Object.keys(sessionStorage),
    (await indexedDB.databases()).length, (await caches.keys()).length,
]"""
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
QUESTION = "Que fait un ou une community manager ?"
TABLE = """Voici ce que disent mes sources.

| | Webmestre | Développeur web ou développeuse web | Préparateur ou préparatrice de commandes |
|---|---|---|---|
| **Le métier** | Fait vivre un site. [1] | Écrit le code du site. [1] | Emballe. [1] |
| **Salaire** | 2 500 € brut par mois. [1] | 2 300 € brut par mois. [1] | 1 802 € brut. [1] |"""
LIST = """Voici des pistes.

- **Web designer** : Il ou elle dessine les pages. [1] À savoir : l’urgence. [1]
- **Webmestre** : Il ou elle fait vivre le site. [1]"""
CITED = Citation(1, "webmaster", "Webmestre", "missions", "Le passage exact.", (ONISEP,))
CARDS = {
    "appel à l’aide": Answer("redirect", DISTRESS),
    "tableau": Answer("answer", TABLE, (CITED,), ("webmaster",)),
    "liste": Answer("answer", LIST, (CITED,), ("webmaster",)),
}


class PageAssistant(FakeAssistant):
    """Also gives the cards above, and answers "lentement", a step each time it is let go."""

    def __init__(self) -> None:
        """Answer as a model does."""
        super().__init__(mode="written", note="Le modèle de langue se charge.")
        self.go = threading.Semaphore(0)
        self.closed = threading.Event()

    def stream(self, question: str, turns: Sequence[Turn]) -> Iterator[str | Answer]:
        """Yield the whole text so far, several times, then the Answer."""
        if "lentement" not in question:
            yield from super().stream(question, turns)
            return
        try:
            for text in ("Le début", "Le début, la suite", "Le début, la suite et la fin."):
                self.go.acquire(timeout=20)
                yield text
            yield Answer("answer", text, mode="written")
        finally:
            self.closed.set()

    def answer(self, question: str, turns: Sequence[Turn]) -> Answer:
        """Give a card when the question names it."""
        return CARDS.get(question) or super().answer(question, turns)


class Server:
    """The whole application with a small assistant, on a free port of this machine."""

    def __init__(self) -> None:
        """Serve in a thread."""
        self.fake = PageAssistant()
        app = build_app(Settings(data=Path("/tmp"), contact="cdi@lycee-exemple.fr"), self.fake)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        config = uvicorn.Config(
            app, access_log=False, log_level="warning", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()

    def thumbs(self) -> dict[str, float]:
        """Read how many thumbs were counted, by "thumb reason"."""
        with urllib.request.urlopen(self.url + "metrics", timeout=5) as reply:
            found = re.findall(
                r'cap_feedback_total{reason="(.*)",thumb="(.*)"} (\S+)', str(reply.read(), "utf-8")
            )
        return {f"{thumb} {reason}": float(count) for reason, thumb, count in found}

    def stop(self) -> None:
        """Stop the thread."""
        self._server.should_exit = True
        self._thread.join(10)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One server for the module: the browser holds the conversations."""
    running = Server()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium n’est pas installé")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def axe() -> str:
    """The axe-core script that axe-playwright-python carries; an error when it is missing."""
    carried = distribution("axe-playwright-python").files or []
    return next(f for f in carried if f.name == "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def page(server: Server, browser: Browser) -> Iterator[Page]:
    """The page, open in an English browser; fails on any script error or blocked resource."""
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    troubles: list[str] = []
    hosts: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
    opened.on("request", lambda request: hosts.append(request.url))
    opened.goto(server.url)
    expect(opened.get_by_role("textbox", name="Votre question")).to_be_visible(timeout=20_000)
    yield opened
    context.close()
    assert troubles == []
    assert [url for url in hosts if not url.startswith((server.url, "data:"))] == []


def ask(page: Page, question: str) -> None:
    """Type a question and wait for the whole answer."""
    page.locator("#cap-box textarea").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("#cap-box textarea")).to_have_value("")  # emptied with the question's row
    finished(page)


def finished(page: Page) -> None:
    """Wait until the last message of the conversation is a whole answer."""
    last = page.locator("#cap-chat .message-row").last
    expect(last.locator(".cap-end")).to_be_attached(timeout=15_000)


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
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
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


def test_the_keyboard_is_enough(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "cap-skip"
    page.keyboard.press("Enter")
    page.keyboard.type("Que fait une web designer ?")
    page.keyboard.press("Enter")
    finished(page)
    assert page.evaluate("document.activeElement.id") == "cap-question"
    suggestion = page.locator(".cap-next button").first
    suggestion.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cap-chat .user-row")).to_have_count(2)
    finished(page)
    assert page.evaluate("document.activeElement.id") == "cap-question"


def test_clear_forgets_the_conversation(page: Page) -> None:
    expect(page.get_by_role("button", name="Effacer")).to_be_hidden()
    ask(page, QUESTION)
    page.get_by_role("button", name="Effacer").click()
    expect(page.locator("#cap-chat .message-row")).to_have_count(0)
    expect(page.locator(".cap-examples")).to_be_visible()
    assert QUESTION not in page.inner_text("gradio-app")
    assert page.evaluate("document.activeElement.id") == "cap-question"


def went_on(page: Page) -> None:
    ask(page, QUESTION)


def left(page: Page) -> None:
    page.goto("about:blank")
    page.wait_for_timeout(300)


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
    page.wait_for_timeout(200)
    after = server.thumbs()
    assert {k: n - before.get(k, 0) for k, n in after.items() if n != before.get(k, 0)} == counted


def test_a_thumb_down_asks_why_and_keeps_the_keyboard(page: Page) -> None:
    ask(page, QUESTION)
    down = page.get_by_role("button", name="Pas utile")
    down.focus()
    page.keyboard.press("Enter")
    expect(down).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    expect(page.locator(".cap-reasons")).to_have_count(0)
    assert page.evaluate("document.activeElement.className") == "cap-down"


def test_a_link_asks_its_question_once(page: Page, server: Server) -> None:
    asked = "Que fait un\u200b ou\n une webmestre ? <img src=x onerror=alert(1)> " + "é" * 600
    server.fake.asked.clear()
    page.goto(f"{server.url}?q={quote(asked)}")
    finished(page)
    shown = page.locator("#cap-chat .user-row").inner_text()
    assert shown.startswith("Que fait un ou une webmestre\u00a0? <img src=x onerror=alert(1)> éé")
    assert len(server.fake.asked[0][0]) == 500
    assert page.url == server.url
    assert page.evaluate(STORED) == ["", [], [], 0, 0]
    page.reload()
    expect(page.locator(".cap-examples")).to_be_visible()
    page.wait_for_timeout(500)
    assert len(server.fake.asked) == 1


@pytest.mark.parametrize("query", ["?q=", "?q=%20%F0%9F%99%82%00", "?autre=1", "?fiche=plombier"])
def test_a_link_without_words_asks_nothing(page: Page, server: Server, query: str) -> None:
    server.fake.asked.clear()
    page.goto(server.url + query)
    expect(page.locator("#cap-box textarea")).to_be_visible()
    page.wait_for_timeout(500)
    expect(page.get_by_role("heading", level=1)).to_contain_text("vous intrigue")
    assert server.fake.asked == []


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


def test_sources_stand_beside_the_answer_where_there_is_room(page: Page) -> None:
    ask(page, QUESTION)
    answer, sources = page.locator(".cap-answer"), page.locator(".cap-sources")

    def boxes() -> list[dict[str, float]]:
        page.wait_for_timeout(100)
        found = [node.bounding_box() for node in (answer, sources)]
        return [dict(box) for box in found if box]

    text, beside = boxes()
    assert beside["x"] >= text["x"] + text["width"] and abs(beside["y"] - text["y"]) < 10
    page.set_viewport_size({"width": 1000, "height": 800})
    text, below = boxes()
    assert below["y"] >= text["y"] + text["height"]


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
    assert page.evaluate("document.activeElement.id") == "cap-question"
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
    page.wait_for_timeout(300)
    expect(page.locator("#cap-chat .message-row")).to_have_count(2)


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


def test_a_call_for_help_gets_numbers_to_touch_and_nothing_else(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
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


def test_a_table_is_read_row_by_row_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
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


def test_legal_page(page: Page) -> None:
    page.get_by_role("link", name="Données et mentions").click()
    expect(page.get_by_role("link", name="Accessibilité", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Rien n’est conservé")).to_be_visible()
    expect(page.get_by_role("link", name="cdi@lycee-exemple.fr")).to_be_visible()
    page.get_by_role("link", name="Poser une question").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("e-commerce")


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
    faults = audit(page, axe, "before")
    for question in (*CARDS, QUESTION):
        ask(page, question)
        faults += audit(page, axe, question)
    page.locator(".cap-ref").last.click()
    page.locator(".cap-down").last.click()
    faults += audit(page, axe, "after")
    for path in ("?fiche=preparateur-de-commandes", "mentions"):
        page.goto(server.url + path)
        expect(page.locator("#cap-box textarea, main.cap-text")).to_be_visible(timeout=20_000)
        faults += audit(page, axe, path)
    context.close()
    assert faults == []


def audit(page: Page, axe: str, moment: str) -> list[str]:
    """Return what axe finds, targets that are too small, and whether the page scrolls sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    found = [f"{moment}: scrolls sideways"] if wide else []
    found += [f"{moment}: small target {text}" for text in page.evaluate(SMALL)]
    page.evaluate(axe)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return found + [f"{moment}: {v['id']} {json.dumps(v['nodes'][0]['target'])}"
                    for v in result["violations"]]  # fmt: skip
