"""vnu, the validator behind the W3C's, finds nothing in any finished page, its inlined styles, drawings and policy; in no style sheet;
in no picture. What it says wrongly is listed, with the reason and a proof; nothing else is passed over, warnings neither."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Built, served
from tests.browser.judges import Said, vnu
from tests.browser.test_finder import country

__all__ = ["country"]
pytestmark = pytest.mark.xdist_group("outside")

PROVEN_FALSE: Mapping[str, str] = {
    # It does, in SVG 2 and in CSS Fill and Stroke. A test below asks a browser.
    "CSS: “paint-order”: Property “paint-order” doesn't exist.": r"int-order:stroke",  # vnu cuts off what stands before
    # A data block is no script: HTML's "prepare the script element" is done with it before it asks the policy. A test below asks a browser.
    "Inline script violates Content Security Policy (meta tag): blocked by “script-src” directive "
    "(missing “‘unsafe-inline’” or nonce/hash).": r'<script type="application/json"',  # noqa: RUF001
}
"""Exact texts of vnu's that are false, each with what must stand where it says so."""


def is_false(said: Said) -> bool:
    near = PROVEN_FALSE.get(said.text)
    return near is not None and re.search(near, said.extract) is not None


def pages(folder: Path, address: str) -> list[str]:
    return [f"{address}/{file.relative_to(folder).as_posix()}" for file in sorted(folder.rglob("*.html"))]


def in_short(all_said: list[Said]) -> str:
    """One line for each that is not known to be false."""
    return "\n".join(str(each) for each in all_said if not is_false(each))


@pytest.fixture(scope="session")
def sites(real: Built, clinic: Built, country: Built) -> list[Built]:
    return [real, clinic, country]


@pytest.fixture(scope="session")
def all_of_html(sites: list[Built]) -> Iterator[list[Said]]:
    """What vnu says of all pages of all sites."""
    with ExitStack() as stack:
        inputs = [page for site in sites for page in pages(site.folder, stack.enter_context(served(site.folder)))]
        assert len(inputs) > 200
        yield vnu(inputs)


def test_every_page_is_valid(all_of_html: list[Said]) -> None:
    assert in_short(all_of_html) == ""


def test_every_style_sheet_and_every_picture_is_valid(sites: list[Built]) -> None:
    for kind in ("css", "svg"):
        files = [file for site in sites for file in sorted(site.folder.rglob(f"*.{kind}"))]
        assert files, kind
        assert in_short(vnu(files, f"--{kind}")) == ""


# a clean record proves nothing unless a bad page has another


def test_an_error_in_every_page_is_found_in_every_page(clinic: Built, tmp_path: Path) -> None:
    """So none is passed by in silence."""
    bad = tmp_path / "bad"
    shutil.copytree(clinic.folder, bad)
    for file in bad.rglob("*.html"):
        file.write_text(file.read_text("utf-8").replace("</body>", '<p id="twice"><p id="twice"></body>'), "utf-8")
    with served(bad) as address:
        asked = pages(bad, address)
        said = [each for each in vnu(asked) if not is_false(each)]
    assert {each.text for each in said} >= {"Duplicate ID “twice”."}
    assert {each.of for each in said if each.text == "Duplicate ID “twice”."} == {*asked}


PLANTED: Mapping[str, tuple[str, str, str]] = {
    "an element where none may be": ("</main>", "<p><ul><div></div></ul></main>", "Element “div” not allowed as child of element “ul”"),
    "an attribute that there is not": ("<main", '<main colour="red"', "Attribute “colour” not allowed on element “main” at this point."),
    "a role that there is not": ("<main", '<main role="middle"', "Bad value “middle” for attribute “role”"),
    "a label for nothing": ("</main>", '<label for="nobody">Name</label></main>', "The value of the “for” attribute of the “label” element must be the ID of a non-hidden form control."),
    "an element that is not closed": ("</main>", "<section><h2>Half</h2></main>", "End tag “main” seen, but there were open elements."),
    "a property that there is not": ("</style>", "p{colour:red}</style>", "CSS: “colour”: Property “colour” doesn't exist."),
    "a value that there is not": ("</style>", "p{color:#12345}</style>", "CSS: “color”:"),
    "a brace too many": ("</style>", "p{color:red}}</style>", "CSS: Parse Error."),
    "a drawing with a fault": ("</main>", '<svg viewBox="0 0 9 9"><circel r="1"/></svg></main>', "Element “circel” not allowed as child of element “svg”"),
    "a page without its language": (' lang="fr"', "", "Consider adding a “lang” attribute to the “html” start tag"),
    "a picture from elsewhere": ("</main>", '<img src="https://elsewhere.example/a.png" alt="A"></main>', "blocked by “img-src” directive"),
    "a script in the page": ("</main>", "<script>alert(1)</script></main>", "Inline script violates Content Security Policy"),
}  # fmt: skip


def test_it_finds_every_kind_of_error(clinic: Built, tmp_path: Path) -> None:
    page = (clinic.folder / "arret/diminuer/index.html").read_text("utf-8")
    names = {f"{number}.html": what for number, what in enumerate(PLANTED)}
    for name, what in names.items():
        old, new, _ = PLANTED[what]
        assert old in page, what
        (tmp_path / name).write_text(page.replace(old, new, 1), "utf-8")
    with served(tmp_path) as address:
        said = [each for each in vnu(f"{address}/{name}" for name in names) if not is_false(each)]
    for name, what in names.items():
        of_page = [each.text for each in said if each.of.endswith(f"/{name}")]
        assert [text for text in of_page if PLANTED[what][2] in text], (what, of_page)


def test_it_finds_what_is_wrong_in_a_style_sheet_and_in_a_picture(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("p{colour:red}")
    (tmp_path / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><circel r="1"/><circle radius="1"/></svg>')
    assert [each.text for each in vnu([tmp_path / "a.css"], "--css")] == [
        "CSS: “colour”: Property “colour” doesn't exist."
    ]
    said = [each.text for each in vnu([tmp_path / "a.svg"], "--svg")]
    assert [each for each in said if "Element “circel” not allowed" in each], said
    assert [each for each in said if "Attribute “radius” not allowed" in each], said


def test_it_says_so_when_it_cannot_read(tmp_path: Path) -> None:
    with served(tmp_path) as address:
        assert [each.text for each in vnu([f"{address}/none.html"])] == [
            "HTTP resource not retrievable. The HTTP status from the remote server was: 404."
        ]


# what is passed over


def test_nothing_is_passed_over_that_is_not_said_any_more(all_of_html: list[Said]) -> None:
    assert {each.text for each in all_of_html if is_false(each)} == {*PROVEN_FALSE}


def test_what_is_passed_over_is_false(chromium: Browser, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<!doctype html><meta http-equiv="Content-Security-Policy" content="script-src \'self\'"><script src="eye.js"></script>'
        '<script type="application/json" id="data">{"one": 1}</script><script>1</script>'
    )
    (tmp_path / "eye.js").write_text(
        'window.seen = []; document.addEventListener("securitypolicyviolation", (event) => seen.push(event.lineNumber + event.violatedDirective));'
    )
    with served(tmp_path) as address:
        page = chromium.new_page()
        page.goto(address, wait_until="load")
        assert page.evaluate("JSON.parse(document.getElementById('data').textContent).one") == 1
        page.wait_for_function("seen.length > 0")
        assert page.evaluate("seen") == ["1script-src-elem"]  # of the last one, which is a script
        assert page.evaluate("CSS.supports('paint-order', 'stroke')")
        assert not page.evaluate("CSS.supports('paint-odor', 'stroke')")
        page.close()
