"""Rules of one session: its energy by its goals, not much more, and what may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyomo.environ as pyo

from scheduler.rules_dead_time import mean_a

if TYPE_CHECKING:
    from scheduler.problem import Problem
    from scheduler.rules_charging import Key

Terms = list[tuple[float, "Key"]]


def _energy_terms(problem: Problem) -> list[Terms]:
    """Per session: energy [kWh] that one ampere of each of its draws delivers, with the draw."""
    table = problem.draw_table
    kwh_per_a = (table.mean_kw_per_a * problem.hours[table.slot]).tolist()
    terms: list[Terms] = [[] for _ in problem.sessions]
    for draw, energy in zip(problem.draws, kwh_per_a, strict=True):
        terms[draw.session].append((energy, (draw.session, draw.slot, draw.option)))
    return terms


def energy_goal(m: pyo.ConcreteModel, problem: Problem) -> None:
    """sum_d kwh_per_a[d] mean_a[d] + missing_kwh[s] >= least_kwh[g] over the slots before goal g"""
    terms, mean = _energy_terms(problem), mean_a(m)
    index = [(s, g) for s, session in enumerate(problem.sessions) for g in range(len(session.goals))]

    def reached(m: pyo.ConcreteModel, s: int, g: int) -> object:
        goal = problem.sessions[s].goals[g]
        inflow = sum(energy * mean[d] for energy, d in terms[s] if d[1] < goal.slots)
        return inflow + m.missing_kwh[s] >= goal.least_kwh

    m.energy_goal = pyo.Constraint(index, rule=reached)


def energy_most(m: pyo.ConcreteModel, problem: Problem) -> None:
    """sum_d kwh_per_a[d] current_a[d] <= most_kwh[s], dead times not taken off"""
    terms = _energy_terms(problem)
    with_draws = [s for s in range(len(problem.sessions)) if terms[s]]
    m.energy_most = pyo.Constraint(
        with_draws,
        rule=lambda m, s: (
            sum(energy * m.current_a[d] for energy, d in terms[s]) <= problem.sessions[s].most_kwh
        ),
    )


def kept_shortfall(m: pyo.ConcreteModel, problem: Problem) -> None:
    """sum_s weight[s] missing_kwh[s] <= the least that the first stage reached, over each priority class"""
    classes = [members.tolist() for members in problem.classes]
    weight = problem.weights.tolist()

    def kept(m: pyo.ConcreteModel, c: int) -> object:
        most = sum(weight[s] * m.missing_kwh[s].ub for s in classes[c])
        return sum(weight[s] * m.missing_kwh[s] for s in classes[c]) <= most

    m.kept_shortfall = pyo.Constraint(range(len(classes)), rule=kept)
