"""How warm the protection of every circuit is: a leaky integral per phase over its curve, started hot."""

from __future__ import annotations

import numpy as np

from executors.control.curve import time_by_points_s, trip_rate
from executors.control.quick import nonzero, nothing, some
from executors.control.rows import rows_of
from executors.control.seam import Floats, Wiring

COOLS_S = 120.0
"""A protection with a curve of points cools with this time constant below its first point."""


def heated(wiring: Wiring, heat: Floats, current_a: Floats, duration_s: float) -> Floats:
    """Heat after ``duration_s`` more of ``current_a`` (K, 3): 0 as warm as for ever, 1 may trip."""
    rows = rows_of(wiring)
    cold = heat is nothing(*heat.shape)
    if cold and not some(np.abs(current_a) > rows.holds_a) and not rows.pointed:
        return heat
    known_a = np.where(np.isnan(current_a), 0.0, current_a)
    rate = trip_rate(
        known_a, wiring.rating_a, wiring.hold_multiple[:, np.newaxis], wiring.trip_k_s[:, np.newaxis]
    )
    for k, points in enumerate(wiring.curves):
        if points:
            rate[k] = [
                _rate_by_points(float(abs(a)), points, float(h))
                for a, h in zip(known_a[k], heat[k], strict=True)
            ]
    warmer = np.clip(heat + rate * duration_s, 0.0, 2.0)
    return warmer if nonzero(warmer) else nothing(*heat.shape)


def _rate_by_points(current_a: float, points: tuple[tuple[float, float], ...], heat: float) -> float:
    time_s = time_by_points_s(current_a, points)
    return 1.0 / time_s if np.isfinite(time_s) else -heat / COOLS_S
