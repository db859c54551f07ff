"""A list -> its files: list.yaml, one table for each region, and the points of postal codes. The same list gives the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ebbtide.finder.rows import order
from ebbtide.model.facility import COLUMNS, Facility
from ebbtide.model.page import File

LIST, POINTS = "list.yaml", "postal-codes.csv"


def tables(places: Sequence[Facility]) -> Iterator[File]:
    """One table for each region, its places in the order of towns, names and ids."""
    by_region: dict[str, list[Facility]] = {}
    for place in sorted(places, key=order):
        by_region.setdefault(place.region, []).append(place)
    for region, inside in by_region.items():
        part = region.partition("-")[2].lower()
        rows = ([_cell(place, column) for column in COLUMNS] for place in inside)
        yield File(f"{part or 'places'}.csv", _csv(COLUMNS, rows))


def points(known: Mapping[str, tuple[float, float]]) -> File:
    rows = ([code, f"{north:.4f}", f"{east:.4f}"] for code, (north, east) in sorted(known.items()))
    return File(POINTS, _csv(("code", "latitude", "longitude"), rows))


def digest(places: Iterable[Facility]) -> str:
    """Of everything in the tables but the notes, which are the publisher's. Tells whether they were edited by hand."""
    bare = [place.model_copy(update={"notes": None}) if place.notes else place for place in places]
    whole = hashlib.sha256()
    for file in sorted(tables(bare), key=lambda file: file.path):
        whole.update(f"{file.path}\0".encode() + file.content)
    return whole.hexdigest()[:32]


def settings(fields: Mapping[str, Any]) -> bytes:
    """list.yaml out of plain values, in their order. Texts stand in quotation marks, so that YAML takes none for anything else."""
    lines = [
        "# Made by: python3 build.py import. Change what you like; import --update renews edition, dated and imported, and keeps the rest."
    ]
    for name, value in fields.items():
        if name in ("groups", "facets") and value:
            lines.append(f"{name}:")
            lines += [f"  {key}: {flow(inner)}" for key, inner in value.items()]
        elif isinstance(value, list) and value:
            lines.append(f"{name}:")
            lines += [f"  - {flow(item)}" for item in value]
        elif value not in (None, {}, []):
            lines.append(f"{name}: {flow(value)}")
    return ("\n".join(lines) + "\n").encode()


def flow(value: Any) -> str:
    """A value on one line. What JSON writes between quotation marks means the same to YAML."""
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{key if _BARE.fullmatch(key) else flow(key)}: {flow(inner)}" for key, inner in value.items())
            + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, bool | int):
        return json.dumps(value)
    return json.dumps(str(value), ensure_ascii=False)


_BARE = re.compile(r"[a-z][a-z0-9_-]*")


def renewed(text: str, fields: Mapping[str, Any]) -> str | None:
    """A list.yaml in which some of its fields have new values and all else stands as it did; nothing where that cannot be done
    line by line."""
    for name, value in fields.items():
        line = f"{name}: {flow(value)}"
        text, count = re.subn(rf"^{name}:[ \t]+\S.*$", line.replace("\\", "\\\\"), text, flags=re.MULTILINE)
        if count > 1:
            return None
        if not count:
            if re.search(rf"^{name}:", text, flags=re.MULTILINE):
                return None
            text = f"{text.rstrip()}\n{line}\n"
    return text


def _cell(place: Facility, column: str) -> str:
    value = getattr(place, column)
    if column == "facets":
        return " ".join(value)
    if column == "about":
        return "yes" if value else ""
    return "" if value is None else str(value)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return stream.getvalue().encode()
