"""From what devices said last to the arrays that tracking and safety work on."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from executors.control.seam import Bools, CarState, Floats, Readings, Wiring
from executors.control.times import LINK_S
from executors.readings import ChargerReading, MeterReading

LOST_AFTER: Final = 2
"""So many missing answers in a row are a lost link: one alone is a packet that fell off the wire."""


@dataclass(frozen=True, slots=True)
class Signal:
    """The grid operator's signal as it was last heard."""

    on: bool = False
    age_s: float = math.inf
    """inf: never heard; where the site has a rule for it, that counts as on."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The last answer of every device, by id."""

    meters: Mapping[str, MeterReading]
    chargers: Mapping[str, ChargerReading]
    missed: Mapping[str, int] = field(default_factory=dict)
    """How many answers of a charger have failed to come since the last one."""
    signal: Signal = field(default_factory=Signal)


def readings_of(wiring: Wiring, heard: Heard, now_s: float) -> Readings:
    """What the wires last said at ``now_s`` [monotonic]; what was never said is NaN, its age inf."""
    meters = [None if name is None else heard.meters.get(name) for name in wiring.meter_ids]
    chargers = [heard.chargers.get(name) for name in wiring.charger_ids]
    age_s = np.array([math.inf if one is None else now_s - one.sampled_s for one in chargers])
    missed = np.array([heard.missed.get(name, 0) for name in wiring.charger_ids])
    return Readings(
        meter_a=np.array([_meter_a(one) for one in meters]),
        meter_kw=np.array([math.nan if one is None else one.total_kw for one in meters]),
        meter_age_s=np.array([math.inf if one is None else now_s - one.sampled_s for one in meters]),
        meter_mark=np.array([math.nan if one is None else mark_of(one.telegram) for one in meters]),
        measured_a=_measured_a(wiring, chargers),
        offered_a=np.array([_offered_a(one) for one in chargers]),
        phases=_phases(wiring, chargers),
        car=np.array([_car(one, age) for one, age in zip(chargers, age_s, strict=True)], dtype=np.int64),
        charger_age_s=age_s,
        link=np.isfinite(age_s) & (missed < LOST_AFTER),
        ceiling_on=heard.signal.on,
        ceiling_age_s=heard.signal.age_s,
        meter_raised_a=np.array([0.0 if one is None else one.resolution_a for one in meters]),
    )


def powers_kw(wiring: Wiring, heard: Heard, now_s: float) -> Floats:
    """Power that the chargers measure; NaN where one does not say, or said it too long ago (C,) [kW]."""
    found = [heard.chargers.get(name) for name in wiring.charger_ids]
    return np.array(
        [math.nan if one is None or now_s - one.sampled_s > LINK_S else one.power_kw for one in found]
    )


def counters_kwh(wiring: Wiring, heard: Heard) -> Floats:
    """What the chargers have counted: ever, or in this session; NaN where one does not say (C,) [kWh]."""
    found = [heard.chargers.get(name) for name in wiring.charger_ids]
    return np.array([math.nan if one is None else _counter_kwh(one) for one in found])


def _counter_kwh(reading: ChargerReading) -> float:
    return reading.session_kwh if math.isnan(reading.total_kwh) else reading.total_kwh


def mark_of(telegram: str) -> float:
    """A number that changes with each telegram; NaN where the device gives none."""
    return float(zlib.crc32(telegram.encode())) if telegram else math.nan


def _meter_a(reading: MeterReading | None) -> tuple[float, float, float]:
    """Currents, as high towards the loads as a coarse meter's rounding may hide."""
    if reading is None:
        return (math.nan, math.nan, math.nan)
    first, second, third = (amps + reading.resolution_a for amps in reading.current_a)
    return (first, second, third)


def _measured_a(wiring: Wiring, chargers: list[ChargerReading | None]) -> Floats:
    """From terminals to grid phases; 0 where a charger has no terminal, NaN where it does not measure."""
    measured_a = np.where(wiring.wired, np.nan, 0.0)
    for row, reading in enumerate(chargers):
        if reading is None:
            measured_a[row] = np.nan
            continue
        for terminal, phase in enumerate(wiring.terminals[row]):
            if phase >= 0:
                measured_a[row, phase] = reading.current_a[terminal]
        if np.isnan(measured_a[row, wiring.wired[row]]).all():
            measured_a[row] = np.nan
    return measured_a


def _offered_a(reading: ChargerReading | None) -> float:
    """What the pilot tells the car: one that fell to its failsafe still holds what it was told.

    Without a car, or where the charger does not say, what it holds; NaN where it says neither.
    """
    if reading is None:
        return math.nan
    return reading.offered_a if reading.offered_a > 0 else reading.limit_a


def _phases(wiring: Wiring, chargers: list[ChargerReading | None]) -> Bools:
    phases = wiring.wired.copy()
    for row, reading in enumerate(chargers):
        if reading is None or reading.terminals is None:
            continue
        phases[row] = False
        used = [int(wiring.terminals[row, terminal]) for terminal in reading.terminals]
        phases[row, [phase for phase in used if phase >= 0]] = True
    return phases


def _car(reading: ChargerReading | None, age_s: float) -> int:
    """What a silent charger said of its car counts for a while, then nothing is known."""
    return int(CarState.UNKNOWN if reading is None or age_s > LINK_S else reading.state)
