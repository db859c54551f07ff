"""Random definitions: valid questionnaires of every construct, made from a seed, for showing that two implementations agree.

`definition` gives the fields as `ebbtide.source` would read them. Most compile; a few are refused for a reason that only the
compiler can see (a step without a range, a ratio that can meet 0), and whoever uses them skips those.
"""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

from ebbtide.model.base import parse
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.problem import Places
from ebbtide.selfcheck import Plan, compile_questionnaire

Fields = dict[str, Any]


def plan_of(fields: Fields) -> Plan | None:
    """The plan of a definition, or None where the compiler refuses it. The schema must not."""
    questionnaire, problems = parse(Questionnaire, fields, Places("random.yaml"))
    assert questionnaire is not None, problems
    plan, _ = compile_questionnaire(questionnaire)
    return plan


def definition(seed: int, *, small: bool = False) -> Fields:
    """A definition. `small` keeps the number of patterns within what can be counted out."""
    return _Maker(random.Random(seed), small).make()


def drawn(chance: random.Random, *, small: bool = False) -> Fields:
    """As `definition`, from a source of chance that may be one of Hypothesis."""
    return _Maker(chance, small).make()


class _Maker:
    def __init__(self, chance: random.Random, small: bool) -> None:
        self.chance, self.small = chance, small
        self.options: dict[str, list[str]] = {}
        self.kinds: dict[str, str] = {}
        self.pointed: list[str] = []
        self.scores: list[str] = []
        self.banded: dict[str, list[str]] = {}
        self.findings: list[str] = []

    def some(self, share: float) -> bool:
        return self.chance.random() < share

    def make(self) -> Fields:
        questions: Fields = {}
        for index in range(self.chance.randint(1, 4 if self.small else 8)):
            questions[f"q{index}"] = self.question(f"q{index}", gate=True)
        if not self.small and self.some(0.3):
            many = [name for name, kind in self.kinds.items() if kind == "many"]
            if many:
                questions["block"] = self.block(self.chance.choice(many))
        scores = {f"s{index}": self.score(f"s{index}") for index in range(self.chance.randint(1, 4))}
        bands = {name: self.bands(name) for name in self.scores if self.some(0.7)}
        findings = {f"f{index}": self.finding(f"f{index}") for index in range(self.chance.randint(0, 2))}
        flags = {f"flag{index}": self.flag() for index in range(self.chance.randint(0, 2))}
        return {
            "id": "random",
            "title": "Random",
            "summary": "Random.",
            "version": "1.0.0",
            "minutes": "1",
            "higher_is": self.chance.choice(["worse", "better", "neither"]),
            "basis": {"kind": "original", "informed_by": ["S1"], "validated": "false"},
            "review": {"reviewed": "2026-11-24"},
            "questions": questions,
            "scores": scores,
            "bands": bands,
            "findings": findings,
            "flags": flags,
        }

    # Questions

    def question(self, name: str, *, gate: bool = False) -> Fields:
        fields: Fields = {"ask": name}
        earlier = list(self.kinds)
        kind = self.chance.choices(
            ["one", "many", "number", "time", "duration"],
            [8, 2, 0.3 if self.small else 2, 0 if self.small else 1, 0 if self.small else 1],
        )[0]
        if earlier and self.some(0.3):
            fields["ask_if"] = self.condition(2)
        if (earlier and "ask_if" in fields) or gate or self.some(0.1):
            fields["not_asked"] = self.chance.choice(["0", "1", "2.5", "blank", "leave_out"])
        self.kinds[name] = kind
        if kind == "one":
            options = [f"o{index}" for index in range(self.chance.randint(2, 3 if self.small else 5))]
            without = self.some(0.1)
            fields["answers"] = {
                option: option if without else [option, "blank" if index and self.some(0.05) else self.points()]
                for index, option in enumerate(options)
            }
            self.options[name] = options
            if without:
                if fields.get("not_asked") not in (None, "blank", "leave_out"):
                    fields["not_asked"] = "blank"
            else:
                self.pointed.append(name)
        elif kind == "many":
            options = [f"o{index}" for index in range(self.chance.randint(2, 3))]
            fields["choose_many"] = {option: [option, self.points()] for option in options}
            self.options[name] = options
            if self.some(0.5):
                fields["choose_many"]["none"] = "none of these"
                fields["none"] = "none"
                self.options[name] = [*options, "none"]
            self.pointed.append(name)
        elif kind == "number":
            step = self.chance.choice(["1", "0.5", "0.25", "2"])
            low = self.chance.randint(-3, 3)
            count = self.chance.randint(1, 3 if self.small else 8)
            fields["number"] = {"from": str(low), "to": str(low + count * float(step)).removesuffix(".0"), "step": step}
            self.pointed.append(name)
        elif kind == "time":
            if "not_asked" in fields:
                fields["not_asked"] = self.chance.choice(["blank", "leave_out"])
            fields["time"] = self.chance.choice(["any", {"from": "20:00", "to": "4:00", "step": "0:30"}])
            self.pointed.append(name)
        else:
            fields["duration"] = {"from": "0:00", "to": "12:00", "step": "0:30"}
            self.pointed.append(name)
        if gate and self.some(0.12):
            fields["end_if"] = self.condition(1)
            if self.some(0.5):
                fields["rest_counts_as"] = self.chance.choice(["0", "blank", "leave_out"])
        return fields

    def points(self) -> str:
        return self.chance.choice(["0", "0", "1", "1", "2", "3", "0.5", "2.25", "-1"])

    def block(self, source: str) -> Fields:
        outer = (dict(self.options), dict(self.kinds), list(self.pointed), list(self.scores))
        questions = {"b0": self.question("b0"), "b1": self.question("b1")}
        pointed = [name for name in ("b0", "b1") if name in self.pointed]
        fields: Fields = {"for_each": source, "questions": questions}
        if pointed:
            fields["scores"] = {"b2": {"title": "B {it}", "add": pointed, **self.blank("add", len(pointed))}}
        self.options, self.kinds, self.pointed, self.scores = outer
        if pointed:
            self.pointed.append("block.b2")
        for name in questions.values():
            name.setdefault("not_asked", "leave_out")
        return fields

    # Scores

    def score(self, name: str) -> Fields:
        fields: Fields = {"title": name, "show": self.chance.choice(["true", "true", "false"])}
        plain = [term for term in self.pointed if term in self.kinds]
        numbers = [*self.pointed, *self.scores]
        way = self.chance.choice(
            [
                "add",
                "add",
                "add",
                "average",
                "largest",
                "smallest",
                "count",
                "subtract",
                "multiply",
                "ratio",
                "minutes_between",
            ]
        )
        times = [question for question in plain if self.kinds[question] == "time"]
        if way == "minutes_between" and len(times) < 2:
            way = "add"
        if way != "count" and not numbers:
            way = "count"
        if way in ("add", "average", "largest", "smallest"):
            items = self.chance.sample(numbers, self.chance.randint(1, min(5, len(numbers))))
            fields[way] = items
            turned = [item for item in items if self.kinds.get(item) in ("one", "number") and self.some(0.2)]
            if turned:
                fields["reverse"] = turned
            fields |= self.blank(way, len(items))
            if way == "add" and self.some(0.2):
                fields[way] = [*items, self.chance.choice(["10", "-1.5"])]
            if way == "average":
                fields["round"] = self.round()
        elif way == "count":
            fields["count"] = [self.comparison() for _ in range(self.chance.randint(1, 3))]
            fields["count"] = list(dict.fromkeys(fields["count"]))
            fields |= self.blank("count", len(fields["count"]))
        elif way == "minutes_between":
            fields[way] = times[:2]
        else:
            one, two = self.single(numbers), self.single(numbers)
            if one is None or two is None:
                fields["count"] = [self.comparison()]
            elif way == "multiply":
                fields[way] = [one, self.chance.choice(["2", "-0.5", "4"])]
            elif way == "subtract":
                fields[way] = [one, two if two != one else "1"]
            else:
                fields[way] = [one, two if two != one and self.some(0.5) else "4"]
                fields["if_zero"] = self.chance.choice(["0", "1", "blank"])
                fields["round"] = self.round()
        if self.some(0.15):
            fields["not_asked"] = self.chance.choice(["0", "7"])
        self.scores.append(name)
        return fields

    def single(self, numbers: list[str]) -> str | None:
        found = [name for name in numbers if name != "block.b2"]
        return self.chance.choice(found) if found else None

    def round(self) -> Any:
        return self.chance.choice(
            ["nearest", "up", "down", {"how": "nearest", "to": "0.1"}, {"how": "down", "to": "0.5"}]
        )

    def blank(self, way: str, items: int) -> Fields:
        if items < 2 or self.some(0.4):
            return {}
        then = self.chance.choice(
            ["scale_up", "leave_out", "count_as"] if way in ("add", "count") else ["leave_out", "count_as"]
        )
        rule: Fields = {"allow": str(self.chance.randint(1, items - 1)), "then": then}
        if then == "scale_up":
            rule["round"] = self.round()
        if then == "count_as":
            rule["value"] = self.chance.choice(["0", "1"])
        return {"blank": rule}

    # Results

    def ranges(self, prefix: str) -> Fields:
        cuts = sorted(set(self.chance.sample(range(-3, 15), self.chance.randint(1, 3))))
        spans = [f"below {cuts[0]}", *(f"{a} to below {b}" for a, b in pairwise(cuts)), f"{cuts[-1]} or more"]
        return {span: {"name": f"{prefix}{index}", "means": "x"} for index, span in enumerate(spans)}

    def bands(self, name: str) -> Fields:
        by = [question for question in self.kinds if self.kinds[question] == "one"]
        if by and self.some(0.3):
            source = self.chance.choice(by)
            cases = self.chance.sample(self.options[source], self.chance.randint(1, len(self.options[source])))
            fields: Fields = {
                "by": source,
                "when": {case: self.ranges("b") for case in cases},
                "otherwise": self.ranges("b"),
            }
        else:
            fields = {"ranges": self.ranges("b")}
        if self.some(0.3):
            fields["override"] = {"first": {"when": self.condition(2), "band": "b0"}}
        if self.some(0.15):
            fields = {"default": "one", "because": "x", "sets": {"one": fields, "two": self.ranges("c")}}
        self.banded[name] = ["b0", "b1"]
        return fields

    def finding(self, name: str) -> Fields:
        rules = {
            f"r{index}": {"when": self.condition(2, results=True), "name": f"r{index}", "means": "x"}
            for index in range(self.chance.randint(1, 3))
        }
        self.findings.append(name)
        return {
            "pick": self.chance.choice(["first", "most_severe"]),
            "rules": rules,
            "otherwise": {"name": "o", "means": "x"},
        }

    def flag(self) -> Fields:
        now = self.some(0.5)
        return {
            "when": self.condition(2, results=not now),
            "show": "at_once" if now else "with_result",
            "level": self.chance.choice(["emergency", "urgent", "see-someone"]),
            "title": "t",
            "say": "s",
            "contacts": ["line"],
        }

    # Conditions

    def condition(self, depth: int, *, results: bool = False) -> str:
        kind = self.chance.choice(["leaf", "leaf", "and", "or", "not"]) if depth else "leaf"
        if kind == "leaf":
            return self.comparison(results=results)
        if kind == "not":
            return f"not ({self.condition(depth - 1, results=results)})"
        return f"({self.condition(depth - 1, results=results)}) {kind} ({self.condition(depth - 1, results=results)})"

    def comparison(self, *, results: bool = False) -> str:
        """A comparison of what stands so far; names of scores and findings only where results may be used."""
        plain = [name for name in self.pointed if name in self.kinds and self.kinds[name] not in ("time", "duration")]
        numbers = plain + (self.scores if results else [])
        choices = [self.state]
        if any(kind == "one" for kind in self.kinds.values()):
            choices += [self.chosen] * 2
        if any(kind == "many" for kind in self.kinds.values()):
            choices += [self.included, self.ticked]
        if any(kind in ("time", "duration") for kind in self.kinds.values()):
            choices.append(self.clock)
        if numbers:
            choices += [lambda: self.number(numbers)] * 3 + [lambda: self.several(numbers)] * 2
        if results and self.banded:
            choices.append(self.band)
        if results and self.findings:
            choices.append(lambda: f"{self.chance.choice(self.findings)} is {self.chance.choice(['r0', 'otherwise'])}")
        return self.chance.choice(choices)()

    def sign(self) -> str:
        return self.chance.choice([">=", ">", "<", "<=", "=", "!="])

    def number(self, numbers: list[str]) -> str:
        right = self.chance.choice(numbers) if self.some(0.15) else self.chance.choice(["0", "1", "2", "0.5", "3"])
        return f"{self.chance.choice(numbers)} {self.sign()} {right}"

    def several(self, numbers: list[str]) -> str:
        names = ", ".join(self.chance.sample(numbers, self.chance.randint(1, min(3, len(numbers)))))
        head = self.chance.choice(["any of", "all of", "none of", "sum of", "largest of", "smallest of", "count of"])
        return f"{head} [{names}] {self.sign()} {self.chance.choice(['0', '1', '2', '3'])}"

    def chosen(self) -> str:
        name = self.chance.choice([name for name, kind in self.kinds.items() if kind == "one"])
        options = self.chance.sample(self.options[name], self.chance.randint(1, 2))
        word = self.chance.choice(["is", "is not"])
        return f"{name} {word} {options[0]}" if len(options) == 1 else f"{name} {word} one of [{', '.join(options)}]"

    def included(self) -> str:
        name = self.chance.choice([name for name, kind in self.kinds.items() if kind == "many"])
        options = self.chance.sample(self.options[name], 2)
        return self.chance.choice(
            [
                f"{name} includes {options[0]}",
                f"{name} includes any of [{', '.join(options)}]",
                f"{name} includes all of [{', '.join(options)}]",
            ]
        )

    def ticked(self) -> str:
        name = self.chance.choice([name for name, kind in self.kinds.items() if kind == "many"])
        return f"count of {name} {self.sign()} {self.chance.choice(['0', '1', '2'])}"

    def clock(self) -> str:
        name = self.chance.choice([name for name, kind in self.kinds.items() if kind in ("time", "duration")])
        return f"{name} {self.sign()} {self.chance.choice(['2:00', '11:30', '21:00'])}"

    def state(self) -> str:
        return (
            f"{self.chance.choice(list(self.kinds))} {self.chance.choice(['is', 'is not'])} {self.chance.choice(['answered', 'blank', 'asked'])}"
            if self.kinds
            else "q0 is answered"
        )

    def band(self) -> str:
        return f"{self.chance.choice(list(self.banded))} {self.chance.choice(['is', 'is not'])} {self.chance.choice(['b0', 'b1'])}"
