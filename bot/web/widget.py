"""The widget for schools' sites: its launcher, its page, and the page that installs it.

Every file is read, stripped of comments and compressed once, at start: a request is a lookup.
Addresses hold a digest of the files, so that browsers keep them for ever; /widget.js, whose
address cannot change, and the pages are checked again by ETag. Knows nothing of answers: the
widget talks to the HTTP API like anyone else.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from bot.french import a_role, of_a_role, titles
from bot.settings import Settings
from bot.web.render import typeset
from bot.web.schema import REASONS
from bot.web.service import Assistant
from bot.web.shell import EXAMPLES, HERE, static_version
from corpus.text import fold
from corpus.types import SECTIONS, Corpus, RoleSheet, lower_first

FILES = HERE / "widget"
KINDS = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}
SCRIPTS = (
    "dom.js", "options.js", "markdown.js", "api.js", "memory.js", "view.js", "main.js",
)  # fmt: skip
"""The widget's script, in the order of its imports: put end to end as app.js."""
OTHERS = (
    "widget.css", "figtree.woff2", "bricolage.woff2", "installer.css", "installer.js", "preview.js",
)  # fmt: skip

FOREVER = "public, max-age=31536000, immutable"
CHECKED = "no-cache"
LAUNCHER = "public, max-age=3600, stale-while-revalidate=86400"
"""A host page waits for no check; a new version reaches everyone within a day."""
VARIANTS = 128
"""Pages kept compressed: one for each role sheet and state of the model, about 8 kB each."""

COMMENT = re.compile(
    r"/\*\*(?:(?!\*/).)*\*/ ?|^\s*/\*(?:(?!\*/).)*\*/|^\s*//[^\n]*$", re.MULTILINE | re.DOTALL
)
"""Types anywhere, other comments that fill their line: the files keep to that."""
MARGIN = re.compile(r"^\s+|[ \t]+$", re.MULTILINE)
SPACED = re.compile(r" *([{};,]) *|(:) ")
"""Spaces that a style sheet does without."""
MODULE = re.compile(r"^import [^;]*;$|^export ", re.MULTILINE)
"""What is left out when the scripts are put end to end: one request instead of seven."""

Endpoint = Callable[[Request], Awaitable[Response]]


class Asset:
    """Bytes with their type and digest, in each encoding that a browser may ask for."""

    def __init__(self, body: bytes, kind: str, cache: str) -> None:
        """Compress once, as hard as possible."""
        self.kind = kind
        self.cache = cache
        self.etag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
        self.bodies = {"identity": body}
        if not kind.startswith("font/"):
            self.bodies["gzip"] = gzip.compress(body, 9, mtime=0)
            if brotli := _brotli():
                self.bodies["br"] = brotli(body)

    def reply(self, request: Request, cache: str = "") -> Response:
        """Return the best encoding that the browser reads, or 304 when it has these bytes."""
        headers = {
            "Cache-Control": cache or self.cache,
            "Cross-Origin-Resource-Policy": "cross-origin",  # other sites load /widget.js
            "ETag": self.etag,
            "Vary": "Accept-Encoding",
        }
        if self.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        accepted = request.headers.get("accept-encoding", "")
        encoding = next((e for e in ("br", "gzip") if e in self.bodies and e in accepted), None)
        if encoding:
            headers["Content-Encoding"] = encoding
        body = self.bodies[encoding or "identity"]
        return Response(body, media_type=self.kind, headers=headers)


class Widget:
    """Every file and page of the widget for one running service."""

    def __init__(self, settings: Settings, corpus: Corpus) -> None:
        """Read the files; the pages are drawn when they are first asked for."""
        self._settings = settings
        self._corpus = corpus
        sources = {name: _read(FILES / name) for name in OTHERS}
        sources["app.js"] = _end_to_end(_read(FILES / name).decode() for name in SCRIPTS)
        self.version = hashlib.sha256(b"".join(sources.values())).hexdigest()[:12]
        self.files = {
            name: Asset(body, KINDS[Path(name).suffix], FOREVER) for name, body in sources.items()
        }
        sites = " ".join(settings.allowed_sites).encode()
        script = _read(FILES / "launcher.js").replace(b"__SITES__", sites)
        self.launcher = Asset(script, KINDS[".js"], LAUNCHER)
        self.page = lru_cache(VARIANTS)(self._page)
        self.installer = self._installer()
        self.preview = self._drawn("preview.html")

    def _page(self, role_id: str, note: str) -> Asset:
        """Draw /widget for the page of a role (or none), with a note about the model (or none)."""
        role = self._corpus.roles.get(role_id)
        questions = _questions(role) if role else EXAMPLES
        given = {
            "sections": SECTIONS,
            "reasons": REASONS,
            "fiche": questions[0] if role else "",
            "contact": self._settings.contact,
        }
        return self._drawn(
            "widget.html",
            examples="".join(map(_example, questions)),
            note=f" {escape(note)}" if note else "",
            given=json.dumps(given, ensure_ascii=False).replace("<", "\\u003c"),
        )

    def _installer(self) -> Asset:
        sites = "".join(f"<li><code>{escape(s)}</code></li>" for s in self._settings.allowed_sites)
        roles = sorted(self._corpus.roles.values(), key=lambda role: fold(role.title))
        options = (f'<option value="{escape(r.id)}">{escape(titles(r))}</option>' for r in roles)
        return self._drawn(
            "installer.html", sites=sites, roles="".join(options), style=static_version()
        )

    def _drawn(self, template: str, **values: str) -> Asset:
        text = (HERE / "templates" / template).read_text(encoding="utf-8")
        html = Template(text).substitute(values, version=self.version)
        return Asset(MARGIN.sub("", html).encode(), "text/html", CHECKED)


def add_widget(app: FastAPI, settings: Settings, assistant: Assistant) -> None:
    """Add the widget's addresses; the security middlewares decide who may frame them."""
    widget = Widget(settings, assistant.corpus)

    async def page(request: Request) -> Response:
        role = request.query_params.get("fiche", "")
        known = role if role in assistant.corpus.roles else ""
        return widget.page(known, assistant.mode_note).reply(request)

    async def file(request: Request) -> Response:
        found = widget.files.get(request.path_params["name"])
        if found is None:
            return JSONResponse({"erreur": "Ce fichier du widget n’existe pas."}, status_code=404)
        current = request.path_params["version"] == widget.version
        return found.reply(request, FOREVER if current else CHECKED)

    routes: dict[str, Endpoint] = {
        "/widget.js": _always(widget.launcher),
        "/widget": page,
        "/widget/{version}/{name}": file,
        "/installer": _always(widget.installer),
        "/installer/apercu": _always(widget.preview),
    }
    for path, endpoint in routes.items():
        app.add_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)


def _always(asset: Asset) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return asset.reply(request)

    return endpoint


def _read(path: Path) -> bytes:
    """Return a file as it is served: without comments and margins, which are for us."""
    body = path.read_bytes()
    if path.suffix not in (".js", ".css"):
        return body
    text = MARGIN.sub("", COMMENT.sub("", body.decode()))
    if path.suffix == ".css":
        text = SPACED.sub(lambda found: found[1] or found[2], text)
    return text.encode()


def _end_to_end(modules: Iterable[str]) -> bytes:
    """Return the modules as one script with a scope of its own; no two may share a name."""
    body = "\n".join(MODULE.sub("", text) for text in modules)
    return MARGIN.sub("", f'(()=>{{"use strict";\n{body}\n}})()').encode()


def _brotli() -> Callable[[bytes], bytes] | None:
    """Return Brotli's compressor where Gradio brought it: 12 % smaller than gzip."""
    try:
        compress: Callable[[bytes], bytes] = importlib.import_module("brotli").compress
    except ImportError:
        return None
    return compress


def _questions(role: RoleSheet) -> tuple[str, ...]:
    """The examples of a page about one job; the first says which job the page is about."""
    return (
        f"Que fait {a_role(role)} ?",
        f"Quelles études pour devenir {lower_first(titles(role))} ?",
        f"Combien gagne {a_role(role)} au début ?",
        f"À quoi ressemble une journée {of_a_role(role)} ?",
    )


def _example(question: str) -> str:
    return (
        f'<li><button class="asks-it" type="button" data-question="{escape(question)}">'
        f"{typeset(question)}</button></li>"
    )
