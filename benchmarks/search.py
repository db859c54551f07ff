"""The search against MiniSearch and Pagefind: the same pages, the same 60 lay queries (tests/search-queries.yaml).

Run it as ``python benchmarks/search.py``; ``--write`` puts the tables into ``benchmarks/search.md``. Needs Node, Chromium, npm, and
Pagefind (``pip install 'pagefind[bin]==1.5.2'``, into any Python: ``--pagefind PYTHON``).

*Right* is a query with one of its pages among the first three. Pagefind knows pages and not places in them, so for all of them an answer
within a page counts as the page. *Slips* are the same queries with one random slip each in a word of five letters or more (a letter
left out, doubled, wrong or swapped with its neighbor), five times with different seeds.
*Bytes* are what a browser fetches from the first keystroke to the first three titles, each file under gzip -9 unless it comes packed.
*Times* are in Chromium with a processor 4 times slower: getting ready, once the files are there, and a query. Pagefind works
in a worker and fetches pieces of its index as it goes; its time is to the first three titles, from a host on the same machine.

MiniSearch gets the texts that our index is made of, as its documentation advises: fuzzy 0.2, prefix search, titles boosted; once alone, once
with our synonyms as a further field, boosted like titles. Ours stands once with and once without its synonyms.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from ebbtide import pipeline  # noqa: E402
from ebbtide.assets import CLIENT  # noqa: E402
from ebbtide.render import Renderer  # noqa: E402
from ebbtide.search import Document, letters  # noqa: E402
from ebbtide.search.entries import phrases  # noqa: E402
from ebbtide.search.index import index_data  # noqa: E402
from tests.browser.conftest import FLAGS, served  # noqa: E402
from tests.npm import package  # noqa: E402
from tests.small_site import options  # noqa: E402

SLOWER = 4
PAGEFIND = "1.5.2"
Row = dict[str, Any]


def packed(content: bytes) -> int:
    return len(gzip.compress(content, 9, mtime=0))


def slipped(text: str, chance: random.Random) -> str:
    """A text with a slip in one of its words."""
    words = text.split(" ")
    long = [at for at, word in enumerate(words) if len(word) > 4]
    if long:
        at = chance.choice(long)
        word, where = words[at], chance.randrange(1, len(words[at]) - 1)
        words[at] = chance.choice((
            word[:where] + word[where + 1 :], word[:where] + word[where] + word[where:],
            word[:where] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[where + 1 :],
            word[:where] + word[where + 1] + word[where] + word[where + 2 :],
        ))  # fmt: skip
    return " ".join(words)


_TIMED = """async ([texts, ready, query]) => {
  const start = performance.now(), engine = await (ready)();
  const made = performance.now() - start, found = [], times = [];
  for (const text of texts) { const now = performance.now(); found.push(await (query)(engine, text)); times.push(performance.now() - now); }
  return { ready: made, found, times };
}"""


def run(page: Page, texts: Sequence[str], ready: str, query: str) -> Row:
    """What an engine answers, and how long it takes; `ready` and `query` are functions in JavaScript."""
    said: Row = page.evaluate(
        f"([texts]) => ({_TIMED.replace('(ready)', f'({ready})').replace('(query)', f'({query})')})([texts])",
        [list(texts)],
    )
    return said


OURS = "async () => { const core = await import('/search-core.js'), g = window.given; return { core, g, made: [g.first, g.second].map((one) => core.openIndex(one, g.urls.length, g.typed)) }; }"
ASK_OURS = """({ core, g, made: [a, b] }, text) => { let one = core.find([a], text, false);
  if (!one.sure || !one.found.length) one = core.find([a, b], text, false);
  return one.found.slice(0, 3).map(([number]) => g.urls[number]); }"""
MINI = "() => MiniSearch.loadJSON(window.index, window.options)"
ASK_MINI = "(engine, text) => engine.search(text, { fuzzy: .2, prefix: true, boost: window.boost }).slice(0, 3).map((one) => window.urls[one.id])"
FIND = "async () => { const engine = await import('/pagefind/pagefind.js'); await engine.init(); return engine; }"
ASK_FIND = """async (engine, text) => { const found = await engine.search(text);
  const shown = await Promise.all(found.results.slice(0, 3).map((one) => one.data()));
  return shown.map((one) => one.url.replace(/^\\//, '')); }"""


def throttled(page: Page) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--pagefind", default=sys.executable)
    asked = parser.parse_args()
    queries = yaml.safe_load((ROOT / "tests/search-queries.yaml").read_text("utf-8"))["queries"]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        table = measured(
            Path(folder),
            queries,
            asked.pagefind,
            playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS),
        )
    print(table)
    if asked.write:
        file = Path(__file__).with_suffix(".md")
        about = (__doc__ or "").replace("``", "`").partition("*Right*")
        file.write_text(
            f"# Search\n\nMade by `python benchmarks/search.py --write`.\n\n{table}*Right*{about[2]}", "utf-8"
        )


def measured(folder: Path, queries: Sequence[Mapping[str, Any]], python: str, browser: Any) -> str:
    made = pipeline.build(options(ROOT / "content", folder / "site"))
    assert made.rendered is not None
    site = pipeline.make(options(ROOT / "content", folder / "site")).site
    assert site is not None
    found = Renderer(site, options(ROOT / "content", folder / "site").templates)._documents
    texts = [query["type"] for query in queries]
    slips = [slipped(text, random.Random(f"{seed} {text}")) for seed in range(5) for text in texts]
    for core in (CLIENT / "search-core.js",):
        shutil.copy(core, folder / "site")
    (folder / "site/bare.html").write_text("<!doctype html><title>Bare</title>", "utf-8")
    with served(folder / "site") as address:
        page = on_the_page(browser, address, texts)
        rows = list(ours(found, site.synonyms, folder, browser, address, texts, slips))
        rows += mini(found, site.synonyms, browser, address, texts, slips)
        rows.append(pagefind(folder, browser, address, texts, slips, python))
    return f"{told(rows, queries)}\n{page}\n"


def ours(
    found: Sequence[Document],
    synonyms: Any,
    folder: Path,
    browser: Any,
    address: str,
    texts: Sequence[str],
    slips: Sequence[str],
) -> Iterator[Row]:
    bare = synonyms.model_copy(update={"pages": (), "danger": ()})
    for name, known in (("Ebbtide", synonyms), ("Ebbtide, no synonyms", bare)):
        first, second = index_data(found, known)
        typed = [entry.text for letter in letters(found, known) for entry in letter.entries if not entry.is_title]
        page = browser.new_page()
        page.goto(f"{address}/bare.html")
        given = {"first": first, "second": second, "urls": [one.url for one in found], "typed": typed}
        page.evaluate("(given) => { window.given = given; }", given)
        throttled(page)
        one = run(page, texts, OURS, ASK_OURS)
        more = run(page, slips, OURS, ASK_OURS)
        assets = folder / "site/assets"
        script = packed(next(assets.glob("search.*.js")).read_bytes())
        files = [
            len(gzip.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0))
            for data in (first, second)
        ]
        whole = packed((folder / "site/search/index.html").read_bytes())
        note = f"; with the page {script + files[0] + whole:,}" if known is synonyms else ""
        yield {
            **one,
            "name": name,
            "slips": more["found"],
            "bytes": f"{script + files[0]:,} (at most {script + sum(files):,}{note})",
        }
        page.close()


_TYPE = """([text]) => new Promise((done) => {
  const box = document.getElementById("q"), start = performance.now();
  new MutationObserver((_, eye) => { eye.disconnect(); done(performance.now() - start); }).observe(document.getElementById("hits"), { childList: true });
  box.value = text;
  box.dispatchEvent(new Event("input"));
})"""


def on_the_page(browser: Any, address: str, texts: Sequence[str]) -> str:
    """From a keystroke to the links in the real page, the index there: the first of a visit, on 20 fresh pages, and a later one."""
    first, later = [], []
    for number in range(20):
        page = browser.new_page()
        page.goto(f"{address}/search/")
        with page.expect_response("**/search-words*") as fetched:
            page.focus("#q")
        fetched.value.finished()
        page.wait_for_timeout(100)
        throttled(page)
        first.append(page.evaluate(_TYPE, [texts[number]]))
        later.append(page.evaluate(_TYPE, [texts[number + 20]]))
        page.close()
    return (
        f"On the real page, from a keystroke to the links, 20 visits: the first result {statistics.median(first):.0f} ms (at most {max(first):.0f}), "
        f"a later one {statistics.median(later):.0f} ms (at most {max(later):.0f}). One that needs the words of running text waits for its file too.\n"
    )


def mini(
    found: Sequence[Document], synonyms: Any, browser: Any, address: str, texts: Sequence[str], slips: Sequence[str]
) -> Iterator[Row]:
    library = package("minisearch") / "dist/umd/index.js"
    typed: dict[int, list[str]] = {}
    for words, to in phrases(found, synonyms):
        for number in to:
            typed.setdefault(number, []).append(words)
    for name, with_words in (("MiniSearch 7.2.0", False), ("MiniSearch 7.2.0 with our synonyms", True)):
        fields = ["title", "summary", "point", "heading", "body", *(["typed"] if with_words else [])]
        setting = {"fields": fields, "storeFields": []}
        documents = [
            {"id": number, **one.texts, **({"typed": ". ".join(typed.get(number, ()))} if with_words else {})}
            for number, one in enumerate(found)
        ]
        page = browser.new_page()
        page.goto(f"{address}/bare.html")
        page.add_script_tag(content=library.read_text("utf-8"))
        index = page.evaluate(
            "([documents, setting]) => { const one = new MiniSearch(setting); one.addAll(documents); return JSON.stringify(one); }",
            [documents, setting],
        )
        page.evaluate(
            "(given) => Object.assign(window, given)",
            {"index": index, "options": setting, "urls": [one.url for one in found], "boost": {"title": 3, "typed": 3}},
        )
        throttled(page)
        one = run(page, texts, MINI, ASK_MINI)
        more = run(page, slips, MINI, ASK_MINI)
        titles = json.dumps([[one.url, one.title] for one in found]).encode()
        # npm ships no minified file: the size of its script is taken after the minifier that the package's authors name
        size = minified(library) + packed(index.encode()) + packed(titles)
        yield {**one, "name": name, "slips": more["found"], "bytes": f"{size:,}"}
        page.close()


def minified(library: Path) -> int:
    """The script under gzip without comments and indentation, which is a lower bound for no minifier and kinder than the file as it is."""
    text = re.sub(r"/\*.*?\*/", "", library.read_text("utf-8"), flags=re.DOTALL)
    return packed("\n".join(line.strip() for line in text.splitlines() if not line.strip().startswith("//")).encode())


def pagefind(folder: Path, browser: Any, address: str, texts: Sequence[str], slips: Sequence[str], python: str) -> Row:
    site = folder / "site"
    (site / "bare.html").rename(folder / "bare.html")
    for name in ("404.html", "search/index.html"):
        (site / name).unlink()
    done = subprocess.run(
        [python, "-m", "pagefind", "--site", str(site)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"v{PAGEFIND}" in done.stdout + done.stderr, done.stdout
    (folder / "bare.html").rename(site / "bare.html")
    sizes = []
    for text in texts:
        page = browser.new_page()
        asked: list[str] = []
        page.context.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(f"{address}/bare.html")
        run(page, [text], FIND, ASK_FIND)
        files = {url.split("?")[0] for url in asked if "/pagefind/" in url}
        sizes.append(sum(wire(site / url.partition(f"{address}/")[2]) for url in files))
        page.close()
    page = browser.new_page()
    page.goto(f"{address}/bare.html")
    throttled(page)
    one = run(page, texts, FIND, ASK_FIND)
    more = run(page, slips, FIND, ASK_FIND)
    return {
        **one,
        "name": f"Pagefind {PAGEFIND}",
        "slips": more["found"],
        "bytes": f"{round(statistics.median(sizes)):,} (at most {max(sizes):,})",
    }


def wire(file: Path) -> int:
    content = file.read_bytes()
    return min(len(content), packed(content))


def told(rows: Sequence[Row], queries: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        "| | bytes to the first result | ready, ms | query, median ms | 95 of 100 | slowest | right of 60 | of the 40 tuned | of the 20 kept back | with a slip, of 300 |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for row in rows:
        good = [right(query, answer) for query, answer in zip(queries, row["found"], strict=True)]
        kept = [bool(query.get("kept_back")) for query in queries]
        slips = sum(right(query, answer) for query, answer in zip([*queries] * 5, row["slips"], strict=True))
        times = sorted(row["times"])
        cells = [
            row["name"], row["bytes"], f"{row['ready']:.0f}", f"{statistics.median(times):.1f}", f"{times[56]:.1f}", f"{times[-1]:.1f}", sum(good),
            sum(one for one, held in zip(good, kept, strict=True) if not held), sum(one for one, held in zip(good, kept, strict=True) if held), slips,
        ]  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def right(query: Mapping[str, Any], answer: Sequence[str]) -> bool:
    return bool({url.partition("#")[0] for url in query["pages"]} & {url.partition("#")[0] for url in answer})


if __name__ == "__main__":
    main()
