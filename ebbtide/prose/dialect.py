"""The Python-Markdown extension that makes our dialect: what is added to plain Markdown, and what is taken away.

Taken away: code blocks (an indented paragraph is almost always a slip), and titles of level 1, which the page has already.
Added: tables, definition lists, cards and do/don't lists, fixed heading ids. Citations and links are plain Markdown links by
the time they get here (`writer` rewrites them), so that this file knows nothing of sources, contacts or other pages.
"""

from __future__ import annotations

import re
import unicodedata
from xml.etree import ElementTree

import markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

CARDS = ("emergency", "urgent", "see-someone", "note")
LISTS = ("do", "dont")
CARD_LINE = re.compile(r'^!!! *(?P<level>[\w-]+)?(?: +"(?P<title>[^"\n]*)")? *$', re.MULTILINE)
HEADING_ID = re.compile(r"[ \t]*\{#([A-Za-z][\w-]*)\}[ \t]*$")


def slug(text: str) -> str:
    """An id out of a heading's words: small letters and digits of any script, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^\w]+", "-", plain).strip("-_") or "part"


class Dialect(Extension):
    """Use a fresh instance for each page: ids are unique within a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802, the library's name
        md.parser.blockprocessors.deregister("code")
        md.inlinePatterns.deregister("backtick")
        md.inlinePatterns.deregister("reference")
        md.inlinePatterns.deregister("image_reference")
        md.inlinePatterns.deregister("short_reference")
        md.inlinePatterns.deregister("short_image_ref")
        md.parser.blockprocessors.register(_Cards(md.parser), "cards", 105)
        md.treeprocessors.register(_Headings(md, self.ids), "headings", 5)


def converter(dialect: Dialect) -> markdown.Markdown:
    """A converter for one page."""
    return markdown.Markdown(extensions=["tables", "def_list", "sane_lists", dialect], output_format="html")


class _Cards(BlockProcessor):
    """``!!! emergency "Call if you"`` and what is indented below it by four blanks, blank lines allowed."""

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        return bool(CARD_LINE.match(block)) or self._open(parent, block) is not None

    def _open(self, parent: ElementTree.Element, block: str) -> ElementTree.Element | None:
        last = parent[-1] if len(parent) else None
        return last if block.startswith(" " * 4) and last is not None and last.get("data-card") else None

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        block = blocks.pop(0)
        card = self._open(parent, block)
        if card is None:
            line, _, block = block.partition("\n")
            found = CARD_LINE.match(line)
            assert found
            level = found["level"] or "note"
            card = ElementTree.SubElement(parent, "section", {"data-card": level, "class": f"{_shape(level)} {level}"})
            heading = ElementTree.SubElement(card, "h2", {"class": "card-heading"})
            if level in CARDS:
                ElementTree.SubElement(heading, "x-say", {"key": level}).text = " "
            elif not found["title"]:
                ElementTree.SubElement(heading, "x-say", {"key": level})
            if found["title"]:
                title = ElementTree.SubElement(heading, "span")
                title.text = found["title"]
        inside, outside = self.detab(block)
        if outside.strip():
            blocks.insert(0, outside)
        self.parser.parseChunk(card, inside)


def _shape(level: str) -> str:
    return "list" if level in LISTS else "card"


class _Headings(Treeprocessor):
    """Ids for headings, and the level of a card's heading: one below the heading that it stands under."""

    def __init__(self, md: markdown.Markdown, ids: set[str]) -> None:
        super().__init__(md)
        self.ids = ids

    def run(self, root: ElementTree.Element) -> None:
        current = 1
        for element in root.iter():
            if element.get("data-card"):
                del element.attrib["data-card"]
            if element.tag not in ("h1", "h2", "h3", "h4", "h5", "h6"):
                continue
            if element.get("class") == "card-heading":
                element.tag = f"h{min(current + 1, 6)}"
                continue
            current = int(element.tag[1])
            element.set("id", self.unused(self._id(element)))

    def _id(self, element: ElementTree.Element) -> str:
        last = element[-1] if len(element) else None
        tail = (last.tail if last is not None else element.text) or ""
        fixed = HEADING_ID.search(tail)
        if not fixed:
            return slug("".join(element.itertext()))
        if last is not None:
            last.tail = tail[: fixed.start()]
        else:
            element.text = tail[: fixed.start()]
        return fixed[1]

    def unused(self, wanted: str) -> str:
        found, number = wanted, 2
        while found in self.ids:
            found, number = f"{wanted}-{number}", number + 1
        self.ids.add(found)
        return found
