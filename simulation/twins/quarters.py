"""The quarter-hour values that a Belgian meter keeps by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from simulation.twins.physics import Demand, MeterPhysics, MeterReading

QUARTER = timedelta(minutes=15)


class KeepsQuarters:
    """Another place of measurement, with the mean of the running quarter and the month's highest one."""

    def __init__(self, physics: MeterPhysics, zone: ZoneInfo) -> None:
        self._physics = physics
        self._zone = zone
        reading = physics.read()
        self._quarter = self._quarter_of(reading.at)
        self._began_kwh = self._last_kwh = reading.netted_import_kwh
        self._peak: tuple[float, datetime] = (0.0, self._quarter)

    def read(self) -> MeterReading:
        """What is measured now."""
        reading = self._physics.read()
        quarter = self._quarter_of(reading.at)
        if quarter != self._quarter:
            self._close(quarter)
        self._last_kwh = reading.netted_import_kwh
        # the meter shows the energy so far over the whole quarter: the value climbs to the quarter's mean
        so_far_kw = (self._last_kwh - self._began_kwh) * 4
        return replace(reading, demand=Demand(so_far_kw, *self._peak))

    def _close(self, quarter: datetime) -> None:
        """End the running quarter, and the month where it does."""
        mean_kw = (self._last_kwh - self._began_kwh) * 4
        ended = self._quarter + QUARTER
        if mean_kw > self._peak[0]:
            self._peak = (mean_kw, ended)
        if self._month(quarter) != self._month(self._quarter):
            self._peak = (0.0, quarter)
        self._quarter = quarter
        self._began_kwh = self._last_kwh

    def _quarter_of(self, moment: datetime) -> datetime:
        return moment - (moment - datetime(2000, 1, 1, tzinfo=moment.tzinfo)) % QUARTER

    def _month(self, moment: datetime) -> tuple[int, int]:
        local = moment.astimezone(self._zone)
        return local.year, local.month
