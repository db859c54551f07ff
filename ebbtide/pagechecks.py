"""Rules over finished pages. They see HTML as a browser will, whoever made it: a text, a template of ours or of the publisher's.

A rule takes a parsed page and what surrounds it, and yields (line, column, what is wrong, what to do). A problem's place is the
file that the page was made from; its sentence says where on the finished page to look.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from ebbtide.model import digits
from ebbtide.model.contact import Reachable
from ebbtide.model.page import File, Page
from ebbtide.parsed import Element, Outline, Parsed, Text, Whole, block
from ebbtide.problem import Level, Problem
from ebbtide.weights import Limits, Weight, resolved, weigh
from ebbtide.workers import shared_out

Finding = tuple[int, int, str, str]

BUDGET: Mapping[str, int] = {
    "article": 12_000,
    "sources": 60_000,
    "glossary": 30_000,
    "region": 70_000,
    "town": 30_000,
    "search": 16_000,
    "booklet": 150_000,
}
BUDGET_ELSE = 14_000
"""Bytes of a page's HTML under gzip -9: with its headers it fits into the first flight of data, 14,600 bytes. The two lists that
grow with the library, and that nobody needs at night, may be longer; so may the lists of all the places of a region or town, which are
the finder for whoever has no script and for paper, and the index of everything from A to Z. A booklet is a whole section, for paper."""
BUDGET_ALL: Mapping[str, int] = {
    "article": 14_000,
    "questionnaire": 20_000,
    "sources": 62_000,
    "glossary": 32_000,
    "region": 72_000,
    "town": 32_000,
    "finder": 20_000,
    "search": 20_000,
    "booklet": 152_000,
}
BUDGET_ALL_ELSE = 16_000
REQUESTS: Mapping[str, int] = {"article": 2}
REQUESTS_ELSE = 3

_ADDRESSES = frozenset(
    "href src srcset action formaction poster data cite background ping manifest imagesrcset".split()
)
_TOLD = ("alt", "title", "aria-label", "placeholder", "content")
"""Attributes that are read to somebody, or shown by a search engine."""


Rule = Callable[[Parsed, Whole], Iterator[Finding]]


def run(
    pages: Sequence[Page], files: Iterable[File], contacts: Mapping[str, Reachable], base_url: str | None = None,
    failed: frozenset[str] = frozenset(), progress: Callable[[Iterable[Any], int], Iterable[Any]] = lambda items, _: items,
    *, contacts_whole: bool = True, typed: frozenset[str] = frozenset(), jobs: int = 1,
    weighed: Callable[[Weight], None] = lambda _: None,
) -> list[Problem]:  # fmt: skip
    """Every problem that a rule finds on `pages`. What a template does wrong on many pages is one problem.

    A booklet comes after the articles that it holds, and is judged where they are sound. `typed` are digits of telephone numbers that are already reported where they are typed. `jobs` processes share the work where
    there are many pages; each page is then taken apart twice, since all of them at once would fill a small machine's memory. `weighed` is told
    what each page weighs, in their order.
    """
    many = len(pages) >= POOL_FROM
    shared = jobs if many else 1
    kept = {} if many else {page.path: Parsed.of(page) for page in pages}
    outline = _Outliner(kept)
    outlines = {page.path: one for page, one in zip(pages, shared_out(outline, pages, shared), strict=True)}
    whole = Whole(outlines, {file.path: file for file in files}, contacts, base_url, failed, contacts_whole, typed)
    assert whole.numbers is not None  # worked out here, so that no process has to do it again
    found: dict[tuple[Level, str, str, str], list[tuple[Page, int, int]]] = {}
    judged = zip(pages, shared_out(_Judge(whole, kept), pages, shared), strict=True)
    unsound: set[str] = set()
    for page, (weight, findings) in progress(judged, len(pages)):
        weighed(weight)
        section = page.url.partition("/")[0]
        if page.kind == "article" and findings:
            unsound.add(section)
        elif page.kind == "booklet" and section in unsound:
            continue  # the same mistakes once more
        for number, line, column, message, hint in findings:
            level, rule = RULES[number]
            found.setdefault((level, rule.__name__.replace("_", "-"), message, hint), []).append((page, line, column))
    return [
        problem
        for (level, name, message, hint), where in found.items()
        for problem in _told(level, name, message, hint, where)
    ]


POOL_FROM = 400
"""Pages from which on several processes gain more than they cost."""


@dataclass(frozen=True)
class _Outliner:
    """What other pages need to know of a page. `kept` holds pages that are taken apart already."""

    kept: Mapping[str, Parsed]

    def __call__(self, page: Page) -> Outline:
        return Outline.of(self.kept.get(page.path) or Parsed.of(page))


@dataclass(frozen=True)
class _Judge:
    """Weighs a page, and tells what the rules find on it: the number of the rule, then its finding."""

    whole: Whole
    kept: Mapping[str, Parsed]

    def __call__(self, page: Page) -> tuple[Weight, list[tuple[int, int, int, str, str]]]:
        parsed = self.kept.get(page.path) or Parsed.of(page)
        weight = weigh(parsed, self.whole, limits(page.kind))
        found = ((number, rule(parsed, self.whole)) for number, (_, rule) in enumerate(RULES))
        return weight, [(number, *finding) for number, findings in found for finding in findings]


_MANY = 3
"""Pages with the same mistake, above which it is a template's."""


def _told(level: Level, name: str, message: str, hint: str, where: list[tuple[Page, int, int]]) -> Iterator[Problem]:
    count = len({page.path for page, _, _ in where})
    for page, line, column in where[:1] if count > _MANY else where:
        place = f"{page.path}, line {line}, column {column}: "
        start = f"On {count} finished pages, first {place}" if count > _MANY else f"On the finished page {place}"
        yield Problem(page.origin, level, name, start + message, hint)


def page_other_origin(parsed: Parsed, whole: Whole) -> Iterator[Finding]:
    """Nothing on a page is fetched from another host: no address in an attribute or a style leads there but that of a link."""
    for element in parsed.elements:
        at = element.line, element.column
        for name, value in element.attributes.items():
            if name in _ADDRESSES and _elsewhere(value) and not _is_link(element, name, value, whole):
                yield (
                    *at,
                    f"<{element.tag} {name}> leads to another host: {value[:80]}.",
                    "Use a file of the site's own.",
                )
            if name == "style" and re.search(r"url\(", value):
                yield *at, f"<{element.tag}> has a style that fetches something.", "Move it into a stylesheet."
        if element.tag == "link" and {"preconnect", "dns-prefetch", "prerender"} & set(
            element.attributes.get("rel", "").lower().split()
        ):
            yield *at, "a link element connects to another host ahead of time.", "Delete it."
        if element.tag == "meta" and element.attributes.get("http-equiv", "").lower() == "refresh":
            content = element.attributes.get("content", "")
            if _elsewhere(re.sub(r"^[^=]*url\s*=\s*[\"']?", "", content, flags=re.IGNORECASE)):
                yield (
                    *at,
                    f"the page sends its reader to another host: {content[:80]}.",
                    "Link there instead, so that a reader can choose.",
                )
    for text in parsed.texts:
        if text.inside and text.inside[-1].tag == "style":
            for found in re.finditer(
                r"(?:url\(\s*[\"']?|@import\s+[\"'])\s*(?:https?:)?//[^)\"']*", text.text, re.IGNORECASE
            ):
                yield (
                    *_within(text, found.start()),
                    f"a style leads to another host: {found[0][:80]}.",
                    "Use a file of the site's own.",
                )


def _within(text: Text, offset: int) -> tuple[int, int]:
    """Line and column of an offset in a text, as far as it holds no character codes."""
    line = text.text.count("\n", 0, offset)
    return text.line + line, offset - text.text.rfind("\n", 0, offset) if line else text.column + offset


def _elsewhere(value: str) -> bool:
    """Whether an address has a host. Browsers take a backslash for a slash."""
    plain = _as_read(value).replace("\\", "/")
    return bool(re.match(r"(?:https?:|wss?:|ftp:)?//", plain, re.IGNORECASE)) or bool(
        re.search(r",\s*(?:https?:)?//", plain)
    )


def _as_read(address: str) -> str:
    """An address as browsers read it: without tabs and line ends, and without blanks around it."""
    return re.sub(r"[\t\n\r]", "", address).strip()


def _is_link(element: Element, name: str, value: str, whole: Whole) -> bool:
    """Links that a reader follows, and addresses of the site itself that machines read."""
    if element.tag == "a" and name == "href":
        return True
    ours = whole.base_url.rstrip("/") + "/" if whole.base_url else ""
    return (
        element.tag == "link"
        and element.attributes.get("rel") in ("canonical", "alternate")
        and ((bool(ours) and value.startswith(ours)) or "hreflang" in element.attributes)
    )


def page_one_h1(parsed: Parsed, whole: Whole) -> Iterator[Finding]:
    """A page has one heading of level 1."""
    found = list(parsed.all("h1"))
    if not found and parsed.page.kind != "moved":
        yield 1, 1, "there is no h1.", "Print the page's title in one."
    for extra in found[1:]:
        yield extra.line, extra.column, "this is a second h1.", "Make it an h2."


def page_heading_order(parsed: Parsed, whole: Whole) -> Iterator[Finding]:
    """Headings go down one level at a time, so that a listener can find the way."""
    last = 1
    for element in parsed.all("h1", "h2", "h3", "h4", "h5", "h6"):
        level = int(element.tag[1])
        if level > last + 1:
            yield element.line, element.column, f"an h{level} follows an h{last}.", f"Make it an h{last + 1}."
        last = level


def page_same_id(parsed: Parsed, whole: Whole) -> Iterator[Finding]:
    """No two elements of a page have the same id."""
    seen: set[str] = set()
    for element in parsed.elements:
        id = element.attributes.get("id", "")
        if id and id in seen:
            yield element.line, element.column, f"the id {id} stands twice.", "Change one of them."
        seen.add(id)


def page_dead_link(parsed: Parsed, whole: Whole) -> Iterator[Finding]:
    """Every link within the site leads to a page or file that is there, and every fragment to an element on it."""
    for element in parsed.elements:
        for name in ("href", "src"):
            value = element.attributes.get(name)
            if value is None or re.match(r"\s*[a-zA-Z][a-zA-Z0-9+.-]*:", _as_read(value)) or _elsewhere(value):
                continue
            if not value and name == "src":
                yield (
                    element.line,
                    element.column,
                    f"the address of <{element.tag}> is empty.",
                    "Write where the file is.",
                )
                continue
            address = urlsplit(value)
            path = resolved(parsed.page, unquote(address.path), whole.base_url)
            target = whole.pages.get(path)
            if target is None and path not in whole.files:
                if path.removesuffix("index.html") not in whole.failed:
                    yield element.line, element.column, f"{value} leads nowhere.", "Correct the address."
            elif (
                target is not None
                and address.fragment not in ("", "top")
                and unquote(address.fragment) not in target.ids
                and f"{target.url}#{address.fragment}" not in whole.failed
            ):
                yield (
                    element.line,
                    element.column,
                    f"{value} leads to no element with that id.",
                    "Correct what stands after the #.",
                )


def page_language(parsed: Parsed, whole: Whole) -> Iterator[Finding]:
    """A page says what language it is in."""
    root = next(parsed.all("html"), None)
    if root is None or not root.attributes.get("lang"):
        yield (
            (root.line if root else 1),
            (root.column if root else 1),
            "the html element has no lang.",
            "Write the site's language there.",
        )


def page_title(parsed: Parsed, whole: Whole) -> Iterator[Finding]:
    """A page has a title that no other page has."""
    title = parsed.title
    if not title:
        yield 1, 1, "there is no title.", "Give the head a title element."
    elif whole.titles[title] > 1 and parsed.page.kind != "moved":
        yield 1, 1, f"another page has the title {title!r} too.", "Change one of them."


def page_description(parsed: Parsed, whole: Whole) -> Iterator[Finding]:
    """A page has a description that no other page has."""
    if parsed.page.kind in ("moved", "not-found"):
        return
    description = parsed.description
    if not description:
        yield 1, 1, "there is no description.", 'Give the head <meta name="description">.'
    elif whole.descriptions[description] > 1:
        yield 1, 1, "another page has the same description.", "Change one of them."


def page_contact_bar(parsed: Parsed, whole: Whole) -> Iterator[Finding]:
    """The contact bar comes before the main text, in the same place on every page (WCAG 2.2, 3.2.6)."""
    if parsed.page.kind == "moved":
        return
    bar = next(
        (index for index, element in enumerate(parsed.elements) if "data-contact-bar" in element.attributes), None
    )
    main = next((index for index, element in enumerate(parsed.elements) if element.tag == "main"), None)
    if bar is None or main is None or bar > main:
        yield (
            1,
            1,
            "the contact bar does not stand before the main text.",
            "Keep parts/contact-bar.html where base.html has it.",
        )
    elif whole.contacts_whole and not any(
        parsed.elements[bar] in element.inside and element.attributes.get("href", "").startswith(("tel:", "sms:"))
        for element in parsed.elements
    ):
        yield (
            parsed.elements[bar].line,
            parsed.elements[bar].column,
            "the contact bar has no number to tap.",
            "Print the link of each line's contact.",
        )


def page_stray_number(parsed: Parsed, whole: Whole) -> Iterator[Finding]:
    """A telephone number stands only in an element of the contact whose number it is, beside its name."""
    for element in parsed.elements:
        href = element.attributes.get("href", "")
        if not href.lower().startswith(("tel:", "sms:")):
            continue
        owner = _owner((*element.inside, element))
        dialed = re.sub(r"\D", "", re.split(r"[;?,]", href[4:])[0])
        if owner is None or owner not in whole.numbers.get(dialed, frozenset()):
            yield (
                element.line,
                element.column,
                f"{href} is not beside the contact whose number it is.",
                "Link with contact: and its id.",
            )
    for element in parsed.elements:
        for name in _TOLD:
            for _, run in digits.runs(element.attributes.get(name, "")):
                owner = _owner((*element.inside, element))
                if _is_stray(run, whole) and owner not in digits.owners(run, whole.numbers):
                    yield (
                        element.line,
                        element.column,
                        f"<{element.tag} {name}> holds the number {run}.",
                        "Leave the number out.",
                    )
    seen: set[Element] = set()
    loose: list[Text] = []
    for text in (*parsed.visible, None):
        holder = next((each for each in text.inside if "data-contact" in each.attributes), None) if text else None
        if loose and (text is None or holder is not None or block(text) is not block(loose[-1])):
            yield from _numbers_outside(loose, whole)
            loose = []
        if text is not None and holder is None:
            loose.append(text)
        elif holder is not None and holder not in seen:
            seen.add(holder)
            yield from _numbers_inside(parsed, holder, whole)


def _owner(elements: Sequence[Element]) -> str | None:
    return next(
        (each.attributes["data-contact"] for each in reversed(elements) if "data-contact" in each.attributes), None
    )


def _numbers_outside(texts: Sequence[Text], whole: Whole) -> Iterator[Finding]:
    """Numbers in one run of text, whatever emphasis there is inside it."""
    for offset, run in digits.runs("".join(text.text for text in texts)):
        if _is_stray(run, whole):
            before = 0
            for text in texts:
                if offset < before + len(text.text):
                    yield *_within(text, offset - before), f"the number {run} stands away from its contact.", _LINK
                    break
                before += len(text.text)


def _is_stray(run: str, whole: Whole) -> bool:
    return digits.is_number(run, whole.numbers) and digits.digits(run) not in whole.typed


_LINK = "Link with contact: and an id, which prints the number."


def _numbers_inside(parsed: Parsed, holder: Element, whole: Whole) -> Iterator[Finding]:
    id, said = holder.attributes["data-contact"], parsed.text_in(holder)
    contact = whole.contacts.get(id)
    if contact is None:
        if whole.contacts_whole:
            yield (
                holder.line,
                holder.column,
                f"data-contact names {id}, who is not in contacts.yaml.",
                "Correct the id.",
            )
        return
    shown = False
    for _, run in digits.runs(said):
        if digits.is_number(run, whole.numbers):
            shown = True
            if id not in digits.owners(run, whole.numbers):
                yield (
                    holder.line,
                    holder.column,
                    f"{run} is not a number of {contact.name}.",
                    "Print only what the record holds.",
                )
    yield from _short_codes(parsed, holder, contact)
    if shown and not any(name.casefold() in said.casefold() for name in (contact.name, contact.short_name)):
        yield (
            holder.line,
            holder.column,
            f"a number of {contact.name} stands here without the name.",
            "Print the name in the same element.",
        )


def _short_codes(parsed: Parsed, holder: Element, contact: Reachable) -> Iterator[Finding]:
    """What a link shows must be what it dials. Short numbers, which anywhere else could be a count, are judged here."""
    for element in parsed.calls_in(holder):
        words = " ".join(filter(None, (contact.name, contact.short, *(word for link in contact.links() for word in (
            link.label, link.say, link.extension, link.keyword, link.press, link.display,
        )))))  # fmt: skip
        known = {*contact.numbers, *re.findall(r"\d+", words)}
        text = parsed.text_in(element)
        for _, run in digits.runs(text):
            if len(digits.digits(run)) > 6:  # a long number is judged as a whole
                text = text.replace(run, " ")
        for run in re.findall(r"(?<![\w.,-])\d{3,6}(?![\w-]|[.,]\d)", text):
            if run not in known:
                yield (
                    element.line,
                    element.column,
                    f"{run} is not a number of {contact.name}.",
                    "Print only what the record holds.",
                )


def page_inline_script(parsed: Parsed, whole: Whole) -> Iterator[Finding]:
    """No page holds a script of its own, an event attribute or a style attribute: the policy would block it."""
    for element in parsed.elements:
        if (
            element.tag == "script"
            and "src" not in element.attributes
            and element.attributes.get("type") not in ("application/json", "application/ld+json")
        ):
            yield element.line, element.column, "a script stands in the page itself.", "Put it into a file."
        for name in element.attributes:
            if re.fullmatch(r"on[a-z]+", name):
                yield (
                    element.line,
                    element.column,
                    f"<{element.tag}> has the event attribute {name}.",
                    "Listen for the event in a script file.",
                )
            if name == "style":
                yield element.line, element.column, f"<{element.tag}> has a style attribute.", "Give it a class."
            address = _as_read(element.attributes[name])
            if name in _ADDRESSES and re.match(r"(?:javascript|vbscript):|data:text/html", address, re.IGNORECASE):
                yield (
                    element.line,
                    element.column,
                    f"<{element.tag} {name}> holds a program.",
                    "Write an address there.",
                )


def page_policy(parsed: Parsed, whole: Whole) -> Iterator[Finding]:
    """A page carries the content security policy and sends no referrer."""
    metas = {
        element.attributes.get("http-equiv", element.attributes.get("name", "")).lower(): element
        for element in parsed.all("meta")
    }
    said = metas["content-security-policy"].attributes.get("content", "") if "content-security-policy" in metas else ""
    if not said.startswith("default-src 'none'") or "unsafe" in said:
        yield 1, 1, "the content security policy is missing or lets too much through.", "Keep the head of base.html."
    if "referrer" not in metas or metas["referrer"].attributes.get("content") != "no-referrer":
        yield (
            1,
            1,
            "the page would tell other sites where a reader came from.",
            'Keep <meta name="referrer" content="no-referrer">.',
        )


def page_weight(parsed: Parsed, whole: Whole) -> Iterator[Finding]:
    """A page, and all that it loads, is light enough for a bad line."""
    weight = weigh(parsed, whole, limits(parsed.page.kind))
    allowed, known = weight.limits, weight.heaviest
    if weight.html > allowed.html:
        said = f"the page is {weight.html:,} bytes under gzip; {allowed.html:,} are allowed."
        yield 1, 1, said, "Split it, or shorten it."
    less = f"Load less: {known[0]} is the most of it, {known[1]:,} bytes." if known else "Load less."
    if weight.whole > allowed.whole:
        said = f"the page and what it loads are {weight.whole:,} bytes under gzip; {allowed.whole:,} are allowed."
        yield 1, 1, said, less
    if weight.requests > allowed.requests:
        yield 1, 1, f"the page makes {weight.requests} requests; {allowed.requests} are allowed.", "Load less."


def limits(kind: str) -> Limits:
    """What a page of a kind may weigh."""
    return Limits(
        BUDGET.get(kind, BUDGET_ELSE), BUDGET_ALL.get(kind, BUDGET_ALL_ELSE), REQUESTS.get(kind, REQUESTS_ELSE)
    )


RULES: tuple[tuple[Level, Rule], ...] = (
    ("error", page_other_origin),
    ("error", page_one_h1),
    ("error", page_heading_order),
    ("error", page_same_id),
    ("error", page_dead_link),
    ("error", page_language),
    ("error", page_title),
    ("error", page_description),
    ("error", page_contact_bar),
    ("error", page_stray_number),
    ("error", page_inline_script),
    ("error", page_policy),
    ("warning", page_weight),
)
