"""lychee follows every link of every page, of the feed and of the site map, to a page, a file or a place in a page; none is dead.

Other hosts are not asked: whether they still stand is a question of the day, and no test's.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.browser.conftest import Built
from tests.browser.judges import lychee
from tests.browser.test_finder import country

__all__ = ["country"]
pytestmark = pytest.mark.xdist_group("outside")

REAL = "https://ebbtide.example/"


def test_no_link_of_the_real_site_is_dead(real: Built) -> None:
    followed = lychee(real.folder, REAL)
    assert "\n".join(map(str, followed.dead)) == ""
    assert followed.good > 10_000


def test_no_link_of_the_clinic_is_dead(clinic: Built, tmp_path: Path) -> None:
    """It stands below a path of its host, and some of its addresses begin with that."""
    folder = tmp_path / "tramadol"
    shutil.copytree(clinic.folder, folder)
    followed = lychee(folder, "https://trois-tilleuls.example/tramadol/", "/tramadol/")
    assert "\n".join(map(str, followed.dead)) == ""
    assert followed.good > 200


def test_no_link_among_places_towns_and_regions_is_dead(country: Built) -> None:
    """Its made-up sources have their addresses on its own host, so that this is taken for another."""
    followed = lychee(country.folder)
    assert "\n".join(map(str, followed.dead)) == ""
    assert followed.good > 300


PLANTED: Mapping[str, tuple[str, str, str, str]] = {
    # where, before what, a line of its own that is put there, and what lychee says of it
    "a page that is not there": ("index.html", "</main>", '<a href="no/such/page/">Read</a>', "/no/such/page"),
    "a place that is not in the page": ("index.html", "</main>", '<a href="get-help/#nowhere">Call</a>', "/get-help#nowhere"),
    "a place that is not in this page": ("get-help/index.html", "</main>", '<a href="#nowhere">Call</a>', "/get-help/index.html#nowhere"),
    "a folder without a page": ("index.html", "</main>", '<a href="assets/">All</a>', "/assets: "),
    "a picture that is not there": ("index.html", "</main>", '<img src="assets/none.svg" alt="">', "assets/none.svg"),
    "a canonical address": ("get-help/index.html", "</head>", f'<link rel="canonical" href="{REAL}help/">', "/help"),
    "an address in the site map": ("sitemap.xml", "</urlset>", f"<url><loc>{REAL}gone/</loc></url>", "/gone"),
    "an address in the feed": ("feed.xml", "</feed>", f'<entry><link href="{REAL}old/"/></entry>', "/old"),
}  # fmt: skip


def test_it_finds_every_kind_of_dead_link_where_it_stands(real: Built, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    shutil.copytree(real.folder, bad)
    wanted = {}
    for what, (name, before, planted, _) in PLANTED.items():
        file = bad / name
        text = file.read_text("utf-8")
        assert before in text, what
        file.write_text(text.replace(before, f"\n{planted}\n{before}", 1), "utf-8")
    for what, (name, _, planted, address) in PLANTED.items():
        line = (bad / name).read_text("utf-8").split(planted)[0].count("\n") + 1
        wanted[what] = (name, line, address)
    dead = lychee(bad, REAL).dead
    for what, (name, line, address) in wanted.items():
        assert [each for each in dead if (each.of, each.line) == (name, line) and address in each.text], what
    assert len(dead) == len(PLANTED), "\n".join(map(str, dead))
