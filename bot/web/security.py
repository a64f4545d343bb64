"""Middlewares between the network and the application, in pure ASGI.

Who may call (Origin), how much (64 kB), and what the browser may do with the answer (headers).
They know addresses and headers, never questions. Behind a proxy, uvicorn's own settings decide
whom to believe about the visitor's address.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 65_536
"""Largest request body, in bytes; a full conversation of 20 turns takes about 20,000."""
KEPT = ("/assets/", "/statique/")
"""Addresses whose content never changes: they hold a digest, or the file is a font."""
IMMUTABLE = "public, max-age=31536000, immutable"
OPEN_PATHS = frozenset(
    f"/{path}"
    for path in (
        "theme.css",
        "gradio_api/queue/join",
        "gradio_api/queue/data",
        "gradio_api/cancel",
        "gradio_api/startup-events",
    )
)
OPEN_FOLDERS = (
    "/assets/",
    "/static/js/",
    "/static/fonts/",
    "/static/img/",
    "/gradio_api/heartbeat/",
)
"""What Gradio's page asks for once loaded, measured with 6.31."""
CSP = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; manifest-src 'self'; form-action 'none'; "
    "base-uri 'self'; object-src 'none'; frame-src 'self'; frame-ancestors 'self'{sites}; "
    "script-src 'self' 'nonce-{nonce}'"
)
"""'unsafe-inline' for styles only: Gradio writes style attributes. No script is inline here."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def install_security(app: FastAPI, allowed_sites: tuple[str, ...]) -> None:
    """Wrap the application; the last one added sees the request first."""
    app.add_middleware(BodyLimit)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=6)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(allowed_sites),
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type"],
        max_age=3600,
    )
    app.add_middleware(OriginGuard, allowed_sites=allowed_sites)
    app.add_middleware(ResponseHeaders, allowed_sites=allowed_sites)


class ResponseHeaders:
    """Set the security headers of every response, and a fresh nonce in the request's state."""

    def __init__(self, app: ASGIApp, allowed_sites: tuple[str, ...]) -> None:
        """Remember the sites that may frame the service."""
        self.app = app
        self._sites = "".join(f" {site}" for site in allowed_sites)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = CSP.format(sites=self._sites, nonce=nonce)
                for name, value in HEADERS.items():
                    headers[name] = value
                if scope["path"].startswith(KEPT) and message["status"] == 200:
                    headers["Cache-Control"] = IMMUTABLE
            await send(message)

        await self.app(scope, receive, send_with_headers)


class OriginGuard:
    """Refuse a request that a page of another site sends, unless the school allowed that site."""

    def __init__(self, app: ASGIApp, allowed_sites: tuple[str, ...]) -> None:
        """Remember the sites that may call the service."""
        self.app = app
        self._sites = frozenset(allowed_sites)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] in ("http", "websocket"):
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and not self._accepts(origin, headers.get("host", "")):
                refusal = refuse(
                    f"Le site {origin[:60]} n’est pas autorisé à utiliser ce service. La personne "
                    "qui le gère peut l’ajouter au réglage CAP_ALLOWED_SITES.",
                    status=403,
                )
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _accepts(self, origin: str, host: str) -> bool:
        """Compare hosts, not schemes: behind a proxy that ends TLS, ours may be unknown."""
        same = bool(host) and origin.partition("://")[2].lower() == host.lower()
        return same or origin.lower() in self._sites


class BodyLimit:
    """Read the body, at most MAX_BODY bytes of it, before the application runs."""

    def __init__(self, app: ASGIApp) -> None:
        """Take the application to protect."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await self._read(scope, receive)
        if body is None:
            refusal = refuse(
                f"La demande dépasse {MAX_BODY // 1024} ko. Raccourcissez la question ou envoyez "
                "moins de tours de parole.",
                status=413,
            )
            await refusal(scope, receive, send)
            return
        pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return pending.pop() if pending else await receive()

        await self.app(scope, replay, send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """Return the whole body, or None as soon as it is known to be too large."""
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > MAX_BODY:
            return None
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MAX_BODY:
                return None
        return body


class GradioGate:
    """Let the page's own addresses through to Gradio, and answer 404 to every other one.

    Gradio also serves files, uploads, its configuration and a schema: none of them is reachable.
    """

    def __init__(self, app: ASGIApp, rewrite: Callable[[str, str], str]) -> None:
        """Take Gradio's application, and what makes its HTML ours, given a nonce."""
        self.app = app
        self._rewrite = rewrite

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        path = scope["path"]
        if scope["type"] == "http" and path == "/":
            await self._page(scope, receive, send)
        elif scope["type"] == "http" and _is_open(path):
            await self.app(scope, receive, send)
        else:
            refusal = refuse(
                f"L’adresse {path[:60]} n’existe pas. L’accueil est à l’adresse /.", 404
            )
            await refusal(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask Gradio for its page, uncompressed and without query, and send it rewritten."""
        plain = [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]
        parts: list[Message] = []

        async def keep(message: Message) -> None:
            parts.append(message)

        await self.app({**scope, "headers": plain, "query_string": b""}, receive, keep)
        body = b"".join(part.get("body", b"") for part in parts)
        status = next(part["status"] for part in parts if part["type"] == "http.response.start")
        if status == 200:
            body = self._rewrite(body.decode(), scope["state"]["nonce"]).encode()
        page = HTMLResponse(body, status_code=status, headers={"Cache-Control": "no-store"})
        await page(scope, receive, send)


def _is_open(path: str) -> bool:
    return ".." not in path and (path in OPEN_PATHS or path.startswith(OPEN_FOLDERS))


def refuse(sentence: str, status: int) -> Response:
    """Return the French error that the API gives, from below the application."""
    return JSONResponse({"erreur": sentence}, status_code=status, headers={"Connection": "close"})
