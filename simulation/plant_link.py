"""Between plant and executor: readings as drivers would give them, setpoints as they would write."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from executors.control.seam import CarState, Floats, Ints, Readings, Setpoints, Wiring
from simulation.plant.chargers import BoolArray
from simulation.plant.plant import Plant
from simulation.plant.readings import ChargerReadings
from simulation.ran import signal_is_on

_UNKNOWN, _NONE, _WAITING, _CHARGING, _FAULT = (
    np.int64(state)
    for state in (CarState.UNKNOWN, CarState.NONE, CarState.WAITING, CarState.CHARGING, CarState.FAULT)
)


class PlantLink:
    """Reads a plant once a tick and carries out what was decided.

    It knows what drivers know: a meter's sample is as old as the first answer that brought it, by its
    time stamp where it has one; what a charger did not answer keeps its age running.
    """

    def __init__(self, plant: Plant, wiring: Wiring, ceiling_s: Sequence[tuple[float, float]] = ()) -> None:
        """Take the times in which the grid operator's signal is on, in seconds since the start."""
        if plant.wires.charger_ids != wiring.charger_ids:
            raise ValueError("plant and wiring are of different sites")
        self.plant = plant
        self._ceiling_s = tuple(ceiling_s)
        rows, chargers = wiring.circuits, wiring.chargers
        self._meters = [(row, meter) for row, meter in enumerate(wiring.meter_ids) if meter is not None]
        self._meter_a: Floats = np.full((rows, 3), np.nan)
        self._meter_kw: Floats = np.full(rows, np.nan)
        self._mark: Floats = np.full(rows, np.nan)
        self._seen_s: Floats = np.full(rows, -np.inf)
        self._answered_s: Floats = np.full(chargers, -np.inf)
        self._may_read: BoolArray = np.ones(chargers, dtype=bool)
        self._told_phases: BoolArray = wiring.wired.copy()
        self.counter_kwh: Floats = np.full(chargers, np.nan)
        """What the chargers had counted in their sessions at the last reading (C,)."""
        self.refused = 0
        """Writes that did not arrive."""

    def readings(self) -> Readings:
        """What the wires say at this second."""
        now_s = float(self.plant.now_s)
        for row, meter in self._meters:
            self._read_meter(row, meter, now_s)
        chargers = self.plant.read_chargers(self._may_read)
        self._answered_s[chargers.answered] = now_s
        self._told_phases[chargers.answered] = chargers.energised[chargers.answered]
        self.counter_kwh = chargers.session_kwh
        age_s = np.where(chargers.answered, chargers.age_s, now_s - self._answered_s)
        return Readings(
            meter_a=self._meter_a.copy(),
            meter_kw=self._meter_kw.copy(),
            meter_age_s=now_s - self._seen_s,
            meter_mark=self._mark.copy(),
            measured_a=chargers.measured_a,
            offered_a=np.fmax(chargers.told_a, chargers.offer_a),
            phases=chargers.energised,
            car=_car_states(chargers),
            charger_age_s=age_s,
            link=chargers.answered,
            ceiling_on=signal_is_on(self._ceiling_s, now_s),
            ceiling_age_s=0.0,
        )

    def _read_meter(self, row: int, meter: str, now_s: float) -> None:
        reading = self.plant.meter(meter)
        if reading is None:
            return
        if reading.stamp_s is not None:
            if reading.stamp_s == self._mark[row]:
                return
            self._mark[row] = reading.stamp_s
        self._meter_a[row] = reading.current_a
        self._meter_kw[row] = sum(reading.power_kw)
        self._seen_s[row] = now_s

    def carry_out(self, setpoints: Setpoints) -> None:
        """Write what was decided, in its order, then feed the watchdogs that may be fed."""
        for index in setpoints.order.tolist():
            handle = self.plant.charger_at(index)
            wanted = setpoints.phases[index]
            if not np.array_equal(wanted, self._told_phases[index]) and wanted.any():
                arrived = handle.set_phases(tuple(np.flatnonzero(wanted).tolist()))
                if arrived:
                    self._told_phases[index] = wanted
            self.refused += not handle.set_limit(float(setpoints.limit_a[index]))
        self.plant.feed_watchdogs(setpoints.feed_watchdog)
        self._may_read = setpoints.may_read


def _car_states(chargers: ChargerReadings) -> Ints:
    """``CarState`` of every charger; unknown where it did not answer."""
    known = np.where(chargers.charging, _CHARGING, _WAITING)
    known = np.where(chargers.failed, _FAULT, known)
    known = np.where(chargers.connected, known, _NONE)
    return np.where(chargers.answered, known, _UNKNOWN)
