"""The sheet: what a page and a paper form say. The main test follows it with a pen and compares with the scorer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ebbtide.model.base import parse
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.model.sheet import Ask, Clause, Counts, Quantity, Rounding, Scale, Sheet, Span, runs
from ebbtide.selfcheck import Plan, cases, compile_questionnaire, score
from ebbtide.selfcheck.sheet import make_sheet
from ebbtide.source import parse_yaml
from tests.browser.selfcheck_pages import RICH
from tests.unit.selfcheck.support import HEAD, VECTORS

Value = Fraction | str | None
"""A number, "blank", or None: left out."""


def made(text: str, tables: Mapping[str, Any] | None = None) -> tuple[Sheet, Plan]:
    document, problems = parse_yaml(text, "test.yaml")
    assert document is not None, problems
    questionnaire, problems = parse(Questionnaire, document.fields, document.places)
    assert questionnaire is not None, problems
    plan, problems = compile_questionnaire(questionnaire, tables or {})
    assert plan is not None, problems
    return make_sheet(questionnaire, plan), plan


class Pen:
    """Somebody who follows the sheet with a pen, and knows nothing else. Blanks in conditions are not for pens: `unsure`."""

    def __init__(self, sheet: Sheet, answers: Mapping[str, Any]) -> None:
        self.sheet, self.answers = sheet, answers
        self.asks = {ask.number: ask for ask in sheet.questions}
        self.unsure = False
        self.asked: list[int] = []
        self.left_out: dict[int, Counts] = {}
        self.scores: dict[str, Value] = {}
        self.bands: dict[str, str] = {}
        self.fill_in()

    def fill_in(self) -> None:
        stopped: list[str] = []
        counts = {number: skipped.counts for skipped in self.sheet.skipped for number in skipped.numbers}
        for ask in self.sheet.questions:
            failing = next((each for each in ask.conditions if self.truth(each.clause) == each.skip), None)
            if failing is None and not any(part in ("", ask.part) for part in stopped):
                self.asked.append(ask.number)
            else:
                self.left_out[ask.number] = failing.counts if failing else counts.get(ask.number, ())
            if ask.stop and ask.number in self.asked and self.truth(ask.stop):
                stopped.append(ask.part)

    def answer(self, number: int) -> Any:
        given = self.answers.get(self.asks[number].id)
        return None if given == [] and self.asks[number].alone else given

    def blank(self, number: int) -> bool:
        given = self.answer(number)
        if given is None:
            return True
        chosen = given if isinstance(given, list) else [given]
        return any(choice.counts_as_blank for choice in self.asks[number].choices if choice.id in chosen)

    def words(self, ask: Ask) -> list[str]:
        given = self.answer(ask.number)
        chosen = given if isinstance(given, list) else [given]
        return [choice.words for choice in ask.choices if choice.id in chosen]

    def truth(self, clause: Clause) -> bool:
        kind = clause.kind
        if kind in ("all", "any"):
            return self.joined(clause.clauses, every=kind == "all")
        if kind == "not":
            return not self.truth(clause.clauses[0])
        if kind in ("chosen", "ticked"):
            before, self.unsure = self.unsure, False
            found = []
            for number in clause.numbers:
                here = number in self.asked
                if (here and self.blank(number)) or self.left_out.get(number) == (("blank", ()),):
                    self.unsure = True
                found.append(here and any(words in clause.words for words in self.words(self.asks[number])))
            self.unsure = before or (self.unsure and (any(found) if clause.each else not any(found)))
            return all(found) if clause.each else any(found)
        if kind in ("answered", "blank", "asked"):
            number = clause.numbers[0]
            here = number in self.asked
            return {"asked": here, "answered": here and not self.blank(number), "blank": here and self.blank(number)}[
                kind
            ]
        if kind == "result":
            return self.bands.get(clause.title, "?") in clause.words
        assert clause.left is not None
        assert clause.right is not None
        left, right = self.quantity(clause.left), self.quantity(clause.right)
        if left is None or right is None:
            return False
        if isinstance(left, str) or isinstance(right, str):
            self.unsure = True
            return False
        return {
            ">=": left >= right,
            ">": left > right,
            "=": left == right,
            "!=": left != right,
            "<": left < right,
            "<=": left <= right,
        }[clause.sign]

    def joined(self, parts: tuple[Clause, ...], *, every: bool) -> bool:
        """What one part decides for certain is certain, whatever is unsure beside it."""
        before, sure = self.unsure, []
        for part in parts:
            self.unsure = False
            sure.append((self.truth(part), self.unsure))
        decided = (not every, False) in sure
        self.unsure = before or (not decided and any(unsure for _, unsure in sure))
        return all(true for true, _ in sure) if every else any(true for true, _ in sure)

    def quantity(self, of: Quantity) -> Value:
        if of.kind == "constant":
            return number_of(of.value)
        if of.kind == "score":
            return self.scores[of.titles[0]]
        if of.kind == "count":
            return Fraction(sum(self.truth(part) for part in of.clauses))
        if of.kind == "ticks":
            given = self.answer(of.numbers[0])
            return (
                None
                if of.numbers[0] not in self.asked
                else "blank"
                if given is None
                else Fraction(
                    len(
                        set(given)
                        - {choice.id for choice in self.asks[of.numbers[0]].choices if choice.words == of.value}
                    )
                )
            )
        values = [self.points(number, "") for number in of.numbers] + [self.scores[title] for title in of.titles]
        if "blank" in values:
            return "blank"
        known = [value for value in values if isinstance(value, Fraction)]
        if not known:
            return None
        return {"question": sum, "points": sum, "sum": sum, "largest": max, "smallest": min}[of.kind](known)  # type: ignore[operator, no-any-return]

    def points(self, number: int, title: str) -> Value:
        """The points of a question, from the printed lists, for the score `title`."""
        if number not in self.asked:
            counted = next(
                (points for points, titles in self.left_out.get(number, ()) if not titles or title in titles), ""
            )
            return "blank" if counted == "blank" else Fraction(counted) if counted else None
        if self.blank(number):
            return "blank"
        ask = self.asks[number]
        if ask.kind in ("one", "many"):
            lists = [
                each
                for each in self.sheet.points
                if number in each.numbers and (not each.titles or title in each.titles)
            ]
            assert len(lists) == 1, (number, title)
            table = dict(lists[0].rows)
            return sum((Fraction(table[words]) for words in self.words(ask) if words in table), Fraction(0))
        return number_of(str(self.answer(number)))

    def score_all(self) -> None:
        for scale in self.sheet.scales:
            value = self.work(scale)
            self.scores[scale.title] = value
            for table in scale.tables:
                case = next((case for case in table.cases if case.when is None or self.truth(case.when)), None)
                override = next((rule for rule in table.overrides if self.truth(rule.when)), None)
                if table.default and isinstance(value, Fraction) and case is not None:
                    band = next(band.name for band in case.bands if band.span and inside(value, band.span))
                    self.bands[scale.title] = override.band if override else band
                elif table.default and override:
                    self.bands[scale.title] = override.band

    def work(self, scale: Scale) -> Value:
        of = scale.working
        if of.only_if is not None and not self.truth(of.only_if):
            return None
        found = self.plain(scale)
        if found is None and of.absent:
            return Fraction(of.absent)
        return rounded(found, of.round)

    def plain(self, scale: Scale) -> Value:
        of = scale.working
        if of.op == "count":
            values: list[Value] = []
            for part in of.clauses:
                before, self.unsure = self.unsure, False
                true = Fraction(self.truth(part))
                values.append("blank" if self.unsure else true)
                self.unsure = before
        else:
            values = [self.term(term.number, term.title, term.times, term.plus, scale.title) for term in of.terms]
        known = [value for value in values if isinstance(value, Fraction)]
        blanks = values.count("blank")
        there = len(known) + blanks
        if not there:
            return None
        if of.op in ("ratio", "between", "steps"):
            if None in values:
                return None
            if blanks:
                return "blank"
            if of.op == "ratio":
                above, below = known
                return above / below if below else "blank" if of.zero == "blank" else Fraction(of.zero)
            if of.op == "between":
                return (known[1] - known[0]) % 1440
            return Fraction(next(row.points for row in of.rows if inside(known[0], row.span)))
        rule = of.blanks
        if blanks and (rule is None or blanks > rule.allow or not known):
            return "blank"
        if blanks and rule is not None and rule.then == "value":
            known += [Fraction(rule.value)] * blanks
        total = {"sum": sum, "count": sum, "mean": sum, "max": max, "min": min}[of.op](known)  # type: ignore[operator]
        if of.op == "mean":
            total = total / len(known)
        if blanks and rule is not None and rule.then == "scale":
            scaled = rounded(total * there / len(known), rule.round)
            assert isinstance(scaled, Fraction)
            total = scaled
            if rule.whole:
                assert there == rule.items
        return total + Fraction(of.plus or 0)

    def term(self, number: int | None, title: str, times: str, plus: str, score: str) -> Value:
        if number is None and not title and times == "0":
            return Fraction(plus)
        value = self.points(number, score) if number is not None else self.scores[title]
        return value * Fraction(times) + Fraction(plus) if isinstance(value, Fraction) else value


def number_of(text: str) -> Fraction:
    hours, colon, minutes = text.partition(":")
    return Fraction(int(hours) * 60 + int(minutes)) if colon else Fraction(text)


def inside(value: Fraction, span: Span) -> bool:
    if span.low and (value < Fraction(span.low) or (span.low_open and value == Fraction(span.low))):
        return False
    return not span.high or value < Fraction(span.high) or (not span.high_open and value == Fraction(span.high))


def rounded(value: Value, how: Rounding | None) -> Value:
    if how is None or not isinstance(value, Fraction):
        return value
    to = Fraction(how.to)
    steps = {"nearest": lambda x: math.floor(x + Fraction(1, 2)), "up": math.ceil, "down": math.floor}[how.how](
        value / to
    )
    return steps * to


_TEXTS = {path.stem: path.read_text("utf-8") for path in VECTORS} | {"rich": RICH}


def _tables(text: str) -> dict[str, Any]:
    """Vectors that name a table file say so in a comment; where none is given there is nothing to look up."""
    return {}


@pytest.mark.parametrize("name", sorted(_TEXTS))
def test_a_pen_that_follows_the_sheet_gets_what_the_scorer_gets(name: str) -> None:
    sheet, plan = made(_TEXTS[name])
    ids = {ask.number: ask.id for ask in sheet.questions}
    titles = {data["id"]: scale.title for data, scale in zip(plan.data["scores"], sheet.scales, strict=True)}
    if len(set(titles.values())) < len(titles):
        pytest.fail("two scores have the same title, so that paper cannot tell them apart")
    compared = 0
    for answers in cases(plan, 3, 300):
        expected = score(plan, answers)
        pen = Pen(sheet, answers)
        if pen.unsure:
            continue
        assert [ids[number] for number in pen.asked] == expected["asked"]
        pen.score_all()
        if pen.unsure:
            continue
        for id, title in titles.items():
            value = pen.scores[title]
            assert (float(value) if isinstance(value, Fraction) else None) == (
                None if expected["scores"][id] is None else float(expected["scores"][id])
            ), (id, answers)
        compared += 1
    assert compared >= 30


def test_withdrawal_shape() -> None:
    """What the real check's page is made of."""
    text = (Path(__file__).parents[3] / "content" / "questionnaires" / "withdrawal-symptoms.yaml").read_text("utf-8")
    sheet, plan = made(text)
    assert [group.heading for group in sheet.groups] == [
        "Safety first",
        "Your body, in the last 24 hours",
        "Your sleep, in the last 24 hours",
        "Your mind and feelings, in the last 24 hours",
    ]
    assert [scale.id for scale in sheet.main] == ["total"]
    assert [scale.id for scale in sheet.parts] == ["physical", "sleep", "psychological"]
    assert [card.id for card in sheet.cards] == [flag["id"] for flag in plan.data["flags"]]
    assert sheet.points[0].runs == ((4, 17),)
    assert all(card.under for card in sheet.cards)


def test_each_way_to_raise_a_flag_has_its_card() -> None:
    """``a or b``: the card stands under both; ``a and b``: under the later, where it can first hold."""
    sheet, _ = made(
        HEAD
        + """\
questions:
  a: {ask: A?, answers: {x: [X, 0], y: [Y, 1]}}
  b: {ask: B?, answers: {x: [X, 0], y: [Y, 1]}}
  c: {ask: C?, answers: {x: [X, 0], y: [Y, 1]}}
flags:
  either: {when: a is y or c >= 1, show: at_once, level: see-someone, title: T, say: S}
  both: {when: a is y and b is y, show: at_once, level: see-someone, title: T, say: S}
  late: {when: b is y, show: with_result, level: see-someone, title: T, say: S}
"""
    )
    assert [[card.id for card in ask.cards] for ask in sheet.questions] == [["either"], ["both"], ["either"]]
    assert [card.id for card in sheet.late_cards] == ["late"]


@pytest.mark.parametrize(
    ("condition", "kind", "numbers", "words"),
    [
        ("a >= 1", "chosen", (1,), ("Some", "Much")),
        ("a < 2", "chosen", (1,), ("None", "Some")),
        ("2 > a", "chosen", (1,), ("None", "Some")),
        ("a != 1", "chosen", (1,), ("None", "Much")),
        ("any of [a, b] >= 2", "chosen", (1, 2), ("Much",)),
        ("a is much", "chosen", (1,), ("Much",)),
        ("sum of [a, b] >= 3", "compare", (), ()),
        ("a is answered", "answered", (1,), ()),
    ],
)
def test_conditions_become_words_that_stand_on_the_form(
    condition: str, kind: str, numbers: tuple[int, ...], words: tuple[str, ...]
) -> None:
    sheet, _ = made(
        HEAD
        + f"""\
answer_lists: {{how: {{no: [None, 0], some: [Some, 1], much: [Much, 2]}}}}
questions:
  a: {{ask: A?, answers: how}}
  b: {{ask: B?, answers: how}}
  c: {{ask: C?, answers: {{x: X, y: Y}}, ask_if: "{condition}"}}
"""
    )
    clause = list(sheet.questions)[2].conditions[0].clause
    assert (clause.kind, clause.numbers, clause.words) == (kind, numbers, words)


def test_runs_of_numbers() -> None:
    assert runs([1, 2, 3, 5, 6, 9]) == ((1, 3), (5, 5), (6, 6), (9, 9))
    assert runs([]) == ()
