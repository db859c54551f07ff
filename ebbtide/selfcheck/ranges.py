"""Ranges as a paper form writes them: ``0-4``, ``8 to below 11``, ``above 120``, ``20 or more``, ``7``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ebbtide.model.questionnaire_parts import to_minutes, to_number

Exact = int | Fraction
"""An exact number. Whole numbers are always `int`, so that two equal numbers are also written alike."""


def exact(number: Decimal | Fraction | int) -> Exact:
    """`number` as an int where it is whole, else as a fraction."""
    fraction = Fraction(number)
    return fraction.numerator if fraction.denominator == 1 else fraction


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`; None is no limit, and an open limit does not belong to the range.

    `whole` tells that it was written as two whole numbers with a hyphen (0-4), which says nothing of the numbers between.
    """

    low: Exact | None
    high: Exact | None
    low_open: bool = False
    high_open: bool = False
    whole: bool = False

    def holds(self, number: Exact) -> bool:
        if self.low is not None and (number < self.low or (self.low_open and number == self.low)):
            return False
        return self.high is None or number < self.high or (not self.high_open and number == self.high)

    @property
    def empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def meets(self, other: Range) -> bool:
        """Whether a number can lie in both."""
        lows = [(r.low, r.low_open) for r in (self, other) if r.low is not None]
        highs = [(r.high, not r.high_open) for r in (self, other) if r.high is not None]
        if not lows or not highs:
            return True
        low, low_open = max(lows)
        high, high_closed = min(highs)
        return not Range(low, high, low_open, not high_closed).empty


_NUMBER = r"([-\u2212]?\d+(?:[.:]\d+)?)"
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern.replace("N", _NUMBER)), kind)
    for pattern, kind in (
        (r"N", "one"),
        (r"N ?[-\u2013] ?N", "whole"),
        (r"N to N", "closed"),
        (r"N to (?:below|under|less than) N", "high_open"),
        (r"(?:above|over|more than) N to N", "low_open"),
        (r"(?:above|over|more than) N to (?:below|under|less than) N", "open"),
        (r"(?:above|over|more than) N", "above"),
        (r"(?:below|under|less than) N", "below"),
        (r"N (?:or more|or over|or above|and over|and above|and more)", "from"),
        (r"N (?:or less|or under|or below|or fewer|and under|and below|and less)", "up_to"),
    )
)


def parse_range(text: str) -> Range | None:
    """The range that `text` writes, or None. A reversed range is returned, and is `empty`."""
    words = " ".join(text.split())
    for pattern, kind in _FORMS:
        if found := pattern.fullmatch(words):
            numbers = [_number(part) for part in found.groups()]
            if any(number is None for number in numbers):
                return None
            first, last = numbers[0], numbers[-1]
            if kind == "above":
                return Range(first, None, low_open=True)
            if kind == "below":
                return Range(None, first, high_open=True)
            if kind == "from":
                return Range(first, None)
            if kind == "up_to":
                return Range(None, first)
            return Range(first, last, kind in ("low_open", "open"), kind in ("high_open", "open"), kind == "whole")
    return None


def _number(text: str) -> Exact | None:
    if ":" in text:
        return to_minutes(text)
    number = to_number(text)
    return None if number is None else exact(number)
