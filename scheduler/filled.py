"""A point in whole steps where on and off alone do not carry them: energy is missing first, then found.

A car that is on in all of its slots may lack a few watt-hours once every current is a whole step, and no
search of everything finds where they could come from. So energy may be missing, at a price above all others,
and then each car that misses some is planned anew with those beside it, more and more of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from scheduler import highs
from scheduler.batches import BATCH_DRAWS, open_columns
from scheduler.deadline import Deadline
from scheduler.layout import Layout
from scheduler.problem import DrawTable, FloatArray, IntArray
from scheduler.standard_form import StandardForm

_EUR_PER_KWH: Final = 1e4
_NONE_KWH: Final = 1e-7
_GAP: Final = 1e-3
_SIZES: Final = (0, BATCH_DRAWS, 3 * BATCH_DRAWS)
"""Choices that are open around a car that misses energy, try by try: at first only its own."""
_MOST_S: Final = 2.0
"""Most time for one car [s]."""


def lacking(stepped: StandardForm, layout: Layout) -> StandardForm | None:
    """``stepped`` where energy may be missing, dearer than any other; None where some is missing anyhow."""
    missing = layout.columns.missing_kwh
    if (stepped.high[missing] > 0).any():
        return None
    cost = stepped.cost.copy()
    cost[missing] += _EUR_PER_KWH
    freed = stepped.with_bounds(missing, 0.0, np.inf).with_row_high("kept_shortfall", np.inf)
    return freed.with_cost(cost, stepped.offset)


def filled(form: StandardForm, layout: Layout, y: FloatArray, deadline: Deadline) -> FloatArray | None:
    """A point of ``lacking`` at which nothing is missing, from the point ``y`` on; None if none was found."""
    missing = layout.columns.missing_kwh
    for size in _SIZES:
        for s in np.argsort(-y[missing]):
            if y[missing[s]] <= _NONE_KWH or deadline.over:
                continue
            y = _around(form, layout, y, int(s), size, deadline)
        if not (y[missing] > _NONE_KWH).any():
            y[missing] = 0.0
            return y
    return None


def _around(
    form: StandardForm, layout: Layout, y: FloatArray, s: int, size: int, deadline: Deadline
) -> FloatArray:
    """``y``, or a better point in which session ``s`` and those beside it are planned anew."""
    sessions = np.array(list(_beside(layout.table, s, size)))
    draws = np.flatnonzero(np.isin(layout.table.session, sessions))
    free = np.union1d(open_columns(layout, draws, form.columns), layout.columns.missing_kwh[sessions])
    part = form.around(y, free)
    time_s = min(deadline.left_s, _MOST_S)
    answer = highs.solve(part, time_limit_s=time_s, gap=_GAP, start=y[free])
    if answer.x is None or part.value(answer.x) >= part.value(y[free]):
        return y
    better = y.copy()
    better[free] = np.where(part.whole, np.round(answer.x), answer.x)
    return better


def _beside(table: DrawTable, s: int, size: int) -> Iterator[int]:
    """Session ``s``, then those that could charge in most of its slots, up to ``size`` choices in all."""
    mine = table.session == s
    shared: IntArray = np.bincount(table.session, np.isin(table.slot, table.slot[mine])).astype(np.int64)
    choices = np.bincount(table.session)
    left = size - int(choices[s])
    yield s
    for other in np.argsort(-shared, kind="stable"):
        if other != s and shared[other] and choices[other] <= left:
            left -= int(choices[other])
            yield int(other)
