"""What the published plan and the chargers themselves say about every draw: what should not change."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from domain.inputs import PlanInputs
from domain.phases import PhaseSet
from domain.plan import Plan
from domain.time_grid import TimeGrid
from scheduler.problem import FloatArray, Problem

Told = tuple[float, PhaseSet]
"""Current [A] and phases."""


def published_a(problem: Problem, chargers: tuple[str, ...], inputs: PlanInputs) -> FloatArray | None:
    """(draws,) current that each draw has by the published plan, in the first slot by what its charger does
    now [A]; NaN where neither says anything, None where they never do.
    """
    if inputs.previous is None and not inputs.running:
        return None
    told: dict[tuple[str, int], Told] = {}
    if inputs.previous is not None:
        told |= _planned(inputs.previous, inputs.grid)
    told |= {(name, 0): (now.current_a, now.phases) for name, now in inputs.running.items()}
    known = np.full(len(problem.draws), np.nan)
    for j, draw in enumerate(problem.draws):
        session = problem.sessions[draw.session]
        if (one := told.get((chargers[session.charger], draw.slot))) is not None:
            known[j] = one[0] if one[1] == session.options[draw.option].phases else 0.0
    return known


def _planned(plan: Plan, grid: TimeGrid) -> dict[tuple[str, int], Told]:
    """What a plan says about the slots of another grid, by charger and slot."""
    starts, ends = plan.grid.starts, plan.grid.ends
    found: dict[tuple[str, int], Told] = {}
    for slot, time in enumerate(grid.starts):
        at = bisect_right(starts, time) - 1
        if at >= 0 and time < ends[at]:
            found |= {
                (name, slot): (float(one.current_a[at]), one.phases[at])
                for name, one in plan.chargers.items()
            }
    return found
