"""Writing with the browser beside: a save shows by itself, a mistake shows in place of the page, and the policy holds meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watch
from tests.small_site import write_site
from tests.unit.test_serve import Server, start, stop

pytestmark = pytest.mark.xdist_group("pages")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = start(write_site(tmp_path / "content"))
    yield running
    assert "Traceback" not in stop(running)


def saved(file: Path, text: str, seen: Callable[[float], None]) -> None:
    """Save, and save again while it does not show: a page that is just loading has nobody to hear of the first time."""
    for patience in (3_000, 5_000, 20_000):
        file.write_text(text)
        try:
            seen(patience)
        except AssertionError:
            if patience == 20_000:
                raise
        else:
            return


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_save_shows_by_itself_and_so_does_a_mistake(watch: Watch, server: Server, name: str) -> None:
    eye = watch(f"http://{name}:{server.port}")
    page = eye.open("first/always/")
    text = page.locator("main")
    expect(text).to_contain_text("Text 0.")
    file = server.content / "articles/first/always.md"
    before = file.read_text()

    second = before.replace("Text 0.", "A second text.")
    saved(file, second, lambda most: expect(text).to_contain_text("A second text.", timeout=most))

    wrong, told = before.replace("[@A1] [Nothing]", "[@A1; @A9] [Nothing]"), page.locator("li").first
    saved(file, wrong, lambda most: expect(told).to_contain_text("content/articles/first/always.md:7:", timeout=most))
    expect(page.locator("h1")).to_contain_text("to mend")
    assert page.title() == "Problems"

    third = before.replace("Text 0.", "A third text.")
    saved(file, third, lambda most: expect(text).to_contain_text("A third text.", timeout=most))
    assert page.url == f"http://{name}:{server.port}/first/always/"
    complaints = [each for each in eye.wrong() if "500" not in each]  # that page's status is meant
    assert complaints == []


def test_a_style_shows_by_itself(watch: Watch, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "assets/css").mkdir(parents=True)
    style = own / "assets/css/article.css"
    style.write_text("h1{letter-spacing:1px}")
    running = start(write_site(tmp_path / "content"), "--templates", str(own))
    try:
        eye = watch(f"http://127.0.0.1:{running.port}")
        page = eye.open("first/always/")
        expect(page.locator("h1")).to_have_css("letter-spacing", "1px")
        title = page.locator("h1")
        saved(
            style,
            "h1{letter-spacing:3px}",
            lambda most: expect(title).to_have_css("letter-spacing", "3px", timeout=most),
        )
        assert eye.wrong() == []
    finally:
        stop(running)


def test_a_page_elsewhere_cannot_use_what_is_served(watch: Watch, server: Server, tmp_path: Path) -> None:
    """A site that guesses the port can neither read a page, nor show it, nor hear of changes."""
    from tests.browser.conftest import served

    (tmp_path / "evil").mkdir()
    (tmp_path / "evil/index.html").write_text("<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>")
    with served(tmp_path / "evil") as address:
        eye = watch(address)
        page = eye.open()
        eye.context.unroute_all()
        target = f"127.0.0.1:{server.port}"
        got = page.evaluate(
            """async (target) => {
                const read = await fetch(`http://${target}/`).then((answer) => answer.text(), (error) => "refused");
                const heard = await new Promise((tell) => {
                    const socket = new WebSocket(`ws://${target}/livereload`);
                    socket.onopen = () => tell("open"); socket.onerror = () => tell("refused"); });
                const shown = await new Promise((tell) => {
                    const picture = new Image(); picture.onload = () => tell("shown"); picture.onerror = () => tell("refused");
                    picture.src = `http://${target}/assets/none.svg`; });
                return [read, heard, shown];
            }""",
            target,
        )
        assert got == ["refused", "refused", "refused"]
