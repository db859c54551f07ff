"""Whether the words that people type lead somewhere, once, and to somebody who can be called."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ebbtide.model.base import nearest
from ebbtide.model.search import tokens
from ebbtide.model.site import Site
from ebbtide.problem import Level, Place

Finding = tuple[Place, str, str]


def _words(site: Site) -> Iterator[tuple[str, Place, str]]:
    """Each word or phrase of ``synonyms.yaml``: the list that it stands in, its place and itself."""
    known = site.synonyms
    for part in ("danger", "pages") if known else ():
        for entry, one in enumerate(getattr(known, part)):
            for number, words in enumerate(one.words):
                yield part, known.places.at(part, entry, "words", number), words  # type: ignore[union-attr]


def same_synonym(site: Site) -> Iterator[Finding]:
    """Each word or phrase that people type stands once among those for pages, and once among those of danger."""
    seen: set[tuple[str, ...]] = set()
    for part, place, words in _words(site):
        key = (part, *tokens(words))
        if key in seen:
            yield (
                place,
                f"{words} stands here twice, as the search reads it.",
                "Keep one, and give its entry all that it leads to.",
            )
        seen.add(key)


def idle_synonym(site: Site) -> Iterator[Finding]:
    """A word or phrase that people type holds a letter or digit, so that it can be typed."""
    for _, place, words in _words(site):
        if not tokens(words):
            yield place, f"{words} holds no letter and no digit, so nobody finds it.", "Write a word, or delete it."


def danger_contact(site: Site) -> Iterator[Finding]:
    """Words of danger lead to somebody in contacts.yaml who can be called or texted."""
    for number, alarm in enumerate(site.synonyms.danger if site.synonyms else ()):
        place = site.synonyms.places.at("danger", number, "contact")  # type: ignore[union-attr]
        contact = site.contacts.get(alarm.contact)
        if contact is None:
            if not site.has_failed("contact", alarm.contact):
                yield place, f"{alarm.contact} is not in contacts.yaml.", nearest(alarm.contact, site.contacts)
        elif contact.link("phone") is None and contact.link("text") is None:
            yield place, f"{alarm.contact} has no number.", "Name somebody who can be called."


RULES: tuple[tuple[Level, Callable[[Site], Iterator[Finding]]], ...] = (
    ("error", same_synonym),
    ("error", idle_synonym),
    ("error", danger_contact),
)
