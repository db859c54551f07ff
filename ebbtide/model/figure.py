"""Figures: pictures drawn at build from what stands in ``figures/<id>.yaml``, and what they say in words.

A figure's text alternative is told from the same fields as its drawing, so the two cannot disagree. Words that are drawn are plain;
only the caption may hold links and citations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ebbtide.model.article import Reference
from ebbtide.model.base import Id, Strict, Text, nearest, parse
from ebbtide.model.reference import SourceId
from ebbtide.problem import Loc, Places, Problem

RULES: Mapping[str, str] = {
    "figure-words": "Words that are drawn in a figure are plain: citations and links stand in its caption or in fields of their own.",
    "figure-days": "The days of a course begin at 0 or later, and each comes after the one before it.",
    "figure-band": "The ends of a course's band are two of its levels, the low one not above the high one.",
    "figure-twice": "What a figure names stands in it once.",
    "figure-steps": "The steps of a staircase fall; only a pause stays where it is.",
    "figure-tree": "In a decision tree every answer leads on, no way leads back, and every question and outcome is reached.",
    "figure-emergency": "An outcome that is an emergency leads to somebody to call, and to nothing to read.",
}

Title = Annotated[Text, Field(max_length=70)]
Sentence = Annotated[Text, Field(max_length=160)]
Line = Annotated[Text, Field(max_length=90)]
Label = Annotated[Text, Field(max_length=42)]
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


class _Figure(Strict):
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


class Course(_Figure):
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
        yield from _twice([(("courses", number, "name"), course.name) for number, course in enumerate(self.courses)])
        yield from _twice([(("levels", id), word) for id, word in self.levels.items()])


# overlap


class Item(Strict):
    say: Label
    sources: tuple[SourceId, ...] = ()


class Side(Strict):
    name: Label
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=9)]


class Overlap(_Figure):
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
        yield from _twice([((name, "name"), side.name) for name, side in self._sides()])
        yield from _twice(
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


class Ladder(_Figure):
    """Steps from the least to the most, each with who it is for."""

    kind: Literal["ladder"]
    ordered: ClassVar[bool] = True
    least: Label
    """What the low end of the ladder is: "Least care"."""
    most: Label
    rungs: Annotated[tuple[Rung, ...], Field(min_length=2, max_length=7)]

    def told(self) -> tuple[Told, ...]:
        return tuple(
            Told((f"{rung.name}:", _stopped(rung.who), *((rung.more,) if rung.more else ())), rung.sources) for rung in self.rungs
        )

    def faults(self) -> Iterator[Fault]:
        yield from _twice([(("rungs", number, "name"), rung.name) for number, rung in enumerate(self.rungs)])


# steps


class Step(Strict):
    name: Annotated[Text, Field(max_length=18)]
    value: Amount
    pause: bool = False
    """Whether this step keeps the value of the one before it."""


class Steps(_Figure):
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
        yield from _twice([(("steps", number, "name"), step.name) for number, step in enumerate(self.steps)])


# tree


class Question(Strict):
    ask: Line
    more: Sentence | None = None
    """What else to think of. It is told in words and not drawn."""
    yes: Id
    no: Id
    sources: tuple[SourceId, ...] = ()


class Outcome(Strict):
    do: Line
    level: Literal["emergency", "urgent", "see-someone", "note"] = "note"
    more: Sentence | None = None
    """What else to do. It is told in words and not drawn."""
    to: tuple[Reference, ...] = ()
    """Where to go from here: contacts, pages, articles, self-checks."""
    sources: tuple[SourceId, ...] = ()


class Tree(_Figure):
    """Questions that are answered with yes or no, the first one first, and what to do in the end."""

    kind: Literal["tree"]
    ordered: ClassVar[bool] = True
    questions: Annotated[dict[Id, Question], Field(min_length=1, max_length=9)]
    outcomes: Annotated[dict[Id, Outcome], Field(min_length=2, max_length=10)]

    def branches(self, id: str) -> tuple[tuple[str, str], tuple[str, str]]:
        """The answers to a question and where they lead, in the order in which they are drawn: what is done first, then what is
        asked next."""
        question = self.questions[id]
        ways = ("yes", question.yes), ("no", question.no)
        return ways if question.yes in self.outcomes or question.no in self.questions else (ways[1], ways[0])

    def asked(self) -> dict[str, int]:
        """The numbers of the questions that can be reached, in the order in which they are drawn. A question that leads back to
        itself is not followed."""
        order: dict[str, int] = {}
        waiting = [next(iter(self.questions))]
        while waiting:
            id = waiting.pop()
            if id in self.questions and id not in order:
                order[id] = len(order) + 1
                waiting += [to for _, to in reversed(self.branches(id))]
        return order

    def told(self) -> tuple[Told, ...]:
        asked = self.asked()
        return tuple(self._told(id, asked) for id in asked)

    def _told(self, id: str, asked: Mapping[str, int]) -> Told:
        question = self.questions[id]
        ways = []
        for answer, to in self.branches(id):
            word = Word(f"figure-{answer}")
            if to in asked:
                ways.append(Told((word, Word("figure-go", (("n", Decimal(asked[to])),)))))
                continue
            outcome = self.outcomes[to]
            level = () if outcome.level == "note" else (Word(outcome.level),)
            more = (outcome.more,) if outcome.more else ()
            ways.append(Told((word, *level, _stopped(outcome.do), *more), outcome.sources, outcome.to))
        more = (question.more,) if question.more else ()
        return Told((_stopped(question.ask), *more), question.sources, below=tuple(ways))

    def pointers(self) -> Iterator[tuple[Loc, str]]:
        for id, outcome in self.outcomes.items():
            for number, pointer in enumerate(outcome.to):
                yield ("outcomes", id, "to", number), pointer

    def faults(self) -> Iterator[Fault]:
        known = {**self.questions, **self.outcomes}
        for id in self.questions.keys() & self.outcomes.keys():
            yield ("outcomes", id), "figure-tree", f"{id} is a question too.", "Rename one of them."
        whole = True
        for id, question in self.questions.items():
            for answer in ("yes", "no"):
                to = getattr(question, answer)
                if to not in known:
                    whole = False
                    message = f"{answer} leads nowhere: there is no question or outcome {to}."
                    yield ("questions", id, answer), "figure-tree", message, nearest(to, known)
            if question.yes == question.no and question.yes in known:
                yield ("questions", id, "no"), "figure-tree", "yes and no lead to the same.", "Delete the question."
        if whole:
            yield from self._ways()
        for id, outcome in self.outcomes.items():
            if outcome.level != "emergency":
                continue
            at: Loc = ("outcomes", id)
            for number, pointer in enumerate(outcome.to):
                if not pointer.startswith("contact:"):
                    message = f"{pointer} leads somebody in danger away to read."
                    yield (*at, "to", number), "figure-emergency", message, "Leave contacts only."
            if not outcome.to:
                yield at, "figure-emergency", "this emergency names nobody to call.", "Add to: and a contact."
        yield from _twice([(("questions", id, "ask"), question.ask) for id, question in self.questions.items()])

    def _ways(self) -> Iterator[Fault]:
        """Ways that lead back or together, and what no way leads to."""
        first = next(iter(self.questions))
        reached: set[str] = {first}
        waiting: list[tuple[str, tuple[str, ...]]] = [(first, (first,))]
        while waiting:
            id, above = waiting.pop()
            for answer, to in reversed(self.branches(id)):
                at: Loc = ("questions", id, answer)
                if to in above:
                    yield (
                        at,
                        "figure-tree",
                        f"{answer} leads back to {to}.",
                        "Lead on to another question, or to an outcome.",
                    )
                elif to in self.questions and to in reached:
                    message = f"another answer leads to the question {to} already."
                    yield at, "figure-tree", message, "Lead each answer to a question of its own, or to an outcome."
                elif to in self.questions:
                    waiting.append((to, (*above, to)))
                reached.add(to)
        for kind, ids in (("questions", self.questions), ("outcomes", self.outcomes)):
            for id in ids:
                if id not in reached:
                    message = f"no answer leads to {id}."
                    yield (kind, id), "figure-tree", message, "Delete it, or lead an answer to it."


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


def _stopped(words: str) -> str:
    """Words that are drawn without a stop, as a sentence that others may follow."""
    return f"{words}." if words[-1].isalnum() else words


def _twice(named: list[tuple[Loc, str]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for loc, words in named:
        if words.casefold() in seen:
            yield loc, "figure-twice", f"{words} stands here twice.", "Keep one of them."
        seen.add(words.casefold())
