"""The widget's files and pages as the server gives them: weight, headers, words, who may frame."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from bot.settings import Settings
from bot.web.api import build_api
from bot.web.schema import REASONS
from bot.web.service import Service
from bot.web.widget import CHECKED, FILES, FOREVER, OTHERS, SCRIPTS, add_widget
from corpus.types import SECTIONS
from tests.web_fakes import FakeAssistant

SITE = "https://www.lycee-exemple.fr"
PAGES = ("/widget.js", "/widget", "/installer", "/installer/apercu")
LAUNCHER_LIMIT, WHOLE_LIMIT = 3_000, 30_000
PARAMETERS = (
    "position", "couleur", "accueil", "suggestions", "contact", "tutoiement", "decalage", "fiche",
)  # fmt: skip


def client(*sites: str, note: str = "", contact: str = "") -> TestClient:
    """Return the API with the widget, without Gradio's page."""
    settings = Settings(data=Path("/tmp"), allowed_sites=sites, contact=contact)
    assistant = FakeAssistant(note=note)
    app = build_api(settings, Service(assistant))
    add_widget(app, settings, assistant)
    return TestClient(app)


@pytest.fixture(scope="module")
def web() -> TestClient:
    return client(SITE)


def assets(page: Response) -> list[str]:
    """Return the addresses of the files that a page asks for, without repetition."""
    found = re.findall(r'(?:src|href)="(/?widget/[0-9a-f]{12}/[^"]+)"', page.text)
    return sorted({"/" + path.lstrip("/") for path in found})


def weight(web: TestClient, path: str) -> int:
    """Count the bytes that the network carries with gzip."""
    with web.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as reply:
        assert reply.status_code == 200, path
        return len(b"".join(reply.iter_raw()))


def test_the_weight_is_kept(web: TestClient) -> None:
    style = next(path for path in assets(web.get("/widget")) if path.endswith(".css"))
    fonts = re.findall(r"url\((\w+\.woff2)\)", web.get(style).text)
    paths = {*assets(web.get("/widget")), *(style.rsplit("/", 1)[0] + "/" + f for f in fonts)}
    launcher = weight(web, "/widget.js")
    whole = launcher + weight(web, "/widget") + sum(weight(web, path) for path in paths)
    assert launcher < LAUNCHER_LIMIT
    assert whole < WHOLE_LIMIT
    assert len(paths) == 4, "one script, one style sheet, two fonts"


@pytest.mark.parametrize("path", [*PAGES, "/widget?fiche=webmaster", "/widget/0/app.js"])
def test_only_allowed_sites_may_frame(web: TestClient, path: str) -> None:
    policy = web.get(path).headers["content-security-policy"]
    assert f"frame-ancestors 'self' {SITE};" in policy
    closed = client().get(path).headers["content-security-policy"]
    assert "frame-ancestors 'self';" in closed


def test_a_site_that_is_not_allowed_is_refused_by_the_server_and_the_launcher(
    web: TestClient,
) -> None:
    assert f'"{SITE}".split(" ")' in web.get("/widget.js").text
    assert web.get("/widget.js", headers={"Origin": SITE}).status_code == 200
    refused = web.get("/widget.js", headers={"Origin": "https://mechant.example"})
    assert refused.status_code == 403
    assert "__SITES__" not in client().get("/widget.js").text


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_checked_and_not_sent_again(web: TestClient, path: str) -> None:
    first = web.get(path)
    assert first.headers["cache-control"].startswith(("no-cache", "public, max-age=3600"))
    again = web.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"]
    assert web.head(path).status_code == 200


def test_files_are_kept_for_ever_under_the_name_of_their_content(web: TestClient) -> None:
    for path in [*assets(web.get("/widget")), *assets(web.get("/installer"))]:
        assert web.get(path).headers["cache-control"] == FOREVER
    old = web.get("/widget/0123456789ab/app.js")
    assert (old.status_code, old.headers["cache-control"]) == (200, CHECKED)
    missing = web.get("/widget/0123456789ab/../secret.js")
    assert missing.status_code == 404
    assert web.get("/widget/0123456789ab/tsconfig.json").json()["erreur"].endswith(".")


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_each_encoding_gives_the_same_file(web: TestClient, encoding: str) -> None:
    with web.stream("GET", "/widget.js", headers={"Accept-Encoding": encoding}) as reply:
        raw = b"".join(reply.iter_raw())
        assert reply.headers.get("content-encoding", "identity") in (encoding, "identity")
        assert "Accept-Encoding" in reply.headers["vary"]
    plain = web.get("/widget.js").content
    if encoding == "gzip":
        assert gzip.decompress(raw) == plain
    elif encoding == "identity":
        assert raw == plain


def test_the_page_says_what_it_is(web: TestClient) -> None:
    text = re.sub(r"<[^>]+>|&nbsp;|\s+", " ", web.get("/widget").text)
    text = re.sub(r"\s+", " ", text)
    assert "Assistant automatique : il peut se tromper, vérifiez ses sources." in text
    assert "Je suis un assistant automatique, pas une personne. Je peux me tromper" in text
    assert "Données et mentions" in text


def given(page: Response) -> dict[str, object]:
    """Return the data that the server leaves in the page."""
    found = re.search(r'<script id="given" type="application/json">(.*?)</script>', page.text)
    assert found
    data = json.loads(found[1])
    assert isinstance(data, dict)
    return data


def test_the_page_carries_the_names_of_the_product() -> None:
    page = client(SITE, contact="</script><b>CDI</b>", note="Le modèle <dort>.").get("/widget")
    data = given(page)
    assert data["sections"] == SECTIONS
    assert data["reasons"] == REASONS
    assert data["contact"] == "</script><b>CDI</b>"
    assert "Le modèle &lt;dort&gt;." in page.text


def test_the_page_of_a_job_gives_questions_about_it(web: TestClient) -> None:
    page = web.get("/widget", params={"fiche": "developpeur-web", "accueil": "Bonjour"})
    assert given(page)["fiche"] == "Que fait un développeur web ou une développeuse web ?"
    assert 'data-question="Combien gagne un développeur web ou une' in page.text
    other = web.get("/widget", params={"fiche": "<script>"})
    assert other.text == web.get("/widget").text
    assert given(other)["fiche"] == ""


def test_the_installer_knows_the_jobs_and_the_sites(web: TestClient) -> None:
    page = web.get("/installer").text
    assert f"<li><code>{SITE}</code></li>" in page
    assert '<option value="developpeur-web">Développeur web ou développeuse web</option>' in page
    for tool in ("WordPress, un seul", "multisite", "Moodle", "SPIP", "PrestaShop", "Un ENT"):
        assert tool in page
    assert "<li>" not in client().get("/installer").text


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_script_the_frame_and_the_installer_share_their_names(name: str) -> None:
    launcher, options, installer, page, template = (
        (FILES / "launcher.js").read_text(),
        (FILES / "options.js").read_text(),
        (FILES / "installer.js").read_text(),
        (FILES.parent / "widget.py").read_text(),
        (FILES.parent / "templates" / "installer.html").read_text(),
    )
    assert f"options.{name}" in launcher or f'"{name}"' in launcher
    assert f"{name}:" in installer
    assert f'name="{name}"' in template
    if name not in ("position", "decalage"):  # the place of the button, which the frame ignores
        assert f'"{name}"' in options + page


def test_nothing_leads_elsewhere_or_runs_text(web: TestClient) -> None:
    for path in (*PAGES, *assets(web.get("/widget")), *assets(web.get("/installer"))):
        text = web.get(path).text
        outside = set(re.findall(r"https?://[\w.-]+", text)) - {SITE, "http://www.w3.org"}
        examples = ("lycee-exemple.fr", "ent.exemple.fr")
        assert not [url for url in outside if not url.endswith(examples)], path
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|eval\(|document\.write", text)
        assert not re.search(r"localStorage|indexedDB|document\.cookie|serviceWorker", text)
        assert not re.search(r"<[^>]+\son[a-z]+=", text), path
        assert not re.search(r"<script(?![^>]*(src=|application/json))", text), path


def test_comments_stay_here_and_code_stays_whole(web: TestClient) -> None:
    files = {name: web.get(f"/widget/0/{name}").text for name in ("app.js", *OTHERS[::3])}
    files["launcher.js"] = web.get("/widget.js").text
    for name, text in files.items():
        assert "/**" not in text and "@param" not in text, name
    assert "import" not in files["app.js"] and "export" not in files["app.js"]
    if node := shutil.which("node"):
        for name in ("app.js", "launcher.js"):
            done = subprocess.run([node, "--check", "-"], input=files[name].encode(), check=False,
                                  capture_output=True, timeout=60)  # fmt: skip
            assert done.returncode == 0, done.stderr.decode()


def test_every_script_is_served() -> None:
    alone = {"launcher.js", "installer.js", "preview.js"}
    assert {path.name for path in FILES.glob("*.js")} == {*SCRIPTS, *alone}


def test_words_follow_french_typography(web: TestClient) -> None:
    for path in ("/widget", "/installer", "/installer/apercu"):
        words = re.sub(r"<(script|pre)\b.*?</\1>|<[^>]+>", " ", web.get(path).text, flags=re.DOTALL)
        assert not re.search(r"\w'\w|\w·\w|[a-zé] [;:?!»]|« ", words), path


def test_types() -> None:
    local = FILES / "node_modules" / ".bin" / "tsc"
    tsc = str(local) if local.exists() else shutil.which("tsc")
    if tsc is None:
        pytest.skip("tsc n’est pas installé : npm install dans bot/web/widget")
    done = subprocess.run([tsc, "--project", str(FILES / "tsconfig.json")], check=False,
                          capture_output=True, timeout=120)  # fmt: skip
    assert done.returncode == 0, done.stdout.decode()
