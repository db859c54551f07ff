"""Contrast at build: the formulas, who wins in a browser's cascade, which pairs there are, and what is said when one falls short."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebbtide import contrast, pipeline
from ebbtide.assets import Assets
from ebbtide.contrast.color import as_hex, laid, luminance, nearest_that, ratio, told
from ebbtide.contrast.judge import _paints, _variables, seen
from ebbtide.contrast.pairs import GROUNDS, NAMES, PAIRS, PART, TEXT, Pair, table
from ebbtide.contrast.styles import SCHEMES, Cascade, Scheme, declarations, matches
from ebbtide.figures import draw
from ebbtide.model.page import Styles
from ebbtide.problem import Place, Places, Problem, as_text
from ebbtide.render import Renderer
from tests.figure_samples import LADDER, SAMPLES, sound, voice
from tests.small_site import ROOT, TEMPLATES, options, write_site
from tests.telling import drawn, well_formed

LIGHT, DARK, MORE, DARK_MORE, PRINT = SCHEMES
PARTS = st.tuples(*[st.integers(0, 255).map(lambda part: part / 255)] * 3)


def color(text: str) -> tuple[float, float, float]:
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


# the formulas


@pytest.mark.parametrize(
    ("one", "other", "contrast"),
    # Pairs whose contrast is well known: the extremes, and the two greys around 4.5 to 1 on white.
    [("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#767676", "#ffffff", 4.54), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4.0), ("#0000ff", "#ffffff", 8.59)],
)  # fmt: skip
def test_ratios_that_are_well_known(one: str, other: str, contrast: float) -> None:
    assert round(ratio(color(one), color(other)), 2) == contrast
    assert ratio(color(one), color(other)) == ratio(color(other), color(one))


def test_luminance_of_the_primaries() -> None:
    assert [luminance(color(each)) for each in ("#ff0000", "#00ff00", "#0000ff")] == [0.2126, 0.7152, 0.0722]
    assert luminance(color("#0a0a0a")) == pytest.approx(10 / 255 / 12.92)  # the straight part of the curve


def test_what_falls_short_never_reads_as_enough() -> None:
    assert [told(each) for each in (6.9999, 7.0, 2.99, 21.0, 1.0)] == ["6.9 to 1", "7 to 1", "2.9 to 1", "21 to 1", "1 to 1"]  # fmt: skip


def test_a_color_laid_on_another() -> None:
    assert as_hex(laid((0, 0, 0), 0.25, (1, 1, 1))) == "#bfbfbf"
    assert laid((0.3, 0.2, 0.1), 1, (1, 1, 1)) == (0.3, 0.2, 0.1)


@given(start=PARTS, ground=PARTS, least=st.sampled_from([PART, TEXT, 22.0]))
@settings(max_examples=drawn(60), deadline=None)
def test_the_nearest_that_fits(start: tuple[float, ...], ground: tuple[float, ...], least: float) -> None:
    below = (ground[0], ground[1], ground[2])
    found = nearest_that(lambda each: ratio(each, below) >= least, (start[0], start[1], start[2]))
    if found is None:  # nothing of this hue does, not even black or white
        assert max(ratio((0, 0, 0), below), ratio((1, 1, 1), below)) < least
    else:
        assert ratio(color(as_hex(found)), below) >= least, "what is written is what was judged"


# what a browser would take


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("screen", "light dark more dark-more"), ("print", "print"), ("all", "light dark more dark-more print"), ("", "light dark more dark-more print"),
        ("tv", ""), ("(prefers-color-scheme: dark)", "dark dark-more"), ("(prefers-color-scheme:light)", "light more print"),
        ("not all and (prefers-color-scheme:dark)", "light more print"), ("not (prefers-color-scheme: dark)", "light more print"),
        ("(PREFERS-contrast: MORE) and (prefers-color-scheme: dark)", "dark-more"), ("(prefers-contrast)", "more dark-more"),
        ("print, (prefers-color-scheme: dark)", "dark dark-more print"), ("only screen and (prefers-contrast: more)", "more dark-more"),
        ("(prefers-contrast: more) or (prefers-color-scheme: dark)", "dark more dark-more"), ("(forced-colors: active)", ""),
        ("(forced-colors: none)", "light dark more dark-more print"), ("((prefers-color-scheme: dark) and (prefers-contrast: more))", "dark-more"),
        ("(not (prefers-color-scheme: dark))", "light more print"), ("print and (min-width: 3em)", "print?"),
        ("(min-width: 3em)", "light? dark? more? dark-more? print?"), ("(min-width: 3em), print", "light? dark? more? dark-more? print"),
        ("screen and (width > 3em)", "light? dark? more? dark-more?"), ("1 2", "light? dark? more? dark-more? print?"),
    ],
)  # fmt: skip
def test_media_queries(query: str, holds: str) -> None:
    answers = {name: matches(query, scheme) for name, scheme in zip(("light", "dark", "more", "dark-more", "print"), SCHEMES, strict=True)}  # fmt: skip
    assert " ".join(name + ("?" if answer is None else "") for name, answer in answers.items() if answer is not False) == holds  # fmt: skip


def value(css: str, scheme: Scheme = LIGHT, name: str = "ink") -> str | None:
    found = Cascade(declarations(Styles(css, "a.css", 1)), scheme).color(name)
    return None if found is None else as_hex(found[0]) + ("" if found[1] == 1 else f" {found[1]:.2g}")


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        (":root{--ink:#111}:root{--ink:#222}", "#222222"),
        (":root{--ink:#111}html{--ink:#222}", "#111111"),
        ("html{--ink:#222}", "#222222"),
        (":root{--ink:#111!important}:root{--ink:#222}", "#111111"),
        (":root{--ink:#111}.a{--ink:#222}", "#111111"),
        (".a,:root{--ink:#111}", "#111111"),
        (":root{--ink:#111}@media print{:root{--ink:#222}}", "#111111"),
        (":root{@media (prefers-color-scheme:light){--ink:#222}}", "#222222"),
        (":root{--ink:#111}@media (min-width:3em){:root{--ink:#222}}", "#111111"),
        (":root{--ink:#111}@supports (color:red){:root{--ink:#222}}", "#111111"),
        (":root{--ink:var(--a);--a:var(--b,red);--b:#123456}", "#123456"),
        (":root{--ink:var(--a,#333)}", "#333333"),
        (":root{--ink:var(--a);--a:var(--ink)}", None),
        (":root{--ink:var(--a,var(--b))}", None),
        (":root{--ink:#111;--ink #222}", "#111111"),
        ('@charset "utf-8";:root{--ink:#1234}', "#112233 0.27"),
        (":root{--ink:rgb(1 2 3)}", "#010203"),
        (":root{--ink:rgba(1,2,3,.5)}", "#010203 0.5"),
        (":root{--ink:RebeccaPurple}", "#663399"),
        (":root{--ink:hsl(120deg 50% 50%)}", "#40bf40"),
        (":root{--ink:rgb(300 0 0)}", "#ff0000"),
        (":root{--ink:light-dark(#fff,#000)}", "#ffffff"),
        (":root{--ink:oklch(70% .1 200)}", None),
        (":root{--ink:color-mix(in srgb,red,blue)}", None),
        (":root{--ink:color()}", None),
        (":root{--ink:Canvas}", None),
        (":root{--ink:currentColor}", None),
        (":root{--ink:1rem}", None),
        (":root{--ink:#111 #222}", None),
        (":root{--ink:}", None),
        ("", None),
    ],
)
def test_the_value_that_wins(css: str, expected: str | None) -> None:
    assert value(css) == expected


def test_schemes_take_their_own() -> None:
    css = (
        ":root{--ink:#111;color-scheme:light dark}@media (prefers-color-scheme:dark){:root{--ink:light-dark(#fff,#222)}}"
        "@media (prefers-contrast:more){:root{--ink:#333}}@media print{:root{--ink:#444}}"
    )
    assert [value(css, scheme) for scheme in SCHEMES] == ["#111111", "#222222", "#333333", "#333333", "#444444"]


@given(st.text(alphabet=":root{}()-,;@media not#1a/*\"' "))
@settings(max_examples=drawn(100), deadline=None)
def test_any_text_is_read(text: str) -> None:
    for each in declarations(Styles(text, "a.css", 1)):
        for scheme in SCHEMES:
            each.holds(scheme)
    value(text)


# the pairs


def ours(*folders: tuple[Path, str], **colors: dict[str, str]) -> Assets:
    return Assets([*folders, (TEMPLATES, "templates")], colors.get("light", {}), colors.get("dark", {}))


ALL = sorted({file.stem for file in (TEMPLATES / "assets/css").glob("*.css")} - {"tokens", "base", "print"})


def judged(*folders: tuple[Path, str], **colors: dict[str, str]) -> list[Problem]:
    assets = ours(*folders, **colors)
    looks = [assets.parts(name) for name in ALL]
    fields = {"colors": colors.get("light", {}), "dark_colors": colors.get("dark", {})}
    problems = contrast.run(looks, fields, Places("site.yaml"))
    assert all(well_formed(problem) for problem in problems), problems
    return sorted(problems)


def test_our_own_colors_keep_every_pair_and_every_style_is_understood() -> None:
    assert judged() == []


def test_every_color_in_the_styles_stands_in_the_table() -> None:
    """Every name that paints anything, in every file, directly or by a name that stands for it in a part of a page."""
    every = [each for name in ALL for part in ours().parts(name) for each in declarations(part)]
    painted = {name for each in every if _paints(each) for name in _variables(each.tokens)}
    stand_in = {
        name: {one for each in every if each.name == f"--{name}" for one in _variables(each.tokens)}
        for name in painted - set(NAMES)
    }
    assert set(stand_in) == {"x", "y", "c", "g"}
    assert all(names and names <= set(NAMES) for names in stand_in.values()), stand_in
    assert set(NAMES) <= painted | set().union(*stand_in.values()), "a name is idle"


def test_every_name_has_a_pair_unless_it_decorates() -> None:
    assert set(NAMES) - {name for pair in PAIRS for name in pair.names} == {"line", "shore"}
    assert len({(pair.front, pair.on) for pair in PAIRS}) == len(PAIRS), "a pair stands twice"
    assert {pair.least for pair in PAIRS} == {TEXT, PART} == {7, 3}
    assert {(pair.front, pair.ground) for pair in PAIRS if pair.least == TEXT} >= {
        (front, ground) for front in ("ink", "quiet", "link") for ground in GROUNDS
    }


def test_a_pair_that_is_too_close_is_found_under_each_setting(tmp_path: Path) -> None:
    """Each pair of the table, under each setting where it is met: the front color takes the color of its ground, and that is said."""
    tokens = (TEMPLATES / "assets/css/tokens.css").read_text("utf-8")
    base = [Styles(tokens, "tokens.css", 2), Styles((TEMPLATES / "assets/css/print.css").read_text(), "print.css", 2)]
    queries = {LIGHT: "(prefers-color-scheme: light)", DARK: "(prefers-color-scheme: dark)", PRINT: "print",
               MORE: "(prefers-contrast: more) and (prefers-color-scheme: light)", DARK_MORE: "(prefers-contrast: more) and (prefers-color-scheme: dark)"}  # fmt: skip
    for scheme, query in queries.items():
        for pair in PAIRS:
            if not (pair.shown if scheme.medium == "screen" else pair.printed):
                continue
            spoiled = Styles(f"@media {query}{{:root{{--{pair.front}:var(--{pair.ground})}}}}", "own.css", 1)
            problems = contrast.run([[*base, spoiled]], {}, Places("site.yaml"))
            said = [problem.message for problem in problems if problem.place.path == "own.css"]
            assert any(f"{pair.front} on {pair.on}" in each or f"{pair.front} (" in each for each in said), (scheme, pair)  # fmt: skip


def test_figures_lay_no_more_below_words_than_the_table_says() -> None:
    """Of what figures draw thinly, bars and bands have no words on them; all else stays within the pair of the table."""
    (pair,) = [pair for pair in PAIRS if pair.thin]
    assert pair.thin is not None
    most = Decimal(str(pair.thin[1]))
    found = set()
    rung = re.findall(r"^  - .*", LADDER, re.MULTILINE)[-1]
    rungs = LADDER.count("\n  - ")
    longest = LADDER.replace(
        rung, "\n".join([rung, *(re.sub(r"name: (\w)", rf"name: {n} \1", rung) for n in range(rungs, 7))])
    )
    for text in (*SAMPLES.values(), longest):
        svg = draw(sound(text), voice)
        for name, opacity in re.findall(r'class="(\w+)"[^>]*? fill-opacity="(\.\d+)"', svg):
            if name not in ("value", "band"):
                found.add(Decimal(opacity))
                # the two sides of an overlap lie over each other
                assert Decimal(opacity) * (2 if name in ("one", "two") else 1) <= most, (name, opacity)
    assert max(found) == most


# what is said


def test_words_and_places_of_a_problem(tmp_path: Path) -> None:
    content = write_site(tmp_path / "content")
    site = content / "site.yaml"
    site.write_text(site.read_text().replace('{ink: "#010a0a"}', '\n  link: "#8899aa"\n  lnik: "#000000"\ndark_colors: {paper: "#333333"}'))  # fmt: skip
    lines = site.read_text().splitlines()
    at = lines.index('  link: "#8899aa"') + 1
    made = pipeline.make(options(content, tmp_path / "site"))
    pale = (
        f"site.yaml:{at}:9: error[contrast] link (#8899aa) on mark (#fcebb6) has a contrast of 2.4 to 1 in the light scheme; 7 to 1 is needed."
        " So it is with link on paper, link on surface, link on tint, link on emergency-ground and 3 more."
        ' A darker color of the same hue would do: link: "#424f5c".'
    )
    unknown = (
        f"site.yaml:{at + 1}:3: error[color-name] colors gives a color to lnik, which no style uses. Did you mean link?"
    )
    light = (
        f"site.yaml:{at + 2}:22: error[contrast] emergency (#ff9d8f) on paper (#333333) has a contrast of 6.3 to 1 in the dark scheme; 7 to 1 is needed."
        ' So it is with quiet on paper and bad on paper. A darker color of the same hue would do: paper: "#2b2b2b".'
    )
    said = [as_text(problem).removeprefix(f"{content.name}/") for problem in made.problems]
    assert said == [pale, unknown, light]
    # and what is named would do indeed
    text = (
        site.read_text().replace("#8899aa", "#424f5c").replace("#333333", "#2b2b2b").replace('  lnik: "#000000"\n', "")
    )
    site.write_text(text)
    assert pipeline.make(options(content, tmp_path / "site")).problems == ()


def test_a_light_color_stays_out_of_the_dark() -> None:
    """A color of the light scheme alone leaves ours in the dark, as docs/design.md says."""
    declared = [each for part in ours(light={"ink": "#010203"}).parts("article") for each in declarations(part)]
    shown = [Cascade(declared, scheme).color("ink") for scheme in SCHEMES]
    assert [as_hex(each[0]) for each in shown if each] == ["#010203", "#ece4d6", "#010203", "#ffffff", "#000000"]


def own_tokens(folder: Path, *changes: tuple[str, str]) -> tuple[Path, str]:
    text = (TEMPLATES / "assets/css/tokens.css").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "assets/css").mkdir(parents=True)
    (folder / "assets/css/tokens.css").write_text(text, "utf-8")
    return folder, "own"


def line_of(folder: Path, text: str, name: str = "tokens") -> int:
    lines = (folder / f"assets/css/{name}.css").read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_a_publisher_s_own_tokens(tmp_path: Path) -> None:
    """The place is in their file; the color to change is theirs, also where the other color of the pair is one of ours."""
    folder = own_tokens(tmp_path, ("--quiet: #414e53", "--quiet: rgb(120 120 120)"), ("--ink: #ece4d6", "--ink: #777"))
    quiet, ink = judged(folder)
    assert (quiet.place, quiet.rule) == (
        Place("own/assets/css/tokens.css", line_of(tmp_path, "rgb(120"), 3),
        "contrast",
    )
    assert "has a contrast of 3.7 to 1 in the light scheme; 7 to 1 is needed." in quiet.message
    assert re.fullmatch(r"A darker color of the same hue would do: --quiet: #4\w{5}\.", quiet.hint)
    assert (ink.place.line, ink.rule) == (line_of(tmp_path, "--ink: #777"), "contrast")
    assert "in the dark scheme" in ink.message


def test_with_more_contrast_values_of_one_s_own_are_judged_too() -> None:
    problems = judged(light={"paper": "#c8c8c8", "surface": "#c8c8c8"})
    assert {problem.rule for problem in problems} == {"contrast"}
    assert any("with more contrast" in problem.message for problem in judged(dark={"ink": "#000000"}))


def test_a_color_without_a_value_is_an_error(tmp_path: Path) -> None:
    folder = own_tokens(tmp_path, ("  --halo: #ffd66b;\n", ""))
    (said,) = [each for each in judged(folder) if "halo" in each.message]
    assert said.message == (
        "The styles use halo, which has no color in the light scheme, in the light scheme with more contrast and in print."
    )
    assert (said.level, said.rule, said.hint) == (
        "error",
        "contrast",
        "Write --halo and a color among the other colors there.",
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("oklch(30% .05 200)", "link is oklch(30% .05 200), whose contrast cannot be worked out."),
        (
            "color-mix(in srgb, red, blue)",
            "link is color-mix(in srgb, red, blue), whose contrast cannot be worked out.",
        ),
        ("LinkText", "link is LinkText, whose contrast cannot be worked out."),
    ],
)
def test_a_value_that_is_not_understood_is_said(tmp_path: Path, value: str, words: str) -> None:
    (problem,) = judged(own_tokens(tmp_path, ("--link: #0b4c5a", f"--link: {value}")))
    assert (problem.level, problem.rule, problem.message) == ("warning", "color-value", words)
    assert problem.place.line == line_of(tmp_path, value)


def test_what_shines_through(tmp_path: Path) -> None:
    """A translucent text is judged by what it comes to on each ground; a translucent ground is not known."""
    (text,) = judged(own_tokens(tmp_path / "a", ("--quiet: #414e53", "--quiet: #1e2b2eb0")))
    assert text.rule == "contrast"
    assert "quiet (#" in text.message
    (ground,) = judged(own_tokens(tmp_path / "b", ("--surface: #fffdf8", "--surface: rgb(255 253 248 / 90%)")))
    assert (ground.level, ground.rule) == ("warning", "color-value")
    assert ground.message == "surface is rgb(255 253 248 / 90%), which lets shine through what lies below it."


@pytest.mark.parametrize(
    ("css", "words"),
    [
        ("a { color: #999 }", "color is given the color #999 itself, and nothing shows what that stands on."),
        ("a { border-top: 1px solid rgb(1 2 3) }", "border-top is given the color rgb(1 2 3) itself, and nothing shows what that stands on."),
        ("a { background: linear-gradient(red, var(--paper)) }", "background is given the color red itself, and nothing shows what that stands on."),
        ("a { color: var(--none, gray) }", "color is given the color gray itself, and nothing shows what that stands on."),
        ("a { color: GrayText }", "color is given the color GrayText itself, and nothing shows what that stands on."),
        ("a { --own: #777 } b { fill: var(--own) }", "own is given the color #777 itself, and nothing shows what that stands on."),
        ("a { b { color: #999 } }", "color is given the color #999 itself, and nothing shows what that stands on."),
        ("@layer x { a { color: #999 } }", "color is given the color #999 itself, and nothing shows what that stands on."),
        ("a { opacity: .5 }", "opacity changes colors after they were chosen, and their contrast with them."),
        ("a { mix-blend-mode: multiply }", "mix-blend-mode changes colors after they were chosen, and their contrast with them."),
        (".bar { --link: var(--on-bar) }", "link gets another color for .bar alone, whose contrast is not worked out."),
        ("@media (min-width: 40rem) { :root { --link: #000 } }", "link gets another color under a condition that is not known here, so its contrast is not worked out."),
        ("@supports (color: red) { :root { --link: #000 } }", "link gets another color under a condition that is not known here, so its contrast is not worked out."),
        ("a { color: var(--link); background: none; border-color: transparent; outline: 0; fill: currentcolor; stroke: none }", ""),
        ("a { --own: var(--link); color: var(--own); --gap: 1rem; border-radius: var(--gap); opacity: 1 }", ""),
        ("@media print { a { color: #000; opacity: .5 } } @media (forced-colors: active) { a { color: CanvasText } }", ""),
        ("button:disabled { opacity: .4 } a { font: 1rem red; content: '#999' }", ""),
    ],
)  # fmt: skip
def test_styles_of_one_s_own(tmp_path: Path, css: str, words: str) -> None:
    (tmp_path / "assets/css").mkdir(parents=True)
    (tmp_path / "assets/css/home.css").write_text(f"/* Ours */\n\n{css}\n")
    problems = judged((tmp_path, "own"))
    assert [problem.message for problem in problems] == ([words] if words else [])
    for problem in problems:
        assert (problem.level, problem.rule, problem.place.path, problem.place.line) == ("warning", "color-value", "own/assets/css/home.css", 3)  # fmt: skip


def test_names_that_styles_of_one_s_own_use_are_names(tmp_path: Path) -> None:
    (tmp_path / "assets/css").mkdir(parents=True)
    (tmp_path / "assets/css/home.css").write_text("b { color: var(--brand) }\n")
    said = judged((tmp_path, "own"), light={"brand": "#000000", "s1": "#000000", "x": "#000000", "quite": "#000000"})
    assert [(problem.rule, problem.message, problem.hint) for problem in said if problem.rule == "color-name"] == [
        ("color-name", "colors gives a color to quite, which no style uses.", "Did you mean quiet?"),
        ("color-name", "colors gives a color to s1, which no style uses.", "There are 28, and none is like it."),
        ("color-name", "colors gives a color to x, which no style uses.", "There are 28, and none is like it."),
    ]  # fmt: skip
    assert [problem.message for problem in said if problem.rule == "color-value"] == [
        "brand is given the color #000000 itself, and nothing shows what that stands on."
    ]


def test_a_look_without_our_names_is_left_alone(tmp_path: Path) -> None:
    """Somebody who writes all styles anew need not have our names; nothing of the table is then asked."""
    styles = Styles("body { color: inherit }", "own.css", 1)
    assert contrast.run([[styles]], {}, Places("site.yaml")) == []


def test_a_pair_is_seen_with_what_lies_between() -> None:
    css = ":root{--ink:#000;--surface:#fff;--link:#000}"
    cascade = Cascade(declarations(Styles(css, "a.css", 1)), LIGHT)
    found = seen(Pair("ink", "surface", 7, thin=("link", 0.25)), cascade)
    assert found is not None
    assert [as_hex(each) for each in found] == ["#000000", "#bfbfbf"]


def test_the_hint_where_no_lightness_helps() -> None:
    (problem,) = contrast.run([[Styles(":root{--ink:#000;--paper:#777}", "a.css", 1)]], {}, Places("site.yaml"))
    assert (
        problem.message
        == "ink (#000000) on paper (#777777) has a contrast of 4.6 to 1 in the light scheme; 7 to 1 is needed."
    )
    assert problem.hint == "No color of this hue would do: change paper as well."


# the manual, and the whole flow


def test_the_manual_s_table_is_made_from_the_pairs() -> None:
    """If this fails, put the table that it prints into docs/design.md."""
    assert table() in (ROOT / "docs/design.md").read_text("utf-8"), f"docs/design.md should hold:\n\n{table()}"


def test_every_look_of_a_page_is_judged(tmp_path: Path) -> None:
    """What pages carry is what was judged: each style element is made of parts that `looks` gives."""
    from ebbtide.load import load

    site, _ = load(ROOT / "content", "content", options(tmp_path, tmp_path).today)
    assert site is not None
    renderer = Renderer(site, ((TEMPLATES, "templates"),))
    files = {
        f"templates/assets/css/{file.name}": file.read_text("utf-8")
        for file in (TEMPLATES / "assets/css").glob("*.css")
    }
    judged = {part.file for look in renderer.looks() for part in look if part.text}
    assert judged <= files.keys()
    carried = "".join((*renderer.styles.values(), renderer.figure_style))
    for file in files.keys() - judged:  # parts that this site has not asked for
        rules = re.findall(r"^\.[\w-]+", files[file], re.MULTILINE)
        assert rules
        assert not any(f"}}{rule}" in carried for rule in rules), f"pages carry {file}, which nobody judged"
