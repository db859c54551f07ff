"""The keyboard on a page of every kind of every site: it reaches everything in the order of the eye, is held by nothing, and where it is
can be seen (WCAG 2.1.1, 2.1.2, 2.4.3, 2.4.7, 2.4.11 to 2.4.13). What is measured, and how, stands in reading_aids.js."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import served
from tests.browser.every_kind import (
    AIDS,
    DESK,
    PHONE,
    SMALL,
    NewPage,
    Sample,
    bad,
    country,
    country_address,
    every_kind,
    new_page,
    opened,
)
from tests.browser.test_pages import failures

__all__ = ["country", "country_address", "every_kind", "new_page"]
pytestmark = pytest.mark.xdist_group("keyboard")


@dataclass
class Walk:
    """A page from end to end by Tab: `stops` that were made, `missed` that should have been, and what the way back was."""

    stops: list[dict[str, Any]] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def walk(page: Page, most: int = 160) -> Walk:
    """Tab until the page is left; then back by Shift and Tab. Of very long lists (sources, the index from A to Z) the middle is left
    out, in a full run nothing."""
    done, wanted = Walk(), page.evaluate("aids.stops()")
    leap = None if wanted <= most or os.environ.get("EBBTIDE_FULL") else (most * 2 // 3, wanted - most // 3)
    page.keyboard.press("Tab")
    expected = 0
    while True:
        at = page.evaluate("aids.here()")
        if at is None:
            break
        if at["scroller"]:  # a region that scrolls is a stop of the browser's own making
            done.stops.append(at)
        else:
            if expected == wanted and at["index"] == 0:  # a browser without a frame begins anew
                break
            if at["index"] != expected:
                done.wrong.append(f"stop {expected} of {wanted} is {at['html']}")
                break
            done.stops.append(at)
            expected += 1
        if leap is not None and expected == leap[0]:
            expected = leap[1]
            page.evaluate(f"wanted[{expected}].focus()")
            continue
        page.keyboard.press("Tab")
    if not done.wrong and expected != wanted:
        done.wrong.append(f"left the page at stop {expected} of {wanted}")
    back = [] if done.wrong else _backward(page, 5)
    if back and back != [each["html"] for each in reversed(done.stops[-len(back) :])]:
        done.wrong.append(f"another way back: {back}")
    return done


def _backward(page: Page, steps: int) -> list[str]:
    """The last stops, from the end."""
    found = []
    for _ in range(steps):
        page.keyboard.press("Shift+Tab")
        at = page.evaluate("aids.here()")
        if at is None:
            break
        found.append(at["html"])
    return found


LOOKS: Mapping[str, dict[str, Any]] = {
    "light, at 400%": {"viewport": {"width": 320, "height": 256}, "color_scheme": "light"},
    "dark, at a desk": {"viewport": DESK, "color_scheme": "dark"},
    "light, at a desk": {"viewport": DESK, "color_scheme": "light"},
    "forced colors": {"viewport": PHONE, "forced_colors": "active"},
}


@pytest.fixture(scope="module")
def walks(chromium: Browser, every_kind: list[Sample]) -> Callable[[str], dict[str, Walk]]:
    """All pages by keyboard, in one of the looks. Walked once for all tests."""
    known: dict[str, dict[str, Walk]] = {}

    def walked(look: str) -> dict[str, Walk]:
        if look not in known:
            context = chromium.new_context(service_workers="block", **LOOKS[look])
            page = context.new_page()
            most = 160 if look == "light, at 400%" else 60
            known[look] = {each.name: walk(opened(page, each.address), most) for each in every_kind}
            context.close()
        return known[look]

    return walked


@pytest.mark.parametrize("look", ["light, at 400%", "light, at a desk"])
def test_the_keyboard_reaches_everything_in_order_and_is_held_by_nothing(
    walks: Callable[[str], dict[str, Walk]], look: str
) -> None:
    """WCAG 2.1.1, 2.1.2, 2.4.3: Tab stops at all that can be pressed, as it stands in the page, and leaves at the end; and back."""
    assert failures({name: done.wrong for name, done in walks(look).items()}) == ""
    assert sum(len(done.stops) for done in walks(look).values()) > 1000


@pytest.mark.parametrize("look", ["light, at 400%", "light, at a desk"])
def test_the_order_of_the_keyboard_is_that_of_the_eye(walks: Callable[[str], dict[str, Walk]], look: str) -> None:
    """WCAG 2.4.3: each stop is below the one before, or to its right, or at the top of a column further right."""
    assert failures({name: against_the_eye(done.stops) for name, done in walks(look).items()}) == ""


def against_the_eye(stops: list[dict[str, Any]]) -> list[str]:
    """Steps that go up or left without going right or down. The skip link comes from nowhere and is left out."""
    seen = [stop for stop in stops if 'class="skip"' not in stop["html"]]
    wrong = []
    for one, other in pairwise(seen):
        before, after = one["boxes"][-1], other["boxes"][0]
        is_above = after["y"] + after["height"] <= before["y"] + 1
        is_left = after["x"] + after["width"] <= before["x"] + 1
        is_below = after["y"] >= before["y"] + before["height"] - 8  # lines of a paragraph overlap by a little
        starts_right = after["x"] >= before["x"] + 1
        if (is_above and not starts_right) or (is_left and not is_below):
            wrong.append(f"from {one['html'][:60]} up or back to {other['html'][:60]}")
    return wrong


def test_the_focus_is_never_hidden(walks: Callable[[str], dict[str, Walk]]) -> None:
    """WCAG 2.4.11, and 2.4.12: on the smallest screen nothing lies over where one is, in whole or in part."""
    found = walks("light, at 400%")
    assert (
        failures(
            {
                name: [f"{stop['html']}: {stop['hidden']}" for stop in done.stops if stop["hidden"]]
                for name, done in found.items()
            }
        )
        == ""
    )


@pytest.mark.parametrize("look", LOOKS)
def test_the_focus_has_a_ring_all_around(walks: Callable[[str], dict[str, Walk]], look: str) -> None:
    """WCAG 2.4.13: 2 px or more, at 3:1 to what was there before and to both its sides, by the styles that the browser has worked out."""
    found = {
        name: [f"{stop['html']}: {stop['ring']}" for stop in done.stops if stop["ring"]]
        for name, done in walks(look).items()
    }
    assert failures(found) == ""


TRAPS: Mapping[str, tuple[str, str, str, str]] = {
    # what, the page, its styles, what is said, and of which measure
    "a trap": ("<a href=/1>1</a><a href=/2 onkeydown='event.preventDefault()'>2</a><a href=/3>3</a>", "", "wrong", "stop 2 of 3 is"),
    "another order": ("<a href=/1 tabindex=2>1</a><a href=/2 tabindex=1>2</a>", "", "wrong", "stop 0 of 2 is"),
    "out of reach": ("<a href=/1>1</a><div style='display:contents'><a href=/2 onfocus='this.blur()'>2</a></div>", "", "wrong", "stop 1 of 2"),
    "against the eye": ("<p><a href=/1>First</a><p class=a><a href=/2>Second</a>", "p{height:60px;margin:0}.a{position:relative;top:-120px}body{padding-top:200px}", "eye", "up or back"),
    "under a bar": ("<div class=a></div><p><a href=/1>First</a>", ".a{position:fixed;inset:0 0 auto;height:200px;background:red}", "hidden", "nothing of it can be reached"),
    "half under a bar": ("<div class=a></div><p><a href=/1>First of all</a>", ".a{position:fixed;left:0;top:0;width:30px;height:200px;background:red}body{margin:8px}", "hidden", "under <div"),
    "no ring": ("<a href=/1>1</a>", ":focus-visible{outline:0}", "ring", "no ring"),
    "a thin ring": ("<a href=/1>1</a>", ":focus-visible{outline:1px solid #000}", "ring", "a ring of 1 px"),
    "a pale ring": ("<a href=/1>1</a>", ":focus-visible{outline:3px solid #aaa}", "ring", "to what was there"),
    "a ring that runs into its button": ("<button>1</button>", "button{background:#000;color:#fff;border:0}:focus-visible{outline:3px solid #222}", "ring", "to its inner side"),
    "a ring within": ("<a href=/1>1</a>", ":focus-visible{outline:3px solid #000;outline-offset:-3px}", "ring", "inside"),
}  # fmt: skip


def test_what_the_keyboard_meets_is_seen(new_page: NewPage, tmp_path: Path) -> None:
    for what, (body, style, measure, expected) in TRAPS.items():
        with served(Path(bad(tmp_path, body, style))) as address:
            page = opened(new_page(viewport=SMALL), address)
            done = walk(page)
            said = {
                "wrong": done.wrong,
                "eye": against_the_eye(done.stops),
                "hidden": [stop["hidden"] for stop in done.stops],
                "ring": [stop["ring"] for stop in done.stops],
            }
            assert [each for each in said[measure] if expected in each], (what, said)


# what the eye sees of the ring: the same page before and after


COUNT = """async ([before, after, boxes]) => {
  const pixels = async (text) => {
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
    const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    canvas.drawImage(picture, 0, 0);
    return canvas.getImageData(0, 0, picture.width, picture.height).data;
  };
  const [one, other] = [await pixels(before), await pixels(after)];
  let changed = 0;
  for (let at = 0; at < one.length; at += 4)
    if (aids.contrast([...one.slice(at, at + 3)], [...other.slice(at, at + 3)]) >= 3) changed += 1;
  return changed;
}"""
"""How many pixels have changed by 3:1 or more between two pictures of the same size."""


@pytest.fixture(scope="module")
def lab(chromium: Browser) -> Iterator[Page]:
    """An empty page that counts pixels."""
    page = chromium.new_page()
    page.evaluate(AIDS)
    yield page
    page.close()


def seen_ring(page: Page, lab: Page, index: int) -> tuple[int, int] | None:
    """Pixels that change by 3:1 or more when the keyboard comes to a stop, and how many 2.4.13 asks: a line of 2 px around it.

    Gives None where the ring does not fit into the picture.
    """
    page.evaluate("document.activeElement.blur()")
    box = page.evaluate(
        """index => { wanted[index].scrollIntoView({block: "center"}); const box = wanted[index].getBoundingClientRect();
        return {x: box.x - 12, y: box.y - 12, width: box.width + 24, height: box.height + 24, around: aids.around(wanted[index])}; }""",
        index,
    )
    size = page.viewport_size
    assert size is not None
    needed = int(2 * box.pop("around"))
    right, bottom = min(box["x"] + box["width"], size["width"]), min(box["y"] + box["height"], size["height"])
    x, y = max(box["x"], 0), max(box["y"], 0)
    if right - x < box["width"] - 16 or bottom - y < box["height"] - 16:
        return None
    clip: Any = {"x": x, "y": y, "width": right - x, "height": bottom - y}
    before = page.screenshot(clip=clip)
    page.evaluate("index => wanted[index].focus({preventScroll: true, focusVisible: true})", index)
    after = page.screenshot(clip=clip)
    return lab.evaluate(COUNT, [base64.b64encode(each).decode() for each in (before, after)]), needed


@pytest.mark.parametrize("look", [each for each in LOOKS if each != "light, at 400%"])
def test_the_ring_is_seen(new_page: NewPage, lab: Page, every_kind: list[Sample], look: str) -> None:
    """One of each sort of thing that can be pressed, on each ground that it stands on."""
    page = new_page(**{**LOOKS[look], "viewport": PHONE})
    known: set[str] = set()
    found: dict[str, Any] = {}
    for each in every_kind:
        opened(page, each.address).evaluate("aids.stops()")
        for index, sign in enumerate(page.evaluate("wanted.map(aids.sign)")):
            if sign not in known and not sign.startswith("A.skip"):
                counted = seen_ring(page, lab, index)
                if counted is not None:
                    known.add(sign)
                    if counted[0] < counted[1]:
                        found[f"{each.name}: {sign}"] = f"{counted[0]} of {counted[1]}"
    assert failures(found) == ""
    assert len(known) > 30


def test_a_ring_that_is_not_seen_is_found(new_page: NewPage, lab: Page, tmp_path: Path) -> None:
    rings = {
        "0": False,
        "1px solid #000": False,
        "3px solid #ccc": False,
        "3px dotted #000": False,
        "2px solid #000": True,
        "3px solid #666": True,
    }
    for ring, is_enough in rings.items():
        body = "<p style='margin:40px'><a href=/1>Somewhere</a>"
        with served(Path(bad(tmp_path, body, f":focus-visible{{outline:{ring};outline-offset:2px}}"))) as address:
            page = opened(new_page(viewport=PHONE), address)
            page.evaluate("aids.stops()")
            counted = seen_ring(page, lab, 0)
            assert counted is not None
            assert (counted[0] >= counted[1]) is is_enough, (ring, counted)
