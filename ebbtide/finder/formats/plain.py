"""A plain table of places, with the columns of our own lists or those that the national files have in their place."""

from __future__ import annotations

from typing import Any

from ebbtide.finder.formats.directory import Progress
from ebbtide.finder.formats.entries import Entry, Gathered, Kind, Service, Unreadable
from ebbtide.finder.formats.legend import printed
from ebbtide.model.base import nearest
from ebbtide.model.facility import COLUMNS
from ebbtide.table import Table

ALIASES = {
    "name1": "name", "name2": "part", "street1": "street", "state": "region", "zip": "postal_code", "intake1": "intake",
    "service_codes": "codes", "service_code_info": "codes",
}  # fmt: skip
PHONES: tuple[tuple[str, Kind], ...] = (
    ("phone", "phone"), ("phone2", "phone"), ("intake", "intake"), ("intake2", "intake"), ("intake1a", "intake"), ("intake2a", "intake"),
)  # fmt: skip
_KNOWN = {*COLUMNS, "codes", *dict(PHONES)}
_PLAIN = (
    "id",
    "name",
    "part",
    "street",
    "street2",
    "city",
    "region",
    "postal_code",
    "latitude",
    "longitude",
    "website",
    "notes",
)


def read(table: Table, name: str, progress: Progress) -> Gathered:
    """Rows of a plain table. A column ``codes`` holds codes of the national directory, with blanks between."""
    columns = [ALIASES.get(column, column) for column in table.columns]
    missing = [column for column in ("name", "phone") if column not in columns]
    if missing or not {"city", "region"} & set(columns):
        wanted = missing or ["city or region"]
        hint = nearest(wanted[0], [each for each in columns if each not in _KNOWN])
        hint = hint if hint.startswith("Did") else f"It has: {', '.join(table.columns)}."
        raise Unreadable(f"The table has no column {' and no column '.join(wanted)}.", hint)
    found, legend = Gathered("csv"), printed().by_code
    if strange := [column for column in columns if column and column not in _KNOWN]:
        found.notes.append(f"Columns that are not known, and were left out: {', '.join(strange)}.")
    for line in progress("places", table.rows, len(table.rows)):
        row = dict(zip(columns, line.cells, strict=False))
        services: set[Service] = set()
        for code in row.get("codes", "").replace("*", " ").split():
            if code in legend:
                found.known += 1
                services.add(legend[code].service)
            else:
                found.unknown[f"code {code}"] += 1
        texts: dict[str, Any] = {key: " ".join(row.get(key, "").split()) for key in _PLAIN}
        phones = tuple((kind, row[column]) for column, kind in PHONES if row.get(column))
        facets = frozenset(row.get("facets", "").replace(",", " ").replace(";", " ").split())
        found.entries.append(
            Entry(f"{name}, line {line.line}", **texts, phones=phones, services=frozenset(services), facets=facets)
        )
    return found
