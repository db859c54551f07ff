"""A text as running words: its paragraphs and list items without marks, each sentence with the place where it begins.

For measuring how hard a text is to read, so headings, tables and the titles of cards are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ebbtide.model.reading import sentences

_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)]|:)\s+")
_SKIPPED = re.compile(r"\s*(?:#{1,6}\s|!!!|\||-{3,}\s*$|={3,}\s*$|\[[^\]]*\]\(figure:[^)]*\)\s*$)")
_TABLE = re.compile(r"\s*:?-{2,}:?\s*\|")
_MARK = re.compile(
    r"\s*\[@[^\]]*\]"  # a citation, with the blank before it
    r"|!\[[^\]]*\]\([^)]*\)"  # a picture
    r"|\]\([^)\s]*(?:\s+\"[^\"]*\")?\)|\["  # what stands around the words of a link
    r"|<[^>]*>|\*{1,3}|(?<!\w)_{1,3}|_{1,3}(?!\w)|\\(?=\W)"
)


def passages(text: str) -> Iterator[tuple[bool, list[tuple[int, str]]]]:
    """Paragraphs and list items of a text in our dialect, in order.

    Of each: whether it is a list item, and its sentences with their offsets in `text`.
    """
    block: list[tuple[int, str]] = []
    item = False
    offset = 0
    lines = text.split("\n")
    for number, line in enumerate([*lines, ""]):
        marker = _ITEM.match(line)
        in_table = "|" in line and any(_TABLE.match(near) for near in lines[max(0, number - 40) : number + 2])
        if not line.strip() or marker or _SKIPPED.match(line) or in_table:
            if block:
                yield item, _sentences(block)
            block, item = [], bool(marker)
            if marker:
                block = [(offset + marker.end(), line[marker.end() :])]
        else:
            item = item and bool(block)
            block.append((offset, line))
        offset += len(line) + 1


def _sentences(block: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The sentences of some lines, marks taken out; offsets are those of the lines' own text."""
    letters: list[str] = []
    origin: list[int] = []
    for start, line in block:
        position = 0
        for mark in [*_MARK.finditer(line), None]:
            end = mark.start() if mark else len(line)
            letters += line[position:end]
            origin += range(start + position, start + end)
            position = mark.end() if mark else end
        letters.append(" ")
        origin.append(start + len(line))
    return [(origin[at], said) for at, said in sentences("".join(letters))]
