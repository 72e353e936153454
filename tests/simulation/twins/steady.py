"""One reading of a house that exports on L1 and imports on L2 and L3, and a meter that always shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from simulation.twins.physics import Demand, MeterReading

BRUSSELS = ZoneInfo("Europe/Brussels")
NAN = float("nan")

READING = MeterReading(
    at=datetime(2026, 11, 20, 12, 30, 15, tzinfo=UTC),
    voltage_v=(229.5, 231.25, 233.0),
    current_a=(-4.0, 2.5, 11.0),
    power_w=(-918.0, 578.0, 2563.0),
    import_kwh=(101.5, 202.5, 303.0),
    export_kwh=(11.5, 12.5, 13.0),
    netted_import_kwh=500.125,
    netted_export_kwh=20.25,
    demand=Demand(2.351, 3.064, datetime(2026, 11, 2, 10, 45, tzinfo=UTC)),
)


class Steady:
    """A connection where nothing changes."""

    def __init__(self, reading: MeterReading = READING) -> None:
        self.reading = reading

    def read(self) -> MeterReading:
        return self.reading
