"""Answers as a page or a file gives them -> exact ones, or a plain sentence about what is wrong with them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.ranges import Exact, exact
from ebbtide.selfcheck.spans import read

Answer = str | int | float | list[str] | None
"""An option's id, a list of ids, a number, "HH:MM", or None for a blank."""


_TIME = re.compile(r"([0-9]{1,3}):([0-5][0-9])")


def read_answers(questions: Mapping[str, Json], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with numbers and times made exact; raises ValueError for one that is not of the form."""
    found: dict[str, Any] = {}
    for name, answer in answers.items():
        if name not in questions:
            raise ValueError(f"{name} is not a question of this self-check.")
        if answer is not None:
            found[name] = _read_answer(questions[name], answer)
    return found


def _read_answer(question: Json, answer: Any) -> Any:
    name, kind = question["id"], question["kind"]
    options = [option[0] for option in question.get("options", ())]
    if kind == "one":
        if answer not in options:
            raise ValueError(f"The answer to {name} is not one of its answers.")
        return answer
    if kind == "many":
        if not isinstance(answer, list) or any(part not in options for part in answer):
            raise ValueError(f"The answer to {name} is not a list of its answers.")
        if len(set(answer)) < len(answer):
            raise ValueError(f"The answer to {name} holds one answer twice.")
        if question.get("none") in answer and len(answer) > 1:
            raise ValueError(f"The answer to {name} says none of them and another.")
        return None if not answer and "none" in question else answer
    value = _number(answer) if kind == "number" else _minutes(answer, kind)
    low, high, step = (read(question[end]) for end in ("from", "to", "step"))
    if value is None:
        raise ValueError(f"The answer to {name} is not a {'number' if kind == 'number' else 'time'}.")
    shifted = value + 1440 if kind == "time" and value < low else value
    if shifted < low or shifted > high or Fraction(shifted - low) % Fraction(step):
        raise ValueError(f"The answer to {name} is outside its range, or between its steps.")
    return value


def _number(answer: Any) -> Exact | None:
    if isinstance(answer, bool) or not isinstance(answer, int | float | Decimal):
        return None
    if isinstance(answer, float) and not math.isfinite(answer):
        return None
    return exact(Fraction(repr(answer)) if isinstance(answer, float) else Fraction(answer))


def _minutes(answer: Any, kind: str) -> Exact | None:
    found = _TIME.fullmatch(answer) if isinstance(answer, str) else None
    if found is None or (kind == "time" and int(found[1]) > 23):
        return None
    return int(found[1]) * 60 + int(found[2])
