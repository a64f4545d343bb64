"""The shipped corpus: complete, sourced, symmetric, in careful French; and how text is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from bot.orient import lowest_level
from corpus.split import split_corpus
from corpus.tastes import load_tastes
from corpus.text import fold, tokens, words
from corpus.types import SECTIONS, Block, Corpus
from corpus.validate import numbers

ALWAYS = {"en-bref", "missions", "formations", "salaire", "pour-qui"}
"""The parts that no sheet may lack: the questions that pupils ask first."""


def texts(corpus: Corpus) -> Iterator[tuple[str, Block]]:
    """Every block that may be shown, with where it stands."""
    for sheet in (*corpus.roles.values(), *corpus.themes.values()):
        for section in sheet.sections:
            yield from ((f"{sheet.id}/{section.id}", block) for block in section.blocks)
    for entry in corpus.bank:
        yield from ((f"{entry.document}:{entry.line}", block) for block in entry.blocks)
    yield from ((f"glossaire/{term.id}", term.definition) for term in corpus.terms)


def found(corpus: Corpus, pattern: str) -> list[str]:
    """Where a pattern stands in what may be shown."""
    wrong = re.compile(pattern)
    return [f"{where}: {m[0]!r} in {b.text}" for where, b in texts(corpus)
            if (m := wrong.search(b.text))]  # fmt: skip


def test_its_size(real: Corpus) -> None:
    """Loading raises on any fault, so this also says that there is none."""
    assert len(real.roles) == 44
    assert len(real.themes) >= 9
    assert len(real.terms) >= 80
    entries = Counter(entry.document for entry in real.bank)
    assert not [role for role in real.roles if entries[role] < 18]
    assert not [theme for theme in real.themes if entries[theme] < 12]


def test_every_block_names_a_publisher(real: Corpus) -> None:
    assert not [where for where, block in texts(real) if not block.sources]
    assert not [s for _, block in texts(real) for s in block.sources if not s.publisher.strip()]


def test_every_sheet_has_the_parts_that_are_asked_first(real: Corpus) -> None:
    parts = {role.id: [s.id for s in role.sections] for role in real.roles.values()}
    assert not {role: ALWAYS - set(ids) for role, ids in parts.items() if ALWAYS - set(ids)}
    order = list(SECTIONS)
    assert not [role for role, ids in parts.items() if ids != sorted(ids, key=order.index)]


def test_neighbours_link_back_and_every_sheet_has_one(real: Corpus) -> None:
    pairs = {(role.id, other) for role in real.roles.values() for other in role.close}
    assert pairs == {(b, a) for a, b in pairs}
    assert {a for a, _ in pairs} == set(real.roles)


def test_tastes_open_jobs_that_exist(real: Corpus) -> None:
    tastes = load_tastes()
    assert len(tastes) >= 9
    assert not [r for taste in tastes for r in taste.roles if r not in real.roles]


def test_titles_name_women_too(real: Corpus) -> None:
    """A title whose ending tells a man has its feminine beside it."""
    masculine = re.compile(r"^(?:chef|directeur|chargé|consultant|développeur|intégrateur|"
                           r"rédacteur|acheteur|créateur|préparateur|conseiller)\b")  # fmt: skip
    named = [r for r in real.roles.values() if masculine.search(r.title_m.lower())]
    assert len(named) >= 10
    assert not [r.id for r in named if r.title_m == r.title_f]


def test_pay_is_dated_sourced_and_plausible(real: Corpus) -> None:
    """Figures of a neighbouring job or of a self-employed income are only dated."""
    pays = [(role.id, pay) for role in real.roles.values() for pay in role.salaries]
    assert len({role for role, _ in pays}) >= 35
    for role, pay in pays:
        assert pay.year is None or 2015 <= pay.year <= 2026, role
        low, high = (1_000, 13_000) if "mois" in pay.unit else (12_000, 160_000)
        amounts = [n for n in (pay.low, pay.high) if n is not None]
        assert pay.job or all(low <= amount <= high for amount in amounts), (role, pay)


def test_the_pay_table_is_what_the_sheet_says(real: Corpus) -> None:
    """Each amount of the table stands in the part "Salaire"."""
    missing = []
    for role in real.roles.values():
        section = role.section("salaire")
        held = numbers(" ".join(b.text for b in section.blocks)) if section else set()
        amounts = [n for pay in role.salaries if not pay.job for n in (pay.low, pay.high)]
        missing += [f"{role.id}: {n:g}" for n in amounts if n is not None and f"{n:g}" not in held]
    assert not missing


@pytest.mark.parametrize(
    ("pattern", "rule"),
    [
        (r"<[a-zA-Z/!]", "no HTML"),
        (r"·|(?<!Avenir)\((?:e|s|ne|euse|trice)\)", "both genders in full"),
        (r"\w'\w", "the apostrophe is typographic"),
        (r'"', "French quotes"),
        (r"«\S|\S»", "a space inside the quotes"),
        (r"[^\s\d][;!?](?:\s|$)", "a space before the high signs"),
        (r"[a-zà-ÿ0-9]:(?:\s|$)", "a space before the colon"),
        (r"\s[,.](?:\s|$)", "no space before comma and full stop"),
        (r"\S {2,}\S", "no double space"),
        (r"\*\*|__|\]\(|^#", "no mark-up"),
        (r"\b[Ee]commerce\b", "e-commerce with a hyphen"),
        (r"\d€|\d%", "a space before the unit"),
        (r"\b(?:de|que|je|ne|se) (?:il|elle|on|une?|en|avoir|être|aim\w+)\b", "elision"),
        (r"(?i)\b(\w{2,}) \1\b(?<!nous nous)(?<!vous vous)(?<!face face)", "no word twice"),
        (r"https?://", "no address in the text"),
        (r"[\U0001F300-\U0001FAFF]", "no emoji"),
        (r"\b(?:the|and|with|for)\s+(?:the|a|your|of)\b", "no English"),
        (r"^(?:\d|[a-zà-ÿ](?!Channel))", "a sentence starts with a capital"),
        (r"[^.!?…»:;)]$", "a block ends with a sign"),
    ],
)  # fmt: skip
def test_french_typography(real: Corpus, pattern: str, rule: str) -> None:
    assert not found(real, pattern), rule


def test_wordings_are_questions_of_pupils(real: Corpus) -> None:
    """Enough of them are plain, enough are in text-message French, enough in English."""
    wordings = [w for entry in real.bank for w in entry.wordings]
    assert len(wordings) >= 3_500
    assert len({fold(w) for w in wordings}) == len(wordings)
    assert sum(w[0].islower() for w in wordings) >= len(wordings) // 10
    assert sum(bool(re.match(r"(?:What|How|Is|Do|Can|Who|Where)\b", w)) for w in wordings) >= 300


def test_passages_are_short_enough_to_be_shown(real: Corpus) -> None:
    assert not [p.id for p in split_corpus(real) if len(p.text.split()) > 140]


class TestText:
    """French text to search tokens."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("L’école d'été", ["ecole", "ete"]),
            ("Qu’est-ce que l’e-commerce ?", ["est", "ce", "que", "ecommerce"]),
            ("E commerce, e‑mailing".replace("‑", "-"), ["ecommerce", "emailing"]),
            ("Œuvre ÇA Noël", ["oeuvre", "ca", "noel"]),
            ("C++ et bac+5", ["c++", "et", "bac+", "5"]),
        ],
    )
    def test_words(self, text: str, expected: list[str]) -> None:
        assert words(text) == expected

    def test_plurals_accents_and_genders_share_a_stem(self) -> None:
        assert tokens("les développeurs qualifiés") == tokens("le développeur qualifié")
        assert tokens("ÉTUDES") == tokens("etude")
        assert tokens("le la les de du") == []

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2 916 € en 2025", {"2916", "2025"}),
            ("de 35 à 40 k€", {"35", "40000"}),
            ("2,5 k€", {"2500"}),
            ("1.200,50 €", {"1200.5"}),
            ("aucun", set()),
        ],
    )
    def test_figures_are_normalised(self, text: str, expected: set[str]) -> None:
        assert numbers(text) == expected


def test_a_level_that_names_no_diploma_is_not_low(real: Corpus) -> None:
    low = {role.id for role in real.roles.values() if lowest_level(role) == 0}
    assert "preparateur-de-commandes" in low
    assert not low & {"chief-digital-officer", "growth-hacker"}
