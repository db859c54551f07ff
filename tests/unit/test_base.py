"""Pydantic's complaints turned into located problems: every sentence that a schema can lead to, and true places for all of them."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from ebbtide.model.article import FrontMatter
from ebbtide.model.base import RULES, Day, Id, Strict, Text, Url, form, nearest, parse, refusal
from ebbtide.model.reference import Bibliography, Glossary
from ebbtide.model.site import SiteSettings
from ebbtide.problem import Places
from ebbtide.source import parse_yaml
from tests.telling import At, at, drawn, said, well_formed


class Leaf(Strict):
    text: Text
    short: Annotated[Text, Field(max_length=5)] = "x"
    id: Id = "a"
    kind: Literal["one", "two", "three"] = "one"


class Other(Strict):
    number: Annotated[int, Field(ge=1, le=9)]


class Whole(Strict):
    leaf: Leaf | None = None
    leaves: Annotated[tuple[Leaf, ...], Field(min_length=1)] = (Leaf(text="x"),)
    by_id: dict[Id, Leaf] = {}
    either: Leaf | Other | None = None
    yes: bool = False
    count: Annotated[int, Field(gt=0, lt=100, multiple_of=5)] = 5
    share: float = 0.5
    day: Day | None = None
    url: Url | None = None
    code: Annotated[str, form(r"^[A-Z]{2}$", "Write two capital letters.")] = "AB"
    words: tuple[Text, ...] = ()
    said_as: Text = Field(alias="for", default="x")


def judged(text: str, model: type[Strict] = Whole) -> tuple[Any, list[At], list[str]]:
    document, problems = parse_yaml(text, "f.yaml")
    assert document is not None
    assert problems == []
    made, problems = parse(model, document.fields, document.places)
    assert all(well_formed(problem) for problem in problems), problems
    return made, at(problems), [said(problem) for problem in sorted(problems)]


def test_good() -> None:
    made, places, _ = judged(
        "leaf: {text: a}\nby_id: {x: {text: b}}\nyes: No\nday: 2026-02-28\nfor: y\ncount: '10'\nwords: [12:30, ~]\n"
    )
    assert places == []
    assert made.leaf.text == "a"
    assert made.yes is False
    assert made.day == datetime.date(2026, 2, 28)
    assert made.count == 10
    assert made.words == ("12:30", "~")
    assert made.said_as == "y"
    assert made.places.at("by_id", "x", "text").line == 2


def test_frozen_and_strict() -> None:
    made, _, _ = judged("words: [a]\n")
    with pytest.raises(ValidationError):
        made.words = ("b",)
    assert issubclass(Whole, BaseModel)
    assert Whole.model_config["extra"] == "forbid"


@pytest.mark.parametrize(
    ("text", "expected", "sentence"),
    [
        # missing-field
        ("leaf: {id: a}\n", [(1, 1, "missing-field")], "text is missing. Add a line text: with its value."),
        ("leaves:\n  - text: a\n  - id: b\n", [(3, 5, "missing-field")], "text is missing. Add a line text: with its value."),
        ("by_id:\n  a: {text: x}\n  b: {id: x}\n  c: {id: y}\n", [(3, 3, "missing-field"), (4, 3, "missing-field")], ""),
        # unknown-field
        ("lef: {text: a}\n", [(1, 1, "unknown-field")], "lef is not a field here. Did you mean leaf?"),
        ("leaf:\n  text: a\n  Kind: two\n", [(3, 3, "unknown-field")], "Kind is not a field here. Did you mean kind?"),
        ("by-id: {}\n", [(1, 1, "unknown-field")], "by-id is not a field here. Did you mean by_id?"),
        ("leaf: {text: a, kind: two, kinds: one}\n", [(1, 28, "unknown-field")], "kinds is not a field here. kind stands here already: keep one of them."),
        ("leaf: {text: a, zzz: b}\n", [(1, 17, "unknown-field")], "zzz is not a field here. Known here: id, kind, short."),
        ("leaves:\n  - text: a\n  - {text: b, qq: c, ww: d}\n", [(3, 15, "unknown-field"), (3, 22, "unknown-field")], ""),
        ("fr: x\n", [(1, 1, "unknown-field")], "fr is not a field here. Did you mean for?"),
        ("said_as: x\n", [(1, 1, "unknown-field")], ""),  # the name in the code is none in the file
        # a misspelt field is not called missing on top
        ("leaf: {texd: a}\n", [(1, 8, "unknown-field")], "texd is not a field here. Did you mean text?"),
        ("leaf: {texd: a}\nleaves: [{id: b}]\n", [(1, 8, "unknown-field"), (2, 10, "missing-field")], ""),
        # wrong-value: nothing
        ("leaf: {text: }\n", [(1, 14, "wrong-value")], "text has no value. Write one after the colon, or delete the line."),
        ("yes:\n", [(1, 5, "wrong-value")], "yes has no value. Write one after the colon, or delete the line."),
        ("words:\n", [(1, 7, "wrong-value")], "words has no value. Write one after the colon, or delete the line."),
        ("words: [a, '', b, ' ']\n", [(1, 12, "wrong-value"), (1, 19, "wrong-value")], "item 2 of words is empty. Write something, or delete the line."),
        # wrong-value: the wrong kind
        ("leaf: a\n", [(1, 7, "wrong-value")], "leaf must hold fields of its own. Write them below it, indented, each as name: value."),
        ("by_id: [a]\n", [(1, 8, "wrong-value")], "by_id must hold fields of its own. Write them below it, indented, each as name: value."),
        ("words: a\n", [(1, 8, "wrong-value")], "words must be a list. Write each item on a line of its own, after a hyphen."),
        ("words:\n  - a\n  - {b: c}\n  - [d]\n", [(3, 5, "wrong-value"), (4, 5, "wrong-value")], "item 2 of words must be text. Write it on one line, in quotation marks if it holds a colon."),
        ("leaves: [a]\n", [(1, 10, "wrong-value")], "item 1 of leaves must hold fields of its own. Write them below it, indented, each as name: value."),
        ("leaves: []\n", [(1, 9, "wrong-value")], "leaves needs at least 1. Add what is missing."),
        # pydantic would call this list too short as well: it counts sound items only
        ("leaves: [{text: }]\n", [(1, 17, "wrong-value")], ""),
        # wrong-value: within limits
        ("yes: nope\n", [(1, 6, "wrong-value")], "'nope' is neither true nor false. Write true or false."),
        ("yes: ~\n", [(1, 6, "wrong-value")], "'~' is neither true nor false. Write true or false."),
        ("count: ten\n", [(1, 8, "wrong-value")], "'ten' is not a number that fits count. Write it in digits."),
        ("count: 7.5\n", [(1, 8, "wrong-value")], "'7.5' is not a number that fits count. Write it in digits."),
        ("share: half\n", [(1, 8, "wrong-value")], "'half' is not a number that fits share. Write it in digits."),
        ("count: 0\n", [(1, 8, "wrong-value")], "count cannot be 0. Write a number above 0."),
        ("count: 100\n", [(1, 8, "wrong-value")], "count cannot be 100. Write a number below 100."),
        ("count: 12\n", [(1, 8, "wrong-value")], "count cannot be 12. Write a number that is a multiple of 5."),
        ("leaf: {text: a, short: abcdef}\n", [(1, 24, "wrong-value")], "short has 6 characters; 5 are allowed. Shorten it."),
        ("leaf: {text: a, kind: tow}\n", [(1, 23, "wrong-value")], "kind cannot be 'tow'. Did you mean two?"),
        ("leaf: {text: a, kind: zz}\n", [(1, 23, "wrong-value")], "kind cannot be 'zz'. Known here: one, three, two."),
        ("leaf: {text: a, id: A B}\n", [(1, 21, "wrong-value")], "id cannot be 'A B'. Use small letters, digits and single hyphens, and begin with a letter."),
        ("code: usa\n", [(1, 7, "wrong-value")], "code cannot be 'usa'. Write two capital letters."),
        ("by_id:\n  ok: {text: a}\n  Not Ok: {text: b}\n", [(3, 3, "wrong-value")], "Not Ok cannot be a name in by_id. Use small letters, digits and single hyphens, and begin with a letter."),
        (f"by_id: {{{'a' * 61}: {{text: a}}}}\n", [(1, 9, "wrong-value")], f"{'a' * 61} cannot be a name in by_id. Use at most 60 characters."),
        # wrong-value: days
        ("day: 2026\n", [(1, 6, "wrong-value")], "2026 is not a date. Write year, month and day as in 2026-11-24."),
        ("day: 2026-2-28\n", [(1, 6, "wrong-value")], "2026-2-28 is not a date. Write year, month and day as in 2026-11-24."),
        ("day: 2026-02-30\n", [(1, 6, "wrong-value")], "'2026-02-30' is not a date. Write year, month and day as in 2026-11-24."),
        ("day: 24.11.2026\n", [(1, 6, "wrong-value")], ""),
        ("day: [a]\n", [(1, 6, "wrong-value")], ""),
        # wrong-value: addresses
        ("url: example.org\n", [(1, 6, "wrong-value")], "example.org is not a web address. Begin it with https://."),
        ("url: https://\n", [(1, 6, "wrong-value")], "https:// is not a web address. Copy it whole from the browser, without blanks."),
        ("url: https://a b.example/\n", [(1, 6, "wrong-value")], ""),
        ("url: javascript:alert(1)\n", [(1, 6, "wrong-value")], ""),
        ("url: https://user@host.example/\n", [(1, 6, "wrong-value")], ""),
        ("url: 'https://a.example/\"onload'\n", [(1, 6, "wrong-value")], ""),
    ],
)  # fmt: skip
def test_sentence(text: str, expected: list[At], sentence: str) -> None:
    made, places, sentences = judged(text)
    assert made is None
    assert places == expected
    assert not sentence or sentences[0] == sentence


@pytest.mark.parametrize(
    "url", ["https://a.example", "http://a.example:8080/b?c=d#e", "https://é.example/ü(1)", "https://a.example?b"]
)
def test_good_addresses(url: str) -> None:
    assert judged(f"url: '{url}'\n")[0].url == url


def test_a_choice_between_types_adds_no_step_to_the_place() -> None:
    made, places, _ = judged("either: {number: 12}\n")
    assert made is None
    assert {(line, column) for line, column, _ in places} <= {(1, 1), (1, 10), (1, 18)}
    assert (1, 18, "wrong-value") in places


def test_mistakes_in_every_part_are_told_at_once() -> None:
    text = "leaf: {txt: a}\nleaves:\n  - {text: a, id: B}\n  - {text: ''}\nyes: x\nday: y\nnonsense: z\n"
    _, places, _ = judged(text)
    assert places == [
        (1, 8, "unknown-field"), (3, 19, "wrong-value"), (4, 12, "wrong-value"), (5, 6, "wrong-value"),
        (6, 6, "wrong-value"), (7, 1, "unknown-field"),
    ]  # fmt: skip


def test_a_mistake_in_a_repeated_part_is_shown_where_it_is_repeated() -> None:
    _, places, _ = judged("leaf: &x {text: ''}\nleaves: [*x]\n")
    assert places == [(1, 17, "wrong-value"), (2, 10, "wrong-value")]


def test_refusal_of_a_validator_of_ours() -> None:
    def odd(value: str) -> str:
        raise refusal("some-rule", f"{value} is odd.", "Make it even.")

    class Model(Strict):
        words: tuple[Annotated[str, AfterValidator(odd)], ...]
        by_id: dict[Annotated[str, AfterValidator(odd)], Text] = {}

    _, places, sentences = judged("words: [a, b]\nby_id: {k: v}\n", Model)
    assert places == [(1, 9, "some-rule"), (1, 12, "some-rule"), (2, 9, "some-rule")]
    assert sentences[1] == "b is odd. Make it even."


def test_nearest() -> None:
    assert nearest("sorces", ["sources", "terms"]) == "Did you mean sources?"
    assert nearest("Key Points", ["key_points", "key"]) == "Did you mean key_points?"
    assert nearest("x", ["b", "a"]) == "Known here: a, b."
    assert nearest("x", []) == ""
    assert nearest("zzz", [f"s{number}" for number in range(100)]) == "There are 100, and none is like it."


# the models that are made of this


@pytest.mark.parametrize(
    ("model", "text", "expected", "sentence"),
    [
        (FrontMatter, "title: T\nsummary: S\nreview: {reviewed: 2026-01-01}\nnext: [{to: nowhere, say: x}]\n", [(4, 13, "wrong-value")],
         "nowhere does not say what it points to. Write article:, questionnaire:, contact: or page: and the name."),
        (FrontMatter, "title: T\nsumary: S\nreview: {reviewed: 2026-01-01}\nnext: [{to: 'page:a', say: x}]\n", [(2, 1, "unknown-field")], ""),
        (SiteSettings, "name: x\nlanguage: english\n", [(1, 1, "missing-field")] * 8 + [(2, 11, "wrong-value")], ""),
        (Bibliography, "sources:\n  S 1: {title: a, evidence: b}\n  S2: {title: a, evidence: b, doi: 'https://doi.org/10.1/x', year: 1066}\n",
         [(2, 3, "wrong-value"), (3, 36, "wrong-value"), (3, 68, "wrong-value")],
         "S 1 cannot be a name in sources. Use letters, digits and hyphens, and begin with a letter."),
        (Glossary, "terms:\n  Legs: {term: x, means: y}\n", [(2, 3, "wrong-value")], ""),
        (Glossary, "terms: {}\n", [], ""),
        (Bibliography, "{}\n", [], ""),
    ],
)  # fmt: skip
def test_models(model: type[Strict], text: str, expected: list[At], sentence: str) -> None:
    _, places, sentences = judged(text, model)
    assert places == expected
    assert not sentence or sentences[0] == sentence


VALUES = st.recursive(
    st.none() | st.text(max_size=8) | st.sampled_from(["true", "12", "2026-01-01", "https://a.example", "one"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*Whole.model_fields, *Leaf.model_fields, "for", "zz", "B C"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*Whole.model_fields, "for", "zz"]), VALUES, max_size=5))
@settings(max_examples=drawn(300))
def test_whatever_stands_in_a_file(fields: dict[str, Any]) -> None:
    """A model, or problems that are fit to be shown; never an exception."""
    made, problems = parse(Whole, fields, Places("f.yaml"))
    assert (made is None) == bool(problems)
    assert all(problem.rule in RULES for problem in problems)
    assert all(well_formed(problem) for problem in problems)
