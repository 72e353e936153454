"""On or off from linear programs alone: a draw below its minimum goes the nearer way, and it is solved again.

Every linear program goes on from the one before, so that this costs little more than the first.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler import highs
from scheduler.dive import optimum, with_bounds
from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import StandardForm

_EPS_A: Final = 1e-6
_MOST: Final = 25
"""Linear programs with some more draws switched, at most."""


def switched(
    form: StandardForm, draws: IntArray, min_a: FloatArray, time_limit_s: float
) -> FloatArray | None:
    """A cheap point of ``form``, a linear program, where each of ``draws`` is 0 or at least ``min_a``.

    ``draws`` are columns of currents. None where no such point is found.
    """
    solver = highs.loaded(form, time_limit_s)
    solver.setOptionValue("presolve", "off")
    x = optimum(solver)
    for _ in range(_MOST):
        if x is None:
            return None
        below = (x[draws] > _EPS_A) & (x[draws] < min_a - _EPS_A)
        if not below.any():
            return x
        x = _one_way(solver, form, draws[below], min_a[below], x[draws[below]])
    return None


def _one_way(
    solver: highs.Solver, form: StandardForm, draws: IntArray, min_a: FloatArray, a: FloatArray
) -> FloatArray | None:
    """The optimum with ``draws`` on or off, each the nearer way, else all off, else all on."""
    for on in (a >= min_a / 2, np.zeros(len(draws), dtype=bool), np.ones(len(draws), dtype=bool)):
        x = with_bounds(solver, draws, np.where(on, min_a, 0.0), np.where(on, form.high[draws], 0.0))
        if x is not None:
            return x
    return None
