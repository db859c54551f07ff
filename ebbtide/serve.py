"""The site on this machine while it is being written: made anew on each save, shown anew in the browser. The only user of livereload.

Pages come from memory, so nothing half made is ever seen and the output folder stays as it was. What a page may do is what
it may do when published, plus one script file and one connection, both to this server; livereload's own way of putting a
script into pages would be blocked by their policy. Only this machine is answered, and only under its own names: a page
elsewhere could otherwise point a name of its own at this machine and read drafts (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import html
import mimetypes
import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from livereload.handlers import LiveReloadHandler, LiveReloadJSHandler
from livereload.watcher import get_watcher_class
from tornado.httpserver import HTTPServer
from tornado.ioloop import PeriodicCallback
from tornado.web import Application, RequestHandler

from ebbtide import pipeline
from ebbtide.pipeline import Made, Options
from ebbtide.problem import as_text, errors

HOST = "127.0.0.1"
POLL = 250
"""Milliseconds between looks at the folders."""

mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("application/manifest+json", ".webmanifest")


class Shown:
    """What the server shows at this moment."""

    def __init__(self, options: Options, on_made: Callable[[Made, float], None]) -> None:
        self.options, self.on_made = options, on_made
        self.files: dict[str, bytes] = {}
        self.made = Made(())
        self.again()

    def again(self) -> None:
        """Make the site from the files as they are now."""
        started = time.perf_counter()
        try:
            self.made = pipeline.make(self.options)
        except OSError:  # a file that an editor is just replacing; the next look finds it whole
            return
        if self.made.rendered is not None:
            self.files = {file.path: file.content for file in self.made.rendered.all()}
        self.on_made(self.made, time.perf_counter() - started)

    def find(self, path: str) -> tuple[int, str, bytes]:
        """Status, name and bytes of what stands at an address. While there are errors, every page is the list of them."""
        name = f"{path}index.html" if path == "" or path.endswith("/") else path
        is_page = name.endswith(".html")
        if is_page and errors(self.made.problems):
            return 500, "problems.html", self._problems()
        if name in self.files:
            return 200, name, self.files[name]
        return 404, "404.html", self.files.get("404.html", b"")

    def _problems(self) -> bytes:
        rows = "".join(f"<li><pre>{html.escape(as_text(problem))}</pre></li>" for problem in self.made.problems)
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>Problems</title><script src=\"/livereload.js?port={self.options.live}\" defer></script>"
            f"<h1>{len(self.made.problems)} to mend</h1><p>The page comes back when the errors are mended and saved.</p><ol>{rows}</ol></html>"
        ).encode()


def _at_home(handler: RequestHandler, port: int) -> bool:
    names = {f"{HOST}:{port}", f"localhost:{port}"}
    origin = handler.request.headers.get("Origin")
    return handler.request.host in names and (origin is None or urlsplit(origin).netloc in names)


class _Live(LiveReloadHandler):
    def initialize(self, shown: Shown) -> None:
        self.shown = shown

    def check_origin(self, origin: str) -> bool:
        return _at_home(self, self.shown.options.live)

    def prepare(self) -> None:
        if not _at_home(self, self.shown.options.live):
            self.set_status(403)
            self.finish()


class _Script(LiveReloadJSHandler):
    def initialize(self, shown: Shown) -> None:
        self.shown = shown

    def prepare(self) -> None:
        if not _at_home(self, self.shown.options.live):
            self.set_status(403)
            self.finish()


class _Page(RequestHandler):
    SUPPORTED_METHODS = ("GET", "HEAD")

    def initialize(self, shown: Shown) -> None:
        self.shown = shown

    def get(self) -> None:
        if not _at_home(self, self.shown.options.live):
            self.set_status(403)
            self.finish(f"Open http://{HOST}:{self.shown.options.live}/ instead.")
            return
        path = unquote(self.request.path).lstrip("/")
        if path and not path.endswith("/") and path not in self.shown.files and f"{path}/index.html" in self.shown.files:
            self.redirect(f"/{path}/")
            return
        status, name, content = self.shown.find(path)
        self.set_status(status)
        self.set_header("Content-Type", _type_of(name))
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(content)

    head = get


def _type_of(name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind.endswith(("xml", "json")) else kind


def run(options: Options, port: int, *, on_ready: Callable[[str], None], on_made: Callable[[Made, float], None]) -> None:
    """Serve until interrupted. Raises OSError where the port is taken."""
    asyncio.run(_run(replace(options, live=port), port, on_ready, on_made))


async def _run(options: Options, port: int, on_ready: Callable[[str], None], on_made: Callable[[Made, float], None]) -> None:
    shown = Shown(options, on_made)
    watcher = get_watcher_class()()
    for folder in (options.content, *(folder for folder, _ in options.templates)):
        watcher.watch(str(folder), shown.again)
    LiveReloadHandler.watcher = watcher

    def look() -> None:
        changed, _ = watcher.examine()
        if changed:
            LiveReloadHandler.reload_waiters("*")

    application = Application([
        ("/livereload", _Live, {"shown": shown}),
        ("/livereload.js", _Script, {"shown": shown}),
        ("/.*", _Page, {"shown": shown}),
    ], log_function=lambda handler: None)  # fmt: skip
    server = HTTPServer(application)
    server.listen(port, HOST)
    look()
    PeriodicCallback(look, POLL).start()
    LiveReloadHandler._last_reload_time = time.time()
    on_ready(f"http://{HOST}:{port}/")
    await asyncio.Event().wait()
