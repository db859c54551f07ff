"""What allowed blanks leave open: analysis 9.

While a score still has a value by its rule for blanks, the blank answers could have moved it. Where what they could have made
of it lies in more than one band, the result is shown as a range. Counted are the patterns in which that happens, and those in
which the band that the rule gives is not even among the bands that the missing answers could have led to.

This is the wide reading of `plan`: the missing answers are given in every possible way. An answer that itself counts as blank
can never be given otherwise; where there are such answers (`stays_open`), the range that a reader sees can be wider still.
"""

from __future__ import annotations

from typing import Any

from ebbtide.selfcheck import score as scored
from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.proofs import folds
from ebbtide.selfcheck.proofs.automaton import TooLarge
from ebbtide.selfcheck.proofs.graph import Node
from ebbtide.selfcheck.proofs.reader import Reader, finisher
from ebbtide.selfcheck.proofs.study import Stage, Study
from ebbtide.selfcheck.proofs.truths import key
from ebbtide.selfcheck.scorer import ABSENT, BLANK, read

_LISTED = 40
"""Combinations of a band and the bands that are possible, of which so many at most are listed with answers."""


def spread(reader: Reader, name: str) -> Node:
    """A node: (value, span of what blanks leave open), or None where the score has no value.

    Both are taken in together, so that what is open is forgotten as soon as more is blank than the score allows.
    """
    score = reader.scores[name]
    graph = reader.graph
    if score["op"] not in ("sum", "mean", "max", "min", "count"):
        args = [reader.value(name, False), reader.value(name, True)]
        return graph.map(
            "spread",
            args,
            lambda value, open_to: None if value is ABSENT or value is BLANK else (value, open_to),
            fuzzy=False,
        )
    start, step, finish = folds.known(score)
    wide_start, wide_step, wide_finish = folds.wide(score["op"], read(score.get("plus", 0)))
    actual, wide = reader.items(score, False), reader.items(score, True)
    pairs = [
        graph.map("pair", [one, two], lambda one, two: (one, two), fuzzy=False)
        for one, two in zip(actual, wide, strict=True)
    ]

    def both(so_far: Any, item: Any) -> Any:
        if so_far == folds.OVER:
            return folds.OVER
        known = step(so_far[0], item[0])
        return folds.OVER if known == folds.OVER else (known, wide_step(so_far[1], item[1]))

    def end(so_far: Any) -> Any:
        return None if so_far == folds.OVER else (finish(so_far[0]), wide_finish(so_far[1]))

    what = key("spread", score["op"], score.get("blank"), score.get("plus"))
    worked = graph.fold(what, pairs, (start, wide_start), both, end, fuzzy=False)
    ends = (finisher(score, False), finisher(score, True))

    def done(guarded: Any, loosely: Any, found: Any) -> Any:
        if found is None:
            return None
        value = ends[0](guarded, found[0])
        return None if value is ABSENT or value is BLANK else (value, ends[1](loosely, found[1]))

    extras = {part: score[part] for part in ("round", "absent") if part in score}
    return graph.map(
        key("spread", extras), [reader.guard(score, False), reader.guard(score, True), worked], done, fuzzy=False
    )


def outlook(reader: Reader, table: Json) -> Node:
    """A node: (band, the bands that blanks leave open), or None where the score has no value or nothing is open."""
    band, possible = reader.banding(table), reader.possible_banding(table)
    actual, wide = reader.truths(table, False), reader.truths(table, True)

    def work(found: Any, *truths: Any) -> Any:
        if found is None or found[0] == found[1]:
            return None
        return (band(found[0], *truths[: len(actual)]), possible(found[1], *truths[len(actual) :]))

    overrides = [name for _, name in table.get("override", ())]
    what = key("outlook", overrides, [rows for _, rows in table["cases"]])
    return reader.graph.map(what, [spread(reader, table["score"]), *actual, *wide], work, fuzzy=False)


def analyse(study: Study) -> None:
    """Analysis 9."""
    study[9].data["tables"] = []
    for stage in study.tables:
        if not study.reader.value(stage.score, False).fuzzy or "blank" not in study.reader.scores[stage.score]:
            continue
        try:
            _table(study, stage)
        except TooLarge as reason:
            study[9].open.append(f"What blanks leave open of {stage.id} was not counted: {reason}.")


def _table(study: Study, stage: Stage) -> None:
    run = study.run([outlook(study.reader, stage.table)])
    found: Json = {
        "bands": stage.id,
        "patterns": run.patterns[0],
        "open": 0,
        "spanning": 0,
        "impossible": 0,
        "stays_open": _stays(study, stage),
        "cases": [],
    }
    study[9].data["tables"].append(found)
    for (value,), (patterns, _, at) in sorted(run.results().items(), key=lambda one: -one[1][0]):
        if value is None:
            continue
        band, possible = value
        found["open"] += patterns
        spans = len(possible) > 1
        outside = band is not None and band not in possible
        found["spanning"] += patterns if spans else 0
        found["impossible"] += patterns if outside else 0
        if (spans or outside) and len(found["cases"]) < _LISTED:
            given = study.whole(run.witness(at))
            shown = scored(study.plan, given)["range"].get(stage.id, {})
            found["cases"].append(
                {
                    "band": band,
                    "possible": list(possible),
                    "patterns": patterns,
                    "low": shown.get("low"),
                    "high": shown.get("high"),
                    "witness": given,
                }
            )


def _stays(study: Study, stage: Stage) -> bool:
    """Whether something that a table depends on can count as blank although it is answered, or not asked."""
    reader = study.reader
    for variable in study.questions(study.closed([reader.value(stage.score, True), *reader.truths(stage.table, True)])):
        question = variable.data
        if any(option[1:] == [None] for option in question.get("options", ())):
            return True
        if any(absent == "blank" for _, absent in question.get("asks", ())):
            return True
    return any(score.get("zero") == "blank" for score in study.plan.data["scores"])
