"""Read the corpus files into frozen values and report every fault at once, with file and line.

Knows the file formats (role sheets, themes, question bank, glossary, free documents); does not
know search or answers. `load_corpus` raises CorpusError with all faults; nothing is half-loaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from corpus.documents import load_documents
from corpus.errors import CorpusError, Fault
from corpus.markup import Node, parse_yaml, split_front_matter
from corpus.reader import Reader
from corpus.text import slug
from corpus.types import (
    FAMILIES,
    SECTIONS,
    BankEntry,
    Corpus,
    RoleSheet,
    Salary,
    Section,
    Source,
    Term,
    Theme,
)

HERE = Path(__file__).parent
HEADING_TO_ID = {heading: section_id for section_id, heading in SECTIONS.items()}
PROFILES = ("débutant", "confirmé", "expert", "médian", "tous")
UNITS = ("EUR brut par an", "EUR brut par mois", "EUR par an", "EUR par mois")
ROLE_KEYS = "id titre alias famille rome niveau proches evolution salaires sources".split()
THEME_KEYS = "id titre alias sources".split()
SALARY_KEYS = "profil min max valeur unite annee source intitule".split()


def read_role(path: Path, faults: list[Fault]) -> tuple[RoleSheet | None, dict[str, Source]]:
    """Read one role sheet; the sources by key serve the bank of the same name."""
    reader = Reader(path, faults)
    front, body = split_front_matter(path, reader.fault)
    meta = reader.mapping(front, ROLE_KEYS, "en-tête")
    sources = reader.sources(meta.get("sources"))
    role_id = reader.text(meta.get("id"), "id")
    if role_id != path.stem:
        reader.fault(1, f"l’id « {role_id} » n’est pas le nom du fichier « {path.stem} »")
    titles = reader.mapping(meta.get("titre"), ["m", "f"], "titre")
    family = reader.text(meta.get("famille"), "famille")
    if family and family not in FAMILIES:
        reader.fault(meta["famille"].line, f"famille inconnue « {family} »")
    rome = meta.get("rome")
    rome_keys = ["code", "intitule", "riasec"]
    rome_fields = reader.mapping(rome, rome_keys, "rome") if rome and rome.value else {}
    sections = _sections(reader, body, sources)
    sheet = RoleSheet(
        id=path.stem,
        title_m=reader.text(titles.get("m"), "titre.m"),
        title_f=reader.text(titles.get("f"), "titre.f"),
        aliases=reader.texts(meta.get("alias"), "alias"),
        family=family,
        level=reader.text(meta.get("niveau"), "niveau"),
        rome_code=str(rome_fields["code"].value) if "code" in rome_fields else "",
        rome_title=str(rome_fields["intitule"].value) if "intitule" in rome_fields else "",
        riasec=reader.texts(rome_fields.get("riasec"), "riasec"),
        close=reader.texts(meta.get("proches"), "proches"),
        evolution=reader.texts(meta.get("evolution"), "evolution"),
        salaries=tuple(_salaries(reader, meta.get("salaires"), sources)),
        sections=sections,
    )
    return (sheet if front is not None else None), sources


def _sections(
    reader: Reader, body: list[tuple[str, str, int]], sources: dict[str, Source]
) -> tuple[Section, ...]:
    """Read the parts of a sheet, whose headings are fixed."""
    found = []
    for heading, text, line in body:
        if heading not in HEADING_TO_ID:
            reader.fault(line, f"titre de partie inconnu « {heading} »")
            continue
        blocks = reader.blocks(text, line + 1, sources, heading)
        found.append(Section(HEADING_TO_ID[heading], heading, blocks, line))
    if not any(section.id == "en-bref" for section in found):
        reader.fault(1, "la partie « En bref » manque")
    return tuple(found)


def _salaries(reader: Reader, node: Node | None, sources: dict[str, Source]) -> list[Salary]:
    """Read the pay figures."""
    if node is None or node.value is None:
        return []
    if not isinstance(node.value, list):
        reader.fault(node.line, "« salaires » doit être une liste")
        return []
    found = [_salary(reader, item, sources) for item in node.value]
    return [salary for salary in found if salary]


def _salary(reader: Reader, item: Node, sources: dict[str, Source]) -> Salary | None:
    """Read one figure; an unknown profile, unit or source and a missing year are faults."""
    fields = reader.mapping(item, SALARY_KEYS, "salaire")
    values: dict[str, Any] = {key: child.value for key, child in fields.items()}
    for key, allowed in (("profil", PROFILES), ("unite", UNITS), ("source", tuple(sources))):
        if values.get(key) not in allowed:
            reader.fault(item.line, f"salaire : {key} « {values.get(key)} » inconnu")
    if not isinstance(values.get("annee", ""), (int, type(None))):
        reader.fault(item.line, "salaire sans année (écrire annee: null si la page n’en a pas)")
    low, high = values.get("valeur", values.get("min")), values.get("valeur", values.get("max"))
    numbers = [n for n in (low, high) if n is not None]
    if not numbers or not all(isinstance(n, (int, float)) and n > 0 for n in numbers):
        reader.fault(item.line, "salaire sans montant (min, max ou valeur)")
        return None
    if len(numbers) == 2 and numbers[0] > numbers[1]:
        reader.fault(item.line, f"salaire : min {low} au-dessus de max {high}")
        return None
    if values.get("source") not in sources:
        return None
    return Salary(
        profile=str(values.get("profil")),
        low=low,
        high=high,
        unit=str(values.get("unite")),
        year=values.get("annee"),
        source=sources[values["source"]],
        job=str(values.get("intitule") or ""),
    )


def read_theme(path: Path, faults: list[Fault]) -> tuple[Theme | None, dict[str, Source]]:
    """Read one theme; its headings are free and each becomes a section."""
    reader = Reader(path, faults)
    front, body = split_front_matter(path, reader.fault)
    meta = reader.mapping(front, THEME_KEYS, "en-tête")
    sources = reader.sources(meta.get("sources"))
    if reader.text(meta.get("id"), "id") != path.stem:
        reader.fault(1, f"l’id n’est pas le nom du fichier « {path.stem} »")
    sections = tuple(
        Section(slug(heading), heading, reader.blocks(text, line + 1, sources, heading), line)
        for heading, text, line in body
    )
    if not sections:
        reader.fault(1, "aucune partie (titre « ## »)")
    title = reader.text(meta.get("titre"), "titre")
    aliases = reader.texts(meta.get("alias"), "alias")
    return (Theme(path.stem, title, aliases, sections) if front is not None else None), sources


def read_bank(
    path: Path, sources: dict[str, Source], section_ids: set[str], faults: list[Fault]
) -> list[BankEntry]:
    """Read the question bank of one sheet or theme; source keys are those of that sheet."""
    reader = Reader(path, faults)
    entries: list[BankEntry] = []
    document = parse_yaml(path, reader.fault)
    top = reader.mapping(document, ["document", "questions"], "banque")
    if reader.text(top.get("document"), "document") != path.stem:
        reader.fault(1, f"« document » n’est pas le nom du fichier « {path.stem} »")
    questions = top.get("questions")
    for item in questions.value if questions and isinstance(questions.value, list) else []:
        fields = reader.mapping(item, ["section", "formulations", "reponse"], "question")
        section = reader.text(fields.get("section"), "section", item.line)
        if section and section not in section_ids:
            reader.fault(item.line, f"partie inconnue « {section} »")
        wordings = reader.texts(fields.get("formulations"), "formulations")
        if not 3 <= len(wordings) <= 6:
            reader.fault(item.line, f"{len(wordings)} formulations (de 3 à 6 attendues)")
        answer = fields.get("reponse")
        text = reader.text(answer, "reponse", item.line)
        line = answer.line if answer else item.line
        blocks = reader.blocks(text, line, sources, "réponse") if text else ()
        entries.append(BankEntry(path.stem, section, wordings, blocks, item.line))
    if not entries:
        reader.fault(1, "aucune question")
    return entries


def read_glossary(path: Path, faults: list[Fault]) -> list[Term]:
    """Read the glossary: `sources`, then `termes` with `nom`, `formes`, `definition`."""
    reader = Reader(path, faults)
    top = reader.mapping(parse_yaml(path, reader.fault), ["sources", "termes"], "glossaire")
    sources = reader.sources(top.get("sources"))
    terms: list[Term] = []
    items = top.get("termes")
    for item in items.value if items and isinstance(items.value, list) else []:
        fields = reader.mapping(item, ["nom", "formes", "definition"], "terme")
        name = reader.text(fields.get("nom"), "nom", item.line)
        text = reader.text(fields.get("definition"), "definition", item.line)
        blocks = reader.blocks(text, item.line, sources, f"« {name} »") if text else ()
        if len(blocks) == 1:
            forms = reader.texts(fields.get("formes"), "formes")
            terms.append(Term(slug(name), name, forms, blocks[0]))
        elif text:
            reader.fault(item.line, f"« {name} » : une définition tient en un paragraphe")
    return terms


def load_corpus(
    folder: Path = HERE, extra: Path | None = None, *, proofread: bool = False
) -> Corpus:
    """Load the whole corpus of `folder` and the free documents of `extra`.

    `proofread` adds the rules of corpus/proofread.py, which take half a second. Raises CorpusError
    listing every fault of every file. A free document that cannot be used is a warning, not a
    fault: a school's folder must not stop the product; the warnings say which file and why.
    """
    from corpus.validate import validate

    faults: list[Fault] = []
    roles: dict[str, RoleSheet] = {}
    themes: dict[str, Theme] = {}
    sources: dict[str, dict[str, Source]] = {}
    sections: dict[str, set[str]] = {}
    for path in sorted((folder / "fiches").glob("*.md")):
        role, sources[path.stem] = read_role(path, faults)
        sections[path.stem] = set(SECTIONS)
        if role:
            roles[path.stem] = role
    for path in sorted((folder / "themes").glob("*.md")):
        theme, sources[path.stem] = read_theme(path, faults)
        if theme:
            themes[path.stem] = theme
            sections[path.stem] = {s.id for s in theme.sections}
    bank: list[BankEntry] = []
    for path in sorted((folder / "questions").glob("*.yaml")):
        if path.stem in sections:
            bank += read_bank(path, sources[path.stem], sections[path.stem], faults)
        else:
            faults.append(Fault(f"questions/{path.name}", 1, "aucune fiche ni thème de ce nom"))
    glossary = folder / "glossaire.yaml"
    terms = read_glossary(glossary, faults) if glossary.exists() else []
    documents, warnings = load_documents(extra)
    corpus = Corpus(roles, themes, tuple(bank), tuple(terms), documents, warnings)
    faults += validate(corpus)
    if proofread:
        from corpus.proofread import proofread as check

        faults += check(corpus, folder)
    if faults:
        raise CorpusError(faults)
    return corpus
