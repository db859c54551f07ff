"""The site on this machine while it is being written: made anew on each save, shown anew in the browser. The only user of livereload.

Pages come from memory, so nothing half made is ever seen and the output folder stays as it was. They are made and judged as for
publishing. Only on its way out a page is given one script file and one connection, both to this server, and its policy is made to
allow just those; livereload's own way, a script in the page itself, would be blocked by the policy. Only this machine is answered, and only under its own names: a page
elsewhere could otherwise point a name of its own at this machine and read drafts (DNS rebinding).

Livereload is the protocol and the browser's part of it. Its watcher is not used: it overlooks a file that is moved into a folder
with an old date, and takes two saves at once for two changes.
"""

from __future__ import annotations

import asyncio
import html
import mimetypes
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import unquote

from livereload.handlers import LiveReloadHandler, LiveReloadJSHandler
from tornado.httpserver import HTTPServer
from tornado.ioloop import PeriodicCallback
from tornado.web import Application, RequestHandler

from ebbtide import pipeline
from ebbtide.pipeline import Made, Options
from ebbtide.problem import Place, Problem, as_text, errors

HOST = "127.0.0.1"
POLL = 250
"""Milliseconds between looks at the folders."""
TRIES = 8
"""Looks at a file that cannot be opened before that is called a problem."""

_SAFE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",  # a page elsewhere cannot show a draft's picture, or run its script
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}

mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("application/manifest+json", ".webmanifest")


class PortTaken(Exception):
    """The port cannot be listened on; the message says why."""


class Shown:
    """What the server shows at this moment. `strict` takes warnings for errors."""

    def __init__(
        self, options: Options, port: int, on_made: Callable[[Made, float], None], *, strict: bool = False
    ) -> None:
        self.options = replace(
            options, base_url=f"http://{HOST}:{port}/"
        )  # whatever the site's own, it stands at the root here
        self.port, self.on_made, self.strict = port, on_made, strict
        self.files: dict[str, bytes] = {}
        self.made = Made(())
        self.tries = 0

    def again(self) -> bool:
        """Make the site from the files as they are now. False where one of them cannot be opened just then, as while an editor
        replaces it: try again soon. A file that stays shut is a problem like any other."""
        started = time.perf_counter()
        try:
            made = pipeline.make(self.options)
        except OSError as error:
            self.tries += 1
            if self.tries < TRIES:
                return False
            message = f"the file cannot be read: {error.strerror or error}."
            shut = Problem(
                Place(str(error.filename or "")), "error", "unreadable", message, "Check its name and permissions."
            )
            made = Made((shut,))
        self.tries = 0
        self.made = made
        if made.rendered is not None:
            self.files = {file.path: file.content for file in made.rendered.all()}
        self.on_made(made, time.perf_counter() - started)
        return True

    @property
    def is_wrong(self) -> bool:
        return bool(errors(self.made.problems)) or (self.strict and bool(self.made.problems))

    def find(self, path: str) -> tuple[int, str, bytes]:
        """Status, name and bytes of what stands at an address. While there are errors, every page is the list of them."""
        name = f"{path}index.html" if path == "" or path.endswith("/") else path
        if self.is_wrong and name.endswith(".html"):
            return 500, "problems.html", self._problems()
        if name in self.files:
            return 200, name, self._listening(self.files[name]) if name.endswith(".html") else self.files[name]
        return 404, "404.html", self._listening(self.files.get("404.html", b""))

    def _listening(self, page: bytes) -> bytes:
        """A page that hears of changes."""
        page = re.sub(
            rb"(?<=default-src )(&#39;|')none(?:&#39;|');", rb"\g<0> connect-src \1self\1 ws:;", page, count=1
        )
        before, head, after = page.partition(b"</head>")
        return before + self._script() + head + after

    def _script(self) -> bytes:
        return f'<script src="/livereload.js?port={self.port}" defer></script>'.encode()

    def _problems(self) -> bytes:
        rows = "".join(f"<li><pre>{html.escape(as_text(problem))}</pre></li>" for problem in self.made.problems)
        count = len(self.made.problems)
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            '<meta name="color-scheme" content="light dark"><title>Problems</title>'
            "<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
            "pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;margin:0 0 .75rem}</style>"
            f"{self._script().decode()}</head>"
            f"<body><h1>{count} to mend</h1><p>The page comes back when the errors are mended and saved.</p>"
            f"<ol>{rows}</ol></body></html>"
        ).encode()


def _at_home(handler: RequestHandler, port: int) -> bool:
    """Whether a request names this server as the one it wants, and comes from no page but one of this server's."""
    names = {f"{HOST}:{port}", f"localhost:{port}"} | ({HOST, "localhost"} if port == 80 else set())
    origin = handler.request.headers.get("Origin")
    return handler.request.host.lower() in names and (origin is None or origin.removeprefix("http://").lower() in names)


class _AtHome(RequestHandler):
    """Answers nobody but this machine under its own names."""

    def initialize(self, shown: Shown) -> None:
        self.shown = shown

    def set_default_headers(self) -> None:
        for name, value in _SAFE.items():
            self.set_header(name, value)
        self.clear_header("Server")

    def prepare(self) -> None:
        port = self.shown.port
        if not _at_home(self, port):
            self.set_status(403)
            self.finish(f"Open http://{HOST}:{port}/ instead.")


class _Live(_AtHome, LiveReloadHandler):  # type: ignore[misc]  # livereload is untyped
    def check_origin(self, origin: str) -> bool:  # noqa: ARG002, tornado's signature
        return _at_home(self, self.shown.port)


class _Script(_AtHome, LiveReloadJSHandler):  # type: ignore[misc]  # livereload is untyped
    pass


class _Page(_AtHome):
    SUPPORTED_METHODS = ("GET", "HEAD")

    def get(self) -> None:
        path = unquote(self.request.path).lstrip("/")
        if (
            path
            and not path.endswith("/")
            and path not in self.shown.files
            and f"{path}/index.html" in self.shown.files
        ):
            self.redirect("/" + self.request.path.strip("/") + "/")
            return
        status, name, content = self.shown.find(path)
        self.set_status(status)
        self.set_header("Content-Type", _type_of(name))
        self.finish(content)

    head = get


def _type_of(name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind.endswith(("xml", "json")) else kind


def seen(folders: Iterable[str | os.PathLike[str]]) -> dict[str, tuple[int, ...]]:
    """What tells one state of the files below some folders from another: of each its inode, size and dates (the date of its last
    change of any kind notices a file that is moved here, or opened up, and keeps the date of its text).

    Left out are what an editor and a repository keep for themselves, and hidden files at the top.
    """
    return {path: state for folder in folders for path, state in _below(os.fspath(folder), top=True)}


def _below(folder: str, *, top: bool = False) -> Iterator[tuple[str, tuple[int, ...]]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:  # it has just been removed
        return
    for entry in entries:
        name = entry.name
        if (top and name.startswith(".")) or name == ".git" or name.endswith(("~", ".swp", ".swx")):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _below(entry.path)
            else:
                state = entry.stat()
                yield entry.path, (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
        except OSError:
            continue


def run(
    options: Options,
    port: int,
    *,
    strict: bool = False,
    on_ready: Callable[[str], None],
    on_made: Callable[[Made, float], None],
) -> None:
    """Serve until interrupted. Raises `PortTaken`."""
    asyncio.run(_run(Shown(options, port, on_made, strict=strict), on_ready))


async def _run(shown: Shown, on_ready: Callable[[str], None]) -> None:
    options = shown.options
    folders = (options.content, *(folder for folder, _ in options.templates))
    application = Application([
        ("/livereload", _Live, {"shown": shown}),
        ("/livereload.js", _Script, {"shown": shown}),
        ("/.*", _Page, {"shown": shown}),
    ], log_function=lambda _: None)  # fmt: skip
    server = HTTPServer(application)
    try:
        server.listen(shown.port, HOST)
    except OSError as error:
        raise PortTaken(error.strerror or str(error)) from None
    LiveReloadHandler.watcher = SimpleNamespace(
        filepath=None
    )  # it prints the name of the changed file, if it is told to log
    made_from: Mapping[str, tuple[int, ...]] | None = None

    def look() -> None:
        nonlocal made_from
        now = seen(folders)
        if now == made_from:
            return
        if shown.again():
            made_from = now
            LiveReloadHandler.reload_waiters("*")

    look()
    PeriodicCallback(look, POLL).start()
    on_ready(f"http://{HOST}:{shown.port}/")
    await asyncio.Event().wait()
