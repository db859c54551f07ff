"""Scores in FHIRPath, in the actual reading: what is worked out of items, by a score's blank rule, exactly. See `ebbtide.selfcheck.plan`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from ebbtide.selfcheck import fhir_text as t
from ebbtide.selfcheck import fhir_wide as wide
from ebbtide.selfcheck.fhir_text import Expr
from ebbtide.selfcheck.fhir_values import (
    Actual,
    CannotSay,
    aligned,
    bounds,
    checked,
    divided,
    on,
    point,
    scale_of,
    whole,
)
from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.spans import read

Let = Callable[[str, Expr], Expr]
"""Keeps an expression as a variable of the score, by a letter of its name; gives what stands for it."""


def gathered(score: Json, items: Sequence[Actual], let: Let) -> Actual:
    """A sum, count, mean, largest or smallest of what is known, by the score's blank rule."""
    items = aligned(items)
    scale = items[0].scale
    gone = t.every([item.absent for item in items])
    rule = score.get("blank", {"allow": 0, "then": "out"})
    plain = rule["allow"] == 0
    out = [item.absent for item in items]
    here = let("b", t.added(t.iif(absent, 0, 1) for absent in out))
    known: Expr = here
    numbers = [item.number for item in items]
    filler = whole(read(rule["value"]), scale) if rule["then"] == "value" and _fits(rule["value"], scale) else None
    if rule["then"] == "value" and filler is None:
        scale = checked(math.lcm(scale, Fraction(read(rule["value"])).denominator))
        items = [on(item, scale) for item in items]
        numbers, filler = [item.number for item in items], whole(read(rule["value"]), scale)
    least = sum(min(item.low, 0, *([filler] if filler is not None else [])) for item in items)
    there = "" if plain else t.write(let("i", t.combined(numbers)))
    if there:
        known = let("k", f"{there}.count()")
    total: Expr
    if score["op"] in ("max", "min"):
        left = [t.iif(absent, None, number) for absent, number in zip(out, numbers, strict=True)]
        filled = [t.iif(t.compared(">", here, known), filler, None)] if filler is not None else []
        total = t.extreme(score["op"], [*left, *filled])
    elif plain:
        total = t.added(t.iif(absent, 0, number) for absent, number in zip(out, numbers, strict=True))
    else:
        total = f"{there}.aggregate($this + $total, 0)"
        if filler is not None:
            total = t.added([total, t.times(t.added([here, t.times(known, -1)]), filler)])
    total = let("t", total)
    counts = range(max(1, sum(absent is False for absent in out) - rule["allow"]), len(items) + 1)
    if score["op"] == "mean":
        total, scale = _mean(score, total, here if filler is not None else known, scale, least, counts)
    elif not plain and rule["then"] == "scale":
        total, scale = _scaled(score, total, here, known, scale, least, counts)
    if "plus" in score:
        plus = read(score["plus"])
        finer = checked(math.lcm(scale, Fraction(plus).denominator))
        total, scale = t.added([t.times(total, finer // scale), whole(plus, finer)]), finer
    if plain:
        full = [t.some([absent, t.exists(number)]) for absent, number in zip(out, numbers, strict=True)]
        complete: Expr = True if score["op"] not in ("max", "min") else t.every(full)
        total = t.iif(t.every([t.negated(gone), complete]), total, None)
    else:
        allowed = [t.compared(">=", t.added([known, rule["allow"]]), here), t.compared(">", known, 0)]
        total = t.iif(t.every(allowed), total, None)
    return bounds(Actual(total, scale, 0, 0, gone), *_outer(score))


def _outer(score: Json) -> tuple[Any, Any]:
    """Outer bounds of a score before its own rounding moves them by less than a step, and before what it counts where absent."""
    low, high = Fraction(read(score["low"])), Fraction(read(score["high"]))
    step = Fraction(read(score["round"][1])) if "round" in score else Fraction(0)
    return low - step, high + step


def _mean(score: Json, total: Expr, among: Expr, scale: int, least: int, counts: range) -> tuple[Expr, int]:
    """total / (scale * among), rounded by the score."""
    if "round" in score:
        how, to = score["round"]
        return divided(total, t.times(among, scale), how, Fraction(read(to)), least)
    finer = _finer(score, scale, counts)
    return t.floored(t.times(total, finer // scale), among, min(least, 0) * finer // scale), finer


def _finer(score: Json, scale: int, counts: Iterable[int]) -> int:
    """A grid on which a number of `scale` can be divided by each of `counts`. A score that is not rounded has 6 decimals at most, which
    the compiler has seen to, so that no finer one is needed."""
    finer = math.lcm(*(scale * count for count in counts))
    if "round" not in score and 10**6 % scale == 0:
        finer = math.gcd(finer, 10**6)
    return checked(finer)


def _scaled(
    score: Json, total: Expr, here: Expr, known: Expr, scale: int, least: int, counts: range
) -> tuple[Expr, int]:
    """total * here / known, rounded by the rule where an item is blank."""
    rule, top, below = score["blank"], t.product(total, here), min(least, 0) * counts[-1]
    if "round" not in rule:
        finer = _finer(score, scale, counts)
        return t.floored(t.times(top, finer // scale), known, below * finer // scale), finer
    how, to = rule["round"]
    rounded, coarse = divided(top, t.times(known, scale), how, Fraction(read(to)), below)
    finer = checked(math.lcm(scale, coarse))
    whole_ = t.times(total, finer // scale)
    return t.iif(t.compared(">=", known, here), whole_, t.times(rounded, finer // coarse)), finer


def between(first: Actual, last: Actual) -> Actual:
    """Minutes from one clock time to another, across midnight if need be."""
    minutes = t.added([last.number, t.times(first.number, -1), 1440])
    gone = t.some([first.absent, last.absent])
    number = None if minutes is None else t.iif(gone, None, f"({t.write(minutes)} mod 1440)")
    return Actual(number, 1, 0, 1439, gone)


def ratio(score: Json, top: Actual, bottom: Actual) -> Actual:
    """One item divided by another, which is 0 or more."""
    if bottom.low < 0:
        raise CannotSay
    gone = t.some([top.absent, bottom.absent])
    # top / bottom = (top.number * bottom.scale) / (bottom.number * top.scale)
    above, below = t.times(top.number, bottom.scale), t.times(bottom.number, top.scale)
    least = min(top.low, 0) * bottom.scale
    if "round" in score:
        how, to = score["round"]
        number, scale = divided(above, below, how, Fraction(read(to)), least)
    else:  # the compiler has seen to it that it has 6 decimals at most
        scale = 10**6
        number = t.floored(t.times(above, scale), below, least * scale)
    zero = score.get("zero", "blank")
    if zero != "blank":
        finer = checked(math.lcm(scale, Fraction(read(zero)).denominator))
        number, scale = t.times(number, finer // scale), finer
    instead = None if zero == "blank" else t.iif(t.exists(top.number), whole(read(zero), scale), None)
    number = t.iif(t.compared("=", bottom.number, 0), instead, t.iif(t.exists(bottom.number), number, None))
    value = Actual(t.iif(gone, None, number), scale, 0, 0, gone)
    return bounds(value, read(score["low"]), read(score["high"]))


def steps(score: Json, item: Actual) -> Actual:
    """What a number becomes by the rows of a score."""
    scale = scale_of(read(row[0]) for row in score["rows"])
    found: Expr = None
    for row in reversed(score["rows"]):
        held = wide.within(row, point(item))
        found = t.iif(held, whole(read(row[0]), scale), found)
    number = t.iif(t.exists(item.number), found, None)
    results = [whole(read(row[0]), scale) for row in score["rows"]]
    return Actual(t.iif(item.absent, None, number), scale, min(results), max(results), item.absent)


def _fits(value: Any, scale: int) -> bool:
    return scale % Fraction(read(value)).denominator == 0
