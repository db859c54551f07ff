"""How heavy pages are: measured once for the rule and for the report, with several processes as with one."""

from __future__ import annotations

import gzip
import json
import random
import string
from pathlib import Path

import pytest

from ebbtide import cli, pagechecks, pipeline
from ebbtide.model.page import File, Page, PageKind
from ebbtide.parsed import Outline, Parsed, Whole
from ebbtide.problem import Place
from ebbtide.weights import Limits, Weight, report, resolved, weigh
from tests.small_site import options, write_site

LIMITS = Limits(1000, 2000, 2)


def packed(content: bytes) -> int:
    return len(gzip.compress(content, 9, mtime=0))


def noise(size: int, seed: int = 1) -> str:
    return "".join(random.Random(seed).choices(string.ascii_letters, k=size))


def weighed(text: str, *files: File, url: str = "a/b/", base_url: str | None = None) -> Weight:
    page = Page(url, text.encode(), Place("a.md"), "article")
    parsed = Parsed.of(page)
    return weigh(parsed, Whole({page.path: Outline.of(parsed)}, {file.path: file for file in files}, {}, base_url), LIMITS)  # fmt: skip


def test_what_a_page_weighs() -> None:
    script, sheet = File("assets/x.js", noise(900).encode()), File("assets/x.css", noise(500).encode())
    picture, later = File("assets/a.png", noise(300).encode()), File("assets/b.png", noise(3000).encode())
    text = (
        '<style>a{b:c}</style><style>d{}</style><link rel="stylesheet" href="../../assets/x.css"><link rel="icon" href="../../assets/b.png">'
        '<script src="/base/assets/x.js"></script><script src="https://else.example/y.js"></script><script src="gone.js"></script>'
        '<script type="application/json">{}</script><img src="../../assets/a.png"><img loading="lazy" src="../../assets/b.png">'
    )
    found = weighed(text, script, sheet, picture, later, base_url="https://site.example/base/")
    html = packed(text.encode())
    assert found == Weight(
        "a/b/", "article", html, html + sum(packed(file.content) for file in (script, sheet, picture)), 4, packed(b"a{b:c}d{}"),
        LIMITS, ("assets/x.js", packed(script.content)),
    )  # fmt: skip
    assert found.share == max(html / 1000, found.whole / 2000)
    bare = weighed("<p>x</p>")
    assert (bare.whole, bare.requests, bare.styles, bare.heaviest) == (bare.html, 1, 0, None)


@pytest.mark.parametrize(
    ("url", "address", "base_url", "path"),
    [
        ("a/b/", "", None, "a/b/index.html"), ("a/b/", "../c/", None, "a/c/index.html"), ("a/b/", "../..", None, "index.html"), ("a/b/", ".", None, "a/b/index.html"),
        ("404.html", "/x/y.js", None, "x/y.js"), ("404.html", "/base/x.js", "https://a.example/base/", "x.js"), ("404.html", "/", None, "index.html"),
        ("404.html", "/other/x.js", "https://a.example/base/", "/other/x.js"), ("", "x.js", None, "x.js"),
    ],
)  # fmt: skip
def test_where_an_address_leads(url: str, address: str, base_url: str | None, path: str) -> None:
    assert resolved(Page(url, b"", Place("a.md"), "article"), address, base_url) == path


def one(url: str, kind: PageKind, html: int, whole: int, requests: int = 1, styles: int = 10) -> Weight:
    return Weight(url, kind, html, whole, requests, styles, LIMITS)


WEIGHTS = (
    one("a/two/", "article", 900, 950, 2, 30), one("a/one/", "article", 900, 1990), one("a/three/", "article", 101, 101, styles=40),
    one("", "home", 1100, 1200, 3), one("b/", "section", 10, 10), one("c/", "section", 20, 20), one("d/", "section", 30, 40),
)  # fmt: skip


def test_the_report() -> None:
    found = report(WEIGHTS, [File("a", b"x" * 1500), File("b", b"x" * 1000)])
    assert found.text().splitlines() == [
        "Bytes under gzip -9, by kind of page:",
        "pages  median  largest  limit  left  with all  limit   left  requests  styles  kind     largest page",
        "    3     900      900  1,000   100     1,990  2,000     10    2 of 2      40  article  a/one/",
        "    1   1,100    1,100  1,000  -100     1,200  2,000    800    3 of 2      10  home     /",
        "    3      20       30  1,000   970        40  2,000  1,960    1 of 2      10  section  d/",
        "Nearest to their limit:",
        "  3.0%  30 of 1,000  d/",
        " 10.1%  101 of 1,000  a/three/",
        " 90.0%  900 of 1,000  a/two/",
        " 99.5%  1,990 of 2,000 with all that it loads  a/one/",
        "110.0%  1,100 of 1,000  /",
        "The whole site: 2 files, 2 kB (not packed).",
    ]
    told = found.report()
    assert json.loads(json.dumps(told)) == told
    assert told["files"] == 2
    assert told["bytes"] == 2500
    assert [kind["kind"] for kind in told["kinds"]] == ["article", "home", "section"]  # type: ignore[index,attr-defined]
    assert told["kinds"][0] == {  # type: ignore[index]
        "kind": "article", "pages": 3, "median": 900, "styles": 40,
        "html": {"most": 900, "limit": 1000, "left": 100, "page": "a/one/"},
        "whole": {"most": 1990, "limit": 2000, "left": 10, "page": "a/one/"},
        "requests": {"most": 2, "limit": 2, "left": 0, "page": "a/two/"},
    }  # fmt: skip
    assert told["nearest"][-1] == {"page": "", "kind": "home", "html": 1100, "whole": 1200, "requests": 3, "styles": 10, "share": 1.1}  # type: ignore[index]  # fmt: skip


def test_the_order_of_pages_changes_nothing() -> None:
    assert report(WEIGHTS, []) == report(WEIGHTS[::-1], [])


def test_the_report_of_a_site_is_what_the_rule_measures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a limit of one byte below what the report says of the largest article, the rule speaks; at it, the rule is silent."""
    content = write_site(tmp_path / "content", extra=12)
    made = pipeline.make(options(content, tmp_path / "out"))
    assert made.rendered is not None
    assert [weight.url for weight in made.weights] == [page.url for page in made.rendered.pages]
    row = next(row for row in report(made.weights, ()).rows if row.kind == "article")
    assert row.pages == sum(page.kind == "article" for page in made.rendered.pages)
    for limit, said in ((row.html.html, 0), (row.html.html - 1, 1)):
        monkeypatch.setattr(pagechecks, "BUDGET", {**pagechecks.BUDGET, "article": limit})
        problems = pipeline.make(options(content, tmp_path / "out")).problems
        assert any(f"the page is {row.html.html:,} bytes under gzip; {limit:,} are allowed." in problem.message for problem in problems) == bool(said)  # fmt: skip
    monkeypatch.setattr(pagechecks, "BUDGET_ALL", {"article": 1})
    messages = [
        said for said in pipeline.make(options(content, tmp_path / "out")).problems if "what it loads" in said.message
    ]
    assert messages
    assert all("Load less: assets/site." in problem.hint and problem.hint.endswith(" bytes.") for problem in messages)


def test_several_processes_weigh_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagechecks, "POOL_FROM", 5)
    content = write_site(tmp_path / "content", extra=24)
    alone = pipeline.make(options(content, tmp_path / "out"))
    shared = pipeline.make(options(content, tmp_path / "out", jobs=2))
    assert alone.weights == shared.weights
    assert len(alone.weights) > 20


# the command


def run(content: Path, capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    given = [arguments[0], "--content", str(content), "--out", str(content.parent / "site"), "--today", "2026-11-24", "--jobs", "1", *arguments[1:]]  # fmt: skip
    cli.main(given)
    return capfd.readouterr().out


@pytest.mark.parametrize("verb", ["build", "check"])
def test_report_on_the_command_line(tmp_path: Path, capfd: pytest.CaptureFixture[str], verb: str) -> None:
    content = write_site(tmp_path / "content")
    lines = run(content, capfd, verb, "--report").splitlines()
    assert lines[0] == "Bytes under gzip -9, by kind of page:"
    assert [line.split()[-2] for line in lines if line.endswith(("/", ".html")) and " of " in line and "%" not in line] == [
        "article", "booklet", "glossary", "help", "home", "keep", "not-found", "not-kept", "search", "section", "sources",
    ]  # fmt: skip
    assert lines[-2].startswith("The whole site: ")
    assert ("Built" in lines[-1]) == (verb == "build")
    data = json.loads(run(content, capfd, verb, "--report", "--format", "json"))
    assert data["problems"] == []
    assert [kind["kind"] for kind in data["weights"]["kinds"]][:3] == ["article", "booklet", "glossary"]
    assert len(data["weights"]["nearest"]) == 5
    plain = run(content, capfd, verb)
    assert "gzip" not in plain
    assert "weights" not in json.loads(run(content, capfd, verb, "--format", "json"))


def test_where_no_page_could_be_looked_at(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content = write_site(tmp_path / "content")
    (content / "site.yaml").unlink()
    with pytest.raises(SystemExit):
        run(content, capfd, "check", "--report", "--format", "json")
    assert json.loads(capfd.readouterr().out)["weights"] is None
