"""What the signal of the grid operator means to control and to the next plan; missing counts as on."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

from executors.control.times import SIGNAL_S
from executors.readings import SignalReading

LASTS_H: Final = 1.0
"""Nobody says how long a signal will last: a plan reckons with so long from now on, and is made anew."""


def ceiling_of(reading: SignalReading | None, now_s: float) -> tuple[bool, float]:
    """``Readings.ceiling_on`` and ``ceiling_age_s`` [s] of the last signal; none was ever read: inf."""
    if reading is None:
        return False, math.inf
    return reading.on, max(0.0, now_s - reading.sampled_s)


def counts_as_on(reading: SignalReading | None, now_s: float) -> bool:
    """Whether the ceiling holds: the signal is on, or too old to be believed."""
    on, age_s = ceiling_of(reading, now_s)
    return on or age_s > SIGNAL_S


def curtailed(
    reading: SignalReading | None, now_s: float, now: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """``PlanInputs.curtailed`` of a plan that is made now, in UTC: the next hour while the ceiling holds."""
    return ((now, now + timedelta(hours=LASTS_H)),) if counts_as_on(reading, now_s) else ()
