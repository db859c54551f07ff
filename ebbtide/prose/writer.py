"""Converts the texts of one page, numbering its citations in the order in which a reader meets them.

Python-Markdown does not say where in the source a piece of its output stood. So everything that must have a place (citations, links,
raw HTML, card lines, headings) is found in the source text first; links and citations are then handed to Markdown as links to
``~N``, where N is their number on the page, and are given their true form afterwards.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import nh3

from ebbtide.model.base import nearest
from ebbtide.model.contact import Contact
from ebbtide.model.contact import Link as ContactLink
from ebbtide.model.prose import LINK_KINDS, Heading, Link, LinkKind, Prose, Refers
from ebbtide.problem import Place, Problem
from ebbtide.prose.dialect import CARD_LINE, CARDS, LISTS, Dialect, converter

RULES: Mapping[str, str] = {
    "raw-html": "HTML in a text is one of the few harmless tags: br, sub, sup, abbr.",
    "script": "No script, event attribute or javascript: address stands in a text.",
    "other-origin": "No picture or other part of a page comes from another host.",
    "card-level": "A card is emergency, urgent, see-someone or note; a list is do or dont.",
    "card-title": "A care card has a heading that says what to do.",
    "emergency-card": "An emergency card holds nobody up: no links to read, only contacts.",
    "dont-list": "Each line of a list of things not to do says so itself, in the words that site.yaml gives.",
    "heading-level": "Headings begin at ## and do not skip a level.",
    "link-form": "A link is a relative path to a file in content/, https://, or article:, questionnaire:, page:, contact: or term: and a name.",
    "unknown-contact": "A contact link names somebody in contacts.yaml, and a part that they have.",
    "unknown-source": "A citation names a source in sources.yaml.",
    "unknown-term": "A term link names a word in glossary.yaml.",
    "picture-alt": "Each picture has a text that says the same.",
}

_REFERENCE = re.compile(
    r"\[(?P<cite>@[^\]\n]*)\]"
    r"|(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]\((?P<target>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)"
)
_TAG = re.compile(r"<!--.*?(?:-->|$)|</?[A-Za-z][^<>]*(?:>|$)|<[!?][^<>]*>", re.DOTALL)
_AUTOLINK = re.compile(r"<(?:https?://[^<>\s]+|[^<>\s@]+@[^<>\s@]+)>")
_AUTHOR_TAGS = {"br": set(), "sub": set(), "sup": set(), "abbr": {"title"}}
_OUR_TAGS = {
    "p", "ul", "ol", "li", "dl", "dt", "dd", "strong", "em", "a", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "section", "span",
    "table", "thead", "tbody", "tr", "th", "td", "img", "x-say", "div", *_AUTHOR_TAGS,
}  # fmt: skip
_OUR_ATTRIBUTES = {
    "a": {"href", "class", "id", "role", "data-contact"},
    "section": {"class"},
    "span": {"class", "data-contact"},
    "div": {"class", "tabindex", "role"},
    "img": {"src", "alt"},
    "x-say": {"key", "n"},
    "abbr": {"title"},
    "ol": {"start"},
    "th": {"style", "scope"},
    **{f"h{level}": {"id", "class"} for level in range(1, 7)},
}


@dataclass(frozen=True)
class Surroundings:
    """All that the conversion of a text depends on besides the text itself.

    `known_sources` and `known_terms` are ids, in any order; `dont_words` are the words that a line of a do-not list may begin with
    in the site's language (none: not checked).
    """

    contacts: Mapping[str, Contact]
    known_sources: frozenset[str]
    known_terms: frozenset[str]
    dont_words: tuple[str, ...] = ()


@dataclass
class Writer:
    """Converts the texts of one page. `path` is the page's source (``articles/symptoms/sleep.md`` below content/), `depth` how
    many folders its address is below the site's root."""

    path: str
    depth: int
    around: Surroundings
    problems: list[Problem] = field(default_factory=list)
    _links: list[Link] = field(default_factory=list)
    _sources: list[str] = field(default_factory=list)
    _cited: dict[str, int] = field(default_factory=dict)
    _terms: list[str] = field(default_factory=list)
    _dialect: Dialect = field(default_factory=Dialect)

    def refers(self) -> Refers:
        """What all texts converted so far refer to."""
        return Refers(tuple(self._links), tuple(self._sources), tuple(self._terms))

    def inline(self, text: str, place: Place) -> Prose:
        """Convert a single paragraph of a YAML value, without a paragraph tag around it."""
        prose = self.block(text, place, one_line=True)
        return Prose(re.sub(r"^<p>|</p>\s*$", "", prose.html.strip()), (), prose.plain)

    def block(self, text: str, start: Place, *, one_line: bool = False) -> Prose:
        """Convert a text that begins at `start`. With `one_line`, every place in it is `start`: YAML folds lines."""
        marks: list[str] = []
        where = _Where(text, start, fixed=one_line)
        self._raw_html(text, where)
        self._cards(text, where)
        headings = self._headings(text, where)

        def swap(found: re.Match[str]) -> str:
            marks.append(self._reference(found, where(found.start())))
            label = "c" if found["cite"] else found["text"].strip() or "."
            return f"[{label}](~{len(marks) - 1})"

        source = _REFERENCE.sub(swap, text)
        produced = converter(self._dialect).convert(source)
        produced = re.sub(
            r'<a href="~(\d+)">(.*?)</a>', lambda found: _filled(marks[int(found[1])], found[2]), produced, flags=re.DOTALL
        )
        produced = produced.replace("<table>", '<div class="wide" tabindex="0" role="region"><table>').replace("</table>", "</table></div>")
        safe = nh3.clean(
            produced,
            tags=_OUR_TAGS,
            attributes=_OUR_ATTRIBUTES,
            url_schemes={"https", "http", "tel", "sms", "mailto", "media"},
            link_rel=None,
            strip_comments=True,
        )
        named = re.findall(r'<h([1-6]) id="([^"]+)">(.*?)</h\1>', safe, flags=re.DOTALL)
        found_headings = tuple(
            Heading(id, _plain(inner), int(level), place) for (level, id, inner), place in zip(named, headings, strict=False)
        )
        return Prose(safe, found_headings, _plain(safe))

    # what stands in the source, with its place

    def _raw_html(self, text: str, where: _Where) -> None:
        for found in _TAG.finditer(text):
            tag = found[0]
            if _AUTOLINK.fullmatch(tag):
                continue
            place = where(found.start())
            name = re.match(r"</?([A-Za-z][\w-]*)", tag)
            if (name and name[1].lower() in ("script", "iframe", "object", "embed")) or re.search(r"[\s/\"']on\w+\s*=|javascript:", tag, re.IGNORECASE):
                self._wrong(place, "script", f"{_short(tag)} could run a program in the reader's browser.", "Delete it.")
            elif re.search(r"\b(?:src|srcset|data|poster)\s*=\s*[\"']?\s*(?:https?:)?//", tag, re.IGNORECASE):
                self._wrong(place, "other-origin", f"{_short(tag)} would tell another host who is reading.", "Put a picture into media/ and write ![text](path).")
            elif nh3.clean(tag, tags=set(_AUTHOR_TAGS), attributes=_AUTHOR_TAGS, link_rel=None) == "" or not name:
                if not (name and name[1].lower() in _AUTHOR_TAGS and (tag.startswith("</") or tag.endswith(">"))):
                    self._wrong(place, "raw-html", f"{_short(tag)} is HTML that is not used here and was taken out.", "Write it in Markdown.")

    def _cards(self, text: str, where: _Where) -> None:
        for found in CARD_LINE.finditer(text):
            place, level = where(found.start()), found["level"] or ""
            if level not in CARDS + LISTS:
                self._wrong(place, "card-level", f"there is no card called {level or 'nothing'}.", nearest(level, CARDS + LISTS))
            elif level in CARDS and not found["title"]:
                self._wrong(place, "card-title", "the card has no heading.", 'Write it after the level: !!! urgent "Call today if you".')
            inside = re.match(r"(?:\n(?: {4}.*|[ \t]*))*", text[found.end() :])
            body = inside[0] if inside else ""
            if level == "emergency":
                for link in _REFERENCE.finditer(body):
                    if link["target"] and not link["target"].startswith("contact:"):
                        self._wrong(where(found.end() + link.start()), "emergency-card", "this link leads somebody in danger away to read.",
                                    "Move it below the card.")  # fmt: skip
            if level == "dont" and self.around.dont_words:
                for line in re.finditer(r"^ {4}[-*+] +(.*)$", body, re.MULTILINE):
                    if not line[1].lower().startswith(self.around.dont_words):
                        self._wrong(where(found.end() + line.start(1)), "dont-list", "a listener could take this line for advice to do it.",
                                    f"Begin it with {' or '.join(self.around.dont_words)}.")  # fmt: skip

    def _headings(self, text: str, where: _Where) -> list[Place]:
        places, last = [], 1
        for found in re.finditer(r"^(?: {4})*(#{1,6})[ \t]*\S", text, re.MULTILINE):
            level, place = len(found[1]), where(found.start(1))
            places.append(place)
            if level == 1:
                self._wrong(place, "heading-level", "the page has its title already.", "Begin with ##.")
            elif level > last + 1:
                self._wrong(place, "heading-level", f"a level is skipped: {'#' * level} follows {'#' * last}.", f"Write {'#' * (last + 1)}.")
            last = max(level, 2) if level == 1 else level
        return places

    # references

    def _reference(self, found: re.Match[str], place: Place) -> str:
        if found["cite"]:
            return self._citation(found["cite"], place)
        target, text = html.unescape(found["target"]), found["text"]
        scheme, _, rest = target.partition(":")
        if found["image"]:
            return self._picture(target, text, place)
        if scheme.lower() in ("javascript", "data", "vbscript"):
            self._wrong(place, "script", f"{_short(target)} could run a program in the reader's browser.", "Link to a page.")
            return "{}"
        if target.startswith(("https://", "http://")):
            self._links.append(Link("web", target, "", place))
            return f'<a href="{html.escape(target)}">{{}}</a>'
        if scheme == "contact":
            return self._contact(rest, text, place)
        if scheme == "term":
            return self._term(rest, place)
        if scheme in ("article", "questionnaire", "page"):
            name, _, fragment = rest.partition("#")
            return self._internal(scheme, name, fragment, place)
        if target.startswith("#") and len(target) > 1:
            self._links.append(Link("article", self._own_id(), target[1:], place))
            return f'<a href="{html.escape(target)}">{{}}</a>'
        name, _, fragment = target.partition("#")
        whole = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), name)) if name and ":" not in name else ""
        for folder, ending, kind in (("articles/", ".md", "article"), ("questionnaires/", ".yaml", "questionnaire")):
            if whole.startswith(folder) and whole.endswith(ending):
                return self._internal(kind, whole[len(folder) : -len(ending)], fragment, place)
        self._wrong(place, "link-form", f"{target or 'nothing'} is not something a page can link to.",
                    "Write the path to an article's .md file, https://…, or contact:, term:, page: or questionnaire: and a name.")  # fmt: skip
        return "{}"

    def _own_id(self) -> str:
        return self.path.removeprefix("articles/").removesuffix(".md")

    def _internal(self, kind: str, name: str, fragment: str, place: Place) -> str:
        known: LinkKind = next(each for each in LINK_KINDS if each == kind)
        self._links.append(Link(known, name, fragment, place))
        folder = {"article": "", "questionnaire": "questionnaires/", "page": ""}[kind]
        address = "../" * self.depth + folder + (f"{name}/" if name else "") + (f"#{fragment}" if fragment else "")
        return f'<a href="{html.escape(address)}">{{}}</a>'

    def _citation(self, said: str, place: Place) -> str:
        links = []
        for part in re.split(r"[;,]\s*", said):
            id = part.strip().removeprefix("@")
            if id not in self.around.known_sources:
                self._wrong(place, "unknown-source", f"there is no source {id or 'without a name'}.",
                            nearest(id, self.around.known_sources) if len(self.around.known_sources) < 30 or id else "Write [@id].")  # fmt: skip
                continue
            self._links.append(Link("source", id, "", place))
            if id not in self._sources:
                self._sources.append(id)
            number = self._sources.index(id) + 1
            self._cited[id] = count = self._cited.get(id, 0) + 1
            back = f' id="c{number}"' if count == 1 else ""
            links.append(f'<a href="#s{number}"{back} role="doc-noteref">{number}</a>')
        return f'<sup class="cite">[{", ".join(links)}]</sup>' if links else ""

    def _term(self, id: str, place: Place) -> str:
        if id not in self.around.known_terms:
            self._wrong(place, "unknown-term", f"{id or 'nothing'} is not in the glossary.", nearest(id, self.around.known_terms))
            return "{}"
        self._links.append(Link("term", id, "", place))
        if id not in self._terms:
            self._terms.append(id)
            return f'<a class="term" href="#w-{id}" id="t-{id}">{{}}</a>'
        return f'<a class="term" href="#w-{id}">{{}}</a>'

    def _contact(self, rest: str, text: str, place: Place) -> str:
        id, _, part = rest.partition("#")
        contact = self.around.contacts.get(id)
        if contact is None:
            self._wrong(place, "unknown-contact", f"{id or 'nobody'} is not in contacts.yaml.", nearest(id, self.around.contacts))
            return "{}"
        ways = [link for link in contact.links() if part in ("", link.part)]
        if not ways:
            has = ", ".join(dict.fromkeys(link.part for link in contact.links()))
            self._wrong(place, "unknown-contact", f"{id} has no {part}.", f"It has: {has}.")
            return "{}"
        self._links.append(Link("contact", id, part, place))
        return contact_html(contact, ways[0], text)

    def _picture(self, target: str, text: str, place: Place) -> str:
        if re.match(r"(?:[a-z]+:)?//|[a-z]+:", target, re.IGNORECASE):
            self._wrong(place, "other-origin", f"the picture {_short(target)} would tell another host who is reading.", "Put it into media/.")
            return ""
        whole = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), target))
        if not whole.startswith("media/"):
            self._wrong(place, "link-form", f"{target} is not in media/.", "Put the picture into media/ and write the path to it.")
            return ""
        if not text.strip():
            self._wrong(place, "picture-alt", "the picture has no text for those who cannot see it.", "Write in the brackets what it shows.")
        self._links.append(Link("media", whole.removeprefix("media/"), "", place))
        return f'<img src="media:{html.escape(whole.removeprefix("media/"))}" alt="{html.escape(text)}">'

    def _wrong(self, place: Place, rule: str, message: str, hint: str) -> None:
        self.problems.append(Problem(place, "error", rule, message, hint))


def contact_html(contact: Contact, link: ContactLink, text: str) -> str:
    """A link to a contact that always shows the number, and whose it is, whatever words lead to it: "call them (Name, 1-800-...)"."""
    said = text.strip().casefold()
    rest = [] if any(name.casefold() in said for name in (contact.short_name, contact.name)) else [contact.short_name]
    if link.display.casefold() not in said and link.display not in rest:
        rest.append(link.display)
    shown = [html.escape(part) for part in rest]
    if link.press:
        shown.append(f'<x-say key="press" n="{html.escape(link.press)}"></x-say>')
    if link.keyword:
        shown.append(f'<x-say key="keyword" n="{html.escape(link.keyword)}"></x-say>')
    tail = ", ".join(shown)
    words = f"{{}} ({tail})" if said and tail else "{}" if said else tail
    return f'<a class="contact" href="{html.escape(link.href)}" data-contact="{contact.id}">{words}</a>'


def _filled(mark: str, inner: str) -> str:
    return mark.replace("{}", inner, 1)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}…"


def _plain(markup: str) -> str:
    text = re.sub(r'<sup class="cite">.*?</sup>|<x-say[^>]*>.*?</x-say>', "", markup, flags=re.DOTALL)
    text = re.sub(r"</(?:p|li|h[1-6]|dt|dd|td|th|tr)>|<br>", "\n", text)
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


class _Where:
    """From an offset in a text to its place in the file."""

    def __init__(self, text: str, start: Place, *, fixed: bool) -> None:
        self.text, self.start, self.fixed = text, start, fixed

    def __call__(self, offset: int) -> Place:
        if self.fixed:
            return self.start
        line = self.text.count("\n", 0, offset)
        column = offset - self.text.rfind("\n", 0, offset)
        return Place(self.start.path, self.start.line + line, column + (self.start.column - 1 if line == 0 else 0))


