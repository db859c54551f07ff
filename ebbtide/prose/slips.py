"""What is wrong with a text as it is written, before anything is converted: HTML, cards, headings, and what only looks like a link.

Each function yields slips: an offset in the text, a rule, what is wrong and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from ebbtide.model.base import nearest
from ebbtide.prose.dialect import CARD_LINE, CARDS, HEADING_ID, LISTS, PAGE_IDS

Slip = tuple[int, str, str, str]

_TAG = re.compile(
    r"<!--.*?(?:-->|$)|</?[A-Za-z][^<>]*>|<[!?][^<>]*>|</?(?:script|style|iframe)\b[^<>]*$", re.DOTALL | re.IGNORECASE
)
_AUTOLINK = re.compile(r"<(?:https?://[^<>\s]+|[^<>\s@]+@[^<>\s@]+)>")
_HARMLESS = re.compile(r'<br ?/?>|</?(?:sub|sup|abbr)>|<abbr title="[^"<>\[\]]*">', re.IGNORECASE)
_PROGRAM = re.compile(
    r"</?(?:script|iframe|object|embed)\b|[\s/\"']on\w+\s*=|(?:javascript|vbscript)\s*:", re.IGNORECASE
)
_ELSEWHERE = re.compile(r"\b(?:src|srcset|data|poster)\s*=\s*[\"']?\s*(?:https?:)?//", re.IGNORECASE)

_STEP = r"(?: {4}| {0,3}\t)"
_INDENT = re.compile(_STEP)
_ITEM = re.compile(r"[-*+][ \t]+|\d+[.)][ \t]+")
_HEADING = re.compile(
    rf"^(?P<before>{_STEP}*(?:[ \t]*(?:[-*+>:]|\d+[.)])[ \t]*(?=[-*+>:#]|\d+[.)]))*)(?P<signs>#{{1,6}})(?P<words>[^\n]*)$",
    re.MULTILINE,
)
_UNDERLINE = re.compile(r"(?:={2,}|-{2,})[ \t]*")


def short(text: str) -> str:
    """A piece of somebody's text, fit to be shown in a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}…"


def html(text: str) -> Iterator[Slip]:
    """Tags. All but a few harmless ones are taken out, so each of the others is a slip."""
    for found in _TAG.finditer(text):
        tag = found[0]
        if _AUTOLINK.fullmatch(tag) or _HARMLESS.fullmatch(tag):
            continue
        if _PROGRAM.search(tag):
            yield found.start(), "script", f"{short(tag)} could run a program in the reader's browser.", "Delete it."
        elif _ELSEWHERE.search(tag):
            hint = "Put a picture into media/ and write ![text](path)."
            yield found.start(), "other-origin", f"{short(tag)} would tell another host who is reading.", hint
        else:
            hint = "Write it in Markdown; or, if < is meant as a sign, write &lt;."
            yield found.start(), "raw-html", f"{short(tag)} is HTML that is not used here and was taken out.", hint


@dataclass(frozen=True, slots=True)
class HeadingSlips:
    """A heading as written: where its signs begin, and the slips in it."""

    offset: int
    end_of_signs: int
    slips: tuple[Slip, ...]


def headings(text: str, ids: Collection[str] = ()) -> Iterator[HeadingSlips]:
    """All lines that could become a heading, in order. `ids` are the ids of headings of the page so far."""
    last, taken = 1, set(ids)
    for found in _HEADING.finditer(text):
        level, at, slips = len(found["signs"]), found.start("signs"), list[Slip]()
        words = found["words"].strip().strip("#").strip()
        if not words and found["before"].strip():
            continue
        if found["before"].strip():
            slips.append(
                (
                    at,
                    "heading-level",
                    "a heading cannot stand in a list or a quotation.",
                    "Delete the #; or, if it is meant as a sign, write \\#.",
                )
            )
        elif not HEADING_ID.sub("", words):
            slips.append((at, "heading-level", "the heading has no words.", "Write some, or delete the line."))
        elif level == 1:
            slips.append(
                (
                    at,
                    "heading-level",
                    "the page has its title already.",
                    "Begin with ##; or, if # is meant as a sign, write \\#.",
                )
            )
        elif level > last + 1:
            message = f"a level is skipped: {'#' * level} follows {'#' * last}."
            slips.append((at, "heading-level", message, f"Write {'#' * (last + 1)}."))
        if fixed := HEADING_ID.search(found["words"]):
            where = found.start("words") + fixed.start(1)
            if fixed[1] in taken:
                slips.append(
                    (where, "heading-id", f"another heading of this page has the id {fixed[1]}.", "Change one of them.")
                )
            elif PAGE_IDS.fullmatch(fixed[1]):
                slips.append((where, "heading-id", f"the id {fixed[1]} is used by the page itself.", "Choose another."))
            taken.add(fixed[1])
        last = max(level, 2)
        yield HeadingSlips(at, found.end("signs"), tuple(slips))


def underlines(text: str) -> Iterator[Slip]:
    """Headings as other dialects write them."""
    offset, above = 0, ""
    for line in text.split("\n"):
        if above.strip() and "|" not in above and _UNDERLINE.fullmatch(line):
            message = f"a line of {line[0] * 3} right below text is a heading elsewhere, but not here."
            yield offset, "heading-level", message, "Write ## before a heading, and leave an empty line above a rule."
        offset, above = offset + len(line) + 1, line


def cards(text: str, dont_words: Sequence[str], is_reading_link: Callable[[str], Iterator[int]]) -> Iterator[Slip]:
    """Cards and do/don't lists. `is_reading_link` finds in a piece of text the offsets of links that are no contacts."""
    for found in re.finditer(r"^(?P<before>[ \t]*)!!!.*$", text, re.MULTILINE):
        at = found.start() + len(found["before"])
        line = CARD_LINE.fullmatch(found[0])
        if found["before"]:
            yield (
                at,
                "card-form",
                "a card cannot stand inside something else.",
                "Begin the line of !!! at the left edge, after an empty line.",
            )
            continue
        if not line:
            hint = 'Write it as in !!! urgent "Call today if you", with straight quotation marks and none inside.'
            yield at, "card-form", "this cannot be read as the first line of a card.", hint
            continue
        level, inside = line["level"] or "", _inside(text, found.end())
        if level not in CARDS + LISTS:
            yield at, "card-level", f"there is no card called {level or 'nothing'}.", nearest(level, CARDS + LISTS)
        elif level in CARDS and not (line["title"] or "").strip():
            yield (
                at,
                "card-title",
                "the card has no heading.",
                'Write it after the level: !!! urgent "Call today if you".',
            )
        yield from _indents(text, found.end(), at, empty=not inside.strip())
        if level == "emergency":
            for offset in is_reading_link(inside):
                yield (
                    found.end() + offset,
                    "emergency-card",
                    "this link leads somebody in danger away to read.",
                    "Move it below the card.",
                )
        if level == "dont" and dont_words:
            yield from _dont_lines(inside, found.end(), dont_words)


def _inside(text: str, start: int) -> str:
    """What belongs to a card: all lines below it that are indented by a step, and the empty ones between them."""
    end = start
    while end < len(text) and text[end] == "\n":
        stop = text.find("\n", end + 1)
        stop = len(text) if stop < 0 else stop
        line = text[end + 1 : stop]
        if line.strip() and not _INDENT.match(line):
            break
        end = stop
    return text[start:end]


def _indents(text: str, start: int, at: int, *, empty: bool) -> Iterator[Slip]:
    """Lines that were meant to stand in the card and are not indented enough to do so."""
    hint = "Indent by four blanks all that belongs to the card."
    position = start + 1
    for line in text[start + 1 :].split("\n"):
        if not line.strip():
            break
        if not _INDENT.match(line) and (empty or line[0] in " \t"):
            where = position + len(line) - len(line.lstrip())
            yield where, "card-form", "this line is not indented enough to stand in the card.", hint
            return
        if not _INDENT.match(line):
            return
        position += len(line) + 1
    if empty:
        yield at, "card-form", "nothing stands in this card.", hint


def _dont_lines(inside: str, start: int, dont_words: Sequence[str]) -> Iterator[Slip]:
    """Items and paragraphs of a do-not list that do not begin as the site says they must."""
    # a word that ends in a letter must end there; one that ends in an apostrophe (n') is followed by the next one's letter
    said = re.compile(
        "|".join(re.escape(_plain(word)) + (r"(?!\w)" if word[-1].isalnum() else "") for word in dont_words)
    )
    offset, fresh = start, True
    for line in inside.split("\n"):
        step = _INDENT.match(line)
        item = _ITEM.match(line, step.end()) if step else None
        if step and line.strip() and (item or (fresh and not line[step.end()].isspace())):
            begin = item.end() if item else step.end()
            while line[begin : begin + 1] in ("*", "_", "[", '"', "“", "("):
                begin += 1
            if not said.match(_plain(line[begin:])):
                hint = f"Begin it with {' or '.join(dont_words)}."
                yield offset + begin, "dont-list", "a listener could take this line for advice to do it.", hint
        fresh = not line.strip()
        offset += len(line) + 1


def _plain(words: str) -> str:
    return words.replace("\u2019", "'").replace("\u00a0", " ").casefold()
