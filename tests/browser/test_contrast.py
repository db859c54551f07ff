"""The colors that a browser shows are those that the build has judged, and words stand only on grounds that its table knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from ebbtide.assets import Assets
from ebbtide.contrast.color import as_hex
from ebbtide.contrast.judge import seen
from ebbtide.contrast.pairs import NAMES, PAIRS, TEXT
from ebbtide.contrast.styles import SCHEMES, Cascade, Scheme, declarations
from tests.browser.conftest import CLINIC, Built, Watch
from tests.browser.selfcheck_pages import Reader
from tests.browser.selfcheck_pages import site as site
from tests.browser.test_selfcheck_states import states
from tests.small_site import TEMPLATES

pytestmark = pytest.mark.xdist_group("contrast")

SET = [
    {"color_scheme": "light", "contrast": "no-preference"}, {"color_scheme": "dark", "contrast": "no-preference"},
    {"color_scheme": "light", "contrast": "more"}, {"color_scheme": "dark", "contrast": "more"},
    {"media": "print", "color_scheme": "light", "contrast": "no-preference"},
]  # fmt: skip
"""How Playwright sets a browser as each scheme has it."""

CLINIC_COLORS = (
    {"accent": "#5a2450", "on-accent": "#ffffff", "link": "#5a2450", "bar": "#3d1836", "on-bar": "#ffffff"},
    {"accent": "#f0b8e2", "on-accent": "#2a0c24", "link": "#f0b8e2", "bar": "#2e1129", "on-bar": "#fbe9f6"},
)
"""As they stand in the clinic's site.yaml."""

COLORS = """(names) => {
    const probe = document.createElement("i"), found = {};
    document.body.append(probe);
    for (const name of names) {
        probe.style.setProperty("color", `var(${name})`, "important");
        found[name] = getComputedStyle(probe).color;
    }
    probe.remove();
    return found;
}"""

WORDS = """() => {
    const found = {}, walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const clear = (color) => /^rgba.* 0\\)$/.test(color);
    while (walker.nextNode()) {
        const text = walker.currentNode, holder = text.parentElement;
        if (!text.data.trim() || holder.closest("svg, script, style, noscript") || !holder.checkVisibility()) continue;
        let ground = holder;
        while (ground && clear(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
        const color = getComputedStyle(holder).color, below = ground ? getComputedStyle(ground).backgroundColor : "none";
        found[`${color}|${below}`] ??= `${holder.tagName}.${holder.className} ${text.data.trim().slice(0, 40)}`;
    }
    return found;
}"""
"""Each color of words with the ground that it stands on, and words that have both."""

PARTS = """() => {
    const found = {}, clear = (color) => /^rgba.* 0\\)$/.test(color);
    for (const each of document.querySelectorAll(".button, .card, .list, .person, .wide, .jobs a, .field input, textarea, fieldset label, .emergency .contact")) {
        const style = getComputedStyle(each);
        const border = style.borderTopStyle !== "none" && !clear(style.borderTopColor);
        let ground = each.parentElement;
        while (ground && clear(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
        const front = border ? style.borderTopColor : style.backgroundColor;
        if (!clear(front) && each.checkVisibility()) found[`${front}|${ground ? getComputedStyle(ground).backgroundColor : "none"}`] ??= `${each.tagName}.${each.className}`;
    }
    return found;
}"""
"""Each color of an outline, or of what has none, with the ground around it."""


def cascade(scheme: Scheme, templates: tuple[tuple[Path, str], ...], colors: Any, kinds: tuple[str, ...]) -> Cascade:
    look = Assets(templates, *colors).parts(*kinds)
    return Cascade([each for part in look for each in declarations(part)], scheme)


def ours(scheme: Scheme) -> Cascade:
    return cascade(scheme, ((TEMPLATES, "templates"),), ({}, {}), ("article",))


def clinics(scheme: Scheme) -> Cascade:
    folders = ((CLINIC / "templates", "own"), (TEMPLATES, "templates"))
    return cascade(scheme, folders, CLINIC_COLORS, ("article",))


def rgb(text: str) -> str:
    """A computed color as the build writes it; one that shines through stays as it is, and is in no pair."""
    parts = text.removeprefix("rgb(").removesuffix(")").split(", ")
    return "#" + "".join(f"{int(part):02x}" for part in parts) if text.startswith("rgb(") else text


def allowed(known: Cascade) -> set[tuple[str, str]]:
    """Colors of words and their grounds that the build has judged."""
    pairs = [pair for pair in PAIRS if pair.least == TEXT and not pair.thin]
    found = {colors for pair in pairs for colors in (seen(pair, known),) if colors}
    both = {(as_hex(front), as_hex(ground)) for front, ground in found}
    # The first button of the contact bar has the bar's two colors the other way round: contrast knows no direction.
    turned = seen(next(pair for pair in pairs if pair.front == "on-bar"), known)
    assert turned is not None
    return both | {(as_hex(turned[1]), as_hex(turned[0]))}


def stray(page: Page, known: Cascade) -> list[str]:
    """Words, and outlines of what is pressed or read, in a color or on a ground that the build did not judge together."""
    judged = allowed(known)
    shapes = {(as_hex(one[0]), as_hex(one[1])) for pair in PAIRS for one in (seen(pair, known),) if one}
    words = page.evaluate(WORDS)
    assert words
    return [*_outside(words, judged), *_outside(page.evaluate(PARTS), shapes)]


def _outside(found: dict[str, str], judged: set[tuple[str, str]]) -> list[str]:
    pairs = {tuple(rgb(each) for each in both.split("|")): said for both, said in found.items()}
    return [f"{front} on {ground}: {said}" for (front, ground), said in pairs.items() if (front, ground) not in judged]


@pytest.mark.parametrize(("scheme", "set_to"), list(zip(SCHEMES, SET, strict=True)), ids=[each.name for each in SCHEMES])  # fmt: skip
def test_the_browser_gives_each_name_the_color_that_was_judged(
    watch: Watch, real: Built, real_address: str, clinic: Built, clinic_address: str, scheme: Scheme, set_to: Any
) -> None:
    real_assets = Assets(((TEMPLATES, "templates"),), {}, {})
    clinic_assets = Assets(((CLINIC / "templates", "own"), (TEMPLATES, "templates")), *CLINIC_COLORS)
    sites = ((real, real_address, ours(scheme), real_assets), (clinic, clinic_address, clinics(scheme), clinic_assets))
    for built, address, known, assets in sites:
        eye = watch(address, bypass_csp=True)
        page = eye.open(built.pages["article"][0])
        page.emulate_media(**set_to)
        expected = {name: found and as_hex(found[0]) for name in NAMES for found in (known.color(name),)}
        carried = page.locator("style").first.text_content()
        kinds = next(kinds for kinds in (("article",), ("article", "figure")) if assets.style(*kinds) == carried)
        called = {assets.short_names(*kinds)[f"--{name}"]: name for name in NAMES}
        found = page.evaluate(COLORS, list(called))
        assert {called[short]: rgb(each) for short, each in found.items()} == expected


@pytest.mark.parametrize("at", range(4), ids=[each.name for each in SCHEMES[:4]])
def test_words_stand_on_grounds_that_were_judged(watch: Watch, real: Built, real_address: str, at: int) -> None:
    eye = watch(real_address, **SET[at])
    known = ours(SCHEMES[at])
    urls = real.slice if at < 2 else real.one_of_each
    assert {url: said for url in urls if (said := stray(eye.open(url), known))} == {}


@pytest.mark.parametrize("at", range(2), ids=[each.name for each in SCHEMES[:2]])
def test_words_of_another_clinic_too(watch: Watch, clinic: Built, clinic_address: str, at: int) -> None:
    eye = watch(clinic_address, **SET[at])
    known = clinics(SCHEMES[at])
    assert {url: said for url in clinic.one_of_each if (said := stray(eye.open(url), known))} == {}


@pytest.mark.parametrize("at", range(2), ids=[each.name for each in SCHEMES[:2]])
def test_words_in_every_state_of_a_self_check(chromium: Browser, site: str, at: int) -> None:
    reader = Reader(chromium, site, color_scheme=SET[at]["color_scheme"])
    known, found = ours(SCHEMES[at]), dict[str, Any]()

    def look(state: str) -> None:
        if said := stray(reader.page, known):
            found[state] = said

    reader.open()
    states(reader.page, site, look)
    assert found == {}
    reader.close()


BAD = (
    "<!doctype html><title>Bad</title><style>body{background:#faf5ec;color:#1e2b2e}b{color:#777777}i{background:#dddddd}</style>"
    "<p>Good <b>pale</b> <i>on grey</i> <u style='color:rgb(0 0 0 / 50%)'>thin</u></p>"
    "<p class=card style='border:1px solid #eeeeee'>Card</p>"
)


def test_the_eye_sees_what_it_must(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(BAD)
    assert stray(page, ours(SCHEMES[0])) == [
        "#777777 on #faf5ec: B. pale",
        "#1e2b2e on #dddddd: I. on grey",
        "rgba(0, 0, 0, 0.5) on #faf5ec: U. thin",
        "#eeeeee on #faf5ec: P.card",
    ]
    page.close()


def test_the_clinic_s_colors_are_those_in_its_settings() -> None:
    lines = (CLINIC / "content/site.yaml").read_text("utf-8").splitlines()
    for line, colors in zip(lines[-2:], CLINIC_COLORS, strict=True):
        assert line.partition(": ")[2] == "{" + ", ".join(f'{name}: "{value}"' for name, value in colors.items()) + "}"
