"""Rules over the whole site. One family a file, one rule a function, and the list of all of them here.

A rule takes the site and yields (place, what is wrong, what to do). Its docstring is the rule in one plain sentence; its name
with hyphens is what problems call it. A family's `RULES` say of each whether breaking it is an error or a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ebbtide.checks import articles, contacts, figures, links, media, reading, search, security, sources
from ebbtide.model.site import Site
from ebbtide.problem import Level, Place, Problem

Finding = tuple[Place, str, str]
Rule = Callable[[Site], Iterator[Finding]]

RULES: tuple[tuple[Level, Rule], ...] = (
    *links.RULES,
    *sources.RULES,
    *articles.RULES,
    *contacts.RULES,
    *media.RULES,
    *figures.RULES,
    *search.RULES,
    *reading.RULES,
    *security.RULES,
)


def name_of(rule: Callable[..., object]) -> str:
    """What problems call a rule."""
    return rule.__name__.replace("_", "-")


def run(site: Site) -> list[Problem]:
    """Every problem that a rule finds."""
    return [
        Problem(place, level, name_of(rule), message, hint)
        for level, rule in RULES
        for place, message, hint in rule(site)
    ]
