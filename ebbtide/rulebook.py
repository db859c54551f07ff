"""The manual of rules for publishers, made from the rules themselves: ``python3 build.py check --rules``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from ebbtide import checks, contrast, load, machines, pagechecks, pipeline, prose, selfcheck, source, templating, write
from ebbtide.checks import articles, contacts, figures, links, media, search, security, sources
from ebbtide.model import base, contact, facility, figure
from ebbtide.selfcheck import proofs

_HEAD = """\
# The rules

Everything that a build checks, in one plain sentence each. A problem names its rule in square brackets:

    content/articles/symptoms/sleep.md:12:5: error[heading-level] a level is skipped: #### follows ##. Write ###.

That is: the file, the line, the column, whether it stops the build (an error does, a warning does not, unless you build with `--strict`),
the rule, what is wrong, and what to do. `python3 build.py check` looks for problems and writes nothing.

This page is made from the rules themselves. After a change of a rule, make it anew with:

    python3 build.py check --rules > docs/rules.md
"""


def manual() -> str:
    """The manual, as Markdown. Every registered rule stands in it once."""
    rules, told = pipeline.rules(), set[str]()
    parts = [_HEAD]
    for title, about, names in (*_chapters(), ("Other rules", "", list(rules))):
        rows = [name for name in sorted(set(names)) if name not in told]
        told |= set(rows)
        if rows:
            parts.append(
                f"## {title}\n\n"
                + (f"{about}\n\n" if about else "")
                + "".join(_row(name, rules[name]) for name in rows)
            )
    return "\n".join(parts)


def _chapters() -> Iterator[tuple[str, str, Iterable[str]]]:
    yield "Files", "Before anything is understood, a file must be readable.", source.RULES
    yield "Names and places of files", "docs/writing.md says where each kind of file belongs.", load.RULES
    yield "Fields", "What stands in the YAML files and between the two lines of `---`.", base.RULES
    yield "Texts", "docs/writing.md shows how each of these is written.", prose.RULES
    yield "Articles", "", _names(articles.RULES)
    yield "Links", "", _names(links.RULES)
    yield "Sources and glossary", "", _names(sources.RULES)
    yield "Contacts", "Numbers stand in contacts.yaml and nowhere else.", [*contact.RULES, *_names(contacts.RULES)]
    yield (
        "Treatment places",
        "docs/facilities.md shows how a list of places is written, and how a published one is imported.",
        facility.RULES,
    )
    yield "The search", "docs/writing.md shows how words that people type are written.", _names(search.RULES)
    yield "Where to report a hole", "docs/publishing.md shows how this is written.", _names(security.RULES)
    yield "Pictures", "", _names(media.RULES)
    yield "Figures", "", [*figure.RULES, *_names(figures.RULES)]
    yield "How well a text reads", "", _names(rule for rule in checks.RULES if rule[1].__module__.endswith(".reading"))
    yield "Self-checks", "docs/questionnaires.md explains the language.", selfcheck.RULES
    yield (
        "Self-checks: what is proved",
        "Of all answers that can be given, blanks included; each problem names answers that show it.",
        proofs.RULES,
    )
    yield "Templates", "", [*templating.RULES, *machines.RULES]
    yield "Colors", "docs/design.md lists which color stands on which, and how far apart they must be.", contrast.RULES
    yield (
        "Finished pages",
        "These look at each page as a browser will get it. Where one is broken, and no text is at fault, a template is.",
        _names(pagechecks.RULES),
    )
    yield "The output folder", "", write.RULES


def _names(rules: Iterable[tuple[str, Callable[..., object]]]) -> list[str]:
    return [checks.name_of(rule) for _, rule in rules]


def _row(name: str, sentence: str) -> str:
    return f"- `{name}`{' (warning)' if _levels().get(name) == 'warning' else ''}: {sentence}\n"


def _levels() -> Mapping[str, str]:
    """Of rules that have one level: which."""
    site = {checks.name_of(rule): level for level, rule in checks.RULES}
    return site | {checks.name_of(rule): level for level, rule in pagechecks.RULES}
