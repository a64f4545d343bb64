"""Passages to a French answer, at once and without a model: one job, definition, clarification.

Every text shown comes from passages (through Citer) or from phrases.py. Knows nothing of search.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot import phrases
from bot.cite import Citer
from bot.french import a_role, of_a_role, the_role, titles
from bot.types import Answer, Kind, Question
from corpus.types import Corpus, Passage, RoleSheet, lower_first

SECTION_SUGGESTIONS: dict[str, str] = {
    "missions": "Que fait {a} ?",
    "formations": "Quelles études pour devenir {plain} ?",
    "salaire": "Combien gagne {a} ?",
    "journee-type": "À quoi ressemble la journée {of} ?",
    "qualites": "Quelles qualités faut-il pour être {plain} ?",
    "evolution": "Comment évolue la carrière {of} ?",
    "recrutement": "Le métier de {plain} recrute-t-il ?",
    "idees-recues": "Quelles idées reçues sur {the} ?",
}
"""Next questions, in the order in which they are proposed."""
SUGGESTIONS = 3


def suggest(role: RoleSheet, seen: Sequence[str | None]) -> tuple[str, ...]:
    """Questions about the job that its sheet answers and that were not just answered."""
    plain = lower_first(titles(role))
    forms = {"a": a_role(role), "of": of_a_role(role), "the": the_role(role), "plain": plain}
    wanted = [s for s in SECTION_SUGGESTIONS if s not in seen and role.section(s)]
    return tuple(SECTION_SUGGESTIONS[s].format(**forms) for s in wanted[:SUGGESTIONS])


def one_passage(question: Question, passage: Passage, corpus: Corpus, lead: str = "") -> Answer:
    """Answer with one passage: a section of a sheet, a bank answer, a term or an extract.

    A `lead` says what the sources lack: the passage is then only the nearest thing to an answer.
    """
    citer = Citer()
    text = citer.write(passage)
    if passage.kind == "term":
        text = f"**{passage.heading}** : {lower_first(text)}"
    role = corpus.roles.get(passage.document)
    roles = question.roles or ((passage.document,) if role else ())
    section = passage.section if role or passage.kind != "free" else None
    suggestions = suggest(role, (section, question.section)) if role else ()
    return Answer(
        kind="abstain" if lead else "answer",
        text=f"{lead}\n\n{text}" if lead else text,
        citations=citer.citations(),
        roles=roles,
        section=section,
        suggestions=suggestions or other_topics(passage, corpus),
    )


def other_topics(passage: Passage, corpus: Corpus) -> tuple[str, ...]:
    """Next questions after a theme: its other sections that are questions; else examples."""
    theme = corpus.themes.get(passage.document)
    if theme:
        others = [s.heading for s in theme.sections if s.id != passage.section and "?" in s.heading]
        if others:
            return tuple(others[:SUGGESTIONS])
    return phrases.EXAMPLES[:SUGGESTIONS]


def fixed(kind: Kind, text: str, suggestions: Sequence[str] = phrases.EXAMPLES[:3]) -> Answer:
    """An answer made of a fixed phrase, without source."""
    return Answer(kind=kind, text=text, suggestions=tuple(suggestions))


def clarify_role(question: Question, corpus: Corpus) -> Answer:
    """Ask which job is meant; the suggestions are whole questions that can be clicked."""
    roles = [corpus.roles[i] for i in question.candidates]
    section = question.section if question.section in SECTION_SUGGESTIONS else "missions"
    pattern = SECTION_SUGGESTIONS[section or "missions"]
    options = tuple(
        pattern.format(a=a_role(r), of=of_a_role(r), the=the_role(r), plain=lower_first(titles(r)))
        for r in roles
    )
    text = phrases.CLARIFY_WHICH if roles else phrases.CLARIFY_ROLE
    return Answer(
        kind="clarify",
        text=text,
        roles=question.candidates,
        section=question.section,
        suggestions=options or phrases.EXAMPLES[:SUGGESTIONS],
    )


def not_in_base(question: Question, corpus: Corpus) -> Answer:
    """Say that the sources do not hold the answer, with the nearest covered subjects."""
    text = phrases.NOT_IN_BASE.format(next=phrases.NOT_IN_BASE_NEXT)
    if question.roles:
        role = corpus.roles[question.roles[0]]
        return Answer(
            kind="abstain",
            text=text,
            roles=question.roles,
            section=question.section,
            suggestions=suggest(role, ()),
        )
    return fixed("abstain", text)
