"""Cap E-commerce on the web: settings, assistant, API, page, server. Wiring only.

Run with `python app.py`; it prints its address in French. Exits 1 with a French sentence when a
setting, the index or the port cannot be used.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys

import uvicorn
from fastapi import FastAPI

from bot.settings import Settings
from bot.web.api import build_api
from bot.web.service import Assistant, Service
from bot.web.sheets import sheets_router
from bot.web.widget import add_widget
from corpus.errors import CapError

QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",  # else the server calls two other hosts
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",  # else it keeps 10,000 events and, at each answer,
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",  # makes a pandas table of them
}
"""Read by Gradio when it is imported and when its queue is made."""


def build_app(settings: Settings, assistant: Assistant) -> FastAPI:
    """Return the whole application around a finished assistant."""
    os.environ.update(QUIET)
    from bot.web.page import mount_page

    service = Service(assistant)
    app = build_api(settings, service)
    app.include_router(sheets_router(assistant.corpus, settings.contact))
    add_widget(app, settings, assistant)
    mount_page(app, service)
    return app


def main() -> int:
    """Serve until interrupted; return the exit code."""
    try:
        settings = Settings.from_env()
        listener = _listen(settings.host, settings.port)
        from bot.chain import Assistant as Chain

        app = build_app(settings, Chain.open(settings))
    except CapError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    sys.stdout.write(
        f"Cap E-commerce répond à l’adresse http://{shown}:{port}/ (Ctrl+C : arrêt).\n"
    )
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(_server_config(app)).run(sockets=[listener])
    return 0


def _server_config(app: FastAPI) -> uvicorn.Config:
    """One process, since Gradio's queue lives in it; no access log, which would hold addresses."""
    return uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before the long loading, so that a port in use is said at once."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=256)
    except OSError as exc:
        raise CapError(
            f"Le service ne peut pas écouter sur {host}, port {port} : cette adresse est déjà "
            "utilisée ou n’est pas permise. Choisissez un autre port avec CAP_PORT."
        ) from exc


if __name__ == "__main__":
    sys.exit(main())
