"""From a Question to the extract Answer: one branch for each kind of question.

Safety and small talk come from fixed phrases; jobs, themes, terms and free documents from the
index; comparison, orientation, lists and paths from the sheets. No model is involved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot import phrases
from bot.compare import Comparison
from bot.compose import clarify_role, fixed, not_in_base, one_passage
from bot.intent_classifier import OFF_TOPIC, SURE_INTENT, THEME
from bot.limits_of_sources import missing
from bot.paths import answer_path
from bot.personal_data import has_personal_data
from bot.proposals import Proposals
from bot.select import FAR, SURE, Choice, is_answer, rank_anywhere, rank_in_job, with_synonyms
from bot.types import Answer, Intent, Kind, Question, Turn
from bot.understanding import SMALL_TALK, Understanding
from corpus.types import Corpus
from corpus.validate import numbers, role_numbers
from index.retriever import PassageRetriever
from index.types import Hit

ALL_OF_A_JOB = 60
"""More passages than any job has (37 at most): the section decides among all of them."""
MAYBE_ORIENT = 0.4
"""Probability from which a message that nothing answers is taken for a wish of orientation."""
SURE_ADVICE = 0.8
"""Probability, of orientation or a question on the themes, from which a near theme answers."""
FIXED: dict[Intent, tuple[Kind, str]] = {
    "greet": ("greet", phrases.GREET),
    "thanks": ("greet", phrases.THANKS),
    "about": ("greet", phrases.ABOUT),
    "off-topic": ("decline", phrases.OFF_TOPIC.format(next=phrases.OFF_TOPIC_NEXT)),
    "complaint": ("clarify", phrases.COMPLAINT),
    "insult": ("clarify", phrases.INSULT),
    "injection": ("decline", phrases.INJECTION),
    "personal-choice": ("decline", phrases.PERSONAL_CHOICE.format(human=phrases.HUMAN)),
}


class Answering:
    """Answers questions that are understood; built once, holds no visitor's state."""

    def __init__(
        self,
        corpus: Corpus,
        retriever: PassageRetriever,
        understanding: Understanding,
        proposals: Proposals,
        comparison: Comparison,
    ) -> None:
        """Take the corpus, the retriever, the reader of messages (for earlier turns), what
        proposes jobs and what compares them.
        """
        self._corpus = corpus
        self._retriever = retriever
        self._understanding = understanding
        self._terms = {
            p.section: p for p in retriever.searcher.passages.values() if p.kind == "term"
        }
        self._free = tuple(document.name for document in corpus.documents)
        self._proposals = proposals
        self._comparison = comparison
        self._sections = proposals.sections
        self._figures = {role.id: role_numbers(role) for role in corpus.roles.values()}

    def answer(self, question: Question, turns: Sequence[Turn] = ()) -> Answer:
        """Return the extract answer of one question."""
        if question.intent == "distress":
            return Answer(kind="redirect", text=phrases.DISTRESS)
        answer = self._branch(question, turns)
        if has_personal_data(question.raw):
            answer = replace(answer, text=f"{answer.text}\n\n{phrases.PERSONAL_DATA}")
        return answer

    def _branch(self, question: Question, turns: Sequence[Turn]) -> Answer:
        """Choose by what the question asks for, then by what it names."""
        intent = question.intent
        if len(question.roles) > 1 and intent in ("compare", "personal-choice"):
            return self._comparison.answer(question)
        if len(question.roles) > 1 and intent == "path":
            return answer_path(question, self._corpus, self._sections)
        if intent in FIXED:
            return fixed(*FIXED[intent])
        if intent == "sources":
            return self._sources(turns)
        if intent == "orient":
            return self._proposals.oriented(question)
        return self._by_name(question)

    def _by_name(self, question: Question) -> Answer:
        """Answer about what the question names: a job, jobs to choose from, a term, a topic."""
        nothing_before = (
            question.intent in ("more", "shorter") and question.standalone == question.raw
        )
        if question.candidates or nothing_before:
            return clarify_role(question, self._corpus)
        if question.intent == "define" and question.section in self._terms:
            return one_passage(question, self._terms[question.section], self._corpus)
        if question.roles:
            return self._about_role(question)
        return self._anywhere(question)

    def _about_role(self, question: Question) -> Answer:
        """One job is named: its best passage, or an honest refusal with the nearest one."""
        documents = (*question.roles[:1], *self._free)
        hits = self._hits(question.standalone, documents, ALL_OF_A_JOB)
        masked = with_synonyms(self._understanding.mask(question.standalone))
        likeness = self._understanding.likeness(question.standalone, question.roles[0])
        choices = rank_in_job(question, hits, self._coverage(masked), likeness)
        if not choices:
            return not_in_base(question, self._corpus)
        role = self._corpus.roles[question.roles[0]]
        passage = choices[1 if question.intent == "more" and len(choices) > 1 else 0].hit.passage
        if question.intent == "shorter":
            passage = replace(passage, blocks=passage.blocks[:1])
        lead = missing(
            question,
            self._understanding.mask(question.text),
            choices[0].hit,
            self._figures[role.id],
            self._understanding.lexicon,
        )
        return one_passage(question, passage, self._corpus, lead)

    def _anywhere(self, question: Question) -> Answer:
        """No job is named: a theme, a term, a document or a sheet, if one is near enough."""
        if question.intent == "list":
            return self._proposals.listed(question)
        lexicon = self._understanding.lexicon
        asked = question.standalone
        generic = lexicon.is_generic(asked) and not lexicon.names_theme(asked)
        if question.intent == "ask" and generic:
            return clarify_role(question, self._corpus)
        choices = self._choices(question)
        best = next((choice for choice in choices[:3] if self._answers(question, choice)), None)
        elsewhere = question.may_ask(OFF_TOPIC) >= SURE_INTENT
        if best and not (elsewhere and self._is_unsure(best)):
            passage = best.hit.passage
            held = numbers(passage.text)
            masked = self._understanding.mask(question.text)
            lead = missing(question, masked, best.hit, held, lexicon)
            return one_passage(question, passage, self._corpus, lead)
        wish = question.may_ask("orient") >= MAYBE_ORIENT
        if wish and not (lexicon.names_theme(asked) and question.may_ask(THEME) >= MAYBE_ORIENT):
            return self._proposals.leads(question)
        strange = lexicon.strange(question.text)
        ours = wish or question.may_ask(THEME) >= SURE_INTENT
        if elsewhere or (not ours and (strange or self._is_far(choices))):
            return fixed(*FIXED["off-topic"])
        return not_in_base(question, self._corpus)

    def _is_unsure(self, choice: Choice) -> bool:
        """Tell whether a passage may only look like an answer: a job's, for a message that names
        no job, or one that is not very near.
        """
        of_a_job = choice.hit.passage.document in self._corpus.roles
        return of_a_job or (choice.hit.meaning or 0.0) < SURE

    @staticmethod
    def _is_far(choices: Sequence[Choice]) -> bool:
        """Tell whether nothing in the corpus is near: the question is about something else."""
        return not choices or (choices[0].hit.meaning or 0.0) < FAR

    def _choices(self, question: Question) -> list[Choice]:
        """Passages for a question that names no job.

        Free documents are searched for on their own too: their long paragraphs come after the
        bank's short questions otherwise.
        """
        query = question.standalone
        hits = {hit.passage.id: hit for hit in self._hits(query)}
        if self._free:
            hits |= {hit.passage.id: hit for hit in self._hits(query, self._free)}
        coverage = self._coverage(query)
        return rank_anywhere(query, list(hits.values()), coverage, self._corpus.roles)

    def _coverage(self, query: str) -> Callable[[Hit], float]:
        """Share of the words of a query that a hit holds."""
        return lambda hit: self._retriever.searcher.coverage(query, hit.passage.id)

    def _answers(self, question: Question, choice: Choice) -> bool:
        """Tell whether a passage is near enough to answer."""
        sheet = choice.hit.passage.document in self._corpus.roles
        meaning = choice.hit.meaning or 0.0
        advice = meaning >= SURE and question.may_ask(THEME, "orient") >= SURE_ADVICE
        return is_answer(
            meaning,
            choice.coverage,
            free=choice.hit.passage.kind == "free",
            english=question.language == "en",
            theme=not sheet and (advice or question.may_ask(THEME) >= SURE_INTENT),
        )

    def _sources(self, turns: Sequence[Turn]) -> Answer:
        """Repeat the sources of the last answer, found again from the visitor's own question."""
        asked = [i for i, turn in enumerate(turns) if turn.role == "user"]
        for index in reversed(asked):
            question = self._understanding.understand(turns[index].text, turns[:index])
            if question.intent in SMALL_TALK:
                continue
            answer = self._branch(question, turns[:index])
            if answer.citations:
                lines = []
                for citation in answer.citations:
                    names = "; ".join(
                        f"{s.publisher}, {s.title}" + (f" ({s.year})" if s.year else "")
                        for s in citation.sources
                    )
                    lines.append(f"- {names} [{citation.n}]")
                return replace(
                    answer, text="Ma dernière réponse vient de ces sources :\n\n" + "\n".join(lines)
                )
        return fixed("clarify", phrases.NO_SOURCES)

    def _hits(self, query: str, documents: Sequence[str] = (), count: int = 0) -> list[Hit]:
        found = self._retriever.invoke(query, documents=documents, count=count)
        return [document.metadata["hit"] for document in found]
