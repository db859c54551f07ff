"""Definitions that chance seldom draws, against the count of every pattern: each holds what some part of the engine is there for."""

from __future__ import annotations

from typing import Any

import pytest

from ebbtide.selfcheck import score
from ebbtide.selfcheck.proofs import prove
from ebbtide.selfcheck.proofs.automaton import Automaton, TooLarge
from ebbtide.selfcheck.proofs.graph import Graph
from ebbtide.selfcheck.proofs.reader import Reader
from tests.unit.selfcheck.proofs.check import check
from tests.unit.selfcheck.proofs.engine import engine
from tests.unit.selfcheck.proofs.test_planted import entries, sound
from tests.unit.selfcheck.support import HEAD

PERHAPS = """\
answer_lists:
  under: {a: [A, -3], b: [B, -1]}
  lower: {a: [A, -9], b: [B, -6]}
  over: {a: [A, 2], b: [B, 5]}
questions:
  x: {ask: X, answers: over, optional: true}
  u: {ask: U, answers: under, ask_if: x is b, not_asked: leave_out}
  v: {ask: V, answers: lower, ask_if: x is b, not_asked: leave_out, optional: true}
  w: {ask: W, answers: over, ask_if: x is b, not_asked: leave_out}
  e: {ask: E, answers: over, optional: true}
scores:
  s: {title: S, SCORE}
bands:
  s: {below -1: {name: Low, means: L}, -1 to below 4: {name: Mid, means: M}, 4 or more: {name: High, means: H}}
flags:
  high: {when: s >= 2, show: with_result, level: see-someone, title: T, say: S}
  low: {when: "LIST", show: at_once, level: see-someone, title: T, say: S}
findings:
  which: {pick: first, rules: {low_s: {when: s is low, name: L, means: L}, other: {when: not (s is high), name: M, means: M}}, otherwise: {name: O, means: O}}
"""
"""u, v and w may not be asked, and whether they are may not be known."""


@pytest.mark.parametrize(
    ("rule", "compared"),
    [
        ("add: [u, v]", "sum of [u, v] >= -3"),
        ("add: [u, w]", "sum of [u, w] > 2"),
        ("add: [w]", "sum of [w, v] >= -4"),
        ("multiply: [v, -1]", "not (sum of [v, u] >= -7)"),
        ("add: [v, w, e], blank: {allow: 1, then: leave_out}", "sum of [v, e] < 2"),
        ("add: [u, v, w], blank: {allow: 2, then: scale_up, round: up}", "count of [u >= -1, v >= -1, w >= 5] >= 2"),
        ("smallest: [u, v]", "smallest of [u, v] >= -1"),
        ("smallest: [u, e]", "smallest of [e, w] >= 5"),
        ("smallest: [v, w, e], blank: {allow: 2, then: count_as, value: 1}", "smallest of [w, v] = -3"),
        ("largest: [u, v]", "largest of [v, u] = -1"),
        ("largest: [w, u]", "largest of [w, e] > 2"),
        ("largest: [v, u, e], blank: {allow: 2, then: leave_out}", "largest of [u, w] != 5"),
        ("average: [u, e], round: exact", "any of [u, v] > -3"),
        ("average: [u, v, e], blank: {allow: 2, then: count_as, value: 1}, round: {how: down, to: 0.5}", "w > e"),
        ("add: [u], not_asked: 7", "u >= -1 or not (e >= 5)"),
        ("add: [v], reverse: [v], not_asked: -3", "count of [w >= 5, e >= 5] = 1"),
        ("of: u, steps: {below -2: 10, -2 or more: -4}, not_asked: 3", "none of [u, v] >= -1"),
        ("count: [u >= -1, v >= -1, e >= 5], blank: {allow: 1, then: count_as, value: 5}", "all of [v, u] >= -1"),
        ("multiply: [w, -2]", "w is asked and v is not blank"),
        ("subtract: [e, u, 1]", "not (w is answered)"),
        ("ratio: [e, u], round: {how: nearest, to: 0.1}", "u < v"),
        ("ratio: [v, w], round: {how: up, to: 0.25}", "u > e"),
    ],
)
def test_what_may_not_be_asked(rule: str, compared: str) -> None:
    questionnaire, plan = sound(HEAD + PERHAPS.replace("SCORE", rule).replace("LIST", compared))
    check(questionnaire, plan)
    for blanks in ("optional", "all", "none"):
        assert engine(plan, blanks) > 50


LASTING = """\
questions:
  a: {ask: A, answers: {x: [X, 0], y: [Y, 3]}, optional: true}
  b: {ask: B, answers: {x: [X, 1], y: [Y, 3], n: [Not for me, blank]}}
  c: {ask: C, answers: {x: [X, 2], y: [Y, 3]}, ask_if: a is y, not_asked: blank}
  m: {ask: M, choose_many: {p: [P, 1], q: [Q, 2], r: [R, blank], none: No}, none: none, optional: true}
scores:
  s: {title: S, SCORE}
  t: {title: T, of: s, steps: {below 2: 0, 2 to below 5: 4, 5 or more: 2}}
bands:
  s: {below 3: {name: Low, means: L, level: low}, 3 or more: {name: High, means: H, level: high}}
findings:
  which: {pick: most_severe, rules: {some: {when: m includes p, name: M, means: M, level: some}, much: {when: count of m >= 2, name: L, means: L, level: high}}, otherwise: {name: O, means: O, level: low}}
flags:
  ticked: {when: "count of m >= 1 and c is not blank", show: at_once, level: see-someone, title: T, say: S}
"""
"""Answers that count as blanks, and a question that counts as one where it is not asked."""


@pytest.mark.parametrize(
    "rule",
    [
        "add: [a, b, c, m], blank: {allow: 2, then: scale_up, round: nearest}",
        "add: [a, c, 10], blank: {allow: 1, then: count_as, value: 4}",
        "average: [b, m], blank: {allow: 1, then: leave_out}, round: {how: up, to: 0.5}",
        "largest: [b, c, m], blank: {allow: 2, then: leave_out}",
        "smallest: [a, b, m], blank: {allow: 1, then: count_as, value: 2}",
        "ratio: [b, a], if_zero: blank, round: {how: nearest, to: 0.1}",
        "ratio: [b, a], if_zero: 4, round: {how: nearest, to: 0.1}",
        "count: [b >= 3, c >= 3, a >= 3], blank: {allow: 2, then: scale_up, round: up}",
    ],
)
def test_what_stays_blank(rule: str) -> None:
    questionnaire, plan = sound(HEAD + LASTING.replace("SCORE", rule))
    check(questionnaire, plan)
    for blanks in ("optional", "all", "none"):
        assert engine(plan, blanks) > 50


CLOCKS = """\
questions:
  bed: {ask: B, time: {from: "22:00", to: "1:00", step: "1:00"}, optional: true}
  up: {ask: U, time: {from: "5:00", to: "7:00", step: "1:00"}}
  nap: {ask: N, time: {from: "0:00", to: "2:00", step: "1:00"}, ask_if: "up >= 6:00", not_asked: leave_out}
  lain: {ask: L, duration: {from: "0:00", to: "2:00", step: "1:00"}, ask_if: "bed < 23:00 or bed >= 23:30", not_asked: blank, optional: true}
scores:
  night: {title: N, minutes_between: [bed, up]}
  late: {title: L, minutes_between: [nap, bed], not_asked: 100}
  points: {title: P, of: night, steps: {below 400: 3, 400 to 480: 2, above 480: 0}}
  share: {title: S, ratio: [lain, night], if_zero: blank, round: {how: nearest, to: 0.01}}
  both: {title: B, add: [points, late], blank: {allow: 1, then: count_as, value: 1}}
bands:
  points: {0-1: {name: Short, means: S, level: low}, 2-3: {name: Long, means: L, level: high}}
  late: {below 700: {name: Low, means: L}, 700 to below 1400: {name: Mid, means: M}, 1400 or more: {name: High, means: H}}
flags:
  before: {when: "night >= 420 and late > 90", show: with_result, level: see-someone, title: T, say: S}
  early: {when: "up = 5:00 or nap = 1:00", show: at_once, level: see-someone, title: T, say: S}
"""
"""Clock times that may be passed over, or not be asked, so that they are read one by one and not as pairs."""


def test_clock_times() -> None:
    questionnaire, plan = sound(HEAD + CLOCKS)
    check(questionnaire, plan)
    for blanks in ("optional", "all", "none"):
        assert engine(plan, blanks) > 50


SIGNS = """\
questions:
  g: {ask: G, answers: {n: [N, 0], y: [Y, 1]}}
  x: {ask: X, answers: {a: [A, 1], b: [B, 2], c: [C, 4]}}
  d: {ask: D, answers: {a: [A, 1], b: [B, 2]}, ask_if: g is y, not_asked: -1}
  r: {ask: R, answers: {a: [A, 1], b: [B, 2]}, ask_if: g is n, not_asked: 4}
  p: {ask: P, answers: {a: [A, -2], b: [B, -1]}}
  m: {ask: M, choose_many: {a: [A, 1], b: [B, 0], c: [C, -1]}}
scores:
  base: {title: O, add: [x, r]}
  s: {title: S, SCORE}
bands:
  s: {below 1: {name: Low, means: L, level: low}, 1 to below 3: {name: Mid, means: M, level: some}, 3 or more: {name: High, means: H, level: high}}
"""
"""Numbers below 0, and questions that count less or more where they are not asked."""


@pytest.mark.parametrize(
    "rule",
    [
        "ratio: [x, d], round: {how: nearest, to: 0.1}",
        "ratio: [x, p], round: {how: nearest, to: 0.1}",
        "ratio: [p, x], round: {how: nearest, to: 0.1}",
        "ratio: [d, p], round: {how: nearest, to: 0.1}",
        "ratio: [x, g], if_zero: blank, round: exact",
        "ratio: [x, g], if_zero: 9, round: exact",
        "ratio: [p, g], if_zero: -9, round: exact",
        "ratio: [g, x], round: exact",
        "ratio: [base, r], round: {how: nearest, to: 0.1}",
        "add: [d, x]",
        "add: [r, x]",
        "add: [m, base]",
        "subtract: [x, r]",
        "subtract: [base, x, m]",
        "multiply: [d, -2]",
        "largest: [d, p, r]",
        "average: [r, d], reverse: [r], round: exact",
        'count: [x >= 2, "not (d >= 2)", p <= -2, "r < 2"]',
        'count: ["x > r", "sum of [x, d] >= 3", "any of [r, p] >= 2", "largest of [d, p] >= 1"]',
        'count: ["m includes a", "count of m >= 2", "x is one of [b, c]", "x is not a", "d is asked", "g is answered and r is b"]',
        'count: ["x < 4", "x is b"]',
        'count: ["x >= 2", "x is b"]',
        "of: x, steps: {below 2: 5, 2 to 3: 1, above 3: 0}",
        "of: base, steps: {below 3: 0, 3 to 4: 2, above 4: 1}",
        "of: d, steps: {below 0: 4, 0 or more: 1}",
    ],
)
def test_which_way_a_raised_answer_moves_a_score(rule: str) -> None:
    questionnaire, plan = sound(HEAD + SIGNS.replace("SCORE", rule))
    check(questionnaire, plan)
    assert engine(plan, "none") > 50


def test_an_example_of_a_condition_passes_over_nothing_if_it_need_not() -> None:
    """s is 2 by x = 0 and a blank for y, which is met first, and by x = 1 and y = 1."""
    body = """\
answer_lists:
  list: {a: [A, 0], b: [B, 1]}
questions:
  x: {ask: X, answers: list}
  y: {ask: Y, answers: list, optional: true}
  z: {ask: Z, answers: list}
scores:
  s: {add: [x, y], blank: {allow: 1, then: count_as, value: 2}}
bands:
  s: {0-1: {name: Low, means: L}, 2-3: {name: High, means: H}}
flags:
  f: {when: s = 2 and z is b, show: with_result, level: see-someone, title: T, say: S}
"""
    questionnaire, plan = sound(HEAD + body)
    found = next(
        one for one in entries(prove(questionnaire, plan), 5)["conditions"] if one["condition"].startswith("s = 2")
    )
    assert found["true"] == {"x": "b", "y": "b", "z": "b"}
    assert score(plan, found["true"])["flags"] == ["f"]


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"max_steps": 40}, "more than 40 states are needed after 2 of 4 questions"),
        ({"max_states": 6}, "more than 6 states are needed after 1 of 4 questions"),
    ],
)
def test_the_work_of_an_automaton_is_bounded(limits: dict[str, Any], said: str) -> None:
    body = "questions:\n" + "".join(
        f"  q{number}: {{ask: Q, answers: {{a: [A, 0], b: [B, 1], c: [C, 2], d: [D, 3]}}}}\n" for number in range(4)
    )
    _, plan = sound(HEAD + body + "scores:\n  s: {add: [q0, q1, q2, q3]}\n")
    graph = Graph()
    node = Reader(graph, plan.data).value("s", False)
    assert Automaton(graph, [node]).patterns == (256, 256)
    with pytest.raises(TooLarge, match=said):
        Automaton(graph, [node], **limits)


def test_a_question_of_which_nobody_knows_whether_it_can_be_asked_is_unproved() -> None:
    body = """\
questions:
  v: {ask: V, number: {from: 0, to: 99999, step: 0.01}}
  w: {ask: W, number: {from: 0, to: 99999, step: 0.01}}
  x: {ask: X, answers: {n: [No, 0], y: [Yes, 1]}, ask_if: v > w}
"""
    _, plan = sound(HEAD + body)
    proof = prove(*sound(HEAD + body))
    assert {(problem.rule, problem.level) for problem in proof.problems} == {("unproved", "warning")}
    assert entries(proof, 2)["status"] == "unproved"
    assert entries(proof, 5)["status"] == "unproved"
    assert "that x can be asked is not proved, because v has 9,999,901 answers that all count differently." in {
        problem.message for problem in proof.problems if problem.place == plan.place("question", "x")
    }


def test_a_number_with_too_many_values_of_which_something_else_is_made_is_unproved() -> None:
    body = """\
questions:
  weight: {ask: Weight, number: {from: 1, to: 99999, step: 0.01}}
  x: {ask: X, answers: {n: [No, 1], y: [Yes, 2]}}
scores:
  share: {ratio: [weight, x], round: {how: nearest, to: 0.01}}
bands:
  share: {below 50: {name: Low, means: Low.}, 50 or more: {name: High, means: High.}}
"""
    proof = prove(*sound(HEAD + body))
    assert {problem.rule for problem in proof.problems} == {"unproved"}
    assert all(
        problem.message.endswith("because weight has 9,999,801 answers that all count differently.")
        for problem in proof.problems
    )
