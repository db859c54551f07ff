"""The reference scorer: runs a plan on answers. `client/scoring.js` gives the same result; `plan` says what everything means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from ebbtide.selfcheck.answers import Answer, read_answers
from ebbtide.selfcheck.domains import round_to
from ebbtide.selfcheck.plan import Json, Plan
from ebbtide.selfcheck.ranges import Exact, exact
from ebbtide.selfcheck.spans import (
    ABSENT,
    BLANK,
    Span,
    State,
    Truth,
    Value,
    compared,
    counted,
    gather,
    hull,
    meets,
    point,
    read,
    written,
)

OPEN: Final = 2
"""Of the readings (``wide``: False actual, True wide), the one that `range` is made of: see `ebbtide.selfcheck.plan`."""

__all__ = [
    "ABSENT",
    "BLANK",
    "OPEN",
    "Answer",
    "Run",
    "Span",
    "Truth",
    "Value",
    "compared",
    "gather",
    "hull",
    "meets",
    "point",
    "read",
    "score",
    "written",
]


def score(plan: Plan, answers: Mapping[str, Any]) -> Json:
    """The result of `answers`, which are question ids with an `Answer` each; an id that is missing is a blank.

    Returns a dict of JSON values with the keys scores, bands, flags, findings, missing, range and asked: see
    `ebbtide.selfcheck.plan`. Raises ValueError, with a plain sentence, for answers that are not of the form.
    """
    return Run(plan.data, answers).result()


class Run:
    """One plan with one set of answers. Values are worked out when asked for, once."""

    def __init__(self, data: Json, answers: Mapping[str, Any]) -> None:
        self.data = data
        self.questions = {question["id"]: question for question in data["questions"]}
        self.scores = {score["id"]: score for score in data["scores"]}
        self.tables = {table["id"]: table for table in data["bands"]}
        self.findings = {finding["id"]: finding for finding in data["findings"]}
        self.answers = read_answers(self.questions, answers)
        self.known: dict[tuple[str, str, int], Any] = {}

    def result(self) -> Json:
        scores = {name: self.value(name, False) for name in self.scores}
        findings = {name: self.finding(name) for name in self.findings}
        missing = {
            name: self.blanks(self.scores[name]["needs"]) for name, value in scores.items() if value is BLANK
        } | {name: self.blanks(self.findings[name]["needs"]) for name, found in findings.items() if found is None}
        return {
            "scores": {name: None if isinstance(value, State) else written(value[0]) for name, value in scores.items()},
            "bands": {name: self.band(name) for name in self.tables},
            "flags": [flag["id"] for flag in self.data["flags"] if self.truth(flag["when"], False)],
            "findings": findings,
            "missing": missing,
            "range": self.range(),
            "asked": self.asked(),
        }

    def asked(self) -> list[str]:
        """Ids of the questions that are asked, in order."""
        return [name for name in self.questions if self.asks(name, False)]

    def flags_now(self) -> list[str]:
        """Flags that are shown at once and whose condition holds."""
        return [flag["id"] for flag in self.data["flags"] if flag.get("at_once") and self.truth(flag["when"], False)]

    def blanks(self, needs: Iterable[str]) -> list[str]:
        return [name for name in needs if self.asks(name, False) and self.points(name) is BLANK]

    def range(self) -> Json:
        """What blanks leave open: see "Three readings" in `ebbtide.selfcheck.plan`."""
        found: Json = {}
        if all(self.value(name, False) is not BLANK for name in self.questions):
            return found
        for name in self.scores:
            value = self.value(name, OPEN)
            if not isinstance(value, State) and (value[0] != value[1] or value[2]):
                found[name] = {"low": written(value[0]), "high": written(value[1])}
        for name, table in self.tables.items():
            bands = self.possible_bands(name, OPEN)
            if table["score"] not in found and len(bands) < 2:
                continue
            value = self.value(table["score"], OPEN)
            if isinstance(value, State):
                continue
            entry = found.setdefault(name, {"low": written(value[0]), "high": written(value[1])})
            entry["bands"] = bands
        for name in self.findings:
            rules = self.possible_rules(name, OPEN)
            if len(rules) > 1:
                found[name] = {"findings": rules}
        return found

    def memo(self, kind: str, name: str, wide: int, work: Callable[[str, int], Any]) -> Any:
        key = (kind, name, wide)
        if key not in self.known:
            self.known[key] = work(name, wide)
        return self.known[key]

    # Questions

    def asks(self, name: str, wide: int) -> Truth:
        """Whether a question is asked. In the actual reading an unknown condition is a no, which `_asks` tells apart."""
        state: Truth = self.memo("asks", name, wide, self._asks)[0]
        return bool(state) if not wide else state

    def _asks(self, name: str, wide: int) -> tuple[Truth, list[Any]]:
        """The truth of all its conditions together, and what it may count as where they do not hold."""
        implied: list[Any] = []
        state: Truth = True
        for condition, absent in self.questions[name].get("asks", ()):
            truth = self.truth(condition, wide)
            if truth is True:
                continue
            implied.append(absent)
            if truth is False:
                return False, implied
            state = None
            if not wide:
                return state, []
        return state, implied

    def points(self, name: str) -> Value:
        """The number that was answered, or BLANK; of a question that was asked."""
        answer = self.answers.get(name)
        if answer is None:
            return BLANK
        question = self.questions[name]
        if question["kind"] == "one":
            option = next(option for option in question["options"] if option[0] == answer)
            if len(option) < 2:
                return ABSENT  # an answer without points is never used as a number
            return BLANK if option[1] is None else point(read(option[1]))
        if question["kind"] == "many":
            chosen = [option[1] for option in question["options"] if option[0] in answer and len(option) > 1]
            return (
                BLANK if None in chosen else point(exact(sum((Fraction(read(value)) for value in chosen), Fraction(0))))
            )
        return point(answer)

    def question(self, name: str, wide: int) -> Value:
        state, implied = self.memo("asks", name, wide, self._asks)
        if not wide:
            if state:
                return self.points(name)
            return BLANK if state is None else self.implied(name, implied[0], wide)
        parts = [self.implied(name, absent, wide) for absent in implied]
        if state is not False:
            value = self.points(name) if self.asks(name, False) else BLANK
            parts.append(self.full(name) if value is BLANK else value)
        return hull(parts)

    def implied(self, name: str, absent: Any, wide: int) -> Value:
        if absent == "out":
            return ABSENT
        if absent == "blank":
            return self.full(name) if wide else BLANK
        return point(read(absent))

    def full(self, name: str) -> Value:
        question = self.questions[name]
        return (read(question["low"]), read(question["high"]), False) if "low" in question else ABSENT

    # Scores

    def value(self, name: str, wide: int) -> Value:
        """The value of a question or a score."""
        if name in self.questions:
            return self.memo("value", name, wide, self.question)  # type: ignore[no-any-return]
        return self.memo("value", name, wide, self.score)  # type: ignore[no-any-return]

    def score(self, name: str, wide: int) -> Value:
        score = self.scores[name]
        guard = self.truth(score["guard"], wide) if "guard" in score else True
        value: Value
        if guard is False:
            value = ABSENT
        elif guard is None and not wide:
            return BLANK
        else:
            value = self.work(score, wide)
            if not isinstance(value, State):
                low, high, maybe = value
                if "round" in score:
                    how, to = score["round"]
                    low, high = round_to(low, how, read(to)), round_to(high, how, read(to))
                value = (low, high, maybe or guard is None)
        if "absent" not in score or value is BLANK:
            return value
        implied = point(read(score["absent"]))
        if isinstance(value, State):
            return implied
        return hull([(value[0], value[1], False), implied]) if value[2] else value

    def work(self, score: Json, wide: int) -> Value:
        op = score["op"]
        if op in ("sum", "mean", "max", "min", "count"):
            if op == "count":
                items = [counted(self.truth(condition, wide), wide) for condition in score["of"]]
            else:
                items = [self.term(term, wide) for term in score["of"]]
            if not wide:
                return self.gather_known(score, items)
            return self.gather_open(score, items) if wide == OPEN and "blank" in score else gather(score, items)
        if op == "between":
            items = [self.value(name, wide) for name in score["of"]]
        else:
            items = [self.term(term, wide) for term in score["of"]]
        if ABSENT in items or BLANK in items:
            return ABSENT if ABSENT in items else BLANK
        spans = [item for item in items if not isinstance(item, State)]
        maybe = any(span[2] for span in spans)
        if op == "between":
            (a, b, _), (c, d, _) = spans
            return ((c - a) % 1440, (c - a) % 1440, maybe) if a == b and c == d else (0, 1439, maybe)
        if op == "ratio":
            return self.ratio(score, spans[0], spans[1], maybe, wide)
        found = [read(row[0]) for row in score["rows"] if meets(row, spans[0])]
        if found:
            return (min(found), max(found), maybe)
        return (read(score["low"]), read(score["high"]), maybe) if wide else BLANK

    def term(self, term: Sequence[Any], wide: int) -> Value:
        name, times, plus = term
        if name is None:
            return point(read(plus))
        value = self.value(name, wide)
        if isinstance(value, State) or (times == 1 and plus == 0):
            return value
        ends = [exact(Fraction(end) * Fraction(read(times)) + read(plus)) for end in value[:2]]
        return (min(ends), max(ends), value[2])

    def gather_known(self, score: Json, items: Sequence[Value]) -> Value:
        """A sum, mean, largest or smallest of what is known, by the score's blank rule."""
        present = [item for item in items if item is not ABSENT]
        known = [item[0] for item in present if not isinstance(item, State)]
        blank = len(present) - len(known)
        rule = score.get("blank", {"allow": 0, "then": "out"})
        if not present:
            return ABSENT
        if blank > rule["allow"] or not known:
            return BLANK
        if rule["then"] == "value":
            known += [read(rule["value"])] * blank
        total: Exact
        if score["op"] in ("max", "min"):
            total = max(known) if score["op"] == "max" else min(known)
        else:
            total = sum(known)
            if score["op"] == "mean":
                total = exact(Fraction(total) / len(known))
            elif rule["then"] == "scale":
                total = exact(Fraction(total) * len(present) / len(known))
            if blank and "round" in rule:
                total = round_to(total, rule["round"][0], read(rule["round"][1]))
        return point(exact(Fraction(total) + read(score.get("plus", 0))))

    def gather_open(self, score: Json, items: Sequence[Value]) -> Value:
        """As `gather`, and what the score's blank rule makes of items that stay blank whatever is answered still."""
        rule, staying = score["blank"], self.staying(score)
        spans = [item for item in items if not isinstance(item, State)]
        if not any(staying) or not spans:
            return gather(score, items)
        instead: Value = ABSENT  # leave_out
        if rule["then"] == "value":
            instead = point(read(rule["value"]))
        elif rule["then"] == "scale":  # each counts as much as the mean of those that are known
            instead = (min(span[0] for span in spans), max(span[1] for span in spans), False)
        found = gather(
            {**score, "plus": 0},
            [hull([item, instead]) if stays else item for item, stays in zip(items, staying, strict=True)],
        )
        assert not isinstance(found, State)
        low, high, _ = found
        if "round" in rule:
            how, to = rule["round"][0], read(rule["round"][1])
            low, high = min(low, round_to(low, how, to)), max(high, round_to(high, how, to))
        plus = read(score.get("plus", 0))
        # Where all known ones are left out it is blank, not absent.
        return (exact(Fraction(low) + plus), exact(Fraction(high) + plus), all(span[2] for span in spans))

    def staying(self, score: Json) -> list[bool]:
        """Of each item of a score, whether it may stay blank whatever is answered still."""
        if score["op"] == "count":
            return [self.unknown(condition) for condition in score["of"]]
        names = score["of"] if score["op"] == "between" else [term[0] for term in score["of"]]
        return [name is not None and self.stays(name) for name in names]

    def unknown(self, condition: Sequence[Any]) -> bool:
        """Whether a condition may be unknown whatever is answered still."""
        return self.truth(condition, OPEN) is None and self.reads_staying(condition)

    def reads_staying(self, condition: Any) -> bool:
        """Whether a condition reads what may stay blank; of one that asks for a result this is taken for granted."""
        if isinstance(condition, list):
            return condition[0] in ("band", "finding") or any(self.reads_staying(part) for part in condition)
        return (condition in self.questions or condition in self.scores) and self.stays(condition)

    def stays(self, name: str) -> bool:
        """Whether a question or a score may be blank whatever is answered still."""
        return bool(self.memo("stays", name, OPEN, self._stays))

    def _stays(self, name: str, wide: int) -> bool:
        if name in self.questions:
            state, implied = self.memo("asks", name, wide, self._asks)
            question = self.questions[name]
            if any(self.unknown(condition) for condition, _ in question.get("asks", ())):
                return True
            answered = self.asks(name, False) and self.answers.get(name) is not None
            by_answer = (
                self.points(name) is BLANK
                if answered
                else any(option[1:] == [None] for option in question.get("options", ()))
            )
            return "blank" in implied or (state is not False and by_answer)
        score, staying = self.scores[name], self.staying(self.scores[name])
        if "guard" in score and self.unknown(score["guard"]):
            return True
        if score.get("zero") == "blank":
            divisor = self.term(score["of"][1], wide)
            if not isinstance(divisor, State) and divisor[0] <= 0 <= divisor[1]:
                return True
        if not any(staying) or sum(staying) > score.get("blank", {"allow": 0})["allow"]:
            return any(staying)
        known = [part for part, stays in zip(score["of"], staying, strict=True) if not stays]
        return not any(score["op"] == "count" or self.is_sure(self.term(part, wide)) for part in known)

    @staticmethod
    def is_sure(value: Value) -> bool:
        """Whether it is a number, whatever is answered still."""
        return not isinstance(value, State) and not value[2]

    def ratio(self, score: Json, top: Span, bottom: Span, maybe: bool, wide: int) -> Value:
        if bottom[0] <= 0 <= bottom[1]:
            zero = score.get("zero", "blank")
            if bottom[0] == bottom[1] and zero != "blank":
                return (read(zero), read(zero), maybe)
            return (read(score["low"]), read(score["high"]), maybe) if wide else BLANK
        ends = [exact(Fraction(a) / Fraction(b)) for a in top[:2] for b in bottom[:2]]
        return (min(ends), max(ends), maybe)

    # Results

    def band(self, name: str) -> str | None:
        table = self.tables[name]
        for condition, band in table.get("override", ()):
            if self.truth(condition, False):
                return str(band)
        value = self.value(table["score"], False)
        if isinstance(value, State):
            return None
        for condition, rows in table["cases"]:
            if condition is None or self.truth(condition, False):
                return next((row[0] for row in rows if meets(row, value)), None)
        return None

    def possible_bands(self, name: str, wide: int = True) -> list[str]:
        """Every band that the blanks leave open, from low to high."""
        table = self.tables[name]
        found: set[str] = set()
        certain = False
        for condition, band in table.get("override", ()):
            truth = self.truth(condition, wide)
            if truth is not False:
                found.add(band)
            if truth:
                certain = True
                break
        value = self.value(table["score"], wide)
        if not certain and not isinstance(value, State):
            for condition, rows in table["cases"]:
                truth = True if condition is None else self.truth(condition, wide)
                if truth is not False:
                    found.update(row[0] for row in rows if meets(row, value))
                if truth:
                    break
        order = [row[0] for _, rows in table["cases"] for row in rows]
        return [band for band in dict.fromkeys(order) if band in found]

    def possible_outcomes(self, name: str, wide: int) -> list[str | None]:
        """Every band that the blanks leave open, and None where the score may be absent and no override is certain."""
        table = self.tables[name]
        value = self.value(table["score"], wide)
        bands: list[str | None] = [*self.possible_bands(name, wide)]
        certain = any(self.truth(condition, wide) for condition, _ in table.get("override", ()))
        return bands if certain or not (isinstance(value, State) or value[2]) else [*bands, None]

    def finding(self, name: str) -> str | None:
        finding = self.findings[name]
        unknown = False
        for rule, condition in finding["rules"]:
            truth = self.truth(condition, False)
            if truth:
                return None if unknown and (finding["pick"] == "first" or rule == "otherwise") else str(rule)
            unknown = unknown or truth is None
        return None

    def possible_rules(self, name: str, wide: int = True) -> list[str]:
        found: list[str] = []
        for rule, condition in self.findings[name]["rules"]:
            truth = self.truth(condition, wide)
            if truth is not False:
                found.append(rule)
            if truth:
                break
        return found

    # Conditions

    def truth(self, condition: Sequence[Any], wide: int) -> Truth:
        head, rest = condition[0], condition[1:]
        if head in ("and", "or"):
            stop = head == "or"
            truths = [self.truth(part, wide) for part in rest]
            return stop if stop in truths else None if None in truths else not stop
        if head == "not":
            inner = self.truth(rest[0], wide)
            return None if inner is None else not inner
        if head == "sure":
            inner = self.truth(rest[0], wide)
            return inner if wide else bool(inner)
        if head in (">=", ">", "=", "!="):
            return compared(head, self.quantity(rest[0], wide), self.quantity(rest[1], wide))
        if head == "asked":
            return self.asks(rest[0], wide)
        if head == "answered":
            return (
                self.asks(rest[0], wide)
                if wide
                else self.asks(rest[0], False) and self.answers.get(rest[0]) is not None
            )
        if head == "blank":
            return False if wide else self.asks(rest[0], False) and self.answers.get(rest[0]) is None
        if head in ("is", "has"):
            return self.chosen(rest[0], rest[1], wide)
        if head == "band":
            possible: Callable[[], list[str | None]] = lambda: self.possible_outcomes(rest[0], wide or True)  # noqa: E731
            return self.among(self.band(rest[0]), possible, rest[1], wide)
        return self.among(self.finding(rest[0]), lambda: self.possible_rules(rest[0], wide or True), rest[1], wide)

    def chosen(self, name: str, options: Sequence[str], wide: int) -> Truth:
        state: Truth = self.memo("asks", name, wide, self._asks)[0]
        if state is False:
            return False
        answer = self.answers.get(name) if self.asks(name, False) else None
        if answer is None:
            return None
        held = any(part in options for part in answer) if isinstance(answer, list) else answer in options
        return held if state or not held else None

    def among(
        self, actual: str | None, possible: Callable[[], Sequence[str | None]], wanted: Sequence[str], wide: int
    ) -> Truth:
        if not wide and actual is not None:
            return actual in wanted
        held = {name in wanted for name in possible()}
        return None if len(held) > 1 else held == {True}

    def quantity(self, quantity: Any, wide: int) -> Value:
        if isinstance(quantity, int) or not quantity[0].isalpha():
            return point(read(quantity))
        if isinstance(quantity, str):
            value = self.value(quantity, wide)
            return self.value(quantity, True) if value is BLANK else value
        head, rest = quantity[0], quantity[1:]
        if head == "count":
            truths = [self.truth(condition, wide) for condition in rest]
            sure = sum(truth is True for truth in truths)
            return (sure, sure + sum(truth is None for truth in truths), False)
        if head == "ticks":
            return self.ticks(rest[0], wide)
        return gather({"op": head}, [self.quantity(name, wide) for name in rest])

    def ticks(self, name: str, wide: int) -> Value:
        question = self.questions[name]
        state: Truth = self.memo("asks", name, wide, self._asks)[0]
        if state is False:
            return ABSENT
        answer = self.answers.get(name) if self.asks(name, False) else None
        count = len(question["options"]) - (1 if "none" in question else 0)
        if not isinstance(answer, list):
            return (0, count, state is None)
        ticked = sum(option != question.get("none") for option in answer)
        return (ticked, ticked, state is None)
