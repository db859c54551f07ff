"""Taking a self-check in a browser. Without script first: what the page is then is what it must never fall below."""

from __future__ import annotations

import random
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from ebbtide.selfcheck import score
from ebbtide.selfcheck.cases import cases
from tests.browser.selfcheck_pages import (
    CALM,
    PLAN,
    RICH_PLAN,
    Reader,
    give,
    plain,
    reader,
    shown_result,
    site,
    take,
    violations,
    visible_question,
)

__all__ = ["plain", "reader", "site"]
pytestmark = pytest.mark.xdist_group("selfcheck")


# Without script


def test_without_script_every_question_is_there_with_nothing_chosen(plain: Reader) -> None:
    page = plain.open()
    assert page.locator("fieldset:visible").count() == len(PLAN.data["questions"])
    assert page.locator("fieldset > legend:visible").count() == len(PLAN.data["questions"])
    assert page.locator("input:checked").count() == 0
    for item in PLAN.data["questions"]:
        values = page.locator(f'[id="q-{item["id"]}"] input:not([data-pass])').evaluate_all(
            "all => all.map(each => each.value)"
        )
        assert values == [option[0] for option in item["options"]], "the published order"
        assert page.locator(f'[id="q-{item["id"]}"] [data-pass]').count() == (1 if item.get("optional") else 0)
    assert page.get_by_text("Continue", exact=True).is_hidden()
    assert page.get_by_text("See my result").is_hidden()


def test_without_script_each_flag_stands_directly_under_its_question_and_says_when(plain: Reader) -> None:
    page = plain.open()
    for flag in PLAN.data["flags"]:
        card = page.locator(f'#q-{flag["uses"][-1]} > [data-flag="{flag["id"]}"]')
        assert card.is_visible()
        assert card.locator("a[href^='tel:']").count() >= 1
        assert card.get_by_text(re.compile("^This is for you if")).is_visible()


def test_without_script_it_can_be_scored_with_a_pen(plain: Reader) -> None:
    """Adds up what the page says, as a reader with a pen would, and compares with the scorer."""
    page = plain.open()
    text = page.locator("#key").inner_text()
    assert "Questions 4 to 17: Not at all 0, A little 1, Quite a lot 2, Very much 3." in text
    assert "Add up your points for questions 4 to 17." in text
    assert (
        "Up to 2 answers may be missing: divide the sum by the number of answers you gave, and multiply by 14." in text
    )
    points = dict(re.findall(r"(Not at all|A little|Quite a lot|Very much) (\d)", text))
    random_ = random.Random(7)
    answers = dict(CALM)
    total = 0
    for number, item in enumerate(PLAN.data["questions"], 1):
        if number >= 4:
            option = random_.choice(item["options"])[0]
            answers[item["id"]] = option
            words = page.locator(f'#q-{item["id"]} label:has(input[value="{option}"])').inner_text().strip()
            total += int(points[words])
    assert score(PLAN, answers)["scores"]["total"] == total
    ranges = page.locator('.out[data-of="total"] .span').all_inner_texts()
    rows = PLAN.data["bands"][0]["cases"][0][1]
    assert ranges == [f"{low} to {high}" for _, low, high in rows]
    assert page.locator('.out[data-of="total"]:visible').count() == len(rows)


def test_without_script_answers_can_be_cleared(plain: Reader) -> None:
    page = plain.open()
    page.locator("#q-aches input").first.check()
    page.get_by_role("button", name="Clear my answers and start again").first.click()
    assert page.locator("input:checked").count() == 0
    assert "?" not in page.url


def test_without_script_the_rich_form_says_how_each_score_is_worked_out(plain: Reader) -> None:
    text = plain.open("rich").locator("#all").inner_text()
    for said in (
        "Answer this only if your answer to question 2 is “Most days” or “Every day”.",
        "If your answer to question 10 is “No”, you are done: leave out all questions that follow.",
        "Answer this only if you chose “Tea” in question 11.",
        "Question 1: Never 3, Some days 2, Most days 1, Every day 0.",
        "Count the minutes from your time in question 7 to your time in question 8.",
        "Divide question 9 by your score for Time in bed.",
        "Look up your score for A: 0.85 or more 0, 0.5 to below 0.85 1, below 0.5 3.",
        "Whatever the number: if your answer to question 5 is more than 150, the result is “Much”.",
        "If your answer to question 4 is “Yes”:",
    ):
        assert said in text


# With script


def test_one_question_at_a_time_by_keyboard_at_320_px_gives_the_scorers_result(chromium: Browser, site: str) -> None:
    reader = Reader(chromium, site, viewport={"width": 320, "height": 640})
    page = reader.open()
    random_ = random.Random(11)
    answers: dict[str, Any] = {}
    page.locator("#q-signs legend").focus()
    for index, item in enumerate(PLAN.data["questions"]):
        assert visible_question(page) == item["id"]
        if index:
            here = page.evaluate("[document.activeElement.tagName, document.activeElement.closest('.q').id]")
            assert here == ["LEGEND", f"q-{item['id']}"], "focus is on the new legend"
        assert page.locator(".q:visible .n").inner_text() == f"Question {index + 1} of {len(PLAN.data['questions'])}"
        page.keyboard.press("Tab")
        if item["kind"] == "many":
            chosen = random_.choice(item["options"])[0]
            while page.evaluate("document.activeElement.value") != chosen:
                page.keyboard.press("Tab")
            page.keyboard.press("Space")
            answers[item["id"]] = [chosen]
        else:
            chosen = random_.choice(item["options"])[0]
            page.keyboard.press("Space")
            while page.evaluate("document.activeElement.value") != chosen:
                page.keyboard.press("ArrowDown")
            answers[item["id"]] = chosen
        assert visible_question(page) == item["id"], "choosing an answer moves nothing"
        while page.evaluate("document.activeElement.id") != "go":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate("document.activeElement.id") == "review-h"
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.id") != "see":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "result-h"
    expected = score(PLAN, answers)
    shown = shown_result(page)
    assert shown["scores"] == {id: str(value) for id, value in expected["scores"].items()}
    assert shown["outcomes"] == [["total", expected["bands"]["total"], "0"]]
    assert shown["flags"] == expected["flags"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    reader.close()


def _rich_cases() -> list[dict[str, Any]]:
    found = [
        case
        for case in cases(RICH_PLAN, 5, 60)
        if all(_can_be_given(case, item) for item in RICH_PLAN.data["questions"])
    ]
    assert len(found) >= 8
    return found[:: max(1, len(found) // 8)][:8]


def _can_be_given(case: dict[str, Any], item: dict[str, Any]) -> bool:
    """Whether the page lets a reader answer so: a blank only where one may be left."""
    asked = item["id"] in score(RICH_PLAN, case)["asked"]
    return not asked or bool(item.get("optional")) or case.get(item["id"]) not in (None, [])


@pytest.mark.parametrize("case", _rich_cases())
def test_numbers_times_blocks_and_skips_give_the_scorers_result(reader: Reader, case: dict[str, Any]) -> None:
    page = reader.open("rich")
    expected = score(RICH_PLAN, case)
    assert take(page, RICH_PLAN, case) == expected["asked"], "exactly the questions that are asked, in order"
    page.locator("#see").click()
    shown = shown_result(page)
    values = {id: value for id, value in expected["scores"].items() if value is not None and id != "efficiency"}
    assert {id: float(text) for id, text in shown["scores"].items()} == values
    assert shown["flags"] == expected["flags"]
    told = {(of, id) for of, id, _ in shown["outcomes"]}
    assert {(of, id) for of, id in (expected["bands"] | expected["findings"]).items() if id} <= told
    if case.get("danger") == "b":
        assert ["stress", expected["bands"]["stress"], "0"] in shown["outcomes"] or not expected["bands"]["stress"]
        assert not any(of == "stress" and number == "1" for of, _, number in shown["outcomes"])


def test_back_and_forward_keep_answers_and_an_answer_can_be_changed(reader: Reader) -> None:
    page = reader.open()
    address = page.url
    take(page, PLAN, CALM, stop=6)
    here = visible_question(page)
    page.go_back()
    assert visible_question(page) == PLAN.data["questions"][5]["id"]
    assert page.locator(".q:visible input:checked").count() == 1
    page.go_forward()
    assert visible_question(page) == here
    page.get_by_role("button", name="Back", exact=True).click()
    page.get_by_role("button", name="Back", exact=True).click()
    assert visible_question(page) == PLAN.data["questions"][4]["id"]
    take(page, PLAN, CALM)
    assert page.get_by_role("heading", name="Check your answers").is_visible()
    page.get_by_role("button", name=re.compile("^Change Sore muscles")).click()
    assert visible_question(page) == "aches"
    page.locator(".q:visible input[value=very]").check()
    page.locator("#go").click()
    assert page.get_by_role("heading", name="Check your answers").is_visible(), "straight back to the review"
    page.locator("#see").click()
    assert shown_result(page)["scores"]["total"] == "3"
    page.go_back()
    assert page.get_by_role("heading", name="Check your answers").is_visible()
    assert page.url == address, "nothing in the address"


def test_an_answer_that_is_missing_is_told_in_a_summary_that_takes_focus(reader: Reader) -> None:
    page = reader.open()
    take(page, PLAN, CALM, stop=2)
    page.locator("#go").click()
    assert visible_question(page) == "thoughts"
    assert page.evaluate("document.activeElement.id") == "errors"
    assert page.title().startswith("Error: Question 3 of 17")
    link = page.locator("#errors a")
    assert link.inner_text().startswith("Choose an answer")
    assert page.locator("#q-thoughts legend .error").inner_text() == link.inner_text(), "read out with the question"
    link.click()
    assert page.evaluate("[document.activeElement.name, document.activeElement.value]") == ["thoughts", "no"]
    assert page.url.endswith("/withdrawal-symptoms/")
    page.locator("#q-thoughts input").first.check()
    page.locator("#go").click()
    assert page.title().startswith("Question 4 of 17")
    assert page.locator("#errors").is_hidden()


@pytest.mark.parametrize(("kind", "given"), [("pulse", "29"), ("pulse", "60.5"), ("weight", "0.3"), ("weight", "")])
def test_a_number_out_of_range_is_refused_in_words(reader: Reader, kind: str, given: str) -> None:
    page = reader.open("rich")
    page.locator("#all-or-one").click()
    page.locator(f"#q-{kind} input").first.fill(given)
    page.locator("#go").click()
    said = page.locator(f"#q-{kind} legend .error").inner_text()
    assert said in ("Enter a number from 30 to 220.", "Enter a number from 0 to 20, in steps of 0.5.")
    assert page.locator("#errors li").count() >= 1


def test_a_flag_shows_at_once_and_the_reader_may_go_on(reader: Reader) -> None:
    page = reader.open()
    card = page.locator('#form [data-flag="ambulance"]')
    assert card.is_hidden()
    page.locator('.q:visible input[value="fit"]').check()
    assert card.is_visible()
    assert "Call for an ambulance now" in page.locator("#say").inner_text()
    assert card.get_by_role("link").first.get_attribute("href") == "tel:911"
    assert visible_question(page) == "signs"
    page.keyboard.press("Tab")
    page.locator("#go").click()
    assert visible_question(page) == "sedatives"
    take(page, PLAN, CALM)
    page.locator("#see").click()
    assert shown_result(page)["flags"] == ["ambulance"]
    box = page.locator("#flags [data-flag]").bounding_box()
    words = page.locator(".out:visible").first.bounding_box()
    assert box is not None
    assert words is not None
    assert box["y"] < words["y"], "before anything else that the result says"
    assert page.locator("#flags a[href='tel:911']").is_visible()


def test_a_flag_that_an_earlier_answer_raises_shows_where_the_reader_is(reader: Reader) -> None:
    page = reader.open("rich")
    answers = {"calm": "daily", "worry": "never", "danger": "a", "pulse": 180}
    take(page, RICH_PLAN, answers, stop=4)
    assert page.locator("[data-flag=heart]:visible").count() == 0
    for _ in range(3):
        page.go_back()
    page.get_by_role("button", name="Back", exact=True).click()
    assert visible_question(page) == "calm"
    page.locator("#go").click()
    page.locator('.q:visible input[value="some"]').check()
    assert page.locator("[data-flag=heart]:visible").count() == 1


def test_all_questions_at_once_and_back(reader: Reader) -> None:
    page = reader.open("rich")
    switch = page.locator("#all-or-one")
    switch.click()
    assert page.evaluate("document.activeElement.id") == "all-or-one"
    assert switch.inner_text() == "Show one question at a time"
    assert page.locator(".q:visible").count() > 8
    assert page.locator("#q-impact").is_hidden(), "what is not asked is not shown"
    page.locator('#q-worry input[value="daily"]').check()
    assert page.locator("#q-impact").is_visible()
    page.locator("#go").click()
    assert page.evaluate("document.activeElement.id") == "errors"
    answers = {
        "calm": "never",
        "worry": "daily",
        "impact": "b",
        "danger": None,
        "pulse": None,
        "weight": 2.5,
        "bed": "23:30",
        "up": "07:00",
        "slept": "06:15",
        "more": "b",
    }
    items = {item["id"]: item for item in RICH_PLAN.data["questions"]}
    for id, answer in answers.items():
        give(page.locator(f"#q-{id}"), items[id], answer)
    page.locator("#go").click()
    expected = score(RICH_PLAN, answers)
    shown = shown_result(page)
    assert shown["flags"] == expected["flags"] == ["high"]
    assert shown["scores"]["stress"] == "8"
    assert page.locator(".gist:visible").count() >= 1, "what the blanks leave open is told"
    page.go_back()
    assert page.locator("#q-worry").is_visible()
    switch.click()
    assert page.locator(".q:visible").count() == 1


def test_an_answer_that_excludes_the_others_stands_alone(reader: Reader) -> None:
    page = reader.open()
    page.locator('input[value="fit"]').check()
    page.locator('#q-signs input[value="none"]').check()
    assert page.locator("#q-signs input:checked").evaluate_all("all => all.map(each => each.value)") == ["none"]
    page.locator('input[value="chest"]').check()
    assert page.locator("#q-signs input:checked").evaluate_all("all => all.map(each => each.value)") == ["chest"]


def test_clearing_leaves_nothing(reader: Reader) -> None:
    page = reader.open()
    take(page, PLAN, {**CALM, "thoughts": "act"})
    page.locator("#see").click()
    page.get_by_role("button", name="Clear my answers and start again").first.click()
    assert visible_question(page) == "signs"
    assert page.locator("input:checked").count() == 0
    assert page.locator("[data-flag]:visible").count() == 0
    assert page.locator("#say").inner_text() == "Your answers are cleared."
    page.go_back()
    assert visible_question(page) == "signs"


def test_the_first_question_does_not_move_when_the_script_arrives(chromium: Browser, site: str) -> None:
    reader = Reader(chromium, site)
    page = reader.page
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => { for (const each of list.getEntries()) window.shift += each.value })"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.route("**/*.js", lambda route: (page.wait_for_timeout(300), route.continue_()))
    reader.open()
    page.wait_for_timeout(200)
    assert page.evaluate("window.shift") == 0
    reader.close()


def test_there_is_a_way_out_if_the_script_does_not_arrive(chromium: Browser, site: str) -> None:
    reader = Reader(chromium, site)
    reader.page.route("**/*.js", lambda route: route.abort())
    page = reader.open()
    assert page.locator(".q:visible").count() == 1
    page.get_by_role("link", name="Continue").click()
    assert page.locator(".q:visible").count() == len(PLAN.data["questions"])
    assert page.locator("#key").is_visible()
    reader.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("id", ["withdrawal-symptoms", "rich"])
def test_every_state_is_clean_under_axe(chromium: Browser, site: str, scheme: str, id: str) -> None:
    reader = Reader(chromium, site, color_scheme=scheme, bypass_csp=True, viewport={"width": 320, "height": 640})
    page = reader.open(id)
    plan = PLAN if id != "rich" else RICH_PLAN
    assert violations(page) == [], "the first question"
    page.locator("#go").click()
    assert violations(page) == [], "an error"
    worst: dict[str, Any] = {
        **CALM,
        "signs": ["fit", "fluids"],
        "sedatives": ["alcohol"],
        "thoughts": "act",
        "aches": None,
    }
    if id == "rich":
        worst = {"calm": "never", "worry": "daily", "impact": "b", "danger": "b", "pulse": 180, "weight": 2, "bed": "23:00", "up": "07:00",
                 "slept": "07:00", "more": "a", "which": ["tea", "other"], "use.tea.often": "daily", "use.tea.stop": "b",
                 "use.other.often": "never"}  # fmt: skip
    take(page, plan, worst, stop=3)
    page.go_back()
    assert violations(page) == [], "a question with cards"
    take(page, plan, worst)
    assert violations(page) == [], "the review"
    page.locator("#see").click()
    assert violations(page) == [], "the result"
    reader.close()


def test_without_script_the_page_is_clean_under_axe(chromium: Browser, site: str) -> None:
    """axe needs script, so the page's own scripts are kept away, and everything is shown by the way out."""
    reader = Reader(chromium, site, bypass_csp=True)
    reader.page.route("**/*.js", lambda route: route.abort())
    page = reader.open()
    page.locator("#all-or-one").click()
    assert violations(page) == []
    reader.context.close()


def test_everything_that_is_pressed_is_44_px_high(reader: Reader) -> None:
    page = reader.open()
    small = """() => [...document.querySelectorAll("#all a, #all button, #all label, #all summary, .field input")]
        .filter(each => each.offsetParent && !each.closest("p:not(.steps, .tools, .reach), dd:not(:has(button))"))
        .filter(each => each.getBoundingClientRect().height < 44).map(each => each.outerHTML.slice(0, 120))"""
    assert page.evaluate(small) == []
    take(page, PLAN, {**CALM, "thoughts": "act"})
    assert page.evaluate(small) == []
    page.locator("#see").click()
    assert page.evaluate(small) == []


def test_forced_colors_keep_the_browsers_own_marks_and_the_drawing(chromium: Browser, site: str) -> None:
    reader = Reader(chromium, site, viewport={"width": 320, "height": 640}, forced_colors="active")
    page = reader.open("rich")
    page.locator("#all-or-one").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    marks = page.locator("fieldset > label input").first.evaluate("each => getComputedStyle(each).appearance")
    assert marks != "none", "the browser's own marks, which show in every color scheme"
    reader.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colors_reach_every_word_and_bar_of_the_drawing(chromium: Browser, site: str, scheme: str) -> None:
    reader = Reader(chromium, site, forced_colors="active", color_scheme=scheme)
    page = reader.open()
    take(page, PLAN, {**CALM, "aches": "very", "sad": None})
    page.locator("#see").click()
    page.locator("#take").wait_for()
    page.wait_for_function("getComputedStyle(document.querySelector('.mark')).stroke !== 'none'")
    colors = page.evaluate(
        """() => {
          const probe = document.createElement("i"), of = (name) => { probe.style.color = name; return getComputedStyle(probe).color; };
          document.body.append(probe);
          const system = ["Canvas", "CanvasText", "Highlight"].map(of);
          return { words: [...document.querySelectorAll("svg.scale text")].map((each) => getComputedStyle(each).fill === system[1]),
                   bars: [...document.querySelectorAll("svg.scale rect")].map((each) => system.includes(getComputedStyle(each).fill)) };
        }"""
    )
    assert colors["words"]
    assert all(colors["words"])
    assert len(colors["bars"]) > 8
    assert all(colors["bars"])
    reader.context.close()


def test_at_200_percent_text_nothing_is_cut_off(chromium: Browser, site: str) -> None:
    reader = Reader(chromium, site, viewport={"width": 640, "height": 800}, bypass_csp=True)
    page = reader.open()
    page.add_style_tag(content="html{font-size:225%}")
    take(page, PLAN, CALM)
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.locator("#see").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    cut = page.evaluate(
        """() => [...document.querySelectorAll("#all *")].filter(each => each.offsetParent && !each.closest("svg, .vh") &&
        each.scrollWidth > each.clientWidth + 1 && each.clientWidth && getComputedStyle(each).overflow !== "visible").map(each => each.outerHTML.slice(0, 80))"""
    )
    assert cut == []
    reader.close()


# On paper


def _printed(page: Page, folder: Path) -> str:
    page.pdf(path=str(folder / "page.pdf"), format="A4")
    made = subprocess.run(
        ["pdftotext", "-layout", str(folder / "page.pdf"), "-"], capture_output=True, text=True, check=True
    )
    return made.stdout


def _pages(text: str) -> int:
    return text.count("\f")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_empty_form_prints_whole(chromium: Browser, site: str, tmp_path: Path, script: bool) -> None:
    reader = Reader(chromium, site, java_script_enabled=script)
    text = _printed(reader.open(), tmp_path)
    flat = " ".join(text.split())
    for item in PLAN.data["questions"]:
        assert " ".join(PLAN.words["question", item["id"]].split()) in flat
    assert "Question 17 of 17" in flat
    assert "Call for an ambulance now" in flat
    assert "Add up your points for questions 4 to 17." in flat
    assert "30 to 42" in flat
    assert "Show all questions" not in flat
    assert "Continue" not in flat.split("Score it yourself")[0]
    assert _pages(text) <= 7
    reader.close()


def test_the_result_prints_with_its_date_flags_score_and_answers(reader: Reader, tmp_path: Path) -> None:
    page = reader.open()
    take(page, PLAN, {**CALM, "signs": ["fit"], "aches": "very"})
    page.locator("#see").click()
    page.locator("#result svg").first.wait_for()
    text = _printed(page, tmp_path)
    flat = " ".join(text.split())
    assert "by the clock of this device" in flat
    assert flat.index("Call for an ambulance now") < flat.index("Few symptoms")
    assert "All symptoms: 3, on a scale from 0 to 42" in flat
    assert "You are here: 3" in flat
    assert "Very much" in flat
    assert "Points: 3" in flat
    for pressed in ("Continue", "Copy for a clinician", "Keep this result", "Clear my answers", "Try again"):
        assert pressed not in flat
    assert _pages(text) <= 2


# Several ways to read a score, and questions that are repeated for each thing


@pytest.mark.parametrize(
    ("worry", "pulse", "usual", "strict"),
    [("never", 60, "few", "no-sign"), ("never", 120, "few", "any"), ("daily", 120, "many", "any")],
)
def test_another_way_to_read_a_score_is_told_too(
    reader: Reader, worry: str, pulse: int, usual: str, strict: str
) -> None:
    page = reader.open("rich")
    answers = {"calm": "daily", "worry": worry, "impact": "a", "danger": "a", "pulse": pulse, "weight": 1, "bed": "22:00", "up": "07:00", "slept": "8:00", "more": "b"}  # fmt: skip
    take(page, RICH_PLAN, answers)
    page.locator("#see").click()
    expected = score(RICH_PLAN, answers)
    assert (expected["bands"]["signs"], expected["bands"]["signs.strict"]) == (usual, strict)
    section = page.locator('.res[data-scale="signs"]')
    assert section.locator('.out[data-of="signs"]:visible').evaluate_all("all => all.map(each => each.dataset.id)") == [
        usual
    ]
    other = section.locator('details[data-table="signs.strict"]')
    assert other.locator("summary").inner_text() == "Another way to read it: The strict reading"
    other.locator("summary").click()
    assert other.locator(".out:visible").evaluate_all("all => all.map(each => each.dataset.id)") == [strict]
    page.locator("#take").wait_for()
    rows = section.locator(".bands li")
    if rows.count():
        assert rows.filter(has_text="your result").count() == 1


def test_questions_are_repeated_for_each_thing_under_its_name(reader: Reader) -> None:
    page = reader.open("rich")
    answers = {
        "calm": "daily", "worry": "never", "danger": "a", "pulse": 60, "weight": 1, "bed": "22:00", "up": "07:00", "slept": "8:00", "more": "a",
        "which": ["tea", "pills", "other"], "use.tea.often": "never", "use.pills.often": "daily", "use.pills.stop": "b",
        "use.other.often": "some", "use.other.stop": "a",
    }  # fmt: skip
    expected = score(RICH_PLAN, answers)
    assert take(page, RICH_PLAN, answers) == expected["asked"]
    asked = page.locator("#review dt").all_inner_texts()
    assert asked[-5:] == [
        "How often do you take Tea?", "How often do you take Pills?", "Have you tried to stop Pills?",
        "How often do you take Something else?", "Have you tried to stop Something else?",
    ]  # fmt: skip
    page.locator("#see").click()
    shown = shown_result(page)["scores"]
    assert {id: shown[id] for id in ("use.tea.risk", "use.pills.risk", "use.other.risk")} == {
        id: str(expected["scores"][id]) for id in ("use.tea.risk", "use.pills.risk", "use.other.risk")
    }
    assert page.get_by_text("Much speaks for a problem with Pills.").is_visible()
    assert page.get_by_text("Little speaks for a problem with Tea.").is_visible()
