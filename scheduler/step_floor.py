"""What whole steps cost at least: energy that comes in steps of the charger is rounded up to them.

The bound of a plan knows nothing of steps. This one is higher: so near can a plan in steps come.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp

from scheduler.highs import Answer
from scheduler.layout import Layout
from scheduler.model import ON_OFF
from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import ABSENT, StandardForm

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
    table, draw = layout.table, np.full(form.columns, ABSENT)
    draw[layout.columns.current_a] = np.arange(len(table.slot))
    part = sp.coo_array(sp.csr_array(form.matrix)[rows])
    open_here = form.high[part.col] > form.low[part.col]
    row, mine, kwh_per_a = part.row[open_here], draw[part.col[open_here]], part.data[open_here]
    counts = np.bincount(row, minlength=len(rows)) > 0
    counts[row[mine == ABSENT]] = False
    counts[part.row[~open_here & (form.low[part.col] != 0)]] = False
    unit_kwh = np.full(len(rows), np.inf)
    np.minimum.at(unit_kwh, row, kwh_per_a * table.step_a[mine])
    counts &= unit_kwh > 0
    unit_kwh[~counts] = 1.0
    for a in (table.step_a[mine], table.min_a[mine]):
        times = kwh_per_a * a / unit_kwh[row]
        counts[row[np.abs(times - np.round(times)) > _EPS]] = False
    least_kwh = form.row_low[rows]
    more_kwh = np.ceil(least_kwh / unit_kwh - _EPS) * unit_kwh - least_kwh
    return np.where(counts, np.maximum(more_kwh, 0.0), 0.0)
