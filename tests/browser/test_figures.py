"""Figures in a browser: legible on a small phone, in dark and forced colors, on paper, and by ear. They have no script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Watch, build, served
from tests.browser.test_pages import AXE, PHONE, TAGS
from tests.figure_samples import SAMPLES
from tests.unit.test_figures_shown import content

pytestmark = pytest.mark.xdist_group("pages")

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "more contrast": {"contrast": "more"},
    "forced": {"forced_colors": "active", "color_scheme": "dark"},
}

LETTERS = """() => [...document.querySelectorAll("figure svg")].map((svg) => {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map((text) => ({
        words: text.textContent, box: text.getBoundingClientRect(),
        size: parseFloat(getComputedStyle(text).fontSize) * frame.width / svg.viewBox.baseVal.width,
    }));
    const wrong = texts.filter(({box, size}) => size < 14 || box.left < frame.left - .5 || box.right > frame.right + .5
        || box.top < frame.top - 1 || box.bottom > frame.bottom + 1).map(({words, size}) => `${words} (${size} px)`);
    const apart = (one, two) => one.right <= two.left + 1 || two.right <= one.left + 1 || one.bottom <= two.top + 6 || two.bottom <= one.top + 6;
    texts.forEach((one, index) => texts.slice(index + 1).forEach((two) => {
        if (!apart(one.box, two.box)) wrong.push(`${one.words} lies over ${two.words}`);
    }));
    return {kind: svg.getAttribute("class"), count: texts.length, wrong};
})"""


CONTRAST = """() => {
    const brush = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const painted = (layers) => {
        for (const [color, alpha] of layers) { brush.globalAlpha = alpha; brush.fillStyle = color; brush.fillRect(0, 0, 1, 1); }
        return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3).map((each) => each / 255);
    };
    const light = (rgb) => rgb.map((c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
        .reduce((sum, c, index) => sum + c * [.2126, .7152, .0722][index], 0);
    const found = [];
    for (const svg of document.querySelectorAll("figure svg")) {
        const paper = [[getComputedStyle(svg.closest("figure")).backgroundColor, 1]];
        for (const text of svg.querySelectorAll("text")) {
            const at = text.getBoundingClientRect(), x = at.x + at.width / 2, y = at.y + at.height / 2;
            const below = [...svg.querySelectorAll("rect")].filter((rect) => {
                const box = rect.getBoundingClientRect();
                return getComputedStyle(rect).fill !== "none" && box.left < x && x < box.right && box.top < y && y < box.bottom;
            }).map((rect) => [getComputedStyle(rect).fill, Number(getComputedStyle(rect).fillOpacity)]);
            const ground = light(painted([...paper, ...below])), ink = light(painted([[getComputedStyle(text).fill, 1]]));
            found.push([(Math.max(ground, ink) + .05) / (Math.min(ground, ink) + .05), text.textContent]);
        }
    }
    return found.sort((one, two) => one[0] - two[0]).slice(0, 3);
}"""
"""The three words that stand out least: how much, to 1, and which."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("figures")
    built = build(content(root / "content"), root / "site")
    with served(built.folder) as home:
        yield home


def opened(watch: Watch, address: str, **settings: Any) -> Page:
    eye = watch(address, **settings)
    page = eye.open("first/always/")
    assert eye.wrong() == []
    return page


@pytest.mark.parametrize("wide", [320, 360, 1000])
def test_words_are_big_enough_and_none_lies_over_another(watch: Watch, address: str, wide: int) -> None:
    page = opened(watch, address, viewport={"width": wide, "height": 640}, java_script_enabled=True)
    found = page.evaluate(LETTERS)
    assert [each["kind"] for each in found] == [f"drawn-{kind}" for kind in SAMPLES]
    assert [each["wrong"] for each in found] == [[]] * len(SAMPLES)
    assert all(each["count"] >= 6 for each in found)
    assert page.evaluate("document.documentElement.scrollWidth") <= wide


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing(watch: Watch, address: str, look: str) -> None:
    page = opened(watch, address, viewport=PHONE, bypass_csp=True, **LOOKS[look])
    page.evaluate("document.querySelectorAll('figure details').forEach((each) => { each.open = true })")
    page.evaluate(AXE)
    result = page.evaluate("tags => axe.run({include: ['figure']}, {runOnly: {type: 'tag', values: tags}})", TAGS)
    assert [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in result["violations"]] == []


@pytest.mark.parametrize("look", LOOKS)
def test_words_stand_out_from_what_is_below_them(watch: Watch, address: str, look: str) -> None:
    """7 to 1, against every ground that a word can lie on: a fill is mixed into the page by its opacity (WCAG 2.2, 1.4.6)."""
    page = opened(watch, address, viewport=PHONE, **LOOKS[look])
    worst = page.evaluate(CONTRAST)
    assert worst[0][0] >= 7, worst


@pytest.mark.parametrize("look", ["light", "dark", "forced"])
def test_shapes_are_seen_against_the_page(watch: Watch, address: str, look: str) -> None:
    """Every outline that carries meaning has a color of its own: never the page's, never nothing."""
    page = opened(watch, address, viewport=PHONE, **LOOKS[look])
    lines = page.evaluate(
        """() => [...document.querySelectorAll("figure :is(rect, .edge, .axis, .way)")].map((shape) =>
            [shape.getAttribute("class"), getComputedStyle(shape).stroke, getComputedStyle(shape.closest("figure")).backgroundColor])"""
    )
    assert len(lines) > 20
    assert [each for each in lines if each[1] in ("none", each[2])] == []


def test_without_script_the_words_open_and_a_number_can_be_tapped(watch: Watch, address: str) -> None:
    page = opened(watch, address, viewport=PHONE, java_script_enabled=False)
    row = page.get_by_text("Day 6: none to some")
    assert not row.is_visible()
    page.locator("figure summary").first.click()
    assert row.is_visible()
    call = page.locator("figure a[href='tel:999']")
    box = call.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert call.is_visible()


def test_a_screen_reader_hears_a_picture_and_then_its_words(watch: Watch, address: str) -> None:
    page = opened(watch, address)
    tree = page.locator("figure").last.aria_snapshot()
    assert tree.startswith("- figure")
    assert 'img "Whom to call? Two questions and what to do."' in tree
    assert "Is there blood? A drop does not count." in tree
    assert tree.count("Is there blood?") == 1  # what is drawn is not read out a second time
    assert "Yes: Emergency: Call for help." in tree


def test_on_paper_drawings_are_whole_and_their_words_are_not_printed_twice(
    watch: Watch, address: str, tmp_path: Path
) -> None:
    page = opened(watch, address, viewport={"width": 720, "height": 900})
    page.emulate_media(media="print")
    assert page.locator("figure svg:visible").count() == len(SAMPLES)
    assert page.locator("figure details:visible").count() == 0
    assert page.get_by_text("Yes: Emergency: Call for help.").is_visible()
    worst = page.evaluate(CONTRAST)
    assert worst[0][0] >= 12, worst
    assert [each["wrong"] for each in page.evaluate(LETTERS)] == [[]] * len(SAMPLES)
    page.pdf(path=str(tmp_path / "paper.pdf"))
    assert (tmp_path / "paper.pdf").stat().st_size > 10_000
