"""From one job to another along the sheets' evolution links, the sections cited."""

from __future__ import annotations

from collections import deque

from bot.cite import Citer
from bot.compose import suggest
from bot.french import of_a_role, titles
from bot.types import Answer, Question, Sections
from corpus.types import Corpus, RoleSheet, lower_first


def shortest_path(corpus: Corpus, start: str, end: str) -> list[str]:
    """Return job ids from start to end along `evolution`, or an empty list."""
    before: dict[str, str] = {start: ""}
    queue = deque([start])
    while queue:
        current = queue.popleft()
        if current == end:
            path = [end]
            while before[path[-1]]:
                path.append(before[path[-1]])
            return path[::-1]
        for following in corpus.roles[current].evolution:
            if following not in before and following in corpus.roles:
                before[following] = current
                queue.append(following)
    return []


def answer_path(question: Question, corpus: Corpus, passages: Sections) -> Answer:
    """Say how one goes from the first job named to the second."""
    start, end = (corpus.roles[i] for i in question.roles[:2])
    path = shortest_path(corpus, start.id, end.id)
    citer = Citer()
    if len(path) == 2:
        lead = f"Oui, c’est une évolution connue : on peut passer {_from_to(start, end)}."
    elif path:
        middle = " puis ".join(titles(corpus.roles[i]) for i in path[1:-1])
        lead = f"On peut y aller par étapes, en devenant d’abord {lower_first(middle)}."
    else:
        lead = (
            f"Mes sources ne décrivent pas de passage direct {_from_to(start, end)}. "
            "Voici ce qu’elles disent de chaque côté."
        )
    parts = [lead]
    for role, section in ((start, "evolution"), (end, "formations")):
        passage = passages.get((role.id, section))
        if passage:
            parts.append(citer.sentence(passage, passage.blocks[0]))
    recruiting = passages.get((end.id, "recrutement"))
    if recruiting:
        parts.append(citer.sentence(recruiting, recruiting.blocks[0]))
    return Answer(
        kind="answer",
        text="\n\n".join(parts),
        citations=citer.citations(),
        roles=question.roles,
        section="evolution",
        suggestions=suggest(end, ("evolution",)),
    )


def _from_to(start: RoleSheet, end: RoleSheet) -> str:
    """Return "du métier d’un … à celui d’un …"."""
    return f"du métier {of_a_role(start)} à celui {of_a_role(end)}"
