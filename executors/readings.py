"""What a meter or a charger said at one moment: plain, frozen, and NaN where it said nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from executors.control.seam import CarState

PerPhase = tuple[float, float, float]
"""One value for each of three phases or terminals."""

NOTHING: Final[PerPhase] = (math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class MeterReading:
    """One sample of a meter; + is import. A value that was not asked for or not given is NaN."""

    sampled_s: float
    """Monotonic time [s] at which the device was asked, or its telegram began: never later than the sample
    was handed over, so that an age is never too small."""
    current_a: PerPhase = NOTHING
    """RMS current with the sign of its phase's power; its size is what the fuse sees [A]."""
    voltage_v: PerPhase = NOTHING
    power_kw: PerPhase = NOTHING
    total_kw: float = math.nan
    import_kwh: float = math.nan
    export_kwh: float = math.nan
    frequency_hz: float = math.nan
    quarter_kw: float = math.nan
    """Mean import of the running clock quarter so far, where the meter keeps it."""
    month_peak_kw: float = math.nan
    """Highest quarter of the month, where the meter keeps it."""
    month_peak_at: datetime | None = None
    """When that was, in UTC; one of another month is no longer of use."""
    telegram: str = ""
    """The device's own time or counter as it gave it; equal twice means that nothing new was measured."""
    device_time: datetime | None = None
    """The device's own time in UTC."""
    resolution_a: float = 0.0
    """Step of the current where the device rounds it coarsely [A]; the truth may lie this far above."""
    estimated: bool = False
    """Whether a phase current comes from power and voltage, because the device gives no current."""
    warnings: tuple[str, ...] = ()
    """What the device complains of, in words."""


@dataclass(frozen=True, slots=True)
class SignalReading:
    """The grid operator's signal."""

    sampled_s: float
    """Monotonic time [s] from which it is known to hold."""
    on: bool


@dataclass(frozen=True, slots=True)
class BatteryReading:
    """One sample of a home battery; what is not given is NaN."""

    sampled_s: float
    """Monotonic time [s] at which the device was asked."""
    power_kw: float = math.nan
    """+ when it charges."""
    soc: float = math.nan
    """0..1."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something about a device that a person should know: a code for programs, words for people."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class ChargerReading:
    """One sample of a charging point. Currents and voltages are per terminal of the charger."""

    sampled_s: float
    """Monotonic time [s] at which the device was asked."""
    state: CarState = CarState.UNKNOWN
    current_a: PerPhase = NOTHING
    """What the car draws."""
    voltage_v: PerPhase = NOTHING
    power_kw: float = math.nan
    offered_a: float = math.nan
    """What the pilot tells the car now; NaN where the device does not say."""
    limit_a: float = math.nan
    """The limit that the device holds: what it was last told, by whomever; 0 while it is paused."""
    terminals: tuple[int, ...] | None = None
    """Terminals in use, ascending from 0; none where the device does not say."""
    session_kwh: float = math.nan
    total_kwh: float = math.nan
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class SwitchReading:
    """What the switch of a flexible load says of itself."""

    sampled_s: float
    """Monotonic time [s] from which the state is known to hold."""
    on: bool | None
    """None where the state is missing: not said, said too long ago, or said before we listened."""
    online: bool | None = None
    """Whether its broker sees it; none where nobody watches it."""
    alarms: tuple[Alarm, ...] = ()
