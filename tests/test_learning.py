"""What is learnt from examples: the files of examples, and the vectors kept between builds."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bot import intent_classifier, sections, tastes
from bot.classifier import MeaningClassifier, ranked
from bot.distress import CALL, DistressByMeaning, DistressClassifier
from bot.likeness import LONGEST_WORDING, Likeness, wordings
from bot.roles import RoleMatcher
from corpus.split import split_corpus
from corpus.types import SECTIONS, Corpus
from index.vectors import FILE, vectors_of


@pytest.mark.parametrize("part", [sections, intent_classifier, tastes])
def test_no_example_has_two_labels(part: Any) -> None:
    texts, labels = part.example_pairs()
    seen: dict[str, str] = {}
    for text, label in zip(texts, labels, strict=True):
        assert text and seen.setdefault(text, label) == label, text


def test_every_section_and_every_taste_has_examples(real: Corpus) -> None:
    assert set(sections.examples()) == set(SECTIONS)
    for taste in tastes.load_tastes():
        assert len(taste.examples) >= 20 and set(taste.roles) <= real.roles.keys(), taste.id


def test_a_meaning_classifier_tells_directions_apart(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    centres = {"a": rng.normal(size=16), "b": rng.normal(size=16)}
    labels = ["a", "b"] * 20
    vectors = np.array([centres[name] + rng.normal(size=16) * 0.2 for name in labels], np.float32)
    trained = MeaningClassifier.train(vectors, labels, "digest")
    guesses = trained.guess(np.asarray(centres["b"], np.float32))
    assert guesses[0][0] == "b" and sum(p for _, p in guesses) == pytest.approx(1.0)


def test_ranked_puts_the_most_probable_first() -> None:
    assert ranked(["x", "y", "z"], [0.2, 0.5, 0.3]) == (("y", 0.5), ("z", 0.3), ("x", 0.2))


def test_each_text_is_embedded_once(fakes: SimpleNamespace, tmp_path: Path) -> None:
    asked: list[str] = []

    class Counting(fakes.Encoder):  # type: ignore[misc, name-defined]
        def encode_query(self, text: str) -> Any:
            asked.append(text)
            return super().encode_query(text)

    first = vectors_of(["un", "deux", "un"], Counting(), tmp_path)
    again = vectors_of(["deux", "trois"], Counting(), tmp_path)
    assert sorted(asked) == ["deux", "trois", "un"]
    assert first.shape == (3, 512) and np.array_equal(first[1], again[0])
    vectors_of(["un"], Counting("another"), tmp_path)
    assert asked[-1] == "un", "the vectors of another encoder are not these"
    (tmp_path / FILE).write_bytes(b"damaged")
    vectors_of(["deux"], Counting(), tmp_path)
    assert asked[-1] == "deux"


@pytest.mark.parametrize(("words_say", "meaning_says", "call"), [
    (0.9, None, True), (0.1, None, False), (0.5, 0.9, True), (0.5, 0.1, False),
])  # fmt: skip
def test_meaning_is_asked_only_in_doubt(
    words_say: float, meaning_says: float | None, call: bool
) -> None:
    """Of the score, words make 70 % and meaning 30 %; the threshold here is 0.45."""

    class Pipeline:
        classes_ = [CALL, "calm"]

        def predict_proba(self, seen: list[str]) -> Any:
            return np.array([[words_say, 1 - words_say]] * len(seen))

    class Meaning:
        def guess(self, vector: Any) -> Any:
            assert meaning_says is not None, "asked without doubt"
            return ((CALL, meaning_says),)

    meaning: DistressByMeaning = Meaning()  # type: ignore[assignment]
    classifier = DistressClassifier((Pipeline(), meaning))
    assert classifier.is_call("un message", 0.45, lambda text: np.zeros(4, np.float32)) is call


def test_likeness_forgets_how_a_question_is_typed() -> None:
    """Two entries, each asked in many manners: the manner moves a vector more than the matter."""
    rng = np.random.default_rng(0)
    manners, matters = rng.normal(size=(12, 64)) * 3, rng.normal(size=(6, 64))
    pairs = [(manner, matter) for matter in range(6) for manner in range(12)]
    pairs.remove((0, 2))
    vectors = np.array([manners[m] + matters[k] for m, k in pairs], np.float32)
    question = np.asarray(manners[0] + matters[2], np.float32)
    manner, matter = pairs[int(np.argmax(vectors @ question))]
    assert manner == 0 and matter != 2, "by the cosine, the same manner comes first"
    ids = [f"entry-{matter}" for _, matter in pairs]
    alike = Likeness.train(vectors, ids).to(question)
    assert max(ids, key=alike) == "entry-2"
    assert alike("a passage without wording") == 0.0


def test_wordings_keep_the_other_jobs_of_a_comparison(small: Corpus) -> None:
    passages = split_corpus(small)
    matcher = RoleMatcher.from_passages(small.roles.values(), passages)
    text = "Développeur web ou web designer ?"
    assert matcher.mask_job(text, "web-designer") == "developpeur web ou metier"
    texts, ids = wordings(passages, matcher, small.roles)
    asked = next(p for p in passages if p.kind == "question" and p.document in small.roles)
    assert ids.count(asked.id) == len(asked.keys) and max(map(len, texts)) <= LONGEST_WORDING
    fewer, _ = wordings(passages, matcher, small.roles, without=asked.keys[:1])
    assert len(fewer) == len(texts) - 1
