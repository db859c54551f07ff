"""A list's folder as a publisher writes it: what is read, and every sentence about what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from ebbtide import load
from ebbtide.finder.rows import minted
from ebbtide.model.facility import FacilityList, Line
from ebbtide.problem import Problem
from tests.telling import at, said, well_formed

LIST = """\
title: Our offices
short: Our list
edition: Our own list
dated: 2026-11
source: https://clinic.example/
country: US
units: miles
groups: {care: Kind of care, pay: Paying}
facets:
  detox: {name: Detox, group: care}
  outpatient: {name: Outpatient, group: care}
  sliding-fee: {name: Sliding fee, group: pay}
"""
ZIP = "postal_codes: {name: ZIP code, example: '48201', digits: 5}\n"
FRANCE = LIST.replace("country: US", "country: FR").replace("miles", "km")


def read(folder: Path, places: str | bytes, settings: str = LIST, **more: str) -> tuple[FacilityList, list[Problem]]:
    """A list with one table, and other tables by their names."""
    home = folder / "facilities" / "ours"
    home.mkdir(parents=True)
    (home / "list.yaml").write_text(settings, "utf-8")
    (home / "places.csv").write_bytes(places if isinstance(places, bytes) else places.encode())
    for name, text in more.items():
        (home / f"{name.replace('_', '-')}.csv").write_text(text, "utf-8")
    made, problems = load.facility_list(home, "facilities/ours")
    assert all(well_formed(problem) for problem in problems)
    assert made is not None
    return made, problems


def names(made: FacilityList) -> list[str]:
    return [place.name for place in made.facilities]


def test_a_clinic_with_four_offices_needs_four_columns(tmp_path: Path) -> None:
    made, problems = read(
        tmp_path,
        "name,city,region,phone\n"
        "Clinic South,Mobile,AL,(201) 555-0123\n"
        "Clinic North,Huntsville,AL,201-555-0124 ext. 5\n"
        "Clinic West,Tuscaloosa,US-AL,+12015550125x77\n"
        "Clinic East,Auburn,al,201.555.0126\n",
    )
    assert problems == []
    assert [(place.city, place.region, place.lines) for place in made.facilities] == [
        ("Auburn", "US-AL", (("phone", Line("+12015550126")),)),
        ("Huntsville", "US-AL", (("phone", Line("+12015550124", "5")),)),
        ("Mobile", "US-AL", (("phone", Line("+12015550123")),)),
        ("Tuscaloosa", "US-AL", (("phone", Line("+12015550125", "77")),)),
    ]
    assert made.postal_codes == {}
    assert [place.point for place in made.facilities] == [None] * 4


def test_every_column_is_read(tmp_path: Path) -> None:
    made, problems = read(
        tmp_path,
        "id,name,part,street,street2,city,region,postal_code,latitude,longitude,about,phone,phone2,intake,intake2,website,facets,notes\n"
        'one,"Clinic, the",Detox unit,1 Main St,Suite 2,Mobile,AL,36602,30.69123,-88.0443,yes,+12015550123,201-555-0124,201-555-0125,'
        '2015550126 x9,https://clinic.example/,"detox, sliding-fee","Ring the ""bell"""\n',
    )
    assert problems == []
    (place,) = made.facilities
    assert (place.id, place.name, place.part, place.street2, place.postal_code) == (
        "one",
        "Clinic, the",
        "Detox unit",
        "Suite 2",
        "36602",
    )
    assert (place.point, place.about, place.website) == ((30.6912, -88.0443), True, "https://clinic.example/")
    assert (place.facets, place.notes) == (("detox", "sliding-fee"), 'Ring the "bell"')
    assert place.lines == (
        ("phone", Line("+12015550123")), ("phone", Line("+12015550124")), ("intake", Line("+12015550125")), ("intake", Line("+12015550126", "9")),
    )  # fmt: skip


@pytest.mark.parametrize(
    "bytes_",
    [
        pytest.param(
            "\ufeffname;city;phone\nClinic;Paris;01 99 00 12 34\n".encode(), id="semicolons and a byte-order mark"
        ),
        pytest.param(b"sep=;\r\nname;city;phone\r\nClinic;Paris;01 99 00 12 34\r\n", id="sep line, Windows line ends"),
        pytest.param(b'"sep=,"\nname,city,phone\nClinic,Paris,01 99 00 12 34\n', id="quoted sep line"),
        pytest.param(b"name\tcity\tphone\nClinic\tParis\t01 99 00 12 34\n", id="tabs"),
        pytest.param(b"\n\nName , City,PHONE,,\nClinic,Paris , 01 99 00 12 34,,\n,,,,\n", id="empty lines and padding"),
        pytest.param(
            b'"name", "city", "phone"\n"Clinic", "Paris", "01 99 00 12 34"\n', id="blanks before quotation marks"
        ),
        pytest.param(b"name,city,phone\rClinic,Paris,0199001234\r", id="old line ends"),
        pytest.param(b"name,city,phone\nClinic,Paris,+33 1 99 00 12 34", id="international, no line end"),
    ],
)
def test_what_spreadsheets_make_of_a_table_means_the_same(bytes_: bytes, tmp_path: Path) -> None:
    made, problems = read(tmp_path, bytes_, FRANCE)
    assert problems == []
    assert [(place.name, place.city, place.region, place.phone) for place in made.facilities] == [
        ("Clinic", "Paris", "FR", "+33199001234")
    ]


def test_another_country_with_decimal_commas_and_points_of_its_own(tmp_path: Path) -> None:
    made, problems = read(
        tmp_path,
        "name;street;city;region;postal_code;latitude;longitude;phone\nClinique;1 rue A;Paris;IDF;75001;48,8566;2,3522;0199001234\n",
        FRANCE + "postal_codes: {name: Code postal, example: '75001', digits: 5}\n",
        postal_codes="code,latitude,longitude\n01000,46.2,5.22\n75001,48.86,2.34\n",
    )
    assert problems == []
    assert made.facilities[0].point == (48.8566, 2.3522)
    assert made.postal_codes == {"01000": (46.2, 5.22), "75001": (48.86, 2.34)}


HEAD = "name,city,region,phone\n"
OK = "Clinic,Mobile,AL,201-555-0123\n"

ROWS: dict[str, tuple[str, str, tuple[int, int, str], str]] = {
    "unknown column": (LIST, f"name,city,region,phone,websight\n{OK[:-1]},\n", (1, 24, "table-column"), "websight is not a column here. Did you mean website?"),
    "a column like none": (LIST, f"name,city,region,phone,qqqq\n{OK[:-1]},\n", (1, 24, "table-column"),
                           ("qqqq is not a column here. Known here: about, facets, id, intake, intake2, latitude, longitude, notes, part, phone2, "
                           "postal_code, street, street2, website.")),
    "misspelt needed column": (LIST, "nme,city,phone\nClinic,Mobile,\n", (1, 1, "table-column"), "nme is not a column here. Did you mean name?"),
    "missing column": (LIST, "name,city\nClinic,Mobile\n", (1, 1, "table-column"),
                       "the column phone is missing. Add phone to the first line, and the values below it."),
    "neither city nor region": (LIST, "name,phone\nClinic,\n", (1, 1, "table-column"),
                                "there is neither a column city nor a column region. Add one of them."),
    "duplicate column": (LIST, f"name,city,region,phone,City\n{OK[:-1]},\n", (1, 24, "duplicate-column"),
                         "city stands twice; it is the name of column 2 already. Keep one of them."),
    "a column without a name": (LIST, "name,,city,phone\nClinic,,Mobile,201-555-0123\n", (1, 6, "table"), "column 2 has no name. Name it, or delete the column."),
    "too many cells": (LIST, f"{HEAD}Clinic, Mobile, Downtown,AL,201-555-0123\n", (2, 1, "row-length"),
                       "this row has 5 cells, and the table 4 columns. Put quotation marks around a cell that holds a comma of its own."),
    "too many cells, the last one empty": (LIST, "name,city,region,phone,notes\nClinic, the,Mobile,AL,201-555-0123,\n", (2, 1, "row-length"),
                       "this row has 6 cells, and the table 5 columns. Put quotation marks around a cell that holds a comma of its own."),
    "too few cells": (LIST, f"{HEAD}Clinic,Mobile\n", (2, 1, "row-length"),
                      "this row has 2 cells, and the table 4 columns. Compare the row with the line of column names."),
    "a quote never closed": (LIST, f'{HEAD}Clinic,"Mobile,AL,201-555-0123\n', (2, 8, "table"),
                             ("the quotation mark here is never closed, so the rows below are taken for a part of this cell. "
                             "Close it at the end of the cell, or delete it.")),
    "a quote within a cell": (LIST, f'{HEAD}"The "best" clinic",Mobile,AL,\n', (2, 6, "table"),
                              ("a quotation mark stands here in the middle of a cell. "
                              "Put quotation marks around the whole cell, and write each that belongs to its text twice.")),
    "an empty file": (LIST, "\n\n", (1, 1, "table"), "there is nothing here. Write a line of column names, and the rows below it."),
    "no name": (LIST, f"{HEAD},Mobile,AL,201-555-0123\n", (2, 1, "table-column"), "this place has no name. Write it, or delete the row."),
    "nowhere": (LIST, f"{HEAD}Clinic,,,201-555-0123\n", (2, 1, "table-column"),
                "this place has neither a city nor a region. Write one of them, so that it can be found."),
    "a long number damaged": (LIST, f"{HEAD}Clinic,Mobile,AL,2.02E+09\n", (2, 18, "spreadsheet-damage"),
                              "2.02E+09 is what a spreadsheet makes of a long number; its digits are lost. Format the column as text, and write it again."),
    "a long number damaged, decimal comma": (LIST, f'{HEAD}Clinic,Mobile,AL,"2,02E+09"\n', (2, 18, "spreadsheet-damage"),
                              "2,02E+09 is what a spreadsheet makes of a long number; its digits are lost. Format the column as text, and write it again."),
    "a date": (LIST, "name,street,city,phone\nClinic,3-May,Mobile,201-555-0123\n", (2, 8, "spreadsheet-damage"),
               "3-May is a date, which a spreadsheet may have made of a text. Format the column as text, and write it again, or put it into words."),
    "a formula": (LIST, f"{HEAD}#NAME?,Mobile,AL,201-555-0123\n", (2, 1, "spreadsheet-damage"),
                  "#NAME? is what a spreadsheet shows in place of a value. Format the column as text, and write it again."),
    "a cell too narrow": (LIST, f"{HEAD}Clinic,Mobile,AL,########\n", (2, 18, "spreadsheet-damage"),
                  "######## is what a spreadsheet shows in place of a value. Format the column as text, and write it again."),
    "zeros lost": (LIST + ZIP, "name,city,postal_code,phone\nClinic,Boston,2139,201-555-0123\n", (2, 15, "facility-postal-code"),
                   ("2139 has 4 of the 5 digits of a ZIP code; a spreadsheet drops zeros at the beginning. "
                   "Format the column as text, and write 02139 if that is what was lost.")),
    "nine digits": (LIST + ZIP, "name,city,postal_code,phone\nClinic,Boston,02139-1234,201-555-0123\n", (2, 15, "facility-postal-code"),
                    "02139-1234 is not a ZIP code: that has 5 characters. Write it as in 48201."),
    "no area code": (LIST, f"{HEAD}Clinic,Mobile,AL,555-0123\n", (2, 18, "phone-number"),
                     "555-0123 has no area code, so it is not certain whose number it is. Write the whole number."),
    "two numbers": (LIST, f"{HEAD}Clinic,Mobile,AL,201-555-0123 / 201-555-0124\n", (2, 18, "phone-number"),
                    "201-555-0123 / 201-555-0124 holds more than one number. Write each into a column of its own."),
    "another country's number": (LIST, f"{HEAD}Clinic,Mobile,AL,020 7946 0018\n", (2, 18, "phone-number"),
                                 "020 7946 0018 has too many digits for a number in +1. Compare it with its source; begin another country's number with + and its code."),
    "too few digits": (LIST, f"{HEAD}Clinic,Mobile,AL,2015\n", (2, 18, "phone-number"),
                       "2015 has too few digits for a number in +1. Compare it with its source, digit by digit."),
    "no number": (LIST, f"{HEAD}Clinic,Mobile,AL,ask!\n", (2, 18, "phone-number"), "ask! is not a telephone number. Write its digits."),
    "a number that cannot be": (LIST, f"{HEAD}Clinic,Mobile,AL,+12010550123\n", (2, 18, "phone-number"),
                                "+12010550123 cannot be a number in +1. Compare it with its source, digit by digit."),
    "a region of another country": (LIST, f"{HEAD}Clinic,Toronto,CA-ON,201-555-0123\n", (2, 16, "facility-region"),
                                    "CA-ON is no part of US, the country of this list. Put places of another country into a list of their own."),
    "no region's code": (LIST, f"{HEAD}Clinic,Mobile,Alabama,201-555-0123\n", (2, 15, "facility-region"),
                         "Alabama is no region's code. Write it as in US-XX, or leave US- out."),
    "unknown facet": (LIST, "name,city,phone,facets\nClinic,Mobile,201-555-0123,outpatient detoxx\n", (2, 28, "facility-facet"),
                      "detoxx is not a facet of this list. Did you mean detox?"),
    "half a point": (LIST, "name,city,phone,latitude,longitude\nClinic,Mobile,201-555-0123,30.1,\n", (2, 1, "facility-point"),
                     "Only one of latitude and longitude is given. Give both, or neither."),
    "no point on the globe": (LIST, "name,city,phone,latitude,longitude\nClinic,Mobile,201-555-0123,-99.1,30\n", (2, 1, "facility-point"),
                              "-99.1, 30 is no point on the globe. Latitude goes from -90 to 90, longitude from -180 to 180; they may stand the wrong way round."),
    "the same place twice": (LIST, f"{HEAD}{OK}{OK.replace('Clinic', 'CLINIC')}", (3, 1, "facility-id"),
                             "CLINIC has the same name and address as the place on line 2. Delete one of the two, or give each an id of its own."),
    "the same id twice": (LIST, "name,city,phone,id\nA,Mobile,201-555-0123,one\nB,Mobile,201-555-0123,one\n", (3, 23, "facility-id"),
                          "the id one is that of the place on line 2 already. Give this place another, or leave the cell empty."),
    "no web address": (LIST, "name,city,phone,website\nClinic,Mobile,201-555-0123,clinic.example\n", (2, 28, "wrong-value"),
                       "clinic.example is not a web address. Begin it with https://."),
}  # fmt: skip


@pytest.mark.parametrize("case", ROWS)
def test_each_mistake_has_its_place_and_its_sentence(case: str, tmp_path: Path) -> None:
    settings, table, place, sentence = ROWS[case]
    more = {"postal_codes": "code,latitude,longitude\n"} if "postal_codes" in settings else {}
    _, problems = read(tmp_path, table, settings, **more)
    assert at(problems) == [place]
    assert said(problems[0]) == sentence


def test_a_broken_row_does_not_stop_the_others(tmp_path: Path) -> None:
    """Bad second and fourth rows, two mistakes in one of them; the good ones are there."""
    made, problems = read(
        tmp_path,
        f'{HEAD}First,Mobile,AL,201-555-0123\nSecond,Mobile,Alabama,12\nThird,Mobile,AL,201-555-0124\n"Fourth,Mobile,AL,\nFifth,Mobile,AL,\n',
    )
    assert names(made) == ["Fifth", "First", "Third"]
    assert at(problems) == [(3, 15, "facility-region"), (3, 23, "phone-number"), (5, 1, "table")]


def test_a_cell_may_hold_line_breaks_and_places_below_it_are_right(tmp_path: Path) -> None:
    made, problems = read(
        tmp_path,
        'name,city,phone,notes,region\nOne,Mobile,201-555-0123,"Ring\nthe bell",AL\nTwo,Mobile,201-555-0124,"first\nsecond",Alabama\n',
    )
    assert names(made) == ["One"]
    assert at(problems) == [(5, 9, "facility-region")]


def test_ids_are_minted_from_name_and_address_and_stay(tmp_path: Path) -> None:
    made, _ = read(
        tmp_path,
        "name,street,city,region,phone\nSt. Mary's  Clinic,1 Main St.,Mobile,AL,201-555-0123\nClinic,2 Main St,Mobile,AL,\n",
    )
    ids = {place.name: place.id for place in made.facilities}
    assert ids["St. Mary's  Clinic"] == minted("ST MARY S CLINIC", "1 main st", "mobile", "US-AL", "")
    assert ids["St. Mary's  Clinic"] != ids["Clinic"]
    assert all(id[0] == "f" and len(id) == 12 for id in ids.values())


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        ("code,latitude,longitude\n36602,30,-88\n36602,31,-88\n", (3, 1, "facility-postal-code"), "36602 stands twice; the first is on line 2. Keep one of them."),
        ("code,latitude,longitude\n36602,91,-88\n", (2, 7, "facility-point"), "91, -88 is no point on the globe. Write degrees with a decimal point."),
        ("code,latitude,longitude\n36602,north,-88\n", (2, 7, "facility-point"), "north, -88 is no point on the globe. Write degrees with a decimal point."),
        ("code,latitude\n36602,30\n", (1, 1, "table-column"), "the column longitude is missing. Add longitude to the first line, and the values below it."),
        ("code,latitude,longitude\n501,40.8,-73\n", (2, 1, "facility-postal-code"),
         "501 has 3 of the 5 digits of a ZIP code; a spreadsheet drops zeros at the beginning. Format the column as text, and write 00501 if that is what was lost."),
    ],
)  # fmt: skip
def test_points_of_postal_codes_are_judged(
    text: str, place: tuple[int, int, str], sentence: str, tmp_path: Path
) -> None:
    made, problems = read(tmp_path, HEAD + OK, LIST + ZIP, postal_codes=text)
    assert at(problems) == [place]
    assert said(problems[0]) == sentence
    assert names(made) == ["Clinic"]


@pytest.mark.parametrize(
    ("data", "place", "sentence"),
    [
        (b"name,city,phone\nClini\0c,Mobile,\n", (2, 6, "encoding"), "the file holds a NUL byte, so it is not plain text. Save it again as UTF-8 text."),
        ("name,city,phone\nClinique d'été,Mobile,\n".encode("latin-1"), (2, 12, "encoding"), "a character here is not UTF-8. Save the file again as UTF-8."),
        ("name,city,phone\n".encode("utf-16"), (1, 1, "encoding"), "the file is saved as UTF-16. Save it again as UTF-8."),
        (b"name,city,phone\n" + b"x" * 16 * 1024 * 1024, (1, 1, "file-size"), "the file is larger than 16 MiB. Split it, or check that it is the right file."),
        ("name,city,phone\nCli\u200bnic\u2028,Mobile,\n".encode(), (2, 8, "control-character"), "a character that cannot be seen stands here (U+2028, line separator). Delete it."),
    ],
    ids=["NUL", "Latin-1", "UTF-16", "too large", "line separator"],
)  # fmt: skip
def test_bytes_that_are_no_table(data: bytes, place: tuple[int, int, str], sentence: str, tmp_path: Path) -> None:
    _, problems = read(tmp_path, data)
    assert at(problems) == [place]
    assert said(problems[0]) == sentence


def test_a_file_that_is_no_table_at_all_ends_after_some_rows(tmp_path: Path) -> None:
    _, problems = read(tmp_path, HEAD + 'a "b", "c" d,"e" f\n' * 500)
    assert [problem.rule for problem in problems].count("table") == 21
    assert "20 rows cannot be read; the rest was not tried. Save the file again as CSV." in [
        said(problem) for problem in problems
    ]


def test_a_folder_that_is_no_list(tmp_path: Path) -> None:
    home = tmp_path / "facilities" / "ours"
    home.mkdir(parents=True)
    made, problems = load.facility_list(home, "facilities/ours")
    assert made is None
    assert [said(problem) for problem in problems] == [
        "there is no list.yaml in this folder. Write it; docs/facilities.md shows one."
    ]
    (home / "list.yaml").write_text(LIST + ZIP.replace("5}", "5, digts: 4}"), "utf-8")
    made, problems = load.facility_list(home, "facilities/ours")
    assert made is None
    assert [said(problem) for problem in problems] == [
        "there is no table of places in this folder. Add places.csv.",
        "digts is not a field here. digits stands here already: keep one of them.",
    ]


def test_points_without_a_word_about_postal_codes(tmp_path: Path) -> None:
    _, problems = read(tmp_path, HEAD + OK, postal_codes="code,latitude,longitude\n36602,30,-88\n")
    assert [said(problem) for problem in problems] == [
        "postal-codes.csv is there, and list.yaml does not say what a postal code looks like. Add postal_codes with name, example and digits."
    ]
