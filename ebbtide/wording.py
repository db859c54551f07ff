"""Values of contacts in words: days, times, countries and languages, as the reader's language writes them.

The words are CLDR's, by Babel. Joining them is left to the templates ("%(first)s to %(last)s"), because joining takes a sentence,
and every sentence that a reader sees stands in a template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_day_names, get_timezone_name

from ebbtide.model.contact import Contact
from ebbtide.model.hours import OpenTime


@dataclass(frozen=True, slots=True)
class Opening:
    """One of a contact's open times. `days` holds runs of days by name, first and last (the same name twice for a single day);
    it is empty where the time holds every day. `start` and `end` are empty at midnight, which many clocks write confusingly."""

    days: tuple[tuple[str, str], ...]
    start: str
    end: str

    @property
    def all_day(self) -> bool:
        return not self.start and not self.end


def opening(times: Iterable[OpenTime], language: str) -> list[Opening]:
    """Open times in words, in the order of the file."""
    locale = _locale(language)
    names = get_day_names("wide", "format", locale)
    found = []
    for item in times:
        days = (
            () if len(item.weekdays) == 7 else tuple((names[first], names[last]) for first, last in runs(item.weekdays))
        )
        found.append(Opening(days, _clock(item.start, locale), _clock(item.end, locale)))
    return found


def runs(days: Sequence[int]) -> list[tuple[int, int]]:
    """Days of the week (Monday is 0) as runs, first and last. A run may pass Sunday: 0, 5 and 6 are one, from 5 to 0."""
    found: list[tuple[int, int]] = []
    for day in sorted(days):
        if found and found[-1][1] == day - 1:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    if len(found) > 1 and found[0][0] == 0 and found[-1][1] == 6:
        first = found.pop(0)
        found[-1] = (found[-1][0], first[1])
    return found


def _clock(written: str, locale: Locale) -> str:
    if written in ("00:00", "24:00"):
        return ""
    hours, minutes = written.split(":")
    return format_time(time(int(hours), int(minutes)), "short", locale=locale)


def zone(name: str, language: str) -> str:
    """What people call the time of a zone: ``America/New_York`` is Eastern Time."""
    return get_timezone_name(name, width="long", locale=_locale(language), zone_variant="generic")


def sighting(seen: str, language: str) -> str:
    """A year, a month or a day, as exactly as it is known."""
    locale = _locale(language)
    if len(seen) == len("2026"):
        return seen
    if len(seen) == len("2026-11"):
        return format_skeleton("yMMMM", date.fromisoformat(f"{seen}-01"), locale=locale)
    return format_date(date.fromisoformat(seen), "long", locale)


def country(code: str, language: str) -> str:
    """A country's name; the code itself where CLDR has none."""
    return str(_locale(language).territories.get(code, code))


def language_name(code: str, language: str) -> str:
    """A language's name, as in the middle of a sentence; the code itself where CLDR has none."""
    names = _locale(language).languages
    return str(names.get(code) or names.get(code.partition("-")[0], code))


def by_country(contacts: Iterable[Contact], language: str) -> list[tuple[str, str, list[Contact]]]:
    """Contacts by country: code, name, and who is there in the order of the file. In the order of the names."""
    found: dict[str, list[Contact]] = {}
    for contact in contacts:
        found.setdefault(contact.country, []).append(contact)
    return sorted(
        ((code, country(code, language), held) for code, held in found.items()), key=lambda row: row[1].casefold()
    )


def vcard(value: str) -> str:
    """A text as a value in a vCard (RFC 2426, section 4): backslash, comma, semicolon and line ends written out."""
    written = re.sub(r"([\\,;])", r"\\\1", value)
    return re.sub(r"\s*\n\s*", r"\\n", written)


def folded(line: str) -> str:
    """A line of a vCard with its line end, folded so that no piece has more than 75 bytes (RFC 2426, section 2.6)."""
    pieces, piece = list[str](), ""
    for sign in line:
        if len((piece + sign).encode()) > (75 if not pieces else 74):
            pieces.append(piece)
            piece = ""
        piece += sign
    return "\r\n ".join((*pieces, piece)) + "\r\n"


def own_name(code: str) -> str:
    """A language in its own words, as a link to it should say; the code itself where nobody has written the name down."""
    try:
        name = language_name(code, code)
    except (UnknownLocaleError, ValueError):
        return code
    return name[:1].upper() + name[1:]


def filters(language: str) -> Mapping[str, Callable[..., Any]]:
    """The above as filters for templates in `language` (a BCP 47 tag)."""
    return {
        "opening": lambda times: opening(times, language),
        "zone": lambda name: zone(name, language),
        "sighting": lambda seen: sighting(seen, language),
        "language_name": lambda code: language_name(code, language),
        "own_name": own_name,
        "by_country": lambda contacts: by_country(contacts, language),
    }


def _locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")
