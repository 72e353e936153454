"""Meters: what they say of the current that flows, how often, how finely, and what goes wrong."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Final

from simulation.plant.fault import FaultClock, FaultKind

ThreePhases = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class MeterKind:
    """How a kind of meter answers."""

    period_s: int = 1
    """Its values change so often [s]."""
    latency_s: int = 0
    """From the measurement to the answer [s]."""
    resolution_a: float = 0.001
    stamps: bool = False
    """Says when it measured."""


METER_KINDS: Final[Mapping[str, MeterKind]] = {
    # DSMR 5 sends every second, with its time; Dutch meters send whole amperes.
    "dsmr_p1": MeterKind(period_s=1, latency_s=1, resolution_a=1.0, stamps=True),
    "homewizard_p1": MeterKind(period_s=1, latency_s=1, resolution_a=1.0, stamps=True),
    "shelly_3em": MeterKind(resolution_a=0.01),
    "shelly_pro_3em": MeterKind(resolution_a=0.01),
    "mqtt": MeterKind(resolution_a=0.01),
}
"""By the name in ``meters.<id>.driver``; the others are read every second and do not stamp."""

DSMR4: Final = MeterKind(period_s=10, latency_s=1, resolution_a=1.0, stamps=True)
"""The older P1 meter, every 10 s."""


@dataclass(frozen=True, slots=True)
class MeterReading:
    """One answer: signed currents [A] and powers [kW] of L1, L2, L3, + towards the loads; NaN is missing."""

    current_a: ThreePhases
    power_kw: ThreePhases
    sampled_s: float
    """When it was measured, in seconds since the start: the truth, which no reader is told."""
    stamp_s: float | None
    """The same on the meter's own clock, UTC seconds since 1970; none where it does not stamp."""


_GARBAGE: Final[tuple[ThreePhases, ...]] = (
    (1e30, 1e30, 1e30),
    (-32768.0, 65535.0, 0.0),
    (nan, 6325252.0, -0.001),
)


class Meter:
    """One meter of a circuit."""

    def __init__(self, meter_id: str, kind: MeterKind, voltage_v: float, faults: FaultClock) -> None:
        self.id = meter_id
        self.kind = kind
        self._kw_per_a = voltage_v / 1000.0
        self._faults = faults
        self._coming: deque[tuple[float, MeterReading]] = deque()
        self._latest: MeterReading | None = None

    def sample(self, now_s: int, flow_a: list[float], utc_s: float) -> None:
        """Measure at ``now_s``; ``utc_s`` is the meter's own clock, which nobody steps."""
        late_s = self.kind.latency_s
        if self._faults.active:
            if self._faults.on(FaultKind.METER_FROZEN, self.id):
                return
            delayed = self._faults.on(FaultKind.METER_DELAYED, self.id)
            late_s += int(delayed.size) if delayed else 0
        if now_s % self.kind.period_s == 0:
            self._coming.append((now_s + late_s, self._measured(now_s, flow_a, utc_s)))
        if self._coming and self._coming[-1][0] <= now_s:
            self._latest = self._coming[-1][1]
            self._coming.clear()
        while self._coming and self._coming[0][0] <= now_s:
            self._latest = self._coming.popleft()[1]

    def _measured(self, now_s: int, flow_a: list[float], utc_s: float) -> MeterReading:
        step_a, per_a = self.kind.resolution_a, self._kw_per_a
        first, second, third = flow_a
        current_a = (
            round(first / step_a) * step_a,
            round(second / step_a) * step_a,
            round(third / step_a) * step_a,
        )
        power_kw = (round(first * per_a, 3), round(second * per_a, 3), round(third * per_a, 3))
        return MeterReading(current_a, power_kw, float(now_s), utc_s if self.kind.stamps else None)

    def read(self, now_s: float) -> MeterReading | None:
        """What it answers now; nothing where it does not answer, or has not measured yet."""
        reading = self._latest
        if reading is None or not self._faults.active:
            return reading
        if self._faults.on(FaultKind.METER_LOST, self.id):
            return None
        return self._spoilt(reading, now_s)

    def _spoilt(self, reading: MeterReading, now_s: float) -> MeterReading:
        """The answer as the faults that are on make it."""
        current_a, power_kw = reading.current_a, reading.power_kw
        if self._faults.on(FaultKind.METER_SIGN_FLIPPED, self.id):
            current_a, power_kw = _negative(current_a), _negative(power_kw)
        if self._faults.on(FaultKind.METER_PHASES_SWAPPED, self.id):
            current_a, power_kw = _rotated(current_a), _rotated(power_kw)
        missing = self._faults.on(FaultKind.METER_PHASE_MISSING, self.id)
        if missing:
            current_a, power_kw = (
                _without(current_a, int(missing.size)),
                _without(power_kw, int(missing.size)),
            )
        if self._faults.on(FaultKind.METER_GARBAGE, self.id):
            current_a = power_kw = _GARBAGE[int(now_s) % len(_GARBAGE)]
        return MeterReading(current_a, power_kw, reading.sampled_s, reading.stamp_s)


def _negative(values: ThreePhases) -> ThreePhases:
    return -values[0], -values[1], -values[2]


def _rotated(values: ThreePhases) -> ThreePhases:
    return values[1], values[2], values[0]


def _without(values: ThreePhases, phase: int) -> ThreePhases:
    first, second, third = (nan if place == phase else value for place, value in enumerate(values))
    return first, second, third
