"""Importing a list: files in, a list's files and a report out. Nothing is read or written here, and no clock is looked at.

gathered (formats/) -> merged (merge.py) -> compared with the edition before (diff.py) -> judged (gates.py) -> written (written.py)
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ebbtide.finder import diff as editions
from ebbtide.finder import gates, written
from ebbtide.finder.formats import legend
from ebbtide.finder.formats.entries import Gathered, Unreadable
from ebbtide.finder.formats.reading import read
from ebbtide.finder.merge import Merged, Progress, merge
from ebbtide.finder.rows import damage
from ebbtide.model.base import web_address
from ebbtide.model.facility import Facility, FacilityList
from ebbtide.model.page import File

FIRST = 8
"""Lines of each kind that a report shows, unless the whole of it is asked for."""


class Source(NamedTuple):
    """A file to import. `address` is where it was fetched from, or nothing."""

    name: str
    data: bytes
    address: str = ""


@dataclass(frozen=True)
class Order:
    """What is to be done. `country` and `title` describe a list of no national format; `source` is the address that a list names."""

    form: str
    name: str
    today: datetime.date
    country: str
    edition: str = ""
    dated: str = ""
    source: str = ""
    force: frozenset[str] = frozenset()


class Old(NamedTuple):
    """The list that is there already, and the text of its list.yaml."""

    made: FacilityList
    text: str


@dataclass
class Report:
    """What became of everything."""

    name: str
    files: list[tuple[str, int]]
    gathered: Sequence[Gathered]
    merged: Merged
    edition: str
    dated: str
    diff: editions.Diff | None = None
    shut: list[gates.Shut] = field(default_factory=list)
    opened: list[gates.Shut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    facets: Counter[str] = field(default_factory=Counter)

    def text(self, first: int | None = FIRST) -> str:
        """The report in lines; of each kind the `first`, or all."""
        return "\n".join(self._lines(first)) + "\n"

    def _lines(self, first: int | None) -> Iterator[str]:
        merged = self.merged
        yield f"{self.name}: {self.edition}, facts of {self.dated}"
        for name, rows in self.files:
            yield f"  {name}: {_count(rows, 'row')}"
        yield (
            f"{_count(merged.rows, 'row')} in = {_count(len(merged.places), 'place')} out + {len(merged.joined):,} joined to another of the "
            f"same site + {len(merged.dropped):,} dropped"
        )
        pointed = merged.points
        yield (
            f"Points: {pointed['file']:,} from the file, {pointed['postal code']:,} of the postal code only, {pointed['none']:,} none"
        )
        yield f"Places without a number: {sum(1 for place in merged.places if not place.lines):,}; numbers spelled in letters: {merged.spelled:,}"
        yield from (f"Note: {note}" for note in self.notes)
        yield from _section("Rows dropped", _told(merged.dropped), first)
        yield from _section("Rows joined", [f"{where} to {other}" for where, other in merged.joined], first)
        yield from _section("Numbers left out", _told(merged.numbers), first)
        yield from _section("Web addresses left out", _told(merged.websites), first)
        yield from _section("Postal codes", _told(merged.codes), first)
        yield from _section("Points outside their region, replaced by the postal code's", _told(merged.strayed), first)
        for title, counter in (
            ("Not known to any legend, and left out", sum((each.unknown for each in self.gathered), merged.unknown)),
            ("Known by name, in a category of another code", sum((each.moved for each in self.gathered), Counter())),
        ):
            yield from _section(title, [f"{name} ({count:,})" for name, count in _most(counter)], first)
        yield from _section("Facets", [f"{name}: {count:,}" for name, count in self.facets.items()], None)
        if self.diff is not None:
            yield f"Compared with the edition before: {self.diff.same:,} the same"
            for title, told in self.diff.lines():
                yield from _section(title.capitalize(), told, first, always=True)
        yield from (f"Opened by --force {each.gate}: {each.message}" for each in self.opened)
        yield from (f"Refused ({each.gate}): {each.message}" for each in self.shut)


class Imported(NamedTuple):
    """A report, and the files of the list; no files where a gate is shut."""

    report: Report
    files: tuple[File, ...]


def run(sources: Sequence[Source], order: Order, old: Old | None, progress: Progress) -> Imported:
    """Import `sources` as one list. Raises `Unreadable` where one of them, or the order, cannot be understood."""
    gathered: list[Gathered] = []
    for source in sources:
        try:
            gathered.append(read(order.form, source.data, source.name, progress))
        except Unreadable as error:
            message = error.message if error.message.startswith(source.name) else f"{source.name}: {error.message}"
            raise Unreadable(message, error.hint) from None
    edition, dated = _edition(sources, order)
    national = any(each.format != "csv" or each.known for each in gathered)
    country = old.made.settings.country if old else legend.COUNTRY if national else order.country
    if national and country != legend.COUNTRY:
        raise Unreadable(
            f"The list {order.name} is of {country}, and these files are not.", "Name another list with --to."
        )
    known_points = legend.points() if country == legend.COUNTRY else old.made.postal_codes if old else {}
    ours = list(legend.offers()["facets"]) if country == legend.COUNTRY else []
    facets = list(old.made.settings.facets) if old else ours
    entries = [entry for each in gathered for entry in each.entries]
    merged = merge(entries, country, known_points, facets, progress)
    broken = [each for one in gathered for each in one.broken]
    merged.rows += len(broken)
    merged.dropped = broken + merged.dropped
    assert merged.explained(), "a row was lost without a word"
    report = Report(
        order.name,
        [(s.name, len(g.entries) + len(g.broken)) for s, g in zip(sources, gathered, strict=True)],
        gathered,
        merged,
        edition,
        dated,
    )
    report.notes = [note for each in gathered for note in each.notes] + list(_damaged(merged.places))
    if old:
        report.diff = editions.compare(old.made.facilities, merged.places)
        merged.places, kept = editions.carried(report.diff, merged.places)
        if kept:
            report.notes.append(f"{_count(kept, 'place')} kept an exact point from the edition before.")
    counted = Counter(name for place in merged.places for name in place.facets)
    offered = [name for name in facets if old or counted[name]]
    report.facets = Counter({name: counted[name] for name in offered})
    report.notes += _facet_notes(gathered, facets, national=national, offered=offered, old=old)
    before = old.made.facilities if old else ()
    judged = gates.Judged(
        merged.rows, merged.places, before, gathered, len(merged.strayed), dated, order.today, _edited(old)
    )
    for each in gates.shut(judged):
        (report.opened if each.gate in order.force else report.shut).append(each)
    if report.shut:
        return Imported(report, ())
    stamp = {
        "format": "+".join(sorted({each.format for each in gathered})),
        "rows": merged.rows,
        "digest": written.digest(merged.places),
        "files": {source.name: hashlib.sha256(source.data).hexdigest() for source in sources},
    }
    text = (
        _renewed(old, edition, dated, stamp)
        if old
        else _new(order, sources, edition, dated, stamp, offered, national=national)
    )
    files = [File(written.LIST, text), *written.tables(merged.places)]
    if known_points:
        files.append(written.points(known_points))
    return Imported(report, tuple(sorted(files, key=lambda file: file.path)))


def _edition(sources: Sequence[Source], order: Order) -> tuple[str, str]:
    """How the edition is called and when its facts were gathered. The locator writes the day of an export into the file's name."""
    days = [
        found[0].replace("_", "-")
        for source in sources
        if (found := re.search(r"20[0-9]{2}_[0-9]{2}_[0-9]{2}(?=_[0-9]{6})", source.name))
    ]
    oldest = min(days) if days and len(days) == len(sources) else ""
    dated = order.dated or oldest
    if not dated:
        raise Unreadable(
            "It is not known of when these facts are.",
            "Add --dated with the year, month or day when they were gathered, as in --dated 2026-08 (for a yearly directory, the year of its survey).",
        )
    if not re.fullmatch(r"(?:19|20)[0-9]{2}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?", dated):
        raise Unreadable(
            f"{dated} is no year, month or day.", "Write --dated 2026, --dated 2026-08 or --dated 2026-08-10."
        )
    if dated > order.today.isoformat():
        raise Unreadable(f"{dated} is still to come.", "Write when the facts were gathered.")
    edition = order.edition or (f"export of {oldest}" if oldest else "")
    if not edition:
        raise Unreadable(
            "The edition has no name.",
            'Add --edition with the name that the list gives it, as in --edition "2026 edition".',
        )
    return edition, dated


def _edited(old: Old | None) -> bool:
    """Whether the old list is not as an import left it. One that was written by hand never is."""
    if old is None:
        return False
    imported = old.made.settings.imported
    return imported is None or imported.digest != written.digest(old.made.facilities)


def _renewed(old: Old, edition: str, dated: str, stamp: Mapping[str, Any]) -> bytes:
    text = written.renewed(old.text, {"edition": edition, "dated": dated, "imported": stamp})
    if text is None:
        raise Unreadable(
            "edition, dated or imported do not stand on one line each in list.yaml.", "Write them so, each once."
        )
    return text.encode()


def _new(
    order: Order,
    sources: Sequence[Source],
    edition: str,
    dated: str,
    stamp: Mapping[str, Any],
    offered: Sequence[str],
    *,
    national: bool,
) -> bytes:
    """list.yaml of a list that was not there before."""
    address = order.source or next((source.address for source in sources if source.address), "")
    words = legend.offers()
    facets = {id: {key: value for key, value in words["facets"][id].items() if key != "services"} for id in offered}
    used = {facet["group"] for facet in facets.values()}
    fields: dict[str, Any] = {}
    if national:
        fields = {
            name: words[name]
            for name in ("title", "short", "source", "credits", "country", "units", "postal_codes", "spellings", "ask")
        }
    else:
        name = order.name.replace("-", " ").capitalize()
        if not address:
            raise Unreadable(
                "It is not known where this list is from.",
                "Add --source with the web address where readers can see it.",
            )
        fields = {"title": name, "short": name, "country": order.country, "units": "km"}
        if order.country == legend.COUNTRY:
            fields |= {name: legend.offers()[name] for name in ("units", "postal_codes")} | {
                "credits": legend.offers()["credits"][1:]
            }
    fields |= {
        "groups": {id: name for id, name in words["groups"].items() if id in used},
        "facets": facets,
        "edition": edition,
        "dated": dated,
        "source": web_address(address) if address else fields["source"],
        "imported": stamp,
    }
    names = (
        "title",
        "short",
        "edition",
        "dated",
        "source",
        "credits",
        "country",
        "units",
        "postal_codes",
        "groups",
        "facets",
        "spellings",
        "ask",
        "imported",
    )
    return written.settings({name: fields[name] for name in names if name in fields})


def _facet_notes(
    gathered: Sequence[Gathered], facets: Sequence[str], *, national: bool, offered: Sequence[str], old: Old | None
) -> Iterator[str]:
    """What readers cannot ask of this edition, though they could of others."""
    if not national:
        return
    named = [each.named for each in gathered if each.named]
    if named:
        missing = [
            name for name in legend.facets_without(service for one in named for service in one) if name in facets
        ]
        if missing:
            yield f"These files say nothing about: {', '.join(missing)}."
    if old and (lacking := [name for name in legend.offers()["facets"] if name not in facets]):
        yield f"list.yaml has no facets {', '.join(lacking)}; define them there, and the next import tells them."
    if not old and (unused := [name for name in facets if name not in offered]):
        yield f"Left out of list.yaml, because no place has them: {', '.join(unused)}."


def _damaged(places: Iterable[Facility]) -> Iterator[str]:
    """Texts that a spreadsheet has turned into something else before they came here."""
    for place in places:
        for name in ("name", "part", "street", "street2", "city"):
            value = getattr(place, name)
            if value and (bad := damage(value)):
                yield f"{name} of {place.id}: {bad[0]}"


def _most(counter: Counter[str]) -> list[tuple[str, int]]:
    """The most frequent first; equal counts by name, so that two runs say the same."""
    return sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))


def _told(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{where}: {reason}" for where, reason in pairs]


def _section(title: str, rows: Sequence[str], first: int | None, *, always: bool = False) -> Iterator[str]:
    if not rows and not always:
        return
    yield f"{title}: {len(rows):,}"
    shown = rows if first is None else rows[:first]
    yield from (f"  {row}" for row in shown)
    if len(rows) > len(shown):
        yield f"  and {len(rows) - len(shown):,} more"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
