"""The import of the peak's windows as the grid meter showed it: the running one, and the month's highest."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from domain.site_tariff import MonthPeak
from domain.units import S_PER_H
from executors.tracking.quarter import Quarter

GAP_S: Final = 10.0
"""What a load does between two looks that lie further apart is not known [s]."""


class SeenImport:
    """Windows that were seen from their first second on without a gap; others count as not known."""

    def __init__(self, zone: ZoneInfo, window_s: float) -> None:
        self._zone, self._window_s = zone, window_s
        self._number: int | None = None
        self._whole = False
        self._looked_s = -math.inf
        self._used_kwh = 0.0
        self._month, self._highest_kwh = "", 0.0

    def look(self, quarter: Quarter, import_kw: float, wall_s: float) -> None:
        """After a tick; ``import_kw`` is NaN where nobody counted, ``wall_s`` is in seconds since 1970."""
        seen = wall_s - self._looked_s <= GAP_S and not math.isnan(import_kw)
        self._looked_s = wall_s
        if quarter.number != self._number:
            if self._whole and seen:
                self._highest_kwh = max(self._highest_kwh, self._used_kwh)
            self._whole = True
            self._number = quarter.number
            month = f"{datetime.fromtimestamp(wall_s, UTC).astimezone(self._zone):%Y-%m}"
            if month != self._month:
                self._month, self._highest_kwh = month, 0.0
        self._used_kwh = quarter.used_kwh
        self._whole = self._whole and seen

    @property
    def running_kwh(self) -> float | None:
        """Import of the running window so far [kWh]."""
        return self._used_kwh if self._whole else None

    @property
    def peak(self) -> MonthPeak | None:
        """The highest window of this month that was seen."""
        if self._highest_kwh <= 0:
            return None
        return MonthPeak(kw=self._highest_kwh * S_PER_H / self._window_s, month=self._month)
