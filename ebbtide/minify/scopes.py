"""Which names a script declares, where each declaration holds, and what every name stands for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ebbtide.minify.tokens import Token, Unknown

_REFUSED = frozenset(
    """arguments class debugger enum eval export extends import static super var with yield implements interface package
    private protected public""".split()
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}

Range = tuple[int, int]
"""First and last token, both of them inside."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name where it stands for a variable: at a token. `shorthand`: it is the name of a property too."""

    at: int
    shorthand: bool


@dataclass(eq=False)
class Local:
    """Declarations of one name in one range of tokens, and where the name stands for them, in order."""

    start: int
    end: int
    names: list[Name] = field(default_factory=list)
    short: str = ""

    def stands_in(self, other: Local) -> bool:
        """Whether it is used within the range of another."""
        index = bisect_left(self.names, other.start, key=lambda name: name.at)
        return index < len(self.names) and self.names[index].at <= other.end


@dataclass
class Script:
    """Raises `Unknown` for what is not of the restricted JavaScript.

    `partner`: of each bracket the other. `inner`: the innermost open bracket around each token, -1 at the top. `objects`: braces
    that open an object or a pattern. `declared`: of each name, the ranges in which it is declared, with the token that declares
    it. `top`: names that are declared at the top, and where.
    """

    tokens: Sequence[Token]
    partner: dict[int, int] = field(default_factory=dict)
    inner: list[int] = field(default_factory=list)
    objects: set[int] = field(default_factory=set)
    declared: dict[str, list[tuple[Range, int]]] = field(default_factory=dict)
    top: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._match()
        for at, token in enumerate(self.tokens):
            if token.kind == "word" and token.text in _REFUSED and not self._is_key(at):
                raise self._unknown(at)
            if token.text in ("const", "let") and token.kind == "word":
                self._variables(at)
            elif token.text == "function" and token.kind == "word":
                self._function(at)
            elif token.text == "=>":
                self._arrow(at)
            elif token.text == "catch" and self.text(at + 1) == "(":
                self._pattern(at + 2, (at + 1, self.partner[self._body(at + 1)]))

    @property
    def whole(self) -> Range:
        """The range of the top."""
        return 0, len(self.tokens)

    def text(self, at: int) -> str:
        """The text of a sign, word or name; empty beyond the ends, and for texts, numbers and the like."""
        if not 0 <= at < len(self.tokens) or self.tokens[at].kind in ("text", "regex", "number"):
            return ""
        return self.tokens[at].text

    def _unknown(self, at: int) -> Unknown:
        token = self.tokens[min(at, len(self.tokens) - 1)]
        return Unknown(f"line {token.line}: {token.text!r} is not known here")

    # brackets

    def _match(self) -> None:
        open_: list[int] = []
        for at, token in enumerate(self.tokens):
            if token.kind in ("middle", "tail") or (token.kind == "sign" and token.text in ")]}"):
                if not open_ or not self._closes(open_[-1], at):
                    raise self._unknown(at)
                start = open_.pop()
                self.partner[start], self.partner[at] = at, start
            self.inner.append(open_[-1] if open_ else -1)
            if token.kind in ("head", "middle") or (token.kind == "sign" and token.text in _CLOSING):
                if token.text == "{" and self._is_object(at):
                    self.objects.add(at)
                open_.append(at)
        if open_:
            raise self._unknown(open_[-1])

    def _closes(self, start: int, at: int) -> bool:
        if self.tokens[start].kind in ("head", "middle"):
            return self.tokens[at].kind in ("middle", "tail")
        return self.tokens[at].kind == "sign" and _CLOSING[self.tokens[start].text] == self.tokens[at].text

    def _is_object(self, at: int) -> bool:
        """Whether a brace opens an object or a pattern; else it opens a block."""
        before = self.tokens[at - 1] if at else None
        if before is None:
            return False
        if before.kind in ("head", "middle"):
            return True
        if before.kind == "word":
            return before.text not in ("else", "do", "try", "catch", "finally")
        if before.text == ":":  # after a case, or after a property or a choice
            back = at - 1
            while back >= 0 and self.text(back) not in ("case", "default", ";", "{", "}", "?"):
                back -= 1
            return self.text(back) not in ("case", "default")
        return before.kind == "sign" and before.text not in (")", "=>", ";", "{", "}")

    def _is_key(self, at: int) -> bool:
        return self.inner[at] in self.objects and self.text(at + 1) == ":" and self.text(at - 1) in ("{", ",")

    def _body(self, bracket: int) -> int:
        """The brace that opens the body after parameters in brackets."""
        at = self.partner[bracket] + 1
        if self.text(at) != "{":
            raise self._unknown(at)
        return at

    # declarations

    def _declare(self, name: int, scope: Range) -> None:
        if self.tokens[name].kind != "name":
            raise self._unknown(name)
        text = self.tokens[name].text
        if scope == self.whole:
            if text in self.top:
                raise Unknown(f"line {self.tokens[name].line}: {text} is declared twice")
            self.top[text] = name
        self.declared.setdefault(text, []).append((scope, name))

    def _block(self, at: int) -> Range:
        """The range of the block around a token, or of the loop in whose head it stands."""
        bracket = self.inner[at]
        if bracket < 0:
            return self.whole
        if self.text(bracket) == "(" and self.text(bracket - 1) == "for":
            return bracket, self._statement_end(self.partner[bracket] + 1)
        if self.text(bracket) != "{" or bracket in self.objects:
            raise self._unknown(at)
        return self._with_parameters(bracket), self.partner[bracket]

    def _with_parameters(self, brace: int) -> int:
        """Where the scope of a block begins: with the parameters of a function, which its body may not declare again."""
        if self.text(brace - 1) == "=>":
            return self.partner[brace - 2] if self.text(brace - 2) == ")" else brace - 2
        if self.text(brace - 1) == ")":
            start = self.partner[brace - 1]
            if "function" in (self.text(start - 1), self.text(start - 2)) or self.text(start - 1) == "catch":
                return start
        return brace

    def _statement_end(self, at: int) -> int:
        """The end of the statement that begins at a token: of a loop's body."""
        while self.text(at) in ("for", "if", "while") and self.text(at + 1) == "(":
            at = self.partner[at + 1] + 1
        if self.text(at) == "{" and at not in self.objects:
            end = self.partner[at]
            return self._statement_end(end + 2) if self.text(end + 1) == "else" else end
        while self.text(at) not in (";", "}"):
            if at >= len(self.tokens):
                raise self._unknown(at)
            at = self._past(at)
        return self._statement_end(at + 2) if self.text(at + 1) == "else" else at

    def _past(self, at: int) -> int:
        """The position after a token, or after what stands in brackets that it opens."""
        if self.partner.get(at, -1) < at:
            return at + 1
        at = self.partner[at]
        return self._past(at) if self.tokens[at].kind == "middle" else at + 1

    def _variables(self, at: int) -> None:
        scope, at = self._block(at), at + 1
        while True:
            at = self._pattern(at, scope)
            if self.text(at) == "=":
                at = self._expression_end(at + 1)
            if self.text(at) != ",":
                break
            at += 1
        if self.text(at) not in (";", "of"):
            raise self._unknown(at)

    def _pattern(self, at: int, scope: Range) -> int:
        """Declares the names of what is assigned to, at a token. Returns the position after it."""
        opening = self.text(at)
        if opening not in ("{", "["):
            if at >= len(self.tokens):
                raise self._unknown(at)
            self._declare(at, scope)
            return at + 1
        end, at = self.partner[at], at + 1
        while at < end:
            if self.text(at) == ",":
                at += 1
                continue
            if self.text(at) == "...":
                at += 1
            elif opening == "{" and self.text(at + 1) == ":" and self.tokens[at].kind == "name":
                at += 2
            at = self._pattern(at, scope)
            if self.text(at) == "=":
                at = self._expression_end(at + 1)
            if self.text(at) not in (",", "}", "]"):
                raise self._unknown(at)
        return end + 1

    def _expression_end(self, at: int) -> int:
        """The position after an expression: at a comma, a semicolon, or the end of what is around it."""
        while at < len(self.tokens):
            if self.tokens[at].kind in ("middle", "tail") or self.text(at) in (",", ";", ")", "]", "}"):
                return at
            at = self._past(at)
        return at

    def _function(self, at: int) -> None:
        named = self.text(at + 1) != "("
        start = at + 1 + named
        if self.text(start) != "(":
            raise self._unknown(at + 1)
        if named:
            first = at - 1 - (self.text(at - 1) == "async")
            if first >= 0 and self.text(first) not in (";", "{", "}"):
                raise self._unknown(at + 1)
            self._declare(at + 1, self._block(at))
        self._parameters(start, (start, self.partner[self._body(start)]))

    def _parameters(self, start: int, scope: Range) -> None:
        at, end = start + 1, self.partner[start]
        while at < end:
            if self.text(at) == "...":
                at += 1
            at = self._pattern(at, scope)
            if self.text(at) == "=":
                at = self._expression_end(at + 1)
            if at < end and self.text(at) != ",":
                raise self._unknown(at)
            at += 1

    def _arrow(self, at: int) -> None:
        body = at + 1
        end = self.partner[body] if self.text(body) == "{" and body not in self.objects else self._expression_end(body)
        if self.text(at - 1) == ")":
            self._parameters(self.partner[at - 1], (self.partner[at - 1], end))
        else:
            self._declare(at - 1, (at - 1, end))

    # uses

    def names(self) -> Iterator[Name]:
        """Every name that stands for a variable. Names of properties are none."""
        for at, token in enumerate(self.tokens):
            before, after = self.text(at - 1), self.text(at + 1)
            if token.kind != "name" or before in (".", "?.") or self._is_of(at):
                continue
            shorthand = False
            if self.inner[at] in self.objects and before in ("{", ","):
                if after == ":":
                    continue
                if after not in (",", "}", "="):
                    raise self._unknown(at)
                shorthand = True
            yield Name(at, shorthand)

    def _is_of(self, at: int) -> bool:
        """Whether a name is the ``of`` of a loop."""
        bracket = self.inner[at]
        if self.text(at) != "of" or self.text(bracket) != "(" or self.text(bracket - 1) != "for":
            return False
        return self.tokens[at - 1].kind == "name" or self.text(at - 1) in ("]", "}")

    def resolved(self) -> list[tuple[Name, Local | None]]:
        """Every name, and the declaration that it stands for: the innermost around it. None where it is the browser's own."""
        found: dict[str, dict[Range, Local]] = {}
        where: dict[Local, int] = {}
        for text, ranges in self.declared.items():
            for range_, at in ranges:
                local = found.setdefault(text, {}).setdefault(range_, Local(*range_))
                where[local] = at
        pairs: list[tuple[Name, Local | None]] = []
        for name in self.names():
            around = [
                local
                for local in found.get(self.tokens[name.at].text, {}).values()
                if local.start <= name.at <= local.end
            ]
            stands_for = max(around, key=lambda local: local.start, default=None)
            if stands_for is not None:
                self._not_before_the_body(name, stands_for, where[stands_for])
                stands_for.names.append(name)
            pairs.append((name, stands_for))
        return pairs

    def _not_before_the_body(self, name: Name, local: Local, declared: int) -> None:
        """A default of a parameter does not see what the body declares, which here has the same range."""
        if self.text(local.start) == "(" and name.at < self.partner[local.start] < declared:
            raise self._unknown(name.at)
