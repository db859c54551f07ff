"""The flat form: blocks written out once for each thing, answer lists looked up, every piece with its place.

Ids of repeated pieces are ``block.thing.name``, as in ``use.alcohol.often``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from ebbtide.model.base import Strict, nearest
from ebbtide.model.questionnaire import Questionnaire, instrument_in
from ebbtide.model.questionnaire_parts import Answers, Bands, Block, Finding, Flag, Option, Question, Score
from ebbtide.problem import Loc, Place, Places, Problem
from ebbtide.selfcheck.conditions import KEYWORDS, NOT_ANSWERS

RULES = {
    "instrument-name": "A self-check of our own does not carry the name of a published instrument.",
    "id-shape": "Every id is small letters and digits, in parts joined by - or _, and begins with a letter.",
    "reserved-word": "No id is a word of the condition language.",
    "repeated-name": "No two questions, scores and findings of a self-check share an id.",
    "question-kind": "Every question is answered in exactly one way: answers, choose_many, number, time or duration.",
    "question-field": "Every field of a question belongs to the way in which it is answered.",
    "answers-few": "Every list of answers offers at least two.",
    "answers-same": "No two answers of one list say the same.",
    "none-answer": "The answer that excludes all others is one of the list, and has no points but 0.",
    "unknown-list": "Every answer list that a question names exists.",
    "unused-list": "Every answer list is used by a question.",
    "unknown-group": "Every group that a question names has its heading under groups.",
    "number-window": "The range of a number or a time runs from its lower to its higher end in whole steps.",
    "block-source": "A block of questions repeats for the things of an earlier choose_many question.",
    "too-large": "A self-check stays within the limits that let it be scored at once and proved.",
    "no-questions": "A self-check asks at least one question.",
}

MAX_QUESTIONS = 300
MAX_OPTIONS = 60

Kind = Literal["one", "many", "number", "time", "duration"]
Model = TypeVar("Model", bound=Strict)


@dataclass(frozen=True)
class Scope:
    """Where a piece of a block stands: in which block, for which thing, and which names the block has of its own."""

    block: str
    thing: str
    source: str
    names: frozenset[str]

    def full(self, name: str) -> str:
        return f"{self.block}.{self.thing}.{name}"


@dataclass(frozen=True)
class Item(Generic[Model]):
    """A piece of the flat form: the model with its words filled in, its path in the file, and its scope if it is repeated."""

    id: str
    model: Model
    loc: Loc
    scope: Scope | None = None


@dataclass(frozen=True)
class Form:
    """All pieces of a self-check, in order, by their full ids."""

    questionnaire: Questionnaire
    questions: Mapping[str, Item[Question]]
    scores: Mapping[str, Item[Score]]
    bands: Mapping[str, Item[Bands]]
    findings: Mapping[str, Item[Finding]]
    flags: Mapping[str, Item[Flag]]
    options: Mapping[str, Answers]
    """Answers of each question that has any, by the question's full id."""
    kinds: Mapping[str, Kind]
    things: Mapping[str, tuple[str, ...]]
    """Of each block, the things for which it is repeated."""
    problems: list[Problem] = field(default_factory=list)

    def place(self, item: Item[Any], *loc: str | int) -> Place:
        return place(self.questionnaire.places, (*item.loc, *loc))

    def key(self, item: Item[Any], *loc: str | int) -> Place:
        return place(self.questionnaire.places, (*item.loc, *loc), key=True)


def place(places: Places, loc: Loc, *, key: bool = False) -> Place:
    """Where `loc` stands; the step `ranges` may have been left out in the file."""
    if "ranges" in loc and not places.has(*loc[: loc.index("ranges") + 1]):
        cut = loc.index("ranges")
        loc = loc[:cut] + loc[cut + 1 :]
    return places.key(*loc) if key else places.at(*loc)


def make_form(questionnaire: Questionnaire) -> Form:
    """The flat form of a questionnaire. What is wrong with its pieces one by one is in `problems`."""
    maker = _Maker(questionnaire)
    maker.make()
    return Form(
        questionnaire,
        maker.questions,
        maker.scores,
        maker.bands,
        maker.findings,
        maker.flags,
        maker.options,
        maker.kinds,
        maker.things,
        maker.problems,
    )


class _Maker:
    def __init__(self, questionnaire: Questionnaire) -> None:
        self.source = questionnaire
        self.places = questionnaire.places
        self.problems: list[Problem] = []
        self.questions: dict[str, Item[Question]] = {}
        self.scores: dict[str, Item[Score]] = {}
        self.bands: dict[str, Item[Bands]] = {}
        self.findings: dict[str, Item[Finding]] = {}
        self.flags: dict[str, Item[Flag]] = {}
        self.options: dict[str, Answers] = {}
        self.kinds: dict[str, Kind] = {}
        self.things: dict[str, tuple[str, ...]] = {}
        self.used_lists: set[str] = set()

    def problem(self, where: Place, rule: str, message: str, hint: str) -> None:
        found = Problem(where, "error", rule, message, hint)
        if found not in self.problems:  # a block says the same once for each thing
            self.problems.append(found)

    def make(self) -> None:
        source = self.source
        if source.basis.kind == "original" and (found := instrument_in(source.title)):
            hint = "Give it a name of its own, or write kind: instrument under basis if it is that instrument."
            message = f"the title uses {found}, the name of a published instrument."
            self.problem(self.places.at("title"), "instrument-name", message, hint)
        for name, answers in source.answer_lists.items():
            self.check_id(name, ("answer_lists", name))
            self.check_answers(answers, ("answer_lists", name))
        for group in source.groups:
            self.check_id(group, ("groups", group))
        for name, piece in source.questions.items():
            self.check_id(name, ("questions", name))
            if isinstance(piece, Block):
                self.block(name, piece)
            else:
                self.question(Item(name, piece, ("questions", name)))
        self.plain(source.scores, self.scores, "scores")
        self.plain(source.bands, self.bands, "bands", ids=False)
        self.plain(source.findings, self.findings, "findings")
        self.plain(source.flags, self.flags, "flags")
        self.check_names()
        if not source.questions:
            self.problem(
                self.places.key("questions"), "no-questions", "nothing is asked.", "Write at least one question."
            )
        if len(self.questions) > MAX_QUESTIONS:
            hint = "Ask less, or split the self-check."
            message = f"with all repeats there are {len(self.questions)} questions, more than {MAX_QUESTIONS}."
            self.problem(self.places.key("questions"), "too-large", message, hint)
        for name in source.answer_lists:
            if name not in self.used_lists:
                where = self.places.key("answer_lists", name)
                self.problems.append(
                    Problem(
                        where,
                        "warning",
                        "unused-list",
                        f"no question uses the answers {name}.",
                        "Delete the list, or use it.",
                    )
                )

    def plain(
        self, source: Mapping[str, Model], target: dict[str, Item[Model]], part: str, *, ids: bool = True
    ) -> None:
        for name, model in source.items():
            if ids:
                self.check_id(name, (part, name))
            target[name] = Item(name, model, (part, name))

    def block(self, name: str, block: Block) -> None:
        loc: Loc = ("questions", name)
        source = self.questions.get(block.for_each)
        if source is None or self.kinds.get(block.for_each) != "many":
            many = [known for known, kind in self.kinds.items() if kind == "many"]
            hint = nearest(block.for_each, many) or "Write a choose_many question above the block."
            message = f"{block.for_each} is not a choose_many question above this block."
            self.problem(self.places.at(*loc, "for_each"), "block-source", message, hint)
            return
        if not block.questions:
            self.problem(
                self.places.at(*loc, "questions"),
                "no-questions",
                "the block asks nothing.",
                "Write at least one question.",
            )
        for part in ("questions", "scores", "flags"):
            for inner in getattr(block, part):
                self.check_id(inner, (*loc, part, inner))
        for inner in block.scores:
            if inner in block.questions:
                self.repeated(inner, (*loc, "scores", inner), (*loc, "questions", inner))
        names = frozenset((*block.questions, *block.scores))
        things = {thing: option for thing, option in self.options[block.for_each].items() if thing != source.model.none}
        self.things[name] = tuple(things)
        for thing, option in things.items():
            scope = Scope(name, thing, block.for_each, names)
            for inner, question in block.questions.items():
                self.question(Item(scope.full(inner), _filled(question, option), (*loc, "questions", inner), scope))
            for inner, score in block.scores.items():
                self.scores[scope.full(inner)] = Item(
                    scope.full(inner), _filled(score, option), (*loc, "scores", inner), scope
                )
            for inner, bands in block.bands.items():
                self.bands[scope.full(inner)] = Item(
                    scope.full(inner), _filled(bands, option), (*loc, "bands", inner), scope
                )
            for inner, flag in block.flags.items():
                self.flags[scope.full(inner)] = Item(
                    scope.full(inner), _filled(flag, option), (*loc, "flags", inner), scope
                )

    def question(self, item: Item[Question]) -> None:
        question, loc = item.model, item.loc
        self.questions[item.id] = item
        ways = [
            way
            for way in ("answers", "choose_many", "number", "time", "duration")
            if getattr(question, way) is not None
        ]
        if len(ways) != 1:
            said = f"{' and '.join(ways)} stand together" if ways else "nothing says how it is answered"
            hint = (
                "Keep one of answers, choose_many, number, time and duration."
                if ways
                else "Add answers, choose_many, number, time or duration."
            )
            self.problem(self.places.key(*loc), "question-kind", f"{said}.", hint)
        if not ways:
            return
        way = ways[0]
        kind: Kind = {"answers": "one", "choose_many": "many"}.get(way, way)  # type: ignore[assignment]
        self.kinds[item.id] = kind
        if kind in ("one", "many"):
            self.options[item.id] = self.resolve(getattr(question, way), (*loc, way))
        elif kind == "number":
            self.window(item, question.number)
        else:
            self.window(item, question.time if kind == "time" else question.duration, kind)
        self.check_none(item, kind)
        if question.group is not None and question.group not in self.source.groups:
            hint = nearest(question.group, self.source.groups) or f"Add groups: with {question.group} and its heading."
            self.problem(
                self.places.at(*loc, "group"), "unknown-group", f"the group {question.group} has no heading.", hint
            )
        if question.rest_counts_as is not None and question.end_if is None:
            self.problem(
                self.places.key(*loc, "rest_counts_as"),
                "question-field",
                "rest_counts_as stands without end_if.",
                "Delete it, or add end_if.",
            )

    def check_none(self, item: Item[Question], kind: Kind) -> None:
        question, loc = item.model, item.loc
        if question.none is None:
            return
        if kind != "many":
            self.problem(self.places.key(*loc, "none"), "question-field", "none belongs to choose_many.", "Delete it.")
            return
        where = self.places.at(*loc, "none")
        options = self.options[item.id]
        option = options.get(question.none)
        if option is None and options:
            self.problem(
                where, "none-answer", f"{question.none} is not one of the answers.", nearest(question.none, options)
            )
        elif option and (option.points or option.counts_as_blank):
            self.problem(
                where,
                "none-answer",
                f"{question.none} excludes all others and has points.",
                "Give it 0 points, or none.",
            )

    def resolve(self, answers: str | Answers, loc: Loc) -> Answers:
        if not isinstance(answers, str):
            self.check_answers(answers, loc)
            return answers
        self.used_lists.add(answers)
        found = self.source.answer_lists.get(answers)
        if found is None:
            hint = nearest(answers, self.source.answer_lists) or "Add answer_lists: with this list."
            self.problem(self.places.at(*loc), "unknown-list", f"there is no answer list {answers}.", hint)
            return {}
        return found

    def check_answers(self, answers: Answers, loc: Loc) -> None:
        if len(answers) < 2:
            self.problem(self.places.key(*loc), "answers-few", "fewer than two answers are offered.", "Add the others.")
        if len(answers) > MAX_OPTIONS:
            message = f"{len(answers)} answers are offered, more than {MAX_OPTIONS}."
            self.problem(self.places.key(*loc), "too-large", message, "Ask for a number instead, or group them.")
        said: dict[str, str] = {}
        for name, option in answers.items():
            self.check_id(name, (*loc, name), reserved=NOT_ANSWERS)
            words = " ".join(option.words.split()).casefold()
            if words in said:
                message = f"{name} and {said[words]} both say {option.words!r}."
                self.problem(
                    self.places.at(*loc, name), "answers-same", message, "Change the words of one, or delete it."
                )
            said.setdefault(words, name)

    def window(self, item: Item[Question], window: Any, kind: Kind = "number") -> None:
        where = self.places.at(*item.loc, kind)
        low, high, step = window.low, window.high, window.step
        if kind == "time":
            low, high = (0 if low is None else low), (1439 if high is None else high)
            if low > 1439 or high > 1439:
                self.problem(where, "number-window", "a clock time lies between 0:00 and 23:59.", "Correct it.")
                return
            high = high if high >= low else high + 1440  # a window across midnight
        if low is None or high is None:
            missing = "from" if low is None else "to"
            self.problem(
                where, "number-window", f"the duration has no {missing}.", f"Add {missing}: with hours and minutes."
            )
        elif step <= 0:
            self.problem(where, "number-window", "the step is not above 0.", "Write a step above 0.")
        elif low >= high:
            self.problem(where, "number-window", "from is not below to.", "Put the lower one first.")
        elif (high - low) % step:
            message = "the range is not a whole number of steps, so that its upper end cannot be answered."
            self.problem(where, "number-window", message, "Change to, from or step.")

    def check_id(self, name: str, loc: Loc, *, reserved: Iterable[str] = KEYWORDS) -> None:
        where = self.places.key(*loc)
        if not _is_id(name):
            hint = "Use small letters, digits, and single - or _ between them, and begin with a letter."
            self.problem(where, "id-shape", f"{name!r} cannot be an id.", hint)
        elif name in reserved:
            self.problem(
                where,
                "reserved-word",
                f"{name} is a word of the condition language.",
                f"Choose another id, as in {name}_1.",
            )

    def check_names(self) -> None:
        seen: dict[str, Loc] = {name: ("questions", name) for name in self.source.questions}
        for part, names in (("scores", self.source.scores), ("findings", self.source.findings)):
            for name in names:
                if name in seen:
                    self.repeated(name, (part, name), seen[name])
                seen.setdefault(name, (part, name))

    def repeated(self, name: str, loc: Loc, first: Loc) -> None:
        line = self.places.key(*first).line
        message = f"{name} is also the id on line {line}."
        self.problem(self.places.key(*loc), "repeated-name", message, "Give one of them another id.")


def _is_id(name: str) -> bool:
    parts = name.replace("_", "-").split("-")
    return (
        len(name) <= 60
        and name.isascii()
        and name[:1].isalpha()
        and name == name.lower()
        and all(part.isalnum() for part in parts)
    )


def _filled(model: Model, option: Option) -> Model:
    """A copy with ``{it}`` replaced by the words of the thing."""

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("{it}", option.words)
        if isinstance(value, list):
            return [fill(part) for part in value]
        if isinstance(value, dict):
            return {key: fill(part) for key, part in value.items()}
        if isinstance(value, Strict):
            return value.model_copy(update={name: fill(part) for name, part in _fields(value)})
        return value

    filled: Model = fill(model)
    return filled


def _fields(model: Strict) -> Iterator[tuple[str, Any]]:
    for name in type(model).model_fields:
        yield name, getattr(model, name)
