"""Steps from the least to the most: each is wider than the one above it, so that the left side is a staircase."""

from __future__ import annotations

from ebbtide.figures.canvas import SIZE, WIDTH, Canvas, height
from ebbtide.model.figure import Ladder

_TREAD = 9.0


def draw_ladder(canvas: Canvas, figure: Ladder) -> None:
    """Draw it from the least, at the top, down to the most."""
    deepest = _TREAD * (len(figure.rungs) - 1)
    text = deepest + 32
    room = WIDTH - text - 10
    y = canvas.words(text, 0, figure.least, room + 10) + 6
    for index, rung in enumerate(figure.rungs):
        left = deepest - index * _TREAD
        high = 16 + height(rung.name, room, bold=True) + height(rung.who, room)
        canvas.box(
            "rung",
            left + 1,
            y,
            WIDTH - left - 2,
            high,
            round=4,
            more=f' fill="currentColor" fill-opacity=".{5 + 3 * index:02}"',
        )
        canvas.line(deepest + 17, y + 8 + SIZE, str(index + 1), bold=True, anchor="middle")
        below = canvas.words(text, y + 8, rung.name, room, bold=True)
        canvas.words(text, below, rung.who, room)
        y += high
    canvas.words(text, y + 4, figure.most, room + 10)
