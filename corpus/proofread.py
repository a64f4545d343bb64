"""What an editor checks over the whole corpus: spelling, answers said twice, publishers' names.

Costs half a second, so a build runs it and a server does not. Each rule goes from the corpus to
faults.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from corpus.errors import Fault
from corpus.orthography import speller
from corpus.text import fold, words
from corpus.types import BankEntry, Block, Corpus, RoleSheet, Sheet, Source

GLOSSARY = "corpus/glossaire.yaml"
SHINGLE = 3
"""Words in a row that are compared."""
MAX_SHARED = 0.40
"""Share of the shorter answer's shingles that another answer may hold.

Over the 580 000 pairs of the bank: 99.6 % share under 0.10; from 0.30 to 0.40, two answers have a
source and a figure in common, each in its own words; above, one reads as the other with the job's
name changed.
"""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that visitors read: its file, the line where it starts at the earliest."""

    path: str
    line: int
    text: str


def proofread(corpus: Corpus, folder: Path) -> list[Fault]:
    """Run every rule on a corpus that was read from `folder`, and return all faults."""
    lines = _Lines(folder)
    return [
        *_check_spelling(corpus, lines),
        *_check_duplicates(corpus.bank),
        *_check_publishers(corpus, lines),
    ]


class _Lines:
    """Finds the line of a text in its file; a file is read only where a fault must be placed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, list[str]] = {}

    def line_of(self, text: Text, part: str) -> int:
        """Line that holds the whole text, or its part, or where the text starts."""
        if text.path not in self._files:
            path = self._folder / text.path.removeprefix("corpus/")
            self._files[text.path] = path.read_text(encoding="utf-8-sig").split("\n")
        numbered = list(enumerate(self._files[text.path], start=1))[max(text.line - 1, 0) :]
        for wanted in (text.text, part):
            for number, line in numbered:
                if wanted in line:
                    return number
        return max(text.line, 1)


def visible_texts(corpus: Corpus) -> Iterator[Text]:
    """Every text of the corpus that visitors read, but questions, which keep their mistakes."""
    for sheet in corpus.sheets:
        path = _path_of(corpus, sheet.id)
        yield from (Text(path, 1, name) for name in _names(sheet))
        for section in sheet.sections:
            yield Text(path, section.line, section.heading)
            yield from (Text(path, block.line, block.text) for block in section.blocks)
    for entry in corpus.bank:
        path = f"questions/{entry.document}.yaml"
        yield from (Text(path, block.line, block.text) for block in entry.blocks)
    for term in corpus.terms:
        yield Text(GLOSSARY, term.definition.line, term.name)
        yield Text(GLOSSARY, term.definition.line, term.definition.text)
    yield from (Text(path, 1, source.title) for path, source in _sources(corpus))


def _path_of(corpus: Corpus, sheet_id: str) -> str:
    return f"{'fiches' if sheet_id in corpus.roles else 'themes'}/{sheet_id}.md"


def _names(sheet: Sheet) -> list[str]:
    """Titles and labels in the front matter of a sheet."""
    if not isinstance(sheet, RoleSheet):
        return [sheet.title]
    jobs = [pay.job for pay in sheet.salaries]
    return [sheet.title, sheet.title_f, sheet.level, sheet.rome_title, *jobs]


def _sources(corpus: Corpus) -> dict[tuple[str, Source], None]:
    """Each source once a file, with the file that describes it."""
    blocks: list[tuple[str, Block]] = []
    for sheet in corpus.sheets:
        path = _path_of(corpus, sheet.id)
        blocks += ((path, block) for section in sheet.sections for block in section.blocks)
    for entry in corpus.bank:
        blocks += ((_path_of(corpus, entry.document), block) for block in entry.blocks)
    blocks += ((GLOSSARY, term.definition) for term in corpus.terms)
    return {(path, source): None for path, block in blocks for source in block.sources}


def _check_spelling(corpus: Corpus, lines: _Lines) -> Iterator[Fault]:
    try:
        known = speller()
    except (OSError, UnicodeDecodeError) as exc:
        yield Fault("corpus/dictionnaire", 1, f"le dictionnaire français ne s’ouvre pas ({exc})")
        return
    for text in visible_texts(corpus):
        for form in dict.fromkeys(known.unknown(text.text)):
            close = " ou ".join(f"« {word} »" for word in known.suggestions(form))
            yield Fault(
                text.path,
                lines.line_of(text, form),
                f"« {form} » n’est pas au dictionnaire{f' (peut-être {close})' if close else ''} ; "
                "s’il est juste, l’ajouter à corpus/mots.txt",
            )


def _check_duplicates(bank: tuple[BankEntry, ...]) -> Iterator[Fault]:
    for share, one, other in near_duplicates(bank):
        yield Fault(
            f"questions/{one.document}.yaml",
            one.line,
            f"la réponse reprend à {100 * share:.0f} % celle de questions/{other.document}.yaml, "
            f"ligne {other.line} : réécrire l’une des deux ou les réunir",
        )


def near_duplicates(
    bank: tuple[BankEntry, ...], threshold: float = MAX_SHARED
) -> list[tuple[float, BankEntry, BankEntry]]:
    """Pairs of answers that share this part of the shorter one's shingles, the worst first.

    Only pairs that share a shingle are looked at: 100 000 of 580 000, in 0.3 s.
    """
    shingles = [_shingles(entry) for entry in bank]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, held in enumerate(shingles):
        for shingle in held:
            holders[shingle].append(number)
    shared = Counter(pair for held in holders.values() for pair in combinations(held, 2))
    found = [
        (count / min(len(shingles[a]), len(shingles[b])), bank[a], bank[b])
        for (a, b), count in shared.items()
    ]
    return sorted((f for f in found if f[0] >= threshold), key=lambda f: (-f[0], f[1].line))


def _shingles(entry: BankEntry) -> set[tuple[str, ...]]:
    found = words(" ".join(block.text for block in entry.blocks))
    return set(zip(*(found[start:] for start in range(SHINGLE)), strict=False))


def _check_publishers(corpus: Corpus, lines: _Lines) -> Iterator[Fault]:
    """A publisher has one name: readers would count two sources."""
    written: dict[str, str] = {}
    for path, source in _sources(corpus):
        name = source.publisher
        usual = written.setdefault(_same_publisher(name), name)
        if name != usual:
            place = lines.line_of(Text(path, 1, source.title), name)
            yield Fault(path, place, f"éditeur « {name} » : ailleurs « {usual} », garder un nom")


def _same_publisher(name: str) -> str:
    """Name less case, accents, signs and web ending: "E-Works" and "e-works.fr" are one."""
    return re.sub(r"\W", "", re.sub(r"\.(?:fr|com|net|org|io)$", "", fold(name)))
