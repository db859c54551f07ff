"""Two versions of a self-check: which patterns of answers change their result, how many, and one of each. Analysis 15.

Both versions read the same answers. A question that stands in both takes the answers that both accept; a question of one
version alone is answered freely, and the other version does not see it. Counted are these joint patterns. Parts that have
not changed are one part of the graph, so that a result which nothing has touched is known to be the same without counting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from typing import Any

from ebbtide.selfcheck.plan import Json, Plan
from ebbtide.selfcheck.proofs import words
from ebbtide.selfcheck.proofs.automaton import Automaton, TooLarge, without_collection
from ebbtide.selfcheck.proofs.choices import TooManyAnswers
from ebbtide.selfcheck.proofs.graph import Graph, Node, Variable
from ebbtide.selfcheck.proofs.reader import Reader
from ebbtide.selfcheck.proofs.study import natural, whole
from ebbtide.selfcheck.scorer import ABSENT, BLANK, read

_LISTED = 60


@dataclass
class Comparison:
    """What changes from one version to another. `changes`: for each result that differs, from what to what, how often, an example."""

    old: str
    new: str
    questions: Json = field(default_factory=dict)
    changes: list[Json] = field(default_factory=list)
    same: list[tuple[str, str]] = field(default_factory=list)
    """What is the same for all answers: of what kind, and its name."""
    open: list[str] = field(default_factory=list)
    """What could not be compared, a sentence each."""

    def report(self) -> Json:
        """The comparison as JSON values."""
        return {
            "old": self.old,
            "new": self.new,
            "questions": self.questions,
            "changes": self.changes,
            "same": [{"what": what, "result": name} for what, name in self.same],
            "not_compared": self.open,
        }

    def text(self) -> str:
        """The comparison to read at a terminal."""
        lines = [f"From version {self.old} to {self.new}:"]
        said = {
            "only_old": "no longer asked",
            "only_new": "new",
            "changed": "with changed answers",
            "answered_differently": "answered in another way",
        }
        lines += [f"  questions {said[kind]}: {', '.join(names)}" for kind, names in self.questions.items() if names]
        if self.same:
            lines.append(f"  the same for all answers: {', '.join(f'{what} {name}' for what, name in self.same)}")
        for change in self.changes:
            lines.append(
                f"  {change['what']} {change['result']}: {change['changed']:,} of {change['patterns']:,} patterns change ({words.share(change['changed'], change['patterns'])})"
            )
            for case in change["cases"]:
                lines.append(
                    f"    {_word(case['old'])} becomes {_word(case['new'])}: {words.count_of(case['patterns'])}, as with {case['words']}"
                )
        lines += [f"  {sentence}" for sentence in self.open]
        return "\n".join(lines) + "\n"


def _word(value: Any) -> str:
    return (
        "nothing"
        if value is None
        else {True: "raised", False: "not raised"}.get(value, str(value))
        if isinstance(value, bool)
        else str(value)
    )


def compare(old: Plan, new: Plan) -> Comparison:
    """Which patterns of answers change their result between two plans."""
    with without_collection():
        return _compared(old, new)


def _compared(old: Plan, new: Plan) -> Comparison:
    found = Comparison(str(old.data["version"]), str(new.data["version"]))
    graph = Graph()
    shared, found.questions = _questions(old.data, new.data)
    for data in shared:
        graph.variable(data)
    apart = sum(1 << graph.by_id[name].index for name in found.questions["answered_differently"])
    before, after = Reader(graph, old.data), Reader(graph, new.data)
    try:
        order = _order(graph, before, after)
    except CycleError:
        found.open.append(
            "The versions ask the same questions in orders that depend on one another, and cannot be read together."
        )
        return found
    for what, name, nodes in _results(before, after):
        if nodes[0] is nodes[1]:
            found.same.append((what, name))
            continue
        if (nodes[0].mask | nodes[1].mask) & apart:
            mask = (nodes[0].mask | nodes[1].mask) & apart
            names = [variable.id for variable in graph.variables if mask >> variable.index & 1]
            found.open.append(f"{name} was not compared: {words.listed(names)} is answered in another way now.")
            continue
        try:
            _compare(found, graph, order, what, name, nodes, (old, new))
        except (TooLarge, TooManyAnswers) as reason:
            found.open.append(f"{name} was not compared: {reason}.")
    return found


def _questions(old: Json, new: Json) -> tuple[list[Json], Json]:
    """Each question with the answers that both versions accept, and what has changed."""
    before = {question["id"]: question for question in old["questions"]}
    after = {question["id"]: question for question in new["questions"]}
    shared = {
        name: question for name, question in {**before, **after}.items() if name not in before or name not in after
    }
    changed: list[str] = []
    apart: list[str] = []
    for name, one in before.items():
        two = after.get(name)
        if two is None:
            continue
        shared[name] = merged = _merged(one, two)
        if _form(one) != _form(two):
            changed.append(name)
        if one["kind"] != two["kind"] or merged.get("options") == [] or not _same_steps(one, two):
            apart.append(name)
    return [shared[name] for name in dict.fromkeys([*before, *after])], {
        "only_old": [name for name in before if name not in after],
        "only_new": [name for name in after if name not in before],
        "changed": changed,
        "answered_differently": apart,
    }


def _merged(one: Json, two: Json) -> Json:
    merged = {**two, "optional": bool(one.get("optional") and two.get("optional"))}
    if "options" in one and "options" in two:
        kept = {option[0] for option in one["options"]} & {option[0] for option in two["options"]}
        merged["options"] = [option for option in two["options"] if option[0] in kept]
        if one.get("none") != two.get("none") or merged.get("none") not in kept:
            merged.pop("none", None)
    elif "from" in one and "from" in two:
        merged["from"], merged["to"] = max(one["from"], two["from"], key=read), min(one["to"], two["to"], key=read)
    return merged


def _same_steps(one: Json, two: Json) -> bool:
    """Whether two numbers run in the same steps, and share some."""
    if "step" not in one or "step" not in two:
        return True
    steps = Fraction(read(one["step"])), Fraction(read(two["step"]))
    starts = Fraction(read(one["from"])), Fraction(read(two["from"]))
    shared = min(read(one["to"]), read(two["to"])) - max(read(one["from"]), read(two["from"]))
    return steps[0] == steps[1] and (starts[0] - starts[1]) % steps[0] == 0 and shared >= 0


def _form(question: Json) -> Any:
    """What is offered as answers: no points, no conditions."""
    options = [option[0] for option in question.get("options", ())]
    return (
        question["kind"],
        options,
        question.get("none"),
        question.get("from"),
        question.get("to"),
        question.get("step"),
    )


def _order(graph: Graph, old: Reader, new: Reader) -> list[Variable]:
    """An order in which every question comes after those that decide whether it is asked. Raises CycleError."""
    sorter: TopologicalSorter[int] = TopologicalSorter()
    places = {name: place for place, name in enumerate(dict.fromkeys([*new.questions, *old.questions]))}
    for variable in graph.variables:
        needs = {index for asks in variable.asks for index in range(len(graph.variables)) if asks.mask >> index & 1}
        sorter.add(variable.index, *sorted(needs - {variable.index}))
    sorter.prepare()
    found: list[Variable] = []
    ready: list[int] = []
    while sorter.is_active():
        ready += sorter.get_ready()
        ready.sort(key=lambda index: -places[graph.variables[index].id])
        index = ready.pop()
        found.append(graph.variables[index])
        sorter.done(index)
    return found


def _results(old: Reader, new: Reader) -> list[tuple[str, str, tuple[Node, Node]]]:
    """Everything that both versions say: bands, findings, flags, and scores."""
    found: list[tuple[str, str, tuple[Node, Node]]] = []
    found += [("bands", name, (old.band(name), new.band(name))) for name in old.tables if name in new.tables]
    found += [
        ("finding", name, (old.finding(name), new.finding(name))) for name in old.findings if name in new.findings
    ]
    flags = {flag["id"]: flag["when"] for flag in new.data["flags"]}
    for flag in old.data["flags"]:
        if flag["id"] in flags:
            nodes = tuple(
                reader.graph.map("raised", [reader.truth(when, False)], bool, fuzzy=False)
                for reader, when in ((old, flag["when"]), (new, flags[flag["id"]]))
            )
            found.append(("flag", flag["id"], (nodes[0], nodes[1])))
    found += [
        ("score", name, (old.value(name, False), new.value(name, False))) for name in old.scores if name in new.scores
    ]
    return found


def _compare(
    found: Comparison,
    graph: Graph,
    order: Sequence[Variable],
    what: str,
    name: str,
    nodes: tuple[Node, Node],
    plans: tuple[Plan, Plan],
) -> None:
    run = Automaton(graph, list(nodes), order=order)
    cases: list[tuple[int, int, Any, Any, int]] = []
    changed = 0
    for (one, two), (patterns, complete, at) in run.results().items():
        if one != two:
            changed += patterns
            cases.append((patterns, complete, one, two, at))
    if not changed:
        found.same.append((what, name))
        return
    cases.sort(key=lambda case: -case[0])
    listed = []
    for patterns, complete, one, two, at in cases[:_LISTED]:
        partial = {graph.variables[index].id: given for index, given in run.witness(at).items()}
        examples = [_answers(plan, partial) for plan in plans]
        shown = words.answers(plans[1], examples[1], list(partial)).removeprefix("With these answers: ").rstrip(",")
        listed.append(
            {
                "old": _plain(one),
                "new": _plain(two),
                "patterns": patterns,
                "complete": complete,
                "answers_old": examples[0],
                "answers_new": examples[1],
                "words": shown,
            }
        )
    found.changes.append(
        {
            "what": what,
            "result": name,
            "patterns": run.patterns[0],
            "changed": changed,
            "kinds": len(cases),
            "cases": listed,
        }
    )


def _answers(plan: Plan, partial: Mapping[str, Any]) -> Json:
    return whole(
        plan,
        {
            name: given
            for name, given in partial.items()
            if name in {question["id"] for question in plan.data["questions"]}
        },
    )


def _plain(value: Any) -> Any:
    if value is ABSENT or value is BLANK:
        return None
    return natural(value[0]) if isinstance(value, tuple) else value
