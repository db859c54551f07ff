"""The search: its index, its pure core in Node, and 60 lay queries on the real site."""

from __future__ import annotations

import gzip
import json
import random
import re
import subprocess
from functools import cache
from typing import Any

import pytest
import yaml

from ebbtide import pipeline
from ebbtide.assets import CLIENT
from ebbtide.model.base import parse
from ebbtide.model.page import Page
from ebbtide.model.search import Synonyms, tokens
from ebbtide.search import Document, index_files, letters
from ebbtide.search.index import COMMON, DIGITS, KEPT, coded, index_data, weights
from ebbtide.source import parse_yaml
from tests.npm import node
from tests.small_site import ROOT, options, write_site

CORE = (CLIENT / "search-core.js").as_uri()


def in_node(work: str, given: object) -> Any:
    """What a piece of script makes of `given`, with the search's core at hand."""
    program = f"import * as core from {json.dumps(CORE)};import {{readFileSync}} from 'fs';const given=JSON.parse(readFileSync(0,'utf8'));{work}"
    done = subprocess.run(
        [node(), "--input-type=module", "-e", program], input=json.dumps(given), capture_output=True, text=True, encoding="utf-8",
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def synonyms(text: str) -> Synonyms:
    document, problems = parse_yaml(text, "synonyms.yaml")
    assert document is not None, problems
    made, problems = parse(Synonyms, document.fields, document.places)
    assert made is not None, problems
    return made


def document(title: str, body: str = "", **more: str) -> Document:
    name = tokens(title)[0]
    return Document(f"a/{name}/", title, {"title": title, "body": body, **more}, f"article:a/{name}")


# words, the same in both languages

TEXTS = [
    "Can't sleep!", "can\u2019t breathe", "7-OH (7-hydroxymitragynine)", "Ça brûle très fort", "ÉTÉ İstanbul straße", "under_score", "911, 24/7", "",
    "  ", "ﬁts ½ x²", "нет сна", "眠れない 夜", "\u02bctis",
]  # fmt: skip


def test_words_are_cut_the_same_in_python_and_in_the_browser() -> None:
    assert in_node("console.log(JSON.stringify(given.map(core.tokens)))", TEXTS) == [tokens(text) for text in TEXTS]
    assert tokens("Can't sleep") == tokens("cant  SLEEP") == ["cant", "sleep"]
    assert tokens("brûlé") == ["brule"]


def osa(one: str, other: str) -> int:
    """Optimal string alignment distance, as a whole table."""
    rows = [
        [row + column if not row or not column else 0 for column in range(len(other) + 1)]
        for row in range(len(one) + 1)
    ]
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            rows[row][column] = min(
                rows[row - 1][column] + 1,
                rows[row][column - 1] + 1,
                rows[row - 1][column - 1] + (one[row - 1] != other[column - 1]),
            )
            if row > 1 and column > 1 and one[row - 1] == other[column - 2] and one[row - 2] == other[column - 1]:
                rows[row][column] = min(rows[row][column], rows[row - 2][column - 2] + 1)
    return rows[-1][-1]


def test_slips_are_counted_as_by_a_whole_table() -> None:
    chance = random.Random(11)
    pairs = [["".join(chance.choices("abc", k=chance.randrange(9))) for _ in "12"] for _ in range(2000)]
    found = in_node(
        "console.log(JSON.stringify(given.flatMap(([a,b]) => [1,2].map((most) => core.slips(a,b,most)))))", pairs
    )
    assert found == [min(osa(one, other), most + 1) for one, other in pairs for most in (1, 2)]


CLOSE = [
    ("anxity", "anxiety"), ("resltess", "restless"), ("diarea", "diarrhea"), ("sweatting", "sweating"), ("withdrawl", "withdrawal"), ("runs", "run"),
    ("legs", "leg"), ("sweats", "sweating"), ("nausia", "nausea"), ("wthdrawal", "withdrawal"),
]  # fmt: skip
APART = [("cat", "cut"), ("tea", "ten"), ("sleep", "steel"), ("sub", "rub"), ("pain", "rain")]


def test_words_that_are_meant_are_closer_than_words_that_are_not() -> None:
    close = in_node("console.log(JSON.stringify(given.map(([a,b]) => core.closeness(a,b,false))))", [*CLOSE, *APART])
    assert all(value >= 0.5 for value in close[: len(CLOSE)]), close
    assert all(value == 0 for value in close[len(CLOSE) :]), close


def test_what_is_still_being_typed_matches_the_beginning() -> None:
    opened, closed = in_node(
        "console.log(JSON.stringify([true,false].map((open) => core.closeness('bu','buprenorphine',open))))", None
    )
    assert opened > 0.6
    assert closed == 0


# the index

LIBRARY = (
    document("Restless legs at night", "Kick, stretch and walk. Iron may matter. Common word.", heading="Magnesium"),
    document("Sleep", "Dark room. Common word. Kick the phone out.", summary="What to do when you lie awake."),
    document("Vomiting", "Small sips. Common word.", point="Salt and sugar."),
)
WORDS = synonyms(
    "stop_words: [the, at]\n"
    "pages:\n  - {words: [the jumps, twitchy], to: ['article:a/restless', 'article:a/sleep']}\n  - {words: [puking], to: ['article:a/vomiting#x', 'article:a/gone']}\n"
)


def test_an_index_is_read_as_it_was_written() -> None:
    first, second = weights(LIBRARY, frozenset({"the", "at"}))
    assert "restless" in first
    assert "the" not in first
    assert "magnesium" in first
    assert "stretch" in second
    for made in (first, second):
        opened = in_node(
            "const index = core.openIndex(given, 3, []);"
            "console.log(JSON.stringify(index.words.map((word) => [word, core.find([{...index, stop: new Set(), read: []}], word, false).found.map(([d]) => d).sort()])))",
            coded(made),
        )
        assert [word for word, _ in opened] == sorted(made)
        for word, found in opened:
            assert set(made[word]) <= set(found), word


def test_numbers_are_written_without_signs_that_need_marks() -> None:
    assert len(set(DIGITS)) == 90
    assert json.dumps(DIGITS) == f'"{DIGITS}"'
    assert not set(DIGITS) & set(", ")


def test_a_word_of_running_text_keeps_the_pages_where_it_weighs_most() -> None:
    many = [document(f"Page{number}", "kick " * (number % 5 + 1) + "filler " * 9) for number in range(15)]
    many += [document(f"Other{number}", "else") for number in range(40)]
    assert "else" not in weights(many)[1], "it stands in most, and tells none of them from others"
    kept = weights(many)[1]["kick"]
    assert len(kept) == KEPT < COMMON * len(many)
    assert {4, 9, 14} <= set(kept)


def test_the_list_from_a_to_z_holds_every_title_and_every_word_once() -> None:
    shelves = letters(LIBRARY, WORDS)
    assert [(one.letter, [entry.text for entry in one.entries]) for one in shelves] == [
        ("J", ["the jumps"]), ("P", ["puking"]), ("R", ["Restless legs at night"]), ("S", ["Sleep"]), ("T", ["twitchy"]), ("V", ["Vomiting"]),
    ]  # fmt: skip
    assert [entry.document.url for one in shelves for entry in one.entries][:2] == ["a/restless/", "a/vomiting/"]
    assert [one.letter for one in letters((document("7-OH"), document("Été"), document("zoo")), None)] == [
        "#",
        "E",
        "Z",
    ]


def found(text: str, library: tuple[Document, ...] = LIBRARY, known: Synonyms | None = WORDS) -> list[str]:
    first, second = index_data(library, known)
    typed = [entry.text for one in letters(library, known) for entry in one.entries if not entry.is_title]
    numbers = in_node(
        "const [a, b] = [given.first, given.second].map((data) => core.openIndex(data, given.count, given.typed));"
        "console.log(JSON.stringify(core.find([a, b], given.text, true).found.map(([number]) => number)))",
        {"first": first, "second": second, "count": len(library), "typed": typed, "text": text},
    )
    return [library[number].title for number in numbers]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("the jumps", "Restless legs at night"), ("twichy", "Restless legs at night"), ("pukeing", "Vomiting"), ("restlesslegs", "Restless legs at night"),
        ("rest less", "Restless legs at night"), ("slepe", "Sleep"), ("suger", "Vomiting"), ("iron", "Restless legs at night"), ("vom", "Vomiting"), ("the", ""), ("zzzzzz", ""), ("", ""),
        ("!!!", ""),
    ],
)  # fmt: skip
def test_what_is_typed_finds_what_is_meant(text: str, first: str) -> None:
    assert (found(text) or [""])[0] == first


def test_without_synonyms_the_search_knows_the_words_of_the_pages() -> None:
    assert found("awake", known=None) == ["Sleep"]
    assert found("puking", known=None) == []


# words of danger

ALARMS = [
    ("I want to die", "want to die", True), ("i cant breath", "cant breathe", True), ("my chest really hurts", "chest hurts", True), ("chest pains", "chest pain", True),
    ("suicde", "suicide", True), ("suici", "suicide", True), ("overdoes", "overdose", True), ("can\u2019t breathe", "cant breathe", True),
    ("want to try a diet", "want to die", False), ("hurts in my chest", "chest hurts", False), ("side effects", "suicide", False), ("", "suicide", False),
    ("breathe", "cant breathe", False), ("gonna kil myself", "kill myself", True), ("cant take it", "cant wake", False), ("bill myself", "kill myself", False), ("die out i do so very much want to", "want to die", False), ("what fills me", "fits", False),
]  # fmt: skip


def test_words_of_danger_are_heard_through_slips_and_not_where_they_are_not() -> None:
    said = in_node("console.log(JSON.stringify(given.map(([text, phrase]) => core.alarms(text, phrase))))", ALARMS)
    assert said == [expected for *_, expected in ALARMS]


# the real site


@cache
def real() -> tuple[dict[str, bytes], Page]:
    made = pipeline.make(options(ROOT / "content", ROOT / "no-output"))
    assert made.rendered is not None
    page = next(page for page in made.rendered.pages if page.kind == "search")
    return {file.path: file.content for file in made.rendered.all()}, page


def real_index() -> dict[str, Any]:
    """The data that the real page's script would have, out of the finished files."""
    files, page = real()
    text = page.content.decode()
    data = {name: json.loads(re.search(r"^ebbtideSearch\(\"\w+\",(.*)\);$", content.decode(), re.MULTILINE)[1])  # type: ignore[index]
            for path, content in files.items() if (name := next(iter(re.findall(r"assets/search-(\w+)\.", path)), ""))}  # fmt: skip
    lines = re.findall(r'<li( class="w")?[^>]*><a href="../([^"]*)">([^<]*)</a>', text.partition('<div id="index">')[2])
    return {
        "first": data["words"], "second": data["texts"], "urls": [url for typed, url, _ in lines if not typed],
        "typed": [said.replace("&#39;", "'").replace("&amp;", "&") for typed, _, said in lines if typed],
    }  # fmt: skip


QUERIES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/search-queries.yaml").read_text("utf-8"))["queries"]
_ALL = (
    "const {urls} = given, [a, b] = [given.first, given.second].map((data) => core.openIndex(data, urls.length, given.typed));"
    "console.log(JSON.stringify(given.texts.map((text) => { let one = core.find([a], text, false);"
    "if (!one.sure || !one.found.length) one = core.find([a, b], text, false); return one.found.slice(0, 3).map(([number]) => urls[number]); })))"
)


def missed(queries: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Queries that do not find a right page among the first three, with what they find."""
    index = real_index()
    pages = set(index["urls"])
    assert all(set(query["pages"]) <= pages for query in queries), "a page that is not there"
    answers = in_node(_ALL, {**index, "texts": [query["type"] for query in queries]})
    pairs = zip(queries, answers, strict=True)
    return [(query["type"], answer) for query, answer in pairs if not set(query["pages"]) & set(answer)]


def test_lay_queries_find_the_right_page_among_the_first_three() -> None:
    assert len(QUERIES) == 60
    assert sum(bool(query.get("kept_back")) for query in QUERIES) == 20
    lost = missed(QUERIES)
    assert len(lost) <= 3, lost


def test_queries_of_somebody_else_find_the_right_page_too() -> None:
    """They found it for 61 of 80 before any mending, and for 28 of the 40 that had no part in it. Now they hold what was mended."""
    queries = yaml.safe_load((ROOT / "tests/search-queries-independent.yaml").read_text("utf-8"))["queries"]
    assert len(queries) == 80
    lost = missed(queries)
    assert len(lost) <= 3, lost


def test_a_first_result_takes_less_than_30_kb() -> None:
    files, page = real()
    loaded = [
        page.content,
        *(content for path, content in files.items() if re.fullmatch(r"assets/search(-words)?\.\w+\.js", path)),
    ]
    assert len(loaded) == 3
    assert sum(len(gzip.compress(one, 9, mtime=0)) for one in loaded) < 30_000


def test_files_are_the_same_each_time_and_hold_no_page_in_running_text(tmp_path: Any) -> None:
    assert index_files(LIBRARY, WORDS) == index_files(LIBRARY, WORDS)
    made = pipeline.make(options(write_site(tmp_path / "content"), tmp_path / "out"))
    assert made.rendered is not None, made.problems
    assert made.problems == (), "a site without synonyms.yaml is whole"
    assert b"data-words" not in next(page.content for page in made.rendered.pages if page.kind == "search")
