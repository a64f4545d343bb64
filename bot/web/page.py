"""The full page: Gradio's chat inside our French document. The only module that imports Gradio.

Hardened (see `mount_page`): no file route, no analytics, no history in the browser, and no
conversation kept on the server. Re-check each point before raising Gradio's pin.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from urllib.parse import parse_qs

import gradio as gr
from fastapi import FastAPI
from gradio.state_holder import SessionState, StateHolder
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.types import MAX_TURNS, Answer
from bot.web.assets import AssetCache
from bot.web.render import (
    FORGOTTEN,
    answer_html,
    draft_html,
    is_care,
    is_finished,
    is_waiting,
    question_html,
    reading_pages,
    refusal_html,
    spoken,
    stopped_html,
    waiting_html,
)
from bot.web.security import GradioGate
from bot.web.service import Assistant, Service
from bot.web.shell import TITLE, Shell, job_questions
from corpus.errors import CapError

MAX_QUEUE = 200
"""Events waiting in Gradio's queue; the service refuses in French long before."""
MAX_HISTORY = 36_000
"""Longest conversation kept when a question comes, in characters of HTML: seven usual exchanges.

The longest answer (three jobs compared, 15 sources) adds 19,000, and the next request must hold
both in 64 kB; JSON in UTF-8 adds 6 to 11 %.
"""
MAX_TYPED = 2_000
"""Longest text that the box takes: past MAX_QUESTION the service says so, a body stays small."""

Message = dict[str, Any]


class Chat:
    """What happens when a visitor sends a question, stops the answer or clears the conversation."""

    def __init__(self, service: Service) -> None:
        """Take the service that answers."""
        self._service = service
        self._readings = reading_pages(service.assistant.corpus)

    async def reply(
        self, question: str | None, history: list[Message] | None, request: gr.Request
    ) -> AsyncGenerator[tuple[Any, Any, Any], None]:
        """Yield the conversation with the answer that grows at its end; empty the box at once.

        The browser sends the conversation, so its roles and texts may be forged: the service
        refuses what is not a turn.
        """
        kept = _recent(history or [])
        asked = [*kept, _message("user", question_html((question or "").strip()))]
        forgotten = FORGOTTEN if len(kept) < len(history or []) else gr.skip()
        yield [*asked, _message("assistant", waiting_html())], "", forgotten
        turns = [*self._opening(request), *_turns(kept)]
        client = request.client.host if request.client else "inconnu"
        items = self._service.stream(question or "", turns[-MAX_TURNS:], client)
        try:
            async with aclosing(items):
                async for item in items:
                    html = self._drawn(item)
                    yield [*asked, _message("assistant", html)], gr.skip(), gr.skip()
        except CapError as exc:
            html = refusal_html(str(exc))
            yield [*asked, _message("assistant", html)], gr.skip(), gr.skip()

    def stop(self, history: list[Message] | None) -> list[Message]:
        """Keep what the browser shows of an answer, with a note; a whole answer is left alone."""
        *before, last = history or [_message("assistant", "")]
        if is_finished(last["content"]):
            return [*before, last]
        if last["role"] == "user":  # stopped before the server's first word
            return [*before, last, _message("assistant", stopped_html(""))]
        text = "" if is_waiting(last["content"]) else spoken(last["content"])
        return [*before, _message("assistant", stopped_html(text))]

    def clear(self) -> tuple[list[Message], str, str]:
        """Return an empty conversation, an empty box and no remark."""
        return [], "", ""

    def _drawn(self, item: str | Answer) -> str:
        return draft_html(item) if isinstance(item, str) else answer_html(item, self._readings)

    def _opening(self, request: gr.Request) -> list[dict[str, str]]:
        """The job that the page was opened on (`/?fiche=…`), as a first turn: "et le salaire ?"."""
        sheet = self._service.assistant.corpus.roles.get(request.query_params.get("fiche", ""))
        return [{"role": "user", "text": job_questions(sheet)[0]}] if sheet else []


def build_blocks(service: Service) -> gr.Blocks:
    """Return Gradio's part of the page: conversation, question, stop, clear."""
    chat = Chat(service)
    demo: gr.Blocks
    with gr.Blocks(title=TITLE, analytics_enabled=False) as demo:
        remark = gr.Markdown(elem_id="cap-remark")  # not gr.HTML, which evaluates scripts
        talk = _conversation()
        with gr.Column(elem_id="cap-ask"):
            box = _question_box()
            clear = gr.Button("Effacer", elem_id="cap-clear")
        hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking = box.submit(chat.reply, [box, talk], [talk, box, remark], **hidden)
        box.stop(chat.stop, talk, talk, cancels=[asking], **hidden)
        clear.click(chat.clear, None, [talk, box, remark], cancels=[asking], **hidden)
    demo.queue(api_open=False, max_size=MAX_QUEUE, default_concurrency_limit=None)
    return demo


def _conversation() -> gr.Chatbot:
    return gr.Chatbot(
        label="Conversation",
        show_label=False,
        elem_id="cap-chat",
        height=None,
        autoscroll=False,  # page.js puts the question, not the end of the answer, in sight
        buttons=[],
        latex_delimiters=[],
        allow_tags=False,
        feedback_options=None,
        line_breaks=False,
        layout="bubble",
    )


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        label="Votre question",
        placeholder="Votre question…",
        elem_id="cap-box",
        lines=1,
        max_lines=5,
        max_length=MAX_TYPED,
        submit_btn="Envoyer",
        stop_btn="Arrêter",
        html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=True),
    )


def mount_page(app: FastAPI, service: Service) -> None:
    """Add the page at "/" of an application that already has its own routes."""
    demo = build_blocks(service)
    gr.mount_gradio_app(
        app, demo, path="/", theme=gr.themes.Base(font="Figtree", font_mono="monospace"),
        footer_links=[], run_history=False, show_error=False, allowed_paths=[],
        max_file_size="1kb", enable_monitoring=False, mcp_server=False, ssr_mode=False,
        pwa=False,
    )  # fmt: skip
    demo.has_launched = True  # else a mounted app does not check the files that it copies
    mount = app.routes[-1]
    if not isinstance(mount, Mount):
        raise RuntimeError("Gradio no longer mounts its application last")
    mount.app.state_holder = ForgetfulSessions(demo)  # type: ignore[attr-defined]
    mount.app = Front(AssetCache(mount.app), service.assistant)


class Front:
    """Dresses Gradio's page in ours, open on a job when its address says `?fiche=<id>`."""

    def __init__(self, app: ASGIApp, assistant: Assistant) -> None:
        """Take Gradio's application and what the page shows of the assistant."""
        self._app = app
        self._assistant = assistant
        self._shell = Shell(assistant.corpus)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["path"] == "/gradio_api/reset":  # asked after a stop; Gradio 6.31 does nothing
            await Response(status_code=204)(scope, receive, send)
            return
        fiche = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("fiche", [""])[0]

        def rewrite(html: str, nonce: str) -> str:
            return self._shell.rewrite(html, nonce, self._assistant.mode_note, fiche)

        await GradioGate(self._app, rewrite)(scope, receive, send)


class ForgetfulSessions(StateHolder):
    """Keeps nothing: Gradio's own holder keeps each visitor's last messages in memory.

    Nothing here needs a session: the browser sends the conversation with each question.
    """

    def __init__(self, blocks: gr.Blocks) -> None:
        """Take the place of the holder of these blocks."""
        super().__init__()  # type: ignore[no-untyped-call]
        self.set_blocks(blocks)

    def __getitem__(self, session_id: str) -> SessionState:
        """Return a new session each time."""
        return SessionState(self.blocks)


def _message(role: str, html: str) -> Message:
    return {"role": role, "content": html}


def _turns(history: list[Message]) -> list[dict[str, str]]:
    """Return what was said; a call for help and its card are told to nobody again."""
    turns: list[dict[str, str]] = []
    for message in history:
        if is_care(message["content"]):
            turns = turns[:-1]
        else:
            turns.append({"role": message["role"], "text": spoken(message["content"])})
    return turns


def _recent(history: list[Message]) -> list[Message]:
    """Drop the oldest exchanges of a conversation that grows past what a request may hold."""
    kept, size = len(history), 0
    for message in reversed(history):
        size += len(str(message["content"]))
        if size > MAX_HISTORY:
            break
        kept -= 1
    return history[kept + kept % 2 :]
