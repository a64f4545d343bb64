"""The measured figures of README: `python -m bot bench` and the name of one, or all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.settings import Settings

QUESTIONS = 300


def run_benches(
    settings: Settings, name: str | None, progress: Callable[[int, int], None]
) -> dict[str, dict[str, Any]]:
    """Run one bench or all of them; name -> row -> figures."""
    benches: dict[str, Callable[[], dict[str, Any]]] = {
        "retrieval": lambda: _retrieval(settings, progress),
        "search": lambda: _search(settings, progress),
        "answers": lambda: _answers(settings, progress),
        "model": lambda: _model(settings),
        "load": lambda: _load(settings, progress),
    }
    return {key: run() for key, run in benches.items() if name in (None, key)}


def _retrieval(settings: Settings, progress: Callable[[int, int], None]) -> dict[str, Any]:
    from bot.bench_retrieval import bench_retrieval
    from index.encoder import SentenceEncoder

    return dict(bench_retrieval(SentenceEncoder.open(settings.embedding), progress=progress))


def _search(settings: Settings, progress: Callable[[int, int], None]) -> dict[str, Any]:
    from bot.bench_search import bench_search
    from bot.chain import Assistant
    from index.encoder import SentenceEncoder

    assistant = Assistant.open(settings, with_model=False)
    return dict(bench_search(assistant, SentenceEncoder.open(settings.embedding), progress))


def _answers(settings: Settings, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Time to first text of extract answers, in the process, questions of the bank in a row."""
    from bot.chain import Assistant

    assistant = Assistant.open(settings, with_model=False)
    wordings = [w for entry in assistant.corpus.bank for w in entry.wordings]
    step = max(1, len(wordings) // QUESTIONS)
    asked = wordings[::step][:QUESTIONS]
    assistant.ask(asked[0])
    times: list[float] = []
    for number, question in enumerate(asked, start=1):
        started = time.perf_counter()
        next(iter(assistant.stream(question)))
        times.append((time.perf_counter() - started) * 1000)
        progress(number, len(asked))
    return {"first text (ms)": percentiles(times), "memory (MB)": {"peak": peak_memory()}}


def _model(settings: Settings) -> dict[str, Any]:
    from bot.bench_model import bench_model

    return bench_model(settings)


def _load(settings: Settings, progress: Callable[[int, int], None]) -> dict[str, Any]:
    from bot.bench_load import bench_load

    return dict(bench_load(settings, progress))


def percentiles(times: list[float]) -> dict[str, float]:
    """Median, 95th percentile and maximum of at least two values."""
    cuts = statistics.quantiles(times, n=20)
    return {"p50": statistics.median(times), "p95": cuts[18], "max": max(times)}


def peak_memory() -> float:
    """Peak resident memory of this process, in megabytes."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def process_memory(pid: int) -> dict[str, float]:
    """Resident memory of another process, in megabytes: all of it, and without mapped files."""
    status = Path(f"/proc/{pid}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    kilobytes = {name: int(fields[name].split()[0]) for name in ("VmRSS", "RssAnon")}
    return {"resident": kilobytes["VmRSS"] / 1024, "without file": kilobytes["RssAnon"] / 1024}
