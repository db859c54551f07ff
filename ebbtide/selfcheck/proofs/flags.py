"""Flags: that each can be raised, shows at once wherever it holds, and by how few answers; and what it meets. Analyses 2, 6, 7.

Three ways for a flag to come too late are looked for. It can hold although none of the questions under which its card stands
is asked, because a question that is not asked counts as something. It can be certain before it shows, because its condition
weighs an open answer that no longer matters. And it can be declared late: a flag of `show: with_result` is left out here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.proofs import words
from ebbtide.selfcheck.proofs.automaton import MAX_STEPS, Automaton, TooLarge
from ebbtide.selfcheck.proofs.folds import joined
from ebbtide.selfcheck.proofs.graph import Graph, Node
from ebbtide.selfcheck.proofs.reader import Reader
from ebbtide.selfcheck.proofs.study import Study, whole
from ebbtide.selfcheck.proofs.tables import Tables, reading

RULES = {
    "unreachable-flag": "Every flag can be raised by some answers.",
    "flag-late": "Every flag that is shown at once is shown in every case in which it holds, and as soon as that is certain.",
}


def analyse(study: Study, looked: Mapping[str, Tables]) -> None:
    """Analyses 6 and 7, and what 2 says of flags. `looked`: the tables that were worked out."""
    study[6].data["flags"] = []
    study[7].data["meetings"] = []
    reached: dict[Any, bool] = {}
    names: dict[Any, str] = {}
    for flag in study.plan.data["flags"]:
        place = study.place("flag", flag["id"])
        names.setdefault(place, flag["id"])
        try:
            held = True in study.values(study.reader.truth(flag["when"], False))
            reached[place] = reached.get(place, False) or held
            if held:
                study[6].data["flags"].append(_reach(study, flag))
        except TooLarge as reason:
            reached[place] = True
            for number in (2, 6):
                study.unproved(number, place, f"that the flag {flag['id']} can be raised and shows at once", reason)
    study[2].data["flags"] = [names[place] for place, held in reached.items() if held]
    for place, held in reached.items():
        if not held:
            message = f"the flag {names[place]} is never raised: no answers make its condition true."
            study.problem(2, place, "unreachable-flag", message, "Correct its condition, or delete it.")
    _meetings(study, looked)


# 6

_SOME_STEPS = 200_000


def _reach(study: Study, flag: Json) -> Json:
    found: Json = {"flag": flag["id"], "at_once": bool(flag.get("at_once")), "answers": None, "witness": None}
    anything = Graph("all")
    reader = Reader(anything, study.plan.data)
    try:
        run = Automaton(
            anything, [reader.truth(flag["when"], False)], max_steps=MAX_STEPS if flag.get("at_once") else _SOME_STEPS
        )
    except TooLarge:
        if flag.get("at_once"):
            raise
        return found  # how few answers raise a flag that comes with the result is worth a short search, and no warning
    fewest, witness = _fewest(run)
    found["answers"] = fewest
    found["witness"] = _given(study, run, witness)
    if flag.get("at_once"):
        late = _nowhere(study, flag) or _certain_early(study, flag, run)
        found["late"] = late
        if late is not None:
            study.problem(6, study.place("flag", flag["id"]), "flag-late", late["message"], late["hint"])
    return found


def _given(study: Study, run: Automaton, some: Mapping[int, Any]) -> Json:
    """The answers themselves, and null for what is passed over."""
    names = {run.graph.variables[index].id: given for index, given in some.items()}
    for question in study.plan.data["questions"]:
        names.setdefault(question["id"], None)
    return whole(study.plan, names)


def _fewest(run: Automaton) -> tuple[int, Mapping[int, Any]]:
    """The least number of answers that raise a flag, all others being blank, and these answers."""
    best: list[dict[int, tuple[int, int, Any]]] = [{0: (0, -1, None)}]
    for stage in run.stages[1:]:
        reached: dict[int, tuple[int, int, Any]] = {}
        for source, at, entry in stage.arrows:
            if source not in best[-1]:
                continue
            cost = best[-1][source][0]
            for extra, is_there in ((0, entry[1]), (1, entry[0])):
                if is_there and (at not in reached or reached[at][0] > cost + _cost(run, len(best), source, extra)):
                    reached[at] = (cost + _cost(run, len(best), source, extra), source, (entry, bool(extra)))
        best.append(reached)
    cost, at = min(
        (best[-1][at][0], at) for state, at in run.stages[-1].states.items() if run.outcome(state) == (True,)
    )
    answers: dict[int, Any] = {}
    for number in range(len(run.stages) - 1, 0, -1):
        _, source, (entry, answered) = best[number][at]
        layer, state = run.plan.layers[number - 1], run.stages[number - 1].state(source)
        answers |= run.answers(layer, state, entry, passed=not answered)
        at = source
    return cost, answers


def _cost(run: Automaton, number: int, source: int, extra: int) -> int:
    """What a step costs: an answer costs 1, and not being asked costs nothing."""
    if not extra:
        return 0
    layer = run.plan.layers[number - 1]
    inputs = dict(zip(layer.inputs, layer.read(run.stages[number - 1].state(source)), strict=True))
    return 1 if run.is_asked(layer, inputs) else 0


def _nowhere(study: Study, flag: Json) -> Json | None:
    """Answers with which a flag holds while none of the questions under which its card can stand is asked."""
    asks = [study.reader.truth(["asked", name], False) for name in flag["uses"]]
    somewhere = study.graph.fold("or", asks, *joined(True), fuzzy=False)
    run = study.run([study.reader.truth(flag["when"], False), somewhere])
    found = run.results().get((True, False))
    if found is None:
        return None
    before, given = study.with_answers(run.witness(found[2]))
    uses = words.listed(flag["uses"], "or") if flag["uses"] else "any question"
    return {
        "message": f"{before} the flag {flag['id']} holds, and {uses} is not asked, so that its card is never shown at once.",
        "hint": "Let not_asked be leave_out or blank, or name a question that is asked.",
        "witness": given,
    }


def _certain_early(study: Study, flag: Json, run: Automaton) -> Json | None:
    """Answers after which a flag is certain whatever follows, and does not show yet. `run` is over all patterns, blanks everywhere."""
    states = run.stages[-1].states
    held = {at: int(run.outcome(state) == (True,)) for state, at in states.items()}
    ends = run.ends(held, complete=True)
    shows: list[list[bool]] = [[bool(held[at]) for at in range(len(states))]]
    for number in range(len(run.stages) - 1, 0, -1):
        layer, before, after = run.plan.layers[number - 1], run.stages[number - 1], run.stages[number]
        now = [False] * len(before.counts)
        for state, at in before.states.items():
            now[at] = shows[0][_passing(run, layer, state, after)]
        shows.insert(0, now)
    for number in range(1, len(run.stages)):
        for at, kinds in enumerate(ends[number]):
            if kinds == 2 and not shows[number][at] and run.count(run.stages[number].counts[at], 1):
                some = run.back(number, at, 1)
                names = {run.graph.variables[index].id: given for index, given in some.items()}
                given = _given(study, run, some)
                before_words = words.answers(study.plan, given, [name for name in names if given.get(name) is not None])
                return {
                    "message": f"{before_words} the flag {flag['id']} is certain, and is not shown before later questions are answered.",
                    "hint": "Write its condition so that each question stands in it once.",
                    "witness": given,
                }
    return None


def _passing(run: Automaton, layer: Any, state: Any, after: Any) -> int:
    """The state that follows where a question is not answered (yet)."""
    inputs = dict(zip(layer.inputs, layer.read(state), strict=True))
    for group, env in run.outcomes(layer, inputs):
        if group.blank or not run.is_asked(layer, inputs):
            outputs = tuple(env[part] for part in layer.outputs)
            return int(after.states[layer.carry(state) + outputs])
    raise AssertionError("every question can be passed over here")


# 7


@dataclass(frozen=True)
class Result:
    """A table or finding: its name, the node of its outcome, how to read an outcome, and the outcomes that worry least."""

    name: str
    node: Node
    outcome: Callable[[Any], str | None]
    low: frozenset[str]


def results(study: Study) -> list[Result]:
    """Every table and finding."""
    found: list[Result] = []
    for stage in study.tables:
        ranks = study.ranks[stage.id] or {}
        low = frozenset(name for name, rank in ranks.items() if rank == min(ranks.values()))
        found.append(Result(stage.id, reading(study, stage), lambda read: read[3], low))
    for finding in study.plan.data["findings"]:
        item = study.form.findings[finding["id"]]
        low = frozenset(rule for rule, outcome in item.model.rules.items() if outcome.level == "low")
        if item.model.otherwise is not None and item.model.otherwise.level in (None, "low"):
            low |= {"otherwise"}
        found.append(Result(finding["id"], study.reader.finding(finding["id"]), lambda rule: rule, low))
    return found


@dataclass
class _Meeting:
    """Of one outcome: all patterns, those without a blank, and the same two with the flag; and how to get answers for it."""

    counts: tuple[int, int, int, int] = (0, 0, 0, 0)
    example: Callable[[], Mapping[int, Any]] | None = None
    complete: bool = False

    def add(self, counts: tuple[int, int, int, int], example: Callable[[], Mapping[int, Any]]) -> None:
        self.counts = tuple(map(sum, zip(self.counts, counts, strict=True)))  # type: ignore[assignment]
        if counts[2] and (self.example is None or (counts[3] and not self.complete)):
            self.example, self.complete = example, counts[3] > 0


def _meetings(study: Study, looked: Mapping[str, Tables]) -> None:
    flags = {flag["id"]: study.reader.truth(flag["when"], False) for flag in study.plan.data["flags"]}
    for result in results(study):
        table = looked.get(result.name)
        for name, truth in flags.items():
            if not truth.mask or not result.node.mask:
                continue
            try:
                if table is not None and name in table.flags:
                    found = _marked(table.run, table.flags.index(name), lambda values: values[1][3])
                elif not study.closed([truth]) & study.closed([result.node]):
                    found = _apart(study, result, truth)
                else:
                    run = study.run([result.node], [truth])
                    found = _marked(run, 0, lambda values, result=result: result.outcome(values[0]))  # type: ignore[misc]
            except TooLarge as reason:
                study[7].open.append(f"Where {result.name} meets {name} was not counted: {reason}.")
                continue
            _write(study, result, name, found)


def _marked(run: Automaton, mark: int, outcome: Callable[[tuple[Any, ...]], str | None]) -> dict[str | None, _Meeting]:
    """Counts of a run in which the flag is a mark."""
    found: dict[str | None, _Meeting] = {}
    for values, (patterns, complete, at) in run.results().items():
        both = run.of_mark(at, mark)
        found.setdefault(outcome(values), _Meeting()).add((patterns, complete, *both), partial(run.witness, at, mark))
    return found


def _apart(study: Study, result: Result, truth: Node) -> dict[str | None, _Meeting]:
    """Counts where the result and the flag have no question in common: every pattern of one goes with every pattern of the other."""
    run, other = study.run([result.node]), study.run([truth])
    all_of, complete_of = other.patterns
    held = other.results().get((True,), (0, 0, 0))
    found: dict[str | None, _Meeting] = {}
    for values, (patterns, complete, at) in run.results().items():
        counts = (patterns * all_of, complete * complete_of, patterns * held[0], complete * held[1])
        example = lambda at=at: {**run.witness(at), **other.witness(held[2])}  # noqa: E731
        found.setdefault(result.outcome(values[0]), _Meeting()).add(counts, example)
    return found


def _write(study: Study, result: Result, flag: str, found: Mapping[str | None, _Meeting]) -> None:
    for outcome, meeting in found.items():
        if outcome is None or meeting.example is None:
            continue
        patterns, complete, raised, raised_complete = meeting.counts
        study[7].data["meetings"].append(
            {
                "result": result.name,
                "outcome": outcome,
                "low": outcome in result.low,
                "flag": flag,
                "patterns": patterns,
                "complete": complete,
                "with_flag": raised,
                "with_flag_complete": raised_complete,
                "witness": study.whole(meeting.example()),
            }
        )
