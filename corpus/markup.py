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


def to_node(node: yaml.Node, offset: int = 0) -> Node:
    """Turn a composed YAML node into a Node tree with 1-based file lines."""
    line = node.start_mark.line + 1 + offset
    if isinstance(node, yaml.MappingNode):
        return Node({k.value: to_node(v, offset) for k, v in node.value}, line)
    if isinstance(node, yaml.SequenceNode):
        return Node([to_node(item, offset) for item in node.value], line)
    return Node(yaml.SafeLoader("").construct_object(node), line)


def compose(text: str, report: Report, offset: int = 0) -> Node | None:
    """Parse YAML text; a syntax error is reported with its line and gives None."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark
        report((mark.line if mark else 0) + 1 + offset, f"YAML illisible : {exc.problem}")
        return None
    return to_node(root, offset) if root is not None else None


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
