"""Articles: their front matter, and the converted text."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from ebbtide.model.base import Day, Strict, Text, Url, language_tag, refusal
from ebbtide.model.prose import Prose, Refers
from ebbtide.problem import Places


def reference(value: str) -> str:
    """``article:``, ``questionnaire:``, ``contact:`` or ``page:`` and a name."""
    kind, colon, target = value.partition(":")
    if kind not in ("article", "questionnaire", "contact", "page") or not colon or not target:
        raise refusal(
            "wrong-value",
            f"{value} does not say what it points to.",
            "Write article:, questionnaire:, contact: or page: and the name.",
        )
    return value


Reference = Annotated[Text, AfterValidator(reference)]


class Review(Strict):
    """When a page was last read through as a whole, when it is due again, and which clinician has approved it.

    The cycle follows the NHS pattern of showing both dates; 12 months, and 6 for pages that name services, are this project's
    own choice, well inside the three years that the NHS allows.
    """

    reviewed: Day
    due: Day | None = None
    by: Text | None = None


class NextStep(Strict):
    """Where to go from here, and the words of the link."""

    to: Reference
    say: Text


class FrontMatter(Strict):
    """The fields at the top of an article's file."""

    title: Annotated[Text, Field(max_length=70)]
    summary: Annotated[Text, Field(max_length=170)]
    key_points: tuple[Text, ...] = ()
    review: Review
    danger: bool = False
    services: bool = False
    editorial: bool = False
    reading_note: Text | None = None
    """Why a page has to be harder to read than others."""
    related: tuple[Reference, ...] = ()
    next: Annotated[tuple[NextStep, ...], Field(min_length=1)]
    moved_from: tuple[Text, ...] = ()
    in_other_languages: dict[Annotated[str, AfterValidator(language_tag)], Url] = {}
    """Where this page stands in other languages, by language tag."""
    draft: bool = False
    order: int = 100


@dataclass(frozen=True)
class Article:
    """One article, whole. `id` is ``section/slug``; `due` is the date of the next review, worked out where it is not given."""

    id: str
    section: str
    path: str
    meta: FrontMatter
    due: datetime.date
    key_points: tuple[Prose, ...]
    body: Prose
    refers: Refers
    places: Places

    @property
    def url(self) -> str:
        return f"{self.id}/"
