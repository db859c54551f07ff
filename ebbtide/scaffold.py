"""New files to begin with: each is valid as it stands, and names the schema that an editor can complete and check it by."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

from ebbtide import schemas as editor
from ebbtide.pipeline import Options
from ebbtide.source import read_yaml

FOLDER = ".schemas"
"""Below the content folder. Its name begins with a dot, so nothing in it is taken for content."""

LONGEST = 60
"""Letters in a name: it becomes an address, and the title of a new article."""

Result = tuple[list[Path], str]
"""The files written, and a sentence that says why none was."""


def article(options: Options, name: str) -> Result:
    """Write ``articles/<name>.md``, where `name` is ``section/slug``."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*", name):
        return [], f"{name} is not the name of an article. Write section/name in small letters, digits and hyphens."
    section, slug = name.split("/")
    if len(slug) > LONGEST:
        return [], f"{slug} is longer than {LONGEST} letters. Choose a shorter name: it becomes an address."
    sections = _entries(options, "site", "sections")
    if sections and section not in sections:
        return [], f"site.yaml has no section {section}. It has: {', '.join(sections)}."
    text = _ARTICLE.format(
        schema=f"../../{FOLDER}/article.schema.json",
        title=slug.replace("-", " ").capitalize(),
        name=name,
        today=options.today.isoformat(),
    )
    return _written({options.content / "articles" / section / f"{slug}.md": text}, _missing_schema(options, "article"))


def questionnaire(options: Options, name: str) -> Result:
    """Write ``questionnaires/<name>.yaml``."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", name):
        return (
            [],
            f"{name} is not the name of a questionnaire. Write it in small letters, digits and hyphens, a letter first.",
        )
    if len(name) > LONGEST:
        return [], f"{name} is longer than {LONGEST} letters. Choose a shorter name: it becomes an address."
    sources = _entries(options, "sources", "sources")
    if not sources:
        return [], "sources.yaml has no source yet, and a self-check names what informed it. Add one first."
    contacts = _entries(options, "contacts", "contacts")
    if not contacts:
        return [], "contacts.yaml has nobody yet, and a sign of danger names whom to call. Add them first."
    emergency = [id for id, entry in contacts.items() if isinstance(entry, dict) and entry.get("kind") == "emergency"]
    text = _questionnaire(options.today, name, next(iter(sources)), [*emergency, *contacts][0])
    return _written(
        {options.content / "questionnaires" / f"{name}.yaml": text}, _missing_schema(options, "questionnaire")
    )


def schemas(options: Options) -> Result:
    """Write one JSON Schema for each kind of file into ``.schemas/`` below the content folder, over those that are there."""
    return _written({}, {_schema_file(options, name): editor.schema(name) for name in editor.MODELS})


def proof_page(file: Path, text: str) -> Result:
    """Write the page that draws how a questionnaire's scores behave, over an earlier one."""
    return _written({}, {file: text})


def report(file: Path, text: str) -> Result:
    """Write the whole report of an import, over an earlier one."""
    return _written({}, {file: text})


def facilities(options: Options, name: str) -> Result:
    """Write ``facilities/<name>/`` with list.yaml and places.csv, which holds the names of its columns and no place yet."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name):
        return [], f"{name} is not the name of a list. Write it in small letters, digits and single hyphens."
    if len(name) > LONGEST:
        return [], f"{name} is longer than {LONGEST} letters. Choose a shorter name: it becomes an address."
    document = read_yaml(options.content / "site.yaml", "site.yaml")[0]
    country = document.fields.get("country") if document else None
    if not isinstance(country, str):
        return [], "site.yaml does not say in which country the site is. Add country to it first."
    text = _FACILITIES.format(
        schema=f"../../{FOLDER}/facilities.schema.json",
        title=name.replace("-", " ").capitalize(),
        country=country,
        today=options.today.isoformat(),
    )
    folder = options.content / "facilities" / name
    table = ",".join(("name", "street", "city", "region", "postal_code", "phone", "website", "facets")) + "\n"
    return _written({folder / "list.yaml": text, folder / "places.csv": table}, _missing_schema(options, "facilities"))


def _questionnaire(today: datetime.date, name: str, source: str, contact: str) -> str:
    return _QUESTIONNAIRE.format(
        schema=f"../{FOLDER}/questionnaire.schema.json",
        id=name,
        title=name.replace("-", " ").capitalize(),
        source=source,
        contact=contact,
        today=today.isoformat(),
    )


def _entries(options: Options, name: str, field: str) -> dict[str, Any]:
    """What stands under a field of ``<name>.yaml``; nothing where the file is not there or cannot be read."""
    file = options.content / f"{name}.yaml"
    document = read_yaml(file, file.name)[0] if file.is_file() else None
    found = document.fields.get(field) if document else None
    return found if isinstance(found, dict) else {}


def _schema_file(options: Options, name: str) -> Path:
    return options.content / FOLDER / f"{name}.schema.json"


def _missing_schema(options: Options, name: str) -> dict[Path, str]:
    """The schema that a new file names, where it is not there yet."""
    file = _schema_file(options, name)
    return {} if file.exists() else {file: editor.schema(name)}


def _written(texts: dict[Path, str], over: dict[Path, str]) -> Result:
    """Write `texts`, unless one of them is there already, and `over` in any case."""
    for file in texts:
        if file.exists():
            return [], f"{file.name} exists already; it was left alone."
    for file, text in (texts | over).items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", newline="\n")
    return [*texts, *over], ""


_ARTICLE = """\
---
# yaml-language-server: $schema={schema}
title: {title}
summary: Say in one plain sentence what a reader finds here ({name}).
key_points:
  - What a reader should know if they read nothing else.
review: {{reviewed: {today}}}
draft: true          # delete this line to publish
editorial: true      # delete this line once a source is cited as [@id]
next:
  - {{to: "page:get-help", say: Find someone to call}}
---
Begin with a short paragraph that says what this is about.

## When to get help

!!! urgent "Get help today if"
    - a sign that needs help
"""

_QUESTIONNAIRE = """\
# yaml-language-server: $schema={schema}
# A self-check to begin with: two questions, one sign of danger, one score, two results. Every word is yours to change.
# docs/questionnaires.md explains the language. Ids (to the left of each colon) never change once published.
id: {id}
title: {title}
summary: Say in one plain sentence what this self-check tells a reader ({id}).
draft: true          # delete this line to publish
version: 1.0.0
minutes: 1
period: In the last 24 hours
higher_is: worse
basis: {{kind: original, informed_by: [{source}], validated: false}}
limits:
  - Say what this self-check cannot tell.
review: {{reviewed: {today}}}

answer_lists:
  how_strong:
    none: [Not at all, 0]
    some: [A little, 1]
    strong: [Very much, 2]

questions:
  danger:
    ask: Do you have this sign of danger now?
    why: Say why you ask.
    answers:
      absent: "No"
      present: "Yes"
  first: {{ask: "How strong is the first symptom?", answers: how_strong}}
  second: {{ask: "How strong is the second symptom?", answers: how_strong}}

scores:
  total:
    add: [first, second]
    blank: {{allow: 1, then: scale_up, round: nearest}}     # without this line, a missing answer leaves no score

bands:
  total:
    "0-1":
      name: Few symptoms
      level: low
      means: Say what this means, in plain words.
      tonight: [Say what to do tonight.]
      this_week: [Say what to do this week.]
      next: ["page:get-help"]
    "2-4":
      name: Strong symptoms
      level: high
      means: Say what this means, in plain words.
      tonight: [Say what to do tonight.]
      this_week: [Say what to do this week.]
      next: ["page:get-help"]

flags:                 # a sign of danger is told at once, whatever the score
  danger:
    when: danger is present
    show: at_once
    level: emergency
    title: Call for help now
    say: Say what this sign can mean, and what to do.
    contacts: [{contact}]

next: ["page:get-help"]

examples:              # answers, and the result that they must give; a build stops when one does not
  - name: Nothing
    answers: {{danger: absent, first: none, second: none}}
    expect: {{total: 0, band: few-symptoms, flags: []}}
  - name: One answer is missing, and the other counts for both
    answers: {{danger: present, first: strong, second: blank}}
    expect: {{total: 4, band: strong-symptoms, flags: [danger]}}
"""

_FACILITIES = """\
# yaml-language-server: $schema={schema}
# A list of treatment places. They stand in places.csv beside this file, one line a place: open it in a spreadsheet, and save it as
# "CSV UTF-8". Needed are name, phone, and city or region. docs/facilities.md explains every column.
title: {title}
short: Our list                # as a card names it
edition: Our own list          # as the list names its edition
dated: {today}              # when the facts were checked
source: https://example.org/   # where readers can see where the list is from
country: {country}
units: km                      # or miles
groups:
  care: Kind of care
  pay: Paying
facets:                        # what can be asked of a place; name them in the column facets, with blanks between
  outpatient: {{name: Outpatient, group: care, hint: You live at home and come for visits.}}
  sliding-fee: {{name: Sliding fee, group: pay, hint: The price depends on your income.}}
"""
