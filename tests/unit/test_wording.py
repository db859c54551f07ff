"""Values of contacts in words, in the reader's language."""

from __future__ import annotations

import pytest

from ebbtide import wording
from ebbtide.model.hours import OpenTime


def _time(days: str, start: str, end: str) -> OpenTime:
    return OpenTime.model_validate({"days": days, "from": start, "to": end})


@pytest.mark.parametrize(
    ("days", "runs"),
    [
        ((0, 1, 2, 3, 4), [(0, 4)]),
        ((2,), [(2, 2)]),
        ((0, 2, 3), [(0, 0), (2, 3)]),
        ((0, 5, 6), [(5, 0)]),
        ((0, 1, 3, 6), [(3, 3), (6, 1)]),
        ((0, 6), [(6, 0)]),
    ],
)
def test_days_are_taken_together_and_may_pass_sunday(days: tuple[int, ...], runs: list[tuple[int, int]]) -> None:
    assert wording.runs(days) == runs


def test_times_are_written_as_the_language_writes_them() -> None:
    times = [_time("mon-fri", "10:00", "22:00"), _time("sat-sun", "08:30", "17:30")]
    english, weekend = wording.opening(times, "en-US")
    assert (english.days, english.start, english.end) == ((("Monday", "Friday"),), "10:00\u202fAM", "10:00\u202fPM")
    assert (weekend.days, weekend.start, weekend.end) == ((("Saturday", "Sunday"),), "8:30\u202fAM", "5:30\u202fPM")
    french = wording.opening(times, "fr")[0]
    assert (french.days, french.start, french.end) == ((("lundi", "vendredi"),), "10:00", "22:00")


def test_every_day_names_no_day_and_midnight_is_left_to_the_template() -> None:
    (daily,) = wording.opening([_time("daily", "08:00", "24:00")], "en")
    assert (daily.days, daily.end, daily.all_day) == ((), "", False)
    (whole,) = wording.opening([_time("sun", "00:00", "24:00")], "en")
    assert whole.days == (("Sunday", "Sunday"),)
    assert whole.all_day


@pytest.mark.parametrize(
    ("seen", "said"), [("2023", "2023"), ("2023-09", "September 2023"), ("2023-09-08", "September 8, 2023")]
)
def test_a_sighting_is_said_as_exactly_as_it_is_known(seen: str, said: str) -> None:
    assert wording.sighting(seen, "en-US") == said


def test_countries_languages_and_zones_have_names_or_keep_their_codes() -> None:
    assert wording.country("GB", "fr") == "Royaume-Uni"
    assert wording.country("XX-9", "en") == "XX-9"
    assert wording.language_name("ase", "en") == "American Sign Language"
    assert wording.language_name("qaa", "en") == "qaa"
    assert wording.zone("America/New_York", "en-US") == "Eastern Time"
