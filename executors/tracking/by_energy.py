"""The plan is held by energy: what a slot missed is owed to the next, what it took too much comes off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from domain.units import S_PER_H
from executors.tracking.arrays import Bools, Floats, known
from executors.tracking.plan_rows import PlanRows, block_left_kwh, planned_kwh
from executors.tracking.steps import nearest_step

MAKE_UP_S: Final = 300.0
"""What is owed is made up while the slot's current flows, but not faster than in this time [s]."""
_CHANGE_STEPS: Final = 0.75
"""A current is changed only when it is wrong by so much of a step: two steps do not take turns."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the plan owes every car [kWh]; negative where it took more than planned."""

    owed_kwh: Floats
    made_s: float
    """The plan that the ledger belongs to; NaN without one."""
    at_s: float
    """Plan time up to which the plan's energy is counted [s since 1970]."""


def first_ledger(count: int) -> Ledger:
    """Nothing owed."""
    return Ledger(np.zeros(count), np.nan, np.nan)


def count_energy(
    ledger: Ledger, rows: PlanRows | None, plan_s: float, drawn_kwh: Floats, counts: Bools, most_kwh: Floats
) -> Ledger:
    """The ledger after ``drawn_kwh`` flowed. ``counts``: a car is there for which the plan was made;
    ``most_kwh``: nobody is owed more than he still misses (NaN: not known). A new plan starts at 0.
    """
    if rows is None or rows.made_s != ledger.made_s:
        return Ledger(np.zeros(len(drawn_kwh)), np.nan if rows is None else rows.made_s, plan_s)
    owed_kwh = ledger.owed_kwh + planned_kwh(rows, ledger.at_s, plan_s) - known(drawn_kwh)
    owed_kwh = np.fmin(owed_kwh, most_kwh)
    return Ledger(np.where(counts, owed_kwh, 0.0), ledger.made_s, plan_s)


@dataclass(frozen=True, slots=True)
class Range:
    """What charger and car allow now; arrays over chargers."""

    min_a: Floats
    most_a: Floats
    step_a: Floats
    kw_per_a: Floats
    """Power of one ampere on each phase in use [kW]."""


def held_a(
    rows: PlanRows, slot: int, plan_s: float, owed_kwh: Floats, told_a: Floats, allowed: Range
) -> Floats:
    """Current [A] that gives the slot its planned energy and makes up what is owed; 0 where the plan is off
    or where this run of slots has already had its energy.
    """
    planned_a = rows.current_a[:, slot]
    left_h = np.maximum(rows.to_s[:, slot] - plan_s, MAKE_UP_S) / S_PER_H
    target_a = planned_a + owed_kwh / np.maximum(allowed.kw_per_a, 1e-9) / left_h
    most_a = np.minimum(allowed.most_a, planned_a + rows.room_a[:, slot])
    near_a = nearest_step(target_a, allowed.min_a, most_a, allowed.step_a)
    close = (
        (np.abs(told_a - target_a) < _CHANGE_STEPS * allowed.step_a)
        & (told_a > 0)
        & (told_a <= most_a + 1e-6)
    )
    current_a = np.where(close, told_a, near_a)
    done = owed_kwh <= -block_left_kwh(rows, slot, plan_s) + 1e-9
    held: Floats = np.where((planned_a > 0) & ~done, current_a, 0.0)
    return held
