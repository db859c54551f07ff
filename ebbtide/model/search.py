"""What a publisher tells the search: words that people type, where they lead, and which of them are words of danger."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import Field

from ebbtide.model.article import Reference as Pointer
from ebbtide.model.base import Id, Strict, Text


class Alarm(Strict):
    """Words that put somebody to call above all that is found, under the heading `say`."""

    words: Annotated[tuple[Text, ...], Field(min_length=1)]
    contact: Id
    say: Text


class Synonym(Strict):
    """Words as people say them, and what they lead to, the best first."""

    words: Annotated[tuple[Text, ...], Field(min_length=1)]
    to: Annotated[tuple[Pointer, ...], Field(min_length=1)]


class Synonyms(Strict):
    """``synonyms.yaml``. The file may be missing: the search then knows only the words of the pages."""

    stop_words: tuple[Text, ...] = ()
    """Words too common to tell pages apart."""
    danger: tuple[Alarm, ...] = ()
    pages: tuple[Synonym, ...] = ()


def tokens(text: str) -> list[str]:
    """The words of a text as the search compares them: small letters without accents, apostrophes dropped, cut at all else.

    The same as ``tokens`` in client/search-core.js, which a test holds. A language that writes without blanks gets long words,
    whose beginnings are found.
    """
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.category(letter).startswith("M")
    )
    return [word for word in re.split(r"[^\w]|_", re.sub("['\u2019\u02bc]", "", plain.lower())) if word]
