"""Figures drawn as SVG, and told in words. Pure: no files, no templates, no words of its own.

Each kind of figure has a module that draws it. `canvas` holds what they share: lettering, and the marks that make up a drawing.
"""

from ebbtide.figures.draw import draw
from ebbtide.figures.tell import Line, tell

__all__ = ["Line", "draw", "tell"]
