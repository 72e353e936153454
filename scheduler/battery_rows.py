"""The rows of the home battery, written straight as matrices: its content, and one direction at a time."""

from __future__ import annotations

import numpy as np

from scheduler.battery_reach import reach
from scheduler.linear import Linear
from scheduler.problem import Problem
from scheduler.standard_form import ABSENT, Columns
from scheduler.written import Rows


def battery_content(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_battery.battery_content``."""
    battery = problem.battery
    assert battery is not None
    content, before = columns.content_kwh, np.append(ABSENT, columns.content_kwh[:-1])
    gains = Linear.of(columns.fill_kw).times(problem.hours * battery.efficiency)
    losses = Linear.of(columns.drain_kw).times(problem.hours / battery.efficiency)
    first = np.where(np.arange(problem.slots) == 0, battery.start_kwh, 0.0)
    return {"battery_content": (Linear.of(content) - Linear.of(before) - gains + losses).equals(first)}


def battery_one_way(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_battery.battery_one_way``."""
    ends, directed = reach(problem), np.flatnonzero(columns.fills != ABSENT)
    charge, discharge = ends.fill_kw[directed], ends.drain_kw[directed]
    fill, drain, fills = (
        Linear.of(each[directed]) for each in (columns.fill_kw, columns.drain_kw, columns.fills)
    )
    return {
        "fills_only": (fill - fills.times(charge)).at_most(0.0),
        "drains_only": (drain + fills.times(discharge)).at_most(discharge),
    }
