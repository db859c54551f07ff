"""Bytes of a file in any of the formats -> `Gathered`. Which format it is shows in what it holds, never in its name."""

from __future__ import annotations

import codecs
import re

from ebbtide.finder.formats import directory, locator, plain
from ebbtide.finder.formats.directory import Progress
from ebbtide.finder.formats.entries import Gathered, Unreadable
from ebbtide.finder.formats.workbook import Workbook
from ebbtide.table import Table, parse_table

FORMATS = ("auto", "directory", "locator-csv", "locator-json", "csv")


def read(form: str, data: bytes, name: str, progress: Progress) -> Gathered:
    """Read one file. `form` is one of `FORMATS`; `name` is how the report calls the file. Raises `Unreadable`."""
    found = _format(data)
    if form not in ("auto", found) and not (form == "locator-csv" and found == "workbook"):
        known = {"table": ("locator-csv", "csv"), "workbook": ("directory", "locator-csv")}.get(found, (found,))
        if form not in known:
            raise Unreadable(f"{name} is not of the format {form}.", f"It could be {' or '.join(known)}.")
    if found == "locator-json":
        return locator.read_json(data, name, progress)
    if found == "workbook":
        book = Workbook(data)
        if form == "directory" or (form == "auto" and directory.is_directory(book)):
            return directory.read(book, name, progress)
        return locator.read_workbook(book, name, progress)
    table, broken, notes = _table(data, name)
    if form == "locator-csv" or (form == "auto" and locator.is_locator(table.columns)):
        gathered = locator.read_table(table, name, progress)
    else:
        gathered = plain.read(table, name, progress)
    gathered.notes += notes
    gathered.broken = broken
    return gathered


def _format(data: bytes) -> str:
    if data.startswith(b"PK\x03\x04"):
        return "workbook"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("This is a workbook of the old kind (.xls).", "Save it as .xlsx.")
    head = data.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    return "locator-json" if head in (b"{", b"[") else "table"


def _table(data: bytes, name: str) -> tuple[Table, list[tuple[str, str]], list[str]]:
    """A table, its rows that could not be read, and notes for the report."""
    notes = []
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise Unreadable(f"{name} is saved as UTF-16.", "Save it again as CSV in UTF-8.") from None
        text = data.decode("cp1252", "replace")
        notes.append(f"{name} is not UTF-8; it was read as Windows-1252, which spreadsheets write.")
    if "\0" in text:
        raise Unreadable(f"{name} holds a NUL byte, so it is not plain text.", "Save it again as CSV in UTF-8.")
    text = re.sub(
        "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff]", " ", text.replace("\r\n", "\n").replace("\r", "\n")
    )
    table, problems = parse_table(text, name)
    if table is None:
        raise Unreadable(f"{name} is empty.")
    header = [problem for problem in problems if problem.place.line == table.header_line]
    if header:
        raise Unreadable(f"{header[0].place}: {header[0].message}", header[0].hint)
    if given_up := [problem for problem in problems if problem.message.endswith("the rest was not tried.")]:
        raise Unreadable(f"{name}: {given_up[0].message}", given_up[0].hint)
    reasons = {problem.place.line: problem.message.rstrip(".") for problem in problems}
    otherwise = "has another number of cells than there are columns"
    return table, [(f"{name}, line {line}", reasons.get(line, otherwise)) for line in table.broken], notes
