"""What the corpus holds, as frozen values. Knows nothing of files, search or answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

SECTIONS: dict[str, str] = {
    "en-bref": "En bref",
    "missions": "Missions",
    "journee-type": "Une journée",
    "competences": "Compétences",
    "qualites": "Qualités",
    "outils": "Outils",
    "formations": "Études et formations",
    "salaire": "Salaire",
    "evolution": "Évolution",
    "ou-travailler": "Où travailler",
    "recrutement": "Recrutement",
    "metiers-proches": "Métiers proches",
    "idees-recues": "Idées reçues",
    "pour-qui": "Pour qui ?",
}
"""Section id -> the heading that a role sheet uses for it, in the order of the sheet."""

FAMILIES: dict[str, str] = {
    "pilotage": "Piloter la vente en ligne",
    "marketing-acquisition": "Faire venir les clients",
    "contenu-relation-client": "Écrire et parler aux clients",
    "design": "Dessiner le site",
    "technique": "Construire le site",
    "donnees": "Faire parler les données",
    "logistique-achats": "Acheter, stocker, livrer",
    "entrepreneuriat": "Créer son activité",
}
"""Family id -> the name that visitors read."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from. `url` and `year` are None where the publisher gives none."""

    publisher: str
    title: str
    url: str | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or bullet of Markdown, without its source keys, and its sources."""

    text: str
    sources: tuple[Source, ...]
    bullet: bool = False
    line: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Section:
    """One titled part of a sheet or theme; `id` is one of SECTIONS in a role sheet."""

    id: str
    heading: str
    blocks: tuple[Block, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Salary:
    """One published pay figure; amounts in euros, gross, per `unit`; `year` None if undated.

    `job` names the neighbouring job that the figure is about, or is empty.
    """

    profile: str
    low: float | None
    high: float | None
    unit: str
    year: int | None
    source: Source
    job: str = ""


@dataclass(frozen=True, slots=True)
class RoleSheet:
    """One job: names, place among the others, pay and the sections of its sheet."""

    id: str
    title_m: str
    title_f: str
    aliases: tuple[str, ...]
    family: str
    level: str
    rome_code: str
    rome_title: str
    riasec: tuple[str, ...]
    close: tuple[str, ...]
    evolution: tuple[str, ...]
    salaries: tuple[Salary, ...]
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        """Title for headings and citations, the masculine form of the sheet's front matter."""
        return self.title_m

    @property
    def both_genders(self) -> str:
        """Title in both genders without article: "développeur web ou développeuse web"."""
        if self.title_m == self.title_f:
            return lower_first(self.title_m)
        return f"{lower_first(self.title_m)} ou {lower_first(self.title_f)}"

    def section(self, section_id: str) -> Section | None:
        """Return the section with this id, or None where the sheet has none."""
        return next((s for s in self.sections if s.id == section_id), None)


@dataclass(frozen=True, slots=True)
class Theme:
    """One cross topic (studies, work placement, the team), cut in sections that answer."""

    id: str
    title: str
    aliases: tuple[str, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class BankEntry:
    """A question as pupils ask it, in several wordings, and its sourced answer."""

    document: str
    section: str
    wordings: tuple[str, ...]
    blocks: tuple[Block, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """One glossary entry; `forms` are its other names (English, abbreviation, spelling)."""

    id: str
    name: str
    forms: tuple[str, ...]
    definition: Block


@dataclass(frozen=True, slots=True)
class FreeDocument:
    """A document that the school added: its file name, title, and paragraphs."""

    name: str
    title: str
    paragraphs: tuple[str, ...]


Sheet = RoleSheet | Theme


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything the product knows."""

    roles: dict[str, RoleSheet]
    themes: dict[str, Theme]
    bank: tuple[BankEntry, ...] = ()
    terms: tuple[Term, ...] = ()
    documents: tuple[FreeDocument, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    @property
    def sheets(self) -> list[Sheet]:
        """Role sheets, then themes."""
        return [*self.roles.values(), *self.themes.values()]


PassageKind = Literal["section", "question", "term", "free"]


@dataclass(frozen=True, slots=True)
class Passage:
    """What search returns and answers cite: a whole section, bank answer, term or extract.

    `keys` are the texts that find it: each is embedded and tokenised on its own, and the
    passage takes the best score of its keys.
    """

    id: str
    kind: PassageKind
    document: str
    title: str
    section: str
    heading: str
    blocks: tuple[Block, ...]
    keys: tuple[str, ...]

    @property
    def text(self) -> str:
        """The passage as plain Markdown, without citation marks."""
        return "\n".join(("- " + b.text) if b.bullet else b.text for b in self.blocks)


def lower_first(text: str) -> str:
    """Lower the first letter unless the first word is an abbreviation ("UX designer")."""
    head = text.split(" ", 1)[0]
    if len(head) > 1 and head[1:2].isupper():
        return text
    return text[:1].lower() + text[1:]
