"""The virtual plant behind the twins of a site: kept at the second of a clock, which may be a fast one."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from simulation.plant.chargers import FloatArray
from simulation.plant.meters import ThreePhases
from simulation.plant.plant import Plant
from simulation.twins.physics import (
    NONE,
    CarState,
    Clock,
    MeterPhysics,
    MeterReading,
    PointReading,
    Three,
)

NAN3: Three = (math.nan, math.nan, math.nan)


class PlantWorld:
    """A plant that is kept at the clock's second, up to ``last_s``; one that is held waits for ``begin``."""

    def __init__(self, plant: Plant, clock: Clock, last_s: float = math.inf, *, held: bool = False) -> None:
        self.plant = plant
        self._clock = clock
        self._last_s = last_s
        self.stepped: Callable[[], None] = lambda: None
        """Called after every second of the plant."""
        self._began_s = math.inf if held else clock() - plant.now_s
        self._meters: dict[str, PlantMeter] = {}
        self._points = {
            charger_id: PlantPoint(self, index) for index, charger_id in enumerate(plant.wires.charger_ids)
        }

    def point(self, charger_id: str) -> PlantPoint:
        """The plug of a charger."""
        return self._points[charger_id]

    def meter(self, meter_id: str) -> MeterPhysics:
        """The connection that a meter measures."""
        if meter_id not in self._meters:
            self.plant.meter(meter_id)
            self._meters[meter_id] = PlantMeter(self.plant, meter_id)
        return self._meters[meter_id]

    def begin(self) -> None:
        """Let the plant's time run from now on."""
        self._began_s = self._clock() - self.plant.now_s

    def tick(self) -> None:
        """Step the plant to the clock's second; its own watchdogs are kept quiet, the twins' count."""
        until_s = min(self._clock() - self._began_s, self._last_s)
        while self.plant.now_s + 1 <= until_s:
            for point in self._points.values():
                point.keep_awake()
            self.plant.step()
            self.stepped()
            for meter in self._meters.values():
                meter.count()
            for point in self._points.values():
                point.count()


class PlantPoint:
    """A plug of the plant."""

    def __init__(self, world: PlantWorld, index: int) -> None:
        self._world = world
        self._index = index
        self._wiring = world.plant.parts.chargers[index].wiring
        self._told: tuple[float, tuple[int, ...]] | None = None
        self._charging_s = 0.0

    def offer(self, current_a: float, terminals: tuple[int, ...]) -> None:
        """Signal a current per phase [A] on these terminals."""
        self._world.plant.charger_at(self._index).rise_again()
        self._signal(current_a, terminals)

    def fall(self, current_a: float, terminals: tuple[int, ...]) -> None:
        """The same by its own watchdog, which works where commands do nothing."""
        self._world.plant.charger_at(self._index).fall(current_a if terminals else 0.0)
        self._signal(current_a, terminals)

    def _signal(self, current_a: float, terminals: tuple[int, ...]) -> None:
        wired = tuple(terminal for terminal in terminals if terminal < len(self._wiring))
        if (current_a, wired) == self._told:
            return
        handle = self._world.plant.charger_at(self._index)
        reached = handle.set_terminals(wired) if wired else True
        if handle.set_limit(current_a if wired else 0.0) and reached:
            self._told = (current_a, wired)

    @property
    def answers(self) -> bool:
        """Whether there is a link to it."""
        return bool(self._world.plant.charger_at(self._index).read().answered[self._index])

    def keep_awake(self) -> None:
        """Feed the plant's own watchdog: the twin has one. Who cannot be reached is told anew afterwards."""
        if not self._world.plant.charger_at(self._index).feed_watchdog():
            self._told = None

    def count(self) -> None:
        """Count a second in which current flowed."""
        cars = self._world.plant.cars
        if not cars.connected[self._index]:
            self._charging_s = 0.0
        elif cars.draw_a[self._index] > 0:
            self._charging_s += 1.0

    def read(self) -> PointReading:
        """What is measured in the plant's second."""
        plant, index = self._world.plant, self._index
        drawn = self._drawn_a()
        amps = [float(drawn[phase]) for phase in self._wiring]
        volts = [plant.wires.voltage_v] * len(self._wiring)
        visit = plant.cars.visits[index]
        return PointReading(
            car=self._car(),
            voltage_v=_padded(volts, math.nan),
            current_a=_padded(amps, 0.0),
            power_w=_padded([a * v for a, v in zip(amps, volts, strict=True)], 0.0),
            total_kwh=self._ended_kwh() + float(plant.cars.energy_kwh[index]) * (visit is not None),
            session_kwh=float(plant.cars.energy_kwh[index]),
            connected_s=0.0 if visit is None else float(plant.now_s - visit.arrive_s),
            charging_s=self._charging_s,
        )

    def _drawn_a(self) -> FloatArray:
        """By grid phase, as the charger's own meter has it: it may lie, or be slow [A]."""
        plant, index = self._world.plant, self._index
        drawn_a: FloatArray = plant.phase_a[index]
        if not plant.faults.active:
            return drawn_a
        said_a = plant.charger_at(index).read().measured_a[index]
        return np.where(np.isnan(said_a), drawn_a, said_a)

    def _car(self) -> CarState:
        cars = self._world.plant.cars
        if not cars.connected[self._index]:
            return CarState.AWAY
        if cars.sulks[self._index]:
            return CarState.FAULT
        return CarState.ASKS if cars.draw_a[self._index] > 0 else CarState.WAITS

    def _ended_kwh(self) -> float:
        charger_id = self._world.plant.wires.charger_ids[self._index]
        return sum(end.energy_kwh for end in self._world.plant.visit_ends if end.visit.charger == charger_id)


class PlantMeter:
    """A meter of the plant, with its resolution, its delay and its faults; its energies are the plant's."""

    def __init__(self, plant: Plant, meter_id: str) -> None:
        self._plant = plant
        self._id = meter_id
        self._import_kwh: Three = NONE
        self._export_kwh: Three = NONE
        self._netted_kwh = (0.0, 0.0)

    def count(self) -> None:
        """Count what flowed in this second: the counters know nothing of the faults of the display."""
        place, _ = self._plant.parts.meters[self._id]
        volts = self._plant.wires.voltage_v
        kwh = [float(amps) * volts / 1000 / 3600 for amps in self._plant.flow_a[place]]
        self._import_kwh = _added(self._import_kwh, [max(0.0, each) for each in kwh])
        self._export_kwh = _added(self._export_kwh, [max(0.0, -each) for each in kwh])
        bought, sold = self._netted_kwh
        self._netted_kwh = (bought + max(0.0, sum(kwh)), sold + max(0.0, -sum(kwh)))

    def read(self) -> MeterReading:
        """What it says; every value missing where it is silent."""
        reading = self._plant.meter(self._id)
        began = datetime.fromtimestamp(self._plant.parts.start_utc_s, UTC)
        sampled_s = self._plant.now_s if reading is None else reading.sampled_s
        amps = NAN3 if reading is None else reading.current_a
        return MeterReading(
            at=began + timedelta(seconds=sampled_s),
            voltage_v=(self._plant.wires.voltage_v,) * 3,
            current_a=amps,
            power_w=NAN3 if reading is None else _thousand(reading.power_kw),
            import_kwh=self._import_kwh,
            export_kwh=self._export_kwh,
            netted_import_kwh=self._netted_kwh[0],
            netted_export_kwh=self._netted_kwh[1],
        )


def _padded(values: list[float], rest: float) -> Three:
    first, second, third = (*values, rest, rest)[:3]
    return (first, second, third)


def _added(total: Three, more: list[float]) -> Three:
    return (total[0] + more[0], total[1] + more[1], total[2] + more[2])


def _thousand(values: ThreePhases) -> Three:
    return (1000 * values[0], 1000 * values[1], 1000 * values[2])
