"""The walks slot by slot that are tried, with every car on one phase set; the cheapest counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from scheduler.deadline import Deadline
from scheduler.highs import Answer
from scheduler.layout import Layout
from scheduler.narrowed import without_switches
from scheduler.problem import FloatArray
from scheduler.slot_by_slot import Walked, slot_by_slot
from scheduler.solved import Aim
from scheduler.standard_form import StandardForm

_FAR: Final = 2.0
"""Times the asked gap from which on sessions are also tried on fewer phases."""


def walked(
    form: StandardForm,
    layout: Layout,
    relaxed: Answer,
    every_row: Callable[[], Answer],
    aim: Aim,
    deadline: Deadline,
) -> Answer:
    """The executable point of the first way that leads to one, perhaps none, and the bound; ``every_row`` is
    asked for a better bound than that of ``relaxed`` where it matters.

    A battery that acts by itself is searched with the cars, else walked with them like one that is told.
    """
    bound = relaxed.bound
    told = replace(layout, by_itself=False, in_turn=False)
    ways = (layout, told) if layout.by_itself else (layout,)
    for way in ways:
        x, bound = _walked(form, way, relaxed, every_row, bound, aim, deadline)
        if x is not None or deadline.over:
            return Answer(x, bound, infeasible=False)
    return Answer(None, bound, infeasible=False)


def _walked(
    form: StandardForm,
    layout: Layout,
    relaxed: Answer,
    every_row: Callable[[], Answer],
    bound: float,
    aim: Aim,
    deadline: Deadline,
) -> tuple[FloatArray | None, float]:
    """The executable point of the cheapest walk that leads to one, and the bound.

    A search in turn is dear, so that the first that leads anywhere has to do; as there is a peak to pay for,
    that is one on the narrowest phase sets.
    """
    assert relaxed.x is not None
    walks: list[Walked] = []
    for narrow in (layout.in_turn, not layout.in_turn):
        part = without_switches(form, layout, relaxed.x, narrow=narrow)
        walks.append(slot_by_slot(part, layout, aim.asked / 4, deadline))
        far = walks[-1].value > bound + _FAR * aim.asked
        if len(walks) == 1 and far and walks[0].linear - bound > aim.asked and not deadline.over:
            linear = every_row()
            bound = bound if linear.x is None else max(bound, linear.bound)
        if not far or deadline.over or (layout.in_turn and np.isfinite(walks[-1].value)):
            break
    for one in sorted(walks, key=lambda walk: walk.value):
        if (x := one.finished(bound + aim.asked / 2)) is not None:
            return x, bound
    return None, bound
