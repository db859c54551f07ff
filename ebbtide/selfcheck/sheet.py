"""A questionnaire and its plan -> the `Sheet` that a page and a sheet of paper show. Every number comes from the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from ebbtide.model.questionnaire import Questionnaire
from ebbtide.model.questionnaire_parts import BandSet, Question
from ebbtide.model.questionnaire_parts import Outcome as Meaning
from ebbtide.model.sheet import (
    Ask,
    Blanks,
    Card,
    Case,
    Choice,
    Clause,
    Condition,
    Counts,
    Found,
    Group,
    Outcome,
    Override,
    Points,
    Rounding,
    Row,
    Scale,
    Sheet,
    Skipped,
    Span,
    Table,
    Term,
    Working,
)
from ebbtide.selfcheck.clauses import Clauses, clock
from ebbtide.selfcheck.form import Form, Item, make_form
from ebbtide.selfcheck.lower_conditions import number
from ebbtide.selfcheck.lower_results import band_lists, ids_of, table_ids
from ebbtide.selfcheck.plan import Json, Plan
from ebbtide.selfcheck.ranges import exact


def make_sheet(questionnaire: Questionnaire, plan: Plan) -> Sheet:
    """The sheet of a questionnaire that compiled to `plan`."""
    return _Maker(questionnaire, plan).make()


class _Maker:
    def __init__(self, questionnaire: Questionnaire, plan: Plan) -> None:
        self.source = questionnaire
        self.form: Form = make_form(questionnaire)
        self.data: Json = plan.data
        self.clauses = Clauses(self.form, self.data)
        self.numbers = self.clauses.numbers

    def make(self) -> Sheet:
        source = self.source
        cards = tuple(self.card(flag) for flag in self.data["flags"])
        asks = [self.ask(question, cards) for question in self.data["questions"]]
        scales = tuple(self.scale(score) for score in self.data["scores"])
        findings = tuple(self.finding(finding) for finding in self.data["findings"])
        rights = source.basis.rights
        return Sheet(
            id=source.id,
            title=source.title,
            summary=source.summary,
            intro=tuple(source.intro),
            version=source.version,
            minutes=source.minutes,
            period=source.period or "",
            original=source.basis.kind == "original",
            validated=source.basis.validated,
            credit=(rights.credit or "") if rights else "",
            limits=tuple(source.limits),
            groups=self.groups(asks),
            cards=cards,
            findings=findings,
            scales=scales,
            points=self.points(),
            skipped=self.skipped(),
            next=tuple(source.next),
            basis=tuple(source.basis.informed_by),
            sources=self.sources(cards, findings, scales),
        )

    # Questions

    def groups(self, asks: Iterable[Ask]) -> tuple[Group, ...]:
        """Runs of questions under one heading: their group's, or, of repeated questions, the thing that they are about."""
        runs: list[tuple[str, list[Ask]]] = []
        for ask in asks:
            item = self.form.questions[ask.id]
            heading = self.source.groups.get(item.model.group, "") if item.model.group else ""
            if not heading and item.scope is not None:
                heading = self.form.options[item.scope.source][item.scope.thing].words
            if not runs or runs[-1][0] != heading:
                runs.append((heading, []))
            runs[-1][1].append(ask)
        return tuple(Group(heading, tuple(run)) for heading, run in runs)

    def ask(self, data: Json, cards: tuple[Card, ...]) -> Ask:
        id: str = data["id"]
        item, number_ = self.form.questions[id], self.numbers[data["id"]]
        question: Question = item.model
        timed = data["kind"] in ("time", "duration")
        low, high, step = (data.get(name, "") for name in ("from", "to", "step"))
        return Ask(
            number=number_,
            id=id,
            kind=data["kind"],
            ask=question.ask,
            why=question.why or "",
            help=question.help or "",
            optional=bool(data.get("optional")),
            choices=tuple(self.choice(id, option, data.get("none")) for option in data.get("options", ())),
            low=clock(low) if timed else str(low),
            high=clock(high % 1440 if data["kind"] == "time" else high) if timed else str(high),
            step=str(step),
            unit=(question.number.unit or "") if question.number else "",
            conditions=tuple(self.conditions(data)),
            stop=self.stop(item),
            part=self.form.options[item.scope.source][item.scope.thing].words if item.scope else "",
            cards=tuple(card for card in cards if card.at_once and number_ in card.under),
        )

    def choice(self, question: str, option: list[Any], none: str | None) -> Choice:
        points = option[1] if len(option) > 1 else None
        return Choice(
            id=option[0],
            words=self.form.options[question][option[0]].words,
            points=None if points is None else str(points),
            counts_as_blank=len(option) > 1 and points is None,
            alone=option[0] == none,
        )

    def conditions(self, data: Json) -> Iterable[Condition]:
        """When a question is asked. An end of the questions is told once, where it comes (`stop`), and not at each that follows."""
        for condition, absent in data.get("asks", ()):
            if _ended(condition) is not None:
                continue
            skip = condition[0] == "not"
            yield Condition(self.clauses.of(condition[1] if skip else condition), skip, self.counts(data["id"], absent))

    def counts(self, question: str, absent: Any) -> Counts:
        """What a question counts when it is left out, turned round where a score turns it round.

        Scores to which it then adds nothing are left out; so are those that it does not concern.
        """
        if absent == "out":
            return ()
        found: dict[str, list[str]] = {}
        users = 0
        for score in self.data["scores"]:
            ways = [term for term in _terms(score) if term[0] == question]
            if score["op"] == "count" and absent == "blank":
                ways += [[question, 1, 0] for part in score["of"] if question in self.clauses.questions_of(part)][:1]
            for _, times, plus in ways:
                users += 1
                counted = "blank" if absent == "blank" else _count(absent, str(times), str(plus))
                if counted != "0" or score["op"] != "sum" or "blank" in score:
                    found.setdefault(counted, []).append(self.clauses.title(score["id"]))
        if len(found) == 1:
            return tuple((counted, () if len(titles) == users else tuple(titles)) for counted, titles in found.items())
        return tuple((counted, tuple(titles)) for counted, titles in found.items())

    def stop(self, gate: Item[Question]) -> Clause | None:
        """The end condition of a question, which the plan keeps with each question that it ends, in the order of the gates."""
        if gate.model.end_if is None:
            return None
        for later in list(self.form.questions.values())[self.numbers[gate.id] :]:
            gates = [
                other.id
                for other in list(self.form.questions.values())[: self.numbers[later.id] - 1]
                if other.model.end_if is not None
                and (other.scope is None or (later.scope is not None and _thing(other) == _thing(later)))
            ]
            if gate.id in gates:
                data = self.data["questions"][self.numbers[later.id] - 1]
                ends = [end for condition, _ in data["asks"] if (end := _ended(condition)) is not None]
                return self.clauses.of(ends[gates.index(gate.id)])
        return None

    # Flags

    def card(self, data: Json) -> Card:
        flag = self.form.flags[data["id"]].model
        under: set[int] = set()
        for part in _ways(data["when"]):
            numbers = [self.numbers[id] for id in self.clauses.questions_of(part)]
            under |= {max(numbers)} if numbers else set()
        if not under:
            under = {max((self.numbers[id] for id in data["uses"]), default=len(self.numbers))}
        return Card(
            id=data["id"],
            level=flag.level,
            title=flag.title,
            say=flag.say,
            when=self.clauses.of(data["when"]),
            at_once=bool(data.get("at_once")),
            under=tuple(sorted(under)),
            contacts=tuple(flag.contacts),
            next=tuple(flag.next),
            sources=tuple(flag.sources),
        )

    # Results

    def scale(self, data: Json) -> Scale:
        id: str = data["id"]
        score = self.form.scores[id].model
        return Scale(
            id=id,
            title=self.clauses.title(id),
            unit=score.unit or "",
            low=str(data["low"]),
            high=str(data["high"]),
            higher_is=data["higher_is"],
            main=id in self.leading(),
            shown=score.show,
            read_next=score.read_next or "",
            working=self.working(data),
            tables=tuple(self.tables(id)),
        )

    def leading(self) -> frozenset[str]:
        """Scores that lead the result.

        A score that rests on all that the others rest on leads them (a total and its subscales). Where there is none, rules
        lead; and where there are no rules either, all shown scores stand side by side (a profile).
        """
        shown = {
            data["id"]: frozenset(data["needs"])
            for data in self.data["scores"]
            if self.form.scores[data["id"]].model.show
        }
        for id, needs in shown.items():
            if all(other == id or others < needs for other, others in shown.items()):
                return frozenset((id,))
        return frozenset() if self.data["findings"] else frozenset(shown)

    def tables(self, score: str) -> Iterable[Table]:
        item = self.form.bands.get(score)
        if item is None:
            return
        known = {table["id"]: table for table in self.data["bands"]}
        for id, bands, _ in sorted(table_ids(item), key=lambda entry: entry[0] != score):
            default = id == score
            yield Table(
                id=id,
                title=bands.title or "",
                default=default,
                because=(item.model.because or "") if default else "",
                cases=tuple(self.cases(known[id], bands)),
                overrides=tuple(self.overrides(known[id], bands)),
            )

    def cases(self, table: Json, bands: BandSet) -> Iterable[Case]:
        lists = [dict(zip(ids_of(ranges), ranges.values(), strict=True)) for _, ranges in band_lists(bands)]
        for condition, rows in table["cases"]:
            # in a repeated block the plan keeps only the case of its own thing, so lists are matched by their bands
            wanted = [row[0] for row in rows]
            if len(table["cases"]) == len(lists):
                named: Mapping[str, Meaning] = lists[table["cases"].index([condition, rows])]
            else:
                named = next(each for each in lists if set(wanted) <= set(each))
            yield Case(
                None if condition is None else self.clauses.of(condition),
                tuple(self.outcome(row[0], named[row[0]], span=_span(row[1:])) for row in rows),
            )

    def overrides(self, table: Json, bands: BandSet) -> Iterable[Override]:
        names = {
            id: band.name
            for _, ranges in band_lists(bands)
            for id, band in zip(ids_of(ranges), ranges.values(), strict=True)
        }
        for (condition, band), override in zip(table.get("override", ()), bands.override.values(), strict=True):
            yield Override(self.clauses.of(condition), names[band], override.because or "")

    def finding(self, data: Json) -> Found:
        finding = self.form.findings[data["id"]].model
        outcomes = []
        for id, condition in data["rules"]:
            meaning: Meaning | None = finding.otherwise if id == "otherwise" else finding.rules[id]
            assert meaning is not None  # the compiler asks for it
            outcomes.append(self.outcome(id, meaning, when=None if id == "otherwise" else self.clauses.of(condition)))
        return Found(data["id"], finding.title or "", tuple(outcomes))

    def outcome(self, id: str, meaning: Meaning, span: Span | None = None, when: Clause | None = None) -> Outcome:
        return Outcome(
            id=id,
            name=meaning.name,
            means=meaning.means,
            level=meaning.level or "",
            tonight=tuple(meaning.tonight),
            this_week=tuple(meaning.this_week),
            next=tuple(meaning.next),
            sources=tuple(meaning.sources),
            span=span,
            when=when,
        )

    # Working out

    def working(self, data: Json) -> Working:
        op = data["op"]
        terms = tuple(self.term(*term) for term in _terms(data))
        clauses = tuple(self.clauses.of(part) for part in data["of"]) if op == "count" else ()
        return Working(
            op=op,
            terms=terms,
            clauses=clauses,
            rows=tuple(Row(str(row[0]), _span(row[1:])) for row in data.get("rows", ())),
            plus=str(data.get("plus", "")),
            zero=str(data.get("zero", "")),
            round=_rounding(data.get("round")),
            blanks=self.blanks(data, len(terms) + len(clauses)),
            only_if=self.clauses.of(data["guard"]) if "guard" in data else None,
            absent=str(data.get("absent", "")),
        )

    def blanks(self, data: Json, items: int) -> Blanks | None:
        rule = data.get("blank")
        if rule is None:
            return None
        return Blanks(
            allow=rule["allow"],
            items=items,
            whole=not any(self.may_be_out(term[0]) for term in _terms(data)),
            then=rule["then"],
            value=str(rule.get("value", "")),
            round=_rounding(rule.get("round")),
        )

    def may_be_out(self, id: str) -> bool:
        """Whether an item can be absent: a question that is then left out, or a score of its own that is."""
        if id in self.numbers:
            return any(absent == "out" for _, absent in self.clauses.questions[id].get("asks", ()))
        score = next(score for score in self.data["scores"] if score["id"] == id)
        return "absent" not in score and (
            "guard" in score or all(self.may_be_out(term[0]) for term in _terms(score) if term[0])
        )

    def term(self, id: str | None, times: Any, plus: Any) -> Term:
        number_ = self.numbers.get(id) if id else None
        if number_ is not None and self.clauses.questions[id]["kind"] == "one":
            return Term(number_, "", "1", "0")  # `points` lists what its answers count here
        title = self.clauses.title(id) if id and number_ is None else ""
        return Term(number_, title, str(times), str(plus))

    def points(self) -> tuple[Points, ...]:
        """Points for each answer, questions with the same points together.

        A question that a score turns round is listed with the points that count there, so that nobody has to reverse
        anything by hand. Where scores count it in different ways, it is listed once for each way, with their titles.
        """
        ways: dict[str, dict[tuple[str, str], list[str]]] = {}
        for score in self.data["scores"]:
            for id, times, plus in _terms(score):
                if id in self.numbers:
                    ways.setdefault(id, {}).setdefault((str(times), str(plus)), []).append(
                        self.clauses.title(score["id"])
                    )
        lists: dict[tuple[tuple[tuple[str, str], ...], tuple[str, ...]], list[int]] = {}
        for question in self.data["questions"]:
            id = question["id"]
            options = [
                (option[0], option[1])
                for option in question.get("options", ())
                if len(option) > 1 and option[1] is not None
            ]
            if not options:
                continue
            known = ways.get(id, {}) if question["kind"] == "one" else {}
            for (times, plus), titles in (known or {("1", "0"): [""]}).items():
                rows = tuple((self._words(id, option), _count(points, times, plus)) for option, points in options)
                lists.setdefault((rows, tuple(titles) if len(known) > 1 else ()), []).append(self.numbers[id])
        return tuple(Points(tuple(numbers), rows, titles) for (rows, titles), numbers in lists.items())

    def _words(self, question: str, option: str) -> str:
        return self.form.options[question][option].words

    def skipped(self) -> tuple[Skipped, ...]:
        """What questions count when an end of the questions has left them out."""
        found: dict[Counts, list[int]] = {}
        for question in self.data["questions"]:
            for condition, absent in question.get("asks", ()):
                counts = self.counts(question["id"], absent) if _ended(condition) is not None else ()
                if counts and self.numbers[question["id"]] not in found.setdefault(counts, []):
                    found[counts].append(self.numbers[question["id"]])
        return tuple(Skipped(tuple(numbers), counts) for counts, numbers in found.items())

    def sources(self, cards: Iterable[Card], findings: Iterable[Found], scales: Iterable[Scale]) -> tuple[str, ...]:
        found = dict.fromkeys(self.source.basis.informed_by)
        for card in cards:
            found |= dict.fromkeys(card.sources)
        outcomes = [outcome for finding in findings for outcome in finding.outcomes]
        outcomes += [band for scale in scales for table in scale.tables for case in table.cases for band in case.bands]
        for outcome in outcomes:
            found |= dict.fromkeys(outcome.sources)
        return tuple(found)


def _ended(condition: list[Any]) -> list[Any] | None:
    """The end of an earlier question by which this one is ended, if the condition is one."""
    if condition[0] == "not" and condition[1][0] == "sure":
        end: list[Any] = condition[1][1]
        return end
    return None


def _thing(item: Item[Any]) -> tuple[str, str]:
    assert item.scope is not None
    return item.scope.block, item.scope.thing


def _ways(condition: list[Any]) -> list[list[Any]]:
    """The parts of which each alone makes a condition true."""
    if condition[0] == "or":
        return [way for part in condition[1:] for way in _ways(part)]
    return [condition]


def _span(row: list[Any]) -> Span:
    low, high, open_ = [*row, 0][:3]
    return Span("" if low is None else str(low), "" if high is None else str(high), bool(open_ & 1), bool(open_ & 2))


def _rounding(data: list[Any] | None) -> Rounding | None:
    return Rounding(data[0], str(data[1])) if data else None


def _terms(score: Json) -> list[list[Any]]:
    """The terms of a score; a count has conditions in their place."""
    if score["op"] == "count":
        return []
    return [[id, 1, 0] for id in score["of"]] if score["op"] == "between" else list(score["of"])


def _count(points: Any, times: str, plus: str) -> str:
    """What an answer's points count in a score: times * points + plus, exactly."""
    return str(number(exact(Fraction(times) * Fraction(str(points)) + Fraction(plus))))
