"""The way to leave a page at once, on a site that has it; and a site that has it not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import Built, Watch, build, served
from tests.small_site import ROOT, write_site

AWAY = "https://weather.example/"


@pytest.fixture(scope="module")
def leaving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Built, str]]:
    """A small site with the switch on, that leads to a page of its own host, since no other is there."""
    folder = tmp_path_factory.mktemp("leaving")
    content = write_site(folder / "content")
    with (content / "site.yaml").open("a", encoding="utf-8") as file:
        file.write(f"leave: {{to: {AWAY}}}\n")
    built = build(content, folder / "site")
    with served(built.folder) as address:
        yield built, address


def away(eye: object) -> None:
    """What stands at the other end, answered here: nothing leaves this machine."""
    eye.context.route(
        f"{AWAY}**",
        lambda route: route.fulfill(
            body="<!doctype html><title>Weather</title><h1>Rain</h1>", content_type="text/html"
        ),
    )  # type: ignore[attr-defined]


def test_each_page_has_it_twice_and_first_in_the_tab_order(watch: Watch, leaving: tuple[Built, str]) -> None:
    built, address = leaving
    eye = watch(address, viewport={"width": 320, "height": 480})
    for url in built.one_of_each:
        page = eye.open(url)
        assert page.locator(f'a.leave[href="{AWAY}"][rel=noreferrer]').count() == 2, url
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.matches('.skip.leave')"), url
        shown = page.locator(".leaving a").bounding_box()
        assert shown is not None
        assert shown["y"] + shown["height"] <= 480, f"{url}: out of sight at the top of the page"
        assert shown["height"] >= 44
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        foot, link = page.locator(".foot").bounding_box(), page.locator(".leaving a").bounding_box()
        assert foot is not None
        assert link is not None
        assert link["y"] >= foot["y"] + foot["height"] - 1, f"{url}: it covers the foot of the page"


@pytest.mark.parametrize("how", ["press", "keys"])
def test_back_does_not_bring_the_page_up_again(watch: Watch, leaving: tuple[Built, str], how: str) -> None:
    _, address = leaving
    eye = watch(address)
    away(eye)
    eye.open()
    page = eye.open("first/always/")
    if how == "press":
        page.click(".leaving a")
    else:
        for _ in range(3):
            page.keyboard.press("Shift")
    page.wait_for_url(AWAY)
    page.go_back()
    assert page.url == f"{address}/", "Back leads to what was open before, past the page that was left"


def test_the_page_is_empty_before_the_next_one_has_come(watch: Watch, leaving: tuple[Built, str]) -> None:
    _, address = leaving
    eye = watch(address)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    eye.context.route(f"{AWAY}**", hold)
    page = eye.open("first/always/")
    seen = page.evaluate("""() => {
      document.querySelector(".leaving a").click();
      return [document.title, document.body.textContent.trim()];
    }""")
    assert seen == ["", ""]
    for route in held:
        route.abort()


@pytest.mark.parametrize("keys", [["Shift", "Shift"], ["Shift", "Shift", "a", "Shift"], ["a", "b", "c"]])
def test_other_keys_do_not_leave(watch: Watch, leaving: tuple[Built, str], keys: list[str]) -> None:
    _, address = leaving
    eye = watch(address)
    away(eye)
    page = eye.open("first/always/")
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert page.url == f"{address}/first/always/"
    assert page.locator("h1").inner_text() == "Always here"


def test_three_presses_that_took_too_long_do_not_leave(watch: Watch, leaving: tuple[Built, str]) -> None:
    _, address = leaving
    eye = watch(address)
    away(eye)
    page = eye.open("first/always/")
    page.evaluate("""() => {
      for (const time of [1000, 2000, 6001]) {
        const press = new KeyboardEvent("keydown", { key: "Shift" });
        Object.defineProperty(press, "timeStamp", { value: time });
        dispatchEvent(press);
      }
    }""")
    page.wait_for_timeout(200)
    assert page.url == f"{address}/first/always/"


def test_without_script_it_is_a_link(watch: Watch, leaving: tuple[Built, str]) -> None:
    _, address = leaving
    eye = watch(address, java_script_enabled=False)
    away(eye)
    page = eye.open("first/always/")
    page.click(".leaving a")
    page.wait_for_url(AWAY)


def test_what_the_keyboard_comes_to_is_not_covered(watch: Watch, leaving: tuple[Built, str]) -> None:
    """WCAG 2.2, 2.4.12: nothing of what has the focus is hidden by the link at the end of the screen."""
    built, address = leaving
    eye = watch(address, viewport={"width": 320, "height": 320})
    for url in built.one_of_each:
        page = eye.open(url)
        for _ in range(40):
            page.keyboard.press("Tab")
            covered = page.evaluate("""() => {
              const at = document.activeElement, over = document.querySelector(".leaving a");
              if (at === document.body || at === over || !at.getClientRects().length) return "";
              const a = at.getBoundingClientRect(), b = over.getBoundingClientRect();
              return a.bottom > b.top + 1 && a.top < b.bottom - 1 && a.right > b.left + 1 && a.left < b.right - 1 ? at.outerHTML : "";
            }""")
            assert covered == "", url


def test_on_paper_it_is_not_there(watch: Watch, leaving: tuple[Built, str]) -> None:
    _, address = leaving
    page = watch(address).open("first/always/")
    page.emulate_media(media="print")
    assert not page.locator(".leaving").is_visible()
    assert not page.locator(".skip.leave").is_visible()


def test_a_site_that_does_not_ask_for_it_has_nothing_of_it(tmp_path: Path) -> None:
    built = build(write_site(tmp_path / "content"), tmp_path / "site")
    for file in built.folder.rglob("*"):
        if file.suffix in (".html", ".js", ".css"):
            text = file.read_text("utf-8")
            assert "leave" not in text.replace("leaves", ""), file
    assert (ROOT / "ebbtide/client/leave.js").exists()
