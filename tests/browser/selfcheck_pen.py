"""Somebody with a pen: reads a self-check as it stands on paper, knows nothing else, and works the result out.

Understands the English sentences of templates/parts/selfcheck (macros.html, key.html). One that it does not understand fails the test,
for then a reader may not understand it either.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from playwright.sync_api import Page

_READ = """() => {
  const words = (each) => each.textContent.replace(/\\s+/g, " ").trim(), all = (selector, inside) => [...(inside || document).querySelectorAll(selector)];
  return {
    questions: all(".q").map((q) => ({ id: q.id.slice(2), only: all(":scope > fieldset > p.only", q).map(words),
      rows: Object.fromEntries(all("fieldset label input", q).map((input) => [input.value, words(input.parentNode)])) })),
    flags: all("[data-flag]").map((card) => [card.dataset.flag, words(card.querySelector(".paper"))]),
    points: all("#key > ul > li").map((row) => [words(row.querySelector("b")), words(row)]),
    scores: all("#key dt").map((dt) => [words(dt).replace(/ from -?[\\d.]+ to .*/, ""), words(dt.nextElementSibling)]),
    scales: all(".res[data-scale]").map((res) => ({ id: res.dataset.scale, title: res.dataset.title,
      rules: all("p[data-over]", res).map(words), bands: all(".out", res).map((out) => [out.dataset.id, words(out.querySelector(".name")), words(out.querySelector(".span"))]) })),
    findings: all(".res[data-finding]").map((res) => ({ id: res.dataset.finding,
      rules: all(".out", res).map((out) => [out.dataset.id, out.querySelector(":scope > .paper") ? words(out.querySelector(":scope > .paper")) : ""]) })),
  };
}"""

_WORDS = r"“[^”]*”(?:(?:, | or )“[^”]*”)*"
_NUMBERS = r"questions? (?P<numbers>[\d, ]+(?:(?: to | and | or |, )\d+)*)"


class Pen:
    """The paper, read once; `take` fills it in."""

    def __init__(self, page: Page) -> None:
        self.paper = page.evaluate(_READ)
        self.ids = [each["id"] for each in self.paper["questions"]]
        self.answers: Mapping[str, Any] = {}
        self.asked: list[str] = []
        self.scores: dict[str, Fraction | None] = {}
        self.left_out: dict[str, Fraction] = {}

    def take(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """What comes out: the questions asked, flags, scores and bands by id, findings."""
        self.answers, self.asked, self.scores, self.left_out = answers, [], {}, {}
        for question in self.paper["questions"]:
            for said in question["only"]:
                match = re.fullmatch(r"Answer this only if (.*?)\.(?: Left out, it counts (\S+)\.)?", said)
                assert match, said
                if not self.holds(match[1]):
                    if match[2]:
                        self.left_out[question["id"]] = Fraction(match[2])
                    break
            else:
                self.asked.append(question["id"])
        for title, working in self.paper["scores"]:
            self.scores[title] = self.worked_out(working)
        bands = {}
        for scale in self.paper["scales"]:
            bands[scale["id"]] = self.band(scale)
        found = {}
        for finding in self.paper["findings"]:
            found[finding["id"]] = next(
                id for id, said in finding["rules"] if not said or self.holds(_inside("This is your result if", said))
            )
        return {
            "asked": self.asked,
            "flags": {id for id, said in self.paper["flags"] if self.holds(_inside("This is for you if", said))},
            "scores": {scale["id"]: self.scores[scale["title"]] for scale in self.paper["scales"]},
            "bands": bands,
            "findings": found,
        }

    # scores

    def worked_out(self, said: str) -> Fraction | None:
        match = re.match(rf"Add up your points for {_NUMBERS}\. ?", said)
        assert match, f"how to score is not understood: {said}"
        ids = [self.ids[number - 1] for number in _run(match["numbers"])]
        points = [self.points(id) for id in ids if id in self.asked] + [
            self.left_out[id] for id in ids if id in self.left_out
        ]
        given = [each for each in points if each is not None]
        missing = len(points) - len(given)
        rest = said[match.end() :]
        if rest == "If an answer is missing, there is no score.":
            return sum(given, Fraction()) if not missing else None
        allowed = re.fullmatch(
            r"(?:Up to )?(\d+) answers? may be missing: divide the sum by the number of answers you gave, and multiply by (\d+)\."
            r" Round to a whole number, halves up\. With more missing, there is no score\.",
            rest,
        )
        assert allowed, f"what a missing answer means is not understood: {rest}"
        if missing > int(allowed[1]) or not given:
            return None
        whole = sum(given, Fraction())
        return Fraction(math.floor(whole / len(given) * int(allowed[2]) + Fraction(1, 2))) if missing else whole

    def points(self, id: str) -> Fraction | None:
        """What stands in the table of points beside the answer that was ticked; None for no answer."""
        if self.answers.get(id) is None:
            return None
        number = self.ids.index(id) + 1
        words = self.words(number)
        for which, row in self.paper["points"]:
            if number in _run(which.split(" ", 1)[1]):
                found = re.search(rf"(?:: |, ){re.escape(words[0])} (-?[\d.]+?)(?:, |\.$)", row)
                assert found, (words, row)
                return Fraction(found[1])
        raise AssertionError(f"no points stand there for question {number}")

    def band(self, scale: Mapping[str, Any]) -> str | None:
        for said in scale["rules"]:
            match = re.match(r"Whatever the number: if (.*), the result is “(.*?)”\.", said)
            assert match, said
            if self.holds(match[1]):
                return next(id for id, name, _ in scale["bands"] if name == match[2])
        value = self.scores[scale["title"]]
        if value is None:
            return None
        for id, _, span in scale["bands"]:
            ends = [Fraction(end) for end in span.split(" to ")]
            if ends[0] <= value <= ends[-1]:
                return str(id)
        return None

    # conditions

    def words(self, number: int) -> list[str]:
        question = self.paper["questions"][number - 1]
        answer = self.answers.get(question["id"]) if question["id"] in self.asked else None
        return [
            question["rows"][each]
            for each in (answer if isinstance(answer, list) else [answer])
            if each in question["rows"]
        ]

    def holds(self, said: str) -> bool:
        truth, rest = self.joined(said)
        assert not rest, f"not understood: {rest}"
        return truth

    def joined(self, said: str) -> tuple[bool, str]:
        truth, rest = self.part(said)
        while match := re.match(r" (and|or) ", rest):
            other, rest = self.part(rest[match.end() :])
            truth = (truth and other) if match[1] == "and" else (truth or other)
        return truth, rest

    def part(self, said: str) -> tuple[bool, str]:
        if said.startswith("("):
            truth, rest = self.joined(said[1:])
            assert rest.startswith(")"), rest
            return truth, rest[1:]
        for pattern, judge in (
            (rf"your answer to {_NUMBERS} is (?P<no>not )?(?P<words>{_WORDS})", self.chosen),
            (rf"you (?P<verb>chose|did not choose) (?P<words>{_WORDS}) in question (?P<number>\d+)", self.ticked),
            (r"question (?P<number>\d+) was (?P<no>not )?for you", self.was_asked),
            (r"(?P<what>your [^“”()]+?) is (?P<more>more than |less than |exactly )?(?P<limit>[\d.:]+)(?P<or> or more| or less)?", self.compared),
        ):  # fmt: skip
            if match := re.match(pattern, said):
                return judge(match), said[match.end() :]
        raise AssertionError(f"a condition is not understood: {said}")

    def chosen(self, match: re.Match[str]) -> bool:
        numbers = _run(match["numbers"])
        truths = []
        for number in numbers:
            mine = self.words(number)
            truths.append(bool(mine) and (mine[0] in _quoted(match["words"])) != bool(match["no"]))
        return any(truths) if " or " in match["numbers"] else all(truths)

    def ticked(self, match: re.Match[str]) -> bool:
        mine = self.words(int(match["number"]))
        return bool(mine) and bool({*mine} & {*_quoted(match["words"])}) == (match["verb"] == "chose")

    def was_asked(self, match: re.Match[str]) -> bool:
        return (self.ids[int(match["number"]) - 1] in self.asked) != bool(match["no"])

    def compared(self, match: re.Match[str]) -> bool:
        value, limit = self.quantity(match["what"]), _number(match["limit"])
        if value is None:
            return False
        said = (match["more"] or match["or"] or "").strip()
        return {"more than": value > limit, "less than": value < limit, "exactly": value == limit,
                "or more": value >= limit, "or less": value <= limit}[said]  # fmt: skip

    def quantity(self, said: str) -> Fraction | None:
        if match := re.fullmatch(r"your answer to question (\d+)", said):
            id = self.ids[int(match[1]) - 1]
            given = self.answers.get(id) if id in self.asked else None
            return None if given is None else _number(str(given))
        if match := re.fullmatch(r"your score for (.*)", said):
            return self.scores[match[1]]
        match = re.fullmatch(rf"your points for {_NUMBERS}(?:, added up)?", said)
        assert match, f"a quantity is not understood: {said}"
        points = [self.points(self.ids[number - 1]) for number in _run(match["numbers"])]
        return sum((each for each in points if each is not None), Fraction())


def _inside(start: str, said: str) -> str:
    assert said.startswith(start), said
    return said.removeprefix(start).strip().removesuffix(".")


def _quoted(said: str) -> list[str]:
    return re.findall(r"“([^”]*)”", said)


def _number(said: str) -> Fraction:
    """A number, or hours and minutes as minutes."""
    if ":" in said:
        hours, minutes = said.split(":")
        return Fraction(int(hours) * 60 + int(minutes))
    return Fraction(said)


def _run(said: str) -> list[int]:
    """ "1 to 10 and 12" as numbers."""
    found: list[int] = []
    for part in re.split(r", | and | or ", said.strip(" ,")):
        first, _, last = part.partition(" to ")
        found += range(int(first), int(last or first) + 1)
    return found
