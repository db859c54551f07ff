"""The manuals for publishers: what they show works, and what is made from the program is fresh."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ebbtide.model.article import FrontMatter
from ebbtide.model.base import Strict, parse
from ebbtide.model.contact import Contacts
from ebbtide.model.reference import Bibliography, Glossary
from ebbtide.model.search import Synonyms
from ebbtide.problem import Place, Problem
from ebbtide.prose import Surroundings, Writer
from ebbtide.rulebook import manual
from ebbtide.source import parse_markdown, parse_yaml

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
WRITING = (DOCS / "writing.md").read_text("utf-8")

EXAMPLES = [
    pytest.param(found["kind"], found["rule"] or "", found["text"], id=f"line-{WRITING.count(chr(10), 0, found.start()) + 1}")
    for found in re.finditer(r"^```(?P<kind>\w+(?: [a-z]+\.yaml)?)(?: wrong: (?P<rule>[a-z-]+))?\n(?P<text>.*?)^```$", WRITING, re.MULTILINE | re.DOTALL)
]  # fmt: skip
FILES: dict[str, type[Strict]] = {
    "yaml sources.yaml": Bibliography,
    "yaml contacts.yaml": Contacts,
    "yaml glossary.yaml": Glossary,
    "yaml synonyms.yaml": Synonyms,
}


def _contacts() -> Contacts:
    facts = {
        "kind": "crisis",
        "region": "GB",
        "for": "x",
        "hours": "always",
        "sources": [{"url": "https://a.example/"}],
    }
    fields = {
        "ambulance": {"name": "Emergency services", "phone": [{"number": "999"}], **facts},
        "night-line": {"name": "The Night Line", "phone": [{"number": "+442079460018"}], "text": {"number": "85258"}, "web": "https://a.example/", **facts},
    }  # fmt: skip
    document, _ = parse_yaml("{}", "contacts.yaml")
    assert document is not None
    made, problems = parse(Contacts, {"contacts": fields}, document.places)
    assert made is not None, problems
    return made


AROUND = Surroundings(_contacts().contacts, frozenset({"A1", "A2"}), frozenset({"taper", "restless-legs"}), ("do not",))


def converted(text: str, place: Place) -> list[Problem]:
    writer = Writer("articles/symptoms/legs.md", 2, AROUND)
    html = writer.block(text, place).html
    assert html or writer.problems
    assert "!!!" not in html or writer.problems, "a construct was printed as it stands"
    return writer.problems


def judged(kind: str, text: str) -> list[Problem]:
    if kind == "markdown":
        return converted(text, Place("a.md"))
    if kind == "article":
        document, problems = parse_markdown(text, "a.md")
        assert document is not None, problems
        found = parse(FrontMatter, document.fields, document.places)[1]
        return problems + found + converted(document.body, Place("a.md", document.body_line))
    document, problems = parse_yaml(text, "a.yaml")
    if document is None or problems:
        return problems
    if kind in FILES:
        return parse(FILES[kind], document.fields, document.places)[1]
    # a few fields of an article: all that is wrong with them is what is not shown
    return [
        problem
        for problem in parse(FrontMatter, document.fields, document.places)[1]
        if problem.rule != "missing-field"
    ]


@pytest.mark.parametrize(("kind", "rule", "text"), EXAMPLES)
def test_every_example_does_what_the_manual_says(kind: str, rule: str, text: str) -> None:
    assert {problem.rule for problem in judged(kind, text)} == ({rule} if rule else set())


def test_there_are_examples_of_every_kind() -> None:
    kinds = [example.values[0] for example in EXAMPLES]
    assert len(kinds) == WRITING.count("\n```\n"), "an example that no test has seen"
    assert set(kinds) == {"article", "yaml", "markdown", *FILES}
    assert kinds.count("markdown") > 15


def test_the_manual_tells_of_every_field_of_an_article() -> None:
    table = WRITING.partition("### The fields")[2].partition("##")[0]
    told = {name for name in FrontMatter.model_fields if re.search(rf"^\| `{name}[`:]", table, re.MULTILINE)}
    assert told == set(FrontMatter.model_fields)


def test_the_manual_of_rules_is_fresh() -> None:
    """If this fails: python3 build.py check --rules > docs/rules.md"""
    assert (DOCS / "rules.md").read_text("utf-8") == manual()


def test_the_manual_of_rules_holds_each_rule_once() -> None:
    from ebbtide import pipeline

    rows = re.findall(r"^- `([a-z0-9-]+)`", manual(), re.MULTILINE)
    assert sorted(rows) == sorted(pipeline.rules())
    assert "## Other rules" not in manual(), "a rule has no chapter: see ebbtide/rulebook.py"


@pytest.mark.parametrize("name", ["writing.md", "rules.md"])
def test_links_between_the_manuals(name: str) -> None:
    for target in re.findall(
        r"\]\(([^)#:]+\.md)\)", re.sub(r"```.*?```", "", (DOCS / name).read_text("utf-8"), flags=re.DOTALL)
    ):
        assert (DOCS / target).is_file(), target
