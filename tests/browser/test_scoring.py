"""The browser's scorer in a browser: the module as it stands in the source, imported from a served page, gives what the reference gives."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ebbtide.selfcheck import cases, example_answers
from tests.browser.conftest import served
from tests.unit.selfcheck.definitions import definition, plan_of
from tests.unit.selfcheck.support import CONTENT, FULL, SAID, SCORING, VECTORS, answers_by_chance, both_agree, read

CASES = 5_000 if FULL else 250
"""Generated cases of each self-check, the telling ones first."""
DEFINITIONS = 1_000 if FULL else 80

_RUN = f"([plan, cases]) => {{ const scoring = window.scoring, said = {SAID}; return cases.map((answers) => said(plan, answers)); }}"


@pytest.fixture(scope="module")
def page(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page whose policy allows a script of its own host and nothing else, and which has imported the module."""
    folder = tmp_path_factory.mktemp("scoring")
    shutil.copy(SCORING, folder / "scoring.js")
    (folder / "start.js").write_text("import * as scoring from './scoring.js'; window.scoring = scoring;")
    (folder / "index.html").write_text(
        '<!doctype html><meta charset="utf-8"><title>t</title>'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'self'\">"
        '<script type="module" src="start.js"></script>'
    )
    with served(folder) as address:
        context = chromium.new_context()
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{address}/index.html")
        page.wait_for_function("window.scoring")
        yield page
        assert wrong == []
        context.close()


@pytest.mark.parametrize("path", [*VECTORS, *CONTENT], ids=lambda path: path.stem)
def test_every_self_check_scores_in_chromium_as_in_the_reference(path: Path, page: Page) -> None:
    questionnaire, plan, _ = read(path.read_text())
    assert questionnaire is not None
    assert plan is not None
    answers = [*example_answers(questionnaire, plan), *cases(plan, 11, CASES)]
    both_agree(plan, answers, page.evaluate(_RUN, [plan.as_json(), answers]))


def test_random_definitions_score_in_chromium_as_in_the_reference(page: Page) -> None:
    tried = 0
    for seed in range(10_000, 10_000 + DEFINITIONS):
        if (plan := plan_of(definition(seed))) is not None:
            answers = [answers_by_chance(plan, random.Random(number)) for number in range(8)]
            both_agree(plan, answers, page.evaluate(_RUN, [plan.as_json(), answers]))
            tried += 1
    assert tried > DEFINITIONS * 0.9


def test_the_module_shows_its_functions_and_nothing_else(page: Page) -> None:
    assert page.evaluate("Object.keys(window.scoring).sort()") == [
        "asked",
        "casesNow",
        "flagsNow",
        "score",
        "scoreAlone",
    ]


def test_refuses_what_is_no_answer_in_chromium_too(page: Page) -> None:
    plan = read(VECTORS[0].read_text())[1]
    assert plan is not None
    [result] = page.evaluate(_RUN, [plan.as_json(), [{"nobody": 1}]])
    assert result == {"error": "nobody is not a question of this self-check."}
