"""The range that a result leaves open is true: whatever the blanks are then answered, the result lies in it."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from ebbtide.selfcheck import Plan, score
from ebbtide.selfcheck.scorer import Run
from tests.unit.selfcheck.definitions import Fields, definition, plan_of
from tests.unit.selfcheck.support import FULL, compiled, run_javascript, same

LISTS = "answer_lists:\n  four: {a: [A, 0], b: [B, 1], c: [C, 2], d: [D, 3]}\n"


def choices(question: dict[str, Any]) -> list[Any]:
    """Every answer to a question."""
    names = [option[0] for option in question.get("options", ())]
    none = question.get("none")
    if question["kind"] == "one":
        return names
    if question["kind"] == "many":
        things = [name for name in names if name != none]
        sets = [
            list(part)
            for size in range(1 if none else 0, len(things) + 1)
            for part in itertools.combinations(things, size)
        ]
        return [*sets, [none]] if none else sets
    low, high, step = (float(question[end]) for end in ("from", "to", "step"))
    return [low + index * step for index in range(round((high - low) / step) + 1)]


def completions(plan: Plan, answers: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The result of every way to answer what is blank, or is not asked; None where there are too many ways."""
    asked = set(Run(plan.data, answers).asked())
    fixed = {name: answer for name, answer in answers.items() if name in asked and answer is not None}
    free = [question for question in plan.data["questions"] if question["id"] not in fixed]
    ways = [choices(question) for question in free]
    total = 1
    for way in ways:
        total *= len(way)
    if total > 600:
        return None
    names = [question["id"] for question in free]
    return [
        score(plan, {**fixed, **dict(zip(names, combination, strict=True))}) for combination in itertools.product(*ways)
    ]


def has_lasting_blanks(fields: Fields) -> bool:
    """Blanks that no answer can fill: they stand for an unknown number too, so that the range is wider than all completions."""
    for question in fields["questions"].values():
        if "blank" in (question.get("not_asked"), question.get("rest_counts_as")):
            return True
        if any(
            isinstance(option, list) and option[1] == "blank" for option in (question.get("answers") or {}).values()
        ):
            return True
    return False


@pytest.mark.parametrize("block", range(20 if FULL else 2))
def test_every_completion_lies_in_the_range(block: int) -> None:
    tried = exact = lasting = 0
    for seed in range(block * 250, block * 250 + 250):
        fields = definition(seed, small=True)
        plan = plan_of(fields)
        if plan is None:
            continue
        chance = random.Random(seed)
        for _ in range(2):
            answers = {
                question["id"]: chance.choice(choices(question))
                for question in plan.data["questions"]
                if chance.random() < 0.6
            }
            results = completions(plan, answers)
            if results is None:
                continue
            narrow = within(score(plan, answers), results)
            if has_lasting_blanks(fields):
                lasting += 1
            else:
                tried += 1
                exact += narrow
    assert tried > 150
    assert lasting > 20
    assert exact > tried * 0.7


def within(result: dict[str, Any], results: list[dict[str, Any]]) -> bool:
    """Asserts that the range holds all results; whether it is as narrow as it can be."""
    narrow = True
    for name in result["scores"]:
        values = [other["scores"][name] for other in results if other["scores"][name] is not None]
        span = result["range"].get(name, {})
        if "low" in span and values:
            assert span["low"] <= min(values) <= max(values) <= span["high"]
            narrow = narrow and (span["low"], span["high"]) == (min(values), max(values))
        elif values and "low" not in span:
            assert len(set(values)) == 1
    for part, key in (("bands", "bands"), ("findings", "findings")):
        for name in result[part]:
            found = {other[part][name] for other in results} - {None}
            possible = result["range"].get(name, {}).get(key)
            assert found <= set(possible) if possible is not None else len(found) <= 1
    return narrow


def test_two_blanks_that_span_two_bands() -> None:
    plan = compiled(
        LISTS + "questions:\n  x: {ask: X, answers: four}\n  y: {ask: Y, answers: four}\n  z: {ask: Z, answers: four}\n"
        "scores:\n  total: {add: [x, y, z], blank: {allow: 1, then: scale_up, round: nearest}}\n"
        "bands:\n  total:\n    0-4: {name: Low, means: L}\n    5-9: {name: High, means: H}\n"
    )
    one = score(plan, {"x": "c", "y": "b"})
    assert (one["scores"], one["bands"], one["missing"]) == ({"total": 5}, {"total": "high"}, {})
    assert one["range"] == {"total": {"low": 3, "high": 6, "bands": ["low", "high"]}}
    two = score(plan, {"x": "c"})
    assert (two["scores"], two["bands"], two["missing"]) == ({"total": None}, {"total": None}, {"total": ["y", "z"]})
    assert two["range"] == {"total": {"low": 2, "high": 8, "bands": ["low", "high"]}}


def test_a_blank_that_decides_whether_others_are_asked_opens_them_too() -> None:
    plan = compiled(
        LISTS + "questions:\n  x: {ask: X, answers: four}\n  y: {ask: Y, answers: four, ask_if: x >= 2, not_asked: 0}\n"
        "  z: {ask: Z, answers: four}\nscores:\n  total: {add: [x, y, z]}\n"
    )
    result = score(plan, {"z": "b"})
    assert result["asked"] == ["x", "z"]
    assert result["scores"] == {"total": None}
    assert result["missing"] == {"total": ["x"]}
    assert result["range"] == {"total": {"low": 1, "high": 7}}


LASTING = (
    "questions:\n  a: {ask: A, answers: {x: [X, 0], y: [Y, 3]}}\n  b: {ask: B, answers: {x: [X, 1], y: [Y, 3], n: [Not for me, blank]}}\n"
    "  c: {ask: C, answers: {x: [X, 2], y: [Y, 3]}, ask_if: a is y, not_asked: blank}\n"
)


@pytest.mark.parametrize(
    ("rule", "answers", "value", "low", "high"),
    [
        # c is not asked and stays blank. It counts 10 by the rule, and nobody knows whether 2 or 3 in truth.
        ("add: [a, c], blank: {allow: 1, then: count_as, value: 10}", {"a": "x"}, 10, 2, 10),
        ("add: [a, c], blank: {allow: 1, then: leave_out}", {"a": "x"}, 0, 0, 3),
        ("add: [a, c, 100], blank: {allow: 1, then: leave_out}", {"a": "x"}, 100, 100, 103),
        ("add: [a, c], blank: {allow: 1, then: scale_up, round: {how: up, to: 5}}", {"a": "x"}, 0, 0, 5),
        ("average: [a, c], blank: {allow: 1, then: leave_out}, round: exact", {"a": "x"}, 0, 0, 3),
        ("largest: [a, c], blank: {allow: 1, then: leave_out}", {"a": "x"}, 0, 0, 3),
        # b is answered with what counts as a blank; a may still be answered, and then c is asked.
        ("add: [a, b], blank: {allow: 1, then: count_as, value: 9}", {"b": "n"}, None, 1, 12),
        ("add: [a, b], blank: {allow: 1, then: count_as, value: 9}", {"a": "x"}, 9, 1, 9),
        ("add: [a, b], blank: {allow: 1, then: count_as, value: 9}", {"a": "x", "b": "y"}, 3, None, None),
        ("add: [b], reverse: [b], not_asked: 7", {"b": "n"}, None, 1, 3),
    ],
)
def test_blanks_that_last_count_by_the_rule_and_as_a_number_that_nobody_knows(
    rule: str, answers: dict[str, Any], value: float | None, low: float | None, high: float | None
) -> None:
    plan = compiled(f"{LASTING}scores:\n  s: {{{rule}}}\n")
    result = score(plan, answers)
    [[found]] = run_javascript([(plan.as_json(), [answers])])
    assert same(result, found["result"])
    assert result["scores"]["s"] == value
    assert result["range"] == ({} if low is None else {"s": {"low": low, "high": high}})


def test_a_score_that_stays_blank_counts_by_the_rule_of_another() -> None:
    plan = compiled(
        LASTING
        + "scores:\n  inner: {title: I, add: [c]}\n  share: {title: S, ratio: [a, a], if_zero: blank, round: exact}\n"
        "  signs: {title: N, count: [c >= 3, a is y], blank: {allow: 1, then: count_as, value: 5}}\n"
        "  outer: {title: O, add: [inner, share, b], blank: {allow: 2, then: count_as, value: 50}}\n"
        "bands:\n  outer: {0 to below 50: {name: Low, means: L}, 50 or more: {name: High, means: H}}\n"
    )
    result = score(plan, {"a": "x", "b": "x"})
    assert result["scores"] == {"inner": None, "share": None, "signs": 5, "outer": 101}
    assert result["bands"] == {"outer": "high"}
    assert result["range"]["outer"] == {"low": 3, "high": 101, "bands": ["low", "high"]}
    assert result["range"]["signs"] == {"low": 0, "high": 5}
