"""The index with real Chroma: what a build costs, what survives a failure, what is refused."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import filelock
import pytest

from corpus.errors import BuildError, IndexUnusableError
from corpus.split import split_corpus
from corpus.types import Corpus, Passage
from index import build as module
from index.build import BuildReport, build_index, index_folder, open_index, read_manifest
from index.lexical import LexicalIndex
from index.search import RRF_K, Searcher, fuse
from index.store import Store

QUESTION = "Combien gagne une développeuse web ?"
PAY = "developpeur-web/salaire"


class Site:
    """A data folder, ten passages and the means to build and open their index."""

    def __init__(self, data: Path, passages: list[Passage], encoder: Any) -> None:
        """`encoder` is a class: each build counts its own calls."""
        self.data, self.passages, self.encoder = data, passages, encoder
        self.folder = index_folder(data)

    def reworded(self) -> list[Passage]:
        """The passages, with one sentence more in one of them."""
        last = self.passages[-1]
        more = replace(last, keys=(f"{last.keys[0]} Un casque suffit.", *last.keys[1:]))
        return [*self.passages[:-1], more]

    def build(
        self, passages: list[Passage] | None = None, *, force: bool = False, **encoder: Any
    ) -> tuple[BuildReport, list[str]]:
        """Return the report and the texts that were embedded."""
        used = self.encoder(**encoder)
        return build_index(passages or self.passages, used, self.data, force=force), used.embedded

    def first(self, passages: list[Passage] | None = None, **encoder: Any) -> str:
        """Open the index and return the part that answers QUESTION best."""
        searcher = open_index(passages or self.passages, self.encoder(**encoder), self.data)
        passage = searcher.search(QUESTION)[0].passage
        return f"{passage.document}/{passage.section}"

    def refusal(self, passages: list[Passage] | None = None, **encoder: Any) -> str:
        """The sentence with which the index is refused."""
        with pytest.raises(IndexUnusableError) as caught:
            open_index(passages or self.passages, self.encoder(**encoder), self.data)
        return str(caught.value)


@pytest.fixture(scope="module")
def template(
    tmp_path_factory: pytest.TempPathFactory, small: Corpus, fakes: SimpleNamespace
) -> Site:
    """An index that every test copies."""
    parts = ("salaire", "formations", "crm", "extrait-1", "outils")
    passages = [p for p in split_corpus(small) if p.section in parts]
    site = Site(tmp_path_factory.mktemp("template"), passages, fakes.Encoder)
    site.build()
    return site


@pytest.fixture
def site(template: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A copy of the index, in a product whose batches hold eight texts."""
    monkeypatch.setattr(module, "ENCODE_BATCH", 8)
    shutil.copytree(template.data, tmp_path / "data")
    yield Site(tmp_path / "data", template.passages, template.encoder)


class TestBuild:
    """Only what changed is embedded."""

    def test_the_first_build_embeds_each_text_once(self, site: Site, tmp_path: Path) -> None:
        encoder, told = site.encoder(), []
        report = build_index(
            site.passages, encoder, tmp_path / "new", progress=lambda *pair: told.append(pair)
        )
        keys = [key for p in site.passages for key in p.keys]
        assert sorted(encoder.embedded) == sorted(keys)
        assert (report.passages, report.keys) == (len(site.passages), len(keys))
        assert told[-1] == (len(keys), len(keys)) and len(told) > 3

    def test_an_unchanged_corpus_embeds_nothing(self, site: Site) -> None:
        report, embedded = site.build()
        assert report.unchanged and not embedded
        assert site.first() == PAY

    def test_one_changed_text_is_embedded_alone(self, site: Site) -> None:
        report, embedded = site.build(site.reworded())
        assert len(embedded) == 1 and embedded[0].endswith("Un casque suffit.")
        assert (report.embedded, report.removed, report.unchanged) == (1, 1, False)
        found = open_index(site.reworded(), site.encoder(), site.data).search("un casque suffit")
        assert found[0].passage == site.reworded()[-1]

    def test_a_deleted_document_disappears(self, site: Site) -> None:
        kept = [p for p in site.passages if p.document != "portes-ouvertes.md"]
        report, embedded = site.build(kept)
        assert (embedded, report.removed) == ([], 1)
        searcher = open_index(kept, site.encoder(), site.data)
        for mode in ("words", "meaning"):
            hits = searcher.search("Le lycée Jean-Moulin ouvre ses portes", mode=mode)
            assert "portes-ouvertes.md" not in {hit.passage.document for hit in hits}

    def test_force_embeds_everything_again(self, site: Site) -> None:
        report, embedded = site.build(force=True)
        assert report.embedded == report.keys == len(embedded) > 30

    def test_the_build_before_is_kept_and_no_older_one(self, site: Site) -> None:
        """A server may still read the one before."""
        for count in (3, 2, 1):
            site.build(site.passages[:-count])
        assert len(Store.open(site.folder).names()) == 2


class TestFailure:
    """A build that fails leaves the previous index serving; the next one ends the work."""

    @pytest.mark.parametrize("batches", [0, 1, 3])
    def test_killed_while_embedding(self, site: Site, batches: int) -> None:
        with pytest.raises(KeyboardInterrupt):
            site.build(name="autre", fail_after=batches)
        assert site.first() == PAY
        report, _ = site.build(name="autre")
        assert report.embedded == report.keys
        assert site.first(name="autre") == PAY

    def test_killed_while_the_manifest_is_written(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(Path, "replace", killed)
            site.build(site.reworded())
        assert site.first() == PAY
        site.build(site.reworded())
        assert site.first(site.reworded()) == PAY

    @pytest.mark.parametrize("where", ["manifest", "vectors"])
    def test_no_space_left(self, site: Site, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
        from chromadb.api.models.Collection import Collection

        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        owner: Any = module.os if where == "manifest" else Collection
        with monkeypatch.context() as patch:
            patch.setattr(owner, "fsync" if where == "manifest" else "add", full)
            with pytest.raises(BuildError, match="place libre sur le disque") as caught:
                site.build(site.reworded())
        assert "CAP_DATA" in str(caught.value)
        assert not list(site.folder.glob("*.tmp"))
        assert site.first() == PAY

    def test_a_folder_that_cannot_be_written(self, site: Site, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(BuildError, match="CAP_DATA"):
            build_index(site.passages, site.encoder(), tmp_path / "file")

    def test_two_builds_at_once(self, site: Site) -> None:
        busy = "Une autre construction de l’index est en cours"
        with filelock.FileLock(site.folder / "build.lock"), pytest.raises(BuildError, match=busy):
            site.build(site.reworded())
        assert site.build(site.reworded())[0].embedded == 1

    def test_killed_while_everything_is_embedded_again(self, site: Site) -> None:
        with pytest.raises(KeyboardInterrupt):
            site.build(force=True, fail_after=1)
        assert site.first() == PAY

    def test_force_repairs_a_damaged_database(self, site: Site) -> None:
        """The message of a damaged index says to run just that."""
        (site.folder / "chroma.sqlite3").write_bytes(b"SQLite format 3\x00" + b"?" * 9_000)
        assert "--force" in site.refusal()
        site.build(force=True)
        assert site.first() == PAY

    def test_a_model_replaced_under_the_same_name(self, site: Site) -> None:
        """CAP_EMBEDDING may be a folder, whose content changes."""
        site.build(site.reworded(), dimension=256)
        assert site.first(site.reworded(), dimension=256) == PAY


class TestRefusal:
    """An index that does not fit is never served; the sentence says what to run."""

    def test_no_index(self, site: Site) -> None:
        shutil.rmtree(site.data)
        assert site.refusal() == "Il n’y a pas encore d’index. Lancez « python -m bot build »."

    def test_another_encoder(self, site: Site) -> None:
        said = site.refusal(name="autre")
        assert "modèle « hash », attendu « autre »" in said and "« python -m bot build »" in said
        assert "« python -m bot build »" in site.refusal(dimension=256)

    @pytest.mark.parametrize("name", ["TEXT_VERSION", "FORMAT", "PROMPTS"])
    def test_another_version(self, site: Site, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.setattr(module, name, "autre")
        assert "« python -m bot build »" in site.refusal()
        site.build()
        assert site.first() == PAY

    def test_another_corpus(self, site: Site) -> None:
        for changed in (site.reworded(), site.passages[1:], site.passages[::-1]):
            assert site.refusal(changed).startswith("Le corpus a changé depuis")
        assert "« python -m bot build »" in site.refusal(site.reworded())

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"format": 1}', b"\xff"])
    def test_a_damaged_manifest(self, site: Site, content: bytes) -> None:
        (site.folder / "manifest.json").write_bytes(content)
        assert site.refusal().endswith("Lancez « python -m bot build --force ».")
        site.build(force=True)
        assert site.first() == PAY

    def test_a_collection_without_a_record_or_missing(self, site: Site) -> None:
        manifest = read_manifest(site.data)
        assert manifest is not None and json.loads(json.dumps(manifest.prompts)) == module.PROMPTS
        store = Store.open(site.folder)
        inner = store.collection(manifest.collection)._inner
        inner.delete(ids=inner.get(limit=1)["ids"])
        assert f"incomplet ({manifest.keys - 1} entrées sur {manifest.keys})" in site.refusal()
        store.delete(manifest.collection)
        assert "endommagé" in site.refusal() and "--force" in site.refusal()
        assert site.build()[0].embedded == manifest.keys


class TestSearch:
    """Words, meaning, and both."""

    def test_each_mode_keeps_its_raw_scores(self, searcher: Searcher) -> None:
        both, by_words, by_meaning = (
            searcher.search(QUESTION, mode=mode) for mode in ("both", "words", "meaning")
        )
        assert {hits[0].passage.section for hits in (both, by_words, by_meaning)} == {"salaire"}
        assert both[0].score == pytest.approx(2 / (RRF_K + 1))
        assert (by_words[0].meaning, by_words[0].words) == (None, both[0].words)
        assert (by_meaning[0].meaning, by_meaning[0].words) == (both[0].meaning, None)
        assert len({hit.passage.id for hit in both}) == 8 and both[0].key in both[0].passage.keys

    def test_a_key_asked_word_for_word_has_cosine_one(self, searcher: Searcher) -> None:
        (hit,) = searcher.search("Que veut dire CRM ?", count=1, mode="meaning")
        assert hit.meaning == pytest.approx(1.0, abs=1e-4) and hit.passage.section == "crm"

    @pytest.mark.parametrize("mode", ["words", "meaning", "both"])
    def test_restricted_to_documents(self, searcher: Searcher, mode: Any) -> None:
        hits = searcher.search(QUESTION, documents=("web-designer", "alternance"), mode=mode)
        assert {h.passage.document for h in hits} <= {"web-designer", "alternance"}
        assert (hits[0].passage.document, hits[0].passage.section) == ("web-designer", "salaire")

    def test_words_that_nothing_holds(self, searcher: Searcher) -> None:
        for question in ("zzz xyzzy", "le la les ?", ""):
            assert searcher.search(question, mode="words") == []
            assert searcher.coverage(question, next(iter(searcher.passages))) == 0
        assert LexicalIndex([]).best("web", 3) == [] == LexicalIndex(["le la"]).best("web", 3)

    def test_coverage_is_the_share_of_rare_words(self, searcher: Searcher) -> None:
        pay = searcher.search(QUESTION)[0].passage.id
        assert searcher.coverage(QUESTION, pay) == pytest.approx(1.0)
        assert 0.1 < searcher.coverage(f"{QUESTION} à Tombouctou", pay) < 0.9

    def test_fusion_adds_inverse_ranks(self) -> None:
        a, b = ("a", "", 0.0), ("b", "", 0.0)
        one, two = 1 / (RRF_K + 1), 1 / (RRF_K + 2)
        assert fuse([[a, b], [b]]) == [("b", one + two), ("a", one)]
        assert fuse([[b], [a]]) == fuse([[a], [b]]) == [("a", one), ("b", one)]
        assert fuse([]) == [] == fuse([[]])
