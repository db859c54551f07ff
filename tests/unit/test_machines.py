"""Files for other programs, and what the head of a page says to them."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

import pytest

from ebbtide import pipeline
from tests.small_site import made, options, write_site


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_site(tmp_path)


def add(content: Path, text: str) -> None:
    with (content / "site.yaml").open("a", encoding="utf-8") as file:
        file.write(text)


def problems(content: Path) -> list[str]:
    return [
        f"{problem.place.line}:{problem.place.column} {problem.rule}"
        for problem in pipeline.make(options(content, Path("x"))).problems
    ]


def metas(page: bytes) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)">', page.decode()))


def test_security_txt_is_what_rfc_9116_asks_for(content: Path) -> None:
    own = content / "static/.well-known/security.txt"
    assert made(content)[".well-known/security.txt"] == own.read_bytes(), "a publisher's own file goes before ours"
    own.unlink()
    assert ".well-known/security.txt" not in made(content)
    add(content, 'security: {report: "mailto:holes@small.example", expires: 2027-06-30}\n')
    assert made(content)[".well-known/security.txt"].decode() == (
        "Contact: mailto:holes@small.example\nExpires: 2027-06-30T00:00:00Z\nPreferred-Languages: en-GB\n"
        "Canonical: https://small.example/.well-known/security.txt\n"
    )


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("{report: holes@small.example, expires: 2027-06-30}", "wrong-value"),
        ('{report: "mailto:a@b.example", expires: soon}', "wrong-value"),
        ('{report: "mailto:a@b.example"}', "missing-field"),
    ],
)
def test_a_mistake_in_it_is_said(content: Path, said: str, problem: str) -> None:
    add(content, f"security: {said}\n")
    assert [one.rpartition(" ")[2] for one in problems(content)] == [problem]


def test_a_shared_link_shows_title_summary_and_the_one_picture(content: Path) -> None:
    files = made(content)
    (picture,) = [path for path in files if re.fullmatch(r"assets/card\.\w+\.png", path)]
    for path, kind in (("index.html", "website"), ("first/always/index.html", "article")):
        said = metas(files[path])
        assert said["og:type"] == kind
        assert said["og:image"] == f"https://small.example/{picture}"
        assert said["og:url"] == f"https://small.example/{path.removesuffix('index.html')}"
        assert said["og:description"] == said["description"]
        assert (said["og:site_name"], said["twitter:card"]) == ("Small Site", "summary_large_image")
    assert files[picture][:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", files[picture][16:24]) == (1200, 630)


def test_without_base_url_nothing_is_said_that_needs_it(content: Path) -> None:
    site = content / "site.yaml"
    site.write_text(site.read_text("utf-8").replace("base_url: https://small.example/\n", ""), "utf-8")
    rendered = pipeline.make(options(content, Path("x"))).rendered
    assert rendered is not None
    assert not [name for name in metas(rendered.pages[0].content) if name.startswith(("og:", "twitter:"))]


def alternates(page: bytes) -> list[tuple[str, str]]:
    return re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', page.decode())


def test_other_languages_are_told_to_machines_and_to_readers(content: Path) -> None:
    add(content, "other_languages: {es: https://small.example/es/, pt-BR: https://pt.example/}\n")
    article = content / "articles/first/always.md"
    article.write_text(
        article.read_text("utf-8").replace(
            "---\n", "---\nin_other_languages: {es: https://small.example/es/siempre/}\n", 1
        ),
        "utf-8",
    )
    files = made(content)
    assert alternates(files["index.html"]) == [
        ("en-GB", "https://small.example/"), ("es", "https://small.example/es/"), ("pt-BR", "https://pt.example/"),
    ]  # fmt: skip
    assert alternates(files["first/always/index.html"]) == [
        ("en-GB", "https://small.example/first/always/"), ("es", "https://small.example/es/siempre/"),
    ]  # fmt: skip
    assert alternates(files["get-help/index.html"]) == []
    links = re.findall(
        r'<a href="([^"]+)" hreflang="([^"]+)" lang="\2">([^<]+)</a>', files["first/always/index.html"].decode()
    )
    assert links == [
        ("https://small.example/es/siempre/", "es", "Español"), ("https://pt.example/", "pt-BR", "Português"),
    ]  # fmt: skip


def test_no_other_language_no_word_of_it(content: Path) -> None:
    assert b"hreflang" not in made(content)["index.html"]


@pytest.mark.parametrize("said", ["{spanish: https://small.example/es/}", "{es: small.example/es/}", "[es]"])
def test_a_language_that_is_none_is_refused(content: Path, said: str) -> None:
    add(content, f"other_languages: {said}\n")
    assert [one.rpartition(" ")[2] for one in problems(content)] in (["wrong-value"], ["wrong-type"])


def test_booklets_are_for_people_alone(content: Path) -> None:
    files: dict[str, Any] = made(content)
    booklet = files["first/booklet/index.html"]
    assert metas(booklet)["robots"] == "noindex"
    assert b"booklet" not in files["sitemap.xml"]
    assert not [path for path in files if path.startswith("assets/") and b"booklet/" in files[path]]
