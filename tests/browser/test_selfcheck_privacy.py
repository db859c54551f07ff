"""Nothing of a self-check leaves the page: no journey through any of them tells anybody anything or leaves a trace, and a page that
does one of the forbidden things is caught by the same eye."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Request

from tests.browser.conftest import Watch, Watched, served
from tests.browser.selfcheck_pages import site, take
from tests.browser.selfcheck_ways import WITH_RICH, made, telling

__all__ = ["site"]
pytestmark = pytest.mark.xdist_group("selfcheck-privacy")


class Privacy:
    """An eye on a browsing context: what it asks for and sends, what stays behind, and where it says that it is."""

    def __init__(self, watched: Watched) -> None:
        self.watched, self.sent = watched, list[str]()
        watched.context.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if request.method != "GET":
            self.sent.append(f"sent to {address.path}: {request.method}")
        if request.post_data_buffer:
            self.sent.append(f"sent to {address.path}: {len(request.post_data_buffer)} bytes")
        if address.scheme != "blob" and (address.query or address.fragment):
            self.sent.append(f"said in an address: {address.query or address.fragment}")

    def found(self, address: str) -> list[str]:
        """Everything that no page may do; empty where it did nothing of it. `address` is where it was opened."""
        page = self.watched.page
        found = self.watched.wrong() + self.sent
        found += [f"left behind: {name}" for name in self.watched.stored()]
        if page.url != address:
            found.append(f"changed its address: {page.url.removeprefix(address)}")
        history = page.evaluate("JSON.stringify(history.state)")
        if history != "null" and not (set(state := json.loads(history)) == {"at"} and isinstance(state["at"], int)):
            found.append(f"kept in its history: {history}")
        if page.evaluate("window.name"):
            found.append("kept in the name of its window")
        return found


@pytest.mark.parametrize("id", WITH_RICH)
def test_a_journey_tells_nobody_and_leaves_nothing(watch: Watch, site: str, id: str) -> None:
    _, plan = made(id)
    watched = watch(site)
    eye = Privacy(watched)
    address = f"{site}/questionnaires/{id}/"
    for answers in telling(plan, 2):
        page = watched.open(f"questionnaires/{id}/")
        page.locator("#go").click()  # an error on the way
        take(page, plan, answers)
        page.go_back()
        page.go_forward()
        page.locator("#see").click()
        page.locator("#take").wait_for()
        page.get_by_role("button", name="Copy for a clinician").click()
        for ending in ("txt", "json", "fhir.json"):
            with page.expect_download():
                page.locator(f'[data-save="{ending}"]').click()
        page.wait_for_load_state("networkidle")
        assert eye.found(address) == []
        page.get_by_role("button", name="Clear my answers and start again").first.click()
        assert eye.found(address) == []
    watched.open("questionnaires/")
    assert eye.found(f"{site}/questionnaires/") == []


FORBIDDEN: dict[str, tuple[str, str]] = {
    "fetch": ("fetch('http://other.example/').catch(() => 0)", "asked another host: http://other.example/"),
    "beacon": ("navigator.sendBeacon('http://other.example/', 'x')", "asked another host: http://other.example/"),
    "image": ("new Image().src = 'http://other.example/a.gif'", "asked another host: http://other.example/a.gif"),
    "socket": ("new WebSocket('ws://other.example/')", "asked another host: ws://other.example/"),
    "own post": ("fetch('/', {method: 'POST', body: 'answers'})", "sent to /: POST"),
    "own beacon": ("navigator.sendBeacon('/', 'answers')", "sent to /: 7 bytes"),
    "own query": ("fetch('/?thoughts=act')", "said in an address: thoughts=act"),
    "cookie": ("document.cookie = 'seen=1'", "left behind: cookie"),
    "local": ("localStorage.setItem('seen', '1')", "left behind: local"),
    "session": ("sessionStorage.setItem('seen', '1')", "left behind: session"),
    "database": ("indexedDB.open('seen')", "left behind: databases"),
    "cache": ("caches.open('seen')", "left behind: caches"),
    "worker": (
        "navigator.serviceWorker.register('/worker.js')",
        "complained: Service Worker registration blocked by Playwright",
    ),
    "address": ("history.replaceState(null, '', '?score=42')", "changed its address: ?score=42"),
    "fragment": ("location.hash = 'thoughts'", "changed its address: #thoughts"),
    "history": ("history.replaceState({at: 1, score: 42}, '')", 'kept in its history: {"at":1,"score":42}'),
    "window": ("window.name = 'seen'", "kept in the name of its window"),
}


def test_a_page_that_does_what_is_forbidden_is_caught(watch: Watch, tmp_path: Path) -> None:
    """Each deed on a page of its own and in a context of its own, so that each is caught by itself."""
    missed: dict[str, Any] = {}
    (tmp_path / "worker.js").write_text("")
    with served(tmp_path) as address:
        for name, (deed, caught) in FORBIDDEN.items():
            script = f"<script>{deed}</script>"
            (tmp_path / "index.html").write_text(f"<!doctype html><meta charset=utf-8><title>Forbidden</title>{script}")
            watched = watch(address)
            eye = Privacy(watched)
            watched.open()
            watched.page.wait_for_timeout(250)
            if caught not in (found := eye.found(f"{address}/")):
                missed[name] = found
    assert missed == {}
