"""The command line: verbs, progress, printing, exit status, and the clock. Nothing else in the program prints, exits or asks the date.

Problems and the summary go to standard output, progress to standard error; in a pipe there is no progress.
Exit status: 0 clean (warnings alone are clean, unless ``--strict``), 1 errors, 2 wrong usage.

What does the work is imported by the verb that needs it: help and wrong usage are answered at once, and the rest begins within a
quarter of a second.
"""

from __future__ import annotations

import datetime
import io
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from ebbtide import __version__
from ebbtide.problem import Problem, as_dict, as_github, as_json, as_text, errors

if TYPE_CHECKING:
    from ebbtide.model.questionnaire import Questionnaire
    from ebbtide.pipeline import Made, Options
    from ebbtide.selfcheck import Plan

ROOT = Path(__file__).resolve().parent.parent
Format = Literal["text", "json", "github"]
_Command = TypeVar("_Command", bound=Callable[..., Any])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a verb. Without one, build."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, io.TextIOWrapper
        ):  # a terminal that lacks a sign must not turn a problem into a traceback
            stream.reconfigure(errors="backslashreplace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("-") and given[0] not in ("--help", "-h", "--version")):
        given.insert(0, "build")
    try:
        verbs(given, prog_name="build.py", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except OSError as error:
        _say_error(
            f"{error.strerror or error}: {error.filename or 'a file'}. Nothing that was whole before is broken; mend this and run again."
        )
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ebbtide")
def verbs() -> None:
    """Ebbtide turns content/ and templates/ into a site about withdrawal: articles, self-checks, and a way to reach help."""


def _day(context: click.Context, option: click.Parameter, value: str | None) -> datetime.date:
    if value is None:
        return datetime.date.today()
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("write year, month and day as in 2026-11-24") from None


def _processors() -> int:
    """How many this process may use: in a container often fewer than the machine has."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, 64)


def common(command: _Command) -> _Command:
    """The options that every verb takes which reads the content."""
    folder = click.Path(file_okay=False, path_type=Path)
    for option in reversed((
        click.option("--content", type=folder, default=ROOT / "content", show_default="content/", help="The folder with what is said."),
        click.option("--templates", type=folder, default=ROOT / "templates", show_default="templates/",
                     help="The folder with how it looks. What it lacks is taken from ours."),
        click.option("--out", type=folder, default=ROOT / "site", show_default="site/", help="The folder to build into."),
        click.option("--base-url", metavar="URL", help="The address that the site will have; stands in for base_url in site.yaml."),
        click.option("--jobs", type=click.IntRange(1, 64), default=_processors, show_default="processors", help="Processes to share large work among."),
        click.option("--strict", is_flag=True, help="Treat warnings as errors."),
        click.option("--today", callback=_day, metavar="YYYY-MM-DD", help="The day to judge review dates by."),
    )):  # fmt: skip
        command = option(command)
    return command


def _options(
    content: Path, templates: Path, out: Path, base_url: str | None, jobs: int, today: datetime.date, **more: Any
) -> Options:
    from ebbtide.pipeline import Options

    if not content.is_dir():
        raise click.UsageError(f"There is no folder {_shown(content)}. Name the content folder with --content.")
    if not templates.is_dir():
        raise click.UsageError(f"There is no folder {_shown(templates)}. Name the templates folder with --templates.")
    if base_url is not None and not base_url.startswith(("https://", "http://")):
        raise click.UsageError("--base-url begins with https://.")
    ours = ROOT / "templates"
    folders = [templates] if templates.resolve() == ours.resolve() else [templates, ours]
    return Options(
        content=content, templates=tuple((folder.resolve(), _shown(folder)) for folder in folders), out=out, today=today,
        version=__version__, content_name=_shown(content), base_url=base_url, jobs=jobs, **more,
    )  # fmt: skip


def _shown(folder: Path) -> str:
    """A folder as the person who typed the command would name it."""
    whole, here = folder.resolve(), Path.cwd()
    return whole.relative_to(here).as_posix() if whole != here and whole.is_relative_to(here) else whole.as_posix()


_format = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="How problems are printed.",
)
_report = click.option(
    "--report", is_flag=True, help="Print how heavy pages are, by kind, how much is left, and which come nearest to it."
)


@verbs.command()
@common
@click.option("--clean", is_flag=True, help="Write every file again, also those that have not changed.")
@_format
@_report
def build(strict: bool, clean: bool, form: Format, report: bool, **common_options: Any) -> None:
    """Read, judge and write the site. Without a verb, this is done."""
    from ebbtide import pipeline

    options = _options(clean=clean, **common_options)
    started = time.perf_counter()
    made = pipeline.build(options, strict=strict, progress=_progress)
    _finish(made, form, strict=strict, seconds=time.perf_counter() - started, out=options.out, report=report)


@verbs.command()
@common
@_format
@_report
@click.option("--reading", is_flag=True, help="Print how hard each article is to read, the hardest last.")
@click.option("--rules", is_flag=True, help="Print the manual of rules, and stop.")
def check(strict: bool, form: Format, report: bool, reading: bool, rules: bool, **common_options: Any) -> None:
    """Do all that build does, but write nothing."""
    from ebbtide import pipeline

    if rules:
        from ebbtide.rulebook import manual

        click.echo(manual(), nl=False)
        return
    options = _options(**common_options)
    started = time.perf_counter()
    made = pipeline.make(options, progress=_progress)
    _finish(made, form, strict=strict, seconds=time.perf_counter() - started, reading=reading, report=report)


@verbs.command()
@click.argument("name", metavar="ID")
@click.argument("answers", required=False, metavar="[ANSWERS.json|-]")
@common
def score(name: str, answers: str | None, **common_options: Any) -> None:
    """The result that answers give, as JSON, by the reference scorer.

    ID is the id of a questionnaire, or the path to its YAML file. ANSWERS is a JSON object of answers by question, from a file or
    (with -) from standard input: an option's id, a list of ids, a number, "HH:MM", or null. A question left out counts as passed
    over. Without ANSWERS, every question does.
    """
    from ebbtide.selfcheck import score as reference_scorer

    _, plan = _questionnaire(name, common_options["content"])
    given = _answers(answers)
    try:
        result = reference_scorer(plan, given)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    click.echo(json.dumps(result, ensure_ascii=False, indent=2))


@verbs.command()
@click.argument("name", metavar="ID")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--against", metavar="OLD.yaml", help="An earlier version: says which answers now give another result.")
@click.option("--html", "page", metavar="FILE", help="Write a page that draws how the scores behave.")
@common
def prove(name: str, form: str, against: str | None, page: str | None, strict: bool, **common_options: Any) -> None:
    """What is proved of a questionnaire, with an example in words for each failure.

    ID is the id of a questionnaire, or the path to its YAML file. Exit status 1 where a proof fails.
    """
    from ebbtide.selfcheck import proofs

    questionnaire, plan = _questionnaire(name, common_options["content"])
    proof = proofs.prove(questionnaire, plan)
    report, texts = proof.report(), [proof.text()]
    if against is not None:
        comparison = proofs.compare(*_questionnaire(against, common_options["content"]), questionnaire, plan)
        report["against"] = comparison.report()
        texts.append(comparison.text())
    if page is not None:
        from ebbtide import scaffold

        _scaffolded(scaffold.proof_page(Path(page), proofs.report_html(questionnaire, plan, proof)))
    if form == "json":
        problems = [as_dict(problem) for problem in proof.problems]
        click.echo(json.dumps({"problems": problems, **report}, ensure_ascii=False, indent=2))
    else:
        _print(proof.problems, "text")
        click.echo("\n\n".join(text.rstrip() for text in texts))
    if errors(proof.problems) or (strict and proof.problems):
        sys.exit(1)


def _questionnaire(name: str, content: Path) -> tuple[Questionnaire, Plan]:
    """A questionnaire by its id or its file. Prints its problems and ends with status 1 where it cannot be compiled."""
    from ebbtide import load
    from ebbtide.model.base import nearest

    file = (
        Path(name) if name.endswith((".yaml", ".yml")) or "/" in name else content / "questionnaires" / f"{name}.yaml"
    )
    if not file.is_file():
        known = sorted(each.stem for each in (content / "questionnaires").glob("*.yaml"))
        raise click.UsageError(f"There is no questionnaire {name}. {nearest(name, known)}".rstrip())
    found, plan, problems = load.questionnaire(file, _shown(file))
    for problem in problems:
        click.echo(as_text(problem), err=True)
    if found is None or plan is None:
        sys.exit(1)
    return found, plan


def _answers(source: str | None) -> dict[str, Any]:
    if source is None:
        return {}
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text("utf-8")
        given = json.loads(text)
    except OSError as error:
        raise click.UsageError(f"{source} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise click.UsageError(f"The answers are not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise click.UsageError('The answers are not a JSON object. Write {"question": "answer"}.')
    return given


@verbs.command()
@common
@click.option("--port", type=click.IntRange(1, 65535), default=5500, show_default=True)
def serve(strict: bool, port: int, **common_options: Any) -> None:
    """Show the site on this machine, and anew whenever a file is saved. Problems are shown in place of the page."""
    from ebbtide import serve as server

    options = _options(drafts=True, **common_options)
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a shell starts what it puts into the background deaf to Ctrl+C

    def made_again(made: Made, seconds: float) -> None:
        _print(made.problems, "text")
        click.echo(_summary(made, seconds))

    try:
        server.run(
            options,
            port,
            strict=strict,
            on_ready=lambda address: click.echo(f"{address} (stop with Ctrl+C)"),
            on_made=made_again,
        )
    except KeyboardInterrupt:
        click.echo()
    except server.PortTaken as error:
        raise click.UsageError(f"Port {port} cannot be used: {error}. Choose another with --port.") from None


@verbs.group()
def new() -> None:
    """Write a file to begin with."""


@new.command("article")
@click.argument("name", metavar="SECTION/NAME")
@common
def new_article(name: str, strict: bool, **common_options: Any) -> None:
    """A new article, marked as a draft."""
    from ebbtide import scaffold

    _scaffolded(scaffold.article(_options(**common_options), name))


@new.command("questionnaire")
@click.argument("name", metavar="NAME")
@common
def new_questionnaire(name: str, strict: bool, **common_options: Any) -> None:
    """A new questionnaire, small and whole."""
    from ebbtide import scaffold

    _scaffolded(scaffold.questionnaire(_options(**common_options), name))


@new.command("schemas")
@common
def new_schemas(strict: bool, **common_options: Any) -> None:
    """JSON Schemas, so that an editor can complete and check the YAML while it is typed."""
    from ebbtide import scaffold

    _scaffolded(scaffold.schemas(_options(**common_options)))


def _scaffolded(result: tuple[list[Path], str]) -> None:
    files, refusal = result
    if refusal:
        raise click.UsageError(refusal)
    for file in files:
        click.echo(f"Wrote {_shown(file)}")


@new.command("facilities")
@click.argument("name", metavar="NAME")
@common
def new_facilities(name: str, strict: bool, **common_options: Any) -> None:
    """A new list of treatment places, to be filled in by hand."""
    from ebbtide import scaffold

    _scaffolded(scaffold.facilities(_options(**common_options), name))


@verbs.command("import")
@click.argument(
    "form", metavar="FORMAT", type=click.Choice(["auto", "directory", "locator-csv", "locator-json", "csv"])
)
@click.argument("files", metavar="FILE-OR-ADDRESS...", nargs=-1, required=True)
@click.option("--to", metavar="LIST", help="The list's folder in facilities/ of the content folder.")
@click.option(
    "--update", is_flag=True, help="Put a new edition in the place of a list that is there, and say what changed."
)
@click.option("--edition", metavar="TEXT", default="", help='What this edition is called: "2026 edition".')
@click.option(
    "--dated", metavar="YYYY[-MM[-DD]]", default="", help="When its facts were gathered, as exactly as is known."
)
@click.option(
    "--source",
    "address",
    metavar="URL",
    default="",
    help="The web address where readers can see where the list is from.",
)
@click.option(
    "--force", metavar="GATE", multiple=True, help="Open one gate that the list does not pass. Can be given again."
)
@click.option("--report", metavar="FILE", help="Write the whole report into a file.")
@common
def import_(
    form: str, files: tuple[str, ...], to: str | None, update: bool, edition: str, dated: str, address: str, force: tuple[str, ...],
    report: str | None, strict: bool, **common_options: Any,
) -> None:  # fmt: skip
    """Read a published list of treatment places into facilities/ of the content folder.

    FORMAT is directory (the national directory's workbook), locator-csv (the locator's table, also as a workbook), locator-json (its
    answers), csv (a table with the columns of docs/facilities.md), or auto. More files than one become one list; rows of the same site
    become one place. What was left out, and why, is reported. Exit status 1 where the list does not pass a gate; nothing is then written.
    """
    from ebbtide import bring_in

    options = _options(**common_options)
    wanted = bring_in.Wanted(form, files, to, update, edition, dated, address, frozenset(force))
    try:
        found = bring_in.gather(options, wanted, _progress, _transfer)
    except bring_in.Refused as refused:
        _say_error(str(refused))
        sys.exit(1)
    if report is not None:
        from ebbtide import scaffold

        scaffold.report(Path(report), found.report.text(None))
    click.echo(found.report.text(), nl=False)
    if not found.files:
        for gate in sorted({each.gate for each in found.report.shut}):
            click.echo(f"If you know better than this gate: --force {gate}")
        click.echo("Nothing was written.")
        sys.exit(1)
    changed = bring_in.write(options, found)
    folder = _shown(options.content / "facilities" / found.report.name)
    click.echo(
        f"Wrote {folder}/: {_count(changed, 'file')} changed." if changed else f"{folder}/ had all of this already."
    )


def _transfer(name: str) -> Callable[[int, int], None]:
    """Tells a terminal how far a file has come."""
    if not sys.stderr.isatty():
        return lambda *_: None

    def said(done: int, whole: int) -> None:
        end = "\n" if done == whole else ""
        click.echo(f"\r{name}: {done / 1e6:.1f}{f' of {whole / 1e6:.1f}' if whole else ''} MB{end}", nl=False, err=True)

    return said


# printing


def _finish(
    made: Made, form: Format, *, strict: bool, seconds: float, out: Path | None = None, reading: bool = False, report: bool = False
) -> None:  # fmt: skip
    from ebbtide import weights
    from ebbtide.checks.reading import table

    measured = table(made.site) if reading and made.site else None
    weighed = weights.report(made.weights, made.rendered.all()) if report and made.rendered and made.weights else None
    if form == "json":
        pages = len(made.rendered.pages) if made.rendered else 0
        more: dict[str, object] = {"reading": measured and measured.report()} if reading else {}
        more |= {"weights": weighed and weighed.report()} if report else {}
        written = made.written is not None
        click.echo(as_json(made.problems, pages=pages, seconds=round(seconds, 3), written=written, **more))
    else:
        _print(made.problems, form)
        if measured:
            click.echo(measured.text())
        if weighed:
            click.echo(weighed.text())
        click.echo(_summary(made, seconds, out))
    if errors(made.problems) or (strict and made.problems):
        sys.exit(1)


def _print(problems: Iterable[Problem], form: Format) -> None:
    for problem in problems:
        if form == "github":
            click.echo(as_github(problem))
        else:
            color = "red" if problem.level == "error" else "yellow"
            text = as_text(problem)
            mark = f"{problem.level}[{problem.rule}]"
            click.echo(text.replace(mark, click.style(mark, fg=color, bold=True), 1) if sys.stdout.isatty() else text)


def _summary(made: Made, seconds: float, out: Path | None = None) -> str:
    pages = len(made.rendered.pages) if made.rendered else 0
    wrong = len(errors(made.problems))
    counted = (
        ", ".join(filter(None, (_count(wrong, "error"), _count(len(made.problems) - wrong, "warning"))))
        or "no problems"
    )
    took = f"{seconds:.2f} s"
    if made.written is None:
        return f"{'Nothing was written: ' if out else ''}{_count(pages, 'page') or 'no pages'}, {counted}, {took}."
    written = made.written
    changes = f"{_count(written.changed, 'file') or 'no file'} written, {written.removed:,} removed"
    changes = changes if written.changed or written.removed else "nothing had changed"
    return f"Built {_shown(out) if out else 'the site'}/: {_count(pages, 'page')}, {counted}, {written.size / 1000:,.0f} kB, {took} ({changes})."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}" if number else ""


def _say_error(text: str) -> None:
    click.echo(text, err=True)


def _progress(what: str, items: Iterable[Any], count: int) -> Iterator[Any]:
    """A bar on a terminal, for work that takes longer than a second."""
    if not sys.stderr.isatty():
        yield from items
        return
    started, bar = time.monotonic(), None
    try:
        for number, item in enumerate(items):
            if bar is None and time.monotonic() - started > 1:
                from rich.console import Console
                from rich.progress import Progress

                bar = Progress(console=Console(stderr=True), transient=True)
                task = bar.add_task(what, total=count)
                bar.start()
            yield item
            if bar is not None:
                bar.update(task, completed=number + 1)
    finally:  # also where the work is given up, or a terminal would be left without its cursor
        if bar is not None:
            bar.stop()
