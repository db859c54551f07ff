"""What must hold of a Questionnaire that we write: the invariants of FHIR R4 that no schema states, and promises of our own.

The ids in brackets are those of R4 (https://hl7.org/fhir/R4/questionnaire.html#invs). The shape of the rest is checked by the
npm package ``fhir`` in the tests; it accepts every sample that is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ebbtide.selfcheck import fhir as f
from ebbtide.selfcheck import fhir_text as t
from ebbtide.selfcheck.plan import Json

_HEAD = {
    "resourceType", "id", "language", "extension", "url", "version", "name", "title", "status", "experimental", "date",
    "publisher", "description", "copyright", "approvalDate", "lastReviewDate", "item",
}  # fmt: skip
_ITEM = {
    "linkId", "extension", "prefix", "text", "type", "enableWhen", "enableBehavior", "required", "repeats", "readOnly",
    "answerOption", "item",
}  # fmt: skip
_TYPES = ("display", "choice", "integer", "decimal", "time")
_VALUES: Mapping[str, tuple[str, ...]] = {
    f.VARIABLE: ("valueExpression",),
    f.CALCULATED: ("valueExpression",),
    f.ENABLED: ("valueExpression",),
    f.CONTROL: ("valueCodeableConcept",),
    f.ORDINAL: ("valueDecimal",),
    f.WEIGHT: ("valueDecimal",),
    f.EXCLUSIVE: ("valueBoolean",),
    f.LEAST: ("valueInteger", "valueDecimal", "valueTime"),
    f.MOST: ("valueInteger", "valueDecimal", "valueTime"),
    f.DECIMALS: ("valueInteger",),
    f.UNIT: ("valueCoding",),
}
"""Every extension that we use, and how its value may be written."""
_ENVIRONMENT = {"resource", "questionnaire", "context", "qitem", "ucum"}


def invariants(resource: Json) -> list[str]:
    """What is wrong with a Questionnaire, one sentence each; nothing where all holds."""
    return list(_Checker(resource).check())


class _Checker:
    def __init__(self, resource: Json) -> None:
        self.resource = resource
        self.items = list(_flat(resource.get("item", [])))
        self.options = {
            item.get("linkId"): [option.get("valueCoding", {}) for option in item.get("answerOption", [])]
            for item in self.items
        }

    def check(self) -> Iterator[str]:
        yield from self.head()
        yield from self.variables()
        links = [item.get("linkId") for item in self.items]
        for link in dict.fromkeys(link for link in links if links.count(link) > 1):
            yield f"{link}: more than one item has this linkId (que-2)."
        earlier: set[str] = set()
        for item in self.items:
            for said in self.item(item, earlier):
                yield f"{item.get('linkId', 'an item')}: {said}"
            earlier.add(item.get("linkId", ""))
        yield from self.expressions(links)

    def head(self) -> Iterator[str]:
        resource = self.resource
        if resource.get("resourceType") != "Questionnaire":
            yield "it is not a Questionnaire."
        yield from _unexpected(resource, _HEAD)
        if not re.fullmatch(r"[A-Z][A-Za-z0-9_]{0,254}", resource.get("name", "")):
            yield "its name is not one for machines (que-0)."
        if not re.fullmatch(r"[A-Za-z0-9.-]{1,64}", resource.get("id", "")):
            yield "its id is not letters, digits, hyphens and dots."
        if resource.get("status") not in ("draft", "active"):
            yield "its status is neither draft nor active."
        if "url" in resource and not re.match(r"https?://\S+$", resource["url"]):
            yield "its url is not a whole address."
        if not resource.get("item"):
            yield "it asks nothing."

    def variables(self) -> Iterator[str]:
        known: set[str] = set()
        for extension in self.resource.get("extension", []):
            yield from _extension(extension)
            said = extension.get("valueExpression", {})
            name = said.get("name", "")
            if extension.get("url") != f.VARIABLE or not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", name):
                yield f"the variable {name} is not named by letters and digits."
            if name in known | _ENVIRONMENT:
                yield f"the variable {name} stands twice."
            for used in sorted(t.names(said.get("expression", "")) - known - _ENVIRONMENT):
                yield f"the variable {name} uses {used}, which does not stand before it."
            known.add(name)

    def item(self, item: Json, earlier: set[str]) -> Iterator[str]:
        yield from _unexpected(item, _ITEM)
        kind = item.get("type")
        if kind not in _TYPES:
            yield f"{kind} is no type that is used here."
        if not item.get("text"):
            yield "it has no words."
        if kind == "display":
            if "item" in item:
                yield "something stands below words (que-1)."
            if {"required", "repeats"} & set(item):
                yield "words are neither required nor repeated (que-6)."
            if "readOnly" in item:
                yield "words are not read-only (que-9)."
        elif item.get("required") is not False:
            yield "an answer is required, or nothing says that it is not."
        if any(below.get("type") != "display" for below in item.get("item", [])):
            yield "an item that is answered stands below another."
        yield from self.choices(item)
        yield from self.conditions(item, earlier)
        urls = [extension.get("url") for extension in item.get("extension", [])]
        if len(set(urls)) < len(urls):
            yield "an extension stands twice."
        for extension in item.get("extension", []):
            yield from _extension(extension)
        if f.CALCULATED in urls and item.get("readOnly") is not True:
            yield "it is calculated and can be written to."
        if item.get("readOnly") and f.CALCULATED not in urls:
            yield "it can neither be answered nor is it calculated."
        number = {"integer": "valueInteger", "decimal": "valueDecimal", "time": "valueTime"}.get(str(kind))
        for extension in item.get("extension", []):
            if extension.get("url") in (f.LEAST, f.MOST) and number not in extension:
                yield "its limits are not of its type."

    def choices(self, item: Json) -> Iterator[str]:
        options = item.get("answerOption", [])
        if (item.get("type") == "choice") != bool(options):
            yield "a choice has answers, and nothing else has (que-5)."
        codes = [option.get("valueCoding", {}).get("code") for option in options]
        if len(set(codes)) < len(codes):
            yield "two answers have one code."
        systems = {option.get("valueCoding", {}).get("system") for option in options}
        if len(systems) > 1:
            yield "its answers are of different systems."
        if (systems == {None}) == ("url" in self.resource) and options:
            yield "answers have a system where the Questionnaire has an address, and nowhere else."
        for option in options:
            yield from _unexpected(option, {"extension", "valueCoding"})
            coding = option.get("valueCoding", {})
            if not coding.get("code") or not coding.get("display"):
                yield "an answer has no code or no words."
            points = {each.get("url"): each.get("valueDecimal") for each in option.get("extension", [])}
            if points.get(f.ORDINAL) != points.get(f.WEIGHT):
                yield f"the points of {coding.get('code')} differ."
            for extension in option.get("extension", []):
                yield from _extension(extension)

    def conditions(self, item: Json, earlier: set[str]) -> Iterator[str]:
        conditions = item.get("enableWhen", [])
        if (len(conditions) > 1) != ("enableBehavior" in item):
            yield "enableBehavior stands where there are several conditions, and nowhere else (que-12)."
        if conditions and any(extension.get("url") == f.ENABLED for extension in item.get("extension", [])):
            yield "it has conditions of both kinds."
        for condition in conditions:
            question, coding = condition.get("question"), condition.get("answerCoding", {})
            if question not in earlier:
                yield f"it depends on {question}, which does not stand before it."
            elif not any(
                all(option.get(key) == value for key, value in coding.items()) for option in self.options[question]
            ):
                yield f"it depends on an answer that {question} does not have."

    def expressions(self, links: list[Any]) -> Iterator[str]:
        """Every expression speaks only of items and variables that are there."""
        known = {extension["valueExpression"]["name"] for extension in self.resource.get("extension", [])
                 if "name" in extension.get("valueExpression", {})}  # fmt: skip
        for where, extension in [("", each) for each in self.resource.get("extension", [])] + [
            (f"{item.get('linkId')}: ", each) for item in self.items for each in item.get("extension", [])
        ]:
            text = extension.get("valueExpression", {}).get("expression", "")
            for used in sorted(t.names(text) - known - _ENVIRONMENT):
                yield f"{where}an expression uses {used}, which is not there."
            for link in re.findall(r"linkId = '([^']*)'", text):
                if link not in links:
                    yield f"{where}an expression reads {link}, which is not there."


def _flat(items: Iterable[Json]) -> Iterator[Json]:
    for item in items:
        yield item
        yield from _flat(item.get("item", []))


def _unexpected(data: Json, expected: set[str]) -> Iterator[str]:
    for key in data:
        if key not in expected:
            yield f"{key} is not expected."
        elif data[key] in (None, "", [], {}):
            yield f"{key} is empty."


def _extension(extension: Json) -> Iterator[str]:
    url = str(extension.get("url"))
    values = [key for key in extension if key != "url"]
    if url not in _VALUES:
        yield f"the extension {url} is not expected."
    elif len(values) != 1 or values[0] not in _VALUES[url]:
        yield f"the extension {url} has {', '.join(values) or 'no value'}, not {' or '.join(_VALUES[url])}."
    elif not _typed(values[0], extension[values[0]]):
        yield f"the value of the extension {url} is not a {values[0].removeprefix('value')}."


def _typed(kind: str, value: Any) -> bool:
    if kind == "valueInteger":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "valueDecimal":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "valueBoolean":
        return isinstance(value, bool)
    if kind == "valueTime":
        return isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d", value) is not None
    if kind == "valueExpression":
        return isinstance(value, dict) and value.get("language") == "text/fhirpath" and bool(value.get("expression"))
    return isinstance(value, dict) and bool(value)
