"""The words of a condition -> a tree. Comparisons joined by and, or, not; nothing else, so that nothing can run.

condition   = part ("and" part)*  |  part ("or" part)*          and with or only in brackets
part        = "not" part | "(" condition ")" | comparison
comparison  = each list [sign quantity | is-tail]               each = "any of" | "all of" | "none of"
            | quantity sign quantity                            sign = = != > >= < <=
            | name is-tail | name includes-tail
is-tail     = "is" ["not"] (word | "one of" words | "answered" | "blank" | "asked")
includes    = "includes" (word | "any of" words | "all of" words)
quantity    = number | clock time | name | ("sum of" | "largest of" | "smallest of") list | "count of" (list | name)
list        = "[" item ("," item)* "]"                          item = name, or a condition where a count or each allows one
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ebbtide.model.questionnaire_parts import to_minutes, to_number
from ebbtide.selfcheck.ranges import Exact, exact

Sign = Literal["=", "!=", ">", ">=", "<", "<="]

KEYWORDS = frozenset(
    "and or not any all none of is one includes answered blank asked sum count largest smallest it otherwise missing".split()
)
"""Words of the language, which therefore cannot be ids of questions, scores and findings."""
NOT_ANSWERS = frozenset("and or not answered blank asked missing".split())
"""Those that cannot be ids of answers, bands and rules either."""


@dataclass(frozen=True, slots=True)
class Name:
    """A question, score, finding or answer by its id; `at` is the column in the condition, from 0."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Constant:
    value: Exact
    clock: bool
    at: int


@dataclass(frozen=True, slots=True)
class Many:
    """``sum of``, ``largest of``, ``smallest of``, ``count of``."""

    word: str
    items: tuple[Name | Tree, ...]
    at: int


Quantity = Name | Constant | Many


@dataclass(frozen=True, slots=True)
class Join:
    """``and``, ``or``; ``not`` has one part."""

    word: Literal["and", "or", "not"]
    parts: tuple[Tree, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Compare:
    left: Quantity
    sign: Sign
    right: Quantity
    at: int


@dataclass(frozen=True, slots=True)
class Is:
    """``x is a``, ``x is not one of [a, b]``; `state` for answered, blank and asked."""

    name: Name
    options: tuple[Name, ...]
    state: str
    negated: bool
    at: int


@dataclass(frozen=True, slots=True)
class Includes:
    name: Name
    options: tuple[Name, ...]
    all_of: bool
    at: int


@dataclass(frozen=True, slots=True)
class Each:
    """``any of``, ``all of``, ``none of`` a list. `sign` and `right`, or `options`, say what of each item that is only a name."""

    word: Literal["any", "all", "none"]
    items: tuple[Name | Tree, ...]
    sign: Sign | None
    right: Quantity | None
    tail: Is | None
    at: int


Tree = Join | Compare | Is | Includes | Each


class Trouble(Exception):
    """What is wrong with a condition, and the column (from 0) at which. Never leaves this package."""

    def __init__(self, at: int, message: str, hint: str, rule: str = "condition") -> None:
        super().__init__(message)
        self.at, self.message, self.hint, self.rule = at, message, hint, rule


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # word, number, clock, sign, mark or end
    text: str
    at: int


_TOKEN = re.compile(
    r"\s*(?:(?P<clock>\d{1,3}:\d\d(?![\d:]))|(?P<number>[-\u2212]?\d+(?:\.\d+)?(?![\w.]))"
    r"|(?P<word>[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*)|(?P<sign>>=|<=|!=|==|=|>|<|\u2265|\u2264|\u2260)|(?P<mark>[\[\](),]))"
)
_SIGNS: dict[str, Sign] = {"\u2265": ">=", "\u2264": "<=", "\u2260": "!=", "==": "="}
_MAX_DEPTH = 30


def parse_condition(text: str) -> Tree:
    """The tree of `text`; raises `Trouble`."""
    reader = _Reader(_tokens(text))
    tree = reader.condition(0)
    if reader.here.kind != "end":
        raise reader.unexpected("'and', 'or' or the end")
    return tree


def parse_comparison(text: str) -> tuple[Sign, Quantity]:
    """A comparison without its left side, as in ``>= 2``; raises `Trouble`."""
    reader = _Reader(_tokens(text))
    if reader.here.kind != "sign":
        raise reader.unexpected("a comparison such as >= 2")
    sign = reader.sign()
    right = reader.quantity(0)
    if reader.here.kind != "end":
        raise reader.unexpected("the end")
    return sign, right


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    stripped = text.rstrip()
    while position < len(stripped):
        found = _TOKEN.match(stripped, position)
        if not found:
            at = position + len(stripped[position:]) - len(stripped[position:].lstrip())
            bad = re.match(r"\S+", stripped[at:])
            word = bad[0] if bad else stripped[at]
            if re.match(r"[\"'&|!*/+]", word):
                raise Trouble(
                    at,
                    f"{word} means nothing in a condition.",
                    "Use names, numbers, and the words 'and', 'or' and 'not'.",
                )
            raise Trouble(at, f"{word} is neither a name nor a number.", "Check how it is spelled.")
        kind = found.lastgroup
        assert kind is not None
        tokens.append(_Token(kind, found[kind], found.start(kind)))
        position = found.end()
    tokens.append(_Token("end", "", len(stripped)))
    return tokens


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.index = 0

    @property
    def here(self) -> _Token:
        return self.tokens[self.index]

    def ahead(self, count: int = 1) -> _Token:
        return self.tokens[min(self.index + count, len(self.tokens) - 1)]

    def take(self) -> _Token:
        token = self.here
        if token.kind != "end":
            self.index += 1
        return token

    def word(self, *words: str) -> bool:
        """Whether these words stand here, one after the other; takes them if so."""
        for offset, word in enumerate(words):
            token = self.ahead(offset)
            if token.kind != "word" or token.text != word:
                return False
        self.index += len(words)
        return True

    def mark(self, mark: str) -> bool:
        if self.here.kind == "mark" and self.here.text == mark:
            self.index += 1
            return True
        return False

    def unexpected(self, wanted: str) -> Trouble:
        token = self.here
        if token.kind == "end":
            return Trouble(token.at, "the condition stops too early.", f"It needs {wanted} here.")
        if token.kind == "word" and token.text.lower() in KEYWORDS and token.text not in KEYWORDS:
            return Trouble(token.at, f"{token.text} is written in capital letters.", f"Write {token.text.lower()}.")
        return Trouble(token.at, f"{token.text} cannot stand here.", f"Expected {wanted}.")

    def condition(self, depth: int) -> Tree:
        if depth > _MAX_DEPTH:
            raise Trouble(self.here.at, f"brackets stand more than {_MAX_DEPTH} deep.", "Split the condition up.")
        start = self.here.at
        parts = [self.part(depth)]
        joined: Literal["and", "or"] | None = None
        while self.here.kind == "word" and self.here.text in ("and", "or"):
            word: Literal["and", "or"] = "and" if self.here.text == "and" else "or"
            if joined not in (None, word):
                hint = "Put brackets round the part that belongs together."
                raise Trouble(self.here.at, "'and' and 'or' stand side by side, which can be read in two ways.", hint)
            joined = word
            self.take()
            parts.append(self.part(depth))
        return parts[0] if joined is None else Join(joined, tuple(parts), start)

    def part(self, depth: int) -> Tree:
        start = self.here.at
        if self.word("not"):
            return Join("not", (self.part(depth + 1),), start)
        if self.mark("("):
            tree = self.condition(depth + 1)
            if not self.mark(")"):
                raise self.unexpected("a closing bracket )")
            return tree
        if self.here.kind == "word" and self.here.text in ("any", "all", "none") and self.ahead().text == "of":
            return self.each(depth)
        return self.comparison(depth)

    def each(self, depth: int) -> Tree:
        start = self.here.at
        word: Literal["any", "all", "none"] = self.take().text  # type: ignore[assignment]
        self.take()
        items = self.items(depth)
        sign: Sign | None = None
        right: Quantity | None = None
        tail: Is | None = None
        if self.here.kind == "sign":
            sign = self.sign()
            right = self.quantity(depth)
        elif self.here.kind == "word" and self.here.text == "is":
            tail = self.is_tail(Name("", start))
        bare = next((item for item in items if isinstance(item, Name)), None)
        if bare is not None and sign is None and tail is None:
            hint = f"Write, for example, {word} of [...] >= 1."
            raise Trouble(bare.at, f"nothing says what of {bare.text}.", hint)
        return Each(word, items, sign, right, tail, start)

    def comparison(self, depth: int) -> Tree:
        start = self.here.at
        left = self.quantity(depth)
        if self.here.kind == "sign":
            sign = self.sign()
            right = self.quantity(depth)
            if self.here.kind == "sign":
                raise Trouble(
                    self.here.at, "two comparisons stand in one.", "Write each on its own, and join them with 'and'."
                )
            return Compare(left, sign, right, start)
        if isinstance(left, Name) and self.here.kind == "word" and self.here.text == "is":
            return self.is_tail(left)
        if isinstance(left, Name) and self.word("includes"):
            if self.word("all", "of"):
                return Includes(left, self.answers(), True, start)
            if self.word("any", "of") or (self.here.kind == "mark" and self.here.text == "["):
                return Includes(left, self.answers(), False, start)
            return Includes(left, (self.answer(),), False, start)
        if isinstance(left, Name) and (self.here.kind == "end" or self.here.text in ("and", "or", ")", "]", ",")):
            raise Trouble(
                left.at,
                f"nothing says what of {left.text}.",
                f"Write, for example, {left.text} >= 1 or {left.text} is yes.",
            )
        raise self.unexpected("a comparison such as >= 1, 'is' or 'includes'")

    def is_tail(self, name: Name) -> Is:
        self.take()
        negated = self.word("not")
        if self.word("one", "of") or self.word("any", "of"):
            return Is(name, self.answers(), "", negated, name.at)
        if self.here.kind == "word" and self.here.text in ("answered", "blank", "asked"):
            return Is(name, (), self.take().text, negated, name.at)
        if self.here.kind in ("number", "clock"):
            hint = f"Write = {self.here.text} for a number."
            raise Trouble(self.here.at, "'is' asks which answer was chosen, and a number is not an answer.", hint)
        return Is(name, (self.answer(),), "", negated, name.at)

    def quantity(self, depth: int) -> Quantity:
        token = self.here
        if token.kind == "number":
            self.take()
            number = to_number(token.text)
            if number is None:
                raise Trouble(
                    token.at,
                    f"{token.text} is too long a number.",
                    "Use at most 9 digits before the point and 6 behind it.",
                )
            return Constant(exact(number), False, token.at)
        if token.kind == "clock":
            self.take()
            minutes = to_minutes(token.text)
            if minutes is None:
                raise Trouble(token.at, f"{token.text} is not a time.", "Write hours and minutes, as in 22:30.")
            return Constant(minutes, True, token.at)
        if token.kind == "word" and token.text in ("sum", "largest", "smallest", "count") and self.ahead().text == "of":
            self.take()
            self.take()
            if token.text == "count" and self.here.kind == "word":
                return Many("count", (self.name("a question"),), token.at)
            items = self.items(depth) if token.text == "count" else self.names()
            return Many(token.text, items, token.at)
        return self.name("the name of a question or score")

    def items(self, depth: int) -> tuple[Name | Tree, ...]:
        """A list whose items are names or whole conditions."""
        if not self.mark("["):
            raise self.unexpected("a list in square brackets")
        found: list[Name | Tree] = []
        while True:
            if (
                self.here.kind == "word"
                and self.here.text not in KEYWORDS
                and self.ahead().kind == "mark"
                and self.ahead().text in ",]"
            ):
                found.append(self.name("a name"))
            else:
                found.append(self.condition(depth + 1))
            if self.mark("]"):
                return tuple(found)
            if not self.mark(","):
                raise self.unexpected("a comma or a closing bracket ]")

    def names(self) -> tuple[Name, ...]:
        return self.listed(lambda: self.name("a name"))

    def answers(self) -> tuple[Name, ...]:
        return self.listed(self.answer)

    def listed(self, item: Callable[[], Name]) -> tuple[Name, ...]:
        if not self.mark("["):
            raise self.unexpected("a list in square brackets")
        found = [item()]
        while self.mark(","):
            found.append(item())
        if not self.mark("]"):
            raise self.unexpected("a comma or a closing bracket ]")
        return tuple(found)

    def answer(self) -> Name:
        return self.name("an answer", NOT_ANSWERS)

    def name(self, wanted: str, reserved: frozenset[str] = KEYWORDS - {"it"}) -> Name:
        token = self.here
        if token.kind != "word" or token.text in reserved:
            raise self.unexpected(wanted)
        self.take()
        return Name(token.text, token.at)

    def sign(self) -> Sign:
        text = self.take().text
        return _SIGNS.get(text, text)  # type: ignore[arg-type]
