"""What a site knows of places, as pages to be made: the finder, a page for each part of the country, one for each town."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from ebbtide.finder import places
from ebbtide.finder.files import FinderFiles, finder_files
from ebbtide.model.facility import FacilityList
from ebbtide.model.site import Site


@dataclass(frozen=True)
class PlacePage:
    """A page to be made. `values` fill the blanks of its title and summary; `context` is what its template gets."""

    kind: Literal["finder", "region", "town"]
    url: str
    values: Mapping[str, str]
    context: Mapping[str, Any]


@dataclass(frozen=True)
class Directory:
    """The places of a site. `whole` is the country's name, under which places stand of which no part of it is known."""

    site: Site
    whole: str

    @cached_property
    def regions(self) -> tuple[places.Region, ...]:
        """The parts of the country, with their towns."""
        settings = self.site.settings
        contacts = self.site.contacts.values()
        return places.regions(settings.region_names, settings.country, contacts, self.site.facilities, self.whole)

    @cached_property
    def listed(self) -> dict[str, places.Listed]:
        """Every place that pages show, by the name under which its numbers stand."""
        towns = (town.places for region in self.regions for town in region.towns)
        scattered = (region.scattered for region in self.regions)
        return {place.id: place for held in (*towns, *scattered) for place in held}

    @cached_property
    def searched(self) -> tuple[FacilityList, ...]:
        """The lists in which there is something to be near to. The places of others stand on the finder's page as they are."""
        return tuple(one for one in self.site.facilities if any(place.point for place in one.facilities))

    @cached_property
    def finders(self) -> tuple[FinderFiles, ...]:
        """The data files of each list that can be searched, in the order of the lists."""
        return tuple(finder_files(one) for one in self.searched)

    @property
    def whole_bytes(self) -> int:
        """How much somebody fetches who takes all the lists whole, under gzip."""
        return sum(len(gzip.compress(file.content, 9, mtime=0)) for made in self.finders for file in made.whole)

    def pages(self) -> Iterator[PlacePage]:
        """The finder, and below it a page for each part of the country and each town with a place in it."""
        site = self.site
        if not site.has_places:
            return
        shared: Mapping[str, Any] = {
            "everywhere": [site.contacts[id] for id in site.settings.help.everywhere if id in site.contacts],
            "lists": [one for one in site.facilities if one.facilities],
        }
        own: Mapping[str, Any] = {
            "regions": self.regions,
            "tiles": places.tiles(site.settings.region_map, site.settings.country, self.regions),
            "centers": [one for one in site.contacts.values() if one.kind in ("center", "locator")],
            "finders": [made.index_path for made in self.finders],
            "searched": self.searched,
            "told": list(places.listed(one for one in site.facilities if one not in self.searched)),
        }
        yield PlacePage("finder", places.FOLDER, {}, {**shared, **own})
        for region in self.regions:
            yield PlacePage("region", region.url, {"name": region.name}, {**shared, "region": region})
            for town in region.towns:
                named = {"name": town.name, "region": region.name}
                yield PlacePage("town", town.url, named, {**shared, "region": region, "town": town})
