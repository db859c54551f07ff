"""The reference scorer: three states, blank rules, skips, gates, flags, findings, cut-offs, arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from ebbtide.selfcheck import score
from ebbtide.selfcheck.scorer import Run, read, written
from tests.unit.selfcheck.support import both, compiled, run_javascript

FOUR = "answer_lists:\n  four: {a: [A, 0], b: [B, 1], c: [C, 2], d: [D, 3]}\n"
XYZ = FOUR + "questions:\n  x: {ask: X, answers: four}\n  y: {ask: Y, answers: four}\n  z: {ask: Z, answers: four}\n"


def value(rule: str, answers: dict[str, Any], body: str = XYZ) -> Any:
    return both(compiled(f"{body}scores:\n  s: {{{rule}}}\n"), answers)["scores"]["s"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("add: [x, y, z]", 6),
        ("add: [x, y, z], reverse: [z]", 3),
        ("add: [x, y, 10.5]", 13.5),
        ("subtract: [z, x, y]", 0),
        ("subtract: [10, z]", 7),
        ("average: [x, y, z], round: nearest", 2),
        ("average: [x, y], round: nearest", 2),
        ("average: [x, y], round: exact", 1.5),
        ("average: [x, y], round: down", 1),
        ("multiply: [z, 2.5]", 7.5),
        ("multiply: [z, -1]", -3),
        ("ratio: [x, z], round: {how: nearest, to: 0.001}, if_zero: 0", 0.333),
        ("ratio: [x, z], round: {how: up, to: 0.01}, if_zero: 0", 0.34),
        ("largest: [x, y, z]", 3),
        ("smallest: [x, y, z]", 1),
        ('count: [x, y, z], where: ">= 2"', 2),
        ('count: [x, y, z >= 1], where: ">= 3"', 1),
        ("of: z, steps: {below 3: 10, 3 or more: 20}", 20),
        ("of: y, steps: {0 to 2: 10, above 2: 20}", 10),
        ("of: y, look_up: {0: 1.5, 1: 2.5, 2: 3.5, 3: 4.5}", 3.5),
    ],
)
def test_works_out(rule: str, expected: float) -> None:
    assert value(rule, {"x": "b", "y": "c", "z": "d"}) == expected


@pytest.mark.parametrize(
    ("number", "how", "to", "expected"),
    [
        (2.5, "nearest", "1", 3),
        (-2.5, "nearest", "1", -2),
        (2.4, "nearest", "1", 2),
        (-2.4, "up", "1", -2),
        (-2.4, "down", "1", -3),
        (2.4, "up", "0.5", 2.5),
        (0.05, "nearest", "0.1", 0.1),
        (7.3, "down", "5", 5),
    ],
)
def test_rounds_halves_up_also_below_zero(number: float, how: str, to: str, expected: float) -> None:
    body = "questions:\n  n: {ask: N, number: {from: -10, to: 10, step: 0.05}}\n"
    assert value(f"multiply: [n, 1], round: {{how: {how}, to: {to}}}", {"n": number}, body) == expected


@pytest.mark.parametrize(
    ("blank", "answers", "expected"),
    [
        ("", {"x": "d", "y": "d"}, None),
        ("allow: 1, then: leave_out", {"x": "d", "y": "d"}, 6),
        ("allow: 1, then: leave_out", {"x": "d"}, None),
        ("allow: 2, then: leave_out", {"x": "d"}, 3),
        ("allow: 2, then: leave_out", {}, None),
        ("allow: 1, then: count_as, value: 1.5", {"x": "d", "y": "d"}, 7.5),
        ("allow: 1, then: scale_up, round: nearest", {"x": "d", "y": "c"}, 8),
        ("allow: 1, then: scale_up, round: down", {"x": "d", "y": "c"}, 7),
        ("allow: 1, then: scale_up, round: exact", {"x": "d", "y": "c"}, 7.5),
        ("allow: 1, then: scale_up, round: nearest", {"x": "d", "y": "c", "z": None}, 8),
        ("allow: 1, then: scale_up, round: nearest", {"x": "d", "y": "c", "z": "b"}, 6),
    ],
)
def test_blank_rules_of_a_sum(blank: str, answers: dict[str, Any], expected: float | None) -> None:
    assert value("add: [x, y, z]" + (f", blank: {{{blank}}}" if blank else ""), answers) == expected


def test_blank_is_not_zero_and_the_result_says_which_answer_is_missing() -> None:
    plan = compiled(
        XYZ + "scores:\n  s: {add: [x, y, z]}\nbands:\n  s: {0-3: {name: Low, means: L}, 4-9: {name: High, means: H}}\n"
    )
    result = both(plan, {"x": "a"})
    assert result["scores"] == {"s": None}
    assert result["bands"] == {"s": None}
    assert result["missing"] == {"s": ["y", "z"]}


SKIP = (
    FOUR
    + "questions:\n  x: {ask: X, answers: four}\n  y: {ask: Y, answers: four, ask_if: x >= 2NOT}\n  z: {ask: Z, answers: four}\n"
)


@pytest.mark.parametrize(
    ("not_asked", "allow", "expected"),
    [
        ("0", "", 3),
        ("2.5", "", 5.5),
        ("blank", "", None),
        ("blank", "1", 4.5),
        ("leave_out", "", 3),
        ("leave_out", "1", 3),
    ],
)
def test_what_is_not_asked_counts_as_declared(not_asked: str, allow: str, expected: float | None) -> None:
    rule = "add: [x, y, z]" + (f", blank: {{allow: {allow}, then: scale_up, round: exact}}" if allow else "")
    body = SKIP.replace("NOT", f", not_asked: {not_asked}")
    if allow:
        rule = rule.replace("round: exact", "round: {how: nearest, to: 0.5}")
    answers = {"x": "a", "y": "d", "z": "d"}
    assert value(rule, answers, body) == expected
    assert value(rule, {**answers, "y": None}, body) == expected, "a hidden answer never counts"


def test_an_unknown_condition_never_implies_a_value() -> None:
    plan = compiled(
        SKIP.replace("NOT", ", not_asked: 0") + "scores:\n  s: {add: [x, y, z], blank: {allow: 1, then: leave_out}}\n"
    )
    result = both(plan, {"z": "d"})
    assert result["asked"] == ["x", "z"]
    assert result["scores"] == {"s": None}
    assert result["missing"] == {"s": ["x"]}


def test_comparisons_with_a_blank_hold_where_they_must() -> None:
    plan = compiled(
        XYZ
        + "flags:\n"
        + "".join(
            f'  f{index}: {{when: "{when}", show: with_result, level: see-someone, title: T, say: S}}\n'
            for index, when in enumerate(
                [
                    "sum of [x, y] >= 3",
                    "sum of [x, y] >= 2",
                    "largest of [x, y, z] >= 3",
                    "y >= 0",
                    "not (y >= 4)",
                    "y is blank",
                    "y is not answered",
                    "y is not a",
                    "y != 5",
                ]
            )
        )
    )
    assert both(plan, {"x": "d", "z": "a"})["flags"] == ["f0", "f1", "f2", "f3", "f4", "f5", "f6", "f8"]


def test_comparisons_with_what_is_not_asked_do_not_hold() -> None:
    whens = [
        "y >= 0",
        "y < 9",
        "y is a",
        "y is not a",
        "y != 9",
        "not (y >= 0)",
        "y is asked",
        "y is blank",
        "y is not answered",
        "none of [y] >= 0",
    ]
    plan = compiled(
        SKIP.replace("NOT", "")
        + "flags:\n"
        + "".join(
            f'  f{index}: {{when: "{when}", show: with_result, level: see-someone, title: T, say: S}}\n'
            for index, when in enumerate(whens)
        )
    )
    raised = both(plan, {"x": "a", "y": "a", "z": "a"})["flags"]
    assert [whens[int(name[1:])] for name in raised] == ["not (y >= 0)", "y is not answered", "none of [y] >= 0"]


def test_flags_come_most_urgent_first_and_at_once_where_they_say() -> None:
    plan = compiled(
        XYZ + "scores:\n  s: {add: [x, y, z]}\nflags:\n"
        "  mild: {when: x >= 1, show: at_once, level: see-someone, title: T, say: S}\n"
        "  total: {when: s >= 3, show: with_result, level: urgent, title: T, say: S, contacts: [c]}\n"
        "  danger: {when: y >= 1, show: at_once, level: emergency, title: T, say: S, contacts: [c]}\n"
    )
    assert both(plan, {"x": "b", "y": "c", "z": "a"})["flags"] == ["danger", "total", "mild"]
    assert Run(plan.data, {"y": "b"}).flags_now() == ["danger"]
    assert Run(plan.data, {"x": "d", "y": "a", "z": "d"}).flags_now() == ["mild"]


GATE = (
    FOUR + "questions:\n  x: {ask: X, answers: four, end_if: x is a, rest_counts_as: REST}\n"
    "  y: {ask: Y, answers: four}\n  z: {ask: Z, answers: four}\nscores:\n  s: {add: [x, y, z], blank: {allow: 2, then: leave_out}, not_asked: 9}\n"
)


@pytest.mark.parametrize(("rest", "expected"), [("0", 0), ("1", 2), ("leave_out", 0), ("blank", 0)])
def test_a_gate_ends_early(rest: str, expected: int) -> None:
    result = both(compiled(GATE.replace("REST", rest)), {"x": "a", "y": "d", "z": "d"})
    assert result["asked"] == ["x"]
    assert result["scores"] == {"s": expected}


def test_a_blank_gate_does_not_end() -> None:
    assert both(compiled(GATE.replace("REST", "0")), {})["asked"] == ["x", "y", "z"]


def test_a_score_none_of_whose_questions_was_asked() -> None:
    body = (
        FOUR
        + "questions:\n  x: {ask: X, answers: four, end_if: x is a}\n  y: {ask: Y, answers: four, not_asked: leave_out}\nscores:\n  s: {add: [y]REST}\n"
    )
    result = both(compiled(body.replace("REST", "")), {"x": "a"})
    assert (result["scores"], result["missing"]) == ({"s": None}, {})
    assert both(compiled(body.replace("REST", ", not_asked: 7")), {"x": "a"})["scores"] == {"s": 7}


CUTS = (
    FOUR
    + "questions:\n  sex: {ask: S, answers: {f: F, m: M, o: O}}\n  x: {ask: X, answers: four}\nscores:\n  s: {add: [x]}\n"
    "bands:\n  s:\n    by: sex\n    when:\n      f, o: {0-1: {name: Low, means: L}, 2-3: {name: High, means: H}}\n"
    '      m: {0-2: {name: Low, means: L}, "3": {name: High, means: H}}\n'
    '    otherwise: {"0": {name: Low, means: L}, 1-3: {name: High, means: H}}\n'
    "    override: {always: {when: sex is m and x is c, band: high}}\n"
)


@pytest.mark.parametrize(
    ("sex", "x", "band"),
    [
        ("f", "b", "low"),
        ("f", "c", "high"),
        ("o", "c", "high"),
        ("m", "b", "low"),
        ("m", "c", "high"),
        ("m", "d", "high"),
        (None, "b", "high"),
        (None, "a", "low"),
    ],
)
def test_cut_offs_by_another_answer_cover_the_blank(sex: str | None, x: str, band: str) -> None:
    assert both(compiled(CUTS), {"sex": sex, "x": x})["bands"] == {"s": band}


def test_a_blank_that_chooses_the_cut_offs_leaves_both_bands_open() -> None:
    assert both(compiled(CUTS), {"x": "b"})["range"] == {"s": {"low": 1, "high": 1, "bands": ["low", "high"]}}


RULES = (
    XYZ + "findings:\n  f:\n    pick: PICK\n    rules:\n      one: {when: x >= 1, name: A, means: A}\n"
    "      two: {when: y >= 1, name: B, means: B}\n      three: {when: z >= 1, name: C, means: C}\n    otherwise: {name: D, means: D}\n"
)


@pytest.mark.parametrize(
    ("pick", "answers", "found", "possible"),
    [
        ("first", {"x": "b", "y": "b", "z": "b"}, "one", None),
        ("most_severe", {"x": "b", "y": "b", "z": "b"}, "three", None),
        ("first", {"x": "a", "y": "a", "z": "a"}, "otherwise", None),
        ("most_severe", {"x": "a", "y": "a", "z": "a"}, "otherwise", None),
        ("first", {"y": "b", "z": "a"}, None, ["one", "two"]),
        ("first", {"x": "b"}, "one", None),
        ("most_severe", {"x": "b", "y": "a"}, "one", ["three", "one"]),
        ("most_severe", {"x": "a", "y": "a"}, None, ["three", "otherwise"]),
    ],
)
def test_findings_first_and_most_severe(
    pick: str, answers: dict[str, Any], found: str | None, possible: list[str] | None
) -> None:
    result = both(compiled(RULES.replace("PICK", pick)), answers)
    assert result["findings"] == {"f": found}
    assert result["range"] == ({} if possible is None else {"f": {"findings": possible}})
    assert result["missing"] == ({} if found else {"f": [name for name in "xyz" if name not in answers]})


TIMES = (
    'questions:\n  bed: {ask: B, time: {from: "18:00", to: "6:00", step: "0:15"}}\n  up: {ask: U, time: any}\n'
    '  slept: {ask: S, duration: {from: "0:00", to: "30:00", step: "0:30"}}\n'
)


@pytest.mark.parametrize(
    ("bed", "up", "minutes"),
    [
        ("23:30", "7:00", 450),
        ("0:15", "7:00", 405),
        ("22:00", "21:59", 1439),
        ("5:00", "5:00", 0),
        ("18:00", "06:00", 720),
    ],
)
def test_minutes_between_two_clock_times(bed: str, up: str, minutes: int) -> None:
    assert value("minutes_between: [bed, up]", {"bed": bed, "up": up}, TIMES) == minutes


def test_a_duration_may_be_longer_than_a_day() -> None:
    assert value("multiply: [slept, 1]", {"slept": "29:30"}, TIMES) == 1770


BAD_ANSWERS = [
    ({"q": "a"}, "q is not a question of this self-check."),
    ({"constructor": "a"}, "constructor is not a question of this self-check."),
    ({"x": "e"}, "The answer to x is not one of its answers."),
    ({"x": 1}, "The answer to x is not one of its answers."),
    ({"x": ["a"]}, "The answer to x is not one of its answers."),
    ({"m": "p"}, "The answer to m is not a list of its answers."),
    ({"m": ["p", "r"]}, "The answer to m is not a list of its answers."),
    ({"m": ["p", "p"]}, "The answer to m holds one answer twice."),
    ({"m": ["none", "p"]}, "The answer to m says none of them and another."),
    ({"n": "1"}, "The answer to n is not a number."),
    ({"n": True}, "The answer to n is not a number."),
    ({"n": 0.3}, "The answer to n is outside its range, or between its steps."),
    ({"n": 10.5}, "The answer to n is outside its range, or between its steps."),
    ({"n": -0.5}, "The answer to n is outside its range, or between its steps."),
    ({"n": 1e-9}, "The answer to n is outside its range, or between its steps."),
    ({"n": 1e300}, "The answer to n is outside its range, or between its steps."),
    ({"t": "24:00"}, "The answer to t is not a time."),
    ({"t": "7:5"}, "The answer to t is not a time."),
    ({"t": 700}, "The answer to t is not a time."),
    ({"t": "12:00"}, "The answer to t is outside its range, or between its steps."),
    ({"d": "9:00"}, "The answer to d is outside its range, or between its steps."),
]
ALL_KINDS = (
    FOUR + "questions:\n  x: {ask: X, answers: four}\n  m: {ask: M, choose_many: {p: P, q: Q, none: No}, none: none}\n"
    '  n: {ask: N, number: {from: 0, to: 10, step: 0.5}}\n  t: {ask: T, time: {from: "22:00", to: "2:00"}}\n'
    '  d: {ask: D, duration: {from: "0:00", to: "8:00"}}\n'
)


def test_refuses_answers_that_are_not_of_the_form_in_the_same_words() -> None:
    plan = compiled(ALL_KINDS)
    [found] = run_javascript([(plan.as_json(), [answers for answers, _ in BAD_ANSWERS])])
    for (answers, sentence), javascript in zip(BAD_ANSWERS, found, strict=True):
        with pytest.raises(ValueError, match=r"^The answer|is not a question") as refused:
            score(plan, answers)
        assert str(refused.value) == sentence
        assert javascript == {"error": sentence}


def test_takes_every_kind_of_answer() -> None:
    plan = compiled(ALL_KINDS)
    answers = {"x": "a", "m": ["p", "q"], "n": 0.5, "t": "1:30", "d": "8:00"}
    assert both(plan, answers)["asked"] == list(answers)
    assert both(plan, {"m": [], "n": 10.0, "t": "22:00"})["asked"] == list(answers)


def test_nothing_ticked_is_a_blank_where_none_of_these_can_be_ticked() -> None:
    plan = compiled(
        ALL_KINDS + "flags:\n  f: {when: m is blank, show: at_once, level: see-someone, title: T, say: S}\n"
    )
    assert both(plan, {"m": []})["flags"] == ["f"]
    assert both(plan, {"m": ["none"]})["flags"] == []


@pytest.mark.parametrize(
    ("number", "expected"),
    [(Fraction(5, 2), 2.5), (Fraction(-1, 4), -0.25), (Fraction(1, 1000000), 0.000001), (7, 7), (-3, -3)],
)
def test_numbers_of_a_result(number: Fraction | int, expected: float) -> None:
    assert written(number) == expected
    assert isinstance(written(number), int) == isinstance(number, int)


def test_numbers_of_a_plan() -> None:
    assert [read(number) for number in (3, "2.5", "-0.25", "4.0")] == [3, Fraction(5, 2), Fraction(-1, 4), 4]
