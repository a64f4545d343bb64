"""The index with real Chroma: what a build costs, what survives a failure, what is refused."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import filelock
import pytest

from corpus.errors import BuildError, IndexUnusableError
from corpus.split import split_corpus
from corpus.text import tokens, words
from corpus.types import Corpus, Passage
from corpus.validate import numbers
from index import build as build_module
from index.build import build_index, index_folder, open_index, read_manifest
from index.lexical import LexicalIndex
from index.search import RRF_K, Searcher, fuse
from index.store import Store

QUESTION = "Combien gagne une développeuse web ?"


@pytest.fixture
def passages(small: Corpus) -> list[Passage]:
    return split_corpus(small)


@pytest.fixture
def data(tmp_path: Path, passages: list[Passage], fakes: SimpleNamespace) -> Path:
    """A folder with an index of the small corpus."""
    build_index(passages, fakes.Encoder(), tmp_path)
    return tmp_path


def reworded(passages: list[Passage]) -> list[Passage]:
    """The same passages, one sentence added to one part of one sheet."""
    place = next(i for i, p in enumerate(passages) if p.section == "outils")
    old = passages[place]
    new = replace(old, keys=(f"{old.keys[0]} Un casque suffit.", *old.keys[1:]))
    return [*passages[:place], new, *passages[place + 1 :]]


def first(searcher: Searcher) -> str:
    """The part that answers QUESTION best."""
    passage = searcher.search(QUESTION)[0].passage
    return f"{passage.document}/{passage.section}"


class TestBuild:
    """Only what changed is embedded."""

    def test_the_first_build_embeds_each_text(
        self, tmp_path: Path, passages: list[Passage], fakes: SimpleNamespace
    ) -> None:
        encoder, told = fakes.Encoder(), []
        report = build_index(
            passages, encoder, tmp_path, progress=lambda *pair: told.append(pair)
        )
        keys = [key for p in passages for key in p.keys]
        assert sorted(encoder.embedded) == sorted(keys)
        assert (report.passages, report.keys, report.embedded) == (len(passages), len(keys), len(keys))
        assert told[-1] == (len(keys), len(keys)) and len(told) > 1
        assert first(open_index(passages, fakes.Encoder(), tmp_path)) == "developpeur-web/salaire"

    def test_an_unchanged_corpus_embeds_nothing(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace
    ) -> None:
        encoder = fakes.Encoder()
        report = build_index(passages, encoder, data)
        assert report.unchanged and encoder.calls == 0

    def test_one_changed_text_is_embedded_alone(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace
    ) -> None:
        encoder, changed = fakes.Encoder(), reworded(passages)
        report = build_index(changed, encoder, data)
        assert len(encoder.embedded) == 1 and encoder.embedded[0].endswith("Un casque suffit.")
        assert (report.embedded, report.removed, report.unchanged) == (1, 1, False)
        hits = open_index(changed, fakes.Encoder(), data).search("un casque suffit", mode="words")
        assert hits[0].passage.section == "outils"

    def test_a_deleted_document_disappears(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace
    ) -> None:
        kept = [p for p in passages if p.document != "portes-ouvertes.md"]
        encoder = fakes.Encoder()
        report = build_index(kept, encoder, data)
        assert (encoder.calls, report.removed) == (0, 1)
        searcher = open_index(kept, fakes.Encoder(), data)
        assert "portes-ouvertes.md" not in {p.document for p in searcher.passages.values()}
        assert not searcher.search("lycée Jean-Moulin portes ouvertes samedi", mode="words")[0].words \
            or searcher.search("samedi 14 mars")[0].passage.kind != "free"

    def test_force_embeds_everything_again(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace
    ) -> None:
        encoder = fakes.Encoder()
        assert build_index(passages, encoder, data, force=True).embedded == len(encoder.embedded) > 90

    def test_two_old_builds_are_not_kept(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace
    ) -> None:
        """A server may still read the one before; the one before that is deleted."""
        for count in (3, 2, 1):
            build_index(passages[:-count], fakes.Encoder(), data)
        assert len(Store.open(index_folder(data)).names()) == 2


class TestFailure:
    """A build that fails leaves the previous index serving."""

    @pytest.mark.parametrize("batches", [0, 1])
    def test_killed_while_embedding(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace, batches: int
    ) -> None:
        other = fakes.Encoder(name="autre", fail_after=batches)
        with pytest.raises(KeyboardInterrupt):
            build_index(passages, other, data)
        assert first(open_index(passages, fakes.Encoder(), data)) == "developpeur-web/salaire"
        report = build_index(passages, fakes.Encoder(name="autre"), data)
        assert report.embedded == report.keys
        assert first(open_index(passages, fakes.Encoder(name="autre"), data)).endswith("/salaire")

    def test_killed_while_the_manifest_is_written(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", killed)
            with pytest.raises(KeyboardInterrupt):
                build_index(reworded(passages), fakes.Encoder(), data)
        assert first(open_index(passages, fakes.Encoder(), data)) == "developpeur-web/salaire"
        build_index(reworded(passages), fakes.Encoder(), data)
        assert open_index(reworded(passages), fakes.Encoder(), data)

    def test_no_space_for_the_manifest(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch:
            patch.setattr(build_module.os, "fsync", full)
            with pytest.raises(BuildError, match="place libre sur le disque"):
                build_index(reworded(passages), fakes.Encoder(), data)
        assert not list(index_folder(data).glob("*.tmp"))
        assert first(open_index(passages, fakes.Encoder(), data)) == "developpeur-web/salaire"

    def test_no_space_for_the_vectors(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        from chromadb.api.models.Collection import Collection

        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch:
            patch.setattr(Collection, "add", full)
            with pytest.raises(BuildError, match="l’index précédent reste en service"):
                build_index(reworded(passages), fakes.Encoder(), data)
        assert first(open_index(passages, fakes.Encoder(), data)) == "developpeur-web/salaire"

    def test_a_folder_where_nothing_can_be_written(
        self, tmp_path: Path, passages: list[Passage], fakes: SimpleNamespace
    ) -> None:
        (tmp_path / "data").write_text("un fichier, pas un dossier")
        with pytest.raises(BuildError, match="CAP_DATA"):
            build_index(passages, fakes.Encoder(), tmp_path / "data")

    def test_two_builds_at_once(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace
    ) -> None:
        with (
            filelock.FileLock(index_folder(data) / "build.lock"),
            pytest.raises(BuildError, match="Une autre construction de l’index est en cours"),
        ):
            build_index(reworded(passages), fakes.Encoder(), data)
        assert build_index(reworded(passages), fakes.Encoder(), data).embedded == 1

    @pytest.mark.xfail(strict=True, reason="index/build.py: --force deletes the live collection")
    def test_killed_while_everything_is_embedded_again(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace
    ) -> None:
        with pytest.raises(KeyboardInterrupt):
            build_index(passages, fakes.Encoder(fail_after=1), data, force=True)
        assert first(open_index(passages, fakes.Encoder(), data)) == "developpeur-web/salaire"

    @pytest.mark.xfail(strict=True, reason="index/store.py: --force cannot open a damaged database")
    def test_force_repairs_a_damaged_database(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace
    ) -> None:
        """The message of a damaged index says to run just that."""
        (index_folder(data) / "chroma.sqlite3").write_bytes(b"SQLite format 3\x00" + b"?" * 9_000)
        from chromadb.api.shared_system_client import SharedSystemClient

        SharedSystemClient.clear_system_cache()
        build_index(passages, fakes.Encoder(), data, force=True)
        assert first(open_index(passages, fakes.Encoder(), data)) == "developpeur-web/salaire"

    @pytest.mark.xfail(strict=True, reason="index/build.py: vectors of another dimension reused")
    def test_a_model_replaced_under_the_same_name(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace
    ) -> None:
        """CAP_EMBEDDING may be a folder, whose content changes."""
        build_index(reworded(passages), fakes.Encoder(dimension=256), data)
        assert open_index(reworded(passages), fakes.Encoder(dimension=256), data)


class TestRefusal:
    """An index that does not fit is never served; the sentence says what to run."""

    def refused(self, passages: list[Passage], encoder: Any, data: Path) -> str:
        with pytest.raises(IndexUnusableError) as caught:
            open_index(passages, encoder, data)
        return str(caught.value)

    def test_none(self, tmp_path: Path, passages: list[Passage], fakes: SimpleNamespace) -> None:
        said = self.refused(passages, fakes.Encoder(), tmp_path)
        assert said == "Il n’y a pas encore d’index. Lancez « python -m bot build »."

    def test_another_encoder(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace
    ) -> None:
        said = self.refused(passages, fakes.Encoder(name="autre"), data)
        assert "modèle « hash », attendu « autre »" in said and "« python -m bot build »" in said
        assert "build" in self.refused(passages, fakes.Encoder(dimension=256), data)

    @pytest.mark.parametrize("name", ["TEXT_VERSION", "FORMAT", "PROMPTS"])
    def test_another_version_of_the_product(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace,
        monkeypatch: pytest.MonkeyPatch, name: str,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(build_module, name, "autre")
        assert "« python -m bot build »" in self.refused(passages, fakes.Encoder(), data)
        build_index(passages, fakes.Encoder(), data)
        assert open_index(passages, fakes.Encoder(), data)

    def test_another_corpus(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace
    ) -> None:
        for changed in (reworded(passages), passages[1:], passages[::-1]):
            said = self.refused(changed, fakes.Encoder(), data)
            assert said.startswith("Le corpus a changé") and "« python -m bot build »" in said

    @pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"format": 1}', "\udcff"])
    def test_a_damaged_manifest(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace, content: str
    ) -> None:
        path = index_folder(data) / "manifest.json"
        path.write_bytes(content.encode(errors="surrogateescape"))
        said = self.refused(passages, fakes.Encoder(), data)
        assert said.endswith("Lancez « python -m bot build --force ».")
        build_index(passages, fakes.Encoder(), data, force=True)
        assert open_index(passages, fakes.Encoder(), data)

    def test_a_missing_or_incomplete_collection(
        self, data: Path, passages: list[Passage], fakes: SimpleNamespace
    ) -> None:
        manifest = read_manifest(data)
        assert manifest is not None
        store = Store.open(index_folder(data))
        inner = store.collection(manifest.collection)._inner
        inner.delete(ids=inner.get(limit=1)["ids"])
        assert "incomplet" in self.refused(passages, fakes.Encoder(), data)
        store.delete(manifest.collection)
        assert "endommagé" in self.refused(passages, fakes.Encoder(), data)
        assert build_index(passages, fakes.Encoder(), data).embedded == manifest.keys

    def test_the_manifest_tells_what_built_it(self, data: Path) -> None:
        written = json.loads((index_folder(data) / "manifest.json").read_text())
        assert (written["encoder"], written["dimension"]) == ("hash", 512)
        assert written["prompts"] == {"query": "query: ", "document": "passage: "}


class TestSearch:
    """Words, meaning, and both."""

    def test_each_mode_keeps_its_raw_scores(self, searcher: Searcher) -> None:
        both, words_only, meaning = (
            searcher.search(QUESTION, mode=mode) for mode in ("both", "words", "meaning")
        )
        assert {hits[0].passage.section for hits in (both, words_only, meaning)} == {"salaire"}
        assert both[0].meaning and both[0].words and both[0].score == pytest.approx(2 / (RRF_K + 1))
        assert words_only[0].meaning is None and words_only[0].score == words_only[0].words
        assert meaning[0].words is None and -1 <= (meaning[0].meaning or 9) <= 1
        assert len(both) == 8 and len({hit.passage.id for hit in both}) == 8
        assert both[0].key in both[0].passage.keys

    def test_a_key_asked_word_for_word_has_cosine_one(self, searcher: Searcher) -> None:
        hit = searcher.search("Que veut dire CRM ?", count=1, mode="meaning")[0]
        assert hit.meaning == pytest.approx(1.0, abs=1e-4) and hit.passage.section == "crm"

    def test_restricted_to_documents(self, searcher: Searcher) -> None:
        for mode in ("words", "meaning", "both"):
            hits = searcher.search(QUESTION, documents=("web-designer", "alternance"), mode=mode)
            assert hits and {h.passage.document for h in hits} <= {"web-designer", "alternance"}
        assert hits[0].passage.section == "salaire"

    def test_words_that_nothing_holds(self, searcher: Searcher) -> None:
        assert searcher.search("zzz xyzzy", mode="words") == []
        assert searcher.search("le la les ?", mode="words") == []
        assert searcher.coverage("zzz xyzzy", next(iter(searcher.passages))) == 0

    def test_coverage_is_the_share_of_rare_words(self, searcher: Searcher) -> None:
        pay = searcher.search(QUESTION)[0].passage.id
        whole, half = (searcher.coverage(q, pay) for q in (QUESTION, f"{QUESTION} à Tombouctou"))
        assert whole == pytest.approx(1.0) and 0 < half < 0.8
        assert searcher.coverage("", pay) == 0

    def test_an_empty_lexical_index_finds_nothing(self) -> None:
        assert LexicalIndex([]).best("web", 3) == [] == LexicalIndex(["le la"]).best("web", 3)

    def test_fusion_adds_inverse_ranks(self) -> None:
        a, b, c = ("a", "", 0.0), ("b", "", 0.0), ("c", "", 0.0)
        assert fuse([[a, b], [b, c]]) == [
            ("b", 1 / (RRF_K + 2) + 1 / (RRF_K + 1)), ("a", 1 / (RRF_K + 1)), ("c", 1 / (RRF_K + 2)),
        ]  # fmt: skip
        assert fuse([]) == [] and fuse([[], [a]]) == [("a", 1 / (RRF_K + 1))]
        assert fuse([[b], [a]]) == fuse([[a], [b]])
