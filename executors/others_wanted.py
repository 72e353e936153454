"""What switches and the home battery are told now, from the plan and the signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from domain.plan import Plan
from domain.site import Site

RUNS_KW: Final = 0.01
"""A load that the plan gives more than this runs; a battery that it drains with more is not held."""
BatteryWay = Literal["release", "hold", "power"]


@dataclass(frozen=True, slots=True)
class OthersWanted:
    """What is wanted of everything that the plan moves besides chargers."""

    on: Mapping[str, bool] = field(default_factory=dict)
    """By flexible load."""
    battery: BatteryWay = "release"
    battery_kw: float = 0.0
    """With ``power``: + when charging."""


def others_wanted(site: Site, plan: Plan | None, wall_s: float, *, ceiling_on: bool) -> OthersWanted:
    """What is wanted at ``wall_s`` [s since 1970].

    Without a plan for now loads are off and the battery behaves by itself. While the grid operator's ceiling
    holds loads are off and the battery is not filled, so that all of the ceiling is the cars'.
    """
    slot = None if plan is None else _slot(plan, wall_s)
    if plan is None or slot is None:
        return OthersWanted({load.id: False for load in site.flexible_loads})
    on = {
        load.id: not ceiling_on and float(plan.power.flexible_kw[load.id][slot]) > RUNS_KW
        for load in site.flexible_loads
        if load.id in plan.power.flexible_kw
    }
    battery_kw = float(plan.power.battery_kw[slot])
    control = site.battery.control if site.battery is not None else "none"
    if control == "full":
        return OthersWanted(on, "power", min(battery_kw, 0.0) if ceiling_on else battery_kw)
    if control == "hold" and battery_kw >= -RUNS_KW:
        return OthersWanted(on, "hold")
    return OthersWanted(on)


def _slot(plan: Plan, wall_s: float) -> int | None:
    """The slot of a time; none outside the plan."""
    slot = int(np.searchsorted(plan.grid.edges_s, wall_s, side="right")) - 1
    return slot if 0 <= slot < len(plan.grid) else None
