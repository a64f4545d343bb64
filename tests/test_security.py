"""Origins, body size, headers and the allow-list of the page, on real applications."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import build_app
from bot.settings import Settings
from bot.web.api import build_api
from bot.web.security import MAX_BODY
from bot.web.service import Service
from tests.web_fakes import FakeAssistant

SITE = "https://www.lycee-exemple.fr"
CHAT = {"question": "Que fait un ou une webmestre ?"}


@pytest.fixture
def web() -> TestClient:
    settings = Settings(data=Path("/tmp"), allowed_sites=(SITE,))
    return TestClient(build_api(settings, Service(FakeAssistant())))


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("http://testserver", 200),
        ("https://testserver", 200),
        (SITE, 200),
        ("https://mechant.example", 403),
        ("http://testserver.mechant.example", 403),
        (f"{SITE}.mechant.example", 403),
        ("null", 403),
        ("", 403),
        ("http://[", 403),
    ],
)
def test_only_known_sites_may_call(web: TestClient, origin: str | None, status: int) -> None:
    headers = {} if origin is None else {"Origin": origin}
    reply = web.post("/api/chat", json=CHAT, headers=headers)
    assert reply.status_code == status
    if status == 403:
        assert "CAP_ALLOWED_SITES" in reply.json()["erreur"]
        assert "access-control-allow-origin" not in reply.headers


def test_an_allowed_site_gets_its_preflight(web: TestClient) -> None:
    asked = {
        "Origin": SITE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    reply = web.options("/api/chat", headers=asked)
    assert reply.status_code == 200
    assert reply.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in reply.headers
    refused = web.options("/api/chat", headers=asked | {"Origin": "https://mechant.example"})
    assert refused.status_code == 403


def test_every_response_carries_the_headers(web: TestClient) -> None:
    replies = [web.get("/healthz"), web.get("/api/inconnu"), web.post("/api/chat", json=CHAT)]
    replies.append(web.get("/healthz", headers={"Origin": "https://mechant.example"}))
    policies = [reply.headers["content-security-policy"] for reply in replies]
    assert all(f"frame-ancestors 'self' {SITE};" in policy for policy in policies)
    assert len(set(policies)) == len(policies), "a nonce serves once"
    for reply in replies:
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "same-origin"
        assert "camera=()" in reply.headers["permissions-policy"]
        assert "unsafe-eval" not in reply.headers["content-security-policy"]


def test_the_body_is_limited_even_without_a_length(web: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(9):
            yield b"a" * (MAX_BODY // 8)

    headers = {"Content-Type": "application/json"}
    declared = web.post("/api/chat", content=b"a" * (MAX_BODY + 1), headers=headers)
    chunked = web.post("/api/chat", content=chunks(), headers=headers)
    assert declared.status_code == chunked.status_code == 413
    assert declared.json() == chunked.json()
    assert "64 ko" in chunked.json()["erreur"]
    exact = web.post("/api/chat", content=b"a" * MAX_BODY, headers=headers)
    assert exact.status_code == 400


@pytest.fixture(scope="module")
def mounted() -> Iterator[TestClient]:
    """The whole application, page included: importing Gradio takes seconds."""
    settings = Settings(data=Path("/tmp"), allowed_sites=(SITE,))
    with TestClient(build_app(settings, FakeAssistant())) as client:
        yield client


def send(web: TestClient, data: list[object]) -> str:
    """Send an event to Gradio's queue as the page does, and return everything it answers."""
    body = {"data": data, "fn_index": 0, "session_hash": "abcdef", "trigger_id": None}
    joined = web.post("/gradio_api/queue/join", json=body)
    if joined.status_code != 200:
        return joined.text
    return web.get("/gradio_api/queue/data", params={"session_hash": "abcdef"}).text


@pytest.mark.slow
def test_the_page_answers_through_gradio(mounted: TestClient) -> None:
    assert "boutique en ligne" in send(mounted, ["Que fait un ou une webmestre ?", []])


@pytest.mark.slow
@pytest.mark.parametrize("place", [0, 1])
def test_gradio_serves_no_file_of_the_machine(mounted: TestClient, place: int) -> None:
    stolen = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    message = {"role": "user", "content": [{"type": "file", "file": stolen}]}
    reply = send(mounted, [stolen, []] if place == 0 else ["webmestre", [message]])
    assert "passwd" not in reply
    copies = re.findall(r"/[^\"\s]*gradio[^\"\s]*", reply)
    for path in ["/etc/passwd", *copies]:
        for address in (f"/gradio_api/file={path}", f"/file={path}", f"/gradio_api/file/{path}"):
            found = mounted.get(address)
            assert found.status_code == 404
            assert "root:" not in found.text


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        "/config", "/gradio_api/info", "/gradio_api/openapi.json", "/gradio_api/upload",
        "/gradio_api/call/reply", "/gradio_api/run/predict", "/gradio_api/api/predict",
        "/gradio_api/component_server", "/gradio_api/proxy=https://example.org/", "/monitoring",
        "/gradio_api/runs", "/gradio_api/app_id", "/gradio_api/token", "/login", "/manifest.json",
        "/static/ffmpeg/ffmpeg-core.js", "/assets/../index.html", "/assets/..%2f..%2findex.html",
        "/gradio_api/vibe-code", "/svelte/svelte.js", "/robots.txt", "/docs",
    ],
)  # fmt: skip
def test_gradio_answers_only_what_its_page_needs(mounted: TestClient, path: str) -> None:
    for reply in (mounted.get(path), mounted.post(path, json={})):
        assert reply.status_code == 404
        assert reply.json()["erreur"].endswith(".")


@pytest.mark.slow
def test_the_page_is_french_and_its_scripts_carry_the_nonce(mounted: TestClient) -> None:
    reply = mounted.get("/?view=api&deep_link=x")
    policy = reply.headers["content-security-policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce is not None
    inline = [tag for tag in re.findall(r"<script[^>]*>", reply.text) if " src=" not in tag]
    assert len(inline) > 3 and all(f'nonce="{nonce[1]}"' in tag for tag in inline)
    assert 'lang="fr"' in reply.text and 'lang="en"' not in reply.text
    assert 'property="og:' not in reply.text and 'name="twitter:' not in reply.text
    assert "manifest.json" not in reply.text
    assert reply.headers["cache-control"] == "no-store"
    assert "<title>Cap E-commerce" in reply.text


@pytest.mark.slow
def test_files_are_compressed_once_and_kept_by_browsers(mounted: TestClient) -> None:
    page = mounted.get("/").text
    script = re.search(r'src="\.(/assets/index-[^"]+\.js)"', page)
    assert script is not None
    sizes = set()
    for encoding in ("br", "br", "gzip", "identity"):
        reply = mounted.get(script[1], headers={"Accept-Encoding": encoding})
        assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert reply.headers.get("content-encoding", "identity") == encoding
        sizes.add(len(reply.content))
    assert len(sizes) == 1, "the same file, decoded"
    style = re.search(r'href="(statique/page\.css\?v=\w+)"', page)
    assert style is not None
    assert "immutable" in mounted.get("/" + style[1]).headers["cache-control"]
    assert mounted.get("/statique/../security.py").status_code == 404


@pytest.mark.slow
def test_gradio_refuses_other_sites_and_large_bodies(mounted: TestClient) -> None:
    evil = {"Origin": "https://mechant.example"}
    assert mounted.post("/gradio_api/queue/join", json={}, headers=evil).status_code == 403
    body = {"data": ["a" * 70_000, []], "fn_index": 0, "session_hash": "abcdef"}
    assert mounted.post("/gradio_api/queue/join", json=body).status_code == 413
