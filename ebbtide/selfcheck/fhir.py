"""A self-check -> a FHIR R4 Questionnaire (4.0.1) with SDC expressions, for the systems of clinicians.

It asks what the page asks and works out what the page works out: scores, bands, findings, and flags that show themselves. docs/fhir.md
says how each part is carried over, decision 14 why. The expressions are those of `ebbtide.selfcheck.fhir_paths`.

Words stand here as in the questionnaire. The few that are not there come from the templates, in `Publication.words`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ebbtide.model.questionnaire import Questionnaire
from ebbtide.model.sheet import Ask, Card, Choice, Found, Outcome, Scale, Sheet, Table
from ebbtide.selfcheck import fhir_text as t
from ebbtide.selfcheck.fhir_paths import Paths
from ebbtide.selfcheck.fhir_values import CannotSay, scale_of
from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.spans import read

EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/"
CALCULATED = f"{SDC}sdc-questionnaire-calculatedExpression"
ENABLED = f"{SDC}sdc-questionnaire-enableWhenExpression"
VARIABLE = f"{EXTENSION}variable"
CONTROL = f"{EXTENSION}questionnaire-itemControl"
CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
ORDINAL, WEIGHT = f"{EXTENSION}ordinalValue", f"{EXTENSION}itemWeight"
"""Where an answer's points stand. R4 has the first; it is called by the second name since, and newer readers look there."""
EXCLUSIVE = f"{EXTENSION}questionnaire-optionExclusive"
LEAST, MOST, DECIMALS = f"{EXTENSION}minValue", f"{EXTENSION}maxValue", f"{EXTENSION}maxDecimalPlaces"
UNIT = f"{EXTENSION}questionnaire-unit"
UCUM = "http://unitsofmeasure.org"

WORDS = ("fhir-diagnosis", "fhir-untested", "fhir-about", "fhir-means", "fhir-left-out", "fhir-always")
"""Words of the templates: that it is no diagnosis, that it has not been tested, what this file is, a title for the band of a score,
what is not worked out, what is asked of everybody."""


@dataclass(frozen=True)
class Publication:
    """What a questionnaire does not know about its own publication.

    `address` is the whole address of its page, with the last slash; None where the site has none. `words` has all of `WORDS`, with
    ``{name}`` or ``{names}`` in some of them.
    """

    address: str | None
    language: str
    publisher: str
    words: Mapping[str, str]

    @property
    def url(self) -> str | None:
        """The canonical address of the Questionnaire: that of its file."""
        return f"{self.address.rstrip('/')}.fhir.json" if self.address else None

    def system(self, anchor: str) -> Json:
        """The code system of answers: the place on the page where they are explained."""
        return {"system": f"{self.address}#{anchor}"} if self.address else {}


def fhir_file(questionnaire: Questionnaire, plan: Json, sheet: Sheet, publication: Publication) -> bytes:
    """The Questionnaire of a self-check as a file holds it."""
    resource = fhir_questionnaire(questionnaire, plan, sheet, publication)
    return (json.dumps(resource, ensure_ascii=False, indent=2) + "\n").encode()


def fhir_questionnaire(questionnaire: Questionnaire, plan: Json, sheet: Sheet, publication: Publication) -> Json:
    """The Questionnaire of a self-check, as JSON data. `plan` is its compiled plan's data, `sheet` what its page shows."""
    return _Maker(questionnaire, plan, sheet, publication).make()


@dataclass
class _Maker:
    source: Questionnaire
    plan: Json
    sheet: Sheet
    publication: Publication
    left_out: list[str] = field(default_factory=list)
    always: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.paths = Paths(self.plan)
        self.questions = {question["id"]: question for question in self.plan["questions"]}
        self.flags = {flag["id"]: flag for flag in self.plan["flags"]}

    def make(self) -> Json:
        items = [*self.asked(), *self.results()]
        source, publication = self.source, self.publication
        review = source.review
        used = _used(self.paths.variables, json.dumps(items, ensure_ascii=False))
        resource: Json = {
            "resourceType": "Questionnaire",
            "id": source.id.replace("_", "-"),
            "language": publication.language,
            "extension": [
                {
                    "url": VARIABLE,
                    "valueExpression": {"name": name, "language": "text/fhirpath", "expression": expression},
                }
                for name, expression in used.items()
            ],
            "url": publication.url,
            "version": source.version,
            "name": _name(source.id),
            "title": source.title,
            "status": "active" if review.by else "draft",
            "experimental": not source.basis.validated,
            "date": review.reviewed.isoformat(),
            "publisher": publication.publisher,
            "description": self.description(),
            "copyright": self.sheet.credit,
            "approvalDate": review.reviewed.isoformat() if review.by else None,
            "lastReviewDate": review.reviewed.isoformat(),
            "item": items,
        }
        return {key: value for key, value in resource.items() if value not in (None, "", [])}

    def description(self) -> str:
        """Markdown: what it is, what it cannot tell, and what of the page is not in this file.

        The words that open the page are left out: what they promise of the page ("nothing leaves it") is not true elsewhere.
        """
        words, source = self.publication.words, self.source
        tested = "" if source.basis.validated else words["fhir-untested"]
        limits = " ".join([*source.limits, words["fhir-diagnosis"], tested]).strip()
        parts = [source.summary, limits, words["fhir-about"]]
        for key, names in (("fhir-left-out", self.left_out), ("fhir-always", self.always)):
            if names:
                parts.append(words[key].replace("{names}", "; ".join(dict.fromkeys(names))))
        return "\n\n".join(part for part in parts if part)

    # Questions

    def asked(self) -> Iterator[Json]:
        if self.sheet.period:
            yield _display("period", self.sheet.period)
        last = {card.id: max(card.under) for card in self.sheet.cards if card.at_once}
        for index, group in enumerate(self.sheet.groups, 1):
            if group.heading:
                yield _display(f"heading:{index}", group.heading)
            for ask in group.questions:
                yield self.question(ask)
                for card in self.sheet.cards:
                    if last.get(card.id) == ask.number:
                        yield from self.flag(card)

    def question(self, ask: Ask) -> Json:
        data = self.questions[ask.id]
        item: Json = {"linkId": ask.id, "prefix": f"{ask.number}.", "text": ask.ask, "required": False}
        extensions, kind = self.kind(ask, data)
        item["type"] = kind
        if data["kind"] == "many":
            item["repeats"] = True
        if kind == "choice":
            item["answerOption"] = [self.option(ask, choice) for choice in ask.choices]
        item |= self.enabled(ask, data, extensions)
        unit = "min" if data["kind"] == "duration" else ask.unit
        beside = [("unit", unit), ("help", ask.help)]
        item["item"] = [_display(f"{word}:{ask.id}", text, _control(word)) for word, text in beside if text]
        item["extension"] = extensions
        return {key: value for key, value in item.items() if value != []}

    def kind(self, ask: Ask, data: Json) -> tuple[list[Json], str]:
        """The type of an item, and the extensions that belong to it."""
        if data["kind"] in ("one", "many"):
            control = "radio-button" if data["kind"] == "one" else "check-box"
            return [_control(control)], "choice"
        low, high, step = (read(data[end]) for end in ("from", "to", "step"))
        if data["kind"] == "time":
            if high >= 1440 or (low, high) == (0, 1439):
                return [], "time"  # FHIR has no window across midnight; the expressions hold to it all the same
            return [{"url": LEAST, "valueTime": f"{ask.low}:00"}, {"url": MOST, "valueTime": f"{ask.high}:00"}], "time"
        minutes = {"system": UCUM, "code": "min", "display": "min"}
        units = [{"url": UNIT, "valueCoding": minutes}] if data["kind"] == "duration" else []
        if all(Fraction(each).denominator == 1 for each in (low, step)):
            return [
                {"url": LEAST, "valueInteger": int(low)},
                {"url": MOST, "valueInteger": int(high)},
                *units,
            ], "integer"
        places = max(len(str(each).partition(".")[2]) for each in (data["from"], data["step"]))
        decimals = {"url": DECIMALS, "valueInteger": places}
        return [*_limits(low, high, scale_of([low, step])), decimals, *units], "decimal"

    def option(self, ask: Ask, choice: Choice) -> Json:
        extensions: list[Json] = []
        if choice.points is not None:
            points = _decimal(Fraction(choice.points))
            extensions = [{"url": ORDINAL, "valueDecimal": points}, {"url": WEIGHT, "valueDecimal": points}]
        if choice.alone:
            extensions.append({"url": EXCLUSIVE, "valueBoolean": True})
        coding = self.coding(f"q-{ask.id}", choice.id, choice.words)
        return {"extension": extensions, "valueCoding": coding} if extensions else {"valueCoding": coding}

    def coding(self, anchor: str, code: str, words: str) -> Json:
        return {**self.publication.system(anchor), "code": code, "display": words}

    def enabled(self, ask: Ask, data: Json, extensions: list[Json]) -> Json:
        """When a question is asked: as plain ``enableWhen`` where that says it, else as an expression among `extensions`."""
        conditions = [condition for condition, _ in data.get("asks", ())]
        simple = self.simple(conditions)
        if simple:
            found: Json = {"enableWhen": simple}
            if len(simple) > 1:
                found["enableBehavior"] = "any" if len(conditions) == 1 else "all"
            return found
        try:
            asked = self.paths.asked_if(ask.id)
        except CannotSay:
            self.always.append(ask.ask)
            return {}
        if asked is not True:
            extensions.append(_expression(ENABLED, asked))
        return {}

    def simple(self, conditions: list[Any]) -> list[Json]:
        """Conditions that ask which answer was chosen: one with any number of answers, or several with one each.

        Only of questions that are always asked: LHC-Forms 40 goes by what was answered to a question that an expression has hidden.
        """
        plain = all(
            condition[0] in ("is", "has") and not self.questions[condition[1]].get("asks") for condition in conditions
        )
        if not plain or (len(conditions) > 1 and any(len(condition[2]) > 1 for condition in conditions)):
            return []
        return [
            {
                "question": name,
                "operator": "=",
                "answerCoding": {**self.publication.system(f"q-{name}"), "code": option},
            }
            for _, name, options in conditions
            for option in options
        ]

    def flag(self, card: Card) -> Iterator[Json]:
        """A card that shows itself. Its numbers stand on the page alone: a copy in somebody's system would not be kept true."""
        try:
            shown = self.paths.holds(self.flags[card.id]["when"])
        except CannotSay:
            self.left_out.append(card.title)
            return
        text = card.title if card.title.endswith((".", "!", "?")) else f"{card.title}."
        yield _display(f"flag:{card.id}", f"{text} {card.say}", _expression(ENABLED, shown))

    # Results

    def results(self) -> Iterator[Json]:
        for card in self.sheet.late_cards:
            yield from self.flag(card)
        for found in self.sheet.findings:
            yield from self.finding(found)
        for scale in self.sheet.scales:
            if scale.shown:
                yield from self.score(scale)
            for table in scale.tables:
                yield from self.band(scale, table)

    def score(self, scale: Scale) -> Iterator[Json]:
        title = scale.title or self.source.title
        try:
            value = self.paths.value(scale.id)
        except CannotSay:
            self.left_out.append(title)
            return
        number = t.write(value.number)
        expression = number if value.scale == 1 else f"({number} / {value.scale})"
        low, high = Fraction(scale.low), Fraction(scale.high)
        extensions = [_expression(CALCULATED, expression), *_limits(low, high, value.scale)]
        item: Json = {
            "linkId": f"score:{scale.id}",
            "extension": extensions,
            "text": title,
            "type": "integer" if value.scale == 1 else "decimal",
            "required": False,
            "readOnly": True,
        }
        if scale.unit:
            item["item"] = [_display(f"unit:score:{scale.id}", scale.unit, _control("unit"))]
        yield item

    def band(self, scale: Scale, table: Table) -> Iterator[Json]:
        title = table.title or self.publication.words["fhir-means"].replace("{name}", scale.title or self.source.title)
        bands = [band for case in table.cases for band in case.bands]
        yield from self.outcome(f"band:{table.id}", title, bands, lambda: self.paths.band(table.id))

    def finding(self, found: Found) -> Iterator[Json]:
        title = found.title or self.source.title
        yield from self.outcome(f"finding:{found.id}", title, found.outcomes, lambda: self.paths.finding(found.id))

    def outcome(self, link: str, title: str, outcomes: Iterable[Outcome], work: Any) -> Iterator[Json]:
        """A result in words, as a choice that is made by an expression: its code is the id that our own results use."""
        try:
            found = work()
        except CannotSay:
            self.left_out.append(title)
            return
        names: dict[str, list[str]] = {}
        for outcome in outcomes:
            names.setdefault(outcome.id, [])
            if outcome.name not in names[outcome.id]:
                names[outcome.id].append(outcome.name)
        of = f"%questionnaire.item.where(linkId = {t.quoted(link)}).answerOption.value"
        yield {
            "linkId": link,
            "extension": [_expression(CALCULATED, f"{of}.where(code = {t.write(found)})")],
            "text": title,
            "type": "choice",
            "required": False,
            "readOnly": True,
            "answerOption": [{"valueCoding": self.coding(link, id, " / ".join(words))} for id, words in names.items()],
        }


def _display(link: str, text: str, *extensions: Json) -> Json:
    item: Json = {"linkId": link, "text": text, "type": "display"}
    return {**item, "extension": list(extensions)} if extensions else item


def _control(code: str) -> Json:
    return {"url": CONTROL, "valueCodeableConcept": {"coding": [{"system": CONTROLS, "code": code}]}}


def _expression(url: str, expression: t.Expr) -> Json:
    return {"url": url, "valueExpression": {"language": "text/fhirpath", "expression": t.write(expression)}}


def _limits(low: Fraction | int, high: Fraction | int, scale: int) -> list[Json]:
    if scale == 1:
        return [{"url": LEAST, "valueInteger": int(low)}, {"url": MOST, "valueInteger": int(high)}]
    return [{"url": LEAST, "valueDecimal": _decimal(low)}, {"url": MOST, "valueDecimal": _decimal(high)}]


def _decimal(number: Fraction | int) -> int | float:
    """A number for JSON; a decimal is written with the digits that it has."""
    found = Fraction(number)
    return found.numerator if found.denominator == 1 else float(found)


def _name(id: str) -> str:
    """A name for machines, as FHIR wants it: letters and digits, beginning with a capital."""
    return "".join(part.capitalize() for part in id.replace("_", "-").split("-"))


def _used(variables: Mapping[str, str], text: str) -> dict[str, str]:
    """Variables that `text` needs, and those that they need, in their order. (What could not be said in the end leaves some behind.)"""
    needed = t.names(text)
    for name in reversed(list(variables)):
        if name in needed:
            needed |= t.names(variables[name])
    return {name: expression for name, expression in variables.items() if name in needed}
