"""Compare two or three jobs in one table: same rows for each, every cell cited."""

from __future__ import annotations

from bot import phrases
from bot.cite import Citer
from bot.compose import suggest
from bot.french import join, the_role, titles
from bot.types import Answer, Question, Sections
from corpus.types import Corpus, RoleSheet

ROWS = (
    ("Le métier", "en-bref"),
    ("Au quotidien", "missions"),
    ("Études", "formations"),
    ("Salaire", "salaire"),
    ("Qualités", "qualites"),
)
MISSING = "Non précisé dans mes sources"


def compare(question: Question, corpus: Corpus, passages: Sections) -> Answer:
    """Answer a comparison. `passages` maps (role id, section id) to the section's passage."""
    roles = [corpus.roles[role] for role in question.roles]
    citer = Citer()
    rows: tuple[tuple[str, str], ...] = ROWS
    asked = question.section
    if asked and any((role.id, asked) in passages for role in roles):
        heading = {r[1]: r[0] for r in ROWS}.get(asked)
        if heading and asked != "en-bref":
            rows = tuple(r for r in ROWS if r[1] in ("en-bref", asked))
    lines = [
        "| | " + " | ".join(titles(role) for role in roles) + " |",
        "|---" * (len(roles) + 1) + "|",
    ]
    for heading, section in rows:
        cells = [_cell(citer, role, section, passages) for role in roles]
        lines.append(f"| **{heading}** | " + " | ".join(cells) + " |")
    names = join([the_role(role) for role in roles])
    lead = f"Voici ce que disent mes sources sur {names}."
    if question.intent == "personal-choice":
        lead = f"Ce choix vous appartient. {lead}"
    suggestions = tuple(s for role in roles for s in suggest(role, ("missions",))[:1])
    return Answer(
        kind="answer",
        text=lead + "\n\n" + "\n".join(lines),
        citations=citer.citations(),
        roles=question.roles,
        section=question.section,
        suggestions=suggestions or phrases.EXAMPLES[:3],
    )


def _cell(citer: Citer, role: RoleSheet, section: str, passages: Sections) -> str:
    """The first block of the section, which answers by itself, without table signs."""
    passage = passages.get((role.id, section))
    if passage is None:
        return MISSING
    return citer.sentence(passage, passage.blocks[0]).replace("|", "/")
