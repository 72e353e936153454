"""The search where the slots of a session bind each other: a walk, made better where it may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np

from scheduler import highs
from scheduler.agreed import made_better
from scheduler.best_so_far import better, near
from scheduler.deadline import Deadline
from scheduler.highs import Answer, Hint
from scheduler.layout import Layout
from scheduler.problem import FloatArray
from scheduler.solved import THOROUGH_S, Aim
from scheduler.standard_form import StandardForm
from scheduler.walks import walked

_FAR: Final = 4.0
"""Times the asked gap from which on a plan is made anew beside one that is there."""


def searched_tied(
    form: StandardForm,
    layout: Layout,
    relaxed: Answer,
    aim: Aim,
    deadline: Deadline,
    start: FloatArray | Hint | None,
) -> Answer:
    """As ``search`` where the slots of a session bind each other: slot by slot, to an executable point, which
    is made better where it and the linear program of all rows disagree.

    Where that is not near the bound, the rows of on and off and of the ties lift it; where it leads nowhere,
    everything is searched at once for a while.
    """
    every_row = cache(lambda: highs.solve(form.relaxed(), time_limit_s=deadline.left_s))
    best = Answer(start if isinstance(start, np.ndarray) else None, relaxed.bound, infeasible=False)
    if best.x is not None:
        best = _agreed(form, layout, best, every_row, aim, deadline)
    if best.x is None or _far(form, best, aim):
        found = walked(form, layout, relaxed, every_row, aim, deadline)
        best = replace(best, bound=max(best.bound, found.bound))
        if found.x is not None and (best.x is None or form.value(found.x) < form.value(best.x)):
            best = _agreed(form, layout, replace(best, x=found.x, between=None), every_row, aim, deadline)
    if best.x is not None:
        return best
    brief = Deadline.after(deadline.clock, min(deadline.left_s, THOROUGH_S))
    return better(form, best, form, aim.asked, brief, start)


def _agreed(
    form: StandardForm,
    layout: Layout,
    best: Answer,
    every_row: Callable[[], Answer],
    aim: Aim,
    deadline: Deadline,
) -> Answer:
    """``best``, made better where it and the linear program of ``every_row`` disagree."""
    if best.x is None or near(form, best, aim.asked):
        return best
    linear = every_row()
    if linear.x is None:
        return best
    bound = max(best.bound, linear.bound)
    good, worth = bound + aim.asked / 2, aim.asked / 4
    x, between = made_better(form, layout, best.x, linear.x, good, worth, deadline)
    return replace(best, x=x, bound=bound, between=between)


def _far(form: StandardForm, best: Answer, aim: Aim) -> bool:
    """Whether the best point found with currents between their steps is far from the bound."""
    between = best.x if best.between is None else best.between
    return between is not None and form.value(between) > best.bound + _FAR * aim.asked
