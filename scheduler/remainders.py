"""Whole steps from a linear program alone: rounded down, and up where most of a step was taken off."""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp

from scheduler import highs
from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import StandardForm

_EPS: Final = 1e-6
GOAL: Final = "energy_goal"
"""The rows that rounding down breaks."""


def by_remainders(form: StandardForm, steps: IntArray, time_limit_s: float) -> FloatArray | None:
    """A point of ``form`` whose ``steps`` are whole, near its linear program; None where they leave none."""
    relaxed = highs.solve(form.relaxed(), time_limit_s=time_limit_s)
    if relaxed.x is None:
        return None
    whole = relaxed.x.copy()
    whole[steps] = np.floor(whole[steps] + _EPS)
    rows = sp.csr_array(form.matrix)
    for row in np.flatnonzero([name == GOAL for name in form.row_rule]):
        mine = slice(rows.indptr[row], rows.indptr[row + 1])
        _fill_up(
            whole,
            relaxed.x,
            form,
            rows.indices[mine].astype(np.int64),
            rows.data[mine],
            float(form.row_low[row]),
        )
    fixed = form.with_bounds(steps, whole[steps], whole[steps])
    return highs.solve(fixed, time_limit_s=time_limit_s).x


def _fill_up(
    whole: FloatArray, x: FloatArray, form: StandardForm, columns: IntArray, energy: FloatArray, goal: float
) -> None:
    """Take steps up, those first of which most was taken off, until the goal is reached."""
    reached = float(energy @ whole[columns])
    order = np.argsort(whole[columns] - x[columns], kind="stable")
    for i in order:
        if reached >= goal - _EPS:
            return
        column = columns[i]
        if whole[column] < x[column] - _EPS and whole[column] + 1 <= form.high[column] + _EPS:
            whole[column] += 1
            reached += float(energy[i])
