"""What a lost meter does to the offers below it: held with shrinking headroom, then failsafe, then stop."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from executors.control.chargers import Chargers
from executors.control.meters import Samples
from executors.control.rows import rows_of
from executors.control.seam import Bools, Floats, Ints, Wiring
from executors.control.times import HELD_S, STOP_S


class Stage(IntEnum):
    """Steps of the ladder, down."""

    FRESH = 0
    HELD = 1
    FAILSAFE = 2
    STOP = 3


def blind_since(meters: Samples, distrusted: Bools, memory_s: Floats, now_s: float) -> Floats:
    """Since when each row is blind: samples too old, or a meter not believed; NaN: it sees (K,)."""
    overdue_s = np.where(np.isinf(meters.oldest_s), 0.0, meters.oldest_s - meters.fresh_for_s)
    began_s = now_s - np.maximum(np.where(meters.stale, overdue_s, 0.0), 0.0)
    return np.where(meters.stale | distrusted, np.fmin(memory_s, began_s), np.nan)


def stages(blind_for_s: Floats) -> Ints:
    """Step of every row by how long it has been blind; NaN: fresh (K,)."""
    with np.errstate(invalid="ignore"):
        steps = np.isfinite(blind_for_s) * 1 + (blind_for_s > HELD_S) + (blind_for_s > STOP_S)
    return np.asarray(steps, dtype=np.int64)


def on_the_ladder(wiring: Wiring, meters: Samples, stage: Ints, chargers: Chargers) -> Ints:
    """Step that counts for each charger: the worst of the rows above it whose missing phases it uses (C,)."""
    if not stage.any() and not meters.phase_stale.any():
        return np.zeros(wiring.chargers, dtype=np.int64)
    whole = (stage > Stage.FRESH) & ~meters.phase_stale.any(axis=1)
    concerns = meters.phase_stale.astype(np.float64) @ chargers.uses.T.astype(np.float64) > 0
    hit = wiring.below & (concerns | whole[:, np.newaxis])
    return np.asarray(np.where(hit, stage[:, np.newaxis], Stage.FRESH).max(axis=0))


def ceiling_a(wiring: Wiring, blind_for_s: Floats, per_charger: Ints, before_a: Floats) -> Floats:
    """Most that each charger may be told (C) [A]; inf where every meter above it is fresh."""
    failsafe_a = rows_of(wiring).failsafe_a
    longest_s = np.where(wiring.below, np.fmax(blind_for_s, 0.0)[:, np.newaxis], 0.0).max(axis=0)
    left = np.clip(1.0 - longest_s / HELD_S, 0.0, 1.0)
    held_a = failsafe_a + np.maximum(before_a - failsafe_a, 0.0) * left
    free_a, stopped_a = np.full(len(failsafe_a), np.inf), np.zeros(len(failsafe_a))
    by_stage = np.stack((free_a, held_a, failsafe_a, stopped_a))
    return np.asarray(by_stage[per_charger, np.arange(len(failsafe_a))])
