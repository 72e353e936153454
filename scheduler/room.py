"""What the limits still allow while a plan made by rule fills up."""

from __future__ import annotations

from functools import cache
from math import floor
from typing import Final

import numpy as np

from scheduler.decision import usual_running
from scheduler.devices import Feed
from scheduler.problem import FloatArray, Option, Problem, Session

EPS: Final = 1e-9
_ONE_PHASE: Final = np.eye(3)


def energy_per_a(problem: Problem, session: Session, i: int, option: Option) -> float:
    """Energy of one ampere in the session's ``i``-th slot [kWh/A]."""
    hours = problem.hours[session.slots[i]] * session.share[i]
    return float(option.kw_per_a(problem.voltage_v) * hours)


def on_grid_a(current_a: float, option: Option, session: Session) -> float:
    """The largest current of the option's grid that is at most ``current_a``; 0 below its minimum."""
    if current_a < option.min_a - EPS:
        return 0.0
    steps = floor((min(current_a, option.max_a) - option.min_a) / session.step_a + EPS)
    return float(option.min_a + steps * session.step_a)


@cache
def _wires(phases: tuple[int, ...]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """For each ampere on ``phases``: what flows on each, how much more on one than on another, and that where
    the current may also be 0 for a part of the slot.
    """
    used: FloatArray = _ONE_PHASE[list(phases)].sum(axis=0)
    apart: FloatArray = used[:, np.newaxis] - used
    return used, apart, np.maximum(apart, 0.0)


class Room:
    """The currents booked so far, and what may still be booked beside them."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._first = np.cumsum([0, *(len(x.slots) * len(x.options) for x in problem.sessions)])
        self.current_a = np.zeros(len(problem.draw_table.slot))
        self._taken: set[tuple[int, int]] = set()
        shape = (len(problem.circuits), 3, problem.slots)
        self._cars_a, self._staying_a = np.zeros(shape), np.zeros(shape)
        self._cars_kw = np.zeros((len(problem.circuits), problem.slots))
        self._apart_a = np.zeros((3, 3, problem.slots))
        self._charging_kw = np.zeros(problem.slots)
        self._kw_per_a = [[x.kw_per_a(problem.voltage_v) for x in one.options] for one in problem.sessions]
        self._energy_kwh = [np.zeros(problem.slots) for _ in problem.sessions]
        for run, running in zip(problem.runs, usual_running(problem), strict=True):
            for t in np.flatnonzero(running):
                self.take_power(run.feed, int(t), run.power_kw)
        if problem.battery is not None and not problem.battery.commanded:
            filling_kw = np.clip(problem.surplus_kw, 0.0, problem.battery.charge_kw)
            for t in np.flatnonzero(filling_kw):
                self._add_power(problem.battery.feed, int(t), float(filling_kw[t]), consumes=False)

    def takes_power(self, feed: Feed, t: int, power_kw: float) -> bool:
        """Whether a device may draw ``power_kw`` in slot ``t`` beside everything booked."""
        self._add_power(feed, t, power_kw)
        fits = self._holds(t)
        self._add_power(feed, t, -power_kw)
        return fits

    def take_power(self, feed: Feed, t: int, power_kw: float) -> None:
        """Book the power of a device in slot ``t``."""
        self._add_power(feed, t, power_kw)

    def _add_power(self, feed: Feed, t: int, power_kw: float, *, consumes: bool = True) -> None:
        """Let a device's power flow; what a battery may take by itself consumes nothing for sure."""
        current_a = np.array(feed.a_per_kw) * power_kw
        for c in feed.circuits:
            self._cars_a[c][:, t] += current_a
            self._cars_kw[c, t] += power_kw
            if consumes:
                self._staying_a[c][:, t] += current_a
        if consumes:
            self._apart_a[:, :, t] += current_a[:, np.newaxis] - current_a
            self._charging_kw[t] += power_kw

    def delivered_kwh(self, s: int, slots: int) -> float:
        """Energy of session ``s`` in the first ``slots`` slots [kWh]."""
        return float(self._energy_kwh[s][:slots].sum())

    def most_a(self, s: int, i: int, k: int, current_a: float) -> float:
        """The largest current of its grid up to ``current_a`` that breaks nothing; 0 where none is possible.

        The currents that a slot allows are an interval from 0 up, so that it can be halved.
        """
        session = self._problem.sessions[s]
        option, t = session.options[k], int(session.slots[i])
        high = on_grid_a(current_a, option, session)
        if high <= 0 or (session.charger, t) in self._taken:
            return 0.0
        if self._fits(s, i, k, high):
            return high
        if not self._fits(s, i, k, option.min_a):
            return 0.0
        high = on_grid_a(high - session.step_a / 2, option, session)
        low = option.min_a
        while high - low > session.step_a / 2:
            middle = on_grid_a((low + high + session.step_a) / 2, option, session)
            if self._fits(s, i, k, middle):
                low = middle
            else:
                high = middle - session.step_a
        return low

    def take(self, s: int, i: int, k: int, current_a: float) -> None:
        """Book a current."""
        session = self._problem.sessions[s]
        t = int(session.slots[i])
        self.current_a[self._first[s] + i * len(session.options) + k] = current_a
        self._taken.add((session.charger, t))
        self._energy_kwh[s][t] += current_a * energy_per_a(self._problem, session, i, session.options[k])
        self._add(s, i, k, current_a)

    def release(self, s: int, i: int, k: int) -> None:
        """Take back a current that was booked."""
        session = self._problem.sessions[s]
        t, at = int(session.slots[i]), self._first[s] + i * len(session.options) + k
        current_a = float(self.current_a[at])
        self.current_a[at] = 0.0
        self._taken.discard((session.charger, t))
        self._energy_kwh[s][t] -= current_a * energy_per_a(self._problem, session, i, session.options[k])
        self._add(s, i, k, -current_a)

    def _add(self, s: int, i: int, k: int, current_a: float) -> None:
        """Let a current flow; a negative one takes it back."""
        session = self._problem.sessions[s]
        t = int(session.slots[i])
        used, apart, apart_or_off = _wires(session.options[k].phases)
        stays, flowing_a = session.share[i] >= 1, used * current_a
        power_kw = current_a * self._kw_per_a[s][k]
        for c in session.circuits:
            at_car = session.at_car if self._problem.circuits[c].counts_at_car else 1.0
            self._cars_kw[c, t] += power_kw * at_car
            self._cars_a[c, :, t] += flowing_a
            if stays:
                self._staying_a[c, :, t] += flowing_a
        self._apart_a[:, :, t] += current_a * (apart if stays else apart_or_off)
        self._charging_kw[t] += power_kw * float(session.share[i])

    def _fits(self, s: int, i: int, k: int, current_a: float) -> bool:
        """Whether every limit of the slot holds with this current on top."""
        self._add(s, i, k, current_a)
        fits = self._holds(int(self._problem.sessions[s].slots[i]))
        self._add(s, i, k, -current_a)
        return fits and self._tapers(s, i, k, current_a)

    def _tapers(self, s: int, i: int, k: int, current_a: float) -> bool:
        """Whether the session's car takes this current too, and still all that is booked later."""
        session = self._problem.sessions[s]
        if session.taper is None:
            return True
        energy_kwh = self._energy_kwh[s][session.slots] * session.at_car
        energy_kwh[i] += (
            current_a * energy_per_a(self._problem, session, i, session.options[k]) * session.at_car
        )
        return session.taper.holds(
            energy_kwh / (self._problem.hours[session.slots] * session.share), energy_kwh
        )

    def _holds(self, t: int) -> bool:
        """Whether every limit of slot ``t`` holds."""
        problem = self._problem
        cut_kw = self._cut_kw(t)
        for c, circuit in enumerate(problem.circuits):
            base: FloatArray = circuit.base_a[:, t]
            if cut_kw:
                base = base + circuit.relief_a_per_kw[:, t] * cut_kw
            if (base + self._cars_a[c][:, t] > circuit.limit_a[:, t] + EPS).any():
                return False
            if not self._feeds(c, t, base, cut_kw):
                return False
            if circuit.limit_kw is not None and self._power_kw(c, t, cut_kw) > circuit.limit_kw[t] + EPS:
                return False
        return self._balanced(t, cut_kw)

    def _feeds(self, c: int, t: int, base_a: FloatArray, cut_kw: float) -> bool:
        """Whether circuit ``c`` may feed in what it does, whatever a battery does by itself."""
        circuit = self._problem.circuits[c]
        staying_a = base_a + self._staying_a[c][:, t]
        if self._problem.battery is None:
            return not (-staying_a > circuit.feed_limit_a[:, t] + EPS).any()
        for power_kw, freed_kw in self._battery_kw(t, cut_kw):
            battery_a = self._battery_a(power_kw) if self._has_battery(c) else 0.0
            flowing_a = staying_a - circuit.relief_a_per_kw[:, t] * freed_kw + battery_a
            if power_kw >= 0 and (-flowing_a > circuit.feed_limit_a[:, t] + EPS).any():
                return False
        return True

    def _cut_kw(self, t: int) -> float:
        """Solar that the export limit cuts off in slot ``t`` [kW]."""
        limit = self._problem.export_limit_kw
        if limit is None:
            return 0.0
        left = float(self._problem.surplus_kw[t]) - float(self._charging_kw[t]) - limit
        return min(max(left, 0.0), float(self._problem.solar_kw[t]))

    def _power_kw(self, c: int, t: int, cut_kw: float) -> float:
        """Power in circuit ``c``, with every car at its full power [kW]."""
        circuit = self._problem.circuits[c]
        alone = float(circuit.base_kw[t] + circuit.relief_kw_per_kw[t] * cut_kw)
        return alone + float(self._cars_kw[c, t])

    def _balanced(self, t: int, cut_kw: float) -> bool:
        """Whether the grid stays within its imbalance limit."""
        if self._problem.imbalance_limit_a is None:
            return True
        grid = self._problem.circuits[0]
        base: FloatArray = grid.base_a[:, t] + grid.relief_a_per_kw[:, t] * cut_kw
        for power_kw, freed_kw in self._battery_kw(t, cut_kw):
            flowing: FloatArray = base - grid.relief_a_per_kw[:, t] * freed_kw + self._battery_a(power_kw)
            apart = flowing[:, np.newaxis] - flowing + self._apart_a[:, :, t]
            if apart.max() > self._problem.imbalance_limit_a[t] + EPS:
                return False
        return True

    def _has_battery(self, c: int) -> bool:
        """Whether the battery hangs below circuit ``c``."""
        battery = self._problem.battery
        return battery is not None and c in battery.feed.circuits

    def _battery_a(self, power_kw: float) -> FloatArray:
        """Currents of the battery at a power [A]; none where there is no battery."""
        battery = self._problem.battery
        return np.zeros(3) if battery is None else np.array(battery.feed.a_per_kw) * power_kw

    def _battery_kw(self, t: int, cut_kw: float) -> list[tuple[float, float]]:
        """Powers that a battery may have by itself in slot ``t``, and solar that each sets free [kW].

        None, as much as is cut off, and its most, or what it drains: between them all is linear.
        """
        battery, left_kw = self._problem.battery, float(self._problem.surplus_kw[t] - self._charging_kw[t])
        if battery is None or battery.commanded:
            return [(0.0, 0.0)]
        if left_kw <= 0:
            return [(0.0, 0.0), (-min(-left_kw, battery.discharge_kw), 0.0)]
        fill_kw = min(left_kw, battery.charge_kw)
        freed_kw = min(fill_kw, cut_kw)
        return [(0.0, 0.0), (freed_kw, freed_kw), (fill_kw, freed_kw)]
