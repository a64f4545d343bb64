"""From a message and the turns before it to a Question: intent, jobs, section, standalone text.

Deterministic, without language model: patterns (intents.py), names (roles.py), two classifiers
(sections.py, intent_classifier.py), and the visitor's own earlier messages for follow-ups.
Assistant turns are never read: they come back from the browser and may be forged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.intent_choice import with_intent
from bot.intent_classifier import OFF_TOPIC, SURE_INTENT, SURE_ORIENT, THEME
from bot.intents import PATH, after_greeting, intent_of, ordinals
from bot.learning import Learnt
from bot.lexicon import Lexicon
from bot.personal_data import mask_personal_data
from bot.reading import (
    JOB_WORDS,
    POINTERS,
    SIMILAR,
    SURE_SECTION,
    SWITCH,
    THIS_JOB,
    VAGUE,
    Context,
    Reading,
    language_of,
)
from bot.roles import RoleMatcher
from bot.safety import Safety, is_injection, is_insult
from bot.sections import MIN_CONFIDENCE
from bot.spelling import expand
from bot.types import Intent, Question, Turn
from corpus.section_questions import SECTION_QUESTIONS
from corpus.text import fold, words
from corpus.types import Corpus
from index.encoder import Encoder

MAX_ROLES = 3
SHORT_FOLLOW_UP = 6
"""A follow-up of at most this many words is replaced by its section's own question."""
FOLLOWS_FROM = 0.4
"""Probability of a section from which a message with unknown words still follows on a job."""
SURE_OFF_TOPIC = 0.9
"""Probability from which a message is off topic even where it seems to ask about a job."""
LONG_MESSAGE = 12
"""A message of more words than this stands alone unless it points back."""

SMALL_TALK: tuple[Intent, ...] = ("greet", "thanks", "about", "complaint", "insult", "sources")
LEAVES_CONTEXT: tuple[Intent, ...] = (*SMALL_TALK, "injection", "distress", "personal-choice")


class Understanding:
    """The reader of messages; built once, holds no visitor's state."""

    def __init__(
        self,
        corpus: Corpus,
        matcher: RoleMatcher,
        learnt: Learnt,
        encoder: Encoder,
        lexicon: Lexicon,
        safety: Safety,
        shown: Callable[[Question], Sequence[str]],
    ) -> None:
        """`shown` returns the jobs that the answer to a question lists (orientation, lists)."""
        self._corpus = corpus
        self._matcher = matcher
        self._learnt = learnt
        self._encoder = encoder
        self.lexicon = lexicon
        self._safety = safety
        self._shown = shown

    def understand(self, text: str, turns: Sequence[Turn] = ()) -> Question:
        """Read a message in the light of the visitor's earlier ones."""
        context = Context()
        for turn in turns:
            if turn.role == "user":
                context = self._after(self.read(turn.text, context), context)
        return self.read(text, context)

    def _after(self, question: Question, context: Context) -> Context:
        """What a question leaves for the next one; small talk leaves everything as it was."""
        if question.intent in LEAVES_CONTEXT:
            return context
        listed = tuple(question.candidates or self._shown(question))
        several = question.roles if len(question.roles) > 1 else ()
        return Context(
            roles=question.roles or (listed if len(listed) == 1 else context.roles),
            section=question.section or context.section,
            options=listed or several or context.options,
            last=question,
            topic="" if question.roles or listed else question.standalone,
        )

    def read(self, text: str, context: Context) -> Question:
        """Read one message. Safety comes first and stops everything else."""
        base = Question(text, text, text, language_of(text), "ask")
        if self._safety.is_distress(text):
            return replace(base, intent="distress")
        if is_injection(text):
            return replace(base, intent="injection")
        reading = self._reading(base, expand(mask_personal_data(text)))
        if not reading.base.roles:
            return self._without_role(reading, context)
        return self._with_roles(reading, context)

    def _reading(self, base: Question, clean: str) -> Reading:
        """Find the jobs, the section and the pattern of one message."""
        mentions = tuple(self._matcher.mentions(clean))
        masked = self._matcher.mask(clean, list(mentions))
        vector = self._encoder.encode_query(masked)
        guesses = self._learnt.sections.guess(masked, vector)
        section, confidence = guesses[0]
        intents = () if mentions else self._learnt.intents.guess(vector)
        why = [f"« {m.alias} » → {m.role}" for m in mentions]
        why.append(f"partie {section} ({confidence:.2f})")
        why += [f"demande {intent} ({p:.2f})" for intent, p in intents[:1]]
        question = replace(
            base,
            text=clean,
            standalone=clean,
            roles=tuple(dict.fromkeys(m.role for m in mentions))[:MAX_ROLES],
            section=section if confidence >= MIN_CONFIDENCE else None,
            sections=guesses,
            intents=intents,
            why=tuple(why),
        )
        return Reading(question, intent_of(clean), mentions, masked)

    def _with_roles(self, reading: Reading, context: Context) -> Question:
        """The message names jobs: ask, compare, go from one to the other, or switch job."""
        base, roles = reading.base, reading.base.roles
        if self._defines_term(reading):
            return self._definition(reading)
        if len(roles) > 1:
            path = PATH.search(fold(base.text)) or (base.section == "evolution" and reading.sure)
            path = path and reading.intent != "compare"
            return reading.question("path" if path else "compare")
        if reading.intent == "compare" and context.roles and context.roles[0] != roles[0]:
            return reading.question("compare", "avec le métier d’avant",
                                    roles=(context.roles[0], roles[0]))  # fmt: skip
        if reading.intent == "personal-choice":
            return reading.question("personal-choice")
        if not reading.bare and SWITCH.search(fold(base.text)) and context.section:
            return reading.question(
                "ask", f"partie reprise : {context.section}", section=context.section,
                sections=((context.section, 1.0),),
                standalone=self.standalone(roles[0], context.section),
            )  # fmt: skip
        tastes = reading.intent == "orient" and not base.section
        return reading.question("ask", section="pour-qui" if tastes else base.section or "en-bref")

    def _without_role(self, reading: Reading, context: Context) -> Question:
        """No job named: small talk, a job shown before, a follow-up, or another topic."""
        reading = with_intent(reading, context, self.lexicon)
        text, intent = reading.base.text, reading.intent
        if apart := self._apart(reading, context):
            return apart
        if pointed := self._pointed(text, context):
            return self._about(reading, pointed, context, "désigné dans la liste d’avant")
        if self.lexicon.is_only_term(text) or (intent == "define" and self.lexicon.term_in(text)):
            return self._definition(reading)
        if self._follows(reading, context):
            return self._about(reading, context.roles, context, "suite de la conversation")
        partial = self._partly_named(reading)
        if partial:
            return partial
        if intent in ("orient", "list", "define"):
            return reading.question(intent)
        if context.topic and len(words(text)) <= LONG_MESSAGE:
            return reading.question(
                "ask", "suite du sujet d’avant", standalone=f"{context.topic} {text}"
            )
        return reading.question("ask")

    def _apart(self, reading: Reading, context: Context) -> Question | None:
        """What is about the conversation rather than a job, or about a job of another field."""
        intent = reading.intent
        if is_insult(reading.base.text):
            return reading.question("insult", roles=context.roles)
        polite = intent in ("greet", "thanks") and not self._asks_more(reading)
        if intent and (polite or intent in ("about", "complaint", "sources", "personal-choice")):
            return reading.question(intent, roles=context.roles)
        if intent in ("more", "shorter"):
            if context.last is None and len(words(reading.base.text)) > SHORT_FOLLOW_UP:
                return None
            if context.last is None:
                return reading.question(intent, "rien avant")
            return replace(context.last, raw=reading.base.raw, intent=intent)
        about_us = reading.base.may_ask("orient", "list", THEME) >= SURE_ORIENT
        text, lexicon = reading.base.text, self.lexicon
        other = lexicon.wants_other_job(text) or (lexicon.names_other_job(text) and not about_us)
        return reading.question("off-topic", "métier d’un autre domaine") if other else None

    def _asks_more(self, reading: Reading) -> bool:
        """Tell whether a greeting or thanks is followed by a question."""
        polite = max(map(reading.base.may_ask, ("greet", "thanks"))) >= SURE_INTENT
        rest = after_greeting(reading.base.text)
        if len(rest.split()) < 2 or (polite and "?" not in reading.base.text):
            return False
        return self._learnt.sections.guess(rest)[0][1] >= SURE_SECTION

    def _partly_named(self, reading: Reading) -> Question | None:
        """Part of a job's name: that job if it is alone, two that are compared, or a choice."""
        text, intent = reading.base.text, reading.intent
        candidates = self._matcher.candidates(text)
        least = SURE_OFF_TOPIC if reading.sure else SURE_INTENT
        elsewhere = reading.base.may_ask(OFF_TOPIC) >= least
        other = elsewhere or intent in ("orient", "list") or self.lexicon.names_theme(text)
        if other or not candidates:
            return None
        section = reading.base.section
        if len(candidates) == 1 and section:
            title = self._corpus.roles[candidates[0]].title
            return reading.question("ask", f"sans doute {candidates[0]}", roles=candidates,
                                    standalone=f"{text} ({title})")  # fmt: skip
        if len(candidates) > 1 and (intent == "compare" or section == "metiers-proches"):
            return reading.question("compare", "noms de métiers incomplets", roles=candidates)
        return reading.question("ask", "nom de métier incomplet", candidates=candidates)

    def _definition(self, reading: Reading) -> Question:
        """Ask for the glossary term that the message names."""
        term = self.lexicon.term_in(reading.base.text)
        return reading.question("define", f"terme {term}", section=term)

    def _about(
        self, reading: Reading, roles: tuple[str, ...], context: Context, note: str
    ) -> Question:
        """Complete an elliptic message with jobs of the context."""
        section = reading.base.section or context.section or "en-bref"
        short = len(words(reading.base.text)) <= SHORT_FOLLOW_UP
        title = self._corpus.roles[roles[0]].title
        whole = self.standalone(roles[0], section) if short else f"{reading.base.text} ({title})"
        kind: Intent = "compare" if len(roles) > 1 else "ask"
        known = reading.base.section or not short
        sections = reading.base.sections if known else ((section, 1.0),)
        return reading.question(
            kind, f"{note} : {', '.join(roles)}", roles=roles, section=section,
            sections=sections, standalone=whole,
        )  # fmt: skip

    def _pointed(self, text: str, context: Context) -> tuple[str, ...]:
        """Jobs designated by their place in the list shown before ("le deuxième")."""
        options = context.options
        if len(words(text)) > LONG_MESSAGE:
            return ()
        return tuple(options[i] for i in ordinals(text) if -len(options) <= i < len(options))

    def _follows(self, reading: Reading, context: Context) -> bool:
        """Tell whether a message without job continues about the jobs of the context.

        It points back or is short, names no theme, and holds no telling word that questions
        about jobs never use: "et le salaire d'un footballeur ?" is another subject.
        """
        text = fold(reading.base.text)
        points = bool(POINTERS.search(text))
        continues = points or bool(SWITCH.search(text))
        if not context.roles or (context.topic and not points):
            return False
        sure = reading.base.sections[0][1]
        off_topic = reading.base.may_ask(OFF_TOPIC)
        if reading.intent in ("orient", "list"):
            return bool(SIMILAR.search(text) or THIS_JOB.search(text))
        if off_topic >= max(sure, SURE_OFF_TOPIC):
            return False
        if self.lexicon.strange_in_questions(text) and not points:
            return sure >= FOLLOWS_FROM and off_topic < sure
        if self.lexicon.names_theme(text) and not self.lexicon.is_generic(text):
            short = len(words(text)) <= SHORT_FOLLOW_UP and continues and reading.sure
            return short or bool(POINTERS.search(VAGUE.sub("", text)))
        return continues or len(words(text)) <= LONG_MESSAGE

    def _defines_term(self, reading: Reading) -> bool:
        """Tell whether "C’est quoi le SEO ?" asks for a word, though SEO also names a job."""
        if reading.intent != "define" or len(reading.mentions) != 1:
            return False
        mention = reading.mentions[0]
        named = words(reading.base.text)[mention.start : mention.end]
        job = JOB_WORDS.search(fold(reading.base.text))
        return len(named) == 1 and not job and self.lexicon.is_term(named)

    def likeness(self, text: str, role: str) -> Callable[[str], float]:
        """For a question about a job: passage id -> likeness to what that passage answers."""
        masked = self._matcher.mask_job(text, role)
        return self._learnt.likeness.to(self._encoder.encode_query(masked))

    def mask(self, text: str) -> str:
        """Return the message with each named job replaced by "métier"."""
        return self._matcher.mask_all(text)

    def standalone(self, role: str, section: str) -> str:
        """A whole question for an elliptic one: the section's own question about the job."""
        sheet = self._corpus.roles[role]
        questions = SECTION_QUESTIONS.get(section, SECTION_QUESTIONS["en-bref"])
        return questions[0].format(m=sheet.title_m, f=sheet.title_f)
