"""Figures: pictures drawn at build from what stands in ``figures/<id>.yaml``, and what they say in words.

A figure's text alternative is told from the same fields as its drawing, so the two cannot disagree. Words that are drawn are plain;
only the caption may hold links and citations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ebbtide.model.base import Id, Strict, nearest, parse
from ebbtide.model.figure_base import (
    Amount,
    Day,
    Fault,
    FigureBase,
    Label,
    Line,
    Sentence,
    Short,
    StepName,
    Told,
    Word,
    stopped,
    twice,
)  # fmt: skip
from ebbtide.model.figure_tree import Tree
from ebbtide.model.reference import SourceId
from ebbtide.problem import Places, Problem

RULES: Mapping[str, str] = {
    "figure-words": "Words that are drawn in a figure are plain: citations and links stand in its caption or in fields of their own.",
    "figure-days": "The days of a course begin at 0 or later, and each comes after the one before it.",
    "figure-band": "The ends of a course's band are two of its levels, the low one not above the high one.",
    "figure-twice": "What a figure names stands in it once.",
    "figure-steps": "The steps of a staircase fall; only a pause stays where it is.",
    "figure-tree": "In a decision tree every answer leads on, no way leads back, and every question and outcome is reached.",
    "figure-emergency": "An outcome that is an emergency leads to somebody to call, and to nothing to read.",
}

# course


class Point(Strict):
    """How strong something is on one day: somewhere between two levels."""

    day: Day
    say: Label | None = None
    """The same in words, where "Day 0.25" would not be said."""
    low: Id
    high: Id


class Trend(Strict):
    """What is followed over the days."""

    name: Label
    points: Annotated[tuple[Point, ...], Field(min_length=3, max_length=12)]
    after: Sentence | None = None
    """How it goes on after the last day. Without it, the course ends there."""
    sources: tuple[SourceId, ...] = ()


class Course(FigureBase):
    """How strong something is over days, as a band between the least and the most that is known of it."""

    kind: Literal["course"]
    basis: Literal["described", "measured"]
    """Whether people have described it, or somebody has measured it. The drawing says so."""
    axis: Label
    """What the days are counted from, in words."""
    levels: Annotated[dict[Id, Short], Field(min_length=2, max_length=5)]
    """The levels that there are, the least first."""
    courses: Annotated[tuple[Trend, ...], Field(min_length=1, max_length=3)]

    def told(self) -> tuple[Told, ...]:
        basis = Told((Word(f"figure-{self.basis}"),))
        return basis, *(
            Told((f"{course.name}:",), course.sources, below=tuple(self._told(course))) for course in self.courses
        )

    def _told(self, course: Trend) -> Iterator[Told]:
        for point in course.points:
            low, high = self.levels[point.low], self.levels[point.high]
            when = f"{point.say}:" if point.say else Word("figure-day", (("n", point.day),))
            yield Told((when, low if low == high else Word("figure-range", (("low", low), ("high", high)))))
        if course.after:
            yield Told((course.after,))

    def faults(self) -> Iterator[Fault]:
        ids = list(self.levels)
        for number, course in enumerate(self.courses):
            last: Decimal | None = None
            for index, point in enumerate(course.points):
                at = "courses", number, "points", index
                if last is not None and point.day <= last:
                    yield (
                        (*at, "day"), "figure-days", f"day {point.day} does not come after day {last}.",
                        "Put the days in order, each once.",
                    )  # fmt: skip
                last = point.day
                unknown = [name for name in ("low", "high") if getattr(point, name) not in ids]
                for name in unknown:
                    level = getattr(point, name)
                    yield (*at, name), "figure-band", f"there is no level {level}.", nearest(level, ids)
                if not unknown and ids.index(point.low) > ids.index(point.high):
                    message = f"the low end, {point.low}, is above the high end, {point.high}."
                    yield (*at, "low"), "figure-band", message, "Change one of them, or the order of the levels."
        yield from twice([(("courses", number, "name"), course.name) for number, course in enumerate(self.courses)])
        yield from twice([(("levels", id), word) for id, word in self.levels.items()])


# overlap


class Item(Strict):
    say: Label
    sources: tuple[SourceId, ...] = ()


class Side(Strict):
    name: Label
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=9)]


class Overlap(FigureBase):
    """What two things share: what only the first has, what both have, and what only the second has."""

    kind: Literal["overlap"]
    first: Side
    both: Side
    second: Side

    def _sides(self) -> tuple[tuple[str, Side], ...]:
        return ("first", self.first), ("both", self.both), ("second", self.second)

    def told(self) -> tuple[Told, ...]:
        return tuple(
            Told((f"{side.name}:",), below=tuple(Told((item.say,), item.sources) for item in side.items))
            for _, side in self._sides()
        )

    def faults(self) -> Iterator[Fault]:
        yield from twice([((name, "name"), side.name) for name, side in self._sides()])
        yield from twice(
            [
                ((name, "items", number, "say"), item.say)
                for name, side in self._sides()
                for number, item in enumerate(side.items)
            ]
        )


# ladder


class Rung(Strict):
    name: Label
    who: Line
    """Who it is for."""
    more: Sentence | None = None
    """What else there is to say. It is told in words and not drawn."""
    sources: tuple[SourceId, ...] = ()


class Ladder(FigureBase):
    """Steps from the least to the most, each with who it is for."""

    kind: Literal["ladder"]
    ordered: ClassVar[bool] = True
    least: Label
    """What the low end of the ladder is: "Least care"."""
    most: Label
    rungs: Annotated[tuple[Rung, ...], Field(min_length=2, max_length=7)]

    def told(self) -> tuple[Told, ...]:
        return tuple(
            Told((f"{rung.name}:", stopped(rung.who), *((rung.more,) if rung.more else ())), rung.sources)
            for rung in self.rungs
        )

    def faults(self) -> Iterator[Fault]:
        yield from twice([(("rungs", number, "name"), rung.name) for number, rung in enumerate(self.rungs)])


# steps


class Step(Strict):
    name: StepName
    value: Amount
    pause: bool = False
    """Whether this step keeps the value of the one before it."""


class Steps(FigureBase):
    """A staircase that falls, with a value for each step."""

    kind: Literal["steps"]
    unit: Label
    """What the values count: "Grams a day"."""
    steps: Annotated[tuple[Step, ...], Field(min_length=3, max_length=12)]
    after: Sentence | None = None
    """What comes after the last step that is drawn."""

    def told(self) -> tuple[Told, ...]:
        rows = tuple(Told((f"{step.name}:", Word("figure-number", (("n", step.value),)))) for step in self.steps)
        return Told((f"{self.unit}:",), below=rows), *((Told((self.after,)),) if self.after else ())

    def faults(self) -> Iterator[Fault]:
        for number, step in enumerate(self.steps):
            if number == 0:
                if step.pause:
                    yield ("steps", 0, "pause"), "figure-steps", "the first step cannot be a pause.", "Delete the line."
                elif step.value == 0:
                    yield ("steps", 0, "value"), "figure-steps", "the staircase begins at 0.", "Write where it begins."
                continue
            before = self.steps[number - 1].value
            at = "steps", number, "value"
            if step.pause and step.value != before:
                message = f"this is a pause, but {step.value} is not the {before} of the step before it."
                yield at, "figure-steps", message, f"Write {before}, or delete pause."
            elif not step.pause and step.value >= before:
                message = f"{step.value} is not less than the {before} of the step before it."
                yield at, "figure-steps", message, "Correct the value, or write pause: true where nothing is cut."
        yield from twice([(("steps", number, "name"), step.name) for number, step in enumerate(self.steps)])


# all kinds


Figure = Course | Overlap | Ladder | Steps | Tree
KINDS: Mapping[str, type[Figure]] = {
    "course": Course,
    "overlap": Overlap,
    "ladder": Ladder,
    "steps": Steps,
    "tree": Tree,
}


class _Kind(Strict):
    """As much of a figure as says which model reads it."""

    kind: Literal["course", "overlap", "ladder", "steps", "tree"]


_MARKS = re.compile(r"\[@|\]\(|\*\*|</?[A-Za-z]|^#|^!!!")


def read(fields: Mapping[str, Any], places: Places) -> tuple[Figure | None, list[Problem]]:
    """Make a figure of what `source` read; or every problem that the schema or the data have."""
    kind = fields.get("kind")
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        _, problems = parse(_Kind, {"kind": kind} if "kind" in fields else {}, places)
        return None, problems
    figure, problems = parse(model, fields, places)
    if figure is None:
        return None, problems
    faults = list(figure.faults())
    for loc, words in figure.words():
        if found := _MARKS.search(words):
            hint = "Write plain words; sources stand in sources, links in the caption or in to."
            faults.append((loc, "figure-words", f"{found[0]} would be drawn as it stands.", hint))
    problems = [Problem(places.at(*loc), "error", rule, message, hint) for loc, rule, message, hint in faults]
    return (None if problems else figure), problems
