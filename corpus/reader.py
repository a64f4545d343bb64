"""Read typed values out of one corpus file, collecting every fault with its line."""

from __future__ import annotations

import re
from pathlib import Path

from corpus.errors import Fault
from corpus.markup import Node, parse_blocks
from corpus.types import Block, Source

SOURCE_KEYS = "editeur titre url annee".split()


class Reader:
    """Read one file, collecting faults instead of stopping at the first one."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        """Remember the file and where its faults go."""
        self.path = path
        self.faults = faults
        self.name = f"{path.parent.name}/{path.name}"

    def fault(self, line: int, message: str) -> None:
        """Report one fault of this file."""
        self.faults.append(Fault(self.name, line, message))

    def text(self, node: Node | None, what: str, line: int = 1) -> str:
        """Return a non-empty string, or report it and return an empty one."""
        if node is None or not isinstance(node.value, (str, int, float)) or not str(node.value):
            self.fault(node.line if node else line, f"« {what} » manque ou est vide")
            return ""
        return str(node.value)

    def texts(self, node: Node | None, what: str) -> tuple[str, ...]:
        """Return a list of strings; an absent node is an empty list."""
        if node is None or node.value is None:
            return ()
        if not isinstance(node.value, list):
            self.fault(node.line, f"« {what} » doit être une liste")
            return ()
        return tuple(str(item.value) for item in node.value)

    def mapping(self, node: Node | None, allowed: list[str], what: str) -> dict[str, Node]:
        """Return a mapping, reporting unknown keys; an unusable node gives an empty one."""
        if node is None or not isinstance(node.value, dict):
            self.fault(node.line if node else 1, f"« {what} » manque ou n’est pas une table")
            return {}
        for key, child in node.value.items():
            if allowed and key not in allowed:
                self.fault(child.line, f"clé inconnue « {key} » (attendu : {', '.join(allowed)})")
        return dict(node.value)

    def sources(self, node: Node | None) -> dict[str, Source]:
        """Read the `sources` table: key -> Source."""
        found: dict[str, Source] = {}
        for key, child in self.mapping(node, [], "sources").items():
            fields = self.mapping(child, SOURCE_KEYS, f"sources.{key}")
            url = fields.get("url")
            year = fields.get("annee")
            if url and url.value and not re.match(r"https?://\S+$", str(url.value)):
                self.fault(url.line, f"adresse impossible « {url.value} »")
            if year and year.value is not None and not isinstance(year.value, int):
                self.fault(year.line, f"année impossible « {year.value} »")
                year = None
            found[key] = Source(
                publisher=self.text(fields.get("editeur"), f"sources.{key}.editeur", child.line),
                title=self.text(fields.get("titre"), f"sources.{key}.titre", child.line),
                url=str(url.value) if url and url.value else None,
                year=year.value if year else None,
            )
        return found

    def blocks(
        self, text: str, first_line: int, sources: dict[str, Source], what: str
    ) -> tuple[Block, ...]:
        """Read paragraphs and bullets; each must end with known source keys."""
        found: list[Block] = []
        for raw in parse_blocks(text, first_line):
            if not raw.keys:
                self.fault(raw.line, f"{what} : paragraphe sans source, ajouter [clé] à la fin")
            for key in raw.keys:
                if key not in sources:
                    self.fault(raw.line, f"{what} : source inconnue « {key} »")
            known = tuple(sources[key] for key in raw.keys if key in sources)
            found.append(Block(raw.text, known, raw.bullet, raw.line))
        if not found:
            self.fault(first_line, f"{what} : aucun texte")
        return tuple(found)
