"""What the package hands to pages and checks: the plan as data, the paper key, references."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ebbtide.selfcheck import make_form, paper_key, references, score
from tests.unit.selfcheck.support import ROOT, SCORING, VECTORS, compiled, read

CONTENT = sorted((ROOT / "content" / "questionnaires").glob("*.yaml"))


@pytest.mark.parametrize("path", [*VECTORS, *CONTENT], ids=lambda path: path.stem)
def test_a_plan_is_plain_data_without_floats(path: Path) -> None:
    plan = read(path.read_text())[1]
    assert plan is not None
    data = plan.as_json()
    assert json.loads(json.dumps(data), parse_float=lambda text: pytest.fail(f"{text} is not exact")) == data
    data["scores"].clear()
    assert plan.as_json()["scores"] or not plan.data["scores"], "a copy, so that nobody can change a plan"


@pytest.mark.parametrize("path", [*VECTORS, *CONTENT], ids=lambda path: path.stem)
def test_every_piece_of_a_plan_has_its_place_and_its_words(path: Path) -> None:
    plan = read(path.read_text())[1]
    assert plan is not None
    keys = [("question", question["id"]) for question in plan.data["questions"]]
    keys += [
        ("option", question["id"], option[0])
        for question in plan.data["questions"]
        for option in question.get("options", ())
    ]
    keys += [("score", item["id"]) for item in plan.data["scores"]] + [
        ("flag", item["id"]) for item in plan.data["flags"]
    ]
    keys += [("rule", item["id"], rule) for item in plan.data["findings"] for rule, _ in item["rules"]]
    for table in plan.data["bands"]:
        for case, (_, rows) in enumerate(table["cases"]):
            keys += [("row", table["id"], str(case), str(index)) for index in range(len(rows))]
            keys += [("band", table["id"], row[0]) for row in rows]
    for key in keys:
        assert plan.words[key]
        if key[0] != "band":
            assert plan.places[key].line > 1
            assert plan.place(*key) == plan.places[key]
    assert plan.place("question", "nowhere") == plan.places[("questionnaire",)]


def test_rows_stand_from_low_to_high_and_point_to_their_own_lines() -> None:
    plan = compiled(
        "questions: {x: {ask: X, number: {from: 0, to: 9}}}\nscores:\n  s: {multiply: [x, 1]}\n"
        "bands:\n  s:\n    5 or more: {name: High, means: H}\n    below 5: {name: Low, means: L}\n"
    )
    assert plan.data["bands"][0]["cases"] == [[None, [["low", None, 5, 2], ["high", 5, None]]]]
    assert plan.place("row", "s", "0", "0").line == plan.place("row", "s", "0", "1").line + 1


def test_the_paper_key_of_a_scale_with_reversed_items() -> None:
    questionnaire, plan, _ = read((ROOT / "tests" / "vectors" / "pss-10.yaml").read_text())
    assert questionnaire is not None
    assert plan is not None
    key = paper_key(questionnaire, plan)
    total = key["scores"][0]
    assert (total["how"], total["low"], total["high"], total["blank"]) == (
        "add", 0, 40, {"allow": 1, "then": "leave_out", "value": None, "round": None, "items": 10}
    )  # fmt: skip
    assert total["items"][0] == {
        "id": "q1", "question": True, "times": 1, "reversed": False,
        "points": [["never", 0], ["almost", 1], ["sometimes", 2], ["fairly", 3], ["very", 4]],
    }  # fmt: skip
    assert total["items"][3]["reversed"] is True
    assert total["items"][3]["points"] == [["never", 4], ["almost", 3], ["sometimes", 2], ["fairly", 1], ["very", 0]]
    assert key["bands"][0]["cases"][0]["rows"][1] == {
        "band": "moderate", "name": "Moderate", "level": "some", "low": 14, "high": 26, "low_open": False, "high_open": False
    }  # fmt: skip


@pytest.mark.parametrize("path", [*VECTORS, *CONTENT], ids=lambda path: path.stem)
def test_the_points_on_paper_are_those_of_the_scorer(path: Path) -> None:
    questionnaire, plan, _ = read(path.read_text())
    assert questionnaire is not None
    assert plan is not None
    key = paper_key(questionnaire, plan)
    assert [item["id"] for item in key["scores"]] == [item["id"] for item in plan.data["scores"]]
    json.dumps(key)
    asked = {question["id"] for question in plan.data["questions"] if "asks" not in question}
    for entry in key["scores"]:
        items = entry.get("items", [])
        if entry["how"] != "add" or not all(item["points"] and item["id"] in asked for item in items):
            continue
        for position in (0, -1):
            answers, total = {}, entry.get("plus", 0)
            for item in items:
                usable = [(option, points) for option, points in item["points"] if points is not None]
                many = next(q["kind"] for q in plan.data["questions"] if q["id"] == item["id"]) == "many"
                answers[item["id"]] = [usable[position][0]] if many else usable[position][0]
                total += usable[position][1]
            assert score(plan, answers)["scores"][entry["id"]] == total


def test_the_paper_key_of_cut_offs_by_an_answer_skips_and_rules() -> None:
    audit, plan, _ = read((ROOT / "tests" / "vectors" / "audit.yaml").read_text())
    assert audit is not None
    assert plan is not None
    key = paper_key(audit, plan)
    short = next(table for table in key["bands"] if table["id"] == "short")
    assert (short["by"], [case["when"] for case in short["cases"]]) == ("sex", ["male", "female", None])
    assert key["questions"]["q2"] == {"number": 3, "asked_if": "q1 is not never", "ends_if": None, "not_asked": 0}
    ladder, plan, _ = read((ROOT / "tests" / "vectors" / "suicide-ladder.yaml").read_text())
    assert ladder is not None
    assert plan is not None
    assert [rule["id"] for rule in paper_key(ladder, plan)["findings"][0]["rules"]] == [
        "low",
        "moderate",
        "high",
        "otherwise",
    ]


def test_references_with_their_places() -> None:
    text = """\
id: test
title: Test
summary: Test.
version: 1.0.0
minutes: 1
higher_is: worse
basis: {kind: original, informed_by: [S1, S2], validated: false}
review: {reviewed: 2026-11-24}
questions: {x: {ask: X, answers: {a: [A, 0], b: [B, 1]}}}
scores:
  s: {title: S, add: [x], read_next: article:a/b}
  t: {title: T, of: x, table: norms}
bands:
  s:
    "0": {name: Low, means: L, next: [page:get-help, contact:line], sources: [S3]}
    "1": {name: High, means: H, next: [questionnaire:other]}
findings:
  f: {pick: first, rules: {r: {when: x >= 1, name: A, means: A, next: [article:c/d]}}, otherwise: {name: B, means: B, next: [article:e/f]}}
flags:
  g: {when: x is b, show: at_once, level: urgent, title: T, say: S, contacts: [line, other], next: [page:get-help]}
next: [article:g/h]
"""
    questionnaire, _, problems = read(text, {"norms": {"0": "1", "1": "2"}})
    assert problems == []
    assert questionnaire is not None
    assert [(place.line, place.column, name) for place, name in references(questionnaire)] == [
        (7, 39, "source:S1"),
        (7, 43, "source:S2"),
        (11, 38, "article:a/b"),
        (12, 31, "table:norms"),
        (15, 39, "page:get-help"),
        (15, 54, "contact:line"),
        (15, 79, "source:S3"),
        (16, 40, "questionnaire:other"),
        (18, 72, "article:c/d"),
        (18, 126, "article:e/f"),
        (20, 80, "contact:line"),
        (20, 86, "contact:other"),
        (20, 101, "page:get-help"),
        (21, 8, "article:g/h"),
    ]


def test_a_block_is_written_out_for_each_thing_with_its_words() -> None:
    questionnaire, _, _ = read((ROOT / "tests" / "vectors" / "substances.yaml").read_text())
    assert questionnaire is not None
    form = make_form(questionnaire)
    assert form.problems == []
    assert list(form.questions)[:4] == ["ever", "use.alcohol.recent", "use.alcohol.urge", "use.alcohol.failed"]
    assert form.questions["use.pills.urge"].model.ask == "Urge for Pills"
    assert form.flags["use.tobacco.failing"].model.say == "Talk about Tobacco."
    assert form.questions["use.pills.urge"].loc == ("questions", "use", "questions", "urge")


def test_the_browsers_scorer_is_small_and_pure() -> None:
    source = SCORING.read_text()
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", source, flags=re.DOTALL)
    for word in (
        "document",
        "window",
        "fetch",
        "Date",
        "localStorage",
        "import",
        "eval",
        "Function",
        "require",
        "await",
        "setTimeout",
        "Math.random",
    ):
        assert not re.search(rf"\b{word}\b", code), word
    top = [line for line in code.splitlines() if line and not line.startswith((" ", "}", "\t"))]
    assert all(re.match(r"(export )?function \w+\(", line) for line in top), "nothing but functions at the top"
    import gzip

    from ebbtide.minify import minify

    bare = source.replace("export ", "")
    assert len(gzip.compress(minify(bare, ("score", "asked", "flagsNow")).encode(), 9)) < 5300
