"""Answers as the page shows them: safe Markdown, then sources, suggestions and actions as HTML.

Every text comes from outside (documents, models, browsers): tags and images are removed from
Markdown, everything put in HTML is escaped. Gradio's own sanitiser then drops data-* and aria-*
attributes, so classes carry the meaning and page.js adds the rest. `spoken` is the way back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape, unescape
from itertools import groupby
from urllib.parse import quote

from bot.french import titles
from bot.types import Answer, Citation
from corpus.types import SECTIONS, Corpus, Source

NBSP = "\N{NO-BREAK SPACE}"
RATED = ("answer", "abstain", "decline")
"""Kinds of answers that can be copied and rated; a card about distress never is."""

TAG = re.compile(r"<[!/?]?[A-Za-z-][^<>]*>")
MARK = re.compile(r"\[(\d{1,2})\](?![(:])")
MARK_BUTTON = re.compile(r'<button class="cap-ref"[^>]*>(\d+)</button>')
BODY = re.compile(r'<div class="cap-answer[^>]*>\n\n(.*?)\n\n</div>', re.DOTALL)
CARE = "cap-care"
"""Class of the card for someone in distress: nothing around it, and never sent to the assistant."""
STOPPED = f"Réponse arrêtée à votre demande{NBSP}: elle n’est pas complète."
STOPPED_EARLY = "Réponse arrêtée à votre demande, avant le premier mot."
FORGOTTEN = "Les échanges les plus anciens ont quitté l’écran, pour que la page reste rapide."
TIGHT = re.compile(r"(?<=«) | (?=[;?!»%€]|:(?!-))|(?<=\d) (?=\d{3}\b|h\b)")
"""Spaces that French never breaks; the ":" of a table's ruler is left alone."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where visitors read a whole document: address, words of the link, name of each section."""

    address: str
    link: str
    title: str
    sections: Mapping[str, str]


Readings = Mapping[str, Reading]
"""Document id -> its page; the school's own documents have none."""


def reading_pages(corpus: Corpus) -> Readings:
    """Return the page of each document that an answer of this corpus may cite."""
    jobs = {
        job.id: Reading(f"fiches/{quote(job.id)}", "Lire la fiche", titles(job), SECTIONS)
        for job in corpus.roles.values()
    }
    guides = {
        theme.id: Reading(
            f"themes/{quote(theme.id)}", "Lire le guide", theme.title,
            {section.id: section.heading for section in theme.sections},
        )
        for theme in corpus.themes.values()
    }  # fmt: skip
    terms = {term.id: term.name for term in corpus.terms}
    glossary = Reading("glossaire", "Glossaire", "", terms)
    return {"glossaire": glossary, **guides, **jobs}


def question_html(question: str) -> str:
    """Show a question literally, on one line: nothing in it is Markdown or HTML."""
    return f'<p class="cap-question">{typeset(question)}</p>'


def waiting_html() -> str:
    """Show that the search has begun."""
    return '<p class="cap-waiting">Recherche dans les fiches</p>'


def refusal_html(sentence: str) -> str:
    """Show why a question was not answered."""
    return f'<p class="cap-refusal">{typeset(sentence)}</p>\n<div class="cap-end"></div>'


def draft_html(text: str) -> str:
    """Show a text that is still growing."""
    return f'<div class="cap-answer">\n\n{safe_markdown(text)}\n\n</div>'


def answer_html(answer: Answer, readings: Readings) -> str:
    """Show a finished answer: text, origin, sources, actions, suggestions."""
    care = answer.kind == "redirect"
    ending = (
        _origin(answer),
        _sources(answer.citations, readings),
        _actions(answer),
        _suggestions(answer),
    )
    return (
        f'<div class="cap-answer cap-{answer.mode}{" " + CARE if care else ""}">\n\n'
        f'{safe_markdown(answer.text)}\n\n</div>\n<div class="cap-end">'
        f"{'' if care else ''.join(ending)}</div>"
    )


def stopped_html(text: str) -> str:
    """Show what was written of an answer that the visitor stopped, and say so."""
    note = f'<p class="cap-refusal">{STOPPED if text else STOPPED_EARLY}</p>'
    written = f"{draft_html(text)}\n" if text else ""
    return f'{written}<div class="cap-end">{note}</div>'


def is_finished(content: object) -> bool:
    """Tell whether a message of the page's history is a whole answer, refused or stopped too."""
    return 'class="cap-end"' in _html(content)


def is_waiting(content: object) -> bool:
    """Tell whether a message of the page's history is an answer of which nothing is written."""
    return 'class="cap-waiting"' in _html(content)


def is_care(content: object) -> bool:
    """Tell whether a message of the page's history is the card for someone in distress."""
    return CARE in _html(content)


def spoken(content: object) -> str:
    """Return the text of a message of the page's history, without what was drawn around it."""
    html = _html(content)
    body = BODY.search(html)
    marked = MARK_BUTTON.sub(r"[\1]", body[1] if body else html)
    return unescape(TAG.sub("", marked)).replace(NBSP, " ")


def _html(content: object) -> str:
    blocks = content if isinstance(content, list) else [content]
    texts = [block.get("text") if isinstance(block, dict) else block for block in blocks]
    return "\n".join(text for text in texts if isinstance(text, str))


def safe_markdown(text: str) -> str:
    """Drop HTML and images, keep the rest of Markdown, make [n] a button that opens source n."""
    bare = TAG.sub("", text).replace("![", "[").replace("<", "&lt;")
    return MARK.sub(r'<button class="cap-ref" type="button">\1</button>', TIGHT.sub(NBSP, bare))


def _origin(answer: Answer) -> str:
    if answer.mode != "written":
        return ""
    return (
        '<p class="cap-origin">Texte rédigé par un modèle de langue à partir '
        "des sources ci-dessous.</p>"
    )


def _sources(citations: tuple[Citation, ...], readings: Readings) -> str:
    if not citations:
        return ""
    title = "Source" if len(citations) == 1 else "Sources"
    items = "".join(_source(citation, readings.get(citation.document)) for citation in citations)
    return f'<div class="cap-sources"><p class="cap-label">{title}</p><ol>{items}</ol></div>'


def _source(citation: Citation, reading: Reading | None) -> str:
    published = "".join(f"<li>{_published(source)}</li>" for source in citation.sources)
    where = typeset(_where(citation, reading))
    return (
        f"<li><b>{citation.n}</b><div><ul>{published}</ul>"
        f'<div class="cap-more"><details><summary>Lire le passage</summary>'
        f"<p>{where}</p><blockquote>{_passage(citation.passage)}</blockquote></details>"
        f"{_read(citation, reading, where) if reading else ''}</div></div></li>"
    )


def _where(citation: Citation, reading: Reading | None) -> str:
    """Name the document and its section; a school's own document has no section to name."""
    if reading is None:
        return citation.title
    section = reading.sections.get(citation.section) or SECTIONS.get(citation.section)
    return ", ".join(filter(None, (reading.title, section)))


def _read(citation: Citation, reading: Reading, where: str) -> str:
    """Link to the section in its page, which marks it; in a new tab, since this one holds all."""
    section = quote(citation.section, safe="")
    place = f"?extrait={section}#{section}" if section else ""
    return (
        f'<a class="cap-read" href="{reading.address}{place}" target="_blank" '
        f'rel="noopener noreferrer">{reading.link}'
        f'<span class="cap-hidden">{NBSP}: {where} (nouvel onglet)</span></a>'
    )


def _published(source: Source) -> str:
    words = f"{source.publisher}, « {source.title} »"
    if source.year is not None:
        words += f", {source.year}"
    if source.url is None or not re.match(r"https?://", source.url):
        return typeset(words)
    return (
        f'<a href="{escape(source.url)}" target="_blank" rel="noopener noreferrer">{typeset(words)}'
        '<span class="cap-hidden"> (nouvel onglet)</span></a>'
    )


def _passage(text: str) -> str:
    """Show the passage as it was cited: paragraphs and bullets, on one line of HTML."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    html = ""
    for bullet, group in groupby(lines, key=lambda line: line.startswith("- ")):
        if bullet:
            html += "<ul>" + "".join(f"<li>{typeset(line[2:])}</li>" for line in group) + "</ul>"
        else:
            html += "".join(f"<p>{typeset(line)}</p>" for line in group)
    return html


def _actions(answer: Answer) -> str:
    if answer.kind not in RATED:
        return ""
    return (
        '<div class="cap-actions"><button class="cap-copy" type="button">Copier</button>'
        '<button class="cap-print" type="button">Imprimer</button>'
        '<button class="cap-up" type="button">Utile</button>'
        '<button class="cap-down" type="button">Pas utile</button></div>'
    )


def _suggestions(answer: Answer) -> str:
    if not answer.suggestions:
        return ""
    label = "Choix possibles" if answer.kind == "clarify" else "Pour continuer"
    items = "".join(f"<li>{question_button(text)}</li>" for text in answer.suggestions)
    return f'<div class="cap-next"><p class="cap-label">{label}</p><ul>{items}</ul></div>'


def question_button(question: str, label: str = "") -> str:
    """Draw a button that asks this question."""
    return (
        f'<button class="cap-asks" type="button" data-question="{escape(question)}">'
        f"{typeset(label or question)}</button>"
    )


def typeset(text: str) -> str:
    """Return plain text as HTML, with the spaces that French does not break."""
    return escape(TIGHT.sub(NBSP, text), quote=False)
