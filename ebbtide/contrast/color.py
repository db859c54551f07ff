"""Colors as numbers: how light one is, how far two stand apart, and the nearest of the same hue that stands far enough."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable

Color = tuple[float, float, float]
"""Red, green and blue of sRGB, each from 0 to 1."""


def luminance(color: Color) -> float:
    """Relative luminance, from 0 (black) to 1 (white).

    WCAG 2.2, definition of relative luminance: each part is made linear (c / 12.92 up to 0.04045, else ((c + 0.055) / 1.055) ** 2.4),
    then L = 0.2126 R + 0.7152 G + 0.0722 B.
    """
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: Color, other: Color) -> float:
    """Contrast, from 1 to 21. WCAG 2.2, definition of contrast ratio: (L1 + 0.05) / (L2 + 0.05), where L1 is the lighter."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def told(contrast: float) -> str:
    """A contrast in words, rounded down: what falls short of 7 never reads as 7."""
    return f"{math.floor(contrast * 10 + 1e-9) / 10:g} to 1"


def laid(color: Color, alpha: float, ground: Color) -> Color:
    """What is seen where `color` lies on `ground` and lets it shine through (0: only the ground, 1: only the color)."""
    red, green, blue = (alpha * part + (1 - alpha) * below for part, below in zip(color, ground, strict=True))
    return red, green, blue


def as_hex(color: Color) -> str:
    """``#rrggbb``, to the nearest step."""
    return "#" + "".join(f"{round(part * 255):02x}" for part in color)


def nearest_that(fits: Callable[[Color], bool], color: Color) -> Color | None:
    """The color of the same hue and saturation whose lightness (of HSL) is nearest, among those that can be written as ``#rrggbb``
    and fit. None where none does."""
    hue, light, saturation = colorsys.rgb_to_hls(*color)
    for step in sorted(range(256), key=lambda step: abs(step / 255 - light)):
        red, green, blue = (round(part * 255) / 255 for part in colorsys.hls_to_rgb(hue, step / 255, saturation))
        if fits((red, green, blue)):
            return red, green, blue
    return None
