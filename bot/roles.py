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

from corpus.text import words
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

MAX_CANDIDATES = 3


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


class RoleMatcher:
    """Titles and aliases of every sheet, ready to be found in a message."""

    def __init__(self, roles: Iterable[RoleSheet], known_words: Iterable[str]) -> None:
        """`known_words` are the folded words of the corpus: real words, never taken for typos."""
        self._aliases: dict[tuple[str, ...], str] = {}
        self._by_word: dict[str, set[str]] = defaultdict(set)
        for role in roles:
            for name in (role.title_m, role.title_f, *role.aliases):
                key = tuple(normal(word) for word in words(name))
                if key:
                    self._aliases.setdefault(key, role.id)
            for name in (role.title_m, role.title_f):
                for word in map(normal, words(name)):
                    if word not in GENERIC:
                        self._by_word[word].add(role.id)
        self._longest = max((len(key) for key in self._aliases), default=0)
        self._by_size: dict[int, dict[str, str]] = defaultdict(dict)
        for key in self._aliases:
            self._by_size[len(key)][" ".join(key)] = self._aliases[key]
        self._known = {normal(word) for word in known_words}

    @classmethod
    def from_passages(
        cls, roles: Iterable[RoleSheet], passages: Iterable[Passage]
    ) -> RoleMatcher:
        """Build a matcher that knows every word of the passages."""
        return cls(roles, {word for passage in passages for word in words(passage.text)})

    def mask_all(self, text: str) -> str:
        """Return a text with every job that it names replaced by "métier"."""
        return self.mask(text, self.mentions(text))

    def mentions(self, text: str) -> list[Mention]:
        """Return the jobs named, in order: exact names first, then misspelt ones in the gaps."""
        plain = [normal(word) for word in words(text)]
        found = self._exact(plain)
        taken = {i for mention in found for i in range(mention.start, mention.end)}
        for position, word in enumerate(plain):
            if position not in taken and typo_limit(word) and word not in self._known:
                mention = self._misspelt(plain, position, taken)
                if mention:
                    found.append(mention)
                    taken.update(range(mention.start, mention.end))
        return sorted(found, key=lambda mention: mention.start)

    def _exact(self, plain: list[str]) -> list[Mention]:
        """Names found as written, the longest first at each position."""
        found: list[Mention] = []
        start = 0
        while start < len(plain):
            for size in range(min(self._longest, len(plain) - start), 0, -1):
                key = tuple(plain[start : start + size])
                if key in self._aliases:
                    found.append(Mention(self._aliases[key], start, start + size, " ".join(key)))
                    start += size
                    break
            else:
                start += 1
        return found

    def _misspelt(self, plain: list[str], position: int, taken: set[int]) -> Mention | None:
        """The name nearest to a window that holds the unknown word at `position`."""
        best: tuple[float, Mention] | None = None
        for size in range(1, min(4, self._longest) + 1):
            for start in range(max(0, position - size + 1), position + 1):
                window = range(start, start + size)
                if window.stop > len(plain) or not taken.isdisjoint(window):
                    continue
                joined = " ".join(plain[start : window.stop])
                limit = sum(typo_limit(plain[i]) for i in window if plain[i] not in self._known)
                names = self._by_size[size]
                match = process.extractOne(
                    joined, names.keys(), scorer=OSA.distance, score_cutoff=min(limit, 2)
                )
                if match and (best is None or (match[1] - size) < best[0]):
                    name = match[0]
                    best = (match[1] - size, Mention(names[name], start, window.stop, name))
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
