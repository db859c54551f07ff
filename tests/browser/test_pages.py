"""Every page of the real site in a browser: without script first, then with it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import Page

from ebbtide.load import load
from ebbtide.model.contact import Contact
from tests.browser.conftest import Built, Watch, served
from tests.small_site import ROOT, TODAY

pytestmark = pytest.mark.xdist_group("pages")

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCRIPT = pytest.mark.parametrize("script", [False, True], ids=["without script", "with script"])
PHONE = {"width": 320, "height": 640}


def failures(pages: dict[str, Any]) -> str:
    """What went wrong, by page; empty where nothing did."""
    return "\n".join(f"{url or 'index.html'}: {said}" for url, said in pages.items() if said)


# each page does what it may, and no more


@SCRIPT
def test_pages_open_without_a_complaint(watch: Watch, real: Built, real_address: str, script: bool) -> None:
    eye = watch(real_address, java_script_enabled=script, viewport=PHONE)
    found: dict[str, Any] = {}
    for url in real.slice:
        page = eye.open(url)
        wrong = eye.wrong()
        if page.locator("h1:visible").count() != 1:
            wrong.append("no heading is to be seen")
        call = page.locator('[data-contact-bar] a[href^="tel:"], [data-contact-bar] a[href^="sms:"]').first
        box = call.bounding_box()
        if box is None or box["y"] + box["height"] > PHONE["height"]:
            wrong.append(f"no number on the first screen: {box}")
        elif box["height"] < 44:
            wrong.append(f"the number is {box['height']} px high: hard to tap (WCAG 2.5.5)")
        found[url] = wrong
    assert failures(found) == ""


def test_an_article_asks_for_two_things_at_most(watch: Watch, real: Built, real_address: str) -> None:
    eye = watch(real_address)
    for url in real.slice:
        if url in real.pages["article"]:
            eye.asked.clear()
            eye.open(url)
            asked = [each for each in dict.fromkeys(eye.asked) if "/assets/icon." not in each]
            assert len(asked) <= 2, asked


def test_nothing_moves_while_a_page_loads(watch: Watch, real: Built, real_address: str) -> None:
    eye = watch(real_address, viewport=PHONE)
    found = {url: eye.open(url).evaluate("window.__shift") for url in real.one_of_each}
    assert failures({url: shift for url, shift in found.items() if shift > 0.01}) == ""


def test_nothing_is_kept(watch: Watch, real: Built, real_address: str) -> None:
    eye = watch(real_address)
    for url in real.one_of_each:
        eye.open(url)
        eye.page.keyboard.press("Tab")
        eye.page.keyboard.press("Tab")
        assert eye.stored() == {}, url


BAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bad</title>
<link rel="stylesheet" href="http://style.example/a.css"></head><body><h1>Bad</h1>
<img src="http://picture.example/a.png" alt="">
<script>
fetch("http://fetch.example/", {{mode: "no-cors"}}).catch(() => 0);
navigator.sendBeacon("http://beacon.example/", "x");
try {{ new WebSocket("ws://socket.example/"); }} catch (error) {{}}
localStorage.setItem("mood", "low"); sessionStorage.setItem("step", "3"); document.cookie = "reader=1";
console.error("a complaint"); setTimeout(() => {{ throw new Error("a mistake"); }}, 0);
</script></body></html>"""
GUARDED = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Guarded</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'"></head>
<body><h1>Guarded</h1><script>1</script><img src="http://picture.example/b.png" alt=""></body></html>"""


def test_the_eye_sees_what_it_must(watch: Watch, tmp_path: Path) -> None:
    """A count of nought proves nothing unless a bad page gives another."""
    (tmp_path / "index.html").write_text(BAD.format())
    (tmp_path / "guarded.html").write_text(GUARDED)
    with served(tmp_path) as address:
        eye = watch(address)
        page = eye.open()
        page.wait_for_timeout(300)
        said = "\n".join(eye.wrong())
        for host in ("style", "picture", "fetch", "beacon", "socket"):
            assert f"asked another host: {'ws' if host == 'socket' else 'http'}://{host}.example/" in said, host
        assert "complained: a complaint" in said
        assert "complained: a mistake" in said
        stored = eye.stored()
        assert (stored["local"], stored["session"], stored["cookie"]) == (["mood"], ["step"], "reader=1")
        assert len(stored["cookies"]) == 1
        eye.open("guarded.html")
        said = "\n".join(eye.wrong())
        assert "broke its policy: script-src-elem inline" in said
        assert "broke its policy: img-src http://picture.example/b.png" in said


# a small screen, large letters, and the keyboard


@SCRIPT
def test_nothing_scrolls_sideways_on_a_small_screen(watch: Watch, real: Built, real_address: str, script: bool) -> None:
    """WCAG 1.4.10: 320 px wide is also 1280 px at 400%. A table that needs more scrolls in a region of its own."""
    eye = watch(real_address, java_script_enabled=script, viewport={"width": 320, "height": 256})
    wide = {}
    for url in real.slice:
        page = eye.open(url)
        width = page.evaluate("document.documentElement.scrollWidth")
        wide[url] = _too_wide(page) if width > 320 else ""
    assert failures(wide) == ""


def _too_wide(page: Page) -> str:
    """The elements that reach beyond the screen, innermost first."""
    return str(
        page.evaluate(
            """() => [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > 321)
            .map((each) => each.tagName + "." + each.className + " " + Math.round(each.getBoundingClientRect().right)).reverse().slice(0, 3)"""
        )
    )


def test_text_may_be_spaced_out(watch: Watch, real: Built, real_address: str) -> None:
    """WCAG 1.4.12: with these distances nothing is cut off or runs over."""
    eye = watch(real_address, viewport={"width": 360, "height": 640}, bypass_csp=True)
    wide = {}
    for url in real.one_of_each:
        page = eye.open(url)
        page.add_style_tag(
            content="*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}"
        )
        wide[url] = _too_wide(page) if page.evaluate("document.documentElement.scrollWidth") > 360 else ""
    assert failures(wide) == ""


def test_the_first_step_of_the_keyboard_leads_past_the_head(watch: Watch, real: Built, real_address: str) -> None:
    eye = watch(real_address)
    page = eye.open(real.pages["article"][0])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box() is not None
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_no_element_is_out_of_the_keyboard_s_reach_or_holds_it(watch: Watch, real: Built, real_address: str) -> None:
    """Each link is reached by Tab, in the order in which it stands, and each shows where one is (WCAG 2.4.7)."""
    eye = watch(real_address, viewport=PHONE)
    for url in (real.pages["home"][0], real.pages["help"][0]):
        page = eye.open(url)
        wanted = page.evaluate("""[...document.querySelectorAll("a[href], button, summary, [tabindex='0']")]
            .filter((each) => each.checkVisibility() && !each.closest("details:not([open]) > :not(summary)")).length""")
        seen = []
        for _ in range(wanted + 1):
            page.keyboard.press("Tab")
            seen.append(
                page.evaluate("""(() => { const at = document.activeElement, style = getComputedStyle(at);
                at.dataset.seen = 1; return at === document.body ? "" : style.outlineStyle + style.outlineWidth + style.boxShadow; })()""")
            )
        assert page.locator("[data-seen]").count() >= wanted, url
        assert not [each for each in seen if each.startswith("none0px") and each.endswith("none")], url


# everyone can read it


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(watch: Watch, real: Built, real_address: str, scheme: str) -> None:
    assert failures(_axe(watch, real, real_address, scheme)) == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_the_clinic(watch: Watch, clinic: Built, clinic_address: str, scheme: str) -> None:
    """Its colors are its own; the pages that show most of them."""
    few = Built(clinic.folder, {kind: clinic.pages[kind][:1] for kind in ("home", "article", "questionnaire")})
    assert failures(_axe(watch, few, clinic_address, scheme)) == ""


def _axe(watch: Watch, site: Built, address: str, scheme: str) -> dict[str, list[str]]:
    eye = watch(address, color_scheme=scheme, viewport={"width": 390, "height": 844})
    found = {}
    for url in site.one_of_each:
        page = eye.open(url)
        page.evaluate(AXE)
        result = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
        found[url] = [
            f"{each['id']}: {each['nodes'][0]['html'][:120]} ({len(each['nodes'])} times)"
            for each in result["violations"]
        ]
    return found


# wherever it stands


def test_from_a_disk_with_script_links_lead_to_pages(watch: Watch, real: Built) -> None:
    """A browser shows a folder as a list of files; a script of ours completes the addresses."""
    root = real.folder.as_uri()
    eye = watch(root)
    missing = {}
    for url in real.one_of_each:
        if url == "404.html":
            continue
        page = eye.open(f"{url}index.html", status=None)
        links = page.eval_on_selector_all(
            "a[href]", "all => all.map((each) => new URL(each.getAttribute('href'), location).href)"
        )
        files = [Path(unquote(urlsplit(link).path)) for link in links if link.startswith("file:")]
        missing[url] = [str(file.relative_to(real.folder)) for file in files if not file.is_file()]
        missing[url] += eye.wrong()
        assert len(files) > 5
    assert failures(missing) == ""


def test_a_walk_through_the_site_on_a_disk(watch: Watch, real: Built) -> None:
    eye = watch(real.folder.as_uri())
    page = eye.open("index.html", status=None)
    page.locator("main .jobs a").first.click()
    assert page.url.endswith("/index.html")
    assert page.locator("article").count() == 1
    page.locator('header a[href*="get-help"]').click()
    assert page.locator(".person, [data-contact]").count() > 5
    page.locator("header a.home").click()
    assert page.url == f"{real.folder.as_uri()}/index.html"
    assert eye.wrong() == []


def test_from_a_disk_without_script_pages_are_whole(watch: Watch, real: Built) -> None:
    eye = watch(real.folder.as_uri(), java_script_enabled=False)
    page = eye.open(f"{real.pages['article'][0]}index.html", status=None)
    assert page.locator("h1:visible").count() == 1
    background = page.evaluate(
        "getComputedStyle(document.body).backgroundColor + getComputedStyle(document.documentElement).backgroundColor"
    )
    assert background != "rgba(0, 0, 0, 0)rgba(0, 0, 0, 0)"  # its styles are in the page itself
    assert eye.wrong() == []


@SCRIPT
def test_below_a_path_of_another_site(watch: Watch, real_below: Built, script: bool) -> None:
    with served(real_below.folder, "/some/where/") as address:
        eye = watch(address, java_script_enabled=script)
        found = {}
        for url in real_below.one_of_each:
            page = eye.open(url)
            links = set(
                page.eval_on_selector_all(
                    "a[href]",
                    "all => all.map((each) => new URL(each.getAttribute('href'), location).href.split('#')[0])",
                )
            )
            own = [link for link in links if link.startswith(address.removesuffix("/some/where"))]
            found[url] = eye.wrong() + [link for link in own if eye.context.request.get(link).status != 200]
            assert len(own) > 5, url
        assert failures(found) == ""
        lost = eye.open("no/such/page/", status=404)
        assert lost.locator("h1:visible").count() == 1
        lost.locator("main a").first.click()
        assert urlsplit(lost.url).path.startswith("/some/where/")
        assert lost.locator("[data-contact-bar]").count() == 1


@SCRIPT
def test_an_old_address_leads_to_the_new_one(watch: Watch, clinic: Built, clinic_address: str, script: bool) -> None:
    eye = watch(clinic_address, java_script_enabled=script)
    for old in clinic.pages["moved"]:
        eye.page.goto(f"{clinic_address}/{old}")
        eye.page.wait_for_url(f"{clinic_address}/reperes/signes-de-manque/")
        assert eye.wrong() == []


# on paper


def printed(page: Page, tmp_path: Path) -> str:
    """The text of a page as it is printed."""
    file = tmp_path / "page.pdf"
    file.write_bytes(page.pdf(format="A4", tagged=True))
    return subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout


def contacts() -> dict[str, Contact]:
    site, _ = load(ROOT / "content", "content", TODAY)
    assert site is not None
    return dict(site.contacts)


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_paper_holds_every_number_and_every_address(
    watch: Watch, real: Built, real_address: str, tmp_path: Path
) -> None:
    """Lines of one part of the country stand on the page of that part; of those a few are printed."""
    eye = watch(real_address)
    page = eye.open("get-help/")
    outward = page.eval_on_selector_all('main a[href^="https:"]', "all => all.map((each) => each.getAttribute('href'))")
    text = printed(page, tmp_path)
    close = re.sub(r"[\s-]+", "", text)  # addresses are broken over lines, and lose a hyphen there
    far = [url for url in real.pages["region"] if "data-contact" in _main(real.folder / url)][:3]
    known = contacts()
    apart = {id for id, one in known.items() if one.kind == "agency" and one.subdivision}
    shown = {id for url in far for id in apart if f'data-contact="{id}"' in _main(real.folder / url)}
    assert len(shown) > 2
    for url in far:
        close += re.sub(r"[\s-]+", "", printed(eye.open(url), tmp_path))
    known = {id: one for id, one in known.items() if id not in apart - shown}
    numbers = [(id, line.display) for id, contact in known.items() for line in (*contact.phone, contact.text) if line]
    assert len(numbers) > 20
    assert [each for each in numbers if re.sub(r"[\s-]+", "", each[1]) not in close] == []
    assert [contact.name for contact in known.values() if re.sub(r"[\s-]+", "", contact.name) not in close] == []
    assert len(outward) > 10
    assert [address for address in outward if address.rstrip("/").replace("-", "") not in close] == []


def _main(folder: Path) -> str:
    return (folder / "index.html").read_text("utf-8").partition("<main")[2].partition('id="everywhere"')[0]


@SCRIPT
def test_paper_holds_the_contact_bar_and_nothing_to_press(
    watch: Watch, real: Built, real_address: str, tmp_path: Path, script: bool
) -> None:
    for kind in ("home", "article", "questionnaire"):
        page = watch(real_address, java_script_enabled=script).open(real.pages[kind][0])
        title = page.locator("h1").inner_text()
        bar = [number.strip() for number in page.locator("[data-contact-bar] .number").all_inner_texts()]
        text = folded(printed(page, tmp_path))
        assert title in text
        assert bar
        assert [number for number in bar if number not in text] == []
        assert "Skip to the main text" not in text
