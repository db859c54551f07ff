"""The server for writing: who is answered, what stands at which address, and how a save comes to be seen."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from ebbtide import pipeline, serve
from ebbtide.pipeline import Made
from tests.small_site import ROOT, article, options, write_site


@dataclass
class Server:
    """A server in a process of its own, and the content that it serves."""

    port: int
    content: Path
    process: subprocess.Popen[str]

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and text. ``Host`` is the server's own unless another is given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in {"Host": f"127.0.0.1:{self.port}", **headers}.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return (
                answer.status,
                {name.lower(): value for name, value in answer.getheaders()},
                answer.read().decode("utf-8", "replace"),
            )
        finally:
            connection.close()

    def wait_for(self, path: str, text: str, status: int = 200) -> str:
        """Ask until an answer holds the text."""
        until = time.monotonic() + 15
        while time.monotonic() < until:
            got, _, page = self.ask(path)
            if got == status and text in page:
                return page
            time.sleep(0.05)
        raise AssertionError(f"{path} never said {text!r}; it says {got}: {page[:2000]}")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def start(content: Path, *more: str) -> Server:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "ebbtide",
        "serve",
        "--content",
        str(content),
        "--port",
        str(port),
        "--today",
        "2026-11-24",
        *more,
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )
    server = Server(port, content, process)
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return server
    process.kill()
    raise AssertionError(process.communicate()[0])


def stop(server: Server) -> str:
    """End it as Ctrl+C does. Returns what it printed."""
    server.process.send_signal(signal.SIGINT)
    try:
        printed, _ = server.process.communicate(timeout=15)
    except subprocess.TimeoutExpired:
        server.process.kill()
        raise
    return printed


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    content = write_site(tmp_path_factory.mktemp("serve") / "content")
    (content / "articles/first/secret.md").write_text(article("A draft", "Text. [@A1]", more="draft: true\n"))
    (content / "site.yaml").write_text(
        (content / "site.yaml").read_text().replace("https://small.example/", "https://small.example/below/")
    )
    running = start(content)
    yield running
    printed = stop(running)
    assert running.process.returncode == 0
    assert "Traceback" not in printed
    assert f"http://127.0.0.1:{running.port}/ (stop with Ctrl+C)" in printed


# who is answered


def test_it_listens_on_this_machine_alone(server: Server) -> None:
    """As the kernel tells it: local address and port, in hexadecimal; 0A is LISTEN."""
    listening = [
        line.split()[1].split(":")[0]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and int(line.split()[1].split(":")[1], 16) == server.port
    ]
    assert listening == ["0100007F"]


@pytest.mark.parametrize("path", ["/", "/first/always/", "/livereload.js", "/livereload", "/nothing", "/assets/"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost", "[::1]:{port}", ""]
)
def test_a_foreign_host_is_refused(server: Server, path: str, host: str) -> None:
    """Else a page elsewhere could point its own name at this machine, and read drafts."""
    status, _, text = server.ask(path, Host=host.format(port=server.port))
    assert status in ((400, 403) if host == "" else (403,))
    assert "Always" not in text


@pytest.mark.parametrize("path", ["/", "/livereload.js", "/livereload"])
@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://evil.example:{port}", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}"],
)
def test_a_foreign_origin_is_refused(server: Server, path: str, origin: str) -> None:
    assert server.ask(path, Origin=origin.format(port=server.port))[0] == 403


def test_its_own_names_are_answered(server: Server) -> None:
    for host in (f"127.0.0.1:{server.port}", f"localhost:{server.port}", f"LOCALHOST:{server.port}"):
        assert server.ask("/", Host=host)[0] == 200
        assert server.ask("/", Host=host, Origin=f"http://{host}")[0] == 200


def connect(server: Server, **headers: str) -> int:
    """The status of a WebSocket handshake."""
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    return server.ask("/livereload", **upgrade, **{"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", **headers})[0]


def test_a_web_socket_is_for_its_own_pages_alone(server: Server) -> None:
    own = f"http://127.0.0.1:{server.port}"
    assert connect(server, Origin=own) == 101
    assert connect(server, Origin=f"http://localhost:{server.port}", Host=f"localhost:{server.port}") == 101
    assert connect(server, Origin="https://evil.example") == 403
    assert connect(server, Origin="null") == 403
    assert connect(server, Origin=own, Host="evil.example") == 403


def test_nobody_can_force_a_reload_from_outside(server: Server) -> None:
    assert server.ask("/forcereload")[0] == 404


def test_answers_say_that_no_other_site_may_use_them(server: Server) -> None:
    for path in ("/", "/livereload.js", "/nothing"):
        _, headers, _ = server.ask(path)
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers


# what stands where


def test_clean_addresses(server: Server) -> None:
    status, headers, text = server.ask("/first/always/")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert '<h1 itemprop="name">Always here</h1>' in text
    status, headers, _ = server.ask("/first/always")
    assert (status, headers["location"]) == (302, "/first/always/")
    assert server.ask("/?utm=1")[0] == 200
    assert server.ask("/first/always/index.html")[0] == 200


def test_what_is_not_there_is_the_site_s_own_404_page(server: Server) -> None:
    """Its links begin at the root, and here the root is the server's, not the path of base_url."""
    for path in (
        "/nothing",
        "/first/nothing/",
        "/first/always/x.html",
        "/assets/",
        "//evil.example/",
        "/%00",
        "/%ff%fe",
    ):
        status, headers, text = server.ask(path)
        assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8"), path
        assert 'href="/get-help/"' in text
    assert "/below/" not in server.ask("/feed.xml")[2]


@pytest.mark.parametrize(
    "path",
    ["/../site.yaml", "/..%2fsite.yaml", "/%2e%2e/site.yaml", "/first/../../site.yaml", "/site.yaml", "//etc/passwd", "/%2fetc%2fpasswd",
     "/..%5csite.yaml", "/static/../../site.yaml", "/.ebbtide.json", "/articles/first/always.md", "/....//site.yaml"],
)  # fmt: skip
def test_no_path_leads_out_of_the_site(server: Server, path: str) -> None:
    status, _, text = server.ask(path)
    assert status == 404
    assert "root:" not in text
    assert "contact_bar" not in text


def test_kinds_of_files(server: Server) -> None:
    page = server.ask("/")[2]
    script = re.findall(r'src="(assets/site\.[^"]+\.js)"', page)[0]
    assert server.ask(f"/{script}")[1]["content-type"] == "text/javascript; charset=utf-8"
    icon = re.findall(r'href="(assets/icon\.[^"]+\.svg)"', page)[0]
    assert server.ask(f"/{icon}")[1]["content-type"].startswith("image/svg+xml")
    assert server.ask("/feed.xml")[1]["content-type"].partition(";")[0] in ("application/xml", "text/xml")
    assert server.ask("/notes.txt")[1]["content-type"] == "text/plain; charset=utf-8"


def test_methods(server: Server) -> None:
    status, headers, text = server.ask("/first/always/", "HEAD")
    assert (status, text) == (200, "")
    assert int(headers["content-length"]) > 1000
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert server.ask("/", method)[0] == 405


def test_drafts_are_shown(server: Server) -> None:
    assert "A draft" in server.ask("/first/secret/")[2]


def test_pages_allow_one_more_script_and_one_connection(server: Server) -> None:
    page = server.ask("/")[2]
    assert f'<script src="/livereload.js?port={server.port}" defer></script>' in page
    assert "connect-src" in page
    assert "unsafe" not in page


# a save is seen


def test_a_save_makes_the_page_anew_and_tells_the_browser(server: Server) -> None:
    file = server.content / "articles/first/always.md"
    before = file.read_text()

    async def hear() -> list[object]:
        own = {"Origin": f"http://127.0.0.1:{server.port}"}
        connection = await websocket_connect(HTTPRequest(f"ws://127.0.0.1:{server.port}/livereload", headers=own))
        await connection.write_message(
            json.dumps({"command": "hello", "protocols": ["http://livereload.com/protocols/official-7"]})
        )
        hello = json.loads(str(await asyncio.wait_for(connection.read_message(), 10)))
        await connection.write_message(json.dumps({"command": "info", "url": "http://127.0.0.1/"}))
        await asyncio.sleep(0.1)
        file.write_text(before.replace("Text 0.", "A new text."))
        reload = json.loads(str(await asyncio.wait_for(connection.read_message(), 10)))
        connection.close()
        assert await connection.read_message() is None  # closed on both sides
        return [hello["command"], reload["command"], reload["path"]]

    try:
        with ThreadPoolExecutor(
            1
        ) as apart:  # a browser test before this one leaves an event loop running in its own thread
            assert apart.submit(lambda: asyncio.run(hear())).result() == ["hello", "reload", "*"]
        assert "A new text." in server.ask("/first/always/")[2]
    finally:
        file.write_text(before)
    server.wait_for("/first/always/", "Text 0.")


def test_problems_stand_in_place_of_every_page_until_they_are_mended(server: Server) -> None:
    file = server.content / "articles/first/always.md"
    before = file.read_text()
    try:
        file.write_text(before.replace("[@A1]", "[@A2] <script>alert(1)</script>"))
        page = server.wait_for("/first/always/", "error[unknown-source]", 500)
        assert re.search(r"content/articles/first/always\.md:7:\d+: error\[unknown-source\]", page)
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
        assert f"/livereload.js?port={server.port}" in page
        assert "unknown-source" in server.ask("/")[2]
        assert server.ask("/notes.txt")[0] == 200  # what is no page is as it was
    finally:
        file.write_text(before)
    server.wait_for("/first/always/", "Text 0.")


def test_a_new_file_a_removed_file_and_a_file_moved_here_with_an_old_date(server: Server) -> None:
    new = server.content / "articles/first/new.md"
    elsewhere = server.content.parent / "elsewhere.md"
    new.write_text(article("Brand new", "Text. [@A1]"))
    server.wait_for("/first/new/", "Brand new")
    new.unlink()
    server.wait_for("/first/new/", "", 404)
    elsewhere.write_text(article("Moved here", "Text. [@A1]"))
    os.utime(elsewhere, (1_000_000_000, 1_000_000_000))
    elsewhere.rename(new)
    server.wait_for("/first/new/", "Moved here")
    new.unlink()
    server.wait_for("/first/new/", "", 404)


# what it notices


def test_what_counts_as_a_change(tmp_path: Path) -> None:
    content = write_site(tmp_path / "content")
    file = content / "articles/first/always.md"

    def changes(act: Callable[[], object]) -> bool:
        before = serve.seen([content])
        act()
        return serve.seen([content]) != before

    assert not changes(lambda: None)
    assert changes(lambda: file.write_text(file.read_text() + "x"))
    assert changes(lambda: os.utime(file, (1, 1)))
    assert changes(lambda: file.chmod(0o600))
    assert changes(lambda: (content / "static/.well-known/other.txt").write_text(""))
    assert not changes((content / ".schemas").mkdir)
    assert not changes(lambda: (content / ".schemas/site.schema.json").write_text("{}"))
    assert not changes(lambda: (content / "articles/first/.always.md.swp").write_text(""))
    assert not changes(lambda: (content / "articles/first/always.md~").write_text(""))
    assert not changes((content / "static/.git").mkdir)
    assert not changes(lambda: (content / "static/.git/HEAD").write_text(""))
    assert changes(file.unlink)
    assert serve.seen([tmp_path / "nowhere"]) == {}


def test_a_file_that_stays_shut_becomes_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Made] = []
    shown = serve.Shown(options(write_site(tmp_path), tmp_path / "site"), 5500, lambda made, _: told.append(made))
    assert shown.again()
    assert shown.find("")[0] == 200

    def shut(*_: object) -> Made:
        raise PermissionError(13, "Permission denied", "content/static/notes.txt")

    monkeypatch.setattr(pipeline, "make", shut)
    assert [shown.again() for _ in range(serve.TRIES)] == [False] * (serve.TRIES - 1) + [True]
    status, _, page = shown.find("")
    assert status == 500
    assert b"content/static/notes.txt:1:1: error[unreadable] the file cannot be read: Permission denied." in page
    assert len(told) == 2
    monkeypatch.undo()
    assert shown.again()
    assert shown.find("")[0] == 200


def test_warnings_are_problems_where_one_asks_for_that(tmp_path: Path) -> None:
    content = write_site(tmp_path)
    (content / "sources.yaml").write_text(
        (content / "sources.yaml").read_text() + "  B1: {title: Unused, evidence: None}\n"
    )
    for strict, status in ((False, 200), (True, 500)):
        shown = serve.Shown(options(content, tmp_path / "site"), 5500, lambda *_: None, strict=strict)
        shown.again()
        assert shown.find("")[0] == status


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path) -> None:
    content = write_site(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "ebbtide", "serve", "--content", str(content), "--port", str(port)],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert f"Port {port} cannot be used: Address already in use. Choose another with --port." in done.stderr
    assert "Traceback" not in done.stderr
