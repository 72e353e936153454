"""When one session should charge, to start seldom: a dynamic program over its slots and its energy.

Everything else holds. Energy is counted in coarse units and limits one by one, so that what comes out is
only a proposal of on and off; the model makes currents of it, or finds that it cannot be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduler.problem import FloatArray, IntArray

LEVELS: Final = 16
"""Coarse currents per phase set, about."""
OFF: Final = -1


@dataclass(frozen=True, slots=True)
class Choices:
    """What one session can do: every phase set ``k`` in every of its slots ``i``, at coarse currents ``l``.

    Where it is away between two slots, a slot without levels stands between them.
    """

    units: IntArray
    """(slots, sets, levels) energy; 0 where there is no such level."""
    restless: FloatArray
    """(slots, sets, levels) money, weighted against a start, and lateness; inf where the limits forbid it."""
    need: IntArray
    """(slots,) units that it must have by the end of each slot."""
    most: int
    """Units that it may have in all."""
    running: int = OFF
    """The phase set that runs when the horizon begins, in its first slot."""


def quietest(choices: Choices) -> IntArray | None:
    """(slots,) phase set, or ``OFF``, of the least sum of starts and restlessness; None if there is none.

    rest[i, n] and on[i, k, n] are the least sums with n units after slot i, off or on with set k:
    on[i, k, n] = min_l (min(on[i - 1, k], 1 + min(rest, on of other sets)[i - 1])[n - units l] + restless l)
    """
    steps, sets, _ = choices.units.shape
    width = choices.most + 1
    state = np.full((1 + sets, width), np.inf)
    state[0, 0] = 0.0
    if choices.running != OFF:
        state[1 + choices.running, 0] = 0.0
    came = np.zeros((steps, 1 + sets, width), dtype=np.int64)
    taken = np.zeros((steps, 1 + sets, width), dtype=np.int64)
    for i in range(steps):
        state = _after(state, choices, i, came[i], taken[i])
        state[:, : int(choices.need[i])] = np.inf
    if not np.isfinite(state).any():
        return None
    return _traced(state, came, taken)


def _after(state: FloatArray, choices: Choices, i: int, came: IntArray, taken: IntArray) -> FloatArray:
    """The least sums after slot ``i``; where they came from and the units taken are written down."""
    sets, width = state.shape[0] - 1, state.shape[1]
    after = np.full(state.shape, np.inf)
    after[0], came[0] = state.min(axis=0), state.argmin(axis=0)
    for k in range(sets):
        begun, begun_from = _begun(state, k)
        goes_on = state[1 + k] <= begun
        before = np.where(goes_on, state[1 + k], begun)
        levels = np.flatnonzero(np.isfinite(choices.restless[i, k]) & (choices.units[i, k] > 0))
        if not len(levels):
            continue
        units, most = choices.units[i, k, levels], int(choices.units[i, k, levels].max())
        padded = np.concatenate([np.full(most, np.inf), before])
        sums = (
            padded[most - units[:, np.newaxis] + np.arange(width)]
            + choices.restless[i, k, levels, np.newaxis]
        )
        best = sums.argmin(axis=0)
        after[1 + k] = sums[best, np.arange(width)]
        taken[1 + k] = units[best]
        source = np.maximum(np.arange(width) - units[best], 0)
        came[1 + k] = np.where(goes_on, 1 + k, begun_from)[source]
    return after


def _begun(state: FloatArray, k: int) -> tuple[FloatArray, IntArray]:
    """Least sums when set ``k`` starts now, and from where."""
    others = state.copy()
    others[1 + k] = np.inf
    return others.min(axis=0) + 1.0, others.argmin(axis=0)


def _traced(state: FloatArray, came: IntArray, taken: IntArray) -> IntArray:
    """The choices that led to the least sum."""
    at, n = (int(one) for one in np.unravel_index(int(state.argmin()), state.shape))
    chosen = np.full(len(came), OFF, dtype=np.int64)
    for i in range(len(came) - 1, -1, -1):
        chosen[i] = at - 1
        at, n = int(came[i, at, n]), n - int(taken[i, at, n])
    return chosen


def coarse_currents(min_a: float, max_a: float, step_a: float) -> FloatArray:
    """About ``LEVELS`` currents of a grid, its ends among them [A]."""
    steps = max(round((max_a - min_a) / step_a), 0)
    stride = max(1, -(-steps // LEVELS))
    found: NDArray[np.float64] = min_a + step_a * np.unique(np.append(np.arange(0, steps + 1, stride), steps))
    return found
