"""Which colors of the styles stand on which, how far apart they must be, and what each colors. docs/design.md shows this table.

7 to 1 for text is WCAG 2.2, 1.4.6 (AAA, and for large text more than it asks); 3 to 1 for what marks something is 1.4.11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TEXT, PART = 7.0, 3.0

CARDS = ("emergency-ground", "urgent-ground", "see-someone-ground", "note-ground")
GROUNDS = ("paper", "surface", "tint", "mark", *CARDS)
"""What texts stand on."""

NAMES: Mapping[str, str] = {
    "paper": "the page",
    "surface": "boxes on the page: contact cards, tables, the foot",
    "tint": "key points, what to do next",
    "ink": "text",
    "quiet": "small text beside the main one: review line, breadcrumbs",
    "link": "links, and what drawings show",
    "line": "thin lines between rows (they only decorate)",
    "edge": "lines around what can be pressed or scrolled",
    "mark": "the place that a link within a page led to",
    "focus": "the inner of two rings around what the keyboard is on",
    "halo": "the outer ring",
    "accent": "buttons, ticks in boxes",
    "on-accent": "words on buttons",
    "bar": "the contact bar",
    "on-bar": "words on the contact bar, and the ground of its first button",
    "shore": "thick lines over a part of a page (they only decorate)",
    "emergency": "emergency cards: border, label, button; warnings about a place",
    "on-emergency": "words on the button of an emergency card",
    "emergency-ground": "ground of an emergency card",
    "urgent": "urgent cards: border and label",
    "urgent-ground": "their ground",
    "see-someone": "see-someone cards: border and label",
    "see-someone-ground": "their ground",
    "note": "notes: border and mark",
    "note-ground": "their ground",
    "good": "do lists: border and ticks",
    "bad": "do-not lists: border and crosses; what is wrong with an answer",
}
"""Names of colors, without the two hyphens that they have in styles, and what each colors."""


@dataclass(frozen=True, slots=True)
class Pair:
    """`front` stands on `ground` with a contrast of `least` to 1. With `thin`, a drawing lies between them: `thin[1]` of the color
    `thin[0]`, from 0 to 1. `shown` is False where the two never meet on a screen, `printed` where they never meet on paper."""

    front: str
    ground: str
    least: float
    thin: tuple[str, float] | None = None
    shown: bool = True
    printed: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return (self.front, self.ground, *((self.thin[0],) if self.thin else ()))

    @property
    def on(self) -> str:
        """The ground in words."""
        return f"{self.ground} under {self.thin[1]:.0%} of {self.thin[0]}" if self.thin else self.ground


def _pairs(least: float, fronts: str, grounds: tuple[str, ...]) -> list[Pair]:
    """Paper has no mark of where a link led, and nothing that the keyboard is on."""
    return [
        Pair(front, ground, least, printed=not {front, ground} & {"mark", "focus", "halo"})
        for front in fronts.split()
        for ground in grounds
    ]


PAIRS: tuple[Pair, ...] = (
    *_pairs(TEXT, "ink quiet link", GROUNDS),
    # Figures lay the color of links thinly below their words; the last of seven rungs has the most of it (ebbtide/figures/ladder.py).
    Pair("ink", "surface", TEXT, thin=("link", 0.23)),
    *_pairs(TEXT, "on-accent", ("accent",)),
    *_pairs(TEXT, "on-bar", ("bar",)),
    # On paper an emergency card's button and mark have no ground of their own.
    Pair("on-emergency", "emergency", TEXT, printed=False),
    Pair("on-emergency", "emergency-ground", TEXT, shown=False),
    *_pairs(TEXT, "emergency", ("paper", "surface", "emergency-ground")),
    *_pairs(TEXT, "urgent", ("urgent-ground",)),
    *_pairs(TEXT, "see-someone", ("see-someone-ground",)),
    *_pairs(TEXT, "bad", ("paper",)),
    *_pairs(PART, "edge", ("paper", "surface", "tint")),
    *_pairs(PART, "focus", (*GROUNDS, "halo")),
    *_pairs(PART, "accent", GROUNDS),
    *_pairs(PART, "urgent see-someone", ("paper", "surface")),
    *_pairs(PART, "note", ("paper", "surface", "note-ground")),
    *_pairs(PART, "good", ("paper", "surface", "see-someone-ground")),
    *_pairs(PART, "bad", ("surface",)),
)


def table() -> str:
    """The names as a table in Markdown, for docs/design.md."""
    rows = [f"| `{name}` | {what} | {_asked(name)} |" for name, what in NAMES.items()]
    return "\n".join(("| Name | What it colors | It must stand out from |", "|---|---|---|", *rows)) + "\n"


def _asked(name: str) -> str:
    """What is asked of a name where it stands in front: ``ink: paper, surface, 7 to 1``."""
    said = []
    for least in (TEXT, PART):
        grounds = [pair for pair in PAIRS if pair.front == name and pair.least == least and pair.shown]
        plain = [pair.ground for pair in grounds if not pair.thin]
        if set(GROUNDS) <= set(plain):
            words = ["every ground", *(f"`{ground}`" for ground in plain if ground not in GROUNDS)]
        else:
            words = [f"`{ground}`" for ground in plain]
        words += [
            f"`{pair.ground}` under {pair.thin[1]:.0%} of `{pair.thin[0]}`, as in figures"
            for pair in grounds
            if pair.thin
        ]
        if words:
            said.append(f"{', '.join(words)}: {least:g} to 1")
    return "; ".join(said)
