"""The plan: a self-check as plain data, which both scorers run and every analysis reads.

`Plan.as_json()` is made of dicts, lists, strings, whole numbers, true and null alone. A page embeds it, and
`client/scoring.js` takes it as it is. Everything in it is finite, and nothing refers to something that refers back to it.

**Numbers.** All arithmetic is exact, on rational numbers (Python: int and Fraction; JavaScript: pairs of BigInt). In a plan
a number is a JSON integer, or a string that writes a decimal exactly (``"2.5"``). Rounding happens only where a plan says so:
``[how, to]`` gives, for ``nearest``, the multiple ``to * floor(x / to + 1/2)`` (halves go up, also below zero); for ``up``
and ``down`` the next multiple at or above, at or below. Every score is a decimal of at most 6 places (the compiler sees to
it). A result writes it as a JSON number: an integer where it is whole, else that decimal; both scorers read the same decimal
digits into the same double, so that both results are equal to the last bit.

**Three states.** The value of a question or score is a number, *blank* (asked and passed over; or it cannot be known), or
*absent* (not asked). A truth is true, false, or unknown (it depends on a blank).

**Three readings.** The *actual* reading takes blanks as blanks and applies blank rules. The *wide* reading stands for all ways
in which the blank questions could still be answered: a value is an interval [low, high], with a mark if it may also be
absent. A comparison with a blank in the actual reading is made with its wide interval, so that it is true or false where
that is certain, and unknown elsewhere. What counts as ``"blank"`` when it is not asked, and an option whose points are null,
stand for a number that nobody knows, and are open there too: they *stay blank* whatever is answered still. The *open* reading
is the wide one, and in a score with a blank rule an item that may stay blank may also be what the rule makes of it: left out, or
the rule's value, or the mean of the others (and then rounded). So it holds both the numbers that nobody knows and every result that
answering can still lead to. `range` in a result comes from the open reading, which gives outer bounds, exact where no question
enters a score twice and nothing stays blank.

::

    plan      = {format: 1, id, version, questions: [question], scores: [score], bands: [bands], findings: [finding], flags: [flag]}

    question  = {id, kind: one | many | number | time | duration,
                 options: [[id] | [id, points] | [id, null]],     of one and many; null: chosen, it counts as a blank
                 none: id,                                        of many, where one answer excludes all others
                 from, to, step,                                  of number, time (minutes after midnight; to may pass 1440)
                                                                  and duration (minutes); both ends included
                 low, high,                                       least and most points; left out where it has no points
                 asks: [[condition, absent], ...],                see below; left out where it is always asked
                 optional: true}                                  "I'd rather not say" is offered

``asks`` is read from its first pair on. While conditions are true, reading goes on; past the last, the question is asked. At
the first condition that is false, the question is not asked and counts as ``absent``: a number of points, ``"blank"``, or
``"out"`` (absent). At the first that is unknown, it is not asked and is blank. Conditions speak of earlier questions only.
The points of ``many`` are the sum over what is chosen. The value of ``time`` is its minutes after midnight.

::

    score     = {id, op, of, ..., low, high, needs: [question id], higher_is: worse | better | neither}
                low, high: outer bounds of its value. needs: every question that it can depend on, through conditions too.
      op sum    of: [term], plus: number                       plus is added last, after scaling
      op mean   of: [term]
      op max    of: [term]
      op min    of: [term]
      op count  of: [condition]                                each is 1 if true, 0 if false, blank if unknown
      op ratio  of: [term, term], zero: number | "blank"       zero: its value where the second is 0
      op between of: [id, id]                                  minutes from the first clock time to the second, 0 to 1439
      op steps  of: [term], rows: [[value, low, high, open]]   exactly one row holds each value that can occur
    term      = [id, times, plus]                              times * value + plus
    row       = [result, low, high, open]                      null: no limit. open: 1 low excluded, 2 high excluded, 3 both; 0 left out
    also, where present:
      guard: condition      of a repeated score: false: absent; unknown: blank
      absent: number        what it is where it would be absent
      round: [how, to]      applied last
      blank: {allow, then: scale | out | value, value, round}   of sum, mean, max, min and count

Items that are absent are left out; where all are, the score is absent. More blanks than ``allow`` (0 without ``blank``), or
nothing but blanks: the score is blank. Otherwise ``out`` works with the known items alone, ``value`` puts a number for each
blank, and ``scale`` multiplies the sum of the known by (items not absent) / (items known), then rounds by ``blank.round``.
``ratio``, ``between`` and ``steps``: absent if any item is absent, else blank if any is blank.

::

    bands     = {id, score, cases: [[condition | null, [row]], ...], override: [[condition, band id], ...]}
                id: the score's id, or score.set for a set that is not the default. Rows stand from low to high.
    finding   = {id, pick: first | severe, rules: [[rule id, condition], ...], needs}
                severe: rules stand from the most severe on; the last rule is ["otherwise", ["and"]].
    flag      = {id, when: condition, level, at_once: true, uses: [question id]}     the most urgent first

The first override that is true gives the band; else the first case that is true (null always is; unknown is not) gives the
rows, and the first row that holds the score gives the band. A finding takes the first rule that is true; an unknown rule
before it leaves a ``first`` finding without a result, and a ``severe`` one only if nothing but ``otherwise`` is true.

::

    condition = ["and", c...] | ["or", c...] | ["not", c] | ["sure", c]          sure: unknown is false (actual reading)
              | [">=" | ">" | "=" | "!=", quantity, quantity]                    false where one side is absent
              | ["is", question, [option...]]  | ["has", question, [option...]]  has: of many; includes at least one of them
              | ["answered", question] | ["blank", question] | ["asked", question]
              | ["band", bands id, [band id...]] | ["finding", finding id, [rule id...]]
    quantity  = number | id | ["sum", id...] | ["max", id...] | ["min", id...] | ["count", c...] | ["ticks", question]

``["and"]`` is true and ``["or"]`` is false. Numbers written as strings begin with a digit or a minus, ids with a letter.

For dynamic programming: a ``sum`` over questions that are always asked is a convolution of their points (``times * points +
plus``); with blanks the state is (sum, number of blanks); with ``asks`` the state adds the truth of each condition's parts.

**Result**, the same keys in both scorers::

    {scores: {id: number | null}, bands: {bands id: band id | null}, flags: [id], findings: {id: rule id | null},
     missing: {score or finding id: [question id]},      those without a value because of blanks, and which blanks
     range: {id: {low, high, bands: [band id]}},         scores (and bands ids of other sets) that blanks leave open
     asked: [question id]}
    of a finding, range holds {findings: [rule id]}.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ebbtide.problem import Place

FORMAT = 1

Json = dict[str, Any]
Key = tuple[str, ...]
"""Names one piece of a plan: (question, id), (option, question, id), (score, id), (row, score, index), (bands, id),
(band, bands id, case, row), (override, bands id, index), (finding, id), (rule, finding, rule), (flag, id).
Indexes count from 0 and are written as text."""


@dataclass(frozen=True)
class Plan:
    """A compiled self-check: its data, and for each piece its place in the file and its words (for witnesses)."""

    data: Json
    places: Mapping[Key, Place] = field(repr=False)
    words: Mapping[Key, str] = field(repr=False)

    def as_json(self) -> Json:
        """The data that a page embeds and `client/scoring.js` takes. A fresh copy."""
        copy: Json = json.loads(json.dumps(self.data))
        return copy

    @property
    def id(self) -> str:
        return str(self.data["id"])

    def place(self, *key: str) -> Place:
        """The place of a piece, or of the questionnaire's file where the piece has none."""
        return self.places.get(key, self.places[("questionnaire",)])
