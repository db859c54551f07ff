"""The minifier of our own scripts: the same program comes out, smaller; what it does not know it refuses."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from ebbtide.assets import CLIENT, SCRIPTS, Assets, classic
from ebbtide.minify import Unknown, minify, top_names
from ebbtide.minify.tokens import tokens
from ebbtide.selfcheck import cases
from tests.small_site import TEMPLATES
from tests.unit.selfcheck import support
from tests.unit.selfcheck.support import CONTENT, VECTORS, JavaScript, both_agree, node, read


def run(script: str) -> str:
    done = subprocess.run(
        [node(), "-e", f'"use strict";{script}'], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr + script
    return done.stdout


# the same program

PROGRAMS = {
    "closures": """
        const outer = 2;
        function make(first, ...others) { return (last) => [outer, first, others.length, last].join(); }
        console.log(make(1, 2, 3)(4));
    """,
    "names that hide others": """
        const value = 1, other = 10;
        function inner(value) { { const value = 5; if (value) console.log(value); } return value + other; }
        for (const value of [7, 8]) { const other = value; console.log(other); }
        console.log(inner(3), value, other);
    """,
    "a parameter that is not used, beside a name of the body": """
        function first(used, unused) { const found = used + 1; return found; }
        const second = (a, b, c) => { const d = a; return d; };
        const third = (only) => { const mine = 4; return mine; };
        console.log(first(1, 2), second(1, 2, 3), third(1));
    """,
    "patterns": """
        function take({ low, high: top = 9, deep: { inner, ...left } }, [first, , third = 3, ...rest]) {
          return [low, top, inner, left, first, third, rest];
        }
        const low = 1, { length } = "four", [zero, one] = [length, low];
        console.log(JSON.stringify([take({ low, deep: { inner: low, more: 5 } }, [1, 2, undefined, 4]), zero, one]));
    """,
    "shorthand and keys": """
        const id = 1, name = "n", made = { id, name, "a-b": id, class: name, id2: { id } };
        console.log(JSON.stringify({ ...made, id: made.id + 1 }), made.class, made["a-b"]);
    """,
    "defaults": """
        const base = 3;
        const add = (left, right = base, third = left + right) => left + right + third;
        function more(given = { base }) { return given.base; }
        console.log(add(1), add(1, 1), more());
    """,
    "templates": """
        const who = "you", list = [1, 2];
        console.log(`hello  ${who} ${list.map((each) => `<${each}  ${{ each }.each}>`).join("")} \\` $ {who} }`);
    """,
    "expressions of their own kind": r"""
        const text = "a/b//c", parts = text.split(/[/]/), ratio = parts.length / 2 / 1;
        const plain = text.replace(/\/\/|"/g, '"') ;
        console.log(parts.length, ratio, plain, 1 - -ratio, +ratio, - -ratio, 2 ** 3, !-ratio, 0x1f, 1e3, .5, 10n ** 2n + "");
    """,
    "loops and choices": """
        function kind(of) {
          switch (of) {
            case "a": { const found = 1; return found; }
            case "b": case "c": return 2;
            default: { const other = 3; return other; }
          }
        }
        let sum = 0;
        for (let index = 0, step = 2; index < 6; index += step) for (const each of [1, 2]) sum += each * index;
        while (sum > 20) { if (sum % 2) { sum -= 3; continue; } else sum--; }
        do { sum++; } while (sum < 25);
        if (sum) ; else console.log("never");
        console.log(["a", "b", "z"].map(kind), sum, sum > 3 ? { sum } : [sum], sum ? (sum, 2) : 3);
    """,
    "what fails": """
        function guarded(work) { try { return work(); } catch (error) { const said = error.message; return said; } finally { console.log("end"); } }
        function silent(work) { try { work(); } catch { return "caught"; } }
        console.log(guarded(() => { throw new Error("no"); }), silent(() => null.x));
    """,
    "later": """
        async function wait(of) { const found = await of; return found; }
        const again = async (of) => { for (const each of [await of]) return each; };
        wait(Promise.resolve(1)).then((value) => again(value + 1)).then((value) => console.log(value));
    """,
    "properties that are called as variables are": """
        const list = [3, 1], length = list.length, sort = list.sort(), map = new Map([["get", length]]);
        console.log(map.get("get"), sort, map?.size, list?.[0], { length }.length);
    """,
    "what a function of the top declares for itself alone": """
        function first() { function helper(a) { return a * 2; } return helper(2); }
        function second() { function helper(a) { return a * 3; } return helper(2); }
        console.log(first(), second());
    """,
    "comments": """
        // const gone = 1; `
        const kept = "// no comment", also = '/* nor this */'; /* " ' ` */
        console.log(kept /* between */, also); // https://example.org
    """,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_it_does_the_same_and_is_smaller(program: str) -> None:
    small = minify(program)
    assert run(small) == run(program) != ""
    assert len(small) < len(re.sub(r"\s+", " ", program))
    assert minify(small).count(";") == small.count(";"), "what is small already stays as it is, but for its letters"
    assert run(minify(small)) == run(program)


def test_more_names_than_there_are_letters() -> None:
    """Two letters and three; none of them a word of the language, and none that the browser has."""
    names = [f"name_{number}" for number in range(1500)]
    program = f"const {', '.join(f'{name} = {number}' for number, name in enumerate(names))};\nconst no = (x) => x;\nconsole.log([{', '.join(names)}].join(), no(1));\n"
    small = minify(program)
    assert run(small) == run(program)
    assert not re.search(r"\b(?:let|,)\s*(?:in|do|if|of)=", small)


def test_word_for_word() -> None:
    assert minify(
        "const one = 1;\nfunction two(first, second) {\n  return { first, b: one };\n}\nprint(two(one, 2));\n"
    ) == ("let e=1;function t(t,n){return{first:t,b:e}}print(t(e,2));")
    assert minify("const f = (a) => a, g = (a, b) => [a, b,], h = () => ({ a: 1, });\nuse(f, g, h);") == (
        "let e=e=>e,t=(e,t)=>[e,t],n=()=>({a:1});use(e,t,n);"
    )
    assert minify("if (a) ; else b();\nfor (;;) ;") == "if(a);else b();for(;;);"
    assert minify("x = a - -b + +c - --d; y = a / /re/.source; z = 1 .toString(); w = a < ! --b;") == (
        "x=a- -b+ +c- --d;y=a/ /re/.source;z=1 .toString();w=a<! --b;"
    )


def test_what_is_not_declared_keeps_its_name_and_nothing_takes_it() -> None:
    small = minify("function use(first) { return e(first, t, window.n); }\nuse(1);")
    assert "e(" in small
    assert ",t,window.n)" in small
    assert re.fullmatch(r"function n\((\w)\)\{return e\(\1,t,window\.n\)\}n\(1\);", small)


def test_a_global_in_one_place_that_is_a_local_in_another() -> None:
    program = "function one() { const name = 1; return name; }\nglobalThis.name = 2;\nfunction two() { return name; }\nconsole.log(one(), two());"
    assert run(minify(program)) == run(program) == "1 2\n"


def test_functions_that_nothing_uses_are_left_out() -> None:
    script = "function used() { return inner(); }\nfunction inner() { const unused = 1; return unused; }\nfunction unused() { return lost(); }\nfunction lost() {}\nused();"
    assert minify(script).count("function") == 2
    assert minify(script, ("unused",)).count("function") == 4
    assert minify("function a() { b(); }\nfunction b() { a(); }") == ""


def test_a_module_exports_by_the_names_that_were_asked_for() -> None:
    small = minify("function score(plan) { return helper(plan); }\nfunction helper(plan) { return plan; }", ("score",))
    assert re.fullmatch(
        r"function (\w)\(\w\)\{return \w\(\w\)\}function \w\(\w\)\{return \w\}export\{\1 as score\};", small
    )


def test_names_of_the_top() -> None:
    assert top_names(
        "const a = 1, { b, c: [d] } = x;\nlet e;\nfunction f(g) { const h = 1; }\nfor (const i of a) { }"
    ) == ("a", "b", "d", "e", "f")


# what it refuses


@pytest.mark.parametrize(
    "script",
    [
        "var a = 1;",
        "class A {}",
        "const a = { get() { return 1; } };",
        "const a = { get b() { return 1; } };",
        "const { [a]: b } = c;",
        "const a = function named() {};",
        "function* a() {}",
        "function a() { return arguments; }",
        "eval('a');",
        "with (a) b();",
        "import('a');",
        "for (const a in b) {}",
        "const a = 1\nconst b = 2;",
        "a = b\nc = d;",
        "const f = () => {}\ng();",
        "return\na;",
        "const a = 1;\nconst a = 2;",
        "function a() {}\nfunction a() {}",
        "const a = `x ${b",
        "const a = `x",
        "const a = 'x\n';",
        "const a = [1;",
        "const a = (1];",
        "const a = 1;)",
        "if (a) /b/.test(c);",
        "{ }\n/b/.test(c);",
        "const é = 1;",
        "const a = 1 @ 2;",
        "const a = /b\n/;",
        "function a(b = c) { const c = 1; return b; }",
        "label: { const a = 1; }",
        "if (a) { const b = 1, ; }",
        "const { a b } = c;",
        "const f = (a b) => a;",
    ],
)
def test_what_it_does_not_know_is_refused_with_its_line(script: str) -> None:
    with pytest.raises(Unknown, match=r"^line \d+: "):
        minify(f"// a line before\n{script}\n")


def test_lines_are_counted_through_templates_and_comments() -> None:
    with pytest.raises(Unknown, match=r"^line 6: 'class' is not known here$"):
        minify("/* one\ntwo */ const a = `three\n${b}\nfour`;\n\nclass A {}")
    assert [(token.text, token.line) for token in tokens("a;\n\n`b\n`;c")][-2:] == [(";", 4), ("c", 4)]


# our scripts


@pytest.mark.parametrize("name", SCRIPTS)
def test_our_scripts_become_one_program_each(name: str, tmp_path: Path) -> None:
    script = tmp_path / "script.cjs"
    script.write_text(classic(name), "utf-8")
    assert subprocess.run([node(), "--check", str(script)], check=False).returncode == 0


def test_every_client_module_is_known() -> None:
    for file in sorted(CLIENT.glob("*.js")):
        text = re.sub(r"^(?:import .*|export )", "", file.read_text("utf-8"), flags=re.MULTILINE)
        only_imports = not re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE).strip()
        assert bool(minify(text, top_names(text))) != only_imports, file.name


@pytest.mark.parametrize("path", [*VECTORS, *CONTENT], ids=lambda path: path.stem)
def test_the_small_scorer_gives_what_the_reference_gives(path: Path, small: JavaScript) -> None:
    """The module form, minified, on every self-check that there is."""
    plan = read(path.read_text("utf-8"))[1]
    assert plan is not None
    answers = list(islice(cases(plan, 3, 150), 150))
    assert len(both_agree(plan, answers, small.run(plan.as_json(), answers))) == len(answers) > 10


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JavaScript]:
    file = tmp_path_factory.mktemp("small") / "scoring.mjs"
    file.write_bytes(Assets([(TEMPLATES, "templates")], {}, {}).scripts["scoring"].content)
    assert len(file.read_bytes()) < 0.6 * len(re.sub(r"//.*", "", support.SCORING.read_text("utf-8")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(support, "SCORING", file)
        started = JavaScript()
    yield started
    started.close()
