"""The finder and the pages of regions and towns, in a browser: without script first, then with it, on a made-up country."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from ebbtide.finder.geo import Point, distance, rank
from tests.browser.conftest import Built, Watch, build, served
from tests.browser.test_pages import AXE, PHONE, TAGS, folded, printed
from tests.small_site import CONTACTS, SITE, write_site

pytestmark = pytest.mark.xdist_group("finder")

COUNT = 400
REGIONS = {"GB-ENG": "England", "GB-SCT": "Scotland", "GB-WLS": "Wales"}
LIST = """\
title: The made-up list
short: Made-up list
edition: first edition
dated: "2026-05"
source: https://small.example/list
country: GB
units: miles
postal_codes: {name: number, example: "4711", digits: 4, split: 2}
groups: {care: Kind of care, paying: Paying}
facets:
  night: {name: Open at night, group: care, hint: Somebody is there.}
  day: {name: Open by day, group: care}
  free: {name: Free, group: paying}
  never: {name: Costs a castle, group: paying}
  closed: {name: Takes nobody, group: care, filter: false, warns: true}
spellings: {st: saint}
ask: [Is there a bed?]
if_it_fails: [line]
"""


def _rows() -> list[dict[str, str]]:
    chance = random.Random(47)
    rows = []
    for number in range(COUNT):
        region = chance.choice(sorted(REGIONS))
        town = chance.choice(("Saint Mary", "Upper Fen", "Lower Fen", f"Dale {region[-1]}", "Ebb"))
        facets = [
            id
            for id, share in (("night", 0.4), ("day", 0.7), ("free", 0.3), ("closed", 0.05))
            if chance.random() < share
        ]
        rows.append({
            "id": f"p{number}", "name": f"House {number:03}", "street": f"{number} High Street", "city": town, "region": region,
            "postal_code": f"{chance.randrange(1000, 9999)}", "latitude": f"{chance.uniform(50, 59):.4f}",
            "longitude": f"{chance.uniform(-6, 1.5):.4f}", "about": "yes" if chance.random() < 0.2 else "",
            "phone": f"+4420794{60000 + number}{'x12' if number % 10 == 0 else ''}", "facets": " ".join(facets),
        })  # fmt: skip
    return rows


ROWS = _rows()
CODES = {f"{number:04}": (50 + number % 900 / 100, -6 + number % 75 / 10) for number in range(1000, 9999, 7)}


@pytest.fixture(scope="session")
def country(tmp_path_factory: pytest.TempPathFactory) -> Built:
    content = write_site(tmp_path_factory.mktemp("finder") / "content")
    names = "".join(f"  {code}: {name}\n" for code, name in REGIONS.items())
    (content / "site.yaml").write_text(
        SITE.replace("intro: Say what you like.}", "intro: Say., everywhere: [line]}") + f"region_names:\n{names}",
        "utf-8",
    )
    (content / "contacts.yaml").write_text(CONTACTS, "utf-8")
    folder = content / "facilities/made-up"
    folder.mkdir(parents=True)
    (folder / "list.yaml").write_text(LIST, "utf-8")
    columns = list(ROWS[0])
    (folder / "places.csv").write_text(
        "\n".join([",".join(columns), *(",".join(row.values()) for row in ROWS)]) + "\n", "utf-8"
    )
    (folder / "postal-codes.csv").write_text(
        "\n".join(["code,latitude,longitude", *(f"{code},{north:.2f},{east:.2f}" for code, (north, east) in CODES.items())]) + "\n", "utf-8"
    )  # fmt: skip
    return build(content, content.parent / "site")


@pytest.fixture(scope="session")
def country_address(country: Built) -> Iterator[str]:
    with served(country.folder) as address:
        yield address


def nearest(code: str, *ticked: str) -> list[str]:
    """Names of the ten nearest to a code of those with all that is ticked, by looking at each."""
    north, east = CODES[code]
    here = Point(round(north * 100) * 100, round(east * 100) * 100)
    found = [
        (
            rank(here, Point(round(float(row["latitude"]) * 10_000), round(float(row["longitude"]) * 10_000))),
            row["name"],
        )
        for row in ROWS
        if set(ticked) <= set(row["facets"].split())
    ]
    return [name for _, name in sorted(found)[:10]]


def look(page: Page, what: str) -> None:
    page.fill("#where", what)
    page.press("#where", "Enter")


def names(page: Page) -> list[str]:
    return page.locator("#cards > li h3").all_inner_texts()


def settled(page: Page) -> str:
    page.wait_for_function("() => !['', 'Looking ...'].includes(document.getElementById('sure').textContent)")
    return page.inner_text("#sure")


# without script


def test_without_script_every_place_is_on_the_page_of_its_region_and_town(
    watch: Watch, country: Built, country_address: str
) -> None:
    eye = watch(country_address, java_script_enabled=False, viewport=PHONE)
    page = eye.open("find-treatment/")
    assert page.locator("#find").is_hidden()
    assert page.locator("noscript p").is_visible()
    regions = page.eval_on_selector_all(".regions a", "all => all.map((each) => each.getAttribute('href'))")
    assert len(regions) == len(REGIONS)
    on_regions, on_towns = list[str](), list[str]()
    for region in regions:
        page = eye.open(region.removeprefix("../"))
        on_regions += [
            each.split(":")[1]
            for each in page.eval_on_selector_all(
                ".places [data-contact]", "all => all.map((each) => each.dataset.contact)"
            )
        ]
        towns = page.eval_on_selector_all("h3 a", "all => all.map((each) => each.href)")
        for town in towns:
            page = eye.open(urlsplit(town).path[1:])
            on_towns += page.eval_on_selector_all(".place", "all => all.map((each) => each.id)")
            for row in (row for row in ROWS if page.locator(f"#{row['id']}").count()):
                card = page.locator(f"#{row['id']}")
                assert row["name"] in card.inner_text()
                number, _, extension = row["phone"].partition("x")
                wanted = f"tel:0{number[3:]}" + (f",{extension}" if extension else "")
                assert card.locator("a.phone").get_attribute("href") == wanted
                assert card.locator(f'a[href^="geo:"][href*="{row["postal_code"]}"]').count() == 1
    every = sorted(row["id"] for row in ROWS)
    assert sorted(on_regions) == every
    assert sorted(on_towns) == every
    assert eye.wrong() == []


# with it


def test_by_keyboard_on_a_small_screen(watch: Watch, country_address: str) -> None:
    eye = watch(country_address, viewport=PHONE)
    page = eye.open("find-treatment/")
    code = sorted(CODES)[100]
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "where":
            break
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    assert settled(page) == "These are the nearest of all on the list."
    assert page.evaluate("document.activeElement.id") == "found"
    assert page.inner_text("#found") == f"Nearest to the middle of {code}"
    assert names(page) == nearest(code)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button, main summary, #cards a, .tick")].filter((each) => each.checkVisibility())
        .map((each) => [each.textContent, each.getBoundingClientRect().height]).filter(([, height]) => height < 43)"""
    )
    assert [each for each in small if "map" not in each[0]] == []
    assert eye.wrong() == []


def test_distances_and_numbers_are_those_of_the_list(watch: Watch, country_address: str) -> None:
    page = watch(country_address).open("find-treatment/")
    code = sorted(CODES)[321]
    look(page, code)
    settled(page)
    north, east = CODES[code]
    here = Point(round(north * 100) * 100, round(east * 100) * 100)
    rows = {row["name"]: row for row in ROWS}
    for card in page.locator("#cards > li").all():
        row = rows[card.locator("h3").inner_text()]
        away = distance(
            rank(here, Point(round(float(row["latitude"]) * 10_000), round(float(row["longitude"]) * 10_000))), "miles"
        )
        said = card.locator(".away").inner_text()
        assert said.startswith("about ") == (row["about"] == "yes")
        assert float(re.search(r"[\d.]+", said)[0]) == pytest.approx(
            away, abs=0.51 if row["about"] or away >= 10 else 0.051
        )  # type: ignore[index]
        number, _, extension = row["phone"].partition("x")
        link = card.locator("a.phone")
        assert link.get_attribute("href") == f"tel:0{number[3:]}" + (f",{extension}" if extension else "")
        assert re.sub(r"\D", "", link.inner_text().split(",")[0]) == f"0{number[3:]}"
        warned = card.locator(".warns").count()
        assert warned == ("closed" in row["facets"].split())


def test_what_is_ticked_and_where_to_look_stand_behind_the_number_sign_alone(
    watch: Watch, country_address: str
) -> None:
    eye = watch(country_address)
    page = eye.open("find-treatment/")
    code = sorted(CODES)[7]
    page.locator(".needs summary").click()
    page.check('input[value="night"]')
    page.check('input[value="free"]')
    assert page.inner_text(".needs .chosen") == "(2 ticked)"
    look(page, code)
    settled(page)
    assert names(page) == nearest(code, "night", "free")
    address = urlsplit(page.url)
    assert address.query == ""
    assert parse_qs(address.fragment) == {"where": [code], "has": ["night free"]}
    page.reload()
    settled(page)
    assert names(page) == nearest(code, "night", "free")
    page.locator(".needs summary").click()
    page.check('input[value="never"]')
    page.uncheck('input[value="free"]')
    look(page, code)
    assert settled(page).startswith("No place on the list has all that you ticked.")
    assert names(page) == []
    assert all("#" not in url and "?" not in url for url in eye.asked)
    assert eye.stored() == {}


def test_more_of_them(watch: Watch, country_address: str) -> None:
    page = watch(country_address).open("find-treatment/")
    look(page, sorted(CODES)[5])
    settled(page)
    first = names(page)
    page.click("#more")
    page.wait_for_function("() => document.querySelectorAll('#cards > li').length === 20")
    assert names(page)[:10] == first
    assert page.evaluate("document.activeElement.textContent") == names(page)[10]


def test_towns_and_regions(watch: Watch, country_address: str) -> None:
    page = watch(country_address).open("find-treatment/")
    look(page, "Upper Fen")
    page.wait_for_selector("#choose button")
    assert page.inner_text("#found") == "Which one do you mean?"
    assert sorted(page.locator("#choose button").all_inner_texts()) == [
        f"Upper Fen, {name}" for name in sorted(REGIONS.values())
    ]
    page.locator("#choose button", has_text="Scotland").click()
    settled(page)
    assert page.inner_text("#found") == "Nearest to Upper Fen, Scotland"
    for asked in ("St. Mary, Wales", "saint mary wales", "SAINT-MARY, GB-WLS"):
        look(page, asked)
        settled(page)
        assert page.inner_text("#found") == "Nearest to Saint Mary, Wales", asked
    look(page, "england")
    settled(page)
    assert page.locator("#choose a").get_attribute("href") == "../find-treatment/england/"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "Write where to look first."),
        ("0000", "We do not know the code 0000. Check it, or write a town."),
        ("Atlantis", "We know no place to get treatment in a town called Atlantis."),
        ("<b>x</b>", "We know no place to get treatment in a town called <b>x</b>."),
    ],
)
def test_what_it_does_not_know(watch: Watch, country_address: str, asked: str, said: str) -> None:
    eye = watch(country_address)
    page = eye.open("find-treatment/")
    look(page, sorted(CODES)[3])
    settled(page)
    look(page, asked)
    page.wait_for_function("() => document.getElementById('wrong').textContent")
    assert page.inner_text("#wrong").startswith(said)
    assert page.locator("#result").is_hidden()  # what was found before is not taken for an answer
    assert page.evaluate("document.activeElement.id") == "where"
    assert page.get_attribute("#where", "aria-invalid") == "true"
    assert eye.wrong() == []


# what the host sees


def _asked(watch: Watch, address: str, code: str, *, whole: bool) -> list[str]:
    eye = watch(address)
    page = eye.open("find-treatment/")
    if whole:
        page.click("#whole")
        page.wait_for_function("() => document.getElementById('whole').disabled")
        assert "nothing about your search is sent" in page.inner_text("#whole-told")
    look(page, code)
    settled(page)
    assert names(page) == nearest(code)
    assert eye.wrong() == []
    assert eye.stored() == {}
    return [urlsplit(url).path for url in eye.asked if "/assets/icon." not in url]


def test_with_the_whole_list_every_search_asks_for_the_same(watch: Watch, country_address: str) -> None:
    asked = [_asked(watch, country_address, code, whole=True) for code in sorted(CODES)[::500]]
    assert len(asked) > 2
    assert all(each == asked[0] for each in asked)


def test_pieces_tell_no_code(watch: Watch, country_address: str) -> None:
    codes = sorted(CODES)[::500]
    for code in codes:
        paths = _asked(watch, country_address, code, whole=False)
        names_asked = [
            path.rpartition("/")[2]
            for path in paths
            if path.startswith("/assets/") and not re.match(r"/assets/\w+\.[0-9a-f]{10}\.js", path)
        ]
        assert len(names_asked) > 2
        assert [name for name in names_asked if re.search(r"\d", name)] == []
        assert [path for path in paths if code in path] == []


def test_where_one_is_is_asked_only_on_a_press_and_told_to_nobody(watch: Watch, country_address: str) -> None:
    eye = watch(country_address, geolocation={"latitude": 54.4321, "longitude": -2.1234}, permissions=["geolocation"])
    eye.context.add_init_script("""window.__asked = 0; const real = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
        navigator.geolocation.getCurrentPosition = (...given) => { window.__asked += 1; real(...given); };""")
    page = eye.open("find-treatment/")
    look(page, sorted(CODES)[5])
    settled(page)
    assert page.evaluate("window.__asked") == 0
    page.click("#here")
    page.wait_for_function("() => document.getElementById('found').textContent === 'Nearest to where you are'")
    settled(page)
    here = Point(544_321, -21_234)
    wanted = sorted(
        (
            rank(here, Point(round(float(row["latitude"]) * 10_000), round(float(row["longitude"]) * 10_000))),
            row["name"],
        )
        for row in ROWS
    )
    assert names(page) == [name for _, name in wanted[:10]]
    assert "54" not in urlsplit(page.url).fragment
    assert eye.wrong() == []


def test_where_one_is_may_be_refused(watch: Watch, country_address: str) -> None:
    page = watch(country_address).open("find-treatment/")
    page.click("#here")
    page.wait_for_function("() => document.getElementById('wrong').textContent")
    assert page.inner_text("#wrong") == "Your phone did not tell us where you are. Write a town or a code instead."


# a bad line


def test_a_piece_that_does_not_come(watch: Watch, country_address: str) -> None:
    eye = watch(country_address)
    page = eye.open("find-treatment/")
    code = sorted(CODES)[200]
    lost: list[str] = []

    def lose(route: Any) -> None:
        name = urlsplit(route.request.url).path.rpartition("/")[2]
        if re.fullmatch(r"s[a-z]+\.js|all\.js", name):
            lost.append(name)
            route.abort()
        else:
            route.continue_()

    eye.context.route("**/assets/*/*.js", lose)
    look(page, code)
    said = settled(page)
    assert said.startswith("Some of the list could not be fetched.")
    assert lost
    eye.context.unroute("**/assets/*/*.js")
    page.click("#again")
    page.wait_for_function("() => document.getElementById('sure').textContent.startsWith('These are')")
    assert names(page) == nearest(code)


def test_nothing_moves_while_places_come_late(watch: Watch, country_address: str) -> None:
    """A shift half a second after a key is the page's own (CLS), and makes a finger hit what was not aimed at."""
    eye = watch(country_address, viewport={"width": 360, "height": 740})
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    eye.context.add_init_script("""
      window.__late = [];
      new PerformanceObserver((list) => window.__late.push(...list.getEntries().filter((entry) => !entry.hadRecentInput)))
        .observe({ type: "layout-shift", buffered: true });
    """)
    eye.context.route("**/assets/*/*.js", hold)
    page = eye.open("find-treatment/")
    look(page, sorted(CODES)[200])
    for _ in range(60):  # each file comes long after what was pressed
        page.wait_for_timeout(600)
        if not held and page.locator("#cards > li").count():
            break
        while held:
            held.pop().continue_()
    assert len(names(page)) == 10
    assert page.evaluate("window.__late.map((entry) => entry.sources.map(({ node }) => node && node.outerHTML))") == []
    assert page.locator("[aria-busy]").count() == 0


def test_with_the_whole_list_it_works_without_a_line(watch: Watch, country_address: str) -> None:
    eye = watch(country_address)
    page = eye.open("find-treatment/")
    page.click("#whole")
    page.wait_for_function("() => document.getElementById('whole').disabled")
    eye.context.set_offline(True)
    for code in sorted(CODES)[::400]:
        look(page, code)
        page.wait_for_function(f"() => document.getElementById('found').textContent.includes('{code}')")
        settled(page)
        assert names(page) == nearest(code)
    look(page, "Ebb, Wales")
    page.wait_for_function("() => document.getElementById('found').textContent === 'Nearest to Ebb, Wales'")


def test_from_a_disk(watch: Watch, country: Built) -> None:
    eye = watch(country.folder.as_uri())
    page = eye.open("find-treatment/index.html", status=None)
    code = sorted(CODES)[77]
    look(page, code)
    settled(page)
    assert names(page) == nearest(code)
    look(page, "Wales")
    settled(page)
    assert page.locator("#choose a").get_attribute("href") == "../find-treatment/wales/index.html"
    assert eye.wrong() == []


# for everyone, and on paper


@pytest.mark.parametrize(
    "look_of", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}], ids=str
)
def test_axe_finds_nothing(watch: Watch, country: Built, country_address: str, look_of: dict[str, str]) -> None:
    eye = watch(country_address, viewport=PHONE, **look_of)
    found = {}

    # where a system forces its own colors, axe goes by those that the styles ask for, which nobody sees
    rules = (
        {"color-contrast": {"enabled": False}, "color-contrast-enhanced": {"enabled": False}}
        if "forced_colors" in look_of
        else {}
    )

    def examine(state: str) -> None:
        given = {"runOnly": {"type": "tag", "values": TAGS}, "rules": rules}
        result = eye.page.evaluate("given => axe.run(document, given)", given)
        found[state] = [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in result["violations"]]

    for url in ("find-treatment/", country.pages["region"][0], country.pages["town"][0]):
        eye.open(url).evaluate(AXE)
        examine(url)
    page = eye.open("find-treatment/")
    page.evaluate(AXE)
    page.locator(".needs summary").click()
    look(page, "Atlantis")
    page.wait_for_function("() => document.getElementById('wrong').textContent")
    examine("not known")
    look(page, "Upper Fen")
    page.wait_for_selector("#choose button")
    examine("which")
    look(page, sorted(CODES)[9])
    settled(page)
    page.locator("#cards details").first.locator("summary").click()
    examine("found")
    assert {state: said for state, said in found.items() if said} == {}


def test_paper_holds_what_was_found(watch: Watch, country: Built, country_address: str, tmp_path: Path) -> None:
    eye = watch(country_address)
    page = eye.open("find-treatment/")
    code = sorted(CODES)[50]
    look(page, code)
    settled(page)
    numbers = page.locator("#cards .number").all_inner_texts()
    text = folded(printed(page, tmp_path))
    assert [name for name in nearest(code) if name not in text] == []
    assert [number for number in numbers if number not in text] == []
    assert "Use where I am now" not in text
    page = eye.open(country.pages["town"][0])
    wanted = page.locator(".place h2").all_inner_texts() + page.locator(".place .number").all_inner_texts()
    text = folded(printed(page, tmp_path))
    assert wanted
    assert [each for each in wanted if each not in text] == []
