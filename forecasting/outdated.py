"""A series that ended before the plan starts: all of the horizon becomes a declared forecast."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from domain.series import Quality
from domain.time_grid import TimeGrid
from forecasting.ask import Ask
from forecasting.intervals import Intervals
from forecasting.known import Known
from forecasting.on_grid import local_stamp
from forecasting.quotes import EUR_PER_KWH
from forecasting.tail import recent_mean, tail

_STEP_MIN: Final = 15


def revived(known: Known, ask: Ask) -> Known:
    """The series itself where it reaches the start of the plan; else a forecast from its last days.

    The forecast covers all that is asked for, has the worst quality of its slots, and says what it is.
    """
    if known.intervals.end > ask.start:
        return known
    grid = TimeGrid.between(ask.start, ask.end, ask.time_zone, _STEP_MIN)
    unseen = recent_mean(known.intervals) if known.unit == EUR_PER_KWH else None
    forecast = tail(known.intervals, grid, np.arange(len(grid)), unseen=unseen)
    end = local_stamp(known.intervals.end, ask.time_zone)
    note = f"{known.source} ended at {end}, before the plan starts; used is {forecast.note}"
    return replace(
        known,
        intervals=Intervals(grid.edges_s[:-1].copy(), grid.edges_s[1:].copy(), forecast.values),
        quality=max(known.quality, Quality(int(forecast.quality.max()))),
        note="; ".join(filter(None, (note, known.note))),
    )
