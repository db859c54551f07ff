"""Whether what security.txt promises can be relied on."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from ebbtide.model.site import Site
from ebbtide.problem import Level, Place

Finding = tuple[Place, str, str]

LONGEST = datetime.timedelta(days=366)
"""RFC 9116, 2.5.5, recommends less than a year."""


def security_expires(site: Site) -> Iterator[Finding]:
    """What security.txt says is still valid, and for no longer than a year from today."""
    said = site.settings.security
    if said is None:
        return
    place = site.places.at("security", "expires")
    if said.expires <= site.today:
        yield place, f"security.txt is out of date since {said.expires}.", "Check the address, and write a later day."
    elif said.expires - site.today > LONGEST:
        yield place, "security.txt would be valid for more than a year.", "Write a day within the next twelve months."


RULES: tuple[tuple[Level, Callable[[Site], Iterator[Finding]]], ...] = (("warning", security_expires),)
