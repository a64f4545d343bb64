"""Answers as the page shows them: safe Markdown, then sources, suggestions and actions as HTML.

Every text comes from outside (documents, models, browsers): tags and images are removed from
Markdown, everything put in HTML is escaped. Gradio's own sanitiser then drops data-* and aria-*
attributes, so classes carry the meaning and page.js adds the rest. `spoken` is the way back.
"""

from __future__ import annotations

import re
from html import escape, unescape
from itertools import groupby

from bot.types import Answer, Citation
from corpus.types import SECTIONS, Source

NBSP = "\N{NO-BREAK SPACE}"
RATED = ("answer", "abstain", "decline")
"""Kinds of answers that can be copied and rated; a card about distress never is."""

TAG = re.compile(r"<[!/?]?[A-Za-z-][^<>]*>")
MARK = re.compile(r"\[(\d{1,2})\](?![(:])")
MARK_BUTTON = re.compile(r'<button class="cap-ref"[^>]*>(\d+)</button>')
BODY = re.compile(r'<div class="cap-answer[^>]*>\n\n(.*?)\n\n</div>', re.DOTALL)
TIGHT = re.compile(r"(?<=«) | (?=[;?!»%€]|:(?!-))|(?<=\d) (?=\d{3}\b)")
"""Spaces that French never breaks; the ":" of a table's ruler is left alone."""


def question_html(question: str) -> str:
    """Show a question literally, on one line: nothing in it is Markdown or HTML."""
    return f'<p class="cap-question">{typeset(question)}</p>'


def waiting_html() -> str:
    """Show that the search has begun."""
    return '<p class="cap-waiting">Recherche dans les fiches</p>'


def refusal_html(sentence: str) -> str:
    """Show why a question was not answered."""
    return f'<p class="cap-refusal">{escape(sentence)}</p>\n<div class="cap-end"></div>'


def draft_html(text: str) -> str:
    """Show a text that is still growing."""
    return f'<div class="cap-answer">\n\n{safe_markdown(text)}\n\n</div>'


def answer_html(answer: Answer) -> str:
    """Show a finished answer: text, origin, sources, actions, suggestions."""
    parts = [
        f'<div class="cap-answer cap-{answer.mode}">\n\n{safe_markdown(answer.text)}\n\n'
        '</div>\n<div class="cap-end">',
        _origin(answer),
        _sources(answer.citations),
        _actions(answer),
        _suggestions(answer),
        "</div>",
    ]
    return "".join(parts)


def spoken(content: object) -> str:
    """Return the text of a message of the page's history, without what was drawn around it."""
    blocks = content if isinstance(content, list) else [content]
    texts = [block.get("text") if isinstance(block, dict) else block for block in blocks]
    html = "\n".join(text for text in texts if isinstance(text, str))
    body = BODY.search(html)
    marked = MARK_BUTTON.sub(r"[\1]", body[1] if body else html)
    return unescape(TAG.sub("", marked)).replace(NBSP, " ")


def safe_markdown(text: str) -> str:
    """Drop HTML and images, keep the rest of Markdown, make [n] a button that opens source n."""
    bare = TAG.sub("", text).replace("![", "[").replace("<", "&lt;")
    return MARK.sub(r'<button class="cap-ref" type="button">\1</button>', TIGHT.sub(NBSP, bare))


def _origin(answer: Answer) -> str:
    if answer.mode != "written":
        return ""
    return (
        '<p class="cap-origin">Texte rédigé par un modèle de langage à partir '
        "des sources ci-dessous.</p>"
    )


def _sources(citations: tuple[Citation, ...]) -> str:
    if not citations:
        return ""
    title = "Source" if len(citations) == 1 else "Sources"
    items = "".join(map(_source, citations))
    return f'<div class="cap-sources"><p class="cap-label">{title}</p><ol>{items}</ol></div>'


def _source(citation: Citation) -> str:
    section = SECTIONS.get(citation.section, citation.section)
    where = ", ".join(filter(None, (citation.title, section)))
    published = "".join(f"<li>{_published(source)}</li>" for source in citation.sources)
    return (
        f"<li><b>{citation.n}</b><div><ul>{published}</ul>"
        f"<details><summary><i>Lire le passage</i> <span>{typeset(where)}</span></summary>"
        f"<blockquote>{_passage(citation.passage)}</blockquote></details></div></li>"
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
