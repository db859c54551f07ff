"""The engine against the scorer: every node of a plan has the values that the scorer gives it, as often, with witnesses that hold."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any

from ebbtide.selfcheck import Plan
from ebbtide.selfcheck.proofs.automaton import Automaton
from ebbtide.selfcheck.proofs.graph import Graph
from ebbtide.selfcheck.proofs.reader import Reader
from ebbtide.selfcheck.proofs.study import whole
from ebbtide.selfcheck.scorer import Run
from tests.unit.selfcheck.proofs.brute import is_complete, patterns


def engine(plan: Plan, blanks: str) -> int:
    """Compare all nodes of a plan; `blanks` as of `Graph`. Returns how many patterns were compared."""
    seen = 0
    graph = Graph(blanks)
    reader = Reader(graph, plan.data)
    flags = [reader.truth(flag["when"], False) for flag in plan.data["flags"]]
    cache: dict[Any, Any] = {}
    for node, of in everything(reader):
        if not node.mask:
            continue
        run = Automaton(graph, [node], flags, [node])
        names = tuple(variable.id for variable in run.plan.variables)
        if names not in cache:
            given_answers = list(islice(patterns(plan, names, blanks=blanks), 2001))
            cache[names] = None if len(given_answers) > 2000 else [(one, Run(plan.data, one)) for one in given_answers]
        if cache[names] is None:
            continue
        seen += len(cache[names])
        expected = Counter(of(scored) for _, scored in cache[names])
        complete = Counter(of(scored) for answers, scored in cache[names] if is_complete(answers))
        results = run.results()
        assert {value: counts[0] for (value,), counts in results.items()} == expected
        assert {value: counts[1] for (value,), counts in results.items() if counts[1]} == complete
        assert set(run.seen[node]) == set(expected)
        for (value,), (_, without_blank, at) in results.items():
            shown = answers_of(graph, plan, run.witness(at))
            assert of(Run(plan.data, shown)) == value
            assert of(Run(plan.data, answers_of(graph, plan, run.sight(node, value)))) == value
            if without_blank:
                assert all(shown.get(name) is not None for name in names if name in shown)
            for mark, flag in enumerate(plan.data["flags"]):
                if not flags[mark].mask:
                    continue
                raised = [
                    scored
                    for _, scored in cache[names]
                    if of(scored) == value and scored.truth(flag["when"], False) is True
                ]
                assert run.of_mark(at, mark)[0] == len(raised)
                if raised:
                    scored = Run(plan.data, answers_of(graph, plan, run.witness(at, mark)))
                    assert of(scored) == value
                    assert scored.truth(flag["when"], False) is True
    return seen


def answers_of(graph: Graph, plan: Plan, partial: Any) -> Any:
    return whole(plan, {graph.variables[index].id: given for index, given in partial.items()})


def everything(reader: Reader) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    for wide in (False, True):
        found += [
            (reader.value(name, wide), lambda run, name=name, wide=wide: run.value(name, wide))
            for name in [*reader.questions, *reader.scores]
        ]
        found += [
            (reader.truth(flag["when"], wide), lambda run, flag=flag, wide=wide: run.truth(flag["when"], wide))
            for flag in reader.data["flags"]
        ]
    found += [(reader.band(name), lambda run, name=name: run.band(name)) for name in reader.tables]
    found += [
        (reader.possible_bands(name), lambda run, name=name: tuple(run.possible_bands(name))) for name in reader.tables
    ]
    found += [(reader.finding(name), lambda run, name=name: run.finding(name)) for name in reader.findings]
    found += [
        (reader.possible_rules(name), lambda run, name=name: tuple(run.possible_rules(name)))
        for name in reader.findings
    ]
    return found
