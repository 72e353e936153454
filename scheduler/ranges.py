"""The currents that a charger, a car and a request allow, in words."""

from __future__ import annotations

from domain.requests import ChargeRequest
from domain.site import Site
from domain.site_chargers import AcCharger


def ranges_of(site: Site, request: ChargeRequest) -> str:
    """Who allows what: ``charger home 6 to 16 A, car ioniq at least 20 A, request at most 10 A``.

    A car's own currents say nothing at a DC point; what a request says counts at the grid there.
    """
    charger = site.charger(request.charger)
    own = charger.current_a if isinstance(charger, AcCharger) else charger.power_kw
    unit = "A" if isinstance(charger, AcCharger) else "kW"
    told = [f"charger {charger.id} {own.min:g} to {own.max:g} {unit}"]
    if isinstance(charger, AcCharger) and request.vehicle:
        vehicle = site.vehicle(request.vehicle)
        told.append(_said(f"car {vehicle.id}", vehicle.min_current_a, vehicle.max_current_a))
    told.append(_said("request", request.min_current_a, request.max_current_a))
    return ", ".join(part for part in told if part)


def _said(who: str, low_a: float | None, high_a: float | None) -> str:
    """A range of which either end may not be said; empty where neither is."""
    if low_a is None:
        return "" if high_a is None else f"{who} at most {high_a:g} A"
    return f"{who} at least {low_a:g} A" if high_a is None else f"{who} {low_a:g} to {high_a:g} A"
