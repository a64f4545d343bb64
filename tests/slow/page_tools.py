"""The page's server with a small assistant, and how a test asks a question there."""

from __future__ import annotations

import re
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Page, expect

from app import build_app
from bot.phrases import DISTRESS
from bot.settings import Settings
from bot.types import Answer, Citation, Turn
from tests.slow.browser import CONTACT, Served
from tests.web_fakes import ONISEP, FakeAssistant

STORED = """async () => [
    document.cookie, Object.keys(localStorage), Object.keys(sessionStorage),
    (await indexedDB.databases()).length, (await caches.keys()).length,
]"""
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


class Server(Served):
    """The whole application with a small assistant."""

    def __init__(self) -> None:
        """Serve it on a free port."""
        self.fake = PageAssistant()
        super().__init__(build_app(Settings(data=Path("/tmp"), contact=CONTACT), self.fake))

    def thumbs(self) -> dict[str, float]:
        """Read how many thumbs were counted, by "thumb reason"."""
        with urllib.request.urlopen(self.url + "metrics", timeout=5) as reply:
            found = re.findall(
                r'cap_feedback_total{reason="(.*)",thumb="(.*)"} (\S+)', str(reply.read(), "utf-8")
            )
        return {f"{thumb} {reason}": float(count) for reason, thumb, count in found}


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
