"""Whether what is said has a source, and each source is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ebbtide.model.base import nearest
from ebbtide.model.site import Site
from ebbtide.problem import Level, Place, Places

Finding = tuple[Place, str, str]


def uncited_article(site: Site) -> Iterator[Finding]:
    """An article cites at least one source, or says that it is editorial."""
    for article in site.articles:
        if (
            not article.refers.sources
            and not article.meta.editorial
            and not any(name.startswith("source:") for name in site.failed)
        ):
            yield (
                article.places.at(),
                "nothing in this article has a source.",
                "Cite one as [@id], or add editorial: true to the front matter.",
            )


def unknown_basis(site: Site) -> Iterator[Finding]:
    """The sources that a questionnaire, a figure or a glossary entry rests on are in sources.yaml."""
    for figure in site.figures.values():
        for loc, id in figure.cited():
            if id not in site.sources and not site.has_failed("source", id):
                yield figure.places.at(*loc), f"there is no source {id}.", nearest(id, site.sources)
    for check in site.selfchecks:
        for loc, id in _cited(check.questionnaire.model_dump(), check.questionnaire.places):
            if id not in site.sources and not site.has_failed("source", id):
                yield check.questionnaire.places.at(*loc), f"there is no source {id}.", nearest(id, site.sources)
    for term, entry in site.glossary.items():
        for number, id in enumerate(entry.sources):
            if id not in site.sources and not site.has_failed("source", id):
                yield (
                    site.glossary_places.at("terms", term, "sources", number),
                    f"there is no source {id}.",
                    nearest(id, site.sources),
                )


def _cited(
    part: object, places: Places, loc: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The sources that a questionnaire names, at its basis, its flags and its results, each with where it stands."""
    if not isinstance(part, dict):
        return
    for name, value in part.items():
        if name in ("sources", "informed_by") and isinstance(value, (list, tuple)):
            yield from (((*loc, name, number), id) for number, id in enumerate(value))
        else:
            written = name != "ranges" or places.has(*loc, name)  # bands may stand without this word around them
            yield from _cited(value, places, (*loc, name) if written else loc)


def unused_source(site: Site) -> Iterator[Finding]:
    """Each source in sources.yaml is cited somewhere."""
    used = {id for article in site.articles for id in article.refers.sources}
    used |= {id for check in site.selfchecks for id in check.sheet.sources}
    used |= {id for entry in site.glossary.values() for id in entry.sources}
    used |= {id for figure in site.figures.values() for _, id in figure.cited()}
    for id in site.sources:
        if id not in used and not site.failed:
            yield (
                site.source_places.key("sources", id),
                f"nothing cites {id}.",
                "Delete it, or cite it where it belongs.",
            )


def unused_term(site: Site) -> Iterator[Finding]:
    """Each word in glossary.yaml is explained somewhere in a text."""
    used = {id for article in site.articles for id in article.refers.terms}
    for id in site.glossary:
        if id not in used and not site.failed:
            yield (
                site.glossary_places.key("terms", id),
                f"no text links to {id}.",
                f"Write [word](term:{id}) where a reader meets it first.",
            )


RULES: tuple[tuple[Level, Callable[[Site], Iterator[Finding]]], ...] = (
    ("error", uncited_article),
    ("error", unknown_basis),
    ("warning", unused_source),
    ("warning", unused_term),
)
