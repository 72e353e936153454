"""A point made better window by window: what is on in some slots is searched, and all else is held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import StandardForm

_SLOTS: Final = 24
"""Slots of a window at most."""
_OPEN: Final = 240
"""Whole columns that are open in a window of several slots at most."""
_PASSES: Final = 2
_NODES: Final = 10
"""Nodes of the search of a window at most."""
_WINDOW_S: Final = 0.8
"""Time for one window [s]: a hard one keeps others from their turn."""
_ALL_S: Final = 5.0
"""Time for all of them [s]."""


def better_by_windows(
    form: StandardForm, slot: IntArray, x: FloatArray, good: float, worth: float, deadline: Deadline
) -> FloatArray:
    """``x``, a point of ``form``, or a better one: until it is as good as ``good``, or a pass over all
    windows is worth less than ``worth``. ``slot`` tells in which slot every column is decided.
    """
    brief = Deadline.after(deadline.clock, min(deadline.left_s, _ALL_S))
    for _ in range(_PASSES):
        before = form.value(x)
        for held in windows(form, slot):
            if brief.over or form.value(x) <= good:
                return x
            values = np.round(x[held])
            part = form.with_bounds(held, values, values)
            seconds = min(deadline.left_s, _WINDOW_S)
            answer = highs.solve(part, time_limit_s=seconds, gap=worth, start=x, nodes=_NODES)
            if answer.x is not None and form.value(answer.x) < form.value(x):
                x = answer.x
        if before - form.value(x) < worth:
            break
    return x


def windows(form: StandardForm, slot: IntArray, most: int = _OPEN) -> Iterator[IntArray]:
    """The whole columns that are held, window by window; each overlaps half of the one before.

    At most ``most`` are open, or those of a single slot.
    """
    whole = np.flatnonzero(form.whole & (form.low < form.high))
    slots = slot[whole]
    before = np.append(0, np.cumsum(np.bincount(slots)))
    first = last = 0
    while last < len(before) - 1:
        last = int(np.searchsorted(before, before[first] + most, side="right")) - 1
        last = min(max(last, first + 1), first + _SLOTS)
        yield whole[(slots < first) | (slots >= last)]
        first += max(1, (last - first) // 2)
