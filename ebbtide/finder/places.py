"""Regions, towns and places as pages show them: every place of every list, once, where a reader would look for it.

The pages made from these need no script: they are what the finder links to, what prints, and what search engines see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ebbtide.model.contact import Contact, Kind
from ebbtide.model.contact import Link as ContactLink
from ebbtide.model.facility import Facet, Facility, FacilityList, FacilityListSettings, Line
from ebbtide.model.phone import shapes

FOLDER = "find-treatment/"
"""Where the finder is, and below it the regions and their towns."""


@dataclass(frozen=True)
class Listed:
    """A place and the list that it stands in. It is reached as a contact is: see `Reachable`."""

    facility: Facility
    settings: FacilityListSettings
    list_id: str

    @property
    def id(self) -> str:
        """Names the place among all lists; the owner of its numbers on a page."""
        return f"{self.list_id}:{self.facility.id}"

    @property
    def name(self) -> str:
        return self.facility.name

    @property
    def short(self) -> None:
        return None

    @property
    def short_name(self) -> str:
        return self.facility.name

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Every string of digits that may stand for one of its numbers."""
        owned = (shapes(line.number, self.settings.country).owned for _, line in self.facility.lines)
        return frozenset().union(*owned)

    def links(self, language: str = "") -> tuple[ContactLink, ...]:  # noqa: ARG002, as a contact's
        """All ways to reach it: every number, main before intake, then the web page."""
        calls = tuple(self._call(kind, line) for kind, line in self.facility.lines)
        web = self.facility.website
        if not web:
            return calls
        host = web.split("/")[2].removeprefix("www.")
        return (*calls, ContactLink("web", web, host, self.name))

    def _call(self, kind: str, line: Line) -> ContactLink:
        shape = shapes(line.number, self.settings.country)
        pause = f",{line.extension}" if line.extension else ""
        return ContactLink(
            "phone", f"tel:{shape.dial}{pause}", shape.display, self.name, extension=line.extension,
            label="" if kind == "phone" else kind, numbers=shape.owned,
        )  # fmt: skip

    @property
    def address(self) -> str:
        """Street and town on one line, as an envelope has them."""
        one = self.facility
        town = " ".join(filter(None, (one.city, one.region.partition("-")[2] if one.city else "", one.postal_code)))
        return ", ".join(filter(None, (one.street, one.street2, town)))

    def facets(self, *, warning: bool = False) -> list[Facet]:
        """What the list says of it, in the list's order: what speaks for it, or what warns."""
        known = self.settings.facets
        return [facet for id, facet in known.items() if id in self.facility.facets and facet.warns == warning]


@dataclass(frozen=True)
class Town:
    """A town of a region, with the places in it."""

    name: str
    url: str
    places: tuple[Listed, ...]

    @property
    def anchor(self) -> str:
        """Where its places stand on the page of its region."""
        return f"in-{self.url.rstrip('/').rpartition('/')[2]}"


@dataclass(frozen=True)
class Region:
    """A part of the country: its own lines, and its towns."""

    code: str
    name: str
    url: str
    agencies: tuple[Contact, ...]
    centers: tuple[Contact, ...]
    """Contacts in this part of the country that treat people themselves."""
    towns: tuple[Town, ...]
    scattered: tuple[Listed, ...]
    """Places for which the list names no town."""

    @property
    def count(self) -> int:
        """How many places are known here."""
        return len(self.scattered) + sum(len(town.places) for town in self.towns)


@dataclass(frozen=True)
class Tile:
    """A region as a square on a map of squares: its place in units of one square, from the top left."""

    x: int
    y: int
    region: Region

    @property
    def label(self) -> str:
        """What fits into a square: the code of the part, without the country's."""
        return self.region.code.partition("-")[2] or self.region.code


@dataclass(frozen=True)
class TileMap:
    """Squares, and how many there is room for across and down."""

    tiles: tuple[Tile, ...]
    columns: int
    rows: int

    def __iter__(self) -> Iterator[Tile]:
        return iter(self.tiles)

    def __bool__(self) -> bool:
        return bool(self.tiles)


def tiles(rows: Sequence[str], country: str, known: Iterable[Region]) -> TileMap:
    """A map drawn in letters (``site.yaml``, `region_map`) as squares, in the order of the rows: each word is the code of a region
    without its country, or a dot where there is none."""
    by_code = {region.code: region for region in known}
    words = [row.split() for row in rows]
    found = tuple(
        Tile(x, y, by_code[f"{country}-{word}"])
        for y, row in enumerate(words)
        for x, word in enumerate(row)
        if f"{country}-{word}" in by_code
    )
    return TileMap(found, max(map(len, words), default=0), len(words))


def regions(
    names: Mapping[str, str], country: str, contacts: Iterable[Contact], lists: Sequence[FacilityList], whole: str = ""
) -> tuple[Region, ...]:
    """The parts of a country that have a name, a line of their own or a place, by name.

    `names` are names by code (``site.yaml``, `region_names`). A part without a name goes by its code.
    """
    here = [contact for contact in contacts if contact.subdivision and contact.country == country]

    def of(kind: Kind, code: str) -> tuple[Contact, ...]:
        return tuple(contact for contact in here if contact.kind == kind and contact.region == code)

    found: dict[str, list[Listed]] = {}
    for place in listed(lists):
        if place.facility.region.partition("-")[0] == country:
            found.setdefault(place.facility.region, []).append(place)
    codes = (
        {code for code in names if code.partition("-")[0] == country}
        | {contact.region for contact in here if contact.kind == "agency"}
        | found.keys()
    )
    taken: dict[str, str] = {}
    known: dict[str, str] = {country: whole or country, **names}
    made = []
    for name, code in sorted(
        ((known.get(code, code), code) for code in codes), key=lambda pair: (pair[0].casefold(), pair[1])
    ):
        url = f"{FOLDER}{_free(slug(name) or slug(code), taken, code)}/"
        towns, scattered = _towns(url, found.get(code, ()))
        made.append(Region(code, name, url, of("agency", code), of("center", code), towns, scattered))
    return tuple(made)


def listed(lists: Iterable[FacilityList]) -> Iterator[Listed]:
    """Every place of every list."""
    for one in lists:
        for facility in one.facilities:
            yield Listed(facility, one.settings, one.id)


def _towns(url: str, places: Iterable[Listed]) -> tuple[tuple[Town, ...], tuple[Listed, ...]]:
    """Places by town. Spellings that differ in capitals, marks or hyphens only are one town, under the commonest of them."""
    by_slug: dict[str, list[Listed]] = {}
    for place in places:
        by_slug.setdefault(slug(place.facility.city or ""), []).append(place)
    scattered = tuple(by_slug.pop("", ()))
    towns = []
    for part, held in by_slug.items():
        spellings = [place.facility.city or "" for place in held]
        name = max(sorted(set(spellings)), key=spellings.count)
        held.sort(key=lambda place: (place.name.casefold(), place.facility.part or "", place.id))
        towns.append(Town(name, f"{url}{part}/", tuple(held)))
    return tuple(sorted(towns, key=lambda town: (town.name.casefold(), town.url))), scattered


def _free(wanted: str, taken: dict[str, str], code: str) -> str:
    """Two regions of one name get addresses of their own: the second by its code."""
    part = wanted if taken.setdefault(wanted, code) == code else slug(code)
    taken.setdefault(part, code)
    return part


def slug(name: str) -> str:
    """A name as part of an address: small letters, digits and hyphens; empty where nothing of it is either."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")
