"""Pages fetched a moment before a link is pressed: only this site's, each once, and never against the reader's data setting."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Built, Watch, build
from tests.small_site import write_site


class _Host(http.server.SimpleHTTPRequestHandler):
    """A host that lets browsers keep pages for a minute, and notes which ones they ask for, and whether ahead of time."""

    asked: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Sec-Purpose", "")))
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "max-age=60")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Built, str]]:
    folder = tmp_path_factory.mktemp("small")
    built = build(write_site(folder / "content"), folder / "site")

    def host(*given: Any) -> _Host:
        return _Host(*given, directory=str(built.folder))

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), host)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield built, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def ahead() -> list[str]:
    return [path for path, purpose in _Host.asked if purpose]


def hovered(page: Page, link: str, rest: int = 300) -> None:
    _Host.asked.clear()
    page.locator(link).first.hover()
    page.wait_for_timeout(rest)


LINK = '.jobs a[href="first/always/"]'


def test_a_mouse_that_rests_on_a_link_fetches_its_page_once(watch: Watch, small: tuple[Built, str]) -> None:
    eye = watch(small[1])
    page = eye.open()
    hovered(page, LINK)
    assert ahead() == ["/first/always/"]
    page.mouse.move(0, 0)
    page.locator(LINK).hover()
    page.wait_for_timeout(300)
    assert ahead() == ["/first/always/"], "once"
    assert eye.wrong() == []


def test_what_was_fetched_ahead_is_used(chromium: Browser, small: tuple[Built, str]) -> None:
    context = chromium.new_context()  # a context that is watched keeps nothing, and would fetch everything twice
    page = context.new_page()
    page.goto(small[1])
    hovered(page, LINK)
    page.locator(LINK).click()
    page.wait_for_url("**/first/always/")
    assert [path for path, _ in _Host.asked].count("/first/always/") == 1
    context.close()


def test_a_mouse_that_only_passes_fetches_nothing(watch: Watch, small: tuple[Built, str]) -> None:
    page = watch(small[1]).open()
    _Host.asked.clear()
    page.evaluate(
        """(link) => {
      for (const at of [document.querySelector(link), document.body]) {
        at.dispatchEvent(new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse" }));
      }
    }""",
        LINK,
    )
    page.wait_for_timeout(300)
    assert ahead() == []


def test_a_finger_fetches_nothing_ahead(watch: Watch, small: tuple[Built, str]) -> None:
    page = watch(small[1], has_touch=True, is_mobile=True, viewport={"width": 320, "height": 640}).open()
    _Host.asked.clear()
    page.locator(LINK).dispatch_event("pointerover", {"pointerType": "touch", "bubbles": True})
    page.wait_for_timeout(300)
    assert ahead() == []


@pytest.mark.parametrize(
    "line",
    [
        "{ saveData: true, effectiveType: '4g' }",
        "{ saveData: false, effectiveType: '2g' }",
        "{ saveData: false, effectiveType: 'slow-2g' }",
    ],
)
def test_nothing_against_the_data_setting_or_on_a_slow_line(watch: Watch, small: tuple[Built, str], line: str) -> None:
    eye = watch(small[1])
    eye.context.add_init_script(f"Object.defineProperty(navigator, 'connection', {{ value: {line} }});")
    hovered(eye.open(), LINK)
    assert ahead() == []


def test_nothing_where_the_reader_asks_for_less_data(watch: Watch, small: tuple[Built, str]) -> None:
    eye = watch(small[1])
    eye.context.add_init_script(
        "const real = matchMedia; matchMedia = (query) => /reduced-data/.test(query) ? { matches: true } : real(query);"
    )
    hovered(eye.open(), LINK)
    assert ahead() == []


def test_only_pages_of_this_site(watch: Watch, small: tuple[Built, str]) -> None:
    eye = watch(small[1])
    page = eye.open()
    page.evaluate("""() => {
      for (const href of ["https://other.example/", "tel:999", "mailto:a@b.example", "#main", location.href, "notes.txt"]) {
        const link = document.createElement("a");
        link.href = href;
        if (href === "notes.txt") link.download = "";
        link.className = "tried";
        link.textContent = href;
        document.body.prepend(link);
      }
    }""")
    page.wait_for_timeout(300)  # the icon comes late
    _Host.asked.clear()
    for number in range(6):
        page.locator(".tried").nth(number).hover()
        page.wait_for_timeout(200)
    assert _Host.asked == []
    assert eye.wrong() == []


def test_nothing_is_fetched_ahead_by_opening_pages(watch: Watch, small: tuple[Built, str], tmp_path: Path) -> None:
    eye = watch(small[1])
    _Host.asked.clear()
    for url in small[0].one_of_each:
        eye.open(url)
    eye.page.wait_for_timeout(300)
    assert ahead() == []
