"""The exact engine: reads answers layer by layer, and counts patterns by the state in which they leave what is to be known.

Each state carries one whole number in which several counts stand side by side, so that adding two states' counts is one
addition: all patterns, those without a blank, and the same two for every mark (a truth whose patterns are counted too, such
as a flag). Every answer pattern is counted exactly once; nothing is sampled.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ebbtide.selfcheck.proofs.graph import Component, Fold, Graph, Map, Node, Variable
from ebbtide.selfcheck.proofs.schedule import Entry, Group, Layer, Schedule, State, TooLarge, picker, schedule

MAX_STATES = 120_000
MAX_STEPS = 2_500_000
"""States after one question, and steps in all, beyond which an analysis says that it is not exact. Some seconds."""

Arrow = tuple[int, int, Entry]
"""From which state, to which state, by which entry."""


@dataclass
class Stage:
    """The states after a layer: for each its number and its counts, and the steps that lead to them."""

    states: dict[State, int] = field(default_factory=dict)
    counts: list[int] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    sources: dict[int, list[Arrow]] | None = None
    listed: list[State] | None = None

    def state(self, at: int) -> State:
        if self.listed is None:
            self.listed = list(self.states)
        return self.listed[at]

    def leading_to(self, at: int) -> list[Arrow]:
        if self.sources is None:
            self.sources = {}
            for arrow in self.arrows:
                self.sources.setdefault(arrow[1], []).append(arrow)
        return self.sources[at]


class Automaton:
    """All patterns of answers, by the values of `targets`.

    `watch` are nodes whose values are collected as they come up, without being kept to the end; `seen` holds them.
    `order` and `also`: see `schedule`.
    Raises `TooLarge` where that would need too many states.
    """

    def __init__(
        self,
        graph: Graph,
        targets: Sequence[Node],
        marks: Sequence[Node] = (),
        watch: Sequence[Node] = (),
        order: Sequence[Variable] | None = None,
        *,
        also: int = 0,
        max_states: int = MAX_STATES,
        max_steps: int = MAX_STEPS,
    ) -> None:
        self.graph = graph
        self.plan: Schedule = schedule(graph, targets, marks, watch, order, also)
        self.marks = len(marks)
        self.max_states, self.max_steps = max_states, max_steps
        self.width = self.plan.total.bit_length() + 1
        fields = 2 * (self.marks + 1)
        one = (1 << self.width) - 1
        self.field = one
        self.all_mask = sum(one << self.width * index for index in range(0, fields, 2))
        self.base = one | one << self.width
        self.stages: list[Stage] = []
        self.seen: dict[Node, dict[Any, tuple[int, int, Entry]]] = {}
        self.steps = 0
        self.run()

    # Forward

    def run(self) -> None:
        counts = 1 | 1 << self.width
        stage = Stage({(): 0}, [counts])
        self.stages.append(stage)
        for number, layer in enumerate(self.plan.layers):
            stage = self.advance(stage, layer, number)
            self.stages.append(stage)

    def advance(self, before: Stage, layer: Layer, number: int) -> Stage:
        after = Stage()
        states, counts, arrows = after.states, after.counts, after.arrows
        memo, read, carry = layer.memo, layer.read, layer.carry
        for state, source in before.states.items():
            given = read(state)
            entries = memo.get(given)
            if entries is None:
                entries = memo[given] = self.entries(layer, given, number, source)
            kept = carry(state)
            count = before.counts[source]
            passed = count & self.all_mask
            for entry in entries:
                answered, blank, new, marks = entry
                amount = count * answered + passed * blank if blank else count * answered
                if marks:
                    amount = self.marked(amount, marks)
                target = kept + new
                at = states.get(target)
                if at is None:
                    at = states[target] = len(counts)
                    counts.append(amount)
                else:
                    counts[at] += amount
                arrows.append((source, at, entry))
            self.steps += len(entries)
            if len(counts) > self.max_states or self.steps > self.max_steps:
                limit = self.max_states if len(counts) > self.max_states else self.max_steps
                raise TooLarge(limit, number, len(self.plan.layers))
        return after

    def marked(self, amount: int, marks: int) -> int:
        base = amount & self.base
        for index in range(self.marks):
            if marks >> index & 1:
                amount |= base << 2 * self.width * (index + 1)
        return amount

    def entries(self, layer: Layer, given: State, number: int, source: int) -> tuple[Entry, ...]:
        """What each group of answers leads to; those that lead to the same together."""
        found: dict[tuple[State, int], list[int]] = {}
        inputs = dict(zip(layer.inputs, given, strict=True))
        if layer.direct is not None and self.is_asked(layer, inputs):
            starts = [one.start if one.place is None else given[one.place] for one in layer.direct]
            for index, group in enumerate(layer.asked):
                new = tuple(
                    one.items[index] if one.step is None else one.step(start, one.items[index])
                    for one, start in zip(layer.direct, starts, strict=True)
                )
                counts = found.setdefault((new, 0), [0, 0])
                counts[0] += group.count
                counts[1] += group.blank
            return tuple((counts[0], counts[1], *key) for key, counts in found.items())
        results: list[tuple[State, int, Mapping[Component, Any]]] = []
        for group, env in self.outcomes(layer, inputs):
            outputs = tuple(env[part] for part in layer.outputs)
            marks = sum(1 << index for index, node in layer.marks if env[node] is True)
            results.append((outputs, marks, env))
            counts = found.setdefault((outputs, marks), [0, 0])
            counts[0] += group.count
            counts[1] += group.blank
        entries = {key: (counts[0], counts[1], *key) for key, counts in found.items()}
        for outputs, marks, known in results:
            for node in layer.watched:
                self.seen.setdefault(node, {}).setdefault(known[node], (number, source, entries[outputs, marks]))
        return tuple(entries.values())

    def outcomes(self, layer: Layer, inputs: Mapping[Component, Any]) -> Iterator[tuple[Group, dict[Component, Any]]]:
        """For each group of answers, or for not being asked, everything that is then known."""
        if self.is_asked(layer, inputs):
            for group in layer.asked:
                env: dict[Component, Any] = {**inputs, **group.values}
                work(layer, layer.rest, env)
                yield group, env
        else:
            env = {**inputs}
            for node in layer.sources:
                env[node] = None
            work(layer, layer.first, env)
            yield _NOT_ASKED, env

    @staticmethod
    def is_asked(layer: Layer, inputs: Mapping[Component, Any]) -> bool:
        for variable in layer.variables:
            if variable.always:
                return True
            for asks in variable.asks:
                value = inputs[asks] if asks.mask else asks.value  # type: ignore[attr-defined]
                if value[0] is True:
                    return True
        return False

    # Results

    def outcome(self, state: State) -> tuple[Any, ...]:
        """The values of the targets in a last state."""
        place = {part: index for index, part in enumerate(self.plan.final)}
        return tuple(
            state[place[node]] if node.mask else node.value  # type: ignore[attr-defined]
            for node in self.plan.targets
        )

    def results(self) -> dict[tuple[Any, ...], tuple[int, int, int]]:
        """For each combination of values of the targets: how many patterns, how many without a blank, and its last state."""
        return {
            self.outcome(state): (
                self.count(self.stages[-1].counts[at], 0),
                self.count(self.stages[-1].counts[at], 1),
                at,
            )
            for state, at in self.stages[-1].states.items()
        }

    def count(self, counts: int, index: int) -> int:
        """One of the counts that stand side by side: 2 * m for all patterns of mark m (0: any), and one more for those without a blank."""
        return counts >> self.width * index & self.field

    def of_mark(self, at: int, mark: int) -> tuple[int, int]:
        """How many patterns in a last state have a mark: all, and without a blank."""
        counts = self.stages[-1].counts[at]
        return self.count(counts, 2 * mark + 2), self.count(counts, 2 * mark + 3)

    @property
    def patterns(self) -> tuple[int, int]:
        """How many patterns there are: all, and without a blank."""
        last = self.stages[-1].counts
        return sum(self.count(counts, 0) for counts in last), sum(self.count(counts, 1) for counts in last)

    # Witnesses

    def witness(self, at: int, mark: int | None = None) -> dict[int, Any]:
        """Answers, by question, that lead to a last state (with a mark): without a blank if there are such."""
        number = 0 if mark is None else 2 * mark + 2
        complete = self.count(self.stages[-1].counts[at], number + 1) > 0
        return self.back(len(self.plan.layers), at, number + complete)

    def sight(self, node: Node, value: Any) -> dict[int, Any]:
        """Answers, up to the question that decides it, for which a watched node has a value."""
        number, source, entry = self.seen[node][value]
        complete = entry[0] > 0 and self.count(self.stages[number].counts[source], 1) > 0
        answers = self.back(number, source, int(complete))
        layer = self.plan.layers[number]
        state = self.stages[number].state(source)
        return {**answers, **self.answers(layer, state, entry, (node, value))}

    def back(self, number: int, at: int, index: int) -> dict[int, Any]:
        """Answers that lead to state `at` after `number` layers, among the patterns that count `index` counts."""
        found: dict[int, Any] = {}
        while number:
            number -= 1
            stage, layer = self.stages[number + 1], self.plan.layers[number]
            before = self.stages[number]
            for source, _, entry in stage.leading_to(at):
                answered, _, _, marks = entry
                complete = index & 1
                if complete and not answered:
                    continue
                mark = index // 2 - 1
                inner = complete if mark >= 0 and marks >> mark & 1 else index
                if self.count(before.counts[source], inner):
                    found.update(self.answers(layer, before.state(source), entry))
                    at, index = source, inner
                    break
            else:
                raise AssertionError("a state that nothing leads to")
        return found

    def answers(
        self,
        layer: Layer,
        state: State,
        entry: Entry,
        seen: tuple[Node, Any] | None = None,
        *,
        passed: bool = False,
    ) -> Mapping[int, Any]:
        """One answer of those that an entry stands for: not a blank, unless there is none, or `passed` wants one."""
        inputs = dict(zip(layer.inputs, layer.read(state), strict=True))
        fallback: Mapping[int, Any] | None = None
        for group, env in self.outcomes(layer, inputs):
            outputs = tuple(env[part] for part in layer.outputs)
            marks = sum(1 << index for index, node in layer.marks if env[node] is True)
            if (outputs, marks) != entry[2:] or (seen and env[seen[0]] != seen[1]):
                continue
            if passed and group.passed is not None:
                return group.passed
            if group.given is not None and not passed:
                return group.given
            if fallback is None:
                fallback = group.passed
        assert fallback is not None
        return fallback

    # Backward

    def ends(self, kinds: Mapping[int, int], *, complete: bool = False) -> list[list[int]]:
        """For each layer and state, which kinds of last states can still follow, as bits; `kinds` gives each last state its kind.

        `complete`: following answers are not blank.
        """
        last = [0] * len(self.stages[-1].counts)
        for at, kind in kinds.items():
            last[at] |= 1 << kind
        found = [last]
        for stage, before in zip(reversed(self.stages[1:]), reversed(self.stages[:-1]), strict=True):
            earlier = [0] * len(before.counts)
            later = found[-1]
            for source, at, entry in stage.arrows:
                if entry[0] or not complete:
                    earlier[source] |= later[at]
            found.append(earlier)
        return found[::-1]


@contextmanager
def without_collection() -> Iterator[None]:
    """No search for circles of garbage meanwhile: the states of an automaton hold none, and looking takes half of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_NOT_ASKED = Group(1, 0, {}, None, {})


def work(layer: Layer, nodes: Sequence[Node], env: dict[Component, Any]) -> None:
    """Work out `nodes`, in their order."""
    for node in nodes:
        if isinstance(node, Map):
            env[node] = node.evaluate(env)
        elif isinstance(node, Fold):
            so_far = env.get(node.accumulator, node.start)
            step = node.step
            for arg in layer.absorbs[node]:
                so_far = step(so_far, env[arg])
            if node in layer.finishes:
                env[node] = node.finish(so_far)
            else:
                env[node.accumulator] = so_far


__all__ = ["MAX_STATES", "MAX_STEPS", "Automaton", "TooLarge", "picker"]
