"""Places that treat people: lists of facilities as ``content/facilities/<list>/`` holds them, one normal form for every source.

A list is a folder: ``list.yaml`` says where the list comes from, how old it is and what can be asked of its places (its
facets); its rows stand in ``*.csv`` files beside it, one line a place, so that a change of one telephone number is a change of
one line. What a country calls its regions, its postal codes and its ways of paying is all content, never code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from ebbtide.model import phone as phones
from ebbtide.model.base import Id, Strict, Text, Url, refusal
from ebbtide.model.contact import Sighting, region_code

RULES: Mapping[str, str] = {
    "facility-point": "A place's latitude and longitude are both given, in degrees, and lie on the globe.",
    "facility-number": "A place's telephone number is one that can be dialed, with its extension after an x.",
    "facility-id": "No two places of a list have the same id, and none stands in it twice.",
    "facility-facet": "A place's facets are defined in its list.yaml.",
    "facility-region": "A place lies in the country of its list.",
    "facility-postal-code": "A postal code is as long as list.yaml says, and stands once in postal-codes.csv.",
    "table-column": "A table of places has the columns name, phone, and city or region; its other columns are known ones.",
    "spreadsheet-damage": "No cell is what a spreadsheet made of a text that it took for a number, a date or a formula.",
}

COLUMNS = (
    "id", "name", "part", "street", "street2", "city", "region", "postal_code", "latitude", "longitude", "about",
    "phone", "phone2", "intake", "intake2", "website", "facets", "notes",
)  # fmt: skip
"""The columns of a list's CSV files, in order. A publisher may leave out all but name, city (or region) and phone."""


class Facet(Strict):
    """Something a reader can ask of a place: it has it, or the list does not say so."""

    name: Text
    """As a reader sees it on a box to tick, and on the place's card."""
    group: Id
    hint: Text | None = None
    """What the word means, for somebody who is not sure."""
    filter: bool = True
    """Whether it can be ticked in the finder; the others are only said on cards."""
    warns: bool = False
    """True where having it is a reason not to go there (``does not treat opioid use``): said first on the card."""


class PostalCodes(Strict):
    """Points of postal codes, in ``postal-codes.csv`` beside the list (columns code, latitude, longitude), and how they look."""

    name: Text
    """What people call them: ZIP code, postcode."""
    example: Text
    digits: Annotated[int, Field(ge=1, le=10)]
    """How many characters a code has."""
    split: Annotated[int, Field(ge=1, le=4)] = 2
    """By how many leading characters the points are shared among files, each fetched alone."""


class Imported(Strict):
    """Written by an import: what a list was made from."""

    format: Text
    rows: Annotated[int, Field(ge=0)]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    """Of all places as they were imported, without their notes. Tells whether a place was changed by hand since."""
    files: dict[Text, Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]] = {}
    """Each file and its SHA-256."""


class FacilityListSettings(Strict):
    """``list.yaml``."""

    title: Text
    short: Text
    """As a card names the list: ``National list``."""
    edition: Text
    """As the list names its edition: ``2023 edition``."""
    dated: Sighting
    """When the facts of this edition were gathered, as exactly as is known."""
    source: Url
    credits: tuple[Text, ...] = ()
    """Whom its license, or that of its points, asks to name."""
    country: Annotated[Text, AfterValidator(region_code)]
    units: Literal["miles", "km"]
    postal_codes: PostalCodes | None = None
    groups: dict[Id, Text] = {}
    """Names of the groups of facets, in the order in which they are shown."""
    facets: dict[Id, Facet] = {}
    """In the order in which they are shown within their group; the order is that of the bits in the finder's files."""
    ask: tuple[Text, ...] = ()
    """Questions worth asking when one calls, such as whether they treat this at all."""
    spellings: dict[Id, Text] = {}
    """Words of towns' names that people write in two ways, the short one first: ``st: saint``."""
    if_it_fails: tuple[Id, ...] = ()
    """Contacts to try when a number of the list does not work."""
    imported: Imported | None = None

    @model_validator(mode="after")
    def _groups_known(self) -> Self:
        for id, facet in self.facets.items():
            if facet.group not in self.groups:
                raise refusal("wrong-value", f"facet {id} is of group {facet.group}, which is not one of groups.", "")
        return self


_PHONE = re.compile(r"(\+[1-9][0-9]{6,14})(?:x([0-9]{1,8}))?")


class Line(NamedTuple):
    """A number of a place, E.164, and what to key when it answers."""

    number: str
    extension: str = ""


@lru_cache(maxsize=1 << 16)
def line_of(value: str) -> Line:
    """A number in the form E.164, with x and an extension after it or not, as a number and an extension.

    Remembered: a list of 12,744 places has 16,000 numbers, each is asked for several times, and the numbering plans take 30 µs.
    """
    found = _PHONE.fullmatch(value)
    if not found:
        raise refusal(
            "facility-number", f"{value} is not a number that a link can dial.",
            "Write +, country code and number, and an extension after an x, with nothing else between the digits.",
        )  # fmt: skip
    phones.reachable(found[1])
    return Line(found[1], found[2] or "")


def dialable(value: str) -> str:
    line_of(value)
    return value


FacilityNumber = Annotated[Text, AfterValidator(dialable)]
Degrees = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,3}(\.[0-9]{1,7})?$")]
Words = Annotated[tuple[Id, ...], BeforeValidator(lambda value: value.split() if isinstance(value, str) else value)]
"""Ids with blanks between."""


class Facility(Strict):
    """One place. Empty fields of a row are left out."""

    id: Id
    """Stays the same from edition to edition as long as name, street, town and postal code do."""
    name: Text
    part: Text | None = None
    """The department or program, where the list names one."""
    street: Text | None = None
    street2: Text | None = None
    city: Text | None = None
    region: Annotated[Text, AfterValidator(region_code)]
    postal_code: Text | None = None
    latitude: Degrees | None = None
    longitude: Degrees | None = None
    about: bool = False
    """True where the point is only that of the postal code, so that distances are told in whole units."""
    phone: FacilityNumber | None = None
    phone2: FacilityNumber | None = None
    intake: FacilityNumber | None = None
    intake2: FacilityNumber | None = None
    website: Url | None = None
    facets: Words = ()
    notes: Text | None = None

    @model_validator(mode="after")
    def _on_the_globe(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise refusal("facility-point", "Only one of latitude and longitude is given.", "Give both, or neither.")
        if (
            self.latitude
            and self.longitude
            and not (abs(float(self.latitude)) <= 90 and abs(float(self.longitude)) <= 180)
        ):
            raise refusal(
                "facility-point", f"{self.latitude}, {self.longitude} is no point on the globe.",
                "Latitude goes from -90 to 90, longitude from -180 to 180; they may stand the wrong way round.",
            )  # fmt: skip
        return self

    @classmethod
    def made(cls, fields: Mapping[str, str | bool]) -> Facility | None:
        """The place that a row's cells come to; None where `parse` would find something wrong with them. Lists are long, and this
        is twice as fast."""
        try:
            return cls.model_validate(fields)
        except ValidationError:
            return None

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees, rounded to 0.0001 (8 m), as every part of the finder uses them."""
        if self.latitude is None or self.longitude is None:
            return None
        return round(float(self.latitude), 4), round(float(self.longitude), 4)

    @property
    def lines(self) -> tuple[tuple[Literal["phone", "intake"], Line], ...]:
        """Its numbers, the main one first, each once."""
        found: dict[Line, Literal["phone", "intake"]] = {}
        for value, kind in (
            (self.phone, "phone"),
            (self.phone2, "phone"),
            (self.intake, "intake"),
            (self.intake2, "intake"),
        ):
            if value:
                found.setdefault(line_of(value), "intake" if kind == "intake" else "phone")
        return tuple((kind, line) for line, kind in found.items())


class FacilityList(NamedTuple):
    """A list with all its places, ordered by region, city, name and id."""

    id: str
    path: str
    """The folder, as problems name it."""
    settings: FacilityListSettings
    facilities: tuple[Facility, ...]
    postal_codes: Mapping[str, tuple[float, float]]
    """Points of postal codes: latitude and longitude in degrees. Empty where the list has none."""
