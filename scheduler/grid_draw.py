"""The ceiling on grid draw while the grid operator's signal is on, as a limit of the grid's power."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from domain.inputs import PlanInputs
from domain.site import Site
from scheduler.problem import Circuit


def held_down(grid: Circuit, site: Site, inputs: PlanInputs) -> tuple[Circuit, tuple[str, ...]]:
    """The grid with its limit in kW lowered where the signal is on, and what is said about it.

    What is controlled may draw the ceiling from the grid, and own solar that the load leaves on top:
    controlled <= ceiling + max(0, solar - load), which is
    load - solar + controlled <= ceiling + max(0, load - solar).
    """
    if site.curtailment is None or not inputs.curtailed:
        return grid, ()
    ceiling_kw = site.curtailment.ceiling_kw
    on = np.any([inputs.grid.share(start, end) > 0 for start, end in inputs.curtailed], axis=0)
    lowered = ceiling_kw + np.maximum(grid.base_kw, 0.0)
    limit_kw = np.full(len(inputs.grid), np.inf) if grid.limit_kw is None else grid.limit_kw
    note = (
        f"curtailment: at most {ceiling_kw:.2f} kW from the grid for what is controlled, in {on.sum()} slots"
    )
    return replace(grid, limit_kw=np.where(on, np.minimum(limit_kw, lowered), limit_kw)), (note,)
