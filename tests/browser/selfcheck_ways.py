"""Ways to take any self-check: with keys alone, with a thumb. Answers that tell, and what a page must show for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from playwright.sync_api import Locator, Page

from ebbtide.model.base import parse
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.model.sheet import Sheet
from ebbtide.selfcheck import Plan, cases, compile_questionnaire, score
from ebbtide.selfcheck.scorer import Run
from ebbtide.selfcheck.sheet import make_sheet
from ebbtide.source import parse_yaml
from tests.browser.selfcheck_pages import RICH, ROOT, give, shown_result, visible_question

Answers = dict[str, Any]

TEXTS = {path.stem: path.read_text("utf-8") for path in sorted((ROOT / "content/questionnaires").glob("*.yaml"))}
"""Every self-check of the site, by id: one that is added is tested with the others."""
WITH_RICH = {**TEXTS, "rich": RICH}

_MOST_TABS = 80


def made(id: str) -> tuple[Sheet, Plan]:
    document, _ = parse_yaml(WITH_RICH[id], f"{id}.yaml")
    assert document is not None
    questionnaire, problems = parse(Questionnaire, document.fields, document.places)
    assert questionnaire is not None, problems
    plan, problems = compile_questionnaire(questionnaire)
    assert plan is not None, problems
    return make_sheet(questionnaire, plan), plan


# Answers that tell


def can_be_given(plan: Plan, answers: Answers) -> bool:
    """Whether a page lets a reader answer so: nothing is passed over but where "I would rather not say" stands."""
    items = {item["id"]: item for item in plan.data["questions"]}
    return all(
        answers.get(id) is not None and (answers[id] != [] or "none" not in items[id])
        if not items[id].get("optional")
        else answers.get(id, 0) != 0 or id in answers
        for id in score(plan, answers)["asked"]
    )


def possible(plan: Plan, count: int, seed: int = 3) -> list[Answers]:
    """Those of so many generated cases that a page can be given, without answers to what is not asked."""
    return [
        {id: case[id] for id in score(plan, case)["asked"]}
        for case in cases(plan, seed, count)
        if can_be_given(plan, case)
    ]


def telling(plan: Plan, most: int) -> list[Answers]:
    """At most so many answer sets: those that show most of what can happen (bands, flags, skips, blanks, extremes), first."""
    left = possible(plan, 400)
    shown = {id: _features(plan, case) for id, case in enumerate(left)}
    seen: set[Any] = set()
    found = []
    while shown and len(found) < most:
        best = max(shown, key=lambda id: len(shown[id] - seen))
        if not shown[best] - seen:
            break
        seen |= shown.pop(best)
        found.append(left[best])
    return found


def _features(plan: Plan, answers: Answers) -> set[Any]:
    result = score(plan, answers)
    ends = {each["id"]: (each["low"], each["high"]) for each in plan.data["scores"]}
    return {
        *(("band", *each) for each in result["bands"].items()),
        *(("finding", *each) for each in result["findings"].items()),
        *(("flag", each) for each in result["flags"]),
        *(("end", id, value) for id, value in result["scores"].items() if value in ends[id]),
        *(("skipped", item["id"]) for item in plan.data["questions"] if item["id"] not in result["asked"]),
        *(("open", id) for id in result["range"]),
        *(("why", *each) for each in _overriding(plan, answers)),
        ("blank", None in answers.values()),
        ("safe", not result["flags"]),
    }


def _overriding(plan: Plan, answers: Answers) -> Iterator[tuple[str, int]]:
    """The rule that overrides the number, by table: the first that holds."""
    run = Run(plan.data, answers)
    for table in plan.data["bands"]:
        holding = [index for index, (when, _) in enumerate(table.get("override", ())) if run.truth(when, False)]
        if holding:
            yield table["id"], holding[0]


# With keys alone


def focused(page: Page) -> dict[str, Any]:
    """The element with focus: its id, name and value, whether it is "I would rather not say", and the question that it is in."""
    found: dict[str, Any] = page.evaluate(
        """() => { const at = document.activeElement, box = at.closest(".q");
        return {id: at.id, tag: at.tagName, name: at.name || "", value: at.value || "", pass: "pass" in at.dataset,
                checked: at.checked, question: box ? box.id.slice(2) : ""}; }"""
    )
    return found


def tab_to(page: Page, **wanted: Any) -> None:
    """Presses Tab until focus is there."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        at = focused(page)
        if all(at[key] == value for key, value in wanted.items()):
            return
    raise AssertionError(f"Tab does not reach {wanted}")


def type_answer(page: Page, item: Mapping[str, Any], answer: Any) -> None:
    """Answers a question by keys, from its legend or from anywhere before it."""
    inside: dict[str, Any] = {"question": item["id"]}
    if answer is None and item["kind"] != "one":
        tab_to(page, **inside, **{"pass": True})
        page.keyboard.press("Space")
    elif item["kind"] == "one":
        tab_to(page, **inside, tag="INPUT")
        page.keyboard.press("Space")
        wanted = {"pass": True} if answer is None else {"value": answer}
        for _ in range(len(item["options"]) + 1):
            at = focused(page)
            if all(at[key] == value for key, value in wanted.items()):
                break
            page.keyboard.press("ArrowDown")
        at = focused(page)
        assert at["checked"]
        assert all(at[key] == value for key, value in wanted.items()), f"arrows do not reach {answer}"
    elif item["kind"] == "many":
        for option in [each[0] for each in item["options"]]:  # in the order in which Tab comes to them
            if option in answer:
                tab_to(page, **inside, value=option)
                page.keyboard.press("Space")
    elif item["kind"] == "duration":
        for part in answer.split(":"):
            tab_to(page, **inside, tag="INPUT")
            page.keyboard.type(str(int(part)))
    else:
        tab_to(page, **inside, tag="INPUT")
        page.keyboard.type(_twelve_hours(answer) if item["kind"] == "time" else str(answer))


def _twelve_hours(time: str) -> str:
    """As it is typed into a field for a time in American English: 11:30 PM as 1130P."""
    hours, minutes = map(int, time.split(":"))
    return f"{(hours - 1) % 12 + 1:02d}{minutes:02d}{'PA'[hours < 12]}"


def by_keyboard(page: Page, plan: Plan, answers: Answers) -> list[str]:
    """From the top of a page that has just been opened to the result, with keys alone. Gives the ids of the questions in their order."""
    items = {item["id"]: item for item in plan.data["questions"]}
    seen: list[str] = []
    while page.locator("#go").is_visible():
        id = visible_question(page)
        if seen:
            at = focused(page)
            assert (at["tag"], at["question"]) == ("LEGEND", id), "focus is on the new legend"
        seen.append(id)
        type_answer(page, items[id], answers[id])
        assert visible_question(page) == id, "choosing an answer moves nothing"
        tab_to(page, id="go")
        page.keyboard.press("Enter")
        assert not page.locator("#errors").is_visible(), f"{id} does not take {answers[id]}"
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], id  # type: ignore[index]
    assert focused(page)["id"] == "review-h"
    tab_to(page, id="see")
    page.keyboard.press("Enter")
    assert focused(page)["id"] == "result-h"
    return seen


# With a thumb


def by_touch(page: Page, plan: Plan, answers: Answers) -> list[str]:
    """The same with taps; on the words of an answer, for whoever is shaky does not hit the mark."""
    items = {item["id"]: item for item in plan.data["questions"]}
    seen: list[str] = []
    while page.locator("#go").is_visible():
        id = visible_question(page)
        seen.append(id)
        _tap(page.locator(f'[id="q-{id}"]'), items[id], answers[id])
        assert visible_question(page) == id, "choosing an answer moves nothing"
        page.locator("#go").tap()
        assert not page.locator("#errors").is_visible(), f"{id} does not take {answers[id]}"
    page.locator("#see").tap()
    return seen


def _tap(box: Locator, item: Mapping[str, Any], answer: Any) -> None:
    if answer is None:
        box.locator("label:has([data-pass])").tap()
    elif item["kind"] in ("one", "many"):
        for id in [answer] if item["kind"] == "one" else answer:
            box.locator(f'label:has(input[value="{id}"])').tap(position={"x": 60, "y": 12})
    else:
        box.locator("input").first.tap()
        give(box, item, answer)


# What the page must then show


def differences(page: Page, sheet: Sheet, plan: Plan, answers: Answers) -> list[str]:
    """Where the result that the page shows is not the reference scorer's; empty where it is. Waits for what is fetched for the result."""
    page.locator("#take").wait_for()
    expected, shown = score(plan, answers), shown_result(page)
    there = page.locator("#means .res[data-scale]").evaluate_all("all => all.map((each) => each.dataset.scale)")
    findings = page.locator("#means .res[data-finding]").evaluate_all("all => all.map((each) => each.dataset.finding)")
    found = []

    def compare(what: str, told: Any, wanted: Any) -> None:
        if told != wanted:
            found.append(f"{what}: the page tells {told}, the scorer {wanted}")

    values = {id: expected["scores"][id] for id in there if expected["scores"][id] is not None}
    compare("scores", {id: float(text) for id, text in shown["scores"].items()}, values)
    compare("flags", shown["flags"], expected["flags"])
    for table in plan.data["bands"]:
        if table["id"] == table["score"] and table["id"] in there:
            one = expected["bands"][table["id"]]
            wanted = expected["range"].get(table["id"], {}).get("bands", [one] if one else [])
            compare(f"bands of {table['id']}", _told(shown, table["id"]), sorted(wanted))
    for id in findings:
        one = expected["findings"][id]
        wanted = expected["range"].get(id, {}).get("findings", [one] if one else [])
        compare(f"findings of {id}", _told(shown, id), sorted(wanted))
    because = {
        (table.id, index): rule.because
        for scale in sheet.scales
        for table in scale.tables
        for index, rule in enumerate(table.overrides)
    }
    why = page.locator(".why").evaluate_all(
        "all => all.filter((each) => each.offsetParent).map((each) => each.textContent)"
    )
    compare("why a number was overridden", why, [because[each] for each in _overriding(plan, answers)])
    return found


def _told(shown: Mapping[str, Any], id: str) -> list[str]:
    return sorted(band for of, band, _ in shown["outcomes"] if of == id)
