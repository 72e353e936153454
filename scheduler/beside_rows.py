"""The rows that lift the relaxation beside a battery that acts by itself, written straight as matrices."""

from __future__ import annotations

import numpy as np

from scheduler.battery_reach import reach
from scheduler.linear import Linear
from scheduler.problem import Problem
from scheduler.rules_peak import one_slot_windows
from scheduler.standard_form import ABSENT, Columns
from scheduler.user_rows import beside_filling, users
from scheduler.written import Rows


def draws_while_filling(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_by_itself.draws_while_filling``."""
    slot, most_kw, drawn_kw = users(problem, columns)
    beside = beside_filling(problem)
    at, most = slot[beside], most_kw[beside]
    while_filling = Linear.of(columns.filling_kw)
    apart = drawn_kw.only(beside) + Linear.of(columns.fills[at]).times(most) - while_filling
    drawn = Linear.sums(problem.slots, [(at, columns.filling_kw, np.ones(len(at)))])
    most_left = Linear.of(columns.fills).times(reach(problem).most_left_kw)
    together = Linear.of(columns.fill_kw) + drawn - most_left
    return {
        "draws_beside_filling": apart.at_most(most),
        "draws_while_filling": together.only(np.unique(at)).at_most(0.0),
    }


def drains_at_least(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_by_itself.drains_at_least``."""
    battery, left_kw = problem.battery, reach(problem).most_left_kw
    assert battery is not None
    draining = np.flatnonzero((columns.drain_gives_all != ABSENT) & (left_kw < 0))
    all_of_it = Linear.of(columns.drain_gives_all).times(np.minimum(-left_kw, battery.discharge_kw))
    most = Linear.of(columns.drain_at_most).times(battery.discharge_kw)
    drained = Linear.of(columns.drain_kw) - all_of_it - most
    return {"drains_at_least": drained.only(draining).at_least(0.0)}


def peak_beside_battery(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_by_itself.peak_beside_battery``."""
    month, slot = np.array(one_slot_windows(problem), dtype=np.int64).reshape(-1, 2).T
    paid_kw = np.array([peak.paid_kw for peak in problem.peaks], dtype=np.float64)[month]
    nothing = Linear.of(columns.fills[slot]) + Linear.of(columns.drain_gives_all[slot])
    bought = Linear.of(columns.buy_kw[slot]) + nothing.times(paid_kw) - Linear.of(columns.rise_kw[month])
    return {"peak_beside_battery": bought.at_most(paid_kw)}
