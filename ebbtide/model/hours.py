"""When somebody answers: always, unknown, or days and times in a time zone.

Only the first and the last are ever judged open or closed. The browser's clock decides what a reader sees; it gets
the week as ranges of minutes (`OpeningTimes.week`), and `is_open` here is the reference that its code is tested by.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from ebbtide.model.base import Strict, Text, nearest, refusal

RULES: Mapping[str, str] = {
    "contact-hours": "Hours are always, unknown, or days and times that can be, in a named time zone.",
}

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
WEEK = 7 * DAY


def time_zone(value: str) -> str:
    """Refuse what is not the name of a time zone in the IANA list; an offset or an abbreviation knows no summer time.

    A machine without the list (Windows, without the `tzdata` package) has only the form of the name to go by.
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

    if re.fullmatch(r"[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*)+", value):
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            if not (known := available_timezones()):
                return value
            raise refusal("contact-hours", f"{value} is no time zone.", _zone_hint(value, known)) from None
        return value
    raise refusal(
        "contact-hours", f"{value} is not the name of a time zone.", "Name a city's zone, as in Europe/London."
    )


def _zone_hint(value: str, known: set[str]) -> str:
    hint = nearest(value, {name for name in known if "/" in name})
    return hint if hint.startswith("Did you mean") else "Name a city's zone, as in Europe/London."


def day_names(value: str) -> str:
    """Refuse what does not name days of the week: ``daily``, ``mon-fri``, ``sat``, ``mon, wed-fri``."""
    weekdays(value)
    return value


def weekdays(value: str) -> tuple[int, ...]:
    """The days that `value` names, Monday being 0, in order. A range may pass Sunday: ``sat-mon``."""
    if value == "daily":
        return tuple(range(7))
    found: list[int] = []
    for part in value.split(","):
        first, _, last = (word.strip() for word in part.partition("-"))
        for word in (first, last or first):
            if word not in DAYS:
                raise refusal(
                    "contact-hours",
                    f"{word or value} is not a day of the week.",
                    f"Write {', '.join(DAYS)}, a range such as mon-fri, or daily.",
                )
        start, end = DAYS.index(first), DAYS.index(last or first)
        found += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    if len(found) > len(set(found)):
        raise refusal("contact-hours", f"{value} names a day twice.", "Name each day once.")
    return tuple(sorted(found))


def clock(value: str) -> str:
    """Refuse what is not a time of day on the 24-hour clock, ``HH:MM``; 24:00 is the end of a day."""
    if not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00", value):
        raise refusal(
            "contact-hours",
            f"{value} is not a time of day.",
            "Write hours and minutes on the 24-hour clock, as in 08:30 or 22:00.",
        )
    return value


Clock = Annotated[Text, AfterValidator(clock)]


class OpenTime(Strict):
    """From one time of day to another, on certain days. A time before the first one is on the day after."""

    days: Annotated[Text, AfterValidator(day_names)]
    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.start == "24:00":
            raise refusal("contact-hours", "No day has a time after 24:00.", "Write from: 00:00, and the day after.")
        if self.start == self.end:
            raise refusal(
                "contact-hours",
                f"From {self.start} to {self.end} is no time at all.",
                "For a whole day write from: 00:00, to: 24:00.",
            )
        return self

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The days on which this begins, Monday being 0."""
        return weekdays(self.days)

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """Minutes since Monday 00:00, first included, last not; what passes Sunday goes on at the start."""
        start, end = _minutes(self.start), _minutes(self.end)
        length = (end - start) % DAY or DAY
        found: list[tuple[int, int]] = []
        for day in self.weekdays:
            begins = day * DAY + start
            ends = begins + length
            found += [(begins, ends)] if ends <= WEEK else [(begins, WEEK), (0, ends - WEEK)]
        return tuple(sorted(found))


class OpeningTimes(Strict):
    """Days and times, in the time zone that they are stated in."""

    zone: Annotated[Text, AfterValidator(time_zone)]
    open: Annotated[tuple[OpenTime, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _no_overlap(self) -> Self:
        ranges = sorted(part for item in self.open for part in item.ranges)
        for (_, end), (start, _) in pairwise(ranges):
            if start < end:
                day, minute = divmod(start, DAY)
                raise refusal(
                    "contact-hours",
                    f"Two of the open times overlap, on {DAYS[day]} at {minute // 60:02}:{minute % 60:02}.",
                    "State each time once.",
                )
        return self

    @property
    def week(self) -> tuple[tuple[int, int], ...]:
        """Minutes since Monday 00:00 in `zone` during which the line is open, in order; neighbors are joined."""
        joined: list[tuple[int, int]] = []
        for start, end in sorted(part for item in self.open for part in item.ranges):
            touches = joined and joined[-1][1] == start
            joined.append((joined.pop()[0] if touches else start, end))
        return tuple(joined)

    @property
    def said(self) -> str:
        """`week` as pages carry it for the browser: ``480-1020,1920-2460``."""
        return ",".join(f"{start}-{end}" for start, end in self.week)


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def _word(value: Any) -> Any:
    if value not in ("always", "unknown"):
        shown = f"{value} is" if isinstance(value, str) else "This is"
        raise refusal(
            "contact-hours",
            f"{shown} not a way to write hours.",
            "Write always, or unknown, or a zone: and a list open: with days, from and to.",
        )
    return value


def _form(value: Any) -> str:
    return "times" if isinstance(value, dict | OpeningTimes) else "word"


Hours = Annotated[
    Annotated[Literal["always", "unknown"], BeforeValidator(_word), Tag("word")]
    | Annotated[OpeningTimes, Tag("times")],
    Discriminator(_form),
]


def is_open(hours: Literal["always", "unknown"] | OpeningTimes, moment: datetime) -> bool | None:
    """Whether somebody answers at `moment` (which has a time zone); None where unknown. Holidays are not known."""
    if isinstance(hours, str):
        return True if hours == "always" else None
    from zoneinfo import ZoneInfo

    there = moment.astimezone(ZoneInfo(hours.zone))
    minute = there.weekday() * DAY + there.hour * 60 + there.minute
    return any(start <= minute < end for start, end in hours.week)
