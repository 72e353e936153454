"""Currents on a charger's own grid: 0, or its minimum and whole steps above, up to a maximum."""

from __future__ import annotations

import numpy as np

from executors.tracking.arrays import Floats

_EPS = 1e-6


def down_to_step(current_a: Floats, min_a: Floats, most_a: Floats, step_a: Floats) -> Floats:
    """The highest current [A] on the grid at most ``current_a``; 0 below the minimum."""
    return _on_grid(np.floor((np.minimum(current_a, most_a) + _EPS - min_a) / step_a), min_a, step_a)


def nearest_step(current_a: Floats, min_a: Floats, most_a: Floats, step_a: Floats) -> Floats:
    """The nearest current [A] on the grid from ``min_a`` on; 0 only where ``most_a`` is below it."""
    top_a = down_to_step(most_a, min_a, most_a, step_a)
    near_a = _on_grid(np.round(np.maximum(current_a - min_a, 0.0) / step_a), min_a, step_a)
    return np.minimum(near_a, top_a)


def up_to_step(current_a: Floats, min_a: Floats, most_a: Floats, step_a: Floats) -> Floats:
    """The least current [A] on the grid at least ``current_a``, from ``min_a`` on, within ``most_a``."""
    top_a = down_to_step(most_a, min_a, most_a, step_a)
    steps = np.ceil((np.maximum(current_a - min_a, 0.0) - _EPS) / step_a)
    return np.minimum(_on_grid(np.maximum(steps, 0.0), min_a, step_a), top_a)


def _on_grid(steps: Floats, min_a: Floats, step_a: Floats) -> Floats:
    on_grid: Floats = np.where(steps >= 0, min_a + steps * step_a, 0.0)
    return on_grid
