"""The nearest places that a browser finds are the nearest: against a search in Python that looks at every place.

The ordinary run takes a seeded slice of 2,002 random queries; with EBBTIDE_FULL=1 it is 22,000. Ranks must be equal to the last bit.
"""

from __future__ import annotations

import gzip
import random
import re
from typing import Any

import pytest

from ebbtide.finder.files import letters
from ebbtide.finder.geo import HALF, Point, distance
from ebbtide.minify import minify
from tests.unit.finder.support import (
    CORE,
    FULL,
    WORLDS,
    Query,
    browser,
    brute_force,
    files_of,
    listed,
    place,
    queries,
    world,
)
from tests.unit.test_house import pure

ROUNDS = 20 if FULL else 7
QUERIES = 100 if FULL else 26


def ask(files: dict[str, Any], asked: list[Query], **more: Any) -> list[dict[str, Any]]:
    return browser()("nearest", files=files, queries=[query._asdict() | more for query in asked])  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", WORLDS)
def test_the_browser_finds_what_brute_force_finds(kind: str) -> None:
    seen = leaves = 0
    for seed in range(ROUNDS):
        chance = random.Random(f"{kind} {seed}")
        facilities = world(kind, chance)
        files = files_of(facilities, chance.choice((2, 3, 8, 20)))
        asked = list(queries(facilities, chance, QUERIES))
        for query, found in zip(asked, ask(files, asked), strict=True):
            expected = brute_force(facilities, query)
            assert list(zip(found["ranks"], found["places"], strict=True)) == expected, (kind, seed, query)
            assert found["complete"]
            assert found["sure"] is None
            seen += 1
            leaves += any(name[0] == "s" for names in found["asked"] for name in names)
    assert seen == ROUNDS * QUERIES
    assert (leaves > seen / 4) == (kind not in ("one place", "no place", "two leaves")), (
        "this world tried the leaves too seldom"
    )


def test_places_without_a_point_are_in_every_search_that_they_fit() -> None:
    placed = [place(number, Point(number * 1000, 0), ("day",)) for number in range(40)]
    loose = [place(number, None, ("day", "free") if number % 2 else ("night",)) for number in range(50, 54)]
    facilities = listed([*placed, *loose])
    for whole in (False, True):
        for ticked, numbers in (
            ((), [40, 41, 42, 43]),
            (("free",), [41, 43]),
            (("day", "night"), [40, 41, 42, 43]),
            (("rare",), []),
        ):
            [found] = ask(files_of(facilities, 4), [Query(Point(0, 0), ticked, 3, whole)])
            assert found["loose"] == numbers
            assert found["complete"]


def test_of_places_equally_far_the_first_of_the_list_are_taken_whichever_leaf_they_are_in() -> None:
    ring = [place(number, Point(0, side * 50_000)) for number, side in enumerate((1, -1) * 20)]
    [found] = ask(files_of(listed(ring), 2), [Query(Point(0, 0), (), 7)])
    assert found["places"] == [0, 1, 2, 3, 4, 5, 6]
    assert len(set(found["ranks"])) == 1


def test_a_longitude_of_180_is_that_of_minus_180() -> None:
    both = [place(number, Point(1000, side * HALF)) for number, side in enumerate((1, -1) * 10)]
    [found] = ask(files_of(listed(both), 3), [Query(Point(1000, -HALF), (), 20)])
    assert found["ranks"] == [0] * 20
    assert found["places"] == list(range(20))


def line(count: int, **more: Any) -> dict[str, Any]:
    """A row of places along the equator, a degree apart, two in a leaf."""
    return files_of(listed([place(number, Point(0, number * 10_000), **more) for number in range(count)]), 2)


def test_no_more_is_fetched_than_the_proof_needs() -> None:
    [found] = ask(line(60), [Query(Point(0, 0), (), 2)])
    assert found["asked"] == [[f"s{letters(0)}", f"s{letters(1)}"]]
    [found] = ask(line(60), [Query(Point(0, 0), (), 5)])
    assert found["asked"] == [[f"s{letters(0)}", f"s{letters(1)}"], [f"s{letters(2)}", f"s{letters(3)}"]]


def test_leaves_whose_mask_has_none_of_a_group_are_not_fetched() -> None:
    facilities = listed(
        [place(number, Point(0, number * 10_000), ("rare",) if number > 57 else ()) for number in range(60)]
    )
    [found] = ask(files_of(facilities, 2), [Query(Point(0, 0), ("rare",), 5)])
    assert found["asked"] == [[f"s{letters(29)}"]]
    assert found["places"] == [58, 59]
    assert found["complete"]


def test_a_search_without_a_proof_after_twelve_leaves_takes_the_whole_list_once() -> None:
    [found] = ask(line(60), [Query(Point(0, 0), (), 50)])
    assert [len(names) for names in found["asked"]] == [2, 2, 2, 2, 2, 2, 1]
    assert found["asked"][-1] == ["all"]
    assert found["places"] == list(range(50))
    assert found["complete"]


def test_the_whole_list_is_the_only_thing_fetched_by_whoever_asks_for_it() -> None:
    files = files_of(listed([*(place(number, Point(0, number * 10_000)) for number in range(60)), place(60, None)]), 2)
    for point in (Point(0, 0), Point(0, 590_000)):
        [found] = ask(files, [Query(point, (), 3, True)])
        assert found["asked"] == [["all"]]
        assert found["loose"] == [60]
    [found] = ask(files, [Query(Point(0, 0), (), 3, True)], lost=["all"])
    assert found["asked"] == [["all"]], "who wants to tell nothing must not tell a leaf when the list does not come"
    assert (found["complete"], found["places"], found["missed"]) == (False, [], ["all"])
    assert found["sure"] == 0


def test_what_could_not_be_had_is_told_and_how_far_the_rest_is_sure() -> None:
    files = line(60)
    lost = [f"s{letters(1)}"]  # the places 2 and 3
    [found] = ask(files, [Query(Point(0, 0), (), 4)], lost=lost)
    assert found["places"] == [0, 1, 4, 5]
    assert not found["complete"]
    assert found["missed"] == lost
    assert found["sure"] == pytest.approx(distance(browser()("havs", angles=[20_000])[0], "miles"), rel=1e-8)
    # every round said of itself what was true of it
    for told in found["rounds"]:
        nearer = [number for number in range(60) if number * 69.1 < (told["sure"] or 0) - 1]
        assert told["complete"] or set(nearer) <= set(told["places"])
    [found] = ask(files, [Query(Point(0, 0), (), 50)], lost=["all"])
    assert found["places"] == list(range(24))
    assert not found["complete"]
    assert found["sure"] == pytest.approx(distance(browser()("havs", angles=[240_000])[0], "miles"), rel=1e-8)
    [found] = ask(files, [Query(Point(0, 0), (), 2)], lost=["s" + letters(29)])
    assert found["complete"], "a leaf that was never needed is not missed"


def test_a_missing_leaf_too_far_to_matter_leaves_the_result_complete() -> None:
    [found] = ask(line(60), [Query(Point(0, 0), (), 2)], lost=[f"s{letters(1)}"])
    assert found["places"] == [0, 1]
    assert found["complete"]


def test_sure_is_never_more_than_is_true() -> None:
    """Whatever was lost: each place nearer than what is said to be sure, and that fits, is there (or as many as were asked for)."""
    for seed in range(60 if FULL else 12):
        chance = random.Random(f"sure {seed}")
        facilities = world(chance.choice(("everywhere", "a country", "a grid", "the poles")), chance)
        files = files_of(facilities, 3)
        lost = [name for name in files if name[0] in "sau" and chance.random() < 0.2]
        for query in queries(facilities, chance, 10):
            [found] = ask(files, [query], lost=lost)
            everything = brute_force(facilities, query._replace(count=len(facilities.facilities)))
            for told in [*found["rounds"], found]:
                if told["complete"]:
                    assert told["places"] == [number for _, number in everything[: query.count]]
                else:
                    near = [number for rank, number in everything if distance(rank, "miles") < told["sure"]]
                    assert told["places"][: len(near)] == near[: query.count]


def test_nothing_is_asked_for_twice_and_what_comes_late_is_still_taken() -> None:
    steps = browser()("steps", files=line(60), point=[0, 0], count=4)
    first, second = [f"s{letters(0)}", f"s{letters(1)}"], [f"s{letters(2)}", f"s{letters(3)}"]
    assert steps["asked"] == [first, [], [], second, []]
    assert not steps["early"]["complete"]
    assert steps["late"] == {"places": [0, 1, 2, 3], "loose": [], "complete": True, "sure": None, "missed": []}


def test_the_whole_list_makes_good_what_was_missed_before_and_nothing_stands_twice() -> None:
    files = files_of(listed([*(place(number, Point(0, number * 10_000)) for number in range(60)), place(60, None)]), 2)
    [found] = ask(files, [Query(Point(0, 0), (), 50)], lost=[f"s{letters(3)}"])
    assert found["asked"][-1] == ["all"]
    assert found["places"] == list(range(50))
    assert found["loose"] == [60]
    assert found["complete"]
    assert found["missed"] == []


def test_nearest_runs_a_search_and_remembers_what_came() -> None:
    lost = [f"s{letters(1)}"]
    ran = browser()("run", files=line(60), point=[0, 0], count=4, lost=lost)
    assert ran["told"][-1] == ran["last"]
    assert ran["last"]["places"] == [0, 1, 4, 5]
    assert ran["last"]["missed"] == lost
    assert ran["loads"] == [f"s{letters(at)}" for at in (0, 1, 2, 3, 1)], (
        "the second search asks only for what is missing"
    )
    assert ran["again"] == ran["last"]


def test_the_finder_touches_nothing_outside_itself() -> None:
    """No page, no network, no clock: what it finds depends on nothing but what it is given."""
    assert list(pure({"finder-core.js": CORE.read_text("utf-8")})) == []


def test_the_finder_is_small_and_of_javascript_that_the_minifier_knows() -> None:
    """All of it, exports included. A page takes less: functions that it does not use are left out."""
    small = minify(
        _without_exports(CORE.read_text("utf-8")),
        tuple(re.findall(r"^export (?:async )?function (\w+)", CORE.read_text("utf-8"), re.M)),
    )
    assert len(gzip.compress(small.encode(), 9)) <= 3_500


def _without_exports(text: str) -> str:
    return re.sub(r"^export ", "", text, flags=re.M)
