"""Limits widened by what a battery that is not commanded may do by itself: charging cannot prevent it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from scheduler.problem import Circuit, FloatArray, Problem

_EPS_A: Final = 1e-6


def widened_by_itself(circuit: Circuit, problem: Problem, c: int) -> Circuit:
    """``circuit``, the ``c``-th, with room for a battery that fills from the surplus: its current, and
    on every circuit the solar that is then not cut off.
    """
    battery = problem.battery
    if battery is None or battery.commanded:
        return circuit
    fill_kw = _most_fill_kw(problem)
    frees = (fill_kw > 0) & (problem.forced_kw > 0)
    feed_limit_a = np.where(frees, np.maximum(circuit.feed_limit_a, -circuit.base_a), circuit.feed_limit_a)
    if c not in battery.feed.circuits:
        return replace(circuit, feed_limit_a=feed_limit_a)
    filling_a = circuit.base_a + np.outer(battery.feed.a_per_kw, fill_kw)
    limit_kw = circuit.limit_kw
    return replace(
        circuit,
        limit_a=np.where(fill_kw > 0, np.maximum(circuit.limit_a, filling_a), circuit.limit_a),
        feed_limit_a=feed_limit_a,
        limit_kw=None if limit_kw is None else np.maximum(limit_kw, circuit.base_kw + fill_kw),
    )


def imbalance_by_itself(
    grid: Circuit, problem: Problem, limit_a: FloatArray
) -> tuple[FloatArray, tuple[str, ...]]:
    """The imbalance limit [A] with room for a battery that acts by itself, and what is said of it."""
    battery = problem.battery
    if battery is None or battery.commanded:
        return limit_a, ()
    missing_kw = -np.minimum(problem.surplus_kw, 0.0)
    widest = limit_a
    for power_kw in (_most_fill_kw(problem), -np.minimum(missing_kw, battery.discharge_kw)):
        flowing_a = grid.base_a + np.outer(battery.feed.a_per_kw, power_kw)
        widest = np.maximum(widest, flowing_a.max(axis=0) - flowing_a.min(axis=0))
    wider = widest > limit_a + _EPS_A
    if not wider.any():
        return widest, ()
    note = (
        f"the battery by itself may put the phases {widest[wider].max():.1f} A apart, where "
        f"{limit_a[wider].min():.1f} A are allowed, in {int(wider.sum())} slots: nothing commands it"
    )
    return widest, (note,)


def _most_fill_kw(problem: Problem) -> FloatArray:
    """The most that the battery can fill with by itself [kW]."""
    assert problem.battery is not None
    most: FloatArray = np.clip(problem.surplus_kw, 0.0, problem.battery.charge_kw)
    return most
