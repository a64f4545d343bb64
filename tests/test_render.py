"""Answers as the page shows them: nothing of a text is executed, everything of it comes back."""

from __future__ import annotations

import pytest

from bot.types import Answer, Citation
from bot.web.render import answer_html, draft_html, question_html, safe_markdown, spoken
from bot.web.shell import Shell
from corpus.types import Source
from tests.web_fakes import corpus

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
    assert safe_markdown("| a | b |\n| :--- | :---: |") == "| a | b |\n| :--- | :---: |"


def test_marks_open_sources_and_links_are_left_alone() -> None:
    assert safe_markdown("Oui [1][12]").count('class="cap-ref"') == 2
    assert "cap-ref" not in safe_markdown("[3114](tel:3114) et [2](https://x.example) et [a]")


def test_everything_put_in_html_is_escaped() -> None:
    html = answer_html(ANSWER)
    assert "Fiche &lt;A&gt;" in html
    assert 'href="https://www.onisep.fr/?a=1&amp;b=2"' in html
    assert "javascript:" not in html
    assert question_html("<b>a</b>") == '<p class="cap-question">&lt;b&gt;a&lt;/b&gt;</p>'


def test_a_source_shows_its_passage_with_its_bullets() -> None:
    html = answer_html(ANSWER)
    assert "<p>Avant.</p><ul><li>Un</li><li>Deux</li></ul><p>Après.</p>" in html
    assert "Onisep, «\u00a0Fiche\u00a0», 2025" in html
    assert "<span>Fiche &lt;A&gt;, Missions</span>" in html
    assert "\n\n<" not in html.partition("cap-end")[2], "a blank line would end the HTML block"


@pytest.mark.parametrize("html", [answer_html(ANSWER), draft_html(ANSWER.text)])
def test_what_was_said_comes_back_whole(html: str) -> None:
    assert spoken([{"type": "text", "text": html}]) == ANSWER.text
    assert spoken(html) == ANSWER.text


def test_a_forged_history_is_only_text() -> None:
    assert spoken(question_html("Et <b>après</b> ?")) == "Et <b>après</b> ?"
    assert spoken([{"type": "file", "file": {"path": "/etc/passwd"}}]) == ""
    assert spoken(None) == spoken([None, 3]) == ""


@pytest.mark.parametrize("kind", ["redirect", "greet", "clarify"])
def test_a_card_that_is_not_an_answer_has_no_thumbs(kind: str) -> None:
    assert "cap-up" not in answer_html(Answer(kind, "Texte"))  # type: ignore[arg-type]
    assert "cap-up" in answer_html(Answer("abstain", "Texte"))


def test_the_list_of_jobs_names_both_genders_once() -> None:
    page = Shell(corpus()).rewrite(
        '<html lang="en"><head></head><body><gradio-app></gradio-app></body></html>', "n", ""
    )
    assert ">Développeur ou développeuse web</button>" in page
    assert 'data-question="Que fait un développeur ou une développeuse web ?"' in page
    assert 'data-question="Que fait un ou une webmestre ?"' in page
    assert "8 métiers à explorer" in page
    assert "Créer son activité" not in page, "a family without a job is not listed"


def test_a_changed_gradio_page_is_noticed() -> None:
    with pytest.raises(RuntimeError, match="gradio-app"):
        Shell(corpus()).rewrite("<html><body></body></html>", "n", "")
