"""The question that each section of a sheet answers, as visitors ask it.

They are search keys of the section's passage (so that a plain question finds the whole section
rather than a narrower bank answer), and the base of the suggestions.
"""

from __future__ import annotations

SECTION_QUESTIONS: dict[str, tuple[str, ...]] = {
    "en-bref": ("C’est quoi un {m} ?", "Qu’est-ce qu’une {f} ?", "What is a {m}?"),
    "missions": (
        "Que fait un {m} ?",
        "Quelles sont les missions d’une {f} ?",
        "What does a {m} do?",
    ),
    "journee-type": ("À quoi ressemble la journée d’un {m} ?", "What is a {m}’s typical day?"),
    "competences": ("Quelles compétences faut-il pour être {m} ?", "What skills does a {m} need?"),
    "qualites": ("Quelles qualités faut-il pour être {m} ?", "What qualities does a {m} need?"),
    "outils": ("Quels outils et logiciels utilise un {m} ?", "What tools does a {m} use?"),
    "formations": (
        "Quelles études pour devenir {m} ?",
        "Comment devenir {f} ?",
        "How do you become a {m}?",
    ),
    "salaire": (
        "Combien gagne un {m} ?",
        "Quel est le salaire d’une {f} ?",
        "How much does a {m} earn?",
    ),
    "evolution": ("Quelles évolutions de carrière pour un {m} ?", "Career path of a {m}?"),
    "ou-travailler": ("Où travaille un {m} ?", "Where does a {m} work?"),
    "recrutement": ("Est-ce que le métier de {m} recrute ?", "Is it easy to find a job as {m}?"),
    "metiers-proches": ("Quels métiers sont proches de {m} ?", "Jobs similar to {m}?"),
    "idees-recues": ("Quelles idées reçues sur le métier de {m} ?", "Clichés about {m}?"),
    "pour-qui": ("Pour qui est fait le métier de {m} ?", "Who is the job of {m} for?"),
}


def section_keys(section: str, title_m: str, title_f: str) -> tuple[str, ...]:
    """Return the questions of a section for one job."""
    return tuple(q.format(m=title_m, f=title_f) for q in SECTION_QUESTIONS[section])
