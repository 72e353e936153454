"""A linear program solved from the columns that are likely used: the others are taken in where they pay.

The optimum is that of the whole form: at the end no column that was left out could make it better, and until
then weak duality says by how much they could at most.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import scipy.sparse as sp

from scheduler import highs
from scheduler.highs import Answer
from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import BoolArray, StandardForm

_ROUNDS: Final = 12
_QUICK_COLUMNS: Final = 10_000
"""Up to so many likely columns presolve costs more than it saves."""
_PAYS: Final = 1e-9
"""A column below this reduced cost is worth taking in."""
_CLOSE: Final = 1e-7
"""What the columns that are left out may be worth in all, per unit of the objective."""


def sifted(form: StandardForm, likely: BoolArray, time_limit_s: float) -> Answer | None:
    """The optimum of ``form``, a linear program, from its ``likely`` columns on.

    None where that does not lead there: no point without the other columns, or not in time. A column that
    is left out must be able to be 0.
    """
    assert not form.whole.any()
    inside = likely | (form.low > 0) | (form.high < 0)
    columns = np.flatnonzero(inside)
    solver = highs.loaded(_only(form, columns), time_limit_s)
    if len(columns) <= _QUICK_COLUMNS:
        solver.setOptionValue("presolve", "off")
    for _ in range(_ROUNDS):
        solver.run()
        part = highs.answer_of(solver, linear=True)
        if part.x is None or part.row_duals is None:
            return None
        costs = form.cost - form.matrix.T @ part.row_duals
        worth = np.where(inside, 0.0, np.minimum(costs, 0.0))
        with np.errstate(invalid="ignore"):
            lost = float(np.nansum(worth * np.where(worth < 0, form.high, 0.0)))
        if -lost <= _CLOSE * max(1.0, abs(part.bound)):
            return _whole(form, part, columns, costs, lost)
        paying = np.flatnonzero(worth < -_PAYS)
        inside[paying] = True
        columns = np.concatenate([columns, paying])
        _take_in(solver, form, paying)
    return None


def _only(form: StandardForm, columns: IntArray) -> StandardForm:
    """``form`` without the other columns, and with all of its rows."""
    return replace(
        form,
        matrix=sp.csc_array(form.matrix[:, columns]),
        low=form.low[columns],
        high=form.high[columns],
        whole=form.whole[columns],
        cost=form.cost[columns],
    )


def _take_in(solver: highs.Solver, form: StandardForm, columns: IntArray) -> None:
    """Give the solver more columns; it goes on from where it was."""
    part = sp.csc_array(form.matrix[:, columns])
    solver.addCols(
        len(columns), form.cost[columns], form.low[columns], form.high[columns],
        part.nnz, part.indptr.astype(np.int32), part.indices.astype(np.int32), part.data,
    )  # fmt: skip


def _whole(form: StandardForm, part: Answer, columns: IntArray, costs: FloatArray, lost: float) -> Answer:
    """The answer for all columns."""
    assert part.x is not None
    x = np.zeros(form.columns)
    x[columns] = part.x
    return replace(part, x=x, bound=part.bound + lost, reduced_costs=costs)
