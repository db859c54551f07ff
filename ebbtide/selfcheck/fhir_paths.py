"""A plan -> FHIRPath: every question's points, every score, band, finding and flag as an expression over a QuestionnaireResponse.

This is `ebbtide.selfcheck.scorer` once more, worked out as far as it can be without answers: the same states (a number, blank,
absent), the same truths (true, false, unknown), the actual and the wide reading. A value that is blank or absent is the empty
collection. Nothing in it trusts the renderer to have removed answers to questions that are not asked, or to have kept a number
within its range: an answer that our page would not take is no answer. What cannot be said exactly raises `CannotSay`.

Expressions name one another as SDC variables of the Questionnaire; `variables` has those that were needed, each after what it
uses. Names are letters and digits only, because renderers take no others.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from ebbtide.selfcheck import fhir_scores as scores
from ebbtide.selfcheck import fhir_text as t
from ebbtide.selfcheck import fhir_wide as w
from ebbtide.selfcheck.fhir_answers import Answers
from ebbtide.selfcheck.fhir_text import Expr
from ebbtide.selfcheck.fhir_values import (
    Actual,
    Wide,
    aligned,
    bounds,
    checked,
    constant,
    divided,
    linear,
    on,
    point,
    scale_of,
    whole,
    wide_aligned,
    wide_linear,
    wide_on,
)
from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.spans import read

Outcome = tuple[Expr, str]
"""A result that is still possible: the condition (true or false) under which it is, and its id."""


class Paths(Answers):
    """The expressions of one plan. Each is made when asked for, once, with the variables that it needs."""

    def __init__(self, data: Json) -> None:
        super().__init__(data)
        self.tables = {table["id"]: table for table in data["bands"]}
        self.findings = {finding["id"]: finding for finding in data["findings"]}
        self.gates: dict[str, Expr] = {}

    # What others ask for

    def asked_if(self, name: str) -> Expr:
        """Whether a question is asked: true or false."""
        return self.asks(name, False)

    def band(self, name: str) -> Expr:
        """The id of the band, as a string; empty where there is none."""
        return self.memo("band", name, self._band)  # type: ignore[no-any-return]

    def finding(self, name: str) -> Expr:
        """The id of the rule that is found, as a string; empty where there is none."""
        return self.memo("finding", name, self._finding)  # type: ignore[no-any-return]

    def holds(self, condition: Sequence[Any]) -> Expr:
        """Whether a condition holds: true or false."""
        return t.sure(self.truth(condition, False))

    # Questions

    def asks(self, name: str, wide: bool) -> Expr:
        """Whether a question is asked. In the actual reading an unknown condition is a no."""
        state = self.state(name, wide)
        return state if wide else t.sure(state)

    def state(self, name: str, wide: bool) -> Expr:
        """The truth of all conditions of a question together."""
        return self.memo(f"state {wide}", name, lambda name: self._state(name, wide))  # type: ignore[no-any-return]

    def _state(self, name: str, wide: bool) -> Expr:
        truths = [self.gate(condition, wide) for condition, _ in self.questions[name].get("asks", ())]
        state = t.every(truths)
        if not wide:  # the first that is not true decides
            state = True
            for truth in reversed(truths):
                state = truth if state is True else t.iif(truth, state, truth)
        return self.let(f"{'w' if wide else 'c'}{self.numbers[name]}", state)

    def gate(self, condition: Sequence[Any], wide: bool) -> Expr:
        """The truth of a condition on which questions are asked, as a variable: many questions may stand behind one gate."""
        key = json.dumps([condition, wide])
        if key not in self.gates:
            truth = self.truth(condition, wide)
            self.gates[key] = self.let(f"{'v' if wide else 'e'}{len(self.gates) + 1}", truth)
        return self.gates[key]

    def value(self, name: str) -> Actual:
        """A question or a score in the actual reading."""
        return self.memo("value", name, self.question if name in self.questions else self.score)  # type: ignore[no-any-return]

    def question(self, name: str) -> Actual:
        asks = self.questions[name].get("asks", ())
        value = self.points(name)
        if not asks:
            return value
        implied = [read(absent) for _, absent in asks if absent not in ("out", "blank")]
        scale = checked(math.lcm(value.scale, scale_of(implied)))
        value = on(value, scale)
        number: Expr = value.number
        gone: Expr = False
        for condition, counts in reversed(asks):
            truth = self.gate(condition, False)
            instead = None if counts in ("out", "blank") else whole(read(counts), scale)
            number = t.iif(truth, number, t.iif(t.negated(truth), instead, None))
            gone = t.iif(truth, gone, t.iif(t.negated(truth), counts == "out", False))
        ends = [whole(each, scale) for each in implied]
        index = self.numbers[name]
        return Actual(
            self.let(f"q{index}", number),
            scale,
            min([value.low, *ends]),
            max([value.high, *ends]),
            self.let(f"g{index}", gone),
        )

    def wide(self, name: str) -> Wide:
        """A question or a score in the wide reading."""
        return self.memo("wide", name, self.wide_question if name in self.questions else self.wide_score)  # type: ignore[no-any-return]

    def full(self, name: str) -> Wide | None:
        question = self.questions[name]
        if "low" not in question:
            return None
        low, high = read(question["low"]), read(question["high"])
        scale = scale_of([low, high])
        first, last = whole(low, scale), whole(high, scale)
        return Wide(first, last, scale, first, last)

    def wide_question(self, name: str) -> Wide:
        value, full = self.points(name), self.full(name)
        answered = t.every([t.exists(value.number), self.asks(name, False)])
        given = point(value)
        parts: list[tuple[Expr, Wide | None]] = []
        reached: Expr = True
        for condition, counts in self.questions[name].get("asks", ()):
            truth = self.gate(condition, True)
            here = t.every([reached, t.negated(t.sure(truth))])
            if counts == "out":
                parts.append((here, None))
            elif counts == "blank":
                parts.append((here, full))
            else:
                parts.append((here, point(constant(read(counts)))))
            reached = t.every([reached, t.negated(t.sure(t.negated(truth)))])
        parts.append((t.every([reached, answered]), given))
        parts.append((t.every([reached, t.negated(answered)]), full))
        if not self.questions[name].get("asks") and full is not None:
            given, full = wide_aligned([given, full])
            low, high = t.iif(answered, given.low, full.low), t.iif(answered, given.high, full.high)
            return self.kept(name, Wide(low, high, given.scale, full.least, full.most))
        return self.kept(name, w.hull([part for part in parts if part[0] is not False]))

    def kept(self, name: str, value: Wide) -> Wide:
        """The same with its parts as variables."""
        index = self.numbers[name]
        low, high = self.let(f"l{index}", value.low), self.let(f"h{index}", value.high)
        maybe, absent = self.let(f"m{index}", value.maybe), self.let(f"n{index}", value.absent)
        return Wide(low, high, value.scale, value.least, value.most, maybe, absent)

    # Scores

    def score(self, name: str) -> Actual:
        score, index = self.scores[name], self.numbers[name]
        value = self.work(score)
        if "guard" in score:
            guard = self.truth(score["guard"], False)
            gone = t.iif(guard, value.absent, t.sure(t.negated(guard)))
            value = Actual(t.iif(guard, value.number, None), value.scale, value.low, value.high, gone)
        value = Actual(self.let(f"s{index}", value.number), value.scale, value.low, value.high, value.absent)
        if "round" in score and score["op"] not in ("mean", "ratio"):
            how, to = score["round"]
            number, scale = divided(value.number, value.scale, how, Fraction(read(to)), value.low)
            value = bounds(Actual(number, scale, 0, 0, value.absent), read(score["low"]), read(score["high"]))
        if "absent" in score:
            implied = constant(read(score["absent"]))
            value, implied = aligned([value, implied])
            number = t.iif(value.absent, implied.number, value.number)
            value = Actual(number, value.scale, min(value.low, implied.low), max(value.high, implied.high))
        return Actual(
            self.let(f"r{index}", value.number), value.scale, value.low, value.high, self.let(f"g{index}", value.absent)
        )

    def work(self, score: Json) -> Actual:
        if score["op"] == "between":
            return scores.between(*(self.value(name) for name in score["of"]))
        items = [self.counted(part) if score["op"] == "count" else self.term(part) for part in score["of"]]
        if score["op"] == "ratio":
            return scores.ratio(score, *items)
        if score["op"] == "steps":
            return scores.steps(score, *items)
        index = self.numbers[score["id"]]
        return scores.gathered(score, items, lambda letter, expr: self.let(f"{letter}{index}", expr))

    def counted(self, condition: Sequence[Any]) -> Actual:
        truth = self.truth(condition, False)
        return Actual(t.iif(truth, 1, t.iif(t.negated(truth), 0, None)), 1, 0, 1)

    def term(self, term: Sequence[Any]) -> Actual:
        name, factor, plus = term
        return constant(read(plus)) if name is None else linear(self.value(name), read(factor), read(plus))

    # Scores in the wide reading

    def wide_score(self, name: str) -> Wide:
        score = self.scores[name]
        value = self.wide_work(score)
        if "round" in score and score["op"] != "ratio":
            how, to = score["round"]
            step = Fraction(read(to))
            (low, scale), (high, _) = (
                divided(end, value.scale, how, step, value.least) for end in (value.low, value.high)
            )
            least, most = (math.floor(Fraction(end, value.scale) * scale) for end in (value.least, value.most))
            value = Wide(low, high, scale, least - scale, most + scale, value.maybe, value.absent)
        if "guard" in score:
            guard = self.truth(score["guard"], True)
            unsure = t.negated(t.exists(guard)) if isinstance(guard, str) else guard is None
            gone = t.some([value.absent, t.sure(t.negated(guard))])
            value = Wide(
                value.low, value.high, value.scale, value.least, value.most, t.some([value.maybe, unsure]), gone
            )
        if "absent" in score:
            implied = point(constant(read(score["absent"])))
            sure = Wide(value.low, value.high, value.scale, value.least, value.most)
            value = w.hull([(t.negated(value.absent), sure), (t.some([value.absent, value.maybe]), implied)])
        return self.kept(name, value)

    def wide_work(self, score: Json) -> Wide:
        op = score["op"]
        if op == "count":
            truths = [self.truth(condition, True) for condition in score["of"]]
            items = [Wide(t.iif(truth, 1, 0), t.iif(t.negated(truth), 0, 1), 1, 0, 1) for truth in truths]
        elif op == "between":
            return w.between(*(self.wide(name) for name in score["of"]))
        else:
            items = [self.wide_term(term) for term in score["of"]]
        if op == "ratio":
            return w.ratio(score, *items)
        return w.steps(score, *items) if op == "steps" else w.gathered(op, items, read(score.get("plus", 0)))

    def wide_term(self, term: Sequence[Any]) -> Wide:
        name, factor, plus = term
        if name is None:
            return point(constant(read(plus)))
        return wide_linear(self.wide(name), read(factor), read(plus))

    # Results

    def _band(self, name: str) -> Expr:
        table = self.tables[name]
        value = self.value(table["score"])
        span = point(value)
        found: Expr = None
        for condition, rows in reversed(table["cases"]):
            held: Expr = None
            for row in reversed(rows):
                held = t.iif(w.within(row, span), t.quoted(row[0]), held)
            found = held if condition is None else t.iif(self.truth(condition, False), held, found)
        found = t.iif(t.exists(value.number), found, None)
        for condition, band in reversed(table.get("override", ())):
            found = t.iif(self.truth(condition, False), t.quoted(band), found)
        return self.let(f"band{list(self.tables).index(name) + 1}", found)

    def possible_bands(self, name: str) -> list[Outcome]:
        """Every band that blanks leave open, and "" for none."""
        table = self.tables[name]
        found: list[Outcome] = []
        open_: Expr = True
        for condition, band in table.get("override", ()):
            truth = self.truth(condition, True)
            found.append((t.every([open_, t.negated(t.sure(t.negated(truth)))]), band))
            open_ = t.every([open_, t.negated(t.sure(truth))])
        value = self.wide(table["score"])
        found.append((t.every([open_, t.some([value.absent, value.maybe])]), ""))
        open_ = t.every([open_, t.negated(value.absent)])
        for condition, rows in table["cases"]:
            truth = True if condition is None else self.truth(condition, True)
            here = t.every([open_, t.negated(t.sure(t.negated(truth)))])
            found += [(t.every([here, w.within(row, value)]), row[0]) for row in rows]
            open_ = t.every([open_, t.negated(t.sure(truth))])
        return found

    def _finding(self, name: str) -> Expr:
        finding = self.findings[name]
        truths = [self.truth(condition, False) for _, condition in finding["rules"]]
        found: Expr = None
        for index, (rule, _) in reversed(list(enumerate(finding["rules"]))):
            truth = truths[index]
            if finding["pick"] == "first":
                found = t.iif(truth, t.quoted(rule), t.iif(t.negated(truth), found, None))
            elif rule == "otherwise":
                found = t.iif(t.negated(t.some(truths[:index])), t.quoted(rule), None)
            else:
                found = t.iif(truth, t.quoted(rule), found)
        return self.let(f"finding{list(self.findings).index(name) + 1}", found)

    def possible_rules(self, name: str) -> list[Outcome]:
        found: list[Outcome] = []
        open_: Expr = True
        for rule, condition in self.findings[name]["rules"]:
            truth = self.truth(condition, True)
            found.append((t.every([open_, t.negated(t.sure(t.negated(truth)))]), rule))
            open_ = t.every([open_, t.negated(t.sure(truth))])
        return found

    # Conditions

    def truth(self, condition: Sequence[Any], wide: bool) -> Expr:
        """True, false, or unknown (empty)."""
        head, rest = condition[0], condition[1:]
        if head in ("and", "or"):
            truths = [self.truth(part, wide) for part in rest]
            return t.every(truths) if head == "and" else t.some(truths)
        if head == "not":
            return t.negated(self.truth(rest[0], wide))
        if head == "sure":
            inner = self.truth(rest[0], wide)
            return inner if wide else t.sure(inner)
        if head in (">=", ">", "=", "!="):
            return w.compared(head, self.quantity(rest[0], wide), self.quantity(rest[1], wide))
        if head == "asked":
            return self.asks(rest[0], wide)
        if head == "answered":
            return self.asks(rest[0], True) if wide else t.every([self.asks(rest[0], False), self.answered(rest[0])])
        if head == "blank":
            return False if wide else t.every([self.asks(rest[0], False), t.negated(self.answered(rest[0]))])
        if head in ("is", "has"):
            return self.chosen(rest[0], rest[1], wide)
        if head == "band":
            return self.among(None if wide else self.band(rest[0]), self.possible_bands(rest[0]), rest[1])
        return self.among(None if wide else self.finding(rest[0]), self.possible_rules(rest[0]), rest[1])

    def chosen(self, name: str, options: Sequence[str], wide: bool) -> Expr:
        """Whether one of the options was chosen; unknown where nothing was, or where it is unknown whether it is asked."""
        codes = " or ".join(f"$this = {t.quoted(option)}" for option in options)
        held = t.iif(self.answered(name), f"{self.answer(name)}.where({codes}).exists()", None)
        return t.every([t.iif(self.asks(name, False), held, None), self.state(name, wide)])

    def among(self, actual: Expr, possible: Iterable[Outcome], wanted: Sequence[str]) -> Expr:
        """Whether a result is one of those wanted; where there is none yet, whether all that are possible are, or none of them is."""
        outcomes = list(possible)
        ours = t.some([held for held, id in outcomes if id in wanted])
        others = t.some([held for held, id in outcomes if id not in wanted])
        left = t.iif(ours, t.iif(others, None, True), False)
        known = t.some([t.compared_text(actual, id) for id in wanted]) if isinstance(actual, str) else None
        return t.iif(t.exists(actual), known, left)

    def quantity(self, quantity: Any, wide: bool) -> Wide:
        if isinstance(quantity, int) or (isinstance(quantity, str) and not quantity[0].isalpha()):
            return point(constant(read(quantity)))
        if isinstance(quantity, str):
            return self.wide(quantity) if wide else self.known_or_wide(quantity)
        head, rest = quantity[0], quantity[1:]
        if head == "count":
            truths = [self.truth(condition, wide) for condition in rest]
            low = t.added(t.iif(truth, 1, 0) for truth in truths)
            high = t.added(t.iif(t.negated(truth), 0, 1) for truth in truths)
            return Wide(low, high, 1, 0, len(truths))
        if head == "ticks":
            return self.ticks(rest[0], wide)
        return w.gathered(head, [self.quantity(name, wide) for name in rest])

    def known_or_wide(self, name: str) -> Wide:
        """A value; where it is blank, all that it could be. Of a question that is always asked the wide reading is just that."""
        if name in self.questions and not self.questions[name].get("asks"):
            return self.wide(name)
        return self.memo("known or wide", name, self._known_or_wide)  # type: ignore[no-any-return]

    def _known_or_wide(self, name: str) -> Wide:
        actual, wide = self.value(name), self.wide(name)
        scale = checked(math.lcm(actual.scale, wide.scale))
        actual, wide = on(actual, scale), wide_on(wide, scale)
        known = t.exists(actual.number)
        low, high = t.iif(known, actual.number, wide.low), t.iif(known, actual.number, wide.high)
        blank = actual.blank
        index = self.numbers[name]
        return Wide(
            self.let(f"x{index}", low), self.let(f"y{index}", high), scale,
            min(actual.low, wide.least), max(actual.high, wide.most),
            t.every([blank, wide.maybe]), t.some([actual.absent, t.every([blank, wide.absent])]),
        )  # fmt: skip

    def ticks(self, name: str, wide: bool) -> Wide:
        """How many answers are ticked, without the one that excludes all others."""
        question, state = self.questions[name], self.state(name, wide)
        none = question.get("none")
        count = len(question["options"]) - (1 if none is not None else 0)
        ticked = f"{self.answer(name)}.where($this != {t.quoted(none)})" if none is not None else self.answer(name)
        known = t.every([self.asks(name, False), self.answered(name)])
        unsure = t.negated(t.exists(state)) if isinstance(state, str) else state is None
        low, high = t.iif(known, f"{ticked}.count()", 0), t.iif(known, f"{ticked}.count()", count)
        return Wide(low, high, 1, 0, count, unsure, t.sure(t.negated(state)))
