"""Every source of the corpus once, with the pages that cite it. Pure; knows nothing of HTML.

The same page is often cited under slightly different titles: a source is known by its address,
or by publisher and title when it has none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from corpus.split import FREE_PUBLISHER
from corpus.text import fold
from corpus.types import Block, Corpus, Source


@dataclass(slots=True)
class Origin:
    """One source: the titles that it is cited under, and the pages that cite it, by address."""

    titles: Counter[Source] = field(default_factory=Counter)
    uses: dict[str, str] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        """The commonest form, with the latest year that any form gives."""
        years = [source.year for source in self.titles if source.year]
        return replace(self.titles.most_common(1)[0][0], year=max(years, default=None))


def list_sources(corpus: Corpus, names: Mapping[str, str]) -> list[Origin]:
    """Return every source, by publisher then title. `names`: address of a page -> its name."""
    found: dict[str, Origin] = {}
    for source, address in _citations(corpus):
        origin = found.setdefault(_identity(source), Origin())
        origin.titles[source] += 1
        if address in names:
            origin.uses[address] = names[address]
    return sorted(found.values(), key=lambda o: (fold(o.source.publisher), fold(o.source.title)))


def _citations(corpus: Corpus) -> Iterator[tuple[Source, str]]:
    """Yield each citation and the address of its page, "" for what has no page."""
    for blocks, address in _texts(corpus):
        for block in blocks:
            yield from ((source, address) for source in block.sources)
    for job in corpus.roles.values():
        yield from ((pay.source, f"fiches/{job.id}") for pay in job.salaries)
    for document in corpus.documents:
        yield Source(FREE_PUBLISHER, document.title), ""


def _texts(corpus: Corpus) -> Iterator[tuple[tuple[Block, ...], str]]:
    """Yield every sourced text; an answer of the bank belongs to its sheet or guide."""
    for folder, documents in (("fiches", corpus.roles), ("themes", corpus.themes)):
        for document in documents.values():
            yield from ((part.blocks, f"{folder}/{document.id}") for part in document.sections)
    for entry in corpus.bank:
        folder = "fiches" if entry.document in corpus.roles else "themes"
        yield entry.blocks, f"{folder}/{entry.document}"
    for term in corpus.terms:
        yield (term.definition,), "glossaire"


def _identity(source: Source) -> str:
    if source.url is None:
        return f"{fold(source.publisher)} {fold(source.title)}"
    return re.sub(r"^https?://(www\.)?|/$", "", source.url)


def web_host(source: Source) -> str:
    """Return the site that a source links to, without "www.", or "" when it has no safe link."""
    if not re.match(r"https?://[^\s/]", source.url or ""):
        return ""
    return urlsplit(source.url or "").netloc.removeprefix("www.")
