"""A browser, sites to look at, and an eye on what pages do: requests, complaints, violations of their policy, and what they store."""

from __future__ import annotations

import functools
import http.server
import os
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from ebbtide import pipeline
from tests.small_site import ROOT, options

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CLINIC = ROOT / "tests/sites/other-clinic"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser that EBBTIDE_CHROMIUM names, or the system's. Having none is a failure: these tests are not optional."""
    path = os.environ.get("EBBTIDE_CHROMIUM") or "/usr/bin/chromium"
    if shutil.which(path) is None:
        pytest.fail(f"there is no browser at {path}; name one in EBBTIDE_CHROMIUM, or install Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


# sites


@dataclass(frozen=True)
class Built:
    """A site in a folder: the addresses of its pages by kind, from the root."""

    folder: Path
    pages: dict[str, list[str]]

    @property
    def one_of_each(self) -> list[str]:
        """A page of each kind, but for redirects, which are gone as soon as they are opened."""
        return [urls[0] for kind, urls in self.pages.items() if kind != "moved"]

    @property
    def slice(self) -> list[str]:
        """A page of each kind and a dozen others, the same ones each time; every page in a full run."""
        others = sorted(
            {url for kind, urls in self.pages.items() if kind != "moved" for url in urls} - {*self.one_of_each}
        )
        full = bool(os.environ.get("EBBTIDE_FULL"))
        return [*self.one_of_each, *(others if full else random.Random(1).sample(others, min(12, len(others))))]


def build(content: Path, out: Path, *templates: Path, **more: object) -> Built:
    """Build a site. Fails where it has errors."""
    made = pipeline.build(options(content, out, templates, **more))
    assert made.written is not None, "\n".join(map(str, made.problems))
    assert made.rendered is not None
    pages: dict[str, list[str]] = {}
    for page in made.rendered.pages:
        pages.setdefault(page.kind, []).append(page.url)
    return Built(out, pages)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The site that this project is about."""
    return build(ROOT / "content", tmp_path_factory.mktemp("real") / "site")


@pytest.fixture(scope="session")
def real_below(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The same site, made to stand below a path of another one."""
    return build(ROOT / "content", tmp_path_factory.mktemp("below") / "site", base_url="http://127.0.0.1/some/where/")


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The French clinic, with its own templates and colors."""
    return build(CLINIC / "content", tmp_path_factory.mktemp("clinic") / "site", CLINIC / "templates")


class _Host(http.server.SimpleHTTPRequestHandler):
    """Serves a folder as web hosts do: index.html for a folder, and the site's 404 page. `below` is a path before all others."""

    below = "/"

    def translate_path(self, path: str) -> str:
        if not path.startswith(self.below):
            return str(Path(self.directory) / "no such file")
        return super().translate_path("/" + path.removeprefix(self.below))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        body = page.read_bytes() if page.exists() else b""
        self.send_response(code, message)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path, below: str = "/") -> Iterator[str]:
    """A folder on this machine. Gives the address of its root, without the last slash."""
    handler = functools.partial(type("Host", (_Host,), {"below": below}), directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{below.rstrip('/')}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def real_address(real: Built) -> Iterator[str]:
    with served(real.folder) as address:
        yield address


@pytest.fixture(scope="session")
def clinic_address(clinic: Built) -> Iterator[str]:
    with served(clinic.folder) as address:
        yield address


# an eye on pages

_LISTEN = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(event.violatedDirective + " " + (event.blockedURI || event.sourceFile)));
window.__shift = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.__shift += entry.value; })
  .observe({type: "layout-shift", buffered: true});
"""


@dataclass
class Watched:
    """A browsing context, and everything that its pages have done that no page may do.

    Requests are watched in two ways, for neither sees all: the route sees what pages send while they close, the events see
    WebSockets. Requests to any other host are stopped and noted.
    """

    context: BrowserContext
    page: Page
    home: str
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, browser: Browser, home: str, **settings: Any) -> Watched:
        """`home` is the address whose host is the pages' own; settings are Playwright's for a context."""
        context = browser.new_context(service_workers="block", **settings)
        context.set_default_timeout(15_000)
        self = cls(context, context.new_page(), home)
        context.add_init_script(_LISTEN)
        context.route("**/*", self._routed)
        self.page.on("request", lambda request: self._seen(request.url))
        self.page.on("websocket", lambda socket: self._seen(socket.url))
        self.page.on("console", self._printed)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._failed)
        return self

    def _printed(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _failed(self, request: Any) -> None:
        """What is still on its way when the next page is opened is given up, and that is no failure."""
        if self._is_own(request.url) and request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url} {request.failure}")

    def _is_own(self, url: str) -> bool:
        own, found = urlsplit(self.home), urlsplit(url)
        scheme = {"ws": "http", "wss": "https"}.get(found.scheme, found.scheme)
        return (scheme, found.netloc) == (own.scheme, own.netloc) or scheme in ("data", "blob", "about")

    def _seen(self, url: str) -> None:
        self.asked.append(url)
        if not self._is_own(url):
            self.foreign.append(url)

    def _routed(self, route: Any) -> None:
        if self._is_own(route.request.url):
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()

    def open(self, url: str = "", *, status: int | None = 200) -> Page:
        """Open a page of the site by its address from the root. Fails where the answer has another status."""
        answer = self.page.goto(f"{self.home}/{url}", wait_until="load")
        if status is not None:
            assert answer is not None
            assert answer.status == status, f"{url}: {answer.status}"
        return self.page

    def wrong(self) -> list[str]:
        """What has gone wrong since this was last asked."""
        found = [f"asked another host: {url}" for url in dict.fromkeys(self.foreign)]
        found += [f"complained: {text}" for text in self.complaints]
        found += [f"broke its policy: {text}" for text in self.page.evaluate("window.__violations || []")]
        self.foreign.clear()
        self.complaints.clear()
        return found

    def stored(self) -> dict[str, Any]:
        """What pages have left behind in the browser; empty where nothing is."""
        kept = self.page.evaluate(
            """async () => ({
                local: Object.keys(localStorage), session: Object.keys(sessionStorage), cookie: document.cookie,
                databases: (await indexedDB.databases()).map((each) => each.name),
                caches: "caches" in window ? await caches.keys() : [],
                workers: navigator.serviceWorker ? (await navigator.serviceWorker.getRegistrations()).length : 0,
            })"""
        )
        kept["cookies"] = self.context.cookies()
        return {name: value for name, value in kept.items() if value}


Watch = Callable[..., Watched]


@pytest.fixture
def watch(chromium: Browser) -> Iterator[Watch]:
    """Makes watched contexts, and closes them when the test is over."""
    made: list[Watched] = []

    def make(home: str, **settings: Any) -> Watched:
        made.append(Watched.of(chromium, home, **settings))
        return made[-1]

    yield make
    for each in made:
        each.context.close()
