"""What the chargers answer, one by one or all at once; their faults act here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import inf

import numpy as np

from simulation.plant.cars import Cars
from simulation.plant.chargers import BoolArray, Chargers, FloatArray
from simulation.plant.fault import FaultClock, FaultKind, PlantFault


class IecState(StrEnum):
    """State on the control pilot (IEC 61851-1 annex A)."""

    A = "A"
    """No car."""
    B = "B"
    """A car that does not draw."""
    C = "C"
    """A car that draws."""
    E = "E"
    """A fault: the car wants to be unplugged."""


@dataclass(frozen=True, slots=True)
class ChargerReadings:
    """Answers of all chargers, in arrays of shape (chargers,) or (chargers, 3); NaN is no answer."""

    answered: BoolArray
    told_a: FloatArray
    """The limit as it reads back [A]."""
    offer_a: FloatArray
    """The current on the pilot signal [A]."""
    energised: BoolArray
    """Grid phases in use as they read back, shape (chargers, 3)."""
    measured_a: FloatArray
    """Draw from L1, L2, L3 by the charger's own meter, shape (chargers, 3) [A]."""
    age_s: FloatArray
    """Age of the measurement [s]."""
    connected: BoolArray
    charging: BoolArray
    failed: BoolArray
    """The car wants to be unplugged (state E)."""
    session_kwh: FloatArray
    """Counted when the current was measured [kWh]."""

    def state(self, index: int) -> IecState | None:
        """IEC state of one charger; none where it did not answer."""
        if not self.answered[index]:
            return None
        if not self.connected[index]:
            return IecState.A
        if self.failed[index]:
            return IecState.E
        return IecState.C if self.charging[index] else IecState.B


class ChargersRead:
    """The chargers' own meters and their answers."""

    def __init__(self, chargers: Chargers, cars: Cars, faults: FaultClock) -> None:
        self.chargers = chargers
        self.cars = cars
        self._faults = faults
        self._ids = [spec.id for spec in chargers.specs]
        self._period_s = np.array([spec.device.reading_period_s for spec in chargers.specs])
        self._slow_s = np.zeros(len(self._ids), dtype=np.int64)
        self._by_frame: BoolArray = np.array(
            [spec.device.fed_by == "any_frame" for spec in chargers.specs], dtype=bool
        )
        self._lying: list[int] = []
        self._lags = bool((self._period_s > 1).any())
        self._phase_a: FloatArray = np.zeros((len(self._ids), 3))
        self._session_kwh: FloatArray = np.zeros(len(self._ids))
        self._sampled_s: FloatArray = np.zeros(len(self._ids))

    def sample(self, now_s: int, phase_a: FloatArray) -> None:
        """Let every charger's meter measure that is due."""
        if not self._lags:
            self._phase_a, self._session_kwh = phase_a, self.cars.energy_kwh
            return
        due = now_s % (self._period_s + self._slow_s) == 0
        self._phase_a = np.where(due[:, np.newaxis], phase_a, self._phase_a)
        self._session_kwh = np.where(due, self.cars.energy_kwh, self._session_kwh)
        self._sampled_s[due] = now_s

    def answers(self, now_s: float, asked: BoolArray | None) -> ChargerReadings:
        """What they answer; those not asked count as silent, and are not fed by it."""
        chargers, cars = self.chargers, self.cars
        answered = chargers.reachable(now_s)
        if asked is not None:
            answered &= asked
        if self._by_frame.any():
            chargers.feed(answered & self._by_frame, now_s)
        measured_a, offer_a = self._phase_a, chargers.offer_a
        if self._lying:
            measured_a, offer_a = measured_a.copy(), offer_a.copy()
            for index in self._lying:
                offer_a[index] = min(offer_a[index], chargers.told_a[index])
                measured_a[index] = np.minimum(measured_a[index], chargers.told_a[index])
        age_s = now_s - self._sampled_s if self._lags else np.zeros(len(answered))
        told_a, session_kwh = chargers.told_a, self._session_kwh
        if not answered.all():
            told_a, offer_a, session_kwh, age_s = (
                np.where(answered, values, np.nan) for values in (told_a, offer_a, session_kwh, age_s)
            )
            measured_a = np.where(answered[:, np.newaxis], measured_a, np.nan)
        return ChargerReadings(
            answered=answered,
            told_a=told_a.copy(),
            offer_a=offer_a.copy(),
            energised=chargers.energised.copy(),
            measured_a=measured_a.copy(),
            age_s=age_s,
            connected=cars.connected & answered,
            charging=(cars.draw_a > 0) & answered,
            failed=cars.sulks & answered,
            session_kwh=session_kwh.copy(),
        )

    def faults_changed(
        self, begun: tuple[PlantFault, ...], ended: tuple[PlantFault, ...], now_s: float
    ) -> None:
        """Let faults of chargers begin and end."""
        for fault in begun:
            if fault.kind is FaultKind.CHARGER_REBOOT:
                index = self._ids.index(fault.device)
                self.chargers.reboot(index, now_s)
                self.cars.wire(index)
        for fault in (*begun, *ended):
            if fault.device in self._ids:
                self._apply(self._ids.index(fault.device), fault.device)

    def _apply(self, index: int, device: str) -> None:
        """Bring one charger into the state that the faults on it make."""
        chargers, on = self.chargers, self._faults.on
        lying = on(FaultKind.CHARGER_LYING, device) is not None
        deaf = lying or on(FaultKind.CHARGER_DEAF, device) is not None
        chargers.link_up[index] = on(FaultKind.CHARGER_LOST, device) is None
        if chargers.deaf[index] and not deaf:
            chargers.limit_a[index] = chargers.told_a[index]
            chargers.look_again()
        chargers.deaf[index] = deaf
        self._lying = sorted({*self._lying, index} if lying else {*self._lying} - {index})
        slow = on(FaultKind.CHARGER_SLOW, device)
        chargers.extra_delay_s[index] = slow.size if slow else 0.0
        self._slow_s[index] = int(slow.size) if slow else 0
        self._lags = bool((self._period_s + self._slow_s > 1).any())


@dataclass(frozen=True, slots=True)
class ChargerHandle:
    """One charger as a device; what it is told counts from the plant's second on."""

    index: int
    _read: ChargersRead
    _now_s: Callable[[], float]

    def set_limit(self, current_a: float) -> bool:
        """Tell it its current [A]; below its least it pauses. False where it cannot be reached."""
        return self._read.chargers.set_limit(self.index, current_a, self._now_s())

    def set_phases(self, grid_phases: tuple[int, ...]) -> bool:
        """Tell it the grid phases to use (0: L1), by its wiring; ValueError where it cannot do that."""
        wiring = self._read.chargers.specs[self.index].wiring
        terminals = tuple(place for place, phase in enumerate(wiring) if phase in grid_phases)
        return self.set_terminals(terminals)

    def set_terminals(self, terminals: tuple[int, ...]) -> bool:
        """Tell it which of its terminals to use, by number from 0."""
        before = self._read.chargers.terminals[self.index]
        reached = self._read.chargers.set_terminals(self.index, terminals, self._now_s())
        if self._read.chargers.terminals[self.index] != before:
            self._read.cars.wire(self.index)
        return reached

    def set_failsafe(self, current_a: float, after_s: float) -> bool:
        """Tell it what to do in silence: this current [A] after so many seconds."""
        return self._read.chargers.set_failsafe(self.index, current_a, after_s, self._now_s())

    def feed_watchdog(self) -> bool:
        """Keep its watchdog quiet; False where it cannot be reached."""
        now_s = self._now_s()
        if not self._read.chargers.reachable(now_s)[self.index]:
            return False
        self._read.chargers.feed_one(self.index, now_s)
        return True

    def fall(self, current_a: float) -> None:
        """Offer at most this [A]: its watchdog, kept by somebody else, has run out."""
        self._read.chargers.fall(self.index, current_a)

    def rise_again(self) -> None:
        """That watchdog is fed again."""
        self._read.chargers.fall(self.index, inf)

    def state(self) -> IecState | None:
        """IEC state; none where it does not answer."""
        return self.read().state(self.index)

    def read(self) -> ChargerReadings:
        """Its answer, at its place in the arrays; nobody else is asked."""
        asked: BoolArray = np.zeros(len(self._read.chargers.specs), dtype=bool)
        asked[self.index] = True
        return self._read.answers(self._now_s(), asked)
