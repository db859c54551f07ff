"""Answers to try a plan with: extremes, both sides of every cut, flags, skips, blanks at their limit, and seeded chance.

The same plan, seed and count always give the same cases. They are for showing that two scorers agree; they prove nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Any

from ebbtide.selfcheck.plan import Json, Plan
from ebbtide.selfcheck.ranges import exact
from ebbtide.selfcheck.scorer import Run, read, written

Answers = dict[str, Any]
Choose = Callable[[Json], Any]

_TRIES = 200


def cases(plan: Plan, seed: int, count: int) -> list[Answers]:
    """At most `count` sets of answers, the telling ones first, then seeded random ones until there are `count`. All are of the form."""
    maker = _Cases(plan.data, random.Random(seed))  # noqa: S311  (chance that repeats, not secrecy)
    found: list[Answers] = []
    seen: set[str] = set()
    for answers in maker.all():
        if len(found) >= count:
            break
        key = repr(sorted(answers.items()))
        if key not in seen or maker.by_chance:
            seen.add(key)
            found.append(answers)
    return found


class _Cases:
    def __init__(self, data: Json, chance: random.Random) -> None:
        self.data, self.chance = data, chance
        self.questions: list[Json] = data["questions"]
        self.by_id = {question["id"]: question for question in self.questions}
        self.by_chance = False

    def all(self) -> Iterator[Answers]:
        yield {}
        yield {question["id"]: None for question in self.questions}
        yield from self.extremes()
        yield from self.cuts()
        yield from self.flags()
        yield from self.skips()
        yield from self.blanks()
        self.by_chance = True
        while True:
            yield self.random()

    # Ways of answering

    def walk(self, choose: Choose) -> Answers:
        """Answer what is asked, question by question, as a reader would."""
        answers: Answers = {}
        while True:
            asked = [name for name in Run(self.data, answers).asked() if name not in answers]
            if not asked:
                return answers
            for name in asked:
                answers[name] = choose(self.by_id[name])

    def options(self, question: Json) -> list[Any]:
        """Answers worth trying: every option, or ends, their neighbours and the middle of a range, or single ticks."""
        kind = question["kind"]
        names = [option[0] for option in question.get("options", ())]
        if kind == "one":
            return names
        if kind == "many":
            none = question.get("none")
            things = [name for name in names if name != none]
            return [*([[none]] if none else [[]]), *([name] for name in things), things]
        low, high, step = (Fraction(read(question[end])) for end in ("from", "to", "step"))
        steps = int((high - low) / step)
        wanted = sorted(
            {0, min(1, steps), steps // 2, max(steps - 1, 0), steps, *self.near(question["id"], low, step, steps)}
        )
        return [self.write(question, low + step * index) for index in wanted]

    def near(self, name: str, low: Fraction, step: Fraction, steps: int) -> set[int]:
        """Steps at and beside every number that the plan compares with, or cuts at."""
        found: set[int] = set()
        for score in self.data["scores"]:
            if score["op"] == "steps" and score["of"][0][0] == name:
                for row in score.get("rows", ()):
                    for end in row[1:3]:
                        if end is not None:
                            index = int((Fraction(read(end)) - low) / step)
                            found |= {index - 1, index, index + 1}
        return {index for index in found if 0 <= index <= steps}

    def write(self, question: Json, value: Fraction) -> Any:
        if question["kind"] == "number":
            return written(exact(value))
        minutes = int(value) % 1440 if question["kind"] == "time" else int(value)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    def any_answer(self, question: Json) -> Any:
        kind = question["kind"]
        if kind == "one":
            return self.chance.choice(question["options"])[0]
        if kind == "many":
            things = [option[0] for option in question["options"] if option[0] != question.get("none")]
            chosen = [name for name in things if self.chance.random() < 0.4]
            return chosen or ([question["none"]] if "none" in question else [])
        low, high, step = (Fraction(read(question[end])) for end in ("from", "to", "step"))
        return self.write(question, low + step * self.chance.randint(0, int((high - low) / step)))

    def best(self, pick: Callable[..., Any], question: Json) -> Any:
        """The answer with the least or the most points."""
        return pick(self.options(question), key=partial(self.points, question))

    def fixed(self, name: str, answer: Any, question: Json) -> Any:
        """One given answer, and any to other questions."""
        return answer if question["id"] == name else self.any_answer(question)

    def points(self, question: Json, answer: Any) -> Any:
        value = Run({**_EMPTY, "questions": [{**question, "asks": []}]}, {question["id"]: answer}).value(
            question["id"], False
        )
        return value[0] if isinstance(value, tuple) else -1

    # What is tried

    def extremes(self) -> Iterator[Answers]:
        """Least and most points everywhere, and for each score least and most by its own items, reversal included."""
        for pick in (min, max):
            yield self.walk(partial(self.best, pick))
        for score in self.data["scores"]:
            terms = score["of"] if score["op"] in ("sum", "mean", "max", "min") else []
            falling = {name for name, times, _ in terms if read(times) < 0}
            for pick in (min, max):
                other = max if pick is min else min

                def choose(question: Json, pick: Any = pick, other: Any = other, falling: set[str] = falling) -> Any:
                    best = other if question["id"] in falling else pick
                    return best(self.options(question), key=lambda answer: self.points(question, answer))

                yield self.walk(choose)

    def cuts(self) -> Iterator[Answers]:
        """On ways from the least to the most, one answer at a time: the answers on both sides of every change of a result."""
        ends = list(self.extremes())
        for start, end in zip(ends[::2], ends[1::2], strict=True):
            for _ in range(3):
                yield from self.way(start, end)

    def way(self, start: Answers, end: Answers) -> Iterator[Answers]:
        answers = dict(start)
        before = self.outcome(answers)
        names = [question["id"] for question in self.questions]
        self.chance.shuffle(names)
        for name in names:
            options = self.options(self.by_id[name])
            if name not in answers or name not in end or answers[name] not in options or end[name] not in options:
                continue
            a, b = options.index(answers[name]), options.index(end[name])
            for index in range(a, b, 1 if b > a else -1):
                moved = {**answers, name: options[index + (1 if b > a else -1)]}
                outcome = self.outcome(moved)
                if outcome != before:
                    yield self.completed(answers)
                    yield self.completed(moved)
                answers, before = moved, outcome

    def completed(self, answers: Answers) -> Answers:
        """The same, with the questions answered that a changed answer has opened."""
        return self.walk(lambda question: answers.get(question["id"], self.options(question)[0]))

    def outcome(self, answers: Answers) -> Any:
        result = Run(self.data, answers).result()
        return (result["bands"], result["flags"], result["findings"])

    def flags(self) -> Iterator[Answers]:
        """Each flag raised, and not raised, by each answer that it depends on."""
        for flag in self.data["flags"]:
            for name in flag["uses"]:
                for option in self.options(self.by_id[name]):
                    yield self.walk(partial(self.fixed, name, option))
            yield from self.searched(lambda run, flag=flag: bool(run.truth(flag["when"], False)))  # type: ignore[misc]

    def searched(self, wanted: Callable[[Run], bool]) -> Iterator[Answers]:
        """One case in which `wanted` holds and one in which it does not, if chance finds them."""
        missing = {True, False}
        for _ in range(_TRIES):
            answers = self.walk(self.any_answer)
            held = wanted(Run(self.data, answers))
            if held in missing:
                missing.discard(held)
                yield answers
            if not missing:
                return

    def skips(self) -> Iterator[Answers]:
        """Each question that is not always asked: asked, and not; and a hidden answer left behind."""
        for question in self.questions:
            if "asks" not in question:
                continue
            name = question["id"]
            for answers in self.searched(lambda run, name=name: bool(run.asks(name, False))):  # type: ignore[misc]
                yield answers
                if name not in answers:
                    yield {**answers, name: self.any_answer(question)}

    def blanks(self) -> Iterator[Answers]:
        """Each score with as many blanks as it allows, and with one more; and each question alone blank."""
        for score in self.data["scores"]:
            allow = score.get("blank", {"allow": 0})["allow"]
            for blank in {1, allow, allow + 1}:
                for choose in (
                    self.any_answer,
                    lambda question: self.options(question)[-1],
                    lambda question: self.options(question)[0],
                ):
                    answers = self.walk(choose)
                    open_to = [name for name in score["needs"] if name in answers]
                    for name in self.chance.sample(open_to, min(blank, len(open_to))):
                        answers[name] = None
                    yield answers
        for question in self.questions:
            answers = self.walk(self.any_answer)
            yield {**answers, question["id"]: None}

    def random(self) -> Answers:
        """A reader by chance: sometimes passing over, sometimes leaving hidden answers behind."""
        passing = self.chance.choice((0, 0, 0.05, 0.3))
        answers = self.walk(lambda question: None if self.chance.random() < passing else self.any_answer(question))
        if self.chance.random() < 0.2:
            for question in self.questions:
                if question["id"] not in answers and self.chance.random() < 0.5:
                    answers[question["id"]] = self.any_answer(question)
        return answers


_EMPTY: Json = {"scores": [], "bands": [], "findings": [], "flags": []}
