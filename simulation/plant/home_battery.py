"""A home battery: by itself it keeps the exchange with the street at zero while it can, unless told."""

from __future__ import annotations

from domain.site_energy import Battery
from domain.units import S_PER_H

_SHARE_PER_S = 0.5
"""Share of the remaining exchange that its inverter corrects in a second; usual ones settle in 3 to 5 s."""


class HomeBattery:
    """Fills from surplus and drains into whatever draws, a car too, unless it is told something else."""

    def __init__(self, battery: Battery, soc: float) -> None:
        if not battery.soc.min <= soc <= battery.soc.max:
            raise ValueError(
                f"battery at {soc:g}: from {battery.soc.min:g} to {battery.soc.max:g} is allowed"
            )
        self._battery = battery
        self.soc = soc
        self.power_kw = 0.0
        """Positive when it charges [kW]."""
        self._told_kw: float | None = None
        self._hold = False

    def tell(self, *, power_kw: float | None = None, hold: bool = False) -> None:
        """From now on follow ``power_kw`` [kW, + when charging], or only fill; neither: act by itself."""
        self._told_kw, self._hold = power_kw, hold

    def step(self, exchange_kw: float) -> float:
        """Power of this second [kW]; ``exchange_kw`` is what the site drew from the street before."""
        battery = self._battery
        wanted_kw = self.power_kw - _SHARE_PER_S * exchange_kw if self._told_kw is None else self._told_kw
        most_kw = battery.charge_kw if self.soc < battery.soc.max else 0.0
        least_kw = 0.0 if self._hold or self.soc <= battery.soc.min else -battery.discharge_kw
        self.power_kw = max(least_kw, min(most_kw, wanted_kw))
        stored_kw = self.power_kw * (battery.efficiency if self.power_kw > 0 else 1.0 / battery.efficiency)
        moved = stored_kw / S_PER_H / battery.capacity_kwh
        self.soc = min(battery.soc.max, max(battery.soc.min, self.soc + moved))
        return self.power_kw
