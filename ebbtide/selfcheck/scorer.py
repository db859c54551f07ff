"""The reference scorer: runs a plan on answers. `client/scoring.js` gives the same result; `plan` says what everything means."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from ebbtide.selfcheck.domains import round_to
from ebbtide.selfcheck.plan import Json, Plan
from ebbtide.selfcheck.ranges import Exact, exact

Answer = str | int | float | list[str] | None
"""An option's id, a list of ids, a number, "HH:MM", or None for a blank."""

Truth = bool | None
"""None is unknown: it depends on a blank."""


class _State:
    """A value that is no number."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


BLANK: Final = _State("blank")
ABSENT: Final = _State("absent")

Span = tuple[Exact, Exact, bool]
"""Lowest and highest number, and whether it may also be absent. In the actual reading both are one, and it may not."""
Value = Span | _State


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
        self.known: dict[tuple[str, str, bool], Any] = {}

    def result(self) -> Json:
        scores = {name: self.value(name, False) for name in self.scores}
        findings = {name: self.finding(name) for name in self.findings}
        missing = {
            name: self.blanks(self.scores[name]["needs"]) for name, value in scores.items() if value is BLANK
        } | {name: self.blanks(self.findings[name]["needs"]) for name, found in findings.items() if found is None}
        return {
            "scores": {
                name: None if isinstance(value, _State) else written(value[0]) for name, value in scores.items()
            },
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
        """What blanks leave open: see "Two readings" in `ebbtide.selfcheck.plan`."""
        found: Json = {}
        if all(self.value(name, False) is not BLANK for name in self.questions):
            return found
        for name in self.scores:
            value = self.value(name, True)
            if not isinstance(value, _State) and (value[0] != value[1] or value[2]):
                found[name] = {"low": written(value[0]), "high": written(value[1])}
        for name, table in self.tables.items():
            bands = self.possible_bands(name)
            if table["score"] not in found and len(bands) < 2:
                continue
            value = self.value(table["score"], True)
            if isinstance(value, _State):
                continue
            entry = found.setdefault(name, {"low": written(value[0]), "high": written(value[1])})
            entry["bands"] = bands
        for name in self.findings:
            rules = self.possible_rules(name)
            if len(rules) > 1:
                found[name] = {"findings": rules}
        return found

    def memo(self, kind: str, name: str, wide: bool, work: Callable[[str, bool], Any]) -> Any:
        key = (kind, name, wide)
        if key not in self.known:
            self.known[key] = work(name, wide)
        return self.known[key]

    # Questions

    def asks(self, name: str, wide: bool) -> Truth:
        """Whether a question is asked. In the actual reading an unknown condition is a no, which `_asks` tells apart."""
        state: Truth = self.memo("asks", name, wide, self._asks)[0]
        return bool(state) if not wide else state

    def _asks(self, name: str, wide: bool) -> tuple[Truth, list[Any]]:
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

    def question(self, name: str, wide: bool) -> Value:
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

    def implied(self, name: str, absent: Any, wide: bool) -> Value:
        if absent == "out":
            return ABSENT
        if absent == "blank":
            return self.full(name) if wide else BLANK
        return point(read(absent))

    def full(self, name: str) -> Value:
        question = self.questions[name]
        return (read(question["low"]), read(question["high"]), False) if "low" in question else ABSENT

    # Scores

    def value(self, name: str, wide: bool) -> Value:
        """The value of a question or a score."""
        if name in self.questions:
            return self.memo("value", name, wide, self.question)  # type: ignore[no-any-return]
        return self.memo("value", name, wide, self.score)  # type: ignore[no-any-return]

    def score(self, name: str, wide: bool) -> Value:
        score = self.scores[name]
        guard = self.truth(score["guard"], wide) if "guard" in score else True
        value: Value
        if guard is False:
            value = ABSENT
        elif guard is None and not wide:
            return BLANK
        else:
            value = self.work(score, wide)
            if not isinstance(value, _State):
                low, high, maybe = value
                if "round" in score:
                    how, to = score["round"]
                    low, high = round_to(low, how, read(to)), round_to(high, how, read(to))
                value = (low, high, maybe or guard is None)
        if "absent" not in score or value is BLANK:
            return value
        implied = point(read(score["absent"]))
        if isinstance(value, _State):
            return implied
        return hull([(value[0], value[1], False), implied]) if value[2] else value

    def work(self, score: Json, wide: bool) -> Value:
        op = score["op"]
        if op in ("sum", "mean", "max", "min", "count"):
            if op == "count":
                items = [_counted(self.truth(condition, wide), wide) for condition in score["of"]]
            else:
                items = [self.term(term, wide) for term in score["of"]]
            return gather(score, items) if wide else self.gather_known(score, items)
        if op == "between":
            items = [self.value(name, wide) for name in score["of"]]
        else:
            items = [self.term(term, wide) for term in score["of"]]
        if ABSENT in items or BLANK in items:
            return ABSENT if ABSENT in items else BLANK
        spans = [item for item in items if not isinstance(item, _State)]
        maybe = any(span[2] for span in spans)
        if op == "between":
            (a, b, _), (c, d, _) = spans
            return ((c - a) % 1440, (c - a) % 1440, maybe) if a == b and c == d else (0, 1439, maybe)
        if op == "ratio":
            return self.ratio(score, spans[0], spans[1], maybe, wide)
        found = [read(row[0]) for row in score["rows"] if meets(row, spans[0])]
        if found:
            return (min(found), max(found), maybe) if wide else point(found[0])
        return (read(score["low"]), read(score["high"]), maybe) if wide else BLANK

    def term(self, term: Sequence[Any], wide: bool) -> Value:
        name, times, plus = term
        if name is None:
            return point(read(plus))
        value = self.value(name, wide)
        if isinstance(value, _State) or (times == 1 and plus == 0):
            return value
        ends = [exact(Fraction(end) * Fraction(read(times)) + read(plus)) for end in value[:2]]
        return (min(ends), max(ends), value[2])

    def gather_known(self, score: Json, items: Sequence[Value]) -> Value:
        """A sum, mean, largest or smallest of what is known, by the score's blank rule."""
        present = [item for item in items if item is not ABSENT]
        known = [item[0] for item in present if not isinstance(item, _State)]
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
            elif blank and rule["then"] == "scale":
                total = exact(Fraction(total) * len(present) / len(known))
            if blank and "round" in rule:
                total = round_to(total, rule["round"][0], read(rule["round"][1]))
        return point(exact(Fraction(total) + read(score.get("plus", 0))))

    def ratio(self, score: Json, top: Span, bottom: Span, maybe: bool, wide: bool) -> Value:
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
        if isinstance(value, _State):
            return None
        for condition, rows in table["cases"]:
            if condition is None or self.truth(condition, False):
                return next((row[0] for row in rows if meets(row, value)), None)
        return None

    def possible_bands(self, name: str) -> list[str]:
        """Every band that the blanks leave open, from low to high."""
        table = self.tables[name]
        found: set[str] = set()
        certain = False
        for condition, band in table.get("override", ()):
            truth = self.truth(condition, True)
            if truth is not False:
                found.add(band)
            if truth:
                certain = True
                break
        value = self.value(table["score"], True)
        if not certain and not isinstance(value, _State):
            for condition, rows in table["cases"]:
                truth = True if condition is None else self.truth(condition, True)
                if truth is not False:
                    found.update(row[0] for row in rows if meets(row, value))
                if truth:
                    break
        order = [row[0] for _, rows in table["cases"] for row in rows]
        return [band for band in dict.fromkeys(order) if band in found]

    def finding(self, name: str) -> str | None:
        finding = self.findings[name]
        unknown = False
        for rule, condition in finding["rules"]:
            truth = self.truth(condition, False)
            if truth:
                return None if unknown and (finding["pick"] == "first" or rule == "otherwise") else str(rule)
            unknown = unknown or truth is None
        return None

    def possible_rules(self, name: str) -> list[str]:
        found: list[str] = []
        for rule, condition in self.findings[name]["rules"]:
            truth = self.truth(condition, True)
            if truth is not False:
                found.append(rule)
            if truth:
                break
        return found

    # Conditions

    def truth(self, condition: Sequence[Any], wide: bool) -> Truth:
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
                self.asks(rest[0], True)
                if wide
                else self.asks(rest[0], False) and self.answers.get(rest[0]) is not None
            )
        if head == "blank":
            return False if wide else self.asks(rest[0], False) and self.answers.get(rest[0]) is None
        if head in ("is", "has"):
            return self.chosen(rest[0], rest[1], wide)
        if head == "band":
            return self.among(self.band(rest[0]), lambda: self.possible_bands(rest[0]), rest[1], wide)
        return self.among(self.finding(rest[0]), lambda: self.possible_rules(rest[0]), rest[1], wide)

    def chosen(self, name: str, options: Sequence[str], wide: bool) -> Truth:
        state: Truth = self.memo("asks", name, wide, self._asks)[0]
        if state is False:
            return False
        answer = self.answers.get(name) if self.asks(name, False) else None
        if answer is None:
            return None
        held = any(part in options for part in answer) if isinstance(answer, list) else answer in options
        return held if state or not held else None

    def among(self, actual: str | None, possible: Callable[[], list[str]], wanted: Sequence[str], wide: bool) -> Truth:
        if not wide and actual is not None:
            return actual in wanted
        held = {name in wanted for name in possible()}
        return None if len(held) > 1 else held == {True}

    def quantity(self, quantity: Any, wide: bool) -> Value:
        if isinstance(quantity, int) or (isinstance(quantity, str) and not quantity[0].isalpha()):
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

    def ticks(self, name: str, wide: bool) -> Value:
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


def point(value: Exact) -> Span:
    return (value, value, False)


def hull(parts: Sequence[Value]) -> Value:
    """The least span that holds all of `parts`."""
    spans = [part for part in parts if not isinstance(part, _State)]
    if not spans:
        return ABSENT
    maybe = len(spans) < len(parts) or any(span[2] for span in spans)
    return (min(span[0] for span in spans), max(span[1] for span in spans), maybe)


def gather(score: Json, items: Sequence[Value]) -> Value:
    """A sum, count, mean, largest or smallest of spans, none of them blank."""
    spans = [item for item in items if not isinstance(item, _State)]
    if not spans:
        return ABSENT
    op = score["op"]
    maybe = all(span[2] for span in spans)
    sure = [span for span in spans if not span[2]]
    low: Exact
    high: Exact
    if op in ("sum", "count"):
        low = sum(min(span[0], 0) if span[2] else span[0] for span in spans)
        high = sum(max(span[1], 0) if span[2] else span[1] for span in spans)
        if maybe:  # where none of them is there it is absent, not 0
            low, high = low or min(span[0] for span in spans), high or max(span[1] for span in spans)
        plus = read(score.get("plus", 0))
        low, high = exact(Fraction(low) + plus), exact(Fraction(high) + plus)
    elif op == "mean":
        if len(sure) < len(spans):
            low, high = min(span[0] for span in spans), max(span[1] for span in spans)
        else:
            low = exact(Fraction(sum(span[0] for span in spans)) / len(spans))
            high = exact(Fraction(sum(span[1] for span in spans)) / len(spans))
    elif op == "max":
        low = max(span[0] for span in sure) if sure else min(span[0] for span in spans)
        high = max(span[1] for span in spans)
    else:
        low = min(span[0] for span in spans)
        high = min(span[1] for span in sure) if sure else max(span[1] for span in spans)
    return (low, high, maybe)


def compared(sign: str, left: Value, right: Value) -> Truth:
    """Whether a comparison of two spans holds, for certain or not for certain; it does not where one is absent."""
    if isinstance(left, _State) or isinstance(right, _State):
        return False
    (a, b, first), (c, d, second) = left, right
    truth: Truth
    if sign == ">=":
        truth = True if a >= d else False if b < c else None
    elif sign == ">":
        truth = True if a > d else False if b <= c else None
    else:
        same: Truth = False if b < c or d < a else True if a == b == c == d else None
        truth = same if sign == "=" or same is None else not same
    return None if truth and (first or second) else truth


def meets(row: Sequence[Any], span: Span) -> bool:
    """Whether a row of a plan holds a number of the span."""
    low, high, bits = row[1], row[2], row[3] if len(row) > 3 else 0
    if low is not None and (span[1] < (low := read(low)) or (bits & 1 and span[1] == low)):
        return False
    return high is None or span[0] < (high := read(high)) or (not bits & 2 and span[0] == high)


def _counted(truth: Truth, wide: bool) -> Value:
    if truth is None:
        return (0, 1, False) if wide else BLANK
    return point(int(truth))


_NUMBERS: dict[str, Exact] = {}


def read(number: int | str) -> Exact:
    """A number of a plan."""
    if isinstance(number, int):
        return number
    if number not in _NUMBERS:
        _NUMBERS[number] = exact(Fraction(number))
    return _NUMBERS[number]


def written(number: Exact) -> int | float:
    """A number of a result: an integer where it is whole, else its decimal, of 6 places, halves up."""
    if isinstance(number, int):
        return number
    scaled = math.floor(number * 10**6 + Fraction(1, 2))
    return float(f"{'-' if scaled < 0 else ''}{abs(scaled) // 10**6}.{abs(scaled) % 10**6:06d}")


_TIME = re.compile(r"([0-9]{1,3}):([0-5][0-9])")


def read_answers(questions: Mapping[str, Json], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with numbers and times made exact; raises ValueError for one that is not of the form."""
    found: dict[str, Any] = {}
    for name, answer in answers.items():
        if name not in questions:
            raise ValueError(f"{name} is not a question of this self-check.")
        if answer is not None:
            found[name] = _read_answer(questions[name], answer)
    return found


def _read_answer(question: Json, answer: Any) -> Any:
    name, kind = question["id"], question["kind"]
    options = [option[0] for option in question.get("options", ())]
    if kind == "one":
        if not isinstance(answer, str) or answer not in options:
            raise ValueError(f"The answer to {name} is not one of its answers.")
        return answer
    if kind == "many":
        if not isinstance(answer, list) or any(part not in options for part in answer):
            raise ValueError(f"The answer to {name} is not a list of its answers.")
        if len(set(answer)) < len(answer):
            raise ValueError(f"The answer to {name} holds one answer twice.")
        if question.get("none") in answer and len(answer) > 1:
            raise ValueError(f"The answer to {name} says none of them and another.")
        return None if not answer and "none" in question else answer
    value = _number(answer) if kind == "number" else _minutes(answer, kind)
    low, high, step = (read(question[end]) for end in ("from", "to", "step"))
    if value is None:
        raise ValueError(f"The answer to {name} is not a {'number' if kind == 'number' else 'time'}.")
    shifted = value + 1440 if kind == "time" and value < low else value
    if shifted < low or shifted > high or Fraction(shifted - low) % Fraction(step):
        raise ValueError(f"The answer to {name} is outside its range, or between its steps.")
    return value


def _number(answer: Any) -> Exact | None:
    if isinstance(answer, bool) or not isinstance(answer, int | float | Decimal):
        return None
    if isinstance(answer, float) and not math.isfinite(answer):
        return None
    return exact(Fraction(repr(answer)) if isinstance(answer, float) else Fraction(answer))


def _minutes(answer: Any, kind: str) -> Exact | None:
    found = _TIME.fullmatch(answer) if isinstance(answer, str) else None
    if found is None or (kind == "time" and int(found[1]) > 23):
        return None
    return int(found[1]) * 60 + int(found[2])
