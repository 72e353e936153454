"""A planned day against wired twins: real protocols on loopback, the plant behind them, a fast clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from domain.site import Site
from executors.control.seam import Setpoints
from executors.control.wiring import wiring_of
from executors.deciding import deciding_of
from executors.tick import Ticking
from executors.tick_readings import Signal
from service.planning import Planned
from service.run.clocks import Clocks
from service.run.simulated import on_wires
from service.simulate_options import Wanted
from service.simulating import scene_of, seconds_of_run, with_devices
from simulation.planned_battery import PlannedBattery
from simulation.plant.plant import Plant
from simulation.ran import counted, signal_is_on, signal_times_s
from simulation.switching import PlannedSwitches
from simulation.twins.plant_world import PlantWorld

TOO_LATE: Final = 5
"""So many answers that came too late on a fast clock, without any fault, end the day."""
_LOST: Final = frozenset({"LINK_LOST", "METER_LOST"})
HUNG_S = 0.2
"""How often a control that hangs by command looks whether it is over [s]."""


class WiredDay:
    """The day, its ticks and its sums; a ``simulation.ran.Ran``."""

    def __init__(self, planned: Planned, wanted: Wanted) -> None:
        self.planned, self.plan, self.speed = planned, planned.plan, wanted.speed
        self.site: Site = with_devices(planned.site)
        self.seconds = seconds_of_run(planned, wanted)
        sums = counted(self.site, planned.inputs, scene_of(planned, wanted))
        self.plant: Plant = sums.plant
        self.score, self.trips, self.trace = sums.score, sums.trips, sums.trace
        self.last: Setpoints | None = None
        self.events: list[tuple[int, str, str]] = []
        self.refused_writes = 0
        """Answers of chargers that did not come."""
        self.ticks = self.skipped = self.failed = 0
        self._missed: dict[str, int] = {}
        self._hurried = wanted.speed > 1 and not wanted.faults
        self._signal_s = signal_times_s(planned.inputs)
        self._switches = PlannedSwitches(self.plan, self.plant)
        self._battery = PlannedBattery(self.site, self.plan, self.plant, self._signal_s)

    @property
    def late(self) -> int:
        """How many devices were lost though none has failed: this computer was too slow for the clock."""
        return sum(what in _LOST for _, what, _ in self.events) if self._hurried else 0

    async def run(self, stop: asyncio.Event, heard: Callable[[int], None]) -> None:
        """Run to the end, or until ``stop`` is set; ``heard`` gets the second after every tick."""
        clocks = Clocks(self.speed, (time.monotonic(), self.plan.grid.start.timestamp()))
        world = PlantWorld(self.plant, clocks.mono_s, self.seconds, held=True)
        async with on_wires(self.site, world, clocks) as wired:
            wiring, inputs = wiring_of(wired.site), self.planned.inputs
            deciding = deciding_of(wired.site, wiring, self.plan, inputs.requests, now=self.plan.grid.start)
            ticking = Ticking(
                wired.site, deciding, wired.meters, wired.chargers, clock=clocks.mono_s,
                wall=lambda: self.plant.wall_utc_s, sleep=lambda seconds: self._sleep(clocks, seconds),
            )  # fmt: skip
            ticking.signal = self._signal
            await ticking.first_look()
            world.begin()
            ends = asyncio.Event()
            loop = asyncio.ensure_future(ticking.run(lambda: self._heard(ticking, heard, ends)))
            await _first_of(loop, ends, stop)
            self.plant.flush()
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)

    async def _sleep(self, clocks: Clocks, seconds: float) -> None:
        """Until the next tick; longer while the control hangs by command."""
        await clocks.sleep(seconds)
        while not self.plant.control_runs:
            await clocks.sleep(HUNG_S)

    def _signal(self) -> Signal:
        return Signal(on=signal_is_on(self._signal_s, self.plant.now_s), age_s=0.0)

    def _heard(self, ticking: Ticking, heard: Callable[[int], None], ends: asyncio.Event) -> None:
        """After a tick."""
        now_s, ring = self.plant.now_s, ticking.ring
        self._switches.turn(now_s)
        self._battery.tell(now_s)
        if ring.count > self.ticks and ticking.last is not None:
            self.last = ticking.last[1]
            self.events += [(now_s, event.what.name, event.subject) for event in self.last.events]
        self.ticks, self.skipped, self.failed = ring.count, ring.skipped, ring.failures
        missed = {name: hand.missed for name, hand in ticking.chargers.items()}
        self.refused_writes += sum(max(0, now - self._missed.get(name, 0)) for name, now in missed.items())
        self._missed = missed
        heard(now_s)
        if now_s >= self.seconds or self.late >= TOO_LATE:
            ends.set()


async def _first_of(loop: asyncio.Future[None], *events: asyncio.Event) -> None:
    """Wait for an event; the loop's own end is an error of it."""
    waiting = [asyncio.ensure_future(_seen(event)) for event in events]
    try:
        await asyncio.wait([loop, *waiting], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    if loop.done():
        loop.result()


async def _seen(event: asyncio.Event) -> None:
    await event.wait()
