"""A form without what is settled already: held columns, bounds written as rows, rows that cannot bind.

HiGHS would find the same, but only after the whole form was handed over and taken apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy.sparse as sp

from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import BoolArray, StandardForm

_ROUNDS: Final = 3
_EPS: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Smaller:
    """What is left to choose, and where it stands in the whole."""

    form: StandardForm
    columns: IntArray
    """Positions of the columns that are left."""
    held: FloatArray
    """The whole point, with 0 where something is left to choose."""
    possible: bool
    """False where a row without columns is broken, or bounds cross: there is no point."""

    def whole(self, x: FloatArray) -> FloatArray:
        """The whole point of a point of ``form``."""
        point = self.held.copy()
        point[self.columns] = x
        return point


def smaller(form: StandardForm) -> Smaller:
    """``form`` without what is settled."""
    part = Smaller(form, np.arange(form.columns), np.zeros(form.columns), possible=True)
    for _ in range(_ROUNDS):
        part = _without_settled(part)
        tighter = _tightened(part.form)
        if tighter is part.form:
            break
        part = replace(part, form=tighter)
    part = _without_settled(part)
    return replace(part, form=_with_whole_rows(_without_slack_rows(part.form)))


def _without_settled(part: Smaller) -> Smaller:
    """``part`` without the columns whose bounds meet; not possible where some cross."""
    form = part.form
    possible = part.possible and not bool((form.low > form.high + 1e-7).any())
    fixed = form.high - form.low <= _EPS
    if not fixed.any():
        return replace(part, possible=possible)
    settled = np.where(fixed, np.minimum(form.low, form.high), 0.0)
    held = part.held.copy()
    held[part.columns[fixed]] = settled[fixed]
    possible = possible and _rows_without_columns_hold(form, fixed, settled)
    free = np.flatnonzero(~fixed)
    return Smaller(form.around(settled, free), part.columns[free], held, possible)


def _rows_without_columns_hold(form: StandardForm, fixed: BoolArray, settled: FloatArray) -> bool:
    """Whether the rows that only settled columns stand in hold."""
    used = np.zeros(form.rows, dtype=bool)
    used[sp.csc_array(form.matrix[:, ~fixed]).indices] = True
    flow = (form.matrix @ settled)[~used]
    room = 1e-7 * np.maximum(1.0, np.abs(flow))
    return bool(np.all(flow >= form.row_low[~used] - room) and np.all(flow <= form.row_high[~used] + room))


def _tightened(form: StandardForm) -> StandardForm:
    """``form`` with its rows of one column made bounds."""
    rows = sp.csr_array(form.matrix)
    single = np.flatnonzero(np.diff(rows.indptr) == 1)
    if not len(single):
        return form
    column, factor = rows.indices[rows.indptr[single]], rows.data[rows.indptr[single]]
    ends = np.array([form.row_low[single] / factor, form.row_high[single] / factor])
    low, high = form.low.copy(), form.high.copy()
    np.maximum.at(low, column, ends.min(axis=0))
    np.minimum.at(high, column, ends.max(axis=0))
    low, high = _whole_bounds(form, low, high)
    keep = np.ones(form.rows, dtype=bool)
    keep[single] = False
    return replace(form.with_rows_kept(keep), low=low, high=high)


def _whole_bounds(form: StandardForm, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Bounds of whole columns on whole numbers."""
    return np.where(form.whole, np.ceil(low - 1e-6), low), np.where(form.whole, np.floor(high + 1e-6), high)


def _without_slack_rows(form: StandardForm) -> StandardForm:
    """``form`` without the rows that hold wherever the columns are within their bounds."""
    up, down = form.matrix.maximum(0), form.matrix.minimum(0)
    with np.errstate(invalid="ignore"):
        least, most = (
            _times(up, form.low) + _times(down, form.high),
            _times(up, form.high) + _times(down, form.low),
        )
    slack = (least >= form.row_low - _EPS) & (most <= form.row_high + _EPS)
    return form.with_rows_kept(~slack)


def _with_whole_rows(form: StandardForm) -> StandardForm:
    """``form`` with the ends of rows that only count whole multiples of one coefficient on such a multiple.

    sum_j n_j q x_j >= b with whole n_j and x_j is at least q ceil(b / q) (Gomory and Chvatal).
    """
    rows = sp.csr_array(form.matrix)
    starts, filled = rows.indptr[:-1], np.diff(rows.indptr) > 0
    if not filled.all() or not form.rows or not form.whole.any():
        return form
    unit = np.minimum.reduceat(np.abs(rows.data), starts)
    times = rows.data / np.repeat(unit, np.diff(rows.indptr))
    fits = (np.abs(times - np.round(times)) < _EPS) & form.whole[rows.indices]
    counts = np.logical_and.reduceat(fits, starts)
    low, high = np.ceil(form.row_low / unit - 1e-6) * unit, np.floor(form.row_high / unit + 1e-6) * unit
    return replace(
        form,
        row_low=np.where(counts, low, form.row_low),
        row_high=np.where(counts, high, form.row_high),
    )


def _times(matrix: sp.csc_array, bounds: FloatArray) -> FloatArray:
    """Matrix times bounds, where 0 times infinity is 0."""
    product: FloatArray = matrix @ np.where(np.isfinite(bounds), bounds, np.sign(bounds) * 1e30)
    return product
