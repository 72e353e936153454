"""The peak gives way to departures: what a window must give, whatever is left of its budget."""

from __future__ import annotations

import numpy as np

from domain.units import S_PER_H
from executors.tracking.arrays import Floats, known
from executors.tracking.danger import LAST_H, Danger

NOTHING_KW = float("-inf")
"""No departure needs anything of this window."""


def needs_kw(danger: Danger, left_kwh: Floats, most_kw: Floats, window_left_s: float) -> Floats:
    """Mean power [kW] that each car needs until the end of the window (C,).

    It is what full power after the window could not make up for, and full power where the departure leaves
    hardly any time. ``left_kwh``: what is missing; ``most_kw``: full power of car and charger.
    """
    window_h = max(window_left_s, 1.0) / S_PER_H
    spare_h = known(danger.spare_h, np.inf)
    full_h = np.where(spare_h < LAST_H, window_h, np.clip(window_h - spare_h, 0.0, window_h))
    mean_kw: Floats = np.minimum(full_h * most_kw, known(left_kwh)) / window_h
    return mean_kw


def window_kw(grid_kw: float, cars_kw: float, needs_kw: Floats) -> float:
    """Mean import [kW] that the window must allow for what cars need beside everything else on the site.

    A loss of money is no reason to miss a departure: a peak above the kept one is paid, but only as far as
    cars need it. ``NOTHING_KW`` where none does, or where the import is not known.
    """
    if np.isnan(grid_kw) or not needs_kw.any():
        return NOTHING_KW
    return grid_kw - cars_kw + float(needs_kw.sum())
