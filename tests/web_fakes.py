"""A small assistant with meaning for the tests of the web layer: real shapes, no index, no model.

It finds the job whose name stands in the question and answers from that job's sheet, with the
sheet's sources; it asks back when no job is named. A few words make it fail on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.types import Answer, Citation, Mode, Turn
from corpus.errors import ModelError
from corpus.text import fold
from corpus.types import Block, Corpus, RoleSheet, Section, Source

ONISEP = Source(
    "Onisep", "Fiche métier", "https://www.onisep.fr/http/redirection/metier/slug/MET.489", 2025
)
REFERENCE = Source("Document de référence", "Responsable e-commerce")

JOBS = (
    ("responsable-e-commerce", "Responsable e-commerce", "Responsable e-commerce", "pilotage"),
    ("responsable-trafic", "Responsable trafic", "Responsable trafic", "marketing-acquisition"),
    ("community-manager", "Community manager", "Community manager", "contenu-relation-client"),
    ("web-designer", "Web designer", "Web designer", "design"),
    ("developpeur-web", "Développeur web", "Développeuse web", "technique"),
    ("webmaster", "Webmestre", "Webmestre", "technique"),
    ("web-analyste", "Web analyste", "Web analyste", "donnees"),
    ("preparateur-de-commandes", "Préparateur de commandes", "Préparatrice de commandes",
     "logistique-achats"),
)  # fmt: skip


def sheet(role: str, masculine: str, feminine: str, family: str) -> RoleSheet:
    """Make a sheet with two sections, one of them with two sources."""
    missions = (
        Block(
            f"{masculine} : ce métier fait vivre la boutique en ligne au quotidien et suit ses "
            "résultats, avec les équipes du marketing, de la technique et de la logistique.",
            (ONISEP, REFERENCE),
        ),
        Block("Préparer les ventes et les mises en avant du site.", (ONISEP,), bullet=True),
        Block("Mesurer le trafic, c’est-à-dire les visites, chaque semaine.", (REFERENCE,), True),
    )
    formations = (Block("Le métier s’apprend le plus souvent de bac+3 à bac+5.", (ONISEP,)),)
    return RoleSheet(
        id=role, title_m=masculine, title_f=feminine, aliases=(), family=family,
        level="bac+3 à bac+5", rome_code="E1407", rome_title="", riasec=(), close=(),
        evolution=(), salaries=(),
        sections=(
            Section("missions", "Missions", missions),
            Section("formations", "Études et formations", formations),
        ),
    )  # fmt: skip


def corpus() -> Corpus:
    """Return the corpus of eight jobs."""
    return Corpus(roles={job[0]: sheet(*job) for job in JOBS}, themes={})


class FakeAssistant:
    """Answers from `corpus()`; follows bot.chain.Assistant's public face."""

    def __init__(self, mode: Mode = "extract", note: str = "") -> None:
        """Answer in this mode, with this note on the page."""
        self.corpus = corpus()
        self.mode: Mode = mode
        self.mode_note = note
        self.loaded = True
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []

    def ready(self) -> dict[str, bool]:
        """Say what is loaded."""
        return {"index": True, "model": self.loaded}

    def stream(self, question: str, turns: Sequence[Turn]) -> Iterator[str | Answer]:
        """Yield the text sentence by sentence, then the Answer."""
        self.asked.append((question, tuple(turns)))
        if "panne" in question:
            yield "Le début de la réponse. "
            raise ModelError("Le modèle s’est arrêté au milieu de la réponse. Réessayez.")
        if "bogue" in question:
            raise ValueError(f"secret: {question}")
        answer = self.answer(question, turns)
        sentences = answer.text.split(". ")
        for count in range(1, len(sentences)):
            yield ". ".join(sentences[:count]) + "."
        yield answer.text
        yield answer

    def answer(self, question: str, turns: Sequence[Turn]) -> Answer:
        """Find the job in the question, else in the turns before it."""
        words = [fold(question), *(fold(turn.text) for turn in reversed(turns))]
        found = next((r for text in words for r in self._named(text)), None)
        if found is None:
            return Answer(
                "clarify", "De quel métier parlez-vous ?", roles=("webmaster", "web-designer"),
                suggestions=("Que fait un ou une webmestre ?", "Que fait un ou une web designer ?"),
            )  # fmt: skip
        part = found.sections[1 if "etude" in words[0] else 0]
        lines = [("- " if b.bullet else "") + b.text for b in part.blocks]
        text = f"{lines[0]} [1]\n\n" + "\n".join(f"{line} [1]" for line in lines[1:])
        sources = tuple({s: None for b in part.blocks for s in b.sources})
        return Answer(
            "answer", text.strip(),
            (Citation(1, found.id, found.title, part.heading, "\n".join(lines), sources),),
            (found.id,), part.id, self.mode,
            (f"Quelles études pour devenir {found.both_genders} ?",
             f"Que fait {found.both_genders} dans une journée ?"),
            {"total": 12.3},
        )  # fmt: skip

    def _named(self, text: str) -> list[RoleSheet]:
        return [r for r in self.corpus.roles.values() if fold(r.title) in text]
