"""Rules of a meter that counts each phase by itself: one that buys does not meet one that sells."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from domain.units import kw_per_a
from scheduler.device_terms import device_range, devices_at
from scheduler.pyomo_later import pyo
from scheduler.rules_dead_time import mean_a

if TYPE_CHECKING:
    from scheduler.problem import FloatArray, Problem
    from scheduler.rules_charging import Key

Place = tuple[int, int]
"""Phase and slot."""
_GRID = 0
_PHASES = range(3)


def variables(m: pyo.ConcreteModel, problem: Problem) -> None:
    """phase_buy_kw and phase_sell_kw per phase and slot where the meter counts them; its registers."""
    m.metered = [(p, t) for p in _PHASES for t in m.slots] if problem.per_phase else []
    m.phase_buy_kw = pyo.Var(m.metered, bounds=(0.0, None))
    m.phase_sell_kw = pyo.Var(m.metered, bounds=(0.0, None))
    tempting = problem.export_value_eur_per_kwh > problem.buy_eur_per_kwh
    m.phase_tempting = [(p, t) for p, t in m.metered if tempting[t]]
    m.phase_buying = pyo.Var(m.phase_tempting, within=pyo.Binary)


def imported(m: pyo.ConcreteModel, t: int) -> object:
    """What the import register counts in slot ``t`` [kW]."""
    return sum(m.phase_buy_kw[p, t] for p in _PHASES) if m.metered else m.buy_kw[t]


def exported(m: pyo.ConcreteModel, t: int) -> object:
    """What the export register counts in slot ``t`` [kW]."""
    return sum(m.phase_sell_kw[p, t] for p in _PHASES) if m.metered else m.sell_kw[t]


def phase_balance(m: pyo.ConcreteModel, problem: Problem) -> None:
    """phase_buy_kw[p, t] - phase_sell_kw[p, t]
    = base_kw[p, t] + relief[p, t] curtailed_kw[t] + devices_kw[p, t]
      + sum_d mean_kw_per_a[d] / phases[d] current_a[d] over the draws d on phase p, less dead times
    """
    if not problem.per_phase:
        m.phase_balance = pyo.Constraint([])
        return
    cars, base, relief = _cars(problem), _base_kw(problem), _relief(problem)

    counted = mean_a(m)

    def balance(m: pyo.ConcreteModel, p: int, t: int) -> object:
        cut = relief[p][t] * m.curtailed_kw[t] if t in m.curtailed_kw else 0.0
        drawn = sum(per_a * counted[d] for per_a, d in cars[p, t])
        devices: Any = sum(devices_at(m, problem, phase_weight(problem, p), _GRID, t, leant=False))
        return m.phase_buy_kw[p, t] - m.phase_sell_kw[p, t] - cut - drawn - devices == base[p][t]

    m.phase_balance = pyo.Constraint(m.metered, rule=balance)


def phase_direction(m: pyo.ConcreteModel, problem: Problem) -> None:
    """phase_buy_kw[p, t] <= most_kw[p, t] phase_buying[p, t]
    and phase_sell_kw[p, t] <= most_kw[p, t] (1 - phase_buying[p, t])
    in the slots where selling pays more than buying costs
    """
    most = most_phase_kw(problem).tolist() if problem.per_phase else []
    m.phase_buys_only = pyo.Constraint(
        m.phase_tempting,
        rule=lambda m, p, t: m.phase_buy_kw[p, t] - most[p][t] * m.phase_buying[p, t] <= 0,
    )
    m.phase_sells_only = pyo.Constraint(
        m.phase_tempting,
        rule=lambda m, p, t: m.phase_sell_kw[p, t] + most[p][t] * m.phase_buying[p, t] <= most[p][t],
    )


def phase_weight(problem: Problem, p: int) -> FloatArray:
    """Power of one ampere on phase ``p``, as a weight of the three phases [kW/A]."""
    weight: FloatArray = np.eye(3)[p] * kw_per_a(problem.voltage_v, 1)
    return weight


def _base_kw(problem: Problem) -> list[list[float]]:
    """Load less solar on every phase [kW]."""
    rows: list[list[float]] = (problem.circuits[_GRID].base_a * kw_per_a(problem.voltage_v, 1)).tolist()
    return rows


def _relief(problem: Problem) -> list[list[float]]:
    """Power on every phase that one kW of curtailed solar adds."""
    relief_a = problem.circuits[_GRID].relief_a_per_kw
    rows: list[list[float]] = (relief_a * kw_per_a(problem.voltage_v, 1)).tolist()
    return rows


def _cars(problem: Problem) -> dict[Place, list[tuple[float, Key]]]:
    """Per phase and slot: mean power on that phase [kW/A] and key of every draw."""
    table = problem.draw_table
    found: dict[Place, list[tuple[float, Key]]] = defaultdict(list)
    per_phase = (table.mean_kw_per_a / np.maximum(table.phases.sum(axis=1), 1)).tolist()
    for j, draw in enumerate(problem.draws):
        for p in np.flatnonzero(table.phases[j]).tolist():
            found[p, draw.slot].append((per_phase[j], (draw.session, draw.slot, draw.option)))
    return found


def most_phase_kw(problem: Problem) -> FloatArray:
    """More than can be bought or sold on every phase, shape (3, slots) [kW]."""
    table = problem.draw_table
    most: FloatArray = np.abs(np.array(_base_kw(problem))) + np.array(_relief(problem)) * problem.forced_kw
    per_phase = table.mean_kw_per_a * table.max_a / np.maximum(table.phases.sum(axis=1), 1)
    for p in _PHASES:
        on_phase = table.phases[:, p]
        np.add.at(most[p], table.slot[on_phase], per_phase[on_phase])
        least, highest = device_range(problem, phase_weight(problem, p), _GRID)
        most[p] += highest - least
    return most
