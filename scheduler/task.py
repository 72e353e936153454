"""A search that is to be made, and what one more try makes of its best answer so far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.highs import Answer, Hint
from scheduler.layout import Layout
from scheduler.problem import FloatArray
from scheduler.solved import Aim
from scheduler.standard_form import StandardForm


@dataclass(frozen=True, slots=True)
class Task:
    """What is searched, how near to the bound, how long, and from where."""

    form: StandardForm
    layout: Layout
    relaxed: Answer
    """Of the relaxation with the same objective."""
    aim: Aim
    deadline: Deadline
    start: FloatArray | Hint | None = None

    @property
    def first(self) -> Answer:
        """The best answer before anything is searched: the point to begin from, if it is one."""
        x = self.start if isinstance(self.start, np.ndarray) else None
        return Answer(x, self.relaxed.bound, infeasible=False)

    def near(self, best: Answer, gap: float) -> bool:
        """Whether the best point is within ``gap`` of the bound."""
        return best.x is not None and self.form.value(best.x) - best.bound <= gap

    def better(self, best: Answer, part: StandardForm, gap: float, deadline: Deadline) -> Answer:
        """``best``, or what a search of ``part`` finds; the whole form as its part also moves the bound."""
        form, whole = self.form, part is self.form
        answer = highs.solve(
            part,
            time_limit_s=deadline.left_s,
            gap=gap / 2,
            target=best.bound + gap,
            start=self.start if best.x is None else best.x,
        )
        bound = max(best.bound, answer.bound) if whole and not answer.infeasible else best.bound
        if answer.x is None or (best.x is not None and form.value(answer.x) >= form.value(best.x)):
            return Answer(best.x, bound, infeasible=whole and answer.infeasible and best.x is None)
        return Answer(answer.x, bound, infeasible=False)
