"""Bands, findings and flags: what results mean -> the plan."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ebbtide.model.base import nearest
from ebbtide.model.questionnaire_parts import Bands, BandSet, Finding, Flag, Outcome, Ranges
from ebbtide.problem import Loc
from ebbtide.selfcheck.conditions import NOT_ANSWERS, Trouble
from ebbtide.selfcheck.domains import Domain
from ebbtide.selfcheck.form import Item
from ebbtide.selfcheck.lower_conditions import TRUE, Condition, lower_condition, number
from ebbtide.selfcheck.lower_ranges import check_whole, parse_ranges, row
from ebbtide.selfcheck.names import Desk, resolve_one, sort_of
from ebbtide.selfcheck.ranges import Range

RULES = {
    "bands-shape": "Bands are ranges; or by, when and otherwise; or several named sets with a default and its reason.",
    "otherwise-missing": "Cut-offs that depend on an answer, and findings, say what holds otherwise.",
    "band-same-name": "No two bands of one list share a name.",
    "band-level": "In one list of bands or rules, all have a level or none has.",
    "band-unknown": "Every rule that overrides a band names one of the bands of that score.",
    "case-twice": "No answer stands in two cases of the same cut-offs.",
    "severity-order": "Rules of which the most severe is picked stand from the mildest to the most severe.",
    "flag-too-late": "A flag that is shown at once depends on answers alone, not on a result.",
    "flag-contact": "Every emergency and urgent flag names somebody to call.",
}

LEVELS = ("low", "some", "high", "emergency")
URGENCIES = ("emergency", "urgent", "see-someone")
_NO_RANGES = "Write them, as in 0-4, each with name and means."
_LIST_FIELDS = ("ranges", "by", "when", "otherwise")


@dataclass
class Lowered:
    """A piece of the plan, the full ids that it reads, and words and places of its rows and rules."""

    data: dict[str, Any]
    reads: list[str]
    words: dict[tuple[str, ...], str] = field(default_factory=dict)
    locs: dict[tuple[str, ...], Loc] = field(default_factory=dict)


def band_lists(bands: BandSet, *loc: str) -> Iterator[tuple[tuple[str, ...], Ranges]]:
    """Every list of ranges under `bands`, with its path."""
    if bands.ranges is not None:
        yield (*loc, "ranges"), bands.ranges
    for case, ranges in (bands.when or {}).items():
        yield (*loc, "when", case), ranges
    if bands.otherwise is not None:
        yield (*loc, "otherwise"), bands.otherwise
    if isinstance(bands, Bands):
        for name, inner in (bands.sets or {}).items():
            yield from band_lists(inner, *loc, "sets", name)


def ids_of(ranges: Ranges) -> list[str]:
    """The id of each band of a list: its own, or one made from its name."""
    return [band.id or _slug(band.name) or f"band-{index}" for index, band in enumerate(ranges.values(), 1)]


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-")
    if not slug or slug in NOT_ANSWERS:
        return ""
    return slug if slug[0].isalpha() else f"band-{slug}"[:60]


def table_ids(item: Item[Bands]) -> list[tuple[str, BandSet, tuple[str, ...]]]:
    """The tables of the plan that `item` becomes: id, the set, and its path; the default set has the id of the score."""
    if not item.model.sets:
        return [(item.id, item.model, ())]
    default = item.model.default or next(iter(item.model.sets))
    return [
        (item.id if name == default else f"{item.id}.{name}", inner, ("sets", name))
        for name, inner in item.model.sets.items()
    ]


def lower_bands(desk: Desk, item: Item[Bands]) -> list[Lowered]:
    """The tables of one score."""
    if item.id not in desk.form.scores:
        known = [
            name
            for name in desk.form.scores
            if item.scope is None or name.startswith(f"{item.scope.block}.{item.scope.thing}.")
        ]
        hint = (
            nearest(item.id.rpartition(".")[2], (name.rpartition(".")[2] for name in known)) or "Add it under scores."
        )
        desk.problem(desk.form.key(item), "unknown-name", f"there is no score {item.loc[-1]}.", hint)
        return []
    _check_sets(desk, item)
    return [_table(desk, item, name, inner, path) for name, inner, path in table_ids(item)]


def _check_sets(desk: Desk, item: Item[Bands]) -> None:
    bands = item.model
    if bands.sets is None:
        for name in ("default", "because"):
            if getattr(bands, name) is not None:
                desk.problem(
                    desk.form.key(item, name),
                    "bands-shape",
                    f"{name} belongs to sets.",
                    "Delete it, or put the bands under sets.",
                )
        return
    for name in (*_LIST_FIELDS, "override"):
        if getattr(bands, name):
            desk.problem(
                desk.form.key(item, name),
                "bands-shape",
                f"{name} stands beside sets.",
                "Put it inside one of the sets.",
            )
    if len(bands.sets) < 2:
        desk.problem(
            desk.form.key(item, "sets"),
            "bands-shape",
            "there is only one set.",
            "Write its ranges directly under the score, or add another.",
        )
    if bands.default is None or bands.default not in bands.sets:
        said = "no set is the default." if bands.default is None else f"there is no set {bands.default}."
        hint = "Add default: with one of them." if bands.default is None else nearest(bands.default, bands.sets)
        where = desk.form.key(item, "sets") if bands.default is None else desk.form.place(item, "default")
        desk.problem(where, "bands-shape", said, hint)
    if bands.because is None:
        desk.problem(
            desk.form.key(item, "sets"),
            "bands-shape",
            "nothing says why one set is the default.",
            "Add because: with the reason.",
        )


def _table(desk: Desk, item: Item[Bands], name: str, bands: BandSet, path: tuple[str, ...]) -> Lowered:
    lowered = Lowered({"id": name, "score": item.id, "cases": []}, [item.id])
    _check_shape(desk, item, bands, path)
    for condition, ranges, loc in _cases(desk, item, bands, path, lowered):
        rows = _rows(desk, item, ranges, loc, name, str(len(lowered.data["cases"])), lowered)
        lowered.data["cases"].append([condition, rows])
    overrides: list[Any] = []
    known = sorted({band for _, ranges in band_lists(bands) for band in ids_of(ranges)})
    for index, (key, override) in enumerate(bands.override.items()):
        at: Loc = (*item.loc, *path, "override", key)
        found = lower_condition(desk, override.when, (*at, "when"), item.scope)
        if override.band not in known:
            where = desk.place((*at, "band"))
            desk.problem(
                where, "band-unknown", f"{override.band} is not one of the bands.", nearest(override.band, known)
            )
        overrides.append([found.condition, override.band])
        lowered.reads += found.reads
        lowered.locs["override", name, str(index)] = at
        lowered.words["override", name, str(index)] = override.when
    if overrides:
        lowered.data["override"] = overrides
    lowered.locs["bands", name] = (*item.loc, *path)
    return lowered


def _check_shape(desk: Desk, item: Item[Bands], bands: BandSet, path: tuple[str, ...]) -> None:
    given = [name for name in _LIST_FIELDS if getattr(bands, name) is not None]
    if getattr(bands, "sets", None) or given == ["ranges"]:
        return
    where = desk.form.key(item, *path)
    if not given:
        desk.problem(where, "bands-shape", "there are no ranges.", _NO_RANGES)
    elif "ranges" in given:
        desk.problem(where, "bands-shape", f"ranges stand beside {given[-1]}.", "Move them under when or otherwise.")
    elif "by" not in given or "when" not in given:
        missing = "by" if "by" not in given else "when"
        desk.problem(
            where,
            "bands-shape",
            f"{missing} is missing.",
            "Write by: with a question, and when: with the ranges for each answer.",
        )
    if "by" in given and "otherwise" not in given:
        hint = "Add otherwise: with ranges for a blank, and for answers that when does not list."
        desk.problem(
            desk.form.key(item, *path, "by"), "otherwise-missing", "nothing says what holds when this is blank.", hint
        )


def _cases(
    desk: Desk, item: Item[Bands], bands: BandSet, path: tuple[str, ...], lowered: Lowered
) -> Iterator[tuple[Condition | None, Ranges, tuple[str, ...]]]:
    """The lists of ranges of a set, each with the condition under which it is read."""
    if bands.by is None:
        if bands.ranges is not None:
            yield None, bands.ranges, (*path, "ranges")
        return
    full = _by(desk, item, bands.by, path)
    whens = bands.when or {}
    if bands.by == "it" and item.scope:
        thing = item.scope.thing
        for text in whens:
            chosen = _options(desk, item, text, path, desk.form.things[item.scope.block], "it")
            if thing in chosen:
                yield None, whens[text], (*path, "when", text)
                return
    elif full is not None:
        lowered.reads.append(full)
        conditions = _when(desk, item, full, whens, path)
        for text, condition in conditions.items():
            yield condition, whens[text], (*path, "when", text)
    if bands.otherwise is not None:
        yield None, bands.otherwise, (*path, "otherwise")


def _by(desk: Desk, item: Item[Bands], by: str, path: tuple[str, ...]) -> str | None:
    where = desk.form.place(item, *path, "by")
    if by == "it":
        if item.scope is None:
            desk.problem(
                where,
                "repeat-scope",
                "'it' means the thing of a repeated block, and this is not in one.",
                "Name a question.",
            )
        return None
    try:
        full = resolve_one(desk.form, item.scope, by)
    except Trouble as trouble:
        desk.problem(where, trouble.rule, trouble.message, trouble.hint)
        return None
    if sort_of(desk.form, full) == "finding" or full == item.id:
        desk.problem(where, "condition-type", f"cut-offs cannot depend on {by}.", "Name a question, or another score.")
        return None
    return full


def _when(
    desk: Desk, item: Item[Bands], full: str, whens: Mapping[str, Ranges], path: tuple[str, ...]
) -> dict[str, Condition]:
    """For each case its condition: the answers that it names, or the range in which the number lies."""
    found: dict[str, Condition] = {}
    kind = desk.form.kinds.get(full)
    if kind in ("one", "many"):
        seen: dict[str, str] = {}
        for text in whens:
            chosen = _options(desk, item, text, path, desk.form.options[full], full)
            for option in chosen:
                if option in seen:
                    where = desk.form.key(item, *path, "when", text)
                    desk.problem(
                        where,
                        "case-twice",
                        f"{option} already stands in the case {seen[option]}.",
                        "Delete it from one of them.",
                    )
                seen.setdefault(option, text)
            found[text] = ["is" if kind == "one" else "has", full, chosen]
        return found
    for _, parsed, text in parse_ranges(desk, item, whens, *path, "when"):
        found[text] = _inside(full, parsed)
    return found


def _inside(full: str, found: Range) -> Condition:
    parts: list[Condition] = []
    if found.low is not None:
        parts.append([">" if found.low_open else ">=", full, number(found.low)])
    if found.high is not None:
        parts.append([">" if found.high_open else ">=", number(found.high), full])
    return parts[0] if len(parts) == 1 else ["and", *parts]


def _options(desk: Desk, item: Item[Bands], text: str, path: tuple[str, ...], known: Any, full: str) -> list[str]:
    chosen: list[str] = []
    for part in (word.strip() for word in text.split(",")):
        if part not in known and known:
            where = desk.form.key(item, *path, "when", text)
            desk.problem(where, "unknown-name", f"{part} is not one of the answers of {full}.", nearest(part, known))
        else:
            chosen.append(part)
    return chosen


def _rows(
    desk: Desk, item: Item[Bands], ranges: Ranges, loc: tuple[str, ...], table: str, case: str, lowered: Lowered
) -> list[list[Any]]:
    """Rows from low to high."""
    domain: Domain | None = desk.domains.get(item.id)
    if not ranges:
        desk.problem(desk.form.key(item, *loc), "bands-shape", "there are no ranges.", _NO_RANGES)
    parsed = parse_ranges(desk, item, ranges, *loc)
    check_whole(desk, item, domain, parsed, *loc)
    ids = ids_of(ranges)
    first: dict[str, str] = {}
    for text, band in zip(ranges, ids, strict=True):
        if band in first:
            where = desk.form.key(item, *loc, text)
            message = f"the ranges {first[band]} and {text} have the same name."
            desk.problem(where, "band-same-name", message, "Give each band a name of its own, or join the ranges.")
        first.setdefault(band, text)
    levels(desk, list(ranges.values()), [(*item.loc, *loc, text) for text in ranges])
    texts = list(ranges)
    found: list[list[Any]] = []
    for place, (index, span, text) in enumerate(sorted(parsed, key=_order)):
        found.append(row(ids[index], span))
        lowered.locs["row", table, case, str(place)] = (*item.loc, *loc, texts[index])
        lowered.words["row", table, case, str(place)] = text
        lowered.words.setdefault(("band", table, ids[index]), ranges[text].name)
    return found


def _order(parsed: tuple[int, Range, str]) -> tuple[Any, ...]:
    low = parsed[1].low
    return (low is not None, low or 0, parsed[1].low_open)


def levels(desk: Desk, outcomes: Sequence[Outcome], locs: Sequence[Loc]) -> None:
    """A colour for some of the bands and none for others would mislead."""
    if any(outcome.level for outcome in outcomes):
        for outcome, loc in zip(outcomes, locs, strict=True):
            if outcome.level is None:
                hint = f"Add level: with one of {', '.join(LEVELS)}."
                where = desk.place(loc)
                desk.problem(where, "band-level", f"{outcome.name} has no level, and others here have one.", hint)


def lower_finding(desk: Desk, item: Item[Finding]) -> Lowered:
    """One finding; rules of `most_severe` are turned round, so that both kinds are read from the first rule on."""
    finding = item.model
    lowered = Lowered({"id": item.id, "pick": "first" if finding.pick == "first" else "severe", "rules": []}, [])
    for name, rule in finding.rules.items():
        loc: Loc = (*item.loc, "rules", name)
        if name in (*NOT_ANSWERS, "otherwise") or not re.fullmatch(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*", name):
            where = desk.form.key(item, "rules", name)
            desk.problem(
                where,
                "id-shape",
                f"{name!r} cannot be an id.",
                "Use small letters, digits and hyphens, and no word of the condition language.",
            )
        found = lower_condition(desk, rule.when, (*loc, "when"), item.scope)
        lowered.data["rules"].append([name, found.condition])
        lowered.reads += found.reads
        lowered.locs["rule", item.id, name] = loc
        lowered.words["rule", item.id, name] = rule.name
    if not finding.rules:
        desk.problem(
            desk.form.key(item, "rules"),
            "otherwise-missing",
            "there is no rule.",
            "Write at least one, with when, name and means.",
        )
    outcomes: list[Outcome] = list(finding.rules.values())
    locs: list[Loc] = [(*item.loc, "rules", name) for name in finding.rules]
    if finding.otherwise is None:
        hint = "Add otherwise: with name and means."
        desk.problem(desk.form.key(item), "otherwise-missing", "nothing says what is found when no rule holds.", hint)
    else:
        lowered.words["rule", item.id, "otherwise"] = finding.otherwise.name
        lowered.locs["rule", item.id, "otherwise"] = (*item.loc, "otherwise")
        outcomes.append(finding.otherwise)
        locs.append((*item.loc, "otherwise"))
    levels(desk, outcomes, locs)
    if finding.pick == "most_severe":
        _ordered(desk, item)
        lowered.data["rules"].reverse()
    lowered.data["rules"].append(["otherwise", TRUE])
    return lowered


def _ordered(desk: Desk, item: Item[Finding]) -> None:
    worst, worst_name = -1, ""
    for name, rule in item.model.rules.items():
        if rule.level is None:
            continue
        rank = LEVELS.index(rule.level)
        if rank < worst:
            where = desk.form.place(item, "rules", name)
            message = f"{name} is {rule.level}, and stands after {worst_name}, which is {LEVELS[worst]}."
            desk.problem(where, "severity-order", message, "Put the mildest rule first and the most severe last.")
        elif rank > worst:
            worst, worst_name = rank, name


def lower_flag(desk: Desk, item: Item[Flag]) -> Lowered:
    """One flag, and the questions that its condition names."""
    flag = item.model
    found = lower_condition(desk, flag.when, (*item.loc, "when"), item.scope)
    data: dict[str, Any] = {"id": item.id, "when": found.condition, "level": flag.level}
    if flag.show == "at_once":
        data["at_once"] = True
        late = [name for name in found.reads if sort_of(desk.form, name) in ("score", "finding")]
        if late:
            message = f"the flag is shown at once, and waits for {late[0]}."
            desk.problem(
                desk.form.place(item, "when"),
                "flag-too-late",
                message,
                "Use answers in its condition, or write show: with_result.",
            )
    data["uses"] = [name for name in desk.form.questions if name in found.reads]
    if flag.level in ("emergency", "urgent") and not flag.contacts:
        hint = "Add contacts: with at least one id."
        desk.problem(desk.form.key(item), "flag-contact", f"this {flag.level} flag names nobody to call.", hint)
    return Lowered(data, found.reads, {("flag", item.id): flag.title}, {("flag", item.id): item.loc})
