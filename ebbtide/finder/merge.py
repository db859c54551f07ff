"""`Entry` rows -> `Facility` places: numbers made dialable, points checked, rows of the same site made one. Whatever is left out on
the way is noted with its row and its reason, so that rows in are places out and rows explained.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ebbtide.finder.formats import legend
from ebbtide.finder.formats.entries import Entry, Kind, Service
from ebbtide.finder.rows import minted, order, plain
from ebbtide.model import phone as phones
from ebbtide.model.base import Refusal, parse, reason, web_address
from ebbtide.model.contact import region_code
from ebbtide.model.facility import Facility, Line
from ebbtide.problem import Places

Progress = Callable[[str, Iterable[Any], int], Iterable[Any]]
Points = Mapping[str, tuple[float, float]]

NEAR = 0.0002
"""Degrees (about 20 m) within which a point is the postal code's own: then it says no more than the postal code does."""


@dataclass
class Merged:
    """Places, and what became of every row that is none of them."""

    places: list[Facility] = field(default_factory=list)
    rows: int = 0
    dropped: list[tuple[str, str]] = field(default_factory=list)
    """Rows that no place was made of, and why."""
    joined: list[tuple[str, str]] = field(default_factory=list)
    """Rows that became a part of a place, and the row where that place stands."""
    numbers: list[tuple[str, str]] = field(default_factory=list)
    """Telephone numbers that were left out, and why."""
    websites: list[tuple[str, str]] = field(default_factory=list)
    points: Counter[str] = field(default_factory=Counter)
    """Where the points of places are from: ``file``, ``postal code`` or ``none``."""
    strayed: list[tuple[str, str]] = field(default_factory=list)
    """Rows whose point could not be theirs."""
    codes: list[tuple[str, str]] = field(default_factory=list)
    """Postal codes that were mended or left out."""
    spelled: int = 0
    """Numbers given in letters."""
    unknown: Counter[str] = field(default_factory=Counter)

    def explained(self) -> bool:
        return self.rows == len(self.places) + len(self.dropped) + len(self.joined)


def merge(entries: Sequence[Entry], country: str, points: Points, facets: Iterable[str], progress: Progress) -> Merged:
    """Places of rows. `facets` are those that the list defines. A national list's rows are all of `legend.COUNTRY`."""
    made = Merged(rows=len(entries))
    known = frozenset(facets)
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for raw in entries:
        entry = _clean(raw)
        if reason := _nowhere(entry, country):
            made.dropped.append((entry.where, reason))
            continue
        whole = entry._replace(postal_code=_postal_code(entry, country, points, made))
        groups.setdefault(_site(whole), []).append(whole)
    pairs: list[tuple[Entry, Facility]] = []
    for group in progress("places", groups.values(), len(groups)):
        made.joined += [(each.where, group[0].where) for each in group[1:]]
        if facility := _place(group, country, points, known, made):
            pairs.append((group[0], facility))
    made.places = sorted(_told_apart(pairs, made), key=order)
    return made


_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufff9-\uffff\ud800-\uf8ff]+")


def _clean(entry: Entry) -> Entry:
    """A row without characters that cannot be seen, which a table of ours may not hold."""
    changed: dict[str, Any] = {
        name: " ".join(_UNSEEN.sub(" ", text).split())
        for name, text in entry._asdict().items()
        if isinstance(text, str) and _UNSEEN.search(text)
    }
    return entry._replace(**changed) if changed else entry


def _nowhere(entry: Entry, country: str) -> str:
    if not entry.name:
        return "has no name"
    if not entry.region and not entry.city:
        return "has neither a town nor a region"
    if entry.region and not _region(entry.region, country):
        return f"lies in {entry.region!r}, which is no part of the country"
    return ""


@cache
def _region(code: str, country: str) -> str:
    """A region as the model writes it; nothing where there is no such region."""
    whole = code if code.startswith(f"{country}-") or code == country else f"{country}-{code.upper()}"
    if (
        country == legend.COUNTRY
        and whole != country
        and whole.partition("-")[2] not in legend.boxes().keys() | legend.ASSOCIATED
    ):
        return ""
    try:
        return region_code(whole)
    except Refusal:
        return ""


def _postal_code(entry: Entry, country: str, points: Points, made: Merged) -> str:
    """Five digits of a ZIP code that may have nine. A code that has lost its zeros gets them back only where its point is then in
    the row's own state."""
    code = entry.postal_code
    if country != legend.COUNTRY or not code:
        return code
    if found := re.fullmatch(r"([0-9]{5})(?:-?[0-9]{4}|-)?", code):
        return found[1]
    if re.fullmatch(r"[0-9]{3,4}", code) and (full := code.zfill(5)) in points and _inside(points[full], entry.region):
        made.codes.append((entry.where, f"{code} had lost its zeros and is {full}"))
        return full
    made.codes.append((entry.where, f"{code!r} is not a postal code"))
    return ""


def _site(entry: Entry) -> tuple[str, ...]:
    """Rows of which this is the same are of one site. Without a street, only what is the same in all else is the same."""
    key = (entry.id, plain(entry.name), plain(entry.street), entry.postal_code)
    if entry.street:
        return key
    numbers = " ".join(text for _, text in entry.phones)
    return (*key, plain(entry.part), plain(entry.city), numbers)


def _place(group: list[Entry], country: str, points: Points, known: frozenset[str], made: Merged) -> Facility | None:
    first = group[0]

    def text(name: str) -> str:
        return next((value for entry in group if (value := getattr(entry, name))), "")

    parts = list(dict.fromkeys(entry.part for entry in group if entry.part))
    region = _region(text("region"), country) if text("region") else country
    fields: dict[str, Any] = {
        "id": first.id or minted(first.name, first.street, first.city, region, first.postal_code),
        "name": first.name, "part": "; ".join(parts), "street": text("street"), "street2": text("street2"), "city": text("city"),
        "region": region, "postal_code": text("postal_code"), "website": _website(group, made), "notes": text("notes"),
    }  # fmt: skip
    fields |= _numbers(group, country, made)
    fields |= _point(group, points, made)
    fields["facets"] = " ".join(_facets(group, known, made))
    given = {name: value for name, value in fields.items() if value}
    facility = Facility.made(given)
    if facility is None:
        made.dropped.append((first.where, parse(Facility, given, Places(first.where))[1][0].message.rstrip(".")))
    return facility


def _numbers(group: list[Entry], country: str, made: Merged) -> dict[str, str]:
    """At most two main numbers and two for intake, each once. Main numbers are given their columns first."""
    found: dict[Line, Kind] = {}
    for entry in group:
        for kind, text in entry.phones:
            line, reason = _dialable(text, _numbering(entry, country))
            if line is None:
                made.numbers.append((entry.where, reason))
                continue
            made.spelled += bool(re.search(r"[A-WYZa-wyz]", re.sub(r"(?i)ext\.?|extension", "", text)))
            found.setdefault(line, kind)
    fields: dict[str, str] = {}
    for line, kind in sorted(found.items(), key=lambda pair: pair[1] != "phone"):
        # a third number for intake is still one that reaches the place; a third main number must not be called one for intake
        slots = ("phone", "phone2") if kind == "phone" else ("intake", "intake2", "phone2")
        slot = next((name for name in slots if name not in fields), None)
        if slot is None:
            made.numbers.append((group[0].where, f"{line.number} is one {kind} number more than two"))
        else:
            fields[slot] = f"{line.number}x{line.extension}" if line.extension else line.number
    return fields


def _numbering(entry: Entry, country: str) -> str:
    """States in free association have numbering plans of their own."""
    return entry.region if country == legend.COUNTRY and entry.region in legend.ASSOCIATED else country


@cache
def _dialable(text: str, country: str) -> tuple[Line | None, str]:
    try:
        return Line(*phones.as_written(text, country)), ""
    except Refusal as error:
        return None, reason(error)[1].rstrip(".")


def _point(group: list[Entry], points: Points, made: Merged) -> dict[str, Any]:
    """The first point of a site's rows that can be theirs, or that of the postal code."""
    code = next((entry.postal_code for entry in group if entry.postal_code in points), "")
    for entry in group:
        if not entry.latitude and not entry.longitude:
            continue
        given = _given(entry)
        if given is None or not _inside(given, entry.region):
            made.strayed.append(
                (entry.where, f"{entry.latitude}, {entry.longitude} is not in {entry.region or 'any region'}")
            )
            continue
        near = points.get(entry.postal_code)
        about = near is not None and abs(near[0] - given[0]) < NEAR and abs(near[1] - given[1]) < NEAR
        made.points["postal code" if about else "file"] += 1
        return _written(given, about=about)
    if code:
        made.points["postal code"] += 1
        return _written(points[code], about=True)
    made.points["none"] += 1
    return {}


def _given(entry: Entry) -> tuple[float, float] | None:
    try:
        north, east = float(entry.latitude.replace(",", ".")), float(entry.longitude.replace(",", "."))
    except ValueError:
        return None
    if (
        not (math.isfinite(north) and math.isfinite(east) and abs(north) <= 90 and abs(east) <= 180)
        or north == east == 0
    ):
        return None
    return north, east


def _written(point: tuple[float, float], *, about: bool) -> dict[str, Any]:
    return {"latitude": f"{point[0]:.4f}", "longitude": f"{point[1]:.4f}", "about": about}


def _inside(point: tuple[float, float], state: str) -> bool:
    """Whether a point lies in the box around a state; any point does where no box is known."""
    box = legend.boxes().get(state.upper())
    return box is None or (box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3])


def _facets(group: list[Entry], known: frozenset[str], made: Merged) -> list[str]:
    services = set[Service]().union(*(entry.services for entry in group))
    if len(group) > 1:
        services -= set(_lifted(group, services))
    named = set[str]().union(*(entry.facets for entry in group))
    for name in named - known:
        made.unknown[f"facet {name}"] += 1
    return sorted((legend.facets_of(services) | named) & known)


def _lifted(group: list[Entry], services: set[Service]) -> Iterator[Service]:
    """Limits that one row of a site has and another lifts: a site of which one program takes everybody is not closed to anybody.

    A row that was never asked (a mental health survey) lifts nothing.
    """
    for limit in legend.limits() & services:
        asked = (entry for entry in group if any(each.category in (limit.category, "OT") for each in entry.services))
        if any(limit not in entry.services for entry in asked):
            yield limit


_HOST = re.compile(r"https?://[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?=[:/?#]|$)", re.IGNORECASE)


def _website(group: list[Entry], made: Merged) -> str:
    for entry in group:
        if not entry.website:
            continue
        address = re.sub(r"^(https?):/*", lambda found: f"{found[1].lower()}://", entry.website, flags=re.IGNORECASE)
        if not re.match(r"[a-z]+://", address):
            address = f"http://{address}"
        try:
            if _HOST.match(address):
                return web_address(address)
        except Refusal:
            pass
        made.websites.append((entry.where, f"{entry.website} is not a web address"))
    return ""


def _told_apart(pairs: list[tuple[Entry, Facility]], made: Merged) -> Iterator[Facility]:
    """Places with ids that are all different. Those of one name and address differ in their part or their numbers, or else are one."""
    by_id: dict[str, list[tuple[Entry, Facility]]] = {}
    for entry, facility in pairs:
        by_id.setdefault(facility.id, []).append((entry, facility))
    for same in by_id.values():
        if len(same) == 1:
            yield same[0][1]
            continue
        seen: dict[str, str] = {}
        for entry, facility in same:
            if entry.id:
                id = entry.id
            else:
                where = (facility.street or "", facility.city or "", facility.region, facility.postal_code or "")
                more = " ".join(filter(None, (facility.part, facility.street2, facility.phone, facility.intake)))
                id = minted(facility.name, *where, more)
            if id in seen:
                made.dropped.append((entry.where, f"is the same place as that of {seen[id]}"))
                continue
            seen[id] = entry.where
            yield facility.model_copy(update={"id": id})
