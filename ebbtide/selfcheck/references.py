"""What a questionnaire refers to outside itself, with places, for a check that can see the whole site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ebbtide.model.questionnaire import Questionnaire
from ebbtide.model.questionnaire_parts import Flag, Outcome, Score
from ebbtide.problem import Loc, Place
from ebbtide.selfcheck.form import place


def references(questionnaire: Questionnaire) -> list[tuple[Place, str]]:
    """Every reference and its place: ``article:``, ``contact:``, ``questionnaire:``, ``page:``, ``source:`` and ``table:``, then the name."""
    found: list[tuple[Place, str]] = []
    for loc, reference in _walk(questionnaire, ()):
        found.append((place(questionnaire.places, loc), reference))
    return sorted(found)


def _walk(value: Any, loc: Loc) -> Iterator[tuple[Loc, str]]:
    if isinstance(value, Questionnaire):
        for index, source in enumerate(value.basis.informed_by):
            yield ("basis", "informed_by", index), f"source:{source}"
        yield from _listed(value.next, ("next",))
        for part in ("questions", "scores", "bands", "findings", "flags"):
            yield from _walk(getattr(value, part), (part,))
        return
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _walk(part, (*loc, key))
        return
    if isinstance(value, Score):
        if value.read_next is not None:
            yield (*loc, "read_next"), value.read_next
        if value.table is not None:
            yield (*loc, "table"), f"table:{value.table}"
        return
    if isinstance(value, Outcome | Flag):
        yield from _listed(value.next, (*loc, "next"))
        yield from _listed(value.sources, (*loc, "sources"), "source:")
        if isinstance(value, Flag):
            yield from _listed(value.contacts, (*loc, "contacts"), "contact:")
        return
    for name in getattr(type(value), "model_fields", ()):
        yield from _walk(getattr(value, name), (*loc, name))


def _listed(names: list[str], loc: Loc, kind: str = "") -> Iterator[tuple[Loc, str]]:
    for index, name in enumerate(names):
        yield (*loc, index), f"{kind}{name}"
