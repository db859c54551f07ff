"""Plans that no file compiles to, since the compiler refuses what they lack: a scorer says nothing then, and never a wrong thing."""

from __future__ import annotations

from typing import Any

import pytest

from ebbtide.problem import Place
from ebbtide.selfcheck import Plan
from tests.unit.selfcheck.support import both

N = {"id": "n", "kind": "number", "from": -9, "to": 9, "step": 1, "low": -9, "high": 9}
M = {**N, "id": "m"}
W = {"id": "w", "kind": "one", "options": [["a"], ["b"]]}


def by_hand(scores: list[dict[str, Any]], **parts: Any) -> Plan:
    """A plan of two numbers, a question without points, and what is given."""
    bounds = {"low": -9, "high": 9, "needs": ["w", "n", "m"], "higher_is": "worse"}
    data = {
        "format": 1,
        "id": "t",
        "version": "1.0.0",
        "questions": [W, N, M],
        "scores": [{**bounds, **score} for score in scores],
        "bands": [],
        "findings": [],
        "flags": [],
        **parts,
    }
    return Plan(data, {("questionnaire",): Place("t.yaml")}, {})


def test_an_answer_without_points_is_left_out_and_is_no_0() -> None:
    plan = by_hand([{"id": "s", "op": "min", "of": [["w", 1, 0], ["n", 1, 0]]}])
    assert both(plan, {"w": "a", "n": 2, "m": 0})["scores"] == {"s": 2}
    passed = both(plan, {"n": 2, "m": 0})
    assert (passed["scores"], passed["missing"], passed["range"]) == ({"s": None}, {"s": ["w"]}, {})


def test_a_ratio_that_does_not_say_what_it_is_where_its_second_part_is_0_is_blank() -> None:
    plan = by_hand([{"id": "s", "op": "ratio", "of": [["n", 1, 0], ["m", 1, 0]]}])
    assert both(plan, {"w": "a", "n": 6, "m": 2})["scores"] == {"s": 3}
    assert both(plan, {"w": "a", "n": 6, "m": 0})["scores"] == {"s": None}
    assert both(plan, {"n": 6, "m": 0})["range"] == {"s": {"low": -9, "high": 9}}


@pytest.mark.parametrize(
    ("number", "third", "half_of_a_millionth"),
    [(1, 0.333333, 0.000001), (2, 0.666667, 0.000001), (-1, -0.333333, 0), (-2, -0.666667, -0.000001), (3, 1, 0.000002)],
)  # fmt: skip
def test_more_than_six_decimals_are_rounded_halves_up(number: int, third: float, half_of_a_millionth: float) -> None:
    plan = by_hand(
        [
            {"id": "third", "op": "ratio", "of": [["n", 1, 0], [None, 1, 3]]},
            {"id": "half", "op": "ratio", "of": [["n", 1, 0], [None, 1, 2_000_000]]},
        ]
    )
    assert both(plan, {"w": "a", "n": number, "m": 0})["scores"] == {"third": third, "half": half_of_a_millionth}


def test_cut_offs_and_rules_without_otherwise() -> None:
    high = [">=", "n", 5]
    plan = by_hand(
        [{"id": "s", "op": "sum", "of": [["n", 1, 0]], "plus": 0}],
        bands=[{"id": "s", "score": "s", "cases": [[high, [["high", 5, 9]]]]}],
        findings=[{"id": "f", "pick": "first", "rules": [["high", high]], "needs": ["n"]}],
    )
    found = both(plan, {"w": "a", "n": 5, "m": 0})
    assert (found["bands"], found["findings"]) == ({"s": "high"}, {"f": "high"})
    found = both(plan, {"w": "a", "n": 4, "m": 0})
    assert (found["bands"], found["findings"]) == ({"s": None}, {"f": None})
