"""The closed loop: a plan, a control and a plant, second by second."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np

from domain.inputs import PlanInputs
from domain.plan import Plan
from domain.site import Site
from executors.control.seam import Readings, Setpoints, Wiring
from executors.tracking.cars import Beyond
from simulation.planned_battery import PlannedBattery
from simulation.plant.record import Record
from simulation.plant_link import PlantLink
from simulation.ran import Scene, counted, signal_times_s
from simulation.switching import PlannedSwitches

NOBODY_S = 60
"""Between two decisions while no car is there, where not every second is wanted [s]."""
MOVED_A = 0.2
"""A current that moved by less is no reason for a decision out of turn [A]."""


class Control(Protocol):
    """What decides once a second; it sees readings and two clocks, never the plant."""

    def decide(
        self, readings: Readings, *, wall_s: float, mono_s: float, beyond: Beyond | None = None
    ) -> Setpoints:
        """Setpoints of this second; ``wall_s`` counts from 1970 and may jump, ``mono_s`` may not."""
        ...


class ClosedLoop:
    """One run: the plant of a site, its control, and everything that is counted.

    The control decides in every second in which a reading has moved, else every ``idle_s`` seconds, and
    every ``NOBODY_S`` while no car is there; with ``idle_s`` 1 it decides in every second. Afterwards
    ``score``, ``trips`` and ``trace`` hold the sums; ``last`` the latest setpoints. ``plan`` is the first
    one, with which the day is compared; ``follow`` takes another one.
    """

    def __init__(
        self,
        site: Site,
        inputs: PlanInputs,
        plan: Plan,
        scene: Scene,
        wiring: Wiring,
        control: Control,
        *,
        idle_s: int = 1,
        hearers: Sequence[Callable[[Record], None]] = (),
    ) -> None:
        self.site, self.plan, self._control = site, plan, control
        sums = counted(site, inputs, scene, hearers)
        self.plant, self.score, self.trips, self.trace = sums.plant, sums.score, sums.trips, sums.trace
        self.link = PlantLink(self.plant, wiring, signal_times_s(inputs))
        self.last: Setpoints | None = None
        self.readings: Readings | None = None
        """What ``last`` was decided on."""
        self.events: list[tuple[int, str, str]] = []
        """Second, what, about which charger or circuit: told by the control."""
        self.switches = PlannedSwitches(plan, self.plant)
        self._battery = PlannedBattery(site, plan, self.plant, signal_times_s(inputs))
        self._idle_s = idle_s
        self.decided_s = -idle_s
        """When ``last`` was decided [s since the start]."""
        self._flow_a = self.plant.flow_a
        self._changes = -1
        self._fed = np.zeros(wiring.chargers, dtype=bool)
        """Whose watchdogs are fed between two decisions, as a tick of a second would."""

    @property
    def refused_writes(self) -> int:
        """Writes that did not arrive."""
        return self.link.refused

    def run(self, seconds: int, every_s: int = 60) -> Iterator[int]:
        """Let ``seconds`` pass; gives the second every ``every_s`` and at the end."""
        plant = self.plant
        last_s = plant.now_s + seconds
        while plant.now_s < last_s:
            self._tick()
            if plant.now_s % every_s == 0:
                yield plant.now_s
        plant.flush()
        yield plant.now_s

    def follow(self, plan: Plan) -> None:
        """Flexible loads and battery go by another plan from now on; the control has orders of its own."""
        self.switches.follow(plan)
        self._battery.follow(plan)

    def _tick(self) -> None:
        plant = self.plant
        self.switches.turn(plant.now_s)
        self._battery.tell(plant.now_s)
        if plant.control_runs and not self._decides() and plant.now_s % self._idle_s == 0:
            plant.feed_watchdogs(self._fed)
        plant.step()

    def _decides(self) -> bool:
        """Decide if it is time or if a reading has moved; whether that was so."""
        plant = self.plant
        due = plant.now_s - self.decided_s >= self._longest_s()
        if not (due or plant.faults.active or self._stirs()):
            return False
        readings = self.link.readings()
        if not (due or has_moved(self.readings, readings)):
            self._changes = plant.chargers.changes + plant.comings.changes
            return False
        self._decide(readings)
        return True

    def _stirs(self) -> bool:
        """Whether a current moved while a car is there, or anything at a charger changed."""
        plant = self.plant
        if plant.chargers.changes + plant.comings.changes != self._changes:
            return True
        somebody = plant.comings.somebody
        return bool(somebody and (np.abs(plant.flow_a - self._flow_a) > MOVED_A).any())

    def _longest_s(self) -> int:
        """How long the control may go without deciding; longer where it may idle and no car is there [s]."""
        return self._idle_s if self._idle_s == 1 or self.plant.comings.somebody else NOBODY_S

    def _decide(self, readings: Readings) -> None:
        plant = self.plant
        in_time = plant.now_s - self.decided_s <= self._idle_s
        beyond = Beyond(counter_kwh=self.link.counter_kwh)
        decided = self._control.decide(
            readings, wall_s=plant.wall_utc_s, mono_s=float(plant.now_s), beyond=beyond
        )
        self.link.carry_out(decided)
        self.events += [(plant.now_s, event.what.name, event.subject) for event in decided.events]
        self.last, self.readings, self.decided_s = decided, readings, plant.now_s
        self._fed = decided.feed_watchdog if in_time else self._fed
        self._flow_a = plant.flow_a
        self._changes = plant.chargers.changes + plant.comings.changes


def has_moved(before: Readings | None, now: Readings) -> bool:
    """Whether a reading differs from the one last decided on by more than ``MOVED_A``, or in kind."""
    if before is None:
        return True
    for old, new in ((before.meter_a, now.meter_a), (before.measured_a, now.measured_a)):
        differs = np.abs(new - old) > MOVED_A
        if differs.any() or not np.array_equal(np.isnan(old), np.isnan(new)):
            return True
    same = (
        np.array_equal(before.offered_a, now.offered_a, equal_nan=True)
        and np.array_equal(before.car, now.car)
        and np.array_equal(before.phases, now.phases)
    )
    return not same


def run_whole(loop: ClosedLoop, seconds: int, heard: Callable[[int], None] | None = None) -> ClosedLoop:
    """Run to the end, telling ``heard`` every minute where the run is."""
    for second in loop.run(seconds):
        if heard is not None:
            heard(second)
    return loop


def seconds_of(plan: Plan) -> int:
    """Length of a plan's horizon [s]."""
    return int((plan.grid.end - plan.grid.start).total_seconds())
