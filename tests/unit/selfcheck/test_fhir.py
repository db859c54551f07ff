"""The FHIR Questionnaire of every self-check: its shape, its invariants, and what it carries over. Its totals: tests/browser/test_lforms.py."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from ebbtide import pipeline
from ebbtide.model.sheet import Sheet
from ebbtide.selfcheck import fhir as f
from ebbtide.selfcheck import fhir_text as t
from ebbtide.selfcheck.fhir_rules import invariants
from ebbtide.selfcheck.sheet import make_sheet
from tests.npm import package, unpack
from tests.small_site import options
from tests.unit.selfcheck.fhir_support import drawn, exported, shape
from tests.unit.selfcheck.support import CONTENT, FULL, HEAD, ROOT, VECTORS, read

DEFINITIONS = 2_000 if FULL else 50

SMALL = """\
answer_lists:
  often: {never: [Never, 0], some: [Some days, 1.5], daily: [Every day, 3]}
questions:
  low: {ask: Low?, help: Think of a week., answers: often}
  harm: {ask: Harm?, answers: often, ask_if: "low is one of [some, daily]", not_asked: 0}
  pulse: {ask: Pulse?, number: {from: 30, to: 220, unit: beats a minute}, ask_if: "sum of [low, harm] >= 2"}
  weight: {ask: Weight?, number: {from: 0, to: 20, step: 0.25}}
  bed: {ask: Bed?, time: {from: "20:00", to: "23:30", step: "0:30"}}
  slept: {ask: Slept?, duration: {from: "0:00", to: "14:00", step: "0:15"}}
  which: {ask: Which?, choose_many: {tea: Tea, other: Other, nothing: Nothing}, none: nothing}
scores:
  total: {title: Total, add: [low, harm], unit: points}
bands:
  total: {0 to below 3: {name: Few, means: Few.}, 3 to 6: {name: Many, means: Many.}}
flags:
  danger: {when: harm is daily, show: at_once, level: emergency, title: Call now, say: Somebody answers., contacts: [line]}
"""


def of(body: str, head: str = HEAD, **more: Any) -> dict[str, Any]:
    questionnaire, plan, problems = read(head + body)
    assert questionnaire is not None, problems
    assert plan is not None, problems
    return exported(questionnaire, plan, **more)


def items(resource: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["linkId"]: item for item in resource["item"]}


def extensions(item: dict[str, Any]) -> dict[str, Any]:
    """Values of extensions by the last part of their addresses."""
    return {
        each["url"].rpartition("/")[2]: next(value for key, value in each.items() if key != "url")
        for each in item.get("extension", [])
    }


# Shape and invariants


@pytest.mark.parametrize("address", [True, False])
def test_every_self_check_is_sound(address: bool) -> None:
    resources = []
    for path in [*CONTENT, *VECTORS]:
        questionnaire, plan, _ = read(path.read_text())
        assert questionnaire is not None
        assert plan is not None
        resources.append(exported(questionnaire, plan, address=address))
    assert [(made["id"], said) for made in resources if (said := invariants(made))] == []
    found = shape(resources)
    assert [(made["id"], said) for made, said in zip(resources, found, strict=True) if said] == []
    assert len(resources) >= 22


def test_every_random_definition_is_sound() -> None:
    """So the build need not check what it writes: nothing that a publisher can write leads to a Questionnaire that is not sound.

    Few of them have something that cannot be said.
    """
    resources = [exported(*made) for seed in range(DEFINITIONS) if (made := drawn(seed))]
    assert [said for made in resources if (said := invariants(made))] == []
    assert [said for said in shape(resources) if said] == []
    left = [one for one in resources if "fhir-left-out" in one["description"] or "fhir-always" in one["description"]]
    assert len(left) <= len(resources) * 0.08
    assert len(resources) > DEFINITIONS * 0.95


BROKEN: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda made: made.update(resourceType="Basic"), "it is not a Questionnaire."),
    (lambda made: made.update(colour="red"), "colour is not expected."),
    (lambda made: made.update(copyright=""), "copyright is empty."),
    (lambda made: made.update(name="a name"), "its name is not one for machines (que-0)."),
    (lambda made: made.update(id="a_b"), "its id is not letters, digits, hyphens and dots."),
    (lambda made: made.update(status="retired"), "its status is neither draft nor active."),
    (lambda made: made.update(url="low.fhir.json"), "its url is not a whole address."),
    (lambda made: made.update(item=[]), "it asks nothing."),
    (lambda made: made["item"].append(items(made)["low"]), "low: more than one item has this linkId (que-2)."),
    (lambda made: made["item"].insert(0, made["item"].pop(1)), "harm: it depends on low, which does not stand before it."),
    (lambda made: items(made)["harm"]["enableWhen"][0].update(question="lost"),
     "harm: it depends on lost, which does not stand before it."),
    (lambda made: items(made)["harm"]["enableWhen"][0]["answerCoding"].update(code="always"),
     "harm: it depends on an answer that low does not have."),
    (lambda made: items(made)["harm"].pop("enableBehavior"),
     "harm: enableBehavior stands where there are several conditions, and nowhere else (que-12)."),
    (lambda made: items(made)["harm"]["extension"].append(items(made)["pulse"]["extension"][-1]),
     "harm: it has conditions of both kinds."),
    (lambda made: items(made)["low"].pop("answerOption"), "low: a choice has answers, and nothing else has (que-5)."),
    (lambda made: items(made)["pulse"].update(answerOption=items(made)["low"]["answerOption"]),
     "pulse: a choice has answers, and nothing else has (que-5)."),
    (lambda made: items(made)["low"]["answerOption"][0]["valueCoding"].update(code="some"), "low: two answers have one code."),
    (lambda made: items(made)["low"]["answerOption"][0]["valueCoding"].update(system="urn:other"),
     "low: its answers are of different systems."),
    (lambda made: made.pop("url"), "low: answers have a system where the Questionnaire has an address, and nowhere else."),
    (lambda made: items(made)["low"]["answerOption"][0]["valueCoding"].pop("display"),
     "low: an answer has no code or no words."),
    (lambda made: items(made)["low"]["answerOption"][0]["extension"].pop(), "low: the points of never differ."),
    (lambda made: items(made)["low"]["answerOption"][0].update(initialSelected=True), "low: initialSelected is not expected."),
    (lambda made: items(made)["low"].update(type="boolean"), "low: boolean is no type that is used here."),
    (lambda made: items(made)["low"].update(text=""), "low: it has no words."),
    (lambda made: items(made)["low"].update(required=True), "low: an answer is required, or nothing says that it is not."),
    (lambda made: items(made)["low"].update(item=[items(made)["bed"]]), "low: an item that is answered stands below another."),
    (lambda made: items(made)["low"]["extension"].append({"url": "urn:x", "valueString": "x"}),
     "low: the extension urn:x is not expected."),
    (lambda made: items(made)["low"]["extension"].append(items(made)["low"]["extension"][0]), "low: an extension stands twice."),
    (lambda made: items(made)["pulse"]["extension"][0].update(valueInteger="30"),
     f"pulse: the value of the extension {f.LEAST} is not a Integer."),
    (lambda made: items(made)["pulse"]["extension"][0].update(valueString="30"),
     f"pulse: the extension {f.LEAST} has valueInteger, valueString, not valueInteger or valueDecimal or valueTime."),
    (lambda made: items(made)["weight"]["extension"].__setitem__(0, {"url": f.LEAST, "valueInteger": 0}),
     "weight: its limits are not of its type."),
    (lambda made: items(made)["flag:danger"].update(required=False), "flag:danger: words are neither required nor repeated (que-6)."),
    (lambda made: items(made)["flag:danger"].update(readOnly=True), "flag:danger: words are not read-only (que-9)."),
    (lambda made: items(made)["flag:danger"].update(item=[{}]), "flag:danger: something stands below words (que-1)."),
    (lambda made: items(made)["score:total"].pop("readOnly"), "score:total: it is calculated and can be written to."),
    (lambda made: items(made)["low"].update(readOnly=True), "low: it can neither be answered nor is it calculated."),
    (lambda made: made["extension"].append(made["extension"][0]), "the variable a2 stands twice."),
    (lambda made: made["extension"].pop(0), "the variable p2 uses a2, which does not stand before it."),
    (lambda made: made["extension"][0]["valueExpression"].update(name="a_1"),
     "the variable a_1 is not named by letters and digits."),
    (lambda made: items(made)["score:total"]["extension"][0]["valueExpression"].update(expression="(%lost / 2)"),
     "score:total: an expression uses lost, which is not there."),
    (lambda made: made["extension"][0]["valueExpression"].update(expression="%resource.item.where(linkId = 'lost')"),
     "an expression reads lost, which is not there."),
]  # fmt: skip
"""What can be wrong with a Questionnaire, and the sentence that says so."""


@pytest.mark.parametrize(("breaks", "sentence"), BROKEN, ids=[sentence for _, sentence in BROKEN])
def test_each_broken_sample_is_caught(breaks: Callable[[dict[str, Any]], Any], sentence: str) -> None:
    made = of(SMALL)
    assert invariants(made) == []
    broken = deepcopy(made)
    breaks(broken)
    assert sentence in invariants(broken)


def test_the_validator_of_the_shape_bites() -> None:
    made = of(SMALL)
    wrong = [deepcopy(made) for _ in range(4)]
    wrong[0]["status"] = "finished"
    wrong[1]["item"][0]["type"] = "chioce"
    wrong[2]["colour"] = "red"
    del wrong[3]["item"][0]["linkId"]
    found = shape([made, *wrong])
    assert found[0] == []
    assert [said[0] for said in found[1:]] == [
        'Questionnaire.status: Code "finished" not found in value set',
        'Questionnaire.item[0].type: Code "chioce" not found in value set',
        "Questionnaire.colour: Unexpected property",
        "Questionnaire.item[0].linkId: Missing property",
    ]


def test_a_package_that_is_not_what_was_pinned_is_refused(tmp_path: Path) -> None:
    assert (package("fhir") / "validator.js").is_file()
    (tmp_path / "fhir-4.12.0.tgz").write_bytes(b"something else")
    with pytest.raises(ValueError, match=r"^fhir-4\.12\.0\.tgz is not what was pinned: its SHA-512 is "):
        unpack(tmp_path / "fhir-4.12.0.tgz", "N+eL", tmp_path / "unpacked")
    assert not (tmp_path / "unpacked").exists()


# What is carried over


@pytest.mark.parametrize("path", [*CONTENT, *VECTORS], ids=lambda path: path.stem)
def test_everything_is_carried_over(path: Path) -> None:
    """Every question with its answers and points, every flag, every shown score, every band and finding, by their ids."""
    questionnaire, plan, _ = read(path.read_text())
    assert questionnaire is not None
    assert plan is not None
    made, sheet, data = exported(questionnaire, plan), make_sheet(questionnaire, plan), plan.as_json()
    found = items(made)
    assert [link for link in found if found[link]["type"] != "display" and ":" not in link] == [
        question["id"] for question in data["questions"]
    ]
    for question in data["questions"]:
        options_ = found[question["id"]].get("answerOption", [])
        assert [option["valueCoding"]["code"] for option in options_] == [
            each[0] for each in question.get("options", [])
        ]
        for option, (_, *points) in zip(options_, question.get("options", []), strict=True):
            value = extensions(option)
            counted = [float(points[0])] if points and points[0] is not None else []
            assert [value[key] for key in ("ordinalValue", "itemWeight") if key in value] == counted * 2
        assert ("enableWhen" in found[question["id"]]) + (
            "sdc-questionnaire-enableWhenExpression" in extensions(found[question["id"]])
        ) == bool(question.get("asks"))
    assert {link for link in found if link.startswith("flag:")} == {f"flag:{flag['id']}" for flag in data["flags"]}
    assert [link for link in found if link.startswith("score:")] == [
        f"score:{scale.id}" for scale in sheet.scales if scale.shown
    ]
    assert {link for link in found if link.startswith("band:")} == {f"band:{table['id']}" for table in data["bands"]}
    assert [link for link in found if link.startswith("finding:")] == [
        f"finding:{each['id']}" for each in data["findings"]
    ]
    assert "fhir-left-out" not in made["description"]
    assert "fhir-always" not in made["description"]


def test_flags_stand_under_the_last_question_that_raises_them_and_before_any_result() -> None:
    for path in CONTENT:
        questionnaire, plan, _ = read(path.read_text())
        assert questionnaire is not None
        assert plan is not None
        links = list(items(exported(questionnaire, plan)))
        results = [links.index(link) for link in links if link.split(":")[0] in ("score", "band", "finding")]
        for flag in plan.data["flags"]:
            at = links.index(f"flag:{flag['id']}")
            assert at < min(results)
            assert at > max(links.index(name) for name in flag["uses"])


def test_the_head_says_what_it_is() -> None:
    made = of(SMALL)
    del made["item"], made["extension"]
    assert made == {
        "resourceType": "Questionnaire",
        "id": "test",
        "language": "en",
        "url": "https://clinic.example/questionnaires/test.fhir.json",
        "version": "1.0.0",
        "name": "Test",
        "title": "Test",
        "status": "draft",
        "experimental": True,
        "date": "2026-11-24",
        "publisher": "A clinic",
        "description": "Test.\n\nfhir-diagnosis {name}{names} fhir-untested {name}{names}\n\nfhir-about {name}{names}",
        "lastReviewDate": "2026-11-24",
    }


def test_it_is_active_once_a_clinician_has_reviewed_it_and_carries_credit() -> None:
    head = HEAD.replace("reviewed: 2026-11-24}", "reviewed: 2026-11-24, by: 'Dr A. Example, physician'}").replace(
        "{kind: original, informed_by: [S1], validated: false}",
        "{kind: instrument, validated: true, rights: {terms: free_with_credit, evidence: They say so., credit: Made by them.}}",
    )
    made = of(SMALL, head)
    assert (made["status"], made["experimental"]) == ("active", False)
    assert (made["approvalDate"], made["copyright"]) == ("2026-11-24", "Made by them.")
    assert "fhir-untested" not in made["description"]


def test_without_an_address_it_has_no_url_and_its_codes_no_system() -> None:
    made = of(SMALL, address=False)
    assert "url" not in made
    assert "system" not in json.dumps(items(made)["low"]["answerOption"])
    assert invariants(made) == []


def test_questions_are_written_as_renderers_expect_them() -> None:
    found = items(of(SMALL))
    system = "https://clinic.example/questionnaires/test/#q-low"
    assert found["low"] == {
        "linkId": "low",
        "prefix": "1.",
        "text": "Low?",
        "required": False,
        "type": "choice",
        "answerOption": [
            {"extension": [{"url": f.ORDINAL, "valueDecimal": points}, {"url": f.WEIGHT, "valueDecimal": points}],
             "valueCoding": {"system": system, "code": code, "display": words}}
            for code, words, points in (("never", "Never", 0), ("some", "Some days", 1.5), ("daily", "Every day", 3))
        ],
        "item": [{"linkId": "help:low", "text": "Think of a week.", "type": "display", "extension": [_control("help")]}],
        "extension": [_control("radio-button")],
    }  # fmt: skip
    assert (found["harm"]["enableWhen"], found["harm"]["enableBehavior"]) == (
        [
            {"question": "low", "operator": "=", "answerCoding": {"system": system, "code": code}}
            for code in ("some", "daily")
        ],
        "any",
    )
    assert (found["pulse"]["type"], extensions(found["pulse"])["minValue"], extensions(found["pulse"])["maxValue"]) == (
        "integer", 30, 220,
    )  # fmt: skip
    assert found["pulse"]["item"][0]["text"] == "beats a minute"
    assert extensions(found["pulse"])["sdc-questionnaire-enableWhenExpression"]["expression"] == "iif(%e3, true, false)"
    assert (found["weight"]["type"], extensions(found["weight"])) == (
        "decimal", {"minValue": 0, "maxValue": 20, "maxDecimalPlaces": 2},
    )  # fmt: skip
    assert (found["bed"]["type"], extensions(found["bed"])) == (
        "time",
        {"minValue": "20:00:00", "maxValue": "23:30:00"},
    )
    minutes = {"system": "http://unitsofmeasure.org", "code": "min", "display": "min"}
    assert (found["slept"]["type"], extensions(found["slept"])) == (
        "integer", {"minValue": 0, "maxValue": 840, "questionnaire-unit": minutes},
    )  # fmt: skip
    assert found["which"]["repeats"] is True
    assert [extensions(option) for option in found["which"]["answerOption"]] == [
        {},
        {},
        {"questionnaire-optionExclusive": True},
    ]
    assert found["flag:danger"]["text"] == "Call now. Somebody answers."


def _control(code: str) -> dict[str, Any]:
    coding = {"system": "http://hl7.org/fhir/questionnaire-item-control", "code": code}
    return {"url": f.CONTROL, "valueCodeableConcept": {"coding": [coding]}}


def test_results_are_calculated_and_cannot_be_written_to() -> None:
    made = of(SMALL)
    found = items(made)
    score, band = found["score:total"], found["band:total"]
    assert (score["type"], score["readOnly"], score["item"][0]["text"]) == ("decimal", True, "points")
    assert extensions(score)["sdc-questionnaire-calculatedExpression"] == {
        "language": "text/fhirpath", "expression": "(%t8 / 2)",
    }  # fmt: skip
    said = {each["valueExpression"]["name"]: each["valueExpression"]["expression"] for each in made["extension"]}
    assert said["t8"] == "(%p1 + %q2)"
    assert said["p1"] == "%a1.select(iif($this = 'never', 0, iif($this = 'some', 3, iif($this = 'daily', 6, {}))))"
    assert said["a1"] == "%resource.item.where(linkId = 'low').answer.value.code"
    assert (band["type"], band["readOnly"]) == ("choice", True)
    assert [option["valueCoding"]["code"] for option in band["answerOption"]] == ["few", "many"]
    assert extensions(band)["sdc-questionnaire-calculatedExpression"]["expression"] == (
        "%questionnaire.item.where(linkId = 'band:total').answerOption.value.where(code = %band1)"
    )


# What cannot be said


NEGATIVE = """\
questions:
  top: {ask: Top?, number: {from: 0, to: 10}}
  bottom: {ask: Bottom?, number: {from: -5, to: 5}}
  more: {ask: More?, answers: {a: A, b: B}, ask_if: share >= 1}
  last: {ask: Last?, number: {from: 0, to: 5}}
scores:
  share: {title: Share, ratio: [top, bottom], if_zero: 0, round: nearest}
  twice: {title: Twice, multiply: [share, 2]}
  other: {title: Other, add: [top, last]}
bands:
  share: {below 0: {name: Less, means: Less.}, 0 or more: {name: More, means: More.}}
flags:
  high: {when: share > 3, show: with_result, level: see-someone, title: High share, say: High.}
"""


def test_what_cannot_be_said_exactly_is_left_out_and_named() -> None:
    """A ratio whose lower part may be negative: rounding has then to turn round, which this translation does not do."""
    made = of(NEGATIVE)
    assert [link for link in items(made) if ":" in link] == ["score:other"]
    assert set(extensions(items(made)["more"])) == {"questionnaire-itemControl"}
    assert made["description"].endswith(
        "\n\nfhir-left-out {name}High share; Share; fhir-means Share{names}; Twice\n\nfhir-always {name}More?"
    )
    assert invariants(made) == []
    assert shape([made]) == [[]]


def test_many_items_are_no_reason_to_leave_a_result_out() -> None:
    names = [f"q{number}" for number in range(1, 24)]
    questions = "".join(f"  {name}: {{ask: {name}?, answers: four}}\n" for name in names)
    items_ = ", ".join(names)
    made = of(
        "answer_lists:\n  four: {a: [A, 0], b: [B, 1], c: [C, 2.5]}\nquestions:\n" + questions + "scores:\n"
        f"  middle: {{title: Mean, average: [{items_}], blank: {{allow: 3, then: leave_out}}, round: {{how: nearest, to: 0.01}}}}\n"
        f"  all_of_it: {{title: Sum, add: [{items_}], blank: {{allow: 2, then: scale_up, round: exact}}, round: {{how: up, to: 0.1}}}}\n"
        "bands:\n  middle: {0 to below 1: {name: Few, means: Few.}, 1 or more: {name: Many, means: Many.}}\n"
        "flags:\n  high: {when: middle >= 2 and all_of_it >= 40, show: with_result, level: see-someone, title: High, say: High.}\n"
    )
    assert "fhir-left-out" not in made["description"]
    assert len(json.dumps(made)) < 60_000


# The file


def test_the_build_writes_one_beside_each_page_and_links_it(tmp_path: Path) -> None:
    made = pipeline.build(options(ROOT / "content", tmp_path / "site"))
    assert made.written is not None
    listed = (tmp_path / "site/questionnaires/index.html").read_text()
    for path in CONTENT:
        text = (tmp_path / f"site/questionnaires/{path.stem}.fhir.json").read_text("utf-8")
        resource = json.loads(text)
        assert invariants(resource) == []
        page = (tmp_path / f"site/questionnaires/{path.stem}/index.html").read_text("utf-8")
        address = re.search(r'<link rel="?canonical"? href="?([^" >]+)', page)
        assert address is not None
        assert resource["url"] == f"{address[1].rstrip('/')}.fhir.json"
        for question in resource["item"]:
            for option in question.get("answerOption", []) if ":" not in question["linkId"] else []:
                system, _, anchor = option["valueCoding"]["system"].partition("#")
                assert system == address[1]
                assert re.search(rf'id="?{re.escape(anchor)}["\s>]', page), anchor
        assert f'questionnaires/{path.stem}.fhir.json"' in listed or f"questionnaires/{path.stem}.fhir.json " in listed


def test_the_file_speaks_the_language_of_the_site(tmp_path: Path) -> None:
    clinic = ROOT / "tests/sites/other-clinic"
    made = pipeline.build(options(clinic / "content", tmp_path / "site", [clinic / "templates"]))
    assert made.written is not None
    (file,) = (tmp_path / "site/questionnaires").glob("*.fhir.json")
    resource = json.loads(file.read_text("utf-8"))
    assert resource["language"].startswith("fr")
    assert "Ce n\u2019est pas un diagnostic. Cette échelle n\u2019a pas été testée." in resource["description"]
    assert any(item["text"].startswith("Ce que cela veut dire : ") for item in resource["item"])
    assert invariants(resource) == []


# Expressions


def test_what_is_known_is_worked_out_at_build_time() -> None:
    assert t.iif(True, 1, 2) == 1
    assert t.iif(None, 1, 2) == 2
    assert t.iif("%a", "%b", "%b") == "%b"
    assert t.iif("%a", 1, True) == "iif(%a, 1, true)"
    assert t.every([True, "%a"]) == "%a"
    assert t.every(["%a", False]) is False
    assert t.every([]) is True
    assert t.every([None, "%a"]) == "({} and %a)"
    assert t.some(["%a", "%b", "%a"]) == "(%a or %b)"
    assert t.some([True, "%a"]) is True
    assert t.negated(None) is None
    assert t.added([1, "%a", -4]) == "(%a - 3)"
    assert t.added([1, None]) is None
    assert t.compared(">", 1, None) is None
    assert t.extreme("max", [None, 3, "%a", 5]) == (
        "(%a | 5).aggregate(iif($total.empty(), $this, iif($this > $total, $this, $total)))"
    )
    assert t.extreme("min", [None]) is None
    assert t.combined([None]) == "{}"
    assert t.quoted("it's \\ one") == "'it\\'s \\\\ one'"


@pytest.mark.parametrize(("top", "bottom"), [(7, 2), (-7, 2), (-8, 2), (0, 3), (-1, 3)])
def test_division_rounds_down_below_zero_too(top: int, bottom: int) -> None:
    said = t.floored("%a", bottom, -9)
    assert isinstance(said, str)
    inner, _, shift = said[1:-1].rpartition(" - ")
    above, _, below = inner[1:-1].partition(" div ")
    assert eval(above.replace("%a", f"({top})")) >= 0
    assert (
        int(eval(above.replace("%a", f"({top})")) / int(below)) - int(shift)
        == top // bottom
        == t.floored(top, bottom, -9)
    )


def test_a_sheet_is_all_that_the_page_has() -> None:
    """The export reads these parts of a sheet; a part that is new has to be carried over too, or named as left out."""
    carried = {
        "groups",
        "cards",
        "findings",
        "scales",
        "period",
        "credit",
        "title",
        "summary",
        "version",
        "limits",
        "validated",
        "id",
    }
    of_the_page = {"intro", "minutes", "original", "points", "skipped", "next", "basis", "sources"}
    assert set(Sheet.__dataclass_fields__) == carried | of_the_page
