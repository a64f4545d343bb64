"""The page in a real Chromium on a real server: privacy, French, conversation, accessibility."""

from __future__ import annotations

import json
import re
import socket
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app import build_app
from bot.settings import Settings
from tests.web_fakes import FakeAssistant

pytestmark = pytest.mark.slow

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
ROOT = Path(__file__).parents[2]
AXE = next(
    (
        path / "axe.min.js"
        for path in (ROOT / "node_modules/axe-core", Path("/tmp/axe-core/package"))
        if (path / "axe.min.js").exists()
    ),
    None,
)
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
QUESTION = "Que fait un ou une community manager ?"


class Server:
    """The whole application with a small assistant, on a free port of this machine."""

    def __init__(self) -> None:
        """Serve in a thread."""
        self.fake = FakeAssistant(mode="written", note="Le modèle de langage se charge.")
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

    def metrics(self) -> str:
        """Read the counters."""
        with urllib.request.urlopen(self.url + "metrics", timeout=5) as reply:
            return str(reply.read(), "utf-8")

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
    assert "Le modèle de langage se charge." in words
    found = ENGLISH.findall(words)
    assert found == [], found


def test_a_question_gets_its_answer_and_its_sources(page: Page) -> None:
    ask(page, QUESTION)
    answer = page.get_by_role("group", name="Réponse de l’assistant")
    expect(answer).to_contain_text("fait vivre la boutique en ligne")
    expect(answer.locator(".cap-answer")).to_have_attribute("data-mode", "written")
    expect(answer).to_contain_text("Texte rédigé par un modèle de langage")
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


def test_thumbs_are_counted_with_their_reason(page: Page, server: Server) -> None:
    ask(page, QUESTION)
    down = page.get_by_role("button", name="Pas utile")
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    with page.expect_response("**/api/feedback") as sent:
        page.get_by_role("button", name="Il manque quelque chose").click()
    assert sent.value.status == 204
    assert 'cap_feedback_total{reason="incomplet",thumb="down"} 1.0' in server.metrics()


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
    expect(page.get_by_role("heading", name="Rien n’est conservé")).to_be_visible()
    expect(page.get_by_role("link", name="cdi@lycee-exemple.fr")).to_be_visible()
    page.get_by_role("link", name="Poser une question").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("e-commerce")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_accessible_and_never_wider_than_the_screen(
    server: Server, browser: Browser, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 740},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(server.url)
    expect(page.locator("#cap-box textarea")).to_be_visible(timeout=20_000)
    faults = audit(page, "before")
    ask(page, QUESTION)
    page.locator(".cap-ref").first.click()
    page.locator(".cap-down").click()
    faults += audit(page, "after")
    page.goto(server.url + "mentions")
    faults += audit(page, "mentions")
    context.close()
    assert faults == []


def audit(page: Page, moment: str) -> list[str]:
    """Return what axe finds, and whether the page scrolls sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    found = [f"{moment}: scrolls sideways"] if wide else []
    if AXE is None:
        return found
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return found + [f"{moment}: {v['id']} {json.dumps(v['nodes'][0]['target'])}"
                    for v in result["violations"]]  # fmt: skip
