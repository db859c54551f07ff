"""The pages of places, made from whole small sites: a clinic with four offices, two lists, and no list at all."""

from __future__ import annotations

from pathlib import Path

from ebbtide import pipeline
from tests.small_site import SITE, made, options, write_site

OFFICES = "name,city,phone\nClinic South,Leeds,020 7946 0021\nClinic North,York,020 7946 0022\nClinic East,York,020 7946 0023 x4\nClinic West,Hull,020 7946 0024\n"
LIST = (
    "title: Our {0}\nshort: {0}\nedition: own\ndated: 2026-11-24\nsource: https://clinic.example/{0}\ncountry: GB\nunits: km\n"
    "groups: {{care: Care}}\nfacets: {{day: {{name: By day, group: care}}}}\nask: [Is there a bed?]\nif_it_fails: [line]\n"
)


def site(folder: Path, **tables: str) -> dict[str, str]:
    content = write_site(folder)
    for name, table in tables.items():
        (content / "facilities" / name).mkdir(parents=True)
        (content / "facilities" / name / "list.yaml").write_text(LIST.format(name), "utf-8")
        (content / "facilities" / name / "places.csv").write_text(table, "utf-8")
    return {path: data.decode() for path, data in made(content).items() if path.endswith(".html")}


def test_four_offices_without_points_stand_on_the_finder_s_page(tmp_path: Path) -> None:
    pages = site(tmp_path, offices=OFFICES)
    finder = pages["find-treatment/index.html"]
    for number in range(21, 25):
        assert f'href="tel:020794600{number}' in finder
    assert 'href="tel:02079460023,4"' in finder
    assert 'id="find"' not in finder  # nothing to be near to, so nothing to search
    assert "<script" not in finder.replace("<script src=", "", 1)
    assert "4 places that treat people" in finder
    towns = [path for path in pages if path.startswith("find-treatment/united-kingdom/") and path.count("/") == 3]
    assert sorted(towns) == [f"find-treatment/united-kingdom/{town}/index.html" for town in ("hull", "leeds", "york")]
    assert "Clinic North" in pages["find-treatment/united-kingdom/york/index.html"]
    assert "Clinic East" in pages["find-treatment/united-kingdom/york/index.html"]
    assert 'href="../find-treatment/"' in pages["get-help/index.html"]


def test_two_lists_of_which_one_can_be_searched(tmp_path: Path) -> None:
    points = "name,city,region,phone,latitude,longitude,facets\nHouse One,Leeds,ENG,020 7946 0031,53.8,-1.5,day\n"
    pages = site(tmp_path, offices=OFFICES, houses=points)
    finder = pages["find-treatment/index.html"]
    assert 'id="find"' in finder
    assert "Clinic West" in finder  # the others are said at once
    assert finder.count("What to ask when you call") == 2
    assert '"short":"houses"' in finder
    assert '"short":"offices"' not in finder
    assert "House One" in pages["find-treatment/gb-eng/leeds/index.html"]


def test_without_a_list_there_are_lines(tmp_path: Path) -> None:
    content = write_site(tmp_path)
    (content / "site.yaml").write_text(
        SITE.replace("Say what you like.}", "Say., everywhere: [line]}")
        + "region_names: {GB-ENG: England, GB-WLS: Wales}\n",
        "utf-8",
    )
    pages = {path: data.decode() for path, data in made(content).items() if path.endswith(".html")}
    finder = pages["find-treatment/index.html"]
    assert "These lines and lists know who treats people near you." in finder
    assert "The made-up line" in finder
    wales = pages["find-treatment/wales/index.html"]
    assert "We found no line of Wales's own whose number we could check." in wales
    assert "The made-up line" in wales


def test_a_link_to_the_finder_is_not_called_dead_where_its_only_list_cannot_be_read(tmp_path: Path) -> None:
    content = write_site(tmp_path)
    page = content / "articles/first/always.md"
    page.write_text(page.read_text("utf-8") + "\n[Find treatment](page:find-treatment)\n", "utf-8")
    (content / "facilities/broken").mkdir(parents=True)
    (content / "facilities/broken/list.yaml").write_text("title: A\n", "utf-8")
    (content / "facilities/broken/places.csv").write_text(OFFICES, "utf-8")
    result = pipeline.make(options(content, content / "no-output"))
    assert {problem.place.path.rpartition("/")[2] for problem in result.problems} == {"list.yaml"}


def test_a_site_that_knows_no_part_of_its_country_has_no_finder(tmp_path: Path) -> None:
    pages = site(tmp_path)
    assert not any(path.startswith("find-treatment/") for path in pages)
    assert "find-treatment" not in pages["get-help/index.html"]
