"""Places shared among leaves of a k-d tree: neighbors together, every leaf of nearly the same size.

One size is what makes a leaf a fair unit: each costs the same to fetch, and none is so small that fetching it tells which place
somebody looks for. (Bentley 1975, "Multidimensional binary search trees used for associative searching".)
"""

from __future__ import annotations

from collections.abc import Sequence

from ebbtide.finder.geo import BOX, QUARTER, TURN, Box, Point, cosine


def leaves(points: Sequence[Point], most: int) -> list[list[int]]:
    """Indices of `points`, shared among as few leaves as hold at most `most` each; sizes differ by one at most.

    The wider side is cut, in miles; of equal coordinates the earlier point goes first, so that the result is defined.
    """
    if not points:
        return []
    first = seam(points)
    flat = [Point(point.latitude, (point.longitude - first) % TURN) for point in points]
    return [sorted(leaf) for leaf in _cut(flat, range(len(flat)), -(-len(flat) // most))]


def _cut(points: Sequence[Point], chosen: Sequence[int], count: int) -> list[Sequence[int]]:
    if count == 1:
        return [chosen]
    latitudes = [points[at].latitude for at in chosen]
    longitudes = [points[at].longitude for at in chosen]
    low, high = min(latitudes), max(latitudes)
    side = int((max(longitudes) - min(longitudes)) * cosine((low + high) // 2) > high - low)
    ordered = sorted(chosen, key=lambda at: (points[at][side], at))
    part = count // 2
    middle = len(ordered) * part // count
    return _cut(points, ordered[:middle], part) + _cut(points, ordered[middle:], count - part)


def seam(points: Sequence[Point]) -> int:
    """The longitude east of the widest gap between points: counted from there, neighbors across the date line are neighbors."""
    around = sorted({point.longitude % TURN for point in points})
    before = [around[-1] - TURN, *around[:-1]]
    return max(zip(around, before, strict=True), key=lambda pair: pair[0] - pair[1])[0]


def box_of(points: Sequence[Point]) -> Box:
    """The least box, in its steps outward, that holds all of the points."""
    first = seam(points)
    wide = max((point.longitude - first) % TURN for point in points)
    west = (first + TURN // 2) % TURN - TURN // 2
    south = min(point.latitude for point in points)
    north = max(point.latitude for point in points)
    return Box(south // BOX, west // BOX, -(-north // BOX), min(-(-(west + wide) // BOX), west // BOX + TURN // BOX))


def middle(points: Sequence[Point]) -> Point:
    """The mean of points that are near each other."""
    first = seam(points)
    total = sum((point.longitude - first) % TURN for point in points)
    longitude = (first + total // len(points) + TURN // 2) % TURN - TURN // 2
    latitude = sum(point.latitude for point in points) // len(points)
    return Point(max(-QUARTER, min(QUARTER, latitude)), longitude)
