"""Rules of the phase switches of a session: what is selected, how often it may change, when, and where to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.pyomo_later import pyo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.problem import Problem, Session
    from scheduler.rules_charging import Key
    from scheduler.ties import Switching

_EPS = 1e-9


def switching_sessions(problem: Problem) -> Iterator[tuple[int, Session, Switching]]:
    """The sessions that have a budget, by position."""
    for s, session in enumerate(problem.sessions):
        if session.switching is not None and len(session.slots):
            yield s, session, session.switching


def variables(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Chosen, per draw of a session with a budget; switched, where it may have changed; used, so far."""
    places, later, counted = [], [], []
    for s, session, switching in switching_sessions(problem):
        slots, width = session.slots.tolist(), range(len(session.options))
        places += [(s, t, k) for t in slots for k in width]
        known = slots if switching.selected is not None else slots[1:]
        later += [(s, t, k) for t in known for k in width]
        counted += [(s, t) for t in slots] if switching.left is not None else []
    m.chosen = pyo.Var(places, within=pyo.Binary)
    m.switched = pyo.Var(later, bounds=(0.0, 1.0))
    left = {s: switching.left for s, _, switching in switching_sessions(problem)}
    m.used = pyo.Var(counted, bounds=lambda _, s, *__: (0.0, left[s]))


def one_chosen(m: pyo.ConcreteModel, problem: Problem) -> None:
    """sum_k chosen[s, t, k] = 1 over the options k of a session with a budget, also while it pauses;
    current_a[s, t, k] <= max_a[s, t, k] chosen[s, t, k]
    """
    places = [(s, t) for s, session, _ in switching_sessions(problem) for t in session.slots.tolist()]
    m.one_chosen = pyo.Constraint(places, rule=lambda m, s, t: _all(m.chosen, problem, s, t) == 1)
    m.current_of_chosen = pyo.Constraint(
        list(m.chosen), rule=lambda m, *d: m.current_a[d] - m.current_a[d].ub * m.chosen[d] <= 0
    )


def counted_switch(m: pyo.ConcreteModel, problem: Problem) -> None:
    """switched[s, t, k] >= chosen[s, t, k] - chosen[s, t - 1, k];
    used[s, t] = used[s, t - 1] + sum_k switched[s, t, k]
    """
    m.counted_switch = pyo.Constraint(
        list(m.switched),
        rule=lambda m, *d: m.switched[d] - m.chosen[d] + before(m, problem, d) >= 0,
    )

    def total(m: pyo.ConcreteModel, s: int, t: int) -> object:
        so_far = m.used[s, t] - _all(m.switched, problem, s, t)
        return so_far - m.used[s, t - 1] == 0 if (s, t - 1) in m.used else so_far == 0

    m.switches_used = pyo.Constraint(list(m.used), rule=total)


def switch_budget(m: pyo.ConcreteModel, problem: Problem) -> None:
    """used[s, t] + sum_k chosen[s, t, k] <= left[s] over the options k that may not be the last"""
    index = []
    for s, session, switching in switching_sessions(problem):
        if switching.left is not None and len(switching.ends_on) < len(session.options):
            index += [(s, t) for t in session.slots.tolist()]

    def within(m: pyo.ConcreteModel, s: int, t: int) -> object:
        switching, options = problem.sessions[s].switching, problem.sessions[s].options
        assert switching is not None
        passing = [k for k in range(len(options)) if k not in switching.ends_on]
        return m.used[s, t] + sum(m.chosen[s, t, k] for k in passing) <= switching.left

    m.switch_budget = pyo.Constraint(index, rule=within)


def switch_hold(m: pyo.ConcreteModel, problem: Problem) -> None:
    """sum_k sum_u switched[s, u, k] <= 1 over the slots u that begin less than hold_h[s] before slot t,
    and t itself; = 0 while the hold of an earlier switch goes on, and in slots shorter than dead_h[s]
    """
    index, windows = [], {}
    for s, session, switching in switching_sessions(problem):
        begins = begins_h(problem, session)
        closed = closed_slots(problem, session, switching)
        for i, t in enumerate(session.slots.tolist()):
            near = np.flatnonzero(begins[: i + 1] > begins[i] - switching.hold_h + _EPS)
            window = [int(session.slots[j]) for j in near if (s, int(session.slots[j]), 0) in m.switched]
            if (s, t, 0) in m.switched and (closed[i] or len(window) > 1):
                windows[s, t] = ([t], 0) if closed[i] else (window, 1)
                index.append((s, t))

    def held(m: pyo.ConcreteModel, s: int, t: int) -> object:
        slots, most = windows[s, t]
        return sum(_all(m.switched, problem, s, u) for u in slots) <= most

    m.switch_hold = pyo.Constraint(index, rule=held)


def switch_one_way(m: pyo.ConcreteModel, problem: Problem) -> None:
    """chosen[s, t, k] <= chosen[s, t - 1, k] + sum_j chosen[s, t - 1, j] over the options j of more phases"""
    ways = {s for s, _, switching in switching_sessions(problem) if switching.one_way}
    index = [d for d in m.switched if d[0] in ways]

    def narrower(m: pyo.ConcreteModel, s: int, t: int, k: int) -> object:
        options = problem.sessions[s].options
        wider = [j for j, one in enumerate(options) if len(one.phases) > len(options[k].phases)]
        earlier = sum(before(m, problem, (s, t, j)) for j in [k, *wider])
        return m.chosen[s, t, k] - earlier <= 0

    m.switch_one_way = pyo.Constraint(index, rule=narrower)


def begins_h(problem: Problem, session: Session) -> np.ndarray:
    """When each slot of the session begins, from the start of the horizon [h]."""
    return (np.cumsum(problem.hours) - problem.hours)[session.slots]


def closed_slots(problem: Problem, session: Session, switching: Switching) -> np.ndarray:
    """Slots of the session in which no switch may begin: an earlier one holds, or they are too short."""
    short = problem.hours[session.slots] * session.share <= switching.dead_h + _EPS
    return np.asarray(short | (begins_h(problem, session) < switching.rest_h - _EPS))


def _all(variable: pyo.Var, problem: Problem, s: int, t: int) -> Any:
    """Sum over the options of a session in a slot; 0 where there is no such variable."""
    options = range(len(problem.sessions[s].options))
    return sum(variable[s, t, k] for k in options if (s, t, k) in variable)


def before(m: pyo.ConcreteModel, problem: Problem, d: Key) -> Any:
    """Whether an option was selected a slot earlier, or when the horizon began."""
    s, t, k = d
    if (s, t - 1, k) in m.chosen:
        return m.chosen[s, t - 1, k]
    switching = problem.sessions[s].switching
    return int(switching is not None and switching.selected == k)
