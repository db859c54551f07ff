"""Many answers: numbers, clock times, lists to tick; and what is said where it is too much."""

from __future__ import annotations

import importlib.util
import time
from typing import Any

import pytest

from ebbtide.selfcheck import score
from ebbtide.selfcheck.proofs import prove
from ebbtide.selfcheck.proofs.automaton import Automaton
from ebbtide.selfcheck.proofs.choices import TooManyAnswers, choices, size
from ebbtide.selfcheck.proofs.graph import Graph
from ebbtide.selfcheck.proofs.reader import Reader
from ebbtide.selfcheck.proofs.schedule import differences
from tests.unit.selfcheck.proofs.test_planted import entries, only, sound
from tests.unit.selfcheck.support import HEAD, ROOT


def test_minutes_between_any_two_clock_times_are_counted_at_once() -> None:
    starts, ends = tuple(range(0, 1440, 7)), (*range(1200, 1440, 5), *range(0, 300, 5))
    expected: dict[int, int] = {}
    for start in starts:
        for end in ends:
            minutes = (end - start) % 1440
            expected[minutes] = expected.get(minutes, 0) + 1
    found = differences(starts, ends)
    assert {minutes: count for minutes, (count, _) in found.items()} == expected
    assert all(start in starts and (start + minutes) % 1440 in ends for minutes, (_, start) in found.items())


SEVEN_CLOCKS = (
    "questions:\n"
    + "".join(f"  t{number}: {{ask: T, time: any}}\n" for number in range(8))
    + """\
scores:
  a: {show: false, minutes_between: [t0, t1]}
  b: {show: false, minutes_between: [t2, t3]}
  c: {show: false, minutes_between: [t4, t5]}
  a3: {show: false, of: a, steps: {below 60: 0, 60 to below 600: 1, 600 or more: 3}}
  b3: {show: false, of: b, steps: {below 60: 0, 60 to below 600: 1, 600 or more: 3}}
  c3: {show: false, of: c, steps: {below 60: 0, 60 to below 600: 1, 600 or more: 3}}
  total: {add: [a3, b3, c3]}
bands:
  total: {0-3: {name: Low, means: Low.}, 4-8: {name: High, means: High.}}
flags:
  late: {when: "t6 >= 3:00 and t7 < 12:00", show: at_once, level: see-someone, title: Late, say: Late.}
"""
)


def test_eight_clock_times_by_the_minute() -> None:
    questionnaire, plan = sound(HEAD + SEVEN_CLOCKS)
    start = time.perf_counter()
    proof = prove(questionnaire, plan)
    assert time.perf_counter() - start < 20  # it is a third of a second; the machine may be busy
    problem = only(proof, "band-gap")
    assert "the total is 9 and no band says what that means." in problem.message
    gap = entries(proof, 1)["tables"][0]["gaps"][0]
    assert (
        gap["patterns"] == (1440 * 840) ** 3
    )  # each of the three: 1,440 starts, 840 ends that are 600 minutes or more later
    result = score(plan, gap["witness"])
    assert result["scores"]["total"] == 9
    assert entries(proof, 13)["tables"][0]["patterns"] == 1440**6


def test_a_result_by_two_clock_times_is_settled_after_the_second() -> None:
    body = """\
questions:
  up: {ask: U, time: any}
  bed: {ask: B, time: any}
  x: {ask: X, answers: {n: [No, 0], y: [Yes, 1]}}
scores:
  night: {minutes_between: [bed, up], higher_is: neither}
bands:
  night: {below 400: {name: Short, means: Short.}, 400 or more: {name: Long, means: Long.}}
"""
    [settled] = entries(prove(*sound(HEAD + body)), 12)["settled"]
    assert (settled["after"], settled["asked"]) == ("bed", 2)


def test_how_few_answers_raise_a_flag_that_comes_with_the_result_is_not_worth_a_long_search() -> None:
    body = """\
questions:
  x: {ask: X, number: {from: 0, to: 499}}
  y: {ask: Y, number: {from: 0, to: 499}}
  z: {ask: Z, number: {from: 0, to: 1}}
scores:
  total: {add: [x, y, z]}
flags:
  high: {when: total >= 900, show: with_result, level: see-someone, title: High, say: High.}
"""
    proof = prove(*sound(HEAD + body))
    assert proof.problems == []
    [flag] = entries(proof, 6)["flags"]
    assert (flag["flag"], flag["answers"], flag["witness"]) == ("high", None, None)


def test_a_number_with_millions_of_values_is_grouped_by_what_it_is_compared_with() -> None:
    body = """\
questions:
  weight: {ask: Weight, number: {from: 0, to: 999999, step: 0.01}}
  x: {ask: X, answers: {n: [No, 0], y: [Yes, 1]}}
scores:
  heavy: {show: false, of: weight, steps: {below 80.5: 0, 80.5 to 120: 1, above 120: 2}}
  total: {add: [heavy, x]}
bands:
  total: {0-3: {name: All, means: All.}}
flags:
  light: {when: "weight < 40.25", show: at_once, level: see-someone, title: Light, say: Light.}
"""
    questionnaire, plan = sound(HEAD + body)
    proof = prove(questionnaire, plan)
    assert proof.problems == []
    by_total = {one["total"]: one["patterns"] for one in entries(proof, 13)["tables"][0]["by_total"]}
    below, middle = 8050, 12000 - 8050 + 1
    above = 99_999_901 - below - middle
    assert by_total == {0: below, 1: below + middle, 2: middle + above, 3: above}


def test_a_number_with_too_many_values_that_all_count_is_said_to_be_unproved() -> None:
    body = """\
questions:
  weight: {ask: Weight, number: {from: 0, to: 999999, step: 0.01}}
scores:
  total: {multiply: [weight, 2]}
bands:
  total: {0 to 5: {name: All, means: All.}}
"""
    questionnaire, plan = sound(HEAD + body)
    proof = prove(questionnaire, plan)
    problems = {problem.rule for problem in proof.problems}
    assert problems == {"unproved"}
    assert all(problem.level == "warning" for problem in proof.problems)
    assert not proof.proved
    assert {problem.message for problem in proof.problems} == {
        "that total always has a value is not proved, because weight has 99,999,901 answers that all count differently.",
        "total: that every total has one band is not proved, because weight has 99,999,901 answers that all count differently.",
    }
    assert entries(proof, 1)["status"] == "unproved"
    assert entries(proof, 13)["tables"] == []


def test_a_long_list_to_tick_is_never_written_out() -> None:
    options = ", ".join(f"o{number}: [O {number}, {number % 3}]" for number in range(40))
    body = f"""\
questions:
  many: {{ask: Many, choose_many: {{{options}, none: None of these}}, none: none}}
scores:
  total: {{add: [many]}}
bands:
  total: {{0-38: {{name: All, means: All.}}}}
flags:
  some: {{when: "count of many >= 3 and many includes any of [o1, o2]", show: at_once, level: see-someone, title: T, say: S.}}
"""
    questionnaire, plan = sound(HEAD + body)
    proof = prove(questionnaire, plan)
    assert only(proof, "band-gap").message.endswith("the total is 39 and no band says what that means.")
    table = entries(proof, 13)["tables"][0]
    assert table["complete"] == 2**40
    assert sum(one["complete"] for one in table["by_total"]) == 2**40
    assert table["by_total"][-1]["complete"] == 2**14  # all with points, and any of the 14 without


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ({"kind": "one", "options": [["a"], ["b"]]}, 2),
        ({"kind": "many", "options": [["a"], ["b"], ["c"]]}, 8),
        ({"kind": "many", "options": [["a"], ["b"], ["c"]], "none": "c"}, 4),
        ({"kind": "number", "from": 0, "to": "1.5", "step": "0.5"}, 4),
        ({"kind": "time", "from": 1200, "to": 1500, "step": 30}, 11),
    ],
)
def test_how_many_answers_a_question_has(question: dict[str, Any], count: int) -> None:
    assert size(question) == count
    graph = Graph()
    variable = graph.variable({"id": "x", **question})
    assert sum(choice.count for choice in choices(variable, graph.answer(variable), {}, ())) == count


def test_a_number_too_long_to_list_is_refused_where_it_is_used_as_a_number() -> None:
    graph = Graph()
    data = {"id": "x", "kind": "number", "from": 0, "to": 999_999, "step": 1, "low": 0, "high": 999_999}
    reader = Reader(graph, {"questions": [data], "scores": [], "bands": [], "findings": [], "flags": []})
    with pytest.raises(TooManyAnswers, match="x has 1,000,000 answers that all count differently"):
        Automaton(graph, [reader.value("x", False)])


def test_the_twenty_seven_items_of_the_benchmark() -> None:
    """27 items with 5 options, skips and 3 blanks; the benchmark shows that it takes about half a second."""
    spec = importlib.util.spec_from_file_location("benchmark", ROOT / "benchmarks" / "proofs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    questionnaire, plan = module.compiled(module.definition(27))
    start = time.perf_counter()
    proof = prove(questionnaire, plan)
    assert time.perf_counter() - start < 15
    assert proof.problems == []
    assert entries(proof, 13)["tables"][0]["patterns"] > 10**18
