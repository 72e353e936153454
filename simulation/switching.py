"""Flexible loads switched as planned: on for the planned share of each slot, from its start."""

from __future__ import annotations

import numpy as np

from domain.plan import Plan
from simulation.plant.plant import Plant


class PlannedSwitches:
    """Turns every flexible load of a plan on and off; none is turned off before its least run is over."""

    def __init__(self, plan: Plan, plant: Plant) -> None:
        self._switches = plant.switches
        self._since_s = dict.fromkeys(self._switches, 0)
        self.ran_s: dict[str, list[tuple[int, int]]] = {name: [] for name in self._switches}
        """By load: from when to when it was on, oldest first; what runs now is not in it."""
        self._start_s = plant.parts.start_utc_s
        self.follow(plan)

    def follow(self, plan: Plan) -> None:
        """Go by another plan from now on."""
        edges_s = plan.grid.edges_s.astype(np.float64) - self._start_s
        self._wanted = dict.fromkeys(self._switches, False)
        self._changes: list[tuple[float, str, bool]] = []
        for name, switch in self._switches.items():
            planned_kw = plan.power.flexible_kw.get(name, np.zeros(len(plan.grid)))
            shares = (planned_kw / switch.power_kw).tolist()
            for start_s, end_s, share in zip(edges_s.tolist(), edges_s[1:].tolist(), shares, strict=False):
                self._changes.append((start_s, name, bool(share > 0)))
                if 0 < share < 1:
                    self._changes.append((start_s + round(share * (end_s - start_s)), name, False))
        self._changes.sort(key=lambda change: change[0])

    def turn(self, now_s: int) -> None:
        """Bring every switch to where the plan has it at ``now_s``."""
        if not self._switches:
            return
        while self._changes and self._changes[0][0] <= now_s:
            _, name, on = self._changes.pop(0)
            self._wanted[name] = on
        for name, switch in self._switches.items():
            on = self._wanted[name]
            if on == switch.is_on or (not on and now_s - self._since_s[name] < switch.least_run_s):
                continue
            if not on:
                self.ran_s[name].append((self._since_s[name], now_s))
            self._since_s[name] = now_s
            switch.turn(on=on)

    def runs_until(self, now_s: int) -> dict[str, tuple[tuple[int, int], ...]]:
        """By load: from when to when it was on until ``now_s``, also what still runs [s since the start]."""
        going = {
            name: ((self._since_s[name], now_s),) if switch.is_on else ()
            for name, switch in self._switches.items()
        }
        return {name: (*self.ran_s[name], *going[name]) for name in self._switches}
