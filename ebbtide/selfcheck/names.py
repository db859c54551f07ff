"""What a name in a condition or a score stands for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from ebbtide.model.base import nearest
from ebbtide.problem import Loc, Place, Problem
from ebbtide.selfcheck.conditions import Trouble
from ebbtide.selfcheck.domains import Domain
from ebbtide.selfcheck.form import Form, Scope, place

RULES = {
    "unknown-name": "Every name that a rule uses is a question, score, finding, band or answer of this self-check.",
    "no-points": "Only answers with points are added, counted or compared with a number.",
    "condition": "Every condition is made of comparisons, joined by and, or, not.",
    "condition-type": "Every comparison compares like with like, and asks of a question what it can answer.",
    "repeat-scope": "A question of a repeated block is named alone inside its block, and with block and thing outside it.",
}

Sort = Literal["question", "score", "finding"]


@dataclass
class Desk:
    """What the compiler knows so far: the form, the problems found, and the numbers that scores can take."""

    form: Form
    problems: list[Problem]
    domains: dict[str, Domain] = field(default_factory=dict)
    droppable: set[str] = field(default_factory=set)
    """Questions and scores that can be left out although the thing of their block was chosen."""
    band_ids: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Band ids of each bands table, by the table's id."""

    def problem(self, where: Place, rule: str, message: str, hint: str) -> None:
        found = Problem(where, "error", rule, message, hint)
        if found not in self.problems:  # a block says the same once for each thing
            self.problems.append(found)

    def place(self, loc: Loc) -> Place:
        """The place of a value."""
        return place(self.form.questionnaire.places, loc)

    def trouble(self, loc: Loc, trouble: Trouble) -> None:
        """A problem at its column of the value at `loc`."""
        where = self.form.questionnaire.places.inside(trouble.at, *loc)
        self.problem(where, trouble.rule, trouble.message, trouble.hint)


def sort_of(form: Form, name: str) -> Sort | None:
    """What a full id is."""
    if name in form.questions:
        return "question"
    if name in form.scores:
        return "score"
    return "finding" if name in form.findings else None


def resolve(form: Form, scope: Scope | None, name: str) -> list[str]:
    """The full ids that `name` stands for: one, or those of each thing (``use.often``). Raises `Trouble` at column 0."""
    if scope and name in scope.names:
        return [scope.full(name)]
    if sort_of(form, name):
        return [name]
    block, _, rest = name.partition(".")
    if block in form.things and rest:
        found = [f"{block}.{thing}.{rest}" for thing in form.things[block]]
        if found and all(sort_of(form, full) for full in found):
            return found
    local = [full for full in (*form.questions, *form.scores) if full.rpartition(".")[2] == name and "." in full]
    if local:
        hint = f"Outside its block, write {local[0]} for one, or {local[0].partition('.')[0]}.{name} for all of them."
        raise Trouble(0, f"{name} is asked once for each thing, and this does not say for which.", hint, "repeat-scope")
    raise Trouble(0, f"there is no {name} in this self-check.", nearest(name, known(form, scope)), "unknown-name")


def resolve_one(form: Form, scope: Scope | None, name: str) -> str:
    """As `resolve`, where only one thing can be meant."""
    found = resolve(form, scope, name)
    if len(found) > 1 or (found and found[0] != name and not (scope and name in scope.names)):
        hint = f"Write {found[0]} for one of them, or use any of, sum of or largest of a list."
        raise Trouble(0, f"{name} stands for {len(found)} answers, and one is needed here.", hint, "repeat-scope")
    return found[0]


def known(form: Form, scope: Scope | None) -> Iterable[str]:
    """Names that can be used at this place."""
    plain = [name for part in (form.questions, form.scores, form.findings) for name in part if "." not in name]
    return [
        *plain,
        *(scope.names if scope else ()),
        *(f"{block}.{rest}" for block in form.things for rest in _inner(form, block)),
    ]


def _inner(form: Form, block: str) -> set[str]:
    return {
        name.rpartition(".")[2]
        for part in (form.questions, form.scores)
        for name in part
        if name.startswith(f"{block}.")
    }


def pointed(form: Form, question: str) -> str:
    """Why the question cannot be used as a number, in a sentence; empty where it can."""
    kind = form.kinds.get(question)
    if kind not in ("one", "many"):
        return ""
    none = form.questions[question].model.none
    without = [
        option.words
        for name, option in form.options[question].items()
        if option.points is None and not option.counts_as_blank and name != none
    ]
    if not without:
        return ""
    if len(without) >= len([name for name in form.options[question] if name != none]):
        return f"the answers of {question} have no points."
    return f"the answer {without[0]!r} of {question} has no points."


def scope_of(item: Any) -> Scope | None:
    """The scope of a form's item."""
    scope: Scope | None = item.scope
    return scope
