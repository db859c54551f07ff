"""Places and problems, and how they are written down."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.problem import Place, Places, Problem, as_github, as_json, as_text, errors

LATE = Problem(Place("content/b.yaml", 12, 3), "error", "band-gap", "no result covers 8.", "Make one band end at 8.")
EARLY = Problem(Place("content/b.yaml", 2, 30), "warning", "unused-term", "no text links to it.")


def test_one_line_of_text() -> None:
    assert as_text(LATE) == "content/b.yaml:12:3: error[band-gap] no result covers 8. Make one band end at 8."
    assert as_text(EARLY) == "content/b.yaml:2:30: warning[unused-term] no text links to it."


def test_a_line_of_text_stays_one_line() -> None:
    """A value of several lines, or an escape sequence for the terminal, comes into a message as it stands in the file."""
    problem = Problem(Place("a", 1, 1), "error", "r", "one\ntwo\r\nthree\u2028four \x1b[2J is no address.", "Mend\tit.")
    assert as_text(problem) == "a:1:1: error[r] one two three four  [2J is no address. Mend it."


def test_problems_sort_by_place_with_numbers_as_numbers() -> None:
    assert sorted([LATE, EARLY]) == [EARLY, LATE]
    other = Problem(Place("content/a.yaml", 99, 1), "error", "r", "m.")
    assert sorted([LATE, other, EARLY]) == [other, EARLY, LATE]


def test_only_errors_stop_a_build() -> None:
    assert errors([LATE, EARLY]) == [LATE]
    assert errors([]) == []


def test_annotation_for_github() -> None:
    assert (
        as_github(LATE)
        == "::error file=content/b.yaml,line=12,col=3,title=band-gap::no result covers 8. Make one band end at 8."
    )


def test_annotation_escapes_what_would_end_it() -> None:
    problem = Problem(Place("a,b:c.yaml", 1, 2), "warning", "r", "100% of\nall: two, three", "")
    assert as_github(problem) == "::warning file=a%2Cb%3Ac.yaml,line=1,col=2,title=r::100%25 of%0Aall: two, three"


def test_json_holds_the_seven_keys_and_what_is_added() -> None:
    found = json.loads(as_json([EARLY, LATE], pages=3))
    assert found["pages"] == 3
    assert found["problems"][1] == {
        "path": "content/b.yaml", "line": 12, "column": 3, "level": "error", "rule": "band-gap",
        "message": "no result covers 8.", "hint": "Make one band end at 8.",
    }  # fmt: skip
    assert json.loads(as_json([])) == {"problems": []}


@given(st.text(), st.text(), st.text())
def test_every_form_takes_every_text(path: str, message: str, hint: str) -> None:
    problem = Problem(Place(path, 1, 1), "error", "r", message, hint)
    if "\n" not in path:
        assert "\n" not in as_text(problem)
    assert "\n" not in as_github(problem)
    assert json.loads(as_json([problem]))["problems"][0]["message"] == message


PLACES = Places(
    "f.yaml",
    values={(): Place("f.yaml", 1, 1), ("a",): Place("f.yaml", 2, 3), ("a", 1): Place("f.yaml", 4, 5)},
    keys={("a",): Place("f.yaml", 1, 1)},
)


@pytest.mark.parametrize(
    ("loc", "value", "key"),
    [
        ((), (1, 1), (1, 1)),
        (("a",), (2, 3), (1, 1)),
        (("a", 1), (4, 5), (4, 5)),  # an item of a list has no key
        (("a", 0), (2, 3), (2, 3)),  # not in the file: what is around it
        (("a", 1, "deep", "er"), (4, 5), (4, 5)),
        (("missing",), (1, 1), (1, 1)),
    ],
)
def test_the_nearest_place_that_the_file_has(
    loc: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]
) -> None:
    assert PLACES.at(*loc) == Place("f.yaml", *value)
    assert PLACES.key(*loc) == Place("f.yaml", *key)
    inner = PLACES.sub(*loc[:1])
    assert inner.at(*loc[1:]) == PLACES.at(*loc), "a part of the file knows the same places"


def test_places_of_nothing() -> None:
    assert Places("empty.yaml").at("a", 0) == Place("empty.yaml", 1, 1)
    assert PLACES.has("a", 1)
    assert not PLACES.has("a", 0)
    assert PLACES.sub("a").has(1)
