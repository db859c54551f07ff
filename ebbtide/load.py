"""A content folder -> `Site`, and every problem found on the way. A problem in one file never stops another from being read."""

from __future__ import annotations

import calendar
import datetime
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import imagesize

from ebbtide.model.article import Article, FrontMatter, Review
from ebbtide.model.base import Strict, parse
from ebbtide.model.contact import Contact, Contacts
from ebbtide.model.page import File
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.model.reference import Bibliography, Glossary
from ebbtide.model.site import Picture, SelfCheck, Site, SiteSettings
from ebbtide.problem import Place, Places, Problem
from ebbtide.prose import Surroundings, Writer
from ebbtide.selfcheck import Plan, check_examples, compile_questionnaire, paper_key
from ebbtide.source import MAX_BYTES, Document, read_markdown, read_yaml

RULES: Mapping[str, str] = {
    "no-content": "The content folder is there and holds site.yaml, contacts.yaml, sources.yaml and glossary.yaml.",
    "stray-file": "Every file in the content folder is of a kind, and in a place, that is used.",
    "file-name": "Names of articles, questionnaires and pictures are small letters, digits and hyphens.",
    "name-case": "No two names differ only in capital letters: some machines take them for one file.",
    "link-outside": "No symbolic link leaves the content folder.",
    "id-matches-file": "A questionnaire's id is its file's name.",
    "picture": "A picture in media/ can be read, and its size is known.",
}

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif")
_FILES = ("site.yaml", "contacts.yaml", "sources.yaml", "glossary.yaml")
_TABLES = "questionnaires/tables/"
_Model = TypeVar("_Model", bound=Strict)


@dataclass
class _Loading:
    """What has been found so far. `shown` is the folder as problems name it."""

    root: Path
    shown: str
    problems: list[Problem] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)

    def wrong(self, rule: str, path: str, message: str, hint: str, *, warning: bool = False) -> None:
        self.problems.append(Problem(Place(self.named(path)), "warning" if warning else "error", rule, message, hint))

    def named(self, path: str) -> str:
        return path if self.shown in ("", ".") else f"{self.shown}/{path}"

    def yaml(self, path: str, model: type[_Model]) -> tuple[_Model | None, Document | None]:
        document, problems = read_yaml(self.root / path, self.named(path))
        self.problems += problems
        if document is None:
            return None, None
        made, problems = parse(model, document.fields, document.places)
        self.problems += problems
        return made, document


def load(root: Path, shown: str, today: datetime.date, *, drafts: bool = False) -> tuple[Site | None, list[Problem]]:
    """Read the content folder `root`, which problems name `shown`.

    `drafts` keeps articles marked ``draft: true``. Returns no site where there is no ``site.yaml`` to speak of; problems
    are complete in either case.
    """
    loading = _Loading(root, shown)
    paths = sorted(_files(loading))
    for name in _FILES:
        if name not in paths:
            loading.wrong("no-content", name, "the file is missing.", f"Write it, or check that {shown} is the folder you mean.")
    settings, settings_document = loading.yaml("site.yaml", SiteSettings) if "site.yaml" in paths else (None, None)
    contacts = _contacts(loading) if "contacts.yaml" in paths else {}
    sources, sources_document = loading.yaml("sources.yaml", Bibliography) if "sources.yaml" in paths else (None, None)
    glossary, glossary_document = loading.yaml("glossary.yaml", Glossary) if "glossary.yaml" in paths else (None, None)
    around = Surroundings(
        contacts,
        frozenset(_mapping(sources_document, "sources")),
        frozenset(_mapping(glossary_document, "terms")),
        settings.dont_words if settings else (),
    )
    articles = tuple(_articles(loading, paths, settings, around, drafts=drafts))
    selfchecks = tuple(_selfchecks(loading, paths, settings, dict(_tables(loading, paths))))
    pictures = dict(_pictures(loading, paths))
    static = tuple(File(path.removeprefix("static/"), (root / path).read_bytes()) for path in paths if path.startswith("static/"))
    if settings is None or settings_document is None:
        return None, loading.problems
    site = Site(
        settings=settings,
        places=settings_document.places,
        articles=articles,
        selfchecks=selfchecks,
        contacts=contacts,
        sources=sources.sources if sources else {},
        source_places=sources_document.places if sources_document else Places(loading.named("sources.yaml")),
        glossary=glossary.terms if glossary else {},
        glossary_places=glossary_document.places if glossary_document else Places(loading.named("glossary.yaml")),
        pictures=pictures,
        static=static,
        today=today,
        failed=frozenset(loading.failed),
    )
    return site, loading.problems


def _mapping(document: Document | None, key: str) -> Mapping[str, Any]:
    """The ids written in a file, whether or not each entry is sound: a bad entry is reported once, not at each use too."""
    found = document.fields.get(key) if document else None
    return found if isinstance(found, dict) else {}


def _files(loading: _Loading) -> Iterator[str]:
    """Paths below the folder, with /. Reports those that no part of the house reads."""
    root = loading.root
    if not root.is_dir():
        return
    home, folded = root.resolve(), dict[str, str]()
    for file in sorted(root.rglob("*")):
        path = file.relative_to(root).as_posix()
        if any(part.startswith(".") for part in PurePosixPath(path).parts) and not path.startswith("static/"):
            continue
        if file.is_symlink() and not (file.exists() and file.resolve().is_relative_to(home)):
            loading.wrong("link-outside", path, "this link leads out of the content folder, or nowhere.", "Put the file itself here.")
            continue
        if file.is_dir():
            continue
        if (other := folded.setdefault(path.casefold(), path)) != path:
            loading.wrong("name-case", path, f"the name differs from {other} only in capital letters.", "Rename one of them.")
            continue
        if _used(loading, path):
            yield path


def _used(loading: _Loading, path: str) -> bool:
    parts, suffix = PurePosixPath(path).parts, PurePosixPath(path).suffix
    if path in _FILES or parts[0] == "static" or (path.startswith(_TABLES) and len(parts) == 3 and suffix == ".yaml"):
        return True
    shelf = {"articles": (".md", 3), "questionnaires": (".yaml", 2), "media": (None, 2)}.get(parts[0])
    if shelf is None or len(parts) != shelf[1] or (suffix != shelf[0] if shelf[0] else suffix.lower() not in _PICTURES):
        if parts[0] in ("facilities", "translations"):
            return False
        loading.wrong("stray-file", path, "nothing reads this file.", _where_it_belongs(parts, suffix), warning=True)
        return False
    if not all(_SLUG.fullmatch(part) for part in (*parts[1:-1], PurePosixPath(path).stem)):
        loading.wrong("file-name", path, "the name becomes an address, and this one cannot.", "Use small letters, digits and single hyphens.")
        return False
    return True


def _where_it_belongs(parts: tuple[str, ...], suffix: str) -> str:
    if suffix in (".md", ".markdown", ".txt"):
        return "An article is articles/<section>/<name>.md."
    if suffix in (".yaml", ".yml"):
        return "A questionnaire is questionnaires/<name>.yaml."
    if suffix.lower() in _PICTURES:
        return "A picture is media/<name>."
    return "Files that go out as they are belong in static/."


def _contacts(loading: _Loading) -> dict[str, Contact]:
    made, document = loading.yaml("contacts.yaml", Contacts)
    if made is None:
        # entries that are sound still serve, so that one mistake does not break every link to everybody
        sound = {}
        for id, entry in _mapping(document, "contacts").items():
            contact = parse(Contact, entry, document.places.sub("contacts", id))[0] if isinstance(entry, dict) and document else None
            if contact is not None:
                contact._id = id
                sound[id] = contact
        return sound
    return dict(made.contacts)


def _articles(
    loading: _Loading, paths: list[str], settings: SiteSettings | None, around: Surroundings, *, drafts: bool
) -> Iterator[Article]:
    for path in paths:
        if not path.startswith("articles/"):
            continue
        id = path.removeprefix("articles/").removesuffix(".md")
        document, problems = read_markdown(loading.root / path, loading.named(path))
        loading.problems += problems
        meta = None
        if document is not None:
            meta, problems = parse(FrontMatter, document.fields, document.places)
            loading.problems += problems
        if document is None or meta is None:
            loading.failed.add(f"article:{id}")
            continue
        if meta.draft and not drafts:
            continue
        writer = Writer(path, 2, around)
        key_points = tuple(
            writer.inline(point, document.places.at("key_points", number)) for number, point in enumerate(meta.key_points)
        )
        body = writer.block(document.body, Place(document.path, document.body_line))
        loading.problems += writer.problems
        yield Article(
            id, id.split("/")[0], document.path, meta, _due(meta.review, settings, services=meta.services),
            key_points, body, writer.refers(), document.places,
        )  # fmt: skip


def _due(review: Review, settings: SiteSettings | None, *, services: bool = False) -> datetime.date:
    months = 12 if settings is None else settings.service_review_months if services else settings.review_months
    return review.due or add_months(review.reviewed, months)


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last day of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def _tables(loading: _Loading, paths: list[str], folder: str = _TABLES) -> Iterator[tuple[str, dict[str, str]]]:
    """The look-up tables that questionnaires name: each a file of lines ``raw score: what it becomes``."""
    for path in paths:
        if path.startswith(folder):
            document, problems = read_yaml(loading.root / path, loading.named(path))
            loading.problems += problems
            if document is not None:
                yield PurePosixPath(path).stem, {raw: value for raw, value in document.fields.items() if isinstance(value, str)}


def _selfchecks(
    loading: _Loading, paths: list[str], settings: SiteSettings | None, tables: Mapping[str, Mapping[str, str]]
) -> Iterator[SelfCheck]:
    for path in paths:
        if not path.startswith("questionnaires/") or path.startswith(_TABLES):
            continue
        id = PurePosixPath(path).stem
        questionnaire, document, plan = _compiled(loading, path, tables)
        if questionnaire is None or plan is None or document is None:
            loading.failed.add(f"questionnaire:{id}")
            continue
        if questionnaire.id != id:
            place = document.places.at("id")
            loading.problems.append(
                Problem(place, "error", "id-matches-file", f"the id is {questionnaire.id}, the file {id}.yaml.", "Make them the same.")
            )
        due = _due(questionnaire.review, settings)
        yield SelfCheck(questionnaire, document.path, plan.as_json(), paper_key(questionnaire, plan), due)


def _compiled(
    loading: _Loading, path: str, tables: Mapping[str, Mapping[str, str]]
) -> tuple[Questionnaire | None, Document | None, Plan | None]:
    questionnaire, document = loading.yaml(path, Questionnaire)
    if questionnaire is None:
        return None, document, None
    plan, problems = compile_questionnaire(questionnaire, tables)
    loading.problems += problems
    if plan is not None:
        loading.problems += check_examples(questionnaire, plan)
    return questionnaire, document, plan


def questionnaire(file: Path, shown: str) -> tuple[Questionnaire | None, Plan | None, list[Problem]]:
    """Read and compile one questionnaire by itself, with the tables in the folder ``tables`` beside it.

    `shown` is how problems name the file.
    """
    loading = _Loading(file.parent, str(PurePosixPath(shown).parent))
    tables = dict(_tables(loading, sorted(f"tables/{each.name}" for each in (file.parent / "tables").glob("*.yaml")), "tables/"))
    found, _, plan = _compiled(loading, file.name, tables)
    return found, plan, sorted(loading.problems)


def _pictures(loading: _Loading, paths: list[str]) -> Iterator[tuple[str, Picture]]:
    for path in paths:
        if not path.startswith("media/"):
            continue
        name, data = path.removeprefix("media/"), (loading.root / path).read_bytes()
        if len(data) > MAX_BYTES:
            loading.wrong("picture", path, "the picture is larger than 2 MiB.", "Make it smaller: 100 kB is plenty.")
            continue
        width, height = imagesize.get(io.BytesIO(data))
        if width <= 0 or height <= 0:
            loading.wrong("picture", path, "the picture cannot be read, or does not say how large it is.", "Save it again.")
            continue
        yield name, Picture(File(name, data), int(width), int(height))
