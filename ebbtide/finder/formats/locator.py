"""The national locator's exports: a table with a column of ones for each service, and JSON that tells services in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from ebbtide.finder.formats.directory import Progress, entry, header
from ebbtide.finder.formats.entries import Gathered, Kind, Service, Unreadable
from ebbtide.finder.formats.legend import printed
from ebbtide.finder.formats.workbook import Workbook
from ebbtide.finder.rows import plain
from ebbtide.table import Table

TEXTS = (
    "name1", "name2", "street1", "street2", "city", "state", "zip", "zip4", "county", "phone", "intake1", "intake2", "intake1a",
    "intake2a", "hotline1", "website", "latitude", "longitude", "type_facility",
)  # fmt: skip
"""Columns that hold texts, in any edition. All others are flags."""
PHONES: tuple[tuple[str, Kind], ...] = (
    ("phone", "phone"), ("intake1", "intake"), ("intake2", "intake"), ("intake1a", "intake"), ("intake2a", "intake"), ("hotline1", "phone"),
)  # fmt: skip
_NEEDED = ("name1", "state", "zip", "phone")
_TYPES = {"sa": ("TC", "Substance use treatment"), "su": ("TC", "Substance use treatment"), "otp": ("TC", "Substance use treatment"),
          "mh": ("TC", "Mental health treatment")}  # fmt: skip
"""What a row's type says by itself. The table writes SU, the JSON SA."""


def is_locator(columns: Sequence[str]) -> bool:
    return {"name1", "type_facility", "latitude"} <= set(columns)


def read_table(table: Table, name: str, progress: Progress) -> Gathered:
    """The export as comma-separated values."""
    rows = [(row.line, row.cells) for row in table.rows]
    return _read(table.columns, rows, f"{name}, line", progress)


def read_workbook(book: Workbook, name: str, progress: Progress) -> Gathered:
    """The export as a workbook: the first sheet that has a line of column names, lines of text above it or not."""
    for sheet in book.names:
        rows = list(book.rows(sheet))
        try:
            start, columns = header(rows, _NEEDED)
        except Unreadable:
            continue
        return _read(columns, rows[start:], f"{name}, row", progress)
    raise Unreadable(
        "No sheet of the workbook has the columns of a locator export.", f"They begin with {', '.join(TEXTS[:7])}."
    )


def _read(columns: Sequence[str], rows: Sequence[tuple[int, list[str]]], where: str, progress: Progress) -> Gathered:
    if missing := [name for name in _NEEDED if name not in columns]:
        raise Unreadable(
            f"The columns {', '.join(missing)} are missing.", "Export the list again, with all of its columns."
        )
    legend, found = printed().by_column, Gathered("locator-csv")
    flags = [(number, name) for number, name in enumerate(columns) if name and name not in TEXTS]
    found.named = frozenset(legend[name].service for _, name in flags if name in legend)
    inferred = [name for _, name in flags if name in legend and legend[name].basis != "same code"]
    if inferred:
        found.notes.append(f"Columns whose meaning is inferred from their position: {', '.join(sorted(inferred))}.")
    if strange := [name for _, name in flags if name not in legend]:
        found.notes.append(f"Columns that no legend knows: {', '.join(sorted(strange))}.")
    for line, cells in progress("places", rows, len(rows)):
        if not any(cells):
            continue
        row = dict(zip(columns, cells, strict=False))
        services = {
            Service(each[0], plain(each[1])) for each in (_TYPES.get(row.get("type_facility", "").casefold()),) if each
        }
        for number, name in flags:
            value = cells[number] if number < len(cells) else ""
            if not value or value == "0":
                continue
            if value not in ("1", "1.0"):
                found.unknown[f"column {name}, where it is not 1"] += 1
            elif name in legend:
                found.known += 1
                services.add(legend[name].service)
            else:
                found.unknown[f"column {name}"] += 1
        found.entries.append(entry(row, f"{where} {line}", frozenset(services), PHONES))
    return found


def read_json(data: bytes, name: str, progress: Progress) -> Gathered:
    """One answer of the locator's listing, or several in one list."""
    rows, found = _rows(data), Gathered("locator-json")
    legend, strange = printed(), set[str]()
    for number, row in enumerate(progress("places", rows, len(rows)), 1):
        if not isinstance(row, dict):
            raise Unreadable(f"Row {number} is not an object.", "Fetch the file again.")
        texts = {
            key.casefold(): str(value)
            for key, value in row.items()
            if value is not None and not isinstance(value, list | dict)
        }
        strange |= texts.keys() - {*TEXTS, "_irow", "frid", "miles", "typefacility"}
        kind = _TYPES.get(texts.get("typefacility", "").casefold())
        services = {Service(kind[0], plain(kind[1]))} if kind else set()
        for category, text in _told(row.get("services") or [], number):
            service = Service(category, plain(text))
            if service in legend.by_text:
                found.known += 1
                services.add(service)
            elif meaning := legend.by_name.get(service.name):
                found.known += 1
                found.moved[f"{category}: {text}"] += 1
                services.add(meaning.service)
            else:
                found.unknown[f"{category}: {text}"] += 1
        found.entries.append(entry(texts, f"{name}, row {number}", frozenset(services), PHONES))
    if strange:
        found.notes.append(f"Fields that are not known, and were left out: {', '.join(sorted(strange))}.")
    return found


def _told(services: Any, number: int) -> Iterable[tuple[str, str]]:
    """Categories' codes (f2) and the services in them, which f3 joins with semicolons."""
    if not isinstance(services, list):
        raise Unreadable(f"The services of row {number} are not a list.", "Fetch the file again.")
    for each in services:
        if isinstance(each, dict):
            for text in str(each.get("f3") or "").split(";"):
                if text.strip():
                    yield str(each.get("f2") or "").strip(), text.strip()


def _rows(data: bytes) -> list[Any]:
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError):
        shown = data[:60].decode("utf-8", "replace").strip()
        raise Unreadable(
            f"This is not JSON; it begins with {shown!r}.", "The locator answers a wrong question with a line of text."
        ) from None
    pages = whole if isinstance(whole, list) else [whole]
    if all(isinstance(page, dict) and isinstance(page.get("rows"), list) for page in pages) and pages:
        return [row for page in pages for row in page["rows"]]
    if isinstance(whole, list) and all(isinstance(row, dict) and "name1" in row for row in whole):
        return whole
    raise Unreadable(
        "This JSON has no list of rows.",
        "It should look like the locator's answer: page, totalPages, recordCount, rows.",
    )
