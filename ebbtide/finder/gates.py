"""What a list must come up to before it replaces another. A list that is half empty, or two years old, can be worse than none.

Each gate has a name, by which a publisher who knows better can open it: never silently, the report says so.
"""

from __future__ import annotations

import calendar
import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ebbtide.finder.formats.entries import Gathered
from ebbtide.model.facility import Facility

GATES: Mapping[str, str] = {
    "rows": "A national list has at least 10,000 rows.",
    "states": "No region has less than half of the places that it had in the edition before, where that was ten or more.",
    "phones": "At most one place in a hundred is without a telephone number.",
    "points": "At most one point in a hundred lies outside its region.",
    "codes": "Every code of a workbook stands in its own legend; of the texts of an export, nine in ten are known.",
    "age": "The facts of an edition are not older than 18 months.",
    "edits": "No place of the list that is replaced was changed by hand; notes do not count, they are kept.",
}
LEAST = 10_000
MONTHS = 18


class Shut(NamedTuple):
    """A gate that a list does not pass, and why."""

    gate: str
    message: str


class Judged(NamedTuple):
    """What the gates look at."""

    rows: int
    places: Sequence[Facility]
    before: Sequence[Facility]
    gathered: Sequence[Gathered]
    strayed: int
    dated: str
    today: datetime.date
    edited: bool = False


def shut(list_: Judged) -> Iterator[Shut]:
    """The gates that a list does not pass."""
    national = any(each.format != "csv" for each in list_.gathered)
    if national and list_.rows < LEAST:
        yield Shut("rows", f"There are {list_.rows:,} rows; a whole national list has at least {LEAST:,}.")
    yield from _states(list_)
    without = sum(1 for place in list_.places if not place.lines)
    if without * 100 > len(list_.places):
        yield Shut(
            "phones", f"{without:,} of {len(list_.places):,} places have no telephone number that can be dialed."
        )
    pointed = sum(1 for place in list_.places if place.point and not place.about) + list_.strayed
    if list_.strayed * 100 > pointed:
        yield Shut("points", f"{list_.strayed:,} of {pointed:,} points lie outside their regions.")
    for each in list_.gathered:
        unknown = sum(each.unknown.values())
        if each.format == "directory" and unknown:
            yield Shut("codes", f"{unknown:,} codes do not stand in the workbook's legend: {_first(each.unknown)}.")
        elif each.format == "locator-json" and unknown * 10 > unknown + each.known:
            yield Shut("codes", f"{unknown:,} of {unknown + each.known:,} texts are not known: {_first(each.unknown)}.")
    oldest = add_months(latest(list_.dated), MONTHS)
    if oldest < list_.today:
        yield Shut(
            "age",
            f"The facts are of {list_.dated}, more than {MONTHS} months ago; numbers change at a rate of one in ten a year.",
        )
    if list_.edited:
        yield Shut("edits", "The list was edited by hand since it was imported, and that would be lost.")


def _states(list_: Judged) -> Iterator[Shut]:
    now, before = (Counter(place.region for place in places) for places in (list_.places, list_.before))
    for region, count in sorted(before.items()):
        if count >= 10 and now[region] * 2 < count:
            yield Shut("states", f"{region} has {now[region]:,} places and had {count:,}.")


def latest(dated: str) -> datetime.date:
    """The last day that a year, a month or a day can mean."""
    parts = [int(part) for part in dated.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    last = calendar.monthrange(year, month)[1]
    return datetime.date(year, month, min(parts[2], last) if len(parts) > 2 else last)


def add_months(day: datetime.date, months: int) -> datetime.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _first(unknown: Counter[str]) -> str:
    shown = [name for name, _ in sorted(unknown.items(), key=lambda pair: (-pair[1], pair[0]))[:5]]
    return ", ".join(shown) + (" and more" if len(unknown) > 5 else "")
