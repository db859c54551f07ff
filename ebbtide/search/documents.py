"""What can be found: every page but those of single towns, every explained word, and everybody on the Get help page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ebbtide.model.article import Article
from ebbtide.model.contact import Contact
from ebbtide.model.questionnaire import Question
from ebbtide.model.search import tokens
from ebbtide.model.site import SelfCheck, Site


@dataclass(frozen=True)
class Document:
    """Something that can be found. `texts` are its words by where they stand: title, summary, heading, point, body.

    `contact` is the id of whoever it is about: a name can hold a number, and a number stands only beside its owner.
    """

    url: str
    title: str
    texts: Mapping[str, str]
    pointer: str = ""
    contact: str = ""


def documents(
    site: Site, people: Iterable[Contact], made: Iterable[tuple[str, str, str]], regions: Iterable[tuple[str, str, str]]
) -> tuple[Document, ...]:
    """All documents in the order of the index from A to Z, which numbers them.

    `people` stand on the Get help page; `made` are pages that the generator makes (address, title, summary), `regions` those of parts
    of the country (address, name, and the names of the lines in them).
    """
    found = [*map(_article, site.articles), *map(_selfcheck, site.selfchecks), *map(_contact, people)]
    found += [_document(url, title, f"page:{url.rstrip('/')}", summary=summary) for url, title, summary in made]
    found += [_document(url, name, body=lines) for url, name, lines in regions]
    found += [_document(f"glossary/#{id}", term.term, summary=term.means) for id, term in site.glossary.items()]
    return tuple(sorted(found, key=lambda one: (tokens(one.title), one.url)))


def _document(url: str, title: str, pointer: str = "", contact: str = "", **texts: str) -> Document:
    return Document(url, title, {"title": title, **texts}, pointer, contact)


def _article(article: Article) -> Document:
    points = " ".join(point.plain for point in article.key_points)
    headings = " ".join(heading.text for heading in article.body.headings)
    return _document(
        article.url, article.meta.title, f"article:{article.id}", summary=article.meta.summary, point=points, heading=headings,
        body=re.sub(r"\[@[^\]]*\]", " ", article.body.plain),
    )  # fmt: skip


def _selfcheck(check: SelfCheck) -> Document:
    asked = check.questionnaire
    questions = " ".join(one.ask for one in asked.questions.values() if isinstance(one, Question))
    return _document(
        check.url,
        asked.title,
        f"questionnaire:{asked.id}",
        summary=asked.summary,
        body=" ".join((*asked.intro, questions)),
    )


def _contact(one: Contact) -> Document:
    summary = " ".join(filter(None, (one.short_name, one.purpose, one.audience)))
    return _document(f"get-help/#{one.id}", one.name, f"contact:{one.id}", one.id, summary=summary)
