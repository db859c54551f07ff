"""A finished page of ours turned back into plain Markdown with the same words, for generators that know nothing of cards and sources.

Cards, numbers of sources, people to call and words explained become headings, paragraphs, lists and links. What every generator makes by
itself is left out: the list of headings, where one is on the site, the site's head and foot.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

from markdown import markdown


@dataclass(frozen=True)
class Article:
    """An article: `id` as in ``symptoms/sleep``, its heading, and what follows as plain Markdown."""

    id: str
    title: str
    text: str


@dataclass
class _Element:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[_Element | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()


_VOID = {"br", "hr", "img", "input", "link", "meta", "path", "rect", "circle", "line", "use"}
_BLOCKS = {
    "article", "aside", "blockquote", "caption", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4",
    "h5", "hr", "li", "main", "nav", "ol", "p", "section", "summary", "table", "ul",
}  # fmt: skip
_LEFT_OUT = {"script", "style", "svg", "button", "template"}


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Element("root")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = _Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(made)
        if tag not in _VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(_Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if any(each.name == tag for each in self.open[1:]):
            while self.open.pop().name != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def article(id: str, page: str, address: str) -> Article:
    """A page of ours as plain Markdown. `address` is where it stands: links to other pages of the site lead there."""
    tree = _Tree()
    tree.feed(page)
    main = next(_every(tree.root, lambda each: each.name == "main"))
    title = _inline(next(_every(main, lambda each: each.name == "h1")), address)
    blocks = [block for block in _blocks(main, address) if block != f"# {title}"]
    return Article(id, title, "\n\n".join(blocks) + "\n")


def _every(element: _Element, wanted: Callable[[_Element], bool]) -> Iterator[_Element]:
    for each in element.inside:
        if isinstance(each, _Element):
            if wanted(each):
                yield each
            yield from _every(each, wanted)


def _left_out(element: _Element) -> bool:
    """Drawings, buttons, and the list of headings, which every generator makes by itself."""
    return (
        element.name in _LEFT_OUT
        or bool({"toc", "back", "crumbs"} & {*element.classes})
        or "hidden" in element.attributes
    )


def _blocks(element: _Element, address: str) -> Iterator[str]:
    """The blocks of Markdown in an element, each without a blank line around it."""
    run: list[_Element | str] = []
    for each in [*element.inside, _Element("end")]:
        if isinstance(each, str) or each.name not in {*_BLOCKS, "end"}:
            run.append(each)
            continue
        said = _inline(_Element("run", {}, run), address)
        run = []
        if said:
            yield re.sub(r"^(\d+)([.)] )", r"\1\\\2", said)
        if each.name != "end" and not _left_out(each):
            yield from _block(each, address)


def _block(each: _Element, address: str) -> Iterator[str]:
    if re.fullmatch("h[1-6]", each.name):
        yield f"{'#' * int(each.name[1])} {_inline(each, address)}"
    elif each.name in ("ul", "ol"):
        mark = "-   " if each.name == "ul" else "1.  "
        items = [
            "\n\n".join(_blocks(item, address))
            for item in each.inside
            if isinstance(item, _Element) and not _left_out(item)
        ]
        tight = "\n" if all("\n\n" not in item for item in items) else "\n\n"
        yield tight.join(mark + item.replace("\n", "\n    ").replace("\n    \n", "\n\n") for item in items if item)
    elif each.name == "table":
        yield from _table(each, address)
    elif each.name == "hr":
        yield "---"
    elif each.name == "blockquote":
        yield "\n>\n".join("> " + block.replace("\n", "\n> ") for block in _blocks(each, address))
    elif each.name == "summary":
        yield f"**{_inline(each, address)}**"
    elif each.name == "div" and [part.name for part in each.inside if isinstance(part, _Element)] == ["dt", "dd"]:
        yield _inline(each, address)
    else:
        yield from _blocks(each, address)


def _table(table: _Element, address: str) -> Iterator[str]:
    for caption in _every(table, lambda each: each.name == "caption"):
        yield _inline(caption, address)
    rows = []
    for row in _every(table, lambda each: each.name == "tr"):
        cells = [_inline(cell, address).replace("|", "\\|") for cell in row.inside if isinstance(cell, _Element)]
        rows.append(f"| {' | '.join(cells)} |")
    rows.insert(1, "|---" * (rows[0].count(" | ") + 1) + "|")
    yield "\n".join(rows)


def _inline(element: _Element, address: str) -> str:
    found = ""
    for each in element.inside:
        if isinstance(each, str):
            found += re.sub(
                r"([\\`*_\[\]])", r"\\\1", html.escape(re.sub(r"\s+", " ", each), quote=False).replace("&gt;", ">")
            )
        elif not _left_out(each):
            inside = _inline(each, address) if each.name not in _VOID else " "
            target = urljoin(address, each.attributes.get("href", "#"))
            if each.name == "a" and inside and "#" not in target:
                inside = f"[{inside}]({target.replace('(', '%28').replace(')', '%29')})"
            elif each.name in ("b", "strong") and inside and not element.name.startswith("h"):
                inside = f"**{inside.strip()}**{' ' if inside.endswith(' ') else ''}"
            found += f" {inside} " if each.name in _BLOCKS else inside
    return (
        re.sub(r" +", " ", found).strip()
        if element.name not in ("a", "span", "b", "strong", "sup")
        else re.sub(r" +", " ", found)
    )


def words(text: str) -> list[str]:
    """The words of an HTML page or a part of it, without marks."""
    bare = re.sub(r"(?s)<(script|style|svg|template)\b.*?</\1>|<[^>]*>", " ", text)
    return re.findall(r"[^\W_]+", html.unescape(bare))


def missing(article: Article, page: str) -> list[str]:
    """Words of an article that a page does not have in their order; [] where all stand there."""
    there = iter(words(page))
    for at, word in enumerate(wanted := words(markdown(article.text, extensions=["tables"]))):
        if word not in there:
            return wanted[max(0, at - 3) : at + 4]
    return []
