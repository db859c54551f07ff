"""Rules over the whole site: for each a good case, a bad case, a bad second item, and two at once, with true places.

The good case of every rule is the good site, which all of them pass.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from ebbtide import checks, load
from ebbtide.model.page import File
from ebbtide.model.site import Picture, Site
from ebbtide.problem import Problem
from tests.small_site import CONTACTS, GLOSSARY, PICTURE, SITE, SOURCES, TODAY, article
from tests.telling import said, well_formed

QUESTIONNAIRE = """\
id: check
title: A check
summary: Two questions about nothing.
version: 1.0.0
minutes: 1
higher_is: worse
basis: {kind: original, informed_by: [A1], validated: false}
review: {reviewed: 2026-11-01}
answer_lists:
  often: {never: [Never, 0], daily: [Daily, 1]}
questions:
  aches: {ask: Aches?, answers: often}
  chills: {ask: Chills?, answers: often}
scores:
  total: {title: Total, add: [aches, chills]}
bands:
  total:
    0: {name: None, means: Nothing.}
    1-2: {name: Some, means: Something.}
next:
  - page:get-help
examples:
  - {name: One daily, answers: {aches: never, chills: daily}, expect: {total: 1}}
"""

FLAG = """\
flags:
  sign: {when: aches is daily, show: at_once, level: see-someone, title: Call, say: Now., next: [page:get-help], sources: [A1, A5]}
"""

FIGURE = """\
kind: ladder
title: Kinds of care
caption: From the least to the most.
alt: A ladder of two rungs.
sources: [A1]
least: Least
most: Most
rungs: [{name: One, who: Some.}, {name: Two, who: Others.}]
"""

GOOD: dict[str, str] = {
    "site.yaml": SITE.replace('to: "article:first/always"}', 'to: "article:first/always"}\n    - {title: Check, say: Yourself., to: "questionnaire:check"}')
    + 'footer: ["article:second/other", "page:sources"]\n',
    "contacts.yaml": CONTACTS,
    "sources.yaml": SOURCES,
    "glossary.yaml": GLOSSARY.replace("gone.}", "gone., sources: [A1]}"),
    "media/drawing.svg": PICTURE,
    "questionnaires/check.yaml": QUESTIONNAIRE,
    "articles/first/always.md": article(
        "Always", "One. [@A1] [Nothing](term:nothing), [call](contact:line), [the other](../second/other.md#part).\n\n![A drawing](../../media/drawing.svg)",
        more='related: ["article:second/other#part", "questionnaire:check", "contact:line#phone"]\nmoved_from: [old/address, /older/]\n',
    ),
    "articles/second/other.md": article("Other", "## Part {#part}\n\nTwo. [@A1] [Take it](questionnaire:check), [help](page:get-help)."),
}  # fmt: skip


def site(root: Path, changes: dict[str, str], today: datetime.date = TODAY) -> Site:
    for path, text in {**GOOD, **changes}.items():
        file = root / "content" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    made, problems = load.load(root / "content", "content", today)
    assert problems == []
    assert made is not None
    return made


def told(problems: list[Problem]) -> list[str]:
    assert all(well_formed(problem) for problem in problems), problems
    return [
        f"{str(problem.place).removeprefix('content/')} {problem.level} {problem.rule}" for problem in sorted(problems)
    ]


def changed(path: str, *pairs: tuple[str, str]) -> dict[str, str]:
    text = GOOD[path]
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return {path: text}


def test_a_good_site_passes_every_rule(tmp_path: Path) -> None:
    assert checks.run(site(tmp_path, {})) == []


ALWAYS, OTHER, SETTINGS, SYNONYMS = "articles/first/always.md", "articles/second/other.md", "site.yaml", "synonyms.yaml"
_MOVED = "Write it from the first folder on, as in symptoms/old-name."

CASES: list[tuple[str, dict[str, str], list[str], str]] = [
    # links
    ("unknown-article", changed(OTHER, ("[help](page:get-help)", "[a](gone.md), [b](../first/alway.md#x), [c](article:first/always)")),
     [f"{OTHER}:9:44 error unknown-article", f"{OTHER}:9:58 error unknown-article"], "there is no article second/gone. Did you mean second/other?"),
    ("unknown-article", changed(SETTINGS, ('"article:first/always"', '"article:first/alwys"'), ("article:second/other", "article:x/y")),
     [f"{SETTINGS}:15:42 error unknown-article", f"{SETTINGS}:21:10 error unknown-article"], "there is no article first/alwys. Did you mean first/always?"),
    ("unknown-article", changed(ALWAYS, ('"article:second/other#part"', '"article:second/otter"'), ('to: "page:get-help"', 'to: "article:no/where"')),
     [f"{ALWAYS}:5:13 error unknown-article", f"{ALWAYS}:6:11 error unknown-article"], ""),
    ("unknown-article", changed("questionnaires/check.yaml", ("page:get-help", "article:no/where")), ["questionnaires/check.yaml:21:5 error unknown-article"], ""),
    ("unknown-anchor", changed(ALWAYS, ("other.md#part", "other.md#parts"), ("other#part", "other#nowhere")),
     [f"{ALWAYS}:6:11 error unknown-anchor", f"{ALWAYS}:9:59 error unknown-anchor"], "second/other has no heading #nowhere. Known here: part."),
    ("unknown-anchor", changed(OTHER, ("[help]", "[a](#part) [b](#gone) [help]")), [f"{OTHER}:9:55 error unknown-anchor"], ""),
    ("unknown-questionnaire", changed(OTHER, ("questionnaire:check", "questionnaire:chek")), [f"{OTHER}:9:12 error unknown-questionnaire"], "there is no questionnaire chek. Did you mean check?"),
    ("unknown-questionnaire", {**changed(ALWAYS, ('"questionnaire:check"', '"questionnaire:a"')), **changed(SETTINGS, ("questionnaire:check", "questionnaire:b"))},
     [f"{ALWAYS}:6:40 error unknown-questionnaire", f"{SETTINGS}:16:42 error unknown-questionnaire"], ""),
    ("unknown-page", changed(OTHER, ("page:get-help)", "page:gethelp) [b](page:sources) [c](page:first) [d](page:d)")),
     [f"{OTHER}:9:44 error unknown-page", f"{OTHER}:9:99 error unknown-page"], ""),
    ("unknown-page", changed(SETTINGS, ('"page:sources"', '"page:source"')), [f"{SETTINGS}:21:34 error unknown-page"], "there is no page source. Did you mean sources?"),
    ("unknown-pointer-contact", changed(ALWAYS, ("contact:line#phone", "contact:lin"), ("page:get-help", "contact:line#chat")),
     [f"{ALWAYS}:5:13 error unknown-pointer-contact", f"{ALWAYS}:6:63 error unknown-pointer-contact"], "line has no chat. It has: phone."),
    ("unknown-picture", changed(ALWAYS, ("media/drawing.svg)", "media/drawing.svg) ![b](../../media/drawin.svg) ![c](../../media/c.png)")),
     [f"{ALWAYS}:11:39 error unknown-picture", f"{ALWAYS}:11:68 error unknown-picture"], "there is no picture media/drawin.svg. Did you mean drawing.svg?"),
    # the search
    ("same-synonym", {SYNONYMS: "pages:\n  - {words: [jumpy, legs], to: ['page:get-help']}\n  - {words: [JUMPY, \"leg's\"], to: ['page:sources']}\n"},
     [f"{SYNONYMS}:3:14 error same-synonym", f"{SYNONYMS}:3:21 error same-synonym"],
     "JUMPY stands here twice, as the search reads it. Keep one, and give its entry all that it leads to."),
    ("idle-synonym", {SYNONYMS: "danger:\n  - {words: [help, '!'], contact: line, say: Call}\npages:\n  - {words: ['?'], to: ['page:get-help']}\n"},
     [f"{SYNONYMS}:2:20 error idle-synonym", f"{SYNONYMS}:4:14 error idle-synonym"], "! holds no letter and no digit, so nobody finds it. Write a word, or delete it."),
    ("danger-contact", {SYNONYMS: "danger:\n  - {words: [a], contact: lin, say: Call}\n  - {words: [b], contact: line, say: Call}\n  - {words: [c], contact: x, say: Call}\n"},
     [f"{SYNONYMS}:2:27 error danger-contact", f"{SYNONYMS}:4:27 error danger-contact"], "lin is not in contacts.yaml. Did you mean line?"),
    ("unknown-article", {SYNONYMS: "pages:\n  - {words: [a], to: ['page:get-help', 'article:first/alway']}\n"},
     [f"{SYNONYMS}:2:40 error unknown-article"], "there is no article first/alway. Did you mean first/always?"),
    # security.txt
    *[("security-expires", changed(SETTINGS, ("footer:", f"security: {{report: 'mailto:a@b.example', expires: {day}}}\nfooter:")),
       [f"{SETTINGS}:21:51 warning security-expires"], said) for day, said in (
        ("2026-11-24", "security.txt is out of date since 2026-11-24. Check the address, and write a later day."),
        ("2027-11-26", "security.txt would be valid for more than a year. Write a day within the next twelve months."),
    )],
    # sources
    ("uncited-article", {"articles/first/bare.md": article("Bare", "No source."), "articles/first/bare2.md": article("Bare two", "None."),
                         "articles/first/own.md": article("Own", "Ours.", more="editorial: true\n"),
                         "articles/first/point.md": article("Point", "Text.", more='key_points: ["A. [@A1]"]\n')},
     ["articles/first/bare.md:2:1 error uncited-article", "articles/first/bare2.md:2:1 error uncited-article"],
     "nothing in this article has a source. Cite one as [@id], or add editorial: true to the front matter."),
    ("unknown-basis", {**changed("glossary.yaml", ("[A1]", "[A1, A2, A3]")), **changed("questionnaires/check.yaml", ("[A1]", "[A1, B1]"))},
     ["glossary.yaml:2:81 error unknown-basis", "glossary.yaml:2:85 error unknown-basis", "questionnaires/check.yaml:7:43 error unknown-basis"],
     "there is no source A2. Known here: A1."),
    ("unknown-basis", changed("questionnaires/check.yaml", ("means: Something.}", "means: Something., sources: [A1, A4]}"), ("next:\n", FLAG + "next:\n")),
     ["questionnaires/check.yaml:19:56 error unknown-basis", "questionnaires/check.yaml:21:128 error unknown-basis"], ""),
    ("unused-source", {"sources.yaml": SOURCES + "  A2: {title: Two, evidence: x}\n  A3: {title: Three, evidence: y}\n"},
     ["sources.yaml:3:3 warning unused-source", "sources.yaml:4:3 warning unused-source"], "nothing cites A2. Delete it, or cite it where it belongs."),
    ("unused-term", {"glossary.yaml": GOOD["glossary.yaml"] + "  two: {term: T, means: m}\n  three: {term: U, means: n}\n"},
     ["glossary.yaml:3:3 warning unused-term", "glossary.yaml:4:3 warning unused-term"], "no text links to two. Write [word](term:two) where a reader meets it first."),
    # figures
    ("unused-figure", {"figures/a.yaml": FIGURE, "figures/b.yaml": FIGURE}, ["figures/a.yaml:1:1 warning unused-figure", "figures/b.yaml:1:1 warning unused-figure"], ""),
    ("unknown-basis", {"figures/a.yaml": FIGURE.replace("[A1]", "[A1, A7]"), **changed(OTHER, ("Two.", "Two.\n\n[figure](figure:a)\n\n"))}, ["figures/a.yaml:5:15 error unknown-basis"], ""),
    # articles
    ("unknown-section", {"articles/thrd/a.md": article("A", "[@A1]"), "articles/fourth/b.md": article("B", "[@A1]")},
     ["articles/fourth/b.md:2:1 error unknown-section", "articles/thrd/a.md:2:1 error unknown-section"],
     "site.yaml has no section fourth. Known here: first, second. Move the file, or add the section."),
    ("reserved-section", {**changed(SETTINGS, ("  second:", "  sources: {title: S, summary: s}\n  assets: {title: A, summary: a}\n  second:")),
                          "articles/sources/a.md": article("A", "[@A1]"), "articles/assets/b.md": article("B", "[@A1]")},
     [f"{SETTINGS}:10:3 error reserved-section", f"{SETTINGS}:11:3 error reserved-section"], "sources/ is an address that the program uses itself. Choose another name."),
    ("empty-section", changed(SETTINGS, ("  second:", "  third: {title: T, summary: t}\n  fourth: {title: F, summary: f}\n  second:")),
     [f"{SETTINGS}:10:3 warning empty-section", f"{SETTINGS}:11:3 warning empty-section"], "the section third has no article. Write one, or delete the section."),
    ("same-title", {"articles/first/b.md": article("other", "[@A1]", summary="b"), "articles/first/c.md": article("A CHECK", "[@A1]", summary="c")},
     ["articles/second/other.md:2:8 error same-title", "questionnaires/check.yaml:2:8 error same-title"], "content/articles/first/b.md has this title too. Change one of them."),
    ("same-title", changed(OTHER, ("title: Other", "title: First shelf")), [f"{OTHER}:2:8 error same-title"], "the section first has this title too. Change one of them."),
    ("same-summary", {"articles/first/b.md": article("B", "[@A1]", summary="One"), "articles/first/c.md": article("C", "[@A1]", summary="one"), "articles/first/d.md": article("D", "[@A1]", summary="ONE")},
     ["articles/first/c.md:3:10 error same-summary", "articles/first/d.md:3:10 error same-summary"], "content/articles/first/b.md has this summary too. Say what is in this one."),
    ("moved-onto-page", changed(ALWAYS, ("[old/address, /older/]", "[old/address, second/other, First, get-help, questionnaires/check, assets/x, 404.html]")),
     [f"{ALWAYS}:7:{column} error moved-onto-page" for column in (27, 41, 48, 58, 80, 90)], "second/other is the address of another page or file. Delete the line."),
    ("moved-onto-page", changed(ALWAYS, ("[old/address, /older/]", "[../up, 'a b', 'https://small.example/x', '/', 'a?b', 'a//b', ok/old.html]")),
     [f"{ALWAYS}:7:{column} error moved-onto-page" for column in (14, 21, 28, 55, 60, 67)], f"../up is not an address within the site. {_MOVED}"),
    ("overdue-review", {**changed(ALWAYS, ("2026-11-01", "2025-11-23")), **changed("questionnaires/check.yaml", ("2026-11-01", "2024-01-31"))},
     [f"{ALWAYS}:4:9 warning overdue-review", "questionnaires/check.yaml:8:9 warning overdue-review"],
     "the review was due on 2026-11-23. Read the whole page against its sources, then change reviewed."),
    ("impossible-review", {**changed(ALWAYS, ("2026-11-01", "2026-11-25")), **changed(OTHER, ("2026-11-01", "2026-11-01, due: 2026-11-01"))},
     [f"{ALWAYS}:4:20 error impossible-review", f"{OTHER}:4:37 error impossible-review"], "2026-11-25 has not come yet. Write the day on which the page was read."),
    ("impossible-review", changed(ALWAYS, ("2026-11-01", "2026-12-01, due: 2026-11-30")),
     [f"{ALWAYS}:4:20 error impossible-review", f"{ALWAYS}:4:37 error impossible-review"], ""),
    # contacts
    ("unknown-bar-contact", changed(SETTINGS, ("{say: Need help?, contact: line}", "{say: a, contact: line}, {say: b, contact: lne}, {say: c, contact: d}")),
     [f"{SETTINGS}:18:54 error unknown-bar-contact", f"{SETTINGS}:18:78 error unknown-bar-contact"], "lne is not in contacts.yaml. Did you mean line?"),
    ("unknown-help-contact", changed(SETTINGS, ("intro: Say what you like.}", "intro: x, everywhere: [line, lin], save: [emergency, nobody-at-all]}")),
     [f"{SETTINGS}:20:78 error unknown-help-contact", f"{SETTINGS}:20:102 error unknown-help-contact"], "lin is not in contacts.yaml. Did you mean line?"),
    ("unknown-region", changed(SETTINGS, ("contact_bar:", "region_names: {GB-ENG: England, GB-SCT: Scotland}\nregion_map: ['. SCT .', 'ENG XX', SCTT]\ncontact_bar:")),
     [f"{SETTINGS}:18:25 error unknown-region", f"{SETTINGS}:18:35 error unknown-region"], "XX is no part of the country that region_names names. Known here: ENG, SCT."),
    ("bar-without-number", {**changed(SETTINGS, ("{say: Need help?, contact: line}", "{say: a, contact: web}, {say: b, contact: line}, {say: c, contact: chat}")),
                            "contacts.yaml": CONTACTS + "".join(
                                f"  {id}: {{name: {id}, kind: talk, region: GB, for: x, not_for: y, {id}: 'https://a.example', hours: unknown, sources: [{{url: 'https://a.example'}}]}}\n" for id in ("web", "chat"))},
     [f"{SETTINGS}:18:29 error bar-without-number", f"{SETTINGS}:18:78 error bar-without-number"], "web has no number. Name somebody who can be called."),
    ("danger-without-emergency", changed(SETTINGS, ("{say: In danger?, contact: emergency}", "{say: a, contact: line}, {say: b, contact: emergency}")),
     [f"{SETTINGS}:19:30 error danger-without-emergency"], "line is not an emergency line. Put the emergency number first."),
    ("number-in-words", {**changed(ALWAYS, ("title: Always", "title: Call 020 7946 0018"), ("say: Find someone", "say: Dial 1-800-555-0199")),
                         **changed(OTHER, ("What Other says.", "In 2026, 10 to 14 of 1,000 people called +44 20 7946 0018.")),
                         **changed("glossary.yaml", ("means: What", "means: 020-7946-0018 or what")), **changed(SETTINGS, ("lead: Nothing", "lead: 0800 123 4567, nothing"))},
     [f"{ALWAYS}:2:8 error number-in-words", f"{ALWAYS}:5:35 error number-in-words", f"{OTHER}:3:10 error number-in-words", "glossary.yaml:2:35 error number-in-words", f"{SETTINGS}:13:9 error number-in-words"],
     "the number 020 7946 0018 is typed into these words. Point to the contact instead, or leave the number out."),
    # media
    ("unused-picture", {"media/a.svg": PICTURE, "media/b.svg": PICTURE}, ["media/a.svg:1:1 warning unused-picture", "media/b.svg:1:1 warning unused-picture"], "no page shows this picture. Delete it, or show it."),
    ("heavy-picture", {"media/drawing.svg": PICTURE + f"<!--{'x' * 100_500}-->"}, ["media/drawing.svg:1:1 warning heavy-picture"], "the picture is 101 kB, more than 100 kB. Make it smaller, or save it as WebP."),
    ("active-picture", {"media/drawing.svg": PICTURE.replace("</svg>", '\n<script>x</script>\n<a onclick="x">é<image href="https://b.example/c.png"/></a></svg>')},
     ["media/drawing.svg:2:1 error active-picture", "media/drawing.svg:3:4 error active-picture", "media/drawing.svg:3:24 error active-picture"],
     "'<script' does not belong in a picture. Save it again as a plain SVG."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "changes", "expected", "sentence"), CASES, ids=[f"{case[0]}-{number}" for number, case in enumerate(CASES)]
)
def test_rule(tmp_path: Path, rule: str, changes: dict[str, str], expected: list[str], sentence: str) -> None:
    problems = checks.run(site(tmp_path, changes))
    found = [problem for problem in problems if problem.rule == rule]
    assert told(found) == sorted(
        expected, key=lambda line: (line.split(":")[0], *map(int, line.split(" ")[0].split(":")[1:]))
    )
    assert not sentence or said(min(found)) == sentence


def test_nothing_else_is_said(tmp_path: Path) -> None:
    """A mistake breaks the rule that it is meant to break, and no other. One cannot help it: its shelf is called like a page."""
    also = {("reserved-section", "same-title")}
    for number, (rule, changes, _, _) in enumerate(CASES):
        problems = checks.run(site(tmp_path / str(number), changes))
        others = {problem.rule for problem in problems} - {rule}
        assert all((rule, other) in also for other in others), (number, rule, others)


def test_every_rule_is_tried_here() -> None:
    elsewhere = {"hard-to-read", "long-paragraph", "long-sentence"}  # how well a text reads: test_reading
    assert {case[0] for case in CASES} | elsewhere == {checks.name_of(rule) for _, rule in checks.RULES} | elsewhere


@pytest.mark.parametrize(
    "markup",
    [
        '<a xlink:href="//b.example">', "<foreignObject/>", "<style>@import 'a'</style>", '<rect fill="url(https://b.example/#a)"/>', '<a href="java&#115;cript:x"/>',
        '<?xml-stylesheet href="a.css"?>', "<!DOCTYPE svg [<!ENTITY a 'b'>]>", "<svg:script/>", "<g ONLOAD='x'>", '<a href="javascript:x">',
    ],
)  # fmt: skip
def test_active_pictures(tmp_path: Path, markup: str) -> None:
    problems = checks.run(site(tmp_path, {"media/drawing.svg": PICTURE.replace("<title>", f"{markup}<title>")}))
    assert {problem.rule for problem in problems} == {"active-picture"}


@pytest.mark.parametrize(
    "markup",
    ['<use href="#a"/>', "<desc>Switched on = yes. See script.</desc>", '<rect fill="url(#g)" style="font-family:x"/>', '<svg xmlns:xlink="http://www.w3.org/1999/xlink">', "<!-- onload -->"],
)  # fmt: skip
def test_still_pictures(tmp_path: Path, markup: str) -> None:
    assert checks.run(site(tmp_path, {"media/drawing.svg": PICTURE.replace("<title>", f"{markup}<title>")})) == []


def test_a_picture_in_another_encoding_is_not_trusted(tmp_path: Path) -> None:
    made = site(tmp_path, {})
    picture = Picture(File("drawing.svg", PICTURE.encode("utf-16")), 1, 1)
    (problem,) = checks.run(Site(**{**made.__dict__, "pictures": {"drawing.svg": picture}}))
    assert (
        said(problem)
        == "the picture is not saved as UTF-8, so nobody can see what is in it. Save it again as a plain SVG."
    )


def test_a_page_of_self_checks_is_there_only_where_there_are_some(tmp_path: Path) -> None:
    made = site(tmp_path, changed(OTHER, ("[help](page:get-help)", "[all](page:questionnaires)")))
    assert checks.run(made) == []
    without = Site(**{**made.__dict__, "selfchecks": ()})
    assert "unknown-page" in {problem.rule for problem in checks.run(without)}


def test_the_day_is_given(tmp_path: Path) -> None:
    """No rule asks what day it is today."""
    assert checks.run(site(tmp_path, {}, datetime.date(2027, 11, 1))) == []
    assert {problem.rule for problem in checks.run(site(tmp_path, {}, datetime.date(2027, 11, 2)))} == {
        "overdue-review"
    }
    assert {problem.rule for problem in checks.run(site(tmp_path, {}, datetime.date(2026, 10, 31)))} == {
        "impossible-review"
    }
