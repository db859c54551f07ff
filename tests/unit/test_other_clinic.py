"""Another substance, another language, another country, its own templates and colors: no code and no template of ours knows which
site it makes. And no English is left on a French page: every word of the templates comes from the catalog."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from babel import Locale
from babel.dates import format_date, get_day_names, get_timezone_name
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from ebbtide import pipeline
from tests.small_site import ROOT, TEMPLATES, options, tree

CLINIC = ROOT / "tests/sites/other-clinic"
OWN = CLINIC / "templates"
FRENCH = TEMPLATES / "locale/fr/LC_MESSAGES/ebbtide.po"


@cache
def made(*templates: Path) -> dict[str, str]:
    """The clinic's files by path, as text. Fails where there is any problem."""
    result = pipeline.make(options(CLINIC / "content", CLINIC / "no-output", templates))
    assert not result.problems, "\n".join(map(str, result.problems))
    assert result.rendered is not None
    return {file.path: file.content.decode("utf-8", "replace") for file in result.rendered.all()}


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    return made(OWN)


def pages(files: dict[str, str]) -> Iterator[tuple[str, str]]:
    return ((path, text) for path, text in files.items() if path.endswith(".html"))


# it builds, as it is


def test_it_builds_without_a_problem(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ebbtide", "build", "--strict", "--today", "2026-11-24"]
    done = subprocess.run(
        [*command, "--content", str(CLINIC / "content"), "--templates", str(OWN), "--out", str(tmp_path / "site")],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(
        r"Built \S+/: \d+ pages, no problems, \d+ kB, \d+\.\d\d s \(\d+ files written, 0 removed\)\.\n", done.stdout
    )
    assert {
        path: content.decode("utf-8", "replace") for path, content in tree(tmp_path / "site").items()
    }.keys() == made(OWN).keys()


def test_nothing_of_ours_names_the_first_site_s_substance() -> None:
    for folder in (ROOT / "ebbtide", TEMPLATES):
        for file in folder.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert b"kratom" not in file.read_bytes().lower(), file


def test_its_own_look(site: dict[str, str]) -> None:
    home = site["index.html"]
    assert '<header class="top tilleuls">' in home
    (icon,) = re.findall(r'<link rel="icon" href="(assets/icon\.[0-9a-f]{10}\.svg)"', home)
    assert site[icon] == (OWN / "assets/img/icon.svg").read_text("utf-8")
    (accent,) = re.findall(r":root\{(--\w+):#5a2450;", home)
    assert f"@media (prefers-color-scheme:dark){{:root{{{accent}:#f0b8e2;" in home
    assert f"border-inline-start:.5rem solid var({accent})" in home
    assert (
        "Relu le 1 octobre 2026 (Équipe d&#39;essai, personnages inventés)"
        in site["reperes/signes-de-manque/index.html"]
    )
    assert "Prochaine relecture : 1 avril 2028." in site["reperes/signes-de-manque/index.html"]  # 18 months later
    assert "Prochaine relecture : 15 mars 2027." in site["arret/diminuer/index.html"]  # names services: 6


def test_its_own_language_and_country(site: dict[str, str]) -> None:
    for path, page in pages(site):
        assert '<html lang="fr">' in page, path
    bar = site["index.html"][: site["index.html"].index("<header")]
    assert "01 99 00 12 34" in bar
    assert 'href="tel:' in bar
    assert "+33" not in re.sub(r"<[^>]*>", "", bar)  # written as people there write it
    assert "02 61 91 56 78" in site["get-help/index.html"]
    danger = site["reperes/signes-de-manque/index.html"]
    assert danger.index('data-contact="urgences"') < danger.index('data-contact="ligne-tilleuls"')


def test_moved_draft_picture_and_static(site: dict[str, str]) -> None:
    assert 'url=../reperes/signes-de-manque/"' in site["signes/index.html"]
    assert 'url=../../reperes/signes-de-manque/"' in site["anciens/manque/index.html"]
    assert not [path for path, text in site.items() if "Phrase-témoin" in text or "brouillon" in path]
    assert site["CNAME"] == "trois-tilleuls.example\n"
    (picture,) = [path for path in site if path.startswith("assets/courbe.")]
    assert f'src="../../{picture}" width="320" height="120"' in site["reperes/signes-de-manque/index.html"]
    assert "https://trois-tilleuls.example/tramadol/reperes/signes-de-manque/" in site["sitemap.xml"]
    assert 'href="/tramadol/get-help/"' in site["404.html"]


# the catalog


def extracted() -> Catalog:
    """Every message of the templates, as Babel's extractor for Jinja finds them."""
    catalog = Catalog()
    settings = {"extensions": "jinja2.ext.i18n, jinja2.ext.do", "trim_blocks": "true", "newstyle_gettext": "true"}
    found = extract_from_dir(
        str(TEMPLATES),
        [("**.html", "jinja2"), ("**.xml", "jinja2")],
        {"**.html": settings, "**.xml": settings},
        strip_comment_tags=True,
    )
    for filename, line, message, _, context in found:
        catalog.add(message, None, [(filename, line)], context=context)
    return catalog


def french() -> Catalog:
    return read_po(BytesIO(FRENCH.read_bytes()), locale="fr", abort_invalid=True)


def key(message: Message) -> tuple[object, object]:
    return (tuple(message.id) if isinstance(message.id, (list, tuple)) else message.id, message.context)


def test_the_french_catalog_is_whole() -> None:
    wanted = {key(message): message for message in extracted() if message.id}
    held = {key(message): message for message in french() if message.id}
    assert len(wanted) > 100
    where = {
        identity: f"{message.locations[0][0]}:{message.locations[0][1]} {identity[0]!r}"
        for identity, message in wanted.items()
    }
    assert [where[identity] for identity in wanted if identity not in held] == [], "not in the catalog"
    assert [identity for identity in held if identity not in wanted] == [], "in the catalog, and in no template"
    for identity, message in held.items():
        said = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        assert all(said), f"no translation of {identity}"
        assert not message.fuzzy, identity
        assert len(said) == (2 if isinstance(message.id, (list, tuple)) else 1), identity
        asked = message.id if isinstance(message.id, (list, tuple)) else [message.id]
        for text in said:  # blanks of both kinds: gettext's, and those that a script fills in
            blanks = r"%\(\w+\)s|\{\w+\}"
            assert set(re.findall(blanks, text)) <= {blank for one in asked for blank in re.findall(blanks, one)}, (
                identity
            )
        assert set(re.findall(r"%\(\w+\)s|\{\w+\}", said[-1])) >= set(re.findall(r"%\(\w+\)s|\{\w+\}", asked[-1])), (
            identity
        )


# what a reader sees


class Seen(HTMLParser):
    """What a page says: texts, the attributes that are read out, and the words that it hands to its script."""

    SPOKEN = ("alt", "aria-label", "aria-description", "title", "placeholder", "label", "summary")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.inside: list[tuple[str, str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.said += [value for name, value in attrs if name in self.SPOKEN and value]
        if tag == "meta" and given.get("name") == "description":
            self.said.append(given.get("content") or "")
        if tag not in ("meta", "link", "br", "img", "input", "hr"):
            self.inside.append((tag, given.get("id") or ""))

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, identity = self.inside[-1] if self.inside else ("", "")
        if tag == "script" and identity == "words":
            if "\x00" not in data:
                self.said += list(_strings(json.loads(data)))
        elif tag not in ("script", "style"):
            self.said.append(data)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def pattern(message: str) -> re.Pattern[str]:
    """What a message looks like on a page, whatever stands in its blanks."""
    parts = re.split(r"%\(\w+\)s|\{\w+\}", " ".join(message.split()))
    return re.compile("(?<!\\w)" + ".*?".join(re.escape(part) for part in parts) + "(?!\\w)")


def test_no_english_of_the_templates_is_left_on_any_page(site: dict[str, str]) -> None:
    english = []
    for message in french():
        told = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        for text in message.id if isinstance(message.id, (list, tuple)) else [message.id]:
            words = re.findall(r"[^\W\d_]+", re.sub(r"%\(\w+\)s|\{\w+\}", " ", text))
            if text not in told and len("".join(words)) > 3:  # "%(first)s to %(last)s" would be found in any sentence
                english.append((text, pattern(text)))
    leaks = []
    for path, page in pages(site):
        for said in Seen(page).said:
            line = " ".join(said.split())
            leaks += [
                f"{path}: {line[:60]!r} has {text!r}"
                for text, shape in english
                if (shape.fullmatch(line) if len(re.sub(r"%\(\w+\)s|\{\w+\}", "", text)) < 14 else shape.search(line))
            ]
    assert leaks == []


def test_every_word_that_no_content_says_is_in_the_catalog(tmp_path: Path) -> None:
    """A catalog that puts each message into brackets: what then stands outside brackets must come from the content, or be a
    date, a day or a name that the language itself gives."""
    pseudo = Catalog(locale="fr")
    for message in extracted():
        if message.id:
            many = isinstance(message.id, (list, tuple))
            pseudo.add(
                message.id,
                tuple(f"⟦{text}⟧" for text in message.id) if many else f"⟦{message.id}⟧",
                context=message.context,
            )
    folder = tmp_path / "pseudo/locale/fr/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "ebbtide.po").open("wb") as file:
        write_po(file, pseudo)
    (tmp_path / "pseudo/parts").mkdir()
    texts = made(tmp_path / "pseudo")
    known = words_of_the_content() | words_of_the_language()
    leaks: dict[str, str] = {}
    brackets = 0
    for path, page in pages(texts):
        for said in Seen(page).said:
            brackets += said.count("⟦")
            for word in re.findall(r"[^\W\d_]{2,}", outside_brackets(said)):
                if word.casefold() not in known:
                    leaks[word] = f"{path}: {said.strip()[:80]}"
    assert brackets > 300
    assert leaks == {}


def outside_brackets(text: str) -> str:
    """Messages may hold messages: only what is outside all brackets is no message. An article's own text may be cut by tags, so a
    text may begin inside a bracket."""
    depth, kept, low = 0, [], 0
    for sign in text:
        depth += (sign == "⟦") - (sign == "⟧")
        low = min(low, depth)
        kept.append((depth, sign))
    return "".join(sign if level <= low and sign not in "⟦⟧" else " " for level, sign in kept)


def words_of_the_content() -> set[str]:
    files = [file for file in (CLINIC / "content").rglob("*") if file.suffix in (".yaml", ".md")]
    return {word.casefold() for file in files for word in re.findall(r"[^\W\d_]{2,}", file.read_text("utf-8"))}


def words_of_the_language() -> set[str]:
    locale = Locale("fr")
    said = [format_date(date(2026, month, 1), "long", locale) for month in range(1, 13)]
    said += [
        *get_day_names("wide", "format", locale).values(),
        *locale.languages.values(),
        *locale.territories.values(),
    ]
    said += [get_timezone_name("Europe/Paris", width="long", locale=locale, zone_variant="generic")]
    return {word.casefold() for text in said for word in re.findall(r"[^\W\d_]{2,}", text)}


def test_no_template_says_a_word_of_its_own() -> None:
    """The same, found in the templates themselves: outside of tags and of expressions there are no letters."""
    import jinja2

    environment = jinja2.Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
    leaks = []
    for file in sorted(TEMPLATES.rglob("*.html")):
        stands_for = {"variable_begin": "\x00", "block_begin": " "}
        lexed = environment.lex(file.read_text("utf-8"))
        data = "".join(value if kind == "data" else stands_for.get(kind, "") for _, kind, value in lexed)
        data = re.sub(r"(</?)\x00", r"\1x", data)  # a tag whose name a template fills in
        leaks += [
            f"{file.relative_to(TEMPLATES)}: {' '.join(said.split())!r}"
            for said in Seen(data).said
            if re.search(r"[^\W\d_]{2,}", re.sub(r"<[^>]*", "", said))
        ]
    assert leaks == []
