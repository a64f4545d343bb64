"""The corpus on disk to values: the format, its faults, free documents, the split."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from corpus.documents import MAX_BYTES, load_documents
from corpus.errors import CorpusError, DocumentError
from corpus.load import load_corpus
from corpus.split import CHUNK_WORDS, FREE_PUBLISHER, split_corpus, split_document
from corpus.types import Corpus, FreeDocument

SHEET = "fiches/web-designer.md"
BANK = "questions/web-designer.yaml"


def spoil(folder: Path, name: str, old: str, new: str) -> int:
    """Replace a text that stands once in a file; return the line where the new text stands."""
    path = folder / name
    text = path.read_text()
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new))
    return text[: text.index(old)].count("\n") + 1


def faults(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(CorpusError) as caught:
        load_corpus(folder)
    return [(f.path, f.line, f.message) for f in caught.value.faults]


def test_a_good_folder_is_read_whole(small: Corpus) -> None:
    assert list(small.roles) == ["developpeur-web", "responsable-e-commerce", "web-designer"]
    role = small.roles["developpeur-web"]
    assert (role.title_m, role.title_f) == ("Développeur web", "Développeuse web")
    assert (role.close, role.evolution) == (("web-designer",), ("responsable-e-commerce",))
    (pay,) = role.salaries
    assert (pay.low, pay.high, pay.year, pay.source.publisher) == (2300, None, 2025, "Onisep")
    missions = next(section for section in role.sections if section.id == "missions")
    assert [block.bullet for block in missions.blocks] == [False, True, True]
    assert [b.sources[0].publisher for b in missions.blocks] == ["Onisep", "Onisep", "Apec"]
    assert missions.blocks[1].text == "Premier point : corriger chaque bogue signalé."
    assert small.themes["alternance"].sections[0].id == "l-alternance-c-est-quoi"
    assert [term.name for term in small.terms] == ["Pure player", "CRM"]
    assert {entry.document for entry in small.bank} == set(small.roles)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (SHEET, "famille: design", "famille: design\ncouleur: bleu", "clé inconnue « couleur »"),
        (SHEET, "famille: design", "famille: cuisine", "famille inconnue « cuisine »"),
        (SHEET, "de soldes. [onisep]", "de soldes.", "paragraphe sans source"),
        (SHEET, "de soldes. [onisep]", "de soldes. [cidj]", "source inconnue « cidj »"),
        (SHEET, "annee: 2025, source", "source", "salaire sans année"),
        (SHEET, "min: 2000", "min: 2000, max: 1000", "min 2000 au-dessus de max 1000"),
        (SHEET, "profil: débutant", "profil: chanceux", "profil « chanceux » inconnu"),
        (SHEET, "## Qualités", "## Caractère", "titre de partie inconnu « Caractère »"),
        (SHEET, '"https://www.onisep.fr/metier"', "onisep", "adresse impossible « onisep »"),
        (SHEET, "famille: design", "famille: [design", "YAML illisible"),
        (BANK, "section: qualites", "section: bonheur", "partie inconnue « bonheur »"),
        (BANK, "  - Are shy people welcome as Web designer?\n", "", "2 formulations"),
        (BANK, "La parole", "En 99 leçons, la parole", "chiffre « 99 » n’est pas dans la fiche"),
        (BANK, "  - Are shy people welcome as Web designer?",
         "  - are SHY people welcome as Développeur web !", "est déjà dans questions/developpeur"),
        ("glossaire.yaml", "- nom: CRM\n", "- nom: CRM\n  genre: m\n", "clé inconnue « genre »"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(
    corpus_folder: Path, name: str, old: str, new: str, said: str
) -> None:
    """The line is that of the spoilt value or of the item that holds it."""
    line = spoil(corpus_folder, name, old, new)
    path = name if "/" in name else f"corpus/{name}"
    found = [f for f in faults(corpus_folder) if f[0] == path and said in f[2]]
    assert len(found) == 1, faults(corpus_folder)
    assert abs(found[0][1] - line) <= (9 if name == BANK else 1)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (SHEET, "les collègues", "les collègues·es", "point médian"),
        (SHEET, "les collègues", "les employé(e)s", "parenthèse de genre"),
        (SHEET, "les collègues", "les <b>collègues</b>", "HTML interdit"),
        (SHEET, "matin au soir", "matin au soir" + " encore" * 90, "« Missions » a 13"),
        (SHEET, "- Ensuite", "- Un autre point. [apec]\n" * 4 + "- Ensuite", "plus de 5 puces"),
        (SHEET, ", developpeur-web]", ", plombier]", "aucune autre fiche « plombier »"),
        (SHEET, "evolution: []", "evolution: [web-designer]", "evolution : aucune autre"),
        (BANK, "peut être timide", "peut être timide, ou l’un·e ou l’autre", "point médian"),
    ],
)  # fmt: skip
def test_a_rule_of_the_whole_corpus_is_told(
    corpus_folder: Path, name: str, old: str, new: str, said: str
) -> None:
    spoil(corpus_folder, name, old, new)
    assert [f for f in faults(corpus_folder) if f[0] == name and said in f[2]]


def test_a_rule_of_the_whole_corpus_is_told_with_its_line(corpus_folder: Path) -> None:
    line = spoil(corpus_folder, SHEET, "les collègues", "les collègues·es")
    assert [found[1] for found in faults(corpus_folder)] == [line]


def test_a_link_without_return_and_one_name_for_two_jobs(corpus_folder: Path) -> None:
    spoil(corpus_folder, SHEET, ", developpeur-web]", "]")
    spoil(corpus_folder, SHEET, "graphiste web", "Développeurs Web, WEB développeur, web-developer")
    assert [f"{path} {said}" for path, _, said in faults(corpus_folder)] == [
        "fiches/developpeur-web.md l’alias « web developer » désigne developpeur-web, web-designer",
        "fiches/developpeur-web.md proches : « web-designer » ne cite pas « developpeur-web » "
        "en retour",
    ]


def test_every_fault_of_every_file_is_told_at_once(corpus_folder: Path) -> None:
    spoil(corpus_folder, SHEET, "famille: design", "famille: cuisine")
    spoil(corpus_folder, SHEET, "de soldes. [onisep]", "de soldes.")
    spoil(corpus_folder, BANK, "section: qualites", "section: bonheur")
    spoil(corpus_folder, "themes/alternance.md", "16 et 29 ans", "16 et 29 ans·nées")
    (corpus_folder / "questions" / "plombier.yaml").write_text("document: plombier\n")
    found = faults(corpus_folder)
    assert found == sorted(found)
    assert {f[0] for f in found} == {SHEET, BANK, "themes/alternance.md", "questions/plombier.yaml"}
    assert len([f for f in found if f[0] == SHEET]) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Été".encode("cp1252"), "n’est pas en UTF-8"),
        (b"", "en-tête YAML absent"),
        (b"## En bref\nTexte. [onisep]\n", "en-tête YAML absent"),
        (b"---\n- a\n- b\n---\n## En bref\nTexte. [onisep]\n", "n’est pas une table"),
    ],
)
def test_a_file_that_is_no_sheet(corpus_folder: Path, content: bytes, said: str) -> None:
    (corpus_folder / SHEET).write_bytes(content)
    assert [f for f in faults(corpus_folder) if f[0] == SHEET and said in f[2]]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("famille: design", "famille: !x design"),
        ("annee: 2025}", "annee: 2025-13-45}"),
        ("famille: design", "famille: de\x07sign"),
        ("famille: design", "? [a, b]\n: c\nfamille: design"),
        ("famille: design", "famille: design\nfamille: technique"),
        ("par mois, annee: 2025", "par mois, annee: bientôt"),
    ],
)
def test_odd_yaml_is_a_fault_too(corpus_folder: Path, old: str, new: str) -> None:
    """The first four end the program, the last two pass in silence."""
    spoil(corpus_folder, SHEET, old, new)
    assert [f for f in faults(corpus_folder) if f[0] == SHEET]


class TestFreeDocuments:
    """CAP_CORPUS: what a school drops in its folder."""

    @pytest.mark.parametrize(
        "content",
        ["Journée à l’école".encode(), b"\xef\xbb\xbf" + "Journée à l’école".encode(),
         "Journée à l’école".encode("cp1252")],
        ids=["utf-8", "bom", "cp1252"],
    )  # fmt: skip
    def test_usual_encodings(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "note.txt").write_bytes(content)
        (document,), warnings = load_documents(tmp_path)
        assert (document.title, warnings) == ("Journée à l’école", ())

    def test_what_cannot_be_used_is_named_with_the_reason(self, tmp_path: Path) -> None:
        (tmp_path / "bon.md").write_text("# Titre\n\nTexte.")
        (tmp_path / "vide.txt").write_bytes(b" \n\n")
        (tmp_path / "nul.txt").write_bytes(b"a\x00b")
        (tmp_path / "gros.txt").write_bytes(b"mot " * (MAX_BYTES // 4 + 1))
        documents, warnings = load_documents(tmp_path)
        assert [document.name for document in documents] == ["bon.md"]
        assert warnings == (
            "« gros.txt » est laissé de côté : le fichier est trop gros (5 Mo, maximum 5 Mo).",
            "« nul.txt » est laissé de côté : ce n’est pas un texte (octets nuls).",
            "« vide.txt » est laissé de côté : le fichier est vide.",
        )

    def test_twenty_megabytes_are_refused_without_being_read(self, tmp_path: Path) -> None:
        with (tmp_path / "enorme.txt").open("wb") as file:
            file.truncate(20_000_000)
        started = time.process_time()
        assert "20 Mo" in load_documents(tmp_path)[1][0]
        assert time.process_time() - started < 0.1

    def test_an_unreadable_file_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Permissions do not stop root, so the reading itself is made to fail."""
        (tmp_path / "secret.md").write_text("Texte")

        def refuse(path: Path) -> bytes:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

        monkeypatch.setattr(Path, "read_bytes", refuse)
        documents, (warning,) = load_documents(tmp_path)
        assert not documents and warning.startswith("« secret.md » est laissé de côté : lecture")

    def test_folders_inside_are_read_and_named(self, tmp_path: Path) -> None:
        (tmp_path / "bts" / "ndrc").mkdir(parents=True)
        (tmp_path / "bts" / "ndrc" / "stages.MD").write_text("# Stages\n\nDurée : 16 semaines.")
        (document,), _ = load_documents(tmp_path)
        assert (document.name, document.title) == ("bts/ndrc/stages.MD", "Stages")

    def test_html_scripts_and_images_are_taken_out(self, tmp_path: Path) -> None:
        (tmp_path / "page.md").write_text(
            "<h1>Nos stages</h1>\n\n<script>alert('x')</script>Le <b>stage</b> dure "
            '[16 semaines](javascript:alert(1)).<img src=x onerror="alert(2)">\n'
        )
        (document,), _ = load_documents(tmp_path)
        assert document.title == "Nos stages"
        text = " ".join(document.paragraphs)
        assert text.startswith("Le stage dure 16 semaines") and "<" not in text
        assert "alert('x')" not in text and "onerror" not in text

    def test_a_folder_that_does_not_exist_is_a_french_error(self, tmp_path: Path) -> None:
        with pytest.raises(DocumentError, match="CAP_CORPUS désigne"):
            load_documents(tmp_path / "absent")

    @pytest.mark.parametrize(
        "text",
        ["Règlement\n\nNote < 8 : échec ; note > 16 : mention.", "---\nNote < 8 : échec\n---\nFin"],
        ids=["less than", "rule"],
    )
    def test_no_sentence_is_lost(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "note.md").write_text(text)
        (document,), _ = load_documents(tmp_path)
        assert "échec" in " ".join((document.title, *document.paragraphs))

    def test_a_format_that_is_not_read_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "plaquette.pdf").write_bytes(b"%PDF-1.7")
        _, (warning,) = load_documents(tmp_path)
        assert "plaquette.pdf" in warning

    def test_signs_without_end_cost_no_time(self, tmp_path: Path) -> None:
        """20,000 brackets take 1.6 s, so the 5 MB that are accepted would take a day."""
        (tmp_path / "note.md").write_text("Titre\n" + "[" * 10_000)
        started = time.process_time()
        load_documents(tmp_path)
        assert time.process_time() - started < 0.1


class TestSplit:
    """What is searched and cited."""

    def test_every_part_is_a_passage_with_its_own_stable_id(self, small: Corpus) -> None:
        passages = split_corpus(small)
        assert passages == split_corpus(small)
        assert len({p.id for p in passages}) == len(passages)
        kinds = [p.kind for p in passages]
        assert (kinds.count("section"), kinds.count("question"), kinds.count("term")) == (35, 3, 2)
        assert all(p.keys and p.blocks and all(b.sources for b in p.blocks) for p in passages)

    def test_a_section_is_found_by_its_own_question(self, small: Corpus) -> None:
        (pay,) = (p for p in split_corpus(small)
                  if (p.document, p.section) == ("developpeur-web", "salaire"))  # fmt: skip
        assert "Combien gagne un Développeur web ?" in pay.keys
        assert "Quel est le salaire d’une Développeuse web ?" in pay.keys

    @pytest.mark.parametrize(
        "paragraphs",
        [("mot " * 500,), ("Une phrase de six mots ici. " * 60,), ("court",) * 400, ("a b c",)],
    )
    def test_a_document_is_cut_without_losing_a_word(self, paragraphs: tuple[str, ...]) -> None:
        passages = split_document(FreeDocument("note.md", "Titre", paragraphs))
        assert all(0 < len(p.text.split()) <= CHUNK_WORDS for p in passages)
        assert " ".join(p.text for p in passages).split() == " ".join(paragraphs).split()
        assert len({p.id for p in passages}) == len(passages)
        assert {s.publisher for p in passages for b in p.blocks for s in b.sources} == {
            FREE_PUBLISHER
        }
