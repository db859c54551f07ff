"""A questionnaire -> its plan, and everything that cannot be meant."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ebbtide.model.questionnaire import Questionnaire
from ebbtide.model.questionnaire_parts import Question
from ebbtide.problem import Loc, Place, Problem
from ebbtide.selfcheck.domains import Domain, joined, of_steps, of_values
from ebbtide.selfcheck.form import Form, Item, make_form, place
from ebbtide.selfcheck.lower_conditions import Lowered as LoweredCondition
from ebbtide.selfcheck.lower_conditions import lower_condition, number
from ebbtide.selfcheck.lower_results import (
    URGENCIES,
    Lowered,
    band_lists,
    ids_of,
    lower_bands,
    lower_finding,
    lower_flag,
    table_ids,
)
from ebbtide.selfcheck.lower_scores import LoweredScore, Tables, lower_score
from ebbtide.selfcheck.names import Desk, pointed
from ebbtide.selfcheck.plan import FORMAT, Key, Plan
from ebbtide.selfcheck.ranges import Exact, exact
from ebbtide.selfcheck.score_domains import domain_of

RULES = {
    "later-question": "Whether a question is asked depends on earlier questions alone.",
    "circular": "No score, band or finding depends on itself.",
    "not-asked-missing": "A scored question that is not always asked says what it counts as when it is not.",
    "not-asked-idle": "Only a question that is not always asked says what it counts as when it is not.",
    "unused-score": "Every score is shown, or used by something that is.",
}


def compile_questionnaire(
    questionnaire: Questionnaire, tables: Tables | None = None
) -> tuple[Plan | None, list[Problem]]:
    """The plan of a questionnaire and every problem found, sorted by place; no plan where one of them is an error.

    `tables` holds the table files that scores name: for each, raw scores and what they become, both in digits.
    """
    compiler = _Compiler(make_form(questionnaire), tables or {})
    data = compiler.compile()
    problems = sorted(compiler.desk.problems)
    if data is None or any(problem.level == "error" for problem in problems):
        return None, problems
    return Plan(data, compiler.places(), compiler.words()), problems


class _Compiler:
    def __init__(self, form: Form, tables: Tables) -> None:
        self.form, self.tables = form, tables
        self.desk = Desk(form, list(form.problems))
        self.order = {name: index for index, name in enumerate(form.questions)}
        self.asks: dict[str, list[tuple[LoweredCondition, Any]]] = {}
        self.ends: dict[str, LoweredCondition] = {}
        self.scores: dict[str, LoweredScore] = {}
        self.tables_of: list[Lowered] = []
        self.findings: dict[str, Lowered] = {}
        self.flags: dict[str, Lowered] = {}
        self.closures: dict[str, frozenset[str]] = {}

    def compile(self) -> dict[str, Any] | None:
        desk, form = self.desk, self.form
        for item in form.bands.values():
            desk.band_ids[item.id] = tuple(
                dict.fromkeys(
                    band
                    for _, table, _ in table_ids(item)[:1]
                    for _, ranges in band_lists(table)
                    for band in ids_of(ranges)
                )
            )
        for question in form.questions.values():
            self.question_domain(question)
        self.all_asks()
        for name, score in form.scores.items():
            self.scores[name] = lower_score(desk, score, self.tables)
        self.check_order()
        for name in self.sorted_scores():
            domain = domain_of(desk, form.scores[name], self.scores[name])
            if domain is not None:
                desk.domains[name] = domain
        for bands in form.bands.values():
            self.tables_of += lower_bands(desk, bands)
        for name, finding in form.findings.items():
            self.findings[name] = lower_finding(desk, finding)
        for name, flag in form.flags.items():
            self.flags[name] = lower_flag(desk, flag)
        self.check_cycles()
        self.check_not_asked()
        self.check_scores()
        if any(problem.level == "error" for problem in desk.problems):
            return None
        return self.data()

    # Questions

    def question_domain(self, item: Item[Question]) -> None:
        domain = self.points(item)
        if domain is None:
            return
        implied = [item.model.not_asked, *(gate.model.rest_counts_as for gate in self.gates(item))]
        numbers = [exact(value) for value in implied if value is not None and not isinstance(value, str)]
        if numbers:
            domain = joined([domain, of_values(numbers)], absent=False)
        can_drop = (item.model.ask_if is not None or bool(self.gates(item))) and (
            "leave_out" in implied or item.model.not_asked is None
        )
        if can_drop:
            self.desk.droppable.add(item.id)
        absent = can_drop or item.scope is not None
        self.desk.domains[item.id] = Domain(domain.low, domain.high, domain.grid, domain.values, absent)

    def points(self, item: Item[Question]) -> Domain | None:
        """The points that an asked question can give; None where it has none."""
        question, kind = item.model, self.form.kinds.get(item.id)
        window = question.number or question.duration or question.time
        if kind == "time":
            return Domain(0, 1439, 1, frozenset(range(1440)))
        if kind in ("number", "duration") and window is not None and window.low is not None and window.high is not None:
            low, high, step = exact(window.low), exact(window.high), exact(window.step)
            return of_steps(low, high, step) if low < high and step > 0 else None
        if kind not in ("one", "many") or item.id not in self.form.options:
            return None
        options = self.form.options[item.id]
        points = [
            exact(option.points)
            for name, option in options.items()
            if option.points is not None and name != question.none
        ]
        if not points:
            return None
        if kind == "one":
            return of_values(points)
        sums: set[Exact] = set() if question.none else {0}
        partial: set[Exact] = {0}
        for value in points:
            added = {exact(Fraction(total) + Fraction(value)) for total in partial}
            sums |= added
            partial |= added
        return of_values(sums | ({0} if question.none else set()))

    def gates(self, item: Item[Question]) -> list[Item[Question]]:
        """Earlier questions that can end the questionnaire, or the block for this thing, before this one."""
        before = self.order[item.id]
        return [
            gate
            for name, gate in self.form.questions.items()
            if gate.model.end_if is not None
            and self.order[name] < before
            and (
                gate.scope is None
                or (
                    item.scope is not None
                    and (gate.scope.block, gate.scope.thing) == (item.scope.block, item.scope.thing)
                )
            )
        ]

    def all_asks(self) -> None:
        for item in self.form.questions.values():
            asks: list[tuple[LoweredCondition, Any]] = []
            if item.scope is not None:
                chosen: list[Any] = ["has", item.scope.source, [item.scope.thing]]
                asks.append((LoweredCondition(chosen, [item.scope.source]), "leave_out"))
            for gate in self.gates(item):
                end = self.ends[gate.id]
                implied = gate.model.rest_counts_as if gate.model.rest_counts_as is not None else item.model.not_asked
                asks.append((LoweredCondition(["not", ["sure", end.condition]], end.reads), implied))
            if item.model.ask_if is not None:
                lowered = lower_condition(self.desk, item.model.ask_if, (*item.loc, "ask_if"), item.scope)
                asks.append((lowered, item.model.not_asked))
            if item.model.end_if is not None:
                self.ends[item.id] = lower_condition(self.desk, item.model.end_if, (*item.loc, "end_if"), item.scope)
            self.asks[item.id] = asks

    # What depends on what

    def reads(self, node: str) -> list[str]:
        """What a question, score, finding or ``bands <id>`` reads directly."""
        if node in self.asks:
            return [name for lowered, _ in self.asks[node] for name in lowered.reads]
        if node in self.scores:
            return self.scores[node].reads
        if node in self.findings:
            return self.findings[node].reads
        if node.startswith("bands "):
            name = node.removeprefix("bands ")
            item = self.form.bands.get(name)
            return (
                []
                if item is None
                else [name for table in self.tables_of if table.data["score"] == item.id for name in table.reads]
            )
        return []

    def closure(self, node: str) -> frozenset[str]:
        """Every question that `node` can depend on."""
        found: set[str] = set()
        todo, seen = [node], {node}
        while todo:
            for name in self.reads(todo.pop()):
                if name in self.order:
                    found.add(name)
                if name not in seen:
                    seen.add(name)
                    todo.append(name)
        return frozenset(found)

    def check_order(self) -> None:
        """Bands are not lowered yet, so a condition on a band is judged by its score here; cut-offs are judged with circles."""
        for name, item in self.form.questions.items():
            index = self.order[name]
            for part, reads, limit in (
                ("ask_if", self.own_reads(name), index),
                ("end_if", self.ends[name].reads if name in self.ends else [], index + 1),
            ):
                for read in dict.fromkeys(reads):
                    questions = ({read} if read in self.order else set()) | self.closure(read)
                    late = [question for question in questions if self.order[question] >= limit]
                    if not late:
                        continue
                    last = max(late, key=self.order.__getitem__)
                    said = "itself" if last == name else f"{last}, which is asked later"
                    through = "" if read == last else f" through {read}"
                    message = f"whether {'this question is asked' if part == 'ask_if' else 'the questions end here'} depends on {said}{through}."
                    self.desk.problem(
                        self.desk.place((*item.loc, part)),
                        "later-question",
                        message,
                        "Use earlier questions, or move this one.",
                    )

    def own_reads(self, name: str) -> list[str]:
        return self.asks[name][-1][0].reads if self.form.questions[name].model.ask_if is not None else []

    def sorted_scores(self) -> list[str]:
        """Scores, each after those that it reads; those in a circle are left where they are."""
        done: dict[str, bool] = {}

        def visit(name: str) -> None:
            if name in done:
                return
            done[name] = True
            for read in self.scores[name].reads:
                if read in self.scores:
                    visit(read)
            result.append(name)

        result: list[str] = []
        for name in self.scores:
            visit(name)
        return result

    def check_cycles(self) -> None:
        state: dict[str, int] = {}

        def visit(node: str, path: list[str]) -> None:
            if state.get(node) == 2:
                return
            if state.get(node) == 1:
                circle = path[path.index(node) :]
                shown = ", ".join(dict.fromkeys(name.removeprefix("bands ") for name in circle))
                where = self.place_of(circle[0])
                self.desk.problem(where, "circular", f"this depends on itself: {shown}.", "Break the circle.")
                return
            state[node] = 1
            for read in self.reads(node):
                if read not in self.order:
                    visit(read, [*path, read])
            state[node] = 2

        for node in (*self.scores, *self.findings, *(f"bands {name}" for name in self.form.bands)):
            visit(node, [node])
        late = {problem.place for problem in self.desk.problems if problem.rule == "later-question"}
        for name, item in self.form.questions.items():  # cut-offs and overrides have been lowered since `check_order`
            where = self.desk.place((*item.loc, "ask_if"))
            known = where in late or any(
                problem.rule in ("circular", "later-question") for problem in self.desk.problems
            )
            if not known and any(self.order[question] >= self.order[name] for question in self.closure(name)):
                message = "whether this question is asked depends on one that is asked later."
                self.desk.problem(where, "later-question", message, "Use earlier questions.")

    def place_of(self, node: str) -> Place:
        name = node.removeprefix("bands ")
        part: Mapping[str, Item[Any]] = self.form.bands if node.startswith("bands ") else self.form.scores
        item = part.get(name) or self.form.findings[name]
        return self.form.key(item)

    # What only the whole can show

    def check_not_asked(self) -> None:
        used = {name: score for score, lowered in self.scores.items() for name, _, _ in lowered.terms if name}
        for name, item in self.form.questions.items():
            sometimes = [
                implied
                for lowered, implied in self.asks[name]
                if lowered.condition[0] != "has" or lowered.reads != [item.scope.source if item.scope else ""]
            ]
            if item.model.not_asked is not None and not sometimes:
                message = "not_asked stands on a question that is always asked."
                where = self.desk.place((*item.loc, "not_asked"))
                self.desk.problems.append(
                    Problem(where, "warning", "not-asked-idle", message, "Delete it, or add ask_if.")
                )
            if name in used and None in sometimes:
                message = f"{item.loc[-1]} counts in {used[name].rpartition('.')[2]} and is not always asked."
                hint = "Add not_asked: with the points that it then counts, blank, or leave_out."
                self.desk.problem(self.form.key(item), "not-asked-missing", message, hint)
            if item.model.not_asked is None or isinstance(item.model.not_asked, str):
                continue
            where = self.desk.place((*item.loc, "not_asked"))
            if self.form.kinds.get(name) == "time":
                message = "a clock time cannot count as a number of points."
                self.desk.problem(where, "question-field", message, "Write blank or leave_out.")
            elif why := pointed(self.form, name):
                self.desk.problem(where, "no-points", why, "Write blank or leave_out, or give the answers points.")

    def check_scores(self) -> None:
        form = self.form
        shown = [item for item in form.scores.values() if item.model.show]
        if len(shown) > 1:
            for item in shown:
                if item.model.title is None:
                    message = f"{item.loc[-1]} is shown beside other scores and has no title."
                    self.desk.problem(
                        form.key(item),
                        "score-title",
                        message,
                        "Add title:, or show: false if it is only a step on the way.",
                    )
        read = {name for node in (*self.asks, *self.scores, *self.findings) for name in self.reads(node)}
        read |= {name for end in self.ends.values() for name in end.reads}
        read |= {name for part in (*self.tables_of, *self.flags.values()) for name in part.reads}
        for name, item in form.scores.items():
            if not item.model.show and name not in read:
                where = form.key(item)
                problem = Problem(
                    where,
                    "warning",
                    "unused-score",
                    f"{item.loc[-1]} is neither shown nor used.",
                    "Delete it, or show it.",
                )
                if problem not in self.desk.problems:
                    self.desk.problems.append(problem)

    # The plan

    def data(self) -> dict[str, Any]:
        source, form = self.form.questionnaire, self.form
        direct: dict[str, list[str]] = {}
        for score, lowered in self.scores.items():
            for name in lowered.reads:
                direct.setdefault(name, []).append(score)
        scores: list[dict[str, Any]] = []
        for name, lowered in self.scores.items():
            domain = self.desk.domains[name]
            data = lowered.data
            data["low"], data["high"] = number(domain.low), number(domain.high)
            data["needs"] = self.needs(name)
            data["higher_is"] = form.scores[name].model.higher_is or source.higher_is
            scores.append(data)
        findings = [{**lowered.data, "needs": self.needs(name)} for name, lowered in self.findings.items()]
        flags = sorted(
            (lowered.data for lowered in self.flags.values()), key=lambda flag: URGENCIES.index(flag["level"])
        )
        return {
            "format": FORMAT,
            "id": source.id,
            "version": source.version,
            "questions": [self.question(item, direct.get(item.id, [])) for item in form.questions.values()],
            "scores": scores,
            "bands": [table.data for table in self.tables_of],
            "findings": findings,
            "flags": flags,
        }

    def needs(self, node: str) -> list[str]:
        found = self.closure(node)
        return [name for name in self.form.questions if name in found]

    def question(self, item: Item[Question], scores: list[str]) -> dict[str, Any]:
        question, kind = item.model, self.form.kinds[item.id]
        data: dict[str, Any] = {"id": item.id, "kind": kind}
        if kind in ("one", "many"):
            data["options"] = [
                [name, None]
                if option.counts_as_blank
                else [name]
                if option.points is None
                else [name, number(exact(option.points))]
                for name, option in self.form.options[item.id].items()
            ]
            if question.none is not None:
                data["none"] = question.none
        else:
            window = question.number or question.duration or question.time
            assert window is not None
            low, high = window.low, window.high
            if kind == "time":
                low, high = (0 if low is None else low), (1439 if high is None else high)
                high = high if high >= low else high + 1440
            assert low is not None
            assert high is not None
            data["from"], data["to"], data["step"] = number(exact(low)), number(exact(high)), number(exact(window.step))
        domain = self.points(item)
        if domain is not None and not pointed(self.form, item.id):
            data["low"], data["high"] = number(domain.low), number(domain.high)
        if self.asks[item.id]:
            data["asks"] = [[lowered.condition, _implied(implied)] for lowered, implied in self.asks[item.id]]
        optional = question.optional
        if optional is None:
            optional = all(self.scores[score].data.get("blank") for score in scores)
        if optional:
            data["optional"] = True
        return data

    # What witnesses need

    def places(self) -> dict[Key, Place]:
        form = self.form
        found: dict[Key, Place] = {("questionnaire",): form.questionnaire.places.key()}
        for part, items in (("question", form.questions), ("score", form.scores), ("finding", form.findings)):
            for name, item in items.items():
                found[part, name] = form.key(item)
        for lowered in (*self.tables_of, *self.findings.values(), *self.flags.values()):
            for key, loc in lowered.locs.items():
                found[key] = self.key_place(loc)
        for name, item in form.questions.items():
            for option in form.options.get(name, {}):
                found["option", name, option] = self.option_place(item, option)
        return found

    def key_place(self, loc: Loc) -> Place:
        return place(self.form.questionnaire.places, loc, key=True)

    def option_place(self, item: Item[Question], option: str) -> Place:
        answers = item.model.answers if item.model.answers is not None else item.model.choose_many
        way = "answers" if item.model.answers is not None else "choose_many"
        loc: Loc = ("answer_lists", answers, option) if isinstance(answers, str) else (*item.loc, way, option)
        return self.key_place(loc)

    def words(self) -> dict[Key, str]:
        form = self.form
        found: dict[Key, str] = {}
        for name, item in form.questions.items():
            found["question", name] = item.model.ask
            for option, answer in form.options.get(name, {}).items():
                found["option", name, option] = answer.words
        for name, score in form.scores.items():
            found["score", name] = score.model.title or name
        for lowered in (*self.tables_of, *self.findings.values(), *self.flags.values()):
            found.update(lowered.words)
        return found


def _implied(implied: Any) -> Any:
    if implied is None or implied == "leave_out":
        return "out"
    return "blank" if implied == "blank" else number(exact(implied))
