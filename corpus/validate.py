"""Rules that hold over the whole corpus: lengths, links between jobs, aliases, figures, signs.

Each rule is a function from what was read to faults; `validate` runs them all. Lengths come from
the format (README, "Écrire une fiche"): they keep any section fit to be shown as an answer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from corpus.errors import Fault
from corpus.text import fold, words
from corpus.types import Block, Corpus, RoleSheet, Section

EN_BREF_WORDS = (25, 65)
SECTION_WORDS = (12, 120)
SHEET_WORDS = (350, 1000)
ANSWER_WORDS = (25, 115)
MAX_BULLETS = 5
SIGNED_NAME = "Avenir(s)"
"""A platform of Onisep, whose own name has the brackets that are a fault elsewhere."""
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def count_words(blocks: Iterable[Block]) -> int:
    """Words as an editor counts them: runs of characters between spaces holding a letter."""
    return sum(1 for b in blocks for w in b.text.split() if re.search(r"\w", w))


def numbers(text: str) -> set[str]:
    """Figures of a text, normalised: "2 916 €" -> {"2916"}, "35 k€" -> {"35000"}."""
    joined = re.sub(r"(?<=\d)[   .](?=\d{3}(?!\d))", "", text)
    joined = re.sub(r"(\d+)(?:[.,](\d))?\s?k€", lambda m: m[1] + (m[2] or "0") + "00", joined)
    found = {n.replace(",", ".") for n in NUMBER.findall(joined)}
    return {n.rstrip("0").rstrip(".") if "." in n else n for n in found}


def role_numbers(role: RoleSheet) -> set[str]:
    """Every figure that a sheet holds: text, pay table, years of sources, level."""
    found = numbers(role.level)
    for section in role.sections:
        for block in section.blocks:
            found |= numbers(block.text) | _source_numbers(block)
    for pay in role.salaries:
        found |= {f"{n:g}" for n in (pay.low, pay.high) if n is not None}
        found |= numbers(str(pay.year or ""))
    return found


def _source_numbers(block: Block) -> set[str]:
    found: set[str] = set()
    for source in block.sources:
        found |= numbers(source.title) | numbers(str(source.year or ""))
    return found


def validate(corpus: Corpus) -> list[Fault]:
    """Run every rule and return all faults."""
    faults: list[Fault] = []
    for role in corpus.roles.values():
        faults += _check_role(role, corpus)
    for theme in corpus.themes.values():
        for section in theme.sections:
            faults += _check_section(f"themes/{theme.id}.md", section, SECTION_WORDS)
    faults += _check_aliases(corpus)
    faults += _check_bank(corpus)
    for term in corpus.terms:
        faults += _check_signs("corpus/glossaire.yaml", 1, f"« {term.name} »", term.definition.text)
    return faults


def _check_role(role: RoleSheet, corpus: Corpus) -> Iterator[Fault]:
    path = f"fiches/{role.id}.md"
    for section in role.sections:
        limits = EN_BREF_WORDS if section.id == "en-bref" else SECTION_WORDS
        yield from _check_section(path, section, limits)
    total = sum(count_words(s.blocks) for s in role.sections)
    if not SHEET_WORDS[0] <= total <= SHEET_WORDS[1]:
        yield Fault(path, 1, f"la fiche a {total} mots (de {SHEET_WORDS[0]} à {SHEET_WORDS[1]})")
    ids = [s.id for s in role.sections]
    if len(set(ids)) != len(ids):
        yield Fault(path, 1, "une partie apparaît deux fois")
    for field, targets in (("proches", role.close), ("evolution", role.evolution)):
        for target in targets:
            if target == role.id or target not in corpus.roles:
                yield Fault(path, 1, f"{field} : aucune autre fiche « {target} »")
    for target in role.close:
        other = corpus.roles.get(target)
        if other and role.id not in other.close:
            yield Fault(path, 1, f"proches : « {target} » ne cite pas « {role.id} » en retour")


def _check_section(path: str, section: Section, limits: tuple[int, int]) -> Iterator[Fault]:
    length = count_words(section.blocks)
    if not limits[0] <= length <= limits[1]:
        yield Fault(
            path,
            section.line,
            f"« {section.heading} » a {length} mots (de {limits[0]} à {limits[1]})",
        )
    if sum(b.bullet for b in section.blocks) > MAX_BULLETS:
        yield Fault(path, section.line, f"« {section.heading} » a plus de {MAX_BULLETS} puces")
    for block in section.blocks:
        yield from _check_signs(path, block.line, f"« {section.heading} »", block.text)


def _check_signs(path: str, line: int, where: str, text: str) -> Iterator[Fault]:
    if "·" in text:
        yield Fault(path, line, f"{where} : point médian, écrire les deux genres en entier")
    if re.search(r"\w\((?:e|ne|trice|euse|ère|s|se)\)", text.replace(SIGNED_NAME, "")):
        yield Fault(path, line, f"{where} : parenthèse de genre, écrire les deux genres")
    if re.search(r"<[a-zA-Z/!]", text):
        yield Fault(path, line, f"{where} : HTML interdit")


def _check_aliases(corpus: Corpus) -> Iterator[Fault]:
    owners: dict[str, set[str]] = defaultdict(set)
    for role in corpus.roles.values():
        for name in {role.title_m, role.title_f, *role.aliases}:
            owners[" ".join(words(name))].add(role.id)
    for name, ids in sorted(owners.items()):
        if len(ids) > 1:
            yield Fault(
                f"fiches/{min(ids)}.md", 1, f"l’alias « {name} » désigne {', '.join(sorted(ids))}"
            )


def _check_bank(corpus: Corpus) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    known = _known_figures(corpus)
    for entry in corpus.bank:
        path = f"questions/{entry.document}.yaml"
        length = count_words(entry.blocks)
        if not ANSWER_WORDS[0] <= length <= ANSWER_WORDS[1]:
            limits = f"de {ANSWER_WORDS[0]} à {ANSWER_WORDS[1]}"
            yield Fault(path, entry.line, f"la réponse a {length} mots ({limits})")
        for block in entry.blocks:
            yield from _check_signs(path, entry.line, "réponse", block.text)
        for wording in entry.wordings:
            key = fold(wording).strip(" ?!.")
            if key in seen:
                yield Fault(path, entry.line, f"« {wording} » est déjà dans {seen[key]}")
            seen[key] = f"{path}, ligne {entry.line}"
        figures = numbers(" ".join(block.text for block in entry.blocks))
        for figure in sorted(figures - known.get(entry.document, set())):
            yield Fault(path, entry.line, f"le chiffre « {figure} » n’est pas dans la fiche")


def _known_figures(corpus: Corpus) -> dict[str, set[str]]:
    """Every figure of each sheet and theme, by its id."""
    known = {role.id: role_numbers(role) for role in corpus.roles.values()}
    for theme in corpus.themes.values():
        blocks = [block for section in theme.sections for block in section.blocks]
        known[theme.id] = set().union(*(numbers(b.text) | _source_numbers(b) for b in blocks))
    return known
