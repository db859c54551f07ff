"""Opening hours: what may be written, and when a line counts as open."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ebbtide.model.base import Strict, parse
from ebbtide.model.hours import DAYS, WEEK, Hours, OpeningTimes, OpenTime, is_open, weekdays
from ebbtide.problem import Places


class Line(Strict):
    hours: Hours


def times(*open: dict[str, str], zone: str = "America/New_York") -> OpeningTimes:
    line, problems = parse(Line, {"hours": {"zone": zone, "open": list(open)}}, Places(""))
    assert line is not None, problems
    assert isinstance(line.hours, OpeningTimes)
    return line.hours


def refused(hours: Any) -> tuple[str, str, str]:
    line, problems = parse(Line, {"hours": hours}, Places(""))
    assert line is None
    (problem,) = problems
    return problem.rule, problem.message, problem.hint


def item(days: str = "mon-fri", start: str = "10:00", end: str = "22:00") -> dict[str, str]:
    return {"days": days, "from": start, "to": end}


def test_always_and_unknown() -> None:
    now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    assert TypeAdapter(Hours).validate_python("always") == "always"
    assert is_open("always", now) is True
    assert is_open("unknown", now) is None


@pytest.mark.parametrize(
    ("days", "numbers"),
    [
        ("daily", (0, 1, 2, 3, 4, 5, 6)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("sat", (5,)),
        ("sat-mon", (0, 5, 6)),
        ("mon, wed-fri", (0, 2, 3, 4)),
        ("sun-sat", (0, 1, 2, 3, 4, 5, 6)),
    ],
)
def test_days(days: str, numbers: tuple[int, ...]) -> None:
    assert weekdays(days) == numbers


def test_the_week_in_minutes() -> None:
    assert times(item("mon", "00:00", "24:00")).week == ((0, 1440),)
    assert times(item("daily", "00:00", "24:00")).week == ((0, WEEK),)
    assert times(item("mon-tue", "20:00", "02:00")).week == ((1200, 1560), (2640, 3000))
    assert times(item("sun", "20:00", "02:00")).week == ((0, 120), (WEEK - 240, WEEK))  # past the end of the week
    assert times(item("mon", "08:00", "12:00"), item("mon", "12:00", "18:00")).week == ((480, 1080),)


def test_open_and_closed_by_the_clock_of_the_zone() -> None:
    nami = times(item())
    assert is_open(nami, datetime(2026, 11, 24, 14, 59, tzinfo=UTC)) is False  # Tuesday 09:59 in New York
    assert is_open(nami, datetime(2026, 11, 24, 15, 0, tzinfo=UTC)) is True
    assert is_open(nami, datetime(2026, 11, 25, 2, 59, tzinfo=UTC)) is True
    assert is_open(nami, datetime(2026, 11, 25, 3, 0, tzinfo=UTC)) is False  # 22:00
    assert is_open(nami, datetime(2026, 7, 21, 14, 0, tzinfo=UTC)) is True  # summer time: an hour earlier in UTC
    assert is_open(nami, datetime(2026, 11, 28, 18, 0, tzinfo=UTC)) is False  # Saturday


@pytest.mark.parametrize(
    ("hours", "message", "hint"),
    [
        (
            "24/7",
            "24/7 is not a way to write hours.",
            "Write always, or unknown, or a zone: and a list open: with days, from and to.",
        ),
        (
            "",
            " is not a way to write hours.",
            "Write always, or unknown, or a zone: and a list open: with days, from and to.",
        ),
        (
            [item()],
            "This is not a way to write hours.",
            "Write always, or unknown, or a zone: and a list open: with days, from and to.",
        ),
        (
            {"zone": "America/NewYork", "open": [item()]},
            "America/NewYork is no time zone.",
            "Did you mean America/New_York?",
        ),
        (
            {"zone": "EST", "open": [item()]},
            "EST is not the name of a time zone.",
            "Name a city's zone, as in Europe/London.",
        ),
        (
            {"zone": "../../etc/passwd", "open": [item()]},
            "../../etc/passwd is not the name of a time zone.",
            "Name a city's zone, as in Europe/London.",
        ),
        (
            {"zone": "Zzz/Qqq", "open": [item()]},
            "Zzz/Qqq is no time zone.",
            "Name a city's zone, as in Europe/London.",
        ),
        (
            {"zone": "Europe/London", "open": [item(), item("monday")]},
            "monday is not a day of the week.",
            "Write mon, tue, wed, thu, fri, sat, sun, a range such as mon-fri, or daily.",
        ),
        (
            {"zone": "Europe/London", "open": [item("mon-wed, tue")]},
            "mon-wed, tue names a day twice.",
            "Name each day once.",
        ),
        (
            {"zone": "Europe/London", "open": [item(start="9:00")]},
            "9:00 is not a time of day.",
            "Write hours and minutes on the 24-hour clock, as in 08:30 or 22:00.",
        ),
        (
            {"zone": "Europe/London", "open": [item(end="24:30")]},
            "24:30 is not a time of day.",
            "Write hours and minutes on the 24-hour clock, as in 08:30 or 22:00.",
        ),
        (
            {"zone": "Europe/London", "open": [item(end="10:00")]},
            "From 10:00 to 10:00 is no time at all.",
            "For a whole day write from: 00:00, to: 24:00.",
        ),
        (
            {"zone": "Europe/London", "open": [item(start="24:00")]},
            "No day has a time after 24:00.",
            "Write from: 00:00, and the day after.",
        ),
        (
            {"zone": "Europe/London", "open": [item("mon-fri"), item("fri", "20:00", "23:00")]},
            "Two of the open times overlap, on fri at 20:00.",
            "State each time once.",
        ),
        (
            {"zone": "Europe/London", "open": [item("sun", "20:00", "02:00"), item("mon", "01:00", "03:00")]},
            "Two of the open times overlap, on mon at 01:00.",
            "State each time once.",
        ),
    ],
)
def test_hours_that_cannot_be(hours: Any, message: str, hint: str) -> None:
    assert refused(hours) == ("contact-hours", message, hint)


def test_two_mistakes_at_once_are_both_found() -> None:
    hours = {"zone": "EST", "open": [item("weekdays"), item(start="noon")]}
    _, problems = parse(Line, {"hours": hours}, Places(""))
    assert [problem.message for problem in problems] == [
        "EST is not the name of a time zone.",
        "weekdays is not a day of the week.",
        "noon is not a time of day.",
    ]


def test_missing_and_unknown_fields_are_named() -> None:
    _, problems = parse(Line, {"hours": {"open": [{"days": "mon", "from": "10:00", "until": "11:00"}]}}, Places(""))
    assert [(problem.rule, problem.message, problem.hint) for problem in problems] == [
        ("missing-field", "zone is missing.", "Add a line zone: with its value."),
        ("missing-field", "to is missing.", "Add a line to: with its value."),
        ("unknown-field", "until is not a field here.", "Known here: to."),
    ]


def test_a_machine_without_time_zones_accepts_their_form(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_here(key: str) -> zoneinfo.ZoneInfo:
        raise zoneinfo.ZoneInfoNotFoundError(key)

    monkeypatch.setattr(zoneinfo, "ZoneInfo", none_here)
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    assert times(item(), zone="Atlantis/Sunken_City").zone == "Atlantis/Sunken_City"
    assert refused({"zone": "EST", "open": [item()]})[1] == "EST is not the name of a time zone."


MINUTE = st.integers(0, 1439)


@given(st.sets(st.integers(0, 6), min_size=1), MINUTE, MINUTE.filter(bool))
def test_the_week_is_what_counting_minutes_gives(days: set[int], start: int, length: int) -> None:
    """Against a slow, plain reading: each day's opening minutes, one by one, around the end of the week."""
    end = (start + length) % 1440
    entry = item(
        ", ".join(DAYS[day] for day in sorted(days)),
        f"{start // 60:02}:{start % 60:02}",
        f"{end // 60:02}:{end % 60:02}",
    )
    plain = {(day * 1440 + start + minute) % WEEK for day in days for minute in range(length)}
    week = times(entry, zone="Etc/UTC").week
    assert {minute for begin, end in week for minute in range(begin, end)} == plain
    assert all(0 <= begin < end <= WEEK for begin, end in week)
    assert all(first[1] < second[0] for first, second in pairwise(week))


@given(st.integers(0, WEEK - 1))
def test_is_open_reads_the_week(minute: int) -> None:
    hours = times(item("fri-sat", "21:30", "03:15"), item("mon", "00:00", "24:00"), zone="Etc/UTC")
    moment = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=minute)  # a Monday
    assert is_open(hours, moment) is any(start <= minute < end for start, end in hours.week)


def test_one_opening_by_itself() -> None:
    entry = OpenTime.model_validate(item("sat-sun", "22:00", "06:00"))
    assert entry.weekdays == (5, 6)
    assert entry.ranges == ((0, 360), (5 * 1440 + 1320, 6 * 1440 + 360), (6 * 1440 + 1320, WEEK))
