"""Proofs against the count of every pattern, on random definitions of the whole language.

An ordinary run takes a slice of seeds and some of Hypothesis's choosing; EBBTIDE_FULL=1 takes at least 2,000 of each.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from itertools import islice
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings

from ebbtide.model.questionnaire import Questionnaire
from ebbtide.selfcheck import Plan
from ebbtide.selfcheck.proofs import RULES, prove
from ebbtide.selfcheck.proofs.graph import Graph
from ebbtide.selfcheck.proofs.reader import Reader
from ebbtide.selfcheck.proofs.study import natural
from ebbtide.selfcheck.proofs.versions import _order, _questions, compare
from ebbtide.selfcheck.scorer import ABSENT, BLANK, Run
from tests.unit.selfcheck.proofs import brute
from tests.unit.selfcheck.proofs.brute import patterns
from tests.unit.selfcheck.proofs.check import check
from tests.unit.selfcheck.proofs.engine import engine
from tests.unit.selfcheck.strategies import any_json, compiled, definition_texts, from_random

FULL = bool(os.environ.get("EBBTIDE_FULL"))
BLOCKS = 8
DEFINITIONS = 2400 if FULL else 160
EXAMPLES = 2000 if FULL else 25
MOST_PATTERNS = 600

RELAXED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def small(text: str) -> tuple[Questionnaire, Plan] | None:
    """A definition that compiles and has few enough patterns to count out."""
    found = compiled(text)
    if found is None or len(list(islice(patterns(found[1]), MOST_PATTERNS + 1))) > MOST_PATTERNS:
        return None
    return found


@pytest.mark.parametrize("block", range(BLOCKS))
def test_every_analysis_agrees_with_the_count_of_all_patterns(block: int) -> None:
    seeds = range(block, DEFINITIONS, BLOCKS)
    checked = 0
    rules: Counter[str] = Counter()
    for seed in seeds:
        found = small(from_random(random.Random(seed)))
        if found is None:
            continue
        proof = check(*found)
        checked += 1
        rules.update({problem.rule for problem in proof.problems})
        assert any_json(proof.report())["proved"] == proof.proved
        assert proof.text()
    assert checked > len(seeds) * 0.6  # few are refused, and few are too large
    assert {"band-gap", "unreachable-band", "condition-constant", "unreachable-rule"} <= set(
        rules
    )  # and many are wrong
    assert set(rules) <= set(RULES)


def test_the_slice_breaks_nearly_every_rule() -> None:
    """What random definitions never break would not be tested above; the rest is planted in `test_planted`."""
    seen: set[str] = set()
    for seed in range(500):
        found = compiled(from_random(random.Random(seed)))
        if found is not None:
            seen |= {problem.rule for problem in prove(*found).problems}
    assert set(RULES) - seen <= {
        "band-overlap",
        "cut-off-uncovered",
        "table-gap",
        "table-not-monotone",
        "unproved",
        "cut-off-blank-milder",
    }


@RELAXED
@given(definition_texts())
def test_hypothesis_finds_no_definition_for_which_a_proof_is_wrong(text: str) -> None:
    found = small(text)
    assume(found is not None)
    assert found is not None
    check(*found)


@pytest.mark.parametrize("blanks", ["optional", "all", "none"])
def test_every_node_has_the_values_of_the_scorer_as_often(blanks: str) -> None:
    """The engine itself: values, bands, findings, flags and conditions, in both readings, with their counts and witnesses."""
    found = [small(from_random(random.Random(seed))) for seed in range(600 if FULL else 45)]
    assert sum(engine(one[1], blanks) for one in found if one is not None) > 5000


# Two versions


def changed(text: str, chance: random.Random) -> str:
    """The same definition with one or two things changed."""
    fields = yaml.safe_load(text)
    for _ in range(chance.randint(1, 2)):
        kind = chance.choice(["points", "option", "bands", "flag", "optional", "question"])
        listed = [question for question in fields["questions"].values() if isinstance(question.get("answers"), dict)]
        pointed = [
            (question, option)
            for question in listed
            for option, value in question["answers"].items()
            if isinstance(value, list)
        ]
        if kind == "points" and pointed:
            question, option = chance.choice(pointed)
            question["answers"][option][1] = chance.choice(["0", "1", "2", "3"])
        elif kind == "option" and (long := [question for question in listed if len(question["answers"]) > 2]):
            chance.choice(long)["answers"].popitem()
        elif kind == "bands" and (plain := [bands for bands in fields["bands"].values() if "ranges" in bands]):
            bands = chance.choice(plain)
            bands["ranges"] = {"below 1": {"name": "b0", "means": "x"}, "1 or more": {"name": "b1", "means": "x"}}
        elif kind == "flag" and fields["flags"]:
            flag = chance.choice(list(fields["flags"].values()))
            flag["when"] = f"not ({flag['when']})"
        elif kind == "optional":
            chance.choice(list(fields["questions"].values()))["optional"] = chance.choice(["true", "false"])
        elif kind == "question":
            fields["questions"]["added"] = {"ask": "added", "answers": {"o0": ["o0", "0"], "o1": ["o1", "1"]}}
            fields["scores"][chance.choice(list(fields["scores"]))] |= {}
            score = next((score for score in fields["scores"].values() if "add" in score), None)
            if score is not None and "added" not in score["add"]:
                score["add"].append("added")
    return str(yaml.safe_dump(fields, sort_keys=False))


@pytest.mark.parametrize("block", range(4))
def test_a_comparison_of_two_versions_agrees_with_the_count_of_all_joint_patterns(block: int) -> None:
    compared = differing = 0
    for seed in range(block, 1600 if FULL else 120, 4):
        chance = random.Random(seed)
        text = from_random(chance)
        old, new = compiled(text), compiled(changed(text, chance))
        if old is None or new is None or any("block" in question["id"] for question in old[1].data["questions"]):
            continue
        joint = list(islice(joint_patterns(old[1], new[1]), 1501))
        if len(joint) > 1500:
            continue
        compared += 1
        differing += compare_counts(old[1], new[1])
    assert compared > 15
    assert differing > 10


def joint_patterns(old: Plan, new: Plan, names: Any = None) -> Any:
    """Answers that both versions read: each question that either of them asks."""
    graph = Graph()
    shared, _ = _questions(old.data, new.data)
    for data in shared:
        graph.variable(data)
    order = _order(graph, Reader(graph, old.data), Reader(graph, new.data))
    ids = [{question["id"] for question in plan.data["questions"]} for plan in (old, new)]

    def run(plan: Plan, answers: Any, known: Any) -> Run:
        return Run(plan.data, {name: value for name, value in answers.items() if name in known})

    def walk(index: int, answers: Any) -> Any:
        if index == len(order):
            yield answers, run(old, answers, ids[0]), run(new, answers, ids[1])
            return
        variable = order[index]
        asked = (names is None or variable.id in names) and any(
            variable.id in known and run(plan, answers, known).asks(variable.id, False)
            for plan, known in ((old, ids[0]), (new, ids[1]))
        )
        if not asked:
            yield from walk(index + 1, answers)
            return
        for answer in [*brute.given(variable.data), *([None] if variable.optional else [])]:
            yield from walk(index + 1, {**answers, variable.id: answer})

    yield from walk(0, {})


def compare_counts(old: Plan, new: Plan) -> int:
    comparison = compare(old, new)
    assert comparison.open == []
    assert comparison.text()
    any_json(comparison.report())
    what = {
        "bands": lambda run, name: run.band(name),
        "finding": lambda run, name: run.finding(name),
        "flag": lambda run, name: (
            run.truth(next(flag["when"] for flag in run.data["flags"] if flag["id"] == name), False) is True
        ),
        "score": lambda run, name: None if (value := run.value(name, False)) in (ABSENT, BLANK) else natural(value[0]),
    }
    everything = list(joint_patterns(old, new))
    for change in comparison.changes:
        of = what[change["what"]]
        name = change["result"]
        listed = {(case["old"], case["new"]): case["patterns"] for case in change["cases"]}
        seen = {(of(one, name), of(two, name)) for _, one, two in everything}
        differing = {pair for pair in seen if pair[0] != pair[1]}
        assert change["kinds"] == len(differing)
        if change["kinds"] == len(listed):  # at most 60 are listed
            assert set(listed) == differing
            assert sum(listed.values()) == change["changed"]
        assert set(listed) <= differing
        share = sum(of(one, name) != of(two, name) for _, one, two in everything) / len(everything)
        if change["patterns"] == len(everything):
            assert change["changed"] == round(share * len(everything))
        for case in change["cases"]:
            assert of(Run(old.data, case["answers_old"]), name) == case["old"]
            assert of(Run(new.data, case["answers_new"]), name) == case["new"]
    for kind, name in comparison.same:
        of = what[kind]
        assert all(of(one, name) == of(two, name) for _, one, two in everything)
    return len(comparison.changes)
