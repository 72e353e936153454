"""Chargers that say later than the meter what their car draws, learnt from a rise that both have seen."""

from __future__ import annotations

from typing import Final

from executors.control.chargers import Chargers
from executors.control.meters import Samples
from executors.control.quick import on_any, some
from executors.control.rows import below_any, rows_of
from executors.control.seam import Bools, Wiring
from executors.control.state import SafetyState
from executors.control.times import CONFIRMED_A

_SEEN: Final = 1 / 3
"""A rise of which a new sample shows less than this was in the meter before."""


def lagging(wiring: Wiring, meters: Samples, chargers: Chargers, state: SafetyState) -> Bools:
    """Chargers that were seen to rise while their meter stood still; once seen, it holds (C,).

    A house that falls by as much in the same second looks alike. Then the charger's word counts for less
    than it is worth, as it does before anything is known.
    """
    rise_a = chargers.flow_a - state.chargers.flow_a
    large = rise_a >= CONFIRMED_A
    if not some(large):
        return state.chargers.lags
    rising = on_any(large) & ~state.chargers.lags
    rows = rows_of(wiring)
    below_a = rows.below.dot(rise_a)
    flat = meters.meter_a - state.meters.meter_a < _SEEN * below_a
    alone = flat & (below_a >= CONFIRMED_A) & (meters.seen_s > state.meters.seen_s)
    late = rising & below_any(wiring, on_any(alone) & rows.metered & ~meters.stale)
    return state.chargers.lags | late if some(late) else state.chargers.lags
