"""A first plan where a peak counts and a battery acts by itself: decided as if the peak were paid already.

A linear program spreads charging thinly and pays for next to no peak, so that decisions slot by slot begin
far too low, and what they need in the end lifts the peak once more. With the peak of a branch paid for, they
use it from the first slot on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from scheduler import highs
from scheduler.agreed import better_between
from scheduler.column_slots import slots_of
from scheduler.problem import FloatArray, IntArray
from scheduler.slot_by_slot import slot_by_slot
from scheduler.task import Task
from scheduler.windows import better_by_windows

_ROUNDS: Final = 2
_PART: Final = 0.5
"""Share of the time that is left: what comes after needs time too."""


def planned_at_peak(task: Task, rise: IntArray, paid_kw: float, bound: float) -> FloatArray | None:
    """A point of the task's form, decided slot by slot as if ``paid_kw`` of the columns ``rise`` were paid
    for, and made better where it and the linear program disagree, as far as ``bound`` lets hope; None where
    that leads nowhere.
    """
    form, worth = task.form, task.aim.asked / 4
    deadline = task.deadline.share(_PART)
    good = bound + task.aim.asked
    paid = form.with_bounds(rise, paid_kw, form.high[rise])
    told = replace(task.layout, by_itself=False, in_turn=False)
    for way in (told, task.layout):
        x = slot_by_slot(paid, way, worth, deadline).finished(good)
        if x is not None:
            break
    else:
        return None
    for _ in range(_ROUNDS):
        paid = form.with_bounds(rise, np.minimum(x[rise], form.high[rise]), form.high[rise])
        linear = highs.solve(paid.relaxed(), time_limit_s=deadline.left_s)
        if linear.x is not None:
            x = better_between(form, x, linear.x, good, worth, deadline)
    return better_by_windows(form, slots_of(form, task.layout), x, good, worth, deadline)
