"""Ranges as paper forms write them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.selfcheck.ranges import Range, parse_range

FORMS = [
    ("7", "7", [7], [6, Fraction(13, 2), 8]),
    ("0-4", "0-4", [0, 2, 4], [-1, 5]),
    ("0\u20134", "0-4 with a dash", [0, 4], [5]),
    ("8 to below 11", "half open", [8, Fraction(21, 2)], [11, 7]),
    ("8 to under 11", "under", [8], [11]),
    ("above 8 to 11", "open below", [Fraction(17, 2), 11], [8, 12]),
    ("over 8 to less than 11", "open", [9], [8, 11]),
    ("2.5 to 3.5", "decimals", [Fraction(5, 2), 3], [Fraction(12, 5)]),
    ("-3 to -1", "below zero", [-3, -1], [0]),
    ("above 120", "above", [121, 10**9], [120]),
    ("below 5", "below", [4, -100], [5]),
    ("20 or more", "from", [20, 99], [19]),
    ("80 or under", "up to", [80, 0, -5], [81]),
    ("3 and over", "and over", [3], [2]),
    ("4:30 to 8:00", "times", [270, 480], [269, 481]),
    ("  8   to  below 11 ", "blanks", [8], [11]),
]


@pytest.mark.parametrize(("text", "inside", "outside"), [(text, inside, outside) for text, _, inside, outside in FORMS])
def test_reads(text: str, inside: list[int], outside: list[int]) -> None:
    found = parse_range(text)
    assert found is not None
    assert not found.empty
    assert all(found.holds(number) for number in inside)
    assert not any(found.holds(number) for number in outside)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "a-b",
        "1-2-3",
        "5 to",
        "to 5",
        "above",
        "1 2",
        "5+",
        "5 to 1e3",
        "below 5 to 8",
        "1:75 to 2:00",
        "1234567890",
    ],
)
def test_does_not_read(text: str) -> None:
    assert parse_range(text) is None


@pytest.mark.parametrize("text", ["19-14", "5 to below 5", "above 5 to 5", "11 to 8"])
def test_reversed_ranges_are_empty(text: str) -> None:
    found = parse_range(text)
    assert found is not None
    assert found.empty


ends = st.one_of(st.none(), st.integers(-4, 4))
spans = st.builds(Range, ends, ends, st.booleans(), st.booleans())


@given(spans, spans)
def test_two_ranges_meet_where_a_number_lies_in_both(a: Range, b: Range) -> None:
    points = [Fraction(number, 4) for number in range(-24, 25)]
    assert a.meets(b) == any(a.holds(point) and b.holds(point) for point in points)
