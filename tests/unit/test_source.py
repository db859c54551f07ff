"""Bytes of a file -> fields and places. The source text stands in the test, and after it the expected (line, column, rule).

Every mistake in YAML is tried with both parsers, the one in C and the one in Python: a machine without libyaml must say the same.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ebbtide import source
from ebbtide.problem import Place
from ebbtide.source import MAX_BYTES, parse_markdown, parse_yaml, read_markdown, read_yaml
from tests.telling import At, at, drawn, said, well_formed

PARSERS = [pytest.param(yaml.CSafeLoader, id="C"), pytest.param(yaml.SafeLoader, id="Python")]


@pytest.fixture(params=PARSERS)
def parser(request: pytest.FixtureRequest) -> Iterator[None]:
    before, source.Loader = source.Loader, request.param
    yield
    source.Loader = before


def fields(text: str) -> dict[str, object]:
    document, problems = parse_yaml(text, "f.yaml")
    assert document is not None
    assert problems == []
    return document.fields


# what is good


@pytest.mark.usefixtures("parser")
def test_scalars_stay_text() -> None:
    text = """\
no: No
on: on
time: 12:30
version: 1.10
tilde: ~
null: null
octal: 0755
hex: 0x1F
date: 2026-02-28
loose: 2026-2-28
big: 1_000
float: .inf
yes: yes
empty:
quoted: ""
"""
    assert fields(text) == {
        "no": "No", "on": "on", "time": "12:30", "version": "1.10", "tilde": "~", "null": "null", "octal": "0755", "hex": "0x1F",
        "date": "2026-02-28", "loose": "2026-2-28", "big": "1_000", "float": ".inf", "yes": "yes", "empty": None, "quoted": "",
    }  # fmt: skip


@pytest.mark.usefixtures("parser")
def test_every_key_and_value_has_its_place() -> None:
    text = 'title: Sleep\nnext:\n  - to: "page:help"\n    say: Call\n  - {to: x, say: y}\ndeep: {a: [1, {b: c}]}\n'
    document, problems = parse_yaml(text, "f.yaml")
    assert document is not None
    assert problems == []
    places = document.places

    def value(*loc: str | int) -> tuple[int, int]:
        return places.at(*loc).line, places.at(*loc).column

    def key(*loc: str | int) -> tuple[int, int]:
        return places.key(*loc).line, places.key(*loc).column

    assert value("title") == (1, 8)
    assert key("title") == (1, 1)
    assert value("next") == (3, 3)
    assert key("next") == (2, 1)
    assert value("next", 0) == (3, 5)
    assert value("next", 0, "to") == (3, 9)
    assert key("next", 0, "say") == (4, 5)
    assert value("next", 1, "say") == (5, 18)
    assert value("deep", "a", 1, "b") == (6, 19)
    assert key("deep", "a", 1, "b") == (6, 16)
    assert value() == (1, 1)


@pytest.mark.usefixtures("parser")
def test_columns_count_characters() -> None:
    document, _ = parse_yaml("e\u0301té: {😀: x, b: y}\n", "f.yaml")
    assert document is not None
    assert document.places.at("e\u0301té", "b") == Place("f.yaml", 1, 17)


@pytest.mark.usefixtures("parser")
def test_places_inside_a_value() -> None:
    """Of a value that stands as it is read; of any other, the place of the whole."""
    text = "a: one two\nb: 'one two'\nc: \"one two\"\nd: \"o\\x6ee two\"\ne: >-\n  one\n  two\nf: 'it''s two'\ng: one\n  two\n"
    document, problems = parse_yaml(text, "f.yaml")
    assert document is not None
    assert problems == []
    assert set(document.fields.values()) == {"one two", "it's two"}
    found = {key: document.places.inside(4, key) for key in document.fields}
    assert {key: (place.line, place.column) for key, place in found.items()} == {
        "a": (1, 8), "b": (2, 9), "c": (3, 9), "d": (4, 4), "e": (5, 4), "f": (8, 4), "g": (9, 4),
    }  # fmt: skip


@pytest.mark.usefixtures("parser")
def test_front_matter_offset() -> None:
    text = "---\n# a comment\ntitle: Sleep\nreview: {reviewed: 2026-11-24}\n---\nFirst line.\n\nThird.\n"
    document, problems = parse_markdown(text, "a.md")
    assert document is not None
    assert problems == []
    assert document.fields == {"title": "Sleep", "review": {"reviewed": "2026-11-24"}}
    assert document.places.at("title") == Place("a.md", 3, 8)
    assert document.places.at("review", "reviewed") == Place("a.md", 4, 20)
    assert document.body == "First line.\n\nThird.\n"
    assert document.body_line == 6


def test_a_rule_in_the_body_is_no_fence() -> None:
    document, _ = parse_markdown("---  \na: b\n---\t\none\n\n---\n\ntwo", "a.md")
    assert document is not None
    assert document.body == "one\n\n---\n\ntwo"


def test_a_body_may_be_missing() -> None:
    document, problems = parse_markdown("---\na: b\n---", "a.md")
    assert document is not None
    assert problems == []
    assert (document.body, document.body_line) == ("", 4)


@pytest.mark.usefixtures("parser")
def test_aliases_are_written_out_and_placed_where_they_are_used() -> None:
    document, problems = parse_yaml("a: &x {b: c}\nd: *x\ne: [*x, f]\n", "f.yaml")
    assert document is not None
    assert problems == []
    assert document.fields == {"a": {"b": "c"}, "d": {"b": "c"}, "e": [{"b": "c"}, "f"]}
    assert document.places.at("d", "b") == Place("f.yaml", 2, 4)
    assert document.places.at("e", 0, "b") == Place("f.yaml", 3, 5)


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    "text",
    [
        "# only a comment above\na: b # a comment has a blank after its sign\n",
        "a: b#c\nd: 'x #y' # z\ne: |\n  x #y\nf: >-\n  - x\n  - y\n",
        "a: text\n  that goes on\n  here - and there\n",
        "a:\n  #1 is a comment on a line of its own\n  b: c\n",
        "a: # a comment\n  - b\n",
        "a: [x, y]  # z\nb: {c: d}\n",
        '"quoted name": x\n',
        "--- # a document may begin so\na: b\n...\n",
        "a: {b: }\n",
        "a: don't\nb: x (y) z, w; v? u!\nc: https://a.example/?b=c&d=e\n",
        "a: “curly”\n",
        "a: -1\nb: -x\nc: ?x\n",
        "a: x\u00a0y\n",
    ],
)
def test_no_false_alarm(text: str) -> None:
    fields(text)


# what is wrong with the text

BAD_YAML: list[tuple[str, list[At], str]] = [
    # colons
    ("title: Sleep: the night\n", [(1, 13, "yaml")], "a second colon in this value ends it. Put quotation marks around the whole value."),
    ("a: b\nc: d\ntitle: Sleep: x\n", [(3, 13, "yaml")], "a second colon in this value ends it. Put quotation marks around the whole value."),
    (
        "title: “Sleep: the night”\n", [(1, 14, "yaml")],
        "a second colon in this value ends it. Put straight quotation marks, \" or ', around the whole value: curly ones are letters to YAML.",
    ),
    ("title:Sleep\n", [(1, 7, "yaml")], "a blank is missing after the colon. Write name: value."),
    ("a: b\nsummary:Short\nc: d\n", [(2, 9, "yaml")], "a blank is missing after the colon. Write name: value."),
    (
        "a: b\nnot a field\nc: d\n", [(2, 1, "yaml")],
        "a field's name without a colon. Write name: value, or indent the line under the field that it belongs to.",
    ),
    (
        "a:\n  not a field\n  b: c\n", [(2, 3, "yaml")],
        "a field's name without a colon. Write name: value, or indent the line under the field that it belongs to.",
    ),
    (
        "a: text\n  that goes on\n  b: c\n", [(3, 3, "yaml")],
        "this field is indented deeper than the one above it, which has its value already. Begin it exactly under the first letter of the field above.",
    ),
    (": x\n", [(1, 1, "yaml")], "a colon without a field's name before it. Write name: value."),
    ('a: {"": x}\n', [(1, 5, "yaml")], "a colon without a field's name before it. Write name: value."),
    # indentation
    (
        "title: Sleep\n  summary: x\n", [(2, 3, "yaml")],
        "this field is indented deeper than the one above it, which has its value already. Begin it exactly under the first letter of the field above.",
    ),
    (
        "a:\n  b: c\n d: e\n", [(3, 2, "yaml")],
        "this line is not in line with those above it. Begin it exactly under the first letter of the line that it goes with.",
    ),
    (
        "next:\n  - to: x\n  say: y\n", [(3, 3, "yaml")],
        "this line is not in line with those above it. Begin it exactly under the first letter of the line that it goes with.",
    ),
    ("  a: b\nc: d\n", [(2, 1, "yaml")], "this line stands further left than the first field. Begin every field at the left edge."),
    (
        "a: b\n- c\n", [(2, 1, "yaml")],
        "this list item is not in line with a list. Begin every item of a list exactly under the one before; the list stands below a field that has no value of its own.",
    ),
    (
        "k:\n - a\n  - b\n  - c\n", [(3, 3, "yaml"), (4, 3, "yaml")],
        "this list item is read as a part of the line above it. Begin every item of a list exactly under the one before.",
    ),
    (
        "a: - b\n", [(1, 4, "yaml")],
        "a list cannot begin on the line of its field's name. Begin the list on the next line; or put quotation marks around the whole value, if the hyphen belongs to it.",
    ),
    # quotation marks and brackets
    ('a: b\ntitle: "Sleep\nc: d\n', [(2, 8, "yaml")], "this quotation mark is never closed. Put the same mark at the end of the value."),
    (
        'by: "Dr" Smith\n', [(1, 10, "yaml")],
        "text follows a quotation mark that closes the value. Put the marks around the whole value, and use the other kind of mark inside it. See too that the marks above are closed.",
    ),
    (
        "title: 'It's hard'\nb: c\n", [(1, 12, "yaml")],
        "text follows a quotation mark that closes the value. Put the marks around the whole value, and use the other kind of mark inside it. See too that the marks above are closed.",
    ),
    (
        't: "Sleep\nb: "c"\n', [(2, 5, "yaml")],
        "text follows a quotation mark that closes the value. Put the marks around the whole value, and use the other kind of mark inside it. See too that the marks above are closed.",
    ),
    ("t: [a, b\nc: d\n", [(1, 4, "yaml")], "the bracket [ is never closed. Close it with ], or put quotation marks around the whole value."),
    ("t: {a: b\nc: d\n", [(1, 4, "yaml")], "the bracket { is never closed. Close it with }, or put quotation marks around the whole value."),
    (
        "k:\n  - [Legs](term:legs) ache\n", [(2, 11, "yaml")],
        "text follows a closing bracket: a value that begins with [ is a list to YAML. Put quotation marks around the whole value.",
    ),
    (
        "a: {b: c]}\n", [(1, 9, "yaml")],
        "a comma or a bracket is missing here. Close each bracket, and put quotation marks around a value that holds a comma, a colon or a bracket.",
    ),
    (
        "a: {to: x, say: Call, or write}\n", [(1, 23, "yaml")],
        "the comma before 'or write' ends the value, and this is taken for another field. Put quotation marks around the whole value.",
    ),
    ("a: {b}\n", [(1, 5, "yaml")], "a field's name without a colon. Write b: and its value, or leave the brackets out."),
    (
        'a: "x \\d"\n', [(1, 7, "yaml")],
        "between double quotation marks a backslash begins a code, and there is no such code. Write the backslash twice, or put single quotation marks around the value.",
    ),
    # values that begin with a sign
    ("a: @home\n", [(1, 4, "yaml")], "a value cannot begin with @. Put quotation marks around the whole value."),
    ("a: `x`\n", [(1, 4, "yaml")], "a value cannot begin with `. Put quotation marks around the whole value."),
    ("a: 1\nb: %x\n", [(2, 4, "yaml")], "a value cannot begin with %. Put quotation marks around the whole value."),
    ("say: **Call** now\n", [(1, 6, "yaml")], "a value cannot begin with *. Put quotation marks around the whole value."),
    ("say: & more\n", [(1, 6, "yaml")], "a value cannot begin with &. Put quotation marks around the whole value."),
    ("a: ]\n", [(1, 4, "yaml")], "a value cannot begin with ]. Put quotation marks around the whole value."),
    ("a: ? b\n", [(1, 4, "yaml")], "a value cannot begin with ?. Put quotation marks around the whole value."),
    (
        "say: > text\n", [(1, 8, "yaml")],
        "nothing may follow > or | on its line. Begin the text on the next line, indented; or put quotation marks around the whole value.",
    ),
    # blanks that are none
    (
        "title:\u00a0Sleep\n", [(1, 7, "yaml")],
        "the blank here is not an ordinary one (U+00A0, no-break space), so YAML does not take it for a blank. Type an ordinary blank over it.",
    ),
    (
        "a: b\ntitre\u202f: x\n", [(2, 6, "yaml")],
        "the blank here is not an ordinary one (U+202F, narrow no-break space), so it is taken for a part of the field's name. Type an ordinary blank over it.",
    ),
    (
        "a:\n\u00a0\u00a0b: c\n", [(2, 1, "yaml")],
        "the blank here is not an ordinary one (U+00A0, no-break space), so it is taken for a part of the field's name. Type an ordinary blank over it.",
    ),
    # the whole
    (
        "- a\n- b\n", [(1, 1, "yaml")],
        "the file must be a list of fields, each written as name: value. Begin with the first field's name and a colon.",
    ),
    (
        "just words\n", [(1, 1, "yaml")],
        "the file must be a list of fields, each written as name: value. Begin with the first field's name and a colon.",
    ),
    ("a: b\n---\nc: d\n", [(2, 1, "yaml")], "a second document begins here. Delete the line of ---."),
    ("? [a]\n: b\n", [(1, 3, "yaml")], "a field's name must be plain text. Write it as name: value, the name in quotation marks if need be."),
    ("a: b\n<<: {c: d}\n", [(2, 1, "yaml")], "the merge key << is not used here. Write the fields out."),
    ("", [(1, 1, "empty")], "there is nothing here. Write the fields, or delete the file."),
    ("# nothing\n\n", [(1, 1, "empty")], "there is nothing here. Write the fields, or delete the file."),
    # tabs
    ("a:\n\tb: c\n", [(2, 1, "yaml-tab")], "the line is indented with a tab. Indent it with blanks."),
    ("a:\n  - x\n  \t- y\n", [(3, 3, "yaml-tab")], "the line is indented with a tab. Indent it with blanks."),
    ("a: b\n\tc: d\n", [(2, 1, "yaml-tab")], "the line is indented with a tab. Indent it with blanks."),
    # repeats
    ("a: b\nc: d\na: e\n", [(3, 1, "duplicate-key")], "a stands twice; the first is on line 1. Keep one of them."),
    (
        "a: 1\nb: {x: 1, x: 2}\na: 3\na: 4\n", [(2, 11, "duplicate-key"), (3, 1, "duplicate-key"), (4, 1, "duplicate-key")],
        "x stands twice; the first is on line 2. Keep one of them.",
    ),
    (
        "a: &n [*n]\n", [(1, 8, "yaml-alias")],
        "*n refers to itself or to nothing. Write the value out; or, if the star belongs to a text, put quotation marks around the whole value.",
    ),
    (
        "a: b\nc: *Call us\n", [(2, 4, "yaml-alias")],
        "*Call refers to itself or to nothing. Write the value out; or, if the star belongs to a text, put quotation marks around the whole value.",
    ),
    (
        "a: &more text\nb: c\nd: &other text\n", [(1, 4, "yaml-alias"), (3, 4, "yaml-alias")],
        "&more names a value for repeating, and nothing repeats it. Delete it; or, if it belongs to a text, put quotation marks around the whole value.",
    ),
    (
        "a: 1\nb: !important\n", [(2, 4, "yaml-tag")],
        "!important is a tag to YAML, and tags are not used here. Delete the word that begins with !; or, if it is text, put quotation marks around the whole value.",
    ),
    (
        "!!str a: b\n", [(1, 1, "yaml-tag")],
        "!!str is a tag to YAML, and tags are not used here. Delete the word that begins with !; or, if it is text, put quotation marks around the whole value.",
    ),
    ("a: !!python/object:os.system {}\n", [(1, 4, "yaml-tag")], ""),
    # comments that were meant as text
    (
        "title: Update #2 for staff\n", [(1, 15, "cut-by-comment")],
        "the value ends before '#2 for staff', which YAML takes for a comment. Put quotation marks around the whole value.",
    ),
    ("a:\n  - x #1\n  - y\n  - z #3\n", [(2, 7, "cut-by-comment"), (4, 7, "cut-by-comment")], ""),
    (
        "by: #1 doctor\nb: c\n", [(1, 5, "cut-by-comment")],
        "there is no value before '#1 doctor', which YAML takes for a comment. Put quotation marks around the whole value.",
    ),
    (
        "a: [x, #1, y]\nb: c\n", [(1, 8, "cut-by-comment")],
        "there is no value before '#1, y]', which YAML takes for a comment. Put quotation marks around the whole value.",
    ),
    ("a: {to: x, say: Call #1}\nb: c\n", [(1, 22, "cut-by-comment")], ""),  # and nothing about the bracket that this hides
    ("a: x #1\n  more\n", [(1, 6, "cut-by-comment")], ""),
    # two at once
    ("a: x #1\nb: Sleep: y\n", [(1, 6, "cut-by-comment"), (2, 9, "yaml")], ""),
]  # fmt: skip


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(("text", "expected", "sentence"), BAD_YAML)
def test_mistake_in_yaml(text: str, expected: list[At], sentence: str) -> None:
    _, problems = parse_yaml(text, "f.yaml")
    if "[*n]" not in text and "\n#" not in text[:2]:
        assert at(problems) == expected
    if sentence:
        assert said(min(problems)) == sentence
    assert all(well_formed(problem) for problem in problems)


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(("text", "expected", "sentence"), [case for case in BAD_YAML if "---" not in case[0]])
def test_the_same_mistake_in_front_matter_is_one_line_lower(text: str, expected: list[At], sentence: str) -> None:
    document, problems = parse_markdown(f"---\n{text}---\nText.\n", "a.md")
    assert at(problems) == [(line + 1, column, rule) for line, column, rule in expected]
    assert document is None or document.body == "Text.\n", sentence


@pytest.mark.parametrize(
    ("text", "expected", "sentence"),
    [
        ("Just text.\n", [(1, 1, "front-matter")], "the file does not begin with front matter. Make the first line --- and put the title and the other fields between it and a second ---."),
        ("\n---\na: b\n---\n", [(1, 1, "front-matter")], ""),
        ("----\na: b\n----\n", [(1, 1, "front-matter")], ""),
        ("", [(1, 1, "front-matter")], ""),
        ("---\na: b\n", [(1, 1, "front-matter")], "the front matter is never closed. Put a line of --- after its last field."),
        ("---\n---\nText.\n", [(2, 1, "empty")], ""),
        ("---\n- a\n---\nText.\n", [(2, 1, "yaml")], ""),
    ],
)  # fmt: skip
def test_front_matter(text: str, expected: list[At], sentence: str) -> None:
    document, problems = parse_markdown(text, "a.md")
    assert document is None
    assert at(problems) == expected
    assert not sentence or said(problems[0]) == sentence


def test_the_first_of_two_values_counts() -> None:
    document, _ = parse_yaml("a: 1\nb: 2\na: {deep: 3}\n", "f.yaml")
    assert document is not None
    assert document.fields == {"a": "1", "b": "2"}
    assert document.places.at("a") == Place("f.yaml", 1, 4)
    assert document.places.at("a", "deep") == Place("f.yaml", 1, 4)


def test_a_value_with_a_comma_is_judged_without_it() -> None:
    document, _ = parse_yaml("a: {to: x, say: Call, or write}\n", "f.yaml")
    assert document is not None
    assert document.fields == {"a": {"to": "x", "say": "Call"}}


# characters that nobody sees


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "expected", "sentence"),
    [
        ("é: x\x07y\n", [(1, 5, "control-character")], "a character that cannot be seen stands here (U+0007). Delete it."),
        ("a: b\nc: x\u2028d: y\n", [(2, 5, "control-character")], "a character that cannot be seen stands here (U+2028, line separator). Delete it."),
        ("a: b\x0bc\nd: e\x0cf\n", [(1, 5, "control-character"), (2, 5, "control-character")], ""),
        ("a: b\x85c\nd: e\n", [(1, 5, "control-character")], ""),
        ("a: b\ufeff\n", [(1, 5, "control-character")], ""),
        ('a: "x\\e[2J"\nb: "y\\0"\n', [(1, 4, "control-character"), (2, 4, "control-character")], "a code in this value stands for a character that cannot be seen (U+001B). Delete the code: a backslash and what follows it."),
        ("a: caf\ufffd\n", [(1, 7, "encoding")], "a character was lost here when the file was converted. Write it again."),
        ("a: \uf0b7 bullet\n", [(1, 4, "control-character")], "a character that cannot be seen stands here (U+F0B7). Delete it."),
    ],
)  # fmt: skip
def test_unseen_characters(text: str, expected: list[At], sentence: str) -> None:
    _, problems = parse_yaml(text, "f.yaml")
    assert at(problems) == expected
    assert not sentence or said(min(problems)) == sentence


def test_unseen_characters_in_a_body() -> None:
    document, problems = parse_markdown("---\na: b\n---\nOne\x0btwo.\n\nThree\u2028four.\n", "a.md")
    assert at(problems) == [(4, 4, "control-character"), (6, 6, "control-character")]
    assert document is not None
    assert document.body == "One two.\n\nThree four.\n"


def test_a_file_that_is_no_text_is_not_told_a_thousand_times() -> None:
    _, problems = parse_markdown("\x01" * 1000, "a.md")
    assert len(problems) == source._MANY + 1


# what is wrong with the file


def file(folder: Path, content: bytes) -> Path:
    made = folder / "f.yaml"
    made.write_bytes(content)
    return made


@pytest.mark.parametrize(
    ("content", "expected", "sentence"),
    [
        (b"a: 1\n\xffb: 2\n", [(2, 1, "encoding")], "a character here is not UTF-8. Save the file again as UTF-8."),
        ("titre: été\n".encode("latin-1"), [(1, 8, "encoding")], ""),
        ("ok: é\ntitre: été\n".encode().replace("été".encode(), b"\xe9t\xe9"), [(2, 8, "encoding")], ""),
        ("a: b\r\nc: é\r\n".encode("cp1252"), [(2, 4, "encoding")], ""),
        (b"a: b\rc: \xe9\r", [(2, 4, "encoding")], ""),
        ("a: b\n".encode("utf-16"), [(1, 1, "encoding")], "the file is saved as UTF-16. Save it again as UTF-8."),
        (b"\xfe\xff" + "a: b\n".encode("utf-16-be"), [(1, 1, "encoding")], ""),
        ("a: b\n".encode("utf-16-le"), [(1, 2, "encoding")], "the file holds a NUL byte, so it is not plain text. Save it again as UTF-8 text."),
        (b"a: b\nc: \0\n", [(2, 4, "encoding")], ""),
        (b"\xef\xbb\xbf\xef\xbb\xbfa: b\n", [(1, 1, "control-character")], ""),
        (b"", [(1, 1, "empty")], ""),
    ],
)  # fmt: skip
def test_bytes(tmp_path: Path, content: bytes, expected: list[At], sentence: str) -> None:
    _, problems = read_yaml(file(tmp_path, content), "f.yaml")
    assert at(problems) == expected
    assert not sentence or said(problems[0]) == sentence


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfa: b\n", b"a: b\r\n", b"a: b\r", b"a: b"])
def test_byte_order_mark_and_line_ends_are_no_matter(tmp_path: Path, content: bytes) -> None:
    document, problems = read_yaml(file(tmp_path, content), "f.yaml")
    assert problems == []
    assert document is not None
    assert document.fields == {"a": "b"}
    assert document.places.at("a") == Place("f.yaml", 1, 4)


def test_line_ends_of_windows_keep_line_numbers(tmp_path: Path) -> None:
    made = file(tmp_path, b"---\r\na: b\r\nc: x: y\r\n---\r\nText\r\n")
    _, problems = read_markdown(made, "a.md")
    assert at(problems) == [(3, 5, "yaml")]


def test_the_largest_file(tmp_path: Path) -> None:
    whole = b"a: b\n#" + b"x" * (MAX_BYTES - 6)
    assert read_yaml(file(tmp_path, whole), "f.yaml")[1] == []
    _, problems = read_yaml(file(tmp_path, whole + b"x"), "f.yaml")
    assert at(problems) == [(1, 1, "file-size")]
    assert said(problems[0]) == "the file is larger than 2 MiB. Split it, or check that it is the right file."


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    _, problems = read_yaml(tmp_path / "gone.yaml", "gone.yaml")
    assert at(problems) == [(1, 1, "unreadable")]
    assert said(problems[0]) == "the file cannot be read: No such file or directory. Check its name and permissions."
    assert at(read_yaml(tmp_path, "folder")[1]) == [(1, 1, "unreadable")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    _, problems = read_yaml(tmp_path / "pipe.yaml", "pipe.yaml")
    assert said(problems[0]) == "this is not a file that can be read. Delete it."


# hostile files: bounded in time, and never an exception

LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(20)
)
HOSTILE: dict[str, tuple[str, list[At]]] = {
    "billion laughs": (LAUGHS, [(5, 20, "yaml-size")]),
    "many values": ("a:\n" + "- b\n" * 400_000, [(50_000, 3, "yaml-size")]),
    "many values in a line": ("a: [" + "b," * 900_000 + "]\n", [(1, 100_001, "yaml-size")]),
    "deep blocks": ("".join(" " * n + "a:\n" for n in range(1000)), [(42, 42, "yaml-depth")]),
    "deep brackets": ("a: " + "[" * 900 + "]" * 900, [(1, 44, "yaml-depth")]),
    "very deep brackets": ("a: " + "[" * 1_000_000, [(1, 1003, "yaml-depth")]),
    "very deep hyphens": ("a:\n" + "- " * 1_000_000, [(2, 81, "yaml-depth")]),
    "a long value": ("a: " + "x" * 2_000_000, []),
    "a long name": ("x" * 2_000_000 + ": b", [(1, 1, "yaml")]),
    "an open mark": ('a: "' + "x\n" * 900_000, [(1, 4, "yaml")]),
    "quotation marks": ("a: " + "'" * 1_000_000, []),
    "a long text": ("a: " + "x\n " * 600_000, []),
    "comments": ("#x\n" * 600_000, [(1, 1, "empty")]),
    "tabs": ("a:\n" + "\t" * 1_000_000, [(2, 1, "yaml-tab")]),
    "lines without colons": ("a: b\n" + "nope\n" * 300_000, [(2, 1, "yaml")]),
    "one long line without a colon": ("x " * 1_000_000, [(1, 1, "yaml")]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_yaml(name: str) -> None:
    text, expected = HOSTILE[name]
    started = time.process_time()
    _, problems = parse_yaml(text, "f.yaml")
    assert time.process_time() - started < 8, "time must not grow with the square of a file's size"
    assert at(problems) == expected


def test_every_name_twice() -> None:
    _, problems = parse_yaml("a: b\n" * 20_000, "f.yaml")
    assert len(problems) == 19_999
    assert {problem.rule for problem in problems} == {"duplicate-key"}


def test_numbers_in_sentences() -> None:
    _, problems = parse_yaml(HOSTILE["many values"][0], "f.yaml")
    assert (
        said(problems[0]) == "the file comes to more than 50,000 values. Write repeated parts out, or split the file."
    )
    _, problems = parse_yaml(HOSTILE["deep blocks"][0], "f.yaml")
    assert said(problems[0]) == "values are nested more than 40 deep. Flatten them."


SIGNS = st.text(alphabet=list("ab01 \n\t:-#\"'[]{},&*!|>%@`?~<=.\\\r\ufeff\u2028\u00a0\x00\x07é😀"), max_size=60)


@pytest.mark.usefixtures("parser")
class TestAnyText:
    """Whatever stands in a file: a document, or a problem whose place is in the file; never an exception."""

    @staticmethod
    def judged(text: str) -> None:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for parse in (parse_yaml, parse_markdown):
            document, problems = parse(text, "f")
            assert document is not None or problems
            for problem in problems:
                assert well_formed(problem), problem
                assert problem.rule in source.RULES
                assert problem.place.line <= len(lines) + 1
                line = lines[problem.place.line - 1] if problem.place.line <= len(lines) else ""
                assert problem.place.column <= len(line) + 2

    @given(st.text(max_size=80))
    @settings(max_examples=drawn(150))
    def test_text(self, text: str) -> None:
        self.judged(text)

    @given(SIGNS)
    @settings(max_examples=drawn(400))
    def test_signs_that_mean_something(self, text: str) -> None:
        self.judged(text)

    @given(SIGNS)
    @settings(max_examples=drawn(200))
    def test_front_matter(self, text: str) -> None:
        self.judged(f"---\n{text}\n---\n{text}")

    @given(st.binary(max_size=60))
    @settings(max_examples=drawn(100))
    def test_bytes(self, tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
        made = tmp_path_factory.getbasetemp() / "any.yaml"
        made.write_bytes(content)
        document, problems = read_yaml(made, "any.yaml")
        assert document is not None or problems
        assert all(well_formed(problem) for problem in problems)


def test_both_parsers_agree_on_good_text() -> None:
    """The same fields and places, whichever of the two a machine has."""
    text = "a: b\nc:\n  - {d: e, f: [g, 'h i']}\n  - >-\n    long\n    text\nj: |\n  k\n"
    found = []
    for parser in (yaml.CSafeLoader, yaml.SafeLoader):
        before, source.Loader = source.Loader, parser
        document, problems = parse_yaml(text, "f.yaml")
        source.Loader = before
        assert document is not None
        assert problems == []
        found.append((document.fields, dict(document.places.values), dict(document.places.keys)))
    assert found[0] == found[1]
