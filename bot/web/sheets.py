"""Pages to read without JavaScript: jobs, guides, glossary, sources, accessibility statement.

`/fiches`, `/fiches/<id>`, `/themes/<id>`, `/glossaire`, `/sources` and `/accessibilite`, made from
the corpus with Jinja2, which escapes every text. `?extrait=<part>` marks the passage that an
answer cites. Knows neither the assistant nor its answers.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.french import a_role, capital
from bot.web.bibliography import list_sources, web_host
from bot.web.render import NBSP, TIGHT
from bot.web.shell import HERE, STATIC, static_version
from corpus.text import fold
from corpus.types import (
    FAMILIES,
    SECTIONS,
    Block,
    Corpus,
    RoleSheet,
    Salary,
    Section,
    Source,
    lower_first,
)

PROFILES = {
    "débutant": "Profil débutant",
    "confirmé": "Profil confirmé",
    "expert": "Profil expert",
    "médian": "Salaire médian",
    "tous": "Tous profils",
}
RIASEC = {
    "R": "réaliste",
    "I": "investigateur",
    "A": "artistique",
    "S": "social",
    "E": "entreprenant",
    "C": "conventionnel",
}
DESCRIPTION = 160
"""Longest description of a page, in characters: search engines show about as many."""


def sheets_router(corpus: Corpus, contact: str = "") -> APIRouter:
    """Return the pages of this corpus, with the school's contact."""
    pages = Pages(corpus, contact)
    router = APIRouter(include_in_schema=False)

    def add(path: str, endpoint: Any) -> None:
        router.add_api_route(path, endpoint, methods=["GET", "HEAD"], response_model=None)

    add("/fiches", pages.jobs)
    add("/fiches/{sheet_id:path}", pages.job)
    add("/themes", lambda: RedirectResponse("fiches#guides"))
    add("/themes/{theme_id:path}", pages.guide)
    add("/glossaire", pages.glossary)
    add("/sources", pages.sources)
    add("/accessibilite", pages.accessibility)
    return router


class Pages:
    """Draws each page from the corpus; addresses are relative, so that a prefix is possible."""

    def __init__(self, corpus: Corpus, contact: str) -> None:
        """Prepare the templates and the name of every page."""
        self._corpus = corpus
        self._names = {f"fiches/{job.id}": job_title(job) for job in corpus.roles.values()}
        self._names |= {f"themes/{theme.id}": theme.title for theme in corpus.themes.values()}
        self._names["glossaire"] = "Glossaire"
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates" / "sheets"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.filters |= {
            "amount": amount, "capital": capital, "job_title": job_title, "profile": profile,
            "runs": _runs, "unit": unit, "web": web_host,
        }  # fmt: skip
        style = (STATIC / "sheets.css").read_bytes()
        self._templates.globals |= {
            "contact": contact, "extract": "", "numbers": {}, "page_version": static_version(),
            "sheets_version": hashlib.sha256(style).hexdigest()[:10],
        }  # fmt: skip

    def jobs(self) -> Response:
        """List the jobs by family, then the guides."""
        by_title = sorted(self._corpus.roles.values(), key=lambda job: fold(job.title))
        rows = [(f, name, [j for j in by_title if j.family == f]) for f, name in FAMILIES.items()]
        guides = list(self._corpus.themes.values())
        return self._page("jobs.html", "fiches", families=[r for r in rows if r[2]], guides=guides)

    def job(self, sheet_id: str, extrait: str = "") -> Response:
        """Show one job's whole sheet."""
        job = self._corpus.roles.get(sheet_id)
        if job is None:
            return self._missing("fiches", sheet_id)
        links = {
            part: [self._corpus.roles[other] for other in others if other in self._corpus.roles]
            for part, others in (("metiers-proches", job.close), ("evolution", job.evolution))
        }
        parts = _parts(job, [part for part, others in links.items() if others])
        brief = job.section("en-bref")
        blocks = brief.blocks if brief else ()
        return self._page(
            "job.html", f"fiches/{job.id}", job=job, brief=blocks, parts=parts, links=links,
            description=_shorten(blocks), extract=extrait, family=FAMILIES[job.family],
            letters=", ".join(RIASEC.get(letter, letter) for letter in job.riasec),
            numbers=_numbers(job.sections, job.salaries), questions=_questions(job),
            riasec_term=any(term.id == "riasec" for term in self._corpus.terms),
            data=Markup(json.dumps(structured(job), ensure_ascii=False).replace("<", "\\u003c")),
        )  # fmt: skip

    def guide(self, theme_id: str, extrait: str = "") -> Response:
        """Show one guide."""
        theme = self._corpus.themes.get(theme_id)
        if theme is None:
            return self._missing("themes", theme_id)
        return self._page(
            "guide.html", f"themes/{theme.id}", theme=theme, extract=extrait,
            description=_shorten(theme.sections[0].blocks), numbers=_numbers(theme.sections),
            others=[other for other in self._corpus.themes.values() if other is not theme],
        )  # fmt: skip

    def glossary(self, extrait: str = "") -> Response:
        """List every term with its definition."""
        terms = sorted(self._corpus.terms, key=lambda term: fold(term.name))
        letters = [(k, list(g)) for k, g in groupby(terms, lambda term: _letter(term.name))]
        return self._page(
            "glossary.html", "glossaire", count=len(terms), letters=letters, extract=extrait
        )

    def sources(self) -> Response:
        """List every source of the corpus."""
        return HTMLResponse(self._sources)

    @cached_property
    def _sources(self) -> str:
        """The longest page: 70 ms to draw, 8 ms to send."""
        origins = list_sources(self._corpus, self._names)
        runs = groupby(origins, lambda origin: fold(origin.source.publisher))
        groups = [(run[0].source.publisher, run) for run in (list(run) for _, run in runs)]
        letters = [(k, list(g)) for k, g in groupby(groups, lambda group: _letter(group[0]))]
        return self._html(
            "sources.html", "sources", count=len(origins), publishers=len(groups), letters=letters
        )

    def accessibility(self) -> Response:
        """Show the draft of the accessibility statement."""
        return self._page("accessibility.html", "accessibilite")

    def _missing(self, folder: str, asked: str) -> Response:
        """Say that nothing is here, and offer the nearest names."""
        if not asked:  # the folder's own address, with a final slash
            return RedirectResponse("../fiches" if folder == "fiches" else "../fiches#guides")
        here = f"{folder}/{asked}"
        near = difflib.get_close_matches(here[:80].lower(), self._names, n=3, cutoff=0.75)
        close = [(address, self._names[address]) for address in near]
        return self._page("missing.html", here, 404, close=close)

    def _page(self, template: str, here: str, status: int = 200, /, **values: Any) -> Response:
        return HTMLResponse(self._html(template, here, found=status == 200, **values), status)

    def _html(self, template: str, here: str, /, found: bool = True, **values: Any) -> str:
        """Draw the page at this address; French spaces are set over the whole document."""
        values |= {"here": here, "root": "../" * here.count("/") or "./"}
        values["canonical"] = here.rpartition("/")[2] if found else ""
        return TIGHT.sub(NBSP, self._templates.get_template(template).render(values))


def job_title(job: RoleSheet) -> str:
    """Return both genders without repetition: "Chef ou cheffe de projet e-commerce"."""
    masculine, feminine = job.title_m.split(), lower_first(job.title_f).split()
    if fold(job.title_m) == fold(job.title_f):
        return job.title_m
    tail: list[str] = []
    while min(len(masculine), len(feminine)) > 1 and masculine[-1] == feminine[-1]:
        tail.insert(0, masculine.pop())
        feminine.pop()
    return " ".join([*masculine, "ou", *feminine, *tail])


def profile(pay: Salary) -> str:
    """Return whom the figure is about."""
    return PROFILES.get(pay.profile, capital(pay.profile))


def amount(pay: Salary) -> str:
    """Return "de 35 000 à 40 000 €", "41 000 €", "à partir de…" or "jusqu’à…"."""
    low, high = (None if n is None else _number(n) for n in (pay.low, pay.high))
    if low == high:
        return f"{low} €"
    if low is None or high is None:
        return f"à partir de {low} €" if low else f"jusqu’à {high} €"
    return f"de {low} à {high} €"


def unit(pay: Salary) -> str:
    """Return "brut par an"; a figure whose source does not say "brut" says so."""
    words = pay.unit.removeprefix("EUR ")
    return words if words.startswith("brut") else f"{words} (brut ou net : non précisé)"


def structured(job: RoleSheet) -> dict[str, Any]:
    """Describe a job as schema.org's Occupation; figures about another job are left out."""
    texts = {part.id: " ".join(block.text for block in part.blocks) for part in job.sections}
    data = {
        "@context": "https://schema.org",
        "@type": "Occupation",
        "name": job_title(job),
        "description": texts.get("en-bref"),
        "educationRequirements": job.level,
        "responsibilities": texts.get("missions"),
        "skills": texts.get("competences"),
        "occupationLocation": {"@type": "Country", "name": "France"},
        "occupationalCategory": job.rome_code and {
            "@type": "CategoryCode", "codeValue": job.rome_code, "name": job.rome_title,
            "inCodeSet": {"@type": "CategoryCodeSet", "name": "France Travail, ROME 4.0 (v460)"},
        },
        "estimatedSalary": [_salary_data(pay) for pay in job.salaries if not pay.job],
    }  # fmt: skip
    return {key: value for key, value in data.items() if value}


def _salary_data(pay: Salary) -> dict[str, Any]:
    period = "MONTH" if pay.unit.endswith("mois") else "YEAR"
    value = {"minValue": pay.low, "maxValue": pay.high, "unitText": period}
    told = f"{profile(pay)}, {unit(pay)}, {pay.source.publisher}, {pay.year or 'sans date'}"
    return {
        "@type": "MonetaryAmount", "name": told, "currency": "EUR",
        "value": {"@type": "QuantitativeValue"} | {k: v for k, v in value.items() if v},
    }  # fmt: skip


def _parts(job: RoleSheet, linked: Sequence[str]) -> list[Section]:
    """Return what follows "En bref"; a pay table or links make a section that has no text."""
    made = {*linked, *(["salaire"] if job.salaries else [])}
    sections = [
        job.section(part) or Section(part, heading, ()) for part, heading in SECTIONS.items()
    ]
    return [s for s in sections if s.id != "en-bref" and (s.blocks or s.id in made)]


def _questions(job: RoleSheet) -> list[str]:
    """Questions for the assistant: the first one for the page's main button."""
    return [
        f"Que fait {a_role(job)} dans une journée ?",
        f"Quelles études pour devenir {job.both_genders} ?",
        f"Combien gagne {a_role(job)} au début ?",
    ]


def _numbers(sections: Sequence[Section], salaries: Sequence[Salary] = ()) -> dict[Source, int]:
    """Number the sources in the order of the page."""
    cited = [source for part in sections for block in part.blocks for source in block.sources]
    found = dict.fromkeys([*cited, *(pay.source for pay in salaries)])
    return {source: number for number, source in enumerate(found, start=1)}


def _runs(blocks: Iterable[Block]) -> list[tuple[bool, list[Block]]]:
    """Group the bullets that follow each other."""
    return [(bullet, list(run)) for bullet, run in groupby(blocks, lambda block: block.bullet)]


def _letter(name: str) -> str:
    first = fold(name)[:1]
    return first.upper() if first.isalpha() else "0-9"


def _shorten(blocks: Sequence[Block]) -> str:
    """Return a description: whole words, at most DESCRIPTION characters."""
    text = " ".join(block.text for block in blocks)
    if len(text) <= DESCRIPTION:
        return text
    return text[:DESCRIPTION].rpartition(" ")[0].rstrip(" ,;:.") + "…"


def _number(value: float) -> str:
    text = f"{value:,.2f}".removesuffix(".00")
    return text.replace(",", " ").replace(".", ",")
