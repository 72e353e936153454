"""Executable currents: every current is its option's minimum plus whole steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import scipy.sparse as sp

from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.highs import Answer
from scheduler.problem import FloatArray
from scheduler.search import Layout
from scheduler.standard_form import StandardForm

SMALL_DRAWS: Final = 250
"""Up to so many choices, on and off is searched together with the steps."""
_EPS: Final = 1e-6
_WINDOWS: Final = (0, 1, 10_000)
"""Steps by which a current may leave its neighbours on the grid, try by try."""


def whole_steps(form: StandardForm, layout: Layout) -> tuple[StandardForm, sp.csc_array]:
    """``form`` in steps: current_a[d] = min_a[d] on[d] + step_a[d] steps[d], with whole steps.

    Returns the form, whose columns of current_a now count steps, and the change back.
    """
    table, columns = layout.table, layout.columns
    n = form.columns
    scale = np.ones(n)
    scale[columns.current_a] = table.step_a
    change = sp.csc_array(
        sp.diags_array(scale) + sp.coo_array((table.min_a, (columns.current_a, columns.on)), shape=(n, n))
    )
    stepped = form.transformed(change)
    most = np.floor((table.max_a - table.min_a) / table.step_a + _EPS)
    stepped = stepped.with_bounds(columns.current_a, 0.0, most)
    whole = stepped.whole.copy()
    whole[columns.current_a] = True
    return replace(stepped, whole=whole), change


def round_to_steps(
    form: StandardForm,
    layout: Layout,
    x: FloatArray,
    *,
    gap: float,
    bound: float,
    deadline: Deadline,
    on_fixed: bool = False,
) -> Answer:
    """The best executable point found near ``x``; ``gap`` is absolute, ``bound`` is proven for ``form``."""
    stepped, change = whole_steps(form, layout)
    best: FloatArray | None = None
    for near in _neighbourhoods(stepped, layout, x, on_fixed=on_fixed):
        if best is not None and (form.value(best) - bound <= gap or deadline.over):
            break
        answer = highs.solve(near, time_limit_s=deadline.left_s, gap=gap / 2, target=bound + gap)
        if near is stepped:
            bound = max(bound, answer.bound)
        if answer.x is not None:
            point = change @ _snapped(answer.x, near)
            if best is None or form.value(point) < form.value(best):
                best = point
    return Answer(best, bound, infeasible=best is None)


def _snapped(y: FloatArray, form: StandardForm) -> FloatArray:
    """``y`` with its whole variables exactly whole."""
    snapped: FloatArray = np.where(form.whole, np.round(y), y)
    return snapped


def _neighbourhoods(
    stepped: StandardForm, layout: Layout, x: FloatArray, *, on_fixed: bool
) -> Iterator[StandardForm]:
    """``stepped`` with less and less held of the point ``x``."""
    table, columns = layout.table, layout.columns
    on = np.round(x[columns.on])
    steps = np.where(on > 0, (x[columns.current_a] - table.min_a) / table.step_a, 0.0)
    held = stepped.with_bounds(columns.on, on, on)
    most = stepped.high[columns.current_a] * on
    for window in _WINDOWS:
        low = np.clip(np.floor(steps + _EPS) - window, 0.0, most)
        high = np.clip(np.ceil(steps - _EPS) + window, 0.0, most)
        yield held.with_bounds(columns.current_a, low, high)
    if len(table.slot) <= SMALL_DRAWS and not on_fixed:
        yield stepped
