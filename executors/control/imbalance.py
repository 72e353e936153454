"""Imbalance at the grid: the signed phase currents stay together; only cuts mend it, never a rise."""

from __future__ import annotations

import numpy as np

from executors.control.base_load import BaseLoad
from executors.control.chargers import Chargers
from executors.control.quick import nobody, some
from executors.control.seam import Bools, Floats, Ints, Wiring
from executors.control.shares import Claim, cut_to_fit
from executors.control.times import RISE_MARGIN_A

_ROUNDS = 6
_DRAWS_A = 0.5


def balanced(
    wiring: Wiring, offers_a: Floats, chargers: Chargers, base: BaseLoad, uses: Bools, claim: Claim
) -> tuple[Floats, Bools]:
    """Offers lowered where they make a phase too heavy, and which ones were."""
    base_a = base.cut[0, :3]
    if wiring.imbalance_limit_a == np.inf or _within(wiring, offers_a, chargers, base, uses):
        return offers_a, nobody(len(offers_a))
    cut = np.zeros(len(offers_a), dtype=bool)
    if some(np.isnan(base_a)):
        return offers_a, cut
    on = uses & chargers.controlled[:, np.newaxis]
    for _ in range(_ROUNDS):
        high_a = base_a + offers_a @ on
        low_a = lowest_a(chargers, base, offers_a, on)
        heavy, light = int(high_a.argmax()), int(low_a.argmin())
        room_a = low_a[light] + wiring.imbalance_limit_a - base_a[heavy]
        members = on[:, heavy] & ~(on[:, light] & (chargers.flow_a[:, light] > _DRAWS_A)) & (offers_a > 0)
        if high_a[heavy] - low_a[light] <= wiring.imbalance_limit_a + 1e-6 or not members.any():
            break
        weights = np.where(members, 1.0, 0.0)[np.newaxis]
        others_a = offers_a @ (on[:, heavy] & ~members)
        lowered_a, _ = cut_to_fit(wiring, offers_a, weights, np.array([max(room_a - others_a, 0.0)]), claim)
        cut |= lowered_a < offers_a - 1e-6
        if np.array_equal(lowered_a, offers_a):
            break
        offers_a = lowered_a
    return offers_a, cut


def _within(wiring: Wiring, offers_a: Floats, chargers: Chargers, base: BaseLoad, uses: Bools) -> bool:
    """Whether the phases are together already, by sums that are known while offers and phases stand."""
    if not (chargers.calm and offers_a is chargers.command_a and uses is chargers.uses):
        return False
    high_a, low_a = base.cut[0, :3] + base.below.told[0], base.low_a + base.below.least[0]
    return bool(high_a[high_a.argmax()] - low_a[low_a.argmin()] <= wiring.imbalance_limit_a)


def lowest_a(chargers: Chargers, base: BaseLoad, offers_a: Floats, on: Bools) -> Floats:
    """What flows at least on each phase of the grid: cars that draw, up to their offers (3,) [A]."""
    drawn_a = np.minimum(chargers.flow_a, offers_a[:, np.newaxis]) * on
    least: Floats = base.low_a + drawn_a.sum(axis=0)
    return least


def room_for_rises(
    wiring: Wiring,
    room: Floats,
    amp_row: Ints,
    amp_phase: Ints,
    high_a: Floats,
    low_a: Floats,
) -> Floats:
    """Room of the grid's phases, no more than imbalance leaves while cars have not followed yet (rows)."""
    if wiring.imbalance_limit_a == np.inf or np.isnan(low_a).any():
        return room
    first_a, second_a, third_a = low_a.tolist()
    others_a = np.array([min(second_a, third_a), min(first_a, third_a), min(first_a, second_a)])
    leaves_a = others_a + wiring.imbalance_limit_a - high_a - RISE_MARGIN_A
    narrowed = room.copy()
    grid = np.flatnonzero(amp_row == 0)
    narrowed[grid] = np.minimum(room[grid], leaves_a[amp_phase[grid]])
    return narrowed
