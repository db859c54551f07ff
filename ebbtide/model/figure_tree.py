"""Decision trees: questions, answers that lead on, and what to do in the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ebbtide.model.article import Reference
from ebbtide.model.base import Id, Strict, nearest
from ebbtide.model.figure_base import Fault, FigureBase, Line, Sentence, Told, Word, stopped, twice
from ebbtide.model.reference import SourceId
from ebbtide.problem import Loc


class Question(Strict):
    ask: Line
    more: Sentence | None = None
    """What else to think of. It is told in words and not drawn."""
    yes: Id
    no: Id
    sources: tuple[SourceId, ...] = ()


class Outcome(Strict):
    do: Line
    level: Literal["emergency", "urgent", "see-someone", "note"] = "note"
    more: Sentence | None = None
    """What else to do. It is told in words and not drawn."""
    to: tuple[Reference, ...] = ()
    """Where to go from here: contacts, pages, articles, self-checks."""
    sources: tuple[SourceId, ...] = ()


class Tree(FigureBase):
    """Questions that are answered with yes or no, the first one first, and what to do in the end."""

    kind: Literal["tree"]
    ordered: ClassVar[bool] = True
    questions: Annotated[dict[Id, Question], Field(min_length=1, max_length=9)]
    outcomes: Annotated[dict[Id, Outcome], Field(min_length=2, max_length=10)]

    def branches(self, id: str) -> tuple[tuple[str, str], tuple[str, str]]:
        """The answers to a question and where they lead, in the order in which they are drawn: what is done first, then what is
        asked next."""
        question = self.questions[id]
        ways = ("yes", question.yes), ("no", question.no)
        return ways if question.yes in self.outcomes or question.no in self.questions else (ways[1], ways[0])

    def asked(self) -> dict[str, int]:
        """The numbers of the questions that can be reached, in the order in which they are drawn. A question that leads back to
        itself is not followed."""
        order: dict[str, int] = {}
        waiting = [next(iter(self.questions))]
        while waiting:
            id = waiting.pop()
            if id in self.questions and id not in order:
                order[id] = len(order) + 1
                waiting += [to for _, to in reversed(self.branches(id))]
        return order

    def told(self) -> tuple[Told, ...]:
        asked = self.asked()
        return tuple(self._told(id, asked) for id in asked)

    def _told(self, id: str, asked: Mapping[str, int]) -> Told:
        question = self.questions[id]
        ways = []
        for answer, to in self.branches(id):
            word = Word(f"figure-{answer}")
            if to in asked:
                ways.append(Told((word, Word("figure-go", (("n", Decimal(asked[to])),)))))
                continue
            outcome = self.outcomes[to]
            level = () if outcome.level == "note" else (Word(outcome.level),)
            more = (outcome.more,) if outcome.more else ()
            ways.append(Told((word, *level, stopped(outcome.do), *more), outcome.sources, outcome.to))
        more = (question.more,) if question.more else ()
        return Told((stopped(question.ask), *more), question.sources, below=tuple(ways))

    def pointers(self) -> Iterator[tuple[Loc, str]]:
        for id, outcome in self.outcomes.items():
            for number, pointer in enumerate(outcome.to):
                yield ("outcomes", id, "to", number), pointer

    def faults(self) -> Iterator[Fault]:
        known = {**self.questions, **self.outcomes}
        for id in self.questions.keys() & self.outcomes.keys():
            yield ("outcomes", id), "figure-tree", f"{id} is a question too.", "Rename one of them."
        whole = True
        for id, question in self.questions.items():
            for answer in ("yes", "no"):
                to = getattr(question, answer)
                if to not in known:
                    whole = False
                    message = f"{answer} leads nowhere: there is no question or outcome {to}."
                    yield ("questions", id, answer), "figure-tree", message, nearest(to, known)
            if question.yes == question.no and question.yes in known:
                yield ("questions", id, "no"), "figure-tree", "yes and no lead to the same.", "Delete the question."
        if whole:
            yield from self._ways()
        for id, outcome in self.outcomes.items():
            if outcome.level != "emergency":
                continue
            at: Loc = ("outcomes", id)
            for number, pointer in enumerate(outcome.to):
                if not pointer.startswith("contact:"):
                    message = f"{pointer} leads somebody in danger away to read."
                    yield (*at, "to", number), "figure-emergency", message, "Leave contacts only."
            if not outcome.to:
                yield at, "figure-emergency", "this emergency names nobody to call.", "Add to: and a contact."
        yield from twice([(("questions", id, "ask"), question.ask) for id, question in self.questions.items()])

    def _ways(self) -> Iterator[Fault]:
        """Ways that lead back or together, and what no way leads to."""
        first = next(iter(self.questions))
        reached: set[str] = {first}
        waiting: list[tuple[str, tuple[str, ...]]] = [(first, (first,))]
        while waiting:
            id, above = waiting.pop()
            for answer, to in reversed(self.branches(id)):
                at: Loc = ("questions", id, answer)
                if to in above:
                    yield (
                        at,
                        "figure-tree",
                        f"{answer} leads back to {to}.",
                        "Lead on to another question, or to an outcome.",
                    )
                elif to in self.questions and to in reached:
                    message = f"another answer leads to the question {to} already."
                    yield at, "figure-tree", message, "Lead each answer to a question of its own, or to an outcome."
                elif to in self.questions:
                    waiting.append((to, (*above, to)))
                reached.add(to)
        for kind, ids in (("questions", self.questions), ("outcomes", self.outcomes)):
            for id in ids:
                if id not in reached:
                    message = f"no answer leads to {id}."
                    yield (kind, id), "figure-tree", message, "Delete it, or lead an answer to it."
