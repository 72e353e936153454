"""The safety layer: from one set of readings to setpoints that keep every limit, whatever was wanted."""

from __future__ import annotations

import numpy as np

from executors.control import ladder
from executors.control.binding import Asked, Course, ground_of
from executors.control.events import events_of
from executors.control.imbalance import balanced, lowest_a, room_for_rises
from executors.control.pacing import waits_for_next
from executors.control.quick import nobody, nothing, on_any, same, some, unknown
from executors.control.remember import above_alone, remembered
from executors.control.rises import (
    Target,
    given_back,
    may_use_a,
    not_full,
    raised,
    risers,
    settled_since,
    target,
)
from executors.control.rows import below_any
from executors.control.seam import Bools, Floats, Ints, Readings, Setpoints, Wanted, Wiring
from executors.control.seen import Seen, seen_now
from executors.control.shares import cut_to_fit, on_the_grid_of
from executors.control.state import SafetyState
from executors.control.still import stands, still_after
from executors.control.supply import for_rises
from executors.control.times import WINDOW_S
from executors.control.writes import fed, order_of, told_again


def decide_safe(
    wiring: Wiring, readings: Readings, wanted: Wanted, state: SafetyState, now_s: float
) -> tuple[Setpoints, SafetyState]:
    """Setpoints for every charger, and what to remember; ``now_s`` is monotonic.

    Cuts are decided in the tick of the sample that asks for them; rises wait for a hold and leave a margin.
    While a meter above it is blind, no charger is told more than it was. Needs no plan: ``wanted`` may be
    anything.
    """
    stood = stands(wiring, readings, wanted, state, now_s)
    return stood or _decided(wiring, readings, wanted, state, now_s)


def _decided(
    wiring: Wiring, readings: Readings, wanted: Wanted, state: SafetyState, now_s: float
) -> tuple[Setpoints, SafetyState]:
    """A whole decision."""
    seen = seen_now(wiring, readings, wanted, state, now_s)
    way, aims, room, before_loss_a = _way(wiring, readings, wanted, state, seen)
    again = told_again(readings, seen.chargers, state.chargers, now_s)
    order = order_of(seen.chargers, way.told_a, seen.phases, again, state.chargers.phases, wiring.driven)
    feed, may_read = fed(wiring, seen.chargers, state, now_s)
    above = above_alone(seen)
    setpoints = Setpoints(
        limit_a=way.told_a,
        phases=seen.phases,
        order=order,
        feed_watchdog=feed,
        may_read=may_read,
        wanted_a=seen.wanted_a,
        binding=Asked(ground_of(seen, room), way),
        events=events_of(wiring, state, seen, above, now_s),
        wanted_reasons=wanted.reasons,
        names=(wiring.charger_ids, wiring.circuit_ids),
    )
    still = still_after(wiring, readings, wanted, seen, way, setpoints)
    return setpoints, remembered(state, seen, aims, before_loss_a, way.told_a, order, above, still, now_s)


def _way(
    wiring: Wiring, readings: Readings, wanted: Wanted, state: SafetyState, seen: Seen
) -> tuple[Course, Target, Floats, Floats]:
    """From wanted to told: the steps, the fair offers, the room for rises, and offers before a loss."""
    now_s = seen.now_s
    steps = ladder.on_the_ladder(wiring, seen.meters, seen.stage, seen.chargers)
    before_loss_a = _before_loss_a(state, seen, steps)
    cut_a, cut_by, unbalanced = _lowered(wiring, seen, steps, before_loss_a)
    usable_a = may_use_a(wiring, readings, seen.chargers, state.chargers, seen.wanted_a, now_s)
    room = for_rises(seen.rows, seen.base, seen.supply, seen.window_max)
    blocked = _blocked(wiring, seen, steps, now_s)
    waits = waits_for_next(wanted, seen.chargers.command_a, state.chargers.cut_s, now_s)
    blocked = blocked | waits if some(waits) else blocked
    fair_room = np.maximum(room, seen.weights.dot(cut_a))
    aims = target(wiring, usable_a, cut_a, seen.weights, fair_room, seen.claim, seen.turns, now_s)
    lower_a = _given_back(wiring, seen, state, cut_a, aims, fair_room, blocked)
    told_a = _raised(wiring, seen, state, cut_a, lower_a, aims.offers_a, room, blocked)
    if not seen.chargers.calm:
        told_a = np.where(seen.chargers.controlled, told_a, _left_alone(wiring, seen))
    if same(told_a, seen.chargers.command_a):
        told_a = seen.chargers.command_a
    way = Course(
        wanted_a=seen.wanted_a,
        usable_a=usable_a,
        cut_by=cut_by,
        unbalanced=unbalanced,
        aims_a=aims.offers_a,
        told_a=told_a,
        stage=steps,
        hot=below_any(wiring, seen.hot),
        waits=_waiting(wiring, seen),
    )
    return way, aims, room, before_loss_a


def _waiting(wiring: Wiring, seen: Seen) -> Bools:
    """Chargers below a row with a cut on its way (C,)."""
    falling_a = seen.base.below.falling
    if falling_a is nothing(*falling_a.shape):
        return nobody(wiring.chargers)
    return below_any(wiring, on_any(falling_a > 0))


def _before_loss_a(state: SafetyState, seen: Seen, steps: Ints) -> Floats:
    """Offer of each charger when the first meter above it was lost; NaN while none is (C)."""
    if steps is ladder.no_steps(len(steps)):
        return unknown(len(steps))
    before_a, on_it = state.chargers.before_loss_a, steps > ladder.FRESH
    if same(np.isfinite(before_a), on_it):
        return before_a
    kept_a = np.where(np.isnan(before_a), seen.chargers.command_a, before_a)
    return np.where(on_it, kept_a, np.nan)


def _lowered(wiring: Wiring, seen: Seen, steps: Ints, before_loss_a: Floats) -> tuple[Floats, Ints, Bools]:
    """Offers after all cuts: as wanted, as the ladder, every row and the imbalance allow."""
    capped_a = _capped_a(wiring, seen, steps, before_loss_a)
    cut_a, cut_by = cut_to_fit(wiring, capped_a, seen.weights, seen.supply.cut, seen.claim)
    cut_a, unbalanced = balanced(wiring, cut_a, seen.chargers, seen.base, seen.uses, seen.claim)
    return cut_a, cut_by, unbalanced


def _capped_a(wiring: Wiring, seen: Seen, steps: Ints, before_loss_a: Floats) -> Floats:
    """Offers as they are, but no more than wanted and than the ladder allows, as they can be told (C) [A]."""
    command_a = seen.chargers.command_a
    capped_a = np.minimum(command_a, seen.wanted_a)
    if steps is not ladder.no_steps(len(steps)):
        cap_a = ladder.ceiling_a(wiring, seen.now_s - seen.blind_since_s, steps, before_loss_a)
        capped_a = np.minimum(capped_a, cap_a)
    capped_a = on_the_grid_of(wiring, capped_a)
    if not seen.chargers.calm:
        capped_a = capped_a * seen.chargers.controlled
    return command_a if same(capped_a, command_a) else capped_a


def _blocked(wiring: Wiring, seen: Seen, steps: Ints, now_s: float) -> Bools:
    """Chargers that must not be raised: blind, just out of the dark, or below a warm protection (C)."""
    rows = seen.rows
    held = (rows.metered & (now_s - seen.fresh_since_s < WINDOW_S)) | (seen.meters.oldest_s > rows.old_s)
    if some(seen.hot) or some(seen.blind):
        held = held | seen.hot | seen.blind
    blocked = below_any(wiring, held)
    return blocked if steps is ladder.no_steps(len(steps)) else blocked | (steps > ladder.FRESH)


def _given_back(
    wiring: Wiring, seen: Seen, state: SafetyState, cut_a: Floats, aims: Target, room: Floats, blocked: Bools
) -> Floats:
    """Offers of which some are given back to those that are short (C) [A]."""
    if aims.at_s == -np.inf or not some(cut_a > aims.offers_a):
        return cut_a
    settled = settled_since(state.chargers, seen.now_s) & ~blocked
    gives = given_back(wiring, cut_a, aims.offers_a, seen.weights, room, settled)
    return np.where(gives, np.minimum(cut_a, aims.offers_a), cut_a)


def _raised(
    wiring: Wiring,
    seen: Seen,
    state: SafetyState,
    cut_a: Floats,
    lower_a: Floats,
    aims_a: Floats,
    room: Floats,
    blocked: Bools,
) -> Floats:
    """Offers of which some rise (C) [A]."""
    cars = seen.chargers
    up = (aims_a > lower_a) & ~blocked & (cut_a >= cars.command_a)
    if not some(up):
        return lower_a
    occupied_a = np.maximum(cars.offer_a, cars.top_a) * cars.controlled
    may_rise = not_full(up, lower_a, occupied_a, seen.weights, room)
    if some(may_rise):
        may_rise = may_rise & risers(wiring, cars, state.chargers, blocked, seen.now_s)
    if not some(may_rise):
        return lower_a
    low_a = lowest_a(cars, seen.base, lower_a, seen.uses)
    room = room_for_rises(wiring, room, seen.window_max[0, :3], low_a)
    return raised(wiring, lower_a, aims_a, may_rise, occupied_a, seen.weights, room, seen.claim)


def _left_alone(wiring: Wiring, seen: Seen) -> Floats:
    """What a charger beyond control counts as told: as it was; a lost one, fallen, its failsafe."""
    fallen = seen.chargers.fallen & np.isfinite(wiring.failsafe_a)
    command_a = np.minimum(seen.chargers.command_a, np.where(seen.chargers.disobeys, seen.wanted_a, np.inf))
    failsafe_a = np.minimum(seen.rows.failsafe_a, command_a)
    return on_the_grid_of(wiring, np.where(fallen, failsafe_a, command_a))
