"""What a lost meter does to the offers below it: held with shrinking headroom, then failsafe, then stop."""

from __future__ import annotations

import numpy as np

from executors.control.chargers import Chargers
from executors.control.meters import Samples, Stage
from executors.control.seam import Bools, Floats, Ints, Wiring
from executors.control.times import HELD_S, STOP_S


def stages(meters: Samples, distrusted: Bools, distrusted_for_s: Floats) -> Ints:
    """Step of every row: by the age of its samples, or by how long its meter has not been believed (K,)."""
    by_trust = np.where(distrusted, Stage.HELD, Stage.FRESH)
    by_trust = np.where(distrusted & (distrusted_for_s > HELD_S), Stage.FAILSAFE, by_trust)
    by_trust = np.where(distrusted & (distrusted_for_s > STOP_S), Stage.STOP, by_trust)
    worst: Ints = np.maximum(meters.stage, by_trust).astype(np.int64)
    return worst


def on_the_ladder(wiring: Wiring, meters: Samples, stage: Ints, chargers: Chargers) -> Ints:
    """Step that counts for each charger: the worst of the rows above it whose missing phases it uses (C,)."""
    whole = (stage > Stage.FRESH) & ~meters.phase_stale.any(axis=1)
    concerns = meters.phase_stale.astype(np.float64) @ chargers.uses.T.astype(np.float64) > 0
    hit = wiring.below & (concerns | whole[:, np.newaxis])
    return np.asarray(np.where(hit, stage[:, np.newaxis], Stage.FRESH).max(axis=0))


def ceiling_a(
    wiring: Wiring, meters: Samples, stage: Ints, per_charger: Ints, before_a: Floats, since_s: Floats
) -> Floats:
    """Most that each charger may be told (C) [A]; inf where every meter above it is fresh."""
    failsafe_a = np.nan_to_num(wiring.failsafe_a, nan=0.0)
    blind_for_s = np.fmax((meters.age_s.max(axis=1) - meters.fresh_for_s) * (stage > Stage.FRESH), since_s)
    blind_for_s = np.nan_to_num(np.where(stage == Stage.HELD, blind_for_s, 0.0), posinf=HELD_S)
    longest_s = np.where(wiring.below, blind_for_s[:, np.newaxis], 0.0).max(axis=0)
    left = np.clip(1.0 - longest_s / HELD_S, 0.0, 1.0)
    held_a = failsafe_a + np.maximum(before_a - failsafe_a, 0.0) * left
    by_stage = np.stack((np.full(len(failsafe_a), np.inf), held_a, failsafe_a, np.zeros(len(failsafe_a))))
    return by_stage[per_charger, np.arange(len(failsafe_a))]
