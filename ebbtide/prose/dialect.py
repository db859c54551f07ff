"""The Python-Markdown extension that makes our dialect: what is added to plain Markdown, and what is taken away.

Taken away: code (an indented paragraph is almost always a slip), headings made by underlining, links by reference, pictures. Added:
tables, definition lists, cards and do/don't lists, fixed heading ids. Links, pictures and citations are links to ``~N`` by the time
they get here (`writer` rewrites them), so that this file knows nothing of sources, contacts or other pages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor

CARDS = ("emergency", "urgent", "see-someone", "note")
LISTS = ("do", "dont")
CARD_LINE = re.compile(r'^!!! *(?P<level>[\w-]+)?(?: +"(?P<title>[^"\n]*)")?[ \t]*$', re.MULTILINE)
HEADING_ID = re.compile(r"[ \t]*\{#([A-Za-z][\w-]*)\}[ \t]*$")
HEADING_MARK = re.compile("\ue000(\\d+)\ue001")
"""Stands behind the signs of a heading and says which heading of the source it is. Characters of the private use area: `source`
refuses them, so none comes from a text."""

PAGE_IDS = re.compile(r"main|key|next|related|terms|references|read|[cs]\d+|[tw]-.*")
"""Ids that the templates give to parts of an article's page. A heading of a text gets none of them."""

_LABEL = r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(~(\d+)\)"
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def slug(text: str) -> str:
    """An id out of a heading's words: small letters and digits of any script, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^\w]+", "-", plain).strip("-_") or "part"


@dataclass(frozen=True, slots=True)
class Made:
    """A heading that came out: its id, its level, the number of its source's heading, and the id that was asked for, if any."""

    id: str
    level: int
    number: int
    fixed: str


class Dialect(Extension):
    """Use a fresh instance for each page: ids are unique within a page. `made` holds the headings of the text converted last."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.made: list[Made] = []

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802, the library's name
        for name in ("code", "setextheader", "reference"):
            md.parser.blockprocessors.deregister(name)
        for name in (
            "backtick",
            "reference",
            "image_reference",
            "short_reference",
            "short_image_ref",
            "image_link",
            "link",
        ):
            md.inlinePatterns.deregister(name)
        md.inlinePatterns.register(_Numbered(_LABEL, md), "numbered", 160)
        md.parser.blockprocessors.register(_Cards(md.parser), "cards", 105)
        md.treeprocessors.register(_Shape(md, self), "shape", 5)


def converter(dialect: Dialect) -> markdown.Markdown:
    """A converter for one text."""
    return markdown.Markdown(extensions=["tables", "def_list", "sane_lists", dialect], output_format="html")


def line_converter(dialect: Dialect) -> markdown.Markdown:
    """A converter for a single line, in which nothing is a list, a heading or a table whatever it begins with."""
    made = markdown.Markdown(extensions=[dialect], output_format="html")
    for name in ("cards", "indent", "hashheader", "hr", "olist", "ulist", "quote"):
        made.parser.blockprocessors.deregister(name)
    return made


class _Numbered(InlineProcessor):
    """A link to ``~N``. Markdown's own links are more generous, and take time that grows with the square of the brackets."""

    def handleMatch(  # type: ignore[override]  # noqa: N802, the library's name; it types the older interface
        self,
        found: re.Match[str],
        data: str,  # noqa: ARG002
    ) -> tuple[ElementTree.Element, int, int]:
        element = ElementTree.Element("a", {"href": f"~{found[2]}"})
        element.text = found[1]
        return element, found.start(0), found.end(0)


class _Cards(BlockProcessor):
    """``!!! emergency "Call if you"`` and what is indented below it by four blanks, blank lines allowed."""

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        return bool(CARD_LINE.search(block)) or self._open(parent, block) is not None

    def _open(self, parent: ElementTree.Element, block: str) -> ElementTree.Element | None:
        last = parent[-1] if len(parent) else None
        return last if block.startswith(" " * 4) and last is not None and last.get("data-card") else None

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        block = blocks.pop(0)
        card = self._open(parent, block)
        if card is None:
            found = CARD_LINE.search(block)
            assert found
            if before := block[: found.start()].rstrip("\n"):
                self.parser.parseBlocks(parent, [before])
            block = block[found.end() :].removeprefix("\n")
            card = self._begun(parent, found["level"] or "note", found["title"] or "")
        inside, outside = self.detab(block)
        if outside.strip():
            blocks.insert(0, outside)
        self.parser.parseChunk(card, inside)

    def _begun(self, parent: ElementTree.Element, level: str, title: str) -> ElementTree.Element:
        shape = "list" if level in LISTS else "card"
        card = ElementTree.SubElement(parent, "section", {"data-card": level, "class": f"{shape} {level}"})
        heading = ElementTree.SubElement(card, "h2", {"class": "card-heading"})
        if level in CARDS:
            ElementTree.SubElement(heading, "x-say", {"key": level}).text = " "
        elif not title:
            ElementTree.SubElement(heading, "x-say", {"key": level})
        if title:
            ElementTree.SubElement(heading, "span").text = title
        return card


class _Shape(Treeprocessor):
    """Ids for headings, the level of a card's heading (one below the heading that it stands under), and tables that a narrow
    screen can scroll: each in a region of its own, named by the heading above it."""

    def __init__(self, md: markdown.Markdown, dialect: Dialect) -> None:
        super().__init__(md)
        self.dialect = dialect

    def run(self, root: ElementTree.Element) -> None:
        self.dialect.made = []
        parents = {child: parent for parent in root.iter() for child in parent}
        above, level = "", 1
        for element in list(root.iter()):
            element.attrib.pop("data-card", None)
            if element.get("class") == "card-heading":
                element.tag = f"h{min(level + 1, 6)}"
            elif element.tag in _HEADINGS:
                level = int(element.tag[1])
                above = self._heading(element, level)
            elif element.tag == "table":
                _in_region(element, parents[element], above)
            elif element.tag in ("th", "td"):
                _aligned(element)

    def _heading(self, element: ElementTree.Element, level: int) -> str:
        number = 0
        if found := HEADING_MARK.match(element.text or ""):
            number = int(found[1])
            element.text = (element.text or "")[found.end() :].lstrip()
        fixed = _fixed_id(element)
        id = self._unused(fixed or slug("".join(_words(element))))
        element.set("id", id)
        self.dialect.made.append(Made(id, level, number, fixed))
        return id

    def _unused(self, wanted: str) -> str:
        found, number = wanted, 2
        while found in self.dialect.ids or PAGE_IDS.fullmatch(found):
            found, number = f"{wanted}-{number}", number + 1
        self.dialect.ids.add(found)
        return found


def _fixed_id(element: ElementTree.Element) -> str:
    """The id in braces at the end of a heading, which is taken out of it."""
    last = element[-1] if len(element) else None
    tail = (last.tail if last is not None else element.text) or ""
    found = HEADING_ID.search(tail)
    if not found:
        return ""
    if last is not None:
        last.tail = tail[: found.start()]
    else:
        element.text = tail[: found.start()]
    return found[1]


def _words(element: ElementTree.Element) -> Iterator[str]:
    """The text of a heading but for its citations, whose numbers change."""
    if element.text:
        yield element.text
    for child in element:
        if not (child.tag == "a" and child.text == CITED):
            yield from _words(child)
        if child.tail:
            yield child.tail


CITED = "\ue002"
"""The label of a citation on its way through Markdown."""


def _in_region(table: ElementTree.Element, parent: ElementTree.Element, heading: str) -> None:
    attributes = {"class": "wide", "tabindex": "0"}
    if heading:
        attributes |= {"role": "region", "aria-labelledby": heading}
    region = ElementTree.Element("div", attributes)
    region.tail, table.tail = table.tail, None
    parent[list(parent).index(table)] = region
    region.append(table)


def _aligned(cell: ElementTree.Element) -> None:
    """A class instead of the style attribute that the extension sets and the policy blocks."""
    if found := re.search(r"right|center", cell.attrib.pop("style", "")):
        cell.set("class", f"to-{found[0]}")
    if cell.tag == "th":
        cell.set("scope", "col")
