"""Taking a result away: on paper, as text, as a file, as a FHIR response; what happens where the browser refuses or the signal drops."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from ebbtide.selfcheck import Plan, score
from tests.browser.selfcheck_pages import CALM, PLAN, RICH_PLAN, Reader, plain, reader, shown_result, site, take

__all__ = ["plain", "reader", "site"]
pytestmark = pytest.mark.xdist_group("selfcheck")

WORSE: dict[str, Any] = {**CALM, "signs": ["fit", "fluids"], "aches": "very", "falling": "much", "sad": None}
RICH_ANSWERS: dict[str, Any] = {
    "calm": "some", "worry": "most", "impact": "b", "danger": None, "pulse": 96, "weight": 2.5, "bed": "23:30", "up": "07:05",
    "slept": "6:15", "more": "a", "which": ["tea", "other"], "use.tea.often": "daily", "use.tea.stop": "b", "use.other.often": "never",
}  # fmt: skip


def finish(page: Page, plan: Plan = PLAN, answers: Mapping[str, Any] = WORSE) -> dict[str, Any]:
    """Takes the check to its result, with all that belongs to it. Gives what the reference scorer makes of the answers."""
    take(page, plan, answers)
    page.locator("#see").click()
    page.locator("#take").wait_for()
    return score(plan, {id: answers.get(id) for id in (item["id"] for item in plan.data["questions"])})


def saved(page: Page, ending: str) -> tuple[str, str]:
    """The name and the text of the file that a press on a button saves."""
    with page.expect_download() as found:
        page.locator(f'[data-save="{ending}"]').click()
    return found.value.suggested_filename, Path(found.value.path()).read_text("utf-8")


def told_bands(page: Page) -> list[str]:
    """The bands of the total that the page tells."""
    return [id for of, id, _ in shown_result(page)["outcomes"] if of == "total"]


# Without script, and without the second script


def test_without_script_nothing_offers_what_cannot_be_done(plain: Reader) -> None:
    page = plain.open()
    text = page.locator("body").inner_text()
    for offered in (
        "Print",
        "Copy for a clinician",
        "Save as a file",
        "Keep this result",
        "Change my answers",
        "Try again",
    ):
        assert offered not in text


@pytest.mark.parametrize("lost", ["**/selfcheck-more.*.js", "**/selfcheck-more.*.css", "**/selfcheck-more.*"])
def test_the_result_is_whole_if_the_signal_drops_after_the_first_page(chromium: Browser, site: str, lost: str) -> None:
    made = Reader(chromium, site)
    made.page.route(lost, lambda route: route.abort())
    page = made.open()
    take(page, PLAN, WORSE)
    page.locator("#see").click()
    expected = score(PLAN, WORSE)
    shown = shown_result(page)
    assert shown["scores"] == {id: str(value) for id, value in expected["scores"].items()}
    assert shown["flags"] == expected["flags"] == ["ambulance", "care_today"]
    assert page.get_by_text("This is not a diagnosis.").is_visible()
    if lost.endswith("css"):
        page.locator("#take").wait_for()
        assert page.locator(".lost").is_hidden()
        assert told_bands(page) == expected["range"]["total"]["bands"] == ["few-symptoms", "some-symptoms"]
    else:
        told = page.locator(".lost")
        told.wait_for()
        assert told.inner_text().startswith(
            "The drawing, and the ways to take your result with you, could not be loaded."
        )
        assert page.locator("#take").count() == 0
        assert told_bands(page) == [expected["bands"]["total"]]
        left_open = "You left out some answers, so more than one result is possible."
        said = page.locator("#means .gist:visible").all_inner_texts()
        assert said == [left_open, left_open], "of the total, and of the one part that it belongs to"
        page.unroute(lost)
        page.get_by_role("button", name="Try again").click()
        page.locator("#take").wait_for()
        assert page.locator("#means svg.scale").count() == 4
        assert page.locator(".lost").is_hidden()
        assert told_bands(page) == expected["range"]["total"]["bands"]
        assert left_open not in page.locator("#means").inner_text()
    made.context.close()


# As text


def test_a_copy_for_a_clinician_says_what_the_page_says(chromium: Browser, site: str) -> None:
    made = Reader(chromium, site, permissions=["clipboard-read", "clipboard-write"])
    page = made.open()
    expected = finish(page)
    page.get_by_role("button", name="Copy for a clinician").click()
    expect(page.locator("#told")).to_have_text("Your result is copied.")
    text = page.evaluate("navigator.clipboard.readText()")
    lines = text.splitlines()
    assert lines[0] == "How strong are my withdrawal symptoms?"
    assert re.fullmatch(r"Made on \w+ \d+, \d{4} at \d+:\d\d.(AM|PM), by the clock of this device\.", lines[1])
    assert "Version 1.0.0" in lines
    assert lines.index("Emergency: Call for an ambulance now") < lines.index("Few symptoms")
    assert f"All symptoms: {expected['scores']['total']}, on a scale from 0 to 42" in lines
    assert f"Sleep: {expected['scores']['sleep']}, on a scale from 0 to 9" in lines
    assert (
        "Do you have any of these now, or in the last day? A seizure (a fit); I cannot keep water down, or I hardly pee"
        in lines
    )
    assert "Sore muscles, cramps or pain? Very much (Points: 3)" in lines
    assert "Sad or flat? I would rather not say" in lines
    assert lines[-1].startswith("This is not a diagnosis.")
    assert "Change" not in text
    made.close()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("navigator.clipboard.writeText = () => Promise.reject(new Error('denied'))", "Your result is copied."),
        ("Object.defineProperty(navigator, 'clipboard', {value: undefined})", "Your result is copied."),
        (
            "Object.defineProperty(navigator, 'clipboard', {value: undefined}); Document.prototype.execCommand = () => false",
            "Your browser did not let us copy. The text is selected, so that you can copy it.",
        ),
    ],
    ids=["denied", "none", "nothing-works"],
)
def test_where_the_clipboard_is_refused_the_text_stands_there_selected(
    chromium: Browser, site: str, fault: str, said: str
) -> None:
    made = Reader(chromium, site)
    made.page.add_init_script(fault)
    page = made.open()
    finish(page)
    page.get_by_role("button", name="Copy for a clinician").click()
    page.locator("#text").wait_for()
    expect(page.locator("#told")).to_have_text(said)
    assert page.evaluate("document.activeElement.id") == "text"
    selected = page.evaluate(
        "(each => each.value.slice(each.selectionStart, each.selectionEnd))(document.activeElement)"
    )
    assert selected.startswith("How strong are my withdrawal symptoms?\n")
    assert "Points: 3" in selected
    made.close()


def test_the_text_file_holds_what_is_copied(reader: Reader) -> None:
    page = reader.open()
    finish(page)
    name, text = saved(page, "txt")
    assert re.fullmatch(r"withdrawal-symptoms-\d{4}-\d\d-\d\d\.txt", name)
    assert page.locator("#told").inner_text() == f"Saved as {name}."
    assert text.startswith("How strong are my withdrawal symptoms?\n")
    assert "Sore muscles, cramps or pain? Very much (Points: 3)" in text


# As data


@pytest.mark.parametrize(
    ("id", "plan", "answers"), [("withdrawal-symptoms", PLAN, WORSE), ("rich", RICH_PLAN, RICH_ANSWERS)]
)
def test_the_data_file_holds_the_scorers_result(reader: Reader, id: str, plan: Plan, answers: dict[str, Any]) -> None:
    page = reader.open(id)
    expected = finish(page, plan, answers)
    name, text = saved(page, "json")
    held = json.loads(text)
    assert name.endswith(".json")
    assert held["result"] == json.loads(json.dumps(expected))
    assert (held["id"], held["version"]) == (plan.id, plan.data["version"])
    assert list(held["answers"]) == expected["asked"]
    assert score(plan, held["answers"]) == expected, "the answers that are saved give the same result again"
    made = datetime.datetime.fromisoformat(held["made"])
    assert made.tzinfo is not None
    assert abs(datetime.datetime.now(datetime.UTC) - made) < datetime.timedelta(minutes=5)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "UTC"])
def test_the_hour_is_that_of_the_reader_with_its_distance_from_universal_time(
    chromium: Browser, site: str, zone: str
) -> None:
    made = Reader(chromium, site, timezone_id=zone)
    page = made.open()
    page.clock.set_fixed_time(datetime.datetime(2026, 7, 1, 3, 30, tzinfo=datetime.UTC))
    finish(page)
    _, text = saved(page, "json")
    expected = {
        "America/New_York": "2026-06-30T23:30:00-04:00",
        "Asia/Kathmandu": "2026-07-01T09:15:00+05:45",
        "UTC": "2026-07-01T03:30:00+00:00",
    }
    assert json.loads(text)["made"] == expected[zone]
    made.close()


def test_the_fhir_response_names_questions_and_answers_by_their_ids(reader: Reader) -> None:
    page = reader.open("rich")
    expected = finish(page, RICH_PLAN, RICH_ANSWERS)
    name, text = saved(page, "fhir.json")
    response = json.loads(text)
    assert name.endswith(".fhir.json")
    assert (response["resourceType"], response["status"], response["language"]) == (
        "QuestionnaireResponse",
        "completed",
        "en-US",
    )
    assert response["questionnaire"] == "https://ebbtide.example/questionnaires/rich.fhir.json|1.2.0"
    items = {item["linkId"]: item for item in response["item"]}
    assert list(items) == expected["asked"]
    assert all(set(item) <= {"linkId", "text", "answer", "extension"} for item in items.values())
    system = "https://ebbtide.example/questionnaires/rich/#q-"
    assert items["calm"] == {
        "linkId": "calm", "text": "How often did you feel calm?",
        "answer": [{"valueCoding": {"system": f"{system}calm", "code": "some", "display": "Some days"}}],
    }  # fmt: skip
    assert items["which"]["answer"] == [
        {"valueCoding": {"system": f"{system}which", "code": "tea", "display": "Tea"}},
        {"valueCoding": {"system": f"{system}which", "code": "other", "display": "Something else"}},
    ]  # fmt: skip
    assert items["pulse"]["answer"] == [{"valueInteger": 96}]
    assert items["weight"]["answer"] == [{"valueDecimal": 2.5}]
    assert items["bed"]["answer"] == [{"valueTime": "23:30:00"}]
    assert items["slept"]["answer"] == [{"valueInteger": 375}]
    assert items["use.tea.often"]["text"] == "How often do you take Tea?"
    assert "answer" not in items["danger"]
    assert items["danger"]["extension"] == [
        {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "asked-declined"}
    ]


def test_printing_is_one_press(reader: Reader) -> None:
    page = reader.open()
    page.evaluate("() => { window.print = () => { window.printed = (window.printed || 0) + 1 } }")
    finish(page)
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed") == 1


def test_what_is_taken_away_follows_a_change_of_mind(reader: Reader) -> None:
    page = reader.open()
    finish(page)
    page.get_by_role("button", name="Change my answers").click()
    page.get_by_role("button", name=re.compile("^Change Sore muscles")).click()
    page.locator('.q:visible input[value="no"]').check()
    page.locator("#go").click()
    page.locator("#see").click()
    _, text = saved(page, "json")
    assert json.loads(text)["answers"]["aches"] == "no"
    assert page.locator("#means svg.scale").count() == 4, "drawn once, not twice"
    assert page.locator("#take").count() == 1


def test_nobody_waits_long_for_styles_or_finds_a_result_that_they_have_left(chromium: Browser, site: str) -> None:
    made = Reader(chromium, site)
    page = made.page
    page.clock.install()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/selfcheck-more.*.css", hold)
    made.open()
    take(page, PLAN, CALM)
    page.locator("#see").click()
    page.wait_for_function("() => document.head.querySelector('link[rel=stylesheet]')")
    page.get_by_role("button", name="Change my answers").click()
    page.clock.run_for(6_000)
    page.locator("#take").wait_for(state="attached")
    assert page.locator("#review").is_visible()
    assert page.locator("#means [hidden]").count() == 0, "what is printed of the empty form stays whole"
    page.locator("#see").click()
    assert page.locator("#take").is_visible()
    assert page.locator("#means svg.scale").count() == 4
    made.context.close()
