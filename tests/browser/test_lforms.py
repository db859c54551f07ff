"""LHC-Forms, a renderer of FHIR questionnaires that knows nothing of us, gives the results that we give.

Each exported Questionnaire is rendered in Chromium by the npm package ``lforms`` with a QuestionnaireResponse of generated answers; what
it then shows and has worked out is compared with the reference scorer: which questions are asked, which flags show, every score, band
and finding. For the self-checks of the site the responses are those that the page itself offers to save, and they are checked against
R4 and against the Questionnaire. An ordinary run takes a seeded slice; EBBTIDE_FULL=1 many cases of everything.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from ebbtide.selfcheck import Plan, cases, example_answers
from ebbtide.selfcheck.scorer import Run
from tests.browser.conftest import served
from tests.browser.selfcheck_pages import RICH, build
from tests.npm import package
from tests.unit.selfcheck.fhir_support import can_be_given, disagreements, drawn, exported, response, shape
from tests.unit.selfcheck.support import CONTENT, FULL, ROOT, VECTORS, answers_by_chance, read

CASES = 150 if FULL else 8
"""Of each self-check of the site, besides its examples."""
VECTOR_CASES = 60 if FULL else 3
DEFINITIONS = 100 if FULL else 6
DEFINITION_CASES = 6 if FULL else 4

_FILES = (
    "webcomponent/assets/lib/zone.min.js", "webcomponent/lhc-forms.js", "webcomponent/styles.css", "fhir/R4/lformsFHIR.min.js",
)  # fmt: skip
_FORM = """async ([questionnaire, responses]) => {
  const form = JSON.stringify(LForms.Util.convertFHIRQuestionnaireToLForms(questionnaire, "R4")), found = [];
  for (const given of responses) {
    const filled = LForms.Util.mergeFHIRDataIntoLForms("QuestionnaireResponse", given, JSON.parse(form), "R4");
    delete filled.hasSavedData; // else it shows results that were saved, and calculates only when an answer changes
    await LForms.Util.addFormToPage(filled, "form", { prepopulate: false });
    found.push([LForms.Util.getFormFHIRData("QuestionnaireResponse", "R4"), shown()]);
  }
  return found;
}"""
_SHOWN = """() => {
  window.shown = () => [...document.querySelectorAll("#form lhc-item")]
    .filter((each) => each.getClientRects().length).map((each) => each.id.slice("item-".length, -"/1".length));
}"""
_KNOWN = ("Warning: FHIR resources might not be loaded", "Ran expressions in", "Failed to load resource")

_SAVED = """async ([cases]) => {
  const { asFhir } = await import("/client/selfcheck-files.js"), { score } = await import("/client/scoring.js");
  const plan = JSON.parse(document.getElementById("questionnaire").textContent);
  const asking = (id) => document.querySelector(`[id="q-${id}"] .ask`).textContent;
  return cases.map((answers) => {
    for (const { id } of plan.questions) if (!(id in answers)) answers[id] = null;
    return asFhir({ plan, answers, result: score(plan, answers), asking }, {}, new Date());
  });
}"""
"""What the page saves for a health record: its own module, run on the page on answers that nobody has to click."""


@pytest.fixture(scope="module")
def forms(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """An empty page with LHC-Forms."""
    folder = tmp_path_factory.mktemp("lforms")
    for file in _FILES:
        shutil.copy(package("lforms") / "dist/lforms" / file, folder)
    scripts = "".join(f'<script src="{Path(file).name}"></script>' for file in _FILES if file.endswith(".js"))
    (folder / "index.html").write_text(
        f'<!doctype html><meta charset="utf-8"><title>t</title><link rel="stylesheet" href="styles.css">'
        f'<link rel="icon" href="data:,"><div id="form"></div>{scripts}'
    )
    with served(folder) as address:
        context = chromium.new_context()
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: None if said.text.startswith(_KNOWN) else wrong.append(said.text))
        page.goto(f"{address}/index.html")
        page.evaluate(_SHOWN)
        yield page
        assert wrong == []
        context.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The site with the rich check beside its own, and the modules of its pages as they stand in the source; address and folder."""
    folder = build(tmp_path_factory.mktemp("saved"))
    shutil.copytree(ROOT / "ebbtide/client", folder / "client")
    with served(folder) as address:
        yield address, folder


def agreed(
    forms: Page,
    resource: dict[str, Any],
    plan: Plan,
    answers: Sequence[Mapping[str, Any]],
    given: Sequence[Any] | None = None,
) -> int:
    """Fills the form with each of the answers, and asserts that its results are ours. The number of cases."""
    responses = given or [response(plan, each, address="url" in resource) for each in answers]
    found = forms.evaluate(_FORM, [resource, responses])
    assert len(found) == len(answers)
    wrong = [
        said
        for each, (filled, shown) in zip(answers, found, strict=True)
        for said in disagreements(resource, plan, each, filled, shown)
    ]
    assert wrong == []
    return len(found)


# The self-checks of the site, with the responses that its pages save


@pytest.mark.xdist_group("saved")
@pytest.mark.parametrize("id", [*(path.stem for path in CONTENT), "rich"])
def test_what_the_page_saves_fits_the_questionnaire_and_gives_its_results_elsewhere(
    id: str, chromium: Browser, site: tuple[str, Path], forms: Page
) -> None:
    address, folder = site
    questionnaire, plan, _ = read(RICH if id == "rich" else (ROOT / f"content/questionnaires/{id}.yaml").read_text())
    assert questionnaire is not None
    assert plan is not None
    resource = json.loads((folder / f"questionnaires/{id}.fhir.json").read_text("utf-8"))
    answers = [*example_answers(questionnaire, plan), *cases(plan, 5, CASES)]
    answers = [each for each in answers if can_be_given(plan, each)]
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{address}/questionnaires/{id}/")
    saved = [json.loads(text) for text in page.evaluate(_SAVED, [answers])]
    context.close()
    assert [said for said in shape(saved) if said] == []
    for each, made in zip(answers, saved, strict=True):
        assert made["questionnaire"] == f"{resource['url']}|{resource['version']}"
        assert [item["linkId"] for item in made["item"]] == Run(plan.data, each).asked()
        fits(resource, made)
    assert agreed(forms, resource, plan, answers, saved) >= CASES * 0.9


def fits(resource: Mapping[str, Any], made: Mapping[str, Any]) -> None:
    """Asserts that every answer of a response is one that its question takes, to the last letter."""
    items = {item["linkId"]: item for item in resource["item"]}
    for item in made["item"]:
        question = items[item["linkId"]]
        assert item["text"] == question["text"]
        for answer in item.get("answer", []):
            ((key, value),) = answer.items()
            assert key == {"choice": "valueCoding"}.get(question["type"], f"value{question['type'].capitalize()}")
            if key == "valueCoding":
                assert value in [option["valueCoding"] for option in question["answerOption"]]
        assert len(item.get("answer", [])) <= 1 or question.get("repeats")


# Every construct of the language


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_every_construct_gives_our_results(path: Path, forms: Page) -> None:
    questionnaire, plan, _ = read(path.read_text())
    assert questionnaire is not None
    assert plan is not None
    answers = [*example_answers(questionnaire, plan), *cases(plan, 6, VECTOR_CASES)]
    answers = [each for each in answers if can_be_given(plan, each)]
    assert agreed(forms, exported(questionnaire, plan), plan, answers) >= VECTOR_CASES * 0.6


def test_random_definitions_give_our_results(forms: Page) -> None:
    count = 0
    for seed in range(20_020, 20_020 + DEFINITIONS):
        if (made := drawn(seed)) is None:
            continue
        questionnaire, plan = made
        answers = [answers_by_chance(plan, random.Random(each)) for each in range(DEFINITION_CASES)]
        answers = [each for each in answers if can_be_given(plan, each)]
        count += agreed(forms, exported(questionnaire, plan, address=False), plan, answers)
    assert count > DEFINITIONS * DEFINITION_CASES * 0.5


# Filled by hand, and what is wrong


def test_results_follow_the_answers_while_somebody_fills_the_form(forms: Page) -> None:
    questionnaire, plan, _ = read((ROOT / "content/questionnaires/support-around-me.yaml").read_text())
    assert questionnaire is not None
    assert plan is not None
    resource = exported(questionnaire, plan)
    given: dict[str, Any] = {}
    forms.evaluate(_FORM, [resource, [response(plan, given)]])
    for question, answer in [
        ("knows", "yes"),
        ("safe", "nowhere"),
        ("others", "yes"),
        ("relief", "partly"),
        ("others", "no"),
    ]:
        option = next(
            each["valueCoding"] for item in resource["item"] if item["linkId"] == question
            for each in item["answerOption"] if each["valueCoding"]["code"] == answer
        )  # fmt: skip
        forms.locator(f'[id="{question}/1|{option["system"]}|{answer}"]').click()
        given[question] = answer
        forms.wait_for_timeout(400)
        filled, shown = forms.evaluate("() => [LForms.Util.getFormFHIRData('QuestionnaireResponse', 'R4'), shown()]")
        assert disagreements(resource, plan, given, filled, shown) == []
    assert "flag:no_place" in shown


def test_a_wrong_expression_is_noticed(forms: Page) -> None:
    questionnaire, plan, _ = read((ROOT / "content/questionnaires/dependence-signs.yaml").read_text())
    assert questionnaire is not None
    assert plan is not None
    resource = exported(questionnaire, plan)
    answers = example_answers(questionnaire, plan)
    assert agreed(forms, resource, plan, answers) == len(answers)
    broken = json.loads(json.dumps(resource).replace("iif($this = 'yes', 1,", "iif($this = 'yes', 2,", 1))
    assert broken != resource
    with pytest.raises(AssertionError, match=r"score:signs is 4 there, and 3 here"):
        agreed(forms, broken, plan, answers)
