"""The best answer so far, and what one more search makes of it."""

from __future__ import annotations

from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.highs import Answer, Hint
from scheduler.problem import FloatArray
from scheduler.standard_form import StandardForm


def near(form: StandardForm, best: Answer, gap: float) -> bool:
    """Whether the best point is within ``gap`` of the bound."""
    return best.x is not None and form.value(best.x) - best.bound <= gap


def better(
    form: StandardForm,
    best: Answer,
    part: StandardForm,
    gap: float,
    deadline: Deadline,
    start: FloatArray | Hint | None,
) -> Answer:
    """``best``, or what a search of ``part`` finds; the whole ``form`` as its part also moves the bound."""
    answer = highs.solve(
        part,
        time_limit_s=deadline.left_s,
        gap=gap / 2,
        target=best.bound + gap,
        start=start if best.x is None else best.x,
    )
    bound = max(best.bound, answer.bound) if part is form and not answer.infeasible else best.bound
    if answer.x is None or (best.x is not None and form.value(answer.x) >= form.value(best.x)):
        return Answer(best.x, bound, infeasible=part is form and answer.infeasible and best.x is None)
    return Answer(answer.x, bound, infeasible=False)
