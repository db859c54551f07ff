"""Random definitions for Hypothesis: the whole language, small enough to count every pattern out, and wrong in telling ways.

`definitions.py` makes definitions that mean something; here they also get gaps in their bands, answers that may be passed
over, steps and tables, a block that repeats, levels that are out of order. Each is drawn by Hypothesis choice by choice, so
that a failing one is made small; it is written as YAML and read back, so that places are real.
"""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import yaml
from hypothesis import strategies as st

from ebbtide.model.questionnaire import Questionnaire
from ebbtide.selfcheck import Plan
from tests.unit.selfcheck import definitions
from tests.unit.selfcheck.support import read

Fields = definitions.Fields


class Maker(definitions._Maker):
    """As the maker of `definitions`, with what makes proofs fail."""

    def make(self) -> Fields:
        fields = super().make()
        for question in fields["questions"].values():
            if self.some(0.35):
                question["optional"] = self.chance.choice(["true", "true", "false"])
        many = [name for name, kind in self.kinds.items() if kind == "many"]
        if many and self.some(0.4) and len(fields["questions"]) < 4:
            self.tail(fields, self.chance.choice(many))
        if self.scores and self.some(0.5):
            self.table(fields)
        return fields

    def tail(self, fields: Fields, source: str) -> None:
        """A block at the end that repeats one question."""
        inner: Fields = {"ask": "b {it}", "answers": {"o0": ["o0", self.points()], "o1": ["o1", self.points()]}}
        if self.some(0.4):
            inner |= {
                "ask_if": self.chance.choice(["it is o0", "not (it is o1)", f"{source} includes o1"]),
                "not_asked": "leave_out",
            }
        block: Fields = {"for_each": source, "questions": {"b0": inner}}
        if self.some(0.5):
            block["scores"] = {"b2": {"title": "B {it}", "add": ["b0"]}}
            if self.some(0.5):
                block["bands"] = {"b2": {"by": "it", "when": {"o0": self.ranges("b")}, "otherwise": self.ranges("b")}}
        if self.some(0.3):
            block["flags"] = {
                "bf": {"when": "b0 is o1", "show": "at_once", "level": "see-someone", "title": "t", "say": "s"}
            }
        fields["questions"]["block"] = block
        fields["scores"]["every"] = {"title": "every", self.chance.choice(["add", "largest"]): ["block.b0"]}

    def table(self, fields: Fields) -> None:
        """A score that is looked up by steps."""
        start = self.chance.choice(self.scores)
        cuts = sorted(self.chance.sample(range(-2, 9), self.chance.randint(1, 3)))
        spans = [
            f"below {cuts[0]}",
            *(f"{a} to below {b}" for a, b in pairwise(cuts)),
            f"{cuts[-1]} or more",
        ]
        values = [str(self.chance.randint(0, 3)) for _ in spans]
        if self.some(0.6):
            values.sort()
        fields["scores"]["steps"] = {"title": "steps", "of": start, "steps": dict(zip(spans, values, strict=True))}
        fields["bands"]["steps"] = self.bands("steps")

    def ranges(self, prefix: str) -> Fields:
        if self.some(0.4):
            return super().ranges(prefix)
        spans = (
            ["0-1", "2-3", "4-7"]
            if self.some(0.1)
            else ["0 to below 1", "1 to below 3", self.chance.choice(["3 to 6", "4 or more", "3 or more"])]
        )
        spans = spans[: self.chance.randint(1, 3)]
        levels = self.chance.choice([None, ["low", "some", "high"], ["low", "high", "some"], ["high", "some", "low"]])
        return {
            span: {"name": f"{prefix}{index}", "means": "x", **({"level": levels[index]} if levels else {})}
            for index, span in enumerate(spans)
        }

    def finding(self, name: str) -> Fields:
        fields = super().finding(name)
        if self.some(0.3):
            for outcome, level in zip(
                [*fields["rules"].values(), fields["otherwise"]], ["low", "some", "high", "low"], strict=False
            ):
                outcome["level"] = level
            fields["otherwise"]["level"] = "low"
        return fields


def from_random(chance: random.Random) -> str:
    """A definition as YAML."""
    return str(yaml.safe_dump(Maker(chance, True).make(), sort_keys=False))


def definition_texts() -> st.SearchStrategy[str]:
    """Definitions as YAML; a few are refused by the compiler."""
    return st.randoms(use_true_random=False).map(from_random)


def compiled(text: str) -> tuple[Questionnaire, Plan] | None:
    """What a definition compiles to; None where the compiler refuses it. Never a traceback."""
    questionnaire, plan, _ = read(text)
    return None if questionnaire is None or plan is None else (questionnaire, plan)


def any_json(value: Any) -> Any:
    """The same through JSON, as a report is read by a program."""
    import json

    return json.loads(json.dumps(value))
