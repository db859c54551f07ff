"""What two things share: two sheets that lie over each other, with what both have where they do."""

from __future__ import annotations

from ebbtide.figures.canvas import LINE, WIDTH, Canvas, height
from ebbtide.model.figure import Overlap, Side

_SHIFT = 14.0
"""How far each sheet leaves the other's edge free."""
_LEFT = 2 * _SHIFT
_ROOM = WIDTH - 2 * _LEFT


def draw_overlap(canvas: Canvas, figure: Overlap) -> None:
    """Draw the three parts one below the other, so that each has a whole line's width for its words."""
    tops = [1.0]
    for side in (figure.first, figure.both, figure.second):
        tops.append(tops[-1] + _high(side))
    canvas.box("one", 1, tops[0], WIDTH - _SHIFT - 2, tops[2] - tops[0], more=_THIN)
    canvas.box(
        "two", _SHIFT + 1, tops[1], WIDTH - _SHIFT - 2, tops[3] - tops[1], more=f'{_THIN} stroke-dasharray="7 4"'
    )
    for side, top in zip((figure.first, figure.both, figure.second), tops, strict=False):
        y = canvas.words(_LEFT - 4, top + 8, side.name, _ROOM + 8, bold=True) + 4
        for item in side.items:
            canvas.line(_LEFT - 4, y + 15.5, "•")
            y = canvas.words(_LEFT + 11, y, item.say, _ROOM - 11)


_THIN = ' fill="currentColor" fill-opacity=".1"'


def _high(side: Side) -> float:
    return (
        8
        + height(side.name, _ROOM + 8, bold=True)
        + 4
        + sum(height(item.say, _ROOM - 11) for item in side.items)
        + LINE / 2
    )
