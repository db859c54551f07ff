"""Random definitions of every construct: Python and JavaScript give the same result to the last key."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ebbtide.selfcheck import Plan, cases
from ebbtide.selfcheck.scorer import Run
from tests.unit.selfcheck.definitions import definition, plan_of
from tests.unit.selfcheck.support import run_javascript, same

DEFINITIONS = 150
CASES = 12


@pytest.mark.parametrize("block", range(2))
def test_both_scorers_agree_on_random_definitions(block: int) -> None:
    plans = [
        plan
        for seed in range(block * DEFINITIONS, (block + 1) * DEFINITIONS)
        if (plan := plan_of(definition(seed))) is not None
    ]
    assert len(plans) > DEFINITIONS * 0.95
    batches = [(plan.as_json(), [answers_by_chance(plan, seed) for seed in range(CASES)]) for plan in plans]
    seen: set[str] = set()
    for plan, (_, answers), results in zip(plans, batches, run_javascript(batches), strict=True):
        for given, result in zip(answers, results, strict=True):
            run = Run(plan.data, given)
            expected = run.result()
            assert same({"result": expected, "asked": run.asked(), "now": run.flags_now()}, result), (plan.data, given)
            seen |= {key for key, value in expected.items() if value}
    assert seen == {"scores", "bands", "flags", "findings", "missing", "range", "asked"}


def answers_by_chance(plan: Plan, seed: int) -> dict[str, Any]:
    """Quicker than `cases`: every question by chance, asked or not, so that hidden answers are there too."""
    chance = random.Random(seed)
    found: dict[str, Any] = {}
    for question in plan.data["questions"]:
        if chance.random() < 0.2:
            continue
        names = [option[0] for option in question.get("options", ())]
        if question["kind"] == "one":
            found[question["id"]] = chance.choice([*names, None])
        elif question["kind"] == "many":
            none = question.get("none")
            ticked = [name for name in names if name != none and chance.random() < 0.5]
            found[question["id"]] = [none] if none and chance.random() < 0.2 else ticked
        else:
            found[question["id"]] = number(question, chance)
    return found


def number(question: dict[str, Any], chance: random.Random) -> Any:
    low, high, step = (float(question[end]) for end in ("from", "to", "step"))
    value = low + step * chance.randint(0, round((high - low) / step))
    if question["kind"] == "number":
        return int(value) if value.is_integer() and chance.random() < 0.5 else value
    minutes = int(value) % 1440 if question["kind"] == "time" else int(value)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def test_generated_cases_are_of_the_form_and_repeat() -> None:
    for seed in range(20):
        plan = plan_of(definition(seed))
        if plan is not None:
            first = cases(plan, seed, 60)
            assert len(first) == 60
            assert first == cases(plan, seed, 60)
            for answers in first:
                Run(plan.data, answers).result()
