"""What values a question or a score can take: outer bounds, the fineness of the grid, and, while they are few, the values.

An over-estimate, made score by score without looking at how questions depend on one another. It decides what needs no
proof: whether a division can meet a zero, whether a score is whole, whether a table has a row for every value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ebbtide.selfcheck.ranges import Exact, Range, exact

MAX_VALUES = 20_000


@dataclass(frozen=True, slots=True)
class Domain:
    """Values between `low` and `high`, all multiples of 1/`grid`; `values` lists them where they are few; `absent`: it may have none."""

    low: Exact
    high: Exact
    grid: int
    values: frozenset[Exact] | None
    absent: bool = False

    @property
    def whole(self) -> bool:
        return self.grid == 1

    def uncovered(self, ranges: Sequence[Range]) -> Exact | None:
        """A value that none of `ranges` holds, the lowest that is found; None where all are held."""
        if self.values is not None:
            return min((value for value in self.values if not any(r.holds(value) for r in ranges)), default=None)
        point: Exact = self.low
        step = Fraction(1, self.grid)
        for _ in range(len(ranges) + 1):
            if point > self.high:
                return None
            holding = [r for r in ranges if r.holds(point)]
            if not holding:
                return point
            if any(r.high is None for r in holding):
                return None
            last = max(holding, key=lambda r: (r.high, not r.high_open))
            assert last.high is not None
            steps = Fraction(last.high) / step
            point = exact((math.ceil(steps) if last.high_open else math.floor(steps) + 1) * step)
        return None


def of_values(values: Iterable[Exact], *, absent: bool = False) -> Domain:
    """The domain of exactly these values; at least one."""
    found = frozenset(values)
    grid = math.lcm(*(Fraction(value).denominator for value in found))
    return Domain(min(found), max(found), grid, found if len(found) <= MAX_VALUES else None, absent)


def of_steps(low: Exact, high: Exact, step: Exact, *, absent: bool = False) -> Domain:
    """The domain of a number that runs in steps."""
    count = int((high - low) / Fraction(step)) + 1
    if count <= MAX_VALUES:
        return of_values((exact(low + index * Fraction(step)) for index in range(count)), absent=absent)
    grid = math.lcm(Fraction(low).denominator, Fraction(step).denominator)
    return Domain(low, high, grid, None, absent)


def joined(domains: Sequence[Domain], *, absent: bool) -> Domain:
    """All values of all of `domains`."""
    values: frozenset[Exact] | None = frozenset()
    for domain in domains:
        values = None if values is None or domain.values is None else values | domain.values
    return Domain(
        min(d.low for d in domains),
        max(d.high for d in domains),
        math.lcm(*(d.grid for d in domains)),
        values if values is None or len(values) <= MAX_VALUES else None,
        absent,
    )


def shifted(domain: Domain, times: Exact, plus: Exact) -> Domain:
    """times * value + plus."""
    ends = (exact(domain.low * Fraction(times) + plus), exact(domain.high * Fraction(times) + plus))
    values = (
        None if domain.values is None else frozenset(exact(value * Fraction(times) + plus) for value in domain.values)
    )
    grid = math.lcm(domain.grid * Fraction(times).denominator, Fraction(plus).denominator)
    if values is not None:
        grid = math.lcm(*(Fraction(value).denominator for value in values))
    return Domain(min(ends), max(ends), grid, values, domain.absent)


def rounded(domain: Domain, how: str, to: Exact) -> Domain:
    """Each value rounded."""
    if domain.values is not None:
        return of_values((round_to(value, how, to) for value in domain.values), absent=domain.absent)
    return of_steps(round_to(domain.low, how, to), round_to(domain.high, how, to), to, absent=domain.absent)


def round_to(value: Exact, how: str, to: Exact) -> Exact:
    """The multiple of `to` that `value` rounds to: see "Numbers" in `ebbtide.selfcheck.plan`."""
    if how == "exact":
        return value
    quotient = Fraction(value) / Fraction(to)
    if how == "nearest":
        steps = math.floor(quotient + Fraction(1, 2))
    else:
        steps = math.ceil(quotient) if how == "up" else math.floor(quotient)
    return exact(steps * Fraction(to))


@dataclass(frozen=True, slots=True)
class Blanks:
    """A blank rule: how many blanks are allowed, and `then` scale, out or value."""

    allow: int
    then: str
    value: Exact = 0
    how: str = "exact"
    to: Exact = 1


def summed(items: Sequence[Domain], blanks: Blanks | None, *, mean: bool = False) -> Domain:
    """The domain of a sum (or mean) of `items` with up to `blanks.allow` of them blank, before any rounding of the score."""
    absent = all(item.absent for item in items)
    allow = min(blanks.allow, len(items) - 1) if blanks else 0
    values = _sums(items, blanks, allow, mean)
    if values is not None:
        return of_values(values, absent=absent)
    return _bounds(items, blanks, allow, mean, absent)


def _sums(items: Sequence[Domain], blanks: Blanks | None, allow: int, mean: bool) -> set[Exact] | None:
    """Exactly the sums of independent items, by convolution; None where there are too many."""
    # A state is (items blank, items absent); each holds the set of sums.
    states: dict[tuple[int, int], set[Exact]] = {(0, 0): {0}}
    for item in items:
        if item.values is None:
            return None
        after: dict[tuple[int, int], set[Exact]] = {}
        for (blank, gone), sums in states.items():
            if len(sums) * len(item.values) > 10 * MAX_VALUES:
                return None
            after.setdefault((blank, gone), set()).update(total + value for total in sums for value in item.values)
            if item.absent:
                after.setdefault((blank, gone + 1), set()).update(sums)
            if blank < allow and blanks:
                extra = blanks.value if blanks.then == "value" else 0
                after.setdefault((blank + 1, gone), set()).update(total + extra for total in sums)
        if sum(map(len, after.values())) > MAX_VALUES:
            return None
        states = after
    found: set[Exact] = set()
    for (blank, gone), sums in states.items():
        present = len(items) - gone
        known = present - blank
        if present == 0 or known == 0:
            continue
        for total in sums:
            value = Fraction(total)
            if mean:
                value /= present if blanks and blanks.then == "value" else known
            elif blank and blanks and blanks.then == "scale":
                value = value * present / known
            if blank and blanks:
                value = Fraction(round_to(value, blanks.how, blanks.to))
            found.add(exact(value))
    return found


def _bounds(items: Sequence[Domain], blanks: Blanks | None, allow: int, mean: bool, absent: bool) -> Domain:
    """Outer bounds of a sum or mean where its values are too many to list."""
    grid = math.lcm(*(item.grid for item in items))
    extra = [blanks.value] if blanks and blanks.then == "value" else []
    if mean:
        low = min([item.low for item in items] + extra)
        high = max([item.high for item in items] + extra)
        fine = math.lcm(*(range(1, len(items) + 1)))
        return Domain(low, high, grid * fine, None, absent)
    lows: list[Exact] = [min(item.low, 0) if item.absent else item.low for item in items]
    highs: list[Exact] = [max(item.high, 0) if item.absent else item.high for item in items]
    instead = extra[0] if extra else 0
    falls: list[Exact] = []
    rises: list[Exact] = []
    if blanks and blanks.then != "scale":  # up to `allow` items give way to what a blank counts as
        falls = sorted((max(end - instead, 0) for end in lows), reverse=True)[:allow]
        rises = sorted((max(instead - end, 0) for end in highs), reverse=True)[:allow]
    low, high = sum(lows) - sum(falls), sum(highs) + sum(rises)
    if blanks and blanks.then == "scale" and allow:
        lows, highs = sorted(lows), sorted(highs, reverse=True)
        for blank in range(1, allow + 1):
            known = len(items) - blank
            scale = Fraction(len(items), known)
            low = min(low, exact(sum(lows[:known]) * scale))
            high = max(high, exact(sum(highs[:known]) * scale))
        grid = grid * math.lcm(*(len(items) - blank for blank in range(1, allow + 1)))
        low, high = round_to(low, blanks.how, blanks.to), round_to(high, blanks.how, blanks.to)
        if blanks.how != "exact":
            grid = math.lcm(math.lcm(*(item.grid for item in items)), Fraction(blanks.to).denominator)
    return Domain(low, high, math.lcm(grid, *(Fraction(value).denominator for value in extra)), None, absent)


def extreme(items: Sequence[Domain], word: str, blanks: Blanks | None) -> Domain:
    """The domain of the largest (`max`) or smallest (`min`) of `items`."""
    absent = all(item.absent for item in items)
    everything = joined(items, absent=absent)
    if blanks and blanks.then == "value":
        everything = joined([everything, of_values([blanks.value])], absent=absent)
    if any(item.absent for item in items) or blanks:
        return everything
    pick = max if word == "max" else min
    low, high = pick(item.low for item in items), pick(item.high for item in items)
    values = (
        None if everything.values is None else frozenset(value for value in everything.values if low <= value <= high)
    )
    return Domain(low, high, everything.grid, values, absent)


def divided(top: Domain, bottom: Domain, zero: Exact | None) -> Domain:
    """The domain of top / bottom where bottom is not 0, and `zero` where it is. Bounds, and values while they are few."""
    absent = top.absent or bottom.absent
    extra = [] if zero is None else [zero]
    if top.values is not None and bottom.values is not None and len(top.values) * len(bottom.values) <= MAX_VALUES:
        found = [exact(Fraction(a) / Fraction(b)) for a in top.values for b in bottom.values if b != 0]
        if found or extra:
            return of_values(found + extra, absent=absent)
    fine = Fraction(1, bottom.grid)
    points = [
        point for point in (bottom.low, bottom.high, fine, -fine) if point != 0 and bottom.low <= point <= bottom.high
    ]
    ends = [exact(Fraction(a) / Fraction(b)) for a in (top.low, top.high) for b in points] + extra
    return Domain(min(ends), max(ends), 0, None, absent)
