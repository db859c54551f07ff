"""An article of the site against the same article from the generators that people would take instead: bytes, requests, time until it can be read.

Run it as ``python -m benchmarks.reading`` on a machine that does nothing else; ``--write`` puts what it prints into ``benchmarks/reading.md``.
It needs Chromium, Node, npm and pip; ``benchmarks/rivals.py`` says how the rivals are fetched and built, and that all show the same words.

All come from one kind of server on this machine, under gzip -9, in Chromium with a phone's viewport (360 by 740), an empty cache, slow 3G
(400 kbit/s, 400 ms a request) and a processor 4 times slower, as DevTools holds them back. Our pages go out with the headers that our `_headers`
asks for. Visits are interleaved: in each round every page of every site stands once as the first page of a visit and once as the second, the sites in
turn, so that what else the machine does hits all alike. Numbers are medians of the rounds, then of the articles.

*Readable* is the largest contentful paint, which is a piece of text on all of these pages. *Bytes until readable* are what had come over the wire by
then, headers included. *Script* is what of all bytes is script. Nothing leaves the machine: a request to another host fails at once, and is counted.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, CDPSession, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.host import served, warmed  # noqa: E402
from benchmarks.plain import Article, article, words  # noqa: E402
from benchmarks.rivals import Rival, built  # noqa: E402
from ebbtide import pipeline  # noqa: E402
from tests.npm import CACHE  # noqa: E402

ARTICLES = (
    "symptoms/sleep", "start/tonight", "stopping/tapering", "treatment/medicines", "symptoms/danger-signs", "start/what-is-happening",
    "coping/cravings", "coping/first-72-hours", "families/what-to-say", "special/pregnancy", "recovery/slips-and-relapse", "treatment/paying",
)  # fmt: skip
"""Each site has these; the first few are measured. None has a drawing, which the rivals would not have."""
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 400_000 / 8, "uploadThroughput": 400_000 / 8}
SLOWER = 4
SETTLED = 1_500
"""Milliseconds without a request after which a visit is over."""
FLAGS = [
    "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip

_WATCH = """
window.seen = { fcp: 0, lcp: 0, what: "", cls: 0 };
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
watch("paint", (each) => { if (each.name === "first-contentful-paint") seen.fcp = each.startTime; });
watch("largest-contentful-paint", (each) => { seen.lcp = each.startTime; seen.what = each.element ? each.element.tagName + " " + each.element.textContent.trim().slice(0, 60) : each.url; });
watch("layout-shift", (each) => { if (!each.hadRecentInput) seen.cls += each.value; });
"""


@dataclass(frozen=True)
class Visit:
    """One visit: bytes and milliseconds; `shift` has no unit; `outside` are the other hosts that were asked."""

    readable: float
    first: float
    until: float
    bytes: float
    script: float
    requests: float
    shift: float
    outside: tuple[str, ...] = ()


Found = dict[str, list[list[Visit]]]


def ours(folder: Path) -> Rival:
    """The whole site, as it is published."""
    made = pipeline.build(
        pipeline.Options(
            ROOT / "content", ((ROOT / "templates", "templates"),), folder, datetime.date(2026, 11, 24), "benchmark"
        )
    )
    assert made.written is not None, "\n".join(f"{each.place} {each.message}" for each in made.problems)
    return Rival("Ebbtide", "", folder, lambda each: f"{each.id}/")


def articles(site: Rival) -> list[Article]:
    found = []
    for id in ARTICLES:
        page = (site.folder / id / "index.html").read_text("utf-8")
        found.append(article(id, page, f"https://ebbtide.example/{id}/"))
    return found


@dataclass
class _Request:
    """A request: the host asked, what came for it in bytes, and when, in seconds of DevTools' clock."""

    host: str | None
    kind: str | None
    head: tuple[float, float] = (0.0, 0.0)
    total: float = 0.0
    parts: list[tuple[float, float]] = field(default_factory=list)

    def until(self, time: float) -> float:
        """The bytes that had come by a time. Parts are told unpacked: each is taken for its share of what came packed."""
        whole = sum(size for _, size in self.parts) or 1.0
        body = sum(size for at, size in self.parts if at <= time) / whole * (self.total - self.head[1])
        return body + (self.head[1] if self.head[0] <= time else 0.0)


class _Wire:
    """What comes over the wire while pages are visited, as DevTools tells it."""

    def __init__(self, devtools: CDPSession) -> None:
        self.begin()
        devtools.on("Network.requestWillBeSent", self._asked)
        devtools.on("Network.requestServedFromCache", self._cached)
        devtools.on("Network.responseReceived", self._answered)
        devtools.on("Network.dataReceived", self._came)
        devtools.on("Network.loadingFinished", self._finished)

    def begin(self) -> None:
        """Forgets all: a visit begins."""
        self.asked: dict[str, _Request] = {}
        self.clock = 0.0  # from DevTools' clock to the wall's
        self.last = time.monotonic()

    @property
    def local(self) -> list[_Request]:
        return [each for each in self.asked.values() if each.host == "127.0.0.1"]

    def until(self, wall: float) -> float:
        """The bytes that had come by a time of the wall's clock, in seconds."""
        return sum(each.until(wall - self.clock) for each in self.local)

    def _asked(self, event: Mapping[str, Any]) -> None:
        self.clock = self.clock or event["wallTime"] - event["timestamp"]
        self.asked[event["requestId"]] = _Request(urlsplit(event["request"]["url"]).hostname, event.get("type"))
        self.last = time.monotonic()

    def _cached(self, event: Mapping[str, Any]) -> None:
        self.asked.pop(event["requestId"], None)

    def _answered(self, event: Mapping[str, Any]) -> None:
        response = event["response"]
        if response.get("fromDiskCache") or response.get("fromPrefetchCache"):
            self._cached(event)
        elif known := self.asked.get(event["requestId"]):
            known.head = (event["timestamp"], response["encodedDataLength"])
        self.last = time.monotonic()

    def _came(self, event: Mapping[str, Any]) -> None:
        if known := self.asked.get(event["requestId"]):
            known.parts.append((event["timestamp"], event["dataLength"]))
        self.last = time.monotonic()

    def _finished(self, event: Mapping[str, Any]) -> None:
        if known := self.asked.get(event["requestId"]):
            known.total = event["encodedDataLength"]
        self.last = time.monotonic()


def visits(browser: Browser, *addresses: str) -> list[Visit]:
    """One visit of a page with an empty cache, and of further pages after it, with what the cache then holds."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, device_scale_factor=2)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    wire = _Wire(devtools)
    for command, settings in (
        ("Network.enable", {}), ("Network.emulateNetworkConditions", SLOW), ("Emulation.setCPUThrottlingRate", {"rate": SLOWER}),
    ):  # fmt: skip
        devtools.send(command, settings)
    page.add_init_script(_WATCH)
    found = []
    for address in addresses:
        wire.begin()
        page.goto(address, wait_until="load", timeout=120_000)
        while time.monotonic() - wire.last < SETTLED / 1000:
            page.wait_for_timeout(100)
        seen = page.evaluate("({ ...seen, origin: performance.timeOrigin })")
        assert seen["lcp"], f"{address}: nothing was painted"
        found.append(Visit(
            readable=seen["lcp"], first=seen["fcp"], until=wire.until((seen["origin"] + seen["lcp"]) / 1000), shift=seen["cls"],
            bytes=sum(each.total for each in wire.local), script=sum(each.total for each in wire.local if each.kind == "Script"),
            requests=len(wire.local), outside=tuple(sorted({each.host or "" for each in wire.asked.values()} - {"127.0.0.1", ""})),
        ))  # fmt: skip
    context.close()
    return found


def middle(of: Iterable[Visit]) -> Visit:
    """The median of each number, and every host that was asked."""
    all_ = list(of)
    numbers = {
        name: statistics.median(getattr(each, name) for each in all_)
        for name in Visit.__dataclass_fields__
        if name != "outside"
    }
    return Visit(**numbers, outside=tuple(sorted({host for each in all_ for host in each.outside})))


def measured(browser: Browser, addresses: Mapping[str, Sequence[str]], rounds: int) -> tuple[Found, Found]:
    """Of each site, of each of its pages, the visits: as the first page of a site, and as the second. In every round each page
    of each site stands once in both places, the sites in turn."""
    for pages in addresses.values():
        visits(browser, pages[0])  # not counted: what browser and server do only once
    first: Found = {name: [[] for _ in pages] for name, pages in addresses.items()}
    second: Found = {name: [[] for _ in pages] for name, pages in addresses.items()}
    for number in range(rounds):
        print(f"round {number + 1} ...", file=sys.stderr)
        count = len(next(iter(addresses.values())))
        for at in range(count):
            for name, pages in addresses.items():
                then = (at + 1) % count
                one, other = visits(browser, pages[at], pages[then])
                first[name][at].append(one)
                second[name][then].append(other)
    return first, second


# What it says


def table(found: Found, base: str, least: str) -> str:
    """As Markdown; each number with its ratio to ours and to the floor."""
    of = {name: middle(middle(each) for each in pages) for name, pages in found.items()}
    ours_, floor = of[base], of[least]

    def cell(one: Visit, field: str, unit: float, digits: int) -> str:
        value, mine, low = (getattr(each, field) for each in (one, ours_, floor))
        ratios = f" ({value / mine:.1f}, {value / low:.1f})" if mine and low else ""
        return f"{value / unit:.{digits}f}{ratios}"

    rows = [
        "| | readable (LCP), s | spread | FCP, s | kB until readable | kB in all | of it script, kB | requests | CLS | other hosts |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    for name, one in sorted(of.items(), key=lambda item: item[1].readable):
        times = [each.readable / 1000 for page in found[name] for each in page]
        cells = [
            name if name != base else f"**{name}**", cell(one, "readable", 1000, 2), f"{min(times):.2f} to {max(times):.2f}", cell(one, "first", 1000, 2),
            cell(one, "until", 1000, 1), cell(one, "bytes", 1000, 1), f"{one.script / 1000:.1f}", f"{one.requests:.0f}", f"{one.shift:.3f}",
            ", ".join(one.outside) or "none",
        ]  # fmt: skip
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def parts(site: Rival, found: Article) -> str:
    """What an article of ours weighs, part by part: how much smaller it is under gzip -9 without each."""
    page = (site.folder / site.address(found) / "index.html").read_text("utf-8")
    whole = _packed(page)
    cuts: tuple[tuple[str, str], ...] = (
        ("styles", r"(?s)<style>.*?</style>"),
        ("styles for paper alone", r"@media print\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}"),
        (
            "styles for more contrast, forced colors and the dark",
            r"@media ?\((?:prefers|forced)[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}",
        ),
        ("content security policy in the page", r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>"),
        ("sources", r"(?s)<section[^>]*>\s*<h2[^>]*>Where this comes from.*?</section>"),
        ("numbers of sources in the text", r"(?s)<sup class=\"cite\">.*?</sup>"),
        ("ways back from a source to the text", r"(?s) ?<a class=\"back\".*?</a>"),
        ("words explained", r"(?s)<(section|aside|dl)[^>]*>\s*<h2[^>]*>Words on this page.*?</\1>"),
        ("list of headings", r"(?s)<details class=\"toc\">.*?</details>"),
        ("contact bar", r"(?s)<aside class=\"bar\".*?</aside>"),
        ("head of the site with its menu", r"(?s)<header class=\"top\">.*?</header>"),
        ("foot of the site with its menu", r"(?s)<footer class=\"foot\">.*?</footer>"),
        ("line breaks between elements", r"(?<=>)\n+(?=<)"),
        ("quotes around plain attributes", r"(?<==)\"(?=[\w./:#-]+\")|(?<=[\w./:#-])\"(?=[ >])"),
    )
    rows = ["| without | bytes less under gzip |", "|---|--:|"]
    for name, pattern in cuts:
        cut, count = re.subn(pattern, "", page)
        rows.append(f"| {name} | {f'{whole - _packed(cut):,}' if count else 'none there'} |")
    script = next(iter(re.findall(r'<script src="([^"]+)"', page)), "")
    size = _packed((site.folder / site.address(found) / script).read_text("utf-8")) if script else 0
    headers = site.folder / "_headers"
    sent = sum(len(line.strip()) + 2 for line in headers.read_text("utf-8").split("\n\n")[0].splitlines()[1:])
    return (
        f"`{found.id}` is {whole:,} bytes under gzip; the script beside it {size:,}; the headers that `_headers` asks for {sent:,} with each response.\n\n"
        + "\n".join(rows)
    )


def _packed(text: str) -> int:
    return len(gzip.compress(text.encode(), 9, mtime=0))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=3, help="visits to each page; the median counts (default: 3)")
    arguments.add_argument("--articles", type=int, default=3, help="how many articles are measured (default: 3)")
    arguments.add_argument("--cache", type=Path, default=CACHE, help="where the rivals' packages are kept")
    arguments.add_argument("--write", action="store_true", help="put what is printed into benchmarks/reading.md")
    given = arguments.parse_args()
    if given.articles < 2:
        arguments.error("at least two articles, as a second page is measured too")
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        mine = ours(Path(temporary) / "ours")
        texts = articles(mine)
        rivals, absent = built(Path(temporary), texts, given.cache)
        chosen = texts[: given.articles]
        addresses: dict[str, list[str]] = {}
        for site in (mine, *rivals):
            root = stack.enter_context(served(site.folder))
            warmed(site.folder)
            addresses[f"{site.name} {site.version}".strip()] = [f"{root}/{site.address(each)}" for each in chosen]
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("EBBTIDE_CHROMIUM") or "/usr/bin/chromium", args=FLAGS
        )
        load = os.getloadavg()[0]
        first, second = measured(browser, addresses, given.rounds)
        version = browser.version
        browser.close()
        lengths = [len(words(each.text)) for each in chosen]
        took = (time.monotonic() - begun) / 60
        text = (
            f"{datetime.datetime.now(datetime.UTC).date()}, Chromium {version}, {os.cpu_count()} cores, load when the visits began {load:.1f}; "
            f"{given.rounds} rounds over {len(chosen)} articles of {min(lengths):,} to {max(lengths):,} words, sources included; {took:.0f} minutes. "
            f"In brackets: times ours, times the floor.\n\n## The first page of a visit\n\n{table(first, 'Ebbtide', 'Floor, by hand')}\n\n"
            f"## The page after it, with what the cache holds\n\n{table(second, 'Ebbtide', 'Floor, by hand')}\n"
            + "".join(f"\nNot to be had: {name} ({why}).\n" for name, why in absent.items())
            + f"\n## What a page of ours is made of\n\n{parts(mine, chosen[0])}\n"
        )
    print(text)
    if given.write:
        note = Path(__file__).with_suffix(".md")
        kept = note.read_text("utf-8").partition("\n## What is unfair")[1:] if note.is_file() else ("", "")
        about = (__doc__ or "").split("\n\n", 1)[1].strip().replace("``", "`")
        note.write_text(f"# Reading an article\n\n{about}\n\n{text}{''.join(kept)}", "utf-8")


if __name__ == "__main__":
    main()
