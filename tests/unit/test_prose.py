"""Markdown in our dialect. The text stands in the test, and after it the expected (line, column, rule)."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebbtide.model import figure
from ebbtide.model.base import parse
from ebbtide.model.contact import Contacts
from ebbtide.model.prose import Prose
from ebbtide.problem import Place, Places
from ebbtide.prose import RULES, Surroundings, Writer
from ebbtide.prose.dialect import slug
from tests.telling import At, at, drawn, said, well_formed

_FACTS = {"region": "GB", "hours": "always", "sources": [{"url": "https://line.example/"}]}
_CONTACTS, _PROBLEMS = parse(
    Contacts,
    {
        "contacts": {
            "night-line": {
                "name": "The Night Line", "kind": "crisis", "for": "Listens.", "phone": [{"number": "+442079460018", "extension": "45"}],
                "text": {"number": "85258", "keyword": "NIGHT"}, "web": "https://www.line.example/", **_FACTS,
            },
            "ambulance": {"name": "Emergency services", "short": "999", "kind": "emergency", "for": "Comes.", "phone": [{"number": "999"}], **_FACTS},
            "menu": {"name": "The Menu", "kind": "crisis", "for": "Sorts.", "phone": [{"number": "+442079460019", "press": "2"}], **_FACTS},
        }
    },
    Places("contacts.yaml"),
)  # fmt: skip
assert _CONTACTS is not None, _PROBLEMS
_FIELDS: dict[str, object] = {
    "kind": "ladder", "title": "Kinds of care", "caption": "From the least. [@A2]", "alt": "A ladder.", "sources": ["A2"], "least": "Least", "most": "Most",
    "rungs": [{"name": "One", "who": "Some."}, {"name": "Two", "who": "Others.", "sources": ["A1"]}],
}  # fmt: skip
_LADDER, _FAULTS = figure.read(_FIELDS, Places("figures/ladder.yaml"))
assert _LADDER is not None, _FAULTS
AROUND = Surroundings(
    _CONTACTS.contacts,
    frozenset({"A1", "A2", "B-3"}),
    frozenset({"taper", "craving"}),
    ("do not", "don't", "Never"),
    figures={"ladder": _LADDER},
)


def written(text: str, around: Surroundings = AROUND, line: int = 1) -> tuple[Prose, Writer]:
    writer = Writer("articles/first/this.md", 2, around)
    prose = writer.block(text, Place("f.md", line))
    assert all(well_formed(problem) for problem in writer.problems), writer.problems
    assert all(problem.rule in RULES for problem in writer.problems)
    return prose, writer


def good(text: str) -> str:
    prose, writer = written(text)
    assert writer.problems == []
    return prose.html


# what good text becomes


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One *two* **three**.\n\nFour  \nfive.", "<p>One <em>two</em> <strong>three</strong>.</p>\n<p>Four<br>\nfive.</p>"),
        ("- a\n- b\n\n1. c\n2. d", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<ol>\n<li>c</li>\n<li>d</li>\n</ol>"),
        ("term\n:   what it means", "<dl>\n<dt>term</dt>\n<dd>what it means</dd>\n</dl>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("one\n\n---\n\ntwo", "<p>one</p>\n<hr>\n<p>two</p>"),
        ("a < b, c > d & e <18", "<p>a &lt; b, c &gt; d &amp; e &lt;18</p>"),
        ('H<sub>2</sub>O<br>10<sup>3</sup> <abbr title="milligrams">mg</abbr>', '<p>H<sub>2</sub>O<br>10<sup>3</sup> <abbr title="milligrams">mg</abbr></p>'),
        ("    an indented paragraph is no code", "<p>an indented paragraph is no code</p>"),
        ("\\# one \\[two\\](three) \\[@A1\\]", "<p># one [two](three) [@A1]</p>"),
        ("p<q or so", "<p>p&lt;q or so</p>"),
    ],
)  # fmt: skip
def test_plain_markdown(text: str, html: str) -> None:
    assert good(text) == html


def test_headings_and_their_ids() -> None:
    text = "## When to call {#call}\n\n### Tonight, *now*\n\n## Tonight, now\n\n## Müde? — Ja! [@A1]\n\n## References"
    prose, writer = written(text, line=10)
    assert writer.problems == []
    assert [(heading.level, heading.id, heading.text, heading.place.line) for heading in prose.headings] == [
        (2, "call", "When to call", 10),
        (3, "tonight-now", "Tonight, now", 12),
        (2, "tonight-now-2", "Tonight, now", 14),
        (2, "mude-ja", "Müde? — Ja!", 16),  # the number of a citation is no part of a heading's id or words
        (2, "references-2", "References", 18),  # the page itself has an element of that id
    ]
    assert '<h2 id="call">When to call</h2>' in prose.html


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("What it's like", "what-it-s-like"),
        ("7-OH & co.", "7-oh-co"),
        ("Été", "ete"),
        ("日本", "日本"),
        ("!!!", "part"),
        ("ﬁne", "fine"),
    ],
)
def test_slug(text: str, id: str) -> None:
    assert slug(text) == id


def test_a_table_has_a_region_named_by_the_heading_above_and_no_style() -> None:
    html = good("## Doses\n\n| a | b | c |\n|---|--:|:-:|\n| 1 | 2 | 3 |\n")
    assert html == (
        '<h2 id="doses">Doses</h2>\n<div aria-labelledby="doses" class="wide" role="region" tabindex="0"><table>\n<thead>\n<tr>\n'
        '<th scope="col">a</th>\n<th class="to-right" scope="col">b</th>\n<th class="to-center" scope="col">c</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n'
        '<td>1</td>\n<td class="to-right">2</td>\n<td class="to-center">3</td>\n</tr>\n</tbody>\n</table></div>'
    )
    assert 'role="region"' not in good("| a |\n|---|\n| 1 |\n")


def test_citations_are_numbered_as_a_reader_meets_them() -> None:
    writer = Writer("articles/first/this.md", 2, AROUND)
    point = writer.inline("A point. [@A2]", Place("f.md", 3, 5))
    body = writer.block("One. [@A1] Two. [@A2; @B-3]", Place("f.md", 9))
    assert point.html == 'A point. <sup class="cite">[<a href="#s1" id="c1" role="doc-noteref">1</a>]</sup>'
    assert 'One. <sup class="cite">[<a href="#s2" id="c2" role="doc-noteref">2</a>]</sup>' in body.html
    assert '[<a href="#s1" role="doc-noteref">1</a>, <a href="#s3" id="c3" role="doc-noteref">3</a>]' in body.html
    assert writer.refers().sources == ("A2", "A1", "B-3")
    assert point.plain == "A point."
    assert [(link.target, link.place.line, link.place.column) for link in writer.refers().links] == [
        ("A2", 3, 5), ("A1", 9, 7), ("A2", 9, 18), ("B-3", 9, 23),
    ]  # fmt: skip


def test_terms_are_explained_once() -> None:
    prose, writer = written("[Taper](term:taper), then [tapering](term:taper).")
    assert (
        prose.html
        == '<p><a class="term" href="#w-taper" id="t-taper">Taper</a>, then <a class="term" href="#w-taper">tapering</a>.</p>'
    )
    assert writer.refers().terms == ("taper",)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[call them](contact:night-line)", '<a class="contact" href="tel:02079460018,45" data-contact="night-line">call them (The Night Line, 020 7946 0018, <x-say key="extension" n="45"></x-say>)</a>'),
        ("[text the Night Line](contact:night-line#text)", '<a class="contact" href="sms:85258?&amp;body=NIGHT" data-contact="night-line">text the Night Line (85258, <x-say key="keyword" n="NIGHT"></x-say>)</a>'),
        ("[](contact:night-line#web)", '<a class="contact" href="https://www.line.example/" data-contact="night-line">The Night Line, line.example</a>'),
        ("[Call 999](contact:ambulance)", '<a class="contact" href="tel:999" data-contact="ambulance">Call 999</a>'),
        ("[**Help**](contact:menu)", '<a class="contact" href="tel:02079460019" data-contact="menu"><strong>Help</strong> (The Menu, 020 7946 0019, <x-say key="press" n="2"></x-say>)</a>'),
    ],
)  # fmt: skip
def test_contacts_show_whose_number_it_is(text: str, html: str) -> None:
    assert good(text) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("target", "href", "link"),
    [
        ("other.md", "../../first/other/", ("article", "first/other", "")),
        ("../second/other.md#part", "../../second/other/#part", ("article", "second/other", "part")),
        ("#part", "#part", ("article", "first/this", "part")),
        ("article:second/other", "../../second/other/", ("article", "second/other", "")),
        ("../../questionnaires/check.yaml", "../../questionnaires/check/", ("questionnaire", "check", "")),
        ("questionnaire:check", "../../questionnaires/check/", ("questionnaire", "check", "")),
        ("page:get-help", "../../get-help/", ("page", "get-help", "")),
        ('https://a.example/?b=(1)&c="2"', "https://a.example/?b=(1)&amp;c=&quot;2&quot;", ("web", 'https://a.example/?b=(1)&c="2"', "")),
        ("HTTPS://a.example", "HTTPS://a.example", ("web", "HTTPS://a.example", "")),
    ],
)  # fmt: skip
def test_links(target: str, href: str, link: tuple[str, str, str]) -> None:
    prose, writer = written(f"Go [*there*]({target}).")
    assert writer.problems == []
    assert prose.html == f'<p>Go <a href="{href}"><em>there</em></a>.</p>'
    (found,) = writer.refers().links
    assert (found.kind, found.target, found.fragment) == link
    assert found.place == Place("f.md", 1, 4)


def test_a_picture() -> None:
    prose, writer = written("![A chart of *days*](../../media/days.svg)")
    assert writer.problems == []
    assert prose.html == '<p><img src="media:days.svg" alt="A chart of *days*"></p>'
    assert writer.refers().links[0].target == "days.svg"


def test_a_figure_is_cited_where_a_reader_meets_it() -> None:
    prose, writer = written("One. [@A1]\n\n[figure](figure:ladder)\n\nTwo. [@B-3]")
    assert writer.problems == []
    assert '<x-figure n="0"></x-figure>' in prose.html
    assert [use.id for use in prose.figures] == ["ladder"]
    assert writer.refers().sources == ("A1", "A2", "B-3")


def test_cards() -> None:
    html = good(
        '## Signs\n\nBefore.\n!!! emergency "Call if they"\n    - cannot be woken [@A1]\n\n    [Call](contact:ambulance)\nAfter.\n\n'
        '!!! dont\n    - **Do not** drive\n    - Don\u2019t drink\n\n      at all\n    - never mix\n\n!!! note "*Good* to know"\n\n    ## Inside\n\n    Text.\n'
    )
    assert (
        '<p>Before.</p>\n<section class="card emergency">\n<h3 class="card-heading"><x-say key="emergency"> </x-say><span>Call if they</span></h3>'
        in html
    )
    assert "</section>\n<p>After.</p>" in html
    assert '<section class="list dont">\n<h3 class="card-heading"><x-say key="dont"></x-say></h3>' in html
    assert (
        '<section class="card note">\n<h3 class="card-heading"><x-say key="note"> </x-say><span><em>Good</em> to know</span></h3>\n<h2 id="inside">Inside</h2>'
        in html
    )


def test_tabs_indent_a_card_as_well_as_blanks() -> None:
    assert "<li>never mix</li>" in good('!!! dont "Do not"\n\t- never mix\n')
    _, writer = written('!!! dont "Do not"\n\t- mix\n')
    assert at(writer.problems) == [(2, 4, "dont-list")]


@pytest.mark.parametrize(
    "text",
    [
        "1. August",
        "- not a list",
        "# no heading",
        "> quoted",
        "24. December\n- x",
        "!!! note",
        "a | b\n-|-",
        "    deep",
    ],
)
def test_a_line_of_yaml_is_one_line_whatever_it_begins_with(text: str) -> None:
    writer = Writer("articles/first/this.md", 2, AROUND)
    prose = writer.inline(text, Place("f.md", 4, 7))
    assert writer.problems == []
    assert "<" not in prose.html
    assert prose.plain == " ".join(text.split())


# what is wrong

_CARD = 'Write it as in !!! urgent "Call today if you", with straight quotation marks and none inside.'
BAD: list[tuple[str, list[At], str]] = [
    # raw-html
    ("a <b>c</b>\n", [(1, 3, "raw-html"), (1, 7, "raw-html")], "<b> is HTML that is not used here and was taken out. Write it in Markdown; or, if < is meant as a sign, write &lt;."),
    ("one\n\n<!-- a note -->\n", [(3, 1, "raw-html")], "<!-- a note --> is HTML that is not used here and was taken out. Write it in Markdown; or, if < is meant as a sign, write &lt;."),
    ('<abbr title="a" class="b">c</abbr>', [(1, 1, "raw-html")], ""),
    ("if a<b then c>d", [(1, 5, "raw-html")], ""),
    ('<x-say key="do"></x-say>', [(1, 1, "raw-html"), (1, 17, "raw-html")], ""),
    ('<a href="java&#115;cript:x">y</a>', [(1, 1, "raw-html"), (1, 30, "raw-html")], ""),
    # script
    ("ok\n<script>x</script>", [(2, 1, "script"), (2, 10, "script")], "<script> could run a program in the reader's browser. Delete it."),
    ("<br onclick=x>", [(1, 1, "script")], ""),
    ("<svg/onload=x>", [(1, 1, "script")], ""),
    ("[a](javascript:x) [b](JaVaScRiPt:y)", [(1, 1, "script"), (1, 19, "script")], "javascript:x could run a program in the reader's browser. Link to a page."),
    ("[a](java&#115;cript:x)", [(1, 1, "script")], ""),
    ("[a](data:text/html,x)", [(1, 1, "script")], ""),
    ("<script src=x", [(1, 1, "script")], ""),
    # other-origin
    ("![a](https://b.example/c.png)\n\n![d](//b.example/e.png)", [(1, 1, "other-origin"), (3, 1, "other-origin")], "the picture https://b.example/c.png would tell another host who is reading. Put it into media/."),
    ("<img src=https://b.example/c.png>", [(1, 1, "other-origin")], "<img src=https://b.example/c.png> would tell another host who is reading. Put a picture into media/ and write ![text](path)."),
    ("![a](data:image/png;base64,AAAA)", [(1, 1, "other-origin")], ""),
    # card-form
    ("!!! urgent Call today\n    - a", [(1, 1, "card-form")], f"this cannot be read as the first line of a card. {_CARD}"),
    ("!!! urgent “Call today”\n    - a", [(1, 1, "card-form")], ""),
    ('!!! note "a "b" c"\n    d', [(1, 1, "card-form")], ""),
    ('ok\n\n!!! urgent "Call"\n- a\n- b', [(4, 1, "card-form")], "this line is not indented enough to stand in the card. Indent by four blanks all that belongs to the card."),
    ('!!! urgent "Call"\n  - a', [(2, 3, "card-form")], ""),
    ('!!! urgent "Call"\n    - a\n  - b\n    - c', [(3, 3, "card-form")], ""),
    ('!!! urgent "Call"\n\nText', [(1, 1, "card-form")], "nothing stands in this card. Indent by four blanks all that belongs to the card."),
    ('!!! urgent "Call"', [(1, 1, "card-form")], ""),
    ('!!! note "a"\n    b\n\n    !!! note "c"\n        d', [(4, 5, "card-form")], "a card cannot stand inside something else. Begin the line of !!! at the left edge, after an empty line."),
    (' !!! note "a"\n    b\n\n!!! note c\n', [(1, 2, "card-form"), (4, 1, "card-form")], ""),
    # card-level
    ('!!! danger "a"\n    b\n\n!!! Note "c"\n    d', [(1, 1, "card-level"), (4, 1, "card-level")], "there is no card called danger. Known here: do, dont, emergency, note, see-someone, urgent."),
    ("!!!\n    b", [(1, 1, "card-level")], ""),
    # card-title
    ('!!! urgent\n    a\n\n!!! do\n    b\n\n!!! note ""\n    c', [(1, 1, "card-title"), (7, 1, "card-title")], 'the card has no heading. Write it after the level: !!! urgent "Call today if you".'),
    # emergency-card
    ('!!! emergency "Call"\n    - [a](other.md)\n    - [b](contact:ambulance) [@A1]\n    - <https://c.example>\n\n    [d](term:taper)', [(2, 7, "emergency-card"), (4, 7, "emergency-card"), (6, 5, "emergency-card")], "this link leads somebody in danger away to read. Move it below the card."),
    # dont-list
    ('!!! dont "Do not"\n    - do not drive\n    - drink\n    - Nevertheless, drink\n', [(3, 7, "dont-list"), (4, 7, "dont-list")], "a listener could take this line for advice to do it. Begin it with do not or don't or Never."),
    ('!!! dont "Do not"\n    Take more.\n    Do not stop.\n\n    Never mind.\n\n    Take less.', [(2, 5, "dont-list"), (7, 5, "dont-list")], ""),
    ('!!! dont "Do not"\n    1. *drive*\n', [(2, 9, "dont-list")], ""),
    # heading-level
    ("# Title\n\ntext", [(1, 1, "heading-level")], "the page has its title already. Begin with ##; or, if # is meant as a sign, write \\#."),
    ("#1 reason", [(1, 1, "heading-level")], ""),
    ("## a\n\n#### b\n\n### c\n\n##### d", [(3, 1, "heading-level"), (7, 1, "heading-level")], "a level is skipped: #### follows ##. Write ###."),
    ("### a", [(1, 1, "heading-level")], "a level is skipped: ### follows #. Write ##."),
    ("##\n\n## b\n\n## {#c}", [(1, 1, "heading-level"), (5, 1, "heading-level")], "the heading has no words. Write some, or delete the line."),
    ("- ok\n- ## a\n- #1 thing\n\n> ## b", [(2, 3, "heading-level"), (3, 3, "heading-level"), (5, 3, "heading-level")], "a heading cannot stand in a list or a quotation. Delete the #; or, if it is meant as a sign, write \\#."),
    ("A heading\n=====\n\ntext\n---\n", [(2, 1, "heading-level"), (5, 1, "heading-level")], "a line of === right below text is a heading elsewhere, but not here. Write ## before a heading, and leave an empty line above a rule."),
    # heading-id
    ("## a {#x}\n\n## b {#y}\n\n## c {#x}\n\n## d {#main}", [(5, 8, "heading-id"), (7, 8, "heading-id")], "another heading of this page has the id x. Change one of them."),
    ("## a {#s1}", [(1, 8, "heading-id")], "the id s1 is used by the page itself. Choose another."),
    # link-form
    ("[a](other) and [b](mailto:c@d.example)", [(1, 1, "link-form"), (1, 16, "link-form")], "other is not something a page can link to. Write the path to an article's .md file, https://…, or contact:, term:, page: or questionnaire: and a name."),
    ("[a](tel:999)", [(1, 1, "link-form")], "tel:999 dials a number that is typed into the text. Link with contact: and the id of its owner."),
    ("[](other.md)", [(1, 1, "link-form")], "the link has no words. Write between the brackets where it leads."),
    ("[a](java script:x)\n[b]( https://c.example 'd')", [(1, 3, "link-form"), (2, 3, "link-form")], "(java script:x) belongs to no link that can be read. Write [words](address) with no blank in the address, and no [ ] in the words but in pairs."),
    ("[a [b](other.md)", [], ""),
    ("[a][b]\n\n[b]: https://c.example", [(1, 3, "link-form"), (3, 1, "link-form")], "links by reference are not used here. Write [words](address)."),
    ("One. [A1] Two. [see @A1] Three. [@A1", [(1, 6, "link-form"), (1, 16, "link-form"), (1, 33, "link-form")], "[A1] is not a citation. Write [@A1]."),
    ("[see [@A1]](other.md)", [(1, 1, "link-form")], "a citation stands in the words of a link. Write it after the link."),
    ("![a](b.png)", [(1, 1, "link-form")], "b.png is not in media/. Put the picture into media/ and write the path to it."),
    ("[a](../../../etc/passwd.md)", [(1, 1, "link-form")], ""),
    ("[a](~0)", [(1, 1, "link-form")], ""),
    # unknown-contact
    ("[a](contact:night-lin)\n[b](contact:night-line#chat) [c](contact:)", [(1, 1, "unknown-contact"), (2, 1, "unknown-contact"), (2, 30, "unknown-contact")], "night-lin is not in contacts.yaml. Did you mean night-line?"),
    # unknown-source
    ("One. [@A1; @C9] Two. [@]", [(1, 12, "unknown-source"), (1, 23, "unknown-source")], "there is no source C9. Known here: A1, A2, B-3."),
    ("One. [@A1 p. 3] [@A1;]", [(1, 7, "unknown-source"), (1, 22, "unknown-source")], "there is no source A1 p. 3. Write [@A1] and nothing else between the brackets."),
    # unknown-term
    ("[a](term:tapr) [b](term:)", [(1, 1, "unknown-term"), (1, 16, "unknown-term")], "tapr is not in the glossary. Did you mean taper?"),
    # picture-alt
    ("![](../../media/a.png)\n\n![ ](../../media/b.png)", [(1, 1, "picture-alt"), (3, 1, "picture-alt")], "the picture has no text for those who cannot see it. Write in the brackets what it shows."),
    # typed-number
    ("Call 020 7946 0018 or\nsend a text to 85258.", [(1, 6, "typed-number"), (2, 16, "typed-number")], "the number 020 7946 0018 is typed into the text. Write [words](contact:night-line), which prints the number of the record."),
    ("Call 1-800-555-0199, (800) 555-0100 or 1-800-GO-WELL.", [(1, 6, "typed-number"), (1, 22, "typed-number"), (1, 40, "typed-number")], "the number 1-800-555-0199 is typed into the text. Write [words](contact:id), which prints the number of the record."),
    ("Call 01 23 45 67 89.", [(1, 6, "typed-number")], ""),
    ("Call 020\u00a07946\u00a00018.", [(1, 6, "typed-number")], ""),
    # text-size
    ("a\n\n" + "b " * 6000, [(3, 1, "text-size")], "this paragraph is 12,000 characters long. Split it with empty lines."),
    ("a\n\n" * 20_001, [(1, 1, "text-size")], "the text is 60,003 characters long. Split it into several pages."),
    ("- " * 2000 + "x", [(1, 1, "text-size")], "lists or quotations are nested out of all measure. Flatten them."),
    # unknown-figure, figure-alone
    ("[a](figure:laddr)\n\n[b](figure:)", [(1, 1, "unknown-figure"), (3, 1, "unknown-figure")], "there is no figure laddr. Did you mean ladder?"),
    ("See [a](figure:ladder) here.\n\n- [b](figure:ladder)", [(1, 5, "figure-alone"), (3, 3, "figure-alone")], "a figure cannot stand inside something else. Give it a paragraph of its own, with empty lines around it, outside of lists and cards."),
    # two rules at once, and places after a line with letters of two bytes
    ("é <b> [a](x) [@Z]", [(1, 3, "raw-html"), (1, 7, "link-form"), (1, 15, "unknown-source")], ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected", "sentence"),
    BAD,
    ids=[f"{case[1][0][2] if case[1] else 'good'}-{number}" for number, case in enumerate(BAD)],
)
def test_mistake(text: str, expected: list[At], sentence: str) -> None:
    _, writer = written(text)
    assert at(writer.problems) == expected
    assert not sentence or said(min(writer.problems)) == sentence
    assert {problem.level for problem in writer.problems} <= {"error"}


def test_every_rule_of_the_dialect_is_broken_here() -> None:
    assert {rule for _, expected, _ in BAD for _, _, rule in expected} == set(RULES)


@pytest.mark.parametrize(
    "text",
    [
        "In 2019\u20132020, 10 to 14 days, 2,000 mg, 104 to 108.5 °F, 1,100 of 12,345 people; 24/7; 3 \u00d7 500 mg; 2026-11-24; 988; 112 people",
        "[A study](https://doi.org/10.1016/j.drugalcdep.2020.108323), pages 1533-1544, volume 87(12), number 765917",
        "Footnote [1], an aside [sic], a range [2, 3], a mail to [someone] and x@y",
        "30 000 000 people, 100 000 000 doses, 12 345 678",
        'A !!! in a text, "!!!" quoted',
        "One - two -- three --- four\n\n- a\n- b\n\n---",
        "a = b\n== c ==",
    ],
)
def test_no_false_alarm(text: str) -> None:
    good(text)


def test_places_count_from_where_the_text_begins() -> None:
    _, writer = written("ok\n\n[a](x)", line=17)
    assert at(writer.problems) == [(19, 1, "link-form")]
    writer = Writer("articles/first/this.md", 2, AROUND)
    writer.inline("A\npoint with [a](x)", Place("f.md", 5, 9))
    assert at(writer.problems) == [(5, 9, "link-form")], "YAML folds lines, so the value is as near as can be told"


def test_what_could_not_be_read_is_not_called_missing() -> None:
    """One mistake in contacts.yaml must not become sixty about links to it."""
    failed = frozenset({"contact:lost", "source:", "term:gone"})
    around = Surroundings(AROUND.contacts, frozenset(), AROUND.known_terms, (), failed)
    prose, writer = written("[a](contact:lost) [@Any; @Thing] [b](term:gone) [c](term:other)", around)
    assert at(writer.problems) == [(1, 49, "unknown-term")]
    assert prose.html == "<p>a  b c</p>"


def test_sites_without_dont_words_are_not_judged_by_them() -> None:
    around = Surroundings({}, frozenset(), frozenset())
    assert written('!!! dont "Ne pas"\n    - conduire', around)[1].problems == []


# whatever is written

ALLOWED = {
    "p", "ul", "ol", "li", "dl", "dt", "dd", "strong", "em", "a", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "section", "span",
    "table", "thead", "tbody", "tr", "th", "td", "img", "x-say", "div", "br", "sub", "sup", "abbr",
}  # fmt: skip


class Safe(HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        for name, value in attrs:
            assert not name.startswith("on")
            assert name != "style"
            if name in ("href", "src"):
                assert not re.match(r"\s*(?:javascript|data|vbscript):", value or "", re.IGNORECASE)


PIECES = st.lists(
    st.sampled_from([
        "[a](", ")", "contact:night-line", "other.md", "javascript:x", "[@A1]", "[@", "]", "![", "<b>", "<script>", "</", ">", "<", "&#106;", "\n\n",
        "\n", "    ", "\t", "- ", "1. ", "## ", "#", "{#x}", "!!! ", "urgent", ' "Call"', "dont", "> ", "| a | b |\n|---|---|\n", "*", "**", "_", "\\", "`",
        "term:taper", "~0", "\x02", "\x03", "\ue0001\ue001", "word", "é", "https://a.example", "<https://", '"', "'", "onload=", "[", "[x]: y\n", ":   ", "---\n",
    ]),
    max_size=25,
).map("".join)  # fmt: skip


@given(PIECES)
@settings(max_examples=drawn(400))
def test_any_text_is_safe_and_located(text: str) -> None:
    prose, writer = written(text)
    Safe().feed(prose.html)
    assert not re.search("[\x02\x03]|\\(~\\d", prose.html) or writer.problems
    lines = text.split("\n")
    for problem in writer.problems:
        assert problem.place.line <= len(lines)
        assert problem.place.column <= len(lines[problem.place.line - 1]) + 1
    assert len({heading.id for heading in prose.headings}) == len(prose.headings)


@given(st.text(max_size=100))
@settings(max_examples=drawn(150))
def test_any_text_at_all(text: str) -> None:
    prose, _ = written(text)
    Safe().feed(prose.html)
    writer = Writer("articles/first/this.md", 2, AROUND)
    Safe().feed(writer.inline(text, Place("f.md")).html)


HOSTILE = [
    "[",
    "![",
    "[a](",
    "[[a]",
    "<a",
    "<!--",
    "<https://",
    "**a ",
    "> ",
    "- ",
    "*_",
    "&#",
    "a (",
    "[@A1] ",
    "[x](contact:night-line) ",
    "</div>",
    "!!! ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_bounded(piece: str) -> None:
    """A paragraph as long as it may be, of the piece that costs most."""
    started = time.process_time()
    written(piece * (9_990 // len(piece)))
    assert time.process_time() - started < 4


def test_conversion_depends_on_nothing_else() -> None:
    """The same text gives the same page, whatever was converted before."""
    first, _ = written("## a\n\n[x](contact:menu) [@A1]")
    written("## a\n\n## a")
    again, _ = written("## a\n\n[x](contact:menu) [@A1]")
    assert first == again
