"""What changed from one edition of a list to the next: which places are new or gone, moved, or have other numbers or facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ebbtide.finder.rows import order, plain
from ebbtide.model.facility import Facility

Key = Callable[[Facility], Hashable]

MOVED = 0.005
"""Degrees (about 500 m) by which a point must differ for its place to count as moved."""


@dataclass
class Diff:
    """Places by what became of them; pairs are of the old place and the new one."""

    new: list[Facility] = field(default_factory=list)
    gone: list[Facility] = field(default_factory=list)
    phone: list[tuple[Facility, Facility]] = field(default_factory=list)
    moved: list[tuple[Facility, Facility]] = field(default_factory=list)
    renamed: list[tuple[Facility, Facility]] = field(default_factory=list)
    facets: list[tuple[Facility, Facility]] = field(default_factory=list)
    same: int = 0
    pairs: list[tuple[Facility, Facility]] = field(default_factory=list)
    """Every old place that is still there, whatever changed of it."""
    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[tuple[str, list[str]]]:
        """Headings with their counts, and what stands below each."""
        yield "new", [_shown(each) for each in self.new]
        yield "gone", [_shown(each) for each in self.gone]
        yield "phone changed", [f"{_shown(new)}: {_numbers(old)} -> {_numbers(new)}" for old, new in self.phone]
        yield "moved", [f"{_shown(new)}: {_address(old)} -> {_address(new)}" for old, new in self.moved]
        yield "renamed", [f"{_shown(old)} -> {new.name}" for old, new in self.renamed]
        yield "facets changed", [f"{_shown(new)}: {_facets(old, new)}" for old, new in self.facets]


def compare(old: Sequence[Facility], new: Sequence[Facility]) -> Diff:
    """How `new` differs from `old`.

    Places are the same by their ids; those that are left are the same where they agree, and no other does, in name and number (it
    moved) or in address and number (it was renamed).
    """
    diff = Diff()
    before = {place.id: place for place in old}
    after = {place.id: place for place in new}
    diff.pairs = [(before[place.id], place) for place in new if place.id in before]
    left = [place for place in old if place.id not in after]
    come = [place for place in new if place.id not in before]
    moved = list(_matched(left, come, lambda each: (plain(each.name), each.region, each.phone) if each.phone else None))
    left, come = _without(left, [a for a, _ in moved]), _without(come, [b for _, b in moved])
    renamed = list(
        _matched(
            left,
            come,
            lambda each: (plain(each.street), each.postal_code, each.phone) if each.phone and each.street else None,
        )
    )
    left, come = _without(left, [a for a, _ in renamed]), _without(come, [b for _, b in renamed])
    diff.gone, diff.new, diff.renamed = left, come, renamed
    diff.pairs = sorted(diff.pairs + moved + renamed, key=lambda pair: order(pair[1]))
    moved_ids = {b.id for _, b in moved}
    for a, b in diff.pairs:
        changed = False
        if b.id in moved_ids or _apart(a, b):
            diff.moved.append((a, b))
            changed = True
        if {line for _, line in a.lines} != {line for _, line in b.lines}:
            diff.phone.append((a, b))
            changed = True
        if set(a.facets) != set(b.facets):
            diff.facets.append((a, b))
            diff.gained.update(set(b.facets) - set(a.facets))
            diff.lost.update(set(a.facets) - set(b.facets))
            changed = True
        diff.same += not changed and (a, b) not in renamed
    return diff


def carried(diff: Diff, places: Iterable[Facility]) -> tuple[list[Facility], int]:
    """The new places with what they keep of the old ones, and how many keep a point.

    The publisher's notes are kept; and so is an exact point where the new edition has only that of the postal code, if the address
    is the same (an id is made from it).
    """
    before = {new.id: old for old, new in diff.pairs}
    made, points = [], 0
    for place in places:
        old = before.get(place.id)
        update: dict[str, object] = {}
        if old is not None and old.notes and not place.notes:
            update["notes"] = old.notes
        if old is not None and old.id == place.id and old.point and not old.about and (place.about or not place.point):
            update |= {"latitude": old.latitude, "longitude": old.longitude, "about": False}
            points += 1
        made.append(place.model_copy(update=update) if update else place)
    return made, points


def _matched(old: Iterable[Facility], new: Iterable[Facility], key: Key) -> Iterator[tuple[Facility, Facility]]:
    """Pairs of places that share a key with each other and with no third."""
    one, other = _alone(old, key), _alone(new, key)
    for shared, place in one.items():
        if shared in other:
            yield place, other[shared]


def _alone(places: Iterable[Facility], key: Key) -> Mapping[Hashable, Facility]:
    found: dict[Hashable, list[Facility]] = {}
    for place in places:
        if (value := key(place)) is not None:
            found.setdefault(value, []).append(place)
    return {value: same[0] for value, same in found.items() if len(same) == 1}


def _without(places: list[Facility], others: Iterable[Facility]) -> list[Facility]:
    ids = {place.id for place in others}
    return [place for place in places if place.id not in ids]


def _apart(a: Facility, b: Facility) -> bool:
    """Whether a place that kept its address has another point. One that is only about there says nothing."""
    if a.about or b.about or not a.point or not b.point:
        return False
    return abs(a.point[0] - b.point[0]) > MOVED or abs(a.point[1] - b.point[1]) > MOVED


def _shown(place: Facility) -> str:
    return ", ".join(filter(None, (place.name, place.city, place.region)))


def _address(place: Facility) -> str:
    point = f"({place.latitude}, {place.longitude})" if place.latitude else ""
    return " ".join(filter(None, (place.street, place.postal_code, point))) or "no address"


def _numbers(place: Facility) -> str:
    return (
        ", ".join(f"{line.number}x{line.extension}" if line.extension else line.number for _, line in place.lines)
        or "none"
    )


def _facets(old: Facility, new: Facility) -> str:
    gained, lost = sorted(set(new.facets) - set(old.facets)), sorted(set(old.facets) - set(new.facets))
    return " ".join([f"+{name}" for name in gained] + [f"-{name}" for name in lost])
