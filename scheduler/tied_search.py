"""The search where the slots of a session bind each other: a walk, made better where it may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Final

from scheduler import highs
from scheduler.agreed import made_better
from scheduler.deadline import Deadline
from scheduler.highs import Answer
from scheduler.solved import THOROUGH_S
from scheduler.task import Task
from scheduler.walks import walked

_FAR: Final = 4.0
"""Times the asked gap from which on a plan is made anew beside one that is there."""


def searched_tied(task: Task) -> Answer:
    """As ``search`` where the slots of a session bind each other: slot by slot, to an executable point, which
    is made better where it and the linear program of all rows disagree.

    Where that is not near the bound, the rows of on and off and of the ties lift it; where it leads nowhere,
    everything is searched at once for a while.
    """
    form, deadline, best = task.form, task.deadline, task.first
    every_row = cache(lambda: highs.solve(form.relaxed(), time_limit_s=deadline.left_s))
    if best.x is not None:
        best = _agreed(task, best, every_row)
    if best.x is None or _far(task, best):
        found = walked(task, every_row)
        best = replace(best, bound=max(best.bound, found.bound))
        if found.x is not None and (best.x is None or form.value(found.x) < form.value(best.x)):
            best = _agreed(task, replace(best, x=found.x, between=None), every_row)
    if best.x is not None:
        return best
    brief = Deadline.after(deadline.clock, min(deadline.left_s, THOROUGH_S))
    return task.better(best, form, task.aim.asked, brief)


def _agreed(task: Task, best: Answer, every_row: Callable[[], Answer]) -> Answer:
    """``best``, made better where it and the linear program of ``every_row`` disagree."""
    asked = task.aim.asked
    if task.near(best, asked):
        return best
    linear = every_row()
    if linear.x is None:
        return best
    assert best.x is not None
    bound = max(best.bound, linear.bound)
    good, worth = bound + asked / 2, asked / 4
    x, between = made_better(task.form, task.layout, best.x, linear.x, good, worth, task.deadline)
    return replace(best, x=x, bound=bound, between=between)


def _far(task: Task, best: Answer) -> bool:
    """Whether the best point found with currents between their steps is far from the bound."""
    between = best.x if best.between is None else best.between
    return between is not None and task.form.value(between) > best.bound + _FAR * task.aim.asked
