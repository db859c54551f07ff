"""What a figure shows, in words: lines as its model tells them, with their numbers of sources and their words put in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ebbtide.model.figure import Figure
from ebbtide.model.figure_base import Told, Word

Voice = Callable[[Word], str]
"""Says a word of the templates' in the language of the site."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text alternative, ready to be printed: `cite` is safe HTML, empty where nothing is cited."""

    text: str
    cite: str
    to: tuple[str, ...]
    below: tuple[Line, ...]


def tell(figure: Figure, voice: Voice, cites: Sequence[str]) -> tuple[Line, ...]:
    """The text alternative of a figure. `cites` holds the citation of each line, in the order in which lines are read."""
    return tuple(_lines(figure.told(), voice, iter(cites)))


def _lines(told: Sequence[Told], voice: Voice, cites: Iterator[str]) -> Iterator[Line]:
    for line in told:
        text = " ".join(part if isinstance(part, str) else voice(part) for part in line.say)
        yield Line(text, next(cites, ""), line.to, tuple(_lines(line.below, voice, cites)))
