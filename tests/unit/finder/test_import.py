"""Importing: rows in are places out and rows explained; what is merged, mended, left out, refused, updated and written."""

from __future__ import annotations

import datetime
import http.server
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ebbtide import bring_in, load, write
from ebbtide.finder import fetch, importing
from ebbtide.finder.formats import legend
from ebbtide.finder.formats.entries import Unreadable
from ebbtide.finder.importing import Imported, Old, Order, Source
from ebbtide.model.facility import Facility
from ebbtide.model.page import File
from ebbtide.pipeline import Options
from ebbtide.write import put_back, replace_folder
from tests.small_site import TEMPLATES, TODAY, write_site
from tests.unit.finder.test_import_formats import directory, listing, locator, place

FRESH = {"edition": "2026 edition", "dated": "2026"}
SMALL = frozenset(("rows",))


def imported(
    *data: bytes, form: str = "auto", old: Old | None = None, force: frozenset[str] = SMALL, **order: Any
) -> Imported:
    sources = [Source(f"{chr(97 + number)}.file", each) for number, each in enumerate(data)]
    wanted = {"country": "US", "today": TODAY, **FRESH, **order}
    return importing.run(sources, Order(form, "all", force=force, **wanted), old, lambda _, items, __: items)


def places(found: Imported) -> list[Facility]:
    assert found.report.merged.explained()
    return found.report.merged.places


def read_back(folder: Path, files: Sequence[File]) -> Old:
    """A list that an import has written, as the next one finds it."""
    replace_folder(folder, files)
    made, problems = load.facility_list(folder, "facilities/all")
    assert problems == []
    assert made is not None
    return Old(made, (folder / "list.yaml").read_text("utf-8"))


CODES = ("00901", "02139", "36602", "96910")
WHOLE = legend.points()


@pytest.fixture(autouse=True)
def few_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """The points of four postal codes: all 41,903 of them would be written, and read back, in every test."""
    monkeypatch.setattr(legend, "points", lambda: {code: WHOLE[code] for code in CODES})


# merging


def test_rows_of_one_site_become_one_place() -> None:
    found = imported(
        directory(
            place("BU DT", name2="Detox", phone="201-555-0123", intake1="201-555-0130"),
            place("MD", name="CLINIC ", name2="Outpatient", street1="1 Main St.", phone="201-555-0124 x3"),
            place("MC", phone="201-555-0123", street2="Suite 2"),
            place("SP", street1="2 Main St"),
        )
    )
    both, other = sorted(places(found), key=lambda one: one.street or "")
    assert (both.part, both.street2) == ("Detox; Outpatient", "Suite 2")
    assert (both.phone, both.phone2, both.intake) == ("+12015550123", "+12015550124x3", "+12015550130")
    assert both.facets == ("buprenorphine", "detox", "medicaid", "medicare")
    assert other.street == "2 Main St"
    assert found.report.merged.joined == [("a.file, row 3", "a.file, row 2"), ("a.file, row 4", "a.file, row 2")]
    assert "4 rows in = 2 places out + 2 joined to another of the same site + 0 dropped" in found.report.text()


def test_a_site_in_two_files_is_one_place() -> None:
    found = imported(directory(place("SA BU")), directory(place("MH VET", zip="36602-1234")))
    (one,) = places(found)
    assert one.facets == ("buprenorphine", "mental-health", "substance-use", "veterans")
    assert found.report.merged.joined == [("b.file, row 2", "a.file, row 2")]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("NOOP", "OTP", set()),  # one program treats what the other does not: the site is open
        ("NOOP", "NOOP", {"no-opioid-treatment"}),
        ("NOOP", "MH", {"no-opioid-treatment"}),  # a mental health survey was never asked
        ("OTP DUO", "OTP", set()),
        ("OTP DUO", "OTP DUO", {"dui-only"}),
    ],
)
def test_a_limit_holds_only_where_every_program_that_was_asked_has_it(
    first: str, second: str, expected: set[str]
) -> None:
    (one,) = places(imported(directory(place(first), place(second))))
    assert {name for name in one.facets if name in ("no-opioid-treatment", "dui-only")} == expected


def test_without_a_street_only_what_is_the_same_in_all_else_is_one_place() -> None:
    rows = [
        place(street1="", name2="A"),
        place(street1="", name2="A"),
        place(street1="", name2="B"),
        place(street1="", name2="B", phone="201-555-0199"),
    ]
    found = imported(directory(*rows))
    made = places(found)
    assert sorted((one.part, one.phone) for one in made) == [
        ("A", "+12015550123"),
        ("B", "+12015550123"),
        ("B", "+12015550199"),
    ]
    assert len({one.id for one in made}) == 3
    assert len(found.report.merged.joined) == 1


def test_rows_of_which_no_place_can_be_made_are_dropped_with_a_reason() -> None:
    found = imported(directory(place(name=""), place(state="ZZ"), place(state="", city=""), place(state="QC")))
    assert places(found) == []
    assert found.report.merged.dropped == [
        ("a.file, row 2", "has no name"),
        ("a.file, row 3", "lies in 'ZZ', which is no part of the country"),
        ("a.file, row 4", "has neither a town nor a region"),
        ("a.file, row 5", "lies in 'QC', which is no part of the country"),
    ]
    assert "Rows dropped: 4\n  a.file, row 2: has no name\n" in found.report.text()


# numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("201-555-0123", "+12015550123"),
        ("(201) 555-0123", "+12015550123"),
        ("201-555-0123 x1234", "+12015550123x1234"),
        ("201-555-0123 ext. 5", "+12015550123x5"),
        ("1-201-555-0123", "+12015550123"),
        ("888-PARNEXT", "+18887276398"),
        ("813-630HOPE", "+18136304673"),
        ("800-YSS8918", "+18009778918"),
    ],
)
def test_numbers_are_made_dialable(text: str, expected: str) -> None:
    found = imported(directory(place(phone=text)))
    assert [one.phone for one in places(found)] == [expected]
    assert found.report.merged.spelled == any(letter in text for letter in "PYH")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("333-440-8534", "333-440-8534 cannot be a number in +1"),
        ("555-0123", "555-0123 has no area code, so it is not certain whose number it is"),
        ("800-ALCOHOLIC", "800-ALCOHOLIC has too many digits for a number in +1"),
        ("201-555-0123/201-555-0124", "201-555-0123/201-555-0124 holds more than one number"),
        ("call us", "call us cannot be a number in +1"),
    ],
)
def test_what_cannot_be_dialed_is_left_out_with_a_reason(text: str, reason: str) -> None:
    found = imported(directory(place(phone=text)), force=SMALL | {"phones"})
    assert [one.phone for one in places(found)] == [None]
    assert len(found.report.merged.numbers) == 1
    where, said = found.report.merged.numbers[0]
    assert where == "a.file, row 2"
    assert said == reason or (text == "call us" and said.startswith("call us "))


def test_a_third_number_for_intake_is_kept_and_a_third_main_number_reported() -> None:
    rows = [place(phone=f"201-555-012{n}", intake1=f"201-555-013{n}") for n in range(3)]
    found = imported(directory(*rows))
    (one,) = places(found)
    assert (one.phone, one.phone2, one.intake, one.intake2) == (
        "+12015550120",
        "+12015550121",
        "+12015550130",
        "+12015550131",
    )
    assert [said for _, said in found.report.merged.numbers] == [
        "+12015550122 is one phone number more than two",
        "+12015550132 is one intake number more than two",
    ]
    rows = [place(phone="201-555-0120", intake1=f"201-555-013{n}") for n in range(3)]
    (one,) = places(imported(directory(*rows)))
    assert one.phone2 == "+12015550132"


# points and postal codes


def test_points_come_from_the_file_or_the_postal_code() -> None:
    near = {"latitude": "30.7001", "longitude": "-88.05"}
    found = imported(
        locator(
            {"name1": "Exact", **near},
            {"name1": "Elsewhere", "latitude": "40.0", "longitude": "-88.05"},
            {"name1": "Swapped", "latitude": "-88.05", "longitude": "30.7"},
            {"name1": "Zero", "latitude": "0", "longitude": "0"},
            {"name1": "Nothing"},
            {"name1": "Nowhere", "zip": "00000"},
        ),
        force=SMALL | {"points"},
    )
    made = {one.name: one for one in places(found)}
    assert made["Exact"].point == (30.7001, -88.05)
    assert not made["Exact"].about
    code = made["Nothing"].point
    assert code is not None
    for name in ("Elsewhere", "Swapped", "Zero", "Nothing"):
        assert (made[name].point, made[name].about) == (code, True)
    assert made["Nowhere"].point is None
    assert found.report.merged.points == {"file": 1, "postal code": 4, "none": 1}
    assert [said for _, said in found.report.merged.strayed] == [
        "40.0, -88.05 is not in AL",
        "-88.05, 30.7 is not in AL",
        "0, 0 is not in AL",
    ]


def test_a_point_that_is_the_postal_codes_own_is_only_about_there() -> None:
    (code,) = places(imported(locator({})))
    assert code.latitude
    assert code.longitude
    (again,) = places(imported(locator({"latitude": code.latitude + "1", "longitude": code.longitude})))
    assert again.about


@pytest.mark.parametrize(
    ("state", "code", "expected", "said"),
    [
        ("MA", "02139-4307", "02139", []),
        ("MA", "021394307", "02139", []),
        ("MA", "2139", "02139", ["2139 had lost its zeros and is 02139"]),
        ("AL", "2139", None, ["'2139' is not a postal code"]),
        ("AL", "3660", None, ["'3660' is not a postal code"]),
        ("AL", "none", None, ["'none' is not a postal code"]),
    ],
)
def test_postal_codes_are_mended_only_where_that_is_certain(
    state: str, code: str, expected: str | None, said: list[str]
) -> None:
    found = imported(directory(place(state=state, zip=code)))
    assert [one.postal_code for one in places(found)] == [expected]
    assert [each for _, each in found.report.merged.codes] == said


@pytest.mark.parametrize(
    ("text", "expected"),
    [("http://clinic.example", "http://clinic.example"), ("HTTPS://Clinic.example/A", "https://Clinic.example/A"),
     ("www.clinic.example", "http://www.clinic.example"), ("clinic.exam\tple", "http://clinic.example"), ("n/a, see: Facebook", None)],
)  # fmt: skip
def test_web_addresses(text: str, expected: str | None) -> None:
    found = imported(listing(website=text))
    assert [one.website for one in places(found)] == [expected]
    assert len(found.report.merged.websites) == (expected is None)


def test_characters_that_cannot_be_seen_do_not_get_into_the_list() -> None:
    (one,) = places(imported(listing(name1="Cli\u2028nic\ufeff A", city="Mobile\x0b")))
    assert (one.name, one.city) == ("Cli nic A", "Mobile")


# gates


def test_a_list_that_passes_no_gate_is_not_written() -> None:
    found = imported(
        directory(place("SA QQ", phone="")), listing(("XX", "unknown")), locator({"latitude": "1", "longitude": "1", "name1": "B"}),
        dated="2024-05", force=frozenset(),
    )  # fmt: skip
    assert found.files == ()
    assert [tuple(each) for each in found.report.shut] == [
        ("rows", "There are 3 rows; a whole national list has at least 10,000."),
        ("points", "1 of 2 points lie outside their regions."),
        ("codes", "1 codes do not stand in the workbook's legend: code QQ."),
        ("codes", "1 of 1 texts are not known: XX: unknown."),
        ("age", "The facts are of 2024-05, more than 18 months ago; numbers change at a rate of one in ten a year."),
    ]
    assert "Refused (age): The facts are of 2024-05" in found.report.text()


def test_each_gate_opens_by_its_name_and_the_report_says_so() -> None:
    found = imported(directory(place("SA QQ")), dated="2024", force=frozenset(("rows", "codes", "age")))
    assert len(found.files) == 3
    assert [each.gate for each in found.report.opened] == ["rows", "codes", "age"]
    assert "Opened by --force codes: 1 codes do not stand in the workbook's legend: code QQ.\n" in found.report.text()


def test_phones_are_a_gate_and_one_in_a_hundred_may_lack_them() -> None:
    rows = [place(name=f"Clinic {number}", phone="" if number < 2 else "201-555-0123") for number in range(200)]
    assert len(imported(directory(*rows)).files) == 3
    rows[5] = place(name="Clinic 5", phone="")
    assert [each.message for each in imported(directory(*rows)).report.shut] == [
        "3 of 200 places have no telephone number that can be dialed."
    ]


@pytest.mark.parametrize(
    ("dated", "today", "shut"),
    [("2025-05", "2026-11-30", False), ("2025-05", "2026-12-01", True), ("2025", "2027-06-30", False), ("2025-05-24", "2026-11-24", False), ("2025-05-23", "2026-11-24", True)],
)  # fmt: skip
def test_18_months_are_counted_from_the_last_day_that_a_date_can_mean(dated: str, today: str, shut: bool) -> None:
    found = imported(directory(place()), dated=dated, today=datetime.date.fromisoformat(today))
    assert [each.gate for each in found.report.shut] == (["age"] if shut else [])


def test_a_region_may_not_lose_half_of_its_places(tmp_path: Path) -> None:
    old = read_back(
        tmp_path / "all",
        imported(directory(*(place(name=f"Clinic {n}") for n in range(10)), place(state="GU", zip="96910"))).files,
    )
    found = imported(directory(*(place(name=f"Clinic {n}") for n in range(4))), old=old)
    assert [tuple(each) for each in found.report.shut] == [("states", "US-AL has 4 places and had 10.")]
    assert imported(directory(*(place(name=f"Clinic {n}") for n in range(5))), old=old).report.shut == []


# the edition


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ({"edition": "", "dated": "2026"}, 'The edition has no name. Add --edition with the name that the list gives it, as in --edition "2026 edition".'),
        ({"dated": ""}, ("It is not known of when these facts are. Add --dated with the year, month or day when they were gathered, as in --dated 2026-08 "
                        "(for a yearly directory, the year of its survey).")),
        ({"dated": "last year"}, "last year is no year, month or day. Write --dated 2026, --dated 2026-08 or --dated 2026-08-10."),
        ({"dated": "2027"}, "2027 is still to come. Write when the facts were gathered."),
    ],
)  # fmt: skip
def test_an_edition_must_be_known(order: dict[str, str], sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        imported(directory(place()), **order)
    assert str(refused.value) == sentence


def test_the_name_of_an_export_tells_its_day() -> None:
    source = Source("FindTreament_Facility_listing_2026_08_10_093000.csv", locator({}))
    found = importing.run([source], Order("auto", "all", TODAY, "US", force=SMALL), None, lambda _, items, __: items)
    assert (found.report.edition, found.report.dated) == ("export of 2026-08-10", "2026-08-10")


# what is written


def test_the_same_files_give_the_same_bytes_and_read_back_the_same(tmp_path: Path) -> None:
    data = directory(
        place("BU SS SP", name='The "Best" Clinic, Inc', name2="=1+1"),
        place(name="é", state="PR", zip="00901"),
        codes=["BU", "SS", "SP", "SA"],
    )
    found, again = imported(data), imported(data)
    assert found.files == again.files
    assert [file.path for file in found.files] == ["al.csv", "list.yaml", "postal-codes.csv", "pr.csv"]
    old = read_back(tmp_path / "all", found.files)
    assert list(old.made.facilities) == places(found)
    settings = old.made.settings
    assert (settings.edition, settings.dated, settings.country, settings.units) == (
        "2026 edition",
        "2026",
        "US",
        "miles",
    )
    assert list(settings.facets) == ["substance-use", "buprenorphine", "sliding-fee", "spanish"]
    assert list(settings.groups) == ["care", "medicine", "pay", "languages"]
    assert any("GeoNames" in text and "CC BY 4.0" in text for text in settings.credits)
    assert settings.imported is not None
    assert (settings.imported.format, settings.imported.rows, list(settings.imported.files)) == (
        "directory",
        2,
        ["a.file"],
    )
    assert old.made.postal_codes == {code: WHOLE[code] for code in CODES}


def test_points_of_all_postal_codes_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legend, "points", lambda: WHOLE)
    old = read_back(tmp_path / "all", imported(directory(place())).files)
    assert old.made.postal_codes == WHOLE
    assert len(WHOLE) > 41_000
    assert WHOLE["48201"] == pytest.approx((42.35, -83.06), abs=0.05)


def test_a_clinics_own_table_in_another_country() -> None:
    table = b"name;city;phone\nClinique;Paris;01 99 00 12 34\n"
    found = imported(table, form="csv", country="FR", source="https://clinique.example/", force=frozenset())
    assert [file.path for file in found.files] == ["list.yaml", "places.csv"]
    assert (places(found)[0].phone, places(found)[0].region) == ("+33199001234", "FR")
    with pytest.raises(Unreadable, match="It is not known where this list is from"):
        imported(table, form="csv", country="FR")


# updating


def test_an_update_says_what_changed_and_keeps_notes(tmp_path: Path) -> None:
    home = tmp_path / "all"
    before = [
        place("BU", "Same"), place("BU", "Phone"), place("BU", "Facets"), place("BU", "Gone", phone="201-555-0170"),
        place("BU", "Moved", phone="201-555-0150"), place("BU", "Old name", street1="9 Elm St", phone="201-555-0160"),
    ]  # fmt: skip
    files = imported(directory(*before)).files
    read_back(home, files)
    noted = (home / "al.csv").read_text("utf-8")
    for name in ("Phone", "Moved"):
        row = next(line for line in noted.splitlines() if f",{name}," in line)
        noted = noted.replace(row, f"{row}Ask for {name}")
    (home / "al.csv").write_text(noted, "utf-8")
    text = (
        (home / "list.yaml")
        .read_text("utf-8")
        .replace('title: "Treatment places in the SAMHSA list"', "title: Ours   # our words")
    )
    (home / "list.yaml").write_text(text, "utf-8")
    made, problems = load.facility_list(home, "facilities/all")
    assert problems == []
    assert made is not None
    after = [
        place("BU", "Same"), place("BU", "Phone", phone="201-555-0199"), place("MD BU", "Facets"), place("BU", "New", phone="201-555-0180"),
        place("BU", "Moved", street1="7 Oak St", phone="201-555-0150"), place("BU", "New name", street1="9 Elm St", phone="201-555-0160"),
    ]  # fmt: skip
    # medicaid has to be a facet of the list to be told
    text = text.replace("facets:\n", 'facets:\n  medicaid: {name: "Medicaid", group: medicine}\n')
    (home / "list.yaml").write_text(text, "utf-8")
    made, _ = load.facility_list(home, "facilities/all")
    assert made is not None
    data = directory(*after)
    found = imported(data, old=Old(made, text), edition="2027 edition")
    assert found.report.shut == []
    said = found.report.text()
    for lines in (
        "Compared with the edition before: 1 the same\n",
        "New: 1\n  New, Mobile, US-AL\n",
        "Gone: 1\n  Gone, Mobile, US-AL\n",
        "Phone changed: 1\n  Phone, Mobile, US-AL: +12015550123 -> +12015550199\n",
        "Moved: 1\n  Moved, Mobile, US-AL: 1 Main St 36602 (",
        "Renamed: 1\n  Old name, Mobile, US-AL -> New name\n",
        "Facets changed: 1\n  Facets, Mobile, US-AL: +medicaid\n",
    ):
        assert lines in said
    assert {one.name: one.notes for one in places(found) if one.notes} == {
        "Phone": "Ask for Phone",
        "Moved": "Ask for Moved",
    }
    new = read_back(home, found.files)
    assert "title: Ours   # our words\n" in new.text
    assert (new.made.settings.edition, new.made.settings.title) == ("2027 edition", "Ours")
    again = imported(data, old=new, edition="2027 edition")
    for one, other in zip(again.files, found.files, strict=True):
        assert one.content.decode().splitlines() == other.content.decode().splitlines()
    assert (
        "6 the same\nNew: 0\nGone: 0\nPhone changed: 0\nMoved: 0\nRenamed: 0\nFacets changed: 0\n"
        in again.report.text()
    )


def test_what_was_changed_by_hand_is_not_overwritten_silently(tmp_path: Path) -> None:
    home = tmp_path / "all"
    read_back(home, imported(directory(place())).files)
    text = (home / "al.csv").read_text("utf-8")
    (home / "al.csv").write_text(text.replace("+12015550123", "+12015550124"), "utf-8")
    made, _ = load.facility_list(home, "facilities/all")
    assert made is not None
    old = Old(made, (home / "list.yaml").read_text("utf-8"))
    found = imported(directory(place()), old=old)
    assert [tuple(each) for each in found.report.shut] == [
        ("edits", "The list was edited by hand since it was imported, and that would be lost.")
    ]
    assert len(imported(directory(place()), old=old, force=SMALL | {"edits"}).files) == 3


# the folder


def options(tmp_path: Path) -> Options:
    write_site(tmp_path / "content", 0)
    return Options(
        content=tmp_path / "content", templates=((TEMPLATES, "ours"),), out=tmp_path / "out", today=TODAY, version="0"
    )


def bring(
    opts: Options,
    *files: str,
    form: str = "auto",
    to: str | None = "all",
    update: bool = False,
    force: frozenset[str] = SMALL,
    **more: str,
) -> Imported:
    order = {"edition": "2026 edition", "dated": "2026", "source": "", **more}
    wanted = bring_in.Wanted(form, files, to, update, order["edition"], order["dated"], order["source"], force)
    return bring_in.gather(opts, wanted, lambda _, items, __: items, lambda _: lambda *_: None)


def test_an_import_from_a_file_builds(tmp_path: Path) -> None:
    opts = options(tmp_path)
    (tmp_path / "a.xlsx").write_bytes(directory(place("SA BU")))
    found = bring(opts, str(tmp_path / "a.xlsx"), to=None)
    assert found.report.name == "a"
    assert bring_in.write(opts, found) == 3
    site, problems = load.load(opts.content, "content", TODAY)
    assert problems == []
    assert site is not None
    assert [(one.id, one.path, len(one.facilities)) for one in site.facilities] == [("a", "content/facilities/a", 1)]


def refusal(opts: Options, *files: str, **more: Any) -> str:
    with pytest.raises(bring_in.Refused) as refused:
        bring(opts, *files, **more)
    return str(refused.value)


def test_what_an_import_refuses(tmp_path: Path) -> None:
    opts = options(tmp_path)
    file = str(tmp_path / "a.xlsx")
    Path(file).write_bytes(directory(place("SA BU")))
    assert refusal(opts, file, force=frozenset(("agee",))) == "There is no gate agee. Did you mean age?"
    assert (
        refusal(opts, file, to="My List")
        == "My List is not the name of a list. Name it with --to, in small letters, digits and single hyphens."
    )
    assert refusal(opts, file, update=True) == "There is no list all to update. Leave --update out to make it."
    assert refusal(opts, str(tmp_path / "b.xlsx")).endswith(
        "b.xlsx: the file cannot be read: No such file or directory. Check its name and permissions."
    )
    assert (
        refusal(opts, file, file)
        == "Two of the files have the same name. Rename one, so that the report can tell them apart."
    )
    assert (
        refusal(opts, file, source="clinic.example") == "clinic.example is not a web address. Begin it with https://."
    )
    (tmp_path / "bad.csv").write_bytes(b"name,phone\n")
    assert (
        refusal(opts, str(tmp_path / "bad.csv"))
        == "bad.csv: The table has no column city or region. It has: name, phone."
    )
    bring_in.write(opts, bring(opts, file))
    home = opts.content / "facilities" / "all"
    assert (
        refusal(opts, file)
        == "The list all is there already. Add --update to put a new edition in its place, or choose another name with --to."
    )
    (home / "photo.jpg").write_bytes(b"")
    assert (
        refusal(opts, file, update=True)
        == "The folder of the list all holds photo.jpg, which an import would delete. Move it away."
    )
    (home / "photo.jpg").unlink()
    (home / "al.csv").write_text("name,city,phone\nClinic,Mobile,12\n", "utf-8")
    assert refusal(opts, file, update=True).startswith(
        "The list all has mistakes, which must be mended before it can be compared with a new edition:\nfacilities/all/al.csv:2:15: error[phone-number] "
    )


@pytest.mark.parametrize("step", range(8))
def test_an_import_killed_at_any_step_leaves_a_whole_list(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "all"
    old = [File("a.csv", b"old"), File("list.yaml", b"old")]
    new = [File("b.csv", b"new"), File("list.yaml", b"new"), File("c.csv", b"new")]
    replace_folder(home, old)
    steps = iter(range(100))

    class Killed(BaseException):
        pass

    def counted(real: Any) -> Any:
        def call(*arguments: Any) -> Any:
            if next(steps) == step:
                raise Killed
            return real(*arguments)

        return call

    monkeypatch.setattr(write, "_put", counted(write._put))
    monkeypatch.setattr(Path, "replace", counted(Path.replace))
    monkeypatch.setattr(write, "_remove_flat", counted(write._remove_flat))
    try:
        replace_folder(home, new)
        finished = True
    except Killed:
        finished = False
    monkeypatch.undo()
    put_back(home)
    there = sorted((file.name, file.read_bytes()) for file in home.iterdir())
    whole = [sorted((file.path, file.content) for file in files) for files in (old, new)]
    assert there in whole
    assert not finished or there == whole[1]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["all"]
    assert replace_folder(home, new) == (0 if there == whole[1] else 4)


def test_a_list_that_a_killed_import_left_aside_is_not_passed_over(tmp_path: Path) -> None:
    opts = options(tmp_path)
    (tmp_path / "a.xlsx").write_bytes(directory(place("SA BU")))
    bring_in.write(opts, bring(opts, str(tmp_path / "a.xlsx")))
    home = opts.content / "facilities"
    (home / "all").rename(home / ".all.old")
    _, problems = load.load(opts.content, "content", TODAY)
    assert [f"{problem.place} {problem.message} {problem.hint}" for problem in problems] == [
        "content/facilities/all:1:1 an import into this list was cut off, and the list as it was stands aside. Run the import again, which puts it back first."
    ]
    bring(opts, str(tmp_path / "a.xlsx"), update=True)
    assert load.load(opts.content, "content", TODAY)[1] == []


# the network


class _Answers(http.server.BaseHTTPRequestHandler):
    data = b""

    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://other.example/a.xlsx")
            self.end_headers()
        elif self.path == "/near":
            self.send_response(302)
            self.send_header("Location", "/a.xlsx")
            self.end_headers()
        elif self.path == "/huge":
            self.send_response(200)
            self.send_header("Content-Length", str(2**40))
            self.end_headers()
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 10)
        elif self.path == "/none":
            self.send_error(404)
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()
    thread.join()


def test_an_import_from_an_address(server: str, tmp_path: Path) -> None:
    _Answers.data = directory(place("SA BU"))
    opts = options(tmp_path)
    found = bring(opts, f"{server}/near", to="near")
    assert (len(places(found)), found.report.files) == (1, [("near", 1)])
    text = next(file.content for file in found.files if file.path == "list.yaml").decode()
    assert f'source: "{server}/near"' in text


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (
            "/away",
            "http://other.example/a.xlsx is not an https address. Only those are fetched, because anybody on the way can change the others.",
        ),
        ("/huge", "{}/huge is larger than 64 MiB. Check that it is the right file."),
        ("/cut", "{}/cut broke off after 10 of 1,000 bytes. Run the import again."),
        ("/none", "{}/none answers 404 (Not Found). Open it in a browser, and import the file from there."),
    ],
)
def test_an_address_that_cannot_be_had(server: str, path: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        fetch.fetch(f"{server}{path}")
    assert str(refused.value) == sentence.format(server)


@pytest.mark.parametrize(
    "address",
    ["http://clinic.example/a.csv", "ftp://clinic.example/a", "http://127.0.0.1.clinic.example/", "https:///a"],
)
def test_only_https_is_fetched(address: str) -> None:
    with pytest.raises(Unreadable, match="is not an https address"):
        fetch.fetch(address)


def test_a_large_answer_without_a_length_is_cut_off(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _Answers.data = b"x" * 5000
    monkeypatch.setattr(fetch, "MAX_BYTES", 1000)
    with pytest.raises(Unreadable, match="is larger than 64 MiB"):
        fetch.fetch(f"{server}/long")


def test_rows_of_a_table_that_cannot_be_read_are_dropped_with_a_reason() -> None:
    table = b'name,city,state,phone\nOne,Mobile,AL,201-555-0123\nTwo, the second,Mobile,AL,\n"Three "3",Mobile,AL,\nFour,Mobile,AL,\n'
    found = imported(table, form="csv", country="US", source="https://clinic.example/", force=frozenset(("phones",)))
    assert [one.name for one in places(found)] == ["Four", "One"]
    assert found.report.merged.dropped == [
        ("a.file, line 3", "this row has 5 cells, and the table 4 columns"),
        ("a.file, line 4", "a quotation mark stands here in the middle of a cell"),
    ]
    assert "4 rows in = 2 places out + 0 joined to another of the same site + 2 dropped\n" in found.report.text()


def test_a_clinics_own_table_may_use_the_words_of_the_national_list() -> None:
    table = b"name,city,state,phone,facets\nOne,Mobile,AL,201-555-0123,detox gloves\n"
    found = imported(table, form="csv", country="US", source="https://clinic.example/", force=frozenset())
    assert places(found)[0].facets == ("detox",)
    assert found.report.merged.unknown == {"facet gloves": 1}
    text = next(file.content for file in found.files if file.path == "list.yaml").decode()
    assert 'title: "All"\n' in text
    assert '  detox: {name: "Detox (help through withdrawal)", group: "care"' in text
    assert "SAMHSA" not in text


def test_an_exact_point_outlives_an_edition_that_has_none(tmp_path: Path) -> None:
    exact = {"latitude": "30.7001", "longitude": "-88.05"}
    old = read_back(tmp_path / "all", imported(locator(exact, {"name1": "Other", **exact})).files)
    found = imported(directory(place(), place(name="Other", street1="9 Elm St")), old=old)
    made = {one.name: one for one in places(found)}
    assert (made["Clinic"].point, made["Clinic"].about) == ((30.7001, -88.05), False)
    assert made["Other"].about
    assert "1 place kept an exact point from the edition before." in found.report.notes
