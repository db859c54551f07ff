"""A section as one page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ebbtide import pipeline
from ebbtide.booklet import as_chapter
from ebbtide.parsed import Parsed
from tests.small_site import ROOT, made, options, write_site


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<h2>A</h2><h5>B</h5><h6>C</h6>", "<h3>A</h3><h6>B</h6><h6>C</h6>"),
        ('<p id="x">h2 <a href="#x">id="y"</a></p>', '<p id="c-id-x">h2 <a href="#c-id-x">id="y"</a></p>'.replace("c-id", "c")),
        ('<svg aria-labelledby="a b" aria-describedby="d"></svg>', '<svg aria-labelledby="c-a c-b" aria-describedby="c-d"></svg>'),
        ('<section class="key" aria-labelledby="key">', '<section class="key">'),
        ('<a href="../../s/other/">o</a>', '<a href="#c-other">o</a>'),
        ('<a href="../../s/other/#part">o</a>', '<a href="#c-other-part">o</a>'),
        ('<a href="../../t/else/#part">o</a>', '<a href="../../t/else/#part">o</a>'),
        ('<a href="tel:999">9</a> <a href="https://a.example/#x">a</a>', '<a href="tel:999">9</a> <a href="https://a.example/#x">a</a>'),
        ('<hr><header data-id="x">', '<hr><header data-id="x">'),
    ],
)  # fmt: skip
def test_a_chapter(before: str, after: str) -> None:
    assert as_chapter(before, "c", {"../../s/other/": "c-other"}) == after


def words(parsed: Parsed) -> list[str]:
    main = next(parsed.all("article"))
    return [text.text for text in parsed.visible if main in text.inside and text.text.strip()]


def test_nothing_of_an_article_is_lost() -> None:
    result = pipeline.make(options(ROOT / "content", Path("nowhere")))
    assert result.rendered is not None
    pages = {page.url: Parsed.of(page) for page in result.rendered.pages}
    booklets = [page for page in result.rendered.pages if page.kind == "booklet"]
    assert len(booklets) == len({page.url.split("/")[0] for page in result.rendered.pages if page.kind == "article"})
    for page in result.rendered.pages:
        if page.kind == "article":
            booklet = pages[f"{page.url.split('/')[0]}/booklet/"]
            held = {text.text for text in booklet.visible}
            toc = set(re.findall(r'<li><a href="#[^"]*">([^<]*)</a>', page.content.decode()))
            lost = [text for text in words(pages[page.url]) if text not in held and text not in toc]
            assert [text for text in lost if text != "On this page"] == [], page.url


def test_numbers_to_call_stand_at_the_end_in_full(tmp_path: Path) -> None:
    files = made(write_site(tmp_path))
    booklet = files["first/booklet/index.html"].decode()
    end = booklet[booklet.index('id="numbers"') :]
    assert "999" in end
    assert "020 7946 0018" in end
    assert 'href="first/booklet/"' not in files["index.html"].decode()
    assert 'href="../first/booklet/"' in files["first/index.html"].decode()


def test_a_section_without_articles_has_no_booklet(tmp_path: Path) -> None:
    content = write_site(tmp_path)
    site = content / "site.yaml"
    site.write_text(
        site.read_text("utf-8").replace("home:\n", "  third: {title: Third shelf, summary: Nothing yet.}\nhome:\n", 1),
        "utf-8",
    )
    rendered = pipeline.make(options(content, Path("nowhere"))).rendered
    assert rendered is not None
    files = {page.path: page.content for page in rendered.pages}
    assert "third/index.html" in files
    assert "third/booklet/index.html" not in files
    assert b"booklet/" not in files["third/index.html"]
