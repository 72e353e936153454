"""The cars at the chargers of a site: from an offered current to a drawn one, second by second."""

from __future__ import annotations

from math import inf

import numpy as np

from domain.units import S_PER_H, kw_per_a
from simulation.plant.car import Visit, drawn_pins
from simulation.plant.chargers import BoolArray, Chargers, FloatArray

_MEMORY_S = 64
"""How many seconds of offers are kept; no car reacts later."""
_EPS = 1e-9


class Cars:
    """One place per charger, with or without a car; arrays of shape (chargers,)."""

    def __init__(self, chargers: Chargers, voltage_v: float) -> None:
        count = len(chargers.specs)
        self._chargers = chargers
        self._voltage_v = voltage_v
        self.visits: list[Visit | None] = [None] * count
        self.connected: BoolArray = np.zeros(count, dtype=bool)
        self.draw_a: FloatArray = np.zeros(count)
        """Per phase in use [A]."""
        self.on_phase: FloatArray = np.zeros((count, 3))
        """1 where a car has a pin on a grid phase with power; shape (chargers, 3)."""
        self.kw_per_a: FloatArray = np.zeros(count)
        """AC power of one ampere per phase, with the phases in use [kW/A]."""
        self.soc: FloatArray = np.zeros(count)
        self.energy_kwh: FloatArray = np.zeros(count)
        """AC energy of the running visit [kWh]."""
        self.sulks: BoolArray = np.zeros(count, dtype=bool)
        """Wants to be unplugged, because it was switched too often."""
        self._min_a, self._max_a, self._end_a = np.zeros(count), np.zeros(count), np.zeros(count)
        self._slope_a: FloatArray = np.zeros(count)
        self._full_soc: FloatArray = np.ones(count)
        self._soc_per_a: FloatArray = np.zeros(count)
        self._up_a, self._down_a = np.zeros(count), np.zeros(count)
        self._reaction_s = np.zeros(count, dtype=np.int64)
        self._offers: FloatArray = np.zeros((_MEMORY_S, count))
        self._places = np.arange(count)
        self._ready_s: FloatArray = np.full(count, inf)
        self._quiet_since_s: FloatArray = np.zeros(count)
        self._overhears = np.zeros(count, dtype=np.int64)
        """How many risen offers a sleeping car still overhears."""
        self._switches_before = np.zeros(count, dtype=np.int64)
        self._last_offer_a: FloatArray = np.zeros(count)
        self._changed_s = -1.0

    def plug_in(self, index: int, visit: Visit, now_s: float) -> None:
        """A car arrives; it takes ``start_s`` before it listens."""
        car = visit.car
        if car.reaction_s >= _MEMORY_S:
            raise ValueError(f"car reacts after {car.reaction_s} s: less than {_MEMORY_S} s is modelled")
        self.visits[index] = visit
        self.connected[index] = True
        self.soc[index] = visit.soc
        self.energy_kwh[index] = 0.0
        self._min_a[index], self._max_a[index] = car.min_current_a, car.max_current_a
        self._end_a[index] = max(car.min_current_a, car.taper_end_share * car.max_current_a)
        falling = max(car.full_soc - car.taper_from_soc, 1e-6)
        self._slope_a[index] = (car.max_current_a - self._end_a[index]) / falling
        self._full_soc[index] = car.full_soc
        self._up_a[index], self._down_a[index] = car.up_a_per_s, car.down_a_per_s
        self._reaction_s[index] = car.reaction_s
        self._ready_s[index] = now_s + car.start_s
        self._quiet_since_s[index] = now_s
        self._overhears[index] = 0
        self._switches_before[index] = self._chargers.switches[index]
        self.sulks[index] = False
        self._last_offer_a[index] = self._chargers.offer_a[index]
        self.wire(index)

    def unplug(self, index: int) -> None:
        """The car leaves."""
        self.visits[index] = None
        self.connected[index] = False
        self.draw_a[index] = 0.0
        self._max_a[index] = 0.0
        self._ready_s[index] = inf
        self.on_phase[index] = 0.0
        self.kw_per_a[index] = self._soc_per_a[index] = 0.0

    def wire(self, index: int) -> None:
        """Find anew on which grid phases a car draws; nothing flows while the contactor opens."""
        visit, spec = self.visits[index], self._chargers.specs[index]
        self.on_phase[index] = 0.0
        self.draw_a[index] = 0.0
        self._offers[:, index] = 0.0
        if visit is None:
            return
        for phase in self._phases_of(index, visit):
            self.on_phase[index, phase] = 1.0
        phases = int(self.on_phase[index].sum())
        self.kw_per_a[index] = kw_per_a(self._voltage_v, phases) * spec.kw_factor
        per_h = spec.conversion * visit.car.efficiency / visit.car.battery_kwh
        self._soc_per_a[index] = self.kw_per_a[index] * per_h / S_PER_H
        switched = self._chargers.switches[index] - self._switches_before[index]
        self.sulks[index] = bool(switched > visit.car.bears_switches)

    def _phases_of(self, index: int, visit: Visit) -> list[int]:
        spec, terminals = self._chargers.specs[index], self._chargers.terminals[index]
        if spec.conversion < 1:
            return list(spec.wiring)
        if spec.reroutes == "any":
            lines = {place + 1: spec.wiring[terminal] for place, terminal in enumerate(terminals)}
        else:
            lines = {terminal + 1: spec.wiring[terminal] for terminal in terminals}
        return [lines[pin] for pin in drawn_pins(frozenset(lines), visit.car.pin_sets)]

    def hear(self, now_s: int, *, offers_changed: bool) -> None:
        """Keep the offers of ``now_s`` in mind: a car reacts to them later."""
        self._offers[now_s % _MEMORY_S] = self._chargers.offer_a
        if offers_changed:
            self._hear_change(self._chargers.offer_a, now_s)

    def wanted_a(self, now_s: int) -> FloatArray:
        """Current that each car wants to draw at ``now_s`` [A]; ``draw_a`` moves towards it by ``ramp``."""
        offer_a = self._chargers.offer_a
        if now_s - self._changed_s > _MEMORY_S:
            seen_a = offer_a
        else:
            seen_a = self._offers[(now_s - self._reaction_s) % _MEMORY_S, self._places]
        room = self._full_soc - self.soc
        most_a = np.minimum(self._end_a + room * self._slope_a, self._max_a)
        able_a = np.minimum(seen_a, most_a)
        willing = (able_a >= self._min_a - _EPS) & (room > 0) & (self._ready_s <= now_s)
        willing &= ~self.sulks
        if self._overhears.any():
            willing &= self._overhears == 0
        wanted_a: FloatArray = able_a * willing
        return wanted_a

    def ramp(self, wanted_a: FloatArray) -> None:
        """Move every current towards the wanted one for one second, and count what flows."""
        lowest_a, highest_a = self.draw_a - self._down_a, self.draw_a + self._up_a
        self.draw_a = np.minimum(np.maximum(wanted_a, lowest_a), highest_a)
        self.soc += self.draw_a * self._soc_per_a
        self.energy_kwh += self.draw_a * self.kw_per_a / S_PER_H

    def _hear_change(self, offer_a: FloatArray, now_s: int) -> None:
        """Notice risen and fallen offers: who sleeps, who is woken."""
        self._changed_s = now_s
        had, has = self._last_offer_a > 0, offer_a > 0
        for index in np.flatnonzero(had != has):
            visit = self.visits[index]
            if has[index] and visit is not None:
                quiet_s = now_s - self._quiet_since_s[index]
                if self._overhears[index] > 0:
                    self._overhears[index] -= 1
                elif quiet_s > visit.car.sleeps_after_s:
                    self._overhears[index] = 1
            elif had[index]:
                self._quiet_since_s[index] = now_s
        self._last_offer_a = offer_a.copy()
