"""Two readers who answer alike but for one question: every pair of states that they can be in, exactly.

Used to ask whether raising one answer can improve a result, with all other answers the same, hidden ones included: the other
answers are those that each would give if asked. Pairs of which both halves are the same state are dropped, since nothing that
follows can tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from typing import Any

from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.proofs.automaton import Automaton, TooLarge, work
from ebbtide.selfcheck.proofs.choices import MAX_LISTED, size
from ebbtide.selfcheck.proofs.graph import Component
from ebbtide.selfcheck.proofs.schedule import Layer, State
from ebbtide.selfcheck.ranges import exact
from ebbtide.selfcheck.scorer import read

MAX_PAIRS = 150_000
_MAX_TICKS = 8

Twin = tuple[State, State]


def raises(question: Json) -> list[tuple[Any, Any]] | None:
    """Pairs of answers of which the second counts more, next above the first; None if there are too many.

    An option with more points, a larger number, one thing more that is ticked and has points above 0. Clock times go round and
    round, and have no order.
    """
    kind = question["kind"]
    if kind == "one":
        points = {
            option[0]: read(option[1]) for option in question["options"] if len(option) > 1 and option[1] is not None
        }
        levels = sorted(set(points.values()))
        return [
            (low, high)
            for a, b in pairwise(levels)
            for low, high in product(
                (name for name in points if points[name] == a), (name for name in points if points[name] == b)
            )
        ]
    if kind == "many":
        return _ticks(question)
    if kind == "time":
        return []
    if size(question) > MAX_LISTED:
        return None
    low, step = read(question["from"]), read(question["step"])
    values = [exact(low + index * step) for index in range(size(question))]
    return list(pairwise(values))


def _ticks(question: Json) -> list[tuple[Any, Any]] | None:
    none = question.get("none")
    names = [option[0] for option in question["options"] if option[0] != none]
    above = {
        option[0] for option in question["options"] if len(option) > 1 and option[1] is not None and read(option[1]) > 0
    }
    if len(names) > _MAX_TICKS:
        return None
    found: list[tuple[Any, Any]] = []
    for count in range(len(names)):
        for chosen in combinations(names, count):
            before = chosen if chosen or none is None else (none,)
            found += [
                (before, tuple(name for name in names if name in chosen or name == more))
                for more in names
                if more in above and more not in chosen
            ]
    return found


@dataclass(frozen=True, slots=True)
class Step:
    """How a pair came about: from which pair (of the layer before), and by which answers to the question read there."""

    before: Twin | int
    first: Mapping[int, Any]
    second: Mapping[int, Any]


class Twins:
    """Every pair of last states of an automaton that differ by raising the answer to one question.

    Raises TooLarge where there are too many pairs, or answers.
    """

    def __init__(self, run: Automaton, question: int) -> None:
        self.run = run
        self.number = next(
            number
            for number, layer in enumerate(run.plan.layers)
            if any(variable.index == question for variable in layer.variables)
        )
        self.variable = run.graph.variables[question]
        self.layers: list[dict[Twin, Step]] = []
        self.steps = 0
        self.start()
        for layer in run.plan.layers[self.number + 1 :]:
            self.layers.append(self.advance(self.layers[-1], layer))

    def start(self) -> None:
        layer = self.run.plan.layers[self.number]
        moves = raises(self.variable.data)
        if moves is None or len(layer.variables) > 1:
            raise TooLarge(0, 0, 0, f"{self.variable.id} has too many answers to compare each with the next")
        stage = self.run.stages[self.number]
        found: dict[Twin, Step] = {}
        index = self.variable.index
        for state, at in stage.states.items():
            inputs = dict(zip(layer.inputs, layer.read(state), strict=True))
            if not self.run.is_asked(layer, inputs):
                continue
            carried = layer.carry(state)
            after = {given: carried + self.outputs(layer, inputs, given) for move in moves for given in move}
            for low, high in moves:
                if after[low] != after[high]:
                    found.setdefault((after[low], after[high]), Step(at, {index: low}, {index: high}))
            self.limit(found, len(moves))
        self.layers.append(found)

    def outputs(self, layer: Layer, inputs: Mapping[Component, Any], given: Any) -> State:
        """What is new in a state after one certain answer."""
        env = dict(inputs)
        for node in layer.sources:
            env[node] = given
        work(layer, layer.first, env)
        return tuple(env[part] for part in layer.outputs)

    def limit(self, found: Mapping[Twin, Step], more: int) -> None:
        self.steps += more
        if len(found) > MAX_PAIRS or self.steps > 4 * MAX_PAIRS:
            raise TooLarge(
                MAX_PAIRS, 0, 0, f"more than {MAX_PAIRS:,} pairs of states follow from raising {self.variable.id}"
            )

    def advance(self, before: Mapping[Twin, Step], layer: Layer) -> dict[Twin, Step]:
        found: dict[Twin, Step] = {}
        memo: dict[State, list[tuple[Mapping[int, Any], State]]] = {}
        for twin in before:
            moves = [self.moves(layer, layer.read(state), memo) for state in twin]
            carried = [layer.carry(state) for state in twin]
            for (one, first), (two, second) in self.together(*moves):
                after = (carried[0] + first, carried[1] + second)
                if after[0] != after[1]:
                    found.setdefault(after, Step(twin, one, two))
            self.limit(found, max(map(len, moves)))
        return found

    def moves(
        self, layer: Layer, given: State, memo: dict[State, list[tuple[Mapping[int, Any], State]]]
    ) -> list[tuple[Mapping[int, Any], State]]:
        """For each group of answers (or for not being asked) one of them, and what is then new in the state."""
        if given not in memo:
            inputs = dict(zip(layer.inputs, given, strict=True))
            memo[given] = [
                (
                    group.given if group.given is not None else group.passed or {},
                    tuple(env[part] for part in layer.outputs),
                )
                for group, env in self.run.outcomes(layer, inputs)
            ]
        return memo[given]

    @staticmethod
    def together(
        first: Sequence[tuple[Mapping[int, Any], State]], second: Sequence[tuple[Mapping[int, Any], State]]
    ) -> Iterator[tuple[tuple[Mapping[int, Any], State], tuple[Mapping[int, Any], State]]]:
        """The same answer for both; where only one is asked, each answer of that one. Groups stand in one order for all states."""
        if len(first) == len(second):
            yield from zip(first, second, strict=True)
        elif len(first) == 1:
            yield from ((first[0], move) for move in second)
        else:
            yield from ((move, second[0]) for move in first)

    def ends(self) -> Iterator[Twin]:
        """Every pair of last states."""
        yield from self.layers[-1]

    def witness(self, twin: Twin) -> tuple[dict[int, Any], dict[int, Any]]:
        """The answers of both."""
        first: dict[int, Any] = {}
        second: dict[int, Any] = {}
        for layer in reversed(self.layers):
            step = layer[twin]
            first.update(step.first)
            second.update(step.second)
            if isinstance(step.before, int):
                shared = self.run.back(self.number, step.before, 0)
                return {**shared, **first}, {**shared, **second}
            twin = step.before
        raise AssertionError("a pair that begins nowhere")
