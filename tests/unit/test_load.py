"""A content folder -> a site: which files are read, which are refused and where, and what one mistake may not spoil."""

from __future__ import annotations

import datetime
import os
import struct
import zlib
from pathlib import Path

import pytest

from ebbtide import checks, load
from ebbtide.load import add_months
from ebbtide.model.site import Site
from ebbtide.problem import Problem
from tests.small_site import CONTACTS, GLOSSARY, PICTURE, SITE, SOURCES, TODAY, article
from tests.telling import said, well_formed

GOOD: dict[str, str | bytes] = {
    "site.yaml": SITE,
    "contacts.yaml": CONTACTS,
    "sources.yaml": SOURCES,
    "glossary.yaml": GLOSSARY,
    "media/drawing.svg": PICTURE,
    "static/CNAME": "small.example\n",
    "articles/first/always.md": article(
        "Always", "One. [@A1] [Nothing](term:nothing), [call](contact:line), [the other](../second/other.md#part).\n\n![A drawing](../../media/drawing.svg)"
    ),
    "articles/second/other.md": article("Other", "## Part {#part}\n\nTwo. [@A1]"),
}  # fmt: skip


def folder(root: Path, *gone: str, **_: object) -> Path:
    return changed(root, dict.fromkeys(gone))


def changed(root: Path, changes: dict[str, str | bytes | None]) -> Path:
    """The good site with some files changed, added, or (None) left out."""
    content = root / "content"
    for path, text in {**GOOD, **changes}.items():
        if text is not None:
            file = content / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return content


def loaded(content: Path, *, drafts: bool = False) -> tuple[Site | None, list[Problem]]:
    site, problems = load.load(content, "content", TODAY, drafts=drafts)
    assert all(well_formed(problem) for problem in problems), problems
    return site, sorted(problems)


def told(problems: list[Problem]) -> list[str]:
    """``path:line:column level rule`` below the content folder."""
    return [f"{str(problem.place).removeprefix('content/')} {problem.level} {problem.rule}" for problem in problems]


def test_a_good_site(tmp_path: Path) -> None:
    site, problems = loaded(changed(tmp_path, {}))
    assert problems == []
    assert site is not None
    assert [each.id for each in site.articles] == ["first/always", "second/other"]
    assert site.articles[0].due == datetime.date(2027, 11, 1)
    assert site.articles[0].places.at("title").line == 2
    assert site.articles[0].body.headings == ()
    assert set(site.contacts) == {"emergency", "line"}
    assert site.contacts["line"].places.at("name").path == "content/contacts.yaml"
    assert site.contacts["line"].id == "line"
    assert (site.pictures["drawing.svg"].width, site.pictures["drawing.svg"].height) == (40, 30)
    assert [file.path for file in site.static] == ["CNAME"]
    assert site.failed == frozenset()
    assert checks.run(site) == []


def test_problems_name_the_folder_as_it_was_named(tmp_path: Path) -> None:
    content = changed(tmp_path, {"articles/first/always.md": "no front matter"})
    for shown, path in (("my/content", "my/content/articles/first/always.md"), (".", "articles/first/always.md")):
        _, problems = load.load(content, shown, TODAY)
        assert [problem.place.path for problem in problems] == [path]


# no-content


def test_an_empty_folder(tmp_path: Path) -> None:
    site, problems = loaded(tmp_path / "nothing")
    assert site is None
    assert told(problems) == [
        f"{name}.yaml:1:1 error no-content" for name in ("contacts", "glossary", "site", "sources")
    ]
    assert said(problems[2]) == "the file is missing. Write it, or check that content is the folder you mean."


def test_a_missing_file_is_told_once(tmp_path: Path) -> None:
    _, problems = loaded(folder(tmp_path, "sources.yaml", "contacts.yaml"))
    assert told(problems) == ["contacts.yaml:1:1 error no-content", "sources.yaml:1:1 error no-content"]


def test_without_settings_the_rest_is_read_all_the_same(tmp_path: Path) -> None:
    site, problems = loaded(
        changed(tmp_path, {"site.yaml": "name: x: y\n", "articles/second/other.md": article("Other", "[a](x)")})
    )
    assert site is None
    assert told(problems) == ["articles/second/other.md:7:1 error link-form", "site.yaml:1:8 error yaml"]


# names and places of files


@pytest.mark.parametrize(
    ("path", "expected", "sentence"),
    [
        ("notes.txt", "notes.txt:1:1 warning stray-file", "nothing reads this file. An article is articles/<section>/<name>.md."),
        ("README.md", "README.md:1:1 warning stray-file", ""),
        ("pictures/a.png", "pictures/a.png:1:1 warning stray-file", "nothing reads this file. A picture is media/<name>."),
        ("extra.yml", "extra.yml:1:1 warning stray-file", "nothing reads this file. A questionnaire is questionnaires/<name>.yaml, a figure figures/<name>.yaml."),
        ("CNAME", "CNAME:1:1 warning stray-file", "nothing reads this file. Files that go out as they are belong in static/."),
        # on a shelf, a file that is left out is a page that is lost
        ("articles/lost.md", "articles/lost.md:1:1 error stray-file", "nothing reads this file. An article is articles/<section>/<name>.md."),
        ("articles/first/deep/lost.md", "articles/first/deep/lost.md:1:1 error stray-file", ""),
        ("articles/first/lost.markdown", "articles/first/lost.markdown:1:1 error stray-file", ""),
        ("articles/first/Lost.MD", "articles/first/Lost.MD:1:1 error stray-file", ""),
        ("questionnaires/lost.yml", "questionnaires/lost.yml:1:1 error stray-file", ""),
        ("media/deep/lost.png", "media/deep/lost.png:1:1 error stray-file", ""),
        ("media/lost.tiff", "media/lost.tiff:1:1 error stray-file", ""),
        ("articles/first/My Page.md", "articles/first/My Page.md:1:1 error file-name", "the name becomes an address, and this one cannot. Use small letters, digits and single hyphens."),
        ("articles/My_Shelf/page.md", "articles/My_Shelf/page.md:1:1 error file-name", ""),
        ("articles/first/a--b.md", "articles/first/a--b.md:1:1 error file-name", ""),
        ("questionnaires/Sleep.yaml", "questionnaires/Sleep.yaml:1:1 error file-name", ""),
        ("media/my.photo.png", "media/my.photo.png:1:1 error file-name", ""),
        ("static/bell\x07.txt", "static/bell\ufffd.txt:1:1 error file-name", "the name holds a character that cannot be shown. Rename it."),
    ],
)  # fmt: skip
def test_a_file_that_is_not_read(tmp_path: Path, path: str, expected: str, sentence: str) -> None:
    site, problems = loaded(changed(tmp_path, {path: "x"}))
    assert told(problems) == [expected]
    assert not sentence or said(problems[0]) == sentence
    assert site is not None
    assert len(site.articles) == 2


def test_two_at_once(tmp_path: Path) -> None:
    _, problems = loaded(
        changed(tmp_path, {"articles/first/A.md": "", "articles/first/B.md": "", "media/deep/c.png": b""})
    )
    assert told(problems) == [
        "articles/first/A.md:1:1 error file-name", "articles/first/B.md:1:1 error file-name", "media/deep/c.png:1:1 error stray-file",
    ]  # fmt: skip


@pytest.mark.parametrize("path", [".git/config", ".schemas/article.schema.json", "articles/.hidden.md", "articles/first/always.md~", "media/Thumbs.db", "static/.DS_Store", "articles/first/.always.md.swp"])  # fmt: skip
def test_what_systems_and_editors_leave_is_passed_over(tmp_path: Path, path: str) -> None:
    site, problems = loaded(changed(tmp_path, {path: "x"}))
    assert problems == []
    assert site is not None
    assert [file.path for file in site.static] == ["CNAME"]


def test_hidden_files_of_static_go_out(tmp_path: Path) -> None:
    site, problems = loaded(changed(tmp_path, {"static/.well-known/security.txt": "x"}))
    assert problems == []
    assert site is not None
    assert [file.path for file in site.static] == [".well-known/security.txt", "CNAME"]


@pytest.mark.skipif(os.name != "posix", reason="names are text here")
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    content = changed(tmp_path, {})
    with open(os.fsencode(content) + b"/static/caf\xe9.txt", "wb"):
        pass
    _, problems = loaded(content)
    assert told(problems) == ["static/caf\ufffd.txt:1:1 error file-name"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("static/Leaflet.pdf", "static/leaflet.pdf", ["static/leaflet.pdf:1:1 error name-case"]),
        ("static/Docs/a.txt", "static/docs/b.txt", ["static/docs/b.txt:1:1 error name-case"]),
        ("static/caf\u00e9.txt", "static/cafe\u0301.txt", None),
        ("articles/First/always.md", "static/x", ["articles/first/always.md:1:1 error name-case"]),
    ],
)
def test_names_that_some_machines_take_for_one(
    tmp_path: Path, first: str, second: str, expected: list[str] | None
) -> None:
    content = changed(tmp_path, {first: "x", second: "x"})
    if len(list((content / "static").rglob("*.txt"))) + len(list((content / "static").rglob("*.pdf"))) == 1:
        pytest.skip("this machine is one of them")
    _, problems = loaded(content)
    found = [line for line in told(problems) if "name-case" in line]
    assert found == expected if expected is not None else len(found) == 1
    problem = next(problem for problem in problems if problem.rule == "name-case")
    assert problem.message.endswith("only in capital letters or in how they are coded.")


# symbolic links and other things that are no files


def test_symbolic_links(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "page.md").write_text(article("Secret", "x [@A1]"), "utf-8")
    content = changed(tmp_path, {})
    (content / "articles/first/inside.md").symlink_to(content / "articles/second/other.md")
    (content / "articles/first/outside.md").symlink_to(tmp_path / "secret/page.md")
    (content / "articles/first/nowhere.md").symlink_to("gone.md")
    (content / "articles/first/itself.md").symlink_to("itself.md")
    (content / "articles/third").symlink_to(tmp_path / "secret")
    (content / "articles/fourth").symlink_to(content / "articles/second")
    site, problems = loaded(content)
    assert told(problems) == [
        f"articles/{name}:1:1 error link-outside"
        for name in ("first/itself.md", "first/nowhere.md", "first/outside.md", "fourth", "third")
    ]
    assert said(problems[2]) == "this link leads out of the content folder, or nowhere. Put the file itself here."
    assert said(problems[3]) == "this link stands for a whole folder, which is not read. Put the folder itself here."
    assert site is not None
    assert [each.id for each in site.articles] == ["first/always", "first/inside", "second/other"]
    assert "article:first/outside" in site.failed


def test_a_settings_file_that_is_a_link_is_not_called_missing(tmp_path: Path) -> None:
    content = folder(tmp_path, "glossary.yaml")
    (content / "glossary.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    _, problems = loaded(content)
    assert told(problems) == ["glossary.yaml:1:1 error link-outside"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_pipes_are_not_waited_for(tmp_path: Path) -> None:
    content = changed(tmp_path, {})
    for path in ("articles/first/pipe.md", "static/pipe", "media/pipe.png"):
        os.mkfifo(content / path)
    _, problems = loaded(content)
    assert told(problems) == [
        "articles/first/pipe.md:1:1 error unreadable",
        "media/pipe.png:1:1 error unreadable",
        "static/pipe:1:1 error unreadable",
    ]


def test_files_over_two_mebibytes(tmp_path: Path) -> None:
    large = b"x" * (2 * 1024 * 1024 + 1)
    _, problems = loaded(
        changed(
            tmp_path,
            dict.fromkeys(("articles/first/big.md", "static/big.pdf", "media/big.png", "glossary.yaml"), large),
        )
    )
    assert [line.split(":")[0] + line.split()[-1] for line in told(problems)] == [
        "articles/first/big.mdfile-size", "glossary.yamlfile-size", "media/big.pngfile-size", "static/big.pdffile-size",
    ]  # fmt: skip


# pictures


def png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * (width + 1) * height))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG",
        png(5, 5)[:18],
        b"\xff\xd8\xff\xe0\x00",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBPVP8X",
        b"<svg",
        b"text",
        b"BM",
        b"\0" * 40,
    ],
)
def test_a_picture_that_is_broken(tmp_path: Path, content: bytes) -> None:
    site, problems = loaded(changed(tmp_path, {"media/broken.png": content, "media/fine.png": png(7, 9)}))
    assert told(problems) == ["media/broken.png:1:1 error picture"]
    assert said(problems[0]) == "the picture cannot be read, or does not say how large it is. Save it again."
    assert site is not None
    assert (site.pictures["fine.png"].width, site.pictures["fine.png"].height) == (7, 9)


# one mistake is told once


def test_a_bad_contact_does_not_break_links_to_it_or_to_others(tmp_path: Path) -> None:
    content = changed(tmp_path, {"contacts.yaml": CONTACTS.replace('"+442079460018"', '"0207 946 00"')})
    site, problems = loaded(content)
    assert told(problems) == ["contacts.yaml:15:22 error phone-number"]
    assert site is not None
    assert set(site.contacts) == {"emergency"}
    assert site.failed == {"contact:line"}
    assert [problem.rule for problem in checks.run(site)] == []


def test_a_contacts_file_that_is_no_yaml_is_one_problem(tmp_path: Path) -> None:
    site, problems = loaded(changed(tmp_path, {"contacts.yaml": CONTACTS.replace("name: The", "name The")}))
    assert told(problems) == ["contacts.yaml:11:5 error yaml"]
    assert site is not None
    assert site.failed == {"contact:"}
    assert checks.run(site) == []


@pytest.mark.parametrize("path", ["sources.yaml", "glossary.yaml", "contacts.yaml"])
@pytest.mark.parametrize("text", ["[", "a: b\n", "{}\n", "x", "", "sources: []\n", "terms: x\n", "contacts: y\n"])
def test_whatever_is_wrong_with_a_shared_file_links_into_it_stay_quiet(tmp_path: Path, path: str, text: str) -> None:
    """But where it is sound and empty, links into it lead nowhere, and that is told."""
    site, problems = loaded(changed(tmp_path, {path: text}))
    if text == "{}\n" and path != "contacts.yaml":
        assert {problem.rule for problem in problems} <= {"unknown-source", "unknown-term"}
    else:
        assert {problem.place.path for problem in problems} == {f"content/{path}"}
        assert site is not None
        assert checks.run(site) == []


def test_two_entries_wrong_and_one_right(tmp_path: Path) -> None:
    text = "sources:\n  A1: {title: a, evidence: b}\n  A2: {titel: a, evidence: b}\n  A3: x\n"
    site, problems = loaded(
        changed(
            tmp_path,
            {
                "sources.yaml": text,
                "articles/second/other.md": article("Other", "## P {#part}\n\n[@A1; @A2; @A3; @A4]"),
            },
        )
    )
    assert told(problems) == [
        "articles/second/other.md:9:17 error unknown-source", "sources.yaml:3:8 error unknown-field", "sources.yaml:4:7 error wrong-value",
    ]  # fmt: skip
    assert site is not None
    assert set(site.sources) == {"A1"}
    assert site.failed == {"source:A2", "source:A3"}


def test_a_bad_article_does_not_break_links_to_it(tmp_path: Path) -> None:
    site, problems = loaded(changed(tmp_path, {"articles/second/other.md": "---\ntitle: Sleep: x\n---\n"}))
    assert told(problems) == ["articles/second/other.md:2:13 error yaml"]
    assert site is not None
    assert checks.run(site) == []


def test_a_bad_picture_is_not_called_missing(tmp_path: Path) -> None:
    site, problems = loaded(changed(tmp_path, {"media/drawing.svg": "<svg"}))
    assert told(problems) == ["media/drawing.svg:1:1 error picture"]
    assert site is not None
    assert checks.run(site) == []


def test_mistakes_in_many_files_are_told_in_one_run(tmp_path: Path) -> None:
    _, problems = loaded(
        changed(tmp_path, {
            "site.yaml": SITE.replace("country: GB", "country: UK"),
            "glossary.yaml": GLOSSARY + "  two: {term: x}\n",
            "articles/first/always.md": "---\n- a\n---\n",
            "articles/second/other.md": article("Other", "\n[a](x)\n\n<b>"),
        })
    )  # fmt: skip
    assert told(problems) == [
        "articles/first/always.md:2:1 error yaml", "articles/second/other.md:8:1 error link-form", "articles/second/other.md:10:1 error raw-html",
        "glossary.yaml:3:3 error missing-field", "site.yaml:5:10 error contact-region",
    ]  # fmt: skip


def test_mistakes_in_key_points_stand_where_they_are_written(tmp_path: Path) -> None:
    more = "key_points:\n  - One. [@A1] [@B1]\n  - 'Two. [x](y)'\n  - >-\n    Three.\n    [@C1]\n"
    _, problems = loaded(
        changed(tmp_path, {"articles/second/other.md": article("Other", "## P {#part}\n\n[@A1]", more=more)})
    )
    assert told(problems) == [
        "articles/second/other.md:7:17 error unknown-source", "articles/second/other.md:8:11 error link-form", "articles/second/other.md:9:5 error unknown-source",
    ]  # fmt: skip


# drafts and reviews


def test_drafts(tmp_path: Path) -> None:
    content = changed(
        tmp_path, {"articles/second/other.md": article("Other", "## P {#part}\n\n[@A1]", more="draft: true\n")}
    )
    site, problems = loaded(content)
    assert problems == []
    assert site is not None
    assert [each.id for each in site.articles] == ["first/always"]
    assert site.drafts == {"second/other"}
    (problem,) = [each for each in checks.run(site) if each.level == "error"]
    assert said(problem) == "second/other is still a draft. Take draft: true out of it, or take the link out of here."
    site, _ = loaded(content, drafts=True)
    assert site is not None
    assert len(site.articles) == 2
    assert checks.run(site) == []


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-11-24", 12, "2027-11-24"), ("2026-01-31", 1, "2026-02-28"), ("2027-08-31", 6, "2028-02-29"), ("2026-12-31", 2, "2027-02-28"),
        ("2024-02-29", 12, "2025-02-28"), ("2026-06-30", 18, "2027-12-30"), ("9999-06-01", 12, "9999-12-31"), ("0001-01-01", 36, "0004-01-01"),
    ],
)  # fmt: skip
def test_months(day: str, months: int, then: str) -> None:
    assert add_months(datetime.date.fromisoformat(day), months).isoformat() == then


def test_pages_that_name_services_are_due_sooner(tmp_path: Path) -> None:
    site, _ = loaded(
        changed(tmp_path, {
            "articles/first/services.md": article("Services", "[@A1]", more="services: true\n"),
            "articles/first/dated.md": article("Dated", "[@A1]").replace("reviewed: 2026-11-01", "reviewed: 2026-11-01, due: 2027-01-15"),
        })
    )  # fmt: skip
    assert site is not None
    assert {each.id: each.due.isoformat() for each in site.articles} == {
        "first/always": "2027-11-01", "first/dated": "2027-01-15", "first/services": "2027-05-01", "second/other": "2027-11-01",
    }  # fmt: skip


# questionnaires


def test_a_questionnaire_under_another_name(tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent.parent / "content/questionnaires/withdrawal-symptoms.yaml").read_text("utf-8")
    site, problems = loaded(
        changed(tmp_path, {"questionnaires/other-name.yaml": text, "questionnaires/broken.yaml": "id: broken\n"})
    )
    assert "questionnaires/other-name.yaml:1:5 error id-matches-file" in [
        line.replace(":2:5 ", ":1:5 ").replace(":3:5 ", ":1:5 ") for line in told(problems)
    ]
    problem = next(each for each in problems if each.rule == "id-matches-file")
    assert said(problem) == "the id is withdrawal-symptoms, the file other-name.yaml. Make them the same."
    assert site is not None
    assert "questionnaire:broken" in site.failed
    assert [check.questionnaire.id for check in site.selfchecks] == ["withdrawal-symptoms"]
