"""The course of something over days: a band between the least and the most that is known, one panel for each thing followed.

There is no line through the middle: nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

from ebbtide.figures.canvas import LINE, SIZE, WIDTH, Canvas, number, width
from ebbtide.figures.tell import Voice
from ebbtide.model.figure import Course, Trend
from ebbtide.model.figure_base import Word

_LEVEL = 30.0
"""From one level to the next."""
_RIGHT = WIDTH - 12


def draw_course(canvas: Canvas, figure: Course, voice: Voice) -> None:
    """Draw it, with a line that says whether this was measured."""
    basis = voice(Word(f"figure-{figure.basis}"))
    inner = WIDTH - 20
    y = canvas.words(10, 6, basis, inner, bold=True) + 6
    canvas.box("basis", 1, 1, WIDTH - 2, y - 1)
    left = max(width(word) for word in figure.levels.values()) + 10
    end = max(course.points[-1].day for course in figure.courses)

    def across(day: Decimal) -> float:
        return left + float(day / end) * (_RIGHT - left)

    for course in figure.courses:
        y = _panel(canvas, figure, course, y + 10, left, end, across, voice)


def _panel(
    canvas: Canvas, figure: Course, course: Trend, y: float, left: float, end: Decimal,
    across: Callable[[Decimal], float], voice: Voice,
) -> float:  # fmt: skip
    """One panel below `y`. Returns how far down it reaches."""
    ids = list(figure.levels)
    top = canvas.words(0, y, course.name, WIDTH, bold=True) + 12
    floor = top + _LEVEL * (len(ids) - 1)
    for index, word in enumerate(figure.levels.values()):
        canvas.line(left - 8, floor - index * _LEVEL + SIZE * 0.33, word, anchor="end")
    levels = "".join(
        f"M{number(left)} {number(floor - index * _LEVEL)}H{number(_RIGHT)}" for index in range(1, len(ids))
    )
    days = _ticks(end, _RIGHT - left, voice)
    canvas.path("grid", levels, ' stroke-opacity=".3"')
    canvas.path(
        "axis",
        f"M{number(left)} {number(floor)}H{number(_RIGHT)}"
        + "".join(f"M{number(across(day))} {number(floor)}v5" for day in days),
    )

    def edge(name: str) -> list[tuple[float, float]]:
        return [(across(point.day), floor - ids.index(getattr(point, name)) * _LEVEL) for point in course.points]

    upper, lower = edge("high"), edge("low")
    canvas.path(
        "band", f"{_curve(upper)}L{_curve(lower[::-1])[1:]}Z", ' fill="currentColor" fill-opacity=".2" stroke="none"'
    )
    canvas.path("edge", _curve(upper) + _curve(lower), ' stroke-dasharray="5 4"')
    for day in days:
        canvas.line(across(day), floor + 6 + SIZE, voice(Word("figure-number", (("n", day),))), anchor="middle")
    y = floor + 6 + LINE
    if course is figure.courses[-1]:
        y = canvas.words(0, y, figure.axis, WIDTH)
    if course.after:
        canvas.path("more", f"M1 {number(y + 14)}h15m-5 -5l5 5l-5 5")
        y = canvas.words(24, y + 4, course.after, WIDTH - 24)
    return y


def _ticks(end: Decimal, room: float, voice: Voice) -> list[Decimal]:
    """Days that are written below a panel: round steps, as many as there is room for."""
    widest = width(voice(Word("figure-number", (("n", Decimal(int(end))),)))) + 6
    steps = (1, 2, 5, 7, 10, 14, 20, 30, 50, 60, 90, 100, 200, 365)
    step = next((step for step in steps if room * step / float(end) >= widest), 1000)
    return [Decimal(day) for day in range(0, int(end) + 1, step)]


def _curve(points: list[tuple[float, float]]) -> str:
    """A soft line through points, level at each of them. Both edges of a band bend alike, so they never cross."""
    made = f"M{number(points[0][0])} {number(points[0][1])}"
    for (x, y), (to_x, to_y) in pairwise(points):
        half = (x + to_x) / 2
        made += (
            f"H{number(to_x)}"
            if y == to_y
            else f"C{number(half)} {number(y)} {number(half)} {number(to_y)} {number(to_x)} {number(to_y)}"
        )
    return made
