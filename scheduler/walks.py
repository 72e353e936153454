"""The walks slot by slot that are tried, with every car on one phase set; the cheapest counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from scheduler.highs import Answer
from scheduler.narrowed import without_switches
from scheduler.problem import FloatArray
from scheduler.slot_by_slot import Walked, slot_by_slot
from scheduler.task import Task

_FAR: Final = 2.0
"""Times the asked gap from which on sessions are also tried on fewer phases."""


def walked(task: Task, every_row: Callable[[], Answer]) -> Answer:
    """The executable point of the first way that leads to one, perhaps none, and the bound; ``every_row`` is
    asked for a better bound than that of the relaxation where it matters.

    A battery that acts by itself is searched with the cars, else walked with them like one that is told.
    """
    layout, bound = task.layout, task.relaxed.bound
    told = replace(layout, by_itself=False, in_turn=False)
    for way in (layout, told) if layout.by_itself else (layout,):
        x, bound = _walked(replace(task, layout=way), every_row, bound)
        if x is not None or task.deadline.over:
            return Answer(x, bound, infeasible=False)
    return Answer(None, bound, infeasible=False)


def _walked(task: Task, every_row: Callable[[], Answer], bound: float) -> tuple[FloatArray | None, float]:
    """The executable point of the cheapest walk that leads to one, and the bound.

    A search in turn is dear, so that the first that leads anywhere has to do; as there is a peak to pay for,
    that is one on the narrowest phase sets.
    """
    assert task.relaxed.x is not None
    layout, asked, deadline = task.layout, task.aim.asked, task.deadline
    walks: list[Walked] = []
    for narrow in (layout.in_turn, not layout.in_turn):
        part = without_switches(task.form, layout, task.relaxed.x, narrow=narrow)
        walks.append(slot_by_slot(part, layout, asked / 4, deadline))
        far = walks[-1].value > bound + _FAR * asked
        if len(walks) == 1 and far and walks[0].linear - bound > asked and not deadline.over:
            linear = every_row()
            bound = bound if linear.x is None else max(bound, linear.bound)
        if not far or deadline.over or (layout.in_turn and np.isfinite(walks[-1].value)):
            break
    for one in sorted(walks, key=lambda walk: walk.value):
        if (x := one.finished(bound + asked / 2)) is not None:
            return x, bound
    return None, bound
