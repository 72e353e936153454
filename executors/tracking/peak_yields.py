"""The peak gives way to departures: what a window must give, whatever is left of its budget."""

from __future__ import annotations

import numpy as np

from domain.units import S_PER_H
from executors.tracking.arrays import Floats
from executors.tracking.danger import LAST_H, Danger

NOTHING_KW = float("-inf")
"""No departure needs anything of this window."""


def needs_kw(
    danger: Danger, left_kwh: Floats, left_s: Floats, most_kw: Floats, window_left_s: float
) -> Floats:
    """Power [kW] that each car needs until it leaves or the window ends (C,).

    It is what full power after the window could not make up for, and full power where the departure leaves
    hardly any time. ``left_kwh``: what is missing; ``left_s``: time to the departure; ``most_kw``: full power
    of car and charger.
    """
    window_h = max(window_left_s, 1.0) / S_PER_H
    here_h = np.clip(left_s / S_PER_H, 1.0 / S_PER_H, window_h)
    spare_h = np.nan_to_num(danger.spare_h, nan=np.inf)
    needed_kw = np.minimum(np.maximum(window_h - spare_h, 0.0) * most_kw, np.nan_to_num(left_kwh)) / here_h
    power_kw: Floats = np.where(spare_h < LAST_H, most_kw, np.minimum(needed_kw, most_kw))
    return power_kw


def window_kw(grid_kw: float, cars_kw: float, needs_kw: Floats) -> float:
    """Mean import [kW] that the window must allow for what cars need beside everything else on the site.

    A loss of money is no reason to miss a departure: a peak above the kept one is paid, but only as far as
    cars need it. ``NOTHING_KW`` where none does, or where the import is not known.
    """
    if np.isnan(grid_kw) or not needs_kw.any():
        return NOTHING_KW
    return grid_kw - cars_kw + float(needs_kw.sum())
