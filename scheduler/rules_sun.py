"""The rule of solar for one group: what other cars take of the surplus counts as bought from the grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.others_sun import others, price_eur_per_kwh, sunny
from scheduler.pyomo_later import pyo
from scheduler.rules_dead_time import mean_a
from scheduler.rules_metering import imported

if TYPE_CHECKING:
    from scheduler.problem import Problem
    from scheduler.rules_charging import Key


def variables(m: pyo.ConcreteModel, problem: Problem) -> None:
    """others_sun_kw per slot with a surplus in which a car may draw that it is not there for."""
    mine, table = others(problem), problem.draw_table
    slots = np.unique(table.slot[mine])
    m.others_sun_kw = pyo.Var(slots[sunny(problem)[slots]].tolist(), bounds=(0.0, None))


def solar_for_group(m: pyo.ConcreteModel, problem: Problem) -> None:
    """others_sun_kw[t] >= sum_d mean_kw_per_a[d] mean_a[d] - imported_kw[t] over the draws d of other cars"""
    table, mean = problem.draw_table, mean_a(m)
    per_a = table.mean_kw_per_a.tolist()
    drawn: dict[int, list[tuple[float, Key]]] = {t: [] for t in m.others_sun_kw}
    for j in np.flatnonzero(others(problem)).tolist():
        draw = problem.draws[j]
        if draw.slot in drawn:
            drawn[draw.slot].append((per_a[j], (draw.session, draw.slot, draw.option)))

    def covered(m: pyo.ConcreteModel, t: int) -> object:
        cars: Any = sum(kw * mean[d] for kw, d in drawn[t])
        return m.others_sun_kw[t] + imported(m, t) - cars >= 0

    m.solar_for_group = pyo.Constraint(list(m.others_sun_kw), rule=covered)


def cost(m: pyo.ConcreteModel, problem: Problem) -> Any:
    """What that surplus costs beyond the sale that it replaces [EUR]."""
    weight = (problem.hours * price_eur_per_kwh(problem)).tolist()
    return sum(weight[t] * m.others_sun_kw[t] for t in m.others_sun_kw)
