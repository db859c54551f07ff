"""Corners of the scorer, most of them found by changing it a little and seeing no other test fail. Both scorers, every time."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from ebbtide.problem import Place
from ebbtide.selfcheck import Plan
from ebbtide.selfcheck.scorer import written
from tests.unit.selfcheck.support import both, compiled

FOUR = "answer_lists:\n  four: {a: [A, 0], b: [B, 1], c: [C, 2], d: [D, 3]}\n"
XYZ = FOUR + "questions:\n  x: {ask: X, answers: four}\n  y: {ask: Y, answers: four}\n  z: {ask: Z, answers: four}\n"
BLOCK = (
    FOUR
    + """\
questions:
  lead: {ask: L, answers: four}
  which: {ask: W, choose_many: {p: P, q: Q, none: No}, none: none, ask_if: lead is not a, not_asked: blank}
  use:
    for_each: which
    questions:
      often: {ask: O, answers: four}
      more: {ask: M, answers: four, ask_if: not (it is q), not_asked: 2}
    scores:
      signs: {title: "{it} signs", count: [often >= 1, more >= 1], blank: {allow: 1, then: leave_out}}
      sum_all: {title: "{it} sum", add: [often, lead], blank: {allow: 1, then: leave_out}}
scores:
  signs: {title: S, add: [use.signs], blank: {allow: 1, then: count_as, value: 50}, not_asked: 9}
  more: {title: M, add: [use.more, lead], blank: {allow: 1, then: leave_out}}
"""
)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        # Nothing chosen: no score of the block, though its conditions are false and not unknown, and though lead is known.
        (
            {"lead": "d", "which": ["none"]},
            {
                "use.p.signs": None,
                "use.q.signs": None,
                "use.p.sum_all": None,
                "use.q.sum_all": None,
                "signs": 9,
                "more": 3,
            },
        ),
        # q is chosen, and `more` is not asked of it: it counts 2.
        (
            {"lead": "d", "which": ["q"], "use.q.often": "b"},
            {"use.p.signs": None, "use.q.signs": 2, "use.p.sum_all": None, "use.q.sum_all": 4, "signs": 2, "more": 5},
        ),
        # Nobody knows what was chosen, so no score of the block is known, whatever else is.
        (
            {"lead": "d"},
            {
                "use.p.signs": None,
                "use.q.signs": None,
                "use.p.sum_all": None,
                "use.q.sum_all": None,
                "signs": None,
                "more": None,
            },
        ),
    ],
)
def test_scores_of_a_block(answers: dict[str, Any], expected: dict[str, float | None]) -> None:
    assert both(compiled(BLOCK), answers)["scores"] == expected


def test_what_a_blank_choice_of_things_leaves_open() -> None:
    result = both(compiled(BLOCK), {"lead": "d"})
    assert result["asked"] == ["lead", "which"]
    assert result["missing"]["signs"] == ["which"]
    # `which` can still be answered: nothing stays blank, so nothing counts 50.
    assert result["range"]["signs"] == {"low": 0, "high": 9}
    assert result["range"]["more"] == {"low": 3, "high": 8}


def test_a_choice_of_things_that_is_not_asked_chooses_none() -> None:
    result = both(compiled(BLOCK), {"lead": "a"})
    assert result["scores"]["signs"] == 9
    assert result["range"] == {}


def test_what_a_choice_of_things_leaves_open_that_nobody_knows_whether_to_ask() -> None:
    """`lead` is answered with what counts as a blank, so that `which` is never asked: the scores of the block stay blank."""
    body = BLOCK.replace("d: [D, 3]}", "d: [D, 3], n: [N, blank]}").replace("lead is not a", "lead >= 2")
    result = both(compiled(body), {"lead": "n"})
    assert result["asked"] == ["lead"]
    assert result["scores"]["signs"] is None
    assert result["missing"]["signs"] == ["lead"]
    assert result["range"]["signs"] == {"low": 0, "high": 100}


def test_a_score_of_a_block_stays_blank_where_nobody_knows_whether_its_thing_was_chosen() -> None:
    """Though all that it adds is known."""
    plan = compiled(
        "questions:\n  lead: {ask: L, answers: {a: [A, 0], b: [B, 1], n: [N, blank]}}\n  known: {ask: K, answers: {a: [A, 1], b: [B, 2]}}\n"
        "  which: {ask: W, choose_many: {p: P, q: Q}, ask_if: lead >= 1, not_asked: leave_out}\n"
        "  use:\n    for_each: which\n    questions:\n      often: {ask: O, answers: {a: [A, 0], b: [B, 1]}}\n"
        '    scores:\n      again: {title: "{it}", add: [known]}\n'
        "scores:\n  s: {title: S, add: [use.again, known], blank: {allow: 2, then: count_as, value: 50}}\n"
    )
    result = both(plan, {"lead": "n", "known": "b"})
    assert result["scores"] == {"use.p.again": None, "use.q.again": None, "s": 102}
    assert result["range"]["s"] == {"low": 2, "high": 102}


def test_an_answer_to_many_that_counts_as_a_blank() -> None:
    plan = compiled(
        "questions:\n  m: {ask: M, choose_many: {p: [P, 1], q: [Q, 2], na: [Not for me, blank]}}\n  n: {ask: N, number: {from: 1, to: 5}}\n"
        "scores:\n  s: {add: [m, n], blank: {allow: 1, then: count_as, value: 10}}\n"
    )
    assert both(plan, {"m": ["p", "q"], "n": 2})["scores"] == {"s": 5}
    result = both(plan, {"m": ["p", "na"], "n": 2})
    assert result["scores"] == {"s": 12}
    assert result["range"] == {"s": {"low": 2, "high": 12}}
    assert both(plan, {"m": ["p", "na"]})["missing"] == {"s": ["m", "n"]}


def test_a_hole_that_the_compiler_would_refuse_is_a_blank_and_never_a_crash() -> None:
    score = {"id": "s", "op": "steps", "of": [["n", 1, 0]], "rows": [[5, 0, 1], [7, 8, 9]], "low": 5, "high": 7}
    plan = Plan(
        {
            "format": 1, "id": "t", "version": "1.0.0",
            "questions": [{"id": "n", "kind": "number", "from": 0, "to": 9, "step": 1, "low": 0, "high": 9}, {"id": "m", "kind": "number", "from": 0, "to": 9, "step": 1}],
            "scores": [{**score, "needs": ["n"], "higher_is": "worse"}],
            "bands": [{"id": "s", "score": "s", "cases": [[None, [["low", 5, 5]]]]}],
            "findings": [], "flags": [],
        },
        {("questionnaire",): Place("t.yaml")},
        {},
    )  # fmt: skip
    assert both(plan, {"n": 1, "m": 1})["scores"] == {"s": 5}
    assert both(plan, {"n": 9, "m": 1})["bands"] == {"s": None}
    result = both(plan, {"n": 4})
    assert (result["scores"], result["bands"], result["missing"]) == ({"s": None}, {"s": None}, {"s": []})
    assert result["range"] == {"s": {"low": 5, "high": 7, "bands": ["low"]}}


def test_overrides_of_a_score_that_is_not_there() -> None:
    """The first score has none of its questions; two overrides depend on a blank, and the next score is open all the same."""
    plan = compiled(
        FOUR
        + "questions:\n  x: {ask: X, answers: four}\n  y: {ask: Y, answers: four, ask_if: x is d, not_asked: leave_out}\n  z: {ask: Z, answers: four}\n"
        "scores:\n  s: {title: S, add: [y]}\n  t: {title: T, add: [z]}\n"
        "bands:\n  s:\n    ranges: {0-1: {name: Low, means: L}, 2-3: {name: High, means: H}}\n"
        "    override: {one_a: {when: z >= 2, band: high}, two_b: {when: z <= 0, band: low}}\n"
        "  t: {0-1: {name: Low, means: L}, 2-3: {name: High, means: H}}\n"
    )
    result = both(plan, {"x": "a"})
    assert result["range"] == {"t": {"low": 0, "high": 3, "bands": ["low", "high"]}}
    assert both(plan, {"x": "a", "z": "d"})["bands"] == {"s": "high", "t": "high"}


def test_a_certain_override_ends_the_list() -> None:
    plan = compiled(
        XYZ
        + "scores:\n  s: {add: [x, y]}\nbands:\n  s:\n    ranges: {0-2: {name: Low, means: L}, 3-4: {name: Mid, means: M}, 5-6: {name: High, means: H}}\n"
        "    override: {one_a: {when: y is d, band: low}, two_b: {when: z is d, band: mid}, three: {when: x is d, band: high}}\n"
    )
    assert both(plan, {"x": "d"})["range"] == {"s": {"low": 3, "high": 6, "bands": ["low", "mid", "high"]}}
    # y is d for certain, so that the second cannot matter any more.
    assert both(plan, {"y": "d"})["bands"] == {"s": "low"}
    assert both(plan, {"y": "d"})["range"] == {"s": {"low": 3, "high": 6, "bands": ["low"]}}
    assert both(plan, {"x": "a", "y": "a"})["range"] == {"s": {"low": 0, "high": 0, "bands": ["low", "mid"]}}


RANGES = (
    "questions:\n  n: {ask: N, number: {from: 0, to: 12}}\n  m: {ask: M, answers: {a: [A, 0], b: [B, RISE]}}\nscores:\n  s: {add: [n, m]}\nbands:\n  s:\n"
    "    below 4: {name: A, means: A}\n    4 to 8: {name: B, means: B}\n    above 8 to 11: {name: C, means: C}\n    above 11 to below 40: {name: D, means: D}\n    40 or more: {name: E, means: E}\n"
)


@pytest.mark.parametrize(
    ("number", "rise", "bands"),
    [
        (3, 1, ["a", "b"]),
        (4, 0, ["b"]),
        (2, 1, ["a"]),
        (7, 1, ["b"]),
        (8, 0, ["b"]),
        (8, 1, ["b", "c"]),
        (9, 2, ["c"]),
        (11, 0, ["c"]),
        (11, 1, ["c", "d"]),
        (11, 28, ["c", "d"]),
        (12, 27, ["d"]),
        (12, 28, ["d", "e"]),
        (0, 40, ["a", "b", "c", "d", "e"]),
    ],
)
def test_limits_that_do_and_do_not_belong(number: int, rise: int, bands: list[str]) -> None:
    plan = compiled(RANGES.replace("RISE", str(rise)))
    assert both(plan, {"n": number, "m": "a"})["bands"]["s"] == bands[0]
    assert both(plan, {"n": number, "m": "b"})["bands"]["s"] == bands[-1]
    result = both(plan, {"n": number})
    assert result["range"].get("s", {}).get("bands", [bands[0]]) == bands


PERHAPS = (
    "answer_lists:\n  under: {a: [A, -3], b: [B, -1]}\n  over: {a: [A, 2], b: [B, 5]}\nquestions:\n  x: {ask: X, answers: over}\n"
    "  u: {ask: U, answers: under, ask_if: x is b, not_asked: leave_out}\n  v: {ask: V, answers: under, ask_if: x is b, not_asked: leave_out}\n"
    "  w: {ask: W, answers: over, ask_if: x is b, not_asked: leave_out}\n  e: {ask: E, answers: over}\n"
)


@pytest.mark.parametrize(
    ("rule", "low", "high"),
    [
        ("add: [u, v]", -6, -1),
        ("add: [u, w]", -3, 5),
        ("add: [u, w, e]", -1, 10),
        ("smallest: [u, v]", -3, -1),
        ("smallest: [u, e]", -3, 5),
        ("smallest: [w, e]", 2, 5),
        ("smallest: [u, w]", -3, 5),
        ("largest: [u, v]", -3, -1),
        ("largest: [u, e]", 2, 5),
        ("largest: [u, w]", -3, 5),
        ("average: [u, e], round: exact", -3, 5),
        ("add: [u], not_asked: 7", -3, 7),
        ("add: [u, e], not_asked: 7", -1, 5),
        ("of: u, steps: {below -2: 10, -2 or more: 20}, not_asked: 30", 10, 30),
        ("of: u, steps: {below -2: 10, -2 or more: 20}", 10, 20),
    ],
)
def test_what_may_not_be_asked_is_in_the_range_and_what_is_sure_narrows_it(rule: str, low: float, high: float) -> None:
    result = both(compiled(f"{PERHAPS}scores:\n  s: {{{rule}}}\n"), {})
    assert result["range"]["s"] == {"low": low, "high": high}


def test_a_score_of_what_is_not_asked_is_what_it_says_in_the_range_too() -> None:
    plan = compiled(
        PERHAPS
        + "scores:\n  s: {title: S, of: u, steps: {below -2: 10, -2 or more: 20}, not_asked: 30}\n  t: {title: T, add: [s, e]}\n"
    )
    result = both(plan, {"x": "a"})
    assert result["scores"] == {"s": 30, "t": None}
    assert result["range"] == {"t": {"low": 32, "high": 35}}


def test_ticks_of_what_may_not_be_asked() -> None:
    """Whether m is asked is unknown, so that even this, which holds whenever m is asked, is unknown."""
    plan = compiled(
        FOUR + "questions:\n  x: {ask: X, answers: four}\n  m: {ask: M, choose_many: {p: P, q: Q}, ask_if: x is d}\n"
        "flags:\n  f: {when: count of m >= 0, show: with_result, level: see-someone, title: T, say: S}\n"
        "  g: {when: not (count of m >= 0), show: with_result, level: see-someone, title: T, say: S}\n"
    )
    assert both(plan, {"m": ["p"]})["flags"] == []
    assert both(plan, {"x": "d"})["flags"] == ["f"]
    assert both(plan, {"x": "a", "m": ["p"]})["flags"] == ["g"]


def test_an_answer_to_a_question_that_may_turn_out_not_to_be_asked() -> None:
    """y is asked as it stands, because s is 5 at least; filling in c would not change that. In z nothing is certain."""
    plan = compiled(
        FOUR
        + 'questions:\n  a: {ask: A, answers: four}\n  b: {ask: B, answers: four}\n  y: {ask: Y, answers: four, ask_if: "sum of [a, b] >= 3", not_asked: 9}\n'
        "scores:\n  s: {add: [y]}\n"
    )
    assert both(plan, {"a": "d", "y": "b"})["scores"] == {"s": 1}
    assert both(plan, {"a": "d", "y": "b"})["range"] == {}
    assert both(plan, {"a": "c", "y": "b"})["range"] == {"s": {"low": 0, "high": 9}}


STAY = (
    "questions:\n  a: {ask: A, answers: {x: [X, 0], y: [Y, 3]}}\n  b: {ask: B, answers: {x: [X, 1], y: [Y, 3]}, ask_if: a is y, not_asked: blank}\n"
    "  c: {ask: C, answers: {x: [X, 2], y: [Y, 3]}}\n  d: {ask: D, answers: {x: [X, 2], y: [Y, 3]}, ask_if: c is y, not_asked: leave_out}\n"
    "  bed: {ask: T, time: any, ask_if: a is y, not_asked: blank}\n  up: {ask: U, time: any}\n  e: {ask: E, answers: {x: [X, 0], y: [Y, 1]}}\n"
)
ANSWERED = {"a": "x", "c": "x", "up": "7:00", "e": "x"}


@pytest.mark.parametrize(
    ("rules", "answers", "low", "high"),
    [
        # b stays blank and nothing else is known, because d is not asked: the inner score stays blank too.
        ("n: {title: N, add: [b, d], blank: {allow: 1, then: leave_out}}\n  s: {title: S, add: [n, e], blank: {allow: 1, then: count_as, value: 40}}", {}, 1, 40),
        # d is asked and known: the inner score has a value.
        ("n: {title: N, add: [b, d], blank: {allow: 1, then: leave_out}}\n  s: {title: S, add: [n, e], blank: {allow: 1, then: count_as, value: 40}}", {"c": "y", "d": "x"}, 2, 5),
        # d may be asked: both are possible.
        ("n: {title: N, add: [b, d], blank: {allow: 1, then: leave_out}}\n  s: {title: S, add: [n, e], blank: {allow: 1, then: count_as, value: 40}}", {"c": None}, 1, 40),
        # One staying blank is allowed, and a plain number is known.
        ("n: {title: N, add: [b, c], blank: {allow: 1, then: leave_out}}\n  s: {title: S, add: [n, e], blank: {allow: 1, then: count_as, value: 40}}", {}, 2, 5),
        # Minutes from a time that stays blank.
        ("n: {title: N, minutes_between: [bed, up]}\n  s: {title: S, add: [n, e], blank: {allow: 1, then: count_as, value: 4000}}", {}, 0, 4000),
        ("n: {title: N, minutes_between: [up, up]}\n  s: {title: S, add: [n, b], blank: {allow: 1, then: count_as, value: 4000}}", {}, 1, 4000),
        # Steps of what stays blank.
        ("n: {title: N, of: b, steps: {0 to 1: 5, above 1: 6}}\n  s: {title: S, add: [n, e], blank: {allow: 1, then: count_as, value: 70}}", {}, 5, 70),
        # A ratio: of what stays blank; and over what may be 0.
        ("n: {title: N, ratio: [b, 4], round: exact}\n  s: {title: S, add: [n, e], blank: {allow: 1, then: count_as, value: 70}}", {}, 0.25, 70),
        ("n: {title: N, ratio: [c, e], if_zero: blank, round: exact}\n  s: {title: S, add: [n, c], blank: {allow: 1, then: count_as, value: 70}}", {"e": None}, 4, 72),
        ("n: {title: N, ratio: [c, e], if_zero: 9, round: exact}\n  s: {title: S, add: [n, c, b], blank: {allow: 1, then: leave_out}}", {"e": None}, 4, 14),
        ("n: {title: N, ratio: [e, c], if_zero: blank, round: {how: nearest, to: 0.5}}\n  s: {title: S, add: [n, e], blank: {allow: 1, then: count_as, value: 70}}", {"e": None}, 0, 1.5),
        # A count: of a condition that stays unknown, and of one that does not.
        ("s: {title: S, count: [b >= 3, e >= 1], blank: {allow: 1, then: count_as, value: 8}}", {}, 0, 8),
        ("s: {title: S, count: [b >= 1, e >= 1], blank: {allow: 1, then: count_as, value: 8}}", {"e": None}, 1, 2),
        ("s: {title: S, count: [b >= 3 and c is y, e >= 1], blank: {allow: 1, then: count_as, value: 8}}", {"e": None}, 0, 1),
        ("s: {title: S, count: [b >= 3 or c is y, e >= 1], blank: {allow: 1, then: count_as, value: 8}}", {}, 0, 8),
        ("n: {title: N, add: [b]}\n  s: {title: S, count: [n >= 3, e >= 1], blank: {allow: 1, then: count_as, value: 8}}", {}, 0, 8),
        ("n: {title: N, add: [c, e]}\n  s: {title: S, count: [n >= 3, b >= 0], blank: {allow: 1, then: count_as, value: 8}}", {"e": None}, 1, 2),
        # What may be left out stays so when it may count by the rule too.
        ("n: {title: N, add: [d, b]}\n  s: {title: S, add: [n, e], blank: {allow: 1, then: count_as, value: 40}}", {}, 1, 40),
        ("n: {title: N, multiply: [d, 1]}\n  m: {title: M, add: [n, b], blank: {allow: 1, then: count_as, value: 6}}\n  s: {title: S, add: [m, e]}", {"c": None}, 1, 9),
    ],
)  # fmt: skip
def test_what_stays_blank_goes_on_through_scores(rules: str, answers: dict[str, Any], low: float, high: float) -> None:
    result = both(compiled(f"{STAY}scores:\n  {rules}\n"), {**ANSWERED, **answers})
    assert result["range"]["s"] == {"low": low, "high": high}


def test_a_condition_on_a_band_or_a_finding_may_stay_unknown() -> None:
    plan = compiled(
        STAY
        + "scores:\n  n: {title: N, add: [b]}\n  s: {title: S, count: [n is high, e >= 1], blank: {allow: 1, then: count_as, value: 8}}\n"
        "  f: {title: F, count: [why is two_b, e >= 1], blank: {allow: 1, then: count_as, value: 8}}\n"
        "bands:\n  n: {0-2: {name: Low, means: L}, 3 or more: {name: High, means: H}}\n"
        "findings:\n  why: {pick: first, rules: {two_b: {when: b >= 3, name: B, means: B}}, otherwise: {name: O, means: O}}\n"
    )
    result = both(plan, ANSWERED)
    assert result["scores"] == {"n": None, "s": 8, "f": 8}
    assert result["range"]["s"] == {"low": 0, "high": 8}
    assert result["range"]["f"] == {"low": 0, "high": 8}
    assert result["range"]["why"] == {"findings": ["two_b", "otherwise"]}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (Fraction(1, 3), "0.333333"),
        (Fraction(2, 3), "0.666667"),
        (Fraction(-1, 3), "-0.333333"),
        (Fraction(-2, 3), "-0.666667"),
        (Fraction(5, 10**7), "1e-06"),
        (Fraction(15, 10**7), "2e-06"),
        (Fraction(-5, 10**7), "0.0"),
        (Fraction(-15, 10**7), "-1e-06"),
        (Fraction(123456789, 10), "12345678.9"),
    ],
)
def test_numbers_of_a_result_have_six_decimals_and_halves_go_up(number: Fraction, expected: str) -> None:
    assert str(written(number)) == expected


def test_a_band_of_a_score_that_may_not_be_there_is_not_certain() -> None:
    """y may not be asked, and then s has no band: that s is low is unknown, and not certain because it is all that s could be."""
    body = (
        FOUR
        + "questions:\n  x: {ask: X, answers: four}\n  y: {ask: Y, answers: four, ask_if: x is d, not_asked: leave_out}\n  z: {ask: Z, answers: four}\n"
        "scores:\n  s: {add: [y]}\nbands:\n  s:\n    ranges: {0-3: {name: Low, means: L}, 4-9: {name: High, means: H}}OVERRIDE\n"
        "flags:\n  f: {when: s is low, show: with_result, level: see-someone, title: T, say: S}\n"
        "  g: {when: not (s is low), show: with_result, level: see-someone, title: T, say: S}\n"
        "findings:\n  why: {pick: first, rules: {low_s: {when: s is low, name: L, means: L}}, otherwise: {name: O, means: O}}\n"
    )
    plan = compiled(body.replace("OVERRIDE", ""))
    result = both(plan, {"z": "a"})
    assert (result["flags"], result["findings"]) == ([], {"why": None})
    assert result["range"]["why"] == {"findings": ["low_s", "otherwise"]}
    assert both(plan, {"x": "a", "z": "a"})["flags"] == ["g"]
    assert both(plan, {"x": "d", "z": "a"})["flags"] == ["f"]
    plan = compiled(body.replace("OVERRIDE", "\n    override: {one_a: {when: z is d, band: low}}"))
    assert both(plan, {"z": "d"})["flags"] == ["f"]
    assert both(plan, {"z": "a"})["flags"] == []
    assert both(plan, {"x": "a"})["flags"] == []
    assert both(plan, {"x": "a"})["range"]["why"] == {"findings": ["low_s", "otherwise"]}
