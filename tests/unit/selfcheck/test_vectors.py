"""Published scoring structures: each example comes out as worked by hand, and both scorers agree on the generated cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from ebbtide.selfcheck import cases, check_examples, score
from ebbtide.selfcheck.scorer import Run
from tests.unit.selfcheck.support import ROOT, VECTORS, read, run_javascript, same

CONTENT = sorted((ROOT / "content" / "questionnaires").glob("*.yaml"))
COUNT = 400


@pytest.mark.parametrize("path", [*VECTORS, *CONTENT], ids=lambda path: path.stem)
def test_examples_come_out_as_worked_by_hand(path: Path) -> None:
    questionnaire, plan, problems = read(path.read_text())
    assert problems == []
    assert questionnaire is not None
    assert plan is not None
    assert len(questionnaire.examples) >= 3
    assert check_examples(questionnaire, plan) == []


def test_both_scorers_agree_on_the_generated_cases_of_every_definition() -> None:
    plans = [plan for path in [*VECTORS, *CONTENT] if (plan := read(path.read_text())[1])]
    batches = [(plan.as_json(), cases(plan, 7, COUNT)) for plan in plans]
    assert len(batches) >= 15
    for plan, (_, answers), results in zip(plans, batches, run_javascript(batches), strict=True):
        assert len(answers) == COUNT
        for given, result in zip(answers, results, strict=True):
            run = Run(plan.data, given)
            expected = {"result": score(plan, given), "asked": run.asked(), "now": run.flags_now()}
            assert same(expected, result), (plan.id, given)
