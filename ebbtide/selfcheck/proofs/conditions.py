"""Questions and rules that nothing reaches, and conditions that are always or never true: analyses 2 and 5.

A condition is judged over all its answers together, in every pattern of answers, asked for or passed over as the
questionnaire allows. Its comparisons are judged one by one as well: a part that can only come out one way was meant to be
something else. Conditions of a repeated block are written once for several things; one of these is enough to keep them alive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ebbtide.problem import Place
from ebbtide.selfcheck.form import Item
from ebbtide.selfcheck.names import resolve
from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.proofs import words
from ebbtide.selfcheck.proofs.automaton import TooLarge
from ebbtide.selfcheck.proofs.graph import Node
from ebbtide.selfcheck.proofs.study import Study

RULES = {
    "unreachable-question": "Every question is asked for some answers to those before it.",
    "unreachable-rule": "Every rule of a finding can be the one that is found.",
    "condition-constant": "Every condition, and every comparison in it, can be true and can be false.",
}

ASK, END, FLAG, OVERRIDE, CASE, RULE, COUNT = "ask_if", "end_if", "flag", "override", "case", "rule", "count"
_REPORTED_ELSEWHERE = (FLAG, OVERRIDE, CASE, RULE)
"""Kinds of conditions of which `unreachable-...` says that they are never true."""


@dataclass(frozen=True)
class Written:
    """A condition as it stands in the file: what for, its place, its text, and what it is in the plan."""

    kind: str
    place: Place
    text: str
    tree: Sequence[Any]


@dataclass
class _Judged:
    """What a condition, or a part of it, has been seen to be."""

    text: str
    kind: str
    whole: bool
    truths: dict[Any, Json] = field(default_factory=dict)


def written(study: Study) -> Iterator[Written]:
    """Every condition of the file."""
    form, data = study.form, study.plan.data
    asks = {question["id"]: question.get("asks", ()) for question in data["questions"]}
    for name, item in form.questions.items():
        if item.model.ask_if is not None and asks[name]:
            yield Written(ASK, form.place(item, "ask_if"), item.model.ask_if, asks[name][-1][0])
        if item.model.end_if is not None and (tree := _end(study, item)) is not None:
            yield Written(END, form.place(item, "end_if"), item.model.end_if, tree)
    for score in data["scores"]:
        if score["op"] == "count":
            yield from _counts(study, score)
    flags = {flag["id"]: flag for flag in data["flags"]}
    for name, item_flag in form.flags.items():
        yield Written(FLAG, form.place(item_flag, "when"), item_flag.model.when, flags[name]["when"])
    for stage in study.tables:
        for index, (key, override) in enumerate(stage.bands.override.items()):
            place = form.place(stage.item, *stage.path, "override", key, "when")
            yield Written(OVERRIDE, place, override.when, stage.table["override"][index][0])
        for text, (condition, _) in zip(stage.bands.when or {}, stage.table["cases"], strict=False):
            if condition is not None:
                yield Written(CASE, form.key(stage.item, *stage.path, "when", text), text, condition)
    for finding in data["findings"]:
        item_finding = form.findings[finding["id"]]
        for rule, tree in finding["rules"]:
            if rule in item_finding.model.rules:
                when = item_finding.model.rules[rule].when
                yield Written(RULE, form.place(item_finding, "rules", rule, "when"), when, tree)


def _end(study: Study, gate: Item[Any]) -> Sequence[Any] | None:
    """The condition of an `end_if`, as it stands in the first later question that it can keep from being asked."""
    order = {name: index for index, name in enumerate(study.form.questions)}
    for question in study.plan.data["questions"]:
        item = study.form.questions[question["id"]]
        if order[item.id] <= order[gate.id]:
            continue
        gates = [
            other.id
            for name, other in study.form.questions.items()
            if other.model.end_if is not None and order[name] < order[item.id] and _ends(other, item)
        ]
        if gate.id in gates:
            pairs = question["asks"][1 if item.scope is not None else 0 :]
            tree: Sequence[Any] = pairs[gates.index(gate.id)][0][1][1]  # not, sure, and then the condition itself
            return tree
    return None


def _ends(gate: Item[Any], item: Item[Any]) -> bool:
    """Whether a gate can end the part of the questionnaire in which `item` stands."""
    if gate.scope is None:
        return True
    return item.scope is not None and (gate.scope.block, gate.scope.thing) == (item.scope.block, item.scope.thing)


def _counts(study: Study, score: Json) -> Iterator[Written]:
    item = study.form.scores[score["id"]]
    trees = iter(score["of"])
    for index, text in enumerate(item.model.count or []):
        plain = " " not in text.strip()
        names = resolve(study.form, item.scope, text.strip()) if plain else [text]
        for _ in names:
            said = f"{text} {item.model.where}" if plain else text
            yield Written(COUNT, study.form.place(item, "count", index), said, next(trees))


def analyse(study: Study) -> None:
    """Analyses 5 and, of 2, what concerns questions and rules."""
    conditions = list(written(study))
    judged: dict[tuple[Place, tuple[int, ...]], _Judged] = {}
    too_large: set[Place] = set()
    for condition in conditions:
        try:
            _judge(study, condition, judged)
        except TooLarge as reason:
            too_large.add(condition.place)
            study.unproved(5, condition.place, f"that {condition.text} can be true and can be false", reason)
    found: list[Json] = []
    for (place, _), one in judged.items():
        if place in too_large:
            continue  # what was not seen of it may be so all the same
        if one.whole:
            found.append(
                {
                    "place": str(place),
                    "condition": one.text,
                    "true": one.truths.get(True),
                    "false": one.truths.get(False),
                }
            )
        _complain(study, place, one)
    study[5].data["conditions"] = found
    _questions(study)
    _rules(study)


def _judge(study: Study, condition: Written, judged: dict[tuple[Place, tuple[int, ...]], _Judged]) -> None:
    for path, tree in _parts(condition.tree, ()):
        whole = not path
        text = condition.text if whole else words.condition(study.plan, tree)
        one = judged.setdefault((condition.place, path), _Judged(text, condition.kind, whole))
        node = study.reader.truth(tree, False)
        if True in one.truths and False in one.truths:
            continue
        for value, witness in study.values(node).items():
            if value is not None and value not in one.truths:
                one.truths[value] = study.whole(witness()) if whole else {}


def _parts(tree: Sequence[Any], path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Sequence[Any]]]:
    """A condition, and every comparison in it, with the way to it. `it is ...` has become a constant, and is none of them."""
    head, *rest = tree
    if not path:
        yield path, tree
    if head in ("and", "or", "not", "sure"):
        for index, part in enumerate(rest):
            yield from _parts(part, (*path, index))
        return
    if path and head not in ("answered", "blank", "asked"):
        yield path, tree
    for index, side in enumerate(rest):
        if isinstance(side, list) and side and side[0] == "count":
            for inner, part in enumerate(side[1:]):
                yield from _parts(part, (*path, index, inner))


def _complain(study: Study, place: Place, one: _Judged) -> None:
    if True in one.truths and False in one.truths:
        return
    never = True not in one.truths
    if one.whole and never and one.kind in _REPORTED_ELSEWHERE:
        return
    if not one.truths:
        message = f"it is never known whether {one.text}."
    else:
        message = f"{one.text} is {'never' if never else 'always'} true, whatever is answered{'' if one.whole else ', so this part decides nothing'}."
    study.problem(5, place, "condition-constant", message, "Correct its numbers and names, or delete it.")


def _questions(study: Study) -> None:
    reached: dict[Place, bool] = {}
    names: dict[Place, str] = {}
    asked: list[str] = []
    for variable in study.graph.variables:
        place = study.place("question", variable.id)
        names.setdefault(place, variable.id)
        try:
            held = any(value[0] is True for value in study.values(study.reader.asks(variable.id, False)))
        except TooLarge as reason:
            study.unproved(2, place, f"that {variable.id} can be asked", reason)
            held = True
        else:
            asked += [variable.id] if held else []
        reached[place] = reached.get(place, False) or held
    study[2].data["asked"] = asked
    study[2].data["never_asked"] = [names[place] for place, held in reached.items() if not held]
    for place, held in reached.items():
        if not held:
            message = f"{names[place]} is never asked: no answers to the questions before it make its condition true."
            study.problem(
                2,
                place,
                "unreachable-question",
                message,
                "Correct ask_if, and end_if of the questions above, or delete the question.",
            )


def _rules(study: Study) -> None:
    found: list[Json] = []
    for finding in study.plan.data["findings"]:
        name = finding["id"]
        node = study.reader.finding(name)
        try:
            values: Mapping[Any, Any] = study.values(node)
        except TooLarge as reason:
            study.unproved(2, study.place("finding", name), f"that every rule of {name} can be found", reason)
            continue
        rules = [rule for rule, _ in finding["rules"]]
        found.append(
            {
                "finding": name,
                "reached": [rule for rule in rules if rule in values],
                "never": [rule for rule in rules if rule not in values],
            }
        )
        for rule in rules[:-1]:
            if rule not in values:
                message = f"{rule} is never what is found: its condition is never true, or a rule that comes first always holds with it."
                study.problem(
                    2,
                    study.place("rule", name, rule),
                    "unreachable-rule",
                    message,
                    "Correct its condition, change the order, or delete it.",
                )
    study[2].data["findings"] = found


def nodes(study: Study) -> list[Node]:
    """Every node whose values these analyses ask for: what a run over something else may as well collect."""
    found = [study.reader.asks(variable.id, False) for variable in study.graph.variables]
    found += [study.reader.truth(tree, False) for condition in written(study) for _, tree in _parts(condition.tree, ())]
    found += [study.reader.finding(finding["id"]) for finding in study.plan.data["findings"]]
    return [node for node in found if node.mask]
