"""The HTTP API: questions as server-sent events, role sheets, feedback, health and metrics.

Every error is JSON, {"erreur": "une phrase en français"}, with the right status. Knows nothing of
Gradio: `build_api` gives an application that works alone, on which `page.mount_page` adds the page.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from bot.limits import TooFrequent
from bot.settings import Settings
from bot.types import Answer
from bot.web.schema import CHAT, FEEDBACK, REASONS, THUMBS
from bot.web.security import install_security
from bot.web.service import BROKEN, Items, Service
from bot.web.shell import STATIC, mentions
from corpus.errors import CapError, RefusedInput
from corpus.types import FAMILIES, Corpus, RoleSheet

STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def build_api(settings: Settings, service: Service) -> FastAPI:
    """Return the application: API routes, French errors and security middlewares."""
    app = FastAPI(
        title="Cap E-commerce",
        description="Assistant d’orientation sur les métiers du e-commerce.",
        docs_url=None,
        redoc_url=None,
    )
    app.add_exception_handler(CapError, _explain)
    app.add_exception_handler(Exception, _apologise)
    _add_chat(app, service)
    _add_sheets(app, service.assistant.corpus)
    _add_probes(app, service, settings.admin_token)
    app.add_api_route("/api/{rest:path}", _unknown, methods=METHODS, include_in_schema=False)
    app.add_api_route(
        "/mentions",
        lambda: HTMLResponse(mentions(settings.contact, settings.llm)),
        include_in_schema=False,
    )
    app.mount("/statique", StaticFiles(directory=STATIC))
    install_security(app, settings.allowed_sites)
    return app


def _add_chat(app: FastAPI, service: Service) -> None:
    @app.post("/api/chat", openapi_extra=CHAT, summary="Poser une question")
    async def chat(request: Request) -> Response:
        body = await _json_object(request, ("question", "turns"))
        items = service.stream(body.get("question"), body.get("turns"), _client(request))
        first = await anext(items)  # a refusal is raised here, while the status can still say so
        return StreamingResponse(
            _events(first, items), media_type="text/event-stream", headers=STREAM_HEADERS
        )

    @app.post("/api/feedback", openapi_extra=FEEDBACK, status_code=204, summary="Donner son avis")
    async def feedback(request: Request) -> Response:
        body = await _json_object(request, ("thumb", "reason"))
        service.admit(_client(request))
        thumb, reason = body.get("thumb"), body.get("reason")
        _one_of("thumb", thumb, THUMBS)
        if reason is not None:
            _one_of("reason", reason, tuple(REASONS))
        service.metrics.rated(str(thumb), str(reason or "aucune"))
        return Response(status_code=204)


def _add_sheets(app: FastAPI, corpus: Corpus) -> None:
    @app.get("/api/fiches", summary="Lister les fiches métiers")
    def sheets() -> list[dict[str, str]]:
        return [_summary(sheet) for sheet in corpus.roles.values()]

    @app.get("/api/fiches/{sheet_id}", summary="Lire une fiche métier et ses sources")
    def sheet(sheet_id: str) -> dict[str, Any]:
        found = corpus.roles.get(sheet_id)
        if found is None:
            raise RefusedInput(
                f"Aucune fiche ne porte l’identifiant « {sheet_id[:60]} ». "
                "La liste des fiches est à l’adresse /api/fiches.",
                status=404,
            )
        sources = {s: None for part in found.sections for b in part.blocks for s in b.sources}
        sources |= {salary.source: None for salary in found.salaries}
        return {**asdict(found), "sources": [asdict(source) for source in sources]}


def _summary(sheet: RoleSheet) -> dict[str, str]:
    return {
        "id": sheet.id,
        "title_m": sheet.title_m,
        "title_f": sheet.title_f,
        "family": sheet.family,
        "family_name": FAMILIES.get(sheet.family, ""),
        "level": sheet.level,
    }


def _add_probes(app: FastAPI, service: Service, token: str) -> None:
    @app.get("/healthz", summary="Le service est-il en vie ?")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", summary="L’index et le modèle sont-ils chargés ?")
    def readyz() -> JSONResponse:
        parts = service.assistant.ready()
        return JSONResponse(parts, status_code=200 if all(parts.values()) else 503)

    @app.get("/metrics", summary="Compteurs Prometheus")
    def metrics(request: Request) -> Response:
        if not _may_read_metrics(request, token):
            raise RefusedInput(
                "Les compteurs se lisent depuis la machine du service, ou avec l’en-tête "
                "« Authorization: Bearer … » et le jeton CAP_ADMIN_TOKEN.",
                status=403,
            )
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")


def _may_read_metrics(request: Request, token: str) -> bool:
    """Accept the token, or a direct loopback visitor: a proxied one is not on this machine."""
    given = request.headers.get("authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    try:
        local = ipaddress.ip_address(_client(request)).is_loopback
    except ValueError:
        return False
    return local and not {"x-forwarded-for", "forwarded"} & set(request.headers.keys())


async def _events(first: str | Answer, rest: Items) -> AsyncGenerator[str, None]:
    async with aclosing(rest):
        try:
            yield _event(first)
            async for item in rest:
                yield _event(item)
        except CapError as exc:
            yield _frame("erreur", {"erreur": str(exc)})


def _event(item: str | Answer) -> str:
    if isinstance(item, str):
        return _frame("text", {"text": item})
    return _frame("answer", item.to_dict())


def _frame(event: str, data: dict[str, Any]) -> str:
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


async def _json_object(request: Request, keys: tuple[str, ...]) -> dict[str, Any]:
    """Read a JSON object with no other keys than these. Raises RefusedInput."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedInput(
            f"Le corps de la demande est annoncé comme « {kind[:60] or 'sans type'} ». "
            "Envoyez du JSON avec l’en-tête « Content-Type: application/json ».",
            status=415,
        )
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise RefusedInput(
            "Le corps de la demande n’est pas du JSON correct. "
            "Vérifiez les guillemets, les virgules et l’encodage UTF-8.",
            status=400,
        ) from None
    if not isinstance(body, dict):
        raise RefusedInput("Le corps de la demande doit être un objet JSON, entre accolades.")
    unknown = [key for key in body if key not in keys]
    if unknown:
        raise RefusedInput(
            f"La clé « {unknown[0][:60]} » n’est pas connue. Clés acceptées : {', '.join(keys)}."
        )
    return body


def _one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise RefusedInput(
            f"« {name} » vaut {json.dumps(value, ensure_ascii=False)[:60]}. "
            f"Valeurs acceptées : {', '.join(allowed)}."
        )


def _client(request: Request) -> str:
    return request.client.host if request.client else "inconnu"


def _explain(_: Request, exc: Exception) -> JSONResponse:
    status = exc.status if isinstance(exc, RefusedInput) else 503
    headers = {"Retry-After": "5"} if status == 503 else {}
    if isinstance(exc, TooFrequent):
        headers = {"Retry-After": str(exc.retry_after)}
    return JSONResponse({"erreur": str(exc)}, status_code=status, headers=headers)


def _apologise(_: Request, __: Exception) -> JSONResponse:
    return JSONResponse({"erreur": BROKEN}, status_code=500)


def _unknown(request: Request) -> JSONResponse:
    """Answer what no route answers: 405 when the address exists with another method, else 404."""
    path = request.url.path
    routes = [r for r in request.app.routes if isinstance(r, APIRoute) and r.endpoint != _unknown]
    allowed = sorted({m for r in routes if r.path_regex.match(path) for m in r.methods or ()})
    if allowed:
        sentence = f"{path} ne répond pas à la méthode {request.method}. Utilisez {allowed[0]}."
        headers = {"Allow": ", ".join(allowed)}
        return JSONResponse({"erreur": sentence}, status_code=405, headers=headers)
    sentence = f"L’adresse {path[:60]} n’existe pas. La liste est à l’adresse /openapi.json."
    return JSONResponse({"erreur": sentence}, status_code=404)
