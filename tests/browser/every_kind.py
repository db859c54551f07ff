"""What the tests of reading aids share: a page of every kind of every site, and measures to lay on it (reading_aids.js)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Built
from tests.browser.test_finder import country, country_address

__all__ = ["country", "country_address"]

AIDS = (Path(__file__).parent / "reading_aids.js").read_text("utf-8")
DESK = {"width": 1280, "height": 1024}
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 256}


@dataclass(frozen=True)
class Sample:
    """A page of a `site` of ours; `kind` says also what it has that others of its kind have not."""

    site: str
    kind: str
    address: str
    file: Path

    @property
    def name(self) -> str:
        return f"{self.site}: {self.kind}, {self.address.split('/', 3)[3]}"


HAVING: Mapping[str, Callable[[str, str], bool]] = {
    "a drawing": lambda text, _: '<figure class="figure' in text,
    "a table": lambda text, _: "<table" in text,
    "what to do": lambda text, _: 'class="list do' in text,
    "an ambulance": lambda text, _: 'class="card emergency' in text,
    "the bar for danger": lambda text, usual: _bar(text) != usual,
}
"""What only some articles and self-checks have, seen in the text of the page and the bar of the front page."""


def _bar(text: str) -> str:
    return "".join(
        re.findall(r'data-contact="([^"]+)"', text.partition("data-contact-bar")[2].partition("</aside>")[0])
    )


@pytest.fixture(scope="session")
def every_kind(
    real: Built, real_address: str, clinic: Built, clinic_address: str, country: Built, country_address: str
) -> list[Sample]:
    """A page of every kind of every site, and, of articles, one with each thing that only some have."""
    found = []
    for site, built, address in (
        ("real", real, real_address),
        ("clinic", clinic, clinic_address),
        ("country", country, country_address),
    ):
        chosen = {kind: urls[0] for kind, urls in built.pages.items() if kind != "moved"}
        usual = _bar(text_of(built, ""))
        for what, has in HAVING.items():
            for kind in ("article", "questionnaire"):
                url = next((url for url in built.pages.get(kind, []) if has(text_of(built, url), usual)), None)
                if url is not None and url not in chosen.values():
                    chosen[f"{kind} with {what}"] = url
        found += [Sample(site, kind, f"{address}/{url}", file_of(built, url)) for kind, url in chosen.items()]
    return found


def file_of(built: Built, url: str) -> Path:
    return built.folder / (f"{url}index.html" if url.endswith("/") or not url else url)


def text_of(built: Built, url: str) -> str:
    return file_of(built, url).read_text("utf-8")


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[NewPage]:
    """Makes pages of contexts with the given settings, and closes them when the test is over."""
    contexts = []

    def make(**settings: Any) -> Page:
        contexts.append(chromium.new_context(service_workers="block", **settings))
        return contexts[-1].new_page()

    yield make
    for each in contexts:
        each.close()


def opened(page: Page, address: str) -> Page:
    page.goto(address, wait_until="load")
    # the page that keeps the guide looks first for what is kept, and shows its buttons then
    page.wait_for_function(
        "() => !matchMedia('(scripting: enabled)').matches || !document.querySelector('main #keep-it') || document.getElementById('no-script').hidden"
    )
    page.evaluate(AIDS)
    return page


def styled(page: Page, css: str) -> None:
    """Styles of the reader's own, which no policy forbids."""
    page.evaluate(
        "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets = [sheet]; }",
        css,
    )


def bad(tmp_path: Path, body: str, style: str = "", attributes: str = ' lang="en"') -> str:
    """A small page with its faults. Returns its folder."""
    (tmp_path / "index.html").write_text(
        f"<!doctype html><html{attributes}><head><meta charset='utf-8'><title>Bad</title>"
        f"<meta name='viewport' content='width=device-width'><style>{style}</style></head><body>{body}</body></html>"
    )
    return str(tmp_path)
