"""Whether the tests of the scorers and the proofs bite: each small change of the code, one at a time, must fail a test.

Run it as ``python benchmarks/mutants.py --module ebbtide/selfcheck/scorer.py`` (a file, or a folder of Python files), with
``--sample 300 --seed 1`` for a part of the changes by chance. It prints each change that no test noticed, and how many there
were. It changes no file: a mutant lives in a forked process, in which Python reads the changed text in place of the module. The
changes are those that are usual: a comparison turned, an operand or a statement left out, a condition taken for always or never
true, a number one more or less, a name of a key misspelt. Words for people (texts with a blank, and parts of f-strings) are left
alone. The tests run in stages, the quick ones first, and stop at the first failure. A mutant that takes too long counts as noticed.
Needs a system with fork, and what the tests need.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import importlib.machinery
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
TESTS = "tests/unit/selfcheck/"
SCORER = (
    ("test_ranges.py", "test_scorer.py", "test_by_hand.py", "test_corners.py", "test_lasting.py"),
    ("test_agreement.py",),
    ("test_vectors.py", "test_examples.py", "test_domains.py", "test_robust.py", "test_rules.py"),
    ("test_range.py", "test_outputs.py", "test_manual.py", "proofs/test_planted.py", "proofs/test_brute_force.py"),
)
"""The tests of TESTS for a scorer, and what it stands on, by stages."""
PROOFS = (
    ("proofs/test_planted.py", "proofs/test_report.py", "proofs/test_sizes.py"),
    ("proofs/test_seldom.py", "proofs/test_brute_force.py"),
)
SECONDS, MEMORY = 100, 4 << 30
"""For a stage of tests on one mutant."""

_TURNED: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.Lt), ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,), ast.FloorDiv: (ast.Mult,), ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,), ast.BitAnd: (ast.BitOr,), ast.BitOr: (ast.BitAnd,), ast.LShift: (ast.RShift,), ast.RShift: (ast.LShift,),
    ast.And: (ast.Or,), ast.Or: (ast.And,),
}  # fmt: skip
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "ABSENT": "BLANK", "BLANK": "ABSENT"}
_LEFT_ALONE = (ast.Import, ast.ImportFrom, ast.Assert)
_CONSTANTS_OF_TYPES = {"RULES", "__all__"}


class Mutant(NamedTuple):
    """The changed text of a file, the line of the change, and what it is."""

    line: int
    what: str
    text: str


# Python


def python_mutants(text: str) -> Iterator[Mutant]:
    """Every change of a Python file."""
    for place, kind, part in _edits(ast.parse(text)):
        tree = ast.parse(text)
        node = list(ast.walk(tree))[place]
        line, before = getattr(node, "lineno", 0), ast.unparse(node)
        new = _changed(node, kind, part)
        if new is not node:
            _replace(tree, node, new)
        ast.fix_missing_locations(tree)
        yield Mutant(line, f"{kind}: {_short(before)} -> {_short(ast.unparse(new))}", ast.unparse(tree))


def _short(text: str) -> str:
    return " ".join(text.split())[:90]


def _edits(tree: ast.Module) -> Iterator[tuple[int, str, int]]:
    """Which node (by its number in a walk), what kind of change, and which part or which of several."""
    skipped = _skipped(tree)
    for place, node in enumerate(ast.walk(tree)):
        if id(node) not in skipped:
            for kind, count in _kinds(node):
                yield from ((place, kind, part) for part in range(count))


def _kinds(node: ast.AST) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Compare):
        yield "compare", sum(len(_TURNED[type(op)]) for op in node.ops)
    elif isinstance(node, ast.BinOp | ast.AugAssign):
        yield "operator", len(_TURNED.get(type(node.op), ()))
    elif isinstance(node, ast.BoolOp):
        yield "and or", 1
        yield "operand out", len(node.values)
    elif isinstance(node, ast.UnaryOp):
        yield "sign out", 1
    elif isinstance(node, ast.Constant):
        yield (
            "constant",
            0 if isinstance(node.value, str) and " " in node.value else 2 if type(node.value) is int else 1,
        )
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield "condition", 1 if isinstance(node, ast.While) else 2
    elif isinstance(node, ast.comprehension):
        yield "filter out", len(node.ifs)
    elif isinstance(node, ast.Return) and not (node.value is None or isinstance(node.value, ast.Constant)):
        yield "return nothing", 1
    elif isinstance(node, ast.Continue | ast.Break):
        yield "loop", 1
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in _NAMES:
        yield "name", 1
    if isinstance(node, ast.Expr | ast.Assign | ast.AugAssign | ast.Raise):
        yield "statement out", 1


def _changed(node: Any, kind: str, part: int) -> ast.AST:
    """The node changed in place, or another in place of it."""
    if kind == "compare":
        turns = [(index, new) for index, op in enumerate(node.ops) for new in _TURNED[type(op)]]
        node.ops[turns[part][0]] = turns[part][1]()
    elif kind in ("operator", "and or"):
        node.op = _TURNED[type(node.op)][part]()
    elif kind == "operand out":
        del node.values[part]
    elif kind == "sign out":
        return node.operand  # type: ignore[no-any-return]
    elif kind == "constant":
        value = node.value
        new = not value if isinstance(value, bool) else f"{value}_" if isinstance(value, str) else 0
        node.value = value + (1, -1)[part] if type(value) is int else new
    elif kind == "condition":
        node.test = ast.Constant(bool(part))
    elif kind == "filter out":
        del node.ifs[part]
    elif kind == "return nothing":
        node.value = ast.Constant(None)
    elif kind == "loop":
        return ast.Break() if isinstance(node, ast.Continue) else ast.Continue()
    elif kind == "name":
        node.id = _NAMES[node.id]
    else:
        return ast.Pass()
    return node  # type: ignore[no-any-return]


def _skipped(tree: ast.Module) -> set[int]:
    """What is not changed: docstrings, types, imports, lists of names and of rules, and the words of f-strings."""
    found: set[int] = set()
    for node in ast.walk(tree):
        out: list[ast.AST | None] = []
        if isinstance(node, _LEFT_ALONE) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            out.append(node)
        elif isinstance(node, ast.FunctionDef):
            parts = node.args
            every = [*parts.posonlyargs, *parts.args, *parts.kwonlyargs, parts.vararg]
            out += [node.returns, *node.decorator_list, *(arg.annotation for arg in every if arg is not None)]
        elif isinstance(node, ast.AnnAssign):
            out.append(node.annotation)
        elif isinstance(node, ast.JoinedStr):
            out += [part for part in node.values if isinstance(part, ast.Constant)]
            out += [part.format_spec for part in node.values if isinstance(part, ast.FormattedValue)]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            of_types = isinstance(node.value, ast.Subscript | ast.BinOp) and node.targets[0].id[:1].isupper()
            out += [node] if of_types or node.targets[0].id in _CONSTANTS_OF_TYPES else []
        found |= {id(inner) for part in out if part is not None for inner in ast.walk(part)}
    return found


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if value is old:
                setattr(node, name, new)
            elif isinstance(value, list) and any(one is old for one in value):
                setattr(node, name, [new if one is old else one for one in value])


# JavaScript

_TOKEN = re.compile(
    r"/\*.*?\*/|//[^\n]*|`(?:\\.|[^`\\])*`|\"(?:\\.|[^\"\\])*\"|/(?:\^|\\)[^\n/]*/|[0-9]+n?|[A-Za-z_$][\w$]*"
    r"|===|!==|=>|<=|>=|&&|\|\||\*\*|\+\+|\.\.\.|[-+*/%<>!&?:=(){}\[\];,.|]|\s+",
    re.DOTALL,
)
_SWAPS = {
    "===": ("!==",), "!==": ("===",), "<": ("<=", ">"), "<=": ("<",), ">": (">=", "<"), ">=": (">",), "&&": ("||",), "||": ("&&",),
    "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("*",), "!": ("",), "&": ("|",), "**": ("*",), "++": ("--",),
    "least": ("most",), "most": ("least",), "true": ("false",), "false": ("true",), "null": ("0",), "some": ("every",), "every": ("some",),
    "undefined": ("0",), "continue": ("break",), "break": ("continue",),
}  # fmt: skip


def script_mutants(text: str) -> Iterator[Mutant]:
    """Every change of a JavaScript file, token by token; conditions of `if` and what is returned as a whole."""
    before = ""
    for found in _TOKEN.finditer(text):
        token, at = found[0], found.start()
        if token.isspace() or token.startswith(("//", "/*")):
            continue
        for start, end, new in [] if before == "function" else _swaps(text, token, at):
            line = text.count("\n", 0, start) + 1
            yield Mutant(line, f"{_short(text[start:end])} -> {new}", text[:start] + new + text[end:])
        before = token


def _swaps(text: str, token: str, at: int) -> list[tuple[int, int, str]]:
    end = at + len(token)
    found = [(at, end, new) for new in _SWAPS.get(token, ())]
    if token[0].isdigit():
        number, kind = int(token.rstrip("n")), "n" if token.endswith("n") else ""
        found += [(at, end, f"{number + by}{kind}") for by in (1, -1)]
    elif token[0] == '"':
        found.append((at, end, f'{token[:-1]}_"'))
    elif token in ("if", "while"):
        start = text.index("(", at) + 1
        stop = _close(text, start, ")")
        found += [(start, stop, new) for new in ("false", "true")[: 2 if token == "if" else 1]]
    elif token == "return" and (stop := _close(text, end, ";}")) and text[end:stop].strip():
        found.append((end + 1, stop, "undefined"))
    return found


def _close(text: str, at: int, last: str) -> int:
    """Where, outside all brackets that open after `at`, one of `last` stands."""
    depth = 0
    while depth or text[at] not in last:
        depth += (text[at] in "([{") - (text[at] in ")]}")
        at += 1
    return at


# Running tests on a mutant


class Sources(importlib.machinery.SourceFileLoader):
    """Reads modules of ours as code that is kept here, so that a forked process compiles nothing but the mutant."""

    code: dict[str, Any] = {}

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> Any:
        spec = None
        if name.partition(".")[0] in ("ebbtide", "tests"):
            spec = importlib.machinery.PathFinder.find_spec(name, path, target)
            if spec is not None and spec.origin is not None and spec.origin.endswith(".py"):
                spec.loader = cls(name, spec.origin)
        return spec

    def get_code(self, fullname: str) -> Any:
        path = self.get_filename(fullname)
        if path not in self.code:
            self.code[path] = compile(Path(path).read_text(encoding="utf-8"), path, "exec")
        return self.code[path]


def prepare() -> None:
    """Import all that mutants need but do not change: outside packages, the models; and compile the rest."""
    sys.path.insert(0, str(ROOT))
    sys.meta_path.insert(0, Sources)  # type: ignore[arg-type]
    os.chdir(ROOT)
    for name in ("pytest", "hypothesis.strategies", "ebbtide.selfcheck.proofs", "tests.unit.selfcheck.strategies"):
        importlib.import_module(name)
    for path in (ROOT / TESTS).rglob("*.py"):
        Sources.code[str(path)] = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    for name in list(sys.modules):
        if name.startswith(("ebbtide.selfcheck", "tests")) or name == "ebbtide":
            del sys.modules[name]


def survives(path: Path, text: str, stages: Sequence[Sequence[str]]) -> bool:
    """Whether every stage of tests passes with `text` in place of a file."""
    return all(_passes(path, text, stage) for stage in stages)


def _passes(path: Path, text: str, stage: Sequence[str]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        child = os.fork()
        if not child:
            os._exit(_child(path, text, stage, Path(folder)))
        _, status = os.waitpid(child, 0)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # a scorer in Node may be going round and round
    return status == 0


def _child(path: Path, text: str, stage: Sequence[str], folder: Path) -> int:
    os.setsid()
    signal.alarm(SECONDS)
    resource.setrlimit(
        resource.RLIMIT_AS, (MEMORY, MEMORY) if path.suffix == ".py" else resource.getrlimit(resource.RLIMIT_AS)
    )
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    try:
        import pytest

        if path.suffix == ".py":
            Sources.code[str(path)] = compile(text, str(path), "exec")
        else:
            support: Any = importlib.import_module("tests.unit.selfcheck.support")
            support.SCORING = folder / "scoring.mjs"
            support.SCORING.write_text(text, encoding="utf-8")
        fixed = ["-x", "-q", "-n", "0", "--assert=plain", "-p", "no:cacheprovider", "-W", "ignore", "-k", "not slice"]
        return int(pytest.main([*fixed, *(TESTS + name for name in stage)]))
    except BaseException:  # a mutant may fail in any way
        return 1


def main() -> None:
    """Make the mutants of each file, run the tests on each, and print what is left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--module", required=True, help="a Python file, a folder of them, or a JavaScript module")
    parser.add_argument(
        "--sample", type=int, default=0, help="so many mutants of each file, by chance; all of them without it"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="only the first two stages of tests")
    chosen = parser.parse_args()
    prepare()
    where = (ROOT / chosen.module).resolve()
    for path in sorted(where.glob("*.py")) if where.is_dir() else [where]:
        text = path.read_text(encoding="utf-8")
        stages = (PROOFS if path.parent.name == "proofs" else SCORER)[: 2 if chosen.quick else None]
        chance = random.Random(f"{chosen.seed} {path.name}")
        every = list(python_mutants(text) if path.suffix == ".py" else script_mutants(text))
        mutants = sorted(chance.sample(every, min(chosen.sample or len(every), len(every))))
        name, start = path.relative_to(ROOT), time.monotonic()
        if not survives(path, text, stages):
            sys.exit(f"{name}: the tests fail without any change.")
        left = 0
        for mutant in mutants:
            if survives(path, mutant.text, stages):
                left += 1
                print(f"{name}:{mutant.line}: {mutant.what}", flush=True)
        took = time.monotonic() - start
        print(
            f"{name}: {len(mutants)} of {len(every)} mutants, {len(mutants) - left} killed, {left} left, {took:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
