"""Whether a meter shows what charging does: finds frozen, late, sign-flipped and swapped meters."""

from __future__ import annotations

from math import exp
from typing import Final, NamedTuple

import numpy as np

from executors.control.chargers import Chargers
from executors.control.meters import Samples
from executors.control.quick import every, lowest, nobody, nonzero, nothing, on_all, on_any, same, some
from executors.control.rows import rows_of
from executors.control.seam import Bools, Floats, Ints, Readings, Wiring
from executors.control.state import CompareMemory, SafetyState
from executors.control.times import (
    ACCUSED_S,
    CONFIRMED_A,
    IN_STEP_S,
    MIRRORED_S,
    REACTION_S,
    RESTLESS,
    RESTLESS_S,
    UNSEEN_S,
)
from executors.control.verdicts import Trust, mostly_turned, verdict_of

_MOVES_A: Final = 0.5
_ALIVE_A: Final = 0.1
_TURNED_PHASES: Final = 2
"""A jump counts as a turned sign when it is seen on so many phases."""
_BELIEVED, _UNSEEN, _FLIPPED, _SWAPPED, _MIRRORED = map(int, Trust)


class Compared(NamedTuple):
    """What there is to compare in this tick (K), (K, 3)."""

    usable: Bools
    """A sample taken after charging stood still."""
    told: Bools
    """Charging has changed enough since the reference."""
    change_a: Floats
    """Of charging, since the reference."""


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
    flow_a = rows.below.dot(chargers.flow_a)
    moving = _blurred(wiring, readings, chargers, state.chargers.rose_s, now_s)
    if same(flow_a, memory.last_flow_a):
        flow_a = memory.last_flow_a
    elif some(moves := np.abs(flow_a - memory.last_flow_a) > _MOVES_A):
        moving = moving | on_any(moves)
    moved_s = np.where(moving, now_s, memory.moved_s) if some(moving) else memory.moved_s
    believed = rows.metered & ~meters.stale if some(meters.stale) else rows.metered
    now = _comparison(wiring, readings, meters, chargers, memory, flow_a, believed, moved_s)
    trust, renew, suspected = memory.trust, now.usable, memory.suspected
    seen_a = meters.meter_a - memory.meter_a
    all_new = same(renew, rows.metered) and not some(now.told)
    stirred = nobody(len(renew)) if all_new else _stirred(wiring, memory, seen_a)
    if some(now.told):
        renew = renew & ~now.told
        restless_a = RESTLESS * memory.house_a * stirred[:, np.newaxis]
        masked_a = restless_a + wiring.hidden_a * stirred[:, np.newaxis]
        trust, renew, suspected = _judged(wiring, now, seen_a, masked_a, restless_a, memory, renew)
    if some(far := np.abs(_step_a(meters, state, seen_a)) >= CONFIRMED_A):
        jumped = believed & ~moving & on_any(far & wiring.grid_phases)
        trust = by_jump(wiring, jumped, trust, state.meters.meter_a, meters.meter_a, readings)
    if nonzero(memory.trust):
        trust = _forgiven(now, trust, memory, flow_a, meters.meter_a, now_s)
    stirred = stirred if all_new else stirred & ~renew
    house_a = _house_a(now, seen_a, memory, trust, now_s - state.tick_s, all_new)
    after = _remembered(wiring, memory, meters, trust, flow_a, stirred, house_a, moved_s, renew, now_s)
    return after if suspected is memory.suspected else after._replace(suspected=suspected)


def _stirred(wiring: Wiring, memory: CompareMemory, seen_a: Floats) -> Bools:
    """Rows whose meter has shown another value since the reference (K,)."""
    return memory.stirred | on_any((seen_a != 0) & wiring.grid_phases)


def _step_a(meters: Samples, state: SafetyState, seen_a: Floats) -> Floats:
    """What the meters changed by since the last tick (K, 3) [A]."""
    return seen_a if state.compare.meter_a is state.meters.meter_a else meters.meter_a - state.meters.meter_a


def _remembered(
    wiring: Wiring,
    memory: CompareMemory,
    meters: Samples,
    trust: Ints,
    flow_a: Floats,
    stirred: Bools,
    house_a: Floats,
    moved_s: Floats,
    renew: Bools,
    now_s: float,
) -> CompareMemory:
    """The comparison after this tick."""
    reference_a, meter_a, since_s, doubted_a = memory.flow_a, memory.meter_a, memory.since_s, memory.doubted_a
    if same(renew, rows_of(wiring).metered):
        reference_a, meter_a = flow_a, meters.meter_a
    elif some(renew):
        renewed = renew[:, np.newaxis]
        reference_a = np.where(renewed, flow_a, reference_a)
        meter_a = np.where(renewed, meters.meter_a, meter_a)
    if some(meters.stale):
        gap = meters.stale[:, np.newaxis]
        reference_a, meter_a = np.where(gap, np.nan, reference_a), np.where(gap, np.nan, meter_a)
    if not same(trust, memory.trust):
        lost = trust != _BELIEVED
        begins = (lost & (memory.trust == _BELIEVED))[:, np.newaxis]
        since_s = np.where(lost, np.fmin(since_s, now_s), np.nan)
        doubted_a = np.where(begins, meters.meter_a, doubted_a)
    return CompareMemory(
        trust=trust,
        flow_a=reference_a,
        meter_a=meter_a,
        stirred=stirred,
        suspected=memory.suspected,
        house_a=house_a,
        moved_s=moved_s,
        last_flow_a=flow_a,
        since_s=since_s,
        doubted_a=doubted_a,
    )


def _house_a(
    now: Compared, seen_a: Floats, memory: CompareMemory, trust: Ints, gap_s: float, all_new: bool
) -> Floats:
    """How far the house has moved by itself of late (K, 3): beyond what charging explains."""
    kept_a = memory.house_a * exp(-gap_s / RESTLESS_S) if gap_s > 0 else memory.house_a
    own_a = np.abs(seen_a - now.change_a)
    if all_new and not nonzero(trust):
        return np.fmax(kept_a, own_a)
    quiet = (now.usable & ~now.told & (trust == _BELIEVED))[:, np.newaxis]
    return np.fmax(kept_a, np.where(quiet, own_a, 0.0))


def _blurred(wiring: Wiring, readings: Readings, chargers: Chargers, rose_s: Floats, now_s: float) -> Bools:
    """Rows below which a command is on its way, or nobody knows what a charger draws (K,)."""
    unclear = chargers.idles
    if some(unclear):
        unclear = unclear & (now_s - rose_s < REACTION_S)
    if not (chargers.calm and chargers.measured):
        known = ~on_all(np.isnan(readings.measured_a)) & readings.link
        unclear = unclear | np.isfinite(chargers.due_a) | (~known & (chargers.command_a > 0))
    return _above_any(wiring, unclear)


def _late(wiring: Wiring, readings: Readings) -> Bools:
    """Rows below which a charger's value is older than a meter's: it may have moved since (K,)."""
    return _above_any(wiring, readings.link & (readings.charger_age_s > IN_STEP_S))


def _above_any(wiring: Wiring, chargers: Bools) -> Bools:
    """Rows above any of these chargers (K,)."""
    if not some(chargers):
        return nobody(wiring.circuits)
    return np.asarray((wiring.below & chargers).any(axis=1))


def _comparison(
    wiring: Wiring,
    readings: Readings,
    meters: Samples,
    chargers: Chargers,
    memory: CompareMemory,
    flow_a: Floats,
    believed: Bools,
    moved_s: Floats,
) -> Compared:
    rows, on, seen_s = rows_of(wiring), wiring.grid_phases, meters.seen_s
    sampled_s = lowest(seen_s if rows.three_phase else np.where(on, seen_s, np.inf))
    usable = believed & (sampled_s >= moved_s + rows.settles_s)
    if not chargers.oldest_s <= IN_STEP_S:
        usable &= ~_late(wiring, readings)
    if flow_a is memory.flow_a:
        return Compared(usable, nobody(len(usable)), nothing(*flow_a.shape))
    change_a = flow_a - memory.flow_a
    large = (np.abs(change_a) >= CONFIRMED_A) & on
    return Compared(usable, usable & on_any(large) if some(large) else nobody(len(usable)), change_a)


def _judged(
    wiring: Wiring,
    now: Compared,
    seen_a: Floats,
    masked_a: Floats,
    restless_a: Floats,
    memory: CompareMemory,
    renew: Bools,
) -> tuple[Ints, Bools, Bools]:
    """Trust after the confirmed changes of this tick, which rows get a new reference, and who is suspected.

    A turned sign that a restless house may have feigned counts when it is seen again. ``seen_a``: what the
    meters changed by since the reference; ``restless_a``: how far the house may have moved by itself;
    ``masked_a``: with what a battery may have hidden. Both are 0 where a meter repeats itself to the last
    digit (K, 3).
    """
    trust, renew, suspected = memory.trust.copy(), renew.copy(), memory.suspected.copy()
    on = wiring.grid_phases
    for k in np.flatnonzero(now.told):
        change_a, change_seen_a = np.where(on, now.change_a[k], 0.0), np.where(on, seen_a[k], 0.0)
        verdict = verdict_of(change_a, change_seen_a, masked_a[k], restless_a[k])
        weak = verdict is None and mostly_turned(change_a, change_seen_a, restless_a[k])
        weak |= verdict is Trust.FLIPPED and bool((restless_a[k] >= CONFIRMED_A).any())
        if weak:
            verdict = Trust.FLIPPED if suspected[k] or trust[k] in {_FLIPPED, _MIRRORED} else None
            suspected[k] = True
        elif verdict is not None:
            suspected[k] = False
        trust[k] = trust[k] if verdict is None else verdict
        renew[k] = trust[k] != Trust.UNSEEN
    return trust, renew, suspected


def _forgiven(
    now: Compared, trust: Ints, memory: CompareMemory, flow_a: Floats, meter_a: Floats, now_s: float
) -> Ints:
    """Trust after its time: of a meter that missed a change and moves, or whose jump nothing confirmed.

    One that was accused of its sign or its phases is tried again when nothing below it charges any more, but
    for what cars draw in standby: no change could ever clear it then, and the next rise shows.
    """
    long_ago = now.usable & (now_s - memory.since_s >= UNSEEN_S)
    if not some(long_ago):
        return trust
    moves = on_any(np.abs(meter_a - memory.doubted_a) > _ALIVE_A)
    unconfirmed = (trust == _MIRRORED) & (now_s - memory.since_s >= MIRRORED_S)
    accused = (trust == _FLIPPED) | (trust == _SWAPPED)
    idle = accused & (now_s - memory.since_s >= ACCUSED_S) & ~on_any(flow_a > _MOVES_A)
    over = long_ago & ((trust == _UNSEEN) & moves | unconfirmed | idle)
    return np.where(over, _BELIEVED, trust)


def by_jump(
    wiring: Wiring, jumped: Bools, trust: Ints, before_a: Floats, meter_a: Floats, readings: Readings
) -> Ints:
    """Trust after a sample that is the mirror or a permutation of the last one while charging stood still.

    No house turns the sign of all its phases within a sample; so it is the meter that turned, or turned back.
    What a sample was raised by for its meter's rounding does not turn with it: it comes off.
    """
    on = wiring.grid_phases
    for k in jumped.nonzero()[0].tolist():
        raised_a = 0.0 if readings.meter_raised_a is None else readings.meter_raised_a[k]
        verdict = _of_jump(int(trust[k]), before_a[k] - raised_a, meter_a[k] - raised_a, on)
        if verdict != trust[k]:
            trust = trust.copy()
            trust[k] = verdict
    return trust


def _of_jump(trust: int, old_a: Floats, new_a: Floats, on: Bools) -> int:
    """Trust in one meter after a jump on the grid's phases (3,)."""
    if trust == _SWAPPED:
        again = every(np.abs(np.sort(new_a[on]) - np.sort(old_a[on])) <= 1.0)
        return _BELIEVED if again else trust
    if not every((np.abs(new_a + old_a) <= np.maximum(1.0, 0.05 * np.abs(old_a))) | ~on):
        return trust
    if trust in {_FLIPPED, _MIRRORED}:
        return _BELIEVED
    turned = nonzero((np.abs(old_a) >= CONFIRMED_A) & on) >= _TURNED_PHASES
    return _MIRRORED if turned and trust == _BELIEVED else trust


def distrusted(memory: CompareMemory) -> Bools:
    """Rows whose meter is not believed (K,)."""
    if not nonzero(memory.trust):
        return nobody(len(memory.trust))
    lost: Bools = memory.trust != _BELIEVED
    return lost
