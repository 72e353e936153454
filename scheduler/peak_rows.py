"""The rows of the capacity peak, written straight as matrices."""

from __future__ import annotations

import numpy as np

from scheduler.linear import Linear
from scheduler.meter_rows import imported
from scheduler.peak_levels import peak_levels
from scheduler.problem import IntArray, Problem
from scheduler.rules_peak import free_import_kw, rising_windows
from scheduler.standard_form import Columns
from scheduler.user_rows import most_while_on, users
from scheduler.written import Rows, Terms

_EPS = 1e-6


def peak_rise(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_peak.peak_rise``."""
    rising = rising_windows(problem)
    if not rising:
        return {}
    month = np.array([k for k, _ in rising])
    windows = [problem.peaks[k].windows[w] for k, w in rising]
    row = np.repeat(np.arange(len(windows)), [len(one.slots) for one in windows])
    slots = np.concatenate([one.slots for one in windows])
    parts = np.concatenate([one.overlap_h / one.hours for one in windows])
    mean_kw = Linear.sums(len(windows), imported(problem, columns, row, slots, parts))
    known_kw = np.array([one.known_kwh / one.hours for one in windows])
    paid_kw = np.array([peak.paid_kw for peak in problem.peaks])[month]
    return {"peak_rise": (mean_kw - Linear.of(columns.rise_kw[month])).at_most(paid_kw - known_kw)}


def peak_level(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_peak.peak_level``."""
    levels = peak_levels(problem)
    if not levels:
        return {}
    table = problem.draw_table
    width = int(table.option.max()) + 1
    place = (table.session * problem.slots + table.slot) * width + table.option
    members = np.array([key for level in levels for key in level.draws])
    draws = np.searchsorted(place, (members[:, 0] * problem.slots + members[:, 1]) * width + members[:, 2])
    of_level = np.repeat(columns.reached, [len(level.draws) for level in levels])
    month = np.array([level.month for level in levels])
    rise_kw = np.array([level.rise_kw for level in levels])
    rise, reached = Linear.of(columns.rise_kw[month]), Linear.of(columns.reached)
    return {
        "peak_level": (Linear.of(columns.on[draws]) - Linear.of(of_level)).at_most(0.0),
        "level_rise": (rise - reached.times(rise_kw)).at_least(0.0),
    }


def peak_while_on(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_peak.peak_while_on``."""
    free = free_import_kw(problem)
    if not free:
        return {}
    slot, most_kw, drawn_kw = users(problem, columns)
    battery_kw = Linear.of(columns.drain_kw[slot]) if problem.battery else Linear.sums(len(slot), [])
    beside = battery_kw + _given(problem, columns, slot)
    parts = []
    for k, rise in enumerate(columns.rise_kw.tolist()):
        free_kw = np.full(problem.slots, -np.inf)
        for (month, t), kw in free.items():
            free_kw[t] = kw if month == k else free_kw[t]
        bound = np.flatnonzero((free_kw[slot] > _EPS) & (free_kw[slot] < most_kw - _EPS))
        may = most_while_on(problem, columns, free_kw).only(bound) + Linear.of(np.full(len(bound), rise))
        parts.append(((drawn_kw - beside).only(bound) - may).at_most(0.0))
    return {"peak_while_on": Rows.joined(parts)}


def _given(problem: Problem, columns: Columns, slot: IntArray) -> Linear:
    """What cars give in each of some slots [kW]."""
    gives = problem.gives
    row, give = np.nonzero(slot[:, np.newaxis] == gives.slot)
    terms: Terms = (row, columns.give_a[give], gives.kw_per_a[give])
    return Linear.sums(len(slot), [terms])
