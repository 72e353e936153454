"""Flexible loads switched as planned: on for the planned share of each slot, from its start."""

from __future__ import annotations

import numpy as np

from domain.plan import Plan
from simulation.plant.plant import Plant


class PlannedSwitches:
    """Turns every flexible load of a plan on and off."""

    def __init__(self, plan: Plan, plant: Plant) -> None:
        starts_s = (plan.grid.edges_s[:-1] - plan.grid.edges_s[0]).astype(np.float64)
        lengths_s = np.diff(plan.grid.edges_s).astype(np.float64)
        self._switches = plant.switches
        self._changes: list[tuple[float, str, bool]] = []
        for name, switch in plant.switches.items():
            planned_kw = plan.power.flexible_kw.get(name, np.zeros(len(starts_s)))
            shares = (planned_kw / switch.power_kw).tolist()
            for start_s, length_s, share in zip(starts_s.tolist(), lengths_s.tolist(), shares, strict=True):
                self._changes.append((start_s, name, bool(share > 0)))
                if 0 < share < 1:
                    self._changes.append((start_s + round(share * length_s), name, False))
        self._changes.sort(key=lambda change: change[0])

    def turn(self, now_s: int) -> None:
        """Bring every switch to where the plan has it at ``now_s``."""
        while self._changes and self._changes[0][0] <= now_s:
            _, name, on = self._changes.pop(0)
            self._switches[name].turn(on=on)
