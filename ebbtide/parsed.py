"""A finished page, taken apart as a browser would, and what surrounds it. The rules in `pagechecks` look at these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

from ebbtide.model.contact import Reachable
from ebbtide.model.page import File, Page

_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_INLINE = frozenset(
    "a abbr b bdi bdo br cite code em i kbd mark q s small span strong sub sup time u wbr x-say".split()
)


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """A start tag: where it is, its attributes, and the start tags that it stands in, outermost first."""

    tag: str
    attributes: Mapping[str, str]
    line: int
    column: int
    inside: tuple[Element, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A piece of text that a reader may see, with the elements that it stands in."""

    text: str
    line: int
    column: int
    inside: tuple[Element, ...]


def block(text: Text) -> Element | None:
    """The innermost element around a text that stands on lines of its own."""
    return next((each for each in reversed(text.inside) if each.tag not in _INLINE), None)


class _Parser(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.texts: list[Text] = []
        self.open: list[Element] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, column = self.getpos()
        element = Element(tag, {name: value or "" for name, value in attrs}, line, column + 1, tuple(self.open))
        self.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID and self.open:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self.open) - 1, -1, -1):
            if self.open[index].tag == tag:
                del self.open[index:]
                return

    def handle_data(self, data: str) -> None:
        line, column = self.getpos()
        self.texts.append(Text(data, line, column + 1, tuple(self.open)))


@dataclass(frozen=True)
class Parsed:
    """A finished page, taken apart."""

    page: Page
    elements: tuple[Element, ...]
    texts: tuple[Text, ...]

    @classmethod
    def of(cls, page: Page) -> Parsed:
        parser = _Parser(page.content.decode())
        return cls(page, tuple(parser.elements), tuple(parser.texts))

    def all(self, *tags: str) -> Iterator[Element]:
        return (element for element in self.elements if element.tag in tags)

    @cached_property
    def ids(self) -> Counter[str]:
        return Counter(element.attributes["id"] for element in self.elements if element.attributes.get("id"))

    def text_in(self, element: Element) -> str:
        """The visible text of an element, white space folded, and blanks between its blocks: numbers side by side are two."""
        said, last = list[str](), None
        for text in self._texts_in.get(element, ()):
            if (now := block(text)) is not last:
                said.append(" ")
                last = now
            said.append(text.text)
        return " ".join("".join(said).split())

    def calls_in(self, element: Element) -> list[Element]:
        """The links in an element, itself among them, that dial or write to a number."""
        return self._calls_in.get(element, [])

    # A page may hold a thousand places: what is in each is found in one pass over the page, not in one for each.

    @cached_property
    def _texts_in(self) -> Mapping[Element, list[Text]]:
        found: dict[Element, list[Text]] = {}
        for text in self.texts:
            for each in text.inside:
                found.setdefault(each, []).append(text)
        return found

    @cached_property
    def _calls_in(self) -> Mapping[Element, list[Element]]:
        found: dict[Element, list[Element]] = {}
        for element in self.elements:
            if element.attributes.get("href", "").lower().startswith(("tel:", "sms:")):
                for each in (*element.inside, element):
                    found.setdefault(each, []).append(element)
        return found

    @cached_property
    def title(self) -> str:
        """What the page is called, white space folded; empty where it has no title."""
        return " ".join(
            "".join(text.text for text in self.texts if text.inside and text.inside[-1].tag == "title").split()
        )

    @cached_property
    def description(self) -> str:
        """What a search engine shows below the title; empty where the page does not say."""
        named = (each for each in self.all("meta") if each.attributes.get("name") == "description")
        return next((each.attributes.get("content", "") for each in named), "")

    @cached_property
    def visible(self) -> tuple[Text, ...]:
        return tuple(
            text for text in self.texts if not any(each.tag in ("script", "style", "title") for each in text.inside)
        )


@dataclass(frozen=True, slots=True)
class Outline:
    """What other pages need to know of a page."""

    url: str
    kind: str
    ids: frozenset[str]
    title: str
    description: str

    @classmethod
    def of(cls, parsed: Parsed) -> Outline:
        return cls(parsed.page.url, parsed.page.kind, frozenset(parsed.ids), parsed.title, parsed.description)


@dataclass(frozen=True)
class Whole:
    """What surrounds a page: outlines of all pages by path, the files beside them, the contacts, the address of the site, and addresses of which is
    known already that nothing stands there (some with a fragment), so that a link to one is not called dead on top. `contacts_whole` says that every contact could
    be read, so that a missing one is a page's mistake."""

    pages: Mapping[str, Outline]
    files: Mapping[str, File]
    contacts: Mapping[str, Reachable]
    base_url: str | None = None
    failed: frozenset[str] = field(default_factory=frozenset)
    contacts_whole: bool = True
    typed: frozenset[str] = frozenset()

    @cached_property
    def numbers(self) -> Mapping[str, frozenset[str]]:
        """Who owns each string of digits."""
        found: dict[str, set[str]] = {}
        for id, contact in self.contacts.items():
            for number in contact.numbers:
                found.setdefault(number, set()).add(id)
        return {number: frozenset(ids) for number, ids in found.items()}

    @cached_property
    def titles(self) -> Counter[str]:
        return Counter(page.title for page in self.pages.values() if page.kind != "moved")

    @cached_property
    def descriptions(self) -> Counter[str]:
        return Counter(page.description for page in self.pages.values() if page.kind not in ("moved", "not-found"))
