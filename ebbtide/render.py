"""`Site` -> finished pages and files, in memory. The only Jinja environment."""

from __future__ import annotations

import datetime
import html
import io
import json
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from ebbtide import wording
from ebbtide.assets import Assets, headers, named, policy
from ebbtide.model.article import Article
from ebbtide.model.contact import Contact, Kind
from ebbtide.model.page import File, Page, PageKind
from ebbtide.model.site import SelfCheck, Site
from ebbtide.problem import Place, Problem

RULES: Mapping[str, str] = {
    "template": "Templates print what they are given: no unknown names, no mistakes in their syntax.",
    "no-base-url": "site.yaml gives base_url, so that canonical addresses, the sitemap and the feed can be written.",
    "no-catalog": "The templates' words are translated into the site's language.",
}

STYLED: tuple[PageKind, ...] = (
    "home", "section", "article", "questionnaires", "questionnaire", "help", "sources", "glossary", "not-found",
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
    "states": ("agency",),
    "abroad": (),
}
"""The parts of the Get help page, in its order, and the kinds of contact that stand there. A contact of another country, or one
that does not speak the site's language, stands under ``abroad`` or ``languages`` whatever its kind."""

_SCRIPTS: Mapping[str, tuple[str, ...]] = {"questionnaire": ("selfcheck",)}


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
    """Where a reference leads, seen from one page. `contact` is set where it is somebody to call."""

    href: str
    title: str
    summary: str = ""
    contact: Contact | None = None


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
    live: int
    canonical: str | None
    danger: bool = False
    section: str = ""


@dataclass
class Renderer:
    """Makes the pages of one site. `templates` are the folders to look in, the publisher's own first, with the names that
    problems give them. `live` adds what a page needs to hear of changes while it is being written."""

    site: Site
    templates: Sequence[tuple[Path, str]]
    live: int = 0
    version: str = ""
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        folders = [folder for folder, _ in self.templates]
        settings = self.site.settings
        self.assets = Assets(folders, settings.colors, settings.dark_colors)
        self.styles = {kind: self.assets.style(kind) for kind in STYLED}
        self.pictures = self.assets.pictures()
        self.media = {name: named("assets", picture.file.path, picture.file.content) for name, picture in self.site.pictures.items()}
        self.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folders),
            undefined=jinja2.StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        )
        self.environment.install_gettext_translations(self._translations(), newstyle=True)  # type: ignore[attr-defined]
        self.environment.filters["date"] = self._date
        self.environment.filters["json"] = _json
        self.environment.filters.update(wording.filters(settings.language))
        self.environment.globals |= {"picture": lambda name: self.pictures[name].path, "site": settings, "has_selfchecks": bool(self.site.selfchecks), "contacts": self.site.contacts, "glossary": self.site.glossary, "sources": self.site.sources}

    # everything

    def run(self, progress: Callable[[Iterable[Any], int], Iterable[Any]] = lambda items, _: items) -> Rendered:
        """Make everything. Problems with templates are in `problems`; a page that fails is left out.

        `progress` wraps the list of pages to be made and their number.
        """
        plans = list(self._plans())
        pages = tuple(page for plan in progress(plans, len(plans)) if (page := plan()) is not None)
        return Rendered(pages, tuple(self._files(pages)))

    def _plans(self) -> Iterator[Callable[[], Page | None]]:
        site, settings = self.site, self.site.settings
        home = Place(site.places.path)
        listed = [id for id, section in settings.sections.items() if section.listed]
        shelves = {id: self.shelf(id) for id in settings.sections}

        def plan(kind: PageKind, url: str, title: str, description: str, origin: Place, **more: Any) -> Callable[[], Page | None]:
            return lambda: self._page(kind, url, title, description, origin, **more)

        yield plan("home", "", settings.name, settings.summary, home, listed=listed, shelves=shelves)
        for id, section in settings.sections.items():
            yield plan("section", f"{id}/", section.title, section.summary, site.places.at("sections", id), shelf=shelves[id], section=id)
        for article in site.articles:
            yield plan(
                "article", article.url, article.meta.title, article.meta.summary, Place(article.path), article=article,
                section=article.section, danger=article.meta.danger, references=self._references(article),
            )  # fmt: skip
            for old in article.meta.moved_from:
                yield plan("moved", f"{old.strip('/')}/", article.meta.title, article.meta.summary, Place(article.path), to_url=article.url)
        if site.selfchecks:
            yield plan(
                "questionnaires", "questionnaires/", self._word("questionnaires"), self._word("questionnaires-summary"), home,
                checks=site.selfchecks,
            )  # fmt: skip
        for check in site.selfchecks:
            asked = check.questionnaire
            yield plan("questionnaire", check.url, asked.title, asked.summary, Place(check.path), check=check, questionnaire=asked, danger=True)
        yield plan(
            "help", "get-help/", settings.help.title, settings.help.summary, site.places.at("help"), danger=True,
            sections=self._help_sections(),
        )  # fmt: skip
        terms = sorted(site.glossary.items(), key=lambda entry: entry[1].term.casefold())
        yield plan("sources", "sources/", self._word("sources"), self._word("sources-summary"), home, cited=self._cited())
        yield plan("glossary", "glossary/", self._word("glossary"), self._word("glossary-summary"), home, terms=terms)
        yield plan("not-found", "404.html", self._word("not-found"), self._word("not-found-summary"), home, listed=listed)

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
        root = "../" * url.count("/")
        if kind == "not-found":
            # a host shows this page under any address, so its links must begin at the root
            root = "/" + "/".join((settings.base_url or "").split("/")[3:]).strip("/")
            root = root if root.endswith("/") else f"{root}/"
        scripts = _SCRIPTS.get(kind, ("site",))
        view = _View(
            kind=kind, url=url, root=root, title=title, description=description, style=style,
            policy=policy([style] if style else [], live=bool(self.live)), scripts=tuple(self.assets.scripts[name].path for name in scripts),
            live=self.live, canonical=self.absolute(url), danger=danger, section=section,
        )  # fmt: skip
        context = {"page": view, "to": lambda pointer: self.target(pointer, root), "body": lambda prose: self._body(prose.html, root), **more}
        text = self._rendered(f"{kind}.html", url, context)
        return None if text is None else Page(url, f"{text.strip()}\n".encode(), origin, kind)

    def _rendered(self, template: str, url: str, context: Mapping[str, Any]) -> str | None:
        try:
            return self.environment.get_template(template).render(context)
        except jinja2.TemplateSyntaxError as error:
            self._template_problem(error.filename or error.name or template, error.lineno, url, str(error.message))
        except jinja2.TemplateNotFound as error:
            self._template_problem(template, 1, url, f"there is no template {error.name}")
        except Exception as error:  # a template can fail in as many ways as Python can; each is its author's to mend
            frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".html")]
            last = frames[-1] if frames else None
            self._template_problem(last.filename if last else template, (last.lineno or 1) if last else 1, url, str(error))
        return None

    def _template_problem(self, filename: str, line: int, url: str, said: str) -> None:
        shown = filename
        for folder, name in self.templates:
            if Path(filename).is_absolute() and Path(filename).is_relative_to(folder):
                shown = f"{name}/{Path(filename).relative_to(folder).as_posix()}"
            elif not Path(filename).is_absolute() and (folder / filename).is_file():
                shown = f"{name}/{filename}"
                break
        problem = Problem(
            Place(shown, line), "error", "template", f"{said.rstrip('.')}, while making the page {url or 'index.html'}.",
            "Mend this line of the template, or delete your copy of the file to use the one that comes with the program.",
        )  # fmt: skip
        if not any(other.place == problem.place and other.rule == "template" for other in self.problems):
            self.problems.append(problem)

    def absolute(self, url: str) -> str | None:
        """The whole address of a page, where `base_url` is known."""
        base = self.site.settings.base_url
        return f"{base.rstrip('/')}/{url}" if base else None

    def target(self, pointer: str, root: str = "") -> Target:
        """Where ``article:symptoms/sleep`` and the like lead. A pointer to nothing is reported by a check and leads home."""
        kind, _, name = pointer.partition(":")
        name, _, fragment = name.partition("#")
        end = f"#{fragment}" if fragment else ""
        if kind == "article" and (article := self.site.article(name)):
            return Target(f"{root}{article.url}{end}", article.meta.title, article.meta.summary)
        if kind == "questionnaire":
            for check in self.site.selfchecks:
                if check.questionnaire.id == name:
                    return Target(f"{root}{check.url}{end}", check.questionnaire.title, check.questionnaire.summary)
        if kind == "contact" and (contact := self.site.contacts.get(name)):
            ways = [link for link in contact.links() if fragment in ("", link.part)]
            return Target(ways[0].href if ways else "", contact.name, contact=contact)
        if kind == "page":
            return Target(f"{root}{name}/{end}", self._title_of_page(name))
        return Target(root or "./", name)

    def _title_of_page(self, name: str) -> str:
        if name == "get-help":
            return self.site.settings.help.title
        if name in self.site.settings.sections:
            return self.site.settings.sections[name].title
        return self._word(name) if name in ("sources", "glossary", "questionnaires") else name

    # parts of pages

    def _body(self, markup: str, root: str) -> Any:
        """A converted text with the templates' words and the addresses of pictures put in."""

        def picture(found: re.Match[str]) -> str:
            name = html.unescape(found[1])
            if name not in self.media:
                return 'src=""'
            known = self.site.pictures[name]
            return f'src="{root}{self.media[name].path}" width="{known.width}" height="{known.height}" loading="lazy"'

        def word(found: re.Match[str]) -> str:
            said = html.escape(self._word(found[1]).replace("{n}", html.unescape(found[2] or "")))
            return said if found[2] else f'<span class="level">{said}</span> '

        markup = re.sub(r'<x-say key="([\w-]+)"(?: n="([^"]*)")?>\s*</x-say>', word, markup)
        return jinja2.filters.Markup(re.sub(r'src="media:([^"]+)"', picture, markup))

    def _word(self, key: str) -> str:
        """A word of the templates', in the site's language, that is needed where no template is at work."""
        words = self.environment.get_template("parts/words.html").module.words  # type: ignore[attr-defined]
        return str(words[key])

    def _references(self, article: Article) -> list[tuple[str, Any]]:
        return [(id, self.site.sources[id]) for id in article.refers.sources if id in self.site.sources]

    def _cited(self) -> list[tuple[str, Any, list[Article], list[SelfCheck]]]:
        """Each source with the pages that cite it, in the order of the titles."""
        rows = []
        for id, source in self.site.sources.items():
            articles = [article for article in self.site.articles if id in article.refers.sources]
            checks = [check for check in self.site.selfchecks if id in check.questionnaire.basis.informed_by]
            rows.append((id, source, articles, checks))
        return sorted(rows, key=lambda row: row[1].title.casefold())

    def _help_sections(self) -> dict[str, list[Contact]]:
        """Contacts by the part of the Get help page where they stand; none of the parts empty."""
        found = {part: list[Contact]() for part in HELP_SECTIONS}
        for contact in self.site.contacts.values():
            found[self._help_section(contact)].append(contact)
        return {part: contacts for part, contacts in found.items() if contacts}

    def _help_section(self, contact: Contact) -> str:
        settings = self.site.settings
        if contact.country not in (settings.country, "INT"):
            return "abroad"
        home = settings.language.split("-")[0]
        if contact.languages and not any(spoken.split("-")[0] == home for spoken in contact.languages):
            return "languages"
        return next(part for part, kinds in HELP_SECTIONS.items() if contact.kind in kinds)

    def _date(self, day: datetime.date) -> str:
        return format_date(day, format="long", locale=self.site.settings.language.replace("-", "_"))

    def _translations(self) -> NullTranslations:
        language = self.site.settings.language
        for tag in dict.fromkeys((language.replace("-", "_"), language.split("-")[0])):
            for folder, _ in self.templates:
                file = folder / "locale" / tag / "LC_MESSAGES" / "ebbtide.po"
                if file.is_file():
                    compiled = io.BytesIO()
                    write_mo(compiled, read_po(io.BytesIO(file.read_bytes()), locale=tag))
                    compiled.seek(0)
                    return Translations(fp=compiled)
        if language.split("-")[0] != "en":
            place = self.site.places.at("language")
            self.problems.append(
                Problem(place, "error", "no-catalog", f"there is no translation of the templates' words into {language}.",
                        f"Put locale/{language.split('-')[0]}/LC_MESSAGES/ebbtide.po into your templates folder.")
            )  # fmt: skip
        return NullTranslations()

    # files that are not pages

    def _files(self, pages: Sequence[Page]) -> Iterator[File]:
        yield from self.site.static
        yield from {file.path: file for file in (*self.pictures.values(), *self.media.values(), *self.assets.scripts.values())}.values()
        styles = list(dict.fromkeys(self.styles[kind] for kind in STYLED))
        own = {file.path for file in self.site.static}
        made = [File("_headers", headers(styles).encode()), File("robots.txt", self._robots().encode())]
        base = self.site.settings.base_url
        if base:
            shown = [page for page in pages if page.kind not in ("not-found", "moved")]
            made.append(File("sitemap.xml", self._xml("sitemap.xml", entries=[(self.absolute(page.url), self._changed(page)) for page in shown])))
            made.append(File("feed.xml", self._xml("feed.xml", articles=self._newest(), absolute=self.absolute, updated=self._updated())))
        else:
            self.problems.append(
                Problem(Place(self.site.places.path), "warning", "no-base-url",
                        "base_url is not set, so canonical addresses, the sitemap and the feed are left out.",
                        "Add base_url: and the address that the site will have.")
            )  # fmt: skip
        yield from (file for file in made if file.path not in own)

    def _xml(self, name: str, **context: Any) -> bytes:
        return ((self._rendered(name, name, context) or "").strip() + "\n").encode()

    def _robots(self) -> str:
        sitemap = self.absolute("sitemap.xml")
        return "User-agent: *\nAllow: /\n" + (f"Sitemap: {sitemap}\n" if sitemap else "")

    def _changed(self, page: Page) -> datetime.date | None:
        for article in self.site.articles:
            if article.url == page.url:
                return article.meta.review.reviewed
        for check in self.site.selfchecks:
            if check.url == page.url:
                return check.questionnaire.review.reviewed
        return self._updated()

    def _newest(self) -> list[Article]:
        return sorted(self.site.articles, key=lambda article: (article.meta.review.reviewed, article.id), reverse=True)[:30]

    def _updated(self) -> datetime.date | None:
        dates = [article.meta.review.reviewed for article in self.site.articles]
        dates += [check.questionnaire.review.reviewed for check in self.site.selfchecks]
        return max(dates, default=None)


def _json(value: Any) -> Any:
    """JSON that may stand inside a script element: no character in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for raw, coded in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(raw, coded)
    return jinja2.filters.Markup(text)
