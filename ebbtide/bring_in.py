"""Importing a list, from the files and addresses that the command names to the folder in the content: what reads and writes around
``finder/importing.py``.

Nothing replaces a list that could not be read back without a problem.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ebbtide import load, source
from ebbtide.finder import fetch, importing
from ebbtide.finder.formats.entries import Unreadable
from ebbtide.finder.gates import GATES
from ebbtide.finder.importing import Imported, Old, Order, Source
from ebbtide.finder.merge import Progress
from ebbtide.finder.rows import read_list
from ebbtide.finder.written import LIST, POINTS
from ebbtide.model.base import Refusal, nearest, parse, reason, web_address
from ebbtide.model.facility import FacilityListSettings
from ebbtide.pipeline import Options
from ebbtide.problem import Problem, as_text, errors
from ebbtide.write import put_back, replace_folder

MAX_BYTES = fetch.MAX_BYTES


class Wanted(NamedTuple):
    """What the command line asks for."""

    form: str
    files: tuple[str, ...]
    to: str | None
    update: bool
    edition: str
    dated: str
    source: str
    force: frozenset[str]


class Refused(Exception):
    """Why nothing was imported, in sentences."""


def gather(
    options: Options, wanted: Wanted, progress: Progress, transfer: Callable[[str], Callable[[int, int], None]]
) -> Imported:
    """Read, merge and judge. Raises `Refused`. Writes nothing, but for putting back what a killed import left aside."""
    if unknown := sorted(wanted.force - GATES.keys()):
        raise Refused(f"There is no gate {unknown[0]}. {nearest(unknown[0], GATES)}")
    if wanted.source:
        try:
            web_address(wanted.source)
        except Refusal as error:
            raise Refused(" ".join(reason(error)[1:])) from None
    name = _list_name(wanted)
    folder = options.content / "facilities" / name
    put_back(folder)
    old = _old(folder, name, update=wanted.update)
    try:
        sources = [_source(each, transfer) for each in wanted.files]
        if len({each.name for each in sources}) < len(sources):
            raise Refused("Two of the files have the same name. Rename one, so that the report can tell them apart.")
        order = Order(
            wanted.form,
            name,
            options.today,
            _country(options),
            wanted.edition,
            wanted.dated,
            wanted.source,
            wanted.force,
        )
        found = importing.run(sources, order, old, progress)
    except Unreadable as error:
        raise Refused(str(error)) from None
    if problems := _reread(found, name):
        shown = "\n".join(as_text(problem) for problem in problems[:20])
        raise Refused(f"The list could not be read back, so it was not written:\n{shown}")
    return found


def write(options: Options, found: Imported) -> int:
    """Put the list into the content folder, all of it or nothing. The number of files that changed."""
    return replace_folder(options.content / "facilities" / found.report.name, found.files)


def _list_name(wanted: Wanted) -> str:
    name = wanted.to
    if name is None:
        stem = PurePosixPath(
            urlsplit(wanted.files[0]).path if fetch.is_address(wanted.files[0]) else wanted.files[0].replace("\\", "/")
        ).name
        name = re.sub(r"[^a-z0-9]+", "-", unquote(stem).split(".")[0].casefold()).strip("-")
        name = name[:40].strip("-")
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name):
        raise Refused(
            f"{name or 'This'} is not the name of a list. Name it with --to, in small letters, digits and single hyphens."
        )
    return name


def _old(folder: Path, name: str, *, update: bool) -> Old | None:
    if not folder.is_dir() or not any(folder.iterdir()):
        if update:
            known = sorted(each.name for each in folder.parent.glob("[!.]*") if each.is_dir())
            hint = nearest(name, known) or "Leave --update out to make it."
            raise Refused(f"There is no list {name} to update. {hint}")
        return None
    if not update:
        raise Refused(
            f"The list {name} is there already. Add --update to put a new edition in its place, or choose another name with --to."
        )
    made, problems = load.facility_list(folder, f"facilities/{name}")
    if made is None or errors(problems):
        shown = "\n".join(as_text(problem) for problem in problems[:10])
        raise Refused(
            f"The list {name} has mistakes, which must be mended before it can be compared with a new edition:\n{shown}"
        )
    strange = sorted(each.name for each in folder.iterdir() if each.name != LIST and each.suffix != ".csv")
    if strange:
        raise Refused(f"The folder of the list {name} holds {strange[0]}, which an import would delete. Move it away.")
    return Old(made, (folder / LIST).read_text("utf-8"))


def _source(given: str, transfer: Callable[[str], Callable[[int, int], None]]) -> Source:
    if fetch.is_address(given):
        name = unquote(PurePosixPath(urlsplit(given).path).name) or urlsplit(given).netloc
        return Source(name, fetch.fetch(given, transfer(name)), given)
    file = Path(given)
    data, problem = source.read_bytes(file, given, MAX_BYTES)
    if data is None:
        assert problem is not None
        raise Refused(f"{given}: {problem.message} {problem.hint}")
    return Source(file.name, data)


def _country(options: Options) -> str:
    document, _ = source.read_yaml(options.content / "site.yaml", "site.yaml")
    country = document.fields.get("country") if document else None
    return country if isinstance(country, str) else ""


def _reread(found: Imported, name: str) -> list[Problem]:
    """What a build would say of the files."""
    if not found.files:
        return []
    files = {file.path: file.content for file in found.files}
    document, problems = source.parse_yaml(files[LIST].decode(), LIST)
    if document is None:
        return problems
    settings, more = parse(FacilityListSettings, document.fields, document.places)
    problems += more
    if settings is None:
        return problems
    tables = []
    points = None
    for path, data in files.items():
        if path == LIST:
            continue
        table, more = source.parse_table(data, path)
        problems += more
        if path == POINTS:
            points = table
        elif table is not None:
            tables.append(table)
    made, more = read_list(name, name, settings, tables, points)
    return problems + more + _different(made.facilities, found)


def _different(read: tuple[object, ...], found: Imported) -> list[Problem]:
    """A place that comes back otherwise than it went out would be a mistake of ours."""
    assert list(read) == found.report.merged.places, "a place comes back otherwise than it was written"
    return []
