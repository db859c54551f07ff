"""How tests state what a mistake leads to: the source text, and after it the expected line, column and rule."""

from __future__ import annotations

import os
from collections.abc import Iterable

from ebbtide.problem import Problem

At = tuple[int, int, str]


def at(problems: Iterable[Problem]) -> list[At]:
    """Line, column and rule of each problem, in the order of the file."""
    return [(problem.place.line, problem.place.column, problem.rule) for problem in sorted(problems)]


def said(problem: Problem) -> str:
    """Both sentences of a problem, as a publisher reads them."""
    return f"{problem.message} {problem.hint}".strip()


def well_formed(problem: Problem) -> bool:
    """Whether a problem is fit to be shown: both sentences end in a stop, and its place is one."""
    sentences = [problem.message, *([problem.hint] if problem.hint else [])]
    return problem.place.line > 0 and problem.place.column > 0 and all(each.endswith((".", "?")) for each in sentences)


def drawn(examples: int) -> int:
    """How many random examples to draw: so many, and twenty times as many in the full run."""
    return examples * (20 if os.environ.get("EBBTIDE_FULL") else 1)
