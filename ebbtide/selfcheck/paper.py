"""The scoring key on paper, as data: what each answer counts in each score, how to work it out, and what the bands are."""

from __future__ import annotations

from typing import Any

from ebbtide.model.questionnaire import Questionnaire
from ebbtide.selfcheck.form import Form, make_form
from ebbtide.selfcheck.lower_results import band_lists, ids_of
from ebbtide.selfcheck.lower_scores import WAYS
from ebbtide.selfcheck.plan import Json, Plan
from ebbtide.selfcheck.ranges import exact
from ebbtide.selfcheck.scorer import read, written


def paper_key(questionnaire: Questionnaire, plan: Plan) -> Json:
    """The key, derived from the plan, so that it cannot differ from what the page computes. Words are in the model and in `make_form`.

    ::

        {questions: {id: {number, asked_if, ends_if, not_asked}},           number counts from 1
         scores: [{id, title, shown, how, items: [item], conditions, plus, of, rows, blank, round, low, high, if_zero, not_asked}],
         bands: [{id, score, title, default, by, cases: [{when, rows: [{band, name, level, low, high, low_open, high_open}]}],
                  override: [{when, band}]}],
         findings: [{id, title, pick, rules: [{id, name, when}]}],
         flags: [{id, title, when, level, at_once}]}
        item = {id, question: true | false, reversed, times, points: [[option id, points | null]] | null}

    `how` is the working word of the file (add, average, ...). Conditions (`asked_if`, `when`, `conditions`) are the file's own
    text. `points` of an item are those that it counts in this score, reversal included; null where it is a number or a score.
    """
    form = make_form(questionnaire)
    return _Key(form, plan).make()


class _Key:
    def __init__(self, form: Form, plan: Plan) -> None:
        self.form, self.plan = form, plan
        self.questions = {question["id"]: question for question in plan.data["questions"]}

    def make(self) -> Json:
        data = self.plan.data
        return {
            "questions": {name: self.question(name, number) for number, name in enumerate(self.questions, 1)},
            "scores": [self.score(score) for score in data["scores"]],
            "bands": [self.bands(table) for table in data["bands"]],
            "findings": [self.finding(finding) for finding in data["findings"]],
            "flags": [
                {
                    "id": flag["id"],
                    "title": self.form.flags[flag["id"]].model.title,
                    "when": self.form.flags[flag["id"]].model.when,
                    "level": flag["level"],
                    "at_once": flag.get("at_once", False),
                }
                for flag in data["flags"]
            ],
        }

    def question(self, name: str, number: int) -> Json:
        model = self.form.questions[name].model
        implied = model.not_asked
        return {
            "number": number,
            "asked_if": model.ask_if,
            "ends_if": model.end_if,
            "not_asked": implied if implied is None or isinstance(implied, str) else written(exact(implied)),
        }

    def score(self, score: Json) -> Json:
        model = self.form.scores[score["id"]].model
        how = next(way for way in WAYS if getattr(model, way) is not None)
        key: Json = {"id": score["id"], "title": model.title, "shown": model.show, "how": how}
        key["low"], key["high"] = written(read(score["low"])), written(read(score["high"]))
        if how == "count":
            key["conditions"] = list(model.count or [])
            key["where"] = model.where
        elif how == "minutes_between":
            key["items"] = [self.item([name, 1, 0]) for name in score["of"]]
        else:
            key["items"] = [self.item(term) for term in score["of"]]
        if "plus" in score:
            key["plus"] = written(read(score["plus"]))
        if "rows" in score:
            key["rows"] = [{"becomes": written(read(row[0])), **_limits(row)} for row in score["rows"]]
        for name in ("zero", "absent"):
            if name in score:
                value = score[name]
                key["if_zero" if name == "zero" else "not_asked"] = value if value == "blank" else written(read(value))
        key["round"] = _round(score.get("round"))
        key["blank"] = None
        if "blank" in score:
            rule = score["blank"]
            key["blank"] = {
                "allow": rule["allow"],
                "then": {"scale": "scale_up", "out": "leave_out", "value": "count_as"}[rule["then"]],
                "value": written(read(rule["value"])) if "value" in rule else None,
                "round": _round(rule.get("round")),
                "items": len(score["of"]),
            }
        return key

    def item(self, term: list[Any]) -> Json:
        name, times, plus = term
        item: Json = {
            "id": name,
            "question": name in self.questions,
            "times": written(read(times)),
            "reversed": False,
            "points": None,
        }
        if name is None:
            item["plus"] = written(read(plus))
            return item
        item["reversed"] = name in self.questions and read(plus) != 0
        question = self.questions.get(name, {})
        if question.get("kind") in ("one", "many"):
            item["points"] = [
                [
                    option[0],
                    None
                    if len(option) < 2 or option[1] is None
                    else written(exact(read(option[1]) * read(times) + read(plus))),
                ]
                for option in question["options"]
            ]
        return item

    def bands(self, table: Json) -> Json:
        item = self.form.bands[table["score"]]
        model: Any = item.model
        default = table["id"] == table["score"]
        if item.model.sets:
            name = (item.model.default if default else table["id"].rpartition(".")[2]) or ""
            model = item.model.sets[name]
        levels = {}
        for _, found in self.lists(model):
            levels.update(found)
        return {
            "id": table["id"],
            "score": table["score"],
            "title": model.title,
            "default": default,
            "by": model.by,
            "cases": [
                {
                    "when": None if condition is None else self.case(model, index),
                    "rows": [{"band": row[0], **levels[row[0]], **_limits(row)} for row in rows],
                }
                for index, (condition, rows) in enumerate(table["cases"])
            ],
            "override": [{"when": override.when, "band": override.band} for override in model.override.values()],
        }

    def case(self, model: Any, index: int) -> str:
        cases: list[str] = list(model.when or {})
        return cases[index]

    def lists(self, model: Any) -> list[tuple[Any, dict[str, Json]]]:
        return [
            (
                path,
                {
                    name: {"name": band.name, "level": band.level}
                    for name, band in zip(ids_of(ranges), ranges.values(), strict=True)
                },
            )
            for path, ranges in band_lists(model)
        ]

    def finding(self, finding: Json) -> Json:
        model = self.form.findings[finding["id"]].model
        rules: list[Json] = [{"id": name, "name": rule.name, "when": rule.when} for name, rule in model.rules.items()]
        if model.otherwise is not None:
            rules.append({"id": "otherwise", "name": model.otherwise.name, "when": None})
        return {"id": finding["id"], "title": model.title, "pick": model.pick, "rules": rules}


def _limits(row: list[Any]) -> Json:
    bits = row[3] if len(row) > 3 else 0
    return {
        "low": None if row[1] is None else written(read(row[1])),
        "high": None if row[2] is None else written(read(row[2])),
        "low_open": bool(bits & 1),
        "high_open": bool(bits & 2),
    }


def _round(rule: list[Any] | None) -> Json | None:
    return None if rule is None else {"how": rule[0], "to": written(read(rule[1]))}
