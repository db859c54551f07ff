"""Published scoring structures and our own self-checks: each example comes out as worked by hand, in both scorers."""

from __future__ import annotations

from pathlib import Path

import pytest

from ebbtide.selfcheck import check_examples, example_answers
from tests.unit.selfcheck.support import CONTENT, VECTORS, both_agree, read, run_javascript


@pytest.mark.parametrize("path", [*VECTORS, *CONTENT], ids=lambda path: path.stem)
def test_examples_come_out_as_worked_by_hand(path: Path) -> None:
    questionnaire, plan, problems = read(path.read_text())
    assert problems == []
    assert questionnaire is not None
    assert plan is not None
    assert len(questionnaire.examples) >= 3
    assert check_examples(questionnaire, plan) == []
    answers = example_answers(questionnaire, plan)
    assert [set(given) for given in answers] == [set(example.answers) for example in questionnaire.examples]
    [results] = run_javascript([(plan.as_json(), answers)])
    both_agree(plan, answers, results)
