"""Python and JavaScript give the same result to the last key: on every self-check there is, and on random ones of every construct.

The ordinary run takes a seeded slice; with EBBTIDE_FULL=1 at least 100,000 random cases of every self-check, and more than 2,000
random definitions twice over (by seed, and drawn choice by choice by Hypothesis, which makes a failing one small).
"""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ebbtide.selfcheck import cases
from ebbtide.selfcheck.scorer import Run
from tests.unit.selfcheck.definitions import definition, drawn, plan_of
from tests.unit.selfcheck.support import (
    CONTENT,
    FULL,
    VECTORS,
    answers_by_chance,
    both_agree,
    javascript,
    read,
)

CASES = 101_000 if FULL else 400
"""Of each self-check. Some hundreds are the telling ones (ends, cuts, flags, skips, blanks at their limit), all others by chance."""
DEFINITIONS = 2_200 if FULL else 300
DRAWN = 2_200 if FULL else 40
BLOCKS = 10 if FULL else 2
AT_ONCE = 5_000

PARTS = {"scores", "bands", "flags", "findings", "missing", "range", "asked"}


@pytest.mark.parametrize("path", [*VECTORS, *CONTENT], ids=lambda path: path.stem)
def test_every_self_check_in_all_generated_cases(path: Path) -> None:
    plan = read(path.read_text())[1]
    assert plan is not None
    data, left = plan.as_json(), iter(cases(plan, 7, CASES))
    count = 0
    while answers := list(islice(left, AT_ONCE)):
        count += len(both_agree(plan, answers, javascript().run(data, answers)))
    assert count == CASES


@pytest.mark.parametrize("block", range(BLOCKS))
def test_random_definitions(block: int) -> None:
    size = DEFINITIONS // BLOCKS
    plans = [
        plan for seed in range(block * size, (block + 1) * size) if (plan := plan_of(definition(seed))) is not None
    ]
    assert len(plans) > size * 0.95
    seen: set[str] = set()
    for plan in plans:
        answers = [answers_by_chance(plan, random.Random(seed)) for seed in range(12)]
        for result in both_agree(plan, answers, javascript().run(plan.as_json(), answers)):
            seen |= {key for key, value in result.items() if value}
    assert seen == PARTS


@settings(max_examples=DRAWN, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.integers(0, 10**6))
def test_definitions_drawn_choice_by_choice(chance: random.Random, seed: int) -> None:
    plan = plan_of(drawn(chance))
    assume(plan is not None)
    assert plan is not None
    by_chance = random.Random(seed)
    answers = [{}, *(answers_by_chance(plan, by_chance) for _ in range(8))]
    both_agree(plan, answers, javascript().run(plan.as_json(), answers))


def test_generated_cases_are_of_the_form_and_repeat() -> None:
    for seed in range(0, 20, 2):
        plan = plan_of(definition(seed))
        if plan is not None:
            first = cases(plan, seed, 60)
            assert len(first) == 60
            assert first == cases(plan, seed, 60)
            for answers in first:
                Run(plan.data, answers).result()
