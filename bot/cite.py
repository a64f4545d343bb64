"""Number the passages that an answer uses: each block of text gets the [n] of its source.

Blocks of one passage that share the same sources share one number; the citation then shows the
exact text of these blocks. So a mark never points to a source that does not say it.
"""

from __future__ import annotations

from bot.types import Citation
from corpus.types import Block, Passage, Source


class Citer:
    """Collects citations while an answer is written."""

    def __init__(self) -> None:
        """Start with no citation."""
        self._numbers: dict[tuple[str, tuple[Source, ...]], int] = {}
        self._passages: list[tuple[Passage, tuple[Source, ...], list[str]]] = []

    def mark(self, passage: Passage, block: Block) -> str:
        """Return " [n]" for this block of this passage, numbering it at first use."""
        key = (passage.id, block.sources)
        if key not in self._numbers:
            self._passages.append((passage, block.sources, []))
            self._numbers[key] = len(self._passages)
        number = self._numbers[key]
        texts = self._passages[number - 1][2]
        if block.text not in texts:
            texts.append(block.text)
        return f" [{number}]"

    def sentence(self, passage: Passage, block: Block) -> str:
        """Return the block's text with its mark."""
        return f"{block.text}{self.mark(passage, block)}"

    def write(self, passage: Passage) -> str:
        """Return the whole passage as Markdown, every block marked."""
        lines = [
            f"- {self.sentence(passage, block)}" if block.bullet else self.sentence(passage, block)
            for block in passage.blocks
        ]
        return join_blocks(lines)

    def citations(self) -> tuple[Citation, ...]:
        """Return the citations in order of number."""
        return tuple(
            Citation(
                n=number,
                document=passage.document,
                title=passage.title,
                section=passage.section,
                passage="\n".join(texts),
                sources=sources,
            )
            for number, (passage, sources, texts) in enumerate(self._passages, start=1)
        )


def join_blocks(lines: list[str]) -> str:
    """Join paragraphs with blank lines and bullets with single line ends."""
    text = ""
    for line in lines:
        if not text:
            text = line
        elif line.startswith("- ") and text.split("\n")[-1].startswith("- "):
            text += "\n" + line
        else:
            text += "\n\n" + line
    return text
