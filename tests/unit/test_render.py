"""Pages out of a site: mistakes in templates are located, partial folders fall back to ours, and words are in the site's language."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from ebbtide import pipeline, templating
from ebbtide.problem import Problem
from tests.small_site import article, made, options, write_site

Override = Callable[..., list[str]]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_site(tmp_path / "content")


def problems_with(content: Path, templates: dict[str, str | bytes], **more: object) -> tuple[Problem, ...]:
    """What `make` says with a partial templates folder, called ``own``, that holds these files."""
    own = content.parent / "own"
    for path, text in templates.items():
        (own / path).parent.mkdir(parents=True, exist_ok=True)
        (own / path).write_bytes(text.encode() if isinstance(text, str) else text)
    return pipeline.make(options(content, content.parent / "site", [own], **more)).problems  # type: ignore[arg-type]


def said(problems: tuple[Problem, ...]) -> list[str]:
    return [f"{problem.place} {problem.rule}: {problem.message}" for problem in problems]


ARTICLE = "{% extends 'base.html' %}\n{% block main %}\n<h1>{{ page.title }}</h1>\n"
END = "\n{% endblock %}\n"
ALWAYS = "while making the page first/always/."


@pytest.mark.parametrize(
    ("templates", "expected"),
    [
        pytest.param(
            {"article.html": f"{ARTICLE}{{% if %}}{END}"},
            "own/article.html:4:1 template: Expected an expression, got 'end of statement block', " + ALWAYS,
            id="syntax",
        ),
        pytest.param(
            {"article.html": f"{ARTICLE}{{% for x in y %}}{END}"},
            "own/article.html:5:1 template: Encountered unknown tag 'endblock'. You probably made a nesting mistake."
            " Jinja is expecting this tag, but currently looking for 'endfor' or 'else'."
            " The innermost block that needs to be closed is 'for', " + ALWAYS,
            id="a block that is not closed",
        ),
        pytest.param(
            {"article.html": f"{ARTICLE}\n\n{{{{ nothing_of_that_name }}}}{END}"},
            "own/article.html:6:1 template: 'nothing_of_that_name' is undefined, " + ALWAYS,
            id="unknown name",
        ),
        pytest.param(
            {"article.html": f"{ARTICLE}{{{{ article.titel }}}}{END}"},
            "own/article.html:4:1 template: 'ebbtide.model.article.Article object' has no attribute 'titel', " + ALWAYS,
            id="unknown attribute",
        ),
        pytest.param(
            {"article.html": f"{ARTICLE}{{% include 'parts/review.htm' %}}{END}"},
            "own/article.html:4:1 template: there is no template parts/review.htm, " + ALWAYS,
            id="unknown part",
        ),
        pytest.param(
            {"article.html": "{% extends 'bsae.html' %}"},
            "own/article.html:1:1 template: there is no template bsae.html, " + ALWAYS,
            id="unknown base",
        ),
        pytest.param(
            {"parts/review.html": "<p>\n{{ review.reviewd }}</p>"},
            "own/parts/review.html:2:1 template: 'ebbtide.model.article.Review object' has no attribute 'reviewd', " + ALWAYS,
            id="in a part",
        ),
        pytest.param(
            {"parts/review.html": "<p>\n{{ review | datum }}</p>"},
            "own/parts/review.html:2:1 template: No filter named 'datum', " + ALWAYS,
            id="unknown filter",
        ),
        pytest.param(
            {"article.html": f"{ARTICLE}{{% from 'own.html' import shout %}}{{{{ shout(article) }}}}{END}",
             "own.html": "{% macro shout(what) %}\n\n{{ what.nobody }}\n{% endmacro %}"},
            "own/own.html:3:1 template: 'ebbtide.model.article.Article object' has no attribute 'nobody', " + ALWAYS,
            id="in a macro",
        ),
        pytest.param(
            {"article.html": f"{ARTICLE}{{{{ picture('nobody.svg') }}}}{END}"},
            "own/article.html:4:1 template: there is no picture nobody.svg in assets/img, " + ALWAYS,
            id="unknown picture",
        ),
        pytest.param(
            {"article.html": f"{ARTICLE}{{{{ glossary['no-word'].term }}}}{END}"},
            "own/article.html:4:1 template: 'dict object' has no attribute 'no-word', " + ALWAYS,
            id="unknown key",
        ),
        pytest.param(
            {"article.html": f"{ARTICLE}\n{{{{ 1 / 0 }}}}{END}"},
            "own/article.html:5:1 template: division by zero, " + ALWAYS,
            id="arithmetic",
        ),
        pytest.param(
            {"article.html": f"{ARTICLE}{{% include 'article.html' %}}{END}"},
            "own/article.html:1:1 template: the template includes or calls itself without end, " + ALWAYS,
            id="without end",
        ),
        pytest.param(
            {"parts/review.html": "<p>é</p>".encode("latin-1")},
            "own/parts/review.html:1:1 template: the file is not UTF-8 text, " + ALWAYS,
            id="not UTF-8",
        ),
        pytest.param(
            {"feed.xml": "<feed>\n{{ nobody }}</feed>"},
            "own/feed.xml:2:1 template: 'nobody' is undefined, while making the page feed.xml.",
            id="the feed",
        ),
        pytest.param(
            {"sitemap.xml": "\n\n\n{% if %}"},
            "own/sitemap.xml:4:1 template: Expected an expression, got 'end of statement block', while making the page sitemap.xml.",
            id="the sitemap",
        ),
        pytest.param(
            {"parts/words.html": "{% set words = {\n  'emergency': } %}"},
            "own/parts/words.html:2:1 template: unexpected '}', while making pages.",
            id="words: syntax",
        ),
        pytest.param(
            {"parts/words.html": "\n{% set words = {'emergency': nobody} %}"},
            "own/parts/words.html:1:1 template: 'nobody' is undefined, while making pages.",
            id="words: unknown name",
        ),
        pytest.param(
            {"parts/words.html": "nothing of use"},
            "own/parts/words.html:1:1 template: words has no sources, while making pages.",
            id="words: none",
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_a_template_is_located(content: Path, templates: dict[str, str | bytes], expected: str) -> None:
    problems = problems_with(content, templates)
    assert [problem for problem in said(problems) if problem != expected and "words has no" not in problem] == []
    assert said(problems)[0] == expected
    assert {problem.level for problem in problems} == {"error"}
    assert (
        problems[0].hint
        == "Mend this line of the template, or delete your copy of the file to use the one that comes with the program."
    )


def test_two_mistakes_in_two_templates_are_both_told_and_once_each(content: Path) -> None:
    problems = problems_with(content, {"parts/review.html": "{{ nobody }}", "section.html": "\n{{ no_one }}"})
    assert said(problems) == [
        f"own/parts/review.html:1:1 template: 'nobody' is undefined, {ALWAYS}",
        "own/section.html:2:1 template: 'no_one' is undefined, while making the page first/.",
    ]


def test_a_mistake_in_our_own_templates_is_named_by_our_folder(
    content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, ours = tmp_path / "own", tmp_path / "ours"
    own.mkdir()
    ours.mkdir()
    (ours / "home.html").write_text("{{ nobody }}")
    given = options(content, tmp_path / "site")
    theirs = pipeline.make(
        type(given)(**{**given.__dict__, "templates": ((own, "own"), (ours, "templates"), *given.templates)})
    )
    assert said(theirs.problems) == [
        "templates/home.html:1:1 template: 'nobody' is undefined, while making the page index.html."
    ]


def test_page_rules_do_not_judge_pages_whose_templates_are_broken(content: Path) -> None:
    """Else one broken part would bring a hundred dead links."""
    problems = problems_with(content, {"section.html": "{{ nobody }}"})
    assert {problem.rule for problem in problems} == {"template"}


# partial folders


def test_a_partial_folder_falls_back_file_by_file(content: Path) -> None:
    own = content.parent / "own"
    before = made(content)
    assert (
        problems_with(content, {"parts/review.html": "<p class='review'>Read on {{ review.reviewed|date }}</p>"}) == ()
    )
    after = made(content, templates=[own])
    changed = {path for path in before if before[path] != after.get(path)}
    articles = {path for path in before if path.startswith(("first/", "second/")) and path.count("/") == 2}
    assert changed == {*articles, "build.json", "keep/list.json"}
    assert b"Read on 1 November 2026" in after["first/always/index.html"]


def test_a_style_and_a_picture_of_ones_own(content: Path) -> None:
    own = content.parent / "own"
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>Ours</title></svg>'
    assert (
        problems_with(content, {"assets/css/home.css": ".hero{letter-spacing:.123em}", "assets/img/icon.svg": drawing})
        == ()
    )
    after = made(content, templates=[own])
    assert b"letter-spacing:.123em" in after["index.html"]
    assert b"letter-spacing:.123em" not in after["first/index.html"]
    (icon,) = [path for path in after if path.startswith("assets/icon.")]
    assert after[icon] == drawing.encode()
    assert icon.encode() in after["index.html"]


def test_styles_that_are_not_text_and_styles_that_would_end_too_soon(content: Path) -> None:
    problems = problems_with(
        content, {"assets/css/home.css": "/* é */".encode("latin-1"), "assets/css/base.css": "a{}</style><script>"}
    )
    assert [f"{problem.place} {problem.message} {problem.hint}" for problem in problems] == [
        "own/assets/css/base.css:1:1 the styles hold </, which would end the element that they are put into. Delete it, or write <\\/ in a string.",
        "own/assets/css/home.css:1:1 the styles are not UTF-8 text. Save the file again as UTF-8.",
    ]


# words in the site's language


def in_language(content: Path, language: str) -> None:
    settings = content / "site.yaml"
    settings.write_text(settings.read_text().replace("language: en-GB", f"language: {language}"))


HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'
PO = "locale/{0}/LC_MESSAGES/ebbtide.po".format


def catalog(**words: str) -> str:
    """A catalog, with __ for a blank in the messages."""
    return HEADER + "".join(f'msgid "{word.replace("__", " ")}"\nmsgstr "{told}"\n\n' for word, told in words.items())


def page(content: Path, url: str) -> str:
    """A page made with the folder ``own``, whatever problems there are."""
    result = pipeline.make(options(content, content.parent / "site", [content.parent / "own"]))
    assert result.rendered is not None
    return next(each.content.decode() for each in result.rendered.pages if each.url == url)


def catalog_problems(problems: tuple[Problem, ...]) -> list[tuple[str, str, str]]:
    return [
        (str(problem.place), problem.level, f"{problem.message} {problem.hint}")
        for problem in problems
        if problem.rule == "no-catalog"
    ]


def test_a_language_without_a_catalog_is_refused(content: Path) -> None:
    in_language(content, "tlh")
    told = catalog_problems(problems_with(content, {}))
    assert told == [
        ("content/site.yaml:4:11", "error", "there is no translation of the templates' words into tlh. Put locale/tlh/LC_MESSAGES/ebbtide.po into your templates folder."),
        ("content/site.yaml:4:11", "error", "tlh is no language whose names of months and days are known. Write for example en, en-US or fr."),
    ]  # fmt: skip


def test_a_catalog_that_lacks_words_is_named_with_some_of_them(content: Path) -> None:
    in_language(content, "nl")
    (told,) = catalog_problems(problems_with(content, {PO("nl"): catalog(Home="Begin", Read="Lezen")}))
    assert told[:2] == (f"own/{PO('nl')}:1:1", "warning")
    assert re.fullmatch(
        r'words of the templates are not translated into nl: "[^"]+", "[^"]+", "[^"]+" and \d+ more\. Translate them in this file\. '
        r"A template that says something in this language already prints it without _\(\)\.",
        told[2],
    )


def test_words_come_from_the_catalog(content: Path) -> None:
    in_language(content, "nl")
    problems_with(content, {PO("nl"): catalog(Skip__to__the__main__text="Naar de tekst", Read="Lezen")})
    home = page(content, "")
    assert "Naar de tekst" in home
    assert "Skip to the main text" not in home
    assert '<html lang="nl">' in home


def test_words_of_a_region_go_before_those_of_the_language_and_ours_fill_in(content: Path) -> None:
    """``fr-CA`` says its own word; what it lacks comes from the publisher's ``fr``, and the rest from ours."""
    in_language(content, "fr-CA")
    told = problems_with(
        content, {PO("fr_CA"): catalog(Home="Logis", Main="Tête"), PO("fr"): catalog(Home="Maison", Read="À lire ici")}
    )
    assert [problem for problem in told if problem.level == "error"] == []
    text = page(content, "second/")
    assert "Logis" in text
    assert "Maison" not in text
    assert "À lire ici" in text
    assert "Aller au texte" in text or "Skip to" not in text  # ours, whatever its wording


def test_english_may_be_reworded(content: Path) -> None:
    own = content.parent / "own"
    assert problems_with(content, {PO("en"): catalog(Skip__to__the__main__text="Straight to the text")}) == ()
    text = made(content, templates=[own])["index.html"].decode()
    assert "Straight to the text" in text
    assert "Skip to" not in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(HEADER + 'mgsid "Home"\nmsgstr "Accueil"\n', (":6:1", "this is not a gettext catalog: "), id="a misspelt keyword"),
        pytest.param(
            (HEADER + 'msgid "Home"\nmsgstr "Début é"\n').encode("latin-1"), (":1:1", "the catalog is not UTF-8 text."), id="Latin-1"
        ),
        pytest.param(
            HEADER.replace("plural=(n > 1)", "plural=(n >> 1) foo") + 'msgid "Home"\nmsgstr "Accueil"\n',
            (":1:1", "the catalog cannot be read: "),
            id="plural forms that are none",
        ),
        pytest.param(
            HEADER.replace("utf-8", "klingon") + 'msgid "Home"\nmsgstr "Accueil"\n', (":1:1", "the catalog cannot be read: "), id="no charset"
        ),
        pytest.param(
            HEADER + 'msgid "Published by %(name)s."\nmsgstr "Publié par %(nom)s."\n',
            (":6:1", 'the translation of "Published by %(name)s." has %(nom)s, which cannot be filled in.'),
            id="another blank",
        ),
        pytest.param(
            HEADER + 'msgid "Home"\nmsgstr "100 % Accueil"\n',
            (":6:1", 'the translation of "Home" has %, which cannot be filled in.'),
            id="a percent sign",
        ),
        pytest.param(
            HEADER + 'msgid "About %(num)s minute."\nmsgid_plural "About %(num)s minutes."\nmsgstr[0] "Une minute."\nmsgstr[1] "%(n)s min"\n',
            (":6:1", 'the translation of "About %(num)s minute." has %(n)s, which cannot be filled in.'),
            id="in a plural",
        ),
    ],
)  # fmt: skip
def test_a_catalog_with_a_mistake_is_located(content: Path, text: str | bytes, expected: tuple[str, str]) -> None:
    in_language(content, "fr")
    told = [problem for problem in catalog_problems(problems_with(content, {PO("fr"): text})) if problem[1] == "error"]
    assert len(told) == 1
    assert told[0][0] == f"own/{PO('fr')}{expected[0]}"
    assert told[0][2].startswith(expected[1])


def test_a_percent_sign_written_twice_is_one(content: Path) -> None:
    in_language(content, "fr")
    told = problems_with(content, {PO("fr"): catalog(Main="100 %% Menu")})
    assert [problem for problem in told if problem.level == "error"] == []
    assert "100 % Menu" in page(content, "")


def test_dates_are_written_as_the_language_writes_them(content: Path) -> None:
    assert b"1 November 2026" in made(content)["first/always/index.html"]
    in_language(content, "en-US")
    assert b"November 1, 2026" in made(content)["first/always/index.html"]
    in_language(content, "en-x-pirate")  # not in CLDR, its language is
    assert b"November 1, 2026" in made(content)["first/always/index.html"]


# what a page is given


def test_each_page_allows_the_styles_that_it_holds_and_no_others(content: Path) -> None:
    for path, page in made(content).items():
        if not path.endswith(".html"):
            continue
        text = page.decode()
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
        hashes = {
            f"'sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
            for style in re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
        }
        allowed = set(re.findall(r"'sha256-[^']*'", policy.replace("&#39;", "'")))
        assert allowed == hashes, path


def test_without_base_url_what_needs_it_is_left_out(content: Path) -> None:
    settings = content / "site.yaml"
    settings.write_text(settings.read_text().replace("base_url: https://small.example/\n", ""))
    result = pipeline.make(options(content, content / "site"))
    assert said(result.problems) == [
        "content/site.yaml:1:1 no-base-url: base_url is not set, so canonical addresses, the sitemap and the feed are left out."
    ]
    assert result.rendered is not None
    files = {file.path: file.content.decode("latin-1") for file in result.rendered.all()}
    assert not {"sitemap.xml", "feed.xml"} & files.keys()
    assert "canonical" not in files["index.html"]
    assert files["robots.txt"] == "User-agent: *\nAllow: /\n"
    assert 'href="/get-help/"' in files["404.html"]


def test_with_base_url_addresses_are_whole(content: Path) -> None:
    settings = content / "site.yaml"
    settings.write_text(settings.read_text().replace("https://small.example/", "https://small.example/deep/down"))
    files = made(content)
    assert (
        b'<link rel="canonical" href="https://small.example/deep/down/first/always/">'
        in files["first/always/index.html"]
    )
    assert (
        b"<loc>https://small.example/deep/down/first/always/</loc><lastmod>2026-11-01</lastmod>" in files["sitemap.xml"]
    )
    assert b"404" not in files["sitemap.xml"]
    assert files["robots.txt"].endswith(b"Sitemap: https://small.example/deep/down/sitemap.xml\n")
    assert b"<id>https://small.example/deep/down/first/always/</id>" in files["feed.xml"]
    assert b'href="/deep/down/get-help/"' in files["404.html"]
    assert b'href="../../get-help/"' in files["first/always/index.html"]


def test_xml_survives_awkward_titles(content: Path) -> None:
    from xml.etree import ElementTree

    (content / "articles/first/awkward.md").write_text(
        article("\"A & B <i>, 'C'\"", "Text. [@A1]", summary="'D < E & F'")
    )
    files = made(content)
    feed = ElementTree.fromstring(files["feed.xml"])
    assert "A & B <i>, 'C'" in [title.text for title in feed.iter("{http://www.w3.org/2005/Atom}title")]
    ElementTree.fromstring(files["sitemap.xml"])
    assert b"A &amp; B &lt;i&gt;, &#39;C&#39;" in files["first/awkward/index.html"]


def test_a_moved_page_leads_to_the_new_address(content: Path) -> None:
    write_site(content, 1)
    text = made(content)["first/moving/index.html"].decode()
    assert '<meta http-equiv="refresh" content="0; url=../../second/moved/">' in text
    assert '<a href="../../second/moved/">' in text
    assert '<meta name="robots" content="noindex">' in text


def test_drafts_stand_nowhere_but_where_they_are_asked_for(content: Path) -> None:
    (content / "articles/first/secret.md").write_text(article("Not yet", "Text. [@A1]", more="draft: true\n"))
    assert not any(b"Not yet" in page for page in made(content).values())
    with_drafts = made(content, drafts=True)
    assert b"Not yet" in with_drafts["first/secret/index.html"]
    assert b"Not yet" in with_drafts["first/index.html"]


def test_articles_stand_in_the_order_that_they_ask_for(content: Path) -> None:
    for name, order in (("b", 1), ("c", 2), ("a", 2)):
        (content / f"articles/first/{name}.md").write_text(
            article(f"Article {name}", "Text. [@A1]", more=f"order: {order}\n")
        )
    text = made(content)["first/index.html"].decode()
    found = re.findall(r"Article [abc]|Always here|It moves", text[text.index("<main") : text.index("</main")])
    assert list(dict.fromkeys(found)) == ["Article b", "Article a", "Article c", "Always here", "It moves"]


def test_a_section_that_is_not_listed_has_a_page_and_no_links_in_lists(content: Path) -> None:
    settings = content / "site.yaml"
    settings.write_text(
        settings.read_text().replace("summary: The second shelf.}", "summary: The second shelf., listed: false}")
    )
    files = made(content)
    assert "second/index.html" in files
    assert b'href="second/"' not in files["index.html"]
    assert b'href="../../second/"' not in files["first/always/index.html"]


def test_a_file_of_the_publisher_s_own_goes_before_ours(content: Path) -> None:
    (content / "static/robots.txt").write_text("User-agent: *\nDisallow: /\n")
    assert made(content)["robots.txt"] == b"User-agent: *\nDisallow: /\n"


def test_data_cannot_end_the_element_that_it_stands_in() -> None:
    hostile = {"a": "</script><script>alert(1)</script><!--", "b": "\u2028\u2029&amp;"}
    text = str(templating.as_json(hostile))
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == hostile


def test_who_stands_in_which_part_of_get_help(content: Path) -> None:
    contacts = content / "contacts.yaml"
    entry = (
        "  {id}:\n    name: Line {id}\n    kind: {kind}\n    region: {region}\n    languages: [{language}]\n    for: Talks.\n"
        '    not_for: Nothing else.\n    phone: [{{number: "{number}"}}]\n    hours: unknown\n    sources: [{{url: "https://small.example/x"}}]\n'
    ).format
    contacts.write_text(
        contacts.read_text()
        + entry(id="treat", kind="treatment", region="GB", language="en", number="+442079460031")
        + entry(id="welsh", kind="talk", region="GB", language="cy", number="+442079460032")
        + entry(id="french", kind="crisis", region="FR", language="fr", number="+33199001234")
        + entry(id="anywhere", kind="talk", region="INT", language="en", number="+442079460033")
    )
    text = made(content)["get-help/index.html"].decode()
    parts = {part: re.findall(r'id="(emergency|line|treat|welsh|french|anywhere)"', text[start:end])
             for part, start, end in _sections(text)}  # fmt: skip
    assert parts == {
        "tonight": ["emergency", "line"],
        "talk": ["anywhere"],
        "treatment": ["treat"],
        "languages": ["welsh"],
        "abroad": ["french"],
    }


def _sections(text: str) -> list[tuple[str, int, int]]:
    starts = [(match[1], match.start()) for match in re.finditer(r'<h2 id="(\w+)"', text)]
    ends = [start for _, start in starts[1:]] + [text.index("</main")]
    return [(name, start, end) for (name, start), end in zip(starts, ends, strict=True)]


def test_build_json_tells_no_day_and_changes_with_every_byte(content: Path) -> None:
    one = json.loads(made(content)["build.json"])
    assert one.keys() == {"made_by", "version", "pages", "digest"}
    assert json.loads(made(content, today=datetime.date(2027, 1, 1))["build.json"]) == one
    (content / "static/notes.txt").write_text("Version 0.\n")
    assert json.loads(made(content)["build.json"])["digest"] != one["digest"]
