"""New files are valid as they stand, and the schemas for editors find nothing wrong with what the build takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ebbtide import pipeline, scaffold
from ebbtide import schemas as editor
from tests.small_site import ROOT, TODAY, options, write_site

CLINIC = ROOT / "tests/sites/other-clinic/content"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_site(tmp_path / "content")


def problems(content: Path, **more: object) -> list[str]:
    result = pipeline.make(options(content, content.parent / "site", **more))  # type: ignore[arg-type]
    return [f"{problem.place} {problem.rule}: {problem.message}" for problem in result.problems]


def addresses(content: Path, **more: object) -> set[str]:
    result = pipeline.make(options(content, content.parent / "site", **more))  # type: ignore[arg-type]
    assert result.rendered is not None
    return {page.url for page in result.rendered.pages}


# new files


def test_a_new_article_passes_as_a_draft_and_published(content: Path) -> None:
    files, refusal = scaffold.article(options(content, content), "second/restless-legs")
    assert (files, refusal) == (
        [content / "articles/second/restless-legs.md", content / ".schemas/article.schema.json"], "",
    )  # fmt: skip
    text = files[0].read_text("utf-8")
    assert text.startswith(
        "---\n# yaml-language-server: $schema=../../.schemas/article.schema.json\ntitle: Restless legs\n"
    )
    assert f"reviewed: {TODAY.isoformat()}" in text
    assert problems(content) == []
    assert "second/restless-legs/" not in addresses(content)
    assert problems(content, drafts=True) == []
    assert "second/restless-legs/" in addresses(content, drafts=True)
    files[0].write_text(re.sub(r"^draft: .*\n", "", text, flags=re.MULTILINE), "utf-8")
    assert problems(content) == []
    assert "second/restless-legs/" in addresses(content)


def test_a_new_questionnaire_passes_as_a_draft_and_published(content: Path) -> None:
    files, refusal = scaffold.questionnaire(options(content, content), "sleep-check")
    assert (files, refusal) == (
        [content / "questionnaires/sleep-check.yaml", content / ".schemas/questionnaire.schema.json"], "",
    )  # fmt: skip
    text = files[0].read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=../.schemas/questionnaire.schema.json\n")
    assert "contacts: [emergency]" in text
    assert "informed_by: [A1]" in text
    assert problems(content) == []
    assert "questionnaires/sleep-check/" not in addresses(content)
    assert problems(content, drafts=True) == []
    files[0].write_text(re.sub(r"^draft: .*\n", "", text, flags=re.MULTILINE), "utf-8")
    assert problems(content) == []
    assert {"questionnaires/", "questionnaires/sleep-check/"} <= addresses(content)


def test_new_files_serve_a_site_in_another_language_too(tmp_path: Path) -> None:
    import shutil

    content = shutil.copytree(CLINIC, tmp_path / "content")
    for files, refusal in (
        scaffold.article(options(content, content), "arret/nouvel-article"),
        scaffold.questionnaire(options(content, content), "sommeil"),
    ):
        assert refusal == ""
        files[0].write_text(re.sub(r"^draft: .*\n", "", files[0].read_text("utf-8"), flags=re.MULTILINE), "utf-8")
    assert "contacts: [urgences]" in (content / "questionnaires/sommeil.yaml").read_text("utf-8")
    assert problems(content) == []


def test_two_new_articles_of_one_name_in_two_sections_can_both_be_published(content: Path) -> None:
    for name in ("first/sleep", "second/sleep-too"):
        files, _ = scaffold.article(options(content, content), name)
        files[0].write_text(re.sub(r"^draft: .*\n", "", files[0].read_text("utf-8"), flags=re.MULTILINE), "utf-8")
    assert problems(content) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sleep", "sleep is not the name of an article. Write section/name in small letters, digits and hyphens."),
        (
            "first/Sleep",
            "first/Sleep is not the name of an article. Write section/name in small letters, digits and hyphens.",
        ),
        (
            "first/../../x",
            "first/../../x is not the name of an article. Write section/name in small letters, digits and hyphens.",
        ),
        (
            "first/a/b",
            "first/a/b is not the name of an article. Write section/name in small letters, digits and hyphens.",
        ),
        ("third/sleep", "site.yaml has no section third. It has: first, second."),
        ("first/always", "always.md exists already; it was left alone."),
        (f"first/{'x' * 61}", f"{'x' * 61} is longer than 60 letters. Choose a shorter name: it becomes an address."),
    ],
)
def test_what_an_article_cannot_be_called(content: Path, name: str, said: str) -> None:
    before = {file: file.read_bytes() for file in content.rglob("*") if file.is_file()}
    assert scaffold.article(options(content, content), name) == ([], said)
    assert {file: file.read_bytes() for file in content.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "Sleep",
            "Sleep is not the name of a questionnaire. Write it in small letters, digits and hyphens, a letter first.",
        ),
        (
            "../x",
            "../x is not the name of a questionnaire. Write it in small letters, digits and hyphens, a letter first.",
        ),
        (
            "7-oh",
            "7-oh is not the name of a questionnaire. Write it in small letters, digits and hyphens, a letter first.",
        ),
        ("x" * 61, f"{'x' * 61} is longer than 60 letters. Choose a shorter name: it becomes an address."),
    ],
)
def test_what_a_questionnaire_cannot_be_called(content: Path, name: str, said: str) -> None:
    assert scaffold.questionnaire(options(content, content), name) == ([], said)


def test_a_questionnaire_that_is_there_is_left_alone(content: Path) -> None:
    (file, _), _ = scaffold.questionnaire(options(content, content), "sleep-check")
    file.write_text("mine")
    assert scaffold.questionnaire(options(content, content), "sleep-check") == (
        [],
        "sleep-check.yaml exists already; it was left alone.",
    )
    assert file.read_text() == "mine"


def test_a_questionnaire_needs_a_source_and_somebody_to_call(content: Path) -> None:
    given = options(content, content)
    (content / "contacts.yaml").write_text("contacts: {}\n")
    assert (
        scaffold.questionnaire(given, "x")[1]
        == "contacts.yaml has nobody yet, and a sign of danger names whom to call. Add them first."
    )
    (content / "sources.yaml").unlink()
    assert (
        scaffold.questionnaire(given, "x")[1]
        == "sources.yaml has no source yet, and a self-check names what informed it. Add one first."
    )


# schemas: what an editor would say, by a reader of schemas that knows as much of the standard as ours use


class Reader(yaml.CSafeLoader):
    """YAML 1.2 as editors read it: no dates, no sexagesimal numbers, and ``no`` is a word."""


Reader.yaml_implicit_resolvers = {}
for tag, shape, first in (
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    Reader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{shape})$"), list(first))


def read(text: str) -> Any:
    return yaml.load(text, Loader=Reader)


TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "boolean": (bool,), "number": (int, float), "integer": (int,), "object": (dict,), "array": (list,), "null": (type(None),),
}  # fmt: skip
KNOWN = {
    "$schema", "$defs", "$ref", "description", "default", "type", "enum", "const", "format", "pattern", "minLength", "maxLength", "minimum",
    "maximum", "properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties", "maxProperties", "items", "prefixItems", "minItems",
    "maxItems", "anyOf", "oneOf",
}  # fmt: skip


def complaints(value: Any, schema: Any, whole: dict[str, Any], at: str = "") -> Iterator[str]:
    if schema is True:
        return
    if schema is False:
        yield f"{at} is not allowed"
        return
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "$ref" in schema:
        yield from complaints(value, whole["$defs"][schema["$ref"].removeprefix("#/$defs/")], whole, at)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(
        isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool)) for kind in kinds
    ):
        yield f"{at}: {value!r} is no {' or '.join(kinds)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']}"
    for name in ("anyOf", "oneOf"):
        if name in schema:
            tries = [list(complaints(value, each, whole, at)) for each in schema[name]]
            right = sum(not one for one in tries)
            if right == 0 or (name == "oneOf" and right > 1):
                yield f"{at}: fits {right} of {name}: {tries}"
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0) or len(value) > schema.get("maxLength", 10**9):
            yield f"{at}: {value!r} is of the wrong length"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{at}: {value!r} does not match {schema['pattern']}"
        if schema.get("format") == "date" and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            yield f"{at}: {value!r} is no date"
    if isinstance(value, (int, float)) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{at}: {value} is out of bounds"
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9):
            yield f"{at}: {len(value)} items"
        first = schema.get("prefixItems", [])
        for index, item in enumerate(value):
            yield from complaints(
                item, first[index] if index < len(first) else schema.get("items", True), whole, f"{at}[{index}]"
            )
    if isinstance(value, dict):
        if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", 10**9):
            yield f"{at}: {len(value)} fields"
        for name in schema.get("required", []):
            if name not in value:
                yield f"{at}.{name} is missing"
        for key, inner in value.items():
            yield from complaints(str(key), schema.get("propertyNames", True), whole, f"{at}.{key} (the name)")
            named = schema.get("properties", {}).get(key)
            matching = [
                each for shape, each in schema.get("patternProperties", {}).items() if re.search(shape, str(key))
            ]
            for each in [named] if named is not None else matching or [schema.get("additionalProperties", True)]:
                yield from complaints(inner, each, whole, f"{at}.{key}")


def said_of(name: str, value: Any) -> list[str]:
    schema = json.loads(editor.schema(name))
    return list(complaints(value, schema, schema, name))


def documents() -> list[tuple[str, Path]]:
    """Every file of content that the build takes, with the name of its schema."""
    found = []
    for content in (ROOT / "content", CLINIC):
        found += [(name, content / f"{name}.yaml") for name in ("site", "contacts", "sources", "glossary")]
        found += [("article", file) for file in sorted(content.glob("articles/*/*.md"))]
        found += [("questionnaire", file) for file in sorted(content.glob("questionnaires/*.yaml"))]
        found += [("figure", file) for file in sorted(content.glob("figures/*.yaml"))]
    found += [
        ("questionnaire", file)
        for file in sorted((ROOT / "tests/vectors").glob("*.yaml"))
        if "questions:" in file.read_text("utf-8")
    ]
    return found


@pytest.mark.parametrize(
    ("name", "file"), [pytest.param(*each, id=each[1].relative_to(ROOT).as_posix()) for each in documents()]
)
def test_an_editor_finds_nothing_wrong_with_what_the_build_takes(name: str, file: Path) -> None:
    text = file.read_text("utf-8")
    if file.suffix == ".md":
        text = text.split("---\n")[1]
    assert said_of(name, read(text)) == []


def test_an_editor_finds_nothing_wrong_with_new_files(content: Path) -> None:
    for name, (files, _) in {
        "article": scaffold.article(options(content, content), "first/new"),
        "questionnaire": scaffold.questionnaire(options(content, content), "new"),
    }.items():
        text = files[0].read_text("utf-8")
        assert said_of(name, read(text.split("---\n")[1] if name == "article" else text)) == []
        (pointer,) = re.findall(r"\$schema=(\S+)", text)
        assert (files[0].parent / pointer).resolve() == files[1].resolve()


ARTICLE = "title: T\nsummary: S\nreview: {reviewed: 2026-11-24}\nnext: [{to: page:get-help, say: Call}]\n"
SCORE = "id: x\ntitle: T\nsummary: S\nversion: 1.0.0\nminutes: 2\nhigher_is: worse\nbasis: {kind: original, validated: false}\nreview: {reviewed: 2026-11-24}\n"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("article", ARTICLE + "sumary: S\n", ["article.sumary is not allowed"]),
        ("article", ARTICLE.replace("title: T\n", ""), ["article.title is missing"]),
        ("article", ARTICLE.replace("2026-11-24", "24.11.2026"), ["article.review.reviewed: '24.11.2026' is no date"]),
        ("article", ARTICLE + "draft: maybe\n", ["article.draft: 'maybe' is no boolean"]),
        ("article", ARTICLE + "order: [1]\n", ["article.order: [1] is no integer"]),
        ("questionnaire", SCORE + "questions: {a: {ask: Q, answers: {b: [B, 1, 2]}}}\n", 1),
        ("questionnaire", SCORE + "questions: {a: {ask: Q, answerz: x}}\n", 1),
        ("questionnaire", SCORE.replace("worse", "bad") + "questions: {}\n", 1),
        ("contacts", "contacts: {a: {name: A}}\n", 5),
        ("contacts", "contacts: {Not An Id: {}}\n", 1),
        ("site", "name: N\n", 9),
    ],
)
def test_an_editor_finds_these_mistakes(name: str, text: str, expected: list[str] | int) -> None:
    said = said_of(name, read(text))
    assert said == expected if isinstance(expected, list) else len(said) == expected, said


def test_scalars_are_text_to_the_build_and_may_be_anything_to_an_editor() -> None:
    assert said_of("article", read(ARTICLE.replace("title: T", "title: 1.10"))) == []
    assert said_of("article", read(ARTICLE.replace("title: T", "title: true"))) == []
    assert (
        said_of(
            "questionnaire",
            read(SCORE + "questions: {a: {ask: Q, answers: {no: No, yes: [Yes, 1.5], later: [Later, blank]}}}\n"),
        )
        == []
    )
    assert (
        said_of(
            "questionnaire",
            read(
                SCORE
                + "questions: {a: {ask: Q, time: any}, b: {ask: Q, duration: {from: 0:00, to: 12:00, step: 0:15}}}\n"
            ),
        )
        == []
    )


def test_fields_are_described_by_the_sentences_of_the_model() -> None:
    schema = json.loads(editor.schema("questionnaire"))
    assert (
        schema["$defs"]["Question"]["properties"]["none"]["description"]
        == "Of `choose_many`: the answer that excludes all others."
    )
    assert (
        schema["$defs"]["Score"]["properties"]["of"]["description"] == "What `steps`, `look_up` and `table` start from."
    )
    contacts = json.loads(editor.schema("contacts"))["$defs"]["Contact"]["properties"]
    assert contacts["for"]["description"] == "What happens when somebody calls, in plain words."
    assert contacts["hours"].keys() & {"oneOf", "anyOf"}


def test_schemas_are_written_over_old_ones_and_stay_out_of_the_site(content: Path) -> None:
    given = options(content, content)
    files, refusal = scaffold.schemas(given)
    assert refusal == ""
    assert {file.name for file in files} == {f"{name}.schema.json" for name in editor.MODELS}
    files[0].write_text("old")
    assert scaffold.schemas(given)[0] == files
    for file in files:
        assert json.loads(file.read_text("utf-8"))["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert problems(content) == []


def test_every_reference_in_a_schema_leads_somewhere() -> None:
    for name in editor.MODELS:
        text = editor.schema(name)
        held = json.loads(text)["$defs"]
        assert set(re.findall(r'"#/\$defs/([^"]+)"', text)) <= set(held), name
