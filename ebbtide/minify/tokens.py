"""JavaScript text -> tokens: of that restricted JavaScript, up to ES2020, which our own client modules are written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "word", "number", "text", "regex", "sign", "head", "middle", "tail"]
"""Of a token. `word` is a reserved word. ``head``, ``middle`` and ``tail`` are the parts of a template around its ``${}``; one
without any is `text`."""


class Unknown(ValueError):
    """The script holds something that the minifier does not know."""


@dataclass(frozen=True, slots=True)
class Token:
    """`fresh`: it is the first of its line."""

    kind: Kind
    text: str
    line: int
    fresh: bool


WORDS = frozenset(
    """async await break case catch class const continue debugger default delete do else enum export extends false finally for
    function if implements import in instanceof interface let new null package private protected public return static super
    switch this throw true try typeof var void while with yield arguments eval""".split()
)
_BEFORE_REGEX = frozenset("case delete do else in instanceof new return throw typeof void await".split())
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|//[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)
    |(?P<name>[A-Za-z_$][\w$]*)
    |(?P<number>0[xX][0-9a-fA-F]+n?|\d+n|(?:\d+\.\d*|\.?\d+)(?:[eE][+-]?\d+)?)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<sign>=>|\.\.\.|===|!==|\*\*|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--|[+\-*/%]=|[-{}()\[\];,<>+*/%!~?:=.&|^])""",
    re.VERBOSE | re.ASCII,
)
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)
_REGEX = re.compile(r"/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_KINDS: dict[str, Kind] = {"name": "name", "number": "number", "text": "text", "sign": "sign"}


def tokens(script: str) -> list[Token]:
    """The script's tokens, without comments and space. Raises `Unknown` where there is none."""
    return list(_Reader(script).read())


class _Reader:
    def __init__(self, script: str) -> None:
        self.script = script
        self.at = 0
        self.line = 1
        self.last: Token | None = None
        self.braces = 0
        self.templates: list[int] = []
        """Of each template that is being read: how many braces were open before its ``${``."""
        self.heads: list[bool] = []
        """Of each open round bracket: whether it opens the head of a statement, after which one may begin."""
        self.after_head = False

    def read(self) -> Iterator[Token]:
        fresh = True
        while self.at < len(self.script):
            found = _TOKEN.match(self.script, self.at)
            if found is not None and found.lastgroup == "space":
                fresh = fresh or "\n" in found[0]
                self.line += found[0].count("\n")
                self.at = found.end()
                continue
            kind, end = self.next(found)
            token = Token(kind, self.script[self.at : end], self.line, fresh)
            self.line += token.text.count("\n")
            self.at, self.last, fresh = end, token, False
            yield token
        if self.templates:
            raise Unknown(f"line {self.line}: a template text has no end")

    def next(self, found: re.Match[str] | None) -> tuple[Kind, int]:
        """What stands here, and where it ends."""
        sign = self.script[self.at]
        if sign == "`" or (sign == "}" and self.templates and self.templates[-1] == self.braces):
            return self.template(begins=sign == "`")
        if sign == "/" and self.regex_may_follow():
            regex = _REGEX.match(self.script, self.at)
            if regex is None:
                raise Unknown(f"line {self.line}: neither a division nor a regular expression")
            return "regex", regex.end()
        if found is None:
            raise Unknown(f"line {self.line}: {self.script[self.at : self.at + 20]!r} is not known")
        kind = _KINDS[found.lastgroup or ""]
        if kind == "name" and found[0] in WORDS and not (self.last and self.last.text in (".", "?.")):
            kind = "word"
        self.braces += (sign == "{") - (sign == "}")
        if sign == "(":
            self.heads.append(self.last is not None and self.last.text in ("if", "for", "while", "with"))
        elif sign == ")":
            self.after_head = bool(self.heads) and self.heads.pop()
        return kind, found.end()

    def template(self, *, begins: bool) -> tuple[Kind, int]:
        inner = _TEMPLATE.match(self.script, self.at + 1)
        end = inner.end() if inner else self.at + 1
        if self.script.startswith("${", end):
            if begins:
                self.templates.append(self.braces)
            return "head" if begins else "middle", end + 2
        if self.script.startswith("`", end):
            if not begins:
                self.templates.pop()
            return "text" if begins else "tail", end + 1
        raise Unknown(f"line {self.line}: a template text has no end")

    def regex_may_follow(self) -> bool:
        """Whether a stroke begins a regular expression here; else it divides."""
        last = self.last
        if last is None or last.kind in ("head", "middle"):
            return True
        if last.kind == "word":
            return last.text in _BEFORE_REGEX
        if last.text == "}" or (last.text == ")" and self.after_head):
            raise Unknown(f"line {self.line}: a stroke that may divide or begin a regular expression")
        return last.kind == "sign" and last.text not in (")", "]", "++", "--")
