"""The part of a form whose peaks are near those of a point: draws that would lift them further are off."""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler.layout import Layout
from scheduler.peak_levels import least_rises_kw
from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.standard_form import ABSENT, StandardForm

_BELOW_KW: Final = 0.3
_ABOVE_KW: Final = 0.1
_EPS: Final = 1e-6


def near_peak(form: StandardForm, problem: Problem, layout: Layout, x: FloatArray) -> StandardForm:
    """``form`` with every month's rise near that of its point ``x``."""
    for month, column in enumerate(layout.columns.rise_kw.tolist()):
        if column == ABSENT:
            continue
        low, high = max(float(x[column]) - _BELOW_KW, 0.0), float(x[column]) + _ABOVE_KW
        form = below_rise(form, problem, layout, month, high)
        form = form.with_bounds(np.array([column]), low, high)
    return form


def below_rise(
    form: StandardForm, problem: Problem, layout: Layout, month: int, most_kw: float
) -> StandardForm:
    """``form`` without the draws whose minimum alone lifts the month's peak by more than ``most_kw``."""
    off: IntArray = np.flatnonzero(least_rises_kw(problem, problem.peaks[month]) > most_kw + 2 * _EPS)
    for columns in (layout.columns.on[off], layout.columns.current_a[off]):
        form = form.with_bounds(columns, 0.0, 0.0)
    return form
