"""The rule of the dead time: what a phase switch takes from the energy of its slot."""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING, Any, cast

from scheduler.pyomo_later import pyo
from scheduler.rules_switching import before, closed_slots, switching_sessions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.problem import Problem
    from scheduler.rules_charging import Key


def lost_shares(m: pyo.ConcreteModel, problem: Problem) -> dict[Key, float]:
    """Share of the energy that a draw loses where it begins with a switch, per draw that may."""
    found: dict[Key, float] = {}
    for s, session, switching in switching_sessions(problem):
        hours = (problem.hours[session.slots] * session.share).tolist()
        closed = closed_slots(problem, session, switching)
        for i, t in enumerate(session.slots.tolist()):
            if switching.dead_h > 0 and not closed[i]:
                keys = [(s, t, k) for k in range(len(session.options)) if (s, t, k) in m.switched]
                found |= dict.fromkeys(keys, switching.dead_h / hours[i])
    return found


def variables(m: pyo.ConcreteModel, problem: Problem) -> None:
    """lost_a: the current of a draw that begins with a switch."""
    lost = lost_shares(m, problem)
    m.lost_a = pyo.Var(list(lost), bounds=lambda m, *d: (0.0, m.current_a[d].ub))
    m.less_lost = {d: m.current_a[d] - share * m.lost_a[d] for d, share in lost.items()}


def mean_a(m: pyo.ConcreteModel) -> Mapping[Key, Any]:
    """The current of every draw as its energy counts: less what a dead time takes from it."""
    if m.less_lost:
        return ChainMap(m.less_lost, m.current_a)
    return cast("Mapping[Key, Any]", m.current_a)


def dead_time(m: pyo.ConcreteModel, problem: Problem) -> None:
    """lost_a[d] = current_a[d] switched[d], as lost_a <= current_a, lost_a <= max_a switched,
    lost_a >= current_a - max_a (1 - switched), switched[d] <= chosen[d] and
    switched[d] <= 1 - chosen[d a slot earlier]; a draw counts as current_a - lost_a dead_h / hours
    """
    lost = list(m.lost_a)
    m.lost_of_current = pyo.Constraint(lost, rule=lambda m, *d: m.lost_a[d] - m.current_a[d] <= 0)
    m.lost_when_switched = pyo.Constraint(
        lost, rule=lambda m, *d: m.lost_a[d] - m.current_a[d].ub * m.switched[d] <= 0
    )
    m.lost_at_least = pyo.Constraint(
        lost,
        rule=lambda m, *d: (
            m.lost_a[d] - m.current_a[d] - m.current_a[d].ub * m.switched[d] >= -m.current_a[d].ub
        ),
    )
    m.switched_to = pyo.Constraint(lost, rule=lambda m, *d: m.switched[d] - m.chosen[d] <= 0)
    known = {d: before(m, problem, d) for d in lost}
    again = [d for d in lost if not isinstance(known[d], int) or known[d]]
    m.switched_from = pyo.Constraint(again, rule=lambda m, *d: m.switched[d] + known[d] <= 1)
