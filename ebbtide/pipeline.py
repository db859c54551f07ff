"""The flow on one page: gather, judge, write. `build`, `check` and `serve` all go through `make`; only `build` goes on to write.

content/ --source--> documents --load--> Site --checks--> problems
templates/ ------------------------------- render --pagechecks--> problems
                            any error? say them all, touch nothing : write --> out/
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ebbtide import checks, contrast, load, machines, pagechecks, prose, selfcheck, source, templating, write
from ebbtide.finder import places
from ebbtide.model import base, contact, digits, facility, figure
from ebbtide.model.page import File
from ebbtide.model.site import Site
from ebbtide.problem import Problem, errors
from ebbtide.render import Rendered, Renderer
from ebbtide.weights import Weight

Progress = Callable[[str, Iterable[Any], int], Iterable[Any]]


@dataclass(frozen=True)
class Options:
    """Where to read from and write to, and on which day. `templates` are folders, the publisher's own before ours; the second
    of each pair is how problems name the folder."""

    content: Path
    templates: tuple[tuple[Path, str], ...]
    out: Path
    today: datetime.date
    version: str
    content_name: str = "content"
    base_url: str | None = None
    drafts: bool = False
    clean: bool = False
    jobs: int = 1


@dataclass(frozen=True)
class Made:
    """What a run came to. `rendered` and `site` are None where there was not enough to make pages of."""

    problems: tuple[Problem, ...]
    rendered: Rendered | None = None
    written: write.Written | None = None
    site: Site | None = None
    weights: tuple[Weight, ...] = ()
    """What each page weighs; nothing where templates have errors, since no finished page is then looked at."""


def make(options: Options, progress: Progress = lambda _, items, __: items) -> Made:
    """Gather and judge: everything is read, checked and rendered in memory. Nothing is written."""
    site, problems = load.load(
        options.content, options.content_name, options.today, drafts=options.drafts, jobs=options.jobs,
        progress=lambda items, count: progress("articles", items, count),
    )  # fmt: skip
    if site is None:
        return Made(tuple(sorted(problems)))
    if options.base_url:
        settings = site.settings.model_copy(update={"base_url": options.base_url}).located(site.settings.places)
        site = site.with_settings(settings)
    problems += checks.run(site)
    renderer = Renderer(site, options.templates)
    rendered = renderer.run(lambda items, count: progress("pages", items, count))
    problems += renderer.problems
    given = {"colors": site.settings.colors, "dark_colors": site.settings.dark_colors}
    problems += contrast.run(renderer.looks(), given, site.places)
    weights: list[Weight] = []
    if not errors(renderer.problems):
        failed = frozenset(_address(name) for name in site.failed if name.startswith(_PAGES))
        failed |= checks.links.unresolved(site)
        same = {problem.place.path for problem in problems if problem.rule == "same-title"}
        found = pagechecks.run(
            rendered.pages, rendered.files, {**site.contacts, **renderer.directory.listed}, site.settings.base_url, failed,
            lambda items, count: progress("checks", items, count),
            contacts_whole=not any(name.startswith("contact:") for name in site.failed),
            typed=frozenset(
                digits.digits(run) for problem in problems if problem.rule in ("typed-number", "number-in-words")
                for _, run in digits.runs(problem.message)
            ),
            jobs=options.jobs, weighed=weights.append,
        )  # fmt: skip
        problems += [problem for problem in found if problem.rule != "page-title" or problem.place.path not in same]
    stamped = Rendered(rendered.pages, (*rendered.files, _stamp(options.version, rendered)))
    return Made(tuple(sorted(set(problems))), stamped, site=site, weights=tuple(weights))


def build(options: Options, *, strict: bool = False, progress: Progress = lambda _, items, __: items) -> Made:
    """Make everything, and write it if nothing is wrong. Raises OSError where the folder cannot be written."""
    made = make(options, progress)
    if made.rendered is None:
        return made
    files = list(made.rendered.all())
    refused = write.refusals(
        options.out,
        options.out.name or str(options.out),
        files,
        [options.content, *(folder for folder, _ in options.templates)],
    )
    problems = tuple(sorted((*made.problems, *refused)))
    if errors(problems) or (strict and problems):
        return replace(made, problems=problems)
    return replace(made, problems=problems, written=write.write(options.out, files, clean=options.clean))


def rules() -> dict[str, str]:
    """Every rule by name, with the rule in one plain sentence. The manual and a test are made from this."""
    from ebbtide.selfcheck import proofs

    book: dict[str, str] = {}
    for part in (source, base, load, contact, facility, figure, prose, selfcheck, proofs, templating, machines, write):
        book |= part.RULES
    book |= contrast.RULES
    named: list[Callable[..., object]] = [rule for _, rule in checks.RULES]
    named += [rule for _, rule in pagechecks.RULES]
    for rule in named:
        book[checks.name_of(rule)] = " ".join((rule.__doc__ or "").split())
    return dict(sorted(book.items()))


_PAGES = ("article:", "questionnaire:", "facilities:")
"""What has a page of its own, so that a link to one that could not be read is not called dead on top."""


def _address(failed: str) -> str:
    kind, _, name = failed.partition(":")
    if kind == "facilities":
        return places.FOLDER
    return f"questionnaires/{name}/" if kind == "questionnaire" else f"{name}/"


def _stamp(version: str, rendered: Rendered) -> File:
    """``build.json``: what made the site, and a digest of all that is in it. No clock, no host name."""
    whole = hashlib.sha256()
    for file in sorted(rendered.all(), key=lambda file: file.path):
        whole.update(f"{file.path}\0{len(file.content)}\0".encode() + file.content)
    about: Mapping[str, object] = {
        "made_by": "ebbtide",
        "version": version,
        "pages": len(rendered.pages),
        "digest": whole.hexdigest(),
    }
    return File("build.json", (json.dumps(about, indent=1) + "\n").encode())
