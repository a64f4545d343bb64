"""What a visitor may send: cleaned, bounded, or refused with a French sentence.

Knows nothing of the web: the page, the widget, the HTTP API and the command line share it.
"""

from __future__ import annotations

import json
import math
import threading
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable

from bot.types import MAX_QUESTION, MAX_TURNS, Turn
from corpus.errors import RefusedInput

MAX_TURN_TEXT = 4_000
"""Longest text of a turn, in characters; an answer is about 1,000, so the rest is noise."""
MAX_SHOWN = 40
"""Longest piece of a refused value that is repeated in the message, in characters."""
MAX_KEYS = 10_000
"""Most addresses that a RateLimiter remembers, about 2 MB; the least recent is forgotten."""
EXAMPLE = "Écrivez une question avec des mots, par exemple « Que fait un ou une webmestre ? »."


class TooFrequent(RefusedInput):
    """Too many questions from one address; `retry_after` is a number of whole seconds."""

    def __init__(self, retry_after: int) -> None:
        """Say in how many seconds the next question is accepted."""
        unit = "seconde" if retry_after == 1 else "secondes"
        super().__init__(
            "Beaucoup de questions sont arrivées en peu de temps depuis votre connexion. "
            f"Réessayez dans {retry_after} {unit}.",
            status=429,
        )
        self.retry_after = retry_after


def clean_question(raw: object) -> str:
    """Return the question on one line, without invisible characters. Raises RefusedInput."""
    if not isinstance(raw, str):
        raise RefusedInput(
            f"La question doit être un texte, mais la valeur reçue est {_shown(raw)}. {EXAMPLE}"
        )
    text = " ".join(_visible(raw).split())
    if not text:
        raise RefusedInput(f"Votre message est vide. {EXAMPLE}")
    if not any(char.isalnum() for char in text):
        raise RefusedInput(
            f"Votre message ({_shown(text)}) ne contient ni lettre ni chiffre. {EXAMPLE}"
        )
    if len(text) > MAX_QUESTION:
        raise RefusedInput(
            f"Votre question compte {_number(len(text))} caractères, la limite est de "
            f"{MAX_QUESTION}. Raccourcissez-la ou posez-la en plusieurs fois.",
            status=413,
        )
    return text


def parse_turns(raw: object) -> tuple[Turn, ...]:
    """Return the turns of the conversation so far; None means none. Raises RefusedInput."""
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise RefusedInput(
            f"« turns » doit être une liste de tours de parole, mais vaut {_shown(raw)}. "
            "Envoyez [] pour une première question."
        )
    if len(raw) > MAX_TURNS:
        raise RefusedInput(
            f"La conversation envoyée compte {_number(len(raw))} tours de parole, la limite est "
            f"de {MAX_TURNS}. Envoyez seulement les {MAX_TURNS} derniers."
        )
    turns = [_turn(item, place) for place, item in enumerate(raw, start=1)]
    return tuple(turn for turn in turns if turn.text)


def _turn(item: object, place: int) -> Turn:
    if not isinstance(item, dict):
        raise RefusedInput(
            f"Le tour de parole n° {place} doit être un objet avec « role » et « text », mais "
            f"vaut {_shown(item)}."
        )
    unknown = [key for key in item if key not in ("role", "text")]
    if unknown:
        raise RefusedInput(
            f"Le tour de parole n° {place} contient la clé inconnue {_shown(unknown[0])}. "
            "Seules les clés « role » et « text » sont acceptées."
        )
    role, text = item.get("role"), item.get("text")
    if role != "user" and role != "assistant":
        raise RefusedInput(
            f"Le rôle du tour de parole n° {place} vaut {_shown(role)}. "
            "Les rôles acceptés sont « user » et « assistant »."
        )
    if not isinstance(text, str):
        raise RefusedInput(
            f"Le texte du tour de parole n° {place} doit être un texte, mais vaut {_shown(text)}."
        )
    # Only the visitor's own turns are read again; none of them was longer than a question.
    limit = MAX_QUESTION if role == "user" else MAX_TURN_TEXT
    return Turn(role, _visible(text).strip()[:limit])


def _visible(text: str) -> str:
    """Drop control, format (bidi, zero-width), surrogate and unassigned characters; NFC."""
    kept = (c if c == "\n" or unicodedata.category(c)[0] != "C" else _blank(c) for c in text)
    return unicodedata.normalize("NFC", "".join(kept))


def _blank(char: str) -> str:
    return " " if char.isspace() else ""


def _shown(value: object) -> str:
    """Name a refused value in a French sentence, shortened."""
    if value is None or isinstance(value, bool):
        return f"« {json.dumps(value)} »"
    if isinstance(value, list):
        return "une liste"
    if isinstance(value, dict):
        return "un objet"
    text = " ".join(_visible(str(value)).split())
    return f"« {text[:MAX_SHOWN]}… »" if len(text) > MAX_SHOWN else f"« {text} »"


def _number(value: int) -> str:
    return f"{value:,}".replace(",", " ")


class RateLimiter:
    """A token bucket per key: `burst` requests at once, then `per_minute`. Thread-safe."""

    def __init__(
        self, per_minute: int, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start with a full bucket for every key; `clock` gives seconds."""
        self._rate = per_minute / 60
        self._burst = burst
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Take one token of this key. Raises TooFrequent when there is none."""
        now = self._clock()
        with self._lock:
            tokens, since = self._buckets.pop(key, (float(self._burst), now))
            tokens = min(self._burst, tokens + (now - since) * self._rate)
            accepted = tokens >= 1
            self._buckets[key] = (tokens - accepted, now)
            self._forget(now)
        if not accepted:
            raise TooFrequent(math.ceil((1 - tokens) / self._rate))

    def _forget(self, now: float) -> None:
        """Drop the addresses whose bucket is full again, and the oldest past MAX_KEYS."""
        full_again = now - self._burst / self._rate
        while next(iter(self._buckets.values()))[1] < full_again or len(self._buckets) > MAX_KEYS:
            self._buckets.popitem(last=False)

    @property
    def remembered(self) -> int:
        """How many keys are remembered, at most MAX_KEYS."""
        return len(self._buckets)
