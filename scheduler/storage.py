"""What a home battery does and holds, slot by slot: by itself, or as it is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.decision import Decision
from scheduler.devices import Battery
from scheduler.problem import FloatArray, Problem


def battery_power_kw(problem: Problem, decision: Decision, surplus_kw: FloatArray) -> FloatArray:
    """Power of the battery, + when charging, shape (slots,) [kW].

    ``surplus_kw`` is solar less everything that consumes. By itself a battery takes what is left over, and
    gives what is missing, as far as its power and its content allow.
    """
    battery = problem.battery
    if battery is None:
        return np.zeros(problem.slots)
    if battery.commanded:
        return decision.battery_kw
    stored, power = battery.start_kwh, np.zeros(problem.slots)
    for t, (surplus, hours) in enumerate(zip(surplus_kw.tolist(), problem.hours.tolist(), strict=True)):
        wanted = surplus if surplus > 0 or not decision.held[t] else 0.0
        power[t] = within_content(battery, stored, wanted, hours)
        stored += stored_kwh_by(battery, power[t], hours)
    return power


def within_content(battery: Battery, stored_kwh: float, wanted_kw: float, hours: float) -> float:
    """``wanted_kw`` as far as power and content of the battery allow it for ``hours`` [kW]."""
    if wanted_kw >= 0:
        room = max(battery.most_kwh - stored_kwh, 0.0) / battery.efficiency / hours
        return min(wanted_kw, battery.charge_kw, room)
    left = max(stored_kwh - battery.least_kwh, 0.0) * battery.efficiency / hours
    return -min(-wanted_kw, battery.discharge_kw, left)


def stored_kwh_by(battery: Battery, power_kw: float, hours: float) -> float:
    """Energy that ``power_kw`` adds to the content, or takes from it [kWh]."""
    if power_kw >= 0:
        return power_kw * battery.efficiency * hours
    return power_kw / battery.efficiency * hours


def content_kwh(problem: Problem, power_kw: FloatArray) -> FloatArray:
    """Content of the battery at the end of every slot, shape (slots,) [kWh]."""
    battery = problem.battery
    if battery is None:
        return np.zeros(problem.slots)
    gain = np.where(power_kw >= 0, battery.efficiency, 1 / battery.efficiency)
    content: FloatArray = battery.start_kwh + np.cumsum(power_kw * gain * problem.hours)
    return content


def possible(problem: Problem, power_kw: FloatArray) -> FloatArray:
    """``power_kw`` as far as the content allows it in every slot: what rounding left over is cut off."""
    battery = problem.battery
    if battery is None:
        return power_kw
    stored, kept = battery.start_kwh, power_kw.copy()
    for t, hours in enumerate(problem.hours.tolist()):
        kept[t] = within_content(battery, stored, float(power_kw[t]), hours)
        stored += stored_kwh_by(battery, float(kept[t]), hours)
    return kept


def without_devices(problem: Problem) -> Problem:
    """The problem with nothing but load and solar: no car, no battery, no flexible load."""
    return replace(problem, sessions=(), battery=None, runs=(), first=None)
