"""A figure as SVG."""

from __future__ import annotations

from ebbtide.figures.canvas import Canvas
from ebbtide.figures.course import draw_course
from ebbtide.figures.ladder import draw_ladder
from ebbtide.figures.overlap import draw_overlap
from ebbtide.figures.steps import draw_steps
from ebbtide.figures.tell import Voice
from ebbtide.figures.tree import draw_tree
from ebbtide.model.figure import Course, Figure, Ladder, Overlap, Steps


def draw(figure: Figure, voice: Voice) -> str:
    """The SVG of a figure, to be put into a page. It has neither ids nor style attributes."""
    canvas = Canvas()
    if isinstance(figure, Course):
        draw_course(canvas, figure, voice)
    elif isinstance(figure, Overlap):
        draw_overlap(canvas, figure)
    elif isinstance(figure, Ladder):
        draw_ladder(canvas, figure)
    elif isinstance(figure, Steps):
        draw_steps(canvas, figure, voice)
    else:
        draw_tree(canvas, figure, voice)
    title = figure.title if figure.title.endswith((".", "?", "!")) else f"{figure.title}."
    return canvas.svg(figure.kind, f"{title} {figure.alt}")
