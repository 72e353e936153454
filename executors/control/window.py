"""The highest base load of the last seconds, kept in a few buckets: what a rise must leave room for."""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

import numpy as np

from executors.control.quick import some
from executors.control.seam import Bools, Floats
from executors.control.times import WINDOW_S

BUCKETS = 3
_UNSEEN = 1e12


class Window(NamedTuple):
    """Highest base load of each bucket, the running one first; -inf: none yet."""

    buckets: tuple[Floats, ...]
    """Three phases [A] and power [kW] of each row (K, 4)."""
    since_s: float
    """When the running bucket began."""


def empty_window(rows: int) -> Window:
    """A window that has seen nothing."""
    return Window((np.full((rows, 4), -np.inf),) * BUCKETS, -np.inf)


def window_of(memory: Window, base: Floats, blind: Bools, now_s: float) -> Window:
    """The window with this tick's base load (K, 4); blind rows add nothing."""
    if some(blind):
        base = np.where(blind[:, np.newaxis], np.nan, base)
    running, *passed = memory.buckets
    if now_s - memory.since_s >= WINDOW_S / (BUCKETS - 1):
        return Window((np.fmax(base, -np.inf), running, *passed[:-1]), now_s)
    return Window((np.fmax(running, base), *passed), memory.since_s)


def window_max(window: Window) -> Floats:
    """Highest base load of the window (K, 4); beyond all limits where nothing was seen."""
    high: Floats = reduce(np.maximum, window.buckets)
    unseen = high == -np.inf
    return np.where(unseen, _UNSEEN, high) if some(unseen) else high
