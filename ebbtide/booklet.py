"""A page's main part as a chapter of a longer page: one heading level down, its ids its own, its links within the booklet."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TAG = re.compile(r"<[^<>]*>")
_HEADING = re.compile(r"(?<=^<)(/?)h([2-5])\b")
_NAMED = re.compile(r'(?<=\s)(id|for|aria-labelledby|aria-describedby)="([^"]*)"')
_LANDMARK = re.compile(r' aria-labelledby="[^"]*"')
_WITHIN = re.compile(r'(?<=\s)href="#([^"]*)"')


def as_chapter(markup: str, name: str, chapters: Mapping[str, str]) -> str:
    """`markup` is what our converters and templates write, so each ``<`` begins a tag, and attributes stand in double quotes.

    `name` goes before every id. Sections lose their names: what is one landmark on its own page would be as many as there are
    chapters. `chapters` are the names of all chapters by the address that links to them have on this page
    (``../../symptoms/sleep/``): what leads to one of those pages leads to the chapter instead.
    """

    def tag(found: re.Match[str]) -> str:
        text = _HEADING.sub(lambda heading: f"{heading[1]}h{int(heading[2]) + 1}", found[0])
        text = _NAMED.sub(lambda ids: f'{ids[1]}="{" ".join(f"{name}-{id}" for id in ids[2].split())}"', text)
        if text.startswith("<section"):
            text = _LANDMARK.sub("", text)
        text = _WITHIN.sub(f'href="#{name}-\\1"', text)
        return re.sub(r'(?<=\s)href="([^"#]*)(?:#([^"]*))?"', elsewhere, text)

    def elsewhere(found: re.Match[str]) -> str:
        if found[1] not in chapters:
            return found[0]
        return f'href="#{chapters[found[1]]}{f"-{found[2]}" if found[2] else ""}"'

    return _TAG.sub(tag, markup)
