"""What YAML says when it cannot read a text, in words that help somebody who has never heard of YAML.

Plain data in, plain data out: `source` alone deals with PyYAML. The parser written in C and the one written in Python word and
place the same mistake differently; both are understood here, and both lead to the same sentence and, as far as they tell enough,
the same place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

Found = tuple[int, int, str, str, str]
"""Line and column (from 1, in the text as it was given to YAML), rule, message, hint."""

QUOTE_ALL = "Put quotation marks around the whole value."
UNLIKE_BLANK = "Type an ordinary blank over it."

_ODD = "\u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2060\u202f\u205f\u3000\ufeff"
ODD_BLANK = re.compile(f"[{_ODD}]")
"""Blanks, some without any width, that look ordinary and are not: word processors and web pages put them there."""

_ODD_PLACE = re.compile(
    f"^[ -]*(?P<first>[{_ODD}])|:[ ]*(?P<after>[{_ODD}])|(?P<before>[{_ODD}])[ ]*:|^[ ]*-(?P<item>[{_ODD}])"
)
_NO_BLANK = re.compile(r"^[ ]*(?:- +)*[\w-]+:(?=[^\s/])")
_CUT = re.compile(r"[,\[{][ \t]+#[^\s#]")
_CURLY = re.compile("[\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb]")


@dataclass(frozen=True)
class Complaint:
    """A parser's own words, and the two marks it gives, as (line, column) from 1: where it was, and in what it was."""

    said: str
    at: tuple[int, int]
    during: str = ""
    since: tuple[int, int] | None = None


def odd_blank(line: str) -> tuple[int, str] | None:
    """The column of an odd blank where YAML wants an ordinary one, and a sentence about it."""
    found = _ODD_PLACE.search(line)
    if not found:
        return None
    at = next(found.start(name) for name in ("first", "after", "before", "item") if found[name] is not None)
    return at + 1, f"the blank here is not an ordinary one ({name_of(line[at])}), so YAML does not take it for a blank."


def name_of(sign: str) -> str:
    """A character that cannot be seen, named: ``U+00A0, no-break space``."""
    name = unicodedata.name(sign, "").lower()
    return f"U+{ord(sign):04X}{', ' if name else ''}{name}"


def no_fields(line: str, number: int) -> Found:
    """The whole text is not a list of fields; `line` is the first of it that says anything."""
    if odd := odd_blank(line):
        return number, odd[0], "yaml", odd[1], UNLIKE_BLANK
    if glued := _NO_BLANK.match(line):
        return number, glued.end() + 1, "yaml", "a blank is missing after the colon.", "Write name: value."
    column = len(line) - len(line.lstrip()) + 1
    return (
        number,
        column,
        "yaml",
        "the file must be a list of fields, each written as name: value.",
        "Begin with the first field's name and a colon.",
    )


def understood(complaint: Complaint, lines: Sequence[str]) -> Found:
    """Where the mistake is most likely, which rule it breaks, what is wrong and what to do."""
    line, column = complaint.at
    found = (
        _invisible(complaint, lines)
        or _quotes_and_brackets(complaint, lines)
        or _first_sign(complaint, lines)
        or _order(complaint, lines)
    )
    return found or (
        line,
        column,
        "yaml",
        f"this is not YAML: {complaint.said}.",
        "Check indentation, quotation marks and brackets.",
    )


def _bare_name(lines: Sequence[str], number: int, indent: int) -> int:
    """The line above this one that was meant as the first field below a name, and has no colon; 0 where there is none."""
    first = number
    while (
        first > 1
        and (above := _line(lines, first - 1)).strip()
        and len(above) - len(above.lstrip(" ")) == indent
        and ":" not in above
    ):
        first -= 1
    return first if first < number and re.search(r":[ ]*(?:#.*)?$", _line(lines, first - 1)) else 0


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _invisible(complaint: Complaint, lines: Sequence[str]) -> Found | None:
    """Tabs and odd blanks: what cannot be seen is looked for first, in the line of either mark."""
    if "nesting depth" in complaint.said:
        return *complaint.at, "yaml-depth", "values are nested too deep.", "Flatten them."
    for number in (complaint.at[0], complaint.since[0] if complaint.since else 0):
        text = _line(lines, number)
        if "\t" in text[: len(text) - len(text.lstrip())]:
            return (
                number,
                text.index("\t") + 1,
                "yaml-tab",
                "the line is indented with a tab.",
                "Indent it with blanks.",
            )
        if odd := odd_blank(text):
            return number, odd[0], "yaml", odd[1], UNLIKE_BLANK
    return None


def _quotes_and_brackets(complaint: Complaint, lines: Sequence[str]) -> Found | None:
    (line, column), during, since = complaint.at, complaint.during, complaint.since
    before = _line(lines, line)[: column - 1].rstrip()
    if "escape character" in complaint.said:
        at = column if _line(lines, line)[column - 1 : column] == "\\" else column - 1
        return (
            line, at, "yaml", "between double quotation marks a backslash begins a code, and there is no such code.",
            "Write the backslash twice, or put single quotation marks around the value.",
        )  # fmt: skip
    if since and ("quoted scalar" in during) and ("end of stream" in complaint.said or "document" in complaint.said):
        return *since, "yaml", "this quotation mark is never closed.", "Put the same mark at the end of the value."
    flow = since and ("flow sequence" in during or "flow mapping" in during)
    if flow or "flow" in during or "node content" in complaint.said:
        for number in range(line, max(line - 3, 0), -1):
            if cut := _CUT.search(_line(lines, number)):
                shown = _line(lines, number)[cut.end() - 2 :].strip()
                message = f"there is no value before {shown!r}, which YAML takes for a comment."
                return number, cut.end() - 1, "cut-by-comment", message, QUOTE_ALL
    expected = (
        flow or "expected key" in complaint.said or "'-' indicator" in complaint.said or "<block end>" in complaint.said
    )
    if expected and before.endswith(('"', "'")):
        return (
            line, column, "yaml", "text follows a quotation mark that closes the value.",
            "Put the marks around the whole value, and use the other kind of mark inside it. See too that the marks above are closed.",
        )  # fmt: skip
    if flow and since:
        bracket = "[" if "sequence" in during else "{"
        if since[0] != line:
            closing = "]" if bracket == "[" else "}"
            return (
                *since,
                "yaml",
                f"the bracket {bracket} is never closed.",
                f"Close it with {closing}, or put quotation marks around the whole value.",
            )
        return (
            line, column, "yaml", "a comma or a bracket is missing here.",
            "Close each bracket, and put quotation marks around a value that holds a comma, a colon or a bracket.",
        )  # fmt: skip
    if expected and before.endswith(("]", "}")):
        opening = "[" if before.endswith("]") else "{"
        return (
            line,
            column,
            "yaml",
            f"text follows a closing bracket: a value that begins with {opening} is a list to YAML.",
            QUOTE_ALL,
        )
    return None


def _first_sign(complaint: Complaint, lines: Sequence[str]) -> Found | None:
    """Values that begin with a sign which means something to YAML."""
    (line, column), during, said, since = complaint.at, complaint.during, complaint.said, complaint.since
    sign = _line(lines, line)[column - 1 : column]
    if "cannot start any token" in said:
        return line, column, "yaml", f"a value cannot begin with {sign}.", QUOTE_ALL
    if since and ("alias" in during or "anchor" in during or "tag" in during):
        return *since, "yaml", f"a value cannot begin with {_line(lines, since[0])[since[1] - 1]}.", QUOTE_ALL
    if "block scalar" in during:
        hint = "Begin the text on the next line, indented; or put quotation marks around the whole value."
        return line, column, "yaml", "nothing may follow > or | on its line.", hint
    if "sequence entries are not allowed" in said:
        hint = "Begin the list on the next line; or put quotation marks around the whole value, if the hyphen belongs to it."
        return line, column, "yaml", "a list cannot begin on the line of its field's name.", hint
    if "mapping keys are not allowed" in said or "expected the node content" in said or "expected node content" in said:
        return (
            line,
            column,
            "yaml",
            f"a value cannot begin with {sign}." if sign.strip() else "a value is missing here.",
            QUOTE_ALL,
        )
    if "directive" in during:
        return (
            line,
            1,
            "yaml",
            "a line cannot begin with %.",
            "Delete the line, or indent it under the field that it belongs to.",
        )
    return None


def _order(complaint: Complaint, lines: Sequence[str]) -> Found | None:
    """Colons and indentation."""
    (line, column), said, since = complaint.at, complaint.said, complaint.since
    text = _line(lines, line)
    indent = len(text) - len(text.lstrip(" "))
    if "mapping values are not allowed" in said:
        if bare := _bare_name(lines, line, indent):
            hint = "Write name: value, or indent the line under the field that it belongs to."
            return bare, indent + 1, "yaml", "a field's name without a colon.", hint
        if line > 1 and indent and not re.search(r":\s|^[ ]*- ", text[: column - 1]):
            return (
                line, indent + 1, "yaml", "this field is indented deeper than the one above it, which has its value already.",
                "Begin it exactly under the first letter of the field above.",
            )  # fmt: skip
        hint = (
            "Put straight quotation marks, \" or ', around the whole value: curly ones are letters to YAML."
            if _CURLY.search(text)
            else QUOTE_ALL
        )
        return line, column, "yaml", "a second colon in this value ends it.", hint
    if "could not find expected ':'" in said and since:
        glued = _NO_BLANK.match(_line(lines, since[0]))
        if glued:
            return since[0], glued.end() + 1, "yaml", "a blank is missing after the colon.", "Write name: value."
        return (
            *since,
            "yaml",
            "a field's name without a colon.",
            "Write name: value, or indent the line under the field that it belongs to.",
        )
    if "<document start>" in said:
        return (
            line,
            column,
            "yaml",
            "this line stands further left than the first field.",
            "Begin every field at the left edge.",
        )
    if "expected key" in said or "'-' indicator" in said or "<block end>" in said:
        if text[column - 1 : column] == ":":
            return line, column, "yaml", "a colon without a field's name before it.", "Write name: value."
        if text.lstrip().startswith("- ") and "block mapping" in complaint.during and indent == column - 1:
            return (
                line, column, "yaml", "this list item is not in line with a list.",
                "Begin every item of a list exactly under the one before; the list stands below a field that has no value of its own.",
            )  # fmt: skip
        return (
            line,
            column,
            "yaml",
            "this line is not in line with those above it.",
            "Begin it exactly under the first letter of the line that it goes with.",
        )
    return None
