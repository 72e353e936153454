"""Rules of the home battery: its content, one direction at a time, and what it does by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from scheduler.rules_dead_time import mean_a

if TYPE_CHECKING:
    from scheduler.devices import Battery
    from scheduler.problem import FloatArray, Problem

Sides = tuple[list[int], list[int]]


def battery_slots(problem: Problem) -> range:
    """Slots that have a battery: all, or none."""
    return range(problem.slots if problem.battery is not None else 0)


def may_waste(problem: Problem) -> bool:
    """Whether energy can be worth less than nothing, so that filling and draining at once would pay."""
    worthless = np.minimum(problem.buy_eur_per_kwh, problem.export_value_eur_per_kwh) < 0
    fed = any((circuit.base_a < -circuit.feed_limit_a).any() for circuit in problem.circuits)
    return bool(worthless.any() or problem.forced_kw.any() or fed)


def directed_slots(problem: Problem) -> list[int]:
    """Slots in which a binary says whether the battery fills or drains."""
    if problem.battery is None or (problem.battery.commanded and not may_waste(problem)):
        return []
    return list(battery_slots(problem))


def sides(problem: Problem) -> Sides:
    """Slots in which a battery that acts by itself may fill, and in which it may drain."""
    if problem.battery is None or problem.battery.commanded:
        return [], []
    least, most = _surplus_range_kw(problem)
    return np.flatnonzero(most > 0).tolist(), np.flatnonzero((least < 0) | (most <= 0)).tolist()


def _surplus_range_kw(problem: Problem) -> tuple[FloatArray, FloatArray]:
    """Least and most that solar can leave over after everything that consumes [kW]."""
    table = problem.draw_table
    taken = np.zeros(problem.slots)
    np.add.at(taken, table.slot, table.mean_kw_per_a * table.max_a)
    for run in problem.runs:
        taken[run.slots] += run.power_kw
    return problem.surplus_kw - taken, problem.surplus_kw


def variables(m: pyo.ConcreteModel, problem: Problem) -> None:
    """fill_kw, drain_kw, content_kwh (at the end) and fills per slot; why a side is not used further."""
    battery, slots = problem.battery, battery_slots(problem)
    m.fill_kw = pyo.Var(slots, bounds=(0.0, battery.charge_kw if battery else 0.0))
    m.drain_kw = pyo.Var(slots, bounds=(0.0, battery.discharge_kw if battery else 0.0))
    content = (battery.least_kwh, battery.most_kwh) if battery else (0.0, 0.0)
    m.content_kwh = pyo.Var(slots, bounds=content)
    m.by_itself = battery is not None and not battery.commanded
    m.directed = directed_slots(problem)
    m.fills = pyo.Var(m.directed, within=pyo.Binary)
    m.filling, m.draining = sides(problem)
    m.fill_takes_all = pyo.Var(m.filling, within=pyo.Binary)
    m.fill_at_most = pyo.Var(m.filling, within=pyo.Binary)
    m.drain_gives_all = pyo.Var(m.draining, within=pyo.Binary)
    m.drain_at_most = pyo.Var(m.draining, within=pyo.Binary)
    m.held = pyo.Var(m.draining if battery and battery.control == "hold" else [], within=pyo.Binary)


def cost(m: pyo.ConcreteModel, problem: Problem) -> object:
    """Wear, less the worth of what is stored at the end [EUR]."""
    battery = problem.battery
    if battery is None:
        return 0.0
    hours, wear = problem.hours.tolist(), battery.wear_eur_per_kwh
    worn = sum(wear * hours[t] * m.drain_kw[t] for t in battery_slots(problem)) if wear else 0.0
    gained = m.content_kwh[problem.slots - 1] - battery.start_kwh
    return worn - battery.end_value_eur_per_kwh * gained


def battery_content(m: pyo.ConcreteModel, problem: Problem) -> None:
    """content_kwh[t] = content_kwh[t - 1] + hours[t] (efficiency fill_kw[t] - drain_kw[t] / efficiency)"""
    battery = problem.battery
    hours = problem.hours.tolist()

    def flow(m: pyo.ConcreteModel, t: int) -> object:
        assert battery is not None
        before = m.content_kwh[t - 1] if t else battery.start_kwh
        inward, outward = hours[t] * battery.efficiency, hours[t] / battery.efficiency
        return m.content_kwh[t] - before - inward * m.fill_kw[t] + outward * m.drain_kw[t] == 0

    m.battery_content = pyo.Constraint(battery_slots(problem), rule=flow)


def battery_one_way(m: pyo.ConcreteModel, problem: Problem) -> None:
    """fill_kw[t] <= charge_kw fills[t] and drain_kw[t] <= discharge_kw (1 - fills[t])
    where energy may be worth less than nothing, and for a battery that acts by itself
    """
    battery = problem.battery
    charge, discharge = (battery.charge_kw, battery.discharge_kw) if battery else (0.0, 0.0)
    m.fills_only = pyo.Constraint(m.directed, rule=lambda m, t: m.fill_kw[t] - charge * m.fills[t] <= 0)
    m.drains_only = pyo.Constraint(
        m.directed, rule=lambda m, t: m.drain_kw[t] + discharge * m.fills[t] <= discharge
    )


def fills_by_itself(m: pyo.ConcreteModel, problem: Problem) -> None:
    """left[t] = solar - load - cars - flexible loads. A battery that is not commanded takes all of what is
    left over: fill_kw = max(0, min(left, charge_kw, room)). With M the range of left:
    left <= M fills; fill_kw <= left + M (1 - fills); and where fills, one of fill_kw >= left
    (fill_takes_all), fill_kw >= charge_kw (fill_at_most), content_kwh >= most_kwh
    """
    battery = problem.battery
    least, most = (array.tolist() for array in _surplus_range_kw(problem))
    m.fills_by_itself = pyo.ConstraintList()
    for t in m.directed if m.by_itself else []:
        assert battery is not None
        if t not in set(m.filling):
            m.fills_by_itself.add(m.fills[t] <= 0)
            continue
        left = _left(m, problem, t)
        full = 1 - m.fill_takes_all[t] - m.fill_at_most[t]
        range_kwh = battery.most_kwh - battery.least_kwh
        m.fills_by_itself.add(left - most[t] * m.fills[t] <= 0)
        m.fills_by_itself.add(m.fill_kw[t] - left - least[t] * m.fills[t] <= -least[t])
        m.fills_by_itself.add(m.fill_kw[t] - left + most[t] * (2 - m.fill_takes_all[t] - m.fills[t]) >= 0)
        m.fills_by_itself.add(
            m.fill_kw[t] + battery.charge_kw * (2 - m.fill_at_most[t] - m.fills[t]) >= battery.charge_kw
        )
        m.fills_by_itself.add(m.content_kwh[t] + range_kwh * (2 - full - m.fills[t]) >= battery.most_kwh)


def drains_by_itself(m: pyo.ConcreteModel, problem: Problem) -> None:
    """left[t] = solar - load - cars - flexible loads. A battery that is not commanded gives all of what is
    missing, unless it is held: drain_kw = min(-left, discharge_kw, content). With M the range of left:
    left >= -M (1 - fills); drain_kw <= -left + M fills; and where it neither fills nor is held, one of
    drain_kw >= -left (drain_gives_all), drain_kw >= discharge_kw (drain_at_most), content_kwh <= least_kwh
    """
    battery = problem.battery
    least, most = (array.tolist() for array in _surplus_range_kw(problem))
    m.drains_by_itself = pyo.ConstraintList()
    draining = set(m.draining)
    for t in m.directed if m.by_itself else []:
        assert battery is not None
        if t not in draining:
            m.drains_by_itself.add(m.fills[t] >= 1)
            continue
        for row in _draining_rows(m, battery, _left(m, problem, t), (least[t], max(most[t], 0.0)), t):
            m.drains_by_itself.add(row)


def _draining_rows(
    m: pyo.ConcreteModel, battery: Battery, left: object, left_range: tuple[float, float], t: int
) -> Iterator[object]:
    """The rows of one slot."""
    least, most = left_range
    free = m.held[t] + m.fills[t] if t in m.held else m.fills[t]
    empty = 1 - m.drain_gives_all[t] - m.drain_at_most[t]
    range_kwh = battery.most_kwh - battery.least_kwh
    yield left - least * (1 - m.fills[t]) >= 0
    yield m.drain_kw[t] + left - most * m.fills[t] <= 0
    yield m.drain_kw[t] + left - least * (1 - m.drain_gives_all[t] + free) >= 0
    yield m.drain_kw[t] + battery.discharge_kw * (1 - m.drain_at_most[t] + free) >= battery.discharge_kw
    yield m.content_kwh[t] - range_kwh * (1 - empty + free) <= battery.least_kwh
    if t in m.held:
        yield m.drain_kw[t] + battery.discharge_kw * m.held[t] <= battery.discharge_kw


def _left(m: pyo.ConcreteModel, problem: Problem, t: int) -> object:
    """What solar leaves over in slot ``t`` after everything that consumes [kW], an expression."""
    mean = mean_a(m)
    return (
        float(problem.surplus_kw[t])
        - sum(per_a * mean[d] for per_a, d in m.cars_at[t])
        - sum(problem.runs[r].power_kw * m.running[r, t] for r in m.runs_at[t])
    )
