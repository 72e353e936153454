"""Columns that a relaxation is likely to use where there is no last plan: the cheapest draws of each."""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler.alone_bound import least_price
from scheduler.forms import Model
from scheduler.standard_form import BoolArray, StandardForm

_ROOM: Final = 3.0
"""Energy of the likely draws, per energy asked for: others are in the way where it is cheapest."""


def cheapest_columns(model: Model, form: StandardForm) -> BoolArray:
    """All columns of ``form`` but the draws that its sessions need only where others leave them little."""
    problem, table, columns = model.problem, model.layout.table, model.layout.columns
    kwh = table.mean_kw_per_a * table.max_a * problem.hours[table.slot]
    need_kwh = np.array([one.goals[-1].least_kwh if one.goals else 0.0 for one in problem.sessions])
    order = np.lexsort((least_price(problem)[table.slot], table.session))
    before_kwh = np.cumsum(kwh[order]) - kwh[order]
    session = table.session[order]
    before_kwh -= before_kwh[np.searchsorted(session, session)]
    chosen = np.zeros(len(order), dtype=bool)
    chosen[order] = before_kwh <= _ROOM * need_kwh[session]
    likely = np.ones(form.columns, dtype=bool)
    likely[columns.current_a] = chosen
    likely[columns.on] = table.loss_kw > 0
    return likely
