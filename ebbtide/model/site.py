"""The settings of a site, and `Site`: all that was read, the only thing that checks and render get."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ebbtide.model.article import Article
from ebbtide.model.article import Reference as Pointer
from ebbtide.model.base import Day, Id, Strict, Text, Url, language_tag, refusal
from ebbtide.model.contact import Contact, region_code
from ebbtide.model.facility import FacilityList
from ebbtide.model.figure import Figure
from ebbtide.model.page import File
from ebbtide.model.questionnaire import Questionnaire
from ebbtide.model.reference import Reference, Term
from ebbtide.model.search import Synonyms
from ebbtide.model.sheet import Sheet
from ebbtide.problem import Places


def colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise refusal(
            "wrong-value", f"{value} is not a color.", "Write # and six hexadecimal digits, in quotation marks."
        )
    return value.lower()


def report_address(value: str) -> str:
    if not re.fullmatch(r"mailto:[^@\s]+@[^@\s]+\.[^@\s]+|https://\S+", value):
        raise refusal(
            "wrong-value",
            f"{value} is not an address for reports.",
            "Write mailto: and an e-mail address, or a web address.",
        )
    return value


Colour = Annotated[str, AfterValidator(colour)]


class Owner(Strict):
    """Who publishes the site, and where a reader can report a wrong number or a mistake."""

    name: Text
    report: Annotated[Text, AfterValidator(report_address)]


class Section(Strict):
    """A shelf of articles. Sections stand in the order of ``site.yaml``."""

    title: Text
    summary: Text
    listed: bool = True


class BarLine(Strict):
    """A line of the contact bar: what it is for, and whom it reaches; `who` in other words than the contact's own name."""

    say: Text
    contact: Id
    who: Text | None = None


class ContactBar(Strict):
    """The lines on every page. Pages marked ``danger: true`` show `danger` first, so that an emergency number leads."""

    usual: Annotated[tuple[BarLine, ...], Field(min_length=1, max_length=3)]
    danger: Annotated[tuple[BarLine, ...], Field(min_length=1, max_length=3)]


class Help(Strict):
    """The Get help page. Which contacts stand in which part of it follows from what they are."""

    title: Text
    summary: Annotated[Text, Field(max_length=170)]
    intro: Text
    everywhere: tuple[Id, ...] = ()
    """Contacts that work in every part of the country: shown where a part has no line of its own, and below those it has."""
    save: tuple[Id, ...] = ()
    """Contacts that a reader can save to a phone's address book with one press."""


class Leave(Strict):
    """A way to leave each page at once: where it leads, and the words of the link if they are to be others than ours."""

    to: Url
    say: Text | None = None


class Security(Strict):
    """``.well-known/security.txt`` (RFC 9116): where to report a hole, and until when this can be relied on."""

    report: Annotated[Text, AfterValidator(report_address)]
    expires: Day


class Job(Strict):
    """One of the things that people come for, on the home page."""

    title: Text
    say: Text
    to: Pointer


class Home(Strict):
    """The home page: a sentence for somebody who is frightened, what one can do here, and what to read first."""

    heading: Text
    lead: Text
    jobs: Annotated[tuple[Job, ...], Field(min_length=1)]


class SiteSettings(Strict):
    """``site.yaml``."""

    name: Text
    subject: Text
    summary: Annotated[Text, Field(max_length=170)]
    language: Annotated[Text, AfterValidator(language_tag)]
    country: Annotated[Text, AfterValidator(region_code)]
    base_url: Url | None = None
    owner: Owner
    review_months: Annotated[int, Field(ge=1, le=36)] = 12
    service_review_months: Annotated[int, Field(ge=1, le=36)] = 6
    sections: Annotated[dict[Id, Section], Field(min_length=1)]
    home: Home
    contact_bar: ContactBar
    help: Help
    footer: tuple[Pointer, ...] = ()
    leave: Leave | None = None
    security: Security | None = None
    other_languages: dict[Annotated[str, AfterValidator(language_tag)], Url] = {}
    """The same site in other languages: the address of each by language tag."""
    offline: bool = True
    """Whether readers may keep the site on their phones. Where one may not, what earlier readers kept is removed at their next visit."""
    dont_words: tuple[Text, ...] = ()
    region_names: dict[Text, Text] = {}
    """Names of parts of countries by their codes, which no standard list has in every language."""
    region_map: tuple[Text, ...] = ()
    """Rows of a map of squares: the codes of parts of the country without the country's, with blanks between; a dot is no part."""
    colors: dict[Id, Colour] = {}
    dark_colors: dict[Id, Colour] = {}

    def absolute(self, url: str) -> str | None:
        """The whole address of a page or file of the site, where `base_url` is known."""
        return f"{self.base_url.rstrip('/')}/{url}" if self.base_url else None


@dataclass(frozen=True)
class SelfCheck:
    """A questionnaire that compiled: what it says, the plan that both scorers run (as JSON data), and what pages and paper show."""

    questionnaire: Questionnaire
    path: str
    plan: Mapping[str, Any]
    sheet: Sheet
    due: datetime.date

    @property
    def url(self) -> str:
        return f"questionnaires/{self.questionnaire.id}/"


@dataclass(frozen=True)
class Picture:
    """A checked picture in ``media/``, with its size in CSS pixels."""

    file: File
    width: int
    height: int


@dataclass(frozen=True)
class Site:
    """All that was read, and the day on which it is judged.

    `failed` names what could not be read (``article:symptoms/sleep``, ``contact:night-line``, or ``contact:`` for the whole file),
    so that a link to it is not called broken on top. `drafts` are the ids of articles that were left out.
    """

    settings: SiteSettings
    places: Places
    articles: tuple[Article, ...]
    selfchecks: tuple[SelfCheck, ...]
    contacts: Mapping[str, Contact]
    sources: Mapping[str, Reference]
    source_places: Places
    glossary: Mapping[str, Term]
    glossary_places: Places
    pictures: Mapping[str, Picture]
    static: tuple[File, ...]
    today: datetime.date
    failed: frozenset[str] = field(default_factory=frozenset)
    drafts: frozenset[str] = field(default_factory=frozenset)
    figures: Mapping[str, Figure] = field(default_factory=dict)
    facilities: tuple[FacilityList, ...] = ()
    synonyms: Synonyms | None = None
    """None where there is no ``synonyms.yaml``, which nobody has to write."""

    def with_settings(self, settings: SiteSettings) -> Site:
        """The same site under other settings."""
        return replace(self, settings=settings)

    def has_failed(self, kind: str, name: str) -> bool:
        """Whether something could not be read, alone or with the whole of its file."""
        return f"{kind}:{name}" in self.failed or f"{kind}:" in self.failed

    @property
    def has_places(self) -> bool:
        """Whether there is a page on which to look for help by place: something is known of a part of the country."""
        country = self.settings.country
        parts = any(code.partition("-")[0] == country for code in self.settings.region_names)
        agencies = any(
            one.kind == "agency" and one.subdivision for one in self.contacts.values() if one.country == country
        )
        return parts or agencies or any(one.facilities for one in self.facilities)

    def article(self, id: str) -> Article | None:
        return next((article for article in self.articles if article.id == id), None)
