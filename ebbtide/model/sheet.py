"""A self-check as a page and a sheet of paper show it: plain data, blocks written out, everything numbered, nothing to work out.

`ebbtide.selfcheck.sheet` makes it from a questionnaire and its plan; templates put it into words. Numbers are text in
canonical digits (``3``, ``2.5``), clock times and durations ``HH:MM``. Questions are named by their numbers, from 1 in
published order, and scores by their titles, so that a rule can be followed with a pen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["one", "many", "number", "time", "duration"]
Sign = Literal[">=", ">", "=", "!=", "<", "<="]


Runs = tuple[tuple[int, int], ...]
"""Numbers of questions as first and last of each unbroken run of three or more; others stand alone, as their own first and last."""


def runs(numbers: Iterable[int]) -> Runs:
    """``1, 2, 3, 5, 6`` becomes ``(1, 3), (5, 5), (6, 6)``."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return tuple(
        pair for run in found for pair in ([(run[0], run[-1])] if len(run) > 2 else [(each, each) for each in run])
    )


@dataclass(frozen=True)
class Quantity:
    """One side of a comparison.

    ``question``: the answer to the question, a number or a time. ``points``: its points. ``score``: the scores in `titles`.
    ``sum``, ``largest``, ``smallest``: of points of the questions `numbers` and of the scores `titles`.
    ``count``: how many of `clauses` are true. ``ticks``: how many answers are ticked, without the one that excludes all others,
    `value`. ``constant``: `value`.
    """

    kind: Literal["question", "points", "score", "sum", "largest", "smallest", "count", "ticks", "constant"]
    numbers: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    value: str = ""

    @property
    def runs(self) -> Runs:
        return runs(self.numbers)


@dataclass(frozen=True)
class Clause:
    """A condition that somebody with a pen can follow.

    ``all``, ``any``, ``not``: of `clauses`; ``all`` of nothing is always true, ``any`` of nothing never.
    ``chosen``: the answer to one of the questions `numbers` (to each of them, if `each`) is one of `words`.
    ``ticked``: the answers ticked there include one of `words`. ``answered``, ``blank``, ``asked``: the state of a question.
    ``compare``: `left` `sign` `right`. ``result``: the band of the score `title`, or the finding `title`, is one of `words`.
    """

    kind: Literal["all", "any", "not", "chosen", "ticked", "answered", "blank", "asked", "compare", "result"]
    clauses: tuple[Clause, ...] = ()
    numbers: tuple[int, ...] = ()
    each: bool = False
    words: tuple[str, ...] = ()
    title: str = ""
    left: Quantity | None = None
    sign: Sign = "="
    right: Quantity | None = None

    @property
    def runs(self) -> Runs:
        return runs(self.numbers)


@dataclass(frozen=True)
class Choice:
    """One answer that can be chosen. `alone`: it excludes all others. `points`: None where it has none."""

    id: str
    words: str
    points: str | None
    counts_as_blank: bool = False
    alone: bool = False


@dataclass(frozen=True)
class Card:
    """A flag. An at-once flag stands `under` the questions that can raise it, by their numbers; others stand with the result."""

    id: str
    level: Literal["emergency", "urgent", "see-someone"]
    title: str
    say: str
    when: Clause
    at_once: bool
    under: tuple[int, ...]
    contacts: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


Counts = tuple[tuple[str, tuple[str, ...]], ...]
"""Points, or ``blank``, with the titles of the scores in which a question counts so; no titles: in all."""


@dataclass(frozen=True)
class Condition:
    """When a question is asked: only if `clause` is true, or, with `skip`, unless it is.

    `counts`: what the question counts when it is left out, where that must be known to score it.
    """

    clause: Clause
    skip: bool = False
    counts: Counts = ()


@dataclass(frozen=True)
class Ask:
    """One question. `low`, `high` and `step` are of numbers, times and durations, in `unit`.

    `optional`: "I'd rather not say" is offered. `stop`: when this is true, no later question of the `part` (None: at all) is
    asked.
    """

    number: int
    id: str
    kind: Kind
    ask: str
    why: str
    help: str
    optional: bool
    choices: tuple[Choice, ...] = ()
    low: str = ""
    high: str = ""
    step: str = ""
    unit: str = ""
    conditions: tuple[Condition, ...] = ()
    stop: Clause | None = None
    part: str = ""
    cards: tuple[Card, ...] = ()

    @property
    def alone(self) -> Choice | None:
        """The answer that excludes all others."""
        return next((choice for choice in self.choices if choice.alone), None)

    @property
    def hours(self) -> str:
        """The most hours that a duration can have."""
        return str(int(self.high.partition(":")[0]))

    @property
    def whole(self) -> bool:
        """Whether a number is always a whole one, so that a phone need offer digits only."""
        return "." not in f"{self.low}{self.step}" and not self.low.startswith("-")

    @property
    def any_time(self) -> bool:
        """Whether every clock time can be answered."""
        return (self.low, self.high) == ("00:00", "23:59")


@dataclass(frozen=True)
class Group:
    """Questions that follow each other under one heading; without one, `heading` is empty."""

    heading: str
    questions: tuple[Ask, ...]


@dataclass(frozen=True)
class Span:
    """Numbers from `low` to `high`; empty is no limit, and an open limit does not belong to it."""

    low: str
    high: str
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the reader is told: a band of a score (`span`), or a rule of a finding (`when`; None: otherwise)."""

    id: str
    name: str
    means: str
    level: str
    tonight: tuple[str, ...]
    this_week: tuple[str, ...]
    next: tuple[str, ...]
    sources: tuple[str, ...]
    span: Span | None = None
    when: Clause | None = None


@dataclass(frozen=True)
class Case:
    """Bands from low to high, which hold when `when` is true; None: always, or otherwise."""

    when: Clause | None
    bands: tuple[Outcome, ...]


@dataclass(frozen=True)
class Override:
    """A rule that puts the result into the band named `band` whatever the number is."""

    when: Clause
    band: str
    because: str


@dataclass(frozen=True)
class Table:
    """One way to read a score. `id` is the score's for the one that is shown first."""

    id: str
    title: str
    default: bool
    because: str
    cases: tuple[Case, ...]
    overrides: tuple[Override, ...]


@dataclass(frozen=True)
class Term:
    """A question (its points) or a score (`title`), taken `times`, and then `plus`. Neither: the number `plus` alone."""

    number: int | None
    title: str
    times: str
    plus: str


@dataclass(frozen=True)
class Rounding:
    """`nearest`, `up` or `down`, to multiples of `to`."""

    how: Literal["nearest", "up", "down"]
    to: str


@dataclass(frozen=True)
class Blanks:
    """Up to `allow` of `items` answers may be blank; `then` scale (rounded, if `round`), leave out, or count each as `value`.

    `whole`: all items are always there; else only those that were asked are scaled up to.
    """

    allow: int
    items: int
    whole: bool
    then: Literal["scale", "out", "value"]
    value: str = ""
    round: Rounding | None = None


@dataclass(frozen=True)
class Row:
    """Of a score in steps: the points for each number in the span."""

    points: str
    span: Span


@dataclass(frozen=True)
class Working:
    """How a score is worked out with a pen. `op` is as in the plan (`ebbtide.selfcheck.plan`).

    `only_if`: of a repeated score, when it is worked out at all. `absent`: what it is where none of its questions was asked.
    """

    op: Literal["sum", "mean", "max", "min", "count", "ratio", "between", "steps"]
    terms: tuple[Term, ...] = ()
    clauses: tuple[Clause, ...] = ()
    rows: tuple[Row, ...] = ()
    plus: str = ""
    zero: str = ""
    round: Rounding | None = None
    blanks: Blanks | None = None
    only_if: Clause | None = None
    absent: str = ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Questions that are taken as they are."""
        return tuple(
            term.number for term in self.terms if term.number is not None and (term.times, term.plus) == ("1", "0")
        )

    @property
    def runs(self) -> Runs:
        return runs(self.numbers)

    @property
    def titles(self) -> tuple[str, ...]:
        """Scores that are taken as they are."""
        return tuple(term.title for term in self.terms if term.title and (term.times, term.plus) == ("1", "0"))

    @property
    def others(self) -> tuple[Term, ...]:
        """Terms that are multiplied or added to."""
        return tuple(term for term in self.terms if (term.times, term.plus) != ("1", "0"))


@dataclass(frozen=True)
class Scale:
    """A score from `low` to `high`. `main`: it leads the result; else it is one of its parts. Not `shown`: a step on the way."""

    id: str
    title: str
    unit: str
    low: str
    high: str
    higher_is: Literal["worse", "better", "neither"]
    main: bool
    shown: bool
    read_next: str
    working: Working
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Found:
    """A result by rules. `outcomes` stand in the order in which they are tried; the last holds otherwise."""

    id: str
    title: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Points:
    """Points for each answer (words, points) of the questions `numbers`. `titles`: the scores for which; empty: for all."""

    numbers: tuple[int, ...]
    rows: tuple[tuple[str, str], ...]
    titles: tuple[str, ...] = ()

    @property
    def runs(self) -> Runs:
        return runs(self.numbers)


@dataclass(frozen=True)
class Skipped:
    """What questions count when an end of the questions has left them out."""

    numbers: tuple[int, ...]
    counts: Counts

    @property
    def runs(self) -> Runs:
        return runs(self.numbers)


@dataclass(frozen=True)
class Sheet:
    """All that a page needs to ask a self-check, to score it on paper, and to say what results mean.

    `cards` are all flags, the most urgent first. `scales` stand in an order in which they can be worked out one after the
    other. `basis` are the ids of the sources that informed the questions, `sources` those of all that is cited.
    """

    id: str
    title: str
    summary: str
    intro: tuple[str, ...]
    version: str
    minutes: int
    period: str
    original: bool
    validated: bool
    credit: str
    limits: tuple[str, ...]
    groups: tuple[Group, ...]
    cards: tuple[Card, ...]
    findings: tuple[Found, ...]
    scales: tuple[Scale, ...]
    points: tuple[Points, ...]
    skipped: tuple[Skipped, ...]
    next: tuple[str, ...]
    basis: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def questions(self) -> Iterator[Ask]:
        """All questions in order."""
        return (ask for group in self.groups for ask in group.questions)

    @property
    def count(self) -> int:
        return sum(len(group.questions) for group in self.groups)

    @property
    def main(self) -> tuple[Scale, ...]:
        """Scores that lead the result."""
        return tuple(scale for scale in self.scales if scale.main)

    @property
    def parts(self) -> tuple[Scale, ...]:
        """Scores that are drawn as parts of it."""
        return tuple(scale for scale in self.scales if scale.shown and not scale.main)

    @property
    def late_cards(self) -> tuple[Card, ...]:
        """Flags that wait for the result."""
        return tuple(card for card in self.cards if not card.at_once)
