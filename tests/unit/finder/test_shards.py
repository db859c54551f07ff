"""Leaves of neighbors, and what the finder's files hold: every place once, read back by the browser as it was."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ebbtide.finder.columns import ALPHABET, Row, columns, line_text, planes
from ebbtide.finder.files import FEW, LEAF, finder_files, letters
from ebbtide.finder.geo import BOX, HALF, QUARTER, TURN, UNIT, Point, rank
from ebbtide.finder.kd import box_of, leaves, middle, seam
from ebbtide.finder.pieces import WHOLE, Entry, code_entries, codes_data, cut, plain
from ebbtide.model.facility import Facility, FacilityList, Line
from ebbtide.model.phone import Phone
from tests.telling import drawn
from tests.unit.finder.support import FACETS, WORLDS, browser, files_of, listed, near, place, world

points = some.builds(
    Point, some.integers(-QUARTER, QUARTER), some.one_of(some.integers(-HALF, HALF), some.sampled_from((-HALF, HALF)))
)


# leaves


@given(some.lists(points, max_size=150), some.integers(1, 50))
@settings(max_examples=drawn(100), deadline=None)
def test_every_place_is_in_one_leaf_and_leaves_are_of_one_size(given_points: list[Point], most: int) -> None:
    shared = leaves(given_points, most)
    assert sorted(at for leaf in shared for at in leaf) == list(range(len(given_points)))
    assert len(shared) == -(-len(given_points) // most)
    sizes = {len(leaf) for leaf in shared}
    assert not sizes or (max(sizes) <= most and max(sizes) - min(sizes) <= 1)
    assert all(leaf == sorted(leaf) for leaf in shared)


@given(some.lists(points, min_size=1, max_size=60))
@settings(max_examples=drawn(200), deadline=None)
def test_a_box_holds_its_places_and_is_no_larger_than_it_must_be(given_points: list[Point]) -> None:
    box = box_of(given_points)
    low, high = min(point.latitude for point in given_points), max(point.latitude for point in given_points)
    assert box.south * BOX <= low < box.south * BOX + BOX
    assert box.north * BOX - BOX < high <= box.north * BOX
    assert -18000 <= box.west < 18000
    assert all((point.longitude - box.west * BOX) % TURN <= (box.east - box.west) * BOX for point in given_points)
    around = sorted({point.longitude % TURN for point in given_points})
    widest = max(later - earlier for earlier, later in zip([around[-1] - TURN, *around[:-1]], around, strict=True))
    assert (box.east - box.west) * BOX <= TURN - widest + 2 * BOX


def test_places_on_both_sides_of_the_date_line_share_a_small_box() -> None:
    both = [Point(0, HALF - 500), Point(100, -HALF + 300), Point(0, HALF), Point(50, -HALF)]
    assert box_of(both) == (0, 17995, 1, 18003)
    assert seam(both) == HALF - 500
    assert middle(both) == Point(37, -HALF - 50 + TURN)


def test_the_wider_side_is_cut_in_miles_not_in_degrees() -> None:
    """At 80 degrees north a degree of longitude is a sixth of one of latitude."""
    north = [Point(800_000 + 20_000 * (number % 2), 60_000 * (number // 2 % 2)) for number in range(4)]
    assert leaves(north, 2) == [[0, 2], [1, 3]]
    assert leaves([Point(point.latitude - 800_000, point.longitude) for point in north], 2) == [[0, 1], [2, 3]]


def test_leaves_do_not_depend_on_the_order_in_which_a_list_was_read() -> None:
    facilities = world("a country", random.Random(3)).facilities
    mixed = list(facilities)
    random.Random(4).shuffle(mixed)
    assert finder_files(listed(mixed), 5) == finder_files(listed(facilities), 5)
    assert leaves([Point(5, 5)] * 7, 3) == [[0, 1], [2, 3], [4, 5, 6]]


# columns


NUMBERS = {
    "US": ["+12015550123", "+18005550199x4500", "+17875550123", "+442079460958", "+12015550123x7"],
    "GB": ["+442079460958", "+448081570192x22", "+12015550123", "+441214960123"],
    "FR": ["+33142681212", "+33800840800x3"],
}


def full(number: int, **more: Any) -> Facility:
    return place(number, Point(10_001 * number, -20_003 * number), **more)


def cards(facilities: FacilityList) -> dict[str, Any]:
    return browser()("cards", files=files_of(facilities), point=[0, 0], count=50)  # type: ignore[no-any-return]


def test_a_card_has_all_that_the_list_has() -> None:
    one = full(
        1, facets=("rare", "said", "detox"), name='A "B" \\ <c> & d\u2028', part="Part = two", street="1 Way", street2="Suite 2", city="Saint-Étienne",
        region="US-BB", postal_code="00501", about=True, phone="+12015550123x45", intake="+18005550199", website="https://a.example/b", notes="Only by day.",
    )  # fmt: skip
    two = full(2, city=None, website="http://b.example")
    same = full(3, name=one.name, city=one.city, region=one.region, postal_code="00501")
    found = cards(listed([one, two, same]))["places"]
    by_name = {(card["name"], card["street"]): card for card in found}
    card = by_name[one.name, "1 Way"]
    assert {key: card[key] for key in ("part", "street2", "city", "region", "postalCode", "about", "website", "notes")} == {
        "part": "Part = two", "street2": "Suite 2", "city": "Saint-Étienne", "region": "US-BB", "postalCode": "00501", "about": True,
        "website": "https://a.example/b", "notes": "Only by day.",
    }  # fmt: skip
    assert card["facets"] == [0, 2, 6]
    assert card["point"] == [1.0001, -2.0003]
    assert card["away"] == pytest.approx(154.51, abs=0.01)
    assert [(each["intake"], each["display"]) for each in card["lines"]] == [
        (False, "1-201-555-0123"),
        (True, "1-800-555-0199"),
    ]
    bare = by_name["Place 0002", ""]
    assert [bare[key] for key in ("part", "street2", "city", "postalCode", "notes", "lines", "facets", "about")] == [
        "",
        "",
        "",
        "",
        "",
        [],
        [],
        False,
    ]
    assert bare["website"] == "http://b.example"
    again = by_name[one.name, ""]
    assert [again[key] for key in ("city", "region", "postalCode", "part", "website")] == [
        "Saint-Étienne",
        "US-BB",
        "00501",
        "",
        "",
    ]


@pytest.mark.parametrize("country", NUMBERS)
def test_the_browser_shows_and_dials_numbers_as_pages_do(country: str) -> None:
    facilities = listed([full(number, phone=phone) for number, phone in enumerate(NUMBERS[country])], country=country)
    for card, phone in zip(cards(facilities)["places"], NUMBERS[country], strict=True):
        number, _, extension = phone.partition("x")
        model = Phone.model_validate({"number": number, "extension": extension or None})
        model.at_home_in(country)
        assert card["lines"] == [
            {"intake": False, "display": model.display, "extension": extension, "href": model.href}
        ]


def test_a_number_at_home_in_code_1_is_ten_digits_and_every_other_carries_its_own_form() -> None:
    assert line_text(Line("+12015550123", "9"), "US") == "2015550123x9"
    assert line_text(Line("+12015550123"), "GB") == "+1 201-555-0123~+12015550123"


def test_a_row_that_repeats_the_one_above_is_one_sign() -> None:
    rows = [Row(number, full(number, city=city, name="N")) for number, city in enumerate(("A", "A", None, "A", "A"))]
    shown = columns(rows, (), "US")
    assert shown[3] == "N\n=\n=\n=\n="
    assert shown[7] == "A\n=\n\nA\n="
    assert shown[4] == ""
    assert shown[0] == [0, 1, 1, 1, 1]
    with pytest.raises(ValueError, match="do not share columns"):
        columns([*rows, Row(5, place(5, None))], (), "US")


@given(
    some.integers(0, 40).flatmap(
        lambda count: some.lists(some.lists(some.booleans(), min_size=count, max_size=count), max_size=4)
    )
)
def test_planes_hold_their_bits(bits: list[list[bool]]) -> None:
    text = planes(bits)
    wide = -(-len(bits[0]) // 6) if bits else 0
    for number, plane in enumerate(bits):
        signs = [ALPHABET.index(sign) for sign in text[number * wide : (number + 1) * wide]]
        assert [bool(signs[at // 6] >> at % 6 & 1) for at in range(len(plane))] == plane


# files


@pytest.mark.parametrize("kind", WORLDS)
def test_every_place_is_in_one_leaf_or_apart_and_in_the_whole(kind: str) -> None:
    facilities = world(kind, random.Random(kind))
    files = files_of(facilities, 7)
    placed = {number for number, one in enumerate(facilities.facilities) if one.point}

    def numbers(data: list[Any]) -> list[int]:
        return [sum(data[0][: at + 1]) for at in range(len(data[0]))]

    in_leaves = [number for name, data in files.items() if name[0] == "s" for number in numbers(data)]
    cut_up = len(placed) > 7 * FEW
    assert sorted(in_leaves) == (sorted(placed) if cut_up else [])
    unplaced = sorted(set(range(len(facilities.facilities))) - placed)
    assert numbers(files["unplaced"]) == unplaced if "unplaced" in files else not (cut_up and unplaced)
    assert [numbers(data) for data in files["all"]] == [sorted(placed), unplaced]
    index = files["index"]
    assert (index["count"], index["unplaced"]) == (len(placed), len(unplaced))
    assert len(index["boxes"][0]) == sum(name[0] == "s" for name in files)


def test_the_mask_of_a_leaf_has_just_the_facets_of_its_places() -> None:
    facilities = world("a country", random.Random(9))
    files = files_of(facilities, 6)
    count = len(files["index"]["boxes"][0])
    wide = -(-count // 6)
    for at in range(count):
        data = files[f"s{letters(at)}"]
        numbers = [sum(data[0][: row + 1]) for row in range(len(data[0]))]
        having = {facet for number in numbers for facet in facilities.facilities[number].facets}
        masks = [files["index"]["masks"][facet * wide : (facet + 1) * wide] for facet in range(len(FACETS))]
        assert len(files["index"]["masks"]) == len(FACETS) * wide, "a facet that nobody can tick needs no mask"
        assert {
            id for id, mask in zip(FACETS, masks, strict=True) if ALPHABET.index(mask[at // 6]) >> at % 6 & 1
        } == having


def test_files_are_scripts_of_one_call_whose_names_hold_no_digit() -> None:
    facilities = listed(world("a country", random.Random(1)).facilities, {f"{number:05}": (number / 600, -number / 500) for number in range(0, 50_000, 37)},
                        postal_codes={"name": "Code", "example": "00037", "digits": "5", "split": "2"})  # fmt: skip
    made = finder_files(facilities, 6)
    assert made.index_path in {file.path for file in made.files}
    for file in made.files:
        assert re.fullmatch(r"assets/[a-z]+/[a-z]+\.js", file.path)
        name = file.path.split("/")[2].removesuffix(".js")
        text = file.content.decode()
        assert text.startswith(f'finderData("{name}",')
        assert text.endswith(");\n")
        json.loads(text[len(f'finderData("{name}",') : -3])
    assert len({file.path for file in made.files}) == len(made.files)
    other = finder_files(listed(facilities.facilities[1:]), 6)
    assert other.index_path.split("/")[1] != made.index_path.split("/")[1]


def test_the_index_says_of_a_facet_what_a_search_or_a_card_needs() -> None:
    facets = files_of(listed([full(1)]))["index"]["facets"]
    assert facets[:3] == [["Detox", 0, 0, "detox"], ["Medicine", 0, 0, "medicine"], ["Only said", 1]]
    assert facets[-1] == ["Rare", 0, 2, "rare"]


def test_names_in_letters_are_each_once() -> None:
    assert len({letters(number) for number in range(9000)}) == 9000
    assert (letters(0), letters(19), letters(20)) == ("b", "z", "bc")


def test_the_finders_scripts_and_the_build_write_numbers_in_the_same_letters() -> None:
    """Leaves beyond the first twenty have two letters; the search over them finds all of them."""
    row = listed([place(number, Point(0, number * 1000)) for number in range(300)])
    found = browser()(
        "nearest",
        files=files_of(row, 3),
        queries=[{"point": [0, at * 1000], "ticked": [], "count": 1, "whole": False} for at in range(300)],
    )
    assert [each["places"] for each in found] == [[at] for at in range(300)]


def test_a_clinic_with_four_offices_has_one_small_file_of_places_and_needs_no_table() -> None:
    files = files_of(listed([full(number, city=f"Town {number}", phone="+12015550123") for number in range(4)]))
    assert sorted(files) == ["all", "index", "regions", "towns"]
    assert files["index"]["codes"] is None
    found = browser()("nearest", files=files, queries=[{"point": [0, 0], "ticked": [], "count": 9, "whole": False}])
    assert found[0]["places"] == [0, 1, 2, 3]
    assert found[0]["complete"]
    assert LEAF * FEW == 192


# tables


CODES = {"name": "Code", "example": "00037", "digits": "5", "split": "2"}


def understood(files: dict[str, Any], text: str, **names: str) -> Any:
    return browser()(
        "call",
        name="understood",
        given=[files["index"], text, {code.replace("_", "-"): name for code, name in names.items()}],
    )


def file_of(files: dict[str, Any], kind: str, key: str, whole: bool = False) -> Any:
    return browser()("call", name="fileOf", given=[files["index"], kind, key, whole])


def test_every_postal_code_is_found_in_its_piece_and_in_the_whole() -> None:
    chance = random.Random(5)
    table = {
        f"{number:05}": (round(chance.uniform(-90, 90), 2), round(chance.uniform(-180, 180), 2))
        for number in chance.sample(range(100_000), 900)
    }
    files = files_of(listed([full(1)], table, postal_codes=CODES))
    assert set(files["index"]["codes"]["leads"]) == {code[:2] for code in table}
    for code, (latitude, longitude) in table.items():
        asked = understood(files, f" {code}-1234 ")
        assert asked == {"code": code}
        name = file_of(files, "codes", code)
        assert re.fullmatch("c[a-z]+", name)
        assert name != "codes"
        for each in (name, "codes"):
            point = browser()("call", name="pointOfCode", given=[files[each], code])
            assert point == [round(latitude * 100) * 100, round(longitude * 100) * 100]
    assert file_of(files, "codes", "48201", True) == "codes"
    missing = next(
        f"{number:05}"
        for number in range(100_000)
        if f"{number:05}" not in table and f"{number:05}"[:2] in files["index"]["codes"]["leads"]
    )
    assert browser()("call", name="pointOfCode", given=[files[file_of(files, "codes", missing)], missing]) is None
    assert browser()("call", name="pointOfCode", given=[files["codes"], missing[:3]]) is None


def test_pieces_are_numbered_by_what_they_hold_not_by_their_leads() -> None:
    table = {f"{number:05}": (number / 2000, 0.0) for number in range(0, 100_000, 50)}
    leads = files_of(listed([full(1)], table, postal_codes=CODES))["index"]["codes"]["leads"]
    assert sorted(leads) == [f"{lead:02}" for lead in range(100)]
    assert sum(int(lead) == at for at, lead in enumerate(leads)) < 10


def test_codes_of_letters_are_found_however_they_are_written() -> None:
    table = {"H2X 1Y4": (45.51, -73.57), "h3z2y7": (45.48, -73.59), "SW1A 1AA": (51.5, -0.14)}
    files = files_of(listed([full(1)], table, postal_codes=CODES | {"digits": "7", "example": "H2X 1Y4"}))
    for text, code in (("h2x-1y4", "H2X1Y4"), ("H3Z 2Y7", "H3Z2Y7"), ("sw1a1aa", "SW1A1AA")):
        assert understood(files, text) == {"code": code}
        assert browser()("call", name="pointOfCode", given=[files["codes"], code]) is not None
    assert codes_data("H", [Entry("H2X", "", Point(1, 2)), Entry("H3", "", Point(1, 5))]) == [
        "H",
        0,
        "2X 3",
        [1, 0],
        [2, 3],
    ]
    assert code_entries({"12 34 56": (1.0, 2.0)}, 4) == [Entry("1234", "1234", Point(100, 200))]


def test_a_town_of_several_regions_keeps_them_all() -> None:
    facilities = listed([
        place(1, Point(100_000, 200_000), city="Springfield", region="US-AA"), place(2, Point(120_000, 200_000), city="SPRINGFIELD", region="US-AA"),
        place(3, Point(130_000, 200_000), city="Springfield", region="US-AA"), place(4, Point(300_000, HALF), city="Springfield", region="US-BB"),
        place(5, Point(0, 0), city="St. John's", region="US-BB"), place(6, None, city="Nowhere", region="US-CC"), place(7, Point(9, 9), city="Springfield Hills"),
    ])  # fmt: skip
    files = files_of(facilities)

    def towns(text: str) -> list[Any]:
        asked = understood(files, text)
        for each in asked["tries"]:
            if found := browser()("call", name="townsOf", given=[files["towns"], each]):
                return [[town["name"], town["region"], town["point"]] for town in found]
        return []

    both = [["Springfield", 0, [116_700, 200_000]], ["Springfield", 1, [300_000, -HALF]]]
    assert towns("  springfield ") == both
    assert towns("Springfield, BB") == towns("springfield us-bb") == towns("springfield bb") == [both[1]]
    assert [town[0] for town in towns("spring")] == ["Springfield", "Springfield", "Springfield Hills"]
    assert towns("ST JOHNS") == [["St. John's", 1, [0, 0]]]
    assert towns("Nowhere") == []
    assert towns(", ,") == []
    assert understood(files, "us-cc")["region"] == 2
    assert files["index"]["regions"] == ["US-AA", "US-BB", "US-CC"]
    assert files["regions"][2] == [0]
    assert browser()("call", name="pointOfRegion", given=[files["regions"], 2]) is None
    assert browser()("call", name="pointOfRegion", given=[files["regions"], 0]) == [87_500, 150_000]


def test_regions_of_several_words_are_understood() -> None:
    facilities = listed(
        [place(1, Point(0, 0), city="Santa", region="US-AA"), place(2, Point(1, 1), city="New York", region="US-BB")]
    )
    files, names = files_of(facilities), {"US_AA": "New Mexico", "US_BB": "New York"}
    assert understood(files, "new york", **names) == {"region": 1, "tries": [{"key": "newyork", "region": -1}]}
    both = [{"key": "newyork", "region": 1}, {"key": "newyorknewyork", "region": -1}]
    assert understood(files, "New York, New York", **names) == {"region": -1, "tries": both}
    assert understood(files, "Santa Fe New Mexico", **names)["tries"][1] == {"key": "santafe", "region": 0}
    assert understood(files, "New Mexico")["region"] == -1


def test_large_tables_of_towns_are_cut_until_pieces_are_small() -> None:
    entries = [
        Entry(f"{first}{second}{number}", "", Point(0, 0)) for first in "ab" for second in "cd" for number in range(400)
    ]
    entries += [
        Entry("a", "", Point(0, 0)),
        Entry("b", "", Point(0, 0)),
        *(Entry("same", "", Point(0, 0), region) for region in range(700)),
    ]
    pieces = cut(entries, 1, 600)
    assert sorted(pieces) == ["a", "ac", "ad", "b", "bc", "bd", "same"]
    assert sorted(entry for part in pieces.values() for entry in part) == sorted(entries)
    assert list(cut(entries[:WHOLE], 1, 600)) == [""]
    assert cut([], 1) == {}
    table = {"leads": list(pieces)}
    for key, lead in (("ac7", "ac"), ("a", "a"), ("ax", "a"), ("same", "same"), ("zz", None)):
        name = browser()("call", name="fileOf", given=[{"towns": table}, "towns", key, False])
        assert name == (None if lead is None else f"t{letters(list(pieces).index(lead))}")


def test_plain_is_the_same_in_the_browser() -> None:
    for text in (
        "Saint-Étienne",
        "O'Fallon",
        "Straße",
        "İzmir",
        "Łódź",
        "ΟΔΟΣ",
        "São Paulo",
        "北京",
        "Coeur d\u2019Alene",
        "_x_",
        "½ Mile",
        "\uff21\uff11",
        "नई दिल्ली",
        "",
    ):
        assert browser()("call", name="plain", given=[text]) == plain(text), text


def test_neighbors_are_in_one_leaf() -> None:
    """Two clusters of a leaf each are never mixed."""
    chance = random.Random(2)
    clusters = [
        near(chance, center, 900)
        for center in (Point(400_000, -830_000), Point(-140_000, -1_700_000))
        for _ in range(20)
    ]
    assert leaves(clusters, 20) == [list(range(20, 40)), list(range(20))]
    assert rank(clusters[0], clusters[1]) < rank(clusters[0], clusters[20])
    assert UNIT == 10_000
