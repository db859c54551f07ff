"""A content folder -> `Site`, and every problem found on the way. A problem in one file never stops another from being read."""

from __future__ import annotations

import calendar
import datetime
import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Generic, TypeVar

from ebbtide.finder.rows import read_list
from ebbtide.model import figure as figure_model
from ebbtide.model.article import Article, FrontMatter, Review
from ebbtide.model.base import Strict, parse
from ebbtide.model.contact import Contact, Contacts
from ebbtide.model.facility import FacilityList, FacilityListSettings
from ebbtide.model.figure import Figure
from ebbtide.model.page import File
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.model.reference import Bibliography, Glossary, Reference, Term
from ebbtide.model.search import Synonyms
from ebbtide.model.site import Picture, SelfCheck, Site, SiteSettings
from ebbtide.problem import Place, Places, Problem
from ebbtide.prose import Surroundings, Writer
from ebbtide.selfcheck import Plan, check_examples, compile_questionnaire
from ebbtide.selfcheck.sheet import make_sheet
from ebbtide.source import Document, decoded, parse_table, parse_yaml, read_bytes, read_markdown, read_yaml
from ebbtide.table import MAX_BYTES as TABLE_BYTES
from ebbtide.table import Table
from ebbtide.workers import shared_out

RULES: Mapping[str, str] = {
    "no-content": "The content folder is there and holds site.yaml, contacts.yaml, sources.yaml and glossary.yaml.",
    "stray-file": "Every file in the content folder is of a kind, and in a place, that is used.",
    "file-name": "Names of articles, questionnaires, figures and pictures are small letters, digits and hyphens, and no name holds what cannot be shown.",
    "name-case": "No two names differ only in capital letters: some machines take them for one file.",
    "link-outside": "No symbolic link leaves the content folder or stands for a whole folder.",
    "id-matches-file": "A questionnaire's id is its file's name.",
    "picture": "A picture in media/ can be read, and its size is known.",
    "facility-list": "Every folder in facilities/ holds list.yaml and tables of places, and no import into it was cut off.",
}

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif")
POOL_FROM = 200
"""Articles from which on several processes gain more than they cost: a pool costs about 0.1 s, an article 3 to 4 ms."""
_FILES = ("site.yaml", "contacts.yaml", "sources.yaml", "glossary.yaml")
_SYNONYMS = "synonyms.yaml"
"""A file that may be missing."""
_TABLES = "questionnaires/tables/"
_NAMES = {"articles": "article", "questionnaires": "questionnaire", "figures": "figure", "media": "media"}
"""What links call that which lies in a folder."""
_Model = TypeVar("_Model", bound=Strict)


@dataclass
class _Loading:
    """What has been found so far. `shown` is the folder as problems name it."""

    root: Path
    shown: str
    problems: list[Problem] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    drafts: set[str] = field(default_factory=set)

    def wrong(self, rule: str, path: str, message: str, hint: str, *, warning: bool = False) -> None:
        self.problems.append(Problem(Place(self.named(path)), "warning" if warning else "error", rule, message, hint))

    def named(self, path: str) -> str:
        return _named(self.shown, path)

    def without(self, path: str) -> None:
        """Notes that what a file holds is not to be had, so that a link to it is not called broken on top."""
        folder, _, name = path.partition("/")
        if kind := _NAMES.get(folder):
            self.failed.add(f"{kind}:{name if kind == 'media' else name.rpartition('.')[0]}")

    def bytes(self, path: str) -> bytes | None:
        data, problem = read_bytes(self.root / path, self.named(path))
        if problem:
            self.problems.append(problem)
            self.without(path)
        return data

    def yaml(self, path: str, model: type[_Model]) -> tuple[_Model | None, Document | None]:
        document, problems = read_yaml(self.root / path, self.named(path))
        self.problems += problems
        if document is None:
            return None, None
        made, problems = parse(model, document.fields, document.places)
        self.problems += problems
        return made, document


def load(
    root: Path, shown: str, today: datetime.date, *, drafts: bool = False, jobs: int = 1,
    progress: Callable[[Iterable[Any], int], Iterable[Any]] = lambda items, _: items,
) -> tuple[Site | None, list[Problem]]:  # fmt: skip
    """Read the content folder `root`, which problems name `shown`.

    `drafts` keeps articles marked ``draft: true``. `jobs` processes share the conversion of articles, where there are enough of
    them; `progress` wraps the articles as they are made, and their number. Returns no site where there is no ``site.yaml`` to speak of; problems
    are complete in either case.
    """
    loading = _Loading(root, shown)
    paths = sorted(_files(loading))
    for name in _FILES:
        if name not in paths and not (root / name).is_symlink():
            loading.wrong(
                "no-content", name, "the file is missing.", f"Write it, or check that {shown} is the folder you mean."
            )
    settings, settings_document = loading.yaml("site.yaml", SiteSettings) if "site.yaml" in paths else (None, None)
    contacts, _ = _entries(loading, paths, _Kind("contact", "contacts.yaml", "contacts", Contacts, Contact))
    sources, source_places = _entries(
        loading, paths, _Kind("source", "sources.yaml", "sources", Bibliography, Reference)
    )
    glossary, glossary_places = _entries(loading, paths, _Kind("term", "glossary.yaml", "terms", Glossary, Term))
    synonyms, _ = loading.yaml(_SYNONYMS, Synonyms) if _SYNONYMS in paths else (None, None)
    for id, contact in contacts.items():
        contact._id = id
    around = Surroundings(
        contacts,
        frozenset(sources),
        frozenset(glossary),
        settings.dont_words if settings else (),
        frozenset(loading.failed),
    )
    facilities = tuple(_facility_lists(loading, paths))
    figures = dict(_figures(loading, paths, around))
    around = replace(around, figures=figures, failed=frozenset(loading.failed))
    articles = tuple(_articles(loading, paths, _Conversion(root, shown, settings, around, drafts), jobs, progress))
    compiled = _selfchecks(loading, paths, settings, dict(_tables(loading, paths)), drafts=drafts)
    selfchecks = tuple(sorted(compiled, key=lambda check: (check.questionnaire.order, check.questionnaire.id)))
    pictures = dict(_pictures(loading, paths))
    static = tuple(
        File(path.removeprefix("static/"), data)
        for path in paths
        if path.startswith("static/") and (data := loading.bytes(path)) is not None
    )
    if settings is None or settings_document is None:
        return None, loading.problems
    site = Site(
        settings=settings,
        places=settings_document.places,
        articles=articles,
        selfchecks=selfchecks,
        contacts=contacts,
        sources=sources,
        source_places=source_places,
        glossary=glossary,
        glossary_places=glossary_places,
        pictures=pictures,
        static=static,
        today=today,
        failed=frozenset(loading.failed),
        drafts=frozenset(loading.drafts),
        figures=figures,
        facilities=facilities,
        synonyms=synonyms,
    )
    return site, loading.problems


def _named(shown: str, path: str) -> str:
    return path if shown in ("", ".") else f"{shown}/{path}"


@dataclass(frozen=True)
class _Kind(Generic[_Model]):
    """A file that holds entries by id below one field: what links call an entry, the file, the field, and their models."""

    name: str
    path: str
    field: str
    whole: type[Strict]
    entry: type[_Model]


def _entries(loading: _Loading, paths: list[str], kind: _Kind[_Model]) -> tuple[dict[str, _Model], Places]:
    """The entries of a file that are sound, so that one mistake does not break every link to all the others."""
    made, document = loading.yaml(kind.path, kind.whole) if kind.path in paths else (None, None)
    if made is not None and document is not None:
        return dict(getattr(made, kind.field)), document.places
    found = document.fields.get(kind.field) if document else None
    if document is None or not isinstance(found, dict):
        loading.failed.add(f"{kind.name}:")
        return {}, document.places if document else Places(loading.named(kind.path))
    sound: dict[str, _Model] = {}
    for id, fields in found.items():
        entry = parse(kind.entry, fields, document.places.sub(kind.field, id))[0] if isinstance(fields, dict) else None
        if entry is None:
            loading.failed.add(f"{kind.name}:{id}")
        else:
            sound[id] = entry
    return sound, document.places


_JUNK = re.compile(r"(?:Thumbs\.db|desktop\.ini|\.DS_Store|.*~|\..*\.sw[a-p])", re.IGNORECASE)
"""What systems and editors leave in folders."""


def _files(loading: _Loading) -> Iterator[str]:
    """Paths below the folder, with /. Reports those that no part of the house reads."""
    root = loading.root
    if not root.is_dir():
        return
    home, folded = root.resolve(), dict[str, str]()
    for file in sorted(root.rglob("*")):
        path = file.relative_to(root).as_posix()
        if _JUNK.fullmatch(file.name) or ((path.startswith(".") or "/." in path) and not path.startswith("static/")):
            continue
        if re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", path):
            shown = re.sub("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "\ufffd", path)
            loading.wrong("file-name", shown, "the name holds a character that cannot be shown.", "Rename it.")
            continue
        if file.is_symlink() and (problem := _link_problem(file, home)):
            loading.wrong("link-outside", path, *problem)
            loading.without(path)
            continue
        if other := _twin(path, folded):
            if not file.is_dir():
                loading.wrong(
                    "name-case",
                    path,
                    f"the name differs from {other} only in capital letters or in how they are coded.",
                    "Rename one of them.",
                )
                loading.without(path)
            continue
        if not file.is_dir() and _used(loading, path):
            yield path


def _link_problem(link: Path, home: Path) -> tuple[str, str] | None:
    try:
        inside = link.exists() and link.resolve().is_relative_to(home)
    except (OSError, RuntimeError):  # a link that leads to itself
        inside = False
    if not inside:
        return "this link leads out of the content folder, or nowhere.", "Put the file itself here."
    return (
        ("this link stands for a whole folder, which is not read.", "Put the folder itself here.")
        if link.is_dir()
        else None
    )


def _twin(path: str, folded: dict[str, str]) -> str | None:
    """What came before and is, for some machines, the same name: the file, or one of the folders that it lies in."""
    for whole in (*(str(parent) for parent in reversed(PurePosixPath(path).parents) if parent.name), path):
        other = folded.setdefault(unicodedata.normalize("NFC", whole).casefold(), whole)
        if other != whole:
            return other
    return None


def _used(loading: _Loading, path: str) -> bool:
    parts, suffix = PurePosixPath(path).parts, PurePosixPath(path).suffix
    if (
        path in (*_FILES, _SYNONYMS)
        or parts[0] == "static"
        or (path.startswith(_TABLES) and len(parts) == 3 and suffix == ".yaml")
    ):
        return True
    if parts[0] == "facilities" and len(parts) == 3 and (parts[2] == _LIST or suffix == ".csv"):
        if _SLUG.fullmatch(parts[1]):
            return True
        message = "a list's folder is named in the finder's files, and this name cannot be."
        loading.wrong("file-name", path, message, "Use small letters, digits and single hyphens.")
        return False
    shelf = {"articles": (".md", 3), "questionnaires": (".yaml", 2), "figures": (".yaml", 2), "media": (None, 2)}.get(
        parts[0]
    )
    if shelf is None or len(parts) != shelf[1] or (suffix != shelf[0] if shelf[0] else suffix.lower() not in _PICTURES):
        if parts[0] == "translations":
            return False
        # what lies on a shelf was meant to be read: leaving it out with a warning would lose a page
        loading.wrong("stray-file", path, "nothing reads this file.", _where_it_belongs(suffix), warning=shelf is None)
        loading.without(path)
        return False
    if not all(_SLUG.fullmatch(part) for part in (*parts[1:-1], PurePosixPath(path).stem)):
        loading.wrong(
            "file-name",
            path,
            "the name becomes an address, and this one cannot.",
            "Use small letters, digits and single hyphens.",
        )
        loading.without(path)
        return False
    return True


def _where_it_belongs(suffix: str) -> str:
    if suffix == ".csv":
        return "A table of places is facilities/<list>/<name>.csv."
    if suffix in (".md", ".markdown", ".txt"):
        return "An article is articles/<section>/<name>.md."
    if suffix in (".yaml", ".yml"):
        return "A questionnaire is questionnaires/<name>.yaml, a figure figures/<name>.yaml."
    if suffix.lower() in _PICTURES:
        return "A picture is media/<name>."
    return "Files that go out as they are belong in static/."


@dataclass(frozen=True)
class _Conversion:
    """Reads and converts one article. Its fields are all that the result depends on, besides the article's file."""

    root: Path
    shown: str
    settings: SiteSettings | None
    around: Surroundings
    drafts: bool

    def __call__(self, path: str) -> tuple[Article | None, list[Problem], bool]:
        """The article, unless it is a draft that is left out; its problems; and whether its file can be made nothing of."""
        id = path.removeprefix("articles/").removesuffix(".md")
        document, problems = read_markdown(self.root / path, _named(self.shown, path))
        if document is None:
            return None, problems, True
        meta, found = parse(FrontMatter, document.fields, document.places)
        problems += found
        if meta is None:
            return None, problems, True
        if meta.draft and not self.drafts:
            return None, problems, False
        writer = Writer(path, 2, self.around)
        key_points = tuple(
            writer.inline(
                point,
                document.places.at("key_points", number),
                document.places.sub("key_points", number).inside,
            )
            for number, point in enumerate(meta.key_points)
        )
        body = writer.block(document.body, Place(document.path, document.body_line))
        article = Article(
            id, id.split("/")[0], document.path, meta, _due(meta.review, self.settings, services=meta.services),
            key_points, body, writer.refers(), document.places,
        )  # fmt: skip
        return article, problems + writer.problems, False


def _articles(
    loading: _Loading, paths: list[str], convert: _Conversion, jobs: int,
    progress: Callable[[Iterable[Any], int], Iterable[Any]],
) -> Iterator[Article]:  # fmt: skip
    wanted = [path for path in paths if path.startswith("articles/")]
    results = shared_out(convert, wanted, jobs if len(wanted) >= POOL_FROM else 1)
    for path, (article, problems, failed) in progress(zip(wanted, results, strict=True), len(wanted)):
        loading.problems += problems
        if failed:
            loading.without(path)
        elif article is None:
            loading.drafts.add(path.removeprefix("articles/").removesuffix(".md"))
        else:
            yield article


def _figures(loading: _Loading, paths: list[str], around: Surroundings) -> Iterator[tuple[str, Figure]]:
    for path in paths:
        if not path.startswith("figures/"):
            continue
        id = PurePosixPath(path).stem
        document, problems = read_yaml(loading.root / path, loading.named(path))
        loading.problems += problems
        made, problems = figure_model.read(document.fields, document.places) if document else (None, [])
        loading.problems += problems
        if made is None:
            loading.without(path)
            continue
        writer = Writer(path, 2, around)
        writer.caption(id, made)
        loading.problems += writer.problems
        yield id, made


_LIST, _POINTS = "list.yaml", "postal-codes.csv"


def _facility_lists(loading: _Loading, paths: list[str]) -> Iterator[FacilityList]:
    """The lists in ``facilities/``, each with those of its places that are sound."""
    for left in sorted((loading.root / "facilities").glob(".*.old")):
        name = left.name[1:].removesuffix(".old")
        if not (loading.root / "facilities" / name).exists():
            message = "an import into this list was cut off, and the list as it was stands aside."
            loading.wrong(
                "facility-list", f"facilities/{name}", message, "Run the import again, which puts it back first."
            )
    inside: dict[str, list[str]] = {}
    for path in paths:
        if path.startswith("facilities/"):
            inside.setdefault(path.split("/")[1], []).append(path)
    for name, files in inside.items():
        made = _facility_list(loading, f"facilities/{name}", files)
        if made is None:
            loading.failed.add(f"facilities:{name}")
        else:
            yield made


def _facility_list(loading: _Loading, folder: str, files: list[str]) -> FacilityList | None:
    if f"{folder}/{_LIST}" not in files:
        message, hint = f"there is no {_LIST} in this folder.", "Write it; docs/facilities.md shows one."
        loading.wrong("facility-list", folder, message, hint)
        return None
    if not any(path.endswith(".csv") and not path.endswith(f"/{_POINTS}") for path in files):
        loading.wrong("facility-list", folder, "there is no table of places in this folder.", "Add places.csv.")
    data: dict[str, bytes] = {}
    for path in files:
        found, problem = read_bytes(loading.root / path, loading.named(path), TABLE_BYTES)
        if problem:
            loading.problems.append(problem)
        if found is not None:
            data[path] = found
    named = loading.named(folder)
    digest = hashlib.sha256(repr(sorted((path, hashlib.sha256(each).digest()) for path, each in data.items())).encode())
    key = digest.hexdigest()
    if _lists.get(named, ("",))[0] != key:
        _lists[named] = (key, *_understood(loading, folder, data))
    _, made, problems = _lists[named]
    loading.problems += problems
    return made


_lists: dict[str, tuple[str, FacilityList | None, list[Problem]]] = {}
"""Lists that this process has read, with the digest of their bytes: a national one takes a second, and most saves change none of it."""


def _understood(loading: _Loading, folder: str, data: Mapping[str, bytes]) -> tuple[FacilityList | None, list[Problem]]:
    problems: list[Problem] = []
    settings = None
    if f"{folder}/{_LIST}" in data:
        text, problems = decoded(data[f"{folder}/{_LIST}"], loading.named(f"{folder}/{_LIST}"))
        document = parse_yaml(text, loading.named(f"{folder}/{_LIST}"), problems)[0] if text is not None else None
        if document is not None:
            settings, found = parse(FacilityListSettings, document.fields, document.places)
            problems += found
    tables: dict[str, Table] = {}
    for path, content in data.items():
        if path.endswith(".csv"):
            table, found = parse_table(content, loading.named(path))
            problems += found
            if table is not None:
                tables[path] = table
    points = tables.pop(f"{folder}/{_POINTS}", None)
    if settings is None:
        return None, problems
    if points is not None and settings.postal_codes is None:
        place = Place(loading.named(f"{folder}/{_LIST}"))
        message = f"{_POINTS} is there, and {_LIST} does not say what a postal code looks like."
        hint = "Add postal_codes with name, example and digits."
        problems.append(Problem(place, "error", "facility-list", message, hint))
    made, found = read_list(folder.rpartition("/")[2], loading.named(folder), settings, tables.values(), points)
    return made, problems + found


def facility_list(folder: Path, shown: str) -> tuple[FacilityList | None, list[Problem]]:
    """Read one list by itself. `shown` is how problems name its folder."""
    loading = _Loading(folder.parent, str(PurePosixPath(shown).parent))
    files = sorted(
        f"{folder.name}/{each.name}" for each in folder.iterdir() if each.name == _LIST or each.suffix == ".csv"
    )
    return _facility_list(loading, folder.name, files), sorted(loading.problems)


def _due(review: Review, settings: SiteSettings | None, *, services: bool = False) -> datetime.date:
    months = 12 if settings is None else settings.service_review_months if services else settings.review_months
    return review.due or add_months(review.reviewed, months)


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last day of that month where it is shorter; the last day there is, at the end."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > datetime.MAXYEAR:
        return datetime.date.max
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def _tables(loading: _Loading, paths: list[str], folder: str = _TABLES) -> Iterator[tuple[str, dict[str, str]]]:
    """The look-up tables that questionnaires name: each a file of lines ``raw score: what it becomes``."""
    for path in paths:
        if path.startswith(folder):
            document, problems = read_yaml(loading.root / path, loading.named(path))
            loading.problems += problems
            if document is not None:
                yield (
                    PurePosixPath(path).stem,
                    {raw: value for raw, value in document.fields.items() if isinstance(value, str)},
                )


def _selfchecks(
    loading: _Loading, paths: list[str], settings: SiteSettings | None, tables: Mapping[str, Mapping[str, str]],
    *, drafts: bool,
) -> Iterator[SelfCheck]:  # fmt: skip
    for path in paths:
        if not path.startswith("questionnaires/") or path.startswith(_TABLES):
            continue
        id = PurePosixPath(path).stem
        questionnaire, document, plan = _compiled(loading, path, tables, drafts=drafts)
        if questionnaire is not None and questionnaire.draft and not drafts:
            continue
        if questionnaire is None or plan is None or document is None:
            loading.without(path)
            continue
        if questionnaire.id != id:
            place = document.places.at("id")
            loading.problems.append(
                Problem(
                    place,
                    "error",
                    "id-matches-file",
                    f"the id is {questionnaire.id}, the file {id}.yaml.",
                    "Make them the same.",
                )
            )
        loading.problems += _proved(questionnaire, plan)
        due = _due(questionnaire.review, settings)
        yield SelfCheck(questionnaire, document.path, plan.as_json(), make_sheet(questionnaire, plan), due)


_proofs: dict[str, list[Problem]] = {}
"""What was found of each plan that this process has proved: while somebody writes, most saves change none of them."""


def _proved(questionnaire: Questionnaire, plan: Plan) -> list[Problem]:
    key = hashlib.sha256(repr((plan.data, sorted(plan.places.items()))).encode()).hexdigest()
    if key not in _proofs:
        from ebbtide.selfcheck.proofs import prove  # its many small classes take 20 ms to import

        _proofs[key] = prove(questionnaire, plan).problems
    return _proofs[key]


def _compiled(
    loading: _Loading, path: str, tables: Mapping[str, Mapping[str, str]], *, drafts: bool = True
) -> tuple[Questionnaire | None, Document | None, Plan | None]:
    questionnaire, document = loading.yaml(path, Questionnaire)
    if questionnaire is None or (questionnaire.draft and not drafts):
        return questionnaire, document, None
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
    tables = dict(
        _tables(loading, sorted(f"tables/{each.name}" for each in (file.parent / "tables").glob("*.yaml")), "tables/")
    )
    found, _, plan = _compiled(loading, file.name, tables)
    return found, plan, sorted(loading.problems)


def _pictures(loading: _Loading, paths: list[str]) -> Iterator[tuple[str, Picture]]:
    for path in paths:
        if not path.startswith("media/"):
            continue
        name, data = path.removeprefix("media/"), loading.bytes(path)
        if data is None:
            continue
        width, height = _size(data)
        if width < 1 or height < 1:
            loading.wrong(
                "picture", path, "the picture cannot be read, or does not say how large it is.", "Save it again."
            )
            loading.without(path)
            continue
        yield name, Picture(File(name, data), width, height)


def _size(data: bytes) -> tuple[int, int]:
    """Width and height of a picture in pixels; 0 or less where the data do not say."""
    import imagesize  # it comes with an HTTP client, which takes 20 ms to import

    try:
        width, height = imagesize.get(io.BytesIO(data))
        return int(width), int(height)
    except Exception:  # a broken file breaks the parser in as many ways as there are formats
        return 0, 0
