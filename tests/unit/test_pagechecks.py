"""Rules over finished pages. The page stands in the test, and after it the expected (line, column, rule) on that page.

A problem's place is the source that the page was made from; where on the finished page to look stands in its sentence.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebbtide import pagechecks
from ebbtide.model.base import parse
from ebbtide.model.contact import Contact, Contacts
from ebbtide.model.page import File, Page, PageKind
from ebbtide.pagechecks import BUDGET, BUDGET_ALL_ELSE, REQUESTS_ELSE, RULES
from ebbtide.problem import Place, Places, Problem
from tests.telling import At, drawn, said, well_formed

_FACTS: dict[str, Any] = {
    "region": "GB",
    "kind": "crisis",
    "for": "x",
    "hours": "always",
    "sources": [{"url": "https://a.example/"}],
}
_MADE, _PROBLEMS = parse(
    Contacts,
    {
        "contacts": {
            "line": {"name": "The Night Line", "phone": [{"number": "+442079460018"}], "text": {"number": "85258", "keyword": "NIGHT"}, **_FACTS},
            "other": {"name": "The Other 24", "short": "Other", "phone": [{"number": "+442079460019", "press": "2"}, {"number": "999"}], **_FACTS},
            "word": {"name": "Word Line", "phone": [{"number": "+12025559355", "letters": "WELL"}], **_FACTS, "region": "US"},
        }
    },
    Places("contacts.yaml"),
)  # fmt: skip
assert _MADE is not None, _PROBLEMS
CONTACTS: Mapping[str, Contact] = _MADE.contacts

BAR = '<aside data-contact-bar><p data-contact="line">Help: <a href="tel:02079460018">The Night Line 020 7946 0018</a></p></aside>'
HEAD = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'self'\">\n"
    '<meta name="referrer" content="no-referrer">\n<title>{title}</title>\n<meta name="description" content="About {title}.">\n'
)
LINES_ABOVE = 10
"""Lines of a good page above its main text."""


def html(
    main: str,
    *,
    title: str = "This",
    head: str = "",
    bar: str = BAR,
    lang: str = ' lang="en"',
    h1: str = "<h1>This</h1>",
) -> str:
    top = f'<!doctype html>\n<html{lang}>\n<head>\n{HEAD.format(title=title)}{head}</head>\n<body>{bar}\n<main id="main">{h1}\n'
    assert head or top.count("\n") == LINES_ABOVE
    return f"{top}{main}\n</main></body></html>\n"


def page(text: str, url: str = "a/b/", kind: PageKind = "article") -> Page:
    return Page(url, text.encode(), Place(f"content/{url.strip('/')}.md"), kind)


OTHERS = (
    page(html('<p id="part">x</p>', title="Home"), "", "home"),
    page(html("x", title="Other"), "a/other/"),
    page(html("x", title="Gone"), "404.html", "not-found"),
    page('<!doctype html><html lang="en"><head>' + HEAD.format(title="Other") + '</head><p><a href="../a/other/">moved</a></p></html>', "old/", "moved"),
)  # fmt: skip
FILES = (File("assets/x.js", b"x"), File("static.pdf", b"x"), File("a b.txt", b"x"))


def judged(*pages: Page, **more: Any) -> list[Problem]:
    problems = pagechecks.run(
        [*pages, *OTHERS], FILES, CONTACTS, more.pop("base_url", "https://site.example/base/"), **more
    )
    assert all(well_formed(problem) for problem in problems), problems
    return problems


WHERE = re.compile(
    r"On (?:the finished page|\d+ finished pages, first) (?P<page>\S+), line (?P<line>\d+), column (?P<column>\d+): (?P<said>.*)"
)


def told(problems: list[Problem], above: int = LINES_ABOVE) -> list[At]:
    """Line (of the main text) and column on the finished page, and the rule."""
    found = []
    for problem in problems:
        match = WHERE.match(problem.message)
        assert match
        found.append((int(match["line"]) - above, int(match["column"]), problem.rule))
    return sorted(found)


def sentence(problem: Problem) -> str:
    match = WHERE.match(said(problem))
    assert match
    return match["said"]


def test_good_pages() -> None:
    assert (
        judged(
            page(
                html(
                    '<h2 id="x">a</h2><p>See <a href="#x">x</a>, <a href="../other/">y</a>, <a href="https://b.example/">z</a>.</p>'
                )
            )
        )
        == []
    )


def test_a_problem_stands_at_the_source_and_says_where_on_the_page() -> None:
    (problem,) = judged(page(html('<p style="x">a</p>')))
    assert problem.place == Place("content/a/b.md")
    assert problem.message == "On the finished page a/b/index.html, line 11, column 1: <p> has a style attribute."
    assert problem.hint == "Give it a class."


NUMBER = '<a href="tel:02079460018">020 7946 0018</a>'
MAIN: list[tuple[str, list[At], str]] = [
    # page-other-origin
    ('<img src="https://b.example/c.png" alt="">\n<p>x</p><link rel="stylesheet" href="//b.example/d.css">', [(1, 1, "page-other-origin"), (2, 9, "page-other-origin")], "<img src> leads to another host: https://b.example/c.png. Use a file of the site's own."),
    ('<img srcset="a.png 1x, https://b.example/c.png 2x" alt=""><form action="https://b.example/"></form><video poster="//b.example/c"></video>', [(1, 1, "page-other-origin"), (1, 59, "page-other-origin"), (1, 100, "page-other-origin")], ""),
    ('<img src="\\\\b.example\\c.png" alt=""><a ping="https://b.example/" href="#main">x</a>', [(1, 1, "page-other-origin"), (1, 37, "page-other-origin")], ""),
    ('<link rel="preconnect" href="https://b.example/">', [(1, 1, "page-other-origin"), (1, 1, "page-other-origin")], ""),
    ('<meta http-equiv="refresh" content="0; url=https://b.example/">', [(1, 1, "page-other-origin")], "the page sends its reader to another host: 0; url=https://b.example/. Link there instead, so that a reader can choose."),
    ("<style>a{}\nb { background: url(https://b.example/c) } @import '//b.example/d';</style>", [(2, 17, "page-other-origin"), (2, 44, "page-other-origin")], "a style leads to another host: url(https://b.example/c. Use a file of the site's own."),
    # page-one-h1
    ("<h1>Two</h1>\n<h1>Three</h1>", [(1, 1, "page-one-h1"), (2, 1, "page-one-h1")], "this is a second h1. Make it an h2."),
    # page-heading-order
    ("<h3>a</h3><h2>b</h2>\n<h4>c</h4><h3>d</h3>", [(1, 1, "page-heading-order"), (2, 1, "page-heading-order")], "an h3 follows an h1. Make it an h2."),
    # page-same-id
    ('<p id="x">a</p><p id="x">b</p>\n<b id="x">c</b><p id="main">d</p>', [(1, 16, "page-same-id"), (2, 1, "page-same-id"), (2, 16, "page-same-id")], "the id x stands twice. Change one of them."),
    # page-dead-link
    ('<a href="../gone/">a</a> <a href="../other">b</a>\n<a href="#nowhere">c</a> <a href="../../#nowhere">d</a><img src="x.png" alt="">', [(1, 1, "page-dead-link"), (1, 26, "page-dead-link"), (2, 1, "page-dead-link"), (2, 26, "page-dead-link"), (2, 56, "page-dead-link")], "../gone/ leads nowhere. Correct the address."),
    ('<a href="/base/a/other/">a</a> <a href="/a/other/">b</a> <a href="/based/">c</a>', [(1, 32, "page-dead-link"), (1, 58, "page-dead-link")], "/a/other/ leads nowhere. Correct the address."),
    ('<img src="" alt="">', [(1, 1, "page-dead-link")], "the address of <img> is empty. Write where the file is."),
    ('<a href="../../../up/">a</a>', [(1, 1, "page-dead-link")], ""),
    # page-stray-number
    (f"<p>{NUMBER}</p>\n<p>Call 020-7946-0019 now</p>", [(1, 4, "page-stray-number"), (1, 30, "page-stray-number"), (2, 9, "page-stray-number")], "tel:02079460018 is not beside the contact whose number it is. Link with contact: and its id."),
    ("<p>one\ntwo 020 79<b>46 0018</b></p>", [(2, 5, "page-stray-number")], "the number 020 7946 0018 stands away from its contact. Link with contact: and an id, which prints the number."),
    ("<p>Text 85258 or +33 1 23 45 67 89.</p>", [(1, 9, "page-stray-number"), (1, 18, "page-stray-number")], ""),
    ("<p>Dial 1-202-555-WELL or 1-800-GO-WELL</p>", [(1, 9, "page-stray-number"), (1, 27, "page-stray-number")], ""),
    ('<p><img src="../../assets/x.js" alt="Call 020 7946 0018"></p>', [(1, 4, "page-stray-number")], "<img alt> holds the number 020 7946 0018. Leave the number out."),
    (f'<p data-contact="line">The Other 24: {NUMBER}</p>', [(1, 1, "page-stray-number")], "a number of The Night Line stands here without the name. Print the name in the same element."),
    (f'<p data-contact="other">The Other 24: {NUMBER}</p>', [(1, 1, "page-stray-number"), (1, 39, "page-stray-number")], "020 7946 0018 is not a number of The Other 24. Print only what the record holds."),
    ('<p data-contact="line">The Night Line: 020 7946 0081</p>', [(1, 1, "page-stray-number")], "020 7946 0081 is not a number of The Night Line. Print only what the record holds."),
    ('<p data-contact="line">The Night Line: <a href="sms:85258">85528</a></p>', [(1, 40, "page-stray-number")], "85528 is not a number of The Night Line. Print only what the record holds."),
    ('<p data-contact="other">Other: <a href="tel:999">Call 998</a></p>', [(1, 32, "page-stray-number")], ""),
    ('<p data-contact="nobody">x</p>', [(1, 1, "page-stray-number")], "data-contact names nobody, who is not in contacts.yaml. Correct the id."),
    # page-inline-script
    ('<script>x</script>\n<p onclick="x" style="y">a</p>', [(1, 1, "page-inline-script"), (2, 1, "page-inline-script"), (2, 1, "page-inline-script")], "a script stands in the page itself. Put it into a file."),
    ('<a href="javascript:x">a</a><a href=" Java\nScript:x">b</a>', [(1, 1, "page-inline-script"), (1, 29, "page-inline-script")], "<a href> holds a program. Write an address there."),
    # two at once
    ('<h3 id="x" id="y" style="a">a</h3>', [(1, 1, "page-heading-order"), (1, 1, "page-inline-script")], ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("main", "expected", "words"), MAIN, ids=[f"{case[1][0][2]}-{number}" for number, case in enumerate(MAIN)]
)
def test_main_text(main: str, expected: list[At], words: str) -> None:
    problems = judged(page(html(main)))
    assert told(problems) == sorted(expected)
    if words:
        assert words in [sentence(problem) for problem in problems]


WHOLE: list[tuple[dict[str, str], list[str], str]] = [
    ({"lang": ""}, ["page-language"], "the html element has no lang. Write the site's language there."),
    ({"lang": ' lang=""'}, ["page-language"], ""),
    ({"h1": ""}, ["page-one-h1"], "there is no h1. Print the page's title in one."),
    ({"title": "Home"}, ["page-description", "page-description", "page-title", "page-title"], "another page has the same description. Change one of them."),
    ({"bar": ""}, ["page-contact-bar"], "the contact bar does not stand before the main text. Keep parts/contact-bar.html where base.html has it."),
    ({"bar": "<aside data-contact-bar>Call</aside>"}, ["page-contact-bar"], "the contact bar has no number to tap. Print the link of each line's contact."),
    ({"head": '<link rel="canonical" href="https://site.example.evil/base/">\n'}, ["page-other-origin"], ""),
    ({"head": '<link rel="canonical" href="https://site.example/base/a/b/">\n<link rel="alternate" href="https://site.example/base/feed.xml">\n'}, [], ""),
    ({"head": '<base href="https://b.example/">\n'}, ["page-other-origin"], ""),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "rules", "words"), WHOLE)
def test_parts_around_the_text(parts: dict[str, str], rules: list[str], words: str) -> None:
    problems = judged(page(html("x", **parts)))
    assert sorted(problem.rule for problem in problems) == rules
    assert not words or sentence(sorted(problems, key=lambda problem: problem.rule)[0]) == words


@pytest.mark.parametrize(
    ("old", "new", "rule", "words"),
    [
        ("<title>This</title>\n", "", "page-title", "there is no title. Give the head a title element."),
        ('<meta name="description" content="About This.">', "", "page-description", 'there is no description. Give the head <meta name="description">.'),
        ('content="no-referrer"', 'content="origin"', "page-policy", 'the page would tell other sites where a reader came from. Keep <meta name="referrer" content="no-referrer">.'),
        ("default-src 'none'", "default-src *", "page-policy", "the content security policy is missing or lets too much through. Keep the head of base.html."),
        ("script-src 'self'", "script-src 'unsafe-inline'", "page-policy", ""),
        ("Content-Security-Policy", "Content-Security", "page-policy", ""),
    ],
)  # fmt: skip
def test_the_head(old: str, new: str, rule: str, words: str) -> None:
    text = html("x")
    assert old in text
    (problem,) = judged(page(text.replace(old, new)))
    assert problem.rule == rule
    assert not words or sentence(problem) == words


def test_the_bar_comes_before_the_text() -> None:
    assert [problem.rule for problem in judged(page(html(BAR, bar="")))] == ["page-contact-bar"]


def noise(size: int) -> str:
    return "".join(random.Random(1).choices(string.ascii_letters + " ", k=size))


def test_weight() -> None:
    heavy = html(f"<p>{noise(20_000)}</p>")
    problems = judged(page(heavy))
    assert {(problem.rule, problem.level) for problem in problems} == {("page-weight", "warning")}
    assert re.fullmatch(
        r"the page is 1\d,\d{3} bytes under gzip; 12,000 are allowed. Split it, or shorten it.", sentence(problems[0])
    )
    assert [problem.rule for problem in judged(page(html(f"<p>{noise(14_000)}</p>")))] == []
    assert BUDGET["article"] == 12_000


def test_weight_of_all_that_a_page_loads() -> None:
    big = File("assets/big.js", noise(30_000).encode())
    text = html('<script src="../../assets/big.js"></script><img loading="lazy" src="../../static.pdf" alt="">')
    problems = pagechecks.run([page(text, kind="help"), *OTHERS], [*FILES, big], CONTACTS)
    assert [problem.rule for problem in problems] == ["page-weight"]
    assert re.search(
        rf"the page and what it loads are 2\d,\d{{3}} bytes under gzip; {BUDGET_ALL_ELSE:,} are allowed. Load less.",
        said(problems[0]),
    )


def test_requests() -> None:
    text = html('<script src="../../assets/x.js"></script>' * 3)
    (problem,) = judged(page(text, kind="help"))
    assert sentence(problem) == f"the page makes 4 requests; {REQUESTS_ELSE} are allowed. Load less."


@pytest.mark.parametrize(
    "main",
    [
        '<p data-contact="line">Call The Night Line: <a href="tel:02079460018">020 7946 0018</a> or <a href="sms:85258?&amp;body=NIGHT">text NIGHT to 85258</a></p>',
        '<p data-contact="other">Other: <a href="tel:02079460019,45"><b>020 7946 0019</b>, then press 2, day 24, 365</a></p>'.replace(", 365", ""),
        '<p data-contact="word">Word Line 1-202-555-WELL (9355)</p>',
        '<ul data-contact="other"><li>Other</li><li>999</li><li>020 7946 0019</li></ul>',  # side by side, not one long number
        "<p>From 2019 to 2020, 1-2 of 10,000 people; 104 to 108.5; 2026-11-24; call 999 or 112; in 765917 cases; 30 000 000.</p>",
        '<p>doi: <a href="https://doi.org/10.1016/j.x.2020.108323">10.1016/j.x.2020.108323</a></p>',
        '<script type="application/json">{"a": "020 7946 0018", "b": "<p onclick=x>"}</script>',
        '<p><a href="../../">a</a> <a href="../../index.html#part">b</a> <a href="../../static.pdf">c</a> <a href="../../a%20b.txt">d</a> <a href="#top">e</a> <a href="">f</a> <a href="../../old/">g</a></p>',
        '<p><a href="mailto:a@b.example">a</a> <a href="https://b.example//c">b</a> <a href="//b.example/">c</a></p>',
        '<svg viewBox="0 0 1 1"><path d="M020 7946 0018"/></svg>',
        "<p>a &lt; b &amp; c</p><br><hr><input disabled>",
    ],
)  # fmt: skip
def test_no_false_alarm(main: str) -> None:
    assert judged(page(html(main))) == []


def test_redirects_and_the_page_for_lost_readers_need_less() -> None:
    assert not any(problem.place.path in ("content/old.md", "content/404.html.md") for problem in judged())


# one mistake is told once


def test_what_a_template_does_on_many_pages_is_one_problem() -> None:
    pages = [page(html('<p style="x">a</p>', title=f"P{number}"), f"p/{number}/") for number in range(5)]
    (problem,) = judged(*pages)
    assert problem.message == "On 5 finished pages, first p/0/index.html, line 11, column 1: <p> has a style attribute."
    assert len(judged(*pages[:3])) == 3


def test_links_to_what_could_not_be_read_are_not_dead() -> None:
    main = '<a href="../broken/">a</a> <a href="../broken/#part">b</a> <a href="../gone/">c</a>'
    assert told(judged(page(html(main)), failed=frozenset({"a/broken/"}))) == [(1, 60, "page-dead-link")]


def test_pages_are_not_blamed_for_contacts_that_could_not_be_read() -> None:
    bare = page(html('<p data-contact="lost">x</p>', bar="<aside data-contact-bar></aside>"))
    assert {problem.rule for problem in judged(bare)} == {"page-contact-bar", "page-stray-number"}
    assert judged(bare, contacts_whole=False) == []


def test_numbers_that_are_told_at_their_source_are_not_told_again() -> None:
    main = "<p>020 7946 0018</p><p>020 7946 0019</p>"
    assert told(judged(page(html(main)), typed=frozenset({"02079460018"}))) == [(1, 24, "page-stray-number")]


def test_every_rule_is_tried_here() -> None:
    tried = {rule for _, expected, _ in MAIN for _, _, rule in expected} | {
        rule for _, rules, _ in WHOLE for rule in rules
    }
    assert tried | {"page-policy", "page-weight"} == {rule.__name__.replace("_", "-") for _, rule in RULES}


PIECES = st.lists(
    st.sampled_from([
        "<p>", "</p>", "<a href=", '"#x">', "</a>", "<h1>", "<h3 id=x>", '<img src="', '">', "<script>", "</script>", "<style>", "@import '//x';", "</style>",
        "020 7946 0018", '<b data-contact="line">', "</b>", "<", ">", "&lt;", "&#48;20", "<!--", "-->", "<br/>", "<svg/>", "text", "\n", "'", '"', "<![CDATA[", "<?x",
    ]),
    max_size=20,
).map("".join)  # fmt: skip


@given(PIECES)
@settings(max_examples=drawn(200))
def test_any_page(main: str) -> None:
    judged(page(html(main)))
