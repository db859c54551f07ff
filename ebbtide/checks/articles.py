"""Titles, sections and review dates."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator

from ebbtide.model.article import Review
from ebbtide.model.base import nearest
from ebbtide.model.site import Site
from ebbtide.problem import Level, Place, Places

Finding = tuple[Place, str, str]
RESERVED = (
    "assets",
    "find-treatment",
    "get-help",
    "glossary",
    "keep",
    "my-results",
    "questionnaires",
    "search",
    "sources",
)
MADE = (
    "404.html",
    "_headers",
    "build.json",
    "feed.xml",
    "index.html",
    "manifest.webmanifest",
    "robots.txt",
    "sitemap.xml",
)
_ADDRESS = re.compile(r"[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*")


def unknown_section(site: Site) -> Iterator[Finding]:
    """An article stands in a section that site.yaml names."""
    for article in site.articles:
        if article.section not in site.settings.sections:
            hint = nearest(article.section, site.settings.sections)
            yield (
                article.places.at(),
                f"site.yaml has no section {article.section}.",
                f"{hint} Move the file, or add the section.",
            )


def reserved_section(site: Site) -> Iterator[Finding]:
    """No section has the address of a page that the generator makes."""
    for id in site.settings.sections:
        if id in RESERVED:
            yield (
                site.places.key("sections", id),
                f"{id}/ is an address that the program uses itself.",
                "Choose another name.",
            )


def empty_section(site: Site) -> Iterator[Finding]:
    """Each section has an article: an empty shelf is a dead end."""
    for id in site.settings.sections:
        if not any(article.section == id for article in site.articles) and not site.failed:
            yield (
                site.places.key("sections", id),
                f"the section {id} has no article.",
                "Write one, or delete the section.",
            )


def same_title(site: Site) -> Iterator[Finding]:
    """No two pages have the same title: search results and tabs would not tell them apart."""
    seen: dict[str, str] = {}
    for title, path, place in [
        *(
            (section.title, f"the section {id}", site.places.at("sections", id, "title"))
            for id, section in site.settings.sections.items()
        ),
        *((article.meta.title, article.path, article.places.at("title")) for article in site.articles),
        *((check.questionnaire.title, check.path, check.questionnaire.places.at("title")) for check in site.selfchecks),
    ]:
        first = seen.setdefault(title.casefold(), path)
        if first != path:
            yield place, f"{first} has this title too.", "Change one of them."


def same_summary(site: Site) -> Iterator[Finding]:
    """No two articles have the same summary."""
    seen: dict[str, str] = {}
    for article in site.articles:
        first = seen.setdefault(article.meta.summary.casefold(), article.path)
        if first != article.path:
            yield article.places.at("summary"), f"{first} has this summary too.", "Say what is in this one."


def moved_onto_page(site: Site) -> Iterator[Finding]:
    """An old address that now leads elsewhere is an address within the site, and no page's or file's."""
    taken = {article.url.strip("/") for article in site.articles} | set(site.settings.sections) | set(RESERVED)
    taken |= {check.url.strip("/") for check in site.selfchecks}
    for article in site.articles:
        for number, old in enumerate(article.meta.moved_from):
            place, address = article.places.at("moved_from", number), old.strip("/")
            if not _ADDRESS.fullmatch(address) or any(not part.strip(".") for part in address.split("/")):
                yield (
                    place,
                    f"{old} is not an address within the site.",
                    "Write it from the first folder on, as in symptoms/old-name.",
                )
            elif address.casefold() in taken or address.split("/")[0].casefold() in ("assets", *MADE):
                yield place, f"{old} is the address of another page or file.", "Delete the line."


def _reviews(site: Site) -> Iterator[tuple[Places, Review, datetime.date]]:
    for article in site.articles:
        yield article.places, article.meta.review, article.due
    for check in site.selfchecks:
        yield check.questionnaire.places, check.questionnaire.review, check.due


def overdue_review(site: Site) -> Iterator[Finding]:
    """A page is read through again by the day on which its review is due."""
    for places, review, due in _reviews(site):
        if review.reviewed < due < site.today:
            yield (
                places.at("review"),
                f"the review was due on {due}.",
                "Read the whole page against its sources, then change reviewed.",
            )


def impossible_review(site: Site) -> Iterator[Finding]:
    """A review has taken place, and is due again later."""
    for places, review, due in _reviews(site):
        if review.reviewed > site.today:
            yield (
                places.at("review", "reviewed"),
                f"{review.reviewed} has not come yet.",
                "Write the day on which the page was read.",
            )
        if due <= review.reviewed:
            yield (
                places.at("review", "due"),
                "the next review is not due after the last one.",
                "Change one of the dates.",
            )


RULES: tuple[tuple[Level, Callable[[Site], Iterator[Finding]]], ...] = (
    ("error", unknown_section),
    ("error", reserved_section),
    ("warning", empty_section),
    ("error", same_title),
    ("error", same_summary),
    ("error", moved_onto_page),
    ("warning", overdue_review),
    ("error", impossible_review),
)
