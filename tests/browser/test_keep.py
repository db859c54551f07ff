"""Keeping the guide on the phone, in a browser with workers: only when asked, read without a host, with the day of its numbers, and gone
without a trace when it is removed. The host is really switched off."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Built, Watch, Watched, build
from tests.browser.keeping import Host, headers_of, hosting, in_cache, keep, phone, press_keep, until
from tests.browser.selfcheck_pages import CALM, PLAN, take
from tests.browser.test_finder import country, look, names, nearest
from tests.browser.test_pages import AXE, PHONE, TAGS
from tests.browser.test_search import look as search_for
from tests.small_site import SITE, write_site

__all__ = ["country"]
pytestmark = pytest.mark.xdist_group("keep")

NOTICE = "No good signal. This copy was kept on "
OLD, NEW = "020 7946 0018", "020 7946 0999"
LOST = "The signal was lost, or the site did not answer. What is here stays here. Press again when there is a signal."


@pytest.fixture
def small(tmp_path: Path) -> Built:
    """A small site that a test may change."""
    return build(write_site(tmp_path / "content"), tmp_path / "site")


@pytest.fixture
def host(small: Built) -> Iterator[Host]:
    with hosting(small.folder) as host:
        yield host


@pytest.fixture
def eye(chromium: Browser, host: Host) -> Iterator[Watched]:
    with phone(chromium, host) as eye:
        yield eye


def notice(page: Page) -> str:
    """What is said of the day of a kept page; empty on a fresh one."""
    return page.locator("#kept").inner_text() if page.locator("#kept").count() else ""


def today(page: Page) -> str:
    return str(page.evaluate("new Date().toLocaleDateString(document.documentElement.lang, {dateStyle: 'long'})"))


def read_again(host: Host, path: str, old: str, new: str) -> None:
    """Changes a file of the site as a new release does."""
    file = host.folder / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [f"{each['id']}: {[node['html'][:160] for node in each['nodes'][:3]]}" for each in found["violations"]]


# Without script, and where nothing can be kept


def test_without_script_the_page_says_what_it_is(watch: Watch, real: Built, real_address: str) -> None:
    page = watch(real_address, java_script_enabled=False, viewport=PHONE).open("keep/")
    text = page.locator("main").inner_text()
    assert "This needs JavaScript" in text
    assert "You can print pages instead" in text
    assert "Anyone who uses this phone can find it." in text
    assert page.get_by_role("button").count() == 0
    assert page.locator("input:visible, progress:visible").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_from_a_disk_the_page_says_that_nothing_need_be_kept(chromium: Browser, real: Built) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto((real.folder / "keep/index.html").as_uri())
    expect(page.locator("#disk")).to_be_visible()
    assert page.locator("#no-script:visible, #refused:visible, #keep-it:visible, button:visible").count() == 0
    context.close()


@pytest.mark.parametrize(
    "stub",
    [
        "delete Object.getPrototypeOf(navigator).serviceWorker",
        "delete window.caches",
        "caches.has = async () => { throw new DOMException('denied', 'SecurityError') }",
    ],
)
def test_where_a_browser_has_no_way_to_keep_pages_it_says_so(chromium: Browser, host: Host, stub: str) -> None:
    with phone(chromium, host) as eye:
        eye.context.add_init_script(stub)
        page = eye.open("keep/")
        expect(page.locator("#refused")).to_be_visible()
        assert page.locator("#no-script:visible, #disk:visible, #offer:visible, button:visible").count() == 0


@pytest.mark.parametrize(
    ("stub", "said"),
    [
        pytest.param(
            "navigator.serviceWorker.register = async () => { throw new DOMException('no', 'SecurityError') }",
            "This browser does not let us keep pages, so nothing is kept.", id="no worker",
        ),
        pytest.param(
            "caches.open = async () => { throw new DOMException('no', 'SecurityError') }",
            "This browser does not let us keep pages, so nothing is kept.", id="no cache",
        ),
        pytest.param(
            "{ const put = Cache.prototype.put; let left = 5; Cache.prototype.put = async function (...all) {"
            " if (!left--) throw new DOMException('full', 'QuotaExceededError'); return put.apply(this, all); } }",
            "There is not enough room on this phone, so the guide was removed again.", id="full",
        ),
    ],
)  # fmt: skip
def test_what_a_browser_refuses_leaves_nothing(chromium: Browser, host: Host, stub: str, said: str) -> None:
    with phone(chromium, host) as eye:
        eye.context.add_init_script(stub)
        page = eye.open("keep/")
        assert press_keep(page) == said
        assert page.locator("#state").inner_text() == ""
        assert page.locator("#remove").is_hidden()
        assert eye.stored() == {}


def test_a_whole_guide_does_not_go_for_want_of_room_for_a_newer_one(eye: Watched, host: Host, tmp_path: Path) -> None:
    page = keep(eye)
    write_site(tmp_path / "content", 1)
    build(tmp_path / "content", tmp_path / "site")
    eye.open("keep/")
    page.evaluate(
        "() => { Cache.prototype.put = async () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    assert press_keep(page) == "There is not enough room on this phone for all that is new. What is here stays here."
    assert page.locator("#state").inner_text().startswith("The guide is on this phone.")
    host.stop()
    eye.open("first/always/")
    assert notice(page).startswith(NOTICE)
    host.start()


# Nothing unasked


def test_a_visit_keeps_nothing_and_fetches_nothing_for_it(chromium: Browser, real: Built) -> None:
    with hosting(real.folder) as host, phone(chromium, host) as eye:
        for url in real.one_of_each:
            eye.open(url)
            eye.page.wait_for_timeout(50)
            assert eye.stored() == {}, url
        assert "keep/" in host.asked
        assert {"sw.js", "keep/list.json"} & {*host.asked} == set()


def test_only_the_page_for_it_may_connect(real: Built) -> None:
    may = {path.parent.name for path in real.folder.rglob("index.html") if "connect-src" in path.read_text("utf-8")}
    assert may == {"keep"}
    shown = [
        path.parent.name for path in real.folder.rglob("index.html") if 'rel="manifest"' in path.read_text("utf-8")
    ]
    assert shown == ["keep"]


# Kept, and read without a host


def test_the_guide_is_read_without_a_host(chromium: Browser, real: Built) -> None:
    with hosting(real.folder) as host, phone(chromium, host, viewport=PHONE) as eye:
        page = eye.open("keep/")
        count = int(page.locator("#keep").get_attribute("data-count") or 0)
        kinds = {kind for kind in real.pages if kind not in ("moved", "not-found", "not-kept", "town", "booklet")}
        assert count == sum(len(real.pages[kind]) for kind in kinds)
        keep(eye)
        assert page.locator("#state").inner_text().startswith(f"The guide is on this phone. Kept on {today(page)}")
        assert f": {count} pages, " in page.locator("#state").inner_text()
        host.stop()
        try:
            for url in (real.pages[kind][0] for kind in kinds):
                page = eye.open(url)
                assert page.locator("h1").is_visible(), url
                assert notice(page).startswith(NOTICE + today(page)), url
            eye.open("get-help/?from=home#tonight")
            assert page.locator("main a[href^='tel:']").count() > 5
            page = eye.open("questionnaires/withdrawal-symptoms/index.html")
            take(page, PLAN, CALM)
            page.locator("#see").click()
            page.locator("#take").wait_for()  # comes with the second script
            eye.open("search/")
            found = search_for(page, "cant sleep")
            assert any("sleep" in url for url in found)
            page.locator("#hits a").first.click()
            page.wait_for_url(f"**/{found[0]}")
            assert notice(page).startswith(NOTICE)
        finally:
            host.start()


def test_what_is_not_kept_is_said_to_be_so(eye: Watched, host: Host) -> None:
    keep(eye)
    host.stop()
    page = eye.open("second/nowhere/at/all/", status=504)
    assert page.locator("h1").inner_text() == "This page is not on your phone"
    assert notice(page).startswith(NOTICE)
    assert page.locator("[data-contact-bar] a[href^='tel:']").is_visible()
    assert page.locator("#kept a").evaluate("a => a.href") == f"{eye.home}/second/nowhere/at/all/"
    page.get_by_role("link", name="Get help").last.click()
    page.wait_for_url(f"{eye.home}/get-help/")
    assert page.locator("h1").inner_text() == "Get help"
    eye.open("second/still")  # as somebody types it
    assert page.url == f"{eye.home}/second/still/"
    host.start()
    eye.open("second/nowhere/at/all/", status=404)
    assert page.locator("h1").inner_text() == "This page is not here"
    assert notice(page) == ""


def test_the_page_of_what_is_not_kept_needs_no_script(eye: Watched, host: Host) -> None:
    keep(eye)
    host.stop()
    page = eye.open("elsewhere/", status=504)
    links = page.eval_on_selector_all(
        "main a, header a, footer a", "all => all.map((each) => each.getAttribute('href'))"
    )
    assert [link for link in links if link.startswith("..")] == []
    assert page.eval_on_selector_all(
        "script[src]", "all => all.map((each) => each.src.startsWith(location.origin + '/assets/'))"
    ) == [True]
    host.start()


# Numbers are fresh wherever there is a host


def test_a_fresh_number_wins_and_is_kept(eye: Watched, host: Host) -> None:
    page = keep(eye)
    first = in_cache(page)["/get-help/"]
    eye.open("get-help/")
    assert notice(page) == ""
    read_again(host, "get-help/index.html", OLD, NEW)
    eye.open("get-help/")
    assert notice(page) == ""
    assert NEW in page.locator("main").inner_text()
    until(page, "async ([note]) => (await caches.match('/get-help/')).headers.get('x-kept') !== note", first)
    later = in_cache(page)["/get-help/"]
    assert int(later.split(" ")[0]) > int(first.split(" ")[0])
    host.stop()
    eye.open("get-help/")
    assert NEW in page.locator("main").inner_text()
    assert OLD not in page.locator("main").inner_text()
    shown = page.evaluate(
        "made => new Intl.DateTimeFormat('en-GB', {dateStyle: 'long', timeStyle: 'short'}).format(made)",
        int(later.split(" ")[0]),
    )
    assert notice(page) == f"{NOTICE}{shown}. Its numbers are from that day.\nTry again"
    host.start()
    page.locator("#kept a").click()
    expect(page.locator("#kept")).to_have_count(0)


def test_a_host_that_does_not_answer_is_not_waited_for(eye: Watched, host: Host) -> None:
    page = keep(eye)
    host.silent = True
    page.goto(f"{eye.home}/get-help/", wait_until="load", timeout=9000)
    assert notice(page).startswith(NOTICE)
    took = page.evaluate("performance.getEntriesByType('navigation')[0].responseStart")
    assert 3500 < took < 8000
    host.silent = False
    host.released.set()
    eye.open("get-help/")
    assert notice(page) == ""


def test_trouble_at_the_host_brings_the_kept_copy(eye: Watched, host: Host) -> None:
    page = keep(eye)
    host.status = 503
    eye.open("get-help/")
    assert notice(page).startswith(NOTICE)
    assert in_cache(page)["/get-help/"].split(" ")[2] == str((host.folder / "get-help/index.html").stat().st_size)


def test_what_is_sent_on_elsewhere_is_not_kept(eye: Watched, host: Host) -> None:
    page = keep(eye)
    host.moved["second/still/"] = "second/often/"
    eye.open("second/still/")
    assert page.url == f"{eye.home}/second/often/"
    host.stop()
    eye.open("second/still/")
    assert page.locator("h1").inner_text() == "Never changed"
    host.start()


def test_a_page_that_is_not_of_the_guide_is_not_stored(eye: Watched, host: Host) -> None:
    """What is stored must not tell what was read."""
    page = keep(eye)
    before = {*in_cache(page)}
    (host.folder / "extra").mkdir()
    shutil.copy(host.folder / "second/still/index.html", host.folder / "extra/index.html")
    eye.open("extra/")
    page.wait_for_timeout(300)
    assert {*in_cache(page)} == before


def test_the_worker_leaves_alone_what_is_no_page_and_no_file_of_a_page(eye: Watched, host: Host) -> None:
    page = keep(eye)
    file = next(path for path in in_cache(page) if path.startswith("/assets/") and path.endswith(".js"))
    eye.open("")
    host.asked.clear()
    page.evaluate("async (file) => { const script = document.createElement('script'); script.src = file; document.head.append(script);"
                  " await new Promise((done) => { script.onload = done; }); }", file)  # fmt: skip
    assert host.asked == [], "a kept script was fetched"
    sent = page.evaluate(
        """async (file) => { const said = {};
        const send = async (name, options) => { try { said[name] = (await fetch(file, options)).status; } catch (error) { said[name] = error.name; } };
        await send("post", {method: "POST"}); await send("range", {headers: {Range: "bytes=0-3"}}); return said; }""",
        file,
    )
    assert sent == {"post": "TypeError", "range": "TypeError"}, (
        "pages may not connect; a worker that answers would let them"
    )


# A new page brings its scripts along


def test_a_new_release_is_kept_page_by_page(eye: Watched, host: Host) -> None:
    page = keep(eye)
    script = next(path[1:] for path in in_cache(page) if re.search(r"assets/site\.\w+\.js", path))
    new = "assets/site.0123456789.js"
    shutil.copy(host.folder / script, host.folder / new)
    read_again(host, "first/always/index.html", script, new)
    read_again(host, "second/often/index.html", script, "assets/site.gone.js")
    for url in ("first/always/", "second/often/"):
        eye.open(url)
        until(
            page,
            "async ([at]) => +(await caches.match(at)).headers.get('x-kept').split(' ')[0] > performance.timeOrigin",
            f"/{url}",
        )
    until(page, "async ([at]) => !!(await caches.match(at))", f"/{new}")
    host.stop()
    complaints = list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    eye.open("first/always/")
    assert page.eval_on_selector("script[src]", "each => each.src").endswith(new)
    assert notice(page).startswith(NOTICE)
    eye.open("second/often/")  # its script is nowhere, and the page stands without
    assert page.locator("h1").inner_text() == "Often here"
    assert complaints == []
    host.start()


def test_the_newest_fetches_only_what_is_new(eye: Watched, host: Host, tmp_path: Path) -> None:
    page = keep(eye)
    write_site(tmp_path / "content", 1)
    build(tmp_path / "content", tmp_path / "site")
    was = in_cache(page)
    eye.open("keep/")
    host.asked.clear()
    assert press_keep(page) == "Done. You can now read without a signal."
    now = in_cache(page)
    assert {"/first/moving/"} <= was.keys() - now.keys()
    assert {"/second/moved/"} <= now.keys() - was.keys()
    fetched = {path for path in host.asked if path.endswith("/") and path != "keep/"}
    assert {"first/always/", "second/moved/"} <= fetched
    assert "second/still/" not in fetched
    host.asked.clear()
    assert press_keep(page) == "Done. You can now read without a signal."
    assert [path for path in host.asked if path != "sw.js"] == ["keep/list.json"]
    listed = json.loads((host.folder / "keep/list.json").read_text("utf-8"))
    assert {f"/{path}": digest for path, digest in listed["pages"] + listed["files"]} == {
        path: note.split(" ")[1] for path, note in now.items() if path != "/keep/list.json"
    }


# A signal that comes and goes


def test_a_lost_signal_leaves_what_came_and_the_rest_comes_later(eye: Watched, host: Host) -> None:
    page = eye.open("keep/")
    host.answers_left = 8
    assert press_keep(page) == LOST
    got = in_cache(page)
    assert len(got) >= 4
    assert {"/keep/not-kept/", "/"} <= got.keys(), "what matters most comes first"
    assert re.match(
        r"Part of the guide is on this phone: \d+ of \d+ pages, 0\.1 MB\.", page.locator("#state").inner_text()
    )
    assert page.locator("#keep").inner_text() == "Go on"
    host.stop()
    eye.open("")
    assert notice(page).startswith(NOTICE)
    eye.open("second/often/", status=504)
    host.answers_left = None
    host.start()
    eye.open("keep/")
    host.asked.clear()
    assert press_keep(page) == "Done. You can now read without a signal."
    assert [path for path in host.asked if f"/{path}" in got] == [], "what was there was fetched again"
    assert page.locator("#state").inner_text().startswith("The guide is on this phone.")


def test_a_signal_that_never_was_leaves_nothing(eye: Watched, host: Host) -> None:
    page = eye.open("keep/")
    host.answers_left = 0
    assert press_keep(page) == LOST
    assert eye.stored() == {}
    assert page.locator("#keep").inner_text() == "Keep this guide on my phone"
    expect(page.locator("#keep")).to_be_focused()


def test_it_can_be_stopped(eye: Watched, host: Host) -> None:
    page = eye.open("keep/")
    host.silent = True
    page.locator("#keep").click()
    expect(page.locator("#stop")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#say")).to_have_text("Stopped. What is here stays here.")
    assert page.locator("#working").is_hidden()
    assert eye.stored() == {}


# Removed


def test_nothing_is_left_after_removal(eye: Watched, host: Host) -> None:
    page = keep(eye)
    assert {*eye.stored()} == {"caches", "workers"}
    page.locator("#remove").click()
    expect(page.get_by_text("Remove it?")).to_be_visible()
    page.get_by_role("button", name="No, keep").click()
    expect(page.locator("#remove")).to_be_focused()
    assert {*eye.stored()} == {"caches", "workers"}
    page.locator("#remove").click()
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.locator("#say")).to_have_text("The guide is removed from this phone.")
    assert eye.stored() == {}
    assert page.locator("#keep").is_visible()
    eye.open("get-help/")
    page.wait_for_timeout(300)
    assert eye.stored() == {}
    host.stop()
    with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED"):
        eye.open("get-help/")
    host.start()


def test_everything_goes_with_one_button(eye: Watched, host: Host) -> None:
    page = keep(eye)
    page.evaluate("localStorage.setItem('kept self-checks /', JSON.stringify([{id: 'a', made: 1, scores: []}]))")
    eye.open("keep/")
    page.locator("#everything").click()
    expect(page.get_by_text("Delete all of it for good?")).to_be_visible()
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.locator("#say")).to_have_text("Everything is deleted: the guide, and all results that were kept.")
    assert eye.stored() == {}
    assert page.locator("#everything").is_hidden()


def test_results_alone_can_be_deleted_here_too(eye: Watched, host: Host) -> None:
    page = eye.open("keep/")
    assert page.locator("#everything").is_hidden()
    page.evaluate("localStorage.setItem('kept self-checks /', JSON.stringify([{id: 'a', made: 1, scores: []}]))")
    eye.open("keep/")
    assert page.locator("#remove").is_hidden()
    page.locator("#everything").click()
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.locator("#everything")).to_be_hidden()
    assert eye.stored() == {}


# Lists of places


def test_the_whole_list_of_places_is_kept_if_ticked(chromium: Browser, country: Built) -> None:
    with hosting(country.folder) as host, phone(chromium, host) as eye:
        page = keep(eye)
        assert not any(path.endswith("/all.js") for path in in_cache(page))
        host.stop()
        eye.open("find-treatment/")
        look(page, "4003")
        expect(page.locator("#wrong")).not_to_have_text("")
        host.start()
        page = eye.open("keep/")
        assert not page.locator("#places").is_checked()
        assert press_keep(page, places=True) == "Done. You can now read without a signal."
        host.asked.clear()
        eye.open("find-treatment/")
        look(page, "4003")
        expect(page.locator("#cards > li")).to_have_count(10)
        assert names(page) == nearest("4003")
        assert [path for path in host.asked if path.startswith("assets/")] == [], (
            "a piece tells the host where somebody looks"
        )
        host.stop()
        eye.open("find-treatment/")
        look(page, "4703")
        expect(page.locator("#cards > li")).to_have_count(10)
        assert names(page) == nearest("4703")
        host.start()
        page = eye.open("keep/")
        expect(page.locator("#places")).to_be_checked()
        page.locator("#places").uncheck()
        press_keep(page)
        assert not any(path.endswith("/all.js") for path in in_cache(page))


def test_a_new_list_of_places_is_not_fetched_unasked(chromium: Browser, country: Built, tmp_path: Path) -> None:
    """The old page and the old list stay together until the reader asks for the newest."""
    folder = shutil.copytree(country.folder, tmp_path / "site")
    with hosting(folder) as host, phone(chromium, host) as eye:
        page = keep(eye, places=True)
        old = next(path for path in in_cache(page) if path.endswith("/index.js") and "assets" in path)[1:]
        list_folder = Path(old).parent.name
        shutil.move(folder / "assets" / list_folder, folder / "assets/newplaces")
        read_again(host, "find-treatment/index.html", list_folder, "newplaces")
        eye.open("find-treatment/")
        page.wait_for_timeout(300)
        assert not any("newplaces" in path for path in in_cache(page))
        host.stop()
        eye.open("find-treatment/")
        look(page, "4003")
        expect(page.locator("#cards > li")).to_have_count(10)
        host.start()


# Wherever the site stands


def test_below_a_path_beside_another_site(chromium: Browser, tmp_path: Path) -> None:
    built = build(write_site(tmp_path / "content"), tmp_path / "site", base_url="http://127.0.0.1/some/where/")
    with hosting(built.folder, "/some/where/") as host, phone(chromium, host) as eye:
        eye.open("")
        eye.page.evaluate("caches.open('kept guide /')")  # another site's at this host
        page = keep(eye)
        assert eye.page.evaluate(
            "async () => (await navigator.serviceWorker.getRegistrations()).map((each) => new URL(each.scope).pathname)"
        ) == ["/some/where/"]
        host.stop()
        eye.open("second/still/")
        assert notice(page).startswith(NOTICE)
        eye.open("nowhere/deep/", status=504)
        page.get_by_role("link", name="Get help").last.click()
        page.wait_for_url("**/some/where/get-help/")
        host.start()
        eye.open("keep/")
        page.locator("#remove").click()
        page.get_by_role("button", name="Yes, delete").click()
        expect(page.locator("#say")).to_have_text("The guide is removed from this phone.")
        assert eye.stored() == {"caches": ["kept guide /"]}


def test_with_the_headers_of_the_host(chromium: Browser, small: Built) -> None:
    headers = headers_of((small.folder / "_headers").read_text("utf-8"))
    assert headers["/sw.js"] == {"Cache-Control": "no-cache"}
    with hosting(small.folder, headers=headers) as host, phone(chromium, host) as eye:
        page = keep(eye)
        eye.open("get-help/")
        assert notice(page) == ""
        assert eye.page.evaluate("fetch('/get-help/').then(() => 'let through', () => 'refused')") == "refused"
        host.stop()
        eye.open("get-help/")
        assert notice(page).startswith(NOTICE)
        host.start()


def test_a_worker_under_the_policy_of_pages_could_not_fetch(chromium: Browser, small: Built) -> None:
    """Why the headers let every file connect: otherwise a worker is cut off, and only the kept copy is ever shown."""
    headers = headers_of(
        (small.folder / "_headers").read_text("utf-8").replace("connect-src 'self'", "connect-src 'none'")
    )
    with hosting(small.folder, headers={**headers, "/keep/*": {}}) as host, phone(chromium, host) as eye:
        eye.open("keep/")
        eye.page.locator("#keep").click()
        expect(eye.page.locator("#say")).to_have_text(LOST)


def test_switched_off_it_takes_back_what_was_kept(chromium: Browser, small: Built, tmp_path: Path) -> None:
    with hosting(small.folder) as host, phone(chromium, host) as eye:
        page = keep(eye)
        (tmp_path / "content/site.yaml").write_text(SITE + "offline: false\n", "utf-8")
        build(tmp_path / "content", tmp_path / "site")
        assert not (tmp_path / "site/keep").exists()
        eye.open("get-help/")
        assert page.locator("footer a[href$='keep/']").count() == 0
        gone = "async () => !(await navigator.serviceWorker.getRegistrations()).length && !(await caches.keys()).length"
        until(page, gone, seconds=30)
        eye.open("get-help/")
        page.wait_for_timeout(300)
        assert eye.stored() == {}


# For everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_of_the_page_can_be_read_by_everybody(chromium: Browser, real: Built, scheme: str) -> None:
    with (
        hosting(real.folder) as host,
        phone(chromium, host, color_scheme=scheme, viewport=PHONE, bypass_csp=True) as eye,
    ):
        page = eye.open("keep/")
        found = {"before": violations(page)}
        host.answers_left = 60
        press_keep(page)
        found["half"] = violations(page)
        host.answers_left = None
        host.silent = True
        page.locator("#keep").click()
        found["while"] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.locator("#stop").click()
        host.silent = False
        host.released.set()
        keep(eye)
        page.locator("#remove").click()
        found["after"] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        small = page.eval_on_selector_all(
            "main button",
            "all => all.filter((each) => each.offsetParent && each.getBoundingClientRect().height < 44).map((each) => each.textContent)",
        )
        assert small == []
        host.stop()
        eye.open("get-help/")
        found["a kept page"] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        eye.open("nowhere/", status=504)
        found["not kept"] = violations(page)
        host.start()
        assert {state: said for state, said in found.items() if said} == {}


def test_with_keys_alone(eye: Watched, host: Host) -> None:
    page = eye.open("keep/")

    def tab_to(id: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == id:
                return
        raise AssertionError(id)

    tab_to("keep")
    page.keyboard.press("Enter")
    expect(page.locator("#say")).to_have_text("Done. You can now read without a signal.")
    expect(page.locator("#state")).to_be_focused()
    tab_to("remove")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Yes, delete")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#top")).to_be_focused()
    assert eye.stored() == {}


def test_the_finished_guide_is_told_to_who_listens(eye: Watched, host: Host) -> None:
    """How far it is stands beside the bar and is not read out page by page; how it ended is."""
    page = eye.open("keep/")
    assert page.locator("#say").get_attribute("role") == "status"
    assert page.locator("#done").evaluate("each => each.closest('[role=status], [aria-live]') === null")
    assert page.locator("progress").evaluate("each => each.labels[0].textContent") == "Fetching ..."
