"""What a lost meter does to the offers below it: held with shrinking headroom, then failsafe, then stop."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

import numpy as np

from executors.control.chargers import Chargers
from executors.control.meters import Samples
from executors.control.quick import nonzero, some, unknown
from executors.control.rows import rows_of
from executors.control.seam import Bools, Floats, Ints, Wiring
from executors.control.times import HELD_S, STOP_S


class Stage(IntEnum):
    """Steps of the ladder, down."""

    FRESH = 0
    HELD = 1
    FAILSAFE = 2
    STOP = 3


FRESH, HELD, FAILSAFE = int(Stage.FRESH), int(Stage.HELD), int(Stage.FAILSAFE)


def blind_since(meters: Samples, distrusted: Bools, memory_s: Floats, now_s: float) -> Floats:
    """Since when each row is blind: samples too old, or a meter not believed; NaN: it sees (K,)."""
    blind = meters.stale | distrusted
    if not some(blind):
        return unknown(len(blind))
    if not some(meters.stale):
        return np.where(blind, np.fmin(memory_s, now_s), np.nan)
    overdue_s = np.where(np.isinf(meters.oldest_s), 0.0, meters.oldest_s - meters.fresh_for_s)
    began_s = now_s - np.maximum(np.where(meters.stale, overdue_s, 0.0), 0.0)
    return np.where(blind, np.fmin(memory_s, began_s), np.nan)


@lru_cache(maxsize=64)
def no_steps(count: int) -> Ints:
    """All on the first step: every meter is fresh."""
    steps = np.zeros(count, dtype=np.int64)
    steps.flags.writeable = False
    return steps


def stages(since_s: Floats, now_s: float) -> Ints:
    """Step of every row by since when it has been blind; NaN: fresh (K,)."""
    if since_s is unknown(len(since_s)):
        return no_steps(len(since_s))
    return np.array([_step(now_s - one_s) for one_s in since_s.tolist()], dtype=np.int64)


def _step(blind_for_s: float) -> int:
    """Step of a row; NaN: it sees."""
    return int(blind_for_s == blind_for_s) + (blind_for_s > HELD_S) + (blind_for_s > STOP_S)  # noqa: PLR0124


def on_the_ladder(wiring: Wiring, meters: Samples, stage: Ints, chargers: Chargers) -> Ints:
    """Step that counts for each charger: the worst of the rows above it whose missing phases it uses (C,)."""
    if not some(meters.phase_stale):
        return _worst_above(wiring, stage.tobytes())
    whole = (stage > FRESH) & ~meters.phase_stale.any(axis=1)
    concerns = meters.phase_stale.astype(np.float64) @ chargers.uses.T.astype(np.float64) > 0
    hit = wiring.below & (concerns | whole[:, np.newaxis])
    return np.asarray(np.where(hit, stage[:, np.newaxis], FRESH).max(axis=0))


@lru_cache(maxsize=16)
def _worst_above(wiring: Wiring, stage: bytes) -> Ints:
    """The worst step of the rows above each charger (C,); it seldom changes, so it is made once."""
    rows = np.frombuffer(stage, dtype=np.int64)
    steps = np.asarray(np.where(wiring.below, rows[:, np.newaxis], FRESH).max(axis=0))
    return steps if nonzero(steps) else no_steps(wiring.chargers)


@lru_cache(maxsize=16)
def _most_a(wiring: Wiring, per_charger: bytes) -> tuple[Floats, Bools]:
    """What each charger may be told on every step but the held one (C) [A], and who is held (C)."""
    steps = np.frombuffer(per_charger, dtype=np.int64)
    most_a = np.where(steps == FAILSAFE, rows_of(wiring).failsafe_a, np.where(steps == FRESH, np.inf, 0.0))
    return most_a, steps == HELD


def ceiling_a(wiring: Wiring, blind_for_s: Floats, per_charger: Ints, before_a: Floats) -> Floats:
    """Most that each charger may be told (C) [A]; inf where every meter above it is fresh."""
    most_a, held = _most_a(wiring, per_charger.tobytes())
    if not some(held):
        return most_a
    failsafe_a = rows_of(wiring).failsafe_a
    longest_s = np.where(wiring.below, np.fmax(blind_for_s, 0.0)[:, np.newaxis], 0.0).max(axis=0)
    left = np.clip(1.0 - longest_s / HELD_S, 0.0, 1.0)
    return np.where(held, failsafe_a + np.maximum(before_a - failsafe_a, 0.0) * left, most_a)
