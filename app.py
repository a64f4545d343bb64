"""Cap E-commerce on the web: settings, assistant, API, page, server. Wiring only.

Run with `python app.py`; it prints its address in French. Exits 1 with a French sentence when
a setting, the index or the port cannot be used.
"""

from __future__ import annotations

import os
import sys

from fastapi import FastAPI

from bot.settings import Settings
from bot.web.api import build_api
from bot.web.service import Assistant, Service
from corpus.errors import CapError


def build_app(settings: Settings, assistant: Assistant) -> FastAPI:
    """Return the whole application around a finished assistant."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported, or it phones home
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from bot.web.page import mount_page

    service = Service(assistant)
    app = build_api(settings, service)
    mount_page(app, service)
    return app
