"""Conditions: the tree -> the plan's arrays, with every name looked up and every comparison judged for sense."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ebbtide.model.base import nearest
from ebbtide.problem import Loc
from ebbtide.selfcheck.conditions import (
    Compare,
    Constant,
    Each,
    Includes,
    Is,
    Join,
    Name,
    Quantity,
    Sign,
    Tree,
    Trouble,
    parse_comparison,
    parse_condition,
)
from ebbtide.selfcheck.form import Scope
from ebbtide.selfcheck.names import Desk, pointed, resolve, resolve_one, sort_of
from ebbtide.selfcheck.ranges import Exact

Condition = list[Any]
TRUE: Condition = ["and"]
FALSE: Condition = ["or"]
NEVER: Condition = FALSE
"""What stands in for a condition that could not be read; a plan with a problem is never handed out."""


def number(value: Exact) -> int | str:
    """A number as a plan writes it: an integer, or a decimal in text."""
    if isinstance(value, int):
        return value
    places = 0
    scaled: Fraction | int = value
    while scaled.denominator != 1:
        scaled, places = scaled * 10, places + 1
        if places > 12:
            return str(value)  # a third, say: the score has been refused, and its plan is never handed out
    digits = f"{abs(scaled.numerator):0{places + 1}d}"
    return f"{'-' if scaled < 0 else ''}{digits[:-places]}.{digits[-places:]}"


@dataclass
class Lowered:
    """A condition of the plan and the full ids that it reads."""

    condition: Condition
    reads: list[str] = field(default_factory=list)


def lower_condition(desk: Desk, text: str, loc: Loc, scope: Scope | None) -> Lowered:
    """The condition that `text` writes; what is wrong with it goes to the desk."""
    lowering = _Lowering(desk, loc, scope)
    try:
        tree = parse_condition(text)
    except Trouble as trouble:
        desk.trouble(loc, trouble)
        return Lowered(NEVER)
    return Lowered(lowering.tree(tree), lowering.reads)


def lower_item(desk: Desk, text: str, where: str | None, loc: Loc, scope: Scope | None) -> list[Lowered]:
    """An item of a `count`: a condition, or a name (one, or one for each thing) that `where` compares.

    `loc` is the item's, below the score's; what is wrong with `where` is said at the score's `where`.
    """
    if " " in text.strip():
        return [lower_condition(desk, text, loc, scope)]
    name = text.strip()
    if where is None:
        hint = f'Write {name} >= 1 here, or add where: ">= 1".'
        desk.trouble(loc, Trouble(0, f"nothing says when {name} counts.", hint))
        return [Lowered(NEVER)]
    lowering = _Lowering(desk, loc, scope)
    found: list[Lowered] = []
    try:
        fulls = resolve(desk.form, scope, name)
    except Trouble as trouble:
        desk.trouble(loc, trouble)
        return [Lowered(NEVER)]
    try:
        sign, right = parse_comparison(where)
        for full in fulls:
            condition = lowering.compare(Name(full, _IN_ITEM), sign, right, 0)
            found.append(Lowered(condition, [full, *lowering.reads]))
    except Trouble as trouble:
        if trouble.at == _IN_ITEM:
            trouble.at = 0
            desk.trouble(loc, trouble)
        else:
            desk.trouble((*loc[:-2], "where"), trouble)
        return [Lowered(NEVER)]
    return found


_IN_ITEM = -1
"""The column of a name that stands in an item of a `count`, and not in the comparison of its `where`."""


class _Lowering:
    def __init__(self, desk: Desk, loc: Loc, scope: Scope | None) -> None:
        self.desk, self.loc, self.scope = desk, loc, scope
        self.reads: list[str] = []

    def say(self, trouble: Trouble) -> Condition:
        self.desk.trouble(self.loc, trouble)
        return NEVER

    def guarded(self, work: Callable[[], Condition]) -> Condition:
        """One wrong part of a condition does not hide another."""
        try:
            return work()
        except Trouble as trouble:
            return self.say(trouble)

    def tree(self, tree: Tree) -> Condition:
        match tree:
            case Join(word, parts):
                lowered = [self.tree(part) for part in parts]
                return [word, *lowered]
            case Compare(left, sign, right, at):
                return self.guarded(lambda: self.compare(left, sign, right, at))
            case Is():
                return self.guarded(lambda: self.is_(tree, tree.name))
            case Includes(name, options, all_of):
                return self.guarded(lambda: self.includes(name, options, all_of))
            case Each():
                return self.guarded(lambda: self.each(tree))
        raise AssertionError(tree)

    def full(self, name: Name) -> str:
        try:
            found = resolve_one(self.desk.form, self.scope, name.text)
        except Trouble as trouble:
            raise Trouble(name.at, trouble.message, trouble.hint, trouble.rule) from None
        self.reads.append(found)
        return found

    def fulls(self, names: Sequence[Name]) -> list[tuple[str, Name]]:
        found: list[tuple[str, Name]] = []
        for name in names:
            try:
                found += [(full, name) for full in resolve(self.desk.form, self.scope, name.text)]
            except Trouble as trouble:
                raise Trouble(name.at, trouble.message, trouble.hint, trouble.rule) from None
        self.reads += [full for full, _ in found]
        return found

    def compare(self, left: Quantity, sign: Sign, right: Quantity, at: int) -> Condition:
        if isinstance(left, Constant) and isinstance(right, Constant):
            raise Trouble(
                at,
                "two numbers are compared, and no answer.",
                "Name a question or a score on one side.",
                "condition-type",
            )
        kinds = (self.clock(left), self.clock(right))
        for side, mine, other in ((left, *kinds), (right, kinds[1], kinds[0])):
            if isinstance(side, Constant) and other == "clock" and not side.clock:
                raise Trouble(
                    side.at,
                    "a time is compared with a plain number.",
                    "Write hours and minutes, as in 22:30.",
                    "condition-type",
                )
            if isinstance(side, Constant) and side.clock and other != "clock":
                raise Trouble(
                    side.at, "a number is compared with a clock time.", "Write a plain number.", "condition-type"
                )
            del mine
        a, b = self.quantity(left), self.quantity(right)
        if sign in ("<", "<="):
            return [">" if sign == "<" else ">=", b, a]
        return [sign, a, b]

    def clock(self, side: Quantity) -> str:
        """Whether a side of a comparison is a time of day or a duration."""
        if isinstance(side, Constant):
            return "clock" if side.clock else ""
        if isinstance(side, Name):
            try:
                found = resolve(self.desk.form, self.scope, side.text)
            except Trouble:
                return ""
            return "clock" if self.desk.form.kinds.get(found[0]) in ("time", "duration") else ""
        return (
            "clock"
            if side.word != "count" and side.items and isinstance(side.items[0], Name) and self.clock(side.items[0])
            else ""
        )

    def quantity(self, side: Quantity) -> Any:
        if isinstance(side, Constant):
            return number(side.value)
        if isinstance(side, Name):
            return self.numeric(self.full(side), side)
        if side.word == "count":
            first = side.items[0]
            if (
                len(side.items) == 1
                and isinstance(first, Name)
                and self.desk.form.kinds.get(self.only(first)) == "many"
            ):
                return ["ticks", self.full(first)]
            return ["count", *self.counted(side.items)]
        names = [item for item in side.items if isinstance(item, Name)]
        head = {"sum": "sum", "largest": "max", "smallest": "min"}[side.word]
        return [head, *(self.numeric(full, name) for full, name in self.fulls(names))]

    def only(self, name: Name) -> str:
        try:
            found = resolve(self.desk.form, self.scope, name.text)
        except Trouble:
            return ""
        return found[0] if len(found) == 1 else ""

    def counted(self, items: Sequence[Name | Tree]) -> list[Condition]:
        found: list[Condition] = []
        for item in items:
            if isinstance(item, Name):
                found += [[">", self.numeric(full, name), 0] for full, name in self.fulls([item])]
            else:
                found.append(self.tree(item))
        return found

    def numeric(self, full: str, name: Name) -> str:
        sort = sort_of(self.desk.form, full)
        if sort == "finding":
            hint = f"Ask for one of its rules, as in {name.text} is otherwise."
            raise Trouble(name.at, f"{name.text} is a finding, not a number.", hint, "condition-type")
        if sort == "question" and (why := pointed(self.desk.form, full)):
            hint = "Give each answer points, or ask with 'is' which answer was chosen."
            raise Trouble(name.at, why, hint, "no-points")
        return full

    def is_(self, tree: Is, name: Name) -> Condition:
        if name.text == "it":
            return self.it(tree)
        full = self.full(name)
        form = self.desk.form
        sort = sort_of(form, full)
        if tree.state:
            if sort != "question":
                raise Trouble(
                    name.at,
                    f"{name.text} is not a question, so it is never {tree.state}.",
                    "Name a question.",
                    "condition-type",
                )
            state: Condition = [tree.state, full]
            return ["not", state] if tree.negated else state
        if sort == "question":
            kind = form.kinds.get(full)
            if kind is None:
                return NEVER  # the question says not how it is answered, and that has been reported
            if kind == "many":
                raise Trouble(
                    name.at,
                    f"several answers of {name.text} can be chosen.",
                    "Write 'includes' in place of 'is'.",
                    "condition-type",
                )
            if kind != "one":
                raise Trouble(
                    name.at, f"{name.text} is answered with a number.", "Compare it, as in >= 1.", "condition-type"
                )
            options = [self.option(option, form.options[full], full) for option in tree.options]
            chosen: Condition = ["is", full, options]
            return ["and", ["asked", full], ["not", chosen]] if tree.negated else chosen
        if sort == "finding":
            rules = [*form.findings[full].model.rules, "otherwise"]
            found: Condition = ["finding", full, [self.option(option, rules, full) for option in tree.options]]
        else:
            bands = self.desk.band_ids.get(full)
            if bands is None:
                raise Trouble(
                    name.at,
                    f"{name.text} has no bands.",
                    f"Compare it with a number, as in {name.text} >= 1.",
                    "condition-type",
                )
            found = ["band", full, [self.option(option, bands, full) for option in tree.options]]
            self.reads.append(f"bands {full}")
        return ["not", found] if tree.negated else found

    def it(self, tree: Is) -> Condition:
        if self.scope is None:
            raise Trouble(
                tree.at,
                "'it' means the thing of a repeated block, and this is not in one.",
                "Name a question.",
                "repeat-scope",
            )
        if tree.state:
            raise Trouble(tree.at, f"'it' is a thing, and never {tree.state}.", "Name a question.", "condition-type")
        things = self.desk.form.things[self.scope.block]
        options = [self.option(option, things, "it") for option in tree.options]
        return TRUE if (self.scope.thing in options) != tree.negated else FALSE

    def option(self, option: Name, known: Any, full: str) -> str:
        if option.text not in known and known:  # no answers at all: that has been reported at the question
            message = f"{option.text} is not one of the answers of {full}."
            raise Trouble(option.at, message, nearest(option.text, known), "unknown-name")
        return option.text

    def includes(self, name: Name, options: tuple[Name, ...], all_of: bool) -> Condition:
        full = self.full(name)
        if full in self.desk.form.questions and full not in self.desk.form.kinds:
            return NEVER
        if self.desk.form.kinds.get(full) != "many":
            message = f"{name.text} is not a question of which several answers can be chosen."
            raise Trouble(name.at, message, "Write 'is' in place of 'includes', or compare a number.", "condition-type")
        found = [self.option(option, self.desk.form.options[full], full) for option in options]
        if all_of:
            return ["and", *(["has", full, [option]] for option in found)]
        return ["has", full, found]

    def each(self, tree: Each) -> Condition:
        parts: list[Condition] = []
        for item in tree.items:
            if not isinstance(item, Name):
                parts.append(self.tree(item))
                continue
            for full, name in self.fulls([item]):
                written = Name(full, name.at)
                if tree.sign is not None and tree.right is not None:
                    parts.append(self.compare(written, tree.sign, tree.right, name.at))
                elif tree.tail is not None:
                    parts.append(self.is_(tree.tail, written))
        if tree.word == "all":
            return ["and", *parts]
        return ["or", *parts] if tree.word == "any" else ["not", ["or", *parts]]
