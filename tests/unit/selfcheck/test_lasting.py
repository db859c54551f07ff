"""What stays blank whatever is answered still, followed through questions, scores, bands and counts. Both scorers, every time."""

from __future__ import annotations

import math
import subprocess
from decimal import Decimal
from typing import Any

import pytest

from ebbtide.selfcheck import score
from tests.unit.selfcheck.support import SCORING, both, compiled, node, run_javascript

LASTS = (
    "questions:\n  p: {ask: P, answers: {a: [A, 0], b: [B, 3], n: [N, blank]}}\n  q: {ask: Q, answers: {a: [A, 0], b: [B, 3]}}\n"
    "  m: {ask: M, choose_many: {a: [A, 1], b: [B, 2]}, ask_if: sum_pq <= 9, not_asked: leave_out}\n"
    "  k: {ask: K, answers: {a: [A, 1], b: [B, 3]}, ask_if: sum_pq <= 9, not_asked: blank}\n"
    "  b: {ask: B, answers: {a: [A, 1], b: [B, 3], n: [N, blank]}}\n  e: {ask: E, answers: {a: [A, 0], b: [B, 1]}}\n  g: {ask: G, answers: {a: [A, 0], b: [B, 1]}}\n"
    "scores:\n  sum_pq: {title: PQ, add: [p, q], blank: {allow: 1, then: count_as, value: 50}}\n"
)
NOW = {"p": "n", "m": ["a"], "k": "b", "b": "n", "e": "b", "g": "a"}
"""p stays blank, and q is open. As it stands sum_pq has no value, and at most 6 whatever the two are, so that m and k are asked.
Once q is answered, p counts 50 by the rule, and neither is."""


def test_what_is_asked_now_may_not_be_when_a_rule_for_blanks_comes_in() -> None:
    plan = compiled(LASTS)
    assert both(plan, NOW)["asked"] == ["p", "q", "m", "k", "b", "e", "g"]
    assert both(plan, {**NOW, "q": "a"})["scores"] == {"sum_pq": 50}
    assert both(plan, {**NOW, "q": "a"})["asked"] == ["p", "q", "b", "e", "g"]
    assert both(plan, NOW)["range"] == {"sum_pq": {"low": 0, "high": 53}}


@pytest.mark.parametrize(
    ("rules", "low", "high", "settled"),
    [
        # m may not be asked, and then nothing that n adds is known.
        ("n: {title: N, add: [b, m], blank: {allow: 1, then: leave_out}}\n  s: {title: S, add: [n, e], blank: {allow: 1, then: count_as, value: 40}}", 2, 41, 41),
        # k may not be asked, and then counts as blank.
        ("s: {title: S, add: [k, e], blank: {allow: 1, then: count_as, value: 40}}", 2, 41, 41),
        ("s: {title: S, count: [k >= 3, e >= 1], blank: {allow: 1, then: count_as, value: 8}}", 1, 9, 9),
        # By its rule the divisor may be 0, though b is 1 at least.
        ("n: {title: N, add: [b, g], blank: {allow: 1, then: leave_out}}\n  r: {title: R, ratio: [e, n], if_zero: blank, round: {how: nearest, to: 0.01}}\n  s: {title: S, add: [r, e], blank: {allow: 1, then: count_as, value: 70}}", 1, 71, 71),
    ],
)  # fmt: skip
def test_the_range_holds_what_comes_when_the_rule_comes_in(rules: str, low: float, high: float, settled: float) -> None:
    plan = compiled(f"{LASTS}  {rules}\n")
    assert both(plan, NOW)["range"]["s"] == {"low": low, "high": high}
    assert both(plan, {**NOW, "q": "a"})["scores"]["s"] == settled


def test_ticks_and_answers_of_what_may_not_be_asked_in_the_end() -> None:
    plan = compiled(
        LASTS
        + "findings:\n  ticked: {pick: first, rules: {some: {when: count of m >= 1, name: S, means: S}}, otherwise: {name: O, means: O}}\n"
        "  picked: {pick: first, rules: {some: {when: m includes a, name: S, means: S}}, otherwise: {name: O, means: O}}\n"
        "  given: {pick: first, rules: {some: {when: k is answered, name: S, means: S}}, otherwise: {name: O, means: O}}\n"
    )
    result = both(plan, NOW)
    assert result["findings"] == {"ticked": "some", "picked": "some", "given": "some"}
    for name in ("ticked", "picked", "given"):
        assert result["range"][name] == {"findings": ["some", "otherwise"]}
    assert both(plan, {**NOW, "q": "a"})["findings"] == {
        "ticked": "otherwise",
        "picked": "otherwise",
        "given": "otherwise",
    }


def test_cut_offs_by_an_answer_that_may_not_be_asked_in_the_end() -> None:
    """As it stands k is asked, so its cut-offs hold; that they may not hold in the end is for the range to say."""
    plan = compiled(
        f"{LASTS}  t: {{title: T, add: [e]}}\n"
        "bands:\n  t:\n    by: k\n    when: {b: {0-1: {name: Strict, means: S}}}\n    otherwise: {0-1: {name: Loose, means: L}}\n"
    )
    result = both(plan, NOW)
    assert result["bands"] == {"t": "strict"}
    assert result["range"]["t"]["bands"] == ["strict", "loose"]


def test_cut_offs_by_an_answer_that_is_asked_because_of_a_rule_for_blanks() -> None:
    """p is blank and counts 50 by the rule, so that k is asked as it stands; whatever p were, it would not be."""
    plan = compiled(
        "questions:\n  p: {ask: P, answers: {a: [A, 0], b: [B, 3]}}\n  q: {ask: Q, answers: {a: [A, 0], b: [B, 3]}}\n"
        "  k: {ask: K, answers: {a: A, b: B}, ask_if: sum_pq >= 40, not_asked: blank}\n  e: {ask: E, answers: {a: [A, 0], b: [B, 1]}}\n"
        "scores:\n  sum_pq: {title: PQ, add: [p, q], blank: {allow: 1, then: count_as, value: 50}}\n  t: {title: T, add: [e]}\n"
        "bands:\n  t:\n    by: k\n    when: {b: {0-1: {name: Strict, means: S}}}\n    otherwise: {0-1: {name: Loose, means: L}}\n"
    )
    assert both(plan, {"q": "a", "k": "b", "e": "b"})["bands"] == {"t": "strict"}
    assert both(plan, {"p": "a", "q": "a", "k": "b", "e": "b"})["bands"] == {"t": "loose"}


def test_what_would_be_the_same_though_it_were_not_asked_is_certain() -> None:
    """u counts 2 whatever is answered, and s is 2 where u is not asked: nothing is open, and the flag holds for certain."""
    plan = compiled(
        "questions:\n  x: {ask: X, answers: {a: A, b: B}}\n  u: {ask: U, answers: {a: [A, 2], b: [B, 2]}, ask_if: x is b, not_asked: leave_out}\n"
        "scores:\n  s: {title: S, add: [u], not_asked: 2}\n  t: {title: T, of: s, steps: {below 2: 0, 2 or more: 1}}\n"
        "flags:\n  f: {when: s >= 2, show: with_result, level: see-someone, title: T, say: S}\n"
    )
    result = both(plan, {})
    assert result["scores"] == {"s": None, "t": None}
    assert result["flags"] == ["f"]
    assert result["range"] == {}


def test_what_is_made_of_a_score_that_is_not_there_has_no_range() -> None:
    plan = compiled(
        "questions:\n  x: {ask: X, answers: {a: A, b: B}}\n  u: {ask: U, answers: {a: [A, 0], b: [B, 2]}, ask_if: x is b, not_asked: leave_out}\n"
        "  e: {ask: E, answers: {a: [A, 0], b: [B, 2]}}\n"
        "scores:\n  s: {title: S, add: [u]}\n  t: {title: T, of: s, steps: {below 2: 0, 2 or more: 1}}\n  v: {title: V, add: [e]}\n"
    )
    assert both(plan, {"x": "a"})["range"] == {"v": {"low": 0, "high": 2}}


def test_an_option_whose_id_is_the_beginning_of_another() -> None:
    plan = compiled("questions:\n  q: {ask: Q, answers: {some: [A, 1], something: [B, 5]}}\nscores:\n  s: {add: [q]}\n")
    assert both(plan, {"q": "some"})["scores"] == {"s": 1}
    assert both(plan, {"q": "something"})["scores"] == {"s": 5}


def test_nothing_stays_blank_of_a_score_that_may_only_be_absent() -> None:
    """u may not be asked, and then s is not there; but nothing of it stays blank, so that nothing counts 70 in t."""
    plan = compiled(
        "questions:\n  x: {ask: X, answers: {a: A, b: B}}\n  u: {ask: U, answers: {a: [A, 0], b: [B, 2]}, ask_if: x is b, not_asked: leave_out}\n"
        "  e: {ask: E, answers: {a: [A, 0], b: [B, 2]}}\n"
        "scores:\n  s: {title: S, add: [u]}\n  t: {title: T, add: [s, e], blank: {allow: 1, then: count_as, value: 70}}\n"
    )
    assert both(plan, {"e": "b"})["range"]["t"] == {"low": 2, "high": 4}


@pytest.mark.parametrize(
    ("points", "can_be_zero"),
    [
        ("-2, -1", False),
        ("-1, 0", True),
        ("-1, 1", True),
        ("0, 1", True),
        ("1, 2", False),
        ("0.5, 1", False),
        ("-1, -0.5", False),
    ],
)
def test_a_ratio_stays_blank_only_where_its_divisor_can_be_0(points: str, can_be_zero: bool) -> None:
    first, second = points.split(", ")
    plan = compiled(
        f"questions:\n  a: {{ask: A, answers: {{x: [X, 1], y: [Y, 2]}}}}\n  d: {{ask: D, answers: {{x: [X, {first}], y: [Y, {second}]}}}}\n"
        "scores:\n  n: {title: N, ratio: [a, d], if_zero: blank, round: exact}\n"
        "  s: {title: S, add: [n, a], blank: {allow: 1, then: count_as, value: 100}}\n"
    )
    high = both(plan, {"a": "x"})["range"]["s"]["high"]
    assert (high == 101) is can_be_zero
    assert both(plan, {"a": "x", "d": "x"})["scores"]["s"] == (
        101 if first == "0" else pytest.approx(1 + 1 / float(first))
    )


@pytest.mark.parametrize(
    ("counted", "low", "high"),
    [
        ("[c >= 3, e >= 1]", 2, 3),  # one that stays unknown is allowed, and the other is known
        ("[c >= 3, d >= 3]", 1, 51),  # both may stay unknown, and then the count does
        ("[c >= 3, d >= 3, e >= 1]", 2, 51),  # two are more than it allows
    ],
)
def test_a_count_stays_blank_where_nothing_of_it_is_known(counted: str, low: int, high: int) -> None:
    plan = compiled(
        "questions:\n  a: {ask: A, answers: {x: [X, 0], y: [Y, 3]}}\n  c: {ask: C, answers: {x: [X, 2], y: [Y, 3]}, ask_if: a is y, not_asked: blank}\n"
        "  d: {ask: D, answers: {x: [X, 2], y: [Y, 3]}, ask_if: a is y, not_asked: blank}\n  e: {ask: E, answers: {x: [X, 0], y: [Y, 1]}}\n"
        f"scores:\n  n: {{title: N, count: {counted}, blank: {{allow: 1, then: leave_out}}}}\n"
        "  s: {title: S, add: [n, e], blank: {allow: 1, then: count_as, value: 50}}\n"
    )
    assert both(plan, {"a": "x", "e": "y"})["range"]["s"] == {"low": low, "high": high}


def test_a_ratio_whose_divisor_is_not_asked_does_not_stay_blank() -> None:
    plan = compiled(
        "questions:\n  x: {ask: X, answers: {a: A, b: B}}\n  u: {ask: U, answers: {a: [A, 0], b: [B, 2]}, ask_if: x is b, not_asked: leave_out}\n"
        "  e: {ask: E, answers: {a: [A, 1], b: [B, 2]}}\n"
        "scores:\n  n: {title: N, ratio: [e, u], if_zero: blank, round: exact}\n"
        "  s: {title: S, add: [n, e], blank: {allow: 1, then: count_as, value: 70}}\n"
    )
    assert both(plan, {"x": "a"})["range"] == {"s": {"low": 1, "high": 2}}
    assert both(plan, {"x": "b", "u": "a", "e": "b"})["scores"] == {"n": None, "s": 72}


def test_a_band_by_an_override_that_stays_unknown() -> None:
    """n is known and low; what stays blank is only whether its override holds."""
    plan = compiled(
        "questions:\n  b: {ask: B, answers: {a: [A, 1], b: [B, 3], n: [N, blank]}}\n  e: {ask: E, answers: {a: [A, 0], b: [B, 1]}}\n  c: {ask: C, answers: {a: [A, 0], b: [B, 1]}}\n"
        "scores:\n  n: {title: N, add: [e]}\n  s: {title: S, count: [n is high, c >= 1], blank: {allow: 1, then: count_as, value: 8}}\n"
        "bands:\n  n:\n    ranges: {0: {name: Low, means: L}, 1: {name: High, means: H}}\n    override: {worse: {when: b >= 3, band: high}}\n"
    )
    result = both(plan, {"b": "n", "e": "a"})
    assert result["bands"] == {"n": "low"}
    assert result["range"]["s"] == {"low": 0, "high": 9}


def test_a_score_of_which_nothing_may_be_asked_and_something_may_stay_blank() -> None:
    """x may end it, and then y and z are left out; if it does not, z is not asked and stays blank. s may be absent, so t may be 0."""
    plan = compiled(
        "questions:\n  w: {ask: W, answers: {a: [A, 0], b: [B, 1]}}\n  x: {ask: X, answers: {a: A, b: B}, end_if: x is a, rest_counts_as: leave_out}\n"
        "  y: {ask: Y, answers: {a: [A, 2], b: [B, 4]}, not_asked: leave_out}\n  z: {ask: Z, answers: {a: [A, 2], b: [B, 4]}, ask_if: w is b, not_asked: blank}\n"
        "scores:\n  s: {title: S, add: [y, z], blank: {allow: 1, then: count_as, value: 30}}\n  t: {title: T, add: [s, w]}\n"
    )
    assert both(plan, {"w": "a"})["range"]["t"] == {"low": 0, "high": 34}
    assert both(plan, {"w": "a", "x": "a"})["scores"] == {"s": None, "t": 0}
    assert both(plan, {"w": "a", "x": "b", "y": "b"})["scores"] == {"s": 34, "t": 34}


def test_the_highest_of_what_may_not_be_asked_and_lies_below_zero() -> None:
    """Where neither is asked there is no score at all, so that 0 is no value of it."""
    plan = compiled(
        "questions:\n  x: {ask: X, answers: {a: A, b: B}}\n  u: {ask: U, answers: {a: [A, -3], b: [B, -1]}, ask_if: x is b, not_asked: leave_out}\n"
        "  v: {ask: V, answers: {a: [A, -9], b: [B, -6]}, ask_if: x is b, not_asked: leave_out}\nscores:\n  s: {add: [u, v]}\n  up: {show: false, subtract: [0, u]}\n"
        "flags:\n  f: {when: up >= 3, show: with_result, level: see-someone, title: T, say: S}\n"
    )
    assert both(plan, {})["range"]["s"] == {"low": -12, "high": -1}


NUMBERS = (
    "questions:\n  n: {ask: N, number: {from: 100, to: 2000, step: 0.5}}\n  s: {ask: S, number: {from: 1, to: 10, step: 3}}\n"
    '  t: {ask: T, time: {from: "22:10", to: "2:10", step: "0:30"}}\n'
)


@pytest.mark.parametrize(
    ("answers", "holds"),
    [
        ({"n": 100}, True),
        ({"n": 2000}, True),
        ({"n": 60}, False),  # a clock time would begin again after midnight, a number does not
        ({"n": 1e-7}, False),
        ({"n": 1e21}, False),
        ({"s": 1}, True),
        ({"s": 4}, True),
        ({"s": 10}, True),
        ({"s": 2}, False),
        ({"s": 5}, False),
        ({"t": "22:10"}, True),
        ({"t": "0:10"}, True),
        ({"t": "2:10"}, True),
        ({"t": "22:00"}, False),
        ({"t": "0:00"}, False),
        ({"t": "2:40"}, False),
    ],
)
def test_steps_begin_at_the_lower_end(answers: dict[str, Any], holds: bool) -> None:
    [name] = answers
    plan = compiled(NUMBERS)
    [[said]] = run_javascript([(plan.as_json(), [answers])])
    if holds:
        both(plan, answers)
        return
    sentence = f"The answer to {name} is outside its range, or between its steps."
    with pytest.raises(ValueError, match=sentence):
        score(plan, answers)
    assert said == {"error": sentence}


def test_numbers_that_only_python_can_give() -> None:
    plan = compiled(NUMBERS)
    for bad in (math.inf, -math.inf, math.nan):
        with pytest.raises(ValueError, match=r"^The answer to n is not a number\.$"):
            score(plan, {"n": bad})
    for far in (10**400, Decimal("1e400"), -(10**400)):
        with pytest.raises(ValueError, match=r"^The answer to n is outside its range, or between its steps\.$"):
            score(plan, {"n": far})
    assert score(plan, {"n": Decimal("100.5")}) == score(plan, {"n": 100.5})


def test_numbers_that_only_javascript_can_give() -> None:
    script = (
        f"import {{ score }} from 'file://{SCORING}';"
        "const plan = { questions: [{ id: 'n', kind: 'number', from: 0, to: 9, step: 1 }], scores: [], bands: [], findings: [], flags: [] };"
        "for (const n of [NaN, Infinity, -Infinity]) { try { score(plan, { n }); console.log('taken'); } catch (error) { console.log(error.message); } }"
        "console.log(JSON.stringify(score(plan, { n: undefined }).asked), JSON.stringify(score(plan, { n: -0 }).asked));"
    )
    done = subprocess.run(
        [node(), "--input-type=module", "-e", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines() == ["The answer to n is not a number."] * 3 + ['["n"] ["n"]']
