"""The finder on a real list: bytes of a first search from every postal code, time of a search, and the naive page as its rival.

Run it as ``python benchmarks/finder.py --list FOLDER``, with a list as ``content/facilities/`` holds one and its
postal-codes.csv; ``--write`` puts the tables into ``benchmarks/finder.md``. Needs Node and Chromium. No list is part of this project.

*Bytes* are those of the files that a first search for the nearest 20 fetches, each under gzip -9: the index, the piece of the
postal-code table, the leaves. The finder's own code chooses them, once for every postal code, with nothing remembered.
*Times* are means of 1,000 searches in one task, from 1,000 postal codes, in Node and in Chromium with a processor 6 times slower. A
search by leaves decodes the files that it needs each time; one in the whole list finds it decoded.

The rival is what one would write first: the whole list as JSON objects such as an interface for programs sends, a JSON table of
postal codes, and for a search the haversine of every place, all sorted. It has the same facets, so far less than such interfaces send.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from ebbtide.assets import CLIENT  # noqa: E402
from ebbtide.finder.files import finder_files  # noqa: E402
from ebbtide.load import facility_list  # noqa: E402
from ebbtide.minify import minify  # noqa: E402
from ebbtide.model.facility import FacilityList  # noqa: E402

SLOWER = 6
COUNT = 20
SEARCHES = 1000

_WORK = """
const sorted = (numbers) => numbers.slice().sort((one, other) => one - other);
const at = (numbers, share) => sorted(numbers)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
const spread = (numbers) => ({ p50: at(numbers, .5), p90: at(numbers, .9), p99: at(numbers, .99), max: at(numbers, 1) });

/** Where somebody is who typed a code, and the file that told it. */
function place(index, files, typed) {
  const { code } = core.understood(index, typed, {}), name = core.fileOf(index, "codes", code);
  return { name, point: core.pointOfCode(files[name], code) };
}

function search(index, files, point, ticked, whole) {
  const names = [], found = core.searchFor(index, point, ticked, COUNT, whole);
  let rounds = 0;
  for (let next = core.wanted(found); next.length; next = core.wanted(found)) {
    rounds += 1;
    for (const name of next) {
      names.push(name);
      core.take(found, name, files[name]);
    }
  }
  return { names, rounds, result: core.found(found) };
}

/** A first search from every one of the codes. */
function bytes({ files, sizes, codes, ticked }) {
  const cold = [], later = [], leaves = [], rounds = [], wholes = [], homes = {};
  for (const code of codes) {
    const index = core.openIndex(files.index), { name, point } = place(index, files, code), done = search(index, files, point, ticked);
    const rest = sizes[name] + done.names.reduce((total, each) => total + sizes[each], 0);
    cold.push(sizes.index + rest);
    later.push(rest);
    leaves.push(done.names.filter((each) => each[0] === "s").length);
    rounds.push(done.rounds);
    if (done.names.includes("all")) wholes.push(code);
    homes[done.names[0]] = (homes[done.names[0]] || 0) + 1;
    if (!done.result.complete) throw new Error(code);
  }
  const shared = Object.values(homes);
  return { cold: spread(cold), later: spread(later), leaves: spread(leaves), rounds: spread(rounds), wholes: wholes.length, codes: codes.length,
    shared: { p50: at(shared, .5), p10: at(shared, .1), least: at(shared, 0) } };
}

function naive(rows, [latitude, longitude], ticked) {
  const radians = Math.PI / 180, there = rows.filter((row) => ticked.every((id) => row.services.some(({ f2 }) => f2.split("; ").includes(id))));
  return there.map((row) => {
    const down = (row.latitude - latitude) * radians, along = (row.longitude - longitude) * radians;
    const half = Math.sin(down / 2) ** 2 + Math.cos(latitude * radians) * Math.cos(row.latitude * radians) * Math.sin(along / 2) ** 2;
    return { row, miles: 3958.8 * 2 * Math.asin(Math.sqrt(half)) };
  }).sort((one, other) => one.miles - other.miles).slice(0, COUNT);
}

/** Means in milliseconds of as many searches as there are codes. */
function times({ files, rows, codes, ticked }) {
  const mean = (work) => {
    work(codes[0]);
    const start = performance.now();
    for (const code of codes) work(code);
    return (performance.now() - start) / codes.length;
  };
  const index = core.openIndex(files.index), kept = core.openIndex(files.index), points = new Map(codes.map((code) => [code, place(index, files, code).point]));
  search(kept, files, points.get(codes[0]), [], true);
  const start = performance.now();
  for (let turn = 0; turn < 10; turn++) search(core.openIndex(files.index), files, points.get(codes[0]), [], true);
  const opened = (performance.now() - start) / 10;
  return {
    leaves: mean((code) => {
      const fresh = core.openIndex(files.index);
      search(fresh, files, place(fresh, files, code).point, ticked);
    }),
    whole: mean((code) => search(kept, files, points.get(code), ticked, true)),
    naive: mean((code) => naive(rows, points.get(code).map((units) => units / 10000), ticked)),
    opened,
  };
}
"""


def core() -> str:
    """The finder's code as a script that sets ``core``."""
    text = (CLIENT / "finder-core.js").read_text("utf-8")
    names = re.findall(r"^export (?:async )?function (\w+)", text, re.MULTILINE)
    bare = re.sub(r"^export ", "", text, flags=re.MULTILINE)
    return f"globalThis.COUNT={COUNT};globalThis.core=(()=>{{{bare};return{{{','.join(names)}}}}})();{_WORK}"


def core_bytes() -> int:
    """Of the finder's code, minified, under gzip -9."""
    text = (CLIENT / "finder-core.js").read_text("utf-8")
    names = tuple(re.findall(r"^export (?:async )?function (\w+)", text, re.MULTILINE))
    return packed(minify(re.sub(r"^export ", "", text, flags=re.MULTILINE), names).encode())


def packed(content: bytes) -> int:
    return len(gzip.compress(content, 9, mtime=0))


def rival(facilities: FacilityList) -> list[dict[str, Any]]:
    """The list as objects of the shape that interfaces for programs send."""
    rows = []
    for one in facilities.facilities:
        services = [
            {"f1": name, "f2": "; ".join(ids), "f3": "; ".join(facilities.settings.facets[id].name for id in ids)}
            for group, name in facilities.settings.groups.items()
            if (ids := [id for id in one.facets if facilities.settings.facets[id].group == group])
        ]
        if one.point:
            rows.append({
                "name1": one.name, "name2": one.part, "street1": one.street, "street2": one.street2, "city": one.city, "state": one.region,
                "zip": one.postal_code, "phone": one.phone, "intake1": one.intake, "hotline1": None, "website": one.website,
                "latitude": str(one.point[0]), "longitude": str(one.point[1]), "typeFacility": "SA", "services": services,
            })  # fmt: skip
    return rows


def in_node(job: str, given: Mapping[str, Any]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        script, data = Path(folder) / "work.js", Path(folder) / "data.json"
        data.write_text(json.dumps(given), "utf-8")
        call = f"console.log(JSON.stringify({job}(JSON.parse(require('fs').readFileSync({json.dumps(str(data))}, 'utf8')))))"
        script.write_text(core() + call, "utf-8")
        done = subprocess.run(["node", str(script)], capture_output=True, text=True, check=True, timeout=1200)
    return json.loads(done.stdout)


def in_chromium(given: Mapping[str, Any]) -> tuple[Any, str]:
    """Times, and the browser's version."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "page.html"
        script = f"{core()};const given={json.dumps(given)}".replace("</", "<\\/")
        page_file.write_text(f"<!doctype html><meta charset=utf-8><script>{script}</script>", "utf-8")
        found = os.environ.get("EBBTIDE_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=found if Path(found).is_file() else None)
        page = browser.new_page()
        page.goto(page_file.as_uri())
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.set_default_timeout(600_000)
        times = page.evaluate("() => times(given)")
        version = browser.version
        browser.close()
    return times, version


def kilobytes(spread: Mapping[str, float], joint: str) -> str:
    return joint.join(f"{spread[key] / 1024:.1f}" for key in ("p50", "p90", "p99", "max"))


class Finder:
    """A list's files as a host has them: what each holds, and how large it is under gzip -9."""

    def __init__(self, facilities: FacilityList) -> None:
        files = {Path(file.path).stem: file.content for file in finder_files(facilities).files}
        self.facilities = facilities
        self.codes = sorted(facilities.postal_codes)
        self.sizes = {name: packed(content) for name, content in files.items()}
        self.data = {name: json.loads(content[content.index(b",") + 1 : -3]) for name, content in files.items()}
        facets = facilities.settings.facets
        counted = Counter(facet for one in facilities.facilities for facet in one.facets)
        self.ticks = [facet for facet, _ in counted.most_common() if facets[facet].filter and not facets[facet].warns]
        """Facets that can be ticked, the commonest first."""

    def cold(self, ticked: Sequence[str]) -> Any:
        """From every postal code; with something ticked, from every twentieth."""
        codes = self.codes[::20] if ticked else self.codes
        return in_node("bytes", {"files": self.data, "sizes": self.sizes, "codes": codes, "ticked": ticked})

    def files(self) -> Iterator[str]:
        """Rows of a table: kinds of files, how many there are, how large they are."""
        kinds = {
            "index": "index", "leaf": "s[a-z]{1,4}", "piece of the postal codes": "c[a-z]{1,2}", "piece of the towns": "t[a-z]{1,2}",
            "whole list": "all", "all postal codes": "codes", "all towns": "towns", "middles of regions": "regions",
        }  # fmt: skip
        for kind, pattern in kinds.items():
            if each := [size for name, size in self.sizes.items() if re.fullmatch(pattern, name)]:
                yield f"| {kind} | {len(each)} | {min(each) / 1024:.1f} to {max(each) / 1024:.1f} |"


def bytes_table(finder: Finder) -> tuple[str, Any]:
    """As Markdown, and what was measured with nothing ticked."""
    ticks = finder.ticks
    asked = {
        "nothing ticked": [], "the commonest facet": ticks[:1], "one of the middle": ticks[len(ticks) // 2 :][:1],
        "the three commonest": ticks[:3], "the rarest": ticks[-1:],
    }  # fmt: skip
    rows = [
        "| KB gzip of a first search | p50 | p90 | p99 | max | leaves p50 / max | rounds p50 / max | took the whole list | codes |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    plain = None
    for name, ticked in asked.items():
        found = finder.cold(ticked)
        plain = plain or found
        leaves, rounds = (f"{found[key]['p50']} / {found[key]['max']}" for key in ("leaves", "rounds"))
        whole = f"{100 * found['wholes'] / found['codes']:.1f} %"
        rows.append(
            f"| {name} | {kilobytes(found['cold'], ' | ')} | {leaves} | {rounds} | {whole} | {found['codes']:,} |"
        )
    return "\n".join(rows), plain


def rival_table(finder: Finder, median: float) -> tuple[str, str]:
    """As Markdown, and the browser's version. `median`: bytes of a first search by leaves."""
    rows = rival(finder.facilities)
    tables = [rows, finder.facilities.postal_codes]
    theirs = sum(packed(json.dumps(each, separators=(",", ":")).encode()) for each in tables)
    whole = sum(finder.sizes[name] for name in ("index", "all", "codes", "towns", "regions"))
    step = max(1, len(finder.codes) // SEARCHES)
    given = {"files": finder.data, "rows": rows, "codes": finder.codes[::step][:SEARCHES], "ticked": []}
    node = in_node("times", given)
    chromium, version = in_chromium(given)
    filtered, _ = in_chromium(given | {"ticked": finder.ticks[:3]})
    every = (node, chromium, filtered)

    def shown(name: str) -> str:
        return " | ".join(f"{times[name]:.2f}" for times in every)

    def against(times: Mapping[str, float]) -> str:
        return f"{times['naive']:.2f} ({times['naive'] / times['leaves']:.0f}x, {times['naive'] / times['whole']:.0f}x)"

    table = [
        "| | KB gzip of a first search | ms in Node | ms in Chromium, 6 times slower | the same, three facets ticked |",
        "|---|--:|--:|--:|--:|",
        f"| by leaves (median, with decoding) | {median / 1024:.1f} | {shown('leaves')} |",
        f"| in the whole list | {whole / 1024:.0f} | {shown('whole')} |",
        f"| naive | {theirs / 1024:.0f} ({theirs / median:.0f}x, {theirs / whole:.1f}x) | {' | '.join(against(times) for times in every)} |",
    ]
    after = (
        f"Ratios are to the leaves and to the whole list. The whole list is opened once, for {node['opened']:.0f} ms in Node and "
        f"{chromium['opened']:.0f} ms in Chromium, first search included."
    )
    return "\n".join(table) + f"\n\n{after}", version


def report(facilities: FacilityList, day: str) -> str:
    """Everything measured, as Markdown."""
    finder = Finder(facilities)
    table, plain = bytes_table(finder)
    against, version = rival_table(finder, plain["cold"]["p50"])
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    placed = sum(one.point is not None for one in facilities.facilities)
    settings, shared = facilities.settings, plain["shared"]
    about = (
        f"{settings.title}, {settings.edition}: {len(facilities.facilities):,} places ({placed:,} with a point), {len(settings.facets)} facets, "
        f"{len(finder.codes):,} postal codes. Measured on {day}, Node {node}, Chromium {version}. KB are 1,024 bytes under gzip -9."
    )
    after = (
        f"A later search from elsewhere, nothing ticked: {kilobytes(plain['later'], ' / ')} (p50 / p90 / p99 / max). The script's part of it, minified: "
        f"{core_bytes() / 1024:.1f} KB. Codes from which the same leaf comes first, which is what a host can see: median {shared['p50']}, "
        f"a tenth of the leaves {shared['p10']} or fewer, least {shared['least']}."
    )
    parts = [
        "# The finder on a real list", about, (__doc__ or "").split("\n\n", 1)[1].strip(), "## Bytes", table, after,
        "\n".join(["| file | number | KB gzip |", "|---|--:|--:|", *finder.files()]), "## Against the naive page", against,
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="The finder on a real list.")
    parser.add_argument(
        "--list", type=Path, required=True, help="a folder with list.yaml, tables of places and postal-codes.csv"
    )
    parser.add_argument("--write", action="store_true", help="write benchmarks/finder.md")
    options = parser.parse_args()
    facilities, problems = facility_list(options.list, options.list.name)
    if facilities is None or not facilities.postal_codes:
        sys.exit("\n".join([str(problem) for problem in problems[:5]] or ["The list has no postal-codes.csv."]))
    text = report(facilities, f"{datetime.date.today():%Y-%m-%d}")  # noqa: DTZ011
    print(text)
    if options.write:
        (ROOT / "benchmarks" / "finder.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
