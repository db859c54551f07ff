"""People and lines that a reader can turn to, and the file that holds them all (`contacts.yaml`).

A record says what a line is for and what it is not, in words; its numbers are written once, as digits. Labels, links,
and the numbers that a page may show beside it, are derived (`phone.py`), so they cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, Protocol, Self, get_args
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from ebbtide.model import hours as times
from ebbtide.model import phone as phones
from ebbtide.model.base import Day, Id, Strict, Text, Url, nearest, refusal
from ebbtide.model.hours import Hours
from ebbtide.model.phone import AnyNumber, Phone, TextLine, is_short_code
from ebbtide.problem import Loc, Places

RULES: Mapping[str, str] = {
    **phones.RULES,
    **times.RULES,
    "contact-way": "A contact has a number, a text line, a chat or a web page.",
    "contact-not-for": "Every contact but emergency services and crisis lines says what it is not for.",
    "contact-number-in-words": "No telephone number stands in a contact's words: numbers have fields of their own.",
    "contact-region": "A region is a country's two-letter code, that with a part of the country, EU, or INT.",
    "shared-number": "Two contacts have the same number only where one of them says that it shares it with the other.",
    "retired-number": "No contact has a number that the file marks as retired or as never to be printed.",
}

Kind = Literal[
    "emergency", "crisis", "talk", "treatment", "locator", "center",
    "poison", "overdose", "family", "group", "peer", "agency",
]  # fmt: skip
"""What a contact does; a help page chooses what to list by it.

emergency   sends an ambulance
crisis      answers people who may not be safe, or cannot bear it, whoever they are
talk        listens and informs; not for a crisis
treatment   finds treatment, by phone
locator     a list, a map or an office to find help nearby
center      a place that treats people
poison      says what to do about something taken
overdose    makes drug use less deadly: company on the phone, naloxone
family      is for the people around somebody
group       is for one group of people, in crisis or not: veterans, survivors of violence, young people
peer        people who have been there, meeting
agency      a public body's line for one part of a country
"""

KINDS: tuple[Kind, ...] = get_args(Kind)

Part = Literal["phone", "text", "chat", "web"]


def region_code(value: str) -> str:
    """Refuse what is no region: ``GB``, ``GB-SCT``, ``EU`` or ``INT`` (reachable from anywhere)."""
    if value in ("INT", "EU"):
        return value
    country, hyphen, part = value.partition("-")
    is_part = not hyphen or re.fullmatch(r"[A-Z0-9]{1,3}", part)
    if re.fullmatch(r"[A-Z]{2}", country) and is_part and phones.is_country(country):
        return value
    hint = (
        "The code is GB."
        if country == "UK"
        else "Write a country's two capital letters, as in GB or GB-SCT, or EU, or INT."
    )
    raise refusal("contact-region", f"{value} is no country or part of one.", hint)


Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$")]
"""A language by its BCP 47 code; sign languages have codes too, ``bfi`` for British Sign Language."""

Sighting = Annotated[
    str, StringConstraints(pattern=r"^(?:19|20)[0-9]{2}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?$")
]
"""When something was seen, as exactly as is known: a year, a month or a day."""


class Evidence(Strict):
    """A page on which a contact's facts were seen."""

    url: Url
    seen: Sighting | None = None
    """The date of the page, where it has one."""


class Lookalike(Strict):
    """A number that is easily taken for this contact's, or one that was this contact's and must not come back."""

    number: AnyNumber
    why: Text
    retired: bool = False
    """True where nobody may print it: an old number, or wrong digits in circulation."""


class Never(Strict):
    """A number that no contact may have."""

    number: AnyNumber
    why: Text


@dataclass(frozen=True, slots=True)
class Link:
    """One way to reach a contact, as data: a template adds the words. Empty where a field does not apply."""

    part: Part
    href: str
    display: str
    """The number as it is shown (with letters), or a web page's host name."""
    name: str
    """What people call the contact: its short name, or its whole name."""
    label: str = ""
    press: str = ""
    extension: str = ""
    keyword: str = ""
    say: str = ""
    numbers: frozenset[str] = frozenset()
    """Every string of digits that this link may show or dial."""


class Contact(Strict):
    """A line, a service, a place or a list, as `contacts.yaml` holds it under its id."""

    name: Text
    short: Text | None = None
    """What people call it, where that is shorter."""
    kind: Kind
    region: Annotated[Text, AfterValidator(region_code)]
    languages: tuple[Language, ...] = ()
    """Languages that its own people speak, the usual one first. None: not known."""
    interpreters: bool = False
    """Whether an interpreter joins the call for other languages."""
    audience: Text | None = None
    """Whom it is for."""
    purpose: Text = Field(alias="for")
    """What happens when somebody calls, in plain words."""
    not_for: Text | None = None
    """What it is not, so that nobody loses time."""
    phone: tuple[Phone, ...] = ()
    """Numbers to call, the main one first."""
    text: TextLine | None = None
    chat: Url | None = None
    web: Url | None = None
    address: Text | None = None
    hours: Hours
    cost: Text | None = None
    checked: Day | None = None
    """The day on which a person dialed it, or read it on the organization's own page."""
    last_seen: Sighting | None = None
    """The newest dated sighting of its facts. Not every sighting has an address that `sources` could give."""
    sources: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    lookalikes: tuple[Lookalike, ...] = ()
    shares_number_with: tuple[Id, ...] = ()

    _id: str = PrivateAttr(default="")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for line in self._lines():
            line.model.at_home_in(self.country)
        if not (self.phone or self.text or self.chat or self.web):
            raise refusal("contact-way", "This contact cannot be reached.", "Give it a phone, text, chat or web.")
        if self.not_for is None and self.kind not in ("emergency", "crisis"):
            raise refusal(
                "contact-not-for",
                "Nothing says what this contact is not for.",
                "Add not_for: with a sentence, such as what it cannot do at once.",
            )
        _no_numbers_in_words(self)
        return self

    @property
    def id(self) -> str:
        """Its key in the file."""
        return self._id

    @property
    def short_name(self) -> str:
        """What people call it."""
        return self.short or self.name

    @property
    def country(self) -> str:
        """The two letters before the hyphen of its region; EU and INT as they are."""
        return self.region.partition("-")[0]

    @property
    def subdivision(self) -> str:
        """The part of the country, as in the code after the hyphen; empty for a whole country."""
        return self.region.partition("-")[2]

    @property
    def numbers(self) -> frozenset[str]:
        """Every string of digits that may stand for one of its numbers, and that no page may show away from it."""
        return frozenset().union(*(line.model.owned for line in self._lines()))

    def link(self, part: Part = "phone", index: int = 0, language: str = "") -> Link | None:
        """One way to reach it, or None where it has no such way. `index` chooses among numbers to call."""
        if part == "phone":
            return self._call(self.phone[index]) if index < len(self.phone) else None
        if part == "text":
            return self._write(self.text, language) if self.text else None
        address = self.chat if part == "chat" else self.web
        if address is None:
            return None
        return Link(part, address, (urlsplit(address).hostname or address).removeprefix("www."), self.short_name)

    def links(self, language: str = "") -> tuple[Link, ...]:
        """All ways to reach it, the quickest first: every number, then text, chat and web."""
        calls = [self._call(line) for line in self.phone]
        others = (self.link(part, language=language) for part in ("text", "chat", "web"))
        return (*calls, *(link for link in others if link))

    def _call(self, line: Phone) -> Link:
        return Link(
            part="phone",
            href=line.href,
            display=line.display,
            name=self.short_name,
            label=line.label or "",
            press=line.press or "",
            extension=line.extension or "",
            say=line.say or "",
            numbers=line.owned,
        )

    def _write(self, line: TextLine, language: str) -> Link:
        return Link(
            part="text",
            href=line.href_for(language),
            display=line.display,
            name=self.short_name,
            label=line.label or "",
            keyword=line.keyword_for(language) or "",
            say=line.say or "",
            numbers=line.owned,
        )

    def _lines(self) -> Iterator[_Line]:
        for index, line in enumerate(self.phone):
            yield _Line(("phone", index, "number"), line)
        if self.text:
            yield _Line(("text", "number"), self.text)


class Reachable(Protocol):
    """Whoever owns numbers that a page may show: a contact, or a place of a list."""

    @property
    def name(self) -> str: ...
    @property
    def short(self) -> str | None: ...
    @property
    def short_name(self) -> str: ...
    @property
    def numbers(self) -> frozenset[str]: ...
    def links(self, language: str = "") -> tuple[Link, ...]: ...


class Contacts(Strict):
    """The whole file: contacts by id, in the order of the file, and numbers that none of them may have."""

    contacts: dict[Id, Contact]
    never: tuple[Never, ...] = ()

    @model_validator(mode="after")
    def _together(self) -> Self:
        for id, contact in self.contacts.items():
            contact._id = id
        if problems := [*self._unshared(), *self._strangers(), *self._forbidden()]:
            raise ValidationError.from_exception_data(
                "contacts", [InitErrorDetails(type=what, loc=loc, input=None) for loc, what in problems]
            )
        return self

    def located(self, places: Places) -> Self:
        for id, contact in self.contacts.items():
            contact.located(places.sub("contacts", id))
        return super().located(places)

    @property
    def all(self) -> tuple[Contact, ...]:
        """In the order of the file."""
        return tuple(self.contacts.values())

    def _claims(self) -> dict[_Claim, dict[str, Loc]]:
        """For each number, who has it, and where that is written first."""
        found: dict[_Claim, dict[str, Loc]] = {}
        for id, contact in self.contacts.items():
            for line in contact._lines():
                found.setdefault(_claim(line.model.number, contact.country), {}).setdefault(
                    id, ("contacts", id, *line.loc)
                )
        return found

    def _unshared(self) -> Iterator[_Refusal]:
        """Of contacts with one number, each must be joined to the first by `shares_number_with`, either way round."""
        for (number, _), holders in self._claims().items():
            first, *others = holders
            joined, waiting = {first}, set(others)
            while near := {
                id for id in waiting if any(self._says(id, other) or self._says(other, id) for other in joined)
            }:
                joined |= near
                waiting -= near
            for id in (id for id in others if id in waiting):
                hint = f"If both are right, add shares_number_with: [{first}] to {id}; if not, compare their sources."
                yield holders[id], refusal("shared-number", f"{number} is also the number of {first}.", hint)

    def _says(self, id: str, other: str) -> bool:
        return other in self.contacts[id].shares_number_with

    def _strangers(self) -> Iterator[_Refusal]:
        """Names in `shares_number_with` of contacts that are not there, or that have no such number."""
        claims = self._claims().values()
        for id, contact in self.contacts.items():
            for index, other in enumerate(contact.shares_number_with):
                loc: Loc = ("contacts", id, "shares_number_with", index)
                if other not in self.contacts:
                    yield loc, refusal("shared-number", f"There is no contact {other}.", nearest(other, self.contacts))
                elif other == id or not any(id in holders and other in holders for holders in claims):
                    message = f"{id} and {other} have no number in common."
                    yield loc, refusal("shared-number", message, f"Delete {other} from this list.")

    def _forbidden(self) -> Iterator[_Refusal]:
        """Numbers that are somebody's retired look-alike, or on the list `never`, or a contact's own look-alike."""
        claims = self._claims()
        for item in self.never:
            message = f"{item.number} must not be printed: {item.why.rstrip('.')}."
            for (number, _), holders in claims.items():
                if number == item.number:
                    yield from ((loc, refusal("retired-number", message, _COMPARE)) for loc in holders.values())
        for id, contact in self.contacts.items():
            for index, like in enumerate(contact.lookalikes):
                holders = claims.get(_claim(like.number, contact.country), {})
                if like.retired:
                    message = f"{like.number} is retired, as {id} says: {like.why.rstrip('.')}."
                    yield from ((loc, refusal("retired-number", message, _COMPARE)) for loc in holders.values())
                elif id in holders:
                    message = f"{like.number} is a number of {id} itself."
                    at: Loc = ("contacts", id, "lookalikes", index, "number")
                    yield at, refusal("shared-number", message, "Delete it here, or there.")


def owners(contacts: Mapping[str, Contact]) -> dict[str, tuple[str, ...]]:
    """For each string of digits that can stand for a number: the ids of the contacts beside which it may be shown."""
    found: dict[str, tuple[str, ...]] = {}
    for id, contact in contacts.items():
        for digits in sorted(contact.numbers):
            found[digits] = (*found.get(digits, ()), id)
    return found


class _Line(NamedTuple):
    loc: Loc
    model: Phone | TextLine


_Claim = tuple[str, str]  # a number, and for a short code the country in which it means something
_Refusal = tuple[Loc, PydanticCustomError]
_COMPARE = "Write the number that is in use now, or delete this line."


def _claim(number: str, country: str) -> _Claim:
    return number, country if is_short_code(number) else ""


def _no_numbers_in_words(contact: Contact) -> None:
    """Refuse a telephone number in a contact's words. Short codes pass: names have them, and years look like them."""
    words = [contact.name, contact.short, contact.audience, contact.purpose, contact.not_for, contact.cost]
    words += [word for line in contact._lines() for word in (line.model.label, line.model.say)]
    for text in filter(None, words):
        for found in re.findall(r"\+?[0-9][0-9 ().\-\u2010-\u2015]{5,}[0-9]", text):
            if sum(sign.isdigit() for sign in found) > 6:
                raise refusal(
                    "contact-number-in-words",
                    f"{found} stands in the words of this contact.",
                    "Give it a phone: entry here, or a contact of its own.",
                )
