"""The templates' words in the language of the site: gettext catalogs, found, read and judged. And the locale for its dates."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import NullTranslations, Translations

from ebbtide.problem import Place, Problem

RULES = {
    "no-catalog": "The templates' words are translated into the site's language, in a catalog that can be read.",
}

DOMAIN = "ebbtide"
_BLANK = re.compile(r"%%|%\(\w+\)s|%")


@dataclass
class _Untold(NullTranslations):
    """Stands behind all catalogs, and notes which words none of them had."""

    words: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def gettext(self, message: str) -> str:
        self.words.add(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.words.add(msgid1)
        return msgid1 if n == 1 else msgid2

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002, the library's signature
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002, the library's signature
        return self.ngettext(msgid1, msgid2, n)


class Words:
    """The catalogs for one language in some templates folders, each with the name that problems give it. An earlier folder's words
    go before a later one's; words of the whole tag (``fr-CA``) before those of the language alone (``fr``).

    English needs no catalog: the words in the templates are English. It may have one, to say something else.
    """

    def __init__(self, language: str, folders: Sequence[tuple[Path, str]], place: Place) -> None:
        self.language, self.place = language, place
        self.problems: list[Problem] = []
        self._untold = _Untold()
        self._first = ""  # the catalog that words should be added to
        self.translations: NullTranslations = self._untold
        for file, shown, tag in reversed(list(_files(language, folders))):
            translations = self._read(file, shown, tag)
            if translations is not None:
                translations.add_fallback(self.translations)
                self.translations, self._first = translations, shown
        if not self._is_english and not self._first and not self.problems:
            base = language.partition("-")[0]
            message = f"there is no translation of the templates' words into {language}."
            self._wrong(place, message, f"Put locale/{base}/LC_MESSAGES/{DOMAIN}.po into your templates folder.")

    @property
    def _is_english(self) -> bool:
        return self.language.partition("-")[0] == "en"

    def untold(self) -> list[Problem]:
        """A warning where words have been asked for by now that no catalog has: they stand in English on a page."""
        words = sorted(self._untold.words)
        if self._is_english or not words or not self._first:
            return []
        some = ", ".join(f'"{word}"' for word in words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")
        message = f"words of the templates are not translated into {self.language}: {some}."
        hint = "Translate them in this file. A template that says something in this language already prints it without _()."
        return [Problem(Place(self._first), "warning", "no-catalog", message, hint)]

    def _read(self, file: Path, shown: str, tag: str) -> Translations | None:
        hint = "Mend the file, or delete your copy of it to use the one that comes with the program."
        try:
            catalog = read_po(io.BytesIO(file.read_bytes()), locale=tag, abort_invalid=True)
            compiled = io.BytesIO()
            write_mo(compiled, catalog)
            compiled.seek(0)
            translations = Translations(fp=compiled, domain=DOMAIN)
        except PoFileError as error:
            self._wrong(Place(shown, (error.lineno or 0) + 1), f"this is not a gettext catalog: {error.args[0]}.", hint)
            return None
        except UnicodeError:
            self._wrong(Place(shown), "the catalog is not UTF-8 text.", "Save it again as UTF-8.")
            return None
        except (ValueError, LookupError, TypeError, IndexError) as error:  # a header that says what cannot be
            self._wrong(Place(shown), f"the catalog cannot be read: {str(error).rstrip('.')}.", hint)
            return None
        self._blanks(catalog, shown)
        return translations

    def _blanks(self, catalog: Catalog, shown: str) -> None:
        """A translation has just the blanks, such as %(name)s, that its message has: any other could not be filled in."""
        for message in catalog:
            asked = _texts(message.id)
            if not asked or message.fuzzy:
                continue
            known = {"%%"}.union(*(_BLANK.findall(text) for text in asked))
            for text in _texts(message.string):
                for blank in sorted(set(_BLANK.findall(text)) - known):
                    place = Place(shown, message.lineno or 1)
                    self._wrong(
                        place, f'the translation of "{asked[0]}" has {blank}, which cannot be filled in.', _COPY
                    )

    def _wrong(self, place: Place, message: str, hint: str) -> None:
        self.problems.append(Problem(place, "error", "no-catalog", message, hint))


_COPY = "Copy the %( )s of the message above it letter by letter; write %% for a percent sign."


def _texts(said: object) -> list[str]:
    """A message's one text, or its singular and plurals."""
    return [str(text) for text in (said if isinstance(said, (list, tuple)) else (said,)) if text]


def _files(language: str, folders: Sequence[tuple[Path, str]]) -> Iterator[tuple[Path, str, str]]:
    """Catalogs from the most to the least fitting: file, how problems name it, and the locale that it is for."""
    for tag in dict.fromkeys((language.replace("-", "_"), language.partition("-")[0])):
        for folder, name in folders:
            path = f"locale/{tag}/LC_MESSAGES/{DOMAIN}.po"
            if (folder / path).is_file():
                yield folder / path, f"{name}/{path}", tag


def locale_of(language: str) -> Locale | None:
    """What CLDR has for a language tag, or for its language alone; None where it has neither."""
    for tag in (language, language.partition("-")[0]):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None
