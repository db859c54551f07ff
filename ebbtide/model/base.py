"""The strict model that every type of ours builds on, and pydantic's complaints turned into located problems."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence, Set
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

from ebbtide.problem import Loc, Places, Problem

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


_HINTS: dict[str, str] = {
    r"^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$": "Use small letters, digits and single hyphens, and begin with a letter."
}


def form(pattern: str, hint: str, *, max_length: int | None = None) -> Any:
    """Constraints of a text by a regular expression, with what to do about a text that does not fit it."""
    _HINTS[pattern] = hint
    return StringConstraints(pattern=pattern, max_length=max_length)


def web_address(value: str) -> str:
    """Refuse what a browser could not open: another scheme than the web's, no host, blanks or quotation marks inside."""
    if not value.startswith(("https://", "http://")):
        raise refusal("wrong-value", f"{value} is not a web address.", "Begin it with https://.")
    if not re.fullmatch(r"https?://[^\s/?#\\<>\"'@:]+(?::\d+)?(?:[/?#][^\s\\<>\"]*)?", value):
        raise refusal(
            "wrong-value", f"{value} is not a web address.", "Copy it whole from the browser, without blanks."
        )
    return value


Url = Annotated[Text, AfterValidator(web_address)]


def language_tag(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise refusal("wrong-value", f"{value} is not a language tag.", "Write for example en, en-US or fr.")
    return value


def _written_as_day(value: Any) -> Any:
    """Pydantic would take a bare 2026 for seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise refusal("wrong-value", f"{value} is not a date.", "Write year, month and day as in 2026-11-24.")
    return value


Day = Annotated[datetime.date, BeforeValidator(_written_as_day)]
"""A calendar day, written as in 2026-11-24."""


Refusal = PydanticCustomError
"""What `refusal` makes. Who calls a validator by itself catches this, and asks `reason` what it says."""


def reason(refused: Refusal) -> tuple[str, str, str]:
    """The rule's name and the two sentences that `refusal` was given."""
    said = refused.context or {}
    return str(said["rule"]), str(said["message"]), str(said["hint"])


def refusal(rule: str, message: str, hint: str = "") -> PydanticCustomError:
    """What a validator of ours raises: a rule's name and two sentences, which `parse` carries into the `Problem`."""
    return PydanticCustomError("refused", "{message}", {"rule": rule, "message": message, "hint": hint})


def parse(model: type[Model], fields: Mapping[str, Any], places: Places) -> tuple[Model | None, list[Problem]]:
    """Make a model from fields as `source` reads them (text scalars); or every problem that the schema has with them."""
    try:
        return model.model_validate(fields).located(places), []
    except ValidationError as error:
        details = error.errors(include_url=False)
        misspelt: set[Loc] = {
            (*detail["loc"][:-1], meant)
            for detail in details
            if detail["type"] == "extra_forbidden" and (meant := _meant(model, fields, detail))
        }
        return None, [
            _problem(model, fields, places, detail) for detail in details if not _is_echo(detail, details, misspelt)
        ]


def _is_echo(detail: ErrorDetails, details: Iterable[ErrorDetails], misspelt: Set[Loc]) -> bool:
    """Pydantic counts only the sound items of a list, and calls it too short on top of what is wrong with the others; and
    it misses a field on top of not knowing the misspelt name that the field has."""
    loc = detail["loc"]
    if detail["type"] == "missing":
        return loc in misspelt
    return detail["type"] == "too_short" and any(one["loc"] != loc and one["loc"][: len(loc)] == loc for one in details)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint: the known word most like `word`, or, where none is like it, the whole list (unless it is long)."""
    names = sorted(known)
    if close := _like(word, names):
        return f"Did you mean {close}?"
    if len(names) > _MANY:
        return f"There are {len(names)}, and none is like it."
    return f"Known here: {', '.join(names)}." if names else ""


_MANY = 20
"""Names in a list, above which it helps nobody."""


def _like(word: str, names: Sequence[str], cutoff: float = 0.6) -> str | None:
    plain = {_folded(name): name for name in reversed(names)}
    close = difflib.get_close_matches(word[:100], names, n=1, cutoff=cutoff)
    return plain.get(_folded(word)) or (close[0] if close else None)


def _folded(name: str) -> str:
    return re.sub(r"[-_\s]", "", name).casefold()


def _problem(model: type[BaseModel], fields: Mapping[str, Any], places: Places, detail: ErrorDetails) -> Problem:
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    if is_key := detail["loc"][-1:] == ("[key]",):
        loc = _in_file(detail["loc"][:-1], fields)
        place = places.key(*loc)
    else:
        loc = _in_file(detail["loc"], fields)
        place = places.at(*loc)
    name = _name(loc)
    if kind == "refused":
        return Problem(place, "error", context["rule"], context["message"], context["hint"])
    if is_key:
        return Problem(
            place, "error", "wrong-value", f"{name} cannot be a name in {_name(loc[:-1])}.", _form_hint(context)
        )
    if kind == "missing":
        hint = f"Add a line {name}: with its value."
        return Problem(places.key(*loc[:-1]), "error", "missing-field", f"{name} is missing.", hint)
    if kind == "extra_forbidden":
        hint = _unknown_hint(model, fields, detail, name)
        return Problem(places.key(*loc), "error", "unknown-field", f"{name} is not a field here.", hint)
    return Problem(place, "error", "wrong-value", *_sentence(kind, name, given, context, detail["msg"]))


def _name(loc: Loc) -> str:
    """A value by its field's name, or by its number in a list, counted as people count."""
    if not loc:
        return "the file"
    last = loc[-1]
    return f"item {last + 1} of {_name(loc[:-1])}" if isinstance(last, int) else last


def _unknown_hint(model: type[BaseModel], fields: Mapping[str, Any], detail: ErrorDetails, name: str) -> str:
    known, here = _fields_around(model, fields, detail)
    twin = _like(name, sorted(known & here), cutoff=0.75)
    if twin and not _meant(model, fields, detail):
        return f"{twin} stands here already: keep one of them."
    return nearest(name, known - here)


def _meant(model: type[BaseModel], fields: Mapping[str, Any], detail: ErrorDetails) -> str | None:
    """The missing field that an unknown one most likely is."""
    known, here = _fields_around(model, fields, detail)
    return _like(str(detail["loc"][-1]), sorted(known - here))


def _fields_around(
    model: type[BaseModel], fields: Mapping[str, Any], detail: ErrorDetails
) -> tuple[set[str], set[str]]:
    """The fields that could stand beside an unknown one, and those that do."""
    return _known(model, detail["loc"][:-1]), set(_mapping(fields, _in_file(detail["loc"], fields)[:-1]))


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
    if kind.startswith(("int", "decimal", "float", "finite")):
        return f"{shown} is not a number that fits {name}.", "Write it in digits."
    if kind in _LIMITS:
        words, key = _LIMITS[kind]
        return f"{name} cannot be {given}.", f"Write a number {words} {context[key]}."
    if kind == "string_type":
        return f"{name} must be text.", "Write it on one line, in quotation marks if it holds a colon."
    if kind in ("list_type", "tuple_type"):
        return f"{name} must be a list.", "Write each item on a line of its own, after a hyphen."
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return f"{name} must hold fields of its own.", "Write them below it, indented, each as name: value."
    if kind == "string_too_short":
        return f"{name} is empty.", "Write something, or delete the line."
    if kind == "string_too_long":
        return f"{name} has {len(str(given).strip())} characters; {context['max_length']} are allowed.", "Shorten it."
    if kind == "too_short":
        return f"{name} needs at least {context['min_length']}.", "Add what is missing."
    if kind == "string_pattern_mismatch":
        return f"{name} cannot be {shown}.", _form_hint(context)
    return f"{name}: {said}.", ""


_LIMITS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("not below", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("not above", "le"),
    "multiple_of": ("that is a multiple of", "multiple_of"),
}


def _form_hint(context: Mapping[str, Any]) -> str:
    if "max_length" in context:
        return f"Use at most {context['max_length']} characters."
    return _HINTS.get(str(context.get("pattern", "")), "Look at how it is written in other places.")


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
