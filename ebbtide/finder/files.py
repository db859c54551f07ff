"""A list of places as the data files of its finder: an index, leaves of neighbors, and tables of postal codes and towns.

Each file is a script that calls one function, ``finderData(name, data)``, since a page opened from a disk may load scripts but not
fetch. `names` and the folder are letters alone: no address that a browser asks a host for can hold anybody's postal code. The
folder is named by the digest of everything in it, so hosts may let browsers keep it for ever.

The index is ``{count, unplaced, units, facets, boxes, masks, codes, towns, regions}``:

- `count`, `unplaced`: places with a point, and without.
- `facets`: ``[name, 1 if it warns]`` in the order of the list; of those that can be ticked ``[name, 1 if it warns, group, id]``, the
  group a number.
- `boxes`: south, west, height and width of each leaf's box in steps of 0.01 degree, a column each; the first two are differences
  from the leaf before. Empty where the whole list is too small to be cut.
- `masks`: for each facet that can be ticked which leaves hold a place that has it, as `columns.planes` writes it.
- `codes`: ``{digits, leads}`` or null. A code is in the piece of the longest lead that it begins with; the place of the lead among
  `leads` is the number of the piece. One lead alone: the table is not cut.
- `towns`: ``{leads}``, likewise.
- `regions`: their codes, in order. The page knows their names, which it shows in any case.

The other files, by name: ``s`` with a leaf's number in letters, ``c`` and ``t`` with a piece's; ``unplaced``: places without a
point, which every search shows; ``all``: both kinds, whole; ``codes``, ``towns``: the whole tables; ``regions``: how many places with
a point each has, then the latitude and longitude of their mean in steps of 0.01 degree.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ebbtide.finder.columns import Row, columns, planes, steps
from ebbtide.finder.geo import BOX, Point
from ebbtide.finder.kd import box_of, leaves, middle
from ebbtide.finder.pieces import TOWNS, Entry, code_entries, codes_data, cut, plain, towns_data
from ebbtide.model.facility import FacilityList, FacilityListSettings
from ebbtide.model.page import File

LEAF = 48
"""Places in a leaf at most: with fewer, an index of boxes costs more than it saves; with more, a leaf."""
FEW = 4
"""A list that would have so many leaves at most is not cut."""
LETTERS = "bcdfghjklmnpqrstvwxz"
"""No vowels: no name is a word."""


class FinderFiles(NamedTuple):
    """`index_path` is that of the index among `files`; the others stand beside it."""

    index_path: str
    files: tuple[File, ...]

    @property
    def whole(self) -> tuple[File, ...]:
        """What somebody fetches who wants to give nothing away (``wholeFiles`` in finder-core.js)."""
        return tuple(file for file in self.files if file.path.rpartition("/")[2] in ("all.js", "codes.js", "towns.js"))


def finder_files(facilities: FacilityList, leaf: int = LEAF) -> FinderFiles:
    """The finder's data files for a list, with at most `leaf` places in a leaf."""
    contents = {name: _script(name, data) for name, data in finder_data(facilities, leaf)}
    digest = hashlib.sha256()
    for name, content in sorted(contents.items()):
        digest.update(name.encode() + b"\0" + content + b"\0")
    folder = f"assets/{letters(int.from_bytes(digest.digest()[:6]))}"
    files = tuple(File(f"{folder}/{name}.js", content) for name, content in sorted(contents.items()))
    return FinderFiles(f"{folder}/index.js", files)


def letters(number: int) -> str:
    """A number in `LETTERS`, the lowest place first."""
    name = ""
    while True:
        number, letter = divmod(number, len(LETTERS))
        name += LETTERS[letter]
        if not number:
            return name


def _script(name: str, data: Any) -> bytes:
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f'finderData("{name}",{written});\n'.encode()


def finder_data(facilities: FacilityList, leaf: int = LEAF) -> Iterator[tuple[str, Any]]:
    """What the files hold, by their names."""
    settings = facilities.settings
    facets = tuple(settings.facets)
    ticked = tuple(id for id in facets if settings.facets[id].filter)
    rows = [Row(number, facility) for number, facility in enumerate(facilities.facilities)]
    placed, unplaced = [row for row in rows if row.point], [row for row in rows if not row.point]
    points = [row.point for row in placed if row.point]
    having = [row.facility.facets for row in placed]
    shared = leaves(points, leaf)
    shared = shared if len(shared) > FEW else []
    for number, chosen in enumerate(shared):
        yield f"s{letters(number)}", columns([placed[at] for at in chosen], facets, settings.country)
    # A small list has one file, and its two kinds of places stand in it.
    if shared and unplaced:
        yield "unplaced", columns(unplaced, facets, settings.country)
    yield "all", [columns(kind, facets, settings.country) for kind in (placed, unplaced)]
    known = sorted({row.facility.region for row in rows})
    index: dict[str, Any] = {
        "count": len(placed),
        "unplaced": len(unplaced),
        "units": settings.units,
        "facets": [_facet(settings, id) for id in facets],
        "boxes": _boxes([[points[at] for at in chosen] for chosen in shared]),
        "masks": planes([[any(facet in having[at] for at in chosen) for chosen in shared] for facet in ticked]),
        "codes": None,
        "towns": None,
        "regions": known,
    }
    yield "regions", [_region(code, placed) for code in known]
    if settings.postal_codes and facilities.postal_codes:
        codes = code_entries(facilities.postal_codes, settings.postal_codes.digits)
        pieces = {lead: codes_data(lead, part) for lead, part in cut(codes, settings.postal_codes.split).items()}
        index["codes"] = {"digits": settings.postal_codes.digits, **(yield from _table("c", pieces))}
        yield "codes", codes_data("", sorted(codes))
    towns = _towns(placed, known)
    index["towns"] = yield from _table("t", {lead: towns_data(part) for lead, part in cut(towns, 1, TOWNS).items()})
    yield "towns", towns_data(sorted(towns))
    yield "index", index


def _facet(settings: FacilityListSettings, id: str) -> list[Any]:
    facet = settings.facets[id]
    if facet.filter:
        return [facet.name, int(facet.warns), list(settings.groups).index(facet.group), id]
    return [facet.name, 1] if facet.warns else [facet.name]


def _table(kind: str, pieces: Mapping[str, Any]) -> Generator[tuple[str, Any], None, dict[str, Any]]:
    """The pieces as files, and what the index says of them. Numbered by their digests, so that numbers say nothing of the leads."""
    if len(pieces) < 2:
        return {"leads": [""]}
    order = sorted(pieces, key=lambda lead: hashlib.sha256(_script("", pieces[lead])).digest())
    for number, lead in enumerate(order):
        yield f"{kind}{letters(number)}", pieces[lead]
    return {"leads": order}


def _boxes(shared: Sequence[Sequence[Point]]) -> list[list[int]]:
    boxes = [box_of(points) for points in shared]
    return [
        steps(box.south for box in boxes),
        steps(box.west for box in boxes),
        [box.north - box.south for box in boxes],
        [box.east - box.west for box in boxes],
    ]


def _region(code: str, placed: Sequence[Row]) -> list[int]:
    points = [row.point for row in placed if row.facility.region == code and row.point]
    return [len(points), *(_coarse(middle(points)) if points else ())]


def _coarse(point: Point) -> Point:
    return Point(round(point.latitude / BOX), round(point.longitude / BOX))


def _towns(placed: Sequence[Row], regions: Sequence[str]) -> list[Entry]:
    """Each town of each region, in its most frequent spelling, at the mean point of its places."""
    found: dict[tuple[str, int], list[Row]] = {}
    for row in placed:
        if key := plain(row.facility.city or ""):
            found.setdefault((key, regions.index(row.facility.region)), []).append(row)
    return [
        Entry(
            key,
            _usual(row.facility.city or "" for row in rows),
            _coarse(middle([row.point for row in rows if row.point])),
            region,
        )
        for (key, region), rows in found.items()
    ]


def _usual(names: Iterator[str]) -> str:
    counted = Counter(" ".join(name.split()) for name in names)
    return min(counted, key=lambda name: (-counted[name], name))
