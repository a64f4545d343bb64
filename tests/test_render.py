"""Answers as the page shows them: nothing of a text is executed, everything of it comes back."""

from __future__ import annotations

import re

import pytest

from bot.types import Answer, Citation
from bot.web.render import (
    STOPPED,
    STOPPED_EARLY,
    answer_html,
    draft_html,
    is_care,
    is_finished,
    is_waiting,
    question_html,
    reading_pages,
    refusal_html,
    safe_markdown,
    spoken,
    stopped_html,
    waiting_html,
)
from bot.web.shell import Shell, job_questions, mentions
from corpus.types import Block, Corpus, Section, Source, Term, Theme
from tests.web_fakes import JOBS, corpus, sheet

GRADIO = '<html lang="en"><head></head><body><gradio-app></gradio-app></body></html>'

ANSWER = Answer(
    "answer",
    "Le métier paie 2 916 € brut : c’est « correct » [1].\n\n- Un point [2]\n- Un autre",
    (
        Citation(1, "a", "Fiche <A>", "missions", "Avant.\n- Un\n\n- Deux\nAprès.",
                 (Source("Onisep", "Fiche", "https://www.onisep.fr/?a=1&b=2", 2025),)),
        Citation(2, "b", "Fiche B", "", "Texte",
                 (Source("École", "Guide", "javascript:alert(1)"),)),
    ),
    mode="written",
    suggestions=('Et "après" ?',),
)  # fmt: skip


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
        "<a href='javascript:alert(1)'>", "<!-- x -->", "<details open ontoggle=alert(1)>",
        "<style>*{background:url(https://x.example)}</style>", "<iframe src=//x.example>",
        "<img src=x onerror=alert(1)//", "<scr<script>ipt>alert(1)</script>", "<?php x ?>",
        "![x](https://x.example/a.png)", "![x][y]", "<form action=//x.example><button>",
    ],
)  # fmt: skip
def test_no_tag_and_no_image_survives(hostile: str) -> None:
    shown = safe_markdown(f"Avant {hostile} après")
    assert "<" not in shown
    assert "![" not in shown
    assert shown.startswith("Avant")


def test_french_spaces_do_not_break_and_tables_survive() -> None:
    assert safe_markdown("Vraiment ? « Oui » : 2 916 €") == (
        "Vraiment\u00a0? «\u00a0Oui\u00a0»\u00a0: 2\u00a0916\u00a0€"
    )
    assert safe_markdown("De 9 h à 23 h, au [15](tel:15)") == (
        "De 9\u00a0h à 23\u00a0h, au [15](tel:15)"
    )
    assert safe_markdown("| a | b |\n| :--- | :---: |") == "| a | b |\n| :--- | :---: |"


def test_marks_open_sources_and_links_are_left_alone() -> None:
    assert safe_markdown("Oui [1][12]").count('class="cap-ref"') == 2
    assert "cap-ref" not in safe_markdown("[3114](tel:3114) et [2](https://x.example) et [a]")


def test_everything_put_in_html_is_escaped() -> None:
    html = answer_html(ANSWER, {})
    assert "Fiche &lt;A&gt;" in html
    assert 'href="https://www.onisep.fr/?a=1&amp;b=2"' in html
    assert "javascript:" not in html
    assert question_html("<b>a</b>") == '<p class="cap-question">&lt;b&gt;a&lt;/b&gt;</p>'


def test_a_source_shows_its_passage_with_its_bullets() -> None:
    html = answer_html(ANSWER, {})
    assert "<p>Avant.</p><ul><li>Un</li><li>Deux</li></ul><p>Après.</p>" in html
    assert "Onisep, «\u00a0Fiche\u00a0», 2025" in html
    assert "<p>Fiche &lt;A&gt;</p><blockquote>" in html
    assert "\n\n<" not in html.partition("cap-end")[2], "a blank line would end the HTML block"


@pytest.mark.parametrize(
    "html",
    [answer_html(ANSWER, {}), draft_html(ANSWER.text), stopped_html(ANSWER.text)],
)
def test_what_was_said_comes_back_whole(html: str) -> None:
    assert spoken([{"type": "text", "text": html}]) == ANSWER.text
    assert spoken(html) == ANSWER.text


def test_a_forged_history_is_only_text() -> None:
    assert spoken(question_html("Et <b>après</b> ?")) == "Et <b>après</b> ?"
    assert spoken([{"type": "file", "file": {"path": "/etc/passwd"}}]) == ""
    assert spoken(None) == spoken([None, 3]) == ""


@pytest.mark.parametrize("kind", ["redirect", "greet", "clarify"])
def test_a_card_that_is_not_an_answer_has_no_thumbs(kind: str) -> None:
    assert "cap-up" not in answer_html(Answer(kind, "Texte"), {})  # type: ignore[arg-type]
    assert "cap-up" in answer_html(Answer("abstain", "Texte"), {})


def test_the_list_of_jobs_names_both_genders_once() -> None:
    page = Shell(corpus()).rewrite(GRADIO, "n", "")
    assert ">Développeur ou développeuse web</button>" in page
    assert 'data-question="Que fait un développeur ou une développeuse web ?"' in page
    assert 'data-question="Que fait un ou une webmestre ?"' in page
    assert "8 métiers à explorer" in page
    assert "Créer son activité" not in page, "a family without a job is not listed"


def test_a_changed_gradio_page_is_noticed() -> None:
    with pytest.raises(RuntimeError, match="gradio-app"):
        Shell(corpus()).rewrite("<html><body></body></html>", "n", "")


def library() -> Corpus:
    """A job, a guide and a term, to link to."""
    block = Block("Texte.", ())
    part = Section("a-quel-age", "À quel âge ?", (block,))
    return Corpus(
        roles={"developpeur-web": sheet(*JOBS[4])},
        themes={"alternance": Theme("alternance", "L’alternance", (), (part,))},
        terms=(Term("seo", "SEO", (), block),),
    )


@pytest.mark.parametrize(
    ("document", "section", "link", "address", "where"),
    [
        ("developpeur-web", "missions", "Lire la fiche",
         "fiches/developpeur-web?extrait=missions#missions",
         "Développeur web ou développeuse web, Missions"),
        ("alternance", "a-quel-age", "Lire le guide",
         "themes/alternance?extrait=a-quel-age#a-quel-age",
         "L’alternance, À quel âge\u00a0?"),
        ("glossaire", "seo", "Glossaire", "glossaire?extrait=seo#seo", "SEO"),
        ("developpeur-web", "", "Lire la fiche", "fiches/developpeur-web",
         "Développeur web ou développeuse web"),
        ("developpeur-web", '"><script>', "Lire la fiche",
         "fiches/developpeur-web?extrait=%22%3E%3Cscript%3E#%22%3E%3Cscript%3E",
         "Développeur web ou développeuse web"),
    ],
)  # fmt: skip
def test_a_source_leads_to_the_section_of_its_page(
    document: str, section: str, link: str, address: str, where: str
) -> None:
    cited = Citation(1, document, "Titre", section, "Passage", (Source("Onisep", "Fiche"),))
    html = answer_html(Answer("answer", "Oui [1]", (cited,)), reading_pages(library()))
    assert f'href="{address}" target="_blank" rel="noopener noreferrer">{link}<span' in html
    assert f">\u00a0: {where} (nouvel onglet)</span></a>" in html
    assert f"<p>{where}</p><blockquote>" in html


def test_a_document_of_the_school_has_no_page() -> None:
    cited = Citation(1, "portes-ouvertes.md", "Portes ouvertes", "extrait-1", "Samedi.", ())
    html = answer_html(Answer("answer", "Oui [1]", (cited,)), reading_pages(library()))
    assert "cap-read" not in html
    assert "<p>Portes ouvertes</p><blockquote>" in html


def test_the_card_of_distress_stands_alone() -> None:
    text = "Appelez le [3114](tel:3114) ou, par SMS, le [114](sms:114)."
    html = answer_html(
        Answer("redirect", text, ANSWER.citations, suggestions=("Et après ?",)),
        reading_pages(library()),
    )
    assert text in html and is_care(html)
    assert not {"cap-sources", "cap-next", "cap-actions"} & set(re.findall(r"[\w-]+", html))
    assert not is_care(answer_html(ANSWER, {}))


def test_what_is_whole_is_told_from_what_is_not() -> None:
    stopped = (stopped_html("Le début"), stopped_html(""))
    assert STOPPED in stopped[0] and STOPPED_EARLY in stopped[1]
    for html in (*stopped, refusal_html("Non."), answer_html(ANSWER, {})):
        assert is_finished(html) and not is_waiting(html)
    assert not is_finished(draft_html("Le début")) and not is_finished(waiting_html())
    assert is_waiting([{"type": "text", "text": waiting_html()}])


def test_the_page_opens_on_a_job() -> None:
    shell, developer = Shell(corpus()), sheet(*JOBS[4])
    page = shell.rewrite(GRADIO, "n", "", "developpeur-web")
    assert "<title>Développeur ou développeuse web : vos questions – Cap E-commerce</title>" in page
    assert 'cap-long">Développeur ou développeuse web</span></h1>' in page
    assert 'href="fiches/developpeur-web"' in page
    asked = re.findall(r'data-question="([^"]+)"', page)
    assert tuple(asked[:4]) == job_questions(developer)
    assert asked[2] == "Combien gagne un développeur ou une développeuse web au début ?"
    home = shell.rewrite(GRADIO, "n", "")
    assert shell.rewrite(GRADIO, "n", "", "<b>plombier</b>") == home
    assert "vous intrigue" in home and "cap-long" not in home


@pytest.mark.parametrize("page", [Shell(corpus()).rewrite(GRADIO, "n", ""), mentions("", "local")])
def test_every_page_leads_to_the_others(page: str) -> None:
    links = set(re.findall(r'<a href="([a-z]+)"', page))
    assert {"fiches", "glossaire", "sources", "accessibilite", "mentions"} <= links
    assert "modèle de langage" not in page + answer_html(ANSWER, {})
