"""Parts of the country, towns and places, as pages show them."""

from __future__ import annotations

from typing import Any

from ebbtide.finder.places import listed, regions, slug, tiles
from ebbtide.model.base import parse
from ebbtide.model.contact import Contact
from ebbtide.model.facility import Facility, FacilityList, FacilityListSettings
from ebbtide.problem import Places

SETTINGS = FacilityListSettings.model_validate({
    "title": "Places", "short": "List", "edition": "first", "dated": "2026", "source": "https://example.org/", "country": "GB", "units": "miles",
    "groups": {"care": "Care"},
    "facets": {"day": {"name": "By day", "group": "care"}, "shut": {"name": "Shut", "group": "care", "warns": True}},
})  # fmt: skip
NAMES = {"GB-ENG": "England", "GB-SCT": "Scotland", "FR-75": "Paris"}


def place(number: int, city: str | None, region: str = "GB-ENG", **more: Any) -> Facility:
    return Facility.model_validate(
        {"id": f"p{number}", "name": f"Place {number}", "city": city, "region": region} | more
    )


def of(*places: Facility) -> list[FacilityList]:
    return [FacilityList("made-up", "facilities/made-up", SETTINGS, places, {})]


def contact(id: str, kind: str, region: str) -> Contact:
    fields = {
        "name": id, "kind": kind, "region": region, "for": "Helps.", "not_for": "Not for x.", "web": "https://a.example", "hours": "unknown",
        "sources": [{"url": "https://a.example"}],
    }  # fmt: skip
    made, problems = parse(Contact, fields, Places(""))
    assert made is not None, problems
    made._id = id
    return made


def test_regions_are_those_with_a_name_a_line_or_a_place() -> None:
    contacts = [
        contact("wales", "agency", "GB-WLS"),
        contact("center", "center", "GB-ENG"),
        contact("alone", "center", "GB-NIR"),
        contact("abroad", "agency", "FR-75"),
        contact("all", "agency", "GB"),
    ]
    found = regions(NAMES, "GB", contacts, of(place(1, "Leeds"), place(2, "Ebb", "GB-XYZ")))
    assert [(one.code, one.name, one.url) for one in found] == [
        ("GB-ENG", "England", "find-treatment/england/"),
        ("GB-WLS", "GB-WLS", "find-treatment/gb-wls/"),
        ("GB-XYZ", "GB-XYZ", "find-treatment/gb-xyz/"),
        ("GB-SCT", "Scotland", "find-treatment/scotland/"),
    ]
    england, wales, *_ = found
    assert [one.id for one in england.centers] == ["center"]
    assert [one.id for one in wales.agencies] == ["wales"]
    assert [one.count for one in found] == [1, 0, 1, 0]


def test_two_regions_of_one_name_have_two_addresses() -> None:
    found = regions({"GB-A": "Fen", "GB-B": "Fen"}, "GB", [], [])
    assert [one.url for one in found] == ["find-treatment/fen/", "find-treatment/gb-b/"]


def test_spellings_of_a_town_are_one_town_under_the_commonest() -> None:
    places = (
        place(1, "saint-mary"),
        place(2, "Saint Mary"),
        place(3, "Saint Mary"),
        place(4, "Château Élan"),
        place(5, None),
        place(6, "!!"),
    )
    [region] = [one for one in regions(NAMES, "GB", [], of(*places)) if one.count]
    assert [(town.name, town.url, [one.facility.id for one in town.places]) for town in region.towns] == [
        ("Château Élan", "find-treatment/england/chateau-elan/", ["p4"]),
        ("Saint Mary", "find-treatment/england/saint-mary/", ["p1", "p2", "p3"]),
    ]
    assert [one.facility.id for one in region.scattered] == ["p5", "p6"]
    assert region.count == 6
    assert [town.anchor for town in region.towns] == ["in-chateau-elan", "in-saint-mary"]


def test_a_place_is_reached_as_a_contact_is() -> None:
    [one] = listed(
        of(
            place(
                1,
                "Leeds",
                street="1 High Street",
                postal_code="LS1 4AP",
                phone="+442079460018",
                intake="+442079460019x12",
                website="https://www.a.example/b",
                facets="day shut",
            )
        )
    )
    assert one.id == "made-up:p1"
    assert [(link.part, link.href, link.display, link.extension, link.label) for link in one.links()] == [
        ("phone", "tel:02079460018", "020 7946 0018", "", ""),
        ("phone", "tel:02079460019,12", "020 7946 0019", "12", "intake"),
        ("web", "https://www.a.example/b", "a.example", "", ""),
    ]
    assert {"02079460018", "442079460019"} <= one.numbers
    assert one.address == "1 High Street, Leeds ENG LS1 4AP"
    assert [facet.name for facet in one.facets()] == ["By day"]
    assert [facet.name for facet in one.facets(warning=True)] == ["Shut"]


def test_a_map_of_squares() -> None:
    known = regions(NAMES, "GB", [], [])
    drawn = tiles(["SCT .", ". ENG NIR"], "GB", known)
    assert [(tile.x, tile.y, tile.label, tile.region.name) for tile in drawn] == [
        (0, 0, "SCT", "Scotland"),
        (1, 1, "ENG", "England"),
    ]
    assert (drawn.columns, drawn.rows) == (3, 2)
    assert not tiles([], "GB", known)


def test_addresses_are_small_letters_digits_and_hyphens() -> None:
    assert slug("O'Fallon") == "ofallon"
    assert slug("  Coeur d\u2019Alene, 2nd ") == "coeur-dalene-2nd"
    assert slug("東京") == ""
