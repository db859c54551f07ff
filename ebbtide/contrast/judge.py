"""Whether the colors of a look stand apart as they must, whoever chose them, and whether every color in it is one that can be judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from ebbtide.contrast.color import Color, as_hex, laid, luminance, nearest_that, ratio, told
from ebbtide.contrast.pairs import NAMES, PAIRS, Pair
from ebbtide.contrast.styles import SCHEMES, Cascade, Declared, Scheme, Tokens, declarations, taken_apart, understood
from ebbtide.model.base import nearest
from ebbtide.model.page import Styles
from ebbtide.problem import Place, Places, Problem

RULES: Mapping[str, str] = {
    "contrast": "Text stands out from what it stands on by 7 to 1, and what marks something by 3 to 1: light, dark, with more contrast, and in print.",
    "color-name": "A name under colors or dark_colors is one that the styles use for a color.",
    "color-value": "Every color in the styles has a name of tokens.css and a value that can be understood, so that its contrast is known.",
}

Look = Sequence[Styles]
"""The styles of one kind of page, in the order in which it carries them."""


def run(looks: Iterable[Look], settings: Mapping[str, Iterable[str]], places: Places) -> list[Problem]:
    """Every problem with the colors of `looks`. `settings` are the names given in each field of the site's settings (``colors``,
    ``dark_colors``), and `places` say where."""
    parts: dict[Styles, list[Declared]] = {}
    wholes: list[list[Declared]] = []
    for look in looks:
        for styles in look:
            if styles not in parts:
                parts[styles] = [_placed(each, places) for each in declarations(styles)]
        wholes.append([each for styles in look for each in parts[styles]])
    every = list(dict.fromkeys(each for whole in wholes for each in whole))
    used = {name for each in every for name in _variables(each.tokens)}
    known = _known(every, used)
    # Most kinds of page differ in nothing of this, and are judged once.
    colors = list(
        dict.fromkeys(tuple(one for one in whole if one.name[:2] == "--" and one.at_root) for whole in wholes)
    )
    problems = [*_unknown(settings, known, places), *_unjudged(every, known)]
    failures = [failure for declared in colors for failure in _failures(declared)]
    problems += [*_short(failures), *(lack for declared in colors for lack in _lacking(declared, used))]
    return list(dict.fromkeys(problems))


def _placed(each: Declared, places: Places) -> Declared:
    """Settings became styles on the way; a problem stands where a person wrote them."""
    if not each.setting:
        return each
    return replace(each, place=places.at(each.setting, each.name.removeprefix("--")))


# pairs


@dataclass(frozen=True)
class _Failure:
    """A pair that does not stand apart: with which colors, for whom, and whose declaration is to be changed."""

    pair: Pair
    cascade: Cascade
    front: Color
    ground: Color
    changed: str
    blamed: Declared

    @property
    def contrast(self) -> float:
        return ratio(self.front, self.ground)


def _failures(declared: Sequence[Declared]) -> Iterator[_Failure]:
    for scheme in SCHEMES:
        cascade = Cascade(declared, scheme)
        for pair in _met(scheme):
            colors = seen(pair, cascade)
            if colors is not None and ratio(*colors) < pair.least:
                # Who changed one color of two must not be told to change the other, which was good with what it stood on before.
                named = [(cascade.winners[f"--{name}"].rank, at, name) for at, name in enumerate(pair.names)]
                changed = min(named)[2]
                yield _Failure(pair, cascade, *colors, changed, cascade.winners[f"--{changed}"])


def _met(scheme: Scheme) -> list[Pair]:
    return [pair for pair in PAIRS if (pair.shown if scheme.medium == "screen" else pair.printed)]


def seen(pair: Pair, cascade: Cascade, other: Mapping[str, Color] = MappingProxyType({})) -> tuple[Color, Color] | None:
    """The two colors of a pair as a reader sees them, where `other` colors stand in for those of the styles. None where one is not
    known, or where something unknown shines through the ground."""
    found = {name: (other[name], 1.0) if name in other else cascade.color(name) for name in pair.names}
    front, ground = found[pair.front], found[pair.ground]
    if front is None or ground is None or ground[1] < 1:
        return None
    below = ground[0]
    if pair.thin:
        between = found[pair.thin[0]]
        if between is None:
            return None
        below = laid(between[0], between[1] * pair.thin[1], below)
    return laid(front[0], front[1], below), below


def _short(failures: Sequence[_Failure]) -> Iterator[Problem]:
    """One problem for each color that has to be changed, with the pair that falls shortest, and the others by name."""
    grouped: dict[Declared, list[_Failure]] = {}
    for failure in failures:
        grouped.setdefault(failure.blamed, []).append(failure)
    for blamed, group in grouped.items():
        worst = min(group, key=lambda failure: failure.contrast / failure.pair.least)
        pair = worst.pair
        said = (
            f"{pair.front} ({as_hex(worst.front)}) on {pair.on} ({as_hex(worst.ground)}) has a contrast of {told(worst.contrast)}"
            f" {worst.cascade.scheme.name}; {pair.least:g} to 1 is needed."
        )
        others = dict.fromkeys(_as_pair(failure) for failure in group if failure is not worst)
        others.pop(_as_pair(worst), None)
        if others:
            shown = [*list(others)[:_SHOWN], *([f"{len(others) - _SHOWN} more"] if len(others) > _SHOWN else [])]
            said += f" So it is with {_listed(shown)}."
        yield Problem(blamed.place, "error", "contrast", said, _remedy(worst, [each.cascade for each in group]))


_SHOWN = 4
"""Pairs that one sentence can name before nobody reads it."""


def _as_pair(failure: _Failure) -> str:
    return f"{failure.pair.front} on {failure.pair.on}"


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _remedy(worst: _Failure, cascades: Sequence[Cascade]) -> str:
    """A color that would do, for somebody without a designer: the same hue, as much darker or lighter as it takes for every pair in
    which the color stands, wherever this declaration holds."""
    name = worst.changed
    within = [
        cascade
        for scheme in SCHEMES
        for cascade in (Cascade(worst.cascade.declared, scheme),)
        if cascade.winners.get(f"--{name}") == worst.blamed
    ] or list(cascades)

    def fits(color: Color) -> bool:
        return all(
            colors is None or ratio(*colors) >= pair.least
            for cascade in within
            for pair in _met(cascade.scheme)
            if name in pair.names
            for colors in (seen(pair, cascade, {name: color}),)
        )

    now = worst.cascade.color(name)
    found = nearest_that(fits, now[0]) if now else None
    if now is None or found is None:
        other = next(each for each in worst.pair.names if each != name)
        return f"No color of this hue would do: change {other} as well."
    written = f'{name}: "{as_hex(found)}"' if worst.blamed.setting else f"--{name}: {as_hex(found)}"
    way = "darker" if luminance(found) < luminance(now[0]) else "lighter"
    return f"A {way} color of the same hue would do: {written}."


# what cannot be judged


def _lacking(declared: Sequence[Declared], used: set[str]) -> Iterator[Problem]:
    """Colors of the table without a value, or with one that is not understood here."""
    tokens = next((each.place.path for each in declared if not each.setting), "")
    cascades = [Cascade(declared, scheme) for scheme in SCHEMES]
    for name in NAMES:
        found = [(cascade.scheme.name, cascade.winners.get(f"--{name}"), cascade.color(name)) for cascade in cascades]
        without = [scheme for scheme, winner, _ in found if winner is None]
        if without and name in used and tokens:
            said = f"The styles use {name}, which has no color {_listed(without)}."
            hint = f"Write --{name} and a color among the other colors there."
            yield Problem(Place(tokens), "error", "contrast", said, hint)
        for _, winner, color in found:
            if winner is None:
                continue
            if color is None:
                said = f"{name} is {winner.value}, whose contrast cannot be worked out."
                yield Problem(winner.place, "warning", "color-value", said, _PLAIN)
            elif color[1] < 1 and any(pair.ground == name for pair in PAIRS):
                said = f"{name} is {winner.value}, which lets shine through what lies below it."
                yield Problem(winner.place, "warning", "color-value", said, _PLAIN)


_PLAIN = "Write # and six hexadecimal digits."


def _known(every: Sequence[Declared], used: set[str]) -> set[str]:
    """Names that settings may give a color to: those of the table, and what styles use without saying that it is something else."""
    others = {  # measures, and names that a part of a page has for one of these colors
        each.name.removeprefix("--")
        for each in every
        if each.name[:2] == "--" and not each.setting and not (each.at_root and any(_colors(each.tokens)))
    }
    return set(NAMES) | (used - others)


def _unknown(settings: Mapping[str, Iterable[str]], known: set[str], places: Places) -> Iterator[Problem]:
    """Names in the settings that color nothing."""
    for field, names in settings.items():
        for name in names:
            if name not in known:
                said = f"{field} gives a color to {name}, which no style uses."
                yield Problem(places.key(field, name), "error", "color-name", said, nearest(name, known))


def _unjudged(every: Sequence[Declared], known: set[str]) -> Iterator[Problem]:
    """Colors that stand in the styles themselves, and what makes a color another one after all."""
    painted = {name for each in every if _paints(each) for name in _variables(each.tokens)} - set(NAMES)
    for each in every:
        name = each.name.removeprefix("--")
        if not each.on_screen or (each.setting and name not in known):
            continue
        if name in NAMES and each.name[:2] == "--":
            yield from _partial(each, name)
        elif _paints(each) or (each.name[:2] == "--" and name in painted):
            for found in _colors(each.tokens):
                if not isinstance(found, str):
                    shown = found.serialize().strip()
                    yield Problem(
                        each.place, "warning", "color-value", f"{name} is given the color {shown} itself, and nothing shows what that stands on.",
                        "Take a color by its name in tokens.css, as in var(--ink).",
                    )  # fmt: skip
        elif each.name in _ALTERS and ":disabled" not in each.selector and each.value not in _UNALTERED:
            yield Problem(
                each.place, "warning", "color-value", f"{name} changes colors after they were chosen, and their contrast with them.",
                "Take a color by its name in tokens.css instead, as in var(--quiet).",
            )  # fmt: skip


def _partial(each: Declared, name: str) -> Iterator[Problem]:
    """A color that changes for a part of a page, or with something else than the reader's settings."""
    if not each.at_root:
        said = f"{name} gets another color for {each.selector} alone, whose contrast is not worked out."
        yield Problem(each.place, "warning", "color-value", said, "Give each color one value for the whole page.")
    elif any(each.holds(scheme) is None for scheme in SCHEMES):
        said = f"{name} gets another color under a condition that is not known here, so its contrast is not worked out."
        yield Problem(each.place, "warning", "color-value", said, "Ask only for light or dark, and for more contrast.")


_PAINT = ("background", "border", "outline", "column-rule", "text-decoration", "text-emphasis")
_PAINTS = frozenset(
    "color fill stroke box-shadow text-shadow accent-color caret-color stop-color flood-color scrollbar-color".split()
)
_ALTERS = frozenset("opacity filter backdrop-filter mix-blend-mode background-blend-mode".split())
_UNALTERED = frozenset("1 100% none normal inherit initial unset".split())
_SYSTEM = frozenset(
    "accentcolor accentcolortext activetext buttonborder buttonface buttontext canvas canvastext field fieldtext graytext highlight"
    " highlighttext linktext mark marktext selecteditem selecteditemtext visitedtext".split()
)
"""CSS Color 4: colors of the reader's system, which only forced colors make sure of."""
_FUNCTIONS = frozenset(
    "rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark device-cmyk contrast-color".split()
)


def _paints(each: Declared) -> bool:
    shape = each.name.endswith(("radius", "width", "style", "spacing", "collapse", "size", "thickness", "offset"))
    return each.name in _PAINTS or (each.name.startswith(_PAINT) and each.name not in _ALTERS and not shape)


def _colors(tokens: Tokens) -> Iterator[Any]:
    """What a value takes its colors from: names of custom properties as texts, and colors themselves as tokens."""
    for token in tokens:
        if token.type == "function" and token.lower_name == "var":
            name, rest = taken_apart(token)
            yield name
            yield from _colors(rest)
        elif token.type == "function" and token.lower_name in _FUNCTIONS:
            yield token
        elif token.type == "function":
            yield from _colors(token.arguments)
        elif token.type == "hash" or (token.type == "ident" and _is_color(token)):
            yield token


def _is_color(token: Any) -> bool:
    if token.lower_value in _SYSTEM:
        return True
    found = understood(token)
    return found is not None and found[1] > 0


def _variables(tokens: Tokens) -> Iterator[str]:
    """Names of all custom properties in a value, wherever in it."""
    for token in tokens:
        if token.type == "function":
            if token.lower_name == "var":
                yield taken_apart(token)[0]
            yield from _variables(token.arguments)
        elif token.type == "() block":
            yield from _variables(token.content)
