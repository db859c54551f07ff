"""A small made-up site for tests that need one they may change: as few words as the rules allow, about nothing at all.

`write_site` puts it into a folder. Its `version` changes texts, and adds, moves and removes pages, pictures and static files, so
that going from one version to the next is a change of every kind.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

from ebbtide import pipeline
from ebbtide.pipeline import Options

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
TODAY = datetime.date(2026, 11, 24)

SITE = """\
name: Small Site
subject: nothing
summary: A site for tests, in which nothing is said at some length.
language: en-GB
country: GB
base_url: https://small.example/
owner: {name: The testers, report: "mailto:errors@small.example"}
sections:
  first: {title: First shelf, summary: The first shelf.}
  second: {title: Second shelf, summary: The second shelf.}
home:
  heading: Small Site
  lead: Nothing is said here.
  jobs:
    - {title: Read, say: Something., to: "article:first/always"}
contact_bar:
  usual: [{say: Need help?, contact: line}]
  danger: [{say: In danger?, contact: emergency}]
help: {title: Get help, summary: Whom to call., intro: Say what you like.}
"""

CONTACTS = """\
contacts:
  emergency:
    name: Emergency services
    kind: emergency
    region: GB
    for: Sends an ambulance.
    phone: [{number: "999"}]
    hours: always
    sources: [{url: "https://small.example/999"}]
  line:
    name: The made-up line
    kind: crisis
    region: GB
    for: Listens.
    phone: [{number: "+442079460018"}]
    hours: always
    sources: [{url: "https://small.example/line"}]
"""

SOURCES = """\
sources:
  A1: {title: A study of nothing, evidence: A made-up study, year: 2020, url: "https://small.example/study"}
"""

GLOSSARY = """\
terms:
  nothing: {term: Nothing, means: What is left when all is gone.}
"""

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" viewBox="0 0 40 30"><title>{0}</title></svg>\n'
)


def article(title: str, body: str, *, summary: str = "", more: str = "") -> str:
    """The text of an article that keeps all rules."""
    return f"""\
---
title: {title}
summary: {summary or f"What {title} says."}
review: {{reviewed: 2026-11-01}}
next: [{{to: "page:get-help", say: Find someone}}]
{more}---
{body}
"""


def write_site(folder: Path, version: int = 0, extra: int = 0) -> Path:
    """Write the content folder of one version, over whatever stands there; `extra` adds so many articles. Returns the folder."""
    wanted = _files(version, extra)
    for path, text in wanted.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.read_text("utf-8") != text:
            file.write_text(text, "utf-8")
    for file in [file for file in folder.rglob("*") if file.is_file()]:
        if file.relative_to(folder).as_posix() not in wanted:
            file.unlink()
    return folder


def _files(version: int, extra: int) -> dict[str, str]:
    odd = version % 2
    files = {
        "site.yaml": SITE
        + f'colors: {{ink: "#{version // 2 % 4 + 1:02}0a0a"}}\n',  # every other time, all pages change
        "contacts.yaml": CONTACTS,
        "sources.yaml": SOURCES,
        "glossary.yaml": GLOSSARY,
        "media/drawing.svg": PICTURE.format(version % 3),  # the digest in the picture's name changes
        "static/notes.txt": f"Version {version}\n",
        "static/.well-known/security.txt": "Contact: mailto:errors@small.example\n",
        "articles/first/always.md": article(
            "Always here",
            f"Text {version}. [@A1] [Nothing](term:nothing). See [the other](../second/often.md).\n\n![A drawing](../../media/drawing.svg)",
        ),
        # the address of a page in one version is a redirect in the next
        ("articles/second/moved.md" if odd else "articles/first/moving.md"): article(
            "It moves", f"Text {version}. [@A1]", more="moved_from: [first/moving]\n" if odd else ""
        ),
        "articles/second/still.md": article("Never changed", "The same text each time. [@A1]"),
        "articles/second/often.md": article(
            "Often here", f"Text. [@A1] See [the moving one]({'moved.md' if odd else '../first/moving.md'})."
        ),
    }
    for number in range(extra):
        if (number + version) % 4:  # a quarter of them is missing in each version, another quarter each time
            links = [other for other in range(number - 2, number + 3) if (other + version) % 4 and 0 <= other < extra]
            body = "\n".join(f"- [Page {other}](article:{_shelf(other)}/page-{other})" for other in links)
            text = f"Text {version // 2 if number % 2 else version}. [@A1]\n\n{body}"
            files[f"articles/{_shelf(number)}/page-{number}.md"] = article(f"Page {number}", text)
    return files


def _shelf(number: int) -> str:
    return ("first", "second")[number % 2]


def options(content: Path, out: Path, templates: Iterable[Path] = (), **more: object) -> Options:
    """What the command line would make of these folders. `templates` are partial folders, to be looked in before ours."""
    folders = tuple((folder.resolve(), folder.name) for folder in (*templates, TEMPLATES))
    given: dict[str, object] = {"today": TODAY, "version": "0", **more}
    return Options(content=content, templates=folders, out=out, **given)  # type: ignore[arg-type]


def made(content: Path, **more: object) -> dict[str, bytes]:
    """All files of the site by path, made in memory. Fails where there is any problem."""
    result = pipeline.make(options(content, content / "no-output", **more))  # type: ignore[arg-type]
    assert not result.problems, "\n".join(map(str, result.problems))
    assert result.rendered is not None
    return {file.path: file.content for file in result.rendered.all()}


def tree(folder: Path, *, with_list: bool = False) -> dict[str, bytes]:
    """Every file below a folder by path; without the writer's own list, unless asked for."""
    found = {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    }
    return found if with_list else {path: content for path, content in found.items() if path != ".ebbtide.json"}


def folders(folder: Path) -> set[str]:
    return {found.relative_to(folder).as_posix() for found in folder.rglob("*") if found.is_dir()}
