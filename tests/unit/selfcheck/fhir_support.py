"""What the tests of the FHIR export share: exported questionnaires, responses to them, and the shape as the npm package ``fhir`` sees it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from ebbtide.model.base import parse
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.problem import Places
from ebbtide.selfcheck import Plan, compile_questionnaire
from ebbtide.selfcheck.fhir import WORDS, Publication, fhir_questionnaire
from ebbtide.selfcheck.scorer import Run
from ebbtide.selfcheck.sheet import make_sheet
from tests.npm import node, package
from tests.unit.selfcheck.definitions import definition

Json = dict[str, Any]
SAID = {key: f"{key} {{name}}{{names}}" for key in WORDS}
"""Words of the templates as these tests know them: each by its key."""

_SHAPE = """
const { Fhir } = require("./fhir.js");
const said = (resource) => new Fhir().validate(resource).messages
  .filter((each) => each.severity !== "info").map((each) => `${each.location}: ${each.message}`);
let text = "";
process.stdin.on("data", (part) => { text += part; })
  .on("end", () => console.log(JSON.stringify(JSON.parse(text).map(said))));
"""


def publication(id: str, address: bool = True) -> Publication:
    """As of a site that has an address, or has none."""
    return Publication(f"https://clinic.example/questionnaires/{id}/" if address else None, "en", "A clinic", SAID)


def exported(questionnaire: Questionnaire, plan: Plan, *, address: bool = True) -> Json:
    """The Questionnaire of a self-check."""
    sheet = make_sheet(questionnaire, plan)
    return fhir_questionnaire(questionnaire, plan.as_json(), sheet, publication(plan.id, address))


def drawn(seed: int) -> tuple[Questionnaire, Plan] | None:
    """A random definition, or None where the compiler refuses it."""
    questionnaire, _ = parse(Questionnaire, definition(seed), Places("random.yaml"))
    assert questionnaire is not None
    plan, _ = compile_questionnaire(questionnaire)
    return None if plan is None else (questionnaire, plan)


def shape(resources: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Of each resource, what the validator of R4 says against it. (That it does not have the open list of all answers is no fault.)"""
    found = subprocess.run(
        [node(), "-e", _SHAPE], cwd=package("fhir"), input=json.dumps(resources), capture_output=True, text=True, check=True,
        timeout=120,
    )  # fmt: skip
    said: list[list[str]] = json.loads(found.stdout)
    return said


def response(plan: Plan, answers: Mapping[str, Any], *, address: bool = True) -> Json:
    """A QuestionnaireResponse with these answers; hidden ones too, which a renderer has to pass over."""
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "item": [
            {"linkId": question["id"], **_answered(publication(plan.id, address), question, answers[question["id"]])}
            for question in plan.data["questions"]
            if question["id"] in answers
        ],
    }


def _answered(made: Publication, question: Json, answer: Any) -> Json:
    if answer is None or answer == []:
        return {}
    if question["kind"] in ("one", "many"):
        codes = [answer] if isinstance(answer, str) else answer
        return {"answer": [{"valueCoding": {**made.system(f"q-{question['id']}"), "code": code}} for code in codes]}
    if question["kind"] == "number":
        whole = all(Fraction(str(question[end])).denominator == 1 for end in ("from", "step"))
        return {"answer": [{"valueInteger" if whole else "valueDecimal": answer}]}
    if question["kind"] == "time":
        return {"answer": [{"valueTime": f"{answer:0>5}:00"}]}
    hours, _, minutes = answer.partition(":")
    return {"answer": [{"valueInteger": int(hours) * 60 + int(minutes)}]}


def can_be_given(plan: Plan, answers: Mapping[str, Any]) -> bool:
    """Whether a form can hold these answers. Of a choice of many that has no *none of these* it cannot tell "I'd rather not say" from
    nothing ticked, which our page can."""
    asked = Run(plan.data, answers).asked()
    return not any(
        question["kind"] == "many"
        and "none" not in question
        and question["id"] in asked
        and answers.get(question["id"]) is None
        for question in plan.data["questions"]
    )


def disagreements(
    resource: Json, plan: Plan, answers: Mapping[str, Any], filled: Json, shown: Sequence[str]
) -> list[str]:
    """Where a renderer's results differ from those of the reference scorer. `filled` is its response, `shown` what can be seen."""
    run = Run(plan.data, answers)
    expected = run.result()
    given = {item["linkId"]: item.get("answer") for item in filled.get("item", [])}
    found = []
    for item in resource["item"]:
        link = item["linkId"]
        kind, _, id = link.partition(":")
        theirs: Any = None
        if given.get(link):
            (theirs,) = given[link][0].values()
        if kind == "score":
            ours = expected["scores"][id]
        elif kind in ("band", "finding"):
            ours, theirs = expected[f"{kind}s"][id], theirs and theirs["code"]
        elif kind == "flag":
            ours, theirs = id in expected["flags"], link in shown
        elif item["type"] == "display":
            continue
        else:
            ours, theirs = link in expected["asked"], link in shown
        if ours != theirs:
            found.append(f"{link} is {theirs} there, and {ours} here, with {dict(answers)}")
    return found
