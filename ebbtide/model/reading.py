"""How hard a text is to read: words, sentences, and a school grade by a named formula.

A formula orders the work and decides nothing (the NHS content guide says so of all of them). Texts come as plain sentences: a
list item is a sentence of its own, headings and tables are left out, so that layout does not pass for length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:['\u2019.\-\u2010\u2011/][^\W_]+)*")
_SHORT = re.compile(r"(?:\b(?:Dr|Mr|Mrs|Ms|St|vs|etc|e\.g|i\.e|approx)|\b[A-Z])\.$")
_END = re.compile(r"[.!?\u2026]+[\"'\u201d\u2019)\]]*(?=\s+[\"'\u201c\u2018(\[]?[^\W_a-z]|\s*$)")


@dataclass(frozen=True, slots=True)
class Measure:
    """What was counted in a text. `grade` is a school grade (0.0 where there are no words); None where the language has no
    formula here."""

    words: int
    sentences: int
    syllables: int
    grade: float | None


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of a text on one line, each with its offset. Points in abbreviations and numbers end none."""
    start = 0
    for end in _END.finditer(text):
        if end[0] == "." and _SHORT.search(text[start : end.start() + 1]):
            continue
        said = text[start : end.end()]
        if said.strip():
            yield start + len(said) - len(said.lstrip()), said.strip()
        start = end.end()
    if text[start:].strip():
        rest = text[start:]
        yield start + len(rest) - len(rest.lstrip()), rest.strip()


def words(text: str) -> list[str]:
    """Runs of letters and digits; a hyphenated or apostrophed run is one word."""
    return _WORD.findall(text)


def measure(texts: Sequence[str], language: str) -> Measure:
    """Count over sentences, and grade them by the formula of `language` (a BCP 47 tag)."""
    found = [words(text) for text in texts]
    found = [each for each in found if each]
    count = sum(len(each) for each in found)
    formula = FORMULAS.get(language.split("-", maxsplit=1)[0])
    if not count:
        return Measure(0, 0, 0, 0.0 if formula else None)
    parts = [syllables(word) for each in found for word in each]
    grade = formula[1](found, parts) if formula else None
    return Measure(count, len(found), sum(parts), None if grade is None else round(grade, 1))


def syllables(word: str) -> int:
    """Syllables of an English word by its groups of vowels, as readability formulas are usually computed; at least one.

    A silent e at the end is left out (not in -le after a consonant), and so is the e of -ed and -es where it is not spoken.
    """
    plain = re.sub(r"[^a-z]", "", word.casefold())
    if len(plain) <= 3:
        return 1
    plain = re.sub(r"(?:(?<=[^td])ed|(?<=[^sxz])(?<!ch)(?<!sh)(?<!c)(?<!g)es|(?<=[^l])e|(?<=[aeiouyl])le)$", "", plain)
    return max(1, len(re.findall(r"i(?:a|o(?!n))|eo|ua(?=l|t)|[aeiouy]+", plain)))


def flesch_kincaid(found: Sequence[Sequence[str]], parts: Sequence[int]) -> float:
    """school grade of an English text. Kincaid and others, 1975: 0.39 words/sentence + 11.8 syllables/word - 15.59."""
    count = len(parts)
    return 0.39 * count / len(found) + 11.8 * sum(parts) / count - 15.59


FORMULAS: Mapping[str, tuple[str, Callable[[Sequence[Sequence[str]], Sequence[int]], float]]] = {
    "en": ("Flesch-Kincaid grade level", flesch_kincaid),
}
"""Formulas by language: the name and the function. A language without one is counted and not graded."""
