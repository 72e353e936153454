"""An executable point improved batch by batch: some sessions are planned anew while all others hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.layout import Layout
from scheduler.problem import DrawTable, FloatArray, IntArray
from scheduler.standard_form import ABSENT, StandardForm

BATCH_DRAWS: Final = 250
"""Choices that are open at a time."""
_LEAST_S, _MOST_S = 0.5, 2.0
"""Least and most time for one batch [s]."""
_WORTH: Final = 1e-9


def improved(
    stepped: StandardForm, layout: Layout, y: FloatArray, *, gap: float, deadline: Deadline
) -> FloatArray:
    """A point that is at least as good as ``y`` for ``stepped``, after one pass over all batches."""
    batches = list(_batches(layout.table))
    limit_s = min(max(deadline.left_s / max(len(batches), 1), _LEAST_S), _MOST_S)
    for draws in batches:
        if deadline.over:
            break
        free = open_columns(layout, draws, stepped.columns)
        part = stepped.around(y, free)
        answer = highs.solve(part, time_limit_s=min(deadline.left_s, limit_s), gap=gap, start=y[free])
        if answer.x is not None and part.value(answer.x) < part.value(y[free]) - _WORTH:
            y = y.copy()
            y[free] = np.where(part.whole, np.round(answer.x), answer.x)
    return y


def _batches(table: DrawTable) -> Iterator[IntArray]:
    """Draws of sessions that stand side by side in time, as positions."""
    sessions, first = np.unique(table.session, return_index=True)
    batch: list[IntArray] = []
    for s in sessions[np.argsort(table.slot[first], kind="stable")]:
        mine = np.flatnonzero(table.session == s)
        if batch and sum(map(len, batch)) + len(mine) > BATCH_DRAWS:
            yield np.concatenate(batch)
            batch = []
        batch.append(mine)
    if batch:
        yield np.concatenate(batch)


def open_columns(layout: Layout, draws: IntArray, columns: int) -> IntArray:
    """Columns that are open for a batch: those of its draws, and what belongs to no session."""
    is_open = np.ones(columns, dtype=bool)
    for positions in (layout.columns.current_a, layout.columns.on, layout.columns.start):
        known = positions != ABSENT
        is_open[positions[known]] = False
        is_open[positions[draws][known[draws]]] = True
    ties, owner = layout.columns.tied, layout.columns.tied_session
    known = ties != ABSENT
    is_open[ties[known]] = np.isin(owner[known], layout.table.session[draws])
    is_open[layout.columns.missing_kwh] = False
    return np.flatnonzero(is_open)
