"""Converts the texts of one page, numbering its citations in the order in which a reader meets them.

Python-Markdown does not say where in the source a piece of its output stood. So everything that must have a place is found in the
source text first. Links, pictures and citations are then handed to Markdown as links to ``~N``, where N is their number in the text,
and are given their true form afterwards; headings carry their number in a mark.
"""

from __future__ import annotations

import html
import posixpath
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import markdown
import nh3

from ebbtide.model import digits
from ebbtide.model.base import nearest
from ebbtide.model.contact import Contact
from ebbtide.model.contact import Link as ContactLink
from ebbtide.model.figure import Figure
from ebbtide.model.figure_base import lines
from ebbtide.model.prose import LINK_KINDS, FigureUse, Heading, Link, LinkKind, Passage, Prose, Refers
from ebbtide.problem import Place, Problem
from ebbtide.prose import slips
from ebbtide.prose.dialect import CITED, HEADING_MARK, Dialect, converter, line_converter
from ebbtide.prose.passages import passages
from ebbtide.prose.slips import Slip, short

RULES: Mapping[str, str] = {
    "raw-html": "HTML in a text is one of the few harmless tags: br, sub, sup, abbr.",
    "script": "No script, event attribute or javascript: address stands in a text.",
    "other-origin": "No picture or other part of a page comes from another host.",
    "card-form": 'A card\'s first line stands at the left edge and reads as in !!! urgent "Call today if you"; its text is indented by four blanks.',
    "card-level": "A card is emergency, urgent, see-someone or note; a list is do or dont.",
    "card-title": "A care card has a heading that says what to do.",
    "emergency-card": "An emergency card holds nobody up: no links to read, only contacts.",
    "dont-list": "Each line of a list of things not to do says so itself, in the words that site.yaml gives.",
    "heading-level": "Headings begin at ##, do not skip a level, and have words.",
    "heading-id": "An id that is given to a heading is no other heading's on the page, and not one of the page's own.",
    "link-form": "A link has words, and is a relative path to a file in content/, https://, or article:, questionnaire:, page:, contact: or term: and a name.",
    "unknown-contact": "A contact link names somebody in contacts.yaml, and a part that they have.",
    "unknown-source": "A citation names a source in sources.yaml.",
    "unknown-term": "A term link names a word in glossary.yaml.",
    "unknown-figure": "A figure that a text shows is a file in figures/.",
    "figure-alone": "A figure is shown by a paragraph that is nothing but [figure](figure:name), at the left edge.",
    "picture-alt": "Each picture has a text that says the same.",
    "typed-number": "No telephone number is typed into a text: a link to its contact prints it.",
    "text-size": "A text is no longer than 60,000 characters, a paragraph no longer than 10,000, and nothing nested out of all measure.",
}

MAX_TEXT = 60_000
MAX_PARAGRAPH = 10_000
"""Characters. An article has 10,000 in all; Markdown's time grows with the square of a paragraph's length."""

_REFERENCE = re.compile(
    r"(?<!\\)\[(?P<cite>@[^\[\]\n]*)\]"
    r"|(?P<image>!?)(?<!\\)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]\((?P<target>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:[ \t]+\"[^\"\n]*\")?[ \t]*\)"
)
_LIKE_A_LINK = re.compile(
    r"(?<!\\)\]\((?P<address>[^)\n]*)|(?<!\\)\[(?P<cite>[^\[\]\n]*@[\w-]*[^\[\]\n]*)\]?|^ {0,3}\[[^\[\]\n]+\]:[ \t]|(?<!\\)\]\[|(?<!\\)\[(?P<id>[A-Za-z][\w-]*)\](?![(\[])",
    re.MULTILINE,
)
_ALONE_ABOVE = re.compile(r"(?:^|\n[ \t]*\n|^\n)$")
_ALONE_BELOW = re.compile(r"[ \t]*(?:$|\n[ \t]*(?:\n|$))")
_OUR_TAGS = {
    "p", "ul", "ol", "li", "dl", "dt", "dd", "strong", "em", "a", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "section",
    "span", "table", "thead", "tbody", "tr", "th", "td", "img", "x-say", "x-figure", "div", "br", "sub", "sup",
    "abbr",
}  # fmt: skip
_OUR_ATTRIBUTES = {
    "a": {"href", "class", "id", "role", "data-contact"},
    "section": {"class"},
    "span": {"class", "data-contact", "data-week", "data-zone"},
    "sup": {"class"},
    "div": {"class", "tabindex", "role", "aria-labelledby"},
    "img": {"src", "alt"},
    "x-say": {"key", "n"},
    "x-figure": {"n"},
    "abbr": {"title"},
    "ol": {"start"},
    "th": {"class", "scope"},
    "td": {"class"},
    **{f"h{level}": {"id", "class"} for level in range(1, 7)},
}


@dataclass(frozen=True)
class Surroundings:
    """All that the conversion of a text depends on besides the text itself.

    `known_sources` and `known_terms` are ids, in any order; `dont_words` are the words that a line of a do-not list may begin with
    in the site's language (none: not checked). `failed` names what stands in a file that could not be read (``contact:night-line``,
    or ``contact:`` for all of them), so that a link to it is not called broken on top.
    """

    contacts: Mapping[str, Contact]
    known_sources: frozenset[str]
    known_terms: frozenset[str]
    dont_words: tuple[str, ...] = ()
    failed: frozenset[str] = frozenset()
    figures: Mapping[str, Figure] = field(default_factory=dict)

    @cached_property
    def numbers(self) -> Mapping[str, frozenset[str]]:
        """Who owns each string of digits."""
        return {number: frozenset({id}) for id, contact in self.contacts.items() for number in contact.numbers}

    def has_failed(self, kind: str, id: str) -> bool:
        """Whether the entry, or its whole file, could not be read."""
        return f"{kind}:" in self.failed or f"{kind}:{id}" in self.failed


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
    _cited: set[str] = field(default_factory=set)
    _terms: list[str] = field(default_factory=list)
    _figures: list[FigureUse] = field(default_factory=list)
    _dialect: Dialect = field(default_factory=Dialect)

    @cached_property
    def _lines(self) -> markdown.Markdown:
        """For all single lines of the page: making a converter takes longer than converting a line."""
        return line_converter(self._dialect)

    def refers(self) -> Refers:
        """What all texts converted so far refer to."""
        return Refers(tuple(self._links), tuple(self._sources), tuple(self._terms))

    def inline(self, text: str, place: Place, inside: Callable[[int], Place] | None = None) -> Prose:
        """Convert a single paragraph of a YAML value, without a paragraph tag around it. Nothing in it is a list, a heading or
        a card. `inside` tells the place of a character of it; without that, every place in it is `place`, as YAML folds lines."""
        folded = " ".join(text.split())
        where = inside if inside and folded == text else _Where(text, place, fixed=True)
        text = folded
        if self._too_long(text, where):
            return Prose("")
        self._report(slips.html(text), where)
        made = self._converted(text, text, where, line=True)
        return Prose(re.sub(r"^<p>|</p>\s*$", "", made.strip()), (), _plain(made))

    def block(self, text: str, start: Place) -> Prose:
        """Convert a text that begins at `start`."""
        where = _Where(text, start)
        if self._too_long(text, where):
            return Prose("")
        self._report(slips.html(text), where)
        self._report(slips.cards(text, self.around.dont_words, _reading_links), where)
        self._report(slips.underlines(text), where)
        written = list(slips.headings(text, self._dialect.ids))
        marked, position = [], 0
        for number, heading in enumerate(written):
            self._report(iter(heading.slips), where)
            marked += [text[position : heading.end_of_signs], f" \ue000{number}\ue001"]
            position = heading.end_of_signs
        safe = self._converted(text, "".join([*marked, text[position:]]), where)
        inner = dict(re.findall(r'<h[1-6] id="([^"]+)">(.*?)</h[1-6]>', safe, flags=re.DOTALL))
        headings = tuple(
            Heading(made.id, _plain(inner.get(made.id, "")), made.level, where(written[made.number].offset))
            for made in self._dialect.made
            if made.number < len(written)
        )
        running = tuple(
            Passage(is_item, tuple((where(offset), said) for offset, said in found))
            for is_item, found in passages(text)
        )
        return Prose(safe, headings, _plain(safe), running, tuple(self._figures))

    def _converted(self, text: str, marked: str, where: Callable[[int], Place], *, line: bool = False) -> str:
        """`text` as safe HTML; `marked` is the same with marks in its headings."""
        self._report(_unread(text, self.around), where)
        self._typed_numbers(text, where)
        marks: list[str] = []
        places = [found.start() for found in _REFERENCE.finditer(text)]

        def swap(found: re.Match[str]) -> str:
            place = places[len(marks)]
            if (found["target"] or "").startswith("figure:") and not found["image"]:
                marks.append(self._figure(found, where(place), line=line))
            else:
                marks.append(self._reference(found, where, place))
            label = CITED if found["cite"] is not None else found["text"].strip() or "."
            return f"[{label}](~{len(marks) - 1})"

        source = _REFERENCE.sub(swap, marked)
        try:
            made = (self._lines.reset() if line else converter(self._dialect)).convert(source)
        except RecursionError:
            self._wrong(where(0), "text-size", "lists or quotations are nested out of all measure.", "Flatten them.")
            return ""
        made = re.sub(
            r'<a href="~(\d+)">(.*?)</a>',
            lambda found: marks[int(found[1])].replace("{}", found[2], 1),
            made,
            flags=re.DOTALL,
        )
        for lost in re.findall(r"\(~(\d+)\)", made):
            if int(lost) < len(places):
                self._wrong(
                    where(places[int(lost)]),
                    "link-form",
                    "this link stands where it cannot be read.",
                    "Move it into plain text.",
                )
        made = re.sub(r'<p>(<x-figure n="\d+"></x-figure>)</p>', r"\1", made)
        return nh3.clean(
            HEADING_MARK.sub("", made),
            tags=_OUR_TAGS,
            attributes=_OUR_ATTRIBUTES,
            url_schemes={"https", "http", "tel", "sms", "mailto", "media"},
            link_rel=None,
            strip_comments=True,
        )

    def _too_long(self, text: str, where: Callable[[int], Place]) -> bool:
        long = next(
            (found for found in re.finditer(r"\S(?:.|\n(?![ \t]*\n))*", text) if len(found[0]) > MAX_PARAGRAPH), None
        )
        if len(text) > MAX_TEXT:
            self._wrong(
                where(0), "text-size", f"the text is {len(text):,} characters long.", "Split it into several pages."
            )
        elif long:
            message = f"this paragraph is {len(long[0]):,} characters long."
            self._wrong(where(long.start()), "text-size", message, "Split it with empty lines.")
        return len(text) > MAX_TEXT or long is not None

    def _typed_numbers(self, text: str, where: Callable[[int], Place]) -> None:
        plain = _REFERENCE.sub(lambda found: " " * len(found[0]) if found["target"] else found[0], text)
        for offset, run in digits.runs(plain):
            if digits.is_number(run, self.around.numbers):
                ids = sorted(digits.owners(run, self.around.numbers))
                hint = f"Write [words](contact:{ids[0] if ids else 'id'}), which prints the number of the record."
                self._wrong(where(offset), "typed-number", f"the number {run} is typed into the text.", hint)

    # references

    def _reference(self, found: re.Match[str], where: Callable[[int], Place], offset: int) -> str:
        place = where(offset)
        if found["cite"] is not None:
            return self._citation(found["cite"], where, offset + 1)
        target, text = html.unescape(found["target"]), found["text"]
        scheme, colon, rest = target.partition(":")
        scheme = scheme.lower()
        if found["image"]:
            return self._picture(target, text, place)
        if not text.strip() and scheme != "contact":
            self._wrong(place, "link-form", "the link has no words.", "Write between the brackets where it leads.")
        if "[@" in text:
            self._wrong(place, "link-form", "a citation stands in the words of a link.", "Write it after the link.")
        if scheme in ("javascript", "data", "vbscript"):
            self._wrong(
                place, "script", f"{short(target)} could run a program in the reader's browser.", "Link to a page."
            )
            return "{}"
        if scheme in ("https", "http") and re.match(r"//[^/]", rest):
            self._links.append(Link("web", target, "", place))
            return f'<a href="{html.escape(target)}">{{}}</a>'
        if colon and scheme == "contact":
            return self._contact(rest, text, place)
        if colon and scheme == "term":
            return self._term(rest, place)
        if colon and scheme in ("article", "questionnaire", "page"):
            name, _, fragment = rest.partition("#")
            return self._internal(scheme, name, fragment, place)
        if target.startswith("#") and len(target) > 1:
            self._links.append(Link("article", self._own_id(), target[1:], place))
            return f'<a href="{html.escape(target)}">{{}}</a>'
        name, _, fragment = target.partition("#")
        whole = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), name)) if name and not colon else ""
        for folder, ending, kind in (("articles/", ".md", "article"), ("questionnaires/", ".yaml", "questionnaire")):
            if whole.startswith(folder) and whole.endswith(ending):
                return self._internal(kind, whole[len(folder) : -len(ending)], fragment, place)
        if scheme in ("tel", "sms"):
            self._wrong(
                place,
                "link-form",
                f"{short(target)} dials a number that is typed into the text.",
                "Link with contact: and the id of its owner.",
            )
        else:
            hint = "Write the path to an article's .md file, https://…, or contact:, term:, page: or questionnaire: and a name."
            self._wrong(place, "link-form", f"{short(target) or 'nothing'} is not something a page can link to.", hint)
        return "{}"

    def _own_id(self) -> str:
        return self.path.removeprefix("articles/").removesuffix(".md")

    def _internal(self, kind: str, name: str, fragment: str, place: Place) -> str:
        known: LinkKind = next(each for each in LINK_KINDS if each == kind)
        self._links.append(Link(known, name, fragment, place))
        folder = {"article": "", "questionnaire": "questionnaires/", "page": ""}[kind]
        address = "../" * self.depth + folder + (f"{name}/" if name else "") + (f"#{fragment}" if fragment else "")
        return f'<a href="{html.escape(address)}">{{}}</a>'

    def _citation(self, said: str, where: Callable[[int], Place], offset: int) -> str:
        links = []
        for part in re.finditer(r"[^;,]+|(?<=[;,])$", said):
            id, place = (
                part[0].strip().removeprefix("@"),
                where(offset + part.start() + len(part[0]) - len(part[0].lstrip())),
            )
            if self.around.has_failed("source", id):
                continue
            if id not in self.around.known_sources:
                first = id.split()[0] if id else ""
                hint = nearest(id, self.around.known_sources) if id else "Write [@id], or [@one; @two]."
                if first != id and first in self.around.known_sources:
                    hint = f"Write [@{first}] and nothing else between the brackets."
                self._wrong(place, "unknown-source", f"there is no source {short(id) or 'without a name'}.", hint)
                continue
            self._links.append(Link("source", id, "", place))
            if id not in self._cited:
                self._sources.append(id)
            number = self._sources.index(id) + 1
            back = "" if id in self._cited else f' id="c{number}"'
            self._cited.add(id)
            links.append(f'<a href="#s{number}"{back} role="doc-noteref">{number}</a>')
        return f'<sup class="cite">[{", ".join(links)}]</sup>' if links else ""

    def _term(self, id: str, place: Place) -> str:
        if id not in self.around.known_terms:
            if not self.around.has_failed("term", id):
                self._wrong(
                    place,
                    "unknown-term",
                    f"{id or 'nothing'} is not in the glossary.",
                    nearest(id, self.around.known_terms),
                )
            return "{}"
        self._links.append(Link("term", id, "", place))
        back = "" if id in self._terms else f' id="t-{id}"'
        if back:
            self._terms.append(id)
        return f'<a class="term" href="#w-{id}"{back}>{{}}</a>'

    def _contact(self, rest: str, text: str, place: Place) -> str:
        id, _, part = rest.partition("#")
        contact = self.around.contacts.get(id)
        if contact is None:
            if not self.around.has_failed("contact", id):
                self._wrong(
                    place,
                    "unknown-contact",
                    f"{id or 'nobody'} is not in contacts.yaml.",
                    nearest(id, self.around.contacts),
                )
            return "{}"
        ways = [link for link in contact.links() if part in ("", link.part)]
        if not ways:
            has = ", ".join(dict.fromkeys(link.part for link in contact.links()))
            self._wrong(place, "unknown-contact", f"{id} has no {part}.", f"It has: {has}.")
            return "{}"
        self._links.append(Link("contact", id, part, place))
        return contact_html(contact, ways[0], text)

    def _figure(self, found: re.Match[str], place: Place, *, line: bool) -> str:
        """A mark for the figure. Its citations are numbered here, where a reader meets them."""
        id = found["target"].partition(":")[2]
        above, below = found.string[: found.start()], found.string[found.end() :]
        if line or not _ALONE_ABOVE.search(above) or not _ALONE_BELOW.match(below):
            hint = "Give it a paragraph of its own, with empty lines around it, outside of lists and cards."
            self._wrong(place, "figure-alone", "a figure cannot stand inside something else.", hint)
            return ""
        figure = self.around.figures.get(id)
        if figure is None:
            if not self.around.has_failed("figure", id):
                hint = nearest(id, self.around.figures) or "Write it into figures/ first."
                self._wrong(place, "unknown-figure", f"there is no figure {id or 'without a name'}.", hint)
            return ""
        self._links.append(Link("figure", id, "", place))
        caption = self.caption(id, figure)
        cites = tuple(self._cites(line.sources, place) for line in lines(figure.told()))
        self._figures.append(FigureUse(id, caption, cites))
        return f'<x-figure n="{len(self._figures) - 1}"></x-figure>'

    def caption(self, id: str, figure: Figure) -> str:
        """A figure's caption as HTML, with those of its sources that the words do not cite themselves."""
        count, known, path = len(self._links), len(self.problems), self.path
        self.path = f"figures/{id}.yaml"
        said = self.inline(figure.caption, figure.places.at("caption"), figure.places.sub("caption").inside).html
        if path != self.path:
            del self.problems[known:]  # told where the figure was read
        self.path = path
        cited = {link.target for link in self._links[count:] if link.kind == "source"}
        rest = self._cites([id for id in figure.sources if id not in cited], figure.places.at("sources"))
        return f"{said} {rest}".rstrip()

    def _cites(self, ids: Sequence[str], place: Place) -> str:
        """Citations of sources that are known; a check names the others."""
        known = "; ".join(f"@{id}" for id in ids if id in self.around.known_sources)
        return self._citation(known, lambda _: place, 0) if known else ""

    def _picture(self, target: str, text: str, place: Place) -> str:
        if re.match(r"(?:[a-z]+:)?//|[a-z]+:", target, re.IGNORECASE):
            self._wrong(
                place,
                "other-origin",
                f"the picture {short(target)} would tell another host who is reading.",
                "Put it into media/.",
            )
            return ""
        whole = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), target))
        if not whole.startswith("media/"):
            self._wrong(
                place,
                "link-form",
                f"{short(target) or 'nothing'} is not in media/.",
                "Put the picture into media/ and write the path to it.",
            )
            return ""
        if not text.strip():
            self._wrong(
                place,
                "picture-alt",
                "the picture has no text for those who cannot see it.",
                "Write in the brackets what it shows.",
            )
        self._links.append(Link("media", whole.removeprefix("media/"), "", place))
        return (
            f'<img src="media:{html.escape(whole.removeprefix("media/"))}" alt="{html.escape(" ".join(text.split()))}">'
        )

    def _report(self, found: Iterator[Slip], where: Callable[[int], Place]) -> None:
        for offset, rule, message, hint in found:
            self._wrong(where(offset), rule, message, hint)

    def _wrong(self, place: Place, rule: str, message: str, hint: str) -> None:
        self.problems.append(Problem(place, "error", rule, message, hint))


def _reading_links(text: str) -> Iterator[int]:
    """Offsets of links that lead somewhere to read. Citations pass: they stay on the page."""
    for found in re.finditer(rf"{_REFERENCE.pattern}|<https?://", text):
        if found["cite"] is None and not (found["target"] or "").lower().startswith("contact:"):
            yield found.start()


def _unread(text: str, around: Surroundings) -> Iterator[Slip]:
    """What looks like a link or a citation, but is none: it would be printed as it stands."""
    plain = _REFERENCE.sub(lambda found: "\n".join(" " * len(line) for line in found[0].split("\n")), text)
    for found in _LIKE_A_LINK.finditer(plain):
        at = found.start()
        if (id := found["id"]) is not None:
            if id in around.known_sources:
                yield at, "link-form", f"[{id}] is not a citation.", f"Write [@{id}]."
        elif found["cite"] is not None:
            if "@" in found["cite"] and re.search(r"(?:^|[\s;,])@", found["cite"]):
                yield (
                    at,
                    "link-form",
                    f"{short(found[0])} is not a citation.",
                    "Write [@id], or [@one; @two], and nothing else between the brackets.",
                )
        elif found["address"] is not None:
            hint = "Write [words](address) with no blank in the address, and no [ ] in the words but in pairs."
            yield at, "link-form", f"{short(found[0][1:] + ')')} belongs to no link that can be read.", hint
        else:
            yield at, "link-form", "links by reference are not used here.", "Write [words](address)."


def contact_html(contact: Contact, link: ContactLink, text: str) -> str:
    """A link to a contact that always shows the number, and whose it is, whatever words lead to it: "call them (Name, 1-800-...)"."""
    said = text.strip().casefold()
    rest = [] if any(name.casefold() in said for name in (contact.short_name, contact.name)) else [contact.short_name]
    if link.display.casefold() not in said and link.display not in rest:
        rest.append(link.display)
    shown = [html.escape(part) for part in rest]
    marks = {"extension": link.extension, "press": link.press, "keyword": link.keyword}
    shown += [f'<x-say key="{key}" n="{html.escape(value)}"></x-say>' for key, value in marks.items() if value]
    tail = ", ".join(shown)
    words = f"{{}} ({tail})" if said and tail else "{}" if said else tail
    return f'<a class="contact" href="{html.escape(link.href)}" data-contact="{contact.id}">{words}{_now(contact)}</a>'


def _now(contact: Contact) -> str:
    """Where a script says whether a line with hours is open at this moment."""
    if isinstance(contact.hours, str):
        return ""
    return f' <span class="now" data-week="{contact.hours.said}" data-zone="{contact.hours.zone}"></span>'


def _plain(markup: str) -> str:
    text = re.sub(r'<sup class="cite">.*?</sup>|<x-say[^>]*>.*?</x-say>', "", markup, flags=re.DOTALL)
    text = re.sub(r"</(?:p|li|h[1-6]|dt|dd|td|th|tr)>|<br>", "\n", text)
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


class _Where:
    """From an offset in a text to its place in the file."""

    def __init__(self, text: str, start: Place, *, fixed: bool = False) -> None:
        self.start, self.fixed = start, fixed
        self.lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def __call__(self, offset: int) -> Place:
        if self.fixed:
            return self.start
        line = bisect_right(self.lines, offset) - 1
        column = offset - self.lines[line] + 1
        return Place(self.start.path, self.start.line + line, column + (self.start.column - 1 if line == 0 else 0))
