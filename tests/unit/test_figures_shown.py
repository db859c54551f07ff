"""Figures in texts, on pages and in a whole site: where they may stand, how they are cited, and what is refused about them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ebbtide import checks, load, pipeline
from ebbtide.problem import Place, errors
from ebbtide.prose import Surroundings, Writer
from tests.figure_samples import COURSE, LADDER, SAMPLES, SHOWN, STEPS, TREE, sound
from tests.small_site import CONTACTS, GLOSSARY, ROOT, SITE, SOURCES, TODAY, article, options
from tests.telling import well_formed
from tests.unit.test_scaffold import read, said_of

# in a text


AROUND = Surroundings(
    {}, frozenset({"A1", "A2"}), frozenset(), figures={name: sound(text) for name, text in SAMPLES.items()}
)


def written(text: str) -> tuple[Any, list[tuple[int, int, str, str]], Writer]:
    writer = Writer("articles/first/this.md", 2, AROUND)
    prose = writer.block(text, Place("a.md", 10))
    assert all(well_formed(problem) for problem in writer.problems)
    found = [(each.place.line, each.place.column, each.rule, each.message) for each in sorted(writer.problems)]
    return prose, found, writer


def test_a_paragraph_of_its_own_becomes_the_figure_and_its_sources_are_numbered_there() -> None:
    prose, problems, writer = written("One. [@A2]\n\n[figure](figure:ladder)\n\nTwo. [@A1]")
    assert problems == []
    assert prose.html == (
        '<p>One. <sup class="cite">[<a href="#s1" id="c1" role="doc-noteref">1</a>]</sup></p>\n<x-figure n="0"></x-figure>\n'
        '<p>Two. <sup class="cite">[<a href="#s2" role="doc-noteref">2</a>]</sup></p>'
    )
    (use,) = prose.figures
    assert use.id == "ladder"
    assert use.caption.startswith('From little to much. <sup class="cite">[<a href="#s2" id="c2"')
    assert [bool(cite) for cite in use.cites] == [True, False, False]
    assert writer.refers().sources == ("A2", "A1")
    assert [(link.kind, link.target) for link in writer.refers().links if link.kind == "figure"] == [
        ("figure", "ladder")
    ]
    assert [sentence for passage in prose.passages for _, sentence in passage.sentences] == ["One.", "Two."]


def test_a_caption_that_cites_is_not_cited_again() -> None:
    prose, problems, _ = written("[figure](figure:course)")
    assert problems == []
    assert prose.figures[0].caption.count("<sup") == 1


def test_two_figures_and_one_shown_twice() -> None:
    prose, problems, _ = written("[a](figure:course)\n\n[b](figure:steps)\n\n[c](figure:course)")
    assert problems == []
    assert [use.id for use in prose.figures] == ["course", "steps", "course"]
    assert re.findall(r'<x-figure n="(\d)">', prose.html) == ["0", "1", "2"]
    assert "".join(use.caption for use in prose.figures).count('id="c1"') == 1


ALONE = "a figure cannot stand inside something else."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See [figure](figure:course).", [(10, 5, "figure-alone", ALONE)]),
        ("[figure](figure:course) and more", [(10, 1, "figure-alone", ALONE)]),
        ("One\n[figure](figure:course)", [(11, 1, "figure-alone", ALONE)]),
        ("[figure](figure:course)\nOne", [(10, 1, "figure-alone", ALONE)]),
        ("- [figure](figure:course)", [(10, 3, "figure-alone", ALONE)]),
        ('!!! note "Look"\n    One.\n\n    [figure](figure:course)', [(13, 5, "figure-alone", ALONE)]),
        ("| a |\n|---|\n| [figure](figure:course) |", [(12, 3, "figure-alone", ALONE)]),
        ("[figure](figure:curse)", [(10, 1, "unknown-figure", "there is no figure curse.")]),
        ("[figure](figure:)", [(10, 1, "unknown-figure", "there is no figure without a name.")]),
        (
            "[figure](figure:curse)\n\n[figure](figure:course)\n\nSee [it](figure:tree).",
            [(10, 1, "unknown-figure", "there is no figure curse."), (14, 5, "figure-alone", ALONE)],
        ),
    ],
)
def test_where_a_figure_cannot_be(text: str, expected: list[tuple[int, int, str, str]]) -> None:
    assert written(text)[1] == expected


def test_a_key_point_and_a_caption_show_no_figure() -> None:
    writer = Writer("articles/first/this.md", 2, AROUND)
    writer.inline("[figure](figure:course)", Place("a.md", 3, 5))
    assert [(problem.place.line, problem.rule) for problem in writer.problems] == [(3, "figure-alone")]
    within = sound(STEPS.replace("An example.", "See [it](figure:steps)."))
    writer = Writer("figures/it.yaml", 2, AROUND)
    writer.caption("it", within)
    assert [(problem.place.line, problem.rule) for problem in writer.problems] == [(3, "figure-alone")]


def test_a_figure_that_could_not_be_read_is_not_called_missing() -> None:
    around = Surroundings({}, frozenset(), frozenset(), failed=frozenset({"figure:torn"}))
    writer = Writer("articles/first/this.md", 2, around)
    assert writer.block("[figure](figure:torn)", Place("a.md")).figures == ()
    assert writer.problems == []


# in a site


def content(root: Path, changes: dict[str, str | None] | None = None) -> Path:
    files: dict[str, str | None] = {
        "site.yaml": SITE,
        "contacts.yaml": CONTACTS,
        "sources.yaml": SOURCES,
        "glossary.yaml": GLOSSARY,
        "articles/first/always.md": article("Always", f"One is [nothing](term:nothing). [@A1]\n\n{SHOWN}"),
        "articles/second/plain.md": article("Plain", "Nothing to see. [@A1]"),
        **{f"figures/{name}.yaml": text for name, text in SAMPLES.items()},
        **(changes or {}),
    }
    for path, text in files.items():
        if text is not None:
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
    return root


def site_problems(root: Path, changes: dict[str, str | None]) -> list[str]:
    site, problems = load.load(content(root, changes), "content", TODAY)
    assert site is not None
    problems += checks.run(site)
    assert all(well_formed(problem) for problem in problems), problems
    told_ = sorted(set(problems))
    return [f"{str(each.place).removeprefix('content/')} {each.level} {each.rule} {each.message}" for each in told_]


def test_a_site_with_one_figure_of_each_kind(tmp_path: Path) -> None:
    made = pipeline.make(options(content(tmp_path / "content"), tmp_path / "out"))
    assert made.problems == ()
    assert made.rendered is not None
    pages = {page.url: page.content.decode() for page in made.rendered.pages}
    shown, plain = pages["first/always/"], pages["second/plain/"]
    assert re.findall(r'<svg class="drawn-(\w+)"', shown) == list(SAMPLES)
    assert shown.count('<figure class="figure">') == 5
    assert "x-figure" not in shown
    assert ".figure" in shown.split("</style>")[0]
    assert ".figure" not in plain
    assert '<a class="contact on" href="tel:999" data-contact="emergency">Emergency services: ' in shown
    assert '<a class="on" href="../../get-help/">Get help</a>' in shown
    assert shown.count("<summary>The same in words</summary>") == 4  # a tree is told in the open
    assert "<li>First: 12.5</li>" in shown


def test_words_and_numbers_are_of_the_site_s_language(tmp_path: Path) -> None:
    french = SITE.replace("en-GB", "fr")
    made = pipeline.make(options(content(tmp_path / "content", {"site.yaml": french}), tmp_path / "out"))
    assert errors(made.problems) == []
    assert made.rendered is not None
    page = next(page.content.decode() for page in made.rendered.pages if page.url == "first/always/")
    assert "<li>First: 12,5</li>" in page
    assert ">12,5</text>" in page
    assert ">Oui</text>" in page
    assert "<li>Non : passez à la question 2.</li>" in page
    assert "Jour 0 : none" in page
    assert ">Ce que les gens décrivent." in page
    assert "<li>Ce que les gens décrivent. Non mesuré.</li>" in page
    assert "<summary>La même chose en mots</summary>" in page


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"articles/first/always.md": article("Always", "One is [nothing](term:nothing). [@A1]\n\n[figure](figure:course)\n\n[figure](figure:tree)")},
            [
                "figures/ladder.yaml:1:1 warning unused-figure no page shows this figure.",
                "figures/overlap.yaml:1:1 warning unused-figure no page shows this figure.",
                "figures/steps.yaml:1:1 warning unused-figure no page shows this figure.",
            ],
        ),
        (
            {"figures/course.yaml": COURSE.replace("    sources: [A1]", "    sources: [A1, A9]"), "figures/tree.yaml": TREE.replace("sources: [A1]}", "sources: [B1]}")},
            [
                "figures/course.yaml:11:19 error unknown-basis there is no source A9.",
                "figures/tree.yaml:19:105 error unknown-basis there is no source B1.",
            ],
        ),
        (
            {"figures/tree.yaml": TREE.replace("contact:line", "contact:lime").replace("page:get-help", "article:first/never")},
            [
                "figures/tree.yaml:19:65 error unknown-pointer-contact lime is not in contacts.yaml.",
                "figures/tree.yaml:19:79 error unknown-article there is no article first/never.",
            ],
        ),
        (
            {"figures/ladder.yaml": LADDER.replace("You have gloves", "Dial 020 7946 0018").replace("From little", "Call +44 20 7946 0018, from little")},
            [
                "figures/ladder.yaml:3:15 error typed-number the number +44 20 7946 0018 is typed into the text.",
                "figures/ladder.yaml:10:25 error number-in-words the number 020 7946 0018 is typed into these words.",
            ],
        ),
        (
            {"figures/steps.yaml": STEPS.replace("An example.", "See [@A7] and [this](../nowhere.md).")},
            [
                "figures/steps.yaml:3:15 error unknown-source there is no source A7.",
                "figures/steps.yaml:3:24 error link-form ../nowhere.md is not something a page can link to.",
            ],
        ),
        (
            {"figures/steps.yaml": STEPS.replace("value: 20", "value: -20"), "figures/My Tree.yaml": TREE, "figures/notes.txt": "No."},
            [
                "figures/My Tree.yaml:1:1 error file-name the name becomes an address, and this one cannot.",
                "figures/notes.txt:1:1 error stray-file nothing reads this file.",
                "figures/steps.yaml:8:26 error wrong-value value cannot be -20.",
            ],
        ),
    ],
)  # fmt: skip
def test_what_a_site_refuses(tmp_path: Path, changes: dict[str, str | None], expected: list[str]) -> None:
    assert site_problems(tmp_path, changes) == expected


@pytest.mark.parametrize("kind", SAMPLES)
def test_an_editor_finds_nothing_wrong_with_figures_and_something_with_a_slip(kind: str) -> None:
    assert said_of("figure", read(SAMPLES[kind])) == []
    assert said_of("figure", read(SAMPLES[kind].replace("alt:", "alternative:"))) != []


def test_the_examples_of_the_manual_are_sound() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/figures.md").read_text("utf-8"), re.DOTALL)
    assert {sound(example).kind for example in examples} == set(SAMPLES)
