"""From a car and a charger that both can give energy back to what a session may give."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from domain.inputs import PlanInputs
from domain.requests import ChargeRequest
from domain.site import Site
from domain.site_chargers import DcCharger
from domain.site_vehicles import Vehicle
from domain.units import kw_per_a
from scheduler.giving import Giver
from scheduler.problem import Option, Session

_EPS: Final = 1e-9


def with_giver(session: Session, request: ChargeRequest, site: Site) -> Session:
    """``session`` with what its car may give; itself where car, charger or request cannot.

    It gives in slots in which it is there from their beginning to their end.
    """
    vehicle = _giving(request, site)
    slots = session.slots[session.share >= 1 - _EPS]
    if vehicle is None or request.soc_now is None or not session.options or not len(slots):
        return session
    assert vehicle.v2g is not None
    assert vehicle.battery_kwh is not None
    assert isinstance(vehicle.efficiency, float)
    at_dc = isinstance(site.charger(request.charger), DcCharger)
    stored = session.at_car if at_dc else vehicle.efficiency
    start_kwh = request.soc_now * vehicle.battery_kwh
    giver = Giver(
        options=_ways(session, request, site),
        slots=slots,
        start_kwh=start_kwh,
        least_kwh=vehicle.v2g.soc_min * vehicle.battery_kwh,
        most_kwh=max(vehicle.battery_kwh, start_kwh + stored * session.most_kwh),
        stored_per_kwh=stored,
        emptied_per_kwh=1 / (vehicle.v2g.efficiency * session.at_car),
        wear_eur_per_kwh=vehicle.v2g.wear_eur_per_kwh / session.at_car,
    )
    if not giver.options:
        return session
    goals = tuple(replace(goal, least_kwh=max(0.0, goal.least_kwh)) for goal in session.goals)
    return replace(session, giver=giver, goals=goals)


def giver_notes(site: Site, inputs: PlanInputs) -> tuple[str, ...]:
    """The cars that could give, if somebody said how full they are."""
    lost = [
        request.id or request.charger
        for request in inputs.requests
        if request.soc_now is None and _giving(request, site) is not None
    ]
    if not lost:
        return ()
    return (f"planned without vehicle to grid, because soc_now is not known: {', '.join(lost)}",)


def _giving(request: ChargeRequest, site: Site) -> Vehicle | None:
    """The request's car, where both it and its charger give energy back."""
    vehicle = site.vehicle(request.vehicle) if request.vehicle else None
    able = vehicle is not None and vehicle.v2g is not None
    return vehicle if able and site.charger(request.charger).discharges else None


def _ways(session: Session, request: ChargeRequest, site: Site) -> tuple[Option, ...]:
    """The phase sets that it charges with, and the currents that its charger takes back on them [A]."""
    charger = site.charger(request.charger)
    if isinstance(charger, DcCharger):
        assert charger.discharge_kw is not None
        at_grid = session.at_car / kw_per_a(site.grid.voltage_v, len(charger.wiring))
        low_a, high_a = charger.discharge_kw.min * at_grid, charger.discharge_kw.max * at_grid
    else:
        assert charger.discharge_a is not None
        low_a, high_a = charger.discharge_a.min, charger.discharge_a.max
    low_a = max(low_a, session.step_a)
    return tuple(Option(one.phases, low_a, high_a) for one in session.options if high_a >= low_a)
