"""A plan -> nodes of a graph. Says again, node by node, what the scorer says by calling itself; `scorer.Run` is the authority.

The methods have the names of those of `Run`, and give a node in place of a value. The wide reading is made only where a
blank can reach, so that a self-check without optional questions costs nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from ebbtide.selfcheck.domains import round_to
from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.proofs import folds
from ebbtide.selfcheck.proofs.graph import Graph, Map, Node, Value, Variable, step_of
from ebbtide.selfcheck.proofs.truths import Truths, key
from ebbtide.selfcheck.ranges import Exact, exact
from ebbtide.selfcheck.scorer import ABSENT, BLANK, hull, meets, point, read

ASKED: Value = (True, ())
"""What an `asks` node is where a question is asked: a truth, and what it may count as where it is not."""


class Reader(Truths):
    """Makes the nodes of one plan, each when it is first wanted."""

    def __init__(self, graph: Graph, data: Json) -> None:
        self.graph, self.data = graph, data
        self.questions = {question["id"]: question for question in data["questions"]}
        self.scores = {score["id"]: score for score in data["scores"]}
        self.tables = {table["id"]: table for table in data["bands"]}
        self.findings = {finding["id"]: finding for finding in data["findings"]}
        self.variables: dict[str, Variable] = {}
        self.known: dict[tuple[Any, ...], Node] = {}
        for question in data["questions"]:
            variable = self.variables[question["id"]] = graph.variable(question)
            asks = self.asks(question["id"], False)
            if "asks" not in question:
                variable.always = True
            elif asks not in variable.asks:
                variable.asks.append(asks)

    def kept(self, kind: str, name: str, wide: bool, make: Callable[[str, bool], Node]) -> Node:
        where = (kind, name, wide)
        if where not in self.known:
            self.known[where] = make(name, wide)
        return self.known[where]

    def cut(self, node: Node, cuts: Sequence[Exact]) -> Node:
        """Note that `node` depends on its one open argument only through comparisons with `cuts`."""
        if isinstance(node, Map):
            node.cuts = tuple(cuts)
        return node

    # Questions

    def asks(self, name: str, wide: bool) -> Node:
        """A node of `Run._asks`: the truth of all conditions together, and what the question may count as."""
        return self.kept("asks", name, wide, self._asks)

    def _asks(self, name: str, wide: bool) -> Node:
        pairs = self.questions[name].get("asks", ())
        absents = tuple(absent for _, absent in pairs)

        def work(*truths: Any) -> Value:
            implied: list[Any] = []
            state: Any = True
            for truth, absent in zip(truths, absents, strict=True):
                if truth is True:
                    continue
                implied.append(absent)
                if truth is False:
                    return False, tuple(implied)
                state = None
                if not wide:
                    return None, ()
            return state, tuple(implied)

        truths = [self.truth(condition, wide) for condition, _ in pairs]
        return self.graph.map(key("asks", wide, absents), truths, work, fuzzy=any(truth.fuzzy for truth in truths))

    def answer(self, name: str) -> Node:
        return self.graph.answer(self.variables[name])

    def points(self, name: str) -> Node:
        """What an answer counts, whether or not the question is asked."""
        return self.kept("points", name, False, self._points)

    def _points(self, name: str, _wide: bool) -> Node:
        question = self.questions[name]
        answer = self.answer(name)
        kind, options = question["kind"], question.get("options", ())
        counts: dict[str, Any] = {
            option[0]: BLANK if option[1] is None else read(option[1]) for option in options if len(option) > 1
        }

        def one(given: Any) -> Value:
            if given is None:
                return BLANK
            found = counts.get(given, ABSENT)
            return found if found is ABSENT or found is BLANK else point(found)

        def many(given: Any) -> Value:
            if given is None:
                return BLANK
            found = [counts[option] for option in given if option in counts]
            return BLANK if BLANK in found else point(exact(sum((Fraction(value) for value in found), Fraction(0))))

        def add(so_far: Any, option: str) -> Any:
            value = counts.get(option, 0)
            return BLANK if so_far is BLANK or value is BLANK else (so_far or 0) + value

        def number(given: Any) -> Value:
            return BLANK if given is None else point(given)

        fuzzy = answer.fuzzy or BLANK in counts.values()
        name_of = key("points", kind, options)
        node = self.graph.map(name_of, [answer], {"one": one, "many": many}.get(kind, number), fuzzy=fuzzy)
        if isinstance(node, Map):
            node.add = add if kind == "many" else None
            node.passes = (1, 0) if kind not in ("one", "many") else None
        return node

    def value(self, name: str, wide: bool) -> Node:
        """The value of a question or a score."""
        if name in self.questions:
            return self.kept("value", name, wide, self.question)
        return self.kept("value", name, wide, self.score)

    def question(self, name: str, wide: bool) -> Node:
        asks, points = self.asks(name, False), self.points(name)
        full = self.full(name)

        def implied(absent: Any) -> Value:
            if absent == "out":
                return ABSENT
            if absent == "blank":
                return full if wide else BLANK
            return point(read(absent))

        def actual(asked: Any, given: Any) -> Value:
            state, absents = asked
            if state:
                return given
            return BLANK if state is None else implied(absents[0])

        def loose(asked: Any, actually: Any, given: Any) -> Value:
            state, absents = asked
            parts = [implied(absent) for absent in absents]
            if state is not False:
                parts.append(full if not actually[0] or given is BLANK else given)
            return hull(parts)

        absents = [absent for _, absent in self.questions[name].get("asks", ())]
        if wide:
            node = self.graph.map(
                key("wide", full_key(full)), [self.asks(name, True), asks, points], loose, fuzzy=False
            )
        elif "asks" not in self.questions[name]:
            return points
        else:
            fuzzy = points.fuzzy or asks.fuzzy or "blank" in absents
            node = self.graph.map(key("value"), [asks, points], actual, fuzzy=fuzzy)
        if isinstance(node, Map):
            node.passes = (1, 0)
        return node

    def full(self, name: str) -> Value:
        question = self.questions[name]
        return (read(question["low"]), read(question["high"]), False) if "low" in question else ABSENT

    # Scores

    def score(self, name: str, wide: bool) -> Node:
        score = self.scores[name]
        worked = self.work(score, wide)
        if not {"round", "absent", "guard"} & set(score):
            return worked
        guard = self.guard(score, wide)
        extras = {part: score[part] for part in ("round", "absent") if part in score}
        fuzzy = guard.fuzzy or worked.fuzzy
        return self.graph.map(key("score", wide, extras), [guard, worked], finisher(score, wide), fuzzy=fuzzy)

    def guard(self, score: Json, wide: bool) -> Node:
        """Of a score of a repeated block: whether its thing was chosen."""
        return self.truth(score["guard"], wide) if "guard" in score else self.graph.const(True)

    def items(self, score: Json, wide: bool) -> list[Node]:
        """What a sum, mean, largest, smallest or count takes in."""
        if score["op"] == "count":
            return [self.counted(self.truth(condition, wide), wide) for condition in score["of"]]
        return [self.term(term, wide) for term in score["of"]]

    def work(self, score: Json, wide: bool) -> Node:
        op = score["op"]
        if op in ("sum", "mean", "max", "min", "count"):
            items = self.items(score, wide)
            if wide:
                plus = read(score.get("plus", 0))
                return self.graph.fold(key("gather", op, str(plus)), items, *folds.wide(op, plus), fuzzy=False)
            fuzzy = any(item.fuzzy for item in items)
            name = key("known", op, score.get("blank"), score.get("plus"))
            return self.graph.fold(name, items, *folds.known(score), fuzzy=fuzzy)
        if op == "between":
            items = [self.value(name, wide) for name in score["of"]]
            work, name = _between, key("between")
        elif op == "ratio":
            items = [self.term(term, wide) for term in score["of"]]
            work, name = _ratio(score, wide), key("ratio", wide, score.get("zero"), score["low"], score["high"])
        else:
            items = [self.term(term, wide) for term in score["of"]]
            work, name = _steps(score, wide), key("steps", wide, score["rows"], score["low"], score["high"])
        node = self.graph.map(
            name, items, _stated(work), fuzzy=not wide and (op != "between" or any(item.fuzzy for item in items))
        )
        if isinstance(node, Map):
            node.between = op == "between" and not wide
        if op == "steps":
            self.cut(node, [read(end) for row in score["rows"] for end in row[1:3] if end is not None])
        return node

    def counted(self, truth: Node, wide: bool) -> Node:
        def work(held: Any) -> Value:
            if held is None:
                return (0, 1, False) if wide else BLANK
            return point(int(held))

        return self.graph.map(key("counted", wide), [truth], work, fuzzy=not wide and truth.fuzzy)

    def term(self, term: Sequence[Any], wide: bool) -> Node:
        name, times, plus = term
        if name is None:
            return self.graph.const(point(read(plus)))
        value = self.value(name, wide)
        if times == 1 and plus == 0:
            return value
        by, more = read(times), read(plus)

        def work(given: Any) -> Value:
            if given is ABSENT or given is BLANK:
                return given
            ends = [step_of(end, by, more) for end in given[:2]]
            return (min(ends), max(ends), given[2])

        node = self.graph.map(key("term", times, plus), [value], work, fuzzy=value.fuzzy)
        if isinstance(node, Map):
            node.passes = (by, more)
        return node

    # Results

    def band(self, name: str) -> Node:
        """The id of the band, or None."""
        return self.kept("band", name, False, self._band)

    def _band(self, name: str, _wide: bool) -> Node:
        table = self.tables[name]
        overrides = [band for _, band in table.get("override", ())]
        cases = [rows for _, rows in table["cases"]]
        args = [self.value(table["score"], False), *self.truths(table, False)]
        return self.graph.map(key("band", overrides, cases), args, self.banding(table), fuzzy=True)

    @staticmethod
    def banding(table: Json) -> Callable[..., Value]:
        """The band of a value and the truths of a table's overrides and cases."""
        overrides = [band for _, band in table.get("override", ())]
        cases = [rows for _, rows in table["cases"]]

        def work(value: Any, *truths: Any) -> Value:
            for truth, band in zip(truths, overrides, strict=False):
                if truth:
                    return band
            if value is ABSENT or value is BLANK:
                return None
            for truth, rows in zip(truths[len(overrides) :], cases, strict=True):
                if truth:
                    return next((row[0] for row in rows if meets(row, value)), None)
            return None

        return work

    def truths(self, table: Json, wide: bool) -> list[Node]:
        """The truths of a table's overrides, then of its cases."""
        found = [self.truth(condition, wide) for condition, _ in table.get("override", ())]
        always = self.graph.const(True)
        return found + [always if condition is None else self.truth(condition, wide) for condition, _ in table["cases"]]

    def possible_bands(self, name: str) -> Node:
        """Every band that blanks leave open, a tuple from low to high: see `Run.possible_bands`."""
        return self.kept("possible bands", name, True, self._possible_bands)

    def _possible_bands(self, name: str, _wide: bool) -> Node:
        table = self.tables[name]
        what = key(
            "possible bands", [band for _, band in table.get("override", ())], [rows for _, rows in table["cases"]]
        )
        args = [self.value(table["score"], True), *self.truths(table, True)]
        return self.graph.map(what, args, self.possible_banding(table), fuzzy=False)

    @staticmethod
    def possible_banding(table: Json) -> Callable[..., Value]:
        """The bands that a span and the truths of a table's overrides and cases leave open."""
        overrides = [band for _, band in table.get("override", ())]
        cases = [rows for _, rows in table["cases"]]
        order = tuple(dict.fromkeys(row[0] for rows in cases for row in rows))

        def work(value: Any, *truths: Any) -> Value:
            found: set[str] = set()
            certain = False
            for truth, band in zip(truths, overrides, strict=False):
                if truth is not False:
                    found.add(band)
                if truth:
                    certain = True
                    break
            if not certain and value is not ABSENT:
                for truth, rows in zip(truths[len(overrides) :], cases, strict=True):
                    if truth is not False:
                        found.update(row[0] for row in rows if meets(row, value))
                    if truth:
                        break
            return tuple(band for band in order if band in found)

        return work

    def possible_outcomes(self, name: str) -> Node:
        """Every band that blanks leave open, and None where the score may be absent: see `Run.possible_outcomes`."""
        table = self.tables[name]
        overrides = len(table.get("override", ()))

        def work(bands: Any, value: Any, *truths: Any) -> Value:
            certain = any(truth is True for truth in truths)
            return bands if certain or not (value is ABSENT or value[2]) else (*bands, None)

        args = [self.possible_bands(name), self.value(table["score"], True), *self.truths(table, True)[:overrides]]
        return self.graph.map("possible outcomes", args, work, fuzzy=False)

    def finding(self, name: str) -> Node:
        """The id of the rule that is found, or None."""
        return self.kept("finding", name, False, self._finding)

    def _finding(self, name: str, _wide: bool) -> Node:
        finding = self.findings[name]
        first = finding["pick"] == "first"
        rules = [rule for rule, _ in finding["rules"]]

        def work(*truths: Any) -> Value:
            unknown = False
            for rule, truth in zip(rules, truths, strict=True):
                if truth:
                    return None if unknown and (first or rule == "otherwise") else rule
                unknown = unknown or truth is None
            return None

        truths = [self.truth(condition, False) for _, condition in finding["rules"]]
        return self.graph.map(key("finding", first, rules), truths, work, fuzzy=any(truth.fuzzy for truth in truths))

    def possible_rules(self, name: str) -> Node:
        return self.kept("possible rules", name, True, self._possible_rules)

    def _possible_rules(self, name: str, _wide: bool) -> Node:
        rules = [rule for rule, _ in self.findings[name]["rules"]]

        def work(*truths: Any) -> Value:
            found: list[str] = []
            for rule, truth in zip(rules, truths, strict=True):
                if truth is not False:
                    found.append(rule)
                if truth:
                    break
            return tuple(found)

        truths = [self.truth(condition, True) for _, condition in self.findings[name]["rules"]]
        return self.graph.map(key("possible rules", rules), truths, work, fuzzy=False)


def finisher(score: Json, wide: bool) -> Callable[[Any, Any], Value]:
    """What is done last with a score that has been worked out: its guard, rounding, and what it is where it would be absent."""
    absent = point(read(score["absent"])) if "absent" in score else None

    def finish(guarded: Any, value: Any) -> Value:
        if guarded is False:
            value = ABSENT
        elif guarded is None and not wide:
            return BLANK
        elif value is not ABSENT and value is not BLANK:
            low, high, maybe = value
            if "round" in score:
                how, to = score["round"]
                first = round_to(low, how, read(to))
                low, high = first, first if high == low else round_to(high, how, read(to))
            value = (low, high, maybe or guarded is None)
        if absent is None or value is BLANK:
            return value
        if value is ABSENT:
            return absent
        return hull([(value[0], value[1], False), absent]) if value[2] else value

    return finish


def full_key(full: Value) -> Any:
    return None if full is ABSENT else [str(end) for end in full[:2]]


def _stated(work: Callable[..., Value]) -> Callable[..., Value]:
    """ratio, between and steps: absent if any item is absent, else blank if any is blank."""

    def checked(*items: Any) -> Value:
        if ABSENT in items:
            return ABSENT
        return BLANK if BLANK in items else work(*items)

    return checked


def _between(first: Any, second: Any) -> Value:
    (a, b, one), (c, d, two) = first, second
    maybe = one or two
    return ((c - a) % 1440, (c - a) % 1440, maybe) if a == b and c == d else (0, 1439, maybe)


def _ratio(score: Json, wide: bool) -> Callable[..., Value]:
    zero = score.get("zero", "blank")
    bounds = (read(score["low"]), read(score["high"]))

    def work(top: Any, bottom: Any) -> Value:
        maybe = top[2] or bottom[2]
        if bottom[0] <= 0 <= bottom[1]:
            if bottom[0] == bottom[1] and zero != "blank":
                return (read(zero), read(zero), maybe)
            return (*bounds, maybe) if wide else BLANK
        if top[0] == top[1] and bottom[0] == bottom[1]:
            value = exact(Fraction(top[0], bottom[0]))
            return (value, value, maybe)
        ends = [exact(Fraction(a) / Fraction(b)) for a in top[:2] for b in bottom[:2]]
        return (min(ends), max(ends), maybe)

    return work


def _steps(score: Json, wide: bool) -> Callable[..., Value]:
    bounds = (read(score["low"]), read(score["high"]))

    def work(start: Any) -> Value:
        found = [read(row[0]) for row in score["rows"] if meets(row, start)]
        if found:
            return (min(found), max(found), start[2]) if wide else point(found[0])
        return (*bounds, start[2]) if wide else BLANK

    return work
