"""Imbalance at the grid: the signed phase currents stay together; only cuts mend it, never a rise."""

from __future__ import annotations

from math import isnan, nan

import numpy as np

from executors.control.base_load import BaseLoad
from executors.control.chargers import Chargers
from executors.control.quick import nobody, same, some
from executors.control.rows import rows_of
from executors.control.seam import Bools, Floats, Wiring
from executors.control.shares import Claim, cut_to_fit
from executors.control.times import RISE_MARGIN_A

_ROUNDS = 6
_DRAWS_A = 0.5
_NEGLIGIBLE = 1e-6


def balanced(
    wiring: Wiring, offers_a: Floats, chargers: Chargers, base: BaseLoad, uses: Bools, claim: Claim
) -> tuple[Floats, Bools]:
    """Offers lowered where they make a phase too heavy, and which ones were."""
    cut, base_a, limit_a = nobody(len(offers_a)), base.cut[0, :3], wiring.imbalance_limit_a
    if limit_a == np.inf or some(np.isnan(base_a)):
        return offers_a, cut
    on = uses if chargers.calm else uses & chargers.controlled[:, np.newaxis]
    for _ in range(_ROUNDS):
        high_a, low_a = _ends_a(chargers, base, offers_a, on)
        if _spread_a(high_a, low_a) <= limit_a + _NEGLIGIBLE:
            break
        heavy, light = int(high_a.argmax()), int(low_a.argmin())
        members = on[:, heavy] & ~(on[:, light] & (chargers.flow_a[:, light] > _DRAWS_A)) & (offers_a > 0)
        if not some(members):
            break
        weights = np.where(members, 1.0, 0.0)[np.newaxis]
        others_a = offers_a @ (on[:, heavy] & ~members)
        room_a = low_a[light] + limit_a - base_a[heavy] - others_a
        lowered_a, _ = cut_to_fit(wiring, offers_a, weights, np.array([max(room_a, 0.0)]), claim)
        cut = cut | (lowered_a < offers_a - _NEGLIGIBLE)
        if same(lowered_a, offers_a):
            break
        offers_a = lowered_a
    return offers_a, cut


def _spread_a(high_a: Floats, low_a: Floats) -> float:
    """Between the heaviest and the lightest of three phases [A]; NaN where one is not known."""
    lows_a = low_a.tolist()
    return nan if isnan(sum(lows_a)) else max(high_a.tolist()) - min(lows_a)


def _ends_a(chargers: Chargers, base: BaseLoad, offers_a: Floats, on: Bools) -> tuple[Floats, Floats]:
    """The most and the least that flows on each phase of the grid (3,) [A]; known while offers stand."""
    base_a, low_a = base.cut[0, :3], lowest_a(chargers, base, offers_a, on)
    if offers_a is chargers.command_a and on is chargers.uses:
        return base_a + base.below.told[0], low_a
    return base_a + offers_a @ on, low_a


def lowest_a(chargers: Chargers, base: BaseLoad, offers_a: Floats, on: Bools) -> Floats:
    """What flows at least on each phase of the grid: cars that draw, up to their offers (3,) [A]."""
    if chargers.calm and offers_a is chargers.command_a and on is chargers.uses:
        drawn_a = base.below.least[0]
    else:
        drawn_a = (np.minimum(chargers.flow_a, offers_a[:, np.newaxis]) * on).sum(axis=0)
    least: Floats = base.low_a + drawn_a
    return least


def room_for_rises(wiring: Wiring, room: Floats, high_a: Floats, low_a: Floats) -> Floats:
    """Room of the grid's phases, no more than imbalance leaves while cars have not followed yet (rows)."""
    if wiring.imbalance_limit_a == np.inf or some(np.isnan(low_a)):
        return room
    first_a, second_a, third_a = low_a.tolist()
    others_a = np.array([min(second_a, third_a), min(first_a, third_a), min(first_a, second_a)])
    leaves_a = others_a + wiring.imbalance_limit_a - high_a - RISE_MARGIN_A
    rows, narrowed = rows_of(wiring), room.copy()
    grid = slice(rows.grid_rows)
    narrowed[grid] = np.minimum(room[grid], leaves_a[rows.amp_phase[grid]])
    return narrowed
