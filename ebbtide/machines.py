"""Files that other programs read, and nobody as a page: hosts, search engines, feed readers, address books, clinicians' systems."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ebbtide import wording
from ebbtide.assets import headers
from ebbtide.model.article import Article
from ebbtide.model.page import File, Page
from ebbtide.model.site import Security, Site
from ebbtide.problem import Place, Problem
from ebbtide.selfcheck import fhir
from ebbtide.templating import Templates

RULES: Mapping[str, str] = {
    "no-base-url": "site.yaml gives base_url, so that canonical addresses, the sitemap and the feed can be written.",
}

NUMBERS = "get-help/numbers.vcf"
"""Numbers to save, for a phone's address book."""

NEWEST = 30
"""Articles in the feed."""


@dataclass(frozen=True)
class Machines:
    """Makes these files for one site."""

    site: Site
    templates: Templates

    def files(self, pages: Sequence[Page]) -> Iterator[File]:
        """Every file, but for those that the publisher has put into ``static/`` under the same name."""
        own = {file.path for file in self.site.static}
        yield from (file for file in self._made(pages) if file.path not in own)

    def problems(self) -> list[Problem]:
        """What is missing in the settings, and which files are left out for it."""
        if self.site.settings.base_url:
            return []
        return [
            Problem(Place(self.site.places.path), "warning", "no-base-url",
                    "base_url is not set, so canonical addresses, the sitemap and the feed are left out.",
                    "Add base_url: and the address that the site will have.")
        ]  # fmt: skip

    def _made(self, pages: Sequence[Page]) -> Iterator[File]:
        yield from self._for_clinicians()
        yield File("_headers", headers(offline=self.site.settings.offline).encode())
        yield File("robots.txt", self._robots().encode())
        if self.site.settings.security:
            yield File(".well-known/security.txt", self._security(self.site.settings.security).encode())
        if self.site.settings.help.save:
            yield File(NUMBERS, self._address_book())
        if self.site.settings.base_url:
            shown = [page for page in pages if page.kind not in ("not-found", "moved", "booklet", "not-kept")]
            entries = [(self._absolute(page.url), self._changed(page)) for page in shown]
            yield self._xml("sitemap.xml", entries=entries)
            yield self._xml("feed.xml", articles=self._newest(), absolute=self._absolute, updated=self._updated)

    def _absolute(self, url: str) -> str | None:
        return self.site.settings.absolute(url)

    def _address_book(self) -> bytes:
        """Numbers to save, as vCards (RFC 2426, version 3.0, which both kinds of phone read): lines end in CR LF, long ones are folded."""
        save = [self.site.contacts[id] for id in self.site.settings.help.save if id in self.site.contacts]
        text = self.templates.filled("numbers.vcf", NUMBERS, {"save": save}) or ""
        return "".join(wording.folded(line) for line in text.splitlines() if line).encode()

    def _for_clinicians(self) -> Iterator[File]:
        """Each self-check as a FHIR Questionnaire, beside its page."""
        settings = self.site.settings
        words = {key: self.templates.word(key) for key in fhir.WORDS if self.site.selfchecks}
        for check in self.site.selfchecks:
            publication = fhir.Publication(self._absolute(check.url), settings.language, settings.owner.name, words)
            content = fhir.fhir_file(check.questionnaire, dict(check.plan), check.sheet, publication)
            yield File(f"{check.url.rstrip('/')}.fhir.json", content)

    def _xml(self, name: str, **context: Any) -> File:
        return File(name, ((self.templates.filled(name, name, context) or "").strip() + "\n").encode())

    def _robots(self) -> str:
        sitemap = self._absolute("sitemap.xml")
        return "User-agent: *\nAllow: /\n" + (f"Sitemap: {sitemap}\n" if sitemap else "")

    def _security(self, said: Security) -> str:
        """Where to report a hole, as RFC 9116 has it: lines end in CR LF or LF, `Expires` is a moment."""
        lines = [f"Contact: {said.report}", f"Expires: {said.expires.isoformat()}T00:00:00Z"]
        lines.append(f"Preferred-Languages: {self.site.settings.language}")
        if own := self._absolute(".well-known/security.txt"):
            lines.append(f"Canonical: {own}")
        return "".join(f"{line}\n" for line in lines)

    def _changed(self, page: Page) -> datetime.date | None:
        return self._read_on.get(page.url) or self._updated

    @cached_property
    def _read_on(self) -> Mapping[str, datetime.date]:
        """When each page that has a review was last read through, by its address."""
        articles = {article.url: article.meta.review.reviewed for article in self.site.articles}
        return articles | {check.url: check.questionnaire.review.reviewed for check in self.site.selfchecks}

    def _newest(self) -> list[Article]:
        found = sorted(self.site.articles, key=lambda article: (article.meta.review.reviewed, article.id), reverse=True)
        return found[:NEWEST]

    @property
    def _updated(self) -> datetime.date | None:
        return max(self._read_on.values(), default=None)
