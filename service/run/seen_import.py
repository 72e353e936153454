"""The import of the peak's windows as the grid meter showed it: the running one, and the month's highest."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.site_tariff import MonthPeak
from domain.units import S_PER_H
from executors.tracking.quarter import Quarter


class SeenImport:
    """Windows that were seen from their first second on without a gap; others count as not known."""

    def __init__(self, zone: ZoneInfo, window_s: float) -> None:
        self._zone, self._window_s = zone, window_s
        self._number: int | None = None
        self._whole = False
        self._used_kwh = 0.0
        self._month, self._highest_kwh = "", 0.0

    def look(self, quarter: Quarter, import_kw: float, wall_s: float) -> None:
        """After a tick; ``import_kw`` is NaN where nobody counted, ``wall_s`` is in seconds since 1970."""
        if quarter.number != self._number:
            if self._whole:
                self._highest_kwh = max(self._highest_kwh, self._used_kwh)
            self._whole = self._number is not None
            self._number = quarter.number
            month = f"{datetime.fromtimestamp(wall_s, UTC).astimezone(self._zone):%Y-%m}"
            if month != self._month:
                self._month, self._highest_kwh = month, 0.0
        self._used_kwh = quarter.used_kwh
        self._whole = self._whole and not math.isnan(import_kw)

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
