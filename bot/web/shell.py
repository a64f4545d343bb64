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
from urllib.parse import quote

from bot.french import capital
from bot.web.render import NBSP, TIGHT, question_button, typeset
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

OTHER_REASON = '<button class="cap-reason" type="button">Autre raison</button>'
WELCOME = """\
<h1 id="cap-title">Quel métier du <span class="cap-mark">e-commerce</span> vous intrigue ?</h1>
<p>Missions, études, salaires, qualités utiles : posez votre question avec vos mots. Chaque
réponse cite ses sources, avec le passage exact.</p>"""
WELCOME_JOB = """\
<h1 id="cap-title"><span class="cap-mark cap-long">{title}</span></h1>
<p>Missions, études, salaire, qualités utiles : posez votre question sur ce métier, avec vos mots.
Chaque réponse cite ses sources. <a href="fiches/{id}">Lire la fiche</a></p>"""

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
                foot=_template("foot.html"),
                reasons="".join([*reasons, OTHER_REASON]),
            )
        )
        self._roles = corpus.roles
        self._version = static_version()

    def rewrite(self, html: str, nonce: str, note: str, fiche: str = "") -> str:
        """Return Gradio's page in French, inside ours, with a nonce on each of its scripts.

        `fiche` is the id of the job that the page opens on; an unknown one is ignored.
        """
        sheet = self._roles.get(fiche)
        questions = job_questions(sheet) if sheet else EXAMPLES
        title = f"{_title(sheet)} : vos questions – Cap E-commerce" if sheet else TITLE
        html = MANIFEST.sub("", SOCIAL.sub("", html.replace('lang="en"', 'lang="fr"', 1)))
        html = SCRIPT.sub(f'<script nonce="{nonce}"', html)
        title = escape(title, quote=False)
        head = self._head.substitute(title=title, nonce=nonce, version=self._version)
        html = html.replace("</head>", f"{head}</head>", 1)
        found = BODY.search(html)
        if found is None:
            raise RuntimeError("Gradio's page has changed: no <gradio-app> in <body>")
        page = self._page.substitute(
            gradio=found[2],
            note=typeset(note),
            welcome=_welcome(sheet),
            examples="".join(f"<li>{question_button(text)}</li>" for text in questions),
        )
        return html[: found.start()] + found[1] + page + html[found.end() :]


def mentions(contact: str, llm: str) -> str:
    """Return the page "Données et mentions" of a school, with its contact and its model."""
    reach = f"Contact{NBSP}: {_linked(contact)}."
    return Template(_template("mentions.html")).substitute(
        version=static_version(),
        foot=_template("foot.html"),
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


def job_questions(sheet: RoleSheet) -> tuple[str, ...]:
    """Return the examples of a page opened on a job; the first one says which job it is."""
    masculine, feminine, tail = _names(sheet)
    plain = _both(masculine, feminine, tail)
    one = _both(f"un {masculine}", f"une {feminine}", tail)
    of_one = _both(f"d’un {masculine}", f"d’une {feminine}", tail)
    if masculine == feminine:
        one, of_one = f"un ou une {plain}", f"d’un ou d’une {plain}"
    return (
        f"Que fait {one} ?",
        f"Quelles études pour devenir {plain} ?",
        f"Combien gagne {one} au début ?",
        f"À quoi ressemble une journée {of_one} ?",
    )


def _job(sheet: RoleSheet) -> str:
    return question_button(job_questions(sheet)[0], _title(sheet))


def _title(sheet: RoleSheet) -> str:
    """Return both genders once: "Développeur ou développeuse web"."""
    return capital(_both(*_names(sheet)))


def _both(masculine: str, feminine: str, tail: str) -> str:
    both = masculine if masculine == feminine else f"{masculine} ou {feminine}"
    return f"{both} {tail}".strip()


def _welcome(sheet: RoleSheet | None) -> str:
    if sheet is None:
        return TIGHT.sub(NBSP, WELCOME)
    words = {"title": escape(_title(sheet)), "id": quote(sheet.id)}
    return TIGHT.sub(NBSP, WELCOME_JOB.format(**words))


def _names(sheet: RoleSheet) -> tuple[str, str, str]:
    """Split both titles before the words that they share: "développeur", "développeuse", "web"."""
    masculine = lower_first(sheet.title_m).split()
    feminine = lower_first(sheet.title_f).split()
    tail: list[str] = []
    while len(masculine) > 1 and len(feminine) > 1 and masculine[-1] == feminine[-1]:
        tail.insert(0, masculine.pop())
        feminine.pop()
    return " ".join(masculine), " ".join(feminine), " ".join(tail)
