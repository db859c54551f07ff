"""Bands: gaps, overlaps, holes between decimals, cut-offs by another answer, bands that nothing reaches, and the distribution.

Analyses 1, 3, 4 and 13, and of analysis 2 what concerns bands and overrides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ebbtide.problem import Place
from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.proofs import words
from ebbtide.selfcheck.proofs.automaton import Automaton, TooLarge
from ebbtide.selfcheck.proofs.graph import Node
from ebbtide.selfcheck.proofs.reader import Reader
from ebbtide.selfcheck.proofs.study import Stage, Study, natural
from ebbtide.selfcheck.proofs.truths import key
from ebbtide.selfcheck.ranges import Exact
from ebbtide.selfcheck.scorer import ABSENT, BLANK, meets, read

NARROW = 1000
"""A band that fewer than one in so many patterns reach is called narrow."""

_FEW = 4

Reading = tuple[int | None, int | None, tuple[int, ...], str | None]
"""How a table is read: which override holds, which case, which of its rows hold the score, and the band."""

RULES = {
    "band-gap": "Every total that can be reached lies in a band.",
    "band-overlap": "No total lies in two bands.",
    "decimal-gap": "No total between two whole numbers falls between two bands.",
    "cut-off-uncovered": "Cut-offs that depend on another answer say how to read the score for every answer, blank included.",
    "cut-off-blank-milder": "Leaving out the answer that cut-offs depend on does not give a milder result than every answer to it.",
    "unreachable-band": "Every band can be reached by some answers.",
    "unreachable-override": "Every rule that overrides a band can take effect.",
}


def reading(study: Study, stage: Stage, reader: Reader | None = None) -> Node:
    """A node: how the table is read."""
    reader = reader or study.reader
    table = stage.table
    overrides = table.get("override", ())
    cases = [rows for _, rows in table["cases"]]

    def work(value: Any, *truths: Any) -> Reading:
        override = next((index for index, truth in enumerate(truths[: len(overrides)]) if truth), None)
        case = next((index for index, truth in enumerate(truths[len(overrides) :]) if truth), None)
        rows: tuple[int, ...] = ()
        band = None if override is None else str(overrides[override][1])
        if value is not ABSENT and value is not BLANK and case is not None:
            rows = tuple(index for index, row in enumerate(cases[case]) if meets(row, value))
            if band is None and rows:
                band = str(cases[case][rows[0]][0])
        return (override, case, rows, band)

    args = [reader.value(stage.score, False), *reader.truths(table, False)]
    return reader.graph.map(key("reading", table.get("override"), cases), args, work, fuzzy=False)


@dataclass
class Tables:
    """What was found about one table: its run, and by how it is read how often."""

    stage: Stage
    run: Automaton
    rows: dict[tuple[Any, Reading], tuple[int, int, int]]
    """(value, reading) -> all patterns, those without a blank, last state."""
    bands: dict[str | None, tuple[int, int]] = field(default_factory=dict)
    values: dict[Any, tuple[int, int]] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    """Flags that are counted along the way, in the order of the run's marks: those of a few questions of the table."""


def look(study: Study, stage: Stage) -> Tables:
    """Run one table. Raises TooLarge."""
    value, node = study.reader.value(stage.score, False), reading(study, stage)
    mask = study.closed([value, node])
    flags = {
        flag["id"]: truth
        for flag in study.plan.data["flags"]
        if (truth := study.reader.truth(flag["when"], False)).mask.bit_count() <= _FEW
        and truth.mask
        and not study.closed([truth]) & ~mask
    }
    run = study.run([value, node], list(flags.values()))
    rows = {(number, found): counts for (number, found), counts in run.results().items()}
    found = Tables(stage, run, rows, flags=list(flags))
    for (value, how), (patterns, complete, _) in rows.items():
        for counts, name in ((found.bands, how[3]), (found.values, value)):
            before = counts.get(name, (0, 0))
            counts[name] = (before[0] + patterns, before[1] + complete)
    return found


def analyse(study: Study) -> dict[str, Tables]:
    """Analyses 1 to 4 and 13 of every table; the tables that were worked out."""
    found: dict[str, Tables] = {}
    for number in (1, 3, 4, 13):
        study[number].data["tables"] = []
    reached: dict[Place, bool] = {}
    dead: dict[Place, tuple[str, str, str]] = {}
    for stage in study.tables:
        place = study.place("bands", stage.id)
        try:
            looked = found[stage.id] = look(study, stage)
        except TooLarge as reason:
            for number, what in (
                (1, "that every total has one band"),
                (2, "that every band is reached"),
                (3, "that no decimal falls between bands"),
                (4, "that cut-offs cover every answer"),
            ):
                study.unproved(number, place, f"{stage.id}: {what}", reason)
            study[13].open.append(f"The patterns of {stage.id} were not counted: {reason}.")
            continue
        _gaps(study, looked)
        _cases(study, looked)
        _distribution(study, looked)
        _reached(study, looked, reached, dead)
    study[2].data["bands"] = [str(place) for place in dead if not reached[place]]
    for place, (rule, message, hint) in dead.items():
        if not reached[place]:
            study.problem(2, place, rule, message, hint)
    return found


# 1 and 3


def _gaps(study: Study, looked: Tables) -> None:
    stage = looked.stage
    gaps: list[Json] = []
    overlaps: list[Json] = []
    holes: list[Json] = []
    runs: dict[tuple[int, int, bool], list[tuple[Exact, int, int, int]]] = {}
    for (value, (override, case, rows, _)), (patterns, complete, at) in looked.rows.items():
        if value is ABSENT or value is BLANK or case is None or override is not None:
            continue
        number: Exact = value[0]
        if not rows:
            between = isinstance(number, Fraction)
            runs.setdefault((case, _row_above(stage, case, number), between), []).append(
                (number, patterns, complete, at)
            )
        elif len(rows) > 1:
            overlaps.append(_overlap(study, looked, number, case, rows, patterns, at))
    for (case, above, between), missed in sorted(runs.items()):
        missed.sort()
        target = holes if between else gaps
        target.append(_gap(study, looked, case, above, between, missed))
    checked = {"bands": stage.id, "patterns": looked.run.patterns[0]}
    study[1].data["tables"].append({**checked, "gaps": gaps, "overlaps": overlaps})
    study[3].data["tables"].append({**checked, "holes": holes})


def _row_above(stage: Stage, case: int, value: Exact) -> int:
    """The first row that begins above a value, or how many rows there are."""
    rows = stage.table["cases"][case][1]
    return next((index for index, row in enumerate(rows) if row[1] is not None and read(row[1]) >= value), len(rows))


def _gap(
    study: Study, looked: Tables, case: int, above: int, between: bool, missed: Sequence[tuple[Exact, int, int, int]]
) -> Json:
    stage, plan = looked.stage, study.plan
    rows = stage.table["cases"][case][1]
    value, _, _, at = next((one for one in missed if one[2]), missed[0])
    before, given = study.with_answers(looked.run.witness(at))
    near = above - 1 if above else 0
    texts = [plan.words.get(("row", stage.id, str(case), str(index)), "") for index in range(len(rows))]
    if between and 0 < above < len(rows):
        message = f"{before} {words.total_of(stage.score)} is {words.said(value)}, which falls between {texts[above - 1]} and {texts[above]}."
        end = words.said(read(rows[above][1]))
        start = words.said(read(rows[above - 1][1])) if rows[above - 1][1] is not None else ""
        hint = f"Write {start} to below {end} in place of {texts[above - 1]}, or round the score."
    else:
        message = f"{before} {words.total_of(stage.score)} is {words.said(value)} and no band says what that means."
        others = [words.said(one[0]) for one in missed if one[0] != value]
        if others:
            message = f"{message[:-1]}, nor is there one for {_some(others)}."
        hint = _mend(missed, above, len(rows))
    study.problem(
        3 if between else 1,
        study.place("row", stage.id, str(case), str(near)),
        "decimal-gap" if between else "band-gap",
        message,
        hint,
    )
    return {
        "case": case,
        "values": [natural(one[0]) for one in missed],
        "patterns": sum(one[1] for one in missed),
        "complete": sum(one[2] for one in missed),
        "value": natural(value),
        "witness": given,
    }


def _some(values: Sequence[str]) -> str:
    return (
        words.listed(values)
        if len(values) <= 4
        else f"{values[0]}, {values[1]} and {len(values) - 2} more totals up to {values[-1]}"
    )


def _mend(missed: Sequence[tuple[Exact, int, int, int]], above: int, rows: int) -> str:
    low, high = words.said(missed[0][0]), words.said(missed[-1][0])
    if not above:
        return f"Let the lowest band begin at {low}."
    if above >= rows:
        return f"Let the highest band end at {high}."
    return f"Make one band end at {high} or begin at {low}."


def _overlap(
    study: Study, looked: Tables, value: Exact, case: int, rows: Sequence[int], patterns: int, at: int
) -> Json:
    stage = looked.stage
    before, given = study.with_answers(looked.run.witness(at))
    names = [str(stage.table["cases"][case][1][index][0]) for index in rows]
    message = f"{before} {words.total_of(stage.score)} is {words.said(value)}, which lies in {words.listed(names)}."
    study.problem(
        1, study.place("row", stage.id, str(case), str(rows[1])), "band-overlap", message, "Change one of their ends."
    )
    return {"case": case, "value": natural(value), "bands": names, "patterns": patterns, "witness": given}


# 4


def _cases(study: Study, looked: Tables) -> None:
    stage = looked.stage
    table = stage.table
    if len(table["cases"]) == 1 and table["cases"][0][0] is None:
        return
    found: Json = {"bands": stage.id, "uncovered": [], "blank_milder": []}
    study[4].data["tables"].append(found)
    place = study.place("bands", stage.id)
    for (value, (override, case, _, _)), (patterns, complete, at) in looked.rows.items():
        if override is not None or case is not None or value is ABSENT or value is BLANK:
            continue
        before, given = study.with_answers(looked.run.witness(at))
        found["uncovered"].append(
            {"value": natural(value[0]), "patterns": patterns, "complete": complete, "witness": given}
        )
        if len(found["uncovered"]) == 1:
            message = (
                f"{before} {words.total_of(stage.score)} is {words.said(value[0])} and no cut-offs say how to read it."
            )
            study.problem(4, place, "cut-off-uncovered", message, "Add otherwise: with ranges for every other case.")
    _blank_milder(study, looked, found)


def _blank_milder(study: Study, looked: Tables, found: Json) -> None:
    """A blank must not read milder than every answer that could have been given, for one and the same total."""
    stage = looked.stage
    by = {condition[1] for condition, _ in stage.table["cases"] if condition and condition[0] in ("is", "has")}
    ranks = study.ranks[stage.id]
    if len(by) != 1 or ranks is None:
        return
    question = str(next(iter(by)))
    if not study.reader.variables[question].optional or question in _items(study, stage.score):
        return
    asks, answer = study.reader.asks(question, False), study.reader.answer(question)
    state = study.graph.map(
        "given", [asks, answer], lambda asked, given: given is not None if asked[0] else None, fuzzy=False
    )
    value = study.reader.value(stage.score, False)
    try:
        run = study.run([value, reading(study, stage), state])
    except TooLarge as reason:
        study.unproved(4, study.place("bands", stage.id), f"{stage.id}: that a blank is not read as milder", reason)
        return
    by_value: dict[Any, dict[bool, list[tuple[int, int, str]]]] = {}
    for (number, (override, _, _, band), answered), (_, _, at) in run.results().items():
        if band is not None and override is None and answered is not None:
            by_value.setdefault(number, {True: [], False: []})[answered].append((ranks[band], at, band))
    for number, sides in sorted(by_value.items(), key=lambda one: one[0][0] if isinstance(one[0], tuple) else 0):
        if not sides[True] or not sides[False]:
            continue
        rank, at, band = min(sides[False])
        other = min(sides[True])
        if rank < other[0]:
            before, given = study.with_answers(run.witness(at))
            found["blank_milder"].append(
                {"value": natural(number[0]), "band": band, "otherwise": other[2], "witness": given}
            )
            message = f"{before} {words.total_of(stage.score)} is {words.said(number[0])} and reads {band}; with every answer to {question} it reads {other[2]} or worse."
            hint = "Let otherwise have the strictest of the cut-offs."
            if len(found["blank_milder"]) == 1:
                study.problem(4, study.place("bands", stage.id), "cut-off-blank-milder", message, hint)


def _items(study: Study, score: str) -> set[str]:
    """Questions and scores that a score is added up from, at any depth."""
    found: set[str] = set()
    todo = [score]
    while todo:
        data = study.reader.scores.get(todo.pop())
        if data is None or data["op"] == "count":
            continue
        for term in data["of"]:
            name = term if isinstance(term, str) else term[0]
            if name is not None and name not in found:
                found.add(name)
                todo.append(name)
    return found


# 2, bands


def _reached(study: Study, looked: Tables, reached: dict[Place, bool], dead: dict[Place, tuple[str, str, str]]) -> None:
    """Which rows and overrides take effect. A repeated block has one place for several tables: one that is reached is enough."""
    stage = looked.stage
    rows = {
        (case, held[0])
        for _, (override, case, held, _) in looked.rows
        if override is None and case is not None and held
    }
    cases = {case for _, (override, case, _, _) in looked.rows if override is None and case is not None}
    overrides = {override for _, (override, _, _, _) in looked.rows if override is not None}
    given = {str(stage.table["override"][index][1]) for index in overrides}
    score = words.total_of(stage.score)
    for index, (condition, _) in enumerate(stage.table.get("override", ())):
        place = study.place("override", stage.id, str(index))
        reached[place] = reached.get(place, False) or index in overrides
        if index not in overrides:
            message = f"this rule never takes effect: no answers make it true ({words.condition(study.plan, condition)}) before another rule does."
            dead.setdefault(place, ("unreachable-override", message, "Correct its condition, or delete it."))
    values = [value[0] for value in looked.values if value is not ABSENT and value is not BLANK]
    ends = (
        f"The score runs from {words.said(min(values))} to {words.said(max(values))}."
        if values
        else "The score never has a value."
    )
    for case, (condition, listed) in enumerate(stage.table["cases"]):
        if condition is None and len(stage.table["cases"]) > 1 and case not in cases:
            continue  # `otherwise` has to be written, also where nothing is left for it
        if case not in cases and condition is not None:
            place = study.place("row", stage.id, str(case), "0")
            reached.setdefault(place, False)
            message = (
                f"these cut-offs are never used: no answers make it true that {words.condition(study.plan, condition)}."
            )
            dead.setdefault(place, ("unreachable-band", message, "Correct the case, or delete it."))
            continue
        for index, row in enumerate(listed):
            place = study.place("row", stage.id, str(case), str(index))
            held = (case, index) in rows or (row[0] in given)
            reached[place] = reached.get(place, False) or held
            if not held:
                text = study.plan.words.get(("row", stage.id, str(case), str(index)), "")
                message = (
                    f"no answers lead to {text}: {score} is never that{' with these cut-offs' if condition else ''}."
                )
                dead.setdefault(place, ("unreachable-band", message, f"Change the range, or delete the band. {ends}"))


# 13


def _distribution(study: Study, looked: Tables) -> None:
    stage, run = looked.stage, looked.run
    patterns, complete = run.patterns
    order = [row[0] for _, rows in stage.table["cases"] for row in rows]
    values = sorted(
        (value[0], counts) for value, counts in looked.values.items() if value is not ABSENT and value is not BLANK
    )
    bands = {str(name): looked.bands.get(name, (0, 0)) for name in dict.fromkeys(order)}
    none = looked.bands.get(None, (0, 0))
    study[13].data["tables"].append(
        {
            "bands": stage.id,
            "score": stage.score,
            "questions": [variable.id for variable in run.plan.variables],
            "patterns": patterns,
            "complete": complete,
            "by_total": [
                {"total": natural(value), "patterns": counts[0], "complete": counts[1]} for value, counts in values
            ],
            "by_band": [{"band": name, "patterns": counts[0], "complete": counts[1]} for name, counts in bands.items()],
            "without_band": {"patterns": none[0], "complete": none[1]},
            "narrow": [name for name, counts in bands.items() if any(counts) and counts[1] * NARROW < complete],
        }
    )
