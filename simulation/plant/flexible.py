"""Switches of flexible loads: boiler, heat pump, pool."""

from __future__ import annotations

from domain.site_energy import FlexibleLoad
from domain.units import S_PER_H


class Switch:
    """One load that somebody switches; it draws its power while it is on."""

    def __init__(self, load: FlexibleLoad) -> None:
        self.id = load.id
        self.power_kw = load.power_kw
        self.least_run_s = (load.min_run_h or 0.0) * S_PER_H
        self.is_on = False
        self.starts = 0
        self.on_s = 0

    def turn(self, *, on: bool) -> None:
        """Switch it."""
        self.starts += on and not self.is_on
        self.is_on = on

    @property
    def energy_kwh(self) -> float:
        """What it has used [kWh]."""
        return self.power_kw * self.on_s / S_PER_H
