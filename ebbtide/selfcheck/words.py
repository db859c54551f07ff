"""A questionnaire in another language: the words of a translation laid over it, and nothing but words.

A translation mirrors the questionnaire's file. Points, conditions, ranges and ids stand in the questionnaire alone, so that no
translation can change a score.
"""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from ebbtide.model.base import Strict, nearest
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.model.questionnaire_parts import BandSet, Option, Spoken
from ebbtide.problem import Loc, Places, Problem

RULES = {
    "translation-points": "A translation holds words alone: no points, numbers, conditions or names of contacts.",
    "translation-unknown": "A translation speaks only of what its questionnaire has.",
    "translation-words": "Every text of a translation is one or more words.",
    "translation-missing": "A translation has words for every text of its questionnaire.",
}


def translate(
    questionnaire: Questionnaire, fields: dict[str, Any], places: Places
) -> tuple[Questionnaire | None, list[Problem]]:
    """The questionnaire with the words of a translation, and what is wrong with that; none where something is an error.

    `fields` is the translation as `ebbtide.source` reads it, `places` where it stands. Texts that it lacks stay as they are.
    """
    overlay = _Overlay(places)
    result = overlay.model(questionnaire, fields, ())
    problems = sorted(overlay.problems)
    if problems:
        return None, problems
    if overlay.missing:
        count, first = len(overlay.missing), ".".join(map(str, overlay.missing[0]))
        said = "1 text has" if count == 1 else f"{count} texts have"
        message = f"{said} no translation; the first is {first}."
        problems = [Problem(places.key(), "warning", "translation-missing", message, "Add the words.")]
    return result, problems


class _Overlay:
    def __init__(self, places: Places) -> None:
        self.places = places
        self.problems: list[Problem] = []
        self.missing: list[Loc] = []

    def problem(self, loc: Loc, rule: str, message: str, hint: str, *, key: bool = False) -> None:
        where = self.places.key(*loc) if key else self.places.at(*loc)
        self.problems.append(Problem(where, "error", rule, message, hint))

    def model(self, value: Any, given: Any, loc: Loc) -> Any:
        if isinstance(value, Option):
            return self.option(value, given, loc)
        if isinstance(given, dict) and isinstance(value, BandSet) and not set(given) & set(type(value).model_fields):
            given = {"ranges": given}
        if given is not None and not isinstance(given, dict):
            self.problem(
                loc,
                "translation-words",
                "words are expected below this, each with its name.",
                "Write them as in the questionnaire.",
            )
            return value
        given = given or {}
        fields = type(value).model_fields
        spoken = {
            name: field.annotation
            for name, field in fields.items()
            if _speaks(field.annotation) or _marked(field.metadata)
        }
        for name in given:
            if name not in spoken:
                if name in {field.alias or own for own, field in fields.items()}:
                    hint = "Delete it here; it stands in the questionnaire."
                    self.problem(
                        (*loc, name),
                        "translation-points",
                        f"{name} does not belong into a translation.",
                        hint,
                        key=True,
                    )
                else:
                    self.problem(
                        (*loc, name),
                        "translation-unknown",
                        f"{name} is not a field here.",
                        nearest(name, spoken),
                        key=True,
                    )
        changed: dict[str, Any] = {}
        for name, annotation in spoken.items():
            old = getattr(value, name)
            if old is None:
                if name in given:
                    self.problem(
                        (*loc, name),
                        "translation-unknown",
                        f"the questionnaire has no {name} here.",
                        "Delete it.",
                        key=True,
                    )
                continue
            changed[name] = self.any(annotation, _marked(fields[name].metadata), old, given.get(name), (*loc, name))
        return value.model_copy(update=changed)

    def any(self, annotation: Any, marked: bool, value: Any, given: Any, loc: Loc) -> Any:
        if isinstance(value, Strict):
            return self.model(value, given, loc)
        if isinstance(value, dict):
            return self.dict(annotation, value, given, loc)
        if isinstance(value, list):
            return self.list(value, given, loc)
        if not isinstance(value, str) or not (marked or _marks(annotation)):
            if given is not None:
                self.problem(loc, "translation-points", "this names something, and is not words.", "Delete it here.")
            return value
        return self.text(value, given, loc)

    def text(self, value: str, given: Any, loc: Loc) -> str:
        if given is None:
            self.missing.append(loc)
            return value
        if not isinstance(given, str) or not given.strip():
            self.problem(loc, "translation-words", "words are expected here.", "Write the text on one line.")
            return value
        return given.strip()

    def option(self, value: Option, given: Any, loc: Loc) -> Option:
        if isinstance(given, list):
            self.problem(
                loc, "translation-points", "points stand beside the words of this answer.", "Write the words alone."
            )
            return value
        return value.model_copy(update={"words": self.text(value.words, given, loc)})

    def dict(self, annotation: Any, value: dict[str, Any], given: Any, loc: Loc) -> dict[str, Any]:
        given = {} if given is None else given
        if not isinstance(given, dict):
            self.problem(
                loc,
                "translation-words",
                "words are expected below this, each with its name.",
                "Write them as in the questionnaire.",
            )
            return value
        for name in given:
            if name not in value:
                self.problem(
                    (*loc, name),
                    "translation-unknown",
                    f"the questionnaire has no {name} here.",
                    nearest(name, value),
                    key=True,
                )
        inner = _inner(annotation)
        return {name: self.any(inner, False, part, given.get(name), (*loc, name)) for name, part in value.items()}

    def list(self, value: list[Any], given: Any, loc: Loc) -> list[Any]:
        if given is None:
            self.missing += [(*loc, index) for index in range(len(value))]
            return value
        if not isinstance(given, list) or len(given) != len(value):
            self.problem(loc, "translation-words", f"the questionnaire has {len(value)} texts here.", "Write as many.")
            return value
        return [
            self.text(part, text, (*loc, index)) for index, (part, text) in enumerate(zip(value, given, strict=True))
        ]


def _marked(metadata: Any) -> bool:
    return any(isinstance(mark, Spoken) for mark in metadata)


def _marks(annotation: Any) -> bool:
    """Whether a type is words itself, or words or nothing."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _marked(arguments[1:]) or _marks(arguments[0])
    return origin in (Union, UnionType) and any(_marks(part) for part in arguments if part is not NoneType)


def _speaks(annotation: Any, seen: tuple[Any, ...] = ()) -> bool:
    """Whether words stand anywhere inside a type."""
    if _marks(annotation):
        return True
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        fields = () if annotation in seen else annotation.model_fields.values()
        return any(_marked(field.metadata) or _speaks(field.annotation, (*seen, annotation)) for field in fields)
    return any(_speaks(part, seen) for part in get_args(annotation) if not isinstance(part, str))


def _inner(annotation: Any) -> Any:
    """The type of a mapping's values."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return arguments[1]
    for part in arguments:
        if (found := _inner(part)) is not None:
            return found
    return None
