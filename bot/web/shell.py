"""The French document around Gradio's page: head, header, list of jobs, welcome.

Gradio's own HTML is English, names Gradio to search engines and has scripts without a nonce;
`Shell.rewrite` makes one French page of it. Pure text in, text out.
"""

from __future__ import annotations

import hashlib
import re
from html import escape
from pathlib import Path
from string import Template

from bot.web.render import NBSP, question_button, typeset
from bot.web.schema import REASONS
from corpus.text import fold
from corpus.types import FAMILIES, Corpus, RoleSheet, lower_first

HERE = Path(__file__).parent
STATIC = HERE / "static"
TITLE = "Cap E-commerce : les métiers de la vente en ligne"
EXAMPLES = (
    "Que fait un ou une responsable e-commerce ?",
    "Quelles études pour devenir développeur web ou développeuse web ?",
    "Combien gagne un ou une community manager au début ?",
    "J’aime le dessin et l’informatique : quels métiers voir ?",
)
PROVIDER = (
    "<p>Pour rédiger les réponses, votre question et des passages des fiches sont envoyés à un "
    "service extérieur choisi par l’établissement ({}). Votre adresse de connexion ne lui est pas "
    "transmise.</p>"
)

SOCIAL = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*/>')
MANIFEST = re.compile(r'\s*<link rel="manifest"[^>]*/>')
SCRIPT = re.compile(r"<script(?=[\s>])")
BODY = re.compile(r"(<body[^>]*>)(.*?<gradio-app.*?</gradio-app>)", re.DOTALL)


class Shell:
    """The parts of the document that depend on the corpus, made once."""

    def __init__(self, corpus: Corpus) -> None:
        """Draw the list of jobs and the examples."""
        self._head = Template(_template("head.html"))
        reasons = (
            f'<button class="cap-reason" type="button" data-reason="{key}">{words}</button>'
            for key, words in REASONS.items()
        )
        self._page = Template(
            Template(_template("page.html")).safe_substitute(
                count=len(corpus.roles),
                families="".join(_family(corpus, family) for family in FAMILIES),
                examples="".join(f"<li>{question_button(text)}</li>" for text in EXAMPLES),
                reasons="".join(reasons),
            )
        )
        self._version = static_version()

    def rewrite(self, html: str, nonce: str, note: str) -> str:
        """Return Gradio's page in French, inside ours, with a nonce on each of its scripts."""
        html = MANIFEST.sub("", SOCIAL.sub("", html.replace('lang="en"', 'lang="fr"', 1)))
        html = SCRIPT.sub(f'<script nonce="{nonce}"', html)
        head = self._head.substitute(title=TITLE, nonce=nonce, version=self._version)
        html = html.replace("</head>", f"{head}</head>", 1)
        found = BODY.search(html)
        if found is None:
            raise RuntimeError("Gradio's page has changed: no <gradio-app> in <body>")
        page = self._page.substitute(gradio=found[2], note=typeset(note))
        return html[: found.start()] + found[1] + page + html[found.end() :]


def mentions(contact: str, llm: str) -> str:
    """Return the page "Données et mentions" of a school, with its contact and its model."""
    reach = f"Contact{NBSP}: {_linked(contact)}."
    return Template(_template("mentions.html")).substitute(
        version=static_version(),
        contact=reach if contact else "Son secrétariat vous indique à qui écrire.",
        provider=PROVIDER.format(escape(llm.partition(":")[0])) if _is_outside(llm) else "",
    )


def _is_outside(llm: str) -> bool:
    """Tell whether questions leave the machine: "provider:model", and not a path."""
    return ":" in llm and not llm.endswith(".gguf")


def _linked(contact: str) -> str:
    if re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", contact):
        return f'<a href="mailto:{contact}">{contact}</a>'
    return escape(contact)


def _template(name: str) -> str:
    return (HERE / "templates" / name).read_text(encoding="utf-8")


def static_version() -> str:
    """Return a short digest of the static files, so that browsers may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.glob("page.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def _family(corpus: Corpus, family: str) -> str:
    sheets = [sheet for sheet in corpus.roles.values() if sheet.family == family]
    if not sheets:
        return ""
    sheets.sort(key=lambda sheet: fold(sheet.title))
    jobs = "".join(f"<li>{_job(sheet)}</li>" for sheet in sheets)
    return (
        f"<details><summary><span>{FAMILIES[family]}</span><small>{len(sheets)}</small></summary>"
        f"<ul>{jobs}</ul></details>"
    )


def _job(sheet: RoleSheet) -> str:
    masculine, feminine, tail = _names(sheet)
    both = masculine if masculine == feminine else f"{masculine} ou {feminine}"
    label = f"{both} {tail}".strip()
    question = f"Que fait un {masculine} ou une {feminine} {tail}".strip() + " ?"
    if masculine == feminine:
        question = f"Que fait un ou une {masculine} {tail}".strip() + " ?"
    return question_button(question, label[:1].upper() + label[1:])


def _names(sheet: RoleSheet) -> tuple[str, str, str]:
    """Split both titles before the words that they share: "développeur", "développeuse", "web"."""
    masculine = lower_first(sheet.title_m).split()
    feminine = lower_first(sheet.title_f).split()
    tail: list[str] = []
    while len(masculine) > 1 and len(feminine) > 1 and masculine[-1] == feminine[-1]:
        tail.insert(0, masculine.pop())
        feminine.pop()
    return " ".join(masculine), " ".join(feminine), " ".join(tail)
