"""Conditions of a plan -> `Clause`: question numbers and answers in words, so that somebody with a pen can follow them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ebbtide.model.sheet import Clause, Quantity, Sign
from ebbtide.selfcheck.form import Form
from ebbtide.selfcheck.plan import Json

_TURNED: Mapping[str, Sign] = {">=": "<=", ">": "<", "=": "=", "!=": "!="}


def clock(minutes: int) -> str:
    """Minutes as hours and minutes, as in ``07:45``. A time after midnight of a window that crosses it begins at 00:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


class Clauses:
    """Puts the conditions of one plan into clauses. `numbers` gives each question its number."""

    def __init__(self, form: Form, data: Json) -> None:
        self.form = form
        self.numbers = {question["id"]: number for number, question in enumerate(data["questions"], 1)}
        self.questions = {question["id"]: question for question in data["questions"]}
        self.tables = {table["id"]: table for table in data["bands"]}

    def of(self, condition: list[Any]) -> Clause:
        """The clause of a condition."""
        head, *rest = condition
        if head in ("and", "or"):
            return self._joined(head == "and", [self.of(part) for part in rest])
        if head == "not":
            return Clause("not", (self.of(rest[0]),))
        if head == "sure":
            return self.of(rest[0])
        if head in ("is", "has"):
            words = tuple(self._words(rest[0], option) for option in rest[1])
            return Clause("chosen" if head == "is" else "ticked", numbers=(self.numbers[rest[0]],), words=words)
        if head in ("answered", "blank", "asked"):
            return Clause(head, numbers=(self.numbers[rest[0]],))
        if head in ("band", "finding"):
            return self._result(head, *rest)
        return self._compared(head, *rest)

    def _words(self, question: str, option: str) -> str:
        return self.form.options[question][option].words

    def title(self, score: str) -> str:
        """The name of a score or finding as the reader knows it; empty where there is only one and it has none.

        A step on the way, which only paper shows, is called by a letter, as in the boxes of a paper form.
        """
        if score in self.form.findings:
            return self.form.findings[score].model.title or ""
        model = self.form.scores[score].model
        if model.show or model.title:
            return model.title or ""
        return _letters(
            [name for name, item in self.form.scores.items() if not item.model.show and not item.model.title].index(
                score
            )
        )

    def _result(self, head: str, id: str, names: list[str]) -> Clause:
        words: list[str] = []
        if head == "finding":
            finding = self.form.findings[id].model
            for name in names:
                outcome = finding.otherwise if name == "otherwise" else finding.rules[name]
                words += [outcome.name] if outcome else []
        else:
            from ebbtide.selfcheck.lower_results import band_lists, ids_of

            found = {
                band_id: band.name
                for _, ranges in band_lists(self.form.bands[id].model)
                for band_id, band in zip(ids_of(ranges), ranges.values(), strict=True)
            }
            words = [found[name] for name in names if name in found]
        return Clause("result", title=self.title(id), words=tuple(words))

    def _joined(self, every: bool, parts: list[Clause]) -> Clause:
        """Questions side by side of which the same answers are asked become one clause: question 2, 3 or 4."""
        merged: list[Clause] = []
        for part in parts:
            last = merged[-1] if merged else None
            alike = last is not None and part.kind == last.kind in ("chosen", "ticked") and part.words == last.words
            if last is not None and alike and (last.each == every or len(last.numbers) == 1) and len(part.numbers) == 1:
                merged[-1] = replace(last, numbers=last.numbers + part.numbers, each=every)
            else:
                merged.append(part)
        if len(merged) == 1:
            return merged[0]
        return Clause("all" if every else "any", tuple(merged))

    def _compared(self, sign: str, left: Any, right: Any) -> Clause:
        shown: Sign = sign  # type: ignore[assignment]
        if _constant(left) and not _constant(right):
            left, right, shown = right, left, _TURNED[sign]
        question = self.questions.get(left) if isinstance(left, str) else None
        if question is not None and question["kind"] == "one" and _constant(right):
            limit = Fraction(str(right))
            chosen = tuple(
                self._words(left, option[0])
                for option in question["options"]
                if len(option) > 1 and option[1] is not None and _holds(Fraction(str(option[1])), shown, limit)
            )
            return self._implied(Clause("chosen", numbers=(self.numbers[left],), words=chosen), left, shown, limit)
        timed = self._timed(left) or self._timed(right)
        clause = Clause("compare", left=self._quantity(left, timed), sign=shown, right=self._quantity(right, timed))
        return (
            clause
            if question is None or not _constant(right)
            else self._implied(clause, left, shown, Fraction(str(right)))
        )

    def _implied(self, clause: Clause, question: str, sign: Sign, limit: Fraction) -> Clause:
        """A question that is not asked can count points all the same, and so make a comparison true."""
        counts = [absent for _, absent in self.questions[question].get("asks", ()) if absent not in ("out", "blank")]
        if any(_holds(Fraction(str(absent)), sign, limit) for absent in counts):
            return Clause("any", (clause, Clause("not", (Clause("asked", numbers=(self.numbers[question],)),))))
        return clause

    def _timed(self, side: Any) -> bool:
        names = side[1:] if isinstance(side, list) and side[0] in ("sum", "max", "min") else [side]
        return any(
            isinstance(name, str) and self.questions.get(name, {}).get("kind") in ("time", "duration") for name in names
        )

    def _quantity(self, side: Any, timed: bool) -> Quantity:
        if _constant(side):
            return Quantity("constant", value=clock(int(side)) if timed else str(side))
        if isinstance(side, str):
            if side in self.numbers:
                counted = self.questions[side]["kind"] in ("one", "many")
                return Quantity("points" if counted else "question", numbers=(self.numbers[side],))
            return Quantity("score", titles=(self.title(side),))
        head, *rest = side
        if head == "count":
            return Quantity("count", clauses=tuple(self.of(part) for part in rest))
        if head == "ticks":
            none = self.questions[rest[0]].get("none")
            return Quantity("ticks", numbers=(self.numbers[rest[0]],), value=self._words(rest[0], none) if none else "")
        kind: Any = {"sum": "sum", "max": "largest", "min": "smallest"}[head]
        return Quantity(
            kind,
            numbers=tuple(self.numbers[name] for name in rest if name in self.numbers),
            titles=tuple(self.title(name) for name in rest if name not in self.numbers),
        )

    def questions_of(self, condition: list[Any]) -> frozenset[str]:
        """Ids of all questions that a condition names."""
        found: set[str] = set()
        for part in condition[1:]:
            if isinstance(part, str) and part in self.numbers:
                found.add(part)
            elif isinstance(part, list):
                found |= self.questions_of(["", *part] if part and not _is_head(part[0]) else part)
        return frozenset(found)


def _letters(index: int) -> str:
    """A to Z, then AA, AB and so on."""
    return (_letters(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)


def _constant(side: Any) -> bool:
    return isinstance(side, int) or (isinstance(side, str) and (side[0].isdigit() or side[0] == "-"))


def _is_head(part: Any) -> bool:
    return part in (
        "and", "or", "not", "sure", ">=", ">", "=", "!=", "is", "has", "answered", "blank", "asked", "band", "finding",
        "sum", "max", "min", "count", "ticks",
    )  # fmt: skip


def _holds(points: Fraction, sign: Sign, limit: Fraction) -> bool:
    match sign:
        case ">=":
            return points >= limit
        case ">":
            return points > limit
        case "=":
            return points == limit
        case "!=":
            return points != limit
        case "<":
            return points < limit
        case "<=":
            return points <= limit
