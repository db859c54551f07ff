"""Proofs in words, for the publisher: answers, totals, conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from ebbtide.selfcheck.lower_conditions import number
from ebbtide.selfcheck.plan import Json, Plan
from ebbtide.selfcheck.ranges import Exact

_SIGNS = {">=": ">=", ">": ">", "=": "=", "!=": "!="}
_TURNED = {">=": "<=", ">": "<", "=": "=", "!=": "!="}
_MANY = {"sum": "sum of", "max": "largest of", "min": "smallest of", "count": "count of"}


def said(value: Exact) -> str:
    """A number in digits."""
    if isinstance(value, Fraction) and 10**12 % value.denominator:
        return f"{value.numerator}/{value.denominator}"
    return str(number(value))


def count_of(count: int, noun: str = "pattern") -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def share(part: int, whole: int) -> str:
    """A part of a whole in percent, as exactly as a reader can use."""
    if not whole or not part:
        return "0 %"
    percent = 100 * part / whole if whole < 2**900 else 100 * float(Fraction(part, whole))
    if percent >= 10:
        return f"{percent:.0f} %"
    return f"{percent:.1f} %" if percent >= 0.1 else "less than 0.1 %"


def total_of(score: str) -> str:
    """A score in the middle of a sentence."""
    return f"the {score}" if score in ("total", "sum", "score") else score


def listed(words: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def answer(plan: Plan, question: Json, given: Any) -> str:
    """One answer in the words of the file; `given` as `score` takes it."""
    name = question["id"]
    if given is None:
        return "blank"
    if question["kind"] == "one":
        return plan.words.get(("option", name, given), str(given))
    if question["kind"] == "many":
        return (
            " + ".join(plan.words.get(("option", name, option), option) for option in given)
            if given
            else "nothing chosen"
        )
    return str(given)


def answers(plan: Plan, given: Mapping[str, Any], show: Sequence[str]) -> str:
    """``With these answers: low = Several days, harm = blank,``. Neighbours with one answer are put together."""
    questions = {question["id"]: question for question in plan.data["questions"]}
    runs: list[tuple[list[str], str]] = []
    for name, question in questions.items():
        if name not in show or name not in given:
            continue
        words = answer(plan, question, given[name])
        if runs and runs[-1][1] == words:
            runs[-1][0].append(name)
        else:
            runs.append(([name], words))
    if not runs:
        return "Whatever is answered,"
    parts = [f"{_run(names)} = {words}" for names, words in runs]
    return f"With these answers: {', '.join(parts)},"


def _run(names: Sequence[str]) -> str:
    return f"{names[0]} to {names[-1]}" if len(names) > 2 else " and ".join(names)


def condition(plan: Plan, tree: Sequence[Any]) -> str:
    """A condition of the plan as a clinician would write it."""
    head, *rest = tree
    if head in ("and", "or"):
        return f" {head} ".join(_wrapped(plan, part) for part in rest) or ("always" if head == "and" else "never")
    if head == "not":
        return f"not {_wrapped(plan, rest[0])}"
    if head == "sure":
        return condition(plan, rest[0])
    if head in _SIGNS:
        left, right = rest
        if _is_number(left):
            left, right, head = right, left, _TURNED[head]
        return f"{quantity(plan, left)} {head} {quantity(plan, right, of=left)}"
    if head == "is":
        return f"{rest[0]} is {_one_of(rest[1])}"
    if head == "has":
        return (
            f"{rest[0]} includes {rest[1][0]}"
            if len(rest[1]) == 1
            else f"{rest[0]} includes any of [{', '.join(rest[1])}]"
        )
    if head in ("answered", "blank", "asked"):
        return f"{rest[0]} is {head}"
    return f"{rest[0]} is {_one_of(rest[1])}"


def _one_of(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"one of [{', '.join(names)}]"


def _wrapped(plan: Plan, tree: Sequence[Any]) -> str:
    text = condition(plan, tree)
    return f"({text})" if tree[0] in ("and", "or") and len(tree) > 2 else text


def _is_number(part: Any) -> bool:
    return isinstance(part, int) or (isinstance(part, str) and not part[0].isalpha())


def quantity(plan: Plan, part: Any, of: Any = None) -> str:
    """A side of a comparison; `of`: the other side, which tells whether a number is a time."""
    if _is_number(part):
        kinds = {question["id"]: question["kind"] for question in plan.data["questions"]}
        if isinstance(part, int) and isinstance(of, str) and kinds.get(of) in ("time", "duration"):
            return f"{part // 60}:{part % 60:02d}"
        return str(part)
    if isinstance(part, str):
        return part
    head, *rest = part
    if head == "ticks":
        return f"count of {rest[0]}"
    inner = [condition(plan, item) if isinstance(item, list) else str(item) for item in rest]
    return f"{_MANY[head]} [{', '.join(inner)}]"
