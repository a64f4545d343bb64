"""Find the jobs that a message names, with tolerance for typos, accents, plurals and genders.

Deterministic and explainable: every mention says which words of the message named which sheet.
Knows the sheets' titles and aliases only; no search, no model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from corpus.text import STOP_WORDS, words
from corpus.types import Passage, RoleSheet

GENERIC = frozenset(
    """responsable chef cheffe projet manager directeur directrice charge chargee consultant
    consultante expert experte specialiste web digital numerique e ecommerce commerce internet ligne
    en de du des la le les et a site sites junior senior assistant assistante celui celle qui fait
    je veux metier travail poste boulot job gerer faire un une l d boutique online personne
    entreprise agence service produit produits marketing client clients clientele technique
    magasin""".split()
)
"""Words of titles that do not tell one job from another."""

SAME = {"specialiste": "expert", "experte": "expert", "consultant": "expert",
        "consultante": "expert", "cheffe": "chef", "directrice": "directeur",
        "manageuse": "manager"}  # fmt: skip
"""Words that people use for one another in a job's name."""

MAX_CANDIDATES = 3
MAX_UNKNOWN = 12
"""Unknown words tried in one message; each is compared with every name (0.3 ms)."""
LONGEST_MISSPELT = 4
"""A misspelt name is looked for in windows of at most this many words."""
FORGIVING_LENGTH = 9
"""A name of at least this many letters forgives one typo, even in a short word ("dat analyst")."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One job named in a message: word positions [start, end) and the alias recognised."""

    role: str
    start: int
    end: int
    alias: str


def normal(word: str) -> str:
    """Drop the plural mark so that "développeurs" meets "développeur"."""
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word


def typo_limit(word: str) -> int:
    """Typos allowed in a word of this length: none under 5 letters, 1 under 8, then 2."""
    return 0 if len(word) < 5 else 1 if len(word) < 8 else 2


def key_of(plain: Iterable[str]) -> str:
    """The form under which names are compared: normal words without spaces."""
    return "".join(SAME.get(normal(word), normal(word)) for word in plain)


class RoleMatcher:
    """Titles and aliases of every sheet, ready to be found in a message."""

    def __init__(self, roles: Iterable[RoleSheet], known_words: Iterable[str]) -> None:
        """`known_words` are the folded words of the corpus: real words, never taken for typos."""
        self._names: dict[str, str] = {}
        self._by_word: dict[str, set[str]] = defaultdict(set)
        self._longest = 0
        for role in roles:
            for name in (role.title_m, role.title_f, *role.aliases):
                plain = words(name)
                self._longest = max(self._longest, len(plain))
                for order in (plain, plain[::-1]) if len(plain) == 2 else (plain,):
                    self._names.setdefault(key_of(order), role.id)
            for name in (role.title_m, role.title_f):
                for word in map(normal, words(name)):
                    if word not in GENERIC:
                        self._by_word[word].add(role.id)
        self._names.pop("", None)
        self._known = {normal(word) for word in known_words}

    @classmethod
    def from_passages(cls, roles: Iterable[RoleSheet], passages: Iterable[Passage]) -> RoleMatcher:
        """Build a matcher that knows every word of the passages."""
        return cls(roles, {word for passage in passages for word in words(passage.text)})

    def mask_all(self, text: str) -> str:
        """Return a text with every job that it names replaced by "métier"."""
        return self.mask(text, self.mentions(text))

    def mask_job(self, text: str, role: str) -> str:
        """Return a text with one job replaced by "métier"; others, as in a comparison, stay."""
        return self.mask(text, [m for m in self.mentions(text) if m.role == role])

    def mentions(self, text: str) -> list[Mention]:
        """Return the jobs named, in order: whole names, then misspelt ones, then single words."""
        plain = words(text)
        found: list[Mention] = []
        taken: set[int] = set()

        def take(mention: Mention | None) -> None:
            if mention:
                found.append(mention)
                taken.update(range(mention.start, mention.end))

        for size in range(min(self._longest, len(plain)), 1, -1):
            for start in range(len(plain) - size + 1):
                take(self._exact(plain, start, size, taken))
        unknown = [i for i, w in enumerate(plain) if len(w) > 2 and normal(w) not in self._known]
        for position in unknown[:MAX_UNKNOWN]:
            if position not in taken:
                take(self._misspelt(plain, position, taken))
        for start in range(len(plain)):
            take(self._exact(plain, start, 1, taken))
        return sorted(found, key=lambda mention: mention.start)

    def _exact(self, plain: list[str], start: int, size: int, taken: set[int]) -> Mention | None:
        """The job whose name is exactly this window of words."""
        if not taken.isdisjoint(range(start, start + size)):
            return None
        key = key_of(plain[start : start + size])
        role = self._names.get(key)
        alias = " ".join(plain[start : start + size])
        return Mention(role, start, start + size, alias) if role else None

    def _misspelt(self, plain: list[str], position: int, taken: set[int]) -> Mention | None:
        """The name nearest to a window that holds the unknown word at `position`."""
        best: tuple[float, Mention] | None = None
        for size in range(1, min(LONGEST_MISSPELT, len(plain)) + 1):
            for start in range(max(0, position - size + 1), position + 1):
                window = range(start, start + size)
                if window.stop > len(plain) or not taken.isdisjoint(window):
                    continue
                if STOP_WORDS & {plain[start], plain[window.stop - 1]}:
                    continue  # "vendeuse en" is not a misspelt "vendeuse web"
                key = key_of(plain[start : window.stop])
                unknown = [plain[i] for i in window if normal(plain[i]) not in self._known]
                limit = min(2, sum(typo_limit(word) for word in unknown))
                if len(key) >= FORGIVING_LENGTH:
                    limit = max(limit, 1)
                if limit == 0:
                    continue
                match = process.extractOne(
                    key, self._names.keys(), scorer=OSA.distance, score_cutoff=limit
                )
                if match and (best is None or match[1] - size < best[0]):
                    mention = Mention(self._names[match[0]], start, window.stop, match[0])
                    best = (match[1] - size, mention)
        return best[1] if best else None

    def candidates(self, text: str) -> tuple[str, ...]:
        """Return up to three jobs that share a telling word with the message ("un designer")."""
        scores: dict[str, float] = defaultdict(float)
        for word in {normal(word) for word in words(text)}:
            for role in self._by_word.get(word, ()):
                scores[role] += 1.0 / len(self._by_word[word])
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        best = [role for role, score in ranked if score >= ranked[0][1] * 0.99]
        return tuple(best[:MAX_CANDIDATES])

    def mask(self, text: str, mentions: list[Mention]) -> str:
        """Return the message with each named job replaced by "métier", for section finding."""
        plain = words(text)
        for mention in reversed(mentions):
            plain[mention.start : mention.end] = ["metier"]
        return " ".join(plain)
