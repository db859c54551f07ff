"""The search and the index from A to Z in a browser: without script first, then with it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Built, Watch
from tests.browser.test_pages import AXE, PHONE, TAGS

pytestmark = pytest.mark.xdist_group("search")

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


def look(page: Page, text: str) -> list[str]:
    """Type a text as a thumb does, wait for the answer, and give the addresses found."""
    page.fill("#q", "")
    page.locator("#q").press_sequentially(text)
    page.wait_for_function("() => document.querySelector('#told').textContent !== ''")
    page.wait_for_timeout(800)  # how it went is said half a second after the last letter
    return hits(page)


def hits(page: Page) -> list[str]:
    root = page.url.rpartition("/search/")[0]
    found = page.eval_on_selector_all("#hits a", "all => all.map((each) => each.href)")
    return [url.removeprefix(f"{root}/").removesuffix("index.html") for url in found]


# without script


def test_without_script_everything_stands_from_a_to_z(watch: Watch, real: Built, real_address: str) -> None:
    eye = watch(real_address, java_script_enabled=False, viewport=PHONE)
    page = eye.open("search/")
    assert page.locator("#search").is_hidden()
    assert page.locator("noscript p").is_visible()
    assert page.locator("#alarms .card:visible").count() == 0
    linked = set(
        page.eval_on_selector_all(
            "#index li:not(.w) a", "all => all.map((each) => each.getAttribute('href').replace('../', ''))"
        )
    )
    kinds = (
        "section",
        "article",
        "questionnaires",
        "questionnaire",
        "my-results",
        "help",
        "sources",
        "glossary",
        "finder",
        "region",
    )
    assert {url for kind in kinds for url in real.pages.get(kind, ())} <= linked
    entry = page.locator("#index .w a", has_text=re.compile(r"^the runs$"))
    assert entry.get_attribute("href") == "../symptoms/nausea-and-diarrhea/"
    entry.click()
    assert page.locator("h1").inner_text().startswith("Nausea")
    assert eye.wrong() == []


def test_every_letter_leads_to_its_entries(watch: Watch, real_address: str) -> None:
    page = watch(real_address, java_script_enabled=False).open("search/")
    letters = page.eval_on_selector_all(
        ".letters a", "all => all.map((each) => [each.textContent.trim(), each.getAttribute('href').slice(1)])"
    )
    assert len(letters) > 15
    for text, id in letters:
        assert page.locator(f'h3[id="{id}"]').inner_text() == text


# with script


def test_slips_and_lay_words_find_their_page(watch: Watch, real_address: str) -> None:
    eye = watch(real_address, viewport=PHONE)
    page = eye.open("search/")
    assert "symptoms/nausea-and-diarrhea/" in look(page, "diarea wont stop")[:3]
    assert "symptoms/restless-legs/" in look(page, "resltess legs")[:3]
    assert page.locator("#hits small").first.inner_text() == "Symptoms"
    assert re.fullmatch(r"Found: \d+\. .*", page.inner_text("#told"))
    assert look(page, "qqqqqqqq") == []
    assert page.inner_text("#told").startswith("Nothing was found.")
    page.fill("#q", "")
    page.wait_for_function("() => document.querySelector('#result').hidden")
    assert eye.wrong() == []


def test_the_keyboard_goes_from_the_box_to_a_page(watch: Watch, real_address: str) -> None:
    page = watch(real_address).open("search/")
    page.focus("#q")
    page.keyboard.type("cant sleep")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'found'")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.parentNode.parentNode.id") == "hits"
    page.keyboard.press("Enter")
    page.wait_for_url("**/coping/sleep-at-night/")
    page.go_back()
    assert page.url.endswith("/search/"), "what was typed is not in the address"


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("want to kil myself", "us-988"),
        ("suicde", "us-988"),
        ("cant breath", "us-911"),
        ("chest pains", "us-911"),
        ("my kid swallowed it", "us-poison-help"),
    ],
)
def test_words_of_danger_put_somebody_to_call_above_what_is_found(
    watch: Watch, real_address: str, text: str, contact: str
) -> None:
    page = watch(real_address, viewport=PHONE).open("search/")
    look(page, text)
    card = page.locator("#alarms .card:visible")
    assert card.count() == 1
    link = card.locator(f'a[data-contact="{contact}"]')
    assert (link.get_attribute("href") or "").startswith("tel:")
    below = page.locator("#result").bounding_box()
    above = card.bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"]
    look(page, "tired")
    assert page.locator("#alarms .card:visible").count() == 0


def test_danger_is_heard_before_anything_is_loaded(watch: Watch, real_address: str) -> None:
    eye = watch(real_address)
    eye.context.route("**/search-words*", lambda route: route.abort())
    page = eye.open("search/")
    page.fill("#q", "overdose")
    assert page.locator('#alarms a[data-contact="us-911"]:visible').count() == 1
    page.wait_for_function("() => document.querySelector('#told').textContent !== ''")
    assert page.inner_text("#told").startswith("The search could not be loaded.")


def test_nothing_is_stored_and_nothing_typed_is_sent(watch: Watch, real_address: str) -> None:
    eye = watch(real_address)
    page = eye.open("search/")
    before = page.url
    assert not [each for each in eye.asked if "search-" in each], "the index comes when somebody begins"
    look(page, "suboxen xyzzyword")
    page.press("#q", "Enter")
    page.wait_for_function("() => document.activeElement.id === 'found'")
    assert page.url == before
    assert page.evaluate("history.state") is None
    assert eye.stored() == {}
    assert not [each for each in eye.asked if "subox" in each or "xyzzy" in each]
    assert eye.wrong() == []


def test_it_works_from_a_disk(watch: Watch, real: Built) -> None:
    eye = watch(real.folder.as_uri())
    page = eye.open("search/index.html", status=None)
    assert "symptoms/restless-legs/" in look(page, "restles legs")[:3]
    assert page.locator("#hits small").first.inner_text() == "Symptoms"
    assert "treatment/buprenorphine/" in look(page, "suboxen")[:3]
    assert eye.wrong() == []


@SCHEMES
def test_axe_has_no_complaint(watch: Watch, real_address: str, scheme: str) -> None:
    page = watch(real_address, viewport=PHONE, color_scheme=scheme).open("search/")
    look(page, "overdose shakes")
    page.evaluate(AXE)
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: tags}).then((result) => result.violations.map((each) => each.id + ' ' + each.nodes.slice(0, 3).map((node) => node.html)))",
        TAGS,
    )
    assert found == []


def test_nothing_runs_off_a_small_screen(watch: Watch, real_address: str) -> None:
    page = watch(real_address, viewport=PHONE).open("search/")
    look(page, "pregnant and cant breathe, chest pain")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = page.eval_on_selector_all(
        "#search input, #search button, #hits a, #alarms a, .letters a, #index a",
        "all => all.filter((each) => { const box = each.getBoundingClientRect(); return box.width && (box.height < 44 || box.width < 44); }).map((each) => each.outerHTML)",
    )
    assert small == [], "too small to tap (WCAG 2.5.5)"


def test_a_site_without_synonyms_is_searched_too(watch: Watch, clinic: Built, clinic_address: str) -> None:
    eye = watch(clinic_address)
    page = eye.open("search/")
    title = page.locator("#index li a").first.inner_text()
    assert look(page, title)
    assert page.locator("#hits").inner_text().count(title)
    assert eye.wrong() == []
