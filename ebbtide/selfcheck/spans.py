"""Values and truths of the scorer: exact numbers, what is blank or absent, and what is only known to lie between two numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.ranges import Exact, exact

Truth = bool | None
"""None is unknown: it depends on a blank."""


class State:
    """A value that is no number."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


BLANK: Final = State("blank")
ABSENT: Final = State("absent")

Span = tuple[Exact, Exact, bool]
"""Lowest and highest number, and whether it may also be absent. In the actual reading both are one, and it may not."""
Value = Span | State


def point(value: Exact) -> Span:
    return (value, value, False)


def hull(parts: Sequence[Value]) -> Value:
    """The least span that holds all of `parts`."""
    spans = [part for part in parts if not isinstance(part, State)]
    if not spans:
        return ABSENT
    maybe = len(spans) < len(parts) or any(span[2] for span in spans)
    return (min(span[0] for span in spans), max(span[1] for span in spans), maybe)


def gather(score: Json, items: Sequence[Value]) -> Value:
    """A sum, count, mean, largest or smallest of spans, none of them blank."""
    spans = [item for item in items if not isinstance(item, State)]
    if not spans:
        return ABSENT
    op = score["op"]
    maybe = all(span[2] for span in spans)
    sure = [span for span in spans if not span[2]]
    low: Exact
    high: Exact
    if op in ("sum", "count"):
        low = sum(min(span[0], 0) if span[2] else span[0] for span in spans)
        high = sum(max(span[1], 0) if span[2] else span[1] for span in spans)
        if maybe:  # where none of them is there it is absent, not 0
            low, high = low or min(span[0] for span in spans), high or max(span[1] for span in spans)
        plus = read(score.get("plus", 0))
        low, high = exact(Fraction(low) + plus), exact(Fraction(high) + plus)
    elif op == "mean":
        if len(sure) < len(spans):
            low, high = min(span[0] for span in spans), max(span[1] for span in spans)
        else:
            low = exact(Fraction(sum(span[0] for span in spans)) / len(spans))
            high = exact(Fraction(sum(span[1] for span in spans)) / len(spans))
    elif op == "max":
        low = max(span[0] for span in sure) if sure else min(span[0] for span in spans)
        high = max(span[1] for span in spans)
    else:
        low = min(span[0] for span in spans)
        high = min(span[1] for span in sure) if sure else max(span[1] for span in spans)
    return (low, high, maybe)


def compared(sign: str, left: Value, right: Value) -> Truth:
    """Whether a comparison of two spans holds, for certain or not for certain; it does not where one is absent."""
    if isinstance(left, State) or isinstance(right, State):
        return False
    (a, b, first), (c, d, second) = left, right
    truth: Truth
    if sign == ">=":
        truth = True if a >= d else False if b < c else None
    elif sign == ">":
        truth = True if a > d else False if b <= c else None
    else:
        same: Truth = False if b < c or d < a else True if a == b == c == d else None
        truth = same if sign == "=" or same is None else not same
    return None if truth and (first or second) else truth


def meets(row: Sequence[Any], span: Span) -> bool:
    """Whether a row of a plan holds a number of the span."""
    low, high, bits = row[1], row[2], row[3] if len(row) > 3 else 0
    if low is not None and (span[1] < (low := read(low)) or (bits & 1 and span[1] == low)):
        return False
    return high is None or span[0] < (high := read(high)) or (not bits & 2 and span[0] == high)


def counted(truth: Truth, wide: int) -> Value:
    if truth is None:
        return (0, 1, False) if wide else BLANK
    return point(int(truth))


_NUMBERS: dict[str, Exact] = {}


def read(number: int | str) -> Exact:
    """A number of a plan."""
    if isinstance(number, int):
        return number
    if number not in _NUMBERS:
        _NUMBERS[number] = exact(Fraction(number))
    return _NUMBERS[number]


def written(number: Exact) -> int | float:
    """A number of a result: an integer where it is whole, else its decimal, of 6 places, halves up."""
    if isinstance(number, int):
        return number
    scaled = math.floor(number * 10**6 + Fraction(1, 2))
    return float(f"{'-' if scaled < 0 else ''}{abs(scaled) // 10**6}.{abs(scaled) % 10**6:06d}")
