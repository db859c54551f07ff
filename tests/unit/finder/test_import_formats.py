"""The national formats, each in a small file that the test makes: what is understood, every known trap, and what is left alone."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

import pytest

from ebbtide.finder.formats import legend
from ebbtide.finder.formats.entries import Gathered, Unreadable
from ebbtide.finder.formats.reading import read
from ebbtide.finder.formats.workbook import Workbook
from ebbtide.finder.rows import plain
from tests.unit.finder.locator_columns import COLUMNS

HEADER_2023 = (
    "Name1 Name2 Street1 Street2 City State Zip Phone Intake1 Intake2 Intake1a Intake2a Service_code_info".split()
)
HEADER_2022 = [name.lower() for name in HEADER_2023]
LEGEND_HEADER = "category_code category_name service_code service_name service_description".split()


def sheet(rows: Sequence[Sequence[str]], strings: list[str] | None) -> str:
    """Cells as shared strings, or written into the sheet; empty ones are left out, as spreadsheets do."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = []
        for column, text in enumerate(row):
            name = f"{chr(65 + column)}{number}" if column < 26 else f"A{chr(65 + column - 26)}{number}"
            if not text:
                continue
            if strings is None:
                cells.append(f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>')
            else:
                strings.append(text)
                cells.append(f'<c r="{name}" t="s"><v>{len(strings) - 1}</v></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{''.join(lines)}</sheetData></worksheet>"
    )


def workbook(sheets: Mapping[str, Sequence[Sequence[str]]], *, inline: bool = False) -> bytes:
    strings: list[str] | None = None if inline else []
    main, office = (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        names = "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, 1)
        )
        made.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>'
        )
        links = "".join(
            f'<Relationship Id="rId{n}" Type="x" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(sheets) + 1)
        )
        made.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>',
        )
        for n, rows in enumerate(sheets.values(), 1):
            made.writestr(f"xl/worksheets/sheet{n}.xml", sheet(rows, strings))
        if strings is not None:
            items = "".join(
                f"<si><r><t>{escape(text[:3])}</t></r><rPh><t>no</t></rPh><r><t>{escape(text[3:])}</t></r></si>"
                for text in strings
            )
            made.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{items}</sst>')
    return stream.getvalue()


def meanings(*codes: str) -> list[list[str]]:
    """Lines of a legend for some codes, as the printed one has them."""
    table = {row["code"]: row for row in csv.DictReader(io.StringIO(PRINTED))}
    return [
        [table[code]["category_code"], table[code]["category"], code, table[code]["service"], "..."] for code in codes
    ]


PRINTED = (legend.files(legend.__package__) / "legend.csv").read_text("utf-8")
ALL = [row["code"] for row in csv.DictReader(io.StringIO(PRINTED))]


def directory(
    *rows: Sequence[str], header: Sequence[str] = HEADER_2023, codes: Sequence[str] = ALL, inline: bool = False
) -> bytes:
    return workbook(
        {"Facilities List": [header, *rows], "Service Code Reference": [LEGEND_HEADER, *meanings(*codes)]},
        inline=inline,
    )


def place(codes: str = "SA", name: str = "Clinic", **more: str) -> list[str]:
    fields = {"city": "Mobile", "state": "AL", "zip": "36602", "street1": "1 Main St", "phone": "201-555-0123", **more}
    return [{"name1": name, "service_code_info": codes, **fields}.get(column, "") for column in HEADER_2022]


def gathered(data: bytes, form: str = "auto", name: str = "file") -> Gathered:
    return read(form, data, name, lambda _, items, __: items)


def facets(found: Gathered) -> list[set[str]]:
    return [set(legend.facets_of(entry.services)) for entry in found.entries]


def locator(*rows: Mapping[str, str], columns: Sequence[str] = COLUMNS) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, quoting=csv.QUOTE_ALL, restval="")
    writer.writeheader()
    common = {
        "name1": "Clinic",
        "street1": "1 Main St",
        "city": "Mobile",
        "state": "AL",
        "zip": "36602",
        "phone": "201-555-0123",
        "type_facility": "SU",
    }
    writer.writerows({**common, **row} for row in rows)
    return stream.getvalue().encode()


def listing(*services: tuple[str, str], **more: object) -> bytes:
    row = {
        "_irow": 1, "name1": "Clinic", "name2": None, "street1": "1 Main St", "street2": "", "city": "Mobile", "state": "AL", "zip": "36602",
        "phone": "201-555-0123", "intake1": "201-555-0124 x5", "hotline1": None, "website": "http://clinic.example", "latitude": "30.69",
        "longitude": "-88.04", "miles": 0.2, "typeFacility": "SA", "services": [{"f1": "x", "f2": code, "f3": text} for code, text in services],
        **more,
    }  # fmt: skip
    return json.dumps({"page": 1, "totalPages": 1, "recordCount": 1, "rows": [row]}).encode()


@pytest.mark.parametrize("header", [HEADER_2022, HEADER_2023], ids=["2022", "2023"])
@pytest.mark.parametrize("inline", [False, True], ids=["shared strings", "inline strings"])
def test_both_editions_of_the_workbook(header: list[str], inline: bool) -> None:
    row = place(
        "SA DT * OP OD * MU BU NU",
        name2=" Detox  unit ",
        zip="02139",
        phone="201-555-0123 x12",
        intake1="888-PARNEXT",
        intake2a="201-555-0125",
    )
    found = gathered(directory(row, place("RES"), header=header, inline=inline), name="a.xlsx")
    assert (found.format, found.known, found.unknown) == ("directory", 8, {})
    first, second = found.entries
    assert (first.where, second.where) == ("a.xlsx, row 2", "a.xlsx, row 3")
    assert (first.name, first.part, first.street, first.city, first.region, first.postal_code) == (
        "Clinic",
        "Detox unit",
        "1 Main St",
        "Mobile",
        "AL",
        "02139",
    )
    assert first.phones == (("phone", "201-555-0123 x12"), ("intake", "888-PARNEXT"), ("intake", "201-555-0125"))
    assert facets(found) == [
        {"substance-use", "detox", "outpatient", "methadone", "buprenorphine", "naltrexone"},
        {"residential"},
    ]


TRAPS: Mapping[str, tuple[str, set[str]]] = {
    "MM is methadone maintenance, and says nothing of medication management": ("MM", set()),
    "METH is the medicine methadone, not methamphetamine": ("METH", set()),
    "MD is Medicaid": ("MD", {"medicaid"}),
    "MC is Medicare": ("MC", {"medicare"}),
    "SS is the sliding fee": ("SS", {"sliding-fee"}),
    "SF is cash": ("SF", {"self-pay"}),
    "SWFS is a welfare fund": ("SWFS", set()),
    "SI is a plan financed by the state, not private": ("SI", {"state-plan"}),
    "PI is private insurance": ("PI", {"private-insurance"}),
    "IPT is individual psychotherapy, not inpatient": ("IPT", set()),
    "HI is the hospital": ("HI", {"hospital"}),
    "SNR only says that they are accepted": ("SNR", set()),
    "SE is a program for older adults": ("SE", {"older-adults"}),
    "MI is military insurance": ("MI", {"military-insurance"}),
    "MOTI is motivational interviewing": ("MOTI", set()),
    "SSA is screening, STAG the license": ("SSA STAG", set()),
    "TELE is telehealth": ("TELE", {"telehealth"}),
    "teenagers by a program or by age": ("AD", {"adolescents"}),
    "teenagers by age alone": ("CHLD", {"adolescents"}),
    "NOOP warns": ("NOOP", {"no-opioid-treatment"}),
    "DUO warns, DU does not": ("DUO", {"dui-only"}),
    "DU": ("DU", set()),
    "UB prescribes, BU uses": ("UB", {"prescribes-buprenorphine"}),
    "BU": ("BU", {"buprenorphine"}),
    "OTP and MU are two things": ("OTP MU", {"opioid-treatment-program", "methadone"}),
    "the same under two codes, as editions changed": ("ULC", {"clonidine-or-lofexidine-detox"}),
    "DLC": ("DLC", {"clonidine-or-lofexidine-detox"}),
    "TAY is a program, YAD an age": ("TAY", {"young-adults"}),
    "YAD": ("YAD", set()),
    "SUMH is both at once": ("SUMH", {"co-occurring"}),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_codes_mean_what_the_workbook_says(trap: str) -> None:
    codes, expected = TRAPS[trap]
    found = gathered(directory(place(codes)))
    assert facets(found) == [expected]
    assert found.unknown == {}


def test_the_workbooks_own_legend_rules_and_not_ours() -> None:
    """A code that a later edition gives to something else means what that edition says."""
    data = workbook(
        {
            "Service Code Reference": [
                LEGEND_HEADER,
                ["PAY", "Payment", "XX", "Medicaid"],
                ["TAP", "Approaches", "MD", "Meditation"],
            ],
            "Facilities List": [HEADER_2023, place("XX MD")],
        }
    )
    assert facets(gathered(data)) == [{"medicaid"}]


def test_a_code_outside_the_legend_is_counted_and_nothing_else() -> None:
    found = gathered(directory(place("SA QQQ"), place("QQQ MD"), place("RRR"), codes=["SA", "MD"]))
    assert found.unknown == {"code QQQ": 2, "code RRR": 1}
    assert facets(found) == [{"substance-use"}, {"medicaid"}, set()]


def test_every_facet_is_told_by_a_name_of_the_printed_legend() -> None:
    """And every filter that readers ask for is there."""
    printed = legend.printed()
    assert legend.facets_without(printed.by_text) == []
    offered = {id for id, facet in legend.offers()["facets"].items() if facet.get("filter", True)}
    assert offered >= set(
        "detox opioid-detox buprenorphine methadone naltrexone outpatient residential hospital telehealth medicaid medicare private-insurance "
        "sliding-fee payment-assistance free military-insurance spanish sign-language pregnant-women adolescents veterans co-occurring "
        "opioid-treatment-program".split()
    )
    assert {id for id, facet in legend.offers()["facets"].items() if facet.get("warns")} == {
        "no-opioid-treatment",
        "dui-only",
        "alcohol-only",
    }


def test_names_are_unique_in_their_category_and_six_are_not_in_all() -> None:
    rows = [(row["category_code"], plain(row["service"])) for row in csv.DictReader(io.StringIO(PRINTED))]
    assert len(rows) == len(set(rows)) == 317
    names = [name for _, name in rows]
    twice = {name for name in names if names.count(name) > 1}
    assert len(twice) == 6
    assert not twice & legend.printed().by_name.keys()


COLUMN_TRAPS: Mapping[str, tuple[str, set[str]]] = {
    "mi is motivational interviewing": ("mi", set()),
    "tricare is military insurance": ("tricare", {"military-insurance"}),
    "ssa is the license": ("ssa", set()),
    "ssu is screening": ("ssu", set()),
    "ss is the sliding fee": ("ss", {"sliding-fee"}),
    "cash is cash": ("cash", {"self-pay"}),
    "samhsa is a fund": ("samhsa", set()),
    "asl": ("asl", {"sign-language"}),
    "adol": ("adol", {"adolescents"}),
    "ch_ad": ("ch_ad", {"adolescents"}),
    "ya is the program": ("ya", {"young-adults"}),
    "yad is the age": ("yad", set()),
    "sen is the program": ("sen", {"older-adults"}),
    "duio": ("duio", {"dui-only"}),
    "iop": ("iop", {"intensive-outpatient"}),
    "php": ("php", {"day-program"}),
    "sumh": ("sumh", {"co-occurring"}),
}


@pytest.mark.parametrize("trap", COLUMN_TRAPS)
def test_columns_mean_what_the_table_of_columns_says(trap: str) -> None:
    column, expected = COLUMN_TRAPS[trap]
    assert facets(gathered(locator({column: "1"}))) == [expected | {"substance-use"}]


def test_the_locators_table_with_all_its_columns() -> None:
    assert len(COLUMNS) == len(set(COLUMNS)) == 328
    found = gathered(
        locator(
            {
                "bu": "1",
                "md": "1",
                "ubn": "1",
                "ct": "1",
                "latitude": "30.69",
                "longitude": "-88.04",
                "website": "http://clinic.exam\tple/",
            },
            {"ubn": "1", "type_facility": "MH", "op": "yes", "name2": "Second"},
        ),
        name="a.csv",
    )
    assert (found.format, found.known) == ("locator-csv", 2)
    assert found.unknown == {"column ubn": 2, "column ct": 1, "column op, where it is not 1": 1}
    assert facets(found) == [{"substance-use", "buprenorphine", "medicaid"}, {"mental-health"}]
    assert [(entry.where, entry.website, entry.latitude) for entry in found.entries] == [
        ("a.csv, line 2", "http://clinic.example/", "30.69"), ("a.csv, line 3", "", ""),
    ]  # fmt: skip
    assert found.notes[1] == "Columns that no legend knows: ct, msnh, ubn."
    assert "asl" in found.notes[0]
    assert "mi," in found.notes[0]


def test_the_locators_workbook_with_lines_above_its_columns() -> None:
    """Columns are found by name wherever they stand, and the rows by the cell name1."""
    columns = ["zip", "name1", "state", "md", "phone", "city", "latitude", "type_facility"]
    rows = [
        ["Exported by the locator"],
        [],
        ["from", "2026"],
        [],
        columns,
        ["36602", "Clinic", "AL", "1", "201-555-0123", "Mobile", "30.69", "SU"],
    ]
    found = gathered(workbook({"Sheet 1": rows}, inline=True), name="a.xlsx")
    assert [(entry.where, entry.postal_code, entry.name) for entry in found.entries] == [
        ("a.xlsx, row 6", "36602", "Clinic")
    ]
    assert facets(found) == [{"substance-use", "medicaid"}]


def test_the_locators_json() -> None:
    found = gathered(
        listing(
            ("OM", "Buprenorphine used in Treatment; Naltrexone used in Treatment"), ("PAY", "Medicaid;Medicare; ")
        ),
        name="a.json",
    )
    (entry,) = found.entries
    assert (found.format, found.known, entry.where) == ("locator-json", 4, "a.json, row 1")
    assert entry.phones == (("phone", "201-555-0123"), ("intake", "201-555-0124 x5"))
    assert (entry.part, entry.website, entry.latitude) == ("", "http://clinic.example", "30.69")
    assert facets(found) == [{"substance-use", "buprenorphine", "naltrexone", "medicaid", "medicare"}]


@pytest.mark.parametrize(
    ("service", "expected", "moved", "unknown"),
    [
        (("SG", "Young adults"), {"young-adults"}, 0, 0),
        (("AGE", "Young Adults"), set(), 0, 0),
        (("XX", "Young adults"), set(), 0, 1),
        (("SL", "SPANISH"), {"spanish"}, 0, 0),
        (("OL", "Spanish"), {"spanish"}, 1, 0),
        (("SL", "Sign language services for the deaf and hard-of-hearing"), {"sign-language"}, 0, 0),
        (("SG", "Lesbian, gay, bisexual, or transgender (LGBT) clients"), set(), 0, 1),
        (("TAP", "Something new"), set(), 0, 1),
    ],
)
def test_texts_are_known_by_their_category(
    service: tuple[str, str], expected: set[str], moved: int, unknown: int
) -> None:
    found = gathered(listing(service))
    assert facets(found) == [expected | {"substance-use"}]
    assert (sum(found.moved.values()), sum(found.unknown.values())) == (moved, unknown)


def test_json_without_services_and_in_several_pages() -> None:
    page = json.loads(listing(services=None, typeFacility="OTP", surprise="x"))
    found = gathered(json.dumps([page, page]).encode())
    assert facets(found) == [{"substance-use"}] * 2
    assert found.notes == ["Fields that are not known, and were left out: surprise."]


def test_a_plain_table() -> None:
    found = gathered(
        "name;city;state;phone;service_codes;facets;fax\nClinic;Mobile;AL;201-555-0123;SA * MD ZZ;detox, outpatient;1\n".encode(
            "cp1252"
        ),
        name="a.csv",
    )
    (entry,) = found.entries
    assert (found.format, entry.region, entry.facets, entry.where) == (
        "csv",
        "AL",
        {"detox", "outpatient"},
        "a.csv, line 2",
    )
    assert (facets(found), found.unknown) == ([{"substance-use", "medicaid"}], {"code ZZ": 1})
    assert found.notes == ["Columns that are not known, and were left out: fax."]


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b" " * 600 * 1024 * 1024)
    return stream.getvalue()


def with_part(path: str, text: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(directory(place()))) as old, zipfile.ZipFile(stream, "w") as made:
        for name in old.namelist():
            made.writestr(name, text if name == path else old.read(name))
    return stream.getvalue()


REFUSED: Mapping[str, tuple[str, bytes, str]] = {
    "not a workbook": ("directory", b"name,phone\n", "file is not of the format directory. It could be locator-csv or csv."),
    "not JSON": ("auto", b"{ No results", "This is not JSON; it begins with '{ No results'. The locator answers a wrong question with a line of text."),
    "JSON of another shape": ("auto", b'{"a": 1}', "This JSON has no list of rows. It should look like the locator's answer: page, totalPages, recordCount, rows."),
    "plain text": ("auto", b"No facilities found\n", "The table has no column name and no column phone. It has: no_facilities_found."),
    "a plain table without phones": ("auto", b"name,city,telephone\n", "The table has no column phone. Did you mean telephone?"),
    "neither city nor region": ("csv", b"name,phone\n", "The table has no column city or region. It has: name, phone."),
    "the old kind": ("auto", b"\xd0\xcf\x11\xe0\xa1\xb1", "This is a workbook of the old kind (.xls). Save it as .xlsx."),
    "a broken zip": ("auto", b"PK\x03\x04rubbish", "This is no workbook: it is not a zip of XML files. Save it as .xlsx."),
    "a workbook without the sheets": ("directory", workbook({"Other": [["name1"]]}), "The workbook has no sheet facilities list; it has Other. Is it the national directory?"),
    "any workbook": ("auto", workbook({"Other": [["a", "b"]]}), "No sheet of the workbook has the columns of a locator export. They begin with name1, name2, street1, street2, city, state, zip."),
    "a missing column": ("directory", directory(header=[name.replace("State", "Stat") for name in HEADER_2023]),
                         "The columns state are missing. There are: name1, name2, street1, street2, city, stat, zip, phone, intake1, intake2, intake1a, intake2a, service_code_info."),
    "a legend without names": ("directory", workbook({"Facilities List": [HEADER_2023], "Service Code Reference": [["code", "meaning"]]}),
                               "The sheet that explains the codes has no columns category_code, service_code and service_name."),
    "a document type": ("directory", with_part("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
                        "A part of the workbook declares a document type, which no spreadsheet writes. Fetch it again."),
    "XML cut off": ("directory", with_part("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row"),
                    "A part of the workbook is not XML (unclosed token: line 1, column 22). Fetch it again, or save it again."),
    "locator columns missing": ("locator-csv", b"name1,phone\n", "The columns state, zip are missing. Export the list again, with all of its columns."),
    "UTF-16": ("csv", "name,phone,city\n".encode("utf-16"), "file is saved as UTF-16. Save it again as CSV in UTF-8."),
    "NUL": ("csv", b"name,phone,city\n\0", "file holds a NUL byte, so it is not plain text. Save it again as CSV in UTF-8."),
    "empty": ("auto", b"", "file is empty."),
    "a column twice": ("csv", b"name,phone,city,name\n", "file:1:17: name stands twice; it is the name of column 1 already. Keep one of them."),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_of_the_format_is_refused_in_a_sentence(case: str) -> None:
    form, data, sentence = REFUSED[case]
    with pytest.raises(Unreadable) as refused:
        gathered(data, form)
    assert str(refused.value) == sentence


def test_a_zip_bomb_is_left_alone() -> None:
    with pytest.raises(Unreadable, match="unpacks to more than 512 MiB"):
        Workbook(bomb())


def test_a_cell_far_to_the_right_costs_nothing() -> None:
    text = '<worksheet><sheetData><row r="1"><c r="XFD1" t="str"><v>far</v></c><c r="B1" t="str"><v>near</v></c></row></sheetData></worksheet>'
    book = Workbook(with_part("xl/worksheets/sheet1.xml", text))
    assert list(book.rows("Facilities List")) == [(1, ["", "near"])]
