"""The legends of the national list: what codes, texts and columns mean, and which facets we make of them.

Four public importers that typed the meaning of codes by hand each misread some. ``MM`` is maintenance with methadone and not the
management of medication, ``METH`` is methadone, ``SF`` is payment in cash and not a sliding fee, and the column ``mi`` of one format is
motivational interviewing where the code ``MI`` of another is military insurance. So a facet is defined by names of services
(offers.json), and each format finds its way to a name by the legend that it has: a workbook by its own second sheet, the others by
legend.csv.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from ebbtide.finder.formats.entries import Service
from ebbtide.finder.rows import plain

COUNTRY = "US"
ASSOCIATED = frozenset(("FM", "MH", "PW"))
"""States in free association, which the list names like states; each has a numbering plan of its own."""


class Meaning(NamedTuple):
    """One line of a legend."""

    code: str
    service: Service
    column: str = ""
    basis: str = ""
    """How it is known what the column stands for: ``same code``, or ``inferred from position``."""


@dataclass(frozen=True)
class Legend:
    """Services by code, by category and text, by text alone (where it stands in one category only), and by column."""

    by_code: Mapping[str, Meaning]
    by_text: Mapping[Service, Meaning]
    by_name: Mapping[str, Meaning]
    by_column: Mapping[str, Meaning]

    @classmethod
    def of(cls, meanings: Iterable[Meaning]) -> Legend:
        every = list(meanings)
        names = Counter(each.service.name for each in {each.service: each for each in every}.values())
        return cls(
            {each.code: each for each in every},
            {each.service: each for each in every},
            {each.service.name: each for each in every if names[each.service.name] == 1},
            {each.column: each for each in every if each.column},
        )


@cache
def printed() -> Legend:
    """The union of the legends that were published from 2022 on, with the columns of the locator's table."""
    text = files(__package__).joinpath("legend.csv").read_text("utf-8")
    return Legend.of(
        Meaning(row["code"], Service(row["category_code"], plain(row["service"])), row["csv_column"], row["basis"])
        for row in csv.DictReader(io.StringIO(text))
    )


@cache
def offers() -> dict[str, Any]:
    """offers.json: how a list made from these formats is described, and its facets."""
    made: dict[str, Any] = json.loads(files(__package__).joinpath("offers.json").read_text("utf-8"))
    return made


@cache
def _facets_by_service() -> Mapping[Service, tuple[str, ...]]:
    made: dict[Service, tuple[str, ...]] = {}
    for id, facet in offers()["facets"].items():
        for category, name in facet["services"]:
            service = Service(category, plain(name))
            made[service] = (*made.get(service, ()), id)
    return made


def facets_of(services: Iterable[Service]) -> frozenset[str]:
    """The facets that services come to."""
    table = _facets_by_service()
    return frozenset(id for service in services for id in table.get(service, ()))


@cache
def limits() -> frozenset[Service]:
    """Services that are reasons not to come: a place that takes only some, or does not treat something."""
    facets = offers()["facets"].values()
    return frozenset(
        Service(category, plain(name))
        for facet in facets
        if facet["group"] == "limits"
        for category, name in facet["services"]
    )


def facets_without(services: Iterable[Service]) -> list[str]:
    """Facets of which a legend names no service: they cannot be told from a file with that legend."""
    have = facets_of(services)
    return [id for id in offers()["facets"] if id not in have]


@cache
def boxes() -> Mapping[str, tuple[float, float, float, float]]:
    """South, west, north and east of each state, half a degree added on every side."""
    text = files(__package__).joinpath("states.csv").read_text("utf-8")
    return {
        row["state"]: (float(row["south"]), float(row["west"]), float(row["north"]), float(row["east"]))
        for row in csv.DictReader(io.StringIO(text))
    }


@cache
def points() -> Mapping[str, tuple[float, float]]:
    """ZIP codes and their points: latitude and longitude in degrees, to four decimals. GeoNames (CC BY 4.0) and the Census."""
    import zip2info  # its table takes a second to import, and only an import of a list needs it

    found = ((f"{code:05}", zip2info.coordinates(code)) for code in range(100_000))
    return {code: (round(point[0], 4), round(point[1], 4)) for code, point in found if point}
