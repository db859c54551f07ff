"""Worked examples: a wrong one is an error at the line of what it expects."""

from __future__ import annotations

import pytest

from ebbtide.selfcheck import check_examples
from tests.unit.selfcheck.support import HEAD, read

BODY = (
    HEAD
    + """\
answer_lists:
  four: {a: [A, 0], b: [B, 1], c: [C, 2], d: [D, 3]}
questions:
  x: {ask: X, answers: four}
  y: {ask: Y, answers: four, ask_if: x >= 1, not_asked: 0}
  n: {ask: N, number: {from: 0, to: 5, step: 0.5}}
scores:
  s: {title: S, add: [x, y]}
  t: {title: T, multiply: [n, 1]}
bands:
  s: {0-2: {name: Low, means: L}, 3-6: {name: High, means: H}}
findings:
  f: {pick: first, rules: {one: {when: x >= 1, name: A, means: A}}, otherwise: {name: B, means: B}}
flags:
  danger: {when: x >= 3, show: at_once, level: urgent, title: T, say: S, contacts: [c]}
examples:
"""
)
LINE = BODY.count("\n") + 1


def problems_of(example: str) -> list[tuple[int, int, str, str]]:
    questionnaire, plan, problems = read(BODY + example)
    assert problems == []
    assert questionnaire is not None
    assert plan is not None
    found = check_examples(questionnaire, plan)
    assert all(problem.level == "error" for problem in found)
    return [(p.place.line - LINE + 1, p.place.column, p.rule, f"{p.message} {p.hint}") for p in found]


@pytest.mark.parametrize(
    "example",
    [
        "  - {name: E, answers: {x: d, y: b, n: 2.5}, expect: {s: 4, t: 2.5, band: high, f: one, flags: [danger], missing: [], asked: [x, y, n]}}\n",
        "  - {name: E, answers: {x: a, n: blank}, expect: {s: 0, t: missing, bands: {s: low}, findings: {f: otherwise}, missing: [n], flags: []}}\n",
        "  - {name: E, answers: {}, expect: {s: missing, band: missing, f: missing, missing: [x, n], scores: {t: missing}}}\n",
    ],
)
def test_a_right_example_is_silent(example: str) -> None:
    assert problems_of(example) == []


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        (
            "  - {name: E, answers: {x: d, y: b}, expect: {s: 5, band: low, f: otherwise, flags: []}}\n",
            [
                (1, 50, "example-wrong", "with these answers s is 4, not 5."),
                (1, 59, "example-wrong", "with these answers s is high, not low."),
                (1, 67, "example-wrong", "with these answers f is one, not otherwise."),
                (1, 85, "example-wrong", "with these answers flags are danger, not none."),
            ],
        ),
        (
            "  - {name: E, answers: {y: b}, expect: {s: 1}}\n",
            [(1, 44, "example-wrong", "with these answers s is missing, not 1.")],
        ),
        (
            "  - {name: E, answers: {x: a}, expect: {asked: [x, y]}}\n",
            [(1, 48, "example-wrong", "with these answers asked are x, n, not x, y.")],
        ),
    ],
)
def test_a_wrong_example_is_an_error(example: str, expected: list[tuple[int, int, str, str]]) -> None:
    hint = " Work the example 'E' out by hand: one of the two is wrong."
    assert problems_of(example) == [(line, column, rule, sentence + hint) for line, column, rule, sentence in expected]


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        (
            "  - {name: E, answers: {x: e, z: a, n: 7}, expect: {s: 1}}\n",
            [
                "the answer to x is not one of its answers. Known here: a, b, blank, c, d.",
                "z is not a question. Known here: n, x, y.",
                "the answer to n is outside its range, or between its steps. Write an answer that can be given, or blank.",
            ],
        ),
        (
            "  - {name: E, answers: {x: , n: few}, expect: {s: 1}}\n",
            [
                "x has no answer. Write one, or blank.",
                "the answer to n is not a number. Write an answer that can be given, or blank.",
            ],
        ),
        (
            "  - {name: E, answers: {x: a}, expect: {q: 1}}\n",
            ["there is no result q. Known here: asked, band, bands, f, flags, missing, s, t."],
        ),
        (
            "  - {name: E, answers: {x: a}, expect: {s: nought}}\n",
            ["'nought' is not a number. Write it in digits, or missing."],
        ),
        (
            "  - {name: E, answers: {x: a}, expect: {band: lo}}\n",
            ["lo is not one of the results of s. Did you mean low?"],
        ),
        (
            "  - {name: E, answers: {x: a}, expect: {flags: [dangr]}}\n",
            ["there is no dangr here. Did you mean danger?"],
        ),
        (
            "  - {name: E, answers: {x: a}, expect: {flags: danger}}\n",
            ["flags is a list. Write it as in [first, second], or [] for none."],
        ),
        (
            "  - {name: E, answers: {x: a}, expect: {bands: low}}\n",
            ["bands holds names, each with its result. Write them below it, indented."],
        ),
        ("  - {name: E, answers: {x: a}, expect: {bands: {t: low}}}\n", ["there is no t here. Known here: s."]),
        (
            "  - {name: E, answers: {x: a}, expect: {}}\n",
            ["the example expects nothing. Add the result, as in total: 7."],
        ),
    ],
)
def test_an_example_that_cannot_be_meant(example: str, expected: list[str]) -> None:
    found = problems_of(example)
    assert [sentence for _, _, _, sentence in found] == expected
    assert {rule for _, _, rule, _ in found} == {"example-shape"}


def test_a_self_check_without_examples_is_warned() -> None:
    questionnaire, plan, _ = read(BODY + "  []\n")
    assert questionnaire is not None
    assert plan is not None
    [problem] = check_examples(questionnaire, plan)
    assert (problem.level, problem.rule, problem.message) == ("warning", "example-none", "there is no example.")
