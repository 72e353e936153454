"""What is drawn as its energy counts: currents less what dead times take from them, as terms of rows."""

from __future__ import annotations

import numpy as np

from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.standard_form import ABSENT, Columns
from scheduler.written import Terms


def mean_drawn(
    problem: Problem, columns: Columns, row: IntArray, draw: IntArray, per_a: FloatArray
) -> list[Terms]:
    """Terms ``per_a`` times the mean current of some draws, each in its row: ``rules_dead_time.mean_a``."""
    drawn = (row, columns.current_a[draw], per_a)
    losing = np.flatnonzero(columns.lost_a[draw] != ABSENT)
    if not len(losing):
        return [drawn]
    lost = draw[losing]
    return [drawn, (row[losing], columns.lost_a[lost], -per_a[losing] * _lost_share(problem, lost))]


def _lost_share(problem: Problem, draws: IntArray) -> FloatArray:
    """Share of the energy that some draws lose where they begin with a switch."""
    table = problem.draw_table
    dead_h = np.array([one.switching.dead_h if one.switching else 0.0 for one in problem.sessions])
    share: FloatArray = dead_h[table.session[draws]] / (problem.hours[table.slot[draws]] * table.share[draws])
    return share


def consumed(problem: Problem, columns: Columns) -> list[Terms]:
    """By slot what cars and flexible loads draw, less what cars give [kW]."""
    table, gives = problem.draw_table, problem.gives
    draws = np.arange(len(table.slot))
    power_kw = [np.full(len(run.slots), run.power_kw) for run in problem.runs]
    run_slots = [run.slots for run in problem.runs]
    none = np.zeros(0, dtype=np.int64)
    return [
        *mean_drawn(problem, columns, table.slot, draws, table.mean_kw_per_a),
        (np.concatenate([none, *run_slots]), columns.running, np.concatenate([np.zeros(0), *power_kw])),
        (gives.slot, columns.give_a, -gives.kw_per_a),
    ]
