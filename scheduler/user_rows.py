"""What chargers and flexible loads draw in each slot, as expressions of the variables."""

from __future__ import annotations

import numpy as np

from scheduler.battery_reach import reach
from scheduler.flexible_rows import run_places
from scheduler.linear import Linear
from scheduler.mean_rows import mean_drawn
from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.standard_form import Columns


def users(problem: Problem, columns: Columns) -> tuple[IntArray, FloatArray, Linear]:
    """Of every charger in a slot, and of every flexible load: the slot, the most that it draws, and what it
    draws [kW]; as ``rules_peak.users_at``.
    """
    table = problem.draw_table
    draws, user = np.arange(len(table.slot)), _charger_in_slot(problem)[1]
    slot, most_kw = user_slots(problem)
    of_run = _runs_after(problem, slot)
    drawn = mean_drawn(problem, columns, user, draws, table.mean_kw_per_a)
    running = (of_run, columns.running, most_kw[of_run])
    return slot, most_kw, Linear.sums(len(slot), [*drawn, running])


def most_while_on(problem: Problem, columns: Columns, limit_kw: FloatArray) -> Linear:
    """Of every one of them the most that it draws as it is on, at most ``limit_kw`` of its slot."""
    table = problem.draw_table
    slot, most_kw = user_slots(problem)
    of_run, user = _runs_after(problem, slot), _charger_in_slot(problem)[1]
    drawn_kw = np.minimum(table.mean_kw_per_a * table.max_a, limit_kw[table.slot])
    running_kw = np.minimum(most_kw, limit_kw[slot])[of_run]
    return Linear.sums(len(slot), [(user, columns.on, drawn_kw), (of_run, columns.running, running_kw)])


def user_slots(problem: Problem) -> tuple[IntArray, FloatArray]:
    """The slot of each of them, and the most that it draws [kW]."""
    table = problem.draw_table
    place, user = _charger_in_slot(problem)
    most_kw = np.zeros(len(place))
    np.maximum.at(most_kw, user, table.mean_kw_per_a * table.max_a)
    run, run_slot = run_places(problem)
    power_kw = np.array([one.power_kw for one in problem.runs], dtype=np.float64)[run]
    return np.concatenate([place % problem.slots, run_slot]), np.concatenate([most_kw, power_kw])


def beside_filling(problem: Problem) -> IntArray:
    """Those of them that draw where a battery that acts by itself may fill, by slot."""
    if problem.battery is None or problem.battery.commanded:
        return np.zeros(0, dtype=np.int64)
    slot, _ = user_slots(problem)
    filling = np.flatnonzero(reach(problem).fill_kw[slot] > 0)
    ordered: IntArray = filling[np.argsort(slot[filling], kind="stable")]
    return ordered


def _runs_after(problem: Problem, slot: IntArray) -> IntArray:
    """Positions of the flexible loads, which come after the chargers."""
    run, _ = run_places(problem)
    after: IntArray = len(slot) - len(run) + np.arange(len(run))
    return after


def _charger_in_slot(problem: Problem) -> tuple[IntArray, IntArray]:
    """Every charger in a slot with draws, by charger and slot, and of every draw the number of its own."""
    table = problem.draw_table
    place, user = np.unique(table.charger * problem.slots + table.slot, return_inverse=True)
    return place, user
