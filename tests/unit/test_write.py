"""The output folder: what is written, what is refused, and what a run that dies leaves behind."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import posixpath
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from ebbtide import pipeline, write
from ebbtide.model.page import File
from tests.small_site import ROOT, made, options, tree, write_site
from tests.small_site import folders as folders_of

FULL = bool(os.environ.get("EBBTIDE_FULL"))


def files(**contents: str) -> list[File]:
    """Files by path, with __ for / and _ for a dot: ``files(a__index_html="x")``."""
    return [File(name.replace("__", "/").replace("_", "."), text.encode()) for name, text in contents.items()]


def contents(made_files: Sequence[File]) -> dict[str, bytes]:
    return {file.path: file.content for file in made_files}


# what a run writes


def test_first_run_makes_the_folder(tmp_path: Path) -> None:
    wanted = files(index_html="home", a__index_html="a", assets__x_1_css="css")
    out = tmp_path / "deep" / "site"
    done = write.write(out, wanted)
    assert tree(out) == contents(wanted)
    assert done == write.Written(files=3, changed=3, removed=0, size=len("homeacss"))


def test_second_run_leaves_alone_what_is_the_same(tmp_path: Path) -> None:
    write.write(tmp_path, files(index_html="home", a__index_html="old", b_txt="b"))
    before = {path: (tmp_path / path).stat().st_mtime_ns for path in ("index.html", "b.txt", ".ebbtide.json")}
    done = write.write(tmp_path, files(index_html="home", a__index_html="new", b_txt="b"))
    assert (done.changed, done.removed) == (1, 0)
    assert {path: (tmp_path / path).stat().st_mtime_ns for path in before} == before
    assert (tmp_path / "a/index.html").read_text() == "new"


def test_clean_writes_everything_again(tmp_path: Path) -> None:
    wanted = files(index_html="home", a__index_html="a")
    write.write(tmp_path, wanted)
    assert write.write(tmp_path, wanted).changed == 0
    assert write.write(tmp_path, wanted, clean=True).changed == 2


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda file: file.write_bytes(file.read_bytes()[:5]), id="truncated"),
        pytest.param(lambda file: file.write_bytes(b"X" + file.read_bytes()[1:]), id="same length, other bytes"),
        pytest.param(lambda file: file.unlink(), id="missing"),
        pytest.param(lambda file: file.write_bytes(b""), id="empty"),
        pytest.param(lambda file: (file.unlink(), file.symlink_to("/dev/null")), id="a link in its place"),
        pytest.param(lambda file: (file.unlink(), (file / "x/y").mkdir(parents=True)), id="empty folders in its place"),
    ],
)
@pytest.mark.parametrize("path", ["index.html", "assets/x.1.css"])
def test_next_run_heals(tmp_path: Path, harm: Callable[[Path], object], path: str) -> None:
    wanted = files(index_html="<html>home</html>", a__index_html="a", assets__x_1_css="body{}")
    write.write(tmp_path, wanted)
    harm(tmp_path / path)
    assert write.write(tmp_path, wanted).changed == 1
    assert tree(tmp_path) == contents(wanted)
    assert folders_of(tmp_path) == {"a", "assets"}


def test_what_is_no_longer_made_goes_with_its_folders(tmp_path: Path) -> None:
    write.write(tmp_path, files(index_html="home", a__b__c__index_html="c", assets__old_css="old"))
    done = write.write(tmp_path, files(index_html="home"))
    assert (done.files, done.changed, done.removed) == (1, 0, 2)
    assert tree(tmp_path) == {"index.html": b"home"}
    assert folders_of(tmp_path) == set()


def test_a_gone_file_that_somebody_has_removed_already_is_no_matter(tmp_path: Path) -> None:
    write.write(tmp_path, files(index_html="home", a__index_html="a"))
    (tmp_path / "a/index.html").unlink()
    assert write.write(tmp_path, files(index_html="home")).removed == 0
    assert folders_of(tmp_path) == set()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (files(index_html="h", thing="file"), files(index_html="h", thing__index_html="page")),
        (files(index_html="h", thing__index_html="page"), files(index_html="h", thing="file")),
        (files(index_html="h", thing__a__b__index_html="page", thing__c_txt="c"), files(index_html="h", thing="file")),
        (files(index_html="h", a="file", b__x="x"), files(index_html="h", a__x="x", b="file")),
    ],
)
def test_a_file_may_become_a_folder_and_a_folder_a_file(tmp_path: Path, before: list[File], after: list[File]) -> None:
    write.write(tmp_path, before)
    write.write(tmp_path, after)
    assert tree(tmp_path) == contents(after)
    assert folders_of(tmp_path) == {str(Path(file.path).parent) for file in after} - {"."}


def test_a_new_spelling_on_a_disk_that_ignores_capitals(tmp_path: Path) -> None:
    """Where Notes.txt and notes.txt are one file, removing the old name last would remove the new file. Two names of one
    file, as a hard link makes them, look just like that."""
    write.write(tmp_path, files(index_html="home", Notes_txt="same"))
    os.link(tmp_path / "Notes.txt", tmp_path / "notes.txt")
    write.write(tmp_path, files(index_html="home", notes_txt="same"))
    assert (tmp_path / "notes.txt").read_text() == "same"


def test_files_do_not_depend_on_each_other_s_order(tmp_path: Path) -> None:
    wanted = files(index_html="home", a__index_html="a", b_css="b", c__d="d")
    write.write(tmp_path / "one", wanted)
    write.write(tmp_path / "two", wanted[::-1])
    assert tree(tmp_path / "one", with_list=True) == tree(tmp_path / "two", with_list=True)


def test_two_runs_at_once_take_turns(tmp_path: Path) -> None:
    """Each run in its own order of things would otherwise leave a mixture, or trip over the other's stage."""
    choices = [files(**{f"a{number}__index_html": str(number), "index_html": str(number)}) for number in range(2)]
    failures: list[BaseException] = []

    def work(wanted: list[File]) -> None:
        try:
            for _ in range(30):
                write.write(tmp_path, wanted)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(wanted,)) for wanted in choices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert tree(tmp_path) in [contents(wanted) for wanted in choices]


# what is refused


def refused(out: Path, wanted: list[File] | None = None, read: Sequence[Path] = ()) -> list[tuple[str, str]]:
    problems = write.refusals(out, "site", wanted or files(index_html="home"), read)
    assert all((problem.place.path, problem.level) == ("site", "error") for problem in problems)
    return [(problem.rule, f"{problem.message} {problem.hint}") for problem in problems]


MOVE_THEM = "Move them away, put them into static/ of the content folder, or choose another folder with --out."


def test_a_folder_that_is_not_there_or_is_empty_is_fine(tmp_path: Path) -> None:
    assert refused(tmp_path / "new") == []
    assert refused(tmp_path) == []
    assert not (tmp_path / "new").exists()


def test_a_folder_of_ours_is_fine_also_with_a_repository_and_leftovers(tmp_path: Path) -> None:
    write.write(tmp_path, files(index_html="home"))
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text("")
    (tmp_path / ".ebbtide-stage").mkdir()
    (tmp_path / ".ebbtide-stage/0").write_text("half")
    (tmp_path / ".ebbtide.json.new").write_text("half")
    assert refused(tmp_path) == []
    write.write(tmp_path, files(index_html="home"))
    assert not (tmp_path / ".ebbtide-stage").exists()
    assert (tmp_path / ".git/config").exists()


def test_foreign_files_are_named(tmp_path: Path) -> None:
    write.write(tmp_path, files(index_html="home"))
    (tmp_path / "thesis.doc").write_text("years of work")
    assert refused(tmp_path) == [
        ("foreign-file", f"the folder holds files that were not made here: thesis.doc. {MOVE_THEM}")
    ]
    for name in "abcd":
        (tmp_path / name).write_text("")
    assert refused(tmp_path) == [
        ("foreign-file", f"the folder holds files that were not made here: a, b, c and 2 more. {MOVE_THEM}")
    ]


def test_a_foreign_file_with_the_name_of_a_page_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("somebody's own home page")
    assert [rule for rule, _ in refused(tmp_path)] == ["foreign-file"]


def test_a_link_to_a_folder_elsewhere_is_foreign(tmp_path: Path) -> None:
    """Pages below it would be written to wherever it leads."""
    out, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    out.mkdir()
    (out / "a").symlink_to(elsewhere, target_is_directory=True)
    assert [rule for rule, _ in refused(out, files(a__index_html="a"))] == ["foreign-file"]


def test_a_repository_s_folder_deeper_down_is_foreign(tmp_path: Path) -> None:
    (tmp_path / "a/.git").mkdir(parents=True)
    (tmp_path / "a/.git/config").write_text("")
    assert [rule for rule, _ in refused(tmp_path)] == ["foreign-file"]


@pytest.mark.parametrize(("out", "read"), [("content", "content"), ("content/site", "content"), (".", "content")])
def test_the_output_folder_is_none_of_those_that_are_read(tmp_path: Path, out: str, read: str) -> None:
    (tmp_path / read).mkdir()
    assert refused(tmp_path / out, read=[tmp_path / read]) == [
        (
            "out-folder",
            f"the output folder and {tmp_path / read} lie inside each other. Choose another folder with --out.",
        )
    ]


def test_the_output_folder_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("")
    assert refused(tmp_path / "site") == [
        ("out-folder", "this is a file, not a folder. Choose another name with --out.")
    ]


RENAME = "Rename the article, the file in static/ or the moved_from line behind one of them."


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (files(a_txt="1", A_TXT="2"), [f"A.TXT would be written twice. {RENAME}"]),
        ([*files(a_txt="1", b="0"), *files(a_txt="2")], [f"a.txt would be written twice. {RENAME}"]),
        (files(sleep="1", sleep__index_html="2"), [f"sleep would be a file, and a folder that holds sleep/index.html. {RENAME}"]),
        (files(Sleep__index_html="1", sleep="2"), [f"sleep would be a file, and a folder that holds Sleep/index.html. {RENAME}"]),
        ([File(".ebbtide.json", b"")], [".ebbtide.json has a name that the output folder keeps for itself. Rename it, or delete it."]),
        ([File(".git/config", b"")], [".git/config has a name that the output folder keeps for itself. Rename it, or delete it."]),
        ([File(".Git/config", b"")], [".Git/config has a name that the output folder keeps for itself. Rename it, or delete it."]),
        ([File(".well-known/x", b"")], []),
    ],
)  # fmt: skip
def test_no_two_files_claim_one_address(tmp_path: Path, wanted: list[File], said: list[str]) -> None:
    assert refused(tmp_path, wanted) == [("same-file", sentence) for sentence in said]


def test_a_list_that_leads_out_of_the_folder_is_not_believed(tmp_path: Path) -> None:
    """A list that came with somebody's download must not make us remove files elsewhere."""
    out, precious = tmp_path / "site", tmp_path / "precious.txt"
    write.write(out, files(index_html="home"))
    precious.write_text("precious")
    (out / ".ebbtide.json").write_text(
        f'{{"files": ["../precious.txt", "{precious}", "index.html", "a/../../precious.txt"]}}'
    )
    write.write(out, files(index_html="home"))
    assert precious.read_text() == "precious"
    assert tree(out) == {"index.html": b"home"}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"files": 3}', '{"other": []}', "\xff"])
def test_a_list_that_cannot_be_read_makes_every_file_foreign(tmp_path: Path, text: str) -> None:
    write.write(tmp_path, files(index_html="home"))
    (tmp_path / ".ebbtide.json").write_bytes(text.encode("latin-1"))
    assert [rule for rule, _ in refused(tmp_path)] == ["foreign-file"]


def test_a_link_in_place_of_the_stage_is_not_followed(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious.txt").write_text("precious")
    out.mkdir()
    (out / ".ebbtide-stage").symlink_to(elsewhere, target_is_directory=True)
    write.write(out, files(index_html="home"))
    assert (elsewhere / "precious.txt").read_text() == "precious"
    assert tree(out) == {"index.html": b"home"}


# a failed build


def test_a_build_with_errors_leaves_the_folder_byte_for_byte(tmp_path: Path) -> None:
    content, out = write_site(tmp_path / "content"), tmp_path / "site"
    assert pipeline.build(options(content, out)).written is not None
    before = {path: (content_, (out / path).stat().st_mtime_ns) for path, content_ in tree(out, with_list=True).items()}
    article = content / "articles/first/always.md"
    article.write_text(article.read_text().replace("[@A1]", "[@A2]") + "\nMore text.\n")
    built = pipeline.build(options(content, out))
    assert [problem.rule for problem in built.problems if problem.level == "error"] == [
        "uncited-article",
        "unknown-source",
    ]
    assert built.written is None
    assert {
        path: (content_, (out / path).stat().st_mtime_ns) for path, content_ in tree(out, with_list=True).items()
    } == before


def test_warnings_stop_a_strict_build_and_no_other(tmp_path: Path) -> None:
    content, out = write_site(tmp_path / "content"), tmp_path / "site"
    (content / "site.yaml").write_text(
        (content / "site.yaml").read_text().replace("base_url: https://small.example/\n", "")
    )
    assert pipeline.build(options(content, out), strict=True).written is None
    assert not out.exists()
    built = pipeline.build(options(content, out))
    assert [(problem.level, problem.rule) for problem in built.problems] == [("warning", "no-base-url")]
    assert built.written is not None


def test_a_full_disk_leaves_the_folder_byte_for_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write.write(tmp_path, files(index_html="home", a__index_html="a"))
    before, calls = tree(tmp_path, with_list=True), []

    def fsync(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="No space left"):
        write.write(tmp_path, files(index_html="new", a__index_html="new", b__index_html="new"))
    assert tree(tmp_path, with_list=True) == before
    assert folders_of(tmp_path) == {"a"}


# a run that dies: what must hold of the folder at every moment


class _Named(HTMLParser):
    """Every address that a page names."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.addresses.append(value)
            if tag == "meta" and name == "content" and value and (found := re.match(r"\d+; url=(.*)", value)):
                self.addresses.append(found[1])


_named_by: dict[bytes, list[str]] = {}


def named(path: str, page: bytes) -> set[str]:
    """Files of the site that a page names, as paths from the root."""
    if page not in _named_by:
        _named_by[page] = _Named(page).addresses
    found = set()
    for address in _named_by[page]:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path:
            continue
        whole = parts.path if parts.path.startswith("/") else posixpath.join(posixpath.dirname(path), parts.path)
        target = posixpath.normpath(unquote(whole)).lstrip("/")
        is_folder = parts.path.endswith(("/", "..")) or target in ("", ".")
        found.add(posixpath.join(target, "index.html").removeprefix("./") if is_folder else target)
    return found


def assert_whole(folder: Path, builds: Sequence[Mapping[str, bytes]], moment: str = "") -> None:
    """Every page is one of the builds', to the byte; the assets that any page names exist; and every link works on every page
    that all builds have, and on each that can be reached from one."""
    here = {path: content for path, content in tree(folder).items() if not path.startswith(".ebbtide")}
    pages = {path: content for path, content in here.items() if path.endswith(".html")}
    for path, content in pages.items():
        assert content.endswith(b"</html>\n"), f"{moment}: {path} is cut short"
        assert any(build.get(path) == content for build in builds), f"{moment}: {path} is a page of no build"
        for target in named(path, content):
            if not target.endswith(".html"):
                assert target in here, f"{moment}: {path} names {target}, which is not there"
            else:
                assert any(target in build for build in builds), (
                    f"{moment}: {path} leads to {target}, which no build has"
                )
    reached = [path for path in pages if all(path in build for build in builds)]
    seen = set(reached)
    while reached:
        path = reached.pop()
        for target in named(path, pages[path]):
            if target.endswith(".html"):
                assert target in pages, f"{moment}: {path} can be reached and leads to {target}, which is not there"
                if target not in seen:
                    seen.add(target)
                    reached.append(target)


def test_the_check_itself_catches_what_it_must(tmp_path: Path) -> None:
    page = '<html><a href="{0}">x</a><script src="{1}"></script></html>\n'.format
    old = {"index.html": page("./", "a.js").encode(), "a.js": b"a"}
    new = {"index.html": page("new/", "b.js").encode(), "b.js": b"b", "new/index.html": page("../", "../b.js").encode()}
    write.write(tmp_path / "good", [File(*item) for item in {**old, **new}.items()])
    assert_whole(tmp_path / "good", [old, new])
    for name, broken in {
        "is cut short": {**old, "index.html": old["index.html"][:20]},
        "is a page of no build": {**old, "index.html": page("./", "").encode()},
        "index.html names b.js, which is not there": {
            "index.html": new["index.html"],
            "new/index.html": new["new/index.html"],
        },
        "can be reached and leads to new/index.html, which is not there": {
            "index.html": new["index.html"],
            "b.js": b"b",
        },
    }.items():
        write.write(tmp_path / "bad", [File(*item) for item in broken.items()])
        with pytest.raises(AssertionError, match=name):
            assert_whole(tmp_path / "bad", [old, new])


class Death(BaseException):
    """Not an Exception, so that no handler takes it for a failure that can be mended: the process is gone."""


class Reaper:
    """Lets so many changes to the disk happen, then none. A write that is under way is torn: half of it is there."""

    CALLS = ("replace", "unlink", "mkdir", "rmdir", "fsync")

    def __init__(self, monkeypatch: pytest.MonkeyPatch, after: int | None) -> None:
        self.count, self.after, self.dead = 0, after, False
        for name in self.CALLS:
            monkeypatch.setattr(os, name, self._counted(name, getattr(os, name)))

    def _counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named_arguments: Any) -> Any:
            if self.dead or self.count == self.after:
                if name == "fsync" and not self.dead:
                    os.ftruncate(arguments[0], os.fstat(arguments[0]).st_size // 2)
                self.dead = True
                raise Death
            self.count += 1
            return call(*arguments, **named_arguments)

        return counted


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, bytes]]:
    """The files of four versions of the small site."""
    content = tmp_path_factory.mktemp("content")
    return [made(write_site(content, version, extra=8)) for version in range(4)]


def _files(build: Mapping[str, bytes]) -> Iterator[File]:
    return (File(path, content) for path, content in build.items())


def test_versions_differ_in_every_way(versions: list[dict[str, bytes]]) -> None:
    """Else what follows would prove little."""
    for old, new in itertools.pairwise(versions):
        pages_old, pages_new = ({path for path in build if path.endswith(".html")} for build in (old, new))
        assert pages_old - pages_new
        assert pages_new - pages_old
        assert {path for path in pages_old & pages_new if old[path] != new[path]}
        assert {path for path in set(old) - set(new) if path.startswith("assets/")}
        new_pages = pages_new - pages_old
        assert any(new_pages & named(path, new[path]) for path in pages_new & pages_old)
        assert any(new_pages & named(path, new[path]) for path in new_pages)
    assert {path for path in versions[0] if path.endswith(".html") and versions[0][path] == versions[1].get(path)}


def _deaths(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    start: Callable[[], None],
    build: Mapping[str, bytes],
    first: int = 0,
    stride: int = 1,
) -> Iterator[int]:
    """The folder after a run that died at each of its steps in turn, begun each time from the same state."""
    step = first
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        start()
        if not dies(monkeypatch, folder, build, step):
            assert step > 20, "hardly anything was done"
            return
        yield step
        step += stride


def dies(monkeypatch: pytest.MonkeyPatch, folder: Path, build: Mapping[str, bytes], step: int) -> bool:
    """Start a run that dies before its step of that number. Whether it did: it may have had fewer steps."""
    with monkeypatch.context() as patch:
        reaper = Reaper(patch, step)
        with contextlib.suppress(Death):
            write.write(folder, _files(build))
    return reaper.dead


def test_death_at_every_step_of_a_first_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, versions: list[dict[str, bytes]]
) -> None:
    out, build = tmp_path / "site", versions[0]
    for step in _deaths(monkeypatch, out, lambda: None, build):
        if out.exists():
            assert_whole(out, [{}, build], f"step {step}")
            assert write.refusals(out, "site", list(_files(build)), []) == []
        write.write(out, _files(build))
        assert tree(out) == build


@pytest.mark.parametrize("first", [0, 1, 2])
def test_death_at_every_step_from_one_build_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, versions: list[dict[str, bytes]], first: int
) -> None:
    old, new = versions[first], versions[first + 1]
    out, kept, clean = tmp_path / "site", tmp_path / "kept", tmp_path / "clean"
    write.write(kept, _files(old))
    write.write(clean, _files(new))
    for step in _deaths(monkeypatch, out, lambda: shutil.copytree(kept, out), new):
        assert_whole(out, [old, new], f"step {step}")
        assert write.refusals(out, "site", list(_files(new)), []) == []
        write.write(out, _files(new))
        assert tree(out, with_list=True) == tree(clean, with_list=True), f"step {step}"
        assert folders_of(out) == folders_of(clean), f"step {step}"


def test_death_upon_death(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, versions: list[dict[str, bytes]]) -> None:
    """A run over other content that dies in its turn, after one that died: three builds' pages stand side by side."""
    out, kept, clean = tmp_path / "site", tmp_path / "kept", tmp_path / "clean"
    write.write(clean, _files(versions[2]))
    stride = 1 if FULL else 23
    for first_death in range(3, 999, 1 if FULL else 11):
        shutil.rmtree(kept, ignore_errors=True)
        write.write(kept, _files(versions[0]))
        if not dies(monkeypatch, kept, versions[1], first_death):
            break
        for step in _deaths(
            monkeypatch, out, lambda: shutil.copytree(kept, out), versions[2], first_death % stride, stride
        ):
            assert_whole(out, versions[:3], f"steps {first_death} and {step}")
            write.write(out, _files(versions[2]))
            assert tree(out, with_list=True) == tree(clean, with_list=True)
            assert folders_of(out) == folders_of(clean)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (files(index_html="<html>1</html>\n", thing="file"), files(index_html="<html>2</html>\n", thing__index_html="<html></html>\n")),
        (files(index_html="<html>1</html>\n", thing__index_html="<html></html>\n"), files(index_html="<html>2</html>\n", thing="file")),
    ],
)  # fmt: skip
def test_death_while_a_file_becomes_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: list[File], after: list[File]
) -> None:
    out, kept = tmp_path / "site", tmp_path / "kept"
    write.write(kept, before)
    for step in range(100):
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(kept, out)
        if not dies(monkeypatch, out, contents(after), step):
            break
        assert_whole(out, [contents(before), contents(after)], f"step {step}")
        write.write(out, after)
        assert tree(out) == contents(after)
        assert folders_of(out) == {str(Path(file.path).parent) for file in after} - {"."}
    assert 8 < step < 99


# real processes, really killed


KILLS = 200 if FULL else 25


@pytest.mark.parametrize("seed", range(KILLS // 25))
def test_killed_builds(tmp_path: Path, seed: int) -> None:
    """Builds killed at random moments, most of them while they write, over content that changes each time.

    Some are followed by a whole run, which must end as a clean build does; others by the next kill, so that what is left is a
    mixture of more than two builds.
    """
    dice = random.Random(seed)
    content, out = tmp_path / "content", tmp_path / "site"
    command = [sys.executable, "-m", "ebbtide", "build", "--content", str(content), "--out", str(out), "--today", "2026-11-24", "--jobs", "1"]  # fmt: skip
    write_site(content, 0, extra=24)
    started = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    whole_run = time.monotonic() - started
    builds, killed_writing, mixed, finished = [tree(out)], 0, 0, 0
    for number in range(1, 26):
        write_site(content, seed * 25 + number, extra=24)
        files_now = [File(*item) for item in _made(content).items()]
        builds.append(contents(files_now))
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        try:
            if number % 5 == 0:
                time.sleep(dice.uniform(0, whole_run))
            else:
                killed_writing += _wait_for_stage(out, process)
                time.sleep(dice.choice([0, 0.002, 0.005, 0.01, 0.02, 0.04]) * dice.random())
        finally:
            process.kill()
            finished += process.wait() != -signal.SIGKILL
            assert process.stderr is not None
            process.stderr.close()
        assert_whole(out, builds, f"seed {seed}, kill {number}")
        mixed += is_mixture(tree(out), builds[-2], builds[-1])
        if number % 3 == 0:
            assert pipeline.build(options(content, out, version=_version())).written is not None
            assert tree(out) == builds[-1], f"seed {seed}, kill {number}"
            clean = tmp_path / "clean"
            write.write(clean, files_now)
            assert tree(out, with_list=True) == tree(clean, with_list=True)
            assert folders_of(out) == folders_of(clean)
            builds = builds[-1:]
    assert killed_writing >= 8, "too few of the builds were killed while they wrote"
    assert mixed >= 3, "too few were killed between two pages"
    assert finished <= 10, "too many of the builds were over before they were killed"


def is_mixture(here: Mapping[str, bytes], old: Mapping[str, bytes], new: Mapping[str, bytes]) -> bool:
    """Whether some of what is new is in place, and not all of it."""
    placed = [here.get(path) == content for path, content in new.items() if old.get(path) != content]
    return any(placed) and not all(placed)


def _version() -> str:
    from ebbtide import __version__

    return __version__


def _made(content: Path) -> dict[str, bytes]:
    return made(content, version=_version())


def _wait_for_stage(out: Path, process: subprocess.Popen[bytes]) -> bool:
    """Until the build has begun to write. False where it ended first."""
    stage, until = out / ".ebbtide-stage", time.monotonic() + 30
    known = stage.stat().st_mtime_ns if stage.exists() else None  # one that an earlier kill has left behind
    while time.monotonic() < until and process.poll() is None:
        try:
            if stage.stat().st_mtime_ns != known:
                return True
        except FileNotFoundError:
            known = None
        time.sleep(0.0005)
    return False
