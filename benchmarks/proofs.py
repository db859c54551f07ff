"""How long a proof takes, as questionnaires grow, and against counting every pattern out.

Run it as ``python benchmarks/proofs.py``; it prints two tables, and writes them with ``--write``. The questionnaires have 5 options an item, a block of items that
is skipped on an answer, another that is skipped on a sum, three blanks allowed and scaled up, five bands, two flags and a
finding. `patterns` are all that the total depends on, allowed blanks included. The rival is the reference scorer run on every
pattern, which is what a test by example approaches; it is run where that takes less than a minute. Times are of the processor.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from ebbtide.model.base import parse
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.selfcheck import Plan, compile_questionnaire
from ebbtide.selfcheck.proofs import prove
from ebbtide.selfcheck.scorer import Run
from ebbtide.source import parse_yaml

ROOT = Path(__file__).parents[1]
SIZES = (5, 9, 16, 27, 40, 60, 80, 100)
RIVAL_PATTERNS = 400_000

HEAD = """\
id: benchmark
title: Benchmark
summary: Benchmark.
version: 1.0.0
minutes: 5
higher_is: worse
basis: {kind: original, informed_by: [S1], validated: false}
review: {reviewed: 2026-11-24}
answer_lists:
  how: {a: [A, 0], b: [B, 1], c: [C, 2], d: [D, 3], e: [E, 4]}
"""


def definition(items: int, *, blanks: int = 3, skips: bool = True) -> str:
    """A questionnaire of so many items with 5 options each."""
    names = [f"q{number}" for number in range(1, items + 1)]
    third = max(items // 3, 1)
    lines = [HEAD, "questions:"]
    for number, name in enumerate(names, 1):
        ask = ""
        if skips and items // 3 * 2 < number <= items // 3 * 2 + third // 2:
            ask = ", ask_if: q1 >= 1, not_asked: 0"
        elif skips and number > items - third // 2:
            ask = f", ask_if: 'sum of [{', '.join(names[:third])}] >= 3', not_asked: 0"
        lines.append(f"  {name}: {{ask: Item {number}, answers: how{ask}}}")
    most = 4 * items
    cuts = [0, most // 5, 2 * most // 5, 3 * most // 5, 4 * most // 5, most + 1]
    rule = f", blank: {{allow: {min(blanks, items - 1)}, then: scale_up, round: nearest}}" if blanks else ""
    lines += ["scores:", f"  total: {{title: Total, add: [{', '.join(names)}]{rule}}}", "bands:", "  total:"]
    levels = ("low", "some", "high", "high", "emergency")
    for number, (low, high) in enumerate(pairwise(cuts)):
        lines.append(f"    {low}-{high - 1}: {{name: Band {number}, means: Means {number}., level: {levels[number]}}}")
    lines += [
        "findings:",
        "  rule:",
        "    pick: first",
        "    rules:",
        f"      many: {{when: 'count of [{', '.join(names[:third])}] >= {max(third // 2, 1)} and {names[0]} >= 2', name: Many, means: Many., level: high}}",
        "    otherwise: {name: Few, means: Few., level: low}",
        "flags:",
        f"  danger: {{when: {names[third]} >= 1, show: at_once, level: emergency, title: Danger, say: Call., contacts: [line]}}",
        f"  worse: {{when: 'any of [{names[0]}, {names[1]}] >= 4', show: at_once, level: urgent, title: Worse, say: Call., contacts: [line]}}",
    ]
    return "\n".join(lines) + "\n"


def compiled(text: str) -> tuple[Questionnaire, Plan]:
    """A definition, compiled; it must be sound."""
    document, problems = parse_yaml(text, "benchmark.yaml")
    assert document is not None, problems
    questionnaire, problems = parse(Questionnaire, document.fields, document.places)
    assert questionnaire is not None, problems
    plan, problems = compile_questionnaire(questionnaire)
    assert plan is not None, problems
    return questionnaire, plan


def patterns(plan: Plan) -> Iterator[dict[str, Any]]:
    """Every pattern, one after the other."""
    questions = plan.data["questions"]

    def walk(index: int, answers: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if index == len(questions):
            yield answers
        elif not Run(plan.data, answers).asks(questions[index]["id"], False):
            yield from walk(index + 1, answers)
        else:
            options = [option[0] for option in questions[index]["options"]] + (
                [None] if questions[index].get("optional") else []
            )
            for option in options:
                yield from walk(index + 1, {**answers, questions[index]["id"]: option})

    yield from walk(0, {})


def growth() -> Iterator[str]:
    """A row for each size."""
    for items in SIZES:
        questionnaire, plan = compiled(definition(items))
        start = time.process_time()
        proof = prove(questionnaire, plan)
        took = time.process_time() - start
        count = proof.report()["analyses"][12]["tables"][0]["patterns"]
        rival = "not tried"
        if count <= RIVAL_PATTERNS:
            start = time.process_time()
            seen = sum(1 for answers in patterns(plan) if Run(plan.data, answers).band("total") != "")
            rival = f"{time.process_time() - start:.2f}"
            assert seen == count, (seen, count)
        said = "all" if proof.proved else ", ".join(sorted({problem.rule for problem in proof.problems}))
        yield f"| {items} | {float(count):.3g} | {took:.2f} | {rival} | {said} |"


def of_files(files: Iterable[Path]) -> Iterator[str]:
    """A row for each self-check of a site."""
    for file in files:
        questionnaire, plan = compiled(file.read_text(encoding="utf-8"))
        start = time.process_time()
        proof = prove(questionnaire, plan)
        took = time.process_time() - start
        total = max((table["patterns"] for table in proof.report()["analyses"][12]["tables"]), default=0)
        said = "all" if proof.proved else ", ".join(sorted({problem.rule for problem in proof.problems}))
        yield f"| {file.stem} | {len(plan.data['questions'])} | {float(total):.3g} | {took:.2f} | {said} |"


def main() -> None:
    """Print both tables, and write them with --write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--content",
        type=Path,
        default=ROOT / "content",
        help="a content folder, whose questionnaires are proved as well",
    )
    parser.add_argument("--write", action="store_true", help="write benchmarks/proofs.md")
    chosen = parser.parse_args()
    files = [
        *sorted((chosen.content / "questionnaires").glob("*.yaml")),
        *sorted((ROOT / "tests" / "vectors").glob("*.yaml")),
    ]
    lines = [
        "# How long a proof takes",
        "",
        " ".join((__doc__ or "").split("\n\n", 1)[1].split()).replace("``", "`"),
        "",
        f"{datetime.now(tz=UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores, of which a proof uses one.",
        "",
        "| items | patterns | proof, s | every pattern, s | proved |",
        "|--:|--:|--:|--:|---|",
        *growth(),
        "",
        "The self-checks of the site, and the published structures of the tests; `patterns` are those of the table with the most:",
        "",
        "| self-check | questions | patterns | proof, s | proved |",
        "|---|--:|--:|--:|---|",
        *of_files(files),
    ]
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if chosen.write:
        (ROOT / "benchmarks" / "proofs.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
