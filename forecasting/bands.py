"""Prices by local time of day: the first band that fits a minute gives its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from domain.bands import BandTimes
from forecasting.ask import Ask
from forecasting.intervals import Intervals
from forecasting.local_days import by_local_clock
from forecasting.public_holidays import holiday_rule

AnyBand = TypeVar("AnyBand", bound=BandTimes)


def band_values(
    bands: Sequence[AnyBand], value_of: Callable[[AnyBand], float], where_none: float, ask: Ask
) -> Intervals:
    """``value_of`` the first band that fits, minute by minute over the asked time; else ``where_none``."""
    named = any(band.names_holidays for band in bands)
    is_holiday = holiday_rule(ask.site.location) if named else lambda _: False

    def value_at(local: datetime) -> float:
        holiday = is_holiday(local.date())
        fitting = (value_of(band) for band in bands if band.holds_at(local, holiday=holiday))
        return next(fitting, where_none)

    return by_local_clock(value_at, ask.start, ask.end, ask.time_zone, step_min=1)
