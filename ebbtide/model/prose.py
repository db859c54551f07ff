"""What becomes of a text once it is converted: HTML, and everything in it that the rest of the site must agree with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ebbtide.problem import Place

LinkKind = Literal["article", "questionnaire", "page", "contact", "term", "source", "media", "figure", "web"]
LINK_KINDS: tuple[LinkKind, ...] = (
    "article", "questionnaire", "page", "contact", "term", "source", "media", "figure", "web",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """A reference from a text to something else: ``article`` ``symptoms/sleep`` with fragment ``nights``, say."""

    kind: LinkKind
    target: str
    fragment: str
    place: Place


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a text, with the id that a link can end in."""

    id: str
    text: str
    level: int
    place: Place


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph or a list item as running words: its sentences without marks, each with the place where it begins."""

    is_item: bool
    sentences: tuple[tuple[Place, str], ...]


@dataclass(frozen=True, slots=True)
class FigureUse:
    """A figure where a text shows it: its caption as HTML, with its sources, and of each line that it is told in the citation, in
    the order in which they are read (empty where a line has none)."""

    id: str
    caption: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """A converted text.

    `html` is safe to print as it is. It holds three kinds of marks that `render` fills in: ``<x-say key="...">`` for words that
    belong to the templates, ``media:NAME`` addresses for pictures, and ``<x-figure n="0">`` for figures, by their number in
    `figures`.
    """

    html: str
    headings: tuple[Heading, ...] = ()
    plain: str = ""
    passages: tuple[Passage, ...] = ()
    figures: tuple[FigureUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Refers:
    """Everything that the texts of one page refer to, in the order in which a reader meets it.

    `sources` are the ids of cited sources, each once; number n on the page is item n - 1.
    `terms` are the ids of explained words, each once.
    """

    links: tuple[Link, ...] = ()
    sources: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
