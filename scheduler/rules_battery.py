"""Rules of the home battery: its content, one direction at a time, and what it does by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scheduler.battery_reach import reach
from scheduler.device_terms import device_range
from scheduler.pyomo_later import pyo
from scheduler.rules_dead_time import mean_a
from scheduler.rules_giving import given

if TYPE_CHECKING:
    from scheduler.problem import Problem

BoolArray = NDArray[np.bool_]
ROOM_KWH = 1e-5
"""Room for rounding in the content of a battery that acts by itself [kWh]: it follows from all else."""


def battery_slots(problem: Problem) -> range:
    """Slots that have a battery: all, or none."""
    return range(problem.slots if problem.battery is not None else 0)


def wasteful(problem: Problem) -> BoolArray:
    """(slots,) where filling and draining at once could pay: energy may be worth less than nothing, or
    the wires or the export limit may hold back what the battery gives.

    Elsewhere, filling and draining less by what keeps the content as it is never costs more.
    """
    battery = problem.battery
    if battery is None or (problem.imbalance_limit_a is not None and not battery.feed.even):
        return np.ones(problem.slots, dtype=bool)
    waste: BoolArray = np.minimum(problem.buy_eur_per_kwh, problem.export_value_eur_per_kwh) < 0
    waste |= problem.forced_kw > 0
    if problem.export_limit_kw is not None:
        waste |= problem.surplus_kw + battery.discharge_kw > problem.export_limit_kw
    for c, circuit in enumerate(problem.circuits):
        out_a = np.array([device_range(problem, weight, c)[0] for weight in np.eye(3)])
        waste |= (circuit.base_a + out_a < -circuit.feed_limit_a).any(axis=0)
    return waste


def directed_slots(problem: Problem) -> list[int]:
    """Slots in which a binary says whether the battery fills or drains."""
    if problem.battery is None:
        return []
    if problem.battery.commanded:
        return np.flatnonzero(wasteful(problem)).tolist()
    return list(battery_slots(problem))


def variables(m: pyo.ConcreteModel, problem: Problem) -> None:
    """fill_kw, drain_kw, content_kwh (at the end) and fills per slot; why a side is not used further."""
    battery, slots, ends = problem.battery, battery_slots(problem), reach(problem)
    m.reach = ends
    m.by_itself = battery is not None and not battery.commanded
    fill, drain = ends.fill_kw.tolist(), ends.drain_kw.tolist()
    least, most = ends.least_kwh.tolist(), ends.most_kwh.tolist()
    m.fill_kw = pyo.Var(slots, bounds=lambda _, t: (0.0, fill[t]))
    m.drain_kw = pyo.Var(slots, bounds=lambda _, t: (0.0, drain[t]))
    room = ROOM_KWH if m.by_itself else 0.0
    m.content_kwh = pyo.Var(slots, bounds=lambda _, t: (least[t] - room, most[t] + room))
    m.directed = directed_slots(problem)
    m.fills = pyo.Var(m.directed, within=pyo.Binary)
    m.filling = [t for t in slots if m.by_itself and fill[t] > 0]
    m.draining = [t for t in slots if m.by_itself and drain[t] > 0]
    m.fill_takes_all = pyo.Var(m.filling, within=pyo.Binary)
    m.fill_at_most = pyo.Var(m.filling, within=pyo.Binary)
    m.drain_gives_all = pyo.Var(m.draining, within=pyo.Binary)
    m.drain_at_most = pyo.Var(m.draining, within=pyo.Binary)
    m.held = pyo.Var(m.draining if battery and battery.control == "hold" else [], within=pyo.Binary)


def cost(m: pyo.ConcreteModel, problem: Problem) -> object:
    """sum_t wear_eur_per_kwh hours[t] drain_kw[t] - end_value_eur_per_kwh (content_kwh[last] - start_kwh):
    wear, less the worth of what is stored more at the end [EUR]
    """
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


def battery_one_way(m: pyo.ConcreteModel, _: Problem) -> None:
    """fill_kw[t] <= charge_kw fills[t] and drain_kw[t] <= discharge_kw (1 - fills[t])
    where energy may be worth less than nothing, and for a battery that acts by itself
    """
    charge, discharge = m.reach.fill_kw.tolist(), m.reach.drain_kw.tolist()
    m.fills_only = pyo.Constraint(m.directed, rule=lambda m, t: m.fill_kw[t] - charge[t] * m.fills[t] <= 0)
    m.drains_only = pyo.Constraint(
        m.directed, rule=lambda m, t: m.drain_kw[t] + discharge[t] * m.fills[t] <= discharge[t]
    )


def fills_by_itself(m: pyo.ConcreteModel, problem: Problem) -> None:
    """left[t] = solar - load - cars - flexible loads. A battery that is not commanded takes all of what is
    left over: fill_kw = max(0, min(left, charge_kw, room)). With M the most that can be left and L the
    range below 0: left <= M fills; fill_kw <= left + L (1 - fills); and fills is one of fill_takes_all,
    fill_at_most and full, whatever is not one of the first two:
    fill_kw >= left - M full - (M - charge_kw) fill_at_most, fill_kw >= charge_kw fill_at_most,
    content_kwh >= low_kwh + (most_kwh - low_kwh) full with low_kwh the least that it can then hold
    """
    m.fills_by_itself = pyo.ConstraintList()
    filling = set(m.filling)
    for t in m.directed if m.by_itself else []:
        if m.reach.most_left_kw[t] <= 0:
            m.fills_by_itself.add(m.fills[t] <= 0)
        elif t in filling:
            for row in _filling_rows(m, problem, t):
                m.fills_by_itself.add(row)


def _filling_rows(m: pyo.ConcreteModel, problem: Problem, t: int) -> Iterator[object]:
    """The rows of one slot in which the battery may fill."""
    assert problem.battery is not None
    battery, left = problem.battery, _left(m, problem, t)
    least, most = float(m.reach.least_left_kw[t]), float(m.reach.most_left_kw[t])
    low, high = float(m.reach.least_kwh[t]), float(m.reach.most_kwh[t])
    full = m.fills[t] - m.fill_takes_all[t] - m.fill_at_most[t]
    not_taken = most * full + max(most - battery.charge_kw, 0.0) * m.fill_at_most[t]
    yield left - most * m.fills[t] <= 0
    yield m.fill_kw[t] - left - least * m.fills[t] <= -least
    yield m.fill_kw[t] - left + not_taken >= 0
    yield m.fill_kw[t] - battery.charge_kw * m.fill_at_most[t] >= 0
    if high < battery.most_kwh - ROOM_KWH:
        yield full == 0
        return
    yield full >= 0
    yield m.content_kwh[t] - (battery.most_kwh - low) * full >= low - ROOM_KWH


def drains_by_itself(m: pyo.ConcreteModel, problem: Problem) -> None:
    """left[t] = solar - load - cars - flexible loads. A battery that is not commanded gives all of what is
    missing, unless it is held: drain_kw = min(-left, discharge_kw, content). With M the most that can be left
    and L the range below 0: left >= -L (1 - fills); drain_kw <= -left + M fills; and where it does not fill
    it is one of held, drain_gives_all, drain_at_most and empty, whatever is none of the others:
    drain_kw >= -left - L (empty + held) - (L - discharge_kw) drain_at_most,
    drain_kw >= discharge_kw drain_at_most, drain_kw <= discharge_kw (1 - fills - held),
    content_kwh <= high_kwh - (high_kwh - least_kwh) empty with high_kwh the most that it can then hold
    """
    m.drains_by_itself = pyo.ConstraintList()
    draining = set(m.draining)
    for t in m.directed if m.by_itself else []:
        if m.reach.least_left_kw[t] >= 0 and m.reach.most_left_kw[t] > 0:
            m.drains_by_itself.add(m.fills[t] >= 1)
            continue
        left = _left(m, problem, t)
        m.drains_by_itself.add(left - float(m.reach.least_left_kw[t]) * (1 - m.fills[t]) >= 0)
        if t in draining:
            for row in _draining_rows(m, problem, left, t):
                m.drains_by_itself.add(row)


def _draining_rows(m: pyo.ConcreteModel, problem: Problem, left: object, t: int) -> Iterator[object]:
    """The rows of one slot in which the battery may drain."""
    assert problem.battery is not None
    battery, ends = problem.battery, m.reach
    least, most = float(ends.least_left_kw[t]), max(float(ends.most_left_kw[t]), 0.0)
    held: Any = sum(m.held[u] for u in (t,) if u in m.held)
    empty = 1 - m.fills[t] - held - m.drain_gives_all[t] - m.drain_at_most[t]
    not_given = -least * (empty + held) + max(-least - battery.discharge_kw, 0.0) * m.drain_at_most[t]
    yield m.drain_kw[t] + left - most * m.fills[t] <= 0
    yield m.drain_kw[t] + left + not_given >= 0
    yield m.drain_kw[t] - battery.discharge_kw * m.drain_at_most[t] >= 0
    if t in m.held:
        most_drained = float(ends.drain_kw[t])
        yield m.drain_kw[t] + most_drained * (m.fills[t] + held) <= most_drained
    if ends.least_kwh[t] > battery.least_kwh + ROOM_KWH:
        yield empty == 0
        return
    yield empty >= 0
    range_kwh = float(ends.most_kwh[t]) - battery.least_kwh
    yield m.content_kwh[t] + range_kwh * empty <= float(ends.most_kwh[t]) + ROOM_KWH


def _left(m: pyo.ConcreteModel, problem: Problem, t: int) -> object:
    """What solar leaves over in slot ``t`` after everything that consumes [kW], an expression."""
    mean = mean_a(m)
    surplus = float(problem.surplus_kw[t])
    return (
        (surplus + given(m, t) if t in m.given_at else surplus)
        - sum(per_a * mean[d] for per_a, d in m.cars_at[t])
        - sum(problem.runs[r].power_kw * m.running[r, t] for r in m.runs_at[t])
    )
