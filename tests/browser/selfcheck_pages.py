"""What the tests of self-check pages share: a built site in a temporary folder, and answering as a reader does."""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from ebbtide import pipeline
from ebbtide.model.base import parse
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.pipeline import Options
from ebbtide.problem import errors
from ebbtide.selfcheck import Plan, compile_questionnaire
from ebbtide.source import parse_yaml
from tests.browser.conftest import served

ROOT = Path(__file__).parents[2]
TODAY = datetime.date(2026, 11, 24)
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

RICH = """\
id: rich
title: A check with every kind of question
summary: Made for tests. It has numbers, times, repeats, and questions that are left out.
version: 1.2.0
minutes: 5
period: Over the last week
higher_is: worse
basis: {kind: original, informed_by: [S34], validated: false}
limits: [It measures nothing.]
review: {reviewed: 2026-11-24}
groups: {day: Your day, use: What you take}
answer_lists:
  often:
    never: [Never, 0]
    some: [Some days, 1]
    most: [Most days, 2]
    daily: [Every day, 3]
questions:
  calm: {ask: How often did you feel calm?, answers: often, group: day, help: Think of whole days.}
  worry: {ask: How often did you worry?, answers: often, group: day}
  impact:
    ask: Did worry get in the way?
    answers: {a: [No, 0], b: [Yes, 2]}
    group: day
    ask_if: any of [worry] >= 2
    not_asked: 0
  danger: {ask: Did you feel in danger?, answers: {a: "No", b: "Yes"}, group: day, optional: true}
  pulse: {ask: What is your pulse?, number: {from: 30, to: 220, step: 1, unit: beats per minute}, group: day, optional: true}
  weight: {ask: How much did you take?, number: {from: 0, to: 20, step: 0.5, unit: grams}, group: day}
  bed: {ask: When did you go to bed?, time: {from: "20:00", to: "04:00", step: "0:30"}, group: day}
  up: {ask: When did you get up?, time: any, group: day}
  slept: {ask: How long did you sleep?, duration: {from: "0:00", to: "14:00", step: "0:15"}, group: day}
  more: {ask: Do you want to go on?, answers: {a: "Yes", b: "No"}, group: use, end_if: more is b}
  which: {ask: Which of these do you take?, choose_many: {tea: Tea, pills: Pills, other: Something else, nothing: Nothing}, none: nothing, group: use, not_asked: leave_out}
  use:
    for_each: which
    questions:
      often: {ask: "How often do you take {it}?", answers: often, not_asked: leave_out}
      stop: {ask: "Have you tried to stop {it}?", answers: {a: [No, 0], b: [Yes, 2]}, ask_if: often >= 1, not_asked: 0}
    scores:
      risk: {title: "Risk of {it}", add: [often, stop]}
    bands:
      risk:
        "0-2": {name: Low, means: "Little speaks for a problem with {it}.", level: low}
        "3-5": {name: High, means: "Much speaks for a problem with {it}.", level: high}
scores:
  stress: {title: Stress, add: [calm, worry, impact], reverse: [calm], read_next: article:symptoms/psychological}
  in_bed: {title: Time in bed, minutes_between: [bed, up], unit: minutes, higher_is: neither}
  efficiency: {show: false, higher_is: better, ratio: [slept, in_bed], if_zero: blank, round: {how: nearest, to: 0.01}}
  sleep: {title: Sleep, steps: {"0.85 or more": 0, "0.5 to below 0.85": 1, "below 0.5": 3}, of: efficiency, read_next: article:symptoms/sleep}
  signs: {title: Signs, count: [worry >= 2, pulse > 100, danger is b], blank: {allow: 1, then: leave_out}}
bands:
  stress:
    by: danger
    when:
      b: {"0-4": {name: Some, means: Some stress with danger., level: some}, "5-8": {name: Much, means: Much stress with danger., level: high}}
    otherwise: {"0-5": {name: Some, means: Some stress and no danger., level: low, tonight: [Rest.], this_week: [Walk.]}, "6-8": {name: Much, means: Much stress., level: some}}
    override: {always: {when: pulse > 150, band: much, because: Such a pulse counts by itself.}}
  signs:
    default: usual
    because: Two signs are the usual limit.
    sets:
      usual: {title: The usual reading, ranges: {"0-1": {name: Few, means: Few signs by the usual limit., level: low}, "2-3": {name: Many, means: Many signs by the usual limit., level: high}}}
      strict: {title: The strict reading, ranges: {"0": {name: No sign, means: No sign at all., level: low}, "1-3": {name: Any, means: Some sign by the strict limit., level: some}}}
findings:
  advice:
    title: What to do first
    pick: most_severe
    rules:
      rest: {name: Rest, means: Take it easy., when: stress >= 2, level: some}
      call: {name: Call a doctor, means: Speak with a doctor this week., when: pulse > 120 or danger is b, level: high, this_week: [Call a doctor.], next: [page:get-help]}
    otherwise: {name: Go on, means: Nothing here asks for action., level: low}
flags:
  heart: {when: pulse > 150 and worry >= 1, show: at_once, level: urgent, title: Have your heart looked at today, say: Such a pulse is not usual., contacts: [us-911]}
  either: {when: danger is b or which includes other, show: at_once, level: see-someone, title: Tell somebody, say: Somebody can help you with this., next: [page:get-help]}
  high: {when: stress >= 7, show: with_result, level: see-someone, title: Speak with somebody about stress, say: That is a lot of stress., next: [page:get-help]}
"""
"""Another of every kind: numbers, times, a duration, choose-many, skips, an end, a block, rules, cut-offs by an answer."""


def build(folder: Path) -> Path:
    """The real content with the rich check beside it, built below `folder`."""
    content = folder / "content"
    shutil.copytree(ROOT / "content", content)
    (content / "questionnaires" / "rich.yaml").write_text(RICH, "utf-8")
    options = Options(content, ((ROOT / "templates", "templates"),), folder / "site", TODAY, "test")
    made = pipeline.build(options)
    assert made.written is not None, "\n".join(
        f"{problem.place} {problem.message}" for problem in errors(made.problems)
    )
    return folder / "site"


def plan_of(text: str) -> Plan:
    """The plan of a questionnaire's YAML."""
    document, problems = parse_yaml(text, "test.yaml")
    assert document is not None
    assert not problems
    questionnaire, problems = parse(Questionnaire, document.fields, document.places)
    assert questionnaire is not None, problems
    plan, problems = compile_questionnaire(questionnaire)
    assert plan is not None, problems
    return plan


def _withdrawal() -> Plan:
    return plan_of((ROOT / "content" / "questionnaires" / "withdrawal-symptoms.yaml").read_text("utf-8"))


PLAN = _withdrawal()
RICH_PLAN = plan_of(RICH)
CALM: dict[str, Any] = {
    item["id"]: ["none"] if item["kind"] == "many" else item["options"][0][0] for item in PLAN.data["questions"]
}
"""Nothing is wrong: the first answer everywhere."""


def visible_question(page: Page) -> str:
    """The id of the one question that is shown."""
    shown = page.locator(".q:visible")
    expect(shown).to_have_count(1)
    return (shown.get_attribute("id") or "")[2:]


def give(box: Locator, item: Mapping[str, Any], answer: Any) -> None:
    """Answers a question with the mouse; None is "I would rather not say"."""
    if answer is None:
        box.locator("[data-pass]").check()
    elif item["kind"] == "one":
        box.locator(f'input[value="{answer}"]').check()
    elif item["kind"] == "many":
        for id in answer:
            box.locator(f'input[value="{id}"]').check()
    elif item["kind"] == "duration":
        hours, _, minutes = answer.partition(":")
        box.locator("input").nth(0).fill(str(int(hours)))
        box.locator("input").nth(1).fill(str(int(minutes)))
    else:
        box.locator("input").first.fill(str(answer))


def take(page: Page, plan: Plan, answers: Mapping[str, Any], stop: int = 1000) -> list[str]:
    """Steps through the questions to the review, or past `stop` of them. Gives the ids in the order in which they came."""
    items = {item["id"]: item for item in plan.data["questions"]}
    seen: list[str] = []
    while len(seen) < stop and page.locator("#go").is_visible():
        id = visible_question(page)
        seen.append(id)
        give(page.locator(f'[id="q-{id}"]'), items[id], answers[id])
        page.locator("#go").click()
    return seen


def shown_result(page: Page) -> dict[str, Any]:
    """The result as the page shows it: scores by id as text, bands and rules that are visible, flags in order."""
    return json.loads(
        page.evaluate(
            """() => {
              const seen = (selector, inside) => [...(inside || document).querySelectorAll(selector)].filter((each) => each.offsetParent);
              const scores = {};
              for (const part of seen("#means .res[data-scale]")) {
                const caption = part.querySelector("figcaption");
                if (!caption) continue; // there is no score
                const said = caption.textContent;
                scores[part.dataset.scale] = said.replace(part.dataset.title + ": ", "").split(",")[0].replace(" " + part.dataset.unit, "");
              }
              return JSON.stringify({
                scores,
                outcomes: seen(".out").map((each) => [each.dataset.of, each.dataset.id, each.dataset.case]),
                means: seen(".out .means").map((each) => each.textContent),
                flags: seen("#flags [data-flag]").map((each) => each.dataset.flag),
              });
            }"""
        )
    )


# What tests look with


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = build(tmp_path_factory.mktemp("selfcheck"))
    with served(folder) as address:
        yield address


class Reader:
    """A page with what went wrong on it and what it asked for."""

    def __init__(self, browser: Browser, site: str, **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(**{"viewport": {"width": 390, "height": 844}, **options})
        self.page: Page = self.context.new_page()
        self.wrong: list[str] = []
        self.asked: list[str] = []
        self.site = site
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on(
            "console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None
        )
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, id: str = "withdrawal-symptoms") -> Page:
        self.page.goto(f"{self.site}/questionnaires/{id}/")
        return self.page

    def close(self) -> None:
        self.context.close()
        assert self.wrong == []


@pytest.fixture
def reader(chromium: Browser, site: str) -> Iterator[Reader]:
    made = Reader(chromium, site)
    yield made
    made.close()


@pytest.fixture
def plain(chromium: Browser, site: str) -> Iterator[Reader]:
    """A reader whose browser runs no script."""
    made = Reader(chromium, site, java_script_enabled=False)
    yield made
    made.close()


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [f"{each['id']}: {[node['html'][:160] for node in each['nodes'][:3]]}" for each in found["violations"]]
