"""A site that breaks every rule once, and the whole of what must be said about it. See tests/sites/every-mistake/README.md."""

from __future__ import annotations

import ast
import dataclasses
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ebbtide import pipeline
from ebbtide.pipeline import Made, Options
from ebbtide.problem import Problem
from tests.small_site import TEMPLATES, TODAY, tree
from tests.telling import well_formed

ROOT = Path(__file__).resolve().parent.parent.parent
SITE = ROOT / "tests" / "sites" / "every-mistake"

pytestmark = pytest.mark.skipif(
    not hasattr(os, "mkfifo"), reason="this machine has no pipes in folders, and cannot break one rule"
)

NOT_IN_A_SITE = {
    # Translations of questionnaires are judged where they are read; no site has any yet.
    "translation-missing", "translation-points", "translation-unknown", "translation-words",
    # These hold of every plan that compiles: the compiler refuses first what could break them. The proof is there in case it does not.
    "band-overlap", "cut-off-uncovered", "table-gap",
}  # fmt: skip


def options(content: Path, templates: Path | None, out: Path) -> Options:
    folders = [(templates.resolve(), "templates")] if templates and templates.is_dir() else []
    return Options(content=content, templates=(*folders, (TEMPLATES, "ours")), out=out, today=TODAY, version="0")


def listed(problems: tuple[Problem, ...]) -> list[str]:
    assert all(well_formed(problem) for problem in problems), [
        problem for problem in problems if not well_formed(problem)
    ]
    return [f"{problem.place} {problem.level} {problem.rule}" for problem in problems]


def cannot_be_stored(content: Path) -> None:
    """What no repository holds, or not on every machine."""
    files = content / "articles" / "files"
    os.mkfifo(files / "unreadable.md")
    (files / "link-outside.md").symlink_to(SITE.parent / "other-clinic" / "content" / "site.yaml")
    (files / "file-size.md").write_bytes(b"x" * 3 * 1024 * 1024)
    (files / "encoding.md").write_text("---\ntitle: Ongles rongés\n---\n", "utf-16")
    (files / "latin.md").write_text("---\ntitle: Ongles rongés\n---\n", "latin-1")
    (files / "nul.md").write_bytes(b"---\ntitle: Bitten\0off\n---\n")
    (content / "static" / "Leaflet.txt").write_text("The same name, for some machines.\n", "utf-8")
    heavy = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9"><!--{}--></svg>\n'
    (content / "media" / "heavy.svg").write_text(heavy.format("x" * 100_000), "utf-8")


@dataclasses.dataclass(frozen=True)
class Case:
    """One run: how the folders are made, and how they are called."""

    expected: str
    folder: Path | None
    prepare: Callable[[Path, Path], None] = lambda content, out: None
    out: str = "out"


def _main(content: Path, out: Path) -> None:
    cannot_be_stored(content)
    out.mkdir()
    (out / "wedding-photo.jpg").write_bytes(b"not ours")


CASES = {
    "all": Case(
        """\
content/articles/about/tomorrow.md:4:20 error impossible-review
content/articles/files/My Page.md:1:1 error file-name
content/articles/files/control-character.md:2:12 error control-character
content/articles/files/cut-by-comment.md:2:12 error cut-by-comment
content/articles/files/duplicate-key.md:3:1 error duplicate-key
content/articles/files/encoding.md:1:1 error encoding
content/articles/files/file-size.md:1:1 error file-size
content/articles/files/front-matter.md:1:1 error front-matter
content/articles/files/latin.md:2:19 error encoding
content/articles/files/link-outside.md:1:1 error link-outside
content/articles/files/missing-field.md:2:1 error missing-field
content/articles/files/missing-field.md:2:8 error wrong-value
content/articles/files/nul.md:2:14 error encoding
content/articles/files/unknown-field.md:2:1 error unknown-field
content/articles/files/unreadable.md:1:1 error unreadable
content/articles/files/yaml-alias.md:2:8 error yaml-alias
content/articles/files/yaml-depth.md:3:50 error yaml-depth
content/articles/files/yaml-size.md:7:21 error yaml-size
content/articles/files/yaml-tab.md:4:1 error yaml-tab
content/articles/files/yaml-tag.md:2:8 error yaml-tag
content/articles/files/yaml.md:2:13 error yaml
content/articles/nails/biting.md:5:40 error unknown-source
content/articles/nails/biting.md:7:11 error unknown-article
content/articles/nails/biting.md:7:34 error unknown-questionnaire
content/articles/nails/biting.md:9:10 error unknown-pointer-contact
content/articles/nails/biting.md:12:1 error heading-level
content/articles/nails/biting.md:14:13 error raw-html
content/articles/nails/biting.md:14:24 error raw-html
content/articles/nails/biting.md:14:55 error script
content/articles/nails/biting.md:14:81 error other-origin
content/articles/nails/biting.md:18:1 error card-form
content/articles/nails/biting.md:21:1 error card-level
content/articles/nails/biting.md:24:1 error card-title
content/articles/nails/biting.md:28:12 error emergency-card
content/articles/nails/biting.md:33:7 error dont-list
content/articles/nails/biting.md:35:14 error heading-id
content/articles/nails/biting.md:37:1 error link-form
content/articles/nails/biting.md:37:2 warning long-paragraph
content/articles/nails/biting.md:37:41 error unknown-contact
content/articles/nails/biting.md:37:106 error unknown-source
content/articles/nails/biting.md:37:114 error unknown-term
content/articles/nails/biting.md:38:9 error picture-alt
content/articles/nails/biting.md:38:42 error typed-number
content/articles/nails/biting.md:40:1 error unknown-article
content/articles/nails/biting.md:40:37 error unknown-anchor
content/articles/nails/biting.md:40:83 error unknown-questionnaire
content/articles/nails/biting.md:41:1 error unknown-page
content/articles/nails/biting.md:41:41 error unknown-picture
content/articles/nails/biting.md:43:1 warning long-paragraph
content/articles/nails/biting.md:43:1 warning long-sentence
content/articles/nails/biting.md:46:9 error figure-alone
content/articles/nails/biting.md:48:1 error unknown-figure
content/articles/nails/opinion.md:2:1 warning hard-to-read
content/articles/nails/opinion.md:2:8 error same-title
content/articles/nails/opinion.md:3:10 error same-summary
content/articles/nails/opinion.md:4:9 warning overdue-review
content/articles/nails/opinion.md:6:14 error moved-onto-page
content/articles/nails/patience.md:9:1 error text-size
content/articles/stray.md:1:1 error stray-file
content/articles/toes/toes.md:2:1 error unknown-section
content/contacts.yaml:26:17 error phone-number
content/contacts.yaml:36:18 error phone-letters
content/contacts.yaml:46:61 error contact-hours
content/contacts.yaml:46:74 error contact-hours
content/contacts.yaml:49:5 error contact-way
content/contacts.yaml:56:5 error contact-not-for
content/contacts.yaml:65:5 error contact-number-in-words
content/contacts.yaml:76:13 error contact-region
content/facilities/clinics/columns.csv:1:17 error duplicate-column
content/facilities/clinics/columns.csv:1:23 error table-column
content/facilities/clinics/places.csv:2:33 error spreadsheet-damage
content/facilities/clinics/places.csv:3:26 error facility-region
content/facilities/clinics/places.csv:4:40 error facility-facet
content/facilities/clinics/places.csv:5:28 error facility-postal-code
content/facilities/clinics/places.csv:6:1 error facility-point
content/facilities/clinics/places.csv:7:37 error facility-number
content/facilities/clinics/places.csv:9:1 error facility-id
content/facilities/clinics/quotes.csv:2:6 error table
content/facilities/clinics/quotes.csv:3:1 error row-length
content/facilities/unsaid:1:1 error facility-list
content/figures/course.yaml:6:7 error figure-words
content/figures/course.yaml:13:23 error figure-band
content/figures/course.yaml:14:15 error figure-days
content/figures/course.yaml:14:35 error figure-band
content/figures/course.yaml:15:11 error figure-twice
content/figures/stairs.yaml:9:27 error figure-steps
content/figures/tree.yaml:7:56 error figure-tree
content/figures/tree.yaml:9:48 error figure-emergency
content/figures/tree.yaml:10:11 error figure-tree
content/glossary.yaml:2:82 error unknown-basis
content/media/active.svg:2:3 error active-picture
content/media/heavy.svg:1:1 warning heavy-picture
content/media/torn.png:1:1 error picture
content/questionnaires/borrowed.yaml:8:8 error rights-permission
content/questionnaires/conditions.yaml:13:50 error later-question
content/questionnaires/conditions.yaml:15:3 error not-asked-missing
content/questionnaires/conditions.yaml:21:49 warning not-asked-idle
content/questionnaires/conditions.yaml:23:45 error unknown-name
content/questionnaires/conditions.yaml:23:51 error no-points
content/questionnaires/conditions.yaml:24:29 error repeat-scope
content/questionnaires/conditions.yaml:25:3 error circular
content/questionnaires/conditions.yaml:28:24 error condition
content/questionnaires/conditions.yaml:29:28 error condition-type
content/questionnaires/empty.yaml:1:1 error empty
content/questionnaires/examples.yaml:3:8 error same-title
content/questionnaires/examples.yaml:9:9 warning overdue-review
content/questionnaires/examples.yaml:17:74 error example-wrong
content/questionnaires/examples.yaml:18:38 error example-shape
content/questionnaires/fingers.yaml:3:8 error instrument-name
content/questionnaires/fingers.yaml:13:42 error answers-same
content/questionnaires/fingers.yaml:14:3 error answers-few
content/questionnaires/fingers.yaml:15:3 warning unused-list
content/questionnaires/fingers.yaml:17:3 error id-shape
content/questionnaires/fingers.yaml:18:3 error reserved-word
content/questionnaires/fingers.yaml:18:43 error unknown-group
content/questionnaires/fingers.yaml:19:3 error question-kind
content/questionnaires/fingers.yaml:20:35 error unknown-list
content/questionnaires/fingers.yaml:21:38 error question-field
content/questionnaires/fingers.yaml:22:69 error none-answer
content/questionnaires/fingers.yaml:24:32 error number-window
content/questionnaires/fingers.yaml:26:15 error block-source
content/questionnaires/fingers.yaml:30:16 error no-questions
content/questionnaires/fingers.yaml:32:3 error repeated-name
content/questionnaires/proofs.yaml:16:3 error unreachable-question
content/questionnaires/proofs.yaml:16:48 error condition-constant
content/questionnaires/proofs.yaml:20:3 error improves-when-worse
content/questionnaires/proofs.yaml:21:3 error no-value
content/questionnaires/proofs.yaml:22:3 error improves-when-worse
content/questionnaires/proofs.yaml:23:3 error direction-conflict
content/questionnaires/proofs.yaml:24:44 error table-not-monotone
content/questionnaires/proofs.yaml:29:7 error decimal-gap
content/questionnaires/proofs.yaml:30:7 error band-gap
content/questionnaires/proofs.yaml:30:7 error level-order
content/questionnaires/proofs.yaml:31:7 error unreachable-band
content/questionnaires/proofs.yaml:32:16 error unreachable-override
content/questionnaires/proofs.yaml:33:3 error cut-off-blank-milder
content/questionnaires/proofs.yaml:38:55 error unreachable-band
content/questionnaires/proofs.yaml:43:26 error condition-constant
content/questionnaires/proofs.yaml:44:7 error unreachable-rule
content/questionnaires/proofs.yaml:44:22 error condition-constant
content/questionnaires/proofs.yaml:47:3 error unreachable-flag
content/questionnaires/proofs.yaml:48:3 error flag-late
content/questionnaires/results.yaml:22:3 error bands-shape
content/questionnaires/results.yaml:24:5 error range-shape
content/questionnaires/results.yaml:25:5 error range-reversed
content/questionnaires/results.yaml:27:5 error range-overlap
content/questionnaires/results.yaml:31:7 error band-same-name
content/questionnaires/results.yaml:31:12 error band-level
content/questionnaires/results.yaml:32:47 error band-unknown
content/questionnaires/results.yaml:34:5 error otherwise-missing
content/questionnaires/results.yaml:37:7 error case-twice
content/questionnaires/results.yaml:38:12 error whole-range
content/questionnaires/results.yaml:44:12 error severity-order
content/questionnaires/results.yaml:47:3 error flag-contact
content/questionnaires/results.yaml:47:16 error flag-too-late
content/questionnaires/scores.yaml:17:3 error score-kind
content/questionnaires/scores.yaml:18:28 error score-items
content/questionnaires/scores.yaml:19:3 error score-title
content/questionnaires/scores.yaml:20:44 error score-field
content/questionnaires/scores.yaml:21:46 error reverse-item
content/questionnaires/scores.yaml:22:58 error blank-rule
content/questionnaires/scores.yaml:23:3 error round-missing
content/questionnaires/scores.yaml:24:3 error divide-by-zero
content/questionnaires/scores.yaml:25:33 error steps-hole
content/questionnaires/scores.yaml:26:32 error table-hole
content/questionnaires/scores.yaml:27:39 error table-unknown
content/questionnaires/scores.yaml:28:42 error table-shape
content/questionnaires/scores.yaml:29:3 error too-large
content/questionnaires/scores.yaml:30:3 warning unused-score
content/questionnaires/shapes.yaml:8:8 error basis
content/questionnaires/shapes.yaml:9:9 error review-dates
content/questionnaires/shapes.yaml:11:44 error answer-shape
content/questionnaires/shapes.yaml:12:41 error number-shape
content/questionnaires/shapes.yaml:13:42 error time-shape
content/questionnaires/shapes.yaml:15:40 error blank-shape
content/questionnaires/shapes.yaml:16:8 error reference-shape
content/questionnaires/silent.yaml:2:1 warning example-none
content/questionnaires/silent.yaml:2:5 error id-matches-file
content/questionnaires/unproved.yaml:14:3 warning unproved
content/questionnaires/unproved.yaml:16:3 warning unproved
content/site.yaml:1:1 error page-contact-bar
content/site.yaml:1:1 error page-dead-link
content/site.yaml:1:1 error page-description
content/site.yaml:1:1 error page-heading-order
content/site.yaml:1:1 error page-inline-script
content/site.yaml:1:1 error page-language
content/site.yaml:1:1 error page-one-h1
content/site.yaml:1:1 error page-other-origin
content/site.yaml:1:1 error page-policy
content/site.yaml:1:1 error page-policy
content/site.yaml:1:1 error page-same-id
content/site.yaml:1:1 error page-stray-number
content/site.yaml:1:1 error page-title
content/site.yaml:1:1 warning no-base-url
content/site.yaml:1:1 warning page-weight
content/site.yaml:9:10 error page-title
content/site.yaml:12:3 error reserved-section
content/site.yaml:15:9 error number-in-words
content/site.yaml:20:32 error unknown-bar-contact
content/site.yaml:21:37 error bar-without-number
content/site.yaml:23:34 error danger-without-emergency
content/site.yaml:24:122 error unknown-help-contact
content/site.yaml:25:10 error unknown-page
content/site.yaml:25:27 error unknown-pointer-contact
content/site.yaml:28:23 error unknown-region
content/site.yaml:29:59 warning security-expires
content/site.yaml:30:16 error contrast
content/site.yaml:30:27 error color-name
content/sources.yaml:3:3 error missing-field
content/sources.yaml:4:49 error unknown-field
content/sources.yaml:5:55 error wrong-value
content/static/leaflet.txt:1:1 error name-case
content/synonyms.yaml:2:39 error danger-contact
content/synonyms.yaml:4:23 error idle-synonym
content/synonyms.yaml:4:30 error same-synonym
out:1:1 error foreign-file
out:1:1 error same-file
out:1:1 error same-file
out:1:1 error same-file
templates/assets/css/home.css:2:6 warning color-value
""",
        SITE,
        _main,
    ),
    "left over": Case(
        """\
content/articles/nails/biting.md:2:1 error uncited-article
content/contacts.yaml:28:17 error shared-number
content/contacts.yaml:37:17 error retired-number
content/figures/nail.yaml:1:1 warning unused-figure
content/glossary.yaml:2:3 warning unused-term
content/media/nail.svg:1:1 warning unused-picture
content/site.yaml:4:11 error no-catalog
content/site.yaml:10:3 warning empty-section
content/sources.yaml:3:3 warning unused-source
templates/section.html:3:1 error template
""",
        SITE / "variants" / "left-over",
    ),
    # a folder that holds nothing hides everything else
    "nothing": Case(
        """\
content/contacts.yaml:1:1 error no-content
content/glossary.yaml:1:1 error no-content
content/site.yaml:1:1 error no-content
content/sources.yaml:1:1 error no-content
""",
        None,
    ),
    # an output folder inside the content is refused before anything else about it is asked
    "inside": Case("site:1:1 error out-folder\n", SITE / "variants" / "left-over", out="content/site"),
}


def built(name: str, root: Path) -> tuple[Made, dict[str, bytes], dict[str, bytes]]:
    """A build, and what the output folder held before and after."""
    case = CASES[name]
    content = root / "content"
    if case.folder:
        shutil.copytree(case.folder / "content", content)
    else:
        content.mkdir()
    out = root / case.out
    case.prepare(content, out)
    before = tree(out)
    made = pipeline.build(options(content, case.folder / "templates" if case.folder else None, out))
    return made, before, tree(out)


@pytest.mark.parametrize("name", CASES)
def test_everything_is_said_and_nothing_is_touched(name: str, tmp_path: Path) -> None:
    made, before, after = built(name, tmp_path)
    said = listed(made.problems)
    if name == "inside":  # the same content as in the run before, and one problem more
        said = [line for line in said if line not in CASES["left over"].expected.splitlines()]
    assert said == CASES[name].expected.splitlines()
    assert made.written is None
    assert after == before


def expected_rules() -> set[str]:
    return {line.rsplit(" ", 1)[1] for case in CASES.values() for line in case.expected.splitlines()}


def test_every_registered_rule_is_broken() -> None:
    """Whoever adds a rule adds a mistake here: to the site, and to the list."""
    assert expected_rules() | NOT_IN_A_SITE == set(pipeline.rules())
    assert not expected_rules() & NOT_IN_A_SITE


def test_the_command_exits_with_1_and_says_it_all(tmp_path: Path) -> None:
    """As a publisher runs it: one line for each problem, a count at the end, and nothing written."""
    content, out = tmp_path / "content", tmp_path / "out"
    shutil.copytree(SITE / "content", content)
    _main(content, out)
    command = [
        sys.executable, "-m", "ebbtide", "build", "--content", str(content), "--templates", str(SITE / "templates"), "--out", str(out),
        "--today", TODAY.isoformat(), "--jobs", "1",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    said = [
        re.sub(r"^(?:\S*/)?(content|templates|out)(?=[/:])", r"\1", line.split(": error[")[0].split(": warning[")[0])
        for line in lines[:-1]
    ]
    assert sorted(said) == sorted(line.rsplit(" ", 2)[0] for line in CASES["all"].expected.splitlines())
    assert re.fullmatch(r"Nothing was written: \d+ pages, \d+ errors, \d+ warnings, [\d.]+ s\.", lines[-1])
    assert "Traceback" not in done.stderr
    assert set(tree(out)) == {"wedding-photo.jpg"}


# every rule that the source names is registered, and every registered rule is named in the source

_SAYS = ("Problem", "problem", "_problem", "wrong", "_wrong", "refusal", "refused")


def named_rules(text: str) -> tuple[set[str], set[str]]:
    """Words that stand where a rule does, and all texts and functions of a module that could name one. Rule books do not count."""
    tree = ast.parse(text)
    books = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and "RULES" in ast.unparse(node).split("=")[0]
    ]
    registered = {id(inner) for book in books for inner in ast.walk(book)}
    sure, any_of = set[str](), set[str]()
    for node in ast.walk(tree):
        if id(node) in registered:
            continue
        if isinstance(node, ast.FunctionDef):
            any_of.add(node.name.replace("_", "-"))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            any_of.add(node.value)
        parts: list[ast.expr] = []
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in _SAYS:
            parts = node.args[:4]
        elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) and len(node.value.elts) > 3:
            parts = node.value.elts
        sure |= {
            part.value
            for part in parts
            if isinstance(part, ast.Constant)
            and isinstance(part.value, str)
            and re.fullmatch(r"[a-z]+(?:-[a-z0-9]+)+", part.value)
        }
    return sure, any_of


def test_named_rules_sees_what_it_should() -> None:
    text = 'RULES = {"booked-only": "x"}\ndef f():\n    yield 1, "in-tuple", "a.", "b."\n    raise refusal("in-call", "no-dash here")\nx = "any-where"\ndef my_rule(): pass'
    sure, any_of = named_rules(text)
    assert sure == {"in-tuple", "in-call"}
    assert {"in-tuple", "in-call", "any-where", "my-rule"} <= any_of
    assert "booked-only" not in any_of


def test_rules_in_the_source_are_the_registered_rules() -> None:
    sure, any_of = set[str](), set[str]()
    for file in sorted((ROOT / "ebbtide").rglob("*.py")):
        one, many = named_rules(file.read_text("utf-8"))
        sure, any_of = sure | one, any_of | many
    assert sorted(sure - set(pipeline.rules())) == [], "said by the source, and in no rule book"
    assert sorted(set(pipeline.rules()) - any_of) == [], "in a rule book, and never said"
