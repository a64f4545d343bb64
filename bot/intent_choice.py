"""Which intent stands for a message that names no job: the pattern's, or the one learnt."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from bot.intent_classifier import OFF_TOPIC, OVERRULES, SURE_INTENT, SURE_ORIENT, THEME
from bot.lexicon import Lexicon
from bot.reading import POINTERS, Context, Reading
from bot.types import Intent
from corpus.text import fold

SURE_AFTER_JOB = 0.8
"""Probability from which a learnt intent decides once a job has been talked about."""
SURE_DESPITE_THEME = 0.85
"""The same for orientation where a theme is named ("… dans le commerce en ligne ?")."""
TERM_DEFINED = 0.1
"""Probability of "define" from which a message that holds a glossary term asks for it."""
LOOSE: tuple[Intent | None, ...] = ("about", "orient", "shorter", "more")
"""Intents whose patterns also stand in questions on the themes or on anything else."""


def with_intent(reading: Reading, context: Context, lexicon: Lexicon) -> Reading:
    """Let the classifier complete a message without pattern, or overrule a loose one."""
    text, may_ask = fold(reading.base.text), reading.base.may_ask
    if reading.intent in LOOSE and max(may_ask(THEME), may_ask(OFF_TOPIC)) >= OVERRULES:
        return replace(reading, intent=None)
    if reading.intent == "list" and may_ask("orient") >= SURE_AFTER_JOB:
        return replace(reading, intent="orient")
    if reading.intent == "define" and may_ask("list") >= SURE_AFTER_JOB:
        return replace(reading, intent="list")
    talking = bool(context.roles or context.options)
    if reading.intent or lexicon.is_generic(text):
        return reading
    if talking and (reading.sure or POINTERS.search(text)):
        return reading
    if lexicon.term_in(text) and may_ask("define") >= TERM_DEFINED:
        return replace(reading, intent="define")
    intent, probability = reading.base.intents[0]
    wanted = SURE_AFTER_JOB if talking else SURE_ORIENT if intent == "orient" else SURE_INTENT
    if intent in (THEME, OFF_TOPIC) or probability < wanted:
        return reading
    if intent == "orient" and probability < SURE_DESPITE_THEME and lexicon.names_theme(text):
        return reading
    return replace(reading, intent=cast(Intent, intent))
