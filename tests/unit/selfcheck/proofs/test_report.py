"""What a publisher reads: the report at a terminal, the page, and the example in the documentation."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from ebbtide.selfcheck.proofs import RULES, compare, prove, report_html
from tests.unit.selfcheck.proofs.test_planted import planted, sound
from tests.unit.selfcheck.support import HEAD, ROOT

PHQ = ROOT / "tests" / "vectors" / "phq-9.yaml"


def test_the_example_in_the_documentation_is_what_prove_says() -> None:
    text = (ROOT / "docs" / "proofs.md").read_text(encoding="utf-8")
    shown = re.search(r"```\n(.*?)```", text, re.DOTALL)
    assert shown is not None
    assert shown[1] == prove(*sound(PHQ.read_text(encoding="utf-8"))).text()


def test_a_failure_stands_in_the_report_with_its_place() -> None:
    questionnaire, plan = planted("phq-9", ("    0-4: {name: Minimal", "    1-4: {name: Minimal"))
    text = prove(questionnaire, plan).text()
    assert (
        " 1. Every reachable total lies in exactly one band: FAILED\n    total: 262,144 patterns, 1 gap, 0 overlaps\n"
        in text
    )
    assert (
        "q.yaml:50:5: error[band-gap] With these answers: q1 to q9 = None, the total is 0 and no band says what that means. Let the lowest band begin at 0."
        in text
    )


class Page(HTMLParser):
    """Collects the tags, and checks that they close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.bars = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.bars += tag == "rect"
        assert not any(name.startswith("on") for name, _ in attrs)
        assert not any(name in ("src", "href") for name, _ in attrs)
        if tag not in ("meta", "line", "rect") or tag == "rect":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_in_itself_and_draws_every_total() -> None:
    questionnaire, plan = planted("phq-9")
    html = report_html(questionnaire, plan, prove(questionnaire, plan))
    page = Page()
    page.feed(html)
    assert page.open == []
    assert page.bars == 28  # totals from 0 to 27
    assert "script" not in page.tags
    assert "http" not in html
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html
    assert '<th scope="row">Minimal</th><td class="n">706</td>' in html
    assert "<title>0: 1</title>" in html
    assert '<td class="n">219</td><td class="n">706</td><td class="n">31 %</td>' in html


def test_the_page_escapes_what_the_file_says() -> None:
    questionnaire, plan = planted("phq-9", ("title: PHQ-9 scoring", "title: <b>&"), ("name: Minimal", "name: <i>Few"))
    html = report_html(questionnaire, plan, prove(questionnaire, plan))
    assert "<b>" not in html
    assert "<i>" not in html
    assert "How &lt;b&gt;&amp; behaves" in html


def test_two_versions() -> None:
    old = planted("phq-9")
    new = planted(
        "phq-9",
        ("version: 1.0.0", "version: 1.1.0"),
        ("    0-4: {name: Minimal", "    0-3: {name: Minimal"),
        ("    5-9: {name: Mild", "    4-9: {name: Mild"),
    )
    comparison = compare(*old, *new)
    assert [(change["what"], change["result"], change["changed"]) for change in comparison.changes] == [
        ("bands", "total", 486)
    ]
    case = comparison.changes[0]["cases"][0]
    assert (case["old"], case["new"], case["patterns"]) == ("minimal", "mild", 486)
    assert comparison.open == []
    assert {("flag", "self_harm"), ("score", "total"), ("finding", "syndrome")} <= set(comparison.same)
    text = comparison.text()
    assert text.startswith("From version 1.0.0 to 1.1.0:\n")
    assert (
        "  bands total: 486 of 262,144 patterns change (0.2 %)\n    minimal becomes mild: 486 patterns, as with q1"
        in text
    )


def test_a_question_more_and_an_answer_less() -> None:
    old = planted("gad-7")
    new = planted(
        "gad-7",
        (
            "  q7: {ask: Item 7, answers: days}",
            "  q7: {ask: Item 7, answers: days}\n  q8: {ask: Item 8, answers: {no: 'No', yes: 'Yes'}}",
        ),
    )
    comparison = compare(*old, *new)
    assert comparison.questions == {"only_old": [], "only_new": ["q8"], "changed": [], "answered_differently": []}
    assert comparison.changes == []


def test_a_result_is_not_compared_if_a_question_that_is_answered_otherwise_now_counts_in_one_version_only() -> None:
    body = "questions:\n  x: {ask: X, answers: {a: [A, 0], b: [B, 1]}}\n  n: {ask: N, NOW}\nscores:\n  total: {add: [x, 1MORE]}\n  other: {show: false, add: [x]}\n"
    old = sound(HEAD + body.replace("NOW", "answers: {a: A, b: B}").replace("MORE", ""))
    new = sound(HEAD + body.replace("NOW", "number: {from: 0, to: 2}").replace("MORE", ", n"))
    for versions in ((*old, *new), (*new, *old)):
        comparison = compare(*versions)
        assert comparison.questions["answered_differently"] == ["n"]
        assert comparison.open == ["total was not compared: n is answered in another way now."]
        assert comparison.changes == []
        assert comparison.same == [("score", "other")]


def test_every_rule_is_a_sentence_and_none_is_one_of_the_compilers() -> None:
    from ebbtide.selfcheck import RULES as COMPILER

    assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in RULES.values())
    assert not set(RULES) & set(COMPILER)
