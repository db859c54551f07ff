"""The same input gives the same bytes: on any machine, in any time zone, locale, hash seed, folder, umask, and number of processes."""

from __future__ import annotations

import datetime
import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from ebbtide import load, workers
from tests.small_site import ROOT, made, tree, write_site

CALM = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}
ODD = {
    "TZ": "Pacific/Kiritimati",  # 14 hours ahead: mostly another day than anywhere else
    "LC_ALL": "POSIX",
    "LANG": "tr_TR.ISO-8859-9",
    "LANGUAGE": "fr",
    "PYTHONHASHSEED": "4242",
    "PYTHONCOERCECLOCALE": "0",  # so that text files are ASCII, unless a reader says otherwise
    "PYTHONUTF8": "0",
    "COLUMNS": "40",
    "HOSTNAME": "odd-one-out",
    "USER": "somebody-else",
    "SOURCE_DATE_EPOCH": "1",
}


def run(
    program: Path, content: Path, out: Path, surroundings: dict[str, str], *, umask: int, jobs: int, cwd: Path
) -> None:
    """Build with the copy of the program at `program`, in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    command = [sys.executable, "-m", "ebbtide", "build", "--content", str(content), "--out", str(out)]
    done = subprocess.run(
        [*command, "--today", "2026-11-24", "--jobs", str(jobs)],
        check=False, cwd=cwd, env={**kept, **surroundings, "PYTHONPATH": str(program)}, umask=umask, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def copied(source: Path, target: Path) -> Path:
    """A copy whose files were made in the opposite order and bear other dates, so that the disk lists them otherwise."""
    for file in sorted(source.rglob("*"), reverse=True):
        if file.is_file() and "__pycache__" not in file.parts:
            twin = target / file.relative_to(source)
            twin.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, twin)
            os.utime(twin, (1, 1))
    return target


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Content with enough articles for a pool of processes."""
    content = write_site(tmp_path_factory.mktemp("large"), 1, extra=load.POOL_FROM * 4 // 3 + 20)
    assert len(list(content.glob("articles/*/*.md"))) >= load.POOL_FROM
    return content


def test_another_machine_gives_the_same_bytes(tmp_path: Path, large: Path) -> None:
    """Everything differs at once; if this fails, find out which it was by taking lines out of `ODD`."""
    run(ROOT, large, tmp_path / "calm", CALM, umask=0o022, jobs=1, cwd=ROOT)
    program = tmp_path / "a folder of another name" / "é"
    for name in ("ebbtide", "templates"):
        copied(ROOT / name, program / name)
    run(program, copied(large, tmp_path / "b" / "c"), tmp_path / "odd", ODD, umask=0o077, jobs=2, cwd=tmp_path)
    calm, odd = tree(tmp_path / "calm", with_list=True), tree(tmp_path / "odd", with_list=True)
    assert calm.keys() == odd.keys()
    assert [path for path in calm if calm[path] != odd[path]] == []
    assert (
        stat.S_IMODE((tmp_path / "calm/index.html").stat().st_mode) == 0o644
    )  # a host's server must be able to read it


def test_the_real_site_too(tmp_path: Path) -> None:
    run(ROOT, ROOT / "content", tmp_path / "calm", CALM, umask=0o022, jobs=1, cwd=ROOT)
    program = tmp_path / "copy"
    for name in ("ebbtide", "templates", "content"):
        copied(ROOT / name, program / name)
    run(program, program / "content", tmp_path / "odd", ODD, umask=0o027, jobs=2, cwd=program)
    calm, odd = tree(tmp_path / "calm", with_list=True), tree(tmp_path / "odd", with_list=True)
    assert calm.keys() == odd.keys()
    assert [path for path in calm if calm[path] != odd[path]] == []
    said = b"\n".join(calm.values())
    for secret in (str(ROOT), str(tmp_path), socket.gethostname(), "odd-one-out", "somebody-else"):
        assert secret.encode() not in said, secret


def test_the_day_changes_nothing_but_problems(tmp_path: Path) -> None:
    """Pages print dates and never a verdict, so that a site built again next year is the same site."""
    content = write_site(tmp_path)
    assert made(content) == made(content, today=datetime.date(2027, 10, 31))


def test_a_second_run_in_one_process_gives_the_same(tmp_path: Path) -> None:
    content = write_site(tmp_path)
    assert made(content) == made(content)


# the pool


@pytest.fixture
def broken_article(large: Path) -> Iterator[Path]:
    """The large site with mistakes in two articles, taken back afterwards."""
    first, last = sorted((large / "articles").glob("*/page-*.md"))[
        :: len(list((large / "articles").glob("*/page-*.md"))) - 1
    ]
    texts = first.read_text(), last.read_text()
    first.write_text(texts[0].replace("[@A1]", "[@A9] <script>"))
    last.write_text(texts[1].replace("summary:", "sumary:"))
    yield large
    first.write_text(texts[0])
    last.write_text(texts[1])


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_pool_finds_the_same(broken_article: Path, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    today, asked = datetime.date(2026, 11, 24), []
    monkeypatch.setattr(workers, "start_method", lambda: asked.append(method) or method)
    alone, problems_alone = load.load(broken_article, "content", today)
    assert asked == []
    shared, problems_shared = load.load(broken_article, "content", today, jobs=2)
    assert asked == [method]
    assert {problem.rule for problem in problems_alone} >= {"unknown-source", "script", "unknown-field"}
    assert problems_shared == problems_alone
    assert alone is not None
    assert shared is not None
    assert shared.articles == alone.articles
    assert shared.failed == alone.failed
    assert shared.articles[-1].meta.places.at("title") == alone.articles[-1].meta.places.at("title")


def test_few_articles_are_made_without_a_pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "start_method", lambda: pytest.fail("a pool was made"))
    assert made(write_site(tmp_path), jobs=8)


def test_progress_is_told_of_each_article(large: Path) -> None:
    counts, seen = [], []

    def progress(items: Iterator[object], count: int) -> Iterator[object]:
        counts.append(count)
        for item in items:
            seen.append(item)
            yield item

    site, _ = load.load(large, "content", datetime.date(2026, 11, 24), jobs=2, progress=progress)  # type: ignore[arg-type]
    assert site is not None
    assert counts == [len(seen)] == [len(site.articles)]


def double(item: int) -> int:
    if item == 13:
        raise ValueError("unlucky")
    return item * 2


def die_in_a_worker(item: int) -> int:
    if item == 5 and os.getpid() != HERE:
        os._exit(9)
    return item * 2


HERE = os.getpid()


def test_results_come_in_order() -> None:
    assert list(workers.shared_out(double, range(13), 2)) == list(range(0, 26, 2))
    assert list(workers.shared_out(double, [], 2)) == []
    assert list(workers.shared_out(double, [1], 2)) == [2]


def test_what_the_work_raises_is_raised_here() -> None:
    with pytest.raises(ValueError, match="unlucky"):
        list(workers.shared_out(double, range(20), 2))


def test_a_worker_that_is_killed_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "start_method", lambda: "fork")
    assert list(workers.shared_out(die_in_a_worker, range(40), 2)) == list(range(0, 80, 2))


def test_a_system_without_pools_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_pool(*_: object, **__: object) -> Future[None]:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", no_pool)
    assert list(workers.shared_out(double, range(5), 2)) == [0, 2, 4, 6, 8]


def test_a_process_with_threads_is_not_forked() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert workers.start_method() == "spawn"
    finally:
        stop.set()
        thread.join()
