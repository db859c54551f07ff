"""A self-check against the two form engines that people would take instead: bytes, time to the first question, time per answer.

Run it as ``python benchmarks/selfcheck.py``; it prints a table, and with ``--write`` puts it into ``benchmarks/selfcheck.md`` too.
All show the same questions, those of a questionnaire of the site: our page as it is built, with its help bar, its navigation and
its results; SurveyJS (npm ``survey-core`` with ``survey-js-ui``) one question a page; LHC-Forms (npm ``lforms``) as the one long
form that it is. The rivals' pages hold nothing else. All come from one local server under gzip -9, in Chromium with a phone's
viewport, an empty cache, slow 3G (400 kbit/s, 400 ms a request) and a processor 4 times slower; numbers are medians.

What a page fetches when the reader goes on (ours: what its result has besides words) is told apart. A *step* is an answer and the way on to the next question, measured from the press until the browser has painted; LHC-Forms has no
way on, so its step is the answer alone.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import gzip
import html
import http.server
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from ebbtide import pipeline
from ebbtide.load import load
from tests.npm import CACHE, PINNED, package

ROOT = Path(__file__).parents[1]
PACKAGES = ("survey-core", "survey-js-ui", "lforms")
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 400_000 / 8, "uploadThroughput": 400_000 / 8}
SLOWER = 4
STEPS = 8
_TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

_WATCH = """
window.__shift = 0;
new PerformanceObserver((list) => { for (const each of list.getEntries()) window.__shift += each.value; })
  .observe({ type: "layout-shift", buffered: true });
window.__look = (selector) => {
  const look = () => {
    const found = [...document.querySelectorAll(selector)].find((each) => each.getClientRects().length);
    if (found) window.__first = performance.now();
    else requestAnimationFrame(look);
  };
  look();
};
"""
_STEP = """async ([answers, next]) => {
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.getClientRects().length);
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const times = [];
  for (let step = 0; step < STEPS; step++) {
    const choices = shown(answers);
    const choice = next ? choices[0] : choices[step];
    if (!choice) break;
    const from = performance.now();
    choice.click();
    if (next) shown(next)[0].click();
    await painted();
    times.push(performance.now() - from);
    await new Promise((done) => setTimeout(done, 400));
  }
  return times;
}""".replace("STEPS", str(STEPS))


@dataclass(frozen=True)
class Rival:
    """A page to measure: its address, what an answer is in it, the button that leads on ("" where there is none)."""

    name: str
    address: str
    answer: str
    on: str


@dataclass(frozen=True)
class Measured:
    bytes: int
    later: int
    requests: int
    first: float
    step: float
    shift: float
    without_script: int


class _Host(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        body = _packed(path)
        self.send_response(200)
        self.send_header("Content-Type", _TYPES.get(path.suffix, "application/octet-stream"))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@functools.cache
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder over HTTP on this machine; gives the address of its root, without the last slash."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Host, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def packages(cache: Path) -> dict[str, Path]:
    """The rivals' packages, fetched once into a folder outside the project. None of their scripts is run by that."""
    return {name: package(name, cache) for name in PACKAGES}


def questionnaire(id: str) -> list[dict[str, Any]]:
    """The questions of a self-check of the site, and the words and points of their answers."""
    site, _ = load(ROOT / "content", "content", datetime.date(2026, 11, 24))
    assert site is not None
    (check,) = [each for each in site.selfchecks if each.questionnaire.id == id]
    return [
        {
            "id": ask.id,
            "ask": ask.ask,
            "many": ask.kind == "many",
            "options": [(each.id, each.words, each.points) for each in ask.choices],
        }
        for ask in check.sheet.questions
    ]


def survey(questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The questions as SurveyJS takes them."""
    elements = [
        {"type": "checkbox" if each["many"] else "radiogroup", "name": each["id"], "title": each["ask"],
         "choices": [{"value": id, "text": words} for id, words, _ in each["options"]]}
        for each in questions
    ]  # fmt: skip
    return {
        "elements": elements,
        "questionsOnPageMode": "questionPerPage",
        "showProgressBar": True,
        "showQuestionNumbers": True,
    }


def fhir(questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The questions as a FHIR R4 Questionnaire, as LHC-Forms takes them; radio buttons, as on the other pages."""
    points, control = (
        "http://hl7.org/fhir/StructureDefinition/ordinalValue",
        "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl",
    )
    shown = {
        "url": control,
        "valueCodeableConcept": {
            "coding": [{"system": "http://hl7.org/fhir/questionnaire-item-control", "code": "radio-button"}]
        },
    }

    def option(id: str, words: str, value: str | None) -> dict[str, Any]:
        coding = {"valueCoding": {"code": id, "display": words}}
        return coding if value is None else {**coding, "extension": [{"url": points, "valueDecimal": float(value)}]}

    items = [
        {"linkId": each["id"], "text": each["ask"], "type": "choice", "repeats": each["many"],
         "extension": [] if each["many"] else [shown], "answerOption": [option(*of) for of in each["options"]]}
        for each in questions
    ]  # fmt: skip
    return {"resourceType": "Questionnaire", "status": "active", "title": "Self-check", "item": items}


def pages(folder: Path, id: str, found: Mapping[str, Path]) -> list[Rival]:
    """Builds our site and the rivals' pages into a folder."""
    questions = questionnaire(id)
    made = pipeline.build(
        pipeline.Options(
            ROOT / "content",
            ((ROOT / "templates", "templates"),),
            folder / "ours",
            datetime.date(2026, 11, 24),
            "benchmark",
        )
    )
    assert made.written is not None
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Self-check</title>'
    copied = {
        "survey": [
            (found["survey-core"], "survey.core.min.js"),
            (found["survey-core"], "survey-core.min.css"),
            (found["survey-js-ui"], "survey-js-ui.min.js"),
        ],
        "lforms": [
            (found["lforms"] / "dist/lforms/webcomponent", name)
            for name in ("assets/lib/zone.min.js", "lhc-forms.js", "styles.css")
        ]
        + [(found["lforms"] / "dist/lforms/fhir/R4", "lformsFHIR.min.js")],
    }
    for name, files in copied.items():
        (folder / name).mkdir()
        for place, file in files:
            shutil.copy(place / file, folder / name / Path(file).name)
    (folder / "survey/index.html").write_text(
        f'{head}<link rel="stylesheet" href="survey-core.min.css"><div id="form"></div>'
        '<script src="survey.core.min.js"></script><script src="survey-js-ui.min.js"></script>'
        f'<script>new Survey.Model({json.dumps(survey(questions))}).render(document.getElementById("form"))</script>',
        "utf-8",
    )
    (folder / "lforms/index.html").write_text(
        f'{head}<link rel="stylesheet" href="styles.css"><div id="form"></div>'
        '<script src="zone.min.js"></script><script src="lhc-forms.js"></script><script src="lformsFHIR.min.js"></script>'
        f'<script>LForms.Util.addFormToPage({json.dumps(fhir(questions))}, "form")</script>',
        "utf-8",
    )
    return [
        Rival("this page", f"ours/questionnaires/{id}/", ".q input:not([data-pass])", "#go"),
        Rival("SurveyJS", "survey/", ".sd-question input", ".sd-navigation__next-btn"),
        Rival("LHC-Forms", "lforms/", "#form input[type=radio]", ""),
    ]


def measure(browser: Browser, site: str, rival: Rival) -> Measured:
    """One visit with an empty cache, and one without script."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, device_scale_factor=2)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    taken: list[int] = []
    devtools.on("Network.loadingFinished", lambda event: taken.append(int(event["encodedDataLength"])))
    for command, settings in (
        ("Network.enable", {}), ("Network.emulateNetworkConditions", SLOW), ("Emulation.setCPUThrottlingRate", {"rate": SLOWER}),
    ):  # fmt: skip
        devtools.send(command, settings)
    page.add_init_script(f"{_WATCH}__look({json.dumps(rival.answer)});")
    page.goto(f"{site}/{rival.address}", wait_until="commit", timeout=120_000)
    page.wait_for_function("() => window.__first", timeout=120_000)
    page.wait_for_load_state("load", timeout=120_000)
    page.wait_for_timeout(2_000)
    first, shift = page.evaluate("[window.__first, window.__shift]")
    bytes_, requests = sum(taken), len(taken)
    times = page.evaluate(_STEP, [rival.answer, rival.on])
    assert len(times) == STEPS, f"{rival.name}: {len(times)} steps"
    page.wait_for_timeout(3_000)
    later = sum(taken) - bytes_
    context.close()
    plain = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    bare = plain.new_page()
    bare.goto(f"{site}/{rival.address}")
    without = (
        bare.locator("fieldset:visible, input[type=radio]:visible").count() and bare.locator("fieldset:visible").count()
    )
    plain.close()
    return Measured(bytes_, later, requests, first / 1000, statistics.median(times), shift, without)


def middle(visits: Sequence[Measured]) -> Measured:
    """The median of each number."""
    return Measured(
        **{
            name: type(getattr(visits[0], name))(statistics.median(getattr(each, name) for each in visits))
            for name in Measured.__dataclass_fields__
        }
    )


def table(found: Mapping[str, Measured]) -> str:
    """As Markdown. Ratios are to the first."""
    ours = next(iter(found.values()))
    rows = [
        "| | kB gzip at first | kB on going on | requests at first | first question, s | step, ms | layout shift | questions without script |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, one in found.items():
        times = [
            "" if one is ours else f" ({theirs / mine:.1f}x)"
            for theirs, mine in ((one.bytes, ours.bytes), (one.first, ours.first), (one.step, ours.step))
        ]
        rows.append(
            f"| {html.escape(name)} | {one.bytes / 1000:.1f}{times[0]} | {one.later / 1000:.1f} | {one.requests} | {one.first:.2f}{times[1]} | {one.step:.0f}{times[2]} "
            f"| {one.shift:.3f} | {one.without_script or 'none'} |"
        )
    return "\n".join(rows)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument(
        "--check", default="withdrawal-symptoms", help="which self-check (default: withdrawal-symptoms)"
    )
    arguments.add_argument("--visits", type=int, default=3, help="visits to each page; the median counts (default: 3)")
    arguments.add_argument("--cache", type=Path, default=CACHE, help="where the rivals' packages are kept")
    arguments.add_argument("--write", action="store_true", help="put the table into benchmarks/selfcheck.md")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        rivals = pages(Path(temporary), given.check, packages(given.cache))
        browser = playwright.chromium.launch(executable_path=os.environ.get("EBBTIDE_CHROMIUM") or "/usr/bin/chromium")
        with served(Path(temporary)) as site:
            found: dict[str, Measured] = {}
            for rival in rivals:
                print(f"{rival.name} ...", file=sys.stderr)
                found[rival.name] = middle([measure(browser, site, rival) for _ in range(given.visits)])
        version = browser.version
        browser.close()
    text = table(found)
    print(text)
    if given.write:
        about = (__doc__ or "").split("\n\n", 1)[1].strip().replace("``", "`").replace("\n", " ")
        (ROOT / "benchmarks/selfcheck.md").write_text(
            f"# A self-check and its rivals\n\n{about}\n\n{given.check}, {given.visits} visits, Chromium {version}, "
            f"{', '.join(f'{name}@{PINNED[name][0]}' for name in PACKAGES)}.\n\n{text}\n",
            "utf-8",
        )


if __name__ == "__main__":
    main()
