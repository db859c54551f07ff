"""The guide to keep: what is in it and how much that is, the worker that gives it out, the one that takes it back, and the app's manifest."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import imagesize
import pytest

from ebbtide import offline, pipeline
from ebbtide.assets import digest, headers, policy
from ebbtide.model.page import File, Page, PageKind
from ebbtide.offline import Guide, Size, megabytes
from ebbtide.problem import Place
from tests.small_site import CONTACTS, ROOT, SITE, TEMPLATES, TODAY, made, options, write_site
from tests.unit.test_assets import node


def page(url: str, kind: PageKind, content: bytes = b"") -> Page:
    return Page(url, content or url.encode(), Place("content/site.yaml"), kind)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return made(write_site(tmp_path_factory.mktemp("offline") / "content"))


@pytest.fixture(scope="module")
def off(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    content = write_site(tmp_path_factory.mktemp("off") / "content")
    (content / "site.yaml").write_text(SITE + "offline: false\n", "utf-8")
    return made(content)


# what is kept


def test_the_pages_that_matter_most_come_first() -> None:
    kinds: list[PageKind] = ["article", "questionnaire", "home", "help", "not-kept", "search"]
    pages = Guide.of([page(f"{kind}/", kind) for kind in kinds], [], []).pages
    assert [each.kind for each in pages] == ["not-kept", "home", "help", "questionnaire", "article", "search"]


def test_lists_in_another_shape_are_not_kept() -> None:
    kinds: list[PageKind] = ["moved", "not-found", "town", "booklet", "region", "article"]
    assert [each.kind for each in Guide.of([page(f"{kind}/", kind) for kind in kinds], [], []).pages] == [
        "region",
        "article",
    ]
    noise = bytes(range(256)) * 2
    long = b"".join(bytes([byte ^ turn & 255, turn * 7 & 255]) for turn in range(90) for byte in noise)
    assert len(gzip.compress(long, 9)) > offline.HEAVY
    pages = [page("a/", "region", long), page("b/", "article", long)]
    assert [each.url for each in Guide.of(pages, [], []).pages] == ["b/"], (
        "a heavy page of a region is a list of places"
    )


def test_files_are_those_that_pages_and_their_scripts_name() -> None:
    files = [
        File("assets/a.123.js", b'load("assets/b.456.css")'), File("assets/b.456.css", b"assets/c.789.js"), File("assets/c.789.js", b""),
        File("assets/d.svg", b""), File("other.js", b""),
    ]  # fmt: skip
    guide = Guide.of([page("", "home", b'<script src="assets/a.123.js"></script><a href="other.js">')], files, [])
    assert [file.path for file in guide.loaded] == ["assets/a.123.js", "assets/b.456.css"]


def test_sizes_are_told_with_nothing_left_out() -> None:
    text = b"again " * 1000
    assert Size.of([text, text]) == Size(2 * len(gzip.compress(text, 9, mtime=0)), 12_000)
    assert [megabytes(size) for size in (1, 100_000, 100_001, 1_340_000)] == [0.1, 0.1, 0.2, 1.4]


def test_the_list_names_everything_with_its_digest(small: dict[str, bytes]) -> None:
    listed = json.loads(small["keep/list.json"])
    by_path = {f"{url}index.html" if not url or url.endswith("/") else url: one for url, one in listed["pages"]}
    expected = (
        {path for path in small if path.endswith(".html")}
        - {"404.html"}
        - {path for path in small if b'<meta http-equiv="refresh"' in small[path]}
    )
    booklets = {path for path in expected if b'<body class="booklet"' in small[path]}
    assert {*by_path} == expected - booklets
    assert by_path == {path: digest(small[path]) for path in by_path}
    assert dict(listed["files"]) == {path: digest(small[path]) for path, _ in listed["files"]}
    assert listed["places"] == []
    named = set(re.findall(r"assets/[\w.-]+", " ".join(small[path].decode() for path in by_path)))
    assert {path for path, _ in listed["files"]} == named & small.keys()
    assert any(path.startswith("assets/search-texts.") for path, _ in listed["files"])


def test_the_page_says_how_much_it_is(small: dict[str, bytes]) -> None:
    listed = json.loads(small["keep/list.json"])
    count = sum(url != "keep/not-kept/" for url, _ in listed["pages"])
    text = small["keep/index.html"].decode()
    assert (
        f"All pages and self-checks: {count} pages. That is 0.1 MB to fetch, and 0.2 MB on your phone."
        in text.replace("\xa0", " ")
    )
    assert f'data-count="{count}"' in text
    assert 'id="places"' not in text


def test_a_list_of_places_is_told_apart(tmp_path: Path) -> None:
    content = write_site(tmp_path / "content")
    (content / "contacts.yaml").write_text(CONTACTS, "utf-8")
    folder = content / "facilities/made-up"
    folder.mkdir(parents=True)
    (folder / "list.yaml").write_text(
        'title: A list\nshort: List\nedition: first\ndated: "2026-05"\nsource: https://small.example/list\ncountry: GB\nunits: miles\n'
        "groups: {care: Care}\nfacets: {night: {name: Night, group: care}}\nif_it_fails: [line]\n", "utf-8",
    )  # fmt: skip
    (folder / "places.csv").write_text(
        "id,name,city,region,latitude,longitude,phone\na,House A,Ebb,GB-ENG,51.5,-1.2,+442079460055\n", "utf-8"
    )
    files = made(content)
    listed = json.loads(files["keep/list.json"])
    names = sorted(path.rpartition("/")[2] for path, _ in listed["places"])
    assert names == ["all.js", "index.js", "regions.js", "towns.js"]
    assert not {path for path, _ in listed["places"]} & {path for path, _ in listed["files"]}
    assert 'id="places"' in files["keep/index.html"].decode()
    assert "find-treatment/gb-eng/ebb/" not in {url for url, _ in listed["pages"]}


# the worker


def test_the_worker_changes_only_with_its_code_and_words(small: dict[str, bytes], tmp_path: Path) -> None:
    other = made(write_site(tmp_path / "content", 1))
    assert other["keep/list.json"] != small["keep/list.json"]
    assert other["sw.js"] == small["sw.js"]
    words = offline.worker("en", {"notice": 'Kept on {date} & "so"', "again": "<again>"}).content.decode()
    assert words != small["sw.js"].decode()
    assert "<again>" not in words
    assert "&lt;again&gt;" in words


@pytest.mark.parametrize("made_by", ["worker", "farewell"])
def test_workers_are_scripts_that_run(made_by: str) -> None:
    """Loaded as a browser loads them: by themselves, in a scope that has what workers have."""
    file = offline.worker("en", {"notice": "a", "again": "b"}) if made_by == "worker" else offline.farewell()
    assert file.path == "sw.js"
    heard = node("-e", f"""
        const heard = []; globalThis.addEventListener = (name) => heard.push(name);
        globalThis.registration = {{scope: "https://a.example/"}};
        (0, eval)({json.dumps(file.content.decode())}); console.log(heard.join(" "));""")  # fmt: skip
    assert heard.split() == (["install", "activate", "fetch"] if made_by == "worker" else ["install", "activate"])


def test_switched_off_there_is_only_the_worker_that_takes_everything_back(
    off: dict[str, bytes], small: dict[str, bytes]
) -> None:
    assert off["sw.js"] == offline.farewell().content
    assert off["sw.js"] != small["sw.js"]
    assert [path for path in off if path.startswith(("keep/", "assets/keep.", "manifest"))] == []
    assert not any(b"keep/" in content for path, content in off.items() if path.endswith(".html"))


def test_a_link_to_the_page_is_refused_where_it_is_switched_off(tmp_path: Path) -> None:
    content = write_site(tmp_path / "content")
    site = SITE + 'footer: ["page:keep"]\n'
    (content / "site.yaml").write_text(site, "utf-8")
    assert pipeline.make(options(content, tmp_path / "site")).problems == ()
    (content / "site.yaml").write_text(site + "offline: false\n", "utf-8")
    (problem,) = pipeline.make(options(content, tmp_path / "site")).problems
    assert (problem.rule, problem.message) == ("unknown-page", "there is no page keep.")


def test_a_file_of_the_publisher_s_goes_before_ours(tmp_path: Path) -> None:
    content = write_site(tmp_path / "content")
    (content / "static/sw.js").write_text("// mine\n", "utf-8")
    assert made(content)["sw.js"] == b"// mine\n"


# the policy


def test_the_page_s_policy_and_the_headers() -> None:
    assert policy([], offline=True) == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; manifest-src 'self'; connect-src 'self'; worker-src 'self';"
        " form-action 'none'; base-uri 'none'"
    )
    text = headers(offline=True)
    assert "connect-src 'self'; worker-src 'self';" in text
    assert "\n/sw.js\n  Cache-Control: no-cache\n" in text
    assert "connect-src 'none'; worker-src 'self';" in headers()
    assert "\n/sw.js\n  Cache-Control: no-cache\n" in headers(), "the worker that takes everything back must arrive too"


def test_only_the_page_for_it_may_connect(small: dict[str, bytes], off: dict[str, bytes]) -> None:
    assert [path for path, content in small.items() if path.endswith(".html") and b"connect-src" in content] == [
        "keep/index.html"
    ]
    assert b"connect-src 'self'; worker-src 'self'" in small["_headers"]
    assert b"connect-src 'none'; worker-src 'self'" in off["_headers"], (
        "the worker that takes everything back needs no host"
    )


def test_search_engines_are_not_sent_to_what_is_shown_without_a_signal(small: dict[str, bytes]) -> None:
    assert b"https://small.example/keep/<" in small["sitemap.xml"]
    assert b"not-kept" not in small["sitemap.xml"]


# the manifest


def test_the_manifest_and_its_icons(small: dict[str, bytes]) -> None:
    told = json.loads(small["manifest.webmanifest"])
    icons = told.pop("icons")
    assert told == {
        "id": "./", "name": "Small Site", "short_name": "Small Site", "description": "A site for tests, in which nothing is said at some length.",
        "lang": "en-GB", "start_url": "./", "scope": "./", "display": "minimal-ui", "theme_color": "#0d4653", "background_color": "#faf5ec",
    }  # fmt: skip
    assert [(icon["sizes"], icon["purpose"]) for icon in icons] == [
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    ]
    for icon, (name, sizes, _) in zip(icons, offline.ICONS, strict=True):
        content = small[icon["src"]]
        assert content == (TEMPLATES / "assets/img" / name).read_bytes()
        assert icon["src"] == f"assets/{name.removesuffix('.png')}.{digest(content)}.png"
        assert "x".join(map(str, imagesize.get(TEMPLATES / "assets/img" / name))) == sizes
        assert len(content) < 8000
    linked = [path for path, content in small.items() if path.endswith(".html") and b"manifest.webmanifest" in content]
    assert linked == ["keep/index.html"], "browsers fetch it unasked"


def test_the_manifest_has_the_site_s_own_colors(tmp_path: Path) -> None:
    content = write_site(tmp_path / "content")
    (content / "site.yaml").write_text(SITE + 'colors: {bar: "#123456"}\n', "utf-8")
    told = json.loads(made(content)["manifest.webmanifest"])
    assert (told["theme_color"], told["background_color"]) == ("#123456", "#faf5ec")


def test_all_that_is_told_to_other_clinics_is_in_their_language() -> None:
    clinic = ROOT / "tests/sites/other-clinic"
    result = pipeline.make(options(clinic / "content", clinic / "no-output", [clinic / "templates"], today=TODAY))
    assert result.rendered is not None
    files = {
        file.path: file.content.decode()
        for file in result.rendered.all()
        if file.path.endswith((".html", ".js", ".webmanifest"))
    }
    assert "Cette copie a été gardée le {date}" in files["sw.js"]
    assert '\\"language\\": \\"fr\\"' in files["sw.js"]
    assert json.loads(files["manifest.webmanifest"])["lang"] == "fr"
    assert "Anyone who uses this phone" not in files["keep/index.html"]
