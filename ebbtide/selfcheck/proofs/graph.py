"""A plan as a graph of small pure functions of the answers: what the automata of `automaton` are made from.

A node is a constant, an *answer* (one question's answer as it was given), a *map* (a function of the values of a few other
nodes) or a *fold* (a commutative accumulation: a sum, a largest, an "and"). Two nodes that are made alike are one node, so
that a part which several scores share is worked out once, and two versions of a self-check that agree in a part share it.

Each node knows the set of questions that it can depend on (`mask`, a bit for each question of the graph). Nodes are numbered
as they are made, and are made after those that they use, so that numbers are an order in which to work them out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.ranges import Exact

Value = Any
"""What a node can be: a `Value` or a truth of the scorer, an answer, the id of a band, or None. Always hashable."""


class Node:
    """A function of the answers. `fuzzy`: it can be blank, unknown or a span, since an answer that it uses can be blank."""

    __slots__ = ("args", "fuzzy", "mask", "rank")

    def __init__(self, rank: int, args: tuple[Node, ...], mask: int, *, fuzzy: bool) -> None:
        self.rank, self.args, self.mask, self.fuzzy = rank, args, mask, fuzzy


class Const(Node):
    """The same for all answers."""

    __slots__ = ("value",)

    def __init__(self, rank: int, value: Value) -> None:
        super().__init__(rank, (), 0, fuzzy=False)
        self.value = value


class Answer(Node):
    """The answer to a question as given: an option's id, a tuple of ids, an exact number; None for a blank, or if not asked."""

    __slots__ = ("question",)

    def __init__(self, rank: int, question: int, *, fuzzy: bool) -> None:
        super().__init__(rank, (), 1 << question, fuzzy=fuzzy)
        self.question = question


class Map(Node):
    """`work` of the values of `args`.

    `passes`: ``(times, plus)`` where a number that comes in as an argument goes out as times * number + plus, and nothing
    else is done with it; `cuts`: the numbers at which the result can change, where it depends on its argument only through
    comparisons with them. Both are None where that is not so. They let questions with thousands of answers be grouped.
    `add`: of a question where many answers can be chosen, how one more of them changes what this node needs to know.
    `between`: it is the minutes from one clock time to another.
    """

    __slots__ = ("add", "between", "cuts", "known", "only", "passes", "work")

    def __init__(
        self, rank: int, args: tuple[Node, ...], mask: int, work: Callable[..., Value], *, fuzzy: bool
    ) -> None:
        super().__init__(rank, args, mask, fuzzy=fuzzy)
        self.work = work
        self.passes: tuple[Exact, Exact] | None = None
        self.cuts: tuple[Exact, ...] | None = None
        self.add: Callable[[Hashable, Any], Hashable] | None = None
        self.between = False
        open_args = [arg for arg in args if arg.mask]
        self.only = open_args[0] if len(open_args) == 1 else None
        self.known: dict[Value, Value] = {}

    def evaluate(self, env: Mapping[Any, Value]) -> Value:
        """The value, those of the arguments standing in `env`. Remembered where it depends on one of them alone."""
        if self.only is None:
            return self.work(*[env[arg] if arg.mask else arg.value for arg in self.args])  # type: ignore[attr-defined]
        given = env[self.only]
        try:
            return self.known[given]
        except KeyError:
            found = self.work(*[given if arg.mask else arg.value for arg in self.args])  # type: ignore[attr-defined]
            self.known[given] = found
            return found


class Fold(Node):
    """Takes in the values of `args` in any order. States are kept small: `step` forgets what can no longer matter."""

    __slots__ = ("accumulator", "finish", "start", "step")

    def __init__(
        self,
        rank: int,
        args: tuple[Node, ...],
        mask: int,
        start: Hashable,
        step: Callable[[Any, Value], Hashable],
        finish: Callable[[Any], Value],
        *,
        fuzzy: bool,
    ) -> None:
        super().__init__(rank, args, mask, fuzzy=fuzzy)
        self.start, self.step, self.finish = start, step, finish
        self.accumulator = Slot(self)


@dataclass(frozen=True, eq=False, slots=True)
class Slot:
    """The place in a state where a fold keeps what it has taken in so far."""

    fold: Fold


Component = Node | Slot
"""One place of a state."""


@dataclass
class Variable:
    """One question of the graph: its definition in the plan, and the nodes that say whether it is asked (none: always).

    Two versions of a self-check can share a question; it then has a node of each.
    """

    index: int
    data: Json
    optional: bool
    asks: list[Node] = field(default_factory=list)
    always: bool = False

    @property
    def id(self) -> str:
        return str(self.data["id"])


class Graph:
    """All nodes, each once. `blanks` tells which questions can be passed over: those that are optional, all, or none."""

    def __init__(self, blanks: str = "optional") -> None:
        self.blanks = blanks
        self.nodes: list[Node] = []
        self.variables: list[Variable] = []
        self.by_id: dict[str, Variable] = {}
        self.made: dict[Hashable, Node] = {}

    def variable(self, data: Json) -> Variable:
        """The variable of a question; made when first met."""
        found = self.by_id.get(data["id"])
        if found is None:
            optional = self.blanks == "all" or (self.blanks == "optional" and bool(data.get("optional")))
            found = Variable(len(self.variables), data, optional)
            self.variables.append(found)
            self.by_id[data["id"]] = found
        return found

    def _kept(self, key: Hashable, make: Callable[[int], Node]) -> Any:
        found = self.made.get(key)
        if found is None:
            found = make(len(self.nodes))
            self.nodes.append(found)
            self.made[key] = found
        return found

    def const(self, value: Value) -> Node:
        node: Node = self._kept(("const", type(value), value), lambda rank: Const(rank, value))
        return node

    def answer(self, variable: Variable) -> Node:
        node: Node = self._kept(
            ("answer", variable.index), lambda rank: Answer(rank, variable.index, fuzzy=variable.optional)
        )
        return node

    def map(self, name: Hashable, args: Sequence[Node], work: Callable[..., Value], *, fuzzy: bool) -> Node:
        """`work` of `args`; `name` and `args` say all that it depends on. Worked out at once if all are constants."""
        if all(isinstance(arg, Const) for arg in args):
            return self.const(work(*(arg.value for arg in args if isinstance(arg, Const))))
        key = ("map", name, tuple(arg.rank for arg in args))
        node: Node = self._kept(key, lambda rank: Map(rank, tuple(args), _union(args), work, fuzzy=fuzzy))
        return node

    def fold(
        self,
        name: Hashable,
        args: Sequence[Node],
        start: Hashable,
        step: Callable[[Any, Value], Hashable],
        finish: Callable[[Any], Value],
        *,
        fuzzy: bool,
    ) -> Node:
        """An accumulation; what is constant is taken in at once."""
        open_args = []
        for arg in args:
            if isinstance(arg, Const):
                start = step(start, arg.value)
            else:
                open_args.append(arg)
        if not open_args:
            return self.const(finish(start))
        key = ("fold", name, start, tuple(sorted(arg.rank for arg in open_args)))
        node: Node = self._kept(
            key, lambda rank: Fold(rank, tuple(open_args), _union(open_args), start, step, finish, fuzzy=fuzzy)
        )
        return node


def _union(nodes: Iterable[Node]) -> int:
    mask = 0
    for node in nodes:
        mask |= node.mask
    return mask


def below(roots: Iterable[Node]) -> list[Node]:
    """Every node that `roots` use, themselves included, in an order in which they can be worked out."""
    found: set[Node] = set()
    todo = list(roots)
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo.extend(node.args)
    return sorted(found, key=lambda node: node.rank)


def step_of(value: Exact, times: Exact, plus: Exact) -> Exact:
    """times * value + plus, as an int where it is whole."""
    result = Fraction(value) * Fraction(times) + Fraction(plus)
    return result.numerator if result.denominator == 1 else result
