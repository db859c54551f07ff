"""What a score can be, and what only its numbers can show to be wrong with it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from ebbtide.model.questionnaire_parts import Score
from ebbtide.problem import Place
from ebbtide.selfcheck.domains import Blanks, Domain, divided, extreme, joined, of_values, rounded, shifted, summed
from ebbtide.selfcheck.form import Item, Scope
from ebbtide.selfcheck.lower_conditions import number
from ebbtide.selfcheck.lower_ranges import check_whole
from ebbtide.selfcheck.lower_scores import THEN, LoweredScore
from ebbtide.selfcheck.names import Desk
from ebbtide.selfcheck.ranges import Exact, Range, exact, parse_range

RULES = {
    "divide-by-zero": "A ratio whose second part can be 0 says what it is then.",
    "steps-hole": "Steps say what every possible value becomes.",
    "table-hole": "A table has a row for every score that is looked up in it.",
}

_LIMIT = 10**12


def domain_of(desk: Desk, item: Item[Score], lowered: LoweredScore) -> Domain | None:
    """What the score can be, and what only its numbers can show to be wrong; scores that it uses come first."""
    score, way = item.model, lowered.way
    parts: list[Domain] = []
    for name, times, plus in lowered.terms:
        if name is None:
            parts.append(of_values([plus]))
            continue
        known = within(desk, name, item.scope)
        if known is None:
            return None
        parts.append(shifted(known, times, plus))
    if way == "count":
        parts = [of_values([0, 1])] * len(lowered.data["of"])
    if not way or not parts or (way in ("ratio", "minutes_between") and len(parts) < 2):
        return None
    found = _worked(desk, item, lowered, parts)
    if found is None:
        return None
    if score.round is not None and score.round.how != "exact" and score.round.to > 0:
        found = rounded(found, score.round.how, exact(score.round.to))
    absent = found.absent or item.scope is not None
    if found.absent and score.not_asked is None:
        desk.droppable.add(item.id)
    if score.not_asked is not None:
        found, absent = joined([found, of_values([exact(score.not_asked)])], absent=False), False
    found = Domain(found.low, found.high, found.grid, found.values, absent)
    said = any(problem.rule == "round-missing" and problem.place in _rounds(desk, item) for problem in desk.problems)
    if (found.grid == 0 or 10**6 % found.grid) and not said:
        hint = "Add round:, as in {how: nearest, to: 0.1}."
        desk.problem(desk.form.key(item), "round-missing", "the score can have more than 6 decimals.", hint)
    if found.high > _LIMIT or found.low < -_LIMIT:
        desk.problem(
            desk.form.key(item),
            "too-large",
            "the score can grow beyond a million million.",
            "Work with smaller numbers.",
        )
    return found


def _rounds(desk: Desk, item: Item[Score]) -> list[Place]:
    """Where the absence of a rounding rule, or its shape, may already have been reported."""
    return [desk.form.key(item), desk.form.key(item, "blank"), desk.form.place(item, "round")]


def _worked(desk: Desk, item: Item[Score], lowered: LoweredScore, parts: list[Domain]) -> Domain | None:
    score, way = item.model, lowered.way
    rule = score.blank
    blanks = None
    if rule is not None:
        to = exact(rule.round.to) if rule.round and rule.round.to > 0 else 1
        blanks = Blanks(
            rule.allow, THEN[rule.then], exact(rule.value or 0), rule.round.how if rule.round else "exact", to
        )
    if way in ("add", "count", "average", "subtract", "multiply"):
        return shifted(summed(parts, blanks, mean=way == "average"), 1, lowered.plus)
    if way in ("largest", "smallest"):
        return extreme(parts, "max" if way == "largest" else "min", blanks)
    if way == "minutes_between":
        return Domain(0, 1439, 1, frozenset(range(1440)), any(part.absent for part in parts))
    if way == "ratio":
        bottom = parts[1]
        meets_zero = 0 in bottom.values if bottom.values is not None else bottom.low <= 0 <= bottom.high
        zero = exact(score.if_zero) if isinstance(score.if_zero, Decimal) else None
        if bottom.low == bottom.high == 0:
            message = "the number below the line is always 0."
            desk.problem(desk.form.key(item), "divide-by-zero", message, "Name another question or score.")
            return None
        if meets_zero and score.if_zero is None:
            hint = "Add if_zero: with the number that the score is then, or blank."
            desk.problem(desk.form.key(item), "divide-by-zero", "the number below the line can be 0.", hint)
        return divided(parts[0], bottom, zero)
    return _looked_up(desk, item, lowered, parts[0])


def _looked_up(desk: Desk, item: Item[Score], lowered: LoweredScore, start: Domain) -> Domain | None:
    way, rows = lowered.way, lowered.data["rows"]
    ranges = [
        Range(_end(low), _end(high), bool(bits & 1), bool(bits & 2))
        for _, low, high, bits in ([*written, 0][:4] for written in rows)
    ]
    if len(rows) < lowered.written:
        return None  # a row that cannot be read has been reported, and what it would have held is not known
    if not rows:
        message = "there is no step." if way == "steps" else "the table has no row."
        desk.problem(
            desk.form.key(item, way), "steps-hole" if way == "steps" else "table-hole", message, "Write at least one."
        )
        return None
    if way == "steps":
        parsed = [(i, r, t) for i, t in enumerate(item.model.steps or {}) if (r := parse_range(t)) is not None]
        check_whole(desk, item, start, parsed, "steps")
    if (hole := start.uncovered(ranges)) is not None:
        what = "no step" if way == "steps" else "no row of the table"
        message = f"{what} says what {number(hole)} becomes, and {item.model.of} can be that."
        desk.problem(
            desk.form.key(item, way), "steps-hole" if way == "steps" else "table-hole", message, f"Add {number(hole)}."
        )
    held = [
        _end(data[0])
        for data, found in zip(rows, ranges, strict=True)
        if start.values is None or any(found.holds(value) for value in start.values)
    ]
    values = [value for value in held if value is not None]
    return of_values(values, absent=start.absent) if values else None


def _end(written: Any) -> Exact | None:
    return None if written is None else exact(Fraction(str(written)))


def within(desk: Desk, name: str, scope: Scope | None) -> Domain | None:
    """What a question or score can be, seen from a score: inside its own block, a thing has been chosen."""
    found = desk.domains.get(name)
    if found is None or scope is None or not name.startswith(f"{scope.block}.{scope.thing}."):
        return found
    return Domain(found.low, found.high, found.grid, found.values, name in desk.droppable)
