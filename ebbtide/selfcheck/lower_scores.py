"""Scores: working words -> the plan's few operations, and the numbers that can come out of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ebbtide.model.base import nearest
from ebbtide.model.questionnaire_parts import Round, Score, to_number
from ebbtide.problem import Loc
from ebbtide.selfcheck.conditions import Trouble
from ebbtide.selfcheck.form import Item
from ebbtide.selfcheck.lower_conditions import lower_item, number
from ebbtide.selfcheck.lower_ranges import parse_ranges, row
from ebbtide.selfcheck.names import Desk, pointed, resolve, resolve_one, sort_of
from ebbtide.selfcheck.ranges import Exact, exact

RULES = {
    "score-kind": "Every score is worked out in exactly one way.",
    "score-field": "Every field of a score belongs to the way in which it is worked out.",
    "score-items": "Every score has as many items as its way of working needs, each once.",
    "score-title": "Where several scores are shown, each has a title.",
    "reverse-item": "Only questions that the score adds, and that have a range of points, are reversed.",
    "blank-rule": "A rule for blanks fits its score: fewer blanks than items, and a way that makes sense for it.",
    "round-missing": "Every score that divides says how it is rounded, and every score has at most 6 decimals.",
    "table-unknown": "Every table that a score names exists.",
    "table-shape": "Every row of a table is a number and the number that it becomes.",
}

WAYS = (
    "add",
    "subtract",
    "average",
    "multiply",
    "ratio",
    "largest",
    "smallest",
    "count",
    "minutes_between",
    "steps",
    "look_up",
    "table",
)
_FAMILY = ("add", "average", "largest", "smallest")
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "of": ("steps", "look_up", "table"),
    "where": ("count",),
    "reverse": _FAMILY,
    "blank": (*_FAMILY, "count"),
    "if_zero": ("ratio",),
}
_OPS = {"add": "sum", "subtract": "sum", "multiply": "sum", "average": "mean", "largest": "max", "smallest": "min"}
THEN = {"scale_up": "scale", "leave_out": "out", "count_as": "value"}

Tables = Mapping[str, Mapping[str, str]]
"""Table files by name: each maps a raw score to what it becomes, both in digits."""


Term = tuple[str | None, Exact, Exact]
"""A term of the plan before its numbers are written: id (None for a plain number), times, plus."""


@dataclass
class LoweredScore:
    """A score of the plan, the full ids that it reads, its terms, its working word, and the constant that a sum adds."""

    data: dict[str, Any]
    reads: list[str]
    terms: list[Term] = field(default_factory=list)
    way: str = ""
    plus: Exact = 0
    written: int = 0
    """Rows that stand in the file, readable or not."""


def lower_score(desk: Desk, item: Item[Score], tables: Tables) -> LoweredScore:
    """The score's operation. Its bounds come later, from `score_domains.domain_of`, once all scores are known."""
    return _Lowering(desk, item, tables).lower()


class _Lowering:
    def __init__(self, desk: Desk, item: Item[Score], tables: Tables) -> None:
        self.desk, self.item, self.tables = desk, item, tables
        self.score, self.loc, self.scope = item.model, item.loc, item.scope
        self.reads: list[str] = []
        self.plus: Exact = 0
        self.written = 0

    def problem(self, rule: str, message: str, hint: str, *loc: str | int, key: bool = False) -> None:
        where = self.desk.form.key(self.item, *loc) if key else self.desk.form.place(self.item, *loc)
        self.desk.problem(where, rule, message, hint)

    def lower(self) -> LoweredScore:
        ways = [way for way in WAYS if getattr(self.score, way) is not None]
        data: dict[str, Any] = {"id": self.item.id}
        if len(ways) != 1:
            said = f"{' and '.join(ways)} stand together." if ways else "nothing says how it is worked out."
            self.problem("score-kind", said, f"Keep one of {', '.join(WAYS)}.", key=True)
            return LoweredScore(data, [])
        way = ways[0]
        for name, allowed in _FIELDS.items():
            if getattr(self.score, name) is not None and way not in allowed:
                self.problem(
                    "score-field",
                    f"{name} does not belong to {way}.",
                    f"Delete it; it belongs to {', '.join(allowed)}.",
                    name,
                    key=True,
                )
        if way in ("steps", "look_up", "table") and self.score.of is None:
            self.problem(
                "score-field",
                "nothing says what is looked up.",
                "Add of: with the name of a question or score.",
                way,
                key=True,
            )
        lowered = getattr(self, f"_{way}", self._family)(way, data)
        self.rounding(way, data)
        if self.scope:
            data["guard"] = ["has", self.scope.source, [self.scope.thing]]
            self.reads.append(self.scope.source)
        if self.score.not_asked is not None:
            data["absent"] = number(exact(self.score.not_asked))
        return LoweredScore(data, self.reads, lowered, way, self.plus, self.written)

    # The ways of working

    def _family(self, way: str, data: dict[str, Any]) -> list[Term]:
        names: list[str] = getattr(self.score, way)
        reverse = self.reversed(way)
        terms: list[Term] = []
        plus: Exact = 0
        for index, text in enumerate(names):
            if (constant := to_number(text)) is not None:
                if way != "add":
                    self.problem(
                        "score-items", f"{text} is a number, not an answer.", "Name a question or score.", way, index
                    )
                plus = exact(Fraction(plus) + Fraction(constant))
                continue
            for full in self.numbers(text, way, index):
                turned = reverse.get(full)
                terms.append((full, -1, turned) if turned is not None else (full, 1, 0))
        self.check_items(way, [term[0] for term in terms if term[0]])
        data["op"], data["of"] = _OPS[way], _written(terms)
        self.constant(plus, data)
        self.blank(way, data, len(terms))
        return terms

    def _subtract(self, way: str, data: dict[str, Any]) -> list[Term]:
        terms: list[Term] = []
        plus: Exact = 0
        for index, text in enumerate(self.score.subtract or []):
            sign = -1 if index else 1
            if (constant := to_number(text)) is not None:
                plus = exact(Fraction(plus) + sign * Fraction(constant))
            else:
                terms += [(full, sign, 0) for full in self.numbers(text, way, index, one=True)]
        self.check_items(way, [term[0] for term in terms if term[0]])
        if len(self.score.subtract or []) < 2:
            self.problem("score-items", "subtract needs two items.", "Write [from, what is taken away].", way)
        data["op"], data["of"] = "sum", _written(terms)
        self.constant(plus, data)
        return terms

    def _multiply(self, way: str, data: dict[str, Any]) -> list[Term]:
        parts = self.score.multiply or []
        times = to_number(parts[1]) if len(parts) == 2 else None
        if times is None:
            self.problem("score-items", "multiply takes a name and a number.", "Write it as in [total, 4].", way)
            times = Decimal(1)
        terms: list[Term] = [
            (full, exact(times), 0) for full in (self.numbers(parts[0], way, 0, one=True) if parts else [])
        ]
        data["op"], data["of"] = "sum", _written(terms)
        return terms

    def _ratio(self, way: str, data: dict[str, Any]) -> list[Term]:
        parts = self.score.ratio or []
        if len(parts) != 2:
            self.problem("score-items", "a ratio has two parts.", "Write [above the line, below the line].", way)
        terms: list[Term] = []
        for index, text in enumerate(parts[:2]):
            if (constant := to_number(text)) is not None:
                terms.append((None, 0, exact(constant)))
            else:
                terms += [(full, 1, 0) for full in self.numbers(text, way, index, one=True)[:1]]
        data["op"], data["of"] = "ratio", _written(terms)
        if self.score.if_zero is not None:
            data["zero"] = (
                self.score.if_zero if isinstance(self.score.if_zero, str) else number(exact(self.score.if_zero))
            )
        return terms

    def _count(self, way: str, data: dict[str, Any]) -> list[Term]:
        conditions: list[Any] = []
        seen: dict[str, int] = {}
        for index, text in enumerate(self.score.count or []):
            if text in seen:
                self.problem("score-items", f"{text} is counted twice.", "Delete it here.", way, index)
            seen.setdefault(text, index)
            for lowered in lower_item(self.desk, text, self.score.where, (*self.loc, way, index), self.scope):
                conditions.append(lowered.condition)
                self.reads += lowered.reads
        self.check_items(way, list(seen))
        data["op"], data["of"] = "count", conditions
        self.blank(way, data, len(conditions))
        return []

    def _minutes_between(self, way: str, data: dict[str, Any]) -> list[Term]:
        parts = self.score.minutes_between or []
        if len(parts) != 2:
            self.problem(
                "score-items", "minutes_between takes two clock times.", "Write [the earlier, the later].", way
            )
        terms: list[Term] = []
        for index, text in enumerate(parts[:2]):
            for full in self.numbers(text, way, index, one=True)[:1]:
                if self.desk.form.kinds.get(full) != "time":
                    hint = "Name a question that is answered with a time."
                    self.problem("condition-type", f"{text} is not answered with a clock time.", hint, way, index)
                terms.append((full, 1, 0))
        data["op"], data["of"] = "between", [term[0] for term in terms]
        return terms

    def _steps(self, way: str, data: dict[str, Any]) -> list[Term]:
        terms = self.start(data)
        data["rows"] = []
        self.written = len(self.score.steps or {})
        for _, found, text in parse_ranges(self.desk, self.item, self.score.steps or {}, way):
            data["rows"].append(row(number(exact((self.score.steps or {})[text])), found))
        return terms

    def _look_up(self, way: str, data: dict[str, Any]) -> list[Term]:
        terms = self.start(data)
        data["rows"] = []
        self.written = len(self.score.look_up or {})
        for text, value in (self.score.look_up or {}).items():
            if (raw := to_number(text.strip())) is None:
                hint = "Write one number in digits; for ranges, use steps."
                self.problem("table-shape", f"{text!r} is not a number.", hint, way, text, key=True)
                continue
            data["rows"].append([number(exact(value)), number(exact(raw)), number(exact(raw))])
        return terms

    def _table(self, way: str, data: dict[str, Any]) -> list[Term]:
        terms = self.start(data)
        data["rows"] = []
        name = self.score.table or ""
        table = self.tables.get(name)
        self.written = 1 if table is None else len(table)
        if table is None:
            self.problem(
                "table-unknown", f"there is no table {name}.", nearest(name, self.tables) or "Add its file.", way
            )
            return terms
        for text, written in table.items():
            raw, value = to_number(text.strip()), to_number(written.strip())
            if raw is None or value is None:
                message = f"the row {text}, {written} of the table {name} is not two numbers."
                self.problem("table-shape", message, "Write both in digits.", way)
                continue
            data["rows"].append([number(exact(value)), number(exact(raw)), number(exact(raw))])
        return terms

    def start(self, data: dict[str, Any]) -> list[Term]:
        terms: list[Term] = []
        if self.score.of is not None:
            terms = [(full, 1, 0) for full in self.numbers(self.score.of, "of", None, one=True)]
        data["op"], data["of"] = "steps", _written(terms)
        return terms

    # What the ways share

    def constant(self, plus: Exact, data: dict[str, Any]) -> None:
        if plus:
            self.plus = plus
            data["plus"] = number(plus)

    def numbers(self, text: str, way: str, index: int | None, *, one: bool = False) -> list[str]:
        """The full ids of questions or scores with points that `text` names; what is wrong with it goes to the desk."""
        loc: Loc = (way,) if index is None else (way, index)
        try:
            found = (
                [resolve_one(self.desk.form, self.scope, text)] if one else resolve(self.desk.form, self.scope, text)
            )
        except Trouble as trouble:
            if not re.fullmatch(r"[A-Za-z][\w.-]*", text):
                hint = "Name one question or score; write conditions under count."
                self.problem("score-items", f"{text!r} is not a name.", hint, *loc)
            else:
                self.problem(trouble.rule, trouble.message, trouble.hint, *loc)
            return []
        for full in found:
            if sort_of(self.desk.form, full) == "finding":
                self.problem("condition-type", f"{text} is a finding, not a number.", "Name a question or score.", *loc)
                return []
            if why := pointed(self.desk.form, full):
                self.problem(
                    "no-points",
                    f"{why[:-1]}, so it cannot be used in a score.",
                    "Give each answer points, or leave it out.",
                    *loc,
                )
        self.reads += found
        return found

    def check_items(self, way: str, names: Sequence[str]) -> None:
        written: list[str] = getattr(self.score, way)
        if all(to_number(text) is not None for text in written):
            self.problem("score-items", f"{way} has no items.", "Name at least one question or score.", way)
        twice = sorted({name for name in names if list(names).count(name) > 1})
        if twice:
            self.problem("score-items", f"{', '.join(twice)} stands twice.", "Delete one of them.", way)

    def reversed(self, way: str) -> dict[str, Exact]:
        """For each reversed question, its lowest plus its highest points: the new points are that minus the old."""
        found: dict[str, Exact] = {}
        for index, text in enumerate(self.score.reverse or []):
            loc = ("reverse", index)
            try:
                fulls = resolve(self.desk.form, self.scope, text)
            except Trouble as trouble:
                self.problem(trouble.rule, trouble.message, trouble.hint, *loc)
                continue
            if text not in (getattr(self.score, way) or []):
                message = f"{text} is reversed, and {way} does not name it."
                self.problem(
                    "reverse-item", message, nearest(text, getattr(self.score, way) or []) or "Delete it here.", *loc
                )
            for full in fulls:
                if self.desk.form.kinds.get(full) not in ("one", "number"):
                    message = f"{text} has no range of points to turn round."
                    self.problem("reverse-item", message, "Reverse questions with one answer, or a number.", *loc)
                elif full in self.desk.domains and not pointed(self.desk.form, full):
                    low, high = declared(self.desk, full)
                    found[full] = exact(Fraction(low) + Fraction(high))
        return found

    def blank(self, way: str, data: dict[str, Any], items: int) -> None:
        rule = self.score.blank
        if rule is None:
            return
        if rule.allow >= items > 0:
            message = f"{rule.allow} of {items} answers may be blank, so that a score could rest on nothing."
            self.problem(
                "blank-rule",
                message,
                f"Allow {items - 1} at most." if items > 1 else "Delete the rule.",
                "blank",
                "allow",
            )
        scaled = rule.then == "scale_up"
        if scaled and way not in ("add", "count"):
            self.problem("blank-rule", f"scale_up makes no sense for {way}.", "Write leave_out.", "blank", "then")
            scaled = False
        if (rule.then == "count_as") != (rule.value is not None):
            message = "count_as needs a value." if rule.value is None else "value belongs to count_as."
            hint = "Add value: with the points." if rule.value is None else "Delete it."
            self.problem("blank-rule", message, hint, "blank")
        if scaled and rule.round is None:
            hint = "Add round: nearest, up, down, or exact."
            self.problem(
                "round-missing", "nothing says how a score that is scaled up is rounded.", hint, "blank", key=True
            )
        if rule.then != "scale_up" and rule.round is not None:
            self.problem(
                "blank-rule",
                f"nothing is rounded with {rule.then}.",
                "Delete round here; a score has a round of its own.",
                "blank",
                "round",
            )
        written: dict[str, Any] = {"allow": rule.allow, "then": THEN[rule.then]}
        if rule.value is not None:
            written["value"] = number(exact(rule.value))
        if rule.round is not None and rule.round.how != "exact":
            written["round"] = self.round(rule.round, "blank", "round")
        data["blank"] = written

    def rounding(self, way: str, data: dict[str, Any]) -> None:
        rule = self.score.round
        if rule is None:
            if way in ("average", "ratio"):
                hint = "Add round:, as in {how: nearest, to: 0.1}, or exact."
                self.problem("round-missing", f"nothing says how this {way} is rounded.", hint, key=True)
        elif rule.how != "exact":
            data["round"] = self.round(rule, "round")

    def round(self, rule: Round, *loc: str) -> list[Any]:
        if rule.to <= 0:
            self.problem("round-missing", "the step to round to is not above 0.", "Write it as in 1 or 0.1.", *loc)
            return [rule.how, 1]
        return [rule.how, number(exact(rule.to))]


def _written(terms: Sequence[Term]) -> list[list[Any]]:
    return [[name, number(times), number(plus)] for name, times, plus in terms]


def declared(desk: Desk, question: str) -> tuple[Exact, Exact]:
    """The least and most points that a question declares, without what it counts as when it is not asked."""
    item = desk.form.questions[question]
    if desk.form.kinds[question] == "number" and item.model.number:
        return exact(item.model.number.low), exact(item.model.number.high)
    points = [exact(option.points) for option in desk.form.options[question].values() if option.points is not None]
    return (min(points), max(points)) if points else (0, 0)
