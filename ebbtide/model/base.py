"""The strict model that every type of ours builds on, and pydantic's complaints turned into located problems."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Self, TypeVar, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PrivateAttr,
    StringConstraints,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from ebbtide.problem import Loc, Place, Places, Problem

RULES: Mapping[str, str] = {
    "missing-field": "Every field that is not optional is there.",
    "unknown-field": "Every field is one that the schema knows.",
    "wrong-value": "Every value is of the type, and within the limits, that its field asks for.",
}


class Strict(BaseModel):
    """Frozen, and refuses fields that it does not know. `places` tells where each of its fields stands in its file."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601")

    _places: Places = PrivateAttr(default_factory=lambda: Places(""))

    @property
    def places(self) -> Places:
        return self._places

    def located(self, places: Places) -> Self:
        """This model, told where it stands. Called once, by whoever read the file."""
        self._places = places
        return self


Model = TypeVar("Model", bound=Strict)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""One or more words."""

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$", max_length=60)]
"""A name for machines: small letters and digits, in parts joined by - or _, beginning with a letter."""


def web_address(value: str) -> str:
    if not value.startswith("https://") and not value.startswith("http://"):
        raise refusal("wrong-value", f"{value} is not a web address.", "Begin it with https://.")
    return value


Url = Annotated[Text, AfterValidator(web_address)]


def _written_as_day(value: Any) -> Any:
    """Pydantic would take a bare 2026 for seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise refusal("wrong-value", f"{value} is not a date.", "Write year, month and day as in 2026-11-24.")
    return value


Day = Annotated[datetime.date, BeforeValidator(_written_as_day)]
"""A calendar day, written as in 2026-11-24."""


def refusal(rule: str, message: str, hint: str = "") -> PydanticCustomError:
    """What a validator of ours raises: a rule's name and two sentences, which `parse` carries into the `Problem`."""
    return PydanticCustomError("refused", "{message}", {"rule": rule, "message": message, "hint": hint})


def parse(model: type[Model], fields: Mapping[str, Any], places: Places) -> tuple[Model | None, list[Problem]]:
    """Make a model from fields as `source` reads them (text scalars); or every problem that the schema has with them."""
    try:
        return model.model_validate(fields).located(places), []
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, [_problem(model, fields, places, detail) for detail in details if not _is_echo(detail, details)]


def _is_echo(detail: ErrorDetails, details: Iterable[ErrorDetails]) -> bool:
    """Pydantic counts only the sound items of a list, and calls it too short on top of what is wrong with the others."""
    loc = detail["loc"]
    return detail["type"] == "too_short" and any(one["loc"] != loc and one["loc"][: len(loc)] == loc for one in details)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint: the known word most like `word`, or, where none is like it, the whole list."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Known here: {', '.join(names)}." if names else ""


def _problem(model: type[BaseModel], fields: Mapping[str, Any], places: Places, detail: ErrorDetails) -> Problem:
    loc = _in_file(detail["loc"], fields)
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    name = str(loc[-1]) if loc else "the file"
    if kind == "refused":
        return Problem(places.at(*loc), "error", context["rule"], context["message"], context["hint"])
    if kind == "missing":
        return Problem(
            _start(places, loc[:-1]),
            "error",
            "missing-field",
            f"{name} is missing.",
            f"Add a line {name}: with its value.",
        )
    if kind == "extra_forbidden":
        hint = nearest(name, _known(model, detail["loc"][:-1]) - set(_mapping(fields, loc[:-1])))
        return Problem(places.key(*loc), "error", "unknown-field", f"{name} is not a field here.", hint)
    return Problem(places.at(*loc), "error", "wrong-value", *_sentence(kind, name, given, context, detail["msg"]))


def _sentence(kind: str, name: str, given: Any, context: Mapping[str, Any], said: str) -> tuple[str, str]:
    if given is None:
        return f"{name} has no value.", "Write one after the colon, or delete the line."
    shown = repr(given) if isinstance(given, str) and len(given) < 80 else "what stands here"
    if kind in ("literal_error", "enum"):
        allowed = [part.strip(" '") for part in str(context.get("expected", "")).replace(" or ", ", ").split(",")]
        return f"{name} cannot be {shown}.", nearest(str(given), allowed)
    if kind.startswith("date"):
        return f"{shown} is not a date.", "Write year, month and day as in 2026-11-24."
    if kind.startswith("bool"):
        return f"{shown} is neither true nor false.", "Write true or false."
    if kind.startswith(("int", "decimal", "float")):
        return f"{shown} is not a number that fits {name}.", "Write it in digits."
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal", "multiple_of"):
        return f"{name} cannot be {given}: {said[0].lower()}{said[1:]}.", ""
    if kind == "string_type":
        return f"{name} must be text.", "Write it on one line, in quotation marks if it holds a colon."
    if kind in ("list_type", "tuple_type"):
        return f"{name} must be a list.", "Write each item on a line of its own, after a hyphen."
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return f"{name} must hold fields of its own.", "Write them below it, indented, each as name: value."
    if kind == "string_too_short":
        return f"{name} is empty.", "Write something, or delete the line."
    if kind == "string_too_long":
        return f"{name} is longer than {context['max_length']} characters.", "Shorten it."
    if kind == "too_short":
        return f"{name} needs at least {context['min_length']}.", "Add what is missing."
    if kind == "string_pattern_mismatch":
        return (
            f"{shown} cannot be a name for {name}.",
            "Use small letters, digits and single hyphens, and begin with a letter.",
        )
    return f"{name}: {said}.", ""


def _start(places: Places, loc: Loc) -> Place:
    """Where something is missing: the key of the mapping that should hold it."""
    return places.key(*loc)


def _in_file(loc: Loc, fields: Any) -> Loc:
    """Pydantic's path without the steps that stand for a choice between types and not for a place in the file."""
    found: list[str | int] = []
    for index, step in enumerate(loc):
        last = index == len(loc) - 1
        if isinstance(fields, dict) and (step in fields or last):
            found.append(step)
            fields = fields.get(str(step))
        elif isinstance(fields, list) and isinstance(step, int) and step < len(fields):
            found.append(step)
            fields = fields[step]
    return tuple(found)


def _mapping(fields: Any, loc: Loc) -> Mapping[str, Any]:
    for step in loc:
        fields = fields[step]
    return fields if isinstance(fields, dict) else {}


def _known(annotation: Any, loc: Loc) -> set[str]:
    """Names of the fields of the model at `loc`, or of all models that could stand there."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _known(arguments[0], loc)
    if origin in (Union, UnionType):
        return set().union(*(_known(argument, loc) for argument in arguments if argument is not NoneType))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        names = {field.alias or name: field.annotation for name, field in annotation.model_fields.items()}
        if not loc:
            return set(names)
        return _known(names[str(loc[0])], loc[1:]) if loc[0] in names else _known(annotation, loc[1:])
    if origin in (dict, Mapping) and len(arguments) == 2:
        return _known(arguments[1], loc[1:])
    if origin in (list, tuple, set, frozenset) and arguments:
        return _known(arguments[0], loc[1:])
    if origin is Literal or not loc:
        return set()
    return set()
