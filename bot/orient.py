"""Leads from tastes, subjects, dislikes and level: three jobs at most, never a verdict.

Each lead gives a reason and one thing that may not suit, both taken from the job's sheet and
cited. No score is shown, nothing is kept, and the answer ends with a human relay.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from bot import phrases
from bot.cite import Citer
from bot.classifier import Guesses
from bot.compose import suggest
from bot.french import capital, the_role
from bot.levels import lowest_level
from bot.types import Answer, Question, Sections
from corpus.tastes import Taste, load_tastes, read_tastes
from corpus.text import fold, tokens
from corpus.types import Block, Corpus, Passage, RoleSheet

MAX_LEADS = 3
TASTE_FROM = 0.2
"""Probability from which a taste is taken from a message that no pattern reads."""
REASON_SECTIONS = ("pour-qui", "qualites", "en-bref", "missions")
LIMIT_SECTIONS = ("pour-qui", "idees-recues", "journee-type", "qualites")
LIMIT = re.compile(
    r"contrainte|pression|stress|cote moins|moins drole|revers|envers|accepter"
    r"|repetiti|fatig|horaires|tendu|exige|urgence|difficile|dur\b|penible|sedentaire|ecran|froid"
    r"|week-end|solitaire|patience|ingrat|attention|en revanche|inconvenient|demande de"
)
INTRODUCED = re.compile(r"(?:Le revers|L’envers|Il a son revers|Côté|En revanche|Attention|Mais)\b")
"""How a constraint is told that needs no "À savoir" before it."""
LEVEL = re.compile(r"bac\s?\+\s?(\d)|sans (?:le |aucun )?(?:bac|diplome)|bac pro|cap\b")


class Orientation:
    """Reads tastes and proposes jobs; built once."""

    def __init__(self, corpus: Corpus, guess: Callable[[str], Guesses]) -> None:
        """Load the tastes file; `guess` tells which tastes a message may tell."""
        self._corpus = corpus
        self._guess = guess
        self._tastes = load_tastes()

    def answer(self, question: Question, passages: Sections) -> Answer:
        """Answer with leads, or ask for tastes where the message names none."""
        liked, disliked = read_tastes(question.text, self._tastes)
        liked = liked or self._guessed(question.text, disliked)
        roles = self._leads(liked, disliked, question.text)
        if not roles:
            return Answer(
                kind="clarify",
                text=phrases.CLARIFY_TASTES,
                suggestions=(
                    "J’aime le dessin et l’informatique",
                    "J’aime organiser et parler avec les gens",
                    "J’aime les maths mais pas coder",
                ),
            )
        citer = Citer()
        wanted = {t for taste in liked for t in tokens(taste.id)} | set(tokens(question.text))
        bullets = [f"- {self._lead(role, wanted, citer, passages)}" for role in roles]
        names = "Voici une piste" if len(roles) == 1 else "Voici des pistes"
        text = (
            f"{names} à explorer d’après ce que vous dites.\n\n" + "\n".join(bullets) + "\n\n"
            f"Ce ne sont que des idées : pour en parler, voyez {phrases.HUMAN}."
        )
        return Answer(
            kind="answer",
            text=text,
            citations=citer.citations(),
            roles=tuple(role.id for role in roles),
            section="pour-qui",
            suggestions=tuple(s for role in roles for s in suggest(role, ())[:1]),
        )

    def _guessed(self, text: str, disliked: list[Taste]) -> list[Taste]:
        """Tastes that the classifier sees where no pattern finds one."""
        by_id = {taste.id: taste for taste in self._tastes if taste not in disliked}
        seen = [name for name, p in self._guess(text) if p >= TASTE_FROM]
        return [by_id[name] for name in seen if name in by_id]

    def _leads(self, liked: list[Taste], disliked: list[Taste], text: str) -> list[RoleSheet]:
        """Jobs that the tastes open, those that a dislike leads to taken out."""
        scores: dict[str, float] = defaultdict(float)
        for taste in liked:
            for rank, role in enumerate(taste.roles):
                scores[role] += 1.0 / (1 + rank)
        for taste in disliked:
            for role in taste.roles:
                scores.pop(role, None)
        ranked = sorted(scores, key=lambda role: (-scores[role], role))
        sheets = [self._corpus.roles[r] for r in ranked if r in self._corpus.roles]
        match = LEVEL.search(fold(text))
        if match:
            low = int(match.group(1)) if match.group(1) else 0
            reachable = [s for s in sheets if lowest_level(s) <= low]
            sheets = reachable or sheets
        return sheets[:MAX_LEADS]

    def _lead(
        self,
        role: RoleSheet,
        wanted: set[str],
        citer: Citer,
        passages: Sections,
    ) -> str:
        """One job: its name, the reason, and what may not suit."""
        passage, block = _best_block(role, wanted, passages)
        text = f"**{capital(the_role(role))}** : {citer.sentence(passage, block)}"
        limit = _limit_block(role, block, passages)
        if limit:
            told = INTRODUCED.match(limit[1].text)
            text += f" {'' if told else 'À savoir : '}{citer.sentence(*limit)}"
        return text


def _best_block(role: RoleSheet, wanted: set[str], passages: Sections) -> tuple[Passage, Block]:
    """The block of the sheet that shares most words with the tastes; else its first "pour qui"."""
    blocks = [
        (passages[(role.id, s)], block)
        for s in REASON_SECTIONS
        if (role.id, s) in passages
        for block in passages[(role.id, s)].blocks
        if not LIMIT.search(fold(block.text))
    ]
    if not blocks:
        passage = passages[(role.id, "en-bref")]
        return passage, passage.blocks[0]
    return max(blocks, key=lambda pair: len(wanted & set(tokens(pair[1].text))))


def _limit_block(role: RoleSheet, used: Block, passages: Sections) -> tuple[Passage, Block] | None:
    """The first block that tells a constraint of the job."""
    for section in LIMIT_SECTIONS:
        passage = passages.get((role.id, section))
        if passage is None:
            continue
        for block in passage.blocks:
            if block is not used and LIMIT.search(fold(block.text)):
                return passage, block
    return None
