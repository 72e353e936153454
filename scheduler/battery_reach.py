"""What a battery that acts by itself can come to hold, whatever cars and flexible loads do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.giving import most_given_kw
from scheduler.most_taken import most_taken_kw
from scheduler.problem import FloatArray, Problem
from scheduler.storage import stored_kwh_by, within_content


@dataclass(frozen=True, slots=True)
class Reach:
    """Between what a battery that acts by itself must stay, whatever the cars and flexible loads do.

    More consumption never leaves more in it, so that both ends follow from the extremes of what is left
    over, slot by slot. All of shape (slots,).
    """

    least_left_kw: FloatArray
    most_left_kw: FloatArray
    least_kwh: FloatArray
    """Content at the end of the slot."""
    most_kwh: FloatArray
    fill_kw: FloatArray
    """The most that it can fill with."""
    drain_kw: FloatArray
    """The most that it can drain with."""


def reach(problem: Problem) -> Reach:
    """The reach of the problem's battery; a commanded one reaches everything."""
    battery, n = problem.battery, problem.slots
    if battery is None or battery.commanded:
        charge, discharge = (battery.charge_kw, battery.discharge_kw) if battery else (0.0, 0.0)
        low, high = (battery.least_kwh, battery.most_kwh) if battery else (0.0, 0.0)
        return Reach(*(np.full(n, value) for value in (-np.inf, np.inf, low, high, charge, discharge)))
    least_left, most_left = _left_range_kw(problem)
    least, most, fill, drain = (np.zeros(n) for _ in range(4))
    low = high = battery.start_kwh
    for t, hours in enumerate(problem.hours.tolist()):
        rises, sinks = float(most_left[t]), float(least_left[t])
        fill[t] = max(0.0, within_content(battery, low, rises, hours))
        drain[t] = max(0.0, -within_content(battery, high, sinks, hours))
        kept = max(rises, 0.0) if battery.control == "hold" else rises
        high += stored_kwh_by(battery, within_content(battery, high, kept, hours), hours)
        low += stored_kwh_by(battery, within_content(battery, low, sinks, hours), hours)
        least[t], most[t] = low, high
    return Reach(least_left, most_left, least, most, fill, drain)


def _left_range_kw(problem: Problem) -> tuple[FloatArray, FloatArray]:
    """Least and most that solar and cars that give can leave over after everything that consumes [kW]."""
    return problem.surplus_kw - most_taken_kw(problem), problem.surplus_kw + most_given_kw(problem)
