"""The guide on the reader's own phone, by choice: what is kept, how much that is, the worker that gives it out, and how it is installed."""

from __future__ import annotations

import gzip
import html
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ebbtide.assets import Assets, classic, digest
from ebbtide.finder.files import FinderFiles
from ebbtide.model.page import File, Page
from ebbtide.model.site import SiteSettings

FOLDER = "keep/"
"""The page on which a reader keeps the guide."""
AWAY = "keep/not-kept/"
"""What is shown without a signal in place of a page that is not kept."""
LIST = "keep/list.json"
"""What there is to keep. It is fetched when the button is pressed, never by a visit."""
WORKER = "sw.js"
"""At the root, since a worker rules what stands beside it and below; and under one name for ever, since browsers look for a newer one there."""
MANIFEST = "manifest.webmanifest"

NEVER = frozenset(("not-found", "moved", "town", "booklet"))
"""Kinds of page that are not kept: they say nothing that a kept page does not say, or are a list of places in another shape."""
HEAVY = 14_000
"""Bytes under gzip. A page of a part of the country that is heavier is a long list of places, and is not kept."""
FIRST = ("not-kept", "home", "help", "keep", "questionnaire", "questionnaires")
"""Kinds of page that are fetched first, so that a signal lost half-way leaves what is needed most."""
WHOLE = ("index.js", "all.js", "codes.js", "towns.js", "regions.js")
"""Of a list of places, the files that a finder without a host needs (``wholeFiles`` in finder-core.js, and the index)."""
ICONS: Sequence[tuple[str, str, str]] = (
    ("app-192.png", "192x192", "any"),
    ("app-512.png", "512x512", "any"),
    ("app-maskable-512.png", "512x512", "maskable"),
)
"""Pictures of the look that stand for the site on a phone's home screen: name, size, and what for (W3C, Web Application Manifest)."""

_FILE = re.compile(rb"assets/[\w.-]+(?:/[\w.-]+)*\.\w+")
"""How a page or script names a file that it loads; the same in keep-worker.js."""


@dataclass(frozen=True)
class Size:
    """Bytes on the way, under gzip, and bytes on the phone."""

    sent: int
    stored: int

    @classmethod
    def of(cls, contents: Iterable[bytes]) -> Size:
        sizes = [(len(gzip.compress(content, 9, mtime=0)), len(content)) for content in contents]
        return cls(sum(sent for sent, _ in sizes), sum(stored for _, stored in sizes))


@dataclass(frozen=True)
class Guide:
    """What a reader can keep, of all that a site is made of.

    `files` are those that pages load, and `finders` the data files of the lists of places.
    """

    pages: tuple[Page, ...]
    files: Mapping[str, File]
    finders: tuple[FinderFiles, ...]

    @classmethod
    def of(cls, pages: Iterable[Page], files: Iterable[File], finders: Iterable[FinderFiles]) -> Guide:
        chosen = [page for page in pages if page.kind not in NEVER and not _is_heavy(page)]
        chosen.sort(key=lambda page: FIRST.index(page.kind) if page.kind in FIRST else len(FIRST))
        return cls(tuple(chosen), {file.path: file for file in files}, tuple(finders))

    @property
    def count(self) -> int:
        """How many pages a reader would call so."""
        return sum(page.kind != "not-kept" for page in self.pages)

    @cached_property
    def loaded(self) -> tuple[File, ...]:
        """The files that the pages load, and those that these load, but for lists of places; in the order in which they are named."""
        lists = {file.path for made in self.finders for file in made.files}
        found: dict[str, File] = {}
        contents = [page.content for page in self.pages]
        for content in contents:
            for name in _FILE.findall(content):
                path = name.decode()
                if path in self.files and path not in found and path not in lists:
                    found[path] = self.files[path]
                    if path.endswith(".js"):
                        contents.append(found[path].content)
        return tuple(found.values())

    @property
    def places(self) -> tuple[File, ...]:
        """The lists of places, whole, for whoever ticks the box for them."""
        return tuple(file for made in self.finders for file in made.files if file.path.rpartition("/")[2] in WHOLE)

    def size(self) -> Size:
        """Of all pages and what they load."""
        return Size.of((*(page.content for page in self.pages), *(file.content for file in self.loaded)))

    def places_size(self) -> Size:
        return Size.of(file.content for file in self.places)

    def listed(self) -> File:
        """What there is to keep, for keep.js: addresses from the root, each with its digest, in the order in which to fetch them."""
        pages = [[page.url, digest(page.content)] for page in self.pages]
        rows = {
            name: [[file.path, digest(file.content)] for file in files]
            for name, files in (("files", self.loaded), ("places", self.places))
        }
        return File(LIST, (json.dumps({"pages": pages, **rows}, separators=(",", ":")) + "\n").encode())


def _is_heavy(page: Page) -> bool:
    return page.kind == "region" and len(gzip.compress(page.content, 9, mtime=0)) > HEAVY


def worker(language: str, words: Mapping[str, str]) -> File:
    """The worker. It changes only when its code or its words do: what there is to keep is told elsewhere.

    `words` are ``notice``, with {date} in it, and ``again``, as texts.
    """
    facts = {"language": language, "away": AWAY, **{key: html.escape(word) for key, word in words.items()}}
    return File(WORKER, classic("keep-worker", facts=json.dumps(facts, ensure_ascii=False)).encode())


def farewell() -> File:
    """The worker that removes itself and all that is kept, for a site on which nobody may keep anything any more."""
    return File(WORKER, classic("keep-gone").encode())


def manifest(settings: SiteSettings, assets: Assets, pictures: Mapping[str, File]) -> File:
    """What a browser has to know to put the site on a home screen (W3C, Web Application Manifest). Addresses in it begin where it stands, so
    it holds below any path."""
    icons = [
        {"src": pictures[name].path, "sizes": sizes, "type": "image/png", "purpose": purpose}
        for name, sizes, purpose in ICONS if name in pictures
    ]  # fmt: skip
    told: dict[str, Any] = {
        "id": "./", "name": settings.name, "short_name": settings.name, "description": settings.summary, "lang": settings.language,
        "start_url": "./", "scope": "./", "display": "minimal-ui", "icons": icons,
    }  # fmt: skip
    colors = {"theme_color": assets.color("bar"), "background_color": assets.color("paper")}
    told |= {key: value for key, value in colors.items() if value}
    return File(MANIFEST, (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode())


def megabytes(size: int) -> float:
    """Bytes as megabytes with one decimal, never less than there are: nobody shall fetch more than was said."""
    return math.ceil(size / 1e5) / 10
