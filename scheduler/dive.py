"""Whole columns from linear programs alone: half of what is nearly whole is made whole, and solved again.

Every linear program goes on from the one before, so that a dive costs little more than the first.
"""

from __future__ import annotations

from typing import Final

import highspy
import numpy as np

from scheduler import highs
from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import BoolArray, StandardForm

_EPS: Final = 1e-6
_MOST: Final = 60
"""Linear programs at most."""


def dived(form: StandardForm, steps: BoolArray, time_limit_s: float) -> tuple[FloatArray | None, float]:
    """A point of ``form`` with its whole columns whole, near its linear program; none where none is found.

    Beside it the optimum of the linear program. Whole columns that are no ``steps`` are switches: those are
    on that the linear program uses at all.
    """
    solver = highs.loaded(form.relaxed(), time_limit_s)
    solver.setOptionValue("presolve", "off")
    whole = np.flatnonzero(form.whole)
    low, high, switch = form.low[whole].copy(), form.high[whole].copy(), ~steps[whole]
    x = optimum(solver)
    bound = np.inf if x is None else form.value(x)
    if x is not None and switch.any():
        low[switch] = high[switch] = np.clip(x[whole][switch] > _EPS, low[switch], high[switch])
        x = with_bounds(solver, whole, low, high)
    for _ in range(_MOST):
        if x is None:
            break
        value = x[whole]
        off_by = np.abs(value - np.round(value))
        broken = np.flatnonzero(off_by > _EPS)
        if not len(broken):
            x[whole] = np.round(value)
            return x, bound
        nearest = broken[np.argsort(off_by[broken], kind="stable")]
        for chosen, to in _tries(nearest, value):
            low_here, high_here = low.copy(), high.copy()
            low_here[chosen] = high_here[chosen] = to
            x = with_bounds(solver, whole, low_here, high_here)
            if x is not None:
                low, high = low_here, high_here
                break
    return None, bound


def with_bounds(
    solver: highs.Solver, columns: IntArray, low: FloatArray, high: FloatArray
) -> FloatArray | None:
    """The optimum with other bounds on ``columns``."""
    solver.changeColsBounds(len(columns), columns.astype(np.int32), low, high)
    return optimum(solver)


def _tries(nearest: IntArray, value: FloatArray) -> list[tuple[IntArray, FloatArray]]:
    """Which columns are made whole, and how: half of them, else the nearest one, else that the other way."""
    half, one = nearest[: max(1, len(nearest) // 2)], nearest[:1]
    other = np.floor(value[one]) + np.ceil(value[one]) - np.round(value[one])
    return [(half, np.round(value[half])), (one, np.round(value[one])), (one, other)]


def optimum(solver: highs.Solver) -> FloatArray | None:
    """The optimum of what the solver holds, if there is one."""
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(solver.getSolution().col_value)
