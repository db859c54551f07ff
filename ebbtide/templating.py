"""The only Jinja environment: templates found, filled, and their mistakes told with their lines; and the words they carry."""

from __future__ import annotations

import datetime
import json
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup

from ebbtide import catalog, wording
from ebbtide.problem import Place, Problem

RULES: Mapping[str, str] = {
    "template": "Templates print what they are given: no unknown names, no mistakes in their syntax.",
    **catalog.RULES,
}

MANY = 10
"""Pages that a template may fail to make before no other is tried: all that can be learnt from them has been learnt."""


@dataclass
class Templates:
    """The templates in `folders`, the publisher's own first, each with the name that problems give it.

    `language` is the site's, and `place` where it is written. Problems with templates gather in `problems`.
    """

    folders: Sequence[tuple[Path, str]]
    language: str
    place: Place
    problems: list[Problem] = field(default_factory=list)
    _failures: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        locale = catalog.locale_of(self.language)
        if locale is None:
            message = f"{self.language} is no language whose names of months and days are known."
            self.problems.append(
                Problem(self.place, "error", "no-catalog", message, "Write for example en, en-US or fr.")
            )
        self.locale = "en" if locale is None else str(locale)
        self._catalogs = catalog.Words(self.language, self.folders, self.place)
        self.environment = self._environment()

    def _environment(self) -> jinja2.Environment:
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader([folder for folder, _ in self.folders]),
            undefined=jinja2.StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        )
        said = self._catalogs.translations
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            said.gettext, said.ngettext, newstyle=True, pgettext=said.pgettext, npgettext=said.npgettext
        )
        environment.filters |= {
            "date": self.date,
            "json": as_json,
            "vcard": _vcard,
            **wording.filters(self.tag),
        }
        return environment

    @property
    def tag(self) -> str:
        """The language in which dates and times are written, as a tag."""
        return self.locale.replace("_", "-")

    def give(self, **known: Any) -> None:
        """What every template knows from now on."""
        self.environment.globals |= known

    def date(self, day: datetime.date) -> str:
        """A day in words."""
        return format_date(day, format="long", locale=self.locale)

    # filling

    def filled(self, template: str, url: str, context: Mapping[str, Any]) -> str | None:
        """What a template makes for the page at `url`; None where it fails, which is in `problems` then."""
        if self._failures[template] >= MANY:
            return None
        try:
            return self.environment.get_template(template).render(context)
        except Exception as error:  # a template can fail in as many ways as Python can; each is its author's to mend
            self._failures[template] += MANY if isinstance(error, RecursionError) else 1  # which takes a second a page
            self._problem(error, template, f"the page {url or 'index.html'}")
        return None

    def part(self, template: str, context: Mapping[str, Any]) -> Any:
        """A part of a page that is being made, as markup. Raises what the template raises."""
        return Markup(self.environment.get_template(template).render(context))  # noqa: S704, escapes by itself

    def untold(self) -> list[Problem]:
        """What is wrong with the catalogs of words, once everything has been made."""
        return [*self._catalogs.problems, *self._catalogs.untold()]

    # words

    def word(self, key: str) -> str:
        """A word of the templates', in the site's language, that is needed where no template is at work."""
        if self._words is None:
            return ""
        if key not in self._words:
            self._problem(jinja2.TemplateError(f"words has no {key}"), "parts/words.html", "pages")
            return ""
        return self._words[key]

    def phrase(self, key: str, values: Mapping[str, Any]) -> str:
        """A word of the templates' with its blanks filled in."""
        said = self.word(key)
        for name, value in values.items():
            shown = value if isinstance(value, str) else format_decimal(value, locale=self.locale)
            said = said.replace(f"{{{name}}}", shown)
        return said

    @cached_property
    def _words(self) -> Mapping[str, str] | None:
        try:
            template = self.environment.get_template("parts/words.html")
            template.render()  # only this way of running a template has errors tell their lines
            words = getattr(template.module, "words", {})
            return {key: str(word) for key, word in words.items()}
        except Exception as error:  # as in filled
            self._problem(error, "parts/words.html", "pages")
            return None

    # mistakes

    def _problem(self, error: Exception, template: str, what: str) -> None:
        """Say where in which template an error arose: at the innermost line of a template that was being worked on."""
        lines = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
        lines = [line for line in lines if self._shown(line[0])] or [(template, 1)]
        filename, line = lines[-1]
        said = str(error)
        if isinstance(error, jinja2.TemplateSyntaxError):
            filename, line, said = error.filename or error.name or template, error.lineno, str(error.message)
        elif isinstance(error, jinja2.TemplateNotFound):
            said = f"there is no template {error.name}"
        elif isinstance(error, UnicodeDecodeError):
            filename, line, said = self._not_utf8() or filename, 1, "the file is not UTF-8 text"
        elif isinstance(error, RecursionError):
            (filename, line), _ = Counter(lines).most_common(1)[0]
            said = "the template includes or calls itself without end"
        elif isinstance(error, KeyError):
            said = f"there is no {said}"
        problem = Problem(
            Place(self._shown(filename) or filename, line), "error", "template", f"{said.rstrip('.')}, while making {what}.",
            "Mend this line of the template, or delete your copy of the file to use the one that comes with the program.",
        )  # fmt: skip
        if not any(other.place == problem.place and other.rule == "template" for other in self.problems):
            self.problems.append(problem)

    def _shown(self, filename: str) -> str:
        """How problems name a template, given its file or its name among templates; empty where it is none."""
        for folder, name in self.folders:
            file = folder / filename  # a whole path stays as it is
            if file.is_relative_to(folder) and file.is_file():
                return f"{name}/{file.relative_to(folder).as_posix()}"
        return ""

    def _not_utf8(self) -> str:
        """The first template that cannot be decoded."""
        for folder, _ in self.folders:
            for file in sorted(file for file in folder.rglob("*") if file.suffix in (".html", ".xml")):
                try:
                    file.read_bytes().decode()
                except UnicodeDecodeError:
                    return str(file)
        return ""


def missing(what: str) -> Exception:
    """The error of a template that asks for something which is not there; to be raised by what templates call."""
    return jinja2.TemplateError(what)


def _vcard(value: str) -> Any:
    """A text as a value in a vCard, which is no HTML."""
    return Markup(wording.vcard(value))  # noqa: S704, goes into a file that no browser shows as a page


def as_json(value: Any) -> Any:
    """JSON that may stand inside a script element: no character in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for raw, coded in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(raw, coded)
    return Markup(text)  # noqa: S704, no sign that could end the element is left
