"""JSON Schemas for editors, out of the models that the build itself uses.

An editor reads YAML by its own rules, where ``1.10`` is a number and ``true`` is no text; the build reads every value as text and
asks the model. And some values have a short form, which a validator of the model takes apart. So what pydantic says of a model is
loosened here, until an editor finds nothing wrong with what the build takes. It finds less than the build does.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter

from ebbtide.model.article import FrontMatter
from ebbtide.model.base import Strict
from ebbtide.model.contact import Contacts
from ebbtide.model.facility import FacilityListSettings
from ebbtide.model.figure import Figure
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.model.reference import Bibliography, Glossary
from ebbtide.model.search import Synonyms
from ebbtide.model.site import SiteSettings

MODELS: dict[str, Any] = {
    "article": FrontMatter,
    "contacts": Contacts,
    "facilities": FacilityListSettings,
    "figure": Figure,
    "glossary": Glossary,
    "questionnaire": Questionnaire,
    "site": SiteSettings,
    "sources": Bibliography,
    "synonyms": Synonyms,
}
"""What each kind of file holds, by the name of its schema."""

Schema = dict[str, Any]

_SCALAR = ["string", "number", "boolean"]
_WORDS: Schema = {"type": _SCALAR}
_CLOCK: Schema = {"type": "string", "pattern": r"^\d{1,3}:[0-5]\d$"}


def _option(long: Schema) -> Schema:
    points: Schema = {"type": ["number", "string"], "description": "Points, or blank."}
    pair: Schema = {"type": "array", "prefixItems": [_WORDS, points], "minItems": 1, "maxItems": 2}
    return {"description": long["description"], "anyOf": [_WORDS, pair]}


def _round(long: Schema) -> Schema:
    return {"description": long["description"], "anyOf": [{"enum": ["nearest", "up", "down", "exact"]}, long]}


def _time(long: Schema) -> Schema:
    properties = {name: {**_CLOCK, **_said(field)} for name, field in long["properties"].items()}
    times = {"type": "object", "additionalProperties": False, "properties": properties}
    return {"description": long["description"], "anyOf": [{"const": "any"}, times]}


def _bands(long: Schema) -> Schema:
    ranges = {"type": "object", "propertyNames": {"pattern": r"\d"}, "additionalProperties": {"$ref": "#/$defs/Band"}}
    return {"description": long["description"], "anyOf": [ranges, long]}


_SHORT_FORMS = {"Option": _option, "Round": _round, "TimeAnswer": _time, "BandSet": _bands, "Bands": _bands}
"""Models whose validators take a shorter form than their fields, and how that form looks."""


def schema(name: str) -> str:
    """The schema of one kind of file, as JSON text. Raises KeyError for a kind that there is not."""
    model = MODELS[name]
    made = _loosened(TypeAdapter(model).json_schema())
    definitions = made.pop("$defs", {})
    if model is not Figure:
        _describe(made, model)
    for known, definition in definitions.items():
        for each in _models(known):
            _describe(definition, each)
        if known in _SHORT_FORMS:
            definitions[known] = _SHORT_FORMS[known](definition)
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "$defs": definitions}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _loosened(node: Any, *, is_names: bool = False) -> Any:
    """`node` with text that may be any scalar, and without pydantic's titles. `is_names`: its keys are names of fields."""
    if isinstance(node, list):
        return [_loosened(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {
        key: _loosened(value, is_names=key in ("properties", "$defs", "patternProperties"))
        for key, value in node.items()
    }
    if is_names:
        return made
    made.pop("title", None)
    if made.get("default", 0) is None:
        del made["default"]
    if made.get("type") == "string" and not {"enum", "const", "format"} & made.keys():
        made["type"] = _SCALAR
    if "patternProperties" in made:
        made.setdefault("additionalProperties", False)
    return made


def _describe(definition: Schema, model: type[BaseModel]) -> None:
    """Give fields the sentences that stand below them in the model."""
    said = {text: sentence for base in reversed(model.__mro__) for text, sentence in _sentences(base).items()}
    for name, field in model.model_fields.items():
        written = definition.get("properties", {}).get(field.alias or name)
        if written is not None and name in said:
            written["description"] = said[name]


def _said(field: Schema) -> Schema:
    return {"description": field["description"]} if "description" in field else {}


def _models(name: str) -> Iterator[type[BaseModel]]:
    """Every model of that name."""
    waiting: list[type[BaseModel]] = [Strict]
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        if model.__name__ == name:
            yield model


@cache
def _sentences(model: type) -> dict[str, str]:
    """The docstrings of a class's fields: text that stands by itself below a field."""
    module = sys.modules.get(model.__module__)
    if module is None or not model.__module__.startswith("ebbtide."):
        return {}
    found: dict[str, str] = {}
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if not (isinstance(node, ast.ClassDef) and node.name == model.__name__):
            continue
        for field, below in zip(node.body, node.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            ):
                found[field.target.id] = " ".join(below.value.value.split())
    return found
