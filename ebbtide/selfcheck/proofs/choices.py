"""The answers of a question, as few as can be told apart by what is to be worked out, each with how many it stands for."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.proofs.graph import Answer, Map, Node, Value, Variable
from ebbtide.selfcheck.ranges import Exact, exact
from ebbtide.selfcheck.scorer import read

MAX_LISTED = 3_000
"""A question with more answers than this is grouped by the numbers with which it is compared, if it is only compared."""
MAX_CHOICES = 40_000


class TooManyAnswers(Exception):
    """A question has more answers than can be listed, and they are not only compared with a few numbers."""

    def __init__(self, question: str, count: int) -> None:
        super().__init__(f"{question} has {count:,} answers that all count differently")
        self.question, self.count = question, count


@dataclass(frozen=True, slots=True)
class Choice:
    """`count` answers of which `given` is one; `given` is None for the blank."""

    given: Value
    count: int


def size(question: Json) -> int:
    """How many answers a question has, the blank not counted."""
    kind = question["kind"]
    if kind == "one":
        return len(question["options"])
    if kind == "many":
        options = len(question["options"])
        return 1 << (options - 1 if "none" in question else options)  # with none: it takes the place of nothing at all
    low, high, step = _window(question)
    return int((high - low) / step) + 1


def choices(
    variable: Variable, source: Node, users: Mapping[Node, Collection[Node]], kept: Collection[Node]
) -> list[Choice]:
    """The answers of `variable`; those that no node can tell apart may be put together.

    `users`: by which nodes a node is used; `kept`: nodes whose own values are wanted.
    """
    question = variable.data
    blank = [Choice(None, 1)] if variable.optional else []
    kind = question["kind"]
    if kind == "one":
        return [Choice(option[0], 1) for option in question["options"]] + blank
    if kind == "many":
        return _subsets(question, [user for user in users.get(source, ()) if isinstance(user, Map)]) + blank
    return list(_numbers(question, source, users, kept)) + blank


def _window(question: Json) -> tuple[Fraction, Fraction, Fraction]:
    low, high, step = (Fraction(read(question[end])) for end in ("from", "to", "step"))
    return low, high, step


def _given(question: Json, value: Fraction) -> Exact:
    number = exact(value)
    return number % 1440 if question["kind"] == "time" else number


def _numbers(
    question: Json, source: Node, users: Mapping[Node, Collection[Node]], kept: Collection[Node]
) -> Iterator[Choice]:
    count = size(question)
    cuts = None if count <= MAX_LISTED else _cuts(source, users, kept)
    if cuts is None:
        if count > MAX_CHOICES:
            raise TooManyAnswers(question["id"], count)
        low, _, step = _window(question)
        yield from (Choice(_given(question, low + index * step), 1) for index in range(count))
    else:
        yield from between_cuts(question, cuts)


def between_cuts(question: Json, cuts: Collection[Fraction]) -> Iterator[Choice]:
    """The answers to a question with a number, in runs that comparisons with `cuts` cannot tell apart."""
    low, _, step = _window(question)
    count = size(question)
    # Whole steps at a cut, and the runs between: within a run no comparison can come out differently.
    at = {(cut - low) / step for cut in cuts}
    ends = sorted({0, count, *(edge for cut in at for edge in (_up(cut), int(cut // 1) + 1) if 0 <= edge <= count)})
    for start, end in pairwise(ends):
        yield Choice(_given(question, low + start * step), end - start)


def _up(value: Fraction) -> int:
    return -int(-value // 1)


def _cuts(node: Node, users: Mapping[Node, Collection[Node]], kept: Collection[Node]) -> set[Fraction] | None:
    """The numbers of `node` at which something that uses it can change; None where that cannot be said."""
    if node in kept:
        return None
    found: set[Fraction] = set()
    for user in users.get(node, ()):
        if not isinstance(user, Map):
            return None
        if user.cuts is not None:
            if sum(1 for arg in user.args if arg.mask) > 1:
                return None
            found |= {Fraction(cut) for cut in user.cuts}
            continue
        if user.passes is None or not user.passes[0]:
            return None
        inner = _cuts(user, users, kept)
        if inner is None:
            return None
        times, plus = user.passes
        found |= {(cut - Fraction(plus)) / Fraction(times) for cut in inner}
    return found


def _subsets(question: Json, users: list[Map]) -> list[Choice]:
    """What can be chosen together, by what the users can tell: option after option, never all subsets."""
    none = question.get("none")
    options = [option[0] for option in question["options"] if option[0] != none]
    adds = [user.add for user in users if user.add is not None]
    groups: dict[tuple[Hashable, ...], tuple[int, tuple[str, ...]]] = {(False, *(None for _ in adds)): (1, ())}
    for option in options:
        after: dict[tuple[Hashable, ...], tuple[int, tuple[str, ...]]] = {}
        for state, (count, chosen) in groups.items():
            added = (True, *(add(part, option) for add, part in zip(adds, state[1:], strict=True)))
            for new, with_it in ((state, chosen), (added, (*chosen, option))):
                before = after.get(new)
                after[new] = (count + before[0], before[1]) if before else (count, with_it)
        if len(after) > MAX_CHOICES:
            raise TooManyAnswers(question["id"], size(question))
        groups = after
    found = [Choice(chosen, count) for (some, *_), (count, chosen) in groups.items() if some or none is None]
    return ([Choice((none,), 1)] if none is not None else []) + found


def written(question: Json, given: Any) -> Any:
    """An answer as `score` takes it."""
    if given is None:
        return None
    kind = question["kind"]
    if kind == "one":
        return given
    if kind == "many":
        return list(given)
    if kind in ("time", "duration"):
        return f"{int(given) // 60:02d}:{int(given) % 60:02d}"
    return given if isinstance(given, int) else float(given)


__all__ = ["MAX_LISTED", "Answer", "Choice", "TooManyAnswers", "choices", "size", "written"]
