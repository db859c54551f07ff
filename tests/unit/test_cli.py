"""The command line: exit statuses, what is printed where, and in which form."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ebbtide import __version__, cli
from tests.small_site import ROOT, tree, write_site

DAY = ("--today", "2026-11-24", "--jobs", "1")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_site(tmp_path / "content")


@pytest.fixture
def run(content: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a verb on the small site in this process: exit status, standard output, standard error."""

    def run(*arguments: str, site: Path = content) -> tuple[int, str, str]:
        verb = [arguments[0]] if arguments and not arguments[0].startswith("-") else []
        given = [*verb, "--content", str(site), "--out", str(content.parent / "site"), *DAY, *arguments[len(verb) :]]
        try:
            cli.main(given)
        except SystemExit as end:
            status = int(end.code or 0)
        else:
            status = 0
        printed = capfd.readouterr()
        return status, printed.out, printed.err

    return run


def process(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    """Run it as a process of its own, in a pipe."""
    return subprocess.run(
        [sys.executable, "-m", "ebbtide", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        **more,
    )  # type: ignore[call-overload, no-any-return]


def break_(content: Path) -> None:
    """One error, on line 7."""
    file = content / "articles/first/always.md"
    file.write_text(file.read_text().replace("[@A1] [Nothing]", "[@A1; @A9] [Nothing]"))


def warn(content: Path) -> None:
    """One warning."""
    (content / "sources.yaml").write_text(
        (content / "sources.yaml").read_text() + "  B1: {title: Unused, evidence: None}\n"
    )


# exit statuses, and what is printed


def test_a_clean_build(run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    status, out, err = run("build")
    assert (status, err) == (0, "")
    assert re.fullmatch(
        r"Built \S*site/: \d+ pages, no problems, \d+ kB, \d+\.\d\d s \(\d+ files written, 0 removed\)\.\n", out
    )
    status, out, err = run()  # no verb is build
    assert (status, err) == (0, "")
    assert out.endswith(" (nothing had changed).\n")
    (tmp_path / "site/index.html").unlink()
    assert run("build")[1].endswith(" (1 file written, 0 removed).\n")
    assert re.search(r"\(\d\d files written, 0 removed\)", run("--clean")[1])


def test_a_clean_check_writes_nothing(run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    status, out, err = run("check")
    assert (status, err) == (0, "")
    assert re.fullmatch(r"\d+ pages, no problems, \d+\.\d\d s\.\n", out)
    assert not (tmp_path / "site").exists()


def test_errors_are_printed_and_nothing_is_written(
    run: Callable[..., tuple[int, str, str]], content: Path, tmp_path: Path
) -> None:
    run("build")
    before = tree(tmp_path / "site", with_list=True)
    break_(content)
    warn(content)
    for verb in ("build", "check"):
        status, out, err = run(verb)
        assert (status, err) == (1, "")
        first, second, last = out.splitlines()
        assert re.match(rf"{content}/articles/first/always\.md:7:\d+: error\[unknown-source\] ", first)
        assert first.endswith(".")
        assert second.startswith(f"{content}/sources.yaml:3:3: warning[unused-source] nothing cites B1.")
        assert re.fullmatch(
            rf"{'Nothing was written: ' if verb == 'build' else ''}\d+ pages, 1 error, 1 warning, \d+\.\d\d s\.", last
        )
    assert tree(tmp_path / "site", with_list=True) == before


def test_warnings_alone_are_clean_unless_strict(
    run: Callable[..., tuple[int, str, str]], content: Path, tmp_path: Path
) -> None:
    warn(content)
    assert run("check")[0] == 0
    assert run("check", "--strict")[0] == 1
    status, out, _ = run("build", "--strict")
    assert status == 1
    assert out.splitlines()[-1].startswith("Nothing was written: ")
    assert not (tmp_path / "site").exists()
    status, out, _ = run("build")
    assert status == 0
    assert ", 1 warning, " in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--content", "nowhere"), "Error: There is no folder nowhere. Name the content folder with --content."),
        (("check", "--templates", "nowhere"), "Error: There is no folder nowhere. Name the templates folder with --templates."),
        (("check", "--content", "pyproject.toml"), "Error: Invalid value for '--content': Directory 'pyproject.toml' is a file."),
        (("check", "--today", "24.11.2026"), "Error: Invalid value for '--today': write year, month and day as in 2026-11-24"),
        (("check", "--base-url", "small.example"), "Error: --base-url begins with https://."),
        (("check", "--jobs", "0"), "Error: Invalid value for '--jobs': 0 is not in the range 1<=x<=64."),
        (("check", "--format", "xml"), "Error: Invalid value for '--format': 'xml' is not one of 'text', 'json', 'github'."),
        (("--strcit",), "Error: No such option '--strcit'. Did you mean '--strict'?"),
        (("biuld",), "Error: No such command 'biuld'."),
        (("new", "article", "nosection"), "Error: nosection is not the name of an article. Write section/name in small letters, digits and hyphens."),
        (("new", "article"), "Error: Missing argument 'SECTION/NAME'."),
        (("serve", "--port", "0"), "Error: Invalid value for '--port': 0 is not in the range 1<=x<=65535."),
    ],
)  # fmt: skip
def test_wrong_usage(
    arguments: tuple[str, ...], said: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    printed = capfd.readouterr()
    assert end.value.code == 2
    assert printed.out == ""
    line = printed.err.splitlines()[-1]
    assert line.removesuffix("(Possible options: --strict)").rstrip().startswith(said[:60]), line
    assert line.startswith("Error: ")


def test_help_and_version(capfd: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (
        (["--version"], [f"ebbtide, version {__version__}"]),
        (["--help"], ["Usage: build.py", "build", "check", "new", "serve"]),
        (["-h"], ["Usage: build.py"]),
        (["check", "--help"], ["--strict", "--format", "--today", "--jobs", "--base-url", "--content", "--templates"]),
    ):
        cli.main(arguments)
        printed = capfd.readouterr()
        assert all(word in printed.out for word in words)
        assert printed.err == ""


def test_a_folder_that_cannot_be_written_is_a_sentence(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    status, out, err = run("build", "--out", str(tmp_path / "file/site"))
    assert (status, out) == (1, "")
    assert (
        err
        == f"Not a directory: {tmp_path}/file/site. Nothing that was whole before is broken; mend this and run again.\n"
    )


def test_a_mistake_in_a_template_is_no_traceback(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    (tmp_path / "own/section.html").write_text("one\ntwo {{ nobody }}\n")
    status, out, err = run("check", "--templates", "own")
    assert (status, err) == (1, "")
    assert out.splitlines()[0] == (
        "own/section.html:2:1: error[template] 'nobody' is undefined, while making the page first/. "
        "Mend this line of the template, or delete your copy of the file to use the one that comes with the program."
    )


def test_places_are_named_as_the_command_named_them(
    content: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_(content)
    for folder, given, shown in (
        (content.parent, "content", "content/articles"),
        (content.parent, "./content/", "content/articles"),
        (content.parent / "content", "../content", f"{content}/articles"),
    ):
        monkeypatch.chdir(folder)
        with pytest.raises(SystemExit):
            cli.main(["check", "--content", given, *DAY])
        assert capfd.readouterr().out.startswith(f"{shown}/first/always.md:7:")


# forms


def test_json_is_one_document_and_nothing_else(run: Callable[..., tuple[int, str, str]], content: Path) -> None:
    status, out, err = run("build", "--format", "json")
    made = json.loads(out)
    assert (status, err, made["problems"], made["written"]) == (0, "", [], True)
    assert made["pages"] > 5
    break_(content)
    status, out, err = run("check", "--format", "json")
    (problem,) = json.loads(out)["problems"]
    assert (status, err) == (1, "")
    assert problem.keys() == {"path", "line", "column", "level", "rule", "message", "hint"}
    assert (problem["path"], problem["line"], problem["level"], problem["rule"]) == (
        f"{content}/articles/first/always.md", 7, "error", "unknown-source",
    )  # fmt: skip
    assert json.loads(out)["written"] is False


def test_github_annotations(run: Callable[..., tuple[int, str, str]], content: Path) -> None:
    break_(content)
    warn(content)
    _, out, _ = run("check", "--format", "github")
    lines = out.splitlines()
    assert re.match(r"::error file=\S+/articles/first/always\.md,line=7,col=\d+,title=unknown-source::", lines[0])
    assert re.match(r"::warning file=\S+/sources\.yaml,line=3,col=3,title=unused-source::nothing cites B1", lines[1])


def test_the_rules_are_a_list(run: Callable[..., tuple[int, str, str]]) -> None:
    status, out, _ = run("check", "--rules")
    assert status == 0
    for rule in ("unknown-source", "page-dead-link", "foreign-file", "template", "duplicate-key"):
        assert re.search(rf"\b{rule}\b", out)


# options


def test_the_day_decides_what_is_overdue(run: Callable[..., tuple[int, str, str]]) -> None:
    assert "overdue-review" not in run("check", "--today", "2027-11-01")[1]
    assert "overdue-review" in run("check", "--today", "2027-11-02")[1]


def test_base_url_stands_in_for_the_site_s_own(run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    assert run("--base-url", "https://elsewhere.example/below/")[0] == 0
    assert "https://elsewhere.example/below/first/always/" in (tmp_path / "site/sitemap.xml").read_text()
    assert "small.example/first" not in (tmp_path / "site/first/always/index.html").read_text()


def test_as_many_processes_as_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 <= cli._processors() <= 64
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(128)), raising=False)
    assert cli._processors() == 64
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cli._processors() == 1


def test_new_files_are_named(
    run: Callable[..., tuple[int, str, str]], content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(content.parent)
    monkeypatch.setattr(sys, "argv", ["build.py"])
    for arguments, expected in (
        (
            ["article", "first/fresh"],
            "Wrote content/articles/first/fresh.md\nWrote content/.schemas/article.schema.json\n",
        ),
        (
            ["questionnaire", "fresh"],
            "Wrote content/questionnaires/fresh.yaml\nWrote content/.schemas/questionnaire.schema.json\n",
        ),
    ):
        out = io.StringIO()
        monkeypatch.setattr(sys, "stdout", out)
        cli.main(["new", *arguments, "--content", "content", *DAY])
        assert out.getvalue() == expected


# a pipe, a terminal, and one that lacks signs


def test_in_a_pipe_there_is_nothing_but_problems_and_the_summary(content: Path, tmp_path: Path) -> None:
    warn(content)
    done = process("build", "--content", str(content), "--out", str(tmp_path / "site"), *DAY)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 2
    assert "\x1b" not in done.stdout


def test_a_terminal_that_lacks_a_sign_gets_its_number(content: Path) -> None:
    """Latin-1 has no dash of that kind; click itself takes an ASCII terminal for one of UTF-8."""
    file = content / "articles/first/always.md"
    file.write_text(file.read_text().replace("[@A1] [Nothing]", "[@A1] [x](na\u00efve\u2013link.md) [Nothing]"))
    done = subprocess.run(
        [sys.executable, "-m", "ebbtide", "check", "--content", str(content), *DAY],
        cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "latin-1"}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert "there is no article first/na\u00efve\\u2013link." in done.stdout.decode("latin-1")


def test_a_reader_that_goes_away_is_no_traceback(content: Path) -> None:
    break_(content)
    running = subprocess.Popen(
        [sys.executable, "-m", "ebbtide", "check", "--content", str(content), *DAY],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    said = running.stderr.read().decode()
    running.stderr.close()
    assert running.wait() == 1
    assert "Traceback" not in said


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_on_a_terminal_for_what_takes_longer_than_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(1000))
    monkeypatch.setattr(cli.time, "monotonic", lambda: next(seconds) * 0.4)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    assert list(cli._progress("pages", range(10), 10)) == list(range(10))
    assert "pages" in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K")  # the bar leaves no trace


def test_no_bar_for_what_is_done_at_once_and_none_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(cli._progress("pages", range(10), 10)) == list(range(10))
    assert terminal.getvalue() == ""
    monkeypatch.setattr(sys, "stderr", pipe := io.StringIO())
    seconds = iter(range(1000))
    monkeypatch.setattr(cli.time, "monotonic", lambda: next(seconds) * 0.4)
    assert list(cli._progress("pages", range(10), 10)) == list(range(10))
    assert pipe.getvalue() == ""


def test_a_bar_gives_the_terminal_back_when_the_work_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(1000))
    monkeypatch.setattr(cli.time, "monotonic", lambda: next(seconds) * 0.9)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")

    def work() -> Iterator[int]:
        yield from range(5)
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        list(cli._progress("pages", work(), 10))
    assert "\x1b[?25h" in terminal.getvalue()  # the cursor is shown again


def test_colors_on_a_terminal_alone(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    break_(content)
    for stream, colored in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(SystemExit):
            cli.main(["check", "--content", str(content), *DAY])
        assert ("\x1b[31m" in stream.getvalue()) is colored


# a start without waiting


def loaded(code: str) -> set[str]:
    """Modules that are loaded after a piece of code has run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules, file=sys.stderr)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stderr.split())


def test_help_loads_next_to_nothing() -> None:
    got = loaded("from ebbtide.cli import main\nmain(['--help'])")
    assert not got & {
        "pydantic",
        "jinja2",
        "markdown",
        "yaml",
        "babel",
        "nh3",
        "phonenumbers",
        "rich",
        "tornado",
        "ebbtide.pipeline",
    }


def test_a_check_loads_nothing_that_it_does_not_need(content: Path) -> None:
    (content / "media/drawing.svg").unlink()
    article = content / "articles/first/always.md"
    article.write_text(article.read_text().replace("![A drawing](../../media/drawing.svg)", ""))
    got = loaded(
        f"from ebbtide.cli import main\nmain(['check', '--content', {str(content)!r}, '--today', '2026-11-24'])"
    )
    assert "ebbtide.pipeline" in got
    assert not got & {
        "rich",
        "tornado",
        "livereload",
        "multiprocessing",
        "concurrent.futures.process",
        "imagesize",
        "http.client",
    }
