"""Retrieval on PIAF 1.1 (Etalab, MIT) through the product's own index code.

`python -m bot bench retrieval`: 1,518 passages, 4,000 questions written by people; recall at 1,
5, 10 and mean reciprocal rank at 10, in each mode. A question counts as found at the rank of its
first relevant passage.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from corpus.errors import CapError
from corpus.types import Block, Passage
from index.build import build_index, open_index
from index.encoder import Encoder
from index.types import SearchMode

PIAF = Path(__file__).parent.parent / "tests" / "data" / "piaf"
CUTS = (1, 5, 10)
MODES: tuple[SearchMode, ...] = ("meaning", "words", "both")


def read_lines(path: Path) -> list[dict[str, str]]:
    """Read a JSON-lines file."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def ranks_to_scores(ranks: Sequence[int | None]) -> dict[str, float]:
    """Recall at CUTS and MRR@10 of 1-based ranks; None is not found."""
    total = len(ranks)
    scores = {
        f"R@{cut}": sum(1 for r in ranks if r is not None and r <= cut) / total for cut in CUTS
    }
    scores["MRR@10"] = sum(1 / r for r in ranks if r is not None and r <= 10) / total
    return scores


def bench_retrieval(
    encoder: Encoder, folder: Path = PIAF, progress: Callable[[int, int], None] | None = None
) -> dict[str, dict[str, float]]:
    """Index the PIAF passages in a temporary folder and score the questions by mode."""
    if not folder.is_dir():
        raise CapError(f"Les données de PIAF manquent ({folder}).")
    rows = read_lines(folder / "passages.jsonl")
    passages = [
        Passage(
            row["pid"], "free", row["pid"], row["title"], "", "", (Block(row["text"], ()),),
            keys=(row["text"],),
        )
        for row in rows
    ]  # fmt: skip
    queries = read_lines(folder / "queries.jsonl")
    with tempfile.TemporaryDirectory() as data:
        build_index(passages, encoder, Path(data), progress=progress)
        searcher = open_index(passages, encoder, Path(data))
        ranks: dict[str, list[int | None]] = {mode: [] for mode in MODES}
        for query in queries:
            for mode in MODES:
                hits = searcher.search(query["question"], count=10, mode=mode)
                found = [hit.passage.id for hit in hits]
                first = next((i for i, p in enumerate(found, 1) if p in query["relevant"]), None)
                ranks[mode].append(first)
    return {mode: ranks_to_scores(found) for mode, found in ranks.items()}
