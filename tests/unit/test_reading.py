"""How hard a text is to read: the formula, what counts as a sentence, the three warnings, and the table of all articles."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from pathlib import Path

import pytest

from ebbtide import cli, load
from ebbtide.checks import reading
from ebbtide.model.reading import measure, sentences, syllables, words
from ebbtide.model.site import Site
from tests.small_site import TODAY, write_site

TWENTY = "One two three four five six seven eight nine ten one two three four five six seven eight nine ten"

HARD = (
    "Pharmacological interventions necessitate individualized consideration. "
    "Practitioners recommend comprehensive multidisciplinary evaluation."
)


def article(name: str, body: str, extra: str = "") -> str:
    return f"""\
---
title: The page {name}
summary: It says {name}.
review: {{reviewed: 2026-11-24}}
editorial: true
{extra}next: [{{to: "page:get-help", say: Get help}}]
---
{body}
"""


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., Site]:
    """The small site with articles of these texts in place of its own, in the language that is asked for."""

    def site(texts: dict[str, str], language: str = "en-GB") -> Site:
        content = write_site(tmp_path / "content")
        settings = content / "site.yaml"
        settings.write_text(settings.read_text("utf-8").replace("language: en-GB", f"language: {language}"), "utf-8")
        for name, text in texts.items():
            (content / "articles/second" / f"{name}.md").write_text(text, "utf-8")
        found, _ = load.load(content, "content", TODAY, drafts=False, jobs=1)
        assert found is not None
        return found

    return site


def mine(table: reading.Table) -> dict[str, reading.Row]:
    """The rows of the articles that a test wrote, by name."""
    return {Path(row.path).stem: row for row in table.rows}


# the formula


def test_the_grade_is_the_published_formula() -> None:
    """Kincaid and others, 1975: 0.39 words/sentence + 11.8 syllables/word - 15.59. Here 7 words, 2 sentences, 10 syllables."""
    found = measure(["The water is cold.", "Nobody drinks it."], "en-US")
    assert (found.words, found.sentences, found.syllables) == (7, 2, 10)
    assert found.grade == round(0.39 * 7 / 2 + 11.8 * 10 / 7 - 15.59, 1)


def test_a_language_without_a_formula_is_counted_and_not_graded() -> None:
    found = measure(["Il pleut.", "Il fait froid."], "fr")
    assert (found.words, found.sentences, found.grade) == (5, 2, None)


def test_nothing_has_no_grade_to_fear() -> None:
    assert measure([], "en").grade == 0.0
    assert measure(["...", "\u2026"], "en").words == 0


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. Ash waits. He is late.", 2),
        ("Take 2.5 mg. Wait.", 2),
        ("Is it bad? Call!", 2),
        ('She said "stop." Then she left.', 2),
        ("Tea, e.g. mint, is fine.", 1),
        ("no end", 1),
        ("", 0),
    ],
)
def test_where_sentences_end(text: str, count: int) -> None:
    found = list(sentences(text))
    assert len(found) == count
    assert all(text[at:].startswith(said) for at, said in found)


@pytest.mark.parametrize(
    ("word", "count"),
    [("sip", 1), ("water", 2), ("kratom", 2), ("table", 2), ("stopped", 1), ("needed", 2), ("places", 2), ("withdrawal", 3), ("energy", 3), ("a", 1)],
)  # fmt: skip
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_a_hyphen_or_an_apostrophe_joins_a_word() -> None:
    assert words("A 12-step group isn't one\u2019s only 24/7 help.") == ["A", "12-step", "group", "isn't", "one\u2019s", "only", "24/7", "help"]  # fmt: skip


# the warnings


def test_the_borders_of_the_warnings(site: Callable[..., Site]) -> None:
    """20 words and 3 sentences are let pass, one more is not; a list item may have more sentences than a paragraph."""
    made = site({
        "good": article("good", f"{TWENTY}.\n\nOne. Two. Three.\n\n- One. Two. Three. Four."),
        "bad": article("bad", f"{TWENTY} more.\n\nOne. Two. Three. Four."),
    })  # fmt: skip
    long = [(place.path, place.line, said) for place, said, _ in reading.long_sentence(made)]
    assert long == [("content/articles/second/bad.md", 8, "this sentence has 21 words.")]
    many = [(place.path, place.line, said) for place, said, _ in reading.long_paragraph(made)]
    assert many == [("content/articles/second/bad.md", 10, "this paragraph has 4 sentences.")]


def test_a_hard_page_may_say_why(site: Callable[..., Site]) -> None:
    made = site({
        "hard": article("hard", HARD),
        "reason": article("reason", HARD, "reading_note: It quotes a law.\n"),
        "easy": article("easy", "Sip. Rest. Call."),
    })  # fmt: skip
    assert [place.path for place, _, _ in reading.hard_to_read(made)] == ["content/articles/second/hard.md"]


def test_a_language_without_a_formula_is_never_called_hard(site: Callable[..., Site]) -> None:
    assert not list(reading.hard_to_read(site({"hard": article("hard", HARD)}, "nl")))


# the table


def test_the_table_counts_what_the_warnings_say(site: Callable[..., Site]) -> None:
    made = site({
        "bad": article("bad", f"{TWENTY} more. {TWENTY} more.\n\nOne. Two. Three. Four."),
        "hard": article("hard", HARD),
        "easy": article("easy", "Sip. Rest. Call."),
    })  # fmt: skip
    table = reading.table(made)
    rows = mine(table)
    assert (rows["bad"].long_sentences, rows["bad"].long_paragraphs, rows["bad"].words) == (2, 1, 46)
    assert (rows["easy"].long_sentences, rows["easy"].long_paragraphs, rows["easy"].words) == (0, 0, 3)
    assert len(table.rows) == len(made.articles)
    grades = [row.grade for row in table.rows]
    assert grades == sorted(grades, key=lambda grade: grade or 0.0)
    assert table.hardest is not None
    assert Path(table.hardest.path).stem == "hard"
    assert table.median == round(statistics.median(grade for grade in grades if grade is not None), 1)


def test_the_table_in_words(site: Callable[..., Site]) -> None:
    lines = reading.table(site({"hard": article("hard", HARD)})).text().splitlines()
    assert lines[0].split("  ")[-1] == "page"
    assert lines[-2].endswith("content/articles/second/hard.md")
    assert lines[-1].startswith("Flesch-Kincaid grade level: median ")
    assert lines[-1].endswith("(content/articles/second/hard.md).")
    ends = {line.rfind("  ") for line in lines[:-1]}
    assert len(ends) == 1, "the columns stand below each other"


def test_the_table_without_a_formula(site: Callable[..., Site]) -> None:
    table = reading.table(site({"hard": article("hard", HARD)}, "nl"))
    assert (table.formula, table.median, table.hardest) == (None, None, None)
    assert {row.grade for row in table.rows} == {None}
    assert [row.path for row in table.rows] == sorted(row.path for row in table.rows)
    assert table.text().splitlines()[-1] == "No grades: this language has no formula here."


def test_the_table_of_nothing() -> None:
    assert reading.Table("Any formula", ()).text().splitlines()[-1] == "No articles."


# the command


@pytest.fixture
def check(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    content = write_site(tmp_path / "content")

    def check(*arguments: str) -> tuple[int, str]:
        status = 0
        try:
            cli.main(["check", "--content", str(content), "--today", "2026-11-24", "--jobs", "1", *arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        return status, capfd.readouterr().out

    return check


def test_check_prints_the_table_when_asked(check: Callable[..., tuple[int, str]]) -> None:
    status, out = check("--reading")
    lines = out.splitlines()
    assert status == 0
    assert lines[0].split() == "grade words sentences over 20 paragraphs over 3 page".split()
    assert lines[-2].startswith("Flesch-Kincaid grade level: median ")
    assert "no problems" in lines[-1]
    assert len(check()[1].splitlines()) == 1


def test_the_table_as_json(check: Callable[..., tuple[int, str]]) -> None:
    _, out = check("--reading", "--format", "json")
    found = json.loads(out)["reading"]
    assert found["formula"] == "Flesch-Kincaid grade level"
    assert found["hardest"] == found["pages"][-1]["path"]
    assert set(found["pages"][0]) == {"path", "grade", "words", "long_sentences", "long_paragraphs"}
    assert found["median"] == round(statistics.median(page["grade"] for page in found["pages"]), 1)
    assert "reading" not in json.loads(check("--format", "json")[1])


def test_without_a_site_there_is_no_table(check: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    (tmp_path / "content/site.yaml").write_text("name: [", "utf-8")
    status, out = check("--reading", "--format", "json")
    assert status == 1
    assert json.loads(out)["reading"] is None
    assert check("--reading")[1].splitlines()[-1].startswith("no pages, 1 error")
