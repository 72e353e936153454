"""From what the loop knows to what is kept, and back after a restart."""

from __future__ import annotations

import math

import numpy as np

from executors.deciding import Deciding
from executors.tick import Ticking
from executors.tracking.arrays import Floats
from executors.tracking.wishes import Session as Connected
from service.run.kept import Session


def session_of(ticking: Ticking) -> Session | None:
    """The cars that are there; none before the first decision."""
    tracked = ticking.deciding.tracked
    if tracked is None:
        return None
    session = tracked.state.session
    return Session(
        charger_ids=ticking.wiring.charger_ids,
        connected=session.connected,
        request_ids=session.request_ids,
        delivered_kwh=session.delivered_kwh,
        total_kwh=counters_kwh(ticking),
        learnt=tracked.learnt,
    )


def counters_kwh(ticking: Ticking) -> Floats:
    """The chargers' own counters (C,) [kWh]; NaN where one does not say."""
    readings = [
        hand.reading if (hand := ticking.chargers.get(name)) is not None else None
        for name in ticking.wiring.charger_ids
    ]
    return np.array([math.nan if one is None else one.total_kwh for one in readings])


def resume(deciding: Deciding, session: Session) -> bool:
    """Go on with these cars. False where they are of another set of chargers."""
    if session.charger_ids != deciding.wiring.charger_ids:
        return False
    connected = Connected(session.connected, session.request_ids, session.delivered_kwh)
    deciding.resume(connected, session.learnt)
    return True


class Missed:
    """Energy that flowed while nobody ticked, counted once for each charger that says so."""

    def __init__(self, total_kwh: Floats) -> None:
        self._before_kwh = total_kwh.copy()

    def count(self, ticking: Ticking) -> None:
        """Credit what the chargers' counters show since they were kept."""
        if np.isnan(self._before_kwh).all():
            return
        missed_kwh = counters_kwh(ticking) - self._before_kwh
        known = np.isfinite(missed_kwh)
        if known.any():
            ticking.deciding.credit(np.where(known, np.maximum(missed_kwh, 0.0), 0.0))
            self._before_kwh[known] = np.nan
