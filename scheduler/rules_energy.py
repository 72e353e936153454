"""Rules of one session: its energy by its goals, not much more, and what may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.pyomo_later import pyo
from scheduler.rules_dead_time import mean_a

if TYPE_CHECKING:
    from scheduler.problem import Problem, Session
    from scheduler.rules_charging import Key

Terms = list[tuple[float, "Key"]]


def energy_terms(problem: Problem) -> list[Terms]:
    """Per session: energy [kWh] that one ampere of each of its draws counts, with the draw."""
    table = problem.draw_table
    kwh_per_a = (table.mean_kw_per_a * problem.hours[table.slot] * table.gain).tolist()
    terms: list[Terms] = [[] for _ in problem.sessions]
    for draw, energy in zip(problem.draws, kwh_per_a, strict=True):
        terms[draw.session].append((energy, (draw.session, draw.slot, draw.option)))
    return terms


def _loss_terms(problem: Problem) -> list[Terms]:
    """Per session: energy [kWh] that each of its draws loses while it is on, with the draw."""
    table = problem.draw_table
    loss_kwh = table.loss_kw * table.share * problem.hours[table.slot]
    terms: list[Terms] = [[] for _ in problem.sessions]
    for j in np.flatnonzero(loss_kwh).tolist():
        draw = problem.draws[j]
        terms[draw.session].append((float(loss_kwh[j]), (draw.session, draw.slot, draw.option)))
    return terms


def undone(m: pyo.ConcreteModel, s: int, slots: int) -> Any:
    """Drawn energy [kWh] that session ``s`` gives back in the first ``slots`` slots of the horizon."""
    return sum(kwh * m.give_a[g] for kwh, g in m.undone_kwh[s] if g[1] < slots) if s in m.undone_kwh else 0.0


def most_missing_kwh(session: Session) -> float:
    """Energy that a session can miss at most: what it must have at any of its goals [kWh]."""
    return max(0.0, *(goal.least_kwh for goal in session.goals))


def energy_goal(m: pyo.ConcreteModel, problem: Problem) -> None:
    """sum_d (kwh_per_a[d] mean_a[d] - loss_kwh[d] on[d]) - undone_kwh[s] + missing_kwh[s] >= least_kwh[g]
    over the slots before goal g; losses where the efficiency is not the same for all currents, and undone is
    what a car gives back, in energy drawn
    """
    terms, losses, mean = energy_terms(problem), _loss_terms(problem), mean_a(m)
    index = [(s, g) for s, session in enumerate(problem.sessions) for g in range(len(session.goals))]

    def reached(m: pyo.ConcreteModel, s: int, g: int) -> object:
        goal = problem.sessions[s].goals[g]
        inflow = sum(energy * mean[d] for energy, d in terms[s] if d[1] < goal.slots)
        lost: Any = sum(kwh * m.on[d] for kwh, d in losses[s] if d[1] < goal.slots)
        return inflow - lost - undone(m, s, goal.slots) + m.missing_kwh[s] >= goal.least_kwh

    m.energy_goal = pyo.Constraint(index, rule=reached)


def energy_most(m: pyo.ConcreteModel, problem: Problem) -> None:
    """sum_d (kwh_per_a[d] current_a[d] - loss_kwh[d] on[d]) - undone_kwh[s] <= most_kwh[s], dead times not
    taken off
    """
    terms, losses = energy_terms(problem), _loss_terms(problem)

    def below(m: pyo.ConcreteModel, s: int) -> object:
        lost: Any = sum(kwh * m.on[d] for kwh, d in losses[s])
        inflow = sum(energy * m.current_a[d] for energy, d in terms[s])
        return inflow - lost - undone(m, s, problem.slots) <= problem.sessions[s].most_kwh

    with_draws = [s for s in range(len(problem.sessions)) if terms[s]]
    m.energy_most = pyo.Constraint(with_draws, rule=below)


def kept_shortfall(m: pyo.ConcreteModel, problem: Problem) -> None:
    """sum_s weight[s] missing_kwh[s] <= the least that the first stage reached, over each priority class"""
    classes = [members.tolist() for members in problem.classes]
    weight = problem.weights.tolist()

    def kept(m: pyo.ConcreteModel, c: int) -> object:
        most = sum(weight[s] * m.missing_kwh[s].ub for s in classes[c])
        return sum(weight[s] * m.missing_kwh[s] for s in classes[c]) <= most

    m.kept_shortfall = pyo.Constraint(range(len(classes)), rule=kept)
