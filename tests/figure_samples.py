"""One made-up figure of each kind, about nails and nothing, for tests that need some they may change."""

from __future__ import annotations

from ebbtide.model.figure import Figure, read
from ebbtide.model.figure_base import Word
from ebbtide.source import parse_yaml
from tests.telling import well_formed

COURSE = """\
kind: course
title: Days without biting
caption: The band is wide. [@A1]
alt: A band that rises and falls.
sources: [A1]
basis: described
axis: Days since the last bite
levels: {none: none, some: some, much: much}
courses:
  - name: The wish to bite
    sources: [A1]
    points:
      - {day: 0, low: none, high: none}
      - {day: 1.5, say: After a day and a half, low: some, high: much}
      - {day: 6, low: none, high: some}
    after: Some say that it goes on.
"""

OVERLAP = """\
kind: overlap
title: Fingers and toes
caption: Both have nails.
alt: Two sheets that lie over each other.
sources: [A1]
first:
  name: Only fingers
  items: [{say: They point}]
both:
  name: Both
  items:
    - {say: They have nails, sources: [A1]}
    - {say: They get cold}
second:
  name: Only toes
  items: [{say: They hide in shoes}]
"""

LADDER = """\
kind: ladder
title: Ways to stop
caption: From little to much.
alt: Three steps, each wider than the last.
sources: [A1]
least: Least effort
most: Most effort
rungs:
  - {name: Wait, who: You have time, more: It may take years., sources: [A1]}
  - {name: Gloves, who: You have gloves}
  - {name: Varnish, who: You mean it}
"""

STEPS = """\
kind: steps
title: Fewer bites
caption: An example.
alt: A staircase that falls.
sources: [A1]
unit: Bites a day
steps:
  - {name: Start, value: 20}
  - {name: First, value: 12.5}
  - {name: Rest, value: 12.5, pause: true}
  - {name: Last, value: 0}
after: Then none.
"""

TREE = """\
kind: tree
title: Whom to call?
caption: Begin at the top.
alt: Two questions and what to do.
sources: [A1]
questions:
  blood:
    ask: Is there blood?
    more: A drop does not count.
    yes: call
    no: sad
  sad:
    ask: Are you sad?
    sources: [A1]
    yes: talk
    no: rest
outcomes:
  call: {level: emergency, do: Call for help, to: [contact:emergency]}
  talk: {level: see-someone, do: Talk, more: At any hour., to: [contact:line, page:get-help], sources: [A1]}
  rest: {do: Rest}
"""

SAMPLES = {"course": COURSE, "overlap": OVERLAP, "ladder": LADDER, "steps": STEPS, "tree": TREE}
SHOWN = "\n\n".join(f"[figure](figure:{name})" for name in SAMPLES)
"""A text that shows them all."""

WORDS = {
    "figure-described": "What people say.",
    "figure-measured": "Measured.",
    "figure-day": "Day {n}:",
    "figure-range": "{low} to {high}",
    "figure-number": "{n}",
    "figure-yes": "Yes:",
    "figure-no": "No:",
    "figure-go": "go to question {n}.",
    "emergency": "Emergency:",
    "urgent": "Urgent:",
    "see-someone": "See someone:",
}


def voice(word: Word) -> str:
    said = WORDS[word.key]
    for name, value in word.values:
        said = said.replace(f"{{{name}}}", value if isinstance(value, str) else f"{value.normalize():f}")
    return said


def judged(text: str) -> tuple[Figure | None, list[tuple[int, int, str, str]]]:
    document, problems = parse_yaml(text, "figures/it.yaml")
    assert document is not None
    assert problems == []
    figure, problems = read(document.fields, document.places)
    assert (figure is None) == bool(problems)
    assert all(well_formed(problem) for problem in problems), problems
    return figure, [(each.place.line, each.place.column, each.rule, each.message) for each in sorted(problems)]


def sound(text: str) -> Figure:
    figure, problems = judged(text)
    assert figure is not None, problems
    return figure
