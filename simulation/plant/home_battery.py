"""A home battery that behaves by itself: it keeps the exchange with the street at zero while it can."""

from __future__ import annotations

from domain.site_energy import Battery
from domain.units import S_PER_H

_SHARE_PER_S = 0.5
"""Share of the remaining exchange that its inverter corrects in a second; usual ones settle in 3 to 5 s."""


class HomeBattery:
    """Fills from surplus and drains into whatever draws, a car too."""

    def __init__(self, battery: Battery, soc: float) -> None:
        if not battery.soc.min <= soc <= battery.soc.max:
            raise ValueError(
                f"battery at {soc:g}: from {battery.soc.min:g} to {battery.soc.max:g} is allowed"
            )
        self._battery = battery
        self.soc = soc
        self.power_kw = 0.0
        """Positive when it charges [kW]."""

    def step(self, exchange_kw: float) -> float:
        """Power of this second [kW]; ``exchange_kw`` is what the site drew from the street before."""
        battery = self._battery
        wanted_kw = self.power_kw - _SHARE_PER_S * exchange_kw
        most_kw = battery.charge_kw if self.soc < battery.soc.max else 0.0
        least_kw = -battery.discharge_kw if self.soc > battery.soc.min else 0.0
        self.power_kw = max(least_kw, min(most_kw, wanted_kw))
        stored_kw = self.power_kw * (battery.efficiency if self.power_kw > 0 else 1.0 / battery.efficiency)
        moved = stored_kw / S_PER_H / battery.capacity_kwh
        self.soc = min(battery.soc.max, max(battery.soc.min, self.soc + moved))
        return self.power_kw
