"""Whether a tired person can read it. All of these are warnings: a measure orders the work, a person decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ebbtide.model.article import Article
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


def long_sentence(site: Site) -> Iterator[Finding]:
    """A sentence has at most 20 words."""
    for article in site.articles:
        for passage in article.body.passages:
            for place, sentence in passage.sentences:
                if (count := len(words(sentence))) > MOST_WORDS:
                    yield place, f"this sentence has {count} words.", "Make two of it."


def long_paragraph(site: Site) -> Iterator[Finding]:
    """A paragraph has at most 3 sentences."""
    for article in site.articles:
        for passage in article.body.passages:
            if not passage.is_item and len(passage.sentences) > MOST_SENTENCES:
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
