"""Bytes of a file -> its fields and its body, with the line and column of each. The only user of PyYAML.

Scalars stay text: ``No``, ``12:30``, ``1.10`` and ``~`` mean what they say until the schema asks for another type. An empty
value (``key:`` and nothing after it) is None. Every doubt about a file is a `Problem`; nothing here raises for what a file says.
"""

from __future__ import annotations

import codecs
import re
import stat
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ebbtide import table
from ebbtide.complaints import ODD_BLANK, QUOTE_ALL, UNLIKE_BLANK, Complaint, Found, name_of, no_fields, understood
from ebbtide.problem import Loc, Place, Places, Problem
from ebbtide.table import Table

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # a PyYAML built without libyaml: slower, the same events
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

RULES: Mapping[str, str] = {
    "unreadable": "Every file can be opened.",
    "file-size": "No file is larger than 2 MiB, and no table larger than 16 MiB.",
    "encoding": "Every file is UTF-8 text, and no character of it was lost on the way.",
    "control-character": "No character that cannot be seen, such as a control code, stands in a file.",
    "empty": "No YAML file is empty.",
    "front-matter": "An article begins with fields between two lines of three hyphens.",
    "yaml": "What should be YAML is YAML, and its top level is a list of fields.",
    "yaml-tab": "No line of YAML is indented with a tab.",
    "yaml-depth": "Values are not nested out of all measure.",
    "yaml-size": "Repeats (anchors and aliases) do not swell a file out of all measure.",
    "yaml-alias": "An alias refers to something that stands above it, and an anchor is used.",
    "yaml-tag": "YAML's tags are not used.",
    "duplicate-key": "No field stands twice in one place.",
    "cut-by-comment": "No value is cut short by a # that was meant as text.",
    **table.RULES,
}

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 40
MAX_VALUES = 50_000
"""Values in one document once aliases are written out. A facility list has its own reader; nothing else comes near."""


@dataclass(frozen=True)
class Document:
    """One file as read: its fields, the places of all of them, and for Markdown the body with the line it starts on."""

    path: str
    fields: dict[str, Any]
    places: Places
    body: str = ""
    body_line: int = 1


class _Refused(Exception):
    """Leaves the YAML walk early; never leaves this module."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read_yaml(file: Path, path: str) -> tuple[Document | None, list[Problem]]:
    """Read a YAML file whose top level is a mapping.

    `path` is how problems name the file. Returns no document where the file cannot be understood at all.
    """
    text, problems = read_text(file, path)
    return parse_yaml(text, path, problems) if text is not None else (None, problems)


def read_markdown(file: Path, path: str) -> tuple[Document | None, list[Problem]]:
    """Read a Markdown file that begins with front matter between two lines of three hyphens."""
    text, problems = read_text(file, path)
    return parse_markdown(text, path, problems) if text is not None else (None, problems)


def parse_yaml(text: str, path: str, problems: list[Problem] | None = None) -> tuple[Document | None, list[Problem]]:
    """As `read_yaml`, of text already decoded."""
    problems = [] if problems is None else problems
    fields, places = _compose(_visible(text, path, problems), path, 0, problems)
    return (None if fields is None else Document(path, fields, places)), problems


_FENCE = re.compile(r"---[ \t]*(?:\n|$)")


def parse_markdown(
    text: str, path: str, problems: list[Problem] | None = None
) -> tuple[Document | None, list[Problem]]:
    """As `read_markdown`, of text already decoded."""
    problems = [] if problems is None else problems
    lines = _visible(text, path, problems).split("\n")
    if not _FENCE.fullmatch(lines[0]):
        problems.append(
            _problem(Place(path), "front-matter", "the file does not begin with front matter.",
                     "Make the first line --- and put the title and the other fields between it and a second ---.")
        )  # fmt: skip
        return None, problems
    end = next((number for number, line in enumerate(lines[1:], 1) if _FENCE.fullmatch(line)), None)
    if end is None:
        problems.append(
            _problem(
                Place(path),
                "front-matter",
                "the front matter is never closed.",
                "Put a line of --- after its last field.",
            )
        )
        return None, problems
    fields, places = _compose("\n".join(lines[1:end]) + "\n", path, 1, problems)
    if fields is None:
        return None, problems
    return Document(path, fields, places, "\n".join(lines[end + 1 :]), end + 2), problems


def parse_table(data: bytes, path: str) -> tuple[Table | None, list[Problem]]:
    """The table in a file of comma-separated values, whose first line names its columns."""
    text, problems = decoded(data, path)
    if text is None:
        return None, problems
    made, found = table.parse_table(_visible(text, path, problems), path)
    return made, problems + found


def read_text(file: Path, path: str) -> tuple[str | None, list[Problem]]:
    """The text of a file: UTF-8, with or without a byte-order mark, line ends made one kind."""
    data, problem = read_bytes(file, path)
    if data is None:
        return None, [problem] if problem else []
    return decoded(data, path)


def decoded(data: bytes, path: str) -> tuple[str | None, list[Problem]]:
    """As `read_text`, of bytes already read."""
    place = Place(path)
    data = data.removeprefix(codecs.BOM_UTF8)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None, [_problem(place, "encoding", "the file is saved as UTF-16.", "Save it again as UTF-8.")]
    try:
        text = _one_line_end(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        where = _at(_one_line_end(data[: error.start].decode("utf-8")), path)
        return None, [_problem(where, "encoding", "a character here is not UTF-8.", "Save the file again as UTF-8.")]
    if (nul := text.find("\0")) >= 0:
        where = _at(text[:nul], path)
        return None, [
            _problem(
                where, "encoding", "the file holds a NUL byte, so it is not plain text.", "Save it again as UTF-8 text."
            )
        ]
    return text, []


def read_bytes(file: Path, path: str, limit: int = MAX_BYTES) -> tuple[bytes | None, Problem | None]:
    """The bytes of a file that is no larger than a file may be, or the problem with it.

    Asks first what it is: reading from a pipe or a device that lies in the folder would never end.
    """
    place = Place(path)
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            return None, _problem(place, "unreadable", "this is not a file that can be read.", "Delete it.")
        if found.st_size > limit:
            message = f"the file is larger than {limit // 1024**2} MiB."
            return None, _problem(place, "file-size", message, "Split it, or check that it is the right file.")
        return file.read_bytes(), None
    except OSError as error:
        return None, _problem(
            place, "unreadable", f"the file cannot be read: {error.strerror}.", "Check its name and permissions."
        )


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _at(before: str, path: str) -> Place:
    """The place that follows a text which begins the file."""
    return Place(path, before.count("\n") + 1, len(before) - before.rfind("\n"))


_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufff9-\uffff\ud800-\uf8ff]")
_MANY = 20
"""Problems of one kind in one file, after which the rest go unsaid: the file is then no text at all."""


def _visible(text: str, path: str, problems: list[Problem]) -> str:
    """The text with a blank for each character that cannot be seen; what they were is reported.

    Word processors leave such characters behind (line separators, vertical tabs, bullets of a font of their own). Some end a line for YAML and for nobody else, so
    they would make the line numbers of all other problems wrong.
    """
    text = _one_line_end(text)
    starts = _line_starts(text)
    for number, found in enumerate(_UNSEEN.finditer(text)):
        if number == _MANY:
            break
        line = bisect_right(starts, found.start())
        where = Place(path, line, found.start() - starts[line - 1] + 1)
        if found[0] == "\ufffd":
            problems.append(
                _problem(where, "encoding", "a character was lost here when the file was converted.", "Write it again.")
            )
        else:
            message = f"a character that cannot be seen stands here ({name_of(found[0])})."
            problems.append(_problem(where, "control-character", message, "Delete it."))
    return _UNSEEN.sub(lambda found: found[0] if found[0] == "\ufffd" else " ", text)


def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", text))]


def _compose(text: str, path: str, offset: int, problems: list[Problem]) -> tuple[dict[str, Any] | None, Places]:
    """Fields of a YAML text whose first line is line `offset + 1` of the file."""
    values: dict[Loc, Place] = {}
    keys: dict[Loc, Place] = {}
    texts: dict[Loc, int] = {}
    places = Places(path, values, keys, texts=texts)
    walk = _Walk(text, path, offset, values, keys, texts, problems)
    try:
        return walk.document(), places
    except _Refused as refused:
        problems.append(refused.problem)
    except yaml.MarkedYAMLError as error:
        walk.syntax(error)
    except (
        yaml.YAMLError
    ) as error:  # only characters that YAML forbids have no mark, and `_visible` has taken those out
        problems.append(
            _problem(
                Place(path, 1 + offset), "yaml", f"this is not YAML: {error}.", "Save the file again as UTF-8 text."
            )
        )
    return None, places


def _on_one_line(event: Any) -> bool:
    return bool(event.start_mark.line == event.end_mark.line)


class _Walk:
    """Builds plain values out of YAML events, noting places. Events, not nodes, so that depth is bounded before it hurts."""

    def __init__(
        self,
        text: str,
        path: str,
        offset: int,
        values: dict[Loc, Place],
        keys: dict[Loc, Place],
        texts: dict[Loc, int],
        problems: list[Problem],
    ) -> None:
        self.lines = text.split("\n")
        self.path, self.offset = path, offset
        self.values, self.keys, self.texts, self.problems = values, keys, texts, problems
        self.events: Iterator[Any] = yaml.parse(text, Loader=Loader)
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.unused: dict[str, Place] = {}
        self.cut: set[int] = set()
        self.count = 0

    def place(self, mark: Any, ahead: int = 0) -> Place:
        return Place(self.path, mark.line + 1 + self.offset, mark.column + 1 + ahead)

    def wrong(self, place: Place, rule: str, message: str, hint: str) -> None:
        self.problems.append(_problem(place, rule, message, hint))

    def refused(self, found: Found) -> _Refused:
        line, column, rule, message, hint = found
        return _Refused(_problem(Place(self.path, line + self.offset, column), rule, message, hint))

    def document(self) -> dict[str, Any]:
        next(self.events)  # stream start
        if isinstance(event := next(self.events), yaml.StreamEndEvent):
            raise self.refused((1, 1, "empty", "there is nothing here.", "Write the fields, or delete the file."))
        event = next(self.events)
        if not isinstance(event, yaml.MappingStartEvent):
            line = event.start_mark.line
            raise self.refused(no_fields(self.lines[line] if line < len(self.lines) else "", line + 1))
        fields = self.value(event, ())
        next(self.events)  # document end
        if not isinstance(event := next(self.events), yaml.StreamEndEvent):
            raise _Refused(
                _problem(
                    self.place(event.start_mark), "yaml", "a second document begins here.", "Delete the line of ---."
                )
            )
        for name, place in self.unused.items():
            self.wrong(place, "yaml-alias", f"&{name} names a value for repeating, and nothing repeats it.",
                       "Delete it; or, if it belongs to a text, put quotation marks around the whole value.")  # fmt: skip
        assert isinstance(fields, dict)
        return fields

    def value(self, event: Any, loc: Loc) -> Any:
        self.counted(event, 1)
        if len(loc) > MAX_DEPTH:
            raise _Refused(
                _problem(
                    self.place(event.start_mark),
                    "yaml-depth",
                    f"values are nested more than {MAX_DEPTH} deep.",
                    "Flatten them.",
                )
            )
        self.values[loc] = self.place(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        self.no_tag(event)
        before = self.count
        result: Any
        if isinstance(event, yaml.ScalarEvent):
            result = None if not event.style and event.value == "" else event.value
            if self.as_it_stands(event):
                self.texts[loc] = 1 if event.style else 0
            self.judged(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            result = []
            while not isinstance(item := next(self.events), yaml.SequenceEndEvent):
                result.append(self.value(item, (*loc, len(result))))
        else:
            result = self.mapping(loc, flow=bool(event.flow_style))
        self.anchor(event, result, self.count - before + 1)
        return result

    def mapping(self, loc: Loc, *, flow: bool) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(key := next(self.events), yaml.MappingEndEvent):
            place, name = self.place(key.start_mark), self.name(key)
            inner = (*loc, name)
            if not name or name in result:
                if name:
                    first = self.keys[inner]
                    self.wrong(
                        place,
                        "duplicate-key",
                        f"{name} stands twice; the first is on line {first.line}.",
                        "Keep one of them.",
                    )
                self.value(next(self.events), (*inner, -1))  # read past it, judge the first; no field's path holds -1
                continue
            event = next(self.events)
            if (
                flow
                and not key.style
                and isinstance(event, yaml.ScalarEvent)
                and event.value == ""
                and not event.style
                and self.bare(key)
            ):
                # {to: page:help, say: Call, or write} holds three fields, the last of them without a value
                if result:
                    self.wrong(
                        place,
                        "yaml",
                        f"the comma before {name!r} ends the value, and this is taken for another field.",
                        QUOTE_ALL,
                    )
                else:
                    self.wrong(
                        place,
                        "yaml",
                        "a field's name without a colon.",
                        f"Write {name}: and its value, or leave the brackets out.",
                    )
                continue
            self.keys[inner] = place
            result[name] = None
            result[name] = self.value(event, inner)
        return result

    def name(self, key: Any) -> str:
        """The name of a field, or nothing where there is none."""
        place = self.place(key.start_mark)
        if not isinstance(key, yaml.ScalarEvent):
            raise _Refused(
                _problem(
                    place,
                    "yaml",
                    "a field's name must be plain text.",
                    "Write it as name: value, the name in quotation marks if need be.",
                )
            )
        self.no_tag(key)
        if key.value == "<<" and not key.style:
            raise _Refused(_problem(place, "yaml", "the merge key << is not used here.", "Write the fields out."))
        self.anchor(key, key.value, 1)
        name: str = key.value
        if not name.strip():
            self.wrong(place, "yaml", "a colon without a field's name before it.", "Write name: value.")
            return ""
        if not key.style and (odd := ODD_BLANK.search(name)):
            message = f"the blank here is not an ordinary one ({name_of(odd[0])}), so it is taken for a part of the field's name."
            ahead = odd.start() if _on_one_line(key) else 0
            self.wrong(self.place(key.start_mark, ahead), "yaml", message, UNLIKE_BLANK)
            name = ODD_BLANK.sub(" ", name).strip()
        return name

    def bare(self, key: Any) -> bool:
        """Whether no colon follows a name."""
        mark = key.end_mark
        line = self.lines[mark.line] if mark.line < len(self.lines) else ""
        return not re.compile(r"[ \t]*:").match(line, mark.column)

    def as_it_stands(self, event: Any) -> bool:
        """Whether a value stands in the file as it is read: on one line, and without a code for a character in it."""
        if not _on_one_line(event) or event.style in ("|", ">"):
            return False
        start = event.start_mark.column + (1 if event.style else 0)
        line = self.lines[event.start_mark.line] if event.start_mark.line < len(self.lines) else ""
        return line.startswith(event.value, start)

    def no_tag(self, event: Any) -> None:
        if event.tag not in (None, "!"):
            shown = event.tag.replace("tag:yaml.org,2002:", "!!")
            hint = "Delete the word that begins with !; or, if it is text, put quotation marks around the whole value."
            raise _Refused(
                _problem(
                    self.place(event.start_mark),
                    "yaml-tag",
                    f"{shown} is a tag to YAML, and tags are not used here.",
                    hint,
                )
            )

    def anchor(self, event: Any, value: Any, size: int) -> None:
        if event.anchor:
            self.anchors[event.anchor] = (value, size)
            self.unused[event.anchor] = self.place(event.start_mark)

    def alias(self, event: Any) -> Any:
        if event.anchor not in self.anchors:
            hint = "Write the value out; or, if the star belongs to a text, put quotation marks around the whole value."
            raise _Refused(
                _problem(
                    self.place(event.start_mark), "yaml-alias", f"*{event.anchor} refers to itself or to nothing.", hint
                )
            )
        self.unused.pop(event.anchor, None)
        result, size = self.anchors[event.anchor]
        self.counted(event, size)
        return result  # a problem inside it is shown at the alias, the nearest place that the file has

    def counted(self, event: Any, size: int) -> None:
        self.count += size
        if self.count > MAX_VALUES:
            raise _Refused(
                _problem(self.place(event.start_mark), "yaml-size", f"the file comes to more than {MAX_VALUES:,} values.",
                         "Write repeated parts out, or split the file.")
            )  # fmt: skip

    def judged(self, event: Any) -> None:
        """Reports what became of a value unseen."""
        if event.style == '"':
            if found := _UNSEEN.search(event.value):
                message = f"a code in this value stands for a character that cannot be seen ({name_of(found[0])})."
                self.wrong(
                    self.place(event.start_mark),
                    "control-character",
                    message,
                    "Delete the code: a backslash and what follows it.",
                )
        elif not event.style and event.end_mark.line < len(self.lines):
            self.comment(event)
            self.swallowed(event)

    def comment(self, event: Any) -> None:
        """YAML cuts a plain value at a blank and a #. A comment has a blank after the #; a number sign has none."""
        line, column = self.lines[event.end_mark.line], event.end_mark.column
        if found := _NUMBER_SIGN.match(line, column):
            if not event.value and not line[:column].rstrip().endswith((":", "-", ",", "[", "{")):
                return
            shown = line[found.start("sign") :].strip()
            shown = shown if len(shown) <= 60 else f"{shown[:57]}…"
            self.cut.add(event.end_mark.line + 1)
            what = "the value ends before" if event.value else "there is no value before"
            where = self.place(event.end_mark, found.start("sign") - column)
            self.wrong(where, "cut-by-comment", f"{what} {shown!r}, which YAML takes for a comment.", QUOTE_ALL)

    def swallowed(self, event: Any) -> None:
        """A plain value may go on in the next lines; one of these that looks like a list item was meant as one."""
        for number in range(event.start_mark.line + 1, event.end_mark.line + 1):
            text = self.lines[number]
            if re.match(r" *- ", text):
                indent = len(text) - len(text.lstrip())
                where = Place(self.path, number + 1 + self.offset, indent + 1)
                self.wrong(where, "yaml", "this list item is read as a part of the line above it.",
                           "Begin every item of a list exactly under the one before.")  # fmt: skip

    def syntax(self, error: yaml.MarkedYAMLError) -> None:
        """Reports that the parser gave up, unless that only follows from what is reported already: a value cut short, or a
        character that ends a line unseen."""
        mark = error.problem_mark or error.context_mark
        at = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        since = (error.context_mark.line + 1, error.context_mark.column + 1) if error.context_mark else None
        touched = {at[0], since[0] if since else 0}
        if (
            self.lines[at[0] - 1 : at[0]]
            and self.lines[at[0] - 1][:1].isspace()
            and "mapping values" not in str(error.problem)
        ):
            touched.add(at[0] - 1)  # the line would go on with a value that was cut
        unseen = {each.place.line - self.offset for each in self.problems if each.rule == "control-character"}
        if self.cut & touched or unseen & touched:
            return
        found = understood(Complaint(error.problem or "it cannot be read", at, error.context or "", since), self.lines)
        self.problems.append(self.refused(found).problem)


_NUMBER_SIGN = re.compile(r"[ \t]+(?P<sign>#)[^\s#]")


def _problem(place: Place, rule: str, message: str, hint: str) -> Problem:
    return Problem(place, "error", rule, message, hint)
