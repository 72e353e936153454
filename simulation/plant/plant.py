"""A site in virtual time: one second after the other, told from outside what its chargers may draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from simulation.plant.car import Visit
from simulation.plant.cars import Cars
from simulation.plant.chargers import BoolArray, Chargers, ChargerSpec, FloatArray
from simulation.plant.comings import Comings, VisitEnd
from simulation.plant.curtailing import Curtailing
from simulation.plant.fault import FaultClock, FaultKind, PlantFault
from simulation.plant.flexible import Switch
from simulation.plant.home_battery import HomeBattery
from simulation.plant.house import BLOCK_S, HouseOnWires
from simulation.plant.meters import Meter, MeterKind, MeterReading
from simulation.plant.readings import ChargerHandle, ChargerReadings, ChargersRead
from simulation.plant.record import Record, Recorder
from simulation.plant.wires import Wires


@dataclass(frozen=True, slots=True)
class PlantParts:
    """Everything that a plant is put together from; ``simulation.plant.build`` makes it of a site."""

    wires: Wires
    chargers: Sequence[ChargerSpec]
    house: HouseOnWires
    start_utc_s: float
    visits: Sequence[Visit] = ()
    meters: Mapping[str, tuple[int, MeterKind]] = field(default_factory=dict)
    """Meter id to the place of its circuit, and its kind."""
    cabinets: FloatArray | None = None
    """1 where a charger belongs to a cabinet, over its limit in kW at the car; shape (cabinets, chargers)."""
    battery: tuple[HomeBattery, FloatArray] | None = None
    """The battery, and the currents that 1 kW of it makes."""
    switches: Sequence[tuple[Switch, FloatArray]] = ()
    export_limit_kw: float | None = None
    faults: Sequence[PlantFault] = ()


class Plant:
    """The site at second ``now_s``; ``step`` takes it further, writes and readings count from then on.

    What it knows of itself (``flow_a``, ``charging_a``, ``exchange_kw``) is the truth, for scoring only;
    a controller reads ``meter`` and the chargers.
    """

    def __init__(self, parts: PlantParts, *hearers: Callable[[Record], None]) -> None:
        self.parts, self.wires = parts, parts.wires
        self.faults = FaultClock(parts.faults)
        self.chargers = Chargers(parts.chargers)
        self.cars = Cars(self.chargers, parts.wires.voltage_v)
        self.comings = Comings(parts.visits, [spec.id for spec in parts.chargers])
        self._read = ChargersRead(self.chargers, self.cars, self.faults)
        self._handles = [
            ChargerHandle(index, self._read, lambda: float(self.now_s))
            for index in range(len(parts.chargers))
        ]
        self._meters = {
            name: (place, Meter(name, kind, parts.wires.voltage_v, self.faults))
            for name, (place, kind) in parts.meters.items()
        }
        self.switches = {switch.id: switch for switch, _ in parts.switches}
        self._cut = Curtailing(parts.export_limit_kw)
        self._hearers = hearers
        self._recorder = Recorder(len(parts.wires.circuit_ids), len(parts.chargers))
        self._heard = 0
        self.now_s = 0
        self._first_s = 0
        self._block = parts.house.block(0)
        self.exchange_kw = 0.0
        """Drawn from the street, negative when fed in [kW]."""
        self.phase_a: FloatArray = self.cars.on_phase * 0.0
        """What every charger draws from L1, L2, L3; shape (chargers, 3) [A]."""
        self.flow_a: FloatArray = np.zeros_like(parts.wires.limit_a)
        """Signed current of every circuit and phase; shape (circuits, 3) [A]."""
        self.charging_a: FloatArray = np.zeros_like(parts.wires.limit_a)
        self._second()

    @property
    def wall_utc_s(self) -> float:
        """What the wall clock of the controller shows, UTC seconds since 1970; faults step it."""
        step = self.faults.on(FaultKind.CLOCK_STEP)
        return self.parts.start_utc_s + self.now_s + (step.size if step else 0.0)

    @property
    def control_runs(self) -> bool:
        """Whether a controller would be called now; it is not while it hangs."""
        return self.faults.on(FaultKind.CONTROL_HUNG) is None

    @property
    def battery(self) -> HomeBattery | None:
        """The home battery, where there is one."""
        return None if self.parts.battery is None else self.parts.battery[0]

    @property
    def visit_ends(self) -> list[VisitEnd]:
        """What the cars took that have left, oldest first."""
        return self.comings.ended

    def step(self, seconds: int = 1) -> None:
        """Let so many seconds pass."""
        for _ in range(seconds):
            self.now_s += 1
            if self.now_s - self._first_s == BLOCK_S:
                self.flush()
                self._first_s, self._heard = self.now_s, 0
                self._block = self.parts.house.block(self.now_s)
            self._second()

    def flush(self) -> None:
        """Hand on what was recorded and not heard yet; at the end of a run, and every block by itself."""
        last = min(self.now_s - self._first_s + 1, BLOCK_S)
        if last > self._heard:
            record = self._recorder.between(self._heard, last, self._first_s + self._heard)
            self._heard = last
            for hear in self._hearers:
                hear(record)

    def meter(self, meter_id: str) -> MeterReading | None:
        """What a meter answers now; nothing where it is silent or has not measured yet."""
        return self._meters[meter_id][1].read(self.now_s)

    def charger(self, charger_id: str) -> ChargerHandle:
        """One charger as a device."""
        return self._handles[self.wires.charger_ids.index(charger_id)]

    def charger_at(self, index: int) -> ChargerHandle:
        """The charger at that place in the arrays, as a device."""
        return self._handles[index]

    def feed_watchdogs(self, which: BoolArray) -> None:
        """Keep the watchdogs of these chargers quiet, where they can be reached."""
        self.chargers.feed(which, float(self.now_s))

    def read_chargers(self, asked: BoolArray | None = None) -> ChargerReadings:
        """Answers of the chargers ``asked``, or of all; asking feeds a watchdog that any frame feeds."""
        return self._read.answers(float(self.now_s), asked)

    def _second(self) -> None:
        """Everything that happens in the second ``now_s``."""
        now_s, parts, cars = self.now_s, self.parts, self.cars
        self._events(now_s)
        cars.hear(now_s, offers_changed=self.chargers.advance(now_s))
        if self.comings.somebody or self.phase_a.any():
            wanted_a = cars.wanted_a(now_s)
            if parts.cabinets is not None:
                wanted_a = self._shared(wanted_a, parts.cabinets)
            cars.ramp(wanted_a)
            self.phase_a = cars.draw_a[:, np.newaxis] * cars.on_phase
            self.charging_a = self.wires.below @ self.phase_a
        self._flows(now_s - self._first_s)
        if self._meters:
            flows = self.flow_a.tolist()
            for place, meter in self._meters.values():
                meter.sample(now_s, flows[place], parts.start_utc_s + now_s)
        self._read.sample(now_s, self.phase_a)

    def _events(self, now_s: int) -> None:
        edges = self.faults.advance(now_s)
        if edges is not None:
            self._read.faults_changed(*edges, now_s)
        if now_s >= self.comings.next_s:
            self.comings.advance(now_s, self.cars)

    def _shared(self, wanted_a: FloatArray, cabinets: FloatArray) -> FloatArray:
        """The wanted currents, less where a cabinet cannot give all of them."""
        load = cabinets @ (wanted_a * self.cars.kw_per_a)
        if (load <= 1.0).all():
            return wanted_a
        scale = np.ones(len(wanted_a))
        for cabinet in np.flatnonzero(load > 1.0):
            scale[cabinets[cabinet] > 0] /= load[cabinet]
        return wanted_a * scale

    def _flows(self, second: int) -> None:
        """Currents of every circuit in this second, and their record."""
        parts, block, recorder = self.parts, self._block, self._recorder
        rest_a = block.load_a[second] - self._cut.left * block.solar_a[second]
        battery_kw = flexible_kw = 0.0
        if parts.battery is not None:
            battery, battery_a = parts.battery
            battery_kw = battery.step(self.exchange_kw)
            rest_a += battery_kw * battery_a
        for switch, switch_a in parts.switches:
            if switch.is_on:
                switch.on_s += 1
                flexible_kw += switch.power_kw
                rest_a += switch.power_kw * switch_a
        self.flow_a = rest_a + self.charging_a
        charger_kw = self.cars.draw_a * self.cars.kw_per_a
        rest_kw = sum(rest_a[0].tolist()) * self.wires.voltage_v / 1000.0
        self.exchange_kw = rest_kw + sum(charger_kw.tolist())
        solar_kw = float(block.solar_kw[second])
        recorder.flow_a[second] = self.flow_a
        recorder.charging_a[second] = self.charging_a
        recorder.charger_kw[second] = charger_kw
        recorder.sums[second] = (self.exchange_kw, solar_kw * self._cut.left, battery_kw, flexible_kw)
        self._cut.look(self.exchange_kw, solar_kw)
