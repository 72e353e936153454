"""Chargers that say later than the meter what their car draws, learnt from a rise that both have seen."""

from __future__ import annotations

from typing import Final

import numpy as np

from executors.control.chargers import Chargers
from executors.control.meters import Samples
from executors.control.rows import rows_of
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
    rising = (rise_a >= CONFIRMED_A).any(axis=1) & ~state.chargers.lags
    if not rising.any():
        return state.chargers.lags
    below_a = rows_of(wiring).below @ rise_a
    with np.errstate(invalid="ignore"):
        flat = meters.meter_a - state.meters.meter_a < _SEEN * below_a
    alone = flat & (below_a >= CONFIRMED_A) & (meters.seen_s > state.meters.seen_s)
    rows = alone.any(axis=1) & wiring.metered & ~meters.stale
    return state.chargers.lags | (rising & (wiring.below & rows[:, np.newaxis]).any(axis=0))
