"""Text of a table of comma-separated values -> its rows, and the line and column of every cell for whoever asks.

Spreadsheets write such tables in many ways: with commas, semicolons or tabs, with or without a first line ``sep=;``, with line
breaks inside quoted cells. All are read alike. A row that cannot be read is a located problem and does not stop the others.
Places are worked out only when something is wrong: a large list is right in most of its rows.
"""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ebbtide.problem import Loc, Place, Places, Problem

RULES: Mapping[str, str] = {
    "table": "A table is lines of cells with commas (or semicolons, or tabs) between them, below one line of column names.",
    "duplicate-column": "No column name stands twice in one table.",
    "row-length": "Every row of a table has as many cells as the table has columns.",
}

MAX_BYTES = 16 * 1024 * 1024
"""The largest table that is read: some forty thousand treatment places."""

_MANY = 20
"""Rows that cannot be read, after which the rest go unread: the file is then no table."""

_UNSAID = 200
"""Rows of a wrong length that are said one by one."""


class Row(NamedTuple):
    """The cells of one row, blanks around them taken off, and the line of the file on which it begins."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """One file as read. `columns` are the names of its first row, in small letters, with _ for blanks and hyphens."""

    path: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    delimiter: str = ","
    header_line: int = 1
    lines: Sequence[str] = field(default=(), repr=False)
    broken: tuple[int, ...] = ()
    """Lines on which rows begin that could not be read; each is in a problem."""

    def column_place(self, number: int) -> Place:
        """The place of a column's name."""
        return self._places(self.header_line)[number]

    def place(self, row: Row, number: int) -> Place:
        """The place of a cell, or of the row's last one where it has fewer."""
        places = self._places(row.line)
        return places[min(number, len(places) - 1)]

    def places(self, row: Row) -> Places:
        """The places of a whole row, its cells called by their columns, as a model's `parse` asks for them."""
        found = self._places(row.line)
        values: dict[Loc, Place] = {(): Place(self.path, row.line)}
        for name, place in zip(self.columns, found, strict=False):
            values.setdefault((name,), place)
        return Places(self.path, values, dict(values))

    def _places(self, line: int) -> list[Place]:
        text = "".join(self.lines[line - 1 : line + _LONGEST])
        starts = [0, *(found.end() for found in re.finditer("\n", text))]
        return [
            Place(self.path, line + bisect_right(starts, at) - 1, at - starts[bisect_right(starts, at) - 1] + 1)
            for at in _scan(text, self.delimiter)[0]
        ]


_LONGEST = 200
"""Lines that one row may have, line breaks in its cells counted."""


def parse_table(text: str, path: str) -> tuple[Table | None, list[Problem]]:
    """Read a table out of text whose line ends are all of one kind. No table where there is not one line of column names."""
    problems: list[Problem] = []
    lines = list(io.StringIO(text))
    first, delimiter = _form(lines)
    records = _records(lines, first, delimiter, path, problems)
    header = next((row for row in records if any(row.cells)), None)
    if header is None:
        problems.append(
            _wrong(
                Place(path), "table", "there is nothing here.", "Write a line of column names, and the rows below it."
            )
        )
        return None, problems
    names = [_column(cell) for cell in header.cells]
    while names and not names[-1]:
        names.pop()
    table = Table(path, tuple(names), (), delimiter, header.line, lines)
    problems += _header_problems(table)
    rows: list[Row] = []
    unlike, broken = 0, list[int]()
    for row in records:
        if not any(row.cells):
            continue
        if len(row.cells) != len(names):
            # A spreadsheet pads the line of names and the rows alike. A longer row has a comma too many, and its cells are not
            # those of their columns, even where the last of them is empty.
            if len(names) < len(row.cells) <= len(header.cells) and not any(row.cells[len(names) :]):
                del row.cells[len(names) :]
            else:
                unlike += 1
                broken.append(row.line)
                if unlike <= _UNSAID:
                    problems.append(_length_problem(table, row))
                continue
        rows.append(row)
    if unlike > _UNSAID:
        problems.append(
            _wrong(Place(path), "row-length", f"{unlike - _UNSAID} more rows have another number of cells than there are columns.",
                   "Check which sign stands between the cells.")
        )  # fmt: skip
    broken += [
        problem.place.line for problem in problems if problem.rule == "table" and problem.place.line > header.line
    ]
    return Table(path, tuple(names), tuple(rows), delimiter, header.line, lines, tuple(sorted(set(broken)))), problems


def _form(lines: Sequence[str]) -> tuple[int, str]:
    """The number of lines before the column names, and the sign between cells."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not lines:
        return 0, ","
    if found := re.fullmatch(r'"?sep=(.)"?[,;\t]*', lines[first].rstrip("\n"), re.IGNORECASE):
        return first + 1, found[1]
    bare = re.sub(r'"(?:[^"]|"")*"', "", lines[first])
    return first, max(",;\t", key=lambda sign: (bare.count(sign), sign == ","))


def _column(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip().casefold())


def _records(lines: Sequence[str], at: int, delimiter: str, path: str, problems: list[Problem]) -> Iterator[Row]:
    """Rows from line `at` (counted from 0) on. After one that cannot be read it goes on at the next line."""
    failed = 0
    while at < len(lines):
        reader = csv.reader(lines[at:] if at else lines, delimiter=delimiter, strict=True, skipinitialspace=True)
        base = start = at
        try:
            for cells in reader:
                yield Row(start + 1, [cell.strip() for cell in cells])
                start = base + reader.line_num
        except csv.Error:
            problems.append(_quote_problem(lines[start], start + 1, delimiter, path))
            failed += 1
            if failed == _MANY:
                message = f"{_MANY} rows cannot be read; the rest was not tried."
                problems.append(_wrong(Place(path, start + 1), "table", message, "Save the file again as CSV."))
                return
            at = start + 1
        else:
            return


def _scan(text: str, delimiter: str) -> tuple[list[int], int | None]:
    """Where the cells of the first row of a text begin; and where a quotation mark stands that spoils it."""
    starts, at = [], 0
    while True:
        while text[at : at + 1] == " ":
            at += 1
        starts.append(at)
        if text[at : at + 1] == '"':
            end = _closed(text, at + 1)
            if end is None:
                return starts, at
            if text[end + 1 : end + 2] not in ("", "\n", delimiter):
                return starts, end
            at = end + 1
        else:
            at = min((found for sign in (delimiter, "\n") if (found := text.find(sign, at)) >= 0), default=len(text))
        if text[at : at + 1] != delimiter:
            return starts, None
        at += 1


def _closed(text: str, at: int) -> int | None:
    """Where the quotation mark stands that ends a quoted cell; two of them stand for one within it."""
    while (at := text.find('"', at)) >= 0:
        if text[at + 1 : at + 2] != '"':
            return at
        at += 2
    return None


def _quote_problem(line: str, number: int, delimiter: str, path: str) -> Problem:
    starts, spoilt = _scan(line, delimiter)
    if spoilt is not None and spoilt != starts[-1]:
        message = "a quotation mark stands here in the middle of a cell."
        hint = "Put quotation marks around the whole cell, and write each that belongs to its text twice."
        return _wrong(Place(path, number, spoilt + 1), "table", message, hint)
    message = "the quotation mark here is never closed, so the rows below are taken for a part of this cell."
    return _wrong(
        Place(path, number, starts[-1] + 1), "table", message, "Close it at the end of the cell, or delete it."
    )


def _header_problems(table: Table) -> Iterator[Problem]:
    for number, name in enumerate(table.columns):
        if not name:
            yield _wrong(
                table.column_place(number),
                "table",
                f"column {number + 1} has no name.",
                "Name it, or delete the column.",
            )
        elif (first := table.columns.index(name)) != number:
            message = f"{name} stands twice; it is the name of column {first + 1} already."
            yield _wrong(table.column_place(number), "duplicate-column", message, "Keep one of them.")


def _length_problem(table: Table, row: Row) -> Problem:
    count, wanted = len(row.cells), len(table.columns)
    hint = (
        "Put quotation marks around a cell that holds a comma of its own."
        if count > wanted and table.delimiter == ","
        else "Compare the row with the line of column names."
    )
    message = f"this row has {count} {'cell' if count == 1 else 'cells'}, and the table {wanted} columns."
    return _wrong(Place(table.path, row.line), "row-length", message, hint)


def _wrong(place: Place, rule: str, message: str, hint: str) -> Problem:
    return Problem(place, "error", rule, message, hint)
