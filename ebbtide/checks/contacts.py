"""Whether the contacts that pages name are there, and can be called."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ebbtide.model import digits
from ebbtide.model.base import nearest
from ebbtide.model.site import Site
from ebbtide.problem import Level, Loc, Place

Finding = tuple[Place, str, str]


def _bar(site: Site) -> Iterator[tuple[Place, str]]:
    bar = site.settings.contact_bar
    for name, lines in (("usual", bar.usual), ("danger", bar.danger)):
        for number, line in enumerate(lines):
            yield site.places.at("contact_bar", name, number, "contact"), line.contact


def unknown_bar_contact(site: Site) -> Iterator[Finding]:
    """The contacts in the contact bar are in contacts.yaml."""
    for place, id in _bar(site):
        if id not in site.contacts and not site.has_failed("contact", id):
            yield place, f"{id} is not in contacts.yaml.", nearest(id, site.contacts)


def _named(site: Site) -> Iterator[tuple[Place, str]]:
    """Contacts that the Get help page, and lists of places, name."""
    for field in ("everywhere", "save"):
        for number, id in enumerate(getattr(site.settings.help, field)):
            yield site.places.at("help", field, number), id
    for one in site.facilities:
        for number, id in enumerate(one.settings.if_it_fails):
            yield one.settings.places.at("if_it_fails", number), id


def unknown_help_contact(site: Site) -> Iterator[Finding]:
    """The contacts that help pages and lists of places name are in contacts.yaml."""
    for place, id in _named(site):
        if id not in site.contacts and not site.has_failed("contact", id):
            yield place, f"{id} is not in contacts.yaml.", nearest(id, site.contacts)


def bar_without_number(site: Site) -> Iterator[Finding]:
    """Each line of the contact bar reaches a person at one tap."""
    for place, id in _bar(site):
        contact = site.contacts.get(id)
        if contact is not None and contact.link("phone") is None and contact.link("text") is None:
            yield place, f"{id} has no number.", "Name somebody who can be called."


def danger_without_emergency(site: Site) -> Iterator[Finding]:
    """On pages about danger the emergency number comes first."""
    first = site.settings.contact_bar.danger[0].contact
    contact = site.contacts.get(first)
    if contact is not None and contact.kind != "emergency":
        yield (
            site.places.at("contact_bar", "danger", 0, "contact"),
            f"{first} is not an emergency line.",
            "Put the emergency number first.",
        )


def number_in_words(site: Site) -> Iterator[Finding]:
    """No telephone number is typed into a title, a summary or other words outside running text: it would not change with its record."""
    numbers = {number: frozenset({id}) for id, contact in site.contacts.items() for number in contact.numbers}
    for place, words in _words(site):
        for _, run in digits.runs(words):
            if digits.is_number(run, numbers):
                yield (
                    place,
                    f"the number {run} is typed into these words.",
                    "Point to the contact instead, or leave the number out.",
                )


def _words(site: Site) -> Iterator[tuple[Place, str]]:
    for article in site.articles:
        yield article.places.at("title"), article.meta.title
        yield article.places.at("summary"), article.meta.summary
        for number, step in enumerate(article.meta.next):
            yield article.places.at("next", number, "say"), step.say
    for id, term in site.glossary.items():
        yield site.glossary_places.at("terms", id, "term"), term.term
        yield site.glossary_places.at("terms", id, "means"), term.means
    for check in site.selfchecks:
        yield check.questionnaire.places.at("title"), check.questionnaire.title
        yield check.questionnaire.places.at("summary"), check.questionnaire.summary
    for figure in site.figures.values():
        for loc, words in figure.words():
            yield figure.places.at(*loc), words
    yield from _texts(site.settings.model_dump(), site, ())


def _texts(value: object, site: Site, loc: Loc) -> Iterator[tuple[Place, str]]:
    """Every text of site.yaml."""
    if isinstance(value, str):
        yield site.places.at(*loc), value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, site, (*loc, key))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _texts(inner, site, (*loc, number))


RULES: tuple[tuple[Level, Callable[[Site], Iterator[Finding]]], ...] = (
    ("error", unknown_bar_contact),
    ("error", unknown_help_contact),
    ("error", bar_without_number),
    ("error", danger_without_emergency),
    ("error", number_in_words),
)
