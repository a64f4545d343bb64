"""Comparisons on the shipped corpus: what is compared, and the sentence before the table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.compare import NO_COMMON_PAY, Comparison
from bot.criteria import criteria, plain_question
from bot.evaluate import citation_faults, figure_faults
from bot.proposals import Proposals
from bot.roles import RoleMatcher
from bot.types import Answer, Question
from corpus.split import split_corpus
from corpus.types import Corpus

Compare = Callable[..., Answer]


@pytest.mark.parametrize(
    ("masked", "plain"),
    [
        ("lequel demande le plus d etudes metier ou metier", "demande le plus d etudes metier"),
        ("quelle difference entre un metier et une metier", "quelle metier"),
        ("metier metier et metier qui gagne le plus", "metier qui gagne le plus"),
        ("metier vs metier", "metier"),
        ("comparez les etudes pour metier", "les etudes pour metier"),
    ],
)
def test_the_words_that_compare_are_left_out(masked: str, plain: str) -> None:
    assert plain_question(masked) == plain


@pytest.mark.parametrize(
    ("guesses", "asked"),
    [
        ({"salaire": 0.9}, ("salaire",)),
        ({"salaire": 0.5, "formations": 0.4}, ("salaire", "formations")),
        ({"salaire": 0.6, "formations": 0.2}, ("salaire",)),
        ({"metiers-proches": 0.9, "salaire": 0.05}, ()),
        ({"en-bref": 0.5, "salaire": 0.46}, ("salaire",)),
    ],
)
def test_what_is_compared(guesses: dict[str, float], asked: tuple[str, ...]) -> None:
    assert criteria("metier", lambda masked: tuple(guesses.items())) == asked


@pytest.fixture(scope="module")
def compare(real: Corpus) -> Compare:
    """Compare jobs of the shipped corpus by the section given, or none."""
    passages = split_corpus(real)
    matcher = RoleMatcher.from_passages(real.roles.values(), passages)
    sections = Proposals(real, passages, lambda text: ()).sections

    def answer(*roles: str, by: str = "metiers-proches") -> Answer:
        comparison = Comparison(real, passages, sections, matcher, lambda masked: ((by, 1.0),))
        return comparison.answer(Question("", "", "", "fr", "compare", roles))

    return answer


def test_who_earns_more_is_told_from_figures_of_one_publisher(compare: Compare) -> None:
    answer = compare("web-designer", "responsable-trafic", by="salaire")
    lead, quotes = answer.text.split("\n\n")[:2]
    assert lead == "Au début, le ou la responsable trafic gagne le plus :"
    assert "2 410 €" in quotes.split("\n")[0] and "2 916 €" in quotes.split("\n")[1]
    for citation in answer.citations[:2]:
        assert citation.section == "salaire" and citation.sources[0].publisher == "Onisep"
    assert answer.section == "salaire" and "**Salaire**" not in answer.text
    assert not citation_faults(answer) and not figure_faults(answer, "")


def test_the_same_pay_is_said_to_be_the_same_and_whose_figure_it_is(compare: Compare) -> None:
    text = compare("data-analyst-e-commerce", "data-engineer", by="salaire").text
    assert text.startswith("Au début, d’après un métier voisin, le salaire est le même :")


def test_pay_that_no_publisher_gives_for_both_is_not_compared(compare: Compare) -> None:
    answer = compare("conseiller-clientele-a-distance", "responsable-service-clients", by="salaire")
    assert answer.text.startswith(NO_COMMON_PAY) and "**Salaire**" in answer.text


@pytest.mark.parametrize(
    ("first", "second", "conclusion"),
    [
        ("data-analyst-e-commerce", "data-scientist", "les plus longues sont pour le ou la data s"),
        ("data-engineer", "data-scientist", "le niveau d’études est le même"),
        ("preparateur-de-commandes", "web-designer", "les plus longues sont pour le ou la web d"),
        ("integrateur-web", "web-designer", "les plus longues sont pour le ou la web designer"),
        ("photographe-produit", "integrateur-web", "les niveaux d’études se recoupent"),
    ],
)
def test_who_studies_longer(compare: Compare, first: str, second: str, conclusion: str) -> None:
    answer = compare(first, second, by="formations")
    assert conclusion in answer.text.split("\n\n")[0]
    assert "**Études**" in answer.text
    assert not citation_faults(answer) and not figure_faults(answer, "")


def test_the_difference_is_told_in_words_where_the_bank_has_it(compare: Compare) -> None:
    answer = compare("social-media-manager", "community-manager")
    assert "stratégie" in answer.text.split("|")[0]
    assert answer.citations[0].section == "metiers-proches"
    assert answer.text.count("\n| **") == 5


def test_three_jobs_have_no_such_sentence_but_a_table(compare: Compare) -> None:
    text = compare("data-analyst-e-commerce", "data-scientist", "data-engineer").text
    assert text.startswith("Voici ce que disent mes sources sur le ou la data analyst e-commerce, ")


def test_any_part_of_the_sheets_can_be_the_row(compare: Compare) -> None:
    text = compare("web-designer", "webmaster", by="journee-type").text
    assert [line.split("**")[1] for line in text.split("\n") if "**" in line] == [
        "Le métier", "Une journée",
    ]  # fmt: skip
