"""The pages to read, drawn from the whole corpus and from a hostile one."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from fastapi.testclient import TestClient

from bot.settings import Settings
from bot.web.api import build_api
from bot.web.bibliography import list_sources
from bot.web.service import Service
from bot.web.sheets import amount, job_title, sheets_router, unit
from corpus.load import HERE, load_corpus
from corpus.types import (
    Block,
    Corpus,
    FreeDocument,
    RoleSheet,
    Salary,
    Section,
    Source,
    Term,
    Theme,
)
from tests.web_fakes import ONISEP, FakeAssistant, sheet

CONTACT = "cdi@lycee-exemple.fr"
VOID = {"meta", "link", "img", "br"}
ROLES = sorted(path.stem for path in (HERE / "fiches").glob("*.md"))
THEMES = sorted(path.stem for path in (HERE / "themes").glob("*.md"))
EVIL = "<script>alert('x')</script>"


class Html(HTMLParser):
    """A page as a browser would read it: ids, links, text; refuses unbalanced tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[dict[str, str]] = []
        self.tags: list[str] = []
        self.words: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values] if tag == "a" else []
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in {*self._open}:
            self.words[tag] = self.words.get(tag, "") + data

    def text(self, tag: str = "main") -> str:
        return " ".join(self.words.get(tag, "").replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus()


@pytest.fixture(scope="module")
def web(corpus: Corpus) -> TestClient:
    return client(corpus)


def client(corpus: Corpus, contact: str = CONTACT) -> TestClient:
    app = build_api(Settings(data=Path("/tmp"), contact=contact), Service(FakeAssistant()))
    app.include_router(sheets_router(corpus, contact))
    return TestClient(app)


def read(web: TestClient, path: str, status: int = 200) -> Html:
    """Read a page and check what every page owes: French, one title, safe links, no script."""
    reply = web.get(path)
    assert reply.status_code == status
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in reply.headers["content-security-policy"]
    assert '<html lang="fr">' in reply.text
    page = Html(reply.text)
    assert page.tags.count("h1") == 1 and page.text("h1")
    assert page.text("title").endswith("– Cap E-commerce")
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        href = link["href"]
        assert ":" not in urlsplit(href).path or href.startswith(("http", "mailto:"))
        assert "target" not in link
        assert not href.startswith("#") or href[1:] in page.ids
        assert not href.startswith("http") or link["rel"] == "noopener"
    assert page.tags.count("script") == reply.text.count('<script type="application/ld+json">')
    return page


@pytest.mark.parametrize("role", ROLES)
def test_every_job_has_its_page(web: TestClient, corpus: Corpus, role: str) -> None:
    job, page = corpus.roles[role], read(web, f"/fiches/{role}")
    heading = page.text("h1").lower().split()
    assert {*job.title_m.lower().split(), *job.title_f.lower().split()} <= {*heading}
    assert {part.id for part in job.sections} <= set(page.ids)
    credit = "Source : France Travail, ROME 4.0 (v460), Licence Ouverte"
    assert (credit in page.text() and job.rome_code in page.text()) == bool(job.rome_code)
    for part in job.sections:
        assert all(" ".join(block.text.split()) in page.text() for block in part.blocks)
    rows = page.text("table")
    for pay in job.salaries:
        assert amount(pay) in rows and pay.source.publisher in rows and pay.job in rows
        assert str(pay.year or "non précisée") in rows
    cited = {source for part in job.sections for b in part.blocks for source in b.sources}
    cited |= {pay.source for pay in job.salaries}
    assert sum(name.startswith("source-") for name in page.ids) == len(cited)
    assert {*job.close, *job.evolution} <= {link["href"] for link in page.links}
    questions = [link["href"] for link in page.links if "?q=" in link["href"]]
    assert len(questions) == 3 and all(parse_qs(urlsplit(q).query)["q"] for q in questions)


@pytest.mark.parametrize("role", ROLES)
def test_every_job_describes_itself_to_search_engines(
    web: TestClient, corpus: Corpus, role: str
) -> None:
    html = web.get(f"/fiches/{role}").text
    data = json.loads(html.partition('ld+json">')[2].partition("</script>")[0])
    assert data["@type"] == "Occupation" and data["name"] == job_title(corpus.roles[role])
    assert data["description"]
    own = [pay for pay in corpus.roles[role].salaries if not pay.job]
    assert len(data.get("estimatedSalary", [])) == len(own)
    assert f'<link rel="canonical" href="{role}">' in html
    assert 20 < len(html.partition('name="description" content="')[2].partition('"')[0]) < 175


@pytest.mark.parametrize("theme", THEMES)
def test_every_guide_has_its_page(web: TestClient, corpus: Corpus, theme: str) -> None:
    page = read(web, f"/themes/{theme}")
    assert page.text("h1") == corpus.themes[theme].title
    assert {part.id for part in corpus.themes[theme].sections} <= set(page.ids)


def test_links_between_pages_lead_somewhere(web: TestClient) -> None:
    seen: set[str] = set()
    for path in ("/fiches", "/glossaire", "/sources", "/accessibilite", "/fiches/ux-designer"):
        inside = (link["href"] for link in read(web, path).links if "//" not in link["href"])
        for href in inside:
            seen.add(urljoin(path, href).partition("#")[0].partition("?")[0])
    seen = {path for path in seen if path != "/" and not path.startswith("mailto:")}
    assert len(seen) >= len(ROLES) + len(THEMES)
    assert [path for path in seen if web.get(path).status_code != 200] == []


def test_lists_are_complete(web: TestClient, corpus: Corpus) -> None:
    jobs = {link["href"] for link in read(web, "/fiches").links}
    assert {f"fiches/{role}" for role in ROLES} | {f"themes/{t}" for t in THEMES} <= jobs
    assert {term.id for term in corpus.terms} <= set(read(web, "/glossaire").ids)
    sources = {link["href"] for link in read(web, "/sources").links}
    urls = {s.url for term in corpus.terms for s in term.definition.sources if s.url}
    hosts = {urlsplit(url).netloc.removeprefix("www.") for url in urls}
    assert hosts <= {urlsplit(href).netloc.removeprefix("www.") for href in sources}


def test_a_citation_marks_its_passage_and_nothing_else(web: TestClient) -> None:
    marked = read(web, "/fiches/ux-designer?extrait=salaire")
    assert marked.text().count("Passage cité par l’assistant") == 1
    assert marked.tags.count("mark") > 0
    assert "canonical" not in marked.text("head")
    assert read(web, "/fiches/ux-designer?extrait=en-bref").tags.count("mark") > 0
    assert read(web, "/glossaire?extrait=seo").tags.count("mark") == 1
    for hostile in ("inconnu", EVIL, "sources"):
        page = read(web, f"/fiches/ux-designer?extrait={hostile}")
        assert page.tags.count("mark") == 0 and hostile not in page.text("head")


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/fiches/developeur-web", "../fiches/developpeur-web"),
        ("/fiches/a/b/c", ""),
        ("/themes/alternances", "../themes/alternance"),
        (f"/fiches/{EVIL}", ""),
    ],
)
def test_an_unknown_page_says_so_and_shows_the_way_back(
    web: TestClient, path: str, near: str
) -> None:
    page = read(web, path, 404)
    assert page.text("h1") == "Page introuvable"
    links = [link["href"] for link in page.links]
    assert urljoin(path, next(href for href in links if href.endswith("fiches"))) == "/fiches"
    assert not near or near in links
    assert 'name="robots" content="noindex"' in web.get(path).text


@pytest.mark.parametrize(
    ("path", "target"),
    [("/fiches/", "/fiches"), ("/themes", "/fiches#guides"), ("/themes/", "/fiches#guides")],
)
def test_folders_lead_to_the_list(web: TestClient, path: str, target: str) -> None:
    reply = web.get(path, follow_redirects=False)
    assert reply.status_code == 307
    assert urljoin(path, reply.headers["location"]) == target


def test_head_requests_are_answered(web: TestClient) -> None:
    assert web.head("/fiches/ux-designer").status_code == 200


def hostile() -> Corpus:
    """Return a corpus whose every text tries to leave its place."""
    trap = Source(EVIL, EVIL, "javascript:alert(1)", 2025)
    block = Block(f'{EVIL} & "guillemets" {{{{ 7 * 7 }}}}', (trap, ONISEP), bullet=True)
    job = replace(
        sheet("piege", EVIL, f"{EVIL} bis", "design"),
        level=EVIL, rome_code="<b>", rome_title=EVIL, riasec=(EVIL,), close=("inconnu",),
        salaries=(Salary("débutant", 1000, None, "EUR brut par mois", None, trap, EVIL),),
        sections=(Section("en-bref", EVIL, (block,)), Section("missions", EVIL, (block,))),
    )  # fmt: skip
    return Corpus(
        roles={"piege": job},
        themes={"theme": Theme("theme", EVIL, (), (Section("x", EVIL, (block,)),))},
        terms=(Term("mot", EVIL, (), block),),
        documents=(FreeDocument(EVIL, EVIL, (EVIL,)),),
    )


@pytest.mark.parametrize(
    "path", ["/fiches", "/fiches/piege", "/themes/theme", "/glossaire", "/sources"]
)
def test_texts_stay_texts(path: str) -> None:
    web = client(hostile(), contact=EVIL)
    page = read(web, path)
    html = web.get(path).text
    assert "<script>" not in html and "javascript:" not in html.lower() and "49" not in page.text()
    assert "alert('x')" in page.text()
    assert EVIL in page.text("footer")
    if path == "/fiches/piege":
        data = json.loads(html.partition('ld+json">')[2].partition("</script>")[0])
        assert data["educationRequirements"] == EVIL


def test_a_corpus_without_guides_or_terms_still_has_pages() -> None:
    web = client(FakeAssistant().corpus, contact="")
    for path in ("/fiches", "/glossaire", "/sources", "/fiches/webmaster", "/accessibilite"):
        read(web, path)


def test_the_statement_names_the_contact(web: TestClient) -> None:
    page = read(web, "/accessibilite")
    assert {f"mailto:{CONTACT}", "./mentions"} <= {link["href"] for link in page.links}
    assert "non conforme" in page.text() and "Défenseur des droits" in page.text()


def test_one_source_under_several_titles_is_listed_once() -> None:
    forms = [Source("Onisep", title, "https://onisep.fr/a", year) for title, year in
             (("Fiche", None), ("Fiche métier", 2025), ("Fiche", None))]  # fmt: skip
    forms[1] = replace(forms[1], url="http://www.onisep.fr/a/")
    jobs = {
        name: replace(sheet(name, name, name, "design"),
                      sections=(Section("missions", "Missions", (Block("Texte.", (form,)),)),))
        for name, form in zip("abc", forms, strict=True)
    }  # fmt: skip
    found = list_sources(Corpus(jobs, {}), {"fiches/a": "A", "fiches/b": "B", "fiches/c": "C"})
    assert [origin.source for origin in found] == [replace(forms[0], year=2025)]
    assert found[0].uses == {"fiches/a": "A", "fiches/b": "B", "fiches/c": "C"}


@pytest.mark.parametrize(
    ("masculine", "feminine", "both"),
    [
        ("Développeur web", "Développeuse web", "Développeur ou développeuse web"),
        ("Chef de projet e-commerce", "Cheffe de projet e-commerce",
         "Chef ou cheffe de projet e-commerce"),
        ("Webmaster", "Webmaster", "Webmaster"),
        ("UX designer", "UX designer", "UX designer"),
        ("Acheteur", "Acheteuse", "Acheteur ou acheteuse"),
    ],
)  # fmt: skip
def test_titles_name_both_genders(masculine: str, feminine: str, both: str) -> None:
    job: RoleSheet = sheet("x", masculine, feminine, "design")
    assert job_title(job) == both


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (35000, 40000, "de 35 000 à 40 000 €"),
        (1766.92, 1766.92, "1 766,92 €"),
        (2830, None, "à partir de 2 830 €"),
        (None, 520, "jusqu’à 520 €"),
    ],
)
def test_amounts_are_written_in_french(low: float | None, high: float | None, words: str) -> None:
    pay = Salary("débutant", low, high, "EUR par an", 2025, ONISEP)
    assert amount(pay) == words
    assert unit(pay) == "par an (brut ou net : non précisé)"
    assert unit(replace(pay, unit="EUR brut par mois")) == "brut par mois"
