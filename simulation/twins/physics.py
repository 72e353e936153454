"""What stands behind a twin: the small interface through which its electronics see a car or a connection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

Clock = Callable[[], float]
"""Seconds on a clock that only goes forward; a fast clock makes a fast twin."""

Three = tuple[float, float, float]
"""One value for each of three terminals or phases; NaN where there is none."""

NONE: Three = (0.0, 0.0, 0.0)
TERMINALS = (0, 1, 2)
"""The terminals of a three-phase point, first terminal first."""


class CarState(StrEnum):
    """What the car on the plug does, by the letters of IEC 61851-1."""

    AWAY = "A"
    """No car."""
    WAITS = "B"
    """A car that does not ask for current."""
    ASKS = "C"
    """A car whose contact is closed: it draws what is offered."""
    FAULT = "E"
    """A plug that cannot be understood."""


@dataclass(frozen=True, slots=True)
class PointReading:
    """One charging point as its electronics measure it."""

    car: CarState
    voltage_v: Three
    """Phase to neutral at the terminals [V]."""
    current_a: Three
    """Drawn through the terminals [A]."""
    power_w: Three
    """Active power by terminal [W]."""
    total_kwh: float
    """Since the point was made [kWh]."""
    session_kwh: float
    """Since this car was plugged in [kWh]."""
    connected_s: float
    """How long this car has been there [s]."""
    charging_s: float
    """How long it has drawn current [s]."""


class PointPhysics(Protocol):
    """A plug, and perhaps a car on it."""

    def read(self) -> PointReading:
        """What is measured now."""
        ...

    def offer(self, current_a: float, terminals: tuple[int, ...]) -> None:
        """Signal a current per phase [A] on these terminals; 0 A or no terminal takes the offer away."""
        ...

    def fall(self, current_a: float, terminals: tuple[int, ...]) -> None:
        """The same by its own watchdog: also where it does not do what it is told."""
        ...


@dataclass(frozen=True, slots=True)
class Demand:
    """The quarter-hour values of a Belgian meter."""

    quarter_kw: float
    """Mean import of the running quarter so far [kW]."""
    month_peak_kw: float
    """Highest quarter of the month [kW]."""
    month_peak_at: datetime
    """When that quarter ended, with zone."""


@dataclass(frozen=True, slots=True)
class MeterReading:
    """One connection as a meter measures it; import is positive."""

    at: datetime
    """The meter's own clock, with zone."""
    voltage_v: Three
    """Phase to neutral [V]."""
    current_a: Three
    """Signed as the power [A]."""
    power_w: Three
    """Active power by phase [W]."""
    import_kwh: Three
    """Imported energy by phase [kWh]."""
    export_kwh: Three
    """Exported energy by phase [kWh]."""
    netted_import_kwh: float
    """Imported energy, the phases netted at every moment as utility meters do [kWh]."""
    netted_export_kwh: float
    """Exported energy, netted likewise [kWh]."""
    frequency_hz: float = 50.0
    demand: Demand | None = None


class MeterPhysics(Protocol):
    """A place where current is measured."""

    def read(self) -> MeterReading:
        """What is measured now."""
        ...
