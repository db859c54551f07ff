"""build.py: what the first run does on a bare machine, what later runs do not do again, and what is said when it cannot be done."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.small_site import ROOT

BUILD = ROOT / "build.py"
PROGRAM = """\
import os, sys
print("program:", sys.argv[1:], "in", os.path.basename(sys.prefix))
print("found in:", [path for path in sys.path if "intruder" in path])
sys.exit(len(sys.argv) - 1)
"""
MAKING = [
    "First run: installing what the program needs into .venv (about a minute).",
    "Making a virtual environment ...",
    "Installing the packages that building needs ...",
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """build.py in a folder of its own, with a lock file that asks for nothing, and a program that says how it was started."""
    folder = tmp_path_factory.mktemp("a folder") / "copy"
    (folder / "ebbtide").mkdir(parents=True)
    shutil.copyfile(BUILD, folder / "build.py")
    (folder / "requirements.lock").write_text("# nothing\n")
    (folder / "ebbtide/__main__.py").write_text(PROGRAM)
    return folder


def run(folder: Path, *arguments: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [sys.executable, str(folder / "build.py"), *arguments],
        cwd=folder.parent, env={**kept, **surroundings}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Lines on standard error, but for times."""
    return [line for line in done.stderr.splitlines() if not re.fullmatch(r" +done in \d+ s", line)]


def test_the_first_run_makes_an_environment_and_later_runs_use_it(copy: Path) -> None:
    """One real environment, made, used, made again when the lock file changes, and made again after an interruption."""
    intruder = copy.parent / "intruder"
    intruder.mkdir()
    first = run(copy, "check", "--strict", PYTHONPATH=str(intruder))
    assert said(first) == MAKING
    assert first.stdout == "program: ['check', '--strict'] in .venv\nfound in: []\n"
    assert first.returncode == 2  # the program's own status, handed through

    python = copy / ".venv/bin/python"
    made = python.lstat().st_mtime_ns
    started = time.monotonic()
    second = run(copy)
    assert (second.stderr, second.returncode) == ("", 0)
    assert second.stdout.startswith("program: [] in .venv")
    assert time.monotonic() - started < 5
    assert python.lstat().st_mtime_ns == made

    (copy / "requirements.lock").write_text("# nothing, in other words\n")
    third = run(copy)
    assert said(third) == [
        "requirements.lock or Python has changed: installing anew into .venv (about a minute).",
        *MAKING[1:],
    ]
    assert third.stdout.startswith("program: [] in .venv")
    assert python.lstat().st_mtime_ns != made
    assert run(copy).stderr == ""


def test_without_venv_it_says_the_one_command_that_cures_it(copy: Path, tmp_path: Path) -> None:
    """Debian's python3 has no ensurepip until python3-venv is installed. What stood in .venv stays as it was."""
    folder = tmp_path / "bare"
    shutil.copytree(copy, folder, ignore=shutil.ignore_patterns(".venv"))
    (folder / ".venv").mkdir()
    (folder / ".venv/note.txt").write_text("kept")
    lacking = tmp_path / "lacking"
    lacking.mkdir()
    (lacking / "ensurepip.py").write_text("raise ModuleNotFoundError(\"No module named 'ensurepip'\")\n")
    done = run(folder, PYTHONPATH=str(lacking))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert done.stderr.splitlines() == [
        "This Python cannot make virtual environments: its venv module is not installed.",
        f"On Debian and Ubuntu this cures it:  apt install python{version}-venv",
        "Then run this command again.",
    ]
    assert (done.stdout, done.returncode) == ("", 1)
    assert (folder / ".venv/note.txt").read_text() == "kept"


def test_packages_that_cannot_be_installed_are_said_so_and_tried_again(copy: Path, tmp_path: Path) -> None:
    """A lock file that is none is refused by pip before it asks the network, so that this needs none."""
    folder = tmp_path / "broken"
    shutil.copytree(copy, folder, ignore=shutil.ignore_patterns(".venv"))
    (folder / "requirements.lock").write_text("this is no requirement\n")
    done = run(folder)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "The packages could not be installed. Check the connection to the internet and run this command again."
    )
    assert "Invalid requirement" in done.stderr  # pip's own words
    assert "Traceback" not in done.stderr
    assert not (folder / ".venv/requirements.lock.installed").exists()
    again = run(folder)
    assert said(again)[:3] == MAKING
    assert again.returncode == 1


def test_it_is_readable_for_pythons_that_are_too_old() -> None:
    ast.parse(BUILD.read_text("utf-8"), feature_version=(3, 6))


def test_it_imports_nothing_but_the_standard_library() -> None:
    for node in ast.walk(ast.parse(BUILD.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            assert name.partition(".")[0] in sys.stdlib_module_names, name


# each step, without doing it


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """build.py as a module, in an empty folder, with an environment that is made at once and holds nothing."""
    for name in ("EBBTIDE_CHROMIUM", "EBBTIDE_FULL"):  # this run's own
        monkeypatch.delenv(name, raising=False)
    shutil.copyfile(BUILD, tmp_path / "build.py")
    for lock in ("requirements.lock", "requirements-test.lock"):
        (tmp_path / lock).write_text(f"# {lock}\n")
    spec = importlib.util.spec_from_file_location("build_under_test", tmp_path / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def create(folder: Path, **_: object) -> None:
        (folder / "bin").mkdir(parents=True)
        (folder / "bin/python").write_text("")

    monkeypatch.setattr("venv.create", create)
    monkeypatch.setattr(os, "execv", lambda program, command: (_ for _ in ()).throw(HandedOver(command)))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(os, "chdir", lambda _: None)
    return module


class HandedOver(Exception):
    pass


def outcome(build: ModuleType, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> list[str] | int:
    """The command that it hands over to, or its exit status."""
    monkeypatch.setattr(sys, "argv", ["build.py", *arguments])
    try:
        build.main()
    except HandedOver as handed:
        return [str(word) for word in handed.args[0]]
    except SystemExit as end:
        return int(end.code or 0)
    raise AssertionError("it neither ended nor handed over")


class Commands:
    """Stands in for subprocess.run: notes commands, and answers as it is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: Callable[[list[str]], object] = lambda _: None) -> None:
        self.done: list[list[str]] = []

        def run(command: list[str], **_: object) -> object:
            self.done.append([str(word) for word in command])
            return answer(command) or SimpleNamespace(returncode=0, stdout="")

        monkeypatch.setattr(subprocess, "run", run)


def test_pip_is_asked_for_digests_and_kept_apart(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commands = Commands(monkeypatch)
    assert outcome(build, monkeypatch, "check") == [f"{tmp_path}/.venv/bin/python", "-s", "-m", "ebbtide", "check"]
    (pip,) = commands.done
    assert pip[:5] == [f"{tmp_path}/.venv/bin/python", "-I", "-m", "pip", "install"]
    assert "--require-hashes" in pip
    assert pip[-2:] == ["-r", f"{tmp_path}/requirements.lock"]
    assert not [word for word in pip if "index" in word or "://" in word]
    assert os.environ["PYTHONPATH"] == str(tmp_path)


def test_what_makes_it_install_anew(build: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def installs() -> int:
        commands = Commands(monkeypatch)
        outcome(build, monkeypatch)
        return len(commands.done)

    assert [installs(), installs()] == [1, 0]
    (tmp_path / "requirements.lock").write_text("# other\n")
    assert [installs(), installs()] == [1, 0]
    monkeypatch.setattr(sys, "version", "3.99 (another Python)")
    assert [installs(), installs()] == [1, 0]
    (tmp_path / ".venv/requirements.lock.installed").unlink()  # as an interruption leaves it
    assert [installs(), installs()] == [1, 0]
    (tmp_path / ".venv/bin/python").unlink()
    assert [installs(), installs()] == [1, 0]
    (tmp_path / ".venv/requirements.lock.installed").write_bytes(b"half of wha")
    assert [installs(), installs()] == [1, 0]


def test_a_too_old_python_is_told_so(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    monkeypatch.setattr(sys, "version", "3.10.13 (main)")
    assert outcome(build, monkeypatch) == 1
    assert capsys.readouterr().err == "Ebbtide needs Python 3.11 or newer; this is 3.10.13.\n"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (subprocess.CalledProcessError(1, ["ensurepip"], output=b"ensurepip said this"), "ensurepip said this"),
    ],
)
def test_an_environment_that_cannot_be_made(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, words: str
) -> None:
    def create(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("venv.create", create)
    assert outcome(build, monkeypatch) == 1
    printed = capsys.readouterr().err
    assert words in printed
    assert "The virtual environment could not be made in" in printed


def test_an_installation_without_end_is_given_up(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(command: list[str]) -> None:
        raise subprocess.TimeoutExpired(command, 1800)

    Commands(monkeypatch, never)
    assert outcome(build, monkeypatch) == 1
    assert "not done after 30 minutes, so it was given up" in capsys.readouterr().err


def test_ctrl_c_is_no_traceback(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_: list[str]) -> None:
        raise KeyboardInterrupt

    Commands(monkeypatch, interrupt)
    assert outcome(build, monkeypatch) == 130
    assert capsys.readouterr().err.endswith("Stopped. The next run goes on from here.\n")


# the test verb


def programs(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name in names else None)


def test_tests_install_what_they_need_once(build: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    programs(monkeypatch, "chromium", "pdftotext", "apt-get")
    commands = Commands(monkeypatch)
    python = f"{tmp_path}/.venv/bin/python"
    assert outcome(build, monkeypatch, "test", "-k", "phone") == [python, "-s", "-m", "pytest", "-k", "phone"]
    assert [command[-1] for command in commands.done] == [
        f"{tmp_path}/requirements.lock",
        f"{tmp_path}/requirements-test.lock",
    ]
    assert os.environ["EBBTIDE_CHROMIUM"] == "/bin/chromium"
    assert "EBBTIDE_FULL" not in os.environ
    commands.done.clear()
    del os.environ["EBBTIDE_CHROMIUM"]
    assert outcome(build, monkeypatch, "test", "--full", "-x") == [python, "-s", "-m", "pytest", "-x"]
    assert os.environ["EBBTIDE_FULL"] == "1"
    assert commands.done == []


def test_root_on_debian_gets_a_browser_from_debian(build: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    here = {"apt-get"}
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name in here else None)
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    def install(command: list[str]) -> None:
        if "install" in command and "chromium" in command and command[0] == "/bin/apt-get":
            here.update({"chromium", "pdftotext"})

    commands = Commands(monkeypatch, install)
    outcome(build, monkeypatch, "test")
    apt = [command for command in commands.done if command[0] == "/bin/apt-get"]
    assert apt[0][1] == "update"
    assert {"chromium", "poppler-utils", "--no-install-recommends"} <= set(apt[1])
    assert os.environ["EBBTIDE_CHROMIUM"] == "/bin/chromium"


def test_others_get_playwright_s_own_browser(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    programs(monkeypatch, "apt-get", "pdftotext")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    own = tmp_path / "chrome"

    def answer(command: list[str]) -> object:
        if "playwright" in command:
            own.write_text("")
        return SimpleNamespace(returncode=0, stdout=f"{own}\n") if "-c" in command else None

    commands = Commands(monkeypatch, answer)
    outcome(build, monkeypatch, "test")
    assert [command[-4:] for command in commands.done if "playwright" in command] == [
        ["-m", "playwright", "install", "chromium"]
    ]
    assert not [command for command in commands.done if "apt-get" in command[0]]
    assert os.environ["EBBTIDE_CHROMIUM"] == str(own)


def test_no_browser_is_a_failure_and_one_clear_sentence(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    programs(monkeypatch, "pdftotext")
    Commands(monkeypatch, lambda command: SimpleNamespace(returncode=1, stdout="no network"))
    monkeypatch.setattr(build, "is_installed", lambda _: True)
    assert outcome(build, monkeypatch, "test") == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        "The tests need a Chromium browser and none could be installed. Install one (on Debian: apt install chromium) and run this again."
    )


def test_a_browser_that_is_named_must_be_there(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    programs(monkeypatch, "chromium", "pdftotext")
    Commands(monkeypatch)
    os.environ["EBBTIDE_CHROMIUM"] = "/nowhere/chromium"
    assert outcome(build, monkeypatch, "test") == 1
    assert (
        capsys.readouterr().err.splitlines()[-1]
        == "EBBTIDE_CHROMIUM names /nowhere/chromium, and there is no such program."
    )


# what the lock files must be


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_lock_files_pin_everything_with_digests_and_name_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash=)", text, re.MULTILINE)
    entries = re.split(r"\n(?=\S)", re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).strip())
    assert len(entries) > 10
    for entry in entries:
        assert re.match(r"[a-z0-9-]+(?:\[[a-z,]+\])?==\S+.*--hash=sha256:[0-9a-f]{64}", entry), entry[:80]


def test_what_building_needs_is_locked_alike_for_testing() -> None:
    """Else installing the one would change the other."""

    def pins(lock: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9-]+==[^\s;\\]+", (ROOT / lock).read_text(), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-test.lock")
