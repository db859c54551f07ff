"""The National Directory workbook, 2022 and after: a sheet of places whose codes its second sheet explains."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ebbtide.finder.formats.entries import Entry, Gathered, Kind, Service, Unreadable
from ebbtide.finder.formats.legend import Legend, Meaning
from ebbtide.finder.formats.workbook import Workbook
from ebbtide.finder.rows import plain

PLACES, LEGEND = "facilities list", "service code reference"
TEXTS = {
    "name1": "name",
    "name2": "part",
    "street1": "street",
    "street2": "street2",
    "city": "city",
    "state": "region",
    "zip": "postal_code",
}
PHONES: tuple[tuple[str, Kind], ...] = (
    ("phone", "phone"), ("intake1", "intake"), ("intake2", "intake"), ("intake1a", "intake"), ("intake2a", "intake"),
)  # fmt: skip
CODES = "service_code_info"
Progress = Callable[[str, Iterable[Any], int], Iterable[Any]]


def is_directory(book: Workbook) -> bool:
    return {PLACES, LEGEND} <= {plain(name) for name in book.names}


def read(book: Workbook, name: str, progress: Progress) -> Gathered:
    """Rows of the sheet of places. `name` is the file's, for the report."""
    sheets = {plain(each): each for each in book.names}
    for wanted in (PLACES, LEGEND):
        if wanted not in sheets:
            raise Unreadable(
                f"The workbook has no sheet {wanted}; it has {', '.join(book.names)}.", "Is it the national directory?"
            )
    legend = _legend(list(book.rows(sheets[LEGEND])))
    rows = list(book.rows(sheets[PLACES]))
    start, columns = header(rows, ("name1", "state", CODES))
    found = Gathered("directory", named=frozenset(legend.by_text))
    strange = [each for each in columns if each and each not in (*TEXTS, *dict(PHONES), CODES)]
    if strange:
        found.notes.append(f"Columns that are not known, and were left out: {', '.join(strange)}.")
    for number, cells in progress("places", rows[start:], len(rows) - start):
        row = dict(zip(columns, cells, strict=False))
        if not any(row.values()):
            continue
        services: set[Service] = set()
        for code in row.get(CODES, "").replace("*", " ").split():
            meaning = legend.by_code.get(code)
            if meaning is None:
                found.unknown[f"code {code}"] += 1
            else:
                found.known += 1
                services.add(meaning.service)
        found.entries.append(entry(row, f"{name}, row {number}", frozenset(services)))
    return found


def header(rows: Sequence[tuple[int, list[str]]], wanted: Iterable[str]) -> tuple[int, list[str]]:
    """Where the rows below the column names begin, and the names. Some files have lines of text above them."""
    for number, (_, cells) in enumerate(rows[:50]):
        names = [re.sub(r"[\s-]+", "_", cell.strip().casefold()) for cell in cells]
        if "name1" in names:
            if missing := [each for each in wanted if each not in names]:
                raise Unreadable(
                    f"The columns {', '.join(missing)} are missing.", f"There are: {', '.join(filter(None, names))}."
                )
            return number + 1, names
    raise Unreadable("There is no line of column names: none of the first 50 rows has a cell name1.")


def entry(
    row: Mapping[str, str], where: str, services: frozenset[Service], phones: Sequence[tuple[str, Kind]] = PHONES
) -> Entry:
    """A row of any of the national formats, which call most columns alike."""
    texts: dict[str, Any] = {ours: " ".join(row.get(theirs, "").split()) for theirs, ours in TEXTS.items()}
    numbers = tuple((kind, row[column].strip()) for column, kind in phones if row.get(column, "").strip())
    more: dict[str, Any] = {name: "".join(row.get(name, "").split()) for name in ("latitude", "longitude", "website")}
    return Entry(where, **texts, **more, phones=numbers, services=services)


def _legend(rows: Sequence[tuple[int, list[str]]]) -> Legend:
    for number, (_, cells) in enumerate(rows[:50]):
        names = [re.sub(r"[\s-]+", "_", cell.casefold()) for cell in cells]
        if {"category_code", "service_code", "service_name"} <= set(names):
            lines = (dict(zip(names, cells, strict=False)) for _, cells in rows[number + 1 :])
            meanings = [
                Meaning(line["service_code"], Service(line["category_code"], plain(line.get("service_name", ""))))
                for line in lines
                if line.get("service_code")
            ]
            if meanings:
                return Legend.of(meanings)
    raise Unreadable("The sheet that explains the codes has no columns category_code, service_code and service_name.")
