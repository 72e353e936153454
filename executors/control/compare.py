"""Whether a meter shows what charging does: finds frozen, late, sign-flipped and swapped meters."""

from __future__ import annotations

from enum import IntEnum
from itertools import permutations
from typing import Final

import numpy as np

from executors.control.chargers import Chargers
from executors.control.meters import Samples
from executors.control.rows import rows_of
from executors.control.seam import Bools, Floats, Readings, Wiring
from executors.control.state import CompareMemory
from executors.control.times import CONFIRMED_A, UNSEEN_S

_MOVES_A: Final = 0.5
_LAG_S: Final = 1.0
_NEAR_A: Final = 1.5
_NEAR: Final = 0.35


class Trust(IntEnum):
    """What is thought of a meter."""

    BELIEVED = 0
    UNSEEN = 1
    """A confirmed change was not seen: frozen, late, or somewhere else."""
    FLIPPED = 2
    SWAPPED = 3


_SWAPS: Final = [order for order in permutations(range(3)) if order != (0, 1, 2)]


def compared(
    wiring: Wiring,
    readings: Readings,
    meters: Samples,
    chargers: Chargers,
    memory: CompareMemory,
    now_s: float,
) -> CompareMemory:
    """Compare every meter with what charging below it did since it last stood still."""
    rows = rows_of(wiring)
    flow_a = rows.below @ chargers.flow_a
    known = ~np.isnan(readings.measured_a).all(axis=1) & readings.link
    blurred = (wiring.below & ~known & (chargers.command_a > 0)).any(axis=1)
    moving = (np.abs(flow_a - memory.last_flow_a) > _MOVES_A).any(axis=1) | blurred
    moved_s = np.where(moving, now_s, memory.moved_s)
    still = (now_s - moved_s >= 2 * rows.period_s + _LAG_S) & ~moving
    usable = still & np.isfinite(meters.meter_a[:, wiring.grid_phases]).all(axis=1) & rows.metered
    change_a = np.where(wiring.grid_phases, flow_a - memory.flow_a, 0.0)
    with np.errstate(invalid="ignore"):
        told = usable & (np.abs(change_a) >= CONFIRMED_A).any(axis=1)
    trust, renew = memory.trust, usable & ~told
    if told.any():
        seen_a = np.where(wiring.grid_phases, meters.meter_a - memory.meter_a, 0.0)
        trust = trust.copy()
        for k in np.flatnonzero(told):
            verdict = _verdict(change_a[k], seen_a[k])
            waits = verdict is Trust.UNSEEN and not _gives_up(memory, int(k), seen_a[k], now_s)
            trust[k] = trust[k] if verdict is None else verdict
            trust[k] = trust[k] if verdict is not Trust.UNSEEN or waits else Trust.BELIEVED
            renew[k] = not waits
    lost = trust != Trust.BELIEVED
    renewed = renew[:, np.newaxis]
    return CompareMemory(
        trust=trust,
        flow_a=np.where(renewed, flow_a, memory.flow_a),
        meter_a=np.where(renewed, meters.meter_a, memory.meter_a),
        moved_s=moved_s,
        last_flow_a=flow_a,
        since_s=np.where(lost, np.fmin(memory.since_s, now_s), np.nan),
    )


def _gives_up(memory: CompareMemory, k: int, seen_a: Floats, now_s: float) -> bool:
    """A meter that has missed a change for long and changes itself: the house may have hidden the change."""
    alive = bool((np.abs(seen_a) > 0.1).any())
    return alive and now_s - float(np.fmin(memory.since_s[k], now_s)) >= UNSEEN_S


def _verdict(change_a: Floats, seen_a: Floats) -> Trust | None:
    """What one confirmed change says of a meter; None: the house changed at the same time, so nothing."""
    near_a = np.maximum(_NEAR_A, _NEAR * np.abs(change_a))
    big = np.abs(change_a) >= CONFIRMED_A
    if bool(np.all(np.abs(seen_a - change_a)[big] <= near_a[big])):
        return Trust.BELIEVED
    if bool(np.all(np.abs(seen_a + change_a) <= near_a)):
        return Trust.FLIPPED
    for order in _SWAPS:
        moved_a = change_a[list(order)]
        swapped = np.abs(seen_a - moved_a) <= np.maximum(_NEAR_A, _NEAR * np.abs(moved_a))
        if bool(swapped.all()) and bool((np.abs(moved_a - change_a) >= CONFIRMED_A).any()):
            return Trust.SWAPPED
    if bool(np.all(np.abs(seen_a[big]) < np.abs(change_a[big]) / 3)):
        return Trust.UNSEEN
    return None


def distrusted(memory: CompareMemory) -> Bools:
    """Rows whose meter is not believed (K,)."""
    lost: Bools = memory.trust != Trust.BELIEVED
    return lost
