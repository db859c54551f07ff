"""Distances on the globe that the browser computes to the same last bit, so that both rank places alike.

The functions here stand in ``client/finder-core.js`` with the same names. Sine and cosine are not the same in every mathematics
library, but sums, products, quotients and square roots are: IEEE 754 defines each of their bits. So everything is made of
those alone, in one order, and a *rank* (the haversine of the angle between two points, from 0 to 1) is the same number in both.

Angles are whole numbers of `UNIT`, 0.0001 degree (11 m at most), so that differences of angles are exact: places that mirror
each other are exactly equally far, and longitude 180 is longitude -180. The earth is a sphere, as in every finder: 0.5 % at most.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

UNIT = 10_000
"""Units of angle in one degree."""
QUARTER, HALF, TURN = 90 * UNIT, 180 * UNIT, 360 * UNIT
BOX = 100
"""Units of angle in the steps of 0.01 degree in which boxes are written."""
RADIUS = {"km": 6371.0088, "miles": 6371.0088 / 1.609344}
"""The mean radius of the earth (IUGG, R1)."""
SLACK = 1 - 1e-9
"""What a bound is multiplied by before anything relies on it. Ranks and bounds are sums and products of positive numbers, none
of them more than a few units in its last place from the truth (1e-14), so this is far more than rounding can be."""


def _series() -> tuple[float, ...]:
    term, found = 1 / 4, list[float]()
    for at in range(2, 24, 2):
        found.append(term)
        term /= -((at + 1) * (at + 2))
    return tuple(reversed(found))


_SERIES = _series()
"""Of haversine x = x²/4 - x⁴/48 + ..., the last term first: eleven, of which the twelfth at 90 degrees would be 2e-20."""
_RADIAN = math.pi / HALF


class Point(NamedTuple):
    """In units of angle."""

    latitude: int
    longitude: int


class Box(NamedTuple):
    """From south to north and, eastward, from west to east, in steps of 0.01 degree; east is 18000 and more past the date line."""

    south: int
    west: int
    north: int
    east: int


def point_of(latitude: float, longitude: float) -> Point:
    """A point given in degrees."""
    return Point(round(latitude * UNIT), round(longitude * UNIT))


def hav(angle: int) -> float:
    """The haversine, (1 - cos) / 2, of an angle from 0 to 180 degrees."""
    if angle > QUARTER:
        return 1 - hav(HALF - angle)
    x = angle * _RADIAN
    square, total = x * x, 0.0
    for term in _SERIES:
        total = total * square + term
    return total * square


def sine(angle: int) -> float:
    """Of an angle from 0 to 180 degrees."""
    part = hav(angle)
    return 2 * math.sqrt(part * (1 - part))


def cosine(latitude: int) -> float:
    """Of a latitude."""
    return sine(QUARTER - abs(latitude))


def apart(one: int, other: int) -> int:
    """The smaller angle between two longitudes."""
    turned = (one - other) % TURN
    return min(turned, TURN - turned)


def rank(one: Point, other: Point) -> float:
    """The haversine of the angle between two points: nearer is less."""
    cosines = cosine(one.latitude) * cosine(other.latitude)
    return hav(abs(one.latitude - other.latitude)) + cosines * hav(apart(one.longitude, other.longitude))


def distance(rank: float, units: Literal["miles", "km"]) -> float:
    """Along the great circle, of what has this `rank`. For showing; what is nearer is decided by rank."""
    return 2 * RADIUS[units] * math.asin(math.sqrt(min(1, rank)))


def bound(point: Point, box: Box) -> float:
    """The rank of the point of a box that is nearest to `point`: no place in it has less (rounding apart, see `SLACK`).

    With the longitude inside the box, that is the difference of latitudes, which no distance undercuts. Otherwise it lies on the
    nearer of the two sides, since at one latitude distance grows with the difference of longitudes: where the great circle
    through `point` meets that meridian at a right angle if this is within the box, and else at a corner.
    """
    south, west, north, east = (side * BOX for side in box)
    latitude, longitude = point
    if (longitude - west) % TURN <= east - west:
        return hav(max(south - latitude, latitude - north, 0))
    turned = min(apart(longitude, west), apart(longitude, east))
    part, cosines = hav(turned), cosine(latitude)
    if turned < QUARTER:
        # along the meridian, cos(distance) = up * sin + over * cos: it rises at one end and falls at the other
        up, over = math.copysign(sine(abs(latitude)), latitude), cosines * (1 - 2 * part)
        if _slope(up, over, south) > 0 > _slope(up, over, north):
            across = cosines * sine(turned)
            return across * across / (2 * (1 + math.sqrt(1 - across * across)))
    return min(hav(abs(latitude - side)) + cosines * cosine(side) * part for side in (south, north))


def _slope(up: float, over: float, latitude: int) -> float:
    return up * cosine(latitude) - over * math.copysign(sine(abs(latitude)), latitude)
