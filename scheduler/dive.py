"""Whole columns from linear programs alone: half of what is nearly whole is made whole, and solved again.

Every linear program goes on from the one before, so that a dive costs little more than the first.
"""

from __future__ import annotations

from typing import Final

import highspy
import numpy as np

from scheduler import highs
from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import StandardForm

_EPS: Final = 1e-6
_MOST: Final = 60
"""Linear programs at most."""


def dived(form: StandardForm, time_limit_s: float) -> FloatArray | None:
    """A point of ``form``, its whole columns whole, near its linear program; None where none is found."""
    solver = highs.loaded(form.relaxed(), time_limit_s)
    solver.setOptionValue("presolve", "off")
    whole = np.flatnonzero(form.whole)
    low, high = form.low[whole].copy(), form.high[whole].copy()
    x = _optimum(solver)
    for _ in range(_MOST):
        if x is None:
            return None
        value = x[whole]
        off_by = np.abs(value - np.round(value))
        broken = np.flatnonzero(off_by > _EPS)
        if not len(broken):
            x[whole] = np.round(value)
            return x
        nearest = broken[np.argsort(off_by[broken], kind="stable")]
        x = None
        for chosen, to in _tries(nearest, value):
            low_here, high_here = low.copy(), high.copy()
            low_here[chosen] = high_here[chosen] = to
            solver.changeColsBounds(len(whole), whole.astype(np.int32), low_here, high_here)
            x = _optimum(solver)
            if x is not None:
                low, high = low_here, high_here
                break
    return None


def _tries(nearest: IntArray, value: FloatArray) -> list[tuple[IntArray, FloatArray]]:
    """Which columns are made whole, and how: half of them, else the nearest one, else that the other way."""
    half, one = nearest[: max(1, len(nearest) // 2)], nearest[:1]
    other = np.floor(value[one]) + np.ceil(value[one]) - np.round(value[one])
    return [(half, np.round(value[half])), (one, np.round(value[one])), (one, other)]


def _optimum(solver: highs.Solver) -> FloatArray | None:
    """The optimum of what the solver holds, if there is one."""
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(solver.getSolution().col_value)
