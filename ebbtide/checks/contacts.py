"""Whether the contacts that pages name are there, and can be called."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ebbtide.model.base import nearest
from ebbtide.model.site import Site
from ebbtide.problem import Level, Place

Finding = tuple[Place, str, str]


def _bar(site: Site) -> Iterator[tuple[Place, str]]:
    bar = site.settings.contact_bar
    for name, lines in (("usual", bar.usual), ("danger", bar.danger)):
        for number, line in enumerate(lines):
            yield site.places.at("contact_bar", name, number, "contact"), line.contact


def unknown_bar_contact(site: Site) -> Iterator[Finding]:
    """The contacts in the contact bar are in contacts.yaml."""
    for place, id in _bar(site):
        if id not in site.contacts:
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
        yield site.places.at("contact_bar", "danger", 0, "contact"), f"{first} is not an emergency line.", "Put the emergency number first."


RULES: tuple[tuple[Level, Callable[[Site], Iterator[Finding]]], ...] = (
    ("error", unknown_bar_contact),
    ("error", bar_without_number),
    ("error", danger_without_emergency),
)
