"""The same things in the same place on every page (WCAG 3.2.3, 3.2.6), and what axe and a system's own colors make of every kind of page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Built, served
from tests.browser.every_kind import (
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
    text_of,
)
from tests.browser.test_pages import AXE, TAGS, failures

__all__ = ["country", "country_address", "every_kind", "new_page"]
pytestmark = pytest.mark.xdist_group("same-place")


@dataclass
class Outline(HTMLParser):
    """What a page is made of, by its text alone: `parts` of the body in their order, `links` in head and foot, `help` in the bar."""

    parts: list[str] = field(default_factory=list)
    links: dict[str, list[str]] = field(default_factory=dict)
    help: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if self._open[-1:] == ["body"]:
            self.parts.append(f"{tag} {given.get('class', '')} {given.get('aria-label', '')}".strip())
        of = self.parts[-1].split()[0] if self.parts else ""
        if tag == "a" and of in ("header", "footer"):
            self.links.setdefault(of, []).append(given.get("href", ""))
        if of == "aside" and "data-contact" in given:
            self.help.append(given["data-contact"])
        if tag not in (
            "meta",
            "link",
            "br",
            "img",
            "input",
            "path",
            "rect",
            "wbr",
            "hr",
            "source",
            "line",
            "circle",
            "use",
        ):
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass


def outline(text: str) -> Outline:
    made = Outline()
    made.feed(text)
    return made


def differences(outlines: Mapping[str, Outline], roots: Mapping[str, str]) -> dict[str, list[str]]:
    """What stands elsewhere than on the first page: parts of the page, links of head and foot, lines of the bar."""
    first_name, first = next(iter(outlines.items()))
    found: dict[str, list[str]] = {}
    rank: dict[tuple[str, str], str] = {}
    for name, each in outlines.items():
        wrong = []
        if each.parts != first.parts:
            wrong.append(f"parts are {each.parts}, and on {first_name} {first.parts}")
        for of in ("header", "footer"):
            if _led(each.links.get(of, []), roots[name]) != _led(first.links.get(of, []), roots[first_name]):
                wrong.append(f"another order in the {of}")
        for at, one in enumerate(each.help):
            for other in each.help[at + 1 :]:
                if (other, one) in rank:
                    wrong.append(f"{one} before {other}, and on {rank[other, one]} behind")
                rank.setdefault((one, other), name)
        if not each.help:
            wrong.append("no help at the top")
        found[name] = wrong
    return found


def _led(links: list[str], root: str) -> list[str]:
    """Links as they are from the root of the site."""
    return [link if "://" in link or link.startswith(("mailto:", "tel:")) else link.removeprefix(root).removeprefix("./") for link in links]  # fmt: skip


def test_help_and_everything_else_stand_in_the_same_order_on_every_page(
    real: Built, clinic: Built, country: Built
) -> None:
    """WCAG 3.2.3, 3.2.6: on all pages there are, whether of danger or not."""
    for built in (real, clinic, country):
        outlines, roots = {}, {}
        for url in [url for kind, urls in built.pages.items() if kind != "moved" for url in urls]:
            text = text_of(built, url)
            outlines[url] = outline(text)
            home = re.search(r'<a class="home" href="([^"]*)"', text)
            assert home is not None
            roots[url] = home[1].replace("./", "", 1) if home[1] == "./" else home[1]
        assert failures(differences(outlines, roots)) == ""
        assert len(outlines) > 10
        assert outlines[""].parts[0].startswith("a skip")
        assert [part.split()[0] for part in outlines[""].parts] == ["a", "aside", "header", "main", "footer"]


@pytest.mark.parametrize("width", [320, 1280])
def test_help_is_in_the_same_place_on_the_screen(new_page: NewPage, every_kind: list[Sample], width: int) -> None:
    """At the top of all, from edge to edge; then the head, the main part and the foot, one below the other."""
    page = new_page(viewport={"width": width, "height": 800})
    found: dict[str, Any] = {}
    for each in every_kind:
        parts = opened(page, each.address).evaluate("aids.parts()")
        found[each.name] = misplaced(parts)
    assert failures(found) == ""


def misplaced(parts: list[dict[str, Any]]) -> list[str]:
    wrong = []
    order = [part["part"].split()[0] for part in parts]
    if order != ["aside", "header", "main", "footer"]:
        wrong.append(f"parts are {order}")
    if parts[0]["top"] > 0.5 or parts[0]["left"] > 0.5:
        wrong.append(f"begins at {parts[0]['left']}, {parts[0]['top']}")
    wrong += [
        f"{low['part']} begins above the end of {high['part']}"
        for high, low in pairwise(parts)
        if low["top"] < high["bottom"] - 0.5
    ]
    return wrong


def test_what_stands_elsewhere_is_seen(new_page: NewPage, every_kind: list[Sample], tmp_path: Path) -> None:
    page = new_page(viewport=SMALL)
    good = next(each for each in every_kind if "the bar for danger" in each.kind).file.read_text("utf-8")
    bar = re.search(r"<aside.*?</aside>\s*", good, re.DOTALL)
    head = re.search(r"<header.*?</header>\s*", good, re.DOTALL)
    lines = re.findall(r"<p data-contact=.*?</p>\s*", bar[0] if bar else "", re.DOTALL)
    items = re.findall(r"<li>.*?</li>\s*", head[0] if head else "", re.DOTALL)
    assert bar
    assert head
    assert len(lines) > 1
    assert len(items) > 2
    moved = good.replace(bar[0], "").replace(head[0], head[0] + bar[0])
    samples = {
        "the bar below the head": (moved, "parts are"),
        "two lines the other way": (good.replace(lines[0] + lines[1], lines[1] + lines[0]), "and on good behind"),
        "two links the other way": (good.replace(items[0] + items[1], items[1] + items[0]), "another order in the header"),
        "no bar": (good.replace(bar[0], ""), "no help at the top"),
    }  # fmt: skip
    for what, (text, expected) in samples.items():
        assert text != good, what
        said = differences({"good": outline(good), "bad": outline(text)}, {"good": "", "bad": ""})
        assert said["good"] == [], what
        assert [each for each in said["bad"] if expected in each], (what, said)
    for style, expected in {
        ".bar{order:2}body{display:flex;flex-direction:column}": "begins at",
        ".top{margin-top:-30px}": "begins above the end of",
    }.items():
        opened(page, every_kind[0].address)
        styled(page, style)
        assert [each for each in misplaced(page.evaluate("aids.parts()")) if expected in each], style


# axe, where others do not ask it yet


AXE_LOOKS: Mapping[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "more contrast": {"contrast": "more"},
    "more contrast, dark": {"contrast": "more", "color_scheme": "dark"},
    "forced colors": {"forced_colors": "active"},
}
CONTRAST = ("color-contrast", "color-contrast-enhanced")


@pytest.mark.parametrize("look", AXE_LOOKS)
def test_axe_finds_nothing(new_page: NewPage, every_kind: list[Sample], look: str) -> None:
    """test_pages.py asks it of the real site in light and dark, test_finder.py of places; this of the clinic, and of both in other looks.

    With more contrast only the colors are other ones; forced colors are the reader's, and axe takes those that the page asked for.
    """
    page = new_page(**AXE_LOOKS[look], viewport=PHONE)
    long = ("sources", "search", "glossary")  # nothing but the same line many times
    found = {}
    for each in every_kind:
        if each.site == "country" or each.kind in long or (each.site == "real" and look in ("light", "dark")):
            continue
        only = CONTRAST if look.startswith("more") else ()
        found[each.name] = axe(opened(page, each.address), only, CONTRAST if look == "forced colors" else ())
    assert failures(found) == ""
    assert len(found) >= 9


def axe(page: Page, only: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> list[str]:
    page.evaluate(AXE)
    asked: dict[str, Any] = {"runOnly": {"type": "rule", "values": only} if only else {"type": "tag", "values": TAGS}}
    if without:
        asked["rules"] = {rule: {"enabled": False} for rule in without}
    result = page.evaluate("asked => axe.run(document, asked)", asked)
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]} ({len(each['nodes'])} times)" for each in result["violations"]]  # fmt: skip


def test_axe_sees_a_bad_page(new_page: NewPage, tmp_path: Path) -> None:
    body = "<img src=a.png><p style='color:#999'>Pale</p><a href=/1></a><input>"
    with served(Path(bad(tmp_path, body))) as address:
        said = "\n".join(axe(opened(new_page(), address)))
    for rule in ("image-alt", "color-contrast", "link-name", "label", "region", "page-has-heading-one"):
        assert rule in said, rule


def test_in_a_system_s_own_colors_what_is_pressed_keeps_its_edge(
    new_page: NewPage, every_kind: list[Sample], tmp_path: Path
) -> None:
    """Grounds are gone there: a button without an edge is a word like others."""
    page = new_page(viewport=PHONE, forced_colors="active")
    assert failures({each.name: opened(page, each.address).evaluate("aids.edges()") for each in every_kind}) == ""
    body = "<button class=a>A</button><button class=b>B</button>"
    style = "button{background:red;border:2px solid transparent}.a{border:0}"
    with served(Path(bad(tmp_path, body, style))) as address:
        assert opened(page, address).evaluate("aids.edges()") == ['<button class="a">A</button>']
