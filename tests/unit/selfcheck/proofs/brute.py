"""The rival: every pattern of answers, one after the other, through the reference scorer."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations
from typing import Any

from ebbtide.selfcheck import Plan
from ebbtide.selfcheck.proofs.choices import written
from ebbtide.selfcheck.ranges import exact
from ebbtide.selfcheck.scorer import Run, read

Answers = dict[str, Any]


def given(question: dict[str, Any]) -> Iterator[Any]:
    """Every answer to a question, as `score` takes it; the blank is not among them."""
    kind = question["kind"]
    if kind == "one":
        yield from (option[0] for option in question["options"])
    elif kind == "many":
        none = question.get("none")
        names = [option[0] for option in question["options"] if option[0] != none]
        if none is not None:
            yield [none]
        for count in range(1 if none is not None else 0, len(names) + 1):
            yield from (list(chosen) for chosen in combinations(names, count))
    else:
        low, high, step = (read(question[end]) for end in ("from", "to", "step"))
        value = low
        while value <= high:
            yield written(question, value % 1440 if kind == "time" else value)
            value = exact(value + step)


def patterns(plan: Plan, questions: Collection[str] | None = None, *, blanks: str = "optional") -> Iterator[Answers]:
    """Every pattern: answers to all that is asked; questions outside `questions` are left out of it."""

    def walk(index: int, answers: Answers) -> Iterator[Answers]:
        if index == len(plan.data["questions"]):
            yield dict(answers)
            return
        question = plan.data["questions"][index]
        name = question["id"]
        if (questions is not None and name not in questions) or not Run(plan.data, answers).asks(name, False):
            yield from walk(index + 1, answers)
            return
        for answer in given(question):
            yield from walk(index + 1, {**answers, name: answer})
        if blanks == "all" or (blanks == "optional" and question.get("optional")):
            yield from walk(index + 1, {**answers, name: None})

    yield from walk(0, {})


def is_complete(answers: Answers) -> bool:
    return all(answer is not None for answer in answers.values())
