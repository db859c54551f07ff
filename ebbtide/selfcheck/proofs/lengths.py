"""How many questions a reader meets, and when the result is settled: analysis 12."""

from __future__ import annotations

from typing import Any

from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.proofs import folds
from ebbtide.selfcheck.proofs.automaton import Automaton, TooLarge
from ebbtide.selfcheck.proofs.choices import TooManyAnswers
from ebbtide.selfcheck.proofs.flags import Result, results
from ebbtide.selfcheck.proofs.graph import Graph
from ebbtide.selfcheck.proofs.study import Study, whole
from ebbtide.selfcheck.proofs.tables import Tables


def analyse(study: Study, looked: dict[str, Tables]) -> None:
    """Analysis 12."""
    study[12].data |= {"questions": None, "settled": []}
    try:
        study[12].data["questions"] = _lengths(study)
    except (TooLarge, TooManyAnswers) as reason:
        study[12].open.append(f"The number of questions was not counted: {reason}.")
    for result in results(study):
        if not result.node.mask:
            continue
        try:
            table = looked.get(result.name)
            run = study.run([result.node]) if table is None else table.run
        except TooLarge as reason:
            study[12].open.append(f"When {result.name} is settled was not worked out: {reason}.")
            continue
        study[12].data["settled"].append(_settled(study, result, run))


def _lengths(study: Study) -> Json:
    """Least, most and typical number of questions, over all patterns without a blank. Typical is the median: half of all
    patterns are as long or shorter."""
    reader = study.complete
    graph = reader.graph
    open_to = [name for name, question in reader.questions.items() if "asks" in question]
    always = len(reader.questions) - len(open_to)
    node = graph.fold("asked", [reader.truth(["asked", name], False) for name in open_to], *folds.tally(), fuzzy=False)
    run = Automaton(graph, [node], also=(1 << len(graph.variables)) - 1)
    results = {always + value: (patterns, at) for (value,), (patterns, _, at) in run.results().items()}
    total = sum(patterns for patterns, _ in results.values())
    so_far, typical = 0, 0
    for length in sorted(results):
        if 2 * so_far < total:
            typical = length
        so_far += results[length][0]
    least, most = min(results), max(results)
    return {
        "least": least,
        "most": most,
        "typical": typical,
        "patterns": total,
        "lengths": [{"questions": length, "patterns": results[length][0]} for length in sorted(results)],
        "shortest": _whole(study, graph, run.witness(results[least][1])),
        "longest": _whole(study, graph, run.witness(results[most][1])),
    }


def _whole(study: Study, graph: Graph, partial: dict[int, Any]) -> Any:
    return whole(study.plan, {graph.variables[index].id: given for index, given in partial.items()})


def _settled(study: Study, result: Result, run: Automaton) -> Json:
    """The earliest question after which one outcome is left, whatever the later answers are, none of them blank."""
    table = len(run.plan.targets) > 1
    outcomes: dict[str | None, int] = {}
    kinds: dict[int, int] = {}
    for values, (_, _, at) in run.results().items():
        outcome = result.outcome(values[1] if table else values[0])
        kinds[at] = outcomes.setdefault(outcome, len(outcomes))
    ends = run.ends(kinds, complete=True)
    names = list(outcomes)
    for number, layer in enumerate(ends):
        for at, bits in enumerate(layer):
            if bits.bit_count() != 1 or not run.count(run.stages[number].counts[at], 1):
                continue
            if number == 0:
                return {
                    "result": result.name,
                    "outcome": names[bits.bit_length() - 1],
                    "after": None,
                    "asked": 0,
                    "witness": {},
                }
            last = max(run.plan.layers[number - 1].variables, key=lambda variable: variable.index)
            given = study.whole(run.back(number, at, 1))
            order = [question["id"] for question in study.plan.data["questions"]]
            so_far = {name: value for name, value in given.items() if order.index(name) <= last.index}
            return {
                "result": result.name,
                "outcome": names[bits.bit_length() - 1],
                "after": last.id,
                "asked": len(so_far),
                "witness": so_far,
            }
    raise AssertionError("every result is settled in the end")
