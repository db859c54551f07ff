"""Our own scripts, made smaller: no comments, no needless space, no unused functions, and short names for what is local.

This knows the restricted JavaScript that the modules in ``client/`` are written in (up to ES2020, every statement ended by its
semicolon, no `var`, no classes, no methods in object literals), and raises `Unknown` where it meets anything else, so that
nothing is ever renamed by guess. What a script does stays the same: a name is replaced wherever it stands for the same
declaration, properties and names of the browser never are, and ``{ low }`` becomes ``{low:a}``.

Libraries were tried: rjsmin does not rename; minify-html does not either; tdewolff-minify has no wheel for every system that
a clinic may build on. A self-check with its script must fit into 20,000 bytes, and short names save a fifth of the script.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count

from ebbtide.minify.scopes import Name, Script
from ebbtide.minify.tokens import WORDS, Token, Unknown, tokens

__all__ = ["Unknown", "minify", "top_names"]

LETTERS = "etnriaosclfdupmhgbyvwkxqjz"
"""For short names, the letters that are frequent anyway first: so they pack best."""


@cache
def top_names(script: str) -> tuple[str, ...]:
    """The names that a script declares at its top, in order."""
    return tuple(Script(tokens(script)).top)


@cache
def minify(script: str, exported: tuple[str, ...] = ()) -> str:
    """The script with short names and no needless space, and without functions of its top that nothing uses.

    Raises `Unknown` for what it does not know. `exported` are names of its top that the result, then a module, exports.
    """
    found = Script(_used(Script(tokens(script)), exported))
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


def _used(script: Script, exported: Sequence[str]) -> list[Token]:
    """The tokens without those functions of the top that neither the statements of the top nor functions that they use name."""
    owner: dict[int, str] = {}
    for text, at in script.top.items():
        if script.text(at - 1) == "function":
            start = at - 1 - (script.text(at - 2) == "async")
            end = script.partner[script.partner[at + 1] + 1]
            owner |= dict.fromkeys(range(start, end + 1), text)
    named: dict[str, set[str]] = {}
    for name, local in script.resolved():
        if local is not None and (local.start, local.end) == script.whole:
            named.setdefault(owner.get(name.at, ""), set()).add(script.tokens[name.at].text)
    used, left = set[str](), ["", *exported]
    while left:
        text = left.pop()
        if text not in used:
            used.add(text)
            left += named.get(text, ())
    return [token for at, token in enumerate(script.tokens) if owner.get(at, "") in used]


def _renamed(script: Script) -> Iterator[tuple[Name, str]]:
    """Every name of a declaration of the script, and what it is called from now on.

    Declarations are named from the outer to the inner, each with the first letter that no other has that stands in its range.
    Those of the top come first, the most used first: they stand in many ranges.
    """
    resolved = script.resolved()
    free = {script.tokens[name.at].text for name, local in resolved if local is None}
    every = list(dict.fromkeys(local for _, local in resolved if local is not None))
    every.sort(key=lambda local: (local.start, -local.end, local.names[0].at))
    top = [local for local in every if (local.start, local.end) == script.whole]
    for local, short in zip(sorted(top, key=lambda local: -len(local.names)), _short(free), strict=False):
        local.short = short
    done = list(top)
    for local in every:
        if not local.short:
            taken = {other.short for other in done if other.stands_in(local)}
            local.short = next(_short(taken | free))
            done.append(local)
    for local in every:
        for name in local.names:
            yield name, local.short


def _short(taken: set[str]) -> Iterator[str]:
    """Letters, then pairs of letters and so on, that are no words of the language and not taken."""
    for length in count(1):
        for index in range(len(LETTERS) ** length):
            name, rest = "", index
            for _ in range(length):
                rest, letter = divmod(rest, len(LETTERS))
                name = LETTERS[letter] + name
            if name not in taken and name not in WORDS and name not in ("of", "get", "set"):
                yield name


def _joined(script: Script, shown: Sequence[str]) -> str:
    """Tokens with the space between them that they need, and without signs that mean nothing."""
    out: list[str] = []
    last: Token | None = None
    before = ""
    for at, text in enumerate(shown):
        token = script.tokens[at]
        if token.fresh and at and _ends(script, at - 1) and _begins(token):
            raise Unknown(f"line {script.tokens[at - 1].line}: a semicolon is missing at the end of the line")
        if _idle(script, at):
            continue
        if last is not None and _apart(last, before, text):
            out.append(" ")
        out.append(text)
        last, before = token, text
    return "".join(out)


def _apart(last: Token, before: str, text: str) -> bool:
    """Whether two tokens would be read as something else without a space between them."""
    if last.kind == "number" and text[0] == ".":
        return True
    if before == "!" and text == "--":  # after a < it would begin a comment
        return True
    return (_wordy(before[-1]) and _wordy(text[0])) or (before[-1] == text[0] and text[0] in "+-/")


def _wordy(sign: str) -> bool:
    return sign.isalnum() or sign in "_$"


def _idle(script: Script, at: int) -> bool:
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


def _heads(script: Script, at: int) -> bool:
    """Whether a token ends the head of a statement, which what follows belongs to."""
    if script.text(at) == ")":
        return script.text(script.partner[at] - 1) in ("if", "for", "while")
    return script.text(at) in ("else", "do")


def _ends(script: Script, at: int) -> bool:
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
    """Whether a token begins a statement, or goes on with none, after the end of an expression."""
    if token.kind == "word":
        return token.text not in ("in", "instanceof")
    return token.kind in ("name", "number", "text", "regex") or token.text in ("{", "++", "--", "!", "~")
