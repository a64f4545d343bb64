"""Jobs proposed to a message that names none: leads from tastes, or a list by a criterion.

Both readings meet: a wish of orientation may only tell a level, a list may only tell a taste.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.classifier import Guesses
from bot.listing import Listing
from bot.orient import Orientation
from bot.types import Answer, Question, Sections
from corpus.types import Corpus, Passage


class Proposals:
    """Answers orientation and list questions; built once."""

    def __init__(
        self, corpus: Corpus, passages: Iterable[Passage], tastes: Callable[[str], Guesses]
    ) -> None:
        """`tastes` returns those that a message may tell, the most probable first."""
        passages = list(passages)
        self.sections: Sections = {
            (p.document, p.section): p for p in passages if p.kind == "section"
        }
        self._orientation = Orientation(corpus, tastes)
        self._listing = Listing(corpus, passages)

    def leads(self, question: Question) -> Answer:
        """Leads from what the message says of tastes, subjects and level."""
        return self._orientation.answer(question, self.sections)

    def oriented(self, question: Question) -> Answer:
        """Leads; where no taste is told but a level is, the jobs of that level."""
        leads = self.leads(question)
        if leads.kind == "clarify" and self._listing.narrows(question):
            return self._listing.answer(question, self.sections)
        return leads

    def listed(self, question: Question) -> Answer:
        """A list; where nothing narrows it but a taste is told, leads from that taste."""
        if not self._listing.narrows(question):
            leads = self.leads(question)
            if leads.kind == "answer":
                return leads
        return self._listing.answer(question, self.sections)

    def shown(self, question: Question) -> tuple[str, ...]:
        """Jobs that the answer to a question without job names, in order, for follow-ups."""
        if question.intent == "orient":
            return self.oriented(question).roles
        if question.intent == "list":
            return self.listed(question).roles
        return ()
