"""Slots beyond the plan: where the planned ones can no longer hold what is owed, the cheapest others help."""

from __future__ import annotations

from typing import Final

import numpy as np

from domain.units import S_PER_H
from executors.tracking.arrays import Bools, Floats, known
from executors.tracking.plan_rows import PlanRows

_WORTH_KWH: Final = 0.05
"""Less than this is not worth a start."""


def extra_now(
    rows: PlanRows, slot: int, plan_s: float, owed_kwh: Floats, left_s: Floats, most_kw: Floats
) -> Bools:
    """Where a car charges now although its plan is off: its planned slots before the departure, filled up to
    ``most_kw``, cannot hold what is owed, and this slot is among the cheapest that can.
    """
    extra = np.zeros(len(owed_kwh), dtype=np.bool_)
    for charger in np.flatnonzero((owed_kwh > _WORTH_KWH) & (rows.current_a[:, slot] == 0) & (most_kw > 0)):
        hours = _hours_left(rows, slot, plan_s, left_s[charger])
        planned_kw = rows.power_kw[charger, slot:]
        spare_kwh = np.maximum(most_kw[charger] - planned_kw, 0.0) * hours
        open_kwh = owed_kwh[charger] - spare_kwh[planned_kw > 0].sum()
        if open_kwh > _WORTH_KWH:
            extra[charger] = _among_cheapest(rows, slot, np.where(planned_kw > 0, 0.0, spare_kwh), open_kwh)
    return extra


def _hours_left(rows: PlanRows, slot: int, plan_s: float, left_s: float) -> Floats:
    """Hours of every slot from ``slot`` on that lie between now and the departure."""
    low_s = np.maximum(rows.edges_s[slot:-1], plan_s)
    high_s = np.minimum(rows.edges_s[slot + 1 :], plan_s + left_s)
    hours: Floats = np.clip(high_s - low_s, 0.0, None) / S_PER_H
    return hours


def _among_cheapest(rows: PlanRows, slot: int, spare_kwh: Floats, open_kwh: float) -> bool:
    """Whether the first slot is one of the cheapest that together hold ``open_kwh``; earlier first where
    prices are equal or unknown.
    """
    price = known(rows.buy_eur_per_kwh[slot:], np.inf)
    order = np.argsort(np.round(price, 6), kind="stable")
    before_kwh = np.cumsum(spare_kwh[order]) - spare_kwh[order]
    first = int(np.flatnonzero(order == 0)[0])
    return bool(before_kwh[first] < open_kwh - 1e-9 and spare_kwh[0] > 0)
