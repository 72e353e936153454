"""The highest base load of the last seconds, kept in a few buckets: what a rise must leave room for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from executors.control.seam import Bools, Floats
from executors.control.times import WINDOW_S

BUCKETS = 3
_UNSEEN = 1e12


@dataclass(frozen=True, slots=True)
class Window:
    """Highest base load of each bucket, the running one first; -inf: none yet."""

    high_a: Floats
    """(BUCKETS, K, 3)."""
    high_kw: Floats
    """(BUCKETS, K)."""
    since_s: float
    """When the running bucket began."""


def empty_window(rows: int) -> Window:
    """A window that has seen nothing."""
    return Window(np.full((BUCKETS, rows, 3), -np.inf), np.full((BUCKETS, rows), -np.inf), -np.inf)


def window_of(memory: Window, base_a: Floats, base_kw: Floats, blind: Bools, now_s: float) -> Window:
    """The window with this tick's base load; blind rows add nothing."""
    high_a = np.where(blind[:, np.newaxis], -np.inf, np.where(np.isnan(base_a), -np.inf, base_a))
    high_kw = np.where(blind, -np.inf, np.where(np.isnan(base_kw), -np.inf, base_kw))
    if now_s - memory.since_s >= WINDOW_S / (BUCKETS - 1):
        return Window(
            np.concatenate((high_a[np.newaxis], memory.high_a[:-1])),
            np.concatenate((high_kw[np.newaxis], memory.high_kw[:-1])),
            now_s,
        )
    kept_a, kept_kw = memory.high_a.copy(), memory.high_kw.copy()
    np.maximum(kept_a[0], high_a, out=kept_a[0])
    np.maximum(kept_kw[0], high_kw, out=kept_kw[0])
    return Window(kept_a, kept_kw, memory.since_s)


def window_max(window: Window) -> tuple[Floats, Floats]:
    """Highest base load of the window (K, 3), (K,); beyond all limits where nothing was seen."""
    high_a, high_kw = window.high_a.max(axis=0), window.high_kw.max(axis=0)
    return np.where(np.isneginf(high_a), _UNSEEN, high_a), np.where(np.isneginf(high_kw), _UNSEEN, high_kw)
