"""Telephone and text numbers: what may be written, and everything derived from it: how it looks and what a phone dials.

A number is written once, as digits. Its grouping, the letters beside its digits, and the address of its link come from
here, so that what is seen and what is dialed cannot differ. Grouping, validity and dialing rules are libphonenumber's
(the `phonenumbers` package). Importing it costs 40 to 60 ms, so functions import it when a number is first looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

from pydantic import AfterValidator, Field, PrivateAttr, StringConstraints, ValidationInfo, field_validator

from ebbtide.model.base import Strict, Text, refusal

RULES: Mapping[str, str] = {
    "phone-number": "A number is a short code, or +, country code and number as its country's numbering plan allows.",
    "phone-letters": "Letters given for a number spell its last digits on a telephone's keys.",
}

KEYPAD: Mapping[str, str] = {
    letter: str(digit)
    for digit, letters in enumerate(("ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"), 2)
    for letter in letters
}
"""Letters on a telephone's keys, as ITU-T E.161 (option A) sets them."""

SHORT_CODE = re.compile(r"[0-9]{2,6}")
"""A number of 2 to 6 digits that works as it is, inside one country. No list of valid ones is complete and fresh,
so short codes are exempt from the check by numbering plan: their length is all that is checked."""

_FULL = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164: at most 15 digits, the country code first


def is_short_code(number: str) -> bool:
    return SHORT_CODE.fullmatch(number) is not None


def is_country(code: str) -> bool:
    """Whether two capital letters are the code of a country or territory that has a numbering plan."""
    import phonenumbers

    return code in phonenumbers.SUPPORTED_REGIONS


def full_or_short(value: str) -> str:
    """Refuse what is neither form, without asking whether such a number can exist (a retired number no longer does)."""
    if is_short_code(value) or _FULL.fullmatch(value):
        return value
    digits = re.sub(r"[\s().\-\u2010-\u2015]", "", value)
    if _FULL.fullmatch(digits):
        raise refusal(
            "phone-number", f"{value} has signs between its digits.", f"Write {digits}; the page groups it by itself."
        )
    if digits.isascii() and digits.isdigit() and len(digits) > 6:
        raise refusal(
            "phone-number",
            f"{value} has no country code, so it is not certain whose number it is.",
            "Write +, then country code and number without a 0 before it, with nothing between the digits.",
        )
    raise refusal(
        "phone-number",
        f"{value} is not a telephone number.",
        "Write digits only: + with country code and number, or a short code of 2 to 6 digits.",
    )


def reachable(value: str) -> str:
    """Refuse a number that its country's numbering plan does not know. Short codes are exempt (see `SHORT_CODE`)."""
    full_or_short(value)
    if is_short_code(value):
        return value
    import phonenumbers

    try:
        parsed = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        raise refusal("phone-number", f"{value} begins with no country's code.", "Check its first digits.") from None
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    code = f"+{parsed.country_code}"
    if reason == phonenumbers.ValidationResult.TOO_SHORT:
        raise refusal(
            "phone-number",
            f"{value} has too few digits for a number in {code}.",
            "Compare it with its source, digit by digit.",
        )
    if reason == phonenumbers.ValidationResult.TOO_LONG:
        raise refusal(
            "phone-number",
            f"{value} has too many digits for a number in {code}.",
            "Compare it with its source, digit by digit.",
        )
    if not phonenumbers.is_valid_number(parsed):
        raise refusal(
            "phone-number", f"{value} cannot be a number in {code}.", "Compare it with its source, digit by digit."
        )
    return value


_EXTENSION = re.compile(
    r"[\s,;]*(?:\b(?:x|ext|extn|extension|poste)\.?|(?<=[0-9])x|#)\s*:?\s*([0-9]{1,8})\s*$", re.IGNORECASE
)
_SEVERAL = re.compile(r"\d[\s)]*(?:/|;|,|\bor\b|\band\b|&)[\s(+]*\d", re.IGNORECASE)


def as_written(text: str, country: str) -> tuple[str, str]:
    """A number as people in `country` (two letters) write it, letters on the keys included: E.164, and its extension or nothing.

    Refuses what is not certainly one number that can be dialed: a local number without its area code, two numbers, and a
    number that the numbering plan does not know (with the reason).
    """
    import phonenumbers

    extension = _EXTENSION.search(text)
    number = text[: extension.start()] if extension else text
    if _SEVERAL.search(number):
        raise refusal("phone-number", f"{text} holds more than one number.", "Write each into a column of its own.")
    if not re.search(r"[0-9A-Za-z]", number) or re.search(r"[^0-9A-Za-z\s().+/\-\u2010-\u2015]", number):
        raise refusal("phone-number", f"{text} is not a telephone number.", "Write its digits.")
    try:
        parsed = phonenumbers.parse("".join(KEYPAD.get(sign, sign) for sign in number.upper()), country)
    except phonenumbers.NumberParseException:
        raise refusal("phone-number", f"{text} is not a telephone number.", "Write its digits.") from None
    if not phonenumbers.is_valid_number(parsed):
        raise refusal("phone-number", *_why(text, parsed))
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), extension[1] if extension else ""


def _why(text: str, parsed: Any) -> tuple[str, str]:
    import phonenumbers

    code, reasons = f"+{parsed.country_code}", phonenumbers.ValidationResult
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason == reasons.IS_POSSIBLE_LOCAL_ONLY:
        return f"{text} has no area code, so it is not certain whose number it is.", "Write the whole number."
    if reason == reasons.TOO_SHORT:
        return f"{text} has too few digits for a number in {code}.", "Compare it with its source, digit by digit."
    if reason == reasons.TOO_LONG:
        hint = "Compare it with its source; begin another country's number with + and its code."
        return f"{text} has too many digits for a number in {code}.", hint
    return f"{text} cannot be a number in {code}.", "Compare it with its source, digit by digit."


Number = Annotated[Text, AfterValidator(reachable)]
"""E.164 with its +, or a short code."""

AnyNumber = Annotated[Text, AfterValidator(full_or_short)]
"""As `Number`, but it need not be one that exists: for retired numbers and wrong ones."""

Keys = Annotated[str, StringConstraints(pattern=r"^[0-9*#]{1,8}$")]


class Shapes(NamedTuple):
    """The forms of one number for somebody in one country."""

    display: str
    """As people there write it: national grouping, or with + where the number is another country's."""
    international: str
    """With + and country code; a short code as it is."""
    dial: str
    """What a telephone there dials, without spaces."""
    owned: frozenset[str]
    """Every string of digits that can stand for this number in a text, so that a page can be searched for it."""


@lru_cache(maxsize=65536)
def shapes(number: str, country: str) -> Shapes:
    """The forms of a valid `number` (E.164 or short code) for somebody in `country` (two letters; any other is abroad).

    In the countries that share code 1, the national form is written 1-NPA-NXX-XXXX: the leading 1 works on every line
    there, and hyphens are read out as pauses. Everywhere else libphonenumber's national form stands as it is.

    A telephone outside code 1 gets the national form to dial: many freephone and shared-cost numbers do not connect
    when dialed with their country code, even from inside their country; nobody abroad can reach those either way.
    """
    if is_short_code(number):
        return Shapes(number, number, number, frozenset({number}))
    import phonenumbers
    from phonenumbers import PhoneNumberFormat

    parsed = phonenumbers.parse(number, None)
    international = phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
    at_home = phonenumbers.country_code_for_region(country) == parsed.country_code
    national = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    dial = number
    if not at_home:
        display = international
    elif parsed.country_code == 1:
        display = national = international.removeprefix("+").replace(" ", "-")
    else:
        display = national
        dial = phonenumbers.format_number_for_mobile_dialing(parsed, country, False) or number
    owned = {
        number.removeprefix("+"),
        phonenumbers.national_significant_number(parsed),
        _digits(national),
        _digits(dial),
    }
    return Shapes(display, international, dial, frozenset(owned))


def word(value: str) -> str:
    """Refuse letters for a number that are no word on a telephone's keys."""
    if re.fullmatch(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", value) and re.search(r"[A-Za-z]", value):
        return value
    raise refusal(
        "phone-letters",
        f"{value} cannot be keyed.",
        "Write letters, with digits and single hyphens among them if need be.",
    )


def keyed(letters: str) -> str:
    """The digits that `letters` (with digits and hyphens among them) stand for on a telephone's keys."""
    return "".join(KEYPAD.get(sign, sign) for sign in letters.upper() if sign != "-")


def spelled(display: str, letters: str) -> str:
    """A grouped number with its letters, and the digits that they stand for in brackets.

    Letters for the last group alone: ``1-NPA-NXX-WORD (XXXX)``. Other letters: the whole number again in the brackets.
    """
    count = min(len(keyed(letters)), _letters_fit(display, letters))
    cut = len(display)
    for _ in range(count):
        cut = max(at for at in range(cut) if display[at].isdigit())
    before, digits = display[:cut], display[cut:]
    joint = "-" if before and before[-1].isdigit() else ""
    return f"{before}{joint}{letters} ({digits if count == 4 and digits.isdigit() else display})"


def _letters_fit(number: str, letters: str) -> int:
    """How many of the number's last digits the letters stand for; 0 where they spell something else.

    A word longer than the seven digits of a local number in code 1 is common: the exchange ignores the rest.
    """
    digits, wanted = _digits(number), keyed(letters)
    if digits.endswith(wanted):
        return len(wanted)
    return 7 if len(wanted) > 7 and len(digits) == 11 and digits[0] == "1" and wanted.startswith(digits[-7:]) else 0


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


class Phone(Strict):
    """One number to call."""

    number: Number
    letters: Annotated[Text, AfterValidator(word)] | None = None
    """What the last digits spell, for people who know the number as a word."""
    extension: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,7}$")] | None = None
    press: Keys | None = None
    """Keys to press once the call is answered."""
    label: Text | None = None
    """What this number is, where a contact has several: a few words."""
    say: Text | None = None
    """What to say, or to choose, when somebody answers."""

    _country: str = PrivateAttr(default="")

    @field_validator("letters")
    @classmethod
    def _letters_match(cls, letters: str | None, known: ValidationInfo) -> str | None:
        number = known.data.get("number", "")  # not there where it was refused
        if letters and number and not _letters_fit(number, letters):
            wanted = keyed(letters)
            last = _digits(number)[-len(wanted) :]
            raise refusal(
                "phone-letters",
                f"{letters} spells {wanted} on a telephone's keys, but {number} ends in {last}.",
                "One of the two has a wrong sign: compare both with the source.",
            )
        return letters

    def at_home_in(self, country: str) -> None:
        """Set the country of whoever dials. The contact that holds this number calls it."""
        self._country = country

    @property
    def digits(self) -> str:
        """The number grouped, without letters."""
        return shapes(self.number, self._country).display

    @property
    def display(self) -> str:
        """The number as a page shows it, with its letters where it has them."""
        return spelled(self.digits, self.letters) if self.letters else self.digits

    @property
    def international(self) -> str:
        """With + and country code, for somebody in another country."""
        return shapes(self.number, self._country).international

    @property
    def href(self) -> str:
        """A ``tel:`` address.

        An extension follows a comma, a pause of two seconds, which Android and iOS both dial. RFC 3966 asks for
        ``;ext=``, but Android turns its letters into digits and iOS shows it as text to be tapped. A menu's keys
        (`press`) are never dialed: they must wait for a greeting whose length nobody knows.
        """
        number = f"tel:{shapes(self.number, self._country).dial}"
        return f"{number},{self.extension}" if self.extension else number

    @property
    def owned(self) -> frozenset[str]:
        """Every string of digits that can stand for this number in a text."""
        return shapes(self.number, self._country).owned


class TextLine(Strict):
    """One number that answers text messages."""

    number: Number
    keyword: Text | None = None
    """The message that begins a conversation."""
    keyword_in: dict[Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")], Text] = Field(
        default_factory=dict
    )
    """Keywords that begin it in other languages, by language code."""
    label: Text | None = None
    say: Text | None = None
    """What to write, where it is not one fixed word."""

    _country: str = PrivateAttr(default="")

    def at_home_in(self, country: str) -> None:
        """Set the country of whoever writes. The contact that holds this number calls it."""
        self._country = country

    @property
    def display(self) -> str:
        return shapes(self.number, self._country).display

    def keyword_for(self, language: str) -> str | None:
        """The keyword for a reader of `language`, or the usual one."""
        return self.keyword_in.get(language) or self.keyword

    def href_for(self, language: str = "") -> str:
        """An ``sms:`` address with the keyword already written; Android and iOS both take the form ``?&body=``."""
        number = f"sms:{shapes(self.number, self._country).dial}"
        keyword = self.keyword_for(language)
        return f"{number}?&body={quote(keyword)}" if keyword else number

    @property
    def href(self) -> str:
        return self.href_for()

    @property
    def owned(self) -> frozenset[str]:
        return shapes(self.number, self._country).owned
