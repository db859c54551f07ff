"""Conditions of a plan -> nodes of a graph: the half of `reader` that deals in truths."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.proofs import folds
from ebbtide.selfcheck.proofs.graph import Graph, Map, Node, Value
from ebbtide.selfcheck.ranges import Exact
from ebbtide.selfcheck.scorer import ABSENT, BLANK, compared, point, read


def key(*parts: Any) -> str:
    """A name that is the same for the same parts."""
    return json.dumps(parts, sort_keys=True)


class Truths:
    """Makes the nodes of conditions. What a condition asks of questions, scores and results is made by `reader.Reader`."""

    graph: Graph
    questions: dict[str, Json]
    scores: dict[str, Json]

    def kept(self, kind: str, name: str, wide: bool, make: Callable[[str, bool], Node]) -> Node:
        raise NotImplementedError

    def cut(self, node: Node, cuts: Sequence[Exact]) -> Node:
        raise NotImplementedError

    def asks(self, name: str, wide: bool) -> Node:
        raise NotImplementedError

    def answer(self, name: str) -> Node:
        raise NotImplementedError

    def value(self, name: str, wide: bool) -> Node:
        raise NotImplementedError

    def band(self, name: str) -> Node:
        raise NotImplementedError

    def possible_outcomes(self, name: str) -> Node:
        raise NotImplementedError

    def finding(self, name: str) -> Node:
        raise NotImplementedError

    def possible_rules(self, name: str) -> Node:
        raise NotImplementedError

    def truth(self, condition: Sequence[Any], wide: bool) -> Node:
        """The truth of a condition of the plan."""
        return self.kept("truth", json.dumps(condition), wide, lambda _name, _wide: self._truth(condition, wide))

    def _truth(self, condition: Sequence[Any], wide: bool) -> Node:
        head, rest = condition[0], condition[1:]
        graph = self.graph
        if head in ("and", "or"):
            parts = [self.truth(part, wide) for part in rest]
            return graph.fold(head, parts, *folds.joined(head == "or"), fuzzy=any(part.fuzzy for part in parts))
        if head == "not":
            part = self.truth(rest[0], wide)
            return graph.map("not", [part], lambda held: None if held is None else not held, fuzzy=part.fuzzy)
        if head == "sure":
            part = self.truth(rest[0], wide)
            return part if wide else graph.map("sure", [part], bool, fuzzy=False)
        if head in (">=", ">", "=", "!="):
            limits = (_constant(rest[1]), _constant(rest[0]))
            left, right = (self.quantity(side, wide, limit) for side, limit in zip(rest, limits, strict=True))
            node = graph.map(head, [left, right], lambda a, b: compared(head, a, b), fuzzy=left.fuzzy or right.fuzzy)
            return self.cut(node, [side for end in rest if (side := _constant(end)) is not None])
        if head in ("is", "has"):
            return self.chosen(rest[0], rest[1], wide)
        if head in ("asked", "answered", "blank"):
            return self.state(head, rest[0], wide)
        if head == "band":
            return self.among(self.band(rest[0]), lambda: self.possible_outcomes(rest[0]), rest[1], wide)
        return self.among(self.finding(rest[0]), lambda: self.possible_rules(rest[0]), rest[1], wide)

    def state(self, head: str, name: str, wide: bool) -> Node:
        """asked, answered, blank: see `Run.truth`."""
        graph = self.graph
        if wide:
            if head == "blank":
                return graph.const(False)
            asks = self.asks(name, True)
            return graph.map("asked wide", [asks], lambda asked: asked[0], fuzzy=False)
        asks = self.asks(name, False)
        if head == "asked":
            return graph.map("asked", [asks], lambda asked: bool(asked[0]), fuzzy=False)
        blank = head == "blank"
        work = lambda asked, given: bool(asked[0]) and (given is None) is blank  # noqa: E731
        return graph.map(head, [asks, self.answer(name)], work, fuzzy=False)

    def chosen(self, name: str, options: Sequence[str], wide: bool) -> Node:
        wanted = frozenset(options)

        def work(asked: Any, actually: Any, given: Any) -> Value:
            state = asked[0]
            if state is False:
                return False
            if given is None or not actually[0]:
                return None
            held = any(part in wanted for part in given) if isinstance(given, tuple) else given in wanted
            return held if state or not held else None

        args = [self.asks(name, wide), self.asks(name, False), self.answer(name)]
        node = self.graph.map(key("chosen", sorted(wanted)), args, work, fuzzy=any(arg.fuzzy for arg in args))
        if isinstance(node, Map):
            node.add = lambda so_far, option: bool(so_far) or option in wanted
        return node

    def among(self, actual: Node, possible: Callable[[], Node], wanted: Sequence[str], wide: bool) -> Node:
        def work(found: Any, open_to: Any) -> Value:
            if found is not None:
                return found in wanted
            held = {name in wanted for name in open_to}
            return None if len(held) > 1 else held == {True}

        found = self.graph.const(None) if wide else actual
        return self.graph.map(key("among", list(wanted)), [found, possible()], work, fuzzy=actual.fuzzy)

    def quantity(self, quantity: Any, wide: bool, limit: Exact | None = None) -> Node:
        """A side of a comparison; `limit`: the number with which alone it is compared."""
        constant = _constant(quantity)
        if constant is not None:
            return self.graph.const(point(constant))
        graph = self.graph
        if isinstance(quantity, str):
            value = self.value(quantity, wide)
            if not value.fuzzy or wide:
                return value
            args = [value, self.value(quantity, True)]
            node = graph.map("known or wide", args, lambda known, loose: loose if known is BLANK else known, fuzzy=True)
            if isinstance(node, Map):
                node.passes = (1, 0)
            return node
        head, rest = quantity[0], quantity[1:]
        if head == "ticks":
            return self.ticks(rest[0], wide)
        if head == "count":
            items = [self.truth(condition, wide) for condition in rest]
            parts = folds.counted() if limit is None else folds.capped("count", limit)
            name = key("count of", None if limit is None else str(limit))
            return graph.fold(name, items, *parts, fuzzy=any(item.fuzzy for item in items))
        items = [self.quantity(name, wide) for name in rest]
        if head == "sum" and limit is not None and all(self.floor(name) >= 0 for name in rest):
            parts = folds.capped("sum", limit)
            return graph.fold(key("capped", str(limit)), items, *parts, fuzzy=any(item.fuzzy for item in items))
        return graph.fold(key("quantity", head), items, *folds.wide(head), fuzzy=any(item.fuzzy for item in items))

    def floor(self, name: str) -> Exact:
        """A number below which a question or score never is."""
        if name in self.scores:
            return read(self.scores[name]["low"])
        question = self.questions[name]
        ends = [absent for _, absent in question.get("asks", ()) if absent not in ("out", "blank")]
        return min(read(end) for end in [*ends, question.get("low", 0)])

    def ticks(self, name: str, wide: bool) -> Node:
        question = self.questions[name]
        none = question.get("none")
        count = len(question["options"]) - (1 if none is not None else 0)

        def work(asked: Any, actually: Any, given: Any) -> Value:
            state = asked[0]
            if state is False:
                return ABSENT
            if not isinstance(given, tuple) or not actually[0]:
                return (0, count, state is None)
            ticked = sum(option != none for option in given)
            return (ticked, ticked, state is None)

        args = [self.asks(name, wide), self.asks(name, False), self.answer(name)]
        node = self.graph.map(key("ticks", count, none), args, work, fuzzy=any(arg.fuzzy for arg in args))
        if isinstance(node, Map):
            node.add = lambda so_far, option: (so_far or 0) + (option != none)
        return node


def _constant(quantity: Any) -> Exact | None:
    """The number that a quantity of the plan is, if it is one."""
    if isinstance(quantity, int) or (isinstance(quantity, str) and not quantity[0].isalpha()):
        return read(quantity)
    return None
