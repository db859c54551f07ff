"""Figures: used."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ebbtide.model.site import Site
from ebbtide.problem import Level, Place

Finding = tuple[Place, str, str]


def unused_figure(site: Site) -> Iterator[Finding]:
    """Each figure in figures/ is shown somewhere."""
    used = {link.target for article in site.articles for link in article.refers.links if link.kind == "figure"}
    for id, figure in site.figures.items():
        if id not in used and not site.failed:
            hint = f"Delete it, or show it in an article as [figure](figure:{id})."
            yield Place(figure.places.path), "no page shows this figure.", hint


RULES: tuple[tuple[Level, Callable[[Site], Iterator[Finding]]], ...] = (("warning", unused_figure),)
