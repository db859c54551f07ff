"""The accumulations of a plan, one answer at a time: what the scorer does with a whole list at once.

Each is a start, a step and a finish (see `graph.Fold`), and forgets as early as it can: once more answers are blank than a
score allows, for instance, nothing else matters. `tests/unit/selfcheck/proofs` compares all of them with the scorer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction
from typing import Any

from ebbtide.selfcheck.domains import round_to
from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.ranges import Exact, exact
from ebbtide.selfcheck.scorer import ABSENT, BLANK, point, read

Parts = tuple[Hashable, Callable[[Any, Any], Hashable], Callable[[Any], Any]]
"""Start, step, finish."""

OVER = "over"
"""A score with more blanks than its rule allows."""


def known(score: Json) -> Parts:
    """The actual reading of a sum, mean, largest, smallest or count with its blank rule: see `Run.gather_known`.

    The accumulator is (what the known items come to, how many are blank, how many are known), the last only as far as the
    rule needs it: all of them for a mean and for scaling up, else whether there is one.
    """
    op = score["op"]
    rule = score.get("blank", {"allow": 0, "then": "out"})
    allow, then = rule["allow"], rule["then"]
    stand_in = read(rule["value"]) if then == "value" else None
    counts = op == "mean" or then == "scale"
    plus = read(score.get("plus", 0))
    pick: Any = {"max": max, "min": min}.get(op)

    def join(total: Any, value: Exact) -> Any:
        if pick is None:
            return value if total is None else total + value
        return value if total is None else pick(total, value)

    def step(so_far: Any, value: Any) -> Hashable:
        if so_far == OVER or value is ABSENT:
            return so_far  # type: ignore[no-any-return]
        total, blank, items = so_far
        if value is BLANK:
            if blank == allow:
                return OVER
            return (total if stand_in is None else join(total, stand_in), blank + 1, items)
        return (join(total, value[0]), blank, items + 1 if counts else 1)

    def finish(so_far: Any) -> Any:
        if so_far == OVER:
            return BLANK
        total, blank, items = so_far
        if not items:
            return BLANK if blank else ABSENT
        if op == "mean":
            total = exact(Fraction(total) / (items + (blank if then == "value" else 0)))
        elif blank and then == "scale" and pick is None:
            total = exact(Fraction(total) * (items + blank) / items)
        if blank and "round" in rule and pick is None:
            total = round_to(total, rule["round"][0], read(rule["round"][1]))
        return point(exact(Fraction(total) + plus))

    return (None, 0, 0), step, finish


def wide(op: str, plus: Exact = 0) -> Parts:
    """The wide reading of a list, and every list in a comparison: see `scorer.gather`. No item is BLANK.

    Accumulators: of a sum see `_sum_step`; of a mean (sum of lows, sum of highs,
    items, least low, highest high, whether one may be absent); of max and min (of the sure items, of all items).
    """
    if op in ("sum", "count"):
        return None, _sum_step, lambda so_far: _sum_finish(so_far, plus)
    if op == "mean":
        return None, _mean_step, _mean_finish
    return None, _max_step if op == "max" else _min_step, lambda so_far: _extreme_finish(so_far, op)


def _sum_step(so_far: Any, span: Any) -> Hashable:
    """(low, high, ends), `ends` being the least low and the largest high while every item may be absent, else None."""
    if span is ABSENT:
        return so_far  # type: ignore[no-any-return]
    low, high, maybe = span
    ends = (low, high) if maybe else None
    if maybe:
        low, high = min(low, 0), max(high, 0)
    if so_far is None:
        return (low, high, ends)
    before = so_far[2]
    if ends is not None:
        ends = None if before is None else (min(before[0], ends[0]), max(before[1], ends[1]))
    return (so_far[0] + low, so_far[1] + high, ends)


def _sum_finish(so_far: Any, plus: Exact) -> Any:
    if so_far is None:
        return ABSENT
    low, high, ends = so_far
    if ends is not None:  # where none of them is there it is absent, not 0
        low, high = low or ends[0], high or ends[1]
    return (exact(Fraction(low) + plus), exact(Fraction(high) + plus), ends is not None)


def _mean_step(so_far: Any, span: Any) -> Hashable:
    if span is ABSENT:
        return so_far  # type: ignore[no-any-return]
    low, high, maybe = span
    if so_far is None:
        return (low, high, 1, low, high, maybe, maybe)
    lows, highs, items, least, most, some, every = so_far
    return (lows + low, highs + high, items + 1, min(least, low), max(most, high), some or maybe, every and maybe)


def _mean_finish(so_far: Any) -> Any:
    if so_far is None:
        return ABSENT
    lows, highs, items, least, most, some, every = so_far
    if some:
        return (least, most, every)
    return (exact(Fraction(lows) / items), exact(Fraction(highs) / items), False)


def _max_step(so_far: Any, span: Any) -> Hashable:
    """(largest low of the sure items, least low of all while none is sure, largest high)"""
    if span is ABSENT:
        return so_far  # type: ignore[no-any-return]
    low, high, maybe = span
    sure, least, most = (None, None, high) if so_far is None else so_far
    if not maybe:
        sure, least = low if sure is None else max(sure, low), None
    elif sure is None:
        least = low if least is None else min(least, low)
    return (sure, least, max(most, high))


def _min_step(so_far: Any, span: Any) -> Hashable:
    """(least high of the sure items, largest high of all while none is sure, least low)"""
    if span is ABSENT:
        return so_far  # type: ignore[no-any-return]
    low, high, maybe = span
    sure, most, least = (None, None, low) if so_far is None else so_far
    if not maybe:
        sure, most = high if sure is None else min(sure, high), None
    elif sure is None:
        most = high if most is None else max(most, high)
    return (sure, most, min(least, low))


def _extreme_finish(so_far: Any, op: str) -> Any:
    if so_far is None:
        return ABSENT
    sure, loose, far = so_far
    near = loose if sure is None else sure
    return (near, far, sure is None) if op == "max" else (far, near, sure is None)


def joined(stop: bool) -> Parts:
    """``and`` (`stop` is False) and ``or`` (`stop` is True) of truths."""

    def step(so_far: Any, truth: Any) -> Hashable:
        if so_far is stop or truth is stop:
            return halted
        return None if so_far is None or truth is None else start

    halted: Hashable = stop
    start: Hashable = not stop
    return start, step, lambda so_far: so_far


def counted() -> Parts:
    """How many truths hold, as a span: a quantity ``count of``."""

    def step(so_far: Any, truth: Any) -> Hashable:
        low, high = so_far
        return (low + (truth is True), high + (truth is not False))

    return (0, 0), step, lambda so_far: (so_far[0], so_far[1], False)


def capped(op: str, limit: Exact) -> Parts:
    """``sum of`` or ``count of`` where it is only compared with `limit`, and no item is below 0: above it all sums are alike."""
    start, step, finish = counted() if op == "count" else wide("sum")
    over = limit + 1

    def cap(end: Exact) -> Exact:
        return end if end <= limit else over

    def capped_step(so_far: Any, item: Any) -> Hashable:
        after: Any = step(so_far, item)
        if after is None:
            return None
        capped_ends: Hashable = (cap(after[0]), cap(after[1]), *after[2:])
        return capped_ends

    return start, capped_step, finish


def tally() -> Parts:
    """How many of the truths hold for certain, as a plain number."""
    return 0, lambda so_far, truth: so_far + (truth is True), lambda so_far: so_far
