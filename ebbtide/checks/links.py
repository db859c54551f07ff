"""Whether everything that points to something points to something that is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ebbtide.model.base import nearest
from ebbtide.model.site import Site
from ebbtide.problem import Level, Place
from ebbtide.selfcheck import references

Finding = tuple[Place, str, str]
PAGES = ("", "get-help", "sources", "glossary", "questionnaires", "my-results", "find-treatment", "search", "keep")


def _pointers(site: Site) -> Iterator[tuple[Place, str]]:
    """Every pointer outside running text: ``article:symptoms/sleep`` and the like, with its place."""
    for article in site.articles:
        for number, pointer in enumerate(article.meta.related):
            yield article.places.at("related", number), pointer
        for number, step in enumerate(article.meta.next):
            yield article.places.at("next", number, "to"), step.to
    for check in site.selfchecks:
        yield from references(check.questionnaire)
    for figure in site.figures.values():
        for loc, pointer in figure.pointers():
            yield figure.places.at(*loc), pointer
    for number, job in enumerate(site.settings.home.jobs):
        yield site.places.at("home", "jobs", number, "to"), job.to
    for entry, one in enumerate(site.synonyms.pages if site.synonyms else ()):
        for number, pointer in enumerate(one.to):
            yield site.synonyms.places.at("pages", entry, "to", number), pointer  # type: ignore[union-attr]
    for number, pointer in enumerate(site.settings.footer):
        yield site.places.at("footer", number), pointer


def _all(site: Site) -> Iterator[tuple[Place, str, str, str]]:
    """Place, kind, name and fragment of every pointer and every link."""
    for place, pointer in _pointers(site):
        kind, _, rest = pointer.partition(":")
        name, _, fragment = rest.partition("#")
        yield place, kind, name, fragment
    for article in site.articles:
        for link in article.refers.links:
            yield link.place, link.kind, link.target, link.fragment


def unknown_article(site: Site) -> Iterator[Finding]:
    """A link to an article names one that exists and is not a draft."""
    known = {article.id for article in site.articles}
    for place, kind, name, _ in _all(site):
        if kind != "article" or name in known or site.has_failed(kind, name):
            continue
        if name in site.drafts:
            yield place, f"{name} is still a draft.", "Take draft: true out of it, or take the link out of here."
        else:
            yield place, f"there is no article {name}.", nearest(name, known)


def unknown_anchor(site: Site) -> Iterator[Finding]:
    """A link into an article ends in the id of one of its headings."""
    headings = {article.id: {heading.id for heading in article.body.headings} for article in site.articles}
    for place, kind, name, fragment in _all(site):
        if kind == "article" and fragment and name in headings and fragment not in headings[name]:
            yield place, f"{name} has no heading #{fragment}.", nearest(fragment, headings[name])


def unknown_questionnaire(site: Site) -> Iterator[Finding]:
    """A link to a questionnaire names one that exists."""
    known = {check.questionnaire.id for check in site.selfchecks}
    for place, kind, name, _ in _all(site):
        if kind == "questionnaire" and name not in known and not site.has_failed(kind, name):
            yield place, f"there is no questionnaire {name}.", nearest(name, known)


def unknown_page(site: Site) -> Iterator[Finding]:
    """A link to a page that the generator makes names one of them, or a section."""
    known = _pages(site)
    for place, kind, name, _ in _all(site):
        if kind == "page" and name not in known:
            yield place, f"there is no page {name}.", nearest(name, known - {""})


def _pages(site: Site) -> set[str]:
    """The pages that the generator makes for a site, and its sections."""
    known = {*PAGES, *site.settings.sections}
    if not site.selfchecks and not any(name.startswith("questionnaire:") for name in site.failed):
        known -= {"questionnaires", "my-results"}
    if not site.has_places and not any(name.startswith("facilities:") for name in site.failed):
        known -= {"find-treatment"}
    if not site.settings.offline:
        known -= {"keep"}
    return known


def unknown_region(site: Site) -> Iterator[Finding]:
    """Every word on the map of regions is the code of a part of the country that region_names names."""
    country = site.settings.country
    known = {code.removeprefix(f"{country}-") for code in site.settings.region_names if code.startswith(f"{country}-")}
    for number, row in enumerate(site.settings.region_map):
        for word in row.split():
            if word != "." and word not in known:
                place = site.places.at("region_map", number)
                yield place, f"{word} is no part of the country that region_names names.", nearest(word, known)


def unknown_pointer_contact(site: Site) -> Iterator[Finding]:
    """A contact named outside running text is in contacts.yaml, and has the part that is named."""
    for place, pointer in _pointers(site):
        kind, _, rest = pointer.partition(":")
        name, _, part = rest.partition("#")
        if kind != "contact" or site.has_failed(kind, name):
            continue
        contact = site.contacts.get(name)
        if contact is None:
            yield place, f"{name} is not in contacts.yaml.", nearest(name, site.contacts)
        elif part and part not in (has := list(dict.fromkeys(link.part for link in contact.links()))):
            yield place, f"{name} has no {part}.", f"It has: {', '.join(has)}."


def unknown_picture(site: Site) -> Iterator[Finding]:
    """A picture in a text is a file in media/."""
    for place, kind, name, _ in _all(site):
        if kind == "media" and name not in site.pictures and not site.has_failed(kind, name):
            yield place, f"there is no picture media/{name}.", nearest(name, site.pictures)


def unresolved(site: Site) -> frozenset[str]:
    """Addresses of pages, some with a fragment, to which links lead in vain, as the rules here say: a finished page that links to
    one need not be called wrong on top."""
    articles = {article.id: {heading.id for heading in article.body.headings} for article in site.articles}
    checks = {check.questionnaire.id for check in site.selfchecks}
    pages = _pages(site)
    found = {f"{article.section}/" for article in site.articles if article.section not in site.settings.sections}
    for _, kind, name, fragment in _all(site):
        if kind == "article" and name in articles and fragment and fragment not in articles[name]:
            found.add(f"{name}/#{fragment}")
        elif kind == "questionnaire" and name not in checks:
            found.add(f"questionnaires/{name}/")
        elif (kind == "article" and name not in articles) or (kind == "page" and name not in pages):
            found.add(f"{name}/")
    return frozenset(found)


RULES: tuple[tuple[Level, Callable[[Site], Iterator[Finding]]], ...] = (
    ("error", unknown_article),
    ("error", unknown_anchor),
    ("error", unknown_questionnaire),
    ("error", unknown_page),
    ("error", unknown_region),
    ("error", unknown_pointer_contact),
    ("error", unknown_picture),
)
