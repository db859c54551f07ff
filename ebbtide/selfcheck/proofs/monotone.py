"""Raising an answer never improves a result: analysis 10. What "raising" means, and why, is in docs/decisions/0010-monotone.md.

In short: an answer is raised by one that has more points. In each score a question has a declared sign, the product of what
stands on its way into the score (`reverse`, `subtract` and negative factors turn it). All else being answered alike, raising
the answer moves the score by that sign or not at all. Skips, gates, blocks, overrides and cut-offs can break this. Where the
structure alone does not show that they do not (`slopes`), every pair of patterns is searched (`twins`), of readers who pass
over nothing: a blank that is estimated and an answer that is given are not "all else alike". Reversals that were forgotten show
as scores that take the same answer for worse and for better.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.proofs import words
from ebbtide.selfcheck.proofs.automaton import TooLarge
from ebbtide.selfcheck.proofs.slopes import Slopes, ends, table_slope
from ebbtide.selfcheck.proofs.study import Answers, Stage, Study, has_levels
from ebbtide.selfcheck.proofs.tables import reading
from ebbtide.selfcheck.proofs.twins import Twins
from ebbtide.selfcheck.scorer import ABSENT, BLANK, read

RULES = {
    "improves-when-worse": "Raising an answer moves a score only the way that its points, and any reversal, say.",
    "direction-conflict": "No answer makes one score worse and another one better, unless one of them says higher_is: neither.",
    "level-order": "The levels of bands rise with a score of which higher is worse, and fall with one of which higher is better.",
}

_SIGN = {"worse": 1, "better": -1}


@dataclass
class _Signs:
    """Of one score: the declared signs of each question, and of each score in it."""

    questions: dict[str, set[int]] = field(default_factory=dict)
    scores: dict[str, set[int]] = field(default_factory=dict)

    def add(self, name: str, sign: int, inner: _Signs | None) -> None:
        if inner is None:
            self.questions.setdefault(name, set()).add(sign)
            return
        self.scores.setdefault(name, set()).add(sign)
        for part, target in ((inner.questions, self.questions), (inner.scores, self.scores)):
            for other, signs in part.items():
                target.setdefault(other, set()).update(sign * one for one in signs)


class Signs:
    """The declared signs of all scores of a plan."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.scores = study.reader.scores
        self.known: dict[str, _Signs] = {}

    def of(self, name: str) -> _Signs:
        if name not in self.known:
            self.known[name] = _Signs()
            self.known[name] = self._of(self.scores[name])
        return self.known[name]

    def _of(self, score: Json) -> _Signs:
        found = _Signs()
        op = score["op"]
        if op == "count":
            for condition in score["of"]:
                self._condition(condition, 1, found)
        elif op != "between":
            for index, (name, times, _) in enumerate(score["of"]):
                if name is None:
                    continue
                sign = 1 if read(times) > 0 else -1
                if op == "ratio":
                    for turn in self._ratio(score, index):
                        found.add(name, sign * turn, self.of(name) if name in self.scores else None)
                    continue
                if op == "steps":
                    sign = table_slope(score) or 0
                    if not sign or name not in self.scores:
                        continue  # steps from a number say themselves how it counts
                found.add(name, sign, self.of(name) if name in self.scores else None)
        return found

    def _ratio(self, score: Json, index: int) -> tuple[int, ...]:
        """Which way a part of a ratio moves it: both ways where the other part can be above and below 0."""
        low, high = ends(self.study.reader, score["of"][1 - index])
        way = 1 if index == 0 else -1
        return (way,) if low >= 0 else (-way,) if high <= 0 else (1, -1)

    def _condition(self, condition: Any, sign: int, found: _Signs) -> None:
        """A counted comparison of a question or score with a number: its sign is that of the comparison."""
        head, *rest = condition
        if head in ("and", "or", "sure"):
            for part in rest:
                self._condition(part, sign, found)
        elif head == "not":
            self._condition(rest[0], -sign, found)
        elif head in (">=", ">"):
            for side, turn in zip(rest, (1, -1), strict=True):
                names = side[1:] if isinstance(side, list) and side[0] in ("sum", "max", "min") else [side]
                for name in names:
                    if isinstance(name, str) and name in self.scores:
                        found.add(name, sign * turn, self.of(name))
                    elif isinstance(name, str) and name in self.study.reader.questions:
                        found.add(name, sign * turn, None)


def analyse(study: Study) -> None:
    """Analysis 10."""
    signs = Signs(study)
    study[10].data |= {"scores": [], "conflicts": [], "levels": []}
    for score in study.plan.data["scores"]:
        if score["higher_is"] == "neither":
            continue
        stages = [stage for stage in study.tables if stage.score == score["id"]]
        _score(study, score, signs.of(score["id"]), stages)
    _conflicts(study, signs)
    for stage in study.tables:
        _levels(study, stage)


def _score(study: Study, score: Json, signs: _Signs, stages: list[Stage]) -> None:
    name = score["id"]
    found: Json = {
        "score": name,
        "higher_is": score["higher_is"],
        "questions": [],
        "counted_both_ways": [],
        "not_judged": [],
    }
    study[10].data["scores"].append(found)
    for question, both in signs.questions.items():
        if study.reader.questions[question]["kind"] == "time":
            found["not_judged"].append(question)
            continue
        if len(both) > 1:
            found["counted_both_ways"].append(question)
            continue
        sign = next(iter(both))
        entry: Json = {"question": question, "raises": "raises" if sign > 0 else "lowers", "how": "declared"}
        found["questions"].append(entry)
        try:
            if Slopes(study.complete, question).value(name) not in (0, sign):
                entry["how"] = "searched"
                _search(study, score, question, sign, entry)
            for stage in stages:
                if _bands_turn_on(study, stage, question):
                    entry["how"] = "searched"
                    _search_bands(study, score, stage, question, sign, entry)
        except TooLarge as reason:
            entry["how"] = "unproved"
            study.unproved(10, study.place("score", name), f"that raising {question} never improves {name}", reason)


def _bands_turn_on(study: Study, stage: Stage, question: str) -> bool:
    bit = 1 << study.reader.variables[question].index
    return study.ranks[stage.id] is not None and any(
        node.mask & bit for node in study.reader.truths(stage.table, False)
    )


def _search(study: Study, score: Json, question: str, sign: int, entry: Json) -> None:
    """Every pair of patterns that differ by raising one answer, by the value of a score."""
    name = score["id"]
    reader = study.complete
    run = study.run([reader.value(name, False)], graph=reader.graph)
    twins = Twins(run, reader.variables[question].index)
    for twin in twins.ends():
        (first,), (second,) = run.outcome(twin[0]), run.outcome(twin[1])
        if any(side is ABSENT or side is BLANK for side in (first, second)) or sign * (second[0] - first[0]) >= 0:
            continue
        low, high = _both(study, twins, twin)
        said = f"{words.total_of(name)} {'falls' if sign > 0 else 'rises'} from {words.said(first[0])} to {words.said(second[0])}"
        _report(study, score, question, low, high, said, entry)
        return


def _search_bands(study: Study, score: Json, stage: Stage, question: str, sign: int, entry: Json) -> None:
    """The same by bands: an answer that makes the score worse must not lead to a milder band, and the other way round."""
    ranks = study.ranks[stage.id]
    assert ranks is not None
    worse = sign * _SIGN[score["higher_is"]]
    reader = study.complete
    run = study.run([reading(study, stage, reader)], graph=reader.graph)
    twins = Twins(run, reader.variables[question].index)
    for twin in twins.ends():
        first, second = run.outcome(twin[0])[0][3], run.outcome(twin[1])[0][3]
        if first is None or second is None or worse * (ranks[second] - ranks[first]) >= 0:
            continue
        low, high = _both(study, twins, twin)
        _report(
            study,
            score,
            question,
            low,
            high,
            f"the band of {words.total_of(stage.id)} goes from {first} to {second}",
            entry,
        )
        return


def _both(study: Study, twins: Twins, twin: Any) -> tuple[tuple[str, Answers], tuple[str, Answers]]:
    first, second = twins.witness(twin)
    return study.with_answers(first), study.with_answers(second)


def _report(
    study: Study,
    score: Json,
    question: str,
    low: tuple[str, Answers],
    high: tuple[str, Answers],
    said: str,
    entry: Json,
) -> None:
    definition = study.reader.questions[question]
    raised = words.answer(study.plan, definition, high[1][question])
    message = f"{low[0]} and then with {question} raised to {raised}, {said}."
    hint = "Let what is skipped count as much as it could, or reverse the question, or write higher_is: neither."
    entry["worse"], entry["witness"] = said, [low[1], high[1]]
    study.problem(10, study.place("score", score["id"]), "improves-when-worse", message, hint)


def _conflicts(study: Study, signs: Signs) -> None:
    """The same answer taken for worse by one score and for better by another, or a score that is added the wrong way round."""
    judged = {
        score["id"]: _SIGN[score["higher_is"]] for score in study.plan.data["scores"] if score["higher_is"] in _SIGN
    }
    first: dict[str, tuple[str, int]] = {}
    said: dict[tuple[str, str], list[str]] = {}
    for name, way in judged.items():
        for inner, both in signs.of(name).scores.items():
            if inner in judged and len(both) == 1 and next(iter(both)) * way != judged[inner]:
                message = f"{inner} is {_word(judged[inner])} when it is higher, and a higher {inner} makes {name} {_word(-judged[inner])}."
                study.problem(
                    10,
                    study.place("score", name),
                    "direction-conflict",
                    message,
                    f"Turn {inner} round in {name}, or correct higher_is of one of them.",
                )
                study[10].data["conflicts"].append({"score": name, "with": inner, "questions": []})
        for question, both in signs.of(name).questions.items():
            if len(both) > 1 or study.reader.questions[question]["kind"] == "time":
                continue
            effect = next(iter(both)) * way
            if question not in first:
                first[question] = (name, effect)
            elif first[question][1] != effect:
                other = first[question][0]
                if other not in signs.of(name).scores and name not in signs.of(other).scores:
                    said.setdefault((other, name), []).append(question)
    for (other, name), questions in said.items():
        effect = first[questions[0]][1]
        more = f" (and {len(questions) - 1} more)" if len(questions) > 1 else ""
        message = f"more points for {questions[0]}{more} make {other} {_word(effect)} and {name} {_word(-effect)}."
        study.problem(
            10,
            study.place("score", name),
            "direction-conflict",
            message,
            f"Reverse {questions[0]} in one of them, or correct higher_is of one of them.",
        )
        study[10].data["conflicts"].append({"score": name, "with": other, "questions": questions})


def _word(effect: int) -> str:
    return "worse" if effect > 0 else "better"


def _levels(study: Study, stage: Stage) -> None:
    """Levels must follow the score's direction, within each list of bands."""
    way = _SIGN.get(study.reader.scores[stage.score]["higher_is"])
    ranks = study.ranks[stage.id]
    if way is None or ranks is None or not has_levels(stage):
        return
    study[10].data["levels"].append(stage.id)
    for case, (_, rows) in enumerate(stage.table["cases"]):
        for index in range(1, len(rows)):
            before, here = rows[index - 1][0], rows[index][0]
            if way * (ranks[here] - ranks[before]) < 0:
                worse = "worse" if way > 0 else "better"
                message = f"{here} comes after {before} and is {'milder' if way > 0 else 'more worrying'}, while higher is {worse}."
                place = study.place("row", stage.id, str(case), str(index))
                study.problem(10, place, "level-order", message, "Correct the level, the order, or higher_is.")
