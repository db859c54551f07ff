"""Our own scripts, made smaller: no comments, no needless space, and short names for what is local.

This knows the restricted JavaScript that the modules in ``client/`` are written in (up to ES2020, every statement ended by its
semicolon, no `var`, no classes, no methods in object literals), and raises `Unknown` where it meets anything else, so that
nothing is ever renamed by guess. What a script does stays the same: a name is replaced wherever it stands for the same
declaration, properties and names of the browser never are, and ``{ low }`` becomes ``{low:a}``.

Names are short in two ways. A name that is declared at the top of the script has one short name in all of it. Others have one
within the statement of the top level that they stand in; other statements use the same letters again, which packs better.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

Kind = Literal["name", "word", "number", "text", "regex", "sign", "head", "middle", "tail"]
"""Of a token. `word` is a reserved word. ``head``, ``middle`` and ``tail`` are the parts of a template around its ``${}``; one
without any is `text`."""


class Unknown(ValueError):
    """The script holds something that this minifier does not know."""


@dataclass(frozen=True, slots=True)
class Token:
    """`fresh`: it is the first of its line."""

    kind: Kind
    text: str
    line: int
    fresh: bool


_WORDS = frozenset(
    """async await break case catch class const continue debugger default delete do else enum export extends false finally for
    function if implements import in instanceof interface let new null package private protected public return static super
    switch this throw true try typeof var void while with yield arguments eval""".split()
)
_REFUSED = frozenset(
    "arguments class debugger enum eval export extends import static super var with yield implements interface package private protected public".split()
)
_BEFORE_REGEX = frozenset("case delete do else in instanceof new return throw typeof void await".split())
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|//[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)
    |(?P<word>[A-Za-z_$][\w$]*)
    |(?P<number>0[xX][0-9a-fA-F]+n?|\d+n|(?:\d+\.\d*|\.?\d+)(?:[eE][+-]?\d+)?)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<sign>=>|\.\.\.|===|!==|\*\*|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--|[+\-*/%]=|[-{}()\[\];,<>+*/%!~?:=.&|^])""",
    re.VERBOSE | re.ASCII,
)
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)
_REGEX = re.compile(r"/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")


def tokens(script: str) -> list[Token]:
    """The script's tokens, without comments and space. Raises `Unknown` where there is none."""
    return list(_tokens(script))


def _tokens(script: str) -> Iterator[Token]:
    at, line, fresh, open_templates, depth = 0, 1, True, list[int](), 0
    last: Token | None = None
    while at < len(script):
        found = _TOKEN.match(script, at)
        token: Token | None = None
        if script[at] == "`" or (script[at] == "}" and open_templates and open_templates[-1] == depth):
            begins = script[at] == "`"
            inner = _TEMPLATE.match(script, at + 1)
            assert inner is not None
            end = inner.end()
            if script.startswith("${", end):
                end += 2
                token = Token("head" if begins else "middle", script[at:end], line, fresh)
                if begins:
                    open_templates.append(depth)
            elif script.startswith("`", end):
                end += 1
                token = Token("text" if begins else "tail", script[at:end], line, fresh)
                if not begins:
                    open_templates.pop()
            else:
                raise Unknown(f"line {line}: a template text has no end")
        elif script[at] == "/" and (found is None or found.lastgroup != "space") and _regex_may_follow(last):
            regex = _REGEX.match(script, at)
            if regex is None:
                raise Unknown(f"line {line}: neither a division nor a regular expression")
            token = Token("regex", regex[0], line, fresh)
        elif found is None:
            raise Unknown(f"line {line}: {script[at : at + 20]!r} is not known")
        elif found.lastgroup != "space":
            kind: Kind = {"word": "name", "number": "number", "text": "text", "sign": "sign"}[found.lastgroup or ""]  # type: ignore[assignment]
            text = found[0]
            if kind == "name" and text in _WORDS and not (last and last.text in (".", "?.")):
                kind = "word"
            token = Token(kind, text, line, fresh)
            depth += (text == "{") - (text == "}")
        piece = token.text if token else found[0]  # type: ignore[index]
        line += piece.count("\n")
        at += len(piece)
        if token is None:
            fresh = fresh or "\n" in piece
        else:
            fresh = False
            last = token
            yield token
    if open_templates:
        raise Unknown(f"line {line}: a template text has no end")


def _regex_may_follow(last: Token | None) -> bool:
    if last is None or last.kind in ("head", "middle"):
        return True
    if last.kind == "word":
        return last.text in _BEFORE_REGEX
    if last.text == "}":
        raise Unknown(f"line {last.line}: a stroke after a brace may be a division or a regular expression")
    return last.kind == "sign" and last.text not in (")", "]", "++", "--")


@dataclass(frozen=True, slots=True)
class _Name:
    """A name where it stands for something: at a token. `shorthand`: it is a property too."""

    at: int
    shorthand: bool


@dataclass
class _Script:
    """What is declared where. `partner`: of each bracket the other. `inner`: the innermost open bracket around each token."""

    tokens: Sequence[Token]
    partner: dict[int, int] = field(default_factory=dict)
    inner: list[int] = field(default_factory=list)
    objects: set[int] = field(default_factory=set)
    declared: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """Names, each with the ranges of tokens in which it is declared."""
    top: dict[str, int] = field(default_factory=dict)
    """Names that are declared at the top, and where."""

    def __post_init__(self) -> None:
        self._match()
        for at, token in enumerate(self.tokens):
            if token.kind == "word" and token.text in _REFUSED and not self._is_key(at):
                raise self._unknown(at)
            if token.text in ("const", "let"):
                self._variables(at)
            elif token.text == "function":
                self._function(at)
            elif token.text == "=>":
                self._arrow(at)
            elif token.text == "catch" and self.text(at + 1) == "(":
                end = self.partner[self._opening(at + 1, ")", "{")]
                self._pattern(at + 2, (at + 1, end))

    def _is_key(self, at: int) -> bool:
        return self.inner[at] in self.objects and self.text(at + 1) == ":" and self.text(at - 1) in ("{", ",")

    def text(self, at: int) -> str:
        """The text of a sign, word or name; empty at an end, and for texts and the like."""
        if not 0 <= at < len(self.tokens) or self.tokens[at].kind in ("text", "regex", "number"):
            return ""
        return self.tokens[at].text

    def _unknown(self, at: int) -> Unknown:
        token = self.tokens[min(at, len(self.tokens) - 1)]
        return Unknown(f"line {token.line}: {token.text!r} is not known here")

    def _match(self) -> None:
        open_: list[int] = []
        closing = {"(": ")", "[": "]", "{": "}"}
        for at, token in enumerate(self.tokens):
            if token.kind in ("middle", "tail") or (token.kind == "sign" and token.text in ")]}"):
                if not open_:
                    raise self._unknown(at)
                start = open_.pop()
                opened = self.tokens[start]
                if closing.get(opened.text, "") != token.text and opened.kind not in ("head", "middle"):
                    raise self._unknown(at)
                self.partner[start], self.partner[at] = at, start
            self.inner.append(open_[-1] if open_ else -1)
            if token.kind in ("head", "middle") or (token.kind == "sign" and token.text in "([{"):
                if token.text == "{" and self._is_object(at):
                    self.objects.add(at)
                open_.append(at)
        if open_:
            raise self._unknown(open_[-1])

    def _is_object(self, at: int) -> bool:
        """Whether a brace opens an object or a pattern; else it opens a block."""
        before = self.tokens[at - 1] if at else None
        if before is None:
            return False
        if before.kind == "word":
            return before.text not in ("else", "do", "try", "catch", "finally")
        if before.text == ":":  # a case, or a property or the last part of a choice
            back = at - 1
            while back >= 0 and self.text(back) not in ("case", "default", ";", "{", "}", "?"):
                back -= 1
            return self.text(back) not in ("case", "default")
        return before.kind == "sign" and before.text not in (")", "=>", ";", "{", "}")

    def _opening(self, close_or_name: int, *expected: str) -> int:
        """The position of the sign that must follow a bracket's end: steps over one bracket, then expects a sign."""
        at = self.partner[close_or_name] + 1
        if self.text(at) != expected[-1]:
            raise self._unknown(at)
        return at

    def _declare(self, name: int, scope: tuple[int, int]) -> None:
        if self.tokens[name].kind != "name":
            raise self._unknown(name)
        text = self.tokens[name].text
        if scope == (0, len(self.tokens)):
            if text in self.top:
                raise Unknown(f"line {self.tokens[name].line}: {text} is declared twice")
            self.top[text] = name
        self.declared.setdefault(text, []).append(scope)

    def _block(self, at: int) -> tuple[int, int]:
        """The range of the block around a token, or of the loop in whose head it stands."""
        bracket = self.inner[at]
        if bracket < 0:
            return 0, len(self.tokens)
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
            return self.partner[at]
        while self.text(at) != ";":
            if at >= len(self.tokens):
                raise self._unknown(at)
            at = self.partner[at] + 1 if at in self.partner and self.partner[at] > at else at + 1
        return at

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

    def _pattern(self, at: int, scope: tuple[int, int]) -> int:
        """Declares the names of what is assigned to, at a token. Returns the position after it."""
        opening = self.text(at)
        if opening not in ("{", "["):
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
        """The position after an expression: at a comma, a semicolon, `of` or the end of what is around it."""
        while at < len(self.tokens):
            if self.tokens[at].kind in ("middle", "tail") or self.text(at) in (",", ";", ")", "]", "}"):
                return at
            at = self.partner[at] + 1 if self.partner.get(at, -1) > at else at + 1
            while self.tokens[at - 1].kind == "middle":
                at = self.partner[at - 1] + 1
        return at

    def _function(self, at: int) -> None:
        named = self.text(at + 1) != "("
        start = at + 1 + named
        if self.text(start) != "(":
            raise self._unknown(at + 1)
        body = self._opening(start, ")", "{")
        scope = start, self.partner[body]
        if named:
            before = self.tokens[at - 1] if at else None
            if before is not None and before.text not in (";", "{", "}"):
                raise self._unknown(at + 1)
            self._declare(at + 1, self._block(at))
        self._parameters(start, scope)

    def _parameters(self, start: int, scope: tuple[int, int]) -> None:
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
            start = self.partner[at - 1]
            self._parameters(start, (start, end))
        else:
            self._declare(at - 1, (at - 1, end))

    def names(self) -> Iterator[_Name]:
        """Every name that stands for a variable. Names of properties are none."""
        for at, token in enumerate(self.tokens):
            before, after = self.text(at - 1), self.text(at + 1)
            if token.kind != "name" or before in (".", "?."):
                continue
            shorthand = False
            if self.inner[at] in self.objects and before in ("{", ","):
                if after == ":":
                    continue
                if after not in (",", "}", "="):
                    raise self._unknown(at)
                shorthand = True
            yield _Name(at, shorthand)


def top_names(script: str) -> list[str]:
    """The names that a script declares at its top."""
    return list(_Script(tokens(script)).top)


LETTERS = "etnriaosclfdupmhgbyvwkxqjz"


def _short(letters: str, taken: frozenset[str] | set[str]) -> Iterator[str]:
    """Letters, then pairs of letters, that are no reserved words and not taken."""
    for length in count(1):
        for number in range(len(letters) ** length):
            name = ""
            for _ in range(length):
                number, rest = divmod(number, len(letters))
                name = letters[rest] + name
            if name not in taken and name not in _WORDS and name not in ("of", "get", "set"):
                yield name


def minify(script: str, exported: Sequence[str] = ()) -> str:
    """The script with short names and no needless space. Raises `Unknown` for what it does not know.

    `exported` are names of its top that the result, then a module, exports.
    """
    found = _Script(tokens(script))
    # nothing is assigned to that is constant, so that one word can stand for both
    shown = ["let" if token.kind == "word" and token.text == "const" else token.text for token in found.tokens]
    called: dict[str, str] = {}
    for name, new in _renamed(found):
        text = found.tokens[name.at].text
        shown[name.at] = f"{text}:{new}" if name.shorthand and new != text else new
        if found.top.get(text) == name.at:
            called[text] = new
    exports = ",".join(f"{called[name]} as {name}" for name in exported)
    return _joined(found, shown) + (f"export{{{exports}}};" if exports else "")


@dataclass(eq=False)
class _Local:
    """A declaration: its range of tokens, and where it stands, in order."""

    start: int
    end: int
    names: list[_Name] = field(default_factory=list)
    short: str = ""

    def stands_in(self, other: _Local) -> bool:
        index = bisect_left(self.names, other.start, key=lambda name: name.at)
        return index < len(self.names) and self.names[index].at <= other.end


def _renamed(script: _Script) -> Iterator[tuple[_Name, str]]:
    """Every name of a declaration of the script, and what it is called from now on.

    Declarations are named from the outer to the inner, each with the first letter that no other has that stands in its range.
    Those of the top come first, the most used first: they stand in many ranges.
    """
    found = {name: [_Local(*range_) for range_ in dict.fromkeys(ranges)] for name, ranges in script.declared.items()}
    free = set()
    for name in script.names():
        text = script.tokens[name.at].text
        around = [local for local in found.get(text, ()) if local.start <= name.at <= local.end]
        if around:
            max(around, key=lambda local: local.start).names.append(name)
        else:
            free.add(text)
    every = [local for locals_ in found.values() for local in locals_]
    every.sort(key=lambda local: (local.start, -local.end, local.names[0].at))
    whole = 0, len(script.tokens)
    top = sorted((local for local in every if (local.start, local.end) == whole), key=lambda local: -len(local.names))
    for local, short in zip(top, _short(LETTERS, free), strict=False):
        local.short = short
    done = list(top)
    for local in every:
        if not local.short:
            taken = {other.short for other in done if other.stands_in(local)}
            local.short = next(_short(LETTERS, taken | free))
            done.append(local)
    for local in every:
        for name in local.names:
            yield name, local.short


def _joined(script: _Script, shown: Sequence[str]) -> str:
    """Tokens with the space between them that they need, and without signs that mean nothing."""
    out: list[str] = []
    last = ""
    for at, text in enumerate(shown):
        if script.tokens[at].fresh and at and _ends(script, at - 1) and _begins(script.tokens[at]):
            raise Unknown(f"line {script.tokens[at - 1].line}: a semicolon is missing at the end of the line")
        if _idle(script, at):
            continue
        if last and ((_wordy(last[-1]) and _wordy(text[0])) or (last[-1] == text[0] and text[0] in "+-")):
            out.append(" ")
        out.append(text)
        last = text
    return "".join(out)


def _idle(script: _Script, at: int) -> bool:
    """Whether a sign may go: a semicolon or comma before a closing brace, brackets around the one parameter of an arrow."""
    text, after = script.text(at), script.text(at + 1)
    if text == ";":
        return after == "}" and not _heads(script, at - 1)
    if text == ",":
        return after in ("}", ")") or (after == "]" and script.text(at - 1) not in (",", "["))
    start = at if text == "(" else script.partner[at] if text == ")" else -1
    if start < 0:
        return False
    end = script.partner[start]
    return end == start + 2 and script.text(end + 1) == "=>" and script.tokens[start + 1].kind == "name"


def _heads(script: _Script, at: int) -> bool:
    """Whether a token ends the head of a statement, which what follows belongs to."""
    if script.text(at) == ")":
        return script.text(script.partner[at] - 1) in ("if", "for", "while")
    return script.text(at) in ("else", "do")


def _ends(script: _Script, at: int) -> bool:
    """Whether an expression may end with a token, so that a new line after it could end a statement."""
    token = script.tokens[at]
    if token.kind in ("word", "head", "middle"):
        return token.text in ("true", "false", "null", "this", "break", "continue", "return")
    if token.kind != "sign":
        return True
    if token.text == "}":
        start = script.partner[at]
        return start in script.objects or script.text(start - 1) == "=>"
    return token.text in (")", "]", "++", "--") and not _heads(script, at)


def _begins(token: Token) -> bool:
    if token.kind == "word":
        return token.text not in ("in", "instanceof")
    return token.kind in ("name", "number", "text", "regex") or token.text in ("{", "++", "--", "!", "~")


def _wordy(sign: str) -> bool:
    return sign.isalnum() or sign in "_$"
