"""What every format is read into: `Entry` rows as their file has them, and what was noticed on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Kind = Literal["phone", "intake"]


class Service(NamedTuple):
    """What a place offers: a category's code, and the service's name in that category, as `plain` makes it."""

    category: str
    name: str


class Entry(NamedTuple):
    """One row of a file, its texts as they are, blanks around them taken off. Absent texts are empty."""

    where: str
    """The file and the row in it, for the report."""
    name: str
    part: str = ""
    street: str = ""
    street2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    latitude: str = ""
    longitude: str = ""
    website: str = ""
    phones: tuple[tuple[Kind, str], ...] = ()
    services: frozenset[Service] = frozenset()
    facets: frozenset[str] = frozenset()
    """Facets that the file names itself; only a plain table does."""
    notes: str = ""
    id: str = ""


class Unreadable(Exception):
    """A file is not what its format says. Carries two sentences: what is wrong, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message, self.hint = message, hint


@dataclass
class Gathered:
    """All rows of one file, and what could not be understood in it: counted, and never guessed at."""

    format: str
    entries: list[Entry] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    """Codes, texts and columns that no legend knows, with the number of rows that have them."""
    known: int = 0
    """How many values the legend knew."""
    moved: Counter[str] = field(default_factory=Counter)
    """Services found by their name alone, because their category has another code in this file."""
    broken: list[tuple[str, str]] = field(default_factory=list)
    """Rows that could not be read at all, and why."""
    notes: list[str] = field(default_factory=list)
    """Sentences about the file for the report."""
    named: frozenset[Service] = frozenset()
    """All services that the file's own legend names, where it has one."""

    def unknowns(self, values: Iterable[str]) -> None:
        self.unknown.update(values)
