"""What the tests of keeping the guide share: a host that can be switched off, be slow, lose the signal, send readers on, or send headers."""

from __future__ import annotations

import functools
import http.server
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched

Headers = Mapping[str, Mapping[str, str]]


def headers_of(text: str) -> Headers:
    """A ``_headers`` file as Netlify and Cloudflare Pages read it: by pattern, then by name."""
    found: dict[str, dict[str, str]] = {}
    pattern = ""
    for line in text.splitlines():
        if line.startswith("  "):
            name, _, value = line.strip().partition(": ")
            found[pattern][name] = value
        elif line:
            pattern = line
            found[pattern] = {}
    return found


@dataclass
class Host:
    """Serves `folder` below a path, at one address however often it is stopped and started."""

    folder: Path
    below: str = "/"
    headers: Headers = field(default_factory=dict)
    silent: bool = False
    """Takes questions and answers none before it is stopped or `released` is set."""
    answers_left: int | None = None
    """After so many answers the signal is lost: connections end without one."""
    status: int = 200
    moved: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Paths that were asked for, from the root of the site."""
    port: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        handler = functools.partial(type("Handler", (_Handler,), {"host": self}), directory=str(self.folder))
        self.released.clear()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def stop(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.below.rstrip('/')}"


class _Handler(http.server.SimpleHTTPRequestHandler):
    host: Host

    def do_GET(self) -> None:
        host = self.host
        host.asked.append(self._path)
        if host.silent:
            host.released.wait(60)
            self.close_connection = True
            return
        if host.answers_left is not None:
            if host.answers_left <= 0:
                self.close_connection = True
                return
            host.answers_left -= 1
        if host.status != 200:
            self.send_error(host.status)
        elif self._path in host.moved:
            self.send_response(302)
            self.send_header("Location", host.below + host.moved[self._path])
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            # by whole seconds, a file that a test changes at once would count as the old one
            del self.headers["If-Modified-Since"]
            with suppress(ConnectionError):  # a reader who stops does not wait for the end of an answer
                super().do_GET()

    @property
    def _path(self) -> str:
        return self.path.partition("?")[0].removeprefix(self.host.below)

    def translate_path(self, path: str) -> str:
        if not path.startswith(self.host.below):
            return str(Path(self.directory) / "no such file")
        return super().translate_path("/" + path.removeprefix(self.host.below))

    def end_headers(self) -> None:
        for pattern, rules in self.host.headers.items():
            start = pattern.removesuffix("*")[1:]
            if self._path.startswith(start) if pattern.endswith("*") else self._path == start:
                for name, value in rules.items():
                    self.send_header(name, value)
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        body = page.read_bytes() if code == 404 and page.exists() else b"<h1>Trouble</h1>"
        self.send_response(code, message)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def hosting(folder: Path, below: str = "/", headers: Headers | None = None) -> Iterator[Host]:
    host = Host(folder, below, headers or {})
    host.start()
    try:
        yield host
    finally:
        host.stop()


@contextmanager
def phone(browser: Browser, host: Host, **settings: Any) -> Iterator[Watched]:
    """A browser that may have workers, and nobody in its way: what is routed never reaches a worker."""
    context = browser.new_context(**settings)
    context.set_default_timeout(15_000)
    try:
        yield Watched(context, context.new_page(), host.address)
    finally:
        context.close()


def press_keep(page: Page, *, places: bool = False) -> str:
    """Presses the button of the page that is open, and waits for the end of it. Gives what is said then."""
    if places:
        page.locator("#places").check()
    page.locator("#keep, #newest").locator("visible=true").click()
    page.locator("#working").wait_for(state="hidden")
    expect(page.locator("#say")).not_to_have_text("")
    return page.locator("#say").inner_text()


def keep(eye: Watched, *, places: bool = False) -> Page:
    """Keeps the guide as a reader does, and waits until the worker is at work."""
    eye.open("keep/")
    assert press_keep(eye.page, places=places) == "Done. You can now read without a signal."
    eye.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return eye.page


def until(page: Page, condition: str, *given: str, seconds: float = 15) -> None:
    """Waits until an async function says yes."""
    end = time.monotonic() + seconds
    while not page.evaluate(condition, list(given)):
        assert time.monotonic() < end, f"never: {condition}"
        page.wait_for_timeout(100)


def in_cache(page: Page) -> dict[str, str]:
    """The note on each page and file that is kept, by its path from the root of the host."""
    found: dict[str, str] = page.evaluate(
        """async () => { const found = {};
        for (const name of await caches.keys()) { const cache = await caches.open(name);
          for (const one of await cache.keys()) found[new URL(one.url).pathname] = (await cache.match(one)).headers.get("x-kept"); }
        return found; }"""
    )
    return found
