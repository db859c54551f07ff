"""What WCAG 2.2 asks and axe cannot see, on a page of every kind of every site: large letters, zoom, spaced-out text, sizes to press,
stillness, and the frame that voices go by. What is measured, and how, stands in reading_aids.js; the keyboard is in test_keyboard.py.

Each measure is shown a bad page that it must fail on: a count of nought proves nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Built, served
from tests.browser.every_kind import (
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
    styled,
)
from tests.browser.test_pages import SCRIPT, failures
from tests.small_site import ROOT

__all__ = ["country", "country_address", "every_kind", "new_page"]
pytestmark = pytest.mark.xdist_group("reading-aids")

LANGUAGES = {"real": "en-US", "clinic": "fr", "country": "en-GB"}


def test_there_is_a_page_of_every_kind(every_kind: list[Sample]) -> None:
    """So that a new kind of page is not left out: each template that makes pages has one."""
    kinds = {each.kind for each in every_kind}
    apart = {"base", "moved"}  # what all are made of, and what nobody sees
    templates = {file.stem for file in (ROOT / "templates").glob("*.html")} - apart
    assert kinds >= templates
    assert len(every_kind) > 30


# large letters, zoom, and text that is spaced out


SIZES: Mapping[str, tuple[dict[str, Any], str]] = {
    "letters twice as large, at a desk": ({"viewport": DESK}, "html{font-size:225%!important}"),
    "letters twice as large, on a phone": ({"viewport": PHONE}, "html{font-size:225%!important}"),
    "a desk at 200%": ({"viewport": {"width": 640, "height": 512}, "device_scale_factor": 2}, ""),
    "a desk at 400%": ({"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4}, ""),
    "text spaced out, at a desk": ({"viewport": DESK}, "spaced"),
    "text spaced out, on a phone": ({"viewport": {"width": 320, "height": 640}}, "spaced"),
}
"""How a reader may want it: WCAG 1.4.4 (200%), 1.4.10 (400%), 1.4.12. Our letters are 112.5% of the browser's."""
SPACED = (
    "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
    "p{margin-bottom:2em!important}"
)


@pytest.fixture(scope="module")
def words_at_a_desk(chromium: Browser, every_kind: list[Sample]) -> dict[str, str]:
    """What can be read on each page at 100%."""
    page = chromium.new_page(viewport=DESK)  # type: ignore[arg-type]
    found = {each.name: opened(page, each.address).evaluate("aids.words()") for each in every_kind}
    page.close()
    return found


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_lost_at(
    new_page: NewPage, every_kind: list[Sample], words_at_a_desk: dict[str, str], size: str
) -> None:
    """Nothing is cut off, nothing lies over anything else, nothing scrolls sideways, and all words are still there."""
    settings, css = SIZES[size]
    page = new_page(**settings)
    found = {}
    for each in every_kind:
        opened(page, each.address)
        styled(page, SPACED if css == "spaced" else css)
        found[each.name] = page.evaluate("aids.damage()")
        if page.evaluate("aids.words()") != words_at_a_desk[each.name]:
            found[each.name].append("other words than at a desk")
    assert failures(found) == ""


CUT: Mapping[str, tuple[str, str, str]] = {
    "cut off": ("<div class=a><p>One line<p>two lines<p>three lines</div>", ".a{height:30px;overflow:hidden}", "cut off"),
    "out of the page": ("<p class=a>Words that do not break", ".a{white-space:nowrap;width:2000px;margin-left:300px}", "px wide on 320"),
    "off to the left": ("<p class=a>Words</p>", ".a{margin-left:-40px}", "out of the page"),
    "shortened": ("<p class=a>Many words that have no room here", ".a{width:60px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}", "cut off"),
    "over each other": ("<p>Some words</p><p class=a>Other words</p>", ".a{margin-top:-32px}", "over each other"),
    "a button that is too small": ("<button class=a>Many words and more of them</button>", ".a{width:40px;height:20px;overflow:hidden}", "too small for its words"),
}  # fmt: skip


def test_what_is_lost_is_seen(new_page: NewPage, tmp_path: Path) -> None:
    for what, (body, style, expected) in CUT.items():
        with served(Path(bad(tmp_path, body, style))) as address:
            page = opened(new_page(viewport=SMALL), address)
            said = page.evaluate("aids.damage()")
            assert [each for each in said if expected in each], (what, said)
    with served(
        Path(bad(tmp_path, "<p>All <span>the</span> words", "@media(max-width:500px){span{display:none}}"))
    ) as address:
        few = opened(new_page(viewport=SMALL), address).evaluate("aids.words()")
        assert (few, opened(new_page(viewport=DESK), address).evaluate("aids.words()")) == (
            "All words",
            "All the words",
        )


# sizes to press


def test_everything_that_is_pressed_is_large_enough(new_page: NewPage, every_kind: list[Sample]) -> None:
    """WCAG 2.5.5: 44 px each way, but for links within a sentence; reading_aids.js says what that is."""
    page = new_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    found = {each.name: opened(page, each.address).evaluate("aids.small()") for each in every_kind}
    assert failures(found) == ""


SIZED: Mapping[str, tuple[str, bool]] = {
    "<a href=/1>Alone</a>": True,
    "<p><a href=/1>Alone</a> <a href=/2>beside another</a>, <a href=/3>and one more</a></p>": True,
    "<p>Words, then <a href=/1>a link</a> within them.</p>": False,
    "<p>Words, then <b><a href=/1>a link</a></b> within them.</p>": False,
    "<p>Words, then <a href=/1 style='display:inline-block'>a link of its own shape</a>.</p>": True,
    "<div>Words <p><a href=/1>A line of its own below them</a></p></div>": True,
    "<li><a href=/1>A link</a> → </li>": True,  # a mark is no word
    "<button style='width:100px;height:30px'>Low</button>": True,
    "<button style='width:30px;height:60px'>N</button>": True,
    "<button style='width:60px;height:60px'>Fine</button>": False,
    "<input style='height:20px'>": True,
    "<label><input type=radio name=a> Yes</label>": True,
    "<label style='display:block;padding:20px'><input type=radio name=a> Yes</label>": False,
    "<input type=checkbox>": True,
    "<details><summary>More</summary>Words</details>": True,
    "<svg aria-hidden=true width=20 height=20><a href=/1><rect width=20 height=20 /></a></svg>": True,
    "<svg aria-hidden=true width=20 height=20><a href=/1><rect width=20 height=20 /></a></svg><a href=/1 style='display:block;padding:20px'>A</a>": False,
}


@pytest.mark.parametrize("body", SIZED)
def test_what_is_too_small_to_press_is_seen(new_page: NewPage, tmp_path: Path, body: str) -> None:
    page = new_page(viewport={"width": 360, "height": 740})
    with served(Path(bad(tmp_path, body))) as address:
        opened(page, address)
    assert bool(page.evaluate("aids.small()")) is SIZED[body]


# stillness


@pytest.mark.parametrize("wish", ["reduce", "no-preference"])
def test_nothing_moves(new_page: NewPage, every_kind: list[Sample], wish: str) -> None:
    """WCAG 2.2.2, 2.3.3: no animation and no transition, whether a reader has asked for that or not; nor a rule that would make one."""
    page = new_page(viewport=PHONE, reduced_motion=wish)
    found = {each.name: opened(page, each.address).evaluate("aids.motion()") for each in every_kind}
    assert failures(found) == ""


def test_nothing_moves_on_the_screen(new_page: NewPage, every_kind: list[Sample]) -> None:
    """Two pictures, half a second apart, are the same."""
    pages = {each.name: new_page(viewport=PHONE) for each in every_kind[::3]}
    for each in every_kind[::3]:
        opened(pages[each.name], each.address)
    first = {name: page.screenshot() for name, page in pages.items()}
    next(iter(pages.values())).wait_for_timeout(500)
    assert [name for name, page in pages.items() if page.screenshot() != first[name]] == []


MOTION_IN_SCRIPTS = re.compile(
    r"""behavior\s*:\s*["']smooth|\.animate\(|startViewTransition|requestAnimationFrame|setInterval|\.style\.(transition|animation)"""
)


def test_no_script_makes_anything_move(every_kind: list[Sample], real: Built, country: Built) -> None:
    scripts = sorted({*real.folder.rglob("*.js"), *country.folder.rglob("*.js")})
    assert len(scripts) > 5
    assert [(file.name, MOTION_IN_SCRIPTS.findall(file.read_text("utf-8"))) for file in scripts if MOTION_IN_SCRIPTS.search(file.read_text("utf-8"))] == []  # fmt: skip


MOVING: Mapping[str, tuple[str, str, str]] = {
    "an animation": ("<p class=a>A", "@keyframes b{to{opacity:0}}.a{animation:b 1s infinite}", "animation-name b"),
    "one that is only kept from those who ask": ("<p class=a>A", "@keyframes b{to{opacity:0}}@media(prefers-reduced-motion:no-preference){.a{animation:b 1s}}", "a rule for motion"),
    "a transition": ("<p class=a>A", ".a{transition:opacity .2s}", "transition-duration 0.2s"),
    "one that waits for a finger": ("<p class=a>A", ".a:hover{transition:opacity .2s}", "transition-duration:"),
    "one of what stands before": ("<p class=a>A", ".a::before{content:'x';transition:opacity .2s}", "::before"),
    "scrolling by itself": ("<p>A", "html{scroll-behavior:smooth}", "scroll-behavior smooth"),
    "from page to page": ("<p>A", "@view-transition{navigation:auto}", "a rule for motion"),
    "a running text": ("<marquee>A</marquee>", "", "moves by itself"),
    "a drawing that moves": ("<svg><rect><animate attributeName=x to=9 dur=1s /></rect></svg>", "", "moves by itself"),
}  # fmt: skip


def test_what_moves_is_seen(new_page: NewPage, tmp_path: Path) -> None:
    page = new_page(viewport=SMALL, reduced_motion="reduce")
    for what, (body, style, expected) in MOVING.items():
        with served(Path(bad(tmp_path, body, style))) as address:
            said = opened(page, address).evaluate("aids.motion()")
            assert [each for each in said if expected in each], (what, said)
    with served(Path(bad(tmp_path, "<p>A", "p{color:#000;text-decoration-thickness:3px}"))) as address:
        assert opened(page, address).evaluate("aids.motion()") == []
    for script in ('a.scrollIntoView({behavior: "smooth"})', "a.animate([])", "requestAnimationFrame(b)"):
        assert MOTION_IN_SCRIPTS.search(script), script


# the frame that voices go by


@SCRIPT
def test_every_page_has_its_language_one_first_heading_and_its_parts(
    new_page: NewPage, every_kind: list[Sample], script: bool
) -> None:
    page = new_page(viewport=PHONE, java_script_enabled=script)
    found = {
        each.name: opened(page, each.address).evaluate("language => aids.frame(language)", LANGUAGES[each.site])
        for each in every_kind
    }
    assert failures(found) == ""


FRAMES: Mapping[str, tuple[str, str, str]] = {
    "no language": ("", "<main><h1>A</h1></main>", 'its language is ""'),
    "another language": (' lang="fr"', "<main><h1>A</h1></main>", 'its language is "fr"'),
    "two first headings": (' lang="en"', "<main><h1>A</h1><h1>B</h1></main>", "headings of the first level: 2"),
    "none": (' lang="en"', "<main><h2>A</h2></main>", "headings of the first level: 0"),
    "one that is hidden": (' lang="en"', "<main><h1 hidden>A</h1></main>", "headings of the first level: 0"),
    "a step left out": (' lang="en"', "<main><h1>A</h1><h3>B</h3></main>", "level 3 after one of 1"),
    "nothing said": (' lang="en"', "<main><h1>A</h1><h2> </h2></main>", "an empty heading"),
    "no main part": (' lang="en"', "<h1>A</h1>", "main parts: 0"),
    "words outside": (' lang="en"', "<main><h1>A</h1></main><p>Lost</p>", "in no part: Lost"),
    "no foot": (' lang="en"', "<header>A</header><main><h1>A</h1></main>", "footers: 0"),
    "two of one name": (' lang="en"', "<nav aria-label=A>A</nav><nav aria-label=A>B</nav><main><h1>A</h1></main>", "two of one name: NAV A"),
    "one without a name": (' lang="en"', "<nav>A</nav><main><h1>A</h1></main>", "without a name: NAV"),
}  # fmt: skip


def test_a_frame_that_is_broken_is_seen(new_page: NewPage, tmp_path: Path) -> None:
    page = new_page(viewport=PHONE)
    for what, (language, body, expected) in FRAMES.items():
        with served(Path(bad(tmp_path, body, attributes=language))) as address:
            said = opened(page, address).evaluate("aids.frame('en')")
            assert [each for each in said if expected in each], (what, said)
