"""Chargers and meters without wires: the driver ``simulated``, spoken to by the tick as any device."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from domain.errors import DeviceRefused, DeviceSilent
from executors.capabilities import FedBy, Told, WatchdogState
from executors.control.seam import CarState
from executors.readings import ChargerReading, MeterReading
from simulation.twins import physics

_STATES: Final = {
    physics.CarState.AWAY: CarState.NONE,
    physics.CarState.WAITS: CarState.WAITING,
    physics.CarState.ASKS: CarState.CHARGING,
    physics.CarState.FAULT: CarState.FAULT,
}
_ROUNDING: Final = 1e-6


class DirectCharger:
    """A charging point that is told directly; its watchdog runs on ``clock`` [s] and hears feeds only."""

    def __init__(
        self,
        point: physics.PointPhysics,
        clock: physics.Clock,
        *,
        min_a: float,
        max_a: float,
        step_a: float,
        terminals: int,
        answers: Callable[[], bool] = lambda: True,
    ) -> None:
        """``answers``: whether there is a link to it now."""
        self._point, self._clock, self._answers = point, clock, answers
        self._min_a, self._max_a, self._step_a = min_a, max_a, step_a
        self._all = self._terminals = tuple(range(terminals))
        self._limit_a = 0.0
        self._armed: tuple[float, float] | None = None
        self._fed_s = clock()

    @property
    def fed_by(self) -> FedBy:
        """Its watchdog hears what is meant for it only."""
        return FedBy.WRITE

    def tick(self) -> None:
        """Signal the limit, or after a silence the failsafe current."""
        limit_a, signal = self._limit_a, self._point.offer
        if self._armed is not None and self._clock() - self._fed_s >= self._armed[1]:
            limit_a, signal = self._armed[0], self._point.fall
        signal(limit_a, self._terminals if limit_a else ())

    async def read(self) -> ChargerReading:
        """One sample."""
        self._reach()
        seen = self._point.read()
        return ChargerReading(
            sampled_s=self._clock(),
            state=_STATES[seen.car],
            current_a=seen.current_a,
            voltage_v=seen.voltage_v,
            power_kw=sum(watts for watts in seen.power_w if not math.isnan(watts)) / 1000,
            limit_a=self._limit_a,
            terminals=self._terminals,
            session_kwh=seen.session_kwh,
            total_kwh=seen.total_kwh,
        )

    async def offer(self, limit_a: float) -> Told:
        """Offer at most ``limit_a`` [A], down to its own steps; below its least it pauses."""
        self._reach()
        steps = math.floor((limit_a - self._min_a) / self._step_a + _ROUNDING)
        told_a = 0.0 if steps < 0 else min(self._min_a + steps * self._step_a, self._max_a)
        written, self._limit_a = told_a != self._limit_a, told_a
        self.tick()
        return Told(told_a, written)

    async def pause(self) -> Told:
        """Offer nothing."""
        return await self.offer(0.0)

    async def use_phases(self, count: int) -> None:
        """Use 1 or all of its terminals; the current stops meanwhile."""
        self._reach()
        if count not in {1, len(self._all)}:
            raise DeviceRefused(f"{count} phases: 1 and {len(self._all)} are possible")
        self._terminals = self._all[:count]
        self.tick()

    async def arm(self, fallback_a: float, after_s: float) -> WatchdogState:
        """Fall back to ``fallback_a`` [A] after ``after_s`` [s] without a feed."""
        self._reach()
        self._armed, self._fed_s = (fallback_a, after_s), self._clock()
        return WatchdogState(fallback_a, after_s, proven=True)

    async def feed(self) -> bool:
        """Say that we live."""
        self._reach()
        self._fed_s = self._clock()
        self.tick()
        return True

    def _reach(self) -> None:
        if not self._answers():
            raise DeviceSilent("no link to it")


class DirectMeter:
    """A connection that is read directly."""

    def __init__(self, meter: physics.MeterPhysics, clock: physics.Clock) -> None:
        self._meter, self._clock = meter, clock

    async def read(self) -> MeterReading:
        """One sample."""
        seen = self._meter.read()
        first, second, third = (watts / 1000 for watts in seen.power_w)
        return MeterReading(
            sampled_s=self._clock(),
            current_a=seen.current_a,
            voltage_v=seen.voltage_v,
            power_kw=(first, second, third),
            total_kw=first + second + third,
            import_kwh=seen.netted_import_kwh,
            export_kwh=seen.netted_export_kwh,
            frequency_hz=seen.frequency_hz,
            telegram=seen.at.isoformat(),
            device_time=seen.at,
        )
