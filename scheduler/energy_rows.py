"""The rows that add up the draws of a session or of a slot, written straight as matrices."""

from __future__ import annotations

import numpy as np

from scheduler.giving_rows import undone_kwh_per_a
from scheduler.linear import Linear
from scheduler.mean_rows import consumed, mean_drawn
from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.rules_energy import most_missing_kwh
from scheduler.standard_form import Columns
from scheduler.written import Rows


def energy_goal(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_energy.energy_goal``."""
    table, gives = problem.draw_table, problem.gives
    owner = np.repeat(np.arange(len(problem.sessions)), [len(s.goals) for s in problem.sessions])
    goals = [goal for session in problem.sessions for goal in session.goals]
    until = np.array([goal.slots for goal in goals], dtype=np.int64)
    number, draw = _pairs(owner, table.session)
    before = table.slot[draw] < until[number]
    number, draw = number[before], draw[before]
    terms = mean_drawn(problem, columns, number, draw, _kwh_per_a(problem)[draw])
    back, give = np.nonzero((owner[:, np.newaxis] == gives.session) & (gives.slot < until[:, np.newaxis]))
    terms.append((back, columns.give_a[give], -undone_kwh_per_a(problem)[give]))
    energy = Linear.sums(len(goals), terms) - _lost(problem, columns, len(goals), number, draw)
    reached = energy + Linear.of(columns.missing_kwh[owner])
    return {"energy_goal": reached.at_least(np.array([goal.least_kwh for goal in goals], dtype=np.float64))}


def energy_most(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_energy.energy_most``."""
    table, gives = problem.draw_table, problem.gives
    n, draws = len(problem.sessions), np.arange(len(table.session))
    most = np.array([session.most_kwh for session in problem.sessions], dtype=np.float64)
    drawn = (table.session, columns.current_a, _kwh_per_a(problem))
    back = (gives.session, columns.give_a, -undone_kwh_per_a(problem))
    energy = Linear.sums(n, [drawn, back]) - _lost(problem, columns, n, table.session, draws)
    with_draws = np.unique(table.session)
    return {"energy_most": energy.only(with_draws).at_most(most[with_draws])}


def kept_shortfall(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_energy.kept_shortfall``."""
    members = np.concatenate([np.zeros(0, dtype=np.int64), *problem.classes])
    row = np.repeat(np.arange(len(problem.classes)), [len(one) for one in problem.classes])
    most_kwh = np.array([most_missing_kwh(session) for session in problem.sessions], dtype=np.float64)
    weighted = (row, columns.missing_kwh[members], problem.weights[members])
    n = len(problem.classes)
    most = np.bincount(row, (problem.weights * most_kwh)[members], n).astype(np.float64)
    return {"kept_shortfall": Linear.sums(n, [weighted]).at_most(most)}


def power_balance(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_power.power_balance``."""
    cut = np.flatnonzero(problem.forced_kw > 0)
    used = [*consumed(problem, columns), (cut, columns.curtailed_kw, np.ones(len(cut)))]
    balance = Linear.of(columns.buy_kw) - Linear.of(columns.sell_kw) - Linear.sums(problem.slots, used)
    if problem.battery is not None:
        balance = balance - Linear.of(columns.fill_kw) + Linear.of(columns.drain_kw)
    return {"power_balance": balance.equals(-problem.surplus_kw)}


def _pairs(owner: IntArray, session: IntArray) -> tuple[IntArray, IntArray]:
    """Every goal with every draw of the session that owns it; draws are ordered by session."""
    first, end = np.searchsorted(session, owner), np.searchsorted(session, owner, side="right")
    number = np.repeat(np.arange(len(owner)), end - first)
    place = np.arange(len(number)) - np.repeat(np.cumsum(end - first) - (end - first), end - first)
    return number, np.repeat(first, end - first) + place


def _kwh_per_a(problem: Problem) -> FloatArray:
    """Energy [kWh] that one ampere of each draw counts."""
    table = problem.draw_table
    kwh: FloatArray = table.mean_kw_per_a * problem.hours[table.slot] * table.gain
    return kwh


def _lost(problem: Problem, columns: Columns, rows: int, row: IntArray, draw: IntArray) -> Linear:
    """Energy [kWh] that some draws lose while they are on, each in its row."""
    table = problem.draw_table
    loss_kwh = (table.loss_kw * table.share * problem.hours[table.slot])[draw]
    lossy = np.flatnonzero(loss_kwh)
    return Linear.sums(rows, [(row[lossy], columns.on[draw[lossy]], loss_kwh[lossy])])
