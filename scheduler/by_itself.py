"""Limits widened by what a battery that is not commanded may do by itself: charging cannot prevent it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from domain.phases import PHASES
from scheduler.problem import Circuit, FloatArray, Problem

_EPS_A: Final = 1e-6


def widened_by_itself(circuit: Circuit, problem: Problem, c: int) -> tuple[Circuit, tuple[str, ...]]:
    """``circuit``, the ``c``-th, with room for a battery that fills from the surplus, and what is said of it.

    It takes a current, and sets solar free that was cut off: as much as it takes and no more, so that
    cars cannot set free what the battery would not.
    """
    battery = problem.battery
    if battery is None or battery.commanded:
        return circuit, ()
    a_per_kw = battery.feed.a_per_kw if c in battery.feed.circuits else np.zeros(3)
    wider = circuit
    for fill_kw, freed_kw in _fills(problem):
        left_kw = problem.forced_kw - freed_kw
        flowing_a = circuit.base_a + circuit.relief_a_per_kw * left_kw + np.outer(a_per_kw, fill_kw)
        wider = replace(
            wider,
            limit_a=np.where(fill_kw > 0, np.maximum(wider.limit_a, flowing_a), wider.limit_a),
            feed_limit_a=np.where(
                fill_kw > 0, np.maximum(wider.feed_limit_a, -flowing_a), wider.feed_limit_a
            ),
        )
        if wider.limit_kw is not None and c in battery.feed.circuits:
            flowing_kw = circuit.base_kw + circuit.relief_kw_per_kw * left_kw + fill_kw
            wider = replace(wider, limit_kw=np.maximum(wider.limit_kw, flowing_kw))
    return wider, tuple(_said(circuit, wider))


def imbalance_by_itself(
    grid: Circuit, problem: Problem, limit_a: FloatArray
) -> tuple[FloatArray, tuple[str, ...]]:
    """The imbalance limit [A] with room for a battery that acts by itself, and what is said of it."""
    battery = problem.battery
    if battery is None or battery.commanded:
        return limit_a, ()
    missing_kw = -np.minimum(problem.surplus_kw, 0.0)
    drains_kw = -np.minimum(missing_kw, battery.discharge_kw)
    widest = limit_a
    for power_kw, freed_kw in (*_fills(problem), (drains_kw, np.zeros(problem.slots))):
        sun_a = grid.relief_a_per_kw * (problem.forced_kw - freed_kw)
        flowing_a = grid.base_a + sun_a + np.outer(battery.feed.a_per_kw, power_kw)
        widest = np.maximum(widest, flowing_a.max(axis=0) - flowing_a.min(axis=0))
    wider = widest > limit_a + _EPS_A
    if not wider.any():
        return widest, ()
    note = (
        f"the battery by itself may put the phases {widest[wider].max():.1f} A apart, where "
        f"{limit_a[wider].min():.1f} A are allowed, in {int(wider.sum())} slots: nothing commands it"
    )
    return widest, (note,)


def _fills(problem: Problem) -> list[tuple[FloatArray, FloatArray]]:
    """Power that the battery fills with by itself, and solar that is then not cut off [kW].

    Currents are linear between these corners: as much as is cut off, the most that there is, and the most
    beside flexible loads, which set solar free too.
    """
    battery = problem.battery
    assert battery is not None
    most_kw: FloatArray = np.clip(problem.surplus_kw, 0.0, battery.charge_kw)
    loads_kw = np.zeros(problem.slots)
    for run in problem.runs:
        loads_kw[run.slots] += run.power_kw
    free = np.minimum(most_kw, problem.forced_kw)
    beside = np.minimum(most_kw + loads_kw, problem.forced_kw)
    return [(free, free), (most_kw, free), (most_kw, beside)]


def _said(before: Circuit, after: Circuit) -> list[str]:
    """What the battery may break by itself, a sentence for each phase."""
    said = []
    for p, phase in enumerate(PHASES):
        wide_a = np.maximum(after.limit_a[p], after.feed_limit_a[p])
        kept_a = np.maximum(before.limit_a[p], before.feed_limit_a[p])
        wider = wide_a > kept_a + _EPS_A
        if wider.any():
            said.append(
                f"the battery by itself may put {wide_a[wider].max():.1f} A on {before.id} {phase}, where "
                f"{kept_a[wider].min():.1f} A are allowed, in {int(wider.sum())} slots: nothing commands it"
            )
    return said
