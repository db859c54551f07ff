"""Distances, and the bound of a box: never above what is true, reached at the edge, and the same bits in the browser."""

from __future__ import annotations

import math
import random
from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ebbtide.finder.geo import (
    BOX,
    HALF,
    QUARTER,
    SLACK,
    TURN,
    UNIT,
    Box,
    Point,
    apart,
    bound,
    cosine,
    distance,
    hav,
    point_of,
    rank,
    sine,
)
from tests.telling import drawn
from tests.unit.finder.support import ENDS, browser

latitudes = some.one_of(some.integers(-QUARTER, QUARTER), some.sampled_from((-QUARTER, -1, 0, 1, QUARTER)))
longitudes = some.one_of(some.integers(-HALF, HALF), some.sampled_from((-HALF, -QUARTER, 0, QUARTER, HALF)))
points = some.builds(Point, latitudes, longitudes)


@some.composite
def boxes(draw: some.DrawFn) -> Box:
    south, north = sorted(draw(some.tuples(some.integers(-9000, 9000), some.integers(-9000, 9000))))
    west = draw(some.integers(-18000, 17999))
    return Box(south, west, north, west + draw(some.one_of(some.integers(0, 36000), some.integers(0, 300))))


def inside(box: Box, down: float, along: float) -> Point:
    latitude = box.south * BOX + round(down * (box.north - box.south) * BOX)
    longitude = box.west * BOX + round(along * (box.east - box.west) * BOX)
    return Point(latitude, (longitude + HALF) % TURN - HALF)


def exact_haversine(angle: int) -> Decimal:
    """(1 - cos) / 2 by its series, to forty figures."""
    with localcontext() as context:
        context.prec = 60
        x = Decimal(angle) / HALF * Decimal("3.14159265358979323846264338327950288419716939937510582097494")
        term, total, at = Decimal(1), Decimal(0), 0
        while abs(term) > Decimal("1e-45"):
            at += 2
            term *= -x * x / (at * (at - 1))
            total -= term
        return total / 2


@given(some.integers(0, HALF))
def test_the_haversine_is_right_to_the_last_digits(angle: int) -> None:
    true = exact_haversine(angle)
    assert abs(Decimal(hav(angle)) - true) <= true * Decimal("5e-16")


def test_the_ends_of_the_haversine() -> None:
    assert (hav(0), hav(HALF), sine(0), sine(HALF), cosine(QUARTER), cosine(-QUARTER), cosine(0)) == (
        0,
        1,
        0,
        0,
        0,
        0,
        1,
    )
    assert hav(QUARTER) == pytest.approx(0.5, abs=1e-15)
    assert hav(1) > 0


@given(points, points)
def test_a_rank_is_the_haversine_of_the_angle_between(one: Point, other: Point) -> None:
    """Against vectors, whose angle atan2 tells everywhere (Vincenty's form)."""
    (x, y, z), (u, v, w) = (
        (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
        for lat, lon in (
            (math.radians(point.latitude / UNIT), math.radians(point.longitude / UNIT)) for point in (one, other)
        )
    )
    cross = math.hypot(y * w - z * v, z * u - x * w, x * v - y * u)
    angle = math.atan2(cross, x * u + y * v + z * w)
    assert distance(rank(one, other), "km") == pytest.approx(6371.0088 * angle, rel=1e-9, abs=2e-4)


@given(points, points)
def test_a_rank_is_the_same_both_ways_and_mirrored(one: Point, other: Point) -> None:
    assert rank(one, other) == rank(other, one)
    assert rank(one, other) == rank(Point(-one.latitude, -one.longitude), Point(-other.latitude, -other.longitude))
    assert rank(one, one) == 0


def test_known_distances() -> None:
    """One degree of a sphere of that radius, half of it, and a way over the date line as the law of cosines has it."""
    assert distance(rank(Point(0, 0), Point(0, UNIT)), "km") == pytest.approx(111.1951, abs=1e-4)
    assert distance(rank(Point(0, 0), Point(0, UNIT)), "miles") == pytest.approx(69.0934, abs=1e-4)
    assert distance(rank(Point(QUARTER, 5), Point(-QUARTER, 77)), "km") == pytest.approx(math.pi * 6371.0088)
    attu, adak = point_of(*ENDS["Attu"]), point_of(*ENDS["Adak"])
    assert distance(rank(attu, adak), "miles") == pytest.approx(445.1397, abs=1e-4)
    assert apart(HALF, -HALF) == 0
    assert apart(HALF - 1, 1 - HALF) == 2


@given(points, boxes(), some.floats(0, 1), some.floats(0, 1))
@settings(max_examples=drawn(300), deadline=None)
def test_no_place_in_a_box_ranks_before_its_bound(point: Point, box: Box, down: float, along: float) -> None:
    assert bound(point, box) * SLACK <= rank(point, inside(box, down, along))


@given(points, boxes())
@settings(max_examples=drawn(100), deadline=None)
def test_the_bound_of_a_box_is_reached(point: Point, box: Box) -> None:
    """Some point on its edge, or the point itself, ranks no more than what the smallest unit of angle changes."""
    least = bound(point, box)
    edge = [inside(box, step / 400, side) for step in range(401) for side in (0.0, 1.0)]
    west, east = box.west * BOX, box.east * BOX
    along = (point.longitude - west) % TURN
    if along <= east - west:
        clamped = max(box.south * BOX, min(box.north * BOX, point.latitude))
        edge.append(Point(clamped, point.longitude))
    nearest = min(edge, key=lambda each: rank(point, each))
    # the right angle may lie between two steps along a side: climb from the nearest of them
    span = max(1, (box.north - box.south) * BOX // 400)
    while span:
        around = [
            Point(max(box.south * BOX, min(box.north * BOX, nearest.latitude + move)), nearest.longitude)
            for move in (-span, span)
        ]
        better = min(around, key=lambda each: rank(point, each))
        if rank(point, better) < rank(point, nearest):
            nearest = better
        else:
            span //= 2
    reached = rank(point, nearest)
    # one unit of angle is 11 m
    assert distance(reached, "km") - distance(least, "km") < 0.02
    assert least * SLACK <= reached


def test_flat_shortcuts_would_not_be_bounds() -> None:
    """In the far north the nearest point of a box lies beyond its nearest corner: the great circle bends poleward."""
    point, box = point_of(*ENDS["Utqiagvik"]), Box(6000, -12000, 8500, -11000)
    corner = min(rank(point, Point(side * BOX, -12000 * BOX)) for side in (6000, 8500))
    level = rank(point, Point(point.latitude, -12000 * BOX))
    assert bound(point, box) < level < corner


def test_the_browser_computes_the_same_bits() -> None:
    chance = random.Random(7)
    angles = [0, 1, QUARTER - 1, QUARTER, QUARTER + 1, HALF, *(chance.randint(0, HALF) for _ in range(3000))]
    assert browser()("havs", angles=angles) == [hav(angle) for angle in angles]
    pairs = []
    for _ in range(3000):
        south, north = sorted(chance.randint(-9000, 9000) for _ in range(2))
        west = chance.randint(-18000, 17999)
        point = Point(
            chance.choice((chance.randint(-QUARTER, QUARTER), 0, QUARTER)),
            chance.choice((chance.randint(-HALF, HALF), HALF, -HALF)),
        )
        pairs.append(
            (point, Box(south, west, north, west + chance.choice((chance.randint(0, 36000), chance.randint(0, 500)))))
        )
    found = browser()("bounds", pairs=[(point, [side * BOX for side in box]) for point, box in pairs])
    assert found == [bound(point, box) for point, box in pairs]
