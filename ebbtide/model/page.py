"""What comes out: finished pages and other files, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ebbtide.problem import Place

PageKind = Literal[
    "home", "section", "article", "questionnaires", "questionnaire", "my-results", "help", "sources", "glossary", "not-found",
    "moved", "finder", "region", "town", "search", "booklet", "keep", "not-kept",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A finished HTML page. `url` is relative to the site's root; one that ends in / is written as ``index.html`` there."""

    url: str
    content: bytes
    origin: Place
    kind: PageKind

    @property
    def path(self) -> str:
        return f"{self.url}index.html" if self.url == "" or self.url.endswith("/") else self.url


@dataclass(frozen=True, slots=True)
class File:
    """Any other file. `path` is relative to the site's root and uses /."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Styles:
    """Part of the styles of a page, in the order in which pages carry them. `file` is how problems name where it is from, `rank` whose it
    is: 0 the settings', then 1 for the first folder of templates, the publisher's own, and so on. `setting` is the field of
    the settings that it was made of."""

    text: str
    file: str
    rank: int
    setting: str = ""
