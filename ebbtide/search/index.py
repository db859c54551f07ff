"""The words of all documents as two data files: of titles, summaries, key points and headings first; of running text when those do not do.

Each file is a script that calls ``ebbtideSearch(name, data)``, since a page opened from a disk may load scripts but not fetch. Data:

- ``words``: all words in order, each as the number of letters (in base 36, at most 35) that it shares with the one before, then the
  others; parted by blanks.
- ``lists``: for each word in the same order the documents that it stands in, parted by commas: numbers in ascending order, each as
  eight times its distance from the one before (from -1 at first) less eight, plus its weight from 0 to 7. A number is written in digits of
  base 45, the lowest first, out of `DIGITS`: the last digit of each from the first half, the others from the second.
- ``leads`` (the first file): lists of documents, the best first. ``typed``: for each word that people type, in the order of the index from A to Z,
  which of the lists it leads to, in digits as above. The words themselves stand on the page.
- ``stop`` (the first file): words that are passed over, parted by blanks.

A word's weight in a document is that of BM25F (Zaragoza and others, TREC 2004): how often it stands in each part, by the worth of the part
and against the part's usual length, saturated. Of running text a word keeps only the documents where it weighs most, after
Carmel and others, "Static index pruning for information retrieval systems" (SIGIR 2001).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

from ebbtide.model.page import File
from ebbtide.model.search import Synonyms, tokens
from ebbtide.search.documents import Document
from ebbtide.search.entries import letters, stop_words

WORTH: Mapping[str, float] = {"title": 6.0, "summary": 2.0, "point": 1.5, "heading": 2.5, "body": 0.6}
LENGTH: Mapping[str, float] = {"title": 0.3, "summary": 0.3, "point": 0.5, "heading": 0.6, "body": 0.7}
"""How much the length of a part counts against its words: b of BM25F."""
SATURATION = 2.5
"""k1 of BM25F."""
LEVELS = 4
KEPT = 8
"""Documents that a word of running text keeps."""
COMMON = 0.3
"""A word of running text that stands in a larger share of the documents tells none of them from others."""
DIGITS = "".join(chr(code) for code in range(35, 127) if chr(code) not in '",\\')[:90]
"""Letters that stand for digits: none of them needs a mark before it in JSON, and none parts two lists."""

Weights = Mapping[str, Mapping[int, int]]
"""Of each word: the documents that it stands in, and its weight there."""


def weights(found: Sequence[Document], stop: frozenset[str] = frozenset()) -> tuple[Weights, Weights]:
    """The weights of words that stand in more than running text; then of the others, pruned."""
    counts = [{part: Counter(_words(text, stop)) for part, text in one.texts.items()} for one in found]
    usual = {
        part: sum(one[part].total() for one in counts if part in one) / max(1, sum(part in one for one in counts)) or 1
        for part in WORTH
    }
    first: dict[str, dict[int, int]] = {}
    second: dict[str, dict[int, int]] = {}
    for number, parts in enumerate(counts):
        told = {word for part, words in parts.items() if part != "body" for word in words}
        for word in sorted({word for words in parts.values() for word in words}):
            raw = sum(
                WORTH[part] * words[word] / (1 - LENGTH[part] + LENGTH[part] * words.total() / usual[part])
                for part, words in parts.items()
                if words[word]
            )
            level = min(LEVELS - 1, int(LEVELS * raw / (SATURATION + raw)))
            (first if word in told else second).setdefault(word, {})[number] = level
    for word in list(second):
        rows = second[word]
        if len(rows) > max(KEPT, COMMON * len(found)):
            del second[word]
        elif len(rows) > KEPT:
            best = sorted(rows, key=lambda number: (-rows[number], number))[:KEPT]
            second[word] = {number: rows[number] for number in sorted(best)}
    return first, second


def _words(text: str, stop: frozenset[str]) -> Iterable[str]:
    return (
        word for word in tokens(text) if word not in stop and (len(word) > 1 or not word.isascii() or word.isdigit())
    )


def coded(made: Weights) -> dict[str, str]:
    """The fields ``words`` and ``lists``."""
    words, lists, before = [], [], ""
    for word in sorted(made):
        # a browser counts what is beyond U+FFFF as two letters
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, word, strict=False)))
        shared = min(35, same) if max(word + before) < "\U00010000" else 0
        words.append("0123456789abcdefghijklmnopqrstuvwxyz"[shared] + word[shared:])
        last, numbers = -1, []
        for document, level in sorted(made[word].items()):
            numbers.append(_number((document - last - 1) * LEVELS + level))
            last = document
        lists.append("".join(numbers))
        before = word
    return {"words": " ".join(words), "lists": ",".join(lists)}


def _number(number: int) -> str:
    half, made = len(DIGITS) // 2, ""
    while number >= half:
        number, digit = divmod(number, half)
        made += DIGITS[half + digit]
    return made + DIGITS[number]


def index_data(found: Sequence[Document], synonyms: Synonyms | None) -> tuple[dict[str, object], dict[str, object]]:
    """The data of the first file and of the second."""
    stop = stop_words(synonyms)
    first, second = weights(found, stop)
    numbers = {one.url: number for number, one in enumerate(found)}
    leads: dict[tuple[int, ...], int] = {}
    typed = [
        _number(leads.setdefault(tuple(numbers[one.url] for one in entry.documents), len(leads)))
        for letter in letters(found, synonyms) for entry in letter.entries if not entry.is_title
    ]  # fmt: skip
    more = {"typed": "".join(typed), "leads": [list(each) for each in leads], "stop": " ".join(sorted(stop))}
    return {**coded(first), **more}, {**coded(second)}


def index_files(found: Sequence[Document], synonyms: Synonyms | None) -> tuple[File, File]:
    """The two files, without digests in their names: ``search-words.js`` and ``search-texts.js``."""
    first, second = index_data(found, synonyms)
    return _file("words", first), _file("texts", second)


def _file(name: str, data: object) -> File:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return File(f"search-{name}.js", f'ebbtideSearch("{name}",{text});\n'.encode())
