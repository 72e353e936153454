"""Currents on their steps beside a battery that acts by itself and a peak: what is on moves with them.

Between steps a plan uses every slot up to the peak; whole steps do not fit there, and with the same slots on
they lift the peak. So what is on is searched again: where the plans with and without steps disagree, window
by window, and with peaks near the one that is found.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from scheduler import highs
from scheduler.agreed import mixed
from scheduler.column_slots import slots_of
from scheduler.deadline import Deadline
from scheduler.lattice import in_steps, nearest, snapped, whole_steps
from scheduler.layout import Layout
from scheduler.near_peak import near_peak
from scheduler.problem import FloatArray, Problem
from scheduler.solved import Aim
from scheduler.standard_form import StandardForm
from scheduler.windows import better_by_windows

_PART: Final = 0.5
"""Share of the time that is left for a part of the search: what comes after needs time too."""
_FIRST: Final = 0.2
"""Share of it for the first point."""
_ROUNDS: Final = 3
_ROUGH: Final = 4.0
"""Times the asked gap that is good enough for the first point: it is left anyway."""


def steps_by_itself(
    problem: Problem,
    form: StandardForm,
    layout: Layout,
    x: FloatArray,
    bound: float,
    aim: Aim,
    deadline: Deadline,
) -> FloatArray | None:
    """An executable point of ``form`` near ``x``, a point with currents between their steps, and as near to
    ``bound`` as the aim wants where that can be; None where what is on at ``x`` leaves none.
    """
    stepped, change = whole_steps(form, layout)
    rough, worth = replace(aim, asked=_ROUGH * aim.asked), aim.asked / 4
    y = nearest(stepped, layout, x, bound, rough, deadline.share(_FIRST))
    if y is None:
        return None
    point = mixed(form, layout, np.asarray(change @ y), x, worth, deadline)
    y, slot = in_steps(layout, point), slots_of(stepped, layout)
    y = better_by_windows(stepped, slot, y, bound + aim.asked, worth, deadline.share(_PART))
    for _ in range(_ROUNDS):
        before = stepped.value(y)
        if deadline.over or before <= bound + aim.asked:
            break
        near, seconds = near_peak(stepped, problem, layout, y), deadline.share(_PART).left_s
        found = highs.solve(near, time_limit_s=seconds, gap=aim.fine / 2, target=bound + aim.fine, start=y).x
        if found is None or stepped.value(found) >= before:
            break
        y = found
        if stepped.value(y) > before - worth:
            break
    return np.asarray(change @ snapped(y, stepped))
