"""The three journeys of the site in Firefox and WebKitGTK: read, take a self-check, find help. Nothing goes wrong, nothing is stored.

Chromium runs everything (tests/browser); here is what a reader with another browser must be able to do. Pictures of the pages are
put into the folder that EBBTIDE_SHOTS names, where it names one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from ebbtide.selfcheck import score
from tests.browser.conftest import Built
from tests.browser.keeping import hosting
from tests.browser.selfcheck_pages import shown_result
from tests.browser.selfcheck_ways import TEXTS, focused, made, tab_to, telling, type_answer
from tests.browser.test_finder import CODES, nearest
from tests.browser.test_keep import NOTICE
from tests.engines.conftest import Hands, hands, start_firefox
from tests.small_site import ROOT

# Selenium's own call for WebKitGTK
pytestmark = pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")

Engine = Callable[[], WebDriver]

ARTICLE = "symptoms/sleep/"
PAGES = ("", ARTICLE, "questionnaires/withdrawal-symptoms/", "get-help/")
"""One of each: home, an article, a self-check, Get help."""


@pytest.fixture
def reader(engine: Engine, real_address: str) -> Iterator[Hands]:
    """Somebody at the real site, on whose pages nothing may go wrong, and with whom nothing may stay."""
    with hands(engine, real_address) as reader:
        yield reader
        assert reader.wrong() == []
        assert reader.stored() == {}


# read


def test_from_home_to_an_article_and_on(reader: Hands) -> None:
    reader.open("")
    link = reader.one(".shelves .rows a")
    title = link.text
    reader.follow(link)
    heading = reader.one("h1")
    assert heading.is_displayed()
    assert heading.text == title
    step = reader.one(".next a")
    assert step.is_displayed()
    reader.follow(step)
    assert reader.one("h1").is_displayed()
    assert reader.one("h1").text != title


def test_at_night_the_paper_is_dark(real_address: str) -> None:
    """Firefox alone can be told so; 0 is dark."""
    tokens = (ROOT / "templates/assets/css/tokens.css").read_text("utf-8").split("prefers-color-scheme: dark", 1)
    dark = re.search(r"--paper: #(..)(..)(..);", tokens[1])
    assert dark is not None
    start = partial(start_firefox, {"layout.css.prefers-color-scheme.content-override": 0})
    with hands(start, real_address) as reader:
        reader.open("")
        paper = reader.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert paper == "rgb({}, {}, {})".format(*(int(part, 16) for part in dark.groups()))
        assert reader.violations() == []
        shot(reader, "firefox-dark")


def test_without_script_an_article_is_read(real_address: str) -> None:
    """Firefox alone can be told so. What is asked here goes by the driver's own way, which needs no script of the page."""
    with hands(partial(start_firefox, {"javascript.enabled": False}), real_address) as reader:
        reader.driver.get(f"{real_address}/keep/")
        assert reader.one("#no-script").is_displayed(), "script is off"
        reader.driver.get(f"{real_address}/{ARTICLE}")
        assert reader.one("h1").is_displayed()
        assert all(each.is_displayed() for each in reader.all("article h2, article > p, .next a"))
        assert len(reader.one("main").text) > 3000


# take a self-check


def question(reader: Hands) -> str:
    """The id of the one question that is shown."""
    shown = reader.evaluate(
        "() => [...document.querySelectorAll('.q')].filter((each) => each.offsetParent).map((each) => each.id)"
    )
    assert len(shown) == 1
    return str(shown[0][2:])


def test_the_shortest_self_check_by_keyboard(reader: Hands) -> None:
    """One is enough here, for each key is a slow way through the driver; Chromium takes them all."""
    plans = {id: made(id)[1] for id in TEXTS}
    id, plan = min(plans.items(), key=lambda each: len(each[1].data["questions"]))
    (answers,) = telling(plan, 1)
    items = {item["id"]: item for item in plan.data["questions"]}
    seen = []
    reader.open(f"questionnaires/{id}/")
    while reader.one("#go").is_displayed():
        seen.append(question(reader))
        type_answer(reader, items[seen[-1]], answers[seen[-1]])  # type: ignore[arg-type]
        assert question(reader) == seen[-1], "choosing an answer moves nothing"
        tab_to(reader, id="go")  # type: ignore[arg-type]
        reader.press("Enter")
        assert not reader.one("#errors").is_displayed(), f"{seen[-1]} does not take {answers[seen[-1]]}"
    tab_to(reader, id="see")  # type: ignore[arg-type]
    reader.press("Enter")
    assert focused(reader)["id"] == "result-h"  # type: ignore[arg-type]
    reader.until("document.getElementById('take')")  # comes with the second script

    expected, shown = score(plan, answers), shown_result(reader)  # type: ignore[arg-type]
    assert seen == expected["asked"]
    assert {name: float(text) for name, text in shown["scores"].items()} == {
        name: expected["scores"][name] for name in shown["scores"]
    }
    assert shown["flags"] == expected["flags"]
    told = {(of, outcome) for of, outcome, _ in shown["outcomes"]}
    assert told, "there is a result"
    for of in {of for of, _ in told}:
        outcome = expected["bands"].get(of) or expected["findings"].get(of)
        wanted = {outcome} if outcome else {*expected["range"][of].get("bands", expected["range"][of].get("findings"))}
        assert {one for name, one in told if name == of} == wanted


# find help


def test_a_number_to_call_can_be_tapped(reader: Hands) -> None:
    reader.open("get-help/")
    assert reader.one("main a[href^='tel:']").is_displayed()
    heights = reader.evaluate(
        """() => [...document.querySelectorAll("main a[href^='tel:']")].filter((each) => each.offsetParent)
        .map((each) => [each.textContent, each.getBoundingClientRect().height])"""
    )
    assert heights
    assert [each for each in heights if each[1] < 44] == []


def test_the_ten_nearest_places_are_found_by_code(engine: Engine, country_address: str) -> None:
    with hands(engine, country_address) as reader:
        reader.open("find-treatment/")
        for code in sorted(CODES)[100::600]:
            where = reader.one("#where")
            where.clear()
            where.send_keys(code)
            reader.press("Enter")
            reader.until(f"document.getElementById('found').textContent.includes('{code}')")
            reader.until("!['', 'Looking ...'].includes(document.getElementById('sure').textContent)")
            assert [name.text for name in reader.all("#cards > li h3")] == nearest(code)
        assert reader.wrong() == []
        assert reader.stored() == {}


# without a signal


def test_the_guide_is_kept_and_read_without_a_host(engine: Engine, real: Built) -> None:
    with hosting(real.folder) as host, hands(engine, host.address) as reader:
        reader.open("keep/")
        reader.one("#keep").click()
        reader.until("document.getElementById('say').textContent", seconds=90)
        assert reader.one("#say").text == "Done. You can now read without a signal."
        reader.until("navigator.serviceWorker.controller")
        host.stop()
        try:
            for url in PAGES:
                reader.open(url)
                assert reader.one("h1").is_displayed()
                assert reader.one("#kept").text.startswith(NOTICE)
        finally:
            host.start()
        reader.open("keep/")
        reader.until("!document.getElementById('remove').hidden")
        reader.one("#remove").click()
        reader.one(".sure button").click()  # the first says yes
        reader.until("document.getElementById('say').textContent === 'The guide is removed from this phone.'")
        assert reader.stored() == {}
        assert reader.wrong() == []


# for everyone


def shot(reader: Hands, name: str) -> None:
    """A picture of what is shown, where somebody wants one."""
    folder = os.environ.get("EBBTIDE_SHOTS")
    if folder:
        (Path(folder) / f"{name}.png").write_bytes(reader.driver.get_screenshot_as_png())


def test_axe_finds_nothing(reader: Hands) -> None:
    found = {}
    for url in PAGES:
        reader.open(url)
        found[url] = reader.violations()
    assert {url: said for url, said in found.items() if said} == {}


def test_pages_fit_on_a_small_phone(reader: Hands) -> None:
    found = {}
    reader.driver.set_window_rect(0, 0, 500, 800)
    for url in PAGES:
        reader.driver.get("about:blank")  # another page behind the number sign alone would open nothing
        reader.open(f"phone.html#{url}")
        name = f"{reader.driver.name}-{url.strip('/').replace('/', '-') or 'home'}"
        shot(reader, name)
        reader.driver.switch_to.frame(0)
        found[url] = reader.evaluate(
            "() => [innerWidth, document.documentElement.scrollWidth <= document.documentElement.clientWidth]"
        )
        assert reader.wrong() == []
        reader.driver.switch_to.default_content()
    reader.open("")
    assert found == {url: [320, True] for url in PAGES}


def test_what_goes_wrong_is_noticed(engine: Engine, real_address: str) -> None:
    """Every eye and ear of these tests, on a page that does what none may."""
    with hands(engine, real_address) as reader:
        reader.open("")
        reader.evaluate(
            """() => {
              const add = (tag, more) => document.body.append(Object.assign(document.createElement(tag), more));
              add("script", { text: "window.ran = true" });
              add("img", { src: "no-such-picture.png" });
              add("script", { src: "/bad.js" }); // what Selenium runs is not the page's own, and its errors are not either
              localStorage.setItem("a", "b");
              document.cookie = "c=d";
            }"""
        )
        reader.until("window.heard.length > 3")
        assert "image-alt" in " ".join(reader.violations())
        assert {"local", "cookie", "cookies"} <= {*reader.stored()}
        heard = "\n".join(reader.wrong())
        for what in ("broke its policy: script-src", "no-such-picture.png", "thrown", "refused"):
            assert what in heard
