"""A good host on this machine, for benchmarks of pages: gzip -9, the headers that a folder's `_headers` asks for.

Compression is done before a measurement begins, so no page waits for it. What is compressed already (fonts, pictures) goes out as it
is. Addresses without a file get the folder's own 404.html.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

_TYPES = {
    "": "application/octet-stream", ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8", ".json": "application/json", ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8", ".webmanifest": "application/manifest+json",
    ".woff": "font/woff", ".woff2": "font/woff2", ".xml": "application/xml",
}  # fmt: skip
_PACKED = {".avif", ".gif", ".ico", ".jpg", ".jpeg", ".png", ".webp", ".woff", ".woff2"}


KEPT = ("Cache-Control", "max-age=600")
"""Where a folder says nothing of it: ten minutes, as GitHub Pages has it."""


class _Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


class _Host(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "host"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together

    def do_GET(self) -> None:
        root = Path(self.directory)
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        known = path.is_file()
        path = path if known else root / "404.html"
        body = _body(path) if path.is_file() else b""
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or _TYPES[""])
        if path.suffix not in _PACKED:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        asked = _asked(root, self.path.split("?")[0])
        for name, value in asked if any(name == "Cache-Control" for name, _ in asked) else [*asked, KEPT]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@functools.cache
def _body(path: Path) -> bytes:
    content = path.read_bytes()
    return content if path.suffix in _PACKED else gzip.compress(content, 9, mtime=0)


@functools.cache
def _asked(root: Path, address: str) -> list[tuple[str, str]]:
    """The headers that the folder's `_headers` names for an address, in the form that Netlify and Cloudflare Pages read."""
    found: list[tuple[str, str]] = []
    file, pattern = root / "_headers", ""
    for line in file.read_text("utf-8").splitlines() if file.is_file() else ():
        if line and not line[0].isspace():
            pattern = line.strip()
        elif line.strip() and fnmatch(address, pattern):
            name, _, value = line.strip().partition(":")
            found.append((name, value.strip()))
    return found


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder over HTTP, on this machine alone; gives the address of its root, without the last slash."""
    _body.cache_clear()
    _asked.cache_clear()
    server = _Server(("127.0.0.1", 0), functools.partial(_Host, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def warmed(folder: Path) -> None:
    """Compresses every file of a folder, so that no visit waits for that."""
    for path in folder.rglob("*"):
        if path.is_file():
            _body(path)
