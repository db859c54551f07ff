"""The library that comes with the program, `content/`: what a machine can hold of its promises to a reader.

Whether a source says what a page says of it, a person has to read; these tests keep what such a reading has settled. The notes that
the articles were written from are not part of the project, so that no sentence is copied from them cannot be tested here.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ebbtide import pipeline
from ebbtide.checks import reading
from ebbtide.model.article import Article
from ebbtide.model.site import Site
from ebbtide.pipeline import Made, Options
from tests.small_site import ROOT, TEMPLATES, TODAY

CRISIS, EMERGENCY = "tel:988", "tel:911"


@pytest.fixture(scope="module")
def made() -> Made:
    return pipeline.make(
        Options(
            content=ROOT / "content", templates=((TEMPLATES, "templates"),), out=Path("no-output"), today=TODAY, version="0",
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(made: Made) -> Site:
    assert made.site is not None
    return made.site


@pytest.fixture(scope="module")
def pages(made: Made) -> dict[str, str]:
    """The finished pages of the articles by address."""
    assert made.rendered is not None
    return {page.url: page.content.decode() for page in made.rendered.pages if page.kind == "article"}


def texts(site: Site) -> Iterator[tuple[Article, str]]:
    """Each article's whole source, front matter included, each sentence on one line as it is in the file."""
    for article in site.articles:
        yield article, (ROOT / article.path).read_text("utf-8")


def test_there_is_nothing_wrong_with_any_article(made: Made) -> None:
    assert [str(problem.place) for problem in made.problems if problem.place.path.startswith("content/articles/")] == []


def test_it_can_be_read_by_a_tired_person(site: Site) -> None:
    """No page above grade 8, the median at most 6, 400 to 1,100 words, no sentence or paragraph too long."""
    table = reading.table(site)
    assert len(table.rows) >= 60
    assert table.median is not None
    assert table.median <= 6
    assert [row.path for row in table.rows if (row.grade or 0) > reading.HARDEST] == []
    assert [row.path for row in table.rows if not 400 <= row.words <= 1100] == []
    assert sum(row.long_sentences + row.long_paragraphs for row in table.rows) == 0


# whom to call


def test_each_page_names_somebody_to_call_before_its_text(site: Site, pages: dict[str, str]) -> None:
    """Somebody may read one page only. A page about danger begins with the emergency number, every other with the crisis line."""
    for article in site.articles:
        bar = pages[article.url].partition("<main")[0]
        first = re.search(r"tel:[+\d]+", bar)
        assert first is not None, article.path
        assert first[0] == (EMERGENCY if article.meta.danger else CRISIS), article.path


def test_each_page_leads_to_help(site: Site) -> None:
    for article in site.articles:
        leads = {step.to for step in article.meta.next}
        people = any(ref.startswith(("contact:", "page:get-help")) for ref in leads)
        assert people or "](contact:" in (ROOT / article.path).read_text("utf-8"), article.path


def test_a_warning_of_suicide_names_the_crisis_line(site: Site) -> None:
    """Where a page asks whether somebody thinks of suicide, the line for it stands on the same page."""
    for article, text in texts(site):
        if re.search(r"think (?:about|of) (?:suicide|killing|ending)|thoughts of suicide", text):
            assert "contact:us-988" in text or article.section == "about", article.path


# what could hurt


def test_who_is_told_to_leave_out_alcohol_is_told_not_to_stop_suddenly(site: Site) -> None:
    """Somebody who drinks every day may have only this page. Stopping alcohol suddenly can kill (S81)."""
    told = re.compile(r"do not (?:drink|have)\b[^.\n]*\balcohol|[Ll]eave out[^.\n]*\balcohol")
    found = [article for article, text in texts(site) if told.search(text)]
    assert len(found) > 15
    assert [article.path for article in found if "S81" not in article.refers.sources] == []


def test_nobody_is_told_to_stop_benzodiazepines_or_alcohol(site: Site) -> None:
    """Every line that speaks of stopping them says not to, or warns of having done so."""
    line = re.compile(r"^.*\bstop(?:ping|ped)? (?:taking |drinking )?(?:alcohol|benzodiazepines|either one|a benzodiazepine).*$", re.M)  # fmt: skip
    warns = re.compile(
        r"\b(?:not|never|nobody|can kill|can bring|can cause|also stop|have stopped|stopped|kills?)\b", re.I
    )
    lines = [(article.path, found[0]) for article, text in texts(site) for found in line.finditer(text)]
    assert len(lines) > 20
    assert [each for each in lines if not warns.search(each[1])] == []


LIMITS: tuple[tuple[str, str, set[str]], ...] = (
    ("mg in all articles: the two of loperamide, the one of acetaminophen, three of what products hold (T48, T52, S04, S06)",
     r"([\d.,]+) ?mg\b", {"8", "16", "4,000", "19.5", "25"}),
    ("another dose of naloxone (T134)", r"(\d+ to \d+|\d+) minutes\?? Give|(?:more|dose|undo it)[^.]*?(?:after|every) (\d+ to \d+) minutes", {"2 to 3"}),
    ("the drink from water, sugar and salt: sugar (T108, T109)", r"(\w+) teaspoons? of sugar", {"6"}),
    ("the drink from water, sugar and salt: salt (T108, T109)", r"(\w+ a|\w+) teaspoon of salt", {"half a"}),
    ("diarrhea, and loperamide no longer (T48)", r"diarrhea[^.|]{0,30}?(?:after|more than) (\d+) days", {"2"}),
    ("alcohol withdrawal: the worst begins (S81)", r"(\d+ to \d+) days after the last drink", {"1 to 3"}),
    ("passing water on a day when something is wrong (T106)", r"(?:less than|under|at least) (\d+) times (?:a|in a) day", {"4"}),
    ("clear fluid on a day (T29)", r"(\d+ to \d+) quarts", {"2 to 3"}),
)  # fmt: skip


@pytest.mark.parametrize(("what", "pattern", "allowed"), LIMITS, ids=[what for what, _, _ in LIMITS])
def test_a_number_that_could_hurt_is_the_same_everywhere(
    site: Site, what: str, pattern: str, allowed: set[str]
) -> None:
    found = [
        ("".join(filter(None, match.groups())), article.path)
        for article, text in texts(site)
        for match in re.finditer(pattern, text.replace("**", ""), re.IGNORECASE)
    ]
    assert found, f"nothing says this any more: {what}"
    assert [each for each in found if each[0].lower() not in allowed] == []


def test_lofexidine_naltrexone_and_buprenorphine_have_no_doses(site: Site) -> None:
    """The editorial policy: a prescriber chooses them."""
    for article, text in texts(site):
        for sentence in re.split(r"(?<=[.!?])\s|\n", text):
            if re.search(
                r"buprenorphine|clonidine|lofexidine|naltrexone|hydroxyzine|trazodone", sentence, re.IGNORECASE
            ):
                assert not re.search(r"\d ?(?:mg|milligrams?|mcg)\b", sentence), (article.path, sentence)


# what is known, and how well


def test_no_page_claims_a_clinician_who_has_not_read_it(site: Site, pages: dict[str, str]) -> None:
    """The day a clinician approves a page, its file gets `by:`, and this test the name of that page."""
    assert [article.path for article in site.articles if article.meta.review.by] == []
    assert [url for url, page in pages.items() if "No clinician has reviewed this page yet." not in page] == []


def test_each_source_shows_its_kind_of_evidence_where_it_is_cited(site: Site, pages: dict[str, str]) -> None:
    for article in site.articles:
        shown = html.unescape(re.sub(r"<[^>]*>", "", pages[article.url]))
        missing = [id for id in article.refers.sources if site.sources[id].evidence not in shown]
        assert missing == [], article.path


def test_a_paper_stands_in_the_bibliography_once(site: Site) -> None:
    for name in ("doi", "url"):
        given = [getattr(source, name) for source in site.sources.values() if getattr(source, name)]
        assert [each for each, times in Counter(given).items() if times > 1] == []


def test_sources_lead_to_their_publishers(site: Site) -> None:
    """Never to a mirror, to a site of copies, or to a lobby's copy of an official paper."""
    copies = re.compile(r"scribd|docslib|studyres|dokumen|docplayer|yumpu|vdocuments|fdocuments|einnews|einpresswire|speciosa|wikipedia|archive\.org|sci-?hub")  # fmt: skip
    hosts = {id: urlsplit(source.url).netloc for id, source in site.sources.items() if source.url}
    assert {id: host for id, host in hosts.items() if copies.search(host)} == {}


def test_what_only_sellers_say_is_called_that(site: Site) -> None:
    """S57 are commercial pages that name no study: whatever rests on them says so in the same paragraph, row or heading."""
    for article, text in texts(site):
        for block in re.split(r"\n\s*\n", text):
            if "@S57" in block:
                assert re.search(r"website|sellers|web", block, re.IGNORECASE), (article.path, block)


def test_no_page_calls_a_person_a_bad_name(site: Site) -> None:
    """The editorial policy. What families are told not to say stands in quotation marks."""
    names = re.compile(
        r"\b(?:addicts?|junk(?:ie|y)s?|abusers?|drug abuse|clean (?:test|urine|time)s?|dirty (?:test|urine)s?)\b", re.I
    )
    for article, text in texts(site):
        outside = re.sub(r'"[^"\n]*"', "", text)
        assert not names.search(outside), (article.path, names.search(outside))
