"""Styles as a browser reads them: which value a custom property has under the reader's settings, and which colors are used.

tinycss2 takes the text apart; here is only what CSS says about which declaration wins (CSS Cascade 4, Media Queries 4). What this does
not know, such as the width of a screen, is answered with None and never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import tinycss2
from tinycss2 import color5

from ebbtide.contrast.color import Color
from ebbtide.model.page import Styles
from ebbtide.problem import Place

Tokens = Sequence[Any]
"""What tinycss2 makes of a text."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """What a reader has set: the medium and the media features that styles may ask for."""

    name: str
    medium: str
    features: Mapping[str, str] = field(compare=False)

    @property
    def dark(self) -> bool:
        return self.features["prefers-color-scheme"] == "dark"


def _scheme(name: str, light: str, contrast: str = "no-preference", medium: str = "screen") -> Scheme:
    asked = {"prefers-color-scheme": light, "prefers-contrast": contrast, "forced-colors": "none"}
    return Scheme(name, medium, asked)


SCHEMES: tuple[Scheme, ...] = (
    _scheme("in the light scheme", "light"),
    _scheme("in the dark scheme", "dark"),
    _scheme("in the light scheme with more contrast", "light", "more"),
    _scheme("in the dark scheme with more contrast", "dark", "more"),
    _scheme("in print", "light", medium="print"),
)
"""Browsers print in the light scheme. Forced colors are the system's own, and no style's."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A property and the value that a style gives it. `media` are the queries around it; a None among them is a condition of a kind
    that is not known here. `rank` says whose it is: 0 the settings', then the folders of templates in their order."""

    name: str
    value: str
    tokens: Tokens = field(compare=False, hash=False, repr=False)
    selector: str
    media: tuple[str | None, ...]
    important: bool
    place: Place
    rank: int
    setting: str

    @property
    def at_root(self) -> int:
        """How specific the selector is, where it means the whole page; 0 where it does not."""
        known = {":root": 10, "html": 1}
        found = [known.get(part.strip().lower(), 0) for part in self.selector.split(",")]
        return max(found)

    def holds(self, scheme: Scheme) -> bool | None:
        """Whether a reader with these settings gets it. None where that depends on something else."""
        return _all([None if query is None else matches(query, scheme) for query in self.media])

    @property
    def on_screen(self) -> bool:
        """Whether it may hold on a screen whose colors the site chooses."""
        return any(self.holds(scheme) is not False for scheme in SCHEMES if scheme.medium == "screen")


def declarations(styles: Styles) -> list[Declared]:
    """Every declaration of a text, in its order. What a browser would pass over is passed over."""
    sheet = tinycss2.parse_stylesheet(styles.text, skip_comments=True, skip_whitespace=True)
    return list(_walk(sheet, "", (), styles))


def _walk(nodes: Iterable[Any], selector: str, media: tuple[str | None, ...], styles: Styles) -> Iterator[Declared]:
    for node in nodes:
        if node.type == "declaration":
            value = tinycss2.serialize(node.value).strip()
            place = Place(styles.file, node.source_line, node.source_column)
            yield Declared(
                node.name, value, node.value, selector, media, node.important, place, styles.rank, styles.setting
            )
        elif node.type == "qualified-rule":
            own = tinycss2.serialize(node.prelude).strip()
            inside = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
            yield from _walk(inside, f"{selector} {own}".strip(), media, styles)
        elif node.type == "at-rule" and node.content is not None:
            known = node.lower_at_keyword == "media"
            if known or node.lower_at_keyword in ("supports", "layer", "container", "scope", "starting-style"):
                read = tinycss2.parse_blocks_contents if selector else tinycss2.parse_rule_list
                inside = read(node.content, skip_comments=True, skip_whitespace=True)
                query = tinycss2.serialize(node.prelude).strip() if known else None
                yield from _walk(inside, selector, (*media, query), styles)


# media queries, with three answers: yes, no, and None for what depends on more than the settings


@cache
def matches(query: str, scheme: Scheme) -> bool | None:
    """Whether a list of media queries holds."""
    tokens = [t for t in tinycss2.parse_component_value_list(query, skip_comments=True) if t.type != "whitespace"]
    parts: list[list[Any]] = [[]]
    for each in tokens:
        if each == ",":
            parts.append([])
        else:
            parts[-1].append(each)
    return _any([_query(part, scheme) for part in parts])


def _query(tokens: Tokens, scheme: Scheme) -> bool | None:
    if tokens and _word(tokens[0]) == "not":
        inner = _query(tokens[1:], scheme)
        return None if inner is None else not inner
    found: list[bool | None] = []
    for token in tokens:
        word = _word(token)
        if token.type == "() block":
            found.append(_condition([t for t in token.content if t.type != "whitespace"], scheme))
        elif not word:
            return None
        elif word not in ("and", "or", "only"):
            found.append(word in ("all", scheme.medium))
    return (_any if any(_word(token) == "or" for token in tokens) else _all)(found)


def _condition(tokens: Tokens, scheme: Scheme) -> bool | None:
    if tokens and (tokens[0].type == "() block" or _word(tokens[0]) == "not"):
        return _query(tokens, scheme)
    name = _word(tokens[0]) if tokens else ""
    if name not in scheme.features:
        return None
    if len(tokens) == 1:
        return scheme.features[name] not in ("no-preference", "none")
    return _word(tokens[-1]) == scheme.features[name] if len(tokens) == 3 and tokens[1] == ":" else None


def _word(token: Any) -> str:
    return str(token.lower_value) if token.type == "ident" else ""


def _any(found: Sequence[bool | None]) -> bool | None:
    return True if True in found else None if None in found else False


def _all(found: Sequence[bool | None]) -> bool | None:
    return False if False in found else None if None in found else True


# colors


@dataclass(frozen=True)
class Cascade:
    """Values of custom properties of the whole page under one reader's settings. `declared` are in the order in which pages carry
    them."""

    declared: Sequence[Declared]
    scheme: Scheme
    winners: Mapping[str, Declared] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, tuple[bool, int, Declared]] = {}
        for each in self.declared:
            if each.at_root and each.holds(self.scheme):
                rank = each.important, each.at_root
                if each.name not in found or rank >= found[each.name][:2]:
                    found[each.name] = (*rank, each)
        object.__setattr__(self, "winners", {name: each for name, (_, _, each) in found.items()})

    def color(self, name: str, seen: frozenset[str] = frozenset()) -> tuple[Color, float] | None:
        """The color that a custom property (without its hyphens) comes to, and how much of it covers, from 0 to 1. None where there is
        no value, or one that is not understood here."""
        winner = self.winners.get(f"--{name}")
        return None if winner is None or name in seen else self._of(winner.tokens, seen | {name})

    def _of(self, tokens: Tokens, seen: frozenset[str]) -> tuple[Color, float] | None:
        plain = [token for token in tokens if token.type not in ("whitespace", "comment")]
        if len(plain) != 1:
            return None
        if plain[0].type == "function" and plain[0].lower_name == "var":
            name, rest = taken_apart(plain[0])
            return self.color(name, seen) or (self._of(rest, seen) if f"--{name}" not in self.winners else None)
        return understood(plain[0], dark=self.scheme.dark)


def taken_apart(var: Any) -> tuple[str, Tokens]:
    """The name in a ``var()``, without its hyphens, and what stands in for it where it has no value."""
    inside = [token for token in var.arguments if token.type not in ("whitespace", "comment")]
    name = inside[0].value.removeprefix("--") if inside and inside[0].type == "ident" else ""
    return name, inside[2:]


def understood(token: Any, *, dark: bool = False) -> tuple[Color, float] | None:
    """A color and how much of it covers. None for what is none, for names that stand for another color, and for those outside sRGB."""
    try:
        found = color5.parse_color(token, ("dark" if dark else "light",))
        if found is None or found == "currentcolor":
            return None
        red, green, blue = (min(max(part, 0.0), 1.0) for part in found.to("srgb").coordinates)
    except (NotImplementedError, TypeError, ValueError, LookupError):
        return None  # a space that it knows and cannot convert, or a function with too little in it
    return (red, green, blue), float(found.alpha)
