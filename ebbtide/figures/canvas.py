"""A drawing as it grows: shapes, words that fit their room, and the SVG of it all.

Everything is drawn for a column of 300 units. Words are 15.5 units high, so that they are 14 pixels or more on a screen of 320, where
the column is some 275 to 300 pixels wide. Nothing depends on styles to be seen: shapes are lines in the color of the text, and
fills are that color made thin, so a drawing survives forced colors, printing and readers that drop styles. Classes let styles do
better. There are no ids: two figures on a page could not clash.
"""

from __future__ import annotations

import html
import unicodedata
from dataclasses import dataclass, field
from functools import cache

WIDTH = 300.0
SIZE = 15.5
LINE = 20.0
"""From one line of words to the next."""

_PLAIN = {
    28: "ijl'\u0142", 32: " ,.\u2019IJ", 35: "/:;\\|f", 40: "-()[]t!r", 50: '"*_`\u2013', 53: "sz\u201c\u201d?",
    58: "c\u00e7LFk", 62: "vxyPTYao\u00e0\u00e4\u00f6\u0105\u0151e\u00e9\u00e8\u0119\u2022",
    66: "ESbdghnpqu\u00df\u00fc\u00f1K0123456789${}", 70: "AVBRXZC", 79: "UHNDG&OQ", 86: "w#+<=>^~M", 103: "%mW@\u2014\u2026\u0153",
}  # fmt: skip
_BOLD = {
    35: "'ijl ", 40: "/IJ\\|\u0142,.\u2019:;", 48: "-f!()[]rt", 58: '_`\u2013"*?zc\u00e7', 66: "sL\u2022vxy\u201c\u201d",
    70: "ak\u00e0\u00e4\u0105FETe\u00e9\u00e8\u0119o\u00f6\u01510123456789$", 74: "hnu{}\u00fc\u00f1SYbdgpq\u00dfCPZ",
    82: "BAKRVXUG", 88: "D#+<=>HN^~OQ&", 110: "w%@M\u2014\u2026m\u0153W",
}  # fmt: skip
"""Widths of letters in hundredths of their height, in the widest of the usual system fonts (DejaVu Sans): what fits there fits in
all of them."""


@cache
def _advances(*, bold: bool) -> dict[str, float]:
    return {letter: width / 100 for width, letters in (_BOLD if bold else _PLAIN).items() for letter in letters}


def width(words: str, *, bold: bool = False) -> float:
    """How wide words are at most, in units."""
    known, usual = _advances(bold=bold), 0.82 if bold else 0.75
    total = 0.0
    for letter in words:
        if unicodedata.combining(letter):
            continue
        total += known.get(letter, 1.0 if unicodedata.east_asian_width(letter) in "WF" else usual)
    return total * SIZE


def wrapped(words: str, room: float, *, bold: bool = False) -> list[str]:
    """Words in lines no wider than `room`. A word that is wider by itself is broken; so is text without blanks."""
    lines = [""]
    for word in words.split():
        whole = f"{lines[-1]} {word}".strip()
        if width(whole, bold=bold) <= room:
            lines[-1] = whole
            continue
        if lines[-1]:
            lines.append("")
        while width(word, bold=bold) > room and len(word) > 1:
            fits = next(end for end in range(len(word) - 1, 0, -1) if end == 1 or width(word[:end], bold=bold) <= room)
            lines[-1] = word[:fits]
            lines.append("")
            word = word[fits:]  # noqa: PLW2901, the rest of the same word
        lines[-1] = word
    return lines


def number(value: float) -> str:
    """A coordinate, as short as it can be written at a tenth of a unit."""
    short = f"{value:.1f}".removesuffix(".0")
    return "0" if short == "-0" else short


@dataclass
class Canvas:
    """What has been drawn so far. `bottom` is how far down it reaches."""

    shapes: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    bottom: float = 0.0

    def box(self, name: str, x: float, y: float, wide: float, high: float, *, round: float = 6, more: str = "") -> None:
        """A rectangle. `name` is its class, `more` further attributes."""
        self.shapes.append(
            f'<rect class="{name}" x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(high)}"'
            f' rx="{number(round)}"{more}/>'
        )
        self.reach(y + high)

    def path(self, name: str, steps: str, more: str = "") -> None:
        """A path by its SVG commands."""
        self.shapes.append(f'<path class="{name}" d="{steps}"{more}/>')

    def line(self, x: float, y: float, words: str, *, bold: bool = False, anchor: str = "", more: str = "") -> None:
        """One line of words; `y` is the line that they stand on, `anchor` middle or end of them at `x`."""
        marks = ' font-weight="700"' if bold else ""
        marks += f' text-anchor="{anchor}"' if anchor else ""
        said = html.escape(words, quote=False)
        self.letters.append(f'<text x="{number(x)}" y="{number(y)}"{marks}{more}>{said}</text>')
        self.reach(y + SIZE * 0.3)

    def words(self, x: float, y: float, words: str, room: float, *, bold: bool = False) -> float:
        """Words below `y` in as many lines as they need. Returns how far down they reach."""
        for line in wrapped(words, room, bold=bold):
            self.line(x, y + SIZE, line, bold=bold)
            y += LINE
        return y

    def reach(self, y: float) -> None:
        """Make the drawing at least so high."""
        self.bottom = max(self.bottom, y)

    def svg(self, kind: str, label: str) -> str:
        """The drawing, with what a screen reader says instead of it. Its letters are hidden from readers that would spell out what
        is in a picture: all of them stand below it as text."""
        return (
            f'<svg class="drawn-{kind}" viewBox="0 0 {number(WIDTH)} {number(self.bottom + 2)}" role="img"'
            f' aria-label="{html.escape(label)}" font-size="{SIZE}" fill="none" stroke="currentColor">'
            f'{"".join(self.shapes)}<g aria-hidden="true" fill="currentColor" stroke="none">{"".join(self.letters)}</g></svg>'
        )


def height(words: str, room: float, *, bold: bool = False) -> float:
    """How high words in a room of that width are."""
    return LINE * len(wrapped(words, room, bold=bold))
