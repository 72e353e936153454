"""Rules of the flexible loads: run time within a window, and the least run at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.pyomo_later import pyo

if TYPE_CHECKING:
    from scheduler.problem import Problem


def variables(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Running, per run and slot of its window; begins, where a run has a least time."""
    places = [(r, int(t)) for r, run in enumerate(problem.runs) for t in run.slots]
    m.running = pyo.Var(places, within=pyo.Binary)
    timed = [(r, t) for r, t in places if problem.runs[r].least_at_a_time_h > 0]
    m.begins = pyo.Var(timed, bounds=(0.0, 1.0))
    m.runs_at = {t: [] for t in range(problem.slots)}
    for r, t in places:
        m.runs_at[t].append(r)


def run_time(m: pyo.ConcreteModel, problem: Problem) -> None:
    """need_h[r] <= sum_t hours[t] running[r, t] <= most_h[r] over the slots of the run's window"""
    hours = problem.hours.tolist()

    def total(m: pyo.ConcreteModel, r: int) -> Any:
        return sum(hours[t] * m.running[r, t] for t in problem.runs[r].slots.tolist())

    runs = [r for r, run in enumerate(problem.runs) if len(run.slots)]
    m.run_time = pyo.Constraint(runs, rule=lambda m, r: total(m, r) >= problem.runs[r].need_h)
    m.run_time_most = pyo.Constraint(runs, rule=lambda m, r: total(m, r) <= problem.runs[r].most_h)


def least_run(m: pyo.ConcreteModel, problem: Problem) -> None:
    """begins[r, t] >= running[r, t] - running[r, t - 1], and running[r, u] >= begins[r, t] in the slots u
    that the least time covers from t on; begins[r, t] = 0 where the window is too short for it
    """
    known = set(m.running)

    def rise(m: pyo.ConcreteModel, r: int, t: int) -> object:
        before = m.running[r, t - 1] if (r, t - 1) in known else 0
        return m.begins[r, t] - m.running[r, t] + before >= 0

    m.begins_run = pyo.Constraint(list(m.begins), rule=rise)
    held, late = [], []
    for r, t in m.begins:
        covered = covered_slots(problem, r, t)
        held += [(r, t, u) for u in covered if u > t]
        late += [] if covered else [(r, t)]
    m.least_run = pyo.Constraint(held, rule=lambda m, r, t, u: m.running[r, u] - m.begins[r, t] >= 0)
    m.begins_late = pyo.Constraint(late, rule=lambda m, r, t: m.begins[r, t] <= 0)


def covered_slots(problem: Problem, r: int, t: int) -> list[int]:
    """Slots that the least time of run ``r`` covers from ``t`` on; none where its window ends before."""
    run = problem.runs[r]
    later = run.slots[run.slots >= t]
    hours = np.cumsum(problem.hours[later])
    enough = np.flatnonzero(hours >= run.least_at_a_time_h - 1e-9)
    return [] if not len(enough) else [int(u) for u in later[: enough[0] + 1]]
