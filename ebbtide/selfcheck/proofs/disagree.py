"""Where two rules of one self-check disagree: analysis 14.

Two results that share questions (bands of one score and a finding, two sets of bands, a total and its subscale) are compared
by the levels that the file gives to their outcomes. Results without levels cannot agree or disagree, and are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from ebbtide.selfcheck.lower_results import LEVELS
from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.proofs.automaton import Automaton, TooLarge
from ebbtide.selfcheck.proofs.flags import Result, results
from ebbtide.selfcheck.proofs.study import Study, has_levels

MAX_PAIRS = 20
_STEPS = 400_000


def analyse(study: Study) -> None:
    """Analysis 14."""
    study[14].data["pairs"] = []
    known = {
        result.name: levels
        for result in results(study)
        if (levels := _levels(study, result)) is not None and result.node.mask
    }
    pairs = [
        (one, two)
        for one, two in combinations([result for result in results(study) if result.name in known], 2)
        if one.node.mask & two.node.mask and not _of_different_things(study, one.name, two.name)
    ]
    for index, (one, two) in enumerate(pairs):
        if index == MAX_PAIRS:
            study[14].open.append(f"{len(pairs) - MAX_PAIRS} more pairs of results were not compared.")
            break
        try:
            run = Automaton(study.graph, [one.node, two.node], max_steps=_STEPS)
        except TooLarge as reason:
            study[14].open.append(f"{one.name} and {two.name} were not compared: {reason}.")
            continue
        study[14].data["pairs"].append(_pair(study, one, two, known, run))


def _of_different_things(study: Study, one: str, two: str) -> bool:
    """Whether two results belong to different things of one repeated block: these are not two rules for the same."""
    scopes = [item.scope for stage in study.tables for item in [stage.item] if stage.id in (one, two)]
    return len(scopes) == 2 and all(scopes) and len({scope.thing for scope in scopes if scope}) == 2


def _levels(study: Study, result: Result) -> Mapping[str, int] | None:
    for stage in study.tables:
        if stage.id == result.name:
            return study.ranks[stage.id] if has_levels(stage) else None
    finding = study.form.findings[result.name].model
    outcomes: dict[str, Any] = dict(finding.rules)
    if finding.otherwise is not None:
        outcomes["otherwise"] = finding.otherwise
    if any(outcome.level is None for outcome in outcomes.values()):
        return None
    return {name: LEVELS.index(str(outcome.level)) for name, outcome in outcomes.items()}


def _pair(study: Study, one: Result, two: Result, known: Mapping[str, Mapping[str, int]], run: Automaton) -> Json:
    cells: list[Json] = []
    total = differing = 0
    extremes: dict[int, tuple[int, int, int]] = {}
    for (first, second), (patterns, complete, at) in run.results().items():
        outcomes = (one.outcome(first), two.outcome(second))
        total += patterns
        if outcomes[0] is None or outcomes[1] is None:
            continue
        gap = known[two.name][outcomes[1]] - known[one.name][outcomes[0]]
        cell = next((cell for cell in cells if (cell[one.name], cell[two.name]) == outcomes), None)
        if cell is None:
            cell = {one.name: outcomes[0], two.name: outcomes[1], "agree": gap == 0, "patterns": 0, "complete": 0}
            cells.append(cell)
        cell["patterns"] += patterns
        cell["complete"] += complete
        if gap:
            differing += patterns
            way = 1 if gap > 0 else -1
            if way not in extremes or (abs(gap), complete > 0) > (abs(extremes[way][0]), extremes[way][2] > 0):
                extremes[way] = (gap, at, complete)
    shown = []
    for gap, at, _ in extremes.values():
        given = study.whole(run.witness(at))
        values = next(values for values, (_, _, end) in run.results().items() if end == at)
        shown.append(
            {
                one.name: one.outcome(values[0]),
                two.name: two.outcome(values[1]),
                "levels_apart": abs(gap),
                "witness": given,
            }
        )
    return {
        "results": [one.name, two.name],
        "patterns": total,
        "differing": differing,
        "cells": cells,
        "extremes": shown,
    }
