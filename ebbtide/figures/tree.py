"""A decision tree: questions one below the other, and what to do beside the answer that ends there.

The answer that leads to an outcome is drawn first and set in; the other goes straight on down. Where both lead to questions, the
whole tree of the first is set in.
"""

from __future__ import annotations

from ebbtide.figures.canvas import LINE, SIZE, WIDTH, Canvas, height, number
from ebbtide.figures.tell import Voice
from ebbtide.model.figure_base import Word
from ebbtide.model.figure_tree import Outcome, Tree

_IN = 24.0
_SPINE = 10.0
_PAD = 8.0
_BORDER = {
    "emergency": ' stroke-width="4"',
    "urgent": ' stroke-width="2.5"',
    "see-someone": ' stroke-width="2.5" stroke-dasharray="9 4"',
    "note": "",
}


def draw_tree(canvas: Canvas, figure: Tree, voice: Voice) -> None:
    """Draw it from its first question."""
    _Tree(canvas, figure, voice).question(next(iter(figure.questions)), 1, 1)


class _Tree:
    def __init__(self, canvas: Canvas, figure: Tree, voice: Voice) -> None:
        self.canvas, self.figure, self.voice = canvas, figure, voice
        self.asked = figure.asked()

    def question(self, id: str, x: float, y: float) -> float:
        """Draw a question and all that follows from it, with its upper left corner there. Returns how far down it reaches."""
        canvas, said = self.canvas, f"{self.asked[id]}. {self.figure.questions[id].ask}"
        room = WIDTH - 1 - x - 2 * _PAD
        high = height(said, room, bold=True) + 2 * _PAD
        canvas.box("ask", x, y, WIDTH - 1 - x, high, round=14, more=' fill="currentColor" fill-opacity=".08"')
        canvas.words(x + _PAD + 2, y + _PAD - 2, said, room, bold=True)
        top = y = y + high
        spine = x + _SPINE
        (first, to), (second, then) = self.figure.branches(id)
        y, joint = self._set_in(first, to, x, y)
        if then in self.figure.outcomes:
            y, joint = self._set_in(second, then, x, y)
            canvas.path("way", f"M{number(spine)} {number(top)}V{number(joint)}")
            return y
        y = self._answer(second, x, y) + 4
        canvas.path("way", f"M{number(spine)} {number(top)}V{number(y)}m-5 -6l5 6l5 -6")
        return self.question(then, x, y + 2)

    def _answer(self, answer: str, x: float, y: float) -> float:
        said = self.voice(Word(f"figure-{answer}")).rstrip(": \u00a0\u202f")
        self.canvas.line(x + _IN, y + 4 + SIZE, said, bold=True)
        return y + 8 + LINE

    def _set_in(self, answer: str, to: str, x: float, y: float) -> tuple[float, float]:
        """An answer and what it leads to, set in. Returns how far down that reaches, and where the line to it branches off."""
        top = self._answer(answer, x, y)
        joint = top + 16
        if to in self.figure.outcomes:
            end = self._outcome(self.figure.outcomes[to], x + _IN, top)
        else:
            end = self.question(to, x + _IN, top)
        self.canvas.path("way", f"M{number(x + _SPINE)} {number(joint)}H{number(x + _IN - 3)}m-5 -5l5 5l-5 5")
        return end, joint

    def _outcome(self, outcome: Outcome, x: float, y: float) -> float:
        canvas, room = self.canvas, WIDTH - 2 - x - 2 * _PAD
        level = "" if outcome.level == "note" else self.voice(Word(outcome.level))
        high = (height(level, room, bold=True) if level else 0) + height(outcome.do, room) + 2 * _PAD
        canvas.box(outcome.level, x, y, WIDTH - 2 - x, high, round=4, more=_BORDER[outcome.level])
        below = canvas.words(x + _PAD + 2, y + _PAD - 2, level, room, bold=True) if level else y + _PAD - 2
        canvas.words(x + _PAD + 2, below, outcome.do, room)
        return y + high
