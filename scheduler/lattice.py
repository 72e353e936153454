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

SMALL_DRAWS: Final = 420
"""Up to so many choices, on and off is searched together with the steps."""
_THOROUGH_S: Final = 5.0
"""Most time for a search beyond the first executable point [s]: steps cost little, time is dear."""
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


def in_steps(layout: Layout, x: FloatArray) -> FloatArray:
    """The point ``x`` in the variables of ``whole_steps``; its steps are whole where ``x`` is executable."""
    table, columns = layout.table, layout.columns
    y = x.copy()
    on = np.round(x[columns.on])
    steps = (x[columns.current_a] - table.min_a * on) / table.step_a
    y[columns.on], y[columns.current_a] = on, np.where(on > 0, steps, 0.0)
    return y


def round_to_steps(
    form: StandardForm,
    layout: Layout,
    x: FloatArray,
    *,
    gap: float,
    bound: float,
    deadline: Deadline,
) -> Answer:
    """The best executable point found near ``x``; ``gap`` is absolute, ``bound`` is proven for ``form``."""
    stepped, change = whole_steps(form, layout)
    best: FloatArray | None = None
    small = len(layout.table.slot) <= SMALL_DRAWS
    for near in _neighbourhoods(stepped, layout, x):
        if best is not None and (not small or form.value(best) - bound <= gap or deadline.over):
            break
        limit_s = deadline.left_s if best is None else min(deadline.left_s, _THOROUGH_S)
        if near is stepped and not small:
            limit_s /= 2
        answer = highs.solve(near, time_limit_s=limit_s, gap=gap / 2, target=bound + gap)
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


def _neighbourhoods(stepped: StandardForm, layout: Layout, x: FloatArray) -> Iterator[StandardForm]:
    """``stepped`` with less and less held of the point ``x``."""
    columns = layout.columns
    y = in_steps(layout, x)
    on, steps = y[columns.on], y[columns.current_a]
    held = stepped.with_bounds(columns.on, on, on)
    most = stepped.high[columns.current_a] * on
    for window in _WINDOWS:
        low = np.clip(np.floor(steps + _EPS) - window, 0.0, most)
        high = np.clip(np.ceil(steps - _EPS) + window, 0.0, most)
        yield held.with_bounds(columns.current_a, low, high)
    yield stepped
