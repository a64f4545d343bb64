"""What an editor checks before a build: spelling, answers said twice, one name for a publisher."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.build import build
from bot.settings import Settings
from corpus.errors import CorpusError
from corpus.load import HERE, load_corpus
from corpus.orthography import Speller, read_own_words
from corpus.proofread import near_duplicates, proofread, visible_texts
from corpus.text import fold
from corpus.types import BankEntry, Block, Corpus
from tests.test_corpus import spoil

SHEET = "fiches/web-designer.md"
BANK = "questions/web-designer.yaml"
THEME = "themes/alternance.md"
GLOSSARY = "corpus/glossaire.yaml"


def told(folder: Path, words: str) -> list[tuple[str, int, str]]:
    """Faults of a folder that hold these words."""
    faults = proofread(load_corpus(folder), folder)
    return [(f.path, f.line, f.message) for f in faults if words in f.message]


@pytest.mark.parametrize(
    ("path", "old", "new", "word", "suggestion"),
    [
        (SHEET, "C’est une activité", "C’est une activitée", "activitée", "activité"),
        (SHEET, "nouveautés du secteur", "nouveautés du secteurr", "secteurr", "secteur"),
        (SHEET, "niveau: bac+3 à bac+5", "niveau: dilpôme", "dilpôme", "diplôme"),
        (SHEET, "{m: Web designer,", "{m: Web desinger,", "desinger", "designer"),
        (SHEET, 'titre: "Fiche métier"', 'titre: "Fiche metier"', "metier", "métier"),
        (THEME, "## À quel âge entre", "## À quel aage entre", "aage", "age"),
        (THEME, "L’alternance partage", "L’alternence partage", "alternence", "alternance"),
        (BANK, "peut être timide :", "peut etre timide :", "etre", "être"),
        (BANK, "reste de l’équipe", "reste de l’équippe", "équippe", "équipe"),
        (GLOSSARY, "un marchand qui vend", "un marchant qui vandra", "vandra", "vendra"),
        (GLOSSARY, "- nom: Pure player", "- nom: Pure plaiyer", "plaiyer", ""),
    ],
)  # fmt: skip
def test_a_misspelt_word_is_told_with_its_line_and_what_was_meant(
    corpus_folder: Path, path: str, old: str, new: str, word: str, suggestion: str
) -> None:
    line = spoil(corpus_folder, path.removeprefix("corpus/"), old, new)
    (found,) = told(corpus_folder, "dictionnaire")
    assert found[:2] == (path, line)
    assert found[2].startswith(f"« {word} » n’est pas au dictionnaire")
    assert f"« {suggestion} »" in found[2] or not suggestion
    assert found[2].count("«") <= 3 and found[2].endswith("l’ajouter à corpus/mots.txt")


def test_questions_keep_their_mistakes_and_addresses_are_not_read(corpus_folder: Path) -> None:
    spoil(corpus_folder, BANK, "Faut-il être timide", "faut til etre timid")
    spoil(corpus_folder, SHEET, "https://www.onisep.fr/metier", "https://www.onisep.fr/metierr")
    assert not told(corpus_folder, "dictionnaire")


def test_spelling_is_told_with_the_other_faults_and_only_on_demand(corpus_folder: Path) -> None:
    spoil(corpus_folder, SHEET, "C’est une activité", "C’est une activitée")
    load_corpus(corpus_folder)
    spoil(corpus_folder, SHEET, "famille: design", "famille: cuisine")
    with pytest.raises(CorpusError, match=r"(?s)famille inconnue.*« activitée »"):
        load_corpus(corpus_folder, proofread=True)


def test_a_build_proofreads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def load(extra: Path | None = None, *, proofread: bool = False) -> Corpus:
        asked.append(proofread)
        raise CorpusError([])

    monkeypatch.setattr("bot.build.load_corpus", load)
    with pytest.raises(CorpusError):
        build(Settings(data=tmp_path))
    assert asked == [True]


def test_a_dictionary_that_does_not_open_is_a_fault(
    corpus_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OSError, match=r"fr\.aff"):
        Speller(frozenset(), tmp_path)
    monkeypatch.setattr("corpus.proofread.speller", lambda: Speller(frozenset(), tmp_path))
    assert told(corpus_folder, "le dictionnaire français ne s’ouvre pas")


class TestSpeller:
    """Which words are known."""

    @pytest.mark.parametrize(
        "text",
        [
            "L’école d’été, aujourd’hui jusqu’à midi ; qu’il s’agît d’une œuvre.",
            "L'apostrophe droite aussi, quelqu'un l'a dit.",
            "Peut-on, a-t-il, c’est-à-dire, rendez-vous, e-commerce, savoir-faire",
            "ÉTUDES, Études, DÉVELOPPEUSE, ouvrez « les guillemets » (et les parenthèses)…",
            "Le 1er, la 3e, 2 916 €, bac+5, B2B, code M1855, de 16-29 ans, 1jeune1solution.gouv.fr",
            "L’Onisep, la marketplace, les growth hackers",
            "Growth d’Onisep",
        ],
    )
    def test_known(self, text: str) -> None:
        own = frozenset({"Onisep", "marketplace", "growth"})
        assert Speller(own).unknown(text) == []

    @pytest.mark.parametrize(
        ("text", "unknown"),
        [
            ("Un evenement, une etude, ca marche", ["evenement", "etude", "ca"]),
            ("Etudes à l’Ecole", ["Etudes", "Ecole"]),
            ("L’onisep", ["onisep"]),
            ("deux marketplaces", ["marketplaces"]),
            ("peut-etre un oeuvre", ["peut-etre", "oeuvre"]),
        ],
    )
    def test_unknown(self, text: str, unknown: list[str]) -> None:
        """A name keeps its capital, a plural is another word, accents and ligatures count."""
        assert Speller(frozenset({"Onisep", "marketplace"})).unknown(text) == unknown


class TestOwnWords:
    """The project's word list, corpus/mots.txt."""

    def test_it_is_sorted_and_says_what_it_is(self) -> None:
        own = read_own_words()
        assert own == sorted(set(own), key=lambda word: (fold(word), word))
        assert (HERE / "mots.txt").read_text().startswith("# ")

    def test_no_entry_is_useless(self, real: Corpus) -> None:
        """Each is a word of the corpus that the dictionary does not know, capital aside."""
        dictionary, own = Speller(frozenset()), set(read_own_words())
        needed = {w for text in visible_texts(real) for w in dictionary.unknown(text.text)}
        needed = {low if (low := w[:1].lower() + w[1:]) in own else w for w in needed}
        assert own == needed


def entry(document: str, text: str) -> BankEntry:
    return BankEntry(document, "salaire", (), (Block(text, ()),), line=7)


PAY = (
    "Aucun salaire de départ fiable n’a été trouvé pour un ou une {}. Le repère officiel le plus "
    "proche est celui du traffic manager : à partir de 2 916 € brut par mois, selon l’Onisep."
)


@pytest.mark.parametrize(
    ("other", "near"),
    [
        (PAY.format("responsable affiliation"), True),
        (PAY.format("responsable affiliation").replace("officiel le plus proche", "sûr"), True),
        (PAY.format("growth hacker").upper() + " Ce métier se développe encore beaucoup.", True),
        ("On débute comme traffic manager à partir de 2 916 € brut par mois, selon l’Onisep, et la "
         "suite dépend surtout de la taille des budgets que l’on gère.", False),
        ("Un web designer dessine les pages du site et choisit les couleurs.", False),
        ("Oui.", False),
    ],
)  # fmt: skip
def test_an_answer_said_twice_is_found(other: str, near: bool) -> None:
    """Not two answers with a figure in common, nor an answer of two words."""
    bank = (entry("consultant-sea", PAY.format("consultante SEA")), entry("autre", other))
    assert bool(near_duplicates(bank)) is near


def test_an_answer_said_twice_is_told_with_both_places(corpus_folder: Path) -> None:
    """The small corpus writes its three answers from one pattern."""
    found = [f for f in told(corpus_folder, "la réponse reprend") if f[0] == BANK.replace(
        "web-designer", "responsable-e-commerce")]  # fmt: skip
    assert [line for _, line, _ in found] == [3]
    assert "celle de questions/web-designer.yaml, ligne 3" in found[0][2]


@pytest.mark.parametrize("name", ["ONISEP", "onisep.fr", "O-nisep", "Onisèp"])
def test_a_publisher_under_two_names_is_told(corpus_folder: Path, name: str) -> None:
    line = spoil(corpus_folder, SHEET, "editeur: Onisep", f"editeur: {name}")
    assert told(corpus_folder, "éditeur") == [
        (SHEET, line, f"éditeur « {name} » : ailleurs « Onisep », garder un nom")
    ]


def test_the_shipped_corpus_has_no_fault(real: Corpus) -> None:
    """In two seconds of processor time at most: a build with nothing to do takes less than five."""
    started = time.process_time()
    assert proofread(real, HERE) == []
    assert time.process_time() - started < 2.0
