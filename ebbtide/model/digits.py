"""What in a text looks like a telephone number. Prose, checks and page rules share this, so that they agree.

Written for precision: years, ranges, doses, dates and DOIs must pass, or publishers would learn to ignore the rule. So a run of
digits counts only where it is written as nothing but a telephone number is, or where somebody in ``contacts.yaml`` owns it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ebbtide.model.phone import KEYPAD

_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015"
_PLAIN = str.maketrans({**dict.fromkeys(_HYPHENS, "-"), **dict.fromkeys("\u00a0\u2007\u202f\u2009", " ")})
_KEYS = str.maketrans(dict(KEYPAD))

_LETTERS = r"(?:\b1[-. ])?\(?\b\d{3}\)?[-. ](?=[A-Z0-9-]*[A-Z]{3})[A-Z0-9-]{7,}"
_RUN = re.compile(rf"\b{_LETTERS}|(?:\+|\b|\()(?:\d[\s().-]{{0,2}}){{4,14}}\d\b")
"""A run of five digits or more with at most two signs between them, or one that ends in letters."""

_AS_NUMBER = re.compile(
    r"\+\d[\d\s().-]{7,}"  # with a country code
    r"|(?:1[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}"  # where the country code is 1
    r"|1[38]00[- ]\d{3}[- ]\d{3}"  # freephone and shared cost: four digits and two threes
    r"|\(?0\d{2,4}\)?[ -]\d{3,4}[ -]?\d{3,4}"  # a trunk prefix and two groups
    r"|0\d(?:[ .-]\d{2}){4}"  # five pairs
    rf"|{_LETTERS}"
)


def runs(text: str) -> Iterator[tuple[int, str]]:
    """Where each run of digits begins that could be a telephone number, and the run, hyphens and blanks made plain."""
    plain = text.translate(_PLAIN)
    for found in _RUN.finditer(plain):
        yield found.start(), found[0].strip()


def digits(run: str) -> str:
    """A number's digits, letters on the keys included."""
    return re.sub(r"\D", "", run.upper().translate(_KEYS))


def owners(run: str, numbers: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Who owns a run. A word may be longer than its number: the exchange ignores the rest.

    A run of fewer than five digits is nobody's here: it is a count as often as a number.
    """
    found = digits(run)
    if re.search(r"[A-Za-z]", run):
        return frozenset().union(
            *(ids for number, ids in numbers.items() if len(number) > 9 and found.startswith(number))
        )
    return numbers.get(found, frozenset()) if len(found) > 4 else frozenset()


def is_number(run: str, numbers: Mapping[str, frozenset[str]]) -> bool:
    """Whether a run is somebody's number, or is written as only a telephone number is."""
    return bool(_AS_NUMBER.fullmatch(run)) or bool(owners(run, numbers))
