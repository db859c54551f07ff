"""Whether a tired person can read it. All of these are warnings: a measure orders the work, a person decides."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ebbtide.model.article import Article
from ebbtide.model.prose import Passage
from ebbtide.model.reading import FORMULAS, Measure, measure, words
from ebbtide.model.site import Site
from ebbtide.problem import Level, Place

Finding = tuple[Place, str, str]

MOST_WORDS = 20
MOST_SENTENCES = 3
"""The NHS content guide: sentences of up to 20 words, paragraphs of up to 3 sentences."""
HARDEST = 8.0
"""A school grade. Articles aim at 5 to 6; NIH and AMA ask for 6."""


def of(article: Article, language: str) -> Measure:
    """How hard an article's running text is to read."""
    said = [sentence for passage in article.body.passages for _, sentence in passage.sentences]
    return measure(said, language)


@dataclass(frozen=True, slots=True)
class Row:
    """One article in the table: its file, its grade (None where the language has no formula), its words, and how many of its
    sentences and paragraphs are longer than they should be."""

    path: str
    grade: float | None
    words: int
    long_sentences: int
    long_paragraphs: int


@dataclass(frozen=True, slots=True)
class Table:
    """How hard the articles are to read, from the easiest to the hardest. `formula` is the name of the formula, None without one."""

    formula: str | None
    rows: tuple[Row, ...]

    @property
    def median(self) -> float | None:
        """The grade in the middle; of an even number, the mean of the two in the middle."""
        grades = [row.grade for row in self.rows if row.grade is not None]
        return round(statistics.median(grades), 1) if grades else None

    @property
    def hardest(self) -> Row | None:
        """The last row, where there are grades."""
        return self.rows[-1] if self.rows and self.rows[-1].grade is not None else None

    def report(self) -> dict[str, object]:
        """For ``--format json``."""
        return {
            "formula": self.formula,
            "median": self.median,
            "hardest": self.hardest.path if self.hardest else None,
            "pages": [{name: getattr(row, name) for name in Row.__slots__} for row in self.rows],
        }

    def text(self) -> str:
        """For a person: the hardest pages stand last, where a terminal has stopped scrolling, and the sum of it below them."""
        heads = ("grade", "words", f"sentences over {MOST_WORDS}", f"paragraphs over {MOST_SENTENCES}", "page")
        lines = [heads, *((_grade(row.grade), f"{row.words:,}", str(row.long_sentences), str(row.long_paragraphs), row.path) for row in self.rows)]  # fmt: skip
        widths = [max(len(line[column]) for line in lines) for column in range(len(heads) - 1)]
        drawn = ["  ".join((*map(str.rjust, line[:-1], widths), line[-1])) for line in lines]
        if self.hardest is None:
            return "\n".join((*drawn, "No grades: this language has no formula here." if self.rows else "No articles."))
        said = (
            f"{self.formula}: median {_grade(self.median)}, hardest {_grade(self.hardest.grade)} ({self.hardest.path})."
        )
        return "\n".join((*drawn, said))


def table(site: Site) -> Table:
    """Measure every article."""
    language = site.settings.language
    formula = FORMULAS.get(language.split("-")[0])
    rows = (
        Row(
            article.path, found.grade, found.words,
            sum(1 for _ in _long_sentences(article)), sum(1 for _ in _long_paragraphs(article)),
        )
        for article in site.articles for found in (of(article, language),)
    )  # fmt: skip
    return Table(formula[0] if formula else None, tuple(sorted(rows, key=lambda row: (row.grade or 0.0, row.path))))


def _grade(grade: float | None) -> str:
    return "-" if grade is None else f"{grade:.1f}"


def _long_sentences(article: Article) -> Iterator[tuple[Place, int]]:
    for passage in article.body.passages:
        for place, sentence in passage.sentences:
            if (count := len(words(sentence))) > MOST_WORDS:
                yield place, count


def _long_paragraphs(article: Article) -> Iterator[Passage]:
    for passage in article.body.passages:
        if not passage.is_item and len(passage.sentences) > MOST_SENTENCES:
            yield passage


def long_sentence(site: Site) -> Iterator[Finding]:
    """A sentence has at most 20 words."""
    for article in site.articles:
        for place, count in _long_sentences(article):
            yield place, f"this sentence has {count} words.", "Make two of it."


def long_paragraph(site: Site) -> Iterator[Finding]:
    """A paragraph has at most 3 sentences."""
    for article in site.articles:
        for passage in _long_paragraphs(article):
            count = len(passage.sentences)
            yield passage.sentences[0][0], f"this paragraph has {count} sentences.", "Make two of it, or a list."


def hard_to_read(site: Site) -> Iterator[Finding]:
    """An article is written for a school grade of 8 at most, or says in reading_note why it cannot be."""
    language = site.settings.language
    if language.split("-")[0] not in FORMULAS:
        return
    for article in site.articles:
        grade = of(article, language).grade
        if grade is not None and grade > HARDEST and article.meta.reading_note is None:
            yield (
                article.places.at(),
                f"this article reads at grade {grade} (8 is the most).",
                "Shorten sentences and choose plainer words, or say in reading_note why that cannot be.",
            )


RULES: tuple[tuple[Level, Callable[[Site], Iterator[Finding]]], ...] = (
    ("warning", long_sentence),
    ("warning", long_paragraph),
    ("warning", hard_to_read),
)
