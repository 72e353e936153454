"""The decision that a point of the model stands for."""

from __future__ import annotations

import numpy as np

from scheduler.decision import Decision
from scheduler.problem import FloatArray, Problem
from scheduler.standard_form import Columns
from scheduler.storage import possible


def decision_at(problem: Problem, columns: Columns, x: FloatArray) -> Decision:
    """The decision of the point ``x``: currents on their steps, runs whole, powers as the battery can."""
    table = problem.draw_table
    current_a = x[columns.current_a]
    steps = np.round((current_a - table.min_a) / table.step_a)
    running = np.zeros((len(problem.runs), problem.slots), dtype=bool)
    places = [(r, t) for r, run in enumerate(problem.runs) for t in run.slots.tolist()]
    for (r, t), value in zip(places, x[columns.running], strict=True):
        running[r, t] = value > 0.5
    battery_kw = np.zeros(problem.slots)
    if problem.battery is not None and problem.battery.commanded:
        battery_kw = possible(problem, x[columns.fill_kw] - x[columns.drain_kw])
    held = np.zeros(problem.slots, dtype=bool)
    held[columns.held_slots] = x[columns.held] > 0.5
    return Decision(
        current_a=np.where(current_a > table.min_a / 2, table.min_a + steps * table.step_a, 0.0),
        running=running,
        battery_kw=battery_kw,
        held=held,
        given_a=_given_a(problem, x[columns.give_a]),
    )


def _given_a(problem: Problem, give_a: FloatArray) -> FloatArray:
    """Currents that are given, on their steps [A]."""
    table = problem.gives
    steps = np.round((give_a - table.min_a) / table.step_a)
    on_steps: FloatArray = np.where(give_a > table.min_a / 2, table.min_a + steps * table.step_a, 0.0)
    return on_steps
