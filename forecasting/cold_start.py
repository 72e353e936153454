"""What a household draws before its own meter has taught anything: a made-up but likely year."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from math import cos, pi
from typing import Final

import numpy as np

_HOURS_PER_YEAR: Final = 8760
_DARKEST_DAY: Final = 5
"""Day of the year around which most is drawn."""
_SWING: Final = 0.18
"""By how much winter is above the year's mean, and summer below it."""


class DayKind(IntEnum):
    """Days that are alike."""

    WORKDAY = 0
    SATURDAY = 1
    SUNDAY = 2
    """Public holidays too."""


# fmt: off
_SHAPE: Final = {  # by the hour, of no unit: quiet nights, breakfast, noon, an evening peak at 19
    DayKind.WORKDAY: (
        0.56, 0.46, 0.42, 0.40, 0.41, 0.50, 0.80, 1.08, 1.04, 0.96, 0.94, 1.02,
        1.12, 1.02, 0.92, 0.90, 1.00, 1.24, 1.56, 1.70, 1.58, 1.36, 1.10, 0.78,
    ),
    DayKind.SATURDAY: (
        0.66, 0.54, 0.46, 0.42, 0.41, 0.44, 0.58, 0.82, 1.12, 1.30, 1.34, 1.38,
        1.42, 1.28, 1.16, 1.12, 1.18, 1.36, 1.58, 1.62, 1.46, 1.26, 1.08, 0.86,
    ),
    DayKind.SUNDAY: (
        0.70, 0.58, 0.50, 0.45, 0.43, 0.44, 0.52, 0.70, 1.00, 1.28, 1.44, 1.60,
        1.62, 1.36, 1.14, 1.06, 1.10, 1.26, 1.50, 1.60, 1.50, 1.30, 1.06, 0.78,
    ),
}
# fmt: on
_DAYS_A_WEEK: Final = {DayKind.WORKDAY: 5, DayKind.SATURDAY: 1, DayKind.SUNDAY: 1}
_MEAN: Final = sum(sum(_SHAPE[kind]) / 24 * days / 7 for kind, days in _DAYS_A_WEEK.items())


def likely_kw(local: datetime, kind: DayKind, yearly_kwh: float) -> float:
    """Mean power [kW] of a household of ``yearly_kwh`` around a moment of the local clock.

    Hours run into each other in a straight line; a year of usual weeks adds up to ``yearly_kwh``.
    """
    middles_h = np.arange(24) + 0.5
    hour = local.hour + local.minute / 60 + 0.125
    shape = float(np.interp(hour, middles_h, _SHAPE[kind], period=24)) / _MEAN
    day = local.timetuple().tm_yday
    season = 1 + _SWING * cos(2 * pi * (day - _DARKEST_DAY) / 365.25)
    return yearly_kwh / _HOURS_PER_YEAR * shape * season
