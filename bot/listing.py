"""Lists of jobs answered from the corpus data: by family, level, without coding, hiring, pay.

Every item is cited where a sheet says it; lists by family or level come from the front matter of
the sheets, which the answer says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sized

from bot.cite import Citer
from bot.compose import suggest
from bot.french import capital, join, the_role
from bot.levels import lowest_level
from bot.types import Answer, Question, Sections
from corpus.text import fold
from corpus.types import FAMILIES, Block, Corpus, Passage, RoleSheet, lower_first
from corpus.validate import numbers

MAX_ITEMS = 5
FAMILY_WORDS: dict[str, str] = {
    "pilotage": r"pilot|direction|diriger|management|manager|gestion de projet|chef|strategi",
    "marketing-acquisition": r"marketing|publicit|acquisition|\bseo\b|referencement|communication",
    "contenu-relation-client": (
        r"conten|ecri|redac|clientele|customer|relation client|reseaux sociaux|service client"
    ),
    "design": r"design|graphi|dessin|creati",
    "technique": r"techni|informati|develop|coder|program|code\b",
    "donnees": r"donnee|data|chiffre|statisti|\bia\b|intelligence artificielle",
    "logistique-achats": r"logisti|achat|stock|livr|entrepot|colis",
    "entrepreneuriat": r"entrepren|mon compte|independan|createur|creer",
}
CODING = ("technique", "donnees")
WITHOUT_CODE = re.compile(
    r"(?:sans|pas|jamais|ne|aucun\w*|without|don'?t|no) (?:\w+ ){0,4}?"
    r"(?:cod|program|informatique|ordi)"
    r"|(?:code|coder?|program\w+) (?:jamais|pas)"
)
LEVEL = re.compile(
    r"bac\s?\+\s?(\d)|\b(deux|trois|cinq|[235]) ans|\b(bts|dut|licence|bachelor|master)\b"
    r"|\b(?:un|mon|en|le) (but)\b"
)
YEARS = {"deux": 2, "trois": 3, "cinq": 5, "bts": 2, "dut": 2, "but": 3, "licence": 3,
         "bachelor": 3, "master": 5}  # fmt: skip
"""Years after the bac, by the word that tells them."""
NO_DEGREE = re.compile(
    r"sans (?:le |aucun |de )?(?:bac\b|diplome|etude)|after the bac|bac pro|\bcap\b|niveau bac\b"
    r"|longues etudes"
)
HIRES = re.compile(r"recrut|embauch|debouche|avenir|recherche|hiring|in demand|travail facile")
PAYS = re.compile(r"mieux pay|bien pay|gagne|paye|salaire|best paid|highest")
HIRING = re.compile(
    r"recherche(?:e|s|es)\b|(?:tres|plus|est|reste|bien) recherche\b|penurie|en tension|non pourvu"
    r"|forte demande|demande (?:est )?(?:forte|en hausse)|manque de (?:candidat|profil|main)"
    r"|recrute(?:nt)? beaucoup|(?:peine|mal|difficile|difficultes?) a recruter"
)
OWN_ACCOUNT = re.compile(r"free-?lance|independan\w+|a (?:son|mon|leur) compte|self-employed")
REMOTE = re.compile(r"teletravail\w*|a distance|de chez (?:soi|moi|eux)|remote")
TOLD = (
    (OWN_ACCOUNT, OWN_ACCOUNT, "Voici des métiers que l’on peut exercer à son compte"),
    (REMOTE, re.compile(r"teletravail"), "Voici des métiers où une part de télétravail existe"),
)
"""Criteria that answers of the bank tell: pattern of the message, of the bank's question, lead."""
NOT_HIRING = re.compile(r"20(?:0|1)\d|ne recrut|peu d|(?:pas|moins|competences?) recherche")


class Listing:
    """Answers list questions; built once."""

    def __init__(self, corpus: Corpus, passages: Iterable[Passage]) -> None:
        """Take the corpus and its passages."""
        self._roles = list(corpus.roles.values())
        self._told = [p for p in passages if p.kind == "question" and p.section != "salaire"]

    def narrows(self, question: Question) -> bool:
        """Tell whether a question gives a criterion that lists can follow."""
        text = fold(question.text)
        told = (asked for asked, _, _ in TOLD)
        criteria = (WITHOUT_CODE, LEVEL, NO_DEGREE, HIRES, PAYS, *told)
        families = (re.compile(pattern) for pattern in FAMILY_WORDS.values())
        return any(criterion.search(text) for criterion in (*criteria, *families))

    def answer(self, question: Question, passages: Sections) -> Answer:
        """Answer with at most five jobs, or the families when nothing narrows the list."""
        text = fold(question.text)
        level = LEVEL.search(text)
        if WITHOUT_CODE.search(text):
            roles = [r for r in self._roles if r.family not in CODING]
            lead = "Ces métiers ne demandent pas d’écrire du code au quotidien"
            return self._named(roles, lead, passages)
        if level or NO_DEGREE.search(text):
            found = level.group(level.lastindex or 0) if level else "0"
            return self._by_level(YEARS.get(found) or int(found), passages)
        for asked, heading, lead in TOLD:
            if asked.search(text):
                return self._told_by_bank(heading, lead)
        if HIRES.search(text):
            return self._hiring(passages)
        if PAYS.search(text):
            return self._paid(passages)
        for family, pattern in FAMILY_WORDS.items():
            if re.search(pattern, text):
                roles = [r for r in self._roles if r.family == family]
                lead = f"Voici des métiers de la famille « {FAMILIES[family]} »"
                return self._named(roles, lead, passages)
        return self._families()

    def _by_level(self, years: int, passages: Sections) -> Answer:
        """Jobs that their sheet says can be reached with this number of years after the bac."""
        roles = [r for r in self._roles if lowest_level(r) <= years]
        roles.sort(key=lambda r: (-lowest_level(r), r.id))
        label = f"à partir de bac+{years}" if years else "avec le bac ou moins"
        lead = f"Ces métiers sont accessibles {label}, selon leurs fiches"
        return self._named(roles, lead, passages, "formations")

    def _named(
        self,
        roles: list[RoleSheet],
        lead: str,
        passages: Sections,
        section: str = "en-bref",
    ) -> Answer:
        shown = [r for r in roles if (r.id, section) in passages][:MAX_ITEMS]
        items = [(r, passages[(r.id, section)], passages[(r.id, section)].blocks[0]) for r in shown]
        return _answer(f"{lead}{_more(roles, shown)} :", items)

    def _hiring(self, passages: Sections) -> Answer:
        def says_hiring(block: Block) -> bool:
            folded = fold(block.text)
            return bool(HIRING.search(folded)) and not NOT_HIRING.search(folded)

        items = _first_blocks(self._roles, "recrutement", passages, says_hiring)
        return _answer("Voici des métiers que mes sources disent recherchés :", items[:MAX_ITEMS])

    def _told_by_bank(self, heading: re.Pattern[str], lead: str) -> Answer:
        """Jobs of which the bank answers such a question, each with the start of that answer."""
        found: dict[str, Passage] = {}
        for passage in self._told:
            if heading.search(fold(passage.heading)):
                found.setdefault(passage.document, passage)
        items = [(r, found[r.id], found[r.id].blocks[0]) for r in self._roles if r.id in found]
        shown = items[:MAX_ITEMS]
        return _answer(f"{lead}, selon leurs fiches{_more(items, shown)} :", shown)

    def _paid(self, passages: Sections) -> Answer:
        """Beginners' monthly pay by Onisep, the one publisher that covers many of the jobs."""
        starts = [
            (pay.low, role)
            for role in self._roles
            for pay in role.salaries
            if pay.source.publisher == "Onisep" and pay.profile == "débutant"
            and pay.unit == "EUR brut par mois" and pay.low and not pay.job
        ]  # fmt: skip
        starts.sort(key=lambda pair: (-pair[0], pair[1].id))
        best = {role.id: amount for amount, role in reversed(starts)}
        items = []
        for role in dict.fromkeys(role for _, role in starts):
            amount = f"{best[role.id]:.0f}"
            items += _first_blocks([role], "salaire", passages, _holds(amount))
        return _answer(
            "Pour débuter, voici les métiers aux salaires les plus hauts parmi ceux que l’Onisep "
            "chiffre :", items[:MAX_ITEMS],
        )  # fmt: skip

    def _families(self) -> Answer:
        lines = []
        for family, name in FAMILIES.items():
            roles = [r for r in self._roles if r.family == family][:2]
            if roles:
                lines.append(f"- **{name}** : {join([the_role(r) for r in roles])}.")
        text = (
            f"Mes fiches décrivent {len(self._roles)} métiers de l’e-commerce, rangés en familles. "
            "Par exemple :\n\n" + "\n".join(lines)
        )
        names = [lower_first(name) for name in list(FAMILIES.values())[2:5]]
        suggestions = tuple(f"Quels métiers pour {name} ?" for name in names)
        return Answer(kind="answer", text=text, suggestions=suggestions)


def _first_blocks(
    roles: Iterable[RoleSheet],
    section: str,
    passages: Sections,
    keep: Callable[[Block], bool],
) -> list[tuple[RoleSheet, Passage, Block]]:
    """For each job, the first block of a section that says what is looked for."""
    found = []
    for role in roles:
        passage = passages.get((role.id, section))
        block = next((b for b in passage.blocks if keep(b)), None) if passage else None
        if passage and block:
            found.append((role, passage, block))
    return found


def _holds(amount: str) -> Callable[[Block], bool]:
    """A test of blocks: does one hold this figure?"""
    return lambda block: amount in numbers(block.text)


def _more(found: Sized, shown: Sized) -> str:
    return f" ({len(shown)} sur {len(found)})" if len(found) > len(shown) else ""


def _answer(lead: str, items: list[tuple[RoleSheet, Passage, Block]]) -> Answer:
    citer = Citer()
    # A bank answer may start with "Oui," to a question that a list does not show.
    said = [capital(citer.sentence(p, block).removeprefix("Oui, ")) for _, p, block in items]
    bullets = [
        f"- **{capital(the_role(role))}** : {text}"
        for (role, _, _), text in zip(items, said, strict=True)
    ]
    return Answer(
        kind="answer",
        text=lead + "\n\n" + "\n".join(bullets),
        citations=citer.citations(),
        roles=tuple(role.id for role, _, _ in items),
        suggestions=tuple(s for role, _, _ in items[:3] for s in suggest(role, ())[:1]),
    )
