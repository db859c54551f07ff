"""A staircase that falls: one bar below the other, each as long as its value."""

from __future__ import annotations

from ebbtide.figures.canvas import LINE, SIZE, WIDTH, Canvas, width, wrapped
from ebbtide.figures.tell import Voice
from ebbtide.model.figure import Step, Steps
from ebbtide.model.figure_base import Word

_BAR = 28.0
_GAP = 4.0


def draw_steps(canvas: Canvas, figure: Steps, voice: Voice) -> None:
    """Draw a row for each step: its name, its bar and its value."""
    values = [voice(Word("figure-number", (("n", step.value),))) for step in figure.steps]
    left = min(max(width(step.name) for step in figure.steps), 120) + 10
    room = WIDTH - left - max(width(value, bold=True) for value in values) - 8
    y = canvas.words(left, 0, figure.unit, WIDTH - left, bold=True) + 8
    for step, value in zip(figure.steps, values, strict=True):
        lines = wrapped(step.name, left - 10)
        high = max(_BAR, LINE * len(lines))
        long = max(room * float(step.value / figure.steps[0].value), 1.5)
        _bar(canvas, step, left, y, long, high)
        middle = y + high / 2
        for index, line in enumerate(lines):
            canvas.line(left - 8, middle + SIZE * 0.33 + LINE * (index - (len(lines) - 1) / 2), line, anchor="end")
        canvas.line(left + long + 7, middle + SIZE * 0.33, value, bold=True)
        y += high + _GAP
    if figure.after:
        canvas.words(left, y + 4, figure.after, WIDTH - left)


def _bar(canvas: Canvas, step: Step, left: float, y: float, long: float, high: float) -> None:
    if step.pause:
        canvas.box("pause", left, y, long, high, round=3, more=' stroke-dasharray="5 4"')
    else:
        canvas.box("value", left, y, long, high, round=3, more=' fill="currentColor" fill-opacity=".25"')
