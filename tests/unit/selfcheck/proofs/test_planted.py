"""Defects of published definitions, planted in copies of the structures: each is found, and its witness, scored, shows it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from ebbtide.model.questionnaire import Questionnaire
from ebbtide.problem import Problem
from ebbtide.selfcheck import Plan, score
from ebbtide.selfcheck.proofs import Proof, prove
from tests.unit.selfcheck.support import HEAD, ROOT, read

VECTORS = ROOT / "tests" / "vectors"


def planted(name: str, *changes: tuple[str, str]) -> tuple[Questionnaire, Plan]:
    """A vector with parts of its text replaced; it compiles without a problem."""
    text = (VECTORS / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return sound(text[: text.index("examples:")] if "examples:" in text else text)


def sound(text: str, tables: Any = None) -> tuple[Questionnaire, Plan]:
    questionnaire, plan, problems = read(text, tables)
    assert [problem for problem in problems if problem.level == "error"] == []
    assert questionnaire is not None
    assert plan is not None
    return questionnaire, plan


def changed(plan: Plan, change: Any) -> Plan:
    """A plan with its data changed, as no compiled definition could be."""
    data = copy.deepcopy(plan.data)
    change(data)
    return replace(plan, data=data)


def only(proof: Proof, rule: str) -> Problem:
    found = [problem for problem in proof.problems if problem.rule == rule]
    assert len(found) == 1, proof.problems
    return found[0]


def entries(proof: Proof, number: int) -> Any:
    return proof.report()["analyses"][number - 1]


def test_the_published_structures_are_proved_and_have_the_published_numbers() -> None:
    for file in sorted(VECTORS.glob("*.yaml")):
        proof = prove(*sound(file.read_text(encoding="utf-8")))
        assert proof.problems == [], file.name
        assert proof.proved
    proof = prove(*sound((VECTORS / "phq-9.yaml").read_text(encoding="utf-8")))
    by_band = {band["band"]: band["complete"] for band in entries(proof, 13)["tables"][0]["by_band"]}
    assert sum(by_band.values()) == 4**9
    assert by_band["minimal"] == 706
    meeting = next(
        one for one in entries(proof, 7)["meetings"] if one["result"] == "total" and one["outcome"] == "minimal"
    )
    assert meeting["low"] is True
    assert (meeting["with_flag_complete"], meeting["complete"]) == (219, 706)
    _, plan = planted("phq-9")
    shown = score(plan, meeting["witness"])
    assert shown["flags"] == ["self_harm"]
    assert shown["bands"]["total"] == "minimal"


def test_bands_that_start_at_1() -> None:
    questionnaire, plan = planted("phq-9", ("    0-4: {name: Minimal", "    1-4: {name: Minimal"))
    proof = prove(questionnaire, plan)
    problem = only(proof, "band-gap")
    assert problem.message == "With these answers: q1 to q9 = None, the total is 0 and no band says what that means."
    assert problem.hint == "Let the lowest band begin at 0."
    assert problem.place == plan.place("row", "total", "0", "0")
    gap = entries(proof, 1)["tables"][0]["gaps"][0]
    assert gap["patterns"] == 1
    result = score(plan, gap["witness"])
    assert result["scores"]["total"] == 0
    assert result["bands"]["total"] is None


def test_a_band_written_19_to_14_is_refused_and_a_plan_with_it_is_disproved() -> None:
    text = (VECTORS / "phq-9.yaml").read_text(encoding="utf-8").replace("    15-19: {", "    19-14: {")
    _, plan, problems = read(text)
    assert plan is None
    assert [problem.rule for problem in problems] == ["range-reversed"]
    questionnaire, plan = planted("phq-9")

    def reverse(data: Any) -> None:
        data["bands"][0]["cases"][0][1][3][1:] = [19, 14]

    broken = changed(plan, reverse)
    proof = prove(questionnaire, broken)
    assert only(proof, "unreachable-band").place == plan.place("row", "total", "0", "3")
    gap = entries(proof, 1)["tables"][0]["gaps"][0]
    assert gap["values"] == [15, 16, 17, 18, 19]
    result = score(broken, gap["witness"])
    assert result["scores"]["total"] == gap["value"]
    assert result["bands"]["total"] is None
    assert only(proof, "band-gap").hint == "Make one band end at 19 or begin at 15."


def test_a_hole_at_one_total() -> None:
    questionnaire, plan = planted("pss-10", ("    14-26: {", "    14-25: {"))
    proof = prove(questionnaire, plan)
    problem = only(proof, "band-gap")
    assert "the total is 26 and no band says what that means." in problem.message
    assert problem.hint == "Make one band end at 26 or begin at 26."
    gap = entries(proof, 1)["tables"][0]["gaps"][0]
    assert gap["values"] == [26]
    assert gap["complete"] == ways(10, 5)[26]
    assert score(plan, gap["witness"])["scores"]["total"] == 26


def ways(items: int, options: int) -> list[int]:
    """In how many ways each total comes about, by adding one item after the other."""
    found = [1]
    for _ in range(items):
        found = [sum(found[max(0, total - options + 1) : total + 1]) for total in range(len(found) + options - 1)]
    return found


def test_a_hole_that_only_scaling_up_for_a_blank_can_reach() -> None:
    body = """\
answer_lists:
  list: {a: [A, 0], b: [B, 2]}
questions:
  x: {ask: X, answers: list}
  y: {ask: Y, answers: list}
  z: {ask: Z, answers: list}
scores:
  total: {add: [x, y, z], blank: {allow: 1, then: scale_up, round: nearest}}
bands:
  total:
    0-2: {name: Low, means: Low.}
    4-6: {name: High, means: High.}
"""
    questionnaire, plan = sound(HEAD + body)
    proof = prove(questionnaire, plan)
    assert (
        only(proof, "band-gap").message
        == "With these answers: x = A, y = B, z = blank, the total is 3 and no band says what that means."
    )
    gap = entries(proof, 1)["tables"][0]["gaps"][0]
    assert gap["patterns"] == 6
    assert gap["complete"] == 0
    assert score(plan, gap["witness"])["scores"]["total"] == 3


def test_two_bands_that_share_a_total() -> None:
    questionnaire, plan = planted("gad-7")

    def widen(data: Any) -> None:
        data["bands"][0]["cases"][0][1][1][1] = 4

    proof = prove(questionnaire, changed(plan, widen))
    problem = only(proof, "band-overlap")
    assert problem.message.endswith("the total is 4, which lies in minimal and mild.")
    assert problem.place == plan.place("row", "total", "0", "1")
    overlap = entries(proof, 1)["tables"][0]["overlaps"][0]
    assert (overlap["value"], overlap["bands"], overlap["patterns"]) == (4, ["minimal", "mild"], ways(7, 4)[4])


def test_blanks_that_count_as_0_leave_every_band_open() -> None:
    """One answer out of nine reads as minimal: no error, since the page then shows a range, and the report counts it."""
    questionnaire, plan = planted("k10", ("add: [q1,", "blank: {allow: 9, then: count_as, value: 0}, add: [q1,"))
    proof = prove(questionnaire, plan)
    found = entries(proof, 9)["tables"][0]
    assert found["spanning"] > 0
    worst = max(found["cases"], key=lambda case: len(case["possible"]))
    assert worst["possible"] == ["well", "mild", "moderate", "severe"]
    result = score(plan, worst["witness"])
    assert result["range"]["total"]["bands"] == worst["possible"]
    assert result["range"]["total"]["low"] < result["range"]["total"]["high"]


def test_a_condition_so_malformed_that_seven_of_ten_questions_never_show() -> None:
    changes = [
        (
            f"  q{number}: {{ask: Item {number}, answers: days}}",
            f"  q{number}: {{ask: Item {number}, answers: days, ask_if: q1 >= 4, not_asked: 0}}",
        )
        for number in range(3, 10)
    ]
    questionnaire, plan = planted("phq-9", *changes)
    proof = prove(questionnaire, plan)
    never = [problem for problem in proof.problems if problem.rule == "unreachable-question"]
    assert [problem.place for problem in never] == [plan.place("question", f"q{number}") for number in range(3, 10)]
    assert never[0].message == "q3 is never asked: no answers to the questions before it make its condition true."
    constant = [
        problem
        for problem in proof.problems
        if problem.rule == "condition-constant" and problem.message.startswith("q1 >= 4")
    ]
    assert len(constant) == 7
    assert constant[0].message == "q1 >= 4 is never true, whatever is answered."
    assert entries(proof, 2)["never_asked"] == [f"q{number}" for number in range(3, 10)]


AUDIT_C = """\
questions:
  sex: {ask: Sex, answers: {female: Female, male: Male}}
  a: {ask: A, answers: {n: [No, 0], s: [Some, 2], m: [Much, 4]}}
  b: {ask: B, answers: {n: [No, 0], s: [Some, 2], m: [Much, 4]}}
  c: {ask: C, answers: {n: [No, 0], s: [Some, 2], m: [Much, 4]}}
scores:
  total: {add: [a, b, c]}
bands:
  total:
    by: sex
    when:
      male:
        0-3: {name: Not at risk, means: Below.}
        4-12: {name: At risk, means: Above.}
      female:
        0-2: {name: Not at risk, means: Below.}
        3-12: {name: At risk, means: Above.}
    otherwise:
"""


def test_a_cut_off_by_sex_where_sex_is_blank_and_12_of_12_reads_not_at_risk() -> None:
    questionnaire, plan = sound(
        HEAD
        + AUDIT_C
        + "      0-12: {name: Not at risk, means: Below.}\n      above 12: {name: At risk, means: Above.}\n"
    )
    proof = prove(questionnaire, plan)
    problem = only(proof, "cut-off-blank-milder")
    assert problem.place == plan.place("bands", "total")
    milder = entries(proof, 4)["tables"][0]["blank_milder"]
    assert [one["value"] for one in milder] == [4, 6, 8, 10, 12]
    result = score(plan, milder[-1]["witness"])
    assert milder[-1]["witness"]["sex"] is None
    assert result["scores"]["total"] == 12
    assert result["bands"]["total"] == "not-at-risk"
    for sex in ("female", "male"):
        assert score(plan, {**milder[-1]["witness"], "sex": sex})["bands"]["total"] == "at-risk"


def test_a_cut_off_by_sex_without_otherwise_is_refused_and_a_plan_with_it_is_disproved() -> None:
    _, plan, problems = read(HEAD + AUDIT_C.removesuffix("    otherwise:\n"))
    assert plan is None
    assert [problem.rule for problem in problems] == ["otherwise-missing"]
    questionnaire, plan = sound(
        HEAD + AUDIT_C + "      0-2: {name: Not at risk, means: Below.}\n      3-12: {name: At risk, means: Above.}\n"
    )
    assert prove(questionnaire, plan).problems == []

    def drop(data: Any) -> None:
        del data["bands"][0]["cases"][2]

    broken = changed(plan, drop)
    proof = prove(questionnaire, broken)
    problem = only(proof, "cut-off-uncovered")
    assert (
        problem.message
        == "With these answers: sex = blank, a to c = No, the total is 0 and no cut-offs say how to read it."
    )
    uncovered = entries(proof, 4)["tables"][0]["uncovered"]
    assert [one["value"] for one in uncovered] == [0, 2, 4, 6, 8, 10, 12]
    assert score(broken, uncovered[-1]["witness"])["bands"]["total"] is None


def test_a_total_that_evaluates_to_nothing_because_its_items_moved_into_a_group() -> None:
    body = """\
answer_lists:
  list: {a: [A, 0], b: [B, 1]}
questions:
  ever: {ask: Ever, answers: {yes: "Yes", no: "No"}}
  x: {ask: X, answers: list, ask_if: ever is yes, not_asked: leave_out}
  y: {ask: Y, answers: list, ask_if: ever is yes, not_asked: leave_out}
scores:
  total: {add: [x, y]}
bands:
  total:
    0-2: {name: Some, means: Some.}
"""
    questionnaire, plan = sound(HEAD + body)
    proof = prove(questionnaire, plan)
    problem = only(proof, "no-value")
    assert problem.place == plan.place("score", "total")
    assert (
        problem.message
        == "With these answers: ever = No, nothing is left of the total: none of what it is made of was asked, and it has no value."
    )
    lost = entries(proof, 8)["scores"][0]["lost"]
    assert score(plan, lost)["scores"]["total"] is None
    said = sound(HEAD + body.replace("add: [x, y]", "add: [x, y], not_asked: 0"))
    assert prove(*said).problems == []


def test_a_decimal_between_two_bands() -> None:
    body = """\
answer_lists:
  list: {a: [A, 0], b: [B, 1], c: [C, 2.5]}
questions:
  x: {ask: X, answers: list}
  y: {ask: Y, answers: list}
scores:
  total: {add: [x, y]}
bands:
  total:
    0 to 3: {name: Low, means: Low.}
    4 to 5: {name: High, means: High.}
"""
    questionnaire, plan = sound(HEAD + body)
    proof = prove(questionnaire, plan)
    problem = only(proof, "decimal-gap")
    assert (
        problem.message == "With these answers: x = B, y = C, the total is 3.5, which falls between 0 to 3 and 4 to 5."
    )
    assert problem.hint == "Write 0 to below 4 in place of 0 to 3, or round the score."
    hole = entries(proof, 3)["tables"][0]["holes"][0]
    assert hole["values"] == ["3.5"]
    assert score(plan, hole["witness"])["scores"]["total"] == 3.5


def test_a_band_a_flag_and_a_rule_that_nothing_reaches() -> None:
    questionnaire, plan = planted(
        "phq-9",
        (
            "    20-27: {name: Severe, means: Severe., level: emergency}",
            "    20-27: {name: Severe, means: Severe., level: emergency}\n    28-30: {name: Beyond, means: Beyond., level: emergency}",
        ),
        ("when: q9 >= 1", "when: q9 >= 4"),
        ("symptoms >= 2 and any", "symptoms >= 10 and any"),
    )
    proof = prove(questionnaire, plan)
    assert only(proof, "unreachable-band").message == "no answers lead to 28-30: the total is never that."
    assert only(proof, "unreachable-band").hint == "Change the range, or delete the band. The score runs from 0 to 27."
    assert only(proof, "unreachable-flag").place == plan.place("flag", "self_harm")
    assert only(proof, "unreachable-rule").place == plan.place("rule", "syndrome", "other")


def test_a_part_of_a_condition_that_decides_nothing() -> None:
    questionnaire, plan = planted("phq-9", ("when: q9 >= 1", "when: q9 >= 1 or q1 >= 5"))
    problem = only(prove(questionnaire, plan), "condition-constant")
    assert problem.message == "q1 >= 5 is never true, whatever is answered, so this part decides nothing."


def test_a_flag_that_holds_where_its_question_is_not_asked() -> None:
    body = """\
questions:
  low: {ask: Low, answers: {no: ["No", 0], yes: ["Yes", 1]}}
  harm: {ask: Harm, answers: {no: ["No", 0], yes: ["Yes", 1]}, ask_if: low = 0, not_asked: 1}
scores:
  total: {add: [low, harm]}
bands:
  total: {0-2: {name: Some, means: Some.}}
flags:
  danger: {when: harm >= 1, show: at_once, level: emergency, title: Danger, say: Call., contacts: [line]}
"""
    questionnaire, plan = sound(HEAD + body)
    proof = prove(questionnaire, plan)
    problem = only(proof, "flag-late")
    assert problem.place == plan.place("flag", "danger")
    assert (
        problem.message
        == "With these answers: low = Yes, the flag danger holds, and harm is not asked, so that its card is never shown at once."
    )
    result = score(plan, entries(proof, 6)["flags"][0]["late"]["witness"])
    assert result["flags"] == ["danger"]
    assert "harm" not in result["asked"]


def test_a_flag_that_is_certain_before_it_shows() -> None:
    body = """\
questions:
  a: {ask: A, answers: {no: "No", yes: "Yes"}}
  b: {ask: B, answers: {no: "No", yes: "Yes"}}
flags:
  danger: {when: a is yes and (b is yes or b is no), show: at_once, level: emergency, title: Danger, say: Call., contacts: [line]}
"""
    questionnaire, plan = sound(HEAD + body)
    proof = prove(questionnaire, plan)
    problem = only(proof, "flag-late")
    assert (
        problem.message
        == "With these answers: a = Yes, the flag danger is certain, and is not shown before later questions are answered."
    )
    witness = entries(proof, 6)["flags"][0]["late"]["witness"]
    assert score(plan, witness)["flags"] == []
    assert all(score(plan, {**witness, "b": answer})["flags"] == ["danger"] for answer in ("no", "yes"))


def test_raising_an_answer_that_hides_worse_ones() -> None:
    questionnaire, plan = planted(
        "gad-7",
        ("  q7: {ask: Item 7, answers: days}", "  q7: {ask: Item 7, answers: days, ask_if: q6 = 0, not_asked: 0}"),
    )
    proof = prove(questionnaire, plan)
    problem = only(proof, "improves-when-worse")
    assert problem.place == plan.place("score", "total")
    assert problem.message.startswith("With these answers: q1 to q6 = ")
    assert ", and then with q6 raised to " in problem.message
    entry = next(one for one in entries(proof, 10)["scores"][0]["questions"] if "witness" in one)
    low, high = (score(plan, answers)["scores"]["total"] for answers in entry["witness"])
    assert low > high


def test_a_forgotten_reversal_shows_as_two_scores_that_disagree() -> None:
    questionnaire, plan = planted("pss-10", ("reverse: [q4, q5, q7, q8]", "reverse: [q4, q5, q7]"))
    proof = prove(questionnaire, plan)
    problem = only(proof, "direction-conflict")
    assert problem.place == plan.place("score", "efficacy")
    assert problem.message == "more points for q8 make total worse and efficacy better."
    low, high = (
        score(plan, {**{f"q{number}": "never" for number in range(1, 11)}, "q8": answer})["scores"]
        for answer in ("never", "very")
    )
    assert high["total"] > low["total"]
    assert high["efficacy"] > low["efficacy"]


def test_a_share_of_what_can_be_0_is_judged_without_a_search() -> None:
    """Raising the hours slept leaves the hours in bed as they are: no pair of patterns need be looked at."""
    proof = prove(*planted("sleep"))
    found = {score["score"]: score["questions"] for score in entries(proof, 10)["scores"]}
    assert found["efficiency"] == [{"question": "slept", "raises": "raises", "how": "declared"}]
    assert found["points"] == [{"question": "slept", "raises": "lowers", "how": "declared"}]


def test_levels_that_run_against_the_score() -> None:
    questionnaire, plan = planted("who-5", ("higher_is: better", "higher_is: worse"))
    rules = {problem.rule for problem in prove(questionnaire, plan).problems}
    assert rules == {"level-order"}


@pytest.mark.parametrize("hole", [True, False])
def test_tables(hole: bool) -> None:
    questionnaire, plan = planted("table")

    def change(data: Any) -> None:
        rows = next(one for one in data["scores"] if one["id"] == "t")["rows"]
        row = next(row for row in rows if row[1] == 12)
        if hole:
            rows.remove(row)
        else:
            row[0] = 50

    broken = changed(plan, change)
    proof = prove(questionnaire, broken)
    entry = entries(proof, 11)["tables"][0]
    if hole:
        assert entry["missing"] == [12]
        assert only(proof, "table-gap").message.endswith("raw is 12 and t has no row for it.")
        assert only(proof, "table-gap").place == questionnaire.places.at("scores", "t", "look_up")
        result = score(broken, entry["witness"])
        assert (result["scores"]["raw"], result["scores"]["t"]) == (12, None)
    else:
        assert entry["monotone"] is False
        assert (
            only(proof, "table-not-monotone").message == "t goes from 51.5 at 10 to 52.7 at 11, and back to 50 at 12."
        )


def test_every_count_is_an_exact_integer_and_the_report_is_json() -> None:
    proof = prove(*planted("phq-9"))
    assert json.loads(json.dumps(proof.report())) == proof.report()
    assert [analysis["number"] for analysis in proof.report()["analyses"]] == list(range(1, 16))
