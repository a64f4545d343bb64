"""The full page: Gradio's chat inside our French document. The only module that imports Gradio.

Hardened (see `mount_page`): no file route, no analytics, no history in the browser, and no
conversation kept on the server. Re-check each point before raising Gradio's pin.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import gradio as gr
from fastapi import FastAPI
from gradio.state_holder import SessionState, StateHolder
from starlette.routing import Mount

from bot.types import MAX_TURNS
from bot.web.assets import AssetCache
from bot.web.render import (
    answer_html,
    draft_html,
    question_html,
    refusal_html,
    spoken,
    waiting_html,
)
from bot.web.security import GradioGate
from bot.web.service import Service
from bot.web.shell import TITLE, Shell
from corpus.errors import CapError

MAX_QUEUE = 200
"""Events waiting in Gradio's queue; the service refuses in French long before."""
MAX_HISTORY = 40_000
"""Longest conversation that the browser sends back, in characters; a body is 64 kB at most."""

Message = dict[str, Any]


def build_blocks(service: Service) -> gr.Blocks:
    """Return the chat: conversation, question, clear."""

    async def reply(
        question: str, history: list[Message], request: gr.Request
    ) -> AsyncGenerator[tuple[Any, Any], None]:
        """Yield the conversation with the answer that grows at its end; empties the box first."""
        asked = _recent(history) + [_message("user", question_html(question.strip()))]
        yield asked + [_message("assistant", waiting_html())], ""
        client = request.client.host if request.client else "inconnu"
        turns = [{"role": m["role"], "text": spoken(m["content"])} for m in asked[:-1]]
        try:
            async with aclosing(service.stream(question, turns[-MAX_TURNS:], client)) as items:
                async for item in items:
                    html = draft_html(item) if isinstance(item, str) else answer_html(item)
                    yield asked + [_message("assistant", html)], gr.skip()
        except CapError as exc:
            yield asked + [_message("assistant", refusal_html(str(exc)))], gr.skip()

    demo: gr.Blocks
    with gr.Blocks(title=TITLE, analytics_enabled=False) as demo:
        chat = gr.Chatbot(
            show_label=False,
            label="Conversation",
            elem_id="cap-chat",
            height=None,
            autoscroll=False,
            buttons=[],
            latex_delimiters=[],
            allow_tags=False,
            feedback_options=None,
            line_breaks=False,
            layout="bubble",
        )
        with gr.Column(elem_id="cap-ask"):
            box = gr.Textbox(
                label="Votre question",
                placeholder="Votre question…",
                elem_id="cap-box",
                lines=1,
                max_lines=5,
                submit_btn="Envoyer",
                html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=True),
            )
            clear = gr.Button("Effacer", elem_id="cap-clear")
        asking = box.submit(
            reply, [box, chat], [chat, box], show_progress="hidden", api_visibility="private"
        )
        clear.click(
            lambda: ([], ""), None, [chat, box],
            cancels=[asking], show_progress="hidden", api_visibility="private",
        )  # fmt: skip
    demo.queue(api_open=False, max_size=MAX_QUEUE, default_concurrency_limit=None)
    return demo


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
    shell, assistant = Shell(service.assistant.corpus), service.assistant
    mount.app = GradioGate(
        AssetCache(mount.app), lambda html, nonce: shell.rewrite(html, nonce, assistant.mode_note)
    )


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


def _recent(history: list[Message]) -> list[Message]:
    """Drop the oldest exchanges of a conversation that grows past what a request may hold."""
    kept, size = len(history), 0
    for message in reversed(history):
        size += len(str(message["content"]))
        if size > MAX_HISTORY:
            break
        kept -= 1
    return history[kept + kept % 2 :]
