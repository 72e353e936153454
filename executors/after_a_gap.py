"""After a gap between two ticks: what was under way then says nothing of cars and meters now."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from executors.control.seam import Wiring
from executors.control.state import SafetyState, start
from executors.tracking.state import TrackingState

SETTLED_S: Final = 20.0
"""After a gap a charger may still follow its failsafe, and be read later than the meter [s]."""


def compared_anew(state: SafetyState, wiring: Wiring) -> SafetyState:
    """Safety without a reference to compare meters with: no meter is distrusted for a change in the gap."""
    return state._replace(compare=start(wiring).compare)


def looked_anew(state: TrackingState) -> TrackingState:
    """Tracking for which every offer is a new one: what a car did in its failsafe is not its own limit."""
    unknown = np.full(len(state.watched.offer_a), np.nan)
    return state._replace(watched=replace(state.watched, offer_a=unknown, since_s=unknown))
