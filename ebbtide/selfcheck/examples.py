"""Worked examples: answers with the result that they must give, run at every build."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ebbtide.model.base import nearest
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.model.questionnaire_parts import Example, to_number
from ebbtide.problem import Loc, Place, Problem
from ebbtide.selfcheck.plan import Json, Plan
from ebbtide.selfcheck.ranges import exact
from ebbtide.selfcheck.scorer import score, written

RULES = {
    "example-shape": "Every example is made of answers that can be given, and expects results that there are.",
    "example-wrong": "Every example gives the result that it expects.",
    "example-none": "A self-check with scores or findings has at least one example.",
}

_LISTS = ("flags", "missing", "asked")


def check_examples(questionnaire: Questionnaire, plan: Plan) -> list[Problem]:
    """Every way in which the examples of a questionnaire do not come out as they say, each at its place."""
    problems: list[Problem] = []
    if not questionnaire.examples and (questionnaire.scores or questionnaire.findings):
        where = questionnaire.places.key("examples")
        message = "there is no example."
        problems.append(
            Problem(
                where,
                "warning",
                "example-none",
                message,
                "Add examples: with answers and the result that you work out by hand.",
            )
        )
    for index, example in enumerate(questionnaire.examples):
        problems += _Check(questionnaire, plan, example, ("examples", index)).problems()
    return problems


def example_answers(questionnaire: Questionnaire, plan: Plan) -> list[dict[str, Any]]:
    """The answers of each example as a scorer takes them; those that cannot be given are blank, and `check_examples` reports them."""
    checks = [
        _Check(questionnaire, plan, example, ("examples", index))
        for index, example in enumerate(questionnaire.examples)
    ]
    return [check.answers() for check in checks]


class _Check:
    def __init__(self, questionnaire: Questionnaire, plan: Plan, example: Example, loc: Loc) -> None:
        self.questionnaire, self.plan, self.example, self.loc = questionnaire, plan, example, loc
        self.found: list[Problem] = []
        self.questions = {question["id"]: question for question in plan.data["questions"]}

    def problem(self, rule: str, message: str, hint: str, *loc: str | int, key: bool = False) -> None:
        places = self.questionnaire.places
        where: Place = places.key(*self.loc, *loc) if key else places.at(*self.loc, *loc)
        self.found.append(Problem(where, "error", rule, message, hint))

    def problems(self) -> list[Problem]:
        answers = self.answers()
        if self.found:
            return self.found
        result = score(self.plan, answers)
        if not self.example.expect:
            self.problem("example-shape", "the example expects nothing.", "Add the result, as in total: 7.", "expect")
        for key, given in self.example.expect.items():
            self.expect(key, given, result)
        return self.found

    def answers(self) -> dict[str, Any]:
        found = {name: self.answer(name, given) for name, given in self.example.answers.items()}
        return {name: answer for name, answer in found.items() if name in self.questions}

    def answer(self, name: str, given: Any) -> Any:
        """The answer that the text in the file stands for."""
        question = self.questions.get(name)
        if question is None:
            self.problem(
                "example-shape", f"{name} is not a question.", nearest(name, self.questions), "answers", name, key=True
            )
            return None
        if given == "blank":
            return None
        if given is None:
            self.problem("example-shape", f"{name} has no answer.", "Write one, or blank.", "answers", name)
            return None
        value: Any = given
        if question["kind"] == "number" and isinstance(given, str) and (number := to_number(given.strip())) is not None:
            value = written(exact(number))
        try:
            score(self.plan, {name: value})
        except ValueError as error:
            options = [option[0] for option in question.get("options", ())]
            hint = (
                nearest(str(given), [*options, "blank"]) if options else "Write an answer that can be given, or blank."
            )
            self.problem("example-shape", _small(str(error)), hint, "answers", name)
            return None
        return value

    def expect(self, key: str, given: Any, result: Json) -> None:
        if key == "band":
            self.band(given, result)
        elif key in ("bands", "findings", "scores"):
            if not isinstance(given, dict):
                self.problem(
                    "example-shape",
                    f"{key} holds names, each with its result.",
                    "Write them below it, indented.",
                    "expect",
                    key,
                )
                return
            for name, value in given.items():
                self.one(key, name, value, result, "expect", key, name)
        elif key in _LISTS:
            self.list(key, given, result)
        elif key in result["scores"]:
            self.one("scores", key, given, result, "expect", key)
        elif key in result["findings"]:
            self.one("findings", key, given, result, "expect", key)
        else:
            known = ["band", "bands", *_LISTS, *result["scores"], *result["findings"]]
            self.problem("example-shape", f"there is no result {key}.", nearest(key, known), "expect", key, key=True)

    def band(self, given: Any, result: Json) -> None:
        shown = [table["id"] for table in self.plan.data["bands"] if table["id"] == table["score"]]
        if len(shown) != 1:
            self.problem(
                "example-shape",
                f"{len(shown)} scores have bands, and band names only one.",
                "Write bands: with the score's name.",
                "expect",
                "band",
                key=True,
            )
            return
        self.one("bands", shown[0], given, result, "expect", "band")

    def one(self, part: str, name: str, given: Any, result: Json, *loc: str) -> None:
        if name not in result[part]:
            self.problem("example-shape", f"there is no {name} here.", nearest(name, result[part]), *loc, key=True)
            return
        came = result[part][name]
        wanted: Any = None if given == "missing" else given
        if part == "scores" and wanted is not None:
            number = to_number(given) if isinstance(given, str) else None
            if number is None:
                self.problem("example-shape", f"{given!r} is not a number.", "Write it in digits, or missing.", *loc)
                return
            same = came is not None and Decimal(str(came)) == number
        else:
            same = came == wanted
            if not same and wanted is not None and (known := self.outcomes(part, name)) and wanted not in known:
                self.problem(
                    "example-shape", f"{wanted} is not one of the results of {name}.", nearest(str(wanted), known), *loc
                )
                return
        if not same:
            shown = "missing" if came is None else came
            self.problem("example-wrong", f"with these answers {name} is {shown}, not {given}.", self.hint(), *loc)

    def outcomes(self, part: str, name: str) -> list[str]:
        if part == "bands":
            table = next(table for table in self.plan.data["bands"] if table["id"] == name)
            return sorted({row[0] for _, rows in table["cases"] for row in rows})
        finding = next(finding for finding in self.plan.data["findings"] if finding["id"] == name)
        return [rule for rule, _ in finding["rules"]]

    def list(self, key: str, given: Any, result: Json) -> None:
        known = [flag["id"] for flag in self.plan.data["flags"]] if key == "flags" else list(self.questions)
        if not isinstance(given, list):
            self.problem(
                "example-shape", f"{key} is a list.", "Write it as in [first, second], or [] for none.", "expect", key
            )
            return
        for index, name in enumerate(given):
            if name not in known:
                self.problem(
                    "example-shape", f"there is no {name} here.", nearest(str(name), known), "expect", key, index
                )
                return
        came: Iterable[str] = result[key]
        if key == "missing":
            came = [name for name in known if any(name in names for names in result["missing"].values())]
        if set(came) != set(given):
            shown = ", ".join(came) or "none"
            wanted = ", ".join(given) or "none"
            self.problem(
                "example-wrong", f"with these answers {key} are {shown}, not {wanted}.", self.hint(), "expect", key
            )

    def hint(self) -> str:
        return f"Work the example {self.example.name!r} out by hand: one of the two is wrong."


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
