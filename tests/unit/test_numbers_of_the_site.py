"""The numbers that the finished site shows: those that look alike stand beside their own owner, and those that must not be printed nowhere.

Page rules judge each number by its record; here the finished pages are read once more, by nothing that the rules use.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import cache

from tests.small_site import ROOT, made

OWNERS = {
    # look-alikes: whose name must stand near them
    "8007994673": "Ashley",
    "8007997233": "Domestic Violence",
    "8006624357": ("SAMHSA", "Get Help Now"),
    "8333014357": "", "8006564673": "", "8339444673": "", "8009234357": "",
}  # fmt: skip
"""Numbers that are easily taken for each other. Empty: those that the site does not show at all."""

NOT_PRINTED = """
8007994889 8005225353 8004371611 8339435746 2023041200 8772100402 8662119966
8443071760 8008792772 8008002455 8339467333 8009223406 8666458216 8668115695 8004220009 8004625525 8882798188 8776034357 8888668660
8665357654 8555873463 8006884232 8005229054 8009221183 8005527096 8559252273 8007203480 8337732445 2064616219 8006854813 4102736600
8442890879 8662101303 8669297369 8339281383 8005704562 8003032482 8187739999
""".split()
"""Retired numbers, leads that too few sources hold, and lines that sell treatment under the look of a helpline."""


@cache
def pages() -> Mapping[str, str]:
    return {
        path: content.decode()
        for path, content in made(ROOT / "content").items()
        if path.endswith((".html", ".vcf", ".js", ".json", ".xml", ".txt"))
    }


def _digits(text: str) -> str:
    """A text with the signs that stand within numbers left out, so that a number is one run of digits however it is grouped."""
    return re.sub(r"(?<=\d)[\s().\u2010-\u2015-]{1,3}(?=\d)", "", html.unescape(re.sub(r"<[^>]+>", "", text)))


def _addresses(text: str) -> str:
    return " ".join(re.findall(r'href="(?:tel|sms):([^"]+)"', text))


def test_what_must_not_be_printed_is_nowhere() -> None:
    found = [
        (path, number)
        for path, text in pages().items()
        for number in NOT_PRINTED
        if number in _digits(text) or number in _addresses(text)
    ]
    assert found == []


def test_numbers_that_look_alike_stand_beside_their_owner() -> None:
    seen = set()
    for path, text in pages().items():
        for number, owner in OWNERS.items():
            if number in _addresses(text) or number in _digits(text):
                assert owner, f"{number} stands on {path}"
                seen.add(number)
        for holder in re.finditer(r'<(\w+)[^>]*data-contact="([^"]+)"[^>]*>(.*?)</\1>', text, re.DOTALL):
            for number, owner in OWNERS.items():
                if number in _addresses(holder[0]):
                    names = (owner,) if isinstance(owner, str) else owner
                    assert any(name in holder[0] for name in names), f"{number} on {path} beside {holder[2]}"
    assert seen == {number for number, owner in OWNERS.items() if owner}


def test_a_link_dials_the_digits_that_it_shows() -> None:
    """Letters are given with their digits, so the digits of the text are enough."""
    links = 0
    for path, text in pages().items():
        for href, inner in re.findall(r'<a [^>]*href="tel:([^"]+)"[^>]*>(.*?)</a>', text, re.DOTALL):
            number, _, extension = href.partition(",")
            shown = re.sub(r"\D", "", number)
            said = _digits(inner)
            links += 1
            if re.search(r"[A-Z]{3,}", re.sub(r"<[^>]+>", "", inner)):  # a word on the keys
                assert shown[-4:] in said, f"{path}: {href} says {said}"
            else:
                assert shown in said or shown.removeprefix("1") in said, f"{path}: {href} says {said}"
            assert extension in said, f"{path}: {href} says {said}"
    assert links > 300
