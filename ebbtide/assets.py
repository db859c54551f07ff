"""Styles and scripts: found, minified, named by their digest; and the content security policy that allows just them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import rcssmin
import rjsmin

from ebbtide.model.page import File

CLIENT = Path(__file__).parent / "client"
_IMPORT = re.compile(r'^import\s*\{[^}]*\}\s*from\s*"\./([\w-]+)\.js";?[ \t]*$', re.MULTILINE)
_EXPORT = re.compile(r"^export\s+(?=(?:async\s+)?function|const|let|class)", re.MULTILINE)


def digest(content: bytes) -> str:
    """Ten characters that change when the content does. Not a signature."""
    return hashlib.sha256(content).hexdigest()[:10]


def named(folder: str, name: str, content: bytes) -> File:
    """A file whose name holds its digest, so that a host may tell browsers to keep it for ever."""
    stem, dot, ending = name.rpartition(".")
    return File(f"{folder}/{stem}.{digest(content)}{dot}{ending}", content)


@dataclass(frozen=True)
class Assets:
    """`folders` are the templates folders, the publisher's own before ours: a file there stands in for ours of the same name.

    `colors` and `dark_colors` are values for the custom properties that the styles use, by name.
    """

    folders: Sequence[Path]
    colors: Mapping[str, str]
    dark_colors: Mapping[str, str]

    def style(self, kind: str) -> str:
        """The styles of a kind of page, to be put into the page itself: a page needs no second request to be readable."""
        parts = [self._css(name) for name in ("tokens", "base", kind, "print")]
        own = _properties(self.colors)
        dark = _properties(self.dark_colors)
        if own:
            parts.insert(1, f":root{{{own}}}")
        if dark:
            parts.insert(2 if own else 1, f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}")
        return str(rcssmin.cssmin("\n".join(parts)))

    def _css(self, name: str) -> str:
        for folder in self.folders:
            file = folder / "assets" / "css" / f"{name}.css"
            if file.is_file():
                return file.read_text("utf-8")
        return ""

    def pictures(self) -> dict[str, File]:
        """Pictures that belong to the look of the site, by name."""
        found: dict[str, File] = {}
        for folder in reversed(self.folders):
            for file in sorted((folder / "assets" / "img").glob("*")):
                found[file.name] = named("assets", file.name, file.read_bytes())
        return found

    @cached_property
    def scripts(self) -> dict[str, File]:
        """The scripts that pages load, by name: ``site`` and ``selfcheck``, and ``scoring``, the module form."""
        made = {name: named("assets", f"{name}.js", classic(name).encode()) for name in ("site", "selfcheck")}
        made["scoring"] = named("assets", "scoring.mjs", _minified((CLIENT / "scoring.js").read_text("utf-8")).encode())
        return made


def _properties(colors: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colors.items())


def classic(name: str) -> str:
    """A module of ours and those it imports as one classic script.

    Browsers refuse modules from ``file://``, and the site must work from a USB stick. Our modules import only each other, by
    name, and export declarations, so joining them in order inside one function is all there is to it.
    """
    order: list[str] = []
    texts: dict[str, str] = {}

    def take(module: str) -> None:
        if module in texts:
            return
        texts[module] = text = (CLIENT / f"{module}.js").read_text("utf-8")
        for needed in _IMPORT.findall(text):
            take(needed)
        order.append(module)

    take(name)
    joined = "\n".join(_EXPORT.sub("", _IMPORT.sub("", texts[module])) for module in order)
    return _minified(f'(()=>{{"use strict";\n{joined}\n}})();')


def _minified(script: str) -> str:
    return str(rjsmin.jsmin(script))


def hash_source(text: str) -> str:
    """The policy's name for an inlined style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def policy(styles: Sequence[str], *, live: bool = False) -> str:
    """The content security policy: nothing but our own files, and the inlined styles given.

    `live` lets a page served while writing hear of changes.
    """
    hashes = "".join(f" {hash_source(style)}" for style in styles)
    connect = " connect-src 'self' ws:;" if live else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'{hashes}; img-src 'self'; manifest-src 'self';"
        f"{connect} form-action 'none'; base-uri 'none'"
    )


def headers(styles: Sequence[str]) -> str:
    """A ``_headers`` file as Netlify and Cloudflare Pages read it. A header can say what a meta element cannot: who may frame."""
    return (
        "/*\n"
        f"  Content-Security-Policy: {policy(styles)}; frame-ancestors 'none'\n"
        "  Referrer-Policy: no-referrer\n"
        "  X-Content-Type-Options: nosniff\n"
        "  Permissions-Policy: camera=(), microphone=(), payment=(), usb=(), interest-cohort=()\n"
        "  Cross-Origin-Opener-Policy: same-origin\n"
        "\n/assets/*\n  Cache-Control: public, max-age=31536000, immutable\n"
    )
