"""A self-check as it stands in its file. See docs/questionnaires.md for the language."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ebbtide.model import questionnaire_parts
from ebbtide.model.article import Review
from ebbtide.model.base import Id, Strict, Text, refusal
from ebbtide.model.questionnaire_parts import (
    Answers,
    Bands,
    Block,
    Direction,
    Example,
    Finding,
    Flag,
    Question,
    QuestionOrBlock,
    Ref,
    Score,
    SourceId,
    Words,
)

RULES = {
    **questionnaire_parts.RULES,
    "basis": "A self-check of our own names the sources that informed it, and an instrument states its rights.",
    "rights-permission": "The full wording of an instrument whose terms ask for a permission stands here only with that permission named.",
    "review-dates": "A review is due after it was made.",
}

_INSTRUMENTS = re.compile(
    r"\b(?:PHQ|GAD|AUDIT|DAST|PSS|WHO)[ -]?(?:C|\d{1,2})\b"
    r"|\b(?:PHQ|GAD|AUDIT|DAST|ASSIST|COWS|SOWS|ISI|EPDS|PSS|K-?10|C-?SSRS|PSQI|PROMIS|DSM|CRAFFT|HADS|KDS)\b"
)


def instrument_in(words: str) -> str:
    """The name of a published instrument that stands in `words`, or nothing. Capital letters count: an audit is no AUDIT."""
    found = _INSTRUMENTS.search(words)
    return found[0] if found else ""


class Rights(Strict):
    """What the owners of an instrument allow, and where they say so."""

    terms: Literal["free", "free_with_credit", "permission"]
    evidence: Text
    credit: Words | None = None
    permission: Text | None = None
    """Who gave the permission, to whom, and when."""


class Basis(Strict):
    """Where the questions come from: written by the publisher (`original`) or a published `instrument`."""

    kind: Literal["original", "instrument"]
    informed_by: list[SourceId] = []
    validated: bool
    wording: Literal["full", "ours"] = "full"
    """Of an instrument: its full wording, or words of the publisher's own that stand in its place."""
    rights: Rights | None = None

    @model_validator(mode="after")
    def _meant(self) -> Self:
        if self.kind == "original":
            if not self.informed_by:
                raise refusal(
                    "basis", "nothing says what informed these questions.", "Add informed_by: with at least one source."
                )
            if self.rights:
                raise refusal(
                    "basis", "rights are stated for questions of our own.", "Delete rights, or write kind: instrument."
                )
        elif self.rights is None:
            hint = "Add rights: with terms and evidence, or write kind: original if the words are yours."
            raise refusal("basis", "an instrument is used and nothing says what its owners allow.", hint)
        elif self.rights.terms == "permission" and self.wording == "full" and not self.rights.permission:
            hint = "Name the permission under rights, or use words of your own and write wording: ours."
            raise refusal("rights-permission", "the owners ask for a permission, and none is named.", hint)
        return self


def _dated(review: Review) -> Review:
    if review.due is not None and review.due <= review.reviewed:
        raise refusal("review-dates", f"the review is due on {review.due}, before it was made.", "Give a later date.")
    return review


class Questionnaire(Strict):
    """A self-check: what is asked, how answers become results, and what results mean."""

    id: Id
    title: Words
    summary: Words
    intro: list[Words] = []
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    draft: bool = False
    minutes: Annotated[int, Field(ge=1, le=120)]
    order: int = 100
    period: Words | None = None
    higher_is: Direction
    basis: Basis
    limits: list[Words] = []
    """What this self-check cannot tell, one sentence each."""
    review: Annotated[Review, AfterValidator(_dated)]
    groups: dict[str, Words] = {}
    """Headings over questions, by the ids that questions give as `group`."""
    answer_lists: dict[str, Answers] = {}
    questions: dict[str, QuestionOrBlock]
    scores: dict[str, Score] = {}
    bands: dict[str, Bands] = {}
    findings: dict[str, Finding] = {}
    flags: dict[str, Flag] = {}
    next: list[Ref] = []
    examples: list[Example] = []


__all__ = ["RULES", "Basis", "Block", "Question", "Questionnaire", "Review", "Rights"]
