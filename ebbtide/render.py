"""`Site` -> finished pages and the files that they load, in memory."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from babel.units import format_unit
from markupsafe import Markup

from ebbtide import figures, offline, wording
from ebbtide.assets import Assets, named, policy
from ebbtide.booklet import as_chapter
from ebbtide.finder import places
from ebbtide.finder.directory import Directory
from ebbtide.machines import Machines
from ebbtide.model.article import Article
from ebbtide.model.contact import Contact, Kind
from ebbtide.model.contact import Link as ContactLink
from ebbtide.model.figure_base import Word
from ebbtide.model.page import File, Page, PageKind, Styles
from ebbtide.model.prose import FigureUse, Prose
from ebbtide.model.site import SelfCheck, Site
from ebbtide.problem import Place, Problem
from ebbtide.search import Document, documents, index_files, letters
from ebbtide.templating import Templates, missing

STYLED: tuple[PageKind, ...] = (
    "home", "section", "article", "questionnaires", "questionnaire", "my-results", "help", "sources", "glossary", "not-found",
    "finder", "region", "town", "search", "booklet", "keep", "not-kept",
)  # fmt: skip
"""Kinds of page that carry styles."""

HELP_SECTIONS: Mapping[str, tuple[Kind, ...]] = {
    "tonight": ("emergency", "crisis"),
    "talk": ("talk", "peer"),
    "treatment": ("treatment", "locator", "center"),
    "poison": ("poison",),
    "overdose": ("overdose",),
    "family": ("family",),
    "groups": ("group",),
    "languages": (),
    "near": ("agency",),
    "abroad": (),
}
"""The parts of the Get help page, in its order, and the kinds of contact that stand there. A contact of another country, or one
that does not speak the site's language, stands under ``abroad`` or ``languages`` whatever its kind."""

_STYLES: Mapping[PageKind, tuple[str, ...]] = {
    "booklet": ("article", "figure", "help", "booklet"), "not-kept": ("not-found",),
    "help": ("help", "places"), "finder": ("help", "places", "finder"), "region": ("help", "places"), "town": ("help", "places"),
}  # fmt: skip
"""Kinds of page that take the styles of others."""

_SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "questionnaire": ("selfcheck",),
    "my-results": ("my-results",),
    "town": ("places",),
    "search": ("search",),
    "keep": ("keep",),
}


@dataclass(frozen=True)
class Rendered:
    """All that a site is made of."""

    pages: tuple[Page, ...]
    files: tuple[File, ...]

    def all(self) -> Iterator[File]:
        """Every file to be written, pages included."""
        yield from self.files
        for page in self.pages:
            yield File(page.path, page.content)


@dataclass(frozen=True)
class Target:
    """Where a reference leads, seen from one page. `contact` is set where it is somebody to call, and `way` is how."""

    href: str
    title: str
    summary: str = ""
    contact: Contact | None = None
    way: ContactLink | None = None


@dataclass(frozen=True)
class _View:
    """What a template knows about the page it makes."""

    kind: PageKind
    url: str
    root: str
    title: str
    description: str
    style: str
    policy: str
    scripts: tuple[str, ...]
    canonical: str | None
    danger: bool = False
    section: str = ""
    schema: str = ""
    """What schema.org calls what the main text is."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Where the same page stands in each language, by language tag, this one included; empty where there is one language."""
    more: str = ""
    """The script that a self-check fetches when the reader goes on, from the root."""


@dataclass
class Renderer:
    """Makes the pages of one site. `templates` are the folders to look in, the publisher's own first, with the names that
    problems give them."""

    site: Site
    templates: Sequence[tuple[Path, str]]
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        settings = self.site.settings
        self.made_by = Templates(self.templates, settings.language, self.site.places.at("language"), self.problems)
        self.assets = Assets(self.templates, settings.colors, settings.dark_colors, leaving=settings.leave is not None)
        self.styles = {kind: self.assets.style(*_STYLES.get(kind, (kind,))) for kind in STYLED}
        shown = any(article.body.figures for article in self.site.articles)
        self.figure_style = self.assets.style("article", "figure") if shown else ""
        self.problems += [
            Problem(Place(path), "error", "template", *said) for path, said in self.assets.unsound.items()
        ]
        self.pictures = self.assets.pictures()
        self.media = {
            name: named("assets", picture.file.path, picture.file.content)
            for name, picture in self.site.pictures.items()
        }
        self.articles = {article.id: article for article in self.site.articles}
        self.made_by.give(
            picture=self._picture, site=settings, has_selfchecks=bool(self.site.selfchecks), contacts=self.site.contacts,
            glossary=self.site.glossary, sources=self.site.sources,
        )  # fmt: skip

    # everything

    def run(self, progress: Callable[[Iterable[Any], int], Iterable[Any]] = lambda items, _: items) -> Rendered:
        """Make everything. Problems with templates are in `problems`; a page that fails is left out.

        `progress` wraps the list of pages to be made and their number.
        """
        plans = list(self._plans())
        pages = tuple(page for plan in progress(plans, len(plans)) if (page := plan()) is not None)
        if self.site.settings.offline:
            pages += tuple(filter(None, (self._keep(pages),)))
        rendered = Rendered(pages, tuple(self._files(pages)))
        self.problems += self.made_by.untold()
        return rendered

    def looks(self) -> Iterator[list[Styles]]:
        """The styles of each kind of page as they were written, and of the parts that only some pages have."""
        for kind in STYLED:
            yield self.assets.parts(*_STYLES.get(kind, (kind,)))
        if self.figure_style:
            yield self.assets.parts("article", "figure")
        if self.site.selfchecks:
            yield self.assets.parts("questionnaire", "selfcheck-more")

    def _plans(self) -> Iterator[Callable[[], Page | None]]:
        site, settings, phrase = self.site, self.site.settings, self.made_by.phrase
        home = Place(site.places.path)
        listed = [id for id, section in settings.sections.items() if section.listed]
        shelves = {id: self.shelf(id) for id in settings.sections}

        def plan(
            kind: PageKind, url: str, title: str, description: str, origin: Place, **more: Any
        ) -> Callable[[], Page | None]:
            return lambda: self._page(kind, url, title, description, origin, **more)

        yield plan("home", "", settings.name, settings.summary, home, listed=listed, shelves=shelves)
        for id, section in settings.sections.items():
            yield plan(
                "section",
                f"{id}/",
                section.title,
                section.summary,
                site.places.at("sections", id),
                shelf=shelves[id],
                section=id,
            )
        for article in site.articles:
            yield plan(
                "article", article.url, article.meta.title, article.meta.summary, Place(article.path), article=article,
                section=article.section, danger=article.meta.danger, references=self._references(article),
            )  # fmt: skip
            for old in article.meta.moved_from:
                yield plan(
                    "moved",
                    f"{old.strip('/')}/",
                    article.meta.title,
                    article.meta.summary,
                    Place(article.path),
                    to_url=article.url,
                )
        if site.selfchecks:
            yield plan(
                "questionnaires", "questionnaires/", self.made_by.word("questionnaires"), self.made_by.word("questionnaires-summary"), home,
                checks=site.selfchecks,
            )  # fmt: skip
            yield plan(
                "my-results", "my-results/", self.made_by.word("my-results"), self.made_by.word("my-results-summary"), home,
                checks=site.selfchecks,
            )  # fmt: skip
        for check in site.selfchecks:
            asked = check.questionnaire
            yield plan(
                "questionnaire",
                check.url,
                asked.title,
                asked.summary,
                Place(check.path),
                check=check,
                questionnaire=asked,
                danger=True,
            )
        yield plan(
            "help", "get-help/", settings.help.title, settings.help.summary, site.places.at("help"), danger=True,
            sections=self._help_sections(), regions=self.directory.regions,
        )  # fmt: skip
        for one in self.directory.pages():
            title, summary = (
                self.made_by.phrase(one.kind, one.values),
                self.made_by.phrase(f"{one.kind}-summary", one.values),
            )
            yield plan(one.kind, one.url, title, summary, home, whole_size=self._whole_size, **one.context)
        terms = sorted(site.glossary.items(), key=lambda entry: entry[1].term.casefold())
        yield plan(
            "sources",
            "sources/",
            self.made_by.word("sources"),
            self.made_by.word("sources-summary"),
            home,
            cited=self._cited(),
        )
        yield plan(
            "glossary",
            "glossary/",
            self.made_by.word("glossary"),
            self.made_by.word("glossary-summary"),
            home,
            terms=terms,
        )
        known = site.synonyms
        yield plan(
            "search", "search/", self.made_by.word("search"), self.made_by.word("search-summary"), home, danger=True,
            letters=letters(self._documents, known), alarms=known.danger if known else (), files=[file.path for file in self._index],
        )  # fmt: skip
        for id, section in settings.sections.items():
            if shelves[id]:
                values = {"title": section.title}
                yield plan(
                    "booklet", f"{id}/booklet/", phrase("booklet", values), phrase("booklet-summary", values),
                    site.places.at("sections", id), shelf=shelves[id], section=id, people=self._carried(),
                    names={article.id: _chapter(article) for article in shelves[id]},
                )  # fmt: skip
        yield plan(
            "not-found",
            "404.html",
            self.made_by.word("not-found"),
            self.made_by.word("not-found-summary"),
            home,
            listed=listed,
        )
        if settings.offline:
            yield plan(
                "not-kept", offline.AWAY, self.made_by.word("not-kept"), self.made_by.word("not-kept-summary"), home
            )

    def _keep(self, pages: Sequence[Page]) -> Page | None:
        """The page on which a reader keeps the guide, which says how much all the others are: so it is made last."""
        guide = offline.Guide.of(pages, self._loaded(), self.directory.finders)
        size, lists = guide.size(), guide.places_size()
        return self._page(
            "keep", offline.FOLDER, self.made_by.word("keep"), self.made_by.word("keep-summary"), Place(self.site.places.path),
            count=guide.count + 1, sent=self._megabytes(size.sent), stored=self._megabytes(size.stored), all=not self.directory.listed,
            lists={"sent": self._megabytes(lists.sent), "stored": self._megabytes(lists.stored)} if guide.places else None,
            list=offline.LIST, away=offline.AWAY, manifest=offline.MANIFEST,
        )  # fmt: skip

    def _offline(self, pages: Sequence[Page]) -> Iterator[File]:
        """What keeping the guide needs besides the page; where it is switched off, what takes back what was kept."""
        settings = self.site.settings
        if not settings.offline:
            yield offline.farewell()
            return
        yield offline.Guide.of(pages, self._loaded(), self.directory.finders).listed()
        yield offline.worker(
            settings.language, {"notice": self.made_by.word("kept-notice"), "again": self.made_by.word("kept-again")}
        )
        yield offline.manifest(settings, self.assets, self.pictures)

    def _megabytes(self, size: int) -> str:
        return format_unit(offline.megabytes(size), "digital-megabyte", length="short", locale=self.made_by.locale)

    @cached_property
    def directory(self) -> Directory:
        """What is known of places."""
        return Directory(self.site, wording.country(self.site.settings.country, self.made_by.tag))

    @cached_property
    def _whole_size(self) -> str:
        """How much the whole of the lists of places is, in words."""
        size = round(self.directory.whole_bytes / 1e6, 1)
        return format_unit(size, "digital-megabyte", length="short", locale=self.made_by.locale)

    @cached_property
    def _documents(self) -> tuple[Document, ...]:
        """All that the search finds."""
        site, settings, word = self.site, self.site.settings, self.made_by.word
        made = [("get-help/", settings.help.title, settings.help.summary)]
        made += [(f"{id}/", section.title, section.summary) for id, section in settings.sections.items()]
        names = (
            "sources",
            "glossary",
            *(("questionnaires", "my-results") if site.selfchecks else ()),
            *(("keep",) if settings.offline else ()),
        )
        made += [(f"{name}/", word(name), word(f"{name}-summary")) for name in names]
        if site.has_places:
            made.append((places.FOLDER, word("finder"), word("finder-summary")))
        regions = [
            (one.url, one.name, " ".join(agency.name for agency in one.agencies)) for one in self.directory.regions
        ]
        people = [one for held in self._help_sections().values() for one in held]
        return documents(site, people, made, regions)

    @cached_property
    def _index(self) -> tuple[File, ...]:
        """The data files of the search."""
        return tuple(
            named("assets", file.path, file.content) for file in index_files(self._documents, self.site.synonyms)
        )

    def shelf(self, section: str) -> list[Article]:
        """The articles of a section, in the order their front matter asks for, then by title."""
        found = [article for article in self.site.articles if article.section == section]
        return sorted(found, key=lambda article: (article.meta.order, article.meta.title))

    # one page

    def _page(
        self, kind: PageKind, url: str, title: str, description: str, origin: Place,
        *, section: str = "", danger: bool = False, **more: Any,
    ) -> Page | None:  # fmt: skip
        settings, style = self.site.settings, self.styles.get(kind, "")
        if kind == "article" and more["article"].body.figures:
            style = self.figure_style
        root = "../" * url.count("/")
        if kind == "not-found":
            # a host shows this page under any address, so its links must begin at the root
            root = "/" + "/".join((settings.base_url or "").split("/")[3:]).strip("/")
            root = root if root.endswith("/") else f"{root}/"
        scripts = ("finder",) if kind == "finder" and self.directory.finders else _SCRIPTS.get(kind, ("site",))
        view = _View(
            kind=kind, url=url, root=root, title=title, description=description, style=style,
            schema=_schema(kind, more), versions=self._versions(kind, more),
            policy=policy([style] if style else [], offline=kind == "keep"), scripts=tuple(self.assets.scripts[name].path for name in scripts),
            canonical=settings.absolute(url), danger=danger, section=section,
            more=self._more[0].path if kind == "questionnaire" else "",
        )  # fmt: skip
        known: dict[str, Any] = {"page": view, "to": lambda pointer: self.target(pointer, root)}
        known["body"] = lambda prose: self._body(prose, root, known)
        context = {**known, "chapter": lambda article, template: self._chapter(article, template, known), **more}
        text = self.made_by.filled(f"{kind}.html", url, context)
        return None if text is None else Page(url, f"{text.strip()}\n".encode(), origin, kind)

    def target(self, pointer: str, root: str = "") -> Target:
        """Where ``article:symptoms/sleep`` and the like lead. A pointer to nothing is reported by a check and leads home."""
        kind, _, name = pointer.partition(":")
        name, _, fragment = name.partition("#")
        end = f"#{fragment}" if fragment else ""
        if kind == "article" and (article := self.articles.get(name)):
            return Target(f"{root}{article.url}{end}", article.meta.title, article.meta.summary)
        if kind == "questionnaire":
            for check in self.site.selfchecks:
                if check.questionnaire.id == name:
                    return Target(f"{root}{check.url}{end}", check.questionnaire.title, check.questionnaire.summary)
        if kind == "contact" and (contact := self.site.contacts.get(name)):
            links = contact.links(self.site.settings.language)
            way = next((link for link in links if fragment in ("", link.part)), None)
            return Target(way.href if way else "", contact.name, contact=contact, way=way)
        if kind == "page":
            return Target(f"{root}{name}/{end}", self._title_of_page(name))
        return Target(root or "./", name)

    def _title_of_page(self, name: str) -> str:
        if name == "get-help":
            return self.site.settings.help.title
        if name in self.site.settings.sections:
            return self.site.settings.sections[name].title
        return (
            self.made_by.word(name)
            if name in ("sources", "glossary", "questionnaires", "my-results", "search", "keep")
            else self.made_by.word("finder")
            if name == "find-treatment"
            else name
        )

    # parts of pages

    @cached_property
    def _more(self) -> tuple[File, File]:
        """The script that self-checks fetch when the reader goes on, with the part of the page that it brings; and its styles."""
        markup = self.made_by.filled("parts/selfcheck/more.html", "questionnaires/", {"root": "../../"}) or ""
        return self.assets.more(" ".join(markup.split()))

    def _body(self, prose: Prose, root: str, known: Mapping[str, Any]) -> Any:
        """A converted text with the templates' words, the addresses of pictures, and figures put in. `known` is what a template
        for a part of this page gets."""

        def picture(found: re.Match[str]) -> str:
            name = html.unescape(found[1])
            if name not in self.media:
                return 'src=""'
            known = self.site.pictures[name]
            return f'src="{root}{self.media[name].path}" width="{known.width}" height="{known.height}" loading="lazy"'

        def word(found: re.Match[str]) -> str:
            said = html.escape(self.made_by.word(found[1]).replace("{n}", html.unescape(found[2] or "")))
            return said if found[2] else f'<span class="level">{said}</span> '

        markup = re.sub(r'<x-say key="([\w-]+)"(?: n="([^"]*)")?>\s*</x-say>', word, prose.html)
        markup = re.sub(r'src="media:([^"]+)"', picture, markup)

        def figure(found: re.Match[str]) -> str:
            return self._figure(prose.figures[int(found[1])], known)

        return Markup(re.sub(r'<x-figure n="(\d+)"></x-figure>', figure, markup))  # noqa: S704, prose has sanitised it

    def _chapter(self, article: Article, template: str, known: Mapping[str, Any]) -> Any:
        """An article as a chapter of its section's booklet, by a template for one."""
        root = known["page"].root
        shown = self.made_by.part(template, {**known, "article": article, "references": self._references(article)})
        chapters = {f"{root}{other.url}": _chapter(other) for other in self.shelf(article.section)}
        return Markup(as_chapter(str(shown), _chapter(article), chapters))  # noqa: S704, only names and levels changed

    def _carried(self) -> list[Contact]:
        """Whom to call, for a page that is read on paper: those of the contact bar, then what works everywhere."""
        settings = self.site.settings
        lines = [line.contact for line in (*settings.contact_bar.danger, *settings.contact_bar.usual)]
        ids = dict.fromkeys((*lines, *settings.help.everywhere))
        return [self.site.contacts[id] for id in ids if id in self.site.contacts]

    def _versions(self, kind: PageKind, more: Mapping[str, Any]) -> Mapping[str, str]:
        """Where a page stands in each language, this one included; empty where there is no other."""
        settings = self.site.settings
        if kind == "home":
            others, url = settings.other_languages, ""
        elif kind == "article":
            others, url = more["article"].meta.in_other_languages, more["article"].url
        else:
            return {}
        own = settings.absolute(url)
        return {settings.language: own, **others} if own and others else {}

    def _figure(self, use: FigureUse, known: Mapping[str, Any]) -> str:
        """A figure where a text shows it, by its template."""
        figure = self.site.figures[use.id]
        drawing = figures.draw(figure, self._say)
        told = figures.tell(figure, self._say, [Markup(cite) for cite in use.cites])  # noqa: S704, made by prose
        caption = Markup(use.caption)  # noqa: S704, prose has sanitised it
        shown = {"figure": figure, "caption": caption, "drawing": Markup(drawing), "told": told}  # noqa: S704, drawn by us
        return str(self.made_by.part("parts/figure.html", {**known, **shown}))

    def _say(self, word: Word) -> str:
        """A word of the templates' with its blanks filled in."""
        return self.made_by.phrase(word.key, dict(word.values))

    def _picture(self, name: str) -> str:
        """For templates: where a picture of the look of the site stands, from the root."""
        if name not in self.pictures:
            raise missing(f"there is no picture {name} in assets/img")
        return self.pictures[name].path

    def _references(self, article: Article) -> list[tuple[str, Any]]:
        return [(id, self.site.sources[id]) for id in article.refers.sources if id in self.site.sources]

    def _cited(self) -> list[tuple[str, Any, list[Article], list[SelfCheck]]]:
        """Each source with the pages that cite it, in the order of the titles."""
        rows = []
        for id, source in self.site.sources.items():
            articles = [article for article in self.site.articles if id in article.refers.sources]
            checks = [check for check in self.site.selfchecks if id in check.sheet.sources]
            rows.append((id, source, articles, checks))
        return sorted(rows, key=lambda row: row[1].title.casefold())

    def _help_sections(self) -> dict[str, list[Contact]]:
        """Contacts by the part of the Get help page where they stand; none of the parts empty."""
        found = {part: list[Contact]() for part in HELP_SECTIONS}
        on_own_page = {contact.id for region in self.directory.regions for contact in region.agencies}
        for contact in self.site.contacts.values():
            if contact.id not in on_own_page:
                found[self._help_section(contact)].append(contact)
        return {
            part: contacts
            for part, contacts in found.items()
            if contacts or (part == "near" and self.directory.regions)
        }

    def _help_section(self, contact: Contact) -> str:
        settings = self.site.settings
        if contact.country not in (settings.country, "INT"):
            return "abroad"
        home = settings.language.split("-")[0]
        if contact.languages and not any(spoken.split("-")[0] == home for spoken in contact.languages):
            return "languages"
        return next(part for part, kinds in HELP_SECTIONS.items() if contact.kind in kinds)

    # files

    def _files(self, pages: Sequence[Page]) -> Iterator[File]:
        """What pages load, and what other programs read."""
        yield from self.site.static
        yield from self._loaded()
        own = {file.path for file in self.site.static}
        yield from (file for file in self._offline(pages) if file.path not in own)
        machines = Machines(self.site, self.made_by)
        yield from machines.files(pages)
        self.problems += machines.problems()

    def _loaded(self) -> Iterator[File]:
        """What pages load."""
        scripts = [file for name, file in self.assets.scripts.items() if name != "keep" or self.site.settings.offline]
        yield from {file.path: file for file in (*self.pictures.values(), *self.media.values(), *scripts)}.values()
        if self.site.selfchecks:
            yield from self._more
        yield from self._index
        for made_of in self.directory.finders:
            yield from made_of.files


def _chapter(article: Article) -> str:
    """The name of an article's chapter in its section's booklet."""
    return f"c-{article.id.partition('/')[2]}"


def _schema(kind: PageKind, more: Mapping[str, Any]) -> str:
    """What schema.org calls what a page's main text is; empty where no word of its fits."""
    if kind == "article":
        return "WebPage" if more["article"].meta.editorial else "MedicalWebPage"
    return "MedicalWebPage" if kind == "questionnaire" else ""
