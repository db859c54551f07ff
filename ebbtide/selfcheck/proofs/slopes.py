"""Which way raising one answer moves a value or a condition, read off the plan: a proof by structure where there is one.

The reader is one who passes over nothing, and all other answers stay the same, those to hidden questions included. A slope is
1 (it can only rise), -1 (it can only fall), 0 (it does not depend on the answer), or None: not known, so that it has to be
searched for. A condition rises by turning from false to true.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.proofs.graph import step_of
from ebbtide.selfcheck.proofs.reader import Reader
from ebbtide.selfcheck.ranges import Exact
from ebbtide.selfcheck.scorer import read

Slope = int | None


def together(slopes: Iterable[Slope]) -> Slope:
    """The slope of something that rises with each of its parts."""
    found = set(slopes) - {0}
    if not found:
        return 0
    return found.pop() if len(found) == 1 else None


def turned(slope: Slope) -> Slope:
    return None if slope is None else -slope


def ends(reader: Reader, term: Sequence[Any]) -> tuple[Exact, Exact]:
    """Numbers between which a term of a score lies."""
    name, times, plus = term
    if name is None:
        return read(plus), read(plus)
    if name in reader.scores:
        low, high = (read(reader.scores[name][end]) for end in ("low", "high"))
    else:
        low, high = limits(reader.questions[name])
    moved = [step_of(end, read(times), read(plus)) for end in (low, high)]
    return min(moved), max(moved)


def limits(question: Json) -> tuple[Exact, Exact]:
    """Numbers between which a question counts, asked or not."""
    values = [read(absent) for _, absent in question.get("asks", ()) if absent not in ("out", "blank")]
    values += [read(question[end]) for end in ("low", "high") if end in question]
    return min(values), max(values)


def table_slope(score: Json) -> Slope:
    """Whether a table rises or falls from its lowest row to its highest; None where it turns."""
    rows = sorted(score["rows"], key=lambda row: (row[1] is not None, 0 if row[1] is None else read(row[1])))
    results = [read(row[0]) for row in rows]
    if results == sorted(results):
        return 1
    return -1 if results == sorted(results, reverse=True) else None


class Slopes:
    """Slopes by raising the answer to one question. `reader`: of a graph without blanks."""

    def __init__(self, reader: Reader, question: str) -> None:
        self.reader, self.raised = reader, question
        self.bit = 1 << reader.variables[question].index
        self.known: dict[str, Slope] = {}

    def value(self, name: str) -> Slope:
        """The slope of a question or score."""
        if name not in self.known:
            if not self.reader.value(name, False).mask & self.bit:
                self.known[name] = 0
            elif name in self.reader.questions:
                self.known[name] = self.question(name)
            else:
                self.known[name] = self.score(self.reader.scores[name])
        return self.known[name]

    def question(self, name: str) -> Slope:
        if name == self.raised:
            return 1
        question = self.reader.questions[name]
        absents = {absent for condition, absent in question["asks"]}
        if "low" not in question or len(absents) > 1 or absents & {"out", "blank"}:
            return None
        asked = self.asked(name)
        absent = read(next(iter(absents)))
        if absent <= read(question["low"]):
            return asked
        return turned(asked) if absent >= read(question["high"]) else None

    def asked(self, name: str) -> Slope:
        """Whether it is asked: the conditions, all of which must hold."""
        return together(self.condition(condition) for condition, _ in self.reader.questions[name].get("asks", ()))

    def score(self, score: Json) -> Slope:
        op = score["op"]
        if "guard" in score and self.condition(score["guard"]) != 0:
            return None
        if op == "count":
            return together(self.condition(condition) for condition in score["of"])
        if op == "between":
            return None
        slopes = []
        for name, times, _ in score["of"]:
            slope = 0 if name is None else self.value(name)
            slopes.append(slope if read(times) > 0 else turned(slope))
        if op == "steps":
            slope = table_slope(score)
            return None if slope is None or slopes[0] is None else slope * slopes[0]
        if op == "ratio":
            return self.ratio(score, slopes)
        return together(slopes)

    def ratio(self, score: Json, slopes: Sequence[Slope]) -> Slope:
        low, high = ends(self.reader, score["of"][1])
        if low < 0 < high:
            return None
        over = slopes[0] if low >= 0 else turned(slopes[0])
        if slopes[1] == 0:
            return over  # the second part stays as it is: at 0, so does what that makes of the ratio
        if slopes[1] is None or low == 0 or high == 0:
            return None
        low, high = ends(self.reader, score["of"][0])
        under = turned(slopes[1]) if low >= 0 else slopes[1] if high <= 0 else None
        return together((over, under))

    # Conditions

    def condition(self, condition: Sequence[Any]) -> Slope:
        """The slope of a condition."""
        node = self.reader.truth(condition, False)
        if not node.mask & self.bit:
            return 0
        if node.fuzzy:
            return None  # it can be unknown, and what that leads to is neither of the two
        head, *rest = condition
        if head in ("and", "or", "sure"):
            return together(self.condition(part) for part in rest)
        if head == "not":
            return turned(self.condition(rest[0]))
        if head in (">=", ">"):
            return together((self.quantity(rest[0]), turned(self.quantity(rest[1]))))
        if head in ("is", "has"):
            return self.chosen(rest[0], rest[1])
        return self.asked(rest[0]) if head in ("asked", "answered") else None

    def chosen(self, name: str, options: Sequence[str]) -> Slope:
        if name != self.raised:
            return self.asked(name)
        question = self.reader.questions[name]
        points: dict[str, Any] = {option[0]: option[1] if len(option) > 1 else None for option in question["options"]}
        if any(value is None for value in points.values()) or question["kind"] == "many" or self.asked(name) != 0:
            return None
        inside = [read(points[option]) for option in options]
        outside = [read(value) for option, value in points.items() if option not in options]
        if not outside or min(inside) >= max(outside):
            return 1
        return -1 if max(inside) <= min(outside) else None

    def quantity(self, quantity: Any) -> Slope:
        if isinstance(quantity, int) or (isinstance(quantity, str) and not quantity[0].isalpha()):
            return 0
        if isinstance(quantity, str):
            return self.value(quantity)
        head, *rest = quantity
        if head == "count":
            return together(self.condition(part) for part in rest)
        if head == "ticks":
            return self.asked(rest[0]) if rest[0] != self.raised else 1 if self.asked(rest[0]) == 0 else None
        return together(self.value(name) for name in rest)


__all__ = ["Slope", "Slopes", "ends", "limits", "table_slope", "together"]
