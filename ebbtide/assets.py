"""Styles and scripts: found, minified, named by their digest; and the content security policy that allows just them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from string import ascii_lowercase

import rcssmin

from ebbtide.minify import Unknown, minify, top_names
from ebbtide.model.page import File, Styles

CLIENT = Path(__file__).parent / "client"
_IMPORT = re.compile(r'^import\s*\{[^}]*\}\s*from\s*"\./([\w-]+)\.js";?[ \t]*$', re.MULTILINE)
_EXPORT = re.compile(r"^export\s+(?=(?:async\s+)?function\s+(\w+)|const\s+(\w+)|let\s+(\w+))", re.MULTILINE)
SCRIPTS = ("site", "selfcheck", "my-results", "finder", "places", "search", "keep")
"""Modules that pages load, each with all that it imports."""


def digest(content: bytes) -> str:
    """Ten characters that change when the content does. Not a signature."""
    return hashlib.sha256(content).hexdigest()[:10]


def named(folder: str, name: str, content: bytes) -> File:
    """A file whose name holds its digest, so that a host may tell browsers to keep it for ever."""
    stem, dot, ending = name.rpartition(".")
    return File(f"{folder}/{stem}.{digest(content)}{dot}{ending}", content)


@dataclass(frozen=True)
class Assets:
    """`folders` are the templates folders, the publisher's own before ours, each with the name that problems give it: a file there
    stands in for ours of the same name.

    `colors` and `dark_colors` are values for the custom properties that the styles use, by name.
    """

    folders: Sequence[tuple[Path, str]]
    colors: Mapping[str, str]
    dark_colors: Mapping[str, str]
    leaving: bool = False
    """Whether each page has a way to leave it at once."""
    unsound: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Styles met so far that could not be used: how problems name the file, then what is wrong and what to do."""

    def style(self, *kinds: str) -> str:
        """The styles of a kind of page, to be put into the page itself: a page needs no second request to be readable. Further
        names are of parts that only some pages of the kind have."""
        css = self._joined(*kinds)
        return _settled(css, _constants(css), self.short_names(*kinds))

    def later_style(self, name: str, kind: str) -> File:
        """Styles that pages of a kind fetch when they need them."""
        css = str(rcssmin.cssmin(self._css(name).text))
        short = self.short_names(kind, later=css)
        return named("assets", f"{name}.css", _settled(css, _constants(self._joined(kind)), short).encode())

    def short_names(self, *kinds: str, later: str = "") -> Mapping[str, str]:
        """What custom properties are called in the styles that a kind of page carries, by the names that they have here. The shortest are
        for those that are used most. They mean nothing outside of the page, and come to some 130 bytes of each page under gzip.

        `later` are styles that such a page fetches, whose own names must be none of the page's.
        """
        names = [*_most_used(self._joined(*kinds)), *_most_used(later)]
        letters = [*ascii_lowercase, *(one + two for one in ascii_lowercase for two in ascii_lowercase)]
        return {name: f"--{short}" for name, short in zip(dict.fromkeys(names), letters, strict=False)}

    def parts(self, *kinds: str) -> list[Styles]:
        """The styles of a kind of page as they were written, in the order in which the page carries them."""
        parts = [self._css(name) for name in ("tokens", "base", *kinds, *(("leave",) if self.leaving else ()), "print")]
        own = _properties(self.colors)
        dark = _properties(self.dark_colors)
        # Both schemes are asked for by name: a light color must not follow into the dark, where it was never meant to be read.
        if dark:
            parts.insert(1, Styles(f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}", "", 0, "dark_colors"))
        if own:
            light = f"@media not all and (prefers-color-scheme:dark){{:root{{{own}}}}}"
            parts.insert(1, Styles(light, "", 0, "colors"))
        return parts

    def _joined(self, *kinds: str) -> str:
        return str(rcssmin.cssmin("\n".join(part.text for part in self.parts(*kinds))))

    def _css(self, name: str) -> Styles:
        path = f"assets/css/{name}.css"
        for rank, (folder, shown) in enumerate(self.folders, 1):
            if (folder / path).is_file():
                file = f"{shown}/{path}"
                return Styles(self._sound((folder / path).read_bytes(), file), file, rank)
        return Styles("", path, len(self.folders))

    def _sound(self, content: bytes, shown: str) -> str:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.unsound[shown] = "the styles are not UTF-8 text.", "Save the file again as UTF-8."
            return ""
        if "</" in text:
            what = "the styles hold </, which would end the element that they are put into."
            self.unsound[shown] = what, "Delete it, or write <\\/ in a string."
            return ""
        return text

    def color(self, name: str) -> str | None:
        """The value of a color on pale screens: the site's own, or that of the tokens; None where neither names it in digits."""
        found = re.search(rf"--{name}:\s*(#[0-9a-fA-F]{{6}})\b", self._css("tokens").text)
        return self.colors.get(name) or (found[1] if found else None)

    def pictures(self) -> dict[str, File]:
        """Pictures that belong to the look of the site, by name."""
        found: dict[str, File] = {}
        for folder, _ in reversed(self.folders):
            for file in sorted(file for file in (folder / "assets" / "img").glob("[!.]*") if file.is_file()):
                found[file.name] = named("assets", file.name, file.read_bytes())
        return found

    def more(self, markup: str) -> tuple[File, File]:
        """The script that a self-check fetches when the reader goes on, with the part of the page that it brings; and its styles."""
        style = self.later_style("selfcheck-more", "questionnaire")
        script = classic("selfcheck-more", markup=markup, styles=style.path)
        return named("assets", "selfcheck-more.js", script.encode()), style

    @cached_property
    def scripts(self) -> dict[str, File]:
        """The scripts that pages load, by name, and ``scoring``, the module form."""
        also = ("leave",) if self.leaving else ()
        made = {name: named("assets", f"{name}.js", classic(name, *also).encode()) for name in SCRIPTS}
        made["scoring"] = named("assets", "scoring.mjs", _module("scoring").encode())
        return made


def _constants(css: str) -> dict[str, str]:
    """What `:root` declares once in minified styles, for every reader, and nothing declares again: most measures of the look.

    Colors are declared again for dark screens and for paper, and so are none.
    """
    found: dict[str, str] = {}
    for root in re.finditer(r":root\{([^{}]*)\}", css):
        if css.count("{", 0, root.start()) > css.count("}", 0, root.start()):
            continue  # only under a condition
        for name, value in re.findall(r"(?:^|;)(--[\w-]+):([^;]*)", root[1]):
            uses = css.count(f"var({name})")
            only = len(re.findall(rf"(?<![\w-]){name}(?![\w-])", css)) == 1 + uses
            if uses and only and "var(" not in value and len(value) <= len(name) + 8:
                found[name] = value
    return found


_NAME = re.compile(r"(?<![\w-])--[A-Za-z][\w-]*")


def _most_used(css: str) -> list[str]:
    """The names of custom properties in minified styles, those that are used most first."""
    counted = Counter(_NAME.findall(css))
    return sorted(counted, key=lambda name: (-counted[name], name))


def _settled(css: str, constants: Mapping[str, str], short: Mapping[str, str]) -> str:
    """The styles with constants where they are used, and short names: a page carries its styles in itself, and this is shorter."""
    for name, value in constants.items():
        css = re.sub(rf"(?<=[{{;]){name}:[^;}}]*;?", "", css).replace(f"var({name})", value)
    return _NAME.sub(lambda name: short.get(name[0], name[0]), css)


def _properties(colors: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colors.items())


def classic(name: str, *also: str, **given: str) -> str:
    """A module of ours, those it imports and those named after it as one classic script, in which the names `given` stand for texts.

    Browsers refuse modules from ``file://``, and the site must work from a USB stick. Our modules import only each other, by
    name, and export declarations, so joining them in order inside one function is all there is to it. Raises ValueError for
    what this cannot take: another form of import or export, a name that two modules declare, or script that the minifier does
    not know.
    """
    order: list[str] = []
    texts: dict[str, str] = {}
    owners: dict[str, str] = {}

    def take(module: str) -> None:
        if module in texts:
            return
        texts[module] = text = (CLIENT / f"{module}.js").read_text("utf-8")
        for needed in _IMPORT.findall(text):
            take(needed)
        order.append(module)

    for module in (name, *also):
        take(module)
    for module in order:
        texts[module] = _without_modules(module, texts[module])
        try:
            declared = top_names(texts[module])
        except Unknown as error:
            raise ValueError(f"{module}.js, {error}") from None
        for top in declared:
            if top in owners:
                raise ValueError(
                    f"{module}.js and {owners[top]}.js both declare {top}; joined, one would stand for both"
                )
            owners[top] = module
    joined = minify("\n".join(texts[module] for module in order))
    names, texts_given = ",".join(given), ",".join(json.dumps(text, ensure_ascii=False) for text in given.values())
    return f'(({names})=>{{"use strict";{joined}}})({texts_given});'


def _module(name: str) -> str:
    """A module of ours that imports nothing, as a module."""
    text = (CLIENT / f"{name}.js").read_text("utf-8")
    exported = tuple(next(filter(None, found.groups())) for found in _EXPORT.finditer(text))
    return minify(_without_modules(name, text), exported)


def _without_modules(name: str, text: str) -> str:
    """Raises ValueError for a form of import or export that this simple way of joining cannot take."""
    bare = _EXPORT.sub("", _IMPORT.sub(lambda found: "\n" * found[0].count("\n"), text))
    if found := re.search(r"^(?:import|export)\b.*", bare, re.MULTILINE):
        line = bare.count("\n", 0, found.start()) + 1
        raise ValueError(f"{name}.js, line {line}: joining scripts knows no {found[0]!r}")
    return bare


def hash_source(text: str) -> str:
    """The policy's name for an inlined style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def policy(styles: Sequence[str], *, offline: bool = False) -> str:
    """The content security policy: nothing but our own files, and the inlined styles given. `offline` is for the page on which readers
    keep the guide: its script may fetch our own files, and start our worker."""
    hashes = "".join(f" {hash_source(style)}" for style in styles)
    more = " connect-src 'self'; worker-src 'self';" if offline else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'{hashes}; img-src 'self'; manifest-src 'self';{more}"
        " form-action 'none'; base-uri 'none'"
    )


def headers(*, offline: bool = False) -> str:
    """A ``_headers`` file as Netlify and Cloudflare Pages read it. It says what a page cannot say itself, who may frame it, and closes files
    that are no pages. What a page may load is in the page's own policy, which knows its styles: both hold, and naming all styles here would
    put 800 bytes before every file.

    The worker's own policy is the header that comes with it, and both hosts join the headers of all rules for a file, so the rule for
    every file lets it fetch.
    """
    reach = "'self'" if offline else "'none'"
    return (
        "/*\n"
        f"  Content-Security-Policy: script-src 'self'; connect-src {reach}; worker-src 'self'; object-src 'none'; frame-src 'none';"
        " form-action 'none'; base-uri 'none'; frame-ancestors 'none'\n"
        "  Referrer-Policy: no-referrer\n"
        "  X-Content-Type-Options: nosniff\n"
        "  Permissions-Policy: camera=(), microphone=(), payment=(), usb=(), interest-cohort=()\n"
        "  Cross-Origin-Opener-Policy: same-origin\n"
        "\n/sw.js\n  Cache-Control: no-cache\n"
        "\n/assets/*\n  Cache-Control: public, max-age=31536000, immutable\n"
    )
