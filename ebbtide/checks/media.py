"""Pictures: light, used, and nothing but pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ebbtide.model.site import Site
from ebbtide.problem import Level, Place

Finding = tuple[Place, str, str]
MAX_PICTURE = 100_000
"""Bytes. A reader on a bad line waits two seconds for as much (reader.md: 400 kbit/s)."""


_ACTIVE = re.compile(
    r"<(?:\w+:)?(?:script|foreignObject|iframe|object|embed|handler|listener)\b"
    r"|\bon[a-z]+\s*=\s*[\"'](?=[^<>]*>)"
    r"|javascript:|<!ENTITY|<\?xml-stylesheet|@import"
    r"|(?:href|src)\s*=\s*[\"']?\s*(?:(?:https?:)?//|[^\"'#>]*&)"  # elsewhere, or an address written in codes
    r"|url\(\s*[\"']?\s*(?:https?:)?//",
    re.IGNORECASE,
)


def _place(site: Site, name: str) -> Place:
    folder, slash, _ = site.places.path.rpartition("/")
    return Place(f"{folder}{slash}media/{name}")


def heavy_picture(site: Site) -> Iterator[Finding]:
    """A picture is at most 100 kB."""
    for name, picture in site.pictures.items():
        if len(picture.file.content) > MAX_PICTURE:
            size = -(-len(picture.file.content) // 1000)
            yield (
                _place(site, name),
                f"the picture is {size} kB, more than 100 kB.",
                "Make it smaller, or save it as WebP.",
            )


def active_picture(site: Site) -> Iterator[Finding]:
    """An SVG picture holds no script and nothing from elsewhere."""
    for name, picture in site.pictures.items():
        if not name.lower().endswith(".svg"):
            continue
        try:
            text = picture.file.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            yield (
                _place(site, name),
                "the picture is not saved as UTF-8, so nobody can see what is in it.",
                "Save it again as a plain SVG.",
            )
            continue
        for found in _ACTIVE.finditer(text):
            line, column = text.count("\n", 0, found.start()) + 1, found.start() - text.rfind("\n", 0, found.start())
            where = Place(_place(site, name).path, line, column)
            yield where, f"{found[0].strip()!r} does not belong in a picture.", "Save it again as a plain SVG."


def unused_picture(site: Site) -> Iterator[Finding]:
    """Each picture in media/ is shown somewhere."""
    used = {link.target for article in site.articles for link in article.refers.links if link.kind == "media"}
    for name in site.pictures:
        if name not in used and not site.failed:
            yield _place(site, name), "no page shows this picture.", "Delete it, or show it."


RULES: tuple[tuple[Level, Callable[[Site], Iterator[Finding]]], ...] = (
    ("warning", heavy_picture),
    ("error", active_picture),
    ("warning", unused_picture),
)
