"""A proof as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ebbtide.problem import as_text as problem_text
from ebbtide.selfcheck.plan import Json
from ebbtide.selfcheck.proofs.study import Analysis
from ebbtide.selfcheck.proofs.words import count_of, share

if TYPE_CHECKING:  # for its name alone: a proof calls this module to be told
    from ebbtide.selfcheck.proofs.proof import Proof

_STATUS = {
    "proved": "proved",
    "failed": "FAILED",
    "unproved": "NOT PROVED",
    "report": "",
    "nothing": "nothing to prove",
}


def as_text(proof: Proof) -> str:
    """The whole report, a block for each analysis."""
    lines = [f"{proof.id} {proof.version}", ""]
    for number, analysis in proof.analyses.items():
        if number == 15:
            continue
        status = _STATUS[analysis.status]
        lines.append(f"{number:>2}. {analysis.title}{f': {status}' if status else ''}")
        if analysis.status != "nothing":
            lines += [f"    {line}" for line in _lines(number, analysis)]
        lines += [f"    {sentence}" for sentence in analysis.open]
    if proof.problems:
        lines += ["", *(problem_text(problem) for problem in proof.problems)]
    return "\n".join(lines) + "\n"


def _lines(number: int, analysis: Analysis) -> Iterator[str]:
    data = analysis.data
    if number == 1:
        for table in data["tables"]:
            yield f"{table['bands']}: {count_of(table['patterns'])}, {count_of(len(table['gaps']), 'gap')}, {count_of(len(table['overlaps']), 'overlap')}"
    elif number == 2:
        yield from _reached(data)
    elif number == 5:
        yield count_of(len(data["conditions"]), "condition")
    elif number == 6:
        for flag in data["flags"]:
            when = "at once" if flag["at_once"] else "with the result"
            yield f"{flag['flag']}: {when}" + (
                "" if flag["answers"] is None else f", reached by {count_of(flag['answers'], 'answer')}"
            )
    elif number == 7:
        yield from _meetings(data)
    elif number == 9:
        yield from _open(data)
    elif number == 10:
        for score in data["scores"]:
            questions = [entry["question"] for entry in score["questions"]]
            yield f"{score['score']} ({score['higher_is']} when higher): {count_of(len(questions), 'question')}"
    elif number == 11:
        for table in data["tables"]:
            yield f"{table['score']}: {table['raw']} raw scores from {table['lowest']} to {table['highest']}{'' if table['monotone'] else ', not monotone'}"
    elif number == 12:
        yield from _lengths(data)
    elif number == 13:
        yield from _distribution(data)
    elif number == 14:
        yield from _pairs(data)


def _reached(data: Json) -> Iterator[str]:
    yield f"{count_of(len(data['asked']), 'question')} can be asked, {count_of(len(data['flags']), 'flag')} can be raised"
    for finding in data.get("findings", []):
        never = [rule for rule in finding["never"] if rule != "otherwise"]
        yield f"{finding['finding']}: {count_of(len(finding['reached']), 'rule')} can be found" + (
            f", never {', '.join(never)}" if never else ""
        )


def _meetings(data: Json) -> Iterator[str]:
    for one in data["meetings"]:
        if one["low"]:
            part = share(one["with_flag_complete"], one["complete"])
            yield f"{one['result']} {one['outcome']} and {one['flag']}: {one['with_flag_complete']:,} of {count_of(one['complete'])} without a blank ({part})"


def _open(data: Json) -> Iterator[str]:
    for table in data["tables"]:
        yield f"{table['bands']}: {table['spanning']:,} of {count_of(table['patterns'])} with allowed blanks span two bands or more"
        if table["impossible"]:
            yield f"{table['bands']}: in {count_of(table['impossible'])} the band is none that the missing answers could have led to"
        for case in table["cases"][:3]:
            yield f"  {case['band']} (could be {' or '.join(case['possible'])}): {count_of(case['patterns'])}"


def _lengths(data: Json) -> Iterator[str]:
    found = data["questions"]
    if found:
        alike = found["least"] == found["most"]
        yield (
            count_of(found["most"], "question")
            if alike
            else f"{found['least']} to {found['most']} questions, typically {found['typical']}"
        )
    for one in data["settled"]:
        where = (
            "from the start"
            if one["after"] is None
            else f"at the earliest after {one['after']}, question {one['asked']}"
        )
        yield f"{one['result']}: settled {where} ({one['outcome']})"


def _distribution(data: Json) -> Iterator[str]:
    for table in data["tables"]:
        yield f"{table['bands']}: {count_of(table['complete'])} without a blank" + (
            f", {table['patterns']:,} with allowed blanks" if table["patterns"] != table["complete"] else ""
        )
        for band in table["by_band"]:
            narrow = ", narrow" if band["band"] in table["narrow"] else ""
            yield f"  {band['band']:<24} {band['complete']:>24,}  {share(band['complete'], table['complete'])}{narrow}"


def _pairs(data: Json) -> Iterator[str]:
    for pair in data["pairs"]:
        one, two = pair["results"]
        yield f"{one} and {two}: {pair['differing']:,} of {count_of(pair['patterns'])} differ ({share(pair['differing'], pair['patterns'])})"
        for extreme in pair["extremes"]:
            yield f"  at the most: {one} {_none(extreme[one])}, {two} {_none(extreme[two])}"


def _none(outcome: Any) -> str:
    return "nothing" if outcome is None else str(outcome)
