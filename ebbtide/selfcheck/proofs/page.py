"""How a score behaves: a page for publishers, whole in itself, without script, in light, dark and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from html import escape
from typing import Any

from ebbtide.model.questionnaire import Questionnaire
from ebbtide.problem import as_text
from ebbtide.selfcheck.plan import Json, Plan
from ebbtide.selfcheck.proofs.proof import Proof
from ebbtide.selfcheck.proofs.words import share

_STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --line: #767676; --bar: #1d5f8a; --other: #8a4b1d; }
@media (prefers-color-scheme: dark) { :root { --ink: #eee; --paper: #161616; --line: #9a9a9a; --bar: #7cc0ee; --other: #eeb07c; } }
@media print { :root { --ink: #000; --paper: #fff; --line: #555; --bar: #444; --other: #999; } section { break-inside: avoid; } }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 0 auto; padding: 1rem; }
table { border-collapse: collapse; margin: 1rem 0; } th, td { text-align: left; padding: .25rem .75rem; border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: var(--ink); }
.bar { fill: var(--bar); } .bar.odd { fill: var(--other); } .axis { stroke: var(--line); }
.wide { overflow-x: auto; }
"""

_WIDTH, _HEIGHT, _FOOT, _HEAD = 880, 240, 34, 16
_MAX_BARS = 160


def report_html(questionnaire: Questionnaire, plan: Plan, proof: Proof) -> str:
    """The page. Its words are the publisher's English: it is not part of the site."""
    analyses = {number: analysis.data for number, analysis in proof.analyses.items()}
    parts = [f"<h1>How {escape(questionnaire.title)} behaves</h1>", _summary(proof)]
    parts += [_table(plan, table, analyses) for table in analyses[13].get("tables", [])]
    parts += [_meetings(plan, analyses[7]), _settled(analyses[12]), _pairs(plan, analyses[14])]
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>How {escape(questionnaire.title)} behaves</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _summary(proof: Proof) -> str:
    said = [
        f"<p>{escape(proof.id)}, version {escape(proof.version)}. Every pattern of answers is counted once; nothing is sampled.</p>"
    ]
    if proof.problems:
        items = "".join(f"<li>{escape(as_text(problem))}</li>" for problem in proof.problems)
        said.append(f"<section><h2>What is wrong</h2><ul>{items}</ul></section>")
    else:
        said.append(
            "<p>Everything that can be wrong with its bands, cut-offs, conditions, flags, scores and tables was proved not to be.</p>"
        )
    return "\n".join(said)


def _name(plan: Plan, result: str, outcome: str | None) -> str:
    if outcome is None:
        return "no result"
    return plan.words.get(("band", result, outcome)) or plan.words.get(("rule", result, outcome)) or outcome


def _table(plan: Plan, table: Json, analyses: dict[int, Json]) -> str:
    name = table["bands"]
    title = plan.words.get(("score", table["score"]), table["score"]) + (f" ({name})" if name != table["score"] else "")
    blanks = table["patterns"] != table["complete"]
    rows = "".join(
        f'<tr><th scope="row">{escape(_name(plan, name, band["band"]))}</th><td class="n">{band["complete"]:,}</td>'
        f'<td class="n">{share(band["complete"], table["complete"])}</td>'
        + (f'<td class="n">{band["patterns"]:,}</td>' if blanks else "")
        + f"<td>{'hardly any pattern' if band['band'] in table['narrow'] else ''}</td></tr>"
        for band in table["by_band"]
    )
    head = '<th scope="col">Band</th><th scope="col" class="n">Patterns</th><th scope="col" class="n">Share</th>'
    head += '<th scope="col" class="n">With allowed blanks</th>' if blanks else ""
    return (
        f"<section><h2>{escape(title)}</h2>\n{_chart(plan, title, table)}\n"
        f'<div class="wide"><table><thead><tr>{head}<th scope="col"></th></tr></thead><tbody>{rows}</tbody></table></div>\n'
        f"{_open(name, analyses[9])}</section>"
    )


def _chart(plan: Plan, title: str, table: Json) -> str:
    """The exact distribution of totals, patterns without a blank; the highest bar fills the height."""
    counts = [
        (entry["total"], entry["complete"] if table["complete"] else entry["patterns"]) for entry in table["by_total"]
    ]
    bars = _grouped(counts)
    if not bars:
        return ""
    bands = _band_of(plan, table)
    most = max(count for _, _, count in bars) or 1
    step = _WIDTH / len(bars)
    every = max(1, -(-len(bars) // 24))
    drawn: list[str] = []
    for index, (first, last, count) in enumerate(bars):
        height = float(Fraction(count, most)) * (_HEIGHT - _HEAD)
        x, y = index * step, _HEIGHT - height
        label = str(first) if first == last else f"{first} to {last}"
        odd = " odd" if bands(first) % 2 else ""
        drawn.append(
            f'<rect class="bar{odd}" x="{x + step * 0.08:.2f}" y="{y:.2f}" width="{step * 0.84:.2f}" height="{height:.2f}">'
            f"<title>{escape(label)}: {count:,}</title></rect>"
        )
        if index % every == 0:
            drawn.append(
                f'<text x="{x + step / 2:.2f}" y="{_HEIGHT + 14}" text-anchor="middle">{escape(str(first))}</text>'
            )
    what = f"How many patterns of answers give each total of {title}. The colour changes from band to band."
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {_HEIGHT + _FOOT}" role="img" aria-label="{escape(what)}">'
        f'<line class="axis" x1="0" x2="{_WIDTH}" y1="{_HEIGHT}" y2="{_HEIGHT}"/>{"".join(drawn)}</svg>'
        f"<figcaption>{escape(what)} The highest bar stands for {most:,}.</figcaption></figure>"
    )


def _grouped(counts: Sequence[tuple[Any, int]]) -> list[tuple[Any, Any, int]]:
    """Bars: (first total, last total, patterns); neighbours are put together where there are too many to draw."""
    size = max(1, -(-len(counts) // _MAX_BARS))
    return [
        (counts[at][0], counts[min(at + size, len(counts)) - 1][0], sum(count for _, count in counts[at : at + size]))
        for at in range(0, len(counts), size)
    ]


def _band_of(plan: Plan, table: Json) -> Any:
    """The number of the row, in the first list of bands, that holds a total."""
    from ebbtide.selfcheck.scorer import meets, read

    rows = next(found["cases"][-1][1] for found in plan.data["bands"] if found["id"] == table["bands"])

    def number(total: Any) -> int:
        try:
            value = read(total)
        except ValueError:
            return 0
        return next((index for index, row in enumerate(rows) if meets(row, (value, value, False))), 0)

    return number


def _open(name: str, data: Json) -> str:
    for table in data.get("tables", []):
        if table["bands"] == name and table["spanning"]:
            return (
                f"<p>With the blanks that are allowed, {table['spanning']:,} of {table['patterns']:,} patterns "
                f"({share(table['spanning'], table['patterns'])}) leave more than one band possible, and are shown as a range.</p>"
            )
    return ""


def _meetings(plan: Plan, data: Json) -> str:
    found = data.get("meetings", [])
    if not found:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(plan.words.get(("flag", one["flag"]), one["flag"]))}</th>'
        f"<td>{escape(one['result'])}: {escape(_name(plan, one['result'], one['outcome']))}{' (the mildest)' if one['low'] else ''}</td>"
        f'<td class="n">{one["with_flag_complete"]:,}</td><td class="n">{one["complete"]:,}</td>'
        f'<td class="n">{share(one["with_flag_complete"], one["complete"])}</td></tr>'
        for one in found
    )
    return (
        "<section><h2>Flags beside results</h2><p>How many patterns without a blank raise a flag, of those that lead to a result.</p>"
        '<div class="wide"><table><thead><tr><th scope="col">Flag</th><th scope="col">Result</th><th scope="col" class="n">With the flag</th>'
        f'<th scope="col" class="n">Patterns</th><th scope="col" class="n">Share</th></tr></thead><tbody>{rows}</tbody></table></div></section>'
    )


def _settled(data: Json) -> str:
    questions = data.get("questions")
    said = []
    if questions:
        alike = questions["least"] == questions["most"]
        span = f"{questions['most']}" if alike else f"{questions['least']} to {questions['most']}"
        typical = "" if alike else f", typically {questions['typical']}"
        said.append(f"<p>{span} questions are asked{typical}.</p>")
    for one in data.get("settled", []):
        where = (
            "before the first question"
            if one["after"] is None
            else f"after question {one['asked']} ({escape(one['after'])})"
        )
        said.append(f"<p>{escape(one['result'])} can be settled {where}, as {escape(str(one['outcome']))}.</p>")
    return f"<section><h2>Length</h2>{''.join(said)}</section>" if said else ""


def _pairs(plan: Plan, data: Json) -> str:
    parts = []
    for pair in data.get("pairs", []):
        one, two = pair["results"]
        rows = "".join(
            f"<tr><td>{escape(_name(plan, one, cell[one]))}</td><td>{escape(_name(plan, two, cell[two]))}</td>"
            f'<td class="n">{cell["patterns"]:,}</td><td>{"" if cell["agree"] else "differ"}</td></tr>'
            for cell in pair["cells"]
        )
        parts.append(
            f"<h3>{escape(one)} and {escape(two)}</h3><p>{pair['differing']:,} of {pair['patterns']:,} patterns differ in level.</p>"
            f'<div class="wide"><table><thead><tr><th scope="col">{escape(one)}</th><th scope="col">{escape(two)}</th>'
            f'<th scope="col" class="n">Patterns</th><th scope="col"></th></tr></thead><tbody>{rows}</tbody></table></div>'
        )
    return f"<section><h2>Where results disagree</h2>{''.join(parts)}</section>" if parts else ""
