"""Whether a meter shows what charging does: finds frozen, late, sign-flipped and swapped meters."""

from __future__ import annotations

from enum import IntEnum
from itertools import permutations
from typing import Final, NamedTuple

import numpy as np

from executors.control.chargers import Chargers
from executors.control.meters import Samples
from executors.control.rows import rows_of
from executors.control.seam import Bools, Floats, Ints, Readings, Wiring
from executors.control.state import CompareMemory, SafetyState
from executors.control.times import (
    CONFIRMED_A,
    IN_STEP_S,
    MIRRORED_S,
    OBEYS_A,
    REACTION_S,
    UNSEEN_S,
)

_MOVES_A: Final = 0.5
_LAG_S: Final = 1.0
_NEAR_A: Final = 1.5
_NEAR: Final = 0.35
_ALIVE_A: Final = 0.1
_TURNED_PHASES: Final = 2
"""A jump counts as a turned sign when it is seen on so many phases."""


class Trust(IntEnum):
    """What is thought of a meter."""

    BELIEVED = 0
    UNSEEN = 1
    """A confirmed change was not seen: frozen, late, or somewhere else."""
    FLIPPED = 2
    SWAPPED = 3
    MIRRORED = 4
    """All phases changed their sign at once while charging stood still; no change has confirmed it yet."""


_SWAPS: Final = [order for order in permutations(range(3)) if order != (0, 1, 2)]


class Compared(NamedTuple):
    """What there is to compare in this tick (K), (K, 3)."""

    usable: Bools
    """A sample taken after charging stood still."""
    told: Bools
    """Charging has changed enough since the reference."""
    change_a: Floats
    seen_a: Floats
    """Of charging and of the meter, since the reference."""


def compared(
    wiring: Wiring,
    readings: Readings,
    meters: Samples,
    chargers: Chargers,
    state: SafetyState,
    now_s: float,
) -> CompareMemory:
    """Compare every meter with what charging below it did since it last stood still.

    Charging does not stand still while a command is on its way: a meter may see its effect before the
    charger says so. Only a sample taken after charging stood still counts, and nothing is compared across a
    time without samples: what the house did meanwhile is not known.
    """
    rows, memory = rows_of(wiring), state.compare
    flow_a = rows.below @ chargers.flow_a
    blurred = _blurred(wiring, readings, chargers, state.chargers.rose_s, now_s)
    moving = (np.abs(flow_a - memory.last_flow_a) > _MOVES_A).any(axis=1) | blurred
    moved_s = np.where(moving, now_s, memory.moved_s)
    now = _comparison(wiring, meters, memory, flow_a, np.where(_late(wiring, readings), np.inf, moved_s))
    trust, renew = memory.trust, now.usable & ~now.told
    if now.told.any():
        trust, renew = _judged(now, trust, renew)
    steady = rows.metered & ~moving & ~meters.stale
    raised_a = np.zeros(wiring.circuits) if readings.meter_raised_a is None else readings.meter_raised_a
    trust = by_jump(wiring, steady, trust, state.meters.meter_a, meters.meter_a, raised_a)
    if (memory.trust != Trust.BELIEVED).any():
        trust = _forgiven(now, trust, memory, meters.meter_a, now_s)
    lost = trust != Trust.BELIEVED
    begins = (lost & (memory.trust == Trust.BELIEVED))[:, np.newaxis]
    gap, renewed = meters.stale[:, np.newaxis], renew[:, np.newaxis]
    return CompareMemory(
        trust=trust,
        flow_a=np.where(gap, np.nan, np.where(renewed, flow_a, memory.flow_a)),
        meter_a=np.where(gap, np.nan, np.where(renewed, meters.meter_a, memory.meter_a)),
        moved_s=moved_s,
        last_flow_a=flow_a,
        since_s=np.where(lost, np.fmin(memory.since_s, now_s), np.nan),
        doubted_a=np.where(begins, meters.meter_a, memory.doubted_a),
    )


def _blurred(wiring: Wiring, readings: Readings, chargers: Chargers, rose_s: Floats, now_s: float) -> Bools:
    """Rows below which a command is on its way, or nobody knows what a charger draws (K,)."""
    known = ~np.isnan(readings.measured_a).all(axis=1) & readings.link
    rising = (chargers.flow_a.max(axis=1) < chargers.command_a - OBEYS_A) & (now_s - rose_s < REACTION_S)
    unclear = rising | np.isfinite(chargers.due_a) | (~known & (chargers.command_a > 0))
    if not unclear.any():
        return np.zeros(wiring.circuits, dtype=bool)
    return np.asarray((wiring.below & unclear).any(axis=1))


def _late(wiring: Wiring, readings: Readings) -> Bools:
    """Rows below which a charger's value is older than a meter's: it may have moved since (K,)."""
    old = readings.link & (readings.charger_age_s > IN_STEP_S)
    if not old.any():
        return np.zeros(wiring.circuits, dtype=bool)
    return np.asarray((wiring.below & old).any(axis=1))


def _comparison(
    wiring: Wiring, meters: Samples, memory: CompareMemory, flow_a: Floats, moved_s: Floats
) -> Compared:
    rows = rows_of(wiring)
    sampled_s = np.where(wiring.grid_phases, meters.seen_s, np.inf).min(axis=1)
    usable = rows.metered & ~meters.stale & (sampled_s >= moved_s + 2 * rows.period_s + _LAG_S)
    change_a = np.where(wiring.grid_phases, flow_a - memory.flow_a, 0.0)
    seen_a = np.where(wiring.grid_phases, meters.meter_a - memory.meter_a, 0.0)
    return Compared(usable, usable & (np.abs(change_a) >= CONFIRMED_A).any(axis=1), change_a, seen_a)


def _judged(now: Compared, trust: Ints, renew: Bools) -> tuple[Ints, Bools]:
    """Trust after the confirmed changes of this tick, and which rows get a new reference."""
    trust, renew = trust.copy(), renew.copy()
    for k in np.flatnonzero(now.told):
        verdict = _verdict(now.change_a[k], now.seen_a[k])
        trust[k] = trust[k] if verdict is None else verdict
        renew[k] = trust[k] != Trust.UNSEEN
    return trust, renew


def _forgiven(now: Compared, trust: Ints, memory: CompareMemory, meter_a: Floats, now_s: float) -> Ints:
    """Trust after its time: of a meter that missed a change and moves, or whose jump nothing confirmed."""
    with np.errstate(invalid="ignore"):
        moves = (np.abs(meter_a - memory.doubted_a) > _ALIVE_A).any(axis=1)
    long_ago = now.usable & (now_s - memory.since_s >= UNSEEN_S)
    unconfirmed = (trust == Trust.MIRRORED) & (now_s - memory.since_s >= MIRRORED_S)
    over = long_ago & ((trust == Trust.UNSEEN) & moves | unconfirmed)
    return np.where(over, int(Trust.BELIEVED), trust)


def by_jump(
    wiring: Wiring, steady: Bools, trust: Ints, before_a: Floats, meter_a: Floats, raised_a: Floats
) -> Ints:
    """Trust after a sample that is the mirror or a permutation of the last one while charging stood still.

    No house turns the sign of all its phases within a sample; so it is the meter that turned, or turned back.
    What a sample was raised by for its meter's rounding does not turn with it: ``raised_a`` comes off (K,).
    """
    if not steady.any():
        return trust
    on = wiring.grid_phases
    raised = raised_a[:, np.newaxis]
    old_a, new_a = before_a[:, on] - raised, meter_a[:, on] - raised
    with np.errstate(invalid="ignore"):
        large = np.abs(old_a) >= CONFIRMED_A
        jumped = steady & (np.abs(new_a - old_a) >= CONFIRMED_A).any(axis=1)
        if not jumped.any():
            return trust
        near_a = np.maximum(1.0, 0.05 * np.abs(old_a))
        mirrored = jumped & (np.abs(new_a + old_a) <= near_a).all(axis=1)
        same = np.abs(np.sort(new_a, axis=1) - np.sort(old_a, axis=1)) <= 1.0
    turned = mirrored & (large.sum(axis=1) >= _TURNED_PHASES)
    back = mirrored & ((trust == Trust.FLIPPED) | (trust == Trust.MIRRORED))
    back |= jumped & same.all(axis=1) & (trust == Trust.SWAPPED)
    turned &= trust == Trust.BELIEVED
    return np.where(back, int(Trust.BELIEVED), np.where(turned, int(Trust.MIRRORED), trust))


def _verdict(change_a: Floats, seen_a: Floats) -> Trust | None:
    """What one confirmed change says of a meter; None: the house changed at the same time, so nothing.

    Of several phases most decide: the house may have changed on one of them.
    """
    near_a = np.maximum(_NEAR_A, _NEAR * np.abs(change_a))
    big = np.abs(change_a) >= CONFIRMED_A
    shown = big & (np.abs(seen_a - change_a) <= near_a)
    turned = big & (np.abs(seen_a + change_a) <= near_a)
    if _most(shown, big):
        return Trust.BELIEVED
    if bool(np.all(np.abs(seen_a + change_a) <= near_a)) or (big.sum() > 1 and _most(turned, big)):
        return Trust.FLIPPED
    for order in _SWAPS:
        moved_a = change_a[list(order)]
        swapped = np.abs(seen_a - moved_a) <= np.maximum(_NEAR_A, _NEAR * np.abs(moved_a))
        if bool(swapped.all()) and bool((np.abs(moved_a - change_a) >= CONFIRMED_A).any()):
            return Trust.SWAPPED
    return Trust.UNSEEN if _most(big & (np.abs(seen_a) < np.abs(change_a) / 3), big) else None


def _most(some: Bools, of: Bools) -> bool:
    return bool(2 * np.count_nonzero(some) > np.count_nonzero(of))


def distrusted(memory: CompareMemory) -> Bools:
    """Rows whose meter is not believed (K,)."""
    lost: Bools = memory.trust != Trust.BELIEVED
    return lost
