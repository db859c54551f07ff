"""Ranges in a plan: the keys of steps, bands and cut-offs, read and judged, and written as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ebbtide.selfcheck.domains import Domain
from ebbtide.selfcheck.form import Item
from ebbtide.selfcheck.lower_conditions import number
from ebbtide.selfcheck.names import Desk
from ebbtide.selfcheck.ranges import Range, parse_range

RULES = {
    "range-shape": "Every range is written in one of the known forms.",
    "range-reversed": "Every range runs from its lower to its higher end.",
    "range-overlap": "No two ranges of one list hold the same number.",
    "whole-range": "A score that is not always whole has ranges without holes between whole numbers.",
}


def row(result: Any, found: Range) -> list[Any]:
    """A row of the plan: see `ebbtide.selfcheck.plan`."""
    ends = [None if end is None else number(end) for end in (found.low, found.high)]
    bits = (1 if found.low_open else 0) + (2 if found.high_open else 0)
    return [result, *ends, bits] if bits else [result, *ends]


def parse_ranges(desk: Desk, item: Item[Any], ranges: Mapping[str, Any], *loc: str) -> list[tuple[int, Range, str]]:
    """The ranges that the keys of `ranges` write: index, range and key; what is wrong with them goes to the desk."""
    found: list[tuple[int, Range, str]] = []
    for index, text in enumerate(ranges):
        where = desk.form.key(item, *loc, text)
        parsed = parse_range(text)
        if parsed is None:
            hint = "Write it as in 0-4, 8 to below 11, above 8 to 11, below 5, 20 or more, or 7."
            desk.problem(where, "range-shape", f"{text!r} is not a range.", hint)
            continue
        if parsed.empty:
            desk.problem(where, "range-reversed", f"the range {text} holds no number.", "Put the lower end first.")
            continue
        for _, other, other_text in found:
            if parsed.meets(other):
                desk.problem(
                    where,
                    "range-overlap",
                    f"the ranges {other_text} and {text} share numbers.",
                    "Change one of their ends.",
                )
        found.append((index, parsed, text))
    return found


def check_whole(
    desk: Desk, item: Item[Any], domain: Domain | None, ranges: Sequence[tuple[int, Range, str]], *loc: str
) -> None:
    """A hyphen between whole numbers says nothing of 4.5."""
    if domain is None or domain.whole or domain.grid == 0:
        return
    for _, found, text in ranges:
        above = [
            other.low
            for _, other, _ in ranges
            if other.low is not None and found.high is not None and other.low > found.high
        ]
        if found.whole and found.low is not None and above:
            message = f"the score is not always whole, and {text} leaves out what lies between it and the next range."
            hint = f"Write {number(found.low)} to below {number(min(above))}, or round the score."
            desk.problem(desk.form.key(item, *loc, text), "whole-range", message, hint)
