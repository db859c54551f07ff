"""Every mistake that the questionnaire language refuses: the text, and after it the line, column, rule and sentence of each problem.

The text stands under `support.HEAD`, and lines count within the text.
"""

from __future__ import annotations

Expected = tuple[int, int, str, str]
"""Line, column, rule, and the whole sentence with its remedy."""

TABLES = {"broken": {"0": "x", "1": "2"}, "table": {"0": "1"}}
MISTAKES: dict[str, tuple[str, list[Expected]]] = {}


def mistake(name: str, text: str, *expected: Expected) -> None:
    assert name not in MISTAKES
    MISTAKES[name] = (text, list(expected))


mistake(
    "comma in words",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, or few, 1]}
questions:
  a: {ask: A, answers: often}
""",
    (2, 36, "answer-shape", "this answer has 3 parts. Put quotation marks around the words: a comma ends them."),
)

mistake(
    "points are not a number, twice",
    """\
answer_lists:
  often: {never: [Never, zero], some: [1, Some]}
questions:
  a: {ask: A, answers: often}
""",
    (2, 18, "answer-shape", "'zero' is not a number of points. Write the points in digits, as in 3 or 2.5."),
    (2, 39, "answer-shape", "'Some' is not a number of points. Write the words first and the points after them."),
)

mistake(
    "an answer without words",
    """\
questions:
  a:
    ask: A
    answers:
      no:
      yes: [Yes, 1]
      more: {words: More, points: 2}
""",
    (5, 10, "answer-shape", "this is not an answer. Write its words, or [words, points]."),
    (7, 13, "answer-shape", "this is not an answer. Write its words, or [words, points]."),
)

mistake(
    "number-shape",
    """\
questions:
  a: {ask: A, number: {from: one, to: 1e3}}
  b: {ask: B, answers: {x: X, y: Y}, not_asked: zero}
""",
    (2, 30, "number-shape", "'one' is not a number. Write it in digits, as in 3 or 2.5."),
    (2, 39, "number-shape", "'1e3' is not a number. Write it in digits, as in 3 or 2.5."),
    (
        3,
        49,
        "number-shape",
        "'zero' is not something that a question can count as. Write a number of points, blank, or leave_out.",
    ),
)

mistake(
    "time-shape",
    """\
questions:
  a: {ask: A, time: {from: 9pm, to: "6:00"}}
  b: {ask: B, duration: {from: "0:00", to: "8"}}
""",
    (2, 28, "time-shape", "'9pm' is not a time. Write hours and minutes, as in 22:30."),
    (3, 44, "time-shape", "'8' is not a time. Write hours and minutes, as in 22:30."),
)

mistake(
    "reference-shape",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
next: [symptoms/sleep, "article:Sleep"]
""",
    (
        7,
        8,
        "reference-shape",
        "'symptoms/sleep' does not say what it leads to. Write article:, contact:, questionnaire: or page: and then the name, as in article:symptoms/sleep.",
    ),
    (
        7,
        24,
        "reference-shape",
        "'article:Sleep' does not say what it leads to. Write article:, contact:, questionnaire: or page: and then the name, as in article:symptoms/sleep.",
    ),
)

mistake(
    "blank-shape",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  total: {add: [a, b], blank: {allow: none, then: leave_out}}
  again: {title: T, add: [a, b], blank: {allow: 0, then: leave_out}}
""",
    (
        8,
        39,
        "blank-shape",
        "'none' is not a number of blank answers. Write a whole number of 1 or more, or leave the rule out.",
    ),
    (
        9,
        49,
        "blank-shape",
        "'0' is not a number of blank answers. Write a whole number of 1 or more, or leave the rule out.",
    ),
)

mistake(
    "id-shape",
    """\
groups: {Mood: M}
questions:
  q 1: {ask: A, answers: {Yes: [Yes, 1], no_: [No, 0]}}
""",
    (
        1,
        10,
        "id-shape",
        "'Mood' cannot be an id. Use small letters, digits, and single - or _ between them, and begin with a letter.",
    ),
    (
        3,
        3,
        "id-shape",
        "'q 1' cannot be an id. Use small letters, digits, and single - or _ between them, and begin with a letter.",
    ),
    (
        3,
        27,
        "id-shape",
        "'Yes' cannot be an id. Use small letters, digits, and single - or _ between them, and begin with a letter.",
    ),
    (
        3,
        42,
        "id-shape",
        "'no_' cannot be an id. Use small letters, digits, and single - or _ between them, and begin with a letter.",
    ),
)

mistake(
    "reserved-word",
    """\
questions:
  sum: {ask: A, answers: {not: [No, 0], yes: [Yes, 1]}}
scores:
  any: {add: [sum]}
""",
    (2, 3, "reserved-word", "sum is a word of the condition language. Choose another id, as in sum_1."),
    (2, 27, "reserved-word", "not is a word of the condition language. Choose another id, as in not_1."),
    (4, 3, "reserved-word", "any is a word of the condition language. Choose another id, as in any_1."),
)

mistake(
    "repeated-name",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  a: {add: [b, c]}
findings:
  b: {pick: first, rules: {x: {when: a >= 1, name: X, means: X}}, otherwise: {name: Y, means: Y}}
""",
    (8, 3, "repeated-name", "a is also the id on line 12. Give one of them another id."),
    (10, 3, "repeated-name", "b is also the id on line 13. Give one of them another id."),
)

mistake(
    "question-kind",
    """\
questions:
  a: {ask: A}
  b: {ask: B, answers: {x: X, y: Y}, number: {from: 0, to: 3}}
""",
    (2, 3, "question-kind", "nothing says how it is answered. Add answers, choose_many, number, time or duration."),
    (
        3,
        3,
        "question-kind",
        "answers and number stand together. Keep one of answers, choose_many, number, time and duration.",
    ),
)

mistake(
    "question-field",
    """\
questions:
  a: {ask: A, answers: {x: X, y: Y}, none: x, rest_counts_as: 0}
""",
    (2, 38, "question-field", "none belongs to choose_many. Delete it."),
    (2, 47, "question-field", "rest_counts_as stands without end_if. Delete it, or add end_if."),
)

mistake(
    "answers-few",
    """\
answer_lists:
  one: {x: [X, 1]}
questions:
  a: {ask: A, answers: one}
  b: {ask: B, answers: {}}
""",
    (2, 3, "answers-few", "fewer than two answers are offered. Add the others."),
    (2, 3, "reserved-word", "one is a word of the condition language. Choose another id, as in one_1."),
    (5, 15, "answers-few", "fewer than two answers are offered. Add the others."),
)

mistake(
    "answers-same",
    """\
questions:
  a: {ask: A, answers: {x: [Often, 1], y: ["often ", 2], z: [Never, 0]}}
""",
    (2, 43, "answers-same", "y and x both say 'often'. Change the words of one, or delete it."),
)

mistake(
    "none-answer",
    """\
questions:
  a: {ask: A, choose_many: {x: X, y: Y}, none: nothing}
  b: {ask: B, choose_many: {x: [X, 1], y: [Y, 2]}, none: y}
""",
    (2, 48, "none-answer", "nothing is not one of the answers. Known here: x, y."),
    (3, 58, "none-answer", "y excludes all others and has points. Give it 0 points, or none."),
)

mistake(
    "unknown-list",
    """\
answer_lists:
  how_often: {x: X, y: Y}
questions:
  a: {ask: A, answers: how_oftn}
  b: {ask: B, answers: how_often}
""",
    (4, 24, "unknown-list", "there is no answer list how_oftn. Did you mean how_often?"),
)

mistake(
    "unused-list",
    """\
answer_lists:
  how_often: {x: X, y: Y}
questions:
  a: {ask: A, answers: {x: X, y: Y}}
""",
    (2, 3, "unused-list", "no question uses the answers how_often. Delete the list, or use it."),
)

mistake(
    "unknown-group",
    """\
groups: {mood: Mood}
questions:
  a: {ask: A, answers: {x: X, y: Y}, group: moods}
  b: {ask: B, answers: {x: X, y: Y}, group: mood}
""",
    (3, 45, "unknown-group", "the group moods has no heading. Did you mean mood?"),
)

mistake(
    "number-window",
    """\
questions:
  a: {ask: A, number: {from: 10, to: 0}}
  b: {ask: B, number: {from: 0, to: 10, step: 3}}
  c: {ask: C, number: {from: 0, to: 10, step: 0}}
  d: {ask: D, time: {from: "20:00", to: "25:00"}}
  e: {ask: E, duration: {from: "0:00"}}
  f: {ask: F, time: {from: "20:00", to: "4:00", step: "0:35"}}
""",
    (2, 23, "number-window", "from is not below to. Put the lower one first."),
    (
        3,
        23,
        "number-window",
        "the range is not a whole number of steps, so that its upper end cannot be answered. Change to, from or step.",
    ),
    (4, 23, "number-window", "the step is not above 0. Write a step above 0."),
    (5, 21, "number-window", "a clock time lies between 0:00 and 23:59. Correct it."),
    (6, 25, "number-window", "the duration has no to. Add to: with hours and minutes."),
    (
        7,
        21,
        "number-window",
        "the range is not a whole number of steps, so that its upper end cannot be answered. Change to, from or step.",
    ),
)

mistake(
    "block-source",
    """\
questions:
  a: {ask: A, answers: {x: X, y: Y}}
  block:
    for_each: a
    questions: {z: {ask: Z, answers: {x: X, y: Y}}}
  other:
    for_each: late
    questions: {z: {ask: Z, answers: {x: X, y: Y}}}
  late: {ask: L, choose_many: {x: X, y: Y}}
""",
    (
        4,
        15,
        "block-source",
        "a is not a choose_many question above this block. Write a choose_many question above the block.",
    ),
    (
        7,
        15,
        "block-source",
        "late is not a choose_many question above this block. Write a choose_many question above the block.",
    ),
)

mistake(
    "no-questions",
    """\
questions: {}
""",
    (1, 1, "no-questions", "nothing is asked. Write at least one question."),
)

mistake(
    "no questions in a block",
    """\
questions:
  a: {ask: A, choose_many: {x: X, y: Y}}
  block: {for_each: a, questions: {}}
""",
    (3, 35, "no-questions", "the block asks nothing. Write at least one question."),
)

mistake(
    "unknown names",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  total: {add: [a, bb, c]}
bands:
  totl:
    0-9: {name: X, means: X}
flags:
  f: {when: "aa >= 1 or c is nevr", show: at_once, level: see-someone, title: T, say: S}
""",
    (8, 20, "unknown-name", "there is no bb in this self-check. Did you mean b?"),
    (10, 3, "unknown-name", "there is no score totl. Did you mean total?"),
    (13, 14, "unknown-name", "there is no aa in this self-check. Did you mean a?"),
    (13, 30, "unknown-name", "nevr is not one of the answers of c. Did you mean never?"),
)

mistake(
    "no-points",
    """\
answer_lists:
  words: {x: X, y: Y}
  half: {x: [X, 1], y: Y}
questions:
  a: {ask: A, answers: words}
  b: {ask: B, answers: half}
scores:
  total: {add: [a, b]}
flags:
  f: {when: a >= 1, show: at_once, level: see-someone, title: T, say: S}
  g: {when: "count of [b] >= 1", show: at_once, level: see-someone, title: T, say: S}
""",
    (
        8,
        17,
        "no-points",
        "the answers of a have no points, so it cannot be used in a score. Give each answer points, or leave it out.",
    ),
    (
        8,
        20,
        "no-points",
        "the answer 'Y' of b has no points, so it cannot be used in a score. Give each answer points, or leave it out.",
    ),
    (
        10,
        13,
        "no-points",
        "the answers of a have no points. Give each answer points, or ask with 'is' which answer was chosen.",
    ),
    (
        11,
        24,
        "no-points",
        "the answer 'Y' of b has no points. Give each answer points, or ask with 'is' which answer was chosen.",
    ),
)

mistake(
    "times",
    """\
questions:
  t: {ask: T, time: any}
  d: {ask: D, duration: {from: "0:00", to: "12:00"}}
  n: {ask: N, number: {from: 0, to: 9}}
flags:
  f: {when: t >= 22, show: at_once, level: see-someone, title: T, say: S}
  g: {when: n >= 2:00, show: at_once, level: see-someone, title: T, say: S}
  h: {when: "4 > d", show: at_once, level: see-someone, title: T, say: S}
  i: {when: "any of [t] >= 3", show: at_once, level: see-someone, title: T, say: S}
  j: {when: n is asked and t is 3, show: at_once, level: see-someone, title: T, say: S}
""",
    (6, 18, "condition-type", "a time is compared with a plain number. Write hours and minutes, as in 22:30."),
    (7, 18, "condition-type", "a number is compared with a clock time. Write a plain number."),
    (8, 14, "condition-type", "a time is compared with a plain number. Write hours and minutes, as in 22:30."),
    (9, 28, "condition-type", "a time is compared with a plain number. Write hours and minutes, as in 22:30."),
    (10, 33, "condition", "'is' asks which answer was chosen, and a number is not an answer. Write = 3 for a number."),
)

mistake(
    "repeat-scope",
    """\
questions:
  which: {ask: W, choose_many: {x: X, y: Y}}
  block:
    for_each: which
    questions:
      often: {ask: O, answers: {no: [No, 0], yes: [Yes, 1]}}
scores:
  total: {add: [often]}
  less: {title: L, subtract: [block.often, 1]}
bands:
  total:
    by: it
    when: {x: {0-1: {name: A, means: A}}}
    otherwise: {0-1: {name: A, means: A}}
""",
    (
        8,
        3,
        "score-title",
        "total is shown beside other scores and has no title. Add title:, or show: false if it is only a step on the way.",
    ),
    (
        8,
        17,
        "repeat-scope",
        "often is asked once for each thing, and this does not say for which. Outside its block, write block.x.often for one, or block.often for all of them.",
    ),
    (
        9,
        31,
        "repeat-scope",
        "block.often stands for 2 answers, and one is needed here. Write block.x.often for one of them, or use any of, sum of or largest of a list.",
    ),
    (12, 9, "repeat-scope", "'it' means the thing of a repeated block, and this is not in one. Name a question."),
)

mistake(
    "later-question",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
  d: {ask: D, answers: often, ask_if: e >= 1, not_asked: 0}
  e: {ask: E, answers: often, ask_if: e >= 1, end_if: f >= 1}
  f: {ask: F, answers: often, ask_if: total >= 1}
scores:
  total: {add: [a, f], show: false}
""",
    (
        7,
        39,
        "later-question",
        "whether this question is asked depends on e, which is asked later. Use earlier questions, or move this one.",
    ),
    (
        8,
        39,
        "later-question",
        "whether this question is asked depends on itself. Use earlier questions, or move this one.",
    ),
    (
        8,
        55,
        "later-question",
        "whether the questions end here depends on f, which is asked later. Use earlier questions, or move this one.",
    ),
    (
        9,
        3,
        "not-asked-missing",
        "f counts in total and is not always asked. Add not_asked: with the points that it then counts, blank, or leave_out.",
    ),
    (
        9,
        39,
        "later-question",
        "whether this question is asked depends on itself through total. Use earlier questions, or move this one.",
    ),
)

mistake(
    "circular",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  x: {title: X, add: [a, y]}
  y: {title: Y, add: [b, z]}
  z: {title: Z, add: [c, x]}
findings:
  f: {pick: first, rules: {r: {when: g is s, name: X, means: X}}, otherwise: {name: Y, means: Y}}
  g: {pick: first, rules: {s: {when: f is r, name: X, means: X}}, otherwise: {name: Y, means: Y}}
""",
    (8, 3, "circular", "this depends on itself: x, y, z. Break the circle."),
    (12, 3, "circular", "this depends on itself: f, g. Break the circle."),
)

mistake(
    "circular bands",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  x: {add: [a]}
bands:
  x:
    ranges: {0-1: {name: Low, means: L}, 2-3: {name: High, means: H}}
    override: {o: {when: x is low, band: high}}
""",
    (10, 3, "circular", "this depends on itself: x. Break the circle."),
)

mistake(
    "not-asked-missing",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
  d: {ask: D, answers: often, ask_if: a >= 1}
  e: {ask: E, answers: often, end_if: a >= 1}
  f: {ask: F, answers: often}
scores:
  total: {add: [a, d, f]}
""",
    (
        7,
        3,
        "not-asked-missing",
        "d counts in total and is not always asked. Add not_asked: with the points that it then counts, blank, or leave_out.",
    ),
    (
        9,
        3,
        "not-asked-missing",
        "f counts in total and is not always asked. Add not_asked: with the points that it then counts, blank, or leave_out.",
    ),
)

mistake(
    "not-asked-idle",
    """\
questions:
  a: {ask: A, answers: {no: [No, 0], yes: [Yes, 1]}, not_asked: 0}
""",
    (2, 65, "not-asked-idle", "not_asked stands on a question that is always asked. Delete it, or add ask_if."),
)

mistake(
    "not-asked without points",
    """\
questions:
  a: {ask: A, answers: {x: X, y: Y}}
  b: {ask: B, answers: {x: X, y: Y}, ask_if: a is x, not_asked: 2}
""",
    (3, 65, "no-points", "the answers of b have no points. Write blank or leave_out, or give the answers points."),
)

mistake(
    "not-asked of a clock time",
    """\
questions:
  a: {ask: A, answers: {x: X, y: Y}}
  b: {ask: B, time: any, ask_if: a is x, not_asked: 2}
  c: {ask: C, time: any, ask_if: a is x, not_asked: blank}
""",
    (3, 53, "question-field", "a clock time cannot count as a number of points. Write blank or leave_out."),
)

mistake(
    "score-kind",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  total: {title: T}
  other: {add: [a], average: [b], round: nearest}
""",
    (
        8,
        3,
        "score-kind",
        "nothing says how it is worked out. Keep one of add, subtract, average, multiply, ratio, largest, smallest, count, minutes_between, steps, look_up, table.",
    ),
    (
        9,
        3,
        "score-kind",
        "add and average stand together. Keep one of add, subtract, average, multiply, ratio, largest, smallest, count, minutes_between, steps, look_up, table.",
    ),
    (
        9,
        3,
        "score-title",
        "other is shown beside other scores and has no title. Add title:, or show: false if it is only a step on the way.",
    ),
)

mistake(
    "score-field",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  total: {add: [a], where: ">= 1", if_zero: 0, of: b}
  other: {title: O, count: [a], where: ">= 1", reverse: [a]}
  third: {title: T, steps: {0-3: 1}}
""",
    (
        8,
        3,
        "score-title",
        "total is shown beside other scores and has no title. Add title:, or show: false if it is only a step on the way.",
    ),
    (8, 21, "score-field", "where does not belong to add. Delete it; it belongs to count."),
    (8, 36, "score-field", "if_zero does not belong to add. Delete it; it belongs to ratio."),
    (8, 48, "score-field", "of does not belong to add. Delete it; it belongs to steps, look_up, table."),
    (
        9,
        48,
        "score-field",
        "reverse does not belong to count. Delete it; it belongs to add, average, largest, smallest.",
    ),
    (10, 21, "score-field", "nothing says what is looked up. Add of: with the name of a question or score."),
)

mistake(
    "score-items",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  s1: {title: T, add: []}
  s2: {title: T, add: [a, b, a]}
  s3: {title: T, subtract: [a]}
  s4: {title: T, multiply: [a, b]}
  s5: {title: T, ratio: [a], round: nearest}
  s6: {title: T, minutes_between: [a, b]}
  s7: {title: T, count: [a]}
  s8: {title: T, count: ["a >= 1", "a >= 1"]}
  s9: {title: T, add: ["a + b", a >= 1]}
  s10: {title: T, largest: [a, 3]}
""",
    (8, 23, "score-items", "add has no items. Name at least one question or score."),
    (9, 23, "score-items", "a stands twice. Delete one of them."),
    (10, 28, "score-items", "subtract needs two items. Write [from, what is taken away]."),
    (11, 28, "score-items", "multiply takes a name and a number. Write it as in [total, 4]."),
    (12, 25, "score-items", "a ratio has two parts. Write [above the line, below the line]."),
    (13, 36, "condition-type", "a is not answered with a clock time. Name a question that is answered with a time."),
    (13, 39, "condition-type", "b is not answered with a clock time. Name a question that is answered with a time."),
    (14, 26, "condition", 'nothing says when a counts. Write a >= 1 here, or add where: ">= 1".'),
    (15, 36, "score-items", "a >= 1 is counted twice. Delete it here."),
    (16, 24, "score-items", "'a + b' is not a name. Name one question or score; write conditions under count."),
    (16, 33, "score-items", "'a >= 1' is not a name. Name one question or score; write conditions under count."),
    (17, 32, "score-items", "3 is a number, not an answer. Name a question or score."),
)

mistake(
    "score-title",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  one: {add: [a]}
  two: {title: Two, add: [b]}
  three: {show: false, add: [one, two]}
""",
    (8, 3, "reserved-word", "one is a word of the condition language. Choose another id, as in one_1."),
    (
        8,
        3,
        "score-title",
        "one is shown beside other scores and has no title. Add title:, or show: false if it is only a step on the way.",
    ),
    (10, 3, "unused-score", "three is neither shown nor used. Delete it, or show it."),
)

mistake(
    "reverse-item",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
  m: {ask: M, choose_many: {x: [X, 1], y: [Y, 2]}}
scores:
  total: {add: [a, b, m], reverse: [c, m, d]}
""",
    (9, 37, "reverse-item", "c is reversed, and add does not name it. Known here: a, b, m."),
    (9, 40, "reverse-item", "m has no range of points to turn round. Reverse questions with one answer, or a number."),
    (9, 43, "unknown-name", "there is no d in this self-check. Known here: a, b, c, m, total."),
)

mistake(
    "blank-rule",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  s1: {title: T, add: [a, b], blank: {allow: 2, then: leave_out}}
  s2: {title: T, average: [a, b], blank: {allow: 1, then: scale_up}, round: nearest}
  s3: {title: T, add: [a, b], blank: {allow: 1, then: count_as}}
  s4: {title: T, add: [a, b], blank: {allow: 1, then: leave_out, value: 0}}
  s5: {title: T, add: [a, b], blank: {allow: 1, then: leave_out, round: up}}
""",
    (8, 46, "blank-rule", "2 of 2 answers may be blank, so that a score could rest on nothing. Allow 1 at most."),
    (9, 59, "blank-rule", "scale_up makes no sense for average. Write leave_out."),
    (10, 38, "blank-rule", "count_as needs a value. Add value: with the points."),
    (11, 38, "blank-rule", "value belongs to count_as. Delete it."),
    (12, 73, "blank-rule", "nothing is rounded with leave_out. Delete round here; a score has a round of its own."),
)

mistake(
    "round-missing",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  s1: {title: T, add: [a, b], blank: {allow: 1, then: scale_up}}
  s2: {title: T, average: [a, b, c]}
  s3: {title: T, average: [a, b, c], round: exact}
  s4: {title: T, ratio: [a, 7], round: {how: up, to: 0}}
  s5: {title: T, add: [a, b, c], blank: {allow: 2, then: scale_up, round: exact}}
""",
    (
        8,
        31,
        "round-missing",
        "nothing says how a score that is scaled up is rounded. Add round: nearest, up, down, or exact.",
    ),
    (
        9,
        3,
        "round-missing",
        "nothing says how this average is rounded. Add round:, as in {how: nearest, to: 0.1}, or exact.",
    ),
    (10, 3, "round-missing", "the score can have more than 6 decimals. Add round:, as in {how: nearest, to: 0.1}."),
    (11, 40, "round-missing", "the step to round to is not above 0. Write it as in 1 or 0.1."),
)

mistake(
    "divide-by-zero",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  s1: {title: T, ratio: [a, b], round: nearest}
  s2: {title: T, ratio: [a, 0], round: nearest}
""",
    (
        8,
        3,
        "divide-by-zero",
        "the number below the line can be 0. Add if_zero: with the number that the score is then, or blank.",
    ),
    (9, 3, "divide-by-zero", "the number below the line is always 0. Name another question or score."),
)

mistake(
    "ranges",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  total: {add: [a, b, c]}
bands:
  total:
    nought to 2: {name: A, means: A}
    9-3: {name: B, means: B}
    3-5: {name: C, means: C}
    5-6: {name: D, means: D}
    6: {name: E, means: E}
    above 8 to below 8: {name: F, means: F}
""",
    (
        11,
        5,
        "range-shape",
        "'nought to 2' is not a range. Write it as in 0-4, 8 to below 11, above 8 to 11, below 5, 20 or more, or 7.",
    ),
    (12, 5, "range-reversed", "the range 9-3 holds no number. Put the lower end first."),
    (14, 5, "range-overlap", "the ranges 3-5 and 5-6 share numbers. Change one of their ends."),
    (15, 5, "range-overlap", "the ranges 5-6 and 6 share numbers. Change one of their ends."),
    (16, 5, "range-reversed", "the range above 8 to below 8 holds no number. Put the lower end first."),
)

mistake(
    "whole-range",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  total: {average: [a, b], round: {how: nearest, to: 0.5}}
bands:
  total:
    0-1: {name: A, means: A}
    2-3: {name: B, means: B}
""",
    (
        11,
        5,
        "whole-range",
        "the score is not always whole, and 0-1 leaves out what lies between it and the next range. Write 0 to below 2, or round the score.",
    ),
)

mistake(
    "step that cannot be read",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
  n: {ask: N, number: {from: 0, to: 100}}
scores:
  s1: {title: T, of: n, steps: {upto 80: 0, 81-100: 1}}
""",
    (
        9,
        33,
        "range-shape",
        "'upto 80' is not a range. Write it as in 0-4, 8 to below 11, above 8 to 11, below 5, 20 or more, or 7.",
    ),
)

mistake(
    "steps-hole",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
  n: {ask: N, number: {from: 0, to: 100}}
scores:
  s1: {title: T, of: n, steps: {0-80: 0, 82-100: 1}}
  s2: {title: T, of: n, steps: {}}
  s3: {title: T, of: n, steps: {0-80: 0, 80-100: 1}}
""",
    (9, 25, "steps-hole", "no step says what 81 becomes, and n can be that. Add 81."),
    (10, 25, "steps-hole", "there is no step. Write at least one."),
    (11, 42, "range-overlap", "the ranges 0-80 and 80-100 share numbers. Change one of their ends."),
)

mistake(
    "table-hole",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  s1: {title: T, of: a, look_up: {0: 10, 3: 30}}
  s2: {title: T, of: a, table: tabel}
  s3: {title: T, of: a, look_up: {0: 10, 1: 20, 2-3: 30}}
  s4: {title: T, of: a, table: broken}
""",
    (8, 25, "table-hole", "no row of the table says what 1 becomes, and a can be that. Add 1."),
    (9, 32, "table-unknown", "there is no table tabel. Did you mean table?"),
    (10, 49, "table-shape", "'2-3' is not a number. Write one number in digits; for ranges, use steps."),
    (11, 32, "table-shape", "the row 0, x of the table broken is not two numbers. Write both in digits."),
)

mistake(
    "bands-shape",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  s1: {title: T, add: [a]}
  s2: {title: T, add: [a]}
  s3: {title: T, add: [a]}
  s4: {title: T, add: [a]}
  s5: {title: T, add: [a]}
  s6: {title: T, add: [a]}
bands:
  s1: {}
  s2: {default: x, ranges: {0-3: {name: A, means: A}}}
  s3: {sets: {x: {0-3: {name: A, means: A}}}}
  s4: {sets: {x: {0-3: {name: A, means: A}}, y: {0-3: {name: A, means: A}}}, default: z, because: B, ranges: {0-3: {name: A, means: A}}}
  s5: {ranges: {0-3: {name: A, means: A}}, otherwise: {0-3: {name: A, means: A}}}
  s6: {when: {never: {0-3: {name: A, means: A}}}, otherwise: {0-3: {name: A, means: A}}}
""",
    (15, 3, "bands-shape", "there are no ranges. Write them, as in 0-4, each with name and means."),
    (16, 8, "bands-shape", "default belongs to sets. Delete it, or put the bands under sets."),
    (17, 8, "bands-shape", "no set is the default. Add default: with one of them."),
    (17, 8, "bands-shape", "nothing says why one set is the default. Add because: with the reason."),
    (17, 8, "bands-shape", "there is only one set. Write its ranges directly under the score, or add another."),
    (18, 87, "bands-shape", "there is no set z. Known here: x, y."),
    (18, 102, "bands-shape", "ranges stands beside sets. Put it inside one of the sets."),
    (19, 3, "bands-shape", "ranges stand beside otherwise. Move them under when or otherwise."),
    (20, 3, "bands-shape", "by is missing. Write by: with a question, and when: with the ranges for each answer."),
)

mistake(
    "otherwise-missing",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  total: {add: [a]}
bands:
  total:
    by: b
    when: {never: {0-3: {name: A, means: A}}}
findings:
  f: {pick: first, rules: {x: {when: a >= 1, name: X, means: X}}}
  g: {pick: first, rules: {}, otherwise: {name: Y, means: Y}}
""",
    (
        11,
        5,
        "otherwise-missing",
        "nothing says what holds when this is blank. Add otherwise: with ranges for a blank, and for answers that when does not list.",
    ),
    (14, 3, "otherwise-missing", "nothing says what is found when no rule holds. Add otherwise: with name and means."),
    (15, 20, "otherwise-missing", "there is no rule. Write at least one, with when, name and means."),
)

mistake(
    "cases",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
  n: {ask: N, number: {from: 0, to: 9}}
scores:
  total: {add: [a]}
  other: {title: O, add: [a]}
bands:
  total:
    by: b
    when:
      never, sum: {0-3: {name: A, means: A}}
      some, never: {0-3: {name: A, means: A}}
    otherwise: {0-3: {name: A, means: A}}
  other:
    by: n
    when:
      0-4: {0-3: {name: A, means: A}}
      4-9: {0-3: {name: A, means: A}}
      old: {0-3: {name: A, means: A}}
    otherwise: {0-3: {name: A, means: A}}
""",
    (
        9,
        3,
        "score-title",
        "total is shown beside other scores and has no title. Add title:, or show: false if it is only a step on the way.",
    ),
    (15, 7, "unknown-name", "sum is not one of the answers of b. Known here: daily, never, some."),
    (16, 7, "case-twice", "never already stands in the case never, sum. Delete it from one of them."),
    (22, 7, "range-overlap", "the ranges 0-4 and 4-9 share numbers. Change one of their ends."),
    (
        23,
        7,
        "range-shape",
        "'old' is not a range. Write it as in 0-4, 8 to below 11, above 8 to 11, below 5, 20 or more, or 7.",
    ),
)

mistake(
    "band names",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  total: {title: T, add: [a, b]}
bands:
  total:
    ranges:
      0-2: {name: Mild, means: A, level: low}
      3-4: {name: Severe, means: A}
      5-6: {name: mild, means: A, level: high}
    override:
      o: {when: c >= 1, band: sever}
""",
    (
        13,
        12,
        "band-level",
        "Severe has no level, and others here have one. Add level: with one of low, some, high, emergency.",
    ),
    (
        14,
        7,
        "band-same-name",
        "the ranges 0-2 and 5-6 have the same name. Give each band a name of its own, or join the ranges.",
    ),
    (16, 31, "band-unknown", "sever is not one of the bands. Did you mean severe?"),
)

mistake(
    "band by itself",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  total: {add: [a, b]}
bands:
  total: {by: total, when: {0-2: {0-6: {name: A, means: A}}}, otherwise: {0-6: {name: A, means: A}}}
""",
    (10, 15, "condition-type", "cut-offs cannot depend on total. Name a question, or another score."),
)

mistake(
    "severity-order",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
findings:
  f:
    pick: most_severe
    rules:
      high: {when: a >= 3, name: High, means: H, level: high}
      low: {when: a >= 1, name: Low, means: L, level: low}
      Odd: {when: a >= 2, name: Odd, means: L, level: emergency}
    otherwise: {name: No, means: N, level: low}
""",
    (
        12,
        12,
        "severity-order",
        "low is low, and stands after high, which is high. Put the mildest rule first and the most severe last.",
    ),
    (
        13,
        7,
        "id-shape",
        "'Odd' cannot be an id. Use small letters, digits and hyphens, and no word of the condition language.",
    ),
)

mistake(
    "flags",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  total: {add: [a, b]}
flags:
  late: {when: total >= 3, show: at_once, level: urgent, title: T, say: S}
  nobody: {when: a >= 3, show: at_once, level: emergency, title: T, say: S}
""",
    (10, 3, "flag-contact", "this urgent flag names nobody to call. Add contacts: with at least one id."),
    (
        10,
        16,
        "flag-too-late",
        "the flag is shown at once, and waits for total. Use answers in its condition, or write show: with_result.",
    ),
    (11, 3, "flag-contact", "this emergency flag names nobody to call. Add contacts: with at least one id."),
)

mistake(
    "unused-score",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  total: {add: [a, b]}
  extra: {show: false, add: [c]}
""",
    (9, 3, "unused-score", "extra is neither shown nor used. Delete it, or show it."),
)

mistake(
    "missing and unknown fields",
    """\
answer_lists:
  often: {never: [Never, 0], some: [Some, 1], daily: [Daily, 3]}
questions:
  a: {ask: A, answers: often}
  b: {ask: B, answers: often}
  c: {ask: C, answers: often}
scores:
  total: {ad: [a, b]}
bands:
  total:
    0-6: {nam: X, means: X}
flags:
  f: {when: a >= 1, show: later, level: bad, title: T, say: S}
""",
    (8, 11, "unknown-field", "ad is not a field here. Did you mean add?"),
    (11, 11, "unknown-field", "nam is not a field here. Did you mean name?"),
    (13, 27, "wrong-value", "show cannot be 'later'. Known here: at_once, with_result."),
    (13, 41, "wrong-value", "level cannot be 'bad'. Known here: emergency, see-someone, urgent."),
)

mistake(
    "too-large",
    """\
questions:
  a: {ask: A, number: {from: 0, to: 999999999, step: 0.000001}}
scores:
  x: {title: X, multiply: [a, 999999]}
  y: {title: Y, multiply: [x, 0.1]}
""",
    (4, 3, "too-large", "the score can grow beyond a million million. Work with smaller numbers."),
    (5, 3, "round-missing", "the score can have more than 6 decimals. Add round:, as in {how: nearest, to: 0.1}."),
    (5, 3, "too-large", "the score can grow beyond a million million. Work with smaller numbers."),
)

mistake(
    "missing-field",
    """\
questions:
  a: {answers: {x: X, y: Y}}
  b: {ask: B, choose_many: {x: X, y: Y}}
flags:
  f: {when: a is x}
""",
    (2, 3, "missing-field", "ask is missing. Add a line ask: with its value."),
    (5, 3, "missing-field", "level is missing. Add a line level: with its value."),
    (5, 3, "missing-field", "say is missing. Add a line say: with its value."),
    (5, 3, "missing-field", "show is missing. Add a line show: with its value."),
    (5, 3, "missing-field", "title is missing. Add a line title: with its value."),
)

mistake(
    "too many answers",
    "questions:\n  a:\n    ask: A\n    answers:\n" + "".join(f"      o{index}: O{index}\n" for index in range(61)),
    (4, 5, "too-large", "61 answers are offered, more than 60. Ask for a number instead, or group them."),
)


CONDITIONS: list[tuple[str, int, str, str]] = [
    ("a", 1, "condition", "nothing says what of a. Write, for example, a >= 1 or a is yes."),
    ("a >=", 5, "condition", "the condition stops too early. It needs the name of a question or score here."),
    ("a >= 1 and", 11, "condition", "the condition stops too early. It needs the name of a question or score here."),
    (
        "a >= 1 and b >= 1 or c >= 1",
        19,
        "condition",
        "'and' and 'or' stand side by side, which can be read in two ways. Put brackets round the part that belongs together.",
    ),
    ("(a >= 1", 8, "condition", "the condition stops too early. It needs a closing bracket ) here."),
    ("a >= 1)", 7, "condition", ") cannot stand here. Expected 'and', 'or' or the end."),
    ("any of [a, b]", 9, "condition", "nothing says what of a. Write, for example, any of [...] >= 1."),
    ("any of a >= 1", 8, "condition", "a cannot stand here. Expected a list in square brackets."),
    (
        "a == nope!",
        10,
        "condition",
        "! means nothing in a condition. Use names, numbers, and the words 'and', 'or' and 'not'.",
    ),
    ("a >= 1 AND b >= 1", 8, "condition", "AND is written in capital letters. Write and."),
    (
        'a >= "1"',
        6,
        "condition",
        "\"1\" means nothing in a condition. Use names, numbers, and the words 'and', 'or' and 'not'.",
    ),
    (
        "a is 1",
        6,
        "condition",
        "'is' asks which answer was chosen, and a number is not an answer. Write = 1 for a number.",
    ),
    ("1 >= 0", 1, "condition-type", "two numbers are compared, and no answer. Name a question or a score on one side."),
    ("a >= 1 >= 0", 8, "condition", "two comparisons stand in one. Write each on its own, and join them with 'and'."),
    ("import os", 8, "condition", "os cannot stand here. Expected a comparison such as >= 1, 'is' or 'includes'."),
    ("a; b", 2, "condition", "; is neither a name nor a number. Check how it is spelled."),
    ("a >= 1e3", 6, "condition", "1e3 is neither a name nor a number. Check how it is spelled."),
    ("sum of [a, 2] >= 1", 12, "condition", "2 cannot stand here. Expected a name."),
    ("a >= 10:30", 6, "condition-type", "a number is compared with a clock time. Write a plain number."),
    (
        "a includes never",
        1,
        "condition-type",
        "a is not a question of which several answers can be chosen. Write 'is' in place of 'includes', or compare a number.",
    ),
    (
        "count of [a, b >= 1 >= 2",
        21,
        "condition",
        "two comparisons stand in one. Write each on its own, and join them with 'and'.",
    ),
    ("not", 4, "condition", "the condition stops too early. It needs the name of a question or score here."),
    ("a is", 5, "condition", "the condition stops too early. It needs an answer here."),
    (
        "it is never",
        1,
        "repeat-scope",
        "'it' means the thing of a repeated block, and this is not in one. Name a question.",
    ),
    ("a >= x", 6, "unknown-name", "there is no x in this self-check. Known here: a, b, c, f1, many, total."),
    ("any of [a, b] is nevr", 18, "unknown-name", "nevr is not one of the answers of a. Did you mean never?"),
    ("a is not one of [never, dayly]", 25, "unknown-name", "dayly is not one of the answers of a. Did you mean daily?"),
    (
        "a >= 1234567890",
        6,
        "condition",
        "1234567890 is too long a number. Use at most 9 digits before the point and 6 behind it.",
    ),
    ("total is high", 1, "condition-type", "total has no bands. Compare it with a number, as in total >= 1."),
    ("f1 >= 1", 1, "condition-type", "f1 is a finding, not a number. Ask for one of its rules, as in f1 is otherwise."),
    ("f1 is blank", 1, "condition-type", "f1 is not a question, so it is never blank. Name a question."),
    ("many is x", 1, "condition-type", "several answers of many can be chosen. Write 'includes' in place of 'is'."),
    (
        "many >= 1",
        1,
        "no-points",
        "the answers of many have no points. Give each answer points, or ask with 'is' which answer was chosen.",
    ),
    (
        "a && b",
        3,
        "condition",
        "&& means nothing in a condition. Use names, numbers, and the words 'and', 'or' and 'not'.",
    ),
    ("a is never, b is never", 11, "condition", ", cannot stand here. Expected 'and', 'or' or the end."),
]
"""Conditions that cannot be read or meant: text, column in it, rule, sentence. Among questions a, b, c and many, score total, finding f1."""
