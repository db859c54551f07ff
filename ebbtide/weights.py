"""How heavy pages are: one measure, by which the rule `page-weight` judges, and which `--report` shows."""

from __future__ import annotations

import gzip
import posixpath
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from ebbtide.model.page import File, Page
from ebbtide.parsed import Parsed, Whole


class Limits(NamedTuple):
    """What a kind of page may weigh: its HTML, and it with all that it loads, in bytes under gzip -9; and its requests."""

    html: int
    whole: int
    requests: int


@dataclass(frozen=True, slots=True)
class Weight:
    """What a page weighs, in bytes under gzip -9: its HTML, and with all that it loads at once. `styles` are those that stand in the page,
    packed by themselves. `heaviest` is the heaviest file that it loads, with its bytes."""

    url: str
    kind: str
    html: int
    whole: int
    requests: int
    styles: int
    limits: Limits
    heaviest: tuple[str, int] | None = None

    @property
    def share(self) -> float:
        """How much of what is allowed is used up, where that is most: 1 is all of it."""
        return max(self.html / self.limits.html, self.whole / self.limits.whole)


def weigh(parsed: Parsed, whole: Whole, limits: Limits) -> Weight:
    """Weigh a page. What it loads from elsewhere, or from nowhere, is for other rules."""
    page = parsed.page
    loading = [
        resolved(page, element.attributes.get("src") or element.attributes.get("href") or "", whole.base_url)
        for element in parsed.elements
        if (element.tag == "script" and "src" in element.attributes)
        or (element.tag == "link" and element.attributes.get("rel") == "stylesheet")
        or (element.tag == "img" and element.attributes.get("loading") != "lazy")
    ]
    loaded = [(path, packed(whole.files[path].content)) for path in loading if path in whole.files]
    styles = "".join(text.text for text in parsed.texts if text.inside and text.inside[-1].tag == "style")
    html = packed(page.content)
    return Weight(
        page.url, page.kind, html, html + sum(size for _, size in loaded), len(loaded) + 1,
        packed(styles.encode()) if styles else 0, limits, max(loaded, key=lambda each: each[1], default=None),
    )  # fmt: skip


@lru_cache(maxsize=64)
def packed(content: bytes) -> int:
    """Bytes under gzip -9. Many pages hold the same styles and load the same scripts, so the last ones are remembered."""
    return len(gzip.compress(content, 9, mtime=0))


def resolved(page: Page, path: str, base_url: str | None) -> str:
    """The file that an address on a page means, relative to the site's root."""
    if not path:
        return page.path
    if path.startswith("/"):
        prefix = urlsplit(base_url).path.rstrip("/") + "/" if base_url else "/"
        whole = path[len(prefix) :] if path.startswith(prefix) else path
    else:
        whole = posixpath.normpath(posixpath.join(posixpath.dirname(page.path), path))
        whole = "" if whole == "." else whole + ("/" if path.endswith(("/", ".")) and not whole.endswith("/") else "")
    return f"{whole}index.html" if whole == "" or whole.endswith("/") else whole


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of page: how many there are, the bytes of the HTML in the middle, the heaviest page by its HTML and by all that it loads,
    the most requests, and the most styles."""

    kind: str
    pages: int
    median: int
    html: Weight
    whole: Weight
    requests: Weight
    styles: int

    def report(self) -> dict[str, object]:
        """For ``--format json``. What is `left` is below 0 where the page is too heavy."""
        limits = self.html.limits
        return {
            "kind": self.kind,
            "pages": self.pages,
            "median": self.median,
            "html": {**_measured(self.html.html, limits.html), "page": self.html.url},
            "whole": {**_measured(self.whole.whole, limits.whole), "page": self.whole.url},
            "requests": {**_measured(self.requests.requests, limits.requests), "page": self.requests.url},
            "styles": self.styles,
        }


def _measured(most: int, limit: int) -> dict[str, int]:
    return {"most": most, "limit": limit, "left": limit - most}


_NEAREST = 5
"""Pages that are named because they are nearest to their limit."""


@dataclass(frozen=True, slots=True)
class Report:
    """All kinds of page, in the order of their names; the pages nearest to their limit, the nearest last; and the size of the whole site,
    files not packed."""

    rows: tuple[Row, ...]
    nearest: tuple[Weight, ...]
    files: int
    bytes: int

    def report(self) -> dict[str, object]:
        """For ``--format json``."""
        return {
            "kinds": [row.report() for row in self.rows],
            "nearest": [_named(weight) for weight in self.nearest],
            "files": self.files,
            "bytes": self.bytes,
        }

    def text(self) -> str:
        """For a person: a line for each kind of page, then the pages to look at first, the nearest to its limit last."""
        heads = ("pages", "median", "largest", "limit", "left", "with all", "limit", "left", "requests", "styles")
        lines = [(*heads, "kind", "largest page"), *(_line(row) for row in self.rows)]
        widths = [max(len(line[at]) for line in lines) for at in range(len(heads))]
        kind = max(len(line[-2]) for line in lines)
        drawn = ["Bytes under gzip -9, by kind of page:"]
        drawn += [
            f"{'  '.join(map(str.rjust, line[:-2], widths))}  {line[-2].ljust(kind)}  {line[-1]}" for line in lines
        ]
        drawn += ["Nearest to their limit:"] if self.nearest else []
        for weight in self.nearest:
            size, limit, what = _nearest_limit(weight)
            drawn.append(f"{weight.share:6.1%}  {size:,} of {limit:,}{what}  {shown(weight.url)}")
        return "\n".join((*drawn, f"The whole site: {self.files:,} files, {self.bytes / 1000:,.0f} kB (not packed)."))


def _line(row: Row) -> tuple[str, ...]:
    limits = row.html.limits
    numbers = (
        row.pages, row.median, row.html.html, limits.html, limits.html - row.html.html,
        row.whole.whole, limits.whole, limits.whole - row.whole.whole,
    )  # fmt: skip
    requests = f"{row.requests.requests} of {limits.requests}"
    return (
        *(f"{number:,}" for number in numbers),
        requests,
        f"{row.styles:,}",
        row.kind,
        shown(row.html.url),
    )


def _nearest_limit(weight: Weight) -> tuple[int, int, str]:
    if weight.html / weight.limits.html >= weight.whole / weight.limits.whole:
        return weight.html, weight.limits.html, ""
    return weight.whole, weight.limits.whole, " with all that it loads"


def shown(url: str) -> str:
    """An address from the site's root; that of the home page is a slash."""
    return url or "/"


def _named(weight: Weight) -> dict[str, object]:
    known: Mapping[str, object] = asdict(weight)
    return {
        "page": weight.url,
        "kind": weight.kind,
        **{name: known[name] for name in ("html", "whole", "requests", "styles")},
        "share": round(weight.share, 4),
    }


def report(weights: Sequence[Weight], files: Iterable[File]) -> Report:
    """Sum up. `files` are all that is written, pages included. Where two pages weigh the same, the first by address is named."""
    ordered = sorted(weights, key=lambda weight: weight.url)
    kinds: dict[str, list[Weight]] = {}
    for weight in ordered:
        kinds.setdefault(weight.kind, []).append(weight)
    rows = tuple(
        Row(
            kind, len(held), int(statistics.median(weight.html for weight in held)),
            max(held, key=lambda weight: weight.html), max(held, key=lambda weight: weight.whole),
            max(held, key=lambda weight: weight.requests), max(weight.styles for weight in held),
        )
        for kind, held in sorted(kinds.items())
    )  # fmt: skip
    nearest = sorted(ordered, key=lambda weight: weight.share)[-_NEAREST:]
    sizes = [len(file.content) for file in files]
    return Report(rows, tuple(nearest), len(sizes), sum(sizes))
