"""The pieces of a self-check: answers, questions, scores, bands, findings, flags, examples.

The shapes only. What the pieces mean together (names, types, reachability of numbers) is judged by `ebbtide.selfcheck`,
which can see all of them at once and so can report all problems at once.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from ebbtide.model.base import Id, Strict, Text, refusal

RULES = {
    "answer-shape": "Every answer is its words, or a list of its words and its points.",
    "number-shape": "Every number is written in digits, with at most 9 of them before the point and 6 behind it.",
    "time-shape": "Every clock time is written as in 22:30, and every duration in hours and minutes as in 7:45.",
    "reference-shape": "Every link names what it leads to: article:, contact:, questionnaire: or page:, and then its name.",
    "blank-shape": "A rule for blank answers says how many are allowed and what happens then.",
}


class Spoken:
    """Marks a field that holds words for the reader: a translation may replace it, and may replace nothing else."""


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), Spoken()]
"""Words that the reader sees."""

_NUMBER = re.compile(r"[-\u2212]?[0-9]{1,9}(?:\.[0-9]{1,6})?")
_CLOCK = re.compile(r"([0-9]{1,3}):([0-5][0-9])")
_REFERENCE = re.compile(r"(article|contact|questionnaire|page):[a-z0-9]+(?:[-_/][a-z0-9]+)*(?:#[a-z0-9-]+)?")


def to_number(text: str) -> Decimal | None:
    """The number that `text` writes, or None. A typographic minus is a minus."""
    return Decimal(text.replace("\u2212", "-")) if _NUMBER.fullmatch(text) else None


def to_minutes(text: str) -> int | None:
    """Minutes in a clock time or a duration written as hours:minutes, or None."""
    found = _CLOCK.fullmatch(text)
    return int(found[1]) * 60 + int(found[2]) if found else None


def _number(given: Any) -> Any:
    if isinstance(given, Decimal):
        return given
    if isinstance(given, str) and (number := to_number(given.strip())) is not None:
        return number
    if given is None:
        raise refusal("number-shape", "a number is missing here.", "Write it in digits.")
    raise refusal("number-shape", f"{given!r} is not a number.", "Write it in digits, as in 3 or 2.5.")


def _minutes(given: Any) -> Any:
    if isinstance(given, int):
        return given
    if isinstance(given, str) and (minutes := to_minutes(given.strip())) is not None:
        return minutes
    raise refusal("time-shape", f"{given!r} is not a time.", "Write hours and minutes, as in 22:30.")


def _reference(given: str) -> str:
    if not _REFERENCE.fullmatch(given):
        raise refusal(
            "reference-shape",
            f"{given!r} does not say what it leads to.",
            "Write article:, contact:, questionnaire: or page: and then the name, as in article:symptoms/sleep.",
        )
    return given


Number = Annotated[Decimal, BeforeValidator(_number)]
"""An exact decimal number: at most 9 digits before the point and 6 behind it."""
Minutes = Annotated[int, BeforeValidator(_minutes)]
"""Hours and minutes, kept as a number of minutes."""
Ref = Annotated[Text, AfterValidator(_reference)]
"""A link: ``article:section/slug``, ``contact:id``, ``questionnaire:id`` or ``page:name``."""
SourceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]*$", max_length=40)]

Direction = Literal["worse", "better", "neither"]
Concern = Literal["low", "some", "high", "emergency"]
"""How much a result should worry somebody, from least to most. Pages take its colour and its order from this."""
Urgency = Literal["emergency", "urgent", "see-someone"]
Rounding = Literal["nearest", "up", "down"]


class Option(Strict):
    """One answer that can be chosen, written ``words`` or ``[words, points]``; ``[words, blank]`` counts as a blank."""

    words: Words
    points: Number | None = None
    counts_as_blank: bool = False

    @model_validator(mode="before")
    @classmethod
    def _shape(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"words": given}
        if isinstance(given, list) and len(given) == 1 and isinstance(given[0], str):
            return {"words": given[0]}
        if isinstance(given, list) and len(given) > 2:
            hint = "Put quotation marks around the words: a comma ends them."
            raise refusal("answer-shape", f"this answer has {len(given)} parts.", hint)
        if not isinstance(given, list) or len(given) != 2 or not all(isinstance(part, str) for part in given):
            raise refusal("answer-shape", "this is not an answer.", "Write its words, or [words, points].")
        words, points = (part.strip() for part in given)
        if points == "blank":
            return {"words": words, "counts_as_blank": True}
        if to_number(points) is None:
            swapped = to_number(words) is not None
            hint = (
                "Write the words first and the points after them."
                if swapped
                else "Write the points in digits, as in 3 or 2.5."
            )
            raise refusal("answer-shape", f"{points!r} is not a number of points.", hint)
        return {"words": words, "points": points}


Answers = dict[str, Option]
"""Answers by their ids, in the order in which they are offered."""

AnswerList = Annotated[
    Annotated[Id, Tag("name")] | Annotated[Answers, Tag("list")],
    Discriminator(lambda given: "list" if isinstance(given, dict) else "name"),
]
"""The id of one of the questionnaire's `answer_lists`, or the answers themselves."""


class NumberAnswer(Strict):
    """A number from `from` to `to`, in steps of `step`, both ends included."""

    low: Number = Field(alias="from")
    high: Number = Field(alias="to")
    step: Number = Decimal(1)
    unit: Words | None = None


class TimeAnswer(Strict):
    """A clock time (``any`` for all day), or a duration in hours and minutes; both ends included. A clock's may run across midnight."""

    low: Minutes | None = Field(None, alias="from")
    high: Minutes | None = Field(None, alias="to")
    step: Minutes = 1

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        return {} if given == "any" else given


def _not_asked(given: Any) -> Any:
    if isinstance(given, Decimal) or given in ("blank", "leave_out"):
        return given
    if isinstance(given, str) and (number := to_number(given.strip())) is not None:
        return number
    raise refusal(
        "number-shape",
        f"{given!r} is not something that a question can count as.",
        "Write a number of points, blank, or leave_out.",
    )


Implied = Annotated[Decimal | Literal["blank", "leave_out"], BeforeValidator(_not_asked)]
"""What a question counts as when it is not asked: points, `blank` (as if passed over), or `leave_out` (as if it were not there)."""


class Question(Strict):
    """One question. Exactly one of `answers`, `choose_many`, `number`, `time` and `duration` says how it is answered."""

    ask: Words
    why: Words | None = None
    help: Words | None = None
    group: Id | None = None
    answers: AnswerList | None = None
    choose_many: AnswerList | None = None
    none: Id | None = None
    """Of `choose_many`: the answer that excludes all others."""
    number: NumberAnswer | None = None
    time: TimeAnswer | None = None
    duration: TimeAnswer | None = None
    ask_if: Text | None = None
    not_asked: Implied | None = None
    end_if: Text | None = None
    """When this holds once the question is answered, no later question is asked."""
    rest_counts_as: Implied | None = None
    """With `end_if`: what the questions that are then not asked count as; without it, what each says for itself."""
    optional: bool | None = None
    """Whether "I'd rather not say" is offered; by default, where a blank still leaves every score that uses it a value."""


def _count(given: Any) -> Any:
    if isinstance(given, int):
        return given
    if isinstance(given, str) and given.strip().isdecimal() and 1 <= int(given) <= 999:
        return int(given)
    raise refusal(
        "blank-shape",
        f"{given!r} is not a number of blank answers.",
        "Write a whole number of 1 or more, or leave the rule out.",
    )


class BlankRule(Strict):
    """What becomes of a score when some of its answers are blank."""

    allow: Annotated[int, BeforeValidator(_count)]
    then: Literal["scale_up", "leave_out", "count_as"]
    value: Number | None = None
    round: Round | None = None


class Round(Strict):
    """How a number is rounded: to the nearest multiple of `to` (halves up), or always up, or always down; `exact`: not at all."""

    how: Rounding | Literal["exact"]
    to: Number = Decimal(1)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        return {"how": given} if isinstance(given, str) else given


class Score(Strict):
    """A number worked out from answers and other scores. Exactly one of the working words stands in it."""

    title: Words | None = None
    unit: Words | None = None
    show: bool = True
    """False for a step on the way that the reader need not see."""
    higher_is: Direction | None = None
    read_next: Ref | None = None
    """What to read when this is the highest of the subscales."""
    add: list[Text] | None = None
    subtract: list[Text] | None = None
    average: list[Text] | None = None
    multiply: list[Text] | None = None
    ratio: list[Text] | None = None
    largest: list[Text] | None = None
    smallest: list[Text] | None = None
    count: list[Text] | None = None
    minutes_between: list[Text] | None = None
    steps: dict[str, Number] | None = None
    look_up: dict[str, Number] | None = None
    table: Id | None = None
    of: Text | None = None
    """What `steps`, `look_up` and `table` start from."""
    where: Text | None = None
    """Of `count`: the comparison for each item that names only a question, as in ``>= 2``."""
    reverse: list[Id] | None = None
    blank: BlankRule | None = None
    round: Round | None = None
    if_zero: (
        Annotated[
            Decimal | Literal["blank"], BeforeValidator(lambda given: given if given == "blank" else _number(given))
        ]
        | None
    ) = None
    not_asked: Number | None = None
    """What the score is when none of its questions was asked; without it, it has no value then."""


class Outcome(Strict):
    """What the reader is told: a band of a score, or a finding."""

    name: Words
    means: Words
    level: Concern | None = None
    tonight: list[Words] = []
    this_week: list[Words] = []
    next: list[Ref] = []
    sources: list[SourceId] = []


class Band(Outcome):
    """One range of a score. Its id stands in results; by default it is made from the name."""

    id: Id | None = None


class Override(Strict):
    """A rule that puts a result into a band whatever the number is."""

    when: Text
    band: Id
    because: Words | None = None


Ranges = dict[str, Band]
"""Bands by their ranges, written as in ``0-4``, ``8 to below 11``, ``20 or more``."""


class BandSet(Strict):
    """One way to read a score: ranges, or ranges that depend on another answer (`by`, `when`, `otherwise`)."""

    title: Words | None = None
    ranges: Ranges | None = None
    by: Text | None = None
    when: dict[str, Ranges] | None = None
    otherwise: Ranges | None = None
    override: dict[str, Override] = {}

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        if isinstance(given, dict) and not set(given) & set(cls.model_fields):
            return {"ranges": given}
        return given


class Bands(BandSet):
    """How a score is read: one `BandSet`, or several under names (`sets`), of which `default` is shown, `because` of a reason."""

    sets: dict[str, BandSet] | None = None
    default: Id | None = None
    because: Words | None = None


class Rule(Outcome):
    """One rule of a finding."""

    when: Text


class Finding(Strict):
    """A result by rules, not by a number. `first`: the first rule that holds. `most_severe`: the last, rules standing from mildest to most severe."""

    title: Words | None = None
    pick: Literal["first", "most_severe"]
    rules: dict[str, Rule]
    otherwise: Outcome | None = None


class Flag(Strict):
    """A danger sign. It is not part of a score, and no score can hide it."""

    when: Text
    show: Literal["at_once", "with_result"]
    level: Urgency
    title: Words
    say: Words
    contacts: list[Id] = []
    next: list[Ref] = []
    sources: list[SourceId] = []


class Block(Strict):
    """Questions that are asked once for each thing chosen in an earlier `choose_many` question.

    In its words ``{it}`` stands for the thing's words; in its conditions ``it`` is the thing.
    """

    for_each: Id
    questions: dict[str, Question]
    scores: dict[str, Score] = {}
    bands: dict[str, Bands] = {}
    flags: dict[str, Flag] = {}


QuestionOrBlock = Annotated[
    Annotated[Question, Tag("question")] | Annotated[Block, Tag("block")],
    Discriminator(
        lambda given: (
            "block" if isinstance(given, Block) or (isinstance(given, dict) and "for_each" in given) else "question"
        )
    ),
]


class Example(Strict):
    """Answers with the result that they must give. In `expect`, keys are scores and findings, and band, bands, flags, missing, asked."""

    name: Text
    answers: dict[str, Any]
    expect: dict[str, Any]


BlankRule.model_rebuild()
