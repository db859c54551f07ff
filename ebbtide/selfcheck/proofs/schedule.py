"""In which order to read the answers, what to keep of them, and what to work out after each: the plan of an automaton.

Answers are read question by question. After each, a state keeps only what later questions can still need: values of nodes
that something later uses, and what folds have taken in so far. How few different states there are is what makes counting
10^18 patterns possible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any

from ebbtide.selfcheck.proofs.choices import Choice, choices, size
from ebbtide.selfcheck.proofs.graph import Answer, Component, Fold, Graph, Map, Node, Slot, Variable, below
from ebbtide.selfcheck.proofs.reader import ASKED
from ebbtide.selfcheck.scorer import point, read

State = tuple[Any, ...]
Entry = tuple[int, int, State, int]
"""Non-blank answers, blanks, what is new in the state, and the marks that hold (a bit each)."""


class TooLarge(Exception):
    """Exactness would need more states than are allowed. `reached`: how many; `read`, `of`: questions read, of how many."""

    def __init__(self, limit: int, read: int, of: int, why: str = "") -> None:
        super().__init__(why or f"more than {limit:,} states are needed after {read} of {of} questions")
        self.limit, self.read, self.of, self.why = limit, read, of, why


@dataclass(frozen=True, slots=True)
class Group:
    """One or more answers that lead to the same: how many, how many of them blank, and one of each kind."""

    count: int
    blank: int
    given: Mapping[int, Any] | None
    passed: Mapping[int, Any] | None
    """Answers by question, None where there is no such answer. `passed` is one in which a question is blank."""
    values: Mapping[Component, Any]


@dataclass(frozen=True, slots=True)
class Direct:
    """One output of a layer: a fold that takes in `items` (of each group of answers), or, without a step, a value of each group."""

    step: Callable[[Any, Any], Any] | None
    start: Any
    place: int | None
    """Where the fold's accumulator stands in the inputs; None: it begins here."""
    items: tuple[Any, ...]


@dataclass
class Layer:
    """What happens when one question (or a pair of clock times, see `pairs_of`) is read."""

    variables: tuple[Variable, ...]
    inputs: tuple[Component, ...]
    carry: Callable[[State], State]
    read: Callable[[State], State]
    outputs: tuple[Component, ...]
    asked: list[Group]
    """Answers where the question is asked, what they alone decide already worked out."""
    first: tuple[Node, ...]
    """What is worked out, in this order, where it is not asked."""
    rest: tuple[Node, ...]
    """What is worked out beyond `values` of a group where it is asked."""
    absorbs: Mapping[Fold, tuple[Node, ...]]
    finishes: frozenset[Fold]
    marks: tuple[tuple[int, Node], ...]
    watched: tuple[Node, ...]
    sources: tuple[Node, ...]
    """The answer nodes themselves."""
    direct: tuple[Direct, ...] | None = None
    """Where folds alone take in what the answers decide: for each output how it comes about; else None."""
    memo: dict[State, tuple[Entry, ...]] = field(default_factory=dict)


def picker(places: Sequence[int]) -> Callable[[State], State]:
    """A function that takes the components at `places` out of a state, as a tuple."""
    if not places:
        return lambda _state: ()
    if len(places) == 1:
        only = places[0]
        return lambda state: (state[only],)
    return itemgetter(*places)


@dataclass
class Schedule:
    """Layers for some targets. `variables` are the questions that the targets can depend on, in the order of reading."""

    layers: list[Layer]
    targets: tuple[Node, ...]
    final: tuple[Component, ...]
    variables: tuple[Variable, ...]
    total: int
    """An upper bound of the number of patterns, blanks included."""


def schedule(
    graph: Graph,
    targets: Sequence[Node],
    marks: Sequence[Node] = (),
    watch: Sequence[Node] = (),
    order: Sequence[Variable] | None = None,
    also: int = 0,
) -> Schedule:
    """Layers that work out `targets` (kept to the end), `marks` (each a truth, counted) and `watch` (values collected).

    `order`: in which questions are read, if not in that of the graph. `also`: more questions whose answers are counted, as bits.
    """
    roots = [*targets, *marks, *watch]
    mask = _closed(graph, roots, also)
    variables = [variable for variable in (order or graph.variables) if mask >> variable.index & 1]
    controls = [node for variable in variables if not variable.always for node in variable.asks]
    nodes = below([*roots, *controls])
    users: dict[Node, list[Node]] = {}
    for node in nodes:
        for arg in dict.fromkeys(node.args):
            users.setdefault(arg, []).append(node)
    kept = frozenset([*targets, *marks, *watch, *controls])
    pairs = pairs_of(nodes, users, kept, graph)
    steps: list[tuple[Variable, ...]] = []
    for variable in variables:
        pair = pairs.get(variable.index)
        if pair is None:
            steps.append((variable,))
        elif variable is pair[-1]:
            steps.append(pair)
    if order is None:
        steps.sort(key=lambda step: step[-1].index)
    time_of = {variable.index: time for time, step in enumerate(steps) for variable in step}
    time = {node: max((time_of[index] for index in _bits(node.mask)), default=-1) for node in nodes}
    worker = _Scheduler(nodes, users, time, targets, marks, watch, steps, pairs)
    layers = worker.layers()
    total = 1
    for variable in variables:
        total *= size(variable.data) + 1
    return Schedule(layers, tuple(targets), worker.layout, tuple(variables), total)


def _bits(mask: int) -> list[int]:
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


def _closed(graph: Graph, roots: Sequence[Node], mask: int) -> int:
    """The questions that `roots` depend on (and those of `mask`), and those that decide whether these are asked."""
    for node in roots:
        mask |= node.mask
    while True:
        wider = mask
        for index in _bits(mask):
            for asks in graph.variables[index].asks:
                wider |= asks.mask
        if wider == mask:
            return mask
        mask = wider


def pairs_of(
    nodes: Sequence[Node], users: Mapping[Node, Sequence[Node]], kept: frozenset[Node], graph: Graph
) -> dict[int, tuple[Variable, Variable]]:
    """Pairs of clock times of which only the minutes between them matter: they are read as one question with 1,440 answers.

    Read one after the other they would need 1,440 states and 2 million steps.
    """
    found: dict[int, tuple[Variable, Variable]] = {}
    for node in nodes:
        if not (isinstance(node, Map) and node.between):
            continue
        variables: list[Variable] = []
        for arg in node.args:
            answer = arg.args[0] if isinstance(arg, Map) and len(arg.args) == 1 else None
            if (
                isinstance(answer, Answer)
                and users[arg] == [node]
                and users[answer] == [arg]
                and not {arg, answer} & kept
            ):
                variable = graph.variables[answer.question]
                if variable.always and not variable.optional:
                    variables.append(variable)
        if len(variables) == 2 and variables[0] is not variables[1]:
            pair = (variables[0], variables[1])
            ordered = pair if pair[0].index < pair[1].index else pair[::-1]
            found[pair[0].index] = found[pair[1].index] = ordered
    return found


class _Scheduler:
    def __init__(
        self,
        nodes: Sequence[Node],
        users: Mapping[Node, Sequence[Node]],
        time: Mapping[Node, int],
        targets: Sequence[Node],
        marks: Sequence[Node],
        watch: Sequence[Node],
        steps: Sequence[tuple[Variable, ...]],
        pairs: Mapping[int, tuple[Variable, Variable]],
    ) -> None:
        self.nodes, self.users, self.time, self.steps, self.pairs = nodes, users, time, steps, pairs
        self.targets, self.marks, self.watch = frozenset(targets), list(enumerate(marks)), tuple(watch)
        self.kept = frozenset([*targets, *marks, *watch])
        self.layout: tuple[Component, ...] = ()
        self.by_time: dict[int, list[Node]] = {}
        self.absorbed: dict[int, dict[Fold, list[Node]]] = {}
        self.begun: dict[Fold, int] = {}
        self.last_use = {node: self._last_use(node) for node in nodes}
        for node in nodes:
            self.by_time.setdefault(time[node], []).append(node)
            if isinstance(node, Fold):
                for arg in node.args:
                    self.absorbed.setdefault(time[arg], {}).setdefault(node, []).append(arg)
                self.begun[node] = min(time[arg] for arg in node.args)

    def _last_use(self, node: Node) -> int:
        """The last layer at which the value of a node is wanted; folds take it in at once."""
        uses = [self.time[user] for user in self.users.get(node, ()) if isinstance(user, Map)]
        uses += [time for time, step in enumerate(self.steps) if any(node in variable.asks for variable in step)]
        if node in self.targets:
            uses.append(len(self.steps))
        return max(uses, default=-1)

    def live(self, component: Component, after: int) -> bool:
        """Whether a component that has a value is still wanted after a layer."""
        if isinstance(component, Slot):
            return self.time[component.fold] > after
        return self.last_use[component] > after

    def layers(self) -> list[Layer]:
        return [self.layer(time, step) for time, step in enumerate(self.steps)]

    def layer(self, time: int, step: tuple[Variable, ...]) -> Layer:
        absorbs = {fold: tuple(items) for fold, items in self.absorbed.get(time, {}).items()}
        controls = [asks for variable in step if not variable.always for asks in variable.asks]
        work: list[Node] = [node for node in self.by_time.get(time, ()) if not isinstance(node, Answer)]
        work = sorted({*work, *absorbs}, key=lambda node: node.rank)
        finishes = frozenset(fold for fold in absorbs if self.time[fold] == time)
        source, given = self.source(step)
        work = [node for node in work if node is not source and not self.swallowed(node, step)]
        local = self.local(work, source, controls)
        rest = tuple(node for node in work if node not in local)
        later = frozenset(rest)
        inputs = self.inputs(work, controls, time)
        outputs: list[Component] = [node for node in self.by_time.get(time, ()) if self.live(node, time)]
        outputs += [fold.accumulator for fold in absorbs if fold not in finishes]
        changed = {fold.accumulator for fold in absorbs}
        carried = [index for index, part in enumerate(self.layout) if part not in changed and self.live(part, time)]
        place = {part: index for index, part in enumerate(self.layout)}
        marks = tuple((index, node) for index, node in self.marks if self.time[node] == time)
        watched = tuple(node for node in self.watch if self.time[node] == time)
        wanted = {*outputs, *watched, *(node for _, node in marks)}
        boundary = [
            node
            for node in (*([source] if source is not None else []), *sorted(local, key=lambda node: node.rank))
            if node in wanted or not later.isdisjoint(self.users.get(node, ()))
        ]
        layer = Layer(
            variables=step,
            inputs=inputs,
            carry=picker(carried),
            read=picker([place[part] for part in inputs]),
            outputs=tuple(outputs),
            asked=self.groups(source, given, local, boundary, controls),
            first=tuple(work),
            rest=rest,
            absorbs=absorbs,
            finishes=finishes,
            marks=marks,
            watched=watched,
            sources=() if source is None else (source,),
        )
        layer.direct = self.direct(layer)
        self.layout = (*(self.layout[index] for index in carried), *outputs)
        return layer

    def direct(self, layer: Layer) -> tuple[Direct, ...] | None:
        """See `Layer.direct`. It only saves time: most layers of a long questionnaire do nothing but add."""
        known = set(layer.asked[0].values)
        if (
            layer.watched
            or layer.marks
            or any(not isinstance(node, Fold) or node in layer.finishes for node in layer.rest)
        ):
            return None
        found: list[Direct] = []
        for part in layer.outputs:
            if isinstance(part, Slot):
                fold, items = part.fold, layer.absorbs[part.fold]
                if len(items) != 1 or items[0] not in known:
                    return None
                place = layer.inputs.index(part) if part in layer.inputs else None
                found.append(
                    Direct(fold.step, fold.start, place, tuple(group.values[items[0]] for group in layer.asked))
                )
            elif part in known:
                found.append(Direct(None, None, None, tuple(group.values[part] for group in layer.asked)))
            else:
                return None
        return tuple(found)

    def source(self, step: tuple[Variable, ...]) -> tuple[Node | None, list[tuple[Any, int, dict[int, Any], bool]]]:
        """The node that the answers decide, and its values, each with how many answers, one of them, and whether it is blank."""
        if len(step) == 2:
            return self.between(step)
        variable = step[0]
        found = next(
            (node for node in self.nodes if isinstance(node, Answer) and node.question == variable.index), None
        )
        if found is None:  # it decides nothing here, but its answers count
            plain = [Choice(_one(variable), size(variable.data))] + ([Choice(None, 1)] if variable.optional else [])
            return None, [
                (choice.given, choice.count, {variable.index: choice.given}, choice.given is None) for choice in plain
            ]
        given = choices(variable, found, self.users, self.kept)
        return found, [
            (choice.given, choice.count, {variable.index: choice.given}, choice.given is None) for choice in given
        ]

    def between(self, step: tuple[Variable, ...]) -> tuple[Node, list[tuple[Any, int, dict[int, Any], bool]]]:
        node = next(
            node
            for node in self.nodes
            if isinstance(node, Map) and node.between and set(_bits(node.mask)) == {v.index for v in step}
        )
        first, second = (next(iter(_bits(arg.mask))) for arg in node.args)
        by_index = {variable.index: variable for variable in step}
        starts, ends = (_times(by_index[index]) for index in (first, second))
        return node, [
            (point(minutes), count, {first: start, second: (start + minutes) % 1440}, False)
            for minutes, (count, start) in differences(tuple(starts), tuple(ends)).items()
        ]

    def swallowed(self, node: Node, step: tuple[Variable, ...]) -> bool:
        """Whether a node lies below the minutes between a pair of clock times, and so need not be worked out."""
        return len(step) == 2 and isinstance(node, Map) and len(node.args) == 1 and isinstance(node.args[0], Answer)

    def local(self, work: Sequence[Node], source: Node | None, controls: Sequence[Node]) -> set[Node]:
        """What the answer alone decides, once the question is known to be asked."""
        if source is None:
            return set()
        free: set[Node] = {source, *(controls if len(controls) == 1 else ())}
        found: set[Node] = set()
        for node in work:
            if isinstance(node, Map) and all(arg in free or arg in found or not arg.mask for arg in node.args):
                found.add(node)
        return found

    def inputs(self, work: Sequence[Node], controls: Sequence[Node], time: int) -> tuple[Component, ...]:
        """What a layer reads of the states before it."""
        wanted: dict[Component, None] = dict.fromkeys(controls)
        for node in work:
            if isinstance(node, Map):
                wanted.update(dict.fromkeys(arg for arg in node.args if 0 <= self.time[arg] < time))
            if isinstance(node, Fold) and self.begun[node] < time:
                wanted[node.accumulator] = None
        return tuple(part for part in wanted if not (isinstance(part, Node) and not part.mask))

    def groups(
        self,
        source: Node | None,
        given: Sequence[tuple[Any, int, dict[int, Any], bool]],
        local: set[Node],
        boundary: Sequence[Node],
        controls: Sequence[Node],
    ) -> list[Group]:
        """The answers, those put together that nothing beyond `local` can tell apart."""
        ordered = sorted(local, key=lambda node: node.rank)
        found: dict[tuple[Any, ...], Group] = {}
        for value, count, answers, blank in given:
            env: dict[Component, Any] = {} if source is None else {source: value}
            if len(controls) == 1:
                env[controls[0]] = ASKED
            for node in ordered:
                assert isinstance(node, Map)
                env[node] = node.evaluate(env)
            signature = tuple(env[node] for node in boundary)
            before = found.get(signature)
            if before is None:
                values: dict[Component, Any] = {node: env[node] for node in boundary}
                if len(controls) == 1:
                    values[controls[0]] = ASKED
                before = Group(0, 0, None, None, values)
            found[signature] = Group(
                before.count + (0 if blank else count),
                before.blank + (count if blank else 0),
                before.given if blank or before.given is not None else answers,
                answers if blank and before.passed is None else before.passed,
                before.values,
            )
        return list(found.values())


@lru_cache(maxsize=64)
def differences(starts: tuple[int, ...], ends: tuple[int, ...]) -> Mapping[int, tuple[int, int]]:
    """For each number of minutes from one of `starts` to one of `ends`, around the clock: how many pairs, and the start of one.

    The counts are a convolution. Written as two long numbers with 16 bits for each minute, it is one multiplication.
    """
    left = sum(1 << 16 * (1440 - start) for start in starts)
    right = sum(1 << 16 * end for end in ends)
    digits = (left * right).to_bytes(2 * 2900, "little")
    reached = frozenset(ends)
    found: dict[int, tuple[int, int]] = {}
    for minutes in range(1440):
        count = sum(int.from_bytes(digits[2 * at : 2 * at + 2], "little") for at in range(minutes, 2900, 1440))
        if count:
            found[minutes] = (count, next(start for start in starts if (start + minutes) % 1440 in reached))
    return found


def _one(variable: Variable) -> Any:
    """Some answer to a question that decides nothing: the first."""
    question = variable.data
    if question["kind"] == "one":
        return question["options"][0][0]
    if question["kind"] == "many":
        return (question["none"],) if "none" in question else ()
    return _times(variable)[0] if question["kind"] == "time" else read(question["from"])


def _times(variable: Variable) -> list[int]:
    question = variable.data
    return [
        int(minutes) % 1440 for minutes in range(int(question["from"]), int(question["to"]) + 1, int(question["step"]))
    ]
