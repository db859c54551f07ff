"""Places as columns of text: the data that the finder's files hold. ``client/finder-core.js`` reads it.

Text, because many hosts compress only text; columns, because like beside like packs best: the whole list of a large country
is a fifth of what it is as one object a place. A row that repeats the row above it is written as ``=``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ebbtide.finder.geo import Point, point_of
from ebbtide.model.facility import Facility, Line
from ebbtide.model.phone import shapes

TEXTS = ("name", "part", "street", "street2", "city", "region", "postal_code", "lines", "website", "notes")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""Six bits a sign."""
WEB = "https://"
_SHARED = re.compile(r"\+1([0-9]{3})([0-9]{3})([0-9]{4})")


class Row(NamedTuple):
    """A place, and its number in the list: from 0, by region, city, name and id. Of places equally far, the lower comes first."""

    number: int
    facility: Facility

    @property
    def point(self) -> Point | None:
        point = self.facility.point
        return point_of(*point) if point else None


def columns(rows: Sequence[Row], facets: Sequence[str], country: str) -> list[Any]:
    """Numbers, latitudes and longitudes (each the difference from the row above, in 0.0001 degree; none of the last two where no
    place has a point), the columns of `TEXTS`, then who has what: a plane for each of `facets` and one for `Facility.about`.
    """
    points = [row.point for row in rows]
    placed = [point for point in points if point is not None]
    if placed and len(placed) < len(rows):
        raise ValueError("places with and without a point do not share columns")
    texts = [_text(column, [row.facility for row in rows], country) for column in TEXTS]
    having = [{row.number for row in rows if facet in row.facility.facets} for facet in facets]
    having.append({row.number for row in rows if row.facility.about})
    return [
        steps([row.number for row in rows]),
        steps([point.latitude for point in placed]),
        steps([point.longitude for point in placed]),
        *texts,
        planes([[row.number in numbers for row in rows] for numbers in having]),
    ]


def steps(values: Iterable[int]) -> list[int]:
    """Each less the one before it."""
    last, found = 0, list[int]()
    for value in values:
        found.append(value - last)
        last = value
    return found


def planes(rows: Iterable[Sequence[bool]]) -> str:
    """Bits six to a sign, the first the lowest; every plane begins with a sign of its own. All planes as one text."""
    return "".join(_plane(bits) for bits in rows)


def _plane(bits: Sequence[bool]) -> str:
    starts = range(0, len(bits), 6)
    return "".join(ALPHABET[sum(bit << at for at, bit in enumerate(bits[start : start + 6]))] for start in starts)


def _text(column: str, facilities: Sequence[Facility], country: str) -> str:
    values = [_value(column, facility, country) for facility in facilities]
    if not any(values):
        return ""
    above = ["", *values]
    shown = ["=" if value and value == last else value for value, last in zip(values, above, strict=False)]
    return "\n".join(shown)


def _value(column: str, facility: Facility, country: str) -> str:
    if column == "lines":
        return ";".join(("i" if kind == "intake" else "") + line_text(line, country) for kind, line in facility.lines)
    value: str = " ".join((getattr(facility, column) or "").split())
    return value.removeprefix(WEB) if column == "website" else value


def line_text(line: Line, country: str) -> str:
    """Ten digits where a telephone dials them with +1 before and a page shows 1-NPA-NXX-XXXX; else how it is shown, what is
    dialed, with a ~ between. Then x and an extension. The browser never has to know how a country groups its numbers.
    """
    shown = shapes(line.number, country)
    digits = _SHARED.fullmatch(line.number)
    if digits and shown.dial == line.number and shown.display == "1-" + "-".join(digits.groups()):
        text = "".join(digits.groups())
    else:
        text = f"{shown.display}~{shown.dial}"
    return f"{text}x{line.extension}" if line.extension else text
