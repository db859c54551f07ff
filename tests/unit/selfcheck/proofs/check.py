"""A proof against the count of every pattern: nothing claimed that is not so, nothing missed that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

from ebbtide.model.questionnaire import Questionnaire
from ebbtide.selfcheck import Plan, score
from ebbtide.selfcheck.lower_results import LEVELS
from ebbtide.selfcheck.proofs import Proof, prove
from ebbtide.selfcheck.proofs.choices import written
from ebbtide.selfcheck.proofs.conditions import written as conditions_of
from ebbtide.selfcheck.proofs.flags import results
from ebbtide.selfcheck.proofs.study import Study, natural
from ebbtide.selfcheck.proofs.twins import raises
from ebbtide.selfcheck.scorer import ABSENT, BLANK, Run, meets
from tests.unit.selfcheck.proofs.brute import Answers, given, is_complete, patterns

NULL = (ABSENT, BLANK)


class Brute:
    """Every pattern of one definition, scored."""

    def __init__(self, questionnaire: Questionnaire, plan: Plan) -> None:
        self.questionnaire, self.plan = questionnaire, plan
        self.study = Study(questionnaire, plan)
        self.runs = [(answers, Run(plan.data, answers)) for answers in patterns(plan)]

    def restricted(self, *nodes: Any) -> list[tuple[Answers, Run]]:
        """Patterns of the questions alone on which some nodes depend."""
        mask = self.study.closed(nodes)
        names = {variable.id for variable in self.study.questions(mask)}
        return [(answers, Run(self.plan.data, answers)) for answers in patterns(self.plan, names)]


def how(run: Run, table: Any) -> tuple[int | None, int | None, list[int], Any]:
    """Override, case, rows and value of a table, without any of the code under test."""
    override = next(
        (index for index, (condition, _) in enumerate(table.get("override", ())) if run.truth(condition, False)), None
    )
    value = run.value(table["score"], False)
    case = next(
        (
            index
            for index, (condition, _) in enumerate(table["cases"])
            if condition is None or run.truth(condition, False)
        ),
        None,
    )
    rows = (
        []
        if value in NULL or case is None
        else [index for index, row in enumerate(table["cases"][case][1]) if meets(row, value)]
    )
    return override, case, rows, value


def check(questionnaire: Questionnaire, plan: Plan, brute: Brute | None = None) -> Proof:
    """Compare every analysis with the count of all patterns. Returns the proof."""
    proof = prove(questionnaire, plan)
    assert all(problem.rule != "unproved" for problem in proof.problems)
    brute = brute or Brute(questionnaire, plan)
    data = {number: analysis.data for number, analysis in proof.analyses.items()}
    rules = {(problem.rule, problem.place) for problem in proof.problems}
    bands(brute, data, rules)
    reached(brute, data)
    conditions(brute, data)
    flags(brute, data)
    values(brute, data)
    blanks(brute, data)
    monotone(brute, data)
    tables(brute, data)
    lengths(brute, data)
    pairs(brute, data)
    return proof


def bands(brute: Brute, data: Any, rules: Any) -> None:
    plan, study = brute.plan, brute.study
    for index, stage in enumerate(study.tables):
        table = stage.table
        gaps: Counter[Any] = Counter()
        uncovered: Counter[Any] = Counter()
        overlaps: set[Any] = set()
        by_total: Counter[Any] = Counter()
        by_band: Counter[Any] = Counter()
        complete: Counter[Any] = Counter()
        value_node, band_node = study.reader.value(stage.score, False), study.reader.band(stage.id)
        for answers, run in brute.restricted(value_node, band_node):
            override, case, rows, value = how(run, table)
            band = run.band(stage.id)
            by_band[band] += 1
            complete[band] += is_complete(answers)
            if value not in NULL:
                by_total[natural(value[0])] += 1
                if override is None and case is None:
                    uncovered[natural(value[0])] += 1
                elif override is None and not rows:
                    gaps[case, natural(value[0])] += 1
                elif override is None and len(rows) > 1:
                    overlaps.add((case, natural(value[0])))
        listed = [*data[1]["tables"][index]["gaps"], *data[3]["tables"][index]["holes"]]
        assert {(gap["case"], value) for gap in listed for value in gap["values"]} == set(gaps)
        assert sum(gap["patterns"] for gap in listed) == sum(gaps.values())
        assert all(isinstance(value, str) for gap in data[3]["tables"][index]["holes"] for value in gap["values"])
        assert {(one["case"], one["value"]) for one in data[1]["tables"][index]["overlaps"]} == overlaps
        for gap in listed:
            result = score(plan, gap["witness"])
            assert result["bands"][stage.id] is None
            assert natural_of(result["scores"][stage.score]) == float(gap["value"])
        distribution = data[13]["tables"][index]
        assert {entry["total"]: entry["patterns"] for entry in distribution["by_total"]} == by_total
        assert {entry["band"]: entry["patterns"] for entry in distribution["by_band"] if entry["patterns"]} == {
            band: count for band, count in by_band.items() if band is not None
        }
        assert all(entry["complete"] == complete[entry["band"]] for entry in distribution["by_band"])
        assert distribution["without_band"]["patterns"] == by_band[None]
        cut = next((one for one in data[4]["tables"] if one["bands"] == stage.id), None)
        found = {one["value"]: one["patterns"] for one in cut["uncovered"]} if cut else {}
        assert found == uncovered
        for one in cut["blank_milder"] if cut else []:
            result = score(plan, one["witness"])
            assert result["bands"][stage.id] == one["band"]
    dead: dict[Any, bool] = {}
    for stage in study.tables:
        seen = [how(run, stage.table) for _, run in brute.runs]
        cases = {case for override, case, _, _ in seen if override is None}
        given_by_override = {stage.table["override"][override][1] for override, *_ in seen if override is not None}
        hit = {(case, rows[0]) for override, case, rows, _ in seen if override is None and rows}
        for number, _ in enumerate(stage.table.get("override", ())):
            place = plan.place("override", stage.id, str(number))
            dead[place] = dead.get(place, True) and number not in {override for override, *_ in seen}
        for case, (condition, rows) in enumerate(stage.table["cases"]):
            if case not in cases and condition is None and len(stage.table["cases"]) > 1:
                continue
            for number, row in enumerate(rows):
                place = plan.place("row", stage.id, str(case), str(number))
                if case not in cases and condition is not None and number:
                    continue
                alive = (case, number) in hit or (
                    row[0] in given_by_override and not (case not in cases and condition is not None)
                )
                dead[place] = dead.get(place, True) and not alive
    for place, is_dead in dead.items():
        assert (
            any(("unreachable-band", place) == one or ("unreachable-override", place) == one for one in rules)
        ) == is_dead, place


def natural_of(value: Any) -> float:
    assert value is not None
    return float(value)


def reached(brute: Brute, data: Any) -> None:
    asked = {name for _, run in brute.runs for name in run.asked()}
    assert set(data[2]["asked"]) == asked
    for finding in data[2]["findings"]:
        found = {run.finding(finding["finding"]) for _, run in brute.runs} - {None}
        assert set(finding["reached"]) == found
    names = {flag["id"] for flag in brute.plan.data["flags"] for _, run in brute.runs if run.truth(flag["when"], False)}
    shown = {brute.plan.place("flag", name) for name in names}
    assert {brute.plan.place("flag", name) for name in data[2]["flags"]} == shown


def conditions(brute: Brute, data: Any) -> None:
    seen: dict[Any, set[Any]] = {}
    for condition in conditions_of(brute.study):
        seen.setdefault(str(condition.place), set()).update(run.truth(condition.tree, False) for _, run in brute.runs)
    assert {one["place"] for one in data[5]["conditions"]} == set(seen)
    for one in data[5]["conditions"]:
        assert (one["true"] is not None) == (True in seen[one["place"]])
        assert (one["false"] is not None) == (False in seen[one["place"]])


def flags(brute: Brute, data: Any) -> None:
    plan, study = brute.plan, brute.study
    by_id = {flag["id"]: flag for flag in plan.data["flags"]}
    for entry in data[6]["flags"]:
        flag = by_id[entry["flag"]]
        assert entry["flag"] in score(plan, entry["witness"])["flags"]
        if entry["at_once"]:
            nowhere = [
                run
                for _, run in brute.runs
                if run.truth(flag["when"], False) and not any(run.asks(name, False) for name in flag["uses"])
            ]
            late = entry["late"]
            if nowhere:
                assert late is not None
            if late is not None:
                run = Run(plan.data, late["witness"])
                if late["message"].endswith("at once."):
                    assert run.truth(flag["when"], False) is True
                    assert not any(run.asks(name, False) for name in flag["uses"])
                else:
                    assert run.truth(flag["when"], False) is not True
    for result in results(study):
        for name, flag in by_id.items():
            truth = study.reader.truth(flag["when"], False)
            if not truth.mask or not result.node.mask:
                continue
            counts: Counter[Any] = Counter()
            raised: Counter[Any] = Counter()
            low_complete: Counter[Any] = Counter()
            for answers, run in brute.restricted(result.node, truth):
                outcome = run.band(result.name) if result.name in run.tables else run.finding(result.name)
                counts[outcome] += 1
                if run.truth(flag["when"], False):
                    raised[outcome] += 1
                    low_complete[outcome] += is_complete(answers)
            listed = {
                one["outcome"]: one
                for one in data[7]["meetings"]
                if one["result"] == result.name and one["flag"] == name
            }
            assert {outcome: one["with_flag"] for outcome, one in listed.items()} == {
                outcome: count for outcome, count in raised.items() if outcome is not None
            }
            for outcome, one in listed.items():
                assert one["patterns"] == counts[outcome]
                assert one["with_flag_complete"] == low_complete[outcome]
                shown = score(plan, one["witness"])
                assert name in shown["flags"]
                assert {**shown["bands"], **shown["findings"]}[result.name] == outcome


def values(brute: Brute, data: Any) -> None:
    complete = [(answers, Run(brute.plan.data, answers)) for answers in patterns(brute.plan, blanks="none")]
    for entry in data[8]["scores"]:
        missing = any(run.value(entry["score"], False) in NULL for _, run in complete)
        assert entry["always"] == (not missing)
        if entry["lost"] is not None:
            result = score(brute.plan, entry["lost"])
            assert result["scores"][entry["score"]] is None
            assert is_complete(entry["lost"])


def blanks(brute: Brute, data: Any) -> None:
    for entry in data[9]["tables"]:
        stage = next(stage for stage in brute.study.tables if stage.id == entry["bands"])
        reader = brute.study.reader
        spanning = outside = total = 0
        for _, run in brute.restricted(
            reader.value(stage.score, True), reader.band(stage.id), reader.possible_bands(stage.id)
        ):
            total += 1
            value, wide = run.value(stage.score, False), run.value(stage.score, True)
            if value in NULL or value == wide:
                continue
            possible, band = run.possible_bands(stage.id), run.band(stage.id)
            spanning += len(possible) > 1
            outside += band is not None and band not in possible
        assert (entry["patterns"], entry["spanning"], entry["impossible"]) == (total, spanning, outside)
        for case in entry["cases"]:
            result = score(brute.plan, case["witness"])
            assert result["bands"][stage.id] == case["band"]
            if len(case["possible"]) > 1:
                shown = result["range"][stage.id]["bands"]
                assert set(shown) >= set(case["possible"])
                assert shown == case["possible"] or entry["stays_open"]


def assignments(plan: Plan, names: list[str], most: int = 1500) -> Iterator[Answers]:
    """Answers to all of `names`, asked or not, none of them blank; none where there are more than `most`."""
    questions = {question["id"]: question for question in plan.data["questions"]}
    each = [list(given(questions[name])) for name in names]
    size = 1
    for answers in each:
        size *= len(answers)
    if size <= most:
        for chosen in product(*each):
            yield dict(zip(names, chosen, strict=True))


def monotone(brute: Brute, data: Any) -> None:
    plan, study = brute.plan, brute.study
    direction = {"worse": 1, "better": -1}
    for entry in data[10]["scores"]:
        name = entry["score"]
        stages = [stage for stage in study.tables if stage.score == name and study.ranks[stage.id] is not None]
        nodes = [study.reader.value(name, False), *(study.reader.band(stage.id) for stage in stages)]
        names = [variable.id for variable in study.questions(study.closed(nodes))]
        for one in entry["questions"]:
            sign = 1 if one["raises"] == "raises" else -1
            question = study.reader.questions[one["question"]]
            others = [other for other in names if other != one["question"]]
            moves = [(written(question, low), written(question, high)) for low, high in raises(question) or []]
            wrong = False
            tried = False
            for rest in assignments(plan, others):
                tried = True
                for low, high in moves:
                    first, second = (Run(plan.data, {**rest, one["question"]: side}) for side in (low, high))
                    if not first.asks(one["question"], False):
                        break
                    a, b = first.value(name, False), second.value(name, False)
                    if a not in NULL and b not in NULL and sign * (b[0] - a[0]) < 0:
                        wrong = True
                    for stage in stages:
                        ranks = study.ranks[stage.id] or {}
                        bands = (first.band(stage.id), second.band(stage.id))
                        levels = [stage.id] if stage.id in data[10]["levels"] else []
                        if (
                            None not in bands
                            and sign * direction[entry["higher_is"]] * (ranks[bands[1]] - ranks[bands[0]]) < 0
                        ):  # type: ignore[index]
                            wrong = wrong or one["how"] == "searched" or not levels
            if tried:
                in_order = all(stage.id not in data[10]["levels"] or ordered(study, stage) for stage in stages)
                if in_order:
                    assert wrong == ("worse" in one), (name, one)
            if "worse" in one:
                shows_worse(plan, study, name, one, sign)


def ordered(study: Study, stage: Any) -> bool:
    """Whether the levels of bands follow the direction of their score."""
    ranks = study.ranks[stage.id] or {}
    way = {"worse": 1, "better": -1}.get(study.reader.scores[stage.score]["higher_is"], 0)
    lists = [[way * ranks[row[0]] for row in rows] for _, rows in stage.table["cases"]]
    return all(ranked == sorted(ranked) for ranked in lists)


def shows_worse(plan: Plan, study: Study, name: str, one: Any, sign: int) -> None:
    low, high = (score(plan, witness) for witness in one["witness"])
    if (
        low["scores"][name] is not None
        and high["scores"][name] is not None
        and sign * (high["scores"][name] - low["scores"][name]) < 0
    ):
        return
    assert any(low["bands"][stage.id] != high["bands"][stage.id] for stage in study.tables if stage.score == name)


def tables(brute: Brute, data: Any) -> None:
    for entry in data[11]["tables"]:
        definition = brute.study.reader.scores[entry["score"]]
        raw = {value[0] for _, run in brute.runs if (value := run.term(definition["of"][0], False)) not in NULL}
        assert entry["raw"] == len(raw)
        missing = [
            natural(number)
            for number in sorted(raw)
            if not any(meets(row, (number, number, False)) for row in definition["rows"])
        ]
        assert entry["missing"] == missing


def lengths(brute: Brute, data: Any) -> None:
    counts = sorted(len(Run(brute.plan.data, answers).asked()) for answers in patterns(brute.plan, blanks="none"))
    found = data[12]["questions"]
    assert (found["least"], found["most"]) == (counts[0], counts[-1])
    assert found["typical"] == counts[(len(counts) - 1) // 2]
    for one in data[12]["settled"]:
        name = one["result"]
        outcome = partial(outcome_of, name)
        node = next(result.node for result in results(brute.study) if result.name == name)
        names = [variable.id for variable in brute.study.questions(brute.study.closed([node]))]
        order = [question["id"] for question in brute.plan.data["questions"]]
        fixed = one["witness"]
        last = -1 if one["after"] is None else order.index(one["after"])
        later = [
            run
            for answers in patterns(brute.plan, names, blanks="none")
            if all(answers.get(key, value) == value for key, value in fixed.items())
            and (run := Run(brute.plan.data, answers))
        ]
        assert {outcome(run) for run in later} == {one["outcome"]}
        earlier = settled_before(brute.plan, names, order, last, outcome)
        assert not earlier


def outcome_of(name: str, run: Run) -> Any:
    """The band or the rule of a result."""
    return run.band(name) if name in run.tables else run.finding(name)


def settled_before(plan: Plan, names: list[str], order: list[str], last: int, outcome: Callable[[Run], Any]) -> bool:
    """Whether some answers to fewer questions leave one outcome."""
    before = [name for name in order[: max(last, 0)] if name in names]
    if last < 0:
        return False
    groups: dict[Any, set[Any]] = {}
    for answers in patterns(plan, names, blanks="none"):
        start = tuple(sorted((name, str(value)) for name, value in answers.items() if name in before))
        groups.setdefault(start, set()).add(outcome(Run(plan.data, answers)))
    return any(len(found) == 1 for found in groups.values())


def pairs(brute: Brute, data: Any) -> None:
    by_name = {result.name: result for result in results(brute.study)}
    for pair in data[14]["pairs"]:
        one, two = pair["results"]
        counts: Counter[Any] = Counter()
        for _, run in brute.restricted(by_name[one].node, by_name[two].node):
            counts[tuple(run.band(name) if name in run.tables else run.finding(name) for name in (one, two))] += 1
        assert {(cell[one], cell[two]): cell["patterns"] for cell in pair["cells"]} == {
            outcomes: count for outcomes, count in counts.items() if None not in outcomes
        }
        assert pair["differing"] == sum(cell["patterns"] for cell in pair["cells"] if not cell["agree"])
        for extreme in pair["extremes"]:
            shown = score(brute.plan, extreme["witness"])
            outcomes = {**shown["bands"], **shown["findings"]}
            assert (outcomes[one], outcomes[two]) == (extreme[one], extreme[two])
            assert 1 <= extreme["levels_apart"] < len(LEVELS)
