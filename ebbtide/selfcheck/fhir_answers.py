"""Answers in FHIRPath: what was answered to each question, and how many points that is; and the memory of all expressions.

Nothing here trusts a renderer to have kept a number within its range: an answer that our page would not take is no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ebbtide.selfcheck import fhir_text as t
from ebbtide.selfcheck.fhir_text import Expr
from ebbtide.selfcheck.fhir_values import Actual, CannotSay, scale_of, whole
from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.spans import read

DECLINED = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
"""Stands on an item of a QuestionnaireResponse that was passed over on purpose."""


class Answers:
    """The answers to the questions of one plan. `variables` has the SDC variables that were needed, each after what it uses."""

    def __init__(self, data: Json) -> None:
        self.questions = {question["id"]: question for question in data["questions"]}
        self.scores = {score["id"]: score for score in data["scores"]}
        self.numbers = {name: number for number, name in enumerate([*self.questions, *self.scores], 1)}
        self.variables: dict[str, str] = {}
        self.named: dict[str, str] = {}
        self.known: dict[tuple[str, str], Any] = {}

    # Memory

    def memo(self, kind: str, name: str, work: Callable[[str], Any]) -> Any:
        key = (kind, name)
        if key not in self.known:
            try:
                self.known[key] = work(name)
            except CannotSay as trouble:
                self.known[key] = trouble
        if isinstance(self.known[key], CannotSay):
            raise CannotSay
        return self.known[key]

    def let(self, name: str, expr: Expr) -> Expr:
        """The expression as a variable, unless it is as short as one; as one that is there already, if it says the same."""
        if not isinstance(expr, str) or (expr.startswith("%") and expr[1:].isalnum()):
            return expr
        name = self.named.setdefault(expr, name)
        self.variables[name] = expr
        return f"%{name}"

    # Answers

    def answer(self, name: str) -> Expr:
        """What was answered: codes of options, or a number or time; empty where nothing was."""
        return self.memo("answer", name, self._answer)  # type: ignore[no-any-return]

    def _answer(self, name: str) -> Expr:
        item = f"%resource.item.where(linkId = {t.quoted(name)}).answer.value"
        coded = "options" in self.questions[name]
        return self.let(f"a{self.numbers[name]}", f"{item}.code" if coded else item)

    def answered(self, name: str) -> Expr:
        """Whether there is an answer; true or false. Of a choice of many without a *none of these* that is the case unless it was
        passed over on purpose: nobody can tick nothing in another way than by ticking nothing."""
        question = self.questions[name]
        if question["kind"] == "many" and "none" not in question:
            where = f"linkId = {t.quoted(name)} and extension.where(url = {t.quoted(DECLINED)}).exists()"
            return f"%resource.item.where({where}).empty()"
        if "options" in question:
            return t.exists(self.answer(name))
        return t.exists(self.points(name).number)

    def points(self, name: str) -> Actual:
        """The points of an answer, whether it is asked for or not."""
        return self.memo("points", name, self._points)  # type: ignore[no-any-return]

    def _points(self, name: str) -> Actual:
        question = self.questions[name]
        number = self.numbers[name]
        if "options" in question:
            found = [read(option[1]) for option in question["options"] if len(option) > 1 and option[1] is not None]
            scale = scale_of(found)
            ends = (
                (whole(read(question["low"]), scale), whole(read(question["high"]), scale))
                if "low" in question
                else (0, 0)
            )
            way = self._one if question["kind"] == "one" else self._many
            return Actual(self.let(f"p{number}", way(question, scale)), scale, *ends)
        low, high, step = (read(question[end]) for end in ("from", "to", "step"))
        if question["kind"] == "time":
            return Actual(self.let(f"p{number}", self._time(question, int(low), int(high), int(step))), 1, 0, 1439)
        scale = scale_of([low, step])
        first, last, apart = whole(low, scale), whole(high, scale), whole(step, scale)
        answer = t.write(self.answer(name))
        counted = answer
        if scale != 1:  # the decimal that was given is the one on the grid that is nearest to it, or none of ours
            counted = f"{answer}.where((($this * {scale} + 0.5).floor() / {scale}) = $this)"
            counted = f"{counted}.select(($this * {scale} + 0.5).floor())"
        counted = f"{counted}.where($this >= {t.write(first)} and $this <= {t.write(last)})"
        if apart != 1:
            counted = f"{counted}.where((($this {_minus(first)}) mod {apart}) = 0)"
        return Actual(self.let(f"p{number}", counted), scale, first, last)

    def _one(self, question: Json, scale: int) -> Expr:
        found: Expr = None
        for option in reversed(question["options"]):
            if len(option) > 1 and option[1] is not None:
                found = t.iif(f"$this = {t.quoted(option[0])}", whole(read(option[1]), scale), found)
        return f"{self.answer(question['id'])}.select({t.write(found)})" if found is not None else None

    def _many(self, question: Json, scale: int) -> Expr:
        answer = self.answer(question["id"])
        terms: list[Expr] = []
        for option in question["options"]:
            if len(option) > 1:
                ticked = f"{answer}.where($this = {t.quoted(option[0])}).exists()"
                counts = None if option[1] is None else whole(read(option[1]), scale)
                if counts != 0:
                    terms.append(t.iif(ticked, counts, 0))
        return t.iif(self.answered(question["id"]), t.added(terms), None)

    def _time(self, question: Json, low: int, high: int, step: int) -> Expr:
        """Minutes after midnight. The window may run across midnight, and steps are counted from its beginning."""
        text = f"{self.answer(question['id'])}.toString().replace('T', '')"
        minutes = f"{text}.select($this.substring(0, 2).toInteger() * 60 + $this.substring(3, 2).toInteger())"
        since = f"($this + {1440 - low % 1440}) mod 1440" if low % 1440 else "$this"
        if high - low >= 1439 and step == 1:
            return minutes
        inside = f"({since}) <= {high - low}" + (f" and (({since}) mod {step}) = 0" if step != 1 else "")
        return f"{minutes}.where({inside})"


def _minus(number: int) -> str:
    return f"- {number}" if number >= 0 else f"+ {-number}"
