"""The rows that add up the draws of a session or of a slot, written straight as matrices."""

from __future__ import annotations

import numpy as np

from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.standard_form import Columns
from scheduler.written import Rows, Terms


def energy_goal(problem: Problem, columns: Columns) -> Rows:
    """Rows of ``rules_energy.energy_goal``, without dead times."""
    table = problem.draw_table
    owner = np.repeat(np.arange(len(problem.sessions)), [len(s.goals) for s in problem.sessions])
    goals = [goal for session in problem.sessions for goal in session.goals]
    until = np.array([goal.slots for goal in goals], dtype=np.int64)
    number, draw = _pairs(owner, table.session)
    before = table.slot[draw] < until[number]
    number, draw = number[before], draw[before]
    missing = (np.arange(len(goals)), columns.missing_kwh[owner], np.ones(len(goals)))
    return Rows.of(
        [*_energy(problem, columns, number, draw), missing],
        low=np.array([goal.least_kwh for goal in goals]),
        high=np.full(len(goals), np.inf),
    )


def energy_most(problem: Problem, columns: Columns) -> Rows:
    """Rows of ``rules_energy.energy_most``."""
    sessions, number = np.unique(problem.draw_table.session, return_inverse=True)
    most = np.array([session.most_kwh for session in problem.sessions], dtype=np.float64)
    draws = np.arange(len(number))
    return Rows.of(
        _energy(problem, columns, number, draws), low=np.full(len(sessions), -np.inf), high=most[sessions]
    )


def power_balance(problem: Problem, columns: Columns) -> Rows:
    """Rows of ``rules_power.power_balance``, without dead times."""
    table, slots = problem.draw_table, np.arange(problem.slots)
    ones = np.ones(problem.slots)
    cut = np.flatnonzero(problem.forced_kw > 0)
    terms: list[Terms] = [
        (slots, columns.buy_kw, ones),
        (slots, columns.sell_kw, -ones),
        (cut, columns.curtailed_kw, -np.ones(len(cut))),
        (table.slot, columns.current_a, -table.mean_kw_per_a),
    ]
    if problem.runs:
        power_kw = np.concatenate([np.full(len(run.slots), run.power_kw) for run in problem.runs])
        terms.append((np.concatenate([run.slots for run in problem.runs]), columns.running, -power_kw))
    if problem.battery is not None:
        terms += [(slots, columns.fill_kw, -ones), (slots, columns.drain_kw, ones)]
    return Rows.of(terms, low=-problem.surplus_kw, high=-problem.surplus_kw)


def _pairs(owner: IntArray, session: IntArray) -> tuple[IntArray, IntArray]:
    """Every goal with every draw of the session that owns it; draws are ordered by session."""
    first, end = np.searchsorted(session, owner), np.searchsorted(session, owner, side="right")
    number = np.repeat(np.arange(len(owner)), end - first)
    place = np.arange(len(number)) - np.repeat(np.cumsum(end - first) - (end - first), end - first)
    return number, np.repeat(first, end - first) + place


def _energy(problem: Problem, columns: Columns, row: IntArray, draw: IntArray) -> list[Terms]:
    """Energy [kWh] that counts of some draws, each in its row, less what they lose while they are on."""
    table = problem.draw_table
    hours: FloatArray = problem.hours[table.slot]
    kwh_per_a = (table.mean_kw_per_a * hours * table.gain)[draw]
    loss_kwh = (table.loss_kw * table.share * hours)[draw]
    lossy = np.flatnonzero(loss_kwh)
    return [
        (row, columns.current_a[draw], kwh_per_a),
        (row[lossy], columns.on[draw[lossy]], -loss_kwh[lossy]),
    ]
