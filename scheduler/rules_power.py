"""Rules of the meter: the balance of power, one direction at a time, solar that the export limit cuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.giving import most_given_kw
from scheduler.pyomo_later import pyo
from scheduler.rules_charging import keys
from scheduler.rules_dead_time import mean_a
from scheduler.rules_giving import given

if TYPE_CHECKING:
    from scheduler.problem import FloatArray, Problem
    from scheduler.rules_charging import Key


def most_bought_kw(problem: Problem) -> FloatArray:
    """Import that load, flexible loads, battery and every car together could ask for [kW]."""
    table = problem.draw_table
    cars = np.zeros(problem.slots)
    np.add.at(cars, table.slot, table.mean_kw_per_a * table.max_a)
    for run in problem.runs:
        cars[run.slots] += run.power_kw
    if problem.battery is not None and problem.battery.commanded:
        cars = cars + problem.battery.charge_kw
    most: FloatArray = np.maximum(cars - problem.surplus_kw + problem.forced_kw, 0.0)
    return most


def most_sold_kw(problem: Problem) -> FloatArray:
    """Export that load, solar, battery, cars that give and the export limit leave [kW]."""
    most: FloatArray = np.maximum(problem.surplus_kw - problem.forced_kw, 0.0)
    commanded = problem.battery is not None and problem.battery.commanded
    if not commanded and not problem.gives.keys:
        return most
    limit = np.inf if problem.export_limit_kw is None else problem.export_limit_kw
    drained_kw = problem.battery.discharge_kw if problem.battery is not None and commanded else 0.0
    sold: FloatArray = np.maximum(problem.surplus_kw + drained_kw + most_given_kw(problem), 0.0)
    return np.minimum(sold, limit)


def tempting_slots(problem: Problem) -> list[int]:
    """Slots in which some is sold, and selling pays more than buying costs or each phase counts by itself."""
    tempting = problem.export_value_eur_per_kwh > problem.buy_eur_per_kwh
    return np.flatnonzero((tempting | problem.per_phase) & (most_sold_kw(problem) > 0)).tolist()


def cars_at(problem: Problem) -> dict[int, list[tuple[float, Key]]]:
    """Per slot: mean power [kW/A] and key of every draw."""
    terms: dict[int, list[tuple[float, Key]]] = {t: [] for t in range(problem.slots)}
    for key, per_a in zip(keys(problem), problem.draw_table.mean_kw_per_a.tolist(), strict=True):
        terms[key[1]].append((per_a, key))
    return terms


def power_balance(m: pyo.ConcreteModel, problem: Problem) -> None:
    """buy_kw[t] - sell_kw[t]
    = load_kw[t] - solar_kw[t] + curtailed_kw[t] + sum_d mean_kw_per_a[d] mean_a[d]
      + sum_r power_kw[r] running[r, t] + fill_kw[t] - drain_kw[t] - sum_g kw_per_a[g] give_a[g]
    """
    surplus, forced, mean = problem.surplus_kw.tolist(), problem.forced_kw.tolist(), mean_a(m)
    cars_in = cars_at(problem)

    def balance(m: pyo.ConcreteModel, t: int) -> object:
        cut = m.curtailed_kw[t] if forced[t] > 0 else 0.0
        cars = sum(per_a * mean[d] for per_a, d in cars_in[t])
        flexible = sum(problem.runs[r].power_kw * m.running[r, t] for r in m.runs_at[t])
        battery = m.fill_kw[t] - m.drain_kw[t] if problem.battery is not None else 0.0
        used = cars - given(m, t) if t in m.given_at else cars
        return m.buy_kw[t] - m.sell_kw[t] - cut - used - flexible - battery == -surplus[t]

    m.power_balance = pyo.Constraint(m.slots, rule=balance)


def one_direction(m: pyo.ConcreteModel, problem: Problem) -> None:
    """buy_kw[t] <= most_bought_kw[t] buying[t] and sell_kw[t] <= most_sold_kw[t] (1 - buying[t])
    in the slots where selling pays more than buying costs
    """
    bought, sold = most_bought_kw(problem).tolist(), most_sold_kw(problem).tolist()
    m.buys_only = pyo.Constraint(m.tempting, rule=lambda m, t: m.buy_kw[t] - bought[t] * m.buying[t] <= 0)
    m.sells_only = pyo.Constraint(
        m.tempting, rule=lambda m, t: m.sell_kw[t] + sold[t] * m.buying[t] <= sold[t]
    )


def forced_curtailment(m: pyo.ConcreteModel, problem: Problem) -> None:
    """curtailed_kw[t] <= forced_kw[t] cutting[t], sell_kw[t] >= export_limit_kw cutting[t]
    and buy_kw[t] <= most_bought_kw[t] (1 - cutting[t]):
    an inverter cuts off what the export limit makes it cut off, and nothing for money or for room
    """
    bought = most_bought_kw(problem).tolist()
    forced, limit = problem.forced_kw.tolist(), problem.export_limit_kw
    m.cut_when_cutting = pyo.Constraint(
        m.cut_slots, rule=lambda m, t: m.curtailed_kw[t] - forced[t] * m.cutting[t] <= 0
    )
    m.cut_at_the_limit = pyo.Constraint(
        m.cut_slots, rule=lambda m, t: m.sell_kw[t] - limit * m.cutting[t] >= 0
    )
    m.cut_without_buying = pyo.Constraint(
        m.cut_slots, rule=lambda m, t: m.buy_kw[t] + bought[t] * m.cutting[t] <= bought[t]
    )
