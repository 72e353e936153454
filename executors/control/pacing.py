"""The running quarter's energy: who charges keeps its minimum while that can still be made up for.

A mean is kept over a whole quarter, so a moment above it is no fault. Stopping a car at every kettle and
starting it again when that is off wears its contactor, and costs it the seconds of a start.
"""

from __future__ import annotations

from math import inf
from typing import Final

import numpy as np

from domain.units import S_PER_H
from executors.control.quick import nobody
from executors.control.seam import Bools, Floats, Wanted

KEEPS: Final = 1 / 3
"""A minimum is kept while this share of it fits for the rest of the quarter: a later stop makes up for it."""
NO_START_S: Final = 300.0
"""With less left of a quarter, whoever was stopped less than so long ago waits for the next one."""


def mean_kw(wanted: Wanted) -> float:
    """What may be imported on average for the rest of the quarter [kW]; inf without a peak to keep."""
    return wanted.budget_kwh * S_PER_H / max(wanted.budget_left_s, 1.0)


def going_on_kw(wanted: Wanted, min_a: Floats, command_a: Floats, kw_per_a: Floats) -> float:
    """What those that charge need to go on at their minimum [kW]; not asked without a peak to keep."""
    return 0.0 if wanted.budget_kwh == inf else float(kw_per_a @ np.where(command_a > 0, min_a, 0.0))


def quarter_ceiling_kw(wanted: Wanted, base_kw: float, minimum_kw: float) -> float:
    """What charging may take now [kW]; ``minimum_kw`` is what those need that charge, to go on."""
    left_kw = max(mean_kw(wanted), 0.0) - base_kw
    return max(left_kw, minimum_kw) if left_kw >= KEEPS * minimum_kw else left_kw


def waits_for_next(wanted: Wanted, command_a: Floats, cut_s: Floats, now_s: float) -> Bools:
    """Chargers that were stopped a moment ago: what is left of the quarter is not worth a start (C,)."""
    if wanted.budget_kwh == inf or wanted.budget_left_s >= NO_START_S:
        return nobody(len(command_a))
    return (command_a <= 0) & (now_s - cut_s < NO_START_S)
