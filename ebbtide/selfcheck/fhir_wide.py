"""The wide reading in FHIRPath: what blanks leave open, as a lowest and a highest value. See `ebbtide.selfcheck.plan`, "Three readings".

Each function does what its namesake in `ebbtide.selfcheck.spans` or in the scorer does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ebbtide.selfcheck import fhir_text as t
from ebbtide.selfcheck.fhir_text import Expr
from ebbtide.selfcheck.fhir_values import (
    CannotSay,
    Wide,
    checked,
    divided,
    scale_of,
    whole,
    wide_aligned,
    wide_linear,
    wide_on,
)
from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.ranges import Exact
from ebbtide.selfcheck.spans import read


def compared(sign: str, left: Wide, right: Wide) -> Expr:
    """Whether a comparison holds, for certain or not for certain; it does not where one side is absent."""
    left, right = wide_aligned([left, right])
    a, b, c, d = left.low, left.high, right.low, right.high
    if t.same(a, b) and t.same(c, d):
        truth = t.compared(sign, a, c)
    elif sign == ">=":
        truth = t.iif(t.compared(">=", a, d), True, t.iif(t.compared("<", b, c), False, None))
    elif sign == ">":
        truth = t.iif(t.compared(">", a, d), True, t.iif(t.compared("<=", b, c), False, None))
    else:
        apart = t.some([t.compared("<", b, c), t.compared("<", d, a)])
        one = t.every([t.compared("=", a, b), t.compared("=", c, d), t.compared("=", a, c)])
        truth = t.iif(apart, sign == "!=", t.iif(one, sign == "=", None))
    maybe, absent = t.some([left.maybe, right.maybe]), t.some([left.absent, right.absent])
    return t.iif(absent, False, t.every([truth, t.iif(maybe, None, True)]))


def hull(parts: Sequence[tuple[Expr, Wide | None]]) -> Wide:
    """The least span that holds all parts whose condition (true or false) holds; None is a part that is absent."""
    spans = wide_aligned([part for _, part in parts if part is not None])
    held = [condition for condition, part in parts if part is not None]
    present = [t.every([condition, t.negated(span.absent)]) for condition, span in zip(held, spans, strict=True)]
    gone = [condition for condition, part in parts if part is None]
    gone += [t.every([condition, span.absent]) for condition, span in zip(held, spans, strict=True)]
    gone += [t.every([condition, span.maybe]) for condition, span in zip(held, spans, strict=True)]
    if not spans:
        return Wide(0, 0, 1, 0, 0, maybe=False, absent=True)
    if present == [True] and all(condition is False for condition in gone):
        return spans[0]
    return Wide(
        t.extreme("min", [t.iif(here, span.low, None) for here, span in zip(present, spans, strict=True)]),
        t.extreme("max", [t.iif(here, span.high, None) for here, span in zip(present, spans, strict=True)]),
        spans[0].scale,
        min(span.least for span in spans),
        max(span.most for span in spans),
        t.some(gone),
        t.negated(t.some(present)),
    )


def gathered(op: str, items: Sequence[Wide], plus: Exact = 0) -> Wide:
    """A sum, count, mean, largest or smallest."""
    items = wide_aligned(items)
    scale = items[0].scale
    there = [t.negated(item.absent) for item in items]
    certain = [t.negated(t.some([item.absent, item.maybe])) for item in items]
    loose = t.negated(t.some(certain))
    lowest = t.extreme("min", [t.iif(held, item.low, None) for held, item in zip(there, items, strict=True)])
    highest = t.extreme("max", [t.iif(held, item.high, None) for held, item in zip(there, items, strict=True)])
    low: Expr
    high: Expr
    if op in ("max", "min"):
        sure = t.extreme(op, [
            t.iif(held, item.low if op == "max" else item.high, None) for held, item in zip(certain, items, strict=True)
        ])  # fmt: skip
        least, most = min(item.least for item in items), max(item.most for item in items)
        low = t.iif(t.exists(sure), sure, lowest) if op == "max" else lowest
        high = t.iif(t.exists(sure), sure, highest) if op == "min" else highest
    elif op == "mean":
        low = t.added(t.iif(held, item.low, 0) for held, item in zip(there, items, strict=True))
        high = t.added(t.iif(held, item.high, 0) for held, item in zip(there, items, strict=True))
        count = t.added(t.iif(held, 1, 0) for held in there)
        fewest = max(1, sum(held is True for held in there))
        finer = checked(math.lcm(*(scale * each for each in range(fewest, len(items) + 1))))
        factor = finer // scale
        below = sum(min(item.least, 0) for item in items) * factor
        missing = t.some(t.every([held, item.maybe]) for held, item in zip(there, items, strict=True))
        low = t.iif(missing, t.times(lowest, factor), t.floored(t.times(low, factor), count, below))
        high = t.iif(missing, t.times(highest, factor), t.floored(t.times(high, factor), count, below))
        least = min(item.least for item in items) * factor
        most = max(item.most for item in items) * factor
        scale = finer
    else:
        low = t.added(_or_nothing(item, item.low, "min") for item in items)
        high = t.added(_or_nothing(item, item.high, "max") for item in items)
        if loose is not False:  # where none of them is there it is absent, not 0
            low = t.iif(t.every([loose, t.compared("=", low, 0)]), lowest, low)
            high = t.iif(t.every([loose, t.compared("=", high, 0)]), highest, high)
        least = sum(min(item.least, 0) for item in items)
        most = sum(max(item.most, 0) for item in items)
    value = Wide(low, high, scale, least, most, loose, t.negated(t.some(there)))
    return wide_linear(value, 1, plus) if plus else value


def ratio(score: Json, top: Wide, bottom: Wide) -> Wide:
    """Rounded already, which changes no end: rounding keeps the order."""
    if bottom.least < 0 or "round" not in score:
        raise CannotSay
    how, to = score["round"][0], Fraction(read(score["round"][1]))
    least = min(top.least, 0) * bottom.scale
    scale = 1

    def quotient(above: Expr, below: Expr) -> Expr:
        nonlocal scale
        found, scale = divided(t.times(above, bottom.scale), t.times(below, top.scale), how, to, least)
        return found

    lows = [quotient(top.low, bottom.low), quotient(top.low, bottom.high)]
    highs = [quotient(top.high, bottom.low), quotient(top.high, bottom.high)]
    zero = score.get("zero", "blank")
    ends = [read(score["low"]), read(score["high"])]
    finer = checked(math.lcm(scale, scale_of([*ends, *([] if zero == "blank" else [read(zero)])])))
    factor, (first, last) = finer // scale, (whole(end, finer) for end in ends)
    open_ = t.compared("<=", bottom.low, 0)
    nought = False if zero == "blank" else t.every([open_, t.compared("<=", bottom.high, 0)])
    instead = None if zero == "blank" else whole(read(zero), finer)
    low = t.iif(nought, instead, t.iif(open_, first, t.times(t.extreme("min", lows), factor)))
    high = t.iif(nought, instead, t.iif(open_, last, t.times(t.extreme("max", highs), factor)))
    maybe, absent = t.some([top.maybe, bottom.maybe]), t.some([top.absent, bottom.absent])
    return Wide(low, high, finer, first, last, maybe, absent)


def between(first: Wide, last: Wide) -> Wide:
    """Minutes from one clock time to another."""
    known = t.every([t.compared("=", first.low, first.high), t.compared("=", last.low, last.high)])
    minutes = f"({t.write(t.added([last.low, t.times(first.low, -1), 1440]))} mod 1440)"
    absent, maybe = t.some([first.absent, last.absent]), t.some([first.maybe, last.maybe])
    return Wide(t.iif(known, minutes, 0), t.iif(known, minutes, 1439), 1, 0, 1439, maybe, absent)


def steps(score: Json, item: Wide) -> Wide:
    """What the rows of a score in steps that are met become."""
    scale = scale_of([*(read(row[0]) for row in score["rows"]), read(score["low"]), read(score["high"])])
    found = [t.iif(within(row, item), whole(read(row[0]), scale), None) for row in score["rows"]]
    low, high = whole(read(score["low"]), scale), whole(read(score["high"]), scale)
    least, most = t.extreme("min", found), t.extreme("max", found)
    return Wide(
        t.iif(t.exists(least), least, low), t.iif(t.exists(most), most, high), scale, low, high, item.maybe, item.absent
    )


def within(row: Sequence[Any], span: Wide) -> Expr:
    """Whether a row of a plan holds a number of the span."""
    low, high, bits = row[1], row[2], row[3] if len(row) > 3 else 0
    truths: list[Expr] = []
    for end, sign, side in ((low, ">" if bits & 1 else ">=", "high"), (high, "<" if bits & 2 else "<=", "low")):
        if end is None:
            continue
        scale = checked(math.lcm(span.scale, Fraction(read(end)).denominator))
        fine = wide_on(span, scale)
        truths.append(t.compared(sign, fine.high if side == "high" else fine.low, whole(read(end), scale)))
    return t.every(truths)


def _or_nothing(item: Wide, end: Expr, word: str) -> Expr:
    """An end of an item in a sum: 0 where it is absent, and no worse than 0 where it may be."""
    return t.iif(item.absent, 0, t.iif(item.maybe, t.extreme(word, [end, 0]), end))
