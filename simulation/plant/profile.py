"""Powers over time that nobody controls: from a slot's mean, or from a value per second."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Profile = Callable[[int, int], FloatArray]
"""``profile(first_s, count)`` gives ``count`` values [kW], one per second from ``first_s`` on."""


def constant(power_kw: float) -> Profile:
    """The same power always [kW]."""
    return lambda _, count: np.full(count, power_kw)


def by_second(power_kw: FloatArray) -> Profile:
    """One value per second from the start on [kW]; the last one goes on."""
    last = len(power_kw) - 1

    def block(first_s: int, count: int) -> FloatArray:
        return power_kw[np.minimum(np.arange(first_s, first_s + count), last)]

    return block


def by_slot(edges_s: FloatArray, power_kw: FloatArray) -> Profile:
    """The mean of each slot [kW], held; ``edges_s`` has one more entry than there are slots."""
    last = len(power_kw) - 1

    def block(first_s: int, count: int) -> FloatArray:
        seconds = np.arange(first_s, first_s + count)
        place = np.clip(np.searchsorted(edges_s, seconds, side="right") - 1, 0, last)
        return power_kw[place]

    return block


def between_slots(edges_s: FloatArray, power_kw: FloatArray) -> Profile:
    """The means of slots [kW], joined by straight lines from middle to middle, as the sun moves."""
    middles = (edges_s[:-1] + edges_s[1:]) / 2

    def block(first_s: int, count: int) -> FloatArray:
        return np.interp(np.arange(first_s, first_s + count), middles, power_kw)

    return block
