"""What the analyses share: the graph of one self-check, runs over it, witnesses made whole, and problems at their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any

from ebbtide.model.questionnaire import Questionnaire
from ebbtide.model.questionnaire_parts import Bands, BandSet
from ebbtide.problem import Level, Place, Problem
from ebbtide.selfcheck.form import Form, Item, make_form
from ebbtide.selfcheck.lower_results import LEVELS, band_lists, ids_of, table_ids
from ebbtide.selfcheck.plan import Json, Plan
from ebbtide.selfcheck.proofs import words
from ebbtide.selfcheck.proofs.automaton import Automaton, TooLarge
from ebbtide.selfcheck.proofs.choices import TooManyAnswers, written
from ebbtide.selfcheck.proofs.graph import Graph, Node, Variable, below
from ebbtide.selfcheck.proofs.reader import Reader
from ebbtide.selfcheck.scorer import Run, read

Answers = dict[str, Any]

TITLES: Mapping[int, str] = {
    1: "Every reachable total lies in exactly one band",
    2: "No band, flag, rule or question is unreachable",
    3: "No decimal falls between two bands",
    4: "Cut-offs by another answer cover every value of it",
    5: "Every condition can be true and can be false",
    6: "Flags show at once, and by how few answers",
    7: "Where a band and a flag meet",
    8: "Each score has a value on every complete path",
    9: "What allowed blanks leave open",
    10: "Raising an answer never improves the result",
    11: "Tables hold every raw score and are monotone",
    12: "How many questions, and when the result is settled",
    13: "Patterns per total and band",
    14: "Where two rules disagree",
    15: "Which patterns change between two versions",
}


@dataclass
class Analysis:
    """One of the fifteen: whether it holds, and what was found. `status`: proved, failed, report, unproved, or nothing."""

    number: int
    data: Json = field(default_factory=dict)
    failures: int = 0
    open: list[str] = field(default_factory=list)
    """What could not be proved, a sentence each."""
    is_report: bool = False

    @property
    def title(self) -> str:
        return TITLES[self.number]

    @property
    def status(self) -> str:
        if self.failures:
            return "failed"
        if self.open:
            return "unproved"
        if not any(self.data.values()):
            return "nothing"
        return "report" if self.is_report else "proved"


@dataclass(frozen=True)
class Stage:
    """One bands table of the plan with its model: the score's item, the set, and the path of the set."""

    table: Json
    item: Item[Bands]
    bands: BandSet
    path: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return str(self.table["id"])

    @property
    def score(self) -> str:
        return str(self.table["score"])


class Study:
    """One self-check under proof."""

    def __init__(self, questionnaire: Questionnaire, plan: Plan) -> None:
        self.questionnaire, self.plan = questionnaire, plan
        self.form: Form = make_form(questionnaire)
        self.graph = Graph()
        self.reader = Reader(self.graph, plan.data)
        self.complete = self.reader
        """The same for readers who pass over nothing: a reader of a graph without blanks."""
        if any(variable.optional for variable in self.graph.variables):
            self.complete = Reader(Graph("none"), plan.data)
        self.analyses = {number: Analysis(number, is_report=number in (7, 9, 12, 13, 14, 15)) for number in TITLES}
        self.problems: list[Problem] = []
        self.seen: dict[Node, dict[Any, Callable[[], Mapping[int, Any]]]] = {}
        self.wanted: set[Node] = set()
        self.runs: dict[tuple[Any, ...], Automaton | TooLarge] = {}
        self.tables = [stage for item in self.form.bands.values() for stage in self._stages(item)]
        direction = {score["id"]: score["higher_is"] for score in plan.data["scores"]}
        self.ranks = {stage.id: ranks(stage, direction[stage.score]) for stage in self.tables}

    def _stages(self, item: Item[Bands]) -> Iterable[Stage]:
        tables = {table["id"]: table for table in self.plan.data["bands"]}
        return [Stage(tables[name], item, bands, path) for name, bands, path in table_ids(item) if name in tables]

    def __getitem__(self, number: int) -> Analysis:
        return self.analyses[number]

    # Problems

    def problem(self, analyses: int, place: Place, rule: str, message: str, hint: str, level: Level = "error") -> None:
        """A failure of an analysis. Repeated blocks say the same thing once."""
        found = Problem(
            place, level, rule, message[:1].upper() + message[1:] if message.startswith("with") else message, hint
        )
        if not any((one.place, one.rule, one.hint) == (place, rule, hint) for one in self.problems):
            self.problems.append(found)
        if level == "error":
            self.analyses[analyses].failures += 1

    def unproved(self, number: int, place: Place, what: str, reason: TooLarge, *, warn: bool = True) -> None:
        """Say that something was not proved, and how far the work went."""
        sentence = f"{what} was not proved: {reason}"
        analysis = self.analyses[number]
        if sentence not in analysis.open:
            analysis.open.append(sentence)
        if warn:
            hint = "Ask less, or let fewer answers count in one score, if a proof is wanted."
            message = f"{what} is not proved, because {reason}."
            if not any((one.place, one.rule) == (place, "unproved") for one in self.problems):
                self.problems.append(Problem(place, "warning", "unproved", message, hint))

    # Runs

    def run(self, targets: Sequence[Node], marks: Sequence[Node] = (), *, graph: Graph | None = None) -> Automaton:
        """An automaton for `targets`, made once; wanted nodes that it works out on the way are collected. Raises TooLarge."""
        graph = graph or self.graph
        made = (graph, *targets, "marks", *marks)
        if made not in self.runs:
            try:
                self.runs[made] = self._made(graph, targets, marks, ())
            except TooLarge as reason:
                self.runs[made] = reason
        found = self.runs[made]
        if isinstance(found, TooLarge):
            raise found
        return found

    def watch(self, nodes: Sequence[Node], graph: Graph) -> Automaton:
        """An automaton that only collects the values of `nodes`. Raises TooLarge."""
        return self._made(graph, (), (), nodes)

    def _made(self, graph: Graph, targets: Sequence[Node], marks: Sequence[Node], watch: Sequence[Node]) -> Automaton:
        extra: list[Node] = []
        if graph is self.graph:
            roots = [*targets, *marks, *watch]
            nodes = set(below([*roots, *self.controls(roots)])) - set(watch)
            extra = [node for node in self.wanted if node.mask and node in nodes and node not in self.seen]
        try:
            run = Automaton(graph, targets, marks, [*watch, *extra])
        except TooManyAnswers as reason:
            raise TooLarge(0, 0, 0, str(reason)) from None
        for node in extra:
            self.note(run, node)
        return run

    def controls(self, nodes: Sequence[Node]) -> list[Node]:
        """The nodes that say whether the questions below `nodes` are asked."""
        mask = self.closed(nodes)
        return [asks for variable in self.graph.variables if mask >> variable.index & 1 for asks in variable.asks]

    def closed(self, nodes: Sequence[Node]) -> int:
        """The questions that `nodes` depend on, as bits, with those that decide whether these are asked."""
        mask = 0
        for node in nodes:
            mask |= node.mask
        for variable in reversed(self.graph.variables):  # conditions speak of earlier questions only
            if mask >> variable.index & 1:
                for asks in variable.asks:
                    mask |= asks.mask
        return mask

    def questions(self, mask: int) -> list[Variable]:
        return [variable for variable in self.graph.variables if mask >> variable.index & 1]

    def note(self, run: Automaton, node: Node) -> None:
        self.seen[node] = {value: partial(run.sight, node, value) for value in run.seen.get(node, {})}

    def values(self, node: Node) -> Mapping[Any, Callable[[], Mapping[int, Any]]]:
        """Every value that a node can have, each with a way to get answers for it. Raises TooLarge."""
        if node not in self.seen:
            if not node.mask:
                self.seen[node] = {node.value: dict}  # type: ignore[attr-defined]
            else:
                self.note(self.watch([node], self.graph), node)
        return self.seen[node]

    # Witnesses

    def whole(self, some: Mapping[int, Any]) -> Answers:
        """Answers to everything that is asked, of which `some` (by question number) are some; the others by the first answer."""
        return whole(self.plan, {self.graph.variables[index].id: given for index, given in some.items()})

    def with_answers(self, some: Mapping[int, Any]) -> tuple[str, Answers]:
        """``With these answers: ...,`` and the answers."""
        given = self.whole(some)
        return words.answers(self.plan, given, [self.graph.variables[index].id for index in some]), given

    # Places

    def place(self, *key: str) -> Place:
        return self.plan.place(*key)


def whole(plan: Plan, some: Mapping[str, Any]) -> Answers:
    """Answers to everything that is asked: those of `some` (as nodes have them), and the least elsewhere."""
    found: Answers = {}
    for question in plan.data["questions"]:
        name = question["id"]
        if "asks" in question and not Run(plan.data, found).asks(name, False):
            continue
        found[name] = written(question, some[name] if name in some else least(question))
    return found


def least(question: Json) -> Any:
    """The answer with the fewest points, or the first."""
    if question["kind"] == "one":
        pointed = [option for option in question["options"] if len(option) > 1 and option[1] is not None]
        return min(pointed, key=lambda option: Fraction(read(option[1])))[0] if pointed else question["options"][0][0]
    if question["kind"] == "many":
        return (question["none"],) if "none" in question else ()
    low = read(question["from"])
    return low % 1440 if question["kind"] == "time" else low


def ranks(stage: Stage, higher_is: str) -> Mapping[str, int] | None:
    """How much each band of a table should worry: by its level, else by its place where there is one list of bands. Else None."""
    levels: dict[str, set[str | None]] = {}
    for _, ranges in band_lists(stage.bands):
        for band, name in zip(ranges.values(), ids_of(ranges), strict=True):
            levels.setdefault(name, set()).add(band.level)
    if all(len(found) == 1 and None not in found for found in levels.values()):
        return {name: LEVELS.index(str(next(iter(found)))) for name, found in levels.items()}
    orders = {tuple(row[0] for row in rows) for _, rows in stage.table["cases"]}
    if len(orders) != 1 or higher_is == "neither":
        return None
    order = next(iter(orders))
    return {name: index for index, name in enumerate(order if higher_is == "worse" else order[::-1])}


def has_levels(stage: Stage) -> bool:
    return all(band.level is not None for _, ranges in band_lists(stage.bands) for band in ranges.values())


def natural(value: Any) -> Any:
    """An exact number for JSON: an integer, or its digits in text where it is not whole."""
    return value if isinstance(value, int) else words.said(value)
