"""What pages say to search engines in schema.org's words, read by another reader and judged by schema.org's own vocabulary."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import microdata
import pytest

from ebbtide import pipeline
from ebbtide.model.page import Page
from tests.npm import package
from tests.small_site import ROOT, options, write_site

TEXTS = frozenset({"Text", "URL", "string"})
_INTERFACE = re.compile(r"^interface (\w+) extends ([^{]+) \{(.*?)^\}", re.MULTILINE | re.DOTALL)
_PROPERTY = re.compile(r'^    "(\w+)"\?: SchemaValue<(.+), "\w+">;', re.MULTILINE)


@dataclass(frozen=True)
class Vocabulary:
    """Types with what they are kinds of, and what properties each may have with which values, out of the declarations that
    schema.org's makers generate from it."""

    text: str

    @cached_property
    def types(self) -> Mapping[str, tuple[list[str], Mapping[str, frozenset[str]]]]:
        found = {}
        for name, parents, body in _INTERFACE.findall(self.text):
            properties = {one: frozenset(re.findall(r"\w+", values)) for one, values in _PROPERTY.findall(body)}
            found[name] = (re.findall(r"\w+(?:Base|Leaf)\b", parents), properties)
        return found

    def kinds(self, name: str) -> set[str]:
        """A type and all that it is a kind of."""
        found, waiting = set[str](), [f"{name}Base" if f"{name}Base" in self.types else f"{name}Leaf"]
        while waiting:
            one = waiting.pop()
            if one not in found and one in self.types:
                found.add(one)
                waiting += self.types[one][0]
        return {re.sub(r"(Base|Leaf)$", "", one) for one in found} | ({name} if found else set())

    def values(self, name: str, property: str) -> frozenset[str]:
        """What a property of a type may hold; empty where the type has no such property."""
        for kind in self.kinds(name):
            for form in (f"{kind}Base", f"{kind}Leaf"):
                if form in self.types and property in self.types[form][1]:
                    return self.types[form][1][property]
        return frozenset()

    def wrong(self, item: Any) -> Iterator[str]:
        """What is wrong with an item and the items in it."""
        (address,) = [str(one) for one in item.itemtype]
        name = address.removeprefix("https://schema.org/")
        if name == address or not self.kinds(name):
            yield f"{address} is no type of schema.org"
            return
        for property, held in item.props.items():
            allowed = self.values(name, property)
            if not allowed:
                yield f"{name} has no {property}"
            for value in held:
                if isinstance(value, microdata.Item):
                    yield from self.wrong(value)
                    (kind,) = [str(one).rpartition("/")[2] for one in value.itemtype]
                    if allowed and not self.kinds(kind) & allowed:
                        yield f"{name}'s {property} may not be a {kind}"
                elif allowed and not self._fits(str(value), allowed):
                    yield f"{name}'s {property} may not be {value!r}"

    @staticmethod
    def _fits(value: str, allowed: frozenset[str]) -> bool:
        if not value.strip():
            return False
        return bool(allowed & TEXTS) or ("Date" in allowed and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)))


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary((package("schema-dts") / "dist" / "schema.d.ts").read_text("utf-8"))


def items(html: bytes) -> list[Any]:
    return list(microdata.get_items(html.decode()))


@cache
def real() -> tuple[Page, ...]:
    """Some pages of each kind, the same ones each time; every page in a full run."""
    made = pipeline.make(options(ROOT / "content", Path("nowhere")))
    assert made.rendered is not None
    kinds: dict[str, list[Page]] = {}
    for page in made.rendered.pages:
        kinds.setdefault(page.kind, []).append(page)
    every = bool(os.environ.get("EBBTIDE_FULL"))
    return tuple(page for pages in kinds.values() for page in (pages if every else pages[:: max(1, len(pages) // 4)]))


def test_every_page_says_only_what_schema_org_knows(vocabulary: Vocabulary) -> None:
    wrong = {
        f"{page.url}: {said}" for page in real() for item in items(page.content) for said in vocabulary.wrong(item)
    }
    assert wrong == set()


def test_what_kinds_of_page_say() -> None:
    said: dict[str, set[str]] = {}
    for page in real():
        said.setdefault(page.kind, set()).update(
            str(kind).rpartition("/")[2] for item in items(page.content) for kind in item.itemtype
        )
    assert said["article"] == {"MedicalWebPage", "WebPage"}
    assert said["questionnaire"] == {"MedicalWebPage"}
    assert said["help"] == {"MedicalOrganization", "Organization"}
    assert said["glossary"] == {"DefinedTermSet"}
    assert "FAQPage" not in {
        one for kinds in said.values() for one in kinds
    }  # no page is a list of questions and answers


def test_an_article_says_when_it_was_checked_and_what_it_rests_on(tmp_path: Path) -> None:
    made = pipeline.make(options(write_site(tmp_path), Path("nowhere")))
    assert made.rendered is not None
    page = next(page for page in made.rendered.pages if page.url == "first/always/")
    (item,) = items(page.content)
    assert item.get("name") == "Always here"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", item.get("lastReviewed"))
    assert item.get("about").get("name") == "nothing"
    assert item.get("reviewedBy") is None, "nobody has reviewed it"
    assert len(item.get_all("citation")) == 1


def test_numbers_are_those_of_the_record(tmp_path: Path) -> None:
    made = pipeline.make(options(write_site(tmp_path), Path("nowhere")))
    assert made.rendered is not None
    page = next(page for page in made.rendered.pages if page.kind == "help")
    found = {item.get("name"): item.get("telephone") for item in items(page.content)}
    assert found == {"Emergency services": "999", "The made-up line": "020 7946 0018"}


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ('<p itemscope itemtype="https://schema.org/MedicalWebpage"></p>', "https://schema.org/MedicalWebpage is no type of schema.org"),
        ('<p itemscope itemtype="http://other.example/Thing"></p>', "http://other.example/Thing is no type of schema.org"),
        ('<p itemscope itemtype="https://schema.org/MedicalWebPage"><b itemprop="telephone">1</b></p>', "MedicalWebPage has no telephone"),
        ('<p itemscope itemtype="https://schema.org/WebPage"><b itemprop="lastReviewed">soon</b></p>', "WebPage's lastReviewed may not be 'soon'"),
        ('<p itemscope itemtype="https://schema.org/WebPage"><b itemprop="name"></b></p>', "WebPage's name may not be ''"),
        ('<p itemscope itemtype="https://schema.org/WebPage"><b itemprop="reviewedBy" itemscope itemtype="https://schema.org/Place"></b></p>',
         "WebPage's reviewedBy may not be a Place"),
        ('<p itemscope itemtype="https://schema.org/WebPage"><b itemprop="about" itemscope itemtype="https://schema.org/Nothing"></b></p>',
         "https://schema.org/Nothing is no type of schema.org"),
    ],
)  # fmt: skip
def test_the_judge_finds_what_is_wrong(vocabulary: Vocabulary, markup: str, said: str) -> None:
    (item,) = items(f"<!doctype html><html><body>{markup}</body></html>".encode())
    assert said in set(vocabulary.wrong(item))
