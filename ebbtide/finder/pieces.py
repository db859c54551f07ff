"""Tables of postal codes and of towns with their points, cut into pieces by leading characters, each fetched alone.

So somebody's postal code never leaves the browser: what is fetched is the piece that many codes share, and its name says
nothing, since pieces are numbered in an order that their content makes and that numbering is written in letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ebbtide.finder.columns import steps
from ebbtide.finder.geo import BOX, Point

TOWNS = 600
"""Towns in one piece at most; whoever looks for a town fetches some 4 kB."""
WHOLE = 400
"""Entries of a table that is not cut at all."""


class Entry(NamedTuple):
    """`key` is what is searched for, as `plain` gives it; `name` what is shown; `region` an index, of towns."""

    key: str
    name: str
    point: Point
    region: int = -1


def plain(text: str) -> str:
    """Letters and digits alone, without accents and capitals: Saint-Étienne is saintetienne. As in ``finder-core.js``."""
    bare = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", text.lower()))
    return "".join(sign for sign in bare if sign.isalnum())


def code_of(text: str, digits: int) -> str:
    """A postal code as the table has it: what follows after `digits` characters is finer than the table."""
    return plain(text).upper()[:digits]


def cut(entries: Sequence[Entry], length: int, most: int | None = None) -> dict[str, list[Entry]]:
    """Entries by the first `length` characters of their keys, by more where there are over `most`; all under "" if few.

    What is searched for stands in the piece of the longest lead that it begins with.
    """
    return _cut(sorted(entries), length if len(entries) > WHOLE else 0, most)


def _cut(entries: Sequence[Entry], length: int, most: int | None) -> dict[str, list[Entry]]:
    found = dict[str, list[Entry]]()
    for entry in entries:
        found.setdefault(entry.key[:length], []).append(entry)
    for lead, group in list(found.items()):
        if length and most is not None and len(group) > most and len(lead) == length:
            del found[lead]
            found |= _cut(group, length + 1, most)
    return found


def codes_data(lead: str, entries: Sequence[Entry]) -> list[Any]:
    """What follows `lead` in each code: differences if it is always as many digits, else text with blanks between. How many digits
    (0: text). Latitudes and longitudes in steps of 0.01 degree, each the difference from the one before.
    """
    rests = [entry.key[len(lead) :] for entry in entries]
    width = (
        len(rests[0]) if all(rest.isascii() and rest.isdigit() and len(rest) == len(rests[0]) for rest in rests) else 0
    )
    shown: Any = steps(map(int, rests)) if width else " ".join(rests)
    return [lead, width, shown, *_points(entries)]


def towns_data(entries: Sequence[Entry]) -> list[Any]:
    """Names, one a line, indices of their regions, and points as those of postal codes."""
    return ["\n".join(entry.name for entry in entries), [entry.region for entry in entries], *_points(entries)]


def code_entries(points: Mapping[str, tuple[float, float]], digits: int) -> list[Entry]:
    found = dict[str, Entry]()
    for code, (latitude, longitude) in sorted(points.items()):
        key = code_of(code, digits)
        found.setdefault(key, Entry(key, key, Point(round(latitude * BOX), round(longitude * BOX))))
    return list(found.values())


def _points(entries: Sequence[Entry]) -> list[list[int]]:
    return [steps(entry.point.latitude for entry in entries), steps(entry.point.longitude for entry in entries)]
