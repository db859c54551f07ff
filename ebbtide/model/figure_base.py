"""What all figures share: the words of a text alternative, the lengths that can be drawn, and the fields of every figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from ebbtide.model.base import Strict, Text
from ebbtide.model.reference import SourceId
from ebbtide.problem import Loc

Title = Annotated[Text, Field(max_length=70)]
Sentence = Annotated[Text, Field(max_length=160)]
Line = Annotated[Text, Field(max_length=90)]
Label = Annotated[Text, Field(max_length=42)]
StepName = Annotated[Text, Field(max_length=18)]
Short = Annotated[Text, Field(max_length=12)]
Amount = Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=2)]
Day = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2)]

Fault = tuple[Loc, str, str, str]
"""Where in the file, the rule, what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word or sentence of the templates' by its key in ``parts/words.html``, and the values for its blanks. A number is written
    as the site's language writes it."""

    key: str
    values: tuple[tuple[str, str | Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the text alternative: its words in parts, the sources of what it says, where it leads, and the lines below it."""

    say: tuple[str | Word, ...]
    sources: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    below: tuple[Told, ...] = ()


def lines(told: tuple[Told, ...]) -> Iterator[Told]:
    """Every line, in the order in which it is read."""
    for line in told:
        yield line
        yield from lines(line.below)


class FigureBase(Strict):
    """What every figure has."""

    title: Title
    caption: Annotated[Text, Field(max_length=400)]
    """A sentence or three below the title. The only words of a figure that may hold links and citations."""
    alt: Annotated[Text, Field(max_length=240)]
    """What the picture shows, in one sentence, for those who cannot see it. All the rest is told from the data."""
    sources: Annotated[tuple[SourceId, ...], Field(min_length=1)]
    ordered: ClassVar[bool] = False
    """Whether the lines of the text alternative are numbered."""

    def told(self) -> tuple[Told, ...]:
        """The text alternative."""
        raise NotImplementedError

    def faults(self) -> Iterator[Fault]:
        """What is wrong with data that the schema lets through."""
        raise NotImplementedError

    def pointers(self) -> Iterator[tuple[Loc, str]]:
        """Every pointer, with where it stands."""
        yield from ()

    def cited(self) -> Iterator[tuple[Loc, str]]:
        """Every id of a source, with where it stands."""
        for loc, value in texts(self.model_dump()):
            if len(loc) > 1 and loc[-2] == "sources":
                yield loc, value

    def words(self) -> Iterator[tuple[Loc, str]]:
        """All that is drawn or told as it stands, with where it stands."""
        for loc, value in texts(self.model_dump()):
            field = next(step for step in reversed(loc) if isinstance(step, str))
            if field not in _NOT_WORDS or loc[0] == "levels":
                yield loc, value


_NOT_WORDS = frozenset(
    ("kind", "basis", "caption", "sources", "to", "low", "high", "yes", "no", "level")
)  # fmt: skip
"""Fields whose text is an id, a choice, or converted as running text."""


def texts(value: object, loc: Loc = ()) -> Iterator[tuple[Loc, str]]:
    """Every text in plain data, with its path."""
    if isinstance(value, str):
        yield loc, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, (*loc, key))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from texts(inner, (*loc, number))


def stopped(words: str) -> str:
    """Words that are drawn without a stop, as a sentence that others may follow."""
    return f"{words}." if words[-1].isalnum() else words


def twice(named: list[tuple[Loc, str]]) -> Iterator[Fault]:
    """A fault for each that is named again, whatever its capital letters."""
    seen: set[str] = set()
    for loc, words in named:
        if words.casefold() in seen:
            yield loc, "figure-twice", f"{words} stands here twice.", "Keep one of them."
        seen.add(words.casefold())
