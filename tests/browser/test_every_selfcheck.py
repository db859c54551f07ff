"""Every self-check of the site, taken every way: with keys, with a thumb, with a pen, and on paper. What is expected is always what
the reference scorer says. A self-check that is added to the content is tested here without another line."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from ebbtide.model.sheet import Sheet
from ebbtide.selfcheck import Plan, score
from tests.browser.selfcheck_pages import Reader, site
from tests.browser.selfcheck_pen import Pen
from tests.browser.selfcheck_ways import TEXTS, WITH_RICH, by_keyboard, by_touch, differences, made, possible, telling

__all__ = ["site"]
pytestmark = pytest.mark.xdist_group("every-selfcheck")

SMALL: dict[str, Any] = {"viewport": {"width": 320, "height": 640}}


# Without script


@pytest.mark.parametrize("id", TEXTS)
def test_with_a_pen_from_what_is_printed(chromium: Browser, site: str, id: str) -> None:
    """All that is told without script, followed word by word by somebody who knows nothing else, is what the scorer says."""
    _, plan = made(id)
    reader = Reader(chromium, site, java_script_enabled=False, **SMALL)
    page = reader.open(id)
    items = {item["id"]: item for item in plan.data["questions"]}
    assert page.locator("fieldset:visible").count() == len(items)
    assert all(page.locator(f'[data-flag="{flag["id"]}"]').first.is_visible() for flag in plan.data["flags"])
    assert page.locator("input:checked").count() == 0
    pen = Pen(page)
    tried = 0
    for answers in (*telling(plan, 40), *possible(plan, 200)):
        expected = score(plan, answers)
        # What a blank means for a condition is not for a pen: whoever leaves out what a result hangs on is told so by script only.
        if any(answers[name] is None for name in answers if not _is_only_scored(plan, items[name])):
            continue
        tried += 1
        found = pen.take(answers)
        assert found["asked"] == expected["asked"], answers
        assert found["flags"] == {*expected["flags"]}, answers
        assert found["scores"] == {name: expected["scores"][name] for name in found["scores"]}, answers
        counted = [name for name in found["bands"] if expected["scores"][name] is not None]
        assert [found["bands"][name] for name in counted] == [expected["bands"].get(name) for name in counted], answers
        if all(answers[name] is not None for name in answers):
            assert found["findings"] == expected["findings"], answers
    assert tried >= 20
    reader.close()


def _is_only_scored(plan: Plan, item: dict[str, Any]) -> bool:
    """Whether an answer counts for scores and stands in no condition."""
    conditions = json.dumps(
        [
            *(flag["when"] for flag in plan.data["flags"]),
            *(each.get("asks") for each in plan.data["questions"]),
            *(rule for finding in plan.data["findings"] for rule in finding["rules"]),
            *(rule for table in plan.data["bands"] for rule in table.get("override", ())),
        ],
        default=str,
    )
    return f'"{item["id"]}"' not in conditions


# With script


@pytest.mark.parametrize("id", WITH_RICH)
def test_with_keys_alone_on_a_small_screen(chromium: Browser, site: str, id: str) -> None:
    sheet, plan = made(id)
    reader = Reader(chromium, site, **SMALL)
    for answers in telling(plan, 3):
        page = reader.open(id)
        assert by_keyboard(page, plan, answers) == score(plan, answers)["asked"]
        assert differences(page, sheet, plan, answers) == [], answers
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    reader.close()


@pytest.mark.parametrize("id", WITH_RICH)
def test_with_a_thumb_and_then_on_paper(chromium: Browser, site: str, tmp_path: Path, id: str) -> None:
    sheet, plan = made(id)
    reader = Reader(chromium, site, **SMALL, has_touch=True, is_mobile=True)
    for answers in telling(plan, 2):
        page = reader.open(id)
        assert by_touch(page, plan, answers) == score(plan, answers)["asked"]
        assert differences(page, sheet, plan, answers) == [], answers
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert page.locator("#flags a.button").evaluate_all(
            "all => all.filter((each) => each.getBoundingClientRect().height < 44 || !/^(tel|sms):/.test(each.href)).length"
        ) == 0  # fmt: skip
        assert unprinted(page, sheet, plan, answers, tmp_path) == [], answers
    reader.close()


# On paper


def printed(page: Page, folder: Path) -> tuple[str, int]:
    """The text of a page on paper, as it was laid out and then line by line; and how many sheets it takes."""
    page.pdf(path=str(folder / "page.pdf"), format="A4")
    texts = [
        subprocess.run(
            ["pdftotext", way, str(folder / "page.pdf"), "-"], capture_output=True, text=True, check=True
        ).stdout
        for way in ("-raw", "-layout")
    ]
    return "\n".join(texts), texts[0].count("\f")


def close(text: str) -> str:
    """Without spaces and hyphens: lines are broken at both."""
    return re.sub(r"[\s-]", "", text)


def unprinted(page: Page, sheet: Sheet, plan: Plan, answers: dict[str, Any], folder: Path) -> list[str]:
    """What is missing on the paper of a result: its date, danger signs with every number in full, words, scores, and each answer."""
    expected = score(plan, answers)
    text, sheets = printed(page, folder)
    wanted = [
        *page.locator("#when, #flags h3 > :last-child, #flags .reach b, #flags a.button").all_inner_texts(),
        *page.locator("#means figcaption, .out:not([hidden]) .name, .out:not([hidden]) .means, .why").all_inner_texts(),
        *page.locator("#means .bands .span, .gist:not([hidden])").all_inner_texts(),
        *page.locator(".out:not([hidden]) ul:not(.rows) li").all_inner_texts(),
        "This is not a diagnosis.",
    ]
    asks = {ask.id: ask for ask in sheet.questions}
    for id in expected["asked"]:
        ask, answer = asks[id], answers[id]
        chosen = answer if isinstance(answer, list) else [answer]
        told = [choice.words for choice in ask.choices if choice.id in chosen]
        wanted.append(f"{ask.ask} {'I would rather not say' if answer is None else '; '.join(told)}")
    missing = [each for each in wanted if close(each) not in close(text)]
    if not re.search(r"Made on \w+ \d+, \d{4} at \d+:\d\d [AP]M, by the clock of this device", text):
        missing.append("the date")
    most = (
        2 if page.locator(".out:not([hidden])").count() < 4 else 3
    )  # blanks can leave every result open, and all are told
    return [*missing, *([f"it takes {sheets} sheets"] if sheets > most else [])]


@pytest.mark.parametrize("id", WITH_RICH)
def test_the_form_is_whole_on_paper_without_script(chromium: Browser, site: str, tmp_path: Path, id: str) -> None:
    sheet, _ = made(id)
    reader = Reader(chromium, site, java_script_enabled=False)
    page = reader.open(id)
    text, sheets = printed(page, tmp_path)
    asks = list(sheet.questions)
    wanted = [f"Question {len(asks)} of {len(asks)}"]
    wanted += [words for ask in asks for words in (ask.ask, *(choice.words for choice in ask.choices))]
    wanted += page.locator("[data-flag] h3 > *, [data-flag] p:not(.reach), .reach b, .reach a").all_inner_texts()
    wanted += page.locator(".out .name, .out .span, .out .means, .out > p.paper").all_inner_texts()
    wanted += page.locator("#key dd, #key li, #means p.paper").all_inner_texts()
    assert [each for each in wanted if close(each) not in close(text)] == []
    assert sheets <= 9
    reader.close()
