"""What every state of a self-check owes to everybody: nothing that axe finds, in any scheme and at any size; focus that is seen and
follows the page; one announcement, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.selfcheck_pages import CALM, PLAN, Reader, site, take, violations
from tests.browser.test_selfcheck_keeping import put, results

__all__ = ["site"]
pytestmark = pytest.mark.xdist_group("selfcheck-states")

WORST: dict[str, Any] = {
    **CALM,
    "signs": ["fit", "fluids"],
    "sedatives": ["alcohol"],
    "thoughts": "act",
    "aches": "very",
    "sad": None,
}
SCHEMES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 320, "height": 640}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}},
    "forced colors": {"forced_colors": "active", "viewport": {"width": 320, "height": 640}},
    "letters twice as large": {"viewport": {"width": 390, "height": 844}},
    "zoomed in twice": {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 2},  # a window of 640 by 512
}
LARGE = "html{font-size:225%!important}"
OUTLINED = """() => { const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2; }"""


def states(page: Page, address: str, look: Callable[[str], None]) -> None:
    """Goes through every state of a self-check and of the kept results, and looks at each."""
    look("before the first answer")
    page.locator("#go").click()
    look("an error")
    take(page, PLAN, WORST, stop=1)
    page.go_back()
    look("a question with danger signs")
    page.go_forward()
    take(page, PLAN, WORST)
    look("check your answers")
    page.locator("#see").click()
    page.locator("#take").wait_for()
    look("the result")
    page.get_by_role("button", name="Keep this result on this phone").click()
    page.get_by_role("button", name="Delete everything that is kept").click()
    look("the result, kept, with a question before it is deleted")
    put(page, address, results(9))
    page.goto(f"{address}/my-results/")
    look("my results")
    page.locator("#results tbody tr").nth(1).get_by_role("button", name="Delete").click()
    look("my results, with a question before one is deleted")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_in_any_state(chromium: Browser, site: str, scheme: str) -> None:
    reader = Reader(chromium, site, **SCHEMES[scheme], bypass_csp=True)
    page = reader.page
    wide = SCHEMES[scheme]["viewport"]["width"]
    large = scheme.startswith("letters")
    found: dict[str, Any] = {}

    def look(state: str) -> None:
        if large:
            page.add_style_tag(content=LARGE)
        said = violations(page)
        if scheme == "forced colors":  # they are the reader's own; axe compares with those that the page asked for
            said = [each for each in said if not each.startswith("color-contrast")]
        if said:
            found[state] = said
        if page.evaluate("document.documentElement.scrollWidth") > wide:
            found[f"{state}, sideways"] = page.evaluate("document.documentElement.scrollWidth")

    reader.open()
    states(page, site, look)
    assert found == {}
    reader.close()


@pytest.mark.parametrize("scheme", ["light", "dark", "forced colors"])
def test_focus_goes_down_the_page_and_is_seen_wherever_it_is(chromium: Browser, site: str, scheme: str) -> None:
    """WCAG 2.4.3, 2.4.7, 2.4.13: Tab reaches everything that can be pressed, in the order in which it stands, with a ring of 2 px or more."""
    reader = Reader(chromium, site, **SCHEMES[scheme])
    page = reader.page
    wrong: list[str] = []

    def look(state: str) -> None:
        page.evaluate("() => { document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0); }")
        page.evaluate("document.querySelector('h1').setAttribute('tabindex', '-1')")
        page.evaluate("document.querySelector('h1').focus()")
        page.evaluate(
            """() => { window.wanted = [...document.querySelectorAll("main a[href], main button, main input, main summary, main textarea, main [tabindex='0']")]
            .filter((each) => each.checkVisibility() && !(each.type === "radio" && [...document.querySelectorAll(`[name="${each.name}"]`)].indexOf(each)
              !== Math.max([...document.querySelectorAll(`[name="${each.name}"]`)].findIndex((other) => other.checked), 0))
              && (document.querySelector("h1").compareDocumentPosition(each) & 4)); }"""
        )
        for index in range(page.evaluate("wanted.length")):
            page.keyboard.press("Tab")
            if not page.evaluate(f"document.activeElement === wanted[{index}]"):
                wrong.append(
                    f"{state}: "
                    + page.evaluate(
                        f"document.activeElement.outerHTML.slice(0, 90) + ' for ' + wanted[{index}].outerHTML.slice(0, 90)"
                    )
                )
                break
            if not page.evaluate(OUTLINED):
                wrong.append(f"{state}: no ring: " + page.evaluate("document.activeElement.outerHTML.slice(0, 90)"))

    reader.open()
    states(page, site, look)
    assert wrong == []
    reader.close()


def test_everything_that_is_pressed_is_44_px_high_in_every_state(chromium: Browser, site: str) -> None:
    """WCAG 2.5.5. A link within a sentence is as high as its line."""
    reader = Reader(chromium, site, **SCHEMES["light"])
    page = reader.page
    small: dict[str, Any] = {}

    def look(state: str) -> None:
        found = page.evaluate(
            """() => [...document.querySelectorAll("main a, main button, main label, main summary, .field input")]
            .filter((each) => each.checkVisibility() && !each.closest("p:not(.steps, .tools, .reach, .lost), dd:not(:has(button))"))
            .filter((each) => each.getBoundingClientRect().height < 44).map((each) => each.outerHTML.slice(0, 120))"""
        )
        if found:
            small[state] = found

    reader.open()
    states(page, site, look)
    assert small == {}
    reader.close()


def test_what_happens_is_said_once(chromium: Browser, site: str) -> None:
    """WCAG 4.1.3: a danger sign is announced when it comes up, once; what takes focus is not announced besides."""
    reader = Reader(chromium, site, **SCHEMES["light"])
    page = reader.open()
    page.evaluate(
        """() => { window.said = []; for (const each of document.querySelectorAll("[role=status]"))
        new MutationObserver(() => said.push(each.textContent)).observe(each, {childList: true, characterData: true, subtree: true}); }"""
    )
    assert page.locator("[aria-live], [role=alert]").count() == 0, "status alone, which waits for its turn"
    page.locator('.q:visible input[value="fit"]').check()
    page.locator('.q:visible input[value="chest"]').check()
    said = page.evaluate("said.map((each) => each.trim()).filter(Boolean)")
    assert len(said) == 1
    assert said[0].endswith("Call for an ambulance now")
    page.locator("#go").click()
    take(page, PLAN, {**WORST, "sedatives": ["none"], "thoughts": "no"})
    page.locator("#see").click()
    page.locator("#take").wait_for()
    assert page.evaluate("said.length") == 1, "headings take focus, and are read out for that"
    assert page.evaluate("document.activeElement.id") == "result-h"
    page.get_by_role("button", name="Keep this result on this phone").click()
    page.wait_for_function("document.getElementById('held').textContent")
    assert page.locator("#held").inner_text() == "This result is kept on this phone."
    reader.close()


def test_nothing_moves_on_by_itself(chromium: Browser, site: str) -> None:
    """WCAG 3.2.1, 3.2.2: neither focus nor an answer does, however long one waits."""
    reader = Reader(chromium, site, **SCHEMES["light"])
    reader.page.clock.install()
    page = reader.open()
    for item in PLAN.data["questions"][:4]:
        box = page.locator(f"#q-{item['id']}")
        for choice in box.locator("input").all():
            choice.focus()
            choice.check()
            page.clock.run_for(60_000)
            assert box.is_visible()
            assert page.evaluate("document.activeElement.closest('.q').id") == f"q-{item['id']}"
        page.locator("#go").click()
    assert page.url.endswith("/withdrawal-symptoms/")
    reader.close()
