"""The index from A to Z: every title, and every word that people type, each once. It is the search for whoever has no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ebbtide.model.search import Synonyms, tokens
from ebbtide.search.documents import Document


@dataclass(frozen=True)
class Entry:
    """A line of the index: a title, or a word that people type. `text` leads to the first of `documents`; the search knows all."""

    text: str
    documents: tuple[Document, ...]
    is_title: bool

    @property
    def document(self) -> Document:
        return self.documents[0]


@dataclass(frozen=True)
class Letter:
    """The entries below a letter of the index; below ``#`` stand those that begin with a digit."""

    letter: str
    entries: tuple[Entry, ...]


def letters(found: Sequence[Document], synonyms: Synonyms | None) -> tuple[Letter, ...]:
    """The index. Titles stand in the order of the documents, so that a script can count them.

    A phrase stands under its first word that is not a stop word.
    """
    stop = stop_words(synonyms)
    entries = [Entry(one.title, (one,), is_title=True) for one in found]
    entries += [
        Entry(words, tuple(found[number] for number in to), is_title=False) for words, to in phrases(found, synonyms)
    ]
    shelves: dict[str, list[tuple[list[str], Entry]]] = {}
    for entry in entries:
        key = tokens(entry.text)
        while not entry.is_title and len(key) > 1 and key[0] in stop:
            key = key[1:]
        first = key[0][0].upper() if key else "#"
        shelves.setdefault("#" if first.isdigit() else first, []).append((key, entry))
    return tuple(
        Letter(
            letter,
            tuple(
                entry for _, entry in sorted(rows, key=lambda row: (row[0], not row[1].is_title, row[1].document.url))
            ),
        )
        for letter, rows in sorted(shelves.items())
    )


def phrases(found: Sequence[Document], synonyms: Synonyms | None) -> list[tuple[str, tuple[int, ...]]]:
    """Each word or phrase that people type, once, with the numbers of the documents that it leads to: whom to call in danger first."""
    if synonyms is None:
        return []
    numbers: Mapping[str, int] = {one.pointer: number for number, one in enumerate(found) if one.pointer}
    entries: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        (alarm.words, (f"contact:{alarm.contact}",)) for alarm in synonyms.danger
    ]
    entries += [(one.words, one.to) for one in synonyms.pages]
    made: dict[tuple[str, ...], tuple[str, list[int]]] = {}
    for words, to in entries:
        # a link into a page leads, here, to the page
        targets = [numbers[name] for pointer in to if (name := pointer.partition("#")[0]) in numbers]
        for word in words if targets else ():
            made.setdefault(tuple(tokens(word)), (word, []))[1].extend(targets)
    return [(word, tuple(dict.fromkeys(targets))) for word, targets in made.values()]


def stop_words(synonyms: Synonyms | None) -> frozenset[str]:
    """Words that are passed over, as the search reads them."""
    return frozenset(word for words in (synonyms.stop_words if synonyms else ()) for word in tokens(words))
