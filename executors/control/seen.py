"""What one tick knows before it decides: meters, chargers, base load, room, turns."""

from __future__ import annotations

from functools import lru_cache
from math import isnan
from typing import NamedTuple

import numpy as np

from executors.control import ladder
from executors.control.base_load import BaseLoad, base_load, charging_below
from executors.control.chargers import Chargers, chargers
from executors.control.compare import compared, distrusted
from executors.control.heat import heated
from executors.control.lagging import lagging
from executors.control.meters import Samples, samples
from executors.control.quick import as_floats, nobody, nothing, on_any, same, some, unknown
from executors.control.rows import Rows, below_any, rows_of, weights_of
from executors.control.seam import Bools, Floats, Ints, Readings, Wanted, Wiring
from executors.control.shares import Claim
from executors.control.state import CompareMemory, SafetyState, TurnMemory
from executors.control.supply import Supply, supply
from executors.control.times import CONFIRMED_A, COOL, FRESH_S, HOT
from executors.control.turns import rank_of, served
from executors.control.window import Window, window_max, window_of

_LONGEST_TICK_S = 10.0
"""More of a pause than this counts for no integral: what happened in it is not known."""


class Seen(NamedTuple):
    """The facts of one tick."""

    now_s: float
    rows: Rows
    meters: Samples
    chargers: Chargers
    lags: Bools
    """Those that say later than the meter what their cars draw (C,)."""
    compare: CompareMemory
    stage: Ints
    """Step of the ladder per row (K,)."""
    blind: Bools
    meter_lost: Bools
    """Rows whose meter is silent, and has had time to begin (K,)."""
    blind_since_s: Floats
    """(K,)."""
    fresh_since_s: Floats
    """(K,)."""
    heat: Floats
    """(K, 3)."""
    hot: Bools
    """Rows whose protection is warm (K,)."""
    base: BaseLoad
    window: Window
    window_max: Floats
    """Highest base load of the window (K, 4) [A, kW]."""
    supply: Supply
    phases: Bools
    """Grid phases to energise (C, 3)."""
    uses: Bools
    """Phases on which an offer counts (C, 3)."""
    weights: Floats
    """Rows by chargers."""
    wanted_a: Floats
    """Wanted, as far as the charger can do it (C,)."""
    turns: TurnMemory
    claim: Claim


def seen_now(wiring: Wiring, readings: Readings, wanted: Wanted, state: SafetyState, now_s: float) -> Seen:
    """The facts of this tick."""
    rows = rows_of(wiring)
    elapsed_s = 0.0 if isnan(state.whole_s) else min(max(now_s - state.whole_s, 0.0), _LONGEST_TICK_S)
    meters = samples(wiring, readings, state.meters, now_s)
    cars = chargers(wiring, readings, state.chargers, now_s - state.tick_s, now_s)
    compare = compared(wiring, readings, meters, cars, state, now_s)
    since_s = ladder.blind_since(meters, distrusted(compare), state.meters.blind_since_s, now_s)
    stage = ladder.stages(since_s, now_s)
    blind = nobody(len(stage)) if since_s is unknown(len(stage)) else stage > ladder.FRESH
    heat = heated(wiring, state.meters.heat, meters.meter_a, elapsed_s)
    lags = lagging(wiring, meters, cars, state)
    below = charging_below(wiring, readings, meters, cars, state.chargers, lags, compare.last_flow_a, now_s)
    base = base_load(wiring, rows, below, meters, state.meters, blind, _risen(meters, compare, blind))
    window = _window(base, meters, state, blind, now_s)
    phases = _phases(wiring, wanted, state, cars, blind)
    wanted_a = _as_they_can(wiring, as_floats(wanted.current_a).tobytes())
    uses = _uses(state, cars, phases)
    weights = weights_of(wiring, uses)
    turns, claim = _claims(wiring, wanted, state, cars, wanted_a, elapsed_s, now_s)
    return Seen(
        now_s=now_s,
        rows=rows,
        meters=meters,
        chargers=cars,
        lags=lags,
        compare=compare,
        stage=stage,
        blind=blind,
        meter_lost=_lost(meters, since_s, now_s),
        blind_since_s=since_s,
        fresh_since_s=_fresh_since(state, blind, now_s),
        heat=heat,
        hot=_hot(state, heat),
        base=base,
        window=window,
        window_max=window_max(window),
        supply=supply(wiring, readings, wanted, base, cars.command_a, weights[-1]),
        phases=phases,
        uses=uses,
        weights=weights,
        wanted_a=wanted_a,
        turns=turns,
        claim=claim,
    )


@lru_cache(maxsize=16)
def _as_they_can(wiring: Wiring, current_a: bytes) -> Floats:
    """Wishes as far as the chargers can fulfil them (C,) [A]; they seldom change."""
    wanted_a = np.fmax(np.minimum(np.frombuffer(current_a), wiring.max_a), 0.0)
    wanted_a.flags.writeable = False
    return wanted_a


def _risen(meters: Samples, compare: CompareMemory, blind: Bools) -> Bools:
    """Where a meter that is not believed shows more than it did when the doubt began (K, 3).

    So it does not stand still, and what it shows may be a load: what it forbids counts, as long as nobody
    knows better; what it allows does not.
    """
    if not some(blind):
        return nobody(*meters.meter_a.shape)
    doubted = (distrusted(compare) & ~meters.stale)[:, np.newaxis]
    risen: Bools = doubted & (meters.meter_a - compare.doubted_a >= CONFIRMED_A)
    return risen


def _fresh_since(state: SafetyState, blind: Bools, now_s: float) -> Floats:
    """Since when every sample of each row has been fresh; inf: not now (K,)."""
    before = state.meters
    if not some(blind) and before.blind_since_s is unknown(len(blind)) and not isnan(state.tick_s):
        return before.fresh_since_s
    return np.where(blind, np.inf, np.fmin(before.fresh_since_s, now_s))


def _lost(meters: Samples, since_s: Floats, now_s: float) -> Bools:
    """Rows whose meter is silent, and has had time to begin (K,)."""
    if not some(meters.stale):
        return meters.stale
    lost: Bools = meters.stale & (np.isfinite(meters.oldest_s) | (now_s - since_s >= FRESH_S))
    return lost


def _window(base: BaseLoad, meters: Samples, state: SafetyState, blind: Bools, now_s: float) -> Window:
    """The window of base loads with that of this tick, and of the samples since the last whole decision."""
    high = base.high
    if state.still is not None:
        high = high.copy()
        high[:, :3] += np.fmax(state.still.high_a - meters.meter_a, 0.0)
    return window_of(state.meters.window, high, blind, now_s)


def _hot(state: SafetyState, heat: Floats) -> Bools:
    """Rows whose protection is warm: above the first share of its heat, until below the second."""
    if heat is nothing(*heat.shape):
        return nobody(len(heat))
    hottest = heat.max(axis=1)
    hot: Bools = np.where(state.hot, hottest > COOL, hottest > HOT)
    return hot


def _claims(
    wiring: Wiring,
    wanted: Wanted,
    state: SafetyState,
    cars: Chargers,
    wanted_a: Floats,
    elapsed_s: float,
    now_s: float,
) -> tuple[TurnMemory, Claim]:
    """Turns counted up to now, and what decides between chargers."""
    share = wiring.weight if wanted.weight is None else wanted.weight
    priority = wiring.priority if wanted.priority is None else wanted.priority
    turns = served(cars, state.turns, wanted_a > 0, share, elapsed_s)
    return turns, Claim(priority, share, lambda: rank_of(wiring, turns, share, now_s))


def _phases(wiring: Wiring, wanted: Wanted, state: SafetyState, cars: Chargers, blind: Bools) -> Bools:
    """Phases to energise: as wanted and wired; one that is blind, lost or without a wish keeps its own."""
    before, asked = state.chargers.phases, wanted.phases & wiring.wired
    if same(asked, before):
        return before
    keeps = ~cars.controlled | below_any(wiring, blind) | ~on_any(asked)
    return np.where(keeps[:, np.newaxis], before, asked)


def _uses(state: SafetyState, cars: Chargers, phases: Bools) -> Bools:
    """Phases on which an offer counts (C, 3)."""
    before = state.chargers.phases
    uses = cars.uses if phases is before else cars.uses | (phases & ~before)
    return uses if cars.calm else uses & cars.controlled[:, np.newaxis]
