"""New files to begin with: each is valid as it stands, and names the schema that an editor can complete and check it by."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ebbtide.model.article import FrontMatter
from ebbtide.model.contact import Contacts
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.model.reference import Bibliography, Glossary
from ebbtide.model.site import SiteSettings
from ebbtide.pipeline import Options
from ebbtide.source import read_yaml

SCHEMAS: dict[str, type[BaseModel]] = {
    "article": FrontMatter,
    "contacts": Contacts,
    "glossary": Glossary,
    "questionnaire": Questionnaire,
    "site": SiteSettings,
    "sources": Bibliography,
}
FOLDER = ".schemas"
"""Below the content folder. Its name begins with a dot, so nothing in it is taken for content."""

Result = tuple[list[Path], str]
"""The files written, and a sentence that says why none was."""


def article(options: Options, name: str) -> Result:
    """Write ``articles/<name>.md``, where `name` is ``section/slug``."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*", name):
        return [], f"{name} is not the name of an article. Write section/name in small letters, digits and hyphens."
    section, slug = name.split("/")
    document, _ = read_yaml(options.content / "site.yaml", "site.yaml")
    sections = document.fields.get("sections") if document else None
    if isinstance(sections, dict) and section not in sections:
        return [], f"site.yaml has no section {section}. It has: {', '.join(sections)}."
    title = slug.replace("-", " ").capitalize()
    text = f"""\
---
# yaml-language-server: $schema=../../{FOLDER}/article.schema.json
title: {title}
summary: Say in one plain sentence what a reader finds here ({slug}).
key_points:
  - What a reader should know if they read nothing else.
review: {{reviewed: {options.today.isoformat()}}}
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
    return _written({options.content / "articles" / section / f"{slug}.md": text})


def questionnaire(options: Options, name: str) -> Result:
    """Write ``questionnaires/<name>.yaml``."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", name):
        return [], f"{name} is not the name of a questionnaire. Write it in small letters, digits and hyphens."
    return _written({options.content / "questionnaires" / f"{name}.yaml": _questionnaire(options.today, name)})


def _questionnaire(today: datetime.date, name: str) -> str:
    raise AssertionError


def schemas(options: Options) -> Result:
    """Write one JSON Schema for each kind of file into ``.schemas/`` below the content folder, over those that are there."""
    texts = {options.content / FOLDER / f"{name}.schema.json": _schema(name, model) for name, model in SCHEMAS.items()}
    return _written(texts, over=True)


def _schema(name: str, model: type[BaseModel]) -> str:
    made: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": name, **model.model_json_schema()}
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _written(texts: dict[Path, str], *, over: bool = False) -> Result:
    for file in texts:
        if file.exists() and not over:
            return [], f"{file.name} exists already; it was left alone."
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", newline="\n")
    return list(texts), ""
