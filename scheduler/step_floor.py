"""What whole steps cost at least: energy that comes in steps of the charger is rounded up to them.

The bound of a plan knows nothing of steps. This one is higher: so near can a plan in steps come.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp

from scheduler.highs import Answer
from scheduler.model import ON_OFF
from scheduler.problem import DrawTable, FloatArray, IntArray
from scheduler.search import Layout
from scheduler.standard_form import StandardForm

_EPS: Final = 1e-6
_GOAL: Final = "energy_goal"


def step_floor(form: StandardForm, layout: Layout, relaxed: Answer) -> float:
    """No executable point of ``form`` is better than this: the bound, and what its goals cost in whole steps.

    A goal of E kWh that is met in units of q kWh is one of q ceil(E / q), and the price of a goal only rises
    with it: bound + sum of dual x (q ceil(E / q) - E). ``relaxed`` is what the relaxation of ``form`` says.
    """
    if relaxed.row_duals is None:
        return relaxed.bound
    dual = np.zeros(form.rows)
    dual[~form.rows_of(ON_OFF)] = relaxed.row_duals
    rows = np.flatnonzero((form.row_rule == _GOAL) & (dual > 0))
    return relaxed.bound + float(dual[rows] @ _rounded_up_by(form, layout, rows))


def _rounded_up_by(form: StandardForm, layout: Layout, rows: IntArray) -> FloatArray:
    """How much more energy than asked for in ``rows`` whole steps bring at least [kWh]."""
    draw = np.full(form.columns, -1)
    draw[layout.columns.current_a] = np.arange(len(layout.table.slot))
    matrix = sp.csr_array(form.matrix)
    more_kwh = np.zeros(len(rows))
    for i, row in enumerate(rows.tolist()):
        mine = slice(matrix.indptr[row], matrix.indptr[row + 1])
        column, kwh_per_a = matrix.indices[mine], matrix.data[mine]
        free = form.high[column] > form.low[column]
        if not free.any() or (draw[column[free]] < 0).any() or form.low[column[~free]].any():
            continue
        unit_kwh = _unit_kwh(layout.table, draw[column[free]], kwh_per_a[free])
        if unit_kwh > 0:
            least_kwh = float(form.row_low[row])
            more_kwh[i] = np.ceil(least_kwh / unit_kwh - _EPS) * unit_kwh - least_kwh
    return np.maximum(more_kwh, 0.0)


def _unit_kwh(table: DrawTable, draws: IntArray, kwh_per_a: FloatArray) -> float:
    """The energy of which every one of the ``draws`` gives whole multiples [kWh]; 0 where there is none."""
    step_kwh = kwh_per_a * table.step_a[draws]
    unit_kwh = float(step_kwh.min())
    if unit_kwh <= 0:
        return 0.0
    times = np.concatenate([step_kwh, kwh_per_a * table.min_a[draws]]) / unit_kwh
    return unit_kwh if bool(np.all(np.abs(times - np.round(times)) < _EPS)) else 0.0
