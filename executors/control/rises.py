"""Which offers may go up, and how far: after a hold, with a margin, never while blind, fairly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from executors.control.chargers import Chargers
from executors.control.quick import every, on_all, some
from executors.control.seam import Bools, CarState, Floats, Ints, Readings, Wiring
from executors.control.shares import Claim, fair_offers, leading, on_the_grid_of
from executors.control.state import ChargerMemory, TurnMemory
from executors.control.times import (
    OBEYS,
    OBEYS_A,
    REACTION_S,
    RISE_AFTER_CUT_S,
    RISE_AFTER_RISE_S,
    TARGET_S,
    UNUSED_OFFER_A,
    UNUSED_OFFER_S,
)
from executors.control.turns import used_up

_WAITING, _CHARGING = int(CarState.WAITING), int(CarState.CHARGING)
_NEGLIGIBLE = 1e-6
_EXACT = 1e-9
"""Room that sums in another order may differ by."""


class Target(NamedTuple):
    """The fair offers, and when they were computed."""

    offers_a: Floats
    at_s: float


def target(
    wiring: Wiring,
    wanted_a: Floats,
    offers_a: Floats,
    weights: Floats,
    room: Floats,
    claim: Claim,
    turns: TurnMemory,
    now_s: float,
) -> Target:
    """Where the offers should go: as wanted where all fits, else fair shares, computed now and then."""
    short = wanted_a > offers_a + _NEGLIGIBLE
    if not some(short):
        return Target(offers_a, -np.inf)
    if every(weights.dot(np.maximum(wanted_a, offers_a)) <= room + _NEGLIGIBLE):
        return Target(_without_tired(wanted_a, offers_a, turns, now_s), -np.inf)
    if now_s - turns.target_s < TARGET_S:
        return Target(np.minimum(turns.target_a, wanted_a), turns.target_s)
    top_a = _without_tired(wanted_a, offers_a, turns, now_s)
    return Target(fair_offers(wiring, top_a, weights, room, claim), now_s)


def _without_tired(wanted_a: Floats, offers_a: Floats, turns: TurnMemory, now_s: float) -> Floats:
    """Wanted, less the third start of an hour; unless nothing else is on."""
    on = offers_a > 0
    if not on.any():
        return wanted_a
    return np.where(~on & used_up(turns, now_s), 0.0, wanted_a)


def may_use_a(
    wiring: Wiring,
    readings: Readings,
    chargers: Chargers,
    memory: ChargerMemory,
    wanted_a: Floats,
    now_s: float,
) -> Floats:
    """Wanted, but no more than a little above what the car has been taking of its offer (C) [A]."""
    if not some(chargers.idles):
        return wanted_a
    drawn_a, command_a = chargers.top_a, chargers.command_a
    leaves = (drawn_a < command_a - OBEYS_A - OBEYS * command_a) & chargers.controlled
    leaves &= (now_s - memory.rose_s >= UNUSED_OFFER_S) & (command_a > 0)
    if not some(leaves):
        return wanted_a
    leaves &= (readings.car == _CHARGING) | (readings.car == _WAITING)
    if not chargers.measured:
        leaves &= ~on_all(np.isnan(readings.measured_a))
    needs_a = np.maximum(wiring.min_a, np.ceil((drawn_a + UNUSED_OFFER_A) / wiring.step_a) * wiring.step_a)
    return np.where(leaves, np.minimum(wanted_a, needs_a), wanted_a)


def risers(wiring: Wiring, chargers: Chargers, memory: ChargerMemory, blocked: Bools, now_s: float) -> Bools:
    """Chargers that may be raised now, as far as they themselves are concerned (C)."""
    held = now_s - memory.cut_s >= RISE_AFTER_CUT_S
    steady = now_s - memory.rose_s >= RISE_AFTER_RISE_S
    free = held & steady & ~blocked & wiring.driven
    return free if chargers.calm else free & chargers.controlled & ~np.isfinite(chargers.due_a)


def not_full(up: Bools, offers_a: Floats, occupied_a: Floats, weights: Floats, room: Floats) -> Bools:
    """Of those that should go up, the ones that need a closer look: no row above them is full (C).

    Nor are those left out that occupy more than they are offered: they may have what they occupy.
    """
    full = weights.dot(np.maximum(offers_a, occupied_a)) >= room
    if not some(full):
        return up
    free: Bools = (full.dot(weights) <= 0) | (occupied_a > offers_a)
    return up & free


def raised(
    wiring: Wiring,
    offers_a: Floats,
    aims_a: Floats,
    may_rise: Bools,
    occupied_a: Floats,
    weights: Floats,
    room: Floats,
    claim: Claim,
) -> Floats:
    """Offers raised towards their aims as far as every row has room for what all others occupy (C) [A]."""
    aims_a = on_the_grid_of(wiring, aims_a)
    up = may_rise & (aims_a > offers_a + _NEGLIGIBLE)
    if not some(up):
        return offers_a
    all_up_a = np.where(up, aims_a, offers_a)
    load = weights.dot(np.maximum(all_up_a, occupied_a))
    if every(load <= room + _NEGLIGIBLE):
        return all_up_a
    tight = ~(load <= room + _EXACT)
    taken_a = np.maximum(offers_a, occupied_a)
    weights, slack = weights[tight], (room - weights.dot(taken_a))[tight]
    (order,) = up.nonzero()
    order = order[_reach_a(aims_a, order, taken_a, weights, slack) > offers_a[order]]
    if not order.size:
        return offers_a
    order = order[np.lexsort((claim.rank[order], -claim.priority[order]))]
    return _one_after_the_other(wiring, offers_a, aims_a, order, taken_a, weights, slack)


def _reach_a(aims_a: Floats, order: Ints, taken_a: Floats, weights: Floats, slack: Floats) -> Floats:
    """How far each of these chargers could rise if none of the others did [A]."""
    on = weights[:, order]
    left = np.divide(slack[:, np.newaxis], on, out=np.full(on.shape, np.inf), where=on > 0)
    reach_a: Floats = np.minimum(aims_a[order], taken_a[order] + left.min(axis=0))
    return reach_a


def _one_after_the_other(
    wiring: Wiring,
    offers_a: Floats,
    aims_a: Floats,
    order: Ints,
    taken_a: Floats,
    weights: Floats,
    slack: Floats,
) -> Floats:
    """Offers raised in this order, each as far as those before it leave room (C) [A]."""
    offers_a = offers_a.copy()
    while order.size:
        new_a = on_the_grid_of(wiring, _reach_a(aims_a, order, taken_a, weights, slack), order)
        able = new_a > offers_a[order] + _NEGLIGIBLE
        order, new_a = order[able], new_a[able]
        if not order.size:
            break
        whole = new_a >= aims_a[order] - _NEGLIGIBLE
        more = (weights[:, order] * np.maximum(new_a - taken_a[order], 0.0)).cumsum(axis=1)
        fits = whole & (more <= np.maximum(slack, 0.0)[:, np.newaxis] + _EXACT).all(axis=0)
        many = max(leading(fits), 1)
        offers_a[order[:many]] = new_a[:many]
        slack = slack - more[:, many - 1]
        order = order[many:]
    return offers_a


def given_back(
    wiring: Wiring, offers_a: Floats, aims_a: Floats, weights: Floats, room: Floats, settled: Bools
) -> Bools:
    """Chargers above their fair offer on rows where somebody else is short (C)."""
    step_down = offers_a - aims_a >= np.where(aims_a > 0, 2.0 * wiring.step_a, wiring.min_a)
    step_down &= settled
    if not some(step_down):
        return step_down
    wish_a = np.maximum(offers_a, aims_a)
    full = weights @ wish_a > room + _NEGLIGIBLE
    short = (weights[full][:, aims_a > offers_a + _NEGLIGIBLE] > 0).any(axis=1)
    contested = (weights[full][short] > 0).any(axis=0)
    return contested & step_down


def settled_since(memory: ChargerMemory, now_s: float) -> Bools:
    """Chargers whose offer has had time to take effect (C)."""
    return now_s - np.maximum(memory.cut_s, memory.rose_s) >= REACTION_S
