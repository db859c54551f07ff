"""Translations of a questionnaire replace words, and can replace nothing else."""

from __future__ import annotations

from ebbtide.problem import Problem
from ebbtide.selfcheck import compile_questionnaire, translate
from ebbtide.source import parse_yaml
from tests.unit.selfcheck.support import HEAD, read

SOURCE = (
    HEAD
    + """\
limits: [One limit., Another limit.]
groups: {first: First}
answer_lists:
  four: {a: [Never, 0], b: [Often, 3]}
questions:
  x: {ask: How much?, why: Because., answers: four, group: first}
  n: {ask: How many?, number: {from: 0, to: 3, unit: cups}}
  y: {ask: What else?, answers: {no: [Nothing, 0], yes: [Something, 1]}, ask_if: x >= 1, not_asked: 0}
scores:
  s: {title: Sum, add: [x, y]}
bands:
  s:
    0-1: {name: Low, means: Little., tonight: [Rest.], next: [page:get-help]}
    2-4: {name: High, means: Much.}
flags:
  f: {when: x >= 3, show: at_once, level: urgent, title: Danger, say: Call., contacts: [line]}
"""
)
FULL = """\
title: Prüfung
summary: Eine Prüfung.
limits: [Eine Grenze., Noch eine.]
groups: {first: Erstens}
answer_lists:
  four: {a: Nie, b: Oft}
questions:
  x: {ask: Wie sehr?, why: Darum.}
  n: {ask: Wie viele?, number: {unit: Tassen}}
  y: {ask: Was noch?, answers: {no: Nichts, yes: Etwas}}
scores:
  s: {title: Summe}
bands:
  s:
    0-1: {name: Wenig, means: Wenig., tonight: [Ruhen.]}
    2-4: {name: Viel, means: Viel.}
flags:
  f: {title: Gefahr, say: Rufen.}
"""


def laid_over(text: str) -> tuple[object, list[tuple[int, int, str, str]]]:
    questionnaire, _, problems = read(SOURCE)
    assert questionnaire is not None
    assert problems == []
    document, problems = parse_yaml(text, "de.yaml")
    assert document is not None
    assert problems == []
    translated, found = translate(questionnaire, document.fields, document.places)
    return translated, [shown(problem) for problem in found]


def shown(problem: Problem) -> tuple[int, int, str, str]:
    return (problem.place.line, problem.place.column, problem.rule, f"{problem.message} {problem.hint}")


def test_every_word_is_replaced_and_no_number() -> None:
    questionnaire, plan, _ = read(SOURCE)
    assert questionnaire is not None
    assert plan is not None
    document, _ = parse_yaml(FULL, "de.yaml")
    assert document is not None
    translated, problems = translate(questionnaire, document.fields, document.places)
    assert problems == []
    assert translated is not None
    other, problems = compile_questionnaire(translated)
    assert problems == []
    assert other is not None
    words = dict(other.words)
    assert words["question", "x"] == "Wie sehr?"
    assert words["option", "x", "b"] == "Oft"
    assert words["option", "y", "yes"] == "Etwas"
    assert words["flag", "f"] == "Gefahr"
    assert translated.limits == ["Eine Grenze.", "Noch eine."]
    assert translated.groups == {"first": "Erstens"}
    band = translated.bands["s"].ranges
    assert band is not None
    assert (band["0-1"].name, band["0-1"].tonight, band["0-1"].next) == ("Wenig", ["Ruhen."], ["page:get-help"])
    assert other.data["questions"] == plan.data["questions"]
    assert other.data["scores"] == plan.data["scores"]


def test_points_conditions_and_contacts_are_refused_together() -> None:
    text = (
        FULL.replace("four: {a: Nie, b: Oft}", "four: {a: [Nie, 1], b: Oft}")
        .replace("{ask: Was noch?, answers", "{ask: Was noch?, ask_if: x >= 2, answers")
        .replace("say: Rufen.}", "say: Rufen., contacts: [other]}")
        .replace("number: {unit: Tassen}", "number: {from: 1, unit: Tassen}")
    )
    translated, problems = laid_over(text)
    assert translated is None
    assert problems == [
        (6, 13, "translation-points", "points stand beside the words of this answer. Write the words alone."),
        (
            9,
            33,
            "translation-points",
            "from does not belong into a translation. Delete it here; it stands in the questionnaire.",
        ),
        (
            10,
            23,
            "translation-points",
            "ask_if does not belong into a translation. Delete it here; it stands in the questionnaire.",
        ),
        (
            18,
            35,
            "translation-points",
            "contacts does not belong into a translation. Delete it here; it stands in the questionnaire.",
        ),
    ]


def test_what_the_questionnaire_does_not_have_is_refused() -> None:
    text = (
        FULL.replace("  x: {ask", "  z: {ask: Z}\n  x: {aks: A, ask")
        .replace("0-1: {name", "0-2: {name")
        .replace("[Eine Grenze., Noch eine.]", "[Eine.]")
    )
    translated, problems = laid_over(text)
    assert translated is None
    assert problems == [
        (3, 9, "translation-words", "the questionnaire has 2 texts here. Write as many."),
        (8, 3, "translation-unknown", "the questionnaire has no z here. Known here: n, x, y."),
        (9, 7, "translation-unknown", "aks is not a field here. Did you mean ask?"),
        (16, 5, "translation-unknown", "the questionnaire has no 0-2 here. Did you mean 0-1?"),
    ]


def test_missing_words_are_counted() -> None:
    translated, problems = laid_over(FULL.replace("title: Prüfung\n", "").replace(", why: Darum.", ""))
    assert translated is not None
    assert problems == [
        (1, 1, "translation-missing", "2 texts have no translation; the first is title. Add the words.")
    ]
