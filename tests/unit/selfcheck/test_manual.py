"""The manual of the language is true: every example in it runs, every output shown is the program's, every field and rule is in it."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest

from ebbtide import cli
from ebbtide.model.base import Strict
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.problem import as_text
from ebbtide.selfcheck import RULES, check_examples, example_answers, translate
from ebbtide.selfcheck.conditions import parse_condition
from ebbtide.selfcheck.proofs import prove
from ebbtide.selfcheck.ranges import parse_range
from ebbtide.source import parse_yaml
from tests.unit.selfcheck.support import HEAD, ROOT, both_agree, read, run_javascript

MANUAL = (ROOT / "docs" / "questionnaires.md").read_text("utf-8")
BLOCKS = [
    (found["mark"] or "", found["kind"], found["text"], MANUAL.count("\n", 0, found.start("text")) + 1)
    for found in re.finditer(
        r"(?:^<!-- (?P<mark>[a-z ]+(?:: [\w.]+)?) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$",
        MANUAL,
        re.MULTILINE | re.DOTALL,
    )
]
TABLES = {
    mark.removeprefix("table: ").removesuffix(".yaml"): dict(line.split(": ") for line in text.splitlines())
    for mark, _, text, _ in BLOCKS
    if mark.startswith("table: ")
}
FILES = {mark.removeprefix("file: "): text for mark, _, text, _ in BLOCKS if mark.startswith("file: ")}
DEFINITIONS = [
    pytest.param(text if mark else HEAD + text, id=f"line {line}")
    for mark, kind, text, line in BLOCKS
    if kind == "yaml" and (not mark or mark.startswith("file: "))
]


def test_nothing_in_the_manual_escapes_these_tests() -> None:
    assert {kind for _, kind, _, _ in BLOCKS} == {"yaml", "console", "text"}
    assert len(BLOCKS) == MANUAL.count("\n```") / 2
    assert len(DEFINITIONS) == 12
    assert {mark for mark, _, _, _ in BLOCKS} == {
        "",
        "file: first.yaml",
        "file: form.yaml",
        "table: hundred.yaml",
        "run: first.yaml",
        "refused: wrong.yaml",
        "translation of: first.yaml",
    }
    known = [f"<!-- {mark} -->" for mark, _, _, _ in BLOCKS if mark]
    fields = re.findall(r"<!-- fields: \w+ -->", MANUAL)
    assert MANUAL.count("<!--") == len(known) + len(fields) + 1, "one for rules"


@pytest.mark.parametrize("text", DEFINITIONS)
def test_an_example_compiles_is_proved_and_comes_out_as_it_says_in_both_scorers(text: str) -> None:
    questionnaire, plan, problems = read(text, TABLES)
    assert problems == []
    assert questionnaire is not None
    assert plan is not None
    assert questionnaire.examples
    assert check_examples(questionnaire, plan) == []
    answers = example_answers(questionnaire, plan)
    [results] = run_javascript([(plan.as_json(), answers)])
    both_agree(plan, answers, results)
    assert prove(questionnaire, plan).problems == []


@pytest.mark.parametrize("text", [text for mark, kind, text, _ in BLOCKS if kind == "console"])
def test_what_is_typed_prints_what_is_shown(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed, _, shown = text.partition("\n")
    found = re.fullmatch(r"\$ echo '(.*)' \| python3 build.py (score [\w.]+ -)", typed)
    assert found
    for name, definition in FILES.items():
        (tmp_path / name).write_text(definition, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO(found[1]))
    cli.main(found[2].split())
    assert capsys.readouterr().out == shown


def test_the_mistake_that_is_shown_is_refused_in_the_words_that_are_shown() -> None:
    [index] = [index for index, block in enumerate(BLOCKS) if block[0].startswith("refused: ")]
    questionnaire, plan, problems = read(BLOCKS[index][2], path=BLOCKS[index][0].removeprefix("refused: "))
    assert problems == []
    assert questionnaire is not None
    assert plan is not None
    shown = "".join(f"{as_text(problem)}\n" for problem in check_examples(questionnaire, plan))
    assert BLOCKS[index + 1][1:3] == ("text", shown)


def test_the_translation_is_whole() -> None:
    [text] = [text for mark, _, text, _ in BLOCKS if mark == "translation of: first.yaml"]
    questionnaire, _, _ = read(FILES["first.yaml"])
    document, problems = parse_yaml(text, "first.yaml")
    assert problems == []
    assert questionnaire is not None
    assert document is not None
    translated, problems = translate(questionnaire, document.fields, document.places)
    assert problems == []
    assert translated is not None
    assert translated.title == "Un premier test"


def test_what_blanks_leave_open_is_what_section_7_says() -> None:
    text = next(text for _, _, text, _ in BLOCKS if "None may be blank" in text)
    _, plan, _ = read(HEAD + text)
    assert plan is not None
    [[result]] = run_javascript([(plan.as_json(), [{"a": "much", "b": "much"}])])
    assert result["result"]["scores"]["scaled"] == 6
    assert result["result"]["range"]["scaled"] == {"low": 4, "high": 7, "bands": ["mild", "strong"]}
    assert "`scaled` is 6, and its range is 4 to 7, *mild* or *strong*." in MANUAL


@pytest.mark.parametrize(
    "code",
    re.findall(r"^\| `([^`]+)`(?:, `[^`]+`)* \| ", MANUAL[MANUAL.index("## 5.") : MANUAL.index("## 6.")], re.MULTILINE),
)
def test_every_condition_of_the_table_can_be_read(code: str) -> None:
    parse_condition(code)


def test_every_range_of_the_table_can_be_read() -> None:
    rows = MANUAL[MANUAL.index("| A range is written") : MANUAL.index("Numbers may be times")]
    ranges = re.findall(
        r"`([^`]+)`", "\n".join(line.split("|")[1] for line in rows.splitlines() if line.startswith("| `"))
    )
    assert len(ranges) == 10
    for text in ranges:
        assert parse_range(text) is not None, text
    assert parse_range("23:00 or more") is not None


# Fields


def models(annotation: Any) -> set[type[Strict]]:
    """Every model that can stand below a type."""
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        found = {annotation}
        for field in annotation.model_fields.values():
            found |= models(field.annotation)
        return found
    return set().union(*(models(part) for part in get_args(annotation) if not isinstance(part, str)), set())


def words(annotation: Any) -> set[str]:
    """The words of which a field takes one."""
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    if get_origin(annotation) in (Annotated, Union, UnionType):
        return set().union(*(words(part) for part in get_args(annotation) if part is not NoneType))
    return set()


def tables() -> dict[str, dict[str, tuple[str, str]]]:
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for part in re.finditer(r"<!-- fields: (\w+) -->\n\| Field .*\n\|.*\n((?:\|.*\n)+)", MANUAL):
        rows = [re.fullmatch(r"\| `(\w+)` \| (yes|no) \| (.+) \|", row) for row in part[2].splitlines()]
        assert all(rows), part[1]
        found[part[1]] = {row[1]: (row[2], row[3]) for row in rows if row}
    return found


def test_every_model_has_its_table() -> None:
    assert set(tables()) == {model.__name__ for model in models(Questionnaire)}


@pytest.mark.parametrize(
    "model", sorted(models(Questionnaire), key=lambda model: model.__name__), ids=lambda model: model.__name__
)
def test_every_field_of_a_model_is_in_its_table(model: type[Strict]) -> None:
    table = tables()[model.__name__]
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    assert set(table) == set(fields)
    for name, field in fields.items():
        needed, said = table[name]
        assert (needed == "yes") == field.is_required(), name
        if "as of" not in said and field.is_required():
            assert all(f"`{word}`" in said for word in words(field.annotation)), name


def test_every_field_of_the_language_stands_in_an_example_that_runs() -> None:
    used: set[str] = set()
    for definition in DEFINITIONS:
        document, _ = parse_yaml(str(definition.values[0]), "example.yaml")
        assert document is not None
        used |= keys(document.fields)
    answers = {"words", "points", "counts_as_blank"}  # these are always written short
    assert {field for table in tables().values() for field in table} - answers <= used


def keys(value: Any) -> set[str]:
    """Every key of a document, at any depth."""
    if isinstance(value, dict):
        return {str(key) for key in value}.union(*(keys(part) for part in value.values()))
    return set().union(*(keys(part) for part in value)) if isinstance(value, list) else set()


def test_every_rule_is_explained_once_and_no_other() -> None:
    part = MANUAL[MANUAL.index("<!-- rules -->") :]
    explained = re.findall(r"^\| `([a-z-]+)` \| .+\. \|$", part, re.MULTILINE)
    assert sorted(explained) == sorted(RULES)


def test_every_heading_of_the_list_is_there() -> None:
    for title, anchor in re.findall(r"^- \[(\d+\. .+)\]\(#(.+)\)$", MANUAL, re.MULTILINE):
        assert f"\n## {title}\n" in MANUAL
        assert re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") == anchor
    assert len(re.findall(r"^- \[\d+\. ", MANUAL, re.MULTILINE)) == MANUAL.count("\n## ")
