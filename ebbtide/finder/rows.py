"""Rows of a list's tables -> `Facility`, with every problem at its file, line and column. What a row leaves out is worked out here:
the id, a region written without its country, a telephone number as people of the country write it.

A broken row does not stop the others.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ebbtide.model import phone as phones
from ebbtide.model.base import Refusal, nearest, parse, reason
from ebbtide.model.facility import (
    COLUMNS,
    Facility,
    FacilityList,
    FacilityListSettings,
    PostalCodes,
    line_of,
)
from ebbtide.problem import Place, Problem
from ebbtide.table import Row, Table

PHONES = ("phone", "phone2", "intake", "intake2")
_TEXTS = ("name", "part", "street", "street2", "city", "region", "postal_code", "notes", *PHONES)
_DEGREES = ("latitude", "longitude")


def read_list(
    id: str, path: str, settings: FacilityListSettings, tables: Iterable[Table], points: Table | None
) -> tuple[FacilityList, list[Problem]]:
    """A list out of its settings and its tables; `points` is the table of postal codes, where there is one.

    `path` is how problems name the list's folder.
    """
    reading = Reading(settings)
    for table in tables:
        reading.table(table)
    known = dict(reading.points(points)) if points else {}
    facilities = tuple(sorted(reading.facilities, key=order))
    return FacilityList(id, path, settings, facilities, known), reading.problems


def order(facility: Facility) -> tuple[str, str, str, str]:
    """By region, town, name and id: how a list is written and shown."""
    return facility.region, (facility.city or "").casefold(), facility.name.casefold(), facility.id


def minted(name: str, street: str, city: str, region: str, postal_code: str, more: str = "") -> str:
    """The id of a place that has none: the same for as long as its name and address are, however they are capitalized."""
    key = "\n".join(plain(part) for part in (name, street, city, region, postal_code, more))
    return f"f{hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest()[:11]}"


def plain(text: str) -> str:
    """Letters and digits of a text, small, with single blanks between words: for telling whether two texts are the same."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|janv|fevr|févr|mars|avr|mai|juin|juil|aout|août|okt|dez|ene|abr|ago|dic"
_DAMAGE = re.compile(
    r"(?P<number>[0-9](?:[.,][0-9]+)?E\+[0-9]+)"
    rf"|(?P<date>[0-9]{{1,2}}[-. ](?:{_MONTHS})\.?(?:[-. ][0-9]{{2,4}})?|(?:{_MONTHS})\.?[- ][0-9]{{2}})"
    r"|(?P<formula>#(?:N/A|NAME\?|REF!|VALUE!|DIV/0!|NUM!|NULL!)|#{3,})",
    re.IGNORECASE,
)
_MAYBE_DAMAGED = re.compile(r"E\+|#|-", re.IGNORECASE)


def damage(value: str) -> tuple[str, str] | None:
    """What a spreadsheet made of a text that it took for a number, a date or a formula: what is wrong, and what to do."""
    found = _DAMAGE.fullmatch(value)
    if not found:
        return None
    hint = "Format the column as text, and write it again."
    if found["number"]:
        return f"{value} is what a spreadsheet makes of a long number; its digits are lost.", hint
    if found["date"]:
        return f"{value} is a date, which a spreadsheet may have made of a text.", f"{hint[:-1]}, or put it into words."
    return f"{value} is what a spreadsheet shows in place of a value.", hint


@dataclass
class Reading:
    """What has been read of one list so far."""

    settings: FacilityListSettings
    facilities: list[Facility] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: dict[str, Place] = field(default_factory=dict)
    _numbers: dict[str, str | Refusal] = field(default_factory=dict)

    def wrong(self, place: Place, rule: str, message: str, hint: str) -> None:
        self.problems.append(Problem(place, "error", rule, message, hint))

    def table(self, table: Table) -> None:
        """Read the places of one table."""
        if not self._columns(table, COLUMNS, ("name", "phone")):
            return
        if not {"city", "region"} & set(table.columns):
            message, hint = "there is neither a column city nor a column region.", "Add one of them."
            self.wrong(Place(table.path, table.header_line), "table-column", message, hint)
            return
        names = table.columns
        for row in table.rows:
            fields = {name: cell for name, cell in zip(names, row.cells, strict=False) if cell}
            before, named = len(self.problems), "id" in fields
            self._row(table, row, fields)
            facility = self._made(table, row, fields)
            if facility is None or len(self.problems) > before:
                continue
            if first := self.seen.get(facility.id):
                place = table.place(row, names.index("id") if "id" in names else names.index("name"))
                self._twice(place, first, facility, named=named)
                continue
            self.seen[facility.id] = Place(table.path, row.line)
            self.facilities.append(facility)

    def points(self, table: Table) -> Iterator[tuple[str, tuple[float, float]]]:
        """Postal codes and their points: latitude and longitude in degrees."""
        if not self._columns(table, ("code", "latitude", "longitude"), ("code", "latitude", "longitude")):
            return
        code, latitude, longitude = (table.columns.index(name) for name in ("code", "latitude", "longitude"))
        seen: dict[str, int] = {}
        form = self.settings.postal_codes
        for row in table.rows:
            value = row.cells[code]
            if value in seen:
                message = f"{value} stands twice; the first is on line {seen[value]}."
                self.wrong(table.place(row, code), "facility-postal-code", message, "Keep one of them.")
                continue
            if form and (bad := _postal(value, form)):
                self.wrong(table.place(row, code), "facility-postal-code", *bad)
                continue
            try:
                north, east = float(row.cells[latitude]), float(row.cells[longitude])
            except ValueError:
                north = east = 999.0
            if not (-90 <= north <= 90 and -180 <= east <= 180):
                message = f"{row.cells[latitude]}, {row.cells[longitude]} is no point on the globe."
                self.wrong(table.place(row, latitude), "facility-point", message, "Write degrees with a decimal point.")
                continue
            seen[value] = row.line
            yield value, (north, east)

    def _columns(self, table: Table, known: Sequence[str], needed: Sequence[str]) -> bool:
        """Whether a table has the columns that it needs. Says which are missing, and which are not known."""
        missing = [name for name in needed if name not in table.columns]
        spare = [name for name in known if name not in table.columns]
        meant: set[str] = set()
        for number, name in enumerate(table.columns):
            if name and name not in known:
                hint = nearest(name, spare)
                meant |= {each for each in missing if f" {each}?" in hint}
                self.wrong(table.column_place(number), "table-column", f"{name} is not a column here.", hint)
        for name in missing:
            if name not in meant:
                hint = f"Add {name} to the first line, and the values below it."
                self.wrong(Place(table.path, table.header_line), "table-column", f"the column {name} is missing.", hint)
        return not missing

    def _row(self, table: Table, row: Row, fields: dict[str, str]) -> None:
        """Bring the cells of a row into the form that the model asks for; what cannot be is reported and left out."""

        def wrong(name: str, rule: str, message: str, hint: str) -> None:
            fields.pop(name, None)
            self.wrong(table.place(row, table.columns.index(name)), rule, message, hint)

        if _MAYBE_DAMAGED.search("\n".join(row.cells)):
            for name in _TEXTS:
                if name in fields and (bad := damage(fields[name])):
                    wrong(name, "spreadsheet-damage", *bad)
        for name in PHONES:
            if name in fields:
                number = self._number(fields[name])
                if isinstance(number, str):
                    fields[name] = number
                else:
                    wrong(name, *reason(number))
        for name in _DEGREES:
            if name in fields and re.fullmatch(r"-?[0-9]{1,3},[0-9]+", fields[name]):
                fields[name] = fields[name].replace(",", ".")
        if "region" in fields and (bad := self._region(fields)):
            wrong("region", "facility-region", *bad)
        if (
            (form := self.settings.postal_codes)
            and "postal_code" in fields
            and (bad := _postal(fields["postal_code"], form))
        ):
            wrong("postal_code", "facility-postal-code", *bad)
        if "facets" in fields:
            fields["facets"] = " ".join(re.split(r"[\s,;]+", fields["facets"].strip(" ,;")))
            unknown = [word for word in fields["facets"].split() if word not in self.settings.facets]
            if unknown:
                hint = nearest(unknown[0], self.settings.facets) or "Define it in list.yaml, below facets."
                wrong("facets", "facility-facet", f"{unknown[0]} is not a facet of this list.", hint)

    def _made(self, table: Table, row: Row, fields: dict[str, str]) -> Facility | None:
        if "name" not in fields or not {"city", "region"} & fields.keys():
            written = dict(zip(table.columns, row.cells, strict=False))
            if not written.get("name"):
                place = table.place(row, table.columns.index("name"))
                self.wrong(place, "table-column", "this place has no name.", "Write it, or delete the row.")
            if not written.get("city") and not written.get("region"):
                message, hint = (
                    "this place has neither a city nor a region.",
                    "Write one of them, so that it can be found.",
                )
                self.wrong(Place(table.path, row.line), "table-column", message, hint)
            if "name" not in fields:
                return None
        fields.setdefault("region", self.settings.country)
        if "id" not in fields:
            parts = (fields.get(name, "") for name in ("street", "city", "region", "postal_code"))
            fields["id"] = minted(fields["name"], *parts)
        made = Facility.made(fields)
        if made is None:
            self.problems += parse(Facility, fields, table.places(row))[1]
        return made

    def _twice(self, place: Place, first: Place, facility: Facility, *, named: bool) -> None:
        where = f"line {first.line}" if first.path == place.path else str(first)
        if not named:
            message = f"{facility.name} has the same name and address as the place on {where}."
            self.wrong(place, "facility-id", message, "Delete one of the two, or give each an id of its own.")
        else:
            message = f"the id {facility.id} is that of the place on {where} already."
            self.wrong(place, "facility-id", message, "Give this place another, or leave the cell empty.")

    def _number(self, value: str) -> str | Refusal:
        """A number as the model wants it, or why it cannot be one. One number often serves many places."""
        found = self._numbers.get(value)
        if found is None:
            try:
                if re.fullmatch(r"\+[0-9]+(?:x[0-9]+)?", value):
                    line_of(value)
                    found = value
                else:
                    number, extension = phones.as_written(value, self.settings.country)
                    found = f"{number}x{extension}" if extension else number
            except Refusal as error:
                found = error
            self._numbers[value] = found
        return found

    def _region(self, fields: dict[str, str]) -> tuple[str, str] | None:
        value, country = fields["region"], self.settings.country
        if value in (country, "INT", "EU") or value.startswith(f"{country}-"):
            return None
        if re.fullmatch(r"[A-Za-z0-9]{1,3}", value):
            fields["region"] = f"{country}-{value.upper()}"
            return None
        if re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,3}", value):
            message = f"{value} is no part of {country}, the country of this list."
            return message, "Put places of another country into a list of their own."
        return f"{value} is no region's code.", f"Write it as in {country}-XX, or leave {country}- out."


def _postal(value: str, form: PostalCodes) -> tuple[str, str] | None:
    if len(value) == form.digits and not re.search(r"\s", value):
        return None
    hint = f"Write it as in {form.example}."
    if value.isdigit() and form.example.isdigit() and len(value) < form.digits:
        message = f"{value} has {len(value)} of the {form.digits} digits of a {form.name}; a spreadsheet drops zeros at the beginning."
        return message, f"Format the column as text, and write {value.zfill(form.digits)} if that is what was lost."
    return f"{value} is not a {form.name}: that has {form.digits} characters.", hint
