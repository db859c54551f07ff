"""Scores: that each has a value wherever nothing was passed over, and that tables hold every raw score. Analyses 8 and 11.

A score may lack a value where its definition says so: a score of a repeated block whose thing was not chosen (and what is
made of such scores alone), a ratio with `if_zero: blank`, an answer or a `not_asked` that counts as blank. All else, above
all a score that is left with no question at all, is a failure: a result page without a result tells the reader nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.proofs import words
from ebbtide.selfcheck.proofs.automaton import Automaton, TooLarge
from ebbtide.selfcheck.proofs.choices import MAX_LISTED, between_cuts, size
from ebbtide.selfcheck.proofs.graph import Node
from ebbtide.selfcheck.proofs.reader import Reader
from ebbtide.selfcheck.proofs.study import Study, natural, whole
from ebbtide.selfcheck.scorer import ABSENT, BLANK, meets, read

RULES = {
    "no-value": "Every score that is shown has a value wherever all that is asked is answered, unless its definition says otherwise.",
    "table-gap": "Every raw score that can be reached stands in the table in which it is looked up.",
    "table-not-monotone": "In a table, more raw points never turn from raising the result to lowering it.",
}

DECLARED, DROPPED, LOST = "declared", "dropped", "lost"
"""Why there is no number: the definition says so; the question was left out; the score has lost all that it is made of."""


def analyse(study: Study) -> None:
    """Analyses 8 and 11."""
    _values(study)
    _tables(study)


# 8


class Causes:
    """Nodes that say why a question or score has no number: None where it has one. For graphs without blanks."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.known: dict[str, Node] = {}

    def of(self, name: str) -> Node:
        if name not in self.known:
            self.known[name] = self.question(name) if name in self.reader.questions else self.score(name)
        return self.known[name]

    def question(self, name: str) -> Node:
        value = self.reader.value(name, False)
        if self.reader.variables[name].always and not value.fuzzy:
            return self.reader.graph.const(None)
        block = self.reader.questions[name].get("asks", [[[None]]])[0][0][0] == "has" and "." in name

        def work(value: Any, asked: Any) -> Any:
            if value is BLANK:
                return DECLARED
            if value is not ABSENT:
                return None
            return DECLARED if block and len(asked[1]) == 1 and asked[1][0] == "out" and not asked[0] else DROPPED

        args = [value, self.reader.asks(name, False)]
        return self.reader.graph.map(("cause", block), args, work, fuzzy=False)

    def score(self, name: str) -> Node:
        score = self.reader.scores[name]
        graph = self.reader.graph
        terms = [] if score["op"] == "count" else [term if isinstance(term, str) else term[0] for term in score["of"]]
        items = [self.of(term) for term in terms if term is not None]
        every = score["op"] in ("ratio", "between", "steps")
        inner = graph.fold(
            ("causes", every),
            items,
            frozenset(),
            lambda so_far, cause: so_far | {cause},
            lambda so_far: so_far,
            fuzzy=False,
        )
        guard = self.reader.truth(score["guard"], False) if "guard" in score else graph.const(True)

        def work(value: Any, causes: Any, guarded: Any) -> Any:
            if value is not BLANK and value is not ABSENT:
                return None
            if guarded is not True:
                return DECLARED
            if value is ABSENT and not every and DROPPED in causes:
                return LOST
            if LOST in causes or (every and DROPPED in causes):
                return LOST
            return DECLARED

        return graph.map("score cause", [self.reader.value(name, False), inner, guard], work, fuzzy=False)


def _values(study: Study) -> None:
    found: list[Json] = []
    study[8].data["scores"] = found
    reader = study.complete
    causes = Causes(reader)
    seen: dict[str, Mapping[Any, Any]] = {}
    runs: dict[str, Automaton] = {}
    banded = {stage.score for stage in study.tables}
    shown = [name for name, item in study.form.scores.items() if item.model.show or name in banded]
    for name in reversed(shown):
        if name in seen:
            continue
        nodes = {
            other: causes.of(other)
            for other in (*_parts(reader, name), name)
            if other in shown and causes.of(other).mask
        }
        if not nodes:
            seen[name] = {causes.of(name).value: None}  # type: ignore[attr-defined]
            continue
        try:
            run = study.watch(list(nodes.values()), reader.graph)
        except TooLarge as reason:
            study.unproved(8, study.place("score", name), f"that {name} always has a value", reason)
            continue
        for other, node in nodes.items():
            seen[other] = run.seen.get(node, {})
            runs[other] = run
    for name in shown:
        if name not in seen:
            continue
        lost = LOST in seen[name]
        entry: Json = {
            "score": name,
            "always": set(seen[name]) <= {None},
            "declared": DECLARED in seen[name],
            "lost": None,
        }
        found.append(entry)
        if lost:
            entry["lost"] = _lost(study, name, runs.get(name), causes.of(name))


def _parts(reader: Reader, name: str) -> list[str]:
    """The scores that a score is made of, at any depth."""
    score = reader.scores[name]
    found: list[str] = []
    for term in [] if score["op"] == "count" else score["of"]:
        part = term if isinstance(term, str) else term[0]
        if part in reader.scores:
            found += [*_parts(reader, part), part]
    return found


def _lost(study: Study, name: str, run: Automaton | None, node: Node) -> Json | None:
    partial = (
        {} if run is None else {run.graph.variables[index].id: given for index, given in run.sight(node, LOST).items()}
    )
    given = whole(study.plan, partial)
    if any(stage.score == name and stage.table.get("override") for stage in study.tables):
        from ebbtide.selfcheck.scorer import Run

        scored = Run(study.plan.data, given)
        if all(scored.band(stage.id) is not None for stage in study.tables if stage.score == name):
            return None  # a rule that overrides says which band it is
    before = words.answers(study.plan, given, list(partial))
    message = f"{before} nothing is left of {words.total_of(name)}: none of what it is made of was asked, and it has no value."
    study.problem(
        8,
        study.place("score", name),
        "no-value",
        message,
        "Say what it is then: add not_asked: to the score, or to its questions points in place of leave_out.",
    )
    return given


# 11


def _tables(study: Study) -> None:
    found: list[Json] = []
    study[11].data["tables"] = found
    for score in study.plan.data["scores"]:
        if score["op"] != "steps":
            continue
        name = score["id"]
        model = study.form.scores[name].model
        kind = "steps" if model.steps is not None else "look_up" if model.look_up is not None else "table"
        place = study.form.place(study.form.scores[name], kind)
        try:
            raw, witness = _raw(study, score)
        except TooLarge as reason:
            study.unproved(11, place, f"that {name} has a row for every raw score", reason)
            continue
        rows = {number: [row for row in score["rows"] if meets(row, (number, number, False))] for number in raw}
        results = [read(rows[number][0][0]) for number in raw if rows[number]]
        missing = [number for number in raw if not rows[number]]
        turns = _turns(results)
        entry: Json = {
            "score": name,
            "kind": kind,
            "raw": len(raw),
            "lowest": natural(raw[0]) if raw else None,
            "highest": natural(raw[-1]) if raw else None,
            "missing": [natural(number) for number in missing],
            "monotone": turns is None,
        }
        found.append(entry)
        if missing:
            before, given = study.with_answers(witness(missing[0]))
            entry["witness"] = given
            of = score["of"][0][0]
            message = f"{before} {words.total_of(of)} is {words.said(missing[0])} and {name} has no row for it."
            study.problem(
                11, place, "table-gap", message, f"Add {words.listed([words.said(number) for number in missing[:5]])}."
            )
        if turns is not None and kind != "steps":
            held = [number for number in raw if rows[number]]
            a, b, c = (held[index] for index in turns)
            x, y, z = (words.said(results[index]) for index in turns)
            message = f"{name} goes from {x} at {words.said(a)} to {y} at {words.said(b)}, and back to {z} at {words.said(c)}."
            study.problem(11, place, "table-not-monotone", message, "Correct the row that is out of order.")


def starts(study: Study) -> dict[str, Node]:
    """For each table the node of what is looked up in it, unless it is a number with too many values to list."""
    found: dict[str, Node] = {}
    for score in study.plan.data["scores"]:
        if score["op"] == "steps" and not _long(study, score):
            found[score["id"]] = study.reader.term(score["of"][0], False)
    return found


def _long(study: Study, score: Json) -> bool:
    question = study.reader.questions.get(score["of"][0][0])
    return question is not None and size(question) > MAX_LISTED


def _raw(study: Study, score: Json) -> tuple[list[Any], Callable[[Any], Mapping[int, Any]]]:
    """Every raw score that is looked up (of a long number one for each run between the limits of rows), and answers for each."""
    start = starts(study).get(score["id"])
    if start is not None:
        values = study.values(start)
        return sorted(value[0] for value in values if value is not ABSENT and value is not BLANK), lambda raw: values[
            raw, raw, False
        ]()
    name = score["of"][0][0]
    variable = study.reader.variables[name]
    asks = study.values(study.reader.asks(name, False))
    asked = next((value for value in asks if value[0] is True), None)
    cuts = {Fraction(read(end)) for row in score["rows"] for end in row[1:3] if end is not None}
    raw = [choice.given for choice in between_cuts(variable.data, cuts)] if asked is not None else []
    implied = {
        read(absents[0]): (state, absents)
        for state, absents in asks
        if state is False and absents[0] not in ("out", "blank")
    }

    def witness(number: Any) -> Mapping[int, Any]:
        if number in implied and number not in raw:
            return asks[implied[number]]()
        return {**(asks[asked]() if asked is not None else {}), variable.index: number}

    return sorted({*raw, *implied}), witness


def _turns(results: Sequence[Any]) -> tuple[int, int, int] | None:
    """Three places between which the results turn round; None where they only rise or only fall."""
    rise: tuple[int, int] | None = None
    fall: tuple[int, int] | None = None
    for index, (one, two) in enumerate(pairwise(results)):
        if two > one:
            rise = (index, index + 1)
        elif two < one:
            fall = (index, index + 1)
        if rise and fall:
            first, second = sorted((rise, fall))
            return (first[0], first[1], second[1])
    return None
