"""Values of questions and scores as FHIRPath says them: exact whole numbers, each with the unit that it counts.

Decimals are kept out of the arithmetic, because renderers differ in how they calculate with them: a value of 2.25 on a grid of
quarters is the whole number 9 with the scale 4.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ebbtide.selfcheck import fhir_text as t
from ebbtide.selfcheck.fhir_text import Expr
from ebbtide.selfcheck.ranges import Exact

LARGEST_SCALE = 10**6


class CannotSay(Exception):
    """Something that this translation does not say exactly, and so does not say."""


@dataclass(frozen=True)
class Actual:
    """A value in the actual reading: `number` / `scale`, empty where it is blank or absent; `absent` is true or false.

    `low` and `high` are outer bounds of `number`.
    """

    number: Expr
    scale: int
    low: int
    high: int
    absent: Expr = False

    @property
    def blank(self) -> Expr:
        return t.every([t.negated(t.exists(self.number)), t.negated(self.absent)])


@dataclass(frozen=True)
class Wide:
    """A value in the wide reading: it lies between `low` / `scale` and `high` / `scale`, `maybe` also absent; `absent` for certain.

    Of `low` and `high`, `least` and `most` are outer bounds. `maybe` and `absent` are true or false.
    """

    low: Expr
    high: Expr
    scale: int
    least: int
    most: int
    maybe: Expr = False
    absent: Expr = False


def point(value: Actual) -> Wide:
    """A number as the span that holds it alone."""
    return Wide(value.number, value.number, value.scale, value.low, value.high)


def whole(value: Exact, scale: int) -> int:
    """How many units of 1 / scale a number is. The scale must fit."""
    found = Fraction(value) * scale
    assert found.denominator == 1
    return found.numerator


def scale_of(values: Iterable[Exact]) -> int:
    return checked(math.lcm(1, *(Fraction(value).denominator for value in values)))


def checked(scale: int) -> int:
    if scale > LARGEST_SCALE:
        raise CannotSay
    return scale


def constant(value: Exact) -> Actual:
    scale = scale_of([value])
    number = whole(value, scale)
    return Actual(number, scale, number, number)


def on(value: Actual, scale: int) -> Actual:
    """The same value on a finer grid."""
    factor = scale // value.scale
    return replace(
        value, number=t.times(value.number, factor), scale=scale, low=value.low * factor, high=value.high * factor
    )


def wide_on(value: Wide, scale: int) -> Wide:
    factor = scale // value.scale
    return replace(
        value, low=t.times(value.low, factor), high=t.times(value.high, factor), scale=scale,
        least=value.least * factor, most=value.most * factor,
    )  # fmt: skip


def aligned(values: Sequence[Actual]) -> list[Actual]:
    scale = checked(math.lcm(1, *(value.scale for value in values)))
    return [on(value, scale) for value in values]


def wide_aligned(values: Sequence[Wide]) -> list[Wide]:
    scale = checked(math.lcm(1, *(value.scale for value in values)))
    return [wide_on(value, scale) for value in values]


def linear(value: Actual, factor: Exact, plus: Exact) -> Actual:
    """factor * value + plus."""
    scale = checked(math.lcm(value.scale * Fraction(factor).denominator, Fraction(plus).denominator))
    by, shift = whole(factor, scale // value.scale), whole(plus, scale)
    ends = sorted((value.low * by + shift, value.high * by + shift))
    return replace(
        value, number=t.added([t.times(value.number, by), shift]) if by else t.iif(t.exists(value.number), shift, None),
        scale=scale, low=ends[0], high=ends[1],
    )  # fmt: skip


def wide_linear(value: Wide, factor: Exact, plus: Exact) -> Wide:
    scale = checked(math.lcm(value.scale * Fraction(factor).denominator, Fraction(plus).denominator))
    by, shift = whole(factor, scale // value.scale), whole(plus, scale)
    ends = sorted((value.least * by + shift, value.most * by + shift))
    low, high = t.added([t.times(value.low, by), shift]), t.added([t.times(value.high, by), shift])
    if by < 0:
        low, high = high, low
    return replace(value, low=low, high=high, scale=scale, least=ends[0], most=ends[1])


def divided(top: Expr, bottom: Expr, how: str, to: Fraction, least: int) -> tuple[Expr, int]:
    """top / bottom rounded to a multiple of `to`, and its scale. `bottom` is 1 or more, `top` never below `least`.

    In whole numbers: ``nearest`` is floor((2 top q + bottom p) / (2 bottom p)) steps of p / q, halves go up; ``up`` and ``down``
    are the next step at or above, at or below.
    """
    p, q = to.numerator, to.denominator
    below = min(least, 0)
    if how == "nearest":
        raised = t.added([t.times(top, 2 * q), t.times(bottom, p)])
        steps = t.floored(raised, t.times(bottom, 2 * p), below * 2 * q)
    elif how == "up":
        raised = t.added([t.times(top, q), t.times(bottom, p), -1])
        steps = t.floored(raised, t.times(bottom, p), below * q)
    else:
        steps = t.floored(t.times(top, q), t.times(bottom, p), below * q)
    return t.times(steps, p), checked(q)


def bounds(value: Actual, score_low: Exact, score_high: Exact) -> Actual:
    """The value with bounds that are known from elsewhere."""
    return replace(
        value, low=math.floor(Fraction(score_low) * value.scale), high=math.ceil(Fraction(score_high) * value.scale)
    )
