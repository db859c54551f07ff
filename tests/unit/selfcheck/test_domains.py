"""What a score can be: never less than what it is, and exactly that for independent items."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebbtide.selfcheck.domains import (
    Blanks,
    Domain,
    divided,
    extreme,
    of_steps,
    of_values,
    round_to,
    rounded,
    shifted,
    summed,
)
from ebbtide.selfcheck.ranges import Range
from ebbtide.selfcheck.scorer import Run, read
from tests.unit.selfcheck.definitions import definition, plan_of
from tests.unit.selfcheck.support import answers_by_chance, compiled

points = st.sets(st.sampled_from([0, 1, 2, 3, 5, -1, Fraction(1, 2), Fraction(9, 4)]), min_size=1, max_size=3)


@settings(max_examples=150, derandomize=True, database=None)
@given(
    st.lists(points, min_size=1, max_size=4),
    st.integers(0, 3),
    st.sampled_from(["scale", "out", "value"]),
    st.booleans(),
)
def test_a_sum_is_what_counting_out_gives(items: list[set[Fraction]], allow: int, then: str, mean: bool) -> None:
    rule = Blanks(allow, then, 1, "exact", 1) if allow else None
    if mean and then == "scale":
        return
    found = summed([of_values(item) for item in items], rule, mean=mean)
    expected = set()
    for answers in itertools.product(*([*item, None] for item in items)):
        known = [answer for answer in answers if answer is not None]
        blank = len(answers) - len(known)
        if not known or blank > allow:
            continue
        total = Fraction(sum(known))
        if then == "value":
            total, count = total + blank, len(answers)
        else:
            count = len(known)
        if mean:
            total /= count
        elif then == "scale":
            total = total * len(answers) / len(known)
        expected.add(total)
    assert found.values == expected
    assert (found.low, found.high) == (min(expected), max(expected))
    assert all((value * found.grid).denominator == 1 for value in map(Fraction, expected))


@given(st.lists(points, min_size=1, max_size=4), st.sampled_from(["max", "min"]))
def test_the_largest_and_the_smallest(items: list[set[Fraction]], word: str) -> None:
    pick = max if word == "max" else min
    expected = {pick(answers) for answers in itertools.product(*items)}
    found = extreme([of_values(item) for item in items], word, None)
    assert found.values is not None
    assert found.values >= expected
    assert (found.low, found.high) == (min(expected), max(expected))


@given(points, points)
def test_a_ratio(top: set[Fraction], bottom: set[Fraction]) -> None:
    if bottom == {0}:
        return
    expected = {Fraction(a) / Fraction(b) for a in top for b in bottom if b}
    assert divided(of_values(top), of_values(bottom), None).values == expected


@pytest.mark.parametrize("top", [(0, 10), (-5, 3), (2, 9)])
@pytest.mark.parametrize("bottom", [(1, 4), (-2, 3), (-4, -1)])
def test_the_bounds_of_a_ratio_too_fine_to_list(top: tuple[int, int], bottom: tuple[int, int]) -> None:
    found = divided(Domain(*top, 1, None), Domain(*bottom, 1, None), None)
    values = [Fraction(a, b) for a in range(top[0], top[1] + 1) for b in range(bottom[0], bottom[1] + 1) if b]
    assert found.low <= min(values)
    assert found.high >= max(values)


def test_a_sum_too_large_to_list_keeps_true_bounds() -> None:
    wide = of_steps(0, 999_999, 1)
    assert wide.values is None
    found = summed([wide, of_values([0, Fraction(1, 2)])], Blanks(1, "scale", 0, "nearest", 1))
    assert (found.low, found.high, found.values) == (0, 1_999_998, None)
    assert summed([wide, wide], Blanks(1, "value", -5)).low == -5


@given(
    st.fractions(-20, 20),
    st.sampled_from(["nearest", "up", "down"]),
    st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 10), Fraction(5)]),
)
def test_rounding_gives_a_multiple_within_a_step(value: Fraction, how: str, to: Fraction) -> None:
    found = Fraction(round_to(value, how, to))
    assert (found / to).denominator == 1
    assert {
        "nearest": -to / 2 < found - value <= to / 2,
        "up": 0 <= found - value < to,
        "down": -to < found - value <= 0,
    }[how]


def test_a_rounded_domain_and_a_shifted_one() -> None:
    assert rounded(of_values([Fraction(1, 3), Fraction(5, 2)]), "nearest", 1).values == {0, 3}
    assert shifted(of_values([0, 1, 3]), -1, 3).values == {0, 2, 3}


@pytest.mark.parametrize(
    ("ranges", "hole"),
    [
        ([Range(0, 4), Range(5, 9)], None),
        ([Range(0, 4), Range(6, 9)], 5),
        ([Range(1, 9)], 0),
        ([Range(None, 8)], 9),
        ([Range(None, 3, high_open=True), Range(3, None)], None),
        ([Range(0, 3, high_open=True), Range(3, 9, low_open=True)], 3),
    ],
)
@pytest.mark.parametrize("listed", [True, False])
def test_finds_the_first_hole(ranges: list[Range], hole: int | None, listed: bool) -> None:
    domain = of_steps(0, 9, 1)
    assert (domain if listed else Domain(0, 9, 1, None)).uncovered(ranges) == hole


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_no_score_leaves_its_bounds(seed: int) -> None:
    plan = plan_of(definition(seed))
    if plan is None:
        pytest.skip("refused")
    for number in range(40):
        run = Run(plan.data, answers_by_chance(plan, random.Random(number)))
        for score in plan.data["scores"]:
            value = run.value(score["id"], False)
            if isinstance(value, tuple):
                assert read(score["low"]) <= value[0] <= read(score["high"]), score


def test_bounds_stand_in_the_plan() -> None:
    plan = compiled(
        "questions:\n  x: {ask: X, answers: {a: [A, 0.5], b: [B, 4]}}\n  y: {ask: Y, answers: {a: [A, 0], b: [B, 3]}}\n"
        "scores:\n  s: {add: [x, y], blank: {allow: 1, then: scale_up, round: nearest}}\n"
    )
    assert (plan.data["scores"][0]["low"], plan.data["scores"][0]["high"]) == (0, 8)
