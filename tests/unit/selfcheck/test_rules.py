"""Every rule of the questionnaire language refuses what it says, at the right place, in the right words, all at once."""

from __future__ import annotations

import pytest

from ebbtide.problem import Problem
from ebbtide.selfcheck import RULES
from tests.unit.selfcheck.mistakes import CONDITIONS, MISTAKES, TABLES
from tests.unit.selfcheck.support import HEAD, HEAD_LINES, VECTORS, read

WARNINGS = {"unused-list", "unused-score", "not-asked-idle", "example-none"}
ELSEWHERE = {"example-none", "example-shape", "example-wrong"} | {
    f"translation-{word}" for word in ("points", "unknown", "words", "missing")
}
"""Rules that judge examples and translations: see test_examples and test_words."""

CONDITION_BODY = """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
  many: {ask: M, choose_many: {x: X, y: Y}}
scores:
  total: {add: [a, b, c]}
findings:
  f1: {pick: first, rules: {x: {when: a >= 1, name: X, means: X}}, otherwise: {name: Y, means: Y}}
flags:
  f:
    when: CONDITION
    show: with_result
    level: see-someone
    title: T
    say: S
"""

BASES = [
    (
        "basis: {kind: original, validated: false}",
        (7, 8, "basis", "nothing says what informed these questions. Add informed_by: with at least one source."),
    ),
    (
        "basis: {kind: original, informed_by: [S1], validated: false, rights: {terms: free, evidence: x}}",
        (7, 8, "basis", "rights are stated for questions of our own. Delete rights, or write kind: instrument."),
    ),
    (
        "basis: {kind: instrument, validated: true}",
        (
            7,
            8,
            "basis",
            "an instrument is used and nothing says what its owners allow. Add rights: with terms and evidence, or write kind: original if the words are yours.",
        ),
    ),
    (
        "basis: {kind: instrument, validated: true, rights: {terms: permission, evidence: x}}",
        (
            7,
            8,
            "rights-permission",
            "the owners ask for a permission, and none is named. Name the permission under rights, or use words of your own and write wording: ours.",
        ),
    ),
    ("basis: {kind: instrument, validated: true, wording: ours, rights: {terms: permission, evidence: x}}", None),
    (
        "basis: {kind: instrument, validated: true, rights: {terms: permission, evidence: x, permission: Given on 1 May}}",
        None,
    ),
]


def shown(problems: list[Problem], offset: int = HEAD_LINES) -> list[tuple[int, int, str, str]]:
    return [(p.place.line - offset, p.place.column, p.rule, f"{p.message} {p.hint}".strip()) for p in problems]


@pytest.mark.parametrize("name", MISTAKES)
def test_refuses_the_mistake_at_its_place_and_in_these_words(name: str) -> None:
    text, expected = MISTAKES[name]
    _, plan, problems = read(HEAD + text, TABLES)
    assert sorted(shown(problems)) == sorted(expected)
    for problem in problems:
        assert (problem.level == "warning") == (problem.rule in WARNINGS)
    assert (plan is None) == any(problem.level == "error" for problem in problems)


@pytest.mark.parametrize(("text", "column", "rule", "sentence"), CONDITIONS)
def test_refuses_the_condition_at_its_column(text: str, column: int, rule: str, sentence: str) -> None:
    _, plan, problems = read(HEAD + CONDITION_BODY.replace("CONDITION", text))
    assert plan is None
    assert shown(problems) == [(14, column + 10, rule, sentence)]


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("a >= 1 and aa >= 1", 14, 22),
        ('"a >= 1 and aa >= 1"', 14, 23),
        ("'a >= 1 and aa >= 1'", 14, 23),
        (">-\n      a >= 1\n      and aa >= 1", 14, 11),
        ("\n      a >= 1\n      and aa >= 1", 15, 7),
    ],
)
def test_the_column_of_a_mistake_is_that_in_the_file(written: str, line: int, column: int) -> None:
    """Quotation marks are not a part of the condition; where it stands on several lines, its beginning is shown."""
    _, _, problems = read(HEAD + CONDITION_BODY.replace("CONDITION", written))
    assert [(p.place.line - HEAD_LINES, p.place.column, p.rule) for p in problems] == [(line, column, "unknown-name")]


@pytest.mark.parametrize(
    ("items", "where", "expected"),
    [
        ("[a, many]", '">= 1"', (12, 16, "no-points")),
        ("[a, b]", '">= zz"', (13, 16, "unknown-name")),
        ("[a, b]", "'= 1:30'", (13, 15, "condition-type")),
        ("[a, b]", "is never", (13, 12, "condition")),
        ("[a, 'b >= 1 and bb >= 1']", '">= 1"', (12, 28, "unknown-name")),
        ("[a, bb]", '">= 1"', (12, 16, "unknown-name")),
    ],
)
def test_what_is_wrong_with_the_comparison_of_a_count_is_said_there(
    items: str, where: str, expected: tuple[int, int, str]
) -> None:
    body = (
        CONDITION_BODY[: CONDITION_BODY.index("findings:")]
        + f"  signs:\n    title: S\n    count: {items}\n    where: {where}\n"
    )
    body = body.replace("scores:\n  total: {", "scores:\n  total: {title: T, ")
    _, _, problems = read(HEAD + body)
    assert [(p.place.line - HEAD_LINES, p.place.column, p.rule) for p in problems] == [expected]


@pytest.mark.parametrize(("basis", "expected"), BASES)
def test_judges_the_basis(basis: str, expected: tuple[int, int, str, str] | None) -> None:
    head = HEAD.replace("basis: {kind: original, informed_by: [S1], validated: false}", basis)
    _, _, problems = read(head + "questions: {a: {ask: A, answers: {x: X, y: Y}}}\n")
    assert shown(problems, 0) == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("My PHQ-9 check", "PHQ-9"),
        ("The DAST", "DAST"),
        ("An audit of your sleep", None),
        ("Cows and sows", None),
        ("GAD 2", "GAD 2"),
    ],
)
def test_an_instrument_lends_its_name_to_nobody(title: str, name: str | None) -> None:
    _, _, problems = read(
        HEAD.replace("title: Test", f"title: {title}") + "questions: {a: {ask: A, answers: {x: X, y: Y}}}\n"
    )
    found = [(p.rule, p.place.line, p.message) for p in problems]
    assert found == (
        [] if name is None else [("instrument-name", 2, f"the title uses {name}, the name of a published instrument.")]
    )


def test_a_review_is_due_after_it_was_made() -> None:
    head = HEAD.replace("review: {reviewed: 2026-11-24}", "review: {reviewed: 2026-11-24, due: 2026-11-24}")
    _, _, problems = read(head + "questions: {a: {ask: A, answers: {x: X, y: Y}}}\n")
    assert shown(problems, 0) == [
        (8, 9, "review-dates", "the review is due on 2026-11-24, before it was made. Give a later date.")
    ]


def test_every_rule_is_broken_somewhere_and_no_problem_is_without_a_rule() -> None:
    tried = {rule for _, expected in MISTAKES.values() for _, _, rule, _ in expected} | {
        rule for _, _, rule, _ in CONDITIONS
    }
    tried |= {expected[2] for _, expected in BASES if expected} | {"instrument-name", "review-dates"}
    assert tried <= set(RULES)
    assert set(RULES) - tried == ELSEWHERE


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_one_plain_sentence(rule: str) -> None:
    sentence = RULES[rule]
    assert sentence[0].isupper()
    assert sentence.endswith(".")


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_good_definitions_have_no_problem(path: object) -> None:
    _, plan, problems = read(path.read_text())  # type: ignore[attr-defined]
    assert problems == []
    assert plan is not None


def test_labels_that_yaml_would_have_eaten_stay_as_they_are() -> None:
    _, plan, problems = read(
        HEAD + "questions:\n  a: {ask: A, answers: {no: [No, 0], on: [On, 1], null: [~, 2], v: [1.10, 3]}}\n"
    )
    assert problems == []
    assert plan is not None
    assert [plan.words["option", "a", option] for option in ("no", "on", "null", "v")] == ["No", "On", "~", "1.10"]


def test_all_problems_come_at_once_and_in_the_order_of_the_file() -> None:
    text = """\
questions:
  a: {ask: A, answers: {x: [X, 1], y: [Y, 2]}, ask_if: zz is x}
  b: {ask: B, answers: nowhere}
scores:
  total: {add: [a, bb]}
flags:
  f: {when: total > , show: at_once, level: urgent, title: T, say: S}
"""
    _, _, problems = read(HEAD + text)
    assert [(p.place.line - HEAD_LINES, p.rule) for p in problems] == [
        (2, "not-asked-missing"),
        (2, "unknown-name"),
        (3, "unknown-list"),
        (5, "unknown-name"),
        (7, "flag-contact"),
        (7, "condition"),
    ]
    assert problems == sorted(problems)
