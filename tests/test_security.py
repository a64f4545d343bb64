"""Origins, body size, headers and the allow-list of the page, on real applications."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

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
