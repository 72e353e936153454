"""What the meter's registers count: the sum of the phases, or each phase by itself."""

from __future__ import annotations

import numpy as np

from domain.units import kw_per_a
from scheduler.problem import FloatArray, Problem
from scheduler.violations import Flows, phase_currents_a

_GRID = 0


def phase_power_kw(problem: Problem, drawn_kw: FloatArray, flows: Flows) -> FloatArray:
    """Mean power on every phase of the grid, + when it comes in, shape (3, slots) [kW].

    ``drawn_kw`` is the mean power of every draw.
    """
    per_a = kw_per_a(problem.voltage_v, 1)
    mean_a = drawn_kw / (np.maximum(problem.draw_table.phases.sum(axis=1), 1) * per_a)
    return phase_currents_a(problem, _GRID, mean_a, flows) * per_a


def registers_kw(
    problem: Problem, drawn_kw: FloatArray, flows: Flows, net_kw: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Import and export as the meter counts them, (slots,) each; ``net_kw`` is import less export."""
    counted = phase_power_kw(problem, drawn_kw, flows) if problem.per_phase else net_kw[np.newaxis, :]
    return np.maximum(counted, 0.0).sum(axis=0), np.maximum(-counted, 0.0).sum(axis=0)
