"""Figures: what they draw and what they tell, whatever figure it is, and what is refused and where."""

from __future__ import annotations

import gzip
import itertools
import os
import pickle
import re
import subprocess
import sys
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebbtide import figures
from ebbtide.figures.canvas import SIZE, WIDTH, width, wrapped
from ebbtide.figures.course import _curve
from ebbtide.figures.tell import Line
from ebbtide.model.figure import KINDS, RULES, Figure, Tree, read
from ebbtide.source import read_yaml
from tests.figure_samples import COURSE, LADDER, OVERLAP, SAMPLES, STEPS, TREE, judged, sound, voice
from tests.small_site import ROOT

MOST = 4000
"""Bytes of a drawing under gzip."""


def drawn(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(figures.draw(sound(text), voice))


def words_of(svg: ElementTree.Element) -> str:
    return " ".join(text.text or "" for text in svg.iter("text"))


def told(text: str) -> list[Any]:
    def plain(lines: tuple[Line, ...]) -> list[Any]:
        found: list[Any] = []
        for line in lines:
            found.append(line.text)
            if line.below:
                found.append(plain(line.below))
        return found

    return plain(figures.tell(sound(text), voice, ()))


# drawing


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawing_stands_by_itself(kind: str) -> None:
    svg = drawn(SAMPLES[kind])
    figure = sound(SAMPLES[kind])
    assert svg.get("role") == "img"
    assert (
        svg.get("aria-label") == f"{figure.title.rstrip('.')}{'' if figure.title.endswith('?') else '.'} {figure.alt}"
    )
    for element in svg.iter():
        assert not {"id", "style", "href"} & set(element.attrib)
        assert not any(name.startswith("on") for name in element.attrib)
    assert {element.tag for element in svg.iter()} <= {"svg", "g", "rect", "path", "text"}
    assert len(gzip.compress(figures.draw(figure, voice).encode(), 9, mtime=0)) < MOST


def test_a_course_says_that_it_is_not_measured_and_draws_a_band_without_a_middle() -> None:
    svg = drawn(COURSE)
    assert words_of(svg).startswith("What people say. The wish to bite")
    assert "Measured." in words_of(drawn(COURSE.replace("described", "measured")))
    band, edge = ([path for path in svg.iter("path") if path.get("class") == name] for name in ("band", "edge"))
    assert len(band) == 1
    assert edge[0].get("d", "").count("M") == 2  # the upper edge and the lower one, and no third line
    ticks = [text.text for text in svg.iter("text") if text.get("text-anchor") == "middle"]
    assert ticks == ["0", "1", "2", "3", "4", "5", "6"]


def test_bars_are_as_long_as_their_values() -> None:
    bars = [float(rect.get("width", "")) for rect in drawn(STEPS).iter("rect")]
    assert bars[1] / bars[0] == pytest.approx(12.5 / 20, abs=0.001)
    assert bars[1] == bars[2]
    assert bars[3] < 2
    assert [rect.get("class") for rect in drawn(STEPS).iter("rect")] == ["value", "value", "pause", "value"]


def test_steps_of_a_ladder_get_wider() -> None:
    wide = [float(rect.get("width", "")) for rect in drawn(LADDER).iter("rect")]
    assert wide == sorted(wide)
    assert len(set(wide)) == 3


def test_two_sheets_overlap_by_what_both_have() -> None:
    one, two = drawn(OVERLAP).iter("rect")
    top, end = float(two.get("y", "")), float(one.get("y", "")) + float(one.get("height", ""))
    middle = [text.text for text in drawn(OVERLAP).iter("text") if top < float(text.get("y", "")) < end]
    assert middle == ["Both", "•", "They have nails", "•", "They get cold"]


def test_urgency_of_an_outcome_is_told_by_words_and_borders_and_not_by_color_alone() -> None:
    boxes = [(rect.get("class"), rect.get("stroke-width")) for rect in drawn(TREE).iter("rect")]
    assert boxes == [("ask", None), ("emergency", "4"), ("ask", None), ("see-someone", "2.5"), ("note", None)]
    assert words_of(drawn(TREE)) == (
        "1. Is there blood? Yes Emergency: Call for help No 2. Are you sad? Yes See someone: Talk No Rest"
    )


def test_signs_are_escaped() -> None:
    svg = figures.draw(sound(LADDER.replace("name: Gloves", "name: 'R&D < \"3\"'")), voice)
    assert '>R&amp;D &lt; "3"<' in svg
    ElementTree.fromstring(svg)


# telling


def test_what_is_told() -> None:
    assert told(COURSE) == [
        "What people say.",
        "The wish to bite:",
        ["Day 0: none", "After a day and a half: some to much", "Day 6: none to some", "Some say that it goes on."],
    ]
    assert told(OVERLAP) == [
        "Only fingers:", ["They point"], "Both:", ["They have nails", "They get cold"], "Only toes:", ["They hide in shoes"],
    ]  # fmt: skip
    assert told(LADDER) == [
        "Wait: You have time. It may take years.",
        "Gloves: You have gloves.",
        "Varnish: You mean it.",
    ]
    assert told(STEPS) == ["Bites a day:", ["Start: 20", "First: 12.5", "Rest: 12.5", "Last: 0"], "Then none."]
    assert told(TREE) == [
        "Is there blood? A drop does not count.",
        ["Yes: Emergency: Call for help.", "No: go to question 2."],
        "Are you sad?",
        ["Yes: See someone: Talk. At any hour.", "No: Rest."],
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_drawn_is_told(kind: str) -> None:
    """The names of an axis and of the ends of a ladder are of the drawing alone; all else stands in both."""
    figure = sound(SAMPLES[kind])
    whole = " ".join(line for each in told(SAMPLES[kind]) for line in (each if isinstance(each, list) else [each]))
    only_drawn = {"axis", "least", "most", "title", "alt"}
    for loc, words in figure.words():
        if loc[0] not in only_drawn:
            assert words in whole, (loc, words)


def test_a_tree_draws_first_what_is_done_first_and_numbers_as_it_draws() -> None:
    other = TREE.replace("    yes: call\n    no: sad", "    yes: sad\n    no: call")
    assert words_of(drawn(other)).startswith("1. Is there blood? No Emergency: Call for help Yes 2. Are you sad?")
    assert told(other)[1] == ["No: Emergency: Call for help.", "Yes: go to question 2."]
    both = TREE.replace("    yes: call\n    no: sad", "    yes: sad\n    no: cold").replace(
        "outcomes:", "  cold: {ask: Are you cold?, yes: call, no: rest}\noutcomes:"
    )
    assert words_of(drawn(both)).count("Rest") == 2  # an outcome may end more than one way
    assert [line for line in told(both) if isinstance(line, str)] == [
        "Is there blood? A drop does not count.", "Are you sad?", "Are you cold?",
    ]  # fmt: skip


# what is refused


REFUSED: dict[str, tuple[str, list[tuple[int, int, str, str]]]] = {
    "no kind": (COURSE.replace("kind: course\n", ""), [(1, 1, "missing-field", "kind is missing.")]),
    "a kind there is not": (COURSE.replace("kind: course", "kind: curse"), [(1, 7, "wrong-value", "kind cannot be 'curse'.")]),
    "no sources": (STEPS.replace("[A1]", "[]"), [(5, 10, "wrong-value", "sources needs at least 1.")]),
    "fields of another kind": (
        STEPS.replace("unit:", "axis:"),
        [(1, 1, "missing-field", "unit is missing."), (6, 1, "unknown-field", "axis is not a field here.")],
    ),
    "a negative day": (COURSE.replace("day: 0,", "day: -1,"), [(13, 15, "wrong-value", "day cannot be -1.")]),
    "a day that is no number": (COURSE.replace("day: 6", "day: six"), [(15, 15, "wrong-value", "'six' is not a number that fits day.")]),
    "days out of order": (COURSE.replace("day: 6", "day: 1"), [(15, 15, "figure-days", "day 1 does not come after day 1.5.")]),
    "a day twice": (COURSE.replace("day: 6", "day: 1.5"), [(15, 15, "figure-days", "day 1.5 does not come after day 1.5.")]),
    "levels that there are not": (
        COURSE.replace("low: none, high: some", "low: little, high: sum"),
        [(15, 23, "figure-band", "there is no level little."), (15, 37, "figure-band", "there is no level sum.")],
    ),
    "a band upside down": (
        COURSE.replace("low: some, high: much", "low: much, high: some"),
        [(14, 54, "figure-band", "the low end, much, is above the high end, some.")],
    ),
    "a level twice": (COURSE.replace("much: much}", "much: Some}"), [(8, 40, "figure-twice", "Some stands here twice.")]),
    "a course twice": (
        COURSE + "  - name: the wish to bite\n    points:\n"
        + "".join(f"      - {{day: {day}, low: none, high: none}}\n" for day in range(3)),
        [(17, 11, "figure-twice", "the wish to bite stands here twice.")],
    ),
    "a thing on two sides": (OVERLAP.replace("They hide in shoes", "They point"), [(16, 17, "figure-twice", "They point stands here twice.")]),
    "a step that rises": (
        STEPS.replace("value: 0}", "value: 13}"),
        [(11, 25, "figure-steps", "13 is not less than the 12.5 of the step before it.")],
    ),
    "a second step that does not fall": (
        STEPS.replace("Last, value: 0", "Last, value: 12.5"),
        [(11, 25, "figure-steps", "12.5 is not less than the 12.5 of the step before it.")],
    ),
    "a pause that cuts": (
        STEPS.replace("Rest, value: 12.5", "Rest, value: 12"),
        [(10, 25, "figure-steps", "this is a pause, but 12 is not the 12.5 of the step before it.")],
    ),
    "a pause at first": (STEPS.replace("20}", "20, pause: true}"), [(8, 37, "figure-steps", "the first step cannot be a pause.")]),
    "a staircase from nothing": (
        STEPS.replace("value: 20", "value: 0"),
        [(8, 26, "figure-steps", "the staircase begins at 0."), (9, 26, "figure-steps", "12.5 is not less than the 0 of the step before it.")],
    ),
    "a negative value": (STEPS.replace("value: 20", "value: -20"), [(8, 26, "wrong-value", "value cannot be -20.")]),
    "a value that is none": (STEPS.replace("value: 20", "value: NaN"), [(8, 26, "wrong-value", "'NaN' is not a number that fits value.")]),
    "a hole": (
        TREE.replace("no: sad", "no: sat"),
        [(11, 9, "figure-tree", "no leads nowhere: there is no question or outcome sat.")],
    ),
    "two holes": (
        TREE.replace("no: sad", "no: sat").replace("yes: talk", "yes: tell"),
        [
            (11, 9, "figure-tree", "no leads nowhere: there is no question or outcome sat."),
            (15, 10, "figure-tree", "yes leads nowhere: there is no question or outcome tell."),
        ],
    ),
    "a loop": (
        TREE.replace("yes: talk", "yes: blood"),
        [(15, 10, "figure-tree", "yes leads back to blood."), (19, 9, "figure-tree", "no answer leads to talk.")],
    ),
    "a loop onto itself": (
        TREE.replace("no: rest", "no: sad"),
        [(16, 9, "figure-tree", "no leads back to sad."), (20, 9, "figure-tree", "no answer leads to rest.")],
    ),
    "ways that meet": (
        TREE.replace("yes: call", "yes: cold").replace("outcomes:", "  cold: {ask: Are you cold?, yes: sad, no: call}\noutcomes:"),
        [(17, 35, "figure-tree", "another answer leads to the question sad already.")],
    ),
    "a question that nobody is asked": (
        TREE.replace("no: sad", "no: rest"),
        [(13, 5, "figure-tree", "no answer leads to sad."), (19, 9, "figure-tree", "no answer leads to talk.")],
    ),
    "a question that does not matter": (
        TREE.replace("no: rest", "no: talk"),
        [(16, 9, "figure-tree", "yes and no lead to the same."), (20, 9, "figure-tree", "no answer leads to rest.")],
    ),
    "a name twice": (
        TREE.replace("  rest: {do", "  sad: {do: Cry}\n  rest: {do"),
        [(20, 8, "figure-tree", "sad is a question too.")],
    ),
    "an emergency that is sent to read": (
        TREE.replace("to: [contact:emergency]", "to: [contact:emergency, page:get-help]"),
        [(18, 71, "figure-emergency", "page:get-help leads somebody in danger away to read.")],
    ),
    "an emergency with nobody": (
        TREE.replace(", to: [contact:emergency]", ""),
        [(18, 9, "figure-emergency", "this emergency names nobody to call.")],
    ),
    "a pointer that says nothing": (
        TREE.replace("contact:line,", "line,"),
        [(19, 65, "wrong-value", "line does not say what it points to.")],
    ),
    "marks in plain words": (
        LADDER.replace("You have gloves", "'You have **gloves** [@A1]'"),
        [(10, 25, "figure-words", "** would be drawn as it stands.")],
    ),
    "words that are too long to draw": (
        LADDER.replace("name: Gloves", f"name: {'x' * 43}"),
        [(10, 12, "wrong-value", "name has 43 characters; 42 are allowed.")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    text, expected = REFUSED[case]
    assert judged(text)[1] == expected


def test_every_rule_is_broken_above() -> None:
    assert set(RULES) <= {problem[2] for _, expected in REFUSED.values() for problem in expected}


# for whatever figure there may be


def _text(most: int) -> st.SearchStrategy[str]:
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGMW éüßłж日mW"
    return st.text(letters, min_size=1, max_size=most).map(lambda words: f"x{' '.join(words.split())}"[:most])


def _many(words: st.SearchStrategy[str], least: int, most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(words, min_size=least, max_size=most, unique_by=str.casefold)


@st.composite
def _figures(draw: st.DrawFn) -> Figure:
    """Figures of all kinds, up to the longest that the model takes."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    fields: dict[str, Any] = {
        "kind": kind,
        "title": draw(_text(70)),
        "caption": "It.",
        "alt": draw(_text(240)),
        "sources": ["A1"],
    }
    if kind == "course":
        levels = draw(_many(_text(12), 2, 5))
        ids = [f"l{number}" for number in range(len(levels))]
        trends = []
        for name in draw(_many(_text(42), 1, 3)):
            days = sorted(draw(st.sets(st.integers(0, 1000), min_size=3, max_size=12)))
            ends = [sorted(draw(st.tuples(*[st.integers(0, len(ids) - 1)] * 2))) for _ in days]
            points = [
                {"day": day, "low": ids[low], "high": ids[high]} for day, (low, high) in zip(days, ends, strict=True)
            ]
            trends.append({"name": name, "points": points, "after": draw(st.none() | _text(160))})
        fields |= {
            "basis": "described",
            "axis": draw(_text(42)),
            "levels": dict(zip(ids, levels, strict=True)),
            "courses": trends,
        }
    elif kind == "overlap":
        names, items = draw(_many(_text(42), 3, 3)), iter(draw(_many(_text(42), 27, 27)))
        for side, name in zip(("first", "both", "second"), names, strict=True):
            count = draw(st.integers(1, 9))
            fields[side] = {"name": name, "items": [{"say": next(items)} for _ in range(count)]}
    elif kind == "ladder":
        rungs = [{"name": name, "who": draw(_text(90))} for name in draw(_many(_text(42), 2, 7))]
        fields |= {"least": draw(_text(42)), "most": draw(_text(42)), "rungs": rungs}
    elif kind == "steps":
        names = draw(_many(_text(18), 3, 12))
        values = sorted(
            draw(st.sets(st.integers(1, 10_000_000), min_size=len(names), max_size=len(names))), reverse=True
        )
        steps = [{"name": name, "value": Decimal(value) / 100} for name, value in zip(names, values, strict=True)]
        fields |= {"unit": draw(_text(42)), "steps": steps, "after": draw(st.none() | _text(160))}
    else:
        asks = draw(_many(_text(90), 1, 9))
        open_ways, questions, outcomes = [("q0", "yes"), ("q0", "no")], {"q0": {"ask": asks[0]}}, {}
        for number, ask in enumerate(asks[1:], 1):
            parent, answer = open_ways.pop(draw(st.integers(0, len(open_ways) - 1)))
            questions[parent][answer] = f"q{number}"
            questions[f"q{number}"] = {"ask": ask}
            open_ways += [(f"q{number}", "yes"), (f"q{number}", "no")]
        for number, (parent, answer) in enumerate(open_ways):
            questions[parent][answer] = f"o{number}"
            level = draw(st.sampled_from(("emergency", "urgent", "see-someone", "note")))
            outcomes[f"o{number}"] = {"do": draw(_text(90)), "level": level, "to": ["contact:line"]}
        fields |= {"questions": questions, "outcomes": outcomes}
    return KINDS[kind].model_validate(fields)


@settings(deadline=None, max_examples=150)
@given(_figures())
def test_whatever_is_drawn_is_light_and_stays_inside(figure: Figure) -> None:
    assert list(figure.faults()) == []
    svg = figures.draw(figure, voice)
    assert len(gzip.compress(svg.encode(), 9, mtime=0)) < MOST
    assert svg == figures.draw(pickle.loads(pickle.dumps(figure)), voice)
    root = ElementTree.fromstring(svg)
    high = float(root.get("viewBox", "").split()[3])
    for text in root.iter("text"):
        wide = width(text.text or "", bold=text.get("font-weight") is not None)
        x, y, anchor = float(text.get("x", "")), float(text.get("y", "")), text.get("text-anchor")
        left = x - wide * {"end": 1, "middle": 0.5}.get(anchor or "", 0)
        assert left > -0.1, text.text
        assert left + wide < WIDTH + 0.1, text.text
        assert SIZE * 0.7 < y < high, text.text
    for rect in root.iter("rect"):
        assert float(rect.get("x", "")) >= 0
        assert float(rect.get("x", "")) + float(rect.get("width", "")) <= WIDTH
        assert float(rect.get("y", "")) + float(rect.get("height", "")) <= high
    lines = list(figures.tell(figure, voice, ()))
    assert lines
    assert "{" not in svg


@given(st.text("abc WM'é日", max_size=60), st.floats(40, 300), st.booleans())
def test_wrapped_words_are_all_there_and_fit(words: str, room: float, bold: bool) -> None:
    lines = wrapped(words, room, bold=bold)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert all(width(line, bold=bold) <= room or len(line) == 1 for line in lines)


@given(st.lists(st.tuples(st.floats(1, 50), st.floats(0, 90), st.floats(0, 90)), min_size=2, max_size=8))
def test_the_edges_of_a_band_never_cross(rows: list[tuple[float, float, float]]) -> None:
    """Read back from the paths, at points all along them."""
    days = list(itertools.accumulate(row[0] for row in rows))

    def along(values: list[float]) -> list[float]:
        path, found, y = _curve(list(zip(days, values, strict=True))), list[float](), 0.0
        for command, numbers in re.findall(r"([MHC])([^MHC]*)", path):
            given_ = [float(each) for each in numbers.split()]
            to = y if command == "H" else given_[-1]
            if command != "M":
                found += [y + (to - y) * (3 * t * t - 2 * t**3) for t in (0, 0.1, 0.3, 0.5, 0.8)]
            y = to
        return found

    upper = along([min(row[1:]) for row in rows])  # y grows downward
    lower = along([max(row[1:]) for row in rows])
    assert len(upper) == len(lower) == 5 * (len(rows) - 1)
    assert all(
        above <= below + 0.2 for above, below in zip(upper, lower, strict=True)
    )  # a tenth is lost in writing each


def test_drawings_are_the_same_under_any_hash_seed() -> None:
    code = (
        "from tests.unit.test_figures import *\n"
        "print([figures.draw(sound(text), voice) for text in SAMPLES.values()], [told(text) for text in SAMPLES.values()])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1")
    }  # fmt: skip
    assert len(said) == 1
    assert len(said.pop()) > 5000


def test_the_figures_of_this_repository_are_sound_and_light() -> None:
    for file in sorted((ROOT / "content" / "figures").glob("*.yaml")):
        document, problems = read_yaml(file, file.name)
        assert document is not None
        figure, found = read(document.fields, document.places)
        assert problems + found == []
        assert figure is not None
        assert len(gzip.compress(figures.draw(figure, voice).encode(), 9, mtime=0)) < MOST
        if isinstance(figure, Tree):
            assert len(figure.asked()) == len(figure.questions)
