"""Nothing that a user writes makes the compiler raise: every text spoilt at random is a problem, or a plan that scores."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ebbtide.model.base import parse
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.problem import Places
from ebbtide.selfcheck import check_examples, compile_questionnaire, make_form, paper_key, references, score
from ebbtide.source import parse_yaml
from tests.unit.selfcheck.definitions import definition
from tests.unit.selfcheck.support import VECTORS

GARBAGE = [
    "", " ", "x", "q0", "s0", "block", "it", "none", "blank", "0", "-1", "0.1", "1e9", "999999999", "9999999999", "0.0000001", "1/3", "a >= 1", "any of [", "()", "[]",
    "q0 >= 1 and", "not", "sum of [q0]", "count of q0 >= 1", "0-4", "9-1", "above 3", "1:30", "25:99", "article:x", "use.often", "block.b2", "\u00e9", "constructor", "__proto__",
    None, [], {}, ["q0"], ["q0", "q0"], {"x": "y"}, ["a", "b", "c"],
]  # fmt: skip


def spoil(value: Any, chance: random.Random) -> Any:
    """A copy with one part replaced, dropped, doubled or renamed."""
    if chance.random() < 0.12 or not isinstance(value, dict | list) or not value:
        return chance.choice(GARBAGE)
    if isinstance(value, list):
        index = chance.randrange(len(value))
        if chance.random() < 0.2:
            return [*value, value[index]]
        return [spoil(part, chance) if here == index else part for here, part in enumerate(value)]
    key = chance.choice(list(value))
    if chance.random() < 0.1:
        return {name: part for name, part in value.items() if name != key}
    if chance.random() < 0.1:
        return {("renamed" if name == key else name): part for name, part in value.items()}
    return {name: spoil(part, chance) if name == key else part for name, part in value.items()}


def run(fields: dict[str, Any]) -> bool:
    """Reads, compiles, and where there is a plan uses it in every way; whether there was one."""
    questionnaire, problems = parse(Questionnaire, fields, Places("spoilt.yaml"))
    if questionnaire is None:
        assert problems
        return False
    plan, problems = compile_questionnaire(questionnaire)
    assert (plan is None) == any(problem.level == "error" for problem in problems)
    for problem in problems:
        assert problem.message.endswith(".")
        assert problem.hint.endswith(("?", "."))
    references(questionnaire)
    make_form(questionnaire)
    if plan is None:
        return False
    score(plan, {})
    paper_key(questionnaire, plan)
    check_examples(questionnaire, plan)
    return True


@pytest.mark.parametrize("block", range(2))
def test_random_definitions_spoilt(block: int) -> None:
    plans = 0
    for seed in range(block * 400, block * 400 + 400):
        chance = random.Random(seed)
        fields = definition(seed % 150)
        for _ in range(chance.randint(1, 3)):
            fields = spoil(fields, chance)
            if not isinstance(fields, dict):
                break
        if isinstance(fields, dict):
            plans += run(fields)
    assert plans > 10


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_published_structures_spoilt(path: Any) -> None:
    document, _ = parse_yaml(path.read_text(), "q.yaml")
    assert document is not None
    for seed in range(60):
        spoilt = spoil(document.fields, random.Random(seed))
        if isinstance(spoilt, dict):
            run(spoilt)
