"""Lighthouse, on the pages that a reader meets: every category, and every audit that is not full marks.

Run it as ``python -m benchmarks.lighthouse`` on a machine that does nothing else; ``--write`` puts what it prints into
``benchmarks/lighthouse.md``. It needs Chromium, Node and npm; Lighthouse comes through the machine's own npm, of a pinned version,
into a folder outside the project, and none of its packages' scripts is run.

The site is built for the address that it is served from, under gzip -9 and with the headers of its own `_headers`. Each visit has a
browser of its own. The *standard* visits are Lighthouse's mobile preset (150 ms and 1.6 Mbit/s by simulation, a processor 4 times
slower). The *slow* ones are not simulated: Chromium itself holds back every request by 400 ms, all data at 400 kbit/s, and the
processor by 4.

A result, and the finder with places found, have no address of their own. There Lighthouse's user flow first opens the page, then
watches it while it is being used (a *timespan*: TBT, CLS, INP), then looks at what stands there (a *snapshot*). A snapshot has no
loading times and so no performance. The content has no list of places, so the finder stands
here twice: as it is, and in a copy of the content with a made-up list of 400.

The *control* is the article with a policy that lets it connect to its own host. Ours does not: no page needs to. Lighthouse asks for
robots.txt from within the page, is refused like everybody else, and calls the file not valid (GoogleChrome/lighthouse #4386, #10225).
In a flow the refused question is counted once more, under `errors-in-console` and `inspector-issues`. The control shows what is left.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.host import served, warmed  # noqa: E402
from ebbtide import pipeline  # noqa: E402
from tests.npm import CACHE, installed, node  # noqa: E402

PACKAGES = {"lighthouse": "12.8.2", "puppeteer-core": "24.43.1"}
CHECK = "withdrawal-symptoms"
TRIES = 3
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
STEPS = (": opened", ": in use", ": shown")
METRICS = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift",
           "interaction-to-next-paint")  # fmt: skip
PLACES = 400
Report = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """A page to look at. `use` is what is done on it, as JavaScript over puppeteer's `page`; `site` is which of the sites it is on."""

    name: str
    address: str
    use: str = ""
    site: str = "real"
    slow: bool = False


_TAKE = """
const pressed = async (selector) => { // as with a finger: what moves right after is not a layout shift
  for (const each of (await page.$$(selector)).reverse()) {
    if (!await each.evaluate((box) => box.getClientRects().length)) continue;
    await each.evaluate((box) => box.scrollIntoView({ block: "center" }));
    await each.click();
    await new Promise((done) => setTimeout(done, 60));
    return true;
  }
  return false;
};
for (let step = 0; step < 80 && await pressed(".q label:has(input:not([data-pass]))"); step++) await pressed("#go");
await pressed("#see");
await page.waitForFunction(() => document.querySelector("#result-h").getClientRects().length);
await new Promise((done) => setTimeout(done, 1500)); // what the result has besides words is fetched and drawn
"""
_FIND = """
await page.type("#where", "4711");
await page.keyboard.press("Enter");
await page.waitForFunction(() => document.querySelectorAll("#cards > li h3").length > 4);
"""

LOOKS = (
    Look("Home", "", slow=True),
    Look("Article", "symptoms/sleep/", slow=True),
    Look("Article with a figure", "symptoms/how-long/"),
    Look("Self-check", f"questionnaires/{CHECK}/", slow=True),
    Look("Result", f"questionnaires/{CHECK}/", _TAKE),
    Look("Get help", "get-help/", slow=True),
    Look("Search", "search/"),
    Look("Finder without a list", "find-treatment/"),
    Look("Finder with a list", "find-treatment/", _FIND, site="with a list", slow=True),
    Look("Control", "symptoms/sleep/", site="open"),
)

_RUN = """
import lighthouse, { startFlow } from "lighthouse";
import puppeteer from "puppeteer-core";
const { chromium, url, flags, use } = JSON.parse(process.env.GIVEN);
const browser = await puppeteer.launch({
  executablePath: chromium, headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});
try {
  const page = await browser.newPage();
  let reports;
  if (use) {
    const flow = await startFlow(page, { flags });
    await flow.navigate(url);
    await flow.startTimespan();
    await new (Object.getPrototypeOf(async () => {}).constructor)("page", use)(page);
    await flow.endTimespan();
    await flow.snapshot();
    reports = (await flow.createFlowResult()).steps.map((step) => step.lhr);
  } else reports = [(await lighthouse(url, flags, undefined, page)).lhr];
  process.stdout.write(JSON.stringify(reports.map((report) => {
    const { categories, audits, gatherMode, runtimeError, runWarnings, lighthouseVersion, userAgent } = report;
    return { categories, audits: Object.fromEntries(Object.entries(audits).filter(([id]) => !id.includes("screenshot"))),
      gatherMode, runtimeError, runWarnings, lighthouseVersion, userAgent };
  })));
} finally {
  await browser.close();
}
"""


class Failed(Exception):
    """Lighthouse could not look at a page; the message says why."""


def visit(folder: Path, url: str, use: str, flags: Mapping[str, Any]) -> list[Report]:
    """One visit in a browser of its own. Three reports where the page is used: opened, in use, as it stands then.

    Lighthouse itself fails now and then on a busy machine (a recording without its beginning): then once more, and said. Raises Failed.
    """
    for left in reversed(range(TRIES)):
        try:
            return _visit(folder, url, use, flags)
        except Failed as failed:
            print(f"again: {failed}", file=sys.stderr)
            if not left:
                raise
    raise AssertionError


def _visit(folder: Path, url: str, use: str, flags: Mapping[str, Any]) -> list[Report]:
    given = {"chromium": chromium(), "url": url, "flags": dict(flags), "use": use}
    try:
        done = subprocess.run(
            [node(), "--input-type=module"], input=_RUN, cwd=folder, capture_output=True, text=True, timeout=180, check=False,
            env={**os.environ, "GIVEN": json.dumps(given)},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{url}: no answer in {error.timeout} s") from error
    if done.returncode:
        raise Failed(f"{url}: {done.stderr[-2000:]}")
    reports: list[Report] = json.loads(done.stdout)
    for report in reports:
        if report.get("runtimeError"):
            raise Failed(f"{url}: {report['runtimeError']['message']}")
    return reports


def chromium() -> str:
    return os.environ.get("EBBTIDE_CHROMIUM") or "/usr/bin/chromium"


STANDARD: Mapping[str, Any] = {"logLevel": "silent"}
SLOW: Mapping[str, Any] = {
    "logLevel": "silent",
    "onlyCategories": ["performance"],
    "throttlingMethod": "devtools",
    "throttling": {
        "requestLatencyMs": 400,
        "downloadThroughputKbps": 400,
        "uploadThroughputKbps": 400,
        "cpuSlowdownMultiplier": 4,
    },
}


# The sites


def sites(folder: Path, stack: ExitStack) -> dict[str, str]:
    """Builds and serves the sites: "real", "with a list", and "open" for the control; gives their addresses."""
    copied = folder / "content"
    shutil.copytree(ROOT / "content", copied)
    made_up(copied)
    found = {}
    for name, content in (("real", ROOT / "content"), ("with a list", copied), ("open", ROOT / "content")):
        out = folder / name
        out.mkdir()
        found[name] = address = stack.enter_context(served(out))
        templates = ((ROOT / "templates", "templates"),)
        made = pipeline.build(
            pipeline.Options(content, templates, out, datetime.date(2026, 11, 24), "benchmark", base_url=f"{address}/")
        )
        assert made.written is not None, "\n".join(f"{each.place} {each.message}" for each in made.problems)
        if name == "open":
            _opened(out)
        warmed(out)
    return found


def _opened(out: Path) -> None:
    """Lets every page of a built site connect to its own host."""
    for path in (out / "_headers", *out.rglob("*.html")):
        text = path.read_text("utf-8")
        for quote in ("'", "&#39;"):
            text = text.replace(
                f"default-src {quote}none{quote};", f"default-src {quote}none{quote}; connect-src {quote}self{quote};"
            )
        path.write_text(text, "utf-8")


def made_up(content: Path) -> None:
    """Writes a list of places that do not exist into a content folder, in two of its regions."""
    chance = random.Random(11)
    regions = sorted(yaml.safe_load((content / "site.yaml").read_text("utf-8"))["region_names"])[:2]
    contact = sorted(yaml.safe_load((content / "contacts.yaml").read_text("utf-8"))["contacts"])[0]
    country = yaml.safe_load((content / "site.yaml").read_text("utf-8"))["country"]
    folder = content / "facilities/made-up"
    folder.mkdir(parents=True)
    (folder / "list.yaml").write_text(
        f"""\
title: The made-up list
short: Made-up list
edition: first edition
dated: "2026-05"
source: https://small.example/list
country: {country}
units: miles
postal_codes: {{name: code, example: "4711", digits: 4, split: 2}}
groups: {{care: Kind of care}}
facets:
  night: {{name: Open at night, group: care, hint: Somebody is there.}}
  day: {{name: Open by day, group: care}}
ask: [Is there a bed?]
if_it_fails: [{contact}]
""",
        "utf-8",
    )
    rows = [
        f"p{number},House {number:03},{number} High Street,{chance.choice(('Saint Mary', 'Upper Fen', 'Ebb'))},{chance.choice(regions)},"
        f"{chance.randrange(1000, 9999)},{chance.uniform(50, 59):.4f},{chance.uniform(-6, 1.5):.4f},{chance.choice(('night', 'day', 'night day'))},"
        for number in range(PLACES)
    ]
    head = "id,name,street,city,region,postal_code,latitude,longitude,facets,phone"
    (folder / "places.csv").write_text("\n".join([head, *rows]) + "\n", "utf-8")
    codes = [f"{code},{chance.uniform(50, 59):.2f},{chance.uniform(-6, 1.5):.2f}" for code in range(1000, 9999, 7)]
    codes.append("4711,54.00,-2.00")
    (folder / "postal-codes.csv").write_text(
        "\n".join(["code,latitude,longitude", *sorted(set(codes))]) + "\n", "utf-8"
    )


# What it says


@dataclass(frozen=True)
class Finding:
    """An audit that is not full marks, with what it names; `counted` where it is part of a score."""

    audit: str
    title: str
    said: str
    counted: bool
    at: tuple[str, ...]


def findings(report: Report) -> list[Finding]:
    """Audits with less than full marks or an error, and those without marks that list something all the same."""
    weights: Counter[str] = Counter()
    for category in report["categories"].values():
        weights.update({each["id"]: each["weight"] for each in category["auditRefs"]})
    found = []
    for id, audit in report["audits"].items():
        if id not in weights or audit["scoreDisplayMode"] in ("manual", "notApplicable"):
            continue
        items = [*_named(audit.get("details") or {})]
        lost = audit["scoreDisplayMode"] == "error" or (audit["score"] is not None and audit["score"] < 1)
        if lost or (audit["scoreDisplayMode"] == "informative" and items and id in _TOLD):
            said = audit.get("errorMessage") or audit.get("displayValue") or ""
            found.append(Finding(id, audit["title"], f"{said}".strip(), weights[id] > 0 and lost, tuple(items)))
    return found


_TOLD = {
    "csp-xss",
    "errors-in-console",
    "inspector-issues",
    "third-parties-insight",
    "layout-shifts",
    "non-composited-animations",
}
"""Audits without marks whose lists are findings all the same; others of that kind only describe a page."""


def _named(details: Mapping[str, Any]) -> Iterator[str]:
    """The places that an audit names: an element, an address, or its own words."""
    for item in details.get("items") or ():
        if not isinstance(item, dict):
            continue
        if item.get("type") in ("table", "list"):
            yield from _named(item)
            continue
        node_ = item.get("node") or (item.get("value") if isinstance(item.get("value"), dict) else None) or {}
        words = (
            node_.get("snippet")
            or item.get("url")
            or item.get("description")
            or item.get("statistic")
            or item.get("label")
        )
        extra = [
            f"{name} {_shown(item[name])}"
            for name in ("wastedBytes", "wastedMs", "score", "total", "duration")
            if item.get(name)
        ]
        if isinstance(words, dict):
            words = words.get("formattedDefault") or words.get("url") or str(words)
        if words and not str(words).startswith("pptr:"):  # what drives the browser
            yield " ".join([str(words)[:200], *extra])


def _shown(value: Any) -> str:
    return f"{value:.0f}" if isinstance(value, float) and value > 1 else str(value)


def score(report: Report, category: str) -> float | None:
    """Of 100, as Lighthouse shows it: rounded half up. None where the report has no such score."""
    found = report["categories"].get(category, {}).get("score")
    if category == "performance" and report["gatherMode"] == "snapshot":
        return None  # it would count nothing that is told of a snapshot
    return None if found is None else float(int(found * 100 + 0.5))


def value(report: Report, metric: str) -> float | None:
    """Milliseconds; layout shift without a unit."""
    found = report["audits"].get(metric, {}).get("numericValue")
    return None if found is None else float(found)


def spread(numbers: Iterable[float | None], unit: float = 1, digits: int = 0) -> str:
    """The median, and the least and most where they are not the same."""
    known = [each / unit for each in numbers if each is not None]
    if not known:
        return "none"
    middle, least, most = (f"{each:.{digits}f}" for each in (statistics.median(known), min(known), max(known)))
    return middle if least == most else f"{middle} ({least} to {most})"


def scores_table(reports: Mapping[str, Sequence[Report]]) -> str:
    head = "| page | performance | accessibility | best practices | SEO | FCP, s | LCP, s | TBT, ms | CLS | INP, ms |"
    rows = [head, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for name, of in reports.items():
        marks = [spread(score(each, category) for each in of) for category in CATEGORIES]
        times = [
            spread((value(each, metric) for each in of), *how)
            for metric, how in zip(METRICS, ((1000, 2), (1000, 2), (1, 0), (1, 3), (1, 0)), strict=True)
        ]
        rows.append(f"| {' | '.join([name, *marks, *times])} |")
    return "\n".join(rows)


def slow_table(reports: Mapping[str, Sequence[Report]]) -> str:
    rows = [
        "| page | performance | FCP, s | LCP, s | TBT, ms | CLS | requests | kB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, of in reports.items():
        times = [
            spread((value(each, metric) for each in of), *how)
            for metric, how in zip(METRICS[:4], ((1000, 2), (1000, 2), (1, 0), (1, 3)), strict=True)
        ]
        asked = [list(each["audits"]["network-requests"]["details"]["items"]) for each in of]
        sizes = [
            spread([float(len(each)) for each in asked]),
            spread([sum(item["transferSize"] for item in each) / 1000 for each in asked], 1, 1),
        ]
        rows.append(f"| {' | '.join([name, spread(score(each, 'performance') for each in of), *times, *sizes])} |")
    return "\n".join(rows)


def findings_list(reports: Mapping[str, Sequence[Report]]) -> str:
    lines = []
    for name, of in reports.items():
        seen: dict[str, list[Finding]] = {}
        for report in of:
            for each in findings(report):
                seen.setdefault(each.audit, []).append(each)
        lines += [f"- **{name}**{'' if seen else ': nothing.'}"]
        for audit, times in seen.items():
            one = times[0]
            counted = "counted" if one.counted else "not counted"
            often = "" if len(times) == len(of) else f", {len(times)} of {len(of)} visits"
            lines.append(f"  - `{audit}` ({counted}{often}): {one.title}. {one.said}".rstrip())
            lines += [f"    - `` {at} ``" for at in dict.fromkeys(one.at[:6])]
    return "\n".join(lines)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--visits", type=int, default=3, help="visits to each page; the median counts (default: 3)")
    arguments.add_argument("--only", default="", help="pages whose name holds this")
    arguments.add_argument("--cache", type=Path, default=CACHE, help="where Lighthouse is kept")
    arguments.add_argument("--write", action="store_true", help="put what is printed into benchmarks/lighthouse.md")
    given = arguments.parse_args()
    folder = installed(PACKAGES, given.cache)
    looks = [look for look in LOOKS if given.only.lower() in look.name.lower()]
    standard: dict[str, list[Report]] = {}
    slow: dict[str, list[Report]] = {}
    begun, load = time.monotonic(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        addresses = sites(Path(temporary), stack)
        for number in range(given.visits):
            for look in looks:
                print(f"visit {number + 1}: {look.name}", file=sys.stderr)
                url = f"{addresses[look.site]}/{look.address}"
                reports = visit(folder, url, look.use, STANDARD)
                for name, report in zip(STEPS if look.use else [""], reports, strict=True):
                    standard.setdefault(f"{look.name}{name}", []).append(report)
                if look.slow:
                    slow.setdefault(look.name, []).extend(visit(folder, url, "", SLOW))
    text = told(standard, slow, given.visits, load, time.monotonic() - begun)
    print(text)
    if given.write:
        about = (__doc__ or "").split("\n\n", 1)[1].strip().replace("``", "`")
        (ROOT / "benchmarks/lighthouse.md").write_text(f"# Lighthouse\n\n{about}\n\n{text}", "utf-8")


def told(
    standard: Mapping[str, Sequence[Report]],
    slow: Mapping[str, Sequence[Report]],
    visits: int,
    load: float,
    took: float,
) -> str:
    one = next(iter(standard.values()))[0]
    browser = one["userAgent"].partition("Chrome/")[2].split()[0]
    return (
        f"{datetime.datetime.now(datetime.UTC).date()}, Lighthouse {one['lighthouseVersion']}, Chromium {browser}, {os.cpu_count()} cores; {visits} visits to each page, medians, with the least and "
        f"the most where they differ. Load of the machine when it began: {load:.1f}; it took {took / 60:.0f} minutes.\n\n"
        f"## Mobile preset\n\n{scores_table(standard)}\n\n## Slow 3G and a slow processor, not simulated\n\n{slow_table(slow)}\n\n"
        f"## Every audit that is not full marks\n\n{findings_list(standard)}\n\nUnder slow 3G:\n\n{findings_list(slow)}\n"
    )


if __name__ == "__main__":
    main()
