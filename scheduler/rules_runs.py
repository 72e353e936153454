"""Rules against flapping: a session's least run and least pause, and what goes on at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.first_runs import pausing, resting
from scheduler.pyomo_later import pyo

if TYPE_CHECKING:
    from scheduler.problem import FloatArray, Problem, Session

_EPS = 1e-9


def variables(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Goes_on and stops, per session with a least run or pause and slot."""
    runs, pauses = [], []
    for s, session in enumerate(problem.sessions):
        slots = session.slots.tolist() if session.options else []
        runs += [(s, t) for t in slots] if session.least_run_h > 0 else []
        pauses += [(s, t) for t in slots] if session.least_pause_h > 0 else []
    m.goes_on = pyo.Var(runs, bounds=(0.0, 1.0))
    m.stops = pyo.Var(pauses, bounds=(0.0, 1.0))


def charging_run(m: pyo.ConcreteModel, problem: Problem) -> None:
    """goes_on[s, t] >= on[s, t] - on[s, t - 1] with on[s, t] = sum_k on[s, t, k], and
    on[s, t] >= sum_u goes_on[s, u] over the slots u < t whose least run reaches t
    """
    m.begins_charging = pyo.Constraint(
        list(m.goes_on),
        rule=lambda m, s, t: m.goes_on[s, t] - _on(m, problem, s, t) + _on(m, problem, s, t - 1) >= 0,
    )
    reach = _reached(problem, m.goes_on, "least_run_h")
    m.charging_run = pyo.Constraint(
        list(reach),
        rule=lambda m, s, t: _on(m, problem, s, t) - sum(m.goes_on[s, u] for u in reach[s, t]) >= 0,
    )


def charging_pause(m: pyo.ConcreteModel, problem: Problem) -> None:
    """stops[s, t] >= on[s, t - 1] - on[s, t], and on[s, t] + sum_u stops[s, u] <= 1 over the slots u < t
    whose least pause reaches t
    """
    m.ends_charging = pyo.Constraint(
        list(m.stops),
        rule=lambda m, s, t: m.stops[s, t] - _on(m, problem, s, t - 1) + _on(m, problem, s, t) >= 0,
    )
    reach = _reached(problem, m.stops, "least_pause_h")
    m.charging_pause = pyo.Constraint(
        list(reach),
        rule=lambda m, s, t: _on(m, problem, s, t) + sum(m.stops[s, u] for u in reach[s, t]) <= 1,
    )


def goes_on_at_first(m: pyo.ConcreteModel, problem: Problem) -> None:
    """on[s, t] >= 1 while the run that stands at the start is too short, <= 0 while its pause is"""
    runs = [(s, int(t)) for s, one in enumerate(problem.sessions) for t in resting(problem, one)]
    pauses = [(s, int(t)) for s, one in enumerate(problem.sessions) for t in pausing(problem, one)]
    m.runs_at_first = pyo.Constraint(runs, rule=lambda m, s, t: _on(m, problem, s, t) >= 1)
    m.pauses_at_first = pyo.Constraint(pauses, rule=lambda m, s, t: _on(m, problem, s, t) <= 0)


def reaches(problem: Problem, session: Session, least_h: float) -> list[range]:
    """Per slot of the session: those after it that ``least_h`` from its beginning reaches, by position."""
    hours: FloatArray = problem.hours[session.slots] * session.share
    begins = np.cumsum(hours) - hours
    ends = np.searchsorted(begins, begins + least_h - _EPS)
    return [range(i + 1, int(end)) for i, end in enumerate(ends)]


def _reached(problem: Problem, variable: pyo.Var, which: str) -> dict[tuple[int, int], list[int]]:
    """Slots whose least time reaches a slot, per session and slot; only where there are any."""
    found: dict[tuple[int, int], list[int]] = {}
    for s in dict.fromkeys(s for s, _ in variable):
        session = problem.sessions[s]
        for i, later in enumerate(reaches(problem, session, getattr(session, which))):
            for j in later:
                found.setdefault((s, int(session.slots[j])), []).append(int(session.slots[i]))
    return found


def _on(m: pyo.ConcreteModel, problem: Problem, s: int, t: int) -> Any:
    """Whether session ``s`` is on in slot ``t``; before its first one, whether it was."""
    session = problem.sessions[s]
    if (s, t, 0) in m.known_draws:
        return sum(m.on[s, t, k] for k in range(len(session.options)))
    return int(session.before is not None and session.before.on and t < 0)
