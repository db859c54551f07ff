"""FHIRPath as text, with what is known already worked out.

An expression is what it is in Python where it is known at build time: a whole number, True, False, or None for the empty
collection, which in FHIRPath is also the third truth, *unknown*. All else is text that can stand as an operand anywhere: a
variable, a call, or something in brackets. FHIRPath 2.0 (``and``, ``or`` and ``not()`` with three truths; an operator on an empty
operand is empty; ``iif`` takes its last part where its condition is empty) says what the text means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

Expr = str | int | None
"""A whole number, a truth, the empty collection (None), or text."""

_FOLD = "aggregate(iif($total.empty(), $this, iif($this {sign} $total, $this, $total)))"


def write(expr: Expr) -> str:
    """The expression as text."""
    if expr is None:
        return "{}"
    if isinstance(expr, bool):
        return "true" if expr else "false"
    if isinstance(expr, int):
        return str(expr) if expr >= 0 else f"(-{-expr})"
    return expr


def quoted(text: str) -> str:
    """A string literal."""
    for raw, coded in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(raw, coded)
    return f"'{text}'"


def same(a: Expr, b: Expr) -> bool:
    """Whether two expressions are written alike; True is not 1."""
    return type(a) is type(b) and a == b


def iif(condition: Expr, then: Expr, otherwise: Expr) -> Expr:
    """One or the other; `otherwise` also where the condition is unknown."""
    if not isinstance(condition, str):
        return then if condition else otherwise
    if same(then, otherwise):
        return then
    return f"iif({condition}, {write(then)}, {write(otherwise)})"


def sure(truth: Expr) -> Expr:
    """Whether a truth is true; false where it is unknown."""
    return truth if isinstance(truth, str) and is_sure(truth) else iif(truth, True, False)


def is_sure(text: str) -> bool:
    """Whether a text can be seen to be true or false, never unknown."""
    return text.endswith((".exists()", ".empty()", ", true, false)", ", false, true)"))


def negated(truth: Expr) -> Expr:
    if truth is None:
        return None
    return f"{truth}.not()" if isinstance(truth, str) else not truth


def every(truths: Iterable[Expr]) -> Expr:
    """``and`` of three truths each."""
    return _joined(list(truths), "and", False)


def some(truths: Iterable[Expr]) -> Expr:
    """``or`` of three truths each."""
    return _joined(list(truths), "or", True)


def _joined(truths: list[Expr], word: str, stop: bool) -> Expr:
    if any(truth is stop for truth in truths):
        return stop
    left = [truth for truth in dict.fromkeys(truths) if isinstance(truth, str) or truth is None]
    if not left:
        return not stop
    if len(left) == 1:
        return left[0]
    return f"({f' {word} '.join(map(write, left))})"


def exists(expr: Expr) -> Expr:
    """Whether it is anything at all."""
    return f"{expr}.exists()" if isinstance(expr, str) else expr is not None


def added(terms: Iterable[Expr]) -> Expr:
    """The sum of numbers; empty where one of them is."""
    terms = list(terms)
    if None in terms:
        return None
    known = sum(term for term in terms if isinstance(term, int))
    texts = [term for term in terms if isinstance(term, str)]
    if not texts:
        return known
    if known > 0:
        texts.append(str(known))
    said = " + ".join(texts) + (f" - {-known}" if known < 0 else "")
    return f"({said})" if len(texts) > 1 or known < 0 else texts[0]


def times(expr: Expr, factor: int) -> Expr:
    """A multiple of a number."""
    if expr is None or factor == 1:
        return expr
    return f"({expr} * {write(factor)})" if isinstance(expr, str) else expr * factor


def product(a: Expr, b: Expr) -> Expr:
    if isinstance(b, int):
        return times(a, b)
    if isinstance(a, int):
        return times(b, a)
    return None if a is None or b is None else f"({a} * {b})"


def compared(sign: str, a: Expr, b: Expr) -> Expr:
    """A comparison of two numbers; unknown where one is empty."""
    if a is None or b is None:
        return None
    if isinstance(a, int) and isinstance(b, int):
        return {">=": a >= b, ">": a > b, "<": a < b, "<=": a <= b, "=": a == b, "!=": a != b}[sign]
    return f"({write(a)} {sign} {write(b)})"


def floored(top: Expr, bottom: Expr, least: int) -> Expr:
    """The whole part of top / bottom, rounded down. `bottom` is 1 or more, and `top` never below `least`.

    ``div`` cuts off, which below 0 is not rounding down, so both are moved above 0 first.
    """
    if isinstance(top, int) and isinstance(bottom, int):
        return top // bottom
    if same(bottom, 1) or top is None or bottom is None:
        return top if same(bottom, 1) else None
    if least >= 0:
        return f"({write(top)} div {write(bottom)})"
    shift = -least if isinstance(bottom, str) else -(least // bottom)
    return f"(({write(added([top, times(bottom, shift)]))} div {write(bottom)}) - {shift})"


def extreme(word: str, exprs: Iterable[Expr]) -> Expr:
    """The ``min`` or ``max`` of what there is of some numbers; empty where there is none."""
    found = [expr for expr in dict.fromkeys(exprs) if expr is not None]
    numbers = [expr for expr in found if isinstance(expr, int)]
    texts = [expr for expr in found if isinstance(expr, str)]
    pick = min if word == "min" else max
    if not texts:
        return pick(numbers) if numbers else None
    parts = [*texts, *([write(pick(numbers))] if numbers else [])]
    if len(parts) == 1:
        return parts[0]
    return f"({' | '.join(parts)}).{_FOLD.format(sign='<' if word == 'min' else '>')}"


def combined(exprs: Iterable[Expr]) -> Expr:
    """What there is of some expressions, as one collection that keeps those that are equal."""
    first, *others = [write(expr) for expr in exprs if expr is not None] or ["{}"]
    return first + "".join(f".combine({expr})" for expr in others)


def compared_text(expr: str, text: str) -> Expr:
    """Whether a string expression is this text; unknown where it is empty."""
    return f"({expr} = {quoted(text)})"


def names(text: str) -> set[str]:
    """The variables that a text names."""
    return set(re.findall(r"%([A-Za-z][A-Za-z0-9]*)", text))
