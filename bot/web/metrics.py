"""Counters of one running service, for Prometheus. Holds no text that a visitor wrote."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from bot.types import Answer

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Bounds of the histograms: extracts take about 15 ms, written answers 1 to 30 s."""


class Metrics:
    """One registry and its instruments; a second service in a process has its own."""

    def __init__(self) -> None:
        """Declare the instruments."""
        self._registry = CollectorRegistry()
        self._answers = Counter(
            "cap_answers", "Réponses données", ["kind", "mode"], registry=self._registry
        )
        self._refusals = Counter(
            "cap_refusals", "Demandes refusées ou échouées", ["status"], registry=self._registry
        )
        self._feedback = Counter(
            "cap_feedback", "Avis des visiteurs", ["thumb", "reason"], registry=self._registry
        )
        self._first = Histogram(
            "cap_first_text_seconds", "Délai avant le premier mot", ["mode"],
            buckets=SECONDS, registry=self._registry,
        )  # fmt: skip
        self._total = Histogram(
            "cap_answer_seconds", "Durée de la réponse entière", ["mode"],
            buckets=SECONDS, registry=self._registry,
        )  # fmt: skip

    def answered(self, answer: Answer, first: float, total: float) -> None:
        """Count one answer and its delays, in seconds."""
        self._answers.labels(answer.kind, answer.mode).inc()
        self._first.labels(answer.mode).observe(first)
        self._total.labels(answer.mode).observe(total)

    def refused(self, status: int) -> None:
        """Count one request that was not answered, by its HTTP status."""
        self._refusals.labels(str(status)).inc()

    def rated(self, thumb: str, reason: str) -> None:
        """Count one thumb; both values come from fixed lists."""
        self._feedback.labels(thumb, reason).inc()

    def text(self) -> bytes:
        """Return every figure in Prometheus' text format."""
        return generate_latest(self._registry)
