"""docs/facilities.md, and the list that ``new facilities`` begins, hold true."""

from __future__ import annotations

import re
from pathlib import Path

from ebbtide import load, scaffold
from ebbtide.finder.formats.reading import FORMATS
from ebbtide.finder.gates import GATES
from ebbtide.model.facility import COLUMNS, Facility
from ebbtide.pipeline import Options
from tests.small_site import TEMPLATES, TODAY, write_site

DOCS = (Path(__file__).resolve().parents[3] / "docs" / "facilities.md").read_text("utf-8")


def table(heading: str) -> dict[str, str]:
    """First and second cells of the first table below a heading, the sign of code taken off."""
    lines = DOCS.partition(f"{heading}\n")[2].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return {row[0].strip("`"): row[1] for row in rows}


def test_every_column_is_explained_in_its_order() -> None:
    assert tuple(table("## The columns")) == COLUMNS == tuple(Facility.model_fields)


def test_formats_and_gates_are_those_that_there_are() -> None:
    assert {"auto", *table("## The national list")} == set(FORMATS)
    assert table("### Gates") == GATES


def test_the_clinic_of_the_manual_is_read_without_a_word(tmp_path: Path) -> None:
    home = tmp_path / "our-clinic"
    home.mkdir()
    for kind, name in (("yaml", "list.yaml"), ("csv", "places.csv")):
        found = re.search(rf"```{kind}\n(.*?)```", DOCS, re.DOTALL)
        assert found
        (home / name).write_text(found[1], "utf-8")
    made, problems = load.facility_list(home, "facilities/our-clinic")
    assert problems == []
    assert made is not None
    assert [(place.name, place.city, place.phone) for place in made.facilities] == [
        ("Clinic East, the new one", "Auburn", "+12015550126"),
        ("Clinic North", "Huntsville", "+12015550124x5"),
        ("Clinic South", "Mobile", "+12015550123"),
        ("Clinic West", "Tuscaloosa", "+12015550125"),
    ]


def options(tmp_path: Path) -> Options:
    write_site(tmp_path / "content", 0)
    return Options(
        content=tmp_path / "content", templates=((TEMPLATES, "ours"),), out=tmp_path / "out", today=TODAY, version="0"
    )


def test_a_new_list_is_valid_as_it_stands(tmp_path: Path) -> None:
    opts = options(tmp_path)
    files, refused = scaffold.facilities(opts, "our-clinic")
    assert refused == ""
    assert [file.relative_to(opts.content).as_posix() for file in files] == [
        "facilities/our-clinic/list.yaml", "facilities/our-clinic/places.csv", ".schemas/facilities.schema.json",
    ]  # fmt: skip
    site, problems = load.load(opts.content, "content", TODAY)
    assert problems == []
    assert site is not None
    (made,) = site.facilities
    assert (made.id, made.settings.title, made.settings.country, made.facilities) == (
        "our-clinic",
        "Our clinic",
        "GB",
        (),
    )
    places = opts.content / "facilities" / "our-clinic" / "places.csv"
    places.write_text(
        places.read_text("utf-8")
        + "Clinic,1 High Street,London,,,020 7946 0018,https://clinic.example/,outpatient sliding-fee\n",
        "utf-8",
    )
    site, problems = load.load(opts.content, "content", TODAY)
    assert problems == []
    assert site is not None
    assert site.facilities[0].facilities[0].phone == "+442079460018"


def test_a_new_list_is_refused_in_a_sentence(tmp_path: Path) -> None:
    opts = options(tmp_path)
    assert scaffold.facilities(opts, "Our Clinic") == (
        [],
        "Our Clinic is not the name of a list. Write it in small letters, digits and single hyphens.",
    )
    scaffold.facilities(opts, "ours")
    assert scaffold.facilities(opts, "ours") == ([], "list.yaml exists already; it was left alone.")
    (opts.content / "site.yaml").unlink()
    assert scaffold.facilities(opts, "theirs") == (
        [],
        "site.yaml does not say in which country the site is. Add country to it first.",
    )
