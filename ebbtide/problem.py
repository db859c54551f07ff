"""Where something stands (`Place`), what is wrong with it (`Problem`), and how problems are written down.

A problem is a value, never an exception: reading goes on, and all problems are shown at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["error", "warning"]

Loc = tuple[str | int, ...]
"""The path to a value inside a document, as pydantic writes it: ``("questions", "low", "ask")``."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A file and the line and column in it. Lines and columns count from 1; columns count characters."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong: where, which rule says so, and what to do about it.

    `message` is a sentence that says what is wrong; `hint` is a sentence that says what to do.
    Problems sort by place.
    """

    place: Place
    level: Level
    rule: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Places:
    """The place of every key and every value of one document, by its path from the document's root.

    A view made by `sub` starts at an inner value, so that a model made from one part of a file needs to know nothing
    of the rest.
    """

    path: str
    values: Mapping[Loc, Place] = field(default_factory=dict, repr=False)
    keys: Mapping[Loc, Place] = field(default_factory=dict, repr=False)
    prefix: Loc = ()
    texts: Mapping[Loc, int] = field(default_factory=dict, repr=False)
    """Of each value written on one line: how many columns after its place its text begins, 1 where a quotation mark opens it."""

    def sub(self, *loc: str | int) -> Places:
        """The same document seen from the value at `loc`."""
        return Places(self.path, self.values, self.keys, self.prefix + loc, self.texts)

    def inside(self, offset: int, *loc: str | int) -> Place:
        """The place of a character of the value at `loc`, counted from 0; of the whole value where it is not on one line."""
        place, whole = self.at(*loc), self.prefix + loc
        return (
            Place(place.path, place.line, place.column + self.texts[whole] + offset) if whole in self.texts else place
        )

    def at(self, *loc: str | int) -> Place:
        """The place of the value at `loc`, or of the nearest value around it that stands in the file."""
        return self._nearest(self.values, self.prefix + loc)

    def key(self, *loc: str | int) -> Place:
        """The place of the key at `loc`; where it is not a key (a list item, the whole file), the place of the value."""
        whole = self.prefix + loc
        return self.keys.get(whole) or self._nearest(self.values, whole)

    def has(self, *loc: str | int) -> bool:
        """Whether a value stands at `loc` in the file."""
        return self.prefix + loc in self.values

    def _nearest(self, table: Mapping[Loc, Place], loc: Loc) -> Place:
        while loc not in table and loc:
            loc = loc[:-1]
        return table.get(loc, Place(self.path))


def as_text(problem: Problem) -> str:
    """``path:line:column: level[rule] message hint``, one line, whatever a file's text brings into it."""
    whole = " ".join(filter(None, (f"{problem.place}: {problem.level}[{problem.rule}]", problem.message, problem.hint)))
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", whole)


def as_github(problem: Problem) -> str:
    """An annotation that GitHub shows beside the line of a change."""

    def escape(text: str, *, is_property: bool = False) -> str:
        for raw, coded in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
            text = text.replace(raw, coded)
        return text.replace(":", "%3A").replace(",", "%2C") if is_property else text

    place = problem.place
    return (
        f"::{problem.level} file={escape(place.path, is_property=True)},line={place.line},col={place.column},"
        f"title={escape(problem.rule, is_property=True)}::{escape(f'{problem.message} {problem.hint}'.strip())}"
    )


def as_dict(problem: Problem) -> dict[str, str | int]:
    """The keys that ``--format json`` prints for a problem."""
    place = problem.place
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "level": problem.level,
        "rule": problem.rule,
        "message": problem.message,
        "hint": problem.hint,
    }


def as_json(problems: Sequence[Problem], **more: object) -> str:
    """One JSON document: ``{"problems": [...], ...}``."""
    return json.dumps({"problems": [as_dict(problem) for problem in problems], **more}, ensure_ascii=False, indent=2)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that stop a build."""
    return [problem for problem in problems if problem.level == "error"]
